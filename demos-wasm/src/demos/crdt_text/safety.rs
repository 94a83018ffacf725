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
            name: "Completeness",
            meaning: "the text is what was typed and not deleted, each character once",
            source: "Attiya et al., PODC 2016, the strong list specification",
        },
        broken: nothing_lost,
    },
    Invariant {
        info: InvariantInfo {
            name: "List order",
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
    let applied = || witness.announced.iter().filter(|announced| here.applied().contains(announced.dot));
    let inserted = applied().filter(|announced| matches!(announced.edit, Edit::Insert(_))).count();
    let is_deleted =
        |id: Dot| applied().any(|announced| matches!(announced.edit, Edit::Delete(gone, _) if gone == id));
    let is_right = |element: &Element| element.is_deleted == is_deleted(element.id);
    (elements(here).len() != inserted || !elements(here).iter().all(is_right))
        .then(|| format!("{} shows what nobody typed, or not what was typed", here.id()))
}

fn one_order(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    if let Some(id) = witness.reordered {
        return Some(format!("{id} put characters in another order than before"));
    }
    let here = changed(world, witness, at)?;
    let other = another(world, at, |there| !keeps_order(elements(here), elements(there)))?;
    Some(format!("{} and {other} have characters in different orders", at?))
}

fn forwards(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    split(elements(changed(world, witness, at)?), witness, false)
}

fn backwards(world: &World<Replica>, witness: &Witness, at: Option<NodeId>) -> Option<String> {
    split(elements(changed(world, witness, at)?), witness, true)
}

/// Two characters of a run, typed right beside each other, and between them one whose author knew of neither.
fn split(elements: &[Element], witness: &Witness, is_backwards: bool) -> Option<String> {
    for (place, element) in elements.iter().enumerate() {
        let left = element.inserted.left;
        let beside = if is_backwards { witness.of(element.id)?.right } else { left };
        let Some(beside) = beside.and_then(|beside| find(elements, beside)) else { continue };
        if is_backwards && elements[beside].inserted.left != left {
            continue;
        }
        let (first, last) = (&elements[place.min(beside)], &elements[place.max(beside)]);
        let between = &elements[place.min(beside) + 1..place.max(beside)];
        let is_stranger = |it: &&Element| !witness.knows(it.id, first.id) && !witness.knows(it.id, last.id);
        if let Some(stranger) = between.iter().find(is_stranger) {
            let [stranger, first, last] = [stranger, first, last].map(|it| it.inserted.letter);
            return Some(format!(
                "“{stranger}” stands between “{first}” and “{last}” and was typed without knowledge of either"
            ));
        }
    }
    None
}
