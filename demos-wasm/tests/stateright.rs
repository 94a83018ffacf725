//! The explorer against Stateright: the same bounded model, another search, another hash of states, and the same number.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::rc::Rc;

use demos::demos::raft::figures::RaftElection;
use demos::explore::{Bounds, Exhaustive, Spent};
use demos::figure::{Demo, Value, Values};
use demos::sim::{Action, Cluster};
use demos::stage::Stage;
use stateright::{Checker, Model, Property};

/// A demo within bounds, as Stateright wants it.
struct Bounded<D> {
    off: &'static [&'static str],
    bounds: Bounds,
    demo: PhantomData<fn() -> D>,
}

impl<D: Demo> Bounded<D> {
    fn new(off: &'static [&'static str], bounds: Bounds) -> Self {
        Self { off, bounds, demo: PhantomData }
    }
}

/// A state of a demo. Stateright's may go from thread to thread, ours share what they have in common and may not. So a state is
/// the number of a place in a table that each thread has of its own; of the root, which all threads know, it is none. With one
/// thread that searches, every other state stays where it was made.
struct State<D: Demo> {
    place: Option<usize>,
    off: &'static [&'static str],
    demo: PhantomData<fn() -> D>,
}

/// What a state is.
struct Held {
    /// A `Stage<D>`.
    stage: Box<dyn Any>,
    spent: Spent,
}

thread_local! {
    /// Free places are none.
    static TABLE: RefCell<Vec<Option<Rc<Held>>>> = const { RefCell::new(Vec::new()) };
    static FREE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

impl<D: Demo> State<D> {
    fn root(off: &'static [&'static str]) -> Self {
        Self { place: None, off, demo: PhantomData }
    }

    fn keep(&self, held: Rc<Held>) -> Self {
        let free = FREE.with_borrow_mut(Vec::pop);
        let place = TABLE.with_borrow_mut(|table| match free {
            Some(place) => {
                table[place] = Some(held);
                place
            }
            None => {
                table.push(Some(held));
                table.len() - 1
            }
        });
        Self { place: Some(place), ..*self }
    }

    fn held(&self) -> Rc<Held> {
        match self.place {
            None => Rc::new(Held { stage: Box::new(started::<D>(self.off)), spent: Spent::default() }),
            Some(place) => TABLE.with_borrow(|table| table[place].clone().unwrap()),
        }
    }
}

impl Held {
    fn stage<D: Demo>(&self) -> &Stage<D> {
        self.stage.downcast_ref().unwrap()
    }
}

impl<D: Demo> Clone for State<D> {
    fn clone(&self) -> Self {
        match self.place {
            None => Self::root(self.off),
            Some(_) => self.keep(self.held()),
        }
    }
}

impl<D: Demo> Drop for State<D> {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let held = TABLE.with_borrow_mut(|table| table.get_mut(place).and_then(Option::take));
        if held.is_some() {
            FREE.with_borrow_mut(|free| free.push(place));
        }
    }
}

impl<D: Demo> PartialEq for State<D> {
    fn eq(&self, other: &Self) -> bool {
        hash(self) == hash(other)
    }
}

impl<D: Demo> fmt::Debug for State<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.held().stage::<D>().world().fmt(formatter)
    }
}

/// Nothing of our own fingerprints in it: messages under way are sorted by what the standard library makes of them.
impl<D: Demo> Hash for State<D> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let held = self.held();
        let stage = held.stage::<D>();
        let world = stage.world();
        world.nodes().hash(hasher);
        let under_way = world.flights().iter().map(|flight| hash(&(flight.from, flight.to, &flight.message)));
        let mut under_way: Vec<u64> = under_way.collect();
        under_way.sort_unstable();
        under_way.hash(hasher);
        stage.witness().hash(hasher);
        stage.requests().hash(hasher);
        held.spent.hash(hasher);
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl<D: Demo> Model for Bounded<D> {
    type State = State<D>;
    type Action = Action;

    fn init_states(&self) -> Vec<State<D>> {
        vec![State::root(self.off)]
    }

    fn actions(&self, state: &State<D>, actions: &mut Vec<Action>) {
        let held = state.held();
        actions.extend(self.bounds.choices(held.stage::<D>(), held.spent));
    }

    fn next_state(&self, state: &State<D>, action: Action) -> Option<State<D>> {
        let held = state.held();
        let mut stage = held.stage::<D>().clone();
        stage.apply(action, 0, false)?;
        let is_visited = !stage.violations().is_empty() || self.bounds.admits(&stage);
        let spent = self.bounds.spend(held.spent, action);
        is_visited.then(|| state.keep(Rc::new(Held { stage: Box::new(stage), spent })))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let holds = |_: &Self, state: &State<D>| state.held().stage::<D>().violations().is_empty();
        vec![Property::always(HOLDS, holds)]
    }
}

const HOLDS: &str = "every invariant holds";

/// All nodes up, and nothing has happened yet.
fn started<D: Demo>(off: &[&str]) -> Stage<D> {
    let off: Vec<_> = off.iter().map(|rule| ((*rule).to_owned(), Value::Flag(false))).collect();
    let values = Values::resolve(D::OPTIONS, D::MODEL.options, &off).unwrap();
    let mut stage = Stage::new(D::new(&values), &D::scenarios()[0]);
    for node in stage.roster().ids() {
        stage.apply(Action::Start(node), 0, false);
    }
    stage
}

fn ours<D: Demo>(off: &[&str], bounds: Bounds) -> Exhaustive {
    let mut search = Exhaustive::new(Box::new(started::<D>(off)), bounds);
    while !search.is_over() {
        search.advance(1_000);
    }
    search
}

/// Both searches to their end; gives the number of states when nothing breaks.
fn both_visit_as_many<D: Demo>(bounds: Bounds) -> usize {
    let ours = ours::<D>(&[], bounds);
    assert_eq!(ours.found(), None);
    let theirs = Bounded::<D>::new(&[], bounds).checker().spawn_dfs().join();
    theirs.assert_properties();
    println!("{} unique states for us, {} for Stateright", ours.states(), theirs.unique_state_count());
    assert_eq!(ours.states(), theirs.unique_state_count(), "ours, then Stateright's");
    ours.states()
}

/// Both searches until something breaks; gives how many actions that takes.
fn both_find_the_same_length<D: Demo>(off: &'static [&'static str], bounds: Bounds) -> usize {
    let ours = ours::<D>(off, bounds);
    let (actions, _) = ours.found().unwrap();
    let theirs = Bounded::<D>::new(off, bounds).checker().spawn_bfs().join();
    let path = theirs.discovery(HOLDS).unwrap();
    assert_eq!(actions.len(), path.into_actions().len(), "{off:?}: ours, then Stateright's");
    actions.len()
}

#[test]
fn a_small_raft_has_as_many_states_for_stateright_as_for_us() {
    let bounds = Bounds { timeouts: [1, 1, 0, 0], in_flight: 3, ..RaftElection::MODEL.bounds };
    assert_eq!(both_visit_as_many::<RaftElection>(bounds), 45_790);
}

#[test]
fn losses_duplicates_and_power_failures_are_counted_alike() {
    let bounds = Bounds {
        timeouts: [1, 1, 0, 0],
        asks: 1,
        crashes: 0,
        power_failures: 1,
        losses: 1,
        duplications: 1,
        in_flight: 2,
    };
    assert_eq!(both_visit_as_many::<RaftElection>(bounds), 17_380);
}

#[test]
fn a_million_states_with_two_crashes_are_counted_alike() {
    let bounds = Bounds { crashes: 2, in_flight: 3, ..RaftElection::MODEL.bounds };
    assert_eq!(both_visit_as_many::<RaftElection>(bounds), 1_128_048);
}

#[test]
#[ignore = "seven million states twice: cargo test --release -p demos-wasm --test stateright -- --ignored raft_of --nocapture"]
fn raft_of_three_servers_has_seven_million_states_and_each_keeps_every_invariant() {
    assert_eq!(both_visit_as_many::<RaftElection>(RaftElection::MODEL.bounds), 7_268_284);
}

#[test]
fn without_a_rule_both_find_a_shortest_way_to_break_an_invariant() {
    let bounds = Bounds { in_flight: Bounds::FREE, asks: 0, crashes: 0, ..RaftElection::MODEL.bounds };
    assert_eq!(both_find_the_same_length::<RaftElection>(&["one-vote"], bounds), 6);
    let with_power_failures = Bounds { power_failures: 1, ..bounds };
    assert_eq!(both_find_the_same_length::<RaftElection>(&["vote-durable"], with_power_failures), 8);
}
