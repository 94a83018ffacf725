//! What each rule is for: with the rule off an invariant breaks, and the shrunk run in which it does is kept.
//!
//! `UPDATE_GOLDEN=1 cargo test -p demos-wasm --test counterexamples` writes `counterexamples/DEMO/RULE.txt` anew; review them like
//! code, they are what a reader gets to see.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use demos::demos::find_run;
use demos::explore::{Bounds, Phase, Quest};
use demos::figure::{Figure, Settings, Value};
use demos::shell::Shell;
use demos::sim::{Deed, Intervention};

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counterexamples")
}

/// The demos whose rules are for taking away.
const DEMOS: [&str; 3] = ["raft-election", "raft-log", "raft-membership"];

/// Every rule that can be switched off, demo by demo.
fn rules() -> impl Iterator<Item = (&'static dyn Figure, &'static str)> {
    let rules_of = |figure: &'static dyn Figure| {
        figure.options().iter().filter(|option| option.is_rule()).map(move |option| (figure, option.name))
    };
    DEMOS.into_iter().filter_map(find_run).flat_map(rules_of)
}

fn golden(figure: &dyn Figure, rule: &str) -> PathBuf {
    kept().join(figure.info().id).join(format!("{rule}.txt"))
}

fn is_broken(shell: &Shell) -> bool {
    let lamps = shell.region("lamps").into_string();
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

/// Seeds far from each other, and the schedules that are enough from each of them.
const SEEDS: [u64; 3] = [1, 1_000_000, 2_000_000];
const SCHEDULES_MAX: u64 = 5_000;

/// As many schedules as are wanted, where the demo hints for `rule`; in slices, as a page does it.
fn hunt(figure: &'static dyn Figure, rule: &str, is_on: bool, seed: u64, schedules: u64) -> Quest {
    let options = vec![(rule.to_owned(), Value::Flag(is_on))];
    let settings = Settings { seed, options, ..Settings::default() };
    let mut quest = Quest::hunt(figure, settings, rule, schedules).unwrap();
    while quest.progress().phase == Phase::Searching {
        quest.advance(1_500);
    }
    quest
}

fn random_schedules_find_what_each_rule_of_a_demo_prevents(id: &str) {
    let figure = find_run(id).unwrap();
    for (_, rule) in rules().filter(|(figure, _)| figure.info().id == id) {
        for seed in SEEDS {
            let quest = hunt(figure, rule, false, seed, SCHEDULES_MAX);
            assert!(quest.found().is_some(), "{id} without {rule}, from seed {seed}");
            let played = quest.progress().schedules + 1;
            println!("{id} without {rule}, from seed {seed}: after {played} schedules");
            let quest = hunt(figure, rule, true, seed, played);
            assert_eq!(quest.progress().phase, Phase::Nothing, "{id} with {rule}, from seed {seed}");
            assert_eq!(quest.progress().schedules, played);
        }
    }
}

#[test]
fn random_schedules_find_what_each_rule_of_elections_prevents() {
    random_schedules_find_what_each_rule_of_a_demo_prevents("raft-election");
}

#[test]
fn random_schedules_find_what_each_rule_of_the_log_prevents() {
    random_schedules_find_what_each_rule_of_a_demo_prevents("raft-log");
}

#[test]
fn random_schedules_find_what_each_rule_of_membership_prevents() {
    random_schedules_find_what_each_rule_of_a_demo_prevents("raft-membership");
}

#[test]
fn hints_are_for_rules_and_say_what_can_be_set() {
    for figure in DEMOS.into_iter().filter_map(find_run) {
        for hint in figure.hints() {
            let spec = figure.options().iter().find(|option| option.name == hint.rule);
            assert!(spec.is_some_and(|spec| spec.is_rule()), "{}: {}", figure.info().id, hint.rule);
            for &(name, value) in hint.options.iter().chain(figure.model().options) {
                let spec = figure.options().iter().find(|option| option.name == name);
                let setting = spec.unwrap().kind.value(value);
                let settings = Settings { options: vec![(name.to_owned(), setting)], ..Settings::default() };
                assert_eq!(figure.validate(&settings), Ok(()), "{}: {name}", figure.info().id);
            }
        }
    }
}

/// Leases are a matter of time, so what goes wrong must be told with its times.
#[test]
fn what_a_missing_bound_on_clocks_breaks_is_done_by_a_reader_who_hurries_no_timer() {
    let quest = {
        let mut quest = hunt(find_run("raft-log").unwrap(), "lease-bound", false, 1, SCHEDULES_MAX);
        while !quest.is_over() {
            quest.advance(1_500);
        }
        quest
    };
    let found = quest.found().unwrap();
    let is_fair = |deed: &Deed| {
        !matches!(
            deed.what,
            Intervention::Hurry(..) | Intervention::Deliver(_) | Intervention::Rate(_, 111..)
        )
    };
    assert!(found.deeds.iter().all(is_fair), "{:?}", found.deeds);
    assert!(found.deeds.len() < 15, "{} deeds", found.deeds.len());
}

fn without_durable_votes() -> (&'static dyn Figure, Settings) {
    let options = vec![("vote-durable".to_owned(), Value::Flag(false))];
    (find_run("raft-election").unwrap(), Settings { options, ..Settings::default() })
}

#[test]
fn a_search_finds_the_same_in_slices_of_any_size() {
    let (figure, settings) = without_durable_votes();
    let bounds = Bounds { power_failures: 1, crashes: 0, asks: 0, ..figure.model().bounds };
    let searches: [&dyn Fn() -> Quest; 2] =
        [&|| Quest::hunt(figure, settings.clone(), "vote-durable", 1_000).unwrap(), &|| {
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
    let mut quest = Quest::hunt(figure, settings.clone(), "vote-durable", 1_000).unwrap();
    let early = quest.advance(100);
    assert_eq!((early.phase, early.states), (Phase::Searching, 100));
    quest.stop();
    assert_eq!(quest.advance(1_000).phase, Phase::Stopped);
    assert_eq!((quest.progress().states, quest.found()), (early.states, None));
    let mut quest = Quest::hunt(figure, settings, "vote-durable", 1_000).unwrap();
    while quest.advance(100).phase == Phase::Searching {}
    assert_eq!(quest.progress().phase, Phase::Shrinking);
    let unshrunk = quest.found().cloned().unwrap();
    quest.stop();
    assert_eq!((quest.progress().phase, quest.found()), (Phase::Found, Some(&unshrunk)));
}
