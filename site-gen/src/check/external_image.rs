//! `external-image`: an image lies on another site, where the pages' policy doesn't let them fetch it.

use crate::Diagnostic;
use crate::model::{Site, Target};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for page in &site.pages {
        let Some(document) = &page.document else { continue };
        for (link, target) in document.links.iter().zip(&page.targets) {
            let Target::Blocked(_) = target else { continue };
            let message =
                format!("image `{}` lies on another site, and is shown as a link", link.destination);
            let hint = "copy it into the content folder: pages fetch nothing from elsewhere";
            found.push(document.warning("external-image", link.span.clone(), message).hint(hint));
        }
    }
    found
}
