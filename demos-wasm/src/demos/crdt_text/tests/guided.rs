//! The guided runs: how they end, with many seeds.

use crate::demos::crdt_text::figure::CrdtText;
use crate::demos::find_run;
use crate::demos::said::{Folds, compare, compare_notes, one_by_one};
use crate::figure::{Demo, Settings, Value};
use crate::shell::Shell;

/// What the replicas show at the end of a guided run: Fugue's order and RGA's, replica by replica.
fn end(scenario: &str, seed: u64, options: &[(&str, Value)]) -> Vec<String> {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let settings = Settings { seed, scenario: Some(scenario.to_owned()), options };
    let mut shell = Shell::new(find_run("crdt-text").unwrap(), "f", settings, None).unwrap();
    for _ in 0..400 {
        shell.handle("next", "");
    }
    assert!(
        shell.region("card").as_str().contains("class=\"answer\""),
        "{scenario} with seed {seed} comes to its end"
    );
    texts(shell.region("state").as_str())
}

/// The texts in the table of states, without marks.
fn texts(table: &str) -> Vec<String> {
    let cells = table.split("<td class=\"text\">").skip(1).map(|cell| cell.split("</td>").next().unwrap());
    cells
        .map(|cell| cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect())
        .collect()
}

#[test]
fn every_guided_run_ends_as_it_says_with_every_seed() {
    for seed in 0..40 {
        for replicas in [2, 3] {
            let options = [
                ("replicas", Value::Integer(replicas)),
                ("loss", Value::Integer(i64::from(seed % 2 == 1) * 20)),
            ];
            let ends = |scenario: &str, fugue: &str, rga: &str| {
                for pair in end(scenario, seed, &options).chunks(2) {
                    assert_eq!(pair, [fugue, rga], "{scenario} with seed {seed}");
                }
            };
            ends("two-words", "Hi AnnBob!", "Hi BobAnn!");
            ends("from-the-top", "Buy:teajam", "Buy:jtaema");
            ends("after-deleted", "crt", "crt");
            ends("both-delete", "book", "book");
        }
    }
}

#[test]
fn of_two_letters_deleted_offline_both_are_gone_when_they_were_not_the_same() {
    let settings = Settings { seed: 2, scenario: Some("both-delete".to_owned()), ..Settings::default() };
    let mut shell = Shell::new(find_run("crdt-text").unwrap(), "f", settings, None).unwrap();
    let wait = |shell: &mut Shell| {
        (0..300).for_each(|_| {
            shell.handle("next", "");
        })
    };
    wait(&mut shell);
    shell.handle("type:1:5", "boook");
    wait(&mut shell);
    assert_eq!(texts(shell.region("state").as_str()), ["boook"; 4]);
    shell.handle("isolate:2", "");
    shell.handle("type:1:1", "book");
    shell.handle("type:2:3", "book");
    shell.handle("rejoin:2", "");
    wait(&mut shell);
    assert_eq!(texts(shell.region("state").as_str()), ["bok"; 4]);
}

#[test]
fn without_the_rule_the_run_stops_where_the_words_are_shuffled() {
    let settings = Settings {
        seed: 3,
        scenario: Some("from-the-top".to_owned()),
        options: vec![("non-interleaving".to_owned(), Value::Flag(false))],
    };
    let mut shell = Shell::new(find_run("crdt-text").unwrap(), "f", settings, None).unwrap();
    for _ in 0..400 {
        shell.handle("next", "");
    }
    let card = shell.region("card").into_string();
    assert!(card.contains("Backward non-interleaving is broken"), "{card}");
}

#[test]
fn every_scenario_can_be_played_with_every_rule() {
    assert!(CrdtText::scenarios().iter().all(|scenario| scenario.requires.is_empty()));
}

#[test]
fn what_is_typed_becomes_part_of_the_link_a_run_of_letters_in_little_room() {
    let figure = find_run("crdt-text").unwrap();
    let mut shell = Shell::new(figure, "f", Settings::default(), None).unwrap();
    let text = |shell: &Shell| texts(shell.region("state").as_str());
    assert_eq!(text(&shell)[0], "Hi !");
    let before = shell.fragment().len();
    let long = "0123456789".repeat(20);
    shell.handle("type:1:203", &format!("Hi {long}!"));
    assert!(shell.fragment().len() < before + 7 * 200 + 50, "{} characters", shell.fragment().len());
    assert!(shell.is_playing(), "time passes until it has arrived");
    for _ in 0..2_000 {
        shell.advance(16_000);
    }
    assert!(!shell.is_playing());
    assert_eq!(text(&shell)[2], format!("Hi {long}!"));
    shell.handle("isolate:2", "");
    shell.handle("type:2:2", "Hi");
    assert!(!shell.is_playing(), "offline there is nothing to wait for");
    let mut other = Shell::new(figure, "f", Settings::default(), None).unwrap();
    assert!(other.restore(&shell.fragment()));
    assert_eq!(text(&other), text(&shell));
    assert_eq!(other.fragment(), shell.fragment());
    shell.handle("rejoin:2", "");
    for _ in 0..2_000 {
        shell.advance(16_000);
    }
    let after = text(&shell);
    assert_eq!((after[0].as_str(), after[2].as_str()), ("Hi", "Hi"));
}

#[test]
fn every_guided_run_comes_to_its_end_and_what_it_tells_was_reviewed_whatever_is_chosen() {
    let mut variants = one_by_one(find_run("crdt-text").unwrap());
    for replicas in 2..=3 {
        for (latency, jitter) in [(1, 0), (1, 500), (500, 0), (500, 500)] {
            let number = |name: &str, value| (name.to_owned(), Value::Integer(value));
            variants.push(vec![
                number("replicas", replicas),
                number("latency", latency),
                number("jitter", jitter),
                number("loss", 30),
                ("non-interleaving".to_owned(), Value::Flag(false)),
            ]);
        }
    }
    compare_notes("what_text_tells", "crdt-text", &Folds { words: &[], verbatim: &[] }, &variants);
}

#[test]
fn what_it_says_and_shows_was_reviewed() {
    compare(
        "what_text_says",
        &["crdt-text"],
        &Folds { words: &[], verbatim: &["bench, text", "state, text", "picture, text", "lane", "mark"] },
        &[&[], &[("replicas", 3), ("loss", 20)], &[("non-interleaving", 0)]],
    );
}
