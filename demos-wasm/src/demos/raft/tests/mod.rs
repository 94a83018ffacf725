//! Raft against its paper, against random faults, and with each of its rules taken away.

mod adversary;
mod clients;
mod elections;
mod figures;
mod logs;
mod members;
mod mutations;
mod timed;
mod torment;
mod transcripts;
mod walk;
mod witness;

use std::rc::Rc;

use super::config::Config;
use super::log::{Entry, Log, LogIndex, Payload, Term};
use super::member::{Disk, Member, Reply, Timer};
use super::message::{Agreement, Entries, Message, Round};
use super::server::Server;
use super::store::{Operation, Request};
use crate::check::linearizability::{Key, Value};
use crate::sim::{Effect, Event, NodeId, Process};

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);
const X: Key = Key(0);

/// An entry of a term that writes a value to `x`, outside any session.
fn entry(term: u32, value: u32) -> Entry {
    let operation = Operation::write(X, Value(value));
    Entry { term: Term(term), payload: Payload::Request(Request { client: S1, serial: 0, operation }) }
}

/// Entries of these terms; the one at index `i` writes `i`.
fn log(terms: &[u32]) -> Log {
    terms.iter().zip(1..).map(|(term, value)| entry(*term, value)).collect()
}

fn terms(log: &Log) -> Vec<u32> {
    log.entries().iter().map(|entry| entry.term.0).collect()
}

/// S1 with a log of these terms, restarted.
fn server(config: Config, log_terms: &[u32], term: u32) -> Member {
    let blank = Member::Server(Server::new(S1, Rc::new(config)));
    let mut disk = blank.disk();
    if let Disk::Server(persistent) = &mut disk {
        persistent.log = log(log_terms);
        persistent.current_term = Term(term);
    }
    blank.recover(&disk)
}

/// S1 as the leader of the term after `term`, elected by S2 and S3 (and everybody, where there are more).
fn leader(config: Config, log_terms: &[u32], term: u32) -> Member {
    let voters = config.servers;
    let mut member = server(config, log_terms, term);
    ring(&mut member, Timer::Silence);
    ring(&mut member, Timer::Election);
    for voter in 1..voters {
        receive(&mut member, NodeId(voter), Message::Vote { term: Term(term + 1), granted: true });
    }
    assert!(raft(&member).is_leader());
    member
}

fn raft(member: &Member) -> &Server {
    member.server().expect("a server")
}

fn step(member: &mut Member, event: Event<Member>) -> Vec<Effect<Member>> {
    member.step(event).into_iter().collect()
}

fn receive(member: &mut Member, from: NodeId, message: Message) -> Vec<Effect<Member>> {
    step(member, Event::Receive { from, message })
}

fn ring(member: &mut Member, timer: Timer) -> Vec<Effect<Member>> {
    step(member, Event::Timeout(timer))
}

fn ask_for_vote(term: u32, last_log_index: u32, last_log_term: u32) -> Message {
    Message::RequestVote {
        term: Term(term),
        last_log_index: LogIndex(last_log_index),
        last_log_term: Term(last_log_term),
        is_transfer: false,
    }
}

fn append(term: u32, prev: (u32, u32), entries: &[Entry], leader_commit: u32) -> Message {
    Message::AppendEntries(Entries {
        term: Term(term),
        prev_log_index: LogIndex(prev.0),
        prev_log_term: Term(prev.1),
        entries: entries.into(),
        leader_commit: LogIndex(leader_commit),
        round: Round(1),
    })
}

fn matches(term: u32, index: u32, round: u32) -> Message {
    let agreement = Agreement::Matches(LogIndex(index));
    Message::Appended { term: Term(term), agreement, round: Round(round) }
}

fn sent(effects: &[Effect<Member>]) -> Vec<(NodeId, Message)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((*to, message.clone())),
        _ => None,
    });
    sent.collect()
}

fn replies(effects: &[Effect<Member>]) -> Vec<Reply> {
    let replies = effects.iter().filter_map(|effect| match effect {
        Effect::Reply(reply) => Some(*reply),
        _ => None,
    });
    replies.collect()
}

fn vote_of(effects: &[Effect<Member>]) -> Option<bool> {
    sent(effects).into_iter().find_map(|(_, message)| match message {
        Message::Vote { granted, .. } | Message::PreVote { granted, .. } => Some(granted),
        _ => None,
    })
}

fn agreement_of(effects: &[Effect<Member>]) -> Option<Agreement> {
    sent(effects).into_iter().find_map(|(_, message)| match message {
        Message::Appended { agreement, .. } => Some(agreement),
        _ => None,
    })
}
