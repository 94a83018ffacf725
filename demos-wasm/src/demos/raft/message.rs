//! What nodes say to each other (figures 2 and 13). Sender and receiver stand on the envelope.

use alloc::rc::Rc;

use super::log::{Entry, LogIndex, Term};
use super::snapshot::Snapshot;
use super::store::Operation;
use crate::check::linearizability::Outcome;
use crate::sim::NodeId;

/// Numbers the rounds of heartbeats of one leader in one term, from 1, so that an answer tells which round it confirms
/// (dissertation §6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Round(pub u32);

impl Round {
    /// The round after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A remote call or a reply to one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Message {
    /// A candidate asks for a vote (§5.2).
    RequestVote {
        /// The candidate's term.
        term: Term,
        /// Index of its last entry.
        last_log_index: LogIndex,
        /// Term of its last entry.
        last_log_term: Term,
        /// The leader itself wants it so; who hears that leader needn't disregard this (dissertation §3.10, §4.2.3).
        is_transfer: bool,
    },
    /// The answer to `RequestVote`.
    Vote {
        /// The voter's term.
        term: Term,
        /// Whether the candidate has the vote.
        granted: bool,
    },
    /// A server asks whether it would get a vote in the next term, before it raises its own (dissertation §9.6).
    RequestPreVote {
        /// The term that it is still in.
        term: Term,
        /// Index of its last entry.
        last_log_index: LogIndex,
        /// Term of its last entry.
        last_log_term: Term,
    },
    /// The answer to `RequestPreVote`; it binds nobody.
    PreVote {
        /// The voter's term.
        term: Term,
        /// Whether it would vote.
        granted: bool,
    },
    /// A leader replicates entries; without entries it is a heartbeat (§5.3).
    AppendEntries(Entries),
    /// A leader sends what it has compacted to a follower that lacks it; in one piece (§7).
    InstallSnapshot {
        /// The leader's term.
        term: Term,
        /// The state and what it covers.
        snapshot: Rc<Snapshot>,
        /// The round that an answer confirms.
        round: Round,
    },
    /// The answer to `AppendEntries` and `InstallSnapshot`.
    Appended {
        /// The follower's term.
        term: Term,
        /// How the follower's log compares.
        agreement: Agreement,
        /// The round of the message that this answers.
        round: Round,
    },
    /// The leader asks its successor to stand for election at once (dissertation §3.10).
    TimeoutNow {
        /// The leader's term.
        term: Term,
    },
    /// A client asks the server that it believes to lead.
    Request {
        /// Numbers the client's requests; a retry has the number of the first try.
        serial: u32,
        /// What is asked.
        operation: Operation,
    },
    /// The answer to `Request`.
    Response {
        /// The request's number.
        serial: u32,
        /// What came of it.
        outcome: Outcome,
    },
    /// The server asked doesn't lead.
    Redirect {
        /// The request's number.
        serial: u32,
        /// Who does, as far as known.
        leader: Option<NodeId>,
    },
}

/// What a leader replicates.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entries {
    /// The leader's term.
    pub term: Term,
    /// Index of the entry before the new ones.
    pub prev_log_index: LogIndex,
    /// Its term.
    pub prev_log_term: Term,
    /// The new entries.
    pub entries: Rc<[Entry]>,
    /// How far the leader has committed.
    pub leader_commit: LogIndex,
    /// The round that an answer confirms.
    pub round: Round,
}

/// How a follower's log compares with what its leader sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Agreement {
    /// It agrees with the leader's up to this index.
    Matches(LogIndex),
    /// It disagrees (end of §5.3).
    Conflicts {
        /// The term of the entry that the follower has in the place of the leader's; none where its log is too short.
        term: Option<Term>,
        /// The first index that the follower has of that term; where its log is too short, the first index that it lacks.
        first_index: LogIndex,
    },
}

impl Message {
    /// Whether it is a vote for whoever gets it.
    pub fn grants(&self) -> bool {
        matches!(self, Self::Vote { granted: true, .. })
    }

    /// The term that every message between servers carries; 0 for what clients say and hear.
    pub fn term(&self) -> Term {
        match self {
            Self::RequestVote { term, .. }
            | Self::Vote { term, .. }
            | Self::RequestPreVote { term, .. }
            | Self::PreVote { term, .. }
            | Self::AppendEntries(Entries { term, .. })
            | Self::InstallSnapshot { term, .. }
            | Self::Appended { term, .. }
            | Self::TimeoutNow { term } => *term,
            Self::Request { .. } | Self::Response { .. } | Self::Redirect { .. } => Term(0),
        }
    }
}
