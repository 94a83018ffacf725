//! Text → terms. `static/search-engine.js` does the same to what a reader types, and a test holds both to one table
//! (`tests/fixtures/tokens.json`), so a change here is a change there.
//!
//! 1. **Folding**, character by character: compatibility decomposition (NFKD), marks dropped, and the letters that
//!    decompose to nothing better replaced (`ø` → `o`, `ß` → `ss`, `LETTERS`). Case stays for step 3.
//! 2. **Compounds.** A *piece* is a run of letters and digits. An apostrophe between letters is left out (`don't` →
//!    `dont`), a full stop between digits belongs to the piece (`1.31`). Pieces with a single `-`, `_`, `.` or hyphen
//!    between them are a *compound*.
//! 3. **Terms**, all in lower case: every piece; the parts of a piece in camel case that have two or more characters
//!    (`OrgID` → `orgid`, `org`, `id`; the plural of an acronym, `SLOs`, is no camel case); a version without its `v`
//!    (`v1.31` → `1.31`); and a compound of two to four pieces without what joins them (`kubectl-apply` →
//!    `kubectlapply`). A term is cut after 64 characters.
//!
//! What this leaves out: scripts that put no blanks between words are one term a run of letters.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A term of the index and what it is of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Folded, in lower case, at most 64 characters.
    pub term: String,
    /// What it stands for.
    pub role: Role,
}

/// What a term stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A run of letters and digits.
    Piece,
    /// A part of a piece in camel case, or a version without its `v`.
    Part,
    /// Pieces that are joined.
    Compound,
}

/// Letters that NFKD leaves alone and a keyboard without them writes otherwise.
const LETTERS: [(char, &str); 15] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('Æ', "AE"),
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ø', "o"),
    ('Ø', "O"),
    ('đ', "d"),
    ('Đ', "D"),
    ('ł', "l"),
    ('Ł', "L"),
    ('ı', "i"),
    ('þ', "th"),
    ('Þ', "TH"),
    ('ς', "σ"),
];

const LONGEST_TERM: usize = 64;
const PIECES_IN_COMPOUND_MAX: usize = 4;

/// Every term of a text, in order.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let text = folded(text);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at].is_alphanumeric() {
            at = compound(&text, at, &mut tokens);
        } else {
            at += 1;
        }
    }
    tokens
}

fn folded(text: &str) -> Vec<char> {
    let mut folded = Vec::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            folded.push(letter);
            continue;
        }
        for letter in std::iter::once(letter).nfkd().filter(|letter| !is_combining_mark(*letter)) {
            match LETTERS.iter().find(|(from, _)| *from == letter) {
                Some((_, to)) => folded.extend(to.chars()),
                None => folded.push(letter),
            }
        }
    }
    folded
}

/// Adds the terms of the compound that begins here; returns where it ends.
fn compound(text: &[char], start: usize, tokens: &mut Vec<Token>) -> usize {
    let mut pieces = 0;
    let mut whole = String::new();
    let mut at = start;
    loop {
        let (letters, end) = piece(text, at);
        let term = lower(&letters);
        whole.push_str(&term);
        parts(&letters, &term, tokens);
        tokens.push(token(term, Role::Piece));
        pieces += 1;
        at = end;
        let joins = matches!(text.get(at), Some('-' | '_' | '.' | '\u{2010}'));
        if !joins || !text.get(at + 1).is_some_and(|next| next.is_alphanumeric()) {
            break;
        }
        at += 1;
    }
    if (2..=PIECES_IN_COMPOUND_MAX).contains(&pieces) {
        tokens.push(token(whole, Role::Compound));
    }
    at
}

fn piece(text: &[char], start: usize) -> (Vec<char>, usize) {
    let is = |at: usize, class: fn(char) -> bool| text.get(at).is_some_and(|letter| class(*letter));
    let between = |at: usize, class: fn(char) -> bool| is(at - 1, class) && is(at + 1, class);
    let mut letters = Vec::new();
    let mut at = start;
    while let Some(letter) = text.get(at) {
        match letter {
            letter if letter.is_alphanumeric() => letters.push(*letter),
            '.' if between(at, char::is_numeric) => letters.push('.'),
            '\'' | '’' if between(at, char::is_alphabetic) => {}
            _ => break,
        }
        at += 1;
    }
    (letters, at)
}

/// Adds the parts of a piece in camel case, and a version without its `v`.
fn parts(letters: &[char], term: &str, tokens: &mut Vec<Token>) {
    let mut bounds: Vec<usize> = (1..letters.len()).filter(|at| begins_part(letters, *at)).collect();
    if !bounds.is_empty() {
        bounds.insert(0, 0);
        bounds.push(letters.len());
        for bound in bounds.windows(2).filter(|bound| bound[1] - bound[0] > 1) {
            tokens.push(token(lower(&letters[bound[0]..bound[1]]), Role::Part));
        }
    }
    if let Some(version) =
        term.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        tokens.push(token(version.to_owned(), Role::Part));
    }
}

/// `fooBar` begins a part at `B`, and so does `HTTPServer` at `S`.
fn begins_part(letters: &[char], at: usize) -> bool {
    let (before, here, rest) = (letters[at - 1], letters[at], &letters[at + 1..]);
    if !here.is_uppercase() {
        return false;
    }
    let acronym_ends = || rest.first().is_some_and(|next| next.is_lowercase()) && rest != ['s'];
    !before.is_uppercase() || acronym_ends()
}

fn lower(letters: &[char]) -> String {
    letters.iter().flat_map(|letter| letter.to_lowercase()).collect()
}

fn token(term: String, role: Role) -> Token {
    let term = match term.char_indices().nth(LONGEST_TERM) {
        Some((end, _)) => term[..end].to_owned(),
        None => term,
    };
    Token { term, role }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.term).collect()
    }

    #[test]
    fn the_table_that_the_browser_agrees_with_holds_here() {
        let table = include_str!("../../../tests/fixtures/tokens.json");
        let table: std::collections::BTreeMap<String, Vec<String>> = serde_json::from_str(table).unwrap();
        for (text, expected) in table {
            assert_eq!(terms(&text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_term_is_cut_and_never_within_a_letter() {
        assert_eq!(terms(&"ж".repeat(80)), ["ж".repeat(64)]);
    }
}
