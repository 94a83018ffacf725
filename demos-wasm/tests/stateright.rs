//! The explorer against Stateright: the same bounded model, another search, another hash of states, and the same number.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use demos::demos::raft::election::RaftElection;
use demos::explore::{Bounds, Exhaustive, Spent};
use demos::figure::{Demo, Value, Values};
use demos::sim::{Action, Cluster};
use demos::stage::Stage;
use stateright::{Checker, Model, Property};

/// A demo within bounds, as Stateright wants it.
struct Bounded<D: Demo> {
    root: Stage<D>,
    bounds: Bounds,
}

struct State<D: Demo> {
    stage: Stage<D>,
    spent: Spent,
}

impl<D: Demo> Clone for State<D> {
    fn clone(&self) -> Self {
        Self { stage: self.stage.clone(), spent: self.spent }
    }
}

impl<D: Demo> PartialEq for State<D> {
    fn eq(&self, other: &Self) -> bool {
        hash(self) == hash(other)
    }
}

impl<D: Demo> fmt::Debug for State<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stage.world().fmt(formatter)
    }
}

/// Nothing of our own fingerprints in it: messages under way are sorted by what the standard library makes of them.
impl<D: Demo> Hash for State<D> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let world = self.stage.world();
        world.nodes().hash(hasher);
        let under_way = world.flights().iter().map(|flight| hash(&(flight.from, flight.to, &flight.message)));
        let mut under_way: Vec<u64> = under_way.collect();
        under_way.sort_unstable();
        under_way.hash(hasher);
        self.stage.witness().hash(hasher);
        self.spent.hash(hasher);
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
        vec![State { stage: self.root.clone(), spent: Spent::default() }]
    }

    fn actions(&self, state: &State<D>, actions: &mut Vec<Action>) {
        actions.extend(self.bounds.choices(&state.stage, state.spent));
    }

    fn next_state(&self, state: &State<D>, action: Action) -> Option<State<D>> {
        let mut stage = state.stage.clone();
        stage.apply(action, 0, false)?;
        let is_visited = stage.violation().is_some() || self.bounds.admits(&stage);
        is_visited.then(|| State { stage, spent: self.bounds.spend(state.spent, action) })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always(HOLDS, |_, state: &State<D>| state.stage.violation().is_none())]
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
fn both_visit_as_many<D: Demo>(bounds: Bounds) -> usize
where
    Stage<D>: Send + Sync,
{
    let ours = ours::<D>(&[], bounds);
    assert_eq!(ours.found(), None);
    let theirs = Bounded { root: started::<D>(&[]), bounds }.checker().spawn_dfs().join();
    theirs.assert_properties();
    assert_eq!(ours.states(), theirs.unique_state_count(), "ours, then Stateright's");
    ours.states()
}

/// Both searches until something breaks; gives how many actions that takes.
fn both_find_the_same_length<D: Demo>(off: &str, bounds: Bounds) -> usize
where
    Stage<D>: Send + Sync,
{
    let ours = ours::<D>(&[off], bounds);
    let (actions, _) = ours.found().unwrap();
    let theirs = Bounded { root: started::<D>(&[off]), bounds }.checker().spawn_bfs().join();
    let path = theirs.discovery(HOLDS).unwrap();
    assert_eq!(actions.len(), path.into_actions().len(), "{off}: ours, then Stateright's");
    actions.len()
}

#[test]
fn a_small_raft_has_as_many_states_for_stateright_as_for_us() {
    let few_messages = Bounds { timeouts: [1, 1, 0, 0], ..RaftElection::MODEL.bounds };
    assert_eq!(both_visit_as_many::<RaftElection>(few_messages), 60_559);
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
        in_flight: 3,
    };
    assert_eq!(both_visit_as_many::<RaftElection>(bounds), 262_387);
}

#[test]
#[ignore = "two million states twice: cargo test -p demos-wasm --test stateright -- --ignored --nocapture"]
fn raft_of_three_servers_has_two_million_states_and_each_keeps_every_invariant() {
    let states = both_visit_as_many::<RaftElection>(RaftElection::MODEL.bounds);
    println!("{states} unique states");
    assert_eq!(states, 1_888_765);
}

#[test]
fn without_a_rule_both_find_a_shortest_way_to_break_an_invariant() {
    let bounds = Bounds { in_flight: Bounds::FREE, asks: 0, ..RaftElection::MODEL.bounds };
    assert_eq!(both_find_the_same_length::<RaftElection>("one-vote", bounds), 6);
    assert_eq!(both_find_the_same_length::<RaftElection>("vote-durable", bounds), 8);
    let with_a_write = Bounds { asks: 1, crashes: 0, ..bounds };
    assert_eq!(both_find_the_same_length::<RaftElection>("up-to-date", with_a_write), 9);
}
