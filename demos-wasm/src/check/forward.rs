//! Whether a history is linearizable, where that can be said in little time and in a tenth of the code that [`check`](super::linearizability::check) takes, for those
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

/// What can be said of a history. Where it is decided, the verdict is that of [`check`](super::linearizability::check).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Some order explains every answer.
    Linearizable,
    /// A key was given up, because more than 64 operations on it were open at once, counting those whose outcome is unknown, or
    /// because it may have been in too many states. Its answers may be explained or not.
    Undecided,
    /// No order explains every answer.
    NotLinearizable,
}

/// The verdict on all keys: not linearizable when that is known of one, else undecided when one was given up.
pub fn verdict(history: &History) -> Verdict {
    let operations = history.operations();
    let mut worst = Verdict::Linearizable;
    for (number, operation) in operations.iter().enumerate() {
        if !operations.iter().take(number).any(|earlier| earlier.key == operation.key) {
            worst = worst.max(verdict_on(history, operation.key));
        }
    }
    worst
}

/// The verdict on one key.
pub fn verdict_on(history: &History, key: Key) -> Verdict {
    let mut open: Vec<Option<&Operation>> = Vec::new();
    let mut candidates = vec![Candidate { value: Value::INITIAL, placed: 0 }];
    for event in 0..history.events() {
        for operation in history.operations().iter().filter(|operation| operation.key == key) {
            let wanted = (operation.returned == Some(event)).then_some(operation.invoked);
            let invoked = |open: &Option<&Operation>| open.map(|open| open.invoked);
            if operation.invoked == event && matters(operation) {
                let free = open.iter().position(Option::is_none).unwrap_or(open.len());
                if free == OPEN_MAX {
                    return Verdict::Undecided;
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
                    return Verdict::Undecided;
                }
                if candidates.is_empty() {
                    return Verdict::NotLinearizable;
                }
            }
        }
    }
    Verdict::Linearizable
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
