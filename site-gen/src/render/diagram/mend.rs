//! Straightens ragged right borders. Only blanks before a right border change, and blanks behind it that would
//! otherwise push a neighbour out of place; text and lines never do.

use super::boxes::{self, Frame};
use super::grid::{Cell, Grid};

/// How far a border may have strayed and still be taken for it.
const FARTHEST: usize = 12;

/// How often mending may bring further frames to light.
const MOST_ROUNDS: usize = 16;

/// Mends every frame, and returns them as they are then. A neighbour of a ragged frame stands in its place, and is found,
/// only once that frame is mended.
pub(super) fn mended(grid: &mut Grid) -> Vec<Frame> {
    for _ in 0..MOST_ROUNDS {
        let frames = boxes::find(grid);
        let before = grid.clone();
        mend(grid, &frames);
        if *grid == before {
            return frames;
        }
    }
    boxes::find(grid)
}

/// Mends every frame, given from the narrowest to the widest.
fn mend(grid: &mut Grid, frames: &[Frame]) {
    for frame in frames {
        let right = intended_right(grid, frame);
        for row in frame.rows() {
            mend_row(grid, frames, frame, row, right);
        }
    }
}

/// Whether some row of a frame still has its right border elsewhere than its corners.
pub(super) fn is_ragged(grid: &Grid, frame: &Frame) -> bool {
    frame.right != frame.bottom_right || frame.rows().any(|row| !closes(grid, row, frame.right))
}

/// The corners' column; where they disagree, the one that more rows agree with.
fn intended_right(grid: &Grid, frame: &Frame) -> usize {
    let agreeing = |right: usize| frame.rows().filter(|row| closes(grid, *row, right)).count();
    if agreeing(frame.bottom_right) > agreeing(frame.right) { frame.bottom_right } else { frame.right }
}

/// Whether a row has something at this column that can be part of a right border: a line, or an arrow through it.
fn closes(grid: &Grid, row: usize, column: usize) -> bool {
    is_border(grid, row, column) || grid.arrow(row, column).is_some()
}

fn is_border(grid: &Grid, row: usize, column: usize) -> bool {
    grid.arms(row, column).is_some_and(|arms| arms.is_vertical())
}

fn mend_row(grid: &mut Grid, frames: &[Frame], frame: &Frame, row: usize, right: usize) {
    if closes(grid, row, right) {
        return;
    }
    let Some(border) = strayed(grid, frame, row, right) else { return };
    let neighbour = next_frame_left(grid, frames, row, border);
    let cells = &mut grid.rows[row];
    if border < right {
        let missing = right - border;
        cells.splice(border..border, std::iter::repeat_n(Cell::BLANK, missing));
        let behind = right + 1..right + 1 + missing;
        let can_take_back =
            neighbour && cells.get(behind.clone()).is_some_and(|gap| gap.iter().all(Cell::is_blank));
        if can_take_back {
            cells.drain(behind);
        }
    } else {
        let surplus = right..border;
        if !cells[surplus.clone()].iter().all(Cell::is_blank) {
            return;
        }
        let removed = surplus.len();
        cells.drain(surplus);
        if neighbour {
            cells.splice(right + 1..right + 1, std::iter::repeat_n(Cell::BLANK, removed));
        }
    }
}

/// The column where the right border of a row has strayed to.
fn strayed(grid: &Grid, frame: &Frame, row: usize, right: usize) -> Option<usize> {
    let from = right.saturating_sub(FARTHEST).max(frame.left + 1);
    let candidates = (from..=right + FARTHEST).filter(|column| {
        // A border right behind a line is a crossing: blanks there would tear the line.
        is_border(grid, row, *column) && grid.arms(row, column - 1).is_none_or(|arms| arms.right == 0)
    });
    candidates.min_by_key(|column| (column.abs_diff(right), *column))
}

/// Whether the next thing behind a strayed border is the left border of another frame, already in its place.
fn next_frame_left(grid: &Grid, frames: &[Frame], row: usize, border: usize) -> bool {
    let cells = &grid.rows[row];
    let next = (border + 1..cells.len()).find(|column| !cells[*column].is_blank());
    next.is_some_and(|next| frames.iter().any(|frame| frame.left == next && frame.contains(row, next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        let mut grid = Grid::read(text);
        super::mended(&mut grid);
        grid.text()
    }

    #[test]
    fn frames_in_a_row_are_mended_one_after_the_other() {
        assert_eq!(
            mended("┌────┐  ┌────┐  ┌────┐\n│ aaa │  │ bbb │  │ ccc │\n└────┘  └────┘  └────┘\n"),
            "┌────┐  ┌────┐  ┌────┐\n│ aaa│  │ bbb│  │ ccc│\n└────┘  └────┘  └────┘\n"
        );
    }

    #[test]
    fn short_and_long_rows_meet_the_corner() {
        assert_eq!(mended("┌─────┐\n│ a  │\n│ b     │\n└─────┘\n"), "┌─────┐\n│ a   │\n│ b   │\n└─────┘\n");
    }

    #[test]
    fn text_is_never_cut() {
        let text = "┌───┐\n│ longer text│\n└───┘\n";
        assert_eq!(mended(text), text);
    }

    #[test]
    fn a_neighbour_in_its_place_stays_there() {
        assert_eq!(
            mended("┌────┐  ┌────┐\n│ a │   │ b  │\n└────┘  └────┘\n"),
            "┌────┐  ┌────┐\n│ a  │  │ b  │\n└────┘  └────┘\n"
        );
    }

    #[test]
    fn a_neighbour_that_was_pushed_comes_back() {
        assert_eq!(
            mended("┌────┐  ┌────┐\n│ a │  │ b  │\n└────┘  └────┘\n"),
            "┌────┐  ┌────┐\n│ a  │  │ b  │\n└────┘  └────┘\n"
        );
    }

    #[test]
    fn the_outer_frame_is_mended_after_the_inner_one() {
        assert_eq!(
            mended("┌──────────┐\n│ ┌────┐   │\n│ │ a │    │\n│ │ b │   │\n│ └────┘   │\n└──────────┘\n"),
            "┌──────────┐\n│ ┌────┐   │\n│ │ a  │   │\n│ │ b  │   │\n│ └────┘   │\n└──────────┘\n"
        );
    }
}
