//! Words: the question before, the explanation along the way, the answer after, and the last event.

use super::Shell;
use crate::prelude::*;
use crate::put;
use crate::view::Html;
use crate::view::diagram::{Relation, relations};

impl Shell {
    /// The last thing the scenario said before the position.
    fn note(&self) -> Option<&str> {
        if self.given {
            return None;
        }
        let taken = &self.run.records()[..self.run.position().min(self.run.records().len())];
        let from = self.run.opening().min(taken.len());
        taken[from..].iter().rev().find_map(|record| record.note.as_deref())
    }

    /// Everything that was broken at or before the position, in that order.
    fn violation(&self) -> Option<String> {
        let violations = self.run.cluster().violations();
        let verdicts = self.run.verdicts();
        let mut said = String::new();
        for violation in violations {
            let blank = if said.is_empty() { "" } else { " " };
            let name = verdicts[violation.invariant].name;
            said.push_str(&format!("{blank}{name} is broken: {}.", violation.evidence));
        }
        (!said.is_empty()).then_some(said)
    }

    pub(super) fn card(&self, html: &mut Html) {
        let (question, answer, now_try) = self.run.lesson();
        let question = self.predict.as_deref().filter(|_| self.is_as_embedded()).unwrap_or(question);
        let (cues, given) = self.run.cues();
        put!(html, "<div class=\"card\"><div aria-live=\"polite\">");
        if let Some(violation) = self.violation() {
            put!(html, "<p class=\"violation\" role=\"alert\">{}</p>", violation);
        }
        if let Some(note) = self.note() {
            put!(html, "<p class=\"note\">{}</p>", note);
        }
        put!(html, "</div>");
        if self.note().is_none() && self.violation().is_none() {
            put!(
                html,
                "<p class=\"kicker\">Before you press play</p><p class=\"question\">{}</p>\
                 <label class=\"guess\"><span>Your guess</span>\
                 <input type=\"text\" data-do=\"guess\" value=\"{}\" autocomplete=\"off\"{}></label>",
                question,
                self.guess,
                self.inert()
            );
        }
        if self.note().is_some() && cues == given {
            if !self.guess.is_empty() {
                put!(html, "<p class=\"guessed\">You guessed: {}</p>", self.guess);
            }
            put!(
                html,
                "<p class=\"answer\">{}</p><p class=\"try\"><strong>Now try. </strong>{}</p>",
                answer,
                now_try
            );
        } else if self.note().is_some() && !self.playing {
            put!(
                html,
                "<button type=\"button\" data-do=\"continue\"{} class=\"continue\">Continue</button>",
                self.inert()
            );
        }
        put!(html, "</div>");
    }

    /// Whether this is still the scenario the author embedded, so that the author's question fits.
    fn is_as_embedded(&self) -> bool {
        self.embedded == self.run.scenario()
    }

    pub(super) fn now(&self, html: &mut Html) {
        let records = self.run.records();
        let last = self.run.position().checked_sub(1).and_then(|step| records.get(step));
        put!(
            html,
            "<div class=\"now\"><p class=\"demo-now\" aria-live=\"{}\">{}</p>",
            if self.playing { "off" } else { "polite" },
            last.map_or("Nothing has happened yet.", |record| &record.sentence)
        );
        if !self.notice.is_empty() {
            put!(html, "<p class=\"notice\" role=\"status\">{}</p>", self.notice);
        }
        if let Some((step, record)) = self.event.and_then(|step| Some((step, records.get(step)?))) {
            let related = relations(records, self.run.flights(), self.event);
            let count = |wanted: Relation| related.iter().filter(|relation| **relation == wanted).count();
            put!(
                html,
                "<p class=\"why\">Event {} at {} ms: {} {} events happened before it, {} after it; \
                 {} are concurrent with it.",
                step + 1,
                record.at.0,
                record.sentence,
                count(Relation::Before),
                count(Relation::After),
                count(Relation::Concurrent)
            );
            self.button(html, &format!("goto:{}", step + 1), &"Go there");
            self.button(html, &format!("event:{step}"), &"Let go");
            put!(html, "</p>");
        }
        put!(html, "</div>");
    }

    /// Lines of events that the reader has left, and can go back to.
    pub(super) fn branches(&self, html: &mut Html) {
        let branches = self.run.branches().iter().map(|branch| (branch.length, branch.deeds.len()));
        self.ways_back(html, "Lines of events", "branch", branches.collect());
        let left = self.left.iter().map(|left| (left.run.records().len(), left.run.deeds().len()));
        self.ways_back(html, "Other runs", "return", left.collect());
    }

    /// A button for each, by its events and those done to it.
    fn ways_back(&self, html: &mut Html, what: &str, verb: &str, ways: Vec<(usize, usize)>) {
        if ways.is_empty() {
            return;
        }
        put!(html, "<p class=\"branches\">{} you left: ", what);
        for (place, (events, deeds)) in ways.into_iter().enumerate() {
            self.button(html, &format!("{verb}:{place}"), &format!("{events} events, {deeds} of them yours"));
        }
        put!(html, "</p>");
    }

    pub(super) fn help_panel(&self, html: &mut Html) {
        put!(
            html,
            "<div class=\"help\"><button type=\"button\" data-do=\"help\"{} aria-expanded=\"{}\">{}</button>",
            self.inert(),
            self.help,
            if self.help { "Hide keys and signs" } else { "Keys and signs" }
        );
        if self.help {
            put!(
                html,
                "<dl>\
                 <div><dt><kbd>Space</kbd></dt><dd>play or pause</dd></div>\
                 <div><dt><kbd>← →</kbd></dt><dd>previous, next event</dd></div>\
                 <div><dt><kbd>Home End</kbd></dt><dd>first, latest event</dd></div>\
                 <div><dt><kbd>1 … 9</kbd></dt><dd>select a server</dd></div>\
                 <div><dt><kbd>C</kbd></dt><dd>crash or restart the selected server</dd></div>\
                 <div><dt><kbd>W</kbd></dt><dd>write by a client to it</dd></div>\
                 <div><dt><kbd>T</kbd></dt><dd>let its timer run out now</dd></div>\
                 <div><dt><kbd>I</kbd></dt><dd>cut it off from all others</dd></div>\
                 <div><dt><kbd>H</kbd></dt><dd>heal all links</dd></div>\
                 <div><dt><kbd>+ −</kbd></dt><dd>faster, slower</dd></div>\
                 <div><dt><kbd>R N</kbd></dt><dd>reset, new seed</dd></div>\
                 <div><dt><kbd>?</kbd></dt><dd>show or hide this list</dd></div>\
                 <div><dt>● ■</dt><dd>in the timeline: something arrived; a request</dd></div>\
                 <div><dt>▲ ✕</dt><dd>a timer ran out; a crash, or a message lost</dd></div>\
                 <div><dt>Drag</dt><dd>across the cluster: a line that cuts links</dd></div>\
                 </dl>"
            );
        }
        put!(html, "</div>");
    }
}
