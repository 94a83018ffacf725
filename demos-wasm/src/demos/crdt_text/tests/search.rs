//! Searches: everything within bounds, and random schedules, with Fugue's order and with RGA's.

use crate::demos::find_run;
use crate::explore::{Bounds, Counterexample, Phase, Quest};
use crate::figure::{Settings, Value};

fn settings(fugue: bool) -> Settings {
    let rule = ("non-interleaving".to_owned(), Value::Flag(fugue));
    Settings { options: vec![rule], ..Settings::default() }
}

fn end(mut quest: Quest) -> (Phase, u64, Option<Counterexample>) {
    while !quest.is_over() {
        quest.advance(10_000);
    }
    let progress = quest.progress();
    (progress.phase, progress.states, quest.found().cloned())
}

fn check(fugue: bool, asks: u8) -> (Phase, u64, Option<Counterexample>) {
    let figure = find_run("crdt-text").unwrap();
    let bounds = Bounds { asks, ..figure.model().bounds };
    end(Quest::check(figure, settings(fugue), bounds, 2_000_000).unwrap())
}

#[test]
fn every_state_within_the_bounds_keeps_the_laws_with_fugue() {
    let (phase, states, _) = check(true, 3);
    assert_eq!(phase, Phase::Nothing);
    assert!(states > 1_000, "{states}");
}

#[test]
fn the_shortest_breach_of_rga_is_three_letters_and_a_delivery() {
    let (phase, _, found) = check(false, 3);
    assert_eq!(phase, Phase::Found);
    let found = found.unwrap();
    assert!(found.evidence.contains("was typed without knowledge of either"), "{}", found.evidence);
    let asked = found.deeds.iter().filter(|deed| matches!(deed.what, crate::sim::Intervention::Request(..)));
    assert_eq!(asked.count(), 3);
}

#[test]
fn random_schedules_find_the_anomaly_and_shrink_it() {
    let figure = find_run("crdt-text").unwrap();
    let (phase, _, found) = end(Quest::hunt(figure, settings(false), "", 1_000).unwrap());
    assert_eq!(phase, Phase::Found);
    let found = found.unwrap();
    assert!(found.events < 20, "{} events", found.events);
    let (phase, ..) = end(Quest::hunt(figure, settings(true), "", 200).unwrap());
    assert_eq!(phase, Phase::Nothing);
}
