//! Quotes, apostrophes, dashes and ellipses as printers set them, from those that keyboards have.
//!
//! Markdown is written with `"`, `'`, `--`, `---` and `...`. Readers get the marks of the site's language. Code is never
//! touched, nor what only looks like punctuation: `--flag`, `5'10"`, `'90s`, `../path`.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

/// The marks of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typography {
    /// Around what is quoted.
    double: [&'static str; 2],
    /// Around what is quoted within that.
    single: [&'static str; 2],
}

/// Where quotes differ from English, by the first part of the language's tag. French has thin blanks inside that don't break.
const QUOTES: [(&str, [&str; 2], [&str; 2]); 12] = [
    ("bg", ["„", "“"], ["’", "’"]),
    ("cs", ["„", "“"], ["‚", "‘"]),
    ("da", ["»", "«"], ["›", "‹"]),
    ("de", ["„", "“"], ["‚", "‘"]),
    ("es", ["«", "»"], ["“", "”"]),
    ("fi", ["”", "”"], ["’", "’"]),
    ("fr", ["«\u{202f}", "\u{202f}»"], ["“", "”"]),
    ("it", ["«", "»"], ["“", "”"]),
    ("pl", ["„", "”"], ["«", "»"]),
    ("ru", ["«", "»"], ["„", "“"]),
    ("sv", ["”", "”"], ["’", "’"]),
    ("uk", ["«", "»"], ["„", "“"]),
];

/// Elements within which text is as it was typed.
const VERBATIM: [&str; 7] = ["code", "kbd", "pre", "samp", "script", "style", "var"];

impl Typography {
    /// The marks of a language, by its tag such as `en` or `de-CH`; those of English where no others are known.
    pub fn of(language: &str) -> Self {
        let first = language.split(['-', '_']).next().unwrap_or_default();
        let known = QUOTES.iter().find(|(tag, ..)| tag.eq_ignore_ascii_case(first));
        let (double, single) =
            known.map_or((["“", "”"], ["‘", "’"]), |&(_, double, single)| (double, single));
        Self { double, single }
    }

    /// A text that stands by itself, such as a title.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        Setter::new(self).set(text, None)
    }

    /// Sets all that is text in a page's events. What is quoted ends with its paragraph, cell or heading.
    pub fn events(self, events: &mut [Event<'_>]) {
        let mut setter = Setter::new(self);
        let mut verbatim = 0usize;
        for place in 0..events.len() {
            let after = events.get(place + 1).and_then(first_character);
            match &mut events[place] {
                Event::Text(text) if verbatim == 0 => {
                    let set = setter.set(text, after);
                    if set != **text {
                        *text = CowStr::from(set);
                    }
                }
                Event::Text(text) => setter.before = text.chars().last().unwrap_or(setter.before),
                Event::Start(Tag::CodeBlock(_)) => verbatim += 1,
                Event::End(TagEnd::CodeBlock) => verbatim = verbatim.saturating_sub(1),
                Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. })
                | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
                Event::InlineHtml(html) => match element(html) {
                    Some((name, is_end)) if VERBATIM.contains(&name) => {
                        verbatim = if is_end { verbatim.saturating_sub(1) } else { verbatim + 1 };
                    }
                    // What our own writer puts around cells, and what breaks a line.
                    Some(("td" | "th" | "br" | "summary" | "li" | "p" | "div", _)) => setter.begin(),
                    _ => {}
                },
                Event::Code(_) | Event::InlineMath(_) | Event::FootnoteReference(_) => setter.before = 'x',
                Event::SoftBreak | Event::HardBreak => setter.before = ' ',
                _ => setter.begin(),
            }
        }
    }
}

/// What a line goes on with, where an event isn't its end: a letter stands for all that begins with something to read.
fn first_character(event: &Event<'_>) -> Option<char> {
    match event {
        Event::Text(text) => text.chars().next(),
        Event::Code(_) | Event::InlineMath(_) | Event::InlineHtml(_) | Event::Start(_) => Some('x'),
        _ => None,
    }
}

/// The name of the element that a tag opens or closes, and whether it closes it.
fn element(html: &str) -> Option<(&str, bool)> {
    let tag = html.strip_prefix('<')?;
    let (tag, is_end) = tag.strip_prefix('/').map_or((tag, false), |tag| (tag, true));
    let end = tag.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(tag.len());
    (end > 0).then(|| (&tag[..end], is_end))
}

/// Goes through a text, and knows what it has passed.
struct Setter {
    marks: Typography,
    /// The character before; a blank where a text begins.
    before: char,
    /// Whether a double quote is open.
    is_quoted: bool,
}

impl Setter {
    fn new(marks: Typography) -> Self {
        Self { marks, before: ' ', is_quoted: false }
    }

    fn begin(&mut self) {
        (self.before, self.is_quoted) = (' ', false);
    }

    /// Sets a text that goes on with `after`.
    fn set(&mut self, text: &str, after: Option<char>) -> String {
        let mut set = String::with_capacity(text.len() + 8);
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(character).len();
            let follows = |taken: usize| rest[taken..].chars().next().or(after);
            let (taken, mark) = match character {
                '"' => (1, self.double(follows(1))),
                '\'' => (1, self.single(follows(1))),
                '-' => (run, self.dash(run, follows(run))),
                '.' if run == 3 => (3, (self.before != '/' && !rest[3..].starts_with('/')).then_some("…")),
                '.' => (run, None),
                _ => (character.len_utf8(), None),
            };
            set.push_str(mark.unwrap_or(&rest[..taken]));
            self.before = match (character, mark) {
                // A mark counts as the bracket that it is like, whatever the language makes of it.
                ('"' | '\'', Some(mark)) if mark == self.marks.double[0] || mark == self.marks.single[0] => {
                    '('
                }
                ('"' | '\'', Some(_)) => ')',
                _ => character,
            };
            rest = &rest[taken..];
        }
        set
    }

    /// Whether a quote that stands here opens what follows.
    fn opens(&self) -> bool {
        self.before.is_whitespace() || "([{<–—-/=\"'".contains(self.before)
    }

    fn double(&mut self, follows: Option<char>) -> Option<&'static str> {
        if self.opens() && !(self.is_quoted && follows.is_none_or(char::is_whitespace)) {
            self.is_quoted = true;
            return Some(self.marks.double[0]);
        }
        // Inches, unless something is still open.
        if !self.is_quoted && self.before.is_ascii_digit() {
            return None;
        }
        self.is_quoted = false;
        Some(self.marks.double[1])
    }

    fn single(&self, follows: Option<char>) -> Option<&'static str> {
        let is_in_word = self.before.is_alphanumeric() && follows.is_some_and(char::is_alphanumeric);
        match follows {
            // Feet: 5'10".
            Some(digit) if self.before.is_ascii_digit() && digit.is_ascii_digit() => None,
            _ if is_in_word => Some("’"),
            // A year without its century.
            Some(digit) if self.opens() && digit.is_ascii_digit() => Some("’"),
            Some(letter) if self.opens() && !letter.is_whitespace() => Some(self.marks.single[0]),
            // With nothing before and nothing after, it is the mark itself that is spoken of.
            _ if self.opens() => None,
            _ if self.marks.single[1] == "’" || self.before.is_whitespace() => Some("’"),
            _ => Some(self.marks.single[1]),
        }
    }

    /// Two hyphens between blanks or digits are a dash, three are one anywhere but before a word; all else is an option's
    /// name or a drawing.
    fn dash(&self, run: usize, follows: Option<char>) -> Option<&'static str> {
        let stands_free = self.before.is_whitespace() && follows.is_some_and(char::is_whitespace);
        let is_range = self.before.is_ascii_digit() && follows.is_some_and(|next| next.is_ascii_digit());
        let joins = self.before.is_alphabetic() && follows.is_some_and(char::is_alphabetic);
        match run {
            2 if stands_free || is_range => Some("–"),
            3 if stands_free || joins => Some("—"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Options, Parser, html};

    fn english(text: &str) -> String {
        Typography::of("en").text(text)
    }

    #[test]
    fn quotes_open_after_blanks_and_brackets_and_close_elsewhere() {
        assert_eq!(english("\"Yes,\" (\"no\") 'maybe'."), "“Yes,” (“no”) ‘maybe’.");
        assert_eq!(english("He said: \"'Tis so.\""), "He said: “‘Tis so.”");
        assert_eq!(
            english("What You'll Learn, the servers' logs, rock 'n' roll"),
            "What You’ll Learn, the servers’ logs, rock ‘n’ roll"
        );
    }

    #[test]
    fn what_only_looks_like_punctuation_stays() {
        for text in
            ["--flag and -v", "5'10\" tall", "a/.../b and ../c", "$5--", "----", "etcd--1", "' and \"\"\""]
        {
            let set = english(text);
            assert!(!set.contains(['–', '—', '…', '”', '’']) || text.starts_with('\''), "{text}: {set}");
        }
        assert_eq!(english("the '90s"), "the ’90s");
    }

    #[test]
    fn dashes_and_ellipses_are_set_where_they_are_meant() {
        assert_eq!(english("one -- two, 10--20, a---b, so ..."), "one – two, 10–20, a—b, so …");
    }

    #[test]
    fn languages_have_marks_of_their_own() {
        let set = |language: &str| Typography::of(language).text("\"a 'b' c\"");
        assert_eq!(set("de-CH"), "„a ‚b‘ c“");
        assert_eq!(set("uk"), "«a „b“ c»");
        assert_eq!(set("fr"), "«\u{202f}a “b” c\u{202f}»");
        assert_eq!(set("xx"), set("en"));
        assert_eq!(Typography::of("de").text("Ich hab's"), "Ich hab’s");
    }

    #[test]
    fn code_is_left_alone_and_what_is_quoted_may_hold_it() {
        let markdown = "\"`a\"b` is *\"c\"*\" and <code>\"d\"</code> \"e\"\n\n    \"f\" -- g\n\n\"h\"";
        let mut events: Vec<_> = Parser::new_ext(markdown, Options::empty()).collect();
        Typography::of("en").events(&mut events);
        let mut page = String::new();
        html::push_html(&mut page, events.into_iter());
        assert_eq!(
            page,
            "<p>“<code>a\"b</code> is <em>“c”</em>” and <code>\"d\"</code> “e”</p>\n\
             <pre><code>\"f\" -- g\n</code></pre>\n<p>“h”</p>\n"
        );
    }
}
