//! What an author sees in an open page while working.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use site_gen::serve::{Mount, Problem, Server};
use site_gen::{Diagnostic, Output};
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::served;

/// A site of two long pages under the policy of real ones.
fn site(first: &str, second: &str, color: &str) -> Output {
    let page = |text: &str| {
        format!(
            "<!doctype html><html lang=en><head><meta charset=utf-8><meta http-equiv=Content-Security-Policy \
             content=\"{}\"><title>{text}</title><link rel=icon href=data:,>\
             <link rel=stylesheet href=style-{color}.css></head><body><h1>{text}</h1>\
             <details><summary>Question</summary>Answer</details><div class=tall></div><p id=end>The end.</p></body></html>",
            site_gen::render::CONTENT_SECURITY_POLICY
        )
    };
    let sheet = format!("style-{color}.css");
    let style = format!(".tall {{ height: 4000px }} h1 {{ color: #{color} }}");
    let files = [
        ("first.html", page(first)),
        ("index.html", page(second)),
        (sheet.as_str(), style),
        ("404.html", page("Lost")),
    ];
    Output { files: files.map(|(name, text)| (name.to_owned(), text.into_bytes())).into() }
}

async fn open_first(browser: &Browser, server: &Server) {
    browser.open(&format!("{}first.html", server.url())).await;
    // Without a mark that a reload wipes off, a test couldn't tell that none took place.
    browser
        .script("window.notReloaded = true; document.querySelector('details').open = true; scrollTo(0, 900)")
        .await;
    // The page hears of builds from here on.
    browser
        .until("performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('live.js'))")
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
}

#[test]
fn a_changed_page_is_loaded_again_where_it_was_with_its_answers_open() {
    in_browser(|browser| async move {
        let server = served(&site("one", "two", "111111"), Mount::live());
        open_first(&browser, &server).await;
        server.publish(site("one, better", "two", "111111"));
        browser.until("document.title === 'one, better' && scrollY === 900").await;
        browser.until("document.querySelector('details').open").await;
        browser.expect_no_complaint("after the reload").await;
    });
}

#[test]
fn a_change_of_another_page_leaves_the_open_one_alone() {
    in_browser(|browser| async move {
        let server = served(&site("one", "two", "111111"), Mount::live());
        open_first(&browser, &server).await;
        server.publish(site("one", "two, better", "111111"));
        // The next event tells that the one before has been dealt with.
        server.publish(site("one", "two, better", "222222"));
        browser.until("getComputedStyle(document.querySelector('h1')).color === 'rgb(34, 34, 34)'").await;
        assert_eq!(browser.script("return window.notReloaded === true").await, true);
    });
}

#[test]
fn a_changed_stylesheet_is_swapped_without_a_reload() {
    in_browser(|browser| async move {
        let server = served(&site("one", "two", "111111"), Mount::live());
        open_first(&browser, &server).await;
        server.publish(site("one", "two", "aa0000"));
        browser.until("getComputedStyle(document.querySelector('h1')).color === 'rgb(170, 0, 0)'").await;
        browser.until("document.querySelectorAll('link[rel=stylesheet]').length === 1").await;
        assert_eq!(
            browser.script("return [window.notReloaded, scrollY]").await,
            serde_json::json!([true, 900])
        );
        browser.expect_no_complaint("after the swap").await;
    });
}

#[test]
fn mistakes_are_shown_over_the_page_and_go_when_they_are_mended() {
    in_browser(|browser| async move {
        let server = served(&site("one", "two", "111111"), Mount::live());
        open_first(&browser, &server).await;
        let text = "seed = 7\nid = \"raft-electoin\"\n";
        let mistake = Diagnostic::error("demo", "content/a.md", "there is no demo `raft-electoin`")
            .at(text, 15..28)
            .hint("did you mean `raft-election`?");
        server.fail(vec![Problem::of_diagnostic(&mistake)]);
        browser.until("document.getElementById('site-gen-problems')").await;
        let shown = "return document.getElementById('site-gen-problems').shadowRoot.querySelector('section').innerText";
        let shown = browser.script(shown).await;
        for part in [
            "content/a.md:2:7",
            "there is no demo `raft-electoin`",
            "^^^^^^^^",
            "did you mean `raft-election`?",
        ] {
            assert!(shown.as_str().unwrap().contains(part), "no `{part}` in {shown}");
        }
        // A page that is opened meanwhile shows them, too, over the last good site.
        browser.open(&server.url()).await;
        browser.until("document.title === 'two' && document.getElementById('site-gen-problems')").await;
        server.publish(site("one", "two", "111111"));
        browser.until("document.getElementById('site-gen-problems') === null").await;
        browser.expect_no_complaint("with mistakes shown").await;
    });
}

#[test]
fn a_page_that_was_missing_appears_when_it_is_written() {
    in_browser(|browser| async move {
        let mut without = site("one", "two", "111111");
        without.files.remove("first.html");
        let server = served(&without, Mount::live());
        browser.open(&format!("{}first.html", server.url())).await;
        browser.until("document.title === 'Lost'").await;
        server.publish(site("one", "two", "111111"));
        browser.until("document.title === 'one'").await;
    });
}
