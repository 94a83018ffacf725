//! Puts blank lines where authors forget them.
//!
//! CommonMark takes everything from `<details>` to the next blank line as raw HTML; authors mean Markdown. GitHub's
//! readers learn to leave a blank line after `</summary>`; ours needn't. The same goes for `:::note` and `:::`.
//! Fenced code and comments are left alone, and every offset can be traced back to the original.

use std::ops::Range;

/// The text to parse, and the way back to the original.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    /// The file as it is.
    pub(super) source: &'a str,
    /// The Markdown with blank lines added.
    pub(super) text: String,
    /// Where the Markdown begins in the original.
    start: usize,
    /// (offset in `text` behind an insertion, bytes inserted so far).
    insertions: Vec<(usize, usize)>,
}

impl Prepared<'_> {
    /// The original offset of an offset in `text`; inside an insertion, where it was made.
    pub(super) fn original(&self, offset: usize) -> usize {
        let behind = self.insertions.partition_point(|(end, _)| *end <= offset);
        let before = behind.checked_sub(1).map_or(0, |last| self.insertions[last].1);
        let mut original = offset - before;
        if let Some((end, total)) = self.insertions.get(behind) {
            original = original.min(end - total);
        }
        self.start + original
    }

    /// The original range of a range in `text`.
    pub(super) fn original_range(&self, range: &Range<usize>) -> Range<usize> {
        self.original(range.start)..self.original(range.end)
    }

    fn insert(&mut self, inserted: &str) {
        let total = self.insertions.last().map_or(0, |(_, total)| *total) + inserted.len();
        self.text.push_str(inserted);
        self.insertions.push((self.text.len(), total));
    }
}

/// Prepares the Markdown that begins at `start`.
pub(super) fn prepare(original: &str, start: usize) -> Prepared<'_> {
    let markdown = &original[start..];
    let text = String::with_capacity(markdown.len() + markdown.len() / 64);
    let mut writer = Writer {
        prepared: Prepared { source: original, text, start, insertions: Vec::new() },
        state: State::Markdown,
        details: 0,
        last_was_blank: true,
        owes_blank: false,
    };
    markdown.split_inclusive('\n').for_each(|line| writer.line(line));
    writer.prepared
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Markdown,
    Fence { mark: char, length: usize },
    Comment,
}

struct Writer<'a> {
    prepared: Prepared<'a>,
    state: State,
    /// How many `<details>` are open.
    details: usize,
    last_was_blank: bool,
    /// The next line must be blank, or become so.
    owes_blank: bool,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        let (prefix, rest) = line.split_at(prefix_length(line));
        let content = rest.trim_end();
        let summary_follows = content.starts_with("<summary");
        if self.owes_blank && !content.is_empty() && !summary_follows && self.state == State::Markdown {
            self.prepared.insert(&blank(prefix));
        }
        self.owes_blank = false;
        match self.state {
            State::Fence { mark, length } => {
                if closes_fence(content, mark, length) {
                    self.state = State::Markdown;
                }
                self.prepared.text.push_str(line);
            }
            State::Comment => {
                if content.contains("-->") {
                    self.state = State::Markdown;
                }
                self.prepared.text.push_str(line);
            }
            State::Markdown => self.markdown(line, prefix, content),
        }
        self.last_was_blank = content.is_empty();
    }

    fn markdown(&mut self, line: &str, prefix: &str, content: &str) {
        if let Some(fence) = opens_fence(content) {
            self.state = fence;
        } else if content.starts_with("<!--") && !content.contains("-->") {
            self.state = State::Comment;
        } else if content.starts_with(":::") {
            return self.directive(line, prefix);
        } else if self.details > 0 || content.starts_with("<details") {
            return self.details_line(line, prefix);
        }
        self.prepared.text.push_str(line);
    }

    fn directive(&mut self, line: &str, prefix: &str) {
        if !self.last_was_blank {
            self.prepared.insert(&blank(prefix));
        }
        self.prepared.text.push_str(line);
        self.owes_blank = true;
    }

    fn details_line(&mut self, line: &str, prefix: &str) {
        let mut at = 0;
        for (tag, range) in tags(line) {
            let gap_before =
                line[at..range.start].trim_start_matches(|c: char| c == '>' || c.is_whitespace());
            self.prepared.text.push_str(&line[at..range.start]);
            if tag == Tag::DetailsEnd {
                if at > 0 || range.start > prefix.len() {
                    if !gap_before.is_empty() {
                        self.prepared.insert(&format!("\n{}{}", blank(prefix), continued(prefix)));
                    }
                } else if !self.last_was_blank {
                    self.break_before_line(prefix);
                }
            }
            self.prepared.text.push_str(&line[range.clone()]);
            at = range.end;
            match tag {
                Tag::Details => self.details += 1,
                Tag::DetailsEnd => self.details = self.details.saturating_sub(1),
                Tag::SummaryEnd => {}
            }
            let following = line[at..].trim();
            let runs_on = tag == Tag::Details && following.starts_with("<summary");
            if !following.is_empty() && !runs_on && !following.starts_with("</details") {
                self.prepared.insert(&format!("\n{}{}", blank(prefix), continued(prefix)));
            }
            self.owes_blank = following.is_empty();
        }
        self.prepared.text.push_str(&line[at..]);
    }

    // The prefix of the line is already written: the blank line has to stand before it.
    fn break_before_line(&mut self, prefix: &str) {
        let written = self.prepared.text.len() - prefix.len();
        self.prepared.text.truncate(written);
        self.prepared.insert(&blank(prefix));
        self.prepared.text.push_str(prefix);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Details,
    DetailsEnd,
    SummaryEnd,
}

/// The tags of one line that matter here, outside code spans.
fn tags(line: &str) -> Vec<(Tag, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = line[at..].find(['`', '<']).map(|next| at + next) {
        let rest = &line[next..];
        if rest.starts_with('`') {
            let run = rest.len() - rest.trim_start_matches('`').len();
            let after = &rest[run..];
            at = next + run + closing_run(after, run).unwrap_or(0);
            continue;
        }
        let tag =
            [("<details", Tag::Details), ("</details", Tag::DetailsEnd), ("</summary", Tag::SummaryEnd)]
                .into_iter()
                .find(|(name, _)| rest.starts_with(name) && rest[name.len()..].starts_with(['>', ' ', '\t']));
        match (tag, rest.find('>')) {
            (Some((_, tag)), Some(end)) => {
                at = next + end + 1;
                found.push((tag, next..at));
            }
            _ => at = next + 1,
        }
    }
    found
}

/// How far behind the start of `text` a run of exactly `run` backticks ends.
fn closing_run(text: &str, run: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`').map(|start| at + start) {
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        at = start + length;
        if length == run {
            return Some(at);
        }
    }
    None
}

/// Bytes of indentation, quote marks and list markers before a line's content.
fn prefix_length(line: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = &line[length..];
        let marker = rest.len() - rest.trim_start_matches(['>', ' ', '\t']).len();
        if marker > 0 {
            length += marker;
            continue;
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let bullet = match rest.as_bytes().get(digits) {
            Some(b'.' | b')') if (1..=9).contains(&digits) => digits + 1,
            Some(b'-' | b'*' | b'+') if digits == 0 => 1,
            _ => return length,
        };
        if !rest[bullet..].starts_with([' ', '\t']) {
            return length;
        }
        length += bullet;
    }
}

/// The prefix for a line that continues what a prefix began: list markers become spaces.
fn continued(prefix: &str) -> String {
    prefix.chars().map(|mark| if matches!(mark, '>' | '\t') { mark } else { ' ' }).collect()
}

/// A blank line under a prefix: only its quote marks.
fn blank(prefix: &str) -> String {
    let prefix = continued(prefix);
    format!("{}\n", prefix.trim_end())
}

fn opens_fence(content: &str) -> Option<State> {
    let mark = content.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let info = content.trim_start_matches(mark);
    let length = content.len() - info.len();
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some(State::Fence { mark, length })
}

fn closes_fence(content: &str, mark: char, length: usize) -> bool {
    content.len() >= length && content.chars().all(|character| character == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> String {
        prepare(text, 0).text
    }

    #[test]
    fn a_body_straight_after_the_summary_gets_its_blank_lines() {
        assert_eq!(
            prepared("<details>\n<summary>A</summary>\nIt is **x**.\n</details>\nText\n"),
            "<details>\n<summary>A</summary>\n\nIt is **x**.\n\n</details>\n\nText\n"
        );
    }

    #[test]
    fn a_body_on_the_line_of_the_summary_is_split_off_with_its_indentation() {
        assert_eq!(
            prepared("   <details><summary>A</summary>`x`</details>\n"),
            "   <details><summary>A</summary>\n\n   `x`\n\n   </details>\n"
        );
    }

    #[test]
    fn quotes_keep_their_marks() {
        assert_eq!(
            prepared("> <details><summary>A</summary> b\n"),
            "> <details><summary>A</summary>\n>\n>  b\n"
        );
    }

    #[test]
    fn well_kept_text_fences_comments_and_code_spans_are_left_alone() {
        for text in [
            "<details>\n<summary>A</summary>\n\nb\n\n</details>\n\nc\n",
            "```\n<details>\n<summary>A</summary>\nb\n```\n",
            "- ```html\n  <details>\n  </details>\n  x\n  ```\n",
            "<!--\n<details>\nx\n-->\n",
            "Write `<details>` and\ngo on\n",
        ] {
            assert_eq!(prepared(text), text);
        }
    }

    #[test]
    fn directives_stand_alone() {
        assert_eq!(prepared("a\n:::note\nb\n:::\nc\n"), "a\n\n:::note\n\nb\n\n:::\n\nc\n");
    }

    #[test]
    fn every_offset_leads_back_to_the_same_character() {
        let original = "---\nx: 1\n---\n<details><summary>A</summary>b\n</details>\nend\n";
        let prepared = prepare(original, 13);
        for (offset, character) in prepared.text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            let back = prepared.original(offset);
            assert!(original[back..].starts_with(character), "{offset} → {back}");
        }
    }
}
