//! A figure: one entry of the registry, and the settings a page may give it.

use std::fmt;

/// What a demo is: shown in the registry, in captions and by `site-gen demos`.
#[derive(Debug, Clone, Copy)]
pub struct Info {
    /// Stable name used in fences and URLs, such as `raft-election`.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// One sentence: what the reader can find out with it.
    pub summary: &'static str,
    /// The work it implements, with sections.
    pub source: &'static str,
}

/// What values an option takes, and which one it has when nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// A whole number in a closed range.
    Integer {
        /// Smallest value allowed.
        min: i64,
        /// Largest value allowed.
        max: i64,
        /// Value when not given.
        default: i64,
    },
    /// On or off.
    Flag {
        /// Value when not given.
        default: bool,
    },
    /// One of a few names; the first is the default.
    Choice {
        /// Names allowed.
        values: &'static [&'static str],
    },
}

/// One thing about a demo that a fence, a URL or a reader can set.
#[derive(Debug, Clone, Copy)]
pub struct OptionSpec {
    /// Key in the fence and in the URL.
    pub name: &'static str,
    /// Values it takes.
    pub kind: OptionKind,
    /// Unit of an integer, such as `ms`; empty where there is none.
    pub unit: &'static str,
    /// One line for people.
    pub summary: &'static str,
}

/// A guided run: what a fence names with `scenario = "…"`.
#[derive(Debug, Clone, Copy)]
pub struct ScenarioInfo {
    /// Name in fences and URLs.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// What the reader is asked before it plays.
    pub question: &'static str,
}

/// A value as a fence or a URL gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A TOML integer, or digits in a URL.
    Integer(i64),
    /// A TOML boolean.
    Flag(bool),
    /// A TOML string.
    Text(String),
}

/// Everything that decides a run before the reader touches it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Seed of the generator; 0 is a seed like any other.
    pub seed: u64,
    /// Scenario to play, if any.
    pub scenario: Option<String>,
    /// Options that differ from the default, by name.
    pub options: Vec<(String, Value)>,
}

/// Why settings were refused. `Display` says what is wrong; [`SettingsError::hint`] what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The key at fault: `scenario` or an option's name. Lets the caller find the line.
    pub key: String,
    /// What is wrong, the offender quoted.
    pub message: String,
    /// What to write in its place, where that can be said.
    pub hint: Option<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for SettingsError {}

/// One line of the registry, whatever its protocol.
pub trait Figure: Sync {
    /// Name, title, summary, source.
    fn info(&self) -> Info;
    /// What can be set.
    fn options(&self) -> &'static [OptionSpec];
    /// Its guided runs; the first is played when a fence names none.
    fn scenarios(&self) -> Vec<ScenarioInfo>;
    /// Checks settings without running anything.
    ///
    /// # Errors
    /// The first key that is unknown, out of range or of the wrong type.
    fn validate(&self, settings: &Settings) -> Result<(), SettingsError>;
}

/// Every demo there is.
pub static REGISTRY: &[&dyn Figure] = &[];

/// The demo with this id.
pub fn find(id: &str) -> Option<&'static dyn Figure> {
    REGISTRY.iter().copied().find(|figure| figure.info().id == id)
}
