//! The grid as SVG. Coordinates are whole tenths of a pixel, so that every machine writes the same digits.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::arms::{Arms, Side, Weight};
use super::boxes::Frame;
use super::grid::Grid;
use crate::render::text::escaped_text;

const COLUMN: usize = 84;
const ROW: usize = 180;
const BASELINE: usize = 132;
/// Half the distance between the strokes of a double line.
const DOUBLE: usize = 15;
const ROUND: usize = 42;
/// What is left free between an arrow's tip and a word that it points at, up or down and sideways.
const CLEARANCE: (usize, usize) = (40, 20);

const LIGHT: Weight = 1;
const HEAVY: Weight = 2;
const TWICE: Weight = 3;

/// The drawing, with a surface in each frame; `label` is its text alternative, escaped for an attribute.
pub(super) fn draw(grid: &Grid, frames: &[Frame], label: &str) -> String {
    let mut pen = Pen::default();
    for (row, column) in grid.places() {
        if let Some(arms) = grid.arms(row, column) {
            pen.cell(grid, row, column, arms);
        } else if let Some(side) = grid.arrow(row, column) {
            pen.arrow(grid, row, column, side);
        }
    }
    let (width, height) = (tenths(grid.width() * COLUMN), tenths(grid.rows.len() * ROW));
    format!(
        "<svg role=\"img\" aria-label=\"{label}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"monospace\" font-size=\"14\">{surfaces}{lines}<g class=\"words\" fill=\"currentColor\">{words}</g></svg>",
        surfaces = surfaces(grid, frames),
        lines = pen.paths(),
        words = words(grid),
    )
}

/// What lies inside the frames, the outermost first. One that names a module says so, for a page that can link it.
fn surfaces(grid: &Grid, frames: &[Frame]) -> String {
    let mut surfaces = String::new();
    for frame in frames.iter().rev().filter(|frame| frame.right == frame.bottom_right) {
        let is_inside = frames.iter().any(|other| other != frame && other.holds(frame));
        let class = if is_inside { "box inner" } else { "box" };
        let module =
            module_named(grid, frame).map_or(String::new(), |number| format!(" data-module=\"{number}\""));
        let _ = write!(
            surfaces,
            "<rect class=\"{class}\"{module} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"none\"/>",
            tenths(frame.left * COLUMN + COLUMN / 2),
            tenths(frame.top * ROW + ROW / 2),
            tenths((frame.right - frame.left) * COLUMN),
            tenths((frame.bottom - frame.top) * ROW),
            tenths(ROUND),
        );
    }
    surfaces
}

/// `5.1` where the first words in a frame are `Module 5.1`.
fn module_named(grid: &Grid, frame: &Frame) -> Option<String> {
    let inside =
        frame.rows().flat_map(|row| grid.stretches(row).into_iter().map(move |stretch| (row, stretch)));
    let first = inside
        .map(|(row, (column, _, text))| (row, column, text))
        .find(|(row, column, _)| frame.contains(*row, *column));
    let (_, _, text) = first?;
    let rest = text.strip_prefix("Module ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches('.');
    number.starts_with(|first: char| first.is_ascii_digit()).then(|| number.to_owned())
}

fn words(grid: &Grid) -> String {
    let mut words = String::new();
    for row in 0..grid.rows.len() {
        for (column, width, text) in grid.stretches(row) {
            // Writing to a `String` cannot fail.
            let _ = write!(
                words,
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
                tenths(column * COLUMN),
                tenths(row * ROW + BASELINE),
                tenths(width * COLUMN),
                escaped_text(&text)
            );
        }
    }
    words
}

/// Strokes by (weight, position across), each a list of stretches along.
type Strokes = BTreeMap<(Weight, usize), Vec<(usize, usize)>>;

#[derive(Default)]
struct Pen {
    horizontal: Strokes,
    vertical: Strokes,
    curves: String,
    heads: String,
}

impl Pen {
    fn cell(&mut self, grid: &Grid, row: usize, column: usize, arms: Arms) {
        let character = grid.cell(row, column).character;
        let center = (column * COLUMN + COLUMN / 2, row * ROW + ROW / 2);
        if matches!(character, '╭' | '╮' | '╯' | '╰' | '┌' | '┐' | '┘' | '└') {
            return self.corner(center, arms);
        }
        for side in Side::ALL {
            match arms.towards(side) {
                0 => {}
                TWICE => self.double_arm(center, side, arms),
                weight => self.arm(center, side, weight),
            }
            if arms.towards(side) > 0 && meets_a_passing_line(grid, (row, column), side) {
                self.reach(center, side, arms.towards(side).min(HEAVY));
            }
        }
    }

    /// From the centre to the edge of the cell.
    fn arm(&mut self, (x, y): (usize, usize), side: Side, weight: Weight) {
        match side {
            Side::Up => stroke(&mut self.vertical, weight, x, (y - ROW / 2, y)),
            Side::Down => stroke(&mut self.vertical, weight, x, (y, y + ROW / 2)),
            Side::Left => stroke(&mut self.horizontal, weight, y, (x - COLUMN / 2, x)),
            Side::Right => stroke(&mut self.horizontal, weight, y, (x, x + COLUMN / 2)),
        }
    }

    /// From the edge of the cell to the centre of the next, whose line runs across.
    fn reach(&mut self, (x, y): (usize, usize), side: Side, weight: Weight) {
        let weight = if weight == HEAVY { HEAVY } else { LIGHT };
        match side {
            Side::Up => stroke(&mut self.vertical, weight, x, (y.saturating_sub(ROW), y - ROW / 2)),
            Side::Down => stroke(&mut self.vertical, weight, x, (y + ROW / 2, y + ROW)),
            Side::Left => stroke(&mut self.horizontal, weight, y, (x.saturating_sub(COLUMN), x - COLUMN / 2)),
            Side::Right => stroke(&mut self.horizontal, weight, y, (x + COLUMN / 2, x + COLUMN)),
        }
    }

    /// Two strokes that meet those of the other arms: inside a corner sooner, outside later.
    fn double_arm(&mut self, (x, y): (usize, usize), side: Side, arms: Arms) {
        let is_double = |side: Side| arms.towards(side) == TWICE;
        let (before, after) = match side {
            Side::Left | Side::Right => (Side::Up, Side::Down),
            Side::Up | Side::Down => (Side::Left, Side::Right),
        };
        for (near, far, is_first) in [(before, after, true), (after, before, false)] {
            // How far the stroke on the `near` side begins beyond the centre: inside a bend later, around it sooner.
            let shift = match (is_double(near), is_double(far) && arms.towards(side.opposite()) == 0) {
                (true, _) => 1isize,
                (false, true) => -1,
                (false, false) => 0,
            };
            let across = |center: usize| if is_first { center - DOUBLE } else { center + DOUBLE };
            let start = |center: usize, sign: isize| {
                center.saturating_add_signed(sign * shift * DOUBLE.cast_signed())
            };
            match side {
                Side::Right => stroke(&mut self.horizontal, LIGHT, across(y), (start(x, 1), x + COLUMN / 2)),
                Side::Left => stroke(&mut self.horizontal, LIGHT, across(y), (x - COLUMN / 2, start(x, -1))),
                Side::Down => stroke(&mut self.vertical, LIGHT, across(x), (start(y, 1), y + ROW / 2)),
                Side::Up => stroke(&mut self.vertical, LIGHT, across(x), (y - ROW / 2, start(y, -1))),
            }
        }
    }

    fn corner(&mut self, (x, y): (usize, usize), arms: Arms) {
        let (edge_y, bend_y) =
            if arms.down > 0 { (y + ROW / 2, y + ROUND) } else { (y - ROW / 2, y - ROUND) };
        let edge_x = if arms.right > 0 { x + COLUMN / 2 } else { x - COLUMN / 2 };
        let _ = write!(
            self.curves,
            "M{} {}V{}Q{} {} {} {}",
            tenths(x),
            tenths(edge_y),
            tenths(bend_y),
            tenths(x),
            tenths(y),
            tenths(edge_x),
            tenths(y)
        );
    }

    /// A head at the end of its cell, short of a word that it points at, and the line up to it.
    fn arrow(&mut self, grid: &Grid, row: usize, column: usize, side: Side) {
        let (left, top) = (column * COLUMN, row * ROW);
        let (x, y) = (left + COLUMN / 2, top + ROW / 2);
        let (long, half) = (75, 38);
        let (above, beside) = if points_at_word(grid, (row, column), side) { CLEARANCE } else { (0, 0) };
        let (tip, base, across) = match side {
            Side::Down => ((x, top + ROW - above), (x, top + ROW - above - long), true),
            Side::Up => ((x, top + above), (x, top + above + long), true),
            Side::Right => ((left + COLUMN - beside, y), (left + COLUMN - beside - long, y), false),
            Side::Left => ((left + beside, y), (left + beside + long, y), false),
        };
        let wings = if across {
            [(base.0 - half, base.1), (base.0 + half, base.1)]
        } else {
            [(base.0, base.1 - half), (base.0, base.1 + half)]
        };
        let _ = write!(
            self.heads,
            "M{} {}L{} {}L{} {}Z",
            tenths(tip.0),
            tenths(tip.1),
            tenths(wings[0].0),
            tenths(wings[0].1),
            tenths(wings[1].0),
            tenths(wings[1].1)
        );
        let tail = side.opposite().step((row, column));
        let is_drawn = matches!(grid.cell(row, column).character, '↑' | '↓' | '→' | '←');
        let has_line = grid.arms(tail.0, tail.1).is_some_and(|arms| arms.towards(side) > 0);
        if !(is_drawn || has_line) {
            return;
        }
        match side {
            Side::Down => stroke(&mut self.vertical, LIGHT, x, (top, base.1)),
            Side::Up => stroke(&mut self.vertical, LIGHT, x, (base.1, top + ROW)),
            Side::Right => stroke(&mut self.horizontal, LIGHT, y, (left, base.0)),
            Side::Left => stroke(&mut self.horizontal, LIGHT, y, (base.0, left + COLUMN)),
        }
    }

    fn paths(self) -> String {
        let mut by_weight: BTreeMap<Weight, String> = BTreeMap::new();
        for ((weight, y), stretches) in self.horizontal {
            let path = by_weight.entry(weight).or_default();
            for (from, to) in joined(stretches) {
                let _ = write!(path, "M{} {}H{}", tenths(from), tenths(y), tenths(to));
            }
        }
        for ((weight, x), stretches) in self.vertical {
            let path = by_weight.entry(weight).or_default();
            for (from, to) in joined(stretches) {
                let _ = write!(path, "M{} {}V{}", tenths(x), tenths(from), tenths(to));
            }
        }
        by_weight.entry(LIGHT).or_default().push_str(&self.curves);
        let mut paths = String::new();
        for (weight, path) in by_weight.into_iter().filter(|(_, path)| !path.is_empty()) {
            let (class, width) = if weight == HEAVY { ("line heavy", "2.4") } else { ("line", "1.2") };
            let _ = write!(
                paths,
                "<path class=\"{class}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\" d=\"{path}\"/>"
            );
        }
        if !self.heads.is_empty() {
            let _ = write!(paths, "<path class=\"head\" fill=\"currentColor\" d=\"{}\"/>", self.heads);
        }
        paths
    }
}

/// Whether the next cell holds a part of a word.
fn points_at_word(grid: &Grid, place: (usize, usize), side: Side) -> bool {
    let (row, column) = side.step(place);
    let is_drawn = grid.arms(row, column).is_some() || grid.arrow(row, column).is_some();
    !is_drawn && !grid.cell(row, column).is_blank()
}

/// Whether the line of the next cell runs across and would leave a gap of half a cell.
fn meets_a_passing_line(grid: &Grid, place: (usize, usize), side: Side) -> bool {
    let (row, column) = side.step(place);
    grid.arms(row, column).is_some_and(|next| {
        let across = match side {
            Side::Up | Side::Down => next.is_horizontal(),
            Side::Left | Side::Right => next.is_vertical(),
        };
        next.towards(side.opposite()) == 0 && across
    })
}

fn stroke(strokes: &mut Strokes, weight: Weight, across: usize, along: (usize, usize)) {
    strokes.entry((weight, across)).or_default().push(along);
}

/// Stretches that touch become one.
fn joined(mut stretches: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    stretches.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (from, to) in stretches {
        match joined.last_mut() {
            Some((_, end)) if *end >= from => *end = to.max(*end),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// Tenths of a pixel as a number of pixels.
fn tenths(value: usize) -> String {
    match value % 10 {
        0 => (value / 10).to_string(),
        rest => format!("{}.{rest}", value / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::super::boxes;
    use super::*;

    fn drawn(text: &str) -> String {
        let grid = Grid::read(text);
        draw(&grid, &boxes::find(&grid), "")
    }

    #[test]
    fn a_frame_is_four_strokes_joined_by_bends() {
        let svg = drawn("┌──┐\n│  │\n└──┘\n");
        assert!(svg.contains("M8.4 9H25.2M8.4 45H25.2M4.2 18V36M29.4 18V36"), "{svg}");
        assert!(svg.contains("M4.2 18V13.2Q4.2 9 8.4 9"), "{svg}");
        assert!(svg.contains("width=\"33.6\" height=\"54\""), "{svg}");
    }

    #[test]
    fn a_line_that_ends_under_another_reaches_it() {
        let svg = drawn("───\n │\n");
        assert!(svg.contains("M12.6 9V36"), "{svg}");
    }

    #[test]
    fn the_strokes_of_a_double_corner_meet() {
        let svg = drawn("╔═\n║\n");
        assert!(svg.contains("M2.7 7.5H16.8") && svg.contains("M5.7 10.5H16.8"), "{svg}");
        assert!(svg.contains("M2.7 7.5V36") && svg.contains("M5.7 10.5V36"), "{svg}");
    }

    #[test]
    fn an_arrow_keeps_clear_of_the_word_it_points_at() {
        let free = drawn("│\n▼\n");
        assert!(free.contains("M4.2 36L"), "{free}");
        let above_word = drawn("│\n▼\na\n");
        assert!(above_word.contains("M4.2 32L"), "{above_word}");
        let beside_word = drawn("─►a\n");
        assert!(beside_word.contains("M14.8 9L"), "{beside_word}");
    }

    #[test]
    fn text_keeps_its_columns() {
        let svg = drawn("a  bc\n");
        assert!(svg.contains("<text x=\"25.2\" y=\"13.2\" textLength=\"16.8\""), "{svg}");
    }

    #[test]
    fn a_frame_has_a_surface_and_names_its_module() {
        let svg = drawn(
            "┌─────────────────────┐\n│ Module 5.1   A name │\n│ ┌────┐ Module 2     │\n│ │ in │              │\n│ └────┘              │\n└─────────────────────┘\n",
        );
        assert!(svg.contains("<rect class=\"box\" data-module=\"5.1\" x=\"4.2\" y=\"9\""), "{svg}");
        assert!(svg.contains("<rect class=\"box inner\" x="), "{svg}");
        let ragged = drawn("┌──┐\n│  │\n└───┘\n");
        assert!(!ragged.contains("<rect"), "{ragged}");
    }
}
