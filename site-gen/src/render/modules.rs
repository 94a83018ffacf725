//! The module list of an index: a table in which every row links a module beside it becomes a list of cards.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::body::Sheet;
use super::text::escaped;
use crate::model::{Page, PageIndex, PageKind, Site, Target, module_number, relative_url};
use crate::parse::Piece;

/// A table's cells: rows, the header first, each a stretch of pieces per column.
struct Table<'a> {
    rows: Vec<Vec<&'a [Piece]>>,
    /// How many pieces it takes, from behind its start to its end.
    length: usize,
}

/// What a column tells of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Number,
    Time,
    Complexity,
    Description,
    Other,
}

impl Column {
    fn named(header: &str) -> Self {
        let header = header.trim().to_lowercase();
        let has = |names: &[&str]| names.iter().any(|name| header.contains(name));
        if matches!(header.trim_end_matches('.'), "" | "#" | "no" | "nr" | "number" | "№") {
            Self::Number
        } else if has(&["time", "duration"]) {
            Self::Time
        } else if has(&["complexity", "difficulty", "level"]) {
            Self::Complexity
        } else if has(&["description", "what you", "summary", "about", "focus", "topics"]) {
            Self::Description
        } else {
            Self::Other
        }
    }
}

/// The cards for the table that `following` continues, and how many of those pieces it takes. None when it is a table
/// like any other.
#[must_use]
pub(super) fn cards(sheet: Sheet<'_>, following: &[Piece]) -> Option<(String, usize)> {
    let Sheet { site, page, .. } = sheet;
    if !page.is_index() {
        return None;
    }
    let table = table(following)?;
    let (header, rows) = table.rows.split_first()?;
    let headers: Vec<String> = header.iter().map(|cell| plain(cell)).collect();
    let mut seen = BTreeSet::new();
    let mut html = String::from("<ul class=\"modules\">\n");
    for row in rows {
        let (title, module) = title_cell(site, page, row)?;
        if !seen.insert(module) {
            return None;
        }
        let card = Card { sheet, headers: &headers, row, title, module };
        html.push_str(&card.html());
    }
    (!rows.is_empty()).then(|| (html + "</ul>\n", table.length))
}

/// Splits the pieces behind a table's start into cells.
fn table(following: &[Piece]) -> Option<Table<'_>> {
    let mut rows: Vec<Vec<&[Piece]>> = Vec::new();
    let mut cell_start = 0;
    for (index, piece) in following.iter().enumerate() {
        match piece {
            Piece::Markdown(Event::Start(Tag::TableHead | Tag::TableRow)) => rows.push(Vec::new()),
            Piece::Markdown(Event::Start(Tag::TableCell)) => cell_start = index + 1,
            Piece::Markdown(Event::End(TagEnd::TableCell)) => {
                rows.last_mut()?.push(&following[cell_start..index]);
            }
            Piece::Markdown(Event::End(TagEnd::Table)) => return Some(Table { rows, length: index + 1 }),
            _ => {}
        }
    }
    None
}

/// The cell that links a module of the page's own folder, and which module. Of several such cells, the one that says most.
fn title_cell(site: &Site, page: &Page, row: &[&[Piece]]) -> Option<(usize, PageIndex)> {
    let linking = row.iter().enumerate().filter_map(|(column, cell)| {
        let module = cell.iter().find_map(|piece| match piece {
            Piece::LinkStart(link) => match page.targets.get(*link) {
                Some(Target::Page { page, .. }) => Some(*page),
                _ => None,
            },
            _ => None,
        })?;
        Some((column, module))
    });
    let is_beside = |module: PageIndex| {
        let module = &site.pages[module];
        module.kind == PageKind::Module && module.folder == page.folder
    };
    let beside = linking.filter(|(_, module)| is_beside(*module));
    beside.max_by_key(|(column, _)| (plain(row[*column]).chars().count(), std::cmp::Reverse(*column)))
}

struct Card<'a> {
    sheet: Sheet<'a>,
    headers: &'a [String],
    row: &'a [&'a [Piece]],
    /// The column with the link.
    title: usize,
    module: PageIndex,
}

impl Card<'_> {
    fn html(&self) -> String {
        let module = &self.sheet.site.pages[self.module];
        let mut html = format!("<li class=\"module-card\" data-page=\"{}\">\n", escaped(&module.url));
        html.push_str(&self.number());
        html.push_str(&self.title());
        let facts = [(Column::Time, "time"), (Column::Complexity, "complexity")];
        for (column, class) in facts {
            for (index, cell) in self.cells(column) {
                html.push_str(&format!("<span class=\"{class}\">{}</span>\n", self.unbracketed(index, cell)));
            }
        }
        for (_, cell) in self.cells(Column::Description) {
            html.push_str(&format!("<p class=\"description\">{}</p>\n", self.rendered(cell)));
        }
        for (index, cell) in self.cells(Column::Other) {
            let header = self.headers.get(index).map_or("", |header| header.trim());
            html.push_str(&format!(
                "<p class=\"cell\"><span class=\"label\">{}:</span> {}</p>\n",
                escaped(header),
                self.rendered(cell)
            ));
        }
        html + "</li>\n"
    }

    /// Cells of one kind that say something, by their column; never the title.
    fn cells(&self, kind: Column) -> impl Iterator<Item = (usize, &[Piece])> {
        let cells = self.row.iter().copied().enumerate();
        cells.filter(move |(index, cell)| {
            let header = self.headers.get(*index).map_or("", String::as_str);
            *index != self.title && Column::named(header) == kind && !plain(cell).trim().is_empty()
        })
    }

    /// The number column, else the number in the file's name unless the title says it.
    fn number(&self) -> String {
        let written: String = self
            .cells(Column::Number)
            .map(|(_, cell)| format!("<span class=\"number\">{}</span>\n", self.rendered(cell)))
            .collect();
        if !written.is_empty() {
            return written;
        }
        let module = self.sheet.site.pages[self.module].document.as_ref();
        let number = module.and_then(|module| module_number(module.path.name()));
        let title = plain(self.row[self.title]);
        number
            .filter(|number| !title.contains(number))
            .map_or_else(String::new, |number| format!("<span class=\"number\">{}</span>\n", escaped(number)))
    }

    /// The link alone as the title; a cell that says more than the link keeps it inside.
    fn title(&self) -> String {
        let cell = self.row[self.title];
        let start = cell.iter().position(|piece| matches!(piece, Piece::LinkStart(_)));
        let end = cell.iter().rposition(|piece| matches!(piece, Piece::LinkEnd));
        let (Some(start), Some(end)) = (start, end) else { return String::new() };
        let is_markup = |piece: &Piece| {
            matches!(piece, Piece::Markdown(Event::Start(Tag::Strong | Tag::Emphasis) | Event::End(_)))
        };
        let links = cell.iter().filter(|piece| matches!(piece, Piece::LinkStart(_))).count();
        if links > 1 || !cell[..start].iter().chain(&cell[end + 1..]).all(is_markup) {
            return format!("<span class=\"module-title\">{}</span>\n", self.rendered(cell));
        }
        let anchor = match &cell[start] {
            Piece::LinkStart(link) => match self.sheet.page.targets.get(*link) {
                Some(Target::Page { anchor: Some(anchor), .. }) => format!("#{}", anchor.id),
                _ => String::new(),
            },
            _ => String::new(),
        };
        let url = relative_url(&self.sheet.page.url, &self.sheet.site.pages[self.module].url) + &anchor;
        let words = self.rendered(&cell[start + 1..end]);
        format!("<a class=\"module-title\" href=\"{}\">{words}</a>\n", escaped(&url))
    }

    fn rendered(&self, pieces: &[Piece]) -> String {
        self.sheet.html(pieces).trim().to_owned()
    }

    /// `[MEDIUM]` as `MEDIUM`, in code or not.
    fn unbracketed(&self, column: usize, cell: &[Piece]) -> String {
        let text = plain(self.row[column]);
        match text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(inner) => escaped(inner.trim()),
            None => self.rendered(cell),
        }
    }
}

fn plain(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Markdown(Event::Text(words) | Event::Code(words)) => text.push_str(words),
            Piece::Image { alternative, .. } => text.push_str(alternative),
            _ => {}
        }
    }
    text
}
