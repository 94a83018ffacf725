//! Version vectors (Parker and others, "Detection of Mutual Inconsistency in Distributed Systems", IEEE TSE SE-9(3), 1983).
//!
//! The arithmetic of vector clocks, about something else: not events of processes but states of one replicated object. An
//! entry counts writes of one actor, a server or a client as the mechanism has it.

use crate::prelude::*;
use crate::sim::NodeId;

/// One write, named by who counted it and how many that actor had counted then: a *dot*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// Who counted.
    pub actor: NodeId,
    /// Counted from 1.
    pub counter: u32,
}

/// One entry: the writes of an actor up to a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Who counted.
    pub actor: NodeId,
    /// Up to this one, from 1.
    pub counter: u32,
    /// When that write was made, in milliseconds by its client's clock. Only pruning looks at it (Dynamo §4.4).
    pub stamp: u32,
}

/// For some actors, how many of their writes are covered. An actor without an entry has 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct VersionVector(Vec<Entry>);

/// How two versions, or two vectors, stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// They are the same.
    Equal,
    /// The second covers the first.
    Before,
    /// The first covers the second.
    After,
    /// Neither covers the other: a conflict.
    Concurrent,
}

impl Order {
    /// From whether each covers the other.
    pub fn of(first_is_covered: bool, second_is_covered: bool) -> Self {
        match (first_is_covered, second_is_covered) {
            (true, true) => Self::Equal,
            (true, false) => Self::Before,
            (false, true) => Self::After,
            (false, false) => Self::Concurrent,
        }
    }
}

impl VersionVector {
    /// The entries, by actor.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// How many of an actor's writes are covered.
    pub fn get(&self, actor: NodeId) -> u32 {
        self.0.iter().find(|entry| entry.actor == actor).map_or(0, |entry| entry.counter)
    }

    /// Whether a write is covered.
    pub fn has(&self, dot: Dot) -> bool {
        dot.counter <= self.get(dot.actor)
    }

    /// Whether everything that `other` covers is covered.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|entry| entry.counter <= self.get(entry.actor))
    }

    /// How two vectors stand to each other.
    pub fn compare(&self, other: &Self) -> Order {
        Order::of(other.covers(self), self.covers(other))
    }

    /// Covers an actor's writes up to a dot; nothing changes where it does already.
    pub fn raise(&mut self, dot: Dot, stamp: u32) {
        let Dot { actor, counter } = dot;
        let place = self.0.partition_point(|entry| entry.actor < actor);
        match self.0.get_mut(place).filter(|entry| entry.actor == actor) {
            Some(entry) if entry.counter >= counter => {}
            Some(entry) => *entry = Entry { actor, counter, stamp },
            None => self.0.insert(place, Entry { actor, counter, stamp }),
        }
    }

    /// Covers what either covered: the entrywise maximum.
    pub fn merge(&mut self, other: &Self) {
        for entry in &other.0 {
            self.raise(Dot { actor: entry.actor, counter: entry.counter }, entry.stamp);
        }
    }

    /// Forgets the entries whose writes are longest ago until so many are left; at equal times the smaller actor's first.
    pub fn prune(&mut self, entries_max: usize) {
        while self.0.len() > entries_max {
            let mut oldest = 0;
            for place in 1..self.0.len() {
                if self.0[place].stamp < self.0[oldest].stamp {
                    oldest = place;
                }
            }
            self.0.remove(oldest);
        }
    }
}
