//! One demo in the page: its shell, its listeners, its frames.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event};

use crate::page;
use crate::{family, open};
use demos::reading::{cut, pieces};
use demos::shell::{Errand, Piece, parse_settings};
use demos::view::Html;

/// Frames between two looks whether the demo can be seen.
const FRAMES_PER_LOOK: u32 = 20;
/// A frame that took longer, in milliseconds, counts as this long: a run doesn't jump after the tab was away.
const FRAME_MS_MAX: f64 = 100.0;

struct Live {
    figure: Element,
    root: Element,
    shell: Box<dyn Piece>,
    /// What the browser calls: with an event, or with the time of a frame in milliseconds.
    call: Function,
    last_frame: f64,
    frames: u32,
    is_frame_due: bool,
}

/// See [`crate::mount`].
pub(super) fn mount(figure: Element) -> Result<(), JsValue> {
    let facts = page::facts(&figure);
    // What the author asks comes last and may have several lines.
    let mut rest = facts.as_str();
    let mut fact = || {
        let (line, after) = cut(rest, b'\n').unwrap_or_default();
        rest = after;
        line
    };
    let name = fact();
    let demo =
        family::DEMOS.iter().find(|demo| demo.info().id == name).ok_or("this module has no such demo")?;
    let given = fact();
    let settings = parse_settings(given);
    let (id, home) = (fact(), fact());
    let predict = Some(rest).filter(|text| !text.is_empty());
    let mut shell = open(*demo, id, settings, predict).map_err(|problem| JsValue::from(problem.message))?;
    shell.set_home(home.into());
    // What an author has played and put into the page.
    if pieces(given, b';').any(|part| part.strip_prefix("do=").is_some()) {
        let mut fragment = String::from("run:");
        for piece in [id, ":", given] {
            fragment.push_str(piece);
        }
        shell.restore(&fragment);
    }
    let root = figure.query_selector(".demo-shell")?.ok_or("no still in this figure")?;

    // The demo lives as long as the page.
    let live: &'static RefCell<Option<Live>> = Box::leak(Box::new(RefCell::new(None)));
    let call = Closure::<dyn FnMut(JsValue)>::new(move |what: JsValue| {
        // What a patch itself sets off, such as the blur of a field that is gone, asks for nothing.
        if let Ok(mut live) = live.try_borrow_mut()
            && let Some(live) = live.as_mut()
        {
            live.hear(&what);
        }
    });
    let call: Function = call.into_js_value().unchecked_into();
    page::listen(&root, &call);
    let mut fresh = Live { figure, root, shell, call, last_frame: 0.0, frames: 0, is_frame_due: false };
    fresh.show(true);
    fresh.restore(&page::hash());
    fresh.set("data-live", "true");
    live.replace(Some(fresh));
    Ok(())
}

impl Live {
    fn hear(&mut self, what: &JsValue) {
        if let Some(time) = what.as_f64() {
            return self.frame(time);
        }
        if let Some(link) = what.as_string() {
            return self.copied(&link);
        }
        let event: &Event = what.unchecked_ref();
        let wish = page::wish(event);
        let (command, value) = cut(&wish, b' ').unwrap_or((&wish, ""));
        match command {
            "" => {}
            "restore" => self.restore(value),
            "key" => {
                if let Some(errand) = self.shell.key(value) {
                    event.prevent_default();
                    self.run_errand(errand);
                }
            }
            _ => {
                let errand = self.shell.handle(command, value);
                self.run_errand(errand);
            }
        }
    }

    /// Goes to what a link holds, or shows what is wrong with it.
    fn restore(&mut self, hash: &str) {
        let fragment = hash.strip_prefix('#').unwrap_or(hash);
        let element = fragment.strip_prefix("demo:").and_then(|rest| cut(rest, b':'));
        if element.is_some_and(|(element, _)| self.figure.id() == element) {
            self.shell.restore(fragment);
            self.refresh();
            self.figure.scroll_into_view();
        }
    }

    fn run_errand(&mut self, errand: Errand) {
        self.refresh();
        match errand {
            Errand::None => {}
            Errand::CopyLink => page::copy(&self.shell.fragment(), &self.call),
            Errand::Download => page::download("trace.txt", &self.shell.export()),
            // Only what is drawn looks for anything.
            #[cfg(not(feature = "sheets"))]
            Errand::Match => {}
            #[cfg(feature = "sheets")]
            Errand::Match => {
                let (expression, text) = self.shell.search();
                let found = page::matches(expression, text);
                self.shell.handle("matched", &found);
                self.refresh();
            }
        }
    }

    /// Shows everything anew, and keeps the address up to date unless time is running.
    fn refresh(&mut self) {
        self.show(true);
        if self.shell.is_busy() {
            self.ask_for_frame();
        } else {
            self.note_address();
        }
    }

    fn show(&self, everything: bool) {
        let mut place = 0;
        while let Some(part) = self.shell.part(place) {
            if everything || part.moves {
                let mut html = Html::new();
                self.shell.write(part.name, &mut html);
                page::show(&self.root, part.name, html.as_str());
            }
            place += 1;
        }
        if everything {
            // A document that refuses an attribute is broken beyond this demo; there is nobody to tell.
            let _ = self.root.set_attribute("data-tab", self.shell.tab());
            self.set("data-position", &self.shell.position().to_string());
        }
        self.set("data-time", &self.shell.cursor().to_string());
    }

    fn set(&self, attribute: &str, value: &str) {
        let _ = self.figure.set_attribute(attribute, value);
    }

    fn ask_for_frame(&mut self) {
        if !self.is_frame_due {
            self.is_frame_due = true;
            page::ask_for_frame(&self.call);
        }
    }

    fn frame(&mut self, time: f64) {
        self.is_frame_due = false;
        let elapsed = if self.last_frame > 0.0 { time - self.last_frame } else { 0.0 };
        self.last_frame = time;
        self.frames = self.frames.wrapping_add(1);
        if self.frames.is_multiple_of(FRAMES_PER_LOOK) && !page::is_seen(&self.root) {
            self.last_frame = 0.0;
            if self.shell.is_playing() {
                self.shell.handle("play", "");
                self.show(true);
            }
            // A search goes on when it is seen again.
            if self.shell.is_busy() {
                self.frames = self.frames.wrapping_sub(1);
                self.ask_for_frame();
            }
            return;
        }
        let before = self.shell.position();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 100 ms")]
        let elapsed = (elapsed.clamp(0.0, FRAME_MS_MAX) * 1_000.0) as u64;
        if page::is_calm() {
            self.shell.stride(elapsed);
        } else {
            self.shell.advance(elapsed);
        }
        let is_busy = self.shell.is_busy();
        self.show(self.shell.position() != before || !is_busy);
        if is_busy {
            self.ask_for_frame();
        } else {
            self.last_frame = 0.0;
            self.note_address();
        }
    }

    fn note_address(&self) {
        page::note(&self.shell.fragment());
    }

    /// Says that the link is on the clipboard, or shows it where it isn't.
    fn copied(&mut self, link: &str) {
        if !link.is_empty() {
            let mut said = String::from("The clipboard is closed to this page. Copy the link: ");
            said.push_str(link);
            self.shell.say(&said);
            self.show(true);
            if !page::pick(&self.root) {
                return;
            }
        }
        self.shell.say("The link is on the clipboard.");
        self.show(true);
    }
}
