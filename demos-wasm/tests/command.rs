//! The command `demo`, as a process.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use demos::figure::{REGISTRY, Settings, find_run};
use demos::shell::{Shell, trace};

fn demo(arguments: &[&str]) -> Output {
    demo_reading(arguments, "")
}

fn demo_reading(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn complained(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[track_caller]
fn judged(history: &str, code: i32, expected: &str) {
    let output = demo_reading(&["linearizable", "-"], history);
    assert_eq!(output.status.code(), Some(code), "{}{}", said(&output), complained(&output));
    let text = if code == 2 { complained(&output) } else { said(&output) };
    assert!(text.contains(expected), "{text}");
}

#[test]
fn list_names_every_demo_with_its_scenarios_and_options() {
    let output = demo(&["list"]);
    assert!(output.status.success());
    for figure in REGISTRY {
        assert!(said(&output).contains(figure.info().id));
        assert!(figure.scenarios().iter().all(|scenario| said(&output).contains(scenario.id)));
        assert!(figure.options().iter().all(|option| said(&output).contains(option.name)));
    }
}

#[test]
fn run_prints_the_trace_of_the_page_and_the_same_one_again() {
    let output = demo(&["run", "raft-election", "--seed", "7", "--set", "nodes=3", "--events", "50"]);
    assert!(output.status.success());
    let settings = Settings {
        seed: 7,
        scenario: None,
        options: vec![("nodes".to_owned(), demos::figure::Value::Integer(3))],
    };
    assert_eq!(said(&output), trace(find_run("raft-election").unwrap(), &settings, 50).unwrap());
    assert_eq!(said(&output).lines().count(), 50);
}

#[test]
fn run_as_json_has_an_object_for_every_line_of_text() {
    let arguments =
        ["run", "raft-election", "--scenario", "figure-8", "--set", "commit-rule=false", "--events", "400"];
    let text = demo(&arguments);
    let json = demo(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(said(&text).lines().count(), said(&json).lines().count());
    for (place, (line, object)) in said(&text).lines().zip(said(&json).lines()).enumerate() {
        let object: serde_json::Value = serde_json::from_str(object).unwrap();
        let (at, sentence) = line.split_once('\t').unwrap();
        assert_eq!(object["event"], place + 1);
        assert_eq!(object["at_ms"].to_string(), at);
        assert_eq!(object["sentence"], sentence);
    }
    assert!(said(&json).contains("\"violation\":{\"invariant\":\"Leader Completeness\""));
    assert!(complained(&text).contains("breaks Leader Completeness"), "{}", complained(&text));
}

#[test]
fn svg_is_a_picture_of_its_own() {
    let output = demo(&["svg", "raft-election", "--seed", "7", "--at", "40"]);
    assert!(output.status.success());
    let picture = said(&output);
    assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"));
    assert!(picture.contains("xmlns=\"http://www.w3.org/2000/svg\""));
    for rule in [
        ".demo-ring .node.leader { color: #",
        ".demo-ring .leader .disc { fill: currentColor; fill-opacity: 100% }",
        ".demo-ring .disc { fill: currentColor; fill-opacity: 9%;",
        "text-anchor: middle",
    ] {
        assert_eq!(picture.matches(rule).count().min(1), 1, "no `{rule}`");
    }
    for unknown in ["var(--", "light-dark", "color-mix"] {
        assert!(!picture.contains(unknown), "`{unknown}` means nothing to most viewers");
    }
    assert_ne!(picture, said(&demo(&["svg", "raft-election", "--seed", "7", "--at", "41"])));
}

#[test]
fn hunt_without_the_commit_rule_finds_figure_8_and_a_link_that_plays_it() {
    let output = demo(&["hunt", "raft-election", "--off", "commit-rule"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("Leader Completeness is broken"), "{}", said(&output));
    let link = said(&output).lines().find_map(|line| line.strip_prefix('#')).unwrap();
    let mut shell =
        Shell::new(find_run("raft-election").unwrap(), "raft-election", Settings::default(), None).unwrap();
    assert!(shell.restore(link), "{link}");
    let lamps = shell.region("lamps").into_string();
    assert!(lamps.contains("broken"), "{link}");
    shell.handle("previous", "");
    let lamps = shell.region("lamps").into_string();
    assert!(!lamps.contains("broken"), "it breaks there and not before: {link}");
}

#[test]
fn hunt_with_all_rules_finds_nothing() {
    let output = demo(&["hunt", "raft-election", "--seeds", "300"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("nothing broke in 300 schedules"));
}

#[test]
fn check_counts_all_states_of_a_model_or_says_how_far_it_got() {
    let output = demo(&["check", "raft-election", "--states", "20000"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("nothing broke so far"), "{}", said(&output));
    assert!(said(&output).contains("not looked at"), "{}", said(&output));
}

#[test]
fn check_without_a_rule_prints_the_shortest_way_to_break_an_invariant() {
    let output = demo(&["check", "raft-election", "--off", "one-vote"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("Election Safety is broken after 11 events"), "{}", said(&output));
}

#[test]
fn what_is_typed_wrong_is_refused_with_what_to_type() {
    for (arguments, expected) in [
        (&["run", "raft-electoin"][..], "did you mean `raft-election`?"),
        (&["run", "raft-election", "--set", "nodes"], "write `--set name=value`"),
        (&["run", "raft-election", "--set", "nodes=99"], "3 to 7"),
        (&["run", "raft-election", "--set", "seed=1"], "write `--seed`"),
        (&["run", "raft-election", "--scenario", "none"], "the scenarios are"),
        (&["hunt", "raft-election", "--off", "comit-rule"], "did you mean `commit-rule`?"),
        (&["hunt", "raft-election", "--off", "pre-vote"], "no rule `pre-vote`"),
        (&["svg", "raft-election", "--at", "99999999"], "the run ends after"),
        (&["linearizable", "/there/is/no/such/file"], "can't be read"),
    ] {
        let output = demo(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(complained(&output).contains(expected), "{arguments:?}: {}", complained(&output));
        assert!(said(&output).is_empty());
    }
}

#[test]
fn a_history_with_one_order_is_linearizable() {
    let history = r#"
{"process":1,"type":"invoke","f":"write","key":"x","value":1}
{"process":2,"type":"invoke","f":"read","key":"x","value":null}
{"process":2,"type":"ok","f":"read","key":"x","value":null}
{"process":1,"type":"ok","f":"write","key":"x","value":1}
{"process":2,"type":"invoke","f":"cas","key":"x","value":[2,3]}
{"process":2,"type":"fail","f":"cas","key":"x","value":[2,3]}
{"process":1,"type":"invoke","f":"write","key":"x","value":{"a":1,"b":2}}
{"process":1,"type":"info","f":"write","key":"x","value":{"b":2,"a":1}}
{"process":1,"type":"invoke","f":"write","key":"y","value":9}
{"process":2,"type":"invoke","f":"read","key":"x"}
{"process":2,"type":"ok","f":"read","key":"x","value":{"b":2,"a":1}}
"#;
    judged(history, 0, "linearizable\n");
    judged("", 0, "linearizable\n");
}

#[test]
fn the_smallest_prefix_without_an_order_is_printed() {
    let bad = r#"{"process":1,"type":"invoke","f":"write","value":1}
{"process":1,"type":"ok","f":"write"}
{"process":2,"type":"invoke","f":"read"}
{"process":2,"type":"ok","f":"read","value":null}
"#;
    let more = "{\"process\":2,\"type\":\"invoke\",\"f\":\"read\"}\r\n";
    judged(
        &format!("{bad}{more}"),
        1,
        &format!(
            "the first 4 events; up to line 4 of standard input, where what was invoked in line 3 returns:\n{bad}"
        ),
    );
    let output = demo_reading(&["linearizable", "-"], &format!("{bad}{more}"));
    assert!(said(&output).ends_with(bad), "{}", said(&output));
}

#[test]
fn bad_input_is_pointed_at() {
    for (line, expected) in [
        ("{", ":2:1: EOF while parsing"),
        ("[]", ":2:"),
        (r#"{"process":1,"type":"ivoke","f":"read"}"#, ":2:21: \"type\" can't be \"ivoke\""),
        (r#"{"process":1,"type":"invoke","f":"raed"}"#, ":2:34: \"f\" can't be \"raed\""),
        (r#"{"process":1,"type":"invoke","f":"cas","value":1}"#, ":2:48: a cas needs \"value\": [from, to]"),
        (r#"{"process":1,"type":"invoke","f":"cas","value":[1]}"#, ":2:48: a cas needs"),
        (r#"{"process":1,"type":"invoke","f":"write"}"#, ":2:34: a write needs the \"value\""),
        (r#"{"process":1,"type":"invoke"}"#, ":2:21: an invocation needs \"f\""),
        (r#"{"process":1,"type":"invoke","f":"read","kye":1}"#, "unknown field `kye`"),
        (r#"{"type":"invoke","f":"read"}"#, "missing field `process`"),
        (r#"{"process":1,"type":"ok"}"#, ":2:12: process 1 returns without"),
        (
            r#"{"process":0,"type":"invoke","f":"read"}"#,
            ":2:12: process 0 invokes again, but what it invoked in line 1",
        ),
        (r#"{"process":0,"type":"ok","f":"read","value":1}"#, ":2:30: process 0 invoked a write in line 1"),
        (r#"{"process":0,"type":"ok","f":"write","key":"y"}"#, ":2:44: line 1 invoked this for another key"),
        (
            r#"{"process":0,"type":"ok","f":"write","value":4}"#,
            ":2:46: line 1 invoked this with another value",
        ),
    ] {
        let history = format!(
            "{{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"key\":\"x\",\"value\":3}}\n{line}\n"
        );
        judged(&history, 2, "standard input:2:");
        judged(&history, 2, expected);
    }
    let output = demo_reading(&["linearizable", "-"], "\u{feff}{\"process\":0}\n");
    assert!(complained(&output).contains("standard input:1:"), "{}", complained(&output));
}
