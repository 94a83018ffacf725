//! A node of the cluster's world: a server, or a client that talks to servers by messages.

use super::client::{Client, Session};
use super::configuration::Reconfiguration;
use super::log::LogIndex;
use super::message::Message;
use super::server::{Persistent, Server};
use super::store::Operation;
use crate::check::linearizability::Outcome;
use crate::sim::{Effects, Event, NodeId, Process};

/// The effects of one step of either.
pub(super) type Out = Effects<Member>;

/// A server or a client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Member {
    /// A Raft server, member of the cluster's configuration or not.
    Server(Server),
    /// A client.
    Client(Client),
}

/// What survives a crash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Disk {
    /// Of a server.
    Server(Persistent),
    /// Of a client.
    Client(Session),
}

/// The timers of servers and clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// No word from a leader: stand for election.
    Election,
    /// Time for the next heartbeat.
    Heartbeat,
    /// A client has waited long enough for an answer.
    Retry,
    /// A leader looks whether a majority has answered since the last look.
    Quorum,
    /// The shortest election timeout has passed since a leader was heard.
    Silence,
    /// A leader gives up handing over.
    Transfer,
    /// The end of a lease that began with a round of heartbeats.
    Lease,
    /// The end of another one: while one lease holds, the next one is on its way.
    NextLease,
}

/// What is asked of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Of a client: do this, as a request to the cluster. Of a server: do this for a client that sits beside it, if you
    /// lead; it goes through the log, outside any session.
    Operate(Operation),
    /// Of a leader: let this server lead (dissertation §3.10).
    Transfer(NodeId),
    /// Of a leader: change the configuration.
    Reconfigure(Reconfiguration),
    /// Of any server: take a snapshot now.
    TakeSnapshot,
}

/// What a node tells whoever sits beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// From a client: how its request ended; [`Outcome::Unknown`] when it has given up.
    Ended {
        /// The request's number.
        serial: u32,
        /// What came of it.
        outcome: Outcome,
    },
    /// From a client: the last request hasn't ended yet.
    Busy,
    /// From a leader: the operation asked of it in this term is committed and applied.
    Done {
        /// Its place in the log.
        index: LogIndex,
        /// What came of it.
        outcome: Outcome,
    },
    /// From a leader: the change asked of it in this term is done, with the configuration at this index.
    Reconfigured(LogIndex),
    /// This server doesn't lead, or is about to hand over; try that one, if it is known.
    NotLeader(Option<NodeId>),
    /// The leader won't.
    Refused(Refusal),
}

/// Why a leader refuses what an administrator asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The latest configuration isn't committed yet, or is a joint one.
    ChangeUnderWay,
    /// It hasn't committed an entry of its own term yet.
    NothingCommittedInTerm,
    /// The learner lacks committed entries.
    NotCaughtUp,
    /// More than one voter would change, which takes joint consensus.
    MoreThanOneVoter,
    /// There is no such server, nothing would change, or nobody would be left.
    NoSuchChange,
    /// It is handing over.
    HandingOver,
}

impl Member {
    /// The server, if it is one.
    pub fn server(&self) -> Option<&Server> {
        match self {
            Self::Server(server) => Some(server),
            Self::Client(_) => None,
        }
    }

    /// The client, if it is one.
    pub fn client(&self) -> Option<&Client> {
        match self {
            Self::Server(_) => None,
            Self::Client(client) => Some(client),
        }
    }
}

impl Process for Member {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Disk = Disk;

    const TIMERS: &'static [Timer] = &[
        Timer::Election,
        Timer::Heartbeat,
        Timer::Retry,
        Timer::Quorum,
        Timer::Silence,
        Timer::Transfer,
        Timer::Lease,
        Timer::NextLease,
    ];

    fn disk(&self) -> Disk {
        match self {
            Self::Server(server) => Disk::Server(server.persistent.clone()),
            Self::Client(client) => Disk::Client(client.session),
        }
    }

    fn blank(&self) -> Disk {
        match self {
            // Not the logs of figure 7.
            Self::Server(_) => Disk::Server(Persistent::default()),
            Self::Client(_) => self.disk(),
        }
    }

    fn step(&mut self, event: Event<Self>) -> Out {
        let mut out = Effects::new();
        match self {
            Self::Server(server) => server.step(event, &mut out),
            Self::Client(client) => client.step(event, &mut out),
        }
        out
    }

    fn recover(&self, disk: &Disk) -> Self {
        match (self, disk) {
            (Self::Server(server), Disk::Server(persistent)) => Self::Server(server.recover(persistent)),
            (Self::Client(client), Disk::Client(session)) => Self::Client(client.recover(*session)),
            // No world gives a node another one's disk.
            (Self::Server(_), Disk::Client(_)) | (Self::Client(_), Disk::Server(_)) => self.clone(),
        }
    }
}
