//! Logical time, on a space-time diagram that the reader builds.
//!
//! * [`diagram`]: processes, events and messages, and what always holds of them (Lamport, "Time, Clocks, and the Ordering of
//!   Events in a Distributed System", CACM 21(7), 1978).
//! * [`edit`]: what a reader does to it, when that is refused, undo; [`text`]: a diagram in a link.
//! * [`stamps`]: four clocks. Physical; Lamport's; vectors (Fidge, "Timestamps in Message-Passing Systems That Preserve the
//!   Partial Ordering", 1988; Mattern, "Virtual Time and Global States of Distributed Systems", 1989); hybrid (Kulkarni and
//!   others, "Logical Physical Clocks", OPODIS 2014).
//! * [`causality`]: how two events stand to each other, and why. [`cut`]: consistent cuts (Mattern 1989).
//! * [`quiz`], [`random`], [`examples`]: questions and diagrams out of a seed, and some made by hand.
//! * [`import`], [`json`]: logs of real programs, in ShiViz's format.
//! * [`words`]: all of it in sentences. [`sheet`]: what a reader does with it in a page, and what the page shows.
//!
//! # The laws
//!
//! Checked on random diagrams in `tests`, not on every edit:
//!
//! * *a → b* exactly when *V(a) < V(b)* (Mattern, theorem 10).
//! * *a → b* implies *C(a) < C(b)* (Lamport, Clock Condition) and *(l.a, c.a) < (l.b, c.b)* (Kulkarni, theorem 1).
//! * *pt ≤ l ≤ pt + ε*, where ε is how far apart clocks are (Kulkarni, corollary 1).
//! * A cut is consistent exactly when it is closed under happened-before.
//!
//! # What this leaves out
//!
//! Clocks that are set back while they run, and synchronisation (NTP, TrueTime): a physical clock here has one offset and
//! one rate. Lamport's total order, which breaks ties by process, and the mutual exclusion that he builds on it. Processes
//! that come and go; compressed vectors (Singhal and Kshemkalyani) and bounded hybrid clocks. Snapshots taken by the system
//! itself (Chandy and Lamport 1985): a cut here is drawn from outside. Of ShiViz: several executions in one log, collapsing
//! events, searching by structure.

pub mod causality;
pub mod cut;
pub mod diagram;
pub mod edit;
pub mod examples;
pub mod import;
pub mod json;
mod panels;
mod picture;
pub mod quiz;
pub mod random;
pub mod sheet;
pub mod stamps;
pub mod text;
pub mod words;

#[cfg(test)]
mod tests;

pub use causality::Relation;
pub use cut::Cut;
pub use diagram::{Diagram, EventId, LocalClock, Message, ProcessId};
pub use edit::{Document, Edit, End, Refusal};
pub use stamps::Stamps;
