//! The demo `version-vectors`: its settings, its looks, and what can be asked of whom.

use super::mechanism::{Item, Mechanism, Siblings};
use super::node::{Command, Deed, Message, Node, State};
use super::witness::{Witness, nothing_false, nothing_lost, order_is_causal};
use super::{scenarios, words};
use crate::figure::{Demo, Frame, Info, Invariant, InvariantInfo, OptionKind, OptionSpec, Scenario, Values};
use crate::prelude::*;
use crate::put;
use crate::sim::{Action, Ask, Change, Link, Links, Node as Place, NodeId, Roster, World};
use crate::view::diagram::{Lane, MessageMark};
use crate::view::geometry::letters;
use crate::view::ring::{self, NodeMark};
use crate::view::{Html, holdings, table};

/// Letters that fit under a node.
const CAPTION_MAX: i64 = 24;
/// Things that are offered on buttons.
const OFFERED: u8 = 3;

/// A cart on a few servers, and clients who fill it.
#[derive(Debug, Clone)]
pub struct VersionVectors {
    servers: u8,
    clients: u8,
    mechanism: Mechanism,
}

const fn integer(
    name: &'static str,
    (min, max, default): (i64, i64, i64),
    summary: &'static str,
) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Integer { min, max, default }, unit: "", summary }
}

const LAWS: [Invariant<Node, Witness>; 3] = [
    Invariant {
        info: InvariantInfo {
            name: "Freedom from lost updates",
            meaning: "no sibling is dropped unless one that stays has seen it",
            source: "DeCandia et al., SOSP 2007, §4.4",
        },
        broken: nothing_lost,
    },
    Invariant {
        info: InvariantInfo {
            name: "Freedom from false siblings",
            meaning: "no version is kept beside one that has seen it",
            source: "Preguiça et al., arXiv:1011.5808, 2010",
        },
        broken: nothing_false,
    },
    Invariant {
        info: InvariantInfo {
            name: "Causal order of vectors",
            meaning: "of two versions one covers the other exactly when its write had seen the other’s",
            source: "Parker et al., IEEE TSE SE-9(3), 1983",
        },
        broken: order_is_causal,
    },
];

impl Demo for VersionVectors {
    type Process = Node;
    type Witness = Witness;

    const INFO: Info = Info {
        id: "version-vectors",
        title: "Version vectors: a cart on several servers",
        summary: "Write through any server, let them meet, and see which versions replace which, and what a wrong answer loses.",
        source: "Parker et al., Detection of Mutual Inconsistency in Distributed Systems, 1983; Preguiça et al., Dotted Version \
                 Vectors, 2010; DeCandia et al., Dynamo, 2007, §4.4",
    };
    const OPTIONS: &'static [OptionSpec] = &[
        OptionSpec {
            name: "mechanism",
            kind: OptionKind::Choice { values: &["dotted", "per-server", "per-client", "per-object"] },
            unit: "",
            summary: "what a version carries: a dot and a vector; a vector with an entry a server, or a client; or one vector for all \
                      siblings together",
        },
        integer("servers", (2, 4, 2), "servers that keep the cart"),
        integer("clients", (2, 3, 2), "clients who fill it"),
        integer(
            "entries",
            (0, 9, 0),
            "with per-client: entries that a vector keeps, the latest; 0 keeps all",
        ),
    ];
    const SOUND: &'static [(&'static str, &'static str)] = &[("mechanism", "dotted")];
    const CARDS: bool = true;

    fn new(values: &Values) -> Self {
        let number = |name: &str| u8::try_from(values.get(name)).unwrap_or(0);
        let entries_max = match number("entries") {
            0 => usize::MAX,
            some => usize::from(some),
        };
        let mechanism = match values.get("mechanism") {
            1 => Mechanism::PerServer,
            2 => Mechanism::PerClient { entries_max },
            3 => Mechanism::PerObject,
            _ => Mechanism::Dotted,
        };
        Self { servers: number("servers"), clients: number("clients"), mechanism }
    }

    fn world(&self) -> World<Node> {
        let node = |id| Node::new(id, self.servers, self.mechanism);
        let clients = (0..self.clients).map(NodeId::client);
        World::with_clients(NodeId::all(self.servers).map(node), clients.map(node))
    }

    fn links(&self) -> Links {
        let roster = Roster { servers: self.servers, clients: self.clients };
        Links::mesh(roster, &Link::new(10..=30))
    }

    fn asks(&self, world: &World<Node>, node: NodeId) -> Vec<(Ask, String)> {
        let mut asks = Vec::new();
        if !node.is_client() {
            let versions = &world.node(node).process.siblings().versions;
            let is_long = versions.iter().any(|version| version.past.entries().len() > 1);
            if self.mechanism.can_be_pruned() && is_long {
                offer(&mut asks, Deed::Prune, node);
            }
            return asks;
        }
        let view = world.node(node).process.siblings();
        let seen = view.union();
        let mut deeds: Vec<Deed> = (0..OFFERED).map(|item| Deed::Add(Item(item))).collect();
        deeds.push(Deed::Read);
        deeds.extend(seen.items().map(Deed::Remove));
        if view.versions.len() > 1 {
            deeds.push(Deed::Merge);
        }
        for server in NodeId::all(self.servers) {
            for deed in &deeds {
                offer(&mut asks, *deed, server);
            }
        }
        offer(&mut asks, Deed::AddBlindly(Item(1)), NodeId(0));
        offer(&mut asks, Deed::Forget, NodeId(0));
        asks
    }

    fn command(&self, node: NodeId, ask: Ask, _: u32, clock: u64) -> Option<Command> {
        let command = Command::from_ask(ask, clock)?;
        let fits = match command.deed {
            Deed::Prune => command.server == node && self.mechanism.can_be_pruned(),
            _ => node.is_client() && command.server.0 < self.servers,
        };
        fits.then_some(command)
    }

    fn invariants() -> &'static [Invariant<Node, Witness>] {
        &LAWS
    }

    fn observe(witness: &mut Witness, world: &World<Node>, action: Action, change: &Change<Node>) {
        witness.observe(world, action, change);
    }

    fn scenarios() -> &'static [Scenario<Node, Witness>] {
        scenarios::ALL
    }

    fn narrate(&self, world: &World<Node>, action: Action, change: &Change<Node>) -> String {
        words::narrate(world, action, change)
    }

    fn picture(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        let mut nodes = Vec::new();
        for id in frame.world.ids() {
            let node = &frame.world.node(id).process;
            let (class, caption) = match frame.trouble(id) {
                Some((class, word)) => (class, word.to_owned()),
                None if id.is_client() => (look(node), count(node.siblings())),
                None => (look(node), carts(node.siblings())),
            };
            nodes.push(NodeMark {
                id,
                class,
                inside: if id.is_client() { String::new() } else { times(node.siblings()) },
                caption,
                timer: frame.countdown(id),
                unsynced: frame.world.node(id).has_unsynced_writes(),
                words: words::node(node),
            });
        }
        let title = words::describe(frame.world);
        ring::draw(html, &nodes, &frame.couriers(), &frame.looking, &title);
    }

    fn bench(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        holdings::begin(html, "Versions that every server has, and that every client has read");
        for id in frame.world.ids() {
            let node = &frame.world.node(id).process;
            let siblings = node.siblings();
            let class = if frame.world.is_up(id) { look(node) } else { "crashed" };
            let holds =
                if id.is_client() { words::read(siblings) } else { words::versions(siblings.versions.len()) };
            holdings::begin_card(html, (id, class), &frame.looking, &holds);
            for version in &siblings.versions {
                let label = words::label(self.mechanism, version);
                holdings::part(html, "", &label, &words::cart(version.cart));
            }
            if self.mechanism == Mechanism::PerObject {
                holdings::part(html, "", &words::vector(&siblings.shared), "for all of them together");
            } else if id.is_client() {
                holdings::part(html, "", &words::vector(&self.mechanism.context(siblings)), "its context");
            }
            holdings::end_card(html);
        }
        holdings::end(html);
    }

    fn describe(&self, world: &World<Node>) -> String {
        words::describe(world)
    }

    fn lane(node: &Place<Node>) -> Lane {
        let process = &node.process;
        if !node.up {
            return Lane { class: "crashed", label: "crashed".to_owned() };
        }
        Lane { class: look(process), label: carts(process.siblings()) }
    }

    fn mark(message: &Message) -> MessageMark {
        let (class, label) = match message {
            Message::Get => ("ask", "read".to_owned()),
            Message::Got(found) => ("client-answer", count(found)),
            Message::Put(put) => ("entries", words::cart(put.cart)),
            Message::Stored(_) => ("ack", String::new()),
            Message::Overtaken(_) => ("no", "too late".to_owned()),
            Message::Sync(all) => ("sync", if all.versions.is_empty() { String::new() } else { count(all) }),
        };
        MessageMark { class, label }
    }

    fn tell(message: &Message) -> String {
        words::message(message)
    }

    fn state(&self, world: &World<Node>, html: &mut Html) {
        table::begin(
            html,
            "What is on disk. A server covers the writes that its vectors have; a client sends what it has read along with a write.",
            &[("the cart", &["versions", "merged"]), ("known", &["covers", "writes"])],
        );
        for id in world.ids() {
            let disk = &world.node(id).disk;
            let (siblings, writes) = match disk {
                State::Server(server) => {
                    (&server.siblings, server.taken.iter().map(|write| write.number).sum::<u32>())
                }
                State::Client(client) => (&client.view, client.writes),
            };
            put!(
                html,
                "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>",
                id,
                siblings.versions.len(),
                words::cart(siblings.union()),
                words::vector(&self.mechanism.context(siblings)),
                writes
            );
        }
        table::end(html);
    }
}

fn offer(asks: &mut Vec<(Ask, String)>, deed: Deed, server: NodeId) {
    let command = Command { deed, server, clock: 0 };
    if let Some(ask) = command.to_ask() {
        asks.push((ask, words::ask(command)));
    }
}

/// A conflict looks like something that somebody has to decide.
fn look(node: &Node) -> &'static str {
    match &node.state {
        State::Client(_) => "client",
        State::Server(server) if server.siblings.versions.len() > 1 => "candidate",
        State::Server(_) => "follower",
    }
}

/// The siblings' carts, side by side; where that is too long, all together.
fn carts(siblings: &Siblings) -> String {
    let mut text = String::new();
    for (place, version) in siblings.versions.iter().enumerate() {
        text.push_str(if place == 0 { "" } else { " | " });
        text.push_str(&words::cart(version.cart));
    }
    if letters(&text) <= CAPTION_MAX { text } else { format!("in all {}", words::cart(siblings.union())) }
}

/// How many there are, for the few characters that fit into a disc. One is seen in the caption.
fn times(siblings: &Siblings) -> String {
    match siblings.versions.len() {
        0 => "empty".to_owned(),
        1 => String::new(),
        more => format!("×{more}"),
    }
}

fn count(siblings: &Siblings) -> String {
    match siblings.versions.len() {
        0 => "empty".to_owned(),
        1 => "1 version".to_owned(),
        more => format!("{more} siblings"),
    }
}
