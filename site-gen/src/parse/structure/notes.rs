//! Footnotes: numbered by their first reference, collected for the end of the page.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Tag};

use super::Mark;
use super::blocks::{end_of, ends_paragraph};
use crate::parse::Piece;

/// Pieces without their footnotes' definitions, and the section that holds those; empty without any.
pub(super) fn apart(pieces: Vec<Piece>) -> (Vec<Piece>, Vec<Piece>) {
    let is_definition =
        |piece: &Piece| matches!(piece, Piece::Markdown(Event::Start(Tag::FootnoteDefinition(_))));
    if !pieces.iter().any(is_definition) {
        return (pieces, Vec::new());
    }
    let mut notes = Notes::default();
    let text = notes.taken(&pieces);
    let text = notes.referring(text);
    // References inside notes may bring in further notes; what nobody refers to comes last.
    let mut section = vec![Piece::Structure(Mark::NotesStart)];
    let mut written: Vec<(usize, Vec<Piece>)> = Vec::new();
    while let Some((number, definition)) = notes.next() {
        let definition = notes.referring(definition);
        written.push((number, definition));
    }
    for (number, definition) in written {
        section.push(Piece::Structure(Mark::NoteStart(number)));
        let back = Piece::Structure(Mark::NoteBack(number, notes.references(number)));
        let mut definition = definition;
        let at = definition.len() - usize::from(definition.last().is_some_and(ends_paragraph));
        definition.insert(at, back);
        section.append(&mut definition);
        section.push(Piece::Structure(Mark::NoteEnd));
    }
    section.push(Piece::Structure(Mark::NotesEnd));
    (text, section)
}

#[derive(Debug, Default)]
struct Notes {
    /// Label in lower case and contents, in the order of the text; taken when written.
    definitions: Vec<(String, Option<Vec<Piece>>)>,
    /// Label → number, from 1.
    numbers: BTreeMap<String, usize>,
    /// How many references each number has.
    counts: BTreeMap<usize, usize>,
    /// Labels in the order of their numbers.
    order: Vec<String>,
    /// How many of `order` are written.
    written: usize,
}

impl Notes {
    /// Takes the definitions out of some pieces.
    fn taken(&mut self, pieces: &[Piece]) -> Vec<Piece> {
        let mut left = Vec::with_capacity(pieces.len());
        let mut at = 0;
        while at < pieces.len() {
            let Piece::Markdown(Event::Start(Tag::FootnoteDefinition(label))) = &pieces[at] else {
                left.push(pieces[at].clone());
                at += 1;
                continue;
            };
            let end = end_of(pieces, at);
            // A definition inside another, which Markdown doesn't have, would stay in it.
            let contents = pieces[at + 1..end - 1].to_vec();
            self.definitions.push((label.to_lowercase(), Some(contents)));
            at = end;
        }
        left
    }

    /// Numbers the references of some pieces.
    fn referring(&mut self, pieces: Vec<Piece>) -> Vec<Piece> {
        let numbered = pieces.into_iter().map(|piece| match piece {
            Piece::Markdown(Event::FootnoteReference(label)) => {
                let number = self.number(&label.to_lowercase());
                let count = self.counts.entry(number).or_default();
                *count += 1;
                Piece::Structure(Mark::NoteReference(number, *count))
            }
            other => other,
        });
        numbered.collect()
    }

    fn number(&mut self, label: &str) -> usize {
        if let Some(number) = self.numbers.get(label) {
            return *number;
        }
        self.order.push(label.to_owned());
        self.numbers.insert(label.to_owned(), self.order.len());
        self.order.len()
    }

    /// The next definition to write, with its number.
    fn next(&mut self) -> Option<(usize, Vec<Piece>)> {
        if self.written == self.order.len() {
            let unreferenced = self.definitions.iter().find(|(_, contents)| contents.is_some())?.0.clone();
            self.number(&unreferenced);
        }
        let label = self.order[self.written].clone();
        self.written += 1;
        let found =
            self.definitions.iter_mut().find(|(other, contents)| *other == label && contents.is_some());
        // A reference always has a definition, and a label has one only.
        let contents = found.and_then(|(_, contents)| contents.take()).unwrap_or_default();
        Some((self.written, contents))
    }

    fn references(&self, number: usize) -> usize {
        self.counts.get(&number).copied().unwrap_or_default()
    }
}
