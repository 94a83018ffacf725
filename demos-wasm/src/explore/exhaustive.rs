//! Every state of a bounded model, breadth first.
//!
//! Nothing is kept of a state but its fingerprint and how it was reached: its parent and the action, 12 bytes. States are numbered
//! in the order in which they are found, so the numbers not looked at yet *are* the frontier. The state itself is made anew
//! when its turn comes, by playing the way to it from the root. That costs little, because numbers that follow each other
//! share most of their way and the clusters along it are kept: one for each step of the way, not one for each state.

use super::bounds::Bounds;
use super::spent::Spent;
use super::visited::Visited;
use crate::prelude::*;
use crate::sim::history::Violation;
use crate::sim::{Action, Cluster};

/// A state made anew.
struct Standing {
    /// Its number.
    state: u32,
    cluster: Box<dyn Cluster>,
    spent: Spent,
}

/// A search through every state of a bounded model, in slices.
pub struct Exhaustive {
    bounds: Bounds,
    visited: Visited,
    /// By number of state: its parent and what leads from there to it. Of the root, number 0: itself, and anything.
    ways: Vec<(u32, Action)>,
    /// The state whose turn it is, and its depth.
    next: usize,
    depth: usize,
    /// The first state that is one deeper.
    level_end: usize,
    /// From the root to the state that was looked at last; by depth.
    path: Vec<Standing>,
    found: Option<(u32, Violation)>,
}

impl Exhaustive {
    /// A search from this state.
    pub fn new(root: Box<dyn Cluster>, bounds: Bounds) -> Self {
        let spent = Spent::default();
        let mut visited = Visited::default();
        visited.insert(Bounds::fingerprint(&*root, spent));
        let found = root.violations().first().map(|violation| (0, violation.clone()));
        let anything = Action::Start(crate::sim::NodeId(0));
        Self {
            bounds,
            visited,
            ways: vec![(0, anything)],
            next: 0,
            depth: 0,
            level_end: 1,
            path: vec![Standing { state: 0, cluster: root, spent }],
            found,
        }
    }

    /// Looks at further states until about so many actions were tried, or it is over.
    pub fn advance(&mut self, actions: usize) {
        let mut tried = 0;
        while tried < actions && !self.is_over() {
            if self.next == self.level_end {
                self.depth += 1;
                self.level_end = self.ways.len();
            }
            tried += 1 + self.look();
            self.next += 1;
        }
    }

    /// Tries everything that can happen in the next state. Gives how much that was.
    fn look(&mut self) -> usize {
        self.stand_at(self.next);
        let Some(here) = self.path.last() else { return 0 };
        let choices = self.bounds.choices(&*here.cluster, here.spent);
        for &action in &choices {
            let Some((cluster, spent)) = act(&self.bounds, here, action) else { continue };
            // A breach counts, whatever else there would be too much of.
            let violation = cluster.violations().first();
            let is_admitted = violation.is_some() || self.bounds.admits(&*cluster);
            if !is_admitted || !self.visited.insert(Bounds::fingerprint(&*cluster, spent)) {
                continue;
            }
            self.ways.push((here.state, action));
            if let Some(violation) = violation {
                self.found = Some((number(self.ways.len() - 1), violation.clone()));
                break;
            }
        }
        choices.len()
    }

    /// Makes a state of the present depth anew.
    fn stand_at(&mut self, state: usize) {
        let mut missing = Vec::new();
        let mut at = number(state);
        let mut depth = self.depth;
        while self.path.get(depth).is_none_or(|standing| standing.state != at) {
            missing.push(at);
            at = self.ways[at as usize].0;
            depth -= 1;
        }
        self.path.truncate(depth + 1);
        for &state in missing.iter().rev() {
            let Some(parent) = self.path.last() else { return };
            let action = self.ways[state as usize].1;
            let Some((cluster, spent)) = act(&self.bounds, parent, action) else { return };
            self.path.push(Standing { state, cluster, spent });
        }
    }

    /// Different states seen.
    pub fn states(&self) -> usize {
        self.ways.len()
    }

    /// Actions from the root to the state looked at last; nothing nearer is left to look at.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// States seen and not looked at yet.
    pub fn frontier(&self) -> usize {
        self.ways.len() - self.next
    }

    /// Whether a violation was found or there is nothing more to look at.
    pub fn is_over(&self) -> bool {
        self.found.is_some() || self.next == self.ways.len()
    }

    /// The shortest way from the root to a state that breaks an invariant, and what it breaks.
    pub fn found(&self) -> Option<(Vec<Action>, &Violation)> {
        let (state, violation) = self.found.as_ref()?;
        let mut actions = Vec::new();
        let mut at = *state;
        while at != 0 {
            let (parent, action) = self.ways[at as usize];
            actions.push(action);
            at = parent;
        }
        actions.reverse();
        Some((actions, violation))
    }
}

/// What comes of an action; none when it can't happen.
fn act(bounds: &Bounds, from: &Standing, action: Action) -> Option<(Box<dyn Cluster>, Spent)> {
    let mut cluster = from.cluster.box_clone();
    cluster.apply(action, 0, false)?;
    Some((cluster, bounds.spend(from.spent, action)))
}

fn number(state: usize) -> u32 {
    u32::try_from(state).unwrap_or(u32::MAX)
}
