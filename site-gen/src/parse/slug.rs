//! Heading anchors, exactly as GitHub makes them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use onig::Regex;

// GitHub runs this expression in Ruby, whose engine is the one we link.
static DROPPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\p{Word}\- ]").ok());

/// The slug of one heading: lower case, punctuation dropped except `-` and `_`, spaces to `-`.
#[must_use]
pub fn slug(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let kept = DROPPED.as_ref().map_or(lower.clone(), |dropped| dropped.replace_all(&lower, ""));
    kept.replace(' ', "-")
}

/// Makes slugs unique on a page: `x`, `x-1`, `x-2`.
#[derive(Debug, Default)]
pub(super) struct Slugs {
    seen: BTreeMap<String, usize>,
}

impl Slugs {
    /// The anchor for the next heading with this text.
    pub(super) fn next(&mut self, text: &str) -> String {
        let mut base = slug(text);
        if base.is_empty() {
            // An id has to have a letter: a heading of signs alone, or of nothing.
            base.push_str("section");
        }
        let mut candidate = base.clone();
        while self.seen.contains_key(&candidate) {
            let repeats = self.seen.entry(base.clone()).or_default();
            *repeats += 1;
            candidate = format!("{base}-{repeats}");
        }
        self.seen.insert(candidate.clone(), 0);
        candidate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_githubs() {
        for (text, expected) in [
            ("What Makes Systems Distributed?", "what-makes-systems-distributed"),
            ("W + R > N", "w--r--n"),
            ("`etcd` & ZooKeeper", "etcd--zookeeper"),
            ("snake_case and kebab-case", "snake_case-and-kebab-case"),
            ("Що таке консенсус?", "що-таке-консенсус"),
            ("Don't panic: it’s 99.9%", "dont-panic-its-999"),
            ("日本語 の 見出し", "日本語-の-見出し"),
            ("🚀 Launch", "-launch"),
        ] {
            let text = text.replace('`', "");
            assert_eq!(slug(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_heading_without_letters_still_has_an_id() {
        let mut slugs = Slugs::default();
        assert_eq!(["", "!?", "Section"].map(|text| slugs.next(text)), ["section", "section-1", "section-2"]);
    }

    #[test]
    fn repeats_are_numbered_and_never_meet_a_real_heading() {
        let mut slugs = Slugs::default();
        let made: Vec<_> = ["Quiz", "Quiz-1", "Quiz", "Quiz"].map(|text| slugs.next(text)).into();
        assert_eq!(made, ["quiz", "quiz-1", "quiz-2", "quiz-3"]);
    }
}
