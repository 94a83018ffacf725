//! The book in a browser, from a host's sub-path and from disk.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use site_gen::Output;
use site_gen::serve::Mount;
use tempfile::TempDir;
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::{book, served};

/// Names of the pages. `404.html` is no page of its own: hosts show it elsewhere.
fn pages(output: &Output) -> impl Iterator<Item = &str> {
    output.files.keys().map(String::as_str).filter(|name| name.ends_with(".html") && *name != "404.html")
}

/// Opens every page below an address, brings its demos to life, and expects the console to stay empty.
async fn open_every_page(browser: &Browser, root: &str) {
    for page in pages(book()) {
        browser.open(&format!("{root}{page}")).await;
        browser.until("document.readyState === 'complete'").await;
        let demos = browser.script("return document.querySelectorAll('figure[data-demo]').length").await;
        // On the page with all modules, they are those of the modules.
        let most = if page == "all/index.html" { 2 } else { u64::MAX };
        for index in 0..demos.as_u64().expect("a number").min(most) {
            let figure = format!("document.querySelectorAll('figure[data-demo]')[{index}]");
            browser.script(&format!("{figure}.scrollIntoView()")).await;
            browser.until(&format!("{figure}.dataset.live === 'true'")).await;
        }
        browser.expect_no_complaint(page).await;
        let styled =
            "return getComputedStyle(document.body).fontFamily !== '' && document.styleSheets.length > 0";
        assert_eq!(browser.script(styled).await, true, "{page} has no style");
    }
}

#[test]
fn every_page_opens_at_a_sub_path_and_its_demos_come_to_life() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        assert!(server.url().ends_with("/docs/v1/"));
        open_every_page(&browser, &server.url()).await;
    });
}

#[test]
fn every_page_opens_from_disk_and_its_demos_come_to_life() {
    in_browser(|browser| async move {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("copy of the book");
        book().write(&out).unwrap();
        let root = url::Url::from_directory_path(&out).unwrap();
        open_every_page(&browser, root.as_str()).await;
    });
}

#[test]
fn nothing_is_asked_of_another_host() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        for page in pages(book()) {
            browser.open(&format!("{}{page}", server.url())).await;
            let asked = "return performance.getEntriesByType('resource').map((entry) => entry.name)";
            for url in browser.script(asked).await.as_array().unwrap() {
                let url = url.as_str().unwrap();
                assert!(url.starts_with(&server.url()) || url.starts_with("data:"), "{page} asks for {url}");
            }
        }
    });
}

#[test]
fn a_missing_page_at_any_depth_is_styled_and_leads_home() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        for lost in ["nothing", "nothing/here/", "nothing/here/at/all.html"] {
            browser.open(&format!("{}{lost}", server.url())).await;
            browser.until("document.styleSheets.length > 0").await;
            let home = browser.script("return document.querySelector('main a').href").await;
            assert_eq!(home.as_str(), Some(format!("{}index.html", server.url()).as_str()), "from {lost}");
        }
    });
}

#[test]
fn without_script_a_demo_still_shows_its_first_frame_and_its_story() {
    for page in pages(book()) {
        let html = String::from_utf8_lossy(&book().files[page]);
        for figure in html.split("<figure class=\"demo\"").skip(1) {
            let figure = figure.split("</figure>").next().unwrap();
            assert!(figure.contains("<svg"), "{page} has a demo without a first frame");
            assert!(figure.contains("<li"), "{page} has a demo without a story");
        }
    }
}
