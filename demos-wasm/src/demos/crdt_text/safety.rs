//! What must hold after every step, and what has to be remembered for it.

use super::document::{Edit, Element, find};
use super::replica::{Message, Replica};
use crate::demos::crdt::{Context, Dot};
use crate::figure::{Invariant, InvariantInfo};
use crate::prelude::*;
use crate::sim::{Change, NodeId, World};

/// An operation as it was announced.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Announced {
    dot: Dot,
    /// What its replica had applied before it.
    past: Context,
    edit: Edit,
    /// The next character when it was typed, tombstones included: its *right origin*. None at the end, and of deletions.
    right: Option<Dot>,
}

/// What the laws need to know of the past.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Witness {
    announced: Vec<Announced>,
    /// Who first put characters in another order.
    reordered: Option<NodeId>,
    /// Whether the last step changed a document. If not, no law can have broken in it.
    changed: bool,
}

fn elements(replica: &Replica) -> &[Element] {
    replica.document().elements(replica.config().algorithm)
}

impl Witness {
    /// Takes note of a step; `world` is as it is after it.
    pub fn observe(&mut self, world: &World<Replica>, change: &Change<Replica>) {
        self.changed = false;
        let (Some(id), Some(before)) = (change.node, &change.before) else { return };
        let after = &world.node(id).process;
        self.changed = world.node(id).up && before.document() != after.document();
        if !self.changed {
            return;
        }
        if self.reordered.is_none() && !keeps_order(elements(before), elements(after)) {
            self.reordered = Some(id);
        }
        let sent = change.sent.first().map(|envelope| &envelope.message);
        if let (Some(_), Some(Message::Operation(operation))) = (&change.command, sent) {
            let place = find(elements(after), operation.dot);
            let right = place.and_then(|place| elements(after).get(place + 1)).map(|next| next.id);
            let (dot, past, edit) = (operation.dot, before.applied().clone(), operation.body);
            self.announced.push(Announced { dot, past, edit, right });
        }
    }

    /// How many operations there are.
    pub fn operations(&self) -> usize {
        self.announced.len()
    }

    fn of(&self, dot: Dot) -> Option<&Announced> {
        self.announced.iter().find(|announced| announced.dot == dot)
    }

    /// Whether whoever typed a character knew of another.
    fn knows(&self, who: Dot, whom: Dot) -> bool {
        who == whom || self.of(who).is_some_and(|announced| announced.past.contains(whom))
    }
}

/// Whether the characters that both have are in the same order.
fn keeps_order(one: &[Element], other: &[Element]) -> bool {
    let mut places = one.iter().filter_map(|element| find(other, element.id));
    let mut last = None;
    places.all(|place| {
        let is_later = last.is_none_or(|last| place > last);
        last = Some(place);
        is_later
    })
}

/// The replica whose document the last step changed.
fn changed<'a>(world: &'a World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<&'a Replica> {
    let at = at.filter(|_| witness.changed)?;
    Some(&world.node(at).process)
}

/// The first other replica of which something is so.
fn another(world: &World<Replica>, at: Option<NodeId>, is_so: impl Fn(&Replica) -> bool) -> Option<NodeId> {
    world.ids().find(|id| Some(*id) != at && world.node(*id).up && is_so(&world.node(*id).process))
}

/// What must hold.
pub const LAWS: &[Invariant<Replica, Witness>] = &[
    Invariant {
        info: InvariantInfo {
            name: "Convergence",
            meaning: "replicas that have applied the same operations show the same text",
            source: "Shapiro et al., SSS 2011, definition 2",
        },
        broken: converges,
    },
    Invariant {
        info: InvariantInfo {
            name: "Nothing lost",
            meaning: "the text is what was typed and not deleted, each character once",
            source: "Attiya et al., PODC 2016, the strong list specification",
        },
        broken: nothing_lost,
    },
    Invariant {
        info: InvariantInfo {
            name: "One order",
            meaning: "two characters, once placed, stand in the same order everywhere and for ever",
            source: "Attiya et al., PODC 2016, the strong list specification",
        },
        broken: one_order,
    },
    Invariant {
        info: InvariantInfo {
            name: "Forward non-interleaving",
            meaning: "between a character and the one it was typed after stands nothing that knew of neither",
            source: "after Weidner and Kleppmann 2023",
        },
        broken: forwards,
    },
    Invariant {
        info: InvariantInfo {
            name: "Backward non-interleaving",
            meaning: "where two characters were typed after the same one, the second right before the first, nothing that knew of neither stands between them",
            source: "after Weidner and Kleppmann 2023",
        },
        broken: backwards,
    },
];

fn converges(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    let here = changed(world, witness, at)?;
    let other =
        another(world, at, |there| here.applied() == there.applied() && here.document() != there.document())?;
    Some(format!("{} and {other} have applied the same operations and differ", at?))
}

fn nothing_lost(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    let here = changed(world, witness, at)?;
    let has = |dot: Dot| here.applied().contains(dot);
    let mut inserted = 0;
    for announced in witness.announced.iter().filter(|announced| has(announced.dot)) {
        let (id, is_deletion) = match announced.edit {
            Edit::Insert(_) => (announced.dot, false),
            Edit::Delete(id, _) => (id, true),
        };
        inserted += usize::from(!is_deletion);
        let element = find(elements(here), id).map(|place| elements(here)[place]);
        if element.is_none_or(|element| is_deletion && !element.is_deleted) {
            return Some(format!("an operation that {} has applied does not show", at?));
        }
    }
    let was_deleted = |element: &Element| {
        witness.announced.iter().any(|announced| {
            matches!(announced.edit, Edit::Delete(id, _) if id == element.id) && has(announced.dot)
        })
    };
    let is_wrong = |element: &Element| element.is_deleted && !was_deleted(element);
    (elements(here).len() != inserted || elements(here).iter().any(is_wrong))
        .then(|| format!("{} shows what nobody typed, or hides what nobody deleted", at.unwrap_or(NodeId(0))))
}

fn one_order(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    if let Some(id) = witness.reordered {
        return Some(format!("{id} put characters in another order than before"));
    }
    let here = changed(world, witness, at)?;
    let other = another(world, at, |there| !keeps_order(elements(here), elements(there)))?;
    Some(format!("{} and {other} have characters in different orders", at?))
}

/// Something between the characters at two places that was typed without knowledge of either.
fn stranger<'a>(elements: &'a [Element], witness: &Witness, from: usize, to: usize) -> Option<&'a Element> {
    let (one, other) = (elements.get(from)?.id, elements.get(to)?.id);
    let between = elements.get(from + 1..to)?;
    between.iter().find(|it| !witness.knows(it.id, one) && !witness.knows(it.id, other))
}

fn between(one: &Element, stranger: &Element, other: &Element) -> String {
    let (one, stranger, other) = (one.inserted.letter, stranger.inserted.letter, other.inserted.letter);
    format!("“{stranger}” stands between “{one}” and “{other}” and was typed without knowledge of either")
}

fn forwards(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    let elements = elements(changed(world, witness, at)?);
    elements.iter().enumerate().find_map(|(place, element)| {
        let left = find(elements, element.inserted.left?)?;
        let stranger = stranger(elements, witness, left, place)?;
        Some(between(&elements[left], stranger, element))
    })
}

fn backwards(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    let elements = elements(changed(world, witness, at)?);
    elements.iter().enumerate().find_map(|(place, element)| {
        let right = find(elements, witness.of(element.id)?.right?)?;
        let stranger = stranger(elements, witness, place, right)?;
        let is_run = elements[right].inserted.left == element.inserted.left;
        is_run.then(|| between(element, stranger, &elements[right]))
    })
}
