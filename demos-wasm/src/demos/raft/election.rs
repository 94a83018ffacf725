//! Elections (§5.2, §5.4.1), and what later work added: asking first (dissertation §9.6), a leader that looks for its
//! majority and voters that stay with a leader they hear (§6.2, §4.2.3), and leaders that hand over (§3.10).

use alloc::rc::Rc;

use super::config::Reads;
use super::configuration::Servers;
use super::log::{LogIndex, Payload, Term};
use super::member::{Disk, Out, Refusal, Reply, Timer};
use super::message::{Message, Round};
use super::reads::Leases;
use super::server::{Leader, Progress, Role, Server};
use crate::prelude::*;
use crate::sim::NodeId;

/// Term and index of a candidate's last entry.
type LastEntry = (Term, LogIndex);

impl Server {
    /// Whether this server stands for election when it hears no leader: if its vote counts, or if it did before a
    /// configuration that isn't known to be committed. Somebody must be able to lead until it is, and that may take the
    /// server that goes (dissertation §4.2.2, figure 4.6).
    pub fn may_stand(&self) -> bool {
        if self.configuration.electors().has(self.id) {
            return true;
        }
        let (_, before) = self.configuration_up_to(self.configuration_index.previous());
        self.configuration_index > self.commit_index && before.electors().has(self.id)
    }

    /// Winds the election timer up, for those who would stand.
    pub(super) fn await_leader(&self, out: &mut Out) {
        if self.may_stand() {
            out.set_timer(Timer::Election, self.config.election_timeout.clone());
        } else {
            out.cancel_timer(Timer::Election);
        }
    }

    /// Term and vote go to the disk before anybody hears of them (figure 2, "Persistent state"; dissertation §3.8).
    pub(super) fn save_vote(&self, out: &mut Out) {
        if self.config.rules.vote_is_durable {
            self.save(out);
        } else {
            out.write(Disk::Server(self.persistent.clone()));
        }
    }

    pub(super) fn election_timeout(&mut self, out: &mut Out) {
        if self.is_leader() || !self.may_stand() {
            return;
        }
        // By its own clock it can't be here before the lease it has promised is over, but a reader can make it.
        if self.leader_is_fresh && self.config.reads == Reads::Lease {
            self.await_leader(out);
            return;
        }
        if self.config.additions.pre_vote {
            self.ask_first(out);
        } else {
            self.stand_for_election(false, out);
        }
    }

    /// Dissertation §9.6: nothing changes yet, but for the question.
    fn ask_first(&mut self, out: &mut Out) {
        self.role = Role::PreCandidate { votes: Servers::only(self.id) };
        self.await_leader(out);
        let (last_log_index, last_log_term) = (self.log().last_index(), self.log().last_term());
        self.send_to_electors(
            &Message::RequestPreVote { term: self.term(), last_log_index, last_log_term },
            out,
        );
        self.count_votes(out);
    }

    /// §5.2: a new term, a vote for itself, and a request to everyone else.
    fn stand_for_election(&mut self, is_transfer: bool, out: &mut Out) {
        self.persistent.current_term = self.term().next();
        self.persistent.voted_for = Some(self.id);
        self.save_vote(out);
        self.role = Role::Candidate { votes: Servers::only(self.id) };
        self.leader_is_fresh = false;
        self.await_leader(out);
        let (last_log_index, last_log_term) = (self.log().last_index(), self.log().last_term());
        let term = self.term();
        self.send_to_electors(
            &Message::RequestVote { term, last_log_index, last_log_term, is_transfer },
            out,
        );
        self.count_votes(out);
    }

    fn send_to_electors(&self, message: &Message, out: &mut Out) {
        for peer in self.configuration.electors().without(self.id).iter() {
            out.send(peer, message.clone());
        }
    }

    /// Goes on when the votes decide, by the configuration that is the latest in the candidate's log.
    fn count_votes(&mut self, out: &mut Out) {
        match self.role {
            Role::PreCandidate { votes } if self.configuration.decides(votes) => {
                self.stand_for_election(false, out);
            }
            Role::Candidate { votes } if self.configuration.decides(votes) => self.become_leader(out),
            Role::PreCandidate { .. } | Role::Candidate { .. } | Role::Follower { .. } | Role::Leader(_) => {}
        }
    }

    fn become_leader(&mut self, out: &mut Out) {
        let first_index = self.log().last_index().next();
        self.role = Role::Leader(Rc::new(Leader {
            progress: vec![Progress::unknown(first_index); usize::from(self.config.servers)],
            first_index,
            round: Round(0),
            answered: Servers::NONE,
            reads: Vec::new(),
            leases: Leases::default(),
            transferee: None,
            is_told: false,
            has_handed_over: false,
        }));
        out.cancel_timer(Timer::Election);
        out.cancel_timer(Timer::Silence);
        self.await_answers(out);
        self.wind_up_heartbeat(out);
        if self.config.additions.no_op {
            self.append(Payload::NoOp, out);
        } else {
            self.begin_round(out);
            self.advance_commit_index(out);
        }
        self.finish_change(out);
    }

    /// Whether this message is as if it had never arrived: a candidate that the leader doesn't want is not even worth a
    /// term to those who hear the leader, or who lead (dissertation §4.2.3).
    pub(super) fn disregards(&self, message: &Message) -> bool {
        matches!(message, Message::RequestVote { term, is_transfer: false, .. }
            if *term > self.term() && self.config.is_sticky() && self.hears_leader())
    }

    /// Whether the answer can only be a refusal that changes nothing here, whatever the term: somebody asks first, and
    /// this server has a leader.
    pub(super) fn only_refuses(&self, message: &Message) -> bool {
        matches!(message, Message::RequestPreVote { .. }) && self.hears_leader()
    }

    fn hears_leader(&self) -> bool {
        self.leader_is_fresh || self.is_leader()
    }

    /// A leader was heard, so for the shortest election timeout nobody else is needed.
    pub(super) fn hear_leader(&mut self, out: &mut Out) {
        if self.config.additions.pre_vote || self.config.is_sticky() {
            self.leader_is_fresh = true;
            let shortest = self.config.shortest_timeout();
            out.set_timer(Timer::Silence, shortest..=shortest);
        }
    }

    /// Figure 2, "RequestVote RPC", receiver implementation.
    pub(super) fn receive_request_vote(&mut self, from: NodeId, term: Term, last: LastEntry, out: &mut Out) {
        let granted = self.grants_vote(from, term, last);
        if granted {
            self.persistent.voted_for = Some(from);
            self.save_vote(out);
            self.become_follower(None, out);
            self.await_leader(out);
        }
        out.send(from, Message::Vote { term: self.term(), granted });
    }

    /// A leader or candidate of this very term has voted for itself. Whether the candidate is a member is not asked: this
    /// server may lack the configuration that says so (dissertation §4.1).
    fn grants_vote(&self, candidate: NodeId, term: Term, (last_term, last_index): LastEntry) -> bool {
        let rules = self.config.rules;
        let vote_is_free = self.persistent.voted_for.is_none_or(|chosen| chosen == candidate);
        term == self.term()
            && matches!(self.role, Role::Follower { .. } | Role::PreCandidate { .. })
            && (vote_is_free || !rules.one_vote_per_term)
            && (self.log().is_at_most_as_up_to_date_as(last_term, last_index) || !rules.up_to_date_check)
    }

    pub(super) fn receive_vote(&mut self, from: NodeId, term: Term, granted: bool, out: &mut Out) {
        if term == self.term()
            && granted
            && let Role::Candidate { votes } = &mut self.role
        {
            *votes = votes.with(from);
            self.count_votes(out);
        }
    }

    pub(super) fn receive_request_pre_vote(
        &mut self,
        from: NodeId,
        term: Term,
        (last_term, last_index): LastEntry,
        out: &mut Out,
    ) {
        let granted = term == self.term()
            && !self.hears_leader()
            && self.log().is_at_most_as_up_to_date_as(last_term, last_index);
        out.send(from, Message::PreVote { term: self.term(), granted });
    }

    pub(super) fn receive_pre_vote(&mut self, from: NodeId, term: Term, granted: bool, out: &mut Out) {
        if term == self.term()
            && granted
            && let Role::PreCandidate { votes } = &mut self.role
        {
            *votes = votes.with(from);
            self.count_votes(out);
        }
    }

    /// Dissertation §6.2: who hasn't been answered by a majority for an election timeout no longer leads.
    pub(super) fn look_for_quorum(&mut self, out: &mut Out) {
        let id = self.id;
        let Some(leader) = self.leader_mut() else { return };
        let answered = core::mem::take(&mut leader.answered).with(id);
        if self.configuration.decides(answered) {
            self.await_answers(out);
        } else {
            self.become_follower(None, out);
        }
    }

    fn await_answers(&self, out: &mut Out) {
        if self.config.additions.check_quorum {
            out.set_timer(Timer::Quorum, self.config.election_timeout.clone());
        }
    }

    /// Dissertation §3.10: brings the successor up to date, then tells it to stand at once. Meanwhile clients are sent to it.
    pub(super) fn transfer(&mut self, target: NodeId, out: &mut Out) {
        let refusal = if !self.configuration.electors().without(self.id).has(target) {
            Some(Refusal::NoSuchChange)
        } else if self.known_leader().is_some() {
            Some(Refusal::HandingOver)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            out.reply(Reply::Refused(refusal));
            return;
        }
        let patience = self.config.shortest_timeout();
        out.set_timer(Timer::Transfer, patience..=patience);
        if let Some(leader) = self.leader_mut() {
            leader.transferee = Some(target);
            leader.is_told = false;
        }
        self.replicate_to(target, out);
        self.hand_over_when_ready(target, out);
    }

    /// Sends `TimeoutNow` to the successor once its log is complete.
    pub(super) fn hand_over_when_ready(&mut self, follower: NodeId, out: &mut Out) {
        let (last_index, term) = (self.log().last_index(), self.term());
        if let Some(leader) = self.leader_mut()
            && leader.transferee == Some(follower)
            && leader.progress[follower.index()].match_index == last_index
            && !core::mem::replace(&mut leader.is_told, true)
        {
            leader.has_handed_over = true;
            out.send(follower, Message::TimeoutNow { term });
        }
    }

    /// The successor hasn't been elected within an election timeout: go on leading.
    pub(super) fn give_up_transfer(&mut self) {
        if let Some(leader) = self.leader_mut() {
            leader.transferee = None;
        }
    }

    pub(super) fn receive_timeout_now(&mut self, term: Term, out: &mut Out) {
        if term == self.term() && matches!(self.role, Role::Follower { .. }) && self.may_stand() {
            self.stand_for_election(true, out);
        }
    }
}
