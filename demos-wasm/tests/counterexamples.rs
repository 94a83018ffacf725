//! What each rule is for: with the rule off an invariant breaks, and the shrunk run in which it does is kept.
//!
//! `UPDATE_GOLDEN=1 cargo test -p demos-wasm --test counterexamples` writes `counterexamples/DEMO/RULE.txt` anew; review them like
//! code, they are what a reader gets to see.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use demos::explore::{Phase, Quest};
use demos::figure::{Figure, REGISTRY, Settings, Value, find};
use demos::shell::Shell;

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counterexamples")
}

/// Every rule of every demo that can be switched off.
fn rules() -> impl Iterator<Item = (&'static dyn Figure, &'static str)> {
    let rules_of = |figure: &'static dyn Figure| {
        figure.options().iter().filter(|option| option.is_rule()).map(move |option| (figure, option.name))
    };
    REGISTRY.iter().copied().flat_map(rules_of)
}

fn golden(figure: &dyn Figure, rule: &str) -> PathBuf {
    kept().join(figure.info().id).join(format!("{rule}.txt"))
}

fn is_broken(shell: &Shell) -> bool {
    let lamps = shell.regions().into_iter().find(|(name, _)| *name == "lamps").unwrap().1.to_html();
    lamps.contains("broken")
}

#[test]
fn without_any_one_rule_an_invariant_breaks_and_the_shrunk_run_is_the_one_that_is_kept() {
    let mut changed = Vec::new();
    for (figure, rule) in rules() {
        let id = figure.info().id;
        let output =
            Command::new(env!("CARGO_BIN_EXE_demo")).args(["hunt", id, "--off", rule]).output().unwrap();
        let found = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{id} without {rule}: {found}");
        let file = golden(figure, rule);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &found).unwrap();
        } else if std::fs::read_to_string(&file).ok().as_deref() != Some(&*found) {
            changed.push(format!("{}:\n{found}", file.display()));
        }
    }
    assert!(changed.is_empty(), "not as kept; UPDATE_GOLDEN=1 keeps these:\n{}", changed.join("\n"));
}

#[test]
fn there_is_a_run_for_each_rule_and_none_for_rules_that_are_gone() {
    let expected: BTreeSet<PathBuf> = rules().map(|(figure, rule)| golden(figure, rule)).collect();
    let folders = std::fs::read_dir(kept()).unwrap().map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    assert_eq!(files.map(|file| file.unwrap().path()).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_kept_run_plays_in_the_page_and_breaks_nothing_with_the_rule_on() {
    for (figure, rule) in rules() {
        let id = figure.info().id;
        let text = std::fs::read_to_string(golden(figure, rule)).unwrap();
        let link = text.lines().find_map(|line| line.strip_prefix('#')).unwrap();
        let mut shell = Shell::new(figure, id, Settings::default(), None).unwrap();
        assert!(shell.restore(link), "{link}");
        assert!(is_broken(&shell), "{id} without {rule}");
        shell.handle("previous", "");
        assert!(!is_broken(&shell), "{id} without {rule}: not before the last event");
        let obedient = link.replace(&format!(";{rule}=false"), "");
        assert_ne!(obedient, link);
        assert!(shell.restore(&obedient), "{obedient}");
        shell.handle("end", "");
        assert!(!is_broken(&shell), "{id}: what {rule} is there to prevent, it prevents");
    }
}

fn without_durable_votes() -> (&'static dyn Figure, Settings) {
    let options = vec![("vote-durable".to_owned(), Value::Flag(false))];
    (find("raft-election").unwrap(), Settings { options, ..Settings::default() })
}

#[test]
fn a_search_finds_the_same_in_slices_of_any_size() {
    let (figure, settings) = without_durable_votes();
    let bounds = figure.model().bounds;
    let searches: [&dyn Fn() -> Quest; 2] =
        [&|| Quest::hunt(figure, settings.clone(), 1_000).unwrap(), &|| {
            Quest::check(figure, settings.clone(), bounds, usize::MAX).unwrap()
        }];
    for search in searches {
        let mut found = Vec::new();
        for slice in [7, 1_000_000] {
            let mut quest = search();
            let mut slices = 0;
            while !quest.is_over() {
                quest.advance(slice);
                slices += 1;
            }
            assert!(slice > 7 || slices > 100, "{slices} slices");
            assert_eq!(quest.progress().phase, Phase::Found);
            found.push(quest.found().cloned().unwrap());
        }
        assert_eq!(found[0], found[1]);
    }
}

#[test]
fn a_search_that_is_stopped_does_no_more_and_keeps_what_it_has_found() {
    let (figure, settings) = without_durable_votes();
    let mut quest = Quest::hunt(figure, settings.clone(), 1_000).unwrap();
    let early = quest.advance(100);
    assert_eq!((early.phase, early.states), (Phase::Searching, 100));
    quest.stop();
    assert_eq!(quest.advance(1_000).phase, Phase::Stopped);
    assert_eq!((quest.progress().states, quest.found()), (early.states, None));
    let mut quest = Quest::hunt(figure, settings, 1_000).unwrap();
    while quest.advance(100).phase == Phase::Searching {}
    assert_eq!(quest.progress().phase, Phase::Shrinking);
    let unshrunk = quest.found().cloned().unwrap();
    quest.stop();
    assert_eq!((quest.progress().phase, quest.found()), (Phase::Found, Some(&unshrunk)));
}
