//! What did happen: a seed, the reader's interventions, and checkpoints from which any point is reached again.

use super::cluster::{Cluster, Looking, Progress};
use super::intervention::Intervention;
use super::network::{Links, Trouble};
use super::process::{NodeId, Roster};
use super::scheduler::{Scheduler, Step, Tick};
use super::world::{Action, Ask, MessageId};
use crate::figure::{InvariantInfo, Lesson, Typing, Values};
use crate::prelude::*;
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};

/// Steps between two checkpoints of a run that isn't long: a seek replays fewer than this many.
const CHECKPOINT_EVERY: usize = 64;

/// A long run keeps no more checkpoints than this: every second one is given up and the distance doubles.
const CHECKPOINTS_MAX: usize = 400;

/// A run ends here even if the protocol would go on for ever.
pub const STEPS_MAX: usize = 100_000;

/// Opening a scenario gives up after this many steps, so that a condition that never holds can't hang a page.
const OPENING_STEPS_MAX: usize = 2_000;

/// Branches kept; the oldest goes first.
const BRANCHES_MAX: usize = 8;

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
    /// Somebody asked for something.
    Request,
    /// A node crashed.
    Crash,
    /// A node restarted from its disk.
    Restart,
    /// A node's disk became durable, or was replaced.
    Disk,
    /// A link or a clock changed.
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
    /// The same as the cluster saw it; none when only the network or a clock changed.
    pub action: Option<Action>,
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Violation {
    /// Its place in the list of invariants.
    pub invariant: usize,
    /// What is wrong, with names and indexes.
    pub evidence: String,
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
    /// Why it isn't known whether it holds; none while it is.
    pub undecided: Option<String>,
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
    /// The message that it is a second copy of.
    pub copy_of: Option<MessageId>,
    /// How it looks.
    pub mark: MessageMark,
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

/// A line of events that the reader left by acting in its past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// What was done in it, in order.
    pub deeds: Vec<Deed>,
    /// How many of its steps were known.
    pub length: usize,
}

/// Everything that a run starts from.
pub struct Premise {
    /// The cluster before its start.
    pub cluster: Box<dyn Cluster>,
    /// The network it starts with.
    pub links: Links,
    /// Seed of the generator.
    pub seed: u64,
    /// Options and their values.
    pub values: Values,
    /// What its scenario is called, asks and answers.
    pub lesson: Lesson,
    /// What must hold.
    pub invariants: Vec<InvariantInfo>,
}

/// The whole state of a run at one point.
struct Moment {
    cluster: Box<dyn Cluster>,
    scheduler: Scheduler,
    cue_at: Tick,
    cues_given: usize,
    /// What the last cue does and has not done yet; the last of them is followed by what the cue says.
    pending: Vec<(Intervention, Option<usize>)>,
}

impl Clone for Moment {
    fn clone(&self) -> Self {
        Self {
            cluster: self.cluster.box_clone(),
            scheduler: self.scheduler.clone(),
            cue_at: self.cue_at,
            cues_given: self.cues_given,
            pending: self.pending.clone(),
        }
    }
}

impl Moment {
    fn progress(&self) -> Progress {
        Progress { now: self.scheduler.now(), cue_at: self.cue_at, cues_given: self.cues_given }
    }

    fn intervene(&mut self, at: Tick, what: Intervention, speak: bool) -> Option<Step> {
        self.scheduler.intervene(&mut *self.cluster, at, what, speak)
    }
}

/// A run: everything up to its end, and a position in it.
pub struct History {
    values: Values,
    lesson: Lesson,
    invariants: Vec<InvariantInfo>,
    moment: Moment,
    position: usize,
    opening: usize,
    records: Vec<Record>,
    flights: Vec<Flight>,
    checkpoints: Vec<Moment>,
    checkpoint_every: usize,
    deeds: Vec<Deed>,
    branches: Vec<Branch>,
    /// Steps are recorded without words and looks.
    is_hushed: bool,
    /// Steps taken, again or anew.
    effort: u64,
}

impl History {
    /// A run, played up to the picture that its scenario opens with.
    pub fn new(premise: Premise) -> Self {
        let roster = premise.cluster.roster();
        let moment = Moment {
            scheduler: Scheduler::new(roster, premise.links, premise.seed),
            cluster: premise.cluster,
            cue_at: Tick(0),
            cues_given: 0,
            pending: Vec::new(),
        };
        let mut history = Self {
            values: premise.values,
            lesson: premise.lesson,
            invariants: premise.invariants,
            checkpoints: vec![moment.clone()],
            checkpoint_every: CHECKPOINT_EVERY,
            moment,
            position: 0,
            opening: 0,
            records: Vec::new(),
            flights: Vec::new(),
            deeds: Vec::new(),
            branches: Vec::new(),
            is_hushed: false,
            effort: 0,
        };
        while history.position < OPENING_STEPS_MAX
            && !history.moment.cluster.has_opened(history.moment.progress())
            && history.forward()
        {}
        history.opening = history.position;
        history
    }

    /// Records what comes without words and looks, which nobody will read and which take most of the time.
    pub fn hush(&mut self) {
        self.is_hushed = true;
    }

    fn perform(&mut self, speak: bool) -> Option<(Step, Option<usize>)> {
        let place = self.deeds.partition_point(|deed| deed.step < self.position);
        if let Some(deed) = self.deeds.get(place).copied().filter(|deed| deed.step == self.position) {
            return self.moment.intervene(deed.at, deed.what, speak).map(|step| (step, None));
        }
        for place in 0..self.moment.pending.len() {
            let (what, note) = self.moment.pending[place];
            let now = self.moment.scheduler.now();
            if let Some(step) = self.moment.intervene(now, what, speak) {
                self.moment.pending.drain(..=place);
                return Some((step, note));
            }
        }
        let Moment { scheduler, cluster, pending, .. } = &mut self.moment;
        let step = scheduler.advance(&mut **cluster, speak)?;
        // What can't be done is given up when time goes on. Where nothing can happen, trying must change nothing.
        pending.clear();
        Some((step, None))
    }

    /// One step on: again if it has been taken before, else a new one. False at the end of the run.
    pub fn forward(&mut self) -> bool {
        if self.position >= STEPS_MAX {
            return false;
        }
        let fresh = self.position == self.records.len();
        let broken = self.moment.cluster.violations().len();
        let Some((step, mut note)) = self.perform(fresh && !self.is_hushed) else { return false };
        if self.give_cue() && note.is_none() {
            note = Some(self.moment.cues_given - 1);
        }
        if fresh {
            self.record(step, note, broken);
        }
        self.position += 1;
        self.effort += 1;
        if fresh && self.position.is_multiple_of(self.checkpoint_every) {
            self.keep_checkpoint();
        }
        true
    }

    fn keep_checkpoint(&mut self) {
        self.checkpoints.push(self.moment.clone());
        if self.checkpoints.len() > CHECKPOINTS_MAX {
            let mut place = 0;
            self.checkpoints.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.checkpoint_every *= 2;
        }
    }

    /// Gives the next cue if it is time. True when it has no acts, so that its note belongs to the present step.
    fn give_cue(&mut self) -> bool {
        let given = self.moment.cues_given;
        let progress = self.moment.progress();
        if given == self.lesson.cues
            || !self.moment.pending.is_empty()
            || !self.moment.cluster.cue_is_due(given, progress)
        {
            return false;
        }
        let acts = self.moment.cluster.cue_acts(given, progress);
        self.moment.cues_given += 1;
        self.moment.cue_at = progress.now;
        let last = acts.len();
        for (place, what) in acts.into_iter().enumerate() {
            self.moment.pending.push((what, (place + 1 == last).then_some(given)));
        }
        last == 0
    }

    fn record(&mut self, step: Step, note: Option<usize>, broken_before: usize) {
        let index = self.position;
        let now = self.moment.scheduler.now();
        let happening = happening(&step);
        if let Happening::Arrival(message) | Happening::Loss(message) = happening {
            self.end_flight(message, now, index, matches!(happening, Happening::Loss(_)));
        }
        let node = step.report.node;
        let sentence = match step.by {
            Some(what) if step.report.sentence.is_empty() && !self.is_hushed => {
                network_sentence(what, step.lost.len())
            }
            Some(_) | None => step.report.sentence,
        };
        for sent in step.report.sent {
            let arrival = step.arrivals.iter().find(|(id, _)| *id == sent.id);
            self.flights.push(Flight {
                from: sent.from,
                to: sent.to,
                sent_at: now,
                sent_by: index,
                ends_at: arrival.map_or(now, |(_, at)| *at),
                ended_by: None,
                lost: false,
                copy_of: sent.copy_of,
                mark: sent.mark.unwrap_or_default(),
            });
        }
        for message in step.lost {
            self.end_flight(message, now, index, true);
        }
        if let Some(Intervention::Swap(..) | Intervention::Release(_)) = step.by {
            self.look_ahead();
        }
        let cluster = &self.moment.cluster;
        let progress = self.moment.progress();
        let note = note.filter(|_| !self.is_hushed).map(|cue| cluster.cue_says(cue, progress));
        let note = note.filter(|said| !said.is_empty());
        let violation = cluster.violations().get(broken_before).cloned();
        let lane = node.filter(|_| !self.is_hushed).map(|node| cluster.lane(node));
        let previous =
            node.and_then(|node| self.records.iter().rposition(|record| record.node == Some(node)));
        let action = step.action;
        self.records.push(Record {
            at: now,
            node,
            happening,
            action,
            sentence,
            lane,
            previous,
            note,
            violation,
        });
    }

    fn end_flight(&mut self, message: MessageId, at: Tick, index: usize, lost: bool) {
        if let Some(flight) = self.flights.get_mut(message.index()) {
            flight.ends_at = at;
            flight.ended_by = Some(index);
            flight.lost = lost;
        }
    }

    /// Messages under way may arrive at another time than was said when they set out.
    fn look_ahead(&mut self) {
        for (message, ..) in self.moment.cluster.flights() {
            let journey = self.moment.scheduler.journey(message);
            if let (Some(flight), Some((_, at))) = (self.flights.get_mut(message.index()), journey) {
                flight.ends_at = at;
            }
        }
    }

    /// Forgets everything after the position.
    fn cut_off_future(&mut self) {
        let position = self.position;
        self.records.truncate(position);
        self.deeds.retain(|deed| deed.step < position);
        self.checkpoints.truncate(position / self.checkpoint_every + 1);
        self.flights.truncate(self.moment.cluster.messages_sent() as usize);
        for flight in &mut self.flights {
            if flight.ended_by.is_some_and(|step| step >= position) {
                flight.ended_by = None;
                flight.lost = false;
            }
        }
        self.look_ahead();
    }

    /// Goes to any position, forwards as far as the run lasts.
    pub fn seek(&mut self, position: usize) {
        let checkpoint = (position / self.checkpoint_every).min(self.checkpoints.len() - 1);
        let nearest = checkpoint * self.checkpoint_every;
        if position < self.position || nearest > self.position {
            self.moment = self.checkpoints[checkpoint].clone();
            self.position = nearest;
        }
        while self.position < position && self.forward() {}
    }

    /// Does something at the position, at time `at`. What came after is kept as a branch. False when it can't be done.
    pub fn intervene(&mut self, at: Tick, what: Intervention) -> bool {
        if self.moment.clone().intervene(at, what, false).is_none() {
            return false;
        }
        if self.position < self.records.len() {
            self.keep_branch();
        }
        self.act(at, what)
    }

    fn act(&mut self, at: Tick, what: Intervention) -> bool {
        self.cut_off_future();
        self.deeds.push(Deed { step: self.position, at, what });
        self.forward()
    }

    fn keep_branch(&mut self) {
        let branch = Branch { deeds: self.deeds.clone(), length: self.records.len() };
        // A longer look at the same line of events takes the place of the shorter one.
        self.branches.retain(|kept| kept.deeds != branch.deeds);
        self.branches.push(branch);
        if self.branches.len() > BRANCHES_MAX {
            self.branches.remove(0);
        }
    }

    /// Lines of events that the reader left, oldest first.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Goes over to a branch, up to where it was left, and keeps the present line as one. Nothing for a number that isn't
    /// there.
    pub fn switch(&mut self, branch: usize) {
        if branch >= self.branches.len() {
            return;
        }
        let wanted = self.branches.remove(branch);
        self.keep_branch();
        self.replay(wanted.deeds);
        self.seek(wanted.length);
    }

    /// Takes over the deeds of another run of the same premise, and goes to the last of them.
    pub fn replay(&mut self, deeds: Vec<Deed>) {
        let first = deeds.first().map_or(self.opening, |deed| deed.step);
        let common = self.deeds.iter().zip(&deeds).take_while(|(ours, theirs)| ours == theirs).count();
        let differs = self.deeds.get(common).map_or(usize::MAX, |deed| deed.step);
        self.seek(first.min(self.position).min(differs));
        self.cut_off_future();
        for deed in deeds {
            if self.deeds.contains(&deed) {
                continue;
            }
            self.seek(deed.step);
            let is_possible = self.moment.clone().intervene(deed.at, deed.what, false).is_some();
            if self.position != deed.step || !is_possible || !self.act(deed.at, deed.what) {
                break;
            }
        }
    }

    /// Steps taken so far, those taken again included: what seeking costs.
    pub fn effort(&self) -> u64 {
        self.effort
    }

    /// How many states are kept to start from again: at most 400, however long the run.
    pub fn checkpoints(&self) -> usize {
        self.checkpoints.len()
    }

    /// Steps taken up to what is shown.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The position that the page opens with.
    pub fn opening(&self) -> usize {
        self.opening
    }

    /// Time of the last step.
    pub fn now(&self) -> Tick {
        self.moment.scheduler.now()
    }

    /// Time of the next step; none at the end.
    pub fn next_at(&self) -> Option<Tick> {
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

    /// What happens next if nobody does anything about it; none at the end, and where a reader or a scenario does.
    pub fn next_action(&self) -> Option<Action> {
        let is_done_to = self.deeds.iter().any(|deed| deed.step == self.position);
        if is_done_to || !self.moment.pending.is_empty() || self.position >= STEPS_MAX {
            return None;
        }
        self.moment.scheduler.next_action(&*self.moment.cluster)
    }

    /// All steps known, also those after the position.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// All messages known, by number, also those sent after the position.
    pub fn flights(&self) -> &[Flight] {
        &self.flights
    }

    /// What the reader did, in order.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// Options and their values.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Id of the scenario.
    pub fn scenario(&self) -> &'static str {
        self.lesson.scenario
    }

    /// Question, answer and what to try next.
    pub fn lesson(&self) -> (&'static str, &'static str, &'static str) {
        (self.lesson.question, self.lesson.answer, self.lesson.now_try)
    }

    /// How many cues there are, and how many were given.
    pub fn cues(&self) -> (usize, usize) {
        (self.lesson.cues, self.moment.cues_given)
    }

    /// How many servers.
    pub fn nodes(&self) -> usize {
        usize::from(self.roster().servers)
    }

    /// Who takes part.
    pub fn roster(&self) -> Roster {
        self.moment.cluster.roster()
    }

    /// The cluster at the position.
    pub fn cluster(&self) -> &dyn Cluster {
        &*self.moment.cluster
    }

    /// Links, clocks, and what is to come.
    pub fn scheduler(&self) -> &Scheduler {
        &self.moment.scheduler
    }

    /// Whether a node is up.
    pub fn is_up(&self, node: NodeId) -> bool {
        self.moment.cluster.is_up(node)
    }

    /// Whether a node is frozen.
    pub fn is_paused(&self, node: NodeId) -> bool {
        self.moment.scheduler.is_paused(node)
    }

    /// What can be asked of a node now, and what that is called on a button.
    pub fn asks(&self, node: NodeId) -> Vec<(Ask, String)> {
        self.moment.cluster.asks(node)
    }

    /// What a text box of a node asks of it: see [`Demo::typed`](crate::figure::Demo::typed).
    pub fn typed(&self, node: NodeId, typing: Typing<'_>) -> (Vec<Ask>, &'static str) {
        self.moment.cluster.typed(node, typing)
    }

    /// What a message under way says, in words; none once it has ended.
    pub fn message(&self, message: MessageId) -> Option<String> {
        let (from, to) = self.moment.cluster.flight(message)?;
        let words = self.moment.cluster.tell(message)?;
        Some(format!("{from} → {to}: {words}"))
    }

    /// The link matrix.
    pub fn links(&self) -> &Links {
        self.moment.scheduler.links()
    }

    fn looking(&self, cursor: u64, selected: Option<NodeId>, live: bool) -> Looking<'_> {
        let scheduler = &self.moment.scheduler;
        let acted = self.position.checked_sub(1).and_then(|step| self.records.get(step)?.node);
        Looking { scheduler, cursor, selected, acted, live }
    }

    /// Draws the picture at time `cursor`, in microseconds; `live` if it can be acted on.
    pub fn picture(&self, cursor: u64, selected: Option<NodeId>, live: bool, html: &mut Html) {
        self.moment.cluster.picture(self.looking(cursor, selected, live), html);
    }

    /// Writes what the reader works on besides the picture, which is drawn as [`History::picture`] is.
    pub fn bench(&self, cursor: u64, selected: Option<NodeId>, live: bool, html: &mut Html) {
        self.moment.cluster.bench(self.looking(cursor, selected, live), html);
    }

    /// The picture in words.
    pub fn describe(&self) -> String {
        self.moment.cluster.describe()
    }

    /// Writes the state of all nodes.
    pub fn state(&self, html: &mut Html) {
        self.moment.cluster.state(html);
    }

    /// Every invariant.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let violations = self.moment.cluster.violations();
        let undecided = self.moment.cluster.undecided();
        let verdict = |(place, info): (usize, &InvariantInfo)| Verdict {
            name: info.name,
            meaning: info.meaning,
            source: info.source,
            broken: violations
                .iter()
                .find(|found| found.invariant == place)
                .map(|found| found.evidence.clone()),
            undecided: undecided.clone().filter(|found| found.invariant == place).map(|found| found.evidence),
        };
        self.invariants.iter().enumerate().map(verdict).collect()
    }
}

fn happening(step: &Step) -> Happening {
    match step.action {
        None | Some(Action::Duplicate(_)) => Happening::Network,
        Some(Action::Start(_)) => Happening::Start,
        Some(Action::Deliver(message)) => Happening::Arrival(message),
        Some(Action::Lose(message)) => Happening::Loss(message),
        Some(Action::Fire(..)) => Happening::Timeout,
        Some(Action::Crash(_) | Action::PowerFailure(_)) => Happening::Crash,
        Some(Action::Restart(_)) => Happening::Restart,
        Some(Action::Flush(_) | Action::Wipe(_)) => Happening::Disk,
        Some(Action::Ask(..)) => Happening::Request,
    }
}

/// What a change of the link matrix or a clock is called; the same for every protocol.
fn network_sentence(what: Intervention, lost: usize) -> String {
    let mut sentence = match what {
        Intervention::Cut(from, to) => format!("The link {from} → {to} is cut"),
        Intervention::Mend(from, to) => format!("The link {from} → {to} is mended"),
        Intervention::Trouble(from, to, trouble) => match trouble {
            Trouble::Slow => format!("The link {from} → {to} changes its speed"),
            Trouble::Lossy => format!("The link {from} → {to} changes how much it loses"),
            Trouble::Duplicating => format!("The link {from} → {to} changes how much it sends twice"),
            Trouble::Reordering => format!("The link {from} → {to} changes how it keeps the order"),
        },
        Intervention::Heal => "All links are mended".to_owned(),
        Intervention::Partition(_) => "The network splits: groups no longer reach each other".to_owned(),
        Intervention::Pause(node) => format!("{node} freezes: what reaches it waits, its timers too"),
        Intervention::Resume(node) => format!("{node} goes on and finds everything that has waited"),
        Intervention::Duplicate(_) => "A message is sent twice".to_owned(),
        Intervention::Hold(None) => "From now on messages wait until they are delivered by hand".to_owned(),
        Intervention::Hold(Some(_)) => "A message is held back".to_owned(),
        Intervention::Release(None) => "Messages arrive by themselves again".to_owned(),
        Intervention::Release(Some(_)) => "A message that was held back goes on".to_owned(),
        Intervention::Swap(..) => "Two messages under way change places".to_owned(),
        Intervention::Rate(node, percent) => format!("The clock of {node} now runs at {percent} %"),
        Intervention::Skew(node, by) => {
            let way = if by < 0 { "back" } else { "forward" };
            format!("The clock of {node} is put {way} by {} ms", by.unsigned_abs())
        }
        Intervention::Wipe(node) => format!("{node} gets an empty disk"),
        Intervention::Flush(node) => format!("What {node} has written is durable now"),
        Intervention::Crash(_)
        | Intervention::PowerFailure(_)
        | Intervention::Restart(_)
        | Intervention::Request(..)
        | Intervention::Hurry(..)
        | Intervention::Deliver(_)
        | Intervention::Drop(_) => "Something changes".to_owned(),
    };
    match lost {
        0 => {}
        1 => sentence.push_str("; one message under way is lost"),
        more => sentence.push_str(&format!("; {more} messages under way are lost")),
    }
    sentence.push('.');
    sentence
}
