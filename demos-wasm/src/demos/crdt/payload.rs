//! The payload: what a replica keeps, how two of them merge, and what a client reads in it.
//!
//! Two families are enough for all eight types. *Slots* hold numbers or stamps that only grow, merged entry by entry by
//! the greater one: counters, grow-only and two-phase sets, everything that the last writer wins. *Dots* hold what was put
//! in, each under the dot of the update that did, beside the set of all dots ever seen; an entry that is missing where its
//! dot was seen has been taken out. These are the OR-Set and the MV-register. A payload has both parts, and a type leaves
//! one of them empty: a pair of semilattices is a semilattice, so one merge serves all.

use super::context::{Context, Dot};
use super::kind::{Breach, Kind, Rules};
use crate::prelude::*;
use crate::sim::NodeId;

/// Something that is put into a set or written to a register, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element(pub u32);

/// Which half of a pair: P and N of a PN-Counter, A and R of a two-phase or LWW set. The other types have only the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// What was added: P, A.
    Added,
    /// What was taken away: N, R.
    Removed,
}

/// What a slot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// The one slot of an object that has no more.
    Object,
    /// A replica's own.
    Replica(NodeId),
    /// An element's.
    Element(Element),
}

/// The name of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// In which half.
    pub half: Half,
    /// Of what.
    pub of: Of,
}

/// When a write was made, by the clock of its replica; `dot` makes stamps unique and breaks ties (Shapiro et al. 2011,
/// §3.2.1: "timestamps are assumed unique, totally ordered").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// Milliseconds, as the replica's clock showed them.
    pub time: u64,
    /// The update itself.
    pub dot: Dot,
}

/// What a slot holds. Within one slot always the same variant; the greater one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// It is there.
    Present,
    /// So many.
    Count(u32),
    /// Written then, with this value; 0 where only the time matters.
    Written(Stamp, Element),
}

/// What a client reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A counter's value.
    Number(i64),
    /// What is in a set or register, in order; nothing in a register that was never written.
    Elements(Vec<Element>),
}

/// The state of one replica, or a part of it that travels alone: a delta.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Payload {
    /// In order of slots.
    pub(super) slots: Vec<(Slot, Weight)>,
    /// What is in, by the dot of the update that put it there; in order of dots.
    pub(super) dots: Vec<(Dot, Element)>,
    /// Every dot seen, of what is in and of what was taken out.
    pub(super) context: Context,
}

impl Payload {
    /// What a slot holds.
    pub fn slot(&self, slot: Slot) -> Option<Weight> {
        let place = self.slots.binary_search_by_key(&slot, |(known, _)| *known).ok()?;
        Some(self.slots[place].1)
    }

    /// All slots in order.
    pub fn slots(&self) -> &[(Slot, Weight)] {
        &self.slots
    }

    /// What is in, by its dot.
    pub fn dots(&self) -> &[(Dot, Element)] {
        &self.dots
    }

    /// Every dot seen.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The count in a slot, 0 where there is none.
    pub(super) fn count(&self, slot: Slot) -> u32 {
        match self.slot(slot) {
            Some(Weight::Count(count)) => count,
            Some(Weight::Present | Weight::Written(..)) | None => 0,
        }
    }

    /// Puts an element in under a dot, which nothing is in under, or the same.
    pub(super) fn hold(&mut self, dot: Dot, element: Element) {
        if let Err(place) = self.dots.binary_search(&(dot, element)) {
            self.dots.insert(place, (dot, element));
        }
    }

    /// Puts a weight into a slot, whatever was there.
    pub(super) fn put(&mut self, slot: Slot, weight: Weight) {
        match self.slots.binary_search_by_key(&slot, |(known, _)| *known) {
            Ok(place) => self.slots[place].1 = weight,
            Err(place) => self.slots.insert(place, (slot, weight)),
        }
    }

    /// The least upper bound of this payload and another becomes this payload (Shapiro et al. 2011, §2.2.2; for dots:
    /// Almeida, Shoker, Baquero 2018, §7.3). `rules` may have it done wrong.
    pub fn join(&mut self, other: &Self, rules: Rules) {
        for &(slot, theirs) in &other.slots {
            let mine = self.slot(slot);
            self.put(slot, mine.map_or(theirs, |mine| rules.winner(mine, theirs)));
        }
        // What the other has seen and has no more, it has taken out.
        let forgets = rules.lacks(Breach::NoContext);
        let has = |dots: &[(Dot, Element)], dot: Dot| dots.iter().any(|(known, _)| *known == dot);
        self.dots.retain(|&(dot, _)| forgets || has(&other.dots, dot) || !other.context.contains(dot));
        for &(dot, element) in &other.dots {
            if !has(&self.dots, dot) && (forgets || !self.context.contains(dot)) {
                self.hold(dot, element);
            }
        }
        self.context.join(&other.context);
    }

    /// The same, as a new payload.
    #[must_use]
    pub fn joined(&self, other: &Self, rules: Rules) -> Self {
        let mut both = self.clone();
        both.join(other, rules);
        both
    }

    /// What a client reads (the `query` of the paper's specifications).
    pub fn value(&self, kind: Kind) -> Value {
        let total = |half: Half| -> i64 {
            let of_half = self.slots.iter().filter(|(slot, _)| slot.half == half);
            of_half.map(|(slot, _)| i64::from(self.count(*slot))).sum()
        };
        match kind {
            Kind::GCounter | Kind::PnCounter => Value::Number(total(Half::Added) - total(Half::Removed)),
            Kind::LwwRegister => {
                let written = self.slots.iter().filter_map(|(_, weight)| match weight {
                    Weight::Written(_, element) => Some(*element),
                    Weight::Present | Weight::Count(_) => None,
                });
                Value::Elements(written.collect())
            }
            Kind::GSet | Kind::TwoPhaseSet | Kind::LwwSet => {
                let added = self.slots.iter().filter(|(slot, _)| slot.half == Half::Added);
                let alive = added.filter_map(|(slot, weight)| self.outlives(*slot, *weight, kind));
                Value::Elements(alive.collect())
            }
            Kind::OrSet | Kind::MvRegister => {
                let mut elements = Vec::new();
                for &(_, element) in &self.dots {
                    insert(&mut elements, element);
                }
                Value::Elements(elements)
            }
        }
    }

    /// Whether an element is in the set.
    pub fn has(&self, element: Element, kind: Kind) -> bool {
        matches!(self.value(kind), Value::Elements(elements) if elements.contains(&element))
    }

    /// The element of an adding slot, unless its removal wins.
    fn outlives(&self, slot: Slot, added: Weight, kind: Kind) -> Option<Element> {
        let Of::Element(element) = slot.of else { return None };
        let removed = self.slot(Slot { half: Half::Removed, ..slot });
        // A two-phase set's removal wins for ever (§3.3.2), an LWW set's as long as it is later (§3.3.3).
        let wins = removed.is_some_and(|removed| kind == Kind::TwoPhaseSet || removed > added);
        (!wins).then_some(element)
    }
}

/// Adds an element to a list in order, unless it is there. Not by sorting: the standard library's takes 2 KB of the page.
pub(super) fn insert(elements: &mut Vec<Element>, element: Element) {
    if let Err(place) = elements.binary_search(&element) {
        elements.insert(place, element);
    }
}
