//! Raw HTML as authors write it into Markdown: which of it stays, which is text, which may not.

use std::ops::Range;

/// One token of raw HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text between tags, as written.
    Text(&'a str),
    /// `<!-- … -->`, a processing instruction or a declaration.
    Comment,
    /// An opening tag.
    Open(Tag<'a>),
    /// A closing tag's name, in lower case.
    Close(String),
}

/// An opening tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name, in lower case.
    pub(super) name: String,
    /// Attributes in order; a name without value has an empty one.
    pub(super) attributes: Vec<(String, &'a str)>,
    /// The whole tag, as written.
    pub(super) source: &'a str,
}

impl Tag<'_> {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }
}

/// What is done with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Known and harmless.
    Keep,
    /// Known, but can run script, take over the page or send data.
    Drop,
    /// Not HTML: a placeholder such as `<node-name>`.
    Text,
}

const KEPT: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

const DROPPED: &[&str] = &[
    "applet",
    "base",
    "body",
    "button",
    "embed",
    "form",
    "frame",
    "frameset",
    "head",
    "html",
    "iframe",
    "input",
    "link",
    "math",
    "meta",
    "noframes",
    "noscript",
    "object",
    "option",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "xmp",
];

/// Elements without contents.
const VOID: &[&str] =
    &["br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "embed", "base"];

/// Elements whose contents go with them when they are dropped.
const OPAQUE: &[&str] =
    &["script", "style", "textarea", "template", "iframe", "object", "svg", "math", "title", "select", "xmp"];

/// Elements whose end may be left out, so that closing them for the author is no mistake of theirs.
const END_OPTIONAL: &[&str] =
    &["p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "rt", "rp"];

const ATTRIBUTES: &[&str] = &[
    "id",
    "class",
    "title",
    "lang",
    "dir",
    "href",
    "src",
    "srcset",
    "alt",
    "width",
    "height",
    "align",
    "open",
    "start",
    "reversed",
    "value",
    "colspan",
    "rowspan",
    "scope",
    "cite",
    "datetime",
    "controls",
    "loop",
    "muted",
    "poster",
    "kind",
    "srclang",
    "label",
    "media",
    "type",
    "role",
    "name",
    "loading",
    "hidden",
    "translate",
];

/// What is done with an element of this name.
pub(super) fn verdict(name: &str) -> Verdict {
    if KEPT.contains(&name) {
        Verdict::Keep
    } else if DROPPED.contains(&name) {
        Verdict::Drop
    } else {
        Verdict::Text
    }
}

pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

pub(super) fn is_opaque(name: &str) -> bool {
    OPAQUE.contains(&name)
}

pub(super) fn end_is_optional(name: &str) -> bool {
    END_OPTIONAL.contains(&name)
}

/// An opening tag with its harmless attributes, and the names of the others.
pub(super) fn clean(tag: &Tag<'_>) -> (String, Vec<String>) {
    let mut html = format!("<{}", tag.name);
    let mut refused = Vec::new();
    for (name, value) in &tag.attributes {
        let known =
            ATTRIBUTES.contains(&name.as_str()) || name.starts_with("aria-") || name.starts_with("data-");
        let is_address = matches!(name.as_str(), "href" | "src" | "srcset" | "cite" | "poster");
        if !known || (is_address && !is_harmless_address(value)) {
            refused.push(name.clone());
            continue;
        }
        html.push(' ');
        html.push_str(name);
        if !value.is_empty() || is_address || name == "alt" {
            html.push_str("=\"");
            // Entities are left as the author wrote them.
            html.push_str(&value.replace('"', "&quot;").replace('<', "&lt;"));
            html.push('"');
        }
    }
    html.push('>');
    (html, refused)
}

/// Whether following an address cannot run script.
pub(super) fn is_harmless_address(address: &str) -> bool {
    // Browsers skip blanks and control characters inside a scheme; an entity may hide any of its letters.
    let squeezed: String =
        address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_lowercase();
    let before_path = squeezed.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = before_path.split_once(':').map(|(scheme, _)| scheme);
    let is_image = squeezed.starts_with("data:image/") && !squeezed.starts_with("data:image/svg");
    let hides = before_path.contains('&') || before_path.contains("%3a");
    is_image || (!hides && !matches!(scheme, Some("javascript" | "vbscript" | "data" | "file")))
}

/// Splits raw HTML into tokens. What only looks like a tag is text.
pub(super) fn tokens(html: &str) -> Vec<(Token<'_>, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut text_start = 0;
    while let Some(start) = html[at..].find('<').map(|found| at + found) {
        let Some((token, length)) = tag_or_comment(&html[start..]) else {
            at = start + 1;
            continue;
        };
        if text_start < start {
            tokens.push((Token::Text(&html[text_start..start]), text_start..start));
        }
        tokens.push((token, start..start + length));
        at = start + length;
        text_start = at;
    }
    if text_start < html.len() {
        tokens.push((Token::Text(&html[text_start..]), text_start..html.len()));
    }
    tokens
}

fn tag_or_comment(html: &str) -> Option<(Token<'_>, usize)> {
    if let Some(comment) = html.strip_prefix("<!--") {
        let length = comment.find("-->").map_or(html.len(), |end| "<!--".len() + end + "-->".len());
        return Some((Token::Comment, length));
    }
    if html.starts_with("<!") || html.starts_with("<?") {
        let end = match html {
            _ if html.starts_with("<?") => "?>",
            _ if html.starts_with("<![CDATA[") => "]]>",
            _ => ">",
        };
        return Some((Token::Comment, html.find(end).map_or(html.len(), |start| start + end.len())));
    }
    let name_start = if html.starts_with("</") { 2 } else { 1 };
    let rest = &html[name_start..];
    if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let name_length =
        rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(rest.len());
    let name = rest[..name_length].to_lowercase();
    let after = &rest[name_length..];
    if !after.starts_with(['>', '/', ' ', '\t', '\n', '\r']) {
        return None;
    }
    let (attributes, consumed) = attributes(after)?;
    let length = name_start + name_length + consumed;
    let token = if name_start == 2 {
        Token::Close(name)
    } else {
        Token::Open(Tag { name, attributes, source: &html[..length] })
    };
    Some((token, length))
}

/// Attributes up to and with `>`, and how many bytes that took. None when there is no `>`.
fn attributes(html: &str) -> Option<(Vec<(String, &str)>, usize)> {
    let mut attributes = Vec::new();
    let mut at = 0;
    loop {
        at += html[at..].len() - html[at..].trim_start_matches([' ', '\t', '\n', '\r', '/']).len();
        let rest = &html[at..];
        if rest.starts_with('>') {
            return Some((attributes, at + 1));
        }
        let name_length = rest.find(['=', '>', '/', ' ', '\t', '\n', '\r']).filter(|length| *length > 0)?;
        let name = rest[..name_length].to_lowercase();
        at += name_length;
        let Some(after_equals) = html[at..].trim_start().strip_prefix('=') else {
            attributes.push((name, ""));
            continue;
        };
        let value = after_equals.trim_start();
        let value_start = html.len() - value.len();
        let (value, length) = match value.chars().next()? {
            quote @ ('"' | '\'') => {
                let end = value[1..].find(quote)?;
                (&value[1..=end], end + 2)
            }
            _ => {
                let end = value.find(['>', ' ', '\t', '\n', '\r'])?;
                (&value[..end], end)
            }
        };
        attributes.push((name, value));
        at = value_start + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(html: &str) -> Tag<'_> {
        match tokens(html).into_iter().next() {
            Some((Token::Open(tag), _)) => tag,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tags_comments_and_text_are_told_apart() {
        let html = "<b>a < b</b><!-- <i> -->c<kbd/>";
        let names: Vec<String> = tokens(html)
            .into_iter()
            .map(|(token, _)| match token {
                Token::Text(text) => format!("'{text}'"),
                Token::Comment => "comment".to_owned(),
                Token::Open(tag) => tag.name,
                Token::Close(name) => format!("/{name}"),
            })
            .collect();
        assert_eq!(names, ["b", "'a < b'", "/b", "comment", "'c'", "kbd"]);
    }

    #[test]
    fn what_runs_script_is_refused_and_the_rest_of_the_tag_stays() {
        let (html, refused) = clean(&tag("<a href='java\tscript:alert(1)' title=\"t\" onclick=x>"));
        assert_eq!(html, "<a title=\"t\">");
        assert_eq!(refused, ["href", "onclick"]);
        for address in
            ["javascript:x", " JaVaScRiPt:x", "data:text/html,x", "&#106;avascript:x", "vbscript:x"]
        {
            assert!(!is_harmless_address(address), "{address}");
        }
        for address in
            ["a:b.md#c", "https://x.example/?javascript:", "#javascript:", "data:image/png;base64,x"]
        {
            assert!(is_harmless_address(address), "{address}");
        }
    }

    #[test]
    fn placeholders_are_no_html() {
        assert_eq!(verdict("node-name"), Verdict::Text);
        assert_eq!(verdict("script"), Verdict::Drop);
        assert_eq!(verdict("details"), Verdict::Keep);
    }
}
