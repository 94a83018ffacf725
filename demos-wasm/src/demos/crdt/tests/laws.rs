//! The laws of merging, on payloads that can exist side by side.

use proptest::prelude::*;

use super::{Company, REPLICAS};
use crate::demos::crdt::meaning::meaning;
use crate::demos::crdt::{Kind, Payload};

fn kinds() -> impl Strategy<Value = Kind> {
    (0..Kind::ALL.len()).prop_map(|place| Kind::ALL[place])
}

/// A history of up to thirty steps, with clocks that tie and go backwards.
fn company() -> impl Strategy<Value = Company> {
    let step = (any::<u8>(), any::<u8>(), any::<u8>(), 0..4_u64);
    (kinds(), proptest::collection::vec(step, 0..30)).prop_map(|(kind, steps)| {
        let mut company = Company::of(kind);
        steps.into_iter().for_each(|(what, who, whom, time)| company.wander((what, who, whom), time));
        company
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn merging_is_commutative_associative_and_idempotent(company in company()) {
        let rules = company.rules;
        let [a, b, c] = [0, 1, 2].map(|place| &company.payloads[place]);
        prop_assert_eq!(a.joined(b, rules), b.joined(a, rules));
        prop_assert_eq!(a.joined(b, rules).joined(c, rules), a.joined(&b.joined(c, rules), rules));
        prop_assert_eq!(a.joined(a, rules), a.clone());
        prop_assert_eq!(a.joined(&Payload::default(), rules), a.clone());
    }

    #[test]
    fn a_merge_is_the_least_upper_bound(company in company()) {
        let rules = company.rules;
        let [a, b, c] = [0, 1, 2].map(|place| &company.payloads[place]);
        let both = a.joined(b, rules);
        prop_assert_eq!(both.joined(a, rules), both.clone());
        prop_assert_eq!(both.joined(b, rules), both.clone());
        let is_bound = c.joined(a, rules) == *c && c.joined(b, rules) == *c;
        prop_assert!(!is_bound || c.joined(&both, rules) == *c);
    }

    #[test]
    fn an_update_inflates_and_is_the_join_with_its_delta(
        company in company(),
        who in 0..usize::from(REPLICAS),
        choice in any::<u8>(),
        time in 0..4_u64,
    ) {
        let mut after = company.clone();
        if after.ask(who, usize::from(choice), time) {
            let (before, now) = (&company.payloads[who], &after.payloads[who]);
            prop_assert_eq!(&before.joined(now, company.rules), now);
            let delta = after.deltas.last().unwrap();
            prop_assert_eq!(&before.joined(delta, company.rules), now);
        }
    }

    #[test]
    fn a_value_is_what_the_updates_seen_mean(company in company()) {
        for (payload, seen) in company.payloads.iter().zip(&company.seen) {
            let kind = company.rules.kind;
            prop_assert_eq!(payload.value(kind), meaning(kind, &company.records, seen));
        }
    }

    #[test]
    fn all_deltas_joined_are_all_payloads_joined(company in company()) {
        let join = |all: &[Payload]| all.iter().fold(Payload::default(), |sum, one| sum.joined(one, company.rules));
        prop_assert_eq!(join(&company.deltas), join(&company.payloads));
    }

    #[test]
    fn payloads_stay_in_order(company in company()) {
        for payload in &company.payloads {
            prop_assert!(payload.slots().is_sorted());
            prop_assert!(payload.dots().is_sorted());
            prop_assert!(payload.dots().iter().all(|(dot, _)| payload.context().contains(*dot)));
        }
    }
}
