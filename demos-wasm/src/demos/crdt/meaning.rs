//! What a value should be, said without payloads: from the updates that a replica has seen and who saw whom.
//!
//! This is how Burckhardt, Gotsman, Yang, Zawirski ("Replicated data types: specification, verification, optimality",
//! POPL 2014, §3) specify such types, and a second way to every value: nothing here merges.

use super::context::{Context, Dot};
use super::kind::{Kind, Request, Update};
use super::payload::{Element, Value, insert};
use crate::prelude::*;

/// An update that was done, and what its replica had seen before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Record {
    /// Which update it is.
    pub dot: Dot,
    /// What was asked for.
    pub request: Request,
    /// What had been seen where it was asked for.
    pub past: Context,
}

impl Record {
    /// The order of last-writer-wins.
    fn stamp(&self) -> (u64, Dot) {
        (self.request.clock, self.dot)
    }

    fn adds(&self, element: Element) -> bool {
        self.request.update == Update::Add(element)
    }

    fn removes(&self, element: Element) -> bool {
        self.request.update == Update::Remove(element)
    }
}

/// The value that the updates seen amount to.
pub fn meaning(kind: Kind, records: &[Record], seen: &Context) -> Value {
    let known: Vec<&Record> = records.iter().filter(|record| seen.contains(record.dot)).collect();
    if matches!(kind, Kind::GCounter | Kind::PnCounter) {
        let total = known.iter().map(|record| match record.request.update {
            Update::Increment => 1,
            Update::Decrement => -1,
            Update::Add(_) | Update::Remove(_) | Update::Write(_) => 0,
        });
        return Value::Number(total.sum());
    }
    let latest = known.iter().max_by_key(|record| record.stamp());
    let mut elements: Vec<Element> = Vec::new();
    for record in &known {
        let (Update::Add(element) | Update::Write(element)) = record.request.update else { continue };
        let mut removals = known.iter().filter(|other| other.removes(element));
        let is_in = match kind {
            Kind::GCounter | Kind::PnCounter | Kind::GSet => true,
            Kind::TwoPhaseSet => removals.next().is_none(),
            Kind::LwwSet => removals.all(|removal| {
                known.iter().any(|other| other.adds(element) && other.stamp() > removal.stamp())
            }),
            // Add wins: only a removal that has seen this addition takes it away.
            Kind::OrSet => !removals.any(|removal| removal.past.contains(record.dot)),
            Kind::LwwRegister => latest.is_some_and(|latest| latest.dot == record.dot),
            Kind::MvRegister => !known.iter().any(|other| other.past.contains(record.dot)),
        };
        if is_in {
            insert(&mut elements, element);
        }
    }
    Value::Elements(elements)
}

/// A write that is gone although nobody overwrote it knowingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LostWrite {
    /// The write.
    pub lost: Dot,
    /// The write that won.
    pub winner: Dot,
    /// Whether the lost write came after the winner and had seen it: only a wrong clock does that.
    pub was_later: bool,
}

/// What last-writer-wins has thrown away among the updates seen: writes of a register that had not been seen by the
/// winner. They are lost by design, which is why no invariant forbids it.
pub fn lost_writes(records: &[Record], seen: &Context) -> Vec<LostWrite> {
    let known: Vec<&Record> = records.iter().filter(|record| seen.contains(record.dot)).collect();
    let Some(winner) = known.iter().max_by_key(|record| record.stamp()) else { return Vec::new() };
    let is_lost = |record: &&&Record| {
        // Written over knowingly, by anyone, is not lost.
        record.dot != winner.dot
            && !known.iter().any(|other| other.past.contains(record.dot) && other.stamp() > record.stamp())
    };
    let lost = known.iter().filter(is_lost);
    lost.map(|record| LostWrite {
        lost: record.dot,
        winner: winner.dot,
        was_later: record.past.contains(winner.dot),
    })
    .collect()
}
