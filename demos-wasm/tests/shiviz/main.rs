//! Logs of real threads, in ShiViz's format: ten that were written once, and ten that are written now.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod program;

use std::fs;

use demos::demos::clocks::causality::{cones, reachable_from, relation};
use demos::demos::clocks::import::{
    Captured, EXPRESSION, ImportError, Imported, compare_clocks, header, import, missing_group,
};
use demos::demos::clocks::json::parse_clock;
use demos::demos::clocks::{EventId, Relation, Stamps};
use regex::Regex;

/// Takes a log apart as the page does, with the expression given, or its own, or the default one.
fn capture(log: &str, expression: Option<&str>) -> Vec<Captured> {
    let (own, rest, lines_before) = header(log);
    let expression = expression.or(own).unwrap_or(EXPRESSION);
    assert_eq!(missing_group(expression), None);
    let captured = Regex::new(expression).unwrap();
    let captured = captured.captures_iter(rest).map(|groups| {
        let before = &rest[..groups.get(0).unwrap().start()];
        let field = |name: &str| groups[name].to_owned();
        Captured {
            event: field("event"),
            host: field("host"),
            clock_text: field("clock"),
            line: lines_before + 1 + u32::try_from(before.matches('\n').count()).unwrap(),
        }
    });
    captured.collect()
}

/// The order drawn is the order of the log's clocks, by comparing vectors and by following messages.
fn check(name: &str, log: &str) -> Imported {
    let captured = capture(log, None);
    assert_eq!(captured.len() * 2, log.lines().count(), "{name}");
    let clocks: Vec<_> = captured.iter().map(|capture| parse_clock(&capture.clock_text).unwrap()).collect();
    let imported = import(captured).unwrap();
    let stamps = Stamps::of(&imported.diagram);
    assert_eq!((imported.diagram.len(), imported.gaps), (clocks.len(), 0), "{name}");
    for (a, clock_a) in (0..).map(EventId).zip(&clocks) {
        let reached = reachable_from(&imported.diagram, a);
        assert_eq!(cones(&stamps, a).len(), clocks.len());
        for (b, clock_b) in (0..).map(EventId).zip(&clocks) {
            let told = compare_clocks(clock_a, clock_b);
            assert_eq!(relation(&stamps, a, b), told, "{name}: {a} {b}");
            assert_eq!(reached[b.index()], told == Relation::Before, "{name}: {a} {b}");
        }
    }
    for (event, clock) in (0..).map(EventId).zip(&clocks) {
        // Without gaps the diagram's vectors are the log's clocks.
        for (line, &count) in imported.diagram.lines().iter().zip(stamps.vector(event)) {
            let logged = clock.iter().find(|(name, _)| *name == line.name).map_or(0, |(_, count)| *count);
            assert_eq!(count, logged, "{name}: {event}");
        }
    }
    imported
}

/// In these every event is one of sending, of receipt, or neither, so who received what is known from the words.
fn has_every_message(name: &str, imported: &Imported) {
    let count = |word: &str| imported.texts.iter().filter(|text| text.starts_with(word)).count();
    let messages = imported.diagram.messages();
    assert!(messages.len() <= count("receives"), "{name}");
    for message in messages {
        let (send, receive) =
            (&imported.texts[message.send.index()], &imported.texts[message.receive.index()]);
        assert!(receive.starts_with("receives"), "{name}: {receive}");
        // What arrives over a direct way overtaken by another brings nothing new; what is drawn is from a sender.
        assert!(send.starts_with("sends"), "{name}: {send}");
    }
    if ["ping-pong", "ring", "pipeline", "star"].contains(&name) {
        assert_eq!(messages.len(), count("receives"), "{name}");
    }
}

#[test]
fn ten_logs_of_real_threads_are_drawn_in_the_order_of_their_clocks() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shiviz");
    for name in program::RUNS {
        let log = fs::read_to_string(format!("{folder}/{name}.log")).unwrap();
        has_every_message(name, &check(name, &log));
    }
    let logs = fs::read_dir(folder).unwrap();
    let logs =
        logs.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|kind| kind == "log"));
    assert_eq!(logs.count(), program::RUNS.len());
}

#[test]
fn what_the_program_writes_now_is_drawn_too() {
    for _ in 0..10 {
        for name in program::RUNS {
            has_every_message(name, &check(name, &program::run(name)));
        }
    }
}

#[test]
fn a_quiet_log_has_no_messages_and_everything_in_it_is_concurrent_across_hosts() {
    let imported = check("quiet", &program::run("quiet"));
    assert_eq!((imported.diagram.lines().len(), imported.diagram.messages().len()), (3, 0));
}

#[test]
fn lines_that_were_not_logged_change_nothing_among_those_that_were() {
    let log = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shiviz/gossip.log")).unwrap();
    let all = capture(&log, None);
    for left_out in 2..7 {
        let some: Vec<Captured> = all
            .iter()
            .enumerate()
            .filter(|(number, _)| number % left_out != 0)
            .map(|(_, one)| one.clone())
            .collect();
        let clocks: Vec<_> = some.iter().map(|capture| parse_clock(&capture.clock_text).unwrap()).collect();
        let imported = import(some).unwrap();
        let stamps = Stamps::of(&imported.diagram);
        for (a, clock_a) in (0..).map(EventId).zip(&clocks) {
            for (b, clock_b) in (0..).map(EventId).zip(&clocks) {
                assert_eq!(relation(&stamps, a, b), compare_clocks(clock_a, clock_b));
            }
        }
    }
}

#[test]
fn a_damaged_log_is_refused_with_a_line_or_drawn_and_never_panics() {
    let log = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shiviz/ring.log")).unwrap();
    let (mut refused, mut drawn) = (0, 0);
    for at in 0..log.len() {
        for with in ["", "0", "\"", "\n", "7"] {
            let damaged = [&log[..at], with, &log[at + 1..]].concat();
            match import(capture(&damaged, None)) {
                Ok(_) => drawn += 1,
                Err(ImportError::Event(line, _)) => {
                    assert!((1..=damaged.lines().count()).contains(&usize::try_from(line).unwrap()));
                    refused += 1;
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    assert!(refused > 1_000 && drawn > 1_000, "{refused} refused, {drawn} drawn");
}

#[test]
fn the_order_of_govector_and_a_date_are_read_by_an_expression_of_the_readers_own() {
    let govector = "(?<host>\\S*) (?<clock>\\{.*\\})\\n(?<event>.*)\n\nalice {\"alice\":1}\nsends\nbob {\"alice\":1, \"bob\":1}\nreceives\n";
    let captured = capture(govector, None);
    assert_eq!((captured[1].event.as_str(), captured[1].line), ("receives", 5));
    assert_eq!(import(captured).unwrap().diagram.messages().len(), 1);
    let dated = "28/07/14 01:15 PM Event executed\nprocess2 {\"process2\":1}\n";
    let expression = r"(?<date>\d\d/\d\d/\d\d \d\d:\d\d (AM|PM)) (?<event>.*)\n(?<host>\w+) (?<clock>\{.*\})";
    assert_eq!(capture(dated, Some(expression))[0].event, "Event executed");
}
