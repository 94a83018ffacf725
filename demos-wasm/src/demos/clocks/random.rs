//! Diagrams out of a seed: for "give me another", for the quiz, and for tests.

use super::diagram::{Diagram, EVENTS_MAX, EventId, LocalClock, Message, ProcessId, TIME_MAX};
use crate::prelude::*;
use crate::sim::Generator;

/// What a random diagram is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How many lines.
    pub processes: u8,
    /// How many events.
    pub events: u16,
    /// How many of a hundred events try to send a message.
    pub sending_percent: u8,
    /// How far a clock may be set wrong, in milliseconds.
    pub skew_ms: u16,
    /// How many percent fast or slow a clock may run, at most 90.
    pub drift_percent: u16,
}

/// A diagram of this shape. Events are spread over the lines evenly in time; a message may take any way forward, so messages
/// cross and overtake each other.
pub fn random(generator: &mut Generator, shape: Shape) -> Diagram {
    let mut draw = |high: u64| usize::try_from(generator.within(&(0..=high))).unwrap_or(0);
    let lines = usize::from(shape.processes.max(1));
    let events = usize::from(shape.events).min(EVENTS_MAX);
    let mut diagram = Diagram::new(lines);
    for line in 0..lines {
        let (skew, drift) = (i32::from(shape.skew_ms), i32::from(shape.drift_percent.min(90)));
        let mut spread =
            |most: i32| i32::try_from(draw(u64::from(most.unsigned_abs()) * 2)).unwrap_or(0) - most;
        let clock = LocalClock {
            offset_ms: spread(skew),
            rate_percent: u16::try_from(100 + spread(drift)).unwrap_or(100),
        };
        diagram.set_clock(ProcessId::at(line), clock);
    }
    let step = (u64::from(TIME_MAX) / (events as u64 + 1)).min(100);
    for event in 0..events {
        let at = u32::try_from((event as u64 + 1) * step).unwrap_or(TIME_MAX);
        diagram.push_event(ProcessId::at(draw(lines as u64 - 1)), at);
    }
    let mut is_free = vec![true; events];
    for event in 0..events {
        let wants = draw(99) < usize::from(shape.sending_percent);
        // Mostly to somebody soon: messages over the whole width make every picture a knot.
        let other = event + 1 + draw(lines as u64 * 3);
        if !wants || other >= events || !is_free[event] || !is_free[other] {
            continue;
        }
        let (send, receive) = (EventId::at(event), EventId::at(other));
        let line = |event: EventId| diagram.place(event).map(|place| place.process);
        if line(send) != line(receive) {
            diagram.push_message(Message { receive, send });
            (is_free[event], is_free[other]) = (false, false);
        }
    }
    diagram
}
