//! A text that several people edit at once, each on a replica of their own: two algorithms, one broadcast.
//!
//! An editor's keys become operations: *insert this character after that one*, *delete that one*. Every replica applies all of
//! them, in whatever order its network allows, and all end up with the same text. That much is convergence, and both algorithms
//! here have it. They differ in what becomes of two runs typed at the same place at the same time: RGA may shuffle them
//! ("Interleaving anomalies in collaborative text editors", Kleppmann et al., PaPoC 2019), Fugue does not.
//!
//! The chapters, in reading order:
//!
//! * [`document`]: characters, operations, tombstones; both orders, side by side.
//! * [`fugue`] and [`rga`]: where a new character goes.
//! * [`replica`]: the protocol, a [`Process`](crate::sim::Process) over [`crate::demos::crdt::broadcast`].
//! * [`edit`]: from what stands in a text box to keys, and keys as numbers in links.
//! * [`safety`]: what must hold after every step.
//! * [`tree`]: the picture; [`words`]: what happens, in sentences; [`scenarios`]: the guided runs; [`figure`]: the demo.
//!
//! # What this leaves out
//!
//! * FugueMax, which also orders children on the right by what followed them when they were typed. It is maximally
//!   non-interleaving; Fugue falls short of that where three or more replicas type at one place.
//! * Blocks. Real libraries keep a run of characters as one item and find places by a balanced tree; here every character
//!   stands by itself and every search is linear.
//! * Collecting tombstones, which needs to know that no replica will insert beside them any more.
//! * Formatting, moving, undo of one's own changes only; the browser's undo is an edit like any other.
//! * RGA's timestamps are Lamport's clock and the replica's number. Roh et al. sum a vector clock and break ties by session and
//!   site; both are total orders that agree with happened-before, and nothing else about them matters.

pub mod document;
pub mod edit;
pub mod figure;
pub mod fugue;
pub mod replica;
pub mod rga;
pub mod safety;
pub mod scenarios;
pub mod tree;
pub mod words;

#[cfg(test)]
mod tests;

pub use document::{Algorithm, Document, Edit, Element, Insertion, Side};
pub use replica::{Config, Key, LETTERS_MAX, Message, Replica, Reply, Stroke};
