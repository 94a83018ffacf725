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

    /// What the demo says of itself, as a script finds it.
    fn notice(&self) -> String {
        format!("document.querySelector('{} .notice')", self.figure)
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
        assert_eq!(demo.position().await, 9);
        browser.expect_no_complaint("a run in a page").await;
    });
}

/// The page of one demo alone.
fn alone(server: &Server, id: &str) -> String {
    format!("{}embed/{id}/index.html", server.url())
}

#[test]
fn the_link_that_is_copied_while_time_passes_is_of_that_moment() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-election")).await;
        browser.script("navigator.clipboard.writeText = async (text) => { window.copied = text }").await;
        demo.click("next").await;
        let url = browser.url().await;
        let time = format!("Number(document.querySelector('{}').dataset.time)", demo.figure);
        let start = browser.script(&format!("return {time}")).await;
        demo.click("play").await;
        browser.until(&format!("{time} > {start}")).await;
        let press = format!("const now = {time}; {}.click(); return [now, location.href]", demo.has("share"));
        let pressed = browser.script(&press).await;
        assert_eq!(pressed[1], url.as_str(), "an address is of where time stands still");
        browser.until("window.copied").await;
        let copied = browser.script("return window.copied").await;
        assert!(copied.as_str().unwrap().contains(&format!(";t={}", pressed[0])), "{copied} {pressed}");
        browser
            .until(&format!("{}.textContent.includes('The link is on the clipboard.')", demo.notice()))
            .await;
    });
}

#[test]
fn where_the_clipboard_is_closed_the_link_is_there_to_be_copied_by_hand() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-election")).await;
        browser
            .script(
                "navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
                 document.execCommand = () => false",
            )
            .await;
        demo.click("next").await;
        demo.click("share").await;
        browser.until("getSelection().toString().includes('#demo:')").await;
        let (selected, url) = (browser.script("return getSelection().toString()").await, browser.url().await);
        assert_eq!(selected, url.as_str());
        assert!(browser.text(&format!("{} .notice", demo.figure)).await.contains("Copy the link: "));
        browser.script("document.execCommand = () => true").await;
        demo.click("share").await;
        browser
            .until(&format!("{}.textContent.includes('The link is on the clipboard.')", demo.notice()))
            .await;
    });
}

#[test]
fn the_address_is_of_where_a_reader_stops_and_changes_seldom() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-election")).await;
        let step = format!(
            "const replace = history.replaceState.bind(history);
             window.changes = 0;
             history.replaceState = (...all) => {{ window.changes++; replace(...all) }};
             for (let step = 0; step < 300; step++) {}.click()",
            demo.has("next")
        );
        browser.script(&step).await;
        let position = demo.position().await;
        assert!(browser.url().await.contains(&format!(";at={position};")));
        let changes = browser.script("return window.changes").await;
        assert!((1..20).contains(&changes.as_u64().unwrap()), "{changes}");
    });
}

#[test]
fn a_link_that_cannot_be_played_says_so_in_the_demo_that_it_is_for() {
    in_browser(|browser| async move {
        let server = serve();
        let url = alone(&server, "raft-election");
        let demo = Demo::open(&browser, &format!("{url}#demo:raft-election:seed=7;nodes=999")).await;
        browser
            .until(&format!("{}?.textContent.includes('nodes = 999 is out of range')", demo.notice()))
            .await;
        assert!(!browser.url().await.contains("999"), "the address is of what is shown");
        browser.script("location.hash = 'demo:raft-election:seed=7;nodes=4;scenario=none'").await;
        browser.until(&format!("{}?.textContent.includes('no scenario none')", demo.notice())).await;
        browser.script("location.hash = 'demo:raft-election:seed=7;nodes=4'").await;
        browser.until(&format!("!{} && !{}", demo.notice(), demo.has("select:5"))).await;
    });
}

#[test]
fn the_second_click_of_two_does_nothing_where_the_first_has_changed_what_is_there() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-election")).await;
        let click = |command: &str, count: u8| {
            format!(
                "{}.dispatchEvent(new MouseEvent('click', {{ detail: {count}, bubbles: true }}))",
                demo.has(command)
            )
        };
        browser.script(&click("select:1", 1)).await;
        assert_eq!(
            browser
                .script(&format!("{}; return {} !== null", click("power:1", 2), demo.has("power:1")))
                .await,
            true
        );
        assert!(!browser.url().await.contains(";do="), "choosing a server has taken its power");
        browser.script(&click("crash:1", 1)).await;
        browser.script(&click("restart:1", 2)).await;
        assert_eq!(browser.script(&format!("return {} !== null", demo.has("restart:1"))).await, true);
        browser.script(&click("restart:1", 1)).await;
        assert_eq!(browser.script(&format!("return {} !== null", demo.has("crash:1"))).await, true);
        let position = demo.position().await;
        for count in 1..4 {
            browser.script(&click("next", count)).await;
        }
        assert_eq!(demo.position().await, position + 3, "what is the same is meant each time");
    });
}

#[test]
fn the_focus_stays_in_the_demo_when_what_had_it_goes() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-election")).await;
        demo.open_links().await;
        let press = |command: &str| {
            format!(
                "const button = document.querySelector('{figure} .actions button[data-do=\"{command}\"]') ?? {};
                 button.focus(); button.dispatchEvent(new MouseEvent('click', {{ bubbles: true }}));
                 // What can't be pressed any more loses the focus only with the next frame.
                 await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                 const at = document.activeElement;
                 return [at.closest('figure') !== null, at.dataset.do ?? at.dataset.region]",
                demo.has(command),
                figure = demo.figure
            )
        };
        for (command, stays_at) in [
            ("select:1", "actions"),
            ("crash:1", "actions"),
            ("restart:1", "actions"),
            ("isolate:1", "isolate:1"),
            ("heal", "actions"),
            ("deselect", "actions"),
            ("group:0", "group:0"),
            ("cut:1:2", "mend:1:2"),
        ] {
            let focused = browser.script_async(&press(command)).await;
            assert_eq!(focused, serde_json::json!([true, stays_at]), "{command}");
        }
        let event = demo.has("event:0");
        browser.script(&format!("{event}.dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))")).await;
        let let_go = format!("document.querySelector('{} .why [data-do=\"event:0\"]')", demo.figure);
        browser.script(&format!("{let_go}.focus(); {let_go}.click()")).await;
        assert_eq!(browser.script("return document.activeElement.dataset.region").await, "now");
        // To the first segment's end, and on.
        browser
            .script(&format!(
                "for (let step = 0; step < 900 && !{}; step++) {}.click()",
                demo.has("continue"),
                demo.has("next")
            ))
            .await;
        let focused = browser.script_async(&press("continue")).await;
        assert_eq!(focused, serde_json::json!([true, "card"]));
        let play = demo.has("play");
        browser.until(&format!("{play}.ariaLabel === 'Pause'")).await;
        browser.press(" ").await;
        browser.until(&format!("{play}.ariaLabel === 'Play'")).await;
    });
}

#[test]
fn a_field_does_not_keep_what_is_not_in_force() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-election")).await;
        let before = browser.script(&format!("return {}.value", demo.has("seed"))).await;
        for (command, value, why) in [
            ("seed", "-5", "A seed is a whole number"),
            ("seed", "1e3", "A seed is a whole number"),
            ("option:nodes", "999", "is out of range"),
        ] {
            let field = demo.has(command);
            let was = browser.script(&format!("return {field}.value")).await;
            let type_in = format!(
                "{field}.value = '{value}'; {field}.dispatchEvent(new Event('change', {{ bubbles: true }}))"
            );
            browser.script(&type_in).await;
            browser.until(&format!("{}?.textContent.includes('{why}')", demo.notice())).await;
            assert_eq!(browser.script(&format!("return {field}.value")).await, was, "{command} {value}");
        }
        assert_eq!(browser.script(&format!("return {}.value", demo.has("seed"))).await, before);
    });
}

#[test]
fn a_search_waits_while_nobody_sees_it_and_goes_on_when_somebody_does() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-log")).await;
        let told = format!("document.querySelector('{} .quest')?.textContent", demo.figure);
        let begin = format!(
            "const spacer = document.body.appendChild(document.createElement('div'));
             spacer.style.height = '9000px';
             {}.click();
             scrollTo({{ top: 1e5, behavior: 'instant' }})",
            demo.has("find:lease-bound")
        );
        browser.script(&begin).await;
        let mut before = serde_json::Value::Null;
        for _ in 0..40 {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            let now = browser.script(&format!("return {told}")).await;
            if now == before {
                break;
            }
            before = now;
        }
        assert!(before.as_str().unwrap().contains("states seen"), "{before}");
        browser.script("scrollTo({ top: 0, behavior: 'instant' })").await;
        browser.until(&format!("{told}.includes('found after')")).await;
    });
}

#[test]
fn a_line_that_leaves_the_demo_cuts_what_it_crosses() {
    in_browser(|browser| async move {
        let server = serve();
        let demo = Demo::open(&browser, &alone(&server, "raft-election")).await;
        let before = demo.position().await;
        browser
            .script(
                "const outside = document.body.appendChild(document.createElement('div'));
                 outside.id = 'outside';
                 outside.style.cssText = 'position: fixed; top: 0; left: 0; width: 6px; height: 6px'",
            )
            .await;
        browser.drag(&format!("{} .demo-ring", demo.figure), "#outside", false).await;
        browser.until(&format!("{} > {before}", demo.position_script())).await;
        assert_eq!(
            browser
                .script(&format!(
                    "return document.querySelector('{} .slash').hasAttribute('x1')",
                    demo.figure
                ))
                .await,
            false
        );
        browser.expect_no_complaint("a line out of the demo").await;
    });
}
