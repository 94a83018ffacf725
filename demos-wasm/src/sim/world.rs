//! What can happen: nodes, messages in flight, armed timers, disks. No clock, no random numbers.

use std::ops::RangeInclusive;

use super::process::{Effect, Effects, Event, NodeId, Process};

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
    /// What would survive a crash now.
    pub disk: P::Disk,
    /// False from a crash until the restart.
    pub up: bool,
    /// Armed timers with the delay range asked for, in milliseconds; ordered by timer.
    timers: Vec<(P::Timer, RangeInclusive<u64>)>,
}

impl<P: Process> Node<P> {
    /// Timers that may fire.
    pub fn timers(&self) -> impl Iterator<Item = P::Timer> + '_ {
        self.timers.iter().map(|(timer, _)| *timer)
    }

    /// Whether this timer is armed.
    pub fn is_armed(&self, timer: P::Timer) -> bool {
        self.timers.iter().any(|(armed, _)| *armed == timer)
    }
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action<P: Process> {
    /// A node comes up for the first time.
    Start(NodeId),
    /// A message reaches its node, which is up.
    Deliver(MessageId),
    /// A message vanishes.
    Lose(MessageId),
    /// A second copy of a message sets out.
    Duplicate(MessageId),
    /// An armed timer runs out.
    Fire(NodeId, P::Timer),
    /// A node that is up stops; memory and timers are gone, the disk stays.
    Crash(NodeId),
    /// A crashed node comes up with what is on its disk.
    Restart(NodeId),
    /// A client asks a node that is up.
    Command(NodeId, P::Command),
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
    /// Messages that set out, in order; each may be lost before it leaves.
    pub sent: Vec<Envelope<P::Message>>,
    /// Timers armed, with the range asked for.
    pub armed: Vec<(NodeId, P::Timer, RangeInclusive<u64>)>,
    /// Timers disarmed.
    pub cancelled: Vec<(NodeId, P::Timer)>,
    /// Answers to clients.
    pub replies: Vec<P::Reply>,
    /// Whether the disk was written.
    pub persisted: bool,
}

impl<P: Process> Default for Change<P> {
    fn default() -> Self {
        Self {
            node: None,
            envelope: None,
            before: None,
            sent: Vec::new(),
            armed: Vec::new(),
            cancelled: Vec::new(),
            replies: Vec::new(),
            persisted: false,
        }
    }
}

/// A cluster at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World<P: Process> {
    nodes: Vec<Node<P>>,
    flights: Vec<Envelope<P::Message>>,
    next_message: u32,
}

impl<P: Process> World<P> {
    /// A cluster of these processes, none of them started yet.
    pub fn new(processes: impl IntoIterator<Item = P>) -> Self {
        let nodes = processes
            .into_iter()
            .map(|process| Node { disk: process.disk(), process, up: true, timers: Vec::new() })
            .collect();
        Self { nodes, flights: Vec::new(), next_message: 0 }
    }

    /// The nodes, in the order of their ids.
    pub fn nodes(&self) -> &[Node<P>] {
        &self.nodes
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> &Node<P> {
        &self.nodes[id.index()]
    }

    /// The ids of all nodes, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<P> {
        (0..u8::try_from(self.nodes.len()).unwrap_or(u8::MAX)).map(NodeId)
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
    pub fn enabled(&self) -> Vec<Action<P>> {
        let deliveries = self
            .flights
            .iter()
            .filter(|flight| self.node(flight.to).up)
            .map(|flight| Action::Deliver(flight.id));
        let timers =
            self.ids().flat_map(|id| self.node(id).timers().map(move |timer| Action::Fire(id, timer)));
        deliveries.chain(timers).collect()
    }

    /// Performs one action. `None` when it can't happen now, and nothing has changed then.
    pub fn apply(&mut self, action: &Action<P>) -> Option<Change<P>> {
        match action {
            Action::Start(id) => self.is_up(*id).then(|| self.step(*id, Event::Start)),
            Action::Deliver(message) => self.deliver(*message),
            Action::Lose(message) => {
                let envelope = Some(self.take_flight(*message)?);
                Some(Change { envelope, ..Change::default() })
            }
            Action::Duplicate(message) => {
                let original = self.flight(*message)?.clone();
                let mut change = Change::default();
                change.sent.push(self.post(original.from, original.to, original.message));
                Some(change)
            }
            Action::Fire(id, timer) => {
                let node = self.nodes.get_mut(id.index())?;
                let armed = node.timers.iter().position(|(armed, _)| armed == timer)?;
                node.timers.remove(armed);
                Some(self.step(*id, Event::Timeout(*timer)))
            }
            Action::Crash(id) => self.crash(*id),
            Action::Restart(id) => self.restart(*id),
            Action::Command(id, command) => {
                self.is_up(*id).then(|| self.step(*id, Event::Command(command.clone())))
            }
        }
    }

    fn is_up(&self, id: NodeId) -> bool {
        self.nodes.get(id.index()).is_some_and(|node| node.up)
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
        let node = self.nodes.get_mut(id.index()).filter(|node| node.up)?;
        let mut change = Change { node: Some(id), ..Change::default() };
        change.before = Some(node.process.clone());
        change.cancelled = node.timers.drain(..).map(|(timer, _)| (id, timer)).collect();
        node.up = false;
        Some(change)
    }

    fn restart(&mut self, id: NodeId) -> Option<Change<P>> {
        let node = self.nodes.get_mut(id.index()).filter(|node| !node.up)?;
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
        let node = &mut self.nodes[id.index()];
        change.before = Some(node.process.clone());
        let effects: Effects<P> = node.process.step(event);
        for effect in effects {
            match effect {
                Effect::Send { to, message } => change.sent.push(self.post(id, to, message)),
                Effect::SetTimer(timer, range) => {
                    self.disarm(id, timer);
                    let timers = &mut self.nodes[id.index()].timers;
                    let place = timers.partition_point(|(armed, _)| *armed < timer);
                    timers.insert(place, (timer, range.clone()));
                    change.armed.push((id, timer, range));
                }
                Effect::CancelTimer(timer) => {
                    self.disarm(id, timer);
                    change.cancelled.push((id, timer));
                }
                Effect::Persist(disk) => {
                    self.nodes[id.index()].disk = disk;
                    change.persisted = true;
                }
                Effect::Reply(reply) => change.replies.push(reply),
            }
        }
        change
    }

    fn disarm(&mut self, id: NodeId, timer: P::Timer) {
        self.nodes[id.index()].timers.retain(|(armed, _)| *armed != timer);
    }
}
