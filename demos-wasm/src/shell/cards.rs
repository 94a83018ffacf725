//! Words: the question before, the explanation along the way, the answer after, and the last event.

use super::Shell;
use super::transport::button;
use crate::view::diagram::{Relation, relations};
use crate::view::{Element, el};

impl Shell {
    /// The last thing the scenario said before the position.
    fn note(&self) -> Option<&str> {
        let taken = &self.run.records()[..self.run.position().min(self.run.records().len())];
        let from = self.run.opening().min(taken.len());
        taken[from..].iter().rev().find_map(|record| record.note.as_deref())
    }

    /// The violation at or before the position.
    fn violation(&self) -> Option<String> {
        self.run
            .verdicts()
            .into_iter()
            .find_map(|verdict| Some(format!("{} is broken: {}.", verdict.name, verdict.broken?)))
    }

    pub(super) fn card(&self) -> Element {
        let (question, answer, now_try) = self.run.lesson();
        let question = self.predict.as_deref().filter(|_| self.is_as_embedded()).unwrap_or(question);
        let (cues, given) = self.run.cues();
        let mut card = el("div").class("card");
        if let Some(violation) = self.violation() {
            card = card.child(el("p").class("violation").with("role", "alert").text(violation));
        }
        match self.note() {
            None => {
                let guess = el("label").class("guess").child(el("span").text("Your guess")).child(
                    el("input")
                        .with("type", "text")
                        .with("data-do", "guess")
                        .with("value", self.guess.clone())
                        .with("autocomplete", "off")
                        .flag("disabled", !self.live),
                );
                card = card
                    .child(el("p").class("kicker").text("Before you press play"))
                    .child(el("p").class("question").text(question.to_owned()))
                    .child(guess);
            }
            Some(note) => {
                card = card.child(el("p").class("note").text(note.to_owned()));
                if cues == given {
                    if !self.guess.is_empty() {
                        card =
                            card.child(el("p").class("guessed").text(format!("You guessed: {}", self.guess)));
                    }
                    card = card
                        .child(el("p").class("answer").text(answer))
                        .child(el("p").class("try").child(el("strong").text("Now try. ")).text(now_try));
                } else if !self.playing {
                    card = card.child(button(self.live, "play", "Continue").class("continue"));
                }
            }
        }
        card
    }

    /// Whether this is still the scenario the author embedded, so that the author's question fits.
    fn is_as_embedded(&self) -> bool {
        self.embedded == self.run.scenario()
    }

    pub(super) fn now(&self) -> Element {
        let position = self.run.position();
        let records = self.run.records();
        let last = position.checked_sub(1).and_then(|step| records.get(step));
        let sentence =
            last.map_or_else(|| "Nothing has happened yet.".to_owned(), |record| record.sentence.clone());
        let live = if self.playing { "off" } else { "polite" };
        let mut now =
            el("div").class("now").child(el("p").class("demo-now").with("aria-live", live).text(sentence));
        if !self.notice.is_empty() {
            now = now.child(el("p").class("notice").with("role", "status").text(self.notice.clone()));
        }
        if let Some((step, record)) =
            self.event.and_then(|step| records.get(step).map(|record| (step, record)))
        {
            let related = relations(records, self.run.flights(), self.event);
            let count = |wanted: Relation| related.iter().filter(|relation| **relation == wanted).count();
            let text = format!(
                "Event {} at {} ms: {} {} events happened before it, {} after it; {} are concurrent with it.",
                step + 1,
                record.at.0,
                record.sentence,
                count(Relation::Before),
                count(Relation::After),
                count(Relation::Concurrent)
            );
            now = now.child(
                el("p")
                    .class("why")
                    .text(text)
                    .child(button(self.live, format!("goto:{}", step + 1), "Go there"))
                    .child(button(self.live, format!("event:{step}"), "Let go")),
            );
        }
        now
    }

    pub(super) fn help_panel(&self) -> Element {
        const KEYS: [(&str, &str); 12] = [
            ("Space", "play or pause"),
            ("← →", "previous, next event"),
            ("Home End", "first, latest event"),
            ("1 … 9", "select a server"),
            ("C", "crash or restart the selected server"),
            ("W", "write by a client to it"),
            ("T", "let its timer run out now"),
            ("I", "cut it off from all others"),
            ("H", "heal all links"),
            ("+ −", "faster, slower"),
            ("R N", "reset, new seed"),
            ("?", "show or hide this list"),
        ];
        let keys = KEYS.iter().map(|(key, what)| {
            el("div").child(el("dt").child(el("kbd").text(*key))).child(el("dd").text(*what))
        });
        let toggle = button(self.live, "help", if self.help { "Hide keys" } else { "Keys" })
            .with("aria-expanded", if self.help { "true" } else { "false" });
        let panel = el("div").class("help").child(toggle);
        if self.help { panel.child(el("dl").children(keys)) } else { panel }
    }
}
