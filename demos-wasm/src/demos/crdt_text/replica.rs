//! A replica: takes what is typed without asking anybody, and tells the others.
//!
//! Operations travel by reliable causal broadcast ([`crate::demos::crdt::broadcast`]). What was typed is on disk before it is
//! sent, so a crash loses nothing but the caret.

use alloc::rc::Rc;
use core::ops::RangeInclusive;

use super::document::{Algorithm, Document, Edit};
use crate::demos::crdt::broadcast::{Broadcast, Log, Operation, Promises};
use crate::demos::crdt::{Context, Dot};
use crate::prelude::*;
use crate::sim::{Effects, Event, NodeId, Process};

/// Characters that a replica takes, deleted ones included. A run is a link, so a document must stay short.
pub const LETTERS_MAX: usize = 250;

/// What all replicas agree on from the start.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Config {
    /// How many replicas.
    pub replicas: u8,
    /// Whose order is shown, and edited.
    pub algorithm: Algorithm,
    /// Time until what others may lack is sent again, in local milliseconds.
    pub gossip: RangeInclusive<u64>,
}

/// A key that is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// Types this character.
    Letter(char),
    /// Deletes the character before the caret.
    Backspace,
    /// Deletes the character after the caret.
    Delete,
    /// Takes back the last thing done in this editor: deletes what it typed, or types what it deleted where it stood. What others
    /// did stays.
    Undo,
    /// Does again what was taken back last.
    Redo,
}

/// One thing done in an editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Done {
    /// The character that was typed, or deleted.
    what: Dot,
    is_typed: bool,
    /// Whether it begins a gesture: the caret was put there first, or what was typed is deleted. What is deleted and what is
    /// typed in its place is one, and taken back as a whole.
    begins: bool,
}

/// What an editor asks of its replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stroke {
    /// Where the caret is put first: after so many visible characters, or at the end where there are fewer. None: it stays where
    /// it is, right after the character that it was after, whatever others have typed.
    pub at: Option<usize>,
    /// The key pressed there.
    pub key: Key,
}

/// What an editor is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// It is done.
    Done,
    /// There is nothing to delete, or to take back.
    Nothing,
    /// The document has [`LETTERS_MAX`] characters.
    Full,
}

/// What replicas say to each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Message {
    /// An operation, with those before it.
    Operation(Operation<Edit>),
    /// All operations that the sender has applied.
    Applied(Context),
}

/// The one timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Time to send again what is not acknowledged.
    Gossip,
}

/// What is on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Durable {
    document: Rc<Document>,
    operations: u32,
    log: Log<Edit>,
}

/// One replica, and the editor in front of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Replica {
    id: NodeId,
    config: Rc<Config>,
    document: Rc<Document>,
    /// Operations announced here.
    operations: u32,
    /// The character that the caret is after; none at the start. It may be deleted.
    caret: Option<Dot>,
    /// What was done in the editor, the latest last, and what was taken back of it. As the caret, a crash loses them.
    done: Vec<Done>,
    undone: Vec<Done>,
    broadcast: Broadcast<Edit>,
}

impl Replica {
    /// A replica with an empty document.
    pub fn new(id: NodeId, config: Rc<Config>) -> Self {
        Self::with(id, config, Durable::default())
    }

    fn with(id: NodeId, config: Rc<Config>, disk: Durable) -> Self {
        let broadcast = Broadcast::new(config.replicas, Promises::KEPT, disk.log);
        Self {
            id,
            config,
            document: disk.document,
            operations: disk.operations,
            caret: None,
            done: Vec::new(),
            undone: Vec::new(),
            broadcast,
        }
    }

    /// What was agreed on.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every character that it knows of.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What its editor shows.
    pub fn text(&self) -> String {
        self.document.text(self.config.algorithm)
    }

    /// Operations it has applied.
    pub fn applied(&self) -> &Context {
        &self.broadcast.log.applied
    }

    /// How many operations it has applied. Delivery is causal, so there are no gaps.
    pub fn count(&self) -> usize {
        self.applied().vector().iter().map(|last| last.number as usize).sum()
    }

    /// Who it is.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Its end of the broadcast.
    pub fn broadcast(&self) -> &Broadcast<Edit> {
        &self.broadcast
    }

    /// Where the caret is: after how many visible characters.
    pub fn caret(&self) -> usize {
        let place = self.caret.and_then(|caret| self.place(caret));
        place.map_or(0, |place| self.elements()[..=place].iter().filter(|it| !it.is_deleted).count())
    }

    /// How many strokes of [`Key::Undo`] take back the last gesture; 0 where there is none.
    pub fn undoable(&self) -> usize {
        self.done.iter().rposition(|done| done.begins).map_or(0, |first| self.done.len() - first)
    }

    /// How many strokes of [`Key::Redo`] do the gesture again that was taken back last.
    pub fn redoable(&self) -> usize {
        // Taken back from its end, so its beginning is the last of it here.
        let Some((_, before)) = self.undone.split_last() else { return 0 };
        1 + before.iter().rev().take_while(|done| !done.begins).count()
    }

    fn elements(&self) -> &[super::Element] {
        self.document.elements(self.config.algorithm)
    }

    fn place(&self, id: Dot) -> Option<usize> {
        super::document::find(self.elements(), id)
    }

    /// The id of the visible character of this number, from 1; none for 0.
    fn visible(&self, number: usize) -> Option<Dot> {
        let mut visible = self.document.visible(self.config.algorithm);
        visible.nth(number.checked_sub(1)?).map(|element| element.id)
    }

    /// What taking back does to the document, or doing again. A character that was deleted is typed anew right behind its
    /// tombstone.
    fn take_back(&mut self, is_again: bool) -> Result<(Edit, Option<Dot>), Reply> {
        let from = if is_again { &self.undone } else { &self.done };
        let last = *from.last().ok_or(Reply::Nothing)?;
        let place = self.place(last.what).ok_or(Reply::Nothing)?;
        let element = self.elements()[place];
        if !last.is_typed && self.elements().len() >= LETTERS_MAX {
            return Err(Reply::Full);
        }
        let left = self.elements()[..place].iter().rfind(|it| !it.is_deleted).map(|it| it.id);
        let (from, to) = match is_again {
            true => (&mut self.undone, &mut self.done),
            false => (&mut self.done, &mut self.undone),
        };
        from.pop();
        if !last.is_typed {
            let anew = Dot { replica: self.id, number: self.operations + 1 };
            to.push(Done { what: anew, is_typed: true, ..last });
            for done in self.done.iter_mut().chain(&mut self.undone) {
                if done.what == last.what {
                    done.what = anew;
                }
            }
            return Ok((self.document.insert_after(Some(last.what), element.inserted.letter), None));
        }
        // Somebody else may have deleted it.
        if element.is_deleted {
            // The rest of the gesture begins without it.
            if let Some(next) = self.undone.last_mut().filter(|_| last.begins) {
                next.begins = true;
            }
            return Err(Reply::Nothing);
        }
        to.push(Done { is_typed: false, ..last });
        Ok((self.document.delete(last.what), left))
    }

    /// What an editor's stroke does to the document, and where it leaves the caret when that isn't after a new character.
    fn edit(&self, stroke: Stroke) -> Result<(Edit, Option<Dot>), Reply> {
        let count = self.document.visible(self.config.algorithm).count();
        let at = stroke.at.unwrap_or_else(|| self.caret()).min(count);
        let left = self.visible(at);
        match stroke.key {
            Key::Letter(_) if self.elements().len() >= LETTERS_MAX => Err(Reply::Full),
            Key::Letter(letter) => Ok((self.document.insert_after(left, letter), None)),
            Key::Backspace => {
                let target = left.ok_or(Reply::Nothing)?;
                Ok((self.document.delete(target), self.visible(at.saturating_sub(1))))
            }
            Key::Delete => {
                let next = self.visible(at + 1).ok_or(Reply::Nothing)?;
                Ok((self.document.delete(next), left))
            }
            Key::Undo | Key::Redo => Err(Reply::Nothing),
        }
    }

    fn command(&mut self, stroke: Stroke, effects: &mut Effects<Self>) {
        let edited = match stroke.key {
            Key::Undo | Key::Redo => self.take_back(stroke.key == Key::Redo),
            Key::Letter(_) | Key::Backspace | Key::Delete => self.edit(stroke),
        };
        let (edit, caret) = match edited {
            Ok(done) => done,
            Err(refusal) => return effects.reply(refusal),
        };
        self.operations += 1;
        let dot = Dot { replica: self.id, number: self.operations };
        if !matches!(stroke.key, Key::Undo | Key::Redo) {
            let (what, is_typed) = match edit {
                Edit::Insert(_) => (dot, true),
                Edit::Delete(id, _) => (id, false),
            };
            let begins =
                stroke.at.is_some() || self.done.last().is_none_or(|last| last.is_typed && !is_typed);
            self.done.push(Done { what, is_typed, begins });
            self.undone.clear();
        }
        self.caret = if matches!(edit, Edit::Insert(_)) { Some(dot) } else { caret };
        Rc::make_mut(&mut self.document).apply(dot, &edit);
        let operation = self.broadcast.announce(dot, edit);
        effects.persist(self.disk());
        for other in self.others() {
            effects.send(other, Message::Operation(operation.clone()));
        }
        effects.reply(Reply::Done);
    }

    fn others(&self) -> impl Iterator<Item = NodeId> + use<> {
        let me = self.id;
        NodeId::all(self.config.replicas).filter(move |id| *id != me)
    }

    fn receive(&mut self, from: NodeId, message: Message, effects: &mut Effects<Self>) {
        match message {
            Message::Operation(operation) => {
                // Who made it has it, and what it knew of then.
                let (author, mut known) = (operation.dot.replica, operation.past.clone());
                known.insert(operation.dot);
                let ready = self.broadcast.receive(operation);
                for operation in &ready {
                    Rc::make_mut(&mut self.document).apply(operation.dot, &operation.body);
                }
                if self.broadcast.acknowledge(self.id, author, &known) || !ready.is_empty() {
                    effects.persist(self.disk());
                }
                effects.send(from, Message::Applied(self.applied().clone()));
            }
            Message::Applied(applied) => {
                if self.broadcast.acknowledge(self.id, from, &applied) {
                    effects.persist(self.disk());
                }
            }
        }
    }

    fn gossip(&self, effects: &mut Effects<Self>) {
        for other in self.others() {
            for operation in self.broadcast.missing(other) {
                effects.send(other, Message::Operation(operation.clone()));
            }
        }
        effects.set_timer(Timer::Gossip, self.config.gossip.clone());
    }
}

impl Process for Replica {
    type Message = Message;
    type Timer = Timer;
    type Command = Stroke;
    type Reply = Reply;
    type Disk = Durable;

    const TIMERS: &'static [Timer] = &[Timer::Gossip];

    fn disk(&self) -> Durable {
        Durable {
            document: self.document.clone(),
            operations: self.operations,
            log: self.broadcast.log.clone(),
        }
    }

    fn step(&mut self, event: Event<Self>) -> Effects<Self> {
        let mut effects = Effects::new();
        match event {
            Event::Start => effects.set_timer(Timer::Gossip, self.config.gossip.clone()),
            Event::Timeout(Timer::Gossip) => self.gossip(&mut effects),
            Event::Command(stroke) => self.command(stroke, &mut effects),
            Event::Receive { from, message } => self.receive(from, message, &mut effects),
        }
        effects
    }

    fn recover(&self, disk: &Durable) -> Self {
        Self::with(self.id, self.config.clone(), disk.clone())
    }
}
