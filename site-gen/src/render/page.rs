//! What a template gets, as `ARCHITECTURE.md` lists it.

use std::collections::BTreeMap;

use demos::figure::Settings;
use demos::sheet::Exhibit;
use serde::Serialize;
use tera::{Context, Value};

use super::assets::AssetUrls;
use super::body::Sheet;
use super::navigation::Navigation;
use super::outline::{self, Entry};
use super::text::escaped;
use super::tokens::Tokens;
use super::whole::Move;
use super::{addresses, demo};
use crate::cache::Cache;
use crate::config::Config;
use crate::demos::Bundle;
use crate::model::{Page, PageIndex, PageKind, Site, relative_url};
use crate::parse::{DemoFence, Document, Piece};

/// No inline script or style, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'";

/// The policy where `trust_raw_html` lets authors have script, styles, frames and pictures of their own.
pub const TRUSTING_POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; media-src 'self' https:; \
     frame-src 'self' https:; object-src 'none'; base-uri 'none'; form-action 'none'";

/// Everything that pages share.
pub(super) struct Shared<'a> {
    /// The site.
    pub(super) site: &'a Site,
    /// What `site.toml` says.
    pub(super) config: &'a Config,
    /// Where static files are.
    pub(super) assets: &'a AssetUrls,
    /// The navigation of every folder.
    pub(super) navigation: &'a Navigation,
    /// The demos' files; none when there is no bundle.
    pub(super) bundle: Option<&'a Bundle>,
    /// Blocks that were made before.
    pub(super) cache: &'a Cache,
    /// What the style sheet declares.
    pub(super) tokens: &'a Tokens,
}

#[derive(Serialize)]
struct LinkTo<'a> {
    title: &'a str,
    url: String,
}

#[derive(Serialize)]
struct Child<'a> {
    title: &'a str,
    url: String,
    kind: PageKind,
    minutes: usize,
    description: String,
    metadata: BTreeMap<&'a str, &'a str>,
}

impl Shared<'_> {
    /// The context of a page. `card` is the file of its card, if it has one.
    #[must_use]
    pub(super) fn page(&self, index: PageIndex, card: Option<&str>) -> Context {
        let page = &self.site.pages[index];
        let mut context = self.any(&page.url, &page.root());
        context.insert_value("page", self.page_values(page, card));
        let link = |index: PageIndex| self.link(page, index);
        let ancestors = self.site.ancestors(page);
        context.insert("breadcrumbs", &ancestors.into_iter().map(link).collect::<Vec<_>>());
        context.insert("previous", &index.checked_sub(1).map(link));
        context.insert("next", &(index + 1 < self.site.pages.len()).then(|| link(index + 1)));
        context.insert("children", &self.children(page));
        let whole = self.whole_url(page).map(|url| relative_url(&page.url, &url));
        context.insert("whole", &whole);
        context.insert_value("nav", Value::safe_string(&self.navigation.html(self.site, page)));
        context
    }

    /// Where a track's modules stand on one page; none for any other page, for a track of fewer than two, and where
    /// the author has a page of that address.
    #[must_use]
    pub(super) fn whole_url(&self, track: &Page) -> Option<String> {
        if !self.config.one_page || self.modules(track).count() < 2 {
            return None;
        }
        let folder = if track.folder.is_empty() { String::new() } else { format!("{}/", track.folder) };
        let url = format!("{folder}all/index.html");
        let is_taken =
            self.site.pages.iter().any(|page| page.url == url) || self.site.files.contains_key(&url);
        (!is_taken).then_some(url)
    }

    /// The modules of a track, in reading order.
    fn modules(&self, track: &Page) -> impl Iterator<Item = (&Page, &Document)> {
        let folder = self.site.folders.get(&track.folder).filter(|_| track.kind == PageKind::Track);
        let pages =
            folder.into_iter().flat_map(|folder| &folder.children).map(|index| &self.site.pages[*index]);
        pages
            .filter(|page| page.kind == PageKind::Module)
            .filter_map(|page| Some((page, page.document.as_deref()?)))
    }

    /// The context of a page with all modules of a track.
    #[must_use]
    pub(super) fn whole(&self, track: PageIndex, url: &str) -> Context {
        let track = &self.site.pages[track];
        let page = Page { url: url.to_owned(), kind: PageKind::Page, document: None, ..track.clone() };
        let prefixes: BTreeMap<&str, String> = (1..)
            .zip(self.modules(track))
            .map(|(number, (module, _))| (module.url.as_str(), format!("c{number}")))
            .collect();
        // Once on the page, whichever module shows the first demo.
        let mut demo_style = self.demo_style();
        let mut contents = Vec::new();
        let mut chapters = Vec::new();
        for (module, document) in self.modules(track) {
            let prefix = &prefixes[module.url.as_str()];
            let moved = Move { from: &module.url, to: url, prefix, prefixes: &prefixes };
            let text = document.pieces.as_slice();
            let demo_style = demo_style.take_if(|_| has_demo(module));
            let sheet = Sheet { demo_style, ..self.sheet(module, document) };
            let metadata = self.metadata(module, |html| moved.html(html));
            let title_id = &document.title_id;
            let title_id = if title_id.is_empty() { String::new() } else { moved.id(title_id) };
            chapters.push(Value::from(BTreeMap::from([
                ("id", Value::from(prefix.as_str())),
                ("title", Value::from(module.title.as_str())),
                ("title_id", Value::from(title_id)),
                ("metadata", Value::from(metadata)),
                ("minutes", Value::from(module.minutes())),
                ("html", Value::safe_string(&moved.html(&sheet.html(text)))),
            ])));
            let mut children = outline::outline(document, self.config);
            children.retain(|entry| entry.level == 2);
            for entry in &mut children {
                entry.id = moved.id(&entry.id);
                entry.children.clear();
            }
            contents.push(Entry { level: 1, text: module.title.clone(), id: prefix.clone(), children });
        }
        let mut context = self.any(url, &page.root());
        let has_demo = self.modules(track).any(|(module, _)| has_demo(module));
        context.insert_value(
            "page",
            Value::from(BTreeMap::from([
                ("title", Value::from(page.title.as_str())),
                ("description", Value::from(self.description(track.document.as_deref()))),
                ("url", Value::from(url)),
                ("canonical", Value::none()),
                ("toc", Value::from_serializable(&contents)),
                ("kind", Value::from("whole")),
                ("edit_url", Value::none()),
                ("has_demo", Value::from(has_demo)),
            ])),
        );
        let index = LinkTo { title: &track.title, url: relative_url(url, &track.url) };
        let ancestors = self.site.ancestors(track).into_iter().map(|index| self.link(&page, index));
        context.insert("breadcrumbs", &ancestors.chain([index]).collect::<Vec<_>>());
        context.insert_value("chapters", Value::from(chapters));
        context.insert_value("nav", Value::safe_string(&self.navigation.html(self.site, &page)));
        context
    }

    /// A page's metadata; `html` has the last word on its values.
    fn metadata(&self, page: &Page, html: impl Fn(&str) -> String) -> Vec<Value> {
        let document = page.document.as_deref();
        let fields = document
            .into_iter()
            .flat_map(|document| document.metadata.iter().map(move |field| (document, field)));
        let values = fields.map(|(document, field)| {
            let value = self.sheet(page, document).html(&field.pieces);
            Value::from(BTreeMap::from([
                ("label", Value::from(field.label.as_str())),
                ("text", Value::from(field.value.as_str())),
                ("value", Value::safe_string(&html(value.trim()))),
            ]))
        });
        values.collect()
    }

    /// The context of the page for missing addresses. With a base URL its links are absolute, because a host serves it
    /// at any depth.
    #[must_use]
    pub(super) fn not_found(&self) -> Context {
        let base = self.config.base_url.as_deref().and_then(|url| url.splitn(4, '/').nth(3));
        let root = base.map_or(String::new(), |path| format!("/{path}"));
        let mut context = self.any("404.html", &root);
        if base.is_some() {
            let urls: BTreeMap<_, _> =
                self.assets.iter().map(|(name, url)| (name, format!("{root}{url}"))).collect();
            context.insert("asset", &urls);
        }
        context
    }

    /// The context of a page that shows a demo alone, as it begins when nobody sets anything.
    #[must_use]
    pub(super) fn demo(&self, url: &str, figure: Exhibit) -> Context {
        let info = figure.info();
        let root = "../".repeat(url.matches('/').count());
        let mut context = self.any(url, &root);
        context.insert("title", info.title);
        let fence = DemoFence {
            id: info.id.to_owned(),
            settings: Settings::default(),
            predict: None,
            run: None,
            caption: None,
        };
        context.insert_value("figure", Value::safe_string(&demo::figure(&fence, info.id)));
        context
    }

    fn any(&self, url: &str, root: &str) -> Context {
        let mut context = Context::new();
        let config = self.config;
        let policy = if config.trust_raw_html { TRUSTING_POLICY } else { CONTENT_SECURITY_POLICY };
        context.insert_value(
            "site",
            Value::from(BTreeMap::from([
                ("title", Value::from(config.title.as_str())),
                ("description", Value::from(config.description.as_str())),
                ("language", Value::from(config.language.as_str())),
                ("direction", config.direction().map_or_else(Value::none, Value::from)),
                ("base_url", config.base_url.as_deref().map_or_else(Value::none, Value::from)),
                ("footer", Value::from(config.footer.as_str())),
                ("csp", Value::from(policy)),
            ])),
        );
        context.insert("root", root);
        let urls: BTreeMap<_, _> =
            self.assets.iter().map(|(name, to)| (name, relative_url(url, to))).collect();
        context.insert("asset", &urls);
        let demos = self.bundle.map(|bundle| {
            let file = |name: &str| Value::from(relative_url(url, &format!("assets/{name}")));
            // A list, because a template goes through a map in no order.
            let families = bundle.families.iter().map(|(name, module)| {
                Value::from(BTreeMap::from([
                    ("name", Value::from(*name)),
                    ("glue", file(&module.glue)),
                    ("wasm", file(&module.wasm)),
                    ("wasm_base64", file(&module.wasm_base64)),
                ]))
            });
            let families: Vec<_> = families.collect();
            Value::from(BTreeMap::from([
                ("loader", file(&bundle.loader)),
                ("families", Value::from(families)),
            ]))
        });
        context.insert("demos", &demos);
        context
    }

    fn page_values(&self, page: &Page, card: Option<&str>) -> Value {
        let card = card.and_then(|file| addresses::published(self.config, file));
        let document = page.document.as_deref();
        let pieces = |pieces: &[Piece]| {
            document.map_or_else(String::new, |document| self.sheet(page, document).html(pieces))
        };
        let title_html = match document {
            Some(document) => pieces(&document.title_pieces),
            None => escaped(&page.title),
        };
        let html = document.map_or_else(|| self.listing(page), |document| pieces(&document.pieces));
        let source = document.map_or("", |document| document.path.as_str());
        let edit_url = self.config.edit_url.as_ref().filter(|_| document.is_some());
        let extra = document.map(|document| &document.front_matter.extra);
        Value::from(BTreeMap::from([
            ("title", Value::from(page.title.as_str())),
            ("title_html", Value::safe_string(&title_html)),
            ("id", Value::from(document.map_or("", |document| document.title_id.as_str()))),
            ("description", Value::from(self.description(document))),
            ("url", Value::from(page.url.as_str())),
            ("canonical", addresses::canonical(self.config, page).map_or_else(Value::none, Value::from)),
            ("card", card.map_or_else(Value::none, Value::from)),
            ("html", Value::safe_string(&html)),
            (
                "toc",
                Value::from_serializable(
                    &document.map(|document| outline::outline(document, self.config)).unwrap_or_default(),
                ),
            ),
            ("kind", Value::from_serializable(&page.kind)),
            ("minutes", Value::from(page.minutes())),
            ("words", Value::from(page.words())),
            ("source", Value::from(source)),
            ("edit_url", edit_url.map_or_else(Value::none, |base| Value::from(format!("{base}{source}")))),
            ("metadata", Value::from(self.metadata(page, str::to_owned))),
            ("has_demo", Value::from(has_demo(page))),
            ("extra", Value::from_serializable(&extra)),
        ]))
    }

    fn sheet<'a>(&'a self, page: &'a Page, document: &'a Document) -> Sheet<'a> {
        Sheet {
            site: self.site,
            page,
            document,
            cache: self.cache,
            tokens: self.tokens,
            marks: self.config.marks(),
            demo_style: self.demo_style(),
        }
    }

    fn demo_style(&self) -> Option<&str> {
        self.assets.get("demo.css").map(String::as_str)
    }

    /// A page's first words; nothing where nobody wrote it.
    fn description(&self, document: Option<&Document>) -> String {
        document.map_or_else(String::new, |document| self.config.set(&document.description))
    }

    fn link(&self, page: &Page, index: PageIndex) -> LinkTo<'_> {
        let target = &self.site.pages[index];
        LinkTo { title: &target.title, url: relative_url(&page.url, &target.url) }
    }

    fn children(&self, page: &Page) -> Vec<Child<'_>> {
        let folder = self.site.folders.get(&page.folder).filter(|_| page.is_index());
        let children = folder.into_iter().flat_map(|folder| &folder.children).map(|index| {
            let child = &self.site.pages[*index];
            let document = child.document.as_ref();
            let metadata = document.into_iter().flat_map(|document| &document.metadata);
            Child {
                title: &child.title,
                url: relative_url(&page.url, &child.url),
                kind: child.kind,
                minutes: child.minutes(),
                description: self.description(child.document.as_deref()),
                metadata: metadata.map(|field| (field.label.as_str(), field.value.as_str())).collect(),
            }
        });
        children.collect()
    }

    /// The body of an index that nobody wrote: what lies in its folder.
    fn listing(&self, page: &Page) -> String {
        let mut html = String::from("<ul class=\"listing\">\n");
        for child in self.children(page) {
            html.push_str(&format!("<li><a href=\"{}\">{}</a>", escaped(&child.url), escaped(child.title)));
            if !child.description.is_empty() {
                html.push_str(&format!("<p>{}</p>", escaped(&child.description)));
            }
            html.push_str("</li>\n");
        }
        html + "</ul>\n"
    }
}

/// Whether a page shows a demo.
#[must_use]
pub fn has_demo(page: &Page) -> bool {
    page.document.as_ref().is_some_and(|document| document.fences.iter().any(|fence| fence.demo.is_some()))
}
