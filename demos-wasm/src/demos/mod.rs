//! The registry: one line a demo.

pub mod clocks;
pub mod crdt;
pub mod crdt_text;
pub mod raft;
#[cfg(test)]
mod said;
pub mod version_vectors;

use crate::figure::{Entry, Figure};
use crate::sheet::{Exhibit, Sheet};

/// Demos that share code, and so a module in the page: who reads of Raft doesn't fetch what carts need.
#[derive(Clone, Copy)]
pub struct Family {
    /// Names the module, the feature of `demos-page` it is compiled with, and the figures that need it.
    pub name: &'static str,
    /// Its demos; all are played, or all are drawn.
    pub exhibits: &'static [Exhibit],
}

/// A family a line. What names one list of [`members`] only brings only that into a module of the page.
macro_rules! registry {
    (runs { $($family:ident: [$($run:expr),* $(,)?])* } sheets { $($drawn:ident: [$($sheet:expr),* $(,)?])* }) => {
        /// What each family has, by itself.
        pub mod members {
            use super::*;
            $(
                #[doc = concat!("The demos of the family `", stringify!($family), "`.")]
                pub mod $family {
                    use super::*;
                    /// What is played.
                    pub static DEMOS: &[&dyn Figure] = &[$(&$run,)*];
                }
            )*
            $(
                #[doc = concat!("The demos of the family `", stringify!($drawn), "`.")]
                pub mod $drawn {
                    use super::*;
                    /// What is drawn.
                    pub static DEMOS: &[&dyn Sheet] = &[$(&$sheet,)*];
                }
            )*
        }
        /// Every family there is.
        pub static FAMILIES: &[Family] = &[
            $(Family { name: stringify!($family), exhibits: &[$(Exhibit::Run(&$run),)*] },)*
            $(Family { name: stringify!($drawn), exhibits: &[$(Exhibit::Sheet(&$sheet),)*] },)*
        ];
        /// Every demo there is.
        pub static REGISTRY: &[Exhibit] = &[$($(Exhibit::Run(&$run),)*)* $($(Exhibit::Sheet(&$sheet),)*)*];
    };
}

registry! {
    runs {
        raft: [
            Entry::<crate::demos::raft::figures::RaftElection>::NEW,
            Entry::<crate::demos::raft::figures::RaftLog>::NEW,
            Entry::<crate::demos::raft::figures::RaftMembership>::NEW,
        ]
        replicas: [
            Entry::<crate::demos::version_vectors::figure::VersionVectors>::NEW,
            Entry::<crate::demos::crdt::figure::Crdt>::NEW,
            Entry::<crate::demos::crdt_text::figure::CrdtText>::NEW,
        ]
    }
    sheets {
        drawings: [
            crate::demos::clocks::sheet::Clocks,
        ]
    }
}

/// The demo with this id.
pub fn find(id: &str) -> Option<Exhibit> {
    REGISTRY.iter().copied().find(|exhibit| exhibit.info().id == id)
}

/// The demo with this id, when it is a run.
pub fn find_run(id: &str) -> Option<&'static dyn Figure> {
    find(id).and_then(Exhibit::run)
}

/// The family of the demo with this id.
pub fn family(id: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.exhibits.iter().any(|exhibit| exhibit.info().id == id))
}

impl Family {
    /// Whether its demos are drawn, and not played.
    pub fn is_drawn(&self) -> bool {
        self.exhibits.iter().any(|exhibit| exhibit.sheet().is_some())
    }
}
