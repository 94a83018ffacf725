//! The clocks against the definitions they are to keep, on random diagrams and on some made by hand.

mod cuts;
mod edits;
mod imports;
mod laws;
mod questions;
mod sheet;

use super::causality::{Relation, reachable_from};
use super::random::{Shape, random};
use super::{Diagram, EventId, text};
use crate::sim::Generator;

/// The event with this one letter.
fn event(letter: char) -> EventId {
    EventId(u16::try_from(u32::from(letter) - u32::from('a')).unwrap())
}

fn diagram(written: &str) -> Diagram {
    text::parse(written).unwrap()
}

/// A small diagram, of another shape for each seed; clocks are wrong and fast or slow.
fn small(seed: u64) -> Diagram {
    let mut generator = Generator::new(seed);
    let mut draw = |low, high| u16::try_from(generator.within(&(low..=high))).unwrap();
    let shape = Shape {
        processes: u8::try_from(draw(2, 5)).unwrap(),
        events: draw(2, 14),
        sending_percent: u8::try_from(draw(20, 100)).unwrap(),
        skew_ms: draw(0, 1) * draw(0, 3_000),
        drift_percent: draw(0, 1) * draw(0, 90),
    };
    random(&mut generator, shape)
}

/// The definition of → for all pairs, by id.
fn reachability(diagram: &Diagram) -> Vec<Vec<bool>> {
    (0..diagram.ids()).map(|id| reachable_from(diagram, EventId::at(id))).collect()
}

fn by_reachability(reached: &[Vec<bool>], a: EventId, b: EventId) -> Relation {
    match (reached[a.index()][b.index()], reached[b.index()][a.index()]) {
        _ if a == b => Relation::Same,
        (true, false) => Relation::Before,
        (false, true) => Relation::After,
        (false, false) => Relation::Concurrent,
        (true, true) => panic!("{a} and {b} are on a cycle"),
    }
}
