//! What a reader does to a diagram, and when it is refused.
//!
//! The rules:
//!
//! * A message goes from one process to another, and arrives later than it was sent. A cycle would need one that doesn't.
//! * An event sends one message or receives one (Lamport 1978: "sending a message", "receipt of a message").
//! * An event moves along its own line, not past its neighbours, not before what it receives was sent, and not after what it
//!   sends is received: [`Diagram::room`]. What has happened before what stays as it was; only distances change.
//! * Deleting an event deletes its message; the other end stays as an event of its own.
//! * There are 2 to 6 lines; only an empty last line can be taken away, so that a process keeps its name.
//!
//! A [`Document`] is a diagram with the list of edits that made it, and so with undo and redo.

use super::diagram::{
    DRAWN_PROCESSES_MAX, Diagram, EVENTS_MAX, EventId, LocalClock, Message, Millis, Place, ProcessId,
    TIME_MAX,
};
use crate::prelude::*;

/// One edit: one gesture of the reader, one step of undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edit {
    /// One more line.
    AddProcess,
    /// The last line goes.
    RemoveProcess,
    /// Sets a process's clock wrong, fast or slow.
    SetClock(ProcessId, LocalClock),
    /// A new event; it gets [`Diagram::next_event`].
    AddEvent(ProcessId, Millis),
    /// A message, from the first end to the second: dragging from one line to another.
    Draw(End, End),
    /// Moves an event along its line.
    MoveEvent(EventId, Millis),
    /// Deletes an event, and its message.
    DeleteEvent(EventId),
    /// Deletes a message; both events stay.
    DeleteMessage(Message),
}

/// One end of a message that is being drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// An event that is there.
    Event(EventId),
    /// A new event; it gets [`Diagram::next_event`], or the one after it if the other end is new too and comes first.
    New(ProcessId, Millis),
}

impl End {
    /// Whether drawing makes an event.
    pub fn is_new(self) -> bool {
        matches!(self, Self::New(..))
    }
}

/// Why an edit was refused. Nothing has changed then. In words: [`super::words::refusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such line.
    NoSuchProcess(ProcessId),
    /// There is no such event.
    NoSuchEvent(EventId),
    /// There is no message between these two.
    NoSuchMessage(Message),
    /// There are as many lines as there may be.
    TooManyProcesses,
    /// With one line fewer nobody could send a message.
    TooFewProcesses,
    /// The last line still has events.
    LineInUse(ProcessId),
    /// There are as many events as there may be.
    TooManyEvents,
    /// The time is right of the right edge.
    TooLate(Millis),
    /// A rate or an offset out of range.
    NoSuchClock,
    /// Another event has this time on this line.
    Occupied(EventId),
    /// Both ends are on one line.
    SameLine(ProcessId),
    /// It would arrive at the time of its sending or earlier.
    Backwards(Message),
    /// This event sends a message already.
    Sends(EventId),
    /// This event receives a message already.
    Receives(EventId),
    /// The event would change places with this neighbour on its line.
    PastNeighbour(EventId, EventId),
    /// The event would come before what it receives was sent.
    BeforeItsSend(Message),
    /// The event would come after what it sends was received.
    AfterItsReceive(Message),
}

impl Diagram {
    /// Makes an edit.
    ///
    /// # Errors
    /// The first rule that it would break; nothing has changed then.
    pub fn apply(&mut self, edit: Edit) -> Result<(), Refusal> {
        match edit {
            Edit::AddProcess if self.lines().len() >= DRAWN_PROCESSES_MAX => {
                return Err(Refusal::TooManyProcesses);
            }
            Edit::AddProcess => self.push_line(),
            Edit::RemoveProcess => self.remove_process()?,
            Edit::SetClock(process, clock) => {
                self.has_line(process)?;
                let is_one = LocalClock::RATES.contains(&clock.rate_percent)
                    && LocalClock::OFFSETS.contains(&clock.offset_ms);
                if !is_one {
                    return Err(Refusal::NoSuchClock);
                }
                self.set_clock(process, clock);
            }
            Edit::AddEvent(process, at) => {
                self.may_add(process, at, 1)?;
                self.push_event(process, at);
            }
            Edit::Draw(from, to) => self.draw(from, to)?,
            Edit::MoveEvent(event, at) => {
                self.may_move(event, at)?;
                self.set_time(event, at);
            }
            Edit::DeleteEvent(event) => {
                self.has_event(event)?;
                self.remove_event(event);
            }
            Edit::DeleteMessage(message) => {
                if self.messages().binary_search(&message).is_err() {
                    return Err(Refusal::NoSuchMessage(message));
                }
                self.remove_message(message);
            }
        }
        Ok(())
    }

    fn has_line(&self, process: ProcessId) -> Result<(), Refusal> {
        self.line(process).map(|_| ()).ok_or(Refusal::NoSuchProcess(process))
    }

    fn has_event(&self, event: EventId) -> Result<(), Refusal> {
        self.place(event).map(|_| ()).ok_or(Refusal::NoSuchEvent(event))
    }

    fn remove_process(&mut self) -> Result<(), Refusal> {
        let Some(last) = self.lines().len().checked_sub(1).filter(|&last| last >= 2) else {
            return Err(Refusal::TooFewProcesses);
        };
        if !self.lines()[last].events().is_empty() {
            return Err(Refusal::LineInUse(ProcessId::at(last)));
        }
        self.pop_line();
        Ok(())
    }

    fn may_add(&self, process: ProcessId, at: Millis, how_many: usize) -> Result<(), Refusal> {
        self.has_line(process)?;
        // Ids are given once, so those of deleted events count against the 16 bits.
        if self.len() + how_many > EVENTS_MAX || self.ids() + how_many > usize::from(u16::MAX) {
            return Err(Refusal::TooManyEvents);
        }
        if at > TIME_MAX {
            return Err(Refusal::TooLate(at));
        }
        match self.at_time(process, at) {
            Some(other) => Err(Refusal::Occupied(other)),
            None => Ok(()),
        }
    }

    /// Where an end is, or would be.
    fn end(&self, end: End, news: usize) -> Result<Place, Refusal> {
        match end {
            End::Event(event) => self.place(event).ok_or(Refusal::NoSuchEvent(event)),
            End::New(process, at) => {
                self.may_add(process, at, news)?;
                Ok(Place { process, at })
            }
        }
    }

    fn draw(&mut self, from: End, to: End) -> Result<(), Refusal> {
        let news = usize::from(from.is_new()) + usize::from(to.is_new());
        let (sent, received) = (self.end(from, news)?, self.end(to, news)?);
        let next = self.next_event();
        let send = if let End::Event(event) = from { event } else { next };
        let receive = match to {
            End::Event(event) => event,
            End::New(..) => EventId(next.0 + u16::from(from.is_new())),
        };
        let message = Message { receive, send };
        if sent.process == received.process {
            return Err(Refusal::SameLine(sent.process));
        }
        if sent.at >= received.at {
            return Err(Refusal::Backwards(message));
        }
        for end in [send, receive] {
            if self.leaving(end).next().is_some() {
                return Err(Refusal::Sends(end));
            }
            if !self.arriving(end).is_empty() {
                return Err(Refusal::Receives(end));
            }
        }
        for (end, place) in [(from, sent), (to, received)] {
            if end.is_new() {
                self.push_event(place.process, place.at);
            }
        }
        self.push_message(message);
        Ok(())
    }

    fn may_move(&self, event: EventId, at: Millis) -> Result<(), Refusal> {
        let place = self.place(event).ok_or(Refusal::NoSuchEvent(event))?;
        if at > TIME_MAX {
            return Err(Refusal::TooLate(at));
        }
        let time = |other: EventId| self.place(other).map_or(0, |place| place.at);
        for &message in self.arriving(event) {
            if at <= time(message.send) {
                return Err(Refusal::BeforeItsSend(message));
            }
        }
        for message in self.leaving(event) {
            if at >= time(message.receive) {
                return Err(Refusal::AfterItsReceive(message));
            }
        }
        for &other in self.lines()[place.process.index()].events() {
            let was_before = time(other) < place.at;
            let is_passed = if was_before { at <= time(other) } else { at >= time(other) };
            if other != event && is_passed {
                return Err(Refusal::PastNeighbour(event, other));
            }
        }
        Ok(())
    }
}

/// A diagram with its past: what it began as, and the edits since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    start: Diagram,
    edits: Vec<Edit>,
    /// How many of the edits are done; the others were undone.
    done: usize,
    diagram: Diagram,
}

impl Document {
    /// A document without a past.
    pub fn new(start: Diagram) -> Self {
        Self { diagram: start.clone(), start, edits: Vec::new(), done: 0 }
    }

    /// The diagram as it is.
    pub fn diagram(&self) -> &Diagram {
        &self.diagram
    }

    /// The edits that made it what it is.
    pub fn edits(&self) -> &[Edit] {
        &self.edits[..self.done]
    }

    /// Whether an edit was taken back that can be made again.
    pub fn can_redo(&self) -> bool {
        self.done < self.edits.len()
    }

    /// Makes an edit; what was undone is gone then.
    ///
    /// # Errors
    /// As [`Diagram::apply`].
    pub fn apply(&mut self, edit: Edit) -> Result<(), Refusal> {
        self.diagram.apply(edit)?;
        self.edits.truncate(self.done);
        self.edits.push(edit);
        self.done += 1;
        Ok(())
    }

    /// Takes the last edit back and says which; none when there is none.
    pub fn undo(&mut self) -> Option<Edit> {
        self.done = self.done.checked_sub(1)?;
        self.diagram = self.start.clone();
        for &edit in &self.edits[..self.done] {
            // It was accepted in just this state before.
            let accepted = self.diagram.apply(edit);
            debug_assert!(accepted.is_ok());
        }
        Some(self.edits[self.done])
    }

    /// Makes the edit that was taken back last, and says which; none when there is none.
    pub fn redo(&mut self) -> Option<Edit> {
        let edit = *self.edits.get(self.done)?;
        self.diagram.apply(edit).ok()?;
        self.done += 1;
        Some(edit)
    }
}
