//! Editing: what always holds still holds, refusals change nothing, undo goes back, and links keep everything.

use proptest::prelude::*;

use super::super::diagram::{DRAWN_PROCESSES_MAX, EVENTS_MAX, TIME_MAX};
use super::super::examples::EXAMPLES;
use super::super::random::{Shape, random};
use super::super::text::{parse, text};
use super::super::{
    Cut, Diagram, Document, Edit, End, EventId, LocalClock, Message, ProcessId, Refusal, words,
};
use super::{diagram, event, reachability, small};
use crate::sim::Generator;

/// What the module `diagram` says always holds; the first thing that doesn't.
fn flaw(diagram: &Diagram, is_drawn: bool) -> Option<String> {
    let at = |event: EventId| diagram.place(event).map(|place| place.at);
    for (index, line) in diagram.lines().iter().enumerate() {
        for pair in line.events().windows(2) {
            if at(pair[0]) >= at(pair[1]) {
                return Some(format!("{} isn’t before {}", pair[0], pair[1]));
            }
        }
        for &event in line.events() {
            if diagram.place(event).is_none_or(|place| place.process.index() != index || place.at > TIME_MAX)
            {
                return Some(format!("{event} is on the wrong line, or off the edge"));
            }
        }
    }
    if diagram.len() != diagram.events().count() {
        return Some("an event is on no line".to_owned());
    }
    let mut ends = Vec::new();
    for &Message { send, receive } in diagram.messages() {
        let (Some(from), Some(to)) = (diagram.place(send), diagram.place(receive)) else {
            return Some(format!("{send} → {receive} joins nothing"));
        };
        if from.at >= to.at || from.process == to.process {
            return Some(format!("{send} → {receive} goes back, or nowhere"));
        }
        ends.extend([send, receive]);
    }
    let all = ends.len();
    ends.sort_unstable();
    ends.dedup();
    (is_drawn && ends.len() < all).then(|| "an event has two messages".to_owned())
}

/// A message between two events that are there.
fn join(message: Message) -> Edit {
    Edit::Draw(End::Event(message.send), End::Event(message.receive))
}

fn an_edit() -> impl Strategy<Value = Edit> {
    // Narrow ranges, so that edits meet each other.
    let process = || (0_u8..7).prop_map(ProcessId);
    let event = || (0_u16..24).prop_map(EventId);
    let time = || prop_oneof![0_u32..30, Just(TIME_MAX), Just(TIME_MAX + 1)];
    let end = move || {
        prop_oneof![event().prop_map(End::Event), (process(), time()).prop_map(|(p, t)| End::New(p, t))]
    };
    let message = move || (event(), event()).prop_map(|(send, receive)| Message { receive, send });
    prop_oneof![
        1 => Just(Edit::AddProcess),
        1 => Just(Edit::RemoveProcess),
        1 => (process(), -50_000_i32..50_000, 5_u16..1_100).prop_map(|(process, offset_ms, rate_percent)| {
            Edit::SetClock(process, LocalClock { offset_ms, rate_percent })
        }),
        6 => (process(), time()).prop_map(|(process, at)| Edit::AddEvent(process, at)),
        6 => message().prop_map(join),
        4 => (end(), end()).prop_map(|(from, to)| Edit::Draw(from, to)),
        6 => (event(), time()).prop_map(|(event, at)| Edit::MoveEvent(event, at)),
        2 => event().prop_map(Edit::DeleteEvent),
        2 => message().prop_map(Edit::DeleteMessage),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_edited_the_diagram_stays_one(edits in prop::collection::vec(an_edit(), 0..60)) {
        let mut document = Document::new(Diagram::new(2));
        let mut versions = vec![document.diagram().clone()];
        for edit in edits {
            let before = document.diagram().clone();
            let room = match edit {
                Edit::MoveEvent(event, at) => Some(before.room(event).is_some_and(|room| room.contains(&at))),
                _ => None,
            };
            let outcome = document.apply(edit);
            if let Some(fits) = room {
                prop_assert_eq!(outcome.is_ok(), fits, "`room` and the rule disagree: {:?}", outcome);
            }
            match outcome {
                Ok(()) => {
                    prop_assert!(!words::edit(document.diagram(), edit, 0).is_empty());
                    if room.is_some() {
                        prop_assert_eq!(reachability(&before), reachability(document.diagram()));
                    }
                    versions.push(document.diagram().clone());
                }
                Err(refusal) => {
                    prop_assert!(!words::refusal(document.diagram(), refusal).is_empty());
                    prop_assert_eq!(&before, document.diagram());
                }
            }
            prop_assert_eq!(flaw(document.diagram(), true), None);
            let written = text(document.diagram()).unwrap();
            prop_assert_eq!(&parse(&written).unwrap(), document.diagram());
        }
        for version in versions.iter().rev().skip(1) {
            prop_assert!(document.undo().is_some());
            prop_assert_eq!(version, document.diagram());
        }
        prop_assert_eq!(document.undo(), None);
        for version in versions.iter().skip(1) {
            prop_assert!(document.redo().is_some());
            prop_assert_eq!(version, document.diagram());
        }
        prop_assert_eq!(document.redo(), None);
    }

    #[test]
    fn no_text_makes_it_panic(written in "\\PC{0,40}") {
        let _ = parse(&written);
    }

    #[test]
    fn text_that_looks_right_is_read_or_refused_and_what_is_read_is_a_diagram(
        written in "L{1,3}([A-DLMNRX][0-9a-z-]{0,3}){0,20}"
    ) {
        if let Ok(read) = parse(&written) {
            prop_assert_eq!(flaw(&read, false), None);
            let again = text(&read).unwrap();
            prop_assert_eq!(parse(&again), Ok(read));
        }
    }
}

#[test]
fn random_diagrams_are_diagrams_and_survive_a_link() {
    for seed in 0..5_000 {
        let drawn = small(seed);
        assert_eq!(flaw(&drawn, true), None, "seed {seed}");
        assert_eq!(parse(&text(&drawn).unwrap()), Ok(drawn), "seed {seed}");
    }
}

#[test]
fn sixty_events_fit_into_1_500_characters_that_a_fragment_holds_as_they_are() {
    let mut longest = 0;
    for seed in 0..1_000 {
        let shape =
            Shape { processes: 6, events: 60, sending_percent: 100, skew_ms: 9_999, drift_percent: 90 };
        let written = text(&random(&mut Generator::new(seed), shape)).unwrap();
        assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{written}");
        longest = longest.max(written.len());
    }
    assert!(longest < 500, "{longest}");
}

#[test]
fn text_that_breaks_a_rule_is_refused_with_its_place() {
    let at = |written: &str| parse(written).map_err(|error| error.at);
    assert_eq!(at(""), Err(0));
    assert_eq!(at("LLA1Q"), Err(4), "no such kind");
    assert_eq!(at("LLA1A1"), Err(4), "two events at one time");
    assert_eq!(at("LLC1"), Err(2), "no third line");
    assert_eq!(at("LLA5B1M0-1"), Err(6), "back in time");
    assert_eq!(at("LLA1A5M0-1"), Err(6), "on one line");
    assert_eq!(at("LLA1B5M0-9"), Err(6), "to nobody");
    assert_eq!(at("LLA1000"), Err(2), "beyond the edge");
    assert_eq!(at("LRLA1"), Err(1), "a rate without a number");
    assert_eq!(at("LLXzzzzzz"), Err(2), "too many deleted events");
    assert_eq!(at("LLLLLLLLL"), Err(8), "nine lines");
    assert_eq!(at("Lé"), Err(1));
    assert_eq!(at("LL--1"), Err(1));
    assert_eq!(at("N2pL"), Err(0), "a name for no line");
    assert_eq!(at("LN2p-L"), Err(1), "half a name");
    assert_eq!(at("LNL"), Err(1), "no name");
    assert_eq!(at("LN16o0L"), Err(1), "half of a pair of UTF-16 is no character");
}

#[test]
fn a_diagram_too_large_for_a_link_has_no_text() {
    let shape = Shape { processes: 6, events: 251, sending_percent: 10, skew_ms: 0, drift_percent: 0 };
    assert_eq!(text(&random(&mut Generator::new(0), shape)), None);
    assert_eq!(text(&Diagram::new(9)), None);
}

#[test]
fn each_rule_refuses_what_it_is_for_and_says_what_to_do() {
    // a, b on P1; c, d on P2; a → c.
    let mut drawn = diagram("LLA5A9B7BcM0-2");
    let (a, b, c, d) = (event('a'), event('b'), event('c'), event('d'));
    let message = |send, receive| Message { send, receive };
    let refused = [
        (join(message(a, d)), Refusal::Sends(a)),
        (join(message(c, b)), Refusal::Receives(c)),
        (join(message(d, b)), Refusal::Backwards(message(d, b))),
        (join(message(a, b)), Refusal::SameLine(ProcessId(0))),
        (join(message(a, EventId(9))), Refusal::NoSuchEvent(EventId(9))),
        (Edit::MoveEvent(a, 7), Refusal::AfterItsReceive(message(a, c))),
        (Edit::MoveEvent(c, 5), Refusal::BeforeItsSend(message(a, c))),
        (Edit::MoveEvent(b, 5), Refusal::PastNeighbour(b, a)),
        (Edit::MoveEvent(d, 7), Refusal::PastNeighbour(d, c)),
        (Edit::AddEvent(ProcessId(1), 7), Refusal::Occupied(c)),
        (Edit::AddEvent(ProcessId(2), 7), Refusal::NoSuchProcess(ProcessId(2))),
        (Edit::AddEvent(ProcessId(1), TIME_MAX + 1), Refusal::TooLate(TIME_MAX + 1)),
        (
            Edit::Draw(End::New(ProcessId(0), 20), End::New(ProcessId(1), 20)),
            Refusal::Backwards(message(EventId(4), EventId(5))),
        ),
        (Edit::DeleteMessage(message(b, d)), Refusal::NoSuchMessage(message(b, d))),
        (Edit::RemoveProcess, Refusal::TooFewProcesses),
        (Edit::SetClock(ProcessId(0), LocalClock { offset_ms: 0, rate_percent: 5 }), Refusal::NoSuchClock),
    ];
    for (edit, refusal) in refused {
        assert_eq!(drawn.apply(edit), Err(refusal), "{edit:?}");
    }
    while drawn.lines().len() < DRAWN_PROCESSES_MAX {
        drawn.apply(Edit::AddProcess).unwrap();
    }
    assert_eq!(drawn.apply(Edit::AddProcess), Err(Refusal::TooManyProcesses));
    drawn.apply(Edit::AddEvent(ProcessId(5), 0)).unwrap();
    assert_eq!(drawn.apply(Edit::RemoveProcess), Err(Refusal::LineInUse(ProcessId(5))));
    assert_eq!(
        words::refusal(&drawn, Refusal::Backwards(message(d, b))),
        "it would arrive at b before d has sent it; choose them the other way round, or move one"
    );
}

#[test]
fn an_id_is_never_given_twice() {
    let mut drawn = Diagram::new(2);
    drawn.apply(Edit::Draw(End::New(ProcessId(0), 1), End::New(ProcessId(1), 2))).unwrap();
    drawn.apply(Edit::DeleteEvent(event('b'))).unwrap();
    assert!(drawn.messages().is_empty() && drawn.place(event('a')).is_some());
    drawn.apply(Edit::AddEvent(ProcessId(1), 2)).unwrap();
    assert!(drawn.place(event('b')).is_none() && drawn.place(event('c')).is_some());
    assert_eq!(text(&drawn).unwrap(), "LLA1XB2");
}

#[test]
fn a_diagram_takes_2_000_events_and_no_more() {
    let mut drawn = Diagram::new(2);
    for at in 0..u32::try_from(EVENTS_MAX).unwrap() {
        drawn.apply(Edit::AddEvent(ProcessId(0), at)).unwrap();
    }
    assert_eq!(drawn.apply(Edit::AddEvent(ProcessId(1), 0)), Err(Refusal::TooManyEvents));
    assert_eq!(drawn.free_near(ProcessId(0), 0), Some(2_000));
    assert_eq!(drawn.free_near(ProcessId(1), TIME_MAX), Some(TIME_MAX));
}

#[test]
fn events_are_named_as_columns_of_a_spreadsheet() {
    let names: Vec<String> = [0, 25, 26, 701, 702, u16::MAX].map(|id| EventId(id).to_string()).into();
    assert_eq!(names, ["a", "z", "aa", "zz", "aaa", "crxp"]);
}

#[test]
fn every_example_is_a_drawing_and_its_answer_is_true() {
    use super::super::{Relation, Stamps, causality::relation};
    for example in EXAMPLES {
        let drawn = diagram(example.diagram);
        assert_eq!(flaw(&drawn, true), None, "{}", example.id);
        assert_eq!(text(&drawn).as_deref(), Some(example.diagram), "{}", example.id);
        assert!(drawn.lines().len() <= DRAWN_PROCESSES_MAX);
        let stamps = Stamps::of(&drawn);
        let is = |a: char, b: char| relation(&stamps, event(a), event(b));
        match example.id {
            "order" => {
                assert!("abdefg".chars().all(|cause| is(cause, 'h') == Relation::Before));
                assert_eq!((is('c', 'h'), is('a', 'g')), (Relation::Concurrent, Relation::Concurrent));
                assert_eq!((is('a', 'h'), is('a', 'i')), (Relation::Before, Relation::Before));
            }
            "converse" => {
                assert_eq!((stamps.lamport(event('a')), stamps.lamport(event('d'))), (1, 3));
                assert_eq!(is('a', 'd'), Relation::Concurrent);
                let mut now_try = drawn.clone();
                now_try.apply(join(Message { send: event('a'), receive: event('c') })).unwrap();
                assert_eq!(relation(&Stamps::of(&now_try), event('a'), event('d')), Relation::Before);
            }
            "skew" => {
                let physical = |letter| stamps.physical(event(letter));
                assert!(physical('b') < physical('a') && physical('c') < physical('a'));
                assert_eq!((is('a', 'b'), is('a', 'c')), (Relation::Before, Relation::Before));
            }
            "cut" => {
                let cut = Cut::new(&drawn, example.cut);
                assert_eq!(
                    cut.offenders(&drawn, &stamps),
                    [Message { send: event('b'), receive: event('c') }]
                );
                assert_eq!(
                    cut.under_way(&drawn, &stamps),
                    [Message { send: event('d'), receive: event('f') }]
                );
                assert!(Cut::new(&drawn, &[2, 2, 1]).is_consistent(&drawn, &stamps));
                assert!(Cut::new(&drawn, &[1, 0, 1]).is_consistent(&drawn, &stamps));
            }
            "telephone" => {
                assert_eq!(is('c', 'd'), Relation::Concurrent);
                assert!(stamps.lamport(event('d')) < stamps.lamport(event('c')));
                let mut now_try = drawn.clone();
                now_try.apply(join(Message { send: event('c'), receive: event('d') })).unwrap();
            }
            "blank" => {
                assert!(drawn.is_empty());
                let mut answered = drawn.clone();
                for (line, at) in [(2, 100), (0, 100), (0, 200), (1, 100), (1, 200)] {
                    answered.apply(Edit::AddEvent(ProcessId(line), at)).unwrap();
                }
                let stamps = Stamps::of(&answered);
                let lamport = |letter| stamps.lamport(event(letter));
                assert_eq!((lamport('a'), lamport('c'), lamport('e')), (1, 2, 2));
                for (a, b) in [('a', 'c'), ('a', 'e'), ('c', 'e')] {
                    assert_eq!(relation(&stamps, event(a), event(b)), Relation::Concurrent);
                }
            }
            other => panic!("nothing checks `{other}`"),
        }
    }
}
