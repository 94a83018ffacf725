//! ```` ```demo ```` fences: TOML that names a demo, and its settings checked against the registry.

use std::ops::Range;

use demos::figure::{self, Settings, SettingsError, Value};
use demos::sheet::Exhibit;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{alternatives, nearest};

/// A demo a page asks for, known to be sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoFence {
    /// Its id in the registry.
    pub id: String,
    /// Seed, scenario and options.
    pub settings: Settings,
    /// What the reader is asked before it plays.
    pub predict: Option<String>,
    /// A run that somebody has made, as [`demos::shell::run_of_link`] gives it; holds the settings, too.
    pub run: Option<String>,
    /// The caption; the demo's own summary when none.
    pub caption: Option<String>,
}

/// Something wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Byte range in the fence's text; none for the fence as a whole.
    pub(super) place: Option<Range<usize>>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

const OWN_KEYS: &[&str] = &["id", "seed", "scenario", "predict", "caption", "run"];

/// Reads a fence. A demo comes back only when there are no faults.
pub(super) fn read(code: &str) -> (Option<DemoFence>, Vec<Fault>) {
    let (table, problems) = DeTable::parse_recoverable(code);
    let mut reader = Reader { faults: Vec::new() };
    for problem in problems {
        reader.fault(problem.span(), format!("this isn't TOML: {}", problem.message()), None);
    }
    if !reader.faults.is_empty() {
        return (None, reader.faults);
    }
    let demo = reader.demo(table.get_ref());
    (demo.filter(|_| reader.faults.is_empty()), reader.faults)
}

struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn demo(&mut self, table: &DeTable<'_>) -> Option<DemoFence> {
        let id = self.text(table, "id");
        let seed = self.seed(table);
        let scenario = self.text(table, "scenario");
        let predict = self.text(table, "predict");
        let caption = self.text(table, "caption");
        let Some(id) = id else {
            if !table.contains_key("id") {
                let ids = alternatives(figure::REGISTRY.iter().map(|figure| figure.info().id));
                self.fault(None, "this demo has no `id`".to_owned(), Some(format!("known demos: {ids}")));
            }
            return None;
        };
        let Some(figure) = figure::find(&id) else {
            let names = || figure::REGISTRY.iter().map(|figure| figure.info().id);
            self.fault(value_place(table, "id"), format!("there is no demo `{id}`"), suggestion(&id, names));
            return None;
        };
        let options = self.options(table, figure);
        let mut settings = Settings { seed, scenario, options };
        self.validate(table, figure, &settings);
        let run = self.run(table, figure);
        if let Some(run) = &run {
            settings = demos::shell::parse_settings(run);
        }
        Some(DemoFence { id, settings, predict, run, caption })
    }

    /// A run is given by a link to it, as a demo's "Copy link" makes it; all settings are in there.
    fn run(&mut self, table: &DeTable<'_>, figure: Exhibit) -> Option<String> {
        let link = self.text(table, "run")?;
        for (key, _) in table {
            if !matches!(&**key.get_ref(), "id" | "run" | "predict" | "caption") {
                let message = format!("`{}` is in the run already", key.get_ref());
                self.fault(Some(key.span()), message, Some("leave it out, or leave out `run`".to_owned()));
            }
        }
        let place = value_place(table, "run");
        let Some(played) = figure.run() else {
            self.fault(place, format!("`{}` is drawn and has no runs", figure.info().id), None);
            return None;
        };
        let run = demos::shell::run_of_link(played, &link);
        if run.is_none() {
            let message = format!("this is no run of `{}` that can be played today", figure.info().id);
            let hint = "play it in the demo, press \"Copy link\", and put the link here".to_owned();
            self.fault(place, message, Some(hint));
        }
        run
    }

    fn options(&mut self, table: &DeTable<'_>, figure: Exhibit) -> Vec<(String, Value)> {
        let mut options = Vec::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            if OWN_KEYS.contains(&name) {
                continue;
            }
            if !figure.options().iter().any(|option| option.name == name) {
                let names =
                    || OWN_KEYS.iter().copied().chain(figure.options().iter().map(|option| option.name));
                let message = format!("`{}` has no option `{name}`", figure.info().id);
                self.fault(Some(key.span()), message, suggestion(name, names));
                continue;
            }
            match option_value(value.get_ref()) {
                Some(value) => options.push((name.to_owned(), value)),
                None => {
                    let message = format!("`{name}` must be a whole number, a string, `true` or `false`");
                    self.fault(Some(value.span()), message, None);
                }
            }
        }
        options.sort_by(|left, right| left.0.cmp(&right.0));
        options
    }

    // The registry stops at the first fault; an author wants all of them, so each setting is tried on its own first.
    fn validate(&mut self, table: &DeTable<'_>, figure: Exhibit, settings: &Settings) {
        let before = self.faults.len();
        let bare = Settings { seed: settings.seed, ..Settings::default() };
        let alone =
            settings.options.iter().map(|option| Settings { options: vec![option.clone()], ..bare.clone() });
        let scenario = settings
            .scenario
            .as_ref()
            .map(|_| Settings { scenario: settings.scenario.clone(), ..bare.clone() });
        let found: Vec<SettingsError> =
            alone.chain(scenario).filter_map(|settings| figure.validate(&settings).err()).collect();
        for error in found {
            self.refused(table, figure, error);
        }
        if self.faults.len() == before
            && let Err(error) = figure.validate(settings)
        {
            self.refused(table, figure, error);
        }
    }

    fn refused(&mut self, table: &DeTable<'_>, figure: Exhibit, error: SettingsError) {
        let scenarios = figure.scenarios();
        let written = table.get("scenario").and_then(|value| value.get_ref().as_str());
        let meant = written
            .filter(|_| error.key == "scenario")
            .and_then(|written| nearest(written, scenarios.iter().map(|scenario| scenario.id)));
        let hint = meant.map(|name| format!("did you mean `{name}`?")).or(error.hint);
        self.fault(value_place(table, &error.key), error.message, hint);
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let value = table.get(key)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.fault(Some(value.span()), format!("`{key}` must be a string"), None);
        }
        text
    }

    fn seed(&mut self, table: &DeTable<'_>) -> u64 {
        let Some(value) = table.get("seed") else { return 0 };
        let seed = integer(value.get_ref()).and_then(|seed| u64::try_from(seed).ok());
        if seed.is_none() {
            self.fault(Some(value.span()), "`seed` must be a whole number, 0 or more".to_owned(), None);
        }
        seed.unwrap_or_default()
    }

    fn fault(&mut self, place: Option<Range<usize>>, message: String, hint: Option<String>) {
        self.faults.push(Fault { place, message, hint });
    }
}

fn value_place(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    table.get(key).map(Spanned::span)
}

/// The nearest name, else all of them.
fn suggestion<'a, Names: Iterator<Item = &'a str>>(
    written: &str,
    names: impl Fn() -> Names,
) -> Option<String> {
    match nearest(written, names()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if names().next().is_none() => None,
        None => Some(format!("known are {}", alternatives(names()))),
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
}

fn option_value(value: &DeValue<'_>) -> Option<Value> {
    let text = || value.as_str().map(|text| Value::Text(text.to_owned()));
    value.as_bool().map(Value::Flag).or_else(|| integer(value).map(Value::Integer)).or_else(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_toml_is_a_fault_at_its_place() {
        let (demo, faults) = read("id = \"raft-election\"\nseed = = 7\n");
        assert_eq!(demo, None);
        assert!(faults[0].place.as_ref().is_some_and(|place| place.start >= 28), "{faults:?}");
    }

    #[test]
    fn a_fence_without_id_says_so() {
        let (_, faults) = read("seed = 7\n");
        assert!(faults[0].message.contains("no `id`"), "{faults:?}");
    }

    #[test]
    fn every_key_of_the_wrong_type_is_reported() {
        let (_, faults) = read("id = 5\nseed = -1\ncaption = true\n");
        assert_eq!(faults.len(), 3, "{faults:?}");
    }

    #[test]
    fn a_run_is_given_by_a_link_and_brings_its_settings() {
        let state = "seed=2;one-vote=false;nodes=3;scenario=election;at=10;t=269000;do=8.264.g4,9.269.g5";
        let (demo, faults) =
            read(&format!("id = \"raft-election\"\nrun = \"https://a.example/m/#demo:raft-2:{state}\"\n"));
        assert_eq!(faults, []);
        let demo = demo.unwrap();
        assert_eq!(demo.run.unwrap(), "seed=2;one-vote=false;nodes=3;scenario=election;do=8.264.g4,9.269.g5");
        assert_eq!((demo.settings.seed, demo.settings.options.len()), (2, 2));
    }

    #[test]
    fn a_run_that_cannot_be_played_or_is_contradicted_is_a_fault() {
        let fault = |fence: &str| {
            let (demo, faults) = read(fence);
            assert_eq!(demo, None);
            faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>()
        };
        let run = "run = \"#demo:raft:seed=2;nodes=3;do=8.264.g4\"\n";
        assert_eq!(
            fault(&format!("id = \"raft-election\"\nseed = 3\nnodes = 3\n{run}")),
            ["`nodes` is in the run already", "`seed` is in the run already"]
        );
        for link in [
            "",
            "seed=2",
            "#demo:raft:seed=2;nodes=3;do=8.264.g400",
            "#demo:raft:seed=2;do=x",
            "#demo:raft:nodes=90",
        ] {
            let found = fault(&format!("id = \"raft-election\"\nrun = \"{link}\"\n"));
            assert_eq!(found, ["this is no run of `raft-election` that can be played today"], "{link}");
        }
        assert_eq!(
            fault("id = \"clocks\"\nrun = \"#demo:c:seed=1\"\n"),
            ["`clocks` is drawn and has no runs"]
        );
    }

    #[test]
    fn an_unknown_demo_is_a_fault_at_the_value_of_id() {
        let (_, faults) = read("seed = 7\nid = \"no-such-demo\"\n");
        assert_eq!(faults[0].place, Some(14..28));
    }
}
