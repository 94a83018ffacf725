//! Log replication and the commit rule (§5.3, §5.4.2).

use alloc::rc::Rc;

use super::configuration::Servers;
use super::log::{Entry, LogIndex, Payload, Term};
use super::member::{Out, Reply, Timer};
use super::message::{Agreement, Entries, Message, Round};
use super::server::{Role, Server};
use super::snapshot::Snapshot;
use super::store::Store;
use crate::sim::NodeId;

impl Server {
    pub(super) fn send_heartbeats(&mut self, out: &mut Out) {
        if self.is_leader() {
            self.wind_up_heartbeat(out);
            self.begin_round(out);
            self.answer_reads(out);
        }
    }

    pub(super) fn wind_up_heartbeat(&self, out: &mut Out) {
        out.set_timer(Timer::Heartbeat, self.config.heartbeat_interval..=self.config.heartbeat_interval);
    }

    /// Sends every member what it lacks, or nothing but a heartbeat; answers are known by the round's number.
    pub(super) fn begin_round(&mut self, out: &mut Out) {
        let Some(leader) = self.leader_mut() else { return };
        leader.round = leader.round.next();
        self.time_lease(out);
        for peer in self.configuration.members().without(self.id).iter() {
            self.replicate_to(peer, out);
        }
    }

    pub(super) fn replicate_to(&self, peer: NodeId, out: &mut Out) {
        let Some(leader) = self.leader() else { return };
        let (term, round, log) = (self.term(), leader.round, self.log());
        let prev_log_index = leader.progress[peer.index()].next_index.previous();
        let message = match (log.after(prev_log_index), log.snapshot()) {
            (None, Some(snapshot)) => Message::InstallSnapshot { term, snapshot: snapshot.clone(), round },
            (entries, _) => Message::AppendEntries(Entries {
                term,
                prev_log_index,
                prev_log_term: log.term_at(prev_log_index).unwrap_or_default(),
                entries: Rc::from(entries.unwrap_or_default()),
                leader_commit: self.commit_index,
                round,
            }),
        };
        out.send(peer, message);
    }

    /// Whether it is the leader of this term that speaks, which is then followed.
    fn follows(&mut self, from: NodeId, term: Term, out: &mut Out) -> bool {
        let is_current = term == self.term();
        if is_current {
            self.become_follower(Some(from), out);
            self.hear_leader(out);
        }
        is_current
    }

    /// Figure 2, "AppendEntries RPC", receiver implementation.
    pub(super) fn receive_entries(&mut self, from: NodeId, sent: &Entries, out: &mut Out) {
        let is_current = self.follows(from, sent.term, out);
        let agreement = is_current.then(|| self.accept_entries(sent, out));
        self.answer_leader(from, agreement, sent.round, out);
    }

    /// Figure 13, receiver implementation.
    pub(super) fn receive_snapshot(
        &mut self,
        from: NodeId,
        term: Term,
        snapshot: &Rc<Snapshot>,
        round: Round,
        out: &mut Out,
    ) {
        let is_current = self.follows(from, term, out);
        let agreement = is_current.then(|| self.install(snapshot, out));
        self.answer_leader(from, agreement, round, out);
    }

    /// A deposed leader gets no agreement; all it needs to know is the term.
    fn answer_leader(&self, to: NodeId, agreement: Option<Agreement>, round: Round, out: &mut Out) {
        if agreement.is_some() {
            // Only now, because new entries may make this server one that stands, or one that doesn't.
            self.await_leader(out);
        }
        let first_index = self.log().last_index().next();
        let agreement = agreement.unwrap_or(Agreement::Conflicts { term: None, first_index });
        out.send(to, Message::Appended { term: self.term(), agreement, round });
    }

    /// Figure 2, "AppendEntries RPC", receiver implementation, 2 to 5.
    fn accept_entries(&mut self, sent: &Entries, out: &mut Out) -> Agreement {
        let Entries { prev_log_index, prev_log_term, ref entries, leader_commit, .. } = *sent;
        let (last_index, base) = (self.log().last_index(), self.log().base_index());
        let found = self.log().term_at(prev_log_index);
        // What a snapshot covers was committed, so it agrees with every leader's log.
        let follows_on = prev_log_index < base || found == Some(prev_log_term);
        if !follows_on && self.config.rules.consistency_check {
            let first_index =
                if found.is_some() { self.log().first_of_term_at(prev_log_index) } else { last_index.next() };
            return Agreement::Conflicts { term: found, first_index };
        }
        let prev_log_index = prev_log_index.min(last_index);
        if self.persistent.log.merge(prev_log_index, entries) {
            self.log_changed(out);
        }
        let last_new = prev_log_index.plus(entries.len());
        // Never past the last entry known to agree: what lies behind it may be an old leader's.
        self.commit_up_to(leader_commit.min(last_new), out);
        Agreement::Matches(last_new)
    }

    pub(super) fn receive_appended(
        &mut self,
        from: NodeId,
        term: Term,
        agreement: Agreement,
        round: Round,
        out: &mut Out,
    ) {
        if term != self.term() {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { return };
        let leader = Rc::make_mut(leader);
        if self.config.additions.check_quorum {
            leader.answered = leader.answered.with(from);
        }
        let follower = &mut leader.progress[from.index()];
        // Answers may overtake each other; what is known of a follower never shrinks within a term.
        follower.round = follower.round.max(round);
        match agreement {
            Agreement::Matches(index) => {
                follower.match_index = follower.match_index.max(index);
                follower.next_index = follower.next_index.max(follower.match_index.next());
                self.hand_over_when_ready(from, out);
            }
            Agreement::Conflicts { term, first_index } => {
                // End of §5.3: all of the follower's entries of that term are passed at once, but for those that this
                // log has of the same term, which may agree.
                let log = &self.persistent.log;
                let shared = term.and_then(|term| log.last_of_term(term, follower.next_index.previous()));
                let back = shared.map_or(first_index, LogIndex::next).max(follower.match_index.next());
                if back < follower.next_index {
                    follower.next_index = back;
                    self.replicate_to(from, out);
                }
            }
        }
        self.advance_commit_index(out);
        self.answer_reads(out);
    }

    /// Figure 2, "Rules for Servers", leaders, the last one: those who decide have the entry, **and** it is of this term
    /// (§5.4.2). A leader that isn't in its own configuration any more doesn't count itself (§6).
    pub(super) fn advance_commit_index(&mut self, out: &mut Out) {
        let Some(leader) = self.leader() else { return };
        let matched = |server: NodeId| {
            if server == self.id {
                self.log().last_index()
            } else {
                leader.progress[server.index()].match_index
            }
        };
        let electors = self.configuration.electors();
        let mut decided = self.commit_index;
        // The highest index that those who decide have is the match index of one of them.
        for server in electors.iter() {
            let index = matched(server);
            if index > decided {
                let mut having = Servers::NONE;
                for other in electors.iter().filter(|&other| matched(other) >= index) {
                    having = having.with(other);
                }
                if self.configuration.decides(having) {
                    decided = index;
                }
            }
        }
        let is_own = self.log().term_at(decided) == Some(self.term());
        if decided > self.commit_index && (is_own || !self.config.rules.commit_current_term_only) {
            self.commit_up_to(decided, out);
            self.finish_change(out);
        }
    }

    pub(super) fn commit_up_to(&mut self, index: LogIndex, out: &mut Out) {
        while self.commit_index < index {
            let next = self.commit_index.next();
            let Some(entry) = self.log().get(next).copied() else { return };
            self.commit_index = next;
            self.apply(entry, out);
        }
    }

    fn apply(&mut self, entry: Entry, out: &mut Out) {
        match entry.payload {
            Payload::NoOp => {}
            Payload::Request(request) => {
                let deduplicate = self.config.rules.session_deduplication;
                let Some(outcome) = Store::apply(&mut self.store, &request, deduplicate) else { return };
                if !self.is_leader() {
                    return;
                }
                if request.client.is_client() {
                    out.send(request.client, Message::Response { serial: request.serial, outcome });
                } else if entry.term == self.term() {
                    // Only the leader that took the request has somebody waiting beside it.
                    out.reply(Reply::Done { index: self.commit_index, outcome });
                }
            }
            Payload::Configuration(configuration) => {
                if self.is_leader() && entry.term == self.term() && !configuration.is_joint() {
                    out.reply(Reply::Reconfigured(self.commit_index));
                }
            }
        }
    }
}
