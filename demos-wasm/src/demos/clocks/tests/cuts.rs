//! Cuts against brute force over all cuts of small diagrams.

use super::super::{Cut, Diagram, EventId, Stamps, words};
use super::{diagram, reachability, small};

fn all_cuts(diagram: &Diagram) -> Vec<Cut> {
    let mut all = vec![Vec::new()];
    for line in diagram.lines() {
        let counts = 0..=u32::try_from(line.events().len()).unwrap();
        all = all
            .iter()
            .flat_map(|cut: &Vec<u32>| counts.clone().map(move |count| [cut.as_slice(), &[count]].concat()))
            .collect();
    }
    all.iter().map(|counts| Cut::new(diagram, counts)).collect()
}

fn is_inside(inner: &Cut, outer: &Cut) -> bool {
    inner.events().iter().zip(outer.events()).all(|(inner, outer)| inner <= outer)
}

#[test]
fn a_cut_is_consistent_exactly_when_it_is_closed_under_happened_before() {
    let (mut cuts, mut consistent) = (0, 0);
    for seed in 0..3_000 {
        let diagram = small(seed);
        let (stamps, reached) = (Stamps::of(&diagram), reachability(&diagram));
        for cut in all_cuts(&diagram) {
            let inside: Vec<EventId> = diagram.events().filter(|&event| cut.has(&stamps, event)).collect();
            let is_closed = inside.iter().all(|inner| {
                diagram
                    .events()
                    .all(|cause| !reached[cause.index()][inner.index()] || inside.contains(&cause))
            });
            assert_eq!(cut.is_consistent(&diagram, &stamps), is_closed, "seed {seed}, {cut:?}");
            assert_eq!(inside.len(), cut.size() as usize);
            cuts += 1;
            consistent += usize::from(is_closed);
        }
    }
    assert!(consistent > 50_000 && cuts - consistent > 50_000, "{consistent} of {cuts}");
}

#[test]
fn the_cuts_within_and_around_are_the_largest_and_the_smallest_of_all() {
    let (mut inconsistent, mut not_nearest) = (0, 0);
    for seed in 0..600 {
        let diagram = small(seed);
        let stamps = Stamps::of(&diagram);
        let all = all_cuts(&diagram);
        let consistent: Vec<&Cut> = all.iter().filter(|cut| cut.is_consistent(&diagram, &stamps)).collect();
        for cut in &all {
            let (within, around) =
                (cut.largest_within(&diagram, &stamps), cut.smallest_around(&diagram, &stamps));
            assert!(consistent.contains(&&within) && consistent.contains(&&around));
            assert!(is_inside(&within, cut) && is_inside(cut, &around));
            for other in &consistent {
                assert!(!is_inside(other, cut) || is_inside(other, &within));
                assert!(!is_inside(cut, other) || is_inside(&around, other));
            }
            let mended = cut.mended(&diagram, &stamps);
            let far = |other: &Cut| -> u32 {
                other.events().iter().zip(cut.events()).map(|(left, right)| left.abs_diff(*right)).sum()
            };
            let nearest = consistent.iter().map(|other| far(other)).min().unwrap();
            assert_eq!(far(&mended), far(&within).min(far(&around)));
            assert_eq!(far(&mended) == 0, cut.is_consistent(&diagram, &stamps));
            inconsistent += usize::from(nearest > 0);
            not_nearest += usize::from(far(&mended) > nearest);
        }
    }
    // Taking out and in at once is nearer now and then; the docs say so.
    assert!(not_nearest > 0 && not_nearest * 10 < inconsistent, "{not_nearest} of {inconsistent}");
}

#[test]
fn a_moment_of_real_time_is_always_a_consistent_cut() {
    for seed in 0..3_000 {
        let diagram = small(seed);
        let stamps = Stamps::of(&diagram);
        for at in (0..2_000).step_by(50) {
            assert!(Cut::at_time(&diagram, at).is_consistent(&diagram, &stamps));
        }
    }
}

#[test]
fn an_inconsistent_cut_names_the_message_from_the_future() {
    let diagram = diagram("LLLA2sA8cBb4BdwC5kCgoM1-2M3-5");
    let stamps = Stamps::of(&diagram);
    let cut = Cut::new(&diagram, &[1, 2, 1]);
    assert_eq!(
        words::cut(&diagram, &stamps, &cut),
        "Not consistent: c receives in it what b has not sent yet."
    );
    let mended = cut.mended(&diagram, &stamps);
    assert_eq!(mended.events(), [2, 2, 1]);
    assert_eq!(
        words::cut(&diagram, &stamps, &mended),
        "Consistent: everything received in it was sent in it; one message is under way."
    );
    assert_eq!(cut.largest_within(&diagram, &stamps).events(), [1, 0, 1]);
    assert_eq!(mended.last(&diagram, super::super::ProcessId(2)), Some(EventId(4)));
}
