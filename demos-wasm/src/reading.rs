//! What is read out of commands and links: numbers, and pieces between single ASCII characters.
//!
//! As the standard library reads them, but it does so by patterns of any kind and once for each type of number, which costs the
//! page 2 KB of code.

/// What `str::parse` makes of a text for any unsigned type.
pub fn number<N: TryFrom<u64>>(text: &str) -> Option<N> {
    N::try_from(whole(text)?).ok()
}

/// What `str::parse` makes of a text for `i64`.
#[inline(never)]
pub fn signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) if !digits.starts_with('+') => 0_i64.checked_sub_unsigned(whole(digits)?),
        Some(_) => None,
        None => whole(text)?.try_into().ok(),
    }
}

#[inline(never)]
fn whole(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let mut number = (!digits.is_empty()).then_some(0_u64)?;
    for digit in digits.bytes() {
        let digit = Some(digit.wrapping_sub(b'0')).filter(|digit| *digit < 10)?;
        // Not `checked_mul`, which takes 128 bits.
        number = Some(number).filter(|number| *number <= u64::MAX / 10)? * 10;
        number = number.checked_add(u64::from(digit))?;
    }
    Some(number)
}

/// What stands before the first `separator`, an ASCII character, and what stands after it.
#[inline(never)]
pub fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| byte == separator)?;
    let (before, after) = text.split_at_checked(place)?;
    Some((before, after.split_at_checked(1)?.1))
}

/// The pieces between separators; of an empty text, one empty piece.
pub fn pieces(text: &str, separator: u8) -> Pieces<'_> {
    Pieces { rest: Some(text), separator }
}

/// See [`pieces`].
#[derive(Debug, Clone)]
pub struct Pieces<'text> {
    rest: Option<&'text str>,
    separator: u8,
}

impl<'text> Iterator for Pieces<'text> {
    type Item = &'text str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'text str> {
        let text = self.rest?;
        let (piece, rest) = match cut(text, self.separator) {
            Some((piece, rest)) => (piece, Some(rest)),
            None => (text, None),
        };
        self.rest = rest;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        for text in [
            "",
            "+",
            "-",
            "0",
            "+7",
            "-7",
            "+-7",
            "-+7",
            "--7",
            "007",
            "1x",
            "é",
            " 1",
            "255",
            "256",
            "18446744073709551615",
            "18446744073709551616",
            "18446744073709551620",
            "99999999999999999999",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
        ] {
            if !text.starts_with('-') {
                assert_eq!(number::<u64>(text), text.parse().ok(), "{text}");
                assert_eq!(number::<u8>(text), text.parse().ok(), "{text}");
            }
            assert_eq!(signed(text), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn a_text_is_cut_as_the_standard_library_cuts_it() {
        for text in ["", ":", "a", "a:b", ":é:", "a::b", "→:→"] {
            assert_eq!(cut(text, b':'), text.split_once(':'), "{text}");
            assert_eq!(pieces(text, b':').collect::<Vec<_>>(), text.split(':').collect::<Vec<_>>(), "{text}");
        }
    }
}
