//! The registry: one line a demo.

pub mod crdt;
pub mod raft;

use crate::figure::{Entry, Figure};

/// Every demo there is.
pub static REGISTRY: &[&dyn Figure] = &[&Entry::<raft::election::RaftElection>::NEW];

/// The demo with this id.
pub fn find(id: &str) -> Option<&'static dyn Figure> {
    REGISTRY.iter().copied().find(|figure| figure.info().id == id)
}
