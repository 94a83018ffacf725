//! The search for an order that explains what was seen of one key.
//!
//! It goes through the events and places operations *just in time*: when one is about to return that hasn't taken effect
//! yet, something must (Lowe 2017, §4). A configuration is what such a moment leaves for the future: the next event, the
//! value held, which open operations have taken effect, and how much was used of what nobody knows the outcome of.
//! Configurations already seen are not visited again (Lowe 2017, §3.2), nor are those that one already seen can stand in
//! for. Five more observations keep their number small; each only leaves out orders that another one can replace:
//!
//! 1. An operation that changes nothing (a read, a failed compare-and-swap) takes effect as soon as it may. So of two
//!    configurations that differ only in them, the one that has placed more of them can stand in for the other.
//! 2. A write that nobody sees, because another write follows at once, need not be placed: any write that has been open
//!    while another one took effect can be said, when it returns, to have taken effect right before that one. So a write
//!    is placed only right before something open that needs its value, or at its own return.
//! 3. Of open operations that do the same, the one that returns first takes effect first.
//! 4. A value that nobody will ask for any more is like any other such value. ([`Held`] none.)
//! 5. An operation with unknown outcome takes effect only where something open needs what it leaves, since otherwise it
//!    may as well never do. Those that do the same are counted, not told apart; having used fewer is better.
//!
//! What is hard is to keep account of operations with unknown outcome: there may be a hundred, and what was used of them
//! tells otherwise equal configurations apart for ever. So the account is at first forgotten at once, as if each could take
//! effect any number of times. If even that explains nothing, nothing does. If the order found uses none twice, it is one.
//! Otherwise the search starts anew with a longer memory.

mod pruning;

use self::pruning::Seen;
use super::linearizability::{Kind, Operation, Outcome, Value};
use super::order::sort;
use crate::prelude::*;

/// The value held, none for one that nobody will ask for any more.
type Held = Option<Value>;

/// What an operation does to the value. `from` none: whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Update {
    from: Option<Value>,
    to: Held,
}

impl Update {
    fn is_write(self) -> bool {
        self.from.is_none()
    }

    fn is_possible_at(self, held: Held) -> bool {
        self.is_write() || self.from == held
    }
}

/// What is known that an operation did.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// It found this value, and left it.
    Found(Value),
    /// It found another value, and left it.
    Missed(Value),
    /// It changed the value.
    Changed(Update),
}

/// An operation that returned. Times are places in [`Search::events`].
#[derive(Debug)]
struct Definite {
    operation: usize,
    deed: Deed,
    invoked: usize,
    returned: usize,
}

/// An operation that may have changed the value at any time after its invocation.
#[derive(Debug)]
struct Possible {
    operation: usize,
    update: Update,
}

/// What the search passes, in order.
#[derive(Debug, Clone, Copy)]
enum Event {
    Invoke(usize),
    Return(usize),
    /// A possible operation is invoked.
    Offer,
}

/// What a moment just before an event leaves for the future. All lists are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Configuration {
    /// The next event.
    at: usize,
    held: Held,
    /// Open definite operations that have taken effect: those that changed the value, and the others.
    changed: Vec<usize>,
    observed: Vec<usize>,
    /// Possible operations that have taken effect.
    used: Vec<Update>,
    /// The event before which the last write took effect: a write invoked earlier, and still open, may have been overwritten
    /// by it.
    covered: usize,
}

/// One operation taking effect.
#[derive(Debug, Clone, Copy)]
enum Placement {
    Definite(usize),
    /// A definite write, right before the last write placed. (Observation 2.)
    Overwritten(usize),
    /// Any possible operation not yet used that was offered before the event `at` and has this effect then.
    Possible {
        update: Update,
        at: usize,
    },
}

/// A configuration to be looked at, the node it was reached from, and how.
type Step = (Configuration, usize, Vec<Placement>);

/// Configurations to be looked at, those that promise most first: far on, with little used. Of equals, the latest first.
#[derive(Default)]
struct Waiting(Vec<(usize, Vec<Step>)>);

impl Waiting {
    /// How many events one possible operation less is worth. Measured: with none, the search wastes them early and finds out
    /// late; with 100, it looks at ten times as many configurations.
    const WORTH: usize = 10;

    fn push(&mut self, step: Step) {
        let progress = usize::MAX / 2 + step.0.at;
        let worth = progress - Self::WORTH * step.0.used.len();
        let place = self.0.partition_point(|(known, _)| *known < worth);
        if self.0.get(place).is_none_or(|(known, _)| *known != worth) {
            self.0.insert(place, (worth, Vec::new()));
        }
        self.0[place].1.push(step);
    }

    fn pop(&mut self) -> Option<Step> {
        let (_, best) = self.0.last_mut()?;
        let step = best.pop();
        if best.is_empty() {
            self.0.pop();
        }
        step
    }
}

/// How a configuration was reached.
struct Node {
    parent: usize,
    placements: Vec<Placement>,
}

/// How a run ends.
enum End {
    /// With an order.
    Found(Vec<usize>),
    /// With none, and the furthest event reached.
    Stuck(usize),
    /// With an order in which some possible operation takes effect twice.
    UsedTooMuch,
}

/// What was seen of one key, prepared.
#[derive(Default)]
struct Search {
    definite: Vec<Definite>,
    /// In the order of invocation.
    possible: Vec<Possible>,
    events: Vec<Event>,
    /// Before each event: the definite operations that are open.
    open: Vec<Vec<usize>>,
    /// Before each event: how many possible operations have been invoked.
    offered: Vec<usize>,
    /// What was used of possible operations is forgotten whenever this many events have passed; 0: at once.
    memory: usize,
    /// The values that somebody asks for, each with the last event before which it may be asked for. Sorted.
    asked: Vec<(Value, usize)>,
    /// The same of values that somebody must not find.
    missed: Vec<(Value, usize)>,
}

/// An order of one key's operations (number and operation, in the order of invocation) that explains them all, by number; or
/// the place in the history of the furthest return that no order passes. Adds to `configurations` how many it visited.
pub(super) fn search(
    operations: &[(usize, &Operation)],
    configurations: &mut usize,
) -> Result<Vec<usize>, usize> {
    let (mut search, places) = Search::prepare(operations);
    loop {
        match search.run(configurations) {
            End::Found(order) => return Ok(order),
            End::Stuck(event) => return Err(places.get(event).copied().unwrap_or_default()),
            // Once the memory is longer than the history, nothing is forgotten.
            End::UsedTooMuch => search.memory = search.memory.max(8).saturating_mul(4),
        }
    }
}

/// What an operation surely did, or `Err` with what it may have done; none if it can't have changed or shown anything.
fn classify(operation: &Operation) -> Option<Result<Deed, Update>> {
    let write = |value| Update { from: None, to: Some(value) };
    match (operation.kind, operation.outcome) {
        (Kind::Read, Outcome::Saw(value)) => Some(Ok(Deed::Found(value))),
        (Kind::Read, Outcome::Done | Outcome::Failed | Outcome::Unknown) => None,
        (Kind::Write(value), Outcome::Done | Outcome::Saw(_)) => Some(Ok(Deed::Changed(write(value)))),
        (Kind::Write(_), Outcome::Failed) => None,
        (Kind::Write(value), Outcome::Unknown) => Some(Err(write(value))),
        (Kind::CompareAndSwap { from, to }, Outcome::Done | Outcome::Saw(_)) if from == to => {
            Some(Ok(Deed::Found(from)))
        }
        (Kind::CompareAndSwap { from, to }, Outcome::Done | Outcome::Saw(_)) => {
            Some(Ok(Deed::Changed(Update { from: Some(from), to: Some(to) })))
        }
        (Kind::CompareAndSwap { from, .. }, Outcome::Failed) => Some(Ok(Deed::Missed(from))),
        (Kind::CompareAndSwap { from, to }, Outcome::Unknown) => {
            (from != to).then_some(Err(Update { from: Some(from), to: Some(to) }))
        }
    }
}

impl Search {
    /// The search, and the place in the history of each of its events.
    fn prepare(operations: &[(usize, &Operation)]) -> (Self, Vec<usize>) {
        let mut search = Self::default();
        let mut events = Vec::new();
        for &(number, operation) in operations {
            match (classify(operation), operation.returned) {
                (Some(Ok(deed)), Some(returned)) => {
                    let place = search.definite.len();
                    search.definite.push(Definite { operation: number, deed, invoked: 0, returned: 0 });
                    events.push((operation.invoked, Event::Invoke(place)));
                    events.push((returned, Event::Return(place)));
                }
                (Some(Err(update)), _) => {
                    search.possible.push(Possible { operation: number, update });
                    events.push((operation.invoked, Event::Offer));
                }
                (Some(Ok(_)) | None, _) => {}
            }
        }
        sort(&mut events, &|a, b| a.0 < b.0);
        search.pass_through(events.iter().map(|(_, event)| *event).collect());
        search.note_asked();
        (search, events.into_iter().map(|(place, _)| place).collect())
    }

    /// Fills in what follows from the order of the events.
    fn pass_through(&mut self, events: Vec<Event>) {
        let (mut open, mut offered) = (Vec::new(), 0);
        for (at, event) in events.iter().enumerate() {
            self.open.push(open.clone());
            self.offered.push(offered);
            match *event {
                Event::Invoke(place) => {
                    self.definite[place].invoked = at;
                    open.push(place);
                }
                Event::Return(place) => {
                    self.definite[place].returned = at;
                    open.retain(|&other| other != place);
                }
                Event::Offer => offered += 1,
            }
        }
        self.events = events;
    }

    fn note_asked(&mut self) {
        for definite in &self.definite {
            let value = match definite.deed {
                Deed::Found(value) => Some(value),
                Deed::Missed(value) => {
                    self.missed.push((value, definite.returned));
                    Some(value)
                }
                Deed::Changed(update) => update.from,
            };
            self.asked.extend(value.map(|value| (value, definite.returned)));
        }
        let from = self.possible.iter().filter_map(|possible| possible.update.from);
        self.asked.extend(from.map(|value| (value, usize::MAX)));
        for list in [&mut self.asked, &mut self.missed] {
            // The last of each value's entries stays.
            sort(list, &|a, b| (a.0, b.1) < (b.0, a.1));
            list.dedup_by_key(|(value, _)| *value);
        }
    }

    /// The value, if somebody may ask for it before event `at` or later. (Observation 4.)
    fn when_asked(&self, value: Held, at: usize) -> Held {
        value.filter(|&value| is_listed(&self.asked, value, at))
    }

    fn seen_from(&self, update: Update, at: usize) -> Update {
        Update { to: self.when_asked(update.to, at), ..update }
    }

    fn run(&self, configurations: &mut usize) -> End {
        let mut nodes = vec![Node { parent: 0, placements: Vec::new() }];
        let mut seen = Seen::default();
        let mut furthest = 0;
        let start = Configuration {
            at: 0,
            held: self.when_asked(Some(Value::INITIAL), 0),
            changed: Vec::new(),
            observed: Vec::new(),
            used: Vec::new(),
            covered: 0,
        };
        let mut waiting = Waiting::default();
        waiting.push((start, 0, Vec::new()));
        while let Some((mut configuration, parent, mut placements)) = waiting.pop() {
            self.pass(&mut configuration, &mut placements);
            if !seen.insert(&configuration) {
                continue;
            }
            *configurations += 1;
            nodes.push(Node { parent, placements });
            let node = nodes.len() - 1;
            let Some(Event::Return(due)) = self.events.get(configuration.at) else {
                return self.order(&nodes, node).map_or(End::UsedTooMuch, End::Found);
            };
            furthest = furthest.max(configuration.at);
            for placement in self.moves(&configuration, *due) {
                let mut next = configuration.clone();
                let mut placements = Vec::new();
                self.apply(&mut next, placement, &mut placements);
                waiting.push((next, node, placements));
            }
        }
        End::Stuck(furthest)
    }

    /// Passes events up to the return of an operation that hasn't taken effect, or the end.
    fn pass(&self, configuration: &mut Configuration, placements: &mut Vec<Placement>) {
        while let Some(event) = self.events.get(configuration.at) {
            match *event {
                Event::Invoke(place) => self.observe(configuration, place, placements),
                Event::Return(place) => {
                    if !remove(&mut configuration.changed, place)
                        && !remove(&mut configuration.observed, place)
                    {
                        return;
                    }
                }
                Event::Offer => {}
            }
            configuration.at += 1;
            let at = configuration.at;
            configuration.held = self.when_asked(configuration.held, at);
            if self.memory > 0 && at.is_multiple_of(self.memory) {
                configuration.used.clear();
            }
            let is_stale = |update: &Update| *update != self.seen_from(*update, at);
            if configuration.used.iter().any(is_stale) {
                for update in &mut configuration.used {
                    *update = self.seen_from(*update, at);
                }
                sort(&mut configuration.used, &|a, b| a < b);
            }
        }
    }

    /// Observation 1: an open operation that changes nothing takes effect if it may.
    fn observe(&self, configuration: &mut Configuration, place: usize, placements: &mut Vec<Placement>) {
        let fits = match self.definite[place].deed {
            Deed::Found(value) => configuration.held == Some(value),
            Deed::Missed(value) => configuration.held != Some(value),
            Deed::Changed(_) => false,
        };
        if fits && insert(&mut configuration.observed, place) {
            placements.push(Placement::Definite(place));
        }
    }

    /// Lets one operation take effect, and whatever comes with it.
    fn apply(
        &self,
        configuration: &mut Configuration,
        placement: Placement,
        placements: &mut Vec<Placement>,
    ) {
        let at = configuration.at;
        placements.push(placement);
        let update = match placement {
            Placement::Overwritten(place) => {
                insert(&mut configuration.changed, place);
                return;
            }
            Placement::Definite(place) => {
                let Deed::Changed(update) = self.definite[place].deed else { return };
                insert(&mut configuration.changed, place);
                update
            }
            Placement::Possible { update, .. } => {
                if self.memory > 0 {
                    let place = configuration.used.partition_point(|used| *used < update);
                    configuration.used.insert(place, update);
                }
                update
            }
        };
        if update.is_write() {
            configuration.covered = at;
        }
        configuration.held = self.when_asked(update.to, at);
        for &place in &self.open[at] {
            self.observe(configuration, place, placements);
        }
    }

    /// The order that led to a node, by number of operation.
    fn order(&self, nodes: &[Node], node: usize) -> Option<Vec<usize>> {
        let mut way = Vec::new();
        let mut node = node;
        while node != 0 {
            way.push(node);
            node = nodes[node].parent;
        }
        let placements = way.iter().rev().flat_map(|&node| &nodes[node].placements);
        let mut used = vec![false; self.possible.len()];
        let (mut order, mut last_write) = (Vec::new(), 0);
        for placement in placements {
            let (operation, is_write) = match *placement {
                Placement::Overwritten(place) => {
                    order.insert(last_write, self.definite[place].operation);
                    last_write += 1;
                    continue;
                }
                Placement::Definite(place) => {
                    let Definite { operation, deed, .. } = self.definite[place];
                    (operation, matches!(deed, Deed::Changed(update) if update.is_write()))
                }
                Placement::Possible { update, at } => {
                    let does = |place: &usize| {
                        !used[*place] && self.seen_from(self.possible[*place].update, at) == update
                    };
                    let place = (0..self.offered[at]).find(does)?;
                    used[place] = true;
                    (self.possible[place].operation, update.is_write())
                }
            };
            if is_write {
                last_write = order.len();
            }
            order.push(operation);
        }
        Some(order)
    }
}

/// Whether a value is asked for before event `at` or later, by a list as [`Search::asked`].
fn is_listed(list: &[(Value, usize)], value: Value, at: usize) -> bool {
    list.binary_search_by_key(&value, |(value, _)| *value).is_ok_and(|place| list[place].1 >= at)
}

fn remove(list: &mut Vec<usize>, item: usize) -> bool {
    list.binary_search(&item).map(|place| list.remove(place)).is_ok()
}

fn insert(list: &mut Vec<usize>, item: usize) -> bool {
    list.binary_search(&item).map_err(|place| list.insert(place, item)).is_err()
}
