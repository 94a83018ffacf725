//! A replica: takes updates, tells the others, and merges what they tell.
//!
//! What was acknowledged to a client or to another replica is on disk first, so a crash loses nothing that anybody counts
//! on. What is lost are the deltas kept for others and what others have acknowledged; both are made good by sending more.

use core::ops::RangeInclusive;

use super::broadcast::{Broadcast, Log, Operation, Promises};
use super::context::Dot;
use super::kind::{Breach, Effect, Replication, Request, Rules};
use super::message::Message;
use super::payload::{Payload, Value};
use crate::prelude::*;
use crate::sim::{Effects, Event, NodeId, Process};

/// What all replicas agree on from the start.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Config {
    /// How many replicas; known to all, and never more (Shapiro et al. 2011, §3.1.2).
    pub replicas: u8,
    /// The type, and the rule taken away.
    pub rules: Rules,
    /// How updates travel.
    pub replication: Replication,
    /// Time between two rounds of telling the others, in local milliseconds.
    pub gossip: RangeInclusive<u64>,
}

/// The one timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Time to tell the others.
    Gossip,
}

/// What a client is told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reply {
    /// The update is done, and this is the value now.
    Done(Value),
    /// The update can't be done here: what should be removed isn't in.
    Refused,
}

/// What is on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Durable {
    /// The state.
    pub payload: Payload,
    /// How many updates were made here. A replica that forgot it would give a dot twice.
    pub updates: u32,
    /// The number of the next delta (the durable counter *c* of algorithm 2). 0 unless replication is by deltas.
    pub next_delta: u32,
    /// Operations applied, and kept for others. Empty unless replication is by operations.
    pub log: Log<Effect>,
}

/// One replica.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Replica {
    id: NodeId,
    config: Config,
    payload: Payload,
    updates: u32,
    next_delta: u32,
    /// The latest deltas, each with its number and where it came from; in order, without gaps (*D* of algorithm 2). Lost in a
    /// crash.
    deltas: Vec<(u32, NodeId, Payload)>,
    /// By position, the first delta that the replica may not have (*A* of algorithm 2). Lost in a crash.
    acknowledged: Vec<u32>,
    broadcast: Broadcast<Effect>,
}

impl Replica {
    /// A replica that knows of no update.
    pub fn new(id: NodeId, config: Config) -> Self {
        Self::with(id, config, Durable::default())
    }

    fn with(id: NodeId, config: Config, disk: Durable) -> Self {
        let promises = Promises {
            once: !config.rules.lacks(Breach::NoDeduplication),
            causal: !config.rules.lacks(Breach::NoCausalOrder),
        };
        Self {
            id,
            payload: disk.payload,
            updates: disk.updates,
            next_delta: disk.next_delta,
            deltas: Vec::new(),
            acknowledged: vec![0; usize::from(config.replicas)],
            broadcast: Broadcast::new(config.replicas, promises, disk.log),
            config,
        }
    }

    /// What was agreed on.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The state.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// What a client reads here.
    pub fn value(&self) -> Value {
        self.payload.value(self.config.rules.kind)
    }

    /// How many updates were made here.
    pub fn updates(&self) -> u32 {
        self.updates
    }

    /// Operations applied and kept for others, and operations that came too early.
    pub fn broadcast(&self) -> &Broadcast<Effect> {
        &self.broadcast
    }

    /// How many deltas are kept for others.
    pub fn deltas(&self) -> usize {
        self.deltas.len()
    }

    fn others(&self) -> impl Iterator<Item = NodeId> + use<> {
        let me = self.id;
        NodeId::all(self.config.replicas).filter(move |id| *id != me)
    }

    fn command(&mut self, request: Request, effects: &mut Effects<Self>) {
        let dot = Dot { replica: self.id, number: self.updates + 1 };
        let Some(effect) = self.config.rules.prepare(&self.payload, request, dot) else {
            effects.reply(Reply::Refused);
            return;
        };
        self.updates = dot.number;
        match self.config.replication {
            Replication::State | Replication::Delta => {
                let delta = self.config.rules.mutate(&mut self.payload, self.id, &effect);
                self.keep(self.id, delta);
                effects.persist(self.disk());
            }
            Replication::Operation => {
                self.config.rules.apply(&mut self.payload, &effect);
                let operation = self.broadcast.announce(dot, effect);
                effects.persist(self.disk());
                for other in self.others() {
                    effects.send(other, Message::Operation(operation.clone()));
                }
            }
        }
        effects.reply(Reply::Done(self.value()));
    }

    /// Keeps a delta for those whom it didn't come from.
    fn keep(&mut self, from: NodeId, delta: Payload) {
        if self.config.replication == Replication::Delta {
            self.deltas.push((self.next_delta, from, delta));
            self.next_delta += 1;
        }
    }

    fn gossip(&self, effects: &mut Effects<Self>) {
        for other in self.others() {
            match self.config.replication {
                Replication::State => effects.send(other, Message::State(self.payload.clone())),
                Replication::Delta => {
                    if let Some(message) = self.interval(other) {
                        effects.send(other, message);
                    }
                }
                Replication::Operation => {
                    for operation in self.broadcast.missing(other) {
                        effects.send(other, Message::Operation(operation.clone()));
                    }
                }
            }
        }
        effects.set_timer(Timer::Gossip, self.config.gossip.clone());
    }

    /// What another replica may lack: the deltas since its last acknowledgement, or everything where they are gone. Not
    /// what it sent itself (avoiding *back-propagation*, Enes et al. 2019, §IV).
    ///
    /// It lacks nothing that came before, so it will be as if it had been sent everything (the causal delta-merging
    /// condition, definition 6).
    fn interval(&self, other: NodeId) -> Option<Message> {
        let start = self.acknowledged[other.index()];
        if start >= self.next_delta {
            return None;
        }
        let first = self.deltas.first().map_or(self.next_delta, |(number, ..)| *number);
        let whole = first > start;
        let mut delta = Payload::default();
        if whole {
            delta = self.payload.clone();
        } else {
            let lacked = self.deltas.iter().filter(|(number, from, _)| *number >= start && *from != other);
            lacked.for_each(|(.., one)| delta.join(one, self.config.rules));
        }
        Some(Message::Delta { delta, end: self.next_delta, whole })
    }

    fn receive(&mut self, from: NodeId, message: Message, effects: &mut Effects<Self>) {
        match message {
            Message::State(payload) => self.merge(from, &payload, effects),
            Message::Delta { delta, end, .. } => {
                self.merge(from, &delta, effects);
                effects.send(from, Message::Acknowledge(end));
            }
            Message::Acknowledge(end) => self.acknowledge(from, end),
            Message::Operation(operation) => self.operation(from, operation, effects),
            Message::Applied(applied) => {
                if self.broadcast.acknowledge(self.id, from, &applied) {
                    effects.persist(self.disk());
                }
            }
        }
    }

    fn merge(&mut self, from: NodeId, other: &Payload, effects: &mut Effects<Self>) {
        let merged = self.payload.joined(other, self.config.rules);
        if merged != self.payload {
            self.payload = merged;
            // What is news here may be news to the others.
            self.keep(from, other.clone());
            self.acknowledge(from, 0);
            effects.persist(self.disk());
        }
    }

    fn acknowledge(&mut self, from: NodeId, end: u32) {
        let known = &mut self.acknowledged[from.index()];
        *known = (*known).max(end);
        // What came from there is there.
        for (number, origin, _) in &self.deltas {
            *known += u32::from(*number == *known && *origin == from);
        }
        let everywhere = self.others().map(|other| self.acknowledged[other.index()]).min().unwrap_or(end);
        self.deltas.retain(|(number, ..)| *number >= everywhere);
    }

    fn operation(&mut self, from: NodeId, operation: Operation<Effect>, effects: &mut Effects<Self>) {
        let ready = self.broadcast.receive(operation);
        for operation in &ready {
            self.config.rules.apply(&mut self.payload, &operation.body);
        }
        if !ready.is_empty() {
            effects.persist(self.disk());
        }
        effects.send(from, Message::Applied(self.broadcast.log.applied.clone()));
    }
}

impl Process for Replica {
    type Message = Message;
    type Timer = Timer;
    type Command = Request;
    type Reply = Reply;
    type Disk = Durable;

    const TIMERS: &'static [Timer] = &[Timer::Gossip];

    fn disk(&self) -> Durable {
        Durable {
            payload: self.payload.clone(),
            updates: self.updates,
            next_delta: self.next_delta,
            log: self.broadcast.log.clone(),
        }
    }

    fn step(&mut self, event: Event<Self>) -> Effects<Self> {
        let mut effects = Effects::new();
        match event {
            Event::Start => effects.set_timer(Timer::Gossip, self.config.gossip.clone()),
            Event::Timeout(Timer::Gossip) => self.gossip(&mut effects),
            Event::Command(request) => self.command(request, &mut effects),
            Event::Receive { from, message } => self.receive(from, message, &mut effects),
        }
        effects
    }

    fn recover(&self, disk: &Durable) -> Self {
        Self::with(self.id, self.config.clone(), disk.clone())
    }
}
