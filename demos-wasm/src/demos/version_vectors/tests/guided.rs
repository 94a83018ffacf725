//! The guided runs come out as the stories do, whatever the network's delays, and break what the stories break.

use super::super::figure::VersionVectors;
use super::super::story::{STORIES, Story, play};
use super::super::witness::{nothing_false, nothing_lost, order_is_causal};
use super::super::{Mechanism, words};
use crate::demos::said::{Folds, compare};
use crate::figure::{Demo, Entry, Figure, Settings, Value};
use crate::sim::{History, NodeId};

const MECHANISMS: [(&str, i64, Mechanism); 5] = [
    ("per-server", 0, Mechanism::PerServer),
    ("per-object", 0, Mechanism::PerObject),
    ("per-client", 0, Mechanism::PER_CLIENT),
    ("per-client", 1, Mechanism::PerClient { entries_max: 1 }),
    ("dotted", 0, Mechanism::Dotted),
];

fn guided(story: &Story, options: Vec<(String, Value)>, seed: u64) -> History {
    let settings = Settings { seed, scenario: Some(story.id.to_owned()), options };
    let mut run = Entry::<VersionVectors>::NEW.open(&settings).unwrap();
    while run.cues().0 > run.cues().1 {
        assert!(run.forward() && run.position() < 500, "{} stops at cue {:?}", story.id, run.cues());
    }
    run
}

fn broken(run: &History) -> Option<&'static str> {
    run.verdicts().iter().find(|verdict| verdict.broken.is_some()).map(|verdict| verdict.name)
}

/// Names of the laws that a story breaks with a mechanism.
fn breaches(story: &Story, mechanism: Mechanism) -> Vec<&'static str> {
    let outcome = play(story, mechanism);
    let laws = [nothing_lost, nothing_false, order_is_causal];
    let broken = laws
        .iter()
        .zip(VersionVectors::invariants())
        .filter(|(law, _)| law(&outcome.world, &outcome.witness, None).is_some());
    broken.map(|(_, invariant)| invariant.info.name).collect()
}

fn check(story: &Story, (name, entries, mechanism): (&str, i64, Mechanism), seed: u64) {
    let options = vec![
        ("mechanism".to_owned(), Value::Text(name.to_owned())),
        ("entries".to_owned(), Value::Integer(entries)),
        ("clients".to_owned(), Value::Integer(3)),
    ];
    let run = guided(story, options, seed);
    let expected = words::node(&play(story, mechanism).world.node(NodeId(0)).process);
    let said = run.describe();
    assert!(said.starts_with(&format!("{expected};")), "{} {name} {entries}, seed {seed}: {said}", story.id);
    let allowed = breaches(story, mechanism);
    match broken(&run) {
        Some(law) => assert!(allowed.contains(&law), "{} {name} {entries}, seed {seed}: {law}", story.id),
        None => assert!(allowed.is_empty(), "{} {name} {entries}, seed {seed}: {allowed:?} holds", story.id),
    }
}

#[test]
fn every_guided_run_ends_as_its_story_with_every_mechanism_and_breaks_the_same() {
    for story in &STORIES[..6] {
        for mechanism in MECHANISMS {
            for seed in 0..40 {
                check(story, mechanism, seed);
            }
        }
    }
}

#[test]
fn every_guided_run_as_it_is_embedded_tells_all_of_itself_with_three_hundred_seeds() {
    let expected = [
        None,
        Some("No lost update"),
        Some("No false sibling"),
        None,
        Some("No false sibling"),
        Some("No lost update"),
    ];
    for (story, law) in STORIES.iter().zip(expected) {
        for seed in 0..300 {
            let run = guided(story, Vec::new(), seed);
            assert_eq!(broken(&run), law, "{}, seed {seed}", story.id);
            let notes: Vec<&str> = run.records().iter().filter_map(|record| record.note.as_deref()).collect();
            assert!(notes.len() >= 3, "{}: {notes:?}", story.id);
            assert!(
                run.opening() == usize::from(run.roster().servers + run.roster().clients),
                "{}",
                story.id
            );
        }
    }
}

#[test]
fn what_is_offered_can_be_done_and_the_usual_request_comes_first() {
    let mut run = guided(&STORIES[1], Vec::new(), 4);
    let client = NodeId::client(0);
    let asks = run.asks(client);
    assert_eq!((asks[0].0.0, asks[0].1.as_str()), (0, "Add milk through S1"));
    assert!(run.asks(NodeId(0)).is_empty(), "a server does nothing by itself");
    for (ask, label) in asks {
        let at = run.now();
        let position = run.position();
        assert!(run.intervene(at, crate::sim::Intervention::Request(client, ask)), "{label}");
        run.seek(position);
    }
}

#[test]
fn what_it_says_and_shows_was_reviewed() {
    compare(
        "what_carts_say",
        &["version-vectors"],
        &Folds { words: &["milk", "bread", "eggs", "nothing"], verbatim: &[] },
        &[
            &[],
            &[("mechanism", 1), ("servers", 3)],
            &[("mechanism", 2), ("clients", 3), ("entries", 1)],
            &[("mechanism", 3), ("servers", 4)],
        ],
    );
}
