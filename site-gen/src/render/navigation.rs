//! The navigation: rendered once per folder, finished per page.
//!
//! A folder's navigation shows the way down to it, with everything beside that way, and the folder's own pages; other
//! folders stay closed. Pages of one folder differ only in where links start and which one is the current page, so
//! the folder's text is kept in parts between those.

use std::collections::BTreeMap;

use super::text::escaped;
use crate::model::{Page, PageIndex, Site, relative_url};

/// The navigation of every folder.
#[derive(Debug, Default)]
pub(super) struct Navigation {
    folders: BTreeMap<String, Vec<Part>>,
}

#[derive(Debug)]
enum Part {
    Html(String),
    /// The attributes of a link to a page.
    Link(PageIndex),
}

impl Navigation {
    /// Renders every folder's navigation.
    #[must_use]
    pub(super) fn new(site: &Site) -> Self {
        let folders = site.folders.keys().map(|folder| {
            let mut writer = Writer { site, folder, parts: Vec::new() };
            writer.html("<ul>");
            writer.entry(site.folders.get("").map_or(0, |root| root.index), "");
            writer.html("</ul>");
            (folder.clone(), writer.parts)
        });
        Self { folders: folders.collect() }
    }

    /// The navigation as seen from a page.
    #[must_use]
    pub(super) fn html(&self, site: &Site, page: &Page) -> String {
        let mut html = String::new();
        for part in self.folders.get(&page.folder).into_iter().flatten() {
            match part {
                Part::Html(text) => html.push_str(text),
                Part::Link(index) => {
                    let target = &site.pages[*index];
                    html.push_str(&format!(" href=\"{}\"", escaped(&relative_url(&page.url, &target.url))));
                    if target.url == page.url {
                        html.push_str(" aria-current=\"page\"");
                    }
                }
            }
        }
        html
    }
}

struct Writer<'a> {
    site: &'a Site,
    /// The folder whose navigation this is.
    folder: &'a str,
    parts: Vec<Part>,
}

impl Writer<'_> {
    fn html(&mut self, html: &str) {
        match self.parts.last_mut() {
            Some(Part::Html(text)) => text.push_str(html),
            _ => self.parts.push(Part::Html(html.to_owned())),
        }
    }

    fn entry(&mut self, index: PageIndex, folder: &str) {
        let page = &self.site.pages[index];
        self.html("<li><a");
        self.parts.push(Part::Link(index));
        let said = page.document.as_ref().and_then(|document| document.front_matter.label.as_deref());
        let title = said.unwrap_or(&page.title);
        let title = match numbered(title) {
            Some((number, name)) => format!(
                "<span class=\"number\">{}</span> <span class=\"name\">{}</span>",
                escaped(number),
                escaped(name)
            ),
            None => escaped(title),
        };
        self.html(&format!(" data-page=\"{}\">{title}</a>", escaped(&page.url)));
        let children = self.site.folders.get(folder).filter(|_| page.is_index() && self.is_open(folder));
        if let Some(children) = children.filter(|folder| !folder.children.is_empty()) {
            self.html("<ul>");
            for child in children.children.clone() {
                let child_folder = self.site.pages[child].folder.clone();
                self.entry(child, &child_folder);
            }
            self.html("</ul>");
        }
        self.html("</li>");
    }

    /// Whether a folder lies on the way to the current one.
    fn is_open(&self, folder: &str) -> bool {
        folder.is_empty()
            || self.folder.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// `Module 5.1: What Makes …` and `5.1 What Makes …` as number and name. A number that may mean something else, as in
/// `12 Factors`, stays in the title.
fn numbered(title: &str) -> Option<(&str, &str)> {
    let kinds = ["Module ", "Lesson ", "Chapter ", "Part ", "Unit "];
    let of_kind = kinds.iter().find_map(|kind| title.strip_prefix(kind));
    let rest = of_kind.unwrap_or(title);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches('.');
    let is_number = number.starts_with(|first: char| first.is_ascii_digit());
    let behind = &rest[number.len()..];
    let name = behind.trim_start_matches([':', '.', '-', '–', '—', ' ']);
    let is_parted = behind.len() > name.len() && !name.is_empty();
    let is_sure = of_kind.is_some() || number.contains('.') || behind.starts_with(['.', ':']);
    (is_number && is_parted && is_sure).then_some((number, name))
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn numbers_of_modules_are_told_from_numbers_in_titles() {
        assert_eq!(numbered("Module 5.1: What Makes It"), Some(("5.1", "What Makes It")));
        assert_eq!(numbered("Module 3 — Clocks"), Some(("3", "Clocks")));
        assert_eq!(numbered("1.10 Tooling"), Some(("1.10", "Tooling")));
        assert_eq!(numbered("2. Clocks"), Some(("2", "Clocks")));
        for title in ["12 Factors", "Module 5.1", "Clocks", "3D printing", "Part of a whole", "5.1"] {
            assert_eq!(numbered(title), None, "{title}");
        }
    }
}
