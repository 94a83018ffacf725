//! Markdown as people write it: every fixture in `fixtures/markdown` becomes the HTML beside it.
//!
//! `UPDATE_GOLDEN=1 cargo test -p whole-site-tests --test generator_markdown` writes the HTML; review it like code.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use site_gen::{BuildOptions, DemoMode, Silent, generate};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/markdown")
}

/// The bodies of all fixtures, built as one site, by name; and the diagnostics as lines.
fn built() -> (BTreeMap<String, String>, String) {
    let site = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = site.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("site.toml", "");
    write("templates/page.html", "<!-- {{ page.title }} -->\n{{ page.html }}");
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.file_name().unwrap().to_str().unwrap();
            write(&format!("content/{name}"), &fs::read_to_string(&path).unwrap());
        }
    }
    let options = BuildOptions { demos: DemoMode::None, ..BuildOptions::new(site.path().join("site.toml")) };
    let generated = generate(&options, &Silent).unwrap();
    let pages = generated.output.files.iter().filter_map(|(url, bytes)| {
        let name = url.strip_suffix("/index.html")?;
        Some((name.to_owned(), without_pictures(&String::from_utf8(bytes.clone()).unwrap())))
    });
    let content = site.path().join("content");
    let lines = generated.report.diagnostics.iter().map(|diagnostic| {
        let file = Path::new(&diagnostic.file).strip_prefix(&content).unwrap().display();
        let place = diagnostic.place.as_ref().map_or((0, 0), |place| (place.line, place.column));
        let hint = diagnostic.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{file}:{}:{}: {}: {}{hint}\n", place.0, place.1, diagnostic.rule, diagnostic.message)
    });
    (pages.collect(), lines.collect())
}

/// What a demo draws and tells changes with the demo and is tested there: here only its place counts.
fn without_pictures(html: &str) -> String {
    let mut short = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<div class=\"demo-stage\">") {
        let story = after.find("<details class=\"demo-story\">").expect("a story after the picture");
        let (_, end) = after[story..].split_once("</details>").expect("the story's end");
        short +=
            &format!("{before}<div class=\"demo-stage\">…</div><details class=\"demo-story\">…</details>");
        rest = end;
    }
    short += rest;
    // So does their style sheet, and the hash in its name with it.
    if let Some((before, after)) = short.split_once("assets/demo-") {
        let (_, behind) = after.split_once(".css").expect("a style sheet");
        short = format!("{before}assets/demo.css{behind}");
    }
    short
}

fn check(name: &str, actual: &str) -> Result<(), String> {
    let golden = fixtures().join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(golden, actual).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    if expected == actual { Ok(()) } else { Err(format!("{name}: expected\n{expected}\nfound\n{actual}\n")) }
}

#[test]
fn every_fixture_becomes_its_golden_html() {
    let (pages, _) = built();
    assert!(pages.len() >= 12, "only {} fixtures found", pages.len());
    let wrong: String =
        pages.iter().filter_map(|(name, html)| check(&format!("{name}.html"), html).err()).collect();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_mistake_in_the_fixtures_is_told_at_its_place() {
    let (_, diagnostics) = built();
    check("diagnostics.txt", &diagnostics).unwrap_or_else(|wrong| panic!("{wrong}"));
}

#[test]
fn no_page_has_what_the_policy_refuses() {
    let (pages, _) = built();
    for (name, html) in pages {
        for refused in [" style=", " onclick=", " onerror=", "<script", "<style", "javascript:"] {
            assert!(!html.contains(refused), "{name} has {refused}");
        }
    }
}
