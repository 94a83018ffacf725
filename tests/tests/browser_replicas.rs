//! Carts and CRDTs in a page: guided runs, messages as cards, and what breaks without a rule; by mouse, finger and keyboard.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use site_gen::serve::{Mount, Server};
use whole_site_tests::browser::{Browser, in_blink_and_webkit, in_browser};
use whole_site_tests::{book, served};

/// Enter, as the driver writes it.
const ENTER: &str = "\u{e007}";
const ARROW_RIGHT: &str = "\u{e014}";

fn serve() -> Server {
    served(book(), Mount::untouched("docs/v1"))
}

/// Opens the page that shows a demo alone, at a run.
async fn open(browser: &Browser, server: &Server, demo: &str, run: &str) {
    browser.open(&format!("{}embed/{demo}/index.html#demo:{demo}:{run}", server.url())).await;
    browser.until(&format!("document.querySelector('#{demo}')?.dataset.live === 'true'")).await;
    browser.script("document.querySelectorAll('.demo details').forEach((part) => (part.open = true))").await;
}

async fn region(browser: &Browser, name: &str) -> String {
    let script = format!("return document.querySelector('[data-region={name}]').textContent");
    browser.script(&script).await.as_str().unwrap().to_owned()
}

/// The cards on their way to a node, the next to arrive first, by their numbers.
async fn cards(browser: &Browser, to: &str) -> Vec<String> {
    let script = format!(
        "return [...document.querySelectorAll('.inbox[data-key={to}] ol > li')].map((card) => card.dataset.key)"
    );
    serde_json::from_value(browser.script(&script).await).unwrap()
}

/// Puts the focus on an element without touching it otherwise.
async fn focus(browser: &Browser, selector: &str) {
    let found = browser.script(&format!("const found = document.querySelector('{selector}'); found?.focus({{ preventScroll: true }}); return document.activeElement === found")).await;
    assert_eq!(found, true, "`{selector}` takes the focus");
}

#[test]
fn a_guided_run_of_carts_is_played_by_keys_to_its_answer_and_breaks_the_law_it_is_about() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &server, "version-vectors", "seed=5;scenario=lost-update").await;
        assert!(region(&browser, "card").await.contains("Is the milk still there?"));
        focus(&browser, "[data-do=next]").await;
        for _ in 0..60 {
            if region(&browser, "card").await.contains("Now try.") {
                break;
            }
            browser.press(ARROW_RIGHT).await;
        }
        let card = region(&browser, "card").await;
        assert!(card.contains("Now try.") && card.contains("Freedom from lost updates is broken"), "{card}");
        assert_eq!(region(&browser, "lamps").await.matches('✗').count(), 2);
        let bench = region(&browser, "bench").await;
        assert!(bench.contains("{S1:2} bread") && !bench.contains("{S1:1} milk"), "{bench}");
        // With dots, the same run keeps both.
        let script = "const field = document.querySelector('[data-do=\"option:mechanism\"]'); field.value = 'dotted'; field.dispatchEvent(new Event('change', { bubbles: true }))";
        browser.script(script).await;
        focus(&browser, "[data-do=next]").await;
        for _ in 0..60 {
            if region(&browser, "card").await.contains("Now try.") {
                break;
            }
            browser.press(ARROW_RIGHT).await;
        }
        assert!(region(&browser, "bench").await.contains("(S1:1) {} milk(S1:2) {} bread"));
        assert!(!region(&browser, "lamps").await.contains('✗'));
        browser.expect_no_complaint("carts").await;
    });
}

#[test]
fn cards_change_places_arrive_double_and_are_lost_by_mouse_finger_and_keyboard() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &server, "crdt", "seed=3;scenario=add-and-remove;at=3").await;
        browser.click("[data-do=hold]").await;
        for _ in 0..40 {
            if cards(&browser, "S1").await.len() >= 2 {
                break;
            }
            browser.click("[data-do=next]").await;
        }
        let row = cards(&browser, "S1").await;
        assert!(row.len() >= 2 && region(&browser, "messages").await.contains("held"), "{row:?}");

        for by_finger in [false, true] {
            let before = cards(&browser, "S1").await;
            let card = |place: usize| format!("button[data-do=\"message:{}\"]", before[place]);
            browser.drag(&card(1), &card(0), by_finger).await;
            let after = cards(&browser, "S1").await;
            assert_eq!(after[..2], [before[1].clone(), before[0].clone()], "by finger: {by_finger}");
        }
        // A drag is no choice.
        assert!(!region(&browser, "actions").await.contains("Send twice"));

        // By keys alone: choose, earlier, send twice, lose, deliver.
        let row = cards(&browser, "S1").await;
        let chosen = row[1].clone();
        focus(&browser, &format!("button[data-do=\"message:{chosen}\"]")).await;
        browser.press(ENTER).await;
        focus(&browser, &format!("[data-do=\"swap:{chosen}:{}\"]", row[0])).await;
        browser.press(ENTER).await;
        assert_eq!(cards(&browser, "S1").await[0], chosen);
        focus(&browser, &format!("[data-do=\"duplicate:{chosen}\"]")).await;
        browser.press(ENTER).await;
        assert_eq!(cards(&browser, "S1").await.len(), row.len() + 1);
        focus(&browser, &format!("[data-do=\"deliver:{chosen}\"]")).await;
        browser.press(ENTER).await;
        assert!(!cards(&browser, "S1").await.contains(&chosen));
        assert!(region(&browser, "now").await.contains("S1 merges what"));

        // By mouse: onto the receiver it arrives, onto "Lose" it is lost.
        let row = cards(&browser, "S1").await;
        let card = format!("button[data-do=\"message:{}\"]", row[0]);
        browser.drag(&card, ".inbox[data-key=S1] .to", false).await;
        assert!(!cards(&browser, "S1").await.contains(&row[0]), "it has arrived");
        let card = format!("button[data-do=\"message:{}\"]", row[1]);
        browser.drag(&card, "[data-drop=drop]", false).await;
        assert!(region(&browser, "now").await.contains("is lost"));
        browser.expect_no_complaint("cards").await;
    });
}

#[test]
fn a_merge_that_adds_up_breaks_a_lamp_and_the_smallest_history_is_shown() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        open(&browser, &server, "crdt", "seed=6;scenario=duplicates").await;
        assert!(!region(&browser, "bench").await.contains("smallest"));
        browser.click("[data-do=\"option:max\"]").await;
        let bench = region(&browser, "bench").await;
        assert!(bench.contains("Merging isn’t idempotent") && bench.contains("S1 counts one up"), "{bench}");
        assert!(bench.contains("a ⊔ a = {S1: 2}, reads 2"), "{bench}");
        for _ in 0..10 {
            browser.click("[data-do=next]").await;
        }
        assert!(region(&browser, "card").await.contains("Idempotent merge is broken"));
        assert_eq!(browser.script("return document.querySelectorAll('.lamp.broken').length").await, 2);
        // The search in the page finds a run of the protocol too.
        browser.click("[data-do=\"find:max\"]").await;
        browser.until("document.querySelector('.quest')?.textContent.includes('played above')").await;
        browser.expect_no_complaint("the broken merge").await;
    });
}

#[test]
fn no_phone_scrolls_sideways_and_every_button_is_large_enough_for_a_finger() {
    in_browser(|browser| async move {
        let server = serve();
        for (demo, run) in [
            ("version-vectors", "seed=1;scenario=sibling-explosion;at=70"),
            ("version-vectors", "seed=1;scenario=pruning;servers=4;at=40"),
            ("crdt", "seed=1;type=or-set;context=false;replicas=5;scenario=add-and-remove;at=60"),
        ] {
            for width in [320, 390] {
                browser.resize(width, 844).await;
                open(&browser, &server, demo, run).await;
                let wide =
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
                assert_eq!(browser.script(wide).await, 0, "{demo} at {width}");
                let small = "return [...document.querySelectorAll('.demo-shell button')].filter((button) => { const { width, height } = button.getBoundingClientRect(); return width > 0 && (height < 43.5 || width < 43.5) }).map((button) => button.outerHTML)";
                assert_eq!(browser.script(small).await, serde_json::json!([]), "{demo} at {width}");
            }
        }
        browser.expect_no_complaint("phones").await;
    });
}
