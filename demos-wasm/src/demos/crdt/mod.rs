//! Conflict-free replicated data types, all eight of the book's table, and three ways to replicate them.
//!
//! A replica takes updates without asking anybody and tells the others later. That all of them end up with the same value is
//! not luck but algebra, and there are two sets of conditions, easily mixed up:
//!
//! * *State-based* (Shapiro, Preguiça, Baquero, Zawirski, "A comprehensive study of Convergent and Commutative Replicated
//!   Data Types", INRIA RR-7506, 2011, §2.2.2; the same authors, "Conflict-free Replicated Data Types", SSS 2011): replicas
//!   send payloads. Merging must be commutative, associative and idempotent, and updates must only inflate; then the
//!   network may lose, repeat and reorder as it likes.
//! * *Operation-based* (RR-7506, §2.2.3): replicas send updates. Concurrent ones must commute; the network must deliver each
//!   exactly once, and none before those that happened before it. Nothing need be idempotent.
//!
//! *Delta-state* (Almeida, Shoker, Baquero, "Delta state replicated data types", JPDC 111, 2018) is the first with small
//! messages: what is sent is a payload that holds only what is new.
//!
//! The chapters, in reading order:
//!
//! * [`context`]: dots name updates; causal contexts are sets of them.
//! * [`payload`]: states, merging, values.
//! * [`kind`]: the types, what an update does, and the rules that can be taken away.
//! * [`broadcast`]: exactly once and in causal order, over a network that promises neither.
//! * [`message`]: what is sent, and its length in bytes.
//! * [`replica`]: the protocol, a [`Process`](crate::sim::Process).
//! * [`meaning`]: what a value should be, specified without payloads; and what last-writer-wins loses.
//! * [`safety`]: what is checked after every step.
//! * [`counterexample`]: the search for the smallest breach of a law.
//! * [`words`]: what happens, in sentences.
//! * [`figure`]: the demo `crdt`.
//!
//! # What this leaves out
//!
//! * Replicas that join, leave or are replaced. Their number is fixed, and one that lost its disk must not come back under its
//!   old name: it would give dots a second time, and the laws would break. (Wipe a disk and see.)
//! * Garbage collection. Tombstones of 2P-Sets and LWW-sets stay for ever; collecting them needs to know that every replica
//!   has them (RR-7506, §4). Only the operations kept for resending are dropped once everyone has them.
//! * Limits such as "never below zero": no type here can keep one (RR-7506, §3.1.3).
//! * The older OR-Set with a tombstone for each tag (RR-7506, §3.3.5). Ours keeps a context instead, as in Bieniusa et al.,
//!   "An optimized conflict-free replicated set", INRIA RR-8083, 2012. Removing and adding mean the same in both.
//! * Maps, and types within types; the text of a document is another matter.
//! * Choosing whom to tell: each round tells all. A delta isn't sent back to where it came from, but otherwise not split to
//!   remove what the receiver has already (Enes et al., "Efficient synchronization of state-based CRDTs", ICDE 2019: BP, not RR).

pub mod broadcast;
pub mod context;
pub mod counterexample;
pub mod figure;
pub mod kind;
pub mod meaning;
pub mod message;
pub mod payload;
mod proof;
pub mod replica;
pub mod safety;
mod scenarios;
pub mod words;

#[cfg(test)]
mod tests;

pub use context::{Context, Dot};
pub use kind::{Breach, Kind, Replication, Request, Rules, Update};
pub use message::Message;
pub use payload::{Element, Payload, Value};
pub use replica::{Config, Replica, Reply};
