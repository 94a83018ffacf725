//! What the generator does with input that is wrong: it says so, once and at its place, and never leaves half a site.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::fs;
use std::path::{Path, PathBuf};

use site_gen::{BuildOptions, BuildReport, DemoMode, Diagnostic, Error, Severity, Silent, build};
use tempfile::TempDir;

/// A site in a folder of its own.
struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self { folder: tempfile::tempdir().unwrap() };
        sandbox.write("site.toml", b"title = \"Sandbox\"\n");
        files.iter().for_each(|(name, text)| sandbox.write(name, text.as_bytes()));
        sandbox
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn options(&self) -> BuildOptions {
        BuildOptions { demos: DemoMode::None, ..BuildOptions::new(self.path("site.toml")) }
    }

    fn build(&self) -> BuildReport {
        build(&self.options(), &Silent).unwrap()
    }

    /// Every file of the output and its bytes.
    fn output(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        gather(&self.path("dist"), &mut files);
        files.sort();
        files
    }
}

fn gather(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
}

fn only<'a>(report: &'a BuildReport, rule: &str) -> &'a Diagnostic {
    let found: Vec<_> = report.diagnostics.iter().filter(|diagnostic| diagnostic.rule == rule).collect();
    assert_eq!(found.len(), 1, "{:#?}", report.diagnostics);
    found[0]
}

fn place(diagnostic: &Diagnostic) -> (usize, usize) {
    let place = diagnostic.place.as_ref().unwrap();
    (place.line, place.column)
}

#[test]
fn a_diagram_that_is_not_drawn_is_told_at_its_line_and_shown_as_source() {
    let site = Sandbox::with(&[(
        "content/README.md",
        "# Home\n\n- x\n  ```mermaid\n  graph TD\n    subgraph q\n    A-->q\n    end\n  ```\n\n```mermaid\ngraph TD\nA-->B\n```\n",
    )]);
    let report = site.build();
    let diagnostic = only(&report, "diagram");
    assert_eq!((place(diagnostic), diagnostic.severity), ((6, 5), Severity::Warning));
    assert!(diagnostic.file.ends_with("content/README.md"), "{}", diagnostic.file);
    let page = fs::read_to_string(site.path("dist/index.html")).unwrap();
    assert_eq!((page.matches("<figure class=\"diagram").count(), page.matches("<svg role=").count()), (1, 1));
    assert!(page.contains("subgraph q"));
}

#[test]
fn a_file_that_would_have_to_be_a_folder_is_told_with_both_names() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n\n[l](LICENSE.md)\n"),
        ("content/LICENSE", "MIT"),
        ("content/LICENSE.md", "# Licence\n\n[home](README.md)\n"),
        ("content/assets", "not a folder"),
        ("content/old", "a file"),
        ("content/new.md", "---\naliases: [old/]\n---\n# New\n\n[l](LICENSE)\n"),
    ]);
    let checked = site_gen::generate(&site.options(), &Silent).unwrap().report;
    let found: Vec<_> =
        checked.diagnostics.iter().filter(|diagnostic| diagnostic.rule == "same-url").collect();
    let files: Vec<_> = found.iter().map(|found| found.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["LICENSE", "assets", "old"], "{found:#?}");
    assert!(found[0].message.contains("`LICENSE.md`"), "{found:#?}");
    assert!(found[2].message.contains("an alias of `new.md`"), "{found:#?}");
    assert!(site.build().failed(false));
}

#[test]
fn what_lies_in_the_content_but_is_the_sites_own_is_not_published() {
    let site = Sandbox::with(&[
        ("README.md", "# Home\n"),
        ("templates/mine.html", "x"),
        ("static/mine.css", "a{color:red}"),
        (".well-known/security.txt", "Contact: x"),
    ]);
    let options = BuildOptions { content: Some(site.path("")), ..site.options() };
    let published = || {
        build(&options, &Silent).unwrap();
        let root = site.path("dist");
        let names = site
            .output()
            .into_iter()
            .map(move |(path, _)| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
        names.filter(|name| !name.starts_with("assets/")).collect::<Vec<_>>()
    };
    let expected = [".nojekyll", ".site-gen", ".well-known/security.txt", "404.html", "index.html"];
    assert_eq!(published(), expected);
    assert_eq!(published(), expected, "the output of the first build is no content of the second");
}

#[test]
fn a_long_path_has_a_card_all_the_same() {
    let folder = "x".repeat(200);
    let page = format!("content/{folder}/{folder}/page.md");
    let site =
        Sandbox::with(&[("site.toml", "base_url = \"https://x.example/\"\n"), (page.as_str(), "# Page\n")]);
    assert!(site.build().files_written > 0);
}

#[test]
fn an_output_folder_that_is_not_ours_is_refused_before_any_work() {
    let site = Sandbox::with(&[("content/README.md", "# Home\n"), ("dist/thesis.txt", "years of work")]);
    assert!(matches!(build(&site.options(), &Silent), Err(Error::ForeignOutput { .. })));
    assert_eq!(site.output().len(), 1);
}

#[test]
fn an_output_folder_that_holds_the_content_is_refused() {
    let site = Sandbox::with(&[("content/README.md", "# Home\n"), (".site-gen", "")]);
    let options = BuildOptions { out: Some(site.path("")), ..site.options() };
    assert!(matches!(build(&options, &Silent), Err(Error::OutputOverSource { .. })));
    assert!(site.path("content/README.md").exists());
}

#[test]
fn a_build_that_fails_leaves_the_last_output_as_it_was() {
    let site = Sandbox::with(&[("content/README.md", "# Home\n")]);
    assert!(site.build().files_written > 0);
    let before = site.output();
    site.write("content/bad.md", b"# Bad\n\xFF\n");
    let report = site.build();
    assert_eq!((report.errors(), report.files_written), (1, 0));
    assert_eq!(site.output(), before);
}

#[test]
fn two_builds_give_identical_bytes_and_name_no_folder_of_this_machine() {
    let files = [
        ("content/README.md", "# Home\n\n[a](a.md)\n\n```rust\nfn main() {}\n```\n"),
        ("content/a.md", "# A\n"),
    ];
    let (first, second) = (Sandbox::with(&files), Sandbox::with(&files));
    first.build();
    second.build();
    let relative = |site: &Sandbox| {
        let files = site.output().into_iter();
        let root = site.path("dist");
        files
            .map(|(path, bytes)| (path.strip_prefix(&root).unwrap().to_path_buf(), bytes))
            .collect::<Vec<_>>()
    };
    assert!(relative(&first) == relative(&second));
    let folder = first.folder.path().to_str().unwrap().as_bytes().to_vec();
    for (name, bytes) in relative(&first) {
        assert!(!bytes.windows(folder.len()).any(|window| window == folder), "{}", name.display());
    }
}

#[cfg(unix)]
#[test]
fn symbolic_links_out_and_in_a_circle_are_told_and_nothing_behind_them_is_published() {
    use std::os::unix::fs::symlink;
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("secret.md"), "# Secret\n").unwrap();
    let site = Sandbox::with(&[("content/README.md", "# Home\n"), ("content/a/page.md", "# Page\n")]);
    symlink(secret.path(), site.path("content/out")).unwrap();
    symlink(site.path("content"), site.path("content/a/round")).unwrap();
    let report = site.build();
    assert_eq!(report.diagnostics.iter().filter(|diagnostic| diagnostic.rule == "symlink").count(), 2);
    assert_eq!(report.pages, 3);
    assert!(site.output().iter().all(|(_, bytes)| !bytes.windows(6).any(|window| window == b"Secret")));
}

#[test]
fn everything_wrong_is_told_in_one_run() {
    let site = Sandbox::with(&[
        ("site.toml", "title = \"x\"\nlangauge = \"en\"\n"),
        ("content/README.md", "# Home\n\n[a](module-1-raft.md)\n"),
        ("content/module-1-rafts.md", "# Raft\n"),
        ("content/twice.md", "# One\n"),
        ("content/twice/README.md", "# Two\n"),
        ("content/demo.md", "# Demo\n\n```demo\nid = \"raft-electoin\"\n```\n"),
    ]);
    site.write("content/bytes.md", b"# Bytes\n\nna\xEFve\n");
    let report = site.build();
    let config = only(&report, "config");
    assert_eq!((place(config), config.hint.as_deref()), ((2, 1), Some("did you mean `language`?")));
    let link = only(&report, "dead-link");
    assert_eq!((link.severity, place(link)), (Severity::Warning, (3, 5)));
    assert_eq!(link.hint.as_deref(), Some("did you mean `module-1-rafts.md`?"));
    assert!(only(&report, "same-url").message.contains("twice/index.html"));
    let demo = only(&report, "demo");
    assert_eq!((place(demo), demo.hint.as_deref()), ((4, 6), Some("did you mean `raft-election`?")));
    assert_eq!(place(only(&report, "encoding")), (3, 3));
    assert_eq!((report.errors(), report.files_written), (4, 0));
    assert!(!site.path("dist").exists());
}

#[test]
fn a_demo_fence_in_a_list_is_told_at_the_line_and_column_of_each_mistake() {
    let fence = "# Demo\n\n- In a list:\n\n  ```demo\n  id = \"raft-election\"\n  nodes = 99\n  nodse = 5\n  \
                 scenario = \"split-vtoe\"\n  ```\n";
    let site = Sandbox::with(&[("content/README.md", fence)]);
    let report = site.build();
    let places: Vec<_> = report.diagnostics.iter().map(place).collect();
    assert_eq!(places, [(7, 11), (8, 3), (9, 14)], "{:#?}", report.diagnostics);
    let hints: Vec<_> = report.diagnostics[1..].iter().map(|diagnostic| diagnostic.hint.as_deref()).collect();
    assert_eq!(hints, [Some("did you mean `nodes`?"), Some("did you mean `split-vote`?")]);
}

#[test]
fn a_sound_demo_fence_is_a_figure_with_its_first_frame_and_story() {
    let fence = "# Demo\n\n```demo\nid = \"raft-election\"\nseed = 7\nnodes = 5\nscenario = \"split-vote\"\n\
                 predict = \"Who \\\"wins\\\"?\"\n```\n\n```demo\nid = \"raft-election\"\n```\n";
    let site = Sandbox::with(&[("content/README.md", fence)]);
    assert_eq!(site.build().errors(), 0);
    let html = fs::read_to_string(site.path("dist/index.html")).unwrap();
    for expected in [
        "<figure class=\"demo\" id=\"raft-election\" data-demo=\"raft-election\" data-family=\"raft\" \
         data-settings=\"seed=7;nodes=5;scenario=split-vote\" data-predict=\"Who &quot;wins&quot;?\">",
        "<div class=\"demo-stage\"><",
        "<details class=\"demo-story\">",
        "id=\"raft-election-2\" data-demo=\"raft-election\" data-family=\"raft\" data-settings=\"seed=0\"",
    ] {
        assert!(html.contains(expected), "{expected} is missing");
    }
}

#[test]
fn a_dead_anchor_names_the_nearest_heading_and_the_link_still_reaches_the_page() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n\nSee [this](a.md#electoins) and [that](a.md#the-log).\n"),
        ("content/a.md", "# A\n\n## Elections\n\n## The Log\n"),
    ]);
    let report = site.build();
    let anchor = only(&report, "dead-anchor");
    assert_eq!((place(anchor), anchor.hint.as_deref()), ((3, 12), Some("did you mean `#elections`?")));
    let html = fs::read_to_string(site.path("dist/index.html")).unwrap();
    assert!(html.contains("<a href=\"a/index.html\">this</a>"), "{html}");
    assert!(html.contains("<a href=\"a/index.html#the-log\">that</a>"), "{html}");
}

#[test]
fn a_mistake_in_a_template_is_told_once_at_its_line() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n"),
        ("content/a.md", "# A\n"),
        ("content/b.md", "# B\n"),
        ("templates/page.html", "<p>\n{{ page.titel | upper }}\n"),
    ]);
    let report = site.build();
    let template = only(&report, "template");
    assert!(template.file.ends_with("templates/page.html"));
    assert_eq!(place(template).0, 2);
}

#[test]
fn mistakes_that_templates_make_together_are_told_at_their_files_and_lines() {
    let told = |files: &[(&str, &str)]| {
        let mut all = vec![("content/README.md", "# Home\n")];
        all.extend_from_slice(files);
        let report = Sandbox::with(&all).build();
        let told = report.diagnostics.iter().filter(|diagnostic| diagnostic.rule == "template");
        let told = told.map(|found| {
            let name = found.file.rsplit('/').next().unwrap();
            let hint = found.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
            format!("{name}:{}:{}: {}{hint}", place(found).0, place(found).1, found.message)
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(
        told(&[
            ("templates/page.html", "<p>\n{{ page.title | uper }}\n{% include \"serch.html\" %}\n"),
            ("templates/index.html", "{% extends \"base.html\" %}\n{% block mian %}{% endblock %}\n"),
        ]),
        [
            "index.html:2:10: block `mian` is not defined in any parent template",
            "page.html:2:17: unknown filter `uper`",
            "page.html:3:12: unknown template `serch.html` (did you mean `search.html`?)",
        ]
    );
    assert_eq!(
        told(&[("templates/page.html", "\n{% extends \"bas.html\" %}\n")]),
        ["page.html:2:4: there is no template `bas.html` to extend (did you mean `base.html`?)"]
    );
    assert_eq!(
        told(&[
            ("templates/page.html", "{% extends \"base.html\" %}\n"),
            ("templates/base.html", "{% extends \"page.html\" %}\n"),
        ])
        .len(),
        1
    );
}

#[test]
fn only_templates_are_compiled_and_one_that_nothing_uses_is_told_with_the_name_it_may_have_meant() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n"),
        ("templates/page.html~", "{% broken"),
        ("templates/README.md", "{% broken"),
        ("templates/pgae.html", "<p>mine</p>"),
        ("templates/parts.html", "{% component mine() %}x{% endcomponent mine %}"),
        ("templates/head.html", "<meta name=\"mine\" content=\"{% include \"word.html\" %}\">\n"),
        ("templates/word.html", "word"),
    ]);
    let report = site.build();
    let told = only(&report, "template");
    assert_eq!((told.severity, told.hint.as_deref()), (Severity::Warning, Some("did you mean `page.html`?")));
    assert!(told.file.ends_with("templates/pgae.html"), "{told:?}");
    let page = fs::read_to_string(site.path("dist/index.html")).unwrap();
    assert!(page.contains("<meta name=\"mine\" content=\"word\">\n</head>"), "{page}");
}

#[test]
fn a_rule_can_be_an_error_or_off() {
    let page = ("content/README.md", "# Home\n\n[a](nowhere.md)\n\n```promql\nx\n```\n");
    let rules = "[rules]\ndead-link = \"error\"\nunknown-language = \"off\"\n";
    let report = Sandbox::with(&[page, ("site.toml", rules)]).build();
    assert_eq!((report.errors(), report.warnings(), report.files_written), (1, 0, 0));
}

#[test]
fn a_page_that_nothing_links_to_is_told_and_one_in_a_generated_index_is_not() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n\n[a](a/README.md)\n"),
        ("content/a/README.md", "# A\n\n[self](README.md)\n"),
        ("content/a/lost.md", "# Lost\n\n[self](#lost) [home](../README.md)\n"),
        ("content/b/found.md", "# Found\n"),
    ]);
    let report = site.build();
    let orphan = only(&report, "orphan-page");
    assert!(orphan.file.ends_with("content/a/lost.md"), "{orphan:?}");
    assert!(orphan.hint.as_deref().unwrap().contains("`a/README.md`"), "{orphan:?}");
}

#[test]
fn a_module_that_its_index_leaves_out_is_told_once_and_with_the_row_to_add() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n\n| Module |\n|---|\n| [One](module-1-one.md) |\n"),
        ("content/module-1-one.md", "# One\n"),
        ("content/module-2-two.md", "# Two\n"),
    ]);
    let report = site.build();
    assert_eq!(report.diagnostics.len(), 1, "{:#?}", report.diagnostics);
    let unlisted = only(&report, "unlisted-module");
    assert!(unlisted.file.ends_with("module-2-two.md") && unlisted.message.contains("`README.md`"));
    assert!(unlisted.hint.as_deref().unwrap().contains("`module-2-two.md`"));
}

#[test]
fn a_promised_time_that_the_text_contradicts_is_told_with_both_numbers() {
    let module = |time: &str, words: usize| {
        format!("# Module 1\n\n> **Time to Complete**: {time}\n\n{}\n", "word ".repeat(words))
    };
    let told = |time: &str, words: usize| {
        let index = ("content/README.md", "# Home\n\n[1](module-1-x.md)\n");
        let report = Sandbox::with(&[index, ("content/module-1-x.md", &module(time, words))]).build();
        report.diagnostics.into_iter().map(|diagnostic| (place(&diagnostic), diagnostic.message)).next()
    };
    // 220 words a minute.
    let text = |promised: &str, what: &str| {
        format!("this module promises {promised} minutes, and its {what} to read")
    };
    assert_eq!(told("15-20 min", 220 * 21 - 50), Some(((3, 25), text("15 to 20", "text takes 21"))));
    assert_eq!(told("~1.5 hours", 220 * 29 - 50), Some(((3, 25), text("90", "text and code take 29"))));
    assert_eq!(told("15-20 min", 220 * 20 - 50), None);
    assert_eq!(told("15-20 min", 220 * 5 - 50), None);
    assert_eq!(told("two weeks", 1), None);
}

#[test]
fn an_outline_with_holes_or_twins_is_told_but_every_question_may_have_its_answer() {
    let site = Sandbox::with(&[(
        "content/README.md",
        "# Home\n\n## A\n\n#### Deep\n\n## B\n\n### Answer\n\n## C\n\n### Answer\n\n## B\n",
    )]);
    let report = site.build();
    let skipped = only(&report, "skipped-level");
    assert_eq!(place(skipped), (5, 1));
    assert_eq!(skipped.hint.as_deref(), Some("write 3 `#`, so that the outline has no hole"));
    let twin = only(&report, "duplicate-heading");
    assert_eq!(place(twin), (15, 1));
    assert!(twin.hint.as_deref().unwrap().contains("`#b-1`"));
}

#[test]
fn an_image_without_words_is_told_unless_html_says_that_it_is_decoration() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n\n![](a.png) ![shown](a.png) <img src=\"a.png\" alt=\"\">\n"),
        ("content/a.png", "png"),
    ]);
    assert_eq!(place(only(&site.build(), "image-alternative")), (3, 5));
}

#[test]
fn a_token_that_the_style_sheet_does_not_have_is_an_error_at_its_place() {
    let page = ("content/look.md", "# Look\n\n```style-tokens\n--ink   text\n--acent links\n```\n");
    let report = Sandbox::with(&[page]).build();
    let found: Vec<_> = report.diagnostics.iter().filter(|problem| problem.rule == "style-token").collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    let place = found[0].place.as_ref().unwrap();
    assert_eq!((place.line, place.column), (5, 1));
    assert!(found[0].file.ends_with("content/look.md"), "{found:#?}");
    assert_eq!(found[0].hint.as_deref(), Some("did you mean `--accent`?"));
    assert!(found[0].file.ends_with("content/look.md"), "{}", found[0].file);
    let allowed = "# Look\n\n```style-tokens\n--acent links <!-- site-gen: allow style-token -->\n```\n";
    let report = Sandbox::with(&[("content/look.md", allowed)]).build();
    assert!(report.diagnostics.iter().all(|problem| problem.rule != "style-token"), "{report:#?}");
}

#[test]
fn a_slug_that_leads_out_is_an_error_at_its_line_and_nothing_is_written_there() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n\n[a](a.md)\n"),
        ("content/a.md", "---\ntitle: A\nslug: \"../../escaped/here\"\n---\n# A\n"),
    ]);
    let report = site.build();
    let slug = only(&report, "front-matter");
    assert_eq!((slug.severity, place(slug)), (Severity::Error, (3, 1)));
    assert_eq!((report.files_written, site.path("escaped").exists()), (0, false));
}

#[test]
fn a_link_that_only_differs_in_case_is_told_the_path_that_was_meant() {
    let site = Sandbox::with(&[
        ("content/README.md", "# Home\n\n[a](T/guide.md) [b](a/guide.md) [c](t/guide.md)\n"),
        ("content/a/guide.md", "# A\n"),
        ("content/t/guide.md", "# T\n"),
    ]);
    assert_eq!(only(&site.build(), "dead-link").hint.as_deref(), Some("did you mean `t/guide.md`?"));
}

#[test]
fn an_image_on_another_site_is_told_and_becomes_a_link_unless_the_policy_is_loosened() {
    let text = "# Home\n\n![A cat](https://x.example/cat.png) [![CI](https://x.example/ci.svg)](https://ci.example)\n";
    let site = Sandbox::with(&[("content/README.md", text)]);
    let report = site.build();
    let found: Vec<_> = report.diagnostics.iter().map(|problem| (problem.rule, place(problem))).collect();
    assert_eq!(found, [("external-image", (3, 10)), ("external-image", (3, 44))]);
    let html = fs::read_to_string(site.path("dist/index.html")).unwrap();
    let link = "<a class=\"external\" href=\"https://x.example/cat.png\" rel=\"external\">A cat</a>";
    let badge = "<a class=\"external\" href=\"https://ci.example\" rel=\"external\">CI</a>";
    for expected in [link, badge, "style-src 'self'; img-src 'self' data:;"] {
        assert!(html.contains(expected) || html.contains(&expected.replace('\'', "&#39;")), "{html}");
    }

    site.write("site.toml", b"trust_raw_html = true\n");
    assert_eq!(site.build().diagnostics, []);
    let html = fs::read_to_string(site.path("dist/index.html")).unwrap();
    assert!(html.contains("<img src=\"https://x.example/cat.png\" alt=\"A cat\""), "{html}");
    assert!(
        html.contains("img-src &#39;self&#39; data: https:;")
            || html.contains("img-src 'self' data: https:;")
    );
}
