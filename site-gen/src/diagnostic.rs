//! What is wrong with the content: `Diagnostic`, where it is (`Place`), how bad (`Severity`), and how it is shown.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, renderer::DecorStyle};
use serde::Serialize;

/// How bad it is: an error fails the build, a warning only with `--strict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The output would be wrong: nothing is written.
    Error,
    /// The output is usable, but the author will want to know.
    Warning,
}

/// A stretch of one line of a text file, with that line, so that it can be shown without the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// How many characters are meant; 0 is a point.
    pub length: usize,
    /// The whole line, without its end.
    pub text: String,
}

impl Place {
    /// The place of a byte range in a text. A range over several lines is cut at the end of its first; offsets
    /// beyond the text or inside a character move down to the nearest valid one.
    #[must_use]
    pub fn of(text: &str, range: Range<usize>) -> Self {
        let start = text.floor_char_boundary(range.start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let end = text.floor_char_boundary(range.end).clamp(start, line_end);
        Self {
            line: text[..line_start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            length: text[start..end].chars().count(),
            text: text[line_start..line_end].trim_end_matches('\r').to_owned(),
        }
    }
}

/// One problem of the content, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// Name of the rule, such as `dead-link`; `site.toml` can set its severity.
    pub rule: &'static str,
    /// The file as a person would type it.
    pub file: String,
    /// Where in the file; none where the whole file is meant.
    pub place: Option<Place>,
    /// What is wrong: lower case, no final stop, the offender quoted.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error about a whole file; [`Diagnostic::at`] narrows it down.
    #[must_use]
    pub fn error(rule: &'static str, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            rule,
            file: file.into(),
            place: None,
            message: message.into(),
            hint: None,
        }
    }

    /// A warning about a whole file; [`Diagnostic::at`] narrows it down.
    #[must_use]
    pub fn warning(rule: &'static str, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, file, message) }
    }

    /// The same, at a byte range of the file's text.
    #[must_use]
    pub fn at(self, text: &str, range: Range<usize>) -> Self {
        Self { place: Some(Place::of(text, range)), ..self }
    }

    /// The same, with advice.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same, with "did you mean" when one of `names` is close to what was written.
    #[must_use]
    pub fn did_you_mean<'a>(self, written: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(written, names) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Order in reports: by file, then by place, then by rule.
    #[must_use]
    pub fn order(&self) -> (&str, Option<&Place>, &str, &str) {
        (&self.file, self.place.as_ref(), self.rule, &self.message)
    }

    /// For people: `file:line:column`, the source line, a caret and the hint.
    #[must_use]
    pub fn to_text(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&self.message).id(self.rule);
        let mut group = match &self.place {
            Some(place) => title.element(
                Snippet::source(&place.text)
                    .line_start(place.line)
                    .path(&self.file)
                    .annotation(AnnotationKind::Primary.span(place.bytes())),
            ),
            None => title.element(annotate_snippets::Origin::path(&self.file)),
        };
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }

    /// For programs: one JSON object on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!({
            "severity": self.severity,
            "rule": self.rule,
            "file": self.file,
            "line": self.place.as_ref().map(|place| place.line),
            "column": self.place.as_ref().map(|place| place.column),
            "message": self.message,
            "hint": self.hint,
        })
        .to_string()
    }
}

impl Place {
    fn bytes(&self) -> Range<usize> {
        let offset = |characters: usize| {
            self.text.char_indices().nth(characters).map_or(self.text.len(), |(at, _)| at)
        };
        offset(self.column - 1)..offset(self.column - 1 + self.length)
    }
}

/// The name closest to what was written, if one is close enough to be meant.
#[must_use]
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written_folded = written.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&written_folded, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|left, right| left.0.total_cmp(&right.0).then_with(|| right.1.cmp(left.1)))
        .map(|(_, name)| name)
}

/// Names for a message: `` `a`, `b` or `c` ``.
#[must_use]
pub fn alternatives<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let separator = match index {
            0 => "",
            _ if index + 1 == names.len() => " or ",
            _ => ", ",
        };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{separator}`{name}`");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let place = Place::of("eins\nzwei drüben\r\n", 12..17);
        assert_eq!((place.line, place.column, place.text.as_str()), (2, 8, "zwei drüben"));
        let past_umlaut = Place::of("dü b", 4..5);
        assert_eq!((past_umlaut.column, past_umlaut.length), (4, 1));
    }

    #[test]
    fn a_range_over_several_lines_marks_the_rest_of_its_first() {
        let place = Place::of("ab\ncd", 1..5);
        assert_eq!((place.line, place.column, place.length), (1, 2, 1));
    }

    #[test]
    fn people_see_the_line_the_caret_and_the_hint() {
        let text =
            Diagnostic::warning("dead-anchor", "content/raft.md", "link to `#electoins` has no heading")
                .at("see [this](#electoins)\n", 11..21)
                .did_you_mean("electoins", ["elections", "log"])
                .to_text(false);
        assert!(text.contains("content/raft.md:1:12"), "{text}");
        assert!(text.contains("see [this](#electoins)"), "{text}");
        assert!(text.contains("           ^^^^^^^^^^"), "{text}");
        assert!(text.contains("did you mean `elections`?"), "{text}");
    }

    #[test]
    fn far_names_are_not_suggested() {
        assert_eq!(nearest("raft", ["paxos", "vector-clocks"]), None);
        assert_eq!(nearest("raft-electoin", ["raft-election", "raft-log"]), Some("raft-election"));
    }

    #[test]
    fn programs_get_one_object_a_line_with_nulls_for_what_is_unknown() {
        let json = Diagnostic::error("encoding", "a.md", "not \"UTF-8\"").to_json();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["severity"], "error");
        assert!(value["line"].is_null() && value["hint"].is_null());
        assert!(!json.contains('\n'));
    }
}
