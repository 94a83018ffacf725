//! Frames of a drawing.

use super::arms::Arms;
use super::grid::Grid;

/// A frame, found by its left border and its corners. Its right border may be ragged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) left: usize,
    /// Column of the top right corner.
    pub(super) right: usize,
    /// Column of the bottom right corner: the same, when the author counted well.
    pub(super) bottom_right: usize,
}

impl Frame {
    /// Rows between the top and the bottom.
    pub(super) fn rows(&self) -> std::ops::Range<usize> {
        self.top + 1..self.bottom
    }

    /// Whether another frame lies in this one.
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.contains(other.top, other.left) && self.contains(other.bottom, other.right)
    }

    pub(super) fn contains(&self, row: usize, column: usize) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }
}

/// Every frame, the narrowest first.
pub(super) fn find(grid: &Grid) -> Vec<Frame> {
    let mut frames: Vec<Frame> =
        grid.places().filter_map(|(row, column)| frame_at(grid, row, column)).collect();
    frames.sort_by_key(|frame| (frame.right - frame.left, frame.top, frame.left));
    frames
}

fn frame_at(grid: &Grid, top: usize, left: usize) -> Option<Frame> {
    let corner = grid.arms(top, left)?;
    if !(corner.down > 0 && corner.right > 0 && corner.up == 0 && corner.left == 0) {
        return None;
    }
    let right = edge(grid, top, left, |arms| arms.down > 0 && arms.up == 0)?;
    let mut bottom = top + 1;
    loop {
        let border = grid.arms(bottom, left)?;
        match (border.up > 0, border.down > 0) {
            (true, true) => bottom += 1,
            (true, false) if border.right > 0 => break,
            _ => return None,
        }
    }
    let bottom_right = edge(grid, bottom, left, |arms| arms.up > 0 && arms.down == 0)?;
    (bottom > top + 1).then_some(Frame { top, bottom, left, right, bottom_right })
}

/// The column where a horizontal border that begins at `left` turns. A border may carry a title.
fn edge(grid: &Grid, row: usize, left: usize, turns: impl Fn(Arms) -> bool) -> Option<usize> {
    let mut blanks = 0;
    for column in left + 1..grid.rows.get(row)?.len() {
        match grid.arms(row, column) {
            Some(arms) if arms.is_horizontal() => blanks = 0,
            Some(arms) if arms.left > 0 && turns(arms) => return Some(column),
            Some(_) => return None,
            None if grid.cell(row, column).is_blank() => {
                blanks += 1;
                if blanks > 1 {
                    return None;
                }
            }
            None => blanks = 0,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_and_titled_frames_are_found_the_inner_one_first() {
        let grid =
            Grid::read("┌─ Cluster ──┐\n│ ╔═══╗      │\n│ ║ a ║      │\n│ ╚═╤═╝      │\n└───┴────────┘\n");
        let frames = find(&grid);
        assert_eq!(frames.len(), 2);
        assert_eq!((frames[0].left, frames[0].right, frames[0].top, frames[0].bottom), (2, 6, 1, 3));
        assert_eq!((frames[1].left, frames[1].right, frames[1].bottom), (0, 13, 4));
    }

    #[test]
    fn an_open_shape_is_no_frame() {
        assert_eq!(find(&Grid::read("┌───\n│ a\n└───\n")), []);
    }
}
