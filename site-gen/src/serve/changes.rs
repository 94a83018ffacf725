//! Two builds → what the open pages have to do.
//!
//! Assets carry a hash in their names, so a changed stylesheet changes every page that names it. Such a page doesn't
//! need to be loaded again: the new stylesheet takes the place of the old one.

use std::collections::{BTreeMap, BTreeSet};

use crate::Output;

/// Where the search index lies.
const SEARCH: &str = "assets/search/";

/// How a build differs from the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Pages, by name in the output, that an open browser has to load again.
    pub reload: BTreeSet<String>,
    /// Stylesheets that took another name: old → new.
    pub stylesheets: BTreeMap<String, String>,
    /// How many files are new, gone or different, not counting the search index.
    pub files: usize,
}

impl Changes {
    /// Compares two builds.
    #[must_use]
    pub fn between(old: &Output, new: &Output) -> Self {
        let stylesheets = renamed_stylesheets(old, new);
        // A page asks for the search index when it is needed, and every edit changes it: no page looks different for that.
        let names: BTreeSet<&String> =
            old.files.keys().chain(new.files.keys()).filter(|name| !name.starts_with(SEARCH)).collect();
        let differing: Vec<&String> =
            names.into_iter().filter(|name| old.files.get(*name) != new.files.get(*name)).collect();
        // Files that kept their name while their content changed, such as an image: the pages that show them.
        let replaced: Vec<&str> = differing
            .iter()
            .filter(|name| !is_page(name) && old.files.contains_key(**name) && new.files.contains_key(**name))
            .map(|name| name.rsplit_once('/').map_or(name.as_str(), |(_, base)| base))
            .collect();

        let mut reload: BTreeSet<String> = differing
            .iter()
            .filter(|name| {
                is_page(name) && !only_renamed(old.files.get(**name), new.files.get(**name), &stylesheets)
            })
            .map(|name| (*name).clone())
            .collect();
        for (name, bytes) in new.files.iter().filter(|(name, _)| is_page(name) && !replaced.is_empty()) {
            let text = String::from_utf8_lossy(bytes);
            if replaced.iter().any(|base| text.contains(base)) {
                reload.insert(name.clone());
            }
        }
        Self { reload, stylesheets, files: differing.len() }
    }

    /// For the terminal: how many files changed, and what the open pages do.
    #[must_use]
    pub fn describe(&self) -> String {
        let files = super::count(self.files, "file");
        match (self.files, self.reload.len(), self.stylesheets.len()) {
            (0, ..) => "the site is the same".to_owned(),
            (_, 0, 0) => format!("{files} changed, no page looks different"),
            (_, 0, _) => format!("{files} changed, only stylesheets are swapped"),
            (_, pages, _) => format!("{files} changed, {} to load again", super::count(pages, "page")),
        }
    }
}

fn is_page(name: &str) -> bool {
    name.ends_with(".html")
}

/// Whether two versions of a page differ in nothing but the names of stylesheets.
fn only_renamed(
    old: Option<&Vec<u8>>,
    new: Option<&Vec<u8>>,
    stylesheets: &BTreeMap<String, String>,
) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return false };
    let mut text = String::from_utf8_lossy(old).into_owned();
    for (from, to) in stylesheets {
        text = text.replace(from.as_str(), to);
    }
    text.as_bytes() == new.as_slice()
}

/// Stylesheets that are gone, each with the new one of the same name but for the hash.
fn renamed_stylesheets(old: &Output, new: &Output) -> BTreeMap<String, String> {
    let only_in = |here: &Output, there: &Output| -> BTreeMap<String, String> {
        let names =
            here.files.keys().filter(|name| name.ends_with(".css") && !there.files.contains_key(*name));
        names.filter_map(|name| Some((without_hash(name)?, name.clone()))).collect()
    };
    let (gone, mut come) = (only_in(old, new), only_in(new, old));
    gone.into_iter().filter_map(|(stem, name)| Some((name, come.remove(&stem)?))).collect()
}

/// `assets/style-0123abcd.css` → `assets/style`.
fn without_hash(name: &str) -> Option<String> {
    let (stem, hash) = name.strip_suffix(".css")?.rsplit_once('-')?;
    hash.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> Output {
        Output {
            files: files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect(),
        }
    }

    fn names(changes: &Changes) -> Vec<&str> {
        changes.reload.iter().map(String::as_str).collect()
    }

    #[test]
    fn the_same_build_asks_for_nothing() {
        let one = site(&[("index.html", "a"), ("assets/style-01.css", "b")]);
        assert_eq!(Changes::between(&one, &one), Changes::default());
    }

    #[test]
    fn only_the_changed_page_is_loaded_again() {
        let old = site(&[("a/index.html", "a"), ("b/index.html", "b")]);
        let new = site(&[("a/index.html", "a"), ("b/index.html", "B"), ("c/index.html", "c")]);
        let changes = Changes::between(&old, &new);
        assert_eq!((names(&changes), changes.files), (vec!["b/index.html", "c/index.html"], 2));
    }

    #[test]
    fn a_changed_stylesheet_is_swapped_and_no_page_loaded_again() {
        let old = site(&[("index.html", "<link href=assets/style-01.css>"), ("assets/style-01.css", "a")]);
        let new = site(&[("index.html", "<link href=assets/style-02.css>"), ("assets/style-02.css", "b")]);
        let changes = Changes::between(&old, &new);
        assert!(changes.reload.is_empty());
        assert_eq!(changes.stylesheets["assets/style-01.css"], "assets/style-02.css");
    }

    #[test]
    fn a_changed_script_or_a_changed_text_beside_a_stylesheet_loads_the_page_again() {
        let old = site(&[("index.html", "style-01.css x-01.js"), ("style-01.css", "a"), ("x-01.js", "a")]);
        let script = site(&[("index.html", "style-01.css x-02.js"), ("style-01.css", "a"), ("x-02.js", "b")]);
        assert_eq!(names(&Changes::between(&old, &script)), ["index.html"]);
        let both = site(&[("index.html", "style-02.css x-01.js!"), ("style-02.css", "b"), ("x-01.js", "a")]);
        assert_eq!(names(&Changes::between(&old, &both)), ["index.html"]);
    }

    #[test]
    fn an_image_under_the_same_name_loads_the_pages_that_show_it_again() {
        let old = site(&[("a.html", "<img src=i/p.png>"), ("b.html", ""), ("i/p.png", "1")]);
        let new = site(&[("a.html", "<img src=i/p.png>"), ("b.html", ""), ("i/p.png", "2")]);
        assert_eq!(names(&Changes::between(&old, &new)), ["a.html"]);
    }

    #[test]
    fn a_page_that_is_gone_is_loaded_again() {
        let changes = Changes::between(&site(&[("a.html", "")]), &site(&[]));
        assert_eq!(names(&changes), ["a.html"]);
    }
}
