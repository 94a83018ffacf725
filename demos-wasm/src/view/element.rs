//! Elements as plain data, and their text.

use std::borrow::Cow;
use std::fmt::{Display, Write};

/// A text that is known at compile time or made at run time.
pub type Text = Cow<'static, str>;

/// An HTML or SVG element. A pointer, because trees are built by handing elements on, and every hand-over of a wide value
/// costs bytes in the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(Box<Parts>);

/// What an element is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Its name, such as `g` or `button`.
    pub tag: &'static str,
    /// True for elements of the SVG name space.
    pub is_svg: bool,
    /// Tells it from its siblings across frames. Siblings either all have one or none has.
    pub key: Option<u32>,
    /// Attributes, in the order of writing.
    pub attributes: Vec<(&'static str, Text)>,
    /// What is inside.
    pub children: Vec<Child>,
}

/// What an element may contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Child {
    /// Another element.
    Element(Element),
    /// Text, not yet escaped.
    Text(Text),
}

/// An empty HTML element.
pub fn el(tag: &'static str) -> Element {
    Element::new(tag, false)
}

/// An empty SVG element.
pub fn svg(tag: &'static str) -> Element {
    Element::new(tag, true)
}

impl Element {
    #[inline(never)]
    fn new(tag: &'static str, is_svg: bool) -> Self {
        Self(Box::new(Parts { tag, is_svg, key: None, attributes: Vec::new(), children: Vec::new() }))
    }

    /// What it is made of.
    pub fn parts(&self) -> &Parts {
        &self.0
    }

    /// What it is made of, to be taken apart.
    pub fn into_parts(self) -> Parts {
        *self.0
    }

    #[inline(never)]
    fn push_attribute(mut self, name: &'static str, value: Text) -> Self {
        self.0.attributes.push((name, value));
        self
    }

    #[inline(never)]
    fn push_number(self, name: &'static str, value: &dyn Display) -> Self {
        self.push_attribute(name, Text::Owned(value.to_string()))
    }

    #[inline(never)]
    fn push_child(mut self, child: Child) -> Self {
        self.0.children.push(child);
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Into<Text>) -> Self {
        self.push_attribute(name, value.into())
    }

    /// Adds an attribute with a number in it.
    #[must_use]
    pub fn num(self, name: &'static str, value: impl Display) -> Self {
        self.push_number(name, &value)
    }

    /// Adds `class`.
    #[must_use]
    pub fn class(self, names: impl Into<Text>) -> Self {
        self.with("class", names)
    }

    /// Adds an attribute without a value, such as `disabled`, if `present`.
    #[must_use]
    pub fn flag(self, name: &'static str, present: bool) -> Self {
        if present { self.with(name, "") } else { self }
    }

    /// Sets the key.
    #[must_use]
    pub fn keyed(mut self, key: u32) -> Self {
        self.0.key = Some(key);
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, text: impl Into<Text>) -> Self {
        self.push_child(Child::Text(text.into()))
    }

    /// Adds a child.
    #[must_use]
    pub fn child(self, child: Element) -> Self {
        self.push_child(Child::Element(child))
    }

    /// Adds children.
    #[must_use]
    pub fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        let mut parent = self;
        for child in children {
            parent = parent.child(child);
        }
        parent
    }

    /// The element as HTML; SVG inside is written as HTML allows it.
    pub fn to_html(&self) -> String {
        let mut out = String::new();
        self.write_html(&mut out);
        out
    }

    fn write_html(&self, out: &mut String) {
        // Writing to a String can't fail.
        let Parts { tag, is_svg, attributes, children, .. } = self.parts();
        let _ = write!(out, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(out, " {name}");
            if !value.is_empty() {
                out.push_str("=\"");
                escape(value, out);
                out.push('"');
            }
        }
        if *is_svg && children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        if matches!(*tag, "input" | "br" | "hr" | "img") {
            return;
        }
        for child in children {
            match child {
                Child::Element(element) => element.write_html(out),
                Child::Text(text) => escape(text, out),
            }
        }
        let _ = write!(out, "</{tag}>");
    }
}

/// Writes text so that neither an element nor an attribute can be broken out of.
pub fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_cannot_break_out() {
        let element = el("p").with("title", "a\"b").text("<b> & c");
        assert_eq!(element.to_html(), "<p title=\"a&quot;b\">&lt;b&gt; &amp; c</p>");
    }

    #[test]
    fn void_elements_have_no_end_tag_and_empty_svg_closes_itself() {
        let element = el("p").child(el("input").flag("disabled", true)).child(svg("circle").num("r", 3));
        assert_eq!(element.to_html(), "<p><input disabled><circle r=\"3\"/></p>");
    }
}
