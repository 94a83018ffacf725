//! The book as a text: its index, glossary and sources agree with its modules, its demos are there and announced, its
//! programs run and print what they are said to print.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use demos::demos::REGISTRY;
use demos::sheet::Exhibit;
use site_gen::config::Config;
use site_gen::model::{Page, PageKind, Site, module_number};
use site_gen::parse::{DemoFence, Document, Fence, Heading, Link, ParseOptions, parse};
use site_gen::source::SourceTree;
use tempfile::TempDir;
use whole_site_tests::{repository, required_in_ci};

/// What the track promised before there was a book, in its order.
const CONCEPTS: [&str; 10] = [
    "Latency",
    "Partial Failure",
    "CAP Theorem",
    "Consensus",
    "Raft",
    "Leader Election",
    "Distributed Lock",
    "Eventual Consistency",
    "Version Vectors",
    "CRDTs",
];

/// Words that a Part sets in bold only to stress them. Every other short bold word in lower case is a term.
const STRESSED: [&str; 6] =
    ["messages", "fail separately", "no common clock", "if and only if", "deletes", "several leaders"];

/// Lists of what to read: a work that is cited elsewhere, too, isn't relied on there.
const READING: [&str; 2] = ["Further Reading", "Key Resources"];

fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| {
        let root = repository();
        let text = std::fs::read_to_string(root.join("site.toml")).unwrap();
        let (config, problems) = Config::parse("site.toml", &text);
        assert!(problems.is_empty(), "{problems:#?}");
        let tree = SourceTree::read(&root.join("content"), &[]).unwrap();
        let read = tree.pages.iter().map(|(path, text)| parse(path, text, ParseOptions::default()).into());
        Site::new(read.collect(), tree.files, &config).0
    })
}

fn pages() -> impl Iterator<Item = &'static Document> {
    site().pages.iter().filter_map(|page| page.document.as_deref())
}

fn page(file: &str) -> &'static Document {
    pages().find(|page| page.path.as_str() == file).unwrap_or_else(|| panic!("no {file}"))
}

fn modules() -> Vec<&'static Document> {
    let is_module = |page: &&Page| page.kind == PageKind::Module;
    site().pages.iter().filter(is_module).filter_map(|page| page.document.as_deref()).collect()
}

/// From a heading to the next of its rank or a higher one.
fn extent(document: &Document, heading: &Heading) -> Range<usize> {
    let end = document
        .headings
        .iter()
        .find(|other| other.span.start > heading.span.start && other.level <= heading.level);
    heading.span.start..end.map_or(document.text.len(), |next| next.span.start)
}

/// The nearest heading above a place.
fn heading_above(document: &Document, place: usize) -> &Heading {
    document.headings.iter().rfind(|heading| heading.span.start <= place).unwrap()
}

/// Where a relative link leads: its page and the stretch below its heading, which has to be there.
fn section(link: &str) -> (&'static Document, Range<usize>) {
    let (file, anchor) = link.split_once('#').unwrap_or_else(|| panic!("`{link}` names no section"));
    let page = page(file);
    let heading = page.headings.iter().find(|heading| heading.id == anchor);
    let heading = heading.unwrap_or_else(|| panic!("`{link}` has no such heading"));
    (page, extent(page, heading))
}

fn fences_in(document: &'static Document, place: Range<usize>) -> impl Iterator<Item = &'static Fence> {
    document.fences.iter().filter(move |fence| place.contains(&fence.span.start))
}

fn links_in(document: &'static Document, place: &Range<usize>) -> Vec<&'static Link> {
    document.links.iter().filter(|link| place.contains(&link.span.start)).collect()
}

/// What a link is written on: `[this](there)`.
fn text_of<'a>(document: &'a Document, link: &Link) -> &'a str {
    let before = document.text[..link.span.start].trim_end_matches(['(', ']']);
    before.rsplit_once('[').map_or("", |(_, text)| text)
}

/// The address without its `#part`; none for a link within the book or to a track beside it.
fn outside(link: &Link) -> Option<&str> {
    let is_outside = link.destination.starts_with("http://") || link.destination.starts_with("https://");
    is_outside.then(|| link.destination.split('#').next().unwrap_or_default())
}

/// Every place in `text` where one of these begins.
fn lines_with_places(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    text.split_inclusive('\n').scan(0, |start, line| {
        let place = *start..*start + line.len();
        *start = place.end;
        Some((place, line))
    })
}

// ---------------------------------------------------------------- the index

#[test]
fn every_concept_of_the_index_leads_to_its_section_and_to_something_to_see() {
    let index = page("README.md");
    let (_, table) = section("README.md#key-concepts-youll-learn");
    let mut concepts = Vec::new();
    for (place, row) in lines_with_places(&index.text).filter(|(_, line)| line.starts_with("| [")) {
        if !table.contains(&place.start) {
            continue;
        }
        let links = links_in(index, &place);
        let [concept, seen] = links.as_slice() else { panic!("a section and something to see: {row}") };
        concepts.push(text_of(index, concept));
        let (module, _) = section(&concept.destination);
        let number = module_number(module.path.name()).unwrap();
        assert!(row.contains(&format!("| {number} |")), "{row} leads to module {number}");
        let (place, shown) = section(&seen.destination);
        let text = &place.text[shown.clone()];
        let mut fences = fences_in(place, shown);
        let is_there = match text_of(index, seen).split_once(": ").map(|(kind, _)| kind) {
            Some("Demo") => fences.any(|fence| fence.demo.is_some()),
            Some("Drawing") => fences.any(|fence| fence.code().contains(['│', '─', '├'])),
            Some("Table") => text.contains("\n|---|"),
            _ => panic!("say whether it is a demo, a drawing or a table: {row}"),
        };
        assert!(is_there, "it isn't there: {row}");
    }
    assert_eq!(concepts, CONCEPTS);
}

#[test]
fn what_explains_the_book_is_read_after_the_modules() {
    let order: Vec<&str> = pages().map(|page| page.path.as_str()).collect();
    assert_eq!(order.first(), Some(&"README.md"));
    assert_eq!(
        order[order.len() - 4..],
        ["glossary.md", "counterexamples.md", "sources.md", "visual-language.md"]
    );
    assert_eq!(order.len(), modules().len() + 5, "{order:?}");
}

// ---------------------------------------------------------------- the demos

fn demos() -> Vec<(&'static Document, &'static Fence, &'static DemoFence)> {
    let in_page = |page: &'static Document| {
        page.fences.iter().filter_map(move |fence| Some((page, fence, fence.demo.as_ref()?)))
    };
    pages().flat_map(in_page).collect()
}

fn figure(id: &str) -> Exhibit {
    demos::demos::find(id).unwrap_or_else(|| panic!("no demo {id}"))
}

#[test]
fn every_demo_of_the_registry_stands_in_a_page() {
    let embedded: BTreeSet<&str> = demos().iter().map(|(_, _, demo)| demo.id.as_str()).collect();
    for figure in REGISTRY {
        assert!(embedded.contains(figure.info().id), "no page shows the demo {}", figure.info().id);
    }
}

#[test]
fn every_demo_is_announced_predicted_and_discussed() {
    // What a search has found has no scenario to be named.
    for (page, fence, demo) in demos().into_iter().filter(|(_, _, demo)| demo.run.is_none()) {
        let heading = heading_above(page, fence.span.start);
        let place = format!("{} in `{}`", page.path.as_str(), heading.text);
        assert!(demo.settings.scenario.is_some() && demo.predict.is_some(), "{place}: name both");
        let end = page.headings.iter().map(|next| next.span.start).find(|start| *start > fence.span.start);
        let above = flat(&page.text[heading.span.start..fence.span.start]);
        let below = flat(&page.text[fence.span.end..end.unwrap_or(page.text.len())]);
        let scenarios = figure(&demo.id).scenarios();
        let scenario = scenarios.iter().find(|one| Some(one.id) == demo.settings.scenario.as_deref());
        let (title, id) = scenario.map(|one| (one.title, one.id)).unwrap();
        for named in [format!("*{title}*"), format!("`{id}`")] {
            assert!(above.contains(&named), "{place}: the text above the demo doesn't say {named}");
        }
        let noticed = below.find("**What you should have noticed**");
        let tried = below.find("**Now try**");
        assert!(noticed.is_some() && noticed < tried, "{place}: what to notice, then what to try");
    }
}

#[test]
fn the_counterexamples_to_play_are_the_ones_that_are_kept_and_one_for_each_rule() {
    let runs: Vec<String> = demos().into_iter().filter_map(|(_, _, demo)| demo.run.clone()).collect();
    let kept = repository().join("demos-wasm/tests/counterexamples");
    let mut found = BTreeSet::new();
    for family in std::fs::read_dir(kept).unwrap() {
        for file in std::fs::read_dir(family.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let deeds = text.split(";do=").nth(1).unwrap().split_whitespace().next().unwrap();
            if runs.iter().any(|run| run.ends_with(&format!(";do={deeds}"))) {
                assert!(
                    found.insert(path.file_stem().unwrap().to_owned()),
                    "{} is shown twice",
                    path.display()
                );
            }
        }
    }
    let rules: BTreeSet<_> = REGISTRY
        .iter()
        .filter(|exhibit| exhibit.info().id.starts_with("raft-"))
        .flat_map(|exhibit| exhibit.options())
        .filter(|option| option.is_rule())
        .map(|option| option.name.into())
        .collect();
    assert_eq!((found, runs.len()), (rules, 9));
}

/// The settings and runs that a text can name in code: their names have a dash, and nothing else in code does.
#[test]
fn every_run_and_setting_that_the_text_names_exists() {
    let scenarios = REGISTRY.iter().flat_map(|figure| figure.scenarios()).map(|scenario| scenario.id);
    let options = REGISTRY.iter().flat_map(|figure| figure.options()).map(|option| option.name);
    let known: BTreeSet<&str> = scenarios.chain(options).collect();
    for page in modules() {
        for name in page.text.split('`').skip(1).step_by(2) {
            let is_name = name.contains('-')
                && !name.starts_with('-')
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(!is_name || known.contains(name), "{}: no demo has `{name}`", page.path.as_str());
        }
    }
}

/// Without line breaks.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

// ---------------------------------------------------------------- the glossary

fn entries() -> Vec<&'static Heading> {
    page("glossary.md").headings.iter().filter(|heading| heading.level == 3).collect()
}

/// Enough of a word's beginning to know its other forms by.
fn stem(word: &str) -> String {
    let word = word.to_lowercase();
    let kept = word.chars().count().saturating_sub(3).max(4);
    word.chars().take(kept).collect()
}

#[test]
fn every_entry_of_the_glossary_leads_to_a_section_that_uses_the_term() {
    let glossary = page("glossary.md");
    let names: Vec<String> = entries().iter().map(|entry| entry.text.to_lowercase()).collect();
    assert!(names.is_sorted(), "not in the order of the alphabet");
    let mut unsaid = Vec::new();
    for entry in entries() {
        let place = extent(glossary, entry);
        let links = links_in(glossary, &place);
        let last = links.last().unwrap_or_else(|| panic!("`{}` leads nowhere", entry.text));
        let (page, introduced) = section(&last.destination);
        let text = flat(&page.text[introduced]).to_lowercase();
        let words = entry.text.split([' ', ',', '(', ')']).filter(|word| !word.is_empty());
        for word in words.filter(|word| !["model", "fault"].contains(word)) {
            if !text.contains(&stem(word)) {
                unsaid.push(format!("`{}`: {} doesn't say `{word}`", entry.text, last.destination));
            }
        }
    }
    assert!(unsaid.is_empty(), "{unsaid:#?}");
}

#[test]
fn every_term_that_a_module_defines_is_in_the_glossary() {
    let names: Vec<String> = entries().iter().map(|entry| entry.text.to_lowercase()).collect();
    for module in modules() {
        for heading in module.headings.iter().filter(|heading| heading.text.starts_with("Part ")) {
            let prose = &module.text[extent(module, heading)];
            for bold in flat(prose).split("**").skip(1).step_by(2) {
                let is_term = bold.starts_with(|first: char| first.is_lowercase())
                    && bold.split(' ').count() <= 3
                    && !bold.ends_with('.');
                let known = || names.iter().any(|name| name.contains(&stem(bold)));
                assert!(
                    !is_term || STRESSED.contains(&bold) || known(),
                    "{}, {}: `{bold}` is not in the glossary (if it is only stressed, say so in `STRESSED`)",
                    module.path.as_str(),
                    heading.text
                );
            }
        }
    }
}

#[test]
fn every_module_leads_to_the_glossary_and_the_sources() {
    for module in modules() {
        let links = || module.links.iter().map(|link| link.destination.as_str());
        assert!(links().any(|link| link.starts_with("glossary.md#")), "{}", module.path.as_str());
        assert!(links().any(|link| link == "sources.md"), "{}", module.path.as_str());
    }
}

// ---------------------------------------------------------------- the sources

/// Each address outside the book, and the links to the sections of index and modules that rely on it.
fn cited() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut cited: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut only_reading: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for page in modules().into_iter().chain([page("README.md")]) {
        for link in &page.links {
            let Some(address) = outside(link) else { continue };
            let heading = heading_above(page, link.span.start);
            let is_reading = READING.contains(&heading.text.as_str());
            let list = if is_reading { &mut only_reading } else { &mut cited };
            list.entry(address).or_default().insert(format!("{}#{}", page.path.as_str(), heading.id));
        }
    }
    for (address, places) in only_reading {
        cited.entry(address).or_insert(places);
    }
    cited
}

#[test]
fn the_sources_are_exactly_what_the_modules_cite_each_with_the_sections_that_do() {
    let page = page("sources.md");
    let mut listed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for link in &page.links {
        if let Some(address) = outside(link) {
            assert!(listed.insert(address, BTreeSet::new()).is_none(), "{address} is listed twice");
            current = Some(address);
        } else {
            listed.get_mut(current.unwrap()).unwrap().insert(link.destination.clone());
        }
    }
    let cited = cited();
    for (address, sections) in &cited {
        let found = listed.get(address).unwrap_or_else(|| panic!("{address} is not among the sources"));
        assert_eq!(found, sections, "{address}: the sections that cite it");
    }
    for address in listed.keys() {
        assert!(cited.contains_key(address), "nothing cites {address}");
    }
}

// ---------------------------------------------------------------- the programs

/// Labels of fences that are no program.
const NO_PROGRAM: [&str; 4] = ["", "text", "demo", "style-tokens"];

/// Whether a fence is sound, by the rules of its language. `Ok` also where the interpreter is missing, which is said.
fn sound(fence: &Fence, folder: &Path) -> Result<(), String> {
    let code = fence.code();
    let file = |name: &str| {
        let path = folder.join(name);
        std::fs::write(&path, code).unwrap();
        path
    };
    match fence.label.as_str() {
        "python" => run("python3", ["-I".as_ref(), file("program.py").as_os_str()]).map(drop),
        "bash" | "sh" => run("bash", ["-n".as_ref(), file("program.sh").as_os_str()]).map(drop),
        "javascript" | "js" => run("node", ["--check".as_ref(), file("program.js").as_os_str()]).map(drop),
        "go" => run("gofmt", ["-e".as_ref(), file("program.go").as_os_str()]).map(drop),
        "rust" => {
            let metadata = folder.join("program.rmeta");
            let edition = ["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-o"];
            let path = file("program.rs");
            let arguments =
                edition.map(OsStr::new).into_iter().chain([metadata.as_os_str(), path.as_os_str()]);
            run("rustc", arguments).map(drop)
        }
        "json" => serde_json::from_str::<serde_json::Value>(code).map(drop).map_err(|e| e.to_string()),
        "toml" => code.parse::<toml::Table>().map(drop).map_err(|e| e.to_string()),
        other => Err(format!("nothing here can check `{other}`; teach this test, or label it `text`")),
    }
}

/// What a program prints, or how it fails; nothing where it isn't installed.
fn run<'a>(program: &str, arguments: impl IntoIterator<Item = &'a OsStr>) -> Result<Option<String>, String> {
    let Ok(output) = Command::new(program).args(arguments).stdin(Stdio::null()).output() else {
        required_in_ci(&format!("{program} is not there, which a program of the book needs"));
        return Ok(None);
    };
    if output.status.success() {
        Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn every_program_of_the_book_is_one() {
    let folder = TempDir::new().unwrap();
    let mut checked: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages() {
        for fence in page.fences.iter().filter(|fence| !NO_PROGRAM.contains(&fence.label.as_str())) {
            let place = format!("{}: {}", page.path.as_str(), heading_above(page, fence.span.start).text);
            sound(fence, folder.path()).unwrap_or_else(|why| panic!("{place}: {why}\n{}", fence.code()));
            *checked.entry(&fence.label).or_default() += 1;
        }
    }
    println!("{checked:?}");
    assert!(checked.contains_key("python") && checked.contains_key("bash"), "{checked:?}");
}

/// A Python program is followed by what it prints: "It printed:" and a fence of text.
#[test]
fn python_programs_print_what_the_book_says() {
    let folder = TempDir::new().unwrap();
    let mut compared = 0;
    for page in pages() {
        for (program, next) in page.fences.iter().zip(page.fences.iter().skip(1)) {
            let between = flat(&page.text[program.span.end..next.span.start.max(program.span.end)]);
            if program.label != "python" || next.label != "text" || !between.ends_with("It printed:") {
                continue;
            }
            let path = folder.path().join("program.py");
            std::fs::write(&path, program.code()).unwrap();
            let printed =
                run("python3", ["-I".as_ref(), path.as_os_str()]).unwrap_or_else(|why| panic!("{why}"));
            let Some(printed) = printed else { return };
            assert_eq!(printed, next.code(), "{}", page.path.as_str());
            compared += 1;
        }
    }
    assert!(compared > 0, "no program is followed by what it prints");
}
