//! What a bounded model may do: so many crashes, so many timeouts, and so on.

use crate::prelude::*;
use crate::sim::{Action, Cluster, Fingerprint, NodeId};

/// A small version of a demo, of which every state can be visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// Options that differ from the demo's defaults. What somebody sets wins.
    pub options: &'static [(&'static str, i64)],
    /// What may happen.
    pub bounds: Bounds,
}

/// How often each thing may happen in all. [`Bounds::FREE`] for as often as it likes.
///
/// What has happened so far decides what can still happen, so it belongs to a state: otherwise the order in which states are
/// visited would decide which of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Timeouts, by the timer's place in [`Process::TIMERS`](crate::sim::Process::TIMERS). All timers after the fourth count as
    /// the fourth.
    pub timeouts: [u8; 4],
    /// Requests, whatever is asked and of whom.
    pub asks: u8,
    /// Crashes that leave the disk as it is. Restarts are as free as there are crashed nodes.
    pub crashes: u8,
    /// Crashes that take back what wasn't durable.
    pub power_failures: u8,
    /// Messages lost. A message may also stay under way for ever.
    pub losses: u8,
    /// Messages doubled.
    pub duplications: u8,
    /// Messages under way at once: a state with more isn't visited, unless it breaks an invariant.
    pub in_flight: u8,
}

/// How many kinds of things are counted.
const COUNTERS: usize = 9;

/// What of the [`Bounds`] is used up. What is free isn't counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Spent([u8; COUNTERS]);

impl Bounds {
    /// No limit.
    pub const FREE: u8 = u8::MAX;

    /// One of everything, and two of each timeout: what a demo gets that doesn't say more.
    pub const FEW: Self = Self {
        timeouts: [2; 4],
        asks: 1,
        crashes: 1,
        power_failures: 1,
        losses: 1,
        duplications: 1,
        in_flight: 4,
    };

    fn limits(&self) -> [u8; COUNTERS] {
        let [first, second, third, fourth] = self.timeouts;
        let Self { asks, crashes, power_failures, losses, duplications, .. } = *self;
        [first, second, third, fourth, asks, crashes, power_failures, losses, duplications]
    }

    /// Everything that can happen next, in an order that depends on nothing but the state.
    pub fn choices(&self, cluster: &dyn Cluster, spent: Spent) -> Vec<Action> {
        let mut choices = cluster.enabled();
        choices.retain(|&action| self.has_left(spent, action));
        let mut add = |action| {
            if self.has_left(spent, action) {
                choices.push(action);
            }
        };
        if self.losses > 0 || self.duplications > 0 {
            for (message, _, _) in cluster.flights() {
                add(Action::Lose(message));
                add(Action::Duplicate(message));
            }
        }
        for node in cluster.roster().ids() {
            if !cluster.is_up(node) {
                add(Action::Restart(node));
                continue;
            }
            add(Action::Crash(node));
            add(Action::PowerFailure(node));
            // Whether it is durable matters only to a power failure.
            if cluster.has_unsynced_writes(node) && self.has_left(spent, Action::PowerFailure(node)) {
                add(Action::Flush(node));
            }
            self.add_asks(cluster, node, &mut add);
        }
        choices
    }

    fn add_asks(&self, cluster: &dyn Cluster, node: NodeId, add: &mut dyn FnMut(Action)) {
        if self.asks > 0 {
            for (ask, _) in cluster.asks(node) {
                add(Action::Ask(node, ask));
            }
        }
    }

    fn has_left(&self, spent: Spent, action: Action) -> bool {
        counter(action).is_none_or(|place| spent.0[place] < self.limits()[place])
    }

    /// What is used up after an action.
    pub fn spend(&self, spent: Spent, action: Action) -> Spent {
        let mut after = spent;
        if let Some(place) = counter(action)
            && self.limits()[place] != Self::FREE
        {
            after.0[place] += 1;
        }
        after
    }

    /// Whether a state is visited.
    pub fn admits(&self, cluster: &dyn Cluster) -> bool {
        self.in_flight == Self::FREE || cluster.flights().len() <= usize::from(self.in_flight)
    }

    /// A number for a state of the model.
    pub fn fingerprint(cluster: &dyn Cluster, spent: Spent) -> u64 {
        Fingerprint::of(&(cluster.fingerprint(), spent))
    }
}

fn counter(action: Action) -> Option<usize> {
    match action {
        Action::Fire(_, timer) => Some(usize::from(timer.0).min(3)),
        Action::Ask(..) => Some(4),
        Action::Crash(_) => Some(5),
        Action::PowerFailure(_) => Some(6),
        Action::Lose(_) => Some(7),
        Action::Duplicate(_) => Some(8),
        Action::Start(_) | Action::Deliver(_) | Action::Restart(_) | Action::Flush(_) | Action::Wipe(_) => {
            None
        }
    }
}
