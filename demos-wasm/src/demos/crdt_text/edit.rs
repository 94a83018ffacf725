//! From what stands in a text box to keys, and keys as numbers.
//!
//! A page knows only what its box holds now and where the caret is. What was typed, pasted, cut, undone or composed is the
//! difference to what it held before, as keys pressed one after the other.

use super::replica::{Key, LETTERS_MAX, Replica, Stroke};
use crate::prelude::*;
use crate::sim::Ask;

/// Bits of an ask for the key; the rest is for the place.
const KEY_BITS: u32 = 21;
/// Codes of the keys that type nothing, as in ASCII; Ctrl-Y and Ctrl-Z are 25 and 26 there.
const BACKSPACE: u32 = 8;
const DELETE: u32 = 127;
const REDO: u32 = 25;
const UNDO: u32 = 26;

/// The number of a stroke: the key's code below, and above it the place plus one, or 0 where the caret stays. So a run of keys
/// is a run of small numbers, and a link with it short.
pub fn ask(stroke: Stroke) -> Ask {
    let key = match stroke.key {
        Key::Backspace => BACKSPACE,
        Key::Delete => DELETE,
        Key::Undo => UNDO,
        Key::Redo => REDO,
        Key::Letter(letter) => u32::from(letter),
    };
    let place = stroke.at.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0);
    Ask(place << KEY_BITS | key)
}

/// The stroke of a number; none for what is no key. Code 0 types a letter of the alphabet, the `number`-th.
pub fn stroke(Ask(ask): Ask, number: u32) -> Option<Stroke> {
    let at = (ask >> KEY_BITS).checked_sub(1).and_then(|at| usize::try_from(at).ok());
    let key = match ask & ((1 << KEY_BITS) - 1) {
        0 => Key::Letter(char::from(b'a' + u8::try_from(number.wrapping_sub(1) % 26).unwrap_or(0))),
        BACKSPACE => Key::Backspace,
        DELETE => Key::Delete,
        UNDO => Key::Undo,
        REDO => Key::Redo,
        code => Key::Letter(char::from_u32(code).filter(|&letter| letter >= ' ' || letter == '\n')?),
    };
    Some(Stroke { at, key })
}

/// The keys that lead from what a replica shows to `value`, with the caret after `caret` characters at the end. The second part
/// is false when the document is too full for all of it. What is pasted is a gesture of its own, and so is what `is_new`: it says
/// where it begins even where the caret is there.
pub fn typed(replica: &Replica, value: &str, caret: usize, is_new: bool) -> (Vec<Ask>, bool) {
    let old: Vec<char> = replica.text().chars().collect();
    let new: Vec<char> = value.chars().collect();
    let shorter = old.len().min(new.len());
    let tail = |most: usize| {
        let is_same = |back: &usize| old[old.len() - 1 - back] == new[new.len() - 1 - back];
        (0..most.min(shorter)).take_while(is_same).count()
    };
    // What follows the caret was there before. That tells which of several equal characters was typed or deleted.
    let room_before = shorter - tail(new.len().saturating_sub(caret));
    let prefix = (0..room_before).take_while(|place| old[*place] == new[*place]).count();
    let suffix = tail(shorter - prefix);

    let room = LETTERS_MAX.saturating_sub(replica.document().elements(replica.config().algorithm).len());
    let (deleted, inserted) = (old.len() - suffix - prefix, new.len() - suffix - prefix);
    let mut asks = Vec::new();
    let begins = !old.is_empty() && (is_new || inserted > 1);
    let mut at = Some(prefix).filter(|at| begins || *at != replica.caret());
    // Deleted from behind, as by a held backspace, where the caret is there; else from the front.
    let (start, key) = match replica.caret() {
        here if deleted > 0 && here == prefix + deleted => (Some(here).filter(|_| begins), Key::Backspace),
        _ => (at, Key::Delete),
    };
    for step in 0..deleted {
        asks.push(ask(Stroke { at: start.filter(|_| step == 0), key }));
        at = None;
    }
    for &letter in &new[prefix..prefix + inserted.min(room)] {
        // A tab and its like are drawn by no two browsers alike.
        let letter = if letter >= ' ' || letter == '\n' { letter } else { ' ' };
        asks.push(ask(Stroke { at: at.take(), key: Key::Letter(letter) }));
    }
    (asks, inserted <= room)
}
