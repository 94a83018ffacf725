//! `clocks` in the page: drawn by mouse, by finger and by keyboard, shared, asked about, and fed with logs.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::fs;

use fantoccini::key::Key;
use serde_json::json;
use site_gen::serve::{Mount, Server};
use whole_site_tests::browser::{Browser, in_blink_and_webkit, in_browser};
use whole_site_tests::{book, repository, served};

/// The page that teaches logical clocks.
const PAGE: &str = "module-5.1-what-makes-systems-distributed/index.html";
const FIGURE: &str = "figure[data-demo=clocks]";

/// The demo in the page.
struct Clocks<'a> {
    browser: &'a Browser,
}

impl<'a> Clocks<'a> {
    async fn open(browser: &'a Browser, url: &str) -> Self {
        browser.open(url).await;
        let clocks = Self { browser };
        let scroll = format!("document.querySelector('{FIGURE}').scrollIntoView({{ behavior: 'instant' }})");
        browser.script(&scroll).await;
        browser.until(&format!("document.querySelector('{FIGURE}').dataset.live === 'true'")).await;
        clocks
    }

    async fn click(&self, command: &str) {
        self.browser.click(&format!("{FIGURE} button[data-do=\"{command}\"]")).await;
    }

    /// Taps an event of the drawing.
    async fn tap(&self, event: u16) {
        self.browser.click(&dot(event)).await;
    }

    async fn text(&self, region: &str) -> String {
        let script = format!("return document.querySelector('{FIGURE} [data-region={region}]').textContent");
        self.browser.script(&script).await.as_str().unwrap().to_owned()
    }

    async fn until_says(&self, region: &str, expected: &str) {
        let quoted = json!(expected);
        let condition = format!(
            "document.querySelector('{FIGURE} [data-region={region}]').textContent.includes({quoted})"
        );
        self.browser.until(&condition).await;
    }

    /// Opens a panel at the foot.
    async fn unfold(&self, region: &str) {
        let script = format!("document.querySelector('{FIGURE} [data-region={region}] details').open = true");
        self.browser.script(&script).await;
    }

    /// What a link has to bring back, as it stands in the page; not which event Tab leads to.
    async fn drawn(&self) -> String {
        let script = format!(
            "const part = (name) => {{
                 const copy = document.querySelector(`{FIGURE} [data-region=${{name}}]`).cloneNode(true);
                 for (const element of copy.querySelectorAll('*')) {{
                     // What is patched keeps its attributes in another order.
                     const all = [...element.attributes].map(({{ name, value }}) => [name, value]).sort();
                     for (const [name] of all) element.removeAttribute(name);
                     for (const [name, value] of all)
                         if (name !== 'data-focus' && name !== 'tabindex') element.setAttribute(name, value);
                 }}
                 return copy.innerHTML;
             }};
             return ['names', 'drawing', 'over'].map(part).join('')"
        );
        self.browser.script(&script).await.as_str().unwrap().to_owned()
    }

    /// What the address says of the drawing.
    async fn link(&self) -> String {
        let url = self.browser.url().await;
        url.split(';').find_map(|part| part.strip_prefix("d=")).unwrap_or_default().to_owned()
    }

    /// Puts a text into a field as pasting does.
    async fn paste(&self, command: &str, text: &str) {
        let script = format!(
            "const field = document.querySelector('{FIGURE} [data-do={command}]');
             field.value = {};
             for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, {{ bubbles: true }}))",
            json!(text)
        );
        self.browser.script(&script).await;
    }

    async fn count(&self, selector: &str) -> u64 {
        let script = format!("return document.querySelectorAll('{FIGURE} {selector}').length");
        self.browser.script(&script).await.as_u64().unwrap()
    }

    /// The name of what has the focus.
    async fn focused(&self) -> String {
        let name =
            self.browser.script("return document.activeElement.getAttribute('aria-label') ?? ''").await;
        name.as_str().unwrap().to_owned()
    }
}

/// Selects what a pointer can hit of an event.
fn dot(event: u16) -> String {
    format!("{FIGURE} .event[data-key=\"{event}\"] .touch")
}

fn handle(line: u8) -> String {
    format!("{FIGURE} .handle[data-pull=\"c{line}\"] .touch")
}

fn serve() -> Server {
    served(book(), Mount::untouched("docs/v1"))
}

fn page(server: &Server) -> String {
    format!("{}{PAGE}", server.url())
}

/// The page with a drawing of its own.
fn drawing(server: &Server, state: &str) -> String {
    format!("{}{PAGE}#demo:clocks:{state}", server.url())
}

#[test]
fn events_and_messages_are_drawn_moved_and_taken_back_by_mouse_and_by_finger() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        for by_finger in [false, true] {
            let clocks = Clocks::open(&browser, &page(&server)).await;
            let before = clocks.drawn().await;
            // a → c, from one event that is there to another.
            browser.drag(&dot(0), &dot(2), by_finger).await;
            clocks.until_says("said", "a sends a message, c receives it: a → c.").await;
            assert!(clocks.link().await.ends_with("M0-2M3-4"), "{}", clocks.link().await);
            clocks.tap(0).await;
            clocks.tap(3).await;
            clocks.until_says("why", "a → d").await;
            clocks.click("let-go").await;
            clocks.click("undo").await;
            clocks.until_says("said", "Taken back").await;
            assert!(clocks.drawn().await == before, "undo, by finger: {by_finger}");
            // Along its own line: to where the cut goes through it.
            clocks.click("cut").await;
            browser.drag(&dot(0), &handle(0), by_finger).await;
            clocks.until_says("said", "a moves to ").await;
            browser.expect_no_complaint("drawing").await;
        }
        let clocks = Clocks::open(&browser, &page(&server)).await;
        browser.click(&format!("{FIGURE} .band[data-do=\"add:2\"]")).await;
        clocks.until_says("said", "f happens on P3 at ").await;
    });
}

#[test]
fn two_events_are_chosen_compared_and_joined_by_keyboard_alone() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        let clocks = Clocks::open(&browser, &page(&server)).await;
        browser.script(&format!("document.querySelector('{FIGURE} [data-focus]').focus()")).await;
        assert!(clocks.focused().await.starts_with("event a on P1"), "{}", clocks.focused().await);
        browser.press(&Key::Enter.to_string()).await;
        clocks.until_says("why", "Choose a second event to compare.").await;
        browser.press(&Key::Down.to_string()).await;
        browser.press(&Key::Right.to_string()).await;
        assert!(clocks.focused().await.starts_with("event c on P2"), "{}", clocks.focused().await);
        browser.press(" ").await;
        clocks
            .until_says("why", "a ∥ c: a knows 1 event of P1, c none; c knows 2 events of P2, a none.")
            .await;
        browser.press("m").await;
        clocks.until_says("said", "a sends a message, c receives it: a → c.").await;
        clocks.until_says("why", "a → c: c receives what a sent.").await;
        browser.press(".").await;
        clocks.until_says("said", "c moves to 210 ms.").await;
        browser.press(&Key::Delete.to_string()).await;
        clocks.until_says("said", "c is gone, and its message with it.").await;
        for _ in 0..3 {
            clocks.click("undo").await;
        }
        assert!(clocks.link().await.ends_with("LLLA1eB2sB5kB8cCdwM3-4"), "{}", clocks.link().await);
        browser.expect_no_complaint("the keyboard").await;
    });
}

#[test]
fn a_shared_link_restores_the_same_document_byte_for_byte() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        let clocks = Clocks::open(&browser, &page(&server)).await;
        clocks.click("show:2").await;
        clocks.click("show:0").await;
        clocks.click("process").await;
        clocks.click("grow:3").await;
        browser.drag(&dot(0), &dot(2), false).await;
        clocks.until_says("said", "a → c").await;
        clocks.unfold("physical").await;
        clocks.paste("\"offset:1\"", "-150").await;
        clocks.until_says("said", "The clock of P2 starts 150 ms behind.").await;
        clocks.click("cut").await;
        let (shared, drawn) = (browser.url().await, clocks.drawn().await);
        assert!(shared.contains("#demo:clocks:") && shared.contains(";c="), "{shared}");
        let clocks = Clocks::open(&browser, &shared).await;
        assert!(clocks.drawn().await == drawn, "the link doesn’t lead to the drawing it was copied from");
        browser.reload().await;
        browser.until(&format!("document.querySelector('{FIGURE}').dataset.live === 'true'")).await;
        assert!(clocks.drawn().await == drawn, "the drawing is lost in a reload");
        assert_eq!(browser.url().await, shared);
    });
}

#[test]
fn a_cut_is_moved_by_mouse_by_finger_and_by_keyboard_and_judged() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        for by_finger in [false, true] {
            let clocks = Clocks::open(
                &browser,
                &drawing(&server, "scenario=cut;d=LLLA2sA8cBb4BdwC5kCgoM1-2M3-5;c=1.2.1"),
            )
            .await;
            clocks.until_says("cut", "✗ Not consistent: c receives in it what b has not sent yet").await;
            assert_eq!((clocks.count(".offender").await, clocks.count(".underway").await), (1, 1));
            // To the right, past b.
            browser.drag(&handle(0), &handle(1), by_finger).await;
            clocks.until_says("cut", "✓ Consistent").await;
            assert_eq!(clocks.count(".offender").await, 0);
        }
        let clocks = Clocks { browser: &browser };
        browser.script(&format!("document.querySelector('{FIGURE} [data-do=\"cut-to:0\"]').focus()")).await;
        browser.press(&Key::Left.to_string()).await;
        clocks.until_says("cut", "✗ Not consistent").await;
        clocks.click("mend").await;
        clocks.until_says("cut", "✓ Consistent").await;
        browser.expect_no_complaint("the cut").await;
    });
}

#[test]
fn the_quiz_takes_an_answer_before_it_tells() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        let clocks = Clocks::open(&browser, &page(&server)).await;
        for round in 1..=5 {
            clocks.click("ask").await;
            assert_eq!(clocks.count("[data-region=quiz] .answer").await, 0);
            browser.click(&format!("{FIGURE} [data-region=quiz] button")).await;
            clocks.until_says("quiz", &format!("of {round} right.")).await;
            let told = clocks.text("quiz").await;
            assert!(told.contains("Right. ") || told.contains("No. "), "{told}");
        }
        browser.expect_no_complaint("the quiz").await;
    });
}

#[test]
fn ten_logs_of_real_threads_are_pasted_and_drawn_by_the_browsers_own_expressions() {
    in_blink_and_webkit(|browser| async move {
        let server = serve();
        let clocks = Clocks::open(&browser, &page(&server)).await;
        clocks.unfold("log").await;
        let folder = repository().join("demos-wasm/tests/shiviz");
        let mut drawn = 0;
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|kind| kind != "log") {
                continue;
            }
            let log = fs::read_to_string(&path).unwrap();
            let events = log.lines().count() / 2;
            clocks.paste("log", &log).await;
            clocks.click("draw").await;
            clocks.until_says("said", &format!(" {events} events, ")).await;
            assert_eq!(clocks.count(".event").await, u64::try_from(events).unwrap(), "{}", path.display());
            drawn += 1;
        }
        assert_eq!(drawn, 10);
        let lines = clocks.count(".names .name").await;
        browser.click(&format!("{FIGURE} [data-do=\"hide:0\"]")).await;
        assert_eq!(clocks.count(".names .name").await, lines - 1);
        browser.expect_no_complaint("the logs").await;
    });
}

#[test]
fn what_is_wrong_with_a_log_is_said_with_its_line() {
    in_browser(|browser| async move {
        let server = serve();
        let clocks = Clocks::open(&browser, &page(&server)).await;
        clocks.unfold("log").await;
        clocks.paste("log", "asks\nshop {\"shop\":1}\nasks\nshop {\"shop\":1}\n").await;
        clocks.click("draw").await;
        clocks.until_says("log", "Not drawn: line 3: “shop” has its 1. event here and on line 1;").await;
        clocks.paste("expression", "(?<event>.*) (?<host>\\S*) (?<clock>\\{.*").await;
        clocks.click("draw").await;
        clocks.until_says("log", "The expression can’t be read: ").await;
        clocks.paste("expression", "(?<host>\\S+) (?<clock>\\{.*\\}) (?<event>.*)").await;
        clocks.paste("log", "shop {\"shop\":1} asks\n\nstock {\"shop\":1,\"stock\":1} looks\n").await;
        clocks.click("draw").await;
        clocks.until_says("said", "2 processes, 2 events, 1 message.").await;
        browser.expect_no_complaint("a broken log").await;
    });
}

#[test]
fn a_log_of_2_000_events_stays_usable() {
    in_browser(|browser| async move {
        let server = serve();
        let clocks = Clocks::open(&browser, &page(&server)).await;
        clocks.unfold("log").await;
        // Rounds of a token among ten hosts.
        let (mut log, mut clock) = (String::new(), [0_u32; 10]);
        for number in 0..2_000 {
            clock[number % 10] += 1;
            let known = (0..10).filter(|&host| clock[host] > 0);
            let entries: Vec<String> = known.map(|host| format!("\"host{host}\":{}", clock[host])).collect();
            log += &format!("passes it on\nhost{} {{{}}}\n", number % 10, entries.join(","));
        }
        clocks.click("show:0").await;
        assert!(!clocks.link().await.is_empty());
        clocks.paste("log", &log).await;
        clocks.click("draw").await;
        clocks.until_says("said", "10 processes, 2000 events, 1999 messages.").await;
        assert!(!browser.url().await.contains('#'), "a link to something else than what is drawn");
        let touched = |element: &str| {
            format!(
                "const dot = document.querySelector('{FIGURE} {element}');
                 const watch = new MutationObserver(() => {{}});
                 const all = {{ subtree: true, childList: true, attributes: true, characterData: true }};
                 watch.observe(document.querySelector('{FIGURE}'), all);
                 const start = performance.now();
                 dot.dispatchEvent(new MouseEvent('click', {{ bubbles: true }}));
                 return [performance.now() - start, watch.takeRecords().length]"
            )
        };
        let tap = browser.script(&touched(".event[data-key=\"12\"]")).await;
        println!("a tap among 2,000 events: {tap}");
        assert!(tap[1].as_u64().unwrap() < 900, "a tap touches only what can be seen: {tap}");
        clocks.until_says("why", "Before it happened 12, after it 1987; 0 concurrent with it.").await;
        // What comes into sight is drawn.
        let scroll = format!("document.querySelector('{FIGURE} .layers').scrollLeft = 44 * 1000");
        browser.script(&scroll).await;
        browser.until(&format!("document.querySelector('{FIGURE} .event[data-key=\"1005\"]')")).await;
        assert!(clocks.count(".event").await < 200);
        clocks.tap(1_005).await;
        clocks.until_says("why", "m → alr: ").await;
        // And so is what keys lead to.
        browser.press(&Key::Right.to_string()).await;
        assert!(clocks.focused().await.starts_with("event amb on host5, "), "{}", clocks.focused().await);
        browser.expect_no_complaint("2,000 events").await;
    });
}

#[test]
fn nothing_but_the_drawing_scrolls_sideways_and_everything_is_large_enough_to_press() {
    in_browser(|browser| async move {
        let server = serve();
        for width in [320, 390] {
            browser.resize(width, 844).await;
            let clocks = Clocks::open(&browser, &page(&server)).await;
            for command in ["show:0", "show:2", "show:3", "cut", "ask", "help"] {
                clocks.click(command).await;
                let wide = browser.script("return document.documentElement.scrollWidth - innerWidth").await;
                assert!(wide.as_i64().unwrap() <= 0, "{width}, {command}: {wide} too wide");
            }
            let small = format!(
                "return [...document.querySelectorAll('{FIGURE} :is(button, select, summary, input, .touch)')]
                     .filter((one) => one.checkVisibility())
                     .map((one) => [one.getAttribute('data-do') ?? one.nodeName, one.getBoundingClientRect()])
                     .filter(([, box]) => Math.min(box.width, box.height) < 43.5)
                     .map(([name, box]) => `${{name}}: ${{box.width}} × ${{box.height}}`).join(', ')"
            );
            assert_eq!(browser.script(&small).await, json!(""), "{width}");
            let scrolls = format!(
                "const box = document.querySelector('{FIGURE} .layers'); return box.scrollWidth > box.clientWidth"
            );
            assert_eq!(browser.script(&scrolls).await, json!(true), "the drawing has a box of its own");
        }
    });
}

#[test]
fn the_focus_stays_in_the_drawing_when_what_had_it_goes() {
    in_browser(|browser| async move {
        let server = serve();
        let clocks = Clocks::open(&browser, &page(&server)).await;
        let at = "const at = document.activeElement;
                  return at.closest('figure') && (at.dataset.key ?? at.dataset.do ?? at.dataset.region)";
        let next_frame = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));";
        let press = |command: &str| {
            format!(
                "const button = document.querySelector('{FIGURE} button[data-do=\"{command}\"]');
                 button.focus(); button.click(); {next_frame} {at}"
            )
        };
        clocks.tap(1).await;
        // The commands that end themselves, and where the focus is then.
        for (command, stays_at) in [("reveal", "ask"), ("delete", "tools"), ("undo", "head")] {
            assert_eq!(browser.script_async(&press(command)).await, stays_at, "{command}");
        }
        // By keys: a new event, and back; then the event itself.
        browser.reload().await;
        browser.until(&format!("document.querySelector('{FIGURE}').dataset.live === 'true'")).await;
        browser.script(&format!("document.querySelector('{FIGURE} .event[data-focus]').focus()")).await;
        let first = browser.script(at).await;
        browser.press("a").await;
        let added = browser.script(at).await;
        assert_ne!(added, first);
        browser.press("z").await;
        let back = browser.script(at).await;
        assert!(back.is_string() && back != added, "{back}");
        browser.press("c").await;
        browser.until(&format!("document.querySelector('{FIGURE} .handle')")).await;
        // What can't be pressed any more.
        Clocks::open(&browser, &drawing(&server, "d=LLL")).await;
        assert_eq!(browser.script_async(&press("remove")).await, "tools");
    });
}
