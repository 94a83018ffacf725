//! The link matrix: how messages from one node to another fare. One cell a direction.

use core::ops::RangeInclusive;

use super::process::{NodeId, Roster};
use super::rng::Generator;
use super::scheduler::Tick;
use crate::prelude::*;

/// What can be wrong with a link that is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Messages take ten times as long.
    Slow,
    /// Three in ten messages are lost.
    Lossy,
    /// Three in ten messages arrive twice.
    Duplicating,
    /// Messages overtake each other: each takes up to ten times as long, and nobody keeps their order.
    Reordering,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Slow, Self::Lossy, Self::Duplicating, Self::Reordering];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Lossy => "lossy",
            Self::Duplicating => "duplicating",
            Self::Reordering => "reordering",
        }
    }
}

/// How many times as long a message takes at most on a slow or reordering link.
const SLOWER: u64 = 10;
/// Messages lost, or sent twice, on a lossy or duplicating link, in percent.
const TROUBLED_PERCENT: u8 = 30;

/// One direction between two nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// False while cut: what is sent is lost, and what was under way is lost at the cut.
    pub up: bool,
    /// One-way delay in milliseconds, drawn for each message.
    pub latency: RangeInclusive<u64>,
    /// Messages lost, in percent.
    pub loss: u8,
    /// Messages delivered twice, in percent.
    pub duplication: u8,
    /// Whether messages arrive in the order in which they were sent, as over TCP.
    pub in_order: bool,
    /// By place in [`Trouble::ALL`].
    troubles: [bool; 4],
    /// When the latest message sent so far arrives.
    latest: Tick,
}

impl Link {
    /// A link that loses nothing and keeps the order; `latency` in milliseconds.
    pub fn new(latency: RangeInclusive<u64>) -> Self {
        Self {
            up: true,
            latency,
            loss: 0,
            duplication: 0,
            in_order: true,
            troubles: [false; 4],
            latest: Tick(0),
        }
    }

    /// The same, but losing so many messages in a hundred.
    #[must_use]
    pub fn losing(mut self, percent: u8) -> Self {
        self.loss = percent;
        self
    }

    /// The same, but sending so many messages in a hundred twice.
    #[must_use]
    pub fn doubling(mut self, percent: u8) -> Self {
        self.duplication = percent;
        self
    }

    /// The same, but keeping no order.
    #[must_use]
    pub fn unordered(mut self) -> Self {
        self.in_order = false;
        self
    }

    /// Whether a reader has made it so.
    pub fn has(&self, trouble: Trouble) -> bool {
        self.troubles[trouble as usize]
    }

    /// Whether a reader has made it anything but what it was.
    pub fn is_troubled(&self) -> bool {
        self.troubles != [false; 4]
    }

    /// Makes it so, or no longer so.
    pub fn toggle(&mut self, trouble: Trouble) {
        self.troubles[trouble as usize] ^= true;
    }

    /// Whether the next message is lost.
    pub(super) fn loses(&self, generator: &mut Generator) -> bool {
        let percent = if self.has(Trouble::Lossy) { self.loss.max(TROUBLED_PERCENT) } else { self.loss };
        !self.up || generator.chance(percent)
    }

    /// Whether the next message is sent twice.
    pub(super) fn doubles(&self, generator: &mut Generator) -> bool {
        let is_so = self.has(Trouble::Duplicating);
        generator.chance(if is_so { self.duplication.max(TROUBLED_PERCENT) } else { self.duplication })
    }

    /// When a message that sets out `now` arrives.
    pub(super) fn arrival(&mut self, now: Tick, generator: &mut Generator) -> Tick {
        let (mut low, mut high) = (*self.latency.start(), *self.latency.end());
        if self.has(Trouble::Slow) {
            low *= SLOWER;
        }
        if self.has(Trouble::Slow) || self.has(Trouble::Reordering) {
            high *= SLOWER;
        }
        let mut at = Tick(now.0 + generator.within(&(low..=high)));
        if self.in_order && !self.has(Trouble::Reordering) {
            at = at.max(self.latest);
        }
        self.latest = self.latest.max(at);
        at
    }
}

/// All directions of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Links {
    roster: Roster,
    cells: Vec<Link>,
}

impl Links {
    /// A full mesh, every direction like `link`.
    pub fn mesh(roster: Roster, link: &Link) -> Self {
        Self { roster, cells: vec![link.clone(); roster.len() * roster.len()] }
    }

    fn place(&self, from: NodeId, to: NodeId) -> usize {
        self.roster.position(from) * self.roster.len() + self.roster.position(to)
    }

    /// The direction `from` → `to`.
    pub fn get(&self, from: NodeId, to: NodeId) -> &Link {
        &self.cells[self.place(from, to)]
    }

    /// The direction `from` → `to`, to be changed.
    pub fn get_mut(&mut self, from: NodeId, to: NodeId) -> &mut Link {
        let place = self.place(from, to);
        &mut self.cells[place]
    }

    /// Every direction up again, and as it was at the start.
    pub fn heal(&mut self) {
        for link in &mut self.cells {
            link.up = true;
            link.troubles = [false; 4];
        }
    }

    /// Whether any direction is cut or troubled.
    pub fn any_broken(&self) -> bool {
        self.cells.iter().any(|link| !link.up || link.is_troubled())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_troubled_until_each_trouble_is_taken_back() {
        let mut link = Link::new(1..=2);
        assert!(!link.is_troubled());
        for trouble in [Trouble::Slow, Trouble::Lossy, Trouble::Duplicating, Trouble::Reordering] {
            link.toggle(trouble);
            assert!(link.has(trouble) && link.is_troubled());
            link.toggle(trouble);
            assert!(!link.has(trouble) && !link.is_troubled());
        }
    }

    fn troubled(latency: RangeInclusive<u64>, trouble: Trouble) -> Link {
        let mut link = Link::new(latency);
        link.toggle(trouble);
        link
    }

    /// When messages arrive that all set out at 0.
    fn arrivals(link: &Link) -> Vec<u64> {
        let (mut link, mut generator) = (link.clone(), Generator::new(1));
        (0..100).map(|_| link.arrival(Tick(0), &mut generator).0).collect()
    }

    #[test]
    fn a_slow_link_takes_ten_times_as_long() {
        assert!(arrivals(&troubled(10..=10, Trouble::Slow)).iter().all(|&at| at == 100));
    }

    #[test]
    fn messages_keep_their_order_unless_a_link_is_told_otherwise() {
        let (tidy, mut loose) = (Link::new(1..=1_000), Link::new(1..=1_000));
        loose.in_order = false;
        assert!(arrivals(&tidy).is_sorted());
        assert!(!arrivals(&loose).is_sorted());
        let reordering = arrivals(&troubled(10..=10, Trouble::Reordering));
        assert!(!reordering.is_sorted());
        assert!(reordering.iter().all(|at| (10..=100).contains(at)) && reordering.iter().any(|&at| at > 50));
    }

    #[test]
    fn a_duplicating_link_sends_about_three_in_ten_twice_and_another_none() {
        let doubled = |link: &Link| {
            let mut generator = Generator::new(1);
            (0..1_000).filter(|_| link.doubles(&mut generator)).count()
        };
        assert!((200..400).contains(&doubled(&troubled(1..=2, Trouble::Duplicating))));
        assert_eq!(doubled(&Link::new(1..=2)), 0);
    }

    #[test]
    fn one_direction_that_is_cut_or_troubled_is_enough_to_call_the_links_broken() {
        let roster = Roster { servers: 3, clients: 0 };
        let whole = Links::mesh(roster, &Link::new(1..=2));
        assert!(!whole.any_broken());
        let (mut cut, mut slow) = (whole.clone(), whole.clone());
        cut.get_mut(NodeId(0), NodeId(1)).up = false;
        slow.get_mut(NodeId(2), NodeId(1)).toggle(Trouble::Slow);
        assert!(cut.any_broken() && slow.any_broken());
        cut.heal();
        slow.heal();
        assert!(cut == whole && slow == whole);
    }
}
