//! The mutation gate: with any one rule taken away, a random search finds the property that it protects broken. With all
//! of them, the same searches find nothing.

use super::adversary::{Epochs, adversary};
use super::walk::{Weights, walk};
use crate::demos::raft::config::{Config, Reads, Rules};
use crate::demos::raft::configuration::{Configuration, Servers};
use crate::demos::raft::safety::{Breach, Property};

/// How to look for a breach: how many voters and spare servers, and what is done to them.
struct Search {
    voters: u8,
    spares: u8,
    way: Way,
}

enum Way {
    /// So many steps of a walk.
    Walk(Weights, usize),
    /// So many epochs of an adversary.
    Adversary(Epochs, usize),
}

impl Search {
    fn run(&self, rules: Rules, seed: u64) -> Option<Breach> {
        let config = Config {
            rules,
            reads: Reads::Index,
            servers: self.voters + self.spares,
            first_configuration: Configuration::of(Servers::first(self.voters)),
            ..Config::new(self.voters)
        };
        let found = match &self.way {
            Way::Walk(weights, steps) => walk(config, 2, weights, seed, *steps),
            Way::Adversary(epochs, count) => adversary(config, 2, epochs, seed, *count),
        };
        found.map(|(_, breach)| breach)
    }
}

/// A search that ends within `seeds` with the property broken, and finds nothing when no rule is missing.
fn assert_caught(search: &Search, rules: Rules, property: Property, seeds: u64) {
    let caught = |seed: &u64| search.run(rules, *seed).is_some_and(|breach| breach.property() == property);
    let first = (0..seeds).find(caught);
    assert!(first.is_some(), "{property:?} is not broken within {seeds} seeds");
    println!("{property:?} is broken by seed {first:?}");
    for seed in 0..seeds {
        assert_eq!(search.run(Rules::ALL, seed), None, "all rules in force, seed {seed}");
    }
}

const CALM: Weights =
    Weights { reconfigure: 0, transfer: 0, snapshot: 0, operate: 0, operate_beside: 0, ..Weights::ALL };

const EPOCHS: Epochs = Epochs {
    elect: 100,
    operate: 0,
    operate_beside: 0,
    reconfigure: 0,
    crash_leader: 0,
    lose_all: 100,
    deliveries: 10,
};

#[test]
fn without_one_vote_a_term_two_leaders_share_a_term() {
    let search = Search { voters: 5, spares: 0, way: Way::Walk(CALM, 1_000) };
    let rules = Rules { one_vote_per_term: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::ElectionSafety, 1_000);
}

#[test]
fn without_the_vote_on_disk_two_leaders_share_a_term() {
    let weights = Weights { power_failure: 20, election: 20, flush: 0, ..CALM };
    let search = Search { voters: 3, spares: 0, way: Way::Walk(weights, 1_000) };
    let rules = Rules { vote_is_durable: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::ElectionSafety, 1_000);
}

#[test]
fn without_the_up_to_date_check_a_leader_lacks_committed_entries() {
    let search = Search { voters: 3, spares: 0, way: Way::Walk(Weights::ALL, 1_000) };
    let rules = Rules { up_to_date_check: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::LeaderCompleteness, 1_000);
}

#[test]
fn without_the_consistency_check_logs_stop_matching() {
    let search = Search { voters: 3, spares: 0, way: Way::Walk(Weights::ALL, 1_000) };
    let rules = Rules { consistency_check: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::LogMatching, 1_000);
}

#[test]
fn with_entries_of_old_terms_counted_a_leader_lacks_committed_entries() {
    let epochs = Epochs { operate_beside: 50, ..EPOCHS };
    let search = Search { voters: 3, spares: 0, way: Way::Adversary(epochs, 60) };
    let rules = Rules { commit_current_term_only: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::LeaderCompleteness, 1_000);
    let search = Search { voters: 5, ..search };
    assert_caught(&search, rules, Property::LeaderCompleteness, 1_000);
}

#[test]
fn without_a_commit_before_the_change_two_majorities_do_not_overlap() {
    let epochs = Epochs { reconfigure: 50, ..EPOCHS };
    let search = Search { voters: 4, spares: 1, way: Way::Adversary(epochs, 60) };
    let rules = Rules { commit_before_change: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::QuorumsOverlap, 1_000);
}

#[test]
fn without_a_round_of_heartbeats_a_read_is_stale() {
    let epochs = Epochs { elect: 60, operate: 100, lose_all: 20, deliveries: 20, ..EPOCHS };
    let search = Search { voters: 3, spares: 0, way: Way::Adversary(epochs, 60) };
    let rules = Rules { read_confirmation: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::Linearizability, 2_000);
}

#[test]
fn without_sessions_a_retry_is_applied_twice_and_seen() {
    let weights = Weights { operate: 60, other_timer: 100, ..CALM };
    let search = Search { voters: 3, spares: 0, way: Way::Walk(weights, 1_000) };
    let rules = Rules { session_deduplication: false, ..Rules::ALL };
    assert_caught(&search, rules, Property::Linearizability, 1_000);
}
