//! A page → its sections' text, as a reader would see it.

use demos::{figure, shell};
use pulldown_cmark::{Event, Tag, TagEnd};

use crate::model::{Page, PageKind, Site};
use crate::parse::{DemoFence, Document, Family, Fence, Mark, Piece};

/// What stands between two headings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// The heading's text; the page's title for its beginning.
    pub heading: String,
    /// 1 to 6; 0 for the page's beginning.
    pub level: u8,
    /// The heading's anchor; empty for the page's beginning.
    pub anchor: String,
    /// Whether it only says again what other sections explain: a quiz, a summary, a glossary, a list of pages.
    pub repeats: bool,
    /// What it says, in order.
    pub lines: Vec<Line>,
}

/// A paragraph, an item, a row, or a line of code; never empty, never with a line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// Whether it stands in a code block or a drawing.
    pub is_code: bool,
}

/// A page's sections, its beginning first.
#[must_use]
pub fn sections(site: &Site, page: &Page) -> Vec<Section> {
    let beside_lessons = is_beside_lessons(site, page);
    let mut beginning =
        Section { heading: page.title.clone(), repeats: beside_lessons, ..Section::default() };
    let Some(document) = &page.document else {
        beginning.lines = listed(site, page);
        beginning.repeats = true;
        return vec![beginning];
    };
    let mut collector = Collector {
        document,
        done: Vec::new(),
        open: beginning,
        line: String::new(),
        families: Vec::new(),
        beside_lessons,
        in_heading: false,
    };
    for field in &document.metadata {
        collector.line(&format!("{} {}", field.label, field.value));
    }
    for piece in &document.pieces {
        collector.piece(piece);
    }
    collector.finish()
}

/// Whether a page lies among a track's modules and is none: a glossary, a list of sources, a cheat sheet. Its headings
/// are the very words that readers type, and the lesson that explains them would be found behind all of them.
fn is_beside_lessons(site: &Site, page: &Page) -> bool {
    let index = site.folders.get(&page.folder).map(|folder| &site.pages[folder.index]);
    page.kind == PageKind::Page && index.is_some_and(|index| index.kind == PageKind::Track)
}

/// What an index that nobody wrote says: the pages in its folder.
fn listed(site: &Site, page: &Page) -> Vec<Line> {
    let children = site.folders.get(&page.folder).into_iter().flat_map(|folder| &folder.children);
    let line = |index: &usize| {
        let child = &site.pages[*index];
        let description = child.document.as_ref().map_or("", |document| document.description.as_str());
        Line { text: tidy(&format!("{} · {description}", child.title)), is_code: false }
    };
    children.map(line).collect()
}

struct Collector<'a> {
    document: &'a Document,
    done: Vec<Section>,
    open: Section,
    line: String,
    /// Of the sections around.
    families: Vec<Family>,
    beside_lessons: bool,
    in_heading: bool,
}

impl Collector<'_> {
    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::HeadingStart(index) => self.heading(*index),
            Piece::HeadingEnd(_) => {
                self.line.clear();
                self.in_heading = false;
            }
            // The heading's own text is known.
            _ if self.in_heading => {}
            Piece::Markdown(event) => self.event(event),
            Piece::Html(html) => self.html(html),
            Piece::Image { alternative, .. } => self.line.push_str(alternative),
            Piece::Fence(index) => self.fence(&self.document.fences[*index]),
            Piece::AlertStart { kind, title } => self.line(title.as_deref().unwrap_or(kind.title())),
            Piece::TableStart { .. } | Piece::AlertEnd => self.end_line(),
            Piece::LinkStart(_) | Piece::LinkEnd => {}
            Piece::Structure(mark) => self.mark(*mark),
        }
    }

    fn mark(&mut self, mark: Mark) {
        match mark {
            Mark::SectionStart(family, _) => self.families.push(family),
            Mark::SectionEnd => drop(self.families.pop()),
            // A number between two words would join them.
            Mark::NoteReference(..) | Mark::NoteBack(..) => self.line.push(' '),
            Mark::QuestionStart(_)
            | Mark::QuestionEnd
            | Mark::QuestionItem(_)
            | Mark::Answer
            | Mark::NotesStart
            | Mark::NoteStart(_)
            | Mark::NoteEnd
            | Mark::NotesEnd => self.end_line(),
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.line.push_str(text),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak | Event::Rule => self.end_line(),
            Event::Start(tag) if !is_inline(tag) => self.end_line(),
            Event::End(TagEnd::TableCell) => self.line.push_str(" · "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead | TagEnd::Paragraph | TagEnd::Item) => {
                self.end_line()
            }
            Event::Html(html) | Event::InlineHtml(html) => self.html(html),
            _ => {}
        }
    }

    fn heading(&mut self, index: usize) {
        self.end_line();
        let heading = &self.document.headings[index];
        let next = Section {
            heading: heading.text.clone(),
            level: heading.level,
            anchor: heading.id.clone(),
            repeats: self.beside_lessons || self.families.iter().any(|family| repeats(*family)),
            lines: Vec::new(),
        };
        self.done.push(std::mem::replace(&mut self.open, next));
        self.in_heading = true;
    }

    fn fence(&mut self, fence: &Fence) {
        self.end_line();
        if let Some(demo) = &fence.demo {
            return self.demo(demo);
        }
        for line in fence.code().lines() {
            let text = tidy(line);
            if text.contains(char::is_alphanumeric) {
                self.open.lines.push(Line { text, is_code: true });
            }
        }
    }

    /// What a demo says without script: what it shows, its caption, and the story of its scenario.
    fn demo(&mut self, demo: &DemoFence) {
        let Some(figure) = figure::find(&demo.id) else { return };
        self.line(figure.info().title);
        self.line(demo.caption.as_deref().unwrap_or(figure.info().summary));
        self.line(demo.predict.as_deref().unwrap_or_default());
        if let Ok(still) = shell::still(figure, &demo.settings, demo.predict.as_deref(), demo.run.as_deref())
        {
            self.line(&still.summary);
            self.html(&still.story);
            self.end_line();
        }
    }

    /// The text of some HTML of ours.
    fn html(&mut self, html: &str) {
        let mut rest = html;
        while let Some((text, tag)) = rest.split_once('<') {
            self.line.push_str(&plain(text));
            let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
            let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
            match name {
                Some("p" | "li" | "ol" | "ul" | "summary" | "details" | "div" | "br" | "tr") => {
                    self.end_line()
                }
                Some("td" | "th") => self.line.push(' '),
                _ => {}
            }
            rest = after;
        }
        self.line.push_str(&plain(rest));
    }

    /// A line of its own.
    fn line(&mut self, text: &str) {
        self.end_line();
        self.line.push_str(text);
        self.end_line();
    }

    fn end_line(&mut self) {
        let text = tidy(&self.line);
        self.line.clear();
        if text.contains(char::is_alphanumeric) {
            self.open.lines.push(Line { text, is_code: false });
        }
    }

    fn finish(mut self) -> Vec<Section> {
        self.end_line();
        self.done.push(self.open);
        self.done
    }
}

/// Whether sections of a family say again what others explain.
fn repeats(family: Family) -> bool {
    match family {
        Family::Learn
        | Family::Quiz
        | Family::Takeaways
        | Family::Next
        | Family::Reading
        | Family::Prerequisites => true,
        Family::WhyMatters | Family::DidYouKnow | Family::Mistakes | Family::Exercise => false,
    }
}

/// One blank between words, and nothing of a drawing's frame.
fn tidy(line: &str) -> String {
    let drawn = |letter: char| matches!(letter, '\u{2500}'..='\u{25ff}');
    let words = line.split(|letter: char| letter.is_whitespace() || letter.is_control() || drawn(letter));
    let text = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    text.trim_end_matches([' ', '·']).to_owned()
}

fn plain(html: &str) -> String {
    if !html.contains('&') {
        return html.to_owned();
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript | Tag::TableCell
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::model::Site;
    use crate::parse::{ParseOptions, parse};
    use crate::source::SourcePath;

    fn of(text: &str) -> Vec<Section> {
        let document = parse(&SourcePath::new("a.md"), text, ParseOptions::default());
        let (site, _) = Site::new(vec![document.into()], Default::default(), &Config::default());
        sections(&site, site.pages.iter().find(|page| page.document.is_some()).unwrap())
    }

    fn texts(section: &Section) -> Vec<&str> {
        section.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_page_begins_before_its_first_heading_and_every_heading_begins_a_section() {
        let sections = of("# Title\nFirst *words*.\n\n## Part `one`\nText.\n\n### Deeper\n");
        let heads: Vec<_> =
            sections.iter().map(|section| (section.level, &*section.heading, &*section.anchor)).collect();
        assert_eq!(heads, [(0, "Title", ""), (2, "Part one", "part-one"), (3, "Deeper", "deeper")]);
        assert_eq!(texts(&sections[0]), ["First words."]);
        assert_eq!(texts(&sections[1]), ["Text."]);
    }

    #[test]
    fn rows_items_answers_and_code_are_lines() {
        let sections = of(
            "# T\n\n| A | B |\n|---|---|\n| 1 | `x` |\n\n- item\n  continued\n\n```sh\nrun <it>\n\n```\n\n\
                           <details><summary>Answer</summary>\n\nBecause **so**.\n\n</details>\n",
        );
        assert_eq!(
            texts(&sections[0]),
            ["A · B", "1 · x", "item continued", "run <it>", "Answer", "Because so."]
        );
        assert!(sections[0].lines[3].is_code);
    }

    #[test]
    fn a_quiz_says_again_what_others_explain_and_so_do_its_questions() {
        let sections = of("# T\n\n## Quiz\n\n### Question 1\nWhy?\n\n## Part 2\n");
        let repeats: Vec<_> = sections.iter().map(|section| section.repeats).collect();
        assert_eq!(repeats, [false, true, true, false]);
    }

    #[test]
    fn a_page_among_modules_that_is_none_says_again_what_they_explain() {
        let page =
            |path: &str, text: &str| parse(&SourcePath::new(path), text, ParseOptions::default()).into();
        let documents = vec![
            page("track/module-1-quorums.md", "# Module 1: Quorums\n"),
            page("track/glossary.md", "# Glossary\n\n## Quorum\n"),
            page("notes/glossary.md", "# Glossary\n\n## Quorum\n"),
        ];
        let (site, _) = Site::new(documents, Default::default(), &Config::default());
        let repeats = |url: &str| -> Vec<bool> {
            let page = site.pages.iter().find(|page| page.url == url).unwrap();
            sections(&site, page).iter().map(|section| section.repeats).collect()
        };
        assert_eq!(repeats("track/module-1-quorums/index.html"), [false]);
        assert_eq!(repeats("track/glossary/index.html"), [true, true]);
        assert_eq!(repeats("notes/glossary/index.html"), [false, false]);
    }

    #[test]
    fn the_frame_of_a_drawing_is_not_text() {
        let sections = of("# T\n\n```\n┌──────┐   ┌───┐\n│ node │──▶│ b │\n└──────┘   └───┘\n```\n");
        assert_eq!(texts(&sections[0]), ["node b"]);
    }

    #[test]
    fn the_story_of_a_demo_is_text() {
        let sections = of("# T\n\n```demo\nid = \"raft-election\"\nscenario = \"split-vote\"\n```\n");
        let text = texts(&sections[0]).join("\n");
        assert!(text.lines().count() > 5, "{text}");
        assert!(!text.contains(['<', '>']), "{text}");
    }
}
