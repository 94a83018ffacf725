//! The three demos made of Raft: one cluster, seen from elections, from the log, and from membership.

use alloc::rc::Rc;
use core::marker::PhantomData;

use super::asks;
use super::client::Client;
use super::config::{Additions, Config, Reads, Rules, Transition};
use super::configuration::{Configuration, Reconfiguration, Servers};
use super::log::{Entry, Payload, Term};
use super::member::{Command, Member};
use super::message::Message;
use super::safety::{Property, Witness};
use super::server::Server;
use super::{picture, scenarios, words};
use crate::explore::{Bounds, Harm, Hint, Model};
use crate::figure::{Demo, Frame, Info, Invariant, InvariantInfo, OptionKind, OptionSpec, Scenario, Values};
use crate::prelude::*;
use crate::sim::{Action, Ask, Change, Link, Links, Node, NodeId, World};
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};

/// A guided run of a Raft cluster.
pub(super) type Run = Scenario<Member, Witness>;

/// What sets one of the demos apart.
pub trait Subject: Clone + Sync + 'static {
    /// Name, title, summary, source.
    const INFO: Info;
    /// What can be set.
    const OPTIONS: &'static [OptionSpec];
    /// Its guided runs.
    const SCENARIOS: &'static [Scenario<Member, Witness>];
    /// What must hold.
    const INVARIANTS: &'static [Invariant<Member, Witness>];
    /// The small version of which every state can be visited.
    const MODEL: Model;
    /// Where a random search finds what its rules prevent.
    const HINTS: &'static [Hint];
    /// Whether configurations are shown, and can be changed.
    const MEMBERSHIP: bool;
}

/// Elections and the log that they protect.
#[derive(Debug, Clone)]
pub struct Election;
/// Replication, commitment, clients and their reads.
#[derive(Debug, Clone)]
pub struct Replication;
/// Configurations, learners, snapshots.
#[derive(Debug, Clone)]
pub struct Membership;

/// The demo `raft-election`.
pub type RaftElection = RaftDemo<Election>;
/// The demo `raft-log`.
pub type RaftLog = RaftDemo<Replication>;
/// The demo `raft-membership`.
pub type RaftMembership = RaftDemo<Membership>;

/// A cluster of Raft servers and their clients, and its network.
#[derive(Debug, Clone)]
pub struct RaftDemo<S> {
    config: Rc<Config>,
    clients: u8,
    link: Link,
    /// Servers start with the logs of the paper's figure 7.
    figure_7: bool,
    subject: PhantomData<fn() -> S>,
}

const fn integer(
    name: &'static str,
    (min, max, default): (i64, i64, i64),
    unit: &'static str,
    summary: &'static str,
) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Integer { min, max, default }, unit, summary }
}

const fn flag(name: &'static str, default: bool, summary: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Flag { default }, unit: "", summary }
}

const fn choice(name: &'static str, values: &'static [&'static str], summary: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Choice { values }, unit: "", summary }
}

const TIMEOUT: OptionSpec = integer("timeout", (50, 5_000, 150), "ms", "shortest election timeout");
const SPREAD: OptionSpec =
    integer("spread", (0, 1_000, 150), "ms", "how much longer a timeout may be drawn; 0 makes all equal");
const HEARTBEAT: OptionSpec =
    integer("heartbeat", (10, 500, 50), "ms", "time between two heartbeats of a leader");
const LATENCY: OptionSpec = integer("latency", (1, 200, 10), "ms", "shortest one-way delay of a message");
const JITTER: OptionSpec = integer("jitter", (0, 200, 10), "ms", "how much longer a message may take");
const LOSS: OptionSpec = integer("loss", (0, 90, 0), "%", "messages lost on the way");
const PRE_VOTE: OptionSpec =
    flag("pre-vote", false, "ask whether one could win before raising the term (dissertation §9.6)");
const CHECK_QUORUM: OptionSpec =
    flag("check-quorum", false, "a leader that hears no majority steps down (dissertation §6.2)");
const NO_OP: OptionSpec = flag("no-op", false, "a new leader begins its term with an empty entry (§8)");
const ONE_VOTE: OptionSpec = flag("one-vote", true, "a server votes once a term (§5.2)");
const VOTE_DURABLE: OptionSpec = flag(
    "vote-durable",
    true,
    "term and vote are forced to disk before the vote is sent (figure 2; dissertation §3.8)",
);
const UP_TO_DATE: OptionSpec =
    flag("up-to-date", true, "a voter refuses a candidate with an older log (§5.4.1)");
const CONSISTENCY: OptionSpec =
    flag("consistency-check", true, "a follower refuses entries that don’t follow on from its own (§5.3)");
const COMMIT_RULE: OptionSpec =
    flag("commit-rule", true, "commit only entries of the leader’s own term by counting (§5.4.2)");
const CONFIRMATION: OptionSpec = flag(
    "read-confirmation",
    true,
    "a leader makes sure that it still leads before it answers a read (dissertation §6.4)",
);
const DEDUPLICATION: OptionSpec =
    flag("session-dedup", true, "a request asked twice is applied once (dissertation §6.3)");
const LEASE_BOUND: OptionSpec =
    flag("lease-bound", true, "a lease is shorter by what clocks may drift (dissertation §6.4.1)");
const MEMBERSHIP_RULE: OptionSpec = flag(
    "membership-rule",
    true,
    "a leader commits an entry of its own term before it changes the members (Ongaro, 2015)",
);

/// Two elections and a heartbeat; a request and a crash. With all rules in force Raft's writes are durable, and what is lost might
/// as well stay under way. Without `vote-durable`, and where a rule is about two requests or a retry, there is nothing to find here.
const BOUNDS: Bounds = Bounds {
    timeouts: [2, 1, 0, 0],
    asks: 1,
    crashes: 1,
    power_failures: 0,
    losses: 0,
    duplications: 0,
    in_flight: 4,
};

const PAPER: &str = "Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm, 2014";

impl Subject for Election {
    const INFO: Info = Info {
        id: "raft-election",
        title: "Raft: elections and the log",
        summary: "Crash servers, cut links and write, and watch a cluster choose a leader and keep its promises.",
        source: "Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm, 2014, §5",
    };
    const OPTIONS: &'static [OptionSpec] = &[
        integer("nodes", (3, 7, 5), "", "servers in the cluster"),
        TIMEOUT,
        SPREAD,
        HEARTBEAT,
        LATENCY,
        JITTER,
        LOSS,
        ONE_VOTE,
        VOTE_DURABLE,
        UP_TO_DATE,
        CONSISTENCY,
        COMMIT_RULE,
        PRE_VOTE,
        CHECK_QUORUM,
        NO_OP,
    ];
    const SCENARIOS: &'static [Run] = scenarios::ELECTION;
    const INVARIANTS: &'static [Invariant<Member, Witness>] = &FIGURE_3;
    const MODEL: Model = Model { options: &[("nodes", 3)], bounds: BOUNDS };
    const HINTS: &'static [Hint] = &[];
    const MEMBERSHIP: bool = false;
}

impl Subject for Replication {
    const INFO: Info = Info {
        id: "raft-log",
        title: "Raft: the log and its clients",
        summary: "Write and read through a real client, break what you like, and see whether every answer can be explained.",
        source: PAPER,
    };
    const OPTIONS: &'static [OptionSpec] = &[
        integer("nodes", (3, 7, 3), "", "servers in the cluster"),
        integer("clients", (1, 3, 2), "", "clients"),
        choice("start", &["empty", "figure-7"], "the logs that servers start with"),
        choice("reads", &["log", "index", "lease"], "how reads are answered (dissertation §6.4)"),
        integer("retry", (20, 5_000, 200), "ms", "how long a client waits before it asks again"),
        integer("tries", (1, 9, 5), "", "how often a client asks before it gives up"),
        TIMEOUT,
        SPREAD,
        HEARTBEAT,
        LATENCY,
        JITTER,
        LOSS,
        CONSISTENCY,
        COMMIT_RULE,
        CONFIRMATION,
        DEDUPLICATION,
        LEASE_BOUND,
        PRE_VOTE,
        CHECK_QUORUM,
        NO_OP,
    ];
    const SCENARIOS: &'static [Run] = scenarios::LOG;
    const INVARIANTS: &'static [Invariant<Member, Witness>] = &WITH_CLIENTS;
    const MODEL: Model = Model { options: &[("nodes", 3), ("clients", 2), ("reads", 1)], bounds: BOUNDS };
    const HINTS: &'static [Hint] = &[
        // An old leader and a client beside it, cut off from the new leader and another client.
        Hint {
            rule: "read-confirmation",
            options: &[("reads", 1), ("no-op", 1)],
            harms: &[Harm::Ask, Harm::Ask, Harm::Ask, Harm::Split],
            asks: &[asks::WRITE, asks::READ],
            clock_max: 0,
        },
        // Clients that lose patience before an answer can come, and ask again.
        Hint {
            rule: "session-dedup",
            options: &[("retry", 20)],
            harms: &[Harm::Ask, Harm::Lose, Harm::Duplicate],
            asks: &[asks::WRITE, asks::READ],
            clock_max: 0,
        },
        // As for reads by rounds; and clocks as different as leases allow for. The slower the clocks, and the faster the network,
        // the longer is the time in which the old lease and a new leader overlap.
        Hint {
            rule: "lease-bound",
            options: &[
                ("reads", 2),
                ("clients", 3),
                ("no-op", 1),
                ("timeout", 5_000),
                ("spread", 100),
                ("heartbeat", 500),
                ("latency", 1),
                ("jitter", 0),
                ("retry", 50),
                ("tries", 9),
            ],
            harms: &[Harm::Ask, Harm::Ask, Harm::Ask, Harm::Ask, Harm::Ask, Harm::Ask, Harm::Split],
            asks: &[asks::WRITE, asks::READ],
            clock_max: 110,
        },
    ];
    const MEMBERSHIP: bool = false;
}

impl Subject for Membership {
    const INFO: Info = Info {
        id: "raft-membership",
        title: "Raft: changing the members",
        summary: "Add and remove servers while the cluster works, one at a time or by joint consensus, and let logs become snapshots.",
        source: "Ongaro, Consensus: Bridging Theory and Practice, 2014, chapters 4 and 5",
    };
    const OPTIONS: &'static [OptionSpec] = &[
        integer("nodes", (3, 7, 5), "", "servers there are, members or not"),
        integer("members", (1, 7, 3), "", "members at the start"),
        choice(
            "change",
            &["single", "joint"],
            "one server at a time, or joint consensus (§6; dissertation §4.1)",
        ),
        integer(
            "snapshot",
            (0, 50, 0),
            "entries",
            "after how many applied entries a server takes a snapshot; 0: never",
        ),
        TIMEOUT,
        SPREAD,
        HEARTBEAT,
        LATENCY,
        JITTER,
        LOSS,
        MEMBERSHIP_RULE,
        COMMIT_RULE,
        PRE_VOTE,
        CHECK_QUORUM,
        NO_OP,
    ];
    const SCENARIOS: &'static [Run] = scenarios::MEMBERSHIP;
    const INVARIANTS: &'static [Invariant<Member, Witness>] = &WITH_QUORUMS;
    const MODEL: Model = Model { options: &[("nodes", 5), ("members", 3)], bounds: BOUNDS };
    const HINTS: &'static [Hint] = &[
        // Leaders that are asked for another configuration and cut off with it.
        Hint {
            rule: "membership-rule",
            options: &[],
            harms: &[Harm::AskAndIsolate, Harm::AskAndIsolate, Harm::Hurry, Harm::Split],
            asks: &[
                asks::reconfigure(Reconfiguration::Add(NodeId(3))),
                asks::reconfigure(Reconfiguration::Add(NodeId(4))),
                asks::reconfigure(Reconfiguration::Remove(NodeId(0))),
                asks::reconfigure(Reconfiguration::Remove(NodeId(1))),
                asks::reconfigure(Reconfiguration::Remove(NodeId(2))),
            ],
            clock_max: 0,
        },
        // Writes alone: as figure 8.
        Hint {
            rule: "commit-rule",
            options: &[("nodes", 3), ("members", 3), ("no-op", 0)],
            harms: &[Harm::AskAndIsolate, Harm::AskAndIsolate, Harm::Hurry, Harm::Split],
            asks: &[asks::WRITE],
            clock_max: 0,
        },
    ];
    const MEMBERSHIP: bool = true;
}

impl<S: Subject> Demo for RaftDemo<S> {
    type Process = Member;
    type Witness = Witness;

    const INFO: Info = S::INFO;
    const OPTIONS: &'static [OptionSpec] = S::OPTIONS;

    const MODEL: Model = S::MODEL;
    const HINTS: &'static [Hint] = S::HINTS;

    fn new(values: &Values) -> Self {
        let (config, clients, link) = set_up(values);
        let figure_7 = values.is_on("start");
        Self { config: Rc::new(config), clients, link, figure_7, subject: PhantomData }
    }

    fn world(&self) -> World<Member> {
        let server = |id: NodeId| {
            let mut server = Server::new(id, self.config.clone());
            if let (true, Some(terms)) = (self.figure_7, FIGURE_7.get(id.index())) {
                server.persistent.current_term = Term(7);
                for term in *terms {
                    server.persistent.log.append(Entry { term: Term(*term), payload: Payload::NoOp });
                }
            }
            Member::Server(server)
        };
        let client = |place| Member::Client(Client::new(NodeId::client(place), self.config.clone()));
        World::with_clients(NodeId::all(self.config.servers).map(server), (0..self.clients).map(client))
    }

    fn links(&self) -> Links {
        Links::mesh(self.world().roster(), &self.link)
    }

    fn asks(&self, world: &World<Member>, node: NodeId) -> Vec<(Ask, String)> {
        possible_asks(world, node, S::MEMBERSHIP)
    }

    fn command(&self, _: NodeId, ask: Ask, number: u32, _: u64) -> Option<Command> {
        asks::command(ask, number)
    }

    fn invariants() -> &'static [Invariant<Member, Witness>] {
        S::INVARIANTS
    }

    fn undecided(witness: &Witness) -> Option<(usize, String)> {
        let why = words::undecided(witness)?;
        let name = LINEARIZABILITY.info.name;
        S::INVARIANTS.iter().position(|invariant| invariant.info.name == name).map(|place| (place, why))
    }

    fn observe(witness: &mut Witness, world: &World<Member>, _: Action, change: &Change<Member>) {
        witness.observe(world, change);
    }

    fn scenarios() -> &'static [Run] {
        S::SCENARIOS
    }

    fn narrate(&self, world: &World<Member>, action: Action, change: &Change<Member>) -> String {
        words::narrate(world, action, change)
    }

    fn picture(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        picture::draw(frame.world, &frame.looking, html);
    }

    fn describe(&self, world: &World<Member>) -> String {
        words::describe(world)
    }

    fn lane(node: &Node<Member>) -> Lane {
        picture::lane(node)
    }

    fn mark(message: &Message) -> MessageMark {
        picture::mark(message)
    }

    fn tell(message: &Message) -> String {
        words::message(message)
    }

    fn state(&self, world: &World<Member>, html: &mut Html) {
        picture::state(world, S::MEMBERSHIP, html);
    }
}

/// The terms of the entries of figure 7: the leader of term 8, then (a) to (f).
const FIGURE_7: [&[u32]; 7] = [
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6],
    &[1, 1, 1, 4],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    &[1, 1, 1, 4, 4, 4, 4],
    &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
];

/// What options mean. One that a demo doesn't have reads as 0, and as on if it is a rule.
fn set_up(values: &Values) -> (Config, u8, Link) {
    let number = |name: &str| u64::try_from(values.get(name)).unwrap_or(0);
    let small = |name: &str, without: u8| {
        u8::try_from(values.find(name).unwrap_or(i64::from(without))).unwrap_or(without)
    };
    let rule = |name: &str| values.find(name) != Some(0);
    let (servers, timeout, latency) = (small("nodes", 5), number("timeout"), number("latency"));
    let members = small("members", servers).min(servers);
    let retry = values.find("retry").map_or(200, |_| number("retry"));
    let config = Config {
        first_configuration: Configuration::of(Servers::first(members)),
        election_timeout: timeout..=timeout + number("spread"),
        heartbeat_interval: number("heartbeat"),
        reads: match values.get("reads") {
            1 => Reads::Index,
            2 => Reads::Lease,
            _ => Reads::Log,
        },
        transition: if values.is_on("change") {
            Transition::JointConsensus
        } else {
            Transition::SingleServer
        },
        snapshot_after: u32::from(small("snapshot", 0)),
        retry_after: retry..=retry,
        tries: small("tries", 5),
        rules: Rules {
            one_vote_per_term: rule("one-vote"),
            vote_is_durable: rule("vote-durable"),
            up_to_date_check: rule("up-to-date"),
            consistency_check: rule("consistency-check"),
            commit_current_term_only: rule("commit-rule"),
            commit_before_change: rule("membership-rule"),
            read_confirmation: rule("read-confirmation"),
            session_deduplication: rule("session-dedup"),
            lease_drift_bound: rule("lease-bound"),
        },
        additions: Additions {
            pre_vote: values.is_on("pre-vote"),
            check_quorum: values.is_on("check-quorum"),
            no_op: values.is_on("no-op"),
        },
        ..Config::new(servers)
    };
    let link = Link::new(latency..=latency + number("jitter")).losing(small("loss", 0));
    (config, small("clients", 0), link)
}

fn possible_asks(world: &World<Member>, node: NodeId, membership: bool) -> Vec<(Ask, String)> {
    if node.is_client() {
        return [
            (asks::WRITE, "Write x"),
            (asks::READ, "Read x"),
            (asks::SWAP, "Swap x"),
            (asks::WRITE_Y, "Write y"),
            (asks::READ_Y, "Read y"),
        ]
        .map(|(ask, label)| (ask, label.to_owned()))
        .to_vec();
    }
    let mut possible = vec![(asks::WRITE, "Client write".to_owned())];
    let Some(server) = world.node(node).process.server().filter(|server| server.is_leader()) else {
        return possible;
    };
    for other in world.servers() {
        let configuration = server.configuration;
        if other != node && configuration.electors().has(other) {
            possible.push((asks::transfer(other), format!("Hand over to {other}")));
        }
        if !membership {
            continue;
        }
        let change = if configuration.learners.has(other) {
            possible.push((asks::reconfigure(Reconfiguration::Promote(other)), format!("Let {other} vote")));
            continue;
        } else if configuration.voters.has(other) {
            (Reconfiguration::Remove(other), "Remove")
        } else {
            let learner = asks::reconfigure(Reconfiguration::AddLearner(other));
            possible.push((learner, format!("Add {other} as learner")));
            (Reconfiguration::Add(other), "Add")
        };
        possible.push((asks::reconfigure(change.0), format!("{} {other}", change.1)));
    }
    if membership {
        possible.push((asks::TAKE_SNAPSHOT, "Take a snapshot".to_owned()));
    }
    possible
}

const fn invariant(
    name: &'static str,
    meaning: &'static str,
    source: &'static str,
    broken: crate::figure::Judge<Member, Witness>,
) -> Invariant<Member, Witness> {
    Invariant { info: InvariantInfo { name, meaning, source }, broken }
}

const ELECTION_SAFETY: Invariant<Member, Witness> =
    invariant("Election Safety", "at most one leader is elected in a term", "§5.2", |_, witness, _| {
        words::breach(witness, Property::ElectionSafety)
    });
const LEADER_APPEND_ONLY: Invariant<Member, Witness> =
    invariant("Leader Append-Only", "a leader only appends to its own log", "§5.3", |_, witness, _| {
        words::breach(witness, Property::LeaderAppendOnly)
    });
const LOG_MATCHING: Invariant<Member, Witness> = invariant(
    "Log Matching",
    "logs that agree in index and term of an entry are identical up to it",
    "§5.3",
    |_, witness, _| words::breach(witness, Property::LogMatching),
);
const LEADER_COMPLETENESS: Invariant<Member, Witness> = invariant(
    "Leader Completeness",
    "what is committed in a term is in the log of every later leader",
    "§5.4",
    |_, witness, _| words::breach(witness, Property::LeaderCompleteness),
);
const STATE_MACHINE_SAFETY: Invariant<Member, Witness> = invariant(
    "State Machine Safety",
    "no two servers apply different entries at one index",
    "§5.4.3",
    |_, witness, _| words::breach(witness, Property::StateMachineSafety),
);
const LINEARIZABILITY: Invariant<Member, Witness> = invariant(
    "Linearizability",
    "what clients were told could have come from a single copy",
    "Herlihy and Wing, 1990; dissertation §6.3",
    |_, witness, _| words::breach(witness, Property::Linearizability),
);
const QUORUMS_OVERLAP: Invariant<Member, Witness> = invariant(
    "Quorum overlap",
    "any two sets of servers that can decide share one",
    "§6; dissertation §4.1",
    |_, witness, _| words::breach(witness, Property::QuorumsOverlap),
);

const FIGURE_3: [Invariant<Member, Witness>; 5] =
    [ELECTION_SAFETY, LEADER_APPEND_ONLY, LOG_MATCHING, LEADER_COMPLETENESS, STATE_MACHINE_SAFETY];
const WITH_CLIENTS: [Invariant<Member, Witness>; 6] = [
    ELECTION_SAFETY,
    LEADER_APPEND_ONLY,
    LOG_MATCHING,
    LEADER_COMPLETENESS,
    STATE_MACHINE_SAFETY,
    LINEARIZABILITY,
];
const WITH_QUORUMS: [Invariant<Member, Witness>; 7] = [
    ELECTION_SAFETY,
    LEADER_APPEND_ONLY,
    LOG_MATCHING,
    LEADER_COMPLETENESS,
    STATE_MACHINE_SAFETY,
    QUORUMS_OVERLAP,
    LINEARIZABILITY,
];
