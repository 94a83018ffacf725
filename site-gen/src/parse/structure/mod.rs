//! What a track's authors mean by their headings and shapes: sections by family, questions with answers, footnotes.
//!
//! A pass over finished [`Piece`]s that only adds marks between them. Pieces are never changed, moved or dropped (footnotes
//! apart, which belong at the end), so that a page without any of these shapes comes out as it went in.

mod blocks;
mod family;
mod notes;
mod quiz;

use std::collections::BTreeMap;

use pulldown_cmark::Event;

pub use family::Family;

use super::{Heading, Piece};
use blocks::{Block, blocks};

/// A mark between pieces. Marks are balanced, and never cross what is open around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A section of a family begins; the heading that names it follows.
    SectionStart(Family, usize),
    /// It ends.
    SectionEnd,
    /// A question begins, with its number on the page from 1.
    QuestionStart(usize),
    /// It ends.
    QuestionEnd,
    /// The list item that follows is a question.
    QuestionItem(usize),
    /// The `<details>` that follows is a question's answer.
    Answer,
    /// A reference to a footnote: which, from 1, and how often it was referred to before, from 1.
    NoteReference(usize, usize),
    /// The footnotes begin.
    NotesStart,
    /// One footnote begins.
    NoteStart(usize),
    /// The way back from a footnote to each of its references.
    NoteBack(usize, usize),
    /// One footnote ends.
    NoteEnd,
    /// The footnotes end.
    NotesEnd,
}

/// The same pieces with marks for what was recognised.
#[must_use]
pub(super) fn structured(pieces: Vec<Piece>, headings: &[Heading]) -> Vec<Piece> {
    let (pieces, notes) = notes::apart(pieces);
    let mut weaver = Weaver::default();
    sections(&pieces, headings, &mut weaver);
    let mut woven = weaver.woven(pieces);
    woven.extend(notes);
    woven
}

/// Marks to be put before pieces.
#[derive(Debug, Default)]
struct Weaver {
    before: BTreeMap<usize, Vec<Mark>>,
}

impl Weaver {
    /// Puts a mark before a piece, behind those that are already there.
    fn mark(&mut self, piece: usize, mark: Mark) {
        self.before.entry(piece).or_default().push(mark);
    }

    fn woven(self, pieces: Vec<Piece>) -> Vec<Piece> {
        let end = pieces.len();
        let mut before = self.before;
        let mut woven = Vec::with_capacity(end + before.len() * 2);
        for (index, piece) in pieces.into_iter().enumerate() {
            woven.extend(before.remove(&index).into_iter().flatten().map(Piece::Structure));
            woven.push(piece);
        }
        woven.extend(before.remove(&end).into_iter().flatten().map(Piece::Structure));
        woven
    }
}

/// Sections reach from an H2 to the next heading that isn't below it, or to a rule: behind one, authors begin their story or
/// say goodbye. A quiz and an exercise may have rules between their parts, and lose only those at their end.
fn sections(pieces: &[Piece], headings: &[Heading], weaver: &mut Weaver) {
    let blocks = blocks(pieces, 0..pieces.len());
    let level = |block: &Block| match pieces[block.start] {
        Piece::HeadingStart(index) => Some((index, headings.get(index)?.level)),
        _ => None,
    };
    let mut questions = 0;
    for (at, block) in blocks.iter().enumerate() {
        let Some((index, 2)) = level(block) else { continue };
        let Some(family) = Family::of(&headings[index].text) else { continue };
        let following = &blocks[at + 1..];
        let end = following.iter().position(|block| level(block).is_some_and(|(_, level)| level <= 2));
        let mut inside = &following[..end.unwrap_or(following.len())];
        let has_parts = matches!(family, Family::Quiz | Family::Exercise);
        let rule =
            inside.iter().position(|block| matches!(pieces[block.start], Piece::Markdown(Event::Rule)));
        if let Some(rule) = rule.filter(|_| !has_parts) {
            inside = &inside[..rule];
        }
        while let Some((last, rest)) = inside.split_last()
            && last.is_rule(pieces)
        {
            inside = rest;
        }
        weaver.mark(block.start, Mark::SectionStart(family, index));
        if family == Family::Quiz {
            quiz::questions(pieces, headings, inside, &mut questions, weaver);
        }
        weaver.mark(inside.last().unwrap_or(block).end, Mark::SectionEnd);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{ParseOptions, parse};
    use crate::source::SourcePath;

    /// The marks of a page, as `name` or `name number`.
    fn marks(markdown: &str) -> Vec<String> {
        let document = parse(&SourcePath::new("a.md"), markdown, ParseOptions::default());
        let marks = document.pieces.iter().filter_map(|piece| match piece {
            Piece::Structure(Mark::SectionStart(family, _)) => Some(format!("<{}", family.name())),
            Piece::Structure(Mark::SectionEnd) => Some(">".to_owned()),
            Piece::Structure(Mark::QuestionStart(number)) => Some(format!("[{number}")),
            Piece::Structure(Mark::QuestionItem(number)) => Some(format!("item {number}")),
            Piece::Structure(Mark::QuestionEnd) => Some("]".to_owned()),
            Piece::Structure(Mark::Answer) => Some("answer".to_owned()),
            Piece::Structure(other) => Some(format!("{other:?}")),
            _ => None,
        });
        marks.collect()
    }

    #[test]
    fn a_section_ends_before_the_next_heading_that_is_not_below_it() {
        let found =
            marks("# T\n\n## Quiz\n\n### Part\n\ntext\n\n---\n\n## Other\n\n## Key Takeaways\n\nlast\n");
        assert_eq!(found, ["<quiz", ">", "<takeaways", ">"]);
    }

    #[test]
    fn a_story_behind_a_rule_is_no_part_of_the_section_but_a_quiz_has_rules_inside() {
        let document = |text: &str| parse(&SourcePath::new("a.md"), text, ParseOptions::default());
        let behind_section = |text: &str| {
            let pieces = document(text).pieces;
            let end = pieces.iter().position(|piece| *piece == Piece::Structure(Mark::SectionEnd)).unwrap();
            pieces.len() - end - 1
        };
        assert_eq!(behind_section("## Prerequisites\n\n- one\n\n---\n\nOnce upon a time.\n"), 4);
        assert_eq!(behind_section("## Quiz\n\n**One?**\n\n---\n\n**Two?**\n"), 0);
        assert_eq!(behind_section("## Quiz\n\n**One?**\n\n---\n"), 1);
    }

    #[test]
    fn a_heading_inside_a_quote_or_an_answer_makes_no_section() {
        assert!(marks("# T\n\n> ## Quiz\n>\n> text\n").is_empty());
        assert!(marks("# T\n\n<details><summary>x</summary>\n\n## Quiz\n\n</details>\n").is_empty());
    }

    #[test]
    fn all_four_shapes_of_a_quiz_are_questions_with_answers() {
        let details = "<details>\n<summary>Show Answer</summary>\n\nBecause.\n</details>";
        let indented = details.replace('\n', "\n   ");
        let list = format!("## Quiz\n\n1. **Why?**\n   {indented}\n\n2. How?\n   {indented}\n");
        assert_eq!(marks(&list), ["<quiz", "item 1", "answer", "item 2", "answer", ">"]);
        let headings = format!(
            "## Quiz\n\nAnswer first.\n\n### Question 1\n\nWhy?\n\n{details}\n\n### Question 2\n\nHow?\n\n{details}\n"
        );
        let two = ["<quiz", "[1", "answer", "]", "[2", "answer", "]", ">"];
        assert_eq!(marks(&headings), two);
        let bold = format!(
            "## Quiz\n\nAnswer first.\n\n**1. Why?**\n\n- a\n- b\n\n{details}\n\n**2. How?**\n{details}\n"
        );
        assert_eq!(marks(&bold), two);
        let summaries = "## Quiz\n\n<details>\n<summary>1. Why?</summary>\n\nBecause.\n</details>\n\n\
                         <details>\n<summary>2. How?</summary>\n\nSo.\n</details>\n";
        assert_eq!(marks(summaries), two);
    }

    #[test]
    fn a_list_that_an_unindented_answer_breaks_is_still_questions() {
        let text = "## Quiz\n\n1. Why?\n<details><summary>Answer</summary>\n\nx\n</details>\n\n\
                    2. How?\n<details><summary>Answer</summary>\n\nx\n</details>\n";
        assert_eq!(marks(text), ["<quiz", "[1", "answer", "]", "[2", "answer", "]", ">"]);
    }

    #[test]
    fn a_heading_over_several_questions_is_none_and_a_hint_is_no_answer() {
        let details = "<details><summary>Answer</summary>\n\nx\n</details>";
        let text = format!("## Quiz\n\n### Easy\n\n**1. Why?**\n\n{details}\n\n**2. How?**\n\n{details}\n");
        assert_eq!(marks(&text), ["<quiz", "[1", "answer", "]", "[2", "answer", "]", ">"]);
        let hinted =
            format!("## Quiz\n\n### One\n\n<details><summary>Hint</summary>\n\nx\n</details>\n\n{details}\n");
        assert_eq!(marks(&hinted), ["<quiz", "[1", "answer", "]", ">"]);
    }

    #[test]
    fn questions_are_numbered_through_the_page_and_details_elsewhere_are_left_alone() {
        let item = "1. Why?\n   <details><summary>Answer</summary>\n\n   x\n   </details>\n";
        let text = format!("## Quiz\n\n{item}\n## Exercise\n\n{item}\n## Second Quiz\n\n{item}");
        assert_eq!(
            marks(&text),
            ["<quiz", "item 1", "answer", ">", "<exercise", ">", "<quiz", "item 2", "answer", ">"]
        );
    }

    #[test]
    fn a_quiz_in_no_known_shape_keeps_its_section_and_nothing_else_happens() {
        assert_eq!(marks("## Quiz\n\nThink about it.\n\n- one\n- two\n"), ["<quiz", ">"]);
    }

    #[test]
    fn footnotes_stand_at_the_end_in_the_order_of_their_references() {
        let found = marks("a[^b] c[^a] d[^b]\n\n[^a]: First written.\n[^b]: First said.\n\n## Next\n\nend\n");
        let expected = [
            "NoteReference(1, 1)",
            "NoteReference(2, 1)",
            "NoteReference(1, 2)",
            "<next",
            ">",
            "NotesStart",
            "NoteStart(1)",
            "NoteBack(1, 2)",
            "NoteEnd",
            "NoteStart(2)",
            "NoteBack(2, 1)",
            "NoteEnd",
            "NotesEnd",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn of_two_footnotes_with_one_label_the_first_counts_in_any_case_and_the_second_is_told() {
        let text = "a[^a] b[^A]\n\n[^a]: First.\n\n[^A]: Second.\n";
        let document = parse(&SourcePath::new("a.md"), text, ParseOptions::default());
        let words: String = document
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Markdown(Event::Text(text)) => Some(&**text),
                _ => None,
            })
            .collect();
        assert_eq!(words, "a bFirst.");
        let [problem] = document.problems.as_slice() else { panic!("{:?}", document.problems) };
        let place = problem.place.as_ref().unwrap();
        assert_eq!((problem.rule, place.line, place.column, place.length), ("duplicate-id", 5, 1, 4));
        let found = marks(text);
        assert_eq!(found.iter().filter(|mark| mark.starts_with("NoteStart")).count(), 1, "{found:?}");
    }

    #[test]
    fn marks_are_the_only_thing_that_is_added() {
        let text = "# T\n\n## Quiz\n\n1. Why?\n   <details><summary>A</summary>x</details>\n\n---\n\n## Next\n\n[a](b.md)\n";
        let document = parse(&SourcePath::new("a.md"), text, ParseOptions::default());
        let without: Vec<_> =
            document.pieces.iter().filter(|piece| !matches!(piece, Piece::Structure(_))).cloned().collect();
        assert_eq!(structured(without, &document.headings), document.pieces);
    }
}
