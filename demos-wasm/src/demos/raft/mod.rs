//! Raft, as in Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)", 2014.
//! Section numbers without a name are that paper's.
//!
//! * [`log`]: the log and what the paper says of two logs (§5.3, §5.4.1).
//! * [`message`]: the two remote calls and their replies (figure 2).
//! * [`node`]: the protocol, a [`Process`](crate::sim::Process) (figure 2, "Rules for Servers").
//! * [`safety`]: the five properties of figure 3, checked after every step.
//! * [`election`]: the demo `raft-election`: options, words and pictures; `scenarios` are its guided runs.
//!
//! # Caveats
//!
//! What this leaves out, for now: leader transfer (dissertation §3.10), the faster back-up by conflicting term (end of §5.3), membership changes (§6), snapshots (§7), client sessions and linearizable reads (§8).
//! Pre-vote, check-quorum and the empty entry of a new leader are additions that are off by default, because the troubles
//! that they cure are what the guided runs show.

pub mod election;
pub mod log;
pub mod message;
pub mod node;
mod picture;
pub mod safety;
mod scenarios;
mod words;

#[cfg(test)]
mod tests;

pub use log::{Entry, Log, LogIndex, Term};
pub use message::Message;
pub use node::{Additions, Config, Persistent, Raft, Role, Rules};
