//! What must hold after every step, and what has to be remembered for it.
//!
//! The witness knows what no replica knows: which updates each of them has seen. It follows the messages: whoever merges a
//! payload has then seen what its sender had seen when it sent it. For delta-intervals that is so too, because they are
//! joined only where everything before them is known (Almeida, Shoker, Baquero 2018, proposition 2).

use super::context::{Context, Dot};
use super::kind::{Replication, Rules};
use super::meaning::{Record, meaning};
use super::message::Message;
use super::payload::Payload;
use super::replica::{Replica, Reply};
use crate::figure::{Invariant, InvariantInfo};
use crate::prelude::*;
use crate::sim::{Action, Change, MessageId, NodeId, World};

/// What was sent, by kind of message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Traffic {
    /// How many messages, copies included.
    pub messages: u32,
    /// How many of them are copies that the network made.
    pub copies: u32,
    /// How many bytes in them, by the encoding of [`Message::bytes`].
    pub bytes: u64,
    /// How many it would be if in each round of telling the others every one of them were sent the whole state.
    pub bytes_as_states: u64,
}

/// What the laws need to know of the past.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Witness {
    /// Every update done, in order.
    records: Vec<Record>,
    /// By replica, what it has seen; filled up as replicas are heard of.
    seen: Vec<Context>,
    /// What the sender of each message under way had seen.
    carried: Vec<(MessageId, Context)>,
    /// What was sent so far.
    traffic: Traffic,
    /// The first update that took something away from what was known.
    shrunk: Option<String>,
}

impl Witness {
    /// Every update done, in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// What was sent so far.
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// What a replica has seen. None before its first step.
    pub fn seen(&self, id: NodeId) -> Option<&Context> {
        self.seen.get(id.index())
    }

    /// What a message under way would let its receiver see.
    pub fn carried(&self, message: MessageId) -> Option<&Context> {
        self.carried.iter().find(|(id, _)| *id == message).map(|(_, seen)| seen)
    }

    /// Takes note of a step; `world` is as it is after it.
    pub fn observe(&mut self, world: &World<Replica>, action: Action, change: &Change<Replica>) {
        self.seen.resize(world.nodes().len(), Context::default());
        let arrived = change.envelope.as_ref().and_then(|envelope| {
            let place = self.carried.iter().position(|(id, _)| *id == envelope.id)?;
            Some(self.carried.remove(place).1)
        });
        if let (Some(id), Some(before)) = (change.node, &change.before) {
            let after = &world.node(id).process;
            self.note_update(id, before, after, change);
            match (after.config().replication, arrived) {
                (Replication::Operation, _) => {
                    self.seen[id.index()] = after.broadcast().log.applied.clone();
                }
                (Replication::State | Replication::Delta, Some(arrived)) if carries_payload(change) => {
                    self.seen[id.index()].join(&arrived);
                }
                (Replication::State | Replication::Delta, _) => {}
            }
        }
        if let Action::Fire(id, _) = action {
            let round = (world.nodes().len() - 1) * Message::State(payload(world, id).clone()).bytes();
            self.traffic.bytes_as_states += u64::try_from(round).unwrap_or(u64::MAX);
        }
        if let Action::Wipe(id) = action {
            self.seen[id.index()] = Context::default();
        }
        for envelope in &change.sent {
            let seen = match action {
                Action::Duplicate(original) => self.carried(original).cloned(),
                _ => self.seen.get(envelope.from.index()).cloned(),
            };
            self.carried.push((envelope.id, seen.unwrap_or_default()));
            self.traffic.messages += 1;
            self.traffic.copies += u32::from(matches!(action, Action::Duplicate(_)));
            let bytes = envelope.message.bytes();
            self.traffic.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        }
    }

    fn note_update(&mut self, id: NodeId, before: &Replica, after: &Replica, change: &Change<Replica>) {
        let Some(request) = change.command else { return };
        if !change.replies.iter().any(|reply| matches!(reply, Reply::Done(_))) {
            return;
        }
        let dot = Dot { replica: id, number: after.updates() };
        let past = self.seen[id.index()].clone();
        self.seen[id.index()].insert(dot);
        self.records.push(Record { dot, request, past });
        if after.config().replication != Replication::Operation && self.shrunk.is_none() {
            let both = before.payload().joined(after.payload(), after.config().rules);
            if both != *after.payload() {
                self.shrunk = Some(said(id, "takes back what was known before it"));
            }
        }
    }
}

fn carries_payload(change: &Change<Replica>) -> bool {
    let message = change.envelope.as_ref().map(|envelope| &envelope.message);
    matches!(message, Some(Message::State(_) | Message::Delta { .. }))
}

fn said(id: NodeId, what: &str) -> String {
    format!("{id}’s update {what}")
}

/// Two names with words around them.
fn about(left: NodeId, between: &str, right: NodeId, after: &str) -> String {
    format!("{left}{between}{right}{after}")
}

/// The replica that took the last step, if it is up: the memory of one that isn't is gone.
fn alive(world: &World<Replica>, at: Option<NodeId>) -> Option<NodeId> {
    at.filter(|id| world.node(*id).up)
}

/// The replica that took the last step, and the others.
fn pairs(world: &World<Replica>, at: Option<NodeId>) -> Vec<(NodeId, NodeId)> {
    let Some(at) = alive(world, at) else { return Vec::new() };
    world.ids().filter(|id| *id != at && world.node(*id).up).map(|id| (at, id)).collect()
}

fn payload(world: &World<Replica>, id: NodeId) -> &Payload {
    world.node(id).process.payload()
}

/// The rules, where replicas merge payloads.
fn merging(world: &World<Replica>) -> Option<Rules> {
    let config = world.nodes().first()?.process.config();
    (config.replication != Replication::Operation).then_some(config.rules)
}

/// Every law, in the order in which a breach is named.
pub const LAWS: [Invariant<Replica, Witness>; 7] = [
    Invariant {
        info: InvariantInfo {
            name: "Idempotent merge",
            meaning: "merging a state with itself changes nothing",
            source: "RR-7506 §2.2.2",
        },
        broken: merge_is_idempotent,
    },
    Invariant {
        info: InvariantInfo {
            name: "Commutative merge",
            meaning: "merging gives the same whichever of two states comes first",
            source: "RR-7506 §2.2.2",
        },
        broken: merge_commutes,
    },
    Invariant {
        info: InvariantInfo {
            name: "Associative merge",
            meaning: "merging three states gives the same whichever two are merged first",
            source: "RR-7506 §2.2.2",
        },
        broken: merge_associates,
    },
    Invariant {
        info: InvariantInfo {
            name: "Inflation by updates",
            meaning: "an update takes nothing back that was known before it",
            source: "RR-7506 §2.2.2",
        },
        broken: updates_inflate,
    },
    Invariant {
        info: InvariantInfo {
            name: "Commutativity of operations",
            meaning: "operations that did not know of each other give the same in either order",
            source: "RR-7506 §2.2.3",
        },
        broken: operations_commute,
    },
    Invariant {
        info: InvariantInfo {
            name: "Strong Eventual Consistency",
            meaning: "replicas that have seen the same updates are in the same state",
            source: "Shapiro et al., SSS 2011, definition 2",
        },
        broken: strong_eventual_consistency,
    },
    Invariant {
        info: InvariantInfo {
            name: "Specification of the type",
            meaning: "the value is what the updates seen amount to, by the type’s specification",
            source: "Burckhardt et al., POPL 2014, §3",
        },
        broken: value_is_meant,
    },
];

/// Strong Eventual Consistency: replicas that have seen the same updates are in the same state (Shapiro et al. 2011, SSS,
/// definition 2).
pub fn strong_eventual_consistency(
    world: &World<Replica>,
    witness: &Witness,
    at: Option<NodeId>,
) -> Option<String> {
    pairs(world, at).into_iter().find_map(|(left, right)| {
        let alike = witness.seen(left)? == witness.seen(right)?;
        let differ = payload(world, left) != payload(world, right);
        (alike && differ).then(|| about(left, " and ", right, " have seen the same updates and differ"))
    })
}

/// Merging does not depend on which of two comes first.
pub fn merge_commutes(world: &World<Replica>, _: &Witness, at: Option<NodeId>) -> Option<String> {
    let rules = merging(world)?;
    pairs(world, at).into_iter().find_map(|(left, right)| {
        let (a, b) = (payload(world, left), payload(world, right));
        (a.joined(b, rules) != b.joined(a, rules))
            .then(|| about(left, " merged with ", right, " is not what the other way round gives"))
    })
}

/// Merging does not depend on how three are grouped.
pub fn merge_associates(world: &World<Replica>, _: &Witness, at: Option<NodeId>) -> Option<String> {
    let rules = merging(world)?;
    let others = pairs(world, at);
    others.iter().zip(others.iter().skip(1)).find_map(|((left, middle), (_, right))| {
        let (a, b, c) = (payload(world, *left), payload(world, *middle), payload(world, *right));
        (a.joined(b, rules).joined(c, rules) != a.joined(&b.joined(c, rules), rules))
            .then(|| about(*left, " and ", *middle, " merged first is not what merging them last gives"))
    })
}

/// Merging twice is merging once.
pub fn merge_is_idempotent(world: &World<Replica>, _: &Witness, at: Option<NodeId>) -> Option<String> {
    let (at, rules) = (alive(world, at)?, merging(world)?);
    let a = payload(world, at);
    (a.joined(a, rules) != *a).then(|| about(at, " merged with ", at, ", itself, is something else"))
}

/// Concurrent operations commute: those that a replica could apply next give the same in either order.
pub fn operations_commute(world: &World<Replica>, _: &Witness, at: Option<NodeId>) -> Option<String> {
    let at = alive(world, at)?;
    let replica = &world.node(at).process;
    let rules = replica.config().rules;
    let applied = &replica.broadcast().log.applied;
    let under_way = world.flights().iter().filter_map(|flight| match &flight.message {
        Message::Operation(operation) => Some(operation),
        Message::State(_) | Message::Delta { .. } | Message::Acknowledge(_) | Message::Applied(_) => None,
    });
    let next: Vec<_> = under_way
        .filter(|operation| !applied.contains(operation.dot) && applied.includes(&operation.past))
        .collect();
    let ends = |first, second| {
        let mut payload = replica.payload().clone();
        rules.apply(&mut payload, first);
        rules.apply(&mut payload, second);
        payload
    };
    let differ = next.iter().enumerate().any(|(place, one)| {
        next[place + 1..]
            .iter()
            .any(|other| one.dot != other.dot && ends(&one.body, &other.body) != ends(&other.body, &one.body))
    });
    differ.then(|| about(at, ": two operations under way to ", at, " give one or the other state"))
}

/// Updates only add: a replica's state after its update is above the one before (Shapiro et al. 2011, §2.2.2).
pub fn updates_inflate(_: &World<Replica>, witness: &Witness, _: Option<NodeId>) -> Option<String> {
    witness.shrunk.clone()
}

/// The value is what the updates seen mean.
pub fn value_is_meant(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    let at = alive(world, at)?;
    let replica = &world.node(at).process;
    let meant = meaning(replica.config().rules.kind, &witness.records, witness.seen(at)?);
    (replica.value() != meant).then(|| said(at, "or another’s is missing in its value, or counted twice"))
}
