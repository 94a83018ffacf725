//! `dead-anchor`: a link's `#part` names no heading of its page.

use crate::Diagnostic;
use crate::model::{AnchorState, Site, Target};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for page in &site.pages {
        let Some(document) = &page.document else { continue };
        for (link, target) in document.links.iter().zip(&page.targets) {
            let Target::Page { page, anchor: Some(anchor) } = target else { continue };
            let written = link.destination.split_once('#').map_or("", |(_, fragment)| fragment);
            let title = &site.pages[*page].title;
            let (message, hint) = match &anchor.state {
                AnchorState::Found => continue,
                AnchorState::OtherDialect => (
                    format!("link to `#{written}` uses another tool's name for a heading of `{title}`"),
                    Some(format!("write `#{}`", anchor.id)),
                ),
                AnchorState::Dead(nearest) => (
                    format!("link to `#{written}` has no heading in `{title}`"),
                    nearest.as_ref().map(|nearest| format!("did you mean `#{nearest}`?")),
                ),
            };
            let diagnostic = document.warning("dead-anchor", link.span.clone(), message);
            found.push(Diagnostic { hint, ..diagnostic });
        }
    }
    found
}
