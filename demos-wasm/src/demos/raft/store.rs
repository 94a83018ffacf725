//! The state machine that the log is for: a key-value store that knows which requests it has served.

use alloc::rc::Rc;

use crate::check::linearizability::{Key, Kind, Outcome, Value};
use crate::prelude::*;
use crate::sim::NodeId;

/// What a client wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The key that it is about.
    pub key: Key,
    /// Read, write, or compare and swap.
    pub kind: Kind,
}

impl Operation {
    /// Tell me the value.
    pub const fn read(key: Key) -> Self {
        Self { key, kind: Kind::Read }
    }

    /// Let this be the value.
    pub const fn write(key: Key, value: Value) -> Self {
        Self { key, kind: Kind::Write(value) }
    }

    /// Let the value be `to` if it is `from`.
    pub const fn compare_and_swap(key: Key, from: Value, to: Value) -> Self {
        Self { key, kind: Kind::CompareAndSwap { from, to } }
    }
}

/// An operation with the name that makes a retry known as one (dissertation §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request {
    /// Who asks: a client, or a server for the client that sits beside it.
    pub client: NodeId,
    /// Numbers the client's requests, from 1; a retry has the number of the first try. 0: outside any session, never
    /// taken for a retry.
    pub serial: u32,
    /// What is asked.
    pub operation: Operation,
}

/// What is remembered of a client: the last request that was applied, and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Session {
    /// Whose.
    pub client: NodeId,
    /// Number of the last request applied.
    pub serial: u32,
    /// What was answered.
    pub outcome: Outcome,
}

/// The state machine. Equal logs make equal stores, sessions included.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Store {
    /// By key; what is missing holds [`Value::INITIAL`].
    values: Vec<(Key, Value)>,
    /// By client.
    sessions: Vec<Session>,
}

impl Store {
    /// The value of a key.
    pub fn value(&self, key: Key) -> Value {
        let place = self.values.binary_search_by_key(&key, |(key, _)| *key);
        place.map_or(Value::INITIAL, |place| self.values[place].1)
    }

    /// All keys that were ever written, with their values.
    pub fn values(&self) -> &[(Key, Value)] {
        &self.values
    }

    /// What is remembered of the clients.
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// Applies a request and gives its answer. With `deduplicate`, a request applied before isn't applied again: the last
    /// one gets its old answer, an older one none, because its client has gone on.
    pub fn apply(store: &mut Rc<Self>, request: &Request, deduplicate: bool) -> Option<Outcome> {
        if !deduplicate || request.serial == 0 {
            return Some(Rc::make_mut(store).perform(request.operation));
        }
        match store.sessions.binary_search_by_key(&request.client, |session| session.client) {
            Ok(place) if request.serial < store.sessions[place].serial => None,
            Ok(place) if request.serial == store.sessions[place].serial => {
                Some(store.sessions[place].outcome)
            }
            place => {
                let store = Rc::make_mut(store);
                let outcome = store.perform(request.operation);
                let session = Session { client: request.client, serial: request.serial, outcome };
                match place {
                    Ok(place) => store.sessions[place] = session,
                    Err(place) => store.sessions.insert(place, session),
                }
                Some(outcome)
            }
        }
    }

    fn perform(&mut self, operation: Operation) -> Outcome {
        let held = self.value(operation.key);
        match operation.kind {
            Kind::Read => Outcome::Saw(held),
            Kind::CompareAndSwap { from, .. } if from != held => Outcome::Failed,
            Kind::CompareAndSwap { to: value, .. } | Kind::Write(value) => {
                match self.values.binary_search_by_key(&operation.key, |(key, _)| *key) {
                    Ok(place) => self.values[place].1 = value,
                    Err(place) => self.values.insert(place, (operation.key, value)),
                }
                Outcome::Done
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: Key = Key(0);

    fn request(client: u8, serial: u32, operation: Operation) -> Request {
        Request { client: NodeId::client(client), serial, operation }
    }

    #[test]
    fn a_retry_gets_the_first_answer_and_changes_nothing() {
        let mut store = Rc::new(Store::default());
        let swap = request(0, 1, Operation::compare_and_swap(X, Value(0), Value(1)));
        assert_eq!(Store::apply(&mut store, &swap, true), Some(Outcome::Done));
        assert_eq!(Store::apply(&mut store, &swap, true), Some(Outcome::Done), "not `Failed`");
        let other = request(1, 1, Operation::write(X, Value(2)));
        assert_eq!(Store::apply(&mut store, &other, true), Some(Outcome::Done), "a client of its own");
        assert_eq!(Store::apply(&mut store, &swap, true), Some(Outcome::Done));
        assert_eq!(store.value(X), Value(2));
    }

    #[test]
    fn a_request_that_its_client_has_given_up_is_not_applied_after_the_next_one() {
        let mut store = Rc::new(Store::default());
        Store::apply(&mut store, &request(0, 2, Operation::write(X, Value(2))), true);
        assert_eq!(Store::apply(&mut store, &request(0, 1, Operation::write(X, Value(1))), true), None);
        assert_eq!(store.value(X), Value(2));
    }

    #[test]
    fn without_sessions_a_retry_is_applied_twice() {
        let mut store = Rc::new(Store::default());
        let swap = request(0, 1, Operation::compare_and_swap(X, Value(0), Value(1)));
        assert_eq!(Store::apply(&mut store, &swap, false), Some(Outcome::Done));
        assert_eq!(Store::apply(&mut store, &swap, false), Some(Outcome::Failed));
    }

    #[test]
    fn what_was_written_and_who_was_served_can_be_looked_up() {
        let mut store = Rc::new(Store::default());
        assert_eq!((store.values(), store.sessions()), (&[][..], &[][..]));
        for (client, key, value) in [(1, Key(1), Value(3)), (0, Key(0), Value(2))] {
            Store::apply(&mut store, &request(client, 1, Operation::write(key, value)), true);
        }
        assert_eq!(store.values(), [(Key(0), Value(2)), (Key(1), Value(3))]);
        let session = |place| Session { client: NodeId::client(place), serial: 1, outcome: Outcome::Done };
        assert_eq!(store.sessions(), [session(0), session(1)]);
    }
}
