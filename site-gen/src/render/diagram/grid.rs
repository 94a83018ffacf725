//! Text on a grid: one character a cell, wide ones over two.

use unicode_width::UnicodeWidthChar;

use super::arms::{Arms, Side};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// The character; a blank for nothing, NUL for the second half of a wide character.
    pub(super) character: char,
    /// Characters without a width of their own that belong to it.
    pub(super) marks: String,
}

static NOTHING: Cell = Cell::BLANK;

impl Cell {
    pub(super) const BLANK: Self = Self { character: ' ', marks: String::new() };

    pub(super) fn is_blank(&self) -> bool {
        self.character == ' '
    }

    fn is_second_half(&self) -> bool {
        self.character == '\0'
    }
}

/// Rows of cells, without blanks at their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) rows: Vec<Vec<Cell>>,
}

const TAB: usize = 8;

impl Grid {
    /// Reads a text. Blank rows at its beginning and end and blanks that every row begins with don't count.
    pub(super) fn read(text: &str) -> Self {
        let mut rows: Vec<Vec<Cell>> = text.lines().map(row).collect();
        while rows.last().is_some_and(Vec::is_empty) {
            rows.pop();
        }
        let blank = rows.iter().take_while(|row| row.is_empty()).count();
        rows.drain(..blank);
        let indentation = |row: &Vec<Cell>| row.iter().take_while(|cell| cell.is_blank()).count();
        let common = rows.iter().filter(|row| !row.is_empty()).map(indentation).min().unwrap_or(0);
        rows.iter_mut().for_each(|row| drop(row.drain(..common.min(row.len()))));
        Self { rows }
    }

    /// The grid as text again.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            for cell in row.iter().filter(|cell| !cell.is_second_half()) {
                text.push(cell.character);
                text.push_str(&cell.marks);
            }
            text.push('\n');
        }
        text
    }

    pub(super) fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|row| row.get(column)).unwrap_or(&NOTHING)
    }

    /// Every (row, column).
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.rows
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| (0..cells.len()).map(move |column| (row, column)))
    }

    pub(super) fn arms(&self, row: usize, column: usize) -> Option<Arms> {
        Arms::of(self.cell(row, column).character)
    }

    /// The side that a cell's arrowhead points to; none for an arrow that is part of a sentence.
    pub(super) fn arrow(&self, row: usize, column: usize) -> Option<Side> {
        let character = self.cell(row, column).character;
        let side = Side::of_arrow(character)?;
        if !matches!(character, '→' | '←' | '↑' | '↓') {
            return Some(side);
        }
        let touches_line = Side::ALL.into_iter().any(|neighbour| {
            let (row, column) = neighbour.step((row, column));
            self.arms(row, column).is_some_and(|arms| arms.towards(neighbour.opposite()) > 0)
        });
        // One blank after a word, it belongs to the word: "CPU ↑".
        let follows_word = column
            .checked_sub(2)
            .is_some_and(|before| !self.cell(row, before).is_blank() && self.arms(row, before).is_none());
        let stands_alone = matches!(character, '↑' | '↓')
            && column.checked_sub(1).is_none_or(|before| self.cell(row, before).is_blank())
            && self.cell(row, column + 1).is_blank()
            && !follows_word;
        (touches_line || stands_alone).then_some(side)
    }

    /// Stretches of text in a row: (first column, columns, text). Words one blank apart are one stretch.
    pub(super) fn stretches(&self, row: usize) -> Vec<(usize, usize, String)> {
        let mut stretches: Vec<(usize, usize, String)> = Vec::new();
        for (column, cell) in self.rows[row].iter().enumerate() {
            if cell.is_second_half() {
                if let Some((start, length, _)) = stretches.last_mut() {
                    *length = column + 1 - *start;
                }
                continue;
            }
            if cell.is_blank() || self.arms(row, column).is_some() || self.arrow(row, column).is_some() {
                continue;
            }
            match stretches.last_mut() {
                Some((start, length, text))
                    if *start + *length + 1 >= column && self.is_text_gap(row, *start + *length, column) =>
                {
                    if *start + *length < column {
                        text.push(' ');
                    }
                    text.push(cell.character);
                    text.push_str(&cell.marks);
                    *length = column + 1 - *start;
                }
                _ => stretches.push((column, 1, format!("{}{}", cell.character, cell.marks))),
            }
        }
        stretches
    }

    fn is_text_gap(&self, row: usize, from: usize, to: usize) -> bool {
        (from..to).all(|column| self.cell(row, column).is_blank())
    }
}

fn row(line: &str) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for character in line.trim_end().chars() {
        if character == '\t' {
            let stop = (cells.len() / TAB + 1) * TAB;
            cells.resize(stop, Cell::BLANK);
            continue;
        }
        match (character.width().unwrap_or(0), cells.last_mut()) {
            (0, Some(last)) if !last.is_second_half() => last.marks.push(character),
            (0, _) => {
                // A mark behind a wide character belongs to its first half.
                if let Some(first) = cells.iter_mut().rev().find(|cell| !cell.is_second_half()) {
                    first.marks.push(character);
                }
            }
            (width, _) => {
                let blank_like = character == '\u{a0}';
                cells
                    .push(Cell { character: if blank_like { ' ' } else { character }, marks: String::new() });
                cells.extend((1..width).map(|_| Cell { character: '\0', marks: String::new() }));
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_cells_and_marks_none() {
        let grid = Grid::read("a✅b\ne\u{301}x\n");
        assert_eq!((grid.rows[0].len(), grid.rows[1].len()), (4, 2));
        assert_eq!(grid.text(), "a✅b\ne\u{301}x\n");
    }

    #[test]
    fn words_one_blank_apart_are_one_stretch_and_lines_part_them() {
        let grid = Grid::read("│ one two  three│four ──► five\n");
        let stretches = grid.stretches(0);
        let expected = [(2, 7, "one two"), (11, 5, "three"), (17, 4, "four"), (26, 4, "five")];
        assert_eq!(stretches, expected.map(|(column, width, text)| (column, width, text.to_owned())));
    }

    #[test]
    fn an_arrow_in_a_sentence_is_text() {
        let grid = Grid::read("high CPU → add pods\n");
        assert_eq!(grid.stretches(0).len(), 1);
        let grid = Grid::read("A ↑ ──► B ↓\n│ ↓ │\n↑ up\n");
        assert_eq!((grid.arrow(0, 2), grid.arrow(0, 10)), (None, None));
        assert_eq!((grid.arrow(1, 2), grid.arrow(2, 0)), (Some(Side::Down), Some(Side::Up)));
    }
}
