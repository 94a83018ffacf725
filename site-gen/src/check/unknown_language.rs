//! `unknown-language`: a code block's label names no language we can highlight. Told once a label.

use std::collections::BTreeSet;

use crate::Diagnostic;
use crate::model::Site;
use crate::render::{highlight, tokens};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for document in site.pages.iter().filter_map(|page| page.document.as_ref()) {
        for fence in &document.fences {
            let label = fence.label.as_str();
            if fence.is_demo() || label == tokens::LABEL || !told.insert(label) || highlight::knows(label) {
                continue;
            }
            let message = format!("`{label}` is no language we can highlight");
            let diagnostic = document.warning("unknown-language", fence.label_span.clone(), message);
            found.push(match highlight::nearest_label(label) {
                Some(nearest) => {
                    diagnostic.hint(format!("did you mean `{nearest}`? it is shown as plain text"))
                }
                None => diagnostic.hint("it is shown as plain text; `text` says so without a warning"),
            });
        }
    }
    found
}
