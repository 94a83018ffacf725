//! One demo in the page: its shell, its regions, its listeners, its frames.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, HtmlInputElement, KeyboardEvent, Window};

use super::dom::Shown;
use crate::demos::find;
use crate::shell::{Errand, Shell, parse_settings, still};

/// Frames between two looks whether the demo can be seen.
const FRAMES_PER_LOOK: u32 = 20;
/// A frame that took longer, in milliseconds, counts as this long: a run doesn't jump after the tab was away.
const FRAME_MS_MAX: f64 = 100.0;

/// What the browser calls with the time in milliseconds.
type OnFrame = Closure<dyn FnMut(f64)>;

struct Live {
    window: Window,
    document: Document,
    figure: Element,
    root: Element,
    shell: RefCell<Shell>,
    regions: RefCell<Vec<(&'static str, Element, Option<Shown>)>>,
    last_frame: Cell<f64>,
    frames: Cell<u32>,
    is_frame_due: Cell<bool>,
    on_frame: RefCell<Option<OnFrame>>,
}

/// See [`super::mount`].
pub(super) fn mount(figure: Element) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    let stage = figure.query_selector(".demo-stage")?.ok_or("no .demo-stage in this figure")?;
    let id = figure.get_attribute("data-demo").ok_or("no data-demo on this figure")?;
    let demo = find(&id).ok_or_else(|| JsValue::from_str("this bundle has no such demo"))?;
    let settings = parse_settings(&figure.get_attribute("data-settings").unwrap_or_default());
    let predict = figure.get_attribute("data-predict").filter(|text| !text.is_empty());
    let mut shell = Shell::new(demo, &figure.id(), settings, predict.as_deref())
        .map_err(|problem| JsValue::from_str(&problem.to_string()))?;
    let shared = shell.restore(&hash(&window));

    let root = Shown::create(&document, still::stage(&shell))?.node().clone();
    let mut regions = Vec::new();
    for (name, _) in shell.regions() {
        if let Some(host) = root.query_selector(&format!("[data-region={name}]"))? {
            // What `stage` put there only reserved the place; from here on the region is patched.
            host.set_text_content(None);
            regions.push((name, host, None));
        }
    }
    let live = Rc::new(Live {
        window,
        document,
        figure,
        root: root.clone(),
        shell: RefCell::new(shell),
        regions: RefCell::new(regions),
        last_frame: Cell::new(0.0),
        frames: Cell::new(0),
        is_frame_due: Cell::new(false),
        on_frame: RefCell::new(None),
    });
    live.show(true)?;
    stage.set_text_content(None);
    stage.append_child(&root)?;
    live.figure.set_attribute("data-live", "true")?;
    listen(&live)?;
    if shared {
        live.figure.scroll_into_view();
    }
    Ok(())
}

fn hash(window: &Window) -> String {
    let hash = window.location().hash().unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

fn listen(live: &Rc<Live>) -> Result<(), JsValue> {
    on(live, &live.root, "click", |live, event| {
        if let Some((element, command)) = target_of(event)
            && !matches!(element.tag_name().as_str(), "INPUT" | "SELECT")
        {
            live.carry_out(&command, "");
        }
    })?;
    for kind in ["input", "change"] {
        on(live, &live.root, kind, move |live, event| {
            let Some((element, command)) = target_of(event) else { return };
            let Some(value) = value_of(&element, kind) else { return };
            live.carry_out(&command, &value);
        })?;
    }
    on(live, &live.root, "keydown", |live, event| {
        if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
            live.press(event);
        }
    })?;
    on(live, &live.window, "hashchange", |live, _| {
        let fragment = hash(&live.window);
        if live.shell.borrow_mut().restore(&fragment) {
            live.refresh();
            live.figure.scroll_into_view();
        }
    })?;
    let weak = Rc::downgrade(live);
    let frame = Closure::new(move |time: f64| {
        if let Some(live) = weak.upgrade() {
            live.frame(time);
        }
    });
    live.on_frame.replace(Some(frame));
    Ok(())
}

fn on(
    live: &Rc<Live>,
    target: &web_sys::EventTarget,
    kind: &str,
    react: impl Fn(&Rc<Live>, &Event) + 'static,
) -> Result<(), JsValue> {
    let live = Rc::clone(live);
    let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| react(&live, &event));
    target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref())?;
    // The demo lives as long as the page.
    closure.forget();
    Ok(())
}

fn target_of(event: &Event) -> Option<(Element, String)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let element = target.closest("[data-do]").ok()??;
    let command = element.get_attribute("data-do")?;
    Some((element, command))
}

/// A slider and the guess are followed while they change; everything else counts when it is settled.
fn value_of(element: &Element, kind: &str) -> Option<String> {
    let property = |name: &str| Reflect::get(element, &JsValue::from_str(name)).ok();
    let input: Option<&HtmlInputElement> = element.dyn_ref();
    let type_of = input.map(HtmlInputElement::type_).unwrap_or_default();
    let wanted = if matches!(type_of.as_str(), "range" | "text") { "input" } else { "change" };
    if kind != wanted {
        return None;
    }
    if type_of == "checkbox" {
        return Some(property("checked")?.is_truthy().to_string());
    }
    property("value")?.as_string()
}

impl Live {
    fn carry_out(self: &Rc<Self>, command: &str, value: &str) {
        let errand = self.shell.borrow_mut().handle(command, value);
        self.run_errand(errand);
    }

    fn run_errand(self: &Rc<Self>, errand: Errand) {
        self.refresh();
        if errand == Errand::CopyLink {
            self.copy_link();
        }
    }

    /// Shows everything anew, and keeps the address up to date unless time is running.
    fn refresh(self: &Rc<Self>) {
        // A document that refuses a change is broken beyond this demo; there is nobody to tell.
        let _ = self.show(true);
        if self.shell.borrow().is_playing() {
            self.ask_for_frame();
        } else {
            self.note_address();
        }
    }

    fn show(&self, everything: bool) -> Result<(), JsValue> {
        let shell = self.shell.borrow();
        let wanted = if everything { shell.regions() } else { shell.moving_regions() };
        let mut regions = self.regions.borrow_mut();
        for (name, element) in wanted {
            let Some((_, host, shown)) = regions.iter_mut().find(|(region, _, _)| *region == name) else {
                continue;
            };
            match shown {
                Some(shown) => shown.patch(&self.document, element)?,
                None => {
                    let fresh = Shown::create(&self.document, element)?;
                    host.append_child(fresh.node())?;
                    *shown = Some(fresh);
                }
            }
        }
        if everything {
            self.root.set_attribute("data-tab", shell.tab())?;
            self.figure.set_attribute("data-position", &shell.position().to_string())?;
        }
        self.figure.set_attribute("data-time", &shell.cursor().to_string())
    }

    fn ask_for_frame(&self) {
        if self.is_frame_due.replace(true) {
            return;
        }
        if let Some(closure) = self.on_frame.borrow().as_ref() {
            let _ = self.window.request_animation_frame(closure.as_ref().unchecked_ref());
        }
    }

    fn frame(self: &Rc<Self>, time: f64) {
        self.is_frame_due.set(false);
        let previous = self.last_frame.replace(time);
        let elapsed = if previous > 0.0 { (time - previous).clamp(0.0, FRAME_MS_MAX) } else { 0.0 };
        let frames = self.frames.get().wrapping_add(1);
        self.frames.set(frames);
        if frames.is_multiple_of(FRAMES_PER_LOOK) && !self.can_be_seen() {
            self.shell.borrow_mut().handle("play", "");
            self.refresh();
            return;
        }
        let before = self.shell.borrow().position();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 0 to 100 ms above"
        )]
        self.shell.borrow_mut().advance((elapsed * 1_000.0) as u64);
        let (after, is_playing) = {
            let shell = self.shell.borrow();
            (shell.position(), shell.is_playing())
        };
        let _ = self.show(after != before || !is_playing);
        if is_playing {
            self.ask_for_frame();
        } else {
            self.last_frame.set(0.0);
            self.note_address();
        }
    }

    fn can_be_seen(&self) -> bool {
        let place = self.root.get_bounding_client_rect();
        let height = self.window.inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
        place.bottom() > 0.0 && place.top() < height
    }

    fn note_address(&self) {
        let url = format!("#{}", self.shell.borrow().fragment());
        if let Ok(history) = self.window.history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
        }
    }

    fn copy_link(&self) {
        let href = self.window.location().href().unwrap_or_default();
        let navigator = self.window.navigator();
        // Only there in a secure context; a page opened from disk has the link in its address bar all the same.
        let has_clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard"))
            .is_ok_and(|clipboard| clipboard.is_object());
        if has_clipboard {
            let _ = navigator.clipboard().write_text(&href);
        }
        self.shell.borrow_mut().say(if has_clipboard {
            "The link to this run is on the clipboard."
        } else {
            "The link to this run is in the address bar."
        });
        let _ = self.show(true);
    }

    fn press(self: &Rc<Self>, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let tag = target.tag_name();
        let key = event.key();
        let is_press = matches!(key.as_str(), " " | "Enter");
        // Fields keep their keys; what looks like a button is pressed by Space and Enter.
        match tag.as_str() {
            "INPUT" | "SELECT" | "TEXTAREA" => return,
            "BUTTON" | "SUMMARY" if is_press => return,
            "g" if is_press => {
                if let Some(command) = target.get_attribute("data-do") {
                    event.prevent_default();
                    self.carry_out(&command, "");
                }
                return;
            }
            _ => {}
        }
        let errand = self.shell.borrow_mut().key(&key);
        if let Some(errand) = errand {
            event.prevent_default();
            self.run_errand(errand);
        }
    }
}
