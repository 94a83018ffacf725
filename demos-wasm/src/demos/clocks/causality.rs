//! What happened before what, and why.
//!
//! Two ways to the same answer, which is Mattern's theorem 10: by comparing vectors ([`relation`]), and by following lines
//! and messages ([`reachable_from`], the definition itself, kept deliberately dumb). Tests compare them on random diagrams.

use super::diagram::{Diagram, EventId, Message, ProcessId};
use super::stamps::Stamps;
use crate::prelude::*;

/// How two events stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// They are one event.
    Same,
    /// The first happened before the second: →.
    Before,
    /// The second happened before the first: ←.
    After,
    /// Neither can have influenced the other: ∥.
    Concurrent,
}

impl Relation {
    /// The other way round.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Before => Self::After,
            Self::After => Self::Before,
            Self::Same | Self::Concurrent => self,
        }
    }

    /// What two vectors say: ≤ in every entry, and < in one.
    pub fn of_vectors(left: &[u32], right: &[u32]) -> Self {
        let (mut less, mut more) = (false, false);
        for (l, r) in left.iter().zip(right) {
            less |= l < r;
            more |= l > r;
        }
        match (less, more) {
            (false, false) => Self::Same,
            (true, false) => Self::Before,
            (false, true) => Self::After,
            (true, true) => Self::Concurrent,
        }
    }
}

/// How `a` stands to `b`, by their vectors.
pub fn relation(stamps: &Stamps, a: EventId, b: EventId) -> Relation {
    Relation::of_vectors(stamps.vector(a), stamps.vector(b))
}

/// Whether `b` knows of `a`, which is to say `a` is `b` or happened before it: one entry tells (Mattern, after theorem 10).
pub fn knows(stamps: &Stamps, b: EventId, a: EventId) -> bool {
    let Some(process) = stamps.process(a) else { return false };
    stamps.vector(b).get(process.index()).is_some_and(|&known| known >= stamps.own(a))
}

/// How every event stands to this one, in the order of real time: `Before` is its causal past, `After` its causal future.
pub fn cones(stamps: &Stamps, of: EventId) -> Vec<(EventId, Relation)> {
    let stands = |&event: &EventId| {
        let relation = match (knows(stamps, of, event), knows(stamps, event, of)) {
            (true, true) => Relation::Same,
            (true, false) => Relation::Before,
            (false, true) => Relation::After,
            (false, false) => Relation::Concurrent,
        };
        (event, relation)
    };
    stamps.order().iter().map(stands).collect()
}

/// What lines that are shown hear of each other by way of lines that are hidden: from the latest event that the news comes from to
/// the event it comes to. None that follows from the others, from messages between shown lines and from their own order, so that
/// with these the order of what is shown is what it was. As ShiViz draws edges where it hides processes.
pub fn bridges(diagram: &Diagram, stamps: &Stamps, is_shown: &dyn Fn(ProcessId) -> bool) -> Vec<Message> {
    let mut bridges = Vec::new();
    // By event of a hidden line: the shown events that it has news of, nothing shown between.
    let mut news: Vec<Vec<EventId>> = vec![Vec::new(); diagram.ids()];
    for &event in stamps.order() {
        let Some(process) = stamps.process(event) else { continue };
        let is_seen = is_shown(process);
        let (mut heard, mut known) = (Vec::new(), Vec::new());
        let told = diagram.arriving(event).iter().map(|message| message.send);
        for cause in diagram.previous(event).into_iter().chain(told) {
            if stamps.process(cause).is_some_and(is_shown) {
                if is_seen { &mut known } else { &mut heard }.push(cause);
            } else {
                heard.extend_from_slice(&news[cause.index()]);
            }
        }
        for (place, &origin) in heard.iter().enumerate() {
            let mut is_implied = known.iter().any(|&cause| knows(stamps, cause, origin));
            for (other_place, &other) in heard.iter().enumerate() {
                // Of equal ones the first is kept.
                is_implied |=
                    if other == origin { other_place < place } else { knows(stamps, other, origin) };
            }
            match is_implied {
                true => {}
                false if is_seen => bridges.push(Message { receive: event, send: origin }),
                false => news[event.index()].push(origin),
            }
        }
    }
    bridges
}

/// One step of a causal path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hop {
    /// Along a line, over any number of events.
    Line(EventId, EventId),
    /// By a message.
    Message(EventId, EventId),
}

/// One entry in which one event's vector is ahead of the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ahead {
    /// Whose events are counted.
    pub process: ProcessId,
    /// How many of them the one event knows of.
    pub knows: u32,
    /// How many of them the other knows of: fewer.
    pub other_knows: u32,
}

/// Why two events stand as they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// They are one event.
    Same,
    /// From the earlier event to the later one, by as few messages as can be.
    Path(Vec<Hop>),
    /// Each knows something that the other doesn't: at the very least, itself.
    Unaware {
        /// Where the first is ahead.
        first: Ahead,
        /// Where the second is ahead.
        second: Ahead,
    },
}

/// How `a` stands to `b`, and why. None when one of them isn't in the diagram.
pub fn explain(diagram: &Diagram, stamps: &Stamps, a: EventId, b: EventId) -> Option<(Relation, Reason)> {
    let (line_a, line_b) = (stamps.process(a)?, stamps.process(b)?);
    let relation = relation(stamps, a, b);
    let ahead = |process: ProcessId, one: EventId, other: EventId| Ahead {
        process,
        knows: stamps.vector(one)[process.index()],
        other_knows: stamps.vector(other)[process.index()],
    };
    let reason = match relation {
        Relation::Same => Reason::Same,
        Relation::Before => Reason::Path(path(diagram, stamps, a, b)),
        Relation::After => Reason::Path(path(diagram, stamps, b, a)),
        Relation::Concurrent => Reason::Unaware { first: ahead(line_a, a, b), second: ahead(line_b, b, a) },
    };
    Some((relation, reason))
}

/// The causal path with the fewest messages; empty when there is none.
pub fn path(diagram: &Diagram, stamps: &Stamps, from: EventId, to: EventId) -> Vec<Hop> {
    // By id: messages needed to get there, and the last hop.
    let mut reached: Vec<Option<(u32, Option<Hop>)>> = vec![None; diagram.ids()];
    let mut last: Vec<Option<EventId>> = vec![None; diagram.lines().len()];
    for &event in stamps.order() {
        let Some(process) = stamps.process(event) else { continue };
        let mut best = if event == from { Some((0, None)) } else { None };
        if let Some(before) = last[process.index()]
            && let Some((messages, _)) = reached[before.index()]
        {
            best = Some((messages, Some(Hop::Line(before, event))));
        }
        for message in diagram.arriving(event) {
            if let Some((messages, _)) = reached[message.send.index()]
                && best.is_none_or(|(fewest, _)| messages + 1 < fewest)
            {
                best = Some((messages + 1, Some(Hop::Message(message.send, event))));
            }
        }
        reached[event.index()] = best;
        last[process.index()] = Some(event);
        if event == to {
            break;
        }
    }
    walk_back(&reached, to)
}

/// The hops that lead to an event, first to last, neighbours on a line made one.
fn walk_back(reached: &[Option<(u32, Option<Hop>)>], to: EventId) -> Vec<Hop> {
    let mut hops: Vec<Hop> = Vec::new();
    let mut at = to;
    while let Some(Some((_, Some(hop)))) = reached.get(at.index()) {
        let (Hop::Line(before, _) | Hop::Message(before, _)) = *hop;
        match (hops.last_mut(), hop) {
            (Some(Hop::Line(start, _)), Hop::Line(..)) => *start = before,
            _ => hops.push(*hop),
        }
        at = before;
    }
    hops.reverse();
    hops
}

/// Which events happened after this one, by id, found by following lines and messages: the definition of → itself (Lamport
/// 1978). The event itself isn't among them.
pub fn reachable_from(diagram: &Diagram, from: EventId) -> Vec<bool> {
    let mut reached = vec![false; diagram.ids()];
    let mut to_visit = vec![from];
    while let Some(event) = to_visit.pop() {
        let next_on_line = diagram.position(event).and_then(|position| {
            let process = diagram.place(event)?.process;
            diagram.line(process)?.events().get(position + 1).copied()
        });
        let received = diagram.leaving(event).map(|message| message.receive);
        for next in next_on_line.into_iter().chain(received) {
            if !reached[next.index()] {
                reached[next.index()] = true;
                to_visit.push(next);
            }
        }
    }
    reached
}
