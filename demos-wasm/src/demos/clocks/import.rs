//! Logs of real programs, in the format of ShiViz (Beschastnikh, Wang, Brun, Ernst, "Debugging Distributed Systems", CACM
//! 59(8), 2016): each event with the host that it happened on and its vector clock.
//!
//! A regular expression with the named groups `event`, `host` and `clock` takes a log apart. In the page the browser runs
//! it, so what comes in here are its captures.
//!
//! Nothing in such a log says which event received what. It follows from the clocks: where an event knows more of another
//! host than the event before it on its own host did, it must have heard. What it heard directly is the newest that nothing
//! else it heard knows of already; from there a message is drawn.
//!
//! # What is accepted
//!
//! * Events in any order; on a host they are ordered by the host's own entry.
//! * Gaps in a host's own entry, and entries of hosts that never appear: events that weren't logged. A message through them
//!   is drawn from the last logged event that is known for sure.
//!
//! # What is refused
//!
//! Clocks that no run could have written: an own entry given twice, a clock that forgets, an event that knows another but not
//! what that one knew, two events that know each other. So the order drawn is exactly the order of the clocks.

use super::causality::Relation;
use super::diagram::{Diagram, EVENTS_MAX, EventId, HOSTS_MAX, Message, ProcessId};
use super::json::{ClockError, parse_clock};
use crate::prelude::*;

/// The expression that ShiViz uses when none is given, with `{` escaped, as stricter engines want it.
pub const EXPRESSION: &str = r"(?<event>.*)\n(?<host>\S*) (?<clock>\{.*\})";

/// The groups that an expression must have.
pub const GROUPS: [&str; 3] = ["event", "host", "clock"];

/// Milliseconds between an event and the earliest that depends on it; logs have no common time.
const STEP: u32 = 10;

/// The first of [`GROUPS`] that an expression lacks.
pub fn missing_group(expression: &str) -> Option<&'static str> {
    GROUPS.into_iter().find(|group| {
        let mut is_open = false;
        // By single characters: looking for a longer text costs the page kilobytes.
        !expression.split('<').any(|part| {
            let was_open = core::mem::replace(&mut is_open, part.ends_with("(?"));
            was_open && part.split_once('>').is_some_and(|(name, _)| name == *group)
        })
    })
}

/// A file for ShiViz may begin with its expression, and a second line that tells executions apart or is empty. Gives the
/// expression, and the rest with the number of lines before it.
pub fn header(log: &str) -> (Option<&str>, &str, u32) {
    let (first, rest) = log.split_once('\n').unwrap_or((log, ""));
    let expression = first.trim();
    if expression.is_empty() || missing_group(expression).is_some() {
        return (None, log, 0);
    }
    match rest.split_once('\n') {
        Some((second, rest)) if second.trim().is_empty() => (Some(expression), rest, 2),
        _ => (Some(expression), rest, 1),
    }
}

/// One match of the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// What happened, in the program's words.
    pub event: String,
    /// On which host, process or thread.
    pub host: String,
    /// Its vector clock as JSON.
    pub clock_text: String,
    /// The line of the log on which the match begins, from 1, for messages.
    pub line: u32,
}

/// Why a log can't be drawn. In words, with what to do: [`super::words::import_error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportError {
    /// The expression matched nothing.
    NoEvents,
    /// More events than [`EVENTS_MAX`]; how many.
    TooManyEvents(usize),
    /// More hosts than [`HOSTS_MAX`]; the line of the first too many.
    TooManyHosts(u32),
    /// Something is wrong with the event on this line.
    Event(u32, Flaw),
}

/// What is wrong with one event of a log. Other events are named by their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The host's name is empty.
    NoHost,
    /// The clock isn't the JSON of a clock.
    Clock(ClockError),
    /// The clock has no entry for its own host, or it is 0.
    NoOwnEntry {
        /// The host.
        host: String,
    },
    /// Another event of the host has the same own entry.
    Twice {
        /// The host.
        host: String,
        /// The own entry.
        own: u32,
        /// Where the other is.
        other: u32,
    },
    /// An entry is smaller than at the event before it on the host: a clock never forgets.
    Forgets {
        /// Whose entry.
        entry: String,
        /// What it is.
        now: u32,
        /// What it was.
        before: u32,
        /// Where the event before is.
        other: u32,
    },
    /// It knows an event of another host, but not all that this one knew.
    KnowsTooLittle {
        /// Where the event is that it knows.
        other: u32,
        /// Whose entry is too small.
        entry: String,
        /// What it is.
        now: u32,
        /// What it should be at least.
        needed: u32,
    },
    /// It knows an event that knows it.
    Cycle {
        /// Where the other is.
        other: u32,
    },
}

/// A log as a diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The diagram, its lines in the order of their first event in the log. Its times only keep the order: the earliest that
    /// causes allow.
    pub diagram: Diagram,
    /// What happened, by event.
    pub texts: Vec<String>,
    /// Where in the log, by event.
    pub lines: Vec<u32>,
    /// How many events are missing by the clocks' account: gaps in the own entries of hosts.
    pub gaps: u32,
}

/// One event with its clock as a row of entries: those of hosts that appear, by process, then those of hosts that don't.
struct Stamped {
    host: usize,
    line: u32,
    text: String,
    clock: Vec<u32>,
}

impl Stamped {
    fn own(&self) -> u32 {
        self.clock[self.host]
    }
}

/// Draws a log.
///
/// # Errors
/// The first event that no run could have written, or what is too much.
pub fn import(captured: Vec<Captured>) -> Result<Imported, ImportError> {
    if captured.is_empty() {
        return Err(ImportError::NoEvents);
    }
    if captured.len() > EVENTS_MAX {
        return Err(ImportError::TooManyEvents(captured.len()));
    }
    let (names, hosts, events) = stamp(captured)?;
    let lines = order_by_host(&names, hosts, &events)?;
    let messages = infer(&names, &events, &lines)?;
    Ok(draw(names, events, &lines, &messages))
}

/// Reads the clocks. Gives all names, how many of them have events, and the events in the order of the log.
fn stamp(captured: Vec<Captured>) -> Result<(Vec<String>, usize, Vec<Stamped>), ImportError> {
    let mut names: Vec<String> = Vec::new();
    for capture in &captured {
        if capture.host.is_empty() {
            return Err(ImportError::Event(capture.line, Flaw::NoHost));
        }
        if !names.contains(&capture.host) {
            if names.len() == HOSTS_MAX {
                return Err(ImportError::TooManyHosts(capture.line));
            }
            names.push(capture.host.clone());
        }
    }
    let hosts = names.len();
    let mut events = Vec::with_capacity(captured.len());
    for capture in captured {
        let Captured { event: text, host, clock_text, line } = capture;
        let flaw = |flaw: Flaw| ImportError::Event(line, flaw);
        let entries = parse_clock(&clock_text).map_err(|error| flaw(Flaw::Clock(error)))?;
        let mut clock = vec![0; names.len()];
        for (name, count) in entries {
            match names.iter().position(|known| *known == name) {
                Some(place) => clock[place] = count,
                // Somebody whose own events aren't in the log.
                None => {
                    names.push(name);
                    clock.push(count);
                }
            }
        }
        let place = names.iter().position(|known| *known == host).unwrap_or(0);
        if clock[place] == 0 {
            return Err(flaw(Flaw::NoOwnEntry { host }));
        }
        events.push(Stamped { host: place, line, text, clock });
    }
    for event in &mut events {
        event.clock.resize(names.len(), 0);
    }
    Ok((names, hosts, events))
}

/// For each host its events by their own entries, none twice, none forgetting.
fn order_by_host(names: &[String], hosts: usize, events: &[Stamped]) -> Result<Vec<Vec<usize>>, ImportError> {
    let mut lines: Vec<Vec<usize>> = vec![Vec::new(); hosts];
    for (number, event) in events.iter().enumerate() {
        let line = &mut lines[event.host];
        // Logs are nearly sorted, so the place is found from the end.
        let mut place = line.len();
        while place > 0 && events[line[place - 1]].own() > event.own() {
            place -= 1;
        }
        line.insert(place, number);
    }
    for line in &lines {
        for pair in line.windows(2) {
            let (before, event) = (&events[pair[0]], &events[pair[1]]);
            if before.own() == event.own() {
                let (host, own) = (names[event.host].clone(), event.own());
                return Err(ImportError::Event(event.line, Flaw::Twice { host, own, other: before.line }));
            }
            if let Some(entry) = first_less(&event.clock, &before.clock) {
                let flaw = Flaw::Forgets {
                    entry: names[entry].clone(),
                    now: event.clock[entry],
                    before: before.clock[entry],
                    other: before.line,
                };
                return Err(ImportError::Event(event.line, flaw));
            }
        }
    }
    Ok(lines)
}

fn first_less(left: &[u32], right: &[u32]) -> Option<usize> {
    left.iter().zip(right).position(|(l, r)| l < r)
}

/// The messages that the clocks imply, as pairs of numbers: sent, received.
fn infer(
    names: &[String],
    events: &[Stamped],
    lines: &[Vec<usize>],
) -> Result<Vec<(usize, usize)>, ImportError> {
    let mut messages = Vec::new();
    for line in lines {
        let mut before: Option<&Stamped> = None;
        for &number in line {
            let event = &events[number];
            let mut heard: Vec<usize> = Vec::new();
            for (host, theirs) in lines.iter().enumerate() {
                let was_known = before.map_or(0, |before| before.clock[host]);
                if host == event.host || event.clock[host] <= was_known {
                    continue;
                }
                let known = theirs.partition_point(|&other| events[other].own() <= event.clock[host]);
                let Some(&other) = known.checked_sub(1).and_then(|last| theirs.get(last)) else { continue };
                may_know(names, event, &events[other])?;
                if events[other].own() > was_known {
                    heard.push(other);
                }
            }
            for &other in &heard {
                let is_told_by = |&teller: &usize| {
                    teller != other && events[teller].clock[events[other].host] >= events[other].own()
                };
                if !heard.iter().any(is_told_by) {
                    messages.push((other, number));
                }
            }
            before = Some(event);
        }
    }
    Ok(messages)
}

/// Whoever knows an event knows all that it knew, and isn't known by it.
fn may_know(names: &[String], event: &Stamped, other: &Stamped) -> Result<(), ImportError> {
    if other.clock[event.host] >= event.own() {
        return Err(ImportError::Event(event.line, Flaw::Cycle { other: other.line }));
    }
    match first_less(&event.clock, &other.clock) {
        None => Ok(()),
        Some(entry) => {
            let flaw = Flaw::KnowsTooLittle {
                other: other.line,
                entry: names[entry].clone(),
                now: event.clock[entry],
                needed: other.clock[entry],
            };
            Err(ImportError::Event(event.line, flaw))
        }
    }
}

/// Puts events where their causes allow, in rounds: on each line as far as everything heard has its place.
fn draw(
    mut names: Vec<String>,
    events: Vec<Stamped>,
    lines: &[Vec<usize>],
    messages: &[(usize, usize)],
) -> Imported {
    let mut times: Vec<u32> = vec![0; events.len()];
    let mut causes: Vec<Vec<usize>> = vec![Vec::new(); events.len()];
    for &(sent, received) in messages {
        causes[received].push(sent);
    }
    let mut placed = vec![0; lines.len()];
    loop {
        let mut moved = false;
        for (line, placed) in lines.iter().zip(&mut placed) {
            while let Some(&number) = line.get(*placed) {
                let mut latest = placed.checked_sub(1).map_or(0, |last| times[line[last]]);
                if causes[number].iter().any(|&cause| times[cause] == 0) {
                    break;
                }
                for &cause in &causes[number] {
                    latest = latest.max(times[cause]);
                }
                times[number] = latest + STEP;
                *placed += 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let mut diagram = Diagram::new(lines.len());
    names.truncate(lines.len());
    for (place, name) in names.into_iter().enumerate() {
        diagram.set_name(ProcessId::at(place), name);
    }
    for (number, event) in events.iter().enumerate() {
        diagram.push_event(ProcessId::at(event.host), times[number]);
    }
    for &(sent, received) in messages {
        diagram.push_message(Message { send: EventId::at(sent), receive: EventId::at(received) });
    }
    let mut gaps = 0;
    for line in lines {
        let last = line.last().map_or(0, |&number| events[number].own());
        gaps += last - u32::try_from(line.len()).unwrap_or(0);
    }
    let (mut texts, mut places) = (Vec::with_capacity(events.len()), Vec::with_capacity(events.len()));
    for event in events {
        places.push(event.line);
        texts.push(event.text);
    }
    Imported { diagram, texts, lines: places, gaps }
}

/// How two clocks of a log stand to each other, whatever hosts they name: an entry that is missing is 0.
pub fn compare_clocks(left: &[(String, u32)], right: &[(String, u32)]) -> Relation {
    let get = |clock: &[(String, u32)], name: &str| {
        clock.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count)
    };
    let mut rows = (Vec::new(), Vec::new());
    for (name, _) in left.iter().chain(right) {
        rows.0.push(get(left, name));
        rows.1.push(get(right, name));
    }
    Relation::of_vectors(&rows.0, &rows.1)
}
