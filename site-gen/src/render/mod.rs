//! `Site → Output`: every page through its template, in parallel.

mod addresses;
pub mod assets;
mod body;
mod card;
mod demo;
pub mod diagram;
pub mod highlight;
mod mermaid;
mod modules;
mod navigation;
mod outline;
mod page;
pub(crate) mod slim;
mod templates;
mod text;
pub(crate) mod tokens;
mod whole;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

pub use page::{CONTENT_SECURITY_POLICY, TRUSTING_POLICY, has_demo};

use crate::cache::Cache;
use crate::config::Config;
use crate::demos::Bundle;
use crate::guard::guarded;
use crate::model::{PageKind, Site};
use crate::source::Theme;
use crate::{Diagnostic, Output, search};
use card::{Painter, Words};
use navigation::Navigation;
use page::Shared;
use templates::Templates;
use tokens::Tokens;

/// The template of a track on one page. Nobody has to have the blocks it fills who doesn't want such a page.
const WHOLE: &str = "whole.html";

/// The bytes of a card's name, at most.
const CARD_NAME: usize = 120;

/// The folder of pages that show a demo alone.
pub(crate) const EMBEDDED: &str = "embed/";

/// Renders every page. `templates` is where a person would look for a template that is wrong; `cache` has
/// blocks that were made before, and gets those that weren't.
#[must_use]
pub fn render(
    site: &Site,
    config: &Config,
    theme: &Theme,
    templates: &Path,
    bundle: Option<&Bundle>,
    cache: &Cache,
) -> (Output, Mistakes) {
    let mut output = Output::default();
    let mut assets = assets::add(&theme.statics, &mut output);
    let search = search::files(site, &config.language);
    assets.insert("search/index.js".to_owned(), search.index);
    output.files.extend(search.files);
    for (name, bytes) in bundle.into_iter().flat_map(|bundle| &bundle.files) {
        output.files.insert(format!("assets/{name}"), bytes.clone());
    }
    output.files.extend(site.files.clone());
    let templates = match Templates::compile(theme, templates, |name| name != WHOLE || config.one_page) {
        Ok(templates) => templates,
        Err(templates) => return (output, Mistakes { templates, ..Mistakes::default() }),
    };
    let navigation = Navigation::new(site);
    let tokens = tokens_of(theme);
    let shared =
        Shared { site, config, assets: &assets, navigation: &navigation, bundle, cache, tokens: &tokens };
    let cards = cards(site, config, theme, &tokens, cache);
    output.files.extend(cards.iter().flatten().map(|(name, bytes)| (name.clone(), bytes.to_vec())));
    let card = |index: usize| cards.get(index)?.as_ref().map(|(name, _)| name.as_str());
    let mut rendered: Vec<_> = (0..site.pages.len())
        .into_par_iter()
        .map(|index| {
            let template = match site.pages[index].kind {
                PageKind::Track | PageKind::Folder => "index.html",
                PageKind::Module | PageKind::Page => "page.html",
            };
            let make = || templates.render(template, &shared.page(index, card(index)));
            (site.pages[index].url.clone(), guarded(site.pages[index].file(), make))
        })
        .collect();
    if config.one_page && theme.templates.contains_key(WHOLE) {
        let wholes: Vec<_> = (0..site.pages.len())
            .filter_map(|index| Some((index, shared.whole_url(&site.pages[index])?)))
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|(index, url)| {
                let make = || templates.render(WHOLE, &shared.whole(index, &url));
                let html = guarded(site.pages[index].file(), make);
                (url, html)
            })
            .collect();
        rendered.extend(wholes);
    }
    if theme.templates.contains_key("404.html") && !site.files.contains_key("404.html") {
        rendered.push(("404.html".to_owned(), Ok(templates.render("404.html", &shared.not_found()))));
    }
    // Each demo alone, for an `iframe` on somebody else's page.
    if bundle.is_some() && theme.templates.contains_key("demo.html") && site.pages.iter().any(has_demo) {
        for demo in demos::figure::REGISTRY {
            let id = demo.info().id;
            let url = format!("{EMBEDDED}{id}/index.html");
            let html = templates.render("demo.html", &shared.demo(&url, *demo));
            rendered.push((url, Ok(html)));
        }
    }
    addresses::add(site, config, &mut output);
    let mut mistakes = Mistakes::default();
    // One mistake in a template breaks every page: it is told once.
    let mut problems: BTreeMap<(String, String), Diagnostic> = BTreeMap::new();
    for (url, result) in rendered {
        match result {
            Ok(Ok(html)) => {
                output.files.insert(url, html.into_bytes());
            }
            Ok(Err(problem)) => {
                problems.insert((problem.file.clone(), problem.message.clone()), *problem);
            }
            Err(crash) => mistakes.content.push(*crash),
        }
    }
    mistakes.templates.extend(problems.into_values());
    (output, mistakes)
}

/// What was found wrong while rendering.
#[derive(Debug, Clone, Default)]
pub struct Mistakes {
    /// In pages. File names are relative to the content folder.
    pub content: Vec<Diagnostic>,
    /// In templates.
    pub templates: Vec<Diagnostic>,
}

fn tokens_of(theme: &Theme) -> Tokens {
    let style = theme.statics.get("style.css").and_then(|css| std::str::from_utf8(css).ok());
    Tokens::read(style.unwrap_or_default())
}

/// Each page's card: its file and its bytes. None at all where nobody said where the site will be published, because a
/// card's address has to be whole.
fn cards(
    site: &Site,
    config: &Config,
    theme: &Theme,
    tokens: &Tokens,
    cache: &Cache,
) -> Vec<Option<(String, Arc<[u8]>)>> {
    let painter = config.base_url.as_ref().and_then(|_| Painter::new(theme, tokens));
    let Some(painter) = painter else { return Vec::new() };
    let pages = site.pages.par_iter().map(|page| {
        let words = Words { site: &config.title, title: &page.title };
        let parts = ["card", painter.key(), words.site, words.title];
        let bytes = cache.picture(&parts, || painter.draw(&words))?;
        let name = page.url.trim_end_matches("index.html").trim_end_matches('/').replace('/', "-");
        // Systems take names of 255 bytes; the hash tells the pages apart.
        let name = if name.is_empty() { "front" } else { &name[..name.floor_char_boundary(CARD_NAME)] };
        Some((assets::hashed_name(&format!("cards/{name}.png"), &bytes), bytes))
    });
    pages.collect()
}

/// `diagram`: every fence that asks for a drawing and stays its source.
#[must_use]
pub fn undrawn(site: &Site, cache: &Cache) -> Vec<Diagnostic> {
    let documents = site.pages.par_iter().filter_map(|page| page.document.as_deref());
    documents.flat_map_iter(|document| body::undrawn(document, cache)).collect()
}

/// `style-token`: a fence shows a token that the style sheet doesn't have.
#[must_use]
pub fn unknown_tokens(site: &Site, theme: &Theme) -> Vec<Diagnostic> {
    let tokens = tokens_of(theme);
    let documents = site.pages.iter().filter_map(|page| page.document.as_deref());
    let fences = documents.flat_map(|document| document.fences.iter().map(move |fence| (document, fence)));
    let mut problems = Vec::new();
    for (document, fence) in fences.filter(|(_, fence)| fence.label == tokens::LABEL) {
        for name in tokens.unknown(fence.code()) {
            let message = format!("`{name}` is no token of `style.css`");
            let problem = Diagnostic::error("style-token", document.path.as_str(), message);
            problems
                .push(problem.at(&document.text, fence.place_of(name)).did_you_mean(name, tokens.names()));
        }
    }
    problems
}
