//! The site as a whole: order, generated indexes, links between pages, and tracks that aren't ours.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::fs;

use site_gen::{BuildOptions, DemoMode, Generated, Silent, generate};

fn generated(files: &[(&str, &str)]) -> Generated {
    let site = tempfile::tempdir().unwrap();
    let defaults = [
        ("site.toml", "title = \"Sandbox\"\n"),
        (
            "templates/base.html",
            "{% for crumb in breadcrumbs %}{{ crumb.url }} {% endfor %}|{% if previous %}{{ previous.url }}{% endif %}\
             |{% if next %}{{ next.url }}{% endif %}|{{ nav | safe }}|{{ page.html | safe }}",
        ),
        ("templates/page.html", "{% extends \"base.html\" %}"),
        ("templates/index.html", "{% extends \"base.html\" %}"),
    ];
    for (name, text) in defaults.iter().chain(files) {
        let path = site.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let options = BuildOptions { demos: DemoMode::None, ..BuildOptions::new(site.path().join("site.toml")) };
    generate(&options, &Silent).unwrap()
}

fn page(generated: &Generated, url: &str) -> String {
    String::from_utf8(generated.output.files[url].clone()).unwrap()
}

const TRACK: &[(&str, &str)] = &[
    ("content/track/module-1.10-ten.md", "# Ten\n"),
    ("content/track/module-1.9-nine.md", "# Nine\n"),
    (
        "content/track/module-1.2-two.md",
        "# Two\n\n[ten](module-1.10-ten.md) [track](../track/) ![pic](pic.png)\n",
    ),
    ("content/track/zebra.md", "# Zebra\n"),
    ("content/track/apple.md", "# Apple\n"),
    ("content/track/README.md", "# Track\n\n| Page |\n|---|\n| [Zebra](zebra.md) |\n| [Apple](apple.md) |\n"),
    ("content/track/pic.png", "png"),
];

#[test]
fn modules_go_by_number_then_pages_by_the_index_table() {
    let site = generated(TRACK);
    let mut url = "index.html".to_owned();
    let mut read = Vec::new();
    loop {
        read.push(url.clone());
        let html = page(&site, &url);
        let next = html.split('|').nth(2).unwrap();
        if next.is_empty() {
            break;
        }
        let folder = url.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in next.split('/') {
            if part == ".." { parts.pop().map(drop).unwrap() } else { parts.push(part) }
        }
        url = parts.join("/");
    }
    let folders = ["track/", "track/module-1.2-two/", "track/module-1.9-nine/", "track/module-1.10-ten/"];
    let mut expected = vec!["index.html".to_owned()];
    expected.extend(
        folders.iter().chain(&["track/zebra/", "track/apple/"]).map(|folder| format!("{folder}index.html")),
    );
    assert_eq!(read, expected);
}

#[test]
fn links_and_images_lead_from_the_page_to_the_named_file() {
    let html = page(&generated(TRACK), "track/module-1.2-two/index.html");
    for expected in [
        "href=\"../module-1.10-ten/index.html\"",
        "<a href=\"../index.html\">track",
        "<img src=\"../pic.png\" alt=\"pic\"",
    ] {
        assert!(html.contains(expected), "{expected} is missing in {html}");
    }
    assert!(html.starts_with("../../index.html ../index.html |"), "{html}");
}

#[test]
fn a_folder_without_readme_gets_an_index_that_lists_its_pages() {
    let site = generated(TRACK);
    assert_eq!(site.report.pages, 7);
    let html = page(&site, "index.html");
    assert!(html.contains("<ul class=\"listing\">\n<li><a href=\"track/index.html\">Track</a>"), "{html}");
}

#[test]
fn the_current_page_is_marked_in_the_navigation_and_only_it() {
    let html = page(&generated(TRACK), "track/zebra/index.html");
    assert_eq!(html.matches("aria-current=\"page\"").count(), 1);
    assert!(html.contains("href=\"index.html\" aria-current=\"page\""), "{html}");
}

#[test]
fn tracks_that_are_not_ours_lead_to_where_they_are_published() {
    let config =
        "[external]\n\"../other\" = \"https://other.example/docs\"\n\"old/\" = \"https://old.example\"\n";
    let text = "# Home\n\n[a](../other/) [b](../other/module-1-x.md#part) [c](../other/sub/README.md) [d](old/x.pdf)\n";
    let deep = ("content/a/b.md", "# B\n\n[up](../../other/)\n");
    let site = generated(&[("site.toml", config), ("content/README.md", text), deep]);
    assert_eq!(site.report.diagnostics, []);
    let html = page(&site, "index.html");
    for expected in [
        "https://other.example/docs/\"",
        "https://other.example/docs/module-1-x/#part\"",
        "https://other.example/docs/sub/\"",
        "https://old.example/x.pdf\"",
    ] {
        assert!(
            html.contains(&format!("<a class=\"external\" href=\"{expected} rel=\"external\"")),
            "{html}"
        );
    }
    assert!(page(&site, "a/b/index.html").contains("href=\"https://other.example/docs/\""));
}

#[test]
fn a_draft_is_left_out_and_a_slug_is_the_address() {
    let site = generated(&[
        ("content/draft.md", "---\ndraft: true\n---\n# Draft\n"),
        ("content/long-name.md", "+++\nslug = \"short\"\n+++\n# Long\n"),
    ]);
    assert!(site.output.files.contains_key("short/index.html"));
    assert!(!site.output.files.keys().any(|url| url.contains("draft") || url.contains("long-name")));
}

#[test]
fn the_sidebar_of_another_generator_says_order_and_name_in_the_navigation() {
    let site = generated(&[
        ("content/b.md", "---\nsidebar:\n  order: 1\n  label: First\n---\n# The long title of b\n"),
        ("content/a.md", "---\nsidebar:\n  order: 2\n---\n# A\n"),
    ]);
    let index = page(&site, "index.html");
    let nav = index.split('|').nth(3).unwrap();
    let names: Vec<_> = nav.split("\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(names[1..], ["First", "A"], "{nav}");
}

#[test]
fn a_link_by_address_leads_to_its_page() {
    let site = generated(&[
        (
            "content/t/module-1.2-b.md",
            "# B\n\n[1](/t/module-1.1-a/) [2](module-1.1-a/) [3](../module-1.1-a/#x) [4](/t/module-1.1-a.html) [5](/t/none/)\n",
        ),
        ("content/t/module-1.1-a.md", "# A\n\n## X\n"),
    ]);
    let html = page(&site, "t/module-1.2-b/index.html");
    assert_eq!(html.matches("<a href=\"../module-1.1-a/index.html\">").count(), 3, "{html}");
    assert!(html.contains("<a href=\"../module-1.1-a/index.html#x\">3</a>"), "{html}");
    assert!(html.contains("<span class=\"dead-link\">5</span>"), "{html}");
}

/// The body of a track's index with this table, beside the modules 1.1 and 1.10.
fn index_with(table: &str) -> String {
    let index = format!("# Track\n\n{table}\n");
    let site = generated(&[
        ("content/track/README.md", &index),
        ("content/track/module-1.1-one.md", "# Module 1.1: One\n"),
        ("content/track/module-1.10-ten.md", "# Module 1.10: Ten\n"),
        ("content/other/module-2.1-far.md", "# Module 2.1: Far\n"),
    ]);
    page(&site, "track/index.html").rsplit_once("</ul>|").unwrap().1.to_owned()
}

#[test]
fn the_module_list_of_an_index_becomes_cards_that_keep_every_cell() {
    let html = index_with(
        "| # | Module | Complexity | Time | Description | Tools |\n|---|---|---|---|---|---|\n\
         | 1.1 | [One](module-1.1-one.md) | `[QUICK]` | 25-30 min | What `etcd` is | etcd |\n\
         | 1.10 | **[Ten](module-1.10-ten.md)** | `[COMPLEX]` | ~1.5 hours | | |",
    );
    let expected = "<ul class=\"modules\">\n\
        <li class=\"module-card\" data-page=\"track/module-1.1-one/index.html\">\n\
        <span class=\"number\">1.1</span>\n\
        <a class=\"module-title\" href=\"module-1.1-one/index.html\">One</a>\n\
        <span class=\"time\">25-30 min</span>\n\
        <span class=\"complexity\">QUICK</span>\n\
        <p class=\"description\">What <code>etcd</code> is</p>\n\
        <p class=\"cell\"><span class=\"label\">Tools:</span> etcd</p>\n\
        </li>\n\
        <li class=\"module-card\" data-page=\"track/module-1.10-ten/index.html\">\n\
        <span class=\"number\">1.10</span>\n\
        <a class=\"module-title\" href=\"module-1.10-ten/index.html\">Ten</a>\n\
        <span class=\"time\">~1.5 hours</span>\n\
        <span class=\"complexity\">COMPLEX</span>\n\
        </li>\n\
        </ul>\n";
    assert_eq!(html, expected);
}

#[test]
fn a_module_list_without_numbers_takes_them_from_the_file_names() {
    let html = index_with(
        "| Module | What You'll Learn |\n|---|---|\n| [One](module-1.1-one.md): a start | much |\n\
         | [Module 1.10: Ten](module-1.10-ten.md) | more |",
    );
    assert!(
        html.contains("<span class=\"number\">1.1</span>\n<span class=\"module-title\"><a href="),
        "{html}"
    );
    assert!(!html.contains("<span class=\"number\">1.10</span>"), "{html}");
    assert!(
        html.contains(": a start</span>") && html.contains("<p class=\"description\">much</p>"),
        "{html}"
    );
}

#[test]
fn a_table_with_any_other_row_stays_a_table() {
    for row in ["| [Far](../other/module-2.1-far.md) |", "| soon |", "| [Again](module-1.1-one.md) |"] {
        let html = index_with(&format!("| Module |\n|---|\n| [One](module-1.1-one.md) |\n{row}"));
        assert!(html.contains("<table>") && !html.contains("module-card"), "{row}: {html}");
    }
}

#[test]
fn an_alias_becomes_a_page_that_leads_on_without_script() {
    let site = generated(&[
        ("content/README.md", "# Home\n\n[a](a/new.md)\n"),
        ("content/a/new.md", "---\naliases: [old/place/, \"b.html\"]\n---\n# Tom & Jerry\n"),
    ]);
    assert_eq!(site.report.diagnostics, []);
    let old = page(&site, "old/place/index.html");
    for expected in [
        "<meta http-equiv=\"refresh\" content=\"0; url=../../a/new/index.html\">",
        "<a href=\"../../a/new/index.html\">Tom &amp; Jerry</a>",
        "http-equiv=\"Content-Security-Policy\"",
    ] {
        assert!(old.contains(expected), "{expected} is missing in {old}");
    }
    assert!(!old.contains("<script") && !old.contains("canonical"), "{old}");
    assert!(page(&site, "b.html").contains("url=a/new/index.html"));
}

#[test]
fn an_alias_that_is_taken_or_leads_out_is_an_error_at_its_place() {
    let site = generated(&[
        ("content/README.md", "# Home\n\n[a](a.md) [b](b.md)\n"),
        ("content/a.md", "---\naliases: [b, pic.html, ../out, old]\n---\n# A\n"),
        ("content/b.md", "---\naliases: [old]\n---\n# B\n"),
        ("content/pic.html", "theirs"),
    ]);
    let found: Vec<_> = site
        .report
        .diagnostics
        .iter()
        .map(|problem| (problem.rule, problem.place.as_ref().unwrap().column, problem.severity))
        .collect();
    let error = site_gen::Severity::Error;
    let expected = [
        ("same-url", 11, error),
        ("same-url", 14, error),
        ("front-matter", 24, error),
        ("same-url", 11, error),
    ];
    assert_eq!(found, expected, "{:#?}", site.report.diagnostics);
    assert_eq!(page(&site, "pic.html"), "theirs");
}

#[test]
fn a_published_site_names_its_addresses_and_one_without_address_names_none() {
    let files = [
        ("content/README.md", "# Home\n\n[a](a/щ%20x.md)\n"),
        ("content/a/щ x.md", "---\naliases: [old]\n---\n# A\n"),
        ("templates/base.html", "{{ page.canonical }}"),
    ];
    let config = ("site.toml", "base_url = \"https://book.example/v1\"\n");
    let published = generated(&[&files[..], &[config]].concat());
    let address = "https://book.example/v1/a/%D1%89%20x/index.html";
    assert_eq!(page(&published, "a/щ x/index.html"), address);
    assert!(page(&published, "old/index.html").contains(&format!("rel=\"canonical\" href=\"{address}\"")));
    let map = page(&published, "sitemap.xml");
    assert!(map.contains(&format!("<url><loc>{address}</loc></url>")), "{map}");
    assert_eq!(map.matches("<loc>").count(), 3, "{map}");
    assert!(page(&published, "robots.txt").ends_with("Sitemap: https://book.example/v1/sitemap.xml\n"));

    let unpublished = generated(&files);
    assert_eq!(page(&unpublished, "a/щ x/index.html"), "");
    for name in ["sitemap.xml", "robots.txt"] {
        assert!(!unpublished.output.files.contains_key(name), "{name}");
    }
}

#[test]
fn an_authors_own_404_stays() {
    let site = generated(&[("content/README.md", "# Home\n"), ("content/404.html", "mine")]);
    assert_eq!(page(&site, "404.html"), "mine");
}

#[test]
fn search_names_pages_by_their_addresses() {
    let site = generated(&[("content/C# & 50%?.md", "# Sharp\n"), ("content/ a:b.md", "# Blank\n")]);
    let places: String = site
        .output
        .files
        .iter()
        .filter(|(name, _)| name.starts_with("assets/search/"))
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    for address in ["\"C%23%20&%2050%25%3F/index.html\"", "\"%20a%3Ab/index.html\""] {
        assert!(places.contains(address), "{address}: {places}");
    }
}

#[test]
fn an_authors_own_robots_txt_stays() {
    let site = generated(&[
        ("site.toml", "base_url = \"https://book.example\"\n"),
        ("content/README.md", "# Home\n"),
        ("content/robots.txt", "mine"),
    ]);
    assert_eq!(page(&site, "robots.txt"), "mine");
}

#[test]
fn the_page_for_missing_addresses_knows_its_root_when_the_site_has_an_address() {
    let content = ("content/README.md", "# Home\n");
    let lost =
        page(&generated(&[("site.toml", "base_url = \"https://x.example/b\"\n"), content]), "404.html");
    assert_eq!(lost.matches("<script src=\"/b/assets/404-").count(), 1, "{lost}");
    assert!(!lost.contains("../") && lost.contains("href=\"/b/index.html\""), "{lost}");
    assert!(lost.contains("data-style=\"/b/assets/style-"), "{lost}");
    let anywhere = page(&generated(&[content]), "404.html");
    assert!(anywhere.contains("<script src=\"../../assets/404-") && anywhere.contains("href=\"index.html\""));
}

/// Two modules that link each other, with the same headings, and a page that doesn't go with them.
const WHOLE: &[(&str, &str)] = &[
    (
        "templates/whole.html",
        "{% for chapter in chapters %}<b id=\"{{ chapter.id }}\">{{ chapter.title }}</b>{{ chapter.html | safe }}{% endfor %}",
    ),
    ("templates/index.html", "{{ whole }}"),
    (
        "content/track/module-1-one.md",
        "# One\n\n## Quiz\n\n[there](module-2-two.md#quiz) [here](#quiz) [two](module-2-two.md) [words](words.md#w)\n",
    ),
    ("content/track/module-2-two.md", "# Two\n\n## Quiz\n\n[back](module-1-one.md#quiz)\n"),
    ("content/track/words.md", "# Words\n\n## W\n"),
];

#[test]
fn a_track_on_one_page_has_its_modules_in_order_and_links_that_stay_within() {
    let mut files = vec![("site.toml", "title = \"x\"\none_page = true\n")];
    files.extend(WHOLE);
    let site = generated(&files);
    let html = page(&site, "track/all/index.html");
    let (one, two) = html.split_once("<b id=\"c2\">Two</b>").unwrap();
    assert!(one.starts_with("<b id=\"c1\">One</b>") && one.contains("<h2 id=\"c1-quiz\">"), "{one}");
    for link in ["href=\"#c2-quiz\"", "href=\"#c1-quiz\"", "href=\"#c2\"", "href=\"../words/index.html#w\""] {
        assert!(one.contains(link), "{link}: {one}");
    }
    assert!(two.contains("<h2 id=\"c2-quiz\">") && two.contains("href=\"#c1-quiz\""), "{two}");
    assert!(!html.contains("Words"), "{html}");
    assert_eq!(page(&site, "track/index.html"), "all/index.html");
    // The front page is no track.
    assert_eq!(page(&site, "index.html"), "");
}

#[test]
fn nobody_gets_a_track_on_one_page_without_asking_or_over_a_page_of_their_own() {
    let unasked = generated(WHOLE);
    assert!(!unasked.output.files.contains_key("track/all/index.html"));
    assert_eq!(page(&unasked, "track/index.html"), "");
    let mut files =
        vec![("site.toml", "title = \"x\"\none_page = true\n"), ("content/track/all.md", "# Mine\n")];
    files.extend(WHOLE);
    let site = generated(&files);
    let mine = page(&site, "track/all/index.html");
    assert!(mine.contains("Mine") && !mine.contains("c1"), "{mine}");
    assert_eq!(page(&site, "track/index.html"), "");
}

#[test]
fn a_published_page_has_a_card_for_shared_links_and_others_have_none() {
    let base = ("templates/base.html", "{{ page.card }}");
    let page_of = |files: &[(&str, &str)]| {
        generated(&[&[base, ("content/track/module-1-one.md", "# Module 1: One\n")], files].concat())
    };
    let published = page_of(&[("site.toml", "title = \"x\"\nbase_url = \"https://x.example/b\"\n")]);
    let card = page(&published, "track/module-1-one/index.html");
    let file = card.strip_prefix("https://x.example/b/").unwrap();
    assert!(file.starts_with("assets/cards/track-module-1-one-") && file.ends_with(".png"), "{file}");
    let png = &published.output.files[file];
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (1200, 630));
    assert!(png.len() < 100_000, "{} bytes", png.len());
    let cards = published.output.files.keys().filter(|name| name.starts_with("assets/cards/")).count();
    assert_eq!(cards, 3, "the front page, the folder and the module");
    let again = page_of(&[("site.toml", "title = \"x\"\nbase_url = \"https://x.example/b\"\n")]);
    assert!(again.output.files == published.output.files);
    let unpublished = page_of(&[]);
    assert_eq!(page(&unpublished, "track/module-1-one/index.html"), "");
    assert!(!unpublished.output.files.keys().any(|name| name.starts_with("assets/cards/")));
}

#[test]
fn a_page_with_nothing_to_say_at_its_end_has_no_footer() {
    let home = |config: &str| {
        let base = include_str!("../../templates/base.html");
        let files = [("site.toml", config), ("templates/base.html", base), ("content/README.md", "# Home\n")];
        page(&generated(&files), "index.html")
    };
    assert!(!home("title = \"Sandbox\"\n").contains("site-footer"));
    assert!(home("title = \"Sandbox\"\nfooter = \"By us\"\n").contains("<footer class=\"site-footer\">"));
}

#[test]
fn a_link_to_a_pages_own_title_finds_it_on_its_page_and_on_the_whole_track() {
    let site = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("site.toml", "one_page = true\nlanguage = \"ar\"\n"),
        ("content/README.md", "# Track\n\n[One](module-1-one.md) [Two](module-2-two.md)\n"),
        ("content/module-1-one.md", "# My Guide\n\n[Back to top](#my-guide)\n"),
        ("content/module-2-two.md", "# Two\n"),
    ] {
        let path = site.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let options = BuildOptions { demos: DemoMode::None, ..BuildOptions::new(site.path().join("site.toml")) };
    let built = generate(&options, &Silent).unwrap();
    assert_eq!(built.report.diagnostics, []);
    for (url, id) in [("module-1-one/index.html", "my-guide"), ("all/index.html", "c1-my-guide")] {
        let html = page(&built, url);
        assert!(html.contains(&format!("<a href=\"#{id}\">Back to top</a>")), "{html}");
        assert_eq!(html.matches(&format!("<h1 id=\"{id}\">")).count(), 1, "{html}");
        assert!(html.contains("<html lang=\"ar\" dir=\"rtl\""), "{html}");
    }
}
