//! The checker against two others that share nothing with it: brute force, and stateright's `LinearizabilityTester`.

use std::collections::BTreeMap;

use demos::check::forward::{Verdict, verdict};
use demos::check::linearizability::{History, Kind, Operation, Outcome, Value, check};
use demos::sim::Generator;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

use super::random::Shape;
use super::{judge, random, take_effect};

/// Tries every order of all operations that real time allows, those with unknown outcome wherever and not at all.
fn by_brute_force(history: &History) -> bool {
    fn extend(operations: &[Operation], placed: &mut [bool], values: &BTreeMap<u32, Value>) -> bool {
        let is_settled = |operation: &Operation| {
            operation.outcome == Outcome::Unknown
                || (matches!(operation.kind, Kind::Write(_)) && operation.outcome == Outcome::Failed)
        };
        if operations.iter().zip(placed.iter()).all(|(operation, placed)| *placed || is_settled(operation)) {
            return true;
        }
        (0..operations.len()).any(|number| {
            let operation = &operations[number];
            let must_wait = operations.iter().zip(placed.iter()).any(|(other, placed)| {
                !placed
                    && !is_settled(other)
                    && other.returned.is_some_and(|returned| returned < operation.invoked)
            });
            if placed[number] || must_wait {
                return false;
            }
            let mut values = values.clone();
            let value = values.entry(operation.key.0).or_insert(Value::INITIAL);
            if !take_effect(value, operation) {
                return false;
            }
            placed[number] = true;
            let found = extend(operations, placed, &values);
            placed[number] = false;
            found
        })
    }
    let operations = history.operations();
    extend(operations, &mut vec![false; operations.len()], &BTreeMap::new())
}

fn agrees_with_brute_force(seeds: std::ops::Range<u64>, operations_max: u64) -> [usize; 2] {
    let mut verdicts = [0, 0];
    for seed in seeds {
        let mut generator = Generator::new(seed);
        let shape = random::small(&mut generator, operations_max);
        let history = random::history(&mut generator, shape);
        let expected = (!by_brute_force(&history)).then(|| {
            let is_wrong = |events: &usize| !by_brute_force(&history.prefix(*events));
            (0..=history.events()).find(is_wrong).unwrap()
        });
        assert_eq!(judge(&history), expected, "seed {seed}: {history:#?}");
        verdicts[usize::from(expected.is_some())] += 1;
    }
    verdicts
}

#[test]
fn verdict_and_smallest_prefix_are_those_of_brute_force_on_100_000_histories() {
    let [linearizable, not] = agrees_with_brute_force(0..100_000, 6);
    assert!(linearizable > 20_000 && not > 20_000, "{linearizable} are linearizable, {not} are not");
}

#[test]
#[ignore = "ten million histories: cargo test --release -p demos-wasm --test linearizability -- --ignored"]
fn verdict_and_smallest_prefix_are_those_of_brute_force_on_10_000_000_histories() {
    agrees_with_brute_force(100_000..10_100_000, 9);
}

/// A map of registers as stateright wants it told: what an operation changes and returns when done alone.
#[derive(Clone, Debug, Default, PartialEq)]
struct Registers(BTreeMap<u32, Value>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Returned {
    Seen(Value),
    Done,
    Failed,
}

impl SequentialSpec for Registers {
    type Op = (u32, Kind);
    type Ret = Returned;

    fn invoke(&mut self, (key, kind): &Self::Op) -> Returned {
        let value = self.0.entry(*key).or_insert(Value::INITIAL);
        match *kind {
            Kind::Read => Returned::Seen(*value),
            Kind::Write(new) => {
                *value = new;
                Returned::Done
            }
            Kind::CompareAndSwap { from, .. } if from != *value => Returned::Failed,
            Kind::CompareAndSwap { to, .. } => {
                *value = to;
                Returned::Done
            }
        }
    }
}

/// Stateright's verdict. Each of its threads does one operation at a time, and one whose outcome is unknown never again:
/// just what the random histories' processes do.
fn by_stateright(history: &History) -> bool {
    let mut events: Vec<(usize, usize, bool)> = Vec::new();
    for (number, operation) in history.operations().iter().enumerate() {
        events.push((operation.invoked, number, false));
        events.extend(operation.returned.map(|returned| (returned, number, true)));
    }
    events.sort_unstable();
    let mut tester = LinearizabilityTester::new(Registers::default());
    for (_, number, is_return) in events {
        let operation = &history.operations()[number];
        if is_return {
            let returned = match operation.outcome {
                Outcome::Saw(value) => Returned::Seen(value),
                Outcome::Failed => Returned::Failed,
                Outcome::Done | Outcome::Unknown => Returned::Done,
            };
            tester.on_return(operation.process, returned).unwrap();
        } else {
            tester.on_invoke(operation.process, (operation.key.0, operation.kind)).unwrap();
        }
    }
    tester.is_consistent()
}

#[test]
fn the_verdict_is_that_of_stateright_on_100_000_histories() {
    let (mut compared, mut not) = (0, 0);
    let mut seed = 0;
    while compared < 100_000 {
        seed += 1;
        let mut generator = Generator::new(!seed);
        let shape = random::small(&mut generator, 6);
        let history = random::history(&mut generator, shape);
        // Stateright has no write that surely never happened.
        let has_no_match = |operation: &Operation| {
            matches!(operation.kind, Kind::Write(_)) && operation.outcome == Outcome::Failed
        };
        if history.operations().iter().any(has_no_match) {
            continue;
        }
        let expected = by_stateright(&history);
        assert_eq!(check(&history).is_linearizable(), expected, "seed {seed}: {history:#?}");
        compared += 1;
        not += usize::from(!expected);
    }
    assert!((20_000..80_000).contains(&not), "{not} aren't linearizable");
}

/// How many of the histories are linearizable, and how many are not, by both of our own checkers, and of how many of either
/// sort the one that only goes forward says that it doesn't know.
fn agreed(histories: impl Iterator<Item = History>) -> [[usize; 2]; 2] {
    let mut counts = [[0, 0], [0, 0]];
    for history in histories {
        let is_linearizable = check(&history).is_linearizable();
        let expected = if is_linearizable { Verdict::Linearizable } else { Verdict::NotLinearizable };
        let verdict = verdict(&history);
        assert!(verdict == expected || verdict == Verdict::Undecided, "{verdict:?}: {history:#?}");
        counts[usize::from(verdict == Verdict::Undecided)][usize::from(!is_linearizable)] += 1;
    }
    counts
}

#[test]
fn going_forward_alone_gives_the_same_verdict_on_100_000_short_histories() {
    let [[linearizable, not], undecided] = agreed((0..100_000).map(|seed| {
        let mut generator = Generator::new(seed);
        let shape = random::small(&mut generator, 9);
        random::history(&mut generator, shape)
    }));
    assert!(linearizable > 15_000 && not > 15_000, "{linearizable} are linearizable, {not} are not");
    assert_eq!(undecided, [0, 0]);
}

#[test]
fn going_forward_alone_gives_the_same_verdict_on_histories_as_long_as_a_readers() {
    let base = Shape { clients: 4, operations: 80, keys: 2, values: 3, unknown: 25, made_up: 0 };
    for values in [1, 3, 1_000_000] {
        let [[linearizable, not], undecided] = agreed((0..600).map(|seed| {
            let made_up = u8::try_from(seed % 3).unwrap();
            random::history(&mut Generator::new(seed), Shape { values, made_up, ..base })
        }));
        println!("{values} values: {linearizable} are linearizable, {not} are not, {undecided:?} undecided");
        assert!(linearizable >= 200 && not > 25, "{linearizable} are linearizable, {not} are not");
        assert!(undecided.iter().sum::<usize>() < 10, "{undecided:?} undecided");
    }
}
