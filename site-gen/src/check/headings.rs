//! `duplicate-heading` and `skipped-level`: an outline that a reader cannot find their way in.

use std::collections::BTreeSet;

use crate::Diagnostic;
use crate::model::Site;
use crate::parse::Document;

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    site.pages.iter().filter_map(|page| page.document.as_deref()).flat_map(outline).collect()
}

fn outline(document: &Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // The headings above the current one, and every way down to a heading so far.
    let mut above: Vec<(u8, &str)> = Vec::new();
    let mut seen = BTreeSet::new();
    for heading in &document.headings {
        while above.last().is_some_and(|(level, _)| *level >= heading.level) {
            above.pop();
        }
        if let Some((level, parent)) = above.last().filter(|(level, _)| heading.level > level + 1) {
            let message =
                format!("`{}` is at level {} right under `{parent}` at {level}", heading.text, heading.level);
            let hint = format!("write {} `#`, so that the outline has no hole", level + 1);
            found.push(document.warning("skipped-level", heading.span.clone(), message).hint(hint));
        }
        above.push((heading.level, &heading.text));
        // Siblings only: every question of a quiz may have an `Answer`.
        if !seen.insert(above.clone()) {
            let message = format!("a second heading `{}` in the same section", heading.text);
            let hint = format!("links to it have to say `#{}`; give it a name of its own", heading.id);
            found.push(document.warning("duplicate-heading", heading.span.clone(), message).hint(hint));
        }
    }
    found
}
