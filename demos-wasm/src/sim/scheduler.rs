//! What does happen, and when: virtual clock, seeded generator, link matrix, faults.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::network::Links;
use super::process::{NodeId, Process};
use super::rng::Generator;
use super::world::{Action, Change, MessageId, World};

/// Virtual time since the start of the run, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tick(pub u64);

/// What a reader or a scenario does to a run. Each one is one step of its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intervention {
    /// Stop a node; its disk stays.
    Crash(NodeId),
    /// Start a crashed node from its disk.
    Restart(NodeId),
    /// Cut one direction; what is under way on it is lost.
    Cut(NodeId, NodeId),
    /// Mend one direction.
    Mend(NodeId, NodeId),
    /// Cut every direction between the two groups: bit `i` says on which side node `i` is.
    Partition(u16),
    /// Mend every direction.
    Heal,
    /// A client asks this node for the demo's usual request.
    Request(NodeId),
    /// Let the node's first armed timer run out now.
    Hurry(NodeId),
    /// Lose one message in flight.
    Drop(MessageId),
    /// Let one message in flight arrive now.
    Deliver(MessageId),
    /// Send a second copy of a message in flight.
    Duplicate(MessageId),
    /// Freeze a node, as a long garbage collection does: what would happen to it waits.
    Pause(NodeId),
    /// Let a frozen node go on; all that has waited happens at once, in order.
    Resume(NodeId),
}

impl fmt::Display for Intervention {
    /// The form used in shared links: a letter and numbers counted from 1.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crash(node) => write!(formatter, "c{}", node.number()),
            Self::Restart(node) => write!(formatter, "r{}", node.number()),
            Self::Cut(from, to) => write!(formatter, "x{}-{}", from.number(), to.number()),
            Self::Mend(from, to) => write!(formatter, "m{}-{}", from.number(), to.number()),
            Self::Partition(side) => write!(formatter, "p{side}"),
            Self::Heal => formatter.write_str("h"),
            Self::Request(node) => write!(formatter, "w{}", node.number()),
            Self::Hurry(node) => write!(formatter, "t{}", node.number()),
            Self::Drop(message) => write!(formatter, "d{}", message.0),
            Self::Deliver(message) => write!(formatter, "g{}", message.0),
            Self::Duplicate(message) => write!(formatter, "u{}", message.0),
            Self::Pause(node) => write!(formatter, "z{}", node.number()),
            Self::Resume(node) => write!(formatter, "a{}", node.number()),
        }
    }
}

/// The text wasn't an intervention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnIntervention;

impl FromStr for Intervention {
    type Err = NotAnIntervention;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Not by slicing: that brings in the code that prints characters in panics, 3 KB for the page.
        let mut characters = text.chars();
        let letter = characters.next().ok_or(NotAnIntervention)?;
        let rest = characters.as_str();
        let number = |digits: &str| digits.parse::<u64>().map_err(|_| NotAnIntervention);
        let node = |digits: &str| {
            let number = u8::try_from(number(digits)?).map_err(|_| NotAnIntervention)?;
            number.checked_sub(1).map(NodeId).ok_or(NotAnIntervention)
        };
        let message =
            |digits: &str| u32::try_from(number(digits)?).map(MessageId).map_err(|_| NotAnIntervention);
        let pair = || -> Result<(NodeId, NodeId), NotAnIntervention> {
            let (from, to) = rest.split_once('-').ok_or(NotAnIntervention)?;
            Ok((node(from)?, node(to)?))
        };
        match letter {
            'c' => node(rest).map(Self::Crash),
            'r' => node(rest).map(Self::Restart),
            'x' => pair().map(|(from, to)| Self::Cut(from, to)),
            'm' => pair().map(|(from, to)| Self::Mend(from, to)),
            'p' => u16::try_from(number(rest)?).map(Self::Partition).map_err(|_| NotAnIntervention),
            'h' if rest.is_empty() => Ok(Self::Heal),
            'w' => node(rest).map(Self::Request),
            't' => node(rest).map(Self::Hurry),
            'z' => node(rest).map(Self::Pause),
            'a' => node(rest).map(Self::Resume),
            'g' => message(rest).map(Self::Deliver),
            'u' => message(rest).map(Self::Duplicate),
            'd' => u32::try_from(number(rest)?)
                .map(|id| Self::Drop(MessageId(id)))
                .map_err(|_| NotAnIntervention),
            _ => Err(NotAnIntervention),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Occasion<T> {
    Start(NodeId),
    Arrival(MessageId),
    Ring(NodeId, T),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Due<T> {
    at: Tick,
    since: Tick,
    /// Breaks ties: first armed, first served.
    order: u32,
    occasion: Occasion<T>,
}

/// One action that happened, with what it changed and what the network made of it.
#[derive(Debug, Clone)]
pub struct Step<P: Process> {
    /// The reader's or the scenario's doing, if it was that.
    pub by: Option<Intervention>,
    /// What happened in the world; none when only the link matrix changed.
    pub action: Option<Action<P>>,
    /// What it changed.
    pub change: Change<P>,
    /// Messages lost in this step: sent over a cut link, or on it when it was cut.
    pub lost: Vec<MessageId>,
    /// When each message that set out will arrive if nothing else happens to it.
    pub arrivals: Vec<(MessageId, Tick)>,
}

/// Decides what happens next in a [`World`], and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduler<P: Process> {
    world: World<P>,
    links: Links,
    now: Tick,
    generator: Generator,
    due: Vec<Due<P::Timer>>,
    next_order: u32,
    /// By node: whether it is frozen.
    paused: Vec<bool>,
}

impl<P: Process> Scheduler<P> {
    /// A run that starts every node of `world` at time 0.
    pub fn new(world: World<P>, links: Links, seed: u64) -> Self {
        let mut scheduler = Self {
            links,
            now: Tick(0),
            generator: Generator::new(seed),
            due: Vec::new(),
            next_order: 0,
            paused: vec![false; world.nodes().len()],
            world,
        };
        for id in scheduler.world.ids() {
            scheduler.plan(Tick(0), Occasion::Start(id));
        }
        scheduler
    }

    /// The cluster as it is.
    pub fn world(&self) -> &World<P> {
        &self.world
    }

    /// The link matrix as it is.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Virtual time of the last step.
    pub fn now(&self) -> Tick {
        self.now
    }

    /// Whether a node is frozen.
    pub fn is_paused(&self, node: NodeId) -> bool {
        self.paused[node.index()]
    }

    /// When the next step happens; none when nothing is under way and no timer is armed.
    pub fn next_at(&self) -> Option<Tick> {
        self.soonest().map(|place| self.due[place].at.max(self.now))
    }

    /// When a message set out and when it will arrive.
    pub fn journey(&self, message: MessageId) -> Option<(Tick, Tick)> {
        let due = self.due.iter().find(|due| due.occasion == Occasion::Arrival(message))?;
        Some((due.since, due.at))
    }

    /// When a timer was armed and when it will ring.
    pub fn countdown(&self, node: NodeId, timer: P::Timer) -> Option<(Tick, Tick)> {
        let due = self.due.iter().find(|due| due.occasion == Occasion::Ring(node, timer))?;
        Some((due.since, due.at))
    }

    /// Lets the next thing happen. `None` when nothing can.
    pub fn advance(&mut self) -> Option<Step<P>> {
        let place = self.soonest()?;
        let due = self.due.remove(place);
        // What has waited for a frozen node is late, not in the past.
        self.now = due.at.max(self.now);
        let action = match due.occasion {
            Occasion::Start(id) => Action::Start(id),
            Occasion::Ring(id, timer) => Action::Fire(id, timer),
            Occasion::Arrival(message) => {
                let to = self.world.flight(message)?.to;
                if self.world.node(to).up { Action::Deliver(message) } else { Action::Lose(message) }
            }
        };
        self.perform(action)
    }

    /// Lets the reader, or a scenario, do something at time `at` (never before the last step, never after the next one).
    /// `command` is what a client asks for if it is a [`Intervention::Request`]. `None` when it can't be done now.
    pub fn intervene(
        &mut self,
        at: Tick,
        what: Intervention,
        command: Option<P::Command>,
    ) -> Option<Step<P>> {
        let latest = self.next_at().unwrap_or(at).max(self.now);
        self.now = at.clamp(self.now, latest);
        let mut step = self.meddle(what, command)?;
        step.by = Some(what);
        Some(step)
    }

    fn meddle(&mut self, what: Intervention, command: Option<P::Command>) -> Option<Step<P>> {
        let count = self.world.nodes().len();
        let known = |id: NodeId| id.index() < count;
        match what {
            Intervention::Crash(id) if known(id) => {
                self.paused[id.index()] = false;
                self.perform(Action::Crash(id))
            }
            Intervention::Restart(id) if known(id) => self.perform(Action::Restart(id)),
            Intervention::Request(id) if known(id) && !self.is_paused(id) => {
                self.perform(Action::Command(id, command?))
            }
            Intervention::Hurry(id) if known(id) && !self.is_paused(id) => {
                let timer = self.world.node(id).timers().next()?;
                self.due.retain(|due| due.occasion != Occasion::Ring(id, timer));
                self.perform(Action::Fire(id, timer))
            }
            Intervention::Drop(message) => {
                self.due.retain(|due| due.occasion != Occasion::Arrival(message));
                self.perform(Action::Lose(message))
            }
            Intervention::Cut(from, to) if known(from) && known(to) && from != to => {
                Some(self.cut(|a, b| (a, b) == (from, to)))
            }
            Intervention::Partition(side) => {
                let side_of = |id: NodeId| (side >> id.0) & 1;
                Some(self.cut(|a, b| side_of(a) != side_of(b)))
            }
            Intervention::Mend(from, to) if known(from) && known(to) => {
                self.links.get_mut(from, to).up = true;
                Some(Self::network_step())
            }
            Intervention::Heal => {
                self.links.heal();
                Some(Self::network_step())
            }
            Intervention::Deliver(message) => {
                let to = self.world.flight(message)?.to;
                if !self.world.node(to).up || self.is_paused(to) {
                    return None;
                }
                self.due.retain(|due| due.occasion != Occasion::Arrival(message));
                self.perform(Action::Deliver(message))
            }
            Intervention::Duplicate(message) => {
                let (from, to) = self.world.flight(message).map(|flight| (flight.from, flight.to))?;
                let step = self.perform_unsent(Action::Duplicate(message))?;
                let latency = self.links.get(from, to).latency.clone();
                Some(self.deliver_later(step, &latency))
            }
            Intervention::Pause(id) if known(id) && self.world.node(id).up && !self.is_paused(id) => {
                self.paused[id.index()] = true;
                Some(Self::network_step())
            }
            Intervention::Resume(id) if known(id) && self.is_paused(id) => {
                self.paused[id.index()] = false;
                Some(Self::network_step())
            }
            Intervention::Crash(_)
            | Intervention::Pause(_)
            | Intervention::Resume(_)
            | Intervention::Restart(_)
            | Intervention::Request(_)
            | Intervention::Hurry(_)
            | Intervention::Cut(..)
            | Intervention::Mend(..) => None,
        }
    }

    fn network_step() -> Step<P> {
        Step { by: None, action: None, change: Change::default(), lost: Vec::new(), arrivals: Vec::new() }
    }

    fn cut(&mut self, affected: impl Fn(NodeId, NodeId) -> bool) -> Step<P> {
        for from in self.world.ids() {
            for to in self.world.ids().filter(|&to| to != from && affected(from, to)) {
                self.links.get_mut(from, to).up = false;
            }
        }
        let gone: Vec<MessageId> = self
            .world
            .flights()
            .iter()
            .filter(|flight| affected(flight.from, flight.to))
            .map(|flight| flight.id)
            .collect();
        let mut step = Self::network_step();
        for message in gone {
            self.lose(message, &mut step.lost);
        }
        step
    }

    fn lose(&mut self, message: MessageId, lost: &mut Vec<MessageId>) {
        self.due.retain(|due| due.occasion != Occasion::Arrival(message));
        if self.world.apply(&Action::Lose(message)).is_some() {
            lost.push(message);
        }
    }

    fn perform(&mut self, action: Action<P>) -> Option<Step<P>> {
        let mut step = self.perform_unsent(action)?;
        let setting_out: Vec<MessageId> = step.change.sent.iter().map(|envelope| envelope.id).collect();
        for message in setting_out {
            self.dispatch(message, &mut step);
        }
        Some(step)
    }

    fn deliver_later(&mut self, mut step: Step<P>, latency: &RangeInclusive<u64>) -> Step<P> {
        let copies: Vec<MessageId> = step.change.sent.iter().map(|envelope| envelope.id).collect();
        for copy in copies {
            let at = Tick(self.now.0 + self.generator.within(latency));
            self.plan(at, Occasion::Arrival(copy));
            step.arrivals.push((copy, at));
        }
        step
    }

    /// Everything but what the network makes of the messages.
    fn perform_unsent(&mut self, action: Action<P>) -> Option<Step<P>> {
        let change = self.world.apply(&action)?;
        for (node, timer) in &change.cancelled {
            self.due.retain(|due| due.occasion != Occasion::Ring(*node, *timer));
        }
        for (node, timer, range) in &change.armed {
            self.due.retain(|due| due.occasion != Occasion::Ring(*node, *timer));
            // A later `CancelTimer` in the same step wins over an earlier `SetTimer`.
            if self.world.node(*node).is_armed(*timer) {
                let delay = self.generator.within(range);
                self.plan(Tick(self.now.0 + delay), Occasion::Ring(*node, *timer));
            }
        }
        Some(Step { by: None, action: Some(action), change, lost: Vec::new(), arrivals: Vec::new() })
    }

    /// Gives a message that has just set out to its link.
    fn dispatch(&mut self, message: MessageId, step: &mut Step<P>) {
        let Some((from, to)) = self.world.flight(message).map(|flight| (flight.from, flight.to)) else {
            return;
        };
        let link = self.links.get(from, to).clone();
        if !link.up || self.generator.chance(link.loss) {
            self.lose(message, &mut step.lost);
            return;
        }
        let at = Tick(self.now.0 + self.generator.within(&link.latency));
        self.plan(at, Occasion::Arrival(message));
        step.arrivals.push((message, at));
        if self.generator.chance(link.duplication)
            && let Some(copy) = self.world.apply(&Action::Duplicate(message))
        {
            for twin in copy.sent {
                let at = Tick(self.now.0 + self.generator.within(&link.latency));
                self.plan(at, Occasion::Arrival(twin.id));
                step.arrivals.push((twin.id, at));
                step.change.sent.push(twin);
            }
        }
    }

    fn plan(&mut self, at: Tick, occasion: Occasion<P::Timer>) {
        self.due.push(Due { at, since: self.now, order: self.next_order, occasion });
        self.next_order += 1;
    }

    fn soonest(&self) -> Option<usize> {
        let waits = |due: &Due<P::Timer>| match due.occasion {
            Occasion::Start(id) | Occasion::Ring(id, _) => self.is_paused(id),
            Occasion::Arrival(message) => {
                self.world.flight(message).is_some_and(|flight| self.is_paused(flight.to))
            }
        };
        let ready = (0..self.due.len()).filter(|&place| !waits(&self.due[place]));
        ready.min_by_key(|&place| (self.due[place].at, self.due[place].order))
    }
}
