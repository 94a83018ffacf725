//! The quiz: every answer is the definition's, and no kind of question is always answered alike.

use super::super::quiz::{Answer, Kind, Question, answer, question};
use super::super::random::{Shape, random};
use super::super::{Relation, Stamps, words};
use super::{by_reachability, diagram, reachability, small};
use crate::sim::Generator;

#[test]
fn every_answer_is_what_reachability_says() {
    for seed in 0..5_000 {
        let diagram = small(seed);
        let (stamps, reached) = (Stamps::of(&diagram), reachability(&diagram));
        for kind in Kind::ALL {
            let Some(asked) = question(&diagram, &stamps, kind, seed) else { continue };
            assert_eq!(
                question(&diagram, &stamps, kind, seed).as_ref(),
                Some(&asked),
                "the same seed, the same question"
            );
            let given = answer(&diagram, &stamps, &asked);
            assert!(words::question(&stamps, &asked).ends_with('?'));
            assert!(words::verdict(&diagram, &stamps, &asked, given).starts_with("Right. "));
            match (&asked, given) {
                (Question::Order(a, b) | Question::Vectors(a, b), Answer::Relation(relation)) => {
                    assert_eq!(relation, by_reachability(&reached, *a, *b));
                }
                (Question::Lamport(a, b), Answer::YesNo(is_cause)) => {
                    assert!(stamps.lamport(*a) < stamps.lamport(*b));
                    assert_eq!(is_cause, reached[a.index()][b.index()]);
                }
                (Question::Concurrent(event, offers), Answer::Event(chosen)) => {
                    let apart = |offer| by_reachability(&reached, *event, offer) == Relation::Concurrent;
                    let right: Vec<_> = offers.iter().copied().filter(|&offer| apart(offer)).collect();
                    assert_eq!(right, [chosen]);
                }
                (Question::Cut(cut), Answer::YesNo(is_consistent)) => {
                    let is_closed = diagram.events().all(|inner| {
                        !cut.has(&stamps, inner)
                            || diagram.events().all(|cause| {
                                !reached[cause.index()][inner.index()] || cut.has(&stamps, cause)
                            })
                    });
                    assert_eq!(is_consistent, is_closed);
                }
                wrong => panic!("{wrong:?}"),
            }
        }
    }
}

#[test]
fn no_answer_can_be_guessed_from_the_kind_of_question() {
    let shape = Shape { processes: 4, events: 24, sending_percent: 60, skew_ms: 0, drift_percent: 0 };
    let mut relations = [0; 3];
    let (mut causes, mut consistent, mut asked) = (0, 0, 0);
    for seed in 0..1_000 {
        let diagram = random(&mut Generator::new(seed), shape);
        let stamps = Stamps::of(&diagram);
        for kind in Kind::ALL {
            let Some(question) = question(&diagram, &stamps, kind, seed) else { continue };
            asked += 1;
            match (kind, answer(&diagram, &stamps, &question)) {
                (Kind::Order, Answer::Relation(Relation::Before)) => relations[0] += 1,
                (Kind::Order, Answer::Relation(Relation::After)) => relations[1] += 1,
                (Kind::Order, Answer::Relation(Relation::Concurrent)) => relations[2] += 1,
                (Kind::Lamport, Answer::YesNo(true)) => causes += 1,
                (Kind::Cut, Answer::YesNo(true)) => consistent += 1,
                _ => {}
            }
        }
    }
    assert!(asked > 4_900, "{asked}");
    assert!(relations.iter().all(|&count| count > 250), "{relations:?}");
    assert!((150..400).contains(&causes), "{causes}");
    assert!((400..600).contains(&consistent), "{consistent}");
}

#[test]
fn a_wrong_answer_is_told_why() {
    let diagram = diagram("LLLA1eB2sB5kB8cCdwM3-4");
    let stamps = Stamps::of(&diagram);
    let asked = Question::Lamport(super::event('a'), super::event('d'));
    assert_eq!(words::question(&stamps, &asked), "L(a) = 1 is less than L(d) = 3. Did a happen before d?");
    assert_eq!(
        words::verdict(&diagram, &stamps, &asked, Answer::YesNo(true)),
        "No. a ∥ d: a knows 1 event of P1, d none; d knows 3 events of P2, a none. No path leads from one to the other. A cause has the smaller number; a smaller number needn’t be a cause."
    );
}
