//! Building again and again: the same bytes as from nothing, and only what changed is made anew.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::fs;

use site_gen::{BuildOptions, Builder, DemoMode, Generated, Made, Silent, generate};
use tempfile::TempDir;

const ONE: &str = "# One\n\n[two](two.md)\n\n```rust\nfn one() {}\n```\n";
const TWO: &str = "# Two\n\n```rust\nfn one() {}\n```\n\n```text\n┌───┐\n│ a │\n└───┘\n```\n\n\
                   ```demo\nid = \"raft-election\"\n```\n\n```demo\nid = \"raft-election\"\n```\n";

struct Site {
    folder: TempDir,
    builder: Builder,
}

impl Site {
    fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap(), builder: Builder::default() };
        site.write("site.toml", "");
        site.write("content/README.md", "# Home\n\n[one](one.md)\n");
        site.write("content/one.md", ONE);
        site.write("content/two.md", TWO);
        site
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn options(&self) -> BuildOptions {
        let config = self.folder.path().join("site.toml");
        BuildOptions { demos: DemoMode::None, ..BuildOptions::new(config) }
    }

    /// Builds with what is kept, and checks that building from nothing gives the same.
    fn build(&mut self) -> Made {
        let options = self.options();
        let warm: Generated = self.builder.generate(&options, &Silent).unwrap();
        let cold = generate(&options, &Silent).unwrap();
        assert!(warm.output == cold.output, "a warm build differs from a cold one");
        assert_eq!(warm.report.diagnostics, cold.report.diagnostics);
        self.builder.made()
    }
}

#[test]
fn an_edit_of_one_page_makes_only_that_page_and_its_new_blocks_anew() {
    let mut site = Site::new();
    assert_eq!(site.build().pages, 3);
    assert_eq!(site.build(), Made { pages: 0, blocks: 0 });
    site.write("content/one.md", &ONE.replace("fn one()", "fn two()"));
    assert_eq!(site.build(), Made { pages: 1, blocks: 1 });
    site.write("content/one.md", &ONE.replace("[two](two.md)", "[dead](three.md)"));
    assert_eq!(site.build(), Made { pages: 1, blocks: 0 }, "the code is still in the other page");
}

#[test]
fn a_page_that_moves_away_leaves_nothing_of_it_in_the_others() {
    let mut site = Site::new();
    site.build();
    fs::rename(site.folder.path().join("content/two.md"), site.folder.path().join("content/three.md"))
        .unwrap();
    assert_eq!(site.build().pages, 1);
    site.write("content/README.md", "+++\ntitle = \"House\"\n+++\n# Home\n");
    assert_eq!(site.build(), Made { pages: 1, blocks: 0 });
}

#[test]
fn a_change_of_the_configuration_reaches_pages_that_did_not_change() {
    let mut site = Site::new();
    site.write("content/two.md", "# Two\n\n<div onclick=\"x()\">raw</div>\n");
    site.build();
    site.write("site.toml", "trust_raw_html = true\nbase_url = \"https://book.example\"\n");
    assert_eq!(site.build().pages, 3);
}
