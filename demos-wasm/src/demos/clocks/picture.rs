//! The drawing as a space-time diagram: a line a process, time to the right, messages across (Lamport 1978, figure 1).
//!
//! Three layers lie over each other: the names of the lines, which stay when the rest scrolls; what has happened; and what
//! the reader is doing with it, a drag or a cut, so that a drag redraws little. Units are the page's pixels.

use crate::prelude::*;

use super::causality::Relation;
use super::cut::Cut;
use super::diagram::{EventId, Message, Millis, Place, ProcessId};
use super::quiz::Question;
use super::sheet::{Drawing, Pulled};
use super::words;
use crate::put;
use crate::view::Html;
use crate::view::geometry::{Point, letters};

/// Left of the first mark of time, and right of the last event.
const MARGIN: i64 = 36;
/// The axis.
const TOP: i64 = 26;
/// From the top of a lane to its line, and from the line to the first clock under it.
const ABOVE: i64 = 34;
const BELOW: i64 = 22;
/// From one clock under an event to the next.
const ROW: i64 = 15;
/// How wide a character of 12 px is, at most, on the average of what is written here; in tenths.
const LETTER: i64 = 66;
/// Entries of a vector that still fit under an event.
const ENTRIES_MAX: usize = 6;
/// Events that are all drawn, however little of them can be seen.
const WHOLE_MAX: usize = 200;
/// Radius of an event's sign.
const SIGN: i64 = 7;

/// Where things are in the drawing.
pub(super) struct Grid {
    from: Millis,
    /// Pixels for a hundred milliseconds.
    unit: i64,
    /// Milliseconds from one time that a pointer can mean to the next.
    step: i64,
    lane: i64,
    /// For each process, the height of its line; none where it is hidden.
    rows: Vec<Option<i64>>,
    width: i64,
    height: i64,
    /// What is drawn of it, from left to right.
    drawn: (i64, i64),
}

impl Grid {
    pub(super) fn of(drawing: &Drawing) -> Self {
        let diagram = drawing.diagram();
        let shown = drawing.labels().len();
        let lane = ABOVE + BELOW + ROW * i64::try_from(shown).unwrap_or(0);
        let mut rows = Vec::with_capacity(diagram.lines().len());
        let mut height = TOP;
        for place in 0..diagram.lines().len() {
            let is_shown = drawing.is_shown(ProcessId::at(place));
            rows.push(is_shown.then_some(height + ABOVE));
            height += if is_shown { lane } else { 0 };
        }
        // Neighbours are a hundred milliseconds apart in what is drawn by hand, and ten in a log.
        let widest = drawing.label_width(drawing.stamps.largest());
        let (least, scale) = if diagram.is_log() { (44, 10) } else { (68, 1) };
        let room = (widest + 10).max(least);
        let last = drawing.stamps.order().last().and_then(|&event| diagram.place(event));
        let mut grid = Self {
            from: drawing.from,
            unit: room * scale,
            step: if diagram.is_log() { 1 } else { 10 },
            lane,
            rows,
            width: 0,
            height: height + 6,
            drawn: drawing.drawn(),
        };
        let end = last.map_or(grid.from, |place| place.at);
        grid.width = (grid.x(end) + MARGIN + 2 * room).max(560);
        grid
    }

    /// Where a time is.
    pub(super) fn x(&self, at: Millis) -> i64 {
        MARGIN + (i64::from(at) - i64::from(self.from)) * self.unit / 100
    }

    /// What time a place is, in steps of ten milliseconds, of one in a log; never before the left edge.
    pub(super) fn time(&self, x: i64) -> Millis {
        let per_unit = 100 / self.step;
        let steps = ((x - MARGIN).max(0) * per_unit + self.unit / 2) / self.unit;
        self.from + Millis::try_from(steps * self.step).unwrap_or(0)
    }

    fn y(&self, process: ProcessId) -> Option<i64> {
        self.rows.get(process.index()).copied().flatten()
    }

    /// The line in whose lane a height is.
    pub(super) fn row(&self, y: i64) -> Option<ProcessId> {
        let is_in =
            |row: &Option<i64>| row.is_some_and(|line| (line - ABOVE..line - ABOVE + self.lane).contains(&y));
        self.rows.iter().position(is_in).map(ProcessId::at)
    }

    /// Whether anything between two places is drawn.
    fn shows(&self, from: i64, to: i64) -> bool {
        from.max(to) >= self.drawn.0 && from.min(to) <= self.drawn.1
    }

    fn point(&self, place: Place) -> Option<Point> {
        Some(Point { x: self.x(place.at), y: self.y(place.process)? })
    }
}

impl Drawing {
    /// What is drawn: all of it, or where there is too much, what is seen and as much on either side.
    fn drawn(&self) -> (i64, i64) {
        if self.diagram().len() <= WHOLE_MAX {
            return (i64::MIN, i64::MAX);
        }
        let (left, right) = self.seen;
        (left - (right - left), right + (right - left))
    }

    /// The clocks that stand under events: places among the options. None while an answer is awaited that they would give
    /// away.
    pub(super) fn labels(&self) -> Vec<usize> {
        let gives_away = |asked: &super::sheet::Asked| {
            asked.given.is_none() && matches!(asked.question, Question::Order(..) | Question::Concurrent(..))
        };
        if self.quiz.as_ref().is_some_and(gives_away) {
            return Vec::new();
        }
        let fits = |&clock: &usize| clock != 2 || self.diagram().lines().len() <= ENTRIES_MAX;
        (0..4).filter(|&clock| self.shows[clock] && self.has_clock(clock)).filter(fits).collect()
    }

    /// Whether a clock, by its place among the options, can be read here: of a log nobody knows what time it was.
    pub(super) fn has_clock(&self, clock: usize) -> bool {
        matches!(clock, 1 | 2) || !self.diagram().is_log()
    }

    /// What a clock says of an event.
    fn label(&self, clock: usize, event: EventId) -> String {
        match clock {
            0 => format!("{} ms", self.stamps.physical(event)),
            1 => self.stamps.lamport(event).to_string(),
            2 => words::vector(self.stamps.vector(event)),
            _ => {
                let hybrid = self.stamps.hybrid(event);
                format!("({},{})", hybrid.l, hybrid.c)
            }
        }
    }

    fn label_width(&self, event: EventId) -> i64 {
        let mut widest = 0;
        for clock in self.labels() {
            widest = widest.max(letters(&self.label(clock, event)) * LETTER / 10);
        }
        widest
    }

    /// An event for those who don't see it: its name, what it does, its clocks, how it stands to the one chosen.
    pub(super) fn told(&self, event: EventId, relations: &[Relation]) -> String {
        let mut text = format!("event {}", words::event(self.diagram(), event));
        if let Some(said) = self.log.as_ref().and_then(|log| log.texts.get(event.index())) {
            text.push_str(": ");
            text.push_str(said);
        }
        for clock in self.labels() {
            text.push_str([", physical ", ", Lamport ", ", vector ", ", hybrid "][clock]);
            text.push_str(&self.label(clock, event));
        }
        if let Some(first) = self.first {
            match relations.get(event.index()) {
                Some(Relation::Before) => text.push_str(&format!(", happened before {first}")),
                Some(Relation::After) => text.push_str(&format!(", happened after {first}")),
                Some(Relation::Concurrent) => text.push_str(&format!(", concurrent with {first}")),
                Some(Relation::Same) | None => {}
            }
        }
        text
    }

    /// The names of the lines, in a column that doesn't scroll.
    pub(super) fn names(&self, html: &mut Html) {
        let grid = Grid::of(self);
        let mut width = if self.labels().is_empty() { 44 } else { 68 };
        for place in 0..grid.rows.len() {
            width = width.max((letters(&self.name(ProcessId::at(place))) * 80 / 10 + 16).min(150));
        }
        put!(
            html,
            "<svg class=\"demo-timeline\" width=\"{}\" height=\"{}\" aria-hidden=\"true\">",
            width,
            grid.height
        );
        for (place, y) in grid.rows.iter().enumerate() {
            let Some(y) = y else { continue };
            put!(
                html,
                "<text class=\"name\" x=\"8\" y=\"{}\">{}</text>",
                y + 5,
                self.name(ProcessId::at(place))
            );
            for (row, clock) in (0..).zip(self.labels()) {
                put!(
                    html,
                    "<text class=\"row\" x=\"8\" y=\"{}\">{}</text>",
                    y + BELOW + ROW * row,
                    ["physical", "Lamport", "vector", "hybrid"][clock]
                );
            }
        }
        put!(html, "</svg>");
    }

    /// What has happened.
    pub(super) fn picture(&self, live: bool, html: &mut Html) {
        let grid = Grid::of(self);
        let relations = self.relations();
        put!(
            html,
            "<svg class=\"demo-timeline\" width=\"{}\" height=\"{}\" role=\"{}\" \
             aria-label=\"Space-time diagram: {}\"",
            grid.width,
            grid.height,
            if live { "group" } else { "img" },
            words::describe(self.diagram())
        );
        if live && grid.drawn.0 > i64::MIN {
            // Where the page may scroll to before it asks for more.
            let (left, right) = self.seen;
            let half = (right - left) / 2;
            put!(html, " data-drawn=\"{} {}\"", left - half, right + half);
        }
        put!(html, "><g class=\"axis\">");
        // A log has an order and no times.
        let last = if self.diagram().is_log() { 0 } else { grid.time(grid.width - MARGIN) };
        let mut mark = grid.from;
        while mark < last {
            let x = grid.x(mark);
            mark += 100;
            if !grid.shows(x, x) {
                continue;
            }
            put!(
                html,
                "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"{}\" y=\"{}\">{} ms</text>",
                x,
                x,
                TOP - 8,
                grid.height,
                x,
                TOP - 12,
                mark - 100
            );
        }
        put!(html, "</g><g class=\"lanes\">");
        for (place, line) in self.diagram().lines().iter().enumerate() {
            let process = ProcessId::at(place);
            let Some(y) = grid.y(process) else { continue };
            self.cone(html, &grid, &relations, process, y);
            put!(html, "<line class=\"lane\" x1=\"0\" x2=\"100%\" y1=\"{}\" y2=\"{}\"/>", y, y);
            if line.clock != super::LocalClock::default() {
                put!(
                    html,
                    "<text class=\"fault\" x=\"4\" y=\"{}\">{}</text>",
                    y - 18,
                    words::clock(line.clock)
                );
            }
            if live {
                put!(
                    html,
                    "<rect class=\"band\" data-key=\"b{}\" data-do=\"add:{}\" data-at=\"\" data-pull=\"p{}\" \
                     x=\"0\" y=\"{}\" width=\"100%\" height=\"44\"/>",
                    place,
                    place,
                    place,
                    y - 22
                );
            }
        }
        put!(html, "</g><g class=\"arrows\">");
        self.arrows(html, &grid, &relations);
        put!(html, "</g><g class=\"events\">");
        for line in self.diagram().lines() {
            let mut free_from = i64::MIN;
            for &event in line.events() {
                self.event(html, &grid, &relations, live, event, &mut free_from);
            }
        }
        put!(html, "</g></svg>");
    }

    /// Messages, and what came by way of hosts that are hidden.
    fn arrows(&self, html: &mut Html, grid: &Grid, relations: &[Relation]) {
        // A question about vectors is to be answered from them alone.
        let gives_away = |asked: &super::sheet::Asked| matches!(asked.question, Question::Vectors(..));
        if self.is_asking() && self.quiz.as_ref().is_some_and(gives_away) {
            return;
        }
        for message in self.diagram().messages() {
            self.arrow(html, grid, relations, *message, "");
        }
        for bridge in &self.bridges {
            self.arrow(html, grid, relations, *bridge, " via");
        }
    }

    /// The part of a line that lies in the causal past of the event chosen, and the part in its future.
    fn cone(&self, html: &mut Html, grid: &Grid, relations: &[Relation], process: ProcessId, y: i64) {
        let (mut past, mut future) = (None, None);
        for &event in self.diagram().line(process).map_or(&[][..], |line| line.events()) {
            let Some(place) = self.diagram().place(event) else { continue };
            match relations.get(event.index()) {
                Some(Relation::Before | Relation::Same) => past = Some(grid.x(place.at)),
                Some(Relation::After) if future.is_none() => future = Some(grid.x(place.at)),
                Some(Relation::After | Relation::Concurrent) | None => {}
            }
            if self.first == Some(event) {
                future = past;
            }
        }
        let ends = [past.map(|x| ("past", 0, x)), future.map(|x| ("future", x, grid.width))];
        for (class, from, to) in ends.into_iter().flatten() {
            put!(
                html,
                "<rect class=\"cone {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"28\"/>",
                class,
                from,
                y - 14,
                to - from
            );
        }
    }

    fn ends(&self, grid: &Grid, message: Message) -> Option<(Point, Point)> {
        let point = |event| grid.point(self.diagram().place(event)?);
        Some((point(message.send)?, point(message.receive)?))
    }

    fn arrow(
        &self,
        html: &mut Html,
        grid: &Grid,
        relations: &[Relation],
        message: Message,
        way: &'static str,
    ) {
        let Some((from, to)) = self.ends(grid, message).filter(|(from, to)| grid.shows(from.x, to.x)) else {
            return;
        };
        let of = |event: EventId| relations.get(event.index()).copied();
        let class = match (of(message.send), of(message.receive)) {
            (None, _) | (_, None) => "",
            (Some(Relation::Before), Some(Relation::Before | Relation::Same)) => " before",
            (Some(Relation::Same | Relation::After), Some(Relation::After)) => " after",
            (Some(_), Some(_)) => " concurrent",
        };
        put!(
            html,
            "<g class=\"arrow{}{}\" data-key=\"{}-{}{}\">",
            class,
            way,
            message.send.0,
            message.receive.0,
            way
        );
        shaft(html, from, to);
        put!(html, "</g>");
    }

    fn event(
        &self,
        html: &mut Html,
        grid: &Grid,
        relations: &[Relation],
        live: bool,
        event: EventId,
        free_from: &mut i64,
    ) {
        let Some(Point { x, y }) = self.diagram().place(event).and_then(|place| grid.point(place)) else {
            return;
        };
        // Where Tab leads to is always there.
        let is_focus = self.focus() == Some(event);
        if !is_focus && !grid.shows(x, x) {
            return;
        }
        let is_chosen = self.first == Some(event) || self.second == Some(event);
        let (class, sign) = match relations.get(event.index()) {
            Some(Relation::Before) => ("before", Some("M5-7V7L-8 0Z")),
            Some(Relation::After) => ("after", Some("M-5-7V7L8 0Z")),
            Some(Relation::Concurrent) => ("apart", None),
            Some(Relation::Same) | None => ("", None),
        };
        put!(
            html,
            "<g class=\"event {}{}{}\" transform=\"translate({} {})\" data-key=\"{}\"",
            class,
            if is_chosen { " chosen" } else { "" },
            if self.is_asked(event) { " asked" } else { "" },
            x,
            y,
            event.0
        );
        if live {
            put!(
                html,
                " data-do=\"pick:{}\" data-pull=\"e{}\" role=\"button\" tabindex=\"{}\" aria-pressed=\"{}\" \
                 aria-label=\"{}\"{}><circle class=\"touch\" r=\"22\"/>",
                event.0,
                event.0,
                if is_focus { 0 } else { -1 },
                is_chosen,
                self.told(event, relations),
                crate::view::Flag("data-focus", is_focus)
            );
        } else {
            put!(html, ">");
        }
        match sign {
            Some(path) => put!(html, "<path d=\"{}\"/>", path),
            None => put!(html, "<circle r=\"{}\"/>", SIGN),
        }
        if is_chosen {
            put!(html, "<circle class=\"ring\" r=\"12\"/>");
        }
        put!(html, "<text y=\"-15\">{}</text></g>", event);
        // Where there is no room for what its clocks say, the list of events has it.
        let half = self.label_width(event) / 2;
        if x - half >= *free_from {
            // Beside the button and not in it: its name says the same in words.
            put!(
                html,
                "<g class=\"stamps {}\" transform=\"translate({} {})\" data-key=\"s{}\" data-do=\"pick:{}\" data-pull=\"e{}\">",
                class,
                x,
                y,
                event.0,
                event.0,
                event.0
            );
            for (row, clock) in (0..).zip(self.labels()) {
                put!(
                    html,
                    "<text class=\"stamp\" y=\"{}\">{}</text>",
                    BELOW + ROW * row,
                    self.label(clock, event)
                );
            }
            put!(html, "</g>");
            *free_from = x + half + 2;
        }
    }

    fn is_asked(&self, event: EventId) -> bool {
        match self.quiz.as_ref().filter(|asked| asked.given.is_none()).map(|asked| &asked.question) {
            Some(Question::Order(a, b) | Question::Lamport(a, b) | Question::Vectors(a, b)) => {
                event == *a || event == *b
            }
            Some(Question::Concurrent(a, _)) => event == *a,
            Some(Question::Cut(_)) | None => false,
        }
    }

    /// What the reader is doing: a cut, a drag.
    pub(super) fn over(&self, live: bool, html: &mut Html) {
        let grid = Grid::of(self);
        put!(
            html,
            "<svg class=\"demo-timeline\" width=\"{}\" height=\"{}\" aria-hidden=\"true\">",
            grid.width,
            grid.height
        );
        let asked = self.quiz.as_ref().and_then(|asked| match &asked.question {
            Question::Cut(cut) => Some((cut, asked.given.is_some())),
            _ => None,
        });
        if let Some((cut, is_told)) = asked {
            self.cut_line(html, &grid, cut, is_told, false);
        } else if let Some(cut) = &self.cut {
            self.cut_line(html, &grid, cut, true, live);
        }
        if let Some(pulled) = self.pulled {
            self.drag_line(html, &grid, pulled);
        }
        put!(html, "</svg>");
    }

    /// Where a cut goes through a line: half-way between the last event in it and the first outside.
    fn frontier(&self, grid: &Grid, process: ProcessId, count: u32) -> i64 {
        let events = self.diagram().line(process).map_or(&[][..], |line| line.events());
        let count = usize::try_from(count).unwrap_or(0);
        let x = |place: Option<usize>| {
            place.and_then(|place| self.diagram().place(*events.get(place)?)).map(|place| grid.x(place.at))
        };
        match (x(count.checked_sub(1)), x(Some(count))) {
            (Some(inside), Some(outside)) => (inside + outside) / 2,
            (Some(inside), None) => inside + 30,
            (None, Some(outside)) => (outside - 30).max(6),
            (None, None) => MARGIN,
        }
    }

    fn cut_line(&self, html: &mut Html, grid: &Grid, cut: &Cut, is_told: bool, live: bool) {
        let mut corners = Vec::with_capacity(cut.events().len());
        for (place, &count) in cut.events().iter().enumerate() {
            let process = ProcessId::at(place);
            if let Some(y) = grid.y(process) {
                corners.push((place, Point { x: self.frontier(grid, process, count), y }));
            }
        }
        let (Some((_, first)), Some((_, last))) = (corners.first(), corners.last()) else { return };
        for (class, start) in [("within", 0), ("frontier", first.x)] {
            put!(html, "<path class=\"{}\" d=\"M{} {}", class, start, TOP - 8);
            if class == "within" {
                put!(html, "H{}", first.x);
            }
            for (_, Point { x, y }) in &corners {
                put!(html, "L{} {}", x, y);
            }
            put!(html, "V{}", grid.height);
            if class == "within" {
                put!(html, "H0Z");
            }
            put!(html, "\"/>");
        }
        let _ = last;
        if is_told {
            for (class, messages) in [
                ("offender", cut.offenders(self.diagram(), &self.stamps)),
                ("underway", cut.under_way(self.diagram(), &self.stamps)),
            ] {
                for message in messages {
                    let Some((from, to)) = self.ends(grid, message) else { continue };
                    put!(html, "<g class=\"{}\">", class);
                    shaft(html, from, to);
                    if class == "offender" {
                        let Point { x, y } = from.towards(to, 500);
                        put!(html, "<path d=\"M-6-6 6 6M-6 6 6-6\" transform=\"translate({} {})\"/>", x, y);
                    }
                    put!(html, "</g>");
                }
            }
        }
        if live {
            for (place, Point { x, y }) in &corners {
                put!(
                    html,
                    "<g class=\"handle\" data-pull=\"c{}\" data-key=\"c{}\" transform=\"translate({} {})\">\
                     <circle class=\"touch\" r=\"22\"/><path d=\"M0-13V13M-3-5-9 0-3 5M3-5 9 0 3 5\"/></g>",
                    place,
                    place,
                    x,
                    y
                );
            }
        }
    }

    fn drag_line(&self, html: &mut Html, grid: &Grid, pulled: Pulled) {
        let point = |end| self.place_of(end).and_then(|place| grid.point(place));
        let (from, to) = match pulled {
            Pulled::Move(event, at) => {
                let Some(place) = self.diagram().place(event) else { return };
                (None, grid.point(Place { at, ..place }))
            }
            Pulled::Message(from, to) => (point(from), point(to)),
            Pulled::Nowhere(from, (x, y)) => (point(from), Some(Point { x, y })),
        };
        let Some(to) = to else { return };
        put!(html, "<g class=\"pulled\">");
        if let Some(from) = from {
            shaft(html, from, to);
        }
        put!(html, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/></g>", to.x, to.y, SIGN);
    }
}

/// A line with a head, from the rim of one event's sign to the rim of another's.
fn shaft(html: &mut Html, from: Point, to: Point) {
    let (start, tip) = (from.step(to, SIGN + 1), to.step(from, SIGN + 2));
    let back = tip.step(from, 10);
    let (left, right) = (back.beside(tip, back, 4), back.beside(tip, back, -4));
    put!(
        html,
        "<path class=\"shaft\" d=\"M{} {}L{} {}\"/><path class=\"tip\" d=\"M{} {}L{} {}L{} {}Z\"/>",
        start.x,
        start.y,
        back.x,
        back.y,
        tip.x,
        tip.y,
        left.x,
        left.y,
        right.x,
        right.y
    );
}
