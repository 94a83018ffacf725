//! The truth: which writes each write had seen. Kept beside the servers, who don't have it, and compared with what their
//! vectors say.
//!
//! A write has seen what its client had read when it made it, and all that those writes had seen: its *causal history*
//! (Preguiça and others 2010). With entries per client, a client has also seen its own earlier writes; the view that it
//! keeps has them.

use super::mechanism::{Version, WriteId};
use super::node::{Deed, Message, Node, State};
use super::vector::Order;
use super::words;
use crate::prelude::*;
use crate::sim::{Action, Change, NodeId, World};

/// A set of writes, by their place in [`Witness::writes`]: one bit each.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct History(Vec<u64>);

impl History {
    fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    fn add(&mut self, place: usize) {
        if self.0.len() <= place / 64 {
            self.0.resize(place / 64 + 1, 0);
        }
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn merge(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, theirs) in self.0.iter_mut().zip(&other.0) {
            *word |= theirs;
        }
    }
}

/// What every write had seen, and the first breach of each invariant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Witness {
    writes: Vec<WriteId>,
    /// By write: what it had seen, itself included.
    histories: Vec<History>,
    /// Writes that a server has taken, by place.
    taken: History,
    /// The most versions that a server had at once.
    siblings_max: usize,
    lost: Option<String>,
    kept: Option<String>,
    misordered: Option<String>,
}

impl Witness {
    /// All writes so far, in the order in which clients made them.
    pub fn writes(&self) -> &[WriteId] {
        &self.writes
    }

    /// The most versions that a server had at once.
    pub fn siblings_max(&self) -> usize {
        self.siblings_max
    }

    /// How two writes truly stand to each other. A write that nobody has made is concurrent with all but itself.
    pub fn order(&self, left: WriteId, right: WriteId) -> Order {
        Order::of(self.has_seen(right, left), self.has_seen(left, right))
    }

    /// Whether the first has seen the second. Every write has seen itself.
    pub fn has_seen(&self, write: WriteId, other: WriteId) -> bool {
        write == other
            || matches!((self.place(write), self.place(other)),
                (Some(write), Some(other)) if self.histories[write].has(other))
    }

    /// The writes taken by servers that no other such write has seen: what is left when all servers know all.
    pub fn latest(&self) -> Vec<WriteId> {
        let taken = || self.writes.iter().copied().enumerate().filter(|(place, _)| self.taken.has(*place));
        let mut latest: Vec<WriteId> = Vec::new();
        for (_, write) in taken() {
            if !taken().any(|(_, other)| other != write && self.has_seen(other, write)) {
                latest.push(write);
            }
        }
        latest.sort_unstable();
        latest
    }

    fn place(&self, write: WriteId) -> Option<usize> {
        self.writes.iter().position(|known| *known == write)
    }

    /// Takes note of a step.
    pub fn observe(&mut self, world: &World<Node>, action: Action, change: &Change<Node>) {
        let (Some(id), Some(before)) = (change.node, &change.before) else { return };
        match action {
            Action::Ask(..) => self.note_write(before, change),
            // Only messages: what a disk loses is no fault of the vectors.
            Action::Deliver(_) => {
                if let (State::Server(old), State::Server(new)) =
                    (&before.state, &world.node(id).process.state)
                {
                    let message = change.envelope.as_ref().map(|envelope| &envelope.message);
                    let arrived = match message {
                        Some(Message::Put(put)) if old.taken != new.taken => {
                            if let Some(place) = self.place(put.write) {
                                self.taken.add(place);
                            }
                            Some(put.write)
                        }
                        _ => None,
                    };
                    let told: &[Version] = match message {
                        Some(Message::Sync(theirs)) => &theirs.versions,
                        _ => &[],
                    };
                    let (old, new) = (&old.siblings.versions, &new.siblings.versions);
                    self.note_lost(
                        id,
                        old.iter().chain(told).map(|version| version.write).chain(arrived),
                        new,
                    );
                    self.note_kept(id, new);
                    self.note_order(world, old.iter().chain(told).chain(new));
                    self.siblings_max = self.siblings_max.max(new.len());
                }
            }
            _ => {}
        }
    }

    fn note_write(&mut self, client: &Node, change: &Change<Node>) {
        let (Some(command), Some(sent)) = (change.command, change.sent.first()) else { return };
        let Message::Put(put) = &sent.message else { return };
        let mut history = History::default();
        if !matches!(command.deed, Deed::AddBlindly(_)) {
            for seen in &client.siblings().versions {
                if let Some(place) = self.place(seen.write) {
                    history.merge(&self.histories[place]);
                }
            }
        }
        history.add(self.writes.len());
        self.writes.push(put.write);
        self.histories.push(history);
    }

    fn note_lost(&mut self, id: NodeId, had: impl Iterator<Item = WriteId>, now: &[Version]) {
        for write in had {
            if self.lost.is_none() && !now.iter().any(|kept| self.has_seen(kept.write, write)) {
                self.lost = Some(words::lost(id, write, now));
            }
        }
    }

    fn note_kept(&mut self, id: NodeId, now: &[Version]) {
        for version in now {
            let newer = now.iter().find(|other| self.order(version.write, other.write) == Order::Before);
            if let (None, Some(newer)) = (&self.kept, newer) {
                self.kept = Some(words::kept(id, version.write, newer.write));
            }
        }
    }

    /// Whatever passed through the server, against whatever any server has.
    fn note_order<'a>(&mut self, world: &World<Node>, here: impl Iterator<Item = &'a Version>) {
        for version in here {
            for server in world.servers() {
                let node = &world.node(server).process;
                if self.misordered.is_some() || !node.mechanism.compares_versions() {
                    return;
                }
                for other in &node.siblings().versions {
                    let truth = self.order(version.write, other.write);
                    let said = node.mechanism.compare(version, other);
                    if said != truth {
                        self.misordered = Some(words::misordered(version, other, said, truth));
                    }
                }
            }
        }
    }
}

/// No sibling is dropped unless covered: a version goes only when one that stays has seen it.
pub fn nothing_lost(_: &World<Node>, witness: &Witness, _: Option<NodeId>) -> Option<String> {
    witness.lost.clone()
}

/// No covered sibling is kept: of two versions at a server neither has seen the other.
pub fn nothing_false(_: &World<Node>, witness: &Witness, _: Option<NodeId>) -> Option<String> {
    witness.kept.clone()
}

/// The order of vectors is the causal order of writes.
pub fn order_is_causal(_: &World<Node>, witness: &Witness, _: Option<NodeId>) -> Option<String> {
    witness.misordered.clone()
}
