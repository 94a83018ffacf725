//! One rule a file: `Site → Diagnostics`. Rules that only need one text are told by `parse`.

mod dead_anchor;
mod dead_link;
mod external_image;
mod headings;
mod image_alternative;
mod orphan_page;
mod promised_time;
mod silence;
mod unknown_language;
mod unlisted_module;

use std::collections::BTreeMap;

pub use silence::unsilenced;

use crate::config::Level;
use crate::model::Site;
use crate::{Diagnostic, Severity};

/// Every rule's name, as `site.toml` and reports know it.
pub const RULES: &[&str] = &[
    "config",
    "crash",
    "dead-anchor",
    "dead-link",
    "demo",
    "diagram",
    "duplicate-heading",
    "duplicate-id",
    "encoding",
    "external-image",
    "front-matter",
    "image-alternative",
    "orphan-page",
    "promised-time",
    "raw-html",
    "same-url",
    "skipped-level",
    "style-token",
    "symlink",
    "template",
    "unbalanced-tag",
    "unknown-language",
    "unknown-tag",
    "unlisted-module",
    "unreadable",
];

/// Runs every rule over a site.
#[must_use]
pub fn check(site: &Site) -> Vec<Diagnostic> {
    let rules = [
        dead_link::check,
        dead_anchor::check,
        external_image::check,
        headings::check,
        image_alternative::check,
        orphan_page::check,
        promised_time::check,
        unknown_language::check,
        unlisted_module::check,
    ];
    rules.into_iter().flat_map(|rule| rule(site)).collect()
}

/// Gives rules the severity the author asked for, and drops what is switched off.
#[must_use]
pub fn with_levels(diagnostics: Vec<Diagnostic>, levels: &BTreeMap<String, Level>) -> Vec<Diagnostic> {
    let leveled = diagnostics.into_iter().filter_map(|diagnostic| {
        let severity = match levels.get(diagnostic.rule) {
            None => diagnostic.severity,
            Some(Level::Error) => Severity::Error,
            Some(Level::Warning) => Severity::Warning,
            Some(Level::Off) => return None,
        };
        Some(Diagnostic { severity, ..diagnostic })
    });
    leveled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_in_the_readme_and_nothing_else_is() {
        let readme = include_str!("../../../README.md");
        let (_, table) = readme.split_once("| Rule | Default | Says that |\n|---|---|---|\n").unwrap();
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        let named: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
        assert_eq!(named, RULES);
    }
}
