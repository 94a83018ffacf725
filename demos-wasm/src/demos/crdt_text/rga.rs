//! RGA, the replicated growable array (Roh, Jeon, Kim, Lee, "Replicated abstract data types: Building blocks for collaborative
//! applications", JPDC 71(3), 2011), as a tree with timestamps (Attiya et al., "Specification and Complexity of
//! Collaborative Text Editing", PODC 2016).
//!
//! A character hangs below the one after which it was typed, the latest first. Timestamps agree with what happened before what,
//! so everything below a character is later than it: to pass a later one by is to pass by all that hangs below it.

use super::document::{Element, find};
use crate::sim::NodeId;

/// When a character was typed, in an order that all replicas agree on (Lamport 1978).
fn stamp(element: &Element) -> (u32, NodeId) {
    (element.inserted.time, element.id.replica)
}

/// The place of a new character: after its left origin, and after whatever stands there and is later.
pub(super) fn place(order: &[Element], new: &Element) -> usize {
    let after = new.inserted.left.and_then(|left| find(order, left));
    let mut place = after.map_or(0, |left| left + 1);
    while order.get(place).is_some_and(|other| stamp(other) > stamp(new)) {
        place += 1;
    }
    place
}
