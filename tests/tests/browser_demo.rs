//! `raft-election` in the page: by mouse, by keyboard, by link, and the same run as natively.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use demos::figure::REGISTRY;
use demos::shell;
use fantoccini::key::Key;
use site_gen::serve::{Mount, Server};
use tempfile::TempDir;
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::{book, served};

/// The page of what happens without a rule.
const WITHOUT_RULES: &str = "counterexamples/index.html";

/// The page that teaches Raft; its first figure is the one played here.
const PAGE: &str = "module-5.2-consensus-and-coordination/index.html";

/// The first demo of a page.
struct Demo<'a> {
    browser: &'a Browser,
    /// Selects the figure.
    figure: String,
}

impl<'a> Demo<'a> {
    /// Opens the page and waits until the demo lives.
    async fn open(browser: &'a Browser, url: &str) -> Self {
        browser.open(url).await;
        Self::find(browser).await
    }

    async fn find(browser: &'a Browser) -> Self {
        let scroll = "document.querySelector('figure[data-demo]').scrollIntoView({ behavior: 'instant' })";
        browser.script(scroll).await;
        browser.until("document.querySelector('figure[data-demo]').dataset.live === 'true'").await;
        let id = browser.script("return document.querySelector('figure[data-demo]').id").await;
        Self { browser, figure: format!("#{}", id.as_str().unwrap()) }
    }

    fn has(&self, command: &str) -> String {
        format!("document.querySelector('{} [data-do=\"{command}\"]')", self.figure)
    }

    async fn click(&self, command: &str) {
        self.browser.click(&format!("{} [data-do=\"{command}\"]", self.figure)).await;
    }

    async fn position(&self) -> u64 {
        let position = self.browser.script(&format!("return {}", self.position_script())).await;
        position.as_u64().unwrap()
    }

    fn position_script(&self) -> String {
        format!("Number(document.querySelector('{}').dataset.position)", self.figure)
    }

    /// All that a reader can see of the moment: place, time, state, links, and what has happened.
    async fn moment(&self) -> String {
        let script = format!(
            "const figure = document.querySelector('{}');
             const text = (region) => figure.querySelector(`[data-region=${{region}}]`).textContent;
             return [figure.dataset.position, figure.dataset.time, ...['state', 'network', 'events'].map(text)].join('\\n')",
            self.figure
        );
        self.browser.script(&script).await.as_str().unwrap().to_owned()
    }

    async fn open_links(&self) {
        self.browser
            .script(&format!("document.querySelector('{} details.network').open = true", self.figure))
            .await;
    }
}

fn serve() -> Server {
    served(book(), Mount::untouched("docs/v1"))
}

fn page(server: &Server) -> String {
    format!("{}{PAGE}", server.url())
}

/// Plays, cuts a link, crashes a server, and comes back by the address.
async fn share_a_run(browser: &Browser, url: &str) {
    let demo = Demo::open(browser, url).await;
    for _ in 0..6 {
        demo.click("next").await;
    }
    demo.open_links().await;
    demo.click("cut:1:2").await;
    demo.click("select:3").await;
    demo.click("crash:3").await;
    for _ in 0..6 {
        demo.click("next").await;
    }
    let (shared, moment) = (browser.url().await, demo.moment().await);
    assert!(shared.contains(&format!("#demo:{}:", &demo.figure[1..])), "{shared}");

    let demo = Demo::open(browser, &shared).await;
    assert_eq!(demo.moment().await, moment, "the link doesn't lead to the run it was copied from");
    browser.reload().await;
    let demo = Demo::find(browser).await;
    assert_eq!(demo.moment().await, moment, "the run is lost in a reload");
    browser.expect_no_complaint(url).await;
}

#[test]
fn playing_lets_events_happen_until_it_is_paused() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &page(&server)).await;
        let start = demo.position().await;
        demo.click("play").await;
        browser.until(&format!("{} > {start}", demo.position_script())).await;
        // It may have paused by itself, at an event worth a look.
        browser
            .script(&format!(
                "const play = {}; if (play.ariaLabel === 'Pause') play.click()",
                demo.has("play")
            ))
            .await;
        let paused = demo.position().await;
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        assert_eq!(demo.position().await, paused);
        browser.expect_no_complaint("playing").await;
    });
}

#[test]
fn stepping_back_shows_every_moment_as_it_was() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &page(&server)).await;
        demo.click("next").await;
        demo.click("previous").await;
        let mut moments = vec![demo.moment().await];
        for _ in 0..8 {
            demo.click("next").await;
            moments.push(demo.moment().await);
        }
        assert_ne!(moments[0], moments[8]);
        while let Some(moment) = moments.pop() {
            assert_eq!(demo.moment().await, moment);
            demo.click("previous").await;
        }
    });
}

#[test]
fn the_slider_goes_to_any_event() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &page(&server)).await;
        for _ in 0..5 {
            demo.click("next").await;
        }
        let far = demo.position().await;
        let slider = demo.has("seek");
        let set = |value: u64| {
            format!(
                "const slider = {slider}; slider.value = {value}; slider.dispatchEvent(new Event('input', {{ bubbles: true }}))"
            )
        };
        browser.script(&set(far - 3)).await;
        assert_eq!(demo.position().await, far - 3);
        browser.script(&set(far)).await;
        assert_eq!(demo.position().await, far);
    });
}

#[test]
fn a_link_is_cut_in_one_direction_or_in_both_and_mended() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &page(&server)).await;
        demo.open_links().await;
        demo.click("cut:1:2").await;
        browser.until(&format!("{} && {}", demo.has("mend:1:2"), demo.has("cut:2:1"))).await;
        demo.click("cut:2:1").await;
        browser.until(&format!("{} && {}", demo.has("mend:1:2"), demo.has("mend:2:1"))).await;
        demo.click("mend:1:2").await;
        browser.until(&format!("{} && {}", demo.has("cut:1:2"), demo.has("mend:2:1"))).await;
        demo.click("heal").await;
        browser.until(&format!("{} && {}", demo.has("cut:1:2"), demo.has("cut:2:1"))).await;
        browser.expect_no_complaint("cutting links").await;
    });
}

#[test]
fn a_server_crashes_restarts_and_takes_a_clients_write() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &page(&server)).await;
        demo.click("select:2").await;
        demo.click("crash:2").await;
        browser.until(&demo.has("restart:2")).await;
        demo.click("restart:2").await;
        browser.until(&demo.has("crash:2")).await;
        let before = demo.position().await;
        demo.click("write:2:0").await;
        browser.until(&format!("{} > {before}", demo.position_script())).await;
    });
}

#[test]
fn a_shared_address_and_a_reload_bring_back_the_same_state_at_a_sub_path() {
    in_browser(|browser| async move {
        let server = serve();
        share_a_run(&browser, &page(&server)).await;
    });
}

#[test]
fn a_shared_address_and_a_reload_bring_back_the_same_state_from_disk() {
    in_browser(|browser| async move {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("book");
        book().write(&out).unwrap();
        share_a_run(&browser, url::Url::from_file_path(out.join(PAGE)).unwrap().as_str()).await;
    });
}

#[test]
fn the_keyboard_alone_reaches_steps_plays_and_breaks_the_demo() {
    in_browser(|browser| async move {
        let server = serve();
        browser.open(&page(&server)).await;
        let inside = "document.activeElement.closest('figure[data-demo] .demo-stage')";
        let key = |key: Key| char::from(key).to_string();
        // A still's controls are inert, so the demo takes the focus only once it has come near and lives.
        let mut tabs = 0;
        while browser.script(&format!("return {inside} === null")).await == true {
            assert!(tabs < 400, "the demo never takes the focus");
            browser.press(&key(Key::Tab)).await;
            tabs += 1;
        }
        let id = browser.script(&format!("return {inside}.closest('figure').id")).await;
        let demo = Demo { browser: &browser, figure: format!("#{}", id.as_str().unwrap()) };
        browser.until(&format!("document.querySelector('{}').dataset.live === 'true'", demo.figure)).await;
        assert_eq!(
            browser.script(&format!("return {inside} !== null")).await,
            true,
            "coming to life loses the focus"
        );
        // From the fields on, where arrows have another meaning, to a button.
        while browser.script("return document.activeElement.tagName !== 'BUTTON'").await == true {
            browser.press(&key(Key::Tab)).await;
        }
        let start = demo.position().await;
        browser.press(&key(Key::Right)).await;
        assert_eq!(demo.position().await, start + 1);
        browser.press(&key(Key::Left)).await;
        assert_eq!(demo.position().await, start);
        browser.press("3").await;
        browser.until(&demo.has("crash:3")).await;
        browser.press("c").await;
        browser.until(&demo.has("restart:3")).await;
        browser.expect_no_complaint("by keyboard").await;
    });
}

#[test]
fn the_module_is_fetched_only_when_a_demo_comes_near() {
    in_browser(|browser| async move {
        let server = serve();
        browser.open(&page(&server)).await;
        browser.until("document.readyState === 'complete'").await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let fetched =
            "performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('.wasm'))";
        assert_eq!(browser.script(&format!("return {fetched}")).await, false);
        Demo::find(&browser).await;
        browser.until(fetched).await;
    });
}

#[test]
fn a_run_is_the_same_in_the_page_as_natively_byte_for_byte() {
    const EVENTS: usize = 2_000;
    const SEEDS: [u64; 10] = [0, 1, 2, 7, 11, 42, 255, 65_536, 1_000_003, 4_294_967_295];
    in_browser(|browser| async move {
        let server = serve();
        for figure in REGISTRY.iter().filter_map(|exhibit| exhibit.run()) {
            let id = figure.info().id;
            let family = demos::demos::family(id).unwrap().name;
            Demo::open(&browser, &format!("{}embed/{id}/index.html", server.url())).await;
            for scenario in figure.scenarios() {
                for seed in SEEDS {
                    let settings = format!("seed={seed};scenario={}", scenario.id);
                    let native = shell::trace(figure, &shell::parse_settings(&settings), EVENTS).unwrap();
                    let script = format!("return {family}_bindgen.trace({id:?}, {settings:?}, {EVENTS})");
                    let in_page = browser.script(&script).await;
                    assert!(
                        native.lines().count() > 10,
                        "{id} {settings}: too short to tell anything:\n{native}"
                    );
                    assert_eq!(in_page.as_str(), Some(native.as_str()), "{id} {settings}");
                }
            }
        }
    });
}

#[test]
fn a_run_in_a_page_opens_with_its_question_and_plays_to_what_it_breaks() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &format!("{}{WITHOUT_RULES}", server.url())).await;
        let card = format!("{} .card", demo.figure);
        let opening = demo.position().await;
        assert!(opening < 10, "{opening}");
        let asked = browser.text(&card).await;
        assert!(asked.contains("Before you press play") && asked.contains("S2 may say yes"), "{asked}");
        demo.click("play").await;
        browser.until(&format!("document.querySelector('{card} .violation')")).await;
        let told = browser.text(&card).await;
        assert!(told.contains("Election Safety is broken: S3 and S1 were both elected in term 1."), "{told}");
        assert!(!told.contains("Before you press play"), "{told}");
        assert_eq!(demo.position().await, 10);
        browser.expect_no_complaint("a run in a page").await;
    });
}
