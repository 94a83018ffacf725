//! Random histories with every fault, judged by the truth.

use std::collections::BTreeSet;

use super::super::witness::{nothing_false, nothing_lost, order_is_causal};
use super::super::{Cart, Command, Deed, Item, Mechanism, Node, Order, Siblings, Witness, WriteId, words};
use crate::demos::version_vectors::mechanism::Put;
use crate::sim::{Action, Ask, Generator, NodeId, TimerId, World};

/// What may happen beside reads, writes and messages lost, doubled, late and out of order.
#[derive(Clone, Copy)]
struct Faults {
    /// Clients write without a context, or forget theirs.
    forgetting: bool,
    /// Disks of servers are replaced.
    wiping: bool,
    /// The clocks of every other client stand still.
    skewed: bool,
}

const NETWORK_AND_CRASHES: Faults = Faults { forgetting: false, wiping: false, skewed: false };
const FORGETTING: Faults = Faults { forgetting: true, ..NETWORK_AND_CRASHES };
const WIPING: Faults = Faults { wiping: true, ..FORGETTING };
const SKEWED: Faults = Faults { skewed: true, ..NETWORK_AND_CRASHES };

/// The laws, in the order of what [`history`] gives.
const LAWS: [&str; 3] = ["lost", "false", "misordered"];

struct Run {
    world: World<Node>,
    witness: Witness,
    generator: Generator,
    /// By sender and receiver: whatever is sent is lost.
    cuts: BTreeSet<(NodeId, NodeId)>,
}

impl Run {
    fn new(mechanism: Mechanism, seed: u64) -> Self {
        let mut generator = Generator::new(seed);
        let servers = u8::try_from(generator.within(&(2..=3))).unwrap();
        let clients = u8::try_from(generator.within(&(2..=4))).unwrap();
        let node = |id| Node::new(id, servers, mechanism);
        let world =
            World::with_clients(NodeId::all(servers).map(node), (0..clients).map(NodeId::client).map(node));
        let mut run = Self { world, witness: Witness::default(), generator, cuts: BTreeSet::new() };
        for id in run.world.ids() {
            run.act(Action::Start(id));
        }
        run
    }

    fn act(&mut self, action: Action) {
        if let Some(change) = self.world.apply(action) {
            self.witness.observe(&self.world, action, &change);
            words::narrate(&self.world, action, &change);
            for sent in &change.sent {
                let is_lost = self.cuts.contains(&(sent.from, sent.to));
                if is_lost {
                    self.act(Action::Lose(sent.id));
                }
            }
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let last = from.len().checked_sub(1)? as u64;
        from.get(usize::try_from(self.generator.within(&(0..=last))).unwrap()).copied()
    }

    fn ask(&mut self, faults: Faults, clock: u32) {
        let clients: Vec<NodeId> = self.world.ids().filter(|id| id.is_client()).collect();
        let servers: Vec<NodeId> = self.world.servers().collect();
        let (Some(id), Some(server)) = (self.pick(&clients), self.pick(&servers)) else { return };
        let item = Item(u8::try_from(self.generator.within(&(0..=7))).unwrap());
        let last = if faults.forgetting { 11 } else { 8 };
        let deed = match self.generator.within(&(0..=last)) {
            0..=3 => Deed::Read,
            4 | 5 => Deed::Add(item),
            6 => Deed::Merge,
            7 | 8 => Deed::Remove(item),
            9 | 10 => Deed::AddBlindly(item),
            _ => Deed::Forget,
        };
        let clock = if faults.skewed && id.index() % 2 == 1 { 0 } else { clock };
        if let Some(change) = self.world.command(id, Command { deed, server, clock }) {
            let action = Action::Ask(id, Ask::default());
            self.witness.observe(&self.world, action, &change);
            for sent in &change.sent {
                if self.cuts.contains(&(sent.from, sent.to)) {
                    self.act(Action::Lose(sent.id));
                }
            }
        }
    }

    fn step(&mut self, faults: Faults, clock: u32) {
        let flights: Vec<_> = self.world.flights().iter().map(|flight| flight.id).collect();
        let ids: Vec<NodeId> = self.world.ids().collect();
        let (Some(one), Some(other)) = (self.pick(&ids), self.pick(&ids)) else { return };
        let flight = self.pick(&flights);
        match (self.generator.within(&(0..=39)), flight) {
            (0..=19, Some(message)) => self.act(Action::Deliver(message)),
            (20 | 21, Some(message)) => self.act(Action::Lose(message)),
            (22, Some(message)) => self.act(Action::Duplicate(message)),
            (23, _) => self.act(Action::Crash(one)),
            (24, _) => self.act(Action::PowerFailure(one)),
            (25..=27, _) => self.act(Action::Restart(one)),
            (28 | 29, _) => self.act(Action::Fire(one, TimerId(0))),
            (30, _) => {
                self.cuts.insert((one, other));
            }
            (31, _) => self.cuts.clear(),
            (32, _) if faults.wiping && !one.is_client() => {
                for action in [Action::Crash(one), Action::Wipe(one), Action::Restart(one)] {
                    self.act(action);
                }
            }
            _ => self.ask(faults, clock),
        }
    }

    /// Everybody up, the network whole, and as many rounds of anti-entropy as it takes.
    fn settle(&mut self) {
        self.cuts.clear();
        let ids: Vec<NodeId> = self.world.ids().collect();
        ids.iter().for_each(|&id| self.act(Action::Restart(id)));
        for _ in 0..2 {
            ids.iter().for_each(|&id| self.act(Action::Fire(id, TimerId(0))));
            while let Some(message) = self.world.flights().first().map(|flight| flight.id) {
                self.act(Action::Deliver(message));
            }
        }
    }

    fn breaches(&self) -> [bool; 3] {
        [nothing_lost, nothing_false, order_is_causal]
            .map(|law| law(&self.world, &self.witness, None).is_some())
    }
}

fn stored(siblings: &Siblings) -> Vec<WriteId> {
    siblings.versions.iter().map(|version| version.write).collect()
}

/// Plays a history to its end and settles it. Which laws were broken, and whether all servers ended with what is right.
fn history(mechanism: Mechanism, faults: Faults, seed: u64) -> ([bool; 3], bool, Run) {
    let mut run = Run::new(mechanism, seed);
    for clock in 0..120 {
        run.step(faults, clock);
    }
    run.settle();
    let right = run.witness.latest();
    let is_right = run.world.servers().all(|id| stored(run.world.node(id).process.siblings()) == right);
    (run.breaches(), is_right, run)
}

/// The law that a mechanism keeps, over so many histories.
fn keeps_all(mechanism: Mechanism, faults: Faults, seeds: std::ops::Range<u64>) {
    let (mut writes, mut most, mut conflicts) = (0, 0, 0);
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let (broken, is_right, run) = history(mechanism, faults, seed);
        let what =
            [nothing_lost, nothing_false, order_is_causal].map(|law| law(&run.world, &run.witness, None));
        assert_eq!(broken, [false; 3], "seed {seed}: {what:?}");
        assert!(
            is_right,
            "seed {seed}: {} instead of {:?}",
            words::describe(&run.world),
            run.witness.latest()
        );
        writes += run.witness.writes().len() as u64;
        most = most.max(run.witness.siblings_max());
        conflicts += u64::from(run.witness.siblings_max() > 1);
    }
    assert!(writes > count * 8 && most >= 4 && conflicts > count / 3, "{writes} {most} {conflicts}");
}

/// How many of so many histories break each law, and how many end wrong.
fn broken(mechanism: Mechanism, faults: Faults, count: u64) -> ([u64; 3], u64) {
    let (mut laws, mut wrong) = ([0; 3], 0);
    for seed in 0..count {
        let (broken, is_right, _) = history(mechanism, faults, seed);
        for (law, broken) in laws.iter_mut().zip(broken) {
            *law += u64::from(broken);
        }
        wrong += u64::from(!is_right);
    }
    (laws, wrong)
}

const HISTORIES: u64 = 20_000;

#[test]
fn dots_keep_every_law_whatever_clients_and_network_do() {
    keeps_all(Mechanism::Dotted, FORGETTING, 0..HISTORIES);
}

#[test]
fn entries_per_client_keep_every_law_while_clients_remember() {
    keeps_all(Mechanism::PER_CLIENT, NETWORK_AND_CRASHES, 0..HISTORIES);
}

#[test]
#[ignore = "200,000 histories: cargo test --release -p demos-wasm -- --ignored a_hundred_thousand_carts"]
fn a_hundred_thousand_carts_a_mechanism_keep_every_law() {
    keeps_all(Mechanism::Dotted, FORGETTING, 0..100_000);
    keeps_all(Mechanism::PER_CLIENT, NETWORK_AND_CRASHES, 0..100_000);
}

#[test]
fn entries_per_server_lose_updates_and_put_conflicts_in_order_and_never_keep_too_much() {
    let ([lost, kept, misordered], wrong) = broken(Mechanism::PerServer, NETWORK_AND_CRASHES, 1_000);
    assert!(
        lost > 500 && misordered > 500 && wrong > 100,
        "{LAWS:?}: {lost} {kept} {misordered}, {wrong} end wrong"
    );
    assert_eq!(kept, 0);
}

#[test]
fn one_vector_for_all_keeps_what_is_covered_and_never_loses() {
    let ([lost, kept, misordered], wrong) = broken(Mechanism::PerObject, FORGETTING, 1_000);
    assert!(kept > 500 && wrong > 100, "{LAWS:?}: {lost} {kept} {misordered}, {wrong} end wrong");
    assert_eq!((lost, misordered), (0, 0));
}

#[test]
fn entries_per_client_lose_updates_when_clients_forget() {
    let ([lost, _, misordered], wrong) = broken(Mechanism::PER_CLIENT, FORGETTING, 1_000);
    assert!(lost > 300 && misordered > 300 && wrong > 50, "{lost} {misordered}, {wrong} end wrong");
}

#[test]
fn pruned_entries_keep_what_is_covered_and_with_wrong_clocks_lose_updates_too() {
    let pruned = Mechanism::PerClient { entries_max: 2 };
    let ([_, kept, misordered], wrong) = broken(pruned, NETWORK_AND_CRASHES, 1_000);
    assert!(kept > 150 && misordered > 150 && wrong > 100, "{kept} {misordered}, {wrong} end wrong");
    let ([lost, ..], wrong) = broken(pruned, SKEWED, 1_000);
    assert!(lost > 50 && wrong > 100, "{lost}, {wrong} end wrong");
}

#[test]
fn a_server_that_loses_its_disk_gives_dots_twice() {
    let ([lost, _, misordered], _) = broken(Mechanism::Dotted, WIPING, 1_000);
    assert!(lost > 50 && misordered > 50, "{lost} {misordered}");
}

/// Replicas that write with full knowledge of their own and merge: there all mechanisms that compare versions agree, and
/// with them the `crdts` crate's multi-value register.
#[test]
fn where_every_writer_is_a_replica_all_agree_with_the_crdts_crates_register() {
    use crdts::{CmRDT, CvRDT, MVReg};
    const MECHANISMS: [Mechanism; 3] = [Mechanism::PerServer, Mechanism::PER_CLIENT, Mechanism::Dotted];
    let mut conflicts = 0;
    for seed in 0..20_000 {
        let mut generator = Generator::new(seed);
        let mut pick = |most: u64| usize::try_from(generator.within(&(0..=most))).unwrap();
        let mut theirs: Vec<MVReg<WriteId, u8>> = vec![MVReg::new(); 3];
        let mut ours = MECHANISMS.map(|_| vec![Siblings::default(); 3]);
        let mut numbers = [0; 3];
        for _ in 0..12 {
            let (at, from, is_write) = (pick(2), pick(2), pick(1) == 0);
            let actor = u8::try_from(at).unwrap();
            if is_write {
                numbers[at] += 1;
                let write = WriteId { client: NodeId::client(actor), number: numbers[at] };
                let context = theirs[at].read_ctx().derive_add_ctx(actor);
                let put = theirs[at].write(write, context);
                theirs[at].apply(put);
                for (mechanism, replicas) in MECHANISMS.iter().zip(&mut ours) {
                    let context = mechanism.context(&replicas[at]);
                    let put = Put { write, cart: Cart::default(), context, stamp: 0 };
                    mechanism.put(&mut replicas[at], NodeId(actor), put);
                }
            } else {
                let other = theirs[from].clone();
                theirs[at].merge(other);
                for (mechanism, replicas) in MECHANISMS.iter().zip(&mut ours) {
                    replicas[at] = mechanism.sync(&replicas[at], &replicas[from]);
                }
            }
            let mut expected = theirs[at].read().val;
            expected.sort_unstable();
            conflicts += u64::from(expected.len() > 1);
            for replicas in &ours {
                assert_eq!(stored(&replicas[at]), expected, "seed {seed}");
            }
        }
    }
    assert!(conflicts > 20_000, "{conflicts}");
}

/// Two servers that both believe to know all there is, and don't have the same.
#[test]
fn one_vector_for_all_can_leave_replicas_apart_for_good() {
    let mut apart = 0;
    for seed in 0..1_000 {
        let (_, _, mut run) = history(Mechanism::PerObject, NETWORK_AND_CRASHES, seed);
        run.settle();
        let servers: Vec<&Siblings> =
            run.world.servers().map(|id| run.world.node(id).process.siblings()).collect();
        assert!(servers.iter().all(|siblings| siblings.shared.compare(&servers[0].shared) == Order::Equal));
        apart += u64::from(servers.iter().any(|siblings| stored(siblings) != stored(servers[0])));
    }
    assert!(apart > 2, "{apart}");
}

/// In any order, any number of times, the same comes out: what replication by anti-entropy needs.
#[test]
fn joining_is_commutative_associative_and_idempotent() {
    for mechanism in [Mechanism::PER_CLIENT, Mechanism::Dotted] {
        let mut compared = 0;
        for seed in 0..600 {
            let mut run = Run::new(mechanism, seed);
            (0..60).for_each(|clock| run.step(NETWORK_AND_CRASHES, clock));
            let all: Vec<&Siblings> =
                run.world.servers().map(|id| run.world.node(id).process.siblings()).collect();
            for a in &all {
                assert_eq!(mechanism.sync(a, a), **a);
                for b in &all {
                    let both = mechanism.sync(a, b);
                    assert_eq!(both, mechanism.sync(b, a), "{mechanism:?}, seed {seed}");
                    for c in &all {
                        assert_eq!(mechanism.sync(&both, c), mechanism.sync(a, &mechanism.sync(b, c)));
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 5_000);
    }
}
