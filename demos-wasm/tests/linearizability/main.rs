//! The linearizability checker: against the literature's anomalies, against brute force, against stateright's tester, and
//! on histories as long as a test of a real store makes them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod anomalies;
mod differential;
mod effort;
mod random;

use demos::check::linearizability::{History, Kind, Operation, Outcome, Value, Verdict, check};

/// Whether `order` explains a history: it keeps to real time, every operation returns what it returned, and nothing that
/// surely happened is missing.
fn is_explained_by(history: &History, order: &[usize]) -> bool {
    let operations = history.operations();
    let is_noted = |operation: &Operation| match operation.kind {
        Kind::Read => matches!(operation.outcome, Outcome::Saw(_)),
        Kind::Write(_) => !matches!(operation.outcome, Outcome::Failed | Outcome::Unknown),
        Kind::CompareAndSwap { .. } => operation.outcome != Outcome::Unknown,
    };
    let is_complete = operations
        .iter()
        .enumerate()
        .all(|(number, operation)| !is_noted(operation) || order.contains(&number));
    let keeps_to_time = order.iter().enumerate().all(|(place, &later)| {
        order[..place].iter().all(|&earlier| {
            earlier != later
                && operations[later].returned.is_none_or(|returned| returned > operations[earlier].invoked)
        })
    });
    let mut values = std::collections::BTreeMap::new();
    let is_legal = order.iter().all(|&number| {
        let operation = &operations[number];
        let value = values.entry(operation.key).or_insert(Value::INITIAL);
        take_effect(value, operation)
    });
    is_complete && keeps_to_time && is_legal
}

/// Lets one operation take effect on one register. False if it can't have returned what it returned.
fn take_effect(value: &mut Value, operation: &Operation) -> bool {
    match (operation.kind, operation.outcome) {
        (Kind::Read, Outcome::Saw(seen)) => seen == *value,
        (Kind::Read, _) => true,
        (Kind::Write(_), Outcome::Failed) => false,
        (Kind::Write(new), _) => {
            *value = new;
            true
        }
        (Kind::CompareAndSwap { from, .. }, Outcome::Failed) => from != *value,
        (Kind::CompareAndSwap { from, to }, _) => {
            let is_expected = from == *value;
            if is_expected {
                *value = to;
            }
            is_expected
        }
    }
}

/// The verdict, its evidence checked. None when linearizable, else the smallest prefix.
fn judge(history: &History) -> Option<usize> {
    match check(history) {
        Verdict::Linearizable { order } => {
            assert!(is_explained_by(history, &order), "{order:?} explains nothing: {history:#?}");
            None
        }
        Verdict::Not { smallest_prefix, operation, before } => {
            assert_eq!(history.operations()[operation].returned, Some(smallest_prefix - 1));
            let earlier = history.prefix(smallest_prefix - 1);
            assert!(is_explained_by(&earlier, &before), "{before:?} explains nothing: {earlier:#?}");
            Some(smallest_prefix)
        }
    }
}
