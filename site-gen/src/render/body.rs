//! A document's pieces → HTML.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pulldown_cmark::{Alignment, Event, Tag, TagEnd, TextMergeStream, html};

use super::text::escaped;
use super::tokens::{self, Tokens};
use super::{demo, diagram, highlight, mermaid, modules};
use crate::Diagnostic;
use crate::cache::Cache;
use crate::model::{AnchorState, Page, Site, Target, module_number, relative_url};
use crate::parse::{AlertKind, Document, Fence, Mark, Piece};
use crate::typography::Typography;

/// What pieces are written on.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    /// The site, for links.
    pub(super) site: &'a Site,
    /// The page.
    pub(super) page: &'a Page,
    /// The page's document, which the pieces are of.
    pub(super) document: &'a Document,
    /// Blocks that were made before.
    pub(super) cache: &'a Cache,
    /// What the style sheet declares.
    pub(super) tokens: &'a Tokens,
    /// The marks of the site's language; none where the author's stay.
    pub(super) marks: Option<Typography>,
    /// The style sheet of demos, from the site's root; none where it is there already.
    ///
    /// It is linked before the first demo and not in the head: nothing above waits for it, and what is below is never seen without.
    pub(super) demo_style: Option<&'a str>,
}

impl<'a> Sheet<'a> {
    /// The HTML of some of the document's pieces.
    #[must_use]
    pub(super) fn html(self, pieces: &'a [Piece]) -> String {
        let mut writer = Writer {
            sheet: self,
            events: Vec::with_capacity(pieces.len()),
            links: Vec::new(),
            tasks: 0,
            task_label_open: false,
            alignments: Vec::new(),
            is_table_head: false,
            column: 0,
            table_labels: BTreeMap::new(),
            is_header: false,
            question_item: None,
            is_answer: false,
            demo_ids: self.document.headings.iter().map(|heading| heading.id.clone()).collect(),
        };
        let mut index = 0;
        while let Some(piece) = pieces.get(index) {
            index += 1 + writer.piece(piece, &pieces[index + 1..]);
        }
        let mut events: Vec<_> = TextMergeStream::new(writer.events.into_iter()).collect();
        if let Some(marks) = self.marks {
            marks.events(&mut events);
        }
        let mut html = String::new();
        html::push_html(&mut html, events.into_iter());
        html
    }
}

struct Writer<'a> {
    sheet: Sheet<'a>,
    events: Vec<Event<'a>>,
    /// How each open link ends.
    links: Vec<&'static str>,
    tasks: usize,
    task_label_open: bool,
    /// Of the columns of the current table.
    alignments: Vec<Alignment>,
    is_table_head: bool,
    column: usize,
    /// How many tables had each label so far.
    table_labels: BTreeMap<&'a str, usize>,
    /// Whether the open cell is a header: an empty one isn't.
    is_header: bool,
    /// The number of the question that the next list item is.
    question_item: Option<usize>,
    /// Whether the next `<details>` is a question's answer.
    is_answer: bool,
    /// Ids taken on this page.
    demo_ids: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    /// Writes a piece. Returns how many of the following ones went with it.
    fn piece(&mut self, piece: &'a Piece, following: &'a [Piece]) -> usize {
        match piece {
            Piece::Markdown(event) => self.event(event, following),
            Piece::Html(html) => self.html(html),
            Piece::HeadingStart(index) => self.heading_start(*index),
            Piece::HeadingEnd(index) => self.heading_end(*index),
            Piece::LinkStart(index) => self.link_start(*index),
            Piece::LinkEnd => {
                let end = self.links.pop().unwrap_or_default();
                self.inline(end.to_owned());
            }
            Piece::Image { link, alternative, attributes } => self.image(*link, alternative, attributes),
            Piece::Fence(index) => self.fence(&self.sheet.document.fences[*index]),
            Piece::TableStart { alignments, label } => {
                self.close_task_label();
                if let Some((cards, taken)) = modules::cards(self.sheet, following) {
                    self.block(cards);
                    return taken;
                }
                self.table(alignments, label);
            }
            Piece::AlertStart { kind, title } => self.alert(*kind, title.as_deref()),
            Piece::AlertEnd => self.block("</div>\n".to_owned()),
            Piece::Structure(mark) => self.mark(*mark),
        }
        0
    }

    /// A table in a region of its own; regions need names that tell them apart.
    fn table(&mut self, alignments: &[Alignment], label: &'a str) {
        let label = if label.is_empty() { "Table" } else { label };
        let count = self.table_labels.entry(label).or_default();
        *count += 1;
        let number = if *count == 1 { String::new() } else { format!(" ({count})") };
        self.block(format!(
            "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{}{number}\">\n",
            escaped(label)
        ));
        alignments.clone_into(&mut self.alignments);
        self.events.push(Event::Start(Tag::Table(Vec::new())));
    }

    fn html(&mut self, html: &str) {
        let answer = html.strip_prefix("<details").filter(|_| std::mem::take(&mut self.is_answer));
        self.inline(match answer {
            None => html.to_owned(),
            // The author's own class stays beside ours.
            Some(rest) if rest.contains(" class=\"") => {
                format!("<details{}", rest.replacen(" class=\"", " class=\"answer ", 1))
            }
            Some(rest) => format!("<details class=\"answer\"{rest}"),
        });
    }

    fn mark(&mut self, mark: Mark) {
        let html = match mark {
            Mark::QuestionItem(number) => {
                self.question_item = Some(number);
                return;
            }
            Mark::Answer => {
                self.is_answer = true;
                return;
            }
            Mark::NoteReference(note, nth) => {
                return self.inline(format!(
                    "<sup class=\"footnote-reference\"><a id=\"_note-{note}-{nth}\" href=\"#_note-{note}\">{note}</a></sup>"
                ));
            }
            Mark::NoteBack(note, references) => return self.inline(note_back(note, references)),
            Mark::SectionStart(family, heading) => format!(
                "<section class=\"family family-{}\" aria-labelledby=\"{}\">\n",
                family.name(),
                escaped(&self.sheet.document.headings[heading].id)
            ),
            Mark::SectionEnd => "</section>\n".to_owned(),
            Mark::QuestionStart(number) => {
                format!("<div class=\"question\" data-question=\"quiz-{number}\">\n")
            }
            Mark::QuestionEnd => "</div>\n".to_owned(),
            Mark::NotesStart => {
                "<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Footnotes\">\n<ol>\n"
                    .to_owned()
            }
            Mark::NoteStart(note) => format!("<li id=\"_note-{note}\">\n"),
            Mark::NoteEnd => "</li>\n".to_owned(),
            Mark::NotesEnd => "</ol>\n</section>\n".to_owned(),
        };
        self.close_task_label();
        self.block(html);
    }

    fn event(&mut self, event: &'a Event<'static>, following: &'a [Piece]) {
        match event {
            Event::Start(Tag::Item) => self.item(is_task(following)),
            Event::Start(Tag::List(first)) if has_task(following) => {
                self.close_task_label();
                self.block(match first {
                    None => "<ul class=\"tasks\">\n".to_owned(),
                    Some(1) => "<ol class=\"tasks\">\n".to_owned(),
                    Some(first) => format!("<ol class=\"tasks\" start=\"{first}\">\n"),
                });
            }
            Event::TaskListMarker(done) => self.task(*done),
            Event::Start(Tag::TableCell) => {
                let is_empty = matches!(following.first(), Some(Piece::Markdown(Event::End(_))));
                self.is_header = self.is_table_head && !is_empty;
                self.cell();
            }
            Event::End(TagEnd::TableCell) => {
                let name = self.cell_name();
                self.inline(format!("</{name}>"));
            }
            Event::Start(tag) if !is_inline(tag) => {
                self.close_task_label();
                if matches!(tag, Tag::TableHead | Tag::TableRow) {
                    self.is_table_head = *tag == Tag::TableHead;
                    self.column = 0;
                }
                self.events.push(event.clone());
            }
            Event::End(TagEnd::Item | TagEnd::Paragraph) => {
                self.close_task_label();
                self.events.push(event.clone());
            }
            Event::End(TagEnd::Table) => {
                self.events.push(event.clone());
                self.block("</div>\n".to_owned());
            }
            other => self.events.push(other.clone()),
        }
    }

    fn item(&mut self, is_task: bool) {
        self.close_task_label();
        match self.question_item.take() {
            Some(number) => {
                self.block(format!("<li class=\"question\" data-question=\"quiz-{number}\">"));
            }
            None if is_task => self.block("<li class=\"task\">".to_owned()),
            None => self.events.push(Event::Start(Tag::Item)),
        }
    }

    /// Aligned by a class: pulldown-cmark's own writer would use a `style`, which the policy refuses.
    fn cell(&mut self) {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        let scope = if self.is_header { " scope=\"col\"" } else { "" };
        let name = self.cell_name();
        self.inline(format!("<{name}{scope}{class}>"));
    }

    fn cell_name(&self) -> &'static str {
        if self.is_header { "th" } else { "td" }
    }

    fn inline(&mut self, html: String) {
        self.events.push(Event::InlineHtml(html.into()));
    }

    fn block(&mut self, html: String) {
        self.events.push(Event::Html(html.into()));
    }

    fn heading_start(&mut self, index: usize) {
        self.close_task_label();
        let heading = &self.sheet.document.headings[index];
        self.block(format!("<h{} id=\"{}\">", heading.level, escaped(&heading.id)));
    }

    fn heading_end(&mut self, index: usize) {
        let heading = &self.sheet.document.headings[index];
        self.block(format!(
            "<a class=\"anchor\" href=\"#{}\" aria-label=\"Link to this section\">#</a></h{}>\n",
            escaped(&heading.id),
            heading.level
        ));
    }

    fn link_start(&mut self, index: usize) {
        let title = &self.sheet.document.links[index].title;
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(title)) };
        let (start, end) = match self.url(index) {
            Url::Inside(url) => (format!("<a href=\"{}\"{title}>", escaped(&url)), "</a>"),
            Url::Outside(url) | Url::Blocked(url) => {
                (format!("<a class=\"external\" href=\"{}\" rel=\"external\"{title}>", escaped(&url)), "</a>")
            }
            // A link that leads nowhere can be read but not followed.
            Url::Nowhere => (format!("<span class=\"dead-link\"{title}>"), "</span>"),
        };
        self.links.push(end);
        self.inline(start);
    }

    fn image(&mut self, index: usize, alternative: &str, attributes: &str) {
        let title = &self.sheet.document.links[index].title;
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(title)) };
        let alternative = escaped(alternative);
        self.inline(match self.url(index) {
            Url::Inside(url) | Url::Outside(url) => {
                format!(
                    "<img src=\"{}\" alt=\"{alternative}\"{title}{attributes} loading=\"lazy\">",
                    escaped(&url)
                )
            }
            Url::Blocked(url) => {
                let words = if alternative.trim().is_empty() { escaped(&url) } else { alternative };
                // A badge stands in a link of its own already.
                match self.links.is_empty() {
                    true => format!(
                        "<a class=\"external\" href=\"{}\" rel=\"external\"{title}>{words}</a>",
                        escaped(&url)
                    ),
                    false => words,
                }
            }
            Url::Nowhere => format!("<span class=\"dead-link\"{title}>{alternative}</span>"),
        });
    }

    fn url(&self, index: usize) -> Url {
        let inside = |target: &str| relative_url(&self.sheet.page.url, target);
        match self.sheet.page.targets.get(index) {
            Some(Target::Page { page, anchor }) => {
                let target = &self.sheet.site.pages[*page].url;
                // A dead anchor still leads to the right page.
                let anchor = anchor.as_ref().filter(|anchor| !matches!(anchor.state, AnchorState::Dead(_)));
                let fragment = anchor.map_or(String::new(), |anchor| format!("#{}", anchor.id));
                match (target == &self.sheet.page.url, fragment.is_empty()) {
                    (true, false) => Url::Inside(fragment),
                    _ => Url::Inside(inside(target) + &fragment),
                }
            }
            Some(Target::File(path)) => Url::Inside(inside(path)),
            Some(Target::External(url)) => Url::Outside(url.clone()),
            Some(Target::Blocked(url)) => Url::Blocked(url.clone()),
            Some(Target::Other(url)) => Url::Inside(url.clone()),
            Some(Target::Dead { .. }) | None => Url::Nowhere,
        }
    }

    fn fence(&mut self, fence: &Fence) {
        self.close_task_label();
        let cache = self.sheet.cache;
        if let Some(demo) = &fence.demo {
            let id = self.demo_id(&demo.id);
            let settings = format!("{demo:?}");
            let figure = cache.block(&["demo", &id, &settings], || demo::figure(demo, &id));
            let style = self.sheet.demo_style.take().map_or(String::new(), |url| {
                let href = relative_url(&self.sheet.page.url, url);
                format!("<link rel=\"stylesheet\" href=\"{}\">\n", escaped(&href))
            });
            return self.block(style + &figure);
        }
        if fence.label == tokens::LABEL {
            return self.block(self.sheet.tokens.list(fence.code()));
        }
        self.block(self.with_module_links(&code(fence, cache)));
    }

    /// A drawing whose frames lead to the modules they name, where those lie beside this page.
    fn with_module_links(&self, code: &str) -> String {
        if !code.contains(" data-module=\"") {
            return code.to_owned();
        }
        let Sheet { site, page, .. } = self.sheet;
        diagram::linked(code, |number| {
            let module = site.pages.iter().find(|other| {
                let document = other.document.as_ref();
                other.folder == page.folder
                    && other.url != page.url
                    && document.and_then(|document| module_number(document.path.name())) == Some(number)
            })?;
            let href = relative_url(&page.url, &module.url);
            Some(diagram::ModuleLink { href, title: &module.title, page: &module.url })
        })
    }

    fn demo_id(&mut self, id: &str) -> String {
        let mut unique = id.to_owned();
        let mut count = 1;
        while !self.demo_ids.insert(unique.clone()) {
            count += 1;
            unique = format!("{id}-{count}");
        }
        unique
    }

    fn alert(&mut self, kind: AlertKind, title: Option<&str>) {
        self.close_task_label();
        let name = kind.title();
        self.block(format!(
            "<div class=\"markdown-alert-{}\" role=\"note\">\n<p class=\"alert-title\">{}</p>\n",
            name.to_lowercase(),
            escaped(title.unwrap_or(name))
        ));
    }

    /// A box and a label for the rest of its line: a reader can tick it, a screen reader says what it ticks.
    fn task(&mut self, done: bool) {
        self.tasks += 1;
        let number = self.tasks;
        let checked = if done { " checked" } else { "" };
        self.inline(format!(
            "<input type=\"checkbox\" id=\"_task-{number}\"{checked}> <label for=\"_task-{number}\">"
        ));
        self.task_label_open = true;
    }

    fn close_task_label(&mut self) {
        if std::mem::take(&mut self.task_label_open) {
            self.inline("</label>".to_owned());
        }
    }
}

/// A drawing where it is one, else code.
fn code(fence: &Fence, cache: &Cache) -> Arc<str> {
    let (label, code) = (fence.label.as_str(), fence.code());
    cache.block(&["code", label, code], || {
        let drawing = match is_mermaid(fence) {
            true => mermaid::figure(code).ok(),
            false => diagram::is_candidate(label).then(|| diagram::figure(code)).flatten(),
        };
        drawing.unwrap_or_else(|| {
            format!(
                "<div class=\"code\" data-language=\"{}\"><pre tabindex=\"0\"><code>{}</code></pre></div>\n",
                escaped(label),
                highlight::highlight(label, code)
            )
        })
    })
}

fn is_mermaid(fence: &Fence) -> bool {
    fence.label.eq_ignore_ascii_case(mermaid::LABEL)
}

/// `diagram`: a fence that asks for a drawing and stays its source.
pub(super) fn undrawn(document: &Document, cache: &Cache) -> Vec<Diagnostic> {
    let fences = document.fences.iter().filter(|fence| is_mermaid(fence));
    // What was drawn is known already; why something wasn't is found out again.
    let undrawn = fences.filter(|fence| !code(fence, cache).starts_with("<figure"));
    let fault = |fence: &Fence| {
        let fault = mermaid::figure(fence.code()).err()?;
        let place = if fault.at.is_empty() { fence.label_span.clone() } else { fence.in_file(&fault.at) };
        let diagnostic = document.warning("diagram", place, fault.message);
        Some(diagnostic.hint("the diagram isn't drawn; its source is shown"))
    };
    undrawn.filter_map(fault).collect()
}

enum Url {
    Inside(String),
    Outside(String),
    /// An image that can't be shown.
    Blocked(String),
    Nowhere,
}

fn is_task(item: &[Piece]) -> bool {
    let inside = match item {
        [Piece::Markdown(Event::Start(Tag::Paragraph)), inside @ ..] => inside,
        inside => inside,
    };
    matches!(inside.first(), Some(Piece::Markdown(Event::TaskListMarker(_))))
}

/// Whether one of the items of the list that these pieces follow is a task.
fn has_task(list: &[Piece]) -> bool {
    let mut depth = 0usize;
    for (index, piece) in list.iter().enumerate() {
        match piece {
            Piece::Markdown(Event::Start(Tag::Item)) if depth == 0 && is_task(&list[index + 1..]) => {
                return true;
            }
            Piece::Markdown(Event::Start(Tag::Item | Tag::List(_))) => depth += 1,
            Piece::Markdown(Event::End(TagEnd::List(_))) if depth == 0 => return false,
            Piece::Markdown(Event::End(TagEnd::Item | TagEnd::List(_))) => depth -= 1,
            _ => {}
        }
    }
    false
}

/// Links from a footnote back to where it was referred to.
fn note_back(note: usize, references: usize) -> String {
    let links = (1..=references).map(|nth| {
        let which = if references == 1 { String::new() } else { format!(", reference {nth}") };
        format!(
            " <a class=\"footnote-back\" href=\"#_note-{note}-{nth}\" aria-label=\"Back to the text{which}\">↩</a>"
        )
    });
    links.collect()
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript)
}
