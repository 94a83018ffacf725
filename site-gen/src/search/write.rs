//! Postings and sections → files that a page can load from anywhere: classic scripts, each one call of `bookSearch`.
//!
//! A book's search is one *index* file, which names all others:
//!
//! - *terms*: an alphabetical range of terms with their postings, about `TERMS_BYTES` each. Terms are front-coded: a
//!   capital letter says how many characters are shared with the term before (`A` none, `B` one …, `Z` 25), the rest
//!   follows; terms themselves have no capitals. Numbers are written by `number`.
//! - *places*: titles, addresses and headings of about `PLACES_BYTES`, and which texts file holds which section.
//! - *texts*: what sections say, for excerpts, about `TEXTS_BYTES` each.
//! - *words*: every term of letters once more, without postings, for finding what a misspelled word may have meant; the
//!   rare ones apart, because most often it meant another.
//!
//! Asked for a word, a page loads the index, the terms files whose range the word's beginning falls into, and the
//! places and texts of the results that it shows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sections::Section;
use super::weigh::Postings;
use crate::model::{Page, Site, relative_url};
use crate::render::assets::hashed_name;

/// Size of a terms file that is begun anew; before compression, as are the others.
const TERMS_BYTES: usize = 6_000;
/// Of a places file.
const PLACES_BYTES: usize = 16_000;
/// Of a texts file.
const TEXTS_BYTES: usize = 12_000;

/// A term in fewer sections is a rare one.
const FREQUENT: usize = 2;

/// The files of a book's search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchFiles {
    /// Address of the index from the site's root.
    pub index: String,
    /// All files by their address from the site's root.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Writes all files. `pages` are the sections of the site's pages, in the same order.
#[must_use]
pub fn files(
    site: &Site,
    pages: &[Vec<Section>],
    postings: &BTreeMap<String, Postings>,
    language: &str,
) -> SearchFiles {
    let mut files = SearchFiles::default();
    let places = files.places(site, pages);
    let terms = files.terms(postings);
    let words = [true, false].map(|frequent| {
        let words = postings.iter().filter(|(term, postings)| {
            let is_word = postings.is_word && term.chars().all(char::is_alphabetic);
            is_word && (postings.sections.len() >= FREQUENT) == frequent
        });
        let words = words.map(|(term, _)| term.as_str());
        files.add("words", &json!(front_coded(words)))
    });
    let index = json!({
        "language": language,
        "pages": site.pages.len(),
        "sections": pages.iter().map(Vec::len).sum::<usize>(),
        "terms": terms,
        "places": places,
        "words": words,
    });
    // Every page names the index, and every edit changes it: with a hash in its name, an edit would change every page.
    files.index = "assets/search/index.js".to_owned();
    files.files.insert(files.index.clone(), script(&index));
    files
}

fn script(data: &Value) -> Vec<u8> {
    format!("bookSearch({data});\n").into_bytes()
}

impl SearchFiles {
    /// Adds a script; returns its name beside the index.
    fn add(&mut self, name: &str, data: &Value) -> String {
        let script = script(data);
        let url = hashed_name(&format!("search/{name}.js"), &script);
        let name = url.rsplit('/').next().unwrap_or(&url).to_owned();
        self.files.insert(url, script);
        name
    }

    /// First term (shortened) and name of each terms file.
    fn terms(&mut self, postings: &BTreeMap<String, Postings>) -> Vec<Value> {
        let mut names = Vec::new();
        let mut shard: Vec<(&str, &Postings)> = Vec::new();
        let mut bytes = 0;
        let mut first = String::new();
        for (term, postings) in postings {
            if bytes > TERMS_BYTES {
                let last = shard.last().map_or("", |(term, _)| term);
                let next = distinguishing(last, term);
                names.push(json!([first, self.add("terms", &shard_value(&shard))]));
                (first, bytes) = (next, 0);
                shard.clear();
            }
            bytes += term.len() + 2 * postings.sections.len();
            shard.push((term, postings));
        }
        names.push(json!([first, self.add("terms", &shard_value(&shard))]));
        names
    }

    /// First section and name of each places file.
    fn places(&mut self, site: &Site, pages: &[Vec<Section>]) -> Vec<Value> {
        let mut names = Vec::new();
        let mut open = Places::default();
        let mut section = 0;
        for (page, sections) in site.pages.iter().zip(pages) {
            if open.bytes > PLACES_BYTES {
                names.push(open.write(self));
                open = Places { first: section, ..Places::default() };
            }
            open.page(site, page, sections);
            section += sections.len();
        }
        names.push(open.write(self));
        names
    }
}

/// Whole pages of one places file.
#[derive(Default)]
struct Places {
    /// The first section's number in the book.
    first: usize,
    /// Its pages.
    pages: Vec<Value>,
    /// Its sections' texts.
    texts: Vec<String>,
    bytes: usize,
}

impl Places {
    fn page(&mut self, site: &Site, page: &Page, sections: &[Section]) {
        let above = site.ancestors(page).last().map_or("", |index| site.pages[*index].title.as_str());
        let mut headings = Vec::new();
        for section in sections.iter().skip(1) {
            let anchor =
                if section.anchor == plain_slug(&section.heading) { "" } else { section.anchor.as_str() };
            let heading = format!("{}{}", section.level, section.heading);
            headings.push(if anchor.is_empty() { heading } else { format!("{heading}\t{anchor}") });
        }
        let headings = headings.join("\n");
        // As an address: a name can hold what would be read as something else in one.
        let url = relative_url("index.html", &page.url);
        self.bytes += page.title.len() + url.len() + above.len() + headings.len();
        self.pages.push(json!([page.title, url, above, headings]));
        self.texts.extend(sections.iter().map(text));
    }

    /// Writes texts and places; returns first section and name.
    fn write(&self, files: &mut SearchFiles) -> Value {
        let mut names = Vec::new();
        let mut start = 0;
        while start < self.texts.len() {
            let mut bytes = 0;
            let more = self.texts[start..].iter().take_while(|text| {
                bytes += text.len();
                bytes <= TEXTS_BYTES
            });
            let end = start + more.count().max(1);
            names.push(json!([start, files.add("texts", &json!(self.texts[start..end]))]));
            start = end;
        }
        json!([self.first, files.add("places", &json!({ "pages": self.pages, "texts": names }))])
    }
}

/// Lines of a section; a tab marks code.
fn text(section: &Section) -> String {
    let line =
        |line: &super::sections::Line| format!("{}{}", if line.is_code { "\t" } else { "" }, line.text);
    section.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What a page can make of a heading by itself: the anchor of nearly every heading.
fn plain_slug(heading: &str) -> String {
    let lower = heading.to_ascii_lowercase();
    let kept = lower.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Terms, how many sections each has, the distances between their numbers, and their weights: four texts, because
/// like next to like compresses best.
fn shard_value(shard: &[(&str, &Postings)]) -> Value {
    let (mut counts, mut distances, mut weights) = (String::new(), String::new(), String::new());
    for (_, postings) in shard {
        number(postings.sections.len(), &mut counts);
        let mut last = 0;
        for (section, weight) in &postings.sections {
            number(section - last, &mut distances);
            number(usize::from(*weight), &mut weights);
            last = *section;
        }
    }
    json!([front_coded(shard.iter().map(|(term, _)| *term)), counts, distances, weights])
}

fn front_coded<'a>(terms: impl Iterator<Item = &'a str>) -> String {
    let mut coded = String::new();
    let mut before = "";
    for term in terms {
        let shared = before.chars().zip(term.chars()).take_while(|(a, b)| a == b).count().min(25);
        coded.push(('A'..='Z').nth(shared).unwrap_or('A'));
        coded.extend(term.chars().skip(shared));
        before = term;
    }
    coded
}

/// The shortest beginning of `term` that comes after `last`.
fn distinguishing(last: &str, term: &str) -> String {
    let shared = last.chars().zip(term.chars()).take_while(|(a, b)| a == b).count();
    term.chars().take(shared + 1).collect()
}

/// Letters of a number, in order of their value: printable ASCII that needs no escape in a JavaScript string.
const LETTERS: &[u8; 93] =
    b" !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
/// Letters from here on say that more letters follow.
const LAST_LETTERS: usize = 64;

/// Writes a number: in one letter below 64, else first a letter of the other 29 with the remainder by 29, then the rest
/// of it in the same way.
fn number(mut value: usize, into: &mut String) {
    let more = LETTERS.len() - LAST_LETTERS;
    while value >= LAST_LETTERS {
        into.push(char::from(LETTERS[LAST_LETTERS + value % more]));
        value /= more;
    }
    into.push(char::from(LETTERS[value]));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: usize) -> String {
        let mut text = String::new();
        number(value, &mut text);
        text
    }

    #[test]
    fn small_numbers_take_one_letter_and_no_two_numbers_are_written_alike() {
        assert_eq!((written(0).as_str(), written(63).as_str()), (" ", "a"));
        assert_eq!(written(64).len(), 2);
        let all: std::collections::BTreeSet<String> = (0..100_000).map(written).collect();
        assert_eq!(all.len(), 100_000);
        assert!(all.iter().all(|text| !text.contains(['"', '\\'])));
    }

    #[test]
    fn terms_share_their_beginnings() {
        assert_eq!(front_coded(["raft", "rafts", "ready", "zab"].into_iter()), "AraftEsBeadyAzab");
        assert_eq!(distinguishing("rafts", "ready"), "re");
        assert_eq!(distinguishing("raft", "rafts"), "rafts");
    }

    #[test]
    fn most_anchors_follow_from_their_heading() {
        assert_eq!(plain_slug("Pull vs. Push: a `key`"), "pull-vs-push-a-key");
    }
}
