//! What Raft servers say to each other (figure 2). Sender and receiver stand on the envelope.

use super::log::{Entry, LogIndex, Term};

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
    /// The answer to `RequestVote`.
    Vote {
        /// The voter's term.
        term: Term,
        /// Whether the candidate has the vote.
        granted: bool,
    },
    /// A leader replicates entries; without entries it is a heartbeat (§5.3).
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// Index of the entry before the new ones.
        prev_log_index: LogIndex,
        /// Its term.
        prev_log_term: Term,
        /// The new entries.
        entries: Vec<Entry>,
        /// How far the leader has committed.
        leader_commit: LogIndex,
    },
    /// The answer to `AppendEntries`.
    Appended {
        /// The follower's term.
        term: Term,
        /// What became of it.
        outcome: Outcome,
    },
}

/// What a follower did with `AppendEntries`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Its log agrees with the leader's up to this index.
    Matches(LogIndex),
    /// It has no entry with the leader's term at this index (`prev_log_index`), or the leader's term is old.
    Refused(LogIndex),
}

impl Message {
    /// The term that every message carries.
    pub fn term(&self) -> Term {
        match self {
            Self::RequestVote { term, .. }
            | Self::Vote { term, .. }
            | Self::RequestPreVote { term, .. }
            | Self::PreVote { term, .. }
            | Self::AppendEntries { term, .. }
            | Self::Appended { term, .. } => *term,
        }
    }
}
