//! Box drawings → SVG: characters on a grid, lines that join, words as text.
//!
//! `grid` reads the text, `boxes` finds frames, `mend` straightens their right borders, `words` puts the text in
//! reading order, `svg` draws. What doesn't look like a drawing stays code.

mod arms;
mod boxes;
mod grid;
mod mend;
mod svg;
mod words;

use grid::Grid;

use super::text::{escaped, escaped_text};

/// Fewest line cells of a drawing without a frame.
const FEWEST_LINES: usize = 4;

/// Whether blocks with this label may be drawings.
#[must_use]
pub fn is_candidate(label: &str) -> bool {
    matches!(label.to_ascii_lowercase().as_str(), "" | "text" | "txt" | "ascii" | "diagram")
}

/// The drawing as a figure; none when it had better stay code.
#[must_use]
pub fn figure(text: &str) -> Option<String> {
    let mut grid = Grid::read(text);
    let boxes = boxes::find(&grid);
    if boxes.is_empty() && !is_flow(&grid) {
        return None;
    }
    let boxes = mend::mended(&mut grid);
    let label = words::in_reading_order(&grid, &boxes);
    Some(format!(
        "<figure class=\"diagram\"><div class=\"diagram-scroll\">{}</div><details class=\"diagram-text\"><summary>As text</summary><pre tabindex=\"0\">{}</pre></details></figure>\n",
        svg::draw(&grid, &boxes, &escaped(&label)),
        escaped_text(&grid.text()),
    ))
}

/// Where a frame that names a module leads.
pub struct ModuleLink<'a> {
    /// Address, as the page needs it.
    pub href: String,
    /// The module's title.
    pub title: &'a str,
    /// The module's `page.url`, by which a reader's progress knows it.
    pub page: &'a str,
}

/// A drawing whose frames that name modules lead there. `link` says where, by the module's number.
#[must_use]
pub fn linked<'a>(figure: &str, link: impl Fn(&str) -> Option<ModuleLink<'a>>) -> String {
    let mut parts = figure.split(" data-module=\"");
    let mut html = parts.next().unwrap_or_default().to_owned();
    let mut is_linked = false;
    for part in parts {
        let (number, rest) = part.split_once('"').unwrap_or((part, ""));
        let end = rest.find("/>").map_or(rest.len(), |end| end + "/>".len());
        match (link(number), html.rfind("<rect")) {
            (Some(ModuleLink { href, title, page }), Some(start)) => {
                is_linked = true;
                let rect = html.split_off(start);
                html.push_str(&format!(
                    "<a href=\"{}\" data-page=\"{}\" aria-label=\"{}\">{rect}{}</a>{}",
                    escaped(&href),
                    escaped(page),
                    escaped(title),
                    &rest[..end],
                    &rest[end..]
                ));
            }
            _ => html.push_str(rest),
        }
    }
    if is_linked {
        // An image has no parts that can be pressed; a group has. Its words are its label and its links' labels.
        html = html.replacen("<svg role=\"img\"", "<svg role=\"group\"", 1);
        html = html.replacen("<g class=\"words\"", "<g class=\"words\" aria-hidden=\"true\"", 1);
    }
    html
}

/// Frames whose right border is still ragged after mending, of all frames. For surveys of real input.
#[must_use]
pub fn ragged(text: &str) -> (usize, usize) {
    let mut grid = Grid::read(text);
    let boxes = mend::mended(&mut grid);
    (boxes.iter().filter(|frame| mend::is_ragged(&grid, frame)).count(), boxes.len())
}

/// Lines with an arrowhead at the end: a drawing, even without a frame. A tree of files has lines, but no arrows.
fn is_flow(grid: &Grid) -> bool {
    let lines = grid.places().filter(|(row, column)| grid.arms(*row, *column).is_some()).count();
    let heads = grid.places().filter(|(row, column)| {
        grid.arrow(*row, *column).is_some_and(|arrow| {
            let (row, column) = arrow.opposite().step((*row, *column));
            grid.arms(row, column).is_some_and(|arms| arms.towards(arrow) > 0)
        })
    });
    lines >= FEWEST_LINES && heads.count() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_arrows_are_drawings_and_trees_and_rules_are_code() {
        assert!(figure("┌───┐\n│ a │\n└───┘\n").is_some());
        assert!(figure("client ────► server\n").is_some());
        assert!(figure("src\n├── main.rs\n│   └── x\n└── lib.rs\n").is_none());
        assert!(figure("TITLE\n══════════\nstep 1 → step 2\n").is_none());
        assert!(figure("$ ls -la\n").is_none());
    }

    #[test]
    fn a_drawing_keeps_all_of_its_words() {
        let html = figure(
            "┌──────────┐     ┌──────────┐\n│ <leader> │────►│ follower │\n└──────────┘     └──────────┘\n",
        )
        .unwrap();
        assert!(html.contains("aria-label=\"&lt;leader&gt;; follower\""), "{html}");
        assert!(html.contains(">&lt;leader&gt;</text>"), "{html}");
        assert!(html.contains("<pre tabindex=\"0\">┌──"), "{html}");
    }

    #[test]
    fn frames_that_name_modules_lead_to_those_there_are() {
        let drawing = figure(
            "┌────────────┐  ┌────────────┐\n│ Module 5.1 │─►│ Module 9.9 │\n└────────────┘  └────────────┘\n",
        );
        let html = linked(&drawing.unwrap(), |number| {
            let href = || "../a/index.html".to_owned();
            (number == "5.1").then(|| ModuleLink { href: href(), title: "A & B", page: "a/index.html" })
        });
        assert!(
            html.contains(
                "<a href=\"../a/index.html\" data-page=\"a/index.html\" aria-label=\"A &amp; B\"><rect class=\"box\" x="
            ),
            "{html}"
        );
        assert_eq!((html.matches("<a ").count(), html.matches("data-module").count()), (1, 0), "{html}");
        assert!(html.contains("<svg role=\"group\"") && !html.contains("role=\"img\""), "{html}");
    }

    #[test]
    fn indentation_that_all_lines_share_is_no_part_of_a_drawing() {
        let frame = "┌───┐\n│ a │\n└───┘\n";
        assert_eq!(figure(&format!("    {}", frame.replace('\n', "\n    "))), figure(frame));
    }

    #[test]
    fn only_the_drawing_scrolls_and_its_text_lies_outside() {
        let html = figure("┌───┐\n│ a │\n└───┘\n").unwrap();
        assert!(html.contains("</svg></div><details class=\"diagram-text\">"), "{html}");
    }

    #[test]
    fn no_colour_and_no_inline_style_is_in_a_drawing() {
        let html = figure("╔══╗\n║a ║▶ b\n╚══╝\n").unwrap();
        assert!(!html.contains("style=") && !html.contains("#0"), "{html}");
        assert!(html.contains("currentColor"), "{html}");
    }
}
