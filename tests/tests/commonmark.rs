//! CommonMark's own examples through the whole generator, and where our dialect differs from it on purpose.
//!
//! What the generator adds to every heading, link, image and block of code is taken off before comparing. Each example
//! stands under a title of its own, because the first title is no part of a body and what stands above it may be front
//! matter. [`DEVIATIONS`] names every example that still comes out differently; one that no longer does fails too.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use site_gen::parse::{Link, ParseOptions, parse};
use site_gen::source::SourcePath;
use site_gen::{BuildOptions, DemoMode, Silent, generate};
use whole_site_tests::plain_html::{Token, normal, tokens, without_our_additions};

const TITLE: &str = "# Title\n\n";

/// Reasons to differ, and the examples they hold for.
const DEVIATIONS: &[(&str, &[u64])] = &[
    (
        "an element of raw HTML ends with the Markdown around it, so that a page is always balanced",
        &[21, 148, 155, 174, 175, 184, 187, 344, 476, 477, 494, 631, 642, 643],
    ),
    ("a closing tag that closes nothing is left out", &[151, 165]),
    (
        "a tag that isn't HTML, such as `<node-name>`, is text",
        &[150, 163, 201, 491, 524, 536, 613, 614, 615, 617, 623],
    ),
    (
        "an element that can run script, set styles or ask for input is left out",
        &[170, 171, 172, 173, 176, 178],
    ),
    ("an attribute that isn't known to be harmless is left out", &[169, 616]),
    ("an address in raw HTML whose scheme an entity may hide is left out", &[31, 630]),
    ("an image of raw HTML without a text alternative gets an empty one", &[475]),
    (
        "comments, declarations and instructions are left out",
        &[177, 179, 180, 181, 182, 183, 308, 309, 625, 626, 627, 628, 629],
    ),
];

struct Example {
    number: u64,
    markdown: String,
    html: String,
}

fn examples() -> Vec<Example> {
    let file = whole_site_tests::repository().join("tests/fixtures/commonmark/examples.json");
    let examples: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let text = |example: &Value, key: &str| example[key].as_str().unwrap().to_owned();
    let example = |example: &Value| Example {
        number: example["number"].as_u64().unwrap(),
        markdown: text(example, "markdown"),
        html: text(example, "html"),
    };
    examples.as_array().unwrap().iter().map(example).collect()
}

/// The HTML of every example's page, by its number.
fn built(examples: &[Example]) -> BTreeMap<u64, String> {
    let site = tempfile::tempdir().unwrap();
    for folder in ["templates", "content"] {
        fs::create_dir(site.path().join(folder)).unwrap();
    }
    fs::write(site.path().join("site.toml"), "").unwrap();
    fs::write(site.path().join("templates/page.html"), "{{ page.html }}").unwrap();
    for example in examples {
        let file = site.path().join(format!("content/{}.md", example.number));
        fs::write(file, format!("{TITLE}{}", example.markdown)).unwrap();
    }
    let options = BuildOptions { demos: DemoMode::None, ..BuildOptions::new(site.path().join("site.toml")) };
    let output = generate(&options, &Silent).unwrap().output;
    let pages = output.files.into_iter().filter_map(|(url, bytes)| {
        let number = url.strip_suffix("/index.html")?.parse().ok()?;
        Some((number, String::from_utf8(bytes).unwrap()))
    });
    pages.collect()
}

/// Where the links of an example lead as their author wrote them: in the site, most of them lead nowhere.
fn links(example: &Example) -> Vec<Link> {
    let text = format!("{TITLE}{}", example.markdown);
    parse(&SourcePath::new("example.md"), &text, ParseOptions::default()).links
}

#[test]
fn every_example_is_rendered_as_specified_or_differs_for_a_named_reason() {
    let examples = examples();
    assert_eq!(examples.len(), 652);
    let pages = built(&examples);
    let reason = |number| DEVIATIONS.iter().find(|(_, numbers)| numbers.contains(&number));
    let mut wrong = Vec::new();
    for example in &examples {
        let number = example.number;
        let found = normal(without_our_additions(tokens(&pages[&number]), &links(example)));
        let expected = normal(tokens(&example.html));
        match (found == expected, reason(number)) {
            (true, Some((reason, _))) => wrong.push(format!("{number} no longer differs: {reason}\n")),
            (false, None) => wrong.push(format!(
                "{number} differs\n{}--- expected\n{}\n--- found\n{}\n",
                example.markdown,
                shown(&expected),
                shown(&found)
            )),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

fn shown(tokens: &[Token]) -> String {
    tokens.iter().map(ToString::to_string).collect()
}
