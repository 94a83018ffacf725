//! How much the search visits on long histories: counted, since a count is the same on every machine.

use demos::check::forward::is_linearizable;
use demos::check::linearizability::{History, Key, Kind, Outcome, Value, check_counting};
use demos::sim::Generator;

use super::random::{self, Shape};

/// A thousand operations of twenty clients that are never idle, every tenth with unknown outcome.
const LONG: Shape = Shape { clients: 20, operations: 1_000, keys: 1, values: 5, unknown: 10, made_up: 0 };

/// The history with one of its late reads spoilt: it returned what nobody wrote.
fn spoilt(history: &History) -> History {
    let operations = history.operations();
    let is_late_read = |number: &usize| matches!(operations[*number].outcome, Outcome::Saw(_));
    let read = (operations.len() * 3 / 4..operations.len()).find(is_late_read).unwrap();
    let mut events: Vec<(usize, usize, bool)> = Vec::new();
    for (number, operation) in operations.iter().enumerate() {
        events.push((operation.invoked, number, false));
        events.extend(operation.returned.map(|returned| (returned, number, true)));
    }
    events.sort_unstable();
    let mut copy = History::new();
    for (_, number, is_return) in events {
        let operation = &operations[number];
        if is_return {
            let outcome = if number == read { Outcome::Saw(Value(u32::MAX)) } else { operation.outcome };
            copy.complete(number, outcome);
        } else {
            copy.invoke(operation.process, operation.key, operation.kind);
        }
    }
    copy
}

/// The most configurations visited for one history: of those that are linearizable, those with one spoilt read, and those in
/// which every hundredth outcome is made up.
fn efforts(shape: Shape, seeds: std::ops::Range<u64>) -> [usize; 3] {
    let mut most = [0; 3];
    for seed in seeds {
        let history = random::history(&mut Generator::new(seed), shape);
        let made_up = random::history(&mut Generator::new(seed), Shape { made_up: 1, ..shape });
        let cases = [(&history, Some(true)), (&spoilt(&history), Some(false)), (&made_up, None)];
        for (place, (history, expected)) in cases.into_iter().enumerate() {
            let mut visited = 0;
            let verdict = check_counting(history, &mut visited);
            assert!(expected.is_none_or(|expected| verdict.is_linearizable() == expected), "seed {seed}");
            most[place] = most[place].max(visited);
        }
    }
    most
}

#[test]
fn a_thousand_operations_of_twenty_clients_take_few_configurations() {
    // Values that are all different; a few that come again and again are harder, see below.
    let most = efforts(Shape { values: 1_000_000, ..LONG }, 0..5);
    assert!(most.iter().all(|&visited| visited < 10_000), "{most:?}");
    let most = efforts(LONG, 0..1);
    assert!(most.iter().all(|&visited| visited < 200_000), "{most:?}");
}

#[test]
#[ignore = "minutes: cargo test --release -p demos-wasm --test linearizability -- --ignored --nocapture a_table"]
fn a_table_of_efforts() {
    println!("values, unknown: most configurations if linearizable, one read spoilt, 1 % made up");
    for (values, unknown) in
        [2, 5, 20, 1_000_000].into_iter().flat_map(|values| [0, 10, 40].map(|unknown| (values, unknown)))
    {
        let most = efforts(Shape { values, unknown, ..LONG }, 0..8);
        println!("{values}, {unknown} %: {most:?}");
    }
}

/// A leader that is cut off takes writes without end, and all of them are open at once.
#[test]
fn going_forward_gives_up_where_forty_writes_are_open_at_once() {
    let mut history = History::new();
    let writes = (1..=40).map(|value| history.invoke(value, Key(0), Kind::Write(Value(value))));
    let writes: Vec<usize> = writes.collect();
    for write in writes {
        history.complete(write, Outcome::Done);
        assert!(is_linearizable(&history));
    }
}
