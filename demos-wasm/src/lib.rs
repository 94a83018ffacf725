//! Distributed protocols as pure state machines, the simulation around them, and the figures made of both.
//!
//! Compiled twice: natively (tests, `site-gen`) and for `wasm32-unknown-unknown` (the page). `ARCHITECTURE.md` tells
//! the data flow.

pub mod check;
pub mod demos;
pub mod explore;
pub mod figure;
pub mod shell;
pub mod sim;
pub mod stage;
pub mod view;
#[cfg(target_arch = "wasm32")]
pub mod web;
