//! `<!-- site-gen: allow dead-link -->` silences rules on its own line, or on the next when it stands alone.

use std::collections::BTreeMap;

use crate::Diagnostic;
use crate::source::SourcePath;

/// Drops what an author has allowed. File names are still relative to the content folder.
#[must_use]
pub fn unsilenced(diagnostics: Vec<Diagnostic>, pages: &BTreeMap<SourcePath, String>) -> Vec<Diagnostic> {
    let is_silenced = |diagnostic: &Diagnostic| {
        let text = pages.get(&SourcePath::new(diagnostic.file.as_str()));
        let place = diagnostic.place.as_ref();
        place.zip(text).is_some_and(|(place, text)| {
            let before =
                place.line.checked_sub(2).and_then(|line| text.lines().nth(line)).unwrap_or_default();
            let alone = before.trim().starts_with("<!--") && before.trim().ends_with("-->");
            allows(&place.text, diagnostic.rule) || (alone && allows(before, diagnostic.rule))
        })
    };
    diagnostics.into_iter().filter(|diagnostic| !is_silenced(diagnostic)).collect()
}

fn allows(line: &str, rule: &str) -> bool {
    let allowed = line.split("<!--").skip(1).filter_map(|comment| {
        let comment = comment.split("-->").next()?.trim();
        comment.strip_prefix("site-gen:")?.trim().strip_prefix("allow ")
    });
    allowed.flat_map(|rules| rules.split([',', ' '])).any(|name| name.trim() == rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_allows_only_the_rules_it_names() {
        let line = "[x](y.md) <!-- site-gen: allow dead-link, unknown-tag -->";
        assert!(allows(line, "dead-link") && allows(line, "unknown-tag"));
        assert!(!allows(line, "dead-anchor") && !allows("site-gen: allow dead-link", "dead-link"));
    }

    #[test]
    fn a_comment_on_its_own_line_speaks_for_the_next_line_only() {
        let text = "<!-- site-gen: allow dead-link -->\n[x](y.md)\n[z](y.md)\n";
        let pages = BTreeMap::from([(SourcePath::new("a.md"), text.to_owned())]);
        let at = |start: usize| Diagnostic::warning("dead-link", "a.md", "").at(text, start..start + 1);
        let left = unsilenced(vec![at(35), at(45)], &pages);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].place.as_ref().map(|place| place.line), Some(3));
    }
}
