//! A demo before, or without, script: the same regions, inert, and the scenario's story as text.

use super::sheet::Desk;
use super::{Part, Piece, REGIONS, Shell};
use crate::figure::{Settings, SettingsError};
use crate::prelude::*;
use crate::put;
use crate::sheet::{Exhibit, Layout};
use crate::view::Html;

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

/// Draws the first frame and tells the story; `run` is what [`run_of_link`](super::run_of_link) has made of a link to one.
///
/// # Errors
/// As [`Exhibit::validate`].
pub fn still(
    exhibit: Exhibit,
    settings: &Settings,
    predict: Option<&str>,
    run: Option<&str>,
) -> Result<Still, SettingsError> {
    match exhibit {
        Exhibit::Run(figure) => {
            let mut shell = Shell::new(figure, "", settings.clone(), predict)?;
            if let Some(run) = run {
                shell.restore(&format!("run::{run}"));
            }
            shell.live = false;
            let summary = shell.run.describe();
            let stage = inert(&closed(&stage(&shell).into_string()));
            let story = if run.is_some() { story_of_run(&shell) } else { story(shell) }.into_string();
            Ok(Still { stage, story, summary })
        }
        Exhibit::Sheet(sheet) => {
            let mut desk = Desk::new(sheet, "", settings.clone(), predict)?;
            desk.live = false;
            let stage = inert(&closed(&sheet_stage(&desk, sheet.layout()).into_string()));
            let story = sheet_story(&desk).into_string();
            Ok(Still { stage, story, summary: desk.paper().describe() })
        }
    }
}

/// A stage without what stands in closed `details`: nobody sees it before script fills it in, and without script the style
/// sheet shows none of them. It is a third of all elements.
fn closed(stage: &str) -> String {
    let mut kept = String::with_capacity(stage.len());
    let mut rest = stage;
    while let Some((before, after)) = rest.split_once("</summary>") {
        kept.push_str(before);
        kept.push_str("</summary>");
        let is_open = before.rfind("<details").is_some_and(|tag| {
            before[tag..].split_once('>').is_some_and(|(tag, _)| tag.split(' ').any(|word| word == "open"))
        });
        let end = if is_open { 0 } else { after.find("</details>").unwrap_or(0) };
        rest = &after[end..];
    }
    kept + rest
}

/// What only a live demo reads: what a control does, and which mark of a drawing was which in the frame before. Elsewhere
/// `data-key` stays, so that what a reader may have open or focused stays itself when the demo comes alive.
const LIVE: [&str; 4] = [" data-do=\"", " data-key=\"", " data-pull=\"", " data-at=\""];

/// What a drawing's marks are made of.
const MARKS: [&str; 2] = ["g", "line"];

/// A stage without these attributes; `"` is escaped in all that others write, so they stand in tags only. And without what
/// a pointer would be told of each mark: the story says it of all, in order.
fn inert(stage: &str) -> String {
    let mut kept = String::with_capacity(stage.len());
    let mut rest = stage;
    while let Some((before, after)) = rest.split_once(" data-") {
        kept.push_str(before);
        let attribute = &rest[before.len()..];
        let is_mark = || {
            kept.rsplit('<')
                .next()
                .and_then(|tag| tag.split(' ').next())
                .is_some_and(|name| MARKS.contains(&name))
        };
        let value = LIVE.iter().find_map(|name| attribute.strip_prefix(name));
        let value = value.filter(|_| !attribute.starts_with(LIVE[1]) || is_mark());
        rest = match value.and_then(|value| value.split_once('"')) {
            Some((_, behind)) => behind,
            None => {
                kept.push_str(" data-");
                after
            }
        };
    }
    let told = kept + rest;
    let mut kept = String::with_capacity(told.len());
    for (place, piece) in told.split("<title>").enumerate() {
        let behind = piece.split_once("</title>").filter(|_| place > 0);
        kept.push_str(behind.map_or(piece, |(_, behind)| behind));
    }
    kept
}

/// As [`stage`], with the layers of the drawing in a box of their own.
fn sheet_stage(desk: &Desk, layout: Layout) -> Html {
    let mut html = Html::new();
    put!(html, "<div class=\"demo-shell sheet\">");
    let is = |name: Option<&&str>, part: Part| name.is_some_and(|name| *name == part.name);
    for part in (0..).map_while(|place| desk.part(place)) {
        if is(layout.layers.first(), part) {
            put!(html, "<div class=\"layers\" role=\"group\" aria-label=\"Drawing\" tabindex=\"0\">");
        }
        if is(layout.panels.first(), part) {
            put!(html, "<div class=\"foot\">");
        }
        put!(html, "<div class=\"{}\" data-region=\"{}\">", part.name, part.name);
        desk.write(part.name, &mut html);
        put!(html, "</div>");
        if is(layout.layers.last(), part) {
            put!(html, "</div>");
        }
    }
    put!(html, "</div></div>");
    html
}

fn sheet_story(desk: &Desk) -> Html {
    let opening = desk.opening();
    let mut html = Html::new();
    put!(html, "<p class=\"question\">{}</p><ol>", opening.info.question);
    for sentence in desk.paper().story() {
        put!(html, "<li>{}</li>", sentence);
    }
    put!(html, "</ol><p class=\"answer\">{}</p>", opening.answer);
    html
}

/// The regions that stand in a box of their own at the end, beginning with this one.
const FOOT: &str = "rules";

/// All regions in the order of reading, as the page holds them. `web` finds them by `data-region`.
fn stage(shell: &Shell) -> Html {
    let mut html = Html::new();
    put!(html, "<div class=\"demo-shell\" data-tab=\"{}\">", shell.tab());
    for region in REGIONS {
        if region.name == FOOT {
            put!(html, "<div class=\"foot\">");
        }
        put!(html, "<div class=\"{}\" data-region=\"{}\">", region.name, region.name);
        region.write(shell, &mut html);
        put!(html, "</div>");
    }
    put!(html, "</div></div>");
    html
}

fn story(mut shell: Shell) -> Html {
    let (cues, _) = shell.run.cues();
    while shell.run.cues().1 < cues && shell.run.position() < STORY_STEPS_MAX && shell.run.forward() {}
    // The last cue's own acts are still to come.
    shell.run.seek(shell.run.position() + 16);
    let (question, answer, _) = shell.run.lesson();
    let mut html = Html::new();
    put!(html, "<p class=\"question\">{}</p><ol>", question);
    for record in &shell.run.records()[shell.run.opening()..] {
        if let Some(note) = &record.note {
            put!(html, "<li><span class=\"at\">{} ms</span> {}</li>", record.at.0, note);
        }
    }
    put!(html, "</ol><p class=\"answer\">{}</p>", answer);
    html
}

/// Every step of a run that somebody has made, up to what it breaks.
fn story_of_run(shell: &Shell) -> Html {
    let (question, _, _) = shell.run.lesson();
    let mut html = Html::new();
    put!(html, "<p class=\"question\">{}</p><ol>", shell.predict.as_deref().unwrap_or(question));
    let mut broken = None;
    for record in &shell.run.records()[shell.run.opening()..] {
        put!(html, "<li><span class=\"at\">{} ms</span> {}</li>", record.at.0, record.sentence);
        broken = record.violation.as_ref();
        if broken.is_some() {
            break;
        }
    }
    put!(html, "</ol>");
    if let Some(violation) = broken {
        let name = shell.run.verdicts()[violation.invariant].name;
        put!(html, "<p class=\"answer\">{} is broken: {}.</p>", name, violation.evidence);
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_is_left_out_and_what_is_open_stays() {
        let (shut, open) =
            ("<details class=\"a\"><summary>s</summary>", "<details class=\"b\" open><summary>t</summary>");
        let stage = format!("<p>1</p>{shut}<i>2</i></details><p>3</p>{open}4</details>{shut}5</details>");
        assert_eq!(
            closed(&stage),
            format!("<p>1</p>{shut}</details><p>3</p>{open}4</details>{shut}</details>")
        );
    }

    #[test]
    fn what_only_a_live_demo_reads_is_left_out() {
        let stage = "<g class=\"a\" data-key=\"S1&quot;\" data-do=\"pick:1\" x=\"1\"><title>S1 &lt;</title></g>\
                     <line data-key=\"1\" x1=\"2\"/><p data-key=\"b\" data-at=\"\"> data-do= </p>";
        assert_eq!(
            inert(stage),
            "<g class=\"a\" x=\"1\"></g><line x1=\"2\"/><p data-key=\"b\"> data-do= </p>"
        );
        for &exhibit in crate::demos::REGISTRY {
            let still = still(exhibit, &Settings::default(), None, None).unwrap();
            let is_left = LIVE.iter().find(|name| still.stage.contains(*name) && **name != " data-key=\"");
            assert_eq!(is_left, None, "{}", exhibit.info().id);
            let mut tags = still.stage.split('<').filter_map(|tag| tag.split('>').next());
            let is_mark = |tag: &str| tag.split(' ').next().is_some_and(|name| MARKS.contains(&name));
            assert!(
                tags.all(|tag| !is_mark(tag) || !tag.contains(LIVE[1])) && !still.stage.contains("<title>")
            );
        }
    }

    #[test]
    fn the_stills_of_all_demos_hold_nothing_that_is_closed() {
        for &exhibit in crate::demos::REGISTRY {
            let still = still(exhibit, &Settings::default(), None, None).unwrap();
            let summaries = still.stage.matches("</summary>").count();
            let closed = still.stage.matches("</summary></details>").count();
            let open = still.stage.matches(" open><summary>").count();
            assert!(summaries > 0 && closed + open == summaries, "{}", exhibit.info().id);
        }
    }
}
