//! Runs typed in one go by several replicas at once: which algorithm keeps them whole.

use super::{BOTH, Company, below};
use crate::demos::crdt_text::document::Algorithm;
use crate::sim::Generator;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    Forwards,
    Backwards,
}

/// Everybody types a run of a letter of their own at the same place of the same text, without hearing of the others.
fn concurrent(algorithm: Algorithm, runs: &[(Direction, usize)], at: usize, base: &str) -> String {
    let mut company = Company::of(runs.len(), algorithm);
    for (place, letter) in base.chars().enumerate() {
        company.type_at(0, place, letter);
    }
    company.meet();
    for (who, (direction, length)) in runs.iter().enumerate() {
        let letter = char::from(b'A' + u8::try_from(who).unwrap());
        for step in 0..*length {
            let step = if *direction == Direction::Forwards { step } else { 0 };
            company.type_at(who, at + step, letter);
        }
    }
    company.meet();
    for who in 1..runs.len() {
        assert_eq!(company.text(who), company.text(0));
    }
    company.text(0)
}

/// How many pieces the runs are in.
fn pieces(text: &str) -> usize {
    let letters: Vec<char> = text.chars().filter(char::is_ascii_uppercase).collect();
    letters.chunk_by(|one, other| one == other).count()
}

#[test]
fn fugue_keeps_every_run_whole_in_either_direction() {
    for seed in 0..20_000 {
        let mut fate = Generator::new(seed);
        let count = below(&mut fate, 3) + 2;
        let direction = |fate: &mut Generator| [Direction::Forwards, Direction::Backwards][below(fate, 2)];
        let runs: Vec<_> = (0..count).map(|_| (direction(&mut fate), below(&mut fate, 5) + 1)).collect();
        let at = below(&mut fate, 4);
        let text = concurrent(Algorithm::Fugue, &runs, at, "xyz");
        assert_eq!(pieces(&text), count, "{runs:?} at {at}: {text}");
    }
}

#[test]
fn rga_keeps_runs_whole_that_are_typed_forwards() {
    for seed in 0..20_000 {
        let mut fate = Generator::new(seed);
        let count = below(&mut fate, 3) + 2;
        let runs: Vec<_> = (0..count).map(|_| (Direction::Forwards, below(&mut fate, 5) + 1)).collect();
        let at = below(&mut fate, 4);
        let text = concurrent(Algorithm::Rga, &runs, at, "xyz");
        assert_eq!(pieces(&text), count, "{runs:?} at {at}: {text}");
    }
}

#[test]
fn rga_shuffles_runs_that_are_typed_backwards() {
    let runs = [(Direction::Backwards, 3), (Direction::Backwards, 3)];
    assert_eq!(concurrent(Algorithm::Rga, &runs, 0, ""), "BABABA");
    assert_eq!(concurrent(Algorithm::Fugue, &runs, 0, ""), "AAABBB");
}

#[test]
fn an_insertion_after_a_deleted_character_stands_where_that_was() {
    for algorithm in BOTH {
        let mut company = Company::of(2, algorithm);
        for (place, letter) in "cat".chars().enumerate() {
            company.type_at(0, place, letter);
        }
        company.meet();
        company.delete_at(0, 1);
        company.type_at(1, 2, 'r');
        company.meet();
        assert_eq!([company.text(0), company.text(1)], ["crt", "crt"]);
        // And beside the tombstone once it is known.
        company.type_at(0, 1, 'a');
        company.meet();
        assert_eq!(company.text(1), "cart");
    }
}
