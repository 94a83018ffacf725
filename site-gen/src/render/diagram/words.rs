//! A drawing's words in reading order: frame by frame, not across frames that stand side by side.

use super::boxes::Frame;
use super::grid::Grid;

/// Longest text alternative; the whole text stays reachable beside the drawing.
const LONGEST: usize = 900;

/// The words, parted by semicolons.
pub(super) fn in_reading_order(grid: &Grid, frames: &[Frame]) -> String {
    // Each group is (its first row, its frame, its words): the rows of one frame are read together.
    let mut groups: Vec<(Option<usize>, Vec<String>)> = Vec::new();
    for row in 0..grid.rows.len() {
        for (column, _, text) in grid.stretches(row) {
            // Frames come narrowest first, so the first that fits is the innermost.
            let frame = frames.iter().position(|frame| frame.contains(row, column));
            let text = text.trim().to_owned();
            if !text.contains(char::is_alphanumeric) {
                continue;
            }
            match groups.iter_mut().find(|(group, _)| frame.is_some() && *group == frame) {
                Some((_, words)) => words.push(text),
                None => groups.push((frame, vec![text])),
            }
        }
    }
    let label = groups.into_iter().map(|(_, words)| words.join(" ")).collect::<Vec<_>>().join("; ");
    match label.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", label[..end].trim_end()),
        None if label.is_empty() => "Diagram".to_owned(),
        None => label,
    }
}

#[cfg(test)]
mod tests {
    use super::super::boxes;
    use super::*;

    #[test]
    fn frames_side_by_side_are_read_one_after_the_other() {
        let grid = Grid::read("  Before\n┌────┐ ┌────┐\n│ a  │ │ c  │\n│ b  │ │ d  │\n└────┘ └────┘\n");
        assert_eq!(in_reading_order(&grid, &boxes::find(&grid)), "Before; a b; c d");
    }
}
