//! What was found: the trace, what was done in it marked, and the link that plays it.

use std::fmt::Write;

use demos::explore::Counterexample;
use demos::figure::{Figure, Value};
use demos::shell::Shell;

use super::Answer;
use super::arguments::explain;

/// A counterexample for people; `found_in` says where it is from.
///
/// # Errors
/// Settings that the demo refuses.
pub(super) fn report(
    figure: &'static dyn Figure,
    found: &Counterexample,
    found_in: &str,
) -> Result<Answer, String> {
    let mut shell = Shell::new(figure, figure.info().id, found.settings.clone(), None).map_err(explain)?;
    let fragment = fragment(figure, &shell, found);
    if !shell.restore(&fragment) {
        return Err(format!("the link of the counterexample doesn't read: `{fragment}`; please report this"));
    }
    let mut run = figure.open(&found.settings).map_err(explain)?;
    run.replay(found.deeds.clone());
    run.seek(found.events);
    let name = run.verdicts().get(found.invariant).map_or("an invariant", |verdict| verdict.name);
    let (events, count) = (found.events, found.deeds.len());
    let mut text = format!(
        "{found_in}: {name} is broken after {events} events, {count} of them done to the cluster (*)\n\n"
    );
    for (event, record) in run.records().iter().enumerate().take(events) {
        let mark = if found.deeds.iter().any(|deed| deed.step == event) { '*' } else { ' ' };
        // Writing to a String can't fail.
        let _ = writeln!(text, "{mark} {}\t{}", record.at.0, record.sentence);
    }
    let _ = writeln!(text, "\n{name}: {}\n#{}", found.evidence, shell.fragment());
    Ok(Answer { code: 1, ..Answer::new(text) })
}

/// A link to the event that breaks the invariant, in the form that [`Shell::restore`] reads.
fn fragment(figure: &dyn Figure, shell: &Shell, found: &Counterexample) -> String {
    let mut text = format!("demo:{}:seed={}", figure.info().id, found.settings.seed);
    for (name, value) in &found.settings.options {
        let _ = match value {
            Value::Integer(number) => write!(text, ";{name}={number}"),
            Value::Flag(on) => write!(text, ";{name}={on}"),
            Value::Text(choice) => write!(text, ";{name}={choice}"),
        };
    }
    let scenario =
        shell.fragment().split(';').find_map(|part| part.strip_prefix("scenario=").map(str::to_owned));
    let _ = write!(text, ";scenario={};at={}", scenario.unwrap_or_default(), found.events);
    for (place, deed) in found.deeds.iter().enumerate() {
        let lead = if place == 0 { ";do=" } else { "," };
        let _ = write!(text, "{lead}{}.{}.{}", deed.step, deed.at.0, deed.what);
    }
    text
}
