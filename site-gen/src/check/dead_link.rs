//! `dead-link`: a link or image leads to nothing.

use crate::Diagnostic;
use crate::model::{Site, Target};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for page in &site.pages {
        let Some(document) = &page.document else { continue };
        for (link, target) in document.links.iter().zip(&page.targets) {
            let Target::Dead { path, nearest } = target else { continue };
            let what = if link.is_image { "image" } else { "link to" };
            let message = if path.starts_with("..") {
                format!("{what} `{}` leads out of the content folder", link.destination)
            } else {
                format!("{what} `{}` leads nowhere: there is no `{path}`", link.destination)
            };
            let hint = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "if it is published elsewhere, say where in `[external]` of `site.toml`".to_owned(),
            };
            found.push(document.warning("dead-link", link.span.clone(), message).hint(hint));
        }
    }
    found
}
