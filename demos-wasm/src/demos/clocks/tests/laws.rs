//! The laws of the four clocks.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crdts::{CmRDT, CvRDT, VClock};

use super::super::causality::{Hop, Reason, bridges, cones, explain, knows, relation};
use super::super::random::{Shape, random};
use super::super::stamps::{Hybrid, skew_max};
use super::super::{Diagram, EventId, Message, ProcessId, Relation, Stamps, words};
use super::{by_reachability, diagram, event, reachability, small};
use crate::sim::Generator;

/// What the pairs of one diagram came to, so that a test can say that it met enough of each.
#[derive(Default)]
struct Met {
    before: u64,
    concurrent: u64,
    /// Pairs that Lamport's clock puts in order although they are concurrent.
    ordered_for_nothing: u64,
    /// Pairs that physical clocks put in the wrong order.
    effect_before_cause: u64,
    /// Events whose hybrid time is ahead of their own clock.
    ahead: u64,
}

fn check_pairs(diagram: &Diagram, met: &mut Met) {
    let stamps = Stamps::of(diagram);
    let reached = reachability(diagram);
    for a in diagram.events() {
        let around = cones(&stamps, a);
        assert_eq!(around.len(), diagram.len());
        for &(b, in_cone) in &around {
            let truth = by_reachability(&reached, a, b);
            assert_eq!(relation(&stamps, a, b), truth, "{a} {b}");
            assert_eq!(in_cone, truth.reversed(), "how {b} stands to {a}");
            assert_eq!(knows(&stamps, b, a), matches!(truth, Relation::Same | Relation::Before));
            if truth == Relation::Before {
                assert!(stamps.lamport(a) < stamps.lamport(b), "the Clock Condition, {a} {b}");
                assert!(stamps.hybrid(a) < stamps.hybrid(b), "theorem 1, {a} {b}");
                met.before += 1;
                met.effect_before_cause += u64::from(stamps.physical(a) > stamps.physical(b));
            } else if truth == Relation::Concurrent {
                met.concurrent += 1;
                met.ordered_for_nothing += u64::from(stamps.lamport(a) < stamps.lamport(b));
            }
        }
    }
}

/// l is the largest physical time in the causal past, and c counts no more than those in the past that share it.
fn check_hybrid(diagram: &Diagram, met: &mut Met) {
    let stamps = Stamps::of(diagram);
    let reached = reachability(diagram);
    let bound = skew_max(diagram);
    for e in diagram.events() {
        let Hybrid { l, c } = stamps.hybrid(e);
        let own = stamps.physical(e);
        let past: Vec<EventId> = diagram.events().filter(|f| reached[f.index()][e.index()]).collect();
        let largest = past.iter().map(|&f| stamps.physical(f)).max().unwrap_or(0).max(own);
        assert_eq!(l, largest);
        assert!(own <= l && l <= own + bound, "{own} ≤ {l} ≤ {own} + {bound}");
        let sharing = past.iter().filter(|&&f| stamps.hybrid(f).l == l).count();
        assert!(c as usize <= sharing, "{c} of {sharing}");
        assert_eq!(c == 0, sharing == 0);
        met.ahead += u64::from(l > own);
    }
}

#[test]
fn vector_order_is_reachability_and_lamport_and_hybrid_follow_it_on_100_000_random_diagrams() {
    let mut met = Met::default();
    for seed in 0..100_000 {
        let diagram = small(seed);
        check_pairs(&diagram, &mut met);
        check_hybrid(&diagram, &mut met);
    }
    let Met { before, concurrent, ordered_for_nothing, effect_before_cause, ahead } = met;
    let all = [before, concurrent, ordered_for_nothing, effect_before_cause, ahead];
    let least = [1_000_000, 3_000_000, 1_000_000, 40_000, 25_000];
    assert!(all.iter().zip(least).all(|(met, least)| *met > least), "{all:?}");
}

/// The same clocks, built with the `crdts` crate's `VClock` by the textbook's rules.
fn by_crdts(diagram: &Diagram) -> Vec<VClock<u8>> {
    let mut lines: Vec<VClock<u8>> = vec![VClock::new(); diagram.lines().len()];
    let mut clocks: Vec<VClock<u8>> = vec![VClock::new(); diagram.ids()];
    for e in diagram.by_time() {
        let process = diagram.place(e).unwrap().process;
        let own = &mut lines[process.index()];
        for message in diagram.arriving(e) {
            own.merge(clocks[message.send.index()].clone());
        }
        own.apply(own.inc(process.0));
        clocks[e.index()] = own.clone();
    }
    clocks
}

#[test]
fn vectors_and_their_order_are_those_of_the_crdts_crate_on_20_000_random_diagrams() {
    for seed in 0..20_000 {
        let diagram = small(!seed);
        let (stamps, theirs) = (Stamps::of(&diagram), by_crdts(&diagram));
        for a in diagram.events() {
            for (process, &entry) in (0_u8..).zip(stamps.vector(a)) {
                assert_eq!(u64::from(entry), theirs[a.index()].get(&process));
            }
            for b in diagram.events() {
                let expected = match theirs[a.index()].partial_cmp(&theirs[b.index()]) {
                    Some(Ordering::Equal) => Relation::Same,
                    Some(Ordering::Less) => Relation::Before,
                    Some(Ordering::Greater) => Relation::After,
                    None => Relation::Concurrent,
                };
                assert_eq!(relation(&stamps, a, b), expected);
            }
        }
    }
}

/// What reaches what along the lines that are shown, messages between them, and `bridges`.
fn reached_by(
    diagram: &Diagram,
    is_shown: &dyn Fn(ProcessId) -> bool,
    bridges: &[Message],
) -> BTreeSet<(EventId, EventId)> {
    let mut edges = Vec::new();
    for (place, line) in diagram.lines().iter().enumerate() {
        if is_shown(ProcessId::at(place)) {
            edges.extend(line.events().windows(2).map(|pair| (pair[0], pair[1])));
        }
    }
    let shown = |event| is_shown(diagram.place(event).unwrap().process);
    let across = diagram.messages().iter().filter(|message| shown(message.send) && shown(message.receive));
    edges.extend(across.chain(bridges).map(|message| (message.send, message.receive)));
    let mut reached: BTreeSet<(EventId, EventId)> = edges.iter().copied().collect();
    loop {
        let further = reached.iter().flat_map(|&(a, b)| {
            edges.iter().filter(move |&&(from, _)| from == b).map(move |&(_, to)| (a, to))
        });
        let further: Vec<_> = further.filter(|pair| !reached.contains(pair)).collect();
        if further.is_empty() {
            return reached;
        }
        reached.extend(further);
    }
}

#[test]
fn bridges_over_hidden_lines_keep_the_order_of_what_is_shown_and_none_is_too_much() {
    let (mut bridges_met, mut needless) = (0, 0);
    for seed in 0..20_000 {
        let processes = u8::try_from(3 + seed % 4).unwrap();
        let shape = Shape { processes, events: 30, sending_percent: 95, skew_ms: 0, drift_percent: 0 };
        let diagram = random(&mut Generator::new(seed), shape);
        let stamps = Stamps::of(&diagram);
        let lines = u64::try_from(diagram.lines().len()).unwrap();
        // Some line is hidden, which ones depends on the seed.
        let hidden = 1 + seed / 4 % ((1 << lines) - 1);
        let is_shown = |process: ProcessId| hidden >> process.0 & 1 == 0;
        let found = bridges(&diagram, &stamps, &is_shown);
        let reached = reached_by(&diagram, &is_shown, &found);
        let shown: Vec<_> =
            diagram.events().filter(|&event| is_shown(diagram.place(event).unwrap().process)).collect();
        for &a in &shown {
            for &b in &shown {
                let truth = relation(&stamps, a, b) == Relation::Before;
                assert_eq!(reached.contains(&(a, b)), truth, "seed {seed}: {a} {b}");
            }
        }
        for left_out in &found {
            let others: Vec<_> = found.iter().copied().filter(|bridge| bridge != left_out).collect();
            needless += usize::from(
                reached_by(&diagram, &is_shown, &others).contains(&(left_out.send, left_out.receive)),
            );
        }
        bridges_met += found.len();
    }
    assert!(bridges_met > 4_000, "{bridges_met}");
    assert_eq!(needless, 0);
}

/// The fewest messages from one event to all others, by relaxing every edge until nothing changes.
fn fewest_messages(diagram: &Diagram, from: EventId) -> Vec<Option<u32>> {
    let mut fewest = vec![None; diagram.ids()];
    fewest[from.index()] = Some(0_u32);
    loop {
        let before = fewest.clone();
        let mut relax = |from: EventId, to: EventId, cost: u32| {
            if let Some(reached) = fewest[from.index()] {
                let better =
                    fewest[to.index()].map_or(reached + cost, |known: u32| known.min(reached + cost));
                fewest[to.index()] = Some(better);
            }
        };
        for line in diagram.lines() {
            line.events().windows(2).for_each(|pair| relax(pair[0], pair[1], 0));
        }
        diagram.messages().iter().for_each(|message| relax(message.send, message.receive, 1));
        if fewest == before {
            return fewest;
        }
    }
}

#[test]
fn the_path_given_as_the_reason_is_there_and_has_the_fewest_messages() {
    for seed in 0..3_000 {
        let diagram = small(seed);
        let stamps = Stamps::of(&diagram);
        for a in diagram.events() {
            let fewest = fewest_messages(&diagram, a);
            for b in diagram.events() {
                let (truth, reason) = explain(&diagram, &stamps, a, b).unwrap();
                let Reason::Path(hops) = reason else { continue };
                if truth == Relation::After {
                    continue;
                }
                let mut at = a;
                let mut messages = 0;
                for hop in &hops {
                    let (Hop::Line(from, to) | Hop::Message(from, to)) = *hop;
                    assert_eq!(from, at);
                    if let Hop::Line(..) = hop {
                        let (from, to) = (diagram.place(from).unwrap(), diagram.place(to).unwrap());
                        assert!(from.process == to.process && from.at < to.at);
                    } else {
                        assert!(diagram.messages().contains(&Message { send: from, receive: to }));
                        messages += 1;
                    }
                    at = to;
                }
                assert_eq!((at, Some(messages)), (b, fewest[b.index()]));
                let two_lines = |pair: &[Hop]| matches!(pair, [Hop::Line(..), Hop::Line(..)]);
                assert!(!hops.windows(2).any(two_lines), "{hops:?}");
            }
        }
    }
}

#[test]
fn concurrent_events_each_know_more_of_their_own_process() {
    let diagram = diagram("LLLA2sA5kAb4B2sB8cBdwC5kCgoCjgM1-4M5-7");
    let stamps = Stamps::of(&diagram);
    assert_eq!(
        words::reason(&diagram, &stamps, event('c'), event('e')),
        "c ∥ e: c knows 3 events of P1, e only 2; e knows 2 events of P2, c none. No path leads from one to the other."
    );
    assert_eq!(
        words::reason(&diagram, &stamps, event('h'), event('a')),
        "h ← a: a comes before b on one process, then e receives what b sent, then e comes before f on one process, then h receives what f sent."
    );
    assert_eq!(words::vector(stamps.vector(event('h'))), "[2,3,2]");
}

#[test]
fn a_hybrid_clock_takes_what_it_sees_or_what_it_hears_or_counts() {
    // P2 is two seconds slow: b hears of 2,500 ms and sees 700 ms.
    let diagram = diagram("LL-1jkA1xgB230B28kA2e4M0-1M2-3");
    let stamps = Stamps::of(&diagram);
    let hybrids: Vec<(u32, u32)> =
        stamps.order().iter().map(|&e| (stamps.hybrid(e).l, stamps.hybrid(e).c)).collect();
    assert_eq!(hybrids, [(2_500, 0), (2_500, 1), (2_500, 2), (3_100, 0)]);
    assert_eq!(skew_max(&diagram), 2_000);
    assert_eq!(
        stamps.order().iter().map(|&e| stamps.physical(e)).collect::<Vec<_>>(),
        [2_500, 700, 900, 3_100]
    );
}

#[test]
fn two_thousand_events_cost_one_row_an_event_and_a_message() {
    for (processes, events) in [(6, 60), (6, 2_000), (64, 2_000)] {
        let shape = Shape { processes, events, sending_percent: 60, skew_ms: 100, drift_percent: 5 };
        let diagram = random(&mut Generator::new(7), shape);
        let stamps = Stamps::of(&diagram);
        let edges = u64::from(events) + diagram.messages().len() as u64;
        assert!(stamps.merged() <= edges * u64::from(processes));
        assert_eq!(diagram.len(), usize::from(events));
        assert!(diagram.messages().len() > usize::from(events) / 8);
    }
}
