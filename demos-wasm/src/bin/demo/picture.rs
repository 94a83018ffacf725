//! `demo svg`: the picture with what it needs of the book's style sheets, so that any viewer shows it.

use demos::figure::{Figure, Settings};
use demos::put;
use demos::view::Html;

use super::Answer;
use super::arguments::explain;

/// Colours and fonts of the book.
const TOKENS: &str = include_str!("../../../../static/style.css");
/// Rules of the demos, one a line.
const RULES: &str = include_str!("../../../../static/demo.css");

/// The picture after `at` events, or where the page opens, as a file of its own.
///
/// # Errors
/// Settings that the demo refuses; a run that ends before `at`.
pub(super) fn picture(figure: &dyn Figure, settings: &Settings, at: Option<usize>) -> Result<Answer, String> {
    let mut run = figure.open(settings).map_err(explain)?;
    if let Some(at) = at {
        run.seek(at);
        if run.position() < at {
            let events = run.position();
            return Err(format!("the run ends after {events} events; write `--at {events}` or less"));
        }
    }
    // Between this event and the next, as the page opens: messages that have just set out don't lie on their senders.
    let now = run.now().0 * 1_000;
    let next = run.next_at().map_or(now, |tick| tick.0 * 1_000).max(now);
    let mut html = Html::new();
    run.picture(now + (next - now) * 6 / 10, None, false, &mut html);
    put!(html, "<style>{}</style>", style());
    // A file of its own says what it is, and its styles stand within it.
    let drawn = html.into_string().replace("</svg><style>", "<style>").replacen(
        "<svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\"",
        1,
    );
    Ok(Answer::new(drawn + "</svg>\n"))
}

/// The rules for pictures, with the light scheme's colours in place of their names: few viewers but browsers know
/// `light-dark`, `var` and `color-mix`. What a node is becomes its `color`, a mixture with the paper an opacity.
fn style() -> String {
    let mut depth = 0;
    let is_of_still = |rule: &&str| {
        // Within `@media` are other rules for the same things.
        let is_nested = depth > 0;
        depth = (depth + rule.matches('{').count()).saturating_sub(rule.matches('}').count());
        !is_nested
            && rule.starts_with(".demo-ring ")
            // How large it is in the page.
            && !rule.starts_with(".demo-ring {")
            && ![":hover", ":focus", "[data-do]"].iter().any(|live| rule.contains(live))
    };
    let rules: Vec<String> = RULES.lines().filter(is_of_still).map(resolve).collect();
    format!(
        "svg {{ background: {}; font-family: sans-serif }}\n{}\n",
        token("--paper-raised"),
        rules.join("\n")
    )
}

fn resolve(rule: &str) -> String {
    let Some((selector, body)) = rule.split_once('{') else { return rule.to_owned() };
    let declarations: Vec<String> = body.trim_end_matches([' ', '}']).split(';').map(declaration).collect();
    format!("{selector}{{{} }}", declarations.join(";"))
}

fn declaration(text: &str) -> String {
    let Some((name, value)) = text.trim().split_once(':') else { return text.to_owned() };
    let value = value.trim();
    let paint = |value: &str| value.replace("var(--role)", "currentColor");
    match name {
        "--role" => format!(" color: {}", colours(value)),
        "fill" | "stroke" => {
            let (value, opacity) = mixture(value).unwrap_or((value, "100%"));
            format!(" {name}: {}; {name}-opacity: {opacity}", colours(&paint(value)))
        }
        _ => format!(" {name}: {}", colours(&paint(value))),
    }
}

/// The colour that is mixed with the paper, and how much of it.
fn mixture(value: &str) -> Option<(&str, &str)> {
    value.strip_prefix("color-mix(in oklab, ")?.strip_suffix(", var(--paper-raised))")?.split_once(' ')
}

fn colours(value: &str) -> String {
    let mut parts = value.split("var(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((name, rest)) => {
                text.push_str(token(name));
                text.push_str(rest);
            }
            None => text.push_str(part),
        }
    }
    text
}

/// A token's value in the light scheme; `inherit` for one that isn't a colour.
fn token(name: &str) -> &'static str {
    let definition =
        TOKENS.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": light-dark("));
    definition.and_then(|colours| colours.split_once(',')).map_or("inherit", |(light, _)| light)
}
