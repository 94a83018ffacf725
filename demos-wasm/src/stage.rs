//! A [`Demo`] in play: its protocol's world made a [`Cluster`], which is all that scheduler, history and search know.

use crate::figure::{Demo, Frame, Now, Scenario, Typing};
use crate::prelude::*;
use crate::sim::cluster::{Cluster, Looking, Progress, Report, Sent};
use crate::sim::history::Violation;
use crate::sim::{Action, Ask, Change, Intervention, MessageId, NodeId, Process, Roster, TimerId, World};
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};

/// A demo's cluster, what its invariants remember, and the scenario it plays.
#[derive(Clone)]
pub struct Stage<D: Demo> {
    demo: D,
    scenario: &'static Scenario<D::Process, D::Witness>,
    world: World<D::Process>,
    witness: D::Witness,
    /// How many requests were made.
    requests: u32,
    /// The first breach of each invariant that was broken, in the order in which they were.
    violations: Vec<Violation>,
}

impl<D: Demo> Stage<D> {
    /// The cluster before its start.
    pub fn new(demo: D, scenario: &'static Scenario<D::Process, D::Witness>) -> Self {
        let world = demo.world();
        Self { demo, scenario, world, witness: D::Witness::default(), requests: 0, violations: Vec::new() }
    }

    /// The nodes, and all between them.
    pub fn world(&self) -> &World<D::Process> {
        &self.world
    }

    /// What the invariants remember.
    pub fn witness(&self) -> &D::Witness {
        &self.witness
    }

    /// How many requests were made; what the next one says depends on it.
    pub fn requests(&self) -> u32 {
        self.requests
    }

    fn now(&self, progress: Progress) -> Now<'_, D::Process, D::Witness> {
        Now { world: &self.world, witness: &self.witness, progress }
    }

    fn change(&mut self, action: Action, clock: u64) -> Option<Change<D::Process>> {
        let Action::Ask(id, ask) = action else { return self.world.apply(action) };
        let command = self.demo.command(id, ask, self.requests + 1, clock)?;
        let change = self.world.command(id, command)?;
        self.requests += 1;
        Some(change)
    }

    fn frame<'a>(&'a self, looking: Looking<'a>) -> Frame<'a, D> {
        let Self { demo, world, witness, .. } = self;
        Frame { demo, world, witness, looking }
    }

    /// Remembers the first breach of each invariant.
    fn judge(&mut self, at: Option<NodeId>) {
        for (invariant, rule) in D::invariants().iter().enumerate() {
            if self.violations.iter().all(|known| known.invariant != invariant)
                && let Some(evidence) = (rule.broken)(&self.world, &self.witness, at)
            {
                self.violations.push(Violation { invariant, evidence });
            }
        }
    }
}

/// What scheduler and history hear of a change. Apart, because demos of one protocol share it.
fn report<P: Process>(
    action: Action,
    change: Change<P>,
    sentence: String,
    mark: Option<fn(&P::Message) -> MessageMark>,
) -> Report {
    let copy_of = match action {
        Action::Duplicate(message) => Some(message),
        _ => None,
    };
    let sent = change.sent.iter().map(|envelope| Sent {
        id: envelope.id,
        from: envelope.from,
        to: envelope.to,
        copy_of,
        mark: mark.map(|mark| mark(&envelope.message)),
    });
    Report {
        node: change.node,
        sent: sent.collect(),
        armed: change.armed,
        cancelled: change.cancelled,
        disk: change.disk,
        sentence,
    }
}

impl<D: Demo> Cluster for Stage<D> {
    fn box_clone(&self) -> Box<dyn Cluster> {
        Box::new(self.clone())
    }

    fn roster(&self) -> Roster {
        self.world.roster()
    }

    fn apply(&mut self, action: Action, clock: u64, speak: bool) -> Option<Report> {
        let change = self.change(action, clock)?;
        D::observe(&mut self.witness, &self.world, action, &change);
        self.judge(change.node);
        let sentence = if speak { self.demo.narrate(&self.world, action, &change) } else { String::new() };
        Some(report(action, change, sentence, speak.then_some(D::mark)))
    }

    #[cfg(feature = "exhaustive")]
    fn enabled(&self) -> Vec<Action> {
        self.world.enabled()
    }

    fn is_up(&self, node: NodeId) -> bool {
        self.world.is_up(node)
    }

    fn has_unsynced_writes(&self, node: NodeId) -> bool {
        self.world.has(node) && self.world.node(node).has_unsynced_writes()
    }

    fn timers(&self, node: NodeId) -> Vec<TimerId> {
        if self.world.has(node) { self.world.node(node).timers().collect() } else { Vec::new() }
    }

    fn flight(&self, message: MessageId) -> Option<(NodeId, NodeId)> {
        self.world.flight(message).map(|flight| (flight.from, flight.to))
    }

    fn flights(&self) -> Vec<(MessageId, NodeId, NodeId)> {
        self.world.flights().iter().map(|flight| (flight.id, flight.from, flight.to)).collect()
    }

    fn messages_sent(&self) -> u32 {
        self.world.messages_sent()
    }

    #[cfg(feature = "exhaustive")]
    fn fingerprint(&self) -> u64 {
        use core::hash::{Hash, Hasher};

        let mut fingerprint = crate::sim::Fingerprint::default();
        self.world.digest(&mut fingerprint);
        self.witness.hash(&mut fingerprint);
        // What the next request says depends on it.
        self.requests.hash(&mut fingerprint);
        fingerprint.finish()
    }

    fn violations(&self) -> &[Violation] {
        &self.violations
    }

    fn undecided(&self) -> Option<Violation> {
        let (invariant, evidence) = D::undecided(&self.witness)?;
        Some(Violation { invariant, evidence })
    }

    fn has_opened(&self, progress: Progress) -> bool {
        (self.scenario.opening)(&self.now(progress))
    }

    fn cue_is_due(&self, cue: usize, progress: Progress) -> bool {
        (self.scenario.cues[cue].when)(&self.now(progress))
    }

    fn cue_acts(&self, cue: usize, progress: Progress) -> Vec<Intervention> {
        (self.scenario.cues[cue].act)(&self.now(progress))
    }

    fn cue_says(&self, cue: usize, progress: Progress) -> String {
        (self.scenario.cues[cue].say)(&self.now(progress))
    }

    fn asks(&self, node: NodeId) -> Vec<(Ask, String)> {
        self.demo.asks(&self.world, node)
    }

    fn typed(&self, node: NodeId, typing: Typing<'_>) -> (Vec<Ask>, &'static str) {
        self.demo.typed(&self.world, node, typing)
    }

    fn lane(&self, node: NodeId) -> Lane {
        D::lane(self.world.node(node))
    }

    fn tell(&self, message: MessageId) -> Option<String> {
        self.world.flight(message).map(|flight| D::tell(&flight.message))
    }

    fn picture(&self, looking: Looking<'_>, html: &mut Html) {
        self.demo.picture(&self.frame(looking), html);
    }

    fn bench(&self, looking: Looking<'_>, html: &mut Html) {
        self.demo.bench(&self.frame(looking), html);
    }

    fn describe(&self) -> String {
        self.demo.describe(&self.world)
    }

    fn state(&self, html: &mut Html) {
        self.demo.state(&self.world, html);
    }
}
