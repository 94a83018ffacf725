//! The page's side of the demos, `page/src/patch.js`: what stays in the document keeps its focus, its text and its peace.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

use std::collections::BTreeMap;

use demos::figure::{REGISTRY, Settings};
use demos::shell::{Piece, open};
use demos::view::html::Html;
use serde_json::{Value, json};
use whole_site_tests::browser::{Browser, in_browser};

const PATCH: &str = concat!(
    include_str!("../../demos-wasm/page/src/patch.js"),
    "\n",
    include_str!("../../demos-wasm/page/src/sheet.js")
);

/// Shows `html` in an empty page, then runs `script` and says what it returns. The script has `host`, `one` (the first
/// match of a selector within it) and `show`, which patches and says what changed, as a `MutationObserver` sees it.
async fn patched(browser: &Browser, html: &str, script: &str) -> Value {
    // What the browser opens with is a page of its own, with a policy of its own.
    browser.open("data:text/html,<title>patch</title>").await;
    browser
        .script(&format!(
            "{PATCH}
             const host = document.createElement('div');
             document.body.replaceChildren(host);
             const one = (selector) => host.querySelector(selector);
             const watch = new MutationObserver(() => {{}});
             watch.observe(host, {{ subtree: true, childList: true, attributes: true, characterData: true }});
             const show = (html) => {{
               demoPatch(host, html);
               return watch.takeRecords().map(({{ type, target, attributeName, addedNodes, removedNodes }}) =>
                 type === 'attributes' ? `${{target.nodeName}} ${{attributeName}}`
                 : type === 'characterData' ? `text ${{target.data}}`
                 : `${{target.nodeName}} +${{addedNodes.length}}-${{removedNodes.length}}`);
             }};
             show({html});
             {script}",
            html = json!(html)
        ))
        .await
}

#[test]
fn what_is_the_same_is_not_touched_and_what_differs_is_touched_only_there() {
    in_browser(|browser| async move {
        let html = "<p class=\"a\" aria-live=\"polite\">one</p><ul><li>1</li><li>2</li></ul><svg><g/></svg>";
        let script = format!(
            "const html = {};
             const same = show(html);
             host.demoHtml = '';
             return [same, show(html), show(html.replace('one', 'two')), show(html.replace('\"a\"', '\"b\"')),
               show(html.replace('<li>2</li>', '')), host.innerHTML]",
            json!(html)
        );
        let expected = json!([
            [],
            [],
            ["text two"],
            ["text one", "P class"],
            ["P class", "UL +0-1"],
            html.replace("<li>2</li>", "").replace("<g/>", "<g></g>")
        ]);
        let mut seen = patched(&browser, html, &script).await;
        // The order within one patch is the script's business.
        for changes in seen.as_array_mut().unwrap().iter_mut().filter_map(Value::as_array_mut) {
            changes.sort_by_key(ToString::to_string);
        }
        let mut expected = expected;
        for changes in expected.as_array_mut().unwrap().iter_mut().filter_map(Value::as_array_mut) {
            changes.sort_by_key(ToString::to_string);
        }
        assert_eq!(seen, expected);
    });
}

#[test]
fn siblings_with_keys_stay_themselves_and_move_no_more_than_they_must() {
    in_browser(|browser| async move {
        let script = "
            const list = (keys) => keys.split('').map((key) => `<p data-key='${key}'>${key}</p>`).join('');
            const nodes = new Map([...host.children].map((child) => [child.textContent, child]));
            const step = (keys) => {
              const moved = show(list(keys)).filter((change) => change.includes('+1')).length;
              const same = [...host.children].every((child) => (nodes.get(child.textContent) ?? child) === child);
              return [host.textContent === keys, same, moved];
            };
            return ['bcde', 'xbcdey', 'ybcdex', 'cdexyb', 'edcb'].map(step)";
        let first =
            "<p data-key=a>a</p><p data-key=b>b</p><p data-key=c>c</p><p data-key=d>d</p><p data-key=e>e</p>";
        // Gone from the front: nothing moves. Two come. Two change places. Two go to the end. Turned
        // round but for the last, two stay.
        let expected =
            json!([[true, true, 0], [true, true, 2], [true, true, 2], [true, true, 2], [true, true, 2]]);
        assert_eq!(patched(&browser, first, script).await, expected);
    });
}

#[test]
fn the_focus_stays_with_its_element_even_when_that_moves() {
    in_browser(|browser| async move {
        let button = |key: &str| format!("<button data-key={key}>{key}</button>");
        let list = |keys: [&str; 3]| json!(keys.map(button).concat());
        let script = format!(
            "one('[data-key=a]').focus();
             const where = () => document.activeElement.textContent;
             show({});
             const before = where();
             show({});
             return [before, where(), host.textContent]",
            list(["b", "c", "a"]),
            list(["c", "a", "d"])
        );
        let html = ["a", "b", "c"].map(button).concat();
        assert_eq!(patched(&browser, &html, &script).await, json!(["a", "a", "cad"]));
    });
}

#[test]
fn what_a_reader_types_chooses_or_opens_stays_until_the_demo_says_otherwise() {
    in_browser(|browser| async move {
        let html = "<input type=text value=\"\"><input type=number value=5><input type=checkbox>\
                    <select><option value=a selected>a<option value=b>b</select><details><summary>s</summary>x</details><p>0</p>";
        let script = format!(
            "const html = {};
             const [text, number, box] = host.querySelectorAll('input');
             const state = () => [text.value, number.value, box.checked, one('select').value, one('details').open];
             text.focus();
             text.value = 'typed'; text.setSelectionRange(2, 4);
             number.value = '12'; one('select').value = 'b'; one('details').open = true;
             show(html.replace('<p>0', '<p>1'));
             const kept = [...state(), text.selectionStart, text.selectionEnd, document.activeElement === text];
             show(html.replace('value=5', 'value=7').replace('checkbox', 'checkbox checked')
               .replace(' selected', '').replace('value=b', 'value=b selected'));
             const told = state();
             show(html.replace('value=\"\"', 'value=word'));
             const word = text.value;
             show(html);
             return [kept, told, [word, text.value]]",
            json!(html)
        );
        let expected = json!([
            ["typed", "12", false, "b", true, 2, 4, true],
            ["typed", "7", true, "b", true],
            ["word", ""]
        ]);
        assert_eq!(patched(&browser, html, &script).await, expected);
    });
}

#[test]
fn svg_is_drawn_as_svg() {
    in_browser(|browser| async move {
        let script = "show('<svg viewBox=\"0 0 9 9\"><g data-key=1><circle r=\"4\"/></g><g data-key=2><path d=\"M0 0\"/></g></svg>');
             return [one('svg').viewBox.baseVal.width, one('path').namespaceURI, one('[data-key=\"1\"]').childNodes.length]";
        let html = "<svg viewBox=\"0 0 4 4\"><g data-key=1><circle r=\"2\"/></g></svg>";
        assert_eq!(patched(&browser, html, script).await, json!([9, "http://www.w3.org/2000/svg", 1]));
    });
}

#[test]
fn numbers_and_words_change_without_the_document_being_parsed_again() {
    in_browser(|browser| async move {
        let html = "<p class=\"a\" data-key=\"1\">one <b>two</b> three</p><svg viewBox=\"0 0 4 4\">\
                    <g transform=\"translate(1 2)\" class=\"m\" hidden></g></svg><table><tr><td>x</td></tr></table>\
                    <input value=\"a\" checked type=\"checkbox\">tail";
        let script = format!(
            "const html = {};
             let parses = 0;
             const make = document.createElement;
             document.createElement = (name) => {{ parses += name === 'template'; return make.call(document, name); }};
             const plain = html.replace(/<table.*table>/, '');
             show(plain);
             const told = [];
             const step = (was, will) => {{
               parses = 0;
               const next = plain.replace(was, will);
               const changes = show(next).sort();
               const template = make.call(document, 'template');
               template.innerHTML = next;
               const same = [...host.childNodes].every((node, at) => node.isEqualNode(template.content.childNodes[at]))
                 && host.childNodes.length === template.content.childNodes.length;
               told.push([parses, same, changes]);
               show(plain);
             }};
             step('translate(1 2)', 'translate(3 4)');
             step('one ', 'eins ');
             step(' hidden', ' data-new=\"\"');
             step(' checked', '');
             step('value=\"a\"', 'value=\"\"');
             step(' three', ' drei');
             step('tail', 'end');
             step('data-key=\"1\"', 'data-key=\"2\"');
             step('one ', 'one &amp; ');
             step('class=\"m\"', 'class=\"&lt;\"');
             step('<b>two</b>', '<i>two</i>');
             show(html);
             parses = 0;
             const guessed = show(html.replace('<td>x', '<td>y'));
             return [told, parses, guessed, one('input').value]",
            json!(html)
        );
        let expected = json!([
            [
                [0, true, ["g transform"]],
                [0, true, ["text eins "]],
                [0, true, ["g data-new", "g hidden"]],
                [0, true, ["INPUT checked"]],
                [0, true, ["INPUT value"]],
                [1, true, ["text  drei"]],
                [1, true, ["text end"]],
                [1, true, ["DIV +0-1", "DIV +1-0"]],
                [1, true, ["text one & "]],
                [1, true, ["g class"]],
                [1, true, ["P +0-1", "P +1-0"]],
            ],
            // The parser puts a `tbody` in, so counting tags leads nowhere.
            1,
            ["text y"],
            "a",
        ]);
        assert_eq!(patched(&browser, html, &script).await, expected);
    });
}

/// What a shell writes, region by region, after each of some steps and frames between them.
fn frames_of(piece: &mut dyn Piece) -> BTreeMap<&'static str, Vec<String>> {
    let mut frames = BTreeMap::<_, Vec<String>>::new();
    let mut note = |piece: &dyn Piece| {
        let parts = (0..).map_while(|place| piece.part(place));
        for part in parts {
            let mut html = Html::new();
            piece.write(part.name, &mut html);
            frames.entry(part.name).or_default().push(html.into_string());
        }
    };
    note(piece);
    let is_played = (0..).map_while(|place| piece.part(place)).any(|part| part.moves);
    for round in 0..40 {
        if !is_played {
            let key = ["arrowright", "a", "arrowdown", ".", "c", " ", "z", "q"][round % 8];
            piece.key(key);
            note(piece);
            continue;
        }
        if !piece.is_playing() {
            piece.handle("play", "");
        }
        for _ in 0..round % 3 {
            piece.advance(30_000);
            note(piece);
        }
        piece.handle(if round % 5 == 4 { "previous" } else { "next" }, "");
        note(piece);
    }
    frames
}

#[test]
fn after_any_frame_of_any_demo_the_document_is_what_it_says() {
    in_browser(|browser| async move {
        for exhibit in REGISTRY {
            let id = exhibit.info().id;
            let mut piece = open(*exhibit, id, Settings::default(), None).unwrap();
            for (region, frames) in frames_of(&mut *piece) {
                let script = format!(
                    "const frames = {};
                     const make = document.createElement;
                     return frames.findIndex((html) => {{
                       show(html);
                       const template = make.call(document, 'template');
                       template.innerHTML = html;
                       // A reader's own: whether something is open.
                       for (const details of host.querySelectorAll('details')) details.open = false;
                       for (const details of template.content.querySelectorAll('details')) details.open = false;
                       const fresh = [...template.content.childNodes];
                       return host.childNodes.length !== fresh.length || fresh.some((node, at) => !node.isEqualNode(host.childNodes[at]));
                     }})",
                    json!(frames)
                );
                assert_eq!(patched(&browser, "", &script).await, json!(-1), "{id}, {region}");
            }
        }
    });
}

#[test]
fn while_only_time_passes_what_is_there_is_not_parsed_again() {
    in_browser(|browser| async move {
        for figure in REGISTRY.iter().filter(|exhibit| exhibit.run().is_some()) {
            let id = figure.info().id;
            let mut piece = open(*figure, id, Settings::default(), None).unwrap();
            let moving = |piece: &dyn Piece| {
                let parts = (0..).map_while(|place| piece.part(place)).filter(|part| part.moves);
                parts
                    .map(|part| {
                        let mut html = Html::new();
                        piece.write(part.name, &mut html);
                        html.into_string()
                    })
                    .collect::<Vec<_>>()
            };
            // Between two steps, with something under way.
            let mut frames = Vec::new();
            for _ in 0..60 {
                let before = piece.position();
                piece.handle("play", "");
                let from = moving(&*piece);
                piece.advance(2_000);
                if piece.position() == before && piece.is_playing() {
                    frames.push((from, moving(&*piece)));
                }
                piece.handle("next", "");
            }
            assert!(frames.len() > 10, "{id}: {} frames", frames.len());
            let script = format!(
                "const make = document.createElement;
                 let parses = 0;
                 document.createElement = (name) => {{ parses += name === 'template'; return make.call(document, name); }};
                 // What comes into a diagram's window, or leaves it, has to be parsed.
                 const marks = (html) => html.match(/<[a-z]+|data-key=\"[^\"]*/g).join();
                 const slow = [];
                 for (const [was, will] of {})
                   was.forEach((html, region) => {{
                     show(html);
                     parses = 0;
                     show(will[region]);
                     if (parses && marks(html) === marks(will[region])) slow.push([html, will[region]]);
                   }});
                 return slow",
                json!(frames)
            );
            assert_eq!(patched(&browser, "", &script).await, json!([]), "{id}");
        }
    });
}

#[test]
fn a_button_that_does_something_else_is_another_and_a_switch_stays_itself() {
    in_browser(|browser| async move {
        let button =
            |command: &str, label: &str| format!("<p><button data-do=\"{command}\">{label}</button></p>");
        let switch = |command: &str| {
            format!("<p><button data-do=\"{command}\" aria-pressed=\"true\">cut</button></p>")
        };
        let script = format!(
            "const [button, switched] = host.querySelectorAll('button');
             show({});
             return [...host.querySelectorAll('button')].map((now) => [now === button, now === switched, now.dataset.do])",
            json!(button("wipe:1", "Wipe") + &switch("mend:1:2"))
        );
        let seen = patched(&browser, &(button("crash:1", "Crash") + &switch("cut:1:2")), &script).await;
        assert_eq!(seen, json!([[false, false, "wipe:1"], [false, true, "mend:1:2"]]));
    });
}

#[test]
fn in_a_node_words_flash_and_no_ring_is_filled() {
    in_browser(|browser| async move {
        let node =
            |inside: &str| format!("<svg><g class=\"node\"><circle class=\"disc\"/>{inside}</g></svg>");
        let rings = "<circle class=\"track\"/><circle class=\"timer\"/><text>1</text>";
        let script = format!(
            "show({});
             show({});
             return [...host.querySelectorAll('*')].filter((one) => one.getAnimations().length).map((one) => one.nodeName)",
            json!(node(rings)),
            json!(node(&rings.replace('1', "2")))
        );
        assert_eq!(patched(&browser, &node(""), &script).await, json!(["text"]));
    });
}
