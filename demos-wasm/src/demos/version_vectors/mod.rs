//! Which version of a cart replaces which: version vectors per server and per client, and dotted version vectors.
//!
//! * [`vector`]: version vectors and dots (Parker and others 1983; Preguiça, Baquero, Almeida, Fonte, Gonçalves 2010).
//! * [`mechanism`]: four ways to tell an ancestor from a conflict.
//! * [`node`]: servers and clients, a [`Process`](crate::sim::Process) (after Dynamo: DeCandia and others, SOSP 2007, §4.4).
//! * [`witness`]: the causal history of every write, and the three properties checked against it after every step.
//! * [`figure`]: the demo `version-vectors`.
//! * [`story`]: what goes wrong with which mechanism. [`words`]: all of it in sentences.
//!
//! # The laws
//!
//! * The order of vectors is the causal order of writes.
//! * No sibling is dropped unless covered: nothing is lost that a remaining version had not seen.
//! * No covered sibling is kept.
//!
//! `Dotted` keeps all three whatever clients and network do, as long as disks do. `PerClient` does when clients remember and
//! nothing is pruned. `PerServer` breaks the first two, `PerObject` the third.
//!
//! # What this leaves out
//!
//! One cart, no ring and no quorums: every server has it, reads and writes go to one (`quorum` is about that). Deleting the
//! whole cart, and when the tombstone may go. Servers that come and go, and the new name that a server with a new disk needs
//! (Riak's epochs). Pruning by age as well as by number. Merging that keeps deletions (see `crdt`). Dotted version vector
//! sets (Almeida, Baquero, Gonçalves, Preguiça, Fonte, DAIS 2014), which say the same in less space, and interval version
//! vectors.

pub mod figure;
pub mod mechanism;
pub mod node;
mod scenarios;
pub mod story;
pub mod vector;
pub mod witness;
pub mod words;

#[cfg(test)]
mod tests;

pub use mechanism::{Cart, Item, Mechanism, Siblings, Version, WriteId};
pub use node::{Command, Deed, Message, Node, Timer};
pub use vector::{Dot, Order, VersionVector};
pub use witness::Witness;
