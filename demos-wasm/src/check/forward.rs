//! Whether a history is linearizable, in a tenth of the code that [`check`](super::linearizability::check) takes, for those
//! who need neither an order nor the shortest prefix: the page asks after every answer.
//!
//! It goes through the events of a key and keeps every state that the key may be in (Lowe, "Testing for Linearizability",
//! 2017, §4: operations take effect *just in time*, when one returns that hasn't yet). Where no state is left, nothing
//! explains the answer. What nobody knows the outcome of is used as little as possible: of two states that differ in that
//! alone, the one that has used less can do whatever the other can.

use super::linearizability::{History, Key, Kind, Operation, Outcome, Value};
use crate::prelude::*;

/// How many operations on one key can be open at once.
const OPEN_MAX: usize = 64;

/// How many states a key may be in at once before it is given up: they can double with every operation that is open.
const CANDIDATES_MAX: usize = 500;

/// What a key may hold, and which of the open operations have taken effect then: a bit for each place in the list of them.
#[derive(Clone, Copy)]
struct Candidate {
    value: Value,
    placed: u64,
}

/// Whether a history is linearizable: the verdict of [`check`](super::linearizability::check). Of a key on which more than 64
/// operations were open at once, counting those whose outcome is unknown, or that may be in too many states, nothing bad is said.
pub fn is_linearizable(history: &History) -> bool {
    let operations = history.operations();
    operations.iter().enumerate().all(|(number, operation)| {
        let is_judged = operations.iter().take(number).any(|earlier| earlier.key == operation.key);
        is_judged || is_explained(history, operation.key)
    })
}

/// The same of one key.
pub fn is_explained(history: &History, key: Key) -> bool {
    let mut open: Vec<Option<&Operation>> = Vec::new();
    let mut candidates = vec![Candidate { value: Value::INITIAL, placed: 0 }];
    for event in 0..history.events() {
        for operation in history.operations().iter().filter(|operation| operation.key == key) {
            let wanted = (operation.returned == Some(event)).then_some(operation.invoked);
            let invoked = |open: &Option<&Operation>| open.map(|open| open.invoked);
            if operation.invoked == event && matters(operation) {
                let free = open.iter().position(Option::is_none).unwrap_or(open.len());
                if free == OPEN_MAX {
                    return true;
                }
                if free == open.len() {
                    open.push(None);
                }
                open[free] = Some(operation);
            } else if wanted.is_some()
                && let Some(place) = open.iter().position(|open| invoked(open) == wanted)
            {
                candidates = after_return(candidates, &open, place);
                open[place] = None;
                if candidates.len() >= CANDIDATES_MAX {
                    return true;
                }
                if candidates.is_empty() {
                    return false;
                }
            }
        }
    }
    true
}

/// Whether an operation can have changed or shown anything.
fn matters(operation: &Operation) -> bool {
    match operation.kind {
        Kind::Read => matches!(operation.outcome, Outcome::Saw(_)),
        Kind::Write(_) => operation.outcome != Outcome::Failed,
        Kind::CompareAndSwap { .. } => true,
    }
}

/// The states that are left when the operation at `place` has returned; any, but too many, when there are too many.
fn after_return(candidates: Vec<Candidate>, open: &[Option<&Operation>], place: usize) -> Vec<Candidate> {
    let (mut reached, mut left) = (candidates, Vec::new());
    let mut next = 0;
    while let Some(&Candidate { value, placed }) = reached.get(next) {
        if reached.len() >= CANDIDATES_MAX {
            return reached;
        }
        next += 1;
        if placed >> place & 1 == 1 {
            add(&mut left, Candidate { value, placed: placed & !(1 << place) }, open);
            continue;
        }
        for (place, operation) in open.iter().enumerate() {
            if placed >> place & 1 == 0
                && let Some(operation) = operation
                && let Some(value) = after(operation, value)
            {
                add(&mut reached, Candidate { value, placed: placed | 1 << place }, open);
            }
        }
    }
    left
}

/// What a key holds once an operation has taken effect; none where it can't have returned then what it returned.
fn after(operation: &Operation, value: Value) -> Option<Value> {
    let (is_possible, then) = match (operation.kind, operation.outcome) {
        (Kind::Read, Outcome::Saw(seen)) => (seen == value, value),
        (Kind::Read, _) => (true, value),
        (Kind::Write(to), _) => (true, to),
        (Kind::CompareAndSwap { from, .. }, Outcome::Failed) => (from != value, value),
        (Kind::CompareAndSwap { from, to }, _) => (from == value, to),
    };
    is_possible.then_some(then)
}

/// Adds a state, unless one is there that can stand in for it.
fn add(list: &mut Vec<Candidate>, candidate: Candidate, open: &[Option<&Operation>]) {
    let can_stand_in = |known: &Candidate| {
        let more = candidate.placed & !known.placed;
        let is_unknown = |(place, operation): (usize, &Option<&Operation>)| {
            more >> place & 1 == 0 || operation.is_some_and(|open| open.outcome == Outcome::Unknown)
        };
        known.value == candidate.value
            && known.placed & !candidate.placed == 0
            && open.iter().enumerate().all(is_unknown)
    };
    if !list.iter().any(can_stand_in) {
        list.push(candidate);
    }
}
