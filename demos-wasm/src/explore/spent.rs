//! What can happen next in a bounded model, and what of the bounds is used up by it.

use super::bounds::Bounds;
use crate::prelude::*;
use crate::sim::{Action, Cluster, Fingerprint, NodeId};

/// How many kinds of things are counted.
const COUNTERS: usize = 9;

/// What of the [`Bounds`] is used up. What is free isn't counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Spent([u8; COUNTERS]);

impl Bounds {
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
