//! The one shape of JSON that a log's clock has: an object of names and whole numbers, such as `{"alice":3, "bob":1}`.

use crate::prelude::*;

/// What was expected where the text went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// `{` at the start.
    Open,
    /// A name in double quotes, or `}` when there is none.
    Name,
    /// The end of the name: a closing quote, after escapes that JSON has.
    EndOfName,
    /// `:` after a name.
    Colon,
    /// A whole number from 0 to 4,294,967,295.
    Number,
    /// `,` or `}` after an entry.
    CommaOrClose,
    /// Nothing more after `}`.
    End,
    /// A name that didn't come before.
    NewName,
}

/// Where and why a clock could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockError {
    /// How many characters of the clock were read.
    pub at: usize,
    /// What should have come there.
    pub expected: Expected,
}

/// Reads a clock: names and numbers in the order in which they stand.
///
/// # Errors
/// The first character that doesn't fit.
pub fn parse_clock(text: &str) -> Result<Vec<(String, u32)>, ClockError> {
    let mut reader = Reader { rest: text, at: 0 };
    let mut entries: Vec<(String, u32)> = Vec::new();
    reader.expect('{', Expected::Open)?;
    if !reader.takes('}') {
        loop {
            reader.skip_space();
            let start = reader.at;
            let name = reader.name()?;
            if entries.iter().any(|(known, _)| *known == name) {
                return Err(ClockError { at: start, expected: Expected::NewName });
            }
            reader.expect(':', Expected::Colon)?;
            entries.push((name, reader.number()?));
            if reader.takes('}') {
                break;
            }
            reader.expect(',', Expected::CommaOrClose)?;
        }
    }
    reader.skip_space();
    if reader.rest.is_empty() { Ok(entries) } else { Err(reader.error(Expected::End)) }
}

struct Reader<'a> {
    rest: &'a str,
    /// Characters read.
    at: usize,
}

impl Reader<'_> {
    fn error(&self, expected: Expected) -> ClockError {
        ClockError { at: self.at, expected }
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let next = characters.next()?;
        self.rest = characters.as_str();
        self.at += 1;
        Some(next)
    }

    fn skip_space(&mut self) {
        while self.rest.starts_with([' ', '\t', '\r', '\n']) {
            self.next();
        }
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.skip_space();
        let is_there = self.rest.starts_with(wanted);
        if is_there {
            self.next();
        }
        is_there
    }

    fn expect(&mut self, wanted: char, expected: Expected) -> Result<(), ClockError> {
        if self.takes(wanted) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn name(&mut self) -> Result<String, ClockError> {
        self.expect('"', Expected::Name)?;
        let mut name = String::new();
        loop {
            let start = self.at;
            let read = match self.next() {
                Some('"') => return Ok(name),
                Some('\\') => self.escaped(),
                // JSON has no bare control characters in strings.
                other => other.filter(|character| *character >= ' '),
            };
            name.push(read.ok_or(ClockError { at: start, expected: Expected::EndOfName })?);
        }
    }

    /// What follows a backslash. A `\u` stands for one character of the first plane; pairs of surrogates are refused.
    fn escaped(&mut self) -> Option<char> {
        match self.next()? {
            same @ ('"' | '\\' | '/') => Some(same),
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'u' => {
                let mut code = 0;
                for _ in 0..4 {
                    code = code * 16 + self.next()?.to_digit(16)?;
                }
                char::from_u32(code)
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Result<u32, ClockError> {
        self.skip_space();
        let (start, mut number, mut digits) = (self.at, 0_u32, 0);
        while let Some(digit) = self.rest.chars().next().and_then(|next| next.to_digit(10)) {
            let more = number.checked_mul(10).and_then(|ten| ten.checked_add(digit));
            number = more.ok_or(ClockError { at: start, expected: Expected::Number })?;
            digits += 1;
            self.next();
        }
        if digits == 0 { Err(self.error(Expected::Number)) } else { Ok(number) }
    }
}
