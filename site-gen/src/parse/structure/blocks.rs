//! Pieces that belong together: everything between the moments at which nothing is open.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::parse::Piece;
use crate::parse::html::{self, Token};

/// A range of pieces that opens nothing it doesn't close. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Block {
    /// Whether it is a rule, or nothing but blanks between tags.
    pub(super) fn is_rule(&self, pieces: &[Piece]) -> bool {
        match &pieces[self.start] {
            Piece::Markdown(Event::Rule) => true,
            Piece::Html(text) => self.end == self.start + 1 && text.trim().is_empty(),
            _ => false,
        }
    }

    /// Whether it is a `<details>`.
    pub(super) fn is_details(&self, pieces: &[Piece]) -> bool {
        matches!(&pieces[self.start], Piece::Html(html) if html.starts_with("<details"))
    }

    /// The items of a list; none when it isn't one.
    pub(super) fn items(&self, pieces: &[Piece]) -> Vec<Block> {
        match pieces[self.start] {
            Piece::Markdown(Event::Start(Tag::List(_))) => blocks(pieces, self.start + 1..self.end - 1),
            _ => Vec::new(),
        }
    }

    /// What it holds, as blocks.
    pub(super) fn inside(&self, pieces: &[Piece]) -> Vec<Block> {
        blocks(pieces, self.start + 1..(self.end - 1).max(self.start + 1))
    }

    /// Its text, without markup.
    pub(super) fn text(&self, pieces: &[Piece]) -> String {
        text(&pieces[self.start..self.end])
    }
}

/// The text of pieces, without markup.
pub(super) fn text(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Markdown(Event::Text(words) | Event::Code(words)) => text.push_str(words),
            Piece::Markdown(Event::SoftBreak | Event::HardBreak) => text.push(' '),
            Piece::Html(html) if !html.contains('<') => text.push_str(html),
            _ => {}
        }
    }
    text
}

/// Splits a range of pieces into blocks. What is never closed, as trusted raw HTML may be, belongs to one last block.
pub(super) fn blocks(pieces: &[Piece], range: Range<usize>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut depth = 0;
    let mut start = range.start;
    for index in range.clone() {
        depth += change(&pieces[index]);
        if depth == 0 {
            blocks.push(Block { start, end: index + 1 });
            start = index + 1;
        }
    }
    if start < range.end {
        blocks.push(Block { start, end: range.end });
    }
    blocks
}

/// How many containers a piece opens, less those it closes.
fn change(piece: &Piece) -> isize {
    match piece {
        Piece::Markdown(Event::Start(_))
        | Piece::HeadingStart(_)
        | Piece::LinkStart(_)
        | Piece::TableStart { .. }
        | Piece::AlertStart { .. } => 1,
        Piece::Markdown(Event::End(_)) | Piece::HeadingEnd(_) | Piece::LinkEnd | Piece::AlertEnd => -1,
        Piece::Html(html) => html::tokens(html).iter().map(|(token, _)| token_change(token)).sum(),
        Piece::Markdown(_) | Piece::Image { .. } | Piece::Fence(_) | Piece::Structure(_) => 0,
    }
}

fn token_change(token: &Token<'_>) -> isize {
    match token {
        Token::Open(tag) if !html::is_void(&tag.name) => 1,
        Token::Close(_) => -1,
        Token::Open(_) | Token::Text(_) | Token::Comment => 0,
    }
}

/// The end of what begins at a piece: the index behind its last piece.
pub(super) fn end_of(pieces: &[Piece], start: usize) -> usize {
    blocks(&pieces[start..], 0..pieces.len() - start).first().map_or(start + 1, |block| start + block.end)
}

/// Whether an event ends a paragraph.
pub(super) fn ends_paragraph(piece: &Piece) -> bool {
    matches!(piece, Piece::Markdown(Event::End(TagEnd::Paragraph)))
}
