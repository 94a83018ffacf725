//! One Raft server: what it keeps, its role, and how events reach the rules (figure 2, "Rules for Servers").
//!
//! The rules stand where their subject does: `election`, `replication`, `reads`, `membership` and `snapshot` each add theirs
//! to [`Server`].

use alloc::rc::Rc;

use super::config::Config;
use super::configuration::{Configuration, Servers};
use super::log::{Entry, Log, LogIndex, Payload, Term};
use super::member::{Command, Disk, Member, Out, Reply, Timer};
use super::message::{Message, Round};
use super::reads::{Leases, PendingRead};
use super::store::{Operation, Request, Store};
use crate::prelude::*;
use crate::sim::{Event, NodeId};

/// Updated on stable storage before responding to calls (figure 2, "Persistent state on all servers").
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Persistent {
    /// Latest term seen.
    pub current_term: Term,
    /// Whom this server voted for in that term.
    pub voted_for: Option<NodeId>,
    /// The log, with its snapshot.
    pub log: Log,
}

/// What a server is at the moment (§5.1), with what only that role needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers others. Knows its leader once it has heard from one.
    Follower {
        /// The leader of this term, as far as known.
        leader: Option<NodeId>,
    },
    /// Asks whether it would get votes, without having raised its term (dissertation §9.6).
    PreCandidate {
        /// Who would vote for it, itself included.
        votes: Servers,
    },
    /// Asks for votes.
    Candidate {
        /// Who has voted for it, itself included.
        votes: Servers,
    },
    /// Takes clients' requests and replicates them.
    Leader(Rc<Leader>),
}

/// What only a leader keeps (figure 2, "Volatile state on leaders", and what chapters 3 and 6 of the dissertation add).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Leader {
    /// What it knows of each server's log, by number of the server; its own place is unused.
    pub progress: Vec<Progress>,
    /// The index that the first entry of its term has, or will have.
    pub first_index: LogIndex,
    /// The latest round of heartbeats.
    pub round: Round,
    /// Who has answered since it last looked. Only kept with check-quorum.
    pub answered: Servers,
    /// Reads that wait, oldest first.
    pub reads: Vec<PendingRead>,
    /// What it holds or hopes for of leases.
    pub leases: Leases,
    /// Whom it hands over to.
    pub transferee: Option<NodeId>,
    /// Whether it has sent `TimeoutNow` to that one. Lost, it isn't sent again: the leader goes on after an election timeout.
    pub is_told: bool,
    /// Whether it has sent `TimeoutNow` in this term: from then on followers may vote for another at any time.
    pub has_handed_over: bool,
}

/// What a leader knows of one follower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Progress {
    /// The entry to send next.
    pub next_index: LogIndex,
    /// Up to where the follower's log is known to agree.
    pub match_index: LogIndex,
    /// The latest round that it has answered.
    pub round: Round,
}

impl Progress {
    /// Of a follower about which nothing is known, when `next_index` is the end of the leader's log.
    pub fn unknown(next_index: LogIndex) -> Self {
        Self { next_index, match_index: LogIndex(0), round: Round(0) }
    }
}

/// A Raft server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// Its identity.
    pub id: NodeId,
    /// What it was told at installation.
    pub config: Rc<Config>,
    /// What its disk should hold.
    pub persistent: Persistent,
    /// Highest index known to be committed. Every entry is applied in the step in which this server learns that it is
    /// committed, so this is `lastApplied` of figure 2 too.
    pub commit_index: LogIndex,
    /// The state machine, with everything up to `commit_index` applied.
    pub store: Rc<Store>,
    /// The latest configuration in the log, committed or not: the one in force here (§6).
    pub configuration: Configuration,
    /// Where it stands; 0 for the first one.
    pub configuration_index: LogIndex,
    /// Follower, candidate or leader.
    pub role: Role,
    /// Whether a leader was heard within the shortest election timeout. Only kept with pre-vote, check-quorum or leases.
    pub leader_is_fresh: bool,
}

impl Server {
    /// A server that has never run.
    pub fn new(id: NodeId, config: Rc<Config>) -> Self {
        Self {
            id,
            persistent: Persistent::default(),
            commit_index: LogIndex(0),
            store: Rc::default(),
            configuration: config.first_configuration,
            configuration_index: LogIndex(0),
            role: Role::Follower { leader: None },
            leader_is_fresh: false,
            config,
        }
    }

    pub(super) fn recover(&self, disk: &Persistent) -> Self {
        let mut fresh = Self::new(self.id, self.config.clone());
        fresh.persistent = disk.clone();
        // It can't know what it heard before the crash; a lease may rest on it.
        fresh.leader_is_fresh = self.config.is_sticky();
        if let Some(snapshot) = disk.log.snapshot() {
            fresh.commit_index = snapshot.last_index;
            fresh.store = snapshot.store.clone();
        }
        fresh.look_up_configuration();
        fresh
    }

    /// The latest term this server has seen.
    pub fn term(&self) -> Term {
        self.persistent.current_term
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.persistent.log
    }

    /// Whether it believes that it leads. Another server may lead a later term already.
    pub fn is_leader(&self) -> bool {
        self.leader().is_some()
    }

    /// What it keeps as a leader, if it is one.
    pub fn leader(&self) -> Option<&Leader> {
        match &self.role {
            Role::Leader(leader) => Some(leader),
            Role::Follower { .. } | Role::PreCandidate { .. } | Role::Candidate { .. } => None,
        }
    }

    pub(super) fn leader_mut(&mut self) -> Option<&mut Leader> {
        match &mut self.role {
            Role::Leader(leader) => Some(Rc::make_mut(leader)),
            Role::Follower { .. } | Role::PreCandidate { .. } | Role::Candidate { .. } => None,
        }
    }

    /// Whom it would send a client to.
    pub fn known_leader(&self) -> Option<NodeId> {
        match &self.role {
            Role::Follower { leader } => *leader,
            Role::Leader(leader) => leader.transferee,
            Role::PreCandidate { .. } | Role::Candidate { .. } => None,
        }
    }

    pub(super) fn step(&mut self, event: Event<Member>, out: &mut Out) {
        // Before anything else and not at the end, so that what a step applies can still be seen in the log after it.
        self.compact_long_log(out);
        match event {
            Event::Start => {
                if self.leader_is_fresh {
                    self.hear_leader(out);
                }
                self.await_leader(out);
            }
            Event::Timeout(timer) => self.ring(timer, out),
            Event::Command(command) => self.take_command(command, out),
            Event::Receive { from, message } => {
                if self.disregards(&message) {
                    return;
                }
                if message.term() > self.term() && !self.only_refuses(&message) {
                    self.enter_term(message.term(), out);
                }
                self.receive(from, message, out);
            }
        }
    }

    fn ring(&mut self, timer: Timer, out: &mut Out) {
        match timer {
            Timer::Election => self.election_timeout(out),
            Timer::Heartbeat => self.send_heartbeats(out),
            Timer::Quorum => self.look_for_quorum(out),
            Timer::Silence => self.leader_is_fresh = false,
            Timer::Transfer => self.give_up_transfer(),
            Timer::Lease => self.lease_ends(0),
            Timer::NextLease => self.lease_ends(1),
            // A client's.
            Timer::Retry => {}
        }
    }

    fn take_command(&mut self, command: Command, out: &mut Out) {
        if command == Command::TakeSnapshot {
            self.take_snapshot(out);
            return;
        }
        let is_handing_over = self.known_leader().is_some();
        match command {
            _ if !self.is_leader() => out.reply(Reply::NotLeader(self.known_leader())),
            Command::Operate(_) if is_handing_over => out.reply(Reply::NotLeader(self.known_leader())),
            Command::Operate(operation) => self.append_request(self.id, 0, operation, out),
            Command::Transfer(target) => self.transfer(target, out),
            Command::Reconfigure(change) => self.reconfigure(change, out),
            Command::TakeSnapshot => {}
        }
    }

    fn receive(&mut self, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::RequestVote { term, last_log_index, last_log_term, .. } => {
                self.receive_request_vote(from, term, (last_log_term, last_log_index), out);
            }
            Message::RequestPreVote { term, last_log_index, last_log_term } => {
                self.receive_request_pre_vote(from, term, (last_log_term, last_log_index), out);
            }
            Message::PreVote { term, granted } => self.receive_pre_vote(from, term, granted, out),
            Message::Vote { term, granted } => self.receive_vote(from, term, granted, out),
            Message::TimeoutNow { term } => self.receive_timeout_now(term, out),
            Message::AppendEntries(sent) => self.receive_entries(from, &sent, out),
            Message::InstallSnapshot { term, snapshot, round } => {
                self.receive_snapshot(from, term, &snapshot, round, out);
            }
            Message::Appended { term, agreement, round } => {
                self.receive_appended(from, term, agreement, round, out);
            }
            Message::Request { serial, operation } => self.receive_request(from, serial, operation, out),
            // A client's.
            Message::Response { .. } | Message::Redirect { .. } => {}
        }
    }

    /// Appends a client's request and sends it to everybody.
    pub(super) fn append_request(
        &mut self,
        client: NodeId,
        serial: u32,
        operation: Operation,
        out: &mut Out,
    ) {
        self.append(Payload::Request(Request { client, serial, operation }), out);
    }

    /// Appends an entry of this leader's term and sends it to everybody.
    pub(super) fn append(&mut self, payload: Payload, out: &mut Out) {
        let term = self.term();
        self.persistent.log.append(Entry { term, payload });
        self.log_changed(out);
        self.begin_round(out);
        self.advance_commit_index(out);
    }

    /// Saves the log and finds the configuration that is in force by it.
    pub(super) fn log_changed(&mut self, out: &mut Out) {
        self.look_up_configuration();
        self.save(out);
    }

    fn look_up_configuration(&mut self) {
        (self.configuration_index, self.configuration) = self.configuration_up_to(self.log().last_index());
    }

    /// The latest configuration up to an index, and where it stands.
    pub fn configuration_up_to(&self, index: LogIndex) -> (LogIndex, Configuration) {
        let first = (LogIndex(0), self.config.first_configuration);
        self.log().configuration_up_to(index).unwrap_or(first)
    }

    pub(super) fn save(&self, out: &mut Out) {
        out.persist(Disk::Server(self.persistent.clone()));
    }

    /// Any message with a later term makes its receiver a follower in that term (§5.1).
    fn enter_term(&mut self, term: Term, out: &mut Out) {
        self.persistent.current_term = term;
        self.persistent.voted_for = None;
        self.save_vote(out);
        self.become_follower(None, out);
    }

    pub(super) fn become_follower(&mut self, leader: Option<NodeId>, out: &mut Out) {
        if self.is_leader() {
            for timer in [Timer::Heartbeat, Timer::Quorum, Timer::Transfer, Timer::Lease, Timer::NextLease] {
                out.cancel_timer(timer);
            }
            self.role = Role::Follower { leader };
            self.await_leader(out);
        } else {
            self.role = Role::Follower { leader };
        }
    }
}
