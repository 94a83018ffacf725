//! Every order in which up to six updates can arrive.

use super::{Company, Kind, Payload};
use crate::demos::crdt::broadcast::{Broadcast, Log, Promises};
use crate::demos::crdt::{Element, Rules};
use crate::sim::Generator;

/// Calls `visit` with every order of `items`; by Heap's algorithm.
pub(crate) fn permutations<T>(items: &mut [T], visit: &mut impl FnMut(&[T])) {
    fn swap_through<T>(items: &mut [T], count: usize, visit: &mut impl FnMut(&[T])) {
        if count <= 1 {
            return visit(items);
        }
        for place in 0..count {
            swap_through(items, count - 1, visit);
            let other = if count.is_multiple_of(2) { place } else { 0 };
            items.swap(other, count - 1);
        }
    }
    let count = items.len();
    swap_through(items, count, visit);
}

/// All histories of exactly this many updates that come from `choose`; each step is an update, after merges.
fn histories(kind: Kind, length: usize, seeds: u64) -> Vec<Company> {
    let draw = |seed: u64| {
        let mut fate = Generator::new(seed);
        let mut pick = |below: usize| usize::try_from(fate.within(&(0..=below as u64 - 1))).unwrap();
        let mut company = Company::of(kind);
        while company.operations.len() < length {
            if pick(3) == 0 {
                company.merge(pick(3), pick(3));
            } else {
                company.ask(pick(3), pick(4), pick(3) as u64);
            }
        }
        company
    };
    (0..seeds).map(draw).collect()
}

/// All histories of so many updates, with every choice of who merges whom before each: small, but nothing is left out.
fn all_histories(kind: Kind, length: usize) -> Vec<Company> {
    let mut all = vec![Company::of(kind)];
    let choices = kind.updates(&[Element(1), Element(2)]).len();
    for time in 0..length {
        let mut longer = Vec::new();
        for company in &all {
            for who in 0..3 {
                for seen in 0..4 {
                    let mut merged = company.clone();
                    if seen < 3 && seen != who {
                        merged.merge(who, seen);
                    } else if seen == 3 {
                        (0..3).for_each(|other| merged.merge(who, other));
                    }
                    for choice in 0..choices {
                        let mut one = merged.clone();
                        if one.ask(who, choice, time as u64 % 2) {
                            longer.push(one);
                        }
                    }
                }
            }
        }
        all = longer;
    }
    all
}

fn by_operations(company: &Company, order: &[usize], rules: Rules) -> Payload {
    let mut payload = Payload::default();
    let mut broadcast = Broadcast::new(4, Promises::KEPT, Log::default());
    for &place in order {
        for operation in broadcast.receive(company.operations[place].clone()) {
            rules.apply(&mut payload, &operation.body);
        }
    }
    assert!(broadcast.early.is_empty(), "everything before everything has arrived");
    assert!(order.iter().all(|&place| broadcast.log.applied.contains(company.operations[place].dot)));
    payload
}

/// Every order, of operations and of deltas, the latter with one of them a second time: one result each.
fn one_result_in_all_orders(company: &Company) -> usize {
    let rules = company.rules;
    let mut order: Vec<usize> = (0..company.operations.len()).collect();
    let operations = by_operations(company, &order, rules);
    let deltas = company.deltas.iter().fold(Payload::default(), |sum, delta| sum.joined(delta, rules));
    let mut orders = 0;
    permutations(&mut order, &mut |order| {
        orders += 1;
        assert_eq!(by_operations(company, order, rules), operations, "{company:?} in {order:?}");
        let again = order.iter().chain(order.first());
        let joined = again.fold(Payload::default(), |sum, &place| sum.joined(&company.deltas[place], rules));
        assert_eq!(joined, deltas, "{company:?} in {order:?}");
    });
    assert_eq!(operations.value(rules.kind), deltas.value(rules.kind), "{company:?}");
    orders
}

#[test]
fn six_updates_give_one_state_in_all_720_orders() {
    for kind in Kind::ALL {
        let orders: usize = histories(kind, 6, 60).iter().map(one_result_in_all_orders).sum();
        assert_eq!(orders, 60 * 720, "{kind:?}");
    }
}

#[test]
fn every_history_of_two_updates_gives_one_state_in_both_orders() {
    for kind in Kind::ALL {
        let all = all_histories(kind, 2);
        assert!(all.len() >= 144, "{kind:?}: {}", all.len());
        all.iter().for_each(|company| {
            one_result_in_all_orders(company);
        });
    }
}

#[test]
fn up_to_five_updates_give_one_state_in_all_orders() {
    for kind in Kind::ALL {
        for length in 1..=5 {
            histories(kind, length, 40).iter().for_each(|company| {
                one_result_in_all_orders(company);
            });
        }
    }
}
