//! What a pointer drags over the drawing: events along their lines, messages from line to line, and the cut.

use super::{Drawing, process};
use crate::demos::clocks::diagram::{EventId, Millis, Place, ProcessId};
use crate::demos::clocks::edit::{Edit, End};
use crate::demos::clocks::picture::Grid;
use crate::sheet::Reply;

/// What a pointer drags, and where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demos::clocks) enum Pulled {
    /// An event along its line.
    Move(EventId, Millis),
    /// A message, to what is under the pointer.
    Message(End, End),
    /// A message that points at no line: to this place of the drawing.
    Nowhere(End, (i64, i64)),
}

/// Where a pointer is, and where it went down.
pub(super) type Pointer = ((i64, i64), (i64, i64));

pub(super) fn pointer(value: &str) -> Option<Pointer> {
    let mut numbers = value.split(' ').map(|number| number.parse().ok());
    let mut next = || numbers.next().flatten();
    let at = (next()?, next()?);
    Some((at, next().zip(next()).unwrap_or(at)))
}

impl Drawing {
    /// What a drag means that began at something: `e3` an event, `p1` a line.
    fn pull(&self, what: &str, ((x, y), (start_x, _)): Pointer) -> Option<Pulled> {
        let grid = Grid::of(self);
        let (kind, number) = what.split_at_checked(1)?;
        let from = if kind == "e" {
            let event = EventId(number.parse().ok()?);
            let (place, room) = (self.diagram().place(event)?, self.diagram().room(event)?);
            if grid.row(y) == Some(place.process) {
                return Some(Pulled::Move(event, grid.time(x).clamp(*room.start(), *room.end())));
            }
            End::Event(event)
        } else {
            let process = process(number);
            End::New(process, self.diagram().free_near(process, grid.time(start_x))?)
        };
        let Some(process) = grid.row(y) else { return Some(Pulled::Nowhere(from, (x, y))) };
        let at = grid.time(x);
        let near = self.nearest(process, at).filter(|&event| {
            self.diagram().place(event).is_some_and(|place| (grid.x(place.at) - x).abs() < 20)
        });
        let to = match near {
            Some(event) => End::Event(event),
            None => End::New(process, self.diagram().free_near(process, at)?),
        };
        Some(Pulled::Message(from, to))
    }

    pub(super) fn drag(&mut self, is_over: bool, what: &str, value: &str) -> Reply {
        let pointer = pointer(value);
        if let (Some(line), Some(((x, _), _))) = (what.strip_prefix('c'), pointer) {
            return self.cut_to(process(line), self.events_by(process(line), x), is_over);
        }
        self.pulled = pointer.and_then(|pointer| self.pull(what, pointer));
        if !is_over {
            return Reply::Quiet;
        }
        match self.pulled.take() {
            Some(Pulled::Move(event, at)) => {
                self.focus = Some(event);
                self.edit(Edit::MoveEvent(event, at))
            }
            Some(Pulled::Message(from, to)) => self.add(Edit::Draw(from, to)),
            Some(Pulled::Nowhere(..)) | None => Reply::Quiet,
        }
    }

    /// How many events of a line are left of a place in the drawing.
    fn events_by(&self, process: ProcessId, x: i64) -> u32 {
        let grid = Grid::of(self);
        let mut count = 0;
        for &event in self.diagram().line(process).map_or(&[][..], |line| line.events()) {
            if self.diagram().place(event).is_some_and(|place| grid.x(place.at) <= x) {
                count += 1;
            }
        }
        count
    }

    /// What stands where for a drag that goes on.
    pub(in crate::demos::clocks) fn place_of(&self, end: End) -> Option<Place> {
        match end {
            End::Event(event) => self.diagram().place(event),
            End::New(process, at) => Some(Place { process, at }),
        }
    }
}
