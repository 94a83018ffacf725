//! With each rule taken away, the law that breaks, and where it breaks first.

use super::super::counterexample::{Law, Move, smallest};
use super::{Element, Kind, Rules, Update};
use crate::demos::crdt::{Breach, Replication, Value};
use crate::sim::NodeId;

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);

#[test]
fn with_all_rules_no_small_history_breaks_a_law() {
    for kind in Kind::ALL {
        for replication in [Replication::State, Replication::Operation] {
            let found = smallest(Rules::of(kind), replication, 4);
            assert_eq!(found.counterexample, None, "{kind:?} by {replication:?}");
            assert!(found.examined > 60, "{kind:?} by {replication:?}: {}", found.examined);
        }
    }
}

/// The law that breaks first, after how many moves.
fn first(kind: Kind, breach: Breach, replication: Replication) -> (Law, usize) {
    let found = smallest(Rules::of(kind).without(breach), replication, 6);
    let counterexample = found
        .counterexample
        .unwrap_or_else(|| panic!("{breach:?} breaks nothing in {} situations of {kind:?}", found.examined));
    assert!(
        counterexample.law == Law::Meant || counterexample.sides[0] != counterexample.sides[1],
        "the sides differ"
    );
    (counterexample.law, counterexample.history.len())
}

#[test]
fn each_missing_rule_breaks_the_law_it_is_there_for() {
    use Breach::*;
    use Kind::*;
    use Replication::*;
    let expected = [
        (GCounter, SumForMax, State, (Law::Idempotent, 1)),
        (PnCounter, SumForMax, State, (Law::Idempotent, 1)),
        (GCounter, OneEntry, State, (Law::Meant, 3)),
        (PnCounter, OneEntry, State, (Law::Meant, 3)),
        (TwoPhaseSet, NoTombstones, State, (Law::Inflating, 2)),
        (LwwSet, NoTombstones, State, (Law::Inflating, 2)),
        (OrSet, NoTags, State, (Law::Inflating, 3)),
        (OrSet, NoContext, State, (Law::Inflating, 2)),
        (MvRegister, NoContext, State, (Law::Inflating, 2)),
        (LwwRegister, TiesByArrival, State, (Law::Commutative, 2)),
        (GCounter, NoDeduplication, Operation, (Law::Convergent, 3)),
        (PnCounter, NoDeduplication, Operation, (Law::Convergent, 3)),
        (OrSet, NoDeduplication, Operation, (Law::Meant, 4)),
        (MvRegister, NoDeduplication, Operation, (Law::Meant, 4)),
        (OrSet, NoCausalOrder, Operation, (Law::Convergent, 4)),
        (MvRegister, NoCausalOrder, Operation, (Law::Convergent, 4)),
        (TwoPhaseSet, NoTombstones, Operation, (Law::Meant, 3)),
        (LwwSet, NoTombstones, Operation, (Law::Meant, 3)),
        (OrSet, NoTags, Operation, (Law::Meant, 5)),
        (LwwSet, TiesByArrival, State, (Law::Meant, 2)),
        (LwwSet, TiesByArrival, Operation, (Law::Meant, 2)),
        (LwwRegister, TiesByArrival, Operation, (Law::Meant, 3)),
    ];
    for (kind, breach, replication, law) in expected {
        assert_eq!(first(kind, breach, replication), law, "{kind:?} with {breach:?} by {replication:?}");
    }
    // And these are all that concern anything.
    for kind in Kind::ALL {
        for breach in Breach::ALL {
            for replication in [State, Operation] {
                let listed = expected.iter().any(|(k, b, r, _)| (*k, *b, *r) == (kind, breach, replication));
                assert_eq!(listed, breach.concerns(kind, replication), "{kind:?} {breach:?} {replication:?}");
            }
        }
    }
}

#[test]
fn a_rule_that_does_not_concern_a_type_can_be_missing() {
    for kind in Kind::ALL {
        for breach in Breach::ALL {
            for replication in [Replication::State, Replication::Operation] {
                if !breach.concerns(kind, replication) {
                    let found = smallest(Rules::of(kind).without(breach), replication, 4);
                    assert_eq!(found.counterexample, None, "{kind:?} {breach:?} {replication:?}");
                }
            }
        }
    }
}

#[test]
fn a_plain_integer_merged_by_max_loses_one_of_two_increments() {
    let rules = Rules::of(Kind::GCounter).without(Breach::OneEntry);
    let counterexample = smallest(rules, Replication::State, 4).counterexample.unwrap();
    assert_eq!(
        counterexample.history,
        [
            Move::Update(S1, Update::Increment),
            Move::Update(S2, Update::Increment),
            Move::Merge { into: S1, from: S2 },
        ]
    );
    assert_eq!(counterexample.states[0].value(Kind::GCounter), Value::Number(1));
    assert_eq!(counterexample.meant, Some(Value::Number(2)));
}

#[test]
fn a_sum_counts_what_it_merges_twice() {
    let rules = Rules::of(Kind::GCounter).without(Breach::SumForMax);
    let counterexample = smallest(rules, Replication::State, 4).counterexample.unwrap();
    assert_eq!(counterexample.history, [Move::Update(S1, Update::Increment)]);
    let values = counterexample.sides.map(|side| side.value(Kind::GCounter));
    assert_eq!(values, [Value::Number(2), Value::Number(1)], "a ⊔ a and a");
}

#[test]
fn without_a_context_what_was_removed_is_back_after_a_merge() {
    let rules = Rules::of(Kind::OrSet).without(Breach::NoContext);
    let counterexample = smallest(rules, Replication::State, 4).counterexample.unwrap();
    let values = counterexample.sides.map(|side| side.value(Kind::OrSet));
    assert_eq!(values, [Value::Elements(vec![Element(1)]), Value::Elements(vec![])]);
}
