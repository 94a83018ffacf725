//! What four clocks say of every event.
//!
//! * **Physical**: what the process's own clock shows. Skewed, so its order may contradict causality.
//! * **Lamport** (1978), implementation rules IR1 and IR2: tick between events; a message carries its sender's time, and a
//!   receiver goes past it. *a → b* implies *C(a) < C(b)*, the Clock Condition; not the other way round.
//! * **Vector** (Fidge 1988; Mattern 1989, theorem 10): one entry a process, counting the events of that process
//!   that an event knows of, itself included. *a → b* exactly when *V(a) < V(b)*.
//! * **Hybrid** (Kulkarni, Demirbas, Madappa, Avva, Leone 2014, figure 5): *l* is the largest physical time heard of, *c*
//!   counts events that share it. *e → f* implies *(l.e, c.e) < (l.f, c.f)* lexicographically (theorem 1), and *l* is
//!   never further ahead of the own clock than clocks are apart (corollary 1).

use super::diagram::{Diagram, EventId, Millis, ProcessId};
use crate::prelude::*;

/// A hybrid timestamp, ordered by `l`, then by `c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hybrid {
    /// The largest physical time among this event's and those of all events before it, in milliseconds.
    pub l: Millis,
    /// How many events in a row, up to this one, found no physical time larger than that; 0 when `l` is this event's own.
    pub c: u32,
}

/// The stamps of all events of one diagram. Made anew after every edit.
///
/// Asked about an event that the diagram doesn't have, numbers are 0 and vectors empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamps {
    processes: usize,
    order: Vec<EventId>,
    /// By id, and so are the others; these have one row more, [`Stamps::largest`].
    lines: Vec<Option<ProcessId>>,
    physical: Vec<Millis>,
    lamport: Vec<u32>,
    hybrid: Vec<Hybrid>,
    /// Row by row, one entry a process.
    vectors: Vec<u32>,
    merged: u64,
}

impl Stamps {
    /// Computes them, in one pass over the events by real time. Work: one row of `processes` entries an event and a
    /// message, see [`Stamps::merged`].
    pub fn of(diagram: &Diagram) -> Self {
        let (processes, ids) = (diagram.lines().len(), diagram.ids());
        let mut stamps = Self {
            processes,
            order: diagram.by_time(),
            lines: vec![None; ids],
            physical: vec![0; ids + 1],
            lamport: vec![0; ids + 1],
            hybrid: vec![Hybrid::default(); ids + 1],
            vectors: vec![0; (ids + 1) * processes],
            merged: 0,
        };
        let mut last: Vec<Option<EventId>> = vec![None; processes];
        for place in 0..stamps.order.len() {
            let event = stamps.order[place];
            if let Some(at) = diagram.place(event) {
                let line = at.process.index();
                let shown = diagram.lines()[line].clock.read(at.at);
                stamps.stamp(diagram, event, last[line], (at.process, shown));
                last[line] = Some(event);
            }
        }
        stamps
    }

    fn stamp(
        &mut self,
        diagram: &Diagram,
        event: EventId,
        previous: Option<EventId>,
        (process, shown): (ProcessId, Millis),
    ) {
        let id = event.index();
        let mut lamport = 0;
        let mut heard = Hybrid { l: shown, c: 0 };
        let arriving = diagram.arriving(event);
        for cause in previous.into_iter().chain(arriving.iter().map(|message| message.send)) {
            let cause = cause.index();
            lamport = lamport.max(self.lamport[cause]);
            // Figure 5 of the paper, its four cases at once: the largest l wins, and among equals the largest c; c is 0 only
            // where the own clock is ahead of all that was heard.
            heard = heard.max(Hybrid { l: self.hybrid[cause].l, c: self.hybrid[cause].c + 1 });
            self.merge(cause, id);
            self.merged += self.processes as u64;
        }
        self.lamport[id] = lamport + 1;
        self.hybrid[id] = heard;
        self.physical[id] = shown;
        self.lines[id] = Some(process);
        self.vectors[id * self.processes + process.index()] += 1;
        let largest = self.lines.len();
        self.lamport[largest] = self.lamport[largest].max(lamport + 1);
        self.hybrid[largest].l = self.hybrid[largest].l.max(heard.l);
        self.hybrid[largest].c = self.hybrid[largest].c.max(heard.c);
        self.physical[largest] = self.physical[largest].max(shown);
        self.merge(id, largest);
    }

    /// The entrywise maximum of two rows, into the second.
    fn merge(&mut self, from: usize, into: usize) {
        for entry in 0..self.processes {
            let known = self.vectors[from * self.processes + entry];
            let own = &mut self.vectors[into * self.processes + entry];
            *own = known.max(*own);
        }
    }

    /// No event of the diagram, but all that is asked about it is the largest that any event has, entry by entry: how wide
    /// what is written can get.
    pub fn largest(&self) -> EventId {
        EventId::at(self.lines.len())
    }

    /// All events by real time, one of the orders that happened-before allows.
    pub fn order(&self) -> &[EventId] {
        &self.order
    }

    /// An event's process.
    pub fn process(&self, event: EventId) -> Option<ProcessId> {
        self.lines.get(event.index()).copied().flatten()
    }

    /// What the own physical clock showed, in milliseconds.
    pub fn physical(&self, event: EventId) -> Millis {
        self.physical.get(event.index()).copied().unwrap_or(0)
    }

    /// The Lamport time, from 1.
    pub fn lamport(&self, event: EventId) -> u32 {
        self.lamport.get(event.index()).copied().unwrap_or(0)
    }

    /// The hybrid time.
    pub fn hybrid(&self, event: EventId) -> Hybrid {
        self.hybrid.get(event.index()).copied().unwrap_or_default()
    }

    /// The vector time: for each process, how many of its events this one knows of.
    pub fn vector(&self, event: EventId) -> &[u32] {
        let start = event.index() * self.processes;
        self.vectors.get(start..start + self.processes).unwrap_or_default()
    }

    /// An event's place on its line, from 1: its own entry.
    pub fn own(&self, event: EventId) -> u32 {
        let own = self.process(event).and_then(|process| self.vector(event).get(process.index()));
        own.copied().unwrap_or(0)
    }

    /// Entries of vectors looked at to compute them all: what they cost, whatever the machine.
    pub fn merged(&self) -> u64 {
        self.merged
    }
}

/// How far apart the diagram's clocks are at most, from its left edge to its last event, in milliseconds: the ε of the
/// hybrid clock's bound. 0 when all are right.
pub fn skew_max(diagram: &Diagram) -> Millis {
    let last = diagram.events().filter_map(|event| diagram.place(event)).map(|place| place.at).max();
    let mut most = 0_u64;
    // Differences of straight lines are largest at an end.
    for at in [0, i64::from(last.unwrap_or(0))] {
        let hundredths = |clock: super::diagram::LocalClock| {
            i64::from(clock.offset_ms) * 100 + at * i64::from(clock.rate_percent)
        };
        let shown = diagram.lines().iter().map(|line| hundredths(line.clock));
        let (least, greatest) =
            shown.fold((i64::MAX, i64::MIN), |(low, high), now| (low.min(now), high.max(now)));
        if greatest >= least {
            // Rounded up: clocks show whole milliseconds, rounded down.
            most = most.max(greatest.abs_diff(least).div_ceil(100));
        }
    }
    Millis::try_from(most).unwrap_or(Millis::MAX)
}
