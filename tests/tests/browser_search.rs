//! Search in the page: by keys alone, from a sub-path and from disk, and never before it is asked for.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use fantoccini::key::Key;
use site_gen::serve::Mount;
use tempfile::TempDir;
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::{book, served};

/// A page two folders deep would do as well; this one holds demos.
const PAGE: &str = "module-5.2-consensus-and-coordination/index.html";

const IS_OPEN: &str = "document.getElementById('_search').open";
/// The excerpt of the first result has come.
const ANSWERED: &str = "document.querySelector('#_search [role=option] .search-excerpt mark')";

fn key(key: Key) -> String {
    char::from(key).to_string()
}

async fn text(browser: &Browser, script: &str) -> String {
    browser.script(&format!("return {script}")).await.as_str().unwrap_or_default().to_owned()
}

/// Addresses of everything of search that was fetched.
async fn fetched(browser: &Browser) -> Vec<String> {
    let script = "return performance.getEntriesByType('resource').map((entry) => entry.name)
        .filter((name) => name.includes('/search') && !name.includes('search-open'))";
    let names = browser.script(script).await;
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Opens search by `/`, asks, chooses by arrows, follows by Enter, and clears the marks by Esc.
async fn search_by_keys(browser: &Browser, root: &str) {
    browser.open(&format!("{root}{PAGE}")).await;
    assert_eq!(fetched(browser).await, Vec::<String>::new(), "fetched before search was opened");
    browser.press("/").await;
    browser.until(IS_OPEN).await;
    browser.press("crdt conver").await;
    browser.until(ANSWERED).await;
    let active = "document.activeElement.getAttribute('aria-activedescendant')";
    assert_eq!(text(browser, active).await, "_search-0");
    browser.press(&key(Key::Down)).await;
    assert_eq!(text(browser, active).await, "_search-1");
    browser.press(&key(Key::End)).await;
    browser.press(&key(Key::Home)).await;
    assert_eq!(text(browser, active).await, "_search-0");
    browser
        .until(
            "/^[0-9]+ sections? found$/.test(document.querySelector('#_search [role=status]').textContent)",
        )
        .await;

    let target = text(browser, "document.getElementById('_search-0').href").await;
    assert!(target.starts_with(root), "{target} is not under {root}");
    browser.press(&key(Key::Enter)).await;
    browser.until("document.querySelector('mark.found.here')").await;
    assert_eq!(browser.url().await, target);
    browser.until("document.querySelector('.search-bar')").await;
    browser.press(&key(Key::Escape)).await;
    browser.until("!document.querySelector('mark.found, .search-bar')").await;
    browser.expect_no_complaint(root).await;
}

#[test]
fn search_works_by_keys_alone_at_a_sub_path() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched("docs/v1"));
        search_by_keys(&browser, &server.url()).await;
    });
}

#[test]
fn search_works_by_keys_alone_from_disk() {
    in_browser(|browser| async move {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("copy of the book");
        book().write(&out).unwrap();
        search_by_keys(&browser, url::Url::from_directory_path(&out).unwrap().as_str()).await;
    });
}

#[test]
fn a_result_on_the_same_page_closes_the_dialog_and_marks_there() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched(""));
        browser.open(&format!("{}{PAGE}", server.url())).await;
        browser.click(".search-button").await;
        browser.press("half-broken links").await;
        browser.until(ANSWERED).await;
        let target = text(&browser, "document.getElementById('_search-0').href").await;
        assert!(target.contains(PAGE), "{target}");
        browser.press(&key(Key::Enter)).await;
        browser.until("document.querySelector('mark.found.here')").await;
        browser.until(&format!("!{IS_OPEN}")).await;
        assert_eq!(browser.url().await, target);
    });
}

#[test]
fn a_slash_that_is_typed_is_a_slash_and_a_chord_opens_search_anywhere() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched(""));
        browser.open(&format!("{}{PAGE}", server.url())).await;
        let press_in = |place: &str, init: &str| {
            format!(
                "{place}.dispatchEvent(new KeyboardEvent('keydown', {{ bubbles: true, cancelable: true, {init} }}));
                 return {IS_OPEN}"
            )
        };
        let field = "document.body.appendChild(document.createElement('input'))";
        assert_eq!(browser.script(&press_in(field, "key: '/'")).await, false);
        let demo = "document.querySelector('figure.demo').appendChild(document.createElement('button'))";
        assert_eq!(browser.script(&press_in(demo, "key: '/'")).await, false);
        assert_eq!(browser.script(&press_in(demo, "key: 'k', ctrlKey: true")).await, true);
        browser.press(&key(Key::Escape)).await;
        browser.until(&format!("!{IS_OPEN}")).await;
    });
}

#[test]
fn a_word_that_no_page_has_is_answered_with_the_nearest_that_one_has() {
    in_browser(|browser| async move {
        let server = served(book(), Mount::untouched(""));
        browser.open(&server.url()).await;
        browser.press("/").await;
        browser.press("konsenzus").await;
        browser.until("document.querySelector('#_search .search-note button')").await;
        assert_eq!(browser.text("#_search .search-note button").await, "consensus");
        browser.click("#_search .search-note button").await;
        browser.until(ANSWERED).await;
    });
}
