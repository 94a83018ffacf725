//! The colours of `static/style.css`, measured as WCAG 2.2 does (§1.4.3 and §1.4.11), in both schemes.

#![allow(clippy::unwrap_used, reason = "a style sheet that cannot be read fails its test")]

use std::collections::BTreeMap;
use std::fs;

use whole_site_tests::repository;

/// What text lies on.
const PAPERS: [&str; 3] = ["paper", "paper-raised", "paper-sunk"];

/// Every token that may colour text: the comment at the top of the stylesheet promises it on each paper.
const TEXT: [&str; 18] = [
    "ink",
    "ink-soft",
    "accent",
    "leader",
    "candidate",
    "follower",
    "crashed",
    "message",
    "vote",
    "term-1",
    "term-2",
    "term-3",
    "term-4",
    "term-5",
    "term-6",
    "ok",
    "bad",
    "warn",
];

/// Red, green and blue.
type Colour = [u8; 3];

/// `#rrggbb`.
fn colour(hex: &str) -> Option<Colour> {
    let digits = hex.trim().strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// The pair in `light-dark(#rrggbb, #rrggbb)`, where a text begins with it.
fn pair(text: &str) -> Option<[Colour; 2]> {
    let (light, dark) = text.trim().strip_prefix("light-dark(")?.split_once(')')?.0.split_once(',')?;
    Some([colour(light)?, colour(dark)?])
}

fn style() -> String {
    fs::read_to_string(repository().join("static/style.css")).unwrap()
}

/// The tokens with a colour for each scheme, by name without `--`.
fn tokens(style: &str) -> BTreeMap<&str, [Colour; 2]> {
    let lines = style.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'));
    lines.filter_map(|(name, value)| Some((name, pair(value)?))).collect()
}

/// The colours of highlighted code, by their rule.
fn code(style: &str) -> BTreeMap<&str, [Colour; 2]> {
    let rules = style.lines().filter(|line| line.starts_with(".code ."));
    rules
        .filter_map(|rule| rule.split_once(" { color: "))
        .filter_map(|(name, value)| Some((name, pair(value)?)))
        .collect()
}

fn luminance(colour: Colour) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What falls below a ratio, said so that it can be mended.
fn too_faint(name: &str, colours: [Colour; 2], on: (&str, [Colour; 2]), least: f64) -> Vec<String> {
    ["light", "dark"]
        .into_iter()
        .zip(colours.into_iter().zip(on.1))
        .map(|(scheme, (front, back))| (scheme, contrast(front, back)))
        .filter(|(_, ratio)| *ratio < least)
        .map(|(scheme, ratio)| format!("{name} on {} is {ratio:.2}:1 in {scheme}, less than {least}:1", on.0))
        .collect()
}

#[test]
fn black_on_white_is_as_strong_as_can_be_and_grey_is_measured_right() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.001);
    // The faintest grey on white that still is AA.
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
}

#[test]
fn every_text_colour_can_be_read_on_every_paper() {
    let style = style();
    let tokens = tokens(&style);
    let faint: Vec<String> = TEXT
        .iter()
        .flat_map(|name| PAPERS.map(|paper| (*name, paper)))
        .flat_map(|(name, paper)| too_faint(name, tokens[name], (paper, tokens[paper]), 4.5))
        .collect();
    assert!(faint.is_empty(), "{faint:#?}");
}

#[test]
fn no_colour_is_left_unmeasured() {
    let style = style();
    let unmeasured: Vec<&str> = tokens(&style)
        .into_keys()
        .filter(|name| !TEXT.contains(name) && !PAPERS.contains(name))
        .filter(|name| !["line", "line-strong", "on-accent"].contains(name))
        .collect();
    assert!(unmeasured.is_empty(), "not in this test's lists: {unmeasured:?}");
}

#[test]
fn text_on_the_accent_can_be_read() {
    let style = style();
    let tokens = tokens(&style);
    let faint = too_faint("on-accent", tokens["on-accent"], ("accent", tokens["accent"]), 4.5);
    assert!(faint.is_empty(), "{faint:#?}");
}

#[test]
fn the_edges_of_controls_can_be_seen_on_every_paper() {
    let style = style();
    let tokens = tokens(&style);
    let edge = tokens["line-strong"];
    let faint: Vec<String> = PAPERS
        .into_iter()
        .flat_map(|paper| too_faint("line-strong", edge, (paper, tokens[paper]), 3.0))
        .collect();
    assert!(faint.is_empty(), "{faint:#?}");
}

#[test]
fn highlighted_code_can_be_read() {
    let style = style();
    let (tokens, code) = (tokens(&style), code(&style));
    assert!(code.len() >= 7, "the rules of highlighting are written in another way: {code:?}");
    let faint: Vec<String> = code
        .into_iter()
        .flat_map(|(name, colours)| too_faint(name, colours, ("paper-sunk", tokens["paper-sunk"]), 4.5))
        .collect();
    assert!(faint.is_empty(), "{faint:#?}");
}

#[test]
fn every_token_is_shown_by_the_page_about_the_visual_language() {
    let page = fs::read_to_string(repository().join("content/visual-language.md")).unwrap();
    let fences: String =
        page.split("```style-tokens\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let shown: Vec<&str> = fences.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let style = style();
    let declared: Vec<&str> = style
        .split("\n:root {")
        .skip(1)
        .flat_map(|block| block.split('}').next().unwrap().split(';'))
        .filter_map(|declaration| declaration.split_once(':')?.0.trim().strip_prefix("--"))
        .collect();
    assert!(declared.len() > 30, "the tokens are declared in another way: {declared:?}");
    for name in &declared {
        assert_eq!(
            shown.iter().filter(|token| token.strip_prefix("--") == Some(name)).count(),
            1,
            "--{name}"
        );
    }
    assert_eq!(shown.len(), declared.len());
}
