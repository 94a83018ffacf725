//! The rules that can be switched off, one by one, and what can be learnt from it.

use super::Shell;
use crate::explore::{Hint, Phase, Quest};
use crate::figure::{OptionKind, Settings, Value};
use crate::prelude::*;
use crate::put;
use crate::view::{Flag, Html};

/// Schedules after which a search gives up.
const SCHEDULES_MAX: u64 = 100_000;
/// Events between two frames while a search goes on; a few milliseconds' worth in a page.
const EVENTS_PER_FRAME: usize = 1_500;

/// `1 state`, `12,345 states`.
fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

fn grouped(number: u64) -> String {
    if number < 1_000 {
        return format!("{number}");
    }
    let (rest, before) = (number % 1_000, grouped(number / 1_000));
    format!("{before},{}{}{}", rest / 100, rest / 10 % 10, rest % 10)
}

impl Shell {
    pub(super) fn rules(&self, html: &mut Html) {
        if !self.figure.options().iter().any(|spec| matches!(spec.kind, OptionKind::Flag { .. })) {
            return;
        }
        put!(html, "<details class=\"rules\"><summary>Rules: what each one is for</summary><ul>");
        for spec in self.figure.options() {
            if !matches!(spec.kind, OptionKind::Flag { .. }) {
                continue;
            }
            put!(
                html,
                "<li data-key=\"{}\"><label><input type=\"checkbox\" data-do=\"option:{}\"{}{}> \
                 <strong>{}</strong> <span>{}</span></label>",
                spec.name,
                spec.name,
                Flag("checked", self.run.values().is_on(spec.name)),
                self.inert(),
                spec.name,
                spec.summary
            );
            self.button(html, &format!("compare:{}", spec.name), &"Side by side");
            if matches!(spec.kind, OptionKind::Flag { default: true }) {
                self.button(html, &format!("find:{}", spec.name), &"Find a counterexample");
            }
            put!(html, "</li>");
        }
        put!(html, "</ul>");
        self.search_report(html);
        put!(html, "</details>");
    }

    fn search_report(&self, html: &mut Html) {
        let Some((rule, quest)) = &self.quest else { return };
        let progress = quest.progress();
        put!(html, "<p class=\"quest\" role=\"status\">Without {}: ", rule);
        let states = counted(progress.states, "state");
        let schedules = counted(progress.schedules, "schedule");
        match progress.phase {
            Phase::Searching => {
                put!(html, "{} seen in {} …", states, schedules)
            }
            Phase::Shrinking => put!(html, "found one; leaving out what it doesn’t need …"),
            Phase::Found => put!(html, "found after {}, and played above.", states),
            Phase::Nothing => put!(html, "{}, and nothing broke.", schedules),
            Phase::Stopped => put!(html, "stopped after {}; nothing broke so far.", states),
        }
        if !quest.is_over() {
            self.button(html, &"stop", &"Stop");
        }
        put!(html, "</p>");
    }

    /// Begins to look for a run that goes wrong without a rule.
    pub(super) fn find_without(&mut self, rule: &str) {
        let Some(spec) = self.figure.options().iter().find(|spec| spec.name == rule) else { return };
        // The demo's usual scenario: a guided run would get in the way. But what is chosen stays, unless the demo knows that the
        // rule matters only to something else. Of several such places the one that is most like what is chosen, the first of these.
        let values = self.run.values();
        let likeness = |hint: &&Hint| {
            hint.options.iter().filter(|(name, value)| values.find(name) == Some(*value)).count()
        };
        let hints = self.figure.hints().iter().filter(|hint| hint.rule == rule);
        let hinted = hints.rev().max_by_key(likeness).map_or(&[][..], |hint| hint.options);
        let mut options = vec![(rule.to_owned(), Value::Flag(false))];
        for spec in self.figure.options() {
            if let OptionKind::Choice { .. } = spec.kind {
                let known = hinted.iter().find(|(name, _)| *name == spec.name);
                let value = known.map_or(values.get(spec.name), |(_, value)| *value);
                options.push((spec.name.to_owned(), spec.kind.value(value)));
            }
        }
        let settings = Settings { options, ..Settings::default() };
        self.playing = false;
        let quest = Quest::hunt(self.figure, settings, rule, SCHEDULES_MAX);
        self.quest = quest.ok().map(|quest| (spec.name, quest));
    }

    pub(super) fn is_searching(&self) -> bool {
        self.quest.as_ref().is_some_and(|(_, quest)| !quest.is_over())
    }

    pub(super) fn stop_search(&mut self) {
        if let Some((_, quest)) = &mut self.quest {
            quest.stop();
        }
        self.show_found();
    }

    /// Goes on searching for as long as a frame may take, and shows what was found.
    pub(super) fn search_on(&mut self) {
        if !self.is_searching() {
            return;
        }
        if let Some((_, quest)) = &mut self.quest {
            quest.advance(EVENTS_PER_FRAME);
        }
        if !self.is_searching() {
            self.show_found();
        }
    }

    /// Opens the counterexample, at the event that breaks the invariant.
    fn show_found(&mut self) {
        let Some(found) = self.quest.as_ref().and_then(|(_, quest)| quest.found()).cloned() else { return };
        self.reopen(found.settings);
        self.run.replay(found.deeds);
        self.run.seek(found.events);
        self.cursor = self.run.now().0 * 1_000;
        self.keep_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_search_has_seen_is_counted_as_people_write_it() {
        let counted = [0, 1, 999, 1_000, 12_045, 3_000_009].map(|count| counted(count, "state"));
        let told = ["0 states", "1 state", "999 states", "1,000 states", "12,045 states", "3,000,009 states"];
        assert_eq!(counted, told);
    }
}
