//! Quotes and dashes as books have them, out of those that keyboards have.
//!
//! Only running text: code, addresses and anchors stay as they are written. What may be meant as it stands is left alone:
//! `--flags`, feet and inches, paths such as `./...`.

/// Quotation marks of a language, outside and inside another quotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quotes {
    double: [&'static str; 2],
    single: [&'static str; 2],
}

const APOSTROPHE: &str = "’";

impl Quotes {
    /// Those of a language tag such as `en` or `de-CH`; English ones where there is no telling.
    #[must_use]
    pub(super) fn of(language: &str) -> Self {
        let tag = language.to_ascii_lowercase();
        let (double, single) = match tag.split(['-', '_']).next().unwrap_or_default() {
            _ if matches!(tag.as_str(), "de-ch" | "de-li") => (["«", "»"], ["‹", "›"]),
            "de" | "cs" | "sk" | "sl" | "bg" | "is" | "et" | "lt" => (["„", "“"], ["‚", "‘"]),
            "pl" | "ro" | "hu" => (["„", "”"], ["‚", "’"]),
            "sv" | "fi" => (["”", "”"], ["’", "’"]),
            // The space is narrow and doesn't break.
            "fr" => (["«\u{202f}", "\u{202f}»"], ["“", "”"]),
            "es" | "it" | "pt" | "ca" | "el" | "no" | "nb" | "nn" => (["«", "»"], ["“", "”"]),
            "ru" | "uk" | "be" => (["«", "»"], ["„", "“"]),
            _ => (["“", "”"], ["‘", "’"]),
        };
        Self { double, single }
    }
}

/// Sets a block's texts one after the other, as quotes may begin in one and end in another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setter {
    quotes: Quotes,
    /// The character before the next text; a blank at the start of a block.
    before: char,
    double_open: bool,
    single_open: bool,
}

impl Setter {
    /// At the start of a block.
    #[must_use]
    pub(super) fn new(quotes: Quotes) -> Self {
        Self { quotes, before: ' ', double_open: false, single_open: false }
    }

    /// A block begins, where no quotation of the last one is still open.
    pub(super) fn start_block(&mut self) {
        *self = Self::new(self.quotes);
    }

    /// Something stands between two texts, such as code: `last` is what it ends with.
    pub(super) fn pass(&mut self, last: char) {
        self.before = last;
    }

    /// Sets a text; none when nothing changes.
    #[must_use]
    pub(super) fn set(&mut self, text: &str) -> Option<String> {
        if !text.contains(['"', '\'', '-', '.']) {
            self.before = text.chars().next_back().unwrap_or(self.before);
            return None;
        }
        let mut set = String::with_capacity(text.len() + 8);
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let length = match letter {
                '-' | '.' => rest.len() - rest.trim_start_matches(letter).len(),
                letter => letter.len_utf8(),
            };
            let (run, after) = rest.split_at(length);
            let next = after.chars().next();
            match letter {
                '"' => set.push_str(self.double(next)),
                '\'' => set.push_str(self.single(next)),
                '-' | '.' => set.push_str(mark(self.before, run, next)),
                _ => set.push(letter),
            }
            self.before = letter;
            rest = after;
        }
        (set != text).then_some(set)
    }

    fn opens(&self, next: Option<char>) -> bool {
        let follows = self.before.is_whitespace() || "([{<–—-/=\"\'".contains(self.before);
        follows && next.is_none_or(|next| !next.is_whitespace())
    }

    fn double(&mut self, next: Option<char>) -> &'static str {
        if !self.double_open && self.opens(next) {
            self.double_open = true;
            return self.quotes.double[0];
        }
        // Without a quotation that it could end, it counts inches or is meant as it stands.
        if std::mem::take(&mut self.double_open) { self.quotes.double[1] } else { "\"" }
    }

    fn single(&mut self, next: Option<char>) -> &'static str {
        let is_before_letter = next.is_some_and(char::is_alphanumeric);
        if self.before.is_alphanumeric() && is_before_letter {
            // Five feet ten, or somebody's.
            return if next.is_some_and(|next| next.is_ascii_digit()) { "'" } else { APOSTROPHE };
        }
        // The '90s have lost their century and open nothing.
        if self.opens(next) && !next.is_some_and(|next| next.is_ascii_digit()) {
            self.single_open = true;
            return self.quotes.single[0];
        }
        if std::mem::take(&mut self.single_open) {
            return self.quotes.single[1];
        }
        if self.before.is_ascii_digit() { "'" } else { APOSTROPHE }
    }
}

/// What a run of hyphens or full stops stands for.
fn mark<'a>(before: char, run: &'a str, next: Option<char>) -> &'a str {
    let is_apart = before.is_whitespace() && next.is_some_and(char::is_whitespace);
    let is_between = |is: fn(&char) -> bool| is(&before) && next.as_ref().is_some_and(is);
    match run {
        "--" if is_apart || is_between(char::is_ascii_digit) => "–",
        "---" if is_apart || is_between(|letter| letter.is_alphabetic()) => "—",
        "..." if before != '/' && !next.is_some_and(|next| "/\\".contains(next)) => "…",
        run => run,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(language: &str, text: &str) -> String {
        Setter::new(Quotes::of(language)).set(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn quotes_open_and_close() {
        for (text, expected) in [
            ("It's \"so\", (\"or 'not'\").", "It’s “so”, (“or ‘not’”)."),
            ("the '90s, readers' and 'a'", "the ’90s, readers’ and ‘a’"),
            ("\"A\"--\"B\"", "“A”--“B”"),
            ("a = \"b\"", "a = “b”"),
            ("it takes 10 s...", "it takes 10 s…"),
        ] {
            assert_eq!(set("en", text), expected);
        }
    }

    #[test]
    fn what_may_be_meant_as_it_stands_is_left_alone() {
        for text in [
            "use --flags and -- too--x",
            "6'2\" or 12\" wide",
            "./... and ../..",
            "$5-10",
            "a|--|b",
            "3' long",
        ] {
            let expected = text.replace(" -- ", " – ");
            assert_eq!(set("en", text), expected);
        }
    }

    #[test]
    fn dashes_stand_apart_or_between_numbers() {
        assert_eq!(set("en", "this -- that --- there, 5--10, a---b"), "this – that — there, 5–10, a—b");
    }

    #[test]
    fn every_language_has_its_own_quotes() {
        let quoted = |language| set(language, "\"a 'b' c\"");
        assert_eq!(quoted("de"), "„a ‚b‘ c“");
        assert_eq!(quoted("de-CH"), "«a ‹b› c»");
        assert_eq!(quoted("fr"), "«\u{202f}a “b” c\u{202f}»");
        assert_eq!(quoted("pl"), "„a ‚b’ c”");
        assert_eq!(quoted("xx"), "“a ‘b’ c”");
    }

    #[test]
    fn a_quotation_spans_texts_but_not_blocks() {
        let mut setter = Setter::new(Quotes::of("en"));
        assert_eq!(setter.set("\"a ").as_deref(), Some("“a "));
        setter.pass('x');
        assert_eq!(setter.set("\" b \"").as_deref(), Some("” b \""));
        assert_eq!(setter.set("c").as_deref(), None);
        setter.start_block();
        assert_eq!(setter.set("'c'").as_deref(), Some("‘c’"));
    }
}
