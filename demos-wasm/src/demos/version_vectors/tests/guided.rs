//! The guided runs come out as the stories do, whatever the network's delays, and break what the stories break.

use super::super::figure::VersionVectors;
use super::super::story::{STORIES, Story, play};
use super::super::witness::{nothing_false, nothing_lost, order_is_causal};
use super::super::{Mechanism, words};
use crate::demos::said::{Folds, compare, compare_notes, one_by_one};
use crate::figure::{Demo, Entry, Figure, Settings, Value};
use crate::sim::{History, Intervention, NodeId};

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
        Some("Freedom from lost updates"),
        Some("Freedom from false siblings"),
        None,
        Some("Freedom from false siblings"),
        Some("Freedom from lost updates"),
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

/// The end of a guided run, and then what its reader is told to try: each by a client's button, and its answer awaited.
fn then_try(scenario: &str, mechanism: &str, buttons: &[(u8, &str)]) -> History {
    let story = STORIES.iter().find(|story| story.id == scenario).unwrap();
    let options = vec![("mechanism".to_owned(), Value::Text(mechanism.to_owned()))];
    let mut run = guided(story, options, 3);
    for (client, button) in buttons {
        press(&mut run, NodeId::client(*client), button);
        let end = run.now().0 + 1_500;
        while run.next_at().unwrap().0 < end {
            run.forward();
        }
    }
    run
}

fn press(run: &mut History, node: NodeId, button: &str) {
    let asks = run.asks(node);
    let ask =
        asks.iter().find(|(_, label)| label == button).unwrap_or_else(|| panic!("{button}: {asks:?}")).0;
    assert!(run.intervene(run.now(), Intervention::Request(node, ask)));
}

#[test]
fn what_a_reader_is_told_to_try_comes_out_as_it_is_told() {
    for (mechanism, ..) in MECHANISMS {
        let run = then_try(
            "ancestor-or-conflict",
            mechanism,
            &[(0, "Read through S1"), (0, "Add eggs through S1")],
        );
        assert!(run.describe().starts_with("S1, one version: milk, bread, eggs;"), "{}", run.describe());
        let run = then_try("resurrection", mechanism, &[(0, "Take milk out through S1")]);
        assert!(run.describe().starts_with("S1, one version: bread;"), "{mechanism}: {}", run.describe());
    }
    let keeps = |mechanism| then_try("lost-update", mechanism, &[]).describe();
    assert!(
        ["dotted", "per-client"]
            .iter()
            .all(|mechanism| keeps(mechanism).starts_with("S1, 2 siblings: milk | bread;"))
    );
    let run =
        then_try("sibling-explosion", "per-object", &[(0, "Read through S1"), (0, "Add milk through S1")]);
    assert!(run.describe().starts_with("S1, one version: "), "{}", run.describe());
    // Two entries are not enough for three clients; three are, until somebody prunes by hand.
    for (entries, end) in [
        (2, "S1, 2 siblings: nothing | bread;"),
        (3, "S1, one version: bread;"),
        (0, "S1, one version: bread;"),
    ] {
        let mut run = guided(&STORIES[4], vec![("entries".to_owned(), Value::Integer(entries))], 3);
        assert!(run.describe().starts_with(end), "{entries}: {}", run.describe());
        press(&mut run, NodeId(0), "Forget the oldest entry of each vector");
    }
    // Who reads before it goes on loses nothing, whoever counts.
    for (mechanism, ..) in MECHANISMS {
        let options = vec![("mechanism".to_owned(), Value::Text(mechanism.to_owned()))];
        let settings = Settings { seed: 3, scenario: Some("forgetful-client".to_owned()), options };
        let mut run = Entry::<VersionVectors>::NEW.open(&settings).unwrap();
        while !run
            .records()
            .iter()
            .any(|record| record.note.as_deref().is_some_and(|note| note.ends_with("cookie.")))
        {
            run.forward();
        }
        press(&mut run, NodeId::client(0), "Read through S1");
        while run.cues().0 > run.cues().1 {
            assert!(run.forward());
        }
        run.seek(run.position() + 1);
        let notes: Vec<&str> = run.records().iter().filter_map(|record| record.note.as_deref()).collect();
        assert!(
            notes.contains(&"C1 has read the milk again, and adds bread to it."),
            "{mechanism}: {notes:?}"
        );
        assert!(notes.last().unwrap().ends_with("and rightly replaces it."), "{mechanism}: {notes:?}");
        assert_eq!(broken(&run), None, "{mechanism}");
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
fn every_guided_run_comes_to_its_end_and_what_it_tells_was_reviewed_whatever_is_chosen() {
    let figure = &Entry::<VersionVectors>::NEW;
    let mut variants = one_by_one(figure);
    for (name, entries, _) in MECHANISMS {
        for servers in 2..=4 {
            for clients in 2..=3 {
                variants.push(vec![
                    ("mechanism".to_owned(), Value::Text(name.to_owned())),
                    ("entries".to_owned(), Value::Integer(entries)),
                    ("servers".to_owned(), Value::Integer(servers)),
                    ("clients".to_owned(), Value::Integer(clients)),
                ]);
            }
        }
    }
    let folds = Folds { words: &["milk", "bread", "eggs", "nothing"], verbatim: &[] };
    compare_notes("what_carts_tell", "version-vectors", &folds, &variants);
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
