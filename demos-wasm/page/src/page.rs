//! What `patch.js` does for this side.

use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, Window};

#[wasm_bindgen]
extern "C" {
    /// Makes a region show this, and touches only what differs.
    #[wasm_bindgen(js_name = demoShow)]
    pub(super) fn show(root: &Element, region: &str, html: &str);

    /// A command, and after a blank its value; empty when the event is none of the demo's business.
    #[wasm_bindgen(js_name = demoWish)]
    pub(super) fn wish(event: &Event) -> String;

    /// Not by `web_sys::window`, which brings along what it takes to look for it in workers.
    #[wasm_bindgen(thread_local_v2, js_name = window)]
    pub(super) static WINDOW: Window;

    /// The fragment of the page's address, with its `#`.
    #[wasm_bindgen(js_name = demoHash)]
    pub(super) fn hash() -> String;

    /// Puts the page's address on the clipboard; false where there is none.
    #[wasm_bindgen(js_name = demoCopy)]
    pub(super) fn copy_address() -> bool;

    /// Gives the reader a text as a file of that name.
    #[wasm_bindgen(js_name = demoDownload)]
    pub(super) fn download(name: &str, text: &str);

    /// Every match of a regular expression in a text, as `web/sheet.js` writes them.
    #[wasm_bindgen(js_name = demoMatches)]
    pub(super) fn matches(expression: &str, text: &str) -> String;

    /// The whole address of the page that shows this demo alone.
    #[wasm_bindgen(js_name = demoHome)]
    pub(super) fn home(figure: &Element) -> String;

    /// Whether any of it is in the window.
    #[wasm_bindgen(js_name = demoIsSeen)]
    pub(super) fn is_seen(root: &Element) -> bool;
}
