//! `demo run`.

use demos::figure::{Figure, Settings};
use demos::shell::trace;
use demos::sim::History;
use demos::sim::{Happening, Record};
use serde::Serialize;

use super::Answer;
use super::arguments::{Format, explain};

/// One event for programs. Fields without a value are left out.
#[derive(Serialize)]
struct Line<'a> {
    /// Counted from 1.
    event: usize,
    /// Virtual time.
    at_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    happening: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<u32>,
    sentence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    violation: Option<Broken<'a>>,
}

#[derive(Serialize)]
struct Broken<'a> {
    invariant: &'static str,
    evidence: &'a str,
}

/// The first `events` events, one a line. The text is that of [`trace`], which is the same in the page.
///
/// # Errors
/// Settings that the demo refuses.
pub(super) fn run(
    figure: &dyn Figure,
    settings: &Settings,
    events: usize,
    format: Format,
) -> Result<Answer, String> {
    let mut run = figure.open(settings).map_err(explain)?;
    run.seek(events);
    let records = &run.records()[..events.min(run.records().len())];
    let text = match format {
        Format::Text => trace(figure, settings, events).map_err(explain)?,
        Format::Json => {
            let line = |(place, record)| {
                let line = line(&run, place, record);
                serde_json::to_string(&line).map(|line| line + "\n").map_err(|problem| problem.to_string())
            };
            records.iter().enumerate().map(line).collect::<Result<String, String>>()?
        }
    };
    let remark = records.iter().enumerate().find_map(|(place, record)| {
        let violation = record.violation.as_ref()?;
        let name = run.verdicts().get(violation.invariant)?.name;
        Some(format!("event {} breaks {name}: {}", place + 1, violation.evidence))
    });
    Ok(Answer { remark, ..Answer::new(text) })
}

fn line<'a>(run: &History, place: usize, record: &'a Record) -> Line<'a> {
    let (happening, message) = match record.happening {
        Happening::Start => ("start", None),
        Happening::Arrival(message) => ("arrival", Some(message.0)),
        Happening::Loss(message) => ("loss", Some(message.0)),
        Happening::Timeout => ("timeout", None),
        Happening::Request => ("request", None),
        Happening::Crash => ("crash", None),
        Happening::Restart => ("restart", None),
        Happening::Disk => ("disk", None),
        Happening::Network => ("network", None),
    };
    let violation = record.violation.as_ref().and_then(|violation| {
        let invariant = run.verdicts().get(violation.invariant)?.name;
        Some(Broken { invariant, evidence: &violation.evidence })
    });
    Line {
        event: place + 1,
        at_ms: record.at.0,
        node: record.node.map(|node| node.to_string()),
        happening,
        message,
        sentence: &record.sentence,
        note: record.note.as_deref(),
        violation,
    }
}
