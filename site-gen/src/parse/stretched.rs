//! Text gathered from several stretches of a file, and the way back.

use std::ops::Range;

/// A text whose parts lie apart in the file, as code in a list does.
#[derive(Debug, Clone, Default)]
pub(super) struct Stretched {
    /// The text.
    pub(super) text: String,
    /// (offset in `text`, offset in the file) of each part.
    parts: Vec<(usize, usize)>,
}

impl Stretched {
    /// Adds a part that begins at an offset of the file.
    pub(super) fn push(&mut self, text: &str, offset: usize) {
        self.parts.push((self.text.len(), offset));
        self.text.push_str(text);
    }

    /// Where an offset of the text lies in the file; 0 for an empty text.
    pub(super) fn offset_in_file(&self, at: usize) -> usize {
        let next = self.parts.partition_point(|(text, _)| *text <= at);
        next.checked_sub(1).map_or(0, |index| {
            let (text, file) = self.parts[index];
            file + (at - text)
        })
    }

    /// Where a range of the text lies in the file.
    pub(super) fn in_file(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.offset_in_file(range.start);
        if range.is_empty() { start..start } else { start..self.offset_in_file(range.end - 1) + 1 }
    }
}
