//! The two algorithms against all orders of delivery, dumb ones, another library and random faults; the box; the guided runs.

mod boxes;
mod guided;
mod histories;
mod library;
mod oracle;
mod orders;
mod runs;
mod search;

use super::document::{Algorithm, Document, Edit};
use crate::demos::crdt::broadcast::Operation;
use crate::demos::crdt::{Context, Dot};
use crate::sim::{Generator, NodeId};

const BOTH: [Algorithm; 2] = [Algorithm::Fugue, Algorithm::Rga];

/// Replicas without a network: whoever asks may hand any operation to any, as long as it knows those before.
#[derive(Debug, Clone)]
struct Company {
    algorithm: Algorithm,
    documents: Vec<Document>,
    applied: Vec<Context>,
    operations: Vec<Operation<Edit>>,
}

impl Company {
    fn of(replicas: usize, algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            documents: vec![Document::default(); replicas],
            applied: vec![Context::default(); replicas],
            operations: Vec::new(),
        }
    }

    fn text(&self, who: usize) -> String {
        self.documents[who].text(self.algorithm)
    }

    fn announce(&mut self, who: usize, edit: Edit) -> Dot {
        let replica = NodeId(u8::try_from(who).unwrap());
        let dot = Dot { replica, number: self.applied[who].prefix(replica) + 1 };
        let past = self.applied[who].clone();
        self.operations.push(Operation { dot, past, body: edit });
        self.documents[who].apply(dot, &edit);
        self.applied[who].insert(dot);
        dot
    }

    /// Types a letter after so many visible ones.
    fn type_at(&mut self, who: usize, at: usize, letter: char) -> Dot {
        let left = at.checked_sub(1).map(|last| self.visible(who, last));
        let edit = self.documents[who].insert_after(left, letter);
        self.announce(who, edit)
    }

    fn visible(&self, who: usize, place: usize) -> Dot {
        self.documents[who].visible(self.algorithm).nth(place).unwrap().id
    }

    fn delete_at(&mut self, who: usize, place: usize) {
        let edit = self.documents[who].delete(self.visible(who, place));
        self.announce(who, edit);
    }

    /// Hands over what the other lacks, up to so many operations.
    fn deliver(&mut self, from: usize, to: usize, most: usize) {
        let known = self.applied[from].clone();
        let mut left = most;
        for operation in &self.operations {
            if left > 0 && known.contains(operation.dot) && !self.applied[to].contains(operation.dot) {
                assert!(self.applied[to].includes(&operation.past), "the list is in causal order");
                self.documents[to].apply(operation.dot, &operation.body);
                self.applied[to].insert(operation.dot);
                left -= 1;
            }
        }
    }

    fn meet(&mut self) {
        let all = self.documents.len();
        for (from, to) in (0..all).flat_map(|from| (0..all).map(move |to| (from, to))) {
            self.deliver(from, to, usize::MAX);
        }
    }

    /// One thing drawn at random. Carets like to stay near where something was done, or there would be no runs.
    fn wander(&mut self, fate: &mut Generator) {
        let who = below(fate, self.documents.len());
        let count = self.documents[who].visible(self.algorithm).count();
        match below(fate, 8) {
            0 | 1 => {
                let from = below(fate, self.documents.len());
                let most = below(fate, 4) + 1;
                self.deliver(from, who, most);
            }
            2 if count > 0 => self.delete_at(who, below(fate, count)),
            _ => {
                let at = match below(fate, 3) {
                    0 => count,
                    1 => 0,
                    _ => below(fate, count + 1),
                };
                let letter = char::from(b'a' + u8::try_from(below(fate, 26)).unwrap());
                self.type_at(who, at, letter);
            }
        }
    }

    fn at_random(seed: u64, replicas: usize, algorithm: Algorithm, steps: usize) -> Self {
        let mut fate = Generator::new(seed);
        let mut company = Self::of(replicas, algorithm);
        (0..steps).for_each(|_| company.wander(&mut fate));
        company
    }
}

fn below(fate: &mut Generator, count: usize) -> usize {
    usize::try_from(fate.within(&(0..=count as u64 - 1))).unwrap()
}
