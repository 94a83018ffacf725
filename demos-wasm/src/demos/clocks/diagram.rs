//! A space-time diagram: lines of processes, events on them, messages between events (Lamport 1978, figure 1).
//!
//! What always holds, and what everything else here rests on:
//!
//! * On a line, times of events increase strictly.
//! * A message is received strictly later than it is sent, on another line.
//! * So real time is one of the total orders that happened-before allows, and there is never a cycle.
//! * In what a reader draws, an event sends one message, receives one, or does neither. An event of an imported log may
//!   stand for several: a broadcast is logged once, and what wasn't logged is folded into what was.
//! * An event keeps its id until it is deleted, and no id is given twice.

use core::ops::RangeInclusive;

use crate::prelude::*;
use crate::words::{Text, Words, display_by_words};

/// A process by its line, from 0; shown as `P1`, `P2`, ….
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u8);

impl ProcessId {
    /// Place among lines.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The process at this place.
    pub(super) fn at(index: usize) -> Self {
        Self(u8::try_from(index).unwrap_or(u8::MAX))
    }
}

impl Words for ProcessId {
    fn add(&self, text: &mut Text) {
        text.trust("P");
        (u16::from(self.0) + 1).add(text);
    }
}

/// An event, numbered from 0 in the order of adding; shown as `a`, `b`, …, `z`, `aa`, `ab`, ….
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u16);

impl EventId {
    /// Place in lists of all events by id.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The event with this place.
    pub(super) fn at(index: usize) -> Self {
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }
}

display_by_words!(ProcessId, EventId);

impl Words for EventId {
    fn add(&self, text: &mut Text) {
        // Digits from 1 to 26, as columns of a spreadsheet; four letters are enough for 16 bits.
        let (mut letters, mut rest) = ([0_u8; 4], u32::from(self.0) + 1);
        let mut first = letters.len();
        while rest > 0 {
            rest -= 1;
            first -= 1;
            letters[first] = b'a' + u8::try_from(rest % 26).unwrap_or(0);
            rest /= 26;
        }
        for letter in letters.iter().skip(first) {
            text.trust(char::from(*letter).encode_utf8(&mut [0; 4]));
        }
        "".add(text);
    }
}

/// Real time in milliseconds since the diagram's left edge, as nobody in it can read it.
pub type Millis = u32;

/// The right edge: the largest number of three digits in base 36.
pub const TIME_MAX: Millis = 46_655;
/// How many events there may be, drawn or imported.
pub const EVENTS_MAX: usize = 2_000;
/// How many processes a reader may draw.
pub const DRAWN_PROCESSES_MAX: usize = 6;
/// How many hosts an imported log may have.
pub const HOSTS_MAX: usize = 64;

/// A process's own physical clock: set wrong by an offset, and fast or slow by a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalClock {
    /// What it shows at real time 0, in milliseconds.
    pub offset_ms: i32,
    /// Local milliseconds in a hundred real ones, [`LocalClock::RATES`].
    pub rate_percent: u16,
}

impl Default for LocalClock {
    fn default() -> Self {
        Self { offset_ms: 0, rate_percent: 100 }
    }
}

impl LocalClock {
    /// Rates allowed, in percent.
    pub const RATES: RangeInclusive<u16> = 10..=1_000;
    /// Offsets allowed, in milliseconds.
    pub const OFFSETS: RangeInclusive<i32> = -46_655..=46_655;

    /// What it shows at a real time, in milliseconds; never below 0, and never going back.
    pub fn read(self, at: Millis) -> Millis {
        let passed = u64::from(at) * u64::from(self.rate_percent) / 100;
        let shown = i64::from(self.offset_ms) + i64::try_from(passed).unwrap_or(i64::MAX);
        Millis::try_from(shown.max(0)).unwrap_or(Millis::MAX)
    }
}

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its line.
    pub process: ProcessId,
    /// Real time.
    pub at: Millis,
}

/// A message, named by the two events that it joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    /// The event of its arrival. First, because messages are kept in the order of it.
    pub receive: EventId,
    /// The event of its sending.
    pub send: EventId,
}

/// One process's line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Line {
    /// Its physical clock.
    pub clock: LocalClock,
    /// What a log calls it; empty where it is drawn by hand.
    pub name: String,
    /// Its events in the order of time.
    events: Vec<EventId>,
}

impl Line {
    /// Its events in the order of time.
    pub fn events(&self) -> &[EventId] {
        &self.events
    }
}

/// Processes, events and messages. See the module for what always holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Diagram {
    lines: Vec<Line>,
    /// By id; none where an event was deleted.
    places: Vec<Option<Place>>,
    /// Sorted, each once.
    messages: Vec<Message>,
}

impl Diagram {
    /// So many lines with right clocks and nothing on them.
    pub fn new(processes: usize) -> Self {
        Self { lines: vec![Line::default(); processes], ..Self::default() }
    }

    /// The lines, by process.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// One line, none for a process that there isn't.
    pub fn line(&self, process: ProcessId) -> Option<&Line> {
        self.lines.get(process.index())
    }

    /// What a process is called: a log's hosts have names of their own.
    pub fn name(&self, process: ProcessId) -> String {
        match self.line(process) {
            Some(line) if !line.name.is_empty() => line.name.clone(),
            _ => process.to_string(),
        }
    }

    /// Whether it comes from a log. A log tells an order and no times: its events stand ten apart, and nobody has read a clock.
    pub fn is_log(&self) -> bool {
        self.lines.iter().any(|line| !line.name.is_empty())
    }

    /// Where an event is, none when there is no such event (any more).
    pub fn place(&self, event: EventId) -> Option<Place> {
        self.places.get(event.index()).copied().flatten()
    }

    /// All events in the order of their ids.
    pub fn events(&self) -> impl Iterator<Item = EventId> + '_ {
        (0..self.places.len()).filter(|&id| self.places[id].is_some()).map(EventId::at)
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.lines.iter().map(|line| line.events.len()).sum()
    }

    /// Whether there is no event.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many ids were given, those of deleted events included; also the next event's id.
    pub fn ids(&self) -> usize {
        self.places.len()
    }

    /// The id that the next event gets.
    pub fn next_event(&self) -> EventId {
        EventId::at(self.places.len())
    }

    /// All messages, in the order of their receive events' ids.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// What arrives at an event: at most one message in what a reader draws.
    pub fn arriving(&self, event: EventId) -> &[Message] {
        let first = self.messages.partition_point(|message| message.receive < event);
        let after = self.messages.partition_point(|message| message.receive <= event);
        &self.messages[first..after]
    }

    /// What an event sends.
    pub fn leaving(&self, event: EventId) -> impl Iterator<Item = Message> + '_ {
        self.messages.iter().copied().filter(move |message| message.send == event)
    }

    /// An event's position on its line, from 0.
    pub fn position(&self, event: EventId) -> Option<usize> {
        let place = self.place(event)?;
        let events = &self.lines[place.process.index()].events;
        let position = events.partition_point(|&other| self.time(other) < place.at);
        (events.get(position) == Some(&event)).then_some(position)
    }

    /// The event before it on its line.
    pub fn previous(&self, event: EventId) -> Option<EventId> {
        let position = self.position(event)?.checked_sub(1)?;
        self.lines[self.place(event)?.process.index()].events.get(position).copied()
    }

    /// All events by real time; at equal times by process. One of the orders that happened-before allows.
    pub fn by_time(&self) -> Vec<EventId> {
        // Lines are sorted, so they only have to be merged; a general sort costs the page kilobytes.
        let mut all = Vec::with_capacity(self.len());
        let mut taken = vec![0; self.lines.len()];
        loop {
            let mut first: Option<(Millis, usize, EventId)> = None;
            for (line, &taken) in self.lines.iter().zip(&taken) {
                let line_at = first.map_or(Millis::MAX, |(at, ..)| at);
                if let Some(&event) = line.events.get(taken)
                    && (first.is_none() || self.time(event) < line_at)
                {
                    let process = self.place(event).map_or(0, |place| place.process.index());
                    first = Some((self.time(event), process, event));
                }
            }
            let Some((_, line, event)) = first else { return all };
            taken[line] += 1;
            all.push(event);
        }
    }

    /// The times to which an event may be moved: between its neighbours on the line, after what it receives was sent, before
    /// what it sends is received. None when there is no such event.
    pub fn room(&self, event: EventId) -> Option<RangeInclusive<Millis>> {
        let place = self.place(event)?;
        let (mut low, mut high) = (0, TIME_MAX);
        let events = &self.lines[place.process.index()].events;
        let position = self.position(event)?;
        if let Some(before) = position.checked_sub(1) {
            low = low.max(self.time(events[before]) + 1);
        }
        if let Some(&after) = events.get(position + 1) {
            high = high.min(self.time(after) - 1);
        }
        for message in self.arriving(event) {
            low = low.max(self.time(message.send) + 1);
        }
        for message in self.leaving(event) {
            high = high.min(self.time(message.receive) - 1);
        }
        Some(low..=high)
    }

    /// The free time nearest to `at` on a line; at equal distance the later. None when there is no such line.
    pub fn free_near(&self, process: ProcessId, at: Millis) -> Option<Millis> {
        self.line(process)?;
        let at = at.min(TIME_MAX);
        // Events are far fewer than milliseconds, so the search is short.
        (0..=TIME_MAX).find_map(|far| {
            let later = at.checked_add(far).filter(|&time| time <= TIME_MAX);
            [later, at.checked_sub(far)]
                .into_iter()
                .flatten()
                .find(|&time| self.at_time(process, time).is_none())
        })
    }

    /// The event at exactly this time on a line.
    pub fn at_time(&self, process: ProcessId, at: Millis) -> Option<EventId> {
        let events = &self.line(process)?.events;
        let position = events.partition_point(|&other| self.time(other) < at);
        events.get(position).copied().filter(|&event| self.time(event) == at)
    }

    fn time(&self, event: EventId) -> Millis {
        self.place(event).map_or(0, |place| place.at)
    }

    // The six changes below keep the invariants only when `edit` or `import` has checked that they may be made.

    pub(super) fn push_line(&mut self) {
        self.lines.push(Line::default());
    }

    pub(super) fn pop_line(&mut self) {
        self.lines.pop();
    }

    pub(super) fn set_clock(&mut self, process: ProcessId, clock: LocalClock) {
        self.lines[process.index()].clock = clock;
    }

    pub(super) fn set_name(&mut self, process: ProcessId, name: String) {
        self.lines[process.index()].name = name;
    }

    pub(super) fn push_event(&mut self, process: ProcessId, at: Millis) -> EventId {
        let event = self.next_event();
        let events = &self.lines[process.index()].events;
        let position = events.partition_point(|&other| self.time(other) < at);
        self.lines[process.index()].events.insert(position, event);
        self.places.push(Some(Place { process, at }));
        event
    }

    /// Gives an id to nobody, as for an event that was added and deleted.
    pub(super) fn skip_id(&mut self) {
        self.places.push(None);
    }

    pub(super) fn set_time(&mut self, event: EventId, at: Millis) {
        if let Some(Some(place)) = self.places.get_mut(event.index()) {
            place.at = at;
        }
    }

    pub(super) fn push_message(&mut self, message: Message) {
        let position = self.messages.partition_point(|other| *other < message);
        if self.messages.get(position) != Some(&message) {
            self.messages.insert(position, message);
        }
    }

    pub(super) fn remove_message(&mut self, message: Message) {
        self.messages.retain(|other| *other != message);
    }

    pub(super) fn remove_event(&mut self, event: EventId) {
        let Some(place) = self.place(event) else { return };
        self.messages.retain(|message| message.send != event && message.receive != event);
        self.lines[place.process.index()].events.retain(|&other| other != event);
        self.places[event.index()] = None;
    }
}
