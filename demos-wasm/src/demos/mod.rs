//! The registry: one line a demo.

pub mod clocks;
pub mod crdt;
pub mod crdt_text;
pub mod raft;
pub mod version_vectors;

use crate::figure::{Entry, Figure};
use crate::sheet::{Exhibit, Sheet};

/// Both kinds apart and together: what names one kind only brings only that into a module of the page.
macro_rules! registry {
    (runs [$($run:expr),* $(,)?] sheets [$($sheet:expr),* $(,)?]) => {
        /// Every demo that is played.
        pub static RUNS: &[&dyn Figure] = &[$(&$run,)*];
        /// Every demo that is drawn.
        pub static SHEETS: &[&dyn Sheet] = &[$(&$sheet,)*];
        /// Every demo there is.
        pub static REGISTRY: &[Exhibit] = &[$(Exhibit::Run(&$run),)* $(Exhibit::Sheet(&$sheet),)*];
    };
}

registry! {
    runs [
        Entry::<raft::figures::RaftElection>::NEW,
        Entry::<raft::figures::RaftLog>::NEW,
        Entry::<raft::figures::RaftMembership>::NEW,
        Entry::<version_vectors::figure::VersionVectors>::NEW,
        Entry::<crdt::figure::Crdt>::NEW,
        Entry::<crdt_text::figure::CrdtText>::NEW,
    ]
    sheets [
        clocks::sheet::Clocks,
    ]
}

/// The demo with this id.
pub fn find(id: &str) -> Option<Exhibit> {
    REGISTRY.iter().copied().find(|exhibit| exhibit.info().id == id)
}

/// The demo with this id, when it is a run.
pub fn find_run(id: &str) -> Option<&'static dyn Figure> {
    RUNS.iter().copied().find(|figure| figure.info().id == id)
}

/// The demo with this id, when it is drawn.
pub fn find_sheet(id: &str) -> Option<&'static dyn Sheet> {
    SHEETS.iter().copied().find(|sheet| sheet.info().id == id)
}
