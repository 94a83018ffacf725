//! The demos made of Raft: every guided run, with every rule.

use crate::demos::raft::config::Reads;
use crate::demos::raft::figures::{RaftElection, RaftLog, RaftMembership};
use crate::demos::said::{Folds, compare};
use crate::figure::{Demo, Entry as Registered, Figure, OptionKind, REGISTRY, Settings, Value, Values};
use crate::sim::{History, Intervention, NodeId};
use crate::view::Html;

fn play(scenario: &str, seed: u64, options: &[(&str, Value)]) -> History {
    play_in(&Registered::<RaftElection>::NEW, scenario, seed, options)
}

fn play_in(figure: &dyn Figure, scenario: &str, seed: u64, options: &[(&str, Value)]) -> History {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let settings = Settings { seed, scenario: Some(scenario.to_owned()), options };
    let mut run = figure.open(&settings).unwrap();
    let is_done = |run: &History| run.cues().0 == run.cues().1 || run.position() > 4_000;
    while !is_done(&run) && run.forward() {}
    run.seek(run.position() + 20);
    run
}

#[test]
fn every_guided_run_reaches_its_end_with_every_seed_and_breaks_nothing() {
    for figure in REGISTRY
        .iter()
        .filter_map(|exhibit| exhibit.run())
        .filter(|figure| figure.info().id.starts_with("raft-"))
    {
        for scenario in figure.scenarios() {
            for seed in 0..100 {
                let run = play_in(figure, scenario.id, seed, &[]);
                let (all, given) = run.cues();
                let what = format!("{}, {}, seed {seed}", figure.info().id, scenario.id);
                assert_eq!(given, all, "{what} stops after {} steps", run.position());
                let broken = run.records().iter().find_map(|record| record.violation.as_ref());
                assert_eq!(broken, None, "{what}");
            }
        }
    }
}

#[test]
fn every_guided_run_that_takes_other_clusters_reaches_its_end_in_them() {
    for scenario in RaftElection::scenarios().iter().filter(|scenario| scenario.requires.is_empty()) {
        for nodes in 3..=7 {
            for seed in 0..20 {
                let run = play(scenario.id, seed, &[("nodes", Value::Integer(nodes))]);
                let (all, given) = run.cues();
                assert_eq!(given, all, "scenario {}, {nodes} nodes, seed {seed}", scenario.id);
            }
        }
    }
}

/// Every flag turned over, every choice taken, and numbers at their ends that change who is there and what is asked.
fn other_values(figure: &dyn Figure) -> Vec<(&'static str, Value)> {
    let mut others = Vec::new();
    for spec in figure.options() {
        match spec.kind {
            // Without a rule of Raft's own, anything may happen.
            OptionKind::Flag { default: true } => {}
            OptionKind::Flag { default: false } => others.push((spec.name, Value::Flag(true))),
            OptionKind::Choice { values } => {
                others.extend(values.iter().map(|value| (spec.name, Value::Text((*value).to_owned()))));
            }
            OptionKind::Integer { min, max, .. }
                if ["nodes", "members", "clients", "snapshot", "tries"].contains(&spec.name) =>
            {
                // A client that asks only once may never find the leader.
                let least = if spec.name == "tries" { 2 } else { min };
                others.extend((least..=max.min(min + 8)).map(|value| (spec.name, Value::Integer(value))));
            }
            OptionKind::Integer { .. } => {}
        }
    }
    others
}

#[test]
fn every_guided_run_reaches_its_end_with_every_setting_that_it_takes() {
    let mut stuck = Vec::new();
    for figure in
        REGISTRY.iter().filter_map(|it| it.run()).filter(|figure| figure.info().id.starts_with("raft-"))
    {
        for scenario in figure.scenarios() {
            for (option, value) in other_values(figure) {
                let settings = |seed| Settings {
                    seed,
                    scenario: Some(scenario.id.to_owned()),
                    options: vec![(option.to_owned(), value.clone())],
                };
                // Where there is no server that could join, it says so.
                let nobody_joins =
                    scenario.id == "learner" && (option, &value) == ("nodes", &Value::Integer(3));
                if figure.validate(&settings(0)).is_err() || nobody_joins {
                    continue;
                }
                for seed in 0..4 {
                    let run = play_in(figure, scenario.id, seed, &[(option, value.clone())]);
                    let (all, given) = run.cues();
                    if given < all {
                        stuck.push(format!(
                            "{}, {}, {option} = {value:?}, seed {seed}: {given} of {all}",
                            figure.info().id,
                            scenario.id
                        ));
                        break;
                    }
                }
            }
        }
    }
    assert!(stuck.is_empty(), "{} stop:\n{}", stuck.len(), stuck.join("\n"));
}

/// The properties that a guided run breaks with a rule switched off, in the order in which it breaks them.
fn broken_without(figure: &dyn Figure, scenario: &str, rule: &str, seed: u64) -> Vec<&'static str> {
    let run = play_in(figure, scenario, seed, &[(rule, Value::Flag(false))]);
    let verdicts = run.verdicts();
    run.cluster().violations().iter().map(|found| verdicts[found.invariant].name).collect()
}

#[test]
fn the_guided_run_of_a_rule_breaks_what_the_rule_protects_when_it_is_off() {
    let log = &Registered::<RaftLog>::NEW;
    let membership = &Registered::<RaftMembership>::NEW;
    let cases: [(&dyn Figure, &str, &str, &str); 5] = [
        (log, "figure-8", "commit-rule", "Leader Completeness"),
        (log, "figure-7", "consistency-check", "Log Matching"),
        (log, "stale-read", "read-confirmation", "Linearizability"),
        (log, "retry", "session-dedup", "Linearizability"),
        (membership, "two-changes", "membership-rule", "Quorum overlap"),
    ];
    for (figure, scenario, rule, property) in cases {
        for seed in 0..30 {
            let broken = broken_without(figure, scenario, rule, seed);
            assert_eq!(broken.first(), Some(&property), "{scenario}, seed {seed}");
        }
    }
}

#[test]
fn figure_8_is_refused_in_a_cluster_of_another_size() {
    let settings = Settings {
        scenario: Some("figure-8".to_owned()),
        options: vec![("nodes".to_owned(), Value::Integer(3))],
        ..Settings::default()
    };
    let refused = Registered::<RaftElection>::NEW.validate(&settings).unwrap_err();
    assert_eq!(refused.key, "nodes");
    assert!(refused.hint.is_some_and(|hint| hint.contains("nodes = 5")));
}

#[test]
fn figure_8_without_the_commit_rule_breaks_leader_completeness() {
    for seed in 0..50 {
        let run = play("figure-8", seed, &[("commit-rule", Value::Flag(false))]);
        let broken: Vec<&str> = run
            .verdicts()
            .into_iter()
            .filter(|verdict| verdict.broken.is_some())
            .map(|verdict| verdict.name)
            .collect();
        assert_eq!(broken[0], "Leader Completeness", "seed {seed}");
        // What S1 committed is overwritten, and the others apply something else in its place.
        let last = run.cluster().violations().last().map(|found| run.verdicts()[found.invariant].name);
        assert!(broken.len() == 1 || last == Some("State Machine Safety"), "seed {seed}: {broken:?}");
    }
}

#[test]
fn equal_timeouts_never_elect_and_a_spread_does() {
    let leaders = |spread: i64| {
        let run = play("split-vote", 7, &[("spread", Value::Integer(spread))]);
        run.records()
            .iter()
            .filter(|record| record.lane.as_ref().is_some_and(|lane| lane.class == "leader"))
            .count()
    };
    assert_eq!(leaders(0), 0);
    assert!(leaders(150) > 0);
    let told = play("split-vote", 7, &[("spread", Value::Integer(150))]);
    let said =
        told.records().iter().filter_map(|record| record.note.as_deref()).collect::<Vec<_>>().join(" ");
    assert!(!said.contains("same millisecond") && said.contains("leads term"), "{said}");
}

/// What stands in a column of the table of states, a row a server.
fn column(run: &History, column: usize) -> Vec<String> {
    let mut html = Html::new();
    run.state(&mut html);
    let rows = html.as_str().split("<tr").skip(3);
    rows.map(|row| row.split("<td").nth(column + 1).unwrap().to_owned()).collect()
}

#[test]
fn a_stale_leader_steps_down_after_the_heal_and_its_write_is_gone() {
    let run = play("partition", 7, &[]);
    let said = |part: &str| run.records().iter().any(|record| record.sentence.contains(part));
    assert!(said("no longer leads"));
    assert!(said("deletes 1 entry"));
    let logs = column(&run, 2);
    assert!(logs.iter().all(|log| *log == logs[0]), "{logs:?}");
}

#[test]
fn with_pre_vote_a_returning_server_deposes_nobody() {
    for seed in 0..100 {
        let run = play("rejoin", seed, &[("pre-vote", Value::Flag(true))]);
        let deposed = run.records().iter().any(|record| record.sentence.contains("no longer leads"));
        assert!(!deposed, "seed {seed}");
        let terms = column(&run, 0);
        assert!(terms.iter().all(|term| *term == terms[0]), "seed {seed}: {terms:?}");
    }
}

#[test]
fn with_check_quorum_and_pre_vote_a_deaf_leader_is_replaced() {
    for seed in 0..100 {
        let options = [("check-quorum", Value::Flag(true)), ("pre-vote", Value::Flag(true))];
        let run = play("one-way", seed, &options);
        let said = |part: &str| run.records().iter().any(|record| record.sentence.contains(part));
        assert!(said("has not heard from a majority"), "seed {seed}");
        assert!(
            run.records()
                .iter()
                .filter_map(|record| record.note.as_deref())
                .any(|note| note.contains("stepped down"))
        );
    }
}

#[test]
fn every_option_decides_what_it_says() {
    let of = |name: &str, value: Value| {
        let values = Values::resolve(RaftLog::OPTIONS, &[], &[(name.to_owned(), value)]).unwrap();
        let world = RaftLog::new(&values).world();
        world.node(NodeId(0)).process.server().unwrap().config.clone()
    };
    assert_eq!(of("nodes", Value::Integer(3)).servers, 3);
    assert_eq!(of("heartbeat", Value::Integer(70)).heartbeat_interval, 70);
    assert_eq!(of("retry", Value::Integer(320)).retry_after, 320..=320);
    assert_eq!(of("tries", Value::Integer(2)).tries, 2);
    for (name, reads) in [("log", Reads::Log), ("index", Reads::Index), ("lease", Reads::Lease)] {
        assert_eq!(of("reads", Value::Text(name.to_owned())).reads, reads);
    }
}

#[test]
fn a_leader_can_be_asked_for_what_could_come_of_it() {
    let options = vec![("members".to_owned(), Value::Integer(3)), ("nodes".to_owned(), Value::Integer(4))];
    let asked = |figure: &dyn Figure, options: &[(String, Value)]| {
        let mut run = figure.open(&Settings { options: options.to_vec(), ..Settings::default() }).unwrap();
        let leads = |run: &History| {
            run.records().iter().rev().find_map(|record| {
                record.node.filter(|_| record.lane.as_ref().is_some_and(|lane| lane.class == "leader"))
            })
        };
        while leads(&run).is_none() && run.forward() {}
        let leader = leads(&run).unwrap();
        let labels = |id| run.asks(id).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        let follower = run.roster().ids().find(|&id| id != leader).unwrap();
        (leader, labels(leader), labels(follower))
    };
    let (leader, labels, of_follower) = asked(&Registered::<RaftMembership>::NEW, &options);
    assert_eq!(of_follower, ["Client write"]);
    let mut expected = vec!["Client write".to_owned()];
    for id in NodeId::all(4) {
        let is_member = id.0 < 3;
        if is_member && id != leader {
            expected.push(format!("Hand over to {id}"));
        }
        if is_member {
            expected.push(format!("Remove {id}"));
        } else {
            expected.extend([format!("Add {id} as learner"), format!("Add {id}")]);
        }
    }
    expected.push("Take a snapshot".to_owned());
    assert_eq!(labels, expected);
    let (leader, labels, _) = asked(&Registered::<RaftElection>::NEW, &[]);
    let others = NodeId::all(5).filter(|&id| id != leader).map(|id| format!("Hand over to {id}"));
    assert_eq!(labels, [vec!["Client write".to_owned()], others.collect()].concat());
}

#[test]
fn what_raft_says_and_shows_was_reviewed() {
    compare(
        "what_raft_says",
        &["raft-election", "raft-log", "raft-membership"],
        &Folds::NONE,
        &[
            &[],
            &[("pre-vote", 1)],
            &[("pre-vote", 1), ("check-quorum", 1), ("no-op", 1)],
            &[("reads", 1), ("clients", 3)],
            &[("reads", 2), ("clients", 2), ("loss", 10)],
            &[("snapshot", 2), ("no-op", 1)],
            &[("change", 1)],
            &[("change", 1), ("nodes", 6), ("members", 4), ("snapshot", 3)],
            &[
                ("commit-rule", 0),
                ("membership-rule", 0),
                ("consistency-check", 0),
                ("read-confirmation", 0),
                ("session-dedup", 0),
            ],
        ],
    );
}

/// The picture at a time, in milliseconds, of a run that plays no scenario's acts.
fn picture(run: &History, at: u64) -> String {
    let mut html = Html::new();
    run.picture(at * 1_000, None, false, &mut html);
    html.into_string()
}

/// What stands between two texts, once for each time that the first one is found.
fn between<'t>(text: &'t str, before: &'t str, after: &'t str) -> Vec<&'t str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[test]
fn a_timer_runs_down_and_captions_say_who_belongs() {
    let run = Registered::<RaftMembership>::NEW.open(&Settings::default()).unwrap();
    let left = |at: u64| {
        let text = picture(&run, at);
        let arcs = between(&text, "class=\"timer\" r=\"35.5\" stroke-dasharray=\"", " ");
        arcs[0].parse::<f64>().unwrap()
    };
    let now = run.now().0;
    assert!(left(now) > left(now + 20) && left(now + 20) > 0.0, "{} {}", left(now), left(now + 20));
    let text = picture(&run, now);
    let classes: Vec<&str> = between(&text, "<g class=\"node ", "\"")
        .into_iter()
        .map(|class| class.trim_end_matches(" acted"))
        .collect();
    let captions: Vec<&str> = between(&text, "<text class=\"caption\"", "<")
        .into_iter()
        .filter_map(|it| it.split('>').nth(1))
        .collect();
    let roles = classes.iter().zip(&captions).skip(3).collect::<Vec<_>>();
    assert_eq!(roles, [(&"outsider", &"no member"), (&"outsider", &"no member")]);
    assert!(classes.iter().zip(&captions).take(3).all(|(class, caption)| class == caption), "{captions:?}");
}

#[test]
fn boxes_of_a_log_say_what_is_in_it_and_what_is_committed() {
    let options =
        vec![("no-op".to_owned(), Value::Flag(true)), ("change".to_owned(), Value::Text("joint".to_owned()))];
    let settings = Settings { options, scenario: Some("joint".to_owned()), ..Settings::default() };
    let mut run = Registered::<RaftMembership>::NEW.open(&settings).unwrap();
    let mut seen = Vec::new();
    while run.position() < 400 && run.forward() {
        let mut html = Html::new();
        run.state(&mut html);
        for row in between(html.as_str(), "<tr class=\"", "</tr>") {
            let entries = between(row, "<span class=\"entry ", "</span>").len();
            assert_eq!(
                row.contains("class=\"log empty\""),
                row.contains("class=\"log") && entries == 0,
                "{row}"
            );
            // The first number in memory is the commit index.
            let commit = between(row, "<td class=\"role\">", "</tr>");
            let Some(commit) =
                commit.first().and_then(|it| between(it, "class=\"number\">", "<").first().copied())
            else {
                continue;
            };
            let Ok(commit) = commit.parse::<usize>() else { continue };
            let committed = between(row, "<span class=\"entry ", "\"")
                .iter()
                .filter(|it| it.contains("committed"))
                .count();
            assert_eq!(committed, commit.min(entries), "{row}");
        }
        for (text, label) in [("an empty entry of", "·–"), ("configuration {", "·C")] {
            for one in between(html.as_str(), "<span class=\"entry ", "<span class=\"entry") {
                let is_one = one.contains(text);
                assert_eq!(is_one, one.contains(label), "{one}");
                if is_one && !seen.contains(&text) {
                    seen.push(text);
                }
            }
        }
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn a_wiped_disk_is_empty_whatever_was_on_it_at_first() {
    let figure_7 = ("start".to_owned(), Value::Text("figure-7".to_owned()));
    let settings = Settings { options: vec![figure_7], ..Settings::default() };
    let mut run = Registered::<RaftLog>::NEW.open(&settings).unwrap();
    for what in
        [Intervention::Crash(NodeId(1)), Intervention::Wipe(NodeId(1)), Intervention::Restart(NodeId(1))]
    {
        assert!(run.intervene(run.now(), what));
    }
    let said = &run.records().last().unwrap().sentence;
    assert!(said.contains("term 0, no vote, 0 entries"), "{said}");
}

#[test]
fn a_client_has_no_disk_to_wipe() {
    let mut run = Registered::<RaftLog>::NEW.open(&Settings::default()).unwrap();
    let client = NodeId::client(0);
    assert!(run.intervene(run.now(), Intervention::Crash(client)));
    assert!(!run.intervene(run.now(), Intervention::Wipe(client)));
    assert!(run.intervene(run.now(), Intervention::Crash(NodeId(0))));
    assert!(run.intervene(run.now(), Intervention::Wipe(NodeId(0))));
}
