//! A protocol as a pure state machine: events in, effects out.

use core::fmt::Debug;
use core::hash::Hash;
use core::ops::RangeInclusive;

use crate::prelude::*;
use crate::words::{Text, Words, display_by_words};

/// Numbers of clients begin here, so that a node's name doesn't depend on how many servers there are.
const FIRST_CLIENT: u8 = 64;

/// One node: a server, shown as `S1`, `S2`, …, or a client, shown as `C1`, `C2`, ….
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u8);

impl NodeId {
    /// The client with this position among clients, from 0.
    pub const fn client(position: u8) -> Self {
        Self(FIRST_CLIENT + position)
    }

    /// Whether it is a client.
    pub const fn is_client(self) -> bool {
        self.0 >= FIRST_CLIENT
    }

    /// Position among servers, or among clients, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0 % FIRST_CLIENT)
    }

    /// The number people see, from 1.
    pub fn number(self) -> u8 {
        self.0 % FIRST_CLIENT + 1
    }

    /// What names it in commands and links: servers count from 1, clients from 65.
    pub fn code(self) -> u8 {
        self.0 + 1
    }

    /// The servers `S1` to `S<count>`.
    pub fn all(count: u8) -> impl Iterator<Item = NodeId> {
        (0..count).map(NodeId)
    }
}

impl Words for NodeId {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        self.add_name(text);
    }
}

impl NodeId {
    #[inline(never)]
    fn add_name(self, text: &mut Text) {
        text.trust(if self.is_client() { "C" } else { "S" });
        self.number().add(text);
    }
}

display_by_words!(NodeId);

/// Who takes part: servers, then clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Roster {
    /// How many servers.
    pub servers: u8,
    /// How many clients.
    pub clients: u8,
}

impl Roster {
    /// All of them in order.
    pub fn ids(self) -> impl Iterator<Item = NodeId> {
        (0..self.servers + self.clients).map(move |position| self.at(position))
    }

    /// The node at a position; servers come first.
    pub fn at(self, position: u8) -> NodeId {
        if position < self.servers { NodeId(position) } else { NodeId::client(position - self.servers) }
    }

    /// How many there are.
    pub fn len(self) -> usize {
        usize::from(self.servers) + usize::from(self.clients)
    }

    /// Whether nobody takes part.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether this node takes part.
    pub fn has(self, id: NodeId) -> bool {
        id.index() < usize::from(if id.is_client() { self.clients } else { self.servers })
    }

    /// A node's place in [`Roster::ids`].
    pub fn position(self, id: NodeId) -> usize {
        if id.is_client() { usize::from(self.servers) + id.index() } else { id.index() }
    }
}

/// One of a protocol's timers: its place in [`Process::TIMERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub u8);

/// A node of a protocol. It never sends, sleeps, reads a clock or draws a random number: it says what it wants done.
///
/// The same event in the same state has the same effects, always.
pub trait Process: Clone + Debug + Eq + Hash {
    /// What nodes say to each other.
    type Message: Clone + Debug + Eq + Hash;
    /// The timers a node may have, each armed at most once at a time.
    type Timer: Copy + Debug + Ord + Hash + 'static;
    /// What a client asks of a node.
    type Command: Clone + Debug + Eq + Hash;
    /// What a node tells a client.
    type Reply: Clone + Debug + Eq + Hash;
    /// What survives a crash.
    type Disk: Clone + Debug + Eq + Hash;

    /// All timers there are. Which one comes first is the one that [`Intervention::Hurry`](super::Intervention) means where
    /// several are armed.
    const TIMERS: &'static [Self::Timer];

    /// What is on the disk of this node before its first start.
    fn disk(&self) -> Self::Disk;

    /// What is on a disk that somebody has wiped; as it was at first, unless a demo starts with something on it.
    fn blank(&self) -> Self::Disk {
        self.disk()
    }

    /// Reacts to one event. Effects are carried out in the order in which they are returned, so a `Persist` before a
    /// `Send` is durable before the message leaves.
    fn step(&mut self, event: Event<Self>) -> Effects<Self>;

    /// The node after a crash: its identity and configuration from `self`, everything else from `disk`.
    fn recover(&self, disk: &Self::Disk) -> Self;
}

/// What can happen to a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event<P: Process> {
    /// The node comes up, for the first time or after a crash.
    Start,
    /// A message arrives.
    Receive {
        /// Who sent it.
        from: NodeId,
        /// What it says.
        message: P::Message,
    },
    /// A timer that the node had set runs out.
    Timeout(P::Timer),
    /// A client asks for something.
    Command(P::Command),
}

/// What a node wants done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect<P: Process> {
    /// Hand a message to the network.
    Send {
        /// Who shall get it.
        to: NodeId,
        /// What it says.
        message: P::Message,
    },
    /// Arm a timer (again). The scheduler chooses a delay in the range, in milliseconds.
    SetTimer(P::Timer, RangeInclusive<u64>),
    /// Disarm a timer; nothing happens when it isn't armed.
    CancelTimer(P::Timer),
    /// Write the disk and wait until it is durable.
    Persist(P::Disk),
    /// Write the disk and don't wait: a restart finds it, but not after the power failed before the next
    /// [`Effect::Persist`] or flush.
    Write(P::Disk),
    /// Answer a client.
    Reply(P::Reply),
}

/// The effects of one step, in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Effects<P: Process>(Vec<Effect<P>>);

impl<P: Process> Default for Effects<P> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Process> Effects<P> {
    /// No effects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds [`Effect::Send`].
    pub fn send(&mut self, to: NodeId, message: P::Message) {
        self.0.push(Effect::Send { to, message });
    }

    /// Adds [`Effect::SetTimer`]; `range` in milliseconds.
    pub fn set_timer(&mut self, timer: P::Timer, range: RangeInclusive<u64>) {
        self.0.push(Effect::SetTimer(timer, range));
    }

    /// Adds [`Effect::CancelTimer`].
    pub fn cancel_timer(&mut self, timer: P::Timer) {
        self.0.push(Effect::CancelTimer(timer));
    }

    /// Adds [`Effect::Persist`].
    pub fn persist(&mut self, disk: P::Disk) {
        self.0.push(Effect::Persist(disk));
    }

    /// Adds [`Effect::Write`].
    pub fn write(&mut self, disk: P::Disk) {
        self.0.push(Effect::Write(disk));
    }

    /// Adds [`Effect::Reply`].
    pub fn reply(&mut self, reply: P::Reply) {
        self.0.push(Effect::Reply(reply));
    }

    /// The effects in the order in which they must be carried out.
    pub fn as_slice(&self) -> &[Effect<P>] {
        &self.0
    }
}

impl<P: Process> IntoIterator for Effects<P> {
    type Item = Effect<P>;
    type IntoIter = alloc::vec::IntoIter<Effect<P>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demos::crdt_text::replica::{Durable, Message, Replica, Reply, Timer};

    #[test]
    fn nobody_takes_part_only_where_there_is_neither_server_nor_client() {
        for (servers, clients, is_empty) in [(0, 0, true), (1, 0, false), (0, 1, false), (2, 3, false)] {
            let roster = Roster { servers, clients };
            assert_eq!((roster.is_empty(), roster.ids().next().is_none()), (is_empty, is_empty));
        }
    }

    #[test]
    fn effects_are_carried_out_in_the_order_in_which_they_were_asked_for() {
        let disk = Durable::default();
        let mut effects: Effects<Replica> = Effects::new();
        assert!(effects.as_slice().is_empty());
        effects.write(disk.clone());
        effects.persist(disk.clone());
        effects.send(NodeId(1), Message::Applied(Default::default()));
        effects.set_timer(Timer::Gossip, 1..=2);
        effects.cancel_timer(Timer::Gossip);
        effects.reply(Reply::Done);
        let expected = [
            Effect::Write(disk.clone()),
            Effect::Persist(disk),
            Effect::Send { to: NodeId(1), message: Message::Applied(Default::default()) },
            Effect::SetTimer(Timer::Gossip, 1..=2),
            Effect::CancelTimer(Timer::Gossip),
            Effect::Reply(Reply::Done),
        ];
        assert_eq!(effects.as_slice(), expected);
        assert_eq!(effects.into_iter().collect::<Vec<_>>(), expected);
    }
}
