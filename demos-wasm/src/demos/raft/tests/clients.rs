//! Claims about clients, sessions and reads (dissertation chapter 6).

use super::*;
use crate::check::linearizability::Outcome;
use crate::demos::raft::client::Client;
use crate::demos::raft::config::{Additions, Reads, Rules};
use crate::demos::raft::member::Command;
use crate::figure::{Entry as Registered, Settings};
use crate::shell::Shell;

const C1: NodeId = NodeId::client(0);

fn client() -> Member {
    Member::Client(Client::new(C1, Rc::new(Config { tries: 3, ..Config::new(3) })))
}

fn read() -> Operation {
    Operation::read(X)
}

fn request(serial: u32) -> Message {
    Message::Request { serial, operation: read() }
}

#[test]
fn a_retry_has_the_number_of_the_first_try_and_the_next_request_another() {
    let mut client = client();
    let effects = step(&mut client, Event::Command(Command::Operate(read())));
    assert_eq!(sent(&effects), [(S1, request(1))]);
    assert_eq!(sent(&ring(&mut client, Timer::Retry)), [(S2, request(1))], "another server, the same number");
    let outcome = Outcome::Saw(Value(0));
    let effects = receive(&mut client, S1, Message::Response { serial: 1, outcome });
    assert_eq!(replies(&effects), [Reply::Ended { serial: 1, outcome }], "a late answer is an answer");
    let effects = step(&mut client, Event::Command(Command::Operate(read())));
    assert_eq!(sent(&effects), [(S2, request(2))]);
}

#[test]
fn a_member_is_a_server_or_a_client() {
    let (client, server) = (client(), server(Config::new(3), &[], 0));
    assert!(client.client().is_some() && client.server().is_none());
    assert!(server.server().is_some() && server.client().is_none());
}

#[test]
fn a_client_that_gives_up_does_not_know() {
    let mut client = client();
    step(&mut client, Event::Command(Command::Operate(read())));
    let busy = step(&mut client, Event::Command(Command::Operate(read())));
    assert_eq!(replies(&busy), [Reply::Busy]);
    ring(&mut client, Timer::Retry);
    ring(&mut client, Timer::Retry);
    let effects = ring(&mut client, Timer::Retry);
    assert_eq!(replies(&effects), [Reply::Ended { serial: 1, outcome: Outcome::Unknown }]);
    let late = Message::Response { serial: 1, outcome: Outcome::Done };
    assert_eq!(receive(&mut client, S1, late), [], "it is told nothing more");
}

#[test]
fn a_client_follows_a_redirection_of_the_server_that_it_asked_last() {
    let mut client = client();
    step(&mut client, Event::Command(Command::Operate(read())));
    let redirect = |leader| Message::Redirect { serial: 1, leader };
    assert_eq!(sent(&receive(&mut client, S1, redirect(None))), [], "the timer will tell");
    assert_eq!(sent(&receive(&mut client, S1, redirect(Some(S3)))), [(S3, request(1))]);
    assert_eq!(sent(&receive(&mut client, S1, redirect(Some(S2)))), [], "a late one");
}

#[test]
fn a_restarted_client_does_not_use_a_number_again() {
    let mut client = client();
    step(&mut client, Event::Command(Command::Operate(read())));
    let mut back = client.recover(&client.disk());
    let effects = step(&mut back, Event::Command(Command::Operate(read())));
    assert_eq!(sent(&effects), [(S1, request(2))]);
}

fn reads(reads: Reads) -> Config {
    let additions = Additions { no_op: true, ..Additions::default() };
    Config { reads, additions, ..Config::new(5) }
}

/// What S1 answers to a read.
fn answers(effects: &[Effect<Member>]) -> Vec<Outcome> {
    let answers = sent(effects).into_iter().filter_map(|(_, message)| match message {
        Message::Response { outcome, .. } => Some(outcome),
        _ => None,
    });
    answers.collect()
}

/// S1 leading term 2 with everything committed: two old entries and its no-op. Its round is 1.
fn ready(config: Config) -> Member {
    let mut member = leader(config, &[1, 1], 1);
    for follower in [S2, S3] {
        receive(&mut member, follower, matches(2, 3, 1));
    }
    assert_eq!(raft(&member).commit_index, LogIndex(3));
    member
}

#[test]
fn a_read_waits_for_an_entry_of_the_leaders_term() {
    let mut member = leader(reads(Reads::Index), &[1, 1], 1);
    receive(&mut member, C1, request(1));
    for follower in [S2, S3] {
        let effects = receive(&mut member, follower, matches(2, 2, 2));
        assert_eq!(answers(&effects), [], "confirmed, but what is committed isn't known yet");
    }
    receive(&mut member, S2, matches(2, 3, 2));
    assert_eq!(answers(&receive(&mut member, S3, matches(2, 3, 2))), [Outcome::Saw(Value(2))]);
}

#[test]
fn a_read_is_confirmed_only_by_a_round_that_began_after_it_came() {
    let mut member = ready(reads(Reads::Index));
    ring(&mut member, Timer::Heartbeat);
    let effects = receive(&mut member, C1, request(1));
    assert_eq!(answers(&effects), []);
    assert_eq!(sent(&effects).len(), 4, "a round begins at once");
    for follower in [S2, S3] {
        assert_eq!(answers(&receive(&mut member, follower, matches(2, 3, 2))), [], "the heartbeat before it");
    }
    assert_eq!(answers(&receive(&mut member, S2, matches(2, 3, 3))), [], "two of five");
    assert_eq!(answers(&receive(&mut member, S3, matches(2, 3, 3))), [Outcome::Saw(Value(2))]);
}

#[test]
fn without_the_round_a_read_is_answered_at_once() {
    let rules = Rules { read_confirmation: false, ..Rules::ALL };
    let mut member = ready(Config { rules, ..reads(Reads::Index) });
    assert_eq!(answers(&receive(&mut member, C1, request(1))), [Outcome::Saw(Value(2))]);
}

#[test]
fn a_lease_begins_with_the_round_that_confirms_it_and_ends_with_its_timer() {
    let mut member = ready(reads(Reads::Lease));
    assert!(raft(&member).holds_lease(), "the first round is confirmed");
    assert_eq!(answers(&receive(&mut member, C1, request(1))), [Outcome::Saw(Value(2))]);
    ring(&mut member, Timer::Heartbeat);
    assert!(raft(&member).holds_lease(), "the next one is on its way, the old one still holds");
    ring(&mut member, Timer::Lease);
    assert!(!raft(&member).holds_lease());
    for follower in [S2, S3] {
        receive(&mut member, follower, matches(2, 3, 2));
    }
    assert!(raft(&member).holds_lease());
    ring(&mut member, Timer::NextLease);
    assert!(!raft(&member).holds_lease());
    let effects = receive(&mut member, C1, request(2));
    assert_eq!(answers(&effects), [], "without a lease, a round");
}

#[test]
fn a_lease_that_waits_to_be_confirmed_is_not_begun_anew_in_the_place_of_the_one_that_holds() {
    let mut member = ready(reads(Reads::Lease));
    for _ in 0..3 {
        ring(&mut member, Timer::Heartbeat);
        assert!(raft(&member).holds_lease(), "nobody answers, and the first lease hasn't ended");
    }
}

#[test]
fn a_lease_is_shorter_than_the_election_timeout_by_the_drift_bound() {
    let config = Config { clock_drift_bound: 150, ..reads(Reads::Lease) };
    assert_eq!(config.lease(), 100, "of 150 ms");
    let rules = Rules { lease_drift_bound: false, ..Rules::ALL };
    assert_eq!(Config { rules, ..config }.lease(), 150);
}

#[test]
fn after_timeout_now_no_lease_holds_even_if_the_transfer_is_given_up() {
    let mut member = ready(reads(Reads::Lease));
    step(&mut member, Event::Command(Command::Transfer(S2)));
    ring(&mut member, Timer::Transfer);
    assert!(raft(&member).is_leader());
    assert!(!raft(&member).holds_lease(), "the message may still arrive");
}

#[test]
fn a_lamp_says_that_clients_answers_are_not_decided_where_too_much_was_open_at_once() {
    let figure = &Registered::<crate::demos::raft::figures::RaftLog>::NEW;
    let lamps_after = |writes: usize| {
        let mut shell = Shell::new(figure, "raft-log", Settings::default(), None).unwrap();
        let lamps = shell.region("lamps").into_string();
        assert!(!lamps.contains("decided"), "{lamps}");
        // Beside every server; all but the leader refuse.
        for server in 1..=3 {
            for _ in 0..writes {
                shell.handle(&format!("write:{server}"), "");
            }
        }
        for _ in 0..400 {
            shell.handle("next", "");
        }
        shell.region("lamps").into_string()
    };
    let lamps = lamps_after(3);
    assert!(!lamps.contains("decided"), "{lamps}");
    let lamps = lamps_after(70);
    assert!(lamps.contains("<li class=\"lamp undecided\""), "{lamps}");
    let words = "Linearizability: not decided, too many operations on x are open at once";
    assert!(lamps.contains(words), "{lamps}");
    assert_eq!(lamps.matches("undecided").count(), 1, "the others are: {lamps}");
}
