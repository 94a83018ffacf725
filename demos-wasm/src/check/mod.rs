//! What clients saw, judged from outside: no protocol is known here, only invocations, returns and values.
//!
//! * [`linearizability`]: histories of reads, writes and compare-and-swaps, and whether one order explains them all.

pub mod linearizability;
mod order;
mod search;
