//! The registry: one line a demo.

pub mod clocks;
pub mod crdt;
pub mod crdt_text;
pub mod raft;
pub mod version_vectors;

use crate::figure::Entry;
use crate::sheet::Exhibit;

/// Every demo there is.
pub static REGISTRY: &[Exhibit] = &[
    Exhibit::Run(&Entry::<raft::figures::RaftElection>::NEW),
    Exhibit::Run(&Entry::<raft::figures::RaftLog>::NEW),
    Exhibit::Run(&Entry::<raft::figures::RaftMembership>::NEW),
    Exhibit::Run(&Entry::<crdt_text::figure::CrdtText>::NEW),
];

/// The demo with this id.
pub fn find(id: &str) -> Option<Exhibit> {
    REGISTRY.iter().copied().find(|exhibit| exhibit.info().id == id)
}

/// The demo with this id, when it is a run.
pub fn find_run(id: &str) -> Option<&'static dyn crate::figure::Figure> {
    find(id)?.run()
}
