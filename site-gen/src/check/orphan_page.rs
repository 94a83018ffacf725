//! `orphan-page`: no other page links to this one, so that only the navigation knows it.

use std::collections::BTreeSet;

use crate::Diagnostic;
use crate::model::{PageIndex, PageKind, Site, Target};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let linked = linked(site);
    let root = site.folders.get("").map(|folder| folder.index);
    let orphans = site.pages.iter().enumerate().filter(|(index, _)| {
        // A module that a written index leaves out is told as that.
        !linked.contains(index) && Some(*index) != root && !is_unlisted_module(site, *index)
    });
    let diagnostics = orphans.filter_map(|(_, page)| {
        let document = page.document.as_ref()?;
        let message = "no page links to this one".to_owned();
        let hint = match site.folders.get(index_folder(&page.folder, page.is_index())) {
            Some(folder) => match &site.pages[folder.index].document {
                Some(index) => {
                    format!("link it from `{}`, or say `draft: true` in its front matter", index.path)
                }
                None => "link it from a page that leads here".to_owned(),
            },
            None => "link it from a page that leads here".to_owned(),
        };
        Some(Diagnostic::warning("orphan-page", document.path.as_str(), message).hint(hint))
    });
    diagnostics.collect()
}

/// Every page that another page links to, or that a generated index lists.
fn linked(site: &Site) -> BTreeSet<PageIndex> {
    let by_links = site.pages.iter().enumerate().flat_map(|(from, page)| {
        page.targets.iter().filter_map(move |target| match target {
            Target::Page { page, .. } if *page != from => Some(*page),
            _ => None,
        })
    });
    let generated = site.folders.values().filter(|folder| site.pages[folder.index].document.is_none());
    by_links.chain(generated.flat_map(|folder| folder.children.iter().copied())).collect()
}

fn is_unlisted_module(site: &Site, index: PageIndex) -> bool {
    let page = &site.pages[index];
    let has_index =
        site.folders.get(&page.folder).is_some_and(|folder| site.pages[folder.index].document.is_some());
    page.kind == PageKind::Module && has_index
}

/// The folder whose index should link a page: its own, and for an index the one above.
fn index_folder(folder: &str, is_index: bool) -> &str {
    if is_index { folder.rsplit_once('/').map_or("", |(above, _)| above) } else { folder }
}
