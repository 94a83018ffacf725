//! The registry: one line a demo.

pub mod clocks;
pub mod crdt;
pub mod raft;
pub mod version_vectors;

use crate::figure::{Entry, Figure};

/// Every demo there is.
pub static REGISTRY: &[&dyn Figure] = &[
    &Entry::<raft::figures::RaftElection>::NEW,
    &Entry::<raft::figures::RaftLog>::NEW,
    &Entry::<raft::figures::RaftMembership>::NEW,
];

/// The demo with this id.
pub fn find(id: &str) -> Option<&'static dyn Figure> {
    REGISTRY.iter().copied().find(|figure| figure.info().id == id)
}
