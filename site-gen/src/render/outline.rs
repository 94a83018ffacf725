//! A page's contents: its headings as a tree.

use serde::Serialize;

use crate::config::Config;
use crate::parse::Document;

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Entry {
    /// 1 to 6.
    pub(super) level: u8,
    /// The heading's text.
    pub(super) text: String,
    /// Its anchor.
    pub(super) id: String,
    /// What stands under it.
    pub(super) children: Vec<Entry>,
}

/// The headings below the title, nested by level.
#[must_use]
pub(super) fn outline(document: &Document, config: &Config) -> Vec<Entry> {
    let title = document.title_id.as_str();
    let mut top: Vec<Entry> = Vec::new();
    for heading in document.headings.iter().filter(|heading| heading.id != title) {
        let entry = Entry {
            level: heading.level,
            text: config.set(&heading.text),
            id: heading.id.clone(),
            children: Vec::new(),
        };
        insert(&mut top, entry);
    }
    top
}

fn insert(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.last_mut() {
        Some(last) if last.level < entry.level => insert(&mut last.children, entry),
        _ => entries.push(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{ParseOptions, parse};
    use crate::source::SourcePath;

    #[test]
    fn headings_nest_by_level_and_the_title_is_not_among_them() {
        let text = "# Title\n## A\n#### A deep\n### A less deep\n## B\n";
        let document = parse(&SourcePath::new("a.md"), text, ParseOptions::default());
        let outline = outline(&document, &Config::default());
        let names: Vec<_> = outline.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(names, ["A", "B"]);
        let names: Vec<_> = outline[0].children.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(names, ["A deep", "A less deep"]);
    }
}
