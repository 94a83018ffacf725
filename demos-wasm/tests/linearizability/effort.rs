//! How much the search visits on long histories: counted, since a count is the same on every machine.

use demos::check::forward::{Verdict, verdict};
use demos::check::linearizability::{History, Key, Kind, Outcome, Value, check, check_counting};
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
fn open_writes(count: u32) -> (History, Vec<usize>) {
    let mut history = History::new();
    let writes = (1..=count).map(|value| history.invoke(value, Key(0), Kind::Write(Value(value)))).collect();
    (history, writes)
}

#[test]
fn going_forward_says_when_it_gives_up_on_too_many_states() {
    let (mut history, writes) = open_writes(40);
    assert_eq!(verdict(&history), Verdict::Linearizable, "nobody was told anything");
    for write in writes {
        history.complete(write, Outcome::Done);
        assert_ne!(verdict(&history), Verdict::NotLinearizable);
    }
    assert_eq!(verdict(&history), Verdict::Undecided);
    let read = history.invoke(0, Key(0), Kind::Read);
    history.complete(read, Outcome::Saw(Value(41)));
    assert!(!check(&history).is_linearizable(), "nobody wrote 41");
    assert_eq!(verdict(&history), Verdict::Undecided, "and it doesn't say that all is well");
}

#[test]
fn going_forward_says_when_it_gives_up_on_too_many_open_operations() {
    let judged = |count| {
        let (mut history, _) = open_writes(count);
        let read = history.invoke(0, Key(1), Kind::Read);
        history.complete(read, Outcome::Saw(Value::INITIAL));
        verdict(&history)
    };
    assert_eq!(judged(64), Verdict::Linearizable);
    assert_eq!(judged(65), Verdict::Undecided);
}

#[test]
fn what_is_known_to_be_wrong_of_one_key_outweighs_another_key_that_was_given_up() {
    let (mut history, _) = open_writes(65);
    let read = history.invoke(0, Key(1), Kind::Read);
    history.complete(read, Outcome::Saw(Value(1)));
    assert_eq!(verdict(&history), Verdict::NotLinearizable);
}
