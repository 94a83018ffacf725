//! Where things stand: what lies over what, what a phone shows at once, what the contents mark, and what is cut.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use serde_json::Value;
use site_gen::serve::{Mount, Server};
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::{book, served};

/// A window's size: a phone's, or a desk's.
#[derive(Debug, Clone, Copy)]
enum Screen {
    Phone,
    Desk,
}

async fn take(browser: &Browser, screen: Screen) {
    match screen {
        Screen::Phone => browser.become_phone(390, 844).await,
        Screen::Desk => browser.resize(1_440, 900).await,
    }
}

fn serve() -> Server {
    served(book(), Mount::untouched("docs/v1"))
}

/// Opens a page, and brings its demo to life if it has one of this kind.
async fn open(browser: &Browser, url: &str, demo: &str) {
    browser.open(url).await;
    browser.until("document.fonts.status === 'loaded'").await;
    if demo.is_empty() {
        return;
    }
    let figure = format!("document.querySelector('figure[data-demo={demo}]')");
    browser.script(&format!("{figure}.scrollIntoView({{ behavior: 'instant' }})")).await;
    browser.until(&format!("{figure}.dataset.live === 'true'")).await;
}

async fn open_alone(browser: &Browser, server: &Server, demo: &str) {
    open(browser, &format!("{}embed/{demo}/index.html", server.url()), demo).await;
}

/// Presses what has this command, wherever it is.
async fn press(browser: &Browser, command: &str) {
    let event = "new MouseEvent('click', { bubbles: true })";
    browser
        .script(&format!("document.querySelector('[data-do=\"{command}\"]').dispatchEvent({event})"))
        .await;
}

async fn numbers(browser: &Browser, script: &str) -> Vec<f64> {
    serde_json::from_value(browser.script(script).await).unwrap()
}

#[test]
fn the_report_of_a_search_is_a_line_and_no_dialog() {
    for screen in [Screen::Phone, Screen::Desk] {
        in_browser(|browser| async move {
            let server = serve();
            take(&browser, screen).await;
            open_alone(&browser, &server, "raft-election").await;
            browser.script("document.querySelector('.rules details').open = true").await;
            press(&browser, "find:commit-rule").await;
            browser.until("document.querySelector('.rules [role=status]')").await;
            let measured = numbers(
                &browser,
                "const report = document.querySelector('.rules [role=status]');
                 const style = getComputedStyle(report);
                 return [report.getBoundingClientRect().height, parseFloat(style.marginTop), parseFloat(style.borderTopWidth)]",
            )
            .await;
            assert!(
                measured[0] < 110.0 && measured[1] < 1.0 && measured[2] < 1.0,
                "{screen:?}: {measured:?}"
            );
        });
    }
}

#[test]
fn nothing_of_a_drawing_slides_over_the_header() {
    for screen in [Screen::Phone, Screen::Desk] {
        in_browser(|browser| async move {
            let server = serve();
            take(&browser, screen).await;
            let page = format!("{}module-5.1-what-makes-systems-distributed/index.html", server.url());
            open(&browser, &page, "clocks").await;
            let over = browser
                .script(
                    "const names = document.querySelector('.layers > .names');
                     const header = document.querySelector('.site-header').getBoundingClientRect();
                     scrollBy({ top: names.getBoundingClientRect().top - header.top + 10, behavior: 'instant' });
                     const { left, width, top, bottom } = names.getBoundingClientRect();
                     if (top > header.top || bottom < header.bottom) return 'the names are not there';
                     // What is over all lets a pointer through.
                     document.querySelectorAll('.layers *').forEach((part) => (part.style.pointerEvents = 'auto'));
                     return document.elementFromPoint(left + width / 2, header.top + header.height / 2).closest('.site-header') ? '' : 'the names are over it'",
                )
                .await;
            assert_eq!(over, "", "{screen:?}");
        });
    }
}

#[test]
fn the_view_of_events_shows_them_at_once_on_a_phone() {
    in_browser(|browser| async move {
        let server = serve();
        take(&browser, Screen::Phone).await;
        open_alone(&browser, &server, "raft-election").await;
        for _ in 0..5 {
            press(&browser, "next").await;
        }
        press(&browser, "tab:events").await;
        let seen = browser
            .script(
                "const box = document.querySelector('[data-region=events]').getBoundingClientRect();
                 return [...document.querySelectorAll('.events li button')].filter((item) => {
                   const { top, bottom } = item.getBoundingClientRect();
                   return item.checkVisibility() && top >= box.top && bottom <= box.bottom }).length",
            )
            .await;
        assert!(seen.as_u64().unwrap() >= 3, "{seen} events are seen");
    });
}

/// What the contents mark as current.
const MARKED: &str = "document.querySelector('#_toc [aria-current]')?.hash.slice(1)";

#[test]
fn the_contents_mark_what_was_jumped_to_and_follow_the_reader_on() {
    for screen in [Screen::Phone, Screen::Desk] {
        in_browser(|browser| async move {
            let server = serve();
            take(&browser, screen).await;
            // Jumps, and no way there on which the next jump would be overtaken.
            browser.prefer("prefers-reduced-motion", "reduce").await;
            open(&browser, &format!("{}glossary/index.html#lease", server.url()), "").await;
            browser.until(&format!("scrollY > 500 && {MARKED} === 'lease'")).await;
            // All of them, one after the other, the last too, which can't come to the top.
            let ids = browser
                .script("return [...document.querySelectorAll('#_toc a')].map((link) => link.hash.slice(1))")
                .await;
            let ids: Vec<String> = serde_json::from_value(ids).unwrap();
            assert!(ids.len() > 20);
            for id in ids {
                browser.script(&format!("location.hash = {id:?}")).await;
                browser.until(&format!("{MARKED} === {id:?}")).await;
            }
            // And who scrolls on is followed.
            browser.script("location.hash = 'lease'").await;
            browser.until(&format!("{MARKED} === 'lease'")).await;
            browser.script("scrollBy(0, innerHeight)").await;
            browser.until(&format!("{MARKED} !== 'lease'")).await;
        });
    }
}

#[test]
fn the_contents_open_where_the_reader_is_on_a_phone() {
    in_browser(|browser| async move {
        let server = serve();
        take(&browser, Screen::Phone).await;
        open(&browser, &format!("{}glossary/index.html#quorum", server.url()), "").await;
        browser.until(&format!("{MARKED} === 'quorum'")).await;
        browser.script("document.querySelector('.toc-button').click()").await;
        browser
            .until(
                "(() => {
                   const [box, here] = ['#_toc', '#_toc [aria-current]'].map((part) => document.querySelector(part).getBoundingClientRect());
                   return box.height > 100 && here.top >= box.top && here.bottom <= box.bottom;
                 })()",
            )
            .await;
    });
}

#[test]
fn the_button_that_copies_leaves_code_of_a_line_or_two_in_sight_on_a_phone() {
    in_browser(|browser| async move {
        let server = serve();
        take(&browser, Screen::Phone).await;
        let mut few = 0;
        for page in ["module-5.1-what-makes-systems-distributed", "module-5.2-consensus-and-coordination"] {
            open(&browser, &format!("{}{page}/index.html", server.url()), "").await;
            let covered = browser
                .script(
                    "return [...document.querySelectorAll('.code')].map((box) => {
                       const lines = box.querySelector('code').textContent.trimEnd().split('\\n').length;
                       const button = box.querySelector('.copy').getBoundingClientRect();
                       const code = box.querySelector('pre');
                       code.scrollLeft = 100000;
                       const range = document.createRange();
                       range.selectNodeContents(code);
                       const edge = code.getBoundingClientRect();
                       const ends = [...range.getClientRects()].map(({ right }) => Math.min(right, edge.right));
                       return { lines, beyond: Math.round(Math.max(...ends) - button.left), pressed: button.width };
                     })",
                )
                .await;
            for code in covered.as_array().unwrap() {
                few += u32::from(code["lines"].as_u64().unwrap() < 3);
                // Of longer code, what lies under it can be scrolled from there.
                assert!(code["beyond"].as_i64().unwrap() <= 6, "{page}: {code}");
                assert!(code["pressed"].as_f64().unwrap() >= 43.5, "{page}: {code}");
            }
        }
        assert!(few > 0, "the book has none");
    });
}

#[test]
fn side_by_side_the_picture_stands_beside_its_words_on_a_desk() {
    in_browser(|browser| async move {
        let server = serve();
        take(&browser, Screen::Desk).await;
        for (demo, picture) in [("crdt-text", ".tree"), ("raft-election", ".demo-ring")] {
            open_alone(&browser, &server, demo).await;
            for _ in 0..10 {
                press(&browser, "next").await;
            }
            browser.script("document.querySelector('[data-do^=\"compare:\"]').click()").await;
            browser.until("document.querySelector('.other')").await;
            let places = numbers(
                &browser,
                &format!(
                    "const box = (part) => document.querySelector(part).getBoundingClientRect();
                     const [other, picture, words] = ['.other', '.other > {picture}', '.other-head'].map(box);
                     return [picture.left - other.left, words.left - picture.right, words.top - picture.bottom]"
                ),
            )
            .await;
            assert!(places[0] < 40.0 && places[1] >= 0.0 && places[2] < 0.0, "{demo}: {places:?}");
        }
    });
}

/// What a colour is in the end, whatever it is called.
async fn colour(browser: &Browser, selector: &str, property: &str) -> Value {
    browser.script(&format!("return getComputedStyle(document.querySelector('{selector}')).{property}")).await
}

#[test]
fn the_switches_of_all_links_are_seen_on_a_phone_and_what_is_up_is_green() {
    in_browser(|browser| async move {
        let server = serve();
        take(&browser, Screen::Phone).await;
        open_alone(&browser, &server, "raft-election").await;
        browser.script("document.querySelector('.network details').open = true").await;
        press(&browser, "cut:1:2").await;
        browser.until("document.querySelector('.network .switch.off')").await;
        let [scrolls, out] =
            numbers(
                &browser,
                "const box = document.querySelector('.network .scroll');
                 const edge = box.getBoundingClientRect().right;
                 const out = [...box.querySelectorAll('.switch')].filter((one) => one.getBoundingClientRect().right > edge + 1);
                 return [box.scrollWidth - box.clientWidth, out.length]",
            )
            .await[..]
        else {
            panic!("two numbers")
        };
        assert!(scrolls <= 0.0 && out < 1.0, "{scrolls} px are cut, with {out} switches");
        // The lamps of properties that hold have the same colour.
        let green = colour(&browser, ".lamp", "color").await;
        for property in ["color", "borderTopColor"] {
            assert_eq!(colour(&browser, ".switch:not(.off)", property).await, green);
        }
        assert_ne!(colour(&browser, ".switch.off", "backgroundColor").await, green);
    });
}

#[test]
fn the_words_beside_the_picture_are_whole_on_a_tablet() {
    in_browser(|browser| async move {
        let server = serve();
        browser.become_phone(820, 1_180).await;
        open_alone(&browser, &server, "crdt").await;
        let beyond = "const card = document.querySelector('.demo-shell > .card'); return [card.scrollHeight - card.clientHeight, card.clientHeight]";
        let measured = numbers(&browser, beyond).await;
        assert!(measured[0] <= 1.0 && measured[1] > 200.0, "the question: {measured:?}");
    });
}

#[test]
fn what_can_be_pressed_never_touches_its_neighbour_in_a_panel() {
    in_browser(|browser| async move {
        let server = serve();
        take(&browser, Screen::Desk).await;
        for (demo, one, other) in [
            ("raft-election", "[data-do=share] ~ [data-do=download]", ".share [data-do=share]"),
            ("clocks", ".log [data-do=draw]", ".log [data-do=expression]"),
        ] {
            open_alone(&browser, &server, demo).await;
            browser
                .script("document.querySelectorAll('.demo details').forEach((part) => (part.open = true))")
                .await;
            let gap = numbers(
                &browser,
                &format!(
                    "const [a, b] = ['{one}', '{other}'].map((part) => document.querySelector('.foot ' + part).getBoundingClientRect());
                     return [Math.max(a.left - b.right, a.top - b.bottom)]"
                ),
            )
            .await;
            assert!(gap[0] >= 4.0, "{demo}: {gap:?}");
        }
    });
}

#[test]
fn a_demo_on_paper_can_be_read_and_holds_nothing_to_press() {
    in_browser(|browser| async move {
        let server = serve();
        // The text's width on A4.
        browser.resize(640, 900).await;
        browser.become_paper().await;
        for (page, demo) in [
            ("module-5.1-what-makes-systems-distributed", "clocks"),
            ("module-5.2-consensus-and-coordination", "raft-election"),
        ] {
            open(&browser, &format!("{}{page}/index.html", server.url()), demo).await;
            let [least, told, shown] = numbers(
                &browser,
                &format!(
                    "const figure = document.querySelector('figure[data-demo={demo}]');
                     const texts = [...figure.querySelectorAll('.demo-ring text')].filter((text) => text.textContent);
                     const sizes = texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a);
                     const story = parseFloat(getComputedStyle(figure.querySelector('.demo-story li, .demo-story')).fontSize);
                     const body = parseFloat(getComputedStyle(document.querySelector('.prose')).fontSize);
                     const pressed = [...figure.querySelectorAll('button, select, input, .hint')].filter((one) => one.checkVisibility());
                     return [Math.min(99, ...sizes), story / body, pressed.length]"
                ),
            )
            .await[..]
            else {
                panic!("three numbers")
            };
            // 6.5 points are 8.7 pixels.
            assert!(
                least >= 8.7 && told <= 1.0 && shown < 1.0,
                "{demo}: {least} px, {told}, {shown} to press"
            );
        }
    });
}
