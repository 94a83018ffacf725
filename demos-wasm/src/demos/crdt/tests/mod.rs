//! The types against their laws, against all orders, random faults and another library, and with each rule taken away.

mod breaches;
mod differential;
mod guided;
mod histories;
mod laws;
mod orders;
mod protocol;

use super::broadcast::Operation;
use super::context::{Context, Dot};
use super::kind::Effect;
use super::meaning::Record;
use super::{Element, Kind, Payload, Request, Rules, Update};
use crate::sim::NodeId;

const REPLICAS: u8 = 3;

/// Three replicas without a network: whoever asks may merge any with any.
#[derive(Debug, Clone)]
struct Company {
    rules: Rules,
    payloads: Vec<Payload>,
    seen: Vec<Context>,
    updates: Vec<u32>,
    records: Vec<Record>,
    operations: Vec<Operation<Effect>>,
    deltas: Vec<Payload>,
}

impl Company {
    fn of(kind: Kind) -> Self {
        Self {
            rules: Rules::of(kind),
            payloads: vec![Payload::default(); 3],
            seen: vec![Context::default(); 3],
            updates: vec![0; 3],
            records: Vec::new(),
            operations: Vec::new(),
            deltas: Vec::new(),
        }
    }

    /// Asks a replica for the `choice`-th of its updates; false where it refuses.
    fn ask(&mut self, replica: usize, choice: usize, clock: u64) -> bool {
        let updates = self.rules.kind.updates(&[Element(1), Element(2)]);
        let request = Request { update: updates[choice % updates.len()], clock };
        self.update(replica, request).is_some()
    }

    fn update(&mut self, replica: usize, request: Request) -> Option<Update> {
        let id = NodeId(u8::try_from(replica).unwrap());
        let dot = Dot { replica: id, number: self.updates[replica] + 1 };
        let effect = self.rules.prepare(&self.payloads[replica], request, dot)?;
        self.updates[replica] += 1;
        let past = self.seen[replica].clone();
        self.seen[replica].insert(dot);
        self.records.push(Record { dot, request, past: past.clone() });
        self.deltas.push(self.rules.mutate(&mut self.payloads[replica], id, &effect));
        self.operations.push(Operation { dot, past, body: effect });
        Some(request.update)
    }

    fn merge(&mut self, into: usize, from: usize) {
        let (theirs, seen) = (self.payloads[from].clone(), self.seen[from].clone());
        self.payloads[into].join(&theirs, self.rules);
        self.seen[into].join(&seen);
    }

    /// One step of a random history; three numbers decide.
    fn wander(&mut self, (what, who, whom): (u8, u8, u8), time: u64) {
        let (who, whom) = (usize::from(who % REPLICAS), usize::from(whom % REPLICAS));
        if what.is_multiple_of(3) {
            self.merge(who, whom);
        } else {
            self.ask(who, usize::from(what / 3), time);
        }
    }
}
