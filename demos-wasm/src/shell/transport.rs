//! Time: play, step, scrub, speed; and the head with scenario and seed.

use super::{SPEEDS, Shell, TABS};
use crate::view::element::Text;
use crate::view::{Element, el, svg};

/// A button for a command; inert in a still.
pub(super) fn button(live: bool, command: impl Into<Text>, label: impl Into<Text>) -> Element {
    el("button").with("type", "button").with("data-do", command).flag("disabled", !live).text(label)
}

/// A button with a drawn sign and a name for those who don't see it.
fn sign(
    live: bool,
    command: &'static str,
    name: &'static str,
    key: &'static str,
    path: &'static str,
) -> Element {
    let class = if command == "play" { "sign play" } else { "sign" };
    let icon = svg("svg")
        .with("viewBox", "0 0 24 24")
        .with("aria-hidden", "true")
        .child(svg("path").with("d", path));
    el("button")
        .with("type", "button")
        .class(class)
        .with("data-do", command)
        .with("aria-label", name)
        .with("title", format!("{name} ({key})"))
        .flag("disabled", !live)
        .child(icon)
}

impl Shell {
    pub(super) fn transport(&self) -> Element {
        let live = self.live;
        let (name, path) = if self.playing {
            ("Pause", "M7 5h4v14H7zM13 5h4v14h-4z")
        } else {
            ("Play", "M7 4.5 20 12 7 19.5z")
        };
        let position = self.run.position();
        let length = self.run.records().len();
        let tenths = self.cursor / 100;
        let slider = el("input")
            .with("type", "range")
            .with("data-do", "seek")
            .with("aria-label", "Position in the run")
            .with("aria-valuetext", format!("event {position} of {length}"))
            .num("min", 0)
            .num("max", length)
            .num("value", position)
            .flag("disabled", !live);
        let speeds = SPEEDS.iter().enumerate().map(|(place, (_, label))| {
            el("option").num("value", place).flag("selected", place == self.speed).text(*label)
        });
        let speed = el("select")
            .class("speed")
            .with("data-do", "speed")
            .with("aria-label", "Speed")
            .flag("disabled", !live)
            .children(speeds);
        let clock = el("output").class("clock").text(format!("{}.{} ms", tenths / 10, tenths % 10));
        el("div")
            .class("transport")
            .with("role", "group")
            .with("aria-label", "Time")
            .child(sign(live, "start", "Back to the start", "Home", "M6 5h3v14H6zM20 5v14L10 12z"))
            .child(sign(live, "previous", "Previous event", "←", "M17 5v14L7 12z"))
            .child(sign(live, "play", name, "Space", path))
            .child(sign(live, "next", "Next event", "→", "M7 5l10 7-10 7z"))
            .child(sign(live, "end", "To the latest event", "End", "M4 5l10 7-10 7zM15 5h3v14h-3z"))
            .child(slider)
            .child(clock)
            .child(speed)
    }

    pub(super) fn head(&self) -> Element {
        let live = self.live;
        let info = self.figure.info();
        let scenarios = self.figure.scenarios();
        let options = scenarios.iter().map(|scenario| {
            el("option")
                .with("value", scenario.id)
                .flag("selected", scenario.id == self.run.scenario())
                .text(scenario.title)
        });
        let picker = el("label")
            .class("pick")
            .child(el("span").text("Scenario"))
            .child(el("select").with("data-do", "scenario").flag("disabled", !live).children(options));
        let seed = el("label").class("pick seed").child(el("span").text("Seed")).child(
            el("input")
                .with("type", "number")
                .with("data-do", "seed")
                .num("min", 0)
                .num("value", self.settings.seed)
                .flag("disabled", !live),
        );
        el("div")
            .class("head")
            .child(el("p").class("title").text(info.title))
            .child(picker)
            .child(seed)
            .child(button(live, "new-seed", "New seed"))
            .child(button(live, "reset", "Reset"))
            .child(button(live, "share", "Copy link"))
    }

    pub(super) fn tabs(&self) -> Element {
        let tabs = TABS.iter().map(|(id, name)| {
            button(self.live, format!("tab:{id}"), *name)
                .with("aria-pressed", if *id == self.tab { "true" } else { "false" })
        });
        el("div").class("tabs").with("role", "group").with("aria-label", "View").children(tabs)
    }
}
