//! What did happen: a seed, the reader's interventions, and checkpoints from which any point is reached again.

use super::network::Links;
use super::process::NodeId;
use super::scheduler::{Intervention, Scheduler, Step, Tick};
use super::world::{Action, MessageId};
use crate::figure::{Cue, Demo, Frame, Scenario, Values};
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};

/// Steps between two checkpoints: a seek replays fewer than this many.
const CHECKPOINT_EVERY: usize = 64;

/// A run ends here even if the protocol would go on for ever.
pub const STEPS_MAX: usize = 100_000;

/// Opening a scenario gives up after this many steps, so that a condition that never holds can't hang a page.
const OPENING_STEPS_MAX: usize = 2_000;

/// What sort of thing a step was, whatever the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// A node came up.
    Start,
    /// A message arrived.
    Arrival(MessageId),
    /// A message was lost on the way or at a crashed node.
    Loss(MessageId),
    /// A timer ran out.
    Timeout,
    /// A client asked for something.
    Request,
    /// A node crashed.
    Crash,
    /// A node restarted from its disk.
    Restart,
    /// A link was cut or mended.
    Network,
}

/// One step, as everything but the protocol sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it happened.
    pub at: Tick,
    /// Where; none for the network's own steps.
    pub node: Option<NodeId>,
    /// What sort of thing it was.
    pub happening: Happening,
    /// What happened, in one sentence.
    pub sentence: String,
    /// How the node's line looks from here on.
    pub lane: Option<Lane>,
    /// The last step before this one at the same node.
    pub previous: Option<usize>,
    /// What a scenario says here. Playing pauses at a record that has a note.
    pub note: Option<String>,
    /// The invariant that this step broke, if it is the first to break one.
    pub violation: Option<Violation>,
}

/// A broken invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its place in the list of invariants.
    pub invariant: usize,
    /// What is wrong, with names and indexes.
    pub evidence: String,
}

/// The way of one message through the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flight {
    /// Who sent it.
    pub from: NodeId,
    /// Who was to get it.
    pub to: NodeId,
    /// When it set out.
    pub sent_at: Tick,
    /// The step that sent it.
    pub sent_by: usize,
    /// When it arrived, or will arrive if nothing happens to it; when it was lost, if it was.
    pub ends_at: Tick,
    /// The step in which it arrived or was lost; none while it is under way.
    pub ended_by: Option<usize>,
    /// True when it never arrived.
    pub lost: bool,
    /// How it looks.
    pub mark: MessageMark,
}

/// The whole state of a run at one point.
pub struct Moment<D: Demo> {
    /// World, links, clock, generator.
    pub scheduler: Scheduler<D::Process>,
    /// What the invariants remember.
    pub witness: D::Witness,
    /// When the last cue was given; 0 before the first.
    pub cue_at: Tick,
    /// How many cues were given.
    pub cues_given: usize,
    requests: u32,
    pending: Vec<(Intervention, Option<usize>)>,
    violation: Option<Violation>,
}

impl<D: Demo> Clone for Moment<D> {
    fn clone(&self) -> Self {
        Self {
            scheduler: self.scheduler.clone(),
            witness: self.witness.clone(),
            cue_at: self.cue_at,
            cues_given: self.cues_given,
            requests: self.requests,
            pending: self.pending.clone(),
            violation: self.violation.clone(),
        }
    }
}

impl<D: Demo> Moment<D> {
    /// Milliseconds since the last cue.
    pub fn since_cue(&self) -> u64 {
        self.scheduler.now().0 - self.cue_at.0
    }

    fn intervene(&mut self, demo: &D, at: Tick, what: Intervention) -> Option<Step<D::Process>> {
        let command = matches!(what, Intervention::Request(_)).then(|| demo.request(self.requests + 1));
        let step = self.scheduler.intervene(at, what, command)?;
        if matches!(what, Intervention::Request(_)) {
            self.requests += 1;
        }
        Some(step)
    }
}

/// An intervention of the reader, and where in the run it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    /// It is this step of the run, counted from 0.
    pub step: usize,
    /// When.
    pub at: Tick,
    /// What.
    pub what: Intervention,
}

/// A run: everything up to its end, and a position in it.
pub struct History<D: Demo> {
    demo: D,
    values: Values,
    scenario: &'static Scenario<D>,
    moment: Moment<D>,
    position: usize,
    opening: usize,
    records: Vec<Record>,
    flights: Vec<Flight>,
    checkpoints: Vec<Moment<D>>,
    deeds: Vec<Deed>,
}

impl<D: Demo> History<D> {
    /// A run of `scenario`, played up to the picture it opens with.
    pub fn new(scenario: &'static Scenario<D>, values: Values, seed: u64) -> Self {
        let demo = D::new(&values);
        let moment = Moment {
            scheduler: Scheduler::new(demo.world(), demo.links(), seed),
            witness: D::Witness::default(),
            cue_at: Tick(0),
            cues_given: 0,
            requests: 0,
            pending: Vec::new(),
            violation: None,
        };
        let mut history = Self {
            demo,
            values,
            scenario,
            checkpoints: vec![moment.clone()],
            moment,
            position: 0,
            opening: 0,
            records: Vec::new(),
            flights: Vec::new(),
            deeds: Vec::new(),
        };
        while history.position < OPENING_STEPS_MAX
            && !(scenario.opening)(&history.moment)
            && history.forward()
        {}
        history.opening = history.position;
        history
    }

    /// The state at the position.
    pub fn moment(&self) -> &Moment<D> {
        &self.moment
    }

    fn perform(&mut self) -> Option<(Step<D::Process>, Option<usize>)> {
        let place = self.deeds.partition_point(|deed| deed.step < self.position);
        if let Some(deed) = self.deeds.get(place).copied().filter(|deed| deed.step == self.position) {
            return self.moment.intervene(&self.demo, deed.at, deed.what).map(|step| (step, None));
        }
        while !self.moment.pending.is_empty() {
            let (what, note) = self.moment.pending.remove(0);
            let now = self.moment.scheduler.now();
            if let Some(step) = self.moment.intervene(&self.demo, now, what) {
                return Some((step, note));
            }
        }
        self.moment.scheduler.advance().map(|step| (step, None))
    }

    /// One step on: again if it has been taken before, else a new one. False at the end.
    fn forward_one(&mut self) -> bool {
        if self.position >= STEPS_MAX {
            return false;
        }
        let Some((step, mut note)) = self.perform() else { return false };
        D::observe(&mut self.moment.witness, &self.moment.scheduler, &step);
        let fresh = self.position == self.records.len();
        let violation = self.judge(&step);
        if self.give_cue() && note.is_none() {
            note = Some(self.moment.cues_given - 1);
        }
        if fresh {
            let said =
                note.map(|cue| (self.scenario.cues[cue].say)(&self.moment)).filter(|said| !said.is_empty());
            self.record(&step, said, violation);
        }
        self.position += 1;
        if fresh && self.position.is_multiple_of(CHECKPOINT_EVERY) {
            self.checkpoints.push(self.moment.clone());
        }
        true
    }

    /// The first violation of the run, if this step is the one that brings it.
    fn judge(&mut self, step: &Step<D::Process>) -> Option<Violation> {
        if self.moment.violation.is_some() {
            return None;
        }
        let world = self.moment.scheduler.world();
        let found = D::invariants().iter().enumerate().find_map(|(invariant, rule)| {
            let evidence = (rule.broken)(world, &self.moment.witness, step.change.node)?;
            Some(Violation { invariant, evidence })
        });
        self.moment.violation.clone_from(&found);
        found
    }

    /// Gives the next cue if it is time. True when it has no acts, so that its note belongs to the present step.
    fn give_cue(&mut self) -> bool {
        let given = self.moment.cues_given;
        let Some(Cue { when, act, .. }) = self.scenario.cues.get(given) else { return false };
        if !self.moment.pending.is_empty() || !when(&self.moment) {
            return false;
        }
        let acts = act(&self.moment);
        self.moment.cues_given += 1;
        self.moment.cue_at = self.moment.scheduler.now();
        let last = acts.len();
        for (place, what) in acts.into_iter().enumerate() {
            self.moment.pending.push((what, (place + 1 == last).then_some(given)));
        }
        last == 0
    }

    fn record(&mut self, step: &Step<D::Process>, note: Option<String>, violation: Option<Violation>) {
        let index = self.position;
        let scheduler = &self.moment.scheduler;
        let now = scheduler.now();
        let happening = happening(step);
        if let Happening::Arrival(message) | Happening::Loss(message) = happening {
            self.end_flight(message, now, index, matches!(happening, Happening::Loss(_)));
        }
        self.begin_flights(step, index);
        for message in &step.lost {
            self.end_flight(*message, now, index, true);
        }
        let scheduler = &self.moment.scheduler;
        let node = step.change.node;
        let sentence = match (&step.action, step.by) {
            (None | Some(Action::Duplicate(_)), Some(what)) => network_sentence(what, step.lost.len()),
            _ => self.demo.narrate(scheduler, step),
        };
        let previous =
            node.and_then(|node| self.records.iter().rposition(|record| record.node == Some(node)));
        let lane = node.map(|node| D::lane(scheduler.world().node(node)));
        self.records.push(Record { at: now, node, happening, sentence, lane, previous, note, violation });
    }

    fn begin_flights(&mut self, step: &Step<D::Process>, index: usize) {
        let now = self.moment.scheduler.now();
        for sent in &step.change.sent {
            let arrival = step.arrivals.iter().find(|(id, _)| *id == sent.id).map(|(_, at)| *at);
            self.flights.push(Flight {
                from: sent.from,
                to: sent.to,
                sent_at: now,
                sent_by: index,
                ends_at: arrival.unwrap_or(now),
                ended_by: None,
                lost: false,
                mark: D::mark(&sent.message),
            });
        }
    }

    fn end_flight(&mut self, message: MessageId, at: Tick, index: usize, lost: bool) {
        if let Some(flight) = self.flights.get_mut(message.index()) {
            flight.ends_at = at;
            flight.ended_by = Some(index);
            flight.lost = lost;
        }
    }

    /// Forgets everything after the position.
    fn cut_off_future(&mut self) {
        let position = self.position;
        self.records.truncate(position);
        self.deeds.retain(|deed| deed.step < position);
        self.checkpoints.truncate(position / CHECKPOINT_EVERY + 1);
        self.flights.truncate(self.moment.scheduler.world().messages_sent() as usize);
        for (id, flight) in self.flights.iter_mut().enumerate() {
            if flight.ended_by.is_some_and(|step| step >= position) {
                flight.ended_by = None;
                flight.lost = false;
                let id = MessageId(u32::try_from(id).unwrap_or(u32::MAX));
                if let Some((_, at)) = self.moment.scheduler.journey(id) {
                    flight.ends_at = at;
                }
            }
        }
    }
}

fn happening<P: super::Process>(step: &Step<P>) -> Happening {
    match &step.action {
        None | Some(Action::Duplicate(_)) => Happening::Network,
        Some(Action::Start(_)) => Happening::Start,
        Some(Action::Deliver(message)) => Happening::Arrival(*message),
        Some(Action::Lose(message)) => Happening::Loss(*message),
        Some(Action::Fire(..)) => Happening::Timeout,
        Some(Action::Crash(_)) => Happening::Crash,
        Some(Action::Restart(_)) => Happening::Restart,
        Some(Action::Command(..)) => Happening::Request,
    }
}

/// What a change of the link matrix is called; the same for every protocol.
fn network_sentence(what: Intervention, lost: usize) -> String {
    let mut sentence = match what {
        Intervention::Cut(from, to) => format!("The link {from} → {to} is cut"),
        Intervention::Mend(from, to) => format!("The link {from} → {to} is mended"),
        Intervention::Heal => "All links are mended".to_owned(),
        Intervention::Partition(side) => {
            let group: Vec<String> =
                (0..16).filter(|bit| side >> bit & 1 == 1).map(|bit| NodeId(bit).to_string()).collect();
            format!("The network splits: {} on one side, the others on the other", group.join(", "))
        }
        Intervention::Pause(node) => format!("{node} freezes: what reaches it waits, its timers too"),
        Intervention::Resume(node) => format!("{node} goes on and finds everything that has waited"),
        Intervention::Duplicate(_) => "A message is sent twice".to_owned(),
        Intervention::Crash(_)
        | Intervention::Restart(_)
        | Intervention::Request(_)
        | Intervention::Hurry(_)
        | Intervention::Deliver(_)
        | Intervention::Drop(_) => "The network changes".to_owned(),
    };
    match lost {
        0 => {}
        1 => sentence.push_str("; one message under way is lost"),
        more => sentence.push_str(&format!("; {more} messages under way are lost")),
    }
    sentence.push('.');
    sentence
}

/// How one invariant stands at the position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The name in the source.
    pub name: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// Where it is from.
    pub source: &'static str,
    /// What is wrong, none while it holds.
    pub broken: Option<String>,
}

/// A run, whatever its protocol: what the shell plays.
pub trait Run {
    /// Steps taken up to what is shown.
    fn position(&self) -> usize;
    /// The position that the page opens with.
    fn opening(&self) -> usize;
    /// One step on. False at the end of the run.
    fn forward(&mut self) -> bool;
    /// Goes to any position, forwards as far as the run lasts.
    fn seek(&mut self, position: usize);
    /// Does something at the position, at time `at`. What came after is forgotten. False when it can't be done.
    fn intervene(&mut self, at: Tick, what: Intervention) -> bool;
    /// Takes over the deeds of a shared run, before anything was played beyond the first of them.
    fn replay(&mut self, deeds: Vec<Deed>);
    /// Time of the last step.
    fn now(&self) -> Tick;
    /// Time of the next step; none at the end.
    fn next_at(&self) -> Option<Tick>;
    /// All steps known, also those after the position.
    fn records(&self) -> &[Record];
    /// All messages known, by number, also those sent after the position.
    fn flights(&self) -> &[Flight];
    /// What the reader did, in order.
    fn deeds(&self) -> &[Deed];
    /// Options and their values.
    fn values(&self) -> &Values;
    /// Id of the scenario.
    fn scenario(&self) -> &'static str;
    /// Question, answer and what to try next.
    fn lesson(&self) -> (&'static str, &'static str, &'static str);
    /// How many cues there are, and how many were given.
    fn cues(&self) -> (usize, usize);
    /// How many nodes.
    fn nodes(&self) -> usize;
    /// Whether a node is up.
    fn is_up(&self, node: NodeId) -> bool;
    /// Whether a node is frozen.
    fn is_paused(&self, node: NodeId) -> bool;
    /// What a message under way says, in words; none once it has ended.
    fn message(&self, message: MessageId) -> Option<String>;
    /// The link matrix.
    fn links(&self) -> &Links;
    /// Draws the picture at time `cursor`, in microseconds; `live` if it can be acted on.
    fn picture(&self, cursor: u64, selected: Option<NodeId>, live: bool, html: &mut Html);
    /// The picture in words.
    fn describe(&self) -> String;
    /// Writes the state of all nodes.
    fn state(&self, html: &mut Html);
    /// Every invariant.
    fn verdicts(&self) -> Vec<Verdict>;
}

impl<D: Demo> Run for History<D> {
    fn position(&self) -> usize {
        self.position
    }

    fn opening(&self) -> usize {
        self.opening
    }

    fn forward(&mut self) -> bool {
        self.forward_one()
    }

    fn seek(&mut self, position: usize) {
        if position < self.position {
            let checkpoint = (position / CHECKPOINT_EVERY).min(self.checkpoints.len() - 1);
            self.moment = self.checkpoints[checkpoint].clone();
            self.position = checkpoint * CHECKPOINT_EVERY;
        }
        while self.position < position && self.forward_one() {}
    }

    fn intervene(&mut self, at: Tick, what: Intervention) -> bool {
        if self.moment.clone().intervene(&self.demo, at, what).is_none() {
            return false;
        }
        self.cut_off_future();
        self.deeds.push(Deed { step: self.position, at, what });
        self.forward_one()
    }

    fn replay(&mut self, deeds: Vec<Deed>) {
        let first = deeds.first().map_or(self.position, |deed| deed.step);
        self.seek(first.min(self.position));
        self.cut_off_future();
        for deed in deeds {
            self.seek(deed.step);
            if self.position != deed.step || !self.intervene(deed.at, deed.what) {
                break;
            }
        }
    }

    fn now(&self) -> Tick {
        self.moment.scheduler.now()
    }

    fn next_at(&self) -> Option<Tick> {
        if self.position >= STEPS_MAX {
            return None;
        }
        if let Some(record) = self.records.get(self.position) {
            return Some(record.at);
        }
        if !self.moment.pending.is_empty() {
            return Some(self.now());
        }
        self.moment.scheduler.next_at()
    }

    fn records(&self) -> &[Record] {
        &self.records
    }

    fn flights(&self) -> &[Flight] {
        &self.flights
    }

    fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    fn values(&self) -> &Values {
        &self.values
    }

    fn scenario(&self) -> &'static str {
        self.scenario.id
    }

    fn lesson(&self) -> (&'static str, &'static str, &'static str) {
        (self.scenario.question, self.scenario.answer, self.scenario.now_try)
    }

    fn cues(&self) -> (usize, usize) {
        (self.scenario.cues.len(), self.moment.cues_given)
    }

    fn nodes(&self) -> usize {
        self.moment.scheduler.world().nodes().len()
    }

    fn is_up(&self, node: NodeId) -> bool {
        self.moment.scheduler.world().node(node).up
    }

    fn is_paused(&self, node: NodeId) -> bool {
        self.moment.scheduler.is_paused(node)
    }

    fn message(&self, message: MessageId) -> Option<String> {
        let flight = self.moment.scheduler.world().flight(message)?;
        Some(format!("{} → {}: {}", flight.from, flight.to, D::tell(&flight.message)))
    }

    fn links(&self) -> &Links {
        self.moment.scheduler.links()
    }

    fn picture(&self, cursor: u64, selected: Option<NodeId>, live: bool, html: &mut Html) {
        let scheduler = &self.moment.scheduler;
        self.demo.picture(&Frame { demo: &self.demo, scheduler, cursor, selected, live }, html);
    }

    fn describe(&self) -> String {
        self.demo.describe(&self.moment.scheduler)
    }

    fn state(&self, html: &mut Html) {
        self.demo.state(self.moment.scheduler.world(), html);
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let broken = self.moment.violation.as_ref();
        let verdict = |(place, rule): (usize, &crate::figure::Invariant<D>)| Verdict {
            name: rule.name,
            meaning: rule.meaning,
            source: rule.source,
            broken: broken.filter(|found| found.invariant == place).map(|found| found.evidence.clone()),
        };
        D::invariants().iter().enumerate().map(verdict).collect()
    }
}
