//! The smallest counterexample to a law, found by going through all small histories, shortest first.
//!
//! The states that a law is tried on must be able to exist side by side: two payloads in which one dot means two things
//! break every law and prove nothing. So what is enumerated is histories of a few replicas, without network and crashes:
//! updates, merges, deliveries of operations.

use super::broadcast::Operation;
use super::context::{Context, Dot};
use super::kind::{Breach, Effect, Kind, Replication, Request, Rules, Update};
use super::meaning::{Record, meaning};
use super::payload::{Element, Payload};
use crate::prelude::*;
use crate::sim::{Fingerprint, NodeId};

/// A law that can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Law {
    /// a ⊔ a = a
    Idempotent,
    /// a ⊔ b = b ⊔ a
    Commutative,
    /// (a ⊔ b) ⊔ c = a ⊔ (b ⊔ c)
    Associative,
    /// a ⊔ u(a) = u(a) for every update u
    Inflating,
    /// Replicas that have seen the same updates are in the same state.
    Convergent,
    /// The value is what the updates seen mean.
    Meant,
}

/// One move of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// A client asks a replica for something.
    Update(NodeId, Update),
    /// A replica merges the payload of another.
    Merge {
        /// Who changes.
        into: NodeId,
        /// Whose payload it gets.
        from: NodeId,
    },
    /// An operation arrives at a replica.
    Deliver {
        /// Which one.
        dot: Dot,
        /// Where.
        to: NodeId,
    },
}

/// A law, and where it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// What breaks.
    pub law: Law,
    /// How the states come about.
    pub history: Vec<Move>,
    /// The states that the law speaks of: a, b, c, as many as it needs.
    pub states: Vec<Payload>,
    /// The two sides that should be equal. For [`Law::Meant`] the same payload twice; see `meant`.
    pub sides: [Payload; 2],
    /// What the value should be, for [`Law::Meant`].
    pub meant: Option<super::payload::Value>,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many different situations were examined.
    pub examined: usize,
    /// The first breach that a client can see, because the two sides read differently; or the first of all, where no small
    /// history shows one. None when all laws hold in all of them.
    pub counterexample: Option<Counterexample>,
}

/// How many replicas play.
const REPLICAS: u8 = 3;
/// All updates are asked for at the same time: where stamps could tie, they do.
const CLOCK: u64 = 1;

/// A few replicas, and how they got there.
#[derive(Debug, Clone, Default)]
struct Situation {
    payloads: Vec<Payload>,
    seen: Vec<Context>,
    records: Vec<Record>,
    operations: Vec<Operation<Effect>>,
    history: Vec<Move>,
}

/// Goes through all histories of at most so many moves.
pub fn smallest(rules: Rules, replication: Replication, moves: usize) -> Found {
    let replicas = usize::from(REPLICAS);
    let start = Situation {
        payloads: vec![Payload::default(); replicas],
        seen: vec![Context::default(); replicas],
        ..Situation::default()
    };
    let mut known: Vec<u64> = Vec::new();
    let mut frontier = vec![start];
    let mut hidden = None;
    for _ in 0..moves {
        let mut next = Vec::new();
        for situation in &frontier {
            for one in situation.moves(rules, replication) {
                let (after, breach) = situation.after(one, rules, replication);
                let fingerprint = after.fingerprint();
                let Err(place) = known.binary_search(&fingerprint) else { continue };
                known.insert(place, fingerprint);
                match breach.or_else(|| after.breach(rules, replication)) {
                    Some(breach) if breach.is_visible(rules.kind) => {
                        return Found { examined: known.len(), counterexample: Some(breach) };
                    }
                    Some(breach) => {
                        hidden.get_or_insert(breach);
                    }
                    None => {}
                }
                next.push(after);
            }
        }
        frontier = next;
    }
    Found { examined: known.len(), counterexample: hidden }
}

impl Counterexample {
    /// Whether a client would read different values.
    pub fn is_visible(&self, kind: Kind) -> bool {
        let [left, right] = &self.sides;
        self.meant.is_some() || left.value(kind) != right.value(kind)
    }
}

impl Situation {
    fn fingerprint(&self) -> u64 {
        Fingerprint::of(&(&self.payloads, &self.seen, &self.records))
    }

    fn moves(&self, rules: Rules, replication: Replication) -> Vec<Move> {
        let elements = match rules.kind {
            Kind::LwwRegister | Kind::MvRegister => &[Element(1), Element(2)][..],
            _ => &[Element(1)],
        };
        let updates = rules.kind.updates(elements);
        let mut moves = Vec::new();
        for replica in NodeId::all(REPLICAS) {
            moves.extend(updates.iter().map(|update| Move::Update(replica, *update)));
            if replication == Replication::Operation {
                let fresh =
                    self.operations.iter().filter(|operation| self.may_arrive(operation, replica, rules));
                moves.extend(fresh.map(|operation| Move::Deliver { dot: operation.dot, to: replica }));
            } else {
                let others = NodeId::all(REPLICAS).filter(|other| *other != replica);
                moves.extend(others.map(|from| Move::Merge { into: replica, from }));
            }
        }
        moves
    }

    /// What the promises of delivery allow.
    fn may_arrive(&self, operation: &Operation<Effect>, at: NodeId, rules: Rules) -> bool {
        let seen = &self.seen[at.index()];
        let is_new = !seen.contains(operation.dot);
        let again = rules.lacks(Breach::NoDeduplication) && operation.dot.replica != at;
        (is_new || again) && (rules.lacks(Breach::NoCausalOrder) || seen.includes(&operation.past))
    }

    /// The situation after a move, and whether the move itself broke a law.
    fn after(&self, one: Move, rules: Rules, replication: Replication) -> (Self, Option<Counterexample>) {
        let mut after = self.clone();
        after.history.push(one);
        let mut breach = None;
        match one {
            Move::Update(id, update) => breach = after.update(id, update, rules, replication),
            Move::Merge { into, from } => {
                let theirs = self.seen[from.index()].clone();
                after.payloads[into.index()].join(&self.payloads[from.index()], rules);
                after.seen[into.index()].join(&theirs);
            }
            Move::Deliver { dot, to } => {
                after.seen[to.index()].insert(dot);
                if let Some(operation) = self.operations.iter().find(|operation| operation.dot == dot) {
                    rules.apply(&mut after.payloads[to.index()], &operation.body);
                }
            }
        }
        (after, breach)
    }

    fn update(
        &mut self,
        id: NodeId,
        update: Update,
        rules: Rules,
        replication: Replication,
    ) -> Option<Counterexample> {
        let made = self.records.iter().filter(|record| record.dot.replica == id).count();
        let dot = Dot { replica: id, number: u32::try_from(made).unwrap_or(u32::MAX) + 1 };
        let request = Request { update, clock: CLOCK };
        let place = id.index();
        let before = self.payloads[place].clone();
        let effect = rules.prepare(&before, request, dot)?;
        let past = self.seen[place].clone();
        self.seen[place].insert(dot);
        self.records.push(Record { dot, request, past: past.clone() });
        if replication == Replication::Operation {
            rules.apply(&mut self.payloads[place], &effect);
            self.operations.push(Operation { dot, past, body: effect });
            return None;
        }
        rules.mutate(&mut self.payloads[place], id, &effect);
        let after = &self.payloads[place];
        let both = before.joined(after, rules);
        (both != *after).then(|| self.breaks(Law::Inflating, &[&before, after], [both, after.clone()]))
    }

    fn breaks(&self, law: Law, states: &[&Payload], sides: [Payload; 2]) -> Counterexample {
        let states = states.iter().map(|state| (*state).clone()).collect();
        Counterexample { law, history: self.history.clone(), states, sides, meant: None }
    }

    /// The first law that does not hold here.
    fn breach(&self, rules: Rules, replication: Replication) -> Option<Counterexample> {
        let laws = (replication != Replication::Operation).then(|| self.unlawful_merge(rules)).flatten();
        laws.or_else(|| self.divergence()).or_else(|| self.wrong_value(rules))
    }

    fn unlawful_merge(&self, rules: Rules) -> Option<Counterexample> {
        let all = &self.payloads;
        let unequal = |law, states: &[&Payload], left: Payload, right: Payload| {
            (left != right).then(|| self.breaks(law, states, [left, right]))
        };
        for a in all {
            let twice = unequal(Law::Idempotent, &[a], a.joined(a, rules), a.clone());
            if twice.is_some() {
                return twice;
            }
            for b in all {
                let both = a.joined(b, rules);
                let turned = unequal(Law::Commutative, &[a, b], both.clone(), b.joined(a, rules));
                if turned.is_some() {
                    return turned;
                }
                for c in all {
                    let last = a.joined(&b.joined(c, rules), rules);
                    let regrouped = unequal(Law::Associative, &[a, b, c], both.joined(c, rules), last);
                    if regrouped.is_some() {
                        return regrouped;
                    }
                }
            }
        }
        None
    }

    fn divergence(&self) -> Option<Counterexample> {
        let sights: Vec<_> = self.seen.iter().zip(&self.payloads).collect();
        sights.iter().enumerate().find_map(|(place, (seen, a))| {
            let (_, b) = sights[place + 1..].iter().find(|(other, b)| other == seen && b != a)?;
            Some(self.breaks(Law::Convergent, &[a, b], [(*a).clone(), (*b).clone()]))
        })
    }

    fn wrong_value(&self, rules: Rules) -> Option<Counterexample> {
        self.payloads.iter().zip(&self.seen).find_map(|(a, seen)| {
            let meant = meaning(rules.kind, &self.records, seen);
            (a.value(rules.kind) != meant).then(|| Counterexample {
                meant: Some(meant),
                ..self.breaks(Law::Meant, &[a], [a.clone(), a.clone()])
            })
        })
    }
}
