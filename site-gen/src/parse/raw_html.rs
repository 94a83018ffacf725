//! Raw HTML in a body: cleaned, balanced, and with Markdown where authors mean Markdown.

use std::ops::Range;

use super::body::{Walker, words};
use super::html::{self, Tag, Token, Verdict};
use super::stretched::Stretched;
use super::{Piece, Problem};

/// Elements of raw HTML that are open, and what is being left out.
#[derive(Debug, Default)]
pub(super) struct RawHtml {
    open: Vec<Open>,
    /// How many Markdown containers are open around the current event.
    depth: usize,
    /// The dropped element whose contents are left out.
    swallowing: Option<String>,
}

#[derive(Debug)]
struct Open {
    name: String,
    depth: usize,
    span: Range<usize>,
    /// Written as a [`Piece::LinkStart`].
    is_link: bool,
}

impl RawHtml {
    /// A Markdown container begins.
    pub(super) fn enter(&mut self) {
        self.depth += 1;
    }

    /// Whether text is being left out with the element around it.
    pub(super) fn is_swallowing(&self) -> bool {
        self.swallowing.is_some()
    }
}

impl Walker<'_> {
    /// A Markdown container ends: what was opened inside it ends with it.
    pub(super) fn close_html(&mut self) {
        let depth = self.html.depth;
        while let Some(open) = self.html.open.pop_if(|open| open.depth >= depth) {
            if !html::end_is_optional(&open.name) {
                let message = format!("`<{}>` is never closed here", open.name);
                let problem = Problem::warning("unbalanced-tag", open.span.clone(), message);
                self.body.problems.push(problem.hint("close it at the same indentation as it was opened"));
            }
            self.close(&open);
        }
        self.html.swallowing = None;
        self.html.depth = depth.saturating_sub(1);
    }

    /// Adds raw HTML; as a block it may hold whole lines of text.
    pub(super) fn raw_html(&mut self, raw: &Stretched, is_block: bool) {
        let tokens = html::tokens(&raw.text);
        let first_tag = tokens.iter().find_map(|(token, _)| match token {
            Token::Open(tag) => Some(tag.name.as_str()),
            Token::Close(name) => Some(name.as_str()),
            Token::Text(text) if text.trim().is_empty() => None,
            Token::Text(_) | Token::Comment => Some("p"),
        });
        if is_block && first_tag.is_some_and(|name| html::verdict(name) == Verdict::Text) {
            // A line that begins with a placeholder is prose; escaped, it is parsed as such.
            let indent = raw.text.len() - raw.text.trim_start().len();
            let escaped = format!("\\{}", &raw.text[indent..]);
            let unescaped = |at: usize| at.saturating_sub(1) + indent;
            self.unknown_tag(
                raw.in_file(
                    &(indent..raw.text[indent..].find('>').map_or(indent + 1, |end| indent + end + 1)),
                ),
            );
            return self
                .fragment(&escaped, |range| raw.in_file(&(unescaped(range.start)..unescaped(range.end))));
        }
        for (token, range) in tokens {
            self.token(token, raw, range, is_block);
        }
    }

    fn token(&mut self, token: Token<'_>, raw: &Stretched, range: Range<usize>, is_block: bool) {
        if let Some(swallowed) = &self.html.swallowing {
            if token == Token::Close(swallowed.clone()) {
                self.html.swallowing = None;
            }
            return;
        }
        let span = raw.in_file(&range);
        match token {
            Token::Comment => {}
            Token::Text(text) if is_block && self.is_inside("summary") => {
                self.markdown_line(text, span.start)
            }
            Token::Text(text) => {
                self.body.words += words(text);
                self.piece(Piece::Html(text.replace('<', "&lt;")));
            }
            Token::Open(tag) => self.open_tag(&tag, span),
            Token::Close(name) => self.close_tag(&name, &raw.text[range], span),
        }
    }

    fn is_inside(&self, name: &str) -> bool {
        self.html.open.iter().any(|open| open.name == name)
    }

    fn markdown_line(&mut self, text: &str, offset: usize) {
        let trimmed = text.trim();
        let lead = text.len() - text.trim_start().len();
        if trimmed.is_empty() {
            return self.piece(Piece::Html(" ".to_owned()));
        }
        if lead > 0 {
            self.piece(Piece::Html(" ".to_owned()));
        }
        self.inline_fragment(trimmed, offset + lead);
        if text.ends_with(char::is_whitespace) {
            self.piece(Piece::Html(" ".to_owned()));
        }
    }

    fn open_tag(&mut self, tag: &Tag<'_>, span: Range<usize>) {
        if self.options.trust_raw_html && html::verdict(&tag.name) != Verdict::Text {
            return self.piece(Piece::Html(tag.source.to_owned()));
        }
        match html::verdict(&tag.name) {
            Verdict::Text => {
                self.unknown_tag(span);
                self.body.words += 1;
                self.piece(Piece::Markdown(pulldown_cmark::Event::Text(tag.source.to_owned().into())));
            }
            Verdict::Drop => {
                self.refused(span, &format!("`<{}>` is left out", tag.name));
                if html::is_opaque(&tag.name) && !tag.source.ends_with("/>") {
                    self.html.swallowing = Some(tag.name.clone());
                }
            }
            Verdict::Keep => self.keep(tag, span),
        }
    }

    fn keep(&mut self, tag: &Tag<'_>, span: Range<usize>) {
        let (written, refused) = html::clean(tag);
        for attribute in refused {
            self.refused(
                span.clone(),
                &format!("the attribute `{attribute}` of `<{}>` is left out", tag.name),
            );
        }
        self.body.ids.extend(tag.attribute("id").or_else(|| tag.attribute("name")).map(str::to_owned));
        let address =
            tag.attribute("href").or_else(|| tag.attribute("src")).filter(|at| html::is_harmless_address(at));
        let mut is_link = false;
        match (tag.name.as_str(), address) {
            ("a", Some(address)) => {
                let link = self.link(address, tag.attribute("title").unwrap_or_default(), false, &span);
                self.piece(Piece::LinkStart(link));
                is_link = true;
            }
            ("img", Some(address)) => {
                let link = self.link(address, tag.attribute("title").unwrap_or_default(), true, &span);
                let alternative = tag.attribute("alt").unwrap_or_default().to_owned();
                let sizes = ["width", "height"].into_iter().filter_map(|name| {
                    let digits = tag.attribute(name)?.trim_end_matches("px");
                    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                    is_number.then(|| format!(" {name}=\"{digits}\""))
                });
                let attributes = sizes.collect();
                self.piece(Piece::Image { link, alternative, attributes });
            }
            // Style sheets lay a summary out with its marker: its words have to be one thing.
            ("summary", _) => self.piece(Piece::Html(written + "<span>")),
            _ => self.piece(Piece::Html(written)),
        }
        if !html::is_void(&tag.name) {
            let open = Open { name: tag.name.clone(), depth: self.html.depth, span, is_link };
            self.html.open.push(open);
        }
    }

    fn close_tag(&mut self, name: &str, written: &str, span: Range<usize>) {
        match html::verdict(name) {
            Verdict::Text => {
                self.piece(Piece::Markdown(pulldown_cmark::Event::Text(written.to_owned().into())));
                return;
            }
            _ if self.options.trust_raw_html => return self.piece(Piece::Html(written.to_owned())),
            Verdict::Drop => return,
            Verdict::Keep => {}
        }
        let depth = self.html.depth;
        let is_open = self.html.open.iter().any(|open| open.name == name && open.depth == depth);
        if !is_open {
            if !html::end_is_optional(name) && !html::is_void(name) {
                let problem = Problem::warning(
                    "unbalanced-tag",
                    span,
                    format!("`</{name}>` closes nothing that is open here"),
                );
                self.body.problems.push(problem.hint("open and close a tag at the same indentation"));
            }
            return;
        }
        while let Some(open) = self.html.open.pop() {
            self.close(&open);
            if open.name == name {
                break;
            }
        }
    }

    fn close(&mut self, open: &Open) {
        self.piece(match open.name.as_str() {
            _ if open.is_link => Piece::LinkEnd,
            "summary" => Piece::Html("</span></summary>".to_owned()),
            name => Piece::Html(format!("</{name}>")),
        });
    }

    fn unknown_tag(&mut self, span: Range<usize>) {
        let written = self.source[span.clone()].to_owned();
        let problem = Problem::warning("unknown-tag", span, format!("`{written}` is not an HTML element"));
        self.body.problems.push(problem.hint("it is shown as text; write it as `code` to say so"));
    }

    fn refused(&mut self, span: Range<usize>, message: &str) {
        let problem = Problem::warning("raw-html", span, message.to_owned());
        self.body.problems.push(problem.hint("`trust_raw_html = true` in `site.toml` keeps it"));
    }
}
