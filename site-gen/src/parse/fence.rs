//! Code blocks: their label, their text, and the way from a place in the text to the place in the file.

use std::ops::Range;

use super::demo_fence::{self, DemoFence};
use super::stretched::Stretched;
use crate::source::SourcePath;
use crate::{Diagnostic, Severity};

/// A code block.
#[derive(Debug, Clone)]
pub struct Fence {
    /// The first word of the info string; empty for none and for indented code.
    pub label: String,
    text: Stretched,
    /// The whole block.
    pub span: Range<usize>,
    /// The label.
    pub label_span: Range<usize>,
    /// The demo, when the label is `demo` and the settings are sound.
    pub demo: Option<DemoFence>,
    demo_faults: Vec<demo_fence::Fault>,
}

impl Fence {
    /// A block with this info string and text.
    pub(super) fn new(info: &str, span: Range<usize>, source: &str, text: Stretched) -> Self {
        let label = info
            .split([' ', '\t', ',', '{', '\n'])
            .find(|word| !word.is_empty())
            .unwrap_or_default()
            .to_owned();
        let label_start = span.start + source[span.clone()].find(&label).unwrap_or(0);
        let label_span = label_start..label_start + label.len();
        let (demo, demo_faults) =
            if label == "demo" { demo_fence::read(&text.text) } else { (None, Vec::new()) };
        Self { label, span, label_span, demo, demo_faults, text }
    }

    /// The text, without indentation that belongs to lists and quotes.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.text.text
    }

    /// Where the first occurrence of a word of the text stands in the file.
    #[must_use]
    pub fn place_of(&self, word: &str) -> Range<usize> {
        let start = self.text.text.find(word).unwrap_or(0);
        self.text.in_file(&(start..start + word.len()))
    }

    /// Where a range of the text stands in the file.
    #[must_use]
    pub fn in_file(&self, range: &Range<usize>) -> Range<usize> {
        self.text.in_file(range)
    }

    /// Whether this fence asks for a demo, sound or not.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.label == "demo"
    }

    /// What is wrong with a demo's settings, at their places in the file.
    pub(super) fn problems(&self, path: &SourcePath, text: &str) -> Vec<Diagnostic> {
        let diagnostic = |fault: &demo_fence::Fault| {
            let place =
                fault.place.as_ref().map_or(self.label_span.clone(), |place| self.text.in_file(place));
            Diagnostic {
                severity: Severity::Error,
                hint: fault.hint.clone(),
                ..Diagnostic::error("demo", path.as_str(), &fault.message).at(text, place)
            }
        };
        self.demo_faults.iter().map(diagnostic).collect()
    }
}
