//! `demo hunt`: random schedules until an invariant breaks, and a short one that still breaks it.

use demos::explore::Quest;
use demos::figure::{Figure, Settings};

use super::Answer;
use super::arguments::explain;
use super::report::report;

/// Events at a time; nobody waits for anything between them.
const SLICE: usize = 100_000;

/// Tries `seeds` schedules, the first with the seed of `settings`, where the demo's hint for `rule` says.
///
/// # Errors
/// Settings that the demo refuses.
pub(super) fn hunt(
    figure: &'static dyn Figure,
    settings: &Settings,
    rule: &str,
    seeds: u64,
) -> Result<Answer, String> {
    let mut quest = Quest::hunt(figure, settings.clone(), rule, seeds).map_err(explain)?;
    while !quest.is_over() {
        quest.advance(SLICE);
    }
    let id = figure.info().id;
    match quest.found() {
        Some(found) => report(figure, found, &format!("{id}, seed {}", found.settings.seed)),
        None => {
            let events = quest.progress().states;
            Ok(Answer::new(format!("{id}: nothing broke in {seeds} schedules, {events} events\n")))
        }
    }
}
