//! Predict, then see: questions out of a seed, each with its answer computed from the diagram.

use super::causality::{Relation, relation};
use super::cut::Cut;
use super::diagram::{Diagram, EventId};
use super::stamps::Stamps;
use crate::prelude::*;
use crate::sim::Generator;

/// Kinds of questions, and what each is to teach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Does `a` happen before `b`, after it, or neither?
    Order,
    /// Which of these is concurrent with `c`?
    Concurrent,
    /// Is this cut consistent?
    Cut,
    /// `C(a) < C(b)`: did `a` happen before `b`? Mostly not: the Clock Condition has no converse.
    Lamport,
    /// Two vectors, and no picture: how do the events stand?
    Vectors,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Order, Self::Concurrent, Self::Cut, Self::Lamport, Self::Vectors];
}

/// A question about a diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// How does the first stand to the second? Answered by [`Answer::Relation`].
    Order(EventId, EventId),
    /// Which of these is concurrent with the event? Exactly one is. Answered by [`Answer::Event`].
    Concurrent(EventId, Vec<EventId>),
    /// Is it consistent? Answered by [`Answer::YesNo`].
    Cut(Cut),
    /// The first has the smaller Lamport time: did it happen before the second? Answered by [`Answer::YesNo`].
    Lamport(EventId, EventId),
    /// As [`Question::Order`], to be told from the vectors alone.
    Vectors(EventId, EventId),
}

/// What can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// →, ← or ∥.
    Relation(Relation),
    /// One of the events on offer.
    Event(EventId),
    /// Yes or no.
    YesNo(bool),
}

/// Pairs looked at when one of some kind is wanted; a larger diagram is asked about in part.
const TRIES: usize = 400;

/// A question of a kind; none when the diagram has nothing to ask about in this way. The same seed, the same question.
pub fn question(diagram: &Diagram, stamps: &Stamps, kind: Kind, seed: u64) -> Option<Question> {
    let mut generator = Generator::new(seed);
    let events = stamps.order();
    if events.len() < 2 {
        return None;
    }
    match kind {
        Kind::Order | Kind::Vectors => {
            // Each answer as often as the others, where there are pairs for it.
            let wishes = [Relation::Before, Relation::Concurrent, Relation::After];
            let first = draw(&mut generator, wishes.len());
            let found = (0..wishes.len()).find_map(|more| {
                let wish = wishes[(first + more) % wishes.len()];
                pair(&mut generator, stamps, &|a, b| relation(stamps, a, b) == wish)
            });
            let (a, b) = found?;
            Some(if kind == Kind::Order { Question::Order(a, b) } else { Question::Vectors(a, b) })
        }
        Kind::Lamport => {
            let wants_cause = generator.chance(25);
            let is_smaller = |a, b| stamps.lamport(a) < stamps.lamport(b);
            let is_cause = |a, b| relation(stamps, a, b) == Relation::Before;
            let wanted =
                pair(&mut generator, stamps, &|a, b| is_smaller(a, b) && is_cause(a, b) == wants_cause);
            let (a, b) = wanted.or_else(|| pair(&mut generator, stamps, &is_smaller))?;
            Some(Question::Lamport(a, b))
        }
        Kind::Concurrent => concurrent(&mut generator, stamps),
        Kind::Cut => Some(cut(&mut generator, diagram, stamps)),
    }
}

/// The answer.
pub fn answer(diagram: &Diagram, stamps: &Stamps, question: &Question) -> Answer {
    match question {
        Question::Order(a, b) | Question::Vectors(a, b) => Answer::Relation(relation(stamps, *a, *b)),
        Question::Lamport(a, b) => Answer::YesNo(relation(stamps, *a, *b) == Relation::Before),
        Question::Cut(cut) => Answer::YesNo(cut.is_consistent(diagram, stamps)),
        Question::Concurrent(event, offers) => {
            let is_it = |&&offer: &&EventId| relation(stamps, *event, offer) == Relation::Concurrent;
            Answer::Event(offers.iter().find(is_it).copied().unwrap_or(*event))
        }
    }
}

fn draw(generator: &mut Generator, below: usize) -> usize {
    let last = below.saturating_sub(1) as u64;
    usize::try_from(generator.within(&(0..=last))).unwrap_or(0)
}

fn pair(
    generator: &mut Generator,
    stamps: &Stamps,
    is_wanted: &dyn Fn(EventId, EventId) -> bool,
) -> Option<(EventId, EventId)> {
    let events = stamps.order();
    for _ in 0..TRIES {
        let (a, b) = (events[draw(generator, events.len())], events[draw(generator, events.len())]);
        if a != b && is_wanted(a, b) {
            return Some((a, b));
        }
    }
    None
}

/// One event concurrent with another, among up to three that aren't.
fn concurrent(generator: &mut Generator, stamps: &Stamps) -> Option<Question> {
    let is_apart = |a, b| relation(stamps, a, b) == Relation::Concurrent;
    let (event, right) = pair(generator, stamps, &is_apart)?;
    let events = stamps.order();
    let mut offers = vec![right];
    for _ in 0..TRIES {
        let other = events[draw(generator, events.len())];
        if offers.len() < 4 && other != event && !is_apart(event, other) && !offers.contains(&other) {
            // In the order of ids, so that the place says nothing.
            let place = offers.iter().take_while(|&&offer| offer < other).count();
            offers.insert(place, other);
        }
    }
    if offers.len() < 2 {
        return None;
    }
    Some(Question::Concurrent(event, offers))
}

/// A cut; as often consistent as not, where both can be found.
fn cut(generator: &mut Generator, diagram: &Diagram, stamps: &Stamps) -> Question {
    let wants_consistent = generator.chance(50);
    let mut cut = Cut::new(diagram, &[]);
    for _ in 0..TRIES {
        let mut counts = Vec::with_capacity(diagram.lines().len());
        for line in diagram.lines() {
            counts.push(u32::try_from(draw(generator, line.events().len() + 1)).unwrap_or(0));
        }
        cut = Cut::new(diagram, &counts);
        // Nothing and everything are consistent, and no question.
        let says_something = cut.size() > 0 && (cut.size() as usize) < diagram.len();
        if says_something && cut.is_consistent(diagram, stamps) == wants_consistent {
            return Question::Cut(cut);
        }
        if wants_consistent && says_something {
            let within = cut.largest_within(diagram, stamps);
            if within.size() > 0 {
                return Question::Cut(within);
            }
        }
    }
    Question::Cut(cut)
}
