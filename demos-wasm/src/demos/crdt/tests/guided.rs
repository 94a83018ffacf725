//! The guided runs tell what they promise, whatever the network's delays, and the page names what breaks.

use super::super::figure::Crdt;
use super::super::{Breach, Kind, Replication};
use crate::demos::said::{Folds, compare};
use crate::figure::{Demo, Entry, Figure, OptionKind, Settings, Value};
use crate::shell::Shell;
use crate::sim::{Happening, History, Intervention, NodeId};

const FIGURE: &Entry<Crdt> = &Entry::NEW;

fn names(option: &str) -> &'static [&'static str] {
    let spec = Crdt::OPTIONS.iter().find(|spec| spec.name == option).unwrap();
    match spec.kind {
        OptionKind::Choice { values } => values,
        OptionKind::Integer { .. } | OptionKind::Flag { .. } => panic!("{option} is no choice"),
    }
}

fn text(name: &str, value: &str) -> (String, Value) {
    (name.to_owned(), Value::Text(value.to_owned()))
}

fn settings(scenario: &str, options: Vec<(String, Value)>, seed: u64) -> Settings {
    Settings { seed, scenario: Some(scenario.to_owned()), options }
}

fn guided(scenario: &str, options: Vec<(String, Value)>, seed: u64) -> History {
    let mut run = FIGURE.open(&settings(scenario, options, seed)).unwrap();
    while run.cues().0 > run.cues().1 {
        assert!(
            run.forward() && run.position() < 3_000,
            "{scenario}, seed {seed}, stops at cue {:?}",
            run.cues()
        );
    }
    run
}

fn notes(run: &History) -> Vec<&str> {
    run.records().iter().filter_map(|record| record.note.as_deref()).collect()
}

fn broken(run: &History) -> Option<&'static str> {
    run.verdicts().iter().find(|verdict| verdict.broken.is_some()).map(|verdict| verdict.name)
}

#[test]
fn every_guided_run_tells_all_of_itself_with_three_hundred_seeds_and_breaks_no_law() {
    let expected = [
        ("duplicates", "All read 3. "),
        ("add-and-remove", "All read {a}: "),
        ("skewed-clock", "All read a. "),
        ("bytes", "All have three: "),
    ];
    assert_eq!(FIGURE.scenarios().len(), expected.len());
    for (scenario, last) in expected {
        for seed in 0..300 {
            let run = guided(scenario, Vec::new(), seed);
            let notes = notes(&run);
            assert!(notes.len() >= 3, "{notes:?}");
            assert!(notes.last().unwrap().starts_with(last), "{scenario}, seed {seed}: {notes:?}");
            assert_eq!(broken(&run), None, "{scenario}, seed {seed}");
        }
    }
}

#[test]
fn what_arrives_twice_counts_once_with_every_type_and_every_replication() {
    for kind in names("type") {
        for replication in names("replication") {
            for seed in 0..10 {
                let run =
                    guided("duplicates", vec![text("type", kind), text("replication", replication)], seed);
                let arrivals =
                    run.records().iter().filter(|record| matches!(record.happening, Happening::Arrival(_)));
                assert!(arrivals.count() > 6);
                assert!(
                    notes(&run).last().unwrap().starts_with("All read "),
                    "{kind} by {replication}, seed {seed}"
                );
                assert_eq!(broken(&run), None, "{kind} by {replication}, seed {seed}");
            }
        }
    }
}

#[test]
fn a_removal_wins_in_a_two_phase_set_and_a_register_of_many_values_forgets_nothing() {
    for seed in 0..50 {
        let run = guided("add-and-remove", vec![text("type", "2p-set")], seed);
        assert!(notes(&run).last().unwrap().starts_with("All read {}: "), "seed {seed}");
        let run = guided("skewed-clock", vec![text("type", "mv-register")], seed);
        assert!(notes(&run).last().unwrap().starts_with("All read b. "), "seed {seed}");
    }
}

#[test]
fn deltas_are_shorter_than_states_and_the_page_says_what_a_wrong_clock_lost() {
    let mut shell = Shell::new(FIGURE, "f", settings("bytes", Vec::new(), 3), None).unwrap();
    shell.handle("goto:300", "");
    let bench = shell.region("bench").into_string();
    let number = |after: &str| -> u32 {
        let rest = bench.split(after).nth(1).unwrap();
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
    };
    assert!(number(" messages, ") < number("it would be "), "{bench}");
    let mut shell = Shell::new(FIGURE, "f", settings("skewed-clock", Vec::new(), 3), None).unwrap();
    shell.handle("goto:300", "");
    let bench = shell.region("bench").into_string();
    assert!(
        bench.contains("</strong> Write b by S2, though it came later and had seen the winner."),
        "{bench}"
    );
}

#[test]
fn with_a_rule_taken_away_the_page_names_a_law_and_shows_the_smallest_history() {
    let rules = Crdt::OPTIONS.iter().filter(|spec| spec.is_rule());
    for (rule, breach) in rules.zip(Breach::ALL) {
        for (kind, name) in Kind::ALL.into_iter().zip(names("type")) {
            for (replication, how) in Replication::ALL.into_iter().zip(names("replication")) {
                let options = vec![
                    text("type", name),
                    text("replication", how),
                    (rule.name.to_owned(), Value::Flag(false)),
                ];
                let shell = Shell::new(FIGURE, "f", settings("duplicates", options, 1), None).unwrap();
                let bench = shell.region("bench").into_string();
                let is_shown = bench.contains("class=\"proof\"");
                assert_eq!(
                    is_shown,
                    breach.concerns(kind, replication),
                    "{name} by {how} without {}",
                    rule.name
                );
            }
        }
    }
}

#[test]
fn a_sum_in_place_of_the_greater_entry_breaks_idempotence_and_the_sum_goes_astray() {
    for seed in 0..50 {
        let options = vec![("max".to_owned(), Value::Flag(false))];
        let mut run = FIGURE.open(&settings("duplicates", options, seed)).unwrap();
        run.seek(60);
        assert_eq!(broken(&run), Some("Idempotent merge"));
        assert!(!run.describe().contains("S1 reads 3;"), "{}", run.describe());
    }
}

#[test]
fn what_is_offered_can_be_done_by_every_type() {
    for kind in names("type") {
        let mut run = guided("duplicates", vec![text("type", kind)], 4);
        let (id, at, position) = (NodeId(0), run.now(), run.position());
        let asks = run.asks(id);
        assert!(!asks.is_empty() && asks[0].0.0 == 0);
        for (ask, label) in asks {
            assert!(run.intervene(at, Intervention::Request(id, ask)), "{label}");
            let said = &run.records()[position].sentence;
            assert!(said.starts_with("S1 ") && !said.contains("refuses"), "{label}: {said}");
            run.seek(position);
        }
    }
}

#[test]
fn what_it_says_and_shows_was_reviewed() {
    compare(
        "what_crdts_say",
        &["crdt"],
        &Folds { words: &["a", "b", "c"], verbatim: &[] },
        &[
            &[],
            &[("type", 0), ("max", 0)],
            &[("type", 1), ("replication", 1), ("loss", 20), ("duplication", 30)],
            &[("type", 2), ("replication", 2)],
            &[("type", 3), ("tombstones", 0), ("replication", 1)],
            &[("type", 3), ("replication", 2), ("once", 0), ("duplication", 50)],
            &[("type", 4), ("tie-break", 0)],
            &[("type", 4), ("replication", 1)],
            &[("type", 5), ("context", 0)],
            &[("type", 5), ("replication", 2), ("causal-order", 0), ("tags", 0)],
            &[("type", 6), ("replication", 1)],
            &[("type", 6), ("tie-break", 0)],
            &[("type", 7), ("replicas", 2)],
            &[("type", 7), ("replication", 2), ("context", 0)],
        ],
    );
}
