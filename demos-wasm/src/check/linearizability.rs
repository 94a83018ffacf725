//! Whether what clients saw could have come from one copy of the data that serves them one at a time.
//!
//! A history is *linearizable* when every operation can be given one instant between its invocation and its return, so that
//! the operations, done one by one in the order of these instants, return what they returned (Herlihy and Wing,
//! "Linearizability: A Correctness Condition for Concurrent Objects", 1990). What nobody knows the outcome of may have
//! taken effect at any instant after its invocation, or never.
//!
//! The method is Wing and Gong's search ("Testing and Verifying Concurrent Objects", 1993) with Lowe's memory of the
//! configurations already seen and his just-in-time placement ("Testing for Linearizability", 2017), one key at a time:
//! a map is linearizable if and only if each of its keys is (Herlihy and Wing, theorem 1; Horn and Kroening, "Faster
//! Linearizability Checking via P-compositionality", 2015). The search itself is in the private module `search`.
//!
//! The problem is NP-complete (Gibbons and Korach, "Testing Shared Memories", 1997), so histories can be made that take
//! for ever; those of real clients, each with one operation at a time, aren't among them.

use super::order::sort;
use super::search::search;
use crate::prelude::*;

/// Which register of a map. A lone register is any one key, used throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key(pub u32);

/// What a key holds. Only equality matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Value(pub u32);

impl Value {
    /// What every key holds before anyone has written to it.
    pub const INITIAL: Self = Self(0);
}

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Tell me the value.
    Read,
    /// Let this be the value.
    Write(Value),
    /// Let the value be `to` if it is `from`, in one step.
    CompareAndSwap {
        /// The value that is expected.
        from: Value,
        /// The value that takes its place.
        to: Value,
    },
}

/// What a client knows at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A write or compare-and-swap took effect. (Of a read: it returned something that nobody noted.)
    Done,
    /// A read returned this value. (Of anything else: as [`Outcome::Done`].)
    Saw(Value),
    /// A compare-and-swap found another value than it expected. Of a read or write: it surely never happened.
    Failed,
    /// Nobody knows: it may take effect at any time after its invocation, or never.
    Unknown,
}

/// One call of one client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The client.
    pub process: u32,
    /// The register it is about.
    pub key: Key,
    /// What was asked.
    pub kind: Kind,
    /// Place of the invocation among all events of the history, from 0.
    pub invoked: usize,
    /// Place of the return among all events, after `invoked`; none exactly when the outcome is unknown.
    pub returned: Option<usize>,
    /// What is known of the end.
    pub outcome: Outcome,
}

/// Invocations and returns in the order in which they happened; no two at once.
///
/// Operations are numbered from 0 in the order of their invocations.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct History {
    operations: Vec<Operation>,
    events: usize,
}

impl History {
    /// A history in which nothing has happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes an invocation and gives the operation's number. Until it returns, its outcome is unknown.
    pub fn invoke(&mut self, process: u32, key: Key, kind: Kind) -> usize {
        let outcome = Outcome::Unknown;
        self.operations.push(Operation { process, key, kind, invoked: self.events, returned: None, outcome });
        self.events += 1;
        self.operations.len() - 1
    }

    /// Notes that an operation returned. That its client gave it up, its outcome unknown, is an event as well, but ends
    /// nothing. A number that no operation has, or one that has returned already, is only counted as an event.
    pub fn complete(&mut self, operation: usize, outcome: Outcome) {
        let event = self.events;
        self.events += 1;
        if let Some(operation) = self.operations.get_mut(operation)
            && operation.returned.is_none()
            && outcome != Outcome::Unknown
        {
            operation.returned = Some(event);
            operation.outcome = outcome;
        }
    }

    /// All operations, by number.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// How many events there were: invocations, returns, and clients giving up.
    pub fn events(&self) -> usize {
        self.events
    }

    /// The history as it was after its first `events` events: what returned later has an unknown outcome. Numbers of
    /// operations stay the same.
    #[must_use]
    pub fn prefix(&self, events: usize) -> Self {
        let invoked = self.operations.iter().take_while(|operation| operation.invoked < events);
        let operations = invoked.map(|operation| match operation.returned {
            Some(returned) if returned < events => operation.clone(),
            Some(_) | None => Operation { returned: None, outcome: Outcome::Unknown, ..operation.clone() },
        });
        Self { operations: operations.collect(), events: self.events.min(events) }
    }

    fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.operations.iter().map(|operation| operation.key).collect();
        sort(&mut keys, &|a, b| a < b);
        keys.dedup();
        keys
    }

    fn of_key(&self, key: Key) -> Vec<(usize, &Operation)> {
        self.operations.iter().enumerate().filter(|(_, operation)| operation.key == key).collect()
    }
}

/// Whether a history is linearizable, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Linearizable {
        /// Numbers of operations in an order that explains it: all whose outcome is known, but for reads that nobody noted
        /// and writes that surely never happened, and of the others those that took effect.
        order: Vec<usize>,
    },
    /// It is not.
    Not {
        /// How many events the shortest prefix has that isn't linearizable either. Its last event is a return.
        smallest_prefix: usize,
        /// Number of the operation that returned there.
        operation: usize,
        /// An order that explains everything before that event, as in [`Verdict::Linearizable`].
        before: Vec<usize>,
    },
}

impl Verdict {
    /// Whether it is [`Verdict::Linearizable`].
    pub fn is_linearizable(&self) -> bool {
        matches!(self, Self::Linearizable { .. })
    }
}

/// Judges a history in which every key holds [`Value::INITIAL`] at first.
pub fn check(history: &History) -> Verdict {
    check_counting(history, &mut 0)
}

/// As [`check`], and adds the number of configurations that the search visited to `configurations`: its effort, the same on
/// every machine.
pub fn check_counting(history: &History, configurations: &mut usize) -> Verdict {
    let keys = history.keys();
    let mut orders = Vec::new();
    let mut smallest: Option<usize> = None;
    for key in keys {
        match search(&history.of_key(key), configurations) {
            Ok(order) => orders.extend(place(history, &order)),
            Err(stuck) => {
                let end = smallest_prefix(history, key, stuck, configurations);
                smallest = Some(smallest.map_or(end, |known| known.min(end)));
            }
        }
    }
    match smallest {
        // Each key's order keeps to real time, and so does their union (Herlihy and Wing, theorem 1).
        None => {
            sort(&mut orders, &|a, b| a < b);
            Verdict::Linearizable { order: orders.into_iter().map(|(_, _, operation)| operation).collect() }
        }
        Some(smallest_prefix) => {
            let ends = |operation: &Operation| operation.returned == Some(smallest_prefix - 1);
            let operation = history.operations.iter().position(ends).unwrap_or_default();
            let before = match check_counting(&history.prefix(smallest_prefix - 1), configurations) {
                Verdict::Linearizable { order } => order,
                Verdict::Not { before, .. } => before,
            };
            Verdict::Not { smallest_prefix, operation, before }
        }
    }
}

/// Gives every operation of an order the earliest instant that keeps to it: `(event after which it takes effect, place in the
/// order, operation)`.
fn place(history: &History, order: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut instant = 0;
    let mut places = Vec::new();
    for (place, &operation) in order.iter().enumerate() {
        instant = instant.max(history.operations[operation].invoked);
        places.push((instant, place, operation));
    }
    places
}

/// How many events the shortest prefix has in which this key can't be explained. `stuck` is the event that a search of the
/// whole history couldn't pass: usually the answer, but that search knows how everything ends, and the prefix doesn't. A
/// compare-and-swap that fails later might still succeed there.
fn smallest_prefix(history: &History, key: Key, stuck: usize, configurations: &mut usize) -> usize {
    let operations = history.operations.iter().filter(|operation| operation.key == key);
    let mut ends: Vec<usize> = operations.filter_map(|operation| operation.returned).collect();
    sort(&mut ends, &|a, b| a < b);
    let mut is_explained = |place: usize| {
        let prefix = history.prefix(ends[place] + 1);
        search(&prefix.of_key(key), configurations).is_ok()
    };
    // Once a prefix can't be explained, no longer one can. `low` prefixes can; the one that ends at `high` can't.
    let (mut low, mut high) = (0, ends.len() - 1);
    let mut guess = ends.partition_point(|&end| end < stuck).min(high);
    while low < high {
        if is_explained(guess) {
            low = guess + 1;
        } else {
            high = guess;
            if guess > low && is_explained(guess - 1) {
                low = guess;
            }
        }
        guess = low + (high - low) / 2;
    }
    ends.get(low).map_or(history.events, |end| end + 1)
}
