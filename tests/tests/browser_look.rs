//! How demos look and handle: at any width nothing touches or is cut off, controls stay where they are, and all of a guided
//! run can be had by keyboard, by ear, without motion, in the reader's own colours.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use site_gen::serve::{Mount, Server};
use whole_site_tests::browser::{Browser, in_browser};
use whole_site_tests::{book, repository, served};

/// Finds what bothers the eye; see there.
const LOOK: &str = include_str!("../src/look.js");
/// Widths of windows in CSS pixels, from the narrowest phone to a wide desk.
const WIDTHS: [u32; 6] = [320, 390, 768, 1_024, 1_440, 1_600];
/// At so many points of a guided run it is looked at.
const POINTS: u32 = 20;
const FIGURE: &str = "#raft-election";

fn serve() -> Server {
    served(book(), Mount::untouched("docs/v1"))
}

/// Ids of all demos that have a page of their own, which are all.
fn demos() -> Vec<&'static str> {
    let pages = book().files.keys();
    pages.filter_map(|name| name.strip_prefix("embed/")?.strip_suffix("/index.html")).collect()
}

async fn open(browser: &Browser, server: &Server, id: &str) {
    browser.open(&format!("{}embed/{id}/index.html", server.url())).await;
    browser.until("document.querySelector('figure.demo')?.dataset.live === 'true'").await;
}

/// Shows the page of a demo in a frame of any width, which a window can't have.
async fn open_framed(browser: &Browser, server: &Server, id: &str) {
    let url = format!("{}embed/{id}/index.html", server.url());
    browser.open(&url).await;
    let frame = format!(
        "const frame = document.createElement('iframe'); frame.src = '{url}';
         frame.style.cssText = 'width: 1440px; max-width: none; height: 900px';
         document.body.replaceChildren(frame)"
    );
    browser.script(&frame).await;
    browser.until("frames[0]?.document.querySelector('figure.demo')?.dataset.live === 'true'").await;
    // With our letters in earnest: on a busy machine those that are "optional" come too late, and others are wider.
    let letters = "const { document } = frames[0];
        document.documentElement.dataset.fonts = 'wait';
        await Promise.all(['400', '600', '700'].map((weight) => document.fonts.load(`${weight} 16px 'Atkinson here'`)));
        await document.fonts.ready";
    browser.script_async(letters).await;
    browser.until("frames[0].document.fonts.status === 'loaded'").await;
}

/// Begins a guided run and plays it to its answer; the first position and the last.
async fn play_through(browser: &Browser, scenario: &str) -> (u64, u64) {
    let script = format!(
        "const figure = frames[0].document.querySelector('figure.demo');
         const choice = figure.querySelector('[data-do=scenario]');
         choice.value = '{scenario}';
         choice.dispatchEvent(new frames[0].Event('change', {{ bubbles: true }}));
         const first = Number(figure.dataset.position);
         for (let step = 0; step < 900 && !figure.querySelector('.card .answer'); step++)
           figure.querySelector('[data-do=next]').click();
         return [first, Number(figure.dataset.position), Boolean(figure.querySelector('.card .answer'))]"
    );
    let ends = browser.script(&script).await;
    assert_eq!(ends[2], true, "{scenario} never comes to its answer");
    (ends[0].as_u64().unwrap(), ends[1].as_u64().unwrap())
}

/// Looks at a run at a width, in each view of a phone; complaints with where they were first met.
async fn look_at(browser: &Browser, width: u32, ends: (u64, u64)) -> Vec<String> {
    let (first, last) = ends;
    let script = format!(
        "document.querySelector('iframe').style.width = '{width}px';
         // The demo hears of its width with the next frame.
         for (let frame = 0; frame < 2; frame++) await new Promise(frames[0].requestAnimationFrame);
         const figure = frames[0].document.querySelector('figure.demo');
         const look = {LOOK};
         const tabs = figure.querySelector('.tabs')?.checkVisibility() ? ['picture', 'timeline', 'state', 'events'] : ['picture'];
         const found = new Map();
         for (const tab of tabs) {{
           figure.querySelector(`[data-do='tab:${{tab}}']`)?.click();
           const points = tab === 'picture' ? {POINTS} : 5;
           for (let point = 0; point <= points; point++) {{
             const at = Math.round({first} + ({last} - {first}) * point / points);
             const slider = figure.querySelector('[data-do=seek]');
             if (slider) {{
               slider.value = at;
               slider.dispatchEvent(new frames[0].Event('input', {{ bubbles: true }}));
             }}
             for (const complaint of look(figure))
               if (!found.has(complaint)) found.set(complaint, `${{complaint}} ({width} px, ${{tab}}, event ${{at}})`);
           }}
         }}
         return [...found.values()]"
    );
    let found = browser.script_async(&script).await;
    found.as_array().unwrap().iter().map(|complaint| complaint.as_str().unwrap().to_owned()).collect()
}

/// Makes links slow and lossy, cuts one, puts a clock forward and lets another run fast, freezes a node, and leaves a link
/// selected; what a demo doesn't have is left out.
const TROUBLE: &str = "const figure = frames[0].document.querySelector('figure.demo');
    const press = (command, value) => {
      const control = figure.querySelector(`[data-do='${command}']`);
      if (value) { control.value = value; control.dispatchEvent(new frames[0].Event('change', { bubbles: true })); }
      else control?.dispatchEvent(new frames[0].MouseEvent('click', { bubbles: true }));
    };
    figure.querySelectorAll('details').forEach((part) => (part.open = true));
    if (!figure.querySelector('.link')) return;
    for (const command of ['select:1', 'skew:1:300', 'pause:1', 'select:2']) press(command);
    press('rate:2', '110');
    for (const command of ['link:1:2', 'trouble:1:2:0', 'trouble:1:2:1', 'trouble:2:1:3', 'link:2:3', 'cut:2:3', 'trouble:3:2:2'])
      press(command)";

/// Looks at every guided run of every second demo, at every width. In two tests, because a page keeps one core busy, and
/// there are two.
fn look_at_half(first: usize) {
    in_browser(|browser| async move {
        let server = serve();
        let mut complaints = String::new();
        for id in demos().into_iter().skip(first).step_by(2) {
            open_framed(&browser, &server, id).await;
            let scenarios = browser
                .script(
                    "return [...frames[0].document.querySelectorAll('[data-do=scenario] option')].map(({ value }) => value)",
                )
                .await;
            // A demo that is drawn rather than played has one moment.
            let scenarios = scenarios.as_array().unwrap().clone();
            let names = scenarios.iter().map(|name| name.as_str().unwrap());
            for scenario in if scenarios.is_empty() { vec![""] } else { names.collect() } {
                let has_time = browser
                    .script("return Boolean(frames[0].document.querySelector('[data-do=next]'))")
                    .await;
                let ends = if has_time == true { play_through(&browser, scenario).await } else { (0, 0) };
                for width in WIDTHS {
                    for complaint in look_at(&browser, width, ends).await {
                        let _ = writeln!(complaints, "{id} {scenario}: {complaint}");
                    }
                }
            }
            // With much wrong at once, and its panel open.
            browser.script(TROUBLE).await;
            let now = browser
                .script(
                    "return Number(frames[0].document.querySelector('figure.demo').dataset.position ?? 0)",
                )
                .await;
            let now = now.as_u64().unwrap();
            for width in WIDTHS {
                for complaint in look_at(&browser, width, (now, now)).await {
                    let _ = writeln!(complaints, "{id} in trouble: {complaint}");
                }
            }
        }
        assert!(complaints.is_empty(), "\n{complaints}");
    });
}

#[test]
fn texts_never_touch_and_nothing_is_cut_off_at_any_width_and_point_of_a_guided_run() {
    look_at_half(0);
}

#[test]
fn texts_never_touch_and_nothing_is_cut_off_in_every_other_demo() {
    look_at_half(1);
}

#[test]
fn the_look_at_a_demo_sees_what_is_wrong() {
    in_browser(|browser| async move {
        let server = serve();
        open_framed(&browser, &server, "raft-election").await;
        let spoil = |how: &str| {
            format!(
                "const figure = frames[0].document.querySelector('figure.demo');
                 {how};
                 const look = {LOOK};
                 return look(figure)"
            )
        };
        for (how, what) in [
            ("figure.querySelector('.node .caption').setAttribute('y', 0)", "overlap"),
            (
                "figure.querySelector('.card .card').style.cssText = 'height: 30px; overflow: hidden'",
                "cut off",
            ),
            (
                "figure.querySelector('[data-do=reset]').style.minHeight = '20px'; figure.querySelector('[data-do=reset]').style.height = '20px'",
                "pixels",
            ),
            ("figure.querySelector('[data-do=scenario]').style.width = '60px'", "in its menu"),
            (
                "figure.querySelector('.title').style.cssText = 'position: relative; left: 1500px'",
                "out of sight",
            ),
        ] {
            let found = browser.script(&spoil(how)).await;
            assert!(
                found.as_array().unwrap().iter().any(|complaint| complaint.as_str().unwrap().contains(what)),
                "{how}: {found}"
            );
        }
    });
}

/// The boxes of all controls of time and of the tabs, to the pixel.
const BOXES: &str = "return [...document.querySelectorAll('.head button, .tabs button, .transport :is(button, input, select, output)')]
    .filter((control) => control.checkVisibility())
    .map((control) => { const { x, y, width, height } = control.getBoundingClientRect();
      return [x, y + scrollY, width, height].map(Math.round).join(' ') }).join('; ')";

#[test]
fn controls_stay_where_they_are_while_a_run_goes_on() {
    in_browser(|browser| async move {
        let server = serve();
        for width in [1_280, 500] {
            browser.resize(width, 900).await;
            open(&browser, &server, "raft-election").await;
            browser.until("document.fonts.status === 'loaded'").await;
            let before = browser.script(BOXES).await;
            assert!(before.as_str().unwrap().len() > 60, "{before}");
            for _ in 0..30 {
                browser.script("document.querySelector('[data-do=next]').click()").await;
                assert_eq!(browser.script(BOXES).await, before, "at {width} px");
            }
            // And while time passes by itself, up to the next pause.
            browser.script("document.querySelector('[data-do=play]').click()").await;
            for _ in 0..10 {
                assert_eq!(browser.script(BOXES).await, before, "at {width} px, playing");
            }
        }
    });
}

const PLAY: &str = "document.querySelector('.transport [data-do=play]')";

/// Presses Space and waits for the pause at what is explained next.
async fn play_on(browser: &Browser) {
    browser.press(" ").await;
    browser.until(&format!("{PLAY}.ariaLabel === 'Play'")).await;
}

#[test]
fn the_keyboard_alone_plays_a_guided_run_from_the_question_to_the_answer() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &server, "raft-election").await;
        // Tab, from the page's beginning to the button that plays.
        let mut tabs = 0;
        while browser.script(&format!("return document.activeElement !== {PLAY}")).await == true {
            browser.press("\u{e004}").await;
            tabs += 1;
            assert!(tabs < 60, "Tab never comes to it");
        }
        let mut notes: Vec<String> = Vec::new();
        for _ in 0..20 {
            if browser.script("return Boolean(document.querySelector('.card .answer'))").await == true {
                break;
            }
            play_on(&browser).await;
            notes.push(browser.text(".card .note").await);
        }
        assert!(notes.len() >= 3, "{notes:?}");
        notes.dedup();
        assert!(notes.len() >= 3, "each pause explains something: {notes:?}");
        assert!(!browser.text(".card .answer").await.is_empty());
        assert_eq!(browser.script(&format!("return document.activeElement === {PLAY}")).await, true);
        browser.expect_no_complaint("by keyboard").await;
    });
}

#[test]
fn every_step_is_one_sentence_for_those_who_listen_and_every_pause_its_explanation() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &server, "raft-election").await;
        browser
            .script(
                "window.heard = [];
                 new MutationObserver((changes) => {
                   const regions = new Set(changes.map(({ target }) =>
                     (target.nodeType === 1 ? target : target.parentElement)?.closest('[aria-live=polite]')).filter(Boolean));
                   for (const region of regions) heard.push(region.textContent.trim());
                 }).observe(document.querySelector('.demo-shell'), { subtree: true, childList: true, characterData: true })",
            )
            .await;
        let mut explained = 0;
        for _ in 0..40 {
            browser.script("heard.length = 0; document.querySelector('[data-do=next]').click()").await;
            let heard = browser.script_async("await new Promise(requestAnimationFrame); return heard").await;
            let told = browser.text(".now .demo-now").await;
            let latest = browser
                .script("return document.querySelector('.events li button span:last-child').textContent")
                .await;
            assert_eq!(told, latest.as_str().unwrap(), "the sentence is the event's");
            let heard: Vec<&str> =
                heard.as_array().unwrap().iter().map(|said| said.as_str().unwrap()).collect();
            let (step, note): (Vec<&str>, Vec<&str>) = heard.into_iter().partition(|said| *said == told);
            // Two events in a row can have the same sentence; then nothing changes.
            assert!(step.len() <= 1 && note.len() <= 1, "{step:?} {note:?}");
            explained += note.len();
        }
        assert!(explained >= 1, "what a pause explains is heard");
    });
}

#[test]
fn without_motion_a_run_goes_event_by_event() {
    in_browser(|browser| async move {
        let server = serve();
        browser.prefer("prefers-reduced-motion", "reduce").await;
        open(&browser, &server, "raft-election").await;
        browser
            .script(
                "const figure = document.querySelector('figure.demo');
                 window.moments = new Set();
                 const note = () => { moments.add(figure.dataset.position + ' ' + figure.querySelector('.clock').textContent); requestAnimationFrame(note) };
                 setInterval(() => document.querySelector('.transport [aria-label=Play]')?.click(), 50);
                 requestAnimationFrame(note)",
            )
            .await;
        browser.until("moments.size > 3").await;
        let moments = browser.script("return [...moments].slice(1)").await;
        let moments: Vec<(u64, String)> = moments
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|moment| {
                let (position, clock) = moment.as_str()?.split_once(' ')?;
                Some((position.parse().ok()?, clock.to_owned()))
            })
            .collect();
        let mut clocks: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (position, clock) in moments {
            clocks.entry(position).or_default().push(clock);
        }
        assert!(clocks.len() >= 2 && clocks.values().all(|times| times.len() == 1), "{clocks:?}");
        assert_eq!(browser.script("return document.getAnimations().length").await, 0);
    });
}

#[test]
fn a_line_drawn_over_the_picture_with_the_mouse_cuts_links() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &server, "raft-election").await;
        let gates = "document.querySelectorAll('.picture .gate').length";
        assert_eq!(browser.script(&format!("return {gates}")).await, 0);
        // From the middle, past S1, to the title above.
        browser.drag(&format!("{FIGURE} .demo-ring"), &format!("{FIGURE} .title"), false).await;
        browser.until(&format!("{gates} >= 2")).await;
        assert_eq!(
            browser.script("return document.querySelector('.slash').hasAttribute('x1')").await,
            false,
            "the line itself is gone"
        );
        browser.click("[data-do=heal]").await;
        browser.until(&format!("{gates} === 0")).await;
        browser.expect_no_complaint("a drawn line").await;
    });
}

#[test]
fn what_is_pressed_can_be_read_under_the_mouse() {
    in_browser(|browser| async move {
        let server = serve();
        open(&browser, &server, "raft-election").await;
        browser
            .script("document.querySelector('[data-do=\"link:1:2\"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))")
            .await;
        // The mouse stays where it has clicked.
        browser.click("[data-do=\"trouble:1:2:0\"]").await;
        browser.until("document.querySelector('[data-do=\"trouble:1:2:0\"]').ariaPressed === 'true'").await;
        let colours = browser
            .script(
                "const look = getComputedStyle(document.querySelector('[data-do=\"trouble:1:2:0\"]:hover'));
                 return [look.color, look.backgroundColor]",
            )
            .await;
        assert_ne!(colours[0], colours[1], "{colours}");
    });
}

/// Families of marks that mean different things: what they are drawn in, and their classes.
const FAMILIES: [(&str, &[&str]); 5] = [
    (
        "<svg class='demo-ring'><g class='node CLASS'><circle class='disc'/></g></svg>",
        &["follower", "candidate", "leader", "crashed", "paused", "outsider", "follower asking"],
    ),
    (
        "<svg class='demo-ring'><g class='link'><g class='trouble CLASS'><line class='wire'/></g></g></svg>",
        &["slow", "lossy", "duplicating", "reordering"],
    ),
    ("<svg class='demo-ring'><g class='message CLASS'><rect/></g></svg>", &["ask", "yes", "maybe", "no"]),
    (
        "<svg class='demo-timeline'><line class='lane CLASS'/></svg>",
        &["follower", "candidate", "leader", "crashed", "follower asking"],
    ),
    ("<svg class='demo-timeline'><g class='arrow CLASS'><line/></g></svg>", &["ask", "yes", "maybe", "no"]),
];

/// What of each mark is left without colour: width, dashes, and whether it is filled with its own colour.
async fn shapes(browser: &Browser, frame: &str, classes: &[&str]) -> Vec<Value> {
    let mut shapes = Vec::new();
    for class in classes {
        let script = format!(
            "const box = document.createElement('div');
             box.innerHTML = {:?};
             document.querySelector('.demo-stage').append(box);
             const mark = box.querySelector('svg :not(:has(*))');
             const {{ strokeWidth, strokeDasharray, stroke, fill }} = getComputedStyle(mark);
             box.remove();
             return [strokeWidth, strokeDasharray, stroke === fill, stroke !== getComputedStyle(document.documentElement).backgroundColor]",
            frame.replace("CLASS", class)
        );
        shapes.push(browser.script(&script).await);
    }
    shapes
}

#[test]
fn marks_differ_by_shape_and_not_by_colour_alone_in_the_readers_own_colours_too() {
    in_browser(|browser| async move {
        let server = serve();
        for colours in ["none", "active"] {
            browser.prefer("forced-colors", colours).await;
            open(&browser, &server, "raft-election").await;
            for (frame, classes) in FAMILIES {
                let shapes = shapes(&browser, frame, classes).await;
                for (rank, shape) in shapes.iter().enumerate() {
                    assert_eq!(shape[3], true, "{} can't be seen", classes[rank]);
                    for (other, twin) in shapes.iter().enumerate().skip(rank + 1) {
                        assert_ne!(
                            shape, twin,
                            "{} and {} look the same (forced colours: {colours})",
                            classes[rank], classes[other]
                        );
                    }
                }
            }
        }
    });
}

/// What a colour stands for: a rule of the style sheet may use it only where its selector, or the property it sets, has one
/// of these words.
const MEANINGS: [(&str, &[&str]); 7] = [
    ("leader", &["leader"]),
    ("candidate", &["candidate", "asking"]),
    ("crashed", &["crashed"]),
    ("vote", &["ask", "yes", "maybe", "vote"]),
    ("ok", &["lamp", "answer", "switch", "start", "right", "holds", "verdict"]),
    (
        "bad",
        &[
            "cut",
            "gate",
            "slash",
            "no",
            "lost",
            "deleted",
            "crash",
            "broken",
            "violation",
            "switch",
            "failed",
            "lamp",
            "wrong",
            "offender",
            "verdict",
        ],
    ),
    ("warn", &["trouble", "troubled", "fault", "paused", "notice", "flash", "small", "held"]),
];

#[test]
fn a_colour_means_the_same_wherever_it_is_used() {
    let style = fs::read_to_string(repository().join("static/demo.css")).unwrap();
    let style = style.split("@media (forced-colors").next().unwrap();
    let mut uses = 0;
    for rule in style.split('}') {
        let Some((selector, body)) = rule.rsplit_once('{') else { continue };
        let selector = selector.rsplit(['{', '/']).next().unwrap_or(selector);
        for (colour, words) in MEANINGS {
            for line in body.split(';').filter(|line| line.contains(&format!("var(--{colour})"))) {
                uses += 1;
                let names = format!("{selector} {}", line.split(':').next().unwrap_or(""));
                let parts: Vec<&str> = names.split(|c: char| !c.is_ascii_alphanumeric()).collect();
                assert!(
                    words.iter().any(|word| parts.contains(word)),
                    "`{}` uses --{colour}, which stands for {words:?}",
                    selector.trim()
                );
            }
        }
    }
    assert!(uses > 25, "only {uses} uses were found");
}
