//! A document: every character ever typed, in the order of either algorithm.

use super::{fugue, rga};
use crate::demos::crdt::Dot;
use crate::prelude::*;

/// Which algorithm puts the characters in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// [`fugue`].
    Fugue,
    /// [`rga`].
    Rga,
}

/// On which side of its parent a character hangs in Fugue's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Before it.
    Left,
    /// After it.
    Right,
}

/// What an insertion says to every replica, besides the dot that becomes the character's id. It says enough for both
/// algorithms, so that the same operations can be put in order by either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Insertion {
    /// What is inserted.
    pub letter: char,
    /// Lamport's clock of the replica, from 1. With the replica it is RGA's timestamp.
    pub time: u32,
    /// The *left origin*: the visible character before the caret; where what was deleted is typed again, its tombstone. None at
    /// the start of the text.
    pub left: Option<Dot>,
    /// The parent in Fugue's tree: the left origin, or what follows it. None for the root.
    pub parent: Option<Dot>,
    /// The side of the parent.
    pub side: Side,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edit {
    /// A character is typed; the operation's dot is its id.
    Insert(Insertion),
    /// The character with this id is deleted.
    Delete(Dot, u32),
}

impl Edit {
    /// Lamport's clock of the replica.
    pub fn time(&self) -> u32 {
        match self {
            Self::Insert(insertion) => insertion.time,
            Self::Delete(_, time) => *time,
        }
    }
}

/// A character in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Element {
    /// Its id: the operation that typed it.
    pub id: Dot,
    /// What its insertion said.
    pub inserted: Insertion,
    /// Deleted characters stay as *tombstones*: others may still be inserted beside them.
    pub is_deleted: bool,
}

/// All characters that a replica knows of, deleted ones too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Document {
    fugue: Vec<Element>,
    rga: Vec<Element>,
    /// The latest time in any operation.
    time: u32,
}

/// The place of a character in a list of all.
pub(super) fn find(elements: &[Element], id: Dot) -> Option<usize> {
    elements.iter().position(|element| element.id == id)
}

impl Document {
    /// All characters in order, deleted ones too.
    pub fn elements(&self, algorithm: Algorithm) -> &[Element] {
        match algorithm {
            Algorithm::Fugue => &self.fugue,
            Algorithm::Rga => &self.rga,
        }
    }

    /// The characters that are not deleted, in order.
    pub fn visible(&self, algorithm: Algorithm) -> impl Iterator<Item = &Element> {
        self.elements(algorithm).iter().filter(|element| !element.is_deleted)
    }

    /// What a reader sees.
    pub fn text(&self, algorithm: Algorithm) -> String {
        self.visible(algorithm).map(|element| element.inserted.letter).collect()
    }

    /// The insertion of a letter after a character, or at the start, as the replica that has this document announces it.
    pub fn insert_after(&self, left: Option<Dot>, letter: char) -> Edit {
        let (parent, side) = fugue::parent(&self.fugue, left);
        Edit::Insert(Insertion { letter, time: self.time + 1, left, parent, side })
    }

    /// The deletion of a character.
    pub fn delete(&self, id: Dot) -> Edit {
        Edit::Delete(id, self.time + 1)
    }

    /// Carries out an operation, each once and none before those that it follows on: [`crate::demos::crdt::broadcast`] sees to
    /// that. Deleting what is deleted changes nothing.
    pub fn apply(&mut self, dot: Dot, edit: &Edit) {
        self.time = self.time.max(edit.time());
        match *edit {
            Edit::Insert(inserted) => {
                let element = Element { id: dot, inserted, is_deleted: false };
                self.fugue.insert(fugue::place(&self.fugue, &element), element);
                self.rga.insert(rga::place(&self.rga, &element), element);
            }
            Edit::Delete(id, _) => {
                for elements in [&mut self.fugue, &mut self.rga] {
                    if let Some(place) = find(elements, id) {
                        elements[place].is_deleted = true;
                    }
                }
            }
        }
    }
}
