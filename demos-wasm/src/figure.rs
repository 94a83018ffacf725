//! What a demo is: one entry of the registry, its settings, and what it must say so that the shell can play it.

use core::fmt;

use core::hash::Hash;

use crate::explore::{Bounds, Hint, Model};
use crate::prelude::*;
use crate::sim::cluster::{Looking, Progress};
use crate::sim::history::Premise;
use crate::sim::{
    Action, Ask, Change, History, Intervention, Links, Node, NodeId, Process, Tick, TimerId, World,
};
use crate::stage::Stage;
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};
use crate::view::ring::Courier;

/// What a demo is: shown in the registry, in captions and by `site-gen demos`.
#[derive(Debug, Clone, Copy)]
pub struct Info {
    /// Stable name used in fences and URLs, such as `raft-election`.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// One sentence: what the reader can find out with it.
    pub summary: &'static str,
    /// The work it implements, with sections.
    pub source: &'static str,
}

/// What values an option takes, and which one it has when nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// A whole number in a closed range.
    Integer {
        /// Smallest value allowed.
        min: i64,
        /// Largest value allowed.
        max: i64,
        /// Value when not given.
        default: i64,
    },
    /// On or off.
    Flag {
        /// Value when not given.
        default: bool,
    },
    /// One of a few names; the first is the default.
    Choice {
        /// Names allowed.
        values: &'static [&'static str],
    },
}

/// One thing about a demo that a fence, a URL or a reader can set.
#[derive(Debug, Clone, Copy)]
pub struct OptionSpec {
    /// Key in the fence and in the URL.
    pub name: &'static str,
    /// Values it takes.
    pub kind: OptionKind,
    /// Unit of an integer, such as `ms`; empty where there is none.
    pub unit: &'static str,
    /// One line for people.
    pub summary: &'static str,
}

impl OptionSpec {
    /// Whether it is a rule of the protocol that can be switched off: a flag that is on when nobody says.
    pub fn is_rule(&self) -> bool {
        matches!(self.kind, OptionKind::Flag { default: true })
    }
}

/// A guided run: what a fence names with `scenario = "…"`.
#[derive(Debug, Clone, Copy)]
pub struct ScenarioInfo {
    /// Name in fences and URLs.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What the reader is asked before it plays.
    pub question: &'static str,
}

/// A value as a fence or a URL gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A TOML integer, or digits in a URL.
    Integer(i64),
    /// A TOML boolean.
    Flag(bool),
    /// A TOML string.
    Text(String),
}

/// Everything that decides a run before the reader touches it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Seed of the generator; 0 is a seed like any other.
    pub seed: u64,
    /// Scenario to play, if any.
    pub scenario: Option<String>,
    /// Options that differ from the default, by name.
    pub options: Vec<(String, Value)>,
}

/// Why settings were refused. `Display` says what is wrong; [`SettingsError::hint`] what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The key at fault: `scenario` or an option's name. Lets the caller find the line.
    pub key: String,
    /// What is wrong, the offender quoted.
    pub message: String,
    /// What to write in its place, where that can be said.
    pub hint: Option<String>,
}

impl SettingsError {
    /// There is no such scenario; `known` names those that there are.
    pub(crate) fn no_scenario(demo: &str, settings: &Settings, known: String) -> Self {
        let id = settings.scenario.as_deref().unwrap_or_default();
        Self {
            key: "scenario".to_owned(),
            message: format!("`{demo}` has no scenario `{id}`"),
            hint: Some(format!("the scenarios are {known}")),
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl core::error::Error for SettingsError {}

/// Every option of a demo with its value: integers as they are, flags as 0 and 1, choices as their place in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, i64)>);

impl Values {
    /// The value of an option. 0 for a name that the demo doesn't have.
    pub fn get(&self, name: &str) -> i64 {
        self.find(name).unwrap_or(0)
    }

    /// The value of an option; none for a name that the demo doesn't have.
    pub fn find(&self, name: &str) -> Option<i64> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// Whether a flag is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name) != 0
    }

    /// All of them, in the order of the specification.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i64)> + '_ {
        self.0.iter().copied()
    }

    /// The defaults of `specs`, changed by the scenario and then by the settings.
    ///
    /// # Errors
    /// The first option that is unknown, of the wrong type, or out of range.
    pub fn resolve(
        specs: &'static [OptionSpec],
        scenario: &[(&'static str, i64)],
        given: &[(String, Value)],
    ) -> Result<Self, SettingsError> {
        let mut values = Self(specs.iter().map(|spec| (spec.name, spec.kind.default())).collect());
        for (name, value) in scenario {
            values.set(name, *value);
        }
        for (name, value) in given {
            let Some(spec) = specs.iter().find(|spec| spec.name == name) else {
                let known = names(specs.iter().map(|spec| spec.name));
                return Err(SettingsError {
                    key: name.clone(),
                    message: format!("there is no option `{name}`"),
                    hint: Some(format!("the options are {known}")),
                });
            };
            values.set(spec.name, spec.kind.read(spec.name, value)?);
        }
        Ok(values)
    }

    fn set(&mut self, name: &str, value: i64) {
        if let Some(entry) = self.0.iter_mut().find(|(key, _)| *key == name) {
            entry.1 = value;
        }
    }
}

impl OptionKind {
    /// The value when nobody says.
    pub fn default(self) -> i64 {
        match self {
            Self::Integer { default, .. } => default,
            Self::Flag { default } => i64::from(default),
            Self::Choice { .. } => 0,
        }
    }

    /// A number, as options are given in code, as a setting.
    pub fn value(self, number: i64) -> Value {
        match self {
            Self::Integer { .. } => Value::Integer(number),
            Self::Flag { .. } => Value::Flag(number != 0),
            Self::Choice { values } => {
                let choice = usize::try_from(number).ok().and_then(|place| values.get(place));
                Value::Text(choice.copied().unwrap_or_default().to_owned())
            }
        }
    }

    /// A number, as options are given in code, as it is written in a fence.
    fn shown(self, number: i64) -> String {
        match self.value(number) {
            Value::Integer(number) => format!("{number}"),
            Value::Flag(on) => format!("{on}"),
            Value::Text(text) => format!("\"{text}\""),
        }
    }

    fn read(self, name: &str, value: &Value) -> Result<i64, SettingsError> {
        let message = match (self, value) {
            (Self::Integer { min, max, .. }, Value::Integer(number)) => {
                if (min..=max).contains(number) {
                    return Ok(*number);
                }
                format!("`{name} = {number}` is out of range")
            }
            (Self::Flag { .. }, Value::Flag(on)) => return Ok(i64::from(*on)),
            // URLs write flags as 0 and 1.
            (Self::Flag { .. }, Value::Integer(bit @ (0 | 1))) => return Ok(*bit),
            (Self::Choice { values }, Value::Text(text)) => {
                if let Some(place) = values.iter().position(|choice| choice == text) {
                    return Ok(i64::try_from(place).unwrap_or(0));
                }
                format!("`{name}` can't be \"{text}\"")
            }
            (Self::Integer { .. }, Value::Flag(_) | Value::Text(_)) => {
                format!("`{name}` isn't a number here")
            }
            (Self::Flag { .. }, Value::Integer(_) | Value::Text(_)) => {
                format!("`{name}` isn't true or false here")
            }
            (Self::Choice { .. }, Value::Integer(_) | Value::Flag(_)) => {
                format!("`{name}` isn't a name here")
            }
        };
        let hint = match self {
            Self::Integer { min, max, .. } => format!("it takes a whole number from {min} to {max}"),
            Self::Flag { .. } => format!("write `{name} = true` or `false`"),
            Self::Choice { values } => format!("it is one of {}", names(values.iter().copied())),
        };
        Err(SettingsError { key: name.to_owned(), message, hint: Some(hint) })
    }
}

pub(crate) fn names<'a>(list: impl Iterator<Item = &'a str>) -> String {
    let mut names = String::new();
    for name in list {
        let comma = if names.is_empty() { "" } else { ", " };
        names.push_str(&format!("{comma}`{name}`"));
    }
    names
}

/// What an invariant is called and says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvariantInfo {
    /// The name in the source, such as `Election Safety`.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// Where it is from.
    pub source: &'static str,
}

/// Something that must hold after every step.
pub struct Invariant<P: Process, W> {
    /// Name, meaning, source.
    pub info: InvariantInfo,
    /// What is wrong in this state, if anything. `at` is the node that took the last step.
    pub broken: Judge<P, W>,
}

/// Looks for a breach in a state; `None` while the invariant holds.
pub type Judge<P, W> = fn(world: &World<P>, witness: &W, at: Option<NodeId>) -> Option<String>;

/// A guided run over the real protocol: conditions, faults at moments that the run itself reaches, and words.
pub struct Scenario<P: Process + 'static, W: 'static> {
    /// Name in fences and URLs.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What the reader is asked before it plays.
    pub question: &'static str,
    /// What they should have found out, told when the last cue has passed.
    pub answer: &'static str,
    /// What to try next.
    pub now_try: &'static str,
    /// Options that differ from the demo's defaults; a fence still wins.
    pub options: &'static [(&'static str, i64)],
    /// Options that it can't be played without; of an option that is named more than once, any of the values.
    pub requires: &'static [(&'static str, i64)],
    /// Whether the run has reached the picture that the page opens with.
    pub opening: fn(&Now<'_, P, W>) -> bool,
    /// What happens along the way, in order.
    pub cues: &'static [Cue<P, W>],
}

/// One segment of a scenario: when it comes, what is done to the cluster, and what is said while the run pauses.
pub struct Cue<P: Process, W> {
    /// Whether it is time; asked after every step, only of the next cue in line.
    pub when: fn(&Now<'_, P, W>) -> bool,
    /// What is done: faults and client requests, never the protocol's own steps.
    pub act: fn(&Now<'_, P, W>) -> Vec<Intervention>,
    /// What is said. Empty: the run goes on without a pause.
    pub say: fn(&Now<'_, P, W>) -> String,
}

/// What a scenario looks at: the cluster after the last step, and how far the scenario has come.
pub struct Now<'a, P: Process, W> {
    /// The cluster.
    pub world: &'a World<P>,
    /// What the invariants remember.
    pub witness: &'a W,
    /// Time, and cues given.
    pub progress: Progress,
}

impl<P: Process, W> Now<'_, P, W> {
    /// Milliseconds since the last cue.
    pub fn since_cue(&self) -> u64 {
        self.progress.now.0 - self.progress.cue_at.0
    }

    /// How many cues were given.
    pub fn cues_given(&self) -> usize {
        self.progress.cues_given
    }
}

/// A scenario's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesson {
    /// Id of the scenario.
    pub scenario: &'static str,
    /// What the reader is asked before it plays.
    pub question: &'static str,
    /// What they should have found out.
    pub answer: &'static str,
    /// What to try next.
    pub now_try: &'static str,
    /// How many cues it has.
    pub cues: usize,
}

/// What one instant looks like: the state after the last step, and how far time has gone since.
pub struct Frame<'a, D: Demo> {
    /// The demo with its options.
    pub demo: &'a D,
    /// The cluster.
    pub world: &'a World<D::Process>,
    /// What the invariants remember.
    pub witness: &'a D::Witness,
    /// Links, clocks, what is to come, and what the reader has picked out.
    pub looking: Looking<'a>,
}

impl<D: Demo> Frame<'_, D> {
    /// The messages under way, where they are now; each looks as [`Demo::mark`] says.
    pub fn couriers(&self) -> Vec<Courier> {
        let mut couriers = Vec::new();
        for flight in self.world.flights() {
            if let Some(journey) = self.looking.scheduler.journey(flight.id) {
                couriers.push(Courier {
                    id: flight.id.0,
                    from: flight.from,
                    to: flight.to,
                    progress: progress(self.looking.cursor, journey),
                    mark: D::mark(&flight.message),
                });
            }
        }
        couriers
    }

    /// What is left of a node's first timer, in thousandths; none while it isn't armed.
    pub fn countdown(&self, node: NodeId) -> Option<u64> {
        let times = self.looking.scheduler.countdown(node, TimerId(0))?;
        Some(1_000 - progress(self.looking.cursor, times))
    }

    /// How a node stands, whatever its protocol: the class of its look and a word for it, where it isn't as it should be.
    pub fn trouble(&self, node: NodeId) -> Option<(&'static str, &'static str)> {
        if !self.world.is_up(node) {
            Some(if node.is_client() { ("client crashed", "crashed") } else { ("crashed", "crashed") })
        } else if self.looking.scheduler.is_paused(node) {
            Some(("paused", "frozen"))
        } else {
            None
        }
    }
}

/// How much of the way from `start` to `end` has passed at `cursor`, a time in microseconds; in thousandths.
pub fn progress(cursor: u64, (start, end): (Tick, Tick)) -> u64 {
    let (start, end) = (start.0 * 1_000, end.0 * 1_000);
    let passed = cursor.clamp(start, end) - start;
    (passed * 1_000).checked_div(end - start).unwrap_or(1_000)
}

/// What a reader does in a text box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing<'a> {
    /// Changes what it holds.
    Value {
        /// What it holds now.
        value: &'a str,
        /// After how many characters the caret is.
        caret: usize,
        /// Whether something else was done since something was typed there, so that undoing has to stop here.
        is_new: bool,
    },
    /// Takes back what was done there last.
    Undo,
    /// Does again what was taken back last.
    Redo,
}

/// A demo: a protocol, what to watch in it, and how to show it. The shell gives it everything else.
pub trait Demo: Sized + Clone + 'static {
    /// The protocol.
    type Process: Process + 'static;
    /// What the invariants must remember of the past.
    type Witness: Clone + Default + Hash + 'static;

    /// Name, title, summary, source.
    const INFO: Info;
    /// What can be set.
    const OPTIONS: &'static [OptionSpec];
    /// Options that the invariants hold with, whatever happens, where other values are there to see them break: names, and
    /// values as a link writes them. Flags that are on when nobody says need not be listed.
    const SOUND: &'static [(&'static str, &'static str)] = &[];
    /// Whether messages under way are laid out as cards that the reader puts in order, holds back, delivers, doubles and loses.
    const CARDS: bool = false;
    /// Its small version, of which every state is visited.
    const MODEL: Model = Model { options: &[], bounds: Bounds::FEW };
    /// Where a random search finds what its rules prevent; for rules without a hint, everywhere.
    const HINTS: &'static [Hint] = &[];

    /// The demo with these options.
    fn new(values: &Values) -> Self;
    /// The cluster before its start.
    fn world(&self) -> World<Self::Process>;
    /// The network it starts with.
    fn links(&self) -> Links;
    /// What can be asked of a node now, and what that is called on a button, the usual request first. Empty for none.
    fn asks(&self, world: &World<Self::Process>, node: NodeId) -> Vec<(Ask, String)>;
    /// What an ask says to the node; none when it makes no sense. It is the `number`-th of the run, counted from 1, and the
    /// node's own clock shows `clock` milliseconds.
    fn command(
        &self,
        node: NodeId,
        ask: Ask,
        number: u32,
        clock: u64,
    ) -> Option<<Self::Process as Process>::Command>;

    /// What to ask of a node when something is typed into its text box on the bench; in order, and each becomes a deed of the
    /// run. The second part is said to the reader, empty for nothing. Such a box is a `textarea` with the command `type:1` for
    /// `S1`, and in `data-dots` a name for each UTF-16 unit of its text, by which the page keeps the caret where it was when the
    /// text changes.
    fn typed(
        &self,
        world: &World<Self::Process>,
        node: NodeId,
        typing: Typing<'_>,
    ) -> (Vec<Ask>, &'static str) {
        let _ = (world, node, typing);
        (Vec::new(), "")
    }

    /// What must hold after every step.
    fn invariants() -> &'static [Invariant<Self::Process, Self::Witness>];
    /// The place of an invariant of which it isn't known whether it holds, because finding out would take too long, and why. It
    /// counts neither as broken nor as holding.
    fn undecided(_: &Self::Witness) -> Option<(usize, String)> {
        None
    }
    /// Remembers what the invariants need of a step; `world` is as it is after it.
    fn observe(
        witness: &mut Self::Witness,
        world: &World<Self::Process>,
        action: Action,
        change: &Change<Self::Process>,
    );
    /// Its guided runs.
    fn scenarios() -> &'static [Scenario<Self::Process, Self::Witness>];

    /// One sentence on a step, for the list of events and for reading aloud. Said after the step.
    fn narrate(&self, world: &World<Self::Process>, action: Action, change: &Change<Self::Process>)
    -> String;
    /// Draws the picture of an instant, as an `svg` element.
    fn picture(&self, frame: &Frame<'_, Self>, html: &mut Html);
    /// The picture in a few words, for those who don't see it.
    fn describe(&self, world: &World<Self::Process>) -> String;
    /// How a node's line in the space-time diagram looks from now on.
    fn lane(node: &Node<Self::Process>) -> Lane;
    /// How a message looks, wherever it is drawn.
    fn mark(message: &<Self::Process as Process>::Message) -> MessageMark;
    /// What a message says, field by field, in words.
    fn tell(message: &<Self::Process as Process>::Message) -> String;
    /// Writes what the reader works on besides the picture, such as text boxes or a proof: HTML of the demo's own, between the
    /// picture and the buttons. It changes with every step, not with every frame. Nothing, and then it takes no room, unless a
    /// demo has a use for it. Its buttons give the shell's commands: `write:1:7` is ask 7 of `S1`.
    fn bench(&self, frame: &Frame<'_, Self>, html: &mut Html) {
        let _ = (frame, html);
    }
    /// Writes the state of all nodes, one row a node; see [`table`](crate::view::table).
    fn state(&self, world: &World<Self::Process>, html: &mut Html);
}

/// A line of the registry that is played: a run, whatever its protocol.
pub trait Figure: Sync {
    /// Name, title, summary, source.
    fn info(&self) -> Info;
    /// What can be set.
    fn options(&self) -> &'static [OptionSpec];
    /// Whether messages under way are laid out as cards.
    fn cards(&self) -> bool;
    /// Options that the invariants hold with, whatever happens; see [`Demo::SOUND`].
    fn sound(&self) -> &'static [(&'static str, &'static str)];
    /// Its small version, of which every state is visited.
    fn model(&self) -> Model;
    /// Where a random search finds what its rules prevent.
    fn hints(&self) -> &'static [Hint];
    /// Its guided runs; the first is played when a fence names none.
    fn scenarios(&self) -> Vec<ScenarioInfo>;
    /// Checks settings without running anything.
    ///
    /// # Errors
    /// The first key that is unknown, out of range or of the wrong type.
    fn validate(&self, settings: &Settings) -> Result<(), SettingsError>;
    /// Starts a run, at the picture that its scenario opens with.
    ///
    /// # Errors
    /// As [`Figure::validate`].
    fn open(&self, settings: &Settings) -> Result<History, SettingsError>;
}

/// Turns a [`Demo`] into a registry entry.
#[derive(Debug)]
pub struct Entry<D: Demo>(core::marker::PhantomData<fn() -> D>);

impl<D: Demo> Entry<D> {
    /// The entry.
    pub const NEW: Self = Self(core::marker::PhantomData);
}

/// A scenario, and the values of all options for it.
type Prepared<P, W> = (&'static Scenario<P, W>, Values);

// What follows is generic in as little as may be: a demo that shares its protocol with another shares this code with it.

impl<P: Process, W> Scenario<P, W> {
    /// Its words.
    fn lesson(&self) -> Lesson {
        Lesson {
            scenario: self.id,
            question: self.question,
            answer: self.answer,
            now_try: self.now_try,
            cues: self.cues.len(),
        }
    }
}

fn prepare<P: Process, W>(
    demo: &'static str,
    specs: &'static [OptionSpec],
    scenarios: &'static [Scenario<P, W>],
    settings: &Settings,
) -> Result<Prepared<P, W>, SettingsError> {
    let scenario = match &settings.scenario {
        None => scenarios.first(),
        Some(id) => scenarios.iter().find(|scenario| scenario.id == id),
    };
    let Some(scenario) = scenario else {
        let known = scenarios.iter().map(|known| known.id);
        return Err(SettingsError::no_scenario(demo, settings, names(known)));
    };
    let values = Values::resolve(specs, scenario.options, &settings.options)?;
    values.meet(specs, scenario.id, scenario.requires)?;
    Ok((scenario, values))
}

fn infos<P: Process, W>(invariants: &[Invariant<P, W>]) -> Vec<InvariantInfo> {
    invariants.iter().map(|invariant| invariant.info).collect()
}

impl Values {
    /// Refuses values that a scenario can't be played with.
    fn meet(
        &self,
        specs: &[OptionSpec],
        scenario: &'static str,
        requires: &[(&'static str, i64)],
    ) -> Result<(), SettingsError> {
        for (name, _) in requires {
            let value = self.get(name);
            let Some(spec) = specs.iter().find(|spec| spec.name == *name) else { continue };
            let mut needed = String::new();
            for (_, one) in requires.iter().filter(|(known, _)| known == name) {
                if *one == value {
                    needed.clear();
                    break;
                }
                needed.push_str(if needed.is_empty() { "" } else { " or " });
                needed.push_str(&spec.kind.shown(*one));
            }
            if !needed.is_empty() {
                return Err(SettingsError {
                    key: (*name).to_owned(),
                    message: format!(
                        "`{scenario}` can't be played with `{name} = {}`",
                        spec.kind.shown(value)
                    ),
                    hint: Some(format!("it needs `{name} = {needed}`; other scenarios take other values")),
                });
            }
        }
        Ok(())
    }
}

impl<D: Demo> Entry<D> {
    fn prepare(settings: &Settings) -> Result<Prepared<D::Process, D::Witness>, SettingsError> {
        prepare(D::INFO.id, D::OPTIONS, D::scenarios(), settings)
    }
}

impl<D: Demo> Figure for Entry<D> {
    fn info(&self) -> Info {
        D::INFO
    }

    fn options(&self) -> &'static [OptionSpec] {
        D::OPTIONS
    }

    fn cards(&self) -> bool {
        D::CARDS
    }

    fn sound(&self) -> &'static [(&'static str, &'static str)] {
        D::SOUND
    }

    fn model(&self) -> Model {
        D::MODEL
    }

    fn hints(&self) -> &'static [Hint] {
        D::HINTS
    }

    fn scenarios(&self) -> Vec<ScenarioInfo> {
        let info = |scenario: &Scenario<D::Process, D::Witness>| ScenarioInfo {
            id: scenario.id,
            title: scenario.title,
            question: scenario.question,
        };
        D::scenarios().iter().map(info).collect()
    }

    fn validate(&self, settings: &Settings) -> Result<(), SettingsError> {
        Self::prepare(settings).map(|_| ())
    }

    fn open(&self, settings: &Settings) -> Result<History, SettingsError> {
        let (scenario, values) = Self::prepare(settings)?;
        let demo = D::new(&values);
        Ok(History::new(Premise {
            links: demo.links(),
            cluster: Box::new(Stage::new(demo, scenario)),
            seed: settings.seed,
            values,
            lesson: scenario.lesson(),
            invariants: infos(D::invariants()),
        }))
    }
}

pub use crate::demos::{REGISTRY, find, find_run};
