//! What goes wrong, and with which mechanism: short histories, each for all four.
//!
//! The page plays them as guided runs, by cutting links; here they are played as they stand, with no other message than those
//! told.

use super::mechanism::{Item, Mechanism};
use super::node::{Command, Deed, Message, Node};
use super::witness::Witness;
use super::words;
use crate::prelude::*;
use crate::sim::{Action, Ask, Change, Envelope, MessageId, NodeId, TimerId, World};

/// Milk.
pub const MILK: Item = Item(0);
/// Bread.
pub const BREAD: Item = Item(1);
/// Eggs.
pub const EGGS: Item = Item(2);

/// One thing that happens. Clients and servers by their numbers, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// A client does something through a server, and has its answer.
    Do(u8, Deed, u8),
    /// One server tells another all it has.
    Tell(u8, u8),
    /// A server loses its disk and starts with an empty one.
    Wipe(u8),
}

/// A history with a question.
#[derive(Debug, Clone, Copy)]
pub struct Story {
    /// Name in fences and URLs.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What the reader is asked.
    pub question: &'static str,
    /// What they should have found out.
    pub answer: &'static str,
    /// What to try next.
    pub now_try: &'static str,
    /// What happens.
    pub moves: &'static [Move],
}

/// A client's cart and everything it knows about, told from the first move to the last.
pub const STORIES: &[Story] = &[
    Story {
        id: "ancestor-or-conflict",
        title: "Ancestor or conflict?",
        question: "Both clients have read the empty cart. C1 adds milk through S1, C2 adds bread through S2, then S2 tells S1. What does S1 have?",
        answer: "Two siblings with every mechanism: neither write had seen the other, and they were counted by different servers and different clients.",
        now_try: "Let C1 read through S1 and add eggs. How many versions are left?",
        moves: &[
            Move::Do(1, Deed::Read, 1),
            Move::Do(2, Deed::Read, 2),
            Move::Do(1, Deed::Add(MILK), 1),
            Move::Do(2, Deed::Add(BREAD), 2),
            Move::Tell(2, 1),
        ],
    },
    Story {
        id: "lost-update",
        title: "The same server, a moment later",
        question: "Both clients have read the empty cart. C1 adds milk, C2 adds bread, both through S1. Is the milk still there?",
        answer: "Not where each version has a vector with an entry for each server: S1 counts the bread as its second write, and a vector that has 2 covers 1, though C2 never saw the milk. A dot says which write it is, apart from what it has seen.",
        now_try: "Set the mechanism to “dotted”, and then to “per-client”. Why does either keep the milk?",
        moves: &[
            Move::Do(1, Deed::Read, 1),
            Move::Do(2, Deed::Read, 1),
            Move::Do(1, Deed::Add(MILK), 1),
            Move::Do(2, Deed::Add(BREAD), 1),
        ],
    },
    Story {
        id: "sibling-explosion",
        title: "Siblings without end",
        question: "Two clients write in turn, and each has read just before the other wrote. How many versions does S1 have after six writes?",
        answer: "Two in truth, and two with dots: each write covers all but the one that it had not seen. With one vector for all siblings S1 can only say that something is unknown to the client, so it keeps everything: six.",
        now_try: "Let C1 read through S1 and then add something, undisturbed. What becomes of the siblings?",
        moves: &[
            Move::Do(1, Deed::Read, 1),
            Move::Do(2, Deed::Add(MILK), 1),
            Move::Do(2, Deed::Read, 1),
            Move::Do(1, Deed::Add(BREAD), 1),
            Move::Do(1, Deed::Read, 1),
            Move::Do(2, Deed::Add(EGGS), 1),
            Move::Do(2, Deed::Read, 1),
            Move::Do(1, Deed::Add(MILK), 1),
            Move::Do(1, Deed::Read, 1),
            Move::Do(2, Deed::Add(BREAD), 1),
            Move::Do(2, Deed::Read, 1),
            Move::Do(1, Deed::Add(EGGS), 1),
        ],
    },
    Story {
        id: "resurrection",
        title: "The milk comes back",
        question: "The cart has milk, on both servers. C1 takes the milk out through S1, C2 adds bread through S2. What is in the cart when it is merged?",
        answer: "Milk and bread, with every mechanism: the siblings are truly concurrent, and a union can’t tell what was taken out from what was never in. Amazon’s paper says so of its own cart (DeCandia and others 2007, §4.4). It takes a set that remembers what was removed to do better.",
        now_try: "C1 has read both now. Let it take the milk out once more: does the milk come back again?",
        moves: &[
            Move::Do(1, Deed::Add(MILK), 1),
            Move::Tell(1, 2),
            Move::Do(1, Deed::Read, 1),
            Move::Do(2, Deed::Read, 2),
            Move::Do(1, Deed::Remove(MILK), 1),
            Move::Do(2, Deed::Add(BREAD), 2),
            Move::Tell(2, 1),
        ],
    },
    Story {
        id: "pruning",
        title: "What pruning forgets",
        question: "C1 adds milk, C2 reads it and takes it out, C3 reads that and adds bread. S2 still has the first version, and tells S1. Is the milk back?",
        answer: "With an entry for each client, of which only a few are kept, it is: the newest version no longer says that it has seen C1’s write, so the old one looks concurrent, and the union brings the milk back.",
        now_try: "Keep two entries, then three: is that enough for three clients? Or keep all of them (0), choose S1, and prune it by hand.",
        moves: &[
            Move::Do(1, Deed::Add(MILK), 1),
            Move::Tell(1, 2),
            Move::Do(2, Deed::Read, 1),
            Move::Do(2, Deed::Remove(MILK), 1),
            Move::Do(3, Deed::Read, 1),
            Move::Do(3, Deed::Add(BREAD), 1),
            Move::Tell(2, 1),
        ],
    },
    Story {
        id: "forgetful-client",
        title: "A client that forgets",
        question: "C1 adds milk, loses its cookie, and adds bread as if it had never been there. Is the milk still there?",
        answer: "Not with an entry for each client: the second write of C1 is counted after its first and so covers it, though C1 no longer knew of it. Whoever counts must remember; servers have disks for that.",
        now_try: "Play it again, and when C1 has lost its cookie, let it read through S1 before you go on.",
        moves: &[
            Move::Do(1, Deed::Read, 1),
            Move::Do(1, Deed::Add(MILK), 1),
            Move::Do(1, Deed::Forget, 1),
            Move::Do(1, Deed::Add(BREAD), 1),
        ],
    },
    Story {
        id: "wiped-server",
        title: "A server that forgets",
        question: "S1 takes the milk and tells S2; then its disk is replaced, and it takes the bread of C2, who has read nothing. What do they have when they meet?",
        answer: "With an entry for each server one of the two is gone: S1 counts from 1 again, and two writes share a dot. A server whose disk is new must take a new name. With an entry for each client both are there.",
        now_try: "Let S2 tell S1 what it has before anybody writes through S1.",
        moves: &[
            Move::Do(1, Deed::Add(MILK), 1),
            Move::Tell(1, 2),
            Move::Wipe(1),
            Move::Do(2, Deed::AddBlindly(BREAD), 1),
            Move::Tell(2, 1),
        ],
    },
];

/// A story as it came out.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// All nodes after the last move.
    pub world: World<Node>,
    /// The truth, and the first breaches.
    pub witness: Witness,
    /// What happened, a sentence a step.
    pub told: Vec<String>,
}

/// Plays a story with two servers and three clients. Clocks of clients show the number of the move.
pub fn play(story: &Story, mechanism: Mechanism) -> Outcome {
    let node = |id| Node::new(id, 2, mechanism);
    let world = World::with_clients(NodeId::all(2).map(node), (0..3).map(NodeId::client).map(node));
    let mut outcome = Outcome { world, witness: Witness::default(), told: Vec::new() };
    for id in outcome.world.ids() {
        outcome.act(Action::Start(id));
    }
    for (clock, what) in (1..).zip(story.moves) {
        outcome.make(*what, clock);
    }
    outcome
}

impl Outcome {
    fn make(&mut self, what: Move, clock: u32) {
        match what {
            Move::Do(client, deed, server) => {
                let (id, server) = (NodeId::client(client - 1), NodeId(server - 1));
                if let Some(change) = self.world.command(id, Command { deed, server, clock }) {
                    self.note(Action::Ask(id, Ask::default()), &change);
                }
                self.deliver(&|flight| flight.from == id || flight.to == id);
            }
            Move::Tell(from, to) => {
                let (from, to) = (NodeId(from - 1), NodeId(to - 1));
                self.act(Action::Fire(from, TimerId(0)));
                self.deliver(&|flight| flight.from == from && flight.to == to);
            }
            Move::Wipe(server) => {
                let id = NodeId(server - 1);
                self.act(Action::Crash(id));
                self.act(Action::Wipe(id));
                self.act(Action::Restart(id));
            }
        }
        self.deliver(&|_| false);
    }

    fn act(&mut self, action: Action) {
        if let Some(change) = self.world.apply(action) {
            self.note(action, &change);
        }
    }

    fn note(&mut self, action: Action, change: &Change<Node>) {
        self.witness.observe(&self.world, action, change);
        self.told.push(words::narrate(&self.world, action, change));
    }

    /// Delivers what is meant until there is nothing of it, and loses the rest.
    fn deliver(&mut self, is_meant: &dyn Fn(&Envelope<Message>) -> bool) {
        let next = |world: &World<Node>| -> Option<(MessageId, bool)> {
            let flight = world.flights().first()?;
            Some((flight.id, is_meant(flight)))
        };
        while let Some((message, is_meant)) = next(&self.world) {
            self.act(if is_meant { Action::Deliver(message) } else { Action::Lose(message) });
        }
    }
}
