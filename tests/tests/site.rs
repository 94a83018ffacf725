//! The book as files: every link leads somewhere, nothing is inline, two builds are the same.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::collections::{BTreeMap, BTreeSet};

use site_gen::{BuildOptions, DemoMode, Silent, generate};
use url::Url;
use whole_site_tests::{book, repository};

/// The page as if it lay on a host, so that relative addresses can be resolved as a browser does.
fn url_of(page: &str) -> Url {
    Url::parse("http://book.example/docs/v1/").unwrap().join(page).unwrap()
}

/// The values of an attribute, wherever it stands in the text.
fn values<'a>(html: &'a str, attribute: &str) -> impl Iterator<Item = String> + 'a {
    let start = format!(" {attribute}=\"");
    let pieces: Vec<&str> = html.split(start.as_str()).skip(1).collect();
    pieces.into_iter().map(|piece| piece.split('"').next().unwrap_or("").replace("&amp;", "&"))
}

fn html() -> BTreeMap<&'static str, String> {
    let pages = book().files.iter().filter(|(name, _)| name.ends_with(".html"));
    pages.map(|(name, bytes)| (name.as_str(), String::from_utf8(bytes.clone()).unwrap())).collect()
}

#[test]
fn every_internal_link_leads_to_a_file_and_a_heading_that_are_there() {
    let pages = html();
    let anchors: BTreeMap<&str, BTreeSet<String>> =
        pages.iter().map(|(name, html)| (*name, values(html, "id").collect())).collect();
    let root = url_of("");
    let mut dead = Vec::new();
    for (page, html) in pages.iter().filter(|(page, _)| **page != "404.html") {
        for link in values(html, "href").chain(values(html, "src")) {
            let Ok(target) = url_of(page).join(&link) else {
                dead.push(format!("{page}: {link} is no address"));
                continue;
            };
            let Some(name) =
                target.as_str().split(['#', '?']).next().and_then(|url| url.strip_prefix(root.as_str()))
            else {
                // Another host, or a scheme such as `data:`; nothing may point above the root.
                if target.host_str() == root.host_str() {
                    dead.push(format!("{page}: {link} leads out of the site"));
                }
                continue;
            };
            let fragment = target.fragment().filter(|fragment| !fragment.is_empty());
            let known = |fragment: &str| {
                let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
                anchors.get(name).is_none_or(|ids| ids.contains(decoded.as_ref()))
            };
            if !book().files.contains_key(name) {
                dead.push(format!("{page}: {link} is not there"));
            } else if !fragment.is_none_or(known) {
                dead.push(format!("{page}: {link} has no such heading"));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn no_page_has_anything_inline_that_its_policy_would_refuse() {
    for (page, html) in html() {
        assert!(html.contains("Content-Security-Policy"), "{page} has no policy");
        assert!(!html.contains("<style"), "{page} has an inline style sheet");
        assert!(values(&html, "style").next().is_none(), "{page} has a style attribute");
        for script in html.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').unwrap();
            assert!(
                tag.contains("src=") && rest.starts_with("</script>"),
                "{page} has an inline script:{tag}"
            );
        }
        for event in ["onclick", "onload", "onerror"] {
            assert!(values(&html, event).next().is_none(), "{page} has {event}");
        }
    }
}

#[test]
fn no_page_names_a_folder_of_this_machine_or_a_root_of_the_host() {
    let folder = repository();
    for (page, html) in html() {
        assert!(!html.contains(folder.to_str().unwrap()), "{page} names {}", folder.display());
        for link in values(&html, "href").chain(values(&html, "src")) {
            assert!(!link.starts_with('/'), "{page} links to {link}, which is somewhere else at a sub-path");
        }
    }
}

#[test]
fn a_second_build_gives_the_same_bytes() {
    let options =
        BuildOptions { demos: DemoMode::BuiltIn, ..BuildOptions::new(repository().join("site.toml")) };
    let again = generate(&options, &Silent).unwrap_or_else(|error| panic!("{error}")).output;
    for (name, bytes) in &book().files {
        assert!(again.files.get(name) == Some(bytes), "{name} differs");
    }
    assert_eq!(again.files.len(), book().files.len());
}
