//! A demo played in every engine: it lives, steps, plays, keeps its properties, and runs as it does natively.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use demos::figure::find_run;
use demos::shell;
use site_gen::serve::Mount;
use whole_site_tests::browser::{Browser, Engine, in_engine};
use whole_site_tests::{book, served};

/// The page that teaches Raft.
const PAGE: &str = "module-5.2-consensus-and-coordination/index.html";
const EVENTS: usize = 500;
const SETTINGS: &str = "seed=7;scenario=leader-crash";
/// A script that the tests add to the book: a driver's own scripts don't see what a classic script declares, in Firefox.
const PROBE: &str = "assets/probe.js";

async fn position(browser: &Browser, figure: &str) -> u64 {
    let script = format!("return Number(document.querySelector('{figure}').dataset.position)");
    browser.script(&script).await.as_u64().unwrap()
}

async fn text(browser: &Browser, figure: &str, region: &str) -> String {
    let script = format!("return document.querySelector('{figure} [data-region={region}]').textContent");
    browser.script(&script).await.as_str().unwrap().to_owned()
}

async fn play(browser: Browser) {
    let mut site = book().clone();
    let probe = format!("window.probed = raft_bindgen.trace('raft-election', '{SETTINGS}', {EVENTS})");
    site.files.insert(PROBE.to_owned(), probe.into_bytes());
    let server = served(&site, Mount::untouched("docs/v1"));
    browser.open(&format!("{}{PAGE}", server.url())).await;
    let first = "document.querySelector('figure[data-demo]')";
    browser.script(&format!("{first}.scrollIntoView({{ behavior: 'instant' }})")).await;
    browser.until(&format!("{first}.dataset.live === 'true'")).await;
    let id = browser.script(&format!("return {first}.id")).await;
    let figure = format!("#{}", id.as_str().unwrap());

    // A step, and the sentence that tells it.
    let (start, told) = (position(&browser, &figure).await, text(&browser, &figure, "events").await);
    for _ in 0..3 {
        browser.click(&format!("{figure} [data-do=\"next\"]")).await;
    }
    assert_eq!(position(&browser, &figure).await, start + 3);
    assert_ne!(text(&browser, &figure, "events").await, told);

    // Playing, until it pauses by itself or by hand.
    browser.click(&format!("{figure} [data-do=\"play\"]")).await;
    browser
        .until(&format!("Number(document.querySelector('{figure}').dataset.position) > {}", start + 3))
        .await;
    browser
        .script(&format!(
            "const play = document.querySelector('{figure} [data-do=\"play\"]'); if (play.ariaLabel === 'Pause') play.click()"
        ))
        .await;

    // Lamps: each property by its name, each held.
    let lamps = browser
        .script(&format!(
            "return [...document.querySelectorAll('{figure} .lamp')].map((lamp) => lamp.textContent)"
        ))
        .await;
    let lamps: Vec<&str> = lamps.as_array().unwrap().iter().filter_map(|lamp| lamp.as_str()).collect();
    assert!(lamps.iter().any(|lamp| lamp.contains("Election Safety")), "{lamps:?}");
    assert!(lamps.iter().all(|lamp| lamp.starts_with('✓')), "{lamps:?}");

    // The same run as anywhere else.
    let raft = find_run("raft-election").unwrap();
    let native = shell::trace(raft, &shell::parse_settings(SETTINGS), EVENTS).unwrap();
    let add = format!(
        "document.head.append(Object.assign(document.createElement('script'), {{ src: '../{PROBE}' }}))"
    );
    browser.script(&add).await;
    browser.until("window.probed").await;
    let in_page = browser.script("return window.probed").await;
    assert!(native.lines().count() > 100);
    assert_eq!(in_page.as_str(), Some(native.as_str()));

    // Nothing is wider than the window.
    let wider = browser
        .script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        .await;
    assert_eq!(wider.as_f64(), Some(0.0));
}

#[test]
fn a_demo_is_played_in_chromium() {
    in_engine(Engine::Blink, play);
}

#[test]
fn a_demo_is_played_in_firefox() {
    in_engine(Engine::Gecko, play);
}

#[test]
fn a_demo_is_played_in_webkit() {
    in_engine(Engine::WebKit, play);
}
