//! Search without a browser: what it finds, what it weighs, and that two builds make the same of it.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use site_gen::{BuildOptions, DemoMode, Output, Silent, generate};
use tempfile::TempDir;
use whole_site_tests::{book, repository, required_in_ci};

/// What a page of every kind can say.
const PAGES: &[(&str, &str)] = &[
    ("README.md", "# A book of everything\n\nIt begins *here*.\n"),
    (
        "track/module-1.1-words.md",
        "# Module 1.1: Words\n\n> **Complexity**: `[MEDIUM]`\n>\n> **Time to Complete**: 25-30 min\n\n\
         ## Identifiers\n\nRun `kubectl-apply` with snake_case_names, ignoreDifferences and X-Scope-OrgID on etcd v3.5 and \
         Kubernetes 1.31; it isn’t Café-only.[^1]\n\n[^1]: A remark about zookeepers.\n\n### Розділ\n\nРозподілені системи.\n",
    ),
    (
        "track/module-1.2-shapes.md",
        "# Module 1.2: Shapes\n\n| Quorum | Size |\n|---|---|\n| majority | three |\n\n- [ ] bake bread\n- item two\n\n\
         > [!WARNING]\n> Mind the gap.\n\n```yaml\nreplicas: 3 # comment\n```\n\n```\n┌───────┐   ┌──────────┐\n│ alice │──▶│ bob node │\n\
         └───────┘   └──────────┘\n```\n\n## Quiz\n\n1. Who wins?\n   <details>\n   <summary>Answer</summary>\n\n   The **candidate** with votes.\n\n   </details>\n",
    ),
    (
        "track/demo.md",
        "# A demo\n\n```demo\nid = \"raft-election\"\nscenario = \"split-vote\"\npredict = \"Zebras?\"\n```\n\n<kbd>Esc</kbd> &amp; <unknown-tag>\n",
    ),
    ("deep/er/page.md", "# Same\n\n## Same\n\none\n\n## Same\n\ntwo\n"),
];

fn site() -> Output {
    let folder = TempDir::new().unwrap();
    for (name, text) in PAGES {
        let path = folder.path().join("content").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(folder.path().join("site.toml"), "title = \"Everything\"\n").unwrap();
    let options =
        BuildOptions { demos: DemoMode::None, ..BuildOptions::new(folder.path().join("site.toml")) };
    generate(&options, &Silent).unwrap().output
}

/// Runs a script of `tests/relevance`; it fails the test by its exit code. Without node the test is skipped, or fails in
/// CI.
fn node(script: &str, arguments: &[&Path]) {
    let program = std::env::var("NODE").unwrap_or_else(|_| "node".to_owned());
    if Command::new(&program).arg("--version").output().is_err() {
        return required_in_ci(&format!("{program} is not there, which runs the page's script"));
    }
    let script = repository().join("tests/relevance").join(script);
    let output = Command::new(program).arg(script).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

fn gzipped(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

/// Compressed sizes of the files whose name begins so, largest first.
fn sizes(output: &Output, beginning: &str) -> Vec<usize> {
    let files = output.files.iter().filter(|(name, _)| name.starts_with(&format!("assets/{beginning}-")));
    let mut sizes: Vec<usize> = files.map(|(_, bytes)| gzipped(bytes)).collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    assert!(!sizes.is_empty(), "no file assets/{beginning}-…");
    sizes
}

#[test]
fn the_page_takes_text_apart_as_the_generator_does() {
    let root = repository();
    let table = root.join("tests/fixtures/tokens.json");
    node("tokens.mjs", &[&root.join("static/search-engine.js"), &table]);
}

#[test]
fn every_word_of_every_page_is_found_on_it() {
    for output in [&site(), book()] {
        let folder = TempDir::new().unwrap();
        output.write(&folder.path().join("dist")).unwrap();
        node("findable.mjs", &[&folder.path().join("dist")]);
    }
}

#[test]
fn searches_as_readers_type_them_find_their_section_first() {
    let folder = TempDir::new().unwrap();
    site().write(&folder.path().join("dist")).unwrap();
    node("cases.mjs", &[&folder.path().join("dist"), &repository().join("tests/fixtures/searches.tsv")]);
}

#[test]
fn a_first_answer_of_the_book_fetches_at_most_60_kilobytes() {
    let of = |name: &str| sizes(book(), name);
    let scripts: usize =
        ["search-open", "search-engine", "search-marks", "search"].iter().map(|name| scripts_of(name)).sum();
    // Three words in three files, the largest ones, and every heading of the book.
    let terms: usize = of("search/terms").iter().take(3).sum();
    let places: usize = of("search/places").iter().sum();
    let words = of("search/words")[0];
    let index = gzipped(&book().files["assets/search/index.js"]);
    println!("gzip: scripts {scripts}, index {index}, terms {terms}, places {places}, words {words}");
    assert!(scripts + index + terms + places <= 60_000);
    // A misspelled word costs the frequent words on top.
    assert!(scripts + index + terms + places + words <= 60_000);
}

/// One script by its exact name; `search-open` begins as `search` does.
fn scripts_of(name: &str) -> usize {
    let is_hash = |rest: &str| rest.len() == "0123456789ab.js".len() && rest.ends_with(".js");
    let file = book().files.iter().find(|(file, _)| {
        file.strip_prefix(&format!("assets/{name}-")).is_some_and(|rest| is_hash(rest) && !rest.contains('-'))
    });
    gzipped(file.unwrap().1)
}

#[test]
fn a_page_loads_only_what_opens_search_and_that_is_small() {
    assert!(scripts_of("search-open") <= 1_600);
    for (name, bytes) in book().files.iter().filter(|(name, _)| name.ends_with("index.html")) {
        // A demo alone, for pages of others, has nothing to search.
        if name.starts_with("embed/") {
            continue;
        }
        let html = String::from_utf8_lossy(bytes);
        let scripts: Vec<&str> =
            html.split("<script src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let of_search: Vec<_> = scripts.iter().filter(|script| script.contains("assets/search")).collect();
        assert_eq!(of_search.len(), 1, "{name}: {scripts:?}");
        assert!(of_search[0].contains("search-open-"), "{name}");
    }
}

#[test]
fn two_builds_make_the_same_files_for_search_and_all_but_the_index_carry_their_hash() {
    let of_search = |output: &Output| -> Vec<(String, Vec<u8>)> {
        let files = output.files.iter().filter(|(name, _)| name.starts_with("assets/search/"));
        files.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    };
    let (first, second) = (of_search(&site()), of_search(&site()));
    assert!(!first.is_empty());
    assert_eq!(first, second);
    for (name, bytes) in first.into_iter().filter(|(name, _)| name != "assets/search/index.js") {
        let logical = name.strip_prefix("assets/").unwrap().rsplit_once('-').unwrap().0;
        assert_eq!(site_gen::render::assets::hashed_name(&format!("{logical}.js"), &bytes), name);
    }
}
