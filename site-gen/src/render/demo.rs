//! A demo's figure: first frame and story, which mean something without script.

use demos::figure::{self, Settings, Value};
use demos::shell;

use super::text::escaped;
use crate::parse::DemoFence;

/// The figure of a demo. `id` is unique on the page.
#[must_use]
pub(super) fn figure(demo: &DemoFence, id: &str) -> String {
    let still = figure::find(&demo.id).and_then(|figure| {
        let (predict, run) = (demo.predict.as_deref(), demo.run.as_deref());
        Some((figure, shell::still(figure, &demo.settings, predict, run).ok()?))
    });
    // Parsing has found the demo and checked its settings with the same code.
    let Some((exhibit, still)) = still else { return String::new() };
    let info = exhibit.info();
    let family = demos::demos::family(&demo.id).map_or("", |family| family.name);
    let predict =
        demo.predict.as_ref().map_or(String::new(), |text| format!(" data-predict=\"{}\"", escaped(text)));
    let caption = demo.caption.as_deref().unwrap_or(info.summary);
    format!(
        "<figure class=\"demo\" id=\"{id}\" data-demo=\"{name}\" data-family=\"{family}\" data-settings=\"{settings}\"{predict}>\n\
         <div class=\"demo-stage\">{stage}</div>\n\
         <details class=\"demo-story\"><summary>What happens, step by step</summary>\n{story}\n</details>\n\
         <figcaption>{caption}</figcaption>\n</figure>\n",
        id = escaped(id),
        name = escaped(&demo.id),
        settings = escaped(&demo.run.clone().unwrap_or_else(|| settings_text(&demo.settings))),
        stage = still.stage,
        story = still.story,
        caption = escaped(caption),
    )
}

/// `seed=7;nodes=5;scenario=split-vote`: the seed, options by name, the scenario.
fn settings_text(settings: &Settings) -> String {
    let mut parts = vec![format!("seed={}", settings.seed)];
    parts.extend(settings.options.iter().map(|(name, value)| match value {
        Value::Integer(number) => format!("{name}={number}"),
        Value::Flag(flag) => format!("{name}={flag}"),
        Value::Text(text) => format!("{name}={text}"),
    }));
    parts.extend(settings.scenario.iter().map(|scenario| format!("scenario={scenario}")));
    parts.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_as_seed_options_scenario() {
        let settings = Settings {
            seed: 7,
            scenario: Some("split-vote".to_owned()),
            options: vec![("fast".to_owned(), Value::Flag(true)), ("nodes".to_owned(), Value::Integer(5))],
        };
        assert_eq!(settings_text(&settings), "seed=7;fast=true;nodes=5;scenario=split-vote");
        assert_eq!(settings_text(&Settings::default()), "seed=0");
    }
}
