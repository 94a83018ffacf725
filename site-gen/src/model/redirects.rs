//! Aliases: old addresses of a page, each the URL of a file that only leads on.

use std::collections::BTreeMap;

use super::{Page, PageIndex, Site};
use crate::Diagnostic;
use crate::parse::{Document, is_plain};
use crate::render::EMBEDDED;

/// Files that a build makes beside the pages.
const OURS: &[&str] = &["404.html", "sitemap.xml", "robots.txt"];

/// Every alias that is free, by its URL; and what is wrong with the others.
pub(super) fn redirects(site: &Site) -> (BTreeMap<String, PageIndex>, Vec<Diagnostic>) {
    let pages: BTreeMap<&str, &Page> = site.pages.iter().map(|page| (page.url.as_str(), page)).collect();
    let mut redirects: BTreeMap<String, PageIndex> = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, page) in site.pages.iter().enumerate() {
        let Some(document) = &page.document else { continue };
        for alias in &document.front_matter.aliases {
            let Some(url) = url(alias) else {
                let message = format!("the alias `{alias}` is no path from the site's root");
                let problem = problem(document, alias, "front-matter", message);
                problems.push(problem.hint("write it as `old/place/` or `old/place.html`"));
                continue;
            };
            let taken = if url == page.url {
                Some("this page itself".to_owned())
            } else if let Some(other) = pages.get(url.as_str()) {
                Some(format!("the page `{}`", other.title))
            } else if site.files.contains_key(&url)
                || OURS.contains(&url.as_str())
                || url.starts_with(EMBEDDED)
            {
                Some("a file".to_owned())
            } else {
                let other = redirects.get(&url).filter(|other| **other != index);
                other.map(|other| format!("an alias of `{}`", site.pages[*other].title))
            };
            match taken {
                None => {
                    redirects.insert(url, index);
                }
                Some(what) => {
                    let message = format!("the alias `{alias}` has the URL of {what}, `{url}`");
                    let problem = problem(document, alias, "same-url", message);
                    problems.push(problem.hint("remove the alias, or rename what is there"));
                }
            }
        }
    }
    (redirects, problems)
}

fn problem(document: &Document, alias: &str, rule: &'static str, message: String) -> Diagnostic {
    let diagnostic = Diagnostic::error(rule, document.path.as_str(), message);
    match document.text.find(alias).filter(|_| !alias.is_empty()) {
        Some(start) => diagnostic.at(&document.text, start..start + alias.len()),
        None => diagnostic,
    }
}

/// The file that an old address names: `old/` and `old` and `old.md` are `old/index.html`.
fn url(alias: &str) -> Option<String> {
    let path = alias.trim().trim_matches('/');
    if !is_plain(path) {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = &path[..path.len() - name.len()];
    Some(match name.rsplit_once('.') {
        Some((_, "html" | "htm")) => path.to_owned(),
        Some((stem, "md")) if stem.eq_ignore_ascii_case("readme") || stem == "index" => {
            format!("{folder}index.html")
        }
        Some((stem, "md")) => format!("{folder}{stem}/index.html"),
        _ => format!("{path}/index.html"),
    })
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn old_addresses_name_the_file_that_answered_them() {
        for (alias, expected) in [
            ("old/", "old/index.html"),
            ("/a/old", "a/old/index.html"),
            ("module-1.1-x.md", "module-1.1-x/index.html"),
            ("module-1.1-x", "module-1.1-x/index.html"),
            ("a/README.md", "a/index.html"),
            ("old.html", "old.html"),
        ] {
            assert_eq!(url(alias).as_deref(), Some(expected), "{alias}");
        }
    }

    #[test]
    fn an_alias_never_leads_out_of_the_site() {
        for alias in ["", "/", "../x", "a/../../x", "https://x.example/", "a//b", "a?b", "..\\x"] {
            assert_eq!(url(alias), None, "{alias}");
        }
    }
}
