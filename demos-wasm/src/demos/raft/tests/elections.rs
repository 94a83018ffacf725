//! Claims about elections (§5.2, §5.4.1; dissertation §3.10, §4.2.3, §6.2, §9.6).

use super::*;
use crate::demos::raft::config::{Additions, Reads, Rules};
use crate::demos::raft::member::{Command, Refusal};
use crate::demos::raft::server::Role;

fn with_additions(additions: Additions) -> Config {
    Config { additions, ..Config::new(5) }
}

fn pre_vote() -> Config {
    with_additions(Additions { pre_vote: true, ..Additions::default() })
}

fn check_quorum() -> Config {
    with_additions(Additions { check_quorum: true, ..Additions::default() })
}

#[test]
fn a_voter_refuses_a_longer_log_whose_last_term_is_older() {
    let mut voter = server(Config::new(5), &[1, 1, 3], 3);
    assert_eq!(vote_of(&receive(&mut voter, S2, ask_for_vote(4, 9, 2))), Some(false));
    let granted = vote_of(&receive(&mut voter, S2, ask_for_vote(5, 2, 4)));
    assert_eq!(granted, Some(true), "a later last term wins, however short the log");
}

#[test]
fn a_voter_refuses_a_shorter_log_of_the_same_last_term() {
    let mut voter = server(Config::new(5), &[1, 1, 1], 1);
    assert_eq!(vote_of(&receive(&mut voter, S2, ask_for_vote(2, 2, 1))), Some(false));
    assert_eq!(vote_of(&receive(&mut voter, S2, ask_for_vote(2, 3, 1))), Some(true));
}

#[test]
fn a_compacted_log_is_compared_by_the_last_entry_of_its_snapshot() {
    let mut voter = server(Config::new(5), &[1, 1, 3], 3);
    receive(&mut voter, S2, append(3, (3, 3), &[], 3));
    step(&mut voter, Event::Command(Command::TakeSnapshot));
    assert!(raft(&voter).log().entries().is_empty());
    assert_eq!(vote_of(&receive(&mut voter, S2, ask_for_vote(4, 9, 2))), Some(false));
    assert_eq!(vote_of(&receive(&mut voter, S2, ask_for_vote(4, 3, 3))), Some(true));
}

fn saved_before_sent(rules: Rules) -> bool {
    let mut voter = server(Config { rules, ..Config::new(5) }, &[], 0);
    let effects = receive(&mut voter, S2, ask_for_vote(1, 0, 0));
    let sent = effects.iter().position(|effect| matches!(effect, Effect::Send { .. })).unwrap();
    effects[..sent]
        .iter()
        .any(|effect| matches!(effect, Effect::Persist(Disk::Server(disk)) if disk.voted_for == Some(S2)))
}

#[test]
fn a_vote_is_durable_before_it_is_sent() {
    assert!(saved_before_sent(Rules::ALL));
    assert!(!saved_before_sent(Rules { vote_is_durable: false, ..Rules::ALL }));
}

#[test]
fn a_second_candidate_of_the_same_term_gets_no_vote_but_the_first_gets_its_vote_again() {
    let mut voter = server(Config::new(5), &[], 0);
    assert_eq!(vote_of(&receive(&mut voter, S2, ask_for_vote(1, 0, 0))), Some(true));
    assert_eq!(vote_of(&receive(&mut voter, S3, ask_for_vote(1, 0, 0))), Some(false));
    let again = vote_of(&receive(&mut voter, S2, ask_for_vote(1, 0, 0)));
    assert_eq!(again, Some(true), "the answer may have been lost");
}

#[test]
fn a_late_vote_of_another_term_is_not_counted() {
    let mut candidate = server(Config::new(5), &[], 1);
    ring(&mut candidate, Timer::Election);
    for voter in [S2, S3] {
        receive(&mut candidate, voter, Message::Vote { term: Term(1), granted: true });
    }
    assert!(!raft(&candidate).is_leader());
}

#[test]
fn a_vote_counts_once() {
    let mut candidate = server(Config::new(5), &[], 1);
    ring(&mut candidate, Timer::Election);
    for _ in 0..3 {
        receive(&mut candidate, S2, Message::Vote { term: Term(2), granted: true });
    }
    assert!(!raft(&candidate).is_leader());
}

#[test]
fn a_restart_keeps_term_vote_and_log_and_forgets_the_rest() {
    let mut member = server(Config::new(5), &[1, 1], 1);
    receive(&mut member, S2, append(1, (2, 1), &[], 2));
    receive(&mut member, S2, ask_for_vote(2, 2, 1));
    let back = member.recover(&member.disk());
    assert_eq!(raft(&back).persistent, raft(&member).persistent);
    assert_eq!(raft(&back).persistent.voted_for, Some(S2));
    assert_eq!((raft(&back).term(), raft(&back).commit_index), (Term(2), LogIndex(0)));
    assert_eq!(raft(&back).store.value(X), Value(0), "what was applied is applied again");
    assert_eq!(raft(&back).role, Role::Follower { leader: None });
}

#[test]
fn who_asks_first_stays_in_its_term_until_a_majority_would_vote() {
    let mut member = server(pre_vote(), &[], 3);
    ring(&mut member, Timer::Election);
    assert_eq!(raft(&member).term(), Term(3));
    receive(&mut member, S2, Message::PreVote { term: Term(3), granted: true });
    assert_eq!(raft(&member).term(), Term(3));
    receive(&mut member, S3, Message::PreVote { term: Term(3), granted: true });
    assert_eq!(raft(&member).term(), Term(4));
    assert!(matches!(raft(&member).role, Role::Candidate { .. }));
}

#[test]
fn who_hears_a_leader_would_not_vote_for_another_whatever_its_term() {
    let mut voter = server(pre_vote(), &[], 1);
    let ask = |term| Message::RequestPreVote {
        term: Term(term),
        last_log_index: LogIndex(0),
        last_log_term: Term(0),
    };
    receive(&mut voter, S2, append(1, (0, 0), &[], 0));
    assert_eq!(vote_of(&receive(&mut voter, S3, ask(9))), Some(false));
    assert_eq!(raft(&voter).term(), Term(1), "a question costs nobody a term");
    ring(&mut voter, Timer::Silence);
    assert_eq!(vote_of(&receive(&mut voter, S3, ask(1))), Some(true));
}

#[test]
fn a_leader_that_hears_no_majority_steps_down() {
    let mut member = leader(check_quorum(), &[], 0);
    receive(&mut member, S2, matches(1, 0, 1));
    receive(&mut member, S3, matches(1, 0, 1));
    ring(&mut member, Timer::Quorum);
    assert!(raft(&member).is_leader(), "two answers and itself are three of five");
    receive(&mut member, S2, matches(1, 0, 1));
    ring(&mut member, Timer::Quorum);
    assert!(!raft(&member).is_leader(), "what was answered before the last look doesn't count");
}

#[test]
fn who_hears_a_leader_disregards_candidates_until_the_silence_is_long_enough() {
    let mut voter = server(check_quorum(), &[], 1);
    receive(&mut voter, S2, append(1, (0, 0), &[], 0));
    assert_eq!(receive(&mut voter, S3, ask_for_vote(2, 0, 0)), []);
    assert_eq!(raft(&voter).term(), Term(1), "not even the term is noticed (dissertation §4.2.3)");
    ring(&mut voter, Timer::Silence);
    assert_eq!(vote_of(&receive(&mut voter, S3, ask_for_vote(2, 0, 0))), Some(true));
}

#[test]
fn a_leader_disregards_candidates_that_its_followers_do_not_hear() {
    let mut member = leader(check_quorum(), &[], 0);
    assert_eq!(receive(&mut member, S3, ask_for_vote(7, 5, 5)), []);
    assert!(raft(&member).is_leader());
}

#[test]
fn a_restarted_voter_waits_as_if_it_had_just_heard_a_leader() {
    let config = Config { reads: Reads::Lease, ..Config::new(5) };
    let mut voter = server(config, &[], 1);
    step(&mut voter, Event::Start);
    assert_eq!(receive(&mut voter, S3, ask_for_vote(2, 0, 0)), [], "a leader's lease may rest on it");
    ring(&mut voter, Timer::Silence);
    assert_eq!(vote_of(&receive(&mut voter, S3, ask_for_vote(2, 0, 0))), Some(true));
}

#[test]
fn a_leader_brings_its_successor_up_to_date_before_it_tells_it_to_stand() {
    let mut member = leader(Config::new(5), &[1, 1], 1);
    let tells =
        |effects: &[Effect<Member>]| sent(effects).contains(&(S2, Message::TimeoutNow { term: Term(2) }));
    assert!(!tells(&step(&mut member, Event::Command(Command::Transfer(S2)))));
    assert!(!tells(&receive(&mut member, S2, matches(2, 1, 1))));
    let request = Message::Request { serial: 1, operation: Operation::write(X, Value(9)) };
    let effects = receive(&mut member, NodeId::client(0), request);
    let redirect = (NodeId::client(0), Message::Redirect { serial: 1, leader: Some(S2) });
    assert_eq!(sent(&effects), [redirect], "clients are sent on meanwhile");
    assert!(tells(&receive(&mut member, S2, matches(2, 2, 1))));
}

#[test]
fn a_transfer_that_takes_longer_than_an_election_timeout_is_given_up() {
    let mut member = leader(Config::new(5), &[1, 1], 1);
    step(&mut member, Event::Command(Command::Transfer(S2)));
    let again = step(&mut member, Event::Command(Command::Transfer(S3)));
    assert_eq!(replies(&again), [Reply::Refused(Refusal::HandingOver)]);
    ring(&mut member, Timer::Transfer);
    assert_eq!(raft(&member).known_leader(), None);
    assert!(raft(&member).is_leader());
}

#[test]
fn the_successor_stands_at_once_and_is_not_disregarded() {
    let mut successor = server(check_quorum(), &[], 1);
    receive(&mut successor, S2, append(1, (0, 0), &[], 0));
    let asked = sent(&receive(&mut successor, S2, Message::TimeoutNow { term: Term(1) }));
    let (_, request) = asked.into_iter().find(|(to, _)| *to == S3).unwrap();
    let mut voter = server(check_quorum(), &[], 1);
    receive(&mut voter, S2, append(1, (0, 0), &[], 0));
    assert_eq!(vote_of(&receive(&mut voter, S3, request)), Some(true));
}

#[test]
fn a_late_timeout_now_of_an_older_term_moves_nobody() {
    let mut member = server(Config::new(5), &[], 4);
    assert_eq!(receive(&mut member, S2, Message::TimeoutNow { term: Term(3) }), []);
    assert_eq!(raft(&member).term(), Term(4));
}
