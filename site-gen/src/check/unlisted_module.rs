//! `unlisted-module`: the index of a track doesn't link one of its modules.

use crate::Diagnostic;
use crate::model::{PageKind, Site, Target};

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for folder in site.folders.values() {
        let index = &site.pages[folder.index];
        let Some(index_document) = &index.document else { continue };
        for child in &folder.children {
            let is_listed = index
                .targets
                .iter()
                .any(|target| matches!(target, Target::Page { page, .. } if page == child));
            let module =
                site.pages[*child].document.as_ref().filter(|_| site.pages[*child].kind == PageKind::Module);
            let Some(module) = module.filter(|_| !is_listed) else { continue };
            let message = format!("this module isn't linked from its index `{}`", index_document.path);
            let diagnostic = Diagnostic::warning("unlisted-module", module.path.as_str(), message);
            found.push(
                diagnostic.hint(format!("add a row with `{}` to the index's table", module.path.name())),
            );
        }
    }
    found
}
