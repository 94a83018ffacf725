//! Distributed protocols as pure state machines, the simulation around them, and the figures made of both.
//!
//! Compiled twice: natively (tests, `site-gen`) and for `wasm32-unknown-unknown` (the page). `ARCHITECTURE.md` tells
//! the data flow.
//!
//! It does without `std`, so that the page can, whose panics alone would cost it 2 KB. What the page loads is
//! `demos-wasm/page`.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

/// As the standard library's, without `core::fmt`; see [`words`]. Here and not in the prelude, so that it wins in tests too.
macro_rules! format {
    ($($input:tt)*) => { demos_words::format!($($input)*) };
}

/// Adds a text with holes to a `String`.
macro_rules! add {
    ($text:expr, $($input:tt)*) => { $text.push_str(&format!($($input)*)) };
}

pub mod check;
pub mod demos;
pub mod explore;
pub mod figure;
mod prelude;
pub mod reading;
pub mod sheet;
pub mod shell;
pub mod sim;
pub mod stage;
pub mod view;
pub mod words;
