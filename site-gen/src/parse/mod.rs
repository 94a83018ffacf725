//! One text → one [`Document`] and its diagnostics.
//!
//! Three steps: `front_matter` is split off; `prepare` puts blank lines where authors forget them, so that Markdown
//! inside `<details>` is Markdown; `body` turns pulldown-cmark's events into [`Piece`]s, in which headings, links
//! and fences are numbered, raw HTML is clean and balanced, and metadata has been taken out.
//! Every span is a byte range of the original text.

mod body;
mod demo_fence;
mod fence;
mod front_matter;
mod html;
mod metadata;
mod prepare;
mod raw_html;
mod slug;
mod stretched;
mod structure;

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Alignment, Event};

pub use body::words;
pub use demo_fence::DemoFence;
pub use fence::Fence;
pub use front_matter::FrontMatter;
pub(crate) use front_matter::is_plain;
pub use slug::slug;
pub use structure::{Family, Mark};

use crate::source::SourcePath;
use crate::{Diagnostic, Severity};

/// A page as its author wrote it, understood but not yet placed in a site.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it lies.
    pub path: SourcePath,
    /// Title for people: front matter, else the first H1, else the file's name.
    pub title: String,
    /// The first H1's contents, for the template; plain text where there is no H1.
    pub title_pieces: Vec<Piece>,
    /// Anchor of the first H1; empty where there is none.
    pub title_id: String,
    /// One or two sentences: front matter, else the first paragraph's beginning.
    pub description: String,
    /// The body without first H1 and metadata.
    pub pieces: Vec<Piece>,
    /// Every heading, the first H1 included, in order.
    pub headings: Vec<Heading>,
    /// Every link and image, in order.
    pub links: Vec<Link>,
    /// Every code block, in order.
    pub fences: Vec<Fence>,
    /// Complexity, time, prerequisites …, as the author labelled them.
    pub metadata: Vec<Field>,
    /// Ids of raw HTML elements: anchors that aren't headings.
    pub ids: Vec<String>,
    /// Words of prose; code doesn't count.
    pub words: usize,
    /// What stood above the Markdown.
    pub front_matter: FrontMatter,
    /// What is wrong with it. File names are relative to the content folder.
    pub problems: Vec<Diagnostic>,
    /// The file's text, for showing the line of a problem.
    pub text: Arc<str>,
}

impl Document {
    /// A warning at a place of this page.
    #[must_use]
    pub fn warning(&self, rule: &'static str, span: Range<usize>, message: String) -> Diagnostic {
        Diagnostic::warning(rule, self.path.as_str(), message).at(&self.text, span)
    }
}

/// A stretch of a body, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// An event that needs nothing but pulldown-cmark's own writer.
    Markdown(Event<'static>),
    /// Clean HTML.
    Html(String),
    /// A heading begins: index into [`Document::headings`].
    HeadingStart(usize),
    /// That heading ends.
    HeadingEnd(usize),
    /// A link begins: index into [`Document::links`].
    LinkStart(usize),
    /// The innermost link ends.
    LinkEnd,
    /// An image, with its text alternative.
    Image {
        /// Index into [`Document::links`].
        link: usize,
        /// Text alternative; may be empty.
        alternative: String,
        /// More attributes, clean, each with a blank before it; may be empty.
        attributes: String,
    },
    /// A code block, box drawing or demo: index into [`Document::fences`].
    Fence(usize),
    /// A table begins; the label says what its columns are.
    TableStart {
        /// Alignment of each column.
        alignments: Vec<Alignment>,
        /// The header cells' text.
        label: String,
    },
    /// A note, tip, warning … begins.
    AlertStart {
        /// Which kind.
        kind: AlertKind,
        /// Its own title, if it has one.
        title: Option<String>,
    },
    /// It ends.
    AlertEnd,
    /// What the pieces around it mean in a track; adds nothing to read.
    Structure(Mark),
}

/// GitHub's five kinds of alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    /// Useful to know.
    Note,
    /// Helpful advice.
    Tip,
    /// Needed to succeed.
    Important,
    /// Needs attention now.
    Warning,
    /// Risks of an action.
    Caution,
}

impl AlertKind {
    /// The kind by its name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let kinds = [Self::Note, Self::Tip, Self::Important, Self::Warning, Self::Caution];
        kinds.into_iter().find(|kind| kind.title().eq_ignore_ascii_case(name))
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Note => "Note",
            Self::Tip => "Tip",
            Self::Important => "Important",
            Self::Warning => "Warning",
            Self::Caution => "Caution",
        }
    }
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text, without markup.
    pub text: String,
    /// Its anchor: GitHub's slug, unique on the page.
    pub id: String,
    /// Where it stands.
    pub span: Range<usize>,
}

/// A link or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the author wrote as target, decoded from Markdown but not from `%20`.
    pub destination: String,
    /// The title in quotes; may be empty.
    pub title: String,
    /// Whether it is an image.
    pub is_image: bool,
    /// Where its destination stands.
    pub span: Range<usize>,
}

/// One field of a page's metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The author's label, such as `Complexity`; empty for a bare remark such as `Foundation Track`.
    pub label: String,
    /// The value's plain text, without the square brackets of `[MEDIUM]`.
    pub value: String,
    /// The value with its links and code.
    pub pieces: Vec<Piece>,
    /// Where the value stands; empty for an empty value.
    pub span: Range<usize>,
}

/// What parsing needs to know beside the text.
#[derive(Debug, Clone, Copy, Default)]
pub struct ParseOptions {
    /// Whether raw HTML may run script and set styles.
    pub trust_raw_html: bool,
}

/// Parses one page. Never fails: what is wrong is among the document's problems.
#[must_use]
pub fn parse(path: &SourcePath, text: &str, options: ParseOptions) -> Document {
    let (front_matter, markdown_start, mut problems) = front_matter::split(path, text);
    let prepared = prepare::prepare(text, markdown_start);
    let body = body::Body::parse(&prepared, options);
    problems.extend(body.problems.iter().map(|problem| problem.diagnostic(path, text)));
    problems.extend(body.fences.iter().flat_map(|fence| fence.problems(path, text)));
    let title = front_matter.title.clone().or_else(|| body.title()).unwrap_or_else(|| title_of_file(path));
    let title_pieces = match (&front_matter.title, body.title_pieces.is_empty()) {
        (None, false) => body.title_pieces,
        _ => vec![Piece::Markdown(Event::Text(title.clone().into()))],
    };
    Document {
        path: path.clone(),
        title,
        title_pieces,
        title_id: body.title_id,
        description: front_matter.description.clone().unwrap_or(body.description),
        pieces: structure::structured(body.pieces, &body.headings),
        headings: body.headings,
        links: body.links,
        fences: body.fences,
        metadata: body.metadata,
        ids: body.ids,
        words: body.words,
        front_matter,
        problems,
        text: text.into(),
    }
}

/// A problem found while reading the body, before the file has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    severity: Severity,
    rule: &'static str,
    span: Range<usize>,
    message: String,
    hint: Option<String>,
}

impl Problem {
    fn warning(rule: &'static str, span: Range<usize>, message: String) -> Self {
        Self { severity: Severity::Warning, rule, span, message, hint: None }
    }

    fn hint(self, hint: &str) -> Self {
        Self { hint: Some(hint.to_owned()), ..self }
    }

    fn diagnostic(&self, path: &SourcePath, text: &str) -> Diagnostic {
        Diagnostic {
            severity: self.severity,
            hint: self.hint.clone(),
            ..Diagnostic::error(self.rule, path.as_str(), &self.message).at(text, self.span.clone())
        }
    }
}

/// `module-1.2-some-name.md` → `Module 1.2: Some name`; `some_name.md` → `Some name`; an index → its folder's name.
fn title_of_file(path: &SourcePath) -> String {
    let stem =
        if path.is_index() { path.folder().rsplit('/').next().unwrap_or_default() } else { path.stem() };
    title_of_name(stem)
}

/// A file's or folder's name as a title.
#[must_use]
pub fn title_of_name(name: &str) -> String {
    if let Some((number, rest)) = name.strip_prefix("module-").and_then(|rest| rest.split_once('-'))
        && number.starts_with(|first: char| first.is_ascii_digit())
    {
        return format!("Module {number}: {}", title_of_name(rest));
    }
    let spaced = name.replace(['-', '_'], " ");
    let mut characters = spaced.trim().chars();
    match characters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + characters.as_str(),
        None => "Home".to_owned(),
    }
}

/// The text of inline events, without markup.
fn plain_text<'a>(events: impl IntoIterator<Item = &'a Event<'static>>) -> String {
    let mut plain = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => plain.push_str(text),
            Event::SoftBreak | Event::HardBreak => plain.push(' '),
            _ => {}
        }
    }
    plain
}
