//! A run as text: in a link, and as a trace.

use super::transport::button;
use super::{Left, Shell};
use crate::figure::{Figure, Info, Settings, SettingsError, Value};
use crate::prelude::*;
use crate::put;
use crate::reading::{cut, number, pieces, signed};
use crate::sim::Tick;
use crate::sim::history::Deed;
use crate::view::{Flag, Html};

/// How far the time shown may be ahead of the last step when nothing is to come, in microseconds.
const IDLE_MAX: u64 = 60_000_000;

/// Reads `seed=7;nodes=5;scenario=split-vote`: what an element's `data-settings` and a shared link hold. Parts that don't
/// read are left to [`Figure::validate`] or skipped.
pub fn parse_settings(text: &str) -> Settings {
    let mut settings = Settings::default();
    for (key, value) in pieces(text, b';').filter_map(|part| cut(part, b'=')) {
        match key {
            "seed" => settings.seed = number(value).unwrap_or(0),
            "scenario" => settings.scenario = Some(value.to_owned()),
            "at" | "t" | "do" => {}
            _ => settings.options.push((key.to_owned(), parse_value(value))),
        }
    }
    settings
}

fn parse_value(text: &str) -> Value {
    match (text, signed(text)) {
        ("true", _) => Value::Flag(true),
        ("false", _) => Value::Flag(false),
        (_, Some(number)) => Value::Integer(number),
        (_, None) => Value::Text(text.to_owned()),
    }
}

/// Reads deeds. One without step and time is the next step after the one before it, at the same time.
fn parse_deeds(text: &str) -> Vec<Deed> {
    let mut deeds: Vec<Deed> = Vec::new();
    for text in pieces(text, b',') {
        deeds.extend(parse_deed(text, deeds.last()));
    }
    deeds
}

fn parse_deed(text: &str, last: Option<&Deed>) -> Option<Deed> {
    let (step, at, what) = match cut(text, b'.') {
        Some((step, rest)) => {
            let (at, what) = cut(rest, b'.')?;
            (number(step)?, Tick(number(at)?), what)
        }
        None => (last?.step + 1, last?.at, text),
    };
    Some(Deed { step, at, what: what.parse().ok()? })
}

impl Shell {
    /// The run as a URL fragment without `#`: demo, seed, options, what the reader did, position. Only characters that a
    /// fragment may hold as they are.
    pub fn fragment(&self) -> String {
        format!("demo:{}:{}", self.element_id, self.state())
    }

    fn state(&self) -> String {
        let mut text = settings_text(&self.settings);
        add!(text, ";scenario={};at={};t={}", self.run.scenario(), self.run.position(), self.cursor);
        let mut last: Option<&Deed> = None;
        for deed in self.run.deeds() {
            text.push_str(if last.is_none() { ";do=" } else { "," });
            if last.is_none_or(|last| (last.step + 1, last.at) != (deed.step, deed.at)) {
                add!(text, "{}.{}.", deed.step, deed.at.0);
            }
            add!(text, "{}", deed.what);
            last = Some(deed);
        }
        text
    }

    /// Goes to the run of a shared link. False, and nothing changes, when the link is for another element or isn't valid; what
    /// isn't valid is said.
    ///
    /// With `run:` in the place of `demo:` it is the run that the author has put into the page.
    pub fn restore(&mut self, fragment: &str) -> bool {
        let given = fragment.strip_prefix("run:");
        let state = given.or_else(|| fragment.strip_prefix("demo:")).and_then(|rest| cut(rest, b':'));
        let author = self.given.then(|| self.settings.clone());
        match state {
            Some((element, state)) if element == self.element_id && self.take_over(state) => {
                // A place in the author's run is still in that run.
                self.given = given.is_some() || author.is_some_and(|settings| settings == self.settings);
                true
            }
            Some(_) | None => false,
        }
    }

    /// Goes to the run of a link or a trace that a reader has pasted, from whatever page it is.
    pub(super) fn import(&mut self, text: &str) {
        if !linked_states(text, &mut |state| self.take_over(state)) && self.notice.is_empty() {
            self.say("This is no link or trace of this demo; both hold a piece that begins with #demo:");
        }
    }

    /// The run as text: the piece of a link that brings it back, and an event a line as [`trace`] writes it, with what was
    /// done to the cluster marked by a star.
    pub fn export(&self) -> String {
        let mut text = format!("{}\n#{}\n", self.figure.info().title, self.fragment());
        for (step, record) in self.run.records().iter().enumerate() {
            let mark = if self.run.deeds().iter().any(|deed| deed.step == step) { '*' } else { ' ' };
            add!(text, "{mark} {}\t{}\n", record.at.0, record.sentence);
        }
        text
    }

    /// Goes to the run of a link's state; where that names no position, to where it opens.
    fn take_over(&mut self, state: &str) -> bool {
        let settings = parse_settings(state);
        let mut run = match self.figure.open(&settings) {
            Ok(run) => run,
            Err(problem) => {
                self.refuse(problem);
                return false;
            }
        };
        let field =
            |name: &str| pieces(state, b';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        if let Some(deeds) = field("do") {
            run.replay(parse_deeds(deeds));
        }
        run.seek(field("at").and_then(number).unwrap_or_else(|| run.opening()));
        self.begin(Left { run, settings, given: false });
        let earliest = self.run.now().0 * 1_000;
        // Where nothing is to come, the reader may have waited; a link can't make that longer than this.
        let latest = self.run.next_at().map_or(earliest + IDLE_MAX, |next| next.0 * 1_000).max(earliest);
        let wanted = field("t").and_then(number).unwrap_or(earliest);
        self.cursor = wanted.clamp(earliest, latest);
        self.keep_up();
        true
    }

    /// Lines of events that the reader has left.
    pub(super) fn switch_branch(&mut self, branch: &str) {
        let Some(branch) = number(branch) else { return };
        self.playing = false;
        self.run.switch(branch);
        self.event = None;
        self.cursor = self.run.now().0 * 1_000;
    }

    pub(super) fn share_panel(&self, html: &mut Html) {
        share_panel(html, self.live, &self.home, self.figure.info(), Some(&self.state()));
    }
}

/// What of a link an author may put into a fence: seed, options, scenario and what was done, without the position. None when
/// `text` holds no link of this demo, or one whose deeds can't all be done any more.
pub fn run_of_link(figure: &'static dyn Figure, text: &str) -> Option<String> {
    let mut found = None;
    linked_states(text, &mut |state| {
        let mut shell = match Shell::new(figure, "", Settings::default(), None) {
            Ok(shell) => shell,
            Err(_) => return false,
        };
        let deeds = pieces(state, b';').find_map(|part| part.strip_prefix("do=")).unwrap_or_default();
        let all = parse_deeds(deeds).len();
        if shell.take_over(state)
            && shell.run.deeds().len() == all
            && all == pieces(deeds, b',').filter(|it| !it.is_empty()).count()
        {
            let (settings, scenario) = (settings_text(&shell.settings), shell.run.scenario());
            found = Some(format!("{settings};scenario={scenario};do={deeds}"));
        }
        found.is_some()
    });
    found
}

/// `seed=7;nodes=5`: the seed, and the options that were set.
pub(super) fn settings_text(settings: &Settings) -> String {
    let mut text = format!("seed={}", settings.seed);
    for (name, value) in &settings.options {
        match value {
            Value::Integer(number) => add!(text, ";{name}={number}"),
            Value::Flag(on) => add!(text, ";{name}={on}"),
            Value::Text(choice) => add!(text, ";{name}={choice}"),
        };
    }
    text
}

/// Offers what follows `#demo:…:` in each word of a text, until one is taken. False when none is.
pub(super) fn linked_states(text: &str, take: &mut dyn FnMut(&str) -> bool) -> bool {
    // By blanks and single characters only: looking for a longer text brings in 5 KB for the page.
    text.split_ascii_whitespace().any(|word| {
        let fragment = cut(word, b'#').map_or(word, |(_, fragment)| fragment);
        let state = fragment.strip_prefix("demo:").and_then(|rest| cut(rest, b':'));
        state.is_some_and(|(_, state)| take(state))
    })
}

/// Links, a frame for another page, and a place to paste; `state` is what a link holds, none where it holds too little.
pub(super) fn share_panel(html: &mut Html, live: bool, home: &str, info: Info, state: Option<&str>) {
    put!(html, "<details class=\"share\"><summary>Share this</summary>");
    for (command, label) in [("share", "Copy link"), ("download", "Download as text")] {
        button(html, live, &command, &label);
    }
    let frame = state.map_or("This drawing is too large for a link.".to_owned(), |state| format!(
        "<iframe src=\"{home}#demo:{}:{state}\" title=\"{}\" width=\"100%\" height=\"1100\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>",
        info.id, info.title
    ));
    let inert = Flag("disabled", !live);
    put!(
        html,
        "<label>For a page of yours<textarea readonly rows=\"4\"{}>{}</textarea></label>\
         <label>Paste a link or a text<textarea rows=\"4\" data-do=\"import\"{}></textarea></label></details>",
        inert,
        frame,
        inert
    );
}

/// The first `events` steps of a run, one a line: time in milliseconds, a tab, a sentence. The same natively and in WASM.
///
/// # Errors
/// As [`Figure::validate`].
pub fn trace(figure: &dyn Figure, settings: &Settings, events: usize) -> Result<String, SettingsError> {
    let mut run = figure.open(settings)?;
    run.seek(events);
    let mut text = String::new();
    for record in run.records().iter().take(events) {
        add!(text, "{}\t{}\n", record.at.0, record.sentence);
    }
    Ok(text)
}
