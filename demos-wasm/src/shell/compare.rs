//! Two runs side by side: the same seed and the same deeds, with one option the other way round.

use super::{Selection, Shell};
use crate::figure::{Figure, Settings, SettingsError, Value};
use crate::prelude::*;
use crate::put;
use crate::sim::{Deed, History};
use crate::view::Html;

/// The other run.
pub(super) struct Compare {
    option: &'static str,
    run: History,
    /// What was done in the first run as far as the other one has followed.
    followed: Vec<Deed>,
    /// How many events are the same in both, from the first on.
    same: usize,
}

impl Compare {
    /// The option that is the other way round.
    pub(super) fn option(&self) -> &'static str {
        self.option
    }

    fn open(
        figure: &dyn Figure,
        settings: &Settings,
        option: &'static str,
        is_on: bool,
    ) -> Result<Self, SettingsError> {
        let mut settings = settings.clone();
        settings.options.retain(|(name, _)| name != option);
        settings.options.push((option.to_owned(), Value::Flag(!is_on)));
        let run = figure.open(&settings)?;
        Ok(Self { option, run, followed: Vec::new(), same: 0 })
    }

    /// Goes to the time of the first run, doing what was done there.
    fn follow(&mut self, first: &History, cursor: u64) {
        let deeds: Vec<Deed> =
            first.deeds().iter().copied().filter(|deed| deed.step < first.position()).collect();
        for deed in deeds.iter().skip(self.followed.len()) {
            if self.count_same(first) >= deed.step {
                self.run.seek(deed.step);
            } else {
                self.go_to(deed.at.0 * 1_000);
            }
            // What can't be done there, such as losing a message that was never sent, isn't.
            self.run.intervene(deed.at, deed.what);
            self.followed.push(*deed);
        }
        if self.count_same(first) >= first.position() {
            self.run.seek(first.position());
        } else {
            self.go_to(cursor);
        }
        self.count_same(first);
    }

    fn go_to(&mut self, time: u64) {
        let known = self.run.records().partition_point(|record| record.at.0 * 1_000 <= time);
        self.run.seek(known);
        while self.run.next_at().is_some_and(|next| next.0 * 1_000 <= time) && self.run.forward() {}
    }

    fn count_same(&mut self, first: &History) -> usize {
        let (ours, theirs) = (self.run.records(), first.records());
        while let (Some(our), Some(their)) = (ours.get(self.same), theirs.get(self.same))
            && (our.at, our.node, &our.sentence) == (their.at, their.node, &their.sentence)
        {
            self.same += 1;
        }
        self.same
    }

    /// The first event that differs, if both runs are known beyond it.
    fn difference(&self, first: &History) -> Option<usize> {
        let is_known = self.same < first.records().len() && self.same < self.run.records().len();
        is_known.then_some(self.same)
    }
}

impl Shell {
    /// Shows the run beside this one in which the option is the other way round; no longer, if it is shown already.
    pub(super) fn compare_with(&mut self, option: &str) {
        let is_shown = self.compare.as_ref().is_some_and(|compare| compare.option == option);
        let spec = self.figure.options().iter().find(|spec| spec.name == option);
        self.compare = None;
        if let Some(spec) = spec.filter(|_| !is_shown) {
            let is_on = self.run.values().is_on(spec.name);
            match Compare::open(self.figure, &self.settings, spec.name, is_on) {
                Ok(compare) => self.compare = Some(compare),
                Err(problem) => self.refuse(problem),
            }
        }
    }

    /// After whatever was done: lets go of what isn't there any more, and lets the other run catch up with this one.
    pub(super) fn keep_up(&mut self) {
        let (roster, sent) = (self.run.roster(), self.run.flights().len());
        let is_there = match self.selection {
            Selection::None => true,
            Selection::Node(id) => roster.has(id),
            Selection::Link(a, b) => roster.has(a) && roster.has(b),
            Selection::Message(message) => message.index() < sent,
        };
        if !is_there {
            self.selection = Selection::None;
        }
        let Some(compare) = &mut self.compare else { return };
        let deeds = self.run.deeds();
        let agrees = compare.followed.len() <= deeds.len() && deeds.starts_with(&compare.followed);
        if !agrees {
            // Something was undone: begin again.
            let option = compare.option;
            let is_on = self.run.values().is_on(option);
            self.compare = Compare::open(self.figure, &self.settings, option, is_on).ok();
        }
        if let Some(compare) = &mut self.compare {
            compare.same = compare.same.min(self.run.records().len());
            compare.follow(&self.run, self.cursor);
        }
    }

    pub(super) fn comparison(&self, html: &mut Html) {
        let Some(compare) = &self.compare else { return };
        let is_on = self.run.values().is_on(compare.option);
        let (here, there) = if is_on { ("on", "off") } else { ("off", "on") };
        put!(
            html,
            "<section class=\"other\" role=\"group\" aria-label=\"The same run with {} {}\">\
             <p class=\"other-head\"><strong>With {} {}</strong>, the same seed and the same deeds. Above it is {}.</p>",
            compare.option,
            there,
            compare.option,
            there,
            here
        );
        let other = &compare.run;
        // Not before the last event there, which may lie a little after the first run's time.
        other.picture(self.cursor.max(other.now().0 * 1_000), None, false, html);
        let records = other.records();
        if let Some(last) = other.position().checked_sub(1).and_then(|step| records.get(step)) {
            put!(html, "<p class=\"demo-now\">{}</p>", last.sentence);
        }
        for verdict in other.verdicts() {
            if let Some(broken) = &verdict.broken {
                put!(html, "<p class=\"violation\">{} is broken: {}.</p>", verdict.name, broken);
            }
        }
        match compare.difference(&self.run) {
            None => put!(html, "<p class=\"differs\">So far both runs are the same, event for event.</p>"),
            Some(step) => {
                put!(
                    html,
                    "<p class=\"differs\">They differ from event {} on. Here: {} There: {}",
                    step + 1,
                    self.run.records()[step].sentence,
                    records[step].sentence
                );
                self.button(html, &format!("goto:{}", step + 1), &"Go there");
                put!(html, "</p>");
            }
        }
        self.button(html, &format!("compare:{}", compare.option), &"Close");
        put!(html, "</section>");
    }
}
