//! The drawing on its sheet: what commands do to it, and what is said to them.

mod logs;
mod pointer;

pub(super) use logs::Log;
pub(super) use pointer::Pulled;
use pointer::pointer;

use super::causality::{Relation, bridges, cones};
use super::cut::Cut;
use super::diagram::{Diagram, EventId, LocalClock, Message, Millis, Place, ProcessId};
use super::edit::{Document, Edit, End};
use super::examples::EXAMPLES;
use super::import::EXPRESSION;
use super::picture::Grid;
use super::quiz::{Answer, Kind, Question, answer, question};
use super::random::{Shape, random};
use super::stamps::Stamps;
use super::{text, words};
use crate::figure::{Info, OptionKind, OptionSpec, ScenarioInfo, Values};
use crate::prelude::*;
use crate::sheet::{Key, Layout, Opening, Paper, Reply, Sheet};
use crate::sim::Generator;
use crate::view::Html;

/// The demo `clocks`.
#[derive(Debug)]
pub struct Clocks;

const fn flag(name: &'static str, summary: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Flag { default: false }, unit: "", summary }
}

/// The four clocks, in the order of [`Drawing::shows`].
const OPTIONS: [OptionSpec; 4] = [
    flag("physical", "What each process’s own clock shows"),
    flag("lamport", "Lamport’s clock"),
    flag("vector", "The vector clock"),
    flag("hybrid", "The hybrid logical clock"),
];

const fn key(key: &'static str, command: &'static str, shown: &'static str, meaning: &'static str) -> Key {
    Key { key, command, shown, meaning }
}

const KEYS: &[Key] = &[
    key("arrowleft", "go:left", "← → ↑ ↓", "from event to event"),
    key("arrowright", "go:right", "", ""),
    key("arrowup", "go:up", "", ""),
    key("arrowdown", "go:down", "", ""),
    key(" ", "", "Space", "choose the event; a second one is compared with it"),
    key("a", "after", "A", "a new event after this one"),
    key("m", "join", "M", "a message between the two chosen"),
    key(",", "earlier", ", .", "move the event: earlier, later"),
    key(".", "later", "", ""),
    key("delete", "delete", "Delete", "delete the event"),
    key("backspace", "delete", "", ""),
    key("z", "undo", "Z Y", "undo, redo"),
    key("y", "redo", "", ""),
    key("c", "cut", "C", "show or hide the cut"),
    key("q", "ask", "Q", "a question"),
    key("escape", "let-go", "Esc", "let go of what is chosen"),
    key("?", "help", "?", "show or hide this list"),
];

impl Sheet for Clocks {
    fn info(&self) -> Info {
        Info {
            id: "clocks",
            title: "What happened before what",
            summary: "Draw processes and messages, and see what four kinds of clocks can tell about their order.",
            source: "Lamport, CACM 21(7), 1978; Mattern, Virtual Time and Global States of Distributed Systems, 1989; \
                     Kulkarni and others, Logical Physical Clocks, OPODIS 2014",
        }
    }

    fn options(&self) -> &'static [OptionSpec] {
        &OPTIONS
    }

    fn openings(&self) -> Vec<Opening> {
        let mut openings = Vec::with_capacity(EXAMPLES.len());
        for example in EXAMPLES {
            openings.push(Opening {
                info: ScenarioInfo { id: example.id, title: example.title, question: example.question },
                answer: example.answer,
                now_try: example.now_try,
                options: example.options,
            });
        }
        openings
    }

    fn layout(&self) -> Layout {
        Layout {
            layers: &["names", "drawing", "over"],
            tools: &["shown", "why", "tools", "cut", "quiz"],
            panels: &["stamps", "physical", "hosts", "log"],
            keys: KEYS,
        }
    }

    fn open(&self, opening: usize, seed: u64, values: &Values) -> Box<dyn Paper> {
        Box::new(Drawing::open(opening, seed, values))
    }
}

/// A question, and what was answered.
pub(super) struct Asked {
    /// The question.
    pub(super) question: Question,
    /// What was answered, if anything was.
    pub(super) given: Option<Answer>,
}

/// An open drawing.
pub(super) struct Drawing {
    document: Document,
    /// What was drawn before logs and random drawings took its place, the latest last.
    before: Vec<(Document, Option<Log>)>,
    /// Whether a link has brought another drawing than the one that the opening asks about.
    is_another: bool,
    pub(super) stamps: Stamps,
    /// Which of [`OPTIONS`] are shown.
    pub(super) shows: [bool; 4],
    /// The event chosen first.
    pub(super) first: Option<EventId>,
    /// The event that is compared with it.
    pub(super) second: Option<EventId>,
    focus: Option<EventId>,
    pub(super) cut: Option<Cut>,
    pub(super) pulled: Option<Pulled>,
    pub(super) quiz: Option<Asked>,
    /// Questions answered right, and answered.
    pub(super) score: (u32, u32),
    seed: u64,
    pub(super) log: Option<Log>,
    /// Processes that aren't shown, a bit each.
    hidden: u64,
    /// What is heard by way of them.
    pub(super) bridges: Vec<Message>,
    /// Expression and log as the reader wrote them, and what is wrong with them.
    pub(super) fields: (String, String, String),
    /// The left edge of the drawing.
    pub(super) from: Millis,
    /// What the page's window shows of it, from left to right, in its units.
    pub(super) seen: (i64, i64),
}

fn process(word: &str) -> ProcessId {
    ProcessId(word.parse().unwrap_or(u8::MAX))
}

fn said(sentence: &str) -> Reply {
    Reply::Said(sentence.to_owned())
}

impl Drawing {
    fn open(opening: usize, seed: u64, values: &Values) -> Self {
        let example = EXAMPLES.get(opening).unwrap_or(&EXAMPLES[0]);
        // Tests read all of them.
        let diagram = text::parse(example.diagram).unwrap_or_default();
        let cut = (!example.cut.is_empty()).then(|| Cut::new(&diagram, example.cut));
        let mut drawing = Self {
            stamps: Stamps::of(&diagram),
            document: Document::new(diagram),
            before: Vec::new(),
            is_another: false,
            shows: OPTIONS.map(|option| values.is_on(option.name)),
            first: None,
            second: None,
            focus: None,
            cut,
            pulled: None,
            quiz: None,
            score: (0, 0),
            seed,
            log: None,
            hidden: 0,
            bridges: Vec::new(),
            fields: (EXPRESSION.to_owned(), String::new(), String::new()),
            from: 0,
            seen: (0, 1_000),
        };
        drawing.from = drawing.left_edge();
        drawing
    }

    pub(super) fn diagram(&self) -> &Diagram {
        self.document.diagram()
    }

    /// A little before the first event.
    fn left_edge(&self) -> Millis {
        let first = self.stamps.order().first().and_then(|&event| self.diagram().place(event));
        first.map_or(0, |place| place.at.saturating_sub(100) / 100 * 100)
    }

    /// Moves the left edge to where no event is left of it.
    fn reach_left(&mut self) {
        let first = self.stamps.order().first().and_then(|&event| self.diagram().place(event));
        if first.is_none_or(|place| place.at < self.from) {
            self.from = self.left_edge();
        }
    }

    pub(super) fn is_shown(&self, process: ProcessId) -> bool {
        self.hidden >> process.0.min(63) & 1 == 0
    }

    /// As [`Diagram::name`].
    pub(super) fn name(&self, process: ProcessId) -> String {
        self.diagram().name(process)
    }

    /// Whether an answer is awaited, so that the picture mustn't give it away.
    pub(super) fn is_asking(&self) -> bool {
        self.quiz.as_ref().is_some_and(|asked| asked.given.is_none())
    }

    /// The event that Tab leads to.
    pub(super) fn focus(&self) -> Option<EventId> {
        let is_there =
            |event: &EventId| self.diagram().place(*event).is_some_and(|place| self.is_shown(place.process));
        self.focus.filter(is_there).or_else(|| self.stamps.order().iter().copied().find(is_there))
    }

    /// How each event stands to the first one chosen, by id; empty when none is.
    pub(super) fn relations(&self) -> Vec<Relation> {
        let Some(first) = self.first.filter(|_| !self.is_asking()) else { return Vec::new() };
        let mut relations = vec![Relation::Same; self.diagram().ids()];
        for (event, relation) in cones(&self.stamps, first) {
            relations[event.index()] = relation;
        }
        relations
    }

    fn choose(&mut self, event: EventId) {
        if self.diagram().place(event).is_none() {
            return;
        }
        self.focus = Some(event);
        match self.first {
            Some(first) if first == event => (self.first, self.second) = (None, None),
            Some(_) if self.second == Some(event) => self.second = None,
            Some(_) => self.second = Some(event),
            None => self.first = Some(event),
        }
    }

    /// What has changed with the diagram.
    fn renew(&mut self) {
        self.stamps = Stamps::of(self.document.diagram());
        let diagram = self.document.diagram();
        let there = |event: Option<EventId>| event.filter(|&event| diagram.place(event).is_some());
        (self.first, self.second) = (there(self.first), there(self.second));
        if self.first.is_none() {
            self.first = self.second.take();
        }
        if let Some(cut) = &self.cut {
            self.cut = Some(Cut::new(diagram, cut.events()));
        }
        self.quiz = None;
        self.reach_left();
        self.bridge();
    }

    fn bridge(&mut self) {
        self.bridges = bridges(self.diagram(), &self.stamps, &|process| self.is_shown(process));
    }

    /// Another diagram in the place of this one, which can be taken back.
    fn replace(&mut self, diagram: Diagram, log: Option<Log>) {
        let was = core::mem::replace(&mut self.document, Document::new(diagram));
        self.before.push((was, core::mem::replace(&mut self.log, log)));
        self.begin();
    }

    fn begin(&mut self) {
        (self.first, self.second, self.focus, self.cut) = (None, None, None, None);
        self.hidden = 0;
        self.renew();
        self.from = self.left_edge();
    }

    fn messages(&self) -> usize {
        self.diagram().messages().len()
    }

    fn edit(&mut self, edit: Edit) -> Reply {
        let before = self.messages();
        match self.document.apply(edit) {
            Ok(()) => {
                self.renew();
                Reply::Said(words::edit(self.diagram(), edit, before.saturating_sub(self.messages())))
            }
            Err(refusal) => Reply::Said(format!("Not done: {}.", words::refusal(self.diagram(), refusal))),
        }
    }

    /// As [`Drawing::edit`]; what is added last is the event that keys act on.
    fn add(&mut self, edit: Edit) -> Reply {
        let before = self.diagram().ids();
        let reply = self.edit(edit);
        if self.diagram().ids() > before {
            self.focus = Some(EventId::at(self.diagram().ids() - 1));
        }
        reply
    }

    /// The smallest distance that keys and pointers make: ten milliseconds, or one where events stand ten apart.
    fn step(&self) -> Millis {
        if self.diagram().is_log() { 1 } else { 10 }
    }

    /// A free time on a line, ten steps after everything else on it, or after a given time; half-way to the next event where
    /// that is nearer.
    fn after(&self, process: ProcessId, at: Option<Millis>) -> Millis {
        let (mut last, mut gap) = (self.from, 10 * self.step());
        for &event in self.diagram().line(process).map_or(&[][..], |line| line.events()) {
            let Some(place) = self.diagram().place(event) else { continue };
            last = place.at;
            if let Some(far) = at.and_then(|at| last.checked_sub(at)).filter(|&far| far > 0) {
                gap = gap.min((far / 2).max(1));
            }
        }
        self.diagram().free_near(process, at.unwrap_or(last) + gap).unwrap_or(0)
    }

    fn nudge(&mut self, steps: i64) -> Reply {
        let by = steps * i64::from(self.step());
        let Some(event) = self.focus() else { return Reply::Quiet };
        let (Some(place), Some(room)) = (self.diagram().place(event), self.diagram().room(event)) else {
            return Reply::Quiet;
        };
        let at = (i64::from(place.at) + by).clamp(i64::from(*room.start()), i64::from(*room.end()));
        self.edit(Edit::MoveEvent(event, Millis::try_from(at).unwrap_or(place.at)))
    }

    /// The message between the two events chosen, whichever way.
    pub(super) fn joining(&self) -> Option<Message> {
        let (first, second) = (self.first?, self.second?);
        let is_it = |message: &&Message| {
            (message.send, message.receive) == (first, second)
                || (message.send, message.receive) == (second, first)
        };
        self.diagram().messages().iter().find(is_it).copied()
    }

    fn go(&mut self, way: &str) {
        let Some(event) = self.focus() else { return };
        let Some(Place { process, at }) = self.diagram().place(event) else { return };
        let lines = self.diagram().lines();
        let position = self.diagram().position(event).unwrap_or(0);
        let own = lines[process.index()].events();
        let to = match way {
            "left" => position.checked_sub(1).and_then(|before| own.get(before)).copied(),
            "right" => own.get(position + 1).copied(),
            _ => {
                let mut line = process.index();
                loop {
                    let next = if way == "up" { line.checked_sub(1) } else { Some(line + 1) };
                    let Some(next) = next.filter(|&next| next < lines.len()) else { break None };
                    line = next;
                    if self.is_shown(ProcessId::at(line)) && !lines[line].events().is_empty() {
                        break self.nearest(ProcessId::at(line), at);
                    }
                }
            }
        };
        self.focus = to.or(Some(event));
    }

    /// The event of a line that is nearest to a time.
    pub(super) fn nearest(&self, process: ProcessId, at: Millis) -> Option<EventId> {
        let mut best: Option<(Millis, EventId)> = None;
        for &event in self.diagram().line(process)?.events() {
            let far = self.diagram().place(event)?.at.abs_diff(at);
            if best.is_none_or(|(least, _)| far < least) {
                best = Some((far, event));
            }
        }
        best.map(|(_, event)| event)
    }

    fn cut_to(&mut self, process: ProcessId, count: u32, is_over: bool) -> Reply {
        let Some(cut) = &self.cut else { return Reply::Quiet };
        let mut counts = cut.events().to_vec();
        let Some(own) = counts.get_mut(process.index()) else { return Reply::Quiet };
        *own = count;
        let cut = Cut::new(self.diagram(), &counts);
        self.cut = Some(cut);
        // The sentence on the cut stands beside it, and is read from there.
        if is_over { said("") } else { Reply::Quiet }
    }

    /// Shows a cut through the middle of the drawing, or none.
    fn switch_cut(&mut self) -> Reply {
        self.cut = match self.cut {
            Some(_) => None,
            None => {
                let order = self.stamps.order();
                let middle = order.get(order.len() / 2).and_then(|&event| self.diagram().place(event));
                Some(Cut::at_time(self.diagram(), middle.map_or(0, |place| place.at)))
            }
        };
        said("")
    }

    fn ask(&mut self) -> Reply {
        for _ in Kind::ALL {
            let kind = Kind::ALL[usize::try_from(self.seed % 5).unwrap_or(0)];
            self.seed += 1;
            if let Some(question) = question(self.diagram(), &self.stamps, kind, self.seed) {
                (self.first, self.second) = (None, None);
                self.quiz = Some(Asked { question, given: None });
                return said("");
            }
        }
        said("There is nothing to ask about this drawing yet: add events.")
    }

    fn answer(&mut self, word: &str) -> Reply {
        let given = match word {
            "before" => Answer::Relation(Relation::Before),
            "after" => Answer::Relation(Relation::After),
            "concurrent" => Answer::Relation(Relation::Concurrent),
            "yes" | "no" => Answer::YesNo(word == "yes"),
            _ => Answer::Event(EventId(word.parse().unwrap_or(u16::MAX))),
        };
        let (diagram, stamps) = (self.document.diagram(), &self.stamps);
        if let Some(asked) = self.quiz.as_mut().filter(|asked| asked.given.is_none()) {
            asked.given = Some(given);
            self.score.0 += u32::from(given == answer(diagram, stamps, &asked.question));
            self.score.1 += 1;
            if let Question::Order(a, b) | Question::Vectors(a, b) | Question::Lamport(a, b) = asked.question
            {
                (self.first, self.second) = (Some(a), Some(b));
            }
        }
        Reply::Quiet
    }

    fn another(&mut self) -> Reply {
        self.seed += 1;
        let shape = Shape { processes: 3, events: 10, sending_percent: 70, skew_ms: 0, drift_percent: 0 };
        let diagram = random(&mut Generator::new(self.seed), shape);
        self.replace(diagram, None);
        Reply::Said(self.describe())
    }

    fn set_clock(&mut self, word: &str, value: &str, is_rate: bool) -> Reply {
        let process = process(word);
        let Some(mut clock) = self.diagram().line(process).map(|line| line.clock) else {
            return Reply::Quiet;
        };
        if is_rate {
            clock.rate_percent = value.parse().unwrap_or(0);
        } else {
            clock.offset_ms = value.parse().unwrap_or(i32::MAX);
        }
        self.edit(Edit::SetClock(process, LocalClock { ..clock }))
    }

    fn of_two(&mut self) -> Reply {
        let (Some(first), Some(second)) = (self.first, self.second) else {
            return said("Choose two events first: the sender, then the receiver.");
        };
        self.edit(Edit::Draw(End::Event(first), End::Event(second)))
    }

    /// A message from the event chosen to a new one on a line.
    fn send(&mut self, word: &str) -> Reply {
        let place = self.first.and_then(|first| Some((first, self.diagram().place(first)?)));
        let Some((first, place)) = place else { return Reply::Quiet };
        let to = process(word);
        let at = self.after(to, Some(place.at));
        self.add(Edit::Draw(End::Event(first), End::New(to, at)))
    }

    fn show(&mut self, word: &str) {
        if let Some(shown) = word.parse::<usize>().ok().and_then(|place| self.shows.get_mut(place)) {
            *shown = !*shown;
        }
    }

    fn hide(&mut self, word: &str) {
        match word.parse::<u32>() {
            Ok(bit) if bit < 64 => self.hidden ^= 1 << bit,
            _ => self.hidden = 0,
        }
        self.bridge();
    }
}

impl Paper for Drawing {
    fn command(&mut self, [verb, first, _]: [&str; 3], value: &str) -> Reply {
        match verb {
            "pick" => {
                self.choose(EventId(first.parse().unwrap_or(u16::MAX)));
                said("")
            }
            "let-go" => {
                (self.first, self.second, self.quiz) = (None, None, None);
                said("")
            }
            "go" => {
                self.go(first);
                Reply::Quiet
            }
            "add" => {
                let Some((at, _)) = pointer(value) else { return Reply::Quiet };
                let (line, at) = (process(first), Grid::of(self).time(at.0));
                let at = self.diagram().free_near(line, at).unwrap_or(at);
                self.add(Edit::AddEvent(line, at))
            }
            "grow" => self.add(Edit::AddEvent(process(first), self.after(process(first), None))),
            "after" => match self.focus().and_then(|event| self.diagram().place(event)) {
                Some(place) => {
                    let at = self.after(place.process, Some(place.at));
                    self.add(Edit::AddEvent(place.process, at))
                }
                None => self.add(Edit::AddEvent(ProcessId(0), self.after(ProcessId(0), None))),
            },
            "send" => self.send(first),
            "join" => self.of_two(),
            "part" => match self.joining() {
                Some(message) => self.edit(Edit::DeleteMessage(message)),
                None => Reply::Quiet,
            },
            "delete" => match self.focus() {
                Some(event) => self.edit(Edit::DeleteEvent(event)),
                None => Reply::Quiet,
            },
            "earlier" => self.nudge(-1),
            "later" => self.nudge(1),
            "process" => self.edit(Edit::AddProcess),
            "remove" => self.edit(Edit::RemoveProcess),
            "offset" | "rate" => self.set_clock(first, value, verb == "rate"),
            "show" => {
                self.show(first);
                Reply::Quiet
            }
            "cut" => self.switch_cut(),
            "cut-to" => self.cut_to(process(first), value.parse().unwrap_or(0), true),
            "mend" => {
                self.cut = self.cut.as_ref().map(|cut| cut.mended(self.document.diagram(), &self.stamps));
                said("")
            }
            "ask" => self.ask(),
            "answer" => self.answer(first),
            "random" => self.another(),
            "expression" | "log" => {
                let field = if verb == "log" { &mut self.fields.1 } else { &mut self.fields.0 };
                value.clone_into(field);
                Reply::Quiet
            }
            "draw" => self.look(),
            "matched" => self.draw_log(value),
            "hide" => {
                self.hide(first);
                Reply::Quiet
            }
            "seen" => {
                if let Some(((left, right), _)) = pointer(value) {
                    self.seen = (left, right.max(left));
                }
                Reply::Quiet
            }
            "pull" | "drop" => self.drag(verb == "drop", first, value),
            _ => Reply::Quiet,
        }
    }

    fn undo(&mut self) -> Option<String> {
        let sentence = match self.document.edits().last() {
            Some(&edit) => {
                let after = self.diagram().clone();
                self.document.undo();
                self.renew();
                words::edit(&after, edit, self.messages().saturating_sub(after.messages().len()))
            }
            None => {
                let (document, log) = self.before.pop()?;
                (self.document, self.log) = (document, log);
                self.begin();
                self.describe()
            }
        };
        Some(format!("Taken back: {sentence}"))
    }

    fn redo(&mut self) -> Option<String> {
        let before = self.messages();
        let edit = self.document.redo()?;
        self.renew();
        Some(words::edit(self.diagram(), edit, before.saturating_sub(self.messages())))
    }

    fn past(&self) -> (bool, bool) {
        (!self.document.edits().is_empty() || !self.before.is_empty(), self.document.can_redo())
    }

    fn is_opening(&self) -> bool {
        self.before.is_empty() && !self.is_another && !self.diagram().is_log()
    }

    fn write(&self, part: &str, live: bool, html: &mut Html) {
        match part {
            "names" => self.names(html),
            "drawing" => self.picture(live, html),
            "over" => self.over(live, html),
            "shown" => self.shown_panel(live, html),
            "why" => self.why(html),
            "tools" => self.tools(live, html),
            "cut" => self.cut_panel(live, html),
            "quiz" => self.quiz_panel(live, html),
            "stamps" => self.stamps_panel(live, html),
            "physical" => self.physical_panel(live, html),
            "hosts" => self.hosts_panel(live, html),
            "log" => self.log_panel(live, html),
            _ => {}
        }
    }

    fn text(&self) -> Option<String> {
        let mut text = format!("d={}", text::text(self.diagram())?);
        let mut bits = 0;
        for (bit, &shown) in self.shows.iter().enumerate() {
            bits |= u32::from(shown) << bit;
        }
        text.push_str(&format!(";f={};k={bits}", self.from));
        if !self.is_opening() {
            text.push_str(";o=0");
        }
        if let Some(cut) = &self.cut {
            for (place, count) in cut.events().iter().enumerate() {
                let lead = if place == 0 { ";c=" } else { "." };
                text.push_str(&format!("{lead}{count}"));
            }
        }
        Some(text)
    }

    fn restore(&mut self, field: &dyn Fn(&str) -> Option<String>) -> bool {
        let Some(Ok(diagram)) = field("d").map(|written| text::parse(&written)) else { return false };
        self.document = Document::new(diagram);
        self.is_another = field("o").is_some();
        self.begin();
        if let Some(from) = field("f").and_then(|from| from.parse().ok()) {
            self.from = from;
            self.reach_left();
        }
        if let Some(bits) = field("k").and_then(|bits| bits.parse::<u32>().ok()) {
            self.shows = [0, 1, 2, 3].map(|bit| bits >> bit & 1 == 1);
        }
        if let Some(counts) = field("c") {
            let counts: Vec<u32> = counts.split('.').map(|count| count.parse().unwrap_or(0)).collect();
            self.cut = Some(Cut::new(self.diagram(), &counts));
        }
        true
    }

    fn search(&self) -> (&str, &str) {
        let (expression, log, _) = self.pasted();
        (expression, log)
    }

    fn describe(&self) -> String {
        words::describe(self.diagram())
    }

    fn story(&self) -> Vec<String> {
        let mut story = vec![self.describe()];
        for &event in self.stamps.order() {
            story.push(words::stamps(self.diagram(), &self.stamps, event));
        }
        story
    }
}
