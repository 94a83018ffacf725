//! What can happen: nodes, messages in flight, armed timers, disks. No clock, no random numbers.

use alloc::sync::Arc;
use core::hash::{Hash, Hasher};
use core::ops::RangeInclusive;

use super::fingerprint::Fingerprint;
use super::process::{Effect, Effects, Event, NodeId, Process, Roster, TimerId};
use crate::prelude::*;

/// One message in flight, numbered from 0 in the order of sending. Never reused within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u32);

impl MessageId {
    /// Position in a list of all messages of the run.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Envelope<M> {
    /// Its number.
    pub id: MessageId,
    /// Who sent it.
    pub from: NodeId,
    /// Who shall get it.
    pub to: NodeId,
    /// What it says.
    pub message: M,
}

/// A node with what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node<P: Process> {
    /// Its memory. Of a crashed node: as it was at the crash, for the record only.
    pub process: P,
    /// What was written last: what a restart finds, unless the power fails before it is durable.
    pub disk: P::Disk,
    /// What would survive a power failure now, where that is not `disk`.
    pub durable: Option<P::Disk>,
    /// False from a crash until the restart.
    pub up: bool,
    /// Armed timers with the delay range asked for, in milliseconds; ordered by timer.
    timers: Vec<(TimerId, RangeInclusive<u64>)>,
}

impl<P: Process> Node<P> {
    /// Timers that may fire.
    pub fn timers(&self) -> impl Iterator<Item = TimerId> + '_ {
        self.timers.iter().map(|(timer, _)| *timer)
    }

    /// Whether this timer is armed.
    pub fn is_armed(&self, timer: TimerId) -> bool {
        self.timers().any(|armed| armed == timer)
    }

    /// Writes are on the disk that a power failure would take back.
    pub fn has_unsynced_writes(&self) -> bool {
        self.durable.is_some()
    }
}

/// One thing that happens, whatever the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A node comes up for the first time.
    Start(NodeId),
    /// A message reaches its node, which is up.
    Deliver(MessageId),
    /// A message vanishes.
    Lose(MessageId),
    /// A second copy of a message sets out.
    Duplicate(MessageId),
    /// An armed timer runs out.
    Fire(NodeId, TimerId),
    /// A node that is up stops; memory and timers are gone, everything written to the disk stays.
    Crash(NodeId),
    /// A node that is up loses its power: as a crash, and what isn't durable on its disk is gone too.
    PowerFailure(NodeId),
    /// A crashed node comes up with what is on its disk.
    Restart(NodeId),
    /// What was written to a node's disk becomes durable.
    Flush(NodeId),
    /// The disk of a crashed node is replaced by an empty one.
    Wipe(NodeId),
    /// Somebody asks a node that is up; what for is for the demo to say.
    Ask(NodeId, Ask),
}

/// What is asked of a node: a number that the demo gives a meaning. 0 is its usual request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ask(pub u32);

/// What a step did to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Disk {
    /// Nothing.
    #[default]
    Untouched,
    /// Written, not durable yet.
    Written,
    /// Written and durable.
    Synced,
}

/// What one action changed, for whoever keeps clocks, records or counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<P: Process> {
    /// The node that took the step, none for pure network events.
    pub node: Option<NodeId>,
    /// The message that arrived or was lost.
    pub envelope: Option<Envelope<P::Message>>,
    /// The process before the step, where a node took one.
    pub before: Option<P>,
    /// What was asked of the node.
    pub command: Option<P::Command>,
    /// Messages that set out, in order; each may be lost before it leaves.
    pub sent: Vec<Envelope<P::Message>>,
    /// Timers armed, with the range asked for.
    pub armed: Vec<(NodeId, TimerId, RangeInclusive<u64>)>,
    /// Timers disarmed.
    pub cancelled: Vec<(NodeId, TimerId)>,
    /// Answers to clients.
    pub replies: Vec<P::Reply>,
    /// What became of the disk.
    pub disk: Disk,
}

impl<P: Process> Default for Change<P> {
    fn default() -> Self {
        Self {
            node: None,
            envelope: None,
            before: None,
            command: None,
            sent: Vec::new(),
            armed: Vec::new(),
            cancelled: Vec::new(),
            replies: Vec::new(),
            disk: Disk::Untouched,
        }
    }
}

/// A cluster at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World<P: Process> {
    /// Servers, then clients.
    nodes: Vec<Node<P>>,
    roster: Roster,
    flights: Vec<Envelope<P::Message>>,
    next_message: u32,
    /// Disks as they were before the first start.
    blank: Arc<[P::Disk]>,
}

impl<P: Process> World<P> {
    /// A cluster of these servers, none of them started yet.
    pub fn new(servers: impl IntoIterator<Item = P>) -> Self {
        Self::with_clients(servers, [])
    }

    /// A cluster of these servers and clients, none of them started yet.
    pub fn with_clients(servers: impl IntoIterator<Item = P>, clients: impl IntoIterator<Item = P>) -> Self {
        let node =
            |process: P| Node { disk: process.disk(), process, durable: None, up: true, timers: Vec::new() };
        let mut nodes: Vec<Node<P>> = servers.into_iter().map(node).collect();
        let count = |nodes: &[Node<P>]| u8::try_from(nodes.len()).unwrap_or(u8::MAX);
        let servers = count(&nodes);
        nodes.extend(clients.into_iter().map(node));
        let roster = Roster { servers, clients: count(&nodes) - servers };
        let blank = nodes.iter().map(|node| node.process.blank()).collect();
        Self { nodes, roster, flights: Vec::new(), next_message: 0, blank }
    }

    /// The nodes, in the order of [`World::ids`].
    pub fn nodes(&self) -> &[Node<P>] {
        &self.nodes
    }

    fn position(&self, id: NodeId) -> usize {
        self.roster.position(id)
    }

    /// Who takes part.
    pub fn roster(&self) -> Roster {
        self.roster
    }

    /// Whether there is such a node.
    pub fn has(&self, id: NodeId) -> bool {
        self.roster.has(id)
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> &Node<P> {
        &self.nodes[self.position(id)]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node<P> {
        let position = self.position(id);
        &mut self.nodes[position]
    }

    /// The ids of all nodes: servers, then clients.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<P> {
        self.roster.ids()
    }

    /// The ids of the servers.
    pub fn servers(&self) -> impl Iterator<Item = NodeId> + use<P> {
        NodeId::all(self.roster.servers)
    }

    /// Messages on their way, oldest first.
    pub fn flights(&self) -> &[Envelope<P::Message>] {
        &self.flights
    }

    /// A message on its way, none once it arrived or was lost.
    pub fn flight(&self, id: MessageId) -> Option<&Envelope<P::Message>> {
        let position = self.flights.binary_search_by_key(&id, |flight| flight.id).ok()?;
        Some(&self.flights[position])
    }

    /// How many messages were sent so far; also the number of the next one.
    pub fn messages_sent(&self) -> u32 {
        self.next_message
    }

    /// What can happen without a fault or a client: deliveries to nodes that are up, and armed timers.
    pub fn enabled(&self) -> Vec<Action> {
        let mut enabled = Vec::new();
        for flight in &self.flights {
            if self.node(flight.to).up {
                enabled.push(Action::Deliver(flight.id));
            }
        }
        for id in self.ids() {
            for timer in self.node(id).timers() {
                enabled.push(Action::Fire(id, timer));
            }
        }
        enabled
    }

    /// Performs one action. `None` when it can't happen now, and nothing has changed then; so it is with
    /// [`Action::Ask`], which needs [`World::command`].
    pub fn apply(&mut self, action: Action) -> Option<Change<P>> {
        match action {
            Action::Start(id) => self.is_up(id).then(|| self.step(id, Event::Start)),
            Action::Deliver(message) => self.deliver(message),
            Action::Lose(message) => {
                let envelope = Some(self.take_flight(message)?);
                Some(Change { envelope, ..Change::default() })
            }
            Action::Duplicate(message) => {
                let original = self.flight(message)?.clone();
                let mut change = Change::default();
                change.sent.push(self.post(original.from, original.to, original.message));
                Some(change)
            }
            Action::Fire(id, timer) => {
                let armed =
                    self.has(id).then(|| self.node(id).timers().position(|armed| armed == timer))??;
                self.node_mut(id).timers.remove(armed);
                let timer = *P::TIMERS.get(usize::from(timer.0))?;
                Some(self.step(id, Event::Timeout(timer)))
            }
            Action::Crash(id) => self.crash(id),
            Action::PowerFailure(id) => {
                let change = self.crash(id)?;
                let node = self.node_mut(id);
                if let Some(durable) = node.durable.take() {
                    node.disk = durable;
                }
                Some(change)
            }
            Action::Restart(id) => self.restart(id),
            Action::Flush(id) => {
                let node = self.has(id).then(|| self.node_mut(id))?;
                node.durable.take().map(|_| Change {
                    node: Some(id),
                    disk: Disk::Synced,
                    ..Change::default()
                })
            }
            Action::Wipe(id) => {
                if !self.has(id) || self.is_up(id) {
                    return None;
                }
                let position = self.position(id);
                let node = &mut self.nodes[position];
                node.disk = self.blank[position].clone();
                node.durable = None;
                Some(Change { node: Some(id), before: Some(node.process.clone()), ..Change::default() })
            }
            Action::Ask(..) => None,
        }
    }

    /// Asks a node for something. `None` when it is down.
    pub fn command(&mut self, id: NodeId, command: P::Command) -> Option<Change<P>> {
        if !self.is_up(id) {
            return None;
        }
        let mut change = self.step(id, Event::Command(command.clone()));
        change.command = Some(command);
        Some(change)
    }

    /// Whether there is such a node and it is up.
    pub fn is_up(&self, id: NodeId) -> bool {
        self.has(id) && self.node(id).up
    }

    /// Feeds everything that decides what can happen from here on into `hasher`: nodes, and messages in flight as a
    /// multiset, whatever their numbers. Two worlds that differ only in numbers of messages are the same.
    pub fn digest(&self, hasher: &mut impl Hasher) {
        self.nodes.hash(hasher);
        // A sum doesn't depend on the order of what is summed.
        let mut flights = 0_u64;
        for flight in &self.flights {
            flights = flights.wrapping_add(Fingerprint::of(&(flight.from, flight.to, &flight.message)));
        }
        flights.hash(hasher);
    }

    fn deliver(&mut self, message: MessageId) -> Option<Change<P>> {
        let to = self.flight(message)?.to;
        if !self.is_up(to) {
            return None;
        }
        let envelope = self.take_flight(message)?;
        let event = Event::Receive { from: envelope.from, message: envelope.message.clone() };
        let mut change = self.step(to, event);
        change.envelope = Some(envelope);
        Some(change)
    }

    fn crash(&mut self, id: NodeId) -> Option<Change<P>> {
        if !self.is_up(id) {
            return None;
        }
        let node = self.node_mut(id);
        let mut change = Change { node: Some(id), ..Change::default() };
        change.before = Some(node.process.clone());
        change.cancelled = node.timers.drain(..).map(|(timer, _)| (id, timer)).collect();
        node.up = false;
        Some(change)
    }

    fn restart(&mut self, id: NodeId) -> Option<Change<P>> {
        if !self.has(id) || self.is_up(id) {
            return None;
        }
        let node = self.node_mut(id);
        let before = node.process.clone();
        node.process = before.recover(&node.disk);
        node.up = true;
        let mut change = self.step(id, Event::Start);
        change.before = Some(before);
        Some(change)
    }

    fn take_flight(&mut self, message: MessageId) -> Option<Envelope<P::Message>> {
        let position = self.flights.binary_search_by_key(&message, |flight| flight.id).ok()?;
        Some(self.flights.remove(position))
    }

    fn post(&mut self, from: NodeId, to: NodeId, message: P::Message) -> Envelope<P::Message> {
        let id = MessageId(self.next_message);
        self.next_message += 1;
        let envelope = Envelope { id, from, to, message };
        self.flights.push(envelope.clone());
        envelope
    }

    fn step(&mut self, id: NodeId, event: Event<P>) -> Change<P> {
        let mut change = Change { node: Some(id), ..Change::default() };
        let node = self.node_mut(id);
        change.before = Some(node.process.clone());
        let effects: Effects<P> = node.process.step(event);
        for effect in effects {
            match effect {
                Effect::Send { to, message } => change.sent.push(self.post(id, to, message)),
                Effect::SetTimer(timer, range) => {
                    let timer = place_of::<P>(timer);
                    let timers = &mut self.node_mut(id).timers;
                    timers.retain(|(armed, _)| *armed != timer);
                    let place = timers.partition_point(|(armed, _)| *armed < timer);
                    timers.insert(place, (timer, range.clone()));
                    change.armed.push((id, timer, range));
                }
                Effect::CancelTimer(timer) => {
                    let timer = place_of::<P>(timer);
                    self.node_mut(id).timers.retain(|(armed, _)| *armed != timer);
                    change.cancelled.push((id, timer));
                }
                Effect::Persist(disk) => {
                    let node = self.node_mut(id);
                    node.disk = disk;
                    node.durable = None;
                    change.disk = Disk::Synced;
                }
                Effect::Write(disk) => {
                    let node = self.node_mut(id);
                    let durable = core::mem::replace(&mut node.disk, disk);
                    node.durable.get_or_insert(durable);
                    change.disk = Disk::Written;
                }
                Effect::Reply(reply) => change.replies.push(reply),
            }
        }
        change
    }
}

/// A timer's place in the protocol's list.
///
/// # Panics
/// When the protocol uses a timer that isn't in its own list.
pub fn place_of<P: Process>(timer: P::Timer) -> TimerId {
    let place = P::TIMERS.iter().position(|known| *known == timer);
    assert!(place.is_some(), "a timer that is not in `TIMERS`");
    TimerId(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX))
}
