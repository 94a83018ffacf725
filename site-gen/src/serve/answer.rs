//! A request's path → what lies there in the output.
//!
//! The output is a map in memory, so a path can only name one of its files; nothing here touches the disk.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::Output;

/// What is answered to a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// A file of the output.
    File {
        /// Its name in the output.
        name: &'a str,
        /// What it holds.
        bytes: &'a [u8],
    },
    /// A folder that was asked for without its final slash, with which relative links would go astray. The path is
    /// from the site's root, without a leading slash, encoded.
    Redirect(String),
    /// No such file.
    Missing,
}

/// Finds the answer to an encoded path, which is taken from the site's root.
#[must_use]
pub fn answer<'a>(output: &'a Output, path: &str) -> Answer<'a> {
    let Some(name) = clean(path) else { return Answer::Missing };
    let file = |name: &str| {
        output.files.get_key_value(name).map(|(name, bytes)| Answer::File { name, bytes: bytes.as_slice() })
    };
    if name.is_empty() {
        return file("index.html").unwrap_or(Answer::Missing);
    }
    let index = format!("{name}/index.html");
    if path.ends_with('/') {
        return file(&index).unwrap_or(Answer::Missing);
    }
    match file(&name) {
        Some(found) => found,
        None if output.files.contains_key(&index) => Answer::Redirect(format!("{}/", encode(&name))),
        None => Answer::Missing,
    }
}

/// The path as a name in the output: decoded, without empty and `.` segments. None for what can be no such name: a
/// way up, a backslash, a NUL, text that isn't UTF-8.
fn clean(path: &str) -> Option<String> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let mut segments = path.split('/').filter(|segment| !segment.is_empty() && *segment != ".");
    let odd = |segment: &str| segment == ".." || segment.contains(['\\', '\0']);
    segments.try_fold(String::new(), |name, segment| match (odd(segment), name.is_empty()) {
        (true, _) => None,
        (false, true) => Some(segment.to_owned()),
        (false, false) => Some(format!("{name}/{segment}")),
    })
}

/// A name as a relative path in a header or an attribute.
fn encode(name: &str) -> String {
    const KEPT_OUT: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?');
    utf8_percent_encode(name, KEPT_OUT).to_string()
}

/// The `Content-Type` for a name, by its ending.
pub(super) fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(names: &[&str]) -> Output {
        Output { files: names.iter().map(|name| ((*name).to_owned(), name.as_bytes().to_vec())).collect() }
    }

    fn name_at(names: &[&str], path: &str) -> Option<String> {
        match answer(&site(names), path) {
            Answer::File { name, .. } => Some(name.to_owned()),
            Answer::Redirect(_) | Answer::Missing => None,
        }
    }

    #[test]
    fn a_folder_is_its_index() {
        let names = ["index.html", "a/index.html"];
        assert_eq!(name_at(&names, "/").as_deref(), Some("index.html"));
        assert_eq!(name_at(&names, "").as_deref(), Some("index.html"));
        assert_eq!(name_at(&names, "/a/").as_deref(), Some("a/index.html"));
        assert_eq!(name_at(&names, "/a/index.html").as_deref(), Some("a/index.html"));
    }

    #[test]
    fn a_folder_without_its_slash_is_redirected_within_the_site() {
        let output = site(&["a b/c/index.html", "evil.example/index.html"]);
        assert_eq!(answer(&output, "/a%20b/c"), Answer::Redirect("a%20b/c/".to_owned()));
        // Two slashes in front would lead to another host, if they were kept.
        assert_eq!(answer(&output, "//evil.example"), Answer::Redirect("evil.example/".to_owned()));
    }

    #[test]
    fn an_encoded_name_is_found() {
        assert_eq!(name_at(&["größe.html"], "/gr%C3%B6%C3%9Fe.html").as_deref(), Some("größe.html"));
        assert_eq!(
            name_at(&["module-5.1-x/index.html"], "/module-5.1-x/").as_deref(),
            Some("module-5.1-x/index.html")
        );
    }

    #[test]
    fn no_path_leads_out_of_the_output() {
        let names = ["index.html", "a/index.html", "etc/motd"];
        for path in [
            "/../etc/passwd",
            "/a/../../etc/passwd",
            "/a/../etc/motd",
            "/%2e%2e/etc/passwd",
            "/..%2fetc%2fpasswd",
            "/%2e%2e%5cetc%5cpasswd",
            "/a/..\\..\\etc\\passwd",
            "//etc/passwd",
            "/%2fetc%2fpasswd",
            "/etc/passwd",
            "/C:/Windows/win.ini",
            "/index.html%00.png",
            "/index.html/",
            "/%ff%fe",
            "/.",
            "/a/..",
        ] {
            let found = name_at(&names, path);
            assert!(
                found.is_none() || found.as_deref() == Some("index.html") && path == "/.",
                "{path} → {found:?}"
            );
        }
    }
}
