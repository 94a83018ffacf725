//! Fugue: a tree in which a character hangs to the left or to the right of another (Weidner and Kleppmann, "The Art of the
//! Fugue: Minimizing Interleaving in Collaborative Text Editing", arXiv 2305.00583, 2023, algorithm 1).
//!
//! The text is the tree read in order: first what hangs to the left of a node, then the node, then what hangs to its right.
//! Nodes on the same side of the same parent are in the order of their ids. Whoever types on to the right hangs each character
//! to the right of the one before, whoever types on to the left hangs each to the left of the one after; either way a run is one
//! branch, and no other branch gets between its nodes.

use super::document::{Element, Side, find};
use crate::demos::crdt::Dot;

/// Where a character hangs that is typed right after `left`. With nothing to the right of `left` it goes there; otherwise to the
/// left of the next character, tombstones included, which has nothing to its left.
pub(super) fn parent(order: &[Element], left: Option<Dot>) -> (Option<Dot>, Side) {
    let next = left.map_or(0, |left| find(order, left).map_or(0, |place| place + 1));
    let is_taken = order.iter().any(|it| it.inserted.parent == left && it.inserted.side == Side::Right);
    match order.get(next) {
        Some(next) if is_taken => (Some(next.id), Side::Left),
        Some(_) | None => (left, Side::Right),
    }
}

/// The place of a new character in the order of the tree. Its parent is there.
pub(super) fn place(order: &[Element], new: &Element) -> usize {
    let (parent, side) = (new.inserted.parent, new.inserted.side);
    let is_later = |it: &Element| is_child(it, parent, side) && it.id > new.id;
    if let Some(sibling) = order.iter().position(is_later) {
        return first(order, sibling);
    }
    let Some(parent) = parent.and_then(|parent| find(order, parent)) else { return order.len() };
    match side {
        Side::Left => parent,
        Side::Right => last(order, parent) + 1,
    }
}

fn is_child(element: &Element, parent: Option<Dot>, side: Side) -> bool {
    element.inserted.parent == parent && element.inserted.side == side
}

/// Where the tree below a node begins.
fn first(order: &[Element], mut node: usize) -> usize {
    while let Some(child) = order.iter().position(|it| is_child(it, Some(order[node].id), Side::Left)) {
        node = child;
    }
    node
}

/// Where the tree below a node ends, the last character included.
fn last(order: &[Element], mut node: usize) -> usize {
    while let Some(child) = order.iter().rposition(|it| is_child(it, Some(order[node].id), Side::Right)) {
        node = child;
    }
    node
}
