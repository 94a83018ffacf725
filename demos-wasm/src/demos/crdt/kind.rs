//! The eight types, the rule that can be taken from each, and how updates become effects.

use super::context::Dot;
use super::payload::{Element, Half, Of, Payload, Slot, Stamp, Weight};
use crate::prelude::*;
use crate::sim::NodeId;

/// A replicated data type. Sections of Shapiro et al. 2011 (RR-7506).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Counts up: a number for each replica, value is their sum (§3.1.2).
    GCounter,
    /// Counts up and down: two of those (§3.1.3).
    PnCounter,
    /// Grows only (§3.3.1).
    GSet,
    /// What was removed never comes back (§3.3.2).
    TwoPhaseSet,
    /// An element is in when it was added later than it was removed (§3.3.3).
    LwwSet,
    /// A removal takes only the additions that it has seen (§3.3.5); without tombstones as in Bieniusa et al. 2012.
    OrSet,
    /// The value written last, by the clocks of the writers (§3.2.1).
    LwwRegister,
    /// All values written that no later write has seen (§3.2.2).
    MvRegister,
}

impl Kind {
    /// All of them, in the order of the option.
    pub const ALL: [Self; 8] = [
        Self::GCounter,
        Self::PnCounter,
        Self::GSet,
        Self::TwoPhaseSet,
        Self::LwwSet,
        Self::OrSet,
        Self::LwwRegister,
        Self::MvRegister,
    ];

    /// What can be asked, of these elements, whatever the state.
    pub fn updates(self, elements: &[Element]) -> Vec<Update> {
        let each = |update: fn(Element) -> Update| elements.iter().map(move |element| update(*element));
        match self {
            Self::GCounter => vec![Update::Increment],
            Self::PnCounter => vec![Update::Increment, Update::Decrement],
            Self::GSet => each(Update::Add).collect(),
            Self::TwoPhaseSet | Self::LwwSet | Self::OrSet => {
                each(Update::Add).chain(each(Update::Remove)).collect()
            }
            Self::LwwRegister | Self::MvRegister => each(Update::Write).collect(),
        }
    }
}

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Update {
    /// One more.
    Increment,
    /// One less.
    Decrement,
    /// Put it in.
    Add(Element),
    /// Take it out. Refused where it isn't in.
    Remove(Element),
    /// Set the register to it.
    Write(Element),
}

/// An update, and when it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request {
    /// What for.
    pub update: Update,
    /// What the node's own clock showed, in milliseconds.
    pub clock: u64,
}

/// A rule taken away, so that a law breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Breach {
    /// Counters: merging adds the entries up instead of taking the greater one.
    SumForMax,
    /// Counters: one entry for all replicas instead of one for each, merged by the greater one.
    OneEntry,
    /// 2P-Set, LWW-set: removing takes the element out of A instead of putting it into R.
    NoTombstones,
    /// OR-Set: additions of one element all have the same tag.
    NoTags,
    /// OR-Set, MV-register: merging is plain union, whatever was seen before.
    NoContext,
    /// LWW: stamps are clock readings only. Of equal ones the write that arrives last wins, or the addition.
    TiesByArrival,
    /// Operation-based: an operation that arrives twice is applied twice.
    NoDeduplication,
    /// Operation-based: operations are applied as they arrive.
    NoCausalOrder,
}

impl Breach {
    /// All of them, in the order of the option.
    pub const ALL: [Self; 8] = [
        Self::SumForMax,
        Self::OneEntry,
        Self::NoTombstones,
        Self::NoTags,
        Self::NoContext,
        Self::TiesByArrival,
        Self::NoDeduplication,
        Self::NoCausalOrder,
    ];

    /// Whether taking the rule away changes anything for this type when it is replicated like this.
    pub fn concerns(self, kind: Kind, replication: Replication) -> bool {
        let counts = matches!(kind, Kind::GCounter | Kind::PnCounter);
        let has_dots = matches!(kind, Kind::OrSet | Kind::MvRegister);
        let merges = replication != Replication::Operation;
        match self {
            Self::SumForMax | Self::OneEntry => counts && merges,
            Self::NoTombstones => matches!(kind, Kind::TwoPhaseSet | Kind::LwwSet),
            Self::NoTags => kind == Kind::OrSet,
            Self::NoContext => has_dots && merges,
            Self::TiesByArrival => matches!(kind, Kind::LwwRegister | Kind::LwwSet),
            // What the other types' operations do, they do only once however often they are applied, and in any order.
            Self::NoDeduplication => (counts || has_dots) && !merges,
            Self::NoCausalOrder => has_dots && !merges,
        }
    }
}

/// How updates travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Replication {
    /// Whole payloads, now and then (Shapiro et al. 2011, §2.2.2).
    State,
    /// What is new since the other has last acknowledged (Almeida, Shoker, Baquero 2018, algorithm 2).
    Delta,
    /// Each update by itself, once each and in causal order (Shapiro et al. 2011, §2.2.3).
    Operation,
}

impl Replication {
    /// All of them, in the order of the option.
    pub const ALL: [Self; 3] = [Self::State, Self::Delta, Self::Operation];
}

/// Which type is replicated, and which of its rules are missing, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// The type.
    pub kind: Kind,
    /// The rules taken away: a bit each, by their place in [`Breach::ALL`].
    missing: u8,
}

/// What an update does, decided where it was asked for: the downstream part of an operation (Shapiro et al. 2011, §2.2.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// One more in this half of a counter.
    Count(Half),
    /// The slot holds this, or what it holds already if that is greater.
    Raise(Slot, Weight),
    /// Puts an element in under a dot, and takes out what was in under others.
    Replace {
        /// What is put in.
        put: Option<(Dot, Element)>,
        /// What is taken out: the dots that were seen where the update was asked for.
        out: Vec<Dot>,
    },
    /// Empties a slot, as if it had never been filled. Only where a rule is missing.
    Empty(Slot),
}

/// The replica of the tags that all additions of an element share, where that rule is missing.
pub(super) const SHARED_TAG: NodeId = NodeId(63);

impl Rules {
    /// The type as it should be.
    pub fn of(kind: Kind) -> Self {
        Self { kind, missing: 0 }
    }

    /// The same without one more rule.
    #[must_use]
    pub fn without(self, breach: Breach) -> Self {
        Self { missing: self.missing | 1 << breach as u8, ..self }
    }

    /// Whether a rule is missing.
    pub fn lacks(self, breach: Breach) -> bool {
        self.missing >> breach as u8 & 1 == 1
    }

    /// What an update will do, seen from this payload; `dot` is the update's own. `None` when it can't be done: removing
    /// what isn't in (the precondition of the paper's specifications), or something that this type doesn't do.
    pub fn prepare(self, payload: &Payload, request: Request, dot: Dot) -> Option<Effect> {
        let now = |element: Element| {
            let dot = if self.lacks(Breach::TiesByArrival) { NO_TIE_BREAK } else { dot };
            Weight::Written(Stamp { time: request.clock, dot }, element)
        };
        let slot = |half: Half, element: Element| Slot { half, of: Of::Element(element) };
        match (self.kind, request.update) {
            (Kind::GCounter | Kind::PnCounter, Update::Increment) => Some(Effect::Count(Half::Added)),
            (Kind::PnCounter, Update::Decrement) => Some(Effect::Count(Half::Removed)),
            (Kind::GSet | Kind::TwoPhaseSet, Update::Add(element)) => {
                Some(Effect::Raise(slot(Half::Added, element), Weight::Present))
            }
            (Kind::LwwSet, Update::Add(element)) => {
                Some(Effect::Raise(slot(Half::Added, element), now(Element(0))))
            }
            (Kind::OrSet, Update::Add(element)) => {
                let tag = Dot { replica: SHARED_TAG, number: element.0 + 1 };
                let dot = if self.lacks(Breach::NoTags) { tag } else { dot };
                // The new dot says all that the ones it has seen did.
                let out = seen(payload, |known| known == element);
                Some(Effect::Replace { put: Some((dot, element)), out })
            }
            (_, Update::Remove(element)) if !payload.has(element, self.kind) => None,
            (Kind::TwoPhaseSet | Kind::LwwSet, Update::Remove(element))
                if self.lacks(Breach::NoTombstones) =>
            {
                Some(Effect::Empty(slot(Half::Added, element)))
            }
            (Kind::TwoPhaseSet, Update::Remove(element)) => {
                Some(Effect::Raise(slot(Half::Removed, element), Weight::Present))
            }
            (Kind::LwwSet, Update::Remove(element)) => {
                Some(Effect::Raise(slot(Half::Removed, element), now(Element(0))))
            }
            (Kind::OrSet, Update::Remove(element)) => {
                Some(Effect::Replace { put: None, out: seen(payload, |known| known == element) })
            }
            (Kind::LwwRegister, Update::Write(element)) => {
                Some(Effect::Raise(Slot { half: Half::Added, of: Of::Object }, now(element)))
            }
            (Kind::MvRegister, Update::Write(element)) => {
                Some(Effect::Replace { put: Some((dot, element)), out: seen(payload, |_| true) })
            }
            _ => None,
        }
    }

    /// What an effect adds to this payload of `replica`, as a small payload of its own: the delta-mutator of Almeida,
    /// Shoker, Baquero 2018, §4. Joined to the payload it does what the update does; so does it anywhere else, once or
    /// twice.
    pub fn delta(self, payload: &Payload, replica: NodeId, effect: &Effect) -> Payload {
        let mut delta = Payload::default();
        match effect {
            Effect::Count(half) => {
                let of = if self.lacks(Breach::OneEntry) { Of::Object } else { Of::Replica(replica) };
                let slot = Slot { half: *half, of };
                delta.put(slot, Weight::Count(payload.count(slot).saturating_add(1)));
            }
            Effect::Raise(slot, weight) => delta.put(*slot, *weight),
            Effect::Replace { put, out } => {
                delta.dots.extend(put);
                let seen = out.iter().copied().chain(put.iter().map(|(dot, _)| *dot));
                seen.for_each(|dot| delta.context.insert(dot));
            }
            Effect::Empty(_) => {}
        }
        delta
    }

    /// Does what an update of a state-based replica does, and gives the delta.
    pub fn mutate(self, payload: &mut Payload, replica: NodeId, effect: &Effect) -> Payload {
        let delta = self.delta(payload, replica, effect);
        // The replica's own update is no merge: without these lines the missing rule would not even work alone.
        match effect {
            Effect::Empty(slot) => payload.slots.retain(|(known, _)| known != slot),
            Effect::Count(_) => delta.slots.iter().for_each(|(slot, weight)| payload.put(*slot, *weight)),
            Effect::Replace { put, out } => {
                payload.dots.retain(|(dot, _)| !out.contains(dot));
                put.iter().for_each(|(dot, element)| payload.hold(*dot, *element));
                payload.context.join(&delta.context);
            }
            Effect::Raise(..) => payload.join(&delta, self),
        }
        delta
    }

    /// Applies an operation at an operation-based replica. It relies on delivery, once each and in causal order, and so
    /// keeps less: a counter is one number (§3.1.1), and no context says what was taken out (§3.3.5).
    pub fn apply(self, payload: &mut Payload, effect: &Effect) {
        match effect {
            Effect::Count(half) => {
                let slot = Slot { half: *half, of: Of::Object };
                payload.put(slot, Weight::Count(payload.count(slot).saturating_add(1)));
            }
            Effect::Raise(slot, weight) => {
                let held = payload.slot(*slot);
                payload.put(*slot, held.map_or(*weight, |held| self.winner(held, *weight)));
            }
            Effect::Replace { put, out } => {
                payload.dots.retain(|(dot, _)| !out.contains(dot));
                // Under one dot there is one element, however often the operation comes.
                put.iter().for_each(|(dot, element)| payload.hold(*dot, *element));
            }
            Effect::Empty(slot) => payload.slots.retain(|(known, _)| known != slot),
        }
    }

    /// Which of two weights a slot holds after a merge: the greater one, unless a rule is missing.
    pub(super) fn winner(self, mine: Weight, theirs: Weight) -> Weight {
        match (mine, theirs) {
            (Weight::Count(mine), Weight::Count(theirs)) if self.lacks(Breach::SumForMax) => {
                Weight::Count(mine.saturating_add(theirs))
            }
            (Weight::Written(mine, _), Weight::Written(other, _))
                if self.lacks(Breach::TiesByArrival) && mine.time == other.time =>
            {
                theirs
            }
            _ => mine.max(theirs),
        }
    }
}

/// What stands for a stamp's dot where ties are not broken.
pub(super) const NO_TIE_BREAK: Dot = Dot { replica: NodeId(0), number: 0 };

/// The dots of what is in, of the elements that count.
fn seen(payload: &Payload, counts: impl Fn(Element) -> bool) -> Vec<Dot> {
    payload.dots.iter().filter(|(_, element)| counts(*element)).map(|(dot, _)| *dot).collect()
}
