//! `demo check`: every state of a bounded model, or the shortest way to one that breaks an invariant.

use demos::explore::{Phase, Quest};
use demos::figure::{Figure, Settings};

use super::Answer;
use super::arguments::explain;
use super::report::report;

/// Actions at a time; nobody waits for anything between them.
const SLICE: usize = 100_000;

/// Visits the model of `figure`, but for what `settings` say otherwise, and gives up after so many states.
///
/// # Errors
/// Settings that the demo refuses, or with which its network does things by itself.
pub(super) fn check(
    figure: &'static dyn Figure,
    settings: &Settings,
    states_max: usize,
) -> Result<Answer, String> {
    let mut quest =
        Quest::check(figure, settings.clone(), figure.model().bounds, states_max).map_err(explain)?;
    while !quest.is_over() {
        quest.advance(SLICE);
    }
    let (id, progress) = (figure.info().id, quest.progress());
    let (states, depth) = (progress.states, progress.depth);
    match (progress.phase, quest.found()) {
        (Phase::Found, Some(found)) => {
            report(figure, found, &format!("{id}, the shortest in its model, after {states} states"))
        }
        (Phase::Found, None) => Err(format!(
            "{id}: an invariant breaks, but not in a run with these settings: its network loses or doubles messages by \
             itself; leave that to the model"
        )),
        (Phase::Nothing, _) => Ok(Answer::new(format!(
            "{id}: nothing broke; {states} unique states, all there are, depth {depth}\n"
        ))),
        _ => Ok(Answer::new(format!(
            "{id}: nothing broke so far; {states} unique states, all up to depth {depth}, {} not looked at\n",
            progress.frontier
        ))),
    }
}
