//! HTML as text with holes: what stands in the source is trusted, what goes into a hole never is.
//!
//! Templates are data. The bundle compresses text well and code badly, so a view says what it looks like in one literal
//! and not in a call an element:
//!
//! ```
//! use demos::put;
//! use demos::view::html::{Flag, Html};
//!
//! let (mut html, label) = (Html::new(), "<Go>");
//! put!(html, "<button data-do=\"goto:{}\"{}>{}</button>", 7, Flag("disabled", true), label);
//! assert_eq!(html.as_str(), "<button data-do=\"goto:7\" disabled>&lt;Go&gt;</button>");
//! ```
//!
//! Where siblings have to keep who they are from frame to frame, they carry `data-key`, unique among them; `page/src/patch.js`
//! matches them by it.

use crate::words::{Text, Words, display_by_words};

use crate::prelude::*;

/// HTML that is being written. Text gets in through [`put!`](crate::put) only, so whatever is in it is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html(Text);

/// Writes a literal with holes `{}` into an [`Html`], the arguments escaped. They can be whatever has [`Words`].
///
/// A literal with more or fewer holes than arguments does not compile:
///
/// ```compile_fail
/// let mut html = demos::view::html::Html::new();
/// demos::put!(html, "<p>{}</p>");
/// ```
///
/// Nor does text that isn't a literal, or a name inside a hole:
///
/// ```compile_fail
/// let mut html = demos::view::html::Html::new();
/// let from_somewhere = String::from("<p>");
/// demos::put!(html, from_somewhere);
/// ```
///
/// ```compile_fail
/// let mut html = demos::view::html::Html::new();
/// let name = 1;
/// demos::put!(html, "<p>{name}</p>", name);
/// ```
#[macro_export]
macro_rules! put {
    ($html:expr, $template:literal $(, $hole:expr)* $(,)?) => {{
        const HOLES: &[&str] = &[$(stringify!($hole)),*];
        const { assert!($crate::view::html::fits($template, HOLES.len()), "one hole an argument") };
        $html.begin(const { $template });
        $($html.hole(&$hole);)*
    }};
}

/// Whether a template has as many holes `{}` as there are arguments, and no other braces.
#[doc(hidden)]
pub const fn fits(template: &str, arguments: usize) -> bool {
    let text = template.as_bytes();
    let (mut place, mut holes) = (0, 0);
    while place < text.len() {
        if text[place] == b'{' {
            place += 1;
            holes += 1;
            if place == text.len() || text[place] != b'}' {
                return false;
            }
        } else if text[place] == b'}' {
            return false;
        }
        place += 1;
    }
    holes == arguments
}

impl Default for Html {
    fn default() -> Self {
        Self::new()
    }
}

impl Html {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Text::escaping())
    }

    /// What [`put!`](crate::put) becomes, a template and then what gets into its holes; call that, because it counts the holes.
    #[doc(hidden)]
    #[inline]
    pub fn begin(&mut self, template: &'static str) {
        self.0.begin(template);
    }

    #[doc(hidden)]
    #[inline]
    pub fn hole(&mut self, value: &(impl Words + ?Sized)) {
        value.add(&mut self.0);
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// As text, for good.
    pub fn into_string(self) -> String {
        self.0.into_string()
    }
}

/// An attribute without a value, such as `disabled`: a blank and its name, or nothing. For a hole right after what stands
/// before it in the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub &'static str, pub bool);

impl Words for Flag {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        self.write(text);
    }
}

impl Flag {
    /// By value: a reference would have to be kept somewhere, at each of many places.
    #[inline(never)]
    fn write(self, text: &mut Text) {
        let Self(name, is_there) = self;
        if is_there {
            text.trust(" ");
        }
        if is_there { name } else { "" }.add(text);
    }
}

display_by_words!(Flag);

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &dyn Words) -> String {
        let mut html = Html::new();
        put!(html, "<p title=\"{}\">{}</p>", value, value);
        html.into_string()
    }

    #[test]
    fn text_and_attributes_cannot_break_out() {
        assert_eq!(
            written(&"\"><script>alert('&')</script>"),
            "<p title=\"&quot;&gt;&lt;script&gt;alert('&amp;')&lt;/script&gt;\">\
             &quot;&gt;&lt;script&gt;alert('&amp;')&lt;/script&gt;</p>"
        );
    }

    #[test]
    fn what_is_escaped_does_not_depend_on_the_pieces_it_comes_in() {
        let (one, two) = ("<", '&');
        assert_eq!(written(&format!("é{one}→{two}")), "<p title=\"é&lt;→&amp;\">é&lt;→&amp;</p>");
        assert_eq!(written(&"{}"), "<p title=\"{}\">{}</p>", "a hole in an argument is no hole");
    }

    #[test]
    fn an_attribute_without_a_value_is_there_or_not() {
        let mut html = Html::new();
        put!(html, "<input{}{}>", Flag("checked", true), Flag("disabled", false));
        assert_eq!(html.as_str(), "<input checked>");
    }

    #[test]
    fn holes_are_counted_and_other_braces_refused() {
        assert!(fits("<p>", 0) && fits("{}<p>{}", 2) && !fits("{}<p>{}", 1) && !fits("<p>", 1));
        assert!(["{x}", "{", "}", "{}}", "{{}}"].iter().all(|bad| !fits(bad, 1)));
    }
}
