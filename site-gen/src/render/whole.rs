//! A whole track on one page: its modules one after the other, with ids that are unique and links that stay within.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::model::relative_url;

/// Attributes that name ids of the same page, parted by blanks.
const NAMES_OF_IDS: &[&str] = &[
    "aria-controls",
    "aria-describedby",
    "aria-labelledby",
    "aria-owns",
    "for",
    "headers",
    "id",
    "list",
    "popovertarget",
];

/// How a page's HTML moves to another page, where other HTML has the same ids.
pub(super) struct Move<'a> {
    /// The page it comes from.
    pub(super) from: &'a str,
    /// The page it goes to.
    pub(super) to: &'a str,
    /// What its ids get in front, without the hyphen behind it.
    pub(super) prefix: &'a str,
    /// The pages that go with it, by URL, each with its own prefix.
    pub(super) prefixes: &'a BTreeMap<&'a str, String>,
}

impl Move<'_> {
    /// The HTML as the other page needs it. Text is left alone: only tags are read.
    pub(super) fn html(&self, html: &str) -> String {
        let mut moved = String::with_capacity(html.len() + html.len() / 16);
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            moved.push_str(&rest[..start]);
            rest = &rest[start..];
            let length = tag_length(rest);
            match &rest[..length] {
                comment if comment.starts_with("<!--") => moved.push_str(comment),
                tag => self.tag(tag, &mut moved),
            }
            rest = &rest[length..];
        }
        moved + rest
    }

    /// An id on the other page.
    pub(super) fn id(&self, id: &str) -> String {
        format!("{}-{id}", self.prefix)
    }

    fn tag(&self, tag: &str, moved: &mut String) {
        let mut rest = tag;
        // Values are in double quotes, as everything here writes them; others are left as they are.
        while let Some(start) = rest.find("=\"") {
            let (name, value) = rest.split_at(start);
            let value = &value[2..];
            let end = value.find('"').unwrap_or(value.len());
            moved.push_str(name);
            moved.push_str("=\"");
            let name = name.rsplit(char::is_whitespace).next().unwrap_or_default();
            moved.push_str(&self.value(name, &value[..end]));
            rest = &value[end..];
        }
        moved.push_str(rest);
    }

    fn value(&self, name: &str, value: &str) -> String {
        match name {
            name if NAMES_OF_IDS.contains(&name) => {
                value.split_whitespace().map(|id| self.id(id)).collect::<Vec<_>>().join(" ")
            }
            "href" | "src" | "xlink:href" => self.url(value),
            _ => value.replace("url(#", &format!("url(#{}-", self.prefix)),
        }
    }

    fn url(&self, url: &str) -> String {
        if let Some(fragment) = url.strip_prefix('#') {
            return format!("#{}", if fragment.is_empty() { String::new() } else { self.id(fragment) });
        }
        let scheme = url.find(':').is_some_and(|colon| !url[..colon].contains(['/', '?', '#']));
        if url.is_empty() || scheme || url.starts_with('/') {
            return url.to_owned();
        }
        let (path, suffix) = url.split_at(url.find(['#', '?']).unwrap_or(url.len()));
        let target = resolved(self.from, &percent_decode_str(path).decode_utf8_lossy());
        match (self.prefixes.get(target.as_str()), suffix.strip_prefix('#')) {
            (Some(prefix), Some(fragment)) if !fragment.is_empty() => format!("#{prefix}-{fragment}"),
            (Some(prefix), _) => format!("#{prefix}"),
            (None, _) => relative_url(self.to, &target) + suffix,
        }
    }
}

/// Bytes of the tag, comment or lone `<` that a text begins with.
fn tag_length(text: &str) -> usize {
    if text.starts_with("<!--") {
        return text.find("-->").map_or(text.len(), |end| end + "-->".len());
    }
    let mut is_quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A relative path as seen from a page, from the site's root.
fn resolved(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(html: &str) -> String {
        let prefixes =
            BTreeMap::from([("t/a/index.html", "c1".to_owned()), ("t/b/index.html", "c2".to_owned())]);
        Move { from: "t/a/index.html", to: "t/all/index.html", prefix: "c1", prefixes: &prefixes }.html(html)
    }

    #[test]
    fn ids_and_what_names_them_stay_together() {
        assert_eq!(
            moved("<h2 id=\"x\">X<a href=\"#x\" aria-labelledby=\"x y\">#</a></h2><g fill=\"url(#p)\"/>"),
            "<h2 id=\"c1-x\">X<a href=\"#c1-x\" aria-labelledby=\"c1-x c1-y\">#</a></h2><g fill=\"url(#c1-p)\"/>"
        );
    }

    #[test]
    fn links_to_pages_that_go_with_it_stay_within_and_others_lead_where_they_led() {
        let link = |url: &str| moved(&format!("<a href=\"{url}\">x</a>"));
        let leads = |url: &str, to: &str| assert_eq!(link(url), format!("<a href=\"{to}\">x</a>"));
        leads("../b/index.html#part", "#c2-part");
        leads("../b/index.html", "#c2");
        leads("index.html#own", "#c1-own");
        leads("../glossary/index.html#term", "../glossary/index.html#term");
        leads("../../index.html", "../../index.html");
        leads("picture.png", "../a/picture.png");
        leads("https://a.example/#x", "https://a.example/#x");
        leads("mailto:a@b.example", "mailto:a@b.example");
    }

    #[test]
    fn text_that_looks_like_attributes_stays_text() {
        let text = "<p>id=\"x\" href=\"#x\"</p><!-- id=\"x\" --><b title=\"a > b\" id=\"y\">";
        assert_eq!(moved(text), text.replace("id=\"y\"", "id=\"c1-y\""));
    }
}
