//! What a reader's first visit of a page costs, counted in the bytes that a host sends.

#![allow(clippy::unwrap_used, reason = "what cannot be read fails its test")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use whole_site_tests::book;

/// HTML, styles, fonts and scripts, without the demos' bundle.
const VISIT_BYTES_MAX: usize = 152_000;
/// What runs before a demo is near.
const SCRIPT_BYTES_MAX: usize = 12_000;
const FONT_BYTES_MAX: usize = 120_000;
/// HTML and style sheets in gzip, which most hosts send: what a phone waits for before it can lay a page out.
const LAYOUT_GZIP_BYTES_MAX: usize = 64_500;
/// What a server sends before it hears of the reader again: ten packets, less their headers.
const SHEET_GZIP_BYTES_MAX: usize = 14_000;
/// Elements of a page that holds one module.
const ELEMENTS_MAX: usize = 5_900;

/// How a style sheet is linked.
const LINK: &str = "<link rel=\"stylesheet\" href=\"";

/// Bytes as sent: text in brotli, and a font, which is compressed already, as it is.
fn sent(name: &str) -> usize {
    let bytes = &book().files[name];
    if name.ends_with(".woff2") {
        return bytes.len();
    }
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters).unwrap();
    compressed.len()
}

fn text(name: &str) -> &'static str {
    std::str::from_utf8(&book().files[name]).unwrap()
}

/// What stands between `start` and the next quote, wherever `start` occurs.
fn quoted<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split('"').next().unwrap_or("")).collect()
}

/// The assets that a page asks for at once: its style sheets, their fonts, its scripts, its icon.
fn asked_at_once(page: &str) -> BTreeSet<String> {
    let html = text(page);
    let root = "../".repeat(page.matches('/').count());
    let mut names: BTreeSet<String> = ["<script src=\"", LINK, "<link rel=\"icon\" href=\""]
        .into_iter()
        .flat_map(|start| quoted(html, start))
        .map(|url| url.strip_prefix(&root).unwrap().to_owned())
        .collect();
    let sheets: Vec<String> = names.iter().filter(|name| name.ends_with(".css")).cloned().collect();
    for sheet in sheets {
        let fonts = quoted(text(&sheet), "url(\"").into_iter().filter(|url| url.ends_with(".woff2"));
        names.extend(fonts.map(|url| format!("assets/{url}")));
    }
    names
}

/// Bytes by kind.
fn costs(page: &str) -> BTreeMap<&'static str, usize> {
    let mut costs =
        BTreeMap::from([("html", sent(page)), ("css", 0), ("fonts", 0), ("scripts", 0), ("icon", 0)]);
    for name in asked_at_once(page) {
        let kind = match name.rsplit('.').next() {
            Some("js") => "scripts",
            Some("css") => "css",
            Some("woff2") => "fonts",
            Some("svg") => "icon",
            _ => panic!("{page} asks for {name}, which no budget covers"),
        };
        *costs.get_mut(kind).unwrap() += sent(&name);
    }
    costs
}

fn pages() -> impl Iterator<Item = &'static str> {
    let all = book().files.keys().map(String::as_str);
    all.filter(|name| name.ends_with("index.html") && !name.starts_with("embed/"))
}

#[test]
fn a_first_visit_fits_its_budget() {
    let mut modules = 0;
    for page in pages() {
        let costs = costs(page);
        println!("{page}: {} bytes in brotli: {costs:?}", costs.values().sum::<usize>());
        assert!(costs["scripts"] > 0 && costs["css"] > 0 && costs["fonts"] > 0, "{page}: {costs:?}");
        assert!(costs["scripts"] <= SCRIPT_BYTES_MAX, "{page}: too much script: {costs:?}");
        assert!(costs["fonts"] <= FONT_BYTES_MAX, "{page}: too much type: {costs:?}");
        if page.starts_with("module-") {
            modules += 1;
            assert!(costs.values().sum::<usize>() <= VISIT_BYTES_MAX, "{page}: too large: {costs:?}");
        }
    }
    assert_eq!(modules, 3);
}

fn gzip(name: &str) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&book().files[name]).unwrap();
    encoder.finish().unwrap().len()
}

/// Start tags of a page.
fn elements(html: &str) -> usize {
    let next = html.as_bytes().windows(2).filter(|pair| pair[0] == b'<' && pair[1].is_ascii_alphabetic());
    next.count()
}

#[test]
fn a_phone_has_little_to_wait_for_and_to_lay_out() {
    for page in pages().filter(|page| page.starts_with("module-")) {
        let (elements, names) = (elements(text(page)), asked_at_once(page));
        let sheets: usize = names.iter().filter(|name| name.ends_with(".css")).map(|name| gzip(name)).sum();
        println!("{page}: {elements} elements, {} + {sheets} bytes in gzip", gzip(page));
        assert!(elements > 500 && elements <= ELEMENTS_MAX, "{page}: {elements} elements");
        assert!(gzip(page) + sheets <= LAYOUT_GZIP_BYTES_MAX, "{page}: {} + {sheets} bytes", gzip(page));
    }
}

#[test]
fn the_style_of_demos_is_linked_once_and_delays_nothing_above_the_first_demo() {
    let is_of_demos = |url: &&str| url.contains("assets/demo-");
    let mut met = 0;
    for page in pages() {
        let html = text(page);
        let links = quoted(html, LINK);
        let Some((before, _)) = html.split_once("<figure class=\"demo\"") else {
            assert!(!links.iter().any(is_of_demos), "{page} has no demo");
            continue;
        };
        met += 1;
        assert_eq!(links.iter().filter(|url| is_of_demos(url)).count(), 1, "{page}");
        let (above, link) = before.rsplit_once(LINK).unwrap();
        assert!(
            link.contains("assets/demo-") && link.ends_with(".css\">\n"),
            "{page}: something stands between: {link}"
        );
        assert!(above.contains("<h1"), "{page}: the title waits for it");
    }
    assert!(met >= 4, "{met}");
}

#[test]
fn each_style_sheet_comes_in_one_round_trip() {
    let sheets = pages().flat_map(asked_at_once).filter(|name| name.ends_with(".css"));
    for sheet in sheets.collect::<BTreeSet<_>>() {
        println!("{sheet}: {} bytes in gzip", gzip(&sheet));
        assert!(gzip(&sheet) <= SHEET_GZIP_BYTES_MAX, "{sheet}: {} bytes in gzip", gzip(&sheet));
    }
}

#[test]
fn nothing_of_the_demos_bundle_is_asked_for_at_once() {
    let families = demos::demos::FAMILIES.iter().map(|family| family.name).collect::<Vec<_>>();
    let is_of_a_family = |name: &String| {
        let file = name.trim_start_matches("assets/");
        families.iter().any(|family| file.starts_with(family) && !file.ends_with(".css"))
    };
    for page in pages() {
        let early: Vec<String> = asked_at_once(page).into_iter().filter(is_of_a_family).collect();
        assert!(early.is_empty(), "{page} asks for {early:?} before a demo is near");
    }
    // And there is a bundle to be asked for: a script, a module, and that as a script.
    let page = "module-5.2-consensus-and-coordination/index.html";
    for family in &families {
        let files = quoted(text(page), &format!(" data-{family}=\""))[0];
        let files: Vec<String> =
            files.split(' ').map(|url| url.trim_start_matches("../").to_owned()).collect();
        assert_eq!(files.len(), 3, "{files:?}");
        assert!(
            files.iter().all(|name| is_of_a_family(name) && book().files.contains_key(name)),
            "{files:?}"
        );
    }
}
