//! Servers that keep one cart between them, and clients that read and write it, as [`Process`]es.
//!
//! A server takes reads and writes of any client, at any time, whoever else is reachable: what Dynamo was made for. It tells
//! the others of each write at once, and all it has every now and then (anti-entropy), so that what is lost or late on the way
//! comes by another. A client remembers what it has read, and sends that along with its writes.

use super::mechanism::{Cart, Item, Mechanism, Put, Siblings, WriteId};
use super::vector::VersionVector;
use crate::prelude::*;
use crate::sim::{Ask, Effects, Event, NodeId, Process};

/// Time between two rounds of anti-entropy, in milliseconds.
const GOSSIP_EVERY: core::ops::RangeInclusive<u64> = 400..=600;

/// What nodes say to each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Message {
    /// A client wants to read.
    Get,
    /// What the server has.
    Got(Siblings),
    /// A client writes.
    Put(Put),
    /// The write is on the server's disk.
    Stored(WriteId),
    /// The server has taken a later write of that client, and this one comes too late.
    Overtaken(WriteId),
    /// A server tells another all it has.
    Sync(Siblings),
}

/// A node's timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Time for a server to tell the others all it has.
    Gossip,
}

/// What is done to the cart: by a client, but for [`Deed::Prune`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Reads it.
    Read,
    /// Puts the item into what it has read, siblings merged, and writes that.
    Add(Item),
    /// Takes the item out of what it has read, siblings merged, and writes that.
    Remove(Item),
    /// Writes what it has read, siblings merged into one: reconciliation (Dynamo §4.4).
    Merge,
    /// Writes a cart with only this item, without a context: as one who has never read.
    AddBlindly(Item),
    /// Forgets what it has read: a cookie is lost. Its number of writes it keeps.
    Forget,
    /// Asked of a server: of every vector it forgets the entry whose write is longest ago, but for the last (Dynamo §4.4, where
    /// a vector of more than ten entries is pruned).
    Prune,
}

/// What a person asks a client, or a server, to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Command {
    /// What to do.
    pub deed: Deed,
    /// Through which server, or of which.
    pub server: NodeId,
    /// The client's clock, in milliseconds.
    pub clock: u32,
}

impl Command {
    /// The command as a number: three bits for the deed, two for the server, three for the item. 0 adds the first item
    /// through the first server. None when server or item are too many.
    pub fn to_ask(self) -> Option<Ask> {
        let (kind, item) = match self.deed {
            Deed::Add(item) => (0, item.0),
            Deed::Remove(item) => (1, item.0),
            Deed::AddBlindly(item) => (2, item.0),
            Deed::Read => (3, 0),
            Deed::Forget => (4, 0),
            Deed::Merge => (5, 0),
            Deed::Prune => (6, 0),
        };
        let number = kind << 5 | u32::from(self.server.0) << 3 | u32::from(item);
        (self.server.0 < 4 && item < 8).then_some(Ask(number))
    }

    /// The command that a number stands for, asked at a time of the client's clock; none when it stands for nothing.
    pub fn from_ask(ask: Ask, clock: u64) -> Option<Self> {
        // What doesn't fit is refused at the end.
        let number = ask.0.to_le_bytes()[0];
        let item = Item(number & 7);
        let deed = match number >> 5 {
            0 => Deed::Add(item),
            1 => Deed::Remove(item),
            2 => Deed::AddBlindly(item),
            3 => Deed::Read,
            4 => Deed::Forget,
            5 => Deed::Merge,
            6 => Deed::Prune,
            _ => return None,
        };
        let clock = u32::try_from(clock).unwrap_or(u32::MAX);
        let command = Self { deed, server: NodeId(number >> 3 & 3), clock };
        (command.to_ask() == Some(ask)).then_some(command)
    }
}

/// What a person is told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reply {
    /// This is in the cart.
    Read(Siblings),
    /// The write is stored at one server at least.
    Stored(WriteId),
}

/// What a server keeps. All of it is on its disk before anybody hears of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Server {
    /// The cart.
    pub siblings: Siblings,
    /// The latest write taken of each client, so that a message that comes twice isn't a second write.
    pub taken: Vec<WriteId>,
}

/// What a client keeps. All of it survives a crash, as a cookie does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Client {
    /// What it has read, and with [`Mechanism::PerClient`] also what it has written since.
    pub view: Siblings,
    /// How many writes it has made.
    pub writes: u32,
}

/// What a node is and keeps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum State {
    /// Keeps the cart.
    Server(Server),
    /// Uses it.
    Client(Client),
}

/// A server or a client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    /// Its identity.
    pub id: NodeId,
    /// How many servers there are.
    pub servers: u8,
    /// How versions are told apart.
    pub mechanism: Mechanism,
    /// What it keeps.
    pub state: State,
}

impl Node {
    /// A node that has never run: a client if its id is one's.
    pub fn new(id: NodeId, servers: u8, mechanism: Mechanism) -> Self {
        let state =
            if id.is_client() { State::Client(Client::default()) } else { State::Server(Server::default()) };
        Self { id, servers, mechanism, state }
    }

    /// The versions it has: stored, or as last read.
    pub fn siblings(&self) -> &Siblings {
        match &self.state {
            State::Server(server) => &server.siblings,
            State::Client(client) => &client.view,
        }
    }

    fn tell_the_others(&self, out: &mut Effects<Self>) {
        if let State::Server(server) = &self.state {
            for peer in NodeId::all(self.servers).filter(|&peer| peer != self.id) {
                out.send(peer, Message::Sync(server.siblings.clone()));
            }
        }
    }
}

impl Process for Node {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Disk = State;

    const TIMERS: &'static [Timer] = &[Timer::Gossip];

    fn disk(&self) -> State {
        self.state.clone()
    }

    fn recover(&self, disk: &State) -> Self {
        Self { state: disk.clone(), ..self.clone() }
    }

    fn step(&mut self, event: Event<Self>) -> Effects<Self> {
        let mut out = Effects::new();
        let (id, mechanism) = (self.id, self.mechanism);
        match (&mut self.state, event) {
            (State::Server(_), Event::Start) => out.set_timer(Timer::Gossip, GOSSIP_EVERY),
            (State::Server(_), Event::Timeout(Timer::Gossip)) => {
                out.set_timer(Timer::Gossip, GOSSIP_EVERY);
                self.tell_the_others(&mut out);
            }
            (State::Server(server), Event::Receive { from, message }) => {
                let before = server.clone();
                let answer = server.receive((id, mechanism), message);
                let (is_new, is_write) = (*server != before, server.taken != before.taken);
                if is_new {
                    out.persist(self.state.clone());
                }
                if let Some(answer) = answer {
                    out.send(from, answer);
                }
                if is_write {
                    self.tell_the_others(&mut out);
                }
            }
            (State::Client(client), Event::Receive { message, .. }) => {
                client.receive(mechanism, message, &mut out);
                out.persist(self.state.clone());
            }
            (State::Client(client), Event::Command(command)) => {
                let put = client.act((id, mechanism), command);
                out.persist(self.state.clone());
                match (put, command.deed) {
                    (Some(put), _) => out.send(command.server, Message::Put(put)),
                    (None, Deed::Read) => out.send(command.server, Message::Get),
                    (None, _) => {}
                }
            }
            // Who opens the shop sees the cart, through a server that is near.
            (State::Client(_), Event::Start) => {
                out.send(NodeId(id.number().wrapping_sub(1) % self.servers.max(1)), Message::Get);
            }
            (State::Server(server), Event::Command(Command { deed: Deed::Prune, .. })) => {
                for version in &mut server.siblings.versions {
                    version.past.prune(version.past.entries().len().saturating_sub(1).max(1));
                }
                out.persist(self.state.clone());
            }
            // For the rest servers are asked by clients, over the network; clients have no timers.
            (State::Server(_), Event::Command(_)) | (State::Client(_), Event::Timeout(_)) => {}
        }
        out
    }
}

impl Server {
    /// Takes a message in, and gives the answer to it.
    fn receive(&mut self, (id, mechanism): (NodeId, Mechanism), message: Message) -> Option<Message> {
        match message {
            Message::Get => Some(Message::Got(self.siblings.clone())),
            Message::Put(put) => {
                let write = put.write;
                match self.taken.iter_mut().find(|taken| taken.client == write.client) {
                    Some(taken) if taken.number > write.number => return Some(Message::Overtaken(write)),
                    Some(taken) if taken.number == write.number => return Some(Message::Stored(write)),
                    Some(taken) => *taken = write,
                    None => self.taken.push(write),
                }
                mechanism.put(&mut self.siblings, id, put);
                Some(Message::Stored(write))
            }
            Message::Sync(theirs) => {
                self.siblings = mechanism.sync(&self.siblings, &theirs);
                None
            }
            // These go to clients.
            Message::Got(_) | Message::Stored(_) | Message::Overtaken(_) => None,
        }
    }
}

impl Client {
    fn receive(&mut self, mechanism: Mechanism, message: Message, out: &mut Effects<Node>) {
        match message {
            Message::Got(siblings) => {
                // Its own entry stands for all its writes, so with entries per client it may not lose sight of one
                // ("read your writes"). With entries per server the context is what was read, and no more.
                self.view = match mechanism {
                    Mechanism::PerClient { .. } => mechanism.sync(&self.view, &siblings),
                    Mechanism::PerServer | Mechanism::PerObject | Mechanism::Dotted => siblings,
                };
                out.reply(Reply::Read(self.view.clone()));
            }
            Message::Stored(write) => out.reply(Reply::Stored(write)),
            Message::Overtaken(_) | Message::Get | Message::Put(_) | Message::Sync(_) => {}
        }
    }

    /// Does what is asked of it as far as it can alone; gives the write to send, if it is one.
    fn act(&mut self, (id, mechanism): (NodeId, Mechanism), command: Command) -> Option<Put> {
        let seen = self.view.union();
        let (cart, context) = match command.deed {
            Deed::Read | Deed::Prune => return None,
            Deed::Forget => {
                self.view = Siblings::default();
                return None;
            }
            Deed::Merge => (seen, mechanism.context(&self.view)),
            Deed::Add(item) => (seen.with(item), mechanism.context(&self.view)),
            Deed::Remove(item) => (seen.without(item), mechanism.context(&self.view)),
            Deed::AddBlindly(item) => (Cart::default().with(item), VersionVector::default()),
        };
        self.writes += 1;
        let write = WriteId { client: id, number: self.writes };
        let put = Put { write, cart, context, stamp: command.clock };
        if let Mechanism::PerClient { .. } = mechanism {
            // It knows the version that the write will make, and has therefore seen it.
            mechanism.put(&mut self.view, id, put.clone());
        }
        Some(put)
    }
}
