//! What the page talks to, whether it is played or edited.

use super::sheet::Desk;
use super::{Errand, REGIONS, Shell};
use crate::figure::{Figure, Settings, SettingsError};
use crate::prelude::*;
use crate::sheet::{Exhibit, Sheet};
use crate::view::Html;

/// A region: its name, which stands in the page as `data-region`, and whether it changes with every frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The name.
    pub name: &'static str,
    /// Whether it changes with every frame.
    pub moves: bool,
}

/// One demo on a page. What only passing time asks for does nothing in those that stand still.
pub trait Piece {
    /// The regions, in the order of reading: the first is 0.
    fn part(&self, place: usize) -> Option<Part>;
    /// Writes a region; nothing for a name that there isn't.
    fn write(&self, name: &str, html: &mut Html);
    /// Carries out a command with the value of its field.
    fn handle(&mut self, command: &str, value: &str) -> Errand;
    /// What a key does while the demo has the focus. `None`: nothing, and the page may have it.
    fn key(&mut self, key: &str) -> Option<Errand>;
    /// Tells the reader something about the demo itself.
    fn say(&mut self, notice: &str);
    /// All of it as a URL fragment without `#`; empty when it is too large for one.
    fn fragment(&self) -> String;
    /// Goes to what a shared link holds. False, and nothing changes, when it is for another element or isn't valid; what isn't
    /// valid is said.
    fn restore(&mut self, fragment: &str) -> bool;
    /// All of it as text.
    fn export(&self) -> String;
    /// Tells it the address of a page that shows this demo alone.
    fn set_home(&mut self, home: String);
    /// What to search for, and in what, after [`Errand::Match`].
    fn search(&self) -> (&str, &str) {
        ("", "")
    }
    /// What a phone shows.
    fn tab(&self) -> &'static str {
        ""
    }
    /// Steps taken.
    fn position(&self) -> usize {
        0
    }
    /// Virtual time shown, in microseconds.
    fn cursor(&self) -> u64 {
        0
    }
    /// Whether time passes by itself now.
    fn is_playing(&self) -> bool {
        false
    }
    /// Whether it wants a frame.
    fn is_busy(&self) -> bool {
        false
    }
    /// Lets real time pass, in microseconds.
    fn advance(&mut self, _elapsed: u64) {}
    /// The same for those who want nothing to move: step by step, each shown for a while.
    fn stride(&mut self, _elapsed: u64) {}
}

/// Opens a demo for the element `element_id`; `predict` takes the place of the scenario's own question.
///
/// # Errors
/// As [`Exhibit::validate`].
pub fn open(
    exhibit: Exhibit,
    element_id: &str,
    settings: Settings,
    predict: Option<&str>,
) -> Result<Box<dyn Piece>, SettingsError> {
    match exhibit {
        Exhibit::Run(figure) => open_run(figure, element_id, settings, predict),
        Exhibit::Sheet(sheet) => open_sheet(sheet, element_id, settings, predict),
    }
}

/// As [`open`], for a page that has only demos that are played.
///
/// # Errors
/// As [`Exhibit::validate`].
pub fn open_run(
    figure: &'static dyn Figure,
    element_id: &str,
    settings: Settings,
    predict: Option<&str>,
) -> Result<Box<dyn Piece>, SettingsError> {
    Ok(Box::new(Shell::new(figure, element_id, settings, predict)?))
}

/// As [`open`], for a page that has only demos that are drawn.
///
/// # Errors
/// As [`Exhibit::validate`].
pub fn open_sheet(
    sheet: &'static dyn Sheet,
    element_id: &str,
    settings: Settings,
    predict: Option<&str>,
) -> Result<Box<dyn Piece>, SettingsError> {
    Ok(Box::new(Desk::new(sheet, element_id, settings, predict)?))
}

impl Piece for Shell {
    fn part(&self, place: usize) -> Option<Part> {
        REGIONS.get(place).map(|region| Part { name: region.name, moves: region.moves })
    }

    fn write(&self, name: &str, html: &mut Html) {
        if let Some(region) = REGIONS.iter().find(|region| region.name == name) {
            region.write(self, html);
        }
    }

    fn handle(&mut self, command: &str, value: &str) -> Errand {
        Self::handle(self, command, value)
    }

    fn key(&mut self, key: &str) -> Option<Errand> {
        Self::key(self, key)
    }

    fn say(&mut self, notice: &str) {
        Self::say(self, notice);
    }

    fn fragment(&self) -> String {
        Self::fragment(self)
    }

    fn restore(&mut self, fragment: &str) -> bool {
        Self::restore(self, fragment)
    }

    fn export(&self) -> String {
        Self::export(self)
    }

    fn set_home(&mut self, home: String) {
        Self::set_home(self, home);
    }

    fn tab(&self) -> &'static str {
        Self::tab(self)
    }

    fn position(&self) -> usize {
        Self::position(self)
    }

    fn cursor(&self) -> u64 {
        Self::cursor(self)
    }

    fn is_playing(&self) -> bool {
        Self::is_playing(self)
    }

    fn is_busy(&self) -> bool {
        Self::is_busy(self)
    }

    fn stride(&mut self, elapsed: u64) {
        Self::stride(self, elapsed);
    }

    fn advance(&mut self, elapsed: u64) {
        Self::advance(self, elapsed);
    }
}
