//! The tokens of `style.css`, and the list that shows them on a page.
//!
//! A fence `style-tokens` names tokens, one a line, each with what it is for. Values and swatches come from the style
//! sheet itself: an attribute such as `fill="var(--ink)"` is no inline style, so the policy allows it.

use super::text::{escaped, escaped_text};

/// The label of a fence that shows tokens.
pub(crate) const LABEL: &str = "style-tokens";

/// The custom properties that the style sheet declares for the whole page, in its order.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// Name with its hyphens, and value.
    values: Vec<(String, String)>,
}

impl Tokens {
    /// Reads a style sheet: what it declares at `:root`, the first time it does.
    #[must_use]
    pub(super) fn read(css: &str) -> Self {
        let mut tokens = Self::default();
        for block in without_comments(css).split(":root {").skip(1) {
            let block = block.split('}').next().unwrap_or_default();
            for (name, value) in block.split(';').filter_map(|declaration| declaration.split_once(':')) {
                let name = name.trim();
                if name.starts_with("--") && tokens.value(name).is_none() {
                    tokens.values.push((name.to_owned(), value.trim().to_owned()));
                }
            }
        }
        tokens
    }

    /// A token's value.
    #[must_use]
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(token, _)| token == name).map(|(_, value)| value.as_str())
    }

    /// Every token's name.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(name, _)| name.as_str())
    }

    /// The names in a fence that are no token's.
    #[must_use]
    pub(super) fn unknown<'a>(&self, fence: &'a str) -> Vec<&'a str> {
        lines(fence).map(|(name, _)| name).filter(|name| self.value(name).is_none()).collect()
    }

    /// The list that a fence asks for.
    #[must_use]
    pub(super) fn list(&self, fence: &str) -> String {
        let mut html = String::from("<ul class=\"tokens\">\n");
        for (name, meaning) in lines(fence) {
            let value = self.value(name).unwrap_or_default();
            html.push_str(&format!(
                "<li>{}<code>{}</code> <span class=\"value\">{}</span> <span class=\"meaning\">{}</span></li>\n",
                sample(name, value),
                escaped_text(name),
                escaped_text(&shown(value)),
                escaped_text(meaning)
            ));
        }
        html + "</ul>\n"
    }
}

/// What a token looks like in use.
fn sample(name: &str, value: &str) -> String {
    let name = escaped(name);
    let drawn = if value.starts_with("light-dark(") || value.starts_with('#') {
        format!("<rect class=\"swatch\" width=\"100%\" height=\"100%\" fill=\"var({name})\"/>")
    } else if name.starts_with("--step-") {
        format!("<text x=\"50%\" y=\"72%\" text-anchor=\"middle\" font-size=\"var({name})\">Ag</text>")
    } else if value.contains("serif") || value.contains("monospace") {
        format!("<text x=\"50%\" y=\"72%\" text-anchor=\"middle\" font-family=\"var({name})\">Ag</text>")
    } else {
        // As wide as the token says, about its middle.
        format!(
            "<line class=\"length\" x1=\"50%\" x2=\"50%\" y1=\"30%\" y2=\"70%\" stroke-width=\"var({name})\"/>"
        )
    };
    format!("<svg aria-hidden=\"true\">{drawn}</svg>")
}

/// `light-dark(#111111, #eeeeee)` as its two colours; anything else as it stands.
fn shown(value: &str) -> String {
    let pair = value.strip_prefix("light-dark(").and_then(|rest| rest.strip_suffix(')'));
    pair.map_or_else(|| value.to_owned(), |pair| pair.replace(", ", " · "))
}

/// A fence's lines: a name, and what it is for.
fn lines(fence: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = fence.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| {
        line.split_once(char::is_whitespace).map_or((line, ""), |(name, rest)| (name, rest.trim()))
    })
}

fn without_comments(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSS: &str = "/* :root { --no: 1 } */ @font-face { --not: 1 }\n:root {\n  --ink: light-dark(#111111, #eeeeee);\n\
         \n  --step-1: 2rem; /* large */\n}\n:root[data-x] { --other: 1 }\n@media print { :root { --ink: #000000; --late: 3px } }";

    #[test]
    fn tokens_are_what_the_root_declares_first() {
        let tokens = Tokens::read(CSS);
        assert_eq!(tokens.names().collect::<Vec<_>>(), ["--ink", "--step-1", "--late"]);
        assert_eq!(tokens.value("--ink"), Some("light-dark(#111111, #eeeeee)"));
    }

    #[test]
    fn a_list_shows_each_token_in_use_with_its_value_and_meaning() {
        let html = Tokens::read(CSS).list("--ink  text & more\n\n--step-1\n--late x\n");
        assert!(html.contains("fill=\"var(--ink)\"") && html.contains("#111111 · #eeeeee"), "{html}");
        assert!(html.contains("text &amp; more"), "{html}");
        assert!(html.contains("font-size=\"var(--step-1)\""), "{html}");
        assert!(html.contains("stroke-width=\"var(--late)\""), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn a_name_that_no_token_has_is_found() {
        assert_eq!(Tokens::read(CSS).unknown("--ink a\n--inc b\n"), ["--inc"]);
    }
}
