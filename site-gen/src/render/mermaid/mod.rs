//! Mermaid fences → SVG, at build time, in the site's own letters and colours.
//!
//! `rusty-mermaid` reads and lays out; what it hands over is a scene of plain shapes, which is written here. Its theme says
//! for every part which of our classes it has, by colours that nothing else uses. What an author coloured keeps its hue as a
//! tint that can be read in both schemes.
//!
//! | File | One sentence |
//! |---|---|
//! | `flow.rs` | the source of a flowchart → what is laid out, or the first place that isn't understood |
//! | `lost.rs` | what the library would leave out of the other kinds, or never end with |
//! | `words.rs` | labels as they are read, and what stands in a source for others than readers |

mod flow;
mod lost;
mod words;

use std::fmt::Write as _;
use std::ops::Range;
use std::panic;

use rusty_mermaid::{Color, DiagramKind, Point, Primitive, Scene, Style, TextAnchor, TextStyle, Theme};
use rusty_mermaid_core::{
    FontWeight, MarkerPath, MarkerType, PathSegment, Transform, marker_path, parse_inline_markdown,
    path_end_tangent, path_start_tangent,
};

use rusty_mermaid_diagrams::flowchart;

use super::text::{escaped, escaped_text};

/// The label of a fence that is one.
pub(super) const LABEL: &str = "mermaid";

/// What is drawn; every other kind stays its source, because it has colours of its own that mean something.
const DRAWN: [DiagramKind; 5] =
    [DiagramKind::Flowchart, DiagramKind::State, DiagramKind::Sequence, DiagramKind::Class, DiagramKind::Er];

/// Free space around a drawing, in pixels.
const MARGIN: f64 = 12.0;
/// Colours of this red and green are places in [`ROLES`]. They are light, or the library would write on them in white.
const SENTINEL: (u8, u8) = (251, 252);

/// The classes that shapes and words can have, in the order of their colours' blue.
const ROLES: [&str; 10] =
    ["node", "edge", "ink", "soft", "label", "accent", "group", "note", "line", "surface"];

/// Why a diagram isn't drawn, and where in its source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: Range<usize>,
    pub(super) message: String,
}

impl Fault {
    fn whole(message: impl Into<String>) -> Self {
        Self { at: 0..0, message: message.into() }
    }
}

/// The diagram as a figure with its source as text.
///
/// # Errors
/// Where it can't be drawn, or not all of it.
pub(super) fn figure(source: &str) -> Result<String, Fault> {
    let (text, title) = words::prepared(source);
    let kind = rusty_mermaid::detect(&text).filter(|kind| DRAWN.contains(kind)).ok_or_else(|| {
        let word = text.split_whitespace().next().unwrap_or_default();
        let start = text.find(word).unwrap_or_default();
        let message = match word {
            "" => "the diagram is empty".to_owned(),
            word => format!("`{word}` is no kind of diagram that can be drawn"),
        };
        Fault { at: start..start + word.len(), message }
    })?;
    let scene = scene(kind, &text)?;
    let mut pen = Pen { kind: Some(kind), ..Pen::default() };
    for element in scene.elements() {
        pen.primitive(&element.primitive);
    }
    // Edges are drawn first; what is read out goes from above to below.
    pen.words.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
    let words: Vec<&str> = pen.words.iter().map(|(.., words)| words.as_str()).collect();
    let titled = title.as_ref().map_or_else(String::new, |title| format!(" “{title}”"));
    let label = format!("{}{titled}: {}", name(kind), words.join("; "));
    let caption =
        title.map_or_else(String::new, |title| format!("<figcaption>{}</figcaption>", escaped_text(&title)));
    Ok(format!(
        "<figure class=\"diagram mermaid\">{caption}<div class=\"diagram-scroll\">{}</div><details class=\"diagram-text\"><summary>As text</summary><pre tabindex=\"0\">{}</pre></details></figure>\n",
        drawing(&scene, &pen.svg, &label),
        escaped_text(source.trim_end()),
    ))
}

fn scene(kind: DiagramKind, text: &str) -> Result<Scene, Fault> {
    let flow = match kind {
        DiagramKind::Flowchart => Some(flow::read(text)?),
        kind => {
            lost::check(kind, text)?;
            None
        }
    };
    // A library that gives up on somebody's diagram must not end the build; the source is shown instead.
    let scene = panic::catch_unwind(|| match &flow {
        Some(diagram) => {
            let layout = flowchart::bridge::layout(diagram);
            let is_whole = layout.nodes.len() == diagram.vertices.len()
                && layout.edges.len() == diagram.edges.len()
                && layout.subgraphs.len() == diagram.subgraphs.len();
            is_whole.then(|| flowchart::to_scene(&layout, &theme()))
        }
        None => rusty_mermaid::render(text, &theme()).ok(),
    });
    let scene = scene.ok().flatten().filter(|scene| scene.width.is_finite() && scene.height.is_finite());
    scene.ok_or_else(|| Fault::whole("this diagram can't be laid out"))
}

fn name(kind: DiagramKind) -> &'static str {
    match kind {
        DiagramKind::Sequence => "Sequence diagram",
        DiagramKind::State => "State diagram",
        DiagramKind::Class => "Class diagram",
        DiagramKind::Er => "Entities and relations",
        _ => "Flowchart",
    }
}

fn drawing(scene: &Scene, parts: &str, label: &str) -> String {
    let (width, height) = (number(scene.width + 2.0 * MARGIN), number(scene.height + 2.0 * MARGIN));
    let margin = number(MARGIN);
    format!(
        "<svg role=\"img\" aria-label=\"{}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <g transform=\"translate({margin} {margin})\">{parts}</g></svg>",
        escaped(label)
    )
}

/// The colour that stands for a class.
fn role(name: &str) -> Color {
    let place = ROLES.iter().position(|role| *role == name).unwrap_or_default();
    Color::rgb(SENTINEL.0, SENTINEL.1, u8::try_from(place).unwrap_or_default())
}

fn theme() -> Theme {
    Theme {
        node_fill: role("surface"),
        node_stroke: role("node"),
        node_text: role("ink"),
        edge_stroke: role("edge"),
        edge_label_text: role("soft"),
        edge_label_bg: role("label"),
        start_fill: role("ink"),
        end_inner_fill: role("accent"),
        composite_fill: role("group"),
        composite_stroke: role("line"),
        composite_label: role("ink"),
        note_fill: role("note"),
        note_stroke: role("line"),
        note_text: role("ink"),
        subgraph_fill: role("group"),
        subgraph_stroke: role("line"),
        subgraph_label: role("ink"),
        divider_stroke: role("line"),
        region_stroke: role("line"),
        lifeline_stroke: role("line"),
        activation_fill: role("note"),
        activation_stroke: role("line"),
        grid_stroke: role("line"),
        muted_text: role("soft"),
        face_fill: role("surface"),
        detail_stroke: role("edge"),
        font_size_edge_label: 13.0,
        font_size_small: 12.0,
        font_size_tiny: 12.0,
        ..Theme::light()
    }
}

/// What a colour of a scene means.
enum Paint {
    /// One of [`ROLES`].
    Role(&'static str),
    /// The author's.
    Own(Color),
}

fn paint(color: Color) -> Paint {
    // What the library itself keeps white lies under the end of an edge.
    if color == Color::WHITE {
        return Paint::Role("surface");
    }
    let is_role = (color.r, color.g) == SENTINEL;
    match ROLES.get(usize::from(color.b)).filter(|_| is_role) {
        Some(role) => Paint::Role(role),
        None => Paint::Own(color),
    }
}

/// With two decimals at most, so that every machine writes the same digits.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if matches!(text, "-0" | "") { "0".to_owned() } else { text.to_owned() }
}

fn points(points: &[Point]) -> String {
    points
        .iter()
        .map(|point| format!("{},{}", number(point.x), number(point.y)))
        .collect::<Vec<_>>()
        .join(" ")
}

#[derive(Default)]
struct Pen {
    kind: Option<DiagramKind>,
    svg: String,
    /// Everything that is written, with where it stands, from above and from the left.
    words: Vec<(f64, f64, String)>,
}

impl Pen {
    /// Writes one element; writing to a `String` cannot fail.
    fn element(&mut self, shape: &str, style: &Style) {
        let _ = write!(self.svg, "<{shape}{}/>", looks(style));
    }

    fn primitive(&mut self, primitive: &Primitive) {
        match primitive {
            Primitive::Rect { bbox, rx, style, .. } => {
                let (x, y) = (bbox.x - bbox.width / 2.0, bbox.y - bbox.height / 2.0);
                let shape = format!(
                    "rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"",
                    number(x),
                    number(y),
                    number(bbox.width),
                    number(bbox.height),
                    number(*rx)
                );
                self.element(&shape, style);
            }
            Primitive::Circle { center, radius, style } => self.ellipse(*center, *radius, *radius, style),
            Primitive::Ellipse { center, rx, ry, style } => self.ellipse(*center, *rx, *ry, style),
            Primitive::Polygon { points: corners, style } => {
                self.element(&format!("polygon points=\"{}\"", points(corners)), style);
            }
            Primitive::Path { segments, style, marker_start, marker_end } => {
                self.element(&format!("path d=\"{}\"", path(segments)), style);
                for (marker, end) in
                    [(marker_start, path_start_tangent(segments)), (marker_end, path_end_tangent(segments))]
                {
                    if let (Some(marker), Some((tip, angle))) = (marker, end) {
                        self.marker(*marker, tip, angle);
                    }
                }
            }
            Primitive::Text { position, content, anchor, style } => {
                self.text(*position, content, *anchor, style);
            }
            Primitive::Group { transform, children } => {
                let transform = match transform {
                    Transform::Identity => String::new(),
                    Transform::Translate(x, y) => format!("translate({} {})", number(*x), number(*y)),
                    Transform::Scale(x, y) => format!("scale({} {})", number(*x), number(*y)),
                    Transform::Rotate { degrees, cx, cy } => {
                        format!("rotate({} {} {})", number(*degrees), number(*cx), number(*cy))
                    }
                };
                let _ = write!(self.svg, "<g transform=\"{transform}\">");
                children.iter().for_each(|child| self.primitive(child));
                self.svg.push_str("</g>");
            }
            // Slices of pies, which aren't drawn.
            Primitive::Arc { .. } => {}
        }
    }

    fn ellipse(&mut self, center: Point, rx: f64, ry: f64, style: &Style) {
        let (x, y) = (number(center.x), number(center.y));
        self.element(
            &format!("ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{}\" ry=\"{}\"", number(rx), number(ry)),
            style,
        );
    }

    /// The end of an edge. Written in place: a `<marker>` would need an id that is unique on the page.
    fn marker(&mut self, marker: MarkerType, tip: Point, angle: f64) {
        let (shape, class) = match marker_path(marker, tip, angle, 1.4) {
            MarkerPath::FillPolygon { points: corners } => {
                (format!("polygon points=\"{}\"", points(&corners)), "head")
            }
            MarkerPath::StrokePolyline { points: corners, closed, .. } => {
                let name = if closed { "polygon" } else { "polyline" };
                (format!("{name} points=\"{}\"", points(&corners)), "open-head")
            }
            MarkerPath::FillAndStrokePolygon { points: corners, fill_is_marker_color, .. } => {
                let class = if fill_is_marker_color { "head" } else { "open-head" };
                (format!("polygon points=\"{}\"", points(&corners)), class)
            }
            MarkerPath::FillCircle { center, radius } => {
                let (x, y) = (number(center.x), number(center.y));
                (format!("circle cx=\"{x}\" cy=\"{y}\" r=\"{}\"", number(radius)), "head")
            }
            MarkerPath::StrokeCurves { curves, .. } => {
                let curves = curves.iter().map(|[from, by, to]| {
                    format!("M{}Q{} {}", points(&[*from]), points(&[*by]), points(&[*to]))
                });
                (format!("path d=\"{}\"", curves.collect::<String>()), "open-head")
            }
        };
        let _ = write!(self.svg, "<{shape} class=\"{class}\"/>");
    }

    fn text(&mut self, position: Point, content: &str, anchor: TextAnchor, style: &TextStyle) {
        let anchor = match anchor {
            TextAnchor::Start => "start",
            TextAnchor::Middle => "middle",
            TextAnchor::End => "end",
        };
        let class = match style.fill.map(paint) {
            Some(Paint::Role("soft")) => "soft",
            // Words on a mark, such as `alt`; elsewhere white is for what an author made dark, and we lighten that.
            Some(Paint::Role("surface")) if self.kind == Some(DiagramKind::Sequence) => "inverse",
            _ => "ink",
        };
        let bold = if style.font_weight == FontWeight::Bold { " font-weight=\"700\"" } else { "" };
        let content =
            ["<br/>", "<br />", "<br>"].iter().fold(content.to_owned(), |text, tag| text.replace(tag, "\n"));
        let lines: Vec<String> = content
            .split('\n')
            .map(|line| match self.kind {
                Some(DiagramKind::Flowchart) => line.into(),
                // The library leaves the quotes around some labels.
                _ => words::with_characters(
                    line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line),
                ),
            })
            .map(|line| match parse_inline_markdown(&line) {
                Some(spans) => spans.iter().map(|span| span.text.as_str()).collect(),
                None => line.into_owned(),
            })
            .collect();
        let line_height = style.font_size * 1.2;
        let mut y = position.y - lines.iter().skip(1).map(|_| line_height / 2.0).sum::<f64>();
        for line in &lines {
            let _ = write!(
                self.svg,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\" dominant-baseline=\"central\"{bold}>{}</text>",
                number(position.x),
                number(y),
                number(style.font_size),
                escaped_text(line)
            );
            y += line_height;
        }
        let words = lines.join(" ");
        if !words.trim().is_empty() && !self.words.iter().any(|(.., known)| known == words.trim()) {
            self.words.push((position.y, position.x, words.trim().to_owned()));
        }
    }
}

fn path(segments: &[PathSegment]) -> String {
    let mut path = String::new();
    for segment in segments {
        match segment {
            PathSegment::MoveTo(to) => path += &format!("M{}", points(&[*to])),
            PathSegment::LineTo(to) => path += &format!("L{}", points(&[*to])),
            PathSegment::CubicTo { cp1, cp2, to } => path += &format!("C{}", points(&[*cp1, *cp2, *to])),
            PathSegment::QuadTo { cp, to } => path += &format!("Q{}", points(&[*cp, *to])),
            PathSegment::ArcTo { rx, ry, rotation, large_arc, sweep, to } => {
                path += &format!(
                    "A{} {} {} {} {} {}",
                    number(*rx),
                    number(*ry),
                    number(*rotation),
                    u8::from(*large_arc),
                    u8::from(*sweep),
                    points(&[*to])
                );
            }
            PathSegment::Close => path.push('Z'),
        }
    }
    path
}

/// Classes and attributes of a shape: `f-` for what fills it, `s-` for its line.
fn looks(style: &Style) -> String {
    let mut classes = Vec::new();
    let mut attributes = String::new();
    match style.fill.map(paint) {
        None => attributes.push_str(" fill=\"none\""),
        Some(Paint::Role(role)) => classes.push(format!("f-{role}")),
        Some(Paint::Own(Color { a: 0, .. })) => attributes.push_str(" fill=\"none\""),
        Some(Paint::Own(Color { r, g, b, .. })) => {
            classes.push("tint".to_owned());
            let _ = write!(attributes, " fill=\"#{r:02x}{g:02x}{b:02x}\"");
        }
    }
    match style.stroke.map(paint) {
        None if style.fill.is_some() => {}
        None => classes.push("s-edge".to_owned()),
        Some(Paint::Role(role)) => classes.push(format!("s-{role}")),
        Some(Paint::Own(Color { r, g, b, .. })) => {
            let _ = write!(attributes, " stroke=\"#{r:02x}{g:02x}{b:02x}\"");
        }
    }
    if let Some(width) = style.stroke_width {
        let _ = write!(attributes, " stroke-width=\"{}\"", number(width));
    }
    if let Some(dashes) = &style.stroke_dasharray {
        let dashes: Vec<String> = dashes.iter().map(|dash| number(*dash)).collect();
        let _ = write!(attributes, " stroke-dasharray=\"{}\"", dashes.join(" "));
    }
    if let Some(opacity) = style.opacity {
        let _ = write!(attributes, " opacity=\"{}\"", number(opacity));
    }
    if !classes.is_empty() {
        let _ = write!(attributes, " class=\"{}\"", classes.join(" "));
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str =
        "flowchart TD\n  A[Write x] --> B{Leader?}\n  B -->|\"yes & no\"| C[(Log)]\n  style C fill:#f9f\n";

    #[test]
    fn a_flowchart_is_drawn_with_all_its_words_and_no_style_of_its_own() {
        let html = figure(FLOW).unwrap();
        assert!(html.contains("aria-label=\"Flowchart: Write x; Leader?; yes &amp; no; Log\""), "{html}");
        for word in ["Write x", "Leader?", "yes &amp; no", "Log"] {
            assert!(html.contains(&format!(">{word}</text>")), "{word}: {html}");
        }
        assert!(!html.contains("inverse"), "{html}");
        assert!(!html.contains("style=") && !html.contains("<style") && !html.contains(" id="), "{html}");
        assert!(html.contains("<pre tabindex=\"0\">flowchart TD\n"), "{html}");
        assert!(
            html.contains("class=\"head\"")
                && html.contains("fill=\"#ff99ff\"")
                && html.contains("class=\"tint "),
            "{html}"
        );
    }

    #[test]
    fn no_colour_of_the_library_gets_through() {
        for source in [
            FLOW.split("  style").next().unwrap(),
            "sequenceDiagram\n  A->>B: hi\n  Note over A,B: both\n  alt x\n  B-->>A: yes\n  else y\n  B--xA: no\n  end\n",
            "stateDiagram-v2\n  [*] --> Follower\n  Follower --> Candidate: times out\n  Candidate --> [*]\n",
            "classDiagram\n  Node <|-- Leader\n  Node : +term\n",
            "erDiagram\n  NODE ||--o{ ENTRY : holds\n",
        ] {
            let html = figure(source).unwrap_or_else(|fault| panic!("{source}: {fault:?}"));
            assert!(!html.contains("=\"#"), "{html}");
            assert_eq!(Ok(html), figure(source));
        }
    }

    #[test]
    fn what_cannot_be_drawn_stays_its_source_and_says_why() {
        for (source, why) in [
            ("", "the diagram is empty"),
            ("grph TD\n A-->B", "`grph` is no kind of diagram that can be drawn"),
            ("pie title x\n \"a\" : 1\n", "`pie` is no kind of diagram that can be drawn"),
            ("flowchart TD\n  A -->\n  (((", "`(((` isn't understood in a flowchart"),
            ("graph TD\nsubgraph q\nA --> q\nend\n", "the `subgraph` `q` would lie in itself"),
        ] {
            assert_eq!(figure(source).expect_err(source).message, why, "{source}");
        }
    }

    #[test]
    fn groups_are_drawn_around_their_nodes_and_joined_as_a_whole() {
        let html = figure(
            "---\ntitle: Two tiers\n---\ngraph\nsubgraph one [The first]\nA-->B\nend\nsubgraph two\nC\nend\none-->two\nB-->C;\n",
        )
        .unwrap();
        for word in ["A", "B", "C", "The first", "two"] {
            assert_eq!(html.matches(&format!(">{word}</text>")).count(), 1, "{word}: {html}");
        }
        assert_eq!(html.matches("class=\"head\"").count(), 3, "{html}");
        assert!(html.contains("<figcaption>Two tiers</figcaption>"), "{html}");
        assert!(html.contains("aria-label=\"Flowchart “Two tiers”: "), "{html}");
    }

    #[test]
    fn characters_written_as_codes_are_drawn_as_themselves() {
        let html = figure("graph TD\nA[\"#quot;x#quot; < y #35;\"]-->|a #lt; b|B\n").unwrap();
        assert!(
            html.contains(">\"x\" &lt; y #</text>") || html.contains(">&quot;x&quot; &lt; y #</text>"),
            "{html}"
        );
        assert!(html.contains(">a &lt; b</text>"), "{html}");
        let html = figure("sequenceDiagram\nA->>B: #35;1\n").unwrap();
        assert!(html.contains(">#1</text>"), "{html}");
    }
}
