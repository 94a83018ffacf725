//! The picture that a shared link shows: a page's title in the theme's own letters and colours, as PNG.
//!
//! Without SIMD and without fonts of the machine, so that every machine draws the same bytes.

use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};
use ttf_parser::{Face, GlyphId, OutlineBuilder, Tag};

use super::tokens::Tokens;
use crate::source::Theme;

/// What sites that show cards ask for, in pixels.
pub(super) const WIDTH: u16 = 1200;
/// See [`WIDTH`].
pub(super) const HEIGHT: u16 = 630;

const LEFT: f32 = 84.0;
/// What a title may take; the cluster stands beside it.
const TITLE_WIDTH: f32 = 660.0;
const LINES_MAX: usize = 4;
/// Sizes of a title, the largest that fits is taken.
const TITLE_SIZES: [f32; 4] = [84.0, 74.0, 64.0, 54.0];
const LEADING: f32 = 1.14;

/// What stands on a card.
pub(super) struct Words<'a> {
    /// The site's title.
    pub(super) site: &'a str,
    /// What the page is called, perhaps with the number of a module in front.
    pub(super) title: &'a str,
}

/// A theme's letters and colours.
pub(super) struct Painter {
    /// A hash of all that follows.
    key: String,
    serif: Vec<u8>,
    sans: Vec<u8>,
    ink: Color,
    soft: Color,
    paper: Color,
    line: Color,
    accent: Color,
    leader: Color,
    follower: Color,
}

impl Painter {
    /// None for a theme that lacks our fonts or one of our colours.
    #[must_use]
    pub(super) fn new(theme: &Theme, tokens: &Tokens) -> Option<Self> {
        let font = |name: &str| wuff::decompress_woff2(theme.statics.get(name)?).ok();
        let colour = |name: &str| light(tokens.value(name)?);
        let (serif, sans) = (font("literata.woff2")?, font("atkinson.woff2")?);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&serif).update(&sans);
        for value in tokens.names().filter_map(|name| tokens.value(name)) {
            hasher.update(value.as_bytes()).update(b";");
        }
        Some(Self {
            key: hasher.finalize().to_hex().to_string(),
            serif,
            sans,
            ink: colour("--ink")?,
            soft: colour("--ink-soft")?,
            paper: colour("--paper")?,
            line: colour("--line-strong")?,
            accent: colour("--accent")?,
            leader: colour("--leader")?,
            follower: colour("--follower")?,
        })
    }

    /// What every card of this painter depends on.
    #[must_use]
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The card as PNG; none where a font can't be read.
    #[must_use]
    pub(super) fn draw(&self, words: &Words<'_>) -> Option<Vec<u8>> {
        let mut sheet = Pixmap::new(WIDTH.into(), HEIGHT.into())?;
        sheet.fill(self.paper);
        self.cluster(&mut sheet);
        let (serif, sans) = (Letters::new(&self.serif, 650.0)?, Letters::new(&self.sans, 600.0)?);
        let (number, title) = numbered(words.title);
        let mut top = 118.0;
        if title != words.site {
            self.write(&mut sheet, sans.line(words.site, LEFT, top, 34.0), self.soft);
        }
        top += 96.0;
        if let Some(number) = number {
            self.write(&mut sheet, sans.line(number, LEFT, top, 36.0), self.accent);
            fill(&mut sheet, rectangle(LEFT, top + 24.0, 84.0, 6.0), self.accent);
            top += 32.0;
        }
        let fits = |size: &&f32| serif.broken(title, **size, TITLE_WIDTH).len() <= LINES_MAX;
        let size = *TITLE_SIZES.iter().find(fits).unwrap_or(&TITLE_SIZES[TITLE_SIZES.len() - 1]);
        for line in serif.broken(title, size, TITLE_WIDTH).into_iter().take(LINES_MAX) {
            top += size * LEADING;
            self.write(&mut sheet, serif.line(&line, LEFT, top, size), self.ink);
        }
        fill(&mut sheet, rectangle(0.0, f32::from(HEIGHT) - 12.0, f32::from(WIDTH), 12.0), self.accent);
        sheet.encode_png().ok()
    }

    /// The book's mark: a leader and its four followers, their places those of a regular pentagon.
    fn cluster(&self, sheet: &mut Pixmap) {
        const CENTRE: (f32, f32) = (964.0, 330.0);
        const RADIUS: f32 = 184.0;
        const LEADER: (f32, f32) = (0.0, -1.0);
        const FOLLOWERS: [(f32, f32); 4] = [
            (0.951_057, -0.309_017),
            (0.587_785, 0.809_017),
            (-0.587_785, 0.809_017),
            (-0.951_057, -0.309_017),
        ];
        let at = |(x, y): (f32, f32)| (CENTRE.0 + RADIUS * x, CENTRE.1 + RADIUS * y);
        let circle = |(x, y): (f32, f32), radius: f32| PathBuilder::from_circle(x, y, radius);
        let dashes = StrokeDash::new(vec![2.0, 10.0], 0.0);
        stroke(
            sheet,
            circle(CENTRE, RADIUS),
            self.line,
            Stroke { width: 2.5, dash: dashes, ..Stroke::default() },
        );
        let wide = |width: f32| Stroke { width, ..Stroke::default() };
        let (leader_x, leader_y) = at(LEADER);
        for follower in FOLLOWERS {
            let (x, y) = at(follower);
            let mut link = PathBuilder::new();
            link.move_to(leader_x, leader_y);
            link.line_to(x, y);
            stroke(sheet, link.finish(), self.line, wide(1.5));
            // A heartbeat, most of the way there.
            let beat = (leader_x + (x - leader_x) * 0.6, leader_y + (y - leader_y) * 0.6);
            fill(sheet, circle(beat, 8.0), self.accent);
            fill(sheet, circle((x, y), 34.0), self.paper);
            stroke(sheet, circle((x, y), 34.0), self.follower, wide(5.0));
        }
        fill(sheet, circle((leader_x, leader_y), 54.0), self.paper);
        stroke(sheet, circle((leader_x, leader_y), 54.0), self.leader, wide(2.0));
        fill(sheet, circle((leader_x, leader_y), 41.0), self.leader);
    }

    fn write(&self, sheet: &mut Pixmap, letters: Option<Path>, colour: Color) {
        fill(sheet, letters, colour);
    }
}

/// `Module 5.1: A title` as number and title, as the templates part them.
fn numbered(title: &str) -> (Option<&str>, &str) {
    match title.split_once(": ") {
        Some((number, rest)) if number.starts_with("Module ") => (Some(number), rest),
        _ => (None, title),
    }
}

/// The first colour of `light-dark(#rrggbb, #rrggbb)`, or `#rrggbb`.
fn light(value: &str) -> Option<Color> {
    let hex = value.strip_prefix("light-dark(").unwrap_or(value).strip_prefix('#')?;
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Some(Color::from_rgba8(part(0)?, part(2)?, part(4)?, u8::MAX))
}

fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    Some(PathBuilder::from_rect(tiny_skia::Rect::from_xywh(x, y, width, height)?))
}

fn paint(colour: Color) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(colour);
    paint
}

fn fill(sheet: &mut Pixmap, path: Option<Path>, colour: Color) {
    if let Some(path) = path {
        sheet.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
    }
}

fn stroke(sheet: &mut Pixmap, path: Option<Path>, colour: Color, how: Stroke) {
    if let Some(path) = path {
        sheet.stroke_path(&path, &paint(colour), &how, Transform::identity(), None);
    }
}

/// A font at one weight.
struct Letters<'a> {
    face: Face<'a>,
}

impl<'a> Letters<'a> {
    fn new(font: &'a [u8], weight: f32) -> Option<Self> {
        let mut face = Face::parse(font, 0).ok()?;
        // A font without this axis has one weight, which will do.
        let _ = face.set_variation(Tag::from_bytes(b"wght"), weight);
        Some(Self { face })
    }

    fn glyphs(&self, text: &str) -> impl Iterator<Item = GlyphId> {
        // A character that the font lacks is left out: a box would say less.
        text.chars().filter_map(|character| self.face.glyph_index(character))
    }

    fn advance(&self, glyph: GlyphId, size: f32) -> f32 {
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) * size
            / f32::from(self.face.units_per_em())
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        self.glyphs(text).map(|glyph| self.advance(glyph, size)).sum()
    }

    /// A text in lines, broken between words.
    fn broken(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), size) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    /// The outlines of a line whose first letter stands at `x`, on `y`.
    fn line(&self, text: &str, x: f32, y: f32, size: f32) -> Option<Path> {
        let scale = size / f32::from(self.face.units_per_em());
        let mut pen = Pen { path: PathBuilder::new(), x, y, scale };
        for glyph in self.glyphs(text) {
            // A blank has no outline.
            let _ = self.face.outline_glyph(glyph, &mut pen);
            pen.x += self.advance(glyph, size);
        }
        pen.path.finish()
    }
}

/// Glyphs, whose y grows upwards, onto the sheet, whose y grows downwards.
struct Pen {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painter() -> Painter {
        let theme = Theme::read("no templates".as_ref(), "no static files".as_ref()).unwrap();
        let css = String::from_utf8(theme.statics["style.css"].clone()).unwrap();
        Painter::new(&theme, &Tokens::read(&css)).unwrap()
    }

    fn pixels(title: &str) -> Pixmap {
        let png = painter().draw(&Words { site: "A Book", title }).unwrap();
        Pixmap::decode_png(&png).unwrap()
    }

    /// How many pixels of the title's place aren't paper.
    fn written(sheet: &Pixmap) -> usize {
        let paper = sheet.pixel(2, 2).unwrap();
        let places = (230..580).flat_map(|y| (80..740).map(move |x| (x, y)));
        places.filter(|(x, y)| sheet.pixel(*x, *y) != Some(paper)).count()
    }

    #[test]
    fn a_card_says_the_title_and_is_the_same_every_time() {
        let (one, other) = (pixels("Module 5.1: Clocks"), pixels("Module 5.1: Consensus and Coordination"));
        assert_eq!((one.width(), one.height()), (1200, 630));
        assert!(written(&one) > 2_000 && written(&other) > 2 * written(&one));
        assert_eq!(one, pixels("Module 5.1: Clocks"));
    }

    #[test]
    fn the_longest_title_stays_on_the_card_and_beside_the_cluster() {
        let sheet = pixels(
            "Module 10.11: What makes systems distributed, and why nobody who has understood it wants to build one alone",
        );
        let paper = sheet.pixel(2, 2).unwrap();
        assert!((0..1200).all(|x| sheet.pixel(x, 600) == Some(paper)), "text at the foot");
        assert!((0..80).all(|x| (0..600).all(|y| sheet.pixel(x, y) == Some(paper))), "text in the margin");
    }

    #[test]
    fn lines_break_between_words_and_are_no_wider_than_they_may() {
        let painter = painter();
        let letters = Letters::new(&painter.serif, 650.0).unwrap();
        let lines = letters.broken("What Makes Systems Distributed", 84.0, TITLE_WIDTH);
        assert!(lines.len() > 1, "{lines:?}");
        assert!(lines.iter().all(|line| letters.width(line, 84.0) <= TITLE_WIDTH), "{lines:?}");
        assert_eq!(lines.join(" "), "What Makes Systems Distributed");
    }

    #[test]
    fn a_theme_without_our_fonts_has_no_cards() {
        let mut theme = Theme::read("no templates".as_ref(), "no static files".as_ref()).unwrap();
        let css = String::from_utf8(theme.statics["style.css"].clone()).unwrap();
        theme.statics.remove("literata.woff2");
        assert!(Painter::new(&theme, &Tokens::read(&css)).is_none());
    }
}
