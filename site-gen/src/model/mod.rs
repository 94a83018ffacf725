//! `Documents → Site`: which pages there are, in what order, at which URLs, and what links to what.

mod links;
mod order;
mod redirects;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use links::{Anchor, AnchorState, Target, relative_url};
pub use order::module_number;

use crate::Diagnostic;
use crate::config::Config;
use crate::parse::{Document, title_of_name, words};
use crate::render::EMBEDDED;
use crate::source::SourcePath;

/// A page's place in [`Site::pages`], which is its place in the reading order.
pub type PageIndex = usize;

/// Folders that a build makes beside the pages', with anything in them.
const OUR_FOLDERS: [&str; 2] = ["assets/", EMBEDDED];

/// Words a reader takes in a minute.
const WORDS_A_MINUTE: usize = 220;

/// Everything there is to read, placed and connected.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Every page, generated indexes included, in reading order.
    pub pages: Vec<Page>,
    /// Every folder that holds pages at any depth, by path; the root is `""`.
    pub folders: BTreeMap<String, Folder>,
    /// Files that are copied: path in the content folder, which is also their URL.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Old addresses: the URL of a file that only leads on → the page it leads to.
    pub redirects: BTreeMap<String, PageIndex>,
    /// Pages by the path of their Markdown.
    by_source: BTreeMap<SourcePath, PageIndex>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Page {
    /// File name from the site's root, such as `a/index.html`.
    pub url: String,
    /// Title for people.
    pub title: String,
    /// What it is.
    pub kind: PageKind,
    /// The folder it lies in; an index lies in its own.
    pub folder: String,
    /// Its text; none for a generated index.
    pub document: Option<Arc<Document>>,
    /// Where each of the document's links leads.
    pub targets: Vec<Target>,
}

/// What a page is, for templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// A lesson: `module-….md`.
    Module,
    /// The index of a folder with modules.
    Track,
    /// The index of a folder without.
    Folder,
    /// Any other page.
    Page,
}

/// A folder: its index and what lies directly in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folder {
    /// The page that stands for it.
    pub index: PageIndex,
    /// Its pages and the indexes of its folders, in reading order.
    pub children: Vec<PageIndex>,
}

impl Page {
    /// Minutes to read it, at least one; 0 for a page without words.
    #[must_use]
    pub fn minutes(&self) -> usize {
        self.words().div_ceil(WORDS_A_MINUTE)
    }

    /// Minutes to read it with its code and drawings.
    #[must_use]
    pub fn minutes_with_code(&self) -> usize {
        let fences = self.document.iter().flat_map(|document| &document.fences);
        let code: usize = fences.filter(|fence| !fence.is_demo()).map(|fence| words(fence.code())).sum();
        (self.words() + code).div_ceil(WORDS_A_MINUTE)
    }

    /// Words of prose.
    #[must_use]
    pub fn words(&self) -> usize {
        self.document.as_ref().map_or(0, |document| document.words)
    }

    /// What it was made from: its Markdown, or the folder of a generated index.
    #[must_use]
    pub fn file(&self) -> &str {
        self.document.as_ref().map_or(self.folder.as_str(), |document| document.path.as_str())
    }

    /// Whether the page stands for its folder.
    #[must_use]
    pub fn is_index(&self) -> bool {
        matches!(self.kind, PageKind::Track | PageKind::Folder)
    }

    /// The prefix that leads from this page to the site's root: `""`, `"../"`, `"../../"` …
    #[must_use]
    pub fn root(&self) -> String {
        "../".repeat(self.url.matches('/').count())
    }
}

impl Site {
    /// Places documents in a site and resolves their links.
    #[must_use]
    pub fn new(
        documents: Vec<Arc<Document>>,
        files: BTreeMap<SourcePath, Vec<u8>>,
        config: &Config,
    ) -> (Self, Vec<Diagnostic>) {
        let documents: Vec<_> =
            documents.into_iter().filter(|document| config.drafts || !document.front_matter.draft).collect();
        let mut site = Self {
            files: files.into_iter().map(|(path, bytes)| (path.as_str().to_owned(), bytes)).collect(),
            ..Self::default()
        };
        let mut problems = Vec::new();
        let mut shelves = shelve(documents, &mut problems);
        site.add_folder("", config, &mut shelves);
        site.targets(config);
        problems.extend(site.same_urls());
        let (redirects, taken) = redirects::redirects(&site);
        site.redirects = redirects;
        problems.extend(taken);
        problems.extend(site.files_as_folders());
        (site, problems)
    }

    /// The page written in this file.
    #[must_use]
    pub fn page_of(&self, source: &SourcePath) -> Option<PageIndex> {
        self.by_source.get(source).copied()
    }

    /// Every page's source, in order.
    pub fn sources(&self) -> impl Iterator<Item = &SourcePath> {
        self.by_source.keys()
    }

    /// The indexes above a page, from the root down to the nearest.
    #[must_use]
    pub fn ancestors(&self, page: &Page) -> Vec<PageIndex> {
        let mut ancestors = Vec::new();
        let mut folder = Some(page.folder.as_str());
        if page.is_index() {
            folder = parent(&page.folder);
        }
        while let Some(path) = folder {
            ancestors.extend(self.folders.get(path).map(|folder| folder.index));
            folder = parent(path);
        }
        ancestors.reverse();
        ancestors
    }

    /// Adds a folder's index and everything below it, in reading order.
    fn add_folder(&mut self, path: &str, config: &Config, shelves: &mut BTreeMap<String, Shelf>) {
        let Some(shelf) = shelves.remove(path) else {
            // A site without pages still has a front page.
            if path.is_empty() {
                self.add_page(index_page(path, None, false, config));
                self.folders.insert(String::new(), Folder::default());
            }
            return;
        };
        let names = order::ordered(path, &shelf, shelves);
        let has_modules = shelf.pages.keys().any(|name| order::is_module(name));
        let index = self.add_page(index_page(path, shelf.index, has_modules, config));
        self.folders.insert(path.to_owned(), Folder { index, children: Vec::new() });
        let mut pages = shelf.pages;
        for name in names {
            let child = match pages.remove(&name) {
                Some(document) => self.add_page(leaf_page(document, config)),
                None => {
                    let child = self.pages.len();
                    self.add_folder(&join(path, &name), config, shelves);
                    child
                }
            };
            if let Some(folder) = self.folders.get_mut(path) {
                folder.children.push(child);
            }
        }
    }

    fn add_page(&mut self, page: Page) -> PageIndex {
        let index = self.pages.len();
        if let Some(document) = &page.document {
            self.by_source.insert(document.path.clone(), index);
        }
        self.pages.push(page);
        index
    }

    fn targets(&mut self, config: &Config) {
        let targets: Vec<Vec<Target>> =
            self.pages.iter().map(|page| links::targets(self, page, config)).collect();
        for (page, targets) in self.pages.iter_mut().zip(targets) {
            page.targets = targets;
        }
    }

    /// Where a file would have to be a folder as well, such as `LICENSE` beside `LICENSE.md`.
    fn files_as_folders(&self) -> Vec<Diagnostic> {
        let ours = OUR_FOLDERS.map(|folder| (folder, "", "what the site itself is made of".to_owned()));
        let pages =
            self.pages.iter().map(|page| (page.url.as_str(), page.file(), format!("`{}`", page.file())));
        let files = self.files.keys().map(|file| (file.as_str(), file.as_str(), format!("`{file}`")));
        let redirects = self.redirects.iter().map(|(url, page)| {
            let source = self.pages[*page].file();
            (url.as_str(), source, format!("an alias of `{source}`"))
        });
        let all: Vec<_> = ours.into_iter().chain(pages).chain(files).chain(redirects).collect();
        let known: BTreeMap<&str, &str> = all.iter().map(|(url, source, _)| (*url, *source)).collect();
        let mut told = BTreeSet::new();
        let mut problems = Vec::new();
        for (url, _, inner) in &all {
            let folders = url.match_indices('/').map(|(at, _)| &url[..at]);
            for folder in folders {
                let Some(source) = known.get(folder).filter(|_| told.insert(folder)) else { continue };
                let message = format!(
                    "`{folder}` can't be published beside {inner}, for which it would have to be a folder"
                );
                problems.push(Diagnostic::error("same-url", *source, message).hint("rename one of them"));
            }
        }
        problems
    }

    fn same_urls(&self) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let mut seen: BTreeMap<&str, &Page> = BTreeMap::new();
        for page in &self.pages {
            let file = page.file();
            if let Some(first) = seen.insert(&page.url, page) {
                let other = first.file();
                let message = format!("this page and `{other}` have one URL, `{}`", page.url);
                problems.push(Diagnostic::error("same-url", file, message).hint("rename one of them"));
            } else if self.files.contains_key(&page.url) {
                let message = format!("this page and the file `{0}` have one URL, `{0}`", page.url);
                problems.push(Diagnostic::error("same-url", file, message).hint("rename one of them"));
            }
        }
        problems
    }
}

/// A folder's documents before they have an order.
#[derive(Debug, Default)]
struct Shelf {
    index: Option<Arc<Document>>,
    /// By file name.
    pages: BTreeMap<String, Arc<Document>>,
    /// Names of the folders in it that hold pages.
    folders: BTreeSet<String>,
}

fn shelve(documents: Vec<Arc<Document>>, problems: &mut Vec<Diagnostic>) -> BTreeMap<String, Shelf> {
    let mut shelves: BTreeMap<String, Shelf> = BTreeMap::new();
    for document in documents {
        let mut folder = document.path.folder().to_owned();
        let shelf = shelves.entry(folder.clone()).or_default();
        if !document.path.is_index() {
            shelf.pages.insert(document.path.name().to_owned(), document);
        } else if let Some(first) = &shelf.index {
            let message = format!("this page and `{}` both stand for their folder", first.path);
            let problem = Diagnostic::error("same-url", document.path.as_str(), message);
            problems.push(problem.hint("rename one of them"));
        } else {
            shelf.index = Some(document);
        }
        while let Some(above) = parent(&folder).map(str::to_owned) {
            let name = folder[above.len()..].trim_start_matches('/').to_owned();
            shelves.entry(above.clone()).or_default().folders.insert(name);
            folder = above;
        }
    }
    shelves
}

fn index_page(path: &str, document: Option<Arc<Document>>, has_modules: bool, config: &Config) -> Page {
    let title = match &document {
        Some(document) => config.set(&document.title),
        None if path.is_empty() => config.title.clone(),
        None => title_of_name(path.rsplit('/').next().unwrap_or(path)),
    };
    Page {
        url: join(path, "index.html"),
        title,
        kind: if has_modules { PageKind::Track } else { PageKind::Folder },
        folder: path.to_owned(),
        document,
        targets: Vec::new(),
    }
}

fn leaf_page(document: Arc<Document>, config: &Config) -> Page {
    let folder = document.path.folder();
    let is_module = order::is_module(document.path.name());
    let place = match document.front_matter.slug.as_deref() {
        Some(slug) if slug.contains('/') => slug.to_owned(),
        Some(slug) => join(folder, slug),
        None => join(folder, document.path.stem()),
    };
    Page {
        url: join(&place, "index.html"),
        title: config.set(&document.title),
        kind: if is_module { PageKind::Module } else { PageKind::Page },
        folder: folder.to_owned(),
        document: Some(document),
        targets: Vec::new(),
    }
}

/// A name in a folder; the root's is empty.
fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The folder a folder lies in; none for the root.
fn parent(folder: &str) -> Option<&str> {
    (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(parent, _)| parent))
}
