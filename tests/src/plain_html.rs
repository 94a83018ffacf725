//! HTML as far as comparing two pieces of it needs: tokens, blanks that don't show, and what our generator adds.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode_str;
use site_gen::parse::Link;

/// A piece of HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Characters, with entities decoded.
    Text(String),
    /// A tag that opens; also that of an element without contents.
    Open(String, BTreeMap<String, String>),
    /// A tag that closes.
    Close(String),
    /// A comment, declaration or processing instruction, as written.
    Other(String),
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(formatter, "{text:?}"),
            Self::Open(name, attributes) if attributes.is_empty() => write!(formatter, "<{name}>"),
            Self::Open(name, attributes) => write!(formatter, "<{name} {attributes:?}>"),
            Self::Close(name) => write!(formatter, "</{name}>"),
            Self::Other(text) => formatter.write_str(text),
        }
    }
}

/// The tokens of some HTML. A `<` that begins no tag is text.
pub fn tokens(html: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut text = String::new();
    let mut rest = html;
    while let Some(first) = rest.chars().next() {
        if let Some((token, length)) = tag(rest) {
            if !text.is_empty() {
                tokens.push(Token::Text(decoded(&std::mem::take(&mut text))));
            }
            tokens.push(token);
            rest = &rest[length..];
        } else {
            text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    if !text.is_empty() {
        tokens.push(Token::Text(decoded(&text)));
    }
    tokens
}

fn tag(html: &str) -> Option<(Token, usize)> {
    let rest = html.strip_prefix('<')?;
    if rest.starts_with("!--") {
        // The dashes of `<!-->` both begin and end it.
        let length = html[2..].find("-->").map_or(html.len(), |end| end + 5);
        return Some((Token::Other(html[..length].to_owned()), length));
    }
    if rest.starts_with(['!', '?']) {
        let end = if rest.starts_with("![CDATA[") { "]]>" } else { ">" };
        let length = html.find(end)? + end.len();
        return Some((Token::Other(html[..length].to_owned()), length));
    }
    let (rest, closes) = rest.strip_prefix('/').map_or((rest, false), |rest| (rest, true));
    if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let name_length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
    let name = rest[..name_length].to_lowercase();
    let mut attributes = BTreeMap::new();
    let mut at = &rest[name_length..];
    loop {
        at = at.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = at.strip_prefix('>') {
            let length = html.len() - after.len();
            return Some((if closes { Token::Close(name) } else { Token::Open(name, attributes) }, length));
        }
        let key_length = at.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))?;
        if key_length == 0 {
            return None;
        }
        let key = at[..key_length].to_lowercase();
        at = at[key_length..].trim_start();
        let Some(value) = at.strip_prefix('=').map(str::trim_start) else {
            attributes.insert(key, String::new());
            continue;
        };
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value[1..].split_once(quote)?,
            None => value.split_at(value.find(|c: char| c.is_whitespace() || c == '>')?),
        };
        attributes.insert(key, decoded(value));
        at = after;
    }
}

fn decoded(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Takes off what the generator adds to CommonMark's HTML, and puts the addresses back that the author wrote.
pub fn without_our_additions(tokens: Vec<Token>, links: &[Link]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut links = links.iter();
    let mut tokens = tokens.into_iter();
    // Links that are open, innermost last, each by the name of the element it is.
    let mut pending: Vec<&str> = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            Token::Open(name, mut attributes) => {
                let class = attributes.get("class").cloned().unwrap_or_default();
                match (name.as_str(), class.as_str()) {
                    ("a", "anchor") => while !matches!(tokens.next(), None | Some(Token::Close(_))) {},
                    ("div", "code") => {
                        code(&attributes["data-language"], &mut tokens, &mut kept);
                    }
                    ("span", "dead-link") => {
                        let link = links.next().expect("a link for every dead one");
                        let title = attributes.remove("title");
                        pending.extend(address(link, title, &mut tokens, &mut kept));
                    }
                    ("a", _) | ("img", _) => {
                        let key = if name == "a" { "href" } else { "src" };
                        if let Some(written) = attributes.get_mut(key) {
                            let link = links.next().expect("a link for every address");
                            if !written.contains(':') {
                                written.clone_from(&link.destination);
                            }
                        }
                        for (ours, value) in [("class", "external"), ("rel", "external"), ("loading", "lazy")]
                        {
                            if attributes.get(ours).is_some_and(|found| found == value) {
                                attributes.remove(ours);
                            }
                        }
                        if name == "a" {
                            pending.push("a");
                        }
                        kept.push(Token::Open(name, attributes));
                    }
                    ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", _) => {
                        attributes.remove("id");
                        kept.push(Token::Open(name, attributes));
                    }
                    _ => kept.push(Token::Open(name, attributes)),
                }
            }
            Token::Close(name) => match pending.last() {
                Some(written) if *written == name => {
                    kept.push(Token::Close("a".to_owned()));
                    pending.pop();
                }
                _ => kept.push(Token::Close(name)),
            },
            other => kept.push(other),
        }
    }
    kept
}

/// A block of code without the spans of its colours.
fn code(language: &str, tokens: &mut impl Iterator<Item = Token>, kept: &mut Vec<Token>) {
    let class = ("class".to_owned(), format!("language-{language}"));
    let attributes = if language.is_empty() { BTreeMap::new() } else { BTreeMap::from([class]) };
    let mut text = String::new();
    for token in tokens.by_ref() {
        match token {
            Token::Text(part) => text.push_str(&part),
            Token::Close(name) if name == "div" => break,
            _ => {}
        }
    }
    kept.push(Token::Open("pre".to_owned(), BTreeMap::new()));
    kept.push(Token::Open("code".to_owned(), attributes));
    kept.extend((!text.is_empty()).then_some(Token::Text(text)));
    kept.push(Token::Close("code".to_owned()));
    kept.push(Token::Close("pre".to_owned()));
}

/// A dead link or image as it would be alive; returns the closing tag to expect for a link.
fn address(
    link: &Link,
    title: Option<String>,
    tokens: &mut impl Iterator<Item = Token>,
    kept: &mut Vec<Token>,
) -> Option<&'static str> {
    let mut attributes: BTreeMap<_, _> = title.map(|title| ("title".to_owned(), title)).into_iter().collect();
    if !link.is_image {
        attributes.insert("href".to_owned(), link.destination.clone());
        kept.push(Token::Open("a".to_owned(), attributes));
        return Some("span");
    }
    attributes.insert("src".to_owned(), link.destination.clone());
    let alternative = match tokens.next() {
        Some(Token::Text(text)) => {
            tokens.next();
            text
        }
        _ => String::new(),
    };
    attributes.insert("alt".to_owned(), alternative);
    kept.push(Token::Open("img".to_owned(), attributes));
    None
}

const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
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
    "iframe",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "script",
    "style",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Joins texts, drops blanks that don't show (outside `pre`) and decodes addresses.
pub fn normal(tokens: Vec<Token>) -> Vec<Token> {
    let mut normal: Vec<Token> = Vec::new();
    let mut is_pre = false;
    for token in tokens {
        match token {
            Token::Text(text) => {
                let text = if is_pre { text } else { squeezed(&text) };
                if let Some(Token::Text(before)) = normal.last_mut() {
                    before.push_str(&text);
                } else if is_pre || !(normal.last().is_none_or(is_block) && text.trim().is_empty()) {
                    let text =
                        if !is_pre && normal.last().is_none_or(is_block) { text.trim_start() } else { &text };
                    normal.push(Token::Text(text.to_owned()));
                }
            }
            mut token => {
                if is_block(&token) && !is_pre {
                    trim_end(&mut normal);
                }
                match &mut token {
                    Token::Open(name, attributes) => {
                        is_pre |= name == "pre";
                        for key in ["href", "src"] {
                            if let Some(address) = attributes.get_mut(key) {
                                *address = percent_decode_str(address).decode_utf8_lossy().into_owned();
                            }
                        }
                    }
                    Token::Close(name) => is_pre &= name != "pre",
                    Token::Text(_) | Token::Other(_) => {}
                }
                normal.push(token);
            }
        }
    }
    trim_end(&mut normal);
    normal
}

fn is_block(token: &Token) -> bool {
    matches!(token, Token::Open(name, _) | Token::Close(name) if BLOCKS.contains(&name.as_str()))
}

fn trim_end(tokens: &mut Vec<Token>) {
    if let Some(Token::Text(text)) = tokens.last_mut() {
        text.truncate(text.trim_end().len());
        if text.is_empty() {
            tokens.pop();
        }
    }
}

fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for character in text.chars() {
        let character = if matches!(character, ' ' | '\n' | '\t' | '\r') { ' ' } else { character };
        if character != ' ' || !squeezed.ends_with(' ') {
            squeezed.push(character);
        }
    }
    squeezed
}
