//! A document's pieces → HTML.

use std::collections::BTreeSet;

use pulldown_cmark::{Alignment, Event, Tag, TagEnd, html};

use super::text::escaped;
use super::{demo, diagram, highlight};
use crate::model::{AnchorState, Page, Site, Target, relative_url};
use crate::parse::{AlertKind, Document, Fence, Piece};

/// The HTML of a page's own body; empty for a generated index.
#[must_use]
pub(super) fn body(site: &Site, page: &Page) -> String {
    page.document.as_ref().map_or_else(String::new, |document| pieces(site, page, document, &document.pieces))
}

/// The HTML of some of a document's pieces.
#[must_use]
pub(super) fn pieces(site: &Site, page: &Page, document: &Document, pieces: &[Piece]) -> String {
    let mut writer = Writer {
        site,
        page,
        document,
        events: Vec::with_capacity(pieces.len()),
        links: Vec::new(),
        tasks: 0,
        task_label_open: false,
        alignments: Vec::new(),
        is_table_head: false,
        column: 0,
        demo_ids: document.headings.iter().map(|heading| heading.id.clone()).collect(),
    };
    for (index, piece) in pieces.iter().enumerate() {
        writer.piece(piece, &pieces[index + 1..]);
    }
    let mut html = String::new();
    html::push_html(&mut html, writer.events.into_iter());
    html
}

struct Writer<'a> {
    site: &'a Site,
    page: &'a Page,
    document: &'a Document,
    events: Vec<Event<'a>>,
    /// How each open link ends.
    links: Vec<&'static str>,
    tasks: usize,
    task_label_open: bool,
    /// Of the columns of the current table.
    alignments: Vec<Alignment>,
    is_table_head: bool,
    column: usize,
    /// Ids taken on this page.
    demo_ids: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    fn piece(&mut self, piece: &'a Piece, following: &'a [Piece]) {
        match piece {
            Piece::Markdown(event) => self.event(event, following),
            Piece::Html(html) => self.inline(html.clone()),
            Piece::HeadingStart(index) => self.heading_start(*index),
            Piece::HeadingEnd(index) => self.heading_end(*index),
            Piece::LinkStart(index) => self.link_start(*index),
            Piece::LinkEnd => {
                let end = self.links.pop().unwrap_or_default();
                self.inline(end.to_owned());
            }
            Piece::Image { link, alternative, attributes } => self.image(*link, alternative, attributes),
            Piece::Fence(index) => self.fence(&self.document.fences[*index]),
            Piece::TableStart { alignments, label } => {
                self.close_task_label();
                let label = if label.is_empty() { "Table" } else { label };
                self.block(format!(
                    "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n",
                    escaped(label)
                ));
                self.alignments.clone_from(alignments);
                self.events.push(Event::Start(Tag::Table(Vec::new())));
            }
            Piece::AlertStart { kind, title } => self.alert(*kind, title.as_deref()),
            Piece::AlertEnd => self.block("</div>\n".to_owned()),
        }
    }

    fn event(&mut self, event: &'a Event<'static>, following: &'a [Piece]) {
        match event {
            Event::Start(Tag::Item) if is_task(following) => self.block("<li class=\"task\">".to_owned()),
            Event::TaskListMarker(done) => self.task(*done),
            Event::Start(Tag::TableCell) => self.cell(),
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

    /// Aligned by a class: pulldown-cmark's own writer would use a `style`, which the policy refuses.
    fn cell(&mut self) {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        let scope = if self.is_table_head { " scope=\"col\"" } else { "" };
        let name = self.cell_name();
        self.inline(format!("<{name}{scope}{class}>"));
    }

    fn cell_name(&self) -> &'static str {
        if self.is_table_head { "th" } else { "td" }
    }

    fn inline(&mut self, html: String) {
        self.events.push(Event::InlineHtml(html.into()));
    }

    fn block(&mut self, html: String) {
        self.events.push(Event::Html(html.into()));
    }

    fn heading_start(&mut self, index: usize) {
        self.close_task_label();
        let heading = &self.document.headings[index];
        self.block(format!("<h{} id=\"{}\">", heading.level, escaped(&heading.id)));
    }

    fn heading_end(&mut self, index: usize) {
        let heading = &self.document.headings[index];
        self.block(format!(
            "<a class=\"anchor\" href=\"#{}\" aria-label=\"Link to this section\">#</a></h{}>\n",
            escaped(&heading.id),
            heading.level
        ));
    }

    fn link_start(&mut self, index: usize) {
        let title = &self.document.links[index].title;
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(title)) };
        let (start, end) = match self.url(index) {
            Url::Inside(url) => (format!("<a href=\"{}\"{title}>", escaped(&url)), "</a>"),
            Url::Outside(url) => {
                (format!("<a class=\"external\" href=\"{}\" rel=\"external\"{title}>", escaped(&url)), "</a>")
            }
            // A link that leads nowhere can be read but not followed.
            Url::Nowhere => (format!("<span class=\"dead-link\"{title}>"), "</span>"),
        };
        self.links.push(end);
        self.inline(start);
    }

    fn image(&mut self, index: usize, alternative: &str, attributes: &str) {
        let title = &self.document.links[index].title;
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escaped(title)) };
        let alternative = escaped(alternative);
        self.inline(match self.url(index) {
            Url::Inside(url) | Url::Outside(url) => {
                format!(
                    "<img src=\"{}\" alt=\"{alternative}\"{title}{attributes} loading=\"lazy\">",
                    escaped(&url)
                )
            }
            Url::Nowhere => format!("<span class=\"dead-link\"{title}>{alternative}</span>"),
        });
    }

    fn url(&self, index: usize) -> Url {
        let inside = |target: &str| relative_url(&self.page.url, target);
        match self.page.targets.get(index) {
            Some(Target::Page { page, anchor }) => {
                let target = &self.site.pages[*page].url;
                // A dead anchor still leads to the right page.
                let anchor = anchor.as_ref().filter(|anchor| !matches!(anchor.state, AnchorState::Dead(_)));
                let fragment = anchor.map_or(String::new(), |anchor| format!("#{}", anchor.id));
                match (target == &self.page.url, fragment.is_empty()) {
                    (true, false) => Url::Inside(fragment),
                    _ => Url::Inside(inside(target) + &fragment),
                }
            }
            Some(Target::File(path)) => Url::Inside(inside(path)),
            Some(Target::External(url)) => Url::Outside(url.clone()),
            Some(Target::Other(url)) => Url::Inside(url.clone()),
            Some(Target::Dead { .. }) | None => Url::Nowhere,
        }
    }

    fn fence(&mut self, fence: &Fence) {
        self.close_task_label();
        if let Some(demo) = &fence.demo {
            let id = self.demo_id(&demo.id);
            return self.block(demo::figure(demo, &id));
        }
        let drawing = diagram::is_candidate(&fence.label).then(|| diagram::figure(fence.code())).flatten();
        self.block(drawing.unwrap_or_else(|| {
            format!(
                "<div class=\"code\" data-language=\"{}\"><pre tabindex=\"0\"><code>{}</code></pre></div>\n",
                escaped(&fence.label),
                highlight::highlight(&fence.label, fence.code())
            )
        }));
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

enum Url {
    Inside(String),
    Outside(String),
    Nowhere,
}

fn is_task(item: &[Piece]) -> bool {
    let inside = match item {
        [Piece::Markdown(Event::Start(Tag::Paragraph)), inside @ ..] => inside,
        inside => inside,
    };
    matches!(inside.first(), Some(Piece::Markdown(Event::TaskListMarker(_))))
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript)
}
