//! The classic anomalies, and what looks like one and isn't.

use demos::check::linearizability::{History, Key, Kind, Outcome, Value};

use super::judge;

const X: Key = Key(0);
const Y: Key = Key(1);

/// A history told as a script of one register's clients.
#[derive(Default)]
struct Script(History);

impl Script {
    fn invoke(&mut self, process: u32, kind: Kind) -> usize {
        self.0.invoke(process, X, kind)
    }

    fn read(&mut self, process: u32, seen: u32) {
        let read = self.invoke(process, Kind::Read);
        self.0.complete(read, Outcome::Saw(Value(seen)));
    }

    fn write(&mut self, process: u32, value: u32) {
        let write = self.invoke(process, write(value));
        self.0.complete(write, Outcome::Done);
    }

    fn swap(&mut self, process: u32, from: u32, to: u32, outcome: Outcome) {
        let swap = self.invoke(process, swap(from, to));
        self.0.complete(swap, outcome);
    }
}

fn write(value: u32) -> Kind {
    Kind::Write(Value(value))
}

fn swap(from: u32, to: u32) -> Kind {
    Kind::CompareAndSwap { from: Value(from), to: Value(to) }
}

#[test]
fn an_empty_history_is_linearizable() {
    assert_eq!(judge(&History::new()), None);
}

#[test]
fn a_read_of_a_value_that_was_never_written_is_not_linearizable() {
    let mut script = Script::default();
    script.read(1, 0);
    script.read(1, 9);
    assert_eq!(judge(&script.0), Some(4));
}

#[test]
fn a_stale_read_is_not_linearizable() {
    let mut script = Script::default();
    script.write(1, 1);
    script.write(1, 2);
    script.read(2, 1);
    assert_eq!(judge(&script.0), Some(6));
}

#[test]
fn a_read_during_a_write_may_return_either_value() {
    for seen in [1, 2] {
        let mut script = Script::default();
        script.write(1, 1);
        let running = script.invoke(1, write(2));
        script.read(2, seen);
        script.0.complete(running, Outcome::Done);
        assert_eq!(judge(&script.0), None, "{seen}");
    }
}

#[test]
fn a_read_that_goes_back_in_time_is_not_linearizable() {
    let mut script = Script::default();
    script.write(1, 1);
    let running = script.invoke(1, write(2));
    script.read(2, 2);
    script.read(3, 1);
    script.0.complete(running, Outcome::Done);
    assert_eq!(judge(&script.0), Some(7), "new, then old, although the write is still running");
}

#[test]
fn two_swaps_that_both_replace_one_value_lose_an_update() {
    let mut script = Script::default();
    script.write(1, 1);
    let (first, second) = (script.invoke(1, swap(1, 2)), script.invoke(2, swap(1, 3)));
    script.0.complete(first, Outcome::Done);
    assert_eq!(judge(&script.0), None);
    script.0.complete(second, Outcome::Done);
    assert_eq!(judge(&script.0), Some(6));
}

#[test]
fn a_retry_that_is_applied_twice_is_not_linearizable() {
    let mut script = Script::default();
    // A swap of 1 for 2 succeeds, somebody puts 1 back, and the swap happens again.
    script.write(1, 1);
    script.swap(1, 1, 2, Outcome::Done);
    script.swap(2, 2, 1, Outcome::Done);
    script.read(3, 2);
    assert_eq!(judge(&script.0), Some(8));
}

#[test]
fn a_retry_of_an_unknown_swap_may_be_what_is_seen() {
    let mut script = Script::default();
    script.write(1, 1);
    script.swap(1, 1, 2, Outcome::Unknown);
    script.swap(2, 1, 2, Outcome::Done);
    script.swap(3, 2, 1, Outcome::Done);
    script.read(4, 2);
    assert_eq!(judge(&script.0), None);
}

#[test]
fn an_unknown_write_may_take_effect_much_later() {
    let mut script = Script::default();
    script.swap(1, 0, 0, Outcome::Unknown);
    let lost = script.invoke(1, write(1));
    script.0.complete(lost, Outcome::Unknown);
    script.write(2, 2);
    script.read(2, 2);
    script.read(2, 1);
    assert_eq!(judge(&script.0), None);
    script.write(2, 3);
    script.read(2, 1);
    assert_eq!(judge(&script.0), Some(script.0.events()), "but not twice");
}

#[test]
fn an_unknown_write_takes_no_effect_before_its_invocation() {
    let mut script = Script::default();
    script.read(2, 1);
    script.invoke(1, write(1));
    assert_eq!(judge(&script.0), Some(2));
}

#[test]
fn an_unknown_write_may_never_take_effect() {
    let mut script = Script::default();
    script.invoke(1, write(1));
    script.read(2, 0);
    script.read(2, 0);
    assert_eq!(judge(&script.0), None);
}

#[test]
fn a_chain_of_unknown_swaps_can_explain_a_value() {
    let mut script = Script::default();
    script.invoke(1, swap(1, 2));
    script.invoke(2, write(1));
    script.invoke(3, swap(2, 3));
    script.read(4, 3);
    assert_eq!(judge(&script.0), None);
    script.read(4, 2);
    assert_eq!(judge(&script.0), Some(7), "the chain was used up");
}

#[test]
fn an_unknown_write_of_what_is_there_already_can_hide_another_write() {
    let mut script = Script::default();
    script.invoke(1, write(0));
    let hidden = script.invoke(2, write(1));
    script.swap(3, 0, 2, Outcome::Done);
    script.0.complete(hidden, Outcome::Done);
    script.read(3, 2);
    assert_eq!(judge(&script.0), None, "1, then 0 by the unknown write, then 2");
}

#[test]
fn of_two_equal_writes_each_can_be_swapped_away() {
    let mut script = Script::default();
    let (first, second) = (script.invoke(1, write(1)), script.invoke(2, write(1)));
    script.write(3, 0);
    script.0.complete(first, Outcome::Done);
    script.swap(3, 1, 0, Outcome::Done);
    script.swap(3, 1, 0, Outcome::Done);
    script.0.complete(second, Outcome::Done);
    assert_eq!(judge(&script.0), None);
}

#[test]
fn a_failed_swap_means_that_the_value_was_another_one() {
    let mut script = Script::default();
    script.write(1, 1);
    script.swap(2, 2, 3, Outcome::Failed);
    assert_eq!(judge(&script.0), None);
    script.swap(2, 1, 3, Outcome::Failed);
    assert_eq!(judge(&script.0), Some(6));
}

#[test]
fn a_failed_swap_can_be_explained_by_an_unknown_write() {
    let mut script = Script::default();
    script.invoke(1, write(7));
    script.swap(2, 0, 3, Outcome::Failed);
    assert_eq!(judge(&script.0), None);
    script.read(2, 0);
    assert_eq!(judge(&script.0), Some(5), "then the write has happened");
}

#[test]
fn a_write_that_failed_never_happened() {
    let mut script = Script::default();
    let failed = script.invoke(1, write(1));
    script.0.complete(failed, Outcome::Failed);
    script.read(2, 1);
    assert_eq!(judge(&script.0), Some(4));
}

#[test]
fn what_fails_later_can_still_explain_what_was_seen_before() {
    let mut script = Script::default();
    let running = script.invoke(1, swap(0, 1));
    script.read(2, 1);
    assert_eq!(judge(&script.0), None, "the swap may have happened");
    script.0.complete(running, Outcome::Failed);
    assert_eq!(judge(&script.0), Some(4), "only now it is known that it hasn't");
}

#[test]
fn a_map_is_linearizable_when_each_key_is() {
    let mut history = History::new();
    let (x, y) = (history.invoke(1, X, write(1)), history.invoke(2, Y, write(2)));
    history.complete(x, Outcome::Done);
    history.complete(y, Outcome::Done);
    let (x, y) = (history.invoke(1, Y, Kind::Read), history.invoke(2, X, Kind::Read));
    history.complete(x, Outcome::Saw(Value(2)));
    history.complete(y, Outcome::Saw(Value(1)));
    assert_eq!(judge(&history), None);
    let (x, y) = (history.invoke(1, X, Kind::Read), history.invoke(2, Y, Kind::Read));
    history.complete(y, Outcome::Saw(Value(1)));
    history.complete(x, Outcome::Saw(Value(2)));
    assert_eq!(judge(&history), Some(11), "both keys are wrong, Y first");
}
