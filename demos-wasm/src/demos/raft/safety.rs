//! Figure 3 of the paper: the five properties that hold at all times.

use super::log::{Entry, Log, LogIndex, Term};
use super::node::{Raft, Role};
use crate::sim::{Change, NodeId, World};

/// What the properties need to remember: they speak of the whole past, not of one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Witness {
    /// Who led in which term, in the order of election.
    leaders: Vec<(Term, NodeId)>,
    /// The first entry committed at each index, and the term of the server that committed it.
    committed: Vec<(Entry, Term)>,
    /// The first entry applied at each index.
    applied: Vec<Entry>,
    /// The first breach seen by comparing a server before and after a step, by property.
    two_leaders: Option<String>,
    overwritten: Option<String>,
    applied_twice: Option<String>,
}

impl Witness {
    /// Who led in which term, in the order of election.
    pub fn leaders(&self) -> &[(Term, NodeId)] {
        &self.leaders
    }

    /// How many entries are committed for good.
    pub fn committed(&self) -> usize {
        self.committed.len()
    }

    /// Takes note of a step.
    pub fn observe(&mut self, world: &World<Raft>, change: &Change<Raft>) {
        let Some(id) = change.node else { return };
        let node = world.node(id);
        if !node.up {
            return;
        }
        let (before, after) = (change.before.as_ref(), &node.process);
        if after.is_leader() {
            self.note_leader(id, after.term());
            let led_before = before.filter(|old| old.is_leader() && old.term() == after.term());
            if let Some(old) = led_before
                && !after.log().entries().starts_with(old.log().entries())
            {
                self.overwritten
                    .get_or_insert(format!("{id}, leader of term {}, changed its own log", after.term()));
            }
        }
        // Applied entries only grow, but for a restart, which begins anew.
        let known = before.map_or(0, |old| old.applied.len());
        let first_new = if known <= after.applied.len() { known } else { 0 };
        self.note_committed(id, after, first_new);
    }

    fn note_leader(&mut self, id: NodeId, term: Term) {
        if self.leaders.contains(&(term, id)) {
            return;
        }
        if let Some((_, other)) = self.leaders.iter().find(|(led, _)| *led == term) {
            self.two_leaders.get_or_insert(format!("{other} and {id} were both elected in term {term}"));
        }
        self.leaders.push((term, id));
    }

    fn note_committed(&mut self, id: NodeId, node: &Raft, first_new: usize) {
        for (place, entry) in node.applied.iter().enumerate().skip(first_new) {
            match self.applied.get(place) {
                None => {
                    self.applied.push(*entry);
                    self.committed.push((*entry, node.term()));
                }
                Some(first) if first != entry => {
                    self.applied_twice.get_or_insert(format!(
                        "{id} applied {} at index {}, where another server had applied {}",
                        name(*entry),
                        place + 1,
                        name(*first)
                    ));
                }
                Some(_) => {}
            }
        }
    }
}

fn name(entry: Entry) -> String {
    format!("{} of term {}", super::words::command_name(entry.command), entry.term)
}

/// Election Safety: at most one leader can be elected in a given term (§5.2).
pub(super) fn election_safety(_: &World<Raft>, witness: &Witness, _: Option<NodeId>) -> Option<String> {
    witness.two_leaders.clone()
}

/// Leader Append-Only: a leader never overwrites or deletes entries in its log (§5.3).
pub(super) fn leader_append_only(_: &World<Raft>, witness: &Witness, _: Option<NodeId>) -> Option<String> {
    witness.overwritten.clone()
}

/// Log Matching: if two logs contain an entry with the same index and term, they are identical up to it (§5.3).
pub(super) fn log_matching(world: &World<Raft>, _: &Witness, at: Option<NodeId>) -> Option<String> {
    let id = at?;
    let log = world.node(id).process.log();
    world.ids().filter(|&other| other != id).find_map(|other| {
        let place = first_breach(log, world.node(other).process.log())?;
        Some(format!(
            "{id} and {other} have entries of one term at an index, but differ before it, at index {place}"
        ))
    })
}

/// The first index at which two logs differ although they agree in term at a later one.
fn first_breach(left: &Log, right: &Log) -> Option<LogIndex> {
    let pairs = left.entries().iter().zip(right.entries());
    let differ = pairs.clone().position(|(a, b)| a != b)?;
    let agree_later = pairs.skip(differ).any(|(a, b)| a.term == b.term);
    agree_later.then(|| LogIndex(u32::try_from(differ + 1).unwrap_or(u32::MAX)))
}

/// Leader Completeness: an entry committed in a term is in the logs of the leaders of all later terms (§5.4).
pub(super) fn leader_completeness(
    world: &World<Raft>,
    witness: &Witness,
    _: Option<NodeId>,
) -> Option<String> {
    let leaders = world.ids().filter(|&id| world.node(id).up && world.node(id).process.is_leader());
    leaders.into_iter().find_map(|id| {
        let leader = &world.node(id).process;
        witness.committed.iter().enumerate().find_map(|(place, (entry, term))| {
            let index = LogIndex(u32::try_from(place + 1).unwrap_or(u32::MAX));
            let has_it = leader.log().get(index) == Some(entry);
            (*term < leader.term() && !has_it).then(|| {
                format!(
                    "{id} leads term {} without {}, committed at index {index} in term {term}",
                    leader.term(),
                    name(*entry)
                )
            })
        })
    })
}

/// State Machine Safety: no two servers apply different entries at one index (§5.4.3).
pub(super) fn state_machine_safety(_: &World<Raft>, witness: &Witness, _: Option<NodeId>) -> Option<String> {
    witness.applied_twice.clone()
}

/// The one leader of the latest term that is up, if there is one.
pub(super) fn acting_leader(world: &World<Raft>) -> Option<NodeId> {
    world
        .ids()
        .filter(|&id| world.node(id).up && matches!(world.node(id).process.role, Role::Leader { .. }))
        .max_by_key(|&id| world.node(id).process.term())
}
