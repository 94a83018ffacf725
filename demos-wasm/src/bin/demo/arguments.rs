//! What was typed, and what it means.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use demos::figure::{Figure, REGISTRY, Settings, SettingsError, Value, find};
use demos::shell::parse_settings;

use super::{Answer, check, history, hunt, list, picture, run};

/// Run the book's demos without a page, draw them, look for counterexamples, and judge what clients saw.
#[derive(Parser)]
#[command(name = "demo", version)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the demos with their scenarios and options
    List,
    /// Play a demo and print one event a line
    Run {
        #[command(flatten)]
        setting: Setting,
        /// How many events
        #[arg(long, default_value_t = 100)]
        events: usize,
        /// What a line is
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Draw a demo as an SVG file
    Svg {
        #[command(flatten)]
        setting: Setting,
        /// Draw it after this many events; by default where the page opens
        #[arg(long)]
        at: Option<usize>,
    },
    /// Search random schedules for a broken invariant and shrink what is found
    Hunt {
        #[command(flatten)]
        setting: Setting,
        /// How many schedules to try, from the seed on
        #[arg(long, default_value_t = 10_000)]
        seeds: u64,
        /// Switch a safety rule off
        #[arg(long, value_name = "RULE")]
        off: Vec<String>,
        /// Look where this rule matters, in force or not; by default the first one that is off
        #[arg(long, value_name = "RULE")]
        near: Option<String>,
    },
    /// Visit every state of a demo's bounded model, and print how many there are or the shortest counterexample
    Check {
        #[command(flatten)]
        setting: Setting,
        /// Give up after so many states
        #[arg(long, default_value_t = 10_000_000)]
        states: usize,
        /// Switch a safety rule off
        #[arg(long, value_name = "RULE")]
        off: Vec<String>,
    },
    /// Say whether a history of clients is linearizable
    ///
    /// One event a line: {"process":4,"type":"invoke|ok|fail|info","f":"read|write|cas","key":"x","value":…}. `key` may be
    /// left out. The value of a `cas` is [from, to]; a failed `cas` found another value; `info` means that nobody knows the
    /// outcome, as of an invocation that never returns. Keys hold null at first.
    Linearizable {
        /// File of JSON lines; `-` for standard input
        file: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Format {
    /// Milliseconds, a tab, and a sentence
    Text,
    /// A JSON object
    Json,
}

/// Which run of which demo.
#[derive(Args)]
struct Setting {
    /// Which demo, as `list` names it
    id: String,
    /// Seed of the generator
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Set an option
    #[arg(long = "set", value_name = "NAME=VALUE")]
    sets: Vec<String>,
    /// Which guided run; by default the first
    #[arg(long)]
    scenario: Option<String>,
}

impl Arguments {
    /// Does what was asked.
    ///
    /// # Errors
    /// What is wrong with arguments or input, and what to do about it, for people.
    pub(super) fn carry_out(&self) -> Result<Answer, String> {
        match &self.command {
            Command::List => Ok(Answer::new(list::list())),
            Command::Run { setting, events, format } => {
                let (figure, settings) = setting.read(&[])?;
                run::run(figure, &settings, *events, *format)
            }
            Command::Svg { setting, at } => {
                let (figure, settings) = setting.read(&[])?;
                picture::picture(figure, &settings, *at)
            }
            Command::Hunt { setting, seeds, off, near } => {
                let (figure, settings) = setting.read(off)?;
                let rule = near.as_ref().or(off.first()).map_or("", String::as_str);
                hunt::hunt(figure, &settings, rule, *seeds)
            }
            Command::Check { setting, states, off } => {
                let (figure, settings) = setting.read(off)?;
                check::check(figure, &settings, *states)
            }
            Command::Linearizable { file } => history::judge_file(file),
        }
    }
}

impl Setting {
    fn read(&self, off: &[String]) -> Result<(&'static dyn Figure, Settings), String> {
        let exhibit = find(&self.id).ok_or_else(|| {
            let ids = REGISTRY.iter().map(|exhibit| exhibit.info().id);
            format!("there is no demo `{}`; {}", self.id, nearest(&self.id, ids))
        })?;
        let figure = exhibit.run().ok_or_else(|| {
            format!("`{}` is drawn by its reader and has no run; its page is the place to try it", self.id)
        })?;
        let mut settings = Settings { seed: self.seed, scenario: self.scenario.clone(), options: Vec::new() };
        for set in &self.sets {
            settings.options.push(option(set)?);
        }
        for rule in off {
            if !rules(figure).any(|known| known == rule) {
                let hint = nearest(rule, rules(figure));
                return Err(format!("`{}` has no rule `{rule}` to switch off; {hint}", self.id));
            }
            settings.options.push((rule.clone(), Value::Flag(false)));
        }
        figure.validate(&settings).map_err(explain)?;
        Ok((figure, settings))
    }
}

/// The rules of a demo that can be switched off.
fn rules(figure: &dyn Figure) -> impl Iterator<Item = &'static str> {
    figure.options().iter().filter(|option| option.is_rule()).map(|option| option.name)
}

fn option(set: &str) -> Result<(String, Value), String> {
    let problem = || format!("`--set {set}` sets nothing; write `--set name=value`");
    let (name, _) = set.split_once('=').ok_or_else(problem)?;
    if name == "seed" || name == "scenario" {
        return Err(format!("`{name}` is not an option of the demo; write `--{name}`"));
    }
    parse_settings(set).options.pop().ok_or_else(problem)
}

/// A refusal of settings with its hint.
pub(super) fn explain(problem: SettingsError) -> String {
    match &problem.hint {
        Some(hint) => format!("{problem}; {hint}"),
        None => problem.to_string(),
    }
}

/// "did you mean", or all names.
fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let close = known.iter().find(|name| strsim::damerau_levenshtein(wrong, name) <= 2);
    match close {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "it has none".to_owned(),
        None => {
            let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("choose from {}", quoted.join(", "))
        }
    }
}
