//! Demos that are documents: the reader draws, and sees what follows from the drawing.
//!
//! A [`Figure`] is played: it has time, faults, and an outcome that nobody chose. A [`Sheet`] is edited: it has what the
//! reader put there, and undo. Both are an [`Exhibit`], and all that stands around them (settings, scenarios, stills,
//! links, words read aloud) is the same.

use crate::figure::{Figure, Info, OptionSpec, ScenarioInfo, Settings, SettingsError, Values, names};
use crate::prelude::*;
use crate::view::Html;

/// One line of the registry.
#[derive(Clone, Copy)]
pub enum Exhibit {
    /// It is played.
    Run(&'static dyn Figure),
    /// It is edited.
    Sheet(&'static dyn Sheet),
}

impl Exhibit {
    /// Name, title, summary, source.
    pub fn info(self) -> Info {
        match self {
            Self::Run(figure) => figure.info(),
            Self::Sheet(sheet) => sheet.info(),
        }
    }

    /// What can be set.
    pub fn options(self) -> &'static [OptionSpec] {
        match self {
            Self::Run(figure) => figure.options(),
            Self::Sheet(sheet) => sheet.options(),
        }
    }

    /// What a fence can name; the first is shown when it names none.
    pub fn scenarios(self) -> Vec<ScenarioInfo> {
        match self {
            Self::Run(figure) => figure.scenarios(),
            Self::Sheet(sheet) => sheet.openings().iter().map(|opening| opening.info).collect(),
        }
    }

    /// Checks settings without showing anything.
    ///
    /// # Errors
    /// The first key that is unknown, out of range or of the wrong type.
    pub fn validate(self, settings: &Settings) -> Result<(), SettingsError> {
        match self {
            Self::Run(figure) => figure.validate(settings),
            Self::Sheet(sheet) => prepare(sheet, settings).map(|_| ()),
        }
    }

    /// The figure, when it is played.
    pub fn run(self) -> Option<&'static dyn Figure> {
        match self {
            Self::Run(figure) => Some(figure),
            Self::Sheet(_) => None,
        }
    }

    /// The sheet, when it is edited.
    pub fn sheet(self) -> Option<&'static dyn Sheet> {
        match self {
            Self::Run(_) => None,
            Self::Sheet(sheet) => Some(sheet),
        }
    }
}

/// What a sheet opens with: a drawing made by hand, and a question about it.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// Id, title, question.
    pub info: ScenarioInfo,
    /// What the reader should have found out.
    pub answer: &'static str,
    /// What to try next.
    pub now_try: &'static str,
    /// Options that differ from the sheet's defaults; a fence still wins.
    pub options: &'static [(&'static str, i64)],
}

/// A line of the registry that is edited.
pub trait Sheet: Sync {
    /// Name, title, summary, source.
    fn info(&self) -> Info;
    /// What can be set.
    fn options(&self) -> &'static [OptionSpec];
    /// Its drawings to begin with; never empty.
    fn openings(&self) -> Vec<Opening>;
    /// What the page holds for it.
    fn layout(&self) -> Layout;
    /// Opens a drawing; `opening` is its place among [`Sheet::openings`].
    fn open(&self, opening: usize, seed: u64, values: &Values) -> Box<dyn Paper>;
}

/// The parts of a sheet, by name, in the order of reading. [`Paper::write`] writes each.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Drawings in one box that scrolls, each over the one before it.
    pub layers: &'static [&'static str],
    /// What is at hand: under the drawing.
    pub tools: &'static [&'static str],
    /// What can be opened: at the foot.
    pub panels: &'static [&'static str],
    /// What keys do.
    pub keys: &'static [Key],
}

/// A key, and the command that it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As the page names it, in small letters, such as `arrowleft`.
    pub key: &'static str,
    /// The command.
    pub command: &'static str,
    /// As people know it, for the list of keys.
    pub shown: &'static str,
    /// What it does; empty where another key's line says it.
    pub meaning: &'static str,
}

/// What is said to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Nothing to say.
    Quiet,
    /// One sentence, read aloud.
    Said(String),
    /// The page's regular expressions are wanted: [`Paper::search`] says for what, and the matches come back as the command
    /// `matched`.
    Match,
}

/// A drawing that is open. Knows no page: input comes as words, output is HTML.
pub trait Paper {
    /// Carries out a command: up to three words, and the value of a field. Unknown words do nothing.
    fn command(&mut self, words: [&str; 3], value: &str) -> Reply;
    /// Takes the last edit back and says so; none when there is none.
    fn undo(&mut self) -> Option<String>;
    /// Makes the edit again that was taken back last, and says so; none when there is none.
    fn redo(&mut self) -> Option<String>;
    /// Whether there is something to take back, and something to make again.
    fn past(&self) -> (bool, bool);
    /// Whether it is still the drawing that the opening asks about, edited or not, and no other in its place.
    fn is_opening(&self) -> bool;
    /// Writes a part; `live` is false for a still.
    fn write(&self, part: &str, live: bool, html: &mut Html);
    /// What brings the drawing back, for a link: fields `name=value` with `;` between them, of letters, digits, `.` and `-`.
    /// None when it is too large for one.
    fn text(&self) -> Option<String>;
    /// Goes to the drawing of a link; `field` finds a field's value. False, and nothing changes, when there is none in it.
    fn restore(&mut self, field: &dyn Fn(&str) -> Option<String>) -> bool;
    /// What to search for, and in what; see [`Reply::Match`].
    fn search(&self) -> (&str, &str);
    /// The drawing in one sentence, for those who don't see it.
    fn describe(&self) -> String;
    /// The drawing in sentences, for those who have no script.
    fn story(&self) -> Vec<String>;
}

/// The opening that settings name, its place, and the values of all options for it.
///
/// # Errors
/// The first key that is unknown, out of range or of the wrong type.
pub(crate) fn prepare(
    sheet: &dyn Sheet,
    settings: &Settings,
) -> Result<(usize, Opening, Values), SettingsError> {
    let openings = sheet.openings();
    let place = match &settings.scenario {
        None => Some(0),
        Some(id) => openings.iter().position(|opening| opening.info.id == id),
    };
    let Some((place, opening)) = place.and_then(|place| Some((place, *openings.get(place)?))) else {
        let known = names(openings.iter().map(|known| known.info.id));
        return Err(SettingsError::no_scenario(sheet.info().id, settings, known));
    };
    let values = Values::resolve(sheet.options(), opening.options, &settings.options)?;
    Ok((place, opening, values))
}
