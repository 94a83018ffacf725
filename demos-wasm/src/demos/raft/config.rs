//! What a cluster is told at installation: times, modes, the safety rules in force and the additions in use.

use core::hash::{Hash, Hasher};
use core::ops::RangeInclusive;

use super::configuration::{Configuration, Servers};

/// The safety rules, each of which can be taken away to see what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// A server votes for at most one candidate a term (§5.2).
    pub one_vote_per_term: bool,
    /// Term and vote are durable before an answer is sent (§5.2; figure 2, "Persistent state"). Without it they are
    /// written, but a power failure takes them back.
    pub vote_is_durable: bool,
    /// A voter refuses a candidate whose log is less up to date than its own (§5.4.1).
    pub up_to_date_check: bool,
    /// A follower refuses entries that don't follow on from what it has (§5.3, the consistency check).
    pub consistency_check: bool,
    /// Only entries of the leader's own term are committed by counting (§5.4.2).
    pub commit_current_term_only: bool,
    /// A leader has committed an entry of its own term before it appends a configuration (Ongaro, "bug in single-server
    /// membership changes", raft-dev, 2015). Joint consensus doesn't need it.
    pub commit_before_change: bool,
    /// A leader makes sure that it still leads before it answers a read from its own state (dissertation §6.4).
    pub read_confirmation: bool,
    /// A request that was applied already isn't applied again; its first answer is repeated (dissertation §6.3).
    pub session_deduplication: bool,
    /// A lease is shorter than the election timeout by what clocks may drift apart (dissertation §6.4.1).
    pub lease_drift_bound: bool,
}

impl Rules {
    /// Raft as published.
    pub const ALL: Self = Self {
        one_vote_per_term: true,
        vote_is_durable: true,
        up_to_date_check: true,
        consistency_check: true,
        commit_current_term_only: true,
        commit_before_change: true,
        read_confirmation: true,
        session_deduplication: true,
        lease_drift_bound: true,
    };
}

/// What later work added so that a cluster makes progress more often; none of it is needed for safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Additions {
    /// Ask whether one could win before raising the term (dissertation §9.6).
    pub pre_vote: bool,
    /// A leader that hears no majority for an election timeout steps down (dissertation §6.2), and in return those who
    /// hear a leader disregard requests for votes (§4.2.3), as etcd couples the two.
    pub check_quorum: bool,
    /// A new leader appends an empty entry, so that older ones are committed with it (§8; dissertation §6.4).
    pub no_op: bool,
}

/// How a leader answers reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reads {
    /// As writes: an entry in the log (§8).
    #[default]
    Log,
    /// From its own state, once a round of heartbeats has confirmed that it led when the read came (dissertation §6.4).
    Index,
    /// From its own state, at once while it holds a lease, else as [`Reads::Index`] (dissertation §6.4.1).
    Lease,
}

/// How a configuration gives way to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transition {
    /// One voter more or less at a time, in one entry (dissertation §4.1).
    #[default]
    SingleServer,
    /// Any change, in two entries: first both configurations decide together, then the new one alone (§6).
    JointConsensus,
}

/// What every node of a cluster is told at installation and never changes. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// All servers there are, members or not.
    pub servers: u8,
    /// The configuration before the first entry.
    pub first_configuration: Configuration,
    /// From which an election timeout is drawn (§5.2).
    pub election_timeout: RangeInclusive<u64>,
    /// Time between two heartbeats.
    pub heartbeat_interval: u64,
    /// How fast a clock may run against another one at most, in percent: 110 lets one gain a tenth. At least 100.
    pub clock_drift_bound: u64,
    /// How reads are answered.
    pub reads: Reads,
    /// How membership changes.
    pub transition: Transition,
    /// How many applied entries make a server take a snapshot; 0 means never by itself.
    pub snapshot_after: u32,
    /// How long a client waits for an answer.
    pub retry_after: RangeInclusive<u64>,
    /// How often a client asks before it gives up; at least 1.
    pub tries: u8,
    /// The rules in force.
    pub rules: Rules,
    /// The additions in use.
    pub additions: Additions,
}

/// The same in all nodes of a world, so it tells no two states apart; hashing it would cost explorers time for nothing.
impl Hash for Config {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Config {
    /// A cluster of this many voters, as published: timeouts of 150 to 300 ms, reads through the log, no snapshots.
    pub fn new(voters: u8) -> Self {
        Self {
            servers: voters,
            first_configuration: Configuration::of(Servers::first(voters)),
            election_timeout: 150..=300,
            heartbeat_interval: 50,
            clock_drift_bound: 110,
            reads: Reads::Log,
            transition: Transition::SingleServer,
            snapshot_after: 0,
            retry_after: 200..=200,
            tries: 5,
            rules: Rules::ALL,
            additions: Additions::default(),
        }
    }

    /// The shortest time without word from a leader after which anybody votes for another.
    pub fn shortest_timeout(&self) -> u64 {
        *self.election_timeout.start()
    }

    /// How long a lease lasts by the leader's own clock, from the start of the round that confirms it: nobody who answered
    /// that round votes for another before the shortest election timeout has passed on its clock, which may be the faster one.
    pub fn lease(&self) -> u64 {
        if self.rules.lease_drift_bound {
            self.shortest_timeout() * 100 / self.clock_drift_bound.max(100)
        } else {
            self.shortest_timeout()
        }
    }

    /// Whether those who hear a leader disregard requests for votes (dissertation §4.2.3). Leases rest on it.
    pub fn is_sticky(&self) -> bool {
        self.additions.check_quorum || self.reads == Reads::Lease
    }
}
