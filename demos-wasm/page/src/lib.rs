//! The page's side: finds an element, opens a shell, carries input to it and regions from it. Only for wasm32.
//!
//! `patch.js` beside this file is its other half: it turns a region's HTML into the fewest changes of the document, and
//! an event into a command, `sheet.js` what drawings need. `site-gen` puts them into the same file as the glue.
//!
//! It is compiled once for each family of demos, with the feature of that name: a page fetches what it shows.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg(target_arch = "wasm32")]

#[cfg(not(any(feature = "runs", feature = "sheets")))]
compile_error!("name the family that the page shall hold, such as `--features raft`");

extern crate alloc;

mod live;
mod page;

#[cfg(feature = "runs")]
use demos::shell::open_run as open;
#[cfg(feature = "sheets")]
use demos::shell::open_sheet as open;

#[cfg(feature = "drawings")]
use demos::demos::members::drawings as family;
#[cfg(feature = "raft")]
use demos::demos::members::raft as family;
#[cfg(feature = "replicas")]
use demos::demos::members::replicas as family;

use wasm_bindgen::prelude::*;
use web_sys::Element;

/// Brings a `figure[data-demo]` to life in the place of its still.
///
/// # Errors
/// A message when the element isn't a demo figure of this bundle; the still stays as it is.
#[wasm_bindgen]
pub fn mount(figure: Element) -> Result<(), JsValue> {
    live::mount(figure)
}

/// The first `events` steps of a run, as [`demos::shell::trace`] gives them natively.
///
/// # Errors
/// A message when there is no such demo or the settings are not valid.
#[cfg(feature = "runs")]
#[wasm_bindgen]
pub fn trace(id: &str, settings: &str, events: u32) -> Result<alloc::string::String, JsValue> {
    let figure = family::DEMOS.iter().find(|figure| figure.info().id == id).ok_or("no such demo")?;
    demos::shell::trace(*figure, &demos::shell::parse_settings(settings), events as usize)
        .map_err(|problem| JsValue::from(problem.message))
}

/// For its size; the demos allocate little and often.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A panic ends the demo without a word: what would find words for it costs the page 2 KB, and nobody reads them.
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
