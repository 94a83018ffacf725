//! Diagrams, edits, relations, cuts, questions and broken logs, said in sentences.

use super::causality::{Ahead, Hop, Reason, Relation, explain, relation};
use super::cut::Cut;
use super::diagram::{
    DRAWN_PROCESSES_MAX, Diagram, EVENTS_MAX, EventId, HOSTS_MAX, LocalClock, Message, ProcessId, TIME_MAX,
};
use super::edit::{Edit, End, Refusal};
use super::import::{Flaw, ImportError};
use super::json::Expected;
use super::quiz::{Answer, Question, answer};
use super::stamps::Stamps;
use crate::prelude::*;

/// The diagram in one sentence, for those who don't see it.
pub fn describe(diagram: &Diagram) -> String {
    let count = |count: usize, one: &str, more: &str| match count {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        _ => format!("{count} {more}"),
    };
    let (lines, events) = (diagram.lines().len(), diagram.len());
    format!(
        "{}, {}, {}.",
        count(lines, "process", "processes"),
        count(events, "event", "events"),
        count(diagram.messages().len(), "message", "messages")
    )
}

/// An event with where it is and what it does.
pub fn event(diagram: &Diagram, id: EventId) -> String {
    let Some(place) = diagram.place(id) else { return format!("{id} is gone") };
    let deed = if let Some(message) = diagram.arriving(id).first() {
        format!("receives what {} sent", message.send)
    } else if let Some(message) = diagram.leaving(id).next() {
        format!("sends to {}", message.receive)
    } else {
        "on its own".to_owned()
    };
    let name = diagram.name(place.process);
    if diagram.is_log() {
        return format!("{id} on {name}, {deed}");
    }
    format!("{id} on {name} at {} ms, {deed}", place.at)
}

/// All stamps of an event: four, and two where nobody read a clock.
pub fn stamps(diagram: &Diagram, stamps: &Stamps, id: EventId) -> String {
    let mut text = format!("{}: ", event(diagram, id));
    if diagram.is_log() {
        add!(text, "Lamport {}", stamps.lamport(id));
    } else {
        let hybrid = stamps.hybrid(id);
        add!(
            text,
            "physical {} ms, Lamport {}, hybrid ({}, {})",
            stamps.physical(id),
            stamps.lamport(id),
            hybrid.l,
            hybrid.c
        );
    }
    add!(text, ", vector {}.", vector(stamps.vector(id)));
    text
}

/// A vector as papers write it.
pub fn vector(entries: &[u32]) -> String {
    let mut text = "[".to_owned();
    for (place, entry) in entries.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        add!(text, "{comma}{entry}");
    }
    text.push(']');
    text
}

/// One sentence on an edit that was made; `diagram` is as it is after it,
/// and `gone` messages went with what it deleted.
pub fn edit(diagram: &Diagram, edit: Edit, gone: usize) -> String {
    let newest = EventId::at(diagram.ids().saturating_sub(1));
    match edit {
        Edit::AddProcess => format!("{} joins.", ProcessId::at(diagram.lines().len().saturating_sub(1))),
        Edit::RemoveProcess => format!("{} leaves.", ProcessId::at(diagram.lines().len())),
        Edit::SetClock(process, clock) => format!("The clock of {process} {}.", self::clock(clock)),
        Edit::AddEvent(process, _) if diagram.is_log() => {
            format!("{newest} happens on {}.", diagram.name(process))
        }
        Edit::AddEvent(process, at) => format!("{newest} happens on {process} at {at} ms."),
        Edit::Draw(from, to) => {
            let receive = if let End::Event(event) = to { event } else { newest };
            let send = match from {
                End::Event(event) => event,
                End::New(..) => EventId(newest.0.saturating_sub(u16::from(to.is_new()))),
            };
            format!("{send} sends a message, {receive} receives it: {send} → {receive}.")
        }
        Edit::MoveEvent(event, at) => {
            let mut text = format!("{event} moves");
            if !diagram.is_log() {
                add!(text, " to {at} ms");
            }
            text.push_str(". What happened before what stays as it was.");
            text
        }
        Edit::DeleteEvent(event) => match gone {
            0 => format!("{event} is gone."),
            1 => format!("{event} is gone, and its message with it."),
            more => format!("{event} is gone, and its {more} messages with it."),
        },
        Edit::DeleteMessage(Message { send, receive }) => {
            format!("The message from {send} to {receive} is gone; both events stay.")
        }
    }
}

/// How a clock is wrong.
pub fn clock(clock: LocalClock) -> String {
    let LocalClock { offset_ms, rate_percent } = clock;
    let offset = match offset_ms {
        0 => "starts right".to_owned(),
        fast @ 1.. => format!("starts {fast} ms ahead"),
        slow => format!("starts {} ms behind", slow.unsigned_abs()),
    };
    match rate_percent {
        100 => offset,
        rate => format!("{offset} and runs at {rate} %"),
    }
}

/// Why an edit was refused, and what to do.
pub fn refusal(diagram: &Diagram, refusal: Refusal) -> String {
    match refusal {
        Refusal::NoSuchProcess(process) => format!("there is no process {process}"),
        Refusal::NoSuchEvent(event) => format!("there is no event {event}"),
        Refusal::NoSuchMessage(Message { send, receive }) => {
            format!("there is no message from {send} to {receive}")
        }
        Refusal::TooManyProcesses => format!("a drawing has at most {DRAWN_PROCESSES_MAX} processes"),
        Refusal::TooFewProcesses => "with one process nobody could send a message; two must stay".to_owned(),
        Refusal::LineInUse(process) => {
            format!("{} still has events; delete them first", diagram.name(process))
        }
        Refusal::TooManyEvents => format!("a diagram has at most {EVENTS_MAX} events"),
        Refusal::TooLate(at) => format!("{at} ms is beyond the right edge, {TIME_MAX} ms"),
        Refusal::NoSuchClock => "a clock is at most 46,655 ms wrong and runs at 10 to 1,000 %".to_owned(),
        Refusal::Occupied(event) => {
            format!("{event} is there already; events of one process happen one after the other")
        }
        Refusal::SameLine(process) => {
            let name = diagram.name(process);
            format!("both are on {name}, whose own order says which came first; choose another process")
        }
        Refusal::Backwards(Message { send, receive }) => {
            format!(
                "it would arrive at {receive} before {send} has sent it; choose them the other way round, or move one"
            )
        }
        Refusal::Sends(event) => {
            format!("{event} sends a message already; add an event for the next one")
        }
        Refusal::Receives(event) => {
            format!("{event} receives a message already; add an event for the next one")
        }
        Refusal::PastNeighbour(event, other) => {
            format!("{event} can’t change places with {other}: that would be another history")
        }
        Refusal::BeforeItsSend(Message { send, receive }) => {
            format!("{receive} can’t come before {send}, which sent what it receives")
        }
        Refusal::AfterItsReceive(Message { send, receive }) => {
            format!("{send} can’t come after {receive}, which received what it sends")
        }
    }
}

/// The sign between two events.
pub fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "=",
        Relation::Before => "→",
        Relation::After => "←",
        Relation::Concurrent => "∥",
    }
}

/// How two events stand to each other, and why.
pub fn reason(diagram: &Diagram, stamps: &Stamps, a: EventId, b: EventId) -> String {
    let Some((relation, reason)) = explain(diagram, stamps, a, b) else {
        return format!("{a} or {b} is gone.");
    };
    let mut text = format!("{a} {} {b}", sign(relation));
    match reason {
        Reason::Same => add!(text, ": it is one event."),
        Reason::Path(hops) => {
            text.push_str(": ");
            for (place, hop) in hops.iter().enumerate() {
                let lead = if place == 0 { "" } else { ", then " };
                match hop {
                    Hop::Line(from, to) => add!(text, "{lead}{from} comes before {to} on one process"),
                    Hop::Message(from, to) => add!(text, "{lead}{to} receives what {from} sent"),
                };
            }
            add!(text, ".")
        }
        Reason::Unaware { first, second } => {
            add!(
                text,
                ": {}; {}. No path leads from one to the other.",
                ahead(diagram, a, b, first),
                ahead(diagram, b, a, second)
            )
        }
    };
    text
}

fn ahead(diagram: &Diagram, one: EventId, other: EventId, ahead: Ahead) -> String {
    let Ahead { process, knows, other_knows } = ahead;
    let events = if knows == 1 { "event" } else { "events" };
    let less = match other_knows {
        0 => "none".to_owned(),
        some => format!("only {some}"),
    };
    format!("{one} knows {knows} {events} of {}, {other} {less}", diagram.name(process))
}

/// Whether a cut is consistent, and why not.
pub fn cut(diagram: &Diagram, stamps: &Stamps, cut: &Cut) -> String {
    let mut text = String::new();
    let offenders = cut.offenders(diagram, stamps);
    if let Some(Message { send, receive }) = offenders.first() {
        add!(text, "Not consistent: {receive} receives in it what {send} has not sent yet");
        match offenders.len() - 1 {
            0 => add!(text, "."),
            1 => add!(text, ", and so it is with one more message."),
            more => add!(text, ", and so it is with {more} more messages."),
        };
        return text;
    }
    text.push_str("Consistent: everything received in it was sent in it");
    match cut.under_way(diagram, stamps).len() {
        0 => add!(text, "; no message is under way."),
        1 => add!(text, "; one message is under way."),
        more => add!(text, "; {more} messages are under way."),
    };
    text
}

/// A question of the quiz.
pub fn question(stamps: &Stamps, question: &Question) -> String {
    match question {
        Question::Order(a, b) => format!("Does {a} happen before {b}, after it, or are they concurrent?"),
        Question::Vectors(a, b) => format!(
            "V({a}) = {} and V({b}) = {}. Does {a} happen before {b}, after it, or are they concurrent?",
            vector(stamps.vector(*a)),
            vector(stamps.vector(*b))
        ),
        Question::Lamport(a, b) => format!(
            "L({a}) = {} is less than L({b}) = {}. Did {a} happen before {b}?",
            stamps.lamport(*a),
            stamps.lamport(*b)
        ),
        Question::Concurrent(event, offers) => {
            let mut text = format!("One of these is concurrent with {event}. Which:");
            for (place, offer) in offers.iter().enumerate() {
                let lead = match place {
                    0 => " ",
                    last if last + 1 == offers.len() => " or ",
                    _ => ", ",
                };
                add!(text, "{lead}{offer}");
            }
            text.push('?');
            text
        }
        Question::Cut(_) => "Is this cut consistent?".to_owned(),
    }
}

/// What is said to an answer: right or wrong, and why.
pub fn verdict(diagram: &Diagram, stamps: &Stamps, question: &Question, given: Answer) -> String {
    let right = answer(diagram, stamps, question);
    let mut text = if given == right { "Right. ".to_owned() } else { "No. ".to_owned() };
    match question {
        Question::Order(a, b) | Question::Vectors(a, b) => text.push_str(&reason(diagram, stamps, *a, *b)),
        Question::Lamport(a, b) => {
            text.push_str(&reason(diagram, stamps, *a, *b));
            if relation(stamps, *a, *b) != Relation::Before {
                text.push_str(" A cause has the smaller number; a smaller number needn’t be a cause.");
            }
        }
        Question::Concurrent(event, offers) => {
            let shown = match (given, right) {
                (Answer::Event(chosen), Answer::Event(_)) if offers.contains(&chosen) => chosen,
                (_, Answer::Event(wanted)) => wanted,
                _ => *event,
            };
            text.push_str(&reason(diagram, stamps, *event, shown));
        }
        Question::Cut(cut) => text.push_str(&self::cut(diagram, stamps, cut)),
    }
    text
}

/// Why a log can't be drawn, and what to do about it.
pub fn import_error(error: &ImportError) -> (String, String) {
    match error {
        ImportError::NoEvents => (
            "the expression matches nothing in this log".to_owned(),
            "paste the lines with their clocks, or change the expression until it takes one event apart"
                .to_owned(),
        ),
        ImportError::TooManyEvents(count) => (
            format!("the log has {count} events, and at most {EVENTS_MAX} can be drawn"),
            "paste a part of it; a part from the middle will do, since clocks remember".to_owned(),
        ),
        ImportError::TooManyHosts(line) => (
            format!(
                "line {line}: this is the {}th host, and at most {HOSTS_MAX} can be drawn",
                HOSTS_MAX + 1
            ),
            "leave out the events of some hosts; what passed through them is still seen".to_owned(),
        ),
        ImportError::Event(line, flaw) => {
            let (what, hint) = self::flaw(flaw);
            (format!("line {line}: {what}"), hint)
        }
    }
}

fn flaw(flaw: &Flaw) -> (String, String) {
    match flaw {
        Flaw::NoHost => (
            "the event has no host".to_owned(),
            "let the group “host” of the expression match a name".to_owned(),
        ),
        Flaw::Clock(error) => (
            format!(
                "the clock can’t be read at character {}: {} was expected",
                error.at + 1,
                expected(error.expected)
            ),
            "a clock looks like {\"alice\": 3, \"bob\": 1}".to_owned(),
        ),
        Flaw::NoOwnEntry { host } => (
            format!("the clock has no entry for “{host}” itself"),
            "a host counts its own events, from 1".to_owned(),
        ),
        Flaw::Twice { host, own, other } => (
            format!("“{host}” has its {own}. event here and on line {other}"),
            "let the host tick before every event; is this one run, pasted once?".to_owned(),
        ),
        Flaw::Forgets { entry, now, before, other } => (
            format!("the entry of “{entry}” is {now}, but was {before} at the event before, on line {other}"),
            "a clock never goes back: merge by maximum, and don’t mix two runs".to_owned(),
        ),
        Flaw::KnowsTooLittle { other, entry, now, needed } => (
            format!(
                "it knows the event on line {other}, which knew {needed} of “{entry}”, but itself knows {now}"
            ),
            "who receives a clock merges all of it, by maximum".to_owned(),
        ),
        Flaw::Cycle { other } => (
            format!("it knows the event on line {other}, which knows it"),
            "let the sender tick before it sends, and send the clock as it is then".to_owned(),
        ),
    }
}

fn expected(expected: Expected) -> &'static str {
    match expected {
        Expected::Open => "“{”",
        Expected::Name => "a host’s name in double quotes",
        Expected::EndOfName => "the end of a name, “\"”",
        Expected::Colon => "“:”",
        Expected::Number => "a whole number up to 4294967295",
        Expected::CommaOrClose => "“,” or “}”",
        Expected::End => "nothing more",
        Expected::NewName => "a host that isn’t there yet",
    }
}
