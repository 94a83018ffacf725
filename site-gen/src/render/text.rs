//! Text into HTML.

/// Text with `&`, `<`, `>` and `"` escaped, for contents and for attributes in double quotes.
#[must_use]
pub(super) fn escaped(text: &str) -> String {
    escape(text, "&quot;")
}

/// Text with `&`, `<` and `>` escaped, for contents only.
#[must_use]
pub(super) fn escaped_text(text: &str) -> String {
    escape(text, "\"")
}

fn escape(text: &str, quote: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 16);
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str(quote),
            other => html.push(other),
        }
    }
    html
}
