//! What a track's Markdown holds, counted apart in the source and in the pages made of it.
//!
//! The source is read line by line, without the generator's own parser, so that what the parser overlooks is missed in
//! the output.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::ops::AddAssign;
use std::path::Path;

use site_gen::parse::{ParseOptions, parse};
use site_gen::render::diagram;
use site_gen::source::SourceTree;
use site_gen::{BuildOptions, DemoMode, Error, Silent, generate};

use crate::plain_html::{Token, tokens};

/// How many there are of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fenced code: in the output blocks of code, diagrams, demos and lists of tokens.
    pub fences: usize,
    /// Tables; in the source their lines of dashes, in the output also the cards made of an index's table of modules.
    pub tables: usize,
    /// `<details>` that an author wrote.
    pub details: usize,
    /// Items of lists that begin with a box.
    pub tasks: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.fences += other.fences;
        self.tables += other.tables;
        self.details += other.details;
        self.tasks += other.tasks;
    }
}

/// The HTML elements that the counted tracks use: in angle brackets they are no placeholders.
const ELEMENTS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "s",
    "script",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// A source's constructs, and its placeholders such as `<node-name>` with how often each stands there, code included.
#[must_use]
pub fn in_markdown(markdown: &str) -> (Counts, BTreeMap<String, usize>) {
    let mut counts = Counts::default();
    let mut placeholders = BTreeMap::new();
    let mut fence: Option<String> = None;
    let mut was_row = false;
    for line in markdown.lines() {
        placeholders_of(line, &mut placeholders);
        let content = line.trim_start_matches([' ', '\t', '>']);
        let unlisted = content.trim_start_matches(['-', '*', '+']).trim_start();
        let marks: String = unlisted.chars().take_while(|mark| matches!(mark, '`' | '~')).collect();
        if let Some(open) = &fence {
            if marks.starts_with(open.as_str()) && unlisted.trim_end() == marks {
                fence = None;
            }
            continue;
        }
        let is_one_kind = marks.chars().all(|mark| marks.starts_with(mark));
        if marks.len() >= 3 && is_one_kind && !unlisted[marks.len()..].contains('`') {
            counts.fences += 1;
            fence = Some(marks);
            continue;
        }
        let outside_code: String = content.split('`').step_by(2).collect();
        counts.details += outside_code.matches("<details").count();
        counts.tables += usize::from(was_row && is_delimiter_row(content));
        counts.tasks += usize::from(is_task(content));
        was_row = content.contains('|');
    }
    (counts, placeholders)
}

fn is_delimiter_row(content: &str) -> bool {
    content.contains("--")
        && content.contains('|')
        && content.trim().chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn is_task(content: &str) -> bool {
    let number = content.trim_start_matches(|c: char| c.is_ascii_digit());
    let item = if number.len() < content.len() {
        number.strip_prefix(". ")
    } else {
        content.strip_prefix(['-', '*', '+']).and_then(|rest| rest.strip_prefix(' '))
    };
    item.is_some_and(|item| ["[ ] ", "[x] ", "[X] "].iter().any(|mark| item.trim_start().starts_with(mark)))
}

/// Counts what stands in angle brackets, begins with a letter and is only letters, digits, `-`, `_` and `.`.
fn placeholders_of(line: &str, placeholders: &mut BTreeMap<String, usize>) {
    for (start, _) in line.match_indices('<') {
        let Some((name, _)) = line[start + 1..].split_once('>') else { continue };
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if is_name && !ELEMENTS.contains(&name.to_lowercase().as_str()) {
            *placeholders.entry(format!("<{name}>")).or_default() += 1;
        }
    }
}

/// What a page of the output shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its constructs.
    pub counts: Counts,
    /// All text, with entities decoded.
    pub text: String,
    /// Texts outside code that show `**` or a backtick, as a reader sees them.
    pub literal: Vec<String>,
    /// How many of those stand in an answer.
    pub literal_in_answers: usize,
}

/// Reads a page's body.
#[must_use]
pub fn in_html(html: &str) -> Shown {
    let mut shown = Shown::default();
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut is_demo = false;
    for token in tokens(html) {
        match token {
            // A demo brings tables and boxes of its own; no figure stands in it.
            Token::Close(name) if is_demo => is_demo = name != "figure",
            _ if is_demo => {}
            Token::Open(name, attributes) => {
                let class = attributes.get("class").map_or("", String::as_str);
                let is_ours = matches!(class, "diagram-text" | "demo-story");
                let is_fence =
                    matches!(class, "code" | "diagram" | "tokens") || attributes.contains_key("data-demo");
                is_demo = attributes.contains_key("data-demo");
                shown.counts.fences += usize::from(is_fence);
                shown.counts.tables += usize::from(name == "table" || class == "modules");
                shown.counts.details += usize::from(name == "details" && !is_ours);
                shown.counts.tasks +=
                    usize::from(attributes.get("type").is_some_and(|kind| kind == "checkbox"));
                if matches!(name.as_str(), "details" | "pre" | "code" | "svg") {
                    open.push((name, is_ours));
                }
            }
            Token::Close(name) => {
                if open.last().is_some_and(|(last, _)| *last == name) {
                    open.pop();
                }
            }
            Token::Text(text) => {
                shown.text.push_str(&text);
                let is_code = open.iter().any(|(name, _)| matches!(name.as_str(), "pre" | "code" | "svg"));
                if !is_code && (text.contains("**") || text.contains('`')) {
                    let is_answer = open.iter().any(|(name, is_ours)| name == "details" && !is_ours);
                    shown.literal_in_answers += usize::from(is_answer);
                    shown.literal.push(text);
                }
            }
            Token::Other(_) => {}
        }
    }
    shown
}

/// Placeholders that stand in a source more often than in the page made of it.
#[must_use]
pub fn swallowed(placeholders: &BTreeMap<String, usize>, shown: &Shown) -> Vec<String> {
    let is_swallowed =
        |(name, count): &(&String, &usize)| shown.text.matches(name.as_str()).count() < **count;
    placeholders.iter().filter(is_swallowed).map(|(name, _)| name.clone()).collect()
}

/// The comparison of a folder of Markdown with the pages made of it.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Pages compared.
    pub pages: usize,
    /// What stands in the sources.
    pub source: Counts,
    /// What the pages show.
    pub output: Counts,
    /// Texts that show `**` or backticks outside code, each as `page: text`.
    pub literal: Vec<String>,
    /// How many of those stand in answers.
    pub literal_in_answers: usize,
    /// Placeholders in the sources, with repetitions.
    pub placeholders: usize,
    /// Those that a page doesn't show, each as `page: placeholder`.
    pub swallowed: Vec<String>,
    /// Pages whose counts differ, each with both.
    pub different: Vec<String>,
    /// Frames of box drawings, and how many of them have a ragged right edge after mending.
    pub frames: (usize, usize),
}

/// Builds a folder of Markdown in memory and compares source and output.
///
/// # Errors
/// When the folder cannot be read or the site not be built.
pub fn compare(docs: &Path) -> Result<Comparison, Error> {
    let site = tempfile::tempdir().map_err(|error| Error::Environment(error.to_string()))?;
    let written = prepare(site.path(), docs);
    written.map_err(|error| Error::Environment(format!("make a site of {}: {error}", docs.display())))?;
    let options = BuildOptions { demos: DemoMode::None, ..BuildOptions::new(site.path().join("site.toml")) };
    let output = generate(&options, &Silent)?.output;
    let mut comparison = Comparison::default();
    for (path, text) in &SourceTree::read(docs, &[])?.pages {
        let name = path.as_str().trim_end_matches(".md");
        let folder = name.strip_suffix("README").or(name.strip_suffix("index")).map(str::to_owned);
        let url = folder.unwrap_or_else(|| format!("{name}/")) + "index.html";
        let Some(html) = output.files.get(&url) else {
            comparison.different.push(format!("{path}: no page {url}"));
            continue;
        };
        comparison.add(path.as_str(), text, &String::from_utf8_lossy(html));
        let document = parse(path, text, ParseOptions::default());
        for fence in document.fences.iter().filter(|fence| diagram::is_candidate(&fence.label)) {
            let (ragged, all) = diagram::ragged(fence.code());
            comparison.frames.0 += all;
            comparison.frames.1 += ragged;
        }
    }
    Ok(comparison)
}

/// A site whose pages are nothing but title, metadata and body, so that navigation doesn't count.
fn prepare(site: &Path, docs: &Path) -> std::io::Result<()> {
    let page = "{{ page.title_html }}\n{% for field in page.metadata %}{{ field.value }}\n{% endfor %}{{ page.html }}";
    fs::create_dir(site.join("templates"))?;
    for template in ["page.html", "index.html"] {
        fs::write(site.join("templates").join(template), page)?;
    }
    fs::write(site.join("site.toml"), "typography = false\n")?;
    crate::copy_folder(docs, &site.join("content"));
    Ok(())
}

impl Comparison {
    /// Adds one source and the page made of it.
    pub fn add(&mut self, path: &str, markdown: &str, html: &str) {
        let (source, placeholders) = in_markdown(markdown);
        let shown = in_html(html);
        self.pages += 1;
        self.source += source;
        self.output += shown.counts;
        if source != shown.counts {
            self.different.push(format!("{path}: {source:?} became {:?}", shown.counts));
        }
        self.placeholders += placeholders.values().sum::<usize>();
        self.swallowed.extend(swallowed(&placeholders, &shown).iter().map(|name| format!("{path}: {name}")));
        self.literal_in_answers += shown.literal_in_answers;
        self.literal.extend(shown.literal.iter().map(|text| format!("{path}: {}", text.trim())));
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("fences", self.source.fences, self.output.fences),
            ("tables", self.source.tables, self.output.tables),
            ("details", self.source.details, self.output.details),
            ("task items", self.source.tasks, self.output.tasks),
            ("placeholders", self.placeholders, self.placeholders - self.swallowed.len()),
        ];
        let mut text = format!("{} pages\n\n| | source | output |\n|---|---|---|\n", self.pages);
        for (name, source, output) in rows {
            writeln!(text, "| {name} | {source} | {output} |")?;
        }
        let (all, ragged) = self.frames;
        writeln!(text, "| texts with `**` or backticks | | {} |", self.literal.len())?;
        writeln!(text, "| … of them in answers | | {} |", self.literal_in_answers)?;
        writeln!(text, "| framed boxes, of them ragged | {all} | {ragged} |")?;
        let lists = [
            ("counts differ", &self.different),
            ("placeholders swallowed", &self.swallowed),
            ("literal marks", &self.literal),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            write!(text, "\n{name}:\n  {}\n", list.join("\n  "))?;
        }
        formatter.write_str(&text)
    }
}
