//! The demo `crdt`: its settings, its looks, and what can be asked of whom.

use alloc::rc::Rc;
use core::cell::OnceCell;

use super::counterexample::Counterexample;
use super::kind::{Breach, Kind, Replication, Request, Rules};
use super::meaning::lost_writes;
use super::message::Message;
use super::payload::Element;
use super::replica::{Config, Replica};
use super::safety::{LAWS, Witness};
use super::{Update, proof, scenarios, words};
use crate::explore::Hint;
use crate::figure::{Demo, Frame, Info, Invariant, OptionKind, OptionSpec, Scenario, Values};
use crate::prelude::*;
use crate::put;
use crate::sim::{Action, Ask, Change, Link, Links, Node, NodeId, Roster, World};
use crate::view::diagram::{Lane, MessageMark};
use crate::view::geometry::letters;
use crate::view::ring::{self, NodeMark};
use crate::view::{Html, holdings, table};

/// What is put into sets and registers.
pub(super) const ELEMENTS: [Element; 3] = [Element(1), Element(2), Element(3)];
/// The number by which the first thing is asked for that no button offers: guided runs put more into a set.
pub(super) const MORE: u32 = 32;
/// Letters that fit into a node of the ring.
const INSIDE_MAX: i64 = 6;

/// A few replicas of one object.
#[derive(Debug, Clone)]
pub struct Crdt {
    config: Config,
    link: Link,
    /// The smallest breach, looked for the first time that it is shown.
    breach: Rc<OnceCell<Option<Counterexample>>>,
}

const fn rule(name: &'static str, summary: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Flag { default: true }, unit: "", summary }
}

const fn choice(name: &'static str, values: &'static [&'static str], summary: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Choice { values }, unit: "", summary }
}

const fn integer(
    name: &'static str,
    (min, max, default): (i64, i64, i64),
    unit: &'static str,
    summary: &'static str,
) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Integer { min, max, default }, unit, summary }
}

/// Where a rule matters: to the type and the replication at these places.
const fn hint(rule: &'static str, options: &'static [(&'static str, i64)]) -> Hint {
    Hint { rule, options, ..Hint::NONE }
}

/// The rules' options, in the order of [`Breach::ALL`].
const RULES: [&str; 8] =
    ["max", "own-entries", "tombstones", "tags", "context", "tie-break", "once", "causal-order"];

impl Demo for Crdt {
    type Process = Replica;
    type Witness = Witness;

    const INFO: Info = Info {
        id: "crdt",
        title: "CRDTs: replicas that always agree in the end",
        summary: "Update replicas that ask nobody, lose, double and reorder their messages, and take away the rule that makes them agree.",
        source: "Shapiro, Preguiça, Baquero, Zawirski, A comprehensive study of Convergent and Commutative Replicated Data Types, \
                 RR-7506, 2011, §2 and §3; Almeida, Shoker, Baquero, Delta state replicated data types, 2018",
    };
    const OPTIONS: &'static [OptionSpec] = &[
        choice(
            "type",
            &[
                "g-counter",
                "pn-counter",
                "g-set",
                "2p-set",
                "lww-set",
                "or-set",
                "lww-register",
                "mv-register",
            ],
            "the replicated data type",
        ),
        choice(
            "replication",
            &["state", "delta", "operation"],
            "what replicas send: all they have, what is new, or each update by itself",
        ),
        integer("replicas", (2, 5, 3), "", "replicas"),
        integer("gossip", (50, 2_000, 150), "ms", "time between two rounds of telling the others"),
        integer("loss", (0, 90, 0), "%", "messages lost on the way"),
        integer("duplication", (0, 100, 0), "%", "messages that arrive twice"),
        rule("max", "counters: merging takes the greater of two entries; off: it adds them up"),
        rule("own-entries", "counters: each replica counts in an entry of its own; off: all in one"),
        rule("tombstones", "2P-Set and LWW-set: what was removed is remembered; off: it is just left out"),
        rule("tags", "OR-Set: each addition has a tag of its own; off: one an element"),
        rule(
            "context",
            "OR-Set and MV-register: what was seen and is gone stays gone; off: merging is plain union",
        ),
        rule(
            "tie-break",
            "LWW: equal clock readings are told apart by replica; off: whichever comes last wins",
        ),
        rule("once", "operations: what comes twice is dropped; off: it is applied again"),
        rule("causal-order", "operations: none before those it builds on; off: as they come"),
    ];
    const CARDS: bool = true;
    const HINTS: &'static [Hint] = &[
        hint("max", &[("type", 0), ("replication", 0)]),
        hint("max", &[("type", 1), ("replication", 0)]),
        hint("own-entries", &[("type", 0), ("replication", 0)]),
        hint("own-entries", &[("type", 1), ("replication", 0)]),
        hint("tombstones", &[("type", 3)]),
        hint("tombstones", &[("type", 4)]),
        hint("tags", &[("type", 5)]),
        hint("context", &[("type", 5), ("replication", 0)]),
        hint("context", &[("type", 7), ("replication", 0)]),
        hint("tie-break", &[("type", 6)]),
        hint("tie-break", &[("type", 4)]),
        hint("once", &[("type", 0), ("replication", 2)]),
        hint("once", &[("type", 1), ("replication", 2)]),
        hint("once", &[("type", 5), ("replication", 2)]),
        hint("once", &[("type", 7), ("replication", 2)]),
        hint("causal-order", &[("type", 5), ("replication", 2)]),
        hint("causal-order", &[("type", 7), ("replication", 2)]),
    ];

    fn new(values: &Values) -> Self {
        let place = |name: &str| usize::try_from(values.get(name)).unwrap_or(0);
        let mut rules = Rules::of(Kind::ALL[place("type") % Kind::ALL.len()]);
        for (name, breach) in RULES.into_iter().zip(Breach::ALL) {
            if !values.is_on(name) {
                rules = rules.without(breach);
            }
        }
        let gossip = values.get("gossip").unsigned_abs();
        let percent = |name: &str| u8::try_from(values.get(name)).unwrap_or(0);
        let link = Link::new(10..=40).unordered().losing(percent("loss")).doubling(percent("duplication"));
        Self {
            link,
            config: Config {
                replicas: u8::try_from(values.get("replicas")).unwrap_or(0),
                rules,
                replication: Replication::ALL[place("replication") % Replication::ALL.len()],
                gossip: gossip..=gossip + gossip / 2,
            },
            breach: Rc::default(),
        }
    }

    fn world(&self) -> World<Replica> {
        World::new(NodeId::all(self.config.replicas).map(|id| Replica::new(id, self.config.clone())))
    }

    fn links(&self) -> Links {
        let roster = Roster { servers: self.config.replicas, clients: 0 };
        Links::mesh(roster, &self.link)
    }

    fn asks(&self, world: &World<Replica>, node: NodeId) -> Vec<(Ask, String)> {
        let payload = world.node(node).process.payload();
        let kind = self.config.rules.kind;
        let mut asks = Vec::new();
        for (number, update) in (0..).zip(kind.updates(&ELEMENTS)) {
            let can = match update {
                Update::Remove(element) => payload.has(element, kind),
                _ => true,
            };
            if can {
                asks.push((Ask(number), words::update(update)));
            }
        }
        asks
    }

    fn command(&self, _: NodeId, ask: Ask, _: u32, clock: u64) -> Option<Request> {
        let updates = self.config.rules.kind.updates(&ELEMENTS);
        let more = || {
            let element = ask.0.checked_sub(MORE).filter(|letter| (1..=26).contains(letter))?;
            matches!(updates.first(), Some(Update::Add(_))).then_some(Update::Add(Element(element)))
        };
        let offered = updates.get(usize::try_from(ask.0).ok()?).copied();
        Some(Request { update: offered.or_else(more)?, clock })
    }

    fn invariants() -> &'static [Invariant<Replica, Witness>] {
        &LAWS
    }

    fn observe(witness: &mut Witness, world: &World<Replica>, action: Action, change: &Change<Replica>) {
        witness.observe(world, action, change);
    }

    fn scenarios() -> &'static [Scenario<Replica, Witness>] {
        scenarios::ALL
    }

    fn narrate(&self, world: &World<Replica>, action: Action, change: &Change<Replica>) -> String {
        words::narrate(world, action, change)
    }

    fn picture(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        let kind = self.config.rules.kind;
        let mut nodes = Vec::new();
        for id in frame.world.ids() {
            let process = &frame.world.node(id).process;
            let (class, trouble) = frame.trouble(id).unwrap_or(("follower", ""));
            let value = words::value(kind, &process.value());
            let fits = letters(&value) <= INSIDE_MAX;
            let caption = match trouble {
                "" if fits => String::new(),
                "" => value.clone(),
                word => word.to_owned(),
            };
            nodes.push(NodeMark {
                id,
                class,
                inside: if fits { value } else { String::new() },
                caption,
                timer: frame.countdown(id),
                unsynced: frame.world.node(id).has_unsynced_writes(),
                words: format!("{id} reads {}", words::replica(process)),
            });
        }
        let title = words::describe(frame.world);
        ring::draw(html, &nodes, &frame.couriers(), &frame.looking, &title);
    }

    fn bench(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        let Config { rules, replication, .. } = self.config;
        holdings::begin(html, "What every replica reads, and its payload");
        for id in frame.world.ids() {
            let process = &frame.world.node(id).process;
            let class = if frame.world.is_up(id) { "follower" } else { "crashed" };
            let value = words::value(rules.kind, &process.value());
            holdings::begin_card(html, (id, class), &frame.looking, &value);
            for part in words::parts(process.payload()) {
                holdings::part(html, "", &part, "");
            }
            holdings::end_card(html);
        }
        holdings::end(html);
        let traffic = frame.witness.traffic();
        put!(html, "<p class=\"tally\">Sent so far: {} messages, {} bytes", traffic.messages, traffic.bytes);
        if replication != Replication::State {
            put!(html, "; with the whole state in each round it would be {}", traffic.bytes_as_states);
        }
        put!(html, ".</p>");
        if rules.kind == Kind::LwwRegister {
            self.forgotten(frame, html);
        }
        if rules == Rules::of(rules.kind) {
            return;
        }
        match self.breach.get_or_init(|| proof::find(rules, replication)) {
            Some(found) => proof::write(rules, found, html),
            None => put!(
                html,
                "<p class=\"tally\">The rule that is off doesn’t concern this type, replicated like this.</p>"
            ),
        }
    }

    fn describe(&self, world: &World<Replica>) -> String {
        words::describe(world)
    }

    fn lane(node: &Node<Replica>) -> Lane {
        if !node.up {
            return Lane { class: "crashed", label: "crashed".to_owned() };
        }
        let process = &node.process;
        Lane { class: "follower", label: words::value(process.config().rules.kind, &process.value()) }
    }

    fn mark(message: &Message) -> MessageMark {
        let (class, label) = match message {
            Message::State(_) => ("sync", "state"),
            Message::Delta { whole: false, .. } => ("entries", "delta"),
            Message::Delta { .. } => ("entries", "all"),
            Message::Operation(_) => ("ask", "operation"),
            Message::Acknowledge(_) | Message::Applied(_) => ("ack", ""),
        };
        MessageMark { class, label: label.to_owned() }
    }

    fn tell(message: &Message) -> String {
        words::message(message)
    }

    fn state(&self, world: &World<Replica>, html: &mut Html) {
        table::begin(
            html,
            "Every replica. What is on disk survives a crash; deltas kept for others, and operations that came too early, don’t.",
            &[("on disk", &["reads", "payload", "updates"]), ("in memory", &["deltas", "early"])],
        );
        for id in world.ids() {
            let (process, disk) = (&world.node(id).process, &world.node(id).disk);
            put!(
                html,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"number\">{}</td>\
                 <td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                id,
                words::value(self.config.rules.kind, &disk.payload.value(self.config.rules.kind)),
                words::payload(&disk.payload),
                disk.updates,
                process.deltas(),
                process.broadcast().early.len()
            );
        }
        table::end(html);
    }
}

impl Crdt {
    /// Writes that last-writer-wins has thrown away, by the updates that anybody has seen.
    fn forgotten(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        let records = frame.witness.records();
        let mut seen = super::Context::default();
        for record in records {
            seen.insert(record.dot);
        }
        for lost in lost_writes(records, &seen) {
            let Some(record) = records.iter().find(|record| record.dot == lost.lost) else { continue };
            put!(
                html,
                "<p class=\"tally\"><strong>Lost:</strong> {} by {}{}.</p>",
                words::update(record.request.update),
                lost.lost.replica,
                if lost.was_later {
                    ", though it came later and had seen the winner"
                } else {
                    ", concurrent with the winner"
                }
            );
        }
    }
}
