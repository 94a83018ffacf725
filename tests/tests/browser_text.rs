//! Several text boxes on one document, in a real browser: what is typed, pasted, taken back or composed in one is in the others.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use fantoccini::key::Key;
use serde_json::{Value, json};
use site_gen::serve::{Mount, Server};
use whole_site_tests::browser::{Browser, in_blink_and_webkit, in_browser};
use whole_site_tests::{book, served};

/// The page that shows the demo alone. Its run begins with “Hi !” in both boxes.
const PAGE: &str = "embed/crdt-text/index.html";
const FIGURE: &str = "#crdt-text";

fn serve() -> Server {
    served(book(), Mount::untouched("docs/v1"))
}

async fn open(browser: &Browser, url: &str) {
    browser.open(url).await;
    browser.until(&format!("document.querySelector('{FIGURE}')?.dataset.live === 'true'")).await;
}

/// The box of a replica, from 1.
fn editor(number: usize) -> String {
    format!("{FIGURE} [data-do=\"type:{number}\"]")
}

async fn values(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[data-dots]')].map((box) => box.value)";
    serde_json::from_value(browser.script(script).await).unwrap()
}

/// Waits until nothing is under way, and gives the text that all boxes then have.
async fn agreed(browser: &Browser) -> String {
    browser.until(&format!("document.querySelector('{FIGURE} .play').ariaLabel === 'Play'")).await;
    let values = values(browser).await;
    assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
    values[0].clone()
}

/// Puts the caret, or a selection, into a box.
async fn select(browser: &Browser, number: usize, from: usize, to: usize) {
    let script = format!(
        "const box = document.querySelector('{}'); box.focus(); box.setSelectionRange({from}, {to})",
        editor(number)
    );
    browser.script(&script).await;
}

async fn selection(browser: &Browser) -> Value {
    let script = "const box = document.activeElement;
                  return [box.dataset.do, box.selectionStart, box.selectionEnd]";
    browser.script(script).await
}

async fn with_control(browser: &Browser, letter: &str) {
    browser.press(&format!("{}{letter}{}", Key::Control, Key::Null)).await;
}

async fn click(browser: &Browser, command: &str) {
    browser.click(&format!("{FIGURE} [data-do=\"{command}\"]")).await;
}

#[test]
fn what_is_typed_in_one_box_comes_to_the_other() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        assert_eq!(agreed(&browser).await, "Hi !");
        select(&browser, 1, 3, 3).await;
        browser.press("Ann é").await;
        // WebKit's driver has no key for it.
        browser.script("document.execCommand('insertText', false, '😀')").await;
        assert_eq!(values(&browser).await[0], "Hi Ann é😀!");
        assert_eq!(agreed(&browser).await, "Hi Ann é😀!");
        select(&browser, 2, 0, 2).await;
        browser.press("Bye").await;
        assert_eq!(agreed(&browser).await, "Bye Ann é😀!");
        select(&browser, 2, 3, 3).await;
        // At once: WebKit's driver puts the caret to the end before it presses anything.
        browser.press(&format!("{0}{0}{0}{1}", char::from(Key::Backspace), char::from(Key::Delete))).await;
        browser.until(&format!("!document.querySelector('{}').value.startsWith(' ')", editor(2))).await;
        assert_eq!(agreed(&browser).await, "Ann é😀!");
        browser.expect_no_complaint("typing").await;
    });
}

#[test]
fn what_is_typed_offline_waits_and_both_ends_agree() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        click(&browser, "isolate:1").await;
        select(&browser, 1, 3, 3).await;
        browser.press("Ann").await;
        select(&browser, 2, 3, 3).await;
        browser.press("Bob").await;
        assert_eq!(values(&browser).await, ["Hi Ann!", "Hi Bob!"]);
        let told = browser.text(&format!("{FIGURE} .editor .hint")).await;
        assert!(told.contains("offline") && told.contains("3 not heard by all"), "{told}");
        click(&browser, "rejoin:1").await;
        assert_eq!(agreed(&browser).await, "Hi AnnBob!");
        browser.expect_no_complaint("offline").await;
    });
}

#[test]
fn the_caret_and_what_is_selected_stay_between_the_same_letters() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        let type_elsewhere = |value: &str| {
            format!(
                "const box = document.querySelector('{}'); box.value = {};
                 box.dispatchEvent(new InputEvent('input', {{ bubbles: true }}))",
                editor(1),
                json!(value)
            )
        };
        // Between “i” and the blank, and from there to the end.
        for (from, to, before, after) in [(2, 2, 7, 7), (2, 4, 7, 9)] {
            open(&browser, &format!("{}{PAGE}", server.url())).await;
            select(&browser, 2, from, to).await;
            browser.script(&type_elsewhere("Well Hi !")).await;
            assert_eq!(agreed(&browser).await, "Well Hi !");
            assert_eq!(selection(&browser).await, json!(["type:2", before, after]));
            // What is behind the caret doesn't move it.
            browser.script(&type_elsewhere("Well Hi !?")).await;
            assert_eq!(agreed(&browser).await, "Well Hi !?");
            assert_eq!(selection(&browser).await, json!(["type:2", before, after]));
            // The letter before it goes.
            browser.script(&type_elsewhere("Hi !?")).await;
            assert_eq!(agreed(&browser).await, "Hi !?");
            assert_eq!(selection(&browser).await, json!(["type:2", from, to]));
        }
        browser.expect_no_complaint("carets").await;
    });
}

#[test]
fn pasting_and_the_browsers_undo_are_edits_like_any_other() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        select(&browser, 1, 0, 3).await;
        with_control(&browser, "c").await;
        select(&browser, 1, 4, 4).await;
        with_control(&browser, "v").await;
        assert_eq!(agreed(&browser).await, "Hi !Hi ");
        with_control(&browser, "z").await;
        assert_eq!(agreed(&browser).await, "Hi !");
        browser.press("xyz").await;
        assert_eq!(agreed(&browser).await, "Hi !xyz");
        with_control(&browser, "z").await;
        let undone = agreed(&browser).await;
        assert!(undone.len() < "Hi !xyz".len() && undone.starts_with("Hi !"), "{undone}");
        browser.expect_no_complaint("pasting").await;
    });
}

#[test]
fn undo_takes_back_what_was_done_in_this_box_and_leaves_what_came_from_others() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        select(&browser, 1, 4, 4).await;
        browser.press("xyz").await;
        assert_eq!(agreed(&browser).await, "Hi !xyz");
        select(&browser, 2, 3, 3).await;
        browser.press("Bob").await;
        assert_eq!(agreed(&browser).await, "Hi Bob!xyz");
        select(&browser, 1, 10, 10).await;
        with_control(&browser, "z").await;
        assert_eq!(agreed(&browser).await, "Hi Bob!");
        assert_eq!(selection(&browser).await, json!(["type:1", 7, 7]));
        with_control(&browser, "y").await;
        assert_eq!(agreed(&browser).await, "Hi Bob!xyz");
        // As a menu does it.
        let history = |what: &str| {
            format!(
                "document.activeElement.dispatchEvent(new InputEvent('beforeinput', {{ inputType: 'history{what}', bubbles: true, cancelable: true }}))"
            )
        };
        assert_eq!(browser.script(&format!("return {}", history("Undo"))).await, json!(false), "prevented");
        assert_eq!(agreed(&browser).await, "Hi Bob!");
        browser.script(&history("Redo")).await;
        assert_eq!(agreed(&browser).await, "Hi Bob!xyz");
        // The other box has its own past.
        select(&browser, 2, 0, 0).await;
        with_control(&browser, "z").await;
        assert_eq!(agreed(&browser).await, "Hi !xyz");
        with_control(&browser, "z").await;
        let told = browser.text(&format!("{FIGURE} .notice")).await;
        assert!(told.contains("Nothing was done here that could be taken back"), "{told}");
        browser.expect_no_complaint("undo").await;
    });
}

#[test]
fn a_paste_that_is_too_long_is_cut_off_in_every_box_and_says_so() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        let script = format!(
            "const box = document.querySelector('{}'); box.focus(); box.setSelectionRange(4, 4);
             document.execCommand('insertText', false, 'x'.repeat(400))",
            editor(1)
        );
        browser.script(&script).await;
        assert_eq!(values(&browser).await[0].len(), 250);
        let said = browser.text(&format!("{FIGURE} .notice")).await;
        assert!(said.contains("250 characters"), "{said}");
        assert_eq!(agreed(&browser).await.len(), 250);
        let url = browser.url().await;
        assert!(url.len() < 2_500, "{} characters", url.len());
        browser.expect_no_complaint("a long paste").await;
    });
}

#[test]
fn what_is_being_composed_stays_untouched_until_it_is_settled() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        // As an input method does it: the box shows what isn't settled yet.
        let script = format!(
            "const box = document.querySelector('{}'); box.focus(); box.setSelectionRange(3, 3);
             const fire = (event) => box.dispatchEvent(event);
             fire(new CompositionEvent('compositionstart', {{ bubbles: true }}));
             box.setRangeText('k', 3, 3, 'end');
             fire(new InputEvent('input', {{ bubbles: true, isComposing: true }}));
             document.querySelector('{FIGURE} [data-do=\"select:2\"]').click();
             const between = [...document.querySelectorAll('[data-dots]')].map((box) => box.value);
             box.setRangeText('か', 3, 4, 'end');
             fire(new InputEvent('input', {{ bubbles: true, isComposing: true }}));
             fire(new CompositionEvent('compositionend', {{ bubbles: true }}));
             return between",
            editor(1)
        );
        assert_eq!(browser.script(&script).await, json!(["Hi k!", "Hi !"]));
        assert_eq!(agreed(&browser).await, "Hi か!");
        let url = browser.url().await;
        assert_eq!(url.matches(".w1-").count() + url.matches(",w1-").count(), 1, "one deed: {url}");
        browser.expect_no_complaint("composing").await;
    });
}

#[test]
fn a_link_brings_the_texts_back_and_so_does_going_back_in_time() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        click(&browser, "isolate:2").await;
        select(&browser, 1, 2, 3).await;
        browser.press(", all of you").await;
        let before = values(&browser).await;
        assert_eq!(before, ["Hi, all of you!", "Hi !"]);
        let link = browser.url().await;
        open(&browser, &link).await;
        assert_eq!(values(&browser).await, before);
        for _ in 0..4 {
            click(&browser, "previous").await;
        }
        assert_eq!(values(&browser).await, ["Hi, all of!", "Hi !"]);
        // Typing in the past leaves the future.
        select(&browser, 1, 10, 10).await;
        browser.press("s").await;
        assert_eq!(values(&browser).await, ["Hi, all ofs!", "Hi !"]);
        browser.expect_no_complaint("links").await;
    });
}

#[test]
fn everything_goes_by_keyboard_alone() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        let tab_to = async |what: &str| {
            for _ in 0..60 {
                browser.press(&char::from(Key::Tab).to_string()).await;
                let there = format!("return document.activeElement.matches('{what}')");
                if browser.script(&there).await == json!(true) {
                    return;
                }
            }
            panic!("sixty tabs don't reach `{what}`");
        };
        tab_to("[data-do=\"isolate:1\"]").await;
        browser.press(&char::from(Key::Enter).to_string()).await;
        tab_to("[data-do=\"type:1\"]").await;
        browser.press(&format!("{}c h?", char::from(Key::End))).await;
        assert_eq!(values(&browser).await, ["Hi !c h?", "Hi !"], "letters are no shortcuts in a box");
        browser.press(&format!("{}{}{}", Key::Shift, Key::Tab, Key::Null)).await;
        browser.press(&char::from(Key::Enter).to_string()).await;
        assert_eq!(agreed(&browser).await, "Hi !c h?");
        browser.expect_no_complaint("the keyboard").await;
    });
}

#[test]
fn the_page_finds_the_anomaly_by_itself() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        browser
            .script("document.querySelectorAll('.demo details').forEach((part) => (part.open = true))")
            .await;
        click(&browser, "find:non-interleaving").await;
        browser
            .until(&format!(
                "document.querySelector('{FIGURE} .rules .quest')?.textContent.includes('played above')"
            ))
            .await;
        let card = browser.text(&format!("{FIGURE} .card .violation")).await;
        assert!(card.contains("was typed without knowledge of either"), "{card}");
        browser.expect_no_complaint("the search").await;
    });
}

#[test]
fn nothing_scrolls_sideways_on_a_phone() {
    in_browser(|browser| async move {
        let server = serve();
        for width in [320, 390] {
            // The window has a frame; what counts is the page in it.
            browser.resize(width, 844).await;
            open(&browser, &format!("{}{PAGE}", server.url())).await;
            select(&browser, 1, 0, 0).await;
            browser.press("a_long_word_without_any_blank_that_could_break_it_somewhere").await;
            agreed(&browser).await;
            let over = browser
                .script("const page = document.documentElement; return page.scrollWidth - page.clientWidth")
                .await;
            assert_eq!(over, json!(0), "at {width}");
        }
    });
}
