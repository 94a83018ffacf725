//! `demo list`.

use std::fmt::Write;

use demos::figure::{OptionKind, OptionSpec, REGISTRY};
use demos::sheet::Exhibit;

/// The registry, for people.
pub(super) fn list() -> String {
    let demos: Vec<String> = REGISTRY.iter().map(|figure| describe(*figure)).collect();
    demos.join("\n")
}

fn describe(figure: Exhibit) -> String {
    let info = figure.info();
    let mut text = format!("{}\n  {}. {}\n  {}\n", info.id, info.title, info.summary, info.source);
    text.push_str("\n  --scenario\n");
    for scenario in figure.scenarios() {
        line(&mut text, scenario.id, "", scenario.title);
    }
    text.push_str("\n  --set\n");
    for option in figure.options() {
        line(&mut text, option.name, &values(option), option.summary);
    }
    text
}

fn line(text: &mut String, name: &str, values: &str, meaning: &str) {
    let gap = if values.is_empty() { "" } else { " " };
    // Writing to a String can't fail.
    let _ = writeln!(text, "    {name:<16}{values}{gap}{meaning}");
}

fn values(option: &OptionSpec) -> String {
    match option.kind {
        OptionKind::Integer { min, max, default } => {
            let unit = if option.unit.is_empty() { String::new() } else { format!(" {}", option.unit) };
            format!("[{min} to {max}{unit}, {default}]")
        }
        OptionKind::Flag { default: true } => "[rule, on; --off]".to_owned(),
        OptionKind::Flag { default: false } => "[false or true, false]".to_owned(),
        OptionKind::Choice { values } => format!("[{}]", values.join(", ")),
    }
}
