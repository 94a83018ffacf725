//! What every demo's shell offers beyond playing: splitting by drag, side by side, branches, text, and pages of others.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use site_gen::Output;
use site_gen::serve::{Mount, Server};
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::{book, served};

/// The page that shows a demo alone.
const PAGE: &str = "embed/raft-election/index.html";
const FIGURE: &str = "#raft-election";

fn serve() -> Server {
    served(book(), Mount::untouched("docs/v1"))
}

async fn open(browser: &Browser, url: &str) {
    browser.open(url).await;
    browser.until(&format!("document.querySelector('{FIGURE}')?.dataset.live === 'true'")).await;
    // Everything that is folded away.
    browser.script("document.querySelectorAll('.demo details').forEach((part) => (part.open = true))").await;
}

async fn click(browser: &Browser, command: &str) {
    browser.click(&format!("{FIGURE} [data-do=\"{command}\"]")).await;
}

async fn region(browser: &Browser, name: &str) -> String {
    let script = format!("return document.querySelector('{FIGURE} [data-region={name}]').textContent");
    browser.script(&script).await.as_str().unwrap().to_owned()
}

async fn play_some(browser: &Browser, steps: usize) {
    for _ in 0..steps {
        click(browser, "next").await;
    }
}

#[test]
fn servers_are_dragged_apart_by_mouse_and_by_finger_and_the_links_between_them_are_cut() {
    in_browser(|browser| async move {
        let server = serve();
        for by_finger in [false, true] {
            open(&browser, &format!("{}{PAGE}", server.url())).await;
            for (chip, group) in [(0, 1), (1, 1), (4, 2)] {
                let chip = format!("{FIGURE} [data-do=\"group:{chip}\"]");
                browser.drag(&chip, &format!("{FIGURE} [data-drop=\"{group}\"] .name"), by_finger).await;
            }
            let groups = browser
                .script(
                    "return [...document.querySelectorAll('[data-drop]')].map((group) => group.textContent)",
                )
                .await;
            let expected = ["Group AS3S4", "Group BS1S2", "Group CS5", "Group D"];
            assert_eq!(groups, serde_json::json!(expected), "by finger: {by_finger}");
            browser.click(&format!("{FIGURE} .presets .primary")).await;
            let cut = browser.script("return document.querySelectorAll('.network .switch.off').length").await;
            // Of twenty directions, S3–S4 and S1–S2 stay, both ways.
            assert_eq!(cut, 16, "by finger: {by_finger}");
        }
        browser.expect_no_complaint("dragging").await;
    });
}

#[test]
fn a_demo_alone_on_a_wide_page_stands_in_its_middle_with_its_words_beside_its_picture() {
    in_browser(|browser| async move {
        let server = serve();
        browser.resize(1_440, 900).await;
        browser.open(&format!("{}{PAGE}", server.url())).await;
        browser.until("document.querySelector('.demo').dataset.live === 'true'").await;
        let places = browser
            .script(
                "const box = (part) => document.querySelector(part).getBoundingClientRect();
                 const [stage, picture, card] = ['.demo-stage', '.picture', '.card'].map(box);
                 return [stage.width, stage.left, document.documentElement.clientWidth - stage.right,
                         card.left - picture.right, card.top - picture.top]",
            )
            .await;
        let places: Vec<f64> = serde_json::from_value(places).unwrap();
        let &[width, left, right, gap, lower] = places.as_slice() else { panic!("{places:?}") };
        assert!(width > 850.0 && (left - right).abs() < 10.0, "{places:?}");
        assert!((-1.0..8.0).contains(&gap) && lower.abs() < 8.0, "{places:?}");
    });
}

#[test]
fn two_runs_side_by_side_name_the_first_event_that_differs() {
    in_browser(|browser| async move {
        let server = serve();
        // Figure 8 of the paper: an entry of an old term on a majority, which the rule forbids to commit.
        let run = "#demo:raft-election:seed=7;scenario=figure-8;at=30";
        open(&browser, &format!("{}{PAGE}{run}", server.url())).await;
        click(&browser, "compare:commit-rule").await;
        let told = region(&browser, "compare").await;
        assert!(told.contains("So far both runs are the same"), "{told}");
        browser.script("const speed = document.querySelector('[data-do=speed]'); speed.value = 5; speed.dispatchEvent(new Event('change', { bubbles: true }))").await;
        // From note to note.
        for _ in 0..14 {
            if region(&browser, "compare").await.contains("is broken") {
                break;
            }
            browser.click(&format!("{FIGURE} .play")).await;
            browser.until("document.querySelector('.play').ariaLabel === 'Play'").await;
        }
        let told = region(&browser, "compare").await;
        assert!(told.contains("They differ from event"), "{told}");
        assert!(told.contains("Leader Completeness is broken"), "there: {told}");
        assert!(!region(&browser, "card").await.contains("is broken"), "and not here");
        browser.expect_no_complaint("side by side").await;
    });
}

#[test]
fn a_run_goes_out_as_text_and_comes_in_again() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        play_some(&browser, 5).await;
        click(&browser, "select:2").await;
        click(&browser, "crash:2").await;
        play_some(&browser, 3).await;
        // What the download would hold is what the link holds.
        browser
            .script("URL.createObjectURL = (blob) => { blob.text().then((text) => (window.got = text)); return '#' }")
            .await;
        click(&browser, "download").await;
        browser.until("window.got").await;
        let trace = browser.script("return window.got").await.as_str().unwrap().to_owned();
        assert!(trace.contains("S2 crashes") && trace.contains("#demo:raft-election:"), "{trace}");
        let before = region(&browser, "events").await;

        open(&browser, &format!("{}{PAGE}", server.url())).await;
        let paste = serde_json::to_string(&trace).unwrap();
        let script = format!(
            "const field = document.querySelector('[data-do=import]'); field.value = {paste};
             field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        );
        browser.script(&script).await;
        assert_eq!(region(&browser, "events").await, before);
        browser.expect_no_complaint("text").await;
    });
}

#[test]
fn the_snippet_shows_the_run_on_a_page_of_another_site() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &format!("{}{PAGE}", server.url())).await;
        play_some(&browser, 4).await;
        let snippet = "return document.querySelector('.share textarea[readonly]').value";
        let snippet = browser.script(snippet).await.as_str().unwrap().to_owned();
        assert!(snippet.starts_with("<iframe src=\"http"), "{snippet}");

        let mut other = Output::default();
        let page =
            format!("<!doctype html><title>Another site</title><link rel=icon href='data:,'>{snippet}");
        other.files.insert("index.html".to_owned(), page.into_bytes());
        let elsewhere = served(&other, Mount::untouched(""));
        browser.open(&elsewhere.url()).await;
        browser.enter_frame().await;
        browser.until(&format!("document.querySelector('{FIGURE}')?.dataset.live === 'true'")).await;
        browser.until(&format!("Number(document.querySelector('{FIGURE}').dataset.position) > 0")).await;
        play_some(&browser, 1).await;
        browser.expect_no_complaint("the frame").await;
    });
}
