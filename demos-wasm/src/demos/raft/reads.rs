//! Requests of clients, and linearizable reads that cost no entry in the log (dissertation §6.4).
//!
//! A read is answered from the leader's own state when three things are so:
//!
//! 1. an entry of the leader's term is committed, so that it knows what was committed before;
//! 2. everything is applied that was committed when the read came, which is its *read index*;
//! 3. the leader still led when the read came: a round of heartbeats that began afterwards was answered by those who decide,
//!    or a lease holds (§6.4.1).
//!
//! The first and the second are one comparison here: a read's index is at least that of the first entry of the term.
//!
//! # Leases
//!
//! Those who answered a round that began at some instant don't vote for another within the shortest election timeout
//! from then on, because voters stay with a leader that they hear. So nobody else can be elected before. A process reads no clock:
//! the lease's end is a timer, started with the round and good for something once the round is confirmed. There are two of
//! them, so that the next lease can begin before the last one has ended. A leader that has sent `TimeoutNow` has
//! told a follower to break the promise, so it holds no lease again in that term, even if the message is late.

use super::config::Reads;
use super::configuration::Servers;
use super::log::LogIndex;
use super::member::{Out, Timer};
use super::message::{Message, Round};
use super::server::Server;
use super::store::Operation;
use crate::check::linearizability::{Key, Kind, Outcome};
use crate::sim::NodeId;

/// A read that waits to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PendingRead {
    /// Who asks.
    pub client: NodeId,
    /// The request's number.
    pub serial: u32,
    /// What is asked for.
    pub key: Key,
    /// What must be applied first.
    pub index: LogIndex,
    /// The first round that began after the read had come.
    pub round: Round,
}

/// The rounds that the two lease timers began with; none for a timer that isn't armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Leases(pub [Option<Round>; 2]);

impl Server {
    pub(super) fn receive_request(
        &mut self,
        client: NodeId,
        serial: u32,
        operation: Operation,
        out: &mut Out,
    ) {
        if !self.is_leader() || self.known_leader().is_some() {
            out.send(client, Message::Redirect { serial, leader: self.known_leader() });
        } else if operation.kind == Kind::Read && self.config.reads != Reads::Log {
            self.take_read(client, serial, operation.key, out);
        } else {
            self.append_request(client, serial, operation, out);
        }
    }

    fn take_read(&mut self, client: NodeId, serial: u32, key: Key, out: &mut Out) {
        let commit_index = self.commit_index;
        let needs_round = self.config.rules.read_confirmation && !self.holds_lease();
        let Some(leader) = self.leader_mut() else { return };
        let index = commit_index.max(leader.first_index);
        leader.reads.push(PendingRead { client, serial, key, index, round: leader.round.next() });
        if needs_round {
            self.begin_round(out);
        }
        self.answer_reads(out);
    }

    /// Answers what can be answered now.
    pub(super) fn answer_reads(&mut self, out: &mut Out) {
        if self.leader().is_none_or(|leader| leader.reads.is_empty()) {
            return;
        }
        let is_confirmed = !self.config.rules.read_confirmation || self.holds_lease();
        let confirmed = self.confirmed_round();
        let commit_index = self.commit_index;
        let store = self.store.clone();
        let Some(leader) = self.leader_mut() else { return };
        leader.reads.retain(|read| {
            let is_ready = read.index <= commit_index && (is_confirmed || read.round <= confirmed);
            if is_ready {
                let outcome = Outcome::Saw(store.value(read.key));
                out.send(read.client, Message::Response { serial: read.serial, outcome });
            }
            !is_ready
        });
    }

    /// The latest round that those who decide have answered.
    pub(super) fn confirmed_round(&self) -> Round {
        let Some(leader) = self.leader() else { return Round(0) };
        let answered = |server: NodeId| {
            if server == self.id { leader.round } else { leader.progress[server.index()].round }
        };
        let electors = self.configuration.electors();
        let mut confirmed = Round(0);
        for server in electors.iter() {
            let round = answered(server);
            let mut answering = Servers::NONE;
            for other in electors.iter().filter(|&other| answered(other) >= round) {
                answering = answering.with(other);
            }
            if round > confirmed && self.configuration.decides(answering) {
                confirmed = round;
            }
        }
        confirmed
    }

    /// Whether nobody else can have been elected yet.
    pub fn holds_lease(&self) -> bool {
        let Some(leader) = self.leader() else { return false };
        let confirmed = self.confirmed_round();
        self.config.reads == Reads::Lease
            && !leader.has_handed_over
            && leader.leases.0.iter().flatten().any(|&round| round <= confirmed)
    }

    /// Begins a lease with the round that begins now, unless one waits to be confirmed already. Of two that hold, the older
    /// one gives way.
    pub(super) fn time_lease(&mut self, out: &mut Out) {
        if self.config.reads != Reads::Lease {
            return;
        }
        let confirmed = self.confirmed_round();
        let lease = self.config.lease();
        let Some(leader) = self.leader_mut() else { return };
        let round = leader.round;
        let waits = leader.leases.0.iter().flatten().any(|&begun| begun > confirmed);
        if !waits {
            let place = usize::from(leader.leases.0[1] < leader.leases.0[0]);
            leader.leases.0[place] = Some(round);
            out.set_timer([Timer::Lease, Timer::NextLease][place], lease..=lease);
        }
    }

    /// A lease timer has run out.
    pub(super) fn lease_ends(&mut self, place: usize) {
        if let Some(leader) = self.leader_mut() {
            leader.leases.0[place] = None;
        }
    }
}
