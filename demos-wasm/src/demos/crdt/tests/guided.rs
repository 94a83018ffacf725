//! The guided runs tell what they promise, whatever the network's delays, and the page names what breaks.

use super::super::figure::Crdt;
use super::super::{Breach, Kind, Replication};
use crate::demos::said::{Folds, compare, compare_notes, one_by_one};
use crate::figure::{Demo, Entry, Figure, OptionKind, Settings, Value};
use crate::shell::Shell;
use crate::sim::{Ask, Happening, History, Intervention, MessageId, NodeId, Tick};
use crate::view::Html;

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
        ("add-and-remove", "All read {a}. "),
        ("skewed-clock", "All read a. "),
        ("bytes", "All have seven. "),
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
        assert!(notes(&run).last().unwrap().starts_with("All read {}. "), "seed {seed}");
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

/// What the page says was sent: messages, bytes, and bytes if whole states were sent; the last only where they are not.
fn tally(run: &History) -> Vec<u32> {
    let mut html = Html::new();
    run.bench(run.now().0 * 1_000, None, true, &mut html);
    let bench = html.into_string();
    let (_, rest) = bench.split_once("Sent so far: ").unwrap();
    let (line, _) = rest.split_once("</p>").unwrap();
    line.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn of_a_set_that_has_six_elements_deltas_are_shorter_than_states_with_every_seed() {
    let whole = ["g-set", "2p-set", "lww-set", "or-set"].map(|kind| {
        for (seed, replicas) in (0..200).map(|seed| (seed, 2 + i64::try_from(seed % 4).unwrap())) {
            let options = vec![text("type", kind), ("replicas".to_owned(), Value::Integer(replicas))];
            let run = guided("bytes", options, seed);
            let [_, bytes, as_states] = tally(&run)[..] else { panic!("{kind}, seed {seed}") };
            assert!(bytes < as_states, "{kind}, {replicas} replicas, seed {seed}: {bytes}, {as_states}");
            // What S2 sends says nothing of the six.
            let told = notes(&run)[2];
            assert!(told.starts_with("S2 sends “new: {g"), "{kind}, seed {seed}: {told}");
            assert!(!told.contains("{a") && !told.contains(", f"), "{kind}, seed {seed}: {told}");
        }
        notes(&guided("bytes", vec![text("type", kind)], 0))[2].to_owned()
    });
    assert_eq!(whole[0], "S2 sends “new: {g}, 13 bytes”. The whole set would take 38.");
}

#[test]
fn while_nobody_writes_states_are_sent_and_deltas_are_not_and_a_lost_acknowledgement_costs_a_delta() {
    for seed in 0..50 {
        for (replication, goes_on) in [("state", true), ("delta", false)] {
            let mut run = guided("bytes", vec![text("replication", replication)], seed);
            let before = tally(&run);
            run.seek(run.position() + 50);
            assert_eq!(tally(&run)[1] > before[1], goes_on, "{replication}, seed {seed}");
        }
        let mut run = guided("bytes", Vec::new(), seed);
        let at_end = tally(&run)[0];
        // Back to the first acknowledgement of the seventh element, which gets lost.
        let (place, flight) = run
            .flights()
            .iter()
            .enumerate()
            .rfind(|(_, flight)| flight.mark.class == "ack" && flight.to == NodeId(1))
            .map(|(place, flight)| (place, flight.sent_by))
            .unwrap();
        run.seek(flight + 1);
        let message = MessageId(u32::try_from(place).unwrap());
        assert!(run.intervene(run.now(), Intervention::Drop(message)));
        while run.cues().0 > run.cues().1 {
            assert!(run.forward());
        }
        assert_eq!(tally(&run)[0], at_end + 2, "seed {seed}: the delta and its acknowledgement once more");
    }
}

#[test]
fn a_scenario_is_played_with_the_types_that_it_speaks_of_and_no_others() {
    for (scenario, kinds) in [
        ("duplicates", names("type")),
        ("add-and-remove", &["2p-set", "lww-set", "or-set"]),
        ("skewed-clock", &["lww-register", "mv-register"]),
        ("bytes", &["g-set", "2p-set", "lww-set", "or-set"]),
    ] {
        for kind in names("type") {
            match FIGURE.open(&settings(scenario, vec![text("type", kind)], 1)) {
                Ok(_) => assert!(kinds.contains(kind), "{scenario} with {kind}"),
                Err(refusal) => {
                    assert!(!kinds.contains(kind), "{scenario} with {kind}");
                    let wanted = format!("`type = \"{}\"`", kinds.join("\" or \""));
                    assert_eq!(
                        refusal.message,
                        format!("`{scenario}` can't be played with `type = \"{kind}\"`")
                    );
                    assert!(refusal.hint.unwrap().contains(&wanted));
                }
            }
        }
    }
    // On the page without the marks of the command line.
    let mut shell = Shell::new(FIGURE, "f", settings("skewed-clock", Vec::new(), 1), None).unwrap();
    shell.handle("option:type", "or-set");
    let now = shell.region("now").into_string();
    assert!(now.contains("skewed-clock can't be played with type =") && !now.contains('`'), "{now}");
}

#[test]
fn every_cue_that_has_something_to_say_is_heard_with_two_replicas_too() {
    for (scenario, count) in [("duplicates", 3), ("add-and-remove", 3), ("skewed-clock", 3), ("bytes", 4)] {
        for (replication, folded) in [("state", 0), ("delta", 0), ("operation", 1)] {
            for seed in 0..20 {
                let options =
                    vec![text("replication", replication), ("replicas".to_owned(), Value::Integer(2))];
                let run = guided(scenario, options, seed);
                // Operations are sent at once, so what is said of the sending is said with the update.
                let expected = count - if scenario == "skewed-clock" { 0 } else { folded };
                assert_eq!(notes(&run).len(), expected, "{scenario} by {replication}, seed {seed}");
            }
        }
    }
}

#[test]
fn what_a_reader_is_told_to_try_comes_out_as_it_is_told() {
    for seed in 0..20 {
        // S1’s clock put forward at the beginning, its removal wins; else S2’s addition at the same instant.
        let options = vec![text("type", "lww-set")];
        assert!(
            notes(&guided("add-and-remove", options.clone(), seed))
                .last()
                .unwrap()
                .starts_with("All read {a}. ")
        );
        let mut run = FIGURE.open(&settings("add-and-remove", options, seed)).unwrap();
        assert!(run.intervene(run.now(), Intervention::Skew(NodeId(0), 300)));
        while run.cues().0 > run.cues().1 {
            assert!(run.forward());
        }
        assert!(notes(&run).last().unwrap().starts_with("All read {}. "), "seed {seed}: {:?}", notes(&run));

        // S2’s writes count again two seconds after S1’s.
        let mut run = guided("skewed-clock", Vec::new(), seed);
        for (until, value) in [(1_990, "S1 reads a; S2 reads a;"), (2_010, "S2 reads b;")] {
            while run.next_at().unwrap().0 < until {
                run.forward();
            }
            assert!(run.intervene(Tick(until), Intervention::Request(NodeId(1), Ask(1))));
            assert!(run.describe().contains(value), "seed {seed}: {}", run.describe());
        }

        // Operations that are not dropped the second time count twice.
        let options = vec![text("replication", "operation"), ("once".to_owned(), Value::Flag(false))];
        let run = guided("duplicates", options, seed);
        assert!(broken(&run).is_some(), "seed {seed}");
    }
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
fn every_guided_run_comes_to_its_end_and_what_it_tells_was_reviewed_whatever_is_chosen() {
    let mut variants = one_by_one(FIGURE);
    for kind in names("type") {
        for replication in names("replication") {
            let chosen = vec![text("type", kind), text("replication", replication)];
            for rule in Crdt::OPTIONS.iter().filter(|spec| spec.is_rule()) {
                variants.push([chosen.clone(), vec![(rule.name.to_owned(), Value::Flag(false))]].concat());
            }
            for (name, value) in [("replicas", 2), ("replicas", 5), ("gossip", 50), ("duplication", 0)] {
                variants.push([chosen.clone(), vec![(name.to_owned(), Value::Integer(value))]].concat());
            }
            variants.push(chosen);
        }
    }
    let folds = Folds { words: &["a", "b", "c", "d", "e", "f", "g", "nothing"], verbatim: &[] };
    compare_notes("what_crdts_tell", "crdt", &folds, &variants);
}

#[test]
fn what_it_says_and_shows_was_reviewed() {
    compare(
        "what_crdts_say",
        &["crdt"],
        &Folds { words: &["a", "b", "c", "d", "e", "f", "g"], verbatim: &[] },
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
