//! The demo `crdt-text`.

use alloc::rc::Rc;

use super::document::{Algorithm, Edit, Element};
use super::replica::{Config, Key, Message, Replica, Stroke};
use super::safety::{LAWS, Witness};
use super::{edit, scenarios, tree, words};
use crate::explore::{Bounds, Model};
use crate::figure::{Demo, Frame, Info, Invariant, OptionKind, OptionSpec, Scenario, Typing, Values};
use crate::prelude::*;
use crate::put;
use crate::sim::{Action, Ask, Change, Link, Links, Node, NodeId, Roster, World};
use crate::view::diagram::{Lane, MessageMark};
use crate::view::{Flag, Html, table};

/// A guided run.
pub(super) type Run = Scenario<Replica, Witness>;

/// Editors on one document.
#[derive(Debug, Clone)]
pub struct CrdtText {
    config: Rc<Config>,
    link: Link,
}

const fn integer(
    name: &'static str,
    (min, max, default): (i64, i64, i64),
    unit: &'static str,
    summary: &'static str,
) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Integer { min, max, default }, unit, summary }
}

/// Characters of a text on a line of the diagram.
const LANE_MAX: usize = 12;

impl Demo for CrdtText {
    type Process = Replica;
    type Witness = Witness;

    const INFO: Info = Info {
        id: "crdt-text",
        title: "Text that several people edit at once",
        summary: "Type in two or three editors of one document, hold back what they send, and compare two algorithms.",
        source: "Weidner and Kleppmann, The Art of the Fugue, 2023; Roh et al., Replicated abstract data types, 2011",
    };
    const OPTIONS: &'static [OptionSpec] = &[
        integer("replicas", (2, 3, 2), "", "editors, each with a replica of its own"),
        integer("latency", (1, 500, 20), "ms", "shortest one-way delay of a message"),
        integer("jitter", (0, 500, 10), "ms", "how much longer a message may take"),
        integer("loss", (0, 90, 0), "%", "messages lost on the way"),
        OptionSpec {
            name: "non-interleaving",
            kind: OptionKind::Flag { default: true },
            unit: "",
            summary: "Fugue’s order, which keeps what was typed in one go together; off: RGA’s",
        },
    ];
    const CARDS: bool = true;
    const MODEL: Model = Model {
        options: &[],
        bounds: Bounds {
            timeouts: [0; 4],
            asks: 4,
            crashes: 0,
            power_failures: 0,
            losses: 0,
            duplications: 0,
            in_flight: 5,
        },
    };

    fn new(values: &Values) -> Self {
        let number = |name: &str| u64::try_from(values.get(name)).unwrap_or(0);
        let algorithm = if values.is_on("non-interleaving") { Algorithm::Fugue } else { Algorithm::Rga };
        let replicas = u8::try_from(number("replicas")).unwrap_or(2);
        let (latency, loss) = (number("latency"), u8::try_from(number("loss")).unwrap_or(0));
        // Longer than there and back, or everything would be sent twice.
        let patience = 400 + 2 * (latency + number("jitter"));
        let config = Config { replicas, algorithm, gossip: patience..=patience + 100 };
        let link = Link::new(latency..=latency + number("jitter")).losing(loss);
        Self { config: Rc::new(config), link }
    }

    fn world(&self) -> World<Replica> {
        World::new(NodeId::all(self.config.replicas).map(|id| Replica::new(id, self.config.clone())))
    }

    fn links(&self) -> Links {
        Links::mesh(Roster { servers: self.config.replicas, clients: 0 }, &self.link)
    }

    fn asks(&self, world: &World<Replica>, node: NodeId) -> Vec<(Ask, String)> {
        let mut asks = vec![
            (Ask(0), "Type a letter".to_owned()),
            (edit::ask(Stroke { at: Some(0), key: Key::Letter('A') }), "Type “A” at the start".to_owned()),
        ];
        if world.node(node).process.caret() > 0 {
            asks.push((edit::ask(Stroke { at: None, key: Key::Backspace }), "Backspace".to_owned()));
        }
        asks
    }

    fn command(&self, _: NodeId, ask: Ask, number: u32, _: u64) -> Option<Stroke> {
        edit::stroke(ask, number)
    }

    fn invariants() -> &'static [Invariant<Replica, Witness>] {
        LAWS
    }

    fn typed(&self, world: &World<Replica>, node: NodeId, typing: Typing<'_>) -> (Vec<Ask>, &'static str) {
        let replica = &world.node(node).process;
        let (key, steps, nothing) = match typing {
            Typing::Value { value, caret, is_new } => {
                let (asks, fits) = edit::typed(replica, value, caret, is_new);
                let too_long = "A document takes 250 characters, deleted ones too; the rest was left out.";
                return (asks, if fits { "" } else { too_long });
            }
            Typing::Undo => {
                (Key::Undo, replica.undoable(), "Nothing was done here that could be taken back.")
            }
            Typing::Redo => (Key::Redo, replica.redoable(), "Nothing was taken back here."),
        };
        (vec![edit::ask(Stroke { at: None, key }); steps], if steps == 0 { nothing } else { "" })
    }

    fn observe(witness: &mut Witness, world: &World<Replica>, _: Action, change: &Change<Replica>) {
        witness.observe(world, change);
    }

    fn scenarios() -> &'static [Run] {
        scenarios::ALL
    }

    fn narrate(&self, world: &World<Replica>, action: Action, change: &Change<Replica>) -> String {
        words::narrate(world, action, change)
    }

    fn picture(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        let of = frame.looking.selected.unwrap_or(NodeId(0));
        let document = frame.world.node(of).process.document();
        let algorithm = self.config.algorithm;
        put!(
            html,
            "<div class=\"tree\" role=\"group\" aria-label=\"Tree\"{}>",
            Flag("tabindex=0", frame.looking.live)
        );
        tree::draw(html, document.elements(algorithm), algorithm, of, &words::describe(frame.world));
        put!(html, "</div>");
    }

    fn describe(&self, world: &World<Replica>) -> String {
        words::describe(world)
    }

    fn lane(node: &Node<Replica>) -> Lane {
        Lane {
            class: if node.up { "" } else { "crashed" },
            label: words::quote(&node.process.text(), LANE_MAX),
        }
    }

    fn mark(message: &Message) -> MessageMark {
        let label = match message {
            Message::Applied(_) => return MessageMark { class: "ack", label: String::new() },
            Message::Operation(operation) => match operation.body {
                Edit::Insert(insertion) => String::from(words::glyph(insertion.letter)),
                Edit::Delete(..) => "⌫".to_owned(),
            },
        };
        MessageMark { class: "entries", label }
    }

    fn tell(message: &Message) -> String {
        words::tell(message)
    }

    fn bench(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        put!(html, "<div class=\"editors\">");
        for id in frame.world.ids() {
            editor(frame, id, html);
        }
        put!(html, "</div>");
    }

    fn state(&self, world: &World<Replica>, html: &mut Html) {
        table::begin(
            html,
            "The same operations, in the order of either algorithm",
            &[
                ("text", &["Fugue", "RGA"]),
                ("characters", &["typed", "deleted"]),
                ("operations", &["applied", "waiting"]),
            ],
        );
        for id in world.ids() {
            let node = world.node(id);
            let document = node.process.document();
            put!(
                html,
                "<tr class=\"{}\"><th scope=\"row\">{}</th>",
                if node.up { "" } else { "crashed" },
                id
            );
            for algorithm in [Algorithm::Fugue, Algorithm::Rga] {
                put!(html, "<td class=\"text\">");
                runs(html, document.visible(algorithm));
                put!(html, "</td>");
            }
            let elements = document.elements(Algorithm::Fugue);
            put!(
                html,
                "<td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                elements.len(),
                elements.iter().filter(|element| element.is_deleted).count(),
                node.process.count(),
                node.process.broadcast().early.len()
            );
        }
        table::end(html);
    }
}

/// A box to type in, whether it is online, and what the other algorithm would show.
fn editor(frame: &Frame<'_, CrdtText>, id: NodeId, html: &mut Html) {
    let node = frame.world.node(id);
    let (replica, links) = (&node.process, frame.looking.scheduler.links());
    let is_online = frame.world.ids().any(|other| other != id && links.get(id, other).up);
    let is_ready = node.up && !frame.looking.scheduler.is_paused(id);
    let others = frame.world.ids().filter(|other| *other != id);
    // What is true, whether the replica knows it or not.
    let heard = others.map(|other| frame.world.node(other).process.applied().prefix(id)).min();
    let unheard = replica.applied().prefix(id).saturating_sub(heard.unwrap_or(0));
    let (verb, label, state) = match (is_ready, is_online) {
        (false, _) => ("select", "Choose", "is down"),
        (true, true) => ("isolate", "Go offline", "online"),
        (true, false) => ("rejoin", "Go online", "offline"),
    };
    put!(
        html,
        "<section class=\"editor {}\" role=\"group\" data-key=\"{}\" aria-label=\"Editor at {}\"><p class=\"bar\"><strong>{}</strong> \
         <span class=\"hint\">{}",
        tree::author(id),
        id,
        id,
        id,
        state
    );
    if unheard > 0 {
        put!(html, ", {} not heard by all", unheard);
    }
    put!(
        html,
        "</span><button type=\"button\" data-do=\"{}:{}\"{}>{}</button></p>\
         <textarea rows=\"3\" data-do=\"type:{}\" aria-label=\"Text at {}\" spellcheck=\"false\" autocapitalize=\"off\" \
         autocomplete=\"off\"{}{} data-dots=\"",
        verb,
        id.code(),
        Flag("disabled", !frame.looking.live),
        label,
        id.code(),
        id,
        Flag("disabled", !frame.looking.live),
        Flag("readonly", !is_ready)
    );
    for element in replica.document().visible(replica.config().algorithm) {
        for _ in 0..element.inserted.letter.len_utf16() {
            put!(html, "{}.{} ", element.id.replica, element.id.number);
        }
    }
    // A line break right after the tag is no part of the text.
    put!(html, "\">\n{}</textarea>", replica.text());
    let (other, name) = match replica.config().algorithm {
        Algorithm::Fugue => (Algorithm::Rga, "RGA"),
        Algorithm::Rga => (Algorithm::Fugue, "Fugue"),
    };
    let differs = replica.document().text(other) != replica.text();
    put!(
        html,
        "<p class=\"rival{}\"><span class=\"hint\">{} {}</span> <span class=\"text\">",
        if differs { " apart" } else { "" },
        name,
        if differs { "would show" } else { "shows the same:" }
    );
    runs(html, replica.document().visible(other));
    put!(html, "</span></p></section>");
}

/// A text with what each author typed marked.
fn runs<'a>(html: &mut Html, elements: impl Iterator<Item = &'a Element>) {
    let mut last = None;
    for element in elements {
        let author = element.id.replica;
        if last != Some(author) {
            if last.is_some() {
                put!(html, "</span>");
            }
            put!(html, "<span class=\"{}\" title=\"typed at {}\">", tree::author(author), author);
            last = Some(author);
        }
        put!(html, "{}", if element.inserted.letter == '\n' { '↵' } else { element.inserted.letter });
    }
    if last.is_some() {
        put!(html, "</span>");
    }
}
