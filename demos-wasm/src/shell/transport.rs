//! Time: play, step, scrub, speed; and the head with scenario and seed.

use super::{SPEEDS, Shell, TABS};
use crate::put;
use crate::view::{Flag, Html};
use crate::words::Words;

impl Shell {
    /// ` disabled` in a still.
    pub(super) fn inert(&self) -> Flag {
        Flag("disabled", !self.live)
    }

    /// A button for a command; inert in a still.
    pub(super) fn button(&self, html: &mut Html, command: &dyn Words, label: &dyn Words) {
        button(html, self.live, command, label);
    }

    pub(super) fn transport(&self, html: &mut Html) {
        let play = if self.playing {
            ("play", "sign play", "Pause", "Space", "M7 5h4v14H7zM13 5h4v14h-4z")
        } else {
            ("play", "sign play", "Play", "Space", "M7 4.5 20 12 7 19.5z")
        };
        put!(html, "<div class=\"transport\" role=\"group\" aria-label=\"Time\">");
        // Each with a drawn sign, and a name for those who don't see it.
        for (command, class, name, key, path) in [
            ("start", "sign", "Back to the start", "Home", "M6 5h3v14H6zM20 5v14L10 12z"),
            ("previous", "sign", "Previous event", "←", "M17 5v14L7 12z"),
            play,
            ("next", "sign", "Next event", "→", "M7 5l10 7-10 7z"),
            ("end", "sign", "To the latest event", "End", "M4 5l10 7-10 7zM15 5h3v14h-3z"),
        ] {
            put!(
                html,
                "<button type=\"button\" class=\"{}\" data-do=\"{}\" aria-label=\"{}\" title=\"{} ({})\"{}>\
                 <svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{}\"/></svg></button>",
                class,
                command,
                name,
                name,
                key,
                self.inert(),
                path
            );
        }
        let position = self.run.position();
        let length = self.run.records().len();
        let tenths = self.cursor / 100;
        put!(
            html,
            "<input type=\"range\" data-do=\"seek\" aria-label=\"Position in the run\" \
             aria-valuetext=\"event {} of {}\" min=\"0\" max=\"{}\" value=\"{}\"{}>\
             <output class=\"clock\">{}.{} ms</output>\
             <select class=\"speed\" data-do=\"speed\" aria-label=\"Speed\"{}>",
            position,
            length,
            length,
            position,
            self.inert(),
            tenths / 10,
            tenths % 10,
            self.inert()
        );
        for (place, (_, label)) in SPEEDS.iter().enumerate() {
            choice(html, &place, place == self.speed, label);
        }
        put!(html, "</select></div>");
    }

    pub(super) fn head(&self, html: &mut Html) {
        put!(
            html,
            "<div class=\"head\"><p class=\"title\">{}</p><label class=\"pick\"><span>Scenario</span>\
             <select data-do=\"scenario\"{}>",
            self.figure.info().title,
            self.inert()
        );
        for scenario in self.figure.scenarios() {
            choice(html, &scenario.id, scenario.id == self.run.scenario(), scenario.title);
        }
        put!(
            html,
            "</select></label><label class=\"pick seed\"><span>Seed</span>\
             <input type=\"number\" data-do=\"seed\" min=\"0\" value=\"{}\"{}></label>",
            self.settings.seed,
            self.inert()
        );
        for (command, label) in [("new-seed", "New seed"), ("reset", "Reset"), ("share", "Copy link")] {
            self.button(html, &command, &label);
        }
        put!(html, "</div>");
    }

    pub(super) fn tabs(&self, html: &mut Html) {
        put!(html, "<div class=\"tabs\" role=\"group\" aria-label=\"View\">");
        for (id, name) in TABS {
            put!(
                html,
                "<button type=\"button\" data-do=\"tab:{}\" aria-pressed=\"{}\"{}>{}</button>",
                id,
                id == self.tab,
                self.inert(),
                name
            );
        }
        put!(html, "</div>");
    }
}

/// A button for a command.
pub(super) fn button(html: &mut Html, live: bool, command: &dyn Words, label: &dyn Words) {
    put!(
        html,
        "<button type=\"button\" data-do=\"{}\"{}>{}</button>",
        command,
        Flag("disabled", !live),
        label
    );
}

/// One choice of a `select`.
pub(super) fn choice(html: &mut Html, value: &dyn Words, is_chosen: bool, label: &str) {
    put!(html, "<option value=\"{}\"{}>{}</option>", value, Flag("selected", is_chosen), label);
}
