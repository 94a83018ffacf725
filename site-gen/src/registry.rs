//! `site-gen demos`: the registry, for people and for programs.

use std::fmt::Write as _;

use demos::figure::OptionKind;
use demos::sheet::Exhibit;
use serde_json::{Value, json};

/// Every demo with its options and scenarios, as text.
pub(crate) fn for_people(figures: &[Exhibit]) -> String {
    let mut text = String::new();
    for figure in figures {
        let info = figure.info();
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}: {}\n  {}\n  after {}", info.id, info.title, info.summary, info.source);
        let _ = writeln!(text, "  options");
        let _ = writeln!(text, "    seed: whole number, 0 or more");
        for option in figure.options() {
            let unit = if option.unit.is_empty() { String::new() } else { format!(" {}", option.unit) };
            let _ = writeln!(text, "    {}: {}{unit}: {}", option.name, values(option.kind), option.summary);
        }
        let _ = writeln!(text, "  scenarios");
        for scenario in figure.scenarios() {
            let _ = writeln!(text, "    {}: {}", scenario.id, scenario.title);
        }
        text.push('\n');
    }
    text
}

/// Every demo as one JSON object a line.
pub(crate) fn for_programs(figures: &[Exhibit]) -> String {
    figures.iter().map(|figure| format!("{}\n", object(*figure))).collect()
}

fn values(kind: OptionKind) -> String {
    match kind {
        OptionKind::Integer { min, max, default } => format!("{min} to {max}, else {default}"),
        OptionKind::Flag { default } => format!("true or false, else {default}"),
        OptionKind::Choice { values } => {
            format!("{}, else {}", values.join(" or "), values.first().unwrap_or(&""))
        }
    }
}

fn object(figure: Exhibit) -> Value {
    let info = figure.info();
    let options = figure.options().iter().map(|option| {
        let mut value = match option.kind {
            OptionKind::Integer { min, max, default } => {
                json!({"type": "integer", "min": min, "max": max, "default": default})
            }
            OptionKind::Flag { default } => json!({"type": "flag", "default": default}),
            OptionKind::Choice { values } => {
                json!({"type": "choice", "values": values, "default": values.first()})
            }
        };
        value["name"] = json!(option.name);
        value["unit"] = json!(option.unit);
        value["summary"] = json!(option.summary);
        value
    });
    let scenarios = figure
        .scenarios()
        .into_iter()
        .map(|scenario| json!({"id": scenario.id, "title": scenario.title, "question": scenario.question}));
    json!({
        "id": info.id,
        "title": info.title,
        "summary": info.summary,
        "source": info.source,
        "options": options.collect::<Vec<_>>(),
        "scenarios": scenarios.collect::<Vec<_>>(),
    })
}
