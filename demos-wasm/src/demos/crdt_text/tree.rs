//! The tree: every character a box, in the order of the text from left to right, below the one it hangs on.
//!
//! A run typed forwards is a chain, drawn as one row of boxes. Deleted characters stay, struck through.

use super::document::{Algorithm, Element, Side, find};
use super::words::glyph;
use crate::demos::crdt::Dot;
use crate::prelude::*;
use crate::put;
use crate::sim::NodeId;
use crate::view::Html;

/// Width of a box, and of a column.
const COLUMN: usize = 25;
/// Height of a box.
const BOX: usize = 30;
/// From one row to the next.
const ROW: usize = 54;
/// Where the first column begins: the start of the text stands before it.
const LEFT: usize = 34;
const TOP: usize = 26;
/// The picture is never narrower, nor lower.
const SMALLEST: (usize, usize) = (350, 200);

/// What a character hangs on; none for the start of the text.
fn parent(element: &Element, algorithm: Algorithm) -> (Option<Dot>, Side) {
    match algorithm {
        Algorithm::Fugue => (element.inserted.parent, element.inserted.side),
        Algorithm::Rga => (element.inserted.left, Side::Right),
    }
}

/// A character in the picture.
struct Mark {
    row: usize,
    /// The place of what it hangs on.
    parent: Option<usize>,
    /// It stands right behind its parent, typed by the same hand.
    is_continued: bool,
}

fn marks(elements: &[Element], algorithm: Algorithm) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (place, element) in elements.iter().enumerate() {
        let (above, side) = parent(element, algorithm);
        let above = above.and_then(|id| find(elements, id));
        let is_continued = side == Side::Right
            && above
                .is_some_and(|above| above + 1 == place && elements[above].id.replica == element.id.replica);
        marks.push(Mark { row: 0, parent: above, is_continued });
    }
    for place in 0..marks.len() {
        let (mut row, mut at) = (0, Some(place));
        while let Some(mark) = at.and_then(|at| marks.get(at)) {
            row += usize::from(!mark.is_continued);
            at = mark.parent;
        }
        marks[place].row = row;
    }
    marks
}

/// Classes of authors: a colour and a kind of line.
pub(super) fn author(id: NodeId) -> &'static str {
    ["by-1", "by-2", "by-3"].get(id.index()).copied().unwrap_or("by-3")
}

/// Draws it. `title` says what is seen.
pub(super) fn draw(html: &mut Html, elements: &[Element], algorithm: Algorithm, of: NodeId, title: &str) {
    let marks = marks(elements, algorithm);
    let rows = marks.iter().map(|mark| mark.row).max().unwrap_or(0);
    let width = (LEFT + COLUMN * (elements.len() + 1)).max(SMALLEST.0);
    let height = (TOP + ROW * rows + BOX + 14).max(SMALLEST.1);
    put!(
        html,
        "<svg class=\"demo-tree\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\">\
         <text class=\"title\" x=\"{}\" y=\"20\">The tree at {}</text><g class=\"edges\">",
        width,
        height,
        width,
        height,
        title,
        LEFT,
        of
    );
    let x = |place: usize| LEFT + COLUMN * place + COLUMN / 2;
    let y = |row: usize| TOP + ROW * row;
    for (place, mark) in marks.iter().enumerate() {
        if mark.is_continued {
            continue;
        }
        let (from, above) = mark.parent.map_or((16, y(0)), |above| (x(above), y(marks[above].row) + BOX / 2));
        put!(
            html,
            "<line data-key=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            place,
            from,
            above,
            x(place),
            y(mark.row) - BOX / 2
        );
    }
    put!(html, "</g><circle class=\"root\" cx=\"16\" cy=\"{}\" r=\"6\"/>", y(0));
    for (element, (place, mark)) in elements.iter().zip(marks.iter().enumerate()) {
        let Dot { replica, number } = element.id;
        put!(
            html,
            "<g class=\"node {}{}\" data-key=\"{}.{}\" transform=\"translate({} {})\">\
             <rect x=\"-12\" y=\"-15\" width=\"24\" height=\"30\" rx=\"4\"/><text y=\"6\">{}</text>",
            author(replica),
            if element.is_deleted { " deleted" } else { "" },
            replica,
            number,
            x(place),
            y(mark.row),
            glyph(element.inserted.letter)
        );
        if element.is_deleted {
            put!(html, "<path d=\"M-10 9 10 -9\"/>");
        }
        if !mark.is_continued {
            put!(html, "<text class=\"who\" y=\"27\">{}</text>", replica);
        }
        put!(html, "</g>");
    }
    put!(html, "</svg>");
}
