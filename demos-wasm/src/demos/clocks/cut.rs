//! Cuts: "all that has happened so far", drawn by hand (Mattern 1989; Chandy and Lamport 1985).
//!
//! A cut takes a first part of every line. It is **consistent** when no message comes out of the future: whoever is received
//! in it was sent in it. Only then could all of it have been one state of the system. Messages that are sent in it and
//! received later are allowed: they are under way.

use super::diagram::{Diagram, EventId, Message, ProcessId};
use super::stamps::Stamps;
use crate::prelude::*;

/// For each line, how many of its first events belong to the cut.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cut(Vec<u32>);

impl Cut {
    /// A cut with so many events of each line; numbers too large mean the whole line, missing ones nothing.
    pub fn new(diagram: &Diagram, events: &[u32]) -> Self {
        let lines = diagram.lines().iter().enumerate();
        let counts = lines.map(|(index, line)| {
            let all = u32::try_from(line.events().len()).unwrap_or(u32::MAX);
            events.get(index).copied().unwrap_or(0).min(all)
        });
        Self(counts.collect())
    }

    /// What has happened by a moment of real time: always consistent, and nobody in the system can take it.
    pub fn at_time(diagram: &Diagram, at: super::diagram::Millis) -> Self {
        let happened = |line: &super::diagram::Line| {
            let is_past = |&event: &EventId| diagram.place(event).is_some_and(|place| place.at <= at);
            u32::try_from(line.events().partition_point(is_past)).unwrap_or(u32::MAX)
        };
        Self(diagram.lines().iter().map(happened).collect())
    }

    /// For each line, how many of its first events belong to it.
    pub fn events(&self) -> &[u32] {
        &self.0
    }

    /// How many events belong to it.
    pub fn size(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Whether an event belongs to it.
    pub fn has(&self, stamps: &Stamps, event: EventId) -> bool {
        let Some(process) = stamps.process(event) else { return false };
        self.0.get(process.index()).is_some_and(|&count| stamps.own(event) <= count)
    }

    /// The messages that come out of the future: received in the cut, sent outside. Empty when it is consistent.
    pub fn offenders(&self, diagram: &Diagram, stamps: &Stamps) -> Vec<Message> {
        self.crossing(diagram, stamps, true)
    }

    /// The messages under way: sent in the cut, received outside.
    pub fn under_way(&self, diagram: &Diagram, stamps: &Stamps) -> Vec<Message> {
        self.crossing(diagram, stamps, false)
    }

    fn crossing(&self, diagram: &Diagram, stamps: &Stamps, is_received: bool) -> Vec<Message> {
        let crosses = |message: &&Message| {
            let (sent, received) = (self.has(stamps, message.send), self.has(stamps, message.receive));
            sent != received && received == is_received
        };
        diagram.messages().iter().filter(crosses).copied().collect()
    }

    /// Whether no message comes out of the future.
    pub fn is_consistent(&self, diagram: &Diagram, stamps: &Stamps) -> bool {
        self.offenders(diagram, stamps).is_empty()
    }

    /// The largest consistent cut inside it: what a recovery from checkpoints could go back to. There is one, because
    /// consistent cuts are a lattice (Mattern 1989).
    #[must_use]
    pub fn largest_within(&self, diagram: &Diagram, stamps: &Stamps) -> Self {
        let mut counts = Vec::with_capacity(self.0.len());
        for (line, &count) in diagram.lines().iter().zip(&self.0) {
            // An event may stay when everything that it knows of is in the cut, and what it knows only grows along a line.
            let knows_no_more = |&event: &EventId| {
                stamps.own(event) <= count
                    && stamps.vector(event).iter().zip(&self.0).all(|(known, limit)| known <= limit)
            };
            counts.push(u32::try_from(line.events().partition_point(knows_no_more)).unwrap_or(u32::MAX));
        }
        Self(counts)
    }

    /// The smallest consistent cut around it: with every event, all that it knows of.
    #[must_use]
    pub fn smallest_around(&self, diagram: &Diagram, stamps: &Stamps) -> Self {
        let mut counts = self.0.clone();
        for (line, &count) in diagram.lines().iter().zip(&self.0) {
            let last = usize::try_from(count).ok().and_then(|count| count.checked_sub(1));
            let Some(&event) = last.and_then(|last| line.events().get(last)) else { continue };
            for (known, count) in stamps.vector(event).iter().zip(&mut counts) {
                *count = (*count).max(*known);
            }
        }
        Self(counts)
    }

    /// The nearer of [`Cut::largest_within`] and [`Cut::smallest_around`], the former at equal distance; itself when it is
    /// consistent. Taking some events out *and* others in may be nearer still; that is not looked for.
    #[must_use]
    pub fn mended(&self, diagram: &Diagram, stamps: &Stamps) -> Self {
        let (within, around) = (self.largest_within(diagram, stamps), self.smallest_around(diagram, stamps));
        if self.size() - within.size() <= around.size() - self.size() { within } else { around }
    }

    /// The last event of a line that belongs to it.
    pub fn last(&self, diagram: &Diagram, process: ProcessId) -> Option<EventId> {
        let count = usize::try_from(*self.0.get(process.index())?).ok()?;
        diagram.line(process)?.events().get(count.checked_sub(1)?).copied()
    }
}
