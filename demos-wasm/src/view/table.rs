//! Tables of state, as plain data.

use super::element::{Element, Text, el};

/// A table with a row a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: Text,
    /// Groups of columns: a heading, what it means, and the columns' names.
    pub groups: Vec<Group>,
    /// One a node.
    pub rows: Vec<Row>,
}

/// Columns that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Heading over the columns; empty for none.
    pub title: Text,
    /// Their names.
    pub columns: Vec<Text>,
}

/// The state of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The node's name.
    pub head: Text,
    /// Class of the row, such as `crashed`.
    pub class: &'static str,
    /// One a column.
    pub cells: Vec<Cell>,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text with a class.
    Text(Text, &'static str),
    /// A row of boxes, such as log entries: their text, their class, and what they are in words.
    Boxes(Vec<(Text, Text, Text)>),
}

impl Table {
    /// As a `table` element.
    pub fn element(&self) -> Element {
        let groups = el("tr").class("groups").child(el("td")).children(self.groups.iter().map(|group| {
            el("th").num("colspan", group.columns.len()).with("scope", "colgroup").text(group.title.clone())
        }));
        let names = self.groups.iter().flat_map(|group| group.columns.iter());
        let head = el("tr")
            .child(el("th").with("scope", "col").text("node"))
            .children(names.map(|name| el("th").with("scope", "col").text(name.clone())));
        let rows = self.rows.iter().map(|row| {
            el("tr")
                .class(row.class)
                .child(el("th").with("scope", "row").text(row.head.clone()))
                .children(row.cells.iter().map(Cell::element))
        });
        el("table")
            .class("demo-state")
            .child(el("caption").text(self.caption.clone()))
            .child(el("thead").child(groups).child(head))
            .child(el("tbody").children(rows))
    }
}

impl Cell {
    fn element(&self) -> Element {
        match self {
            Self::Text(text, class) => el("td").class(*class).text(text.clone()),
            Self::Boxes(boxes) if boxes.is_empty() => el("td").class("log empty").text("empty"),
            Self::Boxes(boxes) => el("td").class("log").children(boxes.iter().map(|(text, class, words)| {
                el("span")
                    .class(class.clone())
                    .with("title", words.clone())
                    .child(el("span").with("aria-hidden", "true").text(text.clone()))
                    .child(el("span").class("visually-hidden").text(words.clone()))
            })),
        }
    }
}
