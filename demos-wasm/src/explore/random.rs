//! Random schedules, each a run with a reader who does harm at random.

use super::hint::{Harm, Hint};
use super::shrink::happened;
use crate::figure::{Figure, Settings};
use crate::prelude::*;
use crate::sim::{
    Action, Cluster, Deed, Generator, Groups, History, Intervention, MessageId, NodeId, Violation,
};

/// A schedule gives up after this many events.
const EVENTS_MAX: usize = 500;
/// The longest undisturbed stretch that a schedule may like, in events.
const STRETCH_MAX: u64 = 30;

/// A run that breaks an invariant, as it was found.
pub struct Find {
    /// Seed of its run.
    pub seed: u64,
    /// Its cluster when all nodes had started.
    pub root: Box<dyn Cluster>,
    /// What happened from there on, losses left out.
    pub actions: Vec<Action>,
    /// The same as a reader can do it again.
    pub deeds: Vec<Deed>,
    /// Events up to the one that breaks it.
    pub events: usize,
    /// What breaks.
    pub violation: Violation,
}

/// A search through random schedules, in slices. The first has the seed of the settings, the next the seed after it.
pub struct Hunt {
    figure: &'static dyn Figure,
    settings: Settings,
    hint: Hint,
    left: u64,
    tried: u64,
    events: u64,
    chase: Option<Chase>,
    found: Option<Find>,
}

impl Hunt {
    /// A search through so many schedules, where `hint` says. Settings that the demo refuses have none.
    pub fn new(figure: &'static dyn Figure, settings: Settings, hint: Hint, schedules: u64) -> Self {
        Self { figure, settings, hint, left: schedules, tried: 0, events: 0, chase: None, found: None }
    }

    /// Plays so many events, or until it is over.
    pub fn advance(&mut self, events: usize) {
        for _ in 0..events {
            if self.is_over() {
                return;
            }
            if self.chase.is_none() {
                self.begin();
            }
            let Some(chase) = &mut self.chase else { return };
            self.events += 1;
            if !chase.step() {
                self.chase = None;
                self.tried += 1;
                self.settings.seed += 1;
                continue;
            }
            self.found = chase.found(self.settings.seed);
        }
    }

    fn begin(&mut self) {
        match self.figure.open(&self.settings) {
            Ok(run) if self.left > 0 => {
                self.left -= 1;
                self.chase = Some(Chase::new(run, self.hint, self.settings.seed));
            }
            Ok(_) | Err(_) => self.left = 0,
        }
    }

    /// Whether what is found is about time.
    pub fn is_timed(&self) -> bool {
        self.hint.clock_max > 0
    }

    /// Schedules played to their end.
    pub fn tried(&self) -> u64 {
        self.tried
    }

    /// Events played.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Whether a violation was found or all schedules are played.
    pub fn is_over(&self) -> bool {
        self.found.is_some() || self.chase.is_none() && self.left == 0
    }

    /// What was found, once.
    pub fn take_found(&mut self) -> Option<Find> {
        self.found.take()
    }
}

/// One random schedule.
struct Chase {
    run: History,
    fate: Fate,
    /// Events since something was done, and how many there shall be until something is done.
    wait: usize,
    stretch: usize,
    end: usize,
}

impl Chase {
    fn new(mut run: History, hint: Hint, seed: u64) -> Self {
        run.hush();
        let end = run.position() + EVENTS_MAX;
        let mut fate = Fate::new(hint, seed);
        // All clocks but one are as fast as can be: the slow one has the longest hopes.
        let slow = fate.below(run.roster().servers.into());
        for node in NodeId::all(run.roster().servers) {
            if hint.clock_max > 0 && node.index() != slow {
                fate.then.push(Intervention::Rate(node, hint.clock_max));
            }
        }
        Self { run, fate, wait: 0, stretch: 0, end }
    }

    /// One event. False at the end.
    fn step(&mut self) -> bool {
        if self.run.position() >= self.end {
            return false;
        }
        // Never between two things that happen at the same time: so the time alone says when it was done.
        if self.wait >= self.stretch && self.run.next_at() != Some(self.run.now()) {
            let what = self.fate.next(&self.run);
            self.stretch = self.fate.stretch();
            if self.run.intervene(self.run.now(), what) {
                self.wait = 0;
                return true;
            }
            self.stretch = self.stretch.max(self.wait + 1);
        }
        self.wait += 1;
        self.run.forward()
    }

    /// What the run is if its last event has broken an invariant.
    fn found(&mut self, seed: u64) -> Option<Find> {
        let violation = self.run.records().last()?.violation.clone()?;
        let events = self.run.position();
        let start = self.run.roster().len();
        let actions = happened(&self.run, start);
        let deeds = self.run.deeds().to_vec();
        self.run.seek(start);
        let root = self.run.cluster().box_clone();
        Some(Find { seed, root, actions, deeds, events, violation })
    }
}

/// Draws what happens. Every seed has tastes of its own: how long it waits, and which half of all kinds of harm it does at
/// all, since one kind can hide what another would bring about (Groce et al., "Swarm Testing", 2012). Of those that a demo
/// hints at, it does all: they belong together.
struct Fate {
    generator: Generator,
    hint: Hint,
    stretch_max: u64,
    /// By place among the hint's harms.
    weights: Vec<u64>,
    /// What belongs to what was done last and comes at once.
    then: Vec<Intervention>,
}

impl Fate {
    fn new(hint: Hint, seed: u64) -> Self {
        // Another sequence than the scheduler's, which starts from the seed itself.
        let mut generator = Generator::new(!seed);
        let stretch_max = generator.within(&(2..=STRETCH_MAX));
        let mut weights = vec![0; hint.harms.len()];
        for weight in &mut weights {
            if !hint.rule.is_empty() || generator.chance(50) {
                *weight = generator.within(&(1..=4));
            }
        }
        Self { generator, hint, stretch_max, weights, then: Vec::new() }
    }

    /// Events until the next harm. Often none: what is worth doing takes several at once.
    fn stretch(&mut self) -> usize {
        if !self.then.is_empty() || self.generator.chance(40) { 0 } else { self.below(self.stretch_max) + 1 }
    }

    /// A number under `count`; 0 for 0.
    fn below(&mut self, count: u64) -> usize {
        usize::try_from(self.generator.within(&(0..=count.saturating_sub(1)))).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let place = self.below(list.len() as u64);
        list.get(place).copied()
    }

    fn any(&mut self, run: &History) -> NodeId {
        let place = self.below(run.roster().len() as u64);
        run.roster().at(u8::try_from(place).unwrap_or(0))
    }

    /// Somebody who matters: more often than not who sent the latest message, as a leader or candidate does.
    fn speaker(&mut self, run: &History) -> NodeId {
        match run.flights().last() {
            Some(flight) if self.generator.chance(60) => flight.from,
            _ => self.any(run),
        }
    }

    /// A message under way, if there is one.
    fn message(&mut self, run: &History) -> MessageId {
        let under_way = run.cluster().flights();
        self.one_of(&under_way).map_or(MessageId(0), |(message, _, _)| message)
    }

    fn ask(&mut self, run: &History, mut node: NodeId) -> Intervention {
        let Some(ask) = self.one_of(self.hint.asks) else {
            let asks = run.asks(node);
            let place = self.below(asks.len() as u64);
            return Intervention::Request(
                node,
                asks.get(place).map_or_else(Default::default, |(ask, _)| *ask),
            );
        };
        let clients = run.roster().clients;
        if clients > 0 {
            node = NodeId::client(u8::try_from(self.below(clients.into())).unwrap_or(0));
        }
        Intervention::Request(node, ask)
    }

    fn next(&mut self, run: &History) -> Intervention {
        self.then.pop().unwrap_or_else(|| self.draw(run))
    }

    fn draw(&mut self, run: &History) -> Intervention {
        let total: u64 = self.weights.iter().sum();
        let mut ticket = self.below(total) as u64;
        let mut harm = Harm::Heal;
        for (place, &weight) in self.weights.iter().enumerate() {
            if ticket < weight {
                harm = self.hint.harms[place];
                break;
            }
            ticket -= weight;
        }
        self.intervention(run, harm)
    }

    fn intervention(&mut self, run: &History, harm: Harm) -> Intervention {
        match harm {
            Harm::Crash => Intervention::Crash(self.speaker(run)),
            Harm::PowerFailure => Intervention::PowerFailure(self.speaker(run)),
            Harm::Restart => {
                let down: Vec<NodeId> = run.roster().ids().filter(|&id| !run.is_up(id)).collect();
                Intervention::Restart(self.one_of(&down).unwrap_or(NodeId(0)))
            }
            Harm::Ask => {
                let node = self.speaker(run);
                self.ask(run, node)
            }
            Harm::Hurry => {
                let node = self.any(run);
                let timers = run.cluster().timers(node);
                Intervention::Hurry(node, self.one_of(&timers))
            }
            Harm::Isolate => Intervention::Partition(Groups::alone(run.roster().position(self.speaker(run)))),
            Harm::Split => {
                let mut groups = Groups::default();
                for position in 0..run.roster().len() {
                    groups = groups.with(position, u8::from(self.generator.chance(50)));
                }
                self.then.push(Intervention::Partition(groups));
                Intervention::Heal
            }
            Harm::Cut => Intervention::Cut(self.speaker(run), self.any(run)),
            Harm::Freeze => {
                let node = self.speaker(run);
                if run.is_paused(node) { Intervention::Resume(node) } else { Intervention::Pause(node) }
            }
            Harm::Lose => Intervention::Drop(self.message(run)),
            Harm::Deliver => Intervention::Deliver(self.message(run)),
            Harm::Duplicate => Intervention::Duplicate(self.message(run)),
            Harm::Reboot => {
                let node = self.any(run);
                self.then.push(Intervention::Restart(node));
                Intervention::PowerFailure(node)
            }
            Harm::AskAndIsolate => {
                let node = self.speaker(run);
                self.then.push(Intervention::Partition(Groups::alone(run.roster().position(node))));
                self.then.push(Intervention::Heal);
                self.ask(run, node)
            }
            Harm::Heal => Intervention::Heal,
        }
    }
}
