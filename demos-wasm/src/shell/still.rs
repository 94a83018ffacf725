//! A demo before, or without, script: the same regions, inert, and the scenario's story as text.

use super::Shell;
use crate::figure::{Figure, Settings, SettingsError};
use crate::view::{Element, el};

/// The story is told up to here at most; a scenario that never gives its last cue ends there.
const STORY_STEPS_MAX: usize = 3_000;

/// A demo as a still: what the page shows before, or without, script.
#[derive(Debug, Clone)]
pub struct Still {
    /// HTML for the inside of `<div class="demo-stage">`: first frame as inline SVG and the controls, inert.
    pub stage: String,
    /// HTML for the story of the scenario, as an ordered list of sentences.
    pub story: String,
    /// The first frame in one sentence, for readers who cannot see it, feeds and search.
    pub summary: String,
}

/// Draws the first frame and tells the story.
///
/// # Errors
/// As [`Figure::validate`].
pub fn still(
    figure: &'static dyn Figure,
    settings: &Settings,
    predict: Option<&str>,
) -> Result<Still, SettingsError> {
    let mut shell = Shell::new(figure, "", settings.clone(), predict)?;
    shell.live = false;
    let summary = shell.run.describe();
    let stage = stage(&shell).to_html();
    let story = story(shell);
    Ok(Still { stage, story, summary })
}

/// All regions in the order of reading, as the page holds them. `web` finds them by `data-region`.
pub fn stage(shell: &Shell) -> Element {
    let mut regions = shell.regions();
    let mut take = |name: &'static str| {
        let place = regions.iter().position(|(region, _)| *region == name);
        let inside = place.map(|place| regions.remove(place).1);
        el("div").class(name).with("data-region", name).children(inside)
    };
    let order = [
        "head",
        "card",
        "tabs",
        "picture",
        "transport",
        "actions",
        "now",
        "timeline",
        "state",
        "lamps",
        "events",
    ];
    let main: Vec<Element> = order.into_iter().map(&mut take).collect();
    let foot: Vec<Element> = ["network", "settings", "help"].into_iter().map(take).collect();
    el("div")
        .class("demo-shell")
        .with("data-tab", shell.tab())
        .children(main)
        .child(el("div").class("foot").children(foot))
}

fn story(mut shell: Shell) -> String {
    let (cues, _) = shell.run.cues();
    while shell.run.cues().1 < cues && shell.run.position() < STORY_STEPS_MAX && shell.run.forward() {}
    // The last cue's own acts are still to come.
    shell.run.seek(shell.run.position() + 16);
    let opening = shell.run.opening();
    let (question, answer, _) = shell.run.lesson();
    let steps = shell.run.records().iter().enumerate().filter_map(|(step, record)| {
        let note = record.note.as_ref().filter(|_| step >= opening)?;
        let time = el("span").class("at").text(format!("{} ms", record.at.0));
        Some(el("li").child(time).text(" ").text(note.clone()))
    });
    let list = el("ol").children(steps);
    let question = el("p").class("question").text(question);
    let answer = el("p").class("answer").text(answer);
    format!("{}{}{}", question.to_html(), list.to_html(), answer.to_html())
}
