//! The counting of source and output itself: what it must find, it finds.

use std::path::Path;

use whole_site_tests::counts::{self, Comparison, Counts};
use whole_site_tests::repository;

#[test]
fn a_source_is_counted_without_the_generators_parser() {
    let markdown = "\
| a | b |\n|---|:-:|\n| `<x>` | <details> |\n\n\
- [ ] open\n  1. [x] done\n- [link] no task\n\n\
> ```bash\n> <details>\n> | a |\n> |---|\n> ```\n\n\
   ~~~\n```\n   ~~~\n<details><summary>A</summary>Run on <node-name> and <node-name><br></details>\n";
    let (found, placeholders) = counts::in_markdown(markdown);
    assert_eq!(found, Counts { fences: 2, tables: 1, details: 2, tasks: 2 });
    let placeholders: Vec<_> = placeholders.into_iter().collect();
    assert_eq!(placeholders, [("<node-name>".to_owned(), 2), ("<x>".to_owned(), 1)]);
}

#[test]
fn what_a_page_swallows_or_shows_as_marks_is_found() {
    let markdown = "Ask <name> on `<host>`.\n\n<details>x</details>\n";
    let html =
        "<p>Ask  on <code>&lt;host&gt;</code>.</p><details><p>**x** and <code>`y`</code></p></details>";
    let mut comparison = Comparison::default();
    comparison.add("a.md", markdown, html);
    assert_eq!(comparison.swallowed, ["a.md: <name>"]);
    assert_eq!(comparison.literal, ["a.md: **x** and"]);
    assert_eq!(comparison.literal_in_answers, 1);
    comparison.add("b.md", "- [ ] task\n", "<ul><li>[ ] task</li></ul>");
    assert!(comparison.different[0].starts_with("b.md: "), "{comparison}");
}

#[test]
fn what_the_generator_adds_is_not_counted() {
    let html = "<figure class=\"diagram\"><svg><text>`</text></svg><details class=\"diagram-text\"><pre>**</pre></details></figure>";
    let shown = counts::in_html(html);
    assert_eq!(shown.counts, Counts { fences: 1, ..Counts::default() });
    assert!(shown.literal.is_empty());
}

#[test]
fn our_own_book_loses_nothing_on_the_way() {
    for folder in ["content", "tests/fixtures/counts"] {
        let comparison =
            counts::compare(&repository().join(Path::new(folder))).unwrap_or_else(|error| panic!("{error}"));
        assert!(comparison.pages > 0);
        assert_eq!(comparison.different, [""; 0], "{comparison}");
        assert_eq!(comparison.swallowed, [""; 0], "{comparison}");
        assert_eq!(comparison.literal, [""; 0], "{comparison}");
    }
}
