//! What a reader, a scenario or a search does to a run, and how it is written in links.

use core::str::FromStr;

use super::network::Trouble;
use super::process::{NodeId, TimerId};
use super::world::{Ask, MessageId};
use crate::reading::{cut, signed};
use crate::words::{Text, Words, display_by_words};

/// What a reader or a scenario does to a run. Each one is one step of its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intervention {
    /// Stop a node; everything it has written to its disk stays.
    Crash(NodeId),
    /// Take a node's power; what isn't durable on its disk is gone.
    PowerFailure(NodeId),
    /// Start a crashed node from its disk.
    Restart(NodeId),
    /// Replace the disk of a crashed node by an empty one.
    Wipe(NodeId),
    /// Let what a node has written become durable now.
    Flush(NodeId),
    /// Cut one direction; what is under way on it is lost.
    Cut(NodeId, NodeId),
    /// Mend one direction.
    Mend(NodeId, NodeId),
    /// Make one direction slow, lossy, …, or no longer so.
    Trouble(NodeId, NodeId, Trouble),
    /// Cut every direction between nodes of different groups.
    Partition(Groups),
    /// Every direction up and without trouble.
    Heal,
    /// Somebody asks this node for something.
    Request(NodeId, Ask),
    /// Let a timer run out now; the node's first armed one, where none is named.
    Hurry(NodeId, Option<TimerId>),
    /// Lose one message in flight.
    Drop(MessageId),
    /// Let one message in flight arrive now.
    Deliver(MessageId),
    /// Send a second copy of a message in flight.
    Duplicate(MessageId),
    /// Hold a message in flight back until it is released, delivered or lost by hand; where none is named, all that are under
    /// way and all to come.
    Hold(Option<MessageId>),
    /// Let a held message go on; where none is named, all of them, and those to come go by themselves again.
    Release(Option<MessageId>),
    /// Let two messages in flight arrive each when the other would have.
    Swap(MessageId, MessageId),
    /// Freeze a node, as a long garbage collection does: what would happen to it waits.
    Pause(NodeId),
    /// Let a frozen node go on; all that has waited happens at once, in order.
    Resume(NodeId),
    /// Let a node's clock run at this rate, in percent.
    Rate(NodeId, u16),
    /// Put a node's clock forward by so many milliseconds, or back.
    Skew(NodeId, i32),
}

/// A group, 0 to 3, for each node by its position in the roster: two bits a node, sixteen nodes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Groups(pub u32);

impl Groups {
    /// How many groups there are at most.
    pub const COUNT: u8 = 4;
    /// How many nodes have a group of their own choice; the others are in group 0.
    const NODES: usize = 16;

    /// The group of the node at this position.
    pub fn of(self, position: usize) -> u8 {
        if position >= Self::NODES {
            return 0;
        }
        u8::try_from(self.0 >> (2 * position) & 3).unwrap_or(0)
    }

    /// The same, but for one node.
    #[must_use]
    pub fn with(self, position: usize, group: u8) -> Self {
        if position >= Self::NODES {
            return self;
        }
        Self(self.0 & !(3 << (2 * position)) | u32::from(group & 3) << (2 * position))
    }

    /// One node against all others.
    pub fn alone(position: usize) -> Self {
        Self::default().with(position, 1)
    }
}

impl Intervention {
    /// The nodes it names.
    pub fn nodes(self) -> (Option<NodeId>, Option<NodeId>) {
        match self {
            Self::Crash(id)
            | Self::PowerFailure(id)
            | Self::Restart(id)
            | Self::Wipe(id)
            | Self::Flush(id)
            | Self::Request(id, _)
            | Self::Hurry(id, _)
            | Self::Pause(id)
            | Self::Resume(id)
            | Self::Rate(id, _)
            | Self::Skew(id, _) => (Some(id), None),
            Self::Cut(from, to) | Self::Mend(from, to) | Self::Trouble(from, to, _) => (Some(from), Some(to)),
            Self::Partition(_)
            | Self::Heal
            | Self::Drop(_)
            | Self::Deliver(_)
            | Self::Duplicate(_)
            | Self::Hold(_)
            | Self::Release(_)
            | Self::Swap(..) => (None, None),
        }
    }

    /// Letter, numbers: what [`Words`] writes with dashes between. Servers count from 1, clients from 65.
    fn code(self) -> (char, [Option<i64>; 3]) {
        let n = |id: NodeId| Some(i64::from(id.0) + 1);
        let m = |id: MessageId| [Some(i64::from(id.0)), None, None];
        match self {
            Self::Crash(id) => ('c', [n(id), None, None]),
            Self::PowerFailure(id) => ('v', [n(id), None, None]),
            Self::Restart(id) => ('r', [n(id), None, None]),
            Self::Wipe(id) => ('y', [n(id), None, None]),
            Self::Flush(id) => ('f', [n(id), None, None]),
            Self::Pause(id) => ('z', [n(id), None, None]),
            Self::Resume(id) => ('a', [n(id), None, None]),
            Self::Cut(from, to) => ('x', [n(from), n(to), None]),
            Self::Mend(from, to) => ('m', [n(from), n(to), None]),
            Self::Trouble(from, to, trouble) => ('l', [n(from), n(to), Some(trouble as i64)]),
            Self::Partition(Groups(groups)) => ('p', [Some(i64::from(groups)), None, None]),
            Self::Heal => ('h', [None; 3]),
            Self::Request(id, Ask(0)) => ('w', [n(id), None, None]),
            Self::Request(id, Ask(ask)) => ('w', [n(id), Some(i64::from(ask)), None]),
            Self::Hurry(id, timer) => ('t', [n(id), timer.map(|timer| i64::from(timer.0)), None]),
            Self::Drop(id) => ('d', m(id)),
            Self::Deliver(id) => ('g', m(id)),
            Self::Duplicate(id) => ('u', m(id)),
            Self::Hold(id) => ('b', id.map_or([None; 3], m)),
            Self::Release(id) => ('e', id.map_or([None; 3], m)),
            Self::Swap(id, other) => ('s', [Some(i64::from(id.0)), Some(i64::from(other.0)), None]),
            Self::Rate(id, percent) => ('k', [n(id), Some(i64::from(percent)), None]),
            Self::Skew(id, milliseconds) => ('j', [n(id), Some(i64::from(milliseconds)), None]),
        }
    }
}

impl Words for Intervention {
    fn add(&self, text: &mut Text) {
        let (letter, numbers) = self.code();
        text.trust(&format!("{letter}"));
        for (place, number) in numbers.into_iter().flatten().enumerate() {
            text.trust(if place == 0 { "" } else { "-" });
            text.trust(&format!("{number}"));
        }
        "".add(text);
    }
}

display_by_words!(Intervention);

/// The text wasn't an intervention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnIntervention;

impl FromStr for Intervention {
    type Err = NotAnIntervention;

    fn from_str(text: &str) -> Result<Self, NotAnIntervention> {
        // Not by slicing: that brings in the code that prints characters in panics, 3 KB for the page.
        let mut characters = text.chars();
        let letter = characters.next().ok_or(NotAnIntervention)?;
        let numbers = numbers(characters.as_str())?;
        read(letter, numbers).ok_or(NotAnIntervention)
    }
}

/// Up to three numbers with dashes between; the last may be negative.
fn numbers(text: &str) -> Result<[Option<i64>; 3], NotAnIntervention> {
    let mut numbers = [None; 3];
    let mut rest = text;
    for place in &mut numbers {
        if rest.is_empty() {
            break;
        }
        let (digits, more) = match cut(rest, b'-') {
            Some((digits, more)) if !digits.is_empty() => (digits, more),
            Some(_) | None => (rest, ""),
        };
        *place = Some(signed(digits).ok_or(NotAnIntervention)?);
        rest = more;
    }
    if rest.is_empty() { Ok(numbers) } else { Err(NotAnIntervention) }
}

fn read(letter: char, numbers: [Option<i64>; 3]) -> Option<Intervention> {
    let [first, second, third] = numbers;
    let node = |number: Option<i64>| u8::try_from(number?.checked_sub(1)?).ok().map(NodeId);
    let message = |number: Option<i64>| u32::try_from(number?).ok().map(MessageId);
    let byte = |number: i64| u8::try_from(number).ok();
    // Read once, not at each letter: the page has room for that code once.
    let (one, other) = (node(first), node(second));
    let (this, that) = (message(first), message(second));
    let read = match letter {
        'c' => Intervention::Crash(one?),
        'v' => Intervention::PowerFailure(one?),
        'r' => Intervention::Restart(one?),
        'y' => Intervention::Wipe(one?),
        'f' => Intervention::Flush(one?),
        'z' => Intervention::Pause(one?),
        'a' => Intervention::Resume(one?),
        'x' => Intervention::Cut(one?, other?),
        'm' => Intervention::Mend(one?, other?),
        'l' => {
            let trouble = Trouble::ALL.get(usize::try_from(third?).ok()?)?;
            Intervention::Trouble(one?, other?, *trouble)
        }
        'p' => Intervention::Partition(Groups(u32::try_from(first?).ok()?)),
        'h' => Intervention::Heal,
        'w' => Intervention::Request(one?, Ask(u32::try_from(second.unwrap_or(0)).ok()?)),
        't' => {
            let timer = match second {
                Some(number) => Some(TimerId(byte(number)?)),
                None => None,
            };
            Intervention::Hurry(one?, timer)
        }
        'd' => Intervention::Drop(this?),
        'g' => Intervention::Deliver(this?),
        'u' => Intervention::Duplicate(this?),
        'b' => Intervention::Hold(this),
        'e' => Intervention::Release(this),
        's' => Intervention::Swap(this?, that?),
        'k' => Intervention::Rate(one?, u16::try_from(second?).ok()?),
        'j' => Intervention::Skew(one?, i32::try_from(second?).ok()?),
        _ => return None,
    };
    // Numbers that don't belong to it, such as in `h3`.
    (read.code().1.iter().flatten().count() >= numbers.iter().flatten().count()
        || matches!(read, Intervention::Request(_, Ask(0))))
    .then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_what_it_was() {
        let (s3, c1) = (NodeId(2), NodeId::client(0));
        let all = [
            Intervention::Crash(s3),
            Intervention::PowerFailure(s3),
            Intervention::Restart(s3),
            Intervention::Wipe(s3),
            Intervention::Flush(s3),
            Intervention::Cut(s3, c1),
            Intervention::Mend(c1, s3),
            Intervention::Trouble(s3, c1, Trouble::Reordering),
            Intervention::Partition(Groups::alone(15)),
            Intervention::Heal,
            Intervention::Request(c1, Ask(0)),
            Intervention::Request(s3, Ask(7)),
            Intervention::Request(s3, Ask(u32::MAX)),
            Intervention::Hurry(s3, None),
            Intervention::Hurry(s3, Some(TimerId(0))),
            Intervention::Drop(MessageId(90_000)),
            Intervention::Deliver(MessageId(0)),
            Intervention::Duplicate(MessageId(1)),
            Intervention::Hold(None),
            Intervention::Hold(Some(MessageId(3))),
            Intervention::Release(None),
            Intervention::Release(Some(MessageId(0))),
            Intervention::Swap(MessageId(4), MessageId(2)),
            Intervention::Pause(s3),
            Intervention::Resume(s3),
            Intervention::Rate(s3, 50),
            Intervention::Skew(s3, -500),
        ];
        for what in all {
            assert_eq!(what.to_string().parse(), Ok(what), "{what}");
        }
    }

    #[test]
    fn every_node_has_a_group_and_no_other_changes_with_it() {
        for position in 0..16 {
            for group in 0..Groups::COUNT {
                let groups = Groups(0x2D4B_93E1);
                let changed = groups.with(position, group);
                for other in 0..17 {
                    let expected = if other == position { group } else { groups.of(other) };
                    assert_eq!(changed.of(other), expected, "{position} to {group}, {other}");
                }
                assert_eq!(Groups::alone(position).of(position), 1);
                assert_eq!(Groups::alone(position).0.count_ones(), 1);
            }
        }
        assert_eq!(Groups(5).with(16, 3), Groups(5), "there is no such node");
    }

    #[test]
    fn what_is_not_an_intervention_is_refused() {
        for text in [
            "", "c", "c0", "cx", "q9", "h3", "x1", "l1-2-9", "c1-2", "p-1", "w1-2-3-4", "w1--2", "b-1",
            "e1-2", "s1", "c300", "é",
        ] {
            assert_eq!(text.parse::<Intervention>(), Err(NotAnIntervention), "{text}");
        }
    }

    #[test]
    fn a_node_changes_its_group_and_no_other() {
        let groups = Groups::alone(3).with(0, 2).with(3, 3);
        assert_eq!((0..5).map(|node| groups.of(node)).collect::<Vec<_>>(), [2, 0, 0, 3, 0]);
    }
}
