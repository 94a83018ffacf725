//! pulldown-cmark's events → [`Piece`]s.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::metadata::{self, Located, RawField};
use super::prepare::Prepared;
use super::raw_html::RawHtml;
use super::slug::Slugs;
use super::stretched::Stretched;
use super::{AlertKind, Fence, Field, Heading, Link, ParseOptions, Piece, Problem, plain_text};

/// Everything a page's Markdown holds.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) title_pieces: Vec<Piece>,
    pub(super) title_id: String,
    pub(super) description: String,
    pub(super) pieces: Vec<Piece>,
    pub(super) headings: Vec<Heading>,
    pub(super) links: Vec<Link>,
    pub(super) fences: Vec<Fence>,
    pub(super) metadata: Vec<Field>,
    pub(super) ids: Vec<String>,
    pub(super) words: usize,
    pub(super) problems: Vec<Problem>,
}

const LONGEST_DESCRIPTION: usize = 180;

impl Body {
    /// Reads prepared Markdown.
    pub(super) fn parse(prepared: &Prepared<'_>, options: ParseOptions) -> Self {
        let events = events(&prepared.text, |range| prepared.original_range(&range));
        let mut walker = Walker::new(prepared.source, options);
        let title = title_events(&events);
        let after_title = title.as_ref().map_or(0, |title| title.end);
        if let Some(title) = title.clone() {
            walker.title(&events[title]);
        }
        let metadata = metadata::find(&events, after_title);
        let mut taken: Vec<Range<usize>> = title.into_iter().collect();
        if let Some((fields, range)) = metadata {
            walker.body.metadata = fields.into_iter().map(|field| walker.field(field)).collect();
            // A rule that parted the metadata from the text has nothing left to part.
            let is_rule = matches!(events.get(range.end), Some((Event::Rule, _)));
            taken.push(range.start..range.end + usize::from(is_rule));
        }
        walker.body.description = description(&events[taken.last().map_or(0, |range| range.end)..]);
        let mut start = 0;
        for range in taken {
            walker.walk(&events[start..range.start]);
            start = range.end;
        }
        walker.walk(&events[start..]);
        walker.finish()
    }

    /// The first H1's text.
    pub(super) fn title(&self) -> Option<String> {
        let first = self.headings.iter().find(|heading| heading.level == 1)?;
        (!first.text.is_empty()).then(|| first.text.clone())
    }
}

/// GFM, without alerts: ours may have titles and any case, and are read from the quote's first line.
fn events(markdown: &str, place: impl Fn(Range<usize>) -> Range<usize>) -> Vec<Located> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let parser = Parser::new_ext(markdown, options).into_offset_iter();
    parser.map(|(event, range)| (event.into_static(), place(range))).collect()
}

fn title_events(events: &[Located]) -> Option<Range<usize>> {
    let is_h1 =
        |event: &Event<'_>| matches!(event, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }));
    let start = events.iter().position(|(event, _)| is_h1(event))?;
    Some(start..start + contents(&events[start..]).len() + 2)
}

fn description(events: &[Located]) -> String {
    let mut depth = 0usize;
    for (index, (event, _)) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Paragraph) if depth == 0 => {
                let text = plain_text(contents(&events[index..]).iter().map(|(event, _)| event));
                if text.trim().len() > 20 {
                    return shortened(text.trim());
                }
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    String::new()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST_DESCRIPTION).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", whole_words.trim_end_matches([',', ';', ':', '.', '—', ' ']))
}

/// The events between the first, a start, and its end.
fn contents(events: &[Located]) -> &[Located] {
    let mut depth = 0usize;
    for (index, (event, _)) in events.iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &events[1.min(index)..index];
        }
    }
    &events[1.min(events.len())..]
}

/// What an open quote is.
enum Quote {
    Plain,
    Alert,
}

pub(super) struct Walker<'a> {
    pub(super) source: &'a str,
    pub(super) options: ParseOptions,
    pub(super) body: Body,
    pub(super) html: RawHtml,
    slugs: Slugs,
    quotes: Vec<Quote>,
    directives: Vec<Range<usize>>,
    /// Labels of the footnotes so far, in lower case.
    notes: BTreeSet<String>,
}

impl<'a> Walker<'a> {
    fn new(source: &'a str, options: ParseOptions) -> Self {
        Self {
            source,
            options,
            body: Body::default(),
            html: RawHtml::default(),
            slugs: Slugs::default(),
            quotes: Vec::new(),
            directives: Vec::new(),
            notes: BTreeSet::new(),
        }
    }

    fn title(&mut self, events: &[Located]) {
        let Some((_, span)) = events.first() else { return };
        let inside = contents(events);
        self.body.title_id = self.heading(1, inside, span.clone());
        self.body.title_pieces = self.apart(inside);
    }

    fn field(&mut self, field: RawField) -> Field {
        let plain = plain_text(field.value.iter().map(|(event, _)| event));
        let value = plain.trim().trim_start_matches('[').trim_end_matches(']').trim().to_owned();
        let bracketed = plain.trim().starts_with('[') && plain.trim().ends_with(']');
        let pieces = if bracketed {
            vec![Piece::Markdown(Event::Text(value.clone().into()))]
        } else {
            self.apart(&field.value)
        };
        let place = |event: Option<&Located>| event.map_or(0..0, |(_, span)| span.clone());
        let span = place(field.value.first()).start..place(field.value.last()).end;
        Field { label: field.label, value, pieces, span }
    }

    /// The pieces of some events, kept out of the body.
    fn apart(&mut self, events: &[Located]) -> Vec<Piece> {
        let before = std::mem::take(&mut self.body.pieces);
        self.walk(events);
        std::mem::replace(&mut self.body.pieces, before)
    }

    /// Adds the pieces of some events to the body.
    pub(super) fn walk(&mut self, events: &[Located]) {
        let mut index = 0;
        while index < events.len() {
            index += self.step(&events[index..]).max(1);
        }
    }

    /// Takes the first event, with as many as belong to it. Returns how many were taken.
    fn step(&mut self, events: &[Located]) -> usize {
        let (event, span) = &events[0];
        if self.html.is_swallowing()
            && !matches!(event, Event::InlineHtml(_) | Event::End(_) | Event::Start(_))
        {
            return 1;
        }
        match event {
            Event::Start(tag) => return self.start(tag, events, span),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                self.body.words += words(text);
                self.piece(Piece::Markdown(event.clone()));
            }
            Event::Code(code) => {
                self.body.words += words(code);
                self.piece(Piece::Markdown(event.clone()));
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                let mut raw = Stretched::default();
                raw.push(html, span.start);
                self.raw_html(&raw, false);
            }
            other => self.piece(Piece::Markdown(other.clone())),
        }
        1
    }

    fn start(&mut self, tag: &Tag<'static>, events: &[Located], span: &Range<usize>) -> usize {
        let inside = contents(events);
        match tag {
            Tag::CodeBlock(kind) => self.fence(kind, inside, span),
            Tag::HtmlBlock => {
                let mut raw = Stretched::default();
                for (event, span) in inside {
                    if let Event::Html(html) | Event::Text(html) = event {
                        raw.push(html, span.start);
                    }
                }
                self.raw_html(&raw, true);
            }
            Tag::Image { dest_url, title, .. } => {
                let alternative = plain_text(inside.iter().map(|(event, _)| event));
                let link = self.link(dest_url, title, true, span);
                self.piece(Piece::Image { link, alternative, attributes: String::new() });
            }
            Tag::Paragraph if self.directive(span) => {}
            Tag::FootnoteDefinition(label) if !self.notes.insert(label.to_lowercase()) => {
                let message = format!("the footnote `{label}` is there already");
                let problem =
                    Problem::warning("duplicate-id", span.start..span.start + label.len() + 3, message);
                self.body
                    .problems
                    .push(problem.hint("the first one counts, as on GitHub; this one is left out"));
            }
            Tag::BlockQuote(_) => return self.quote(events, span),
            Tag::Heading { level, .. } => {
                self.heading(*level as u8, inside, span.clone());
                self.html.enter();
                self.piece(Piece::HeadingStart(self.body.headings.len() - 1));
                return 1;
            }
            Tag::Link { link_type, dest_url, title, .. } => {
                let mailto = if *link_type == LinkType::Email { "mailto:" } else { "" };
                let link = self.link(&format!("{mailto}{dest_url}"), title, false, span);
                self.html.enter();
                self.piece(Piece::LinkStart(link));
                return 1;
            }
            Tag::Table(alignments) => {
                self.html.enter();
                let label = table_label(inside);
                self.piece(Piece::TableStart { alignments: alignments.clone(), label });
                return 1;
            }
            other => {
                self.html.enter();
                self.piece(Piece::Markdown(Event::Start(other.clone())));
                return 1;
            }
        }
        inside.len() + 2
    }

    fn end(&mut self, tag: &TagEnd) {
        self.close_html();
        let piece = match tag {
            TagEnd::Heading(_) => {
                let index = self.body.pieces.iter().rev().find_map(|piece| match piece {
                    Piece::HeadingStart(index) => Some(*index),
                    _ => None,
                });
                Piece::HeadingEnd(index.unwrap_or_default())
            }
            TagEnd::Link => Piece::LinkEnd,
            TagEnd::BlockQuote(kind) => match self.quotes.pop() {
                Some(Quote::Alert) => Piece::AlertEnd,
                _ => Piece::Markdown(Event::End(TagEnd::BlockQuote(*kind))),
            },
            other => Piece::Markdown(Event::End(*other)),
        };
        self.piece(piece);
    }

    pub(super) fn piece(&mut self, piece: Piece) {
        self.body.pieces.push(piece);
    }

    pub(super) fn link(
        &mut self,
        destination: &str,
        title: &str,
        is_image: bool,
        whole: &Range<usize>,
    ) -> usize {
        let written = &self.source[whole.clone()];
        let span =
            written.rfind(destination).filter(|_| !destination.is_empty()).map_or(whole.clone(), |found| {
                let start = whole.start + found;
                start..start + destination.len()
            });
        let link = Link { destination: destination.to_owned(), title: title.to_owned(), is_image, span };
        self.body.links.push(link);
        self.body.links.len() - 1
    }

    fn heading(&mut self, level: u8, inside: &[Located], span: Range<usize>) -> String {
        let text = plain_text(inside.iter().map(|(event, _)| event));
        let id = self.slugs.next(&text);
        let heading = Heading { level, text: text.trim().to_owned(), id: id.clone(), span };
        self.body.headings.push(heading);
        id
    }

    fn fence(&mut self, kind: &CodeBlockKind<'_>, inside: &[Located], span: &Range<usize>) {
        let info = match kind {
            CodeBlockKind::Fenced(info) => info,
            CodeBlockKind::Indented => "",
        };
        let mut text = Stretched::default();
        for (event, span) in inside {
            if let Event::Text(part) = event {
                text.push(part, span.start);
            }
        }
        self.body.fences.push(Fence::new(info, span.clone(), self.source, text));
        self.piece(Piece::Fence(self.body.fences.len() - 1));
    }

    /// A quote whose first line is `[!kind] Title` is an alert; the line itself isn't part of its text.
    fn quote(&mut self, events: &[Located], span: &Range<usize>) -> usize {
        self.html.enter();
        let first_line = self.source[span.clone()].lines().next().unwrap_or_default();
        let Some((kind, title)) = alert(first_line) else {
            self.quotes.push(Quote::Plain);
            self.piece(Piece::Markdown(events[0].0.clone()));
            return 1;
        };
        self.quotes.push(Quote::Alert);
        self.piece(Piece::AlertStart { kind, title });
        let is_line_end = |event: &Event<'_>| {
            matches!(event, Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph))
        };
        let line = events.iter().position(|(event, _)| is_line_end(event)).unwrap_or(0);
        if !matches!(events[line].0, Event::End(_)) {
            self.html.enter();
            self.piece(Piece::Markdown(Event::Start(Tag::Paragraph)));
        }
        line + 1
    }

    /// `:::note Title` … `:::`, each alone on its line; also with more colons.
    fn directive(&mut self, span: &Range<usize>) -> bool {
        let Some(directive) = self.source[span.clone()].trim().strip_prefix(":::") else { return false };
        // More colons mark an outer block; blocks end from the inside out, however many they have.
        let directive = directive.trim_start_matches(':');
        if directive.is_empty() && self.directives.pop().is_some() {
            self.close_html();
            self.piece(Piece::AlertEnd);
            return true;
        }
        let name_length = directive.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(directive.len());
        let Some(kind) = AlertKind::named(&directive[..name_length]) else { return false };
        let title = directive[name_length..].trim().trim_start_matches('[').trim_end_matches(']').trim();
        self.directives.push(span.clone());
        self.html.enter();
        self.piece(Piece::AlertStart { kind, title: (!title.is_empty()).then(|| title.to_owned()) });
        true
    }

    fn finish(mut self) -> Body {
        while let Some(span) = self.directives.pop() {
            self.close_html();
            self.piece(Piece::AlertEnd);
            let problem =
                Problem::warning("unbalanced-tag", span, "this `:::` block is never closed".to_owned());
            self.body.problems.push(problem.hint("close it with a line `:::`"));
        }
        self.close_html();
        self.body
    }

    /// Parses text found inside raw HTML and adds its pieces.
    pub(super) fn fragment(&mut self, text: &str, place: impl Fn(Range<usize>) -> Range<usize>) {
        let events = events(text, place);
        self.walk(&events);
    }

    /// As [`Walker::fragment`], for the inside of a line: no paragraphs, lists or headings.
    pub(super) fn inline_fragment(&mut self, text: &str, offset: usize) {
        // Behind a full stop nothing begins a list or a heading; it is taken away again.
        let guarded = format!(".{text}");
        let mut events = events(&guarded, |range| {
            offset + range.start.saturating_sub(1)..offset + range.end.saturating_sub(1)
        });
        events.retain(|(event, _)| {
            !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph))
        });
        if let Some((Event::Text(first), _)) = events.first_mut() {
            *first = first.strip_prefix('.').unwrap_or(first).to_owned().into();
        }
        self.walk(&events);
    }
}

/// `> [!note] Title` → kind and title.
fn alert(line: &str) -> Option<(AlertKind, Option<String>)> {
    let marker = line.trim_start_matches(['>', ' ', '\t']).strip_prefix("[!")?;
    let (name, title) = marker.split_once(']')?;
    let title = title.trim();
    Some((AlertKind::named(name)?, (!title.is_empty()).then(|| title.to_owned())))
}

fn table_label(inside: &[Located]) -> String {
    let head = inside.iter().take_while(|(event, _)| !matches!(event, Event::End(TagEnd::TableHead)));
    let mut cells: Vec<String> = Vec::new();
    for (event, _) in head {
        match event {
            Event::Start(Tag::TableCell) => cells.push(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(cell) = cells.last_mut() {
                    cell.push_str(text);
                }
            }
            _ => {}
        }
    }
    cells.retain(|cell| !cell.trim().is_empty());
    cells.join(", ")
}

/// Words of a text: runs without blanks that hold a letter or a digit.
#[must_use]
pub fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}
