//! Random walks over everything that can happen to a cluster, with every property judged after each action.

use std::rc::Rc;

use crate::check::linearizability::{Key, Value};
use crate::demos::raft::client::Client;
use crate::demos::raft::config::{Config, Transition};
use crate::demos::raft::configuration::{Reconfiguration, Servers};
use crate::demos::raft::member::{Command, Member, Timer};
use crate::demos::raft::safety::{Breach, Witness};
use crate::demos::raft::server::Server;
use crate::demos::raft::store::Operation;
use crate::sim::world::place_of;
use crate::sim::{Action, Change, Generator, MessageId, NodeId, World};

/// How often each kind of thing is tried, in relation to the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    pub(super) deliver: u32,
    pub(super) heartbeat: u32,
    pub(super) election: u32,
    pub(super) other_timer: u32,
    pub(super) crash: u32,
    pub(super) crash_leader: u32,
    pub(super) power_failure: u32,
    pub(super) restart: u32,
    pub(super) lose: u32,
    pub(super) duplicate: u32,
    pub(super) flush: u32,
    pub(super) operate: u32,
    pub(super) operate_beside: u32,
    pub(super) reconfigure: u32,
    pub(super) transfer: u32,
    pub(super) snapshot: u32,
    pub(super) partition: u32,
    pub(super) heal: u32,
}

impl Weights {
    pub(super) const ALL: Self = Self {
        deliver: 700,
        heartbeat: 20,
        election: 1,
        other_timer: 10,
        crash: 2,
        crash_leader: 3,
        power_failure: 2,
        restart: 60,
        lose: 20,
        duplicate: 15,
        flush: 3,
        operate: 25,
        operate_beside: 8,
        reconfigure: 12,
        transfer: 3,
        snapshot: 2,
        partition: 3,
        heal: 8,
    };

    fn list(&self) -> [u32; 18] {
        [
            self.deliver,
            self.heartbeat,
            self.election,
            self.other_timer,
            self.crash,
            self.crash_leader,
            self.power_failure,
            self.restart,
            self.lose,
            self.duplicate,
            self.flush,
            self.operate,
            self.operate_beside,
            self.reconfigure,
            self.transfer,
            self.snapshot,
            self.partition,
            self.heal,
        ]
    }
}

/// What happened in walks: only what could happen and did.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// Tries of one thing; where it wasn't possible, nothing happened.
    pub(super) steps: u64,
    pub(super) deliveries: u64,
    pub(super) timeouts: u64,
    pub(super) crashes: u64,
    pub(super) power_failures: u64,
    pub(super) restarts: u64,
    pub(super) losses: u64,
    pub(super) duplicates: u64,
    pub(super) flushes: u64,
    pub(super) requests: u64,
    pub(super) partitions: u64,
}

impl Tally {
    fn count(&mut self, action: Action) {
        *match action {
            Action::Deliver(_) => &mut self.deliveries,
            Action::Fire(..) => &mut self.timeouts,
            Action::Crash(_) => &mut self.crashes,
            Action::PowerFailure(_) => &mut self.power_failures,
            Action::Start(_) | Action::Restart(_) => &mut self.restarts,
            Action::Lose(_) => &mut self.losses,
            Action::Duplicate(_) => &mut self.duplicates,
            Action::Flush(_) | Action::Wipe(_) => &mut self.flushes,
            Action::Ask(..) => &mut self.requests,
        } += 1;
    }

    /// Adds what happened in another walk.
    pub(super) fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.deliveries += other.deliveries;
        self.timeouts += other.timeouts;
        self.crashes += other.crashes;
        self.power_failures += other.power_failures;
        self.restarts += other.restarts;
        self.losses += other.losses;
        self.duplicates += other.duplicates;
        self.flushes += other.flushes;
        self.requests += other.requests;
        self.partitions += other.partitions;
    }

    /// Everything that happened, but for partitions, which only keep things from happening.
    pub(super) fn events(&self) -> u64 {
        let faults = self.crashes + self.power_failures + self.losses + self.duplicates;
        self.deliveries + self.timeouts + self.restarts + self.flushes + self.requests + faults
    }
}

/// A cluster under way.
pub(super) struct Walk {
    pub(super) tally: Tally,
    /// The node whose step broke the first property, before and after it.
    pub(super) culprit: Option<(Member, Member)>,
    pub(super) world: World<Member>,
    pub(super) witness: Witness,
    pub(super) dice: Generator,
    pub(super) config: Rc<Config>,
    clients: u8,
    /// Which nodes are on the other side of a partition, servers by bit.
    pub(super) side: u32,
    pub(super) last_value: u32,
}

impl Walk {
    /// A cluster whose nodes have started.
    pub(super) fn new(config: Config, clients: u8, seed: u64) -> Self {
        let mut walk = Self::asleep(config, clients, seed);
        let ids: Vec<NodeId> = walk.world.ids().collect();
        for id in ids {
            walk.apply(Action::Start(id));
        }
        walk
    }

    /// A cluster whose nodes haven't started yet.
    pub(super) fn asleep(config: Config, clients: u8, seed: u64) -> Self {
        let config = Rc::new(config);
        let servers = NodeId::all(config.servers).map(|id| Member::Server(Server::new(id, config.clone())));
        let nodes = (0..clients).map(NodeId::client);
        let nodes = nodes.map(|id| Member::Client(Client::new(id, config.clone())));
        Self {
            tally: Tally::default(),
            culprit: None,
            world: World::with_clients(servers, nodes),
            witness: Witness::default(),
            dice: Generator::new(seed),
            config,
            clients,
            side: 0,
            last_value: 0,
        }
    }

    pub(super) fn cut_at_random(&mut self) {
        self.side = u32::try_from(self.dice.bits() & 0xffff_ffff).unwrap();
    }

    /// Cuts one server off from the others, with a random part of the clients.
    pub(super) fn cut_off(&mut self, server: NodeId) {
        self.side = (u32::try_from(self.dice.bits() & 0xffff).unwrap() << 16) | 1 << server.0;
    }

    pub(super) fn heal(&mut self) {
        self.side = 0;
    }

    pub(super) fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.dice.within(&(0..=u64::from(end.max(1) - 1)))).unwrap()
    }

    pub(super) fn note(&mut self, change: Option<Change<Member>>) -> Option<Breach> {
        if let Some(change) = change {
            self.witness.observe(&self.world, &change);
            if self.culprit.is_none() && !self.witness.breaches().is_empty() {
                let after = change.node.map(|id| self.world.node(id).process.clone());
                self.culprit = change.before.zip(after);
            }
        }
        self.witness.breaches().first().copied()
    }

    pub(super) fn apply(&mut self, action: Action) -> Option<Breach> {
        let change = self.world.apply(action);
        if change.is_some() {
            self.tally.count(action);
        }
        self.note(change)
    }

    pub(super) fn ask(&mut self, id: NodeId, command: Command) -> Option<Breach> {
        let change = self.world.command(id, command);
        self.tally.requests += u64::from(change.is_some());
        self.note(change)
    }

    pub(super) fn server(&mut self) -> NodeId {
        let count = u32::from(self.config.servers);
        NodeId(u8::try_from(self.below(count)).unwrap())
    }

    /// A server or, now and then, a client.
    fn anybody(&mut self) -> NodeId {
        let client = if self.below(5) == 0 { self.client() } else { None };
        client.unwrap_or_else(|| self.server())
    }

    /// A leader that is up, or any server.
    pub(super) fn leader(&mut self) -> NodeId {
        let somebody = self.server();
        let count = self.config.servers;
        let mut ids = (0..count).map(|step| NodeId((somebody.0 + step) % count));
        ids.find(|&id| self.leads(id)).unwrap_or(somebody)
    }

    pub(super) fn leads(&self, id: NodeId) -> bool {
        let node = self.world.node(id);
        node.up && node.process.server().is_some_and(Server::is_leader)
    }

    fn has_leader(&self) -> bool {
        self.world.servers().any(|id| self.leads(id))
    }

    pub(super) fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        let side = |id: NodeId| {
            let place = if id.is_client() { 16 + id.index() } else { id.index() };
            (self.side >> place) & 1
        };
        side(from) != side(to)
    }

    /// A message that can arrive now, any one.
    pub(super) fn deliverable(&mut self) -> Option<MessageId> {
        let count = self.world.flights().len();
        let start = self.below(u32::try_from(count).unwrap()) as usize;
        let flights = self.world.flights();
        (0..count)
            .map(|step| &flights[(start + step) % count])
            .find(|flight| self.world.node(flight.to).up && !self.is_cut(flight.from, flight.to))
            .map(|flight| flight.id)
    }

    fn any_message(&mut self) -> Option<MessageId> {
        let count = u32::try_from(self.world.flights().len()).unwrap();
        let place = self.below(count) as usize;
        self.world.flights().get(place).map(|flight| flight.id)
    }

    fn fire(&mut self, timer: Timer) -> Option<Breach> {
        let timer = place_of::<Member>(timer);
        let start = self.server();
        let count = self.config.servers;
        let ids = (0..count).map(|step| NodeId((start.0 + step) % count));
        let armed = ids.into_iter().find(|&id| self.world.node(id).is_armed(timer))?;
        self.apply(Action::Fire(armed, timer))
    }

    pub(super) fn operation(&mut self) -> Operation {
        let key = Key(u32::from(self.below(4) == 0));
        match self.below(10) {
            0..=4 => Operation::read(key),
            5..=7 => {
                self.last_value += 1;
                Operation::write(key, Value(self.last_value))
            }
            _ => {
                let from = Value(self.last_value.saturating_sub(self.below(3)));
                self.last_value += 1;
                Operation::compare_and_swap(key, from, Value(self.last_value))
            }
        }
    }

    pub(super) fn reconfiguration(&mut self) -> Reconfiguration {
        let server = self.server();
        let kinds = if self.config.transition == Transition::JointConsensus { 6 } else { 5 };
        match self.below(kinds) {
            0 => Reconfiguration::Add(server),
            1 => Reconfiguration::AddLearner(server),
            2 => Reconfiguration::Promote(server),
            3 | 4 => Reconfiguration::Remove(server),
            _ => {
                let some = u16::try_from(self.dice.bits() & 0xffff).unwrap();
                Reconfiguration::Replace(Servers(some).and(Servers::first(self.config.servers)))
            }
        }
    }

    /// Lets a message arrive; where none can, lets a timer run out, so that something does.
    fn deliver(&mut self) -> Option<Breach> {
        // What nobody lets through is lost one day.
        if self.world.flights().len() > 60 {
            let oldest = self.world.flights()[0].id;
            self.apply(Action::Lose(oldest));
        }
        match self.deliverable() {
            Some(message) => self.apply(Action::Deliver(message)),
            None if self.below(12) == 0 => self.fire(Timer::Election),
            None if self.has_leader() => self.fire(Timer::Heartbeat),
            None => self.fire(Timer::Election),
        }
    }

    fn fire_another(&mut self) -> Option<Breach> {
        match self.below(4) {
            0 => self.fire(Timer::Quorum),
            1 => self.fire(Timer::Silence),
            2 => self.fire(Timer::Transfer),
            _ => {
                let client = self.client()?;
                self.apply(Action::Fire(client, place_of::<Member>(Timer::Retry)))
            }
        }
    }

    /// Tries one thing, and gives the first breach there is.
    pub(super) fn step(&mut self, weights: &Weights) -> Option<Breach> {
        self.tally.steps += 1;
        let weights = weights.list();
        let mut draw = self.below(weights.iter().sum());
        let mut kind = 0;
        while draw >= weights[kind] {
            draw -= weights[kind];
            kind += 1;
        }
        match kind {
            0 => self.deliver(),
            1 => self.fire(Timer::Heartbeat),
            2 => self.fire(Timer::Election),
            3 => self.fire_another(),
            4 => {
                let id = self.anybody();
                self.apply(Action::Crash(id))
            }
            5 => {
                let id = self.leader();
                self.apply(Action::Crash(id))
            }
            6 => {
                let id = self.server();
                self.apply(Action::PowerFailure(id))
            }
            7 => {
                let id = self.anybody();
                self.apply(Action::Restart(id))
            }
            8 => {
                let message = self.any_message()?;
                self.apply(Action::Lose(message))
            }
            9 => {
                let message = self.any_message()?;
                self.apply(Action::Duplicate(message))
            }
            10 => {
                let id = self.server();
                self.apply(Action::Flush(id))
            }
            11 => {
                let client = self.client()?;
                let operation = self.operation();
                self.ask(client, Command::Operate(operation))
            }
            12 => {
                let (id, operation) = (self.leader(), self.operation());
                self.ask(id, Command::Operate(operation))
            }
            13 => {
                let (id, change) = (self.leader(), self.reconfiguration());
                self.ask(id, Command::Reconfigure(change))
            }
            14 => {
                let (id, target) = (self.leader(), self.server());
                self.ask(id, Command::Transfer(target))
            }
            15 => {
                let id = self.server();
                self.ask(id, Command::TakeSnapshot)
            }
            16 => {
                self.tally.partitions += 1;
                self.cut_at_random();
                None
            }
            _ => {
                self.heal();
                None
            }
        }
    }

    pub(super) fn client(&mut self) -> Option<NodeId> {
        let count = u32::from(self.clients);
        (count > 0).then(|| NodeId::client(u8::try_from(self.below(count)).unwrap()))
    }
}

/// Walks until something breaks, and gives the number of the step with it.
pub(super) fn walk(
    config: Config,
    clients: u8,
    weights: &Weights,
    seed: u64,
    steps: usize,
) -> Option<(usize, Breach)> {
    let mut walk = Walk::new(config, clients, seed);
    (0..steps).find_map(|taken| walk.step(weights).map(|breach| (taken, breach)))
}
