//! A search from its beginning to its end.

#[cfg(feature = "exhaustive")]
use super::bounds::Bounds;
#[cfg(feature = "exhaustive")]
use super::exhaustive::Exhaustive;
use super::hint::Hint;
use super::random::{Find, Hunt};
use super::shrink::{Shrinker, Trimmer};
use crate::figure::{Figure, Settings, SettingsError};
use crate::prelude::*;
use crate::sim::{Action, Deed, Intervention, Tick, Violation};

/// Time between two things that are done to a run, in milliseconds: enough to tell them apart in a picture.
const SOON: u64 = 5;

/// A run that breaks an invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// Which run of the demo.
    pub settings: Settings,
    /// What is done in it.
    pub deeds: Vec<Deed>,
    /// Events up to the one that breaks the invariant.
    pub events: usize,
    /// Place in the list of invariants.
    pub invariant: usize,
    /// What is wrong.
    pub evidence: String,
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It looks.
    Searching,
    /// It has found something and leaves out what isn't needed.
    Shrinking,
    /// It has found something.
    Found,
    /// It is through and has found nothing.
    Nothing,
    /// Its owner stopped it, or it ran out of room.
    Stopped,
}

/// How far a search is, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it does.
    pub phase: Phase,
    /// States seen: all different when everything is visited; in random schedules some more than once.
    pub states: u64,
    /// Random schedules played to their end; 0 when everything is visited.
    pub schedules: u64,
    /// Actions up to which everything is visited; 0 in random schedules.
    pub depth: usize,
    /// States seen and not looked at yet; 0 in random schedules.
    pub frontier: usize,
}

enum Search {
    Random(Box<Hunt>),
    #[cfg(feature = "exhaustive")]
    Everything(Exhaustive, usize),
    Shrinking(Shrinker, u64),
    Trimming(Trimmer),
}

/// A search for a broken invariant: what its owner does in slices, can look at and can stop.
pub struct Quest {
    figure: &'static dyn Figure,
    settings: Settings,
    search: Search,
    progress: Progress,
    found: Option<Counterexample>,
}

impl Quest {
    /// Random schedules of the demo's [`Model`](super::Model), but for what `settings` say otherwise, and where its [`Hint`] for
    /// `rule` says; then the first that breaks something is shrunk. Switching the rule off is a matter of `settings`.
    ///
    /// # Errors
    /// As [`Figure::validate`].
    pub fn hunt(
        figure: &'static dyn Figure,
        settings: Settings,
        rule: &str,
        schedules: u64,
    ) -> Result<Self, SettingsError> {
        figure.validate(&settings)?;
        let hint = figure.hints().iter().copied().find(|hint| hint.rule == rule).unwrap_or(Hint::NONE);
        let settings = with_options(figure, settings, hint.options);
        let settings = with_options(figure, settings, figure.model().options);
        let search = Search::Random(Box::new(Hunt::new(figure, settings.clone(), hint, schedules)));
        Ok(Self::new(figure, settings, search))
    }

    /// Everything that can happen within `bounds` in the demo's [`Model`](super::Model), but for what `settings` say otherwise;
    /// given up when there are more than `states_max` states.
    ///
    /// # Errors
    /// As [`Figure::validate`].
    #[cfg(feature = "exhaustive")]
    pub fn check(
        figure: &'static dyn Figure,
        settings: Settings,
        bounds: Bounds,
        states_max: usize,
    ) -> Result<Self, SettingsError> {
        figure.validate(&settings)?;
        let settings = with_options(figure, settings, figure.model().options);
        let mut run = figure.open(&settings)?;
        run.seek(run.roster().len());
        let search = Search::Everything(Exhaustive::new(run.cluster().box_clone(), bounds), states_max);
        Ok(Self::new(figure, settings, search))
    }

    fn new(figure: &'static dyn Figure, settings: Settings, search: Search) -> Self {
        let progress = Progress { phase: Phase::Searching, states: 0, schedules: 0, depth: 0, frontier: 0 };
        Self { figure, settings, search, progress, found: None }
    }

    /// Whether there is nothing more to do.
    pub fn is_over(&self) -> bool {
        !matches!(self.progress.phase, Phase::Searching | Phase::Shrinking)
    }

    /// Goes on for about so many events.
    pub fn advance(&mut self, events: usize) -> Progress {
        if self.is_over() {
            return self.progress;
        }
        match &mut self.search {
            Search::Random(hunt) => {
                hunt.advance(events);
                self.progress.states = hunt.events();
                self.progress.schedules = hunt.tried();
                let is_timed = hunt.is_timed();
                if let Some(found) = hunt.take_found() {
                    self.begin_to_shrink(found, is_timed);
                } else if hunt.is_over() {
                    self.progress.phase = Phase::Nothing;
                }
            }
            Search::Shrinking(shrinker, seed) => {
                shrinker.advance(events);
                if shrinker.is_over() {
                    let settings = Settings { seed: *seed, ..self.settings.clone() };
                    if let Some(shrunk) = play(self.figure, &settings, shrinker.actions()) {
                        self.found = Some(shrunk);
                    }
                    self.progress.phase = Phase::Found;
                }
            }
            Search::Trimming(trimmer) => {
                trimmer.advance(events);
                self.found = Some(trimmer.found().clone());
                if trimmer.is_over() {
                    self.progress.phase = Phase::Found;
                }
            }
            #[cfg(feature = "exhaustive")]
            Search::Everything(exhaustive, states_max) => {
                exhaustive.advance(events);
                self.progress.states = exhaustive.states() as u64;
                self.progress.depth = exhaustive.depth();
                self.progress.frontier = exhaustive.frontier();
                if let Some((actions, _)) = exhaustive.found() {
                    self.found = play(self.figure, &self.settings, &actions);
                    self.progress.phase = Phase::Found;
                } else if exhaustive.is_over() {
                    self.progress.phase = Phase::Nothing;
                } else if exhaustive.states() > *states_max {
                    self.progress.phase = Phase::Stopped;
                }
            }
        }
        self.progress
    }

    fn begin_to_shrink(&mut self, found: Find, is_timed: bool) {
        let Find { seed, root, actions, deeds, events, violation } = found;
        let settings = Settings { seed, ..self.settings.clone() };
        let Violation { invariant, evidence } = violation;
        let found = Counterexample { settings, deeds, events, invariant, evidence };
        self.found = Some(found.clone());
        self.progress.phase = Phase::Found;
        if is_timed {
            self.search = Search::Trimming(Trimmer::new(self.figure, found));
            self.progress.phase = Phase::Shrinking;
        } else if let Some(shrinker) = Shrinker::new(root, &actions, invariant) {
            self.search = Search::Shrinking(shrinker, seed);
            self.progress.phase = Phase::Shrinking;
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Ends the search. What was found stays, shrunk as far as it was.
    pub fn stop(&mut self) {
        if !self.is_over() {
            let has_found = self.found.is_some();
            self.progress.phase = if has_found { Phase::Found } else { Phase::Stopped };
        }
    }

    /// What was found; while it is being shrunk, the shortest so far.
    pub fn found(&self) -> Option<&Counterexample> {
        self.found.as_ref()
    }

    /// The settings of the search: those given, and what the model adds to them.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// The settings with these options, but for what they say themselves, and what their scenario can't be played with.
fn with_options(figure: &dyn Figure, mut settings: Settings, options: &[(&str, i64)]) -> Settings {
    for &(name, value) in options {
        if settings.options.iter().any(|(given, _)| given == name) {
            continue;
        }
        let Some(spec) = figure.options().iter().find(|spec| spec.name == name) else { continue };
        settings.options.push((name.to_owned(), spec.kind.value(value)));
        if figure.validate(&settings).is_err() {
            settings.options.pop();
        }
    }
    settings
}

/// The run in which exactly these actions happen, from the moment on when all nodes have started. None where the network of the
/// settings has a will of its own, and loses or doubles what isn't to be lost or doubled.
fn play(figure: &dyn Figure, settings: &Settings, actions: &[Action]) -> Option<Counterexample> {
    let mut run = figure.open(settings).ok()?;
    run.replay(Vec::new());
    run.seek(run.roster().len());
    for &action in actions {
        if run.next_action() == Some(action) {
            run.forward();
            continue;
        }
        let at = match action {
            Action::Deliver(message) => run.scheduler().journey(message).map(|(_, arrival)| arrival),
            _ => None,
        };
        let soon = Tick(run.now().0 + SOON);
        if !run.intervene(at.map_or(soon, |at| at.max(soon)), intervention(action)?) {
            return None;
        }
    }
    let last = run.position().checked_sub(1)?;
    let violation = run.records().get(last)?.violation.clone()?;
    Some(Counterexample {
        settings: settings.clone(),
        deeds: run.deeds().to_vec(),
        events: run.position(),
        invariant: violation.invariant,
        evidence: violation.evidence,
    })
}

/// What a reader does so that it happens; none for a first start, which happens by itself.
fn intervention(action: Action) -> Option<Intervention> {
    Some(match action {
        Action::Start(_) => return None,
        Action::Deliver(message) => Intervention::Deliver(message),
        Action::Lose(message) => Intervention::Drop(message),
        Action::Duplicate(message) => Intervention::Duplicate(message),
        Action::Fire(node, timer) => Intervention::Hurry(node, Some(timer)),
        Action::Crash(node) => Intervention::Crash(node),
        Action::PowerFailure(node) => Intervention::PowerFailure(node),
        Action::Restart(node) => Intervention::Restart(node),
        Action::Flush(node) => Intervention::Flush(node),
        Action::Wipe(node) => Intervention::Wipe(node),
        Action::Ask(node, ask) => Intervention::Request(node, ask),
    })
}
