//! A shorter way to break the same invariant, by leaving things out (Zeller and Hildebrandt, "Simplifying and Isolating
//! Failure-Inducing Input", 2002: `ddmin`).
//!
//! What is left out of is not the schedule but what came of it: the list of deliveries, timeouts, crashes and so on. A schedule
//! with one cut less draws other random numbers from there on and becomes another schedule; a list with one delivery less is the
//! same list without that delivery. Cuts, losses and waiting are gone from the beginning: all they did was that something
//! didn't happen.
//!
//! Where a rule is about time, such a list proves nothing: without time, any lease can be outlived. There, what is left out of is
//! what was done to the run, and the rest is done at the same times as before.

use super::quest::Counterexample;
use crate::figure::Figure;
use crate::prelude::*;
use crate::sim::{Action, Cluster, Deed, Happening, History, MessageId, NodeId};

/// One thing that happened, so told that it can still be told when others are left out.
#[derive(Debug, Clone, Copy)]
struct Event {
    action: Action,
    /// Of what is about a message.
    parcel: Option<Parcel>,
}

/// A message, whatever its number.
#[derive(Debug, Clone, Copy)]
struct Parcel {
    /// The event that sent it, and its place among what that sent; none when it was under way before the first event.
    sent: Option<(usize, u32)>,
    from: NodeId,
    to: NodeId,
}

/// What is tried next.
#[derive(Debug, Clone, Copy)]
enum Next {
    /// To leave out `length` events, from the `from`-th on; `gone` says whether a piece of this length could go since the first
    /// was tried.
    Piece { length: usize, from: usize, gone: bool },
    /// To leave out two events: of two candidates that overtake each other in turn, neither can go alone.
    Pair { first: usize, second: usize },
    /// Nothing: no event can go, and no two.
    Nothing,
}

/// Leaves events out until none can go, nor any two, in slices.
pub struct Shrinker {
    root: Box<dyn Cluster>,
    invariant: usize,
    /// Everything that happened in the run that was found.
    events: Vec<Event>,
    /// What is left, by place in `events`, and the same in the numbers that messages then have.
    kept: Vec<usize>,
    actions: Vec<Action>,
    next: Next,
}

impl Shrinker {
    /// Starts from what happened in a run after its state `root`. None when that alone doesn't break the invariant: it took
    /// time, too.
    pub fn new(root: Box<dyn Cluster>, actions: &[Action], invariant: usize) -> Option<Self> {
        let events = tell(&*root, actions)?;
        let everything: Vec<usize> = (0..events.len()).collect();
        let (kept, actions) = (Vec::new(), Vec::new());
        let mut shrinker = Self { root, invariant, events, kept, actions, next: Next::Nothing };
        let does_break = shrinker.attempt(&everything);
        shrinker.next = shrinker.round();
        does_break.then_some(shrinker)
    }

    /// Whether nothing more can go.
    pub fn is_over(&self) -> bool {
        matches!(self.next, Next::Nothing)
    }

    /// What is left.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Tries shorter lists until about so many actions were played, or it is over.
    pub fn advance(&mut self, actions: usize) {
        let mut played = 0;
        while played < actions && !self.is_over() {
            let count = self.kept.len();
            played += 1 + count;
            self.next = match self.next {
                Next::Piece { length: 0, .. } => Next::Pair { first: 0, second: 1 },
                // What goes can make something before it go as well.
                Next::Piece { length: 1, from, gone: true } if from >= count => {
                    Next::Piece { length: 1, from: 0, gone: false }
                }
                Next::Piece { length, from, .. } if from >= count => {
                    Next::Piece { length: length / 2, from: 0, gone: false }
                }
                Next::Piece { length, from, gone } => {
                    let mut without = self.kept.clone();
                    without.drain(from..(from + length).min(count));
                    match self.attempt(&without) {
                        true => Next::Piece { length, from, gone: true },
                        false => Next::Piece { length, from: from + length, gone },
                    }
                }
                Next::Pair { first, .. } if first + 1 >= count => Next::Nothing,
                Next::Pair { first, second } if second >= count => {
                    Next::Pair { first: first + 1, second: first + 2 }
                }
                Next::Pair { first, second } => {
                    let mut without = self.kept.clone();
                    without.remove(second);
                    without.remove(first);
                    if self.attempt(&without) {
                        self.round()
                    } else {
                        Next::Pair { first, second: second + 1 }
                    }
                }
                Next::Nothing => Next::Nothing,
            };
        }
    }

    /// From long pieces to short ones.
    fn round(&self) -> Next {
        Next::Piece { length: self.kept.len().div_ceil(2), from: 0, gone: false }
    }

    /// Plays these events, but for those that can't happen, and keeps them if they break the invariant.
    fn attempt(&mut self, places: &[usize]) -> bool {
        let mut cluster = self.root.box_clone();
        // The number of the first message that each event sent.
        let mut first_sent = vec![None; self.events.len()];
        let (mut kept, mut actions) = (Vec::new(), Vec::new());
        for &place in places {
            let Event { action, parcel } = self.events[place];
            let action = match parcel {
                None => Some(action),
                Some(parcel) => {
                    find(&*cluster, parcel, &first_sent).map(|message| with_message(action, message))
                }
            };
            let first = cluster.messages_sent();
            let Some(action) = action.filter(|&action| cluster.apply(action, 0, false).is_some()) else {
                continue;
            };
            first_sent[place] = Some(first);
            kept.push(place);
            actions.push(action);
            if let Some(violation) = cluster.violations().first() {
                let is_it = violation.invariant == self.invariant;
                if is_it {
                    self.kept = kept;
                    self.actions = actions;
                }
                return is_it;
            }
        }
        false
    }
}

/// The message that is meant; the newest on the same way where that was never sent, for it may say as much.
fn find(cluster: &dyn Cluster, parcel: Parcel, first_sent: &[Option<u32>]) -> Option<MessageId> {
    let meant = parcel.sent.and_then(|(sender, nth)| Some(MessageId(first_sent[sender]? + nth)));
    let is_on_way = |message: MessageId| cluster.flight(message) == Some((parcel.from, parcel.to));
    meant.filter(|&message| is_on_way(message)).or_else(|| {
        let same_way = |(_, from, to): &(MessageId, NodeId, NodeId)| (*from, *to) == (parcel.from, parcel.to);
        cluster.flights().into_iter().rfind(same_way).map(|(message, _, _)| message)
    })
}

/// Which event sent which message. None when the actions can't happen.
fn tell(root: &dyn Cluster, actions: &[Action]) -> Option<Vec<Event>> {
    let mut cluster = root.box_clone();
    let mut first_sent = Vec::new();
    let mut events = Vec::new();
    for &action in actions {
        let mut parcel = None;
        if let Some(message) = message(action) {
            let (from, to) = cluster.flight(message)?;
            let sender = first_sent.partition_point(|&first| first <= message.0).checked_sub(1);
            let sent = sender.map(|sender: usize| (sender, message.0 - first_sent[sender]));
            parcel = Some(Parcel { sent, from, to });
        }
        events.push(Event { action, parcel });
        first_sent.push(cluster.messages_sent());
        cluster.apply(action, 0, false)?;
    }
    Some(events)
}

fn message(action: Action) -> Option<MessageId> {
    match action {
        Action::Deliver(message) | Action::Lose(message) | Action::Duplicate(message) => Some(message),
        _ => None,
    }
}

fn with_message(action: Action, message: MessageId) -> Action {
    match action {
        Action::Deliver(_) => Action::Deliver(message),
        Action::Duplicate(_) => Action::Duplicate(message),
        Action::Lose(_) => Action::Lose(message),
        other => other,
    }
}

/// Leaves out what was done to a run until nothing can go, in slices.
pub struct Trimmer {
    figure: &'static dyn Figure,
    found: Counterexample,
    /// How many deeds, from the last on, were tried in vain since one could go.
    tried: usize,
}

impl Trimmer {
    /// Starts from a run that breaks an invariant, and in which nothing was done between two events of the same time.
    pub fn new(figure: &'static dyn Figure, found: Counterexample) -> Self {
        Self { figure, found, tried: 0 }
    }

    /// Whether nothing more can go.
    pub fn is_over(&self) -> bool {
        self.tried >= self.found.deeds.len()
    }

    /// What is left.
    pub fn found(&self) -> &Counterexample {
        &self.found
    }

    /// Tries with less until about so many events were played, or it is over.
    pub fn advance(&mut self, events: usize) {
        let mut played = 0;
        while played < events && !self.is_over() {
            let mut deeds = self.found.deeds.clone();
            deeds.remove(deeds.len() - 1 - self.tried);
            played += self.found.events;
            match self.attempt(&deeds) {
                Some(shorter) => {
                    self.found = shorter;
                    self.tried = 0;
                }
                None => self.tried += 1,
            }
        }
    }

    /// Does the same at the same times, but for what can't be done, for no longer than it took before.
    fn attempt(&self, deeds: &[Deed]) -> Option<Counterexample> {
        let Counterexample { settings, events, invariant, .. } = &self.found;
        let mut run = self.figure.open(settings).ok()?;
        run.hush();
        let mut deeds = deeds.iter();
        let mut next = deeds.next();
        while run.position() < *events {
            let is_time = |deed: &&Deed| run.next_at().is_none_or(|due| due > deed.at);
            if let Some(deed) = next.filter(is_time) {
                next = deeds.next();
                if !run.intervene(deed.at, deed.what) {
                    continue;
                }
            } else if !run.forward() {
                return None;
            }
            if let Some(violation) = run.cluster().violations().first() {
                let evidence = violation.evidence.clone();
                return (violation.invariant == *invariant).then(|| Counterexample {
                    settings: settings.clone(),
                    deeds: run.deeds().to_vec(),
                    events: run.position(),
                    invariant: *invariant,
                    evidence,
                });
            }
        }
        None
    }
}

/// What happened in a run from step `start` to its position, but for losses: what is lost just never arrives.
pub(super) fn happened(run: &History, start: usize) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut flights = run.flights().iter();
    for (step, record) in run.records().iter().enumerate().take(run.position()) {
        let is_new = step >= start;
        if is_new && !matches!(record.happening, Happening::Loss(_)) {
            actions.extend(record.action);
        }
        // Messages that the link doubled.
        let is_reader = matches!(record.action, Some(Action::Duplicate(_)));
        while let Some(flight) = flights.as_slice().first().filter(|flight| flight.sent_by == step) {
            flights.next();
            if is_new && !is_reader {
                actions.extend(flight.copy_of.map(Action::Duplicate));
            }
        }
    }
    actions
}
