//! What every sheet gets for free: its opening with the question first, undo, words read aloud, keys and sharing.

use super::share::{linked_states, settings_text, share_panel};
use super::transport::{button, choice};
use super::{Errand, Part, Piece, parse_settings};
use crate::figure::{Settings, SettingsError};
use crate::prelude::*;
use crate::put;
use crate::sheet::{Opening, Paper, Reply, Sheet, prepare};
use crate::view::{Flag, Html};

/// The regions before the drawing.
const ABOVE: &[&str] = &["head", "ask"];
/// The regions between the tools and the panels, and at the end.
const BELOW: &[&str] = &["share", "help"];
/// What was said last, right under the drawing.
const SAID: &str = "said";

/// A sheet on a page.
pub(super) struct Desk {
    sheet: &'static dyn Sheet,
    element_id: String,
    home: String,
    predict: Option<String>,
    /// Place of the opening that the author embedded.
    embedded: usize,
    settings: Settings,
    opening: (usize, Opening),
    paper: Box<dyn Paper>,
    said: String,
    guess: String,
    is_answered: bool,
    help: bool,
    pub(super) live: bool,
}

impl Desk {
    /// # Errors
    /// As [`Exhibit::validate`](crate::sheet::Exhibit::validate).
    pub(super) fn new(
        sheet: &'static dyn Sheet,
        element_id: &str,
        settings: Settings,
        predict: Option<&str>,
    ) -> Result<Self, SettingsError> {
        let (place, opening, values) = prepare(sheet, &settings)?;
        Ok(Self {
            sheet,
            element_id: element_id.to_owned(),
            home: String::new(),
            predict: predict.map(str::to_owned),
            embedded: place,
            paper: sheet.open(place, settings.seed, &values),
            settings,
            opening: (place, opening),
            said: String::new(),
            guess: String::new(),
            is_answered: false,
            help: false,
            live: true,
        })
    }

    /// The drawing.
    pub(super) fn paper(&self) -> &dyn Paper {
        &*self.paper
    }

    /// What is asked about it, and found out.
    pub(super) fn opening(&self) -> Opening {
        self.opening.1
    }

    /// Opens the drawing that settings name.
    fn reopen(&mut self, settings: Settings) {
        match prepare(self.sheet, &settings) {
            Ok((place, opening, values)) => {
                let paper = self.sheet.open(place, settings.seed, &values);
                self.lay(paper, (place, opening), settings);
            }
            Err(problem) => self.said = problem.message,
        }
    }

    /// Puts another drawing on the desk, whose question hasn't been answered yet.
    fn lay(&mut self, paper: Box<dyn Paper>, opening: (usize, Opening), settings: Settings) {
        self.paper = paper;
        self.opening = opening;
        self.settings = settings;
        self.is_answered = false;
        self.guess.clear();
        self.said = self.paper.describe();
    }

    fn carry_out(&mut self, command: &str, value: &str) -> Errand {
        let mut words = command.split(':');
        let mut word = || words.next().unwrap_or_default();
        let (verb, first, second) = (word(), word(), word());
        match verb {
            "undo" => self.said = self.paper.undo().unwrap_or_else(|| "Nothing to take back.".to_owned()),
            "redo" => self.said = self.paper.redo().unwrap_or_else(|| "Nothing to make again.".to_owned()),
            "scenario" => self.reopen(Settings { scenario: Some(value.to_owned()), ..Settings::default() }),
            "reset" => self.reopen(self.settings.clone()),
            "guess" => value.clone_into(&mut self.guess),
            "reveal" => self.is_answered = !self.is_answered,
            "help" => self.help = !self.help,
            "share" if self.paper.text().is_none() => {
                "This drawing is too large for a link.".clone_into(&mut self.said);
            }
            "share" => return Errand::CopyLink,
            "download" => return Errand::Download,
            "import" => {
                self.said.clear();
                if !linked_states(value, &mut |state| self.take_over(state)) && self.said.is_empty() {
                    "This is no link of this demo; one holds a piece that begins with #demo:"
                        .clone_into(&mut self.said);
                }
            }
            _ => match self.paper.command([verb, first, second], value) {
                Reply::Quiet => {}
                Reply::Said(sentence) => self.said = sentence,
                Reply::Match => return Errand::Match,
            },
        }
        Errand::None
    }

    /// What a link holds; none when the drawing is too large for one.
    fn state(&self) -> Option<String> {
        let drawing = self.paper.text()?;
        let mut text = settings_text(&self.settings);
        for piece in [";scenario=", self.opening.1.info.id, ";", &drawing] {
            text.push_str(piece);
        }
        Some(text)
    }

    fn take_over(&mut self, state: &str) -> bool {
        let mut settings = parse_settings(state);
        // Names of one letter are the drawing's.
        settings.options.retain(|(name, _)| name.len() > 1);
        let field = |name: &str| {
            let is_it = |part: &str| {
                part.split_once('=').filter(|(key, _)| *key == name).map(|(_, it)| it.to_owned())
            };
            state.split(';').find_map(is_it)
        };
        let (place, opening, values) = match prepare(self.sheet, &settings) {
            Ok(prepared) => prepared,
            Err(problem) => {
                self.said = problem.message;
                return false;
            }
        };
        let mut paper = self.sheet.open(place, settings.seed, &values);
        if !paper.restore(&field) {
            "This link holds no drawing that can be read.".clone_into(&mut self.said);
            return false;
        }
        self.lay(paper, (place, opening), settings);
        true
    }

    fn head(&self, html: &mut Html) {
        let inert = Flag("disabled", !self.live);
        put!(
            html,
            "<div class=\"head\"><p class=\"title\">{}</p><label class=\"pick\"><span>Drawing</span>\
             <select data-do=\"scenario\"{}>",
            self.sheet.info().title,
            inert
        );
        for (place, opening) in self.sheet.openings().iter().enumerate() {
            choice(html, &opening.info.id, place == self.opening.0, opening.info.title);
        }
        put!(html, "</select></label>");
        let (can_undo, can_redo) = self.paper.past();
        for (command, label, can) in [
            ("undo", "Undo", can_undo),
            ("redo", "Redo", can_redo),
            ("reset", "Reset", true),
            ("share", "Copy link", true),
        ] {
            put!(
                html,
                "<button type=\"button\" data-do=\"{}\"{}>{}</button>",
                command,
                Flag("disabled", !self.live || !can),
                label
            );
        }
        put!(html, "</div>");
    }

    fn ask(&self, html: &mut Html) {
        if !self.paper.is_opening() {
            return;
        }
        let (place, opening) = self.opening;
        let own = self.predict.as_deref().filter(|_| place == self.embedded);
        put!(
            html,
            "<div class=\"card\"><p class=\"kicker\">Before you try</p><p class=\"question\">{}</p>",
            own.unwrap_or(opening.info.question)
        );
        if self.is_answered {
            if !self.guess.is_empty() {
                put!(html, "<p class=\"guessed\">You guessed: {}</p>", self.guess);
            }
            put!(
                html,
                "<p class=\"answer\">{}</p><p class=\"try\"><strong>Now try. </strong>{}</p></div>",
                opening.answer,
                opening.now_try
            );
            return;
        }
        put!(
            html,
            "<div class=\"guessing\"><label class=\"guess\"><span>Your guess</span>\
             <input type=\"text\" data-do=\"guess\" value=\"{}\" autocomplete=\"off\"{}></label>",
            self.guess,
            Flag("disabled", !self.live)
        );
        button(html, self.live, &"reveal", &"Show the answer");
        put!(html, "</div></div>");
    }

    fn keys(&self, html: &mut Html) {
        put!(
            html,
            "<div class=\"help\"><button type=\"button\" data-do=\"help\"{} aria-expanded=\"{}\">{}</button>",
            Flag("disabled", !self.live),
            self.help,
            if self.help { "Hide keys" } else { "Keys" }
        );
        if self.help {
            put!(html, "<dl>");
            for key in self.sheet.layout().keys {
                if !key.meaning.is_empty() {
                    put!(html, "<div><dt><kbd>{}</kbd></dt><dd>{}</dd></div>", key.shown, key.meaning);
                }
            }
            put!(html, "</dl>");
        }
        put!(html, "</div>");
    }
}

impl Piece for Desk {
    fn part(&self, place: usize) -> Option<Part> {
        let layout = self.sheet.layout();
        let mut rest = place;
        for names in [ABOVE, layout.layers, &[SAID], layout.tools, layout.panels, BELOW] {
            match names.get(rest) {
                Some(name) => return Some(Part { name, moves: false }),
                None => rest -= names.len(),
            }
        }
        None
    }

    fn write(&self, name: &str, html: &mut Html) {
        match name {
            "head" => self.head(html),
            "ask" => self.ask(html),
            SAID => put!(html, "<p class=\"demo-now\" aria-live=\"polite\">{}</p>", self.said),
            "share" => {
                share_panel(html, self.live, &self.home, self.sheet.info(), self.state().as_deref());
            }
            "help" => self.keys(html),
            _ => self.paper.write(name, self.live, html),
        }
    }

    fn handle(&mut self, command: &str, value: &str) -> Errand {
        self.carry_out(command, value)
    }

    fn key(&mut self, key: &str) -> Option<Errand> {
        let lower = key.to_ascii_lowercase();
        let command = self.sheet.layout().keys.iter().find(|known| known.key == lower)?.command;
        Some(self.carry_out(command, ""))
    }

    fn say(&mut self, notice: &str) {
        notice.clone_into(&mut self.said);
    }

    fn fragment(&self) -> String {
        let mut text = String::new();
        if let Some(state) = self.state() {
            for piece in ["demo:", &self.element_id, ":", &state] {
                text.push_str(piece);
            }
        }
        text
    }

    fn restore(&mut self, fragment: &str) -> bool {
        let state = fragment.strip_prefix("demo:").and_then(|rest| rest.split_once(':'));
        state.is_some_and(|(element, state)| element == self.element_id && self.take_over(state))
    }

    fn export(&self) -> String {
        let (mut text, fragment) = (self.sheet.info().title.to_owned(), self.fragment());
        let sign = if fragment.is_empty() { "\n" } else { "\n#" };
        for piece in [sign, &fragment, "\n"] {
            text.push_str(piece);
        }
        for sentence in self.paper.story() {
            text.push_str(&sentence);
            text.push('\n');
        }
        text
    }

    fn set_home(&mut self, home: String) {
        self.home = home;
    }

    fn search(&self) -> (&str, &str) {
        self.paper.search()
    }
}
