//! What a log may be, and what is said when it can't be one. Logs of real threads are in `tests/shiviz`.

use super::super::import::{Captured, EXPRESSION, ImportError, header, import, missing_group};
use super::super::text::{parse, text};
use super::super::{Diagram, Message, Stamps, words};
use super::event;

/// Events as `host clock`, one a line.
fn captured(log: &[(&str, &str)]) -> Vec<Captured> {
    let capture = |(line, (host, clock)): (u32, &(&str, &str))| Captured {
        event: format!("event {line}"),
        host: (*host).to_owned(),
        clock_text: (*clock).to_owned(),
        line,
    };
    (1..).zip(log).map(capture).collect()
}

fn hosts(diagram: &Diagram) -> Vec<String> {
    diagram.lines().iter().map(|line| line.name.clone()).collect()
}

fn refused(log: &[(&str, &str)]) -> String {
    let (what, hint) = words::import_error(&import(captured(log)).unwrap_err());
    assert!(!hint.is_empty());
    what
}

#[test]
fn a_message_is_drawn_where_knowledge_grows_and_only_from_who_told_it() {
    // a tells b, b tells c: c knows of a, but not by a message from it.
    let log = [("a", r#"{"a":1}"#), ("b", r#"{"a":1,"b":1}"#), ("c", r#"{"a":1,"b":1,"c":1}"#)];
    let imported = import(captured(&log)).unwrap();
    let message = |send, receive| Message { send: event(send), receive: event(receive) };
    assert_eq!(imported.diagram.messages(), [message('a', 'b'), message('b', 'c')]);
    assert_eq!(hosts(&imported.diagram), ["a", "b", "c"]);
    assert_eq!((imported.texts[2].as_str(), imported.lines[2], imported.gaps), ("event 3", 3, 0));
    assert_eq!(Stamps::of(&imported.diagram).vector(event('c')), [1, 1, 1]);
}

#[test]
fn lines_may_come_in_any_order() {
    let log = [("b", r#"{"b":2,"a":1}"#), ("a", r#"{"a":1}"#), ("b", r#"{"b":1}"#)];
    let imported = import(captured(&log)).unwrap();
    let lines: Vec<_> = imported.diagram.lines().iter().map(|line| line.events().to_vec()).collect();
    assert_eq!(lines, [vec![event('c'), event('a')], vec![event('b')]]);
    assert_eq!(imported.diagram.messages(), [Message { send: event('b'), receive: event('a') }]);
}

#[test]
fn what_was_not_logged_is_bridged() {
    // a's 2nd and 3rd event and all of x are missing: b heard of a's 3rd by way of x.
    let log = [("a", r#"{"a":1}"#), ("a", r#"{"a":4}"#), ("b", r#"{"a":3,"b":1,"x":2}"#)];
    let imported = import(captured(&log)).unwrap();
    assert_eq!(imported.diagram.messages(), [Message { send: event('a'), receive: event('c') }]);
    assert_eq!((imported.diagram.lines().len(), imported.gaps), (2, 2));
}

#[test]
fn one_event_may_stand_for_a_broadcast_and_for_several_receipts() {
    let log = [
        ("a", r#"{"a":1}"#),
        ("b", r#"{"a":1,"b":1}"#),
        ("c", r#"{"a":1,"c":1}"#),
        ("d", r#"{"a":1,"b":1,"c":1,"d":1}"#),
    ];
    let imported = import(captured(&log)).unwrap();
    assert_eq!(imported.diagram.leaving(event('a')).count(), 2);
    assert_eq!(imported.diagram.arriving(event('d')).len(), 2);
}

#[test]
fn a_clock_that_is_not_one_is_told_with_its_line_and_place() {
    let cases = [
        ("", "line 1: the clock can’t be read at character 1: “{” was expected"),
        ("{", "line 1: the clock can’t be read at character 2: a host’s name in double quotes was expected"),
        (
            "{a:1}",
            "line 1: the clock can’t be read at character 2: a host’s name in double quotes was expected",
        ),
        (r#"{"a"}"#, "line 1: the clock can’t be read at character 5: “:” was expected"),
        (
            r#"{"a":}"#,
            "line 1: the clock can’t be read at character 6: a whole number up to 4294967295 was expected",
        ),
        (
            r#"{"a":-1}"#,
            "line 1: the clock can’t be read at character 6: a whole number up to 4294967295 was expected",
        ),
        (r#"{"a":1.5}"#, "line 1: the clock can’t be read at character 7: “,” or “}” was expected"),
        (
            r#"{"a":4294967296}"#,
            "line 1: the clock can’t be read at character 6: a whole number up to 4294967295 was expected",
        ),
        (
            r#"{"a":1,}"#,
            "line 1: the clock can’t be read at character 8: a host’s name in double quotes was expected",
        ),
        (r#"{"a":1"#, "line 1: the clock can’t be read at character 7: “,” or “}” was expected"),
        (r#"{"a":1}x"#, "line 1: the clock can’t be read at character 8: nothing more was expected"),
        (
            r#"{"a":1,"a":2}"#,
            "line 1: the clock can’t be read at character 8: a host that isn’t there yet was expected",
        ),
        (r#"{"a"#, "line 1: the clock can’t be read at character 4: the end of a name, “\"” was expected"),
        (
            r#"{"\q":1}"#,
            "line 1: the clock can’t be read at character 3: the end of a name, “\"” was expected",
        ),
        (r#"{"b":1}"#, "line 1: the clock has no entry for “a” itself"),
        (r#"{"a":0}"#, "line 1: the clock has no entry for “a” itself"),
        ("{}", "line 1: the clock has no entry for “a” itself"),
    ];
    for (clock, what) in cases {
        assert_eq!(refused(&[("a", clock)]), what, "{clock}");
    }
    assert_eq!(refused(&[("", r#"{"":1}"#)]), "line 1: the event has no host");
}

#[test]
fn names_may_be_escaped() {
    let log = [("a\"\u{e9}", r#" { "a\"\u00e9" : 1 , "/\\" : 2 } "#)];
    let drawn = import(captured(&log)).unwrap().diagram;
    assert_eq!(hosts(&drawn), ["a\"\u{e9}"]);
    // And a link carries them.
    let written = text(&drawn).unwrap();
    assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{written}");
    assert_eq!(parse(&written).unwrap(), drawn);
}

#[test]
fn clocks_that_no_run_could_have_written_are_refused() {
    assert_eq!(
        refused(&[("a", r#"{"a":1}"#), ("a", r#"{"a":1}"#)]),
        "line 2: “a” has its 1. event here and on line 1"
    );
    assert_eq!(
        refused(&[("b", r#"{"b":3}"#), ("a", r#"{"a":1,"b":3}"#), ("a", r#"{"a":2,"b":2}"#)]),
        "line 3: the entry of “b” is 2, but was 3 at the event before, on line 2"
    );
    assert_eq!(
        refused(&[("c", r#"{"c":1}"#), ("b", r#"{"b":1,"c":1}"#), ("a", r#"{"a":1,"b":1}"#)]),
        "line 3: it knows the event on line 2, which knew 1 of “c”, but itself knows 0"
    );
    assert_eq!(
        refused(&[("a", r#"{"a":1,"b":1}"#), ("b", r#"{"a":1,"b":1}"#)]),
        "line 1: it knows the event on line 2, which knows it"
    );
}

#[test]
fn limits_are_said() {
    assert_eq!(import(Vec::new()), Err(ImportError::NoEvents));
    let one = captured(&[("a", r#"{"a":1}"#)]).remove(0);
    let many: Vec<Captured> =
        (1..=2_001).map(|own| Captured { clock_text: format!("{{\"a\":{own}}}"), ..one.clone() }).collect();
    assert_eq!(import(many[..2_000].to_vec()).unwrap().diagram.len(), 2_000);
    let (what, _) = words::import_error(&import(many).unwrap_err());
    assert_eq!(what, "the log has 2001 events, and at most 2000 can be drawn");
    let hosts: Vec<Captured> = (1..=65)
        .map(|host| Captured {
            host: format!("h{host}"),
            clock_text: format!("{{\"h{host}\":1}}"),
            event: String::new(),
            line: host,
        })
        .collect();
    assert_eq!(import(hosts[..64].to_vec()).unwrap().diagram.lines().len(), 64);
    let (what, _) = words::import_error(&import(hosts).unwrap_err());
    assert_eq!(what, "line 65: this is the 65th host, and at most 64 can be drawn");
}

#[test]
fn a_file_may_bring_its_expression() {
    let govector = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)";
    let file = format!("{govector}\n\nalice {{\"alice\":1}}\nhello\n");
    assert_eq!(header(&file), (Some(govector), "alice {\"alice\":1}\nhello\n", 2));
    assert_eq!(header("hello\nalice {\"alice\":1}\n"), (None, "hello\nalice {\"alice\":1}\n", 0));
    assert_eq!(header(""), (None, "", 0));
    assert_eq!(missing_group(EXPRESSION), None);
    assert_eq!(missing_group("(?<event>.*) (?<hosts>.*)"), Some("host"));
}
