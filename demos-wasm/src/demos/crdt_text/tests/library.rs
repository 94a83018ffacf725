//! Fugue against `diamond-types`, a library in use.
//!
//! That puts characters in the order of Yjs as its author mended it, which is the order of FugueMax (Weidner and Kleppmann 2023).
//! FugueMax differs from Fugue where characters hang on the right of the same one and were typed before different ones: it
//! looks at what followed before it looks at ids. Histories in which that happens are told apart by the tree and left out; in
//! all others the texts must be the same, at every replica and at every moment, not only at the end.

use diamond_types::list::OpLog;

use super::oracle::typed;
use super::{Company, Context, Dot, below};
use crate::demos::crdt_text::document::{Algorithm, Edit, Side};
use crate::sim::Generator;

/// A history, told to the library as well.
struct Twice {
    company: Company,
    log: OpLog,
    /// The library's number of each operation, and what followed the character when it was typed.
    known: Vec<(Dot, usize, Option<Dot>)>,
}

impl Twice {
    fn at_random(seed: u64, replicas: usize, steps: usize) -> Self {
        let mut fate = Generator::new(seed);
        let company = Company::of(replicas, Algorithm::Fugue);
        let mut twice = Self { company, log: OpLog::new(), known: Vec::new() };
        for _ in 0..steps {
            let before = twice.company.clone();
            twice.company.wander(&mut fate);
            twice.tell(&before);
        }
        twice
    }

    /// Tells the library of the latest operation, if there is a new one.
    fn tell(&mut self, before: &Company) {
        if self.company.operations.len() == before.operations.len() {
            return;
        }
        let operation = self.company.operations.last().unwrap();
        let (who, dot) = (operation.dot.replica.index(), operation.dot);
        let agent = self.log.get_or_create_agent_id(["a", "b", "c", "d"][who]);
        let parents = self.frontier(&operation.past);
        let after: Vec<_> = self.company.documents[who].elements(Algorithm::Fugue).to_vec();
        let place = |id: Dot| {
            let place = after.iter().position(|it| it.id == id).unwrap();
            (place, after[..place].iter().filter(|it| !it.is_deleted).count())
        };
        let (time, right) = match operation.body {
            Edit::Insert(insertion) => {
                let (place, at) = place(dot);
                let right = after.get(place + 1).map(|it| it.id);
                (self.log.add_insert_at(agent, &parents, at, &insertion.letter.to_string()), right)
            }
            Edit::Delete(id, _) => {
                let at = place(id).1;
                (self.log.add_delete_at(agent, &parents, at..at + 1), None)
            }
        };
        self.known.push((dot, time, right));
    }

    /// The latest operations of a set: those that none of the others knew of.
    fn frontier(&self, applied: &Context) -> Vec<usize> {
        let operations = || self.company.operations.iter().filter(|it| applied.contains(it.dot));
        let is_latest = |dot: Dot| operations().all(|it| !it.past.contains(dot));
        let known = self.known.iter().filter(|(dot, ..)| applied.contains(*dot) && is_latest(*dot));
        known.map(|(_, time, _)| *time).collect()
    }

    /// Whether Fugue and FugueMax agree: what hangs on the right of the same character was typed before the same one.
    fn is_comparable(&self) -> bool {
        let all = typed(&self.company);
        let right = |id: Dot| self.known.iter().find(|(dot, ..)| *dot == id).unwrap().2;
        all.iter().filter(|(_, it)| it.side == Side::Right).all(|(id, it)| {
            let siblings =
                all.iter().filter(|(_, other)| other.side == Side::Right && other.parent == it.parent);
            siblings.into_iter().all(|(other, _)| right(*other) == right(*id))
        })
    }

    fn library(&self, who: usize) -> String {
        self.log.checkout(&self.frontier(&self.company.applied[who])).content().to_string()
    }
}

#[test]
fn the_text_is_that_of_a_library_in_use() {
    let (mut compared, mut concurrent) = (0, 0);
    for seed in 0..6_000 {
        let steps = 10 + below(&mut Generator::new(seed), 30);
        let mut twice = Twice::at_random(seed, 2 + usize::try_from(seed % 3).unwrap(), steps);
        if !twice.is_comparable() {
            continue;
        }
        compared += 1;
        let alone: Vec<String> =
            (0..twice.company.documents.len()).map(|who| twice.company.text(who)).collect();
        for (who, text) in alone.iter().enumerate() {
            assert_eq!(*text, twice.library(who), "seed {seed}, replica {who}");
        }
        concurrent += usize::from(alone.windows(2).any(|pair| pair[0] != pair[1]));
        twice.company.meet();
        assert_eq!(twice.company.text(0), twice.library(0), "seed {seed}, at the end");
    }
    assert!(compared > 2_000 && concurrent > 1_500, "{compared} histories, {concurrent} with concurrency");
}
