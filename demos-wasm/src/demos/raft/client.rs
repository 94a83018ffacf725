//! A client: one request at a time, asked again until it is answered or the client's patience ends (dissertation
//! chapter 6).
//!
//! A retry has the serial number of the first try, so that the state machine can tell (§6.3). The number is on the client's
//! disk before the request leaves: a restarted client that began again at 1 would be told what its former self asked.

use alloc::rc::Rc;

use super::config::Config;
use super::member::{Command, Disk, Member, Out, Reply, Timer};
use super::message::Message;
use super::store::Operation;
use crate::check::linearizability::Outcome;
use crate::sim::{Event, NodeId};

/// What a client keeps on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Session {
    /// Number of its last request; 0 before the first.
    pub serial: u32,
}

/// A client of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Client {
    /// Its identity.
    pub id: NodeId,
    /// What it was told at installation.
    pub config: Rc<Config>,
    /// What its disk should hold.
    pub session: Session,
    /// What it waits for.
    pub pending: Option<Pending>,
    /// The server that it believes to lead, and asks.
    pub leader: NodeId,
}

/// A request without an answer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pending {
    /// What is asked.
    pub operation: Operation,
    /// How often it was asked, redirections included.
    pub tries: u8,
}

impl Client {
    /// A client that has never asked for anything, and will ask `S1` first.
    pub fn new(id: NodeId, config: Rc<Config>) -> Self {
        Self { id, config, session: Session::default(), pending: None, leader: NodeId(0) }
    }

    pub(super) fn recover(&self, session: Session) -> Self {
        Self { session, ..Self::new(self.id, self.config.clone()) }
    }

    pub(super) fn step(&mut self, event: Event<Member>, out: &mut Out) {
        match event {
            Event::Command(Command::Operate(operation)) => self.begin(operation, out),
            Event::Timeout(Timer::Retry) => self.ask_another(out),
            Event::Receive { message: Message::Response { serial, outcome }, .. } => {
                if self.waits_for(serial) {
                    self.end(outcome, out);
                }
            }
            Event::Receive { from, message: Message::Redirect { serial, leader: Some(leader) } } => {
                // Only of the server asked last, so that late answers don't multiply requests.
                if self.waits_for(serial) && from == self.leader && leader != from && self.may_ask() {
                    self.leader = leader;
                    self.ask(out);
                }
            }
            // Nobody knows the leader: time will tell. Servers' messages and timers are no client's.
            Event::Start | Event::Timeout(_) | Event::Receive { .. } | Event::Command(_) => {}
        }
    }

    fn waits_for(&self, serial: u32) -> bool {
        self.pending.is_some() && self.session.serial == serial
    }

    fn may_ask(&self) -> bool {
        self.pending.is_some_and(|pending| pending.tries < self.config.tries)
    }

    fn begin(&mut self, operation: Operation, out: &mut Out) {
        if self.pending.is_some() {
            out.reply(Reply::Busy);
            return;
        }
        self.session.serial += 1;
        out.persist(Disk::Client(self.session));
        self.pending = Some(Pending { operation, tries: 0 });
        self.ask(out);
    }

    fn ask(&mut self, out: &mut Out) {
        let Some(pending) = &mut self.pending else { return };
        pending.tries += 1;
        let message = Message::Request { serial: self.session.serial, operation: pending.operation };
        out.send(self.leader, message);
        out.set_timer(Timer::Retry, self.config.retry_after.clone());
    }

    /// No answer in time: perhaps another server leads. Or patience has ended, and nobody knows whether the request
    /// took effect or will.
    fn ask_another(&mut self, out: &mut Out) {
        if self.may_ask() {
            self.leader = NodeId((self.leader.0 + 1) % self.config.servers);
            self.ask(out);
        } else if self.pending.is_some() {
            self.end(Outcome::Unknown, out);
        }
    }

    fn end(&mut self, outcome: Outcome, out: &mut Out) {
        self.pending = None;
        out.cancel_timer(Timer::Retry);
        out.reply(Reply::Ended { serial: self.session.serial, outcome });
    }
}
