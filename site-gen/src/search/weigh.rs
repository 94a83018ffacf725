//! Sections → postings: how much each term says about each section, by BM25F.
//!
//! A term's frequency in a section is the sum over its fields of weight × count, each count divided by how long the
//! field is against the average (Robertson, Zaragoza & Taylor, "Simple BM25 extension to multiple weighted fields",
//! 2004). What is stored is the saturated frequency f / (K1 + f), which needs nothing else to be known in the page; the
//! rarity of a term comes from how many sections the postings name.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::sections::Section;
use super::tokens::{Role, tokens};

/// Where a term stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// Sections that hold it, in order, each with its weight of 1 to [`WEIGHT_MAX`].
    pub sections: Vec<(usize, u8)>,
    /// Whether it is a word somewhere; else it only comes from joining words.
    pub is_word: bool,
}

/// What stands for a saturated frequency of 1; finer steps cost bytes and changed no ranking.
pub const WEIGHT_MAX: u8 = 15;

const K1: f64 = 1.2;

/// Where a term can stand. A section's fields are told apart, because a heading says what a section is about and code
/// mentions everything.
#[derive(Debug, Clone, Copy)]
enum Field {
    /// The page's title.
    Title,
    /// The section's own heading; a page's beginning has the title here, too.
    Heading,
    /// The headings above it.
    Above,
    /// Paragraphs, items, tables.
    Prose,
    /// Code and drawings.
    Code,
}

const FIELDS: usize = 5;
/// By [`Field`].
const WEIGHTS: [f64; FIELDS] = [2.0, 6.0, 1.5, 1.0, 0.5];
/// How much a field's length counts, by [`Field`].
const LENGTH_MATTERS: [f64; FIELDS] = [0.3, 0.5, 0.3, 0.75, 0.75];
/// A part of a word in camel case says less than the word.
const PART: f64 = 0.5;

/// Sections that say again what others explain are found last among equals.
const REPEATED: f64 = 0.5;

/// A section's terms before the average lengths are known.
struct Counts {
    terms: BTreeMap<String, Count>,
    lengths: [f64; FIELDS],
    /// What the section's word counts.
    authority: f64,
}

/// How often a term stands in a section.
#[derive(Default)]
struct Count {
    by_field: [f64; FIELDS],
    is_word: bool,
}

/// Postings of every term over all sections, which are numbered through all pages in order.
#[must_use]
pub fn postings(pages: &[Vec<Section>]) -> BTreeMap<String, Postings> {
    let counts: Vec<Counts> = pages.par_iter().flat_map_iter(|sections| page_counts(sections)).collect();
    let averages = averages(&counts);
    let mut postings: BTreeMap<String, Postings> = BTreeMap::new();
    for (section, counts) in counts.into_iter().enumerate() {
        let Counts { terms, lengths, authority } = counts;
        for (term, count) in terms {
            let frequency = authority * frequency(&count.by_field, &lengths, &averages);
            let postings = postings.entry(term).or_default();
            postings.sections.push((section, weight(frequency)));
            postings.is_word |= count.is_word;
        }
    }
    postings
}

fn page_counts(sections: &[Section]) -> Vec<Counts> {
    let title = sections.first().map_or("", |section| section.heading.as_str());
    let mut above: Vec<&Section> = Vec::new();
    let mut counts = Vec::with_capacity(sections.len());
    for section in sections {
        above.retain(|other| other.level < section.level && other.level > 0);
        counts.push(section_counts(section, title, &above));
        above.push(section);
    }
    counts
}

fn section_counts(section: &Section, title: &str, above: &[&Section]) -> Counts {
    let authority = if section.repeats { REPEATED } else { 1.0 };
    let mut counts = Counts { terms: BTreeMap::new(), lengths: [0.0; FIELDS], authority };
    counts.add(Field::Title, title);
    counts.add(Field::Heading, &section.heading);
    for section in above {
        counts.add(Field::Above, &section.heading);
    }
    for line in &section.lines {
        counts.add(if line.is_code { Field::Code } else { Field::Prose }, &line.text);
    }
    counts
}

impl Counts {
    fn add(&mut self, field: Field, text: &str) {
        let field = field as usize;
        for token in tokens(text) {
            let amount = if token.role == Role::Part { PART } else { 1.0 };
            if token.role == Role::Piece {
                self.lengths[field] += 1.0;
            }
            let count = self.terms.entry(token.term).or_default();
            count.by_field[field] += amount;
            count.is_word |= token.role != Role::Compound;
        }
    }
}

/// Average length of each field where there is one.
fn averages(counts: &[Counts]) -> [f64; FIELDS] {
    let mut averages = [1.0; FIELDS];
    for (field, average) in averages.iter_mut().enumerate() {
        let lengths = counts.iter().map(|counts| counts.lengths[field]).filter(|length| *length > 0.0);
        let (sum, number) = lengths.fold((0.0, 0.0), |(sum, number), length| (sum + length, number + 1.0));
        if number > 0.0 {
            *average = sum / number;
        }
    }
    averages
}

fn frequency(by_field: &[f64; FIELDS], lengths: &[f64; FIELDS], averages: &[f64; FIELDS]) -> f64 {
    let in_field = |field: usize| {
        let matters = LENGTH_MATTERS[field];
        let length = 1.0 - matters + matters * lengths[field] / averages[field];
        WEIGHTS[field] * by_field[field] / length
    };
    // A field without the term may be one without words, whose length is no divisor.
    (0..FIELDS).filter(|field| by_field[*field] > 0.0).map(in_field).sum()
}

fn weight(frequency: f64) -> u8 {
    let saturated = frequency / (K1 + frequency) * f64::from(WEIGHT_MAX);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=WEIGHT_MAX")]
    let weight = saturated.round().clamp(1.0, f64::from(WEIGHT_MAX)) as u8;
    weight
}

#[cfg(test)]
mod tests {
    use super::super::sections::Line;
    use super::*;

    fn section(heading: &str, level: u8, prose: &str, code: &str) -> Section {
        let line = |text: &str, is_code| Line { text: text.to_owned(), is_code };
        let lines = vec![line(prose, false), line(code, true)];
        let lines = lines.into_iter().filter(|line| !line.text.is_empty()).collect();
        Section { heading: heading.to_owned(), level, lines, ..Section::default() }
    }

    #[test]
    fn a_heading_says_more_than_prose_and_prose_more_than_code() {
        let postings = postings(&[vec![
            section("title", 0, "", ""),
            section("quorum", 2, "other words here", "some code here"),
            section("one", 2, "quorum words here", "some code here"),
            section("two", 2, "other words here", "quorum code here"),
            section("three", 2, "other words here", "some code here"),
        ]]);
        let of = &postings["quorum"].sections;
        assert_eq!(of.iter().map(|(section, _)| *section).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(of[0].1 > of[1].1 && of[1].1 > of[2].1, "{of:?}");
    }

    #[test]
    fn what_explains_comes_before_what_asks_for_it() {
        let postings = postings(&[vec![
            section("title", 0, "", ""),
            Section { repeats: true, ..section("one", 2, "quorum words here", "") },
            section("one", 2, "quorum words here", ""),
        ]]);
        let of = &postings["quorum"].sections;
        assert!(of[0].1 < of[1].1, "{of:?}");
    }

    #[test]
    fn every_section_of_a_page_knows_its_title_and_the_headings_above_it() {
        let postings = postings(&[vec![
            section("Raft", 0, "", ""),
            section("Elections", 2, "", ""),
            section("Timeouts", 3, "", ""),
            section("Logs", 2, "", ""),
        ]]);
        let sections =
            |term: &str| postings[term].sections.iter().map(|(section, _)| *section).collect::<Vec<_>>();
        assert_eq!(sections("raft"), [0, 1, 2, 3]);
        assert_eq!(sections("elections"), [1, 2]);
    }
}
