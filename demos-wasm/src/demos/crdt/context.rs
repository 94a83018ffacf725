//! Dots, and sets of them: who has seen which update.

use crate::prelude::*;
use crate::sim::NodeId;

/// One update: the `number`-th of its replica, counted from 1. Never given twice, as long as no replica forgets how far it
/// has counted (Almeida, Shoker, Baquero 2018, §7.2; a *unique tag* in Shapiro et al. 2011, §3.3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// Where the update was made.
    pub replica: NodeId,
    /// Its place among the updates of that replica, from 1.
    pub number: u32,
}

/// A set of dots: a causal context (Almeida, Shoker, Baquero 2018, §7.2).
///
/// What has no gaps is a version vector, one number a replica; the rest, the *dot cloud*, is listed. Equal sets are equal
/// values: a dot that the vector covers, or that would lengthen it, is never in the cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Context {
    /// How many dots of each replica there are from 1 on without a gap. In order of replicas; none with 0.
    vector: Vec<Dot>,
    /// The others, in order.
    cloud: Vec<Dot>,
}

impl Context {
    /// A set of one dot.
    pub fn one(dot: Dot) -> Self {
        let mut context = Self::default();
        context.insert(dot);
        context
    }

    /// How many dots of a replica there are before the first gap; also the number of the last of them.
    pub fn prefix(&self, replica: NodeId) -> u32 {
        self.vector.iter().find(|last| last.replica == replica).map_or(0, |last| last.number)
    }

    /// Whether a dot is in the set.
    pub fn contains(&self, dot: Dot) -> bool {
        dot.number <= self.prefix(dot.replica) || self.cloud.binary_search(&dot).is_ok()
    }

    /// Whether every dot of `other` is in the set.
    pub fn includes(&self, other: &Self) -> bool {
        let covers = |last: &Dot| self.prefix(last.replica) >= last.number;
        other.vector.iter().all(covers) && other.cloud.iter().all(|&dot| self.contains(dot))
    }

    /// Adds a dot; nothing happens when it is there.
    pub fn insert(&mut self, dot: Dot) {
        if !self.contains(dot)
            && let Err(place) = self.cloud.binary_search(&dot)
        {
            self.cloud.insert(place, dot);
            self.compact(dot.replica);
        }
    }

    /// Adds every dot of `other`.
    pub fn join(&mut self, other: &Self) {
        for &last in &other.vector {
            if last.number > self.prefix(last.replica) {
                self.lengthen(last);
            }
        }
        for &dot in &other.cloud {
            self.insert(dot);
        }
    }

    /// All dots, replica by replica, first those without gaps.
    pub fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        let covered = self
            .vector
            .iter()
            .flat_map(|last| (1..=last.number).map(|number| Dot { replica: last.replica, number }));
        covered.chain(self.cloud.iter().copied())
    }

    /// The version vector: the last dot of each replica before its first gap.
    pub fn vector(&self) -> &[Dot] {
        &self.vector
    }

    /// The dots after a gap.
    pub fn cloud(&self) -> &[Dot] {
        &self.cloud
    }

    /// Whether there is no dot.
    pub fn is_empty(&self) -> bool {
        self.vector.is_empty() && self.cloud.is_empty()
    }

    fn lengthen(&mut self, last: Dot) {
        match self.vector.iter().position(|known| known.replica >= last.replica) {
            Some(place) if self.vector[place].replica == last.replica => self.vector[place] = last,
            Some(place) => self.vector.insert(place, last),
            None => self.vector.push(last),
        }
        self.compact(last.replica);
    }

    /// Moves dots of a replica from the cloud to the vector as far as they close gaps.
    fn compact(&mut self, replica: NodeId) {
        let mut last = self.prefix(replica);
        let before = last;
        self.cloud.retain(|dot| {
            // In order, so each dot meets the vector that the ones before it have left.
            let is_next = dot.replica == replica && dot.number == last + 1;
            last += u32::from(is_next);
            !is_next && (dot.replica != replica || dot.number > last)
        });
        if last > before {
            self.lengthen(Dot { replica, number: last });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(replica: u8, number: u32) -> Dot {
        Dot { replica: NodeId(replica), number }
    }

    #[test]
    fn equal_sets_are_equal_values_in_whatever_order_they_were_filled() {
        let dots = [dot(0, 1), dot(0, 2), dot(0, 4), dot(1, 2), dot(1, 1)];
        let mut forwards = Context::default();
        dots.iter().for_each(|&dot| forwards.insert(dot));
        let mut backwards = Context::default();
        dots.iter().rev().for_each(|&dot| backwards.insert(dot));
        assert_eq!(forwards, backwards);
        assert_eq!(forwards.vector(), [dot(0, 2), dot(1, 2)]);
        assert_eq!(forwards.cloud(), [dot(0, 4)]);
        let mut joined = Context::one(dot(0, 3));
        joined.join(&forwards);
        assert_eq!(joined.vector(), [dot(0, 4), dot(1, 2)]);
        assert!(joined.cloud().is_empty());
        assert!(joined.includes(&forwards) && !forwards.includes(&joined));
    }
}
