//! The demo `raft-election`: elections and the log they protect.

use super::node::{Additions, Config, Raft, Rules, Write};
use super::safety::{self, Witness};
use super::{Message, picture, scenarios, words};
use crate::explore::{Bounds, Model};
use crate::figure::{Demo, Frame, Info, Invariant, InvariantInfo, OptionKind, OptionSpec, Scenario, Values};
use crate::sim::{Action, Ask, Change, Link, Links, Node, NodeId, World};
use crate::view::Element;
use crate::view::diagram::{Lane, MessageMark};
use crate::view::element::Text;
use crate::view::table::Table;

/// A cluster of Raft servers and its network.
#[derive(Debug, Clone)]
pub struct RaftElection {
    pub(super) config: Config,
    pub(super) link: Link,
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

impl Demo for RaftElection {
    type Process = Raft;
    type Witness = Witness;

    const INFO: Info = Info {
        id: "raft-election",
        title: "Raft: elections and the log",
        summary: "Crash servers, cut links and write, and watch a cluster choose a leader and keep its promises.",
        source: "Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm, 2014, §5",
    };

    const OPTIONS: &'static [OptionSpec] = &[
        integer("nodes", (3, 7, 5), "", "servers in the cluster"),
        integer("timeout", (50, 5_000, 150), "ms", "shortest election timeout"),
        integer("spread", (0, 1_000, 150), "ms", "how much longer a timeout may be drawn; 0 makes all equal"),
        integer("heartbeat", (10, 500, 50), "ms", "time between two heartbeats of a leader"),
        integer("latency", (1, 200, 10), "ms", "shortest one-way delay of a message"),
        integer("jitter", (0, 200, 10), "ms", "how much longer a message may take"),
        integer("loss", (0, 90, 0), "%", "messages lost on the way"),
        flag("pre-vote", false, "ask whether one could win before raising the term (dissertation §9.6)"),
        flag("check-quorum", false, "a leader that hears no majority steps down (dissertation §6.2)"),
        flag("no-op", false, "a new leader begins its term with an empty entry (§8)"),
        flag("one-vote", true, "a server votes for one candidate a term (§5.2)"),
        flag("vote-durable", true, "a vote is on disk before it is sent (§5.2)"),
        flag("up-to-date", true, "no vote for a candidate whose log is less up to date (§5.4.1)"),
        flag(
            "consistency-check",
            true,
            "a follower refuses entries that don't follow on from its log (§5.3)",
        ),
        flag("commit-rule", true, "commit only entries of the leader's own term by counting (§5.4.2)"),
    ];

    const MODEL: Model = Model {
        options: &[("nodes", 3), ("loss", 0)],
        bounds: Bounds {
            // Two elections and a heartbeat; the other timers belong to additions that are off.
            timeouts: [2, 1, 0, 0],
            asks: 1,
            crashes: 1,
            // All of Raft's writes are durable, and what is lost might as well stay under way.
            power_failures: 0,
            losses: 0,
            duplications: 0,
            in_flight: 4,
        },
    };

    fn new(values: &Values) -> Self {
        let at_least_0 = |name: &str| u64::try_from(values.get(name)).unwrap_or(0);
        let (timeout, latency) = (at_least_0("timeout"), at_least_0("latency"));
        Self {
            config: Config {
                servers: u8::try_from(values.get("nodes")).unwrap_or(5),
                election_timeout: timeout..=timeout + at_least_0("spread"),
                heartbeat_interval: at_least_0("heartbeat"),
                rules: Rules {
                    one_vote_per_term: values.is_on("one-vote"),
                    vote_is_durable: values.is_on("vote-durable"),
                    up_to_date_check: values.is_on("up-to-date"),
                    consistency_check: values.is_on("consistency-check"),
                    commit_current_term_only: values.is_on("commit-rule"),
                },
                additions: Additions {
                    pre_vote: values.is_on("pre-vote"),
                    check_quorum: values.is_on("check-quorum"),
                    no_op: values.is_on("no-op"),
                },
            },
            link: Link::new(latency..=latency + at_least_0("jitter"))
                .losing(u8::try_from(values.get("loss")).unwrap_or(0)),
        }
    }

    fn world(&self) -> World<Raft> {
        World::new(NodeId::all(self.config.servers).map(|id| Raft::new(id, self.config.clone())))
    }

    fn links(&self) -> Links {
        Links::mesh(self.world().roster(), &self.link)
    }

    fn asks(&self, _: &World<Raft>, _: NodeId) -> Vec<(Ask, Text)> {
        vec![(Ask(0), "Client write".into())]
    }

    fn command(&self, _: NodeId, _: Ask, number: u32, _: u64) -> Option<Write> {
        Some(Write(number))
    }

    fn invariants() -> &'static [Invariant<Self>] {
        INVARIANTS
    }

    fn observe(witness: &mut Witness, world: &World<Raft>, _: Action, change: &Change<Raft>) {
        witness.observe(world, change);
    }

    fn scenarios() -> &'static [Scenario<Self>] {
        scenarios::SCENARIOS
    }

    fn narrate(&self, world: &World<Raft>, action: Action, change: &Change<Raft>) -> String {
        words::narrate(world, action, change)
    }

    fn picture(&self, frame: &Frame<'_, Self>) -> Element {
        picture::draw(frame)
    }

    fn describe(&self, world: &World<Raft>) -> String {
        words::describe(world)
    }

    fn lane(node: &Node<Raft>) -> Lane {
        picture::lane(node)
    }

    fn mark(message: &Message) -> MessageMark {
        picture::mark(message)
    }

    fn tell(message: &Message) -> String {
        words::message(message)
    }

    fn state(&self, world: &World<Raft>) -> Table {
        picture::state(world)
    }
}

const INVARIANTS: &[Invariant<RaftElection>] = &[
    Invariant {
        info: InvariantInfo {
            name: "Election Safety",
            meaning: "at most one leader is elected in a term",
            source: "§5.2",
        },
        broken: safety::election_safety,
    },
    Invariant {
        info: InvariantInfo {
            name: "Leader Append-Only",
            meaning: "a leader only appends to its own log",
            source: "§5.3",
        },
        broken: safety::leader_append_only,
    },
    Invariant {
        info: InvariantInfo {
            name: "Log Matching",
            meaning: "logs that agree in index and term of an entry are identical up to it",
            source: "§5.3",
        },
        broken: safety::log_matching,
    },
    Invariant {
        info: InvariantInfo {
            name: "Leader Completeness",
            meaning: "what is committed in a term is in the log of every later leader",
            source: "§5.4",
        },
        broken: safety::leader_completeness,
    },
    Invariant {
        info: InvariantInfo {
            name: "State Machine Safety",
            meaning: "no two servers apply different entries at one index",
            source: "§5.4.3",
        },
        broken: safety::state_machine_safety,
    },
];
