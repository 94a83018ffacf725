//! Random histories under every fault: loss, duplication, reordering, partitions, crashes, wrong clocks.

use super::{Element, Kind, Rules};
use crate::demos::crdt::safety::{LAWS, Witness};
use crate::demos::crdt::{Breach, Config, Replica, Replication, Request};
use crate::sim::{Action, Change, Generator, MessageId, NodeId, TimerId, World};

/// A world without a scheduler: the test itself chooses what happens, so that a history costs microseconds.
struct Torment {
    world: World<Replica>,
    witness: Witness,
    fate: Generator,
    /// The side of the partition that each replica is on.
    sides: [u8; 3],
    kind: Kind,
}

/// A law that broke, and how.
type Breakage = (&'static str, String);

impl Torment {
    fn new(rules: Rules, replication: Replication, seed: u64) -> Self {
        let config = Config { replicas: 3, rules, replication, gossip: 1..=1 };
        let world = World::new(NodeId::all(3).map(|id| Replica::new(id, config.clone())));
        let fate = Generator::new(seed);
        Self { world, witness: Witness::default(), fate, sides: [0; 3], kind: rules.kind }
    }

    fn pick(&mut self, below: usize) -> usize {
        usize::try_from(self.fate.within(&(0..=below as u64 - 1))).unwrap()
    }

    fn replica(&mut self) -> NodeId {
        NodeId(u8::try_from(self.pick(3)).unwrap())
    }

    fn message(&mut self) -> Option<MessageId> {
        let count = self.world.flights().len();
        (count > 0).then(|| self.pick(count)).map(|place| self.world.flights()[place].id)
    }

    fn apply(&mut self, action: Action) -> Result<(), Breakage> {
        let change = self.world.apply(action);
        self.judge(action, change)
    }

    fn judge(&mut self, action: Action, change: Option<Change<Replica>>) -> Result<(), Breakage> {
        let Some(change) = change else { return Ok(()) };
        self.witness.observe(&self.world, action, &change);
        let broken = LAWS
            .iter()
            .find_map(|law| Some((law.info.name, (law.broken)(&self.world, &self.witness, change.node)?)));
        broken.map_or(Ok(()), Err)
    }

    fn ask(&mut self) -> Result<(), Breakage> {
        let updates = self.kind.updates(&[Element(1), Element(2)]);
        let (who, choice, clock) = (self.replica(), self.pick(updates.len()), self.pick(4));
        let request = Request { update: updates[choice], clock: clock as u64 };
        let change = self.world.command(who, request);
        self.judge(Action::Ask(who, crate::sim::Ask(0)), change)
    }

    /// A message arrives; across a partition it is lost instead.
    fn deliver(&mut self, message: MessageId) -> Result<(), Breakage> {
        let Some(flight) = self.world.flight(message) else { return Ok(()) };
        let meet = self.sides[flight.from.index()] == self.sides[flight.to.index()];
        let arrives = meet && self.world.is_up(flight.to);
        self.apply(if arrives { Action::Deliver(message) } else { Action::Lose(message) })
    }

    fn something(&mut self) -> Result<(), Breakage> {
        match self.pick(100) {
            0..20 => self.ask(),
            20..30 => {
                let who = self.replica();
                self.apply(Action::Fire(who, TimerId(0)))
            }
            30..34 => {
                let who = self.replica();
                self.apply(Action::Crash(who))
            }
            34..42 => {
                let who = self.replica();
                self.apply(Action::Restart(who))
            }
            42..46 => {
                let who = self.pick(3);
                self.sides[who] ^= 1;
                Ok(())
            }
            choice => match self.message() {
                Some(message) if choice < 51 => self.apply(Action::Lose(message)),
                Some(message) if choice < 57 => self.apply(Action::Duplicate(message)),
                Some(message) => self.deliver(message),
                None => Ok(()),
            },
        }
    }

    /// Everything is mended; after how many rounds of gossip all replicas have seen everything.
    fn settle(&mut self) -> Result<usize, Breakage> {
        self.sides = [0; 3];
        for id in NodeId::all(3) {
            self.apply(Action::Restart(id))?;
        }
        for round in 0..4 {
            while let Some(message) = self.message() {
                self.deliver(message)?;
            }
            let all = self.witness.records().len();
            let mut seen = NodeId::all(3).filter_map(|id| self.witness.seen(id));
            if seen.all(|seen| seen.dots().count() == all) {
                return Ok(round);
            }
            for id in NodeId::all(3) {
                self.apply(Action::Fire(id, TimerId(0)))?;
            }
        }
        Err(("Eventual delivery", "a replica still lacks an update after four rounds".to_owned()))
    }

    fn run(mut self, steps: usize) -> Result<usize, Breakage> {
        for id in NodeId::all(3) {
            self.apply(Action::Start(id))?;
        }
        for _ in 0..steps {
            self.something()?;
        }
        self.settle()?;
        let values: Vec<_> = self.world.nodes().iter().map(|node| node.process.value()).collect();
        assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
        Ok(self.witness.records().len())
    }
}

fn sound(kind: Kind, seeds: std::ops::Range<u64>, steps: usize) -> usize {
    let mut updates = 0;
    for seed in seeds {
        let replication = Replication::ALL[usize::try_from(seed % 3).unwrap()];
        let outcome = Torment::new(Rules::of(kind), replication, seed).run(steps);
        updates +=
            outcome.unwrap_or_else(|broken| panic!("{kind:?} by {replication:?}, seed {seed}: {broken:?}"));
    }
    updates
}

/// 100,000 for each type, a third of them for each way to replicate.
macro_rules! a_hundred_thousand_histories {
    ($($name:ident: $kind:ident),*) => {$(
        #[test]
        fn $name() {
            let updates = sound(Kind::$kind, 0..100_000, 24);
            assert!(updates > 250_000, "{updates} updates are too few to mean anything");
        }
    )*};
}

a_hundred_thousand_histories!(
    a_hundred_thousand_histories_of_a_g_counter_break_no_law: GCounter,
    a_hundred_thousand_histories_of_a_pn_counter_break_no_law: PnCounter,
    a_hundred_thousand_histories_of_a_g_set_break_no_law: GSet,
    a_hundred_thousand_histories_of_a_two_phase_set_break_no_law: TwoPhaseSet,
    a_hundred_thousand_histories_of_an_lww_set_break_no_law: LwwSet,
    a_hundred_thousand_histories_of_an_or_set_break_no_law: OrSet,
    a_hundred_thousand_histories_of_an_lww_register_break_no_law: LwwRegister,
    a_hundred_thousand_histories_of_an_mv_register_break_no_law: MvRegister
);

#[test]
#[ignore = "a million long histories a type: cargo test --release -p demos-wasm -- --ignored a_million_long"]
fn a_million_long_histories_of_every_type_break_no_law() {
    for kind in Kind::ALL {
        sound(kind, 0..1_000_000, 120);
    }
}

#[test]
fn random_histories_find_every_missing_rule() {
    for kind in Kind::ALL {
        for breach in Breach::ALL {
            for replication in Replication::ALL {
                if breach.concerns(kind, replication) {
                    let rules = Rules::of(kind).without(breach);
                    let caught =
                        (0..2_000).find(|&seed| Torment::new(rules, replication, seed).run(40).is_err());
                    assert!(caught.is_some(), "{kind:?} with {breach:?} by {replication:?}");
                }
            }
        }
    }
}
