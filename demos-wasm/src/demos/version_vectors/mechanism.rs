//! Four ways to know which version of a cart replaces which.
//!
//! | | Who counts | A version is | Fails by |
//! |---|---|---|---|
//! | [`Mechanism::PerServer`] | servers | a value with a vector | a write that didn't see another through the same server covers it: a lost update |
//! | [`Mechanism::PerObject`] | servers | a value; one vector for all siblings together | nothing is covered unless all is: sibling explosion |
//! | [`Mechanism::PerClient`] | clients | a value with a vector | as many entries as clients; pruned, or with a client that forgets, it covers too little or too much |
//! | [`Mechanism::Dotted`] | servers | a value with a dot and a vector | nothing, while dots are unique |
//!
//! `PerServer` takes a version vector with an entry a server at its word. `PerObject` is the cautious way to use one: when in
//! doubt keep all. Riak went from vectors with an entry a client, pruned, to one vector an object with an entry a server, to
//! dotted version vectors. `Dotted` is Preguiça, Baquero, Almeida,
//! Fonte, Gonçalves, "Dotted Version Vectors: Logical Clocks for Optimistic Replication", arXiv:1011.5808, 2010, and their
//! PODC 2012 brief announcement: one dot and one vector a version. The dotted version vector *sets* of Almeida and others
//! (DAIS 2014) say the same with one vector for all siblings.

use super::vector::{Dot, Order, VersionVector};
use crate::prelude::*;
use crate::sim::NodeId;

/// The things in the cart, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cart(pub u16);

/// A kind of thing: its bit's place, 0 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Item(pub u8);

impl Cart {
    /// With one more thing.
    #[must_use]
    pub fn with(self, item: Item) -> Self {
        Self(self.0 | 1 << (item.0 % 16))
    }

    /// Without it.
    #[must_use]
    pub fn without(self, item: Item) -> Self {
        Self(self.0 & !(1 << (item.0 % 16)))
    }

    /// Whether it is in.
    pub fn has(self, item: Item) -> bool {
        self.0 >> (item.0 % 16) & 1 == 1
    }

    /// The things, in their order.
    pub fn items(self) -> impl Iterator<Item = Item> {
        (0..16).map(Item).filter(move |item| self.has(*item))
    }
}

/// One write, named by the client that made it and how many it had made: what the truth goes by. No mechanism looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId {
    /// Who wrote.
    pub client: NodeId,
    /// Which of the client's writes, from 1.
    pub number: u32,
}

/// A cart as one write left it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// Which write.
    pub write: WriteId,
    /// What was in the cart then.
    pub cart: Cart,
    /// The dot, with [`Mechanism::Dotted`].
    pub dot: Option<Dot>,
    /// What it covers: everything, with vectors of its own the write itself included; nothing with
    /// [`Mechanism::PerObject`].
    pub past: VersionVector,
}

/// What a replica has of a cart: versions of which none is known to cover another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Siblings {
    /// The versions, by write.
    pub versions: Vec<Version>,
    /// What all of them together cover, with [`Mechanism::PerObject`]; else empty.
    pub shared: VersionVector,
}

impl Siblings {
    /// Everything that is in one of the carts: Amazon's merge, which never loses what was added, and brings back what was
    /// taken out in one sibling and not in another (DeCandia and others 2007, §4.4).
    pub fn union(&self) -> Cart {
        Cart(self.versions.iter().fold(0, |items, version| items | version.cart.0))
    }

    /// Whether a write's version is among them.
    pub fn has(&self, write: WriteId) -> bool {
        self.versions.iter().any(|version| version.write == write)
    }

    fn insert(&mut self, version: Version) {
        let place = self.versions.partition_point(|other| other.write < version.write);
        self.versions.insert(place, version);
    }
}

/// What a client hands in with a write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Put {
    /// Which write it is.
    pub write: WriteId,
    /// The new cart.
    pub cart: Cart,
    /// What the client had seen when it wrote; empty when it writes blindly.
    pub context: VersionVector,
    /// The client's clock, in milliseconds.
    pub stamp: u32,
}

/// How versions are told apart. See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// A vector a version, an entry a server.
    PerServer,
    /// A vector an object, an entry a server.
    PerObject,
    /// A vector a version, an entry a client, at most so many entries.
    PerClient {
        /// The oldest beyond that are forgotten; `usize::MAX` for never.
        entries_max: usize,
    },
    /// A dot and a vector a version, an entry a server.
    Dotted,
}

impl Mechanism {
    /// Per client, and nothing is ever forgotten.
    pub const PER_CLIENT: Self = Self::PerClient { entries_max: usize::MAX };

    /// Whether the mechanism itself can tell how two versions stand to each other. With one vector for all it can't.
    pub fn compares_versions(self) -> bool {
        self != Self::PerObject
    }

    /// Whether a version carries nothing but a vector, of which entries can be forgotten. A dot would still tell which write
    /// it is.
    pub fn can_be_pruned(self) -> bool {
        matches!(self, Self::PerServer | Self::PerClient { .. })
    }

    /// How two versions stand to each other, by what they carry.
    pub fn compare(self, left: &Version, right: &Version) -> Order {
        match (self, left.dot, right.dot) {
            (Self::Dotted, Some(l), Some(r)) => {
                // A version covers another exactly when it has its dot.
                Order::of(l == r || right.past.has(l), l == r || left.past.has(r))
            }
            (Self::PerObject, ..) => Order::of(left.write == right.write, left.write == right.write),
            _ => left.past.compare(&right.past),
        }
    }

    /// What somebody has seen who has read these siblings.
    pub fn context(self, siblings: &Siblings) -> VersionVector {
        let mut seen = siblings.shared.clone();
        for version in &siblings.versions {
            seen.merge(&version.past);
            if let Some(dot) = version.dot {
                seen.raise(dot, 0);
            }
        }
        seen
    }

    /// Joins what two replicas have: the versions of both that aren't covered. In any order and any number of times the
    /// same comes out, but with [`Mechanism::PerObject`]: there it depends on the order which covered siblings stay, and
    /// replicas may end with equal vectors and different siblings, for good.
    #[must_use]
    pub fn sync(self, left: &Siblings, right: &Siblings) -> Siblings {
        if self == Self::PerObject {
            return match left.shared.compare(&right.shared) {
                Order::Equal | Order::After => left.clone(),
                Order::Before => right.clone(),
                Order::Concurrent => join(left, right),
            };
        }
        let mut kept = Siblings::default();
        for version in left.versions.iter().chain(&right.versions) {
            let others = left.versions.iter().chain(&right.versions);
            let is_covered = others.into_iter().any(|other| self.compare(version, other) == Order::Before);
            let is_there = kept.versions.iter().any(|other| self.compare(version, other) == Order::Equal);
            if !is_covered && !is_there {
                kept.insert(version.clone());
            }
        }
        kept
    }

    /// Takes a write in at a server.
    pub fn put(self, siblings: &mut Siblings, server: NodeId, put: Put) {
        let Put { write, cart, context, stamp } = put;
        let next = |seen: &VersionVector| Dot { actor: server, counter: seen.get(server) + 1 };
        let mut version = Version { write, cart, dot: None, past: VersionVector::default() };
        match self {
            Self::PerServer => {
                // Of the server's own writes the vector now covers all, seen by the client or not: that is what is wrong.
                let mut seen = self.context(siblings);
                seen.merge(&context);
                version.past = context;
                version.past.raise(next(&seen), stamp);
            }
            Self::PerObject => {
                if context.covers(&siblings.shared) {
                    siblings.versions.clear();
                }
                siblings.shared.merge(&context);
                let dot = next(&siblings.shared);
                siblings.shared.raise(dot, stamp);
                siblings.insert(version);
                return;
            }
            Self::PerClient { entries_max } => {
                version.past = context;
                version.past.raise(Dot { actor: write.client, counter: write.number }, stamp);
                version.past.prune(entries_max);
            }
            Self::Dotted => {
                version.dot = Some(next(&self.context(siblings)));
                version.past = context;
            }
        }
        let new = Siblings { versions: vec![version], shared: VersionVector::default() };
        *siblings = self.sync(siblings, &new);
    }
}

/// Both sets of siblings, and what either covers.
fn join(left: &Siblings, right: &Siblings) -> Siblings {
    let mut both = left.clone();
    both.shared.merge(&right.shared);
    for version in &right.versions {
        if !both.has(version.write) {
            both.insert(version.clone());
        }
    }
    both
}
