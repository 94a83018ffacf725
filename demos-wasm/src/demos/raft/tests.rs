//! Raft against its paper, against random faults, and with each of its rules taken away.

use super::election::RaftElection;
use super::node::{Reply, Role, Timer, Write};
use super::{Additions, Config, Entry, Log, LogIndex, Message, Raft, Rules, Term};
use crate::demos::raft::message::Outcome;
use crate::figure::{Demo, Entry as Registered, Figure, Settings, Value};
use crate::sim::cluster::Cluster;
use crate::sim::{
    Ask, Effect, Event, Generator, Groups, History, Intervention, Link, NodeId, Process, Scheduler, Tick,
};
use crate::stage::Stage;
use crate::view::Html;

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);

fn config(servers: u8) -> Config {
    Config {
        servers,
        election_timeout: 150..=300,
        heartbeat_interval: 50,
        rules: Rules::ALL,
        additions: Additions::default(),
    }
}

fn log(terms: &[u32]) -> Log {
    terms.iter().zip(1..).map(|(term, command)| Entry { term: Term(*term), command }).collect()
}

fn server(terms: &[u32], term: u32) -> Raft {
    let mut raft = Raft::new(S1, config(5));
    raft.persistent.log = log(terms);
    raft.persistent.current_term = Term(term);
    raft
}

fn receive(raft: &mut Raft, message: Message) -> Vec<Effect<Raft>> {
    raft.step(Event::Receive { from: S2, message }).as_slice().to_vec()
}

fn vote_of(effects: &[Effect<Raft>]) -> Option<bool> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send { message: Message::Vote { granted, .. }, .. } => Some(*granted),
        _ => None,
    })
}

fn outcome_of(effects: &[Effect<Raft>]) -> Option<Outcome> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send { message: Message::Appended { outcome, .. }, .. } => Some(*outcome),
        _ => None,
    })
}

fn ask(term: u32, last_log_index: u32, last_log_term: u32) -> Message {
    Message::RequestVote {
        term: Term(term),
        last_log_index: LogIndex(last_log_index),
        last_log_term: Term(last_log_term),
    }
}

fn append(term: u32, prev: (u32, u32), entries: &[(u32, u32)], leader_commit: u32) -> Message {
    Message::AppendEntries {
        term: Term(term),
        prev_log_index: LogIndex(prev.0),
        prev_log_term: Term(prev.1),
        entries: entries
            .iter()
            .map(|(term, command)| Entry { term: Term(*term), command: *command })
            .collect(),
        leader_commit: LogIndex(leader_commit),
    }
}

#[test]
fn a_voter_refuses_a_longer_log_whose_last_term_is_older() {
    let mut voter = server(&[1, 1, 3], 3);
    assert_eq!(vote_of(&receive(&mut voter, ask(4, 9, 2))), Some(false));
    assert_eq!(
        vote_of(&receive(&mut voter, ask(5, 2, 4))),
        Some(true),
        "a later last term wins, however short the log"
    );
}

#[test]
fn a_voter_refuses_a_shorter_log_of_the_same_last_term() {
    let mut voter = server(&[1, 1, 1], 1);
    assert_eq!(vote_of(&receive(&mut voter, ask(2, 2, 1))), Some(false));
    assert_eq!(vote_of(&receive(&mut voter, ask(2, 3, 1))), Some(true));
}

#[test]
fn a_vote_is_on_disk_before_it_is_sent() {
    let mut voter = server(&[], 0);
    let effects = receive(&mut voter, ask(1, 0, 0));
    let sent = effects.iter().position(|effect| matches!(effect, Effect::Send { .. })).unwrap();
    let saved = effects
        .iter()
        .position(|effect| matches!(effect, Effect::Persist(disk) if disk.voted_for == Some(S2)))
        .unwrap();
    assert!(saved < sent);
}

#[test]
fn a_second_candidate_of_the_same_term_gets_no_vote_but_the_first_gets_its_vote_again() {
    let mut voter = server(&[], 0);
    assert_eq!(vote_of(&receive(&mut voter, ask(1, 0, 0))), Some(true));
    let other = Event::Receive { from: NodeId(2), message: ask(1, 0, 0) };
    assert_eq!(vote_of(voter.step(other).as_slice()), Some(false));
    assert_eq!(vote_of(&receive(&mut voter, ask(1, 0, 0))), Some(true), "the answer may have been lost");
}

#[test]
fn entries_without_a_match_before_them_are_refused() {
    let mut follower = server(&[1, 1], 1);
    assert_eq!(
        outcome_of(&receive(&mut follower, append(2, (3, 1), &[(2, 9)], 0))),
        Some(Outcome::Refused(LogIndex(3)))
    );
    assert_eq!(
        outcome_of(&receive(&mut follower, append(2, (2, 2), &[(2, 9)], 0))),
        Some(Outcome::Refused(LogIndex(2)))
    );
    assert_eq!(follower.log(), &log(&[1, 1]), "a refusal changes nothing");
}

#[test]
fn conflicting_entries_are_deleted_with_all_that_follow_them() {
    let mut follower = server(&[1, 2, 2, 2], 3);
    receive(&mut follower, append(3, (1, 1), &[(3, 9)], 0));
    let terms: Vec<u32> = follower.log().entries().iter().map(|entry| entry.term.0).collect();
    assert_eq!(terms, [1, 3]);
}

#[test]
fn a_late_message_with_older_entries_removes_nothing() {
    let mut follower = server(&[], 0);
    receive(&mut follower, append(1, (0, 0), &[(1, 1), (1, 2), (1, 3)], 0));
    receive(&mut follower, append(1, (0, 0), &[(1, 1)], 0));
    assert_eq!(follower.log().last_index(), LogIndex(3));
}

#[test]
fn a_follower_commits_only_what_it_knows_to_agree() {
    let mut follower = server(&[1, 1, 1], 2);
    // The leader has committed 3 entries, but this message vouches for the first only: 2 and 3 may be an old leader's.
    receive(&mut follower, append(2, (1, 1), &[], 3));
    assert_eq!(follower.commit_index, LogIndex(1));
}

#[test]
fn a_restart_keeps_term_vote_and_log_and_forgets_the_rest() {
    let mut raft = server(&[1, 1], 1);
    receive(&mut raft, append(1, (2, 1), &[], 2));
    receive(&mut raft, ask(2, 2, 1));
    let mut disk = raft.disk();
    disk.voted_for = Some(S2);
    let back = raft.recover(&disk);
    assert_eq!((back.term(), back.persistent.voted_for, back.log()), (Term(2), Some(S2), raft.log()));
    assert_eq!((back.commit_index, back.applied.len()), (LogIndex(0), 0));
    assert_eq!(back.role, Role::Follower { leader: None });
}

#[test]
fn a_leader_counts_no_copies_of_an_older_term() {
    let mut raft = server(&[1, 2], 3);
    raft.step(Event::Timeout(Timer::Election));
    for voter in [1, 2] {
        raft.step(Event::Receive {
            from: NodeId(voter),
            message: Message::Vote { term: Term(4), granted: true },
        });
    }
    assert!(raft.is_leader());
    let matches = |index| Message::Appended { term: Term(4), outcome: Outcome::Matches(LogIndex(index)) };
    for follower in [1, 2, 3, 4] {
        raft.step(Event::Receive { from: NodeId(follower), message: matches(2) });
    }
    assert_eq!(raft.commit_index, LogIndex(0), "on all five servers, and yet not committed (§5.4.2)");
    raft.step(Event::Command(Write(7)));
    raft.step(Event::Receive { from: NodeId(1), message: matches(3) });
    assert_eq!(raft.commit_index, LogIndex(0), "two of five");
    let effects = raft.step(Event::Receive { from: NodeId(2), message: matches(3) });
    assert_eq!(raft.commit_index, LogIndex(3), "the older entries are committed with the new one");
    let told =
        |effect: &Effect<Raft>| *effect == Effect::Reply(Reply::Done { command: 7, index: LogIndex(3) });
    assert!(effects.as_slice().iter().any(told));
}

#[test]
fn a_majority_of_an_even_cluster_is_more_than_half() {
    for (servers, majority) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)] {
        assert_eq!(config(servers).majority(), majority, "{servers} servers");
    }
}

fn play(scenario: &str, seed: u64, options: &[(&str, Value)]) -> History {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let settings = Settings { seed, scenario: Some(scenario.to_owned()), options };
    let mut run = Registered::<RaftElection>::NEW.open(&settings).unwrap();
    let is_done = |run: &History| run.cues().0 == run.cues().1 || run.position() > 4_000;
    while !is_done(&run) && run.forward() {}
    run.seek(run.position() + 20);
    run
}

#[test]
fn every_scenario_reaches_its_end_with_every_seed_and_breaks_nothing() {
    for scenario in RaftElection::scenarios() {
        for seed in 0..300 {
            let run = play(scenario.id, seed, &[]);
            let (all, given) = run.cues();
            assert_eq!(
                given,
                all,
                "scenario {}, seed {seed}, stops after {} steps",
                scenario.id,
                run.position()
            );
            let broken = run.records().iter().find_map(|record| record.violation.as_ref());
            assert_eq!(broken, None, "scenario {}, seed {seed}", scenario.id);
        }
    }
}

#[test]
fn every_scenario_that_takes_other_clusters_reaches_its_end_in_them() {
    for scenario in RaftElection::scenarios().iter().filter(|scenario| scenario.requires.is_empty()) {
        for nodes in 3..=7 {
            for seed in 0..40 {
                let run = play(scenario.id, seed, &[("nodes", Value::Integer(nodes))]);
                let (all, given) = run.cues();
                assert_eq!(given, all, "scenario {}, {nodes} nodes, seed {seed}", scenario.id);
            }
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
        assert_eq!(broken, ["Leader Completeness"], "seed {seed}");
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
fn a_no_op_commits_the_entries_of_older_terms() {
    let mut raft = server(&[1, 2], 3);
    raft.config.additions.no_op = true;
    raft.step(Event::Timeout(Timer::Election));
    for voter in [1, 2] {
        raft.step(Event::Receive {
            from: NodeId(voter),
            message: Message::Vote { term: Term(4), granted: true },
        });
    }
    assert_eq!(raft.log().last_index(), LogIndex(3));
    let matches = Message::Appended { term: Term(4), outcome: Outcome::Matches(LogIndex(3)) };
    for follower in [1, 2] {
        raft.step(Event::Receive { from: NodeId(follower), message: matches.clone() });
    }
    assert_eq!(raft.commit_index, LogIndex(3));
}

/// Runs a cluster under every fault there is, and gives the first property broken, with the step.
fn torment(servers: u8, rules: Rules, seed: u64, steps: usize) -> Option<(usize, &'static str, String)> {
    // Every combination of the additions, too.
    let additions = Additions { pre_vote: seed & 1 != 0, check_quorum: seed & 2 != 0, no_op: seed & 4 != 0 };
    let config = Config { rules, additions, ..config(servers) };
    let link = Link::new(1..=60).losing(5).doubling(5).unordered();
    let demo = RaftElection { config, link };
    let links = demo.links();
    let mut cluster = Stage::new(demo, &RaftElection::scenarios()[0]);
    let mut scheduler = Scheduler::new(cluster.roster(), links, seed);
    let mut fate = Generator::new(!seed);
    for taken in 0..steps {
        let mut pick = || NodeId(u8::try_from(fate.within(&(0..=u64::from(servers) - 1))).unwrap());
        let (one, other) = (pick(), pick());
        let fault = match fate.within(&(0..=59)) {
            0 => Some(Intervention::Crash(one)),
            1 | 2 => Some(Intervention::Restart(one)),
            3 => Some(Intervention::Cut(one, other)),
            4 => Some(Intervention::Partition(Groups(u32::try_from(fate.bits() & 0xffff).unwrap()))),
            5 | 6 => Some(Intervention::Heal),
            7..=10 => Some(Intervention::Request(one, Ask(0))),
            11 => Some(Intervention::Hurry(one, None)),
            _ => None,
        };
        let done = fault.and_then(|fault| scheduler.intervene(&mut cluster, Tick(0), fault, false));
        if done.is_none() {
            scheduler.advance(&mut cluster, false);
        }
        if let Some(violation) = cluster.violation() {
            let name = RaftElection::invariants()[violation.invariant].info.name;
            return Some((taken, name, violation.evidence.clone()));
        }
    }
    None
}

#[test]
fn a_thousand_seeds_a_cluster_size_with_every_fault_break_nothing() {
    for servers in [3, 4, 5, 7] {
        for seed in 0..1_000 {
            assert_eq!(torment(servers, Rules::ALL, seed, 500), None, "{servers} servers, seed {seed}");
        }
    }
}

#[test]
#[ignore = "a million runs: cargo test --release -p demos-wasm -- --ignored a_million"]
fn a_million_seeds_with_every_fault_break_nothing() {
    for seed in 0..1_000_000 {
        let servers = [3, 4, 5, 7][usize::try_from(seed % 4).unwrap()];
        assert_eq!(torment(servers, Rules::ALL, seed, 500), None, "{servers} servers, seed {seed}");
    }
}

/// The properties that break when a rule is missing, over many seeds; multiples of eight, so that no addition helps out.
fn caught(rules: Rules) -> Vec<&'static str> {
    let mut names: Vec<&'static str> =
        (0..3_000).filter_map(|seed| torment(3, rules, seed * 8, 600)).map(|(_, name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn without_one_vote_a_term_two_leaders_share_a_term() {
    assert!(caught(Rules { one_vote_per_term: false, ..Rules::ALL }).contains(&"Election Safety"));
}

#[test]
fn without_the_vote_on_disk_two_leaders_share_a_term() {
    assert!(caught(Rules { vote_is_durable: false, ..Rules::ALL }).contains(&"Election Safety"));
}

#[test]
fn without_the_up_to_date_check_a_leader_lacks_committed_entries() {
    assert!(caught(Rules { up_to_date_check: false, ..Rules::ALL }).contains(&"Leader Completeness"));
}

#[test]
fn without_the_consistency_check_logs_stop_matching() {
    assert!(caught(Rules { consistency_check: false, ..Rules::ALL }).contains(&"Log Matching"));
}
