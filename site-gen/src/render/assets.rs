//! Static files under names with a hash of their content, so that they can be cached for ever.

use std::collections::BTreeMap;

use super::slim;
use crate::Output;
use crate::model::relative_url;
use crate::source;

/// Logical name (path in `static/`) → URL from the site's root.
pub type AssetUrls = BTreeMap<String, String>;

const HASH_DIGITS: usize = 12;

/// Adds static files to an output, style sheets and our own scripts without their comments. Addresses in style sheets are
/// rewritten to the hashed names.
pub fn add(statics: &BTreeMap<String, Vec<u8>>, output: &mut Output) -> AssetUrls {
    let mut assets = Assets { statics, urls: AssetUrls::new(), output };
    for name in statics.keys() {
        assets.place(name, &mut Vec::new());
    }
    assets.urls
}

/// `a/style.css` and its bytes → `assets/a/style-0123456789ab.css`.
#[must_use]
pub fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes).to_hex();
    let hash = &hash[..HASH_DIGITS];
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let slash = if folder.is_empty() { "" } else { "/" };
    match file.rsplit_once('.') {
        Some((stem, extension)) => format!("assets/{folder}{slash}{stem}-{hash}.{extension}"),
        None => format!("assets/{folder}{slash}{file}-{hash}"),
    }
}

struct Assets<'a> {
    statics: &'a BTreeMap<String, Vec<u8>>,
    urls: AssetUrls,
    output: &'a mut Output,
}

impl Assets<'_> {
    /// Places a file, and before it whatever its style sheet refers to. `open` are the style sheets being placed.
    fn place(&mut self, name: &str, open: &mut Vec<String>) -> Option<String> {
        if let Some(url) = self.urls.get(name) {
            return Some(url.clone());
        }
        let original = self.statics.get(name)?;
        // Style sheets that import each other in a circle keep one unhashed reference.
        if open.iter().any(|other| other == name) {
            return None;
        }
        open.push(name.to_owned());
        let bytes = match std::str::from_utf8(original) {
            Ok(css) if name.ends_with(".css") => self.rewritten(name, &slim::css(css), open).into_bytes(),
            Ok(script) if name.ends_with(".js") && source::is_built_in(name, original) => {
                slim::script(script).into_bytes()
            }
            _ => original.clone(),
        };
        open.pop();
        let url = hashed_name(name, &bytes);
        self.output.files.insert(url.clone(), bytes);
        self.urls.insert(name.to_owned(), url.clone());
        Some(url)
    }

    fn rewritten(&mut self, name: &str, css: &str, open: &mut Vec<String>) -> String {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut rewritten = String::with_capacity(css.len() + 64);
        let mut rest = css;
        while let Some(start) = rest.find("url(") {
            let (before, from) = rest.split_at(start + "url(".len());
            rewritten.push_str(before);
            let Some(end) = from.find(')') else {
                rest = from;
                break;
            };
            let written = from[..end].trim().trim_matches(['"', '\'']);
            let (path, suffix) = written.split_at(written.find(['#', '?']).unwrap_or(written.len()));
            match self.place(&within(folder, path), open) {
                Some(url) => {
                    // The sheet's own hash isn't known yet, but its folder is.
                    let url = relative_url(&format!("assets/{name}"), &url);
                    rewritten.push_str(&format!("\"{url}{suffix}\""));
                }
                None => rewritten.push_str(&from[..end]),
            }
            rest = &from[end..];
        }
        rewritten + rest
    }
}

fn within(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
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

    #[test]
    fn a_style_sheet_follows_its_fonts_to_their_hashed_names() {
        let statics = BTreeMap::from([
            ("fonts/a.woff2".to_owned(), b"font".to_vec()),
            (
                "style.css".to_owned(),
                b"x{src:url('fonts/a.woff2')} y{b:url(data:image/png;base64,A)}".to_vec(),
            ),
        ]);
        let mut output = Output::default();
        let urls = add(&statics, &mut output);
        let css = String::from_utf8(output.files[&urls["style.css"]].clone()).unwrap();
        let font = urls["fonts/a.woff2"].strip_prefix("assets/").unwrap();
        assert_eq!(css, format!("x{{src:url(\"{font}\")}}y{{b:url(data:image/png;base64,A)}}"));
        assert!(output.files.contains_key(&urls["fonts/a.woff2"]));
    }

    #[test]
    fn a_name_changes_with_the_content_and_with_nothing_else() {
        assert_eq!(hashed_name("a.js", b"1"), hashed_name("a.js", b"1"));
        assert_ne!(hashed_name("a.js", b"1"), hashed_name("a.js", b"2"));
        assert_eq!(hashed_name("x/a.js", b"1").len(), "assets/x/a-.js".len() + HASH_DIGITS);
    }
}
