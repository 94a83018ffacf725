//! Leases hold as long as clocks keep to the bound: runs with a virtual clock for every node, fast and slow ones.

use crate::demos::raft::config::{Additions, Config, Reads, Rules};
use crate::demos::raft::member::{Command, Member};
use crate::demos::raft::safety::{Breach, Property};
use crate::demos::raft::server::Server;
use crate::demos::raft::tests::walk::Walk;
use crate::sim::{Action, Change, MessageId, NodeId, TimerId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    Arrival(MessageId),
    Ring(NodeId, TimerId),
}

/// A walk in which things happen when their time has come.
struct Timed {
    walk: Walk,
    /// In microseconds.
    now: u64,
    due: Vec<(u64, u32, Occasion)>,
    order: u32,
    /// How fast each server's clock runs, in percent.
    rates: Vec<u64>,
}

impl Timed {
    fn new(config: Config, seed: u64) -> Self {
        let bound = config.clock_drift_bound;
        let servers = config.servers;
        let mut walk = Walk::asleep(config, 3, seed);
        // As bad as the bound allows, for most of them.
        let rates = (0..servers).map(|_| match walk.below(5) {
            0 | 1 => 100,
            2 | 3 => bound,
            _ => walk.dice.within(&(100..=bound)),
        });
        let rates = rates.collect();
        let mut timed = Self { walk, now: 0, due: Vec::new(), order: 0, rates };
        let ids: Vec<NodeId> = timed.walk.world.ids().collect();
        for id in ids {
            timed.perform(Action::Start(id));
        }
        timed
    }

    fn plan(&mut self, delay: u64, occasion: Occasion) {
        self.due.push((self.now + delay, self.order, occasion));
        self.order += 1;
    }

    fn perform(&mut self, action: Action) -> Option<Breach> {
        let change = self.walk.world.apply(action);
        self.carry_on(change)
    }

    fn ask(&mut self, id: NodeId, command: Command) -> Option<Breach> {
        let change = self.walk.world.command(id, command);
        self.carry_on(change)
    }

    fn carry_on(&mut self, change: Option<Change<Member>>) -> Option<Breach> {
        let change = change?;
        for &(node, timer) in &change.cancelled {
            self.due.retain(|due| due.2 != Occasion::Ring(node, timer));
        }
        for (node, timer, range) in &change.armed {
            self.due.retain(|due| due.2 != Occasion::Ring(*node, *timer));
            if self.walk.world.node(*node).is_armed(*timer) {
                let rate = if node.is_client() { 100 } else { self.rates[node.index()] };
                let delay = self.walk.dice.within(range) * 100_000 / rate;
                self.plan(delay, Occasion::Ring(*node, *timer));
            }
        }
        for envelope in &change.sent {
            if self.walk.is_cut(envelope.from, envelope.to) {
                self.walk.world.apply(Action::Lose(envelope.id));
            } else {
                let delay = self.walk.dice.within(&(200..=2_000));
                self.plan(delay, Occasion::Arrival(envelope.id));
            }
        }
        self.walk.note(Some(change))
    }

    fn meddle(&mut self) -> Option<Breach> {
        match self.walk.below(200) {
            0 => {
                self.walk.cut_at_random();
                None
            }
            1..=2 => {
                // The leader alone, with whatever clients fall on its side.
                let leader = self.walk.leader();
                self.walk.cut_off(leader);
                None
            }
            3..=4 => {
                self.walk.heal();
                None
            }
            5 => {
                let (leader, target) = (self.walk.leader(), self.walk.server());
                self.ask(leader, Command::Transfer(target))
            }
            6 => {
                // Down and up at once, so that it may forget whom it has just heard.
                let id = self.walk.server();
                self.perform(Action::Crash(id)).or_else(|| self.perform(Action::Restart(id)))
            }
            _ => {
                let client = self.walk.client()?;
                let operation = self.walk.operation();
                self.ask(client, Command::Operate(operation))
            }
        }
    }

    fn run(&mut self, until: u64) -> Option<Breach> {
        let mut next_deed = self.now;
        while self.now < until {
            let soonest = (0..self.due.len()).min_by_key(|&place| (self.due[place].0, self.due[place].1));
            let breach = match soonest {
                Some(place) if self.due[place].0 <= next_deed => {
                    let (at, _, occasion) = self.due.remove(place);
                    self.now = at;
                    match occasion {
                        Occasion::Arrival(message) => self.perform(Action::Deliver(message)),
                        Occasion::Ring(node, timer) => self.perform(Action::Fire(node, timer)),
                    }
                }
                Some(_) | None => {
                    self.now = next_deed;
                    next_deed += self.walk.dice.within(&(200..=4_000));
                    self.meddle()
                }
            };
            if breach.is_some() {
                return breach;
            }
        }
        None
    }
}

fn config(rules: Rules, seed: u64) -> Config {
    Config {
        reads: Reads::Lease,
        clock_drift_bound: if seed.is_multiple_of(4) { 150 } else { 300 },
        election_timeout: 150..=200,
        heartbeat_interval: 20,
        retry_after: 10..=20,
        tries: 4,
        rules,
        additions: Additions { pre_vote: seed & 32 != 0, check_quorum: seed & 8 != 0, no_op: true },
        ..Config::new(if seed & 16 == 0 { 3 } else { 5 })
    }
}

fn run(rules: Rules, seed: u64) -> Option<Breach> {
    Timed::new(config(rules, seed), seed).run(800_000)
}

#[test]
fn leases_hold_while_clocks_keep_to_the_bound() {
    for seed in 0..1_000 {
        assert_eq!(run(Rules::ALL, seed), None, "seed {seed}");
    }
}

#[test]
fn those_runs_elect_hold_leases_and_answer() {
    let (mut leaders, mut answers, mut leases) = (0, 0, 0);
    for seed in 0..50 {
        let mut timed = Timed::new(config(Rules::ALL, seed), seed);
        for until in 1..=8 {
            assert_eq!(timed.run(until * 100_000), None);
            let leader = timed.walk.leader();
            let process = &timed.walk.world.node(leader).process;
            leases += usize::from(process.server().is_some_and(Server::holds_lease));
        }
        let operations = timed.walk.witness.operations().operations();
        answers += operations.iter().filter(|operation| operation.returned.is_some()).count();
        leaders += timed.walk.witness.leaders().len();
    }
    println!("{leaders} leaders, {answers} answers, a lease at {leases} of 400 looks");
    assert!(leaders > 100 && answers > 3_000 && leases > 150);
}

#[test]
fn without_the_drift_bound_a_read_under_a_lease_is_stale() {
    let rules = Rules { lease_drift_bound: false, ..Rules::ALL };
    let found = (0..2_000).find_map(|seed| Some((seed, run(rules, seed)?)));
    assert_eq!(found.map(|(_, breach)| breach.property()), Some(Property::Linearizability));
}
