//! One Raft server: figure 2 as a pure state machine.

use std::ops::RangeInclusive;

use super::log::{Entry, Log, LogIndex, Term};
use super::message::{Message, Outcome};
use crate::sim::{Effects, Event, NodeId, Process};

/// The safety rules, each of which can be taken away to see what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// A server votes for at most one candidate a term (§5.2).
    pub one_vote_per_term: bool,
    /// Term and vote are on disk before the vote is sent (§5.2; figure 2, "Persistent state").
    pub vote_is_durable: bool,
    /// A voter refuses a candidate whose log is less up to date than its own (§5.4.1).
    pub up_to_date_check: bool,
    /// A follower refuses entries that don't follow on from what it has (§5.3, the consistency check).
    pub consistency_check: bool,
    /// Only entries of the leader's own term are committed by counting (§5.4.2).
    pub commit_current_term_only: bool,
}

impl Rules {
    /// Raft as published.
    pub const ALL: Self = Self {
        one_vote_per_term: true,
        vote_is_durable: true,
        up_to_date_check: true,
        consistency_check: true,
        commit_current_term_only: true,
    };
}

/// What later work added so that a cluster makes progress more often; none of it is needed for safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Additions {
    /// Ask whether one could win before raising the term (dissertation §9.6).
    pub pre_vote: bool,
    /// A leader that hears no majority for an election timeout steps down (dissertation §6.2).
    pub check_quorum: bool,
    /// A new leader appends an empty entry, so that older ones are committed with it (§8; dissertation §6.4).
    pub no_op: bool,
}

/// The command of an empty entry.
pub const NO_OP: u32 = 0;

/// What a server is told at installation and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Config {
    /// Servers in the cluster, all of them voters.
    pub servers: u8,
    /// From which an election timeout is drawn, in milliseconds (§5.2).
    pub election_timeout: RangeInclusive<u64>,
    /// Time between two heartbeats, in milliseconds.
    pub heartbeat_interval: u64,
    /// The rules in force.
    pub rules: Rules,
    /// The additions in use.
    pub additions: Additions,
}

impl Config {
    /// Servers that make a majority.
    pub fn majority(&self) -> usize {
        usize::from(self.servers) / 2 + 1
    }
}

/// Updated on stable storage before responding to calls (figure 2, "Persistent state on all servers").
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Persistent {
    /// Latest term seen.
    pub current_term: Term,
    /// Whom this server voted for in that term.
    pub voted_for: Option<NodeId>,
    /// The log.
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
        votes: Vec<NodeId>,
    },
    /// Asks for votes.
    Candidate {
        /// Who has voted for it, itself included.
        votes: Vec<NodeId>,
    },
    /// Takes clients' commands and replicates them.
    Leader {
        /// What it knows of each server's log, by node index; its own place is unused.
        progress: Vec<Progress>,
    },
}

/// What a leader knows of one follower's log (figure 2, "Volatile state on leaders").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Progress {
    /// The entry to send next.
    pub next_index: LogIndex,
    /// Up to where the follower's log is known to agree.
    pub match_index: LogIndex,
}

/// A server's timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// No word from a leader: stand for election.
    Election,
    /// Time for the next heartbeat.
    Heartbeat,
    /// A leader looks whether a majority has answered since the last look.
    Quorum,
    /// The shortest election timeout has passed since a leader was heard.
    Silence,
}

/// What a client asks: append this command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Write(pub u32);

/// What a client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// The command is committed and applied.
    Done {
        /// The command.
        command: u32,
        /// Its place in the log.
        index: LogIndex,
    },
    /// This server doesn't lead; try that one, if it is known.
    NotLeader(Option<NodeId>),
}

/// A Raft server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Raft {
    /// Its identity.
    pub id: NodeId,
    /// What it was told at installation.
    pub config: Config,
    /// What its disk should hold.
    pub persistent: Persistent,
    /// Highest index known to be committed.
    pub commit_index: LogIndex,
    /// Commands applied to the state machine, oldest first; `lastApplied` of figure 2 is their number.
    pub applied: Vec<Entry>,
    /// Follower, candidate or leader.
    pub role: Role,
    /// Whether a leader was heard within the shortest election timeout. Only kept with pre-vote.
    pub leader_is_fresh: bool,
    /// Who has answered this leader since it last looked. Only kept with check-quorum.
    pub answered: Vec<NodeId>,
}

type Out = Effects<Raft>;

impl Process for Raft {
    type Message = Message;
    type Timer = Timer;
    type Command = Write;
    type Reply = Reply;
    type Disk = Persistent;

    const TIMERS: &'static [Timer] = &[Timer::Election, Timer::Heartbeat, Timer::Quorum, Timer::Silence];

    fn disk(&self) -> Persistent {
        self.persistent.clone()
    }

    fn recover(&self, disk: &Persistent) -> Self {
        let mut fresh = Self::new(self.id, self.config.clone());
        fresh.persistent = disk.clone();
        fresh
    }

    fn step(&mut self, event: Event<Self>) -> Out {
        let mut out = Effects::new();
        match event {
            Event::Start => self.await_leader(&mut out),
            Event::Timeout(Timer::Election) if self.config.additions.pre_vote => self.ask_first(&mut out),
            Event::Timeout(Timer::Election) => self.stand_for_election(&mut out),
            Event::Timeout(Timer::Quorum) => self.look_for_quorum(&mut out),
            Event::Timeout(Timer::Silence) => self.leader_is_fresh = false,
            Event::Timeout(Timer::Heartbeat) => self.send_heartbeats(&mut out),
            Event::Command(write) => self.take_command(write, &mut out),
            Event::Receive { from, message } => {
                if message.term() > self.persistent.current_term {
                    self.enter_term(message.term(), &mut out);
                }
                self.receive(from, message, &mut out);
            }
        }
        out
    }
}

impl Raft {
    /// A server that has never run.
    pub fn new(id: NodeId, config: Config) -> Self {
        Self {
            id,
            config,
            persistent: Persistent::default(),
            commit_index: LogIndex(0),
            applied: Vec::new(),
            role: Role::Follower { leader: None },
            leader_is_fresh: false,
            answered: Vec::new(),
        }
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
        matches!(self.role, Role::Leader { .. })
    }

    fn peers(&self) -> impl Iterator<Item = NodeId> + use<> {
        let id = self.id;
        NodeId::all(self.config.servers).filter(move |&peer| peer != id)
    }

    fn save(&self, out: &mut Out) {
        out.persist(self.persistent.clone());
    }

    fn await_leader(&self, out: &mut Out) {
        out.set_timer(Timer::Election, self.config.election_timeout.clone());
    }

    /// Any message with a later term makes its receiver a follower in that term (§5.1).
    fn enter_term(&mut self, term: Term, out: &mut Out) {
        self.persistent.current_term = term;
        self.persistent.voted_for = None;
        self.save(out);
        self.become_follower(None, out);
    }

    fn become_follower(&mut self, leader: Option<NodeId>, out: &mut Out) {
        if self.is_leader() {
            out.cancel_timer(Timer::Heartbeat);
            out.cancel_timer(Timer::Quorum);
            self.await_leader(out);
        }
        self.role = Role::Follower { leader };
    }

    /// Dissertation §9.6: nothing changes yet, but for the question.
    fn ask_first(&mut self, out: &mut Out) {
        self.role = Role::PreCandidate { votes: vec![self.id] };
        self.await_leader(out);
        let (last_log_index, last_log_term) = (self.log().last_index(), self.log().last_term());
        for peer in self.peers() {
            out.send(peer, Message::RequestPreVote { term: self.term(), last_log_index, last_log_term });
        }
    }

    /// Dissertation §6.2.
    fn look_for_quorum(&mut self, out: &mut Out) {
        if self.answered.len() + 1 < self.config.majority() {
            self.become_follower(None, out);
        } else {
            self.await_answers(out);
        }
    }

    fn await_answers(&mut self, out: &mut Out) {
        self.answered.clear();
        if self.config.additions.check_quorum {
            out.set_timer(Timer::Quorum, self.config.election_timeout.clone());
        }
    }

    /// §5.2: a new term, a vote for itself, and a request to everyone else.
    fn stand_for_election(&mut self, out: &mut Out) {
        self.persistent.current_term = self.persistent.current_term.next();
        self.persistent.voted_for = Some(self.id);
        self.save(out);
        self.role = Role::Candidate { votes: vec![self.id] };
        self.await_leader(out);
        for peer in self.peers() {
            out.send(
                peer,
                Message::RequestVote {
                    term: self.term(),
                    last_log_index: self.log().last_index(),
                    last_log_term: self.log().last_term(),
                },
            );
        }
        self.count_votes(out);
    }

    fn count_votes(&mut self, out: &mut Out) {
        let Role::Candidate { votes } = &self.role else { return };
        if votes.len() < self.config.majority() {
            return;
        }
        let fresh = Progress { next_index: self.log().last_index().next(), match_index: LogIndex(0) };
        self.role = Role::Leader { progress: vec![fresh; usize::from(self.config.servers)] };
        out.cancel_timer(Timer::Election);
        self.await_answers(out);
        if self.config.additions.no_op {
            self.persistent.log.append(Entry { term: self.term(), command: NO_OP });
            self.save(out);
        }
        self.send_heartbeats(out);
        self.advance_commit_index(out);
    }

    fn send_heartbeats(&mut self, out: &mut Out) {
        out.set_timer(Timer::Heartbeat, self.config.heartbeat_interval..=self.config.heartbeat_interval);
        self.replicate_to_all(out);
    }

    fn replicate_to_all(&self, out: &mut Out) {
        for peer in self.peers() {
            self.replicate_to(peer, out);
        }
    }

    fn replicate_to(&self, peer: NodeId, out: &mut Out) {
        let Role::Leader { progress } = &self.role else { return };
        let next_index = progress[peer.index()].next_index;
        let prev_log_index = next_index.previous();
        out.send(
            peer,
            Message::AppendEntries {
                term: self.term(),
                prev_log_index,
                prev_log_term: self.log().term_at(prev_log_index).unwrap_or_default(),
                entries: self.log().from(next_index).to_vec(),
                leader_commit: self.commit_index,
            },
        );
    }

    fn take_command(&mut self, write: Write, out: &mut Out) {
        match &self.role {
            Role::Leader { .. } => {
                let entry = Entry { term: self.term(), command: write.0 };
                self.persistent.log.append(entry);
                self.save(out);
                self.replicate_to_all(out);
                self.advance_commit_index(out);
            }
            Role::Follower { leader } => out.reply(Reply::NotLeader(*leader)),
            Role::PreCandidate { .. } | Role::Candidate { .. } => out.reply(Reply::NotLeader(None)),
        }
    }

    fn receive(&mut self, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::RequestVote { term, last_log_index, last_log_term } => {
                let granted = self.grants_vote(from, term, last_log_term, last_log_index);
                if granted {
                    self.persistent.voted_for = Some(from);
                    if self.config.rules.vote_is_durable {
                        self.save(out);
                    }
                    self.await_leader(out);
                }
                out.send(from, Message::Vote { term: self.term(), granted });
            }
            Message::RequestPreVote { term, last_log_index, last_log_term } => {
                let granted = term == self.term()
                    && !self.is_leader()
                    && !self.leader_is_fresh
                    && self.log().is_at_most_as_up_to_date_as(last_log_term, last_log_index);
                out.send(from, Message::PreVote { term: self.term(), granted });
            }
            Message::PreVote { term, granted } => self.receive_pre_vote(from, term, granted, out),
            Message::Vote { term, granted } => self.receive_vote(from, term, granted, out),
            Message::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit } => {
                let outcome = if term < self.term() {
                    Outcome::Refused(prev_log_index)
                } else {
                    self.become_follower(Some(from), out);
                    self.await_leader(out);
                    self.hear_leader(out);
                    self.accept_entries(prev_log_index, prev_log_term, &entries, leader_commit, out)
                };
                out.send(from, Message::Appended { term: self.term(), outcome });
            }
            Message::Appended { term, outcome } => self.receive_outcome(from, term, outcome, out),
        }
    }

    /// Figure 2, "RequestVote RPC", receiver implementation. A leader or candidate of this very term has voted for itself.
    fn grants_vote(
        &self,
        candidate: NodeId,
        term: Term,
        last_log_term: Term,
        last_log_index: LogIndex,
    ) -> bool {
        let rules = self.config.rules;
        let vote_is_free = self.persistent.voted_for.is_none_or(|chosen| chosen == candidate);
        term == self.term()
            && matches!(self.role, Role::Follower { .. } | Role::PreCandidate { .. })
            && (vote_is_free || !rules.one_vote_per_term)
            && (self.log().is_at_most_as_up_to_date_as(last_log_term, last_log_index)
                || !rules.up_to_date_check)
    }

    fn hear_leader(&mut self, out: &mut Out) {
        if self.config.additions.pre_vote {
            self.leader_is_fresh = true;
            let shortest = *self.config.election_timeout.start();
            out.set_timer(Timer::Silence, shortest..=shortest);
        }
    }

    fn receive_pre_vote(&mut self, from: NodeId, term: Term, granted: bool, out: &mut Out) {
        if term < self.term() || !granted {
            return;
        }
        let majority = self.config.majority();
        if let Role::PreCandidate { votes } = &mut self.role
            && !votes.contains(&from)
        {
            votes.push(from);
            if votes.len() >= majority {
                self.stand_for_election(out);
            }
        }
    }

    fn receive_vote(&mut self, from: NodeId, term: Term, granted: bool, out: &mut Out) {
        if term < self.term() || !granted {
            return;
        }
        if let Role::Candidate { votes } = &mut self.role
            && !votes.contains(&from)
        {
            votes.push(from);
            self.count_votes(out);
        }
    }

    /// Figure 2, "AppendEntries RPC", receiver implementation, 2 to 5.
    fn accept_entries(
        &mut self,
        prev_log_index: LogIndex,
        prev_log_term: Term,
        entries: &[Entry],
        leader_commit: LogIndex,
        out: &mut Out,
    ) -> Outcome {
        let follows_on = self.log().term_at(prev_log_index) == Some(prev_log_term);
        if !follows_on && self.config.rules.consistency_check {
            return Outcome::Refused(prev_log_index);
        }
        let prev_log_index = prev_log_index.min(self.log().last_index());
        if self.persistent.log.merge(prev_log_index, entries) {
            self.save(out);
        }
        let last_new = LogIndex(prev_log_index.0 + u32::try_from(entries.len()).unwrap_or(u32::MAX));
        // Never past the last entry known to agree: what lies behind it may be an old leader's.
        self.commit_up_to(leader_commit.min(last_new), out);
        Outcome::Matches(last_new)
    }

    fn receive_outcome(&mut self, from: NodeId, term: Term, outcome: Outcome, out: &mut Out) {
        if term < self.term() {
            return;
        }
        let Role::Leader { progress } = &mut self.role else { return };
        if self.config.additions.check_quorum && !self.answered.contains(&from) {
            self.answered.push(from);
        }
        let follower = &mut progress[from.index()];
        match outcome {
            Outcome::Matches(index) => {
                // Replies may overtake each other; what is known to agree never shrinks within a term.
                follower.match_index = follower.match_index.max(index);
                follower.next_index = follower.next_index.max(follower.match_index.next());
                self.advance_commit_index(out);
            }
            Outcome::Refused(prev_log_index) => {
                let back = prev_log_index.max(follower.match_index.next());
                if back < follower.next_index {
                    follower.next_index = back;
                    self.replicate_to(from, out);
                }
            }
        }
    }

    /// Figure 2, "Rules for Servers", leaders, the last one: a majority has the entry, **and** it is of this term (§5.4.2).
    fn advance_commit_index(&mut self, out: &mut Out) {
        let Role::Leader { progress } = &self.role else { return };
        let matched = |peer: NodeId| progress[peer.index()].match_index;
        let has_majority = |index: LogIndex| {
            1 + self.peers().filter(|&peer| matched(peer) >= index).count() >= self.config.majority()
        };
        // The highest index on a majority is some server's match index; with a single server, the leader's own last.
        let candidates = self.peers().map(matched).chain([self.log().last_index()]);
        let on_majority = candidates.filter(|&index| has_majority(index)).max().unwrap_or_default();
        let is_own = self.log().term_at(on_majority) == Some(self.term());
        if is_own || !self.config.rules.commit_current_term_only {
            self.commit_up_to(on_majority, out);
        }
    }

    fn commit_up_to(&mut self, index: LogIndex, out: &mut Out) {
        while self.commit_index < index {
            let Some(entry) = self.persistent.log.get(self.commit_index.next()).copied() else { return };
            self.commit_index = self.commit_index.next();
            self.applied.push(entry);
            // Only the leader that took the command has a client waiting.
            if self.is_leader() && entry.term == self.term() && entry.command != NO_OP {
                out.reply(Reply::Done { command: entry.command, index: self.commit_index });
            }
        }
    }
}
