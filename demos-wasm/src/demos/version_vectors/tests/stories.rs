//! Each story with each mechanism: what is in the cart, how many versions, and which law breaks first.

use std::fmt::Write;

use super::super::story::{Outcome, STORIES, Story, play};
use super::super::witness::{nothing_false, nothing_lost, order_is_causal};
use super::super::{Mechanism, words};
use crate::sim::NodeId;

const MECHANISMS: [(&str, Mechanism); 5] = [
    ("per server", Mechanism::PerServer),
    ("per object", Mechanism::PerObject),
    ("per client", Mechanism::PER_CLIENT),
    ("pruned to 1", Mechanism::PerClient { entries_max: 1 }),
    ("dotted", Mechanism::Dotted),
];

fn breaches(outcome: &Outcome) -> Vec<String> {
    [nothing_lost, nothing_false, order_is_causal]
        .iter()
        .filter_map(|law| law(&outcome.world, &outcome.witness, None))
        .collect()
}

/// What S1 has in the end, and what was broken on the way.
fn table(story: &Story) -> String {
    let mut table = String::new();
    for (name, mechanism) in MECHANISMS {
        let outcome = play(story, mechanism);
        let siblings = outcome.world.node(NodeId(0)).process.siblings();
        let broken = breaches(&outcome);
        let count = siblings.versions.len();
        write!(table, "{name}: {count} version(s), {} in all", words::cart(siblings.union())).unwrap();
        writeln!(table, "{}{}", if broken.is_empty() { "" } else { "; " }, broken.join("; ")).unwrap();
    }
    table
}

fn story(id: &str) -> &'static Story {
    STORIES.iter().find(|story| story.id == id).unwrap()
}

fn check(id: &str, expected: &str) {
    let told = table(story(id));
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let told: Vec<&str> = told.trim().lines().collect();
    assert_eq!(told, expected, "\n{}", told.join("\n"));
}

#[test]
fn writes_through_different_servers_are_a_conflict_with_every_mechanism() {
    check(
        "ancestor-or-conflict",
        "per server: 2 version(s), milk, bread in all
        per object: 2 version(s), milk, bread in all
        per client: 2 version(s), milk, bread in all
        pruned to 1: 2 version(s), milk, bread in all
        dotted: 2 version(s), milk, bread in all",
    );
}

#[test]
fn a_conflict_through_one_server_is_a_lost_update_with_a_vector_a_version_and_an_entry_a_server() {
    check(
        "lost-update",
        "per server: 1 version(s), bread in all; S1 dropped C1’s write 1 and kept C2’s write 1, which had not seen it; by their vectors C1’s write 1 is covered by C2’s write 1; in truth it is concurrent with it
        per object: 2 version(s), milk, bread in all
        per client: 2 version(s), milk, bread in all
        pruned to 1: 2 version(s), milk, bread in all
        dotted: 2 version(s), milk, bread in all",
    );
}

#[test]
fn six_writes_are_two_siblings_with_dots_and_six_with_one_vector_for_all() {
    check(
        "sibling-explosion",
        "per server: 1 version(s), milk, bread, eggs in all; S1 dropped C2’s write 1 and kept C1’s write 1, which had not seen it; by their vectors C2’s write 1 is covered by C1’s write 1; in truth it is concurrent with it
        per object: 6 version(s), milk, bread, eggs in all; S1 keeps C2’s write 1 beside C2’s write 2, which had seen it
        per client: 2 version(s), milk, bread, eggs in all
        pruned to 1: 2 version(s), milk, bread, eggs in all
        dotted: 2 version(s), milk, bread, eggs in all",
    );
}

#[test]
fn a_union_brings_back_what_was_taken_out_with_every_mechanism() {
    check(
        "resurrection",
        "per server: 2 version(s), milk, bread in all
        per object: 2 version(s), milk, bread in all
        per client: 2 version(s), milk, bread in all
        pruned to 1: 2 version(s), milk, bread in all; S2 keeps C1’s write 1 beside C2’s write 1, which had seen it; by their vectors C1’s write 1 is concurrent with C2’s write 1; in truth it is covered by it
        dotted: 2 version(s), milk, bread in all",
    );
}

#[test]
fn pruning_brings_back_what_was_taken_out_long_ago() {
    check(
        "pruning",
        "per server: 1 version(s), bread in all
        per object: 1 version(s), bread in all
        per client: 1 version(s), bread in all
        pruned to 1: 3 version(s), milk, bread in all; S1 keeps C1’s write 1 beside C2’s write 1, which had seen it; by their vectors C1’s write 1 is concurrent with C2’s write 1; in truth it is covered by it
        dotted: 1 version(s), bread in all",
    );
}

#[test]
fn a_client_that_forgets_loses_its_own_update_with_entries_per_client() {
    check(
        "forgetful-client",
        "per server: 1 version(s), bread in all; S1 dropped C1’s write 1 and kept C1’s write 2, which had not seen it; by their vectors C1’s write 1 is covered by C1’s write 2; in truth it is concurrent with it
        per object: 2 version(s), milk, bread in all
        per client: 1 version(s), bread in all; S1 dropped C1’s write 1 and kept C1’s write 2, which had not seen it; by their vectors C1’s write 1 is covered by C1’s write 2; in truth it is concurrent with it
        pruned to 1: 1 version(s), bread in all; S1 dropped C1’s write 1 and kept C1’s write 2, which had not seen it; by their vectors C1’s write 1 is covered by C1’s write 2; in truth it is concurrent with it
        dotted: 2 version(s), milk, bread in all",
    );
}

#[test]
fn a_server_that_forgets_gives_a_dot_twice_and_only_entries_per_client_do_not_mind() {
    check(
        "wiped-server",
        "per server: 1 version(s), bread in all; S1 dropped C1’s write 1 and kept C2’s write 1, which had not seen it; by their vectors C2’s write 1 is the same as C1’s write 1; in truth it is concurrent with it
        per object: 1 version(s), bread in all; S1 dropped C1’s write 1 and kept C2’s write 1, which had not seen it
        per client: 2 version(s), milk, bread in all
        pruned to 1: 2 version(s), milk, bread in all
        dotted: 1 version(s), bread in all; S1 dropped C1’s write 1 and kept C2’s write 1, which had not seen it; by their vectors C2’s write 1 is the same as C1’s write 1; in truth it is concurrent with it",
    );
}

#[test]
fn a_lost_update_is_told_step_by_step() {
    let told = play(story("lost-update"), Mechanism::PerServer).told;
    let expected = [
        "C1 adds milk through S1.",
        "S1 stores C1’s write 1.",
        "C1 hears that its write 1 is stored.",
        "A message from S1 to S2 is lost: all it has: one version: milk.",
        "C2 adds bread through S1.",
        "S1 stores C2’s write 1 in place of one version: one version now.",
        "C2 hears that its write 1 is stored.",
        "A message from S1 to S2 is lost: all it has: one version: bread.",
    ];
    assert_eq!(told[told.len() - expected.len()..], expected);
    let told = play(story("lost-update"), Mechanism::Dotted);
    assert!(told.told.contains(
        &"S1 stores C2’s write 1 beside what it had, which that client had not seen: 2 siblings.".to_owned()
    ));
    let labels: Vec<String> = told
        .world
        .node(NodeId(0))
        .process
        .siblings()
        .versions
        .iter()
        .map(|version| words::label(Mechanism::Dotted, version))
        .collect();
    assert_eq!(labels, ["(S1:1) {}", "(S1:2) {}"]);
    assert_eq!(words::describe(&told.world), "S1, 2 siblings: milk | bread; S2, no version.");
}
