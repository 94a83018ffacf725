//! Where a link leads: resolved against the file it stands in, as GitHub does.

use std::collections::BTreeMap;

use super::{Page, PageIndex, Site};
use crate::config::Config;
use crate::diagnostic::nearest;
use crate::parse::Heading;
use crate::source::SourcePath;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A page of the site.
    Page {
        /// Which.
        page: PageIndex,
        /// The anchor on it; none for its beginning.
        anchor: Option<Anchor>,
    },
    /// A file that is copied, by its URL from the root.
    File(String),
    /// An address outside the site, written by the author or found in `[external]`.
    External(String),
    /// An image on another site, which the pages' policy doesn't let them show.
    Blocked(String),
    /// Something else with a scheme, such as `mailto:`.
    Other(String),
    /// Nothing.
    Dead {
        /// What isn't there, as a path from the content folder.
        path: String,
        /// The nearest path that is, as it would be written in this page.
        nearest: Option<String>,
    },
}

/// The part behind `#`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The anchor to link to: the one written, or the one that was meant.
    pub id: String,
    /// How far it can be trusted.
    pub state: AnchorState,
}

/// Whether an anchor exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorState {
    /// It does.
    Found,
    /// It is what Python-Markdown would have called this heading.
    OtherDialect,
    /// It doesn't; the nearest that does.
    Dead(Option<String>),
}

/// Where each link of a page leads.
pub(super) fn targets(site: &Site, page: &Page, config: &Config) -> Vec<Target> {
    let Some(document) = &page.document else { return Vec::new() };
    let resolver = Resolver { site, page, source: &document.path, external: &config.external };
    let targets = document.links.iter().map(|link| match resolver.resolve(&link.destination) {
        Target::External(url) if link.is_image && !(config.trust_raw_html && url.starts_with("https://")) => {
            Target::Blocked(url)
        }
        target => target,
    });
    targets.collect()
}

/// The first step of a relative link that leads down or stays: a name in the same folder.
pub(super) fn first_step(destination: &str) -> Option<String> {
    if has_scheme(destination) || destination.starts_with(['/', '#']) {
        return None;
    }
    let path = decoded(destination.split(['#', '?']).next()?);
    let path = path.trim_start_matches("./");
    let step = path.split('/').next()?;
    (!step.is_empty() && step != "..").then(|| step.to_owned())
}

/// The URL of one file of the site as seen from another, both from the root. Always names the file.
#[must_use]
pub fn relative_url(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len().min(to.len()) - 1;
    let shared = from.iter().zip(&to).take(folders).take_while(|(from, to)| from == to).count();
    let path = "../".repeat(from.len() - 1 - shared) + &to[shared..].join("/");
    encoded(&path)
}

struct Resolver<'a> {
    site: &'a Site,
    page: &'a Page,
    source: &'a SourcePath,
    external: &'a BTreeMap<String, String>,
}

impl Resolver<'_> {
    fn resolve(&self, destination: &str) -> Target {
        if destination.starts_with("http://")
            || destination.starts_with("https://")
            || destination.starts_with("//")
        {
            return Target::External(destination.to_owned());
        }
        if has_scheme(destination) {
            return Target::Other(destination.to_owned());
        }
        let (path, fragment) = destination.split_once('#').unwrap_or((destination, ""));
        let path = decoded(path.split('?').next().unwrap_or_default());
        let fragment = decoded(fragment);
        if path.is_empty() {
            let page = self.site.page_of(self.source);
            return page.map_or_else(|| self.dead(""), |page| self.in_page(page, self.page, &fragment));
        }
        let base = if path.starts_with('/') { "" } else { self.source.folder() };
        let written = path;
        let path = normal(base, &written);
        if let Some(page) = self.page_at(&path) {
            return self.in_page(page, &self.site.pages[page], &fragment);
        }
        if self.site.files.contains_key(path.as_str()) {
            return Target::File(path);
        }
        if let Some(target) = self.published_elsewhere(&path, &fragment) {
            return target;
        }
        match self.page_by_address(&path, &written) {
            Some(page) => self.in_page(page, &self.site.pages[page], &fragment),
            None => self.dead(&path),
        }
    }

    fn page_at(&self, path: &str) -> Option<PageIndex> {
        let page = self.site.page_of(&SourcePath::new(path));
        page.or_else(|| self.site.folders.get(path).map(|folder| folder.index))
    }

    /// The page of a link that names an address and no file, as other generators' tracks do: from the root, from the
    /// file, or from the page's own address.
    fn page_by_address(&self, path: &str, written: &str) -> Option<PageIndex> {
        let at = |address: &str| {
            let url = format!("{}/index.html", address.trim_end_matches(".html").trim_end_matches("/index"));
            self.site.pages.iter().position(|page| page.url == url)
        };
        let own = self.page.url.rsplit_once('/').map_or("", |(folder, _)| folder);
        let from_page = (!written.starts_with('/')).then(|| normal(own, written));
        at(path).or_else(|| at(&from_page?))
    }

    fn in_page(&self, index: PageIndex, page: &Page, fragment: &str) -> Target {
        let anchor = (!fragment.is_empty() && fragment != "top").then(|| anchor(page, fragment));
        Target::Page { page: index, anchor }
    }

    /// Where the longest matching prefix of `[external]` says that a path is published: `x.md` as `x/`.
    fn published_elsewhere(&self, path: &str, fragment: &str) -> Option<Target> {
        let as_folder = format!("{path}/");
        let matching = self.external.iter().filter(|(prefix, _)| as_folder.starts_with(prefix.as_str()));
        let (prefix, address) = matching.max_by_key(|(prefix, _)| prefix.len())?;
        let rest = as_folder[prefix.len()..].trim_end_matches('/');
        let rest = match rest.strip_suffix(".md") {
            Some("README" | "index") => String::new(),
            Some(page) => format!("{}/", page.trim_end_matches("/README").trim_end_matches("/index")),
            None if rest.is_empty() || rest.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
                rest.to_owned()
            }
            None => format!("{rest}/"),
        };
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        Some(Target::External(format!("{address}{}{fragment}", encoded(&rest))))
    }

    fn dead(&self, path: &str) -> Target {
        let pages = self.site.sources().map(SourcePath::as_str);
        let known: Vec<&str> = pages.chain(self.site.files.keys().map(String::as_str)).collect();
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        // A page that was moved keeps its name; one that was renamed keeps its folder.
        let same_name =
            known.iter().copied().find(|other| name(other) == name(path) && name(path) != "README.md");
        let same_letters = known.iter().copied().find(|other| other.to_lowercase() == path.to_lowercase());
        let nearest = same_letters.or(same_name).or_else(|| nearest(path, known.iter().copied()));
        let nearest = nearest.map(|nearest| relative_url(self.source.as_str(), nearest));
        Target::Dead { path: path.to_owned(), nearest }
    }
}

fn anchor(page: &Page, fragment: &str) -> Anchor {
    let found = |id: &str, state| Anchor { id: id.to_owned(), state };
    let Some(document) = &page.document else { return found(fragment, AnchorState::Dead(None)) };
    let headings = || document.headings.iter().map(|heading| heading.id.as_str());
    let demos = document.fences.iter().filter_map(|fence| fence.demo.as_ref()).map(|demo| demo.id.as_str());
    let known: Vec<&str> = headings().chain(document.ids.iter().map(String::as_str)).chain(demos).collect();
    if known.contains(&fragment) {
        return found(fragment, AnchorState::Found);
    }
    let folded = fragment.to_lowercase();
    if let Some(heading) = python_slugs(&document.headings).remove(&folded) {
        return found(&heading.id, AnchorState::OtherDialect);
    }
    let nearest = nearest(fragment, known).map(str::to_owned);
    found(fragment, AnchorState::Dead(nearest))
}

/// What Python-Markdown calls a heading: ASCII only, runs of blanks and dashes as one dash.
fn python_slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let kept: String =
        lower.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ')).collect();
    let words = kept.split(['-', ' ']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Headings by what Python-Markdown calls them: repeats are numbered `_1`, `_2`.
fn python_slugs(headings: &[Heading]) -> BTreeMap<String, &Heading> {
    let mut slugs = BTreeMap::new();
    for heading in headings {
        let mut slug = python_slug(&heading.text);
        while slugs.contains_key(&slug) {
            slug = match slug.rsplit_once('_').and_then(|(base, n)| Some((base, n.parse::<usize>().ok()?))) {
                Some((base, repeats)) => format!("{base}_{}", repeats + 1),
                None => slug + "_1",
            };
        }
        slugs.insert(slug, heading);
    }
    slugs
}

fn has_scheme(destination: &str) -> bool {
    let Some((scheme, _)) = destination.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// A path from the content folder, without `.` and inner `..`; what leads out keeps its leading `..`.
fn normal(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escape = tail.get(..2).filter(|_| byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(escaped) => {
                bytes.push(escaped);
                rest = &tail[2..];
            }
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn encoded(path: &str) -> String {
    let mut url = String::with_capacity(path.len());
    for character in path.chars() {
        match character {
            ' ' | '"' | '<' | '>' | '#' | '?' | '%' | '\\' | '^' | '`' | '{' | '|' | '}' => {
                url.push_str(&format!("%{:02X}", u32::from(character)));
            }
            // A colon in the first step would read as a scheme.
            ':' if !url.contains('/') => url.push_str("%3A"),
            other => url.push(other),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_relative_and_name_the_file() {
        assert_eq!(relative_url("index.html", "a/index.html"), "a/index.html");
        assert_eq!(relative_url("a/x/index.html", "a/y/index.html"), "../y/index.html");
        assert_eq!(relative_url("a/x/index.html", "index.html"), "../../index.html");
        assert_eq!(relative_url("a/index.html", "a/index.html"), "index.html");
        assert_eq!(relative_url("index.html", "a b/c#1.png"), "a%20b/c%231.png");
    }

    #[test]
    fn paths_are_normal_and_what_leads_out_says_so() {
        assert_eq!(normal("a/b", "../c/./d.md"), "a/c/d.md");
        assert_eq!(normal("a", "../../x/"), "../x");
        assert_eq!(normal("", "../../x/y.md"), "../../x/y.md");
    }

    #[test]
    fn percent_escapes_are_read_and_broken_ones_left() {
        assert_eq!(decoded("a%20b%2"), "a b%2");
        assert_eq!(decoded("%D1%89"), "щ");
        assert_eq!(decoded("%FF"), "%FF");
    }

    #[test]
    fn python_markdowns_slugs_squeeze_dashes() {
        assert_eq!(python_slug("Fast & Slow -- Paths"), "fast-slow-paths");
    }

    #[test]
    fn python_markdowns_repeats_are_numbered_with_an_underscore() {
        let heading =
            |text: &str, id: &str| Heading { level: 2, text: text.to_owned(), id: id.to_owned(), span: 0..0 };
        let headings = [heading("Quiz", "quiz"), heading("Quiz", "quiz-1"), heading("Quiz", "quiz-2")];
        let slugs = python_slugs(&headings);
        let ids: Vec<_> = slugs.iter().map(|(slug, heading)| (slug.as_str(), heading.id.as_str())).collect();
        assert_eq!(ids, [("quiz", "quiz"), ("quiz_1", "quiz-1"), ("quiz_2", "quiz-2")]);
    }
}
