//! The space-time diagram: a line a node, time to the right, messages across (Lamport 1978, figure 1).

use core::ops::Range;

use super::Html;
use super::geometry::{Tenths, letters};
use crate::prelude::*;
use crate::put;
use crate::sim::history::{Flight, Record};
use crate::sim::{Happening, NodeId, Roster, Tick};

/// How a node's line looks from some step on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Class of the line, such as `leader`.
    pub class: &'static str,
    /// Written on the line where it changes, such as `term 3`.
    pub label: String,
}

/// How a message looks, in every view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageMark {
    /// Class, such as `vote`.
    pub class: &'static str,
    /// A few characters; empty for routine traffic, which is drawn small.
    pub label: String,
}

/// Width of the diagram when there is more than fits, in tenths of its own units, which are the page's pixels. The page
/// shows the right end of it where there is less room.
const WIDTH: i64 = 10_000;
/// What is left free before time 0, so that its mark is whole, in tenths.
const MARGIN: i64 = 200;
const TOP: i64 = 24;
const LANE: i64 = 40;
/// Two units for a millisecond.
const MICROSECONDS_PER_TENTH: u64 = 50;
/// Between two marks on the axis, in microseconds.
const AXIS_STEP: u64 = 50_000;
/// How far beyond the present the diagram looks when steps there are known, in microseconds.
const LOOK_AHEAD: u64 = 120_000;

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Diagram<'a> {
    /// Who takes part, a line each.
    pub roster: Roster,
    /// All steps known.
    pub records: &'a [Record],
    /// All messages known.
    pub flights: &'a [Flight],
    /// How many of the steps have been taken.
    pub position: usize,
    /// Virtual time in microseconds.
    pub cursor: u64,
    /// The step whose causes and consequences are shown.
    pub selected: Option<usize>,
    /// Whether it can be acted on.
    pub live: bool,
}

/// The relation of a step to the selected one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Nothing is selected.
    Unknown,
    /// It is the selected one.
    Same,
    /// It happened before: the selected step may follow from it.
    Before,
    /// It happened after: it may follow from the selected step.
    After,
    /// Neither could have influenced the other.
    Concurrent,
}

impl Relation {
    fn class(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Same => " chosen",
            Self::Before => " before",
            Self::After => " after",
            Self::Concurrent => " concurrent",
        }
    }
}

/// How every step relates to `selected` by happens-before: the order of steps at one node, and from a message's sending
/// to its receipt, and what follows from these (Lamport 1978, "The Partial Ordering"). Empty when nothing is selected.
pub fn relations(records: &[Record], flights: &[Flight], selected: Option<usize>) -> Vec<Relation> {
    let Some(selected) = selected.filter(|&step| step < records.len()) else { return Vec::new() };
    let causes = |step: usize| {
        let sender = match records[step].happening {
            Happening::Arrival(message) => flights.get(message.index()).map(|flight| flight.sent_by),
            Happening::Start
            | Happening::Loss(_)
            | Happening::Timeout
            | Happening::Request
            | Happening::Crash
            | Happening::Restart
            | Happening::Disk
            | Happening::Network => None,
        };
        [records[step].previous, sender].into_iter().flatten()
    };
    let mut relations = vec![Relation::Concurrent; records.len()];
    relations[selected] = Relation::Same;
    for step in (0..=selected).rev() {
        if matches!(relations[step], Relation::Same | Relation::Before) {
            for cause in causes(step) {
                relations[cause] = Relation::Before;
            }
        }
    }
    for step in selected + 1..records.len() {
        if causes(step).any(|cause| matches!(relations[cause], Relation::Same | Relation::After)) {
            relations[step] = Relation::After;
        }
    }
    relations
}

fn relation(relations: &[Relation], step: usize) -> Relation {
    relations.get(step).copied().unwrap_or(Relation::Unknown)
}

/// Tenths of a unit right of time 0, for a time in microseconds. Nothing that has been drawn moves when time passes: the
/// view box does, so that a frame changes little in the page.
fn x(time: u64) -> i64 {
    i64::try_from(time / MICROSECONDS_PER_TENTH).unwrap_or(i64::MAX)
}

fn micros(tick: Tick) -> u64 {
    tick.0 * 1_000
}

impl Diagram<'_> {
    /// Height in pixels.
    /// Where a node's line is.
    fn y(&self, node: NodeId) -> i64 {
        TOP + LANE / 2 + LANE * i64::try_from(self.roster.position(node)).unwrap_or(0)
    }

    fn height(&self) -> i64 {
        TOP + LANE * i64::try_from(self.roster.len()).unwrap_or(0) + 4
    }

    /// Draws the diagram as an `svg` element: all of a run that fits, from time 0 on, and else the latest part of it.
    pub fn draw(&self, html: &mut Html) {
        let relations = relations(self.records, self.flights, self.selected);
        let last = self.records.last().map_or(0, |record| micros(record.at));
        let end = last.clamp(self.cursor, self.cursor + LOOK_AHEAD) + 20_000;
        let width = (x(end) + MARGIN).min(WIDTH);
        let left = x(end) - width;
        put!(
            html,
            "<svg class=\"demo-timeline\" width=\"{}\" height=\"{}\" viewBox=\"{} 0 {} {}\" role=\"{}\" \
             aria-label=\"Space-time diagram: a line a node, time to the right, messages across\"><g class=\"axis\">",
            Tenths(width),
            self.height(),
            Tenths(left),
            Tenths(width),
            self.height(),
            if self.live { "group" } else { "img" }
        );
        let start = end.saturating_sub(WIDTH.unsigned_abs() * MICROSECONDS_PER_TENTH);
        // The axis goes on to where a run that is still short will fill the diagram.
        let full = start + WIDTH.unsigned_abs() * MICROSECONDS_PER_TENTH;
        for mark in start / AXIS_STEP..=full.max(end) / AXIS_STEP {
            self.mark(html, mark);
        }
        let first = self.records.partition_point(|record| micros(record.at) < start);
        let beyond = self.records.partition_point(|record| micros(record.at) <= end);
        let pieces = self.pieces(first..beyond, left.max(0), x(end.min(self.cursor.max(last))));
        put!(html, "</g><g class=\"lanes\">");
        for piece in &pieces {
            piece.line(html);
        }
        put!(html, "</g><g class=\"arrows\">");
        for (id, flight) in self.flights.iter().enumerate() {
            let is_visible = micros(flight.sent_at) <= end && micros(flight.ends_at) >= start;
            if is_visible && flight.sent_by < self.records.len() {
                self.arrow(html, id, flight, &relations);
            }
        }
        put!(html, "</g><g class=\"labels\">");
        for piece in &pieces {
            piece.label(html);
        }
        put!(html, "</g><g class=\"events\">");
        for step in first..beyond {
            self.dot(html, step, relation(&relations, step));
        }
        let now = Tenths(x(self.cursor));
        put!(
            html,
            "</g><line class=\"now\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/></svg>",
            now,
            now,
            TOP - 8,
            self.height()
        );
    }

    fn mark(&self, html: &mut Html, mark: u64) {
        let x = Tenths(x(mark * AXIS_STEP));
        put!(
            html,
            "<g data-key=\"{}\"><line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>\
             <text x=\"{}\" y=\"{}\">{} ms</text></g>",
            mark,
            x,
            x,
            TOP - 6,
            self.height(),
            x,
            TOP - 10,
            mark * AXIS_STEP / 1_000
        );
    }

    /// The nodes' lines, in pieces, from `left` to `right`: a piece ends where the node's look changes. `visible` are the
    /// steps in between.
    fn pieces(&self, visible: Range<usize>, left: i64, right: i64) -> Vec<Piece<'_>> {
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        for node in self.roster.ids() {
            let y = self.y(node);
            // What it looks like at the left edge was decided by a step before it.
            let before = (0..visible.start).rev().find(|&step| self.records[step].node == Some(node));
            for step in before.unwrap_or(visible.start)..visible.end {
                let record = &self.records[step];
                let (Some(lane), true) = (&record.lane, record.node == Some(node)) else { continue };
                let from = x(micros(record.at)).max(left);
                match pieces.last_mut() {
                    Some(open) if open.y == y && open.lane == lane => continue,
                    Some(open) if open.y == y => open.to = from,
                    Some(_) | None => {}
                }
                pieces.push(Piece { lane, from, to: right, y });
            }
        }
        pieces
    }

    fn arrow(&self, html: &mut Html, id: usize, flight: &Flight, relations: &[Relation]) {
        let (y1, y2) = (self.y(flight.from) * 10, self.y(flight.to) * 10);
        let (start, end) = (micros(flight.sent_at), micros(flight.ends_at));
        let is_future = flight.sent_by >= self.position;
        let lost_at_once = flight.lost && start == end;
        // A lost message stops half-way, one under way has come as far as the present.
        let arrived = flight.ended_by.is_some_and(|step| step < self.position);
        let (until, share) = if lost_at_once {
            (start + 8_000, 300)
        } else if arrived || is_future {
            (end, 1_000)
        } else {
            let now = self.cursor.clamp(start, end);
            (now, ((now - start) * 1_000).checked_div(end - start).unwrap_or(1_000))
        };
        let share =
            if flight.lost && !lost_at_once && arrived { 850 } else { i64::try_from(share).unwrap_or(0) };
        let (x1, x2) = (x(start), x(until));
        let tip_y = y1 + (y2 - y1) * share / 1_000;
        let related = flight.ended_by.map_or(Relation::Unknown, |step| {
            match (relation(relations, flight.sent_by), relation(relations, step)) {
                (Relation::Before, Relation::Before | Relation::Same) => Relation::Before,
                (Relation::Same | Relation::After, Relation::After) => Relation::After,
                (Relation::Unknown, _) => Relation::Unknown,
                (Relation::Before | Relation::Same | Relation::After | Relation::Concurrent, _) => {
                    Relation::Concurrent
                }
            }
        });
        // Of one that arrived, what it set off marks the end.
        let is_crossed = flight.lost && (arrived || lost_at_once);
        put!(
            html,
            "<{} class=\"arrow {}{}{}{}{}\" data-key=\"{}\"",
            if is_crossed { "g" } else { "line" },
            flight.mark.class,
            if flight.mark.label.is_empty() { " quiet" } else { "" },
            if flight.lost { " lost" } else { "" },
            if is_future { " future" } else { "" },
            related.class(),
            id
        );
        if is_crossed {
            put!(html, "><line");
        }
        put!(
            html,
            " x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            Tenths(x1),
            Tenths(y1),
            Tenths(x2),
            Tenths(tip_y)
        );
        if is_crossed {
            put!(
                html,
                "<path d=\"M-4-4 4 4M-4 4 4-4\" transform=\"translate({} {})\"/></g>",
                Tenths(x2),
                Tenths(tip_y)
            );
        }
    }

    fn dot(&self, html: &mut Html, step: usize, relation: Relation) {
        let record = &self.records[step];
        let Some(node) = record.node else { return };
        let disc = ("circle", "r", "4");
        let path = |path| ("path", "d", path);
        let (kind, (shape, attribute, value)) = match record.happening {
            Happening::Start => ("start", disc),
            Happening::Arrival(_) => ("arrival", disc),
            Happening::Loss(_) | Happening::Network | Happening::Disk => ("network", disc),
            Happening::Timeout => ("timeout", path("M0-6 5 4-5 4Z")),
            Happening::Request => ("request", path("M-5-5H5V5H-5Z")),
            Happening::Crash => ("crash", path("M-5-5 5 5M-5 5 5-5")),
            Happening::Restart => ("restart", disc),
        };
        put!(
            html,
            "<{} class=\"event {}{}{}{}\" transform=\"translate({} {})\"",
            if self.live { "g" } else { shape },
            kind,
            if step >= self.position { " future" } else { "" },
            if record.violation.is_some() { " broken" } else { "" },
            relation.class(),
            Tenths(x(micros(record.at))),
            self.y(node)
        );
        if self.live {
            put!(
                html,
                " data-key=\"{}\" data-do=\"event:{}\"><circle class=\"touch\" r=\"11\"/><{}",
                step,
                step,
                shape
            );
        }
        put!(html, " {}=\"{}\"/>", attribute, value);
        if self.live {
            put!(html, "<title>{}</title></g>", record.sentence);
        }
    }
}

/// A stretch of a node's line that looks the same all along; in tenths of a unit, but for `y`.
struct Piece<'a> {
    lane: &'a Lane,
    from: i64,
    to: i64,
    y: i64,
}

impl Piece<'_> {
    fn line(&self, html: &mut Html) {
        put!(
            html,
            "<line class=\"lane {}\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>",
            self.lane.class,
            Tenths(self.from),
            Tenths(self.to),
            self.y,
            self.y
        );
    }

    fn label(&self, html: &mut Html) {
        // A label without room would run into the next one.
        let fits = self.to - self.from > letters(&self.lane.label) * 70;
        if fits {
            put!(
                html,
                "<text x=\"{}\" y=\"{}\">{}</text>",
                Tenths(self.from + 40),
                self.y - 8,
                self.lane.label
            );
        }
    }
}
