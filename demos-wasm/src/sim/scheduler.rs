//! What does happen, and when: virtual clock, seeded generator, link matrix, faults.

use super::clock::Clock;
use super::cluster::{Cluster, Report};
use super::intervention::Intervention;
use super::network::Links;
use super::process::{NodeId, Roster, TimerId};
use super::rng::Generator;
use super::world::{Action, Disk, MessageId};
use crate::prelude::*;

/// Virtual time since the start of the run, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tick(pub u64);

/// How far an intervention can be after what is due before it, in milliseconds.
const HELD_MAX: u64 = 1_000;

/// How long after a node's latest write the operating system puts what it has written on the disk, in milliseconds.
const FLUSH_AFTER: u64 = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    Start(NodeId),
    Arrival(MessageId, NodeId),
    Ring(NodeId, TimerId),
    Flush(NodeId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Due {
    at: Tick,
    since: Tick,
    /// Breaks ties: first planned, first served.
    order: u32,
    occasion: Occasion,
    /// It waits until somebody lets it happen.
    is_held: bool,
}

/// One action that happened, with what it changed and what the network made of it.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The reader's or the scenario's doing, if it was that.
    pub by: Option<Intervention>,
    /// What happened in the cluster; none when only the network or a clock changed.
    pub action: Option<Action>,
    /// What it changed.
    pub report: Report,
    /// Messages lost in this step: sent over a cut link, or on it when it was cut.
    pub lost: Vec<MessageId>,
    /// When each message that set out will arrive if nothing else happens to it.
    pub arrivals: Vec<(MessageId, Tick)>,
}

/// Decides what happens next in a [`Cluster`], and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduler {
    roster: Roster,
    links: Links,
    /// By position in the roster, and so is `paused`.
    clocks: Vec<Clock>,
    paused: Vec<bool>,
    now: Tick,
    generator: Generator,
    due: Vec<Due>,
    next_order: u32,
    /// Messages arrive only when somebody delivers them.
    by_hand: bool,
}

impl Scheduler {
    /// A run that starts every node at time 0.
    pub fn new(roster: Roster, links: Links, seed: u64) -> Self {
        let mut scheduler = Self {
            roster,
            links,
            clocks: vec![Clock::default(); roster.len()],
            paused: vec![false; roster.len()],
            now: Tick(0),
            generator: Generator::new(seed),
            due: Vec::new(),
            next_order: 0,
            by_hand: false,
        };
        for id in roster.ids() {
            scheduler.plan(Tick(0), Occasion::Start(id));
        }
        scheduler
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
        self.paused[self.roster.position(node)]
    }

    /// A node's own clock.
    pub fn clock(&self, node: NodeId) -> Clock {
        self.clocks[self.roster.position(node)]
    }

    /// When the next step happens; none when nothing is under way and no timer is armed.
    pub fn next_at(&self) -> Option<Tick> {
        self.soonest().map(|place| self.due[place].at.max(self.now))
    }

    /// When a message set out and when it will arrive.
    pub fn journey(&self, message: MessageId) -> Option<(Tick, Tick)> {
        self.arrival_of(message).map(|place| (self.due[place].since, self.due[place].at))
    }

    /// Whether a message waits until somebody lets it go on.
    pub fn is_held(&self, message: MessageId) -> bool {
        self.arrival_of(message).is_some_and(|place| self.due[place].is_held)
    }

    /// Messages under way to a node, the next to arrive first; those that are held stand where they would be.
    pub fn arrivals(&self, node: NodeId) -> Vec<MessageId> {
        let mut row: Vec<(Tick, u32, MessageId)> = Vec::new();
        for due in &self.due {
            if let Occasion::Arrival(id, to) = due.occasion
                && to == node
            {
                let place = row.partition_point(|&(at, order, _)| (at, order) < (due.at, due.order));
                row.insert(place, (due.at, due.order, id));
            }
        }
        row.into_iter().map(|(.., id)| id).collect()
    }

    /// Whether messages that set out now wait until somebody delivers them.
    pub fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    fn arrival_of(&self, message: MessageId) -> Option<usize> {
        self.due.iter().position(|due| matches!(due.occasion, Occasion::Arrival(id, _) if id == message))
    }

    /// When a timer was armed and when it will ring.
    pub fn countdown(&self, node: NodeId, timer: TimerId) -> Option<(Tick, Tick)> {
        let due = self.due.iter().find(|due| due.occasion == Occasion::Ring(node, timer))?;
        Some((due.since, due.at))
    }

    /// What happens next if nothing is done.
    pub fn next_action(&self, cluster: &dyn Cluster) -> Option<Action> {
        self.soonest().map(|place| action_of(self.due[place].occasion, cluster))
    }

    /// Lets the next thing happen. `None` when nothing can. With `speak`, the report has words in it.
    pub fn advance(&mut self, cluster: &mut dyn Cluster, speak: bool) -> Option<Step> {
        loop {
            let place = self.soonest()?;
            let due = self.due.remove(place);
            // What has waited for a frozen node is late, not in the past.
            self.now = due.at.max(self.now);
            let action = action_of(due.occasion, cluster);
            if let Some(step) = self.perform(cluster, action, speak) {
                return Some(step);
            }
        }
    }

    /// Lets the reader, a scenario or a search do something at time `at`, never before the last step. What is due before `at` is
    /// held back, for at most a second: a run that a search found has messages and timers that are later than they should be.
    /// `None` when it can't be done now; only time may have passed then.
    pub fn intervene(
        &mut self,
        cluster: &mut dyn Cluster,
        at: Tick,
        what: Intervention,
        speak: bool,
    ) -> Option<Step> {
        let latest = self.next_at().unwrap_or(at).max(Tick(self.now.0 + HELD_MAX));
        self.now = at.clamp(self.now, latest);
        let mut step = self.meddle(cluster, what, speak)?;
        step.by = Some(what);
        Some(step)
    }

    fn meddle(&mut self, cluster: &mut dyn Cluster, what: Intervention, speak: bool) -> Option<Step> {
        let (node, other) = what.nodes();
        // Nobody has a link to itself.
        if [node, other].into_iter().flatten().any(|id| !self.roster.has(id))
            || (node.is_some() && node == other)
        {
            return None;
        }
        match what {
            Intervention::Crash(id) => {
                let step = self.perform(cluster, Action::Crash(id), speak)?;
                self.set_paused(id, false);
                Some(step)
            }
            Intervention::PowerFailure(id) => {
                let step = self.perform(cluster, Action::PowerFailure(id), speak)?;
                self.set_paused(id, false);
                self.forget(Occasion::Flush(id));
                Some(step)
            }
            Intervention::Restart(id) => self.perform(cluster, Action::Restart(id), speak),
            Intervention::Wipe(id) if id.is_client() => None,
            Intervention::Wipe(id) => self.perform(cluster, Action::Wipe(id), speak),
            Intervention::Flush(id) => self.perform(cluster, Action::Flush(id), speak),
            Intervention::Request(id, _) | Intervention::Hurry(id, _) if self.is_paused(id) => None,
            Intervention::Request(id, ask) => self.perform(cluster, Action::Ask(id, ask), speak),
            Intervention::Hurry(id, timer) => {
                let timer = timer.or_else(|| cluster.timers(id).first().copied())?;
                let step = self.perform(cluster, Action::Fire(id, timer), speak)?;
                Some(step)
            }
            Intervention::Drop(message) => {
                self.forget_arrival(message);
                self.perform(cluster, Action::Lose(message), speak)
            }
            Intervention::Deliver(message) => {
                let (_, to) = cluster.flight(message)?;
                if !cluster.is_up(to) || self.is_paused(to) {
                    return None;
                }
                self.forget_arrival(message);
                self.perform(cluster, Action::Deliver(message), speak)
            }
            Intervention::Duplicate(message) => {
                let (from, to) = cluster.flight(message)?;
                let mut step = self.act(cluster, Action::Duplicate(message), speak)?;
                let copy = step.report.sent.first()?.id;
                let at = self.links.get_mut(from, to).arrival(self.now, &mut self.generator);
                self.plan(at, Occasion::Arrival(copy, to));
                step.arrivals.push((copy, at));
                Some(step)
            }
            Intervention::Hold(message) => self.hold(message, true),
            Intervention::Release(message) => self.hold(message, false),
            Intervention::Swap(message, other) => self.swap(message, other),
            Intervention::Pause(id) => {
                let can = cluster.is_up(id) && !self.is_paused(id);
                can.then(|| {
                    self.set_paused(id, true);
                    Step::default()
                })
            }
            Intervention::Resume(id) => self.is_paused(id).then(|| {
                self.set_paused(id, false);
                Step::default()
            }),
            Intervention::Rate(id, percent) => {
                let (before, after) = (self.clock(id).rate(), percent.clamp(Clock::SLOWEST, Clock::FASTEST));
                self.clocks[self.roster.position(id)].set_rate(self.now, after);
                self.rescale(id, before, after);
                Some(Step::default())
            }
            Intervention::Skew(id, milliseconds) => {
                self.clocks[self.roster.position(id)].jump(i64::from(milliseconds));
                Some(Step::default())
            }
            Intervention::Cut(..)
            | Intervention::Mend(..)
            | Intervention::Trouble(..)
            | Intervention::Partition(_)
            | Intervention::Heal => Some(self.rewire(cluster, what)),
        }
    }

    /// Holds a message back, or lets it go on; all of them, and those to come, where none is named.
    fn hold(&mut self, message: Option<MessageId>, is_held: bool) -> Option<Step> {
        let mut changed = false;
        for due in &mut self.due {
            if let Occasion::Arrival(id, _) = due.occasion
                && due.is_held != is_held
                && message.is_none_or(|message| message == id)
            {
                due.is_held = is_held;
                due.at = due.at.max(self.now);
                changed = true;
            }
        }
        if message.is_none() && self.by_hand != is_held {
            self.by_hand = is_held;
            changed = true;
        }
        changed.then(Step::default)
    }

    /// Two messages under way change places.
    fn swap(&mut self, message: MessageId, other: MessageId) -> Option<Step> {
        let (left, right) = (self.arrival_of(message)?, self.arrival_of(other)?);
        if left == right {
            return None;
        }
        let now = self.now;
        let place = |due: &Due| (due.at.max(now), due.order);
        let (of_left, of_right) = (place(&self.due[left]), place(&self.due[right]));
        (self.due[left].at, self.due[left].order) = of_right;
        (self.due[right].at, self.due[right].order) = of_left;
        Some(Step::default())
    }

    /// What changes nothing but links.
    fn rewire(&mut self, cluster: &mut dyn Cluster, what: Intervention) -> Step {
        match what {
            Intervention::Cut(from, to) => return self.cut(cluster, &|a, b| (a, b) == (from, to)),
            Intervention::Partition(groups) => {
                let roster = self.roster;
                let group_of = |id: NodeId| groups.of(roster.position(id));
                return self.cut(cluster, &|a, b| group_of(a) != group_of(b));
            }
            Intervention::Mend(from, to) => self.links.get_mut(from, to).up = true,
            Intervention::Trouble(from, to, trouble) => self.links.get_mut(from, to).toggle(trouble),
            _ => self.links.heal(),
        }
        Step::default()
    }

    fn set_paused(&mut self, id: NodeId, paused: bool) {
        self.paused[self.roster.position(id)] = paused;
    }

    /// A node's timers go by its own clock.
    fn rescale(&mut self, id: NodeId, before: u16, after: u16) {
        let now = self.now;
        for due in &mut self.due {
            if matches!(due.occasion, Occasion::Ring(node, _) if node == id) {
                let left = due.at.0.saturating_sub(now.0) * u64::from(before) / u64::from(after);
                due.at = Tick(now.0 + left);
            }
        }
    }

    fn cut(&mut self, cluster: &mut dyn Cluster, affected: &dyn Fn(NodeId, NodeId) -> bool) -> Step {
        for from in self.roster.ids() {
            for to in self.roster.ids() {
                if from != to && affected(from, to) {
                    self.links.get_mut(from, to).up = false;
                }
            }
        }
        let mut step = Step::default();
        for (message, from, to) in cluster.flights() {
            if affected(from, to) {
                self.lose(cluster, message, &mut step.lost);
            }
        }
        step
    }

    fn lose(&mut self, cluster: &mut dyn Cluster, message: MessageId, lost: &mut Vec<MessageId>) {
        self.forget_arrival(message);
        if cluster.apply(Action::Lose(message), 0, false).is_some() {
            lost.push(message);
        }
    }

    /// One action, and what the network makes of the messages that set out in it.
    fn perform(&mut self, cluster: &mut dyn Cluster, action: Action, speak: bool) -> Option<Step> {
        let mut step = self.act(cluster, action, speak)?;
        for place in 0..step.report.sent.len() {
            let sent = step.report.sent[place].clone();
            self.dispatch(cluster, sent.id, (sent.from, sent.to), speak, &mut step);
        }
        Some(step)
    }

    /// Everything but what the network makes of the messages.
    fn act(&mut self, cluster: &mut dyn Cluster, action: Action, speak: bool) -> Option<Step> {
        let clock = match action {
            Action::Ask(id, _) if self.roster.has(id) => self.clock(id).read(self.now),
            _ => 0,
        };
        let report = cluster.apply(action, clock, speak)?;
        if let Action::Fire(node, timer) = action {
            self.forget(Occasion::Ring(node, timer));
        }
        for &(node, timer) in &report.cancelled {
            self.forget(Occasion::Ring(node, timer));
        }
        for (node, timer, range) in &report.armed {
            self.forget(Occasion::Ring(*node, *timer));
            // A later `CancelTimer` in the same step wins over an earlier `SetTimer`.
            if cluster.timers(*node).contains(timer) {
                let delay = self.clock(*node).real(self.generator.within(range));
                self.plan(Tick(self.now.0 + delay), Occasion::Ring(*node, *timer));
            }
        }
        if let (Some(node), Disk::Written | Disk::Synced) = (report.node, report.disk) {
            self.forget(Occasion::Flush(node));
            if report.disk == Disk::Written {
                self.plan(Tick(self.now.0 + FLUSH_AFTER), Occasion::Flush(node));
            }
        }
        Some(Step { action: Some(action), report, ..Step::default() })
    }

    /// Gives a message that has just set out to its link.
    fn dispatch(
        &mut self,
        cluster: &mut dyn Cluster,
        message: MessageId,
        (from, to): (NodeId, NodeId),
        speak: bool,
        step: &mut Step,
    ) {
        if self.links.get(from, to).loses(&mut self.generator) {
            self.lose(cluster, message, &mut step.lost);
            return;
        }
        let is_double = self.links.get(from, to).doubles(&mut self.generator);
        let copies = if is_double { cluster.apply(Action::Duplicate(message), 0, speak) } else { None };
        let twin = copies.and_then(|mut report| report.sent.pop());
        for id in [Some(message), twin.as_ref().map(|twin| twin.id)].into_iter().flatten() {
            let at = self.links.get_mut(from, to).arrival(self.now, &mut self.generator);
            self.plan(at, Occasion::Arrival(id, to));
            step.arrivals.push((id, at));
        }
        step.report.sent.extend(twin);
    }

    fn plan(&mut self, at: Tick, occasion: Occasion) {
        let is_held = self.by_hand && matches!(occasion, Occasion::Arrival(..));
        self.due.push(Due { at, since: self.now, order: self.next_order, occasion, is_held });
        self.next_order += 1;
    }

    fn forget(&mut self, occasion: Occasion) {
        self.forget_if(&|due| due == occasion);
    }

    fn forget_arrival(&mut self, message: MessageId) {
        self.forget_if(&|due| matches!(due, Occasion::Arrival(id, _) if id == message));
    }

    fn forget_if(&mut self, is_it: &dyn Fn(Occasion) -> bool) {
        self.due.retain(|due| !is_it(due.occasion));
    }

    fn soonest(&self) -> Option<usize> {
        let waits = |due: &Due| match due.occasion {
            Occasion::Start(id) | Occasion::Ring(id, _) | Occasion::Arrival(_, id) => self.is_paused(id),
            Occasion::Flush(_) => false,
        };
        // What a node's clock would have told it while it was frozen, it knows before it reads what has waited: a lease that
        // has ended isn't a lease any more.
        let rank = |due: &Due| {
            let is_overdue_timer = due.at < self.now && matches!(due.occasion, Occasion::Ring(..));
            (!is_overdue_timer, due.at, due.order)
        };
        let mut soonest: Option<usize> = None;
        for (place, due) in self.due.iter().enumerate() {
            let is_sooner = soonest.is_none_or(|best| rank(due) < rank(&self.due[best]));
            if is_sooner && !due.is_held && !waits(due) {
                soonest = Some(place);
            }
        }
        soonest
    }
}

fn action_of(occasion: Occasion, cluster: &dyn Cluster) -> Action {
    match occasion {
        Occasion::Start(id) => Action::Start(id),
        Occasion::Ring(id, timer) => Action::Fire(id, timer),
        Occasion::Flush(id) => Action::Flush(id),
        Occasion::Arrival(message, to) if cluster.is_up(to) => Action::Deliver(message),
        Occasion::Arrival(message, _) => Action::Lose(message),
    }
}
