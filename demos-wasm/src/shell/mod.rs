//! What every demo gets for free: time, faults, choice, words and sharing, as a state machine without a document.
//!
//! Input comes as short commands (`crash:3`, the value of a `data-do` attribute) and as time that has passed; output is the HTML of
//! [regions](REGIONS). `web` only carries them to and from the page, and [`still`](still::still) draws the same regions at
//! build time.

mod cards;
mod compare;
mod faults;
mod messages;
mod panels;
mod piece;
mod rules;
pub mod share;
mod sheet;
pub mod still;
mod transport;
mod typing;

pub use piece::{Part, Piece, open, open_run, open_sheet};
pub use share::{parse_settings, run_of_link, trace};
pub use still::{Still, still};

use crate::explore::Quest;
use crate::figure::{Figure, OptionKind, Settings, SettingsError, Typing, Value};
use crate::prelude::*;
use crate::put;
use crate::reading::{number, pieces, signed};
use crate::sim::history::STEPS_MAX;
use crate::sim::{Groups, History, MessageId, NodeId, Tick};
use crate::view::diagram::Diagram;
use crate::view::{Flag, Html, ring};
use compare::Compare;

/// Speeds in quarters: ¼× to 8×.
const SPEEDS: [(u64, &str); 6] = [(1, "¼×"), (2, "½×"), (4, "1×"), (8, "2×"), (16, "4×"), (32, "8×")];
/// Place of 1× in [`SPEEDS`].
const NORMAL_SPEED: usize = 2;
/// Real microseconds in which one virtual microsecond passes at ¼×: at 1× a second shows 40 ms.
const SLOW_DOWN: u64 = 100;
/// Real microseconds for which an event is shown at 1× where nothing shall move.
const STRIDE: u64 = 900_000;
/// A frame takes at most this many steps, so that a fast run never freezes the page.
const STEPS_PER_FRAME_MAX: usize = 200;

/// What readers do to a run: the verb of the command, and the letter by which [`Intervention`](crate::sim::Intervention)
/// is written in links.
const DEEDS: [(&str, &str); 22] = [
    ("crash", "c"),
    ("power", "v"),
    ("wipe", "y"),
    ("flush", "f"),
    ("trouble", "l"),
    ("rate", "k"),
    ("skew", "j"),
    ("restart", "r"),
    ("cut", "x"),
    ("mend", "m"),
    ("partition", "p"),
    ("heal", "h"),
    ("write", "w"),
    ("hurry", "t"),
    ("drop", "d"),
    ("deliver", "g"),
    ("duplicate", "u"),
    ("hold", "b"),
    ("release", "e"),
    ("swap", "s"),
    ("pause", "z"),
    ("resume", "a"),
];

/// What a key does.
const KEYS: [(&str, &str); 12] = [
    (" ", "play"),
    ("arrowright", "next"),
    ("arrowleft", "previous"),
    ("home", "start"),
    ("end", "end"),
    ("r", "reset"),
    ("n", "new-seed"),
    ("h", "heal"),
    ("+", "faster"),
    ("-", "slower"),
    ("?", "help"),
    ("escape", "deselect"),
];
/// What a key does to the selected server.
const OBJECT_KEYS: [(&str, &str); 4] = [("c", "toggle"), ("w", "write"), ("t", "hurry"), ("i", "isolate")];

/// What the reader has picked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Nothing.
    None,
    /// A node.
    Node(NodeId),
    /// The link between two nodes.
    Link(NodeId, NodeId),
    /// A message on its way.
    Message(MessageId),
}

/// What the page must do after a command that the shell can't do itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Nothing but show the regions.
    None,
    /// Put the link to this run on the clipboard.
    CopyLink,
    /// Give the reader the run as a file.
    Download,
    /// Look for [`Piece::search`], and hand over what is found with the command `matched`.
    Match,
}

/// One demo on a page.
pub struct Shell {
    figure: &'static dyn Figure,
    element_id: String,
    /// Address of a page that shows the demo alone, without a fragment.
    home: String,
    predict: Option<String>,
    /// Id of the scenario that the author embedded.
    embedded: &'static str,
    /// Whether the run is one that the author has played: then the scenario's own words don't fit.
    given: bool,
    settings: Settings,
    run: History,
    playing: bool,
    /// Time passes only until what was typed has arrived.
    until_quiet: bool,
    /// In whose box something was typed by the command before.
    typist: Option<NodeId>,
    speed: usize,
    /// Real microseconds since the last event, times the speed; see [`Shell::stride`].
    waited: u64,
    /// Virtual time shown, in microseconds; never before the last step, never after the next.
    cursor: u64,
    selection: Selection,
    event: Option<usize>,
    tab: &'static str,
    guess: String,
    notice: String,
    help: bool,
    live: bool,
    /// The groups that the reader is about to separate.
    groups: Groups,
    compare: Option<Compare>,
    /// A search for a counterexample, and the rule that is off in it.
    quest: Option<(&'static str, Quest)>,
    /// Runs that others took the place of, the latest last.
    left: Vec<Left>,
}

/// A run that another took the place of, as it was.
struct Left {
    run: History,
    settings: Settings,
    given: bool,
}

/// So many of them are kept.
const LEFT_MAX: usize = 4;

/// The views between which a phone switches.
const TABS: [(&str, &str); 4] =
    [("picture", "Cluster"), ("timeline", "Timeline"), ("state", "State"), ("events", "Events")];

impl Shell {
    /// Opens a demo for the element `element_id`; `predict` takes the place of the scenario's own question.
    ///
    /// # Errors
    /// As [`Figure::validate`].
    pub fn new(
        figure: &'static dyn Figure,
        element_id: &str,
        settings: Settings,
        predict: Option<&str>,
    ) -> Result<Self, SettingsError> {
        let run = figure.open(&settings)?;
        let mut shell = Self {
            figure,
            element_id: element_id.to_owned(),
            home: String::new(),
            predict: predict.map(str::to_owned),
            embedded: run.scenario(),
            given: false,
            settings,
            run,
            playing: false,
            until_quiet: false,
            typist: None,
            speed: NORMAL_SPEED,
            cursor: 0,
            waited: 0,
            selection: Selection::None,
            event: None,
            tab: TABS[0].0,
            guess: String::new(),
            notice: String::new(),
            help: false,
            live: true,
            groups: Groups::default(),
            compare: None,
            quest: None,
            left: Vec::new(),
        };
        shell.cursor = shell.opening_cursor();
        Ok(shell)
    }

    /// Tells it the address of a page that shows this demo alone, for readers who want it on a page of theirs.
    pub fn set_home(&mut self, home: String) {
        self.home = home;
    }

    /// Between the opening's last step and the next one, where messages are half-way and timers have begun to run.
    fn opening_cursor(&self) -> u64 {
        let now = self.run.now().0 * 1_000;
        let next = self.run.next_at().map_or(now, |tick| tick.0 * 1_000);
        now + (next - now) * 6 / 10
    }

    /// Whether time passes by itself now.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether it wants a frame: because time passes, or because a search goes on.
    pub fn is_busy(&self) -> bool {
        self.playing || self.is_searching()
    }

    /// Steps taken.
    pub fn position(&self) -> usize {
        self.run.position()
    }

    /// Virtual time shown, in microseconds.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The number of the latest message sent; none before the first.
    pub fn newest_message(&self) -> Option<u32> {
        let sent = self.run.flights().iter().filter(|flight| flight.sent_by < self.run.position()).count();
        u32::try_from(sent).ok()?.checked_sub(1)
    }

    /// What a phone shows: `picture`, `timeline`, `state` or `events`.
    pub fn tab(&self) -> &'static str {
        self.tab
    }

    /// Lets real time pass, in microseconds. Only matters while playing.
    pub fn advance(&mut self, elapsed: u64) {
        self.search_on();
        if !self.playing {
            return;
        }
        self.play(self.cursor + elapsed * SPEEDS[self.speed].0 / SLOW_DOWN);
        self.keep_up();
    }

    /// As [`Shell::advance`], for those who want nothing to move: event by event, each shown for a while.
    pub fn stride(&mut self, elapsed: u64) {
        self.search_on();
        if !self.playing {
            return;
        }
        self.waited += elapsed * SPEEDS[self.speed].0;
        if self.waited < STRIDE * SPEEDS[NORMAL_SPEED].0 {
            return;
        }
        self.waited = 0;
        // Without a next event the run is over, and playing with it.
        self.play(self.run.next_at().map_or(self.cursor, |tick| tick.0 * 1_000));
        self.keep_up();
    }

    /// Goes on to a time, in microseconds, unless something on the way is worth a pause.
    fn play(&mut self, target: u64) {
        for _ in 0..STEPS_PER_FRAME_MAX {
            match self.run.next_at() {
                Some(next) if next.0 * 1_000 <= target => {
                    if !self.run.forward() {
                        self.playing = false;
                        return;
                    }
                    self.cursor = self.run.now().0 * 1_000;
                    if self.is_worth_a_pause() || self.until_quiet && self.is_quiet() {
                        self.playing = false;
                        return;
                    }
                }
                Some(_) => {
                    self.cursor = target;
                    return;
                }
                None => break,
            }
        }
        if self.run.next_at().is_none() {
            self.playing = false;
        }
    }

    fn is_worth_a_pause(&self) -> bool {
        let last = self.run.position().checked_sub(1).and_then(|step| self.run.records().get(step));
        last.is_some_and(|record| (record.note.is_some() && !self.given) || record.violation.is_some())
    }

    /// Carries out a command. Unknown ones do nothing: they can only come from a page that is older than the bundle.
    pub fn handle(&mut self, command: &str, value: &str) -> Errand {
        let errand = self.carry_out(command, value);
        self.keep_up();
        errand
    }

    fn carry_out(&mut self, command: &str, value: &str) -> Errand {
        let mut words = pieces(command, b':');
        let verb = words.next().unwrap_or_default();
        let first = words.next().unwrap_or_default();
        let second = words.next().unwrap_or_default();
        let third = words.next().unwrap_or_default();
        self.notice.clear();
        let box_of = if verb == "type" { node(first) } else { None };
        let is_typing = core::mem::replace(&mut self.typist, box_of) == box_of;
        match verb {
            "play" | "continue" => {
                self.playing = !self.playing && self.run.next_at().is_some();
                self.until_quiet = false;
            }
            "wait" => self.playing = false,
            "type" => {
                let is_new = !is_typing;
                let caret = number(second).unwrap_or(usize::MAX);
                self.type_in(first, Typing::Value { value, caret, is_new });
            }
            "undo" => self.type_in(first, Typing::Undo),
            "redo" => self.type_in(first, Typing::Redo),
            "rejoin" => self.rejoin(first),
            "next" => self.step(),
            "previous" => self.seek(self.run.position().saturating_sub(1)),
            "start" => self.seek(0),
            "end" => self.seek(self.run.records().len()),
            "seek" => self.seek(number(value).unwrap_or_else(|| self.run.position())),
            "goto" => self.seek(number(first).unwrap_or_else(|| self.run.position())),
            "speed" => self.speed = number(value).unwrap_or(NORMAL_SPEED).min(SPEEDS.len() - 1),
            "faster" => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
            "slower" => self.speed = self.speed.saturating_sub(1),
            "select" => self.select(node(first).map_or(Selection::None, Selection::Node)),
            "link" => {
                if let (Some(a), Some(b)) = (node(first), node(second)) {
                    self.select(Selection::Link(a, b));
                }
            }
            "message" if !value.is_empty() => self.drop_card(first, value),
            "message" => {
                let chosen = number(first);
                self.playing = false;
                self.select(chosen.map_or(Selection::None, |id| Selection::Message(MessageId(id))));
            }
            "deselect" => self.selection = Selection::None,
            "event" => {
                let chosen = number(first);
                self.event = if self.event == chosen { None } else { chosen };
            }
            "tab" => self.tab = TABS.iter().find(|(id, _)| *id == first).map_or(self.tab, |(id, _)| *id),
            "reset" | "new-seed" | "seed" | "scenario" | "option" => self.begin_anew(verb, first, value),
            "guess" => value.clone_into(&mut self.guess),
            "help" => self.help = !self.help,
            "share" => return Errand::CopyLink,
            "download" => return Errand::Download,
            "import" => self.import(value),
            "branch" => self.switch_branch(first),
            "return" => self.go_back(first),
            "compare" => self.compare_with(first),
            "find" => self.find_without(first),
            "stop" => self.stop_search(),
            "group" => self.assign(first, value),
            "split" => self.split(first),
            "slash" => self.slash(value),
            "rate" => self.do_deed(verb, first, value),
            "trouble" => self.do_deed(verb, first, &format!("{second}-{third}")),
            _ => self.fault(verb, first, second),
        }
        Errand::None
    }

    /// Tells the reader something about the demo itself.
    pub fn say(&mut self, notice: &str) {
        notice.clone_into(&mut self.notice);
    }

    /// What a key does while the demo has the focus. `None`: nothing, and the page may have it.
    pub fn key(&mut self, key: &str) -> Option<Errand> {
        let selected = self.selected_node().map(NodeId::code);
        let lower = key.to_ascii_lowercase();
        let command = match KEYS.iter().find(|(known, _)| *known == lower) {
            Some((_, verb)) => (*verb).to_owned(),
            None => match OBJECT_KEYS.iter().find(|(known, _)| *known == lower) {
                Some((_, verb)) => format!("{verb}:{}", selected?),
                None => format!("select:{}", node(key).filter(|id| id.index() < self.run.nodes())?.code()),
            },
        };
        Some(self.handle(&command, ""))
    }

    fn select(&mut self, selection: Selection) {
        self.selection = if self.selection == selection { Selection::None } else { selection };
    }

    fn step(&mut self) {
        self.playing = false;
        if self.run.forward() {
            self.cursor = self.run.now().0 * 1_000;
        }
    }

    fn seek(&mut self, position: usize) {
        self.playing = false;
        self.run.seek(position.min(STEPS_MAX));
        self.cursor = self.run.now().0 * 1_000;
    }

    fn reopen(&mut self, settings: Settings) {
        match self.figure.open(&settings) {
            Ok(run) => {
                self.begin(Left { run, settings, given: false });
                self.cursor = self.opening_cursor();
            }
            Err(problem) => self.refuse(problem),
        }
    }

    /// Shows another run in the place of this one: all ways to another run lead through here. The reader can come back to
    /// what they have done in this one, where the other doesn't hold that, too.
    fn begin(&mut self, next: Left) {
        if self.run.scenario() != next.run.scenario() {
            self.guess.clear();
        }
        if self.run.roster() != next.run.roster() {
            self.groups = Groups::default();
        }
        if let Selection::Message(_) = self.selection {
            self.selection = Selection::None;
        }
        let was = Left {
            run: core::mem::replace(&mut self.run, next.run),
            settings: core::mem::replace(&mut self.settings, next.settings),
            given: core::mem::replace(&mut self.given, next.given),
        };
        let deeds = was.run.deeds();
        let goes_on = was.settings == self.settings && self.run.deeds().starts_with(deeds);
        if !(goes_on || deeds.is_empty()) || !was.run.branches().is_empty() {
            self.left.push(was);
            if self.left.len() > LEFT_MAX {
                self.left.remove(0);
            }
        }
        self.notice.clear();
        self.playing = false;
        self.event = None;
        self.cursor = self.run.now().0 * 1_000;
        if let Some(compare) = self.compare.take() {
            self.compare_with(compare.option());
        }
    }

    /// Goes back to a run that another took the place of.
    fn go_back(&mut self, place: &str) {
        if let Some(place) = number(place).filter(|place| *place < self.left.len()) {
            let left = self.left.remove(place);
            self.begin(left);
        }
    }

    /// Says why settings can't be played.
    fn refuse(&mut self, problem: SettingsError) {
        self.notice = problem.message;
        if let Some(hint) = problem.hint {
            self.notice.push_str("; ");
            self.notice.push_str(&hint);
        }
        // On the command line they mark what is to be written; here they would be letters.
        self.notice.retain(|letter| letter != '`');
    }

    /// A new run from settings of which one may change.
    fn begin_anew(&mut self, verb: &str, name: &str, value: &str) {
        let mut settings = self.settings.clone();
        match verb {
            "new-seed" => settings.seed = settings.seed.wrapping_add(1),
            "seed" => match number(value) {
                Some(seed) => settings.seed = seed,
                None => return self.say("A seed is a whole number from 0 to 18446744073709551615."),
            },
            "scenario" => settings.scenario = Some(value.to_owned()),
            "option" => {
                let Some(spec) = self.figure.options().iter().find(|spec| spec.name == name) else { return };
                let value = match spec.kind {
                    OptionKind::Integer { .. } => match signed(value) {
                        Some(number) => Value::Integer(number),
                        None => Value::Text(value.to_owned()),
                    },
                    OptionKind::Flag { .. } => Value::Flag(value == "true"),
                    OptionKind::Choice { .. } => Value::Text(value.to_owned()),
                };
                settings.options.retain(|(key, _)| key != name);
                settings.options.push((name.to_owned(), value));
            }
            _ => {}
        }
        self.reopen(settings);
    }

    /// Faults and clients' requests: everything that becomes part of the run.
    fn fault(&mut self, verb: &str, first: &str, second: &str) {
        match verb {
            "toggle" => {
                if let Some(id) = node(first).filter(|id| id.index() < self.run.nodes()) {
                    self.do_deed(if self.run.is_up(id) { "crash" } else { "restart" }, first, "");
                }
            }
            "isolate" => {
                if let Some(id) = node(first) {
                    let Groups(groups) = Groups::alone(self.run.roster().position(id));
                    self.do_deed("partition", &format!("{groups}"), "");
                }
            }
            "cut-both" | "mend-both" => {
                let verb = if verb == "cut-both" { "cut" } else { "mend" };
                self.do_deed(verb, first, second);
                self.do_deed(verb, second, first);
            }
            _ => self.do_deed(verb, first, second),
        }
    }

    fn do_deed(&mut self, verb: &str, first: &str, second: &str) {
        let Some((_, letter)) = DEEDS.iter().find(|(name, _)| *name == verb) else { return };
        let dash = if second.is_empty() { "" } else { "-" };
        let Ok(what) = format!("{letter}{first}{dash}{second}").parse() else { return };
        if self.run.intervene(Tick(self.cursor / 1_000), what) {
            self.cursor = self.cursor.max(self.run.now().0 * 1_000);
            self.event = None;
        } else {
            self.say("That can’t be done now.");
        }
    }

    /// The HTML of a region; nothing for a name that isn't in [`REGIONS`].
    pub fn region(&self, name: &str) -> Html {
        let mut html = Html::new();
        if let Some(region) = REGIONS.iter().find(|region| region.name == name) {
            region.write(self, &mut html);
        }
        html
    }

    fn picture(&self, html: &mut Html) {
        self.run.picture(self.cursor, self.selected_node(), self.live, html);
    }

    fn bench(&self, html: &mut Html) {
        self.run.bench(self.cursor, self.selected_node(), self.live, html);
    }

    fn timeline(&self, html: &mut Html) {
        put!(html, "<div class=\"chart\"><ul aria-hidden=\"true\">");
        let scheduler = self.run.scheduler();
        for id in self.everybody() {
            let fault = ring::fault(scheduler.clock(id), scheduler.now());
            put!(html, "<li>{}<small>{}</small></li>", id, fault);
        }
        put!(
            html,
            "</ul><div class=\"run\" role=\"group\" aria-label=\"Timeline\"{}>",
            Flag("tabindex=0", self.live)
        );
        let diagram = Diagram {
            roster: self.run.roster(),
            records: self.run.records(),
            flights: self.run.flights(),
            position: self.run.position(),
            cursor: self.cursor,
            selected: self.event,
            live: self.live,
        };
        diagram.draw(html);
        put!(html, "</div></div>");
    }
}

/// A part of the demo.
pub struct Region {
    /// Its name, which stands in the page as `data-region`.
    pub name: &'static str,
    /// Whether it changes with every frame.
    pub moves: bool,
    write: fn(&Shell, &mut Html),
}

impl Region {
    const fn new(name: &'static str, write: fn(&Shell, &mut Html)) -> Self {
        Self { name, moves: false, write }
    }

    const fn moving(name: &'static str, write: fn(&Shell, &mut Html)) -> Self {
        Self { name, moves: true, write }
    }

    /// Writes it.
    pub fn write(&self, shell: &Shell, html: &mut Html) {
        (self.write)(shell, html);
    }
}

/// The parts of the demo, in the order of reading.
pub const REGIONS: &[Region] = &[
    Region::new("head", Shell::head),
    Region::new("card", Shell::card),
    Region::new("tabs", Shell::tabs),
    Region::moving("picture", Shell::picture),
    Region::moving("transport", Shell::transport),
    Region::new("bench", Shell::bench),
    Region::new("messages", Shell::messages),
    Region::moving("compare", Shell::comparison),
    Region::new("actions", Shell::actions),
    Region::new("now", Shell::now),
    Region::moving("timeline", Shell::timeline),
    Region::new("branches", Shell::branches),
    Region::new("state", |shell, html| shell.run.state(html)),
    Region::new("lamps", Shell::lamps),
    Region::new("events", Shell::events),
    Region::moving("rules", Shell::rules),
    Region::new("network", Shell::network),
    Region::new("share", Shell::share_panel),
    Region::new("settings", Shell::settings_panel),
    Region::new("help", Shell::help_panel),
];

/// A node by the number people see, from 1.
fn node(text: &str) -> Option<NodeId> {
    Some(NodeId(u8::try_from(number::<usize>(text)?.checked_sub(1)?).ok()?))
}
