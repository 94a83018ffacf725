//! The command line: what others script against.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn site(page: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("content")).unwrap();
    fs::write(folder.path().join("content/README.md"), page).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_site-gen")).args(arguments).current_dir(folder).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const WITH_WARNING: &str = "# Home\n\nGo [on](module-1.md).\n";
const WITH_ERROR: &str = "# Home\n\n```demo\nid = \"no-such-demo\"\n```\n";

#[test]
fn a_tree_without_configuration_builds_into_dist() {
    let site = site("# Home\n");
    let output = run(site.path(), &["build", "--demos", "none"]);
    assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    assert!(site.path().join("dist/index.html").exists());
}

#[test]
fn people_get_warnings_on_standard_error_with_the_line_and_a_caret() {
    let output = run(site(WITH_WARNING).path(), &["build", "--demos", "none"]);
    assert_eq!((code(&output), output.stdout.len()), (0, 0));
    let text = String::from_utf8(output.stderr).unwrap();
    for expected in ["warning[dead-link]", "content/README.md:3:9", "Go [on](module-1.md).", "^^^^^^^^^^^"] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
}

#[test]
fn programs_get_one_object_a_line_and_a_summary_last() {
    let site = site(WITH_WARNING);
    let output = run(site.path(), &["build", "--demos", "none", "--format", "json"]);
    let lines = lines(&output);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["severity"], "warning");
    assert_eq!((&lines[0]["line"], &lines[0]["column"]), (&Value::from(3), &Value::from(9)));
    let summary = &lines[1]["summary"];
    assert_eq!(
        (&summary["pages"], &summary["errors"], &summary["warnings"]),
        (&1.into(), &0.into(), &1.into())
    );
    let files = summary["files_written"].as_u64().unwrap();
    assert!(files > 1, "{files}");
}

#[test]
fn strict_makes_warnings_fail_and_writes_nothing() {
    let site = site(WITH_WARNING);
    assert_eq!(code(&run(site.path(), &["build", "--demos", "none", "--strict"])), 1);
    assert!(!site.path().join("dist").exists());
}

#[test]
fn check_reports_as_build_does_and_writes_nothing() {
    let site = site(WITH_ERROR);
    let checked = run(site.path(), &["check", "--format", "json"]);
    let built = run(site.path(), &["build", "--demos", "none", "--format", "json"]);
    assert_eq!((code(&checked), code(&built)), (1, 1));
    assert_eq!(lines(&checked), lines(&built));
    assert!(!site.path().join("dist").exists());
}

#[test]
fn paths_in_messages_are_as_the_author_would_type_them_from_here() {
    let site = site(WITH_WARNING);
    fs::write(site.path().join("site.toml"), "titel = \"x\"\n").unwrap();
    let folder = site.path().file_name().unwrap().to_str().unwrap();
    let config = format!("{folder}/site.toml");
    let output = run(site.path().parent().unwrap(), &["check", "--config", &config, "--format", "json"]);
    let lines = lines(&output);
    let files: Vec<_> = lines.iter().filter_map(|line| line["file"].as_str()).collect();
    assert_eq!(files, [format!("{folder}/content/README.md"), config]);
}

#[test]
fn usage_and_environment_end_with_two() {
    let site = site("# Home\n");
    assert_eq!(code(&run(site.path(), &["bulid"])), 2);
    assert_eq!(code(&run(site.path(), &["build", "--config", "missing.toml"])), 2);
    assert_eq!(code(&run(site.path(), &["check", "--content", "missing"])), 2);
    fs::create_dir(site.path().join("dist")).unwrap();
    fs::write(site.path().join("dist/mine.txt"), "mine").unwrap();
    let refused = run(site.path(), &["build", "--demos", "none"]);
    assert_eq!(code(&refused), 2);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was not made by site-gen"));
}

#[test]
fn the_registry_is_listed_for_people_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let people = run(folder.path(), &["demos"]);
    let programs = lines(&run(folder.path(), &["demos", "--format", "json"]));
    assert!(String::from_utf8_lossy(&people.stdout).contains("raft-election"));
    let raft = programs.iter().find(|demo| demo["id"] == "raft-election").unwrap();
    assert!(raft["options"].as_array().unwrap().iter().any(|option| option["name"] == "nodes"));
    assert!(raft["scenarios"].as_array().unwrap().iter().any(|scenario| scenario["id"] == "split-vote"));
}
