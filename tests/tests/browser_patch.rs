//! The page's side of the demos, `page/src/patch.js`: what stays in the document keeps its focus, its text and its peace.

#![allow(clippy::unwrap_used, reason = "what cannot be set up fails its test")]

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
             return [kept, state()]",
            json!(html)
        );
        let expected =
            json!([["typed", "12", false, "b", true, 2, 4, true], ["typed", "7", true, "b", true]]);
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
