//! What stands under the drawing: what is chosen and what can be done with it, the cut, the question, and panels to open.

use crate::prelude::*;

use super::causality::Relation;
use super::diagram::{DRAWN_PROCESSES_MAX, EventId, ProcessId};
use super::quiz::Question;
use super::sheet::Drawing;
use super::words;
use crate::put;
use crate::view::{Flag, Html};
use crate::words::Words;

/// Lines that still have a button each.
const BUTTONS_MAX: usize = 8;
/// Events listed at a time.
const LISTED_MAX: usize = 60;

/// Writes buttons; inert in a still.
struct Buttons<'a> {
    html: &'a mut Html,
    live: bool,
}

impl Buttons<'_> {
    fn button(&mut self, command: &dyn Words, label: &dyn Words) {
        put!(
            self.html,
            "<button type=\"button\" data-do=\"{}\"{}>{}</button>",
            command,
            Flag("disabled", !self.live),
            label
        );
    }

    /// A button that is down while something is on.
    fn switch(&mut self, command: &dyn Words, label: &dyn Words, is_on: bool) {
        put!(
            self.html,
            "<button type=\"button\" data-do=\"{}\" aria-pressed=\"{}\"{}>{}</button>",
            command,
            is_on,
            Flag("disabled", !self.live),
            label
        );
    }
}

impl Drawing {
    /// The clocks shown, the cut, the quiz.
    pub(super) fn shown_panel(&self, live: bool, html: &mut Html) {
        put!(html, "<div class=\"actions\" role=\"group\" aria-label=\"Show\">");
        let mut buttons = Buttons { html, live };
        for (place, name) in ["Physical", "Lamport", "Vector", "Hybrid"].iter().enumerate() {
            if self.has_clock(place) {
                buttons.switch(&format!("show:{place}"), name, self.shows[place]);
            }
        }
        buttons.switch(&"cut", &"Cut", self.cut.is_some());
        buttons.button(&"ask", &"Ask me");
        buttons.button(&"random", &"Another drawing");
        put!(html, "</div>");
    }

    /// What is chosen, in sentences that are read aloud.
    pub(super) fn why(&self, html: &mut Html) {
        put!(html, "<div class=\"why\" aria-live=\"polite\">");
        let (diagram, stamps) = (self.diagram(), &self.stamps);
        match (self.first, self.second) {
            _ if self.is_asking() => {}
            (Some(first), Some(second)) => {
                put!(html, "<p><strong>{}</strong></p>", words::reason(diagram, stamps, first, second));
            }
            (Some(first), None) => {
                let relations = self.relations();
                let count = |wanted| {
                    stamps
                        .order()
                        .iter()
                        .filter(|event| relations.get(event.index()) == Some(&wanted))
                        .count()
                };
                let (before, after, apart) =
                    (count(Relation::Before), count(Relation::After), count(Relation::Concurrent));
                put!(
                    html,
                    "<p><strong>{}</strong> Before it happened {}, after it {}; {} concurrent with it.</p>",
                    words::stamps(diagram, stamps, first),
                    before,
                    after,
                    apart
                );
                if let Some(log) = &self.log {
                    let place = first.index();
                    if let (Some(text), Some(line)) = (log.texts.get(place), log.lines.get(place)) {
                        put!(html, "<p>Line {}: {}</p>", line, text);
                    }
                }
                put!(html, "<p class=\"hint\">Choose a second event to compare.</p>");
            }
            (None, _) => {}
        }
        put!(html, "</div>");
    }

    /// What can be done: to the drawing, to one event, to two.
    pub(super) fn tools(&self, live: bool, html: &mut Html) {
        put!(html, "<div class=\"actions\" role=\"group\" aria-label=\"Draw\">");
        let lines = self.diagram().lines().len();
        let mut reached = Vec::with_capacity(lines);
        for line in (0..lines).map(ProcessId::at) {
            if self.is_shown(line) {
                reached.push(line);
            }
        }
        // A button for each of 64 hosts would bury the others; what they do can be done by dragging and by keys too.
        if reached.len() > BUTTONS_MAX {
            reached.clear();
        }
        let mut buttons = Buttons { html, live };
        match (self.first, self.second) {
            (Some(first), Some(second)) => {
                if self.joining().is_some() {
                    buttons.button(&"part", &"Delete the message");
                } else {
                    buttons.button(&"join", &format!("Message {first} → {second}"));
                }
            }
            (Some(first), None) => {
                buttons.button(&"earlier", &"Earlier");
                buttons.button(&"later", &"Later");
                buttons.button(&"after", &"Event after it");
                let own = self.diagram().place(first).map(|place| place.process);
                for line in reached {
                    if Some(line) != own {
                        let label = format!("Message to {}", self.name(line));
                        buttons.button(&format!("send:{}", line.0), &label);
                    }
                }
                buttons.button(&"delete", &format!("Delete {first}"));
            }
            (None, _) => {
                put!(
                    buttons.html,
                    "<p class=\"hint\">Tap a line for an event, an event to choose it. Drag an event along its line to \
                     move it, to another line to send a message.</p>"
                );
                for line in reached {
                    let label = format!("Event on {}", self.name(line));
                    buttons.button(&format!("grow:{}", line.0), &label);
                }
                if lines < DRAWN_PROCESSES_MAX {
                    buttons.button(&"process", &"Add a process");
                }
                let last = ProcessId::at(lines - 1);
                let is_empty = self.diagram().line(last).is_some_and(|line| line.events().is_empty());
                if lines > 2 && (is_empty || !self.diagram().is_log()) {
                    buttons.button(&"remove", &format!("Remove {}", self.name(last)));
                }
            }
        }
        if self.first.is_some() {
            buttons.button(&"let-go", &"Let go");
        }
        put!(html, "</div>");
    }

    /// The cut: whether it is consistent, and a slider a line.
    pub(super) fn cut_panel(&self, live: bool, html: &mut Html) {
        let Some(cut) = self.cut.as_ref().filter(|_| !self.is_asking()) else { return };
        let is_consistent = cut.is_consistent(self.diagram(), &self.stamps);
        put!(
            html,
            "<div class=\"cutting\"><p class=\"verdict-{}\" aria-live=\"polite\">{} {}</p><div class=\"fields\">",
            if is_consistent { "ok" } else { "bad" },
            if is_consistent { "✓" } else { "✗" },
            words::cut(self.diagram(), &self.stamps, cut)
        );
        for (place, count) in cut.events().iter().enumerate() {
            let process = ProcessId::at(place);
            if !self.is_shown(process) {
                continue;
            }
            let last = match cut.last(self.diagram(), process) {
                Some(event) => format!("up to {event}"),
                None => "nothing".to_owned(),
            };
            put!(
                html,
                "<label class=\"setting\"><span class=\"name\">{}: {}</span>\
                 <input type=\"range\" data-do=\"cut-to:{}\" min=\"0\" max=\"{}\" value=\"{}\" aria-valuetext=\"{}\"{}>\
                 </label>",
                self.name(process),
                last,
                place,
                self.diagram().line(process).map_or(0, |line| line.events().len()),
                count,
                last,
                Flag("disabled", !live)
            );
        }
        put!(html, "</div>");
        if !is_consistent {
            Buttons { html, live }.button(&"mend", &"Make it consistent");
        }
        put!(html, "</div>");
    }

    /// The question, what can be answered, and what is said to it.
    pub(super) fn quiz_panel(&self, live: bool, html: &mut Html) {
        let Some(asked) = &self.quiz else { return };
        let (diagram, stamps) = (self.diagram(), &self.stamps);
        put!(
            html,
            "<div class=\"card\" aria-live=\"polite\"><p class=\"kicker\">Predict, then see</p>\
             <p class=\"question\">{}</p><div class=\"actions\">",
            words::question(stamps, &asked.question)
        );
        if let Some(given) = asked.given {
            let (right, all) = self.score;
            put!(
                html,
                "</div><p class=\"answer\">{}</p><p>{} of {} right.</p><div class=\"actions\">",
                words::verdict(diagram, stamps, &asked.question, given),
                right,
                all
            );
            let mut buttons = Buttons { html, live };
            buttons.button(&"ask", &"Next question");
            buttons.button(&"let-go", &"Enough");
        } else {
            let mut buttons = Buttons { html, live };
            match &asked.question {
                Question::Order(a, b) | Question::Vectors(a, b) => {
                    for (word, sign) in [("before", "→"), ("after", "←"), ("concurrent", "∥")] {
                        buttons.button(&format!("answer:{word}"), &format!("{a} {sign} {b}"));
                    }
                }
                Question::Concurrent(_, offers) => {
                    for offer in offers {
                        buttons.button(&format!("answer:{}", offer.0), offer);
                    }
                }
                Question::Cut(_) | Question::Lamport(..) => {
                    buttons.button(&"answer:yes", &"Yes");
                    buttons.button(&"answer:no", &"No, or not necessarily");
                }
            }
        }
        put!(html, "</div></div>");
    }

    /// All events with all their clocks, around the one that keys act on.
    pub(super) fn stamps_panel(&self, live: bool, html: &mut Html) {
        put!(html, "<details class=\"events\"><summary>Events and their clocks</summary>");
        if self.is_asking() {
            put!(html, "<p class=\"hint\">Hidden until you have answered the question.</p>");
        }
        put!(html, "<ol tabindex=\"-1\">");
        if !self.is_asking() {
            let order = self.stamps.order();
            let focus = self.focus().and_then(|focus| order.iter().position(|&event| event == focus));
            let last = order.len().saturating_sub(LISTED_MAX);
            let first = focus.unwrap_or(0).saturating_sub(LISTED_MAX / 2).min(last);
            for &event in order.iter().skip(first).take(LISTED_MAX) {
                put!(
                    html,
                    "<li class=\"{}\" data-key=\"{}\"><button type=\"button\" data-do=\"pick:{}\"{}>{}</button></li>",
                    if self.first == Some(event) { "current" } else { "" },
                    event.0,
                    event.0,
                    Flag("disabled", !live),
                    self.listed(event)
                );
            }
        }
        put!(html, "</ol></details>");
    }

    fn listed(&self, event: EventId) -> String {
        let mut text = words::stamps(self.diagram(), &self.stamps, event);
        if let Some(said) = self.log.as_ref().and_then(|log| log.texts.get(event.index())) {
            text.push(' ');
            text.push_str(said);
        }
        text
    }

    /// How wrong each process's own clock is.
    pub(super) fn physical_panel(&self, live: bool, html: &mut Html) {
        if self.diagram().is_log() {
            return;
        }
        put!(
            html,
            "<details class=\"settings\"><summary>Set physical clocks wrong</summary><div class=\"fields\">"
        );
        for (place, line) in self.diagram().lines().iter().enumerate() {
            let process = ProcessId::at(place);
            for (name, meaning, least, most, value) in [
                ("offset", "ahead, in ms", -46_655, 46_655, line.clock.offset_ms),
                ("rate", "speed, in %", 10, 1_000, i32::from(line.clock.rate_percent)),
            ] {
                put!(
                    html,
                    "<label class=\"setting\"><span class=\"name\">{} {}</span>\
                     <input type=\"number\" data-do=\"{}:{}\" min=\"{}\" max=\"{}\" value=\"{}\"{}></label>",
                    process,
                    meaning,
                    name,
                    place,
                    least,
                    most,
                    value,
                    Flag("disabled", !live)
                );
            }
        }
        put!(html, "</div></details>");
    }

    /// Which hosts of a log are shown.
    pub(super) fn hosts_panel(&self, live: bool, html: &mut Html) {
        if !self.diagram().is_log() {
            return;
        }
        put!(html, "<details class=\"hosts\" open><summary>Hosts shown</summary><div class=\"presets\">");
        let mut buttons = Buttons { html, live };
        for process in (0..self.diagram().lines().len()).map(ProcessId::at) {
            buttons.switch(&format!("hide:{}", process.0), &self.name(process), self.is_shown(process));
        }
        buttons.button(&"hide", &"Show all");
        put!(html, "</div>");
        if !self.bridges.is_empty() {
            put!(html, "<p class=\"hint\">A dashed arrow leads through hosts that are hidden.</p>");
        }
        put!(html, "</details>");
    }

    /// Where a log is pasted.
    pub(super) fn log_panel(&self, live: bool, html: &mut Html) {
        let (expression, log, flaw) = &self.fields;
        put!(
            html,
            "<details class=\"share log\"><summary>Draw a log of your own program</summary>\
             <label>Lines with vector clocks, as ShiViz reads them\
             <textarea rows=\"6\" data-do=\"log\" spellcheck=\"false\"{}>{}</textarea></label>\
             <label>Regular expression with the groups event, host and clock\
             <input type=\"text\" data-do=\"expression\" spellcheck=\"false\" autocomplete=\"off\" value=\"{}\"{}></label>",
            Flag("disabled", !live),
            log,
            expression,
            Flag("disabled", !live)
        );
        if !flaw.is_empty() {
            put!(html, "<p class=\"violation\" role=\"alert\">{}</p>", flaw);
        }
        if let Some(log) = self.log.as_ref().filter(|log| log.gaps > 0) {
            put!(html, "<p>The clocks know of {} events that the log doesn’t have.</p>", log.gaps);
        }
        Buttons { html, live }.button(&"draw", &"Draw it");
        put!(html, "</details>");
    }
}
