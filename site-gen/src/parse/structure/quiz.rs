//! Questions and answers, in the four shapes that authors use: an ordered list, a heading, a bold paragraph, the
//! `<summary>` itself. The answer is always a `<details>`.

use pulldown_cmark::{Event, Tag};

use super::blocks::{Block, text};
use super::{Mark, Weaver};
use crate::parse::{Heading, Piece};

/// A summary with more words is the question, not a button.
const MOST_WORDS_OF_A_BUTTON: usize = 8;

/// Marks the questions among the blocks of a quiz. `count` is how many the page had before.
pub(super) fn questions(
    pieces: &[Piece],
    headings: &[Heading],
    blocks: &[Block],
    count: &mut usize,
    weaver: &mut Weaver,
) {
    let mut quiz = Quiz { pieces, headings, blocks, count, weaver };
    let mut at = 0;
    // The block where the question of the next answer begins.
    let mut asked = None;
    while let Some(block) = blocks.get(at) {
        if let Some(end) = quiz.under_heading(at) {
            quiz.question(at, end);
            (at, asked) = (end, None);
            continue;
        }
        if block.is_details(pieces) {
            let start = if is_asked_by_summary(pieces, block) { at } else { asked.unwrap_or(at) };
            quiz.question(start, at + 1);
            asked = None;
        } else if quiz.items(block) || block.is_rule(pieces) || quiz.level(at).is_some() {
            asked = None;
        } else if asked.is_none() && quiz.asks(at) {
            asked = Some(at);
        }
        at += 1;
    }
}

struct Quiz<'a> {
    pieces: &'a [Piece],
    headings: &'a [Heading],
    blocks: &'a [Block],
    count: &'a mut usize,
    weaver: &'a mut Weaver,
}

impl Quiz<'_> {
    /// Where the question ends that the heading at a block begins: a heading with exactly one answer under it.
    fn under_heading(&self, at: usize) -> Option<usize> {
        let level = self.level(at)?;
        let following = &self.blocks[at + 1..];
        let next = (at + 1..self.blocks.len())
            .position(|other| self.level(other).is_some_and(|other| other <= level));
        let mut inside = &following[..next.unwrap_or(following.len())];
        while let Some((last, rest)) = inside.split_last()
            && last.is_rule(self.pieces)
        {
            inside = rest;
        }
        let answers = inside.iter().filter(|block| is_answer(self.pieces, block)).count();
        (answers == 1).then_some(at + 1 + inside.len())
    }

    fn level(&self, at: usize) -> Option<u8> {
        match self.pieces[self.blocks[at].start] {
            Piece::HeadingStart(index) => self.headings.get(index).map(|heading| heading.level),
            _ => None,
        }
    }

    /// Marks the items of a list that hold an answer. Whether there were any.
    fn items(&mut self, list: &Block) -> bool {
        let mut found = false;
        for item in list.items(self.pieces) {
            let inside = item.inside(self.pieces);
            let answers: Vec<_> = inside.into_iter().filter(|block| is_answer(self.pieces, block)).collect();
            if answers.is_empty() {
                continue;
            }
            found = true;
            *self.count += 1;
            self.weaver.mark(item.start, Mark::QuestionItem(*self.count));
            answers.iter().for_each(|answer| self.weaver.mark(answer.start, Mark::Answer));
        }
        found
    }

    /// Whether a block begins a question whose answer follows it: bold or with a question mark, or the only item of a
    /// list that its answer broke off.
    fn asks(&self, at: usize) -> bool {
        let block = &self.blocks[at];
        match &self.pieces[block.start] {
            Piece::Markdown(Event::Start(Tag::Paragraph)) => {
                let is_bold = matches!(
                    self.pieces.get(block.start + 1),
                    Some(Piece::Markdown(Event::Start(Tag::Strong)))
                );
                is_bold || block.text(self.pieces).trim_end().ends_with('?')
            }
            Piece::Markdown(Event::Start(Tag::List(Some(_)))) => {
                let follows = self.blocks.get(at + 1).is_some_and(|next| next.is_details(self.pieces));
                follows && block.items(self.pieces).len() == 1
            }
            _ => false,
        }
    }

    /// Marks blocks as one question, and the answers among them.
    fn question(&mut self, from: usize, to: usize) {
        let blocks = &self.blocks[from..to];
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return };
        *self.count += 1;
        self.weaver.mark(first.start, Mark::QuestionStart(*self.count));
        for answer in blocks.iter().filter(|block| is_answer(self.pieces, block)) {
            self.weaver.mark(answer.start, Mark::Answer);
        }
        self.weaver.mark(last.end, Mark::QuestionEnd);
    }
}

fn is_answer(pieces: &[Piece], block: &Block) -> bool {
    block.is_details(pieces) && !summary(pieces, block).trim().to_lowercase().starts_with("hint")
}

fn is_asked_by_summary(pieces: &[Piece], details: &Block) -> bool {
    let summary = summary(pieces, details);
    summary.contains('?') || summary.split_whitespace().count() > MOST_WORDS_OF_A_BUTTON
}

/// The text of a `<details>`' summary; empty without one.
fn summary(pieces: &[Piece], details: &Block) -> String {
    let inside = details.inside(pieces);
    let is_summary =
        |block: &&Block| matches!(&pieces[block.start], Piece::Html(html) if html.starts_with("<summary"));
    inside.iter().find(is_summary).map_or_else(String::new, |block| text(&pieces[block.start..block.end]))
}
