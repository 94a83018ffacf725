//! The space-time diagram: a line a node, time to the right, messages across (Lamport 1978, figure 1).

use super::element::{Element, Text, svg};
use super::geometry::Tenths;
use crate::sim::history::{Flight, Record};
use crate::sim::{Happening, NodeId};

/// How a node's line looks from some step on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Class of the line, such as `leader`.
    pub class: &'static str,
    /// Written on the line where it changes, such as `term 3`.
    pub label: Text,
}

/// How a message looks, in every view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageMark {
    /// Class, such as `vote`.
    pub class: &'static str,
    /// A few characters; empty for routine traffic, which is drawn small.
    pub label: Text,
}

/// Width of the diagram in its own units, which are the page's pixels. The page shows the right end of it.
pub const WIDTH: i64 = 1_000;
const TOP: i64 = 24;
const LANE: i64 = 40;
/// Units for a millisecond.
const SCALE: i64 = 2;
/// Milliseconds between two marks on the axis.
const AXIS_STEP: u64 = 50;
/// A message that was under way for longer than this may miss its line at the left edge, in microseconds.
const FLIGHT_MAX: u64 = 1_000_000;
/// How far beyond the present the diagram looks when steps there are known, in milliseconds.
const LOOK_AHEAD: u64 = 120;

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct Diagram<'a> {
    /// How many nodes.
    pub nodes: usize,
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

impl Diagram<'_> {
    /// Height in pixels.
    pub fn height(&self) -> i64 {
        TOP + LANE * i64::try_from(self.nodes).unwrap_or(0) + 4
    }

    /// The diagram as an `svg` element.
    pub fn draw(&self) -> Element {
        let now_x = self.x(self.cursor);
        let (lines, labels): (Vec<Element>, Vec<Element>) =
            NodeId::all(u8::try_from(self.nodes).unwrap_or(0)).map(|node| self.lane(node)).unzip();
        let relations = relations(self.records, self.flights, self.selected);
        let first = self.first_visible();
        // Flights stand in the order of sending, so those long before the left edge need no look.
        let oldest = self.start().saturating_sub(FLIGHT_MAX);
        let skipped = self.flights.partition_point(|flight| flight.sent_at.0 * 1_000 < oldest);
        let arrows = self
            .flights
            .iter()
            .enumerate()
            .skip(skipped)
            .filter(|(_, flight)| self.is_visible(flight))
            .map(|(id, flight)| self.arrow(u32::try_from(id).unwrap_or(0), flight, &relations));
        let dots = (first..self.records.len()).filter_map(|step| self.dot(step, relation(&relations, step)));
        svg("svg")
            .class("demo-timeline")
            .with("viewBox", format!("0 0 {WIDTH} {}", self.height()))
            .num("height", self.height())
            .with("preserveAspectRatio", "xMaxYMin slice")
            .with("role", if self.live { "group" } else { "img" })
            .with("aria-label", "Space-time diagram: a line a node, time to the right, messages across")
            .child(svg("g").class("axis").children(self.axis()))
            .child(svg("g").class("lanes").children(lines))
            .child(svg("g").class("arrows").children(arrows))
            .child(svg("g").class("labels").children(labels))
            .child(svg("g").class("events").children(dots))
            .child(
                svg("line")
                    .class("now")
                    .num("x1", Tenths(now_x))
                    .num("x2", Tenths(now_x))
                    .num("y1", TOP - 8)
                    .num("y2", self.height()),
            )
    }

    /// Time at the right edge, in microseconds.
    fn end(&self) -> u64 {
        let last = self.records.last().map_or(0, |record| record.at.0 * 1_000);
        last.clamp(self.cursor, self.cursor + LOOK_AHEAD * 1_000) + 20_000
    }

    /// Tenths of a unit.
    fn x(&self, time: u64) -> i64 {
        let behind = i64::try_from(self.end()).unwrap_or(0) - i64::try_from(time).unwrap_or(0);
        WIDTH * 10 - behind * SCALE / 100
    }

    fn y(node: NodeId) -> i64 {
        TOP + LANE / 2 + LANE * i64::from(node.0)
    }

    fn start(&self) -> u64 {
        let width = u64::try_from(WIDTH / SCALE).unwrap_or(0) * 1_000;
        self.end().saturating_sub(width)
    }

    fn first_visible(&self) -> usize {
        self.records.partition_point(|record| record.at.0 * 1_000 < self.start())
    }

    fn is_visible(&self, flight: &Flight) -> bool {
        flight.sent_at.0 * 1_000 <= self.end()
            && flight.ends_at.0 * 1_000 >= self.start()
            && flight.sent_by < self.records.len()
    }

    fn axis(&self) -> impl Iterator<Item = Element> {
        let first = self.start() / 1_000 / AXIS_STEP;
        let last = self.end() / 1_000 / AXIS_STEP;
        let height = self.height();
        (first..=last).map(move |mark| {
            let time = mark * AXIS_STEP;
            let x = Tenths(self.x(time * 1_000));
            svg("g")
                .keyed(u32::try_from(mark).unwrap_or(0))
                .child(svg("line").num("x1", x).num("x2", x).num("y1", TOP - 6).num("y2", height))
                .child(svg("text").num("x", x).num("y", TOP - 10).text(format!("{time} ms")))
        })
    }

    /// A node's line, in pieces, and what is written on them: a piece ends where the node's look changes.
    fn lane(&self, node: NodeId) -> (Element, Element) {
        let y = Self::y(node);
        let edge = self.first_visible();
        let is_own = |record: &&Record| record.node == Some(node);
        let before = self.records[..edge].iter().rev().find(is_own);
        let own: Vec<&Record> =
            before.into_iter().chain(self.records[edge..].iter().filter(is_own)).collect();
        let known_until =
            self.end().min(self.cursor.max(self.records.last().map_or(0, |record| record.at.0 * 1_000)));
        let key = u32::from(node.0);
        let (mut lines, mut labels) = (svg("g").keyed(key), svg("g").keyed(key));
        let mut place = 0;
        while place < own.len() {
            let lane = own[place].lane.as_ref();
            let same = own[place..].iter().take_while(|record| record.lane.as_ref() == lane).count();
            let next = own.get(place + same);
            if let Some(lane) = lane {
                let from = self.x(own[place].at.0 * 1_000).max(0);
                let to = self.x(next.map_or(known_until, |record| record.at.0 * 1_000).min(self.end()));
                if to > 0 {
                    let (line, label) = piece(lane, from, to, y);
                    lines = lines.child(line);
                    labels = labels.child(label);
                }
            }
            place += same;
        }
        (lines, labels)
    }

    fn arrow(&self, id: u32, flight: &Flight, relations: &[Relation]) -> Element {
        let (y1, y2) = (Self::y(flight.from) * 10, Self::y(flight.to) * 10);
        let (start, end) = (flight.sent_at.0 * 1_000, flight.ends_at.0 * 1_000);
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
        let (x1, x2) = (self.x(start), self.x(until));
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
        let class = format!(
            "arrow {}{}{}{}{}",
            flight.mark.class,
            if flight.mark.label.is_empty() { " quiet" } else { "" },
            if flight.lost { " lost" } else { "" },
            if is_future { " future" } else { "" },
            related.class()
        );
        let mut group = svg("g").class(class).keyed(id).child(
            svg("line")
                .num("x1", Tenths(x1))
                .num("y1", Tenths(y1))
                .num("x2", Tenths(x2))
                .num("y2", Tenths(tip_y)),
        );
        if flight.lost && (arrived || lost_at_once) {
            let cross = svg("path").with("d", "M-4-4 4 4M-4 4 4-4");
            group =
                group.child(cross.with("transform", format!("translate({} {})", Tenths(x2), Tenths(tip_y))));
        } else if arrived {
            group = group.child(
                svg("circle").class("head").num("cx", Tenths(x2)).num("cy", Tenths(tip_y)).num("r", 2),
            );
        }
        group
    }

    fn dot(&self, step: usize, relation: Relation) -> Option<Element> {
        let record = &self.records[step];
        let node = record.node?;
        if record.at.0 * 1_000 > self.end() {
            return None;
        }
        let kind = match record.happening {
            Happening::Start => "start",
            Happening::Arrival(_) => "arrival",
            Happening::Loss(_) | Happening::Network | Happening::Disk => "network",
            Happening::Timeout => "timeout",
            Happening::Request => "request",
            Happening::Crash => "crash",
            Happening::Restart => "restart",
        };
        let future = if step >= self.position { " future" } else { "" };
        let broken = if record.violation.is_some() { " broken" } else { "" };
        let x = Tenths(self.x(record.at.0 * 1_000));
        let y = Self::y(node);
        let mut group = svg("g")
            .class(format!("event {kind}{future}{broken}{}", relation.class()))
            .with("transform", format!("translate({x} {y})"))
            .keyed(u32::try_from(step).unwrap_or(u32::MAX));
        if self.live {
            group = group
                .with("data-do", format!("event:{step}"))
                .child(svg("circle").class("touch").num("r", 11));
        }
        let shape = match record.happening {
            Happening::Timeout => svg("path").with("d", "M0-6 5 4-5 4Z"),
            Happening::Crash => svg("path").with("d", "M-5-5 5 5M-5 5 5-5"),
            Happening::Request => svg("path").with("d", "M-5-5H5V5H-5Z"),
            Happening::Start
            | Happening::Arrival(_)
            | Happening::Loss(_)
            | Happening::Restart
            | Happening::Disk
            | Happening::Network => svg("circle").num("r", 4),
        };
        Some(group.child(shape).child(svg("title").text(record.sentence.clone())))
    }
}

fn piece(lane: &Lane, from: i64, to: i64, y: i64) -> (Element, Element) {
    let line = svg("line")
        .class(format!("lane {}", lane.class))
        .num("x1", Tenths(from))
        .num("x2", Tenths(to))
        .num("y1", y)
        .num("y2", y);
    // A label without room would run into the next one.
    let fits = to - from > i64::try_from(lane.label.chars().count()).unwrap_or(0) * 65;
    let text = if fits { lane.label.clone() } else { Text::default() };
    (line, svg("text").num("x", Tenths(from + 40)).num("y", y - 8).text(text))
}
