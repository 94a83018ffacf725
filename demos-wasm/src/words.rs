//! Text with holes, without `core::fmt`: what reaches every value through a table of functions costs the page 7 KB.
//!
//! `format!` and [`put!`](crate::put) call [`Words::add`] of the very type in the hole.

use alloc::boxed::Box;
use alloc::string::String;

/// A text that is being written, by templates: `S{} of {}`. What stands between holes is copied by whatever fills them, so
/// that code hands over a template once and then values only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    text: String,
    /// What follows the next hole, with all further holes `{}`.
    rest: &'static str,
    /// Whether what gets into holes is escaped, as in HTML.
    escapes: bool,
}

/// What can be put into a hole.
pub trait Words {
    /// Fills the hole that the text has come to, and goes on to the next. Whoever is made of parts [trusts](Text::trust) all but the
    /// last, which goes on.
    fn add(&self, text: &mut Text);
}

impl Text {
    /// A template up to its first hole; nothing will be escaped. In a box, because then it is one number for the code that
    /// fills it.
    #[inline(never)]
    pub fn boxed(template: &'static str) -> Box<Self> {
        let mut text = Box::new(Self { text: String::new(), rest: "", escapes: false });
        text.begin(template);
        text
    }

    /// Nothing yet; what gets into holes will be written so that neither an element nor an attribute can be broken out of.
    pub const fn escaping() -> Self {
        Self { text: String::new(), rest: "", escapes: true }
    }

    /// Writes a template up to its first hole. A `{` is always the beginning of one.
    #[inline(never)]
    pub fn begin(&mut self, template: &'static str) {
        let mut characters = template.bytes();
        let end = characters.position(|byte| byte == b'{');
        // Not by slicing: that brings in the code that prints characters in panics, 3 KB for the page.
        let (piece, hole) = end.and_then(|end| template.split_at_checked(end)).unwrap_or((template, ""));
        self.text.push_str(piece);
        self.rest = hole.split_at_checked(2).map_or("", |(_, rest)| rest);
    }

    /// Writes what is trusted into the hole, and stays there.
    #[inline(never)]
    pub fn trust(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// All is there.
    #[inline(never)]
    #[expect(clippy::boxed_local, reason = "unboxing is its job")]
    pub fn end(self: Box<Self>) -> String {
        self.text
    }

    /// As it is so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it is, for good.
    pub fn into_string(self) -> String {
        self.text
    }

    #[inline(never)]
    fn add(&mut self, value: &str) {
        let mut rest = value;
        while self.escapes
            && let Some(place) = rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"'))
            && let Some((before, special)) = rest.split_at_checked(place)
        {
            let mut after = special.chars();
            self.text.push_str(before);
            self.text.push_str(match after.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                _ => "&quot;",
            });
            rest = after.as_str();
        }
        self.text.push_str(rest);
        self.begin(self.rest);
    }

    #[inline(never)]
    fn add_number(&mut self, number: u64) {
        let mut worth = 1;
        while number / worth >= 10 {
            worth *= 10;
        }
        while worth > 0 {
            self.text.push(char::from(b'0' + u8::try_from(number / worth % 10).unwrap_or(0)));
            worth /= 10;
        }
        self.begin(self.rest);
    }

    #[inline(never)]
    fn add_signed(&mut self, number: i64) {
        if number < 0 {
            self.trust("-");
        }
        self.add_number(number.unsigned_abs());
    }
}

impl Words for str {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        text.add(self);
    }
}

impl Words for String {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        text.add(self);
    }
}

impl Words for bool {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        text.add(if *self { "true" } else { "false" });
    }
}

impl Words for char {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        text.add(self.encode_utf8(&mut [0; 4]));
    }
}

impl<W: Words + ?Sized> Words for &W {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        (**self).add(text);
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Words for $number {
            #[inline(always)]
            fn add(&self, text: &mut Text) {
                text.add_number(*self as u64);
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, usize);

macro_rules! signed {
    ($($number:ty),*) => {$(
        impl Words for $number {
            #[inline(always)]
            fn add(&self, text: &mut Text) {
                text.add_signed(i64::from(*self));
            }
        }
    )*};
}

signed!(i8, i16, i32, i64);

/// Native code may write it as everything else.
macro_rules! display_by_words {
    ($($type:ty),*) => {$(
        impl core::fmt::Display for $type {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                formatter.pad(&format!("{self}"))
            }
        }
    )*};
}

pub(crate) use display_by_words;

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in [0, 1, 9, 10, 99, 100, 12_345, u64::MAX] {
            assert_eq!(format!("<{number}>"), std::format!("<{number}>"));
        }
        for number in [i64::MIN, -10, -1, 0, 7, i64::MAX] {
            assert_eq!(format!("<{number}>"), std::format!("<{number}>"));
        }
    }

    #[test]
    fn holes_take_names_and_expressions_in_order() {
        let (name, list) = ("S1", [1_u8, 2]);
        assert_eq!(
            format!("{name}: {} of {}, {name}\u{2192}{}\n{{}}", list[0], list.len(), 'é'),
            "S1: 1 of 2, S1→é\n{}"
        );
        assert_eq!(format!("{:?} {:>3}", list, true), "[1, 2] true");
        assert_eq!(format!("{}", name.is_empty()), "false");
        assert_eq!(format!("{{{}}} and {{}}", "{}"), "{{}} and {}", "a hole in an argument is no hole");
    }

    #[test]
    fn a_text_inside_a_text_has_holes_of_its_own() {
        assert_eq!(
            format!("a{}d{}g", format!("b{}{}", "c", format!("{}", "!")), format!("e{}", "f")),
            "abc!defg"
        );
    }
}
