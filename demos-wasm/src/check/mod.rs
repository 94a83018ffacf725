//! What clients saw, judged from outside: no protocol is known here, only invocations, returns and values.
//!
//! * [`linearizability`]: histories of reads, writes and compare-and-swaps, and whether one order explains them all.
//! * [`forward`]: the same question answered with yes, no or not decided, in little code.

pub mod forward;
pub mod linearizability;
mod order;
mod search;
