//! What `patch.js` does for this side.

use alloc::string::String;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event};

#[wasm_bindgen]
extern "C" {
    /// Makes a region show this, and touches only what differs.
    #[wasm_bindgen(js_name = demoShow)]
    pub(super) fn show(root: &Element, region: &str, html: &str);

    /// A command, and after a blank its value; empty when the event is none of the demo's business.
    #[wasm_bindgen(js_name = demoWish)]
    pub(super) fn wish(event: &Event) -> String;

    /// What a figure says of itself, a line each: its demo, its settings, its id, the whole address of the page that shows its
    /// demo alone; and then, however many lines it has, what the author asks.
    #[wasm_bindgen(js_name = demoFacts)]
    pub(super) fn facts(figure: &Element) -> String;

    /// Calls back with every event that can mean something.
    #[wasm_bindgen(js_name = demoListen)]
    pub(super) fn listen(root: &Element, call: &Function);

    /// Calls back with the time of the next frame.
    #[wasm_bindgen(js_name = requestAnimationFrame)]
    pub(super) fn ask_for_frame(call: &Function);

    /// Makes this the fragment of the page's address, in a moment and without a new entry in its history.
    #[wasm_bindgen(js_name = demoNote)]
    pub(super) fn note(fragment: &str);

    /// The fragment of the page's address, with its `#`.
    #[wasm_bindgen(js_name = demoHash)]
    pub(super) fn hash() -> String;

    /// Puts the page's address with this fragment on the clipboard, and calls back with an empty text; with the address where
    /// that can't be done.
    #[wasm_bindgen(js_name = demoCopy)]
    pub(super) fn copy(fragment: &str, call: &Function);

    /// Selects the address at the end of what the demo says, for the reader to copy. True when it is on the clipboard now.
    #[wasm_bindgen(js_name = demoPick)]
    pub(super) fn pick(root: &Element) -> bool;

    /// Gives the reader a text as a file of that name.
    #[wasm_bindgen(js_name = demoDownload)]
    pub(super) fn download(name: &str, text: &str);

    /// Every match of a regular expression in a text, as `sheet.js` writes them.
    #[cfg(feature = "sheets")]
    #[wasm_bindgen(js_name = demoMatches)]
    pub(super) fn matches(expression: &str, text: &str) -> String;

    /// Whether the reader wants nothing to move.
    #[wasm_bindgen(js_name = demoIsCalm)]
    pub(super) fn is_calm() -> bool;

    /// Whether any of it is in the window.
    #[wasm_bindgen(js_name = demoIsSeen)]
    pub(super) fn is_seen(root: &Element) -> bool;
}
