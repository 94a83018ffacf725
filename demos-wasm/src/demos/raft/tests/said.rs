//! Everything that Raft says and shows, once of each kind, for people to read: `tests/transcripts/what_raft_says.txt`.
//!
//! After a change on purpose: `UPDATE_TRANSCRIPTS=1 cargo test -p demos-wasm --lib said`, and review what changed.

use std::collections::BTreeMap;
use std::path::Path;

use crate::figure::{Figure, OptionKind, REGISTRY, Settings, Value};
use crate::sim::{Generator, History, Intervention, MessageId, NodeId, Trouble};
use crate::view::Html;

/// Settings that bring other parts of the protocol into play; a demo plays those that it knows.
const VARIANTS: [&[(&str, i64)]; 9] = [
    &[],
    &[("pre-vote", 1)],
    &[("pre-vote", 1), ("check-quorum", 1), ("no-op", 1)],
    &[("reads", 1), ("clients", 3)],
    &[("reads", 2), ("clients", 2), ("loss", 10)],
    &[("snapshot", 2), ("no-op", 1)],
    &[("change", 1)],
    &[("change", 1), ("nodes", 6), ("members", 4), ("snapshot", 3)],
    &[
        ("commit-rule", 0),
        ("membership-rule", 0),
        ("consistency-check", 0),
        ("read-confirmation", 0),
        ("session-dedup", 0),
    ],
];

const SEEDS: u64 = 3;
const STEPS: usize = 300;

/// The first text of each kind, by what is left of it without its numbers.
#[derive(Default)]
struct Said(BTreeMap<String, String>);

impl Said {
    fn hear(&mut self, what: &str, text: &str) {
        let mut kind = format!("{what}: ");
        for letter in text.chars() {
            if !letter.is_ascii_digit() {
                kind.push(letter);
            } else if !kind.ends_with('#') {
                kind.push('#');
            }
        }
        // Sets are of one kind, however many are in them.
        while kind.contains("S#, S#") {
            kind = kind.replace("S#, S#", "S#");
        }
        self.0.entry(kind).or_insert_with(|| format!("{what}: {text}"));
    }

    /// What a region says: its attributes for people and machines, and its texts.
    fn look(&mut self, what: &str, html: &str) {
        for tag in html.split('<').skip(1) {
            let (tag, text) = tag.split_once('>').unwrap();
            for attribute in ["class", "aria-label"] {
                let value = tag
                    .split_once(&format!(" {attribute}=\""))
                    .and_then(|(_, value)| value.split('"').next());
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    self.hear(&format!("{what}, {} {attribute}", tag.split(' ').next().unwrap()), value);
                }
            }
            if !text.trim().is_empty() {
                self.hear(&format!("{what}, text"), text.trim());
            }
        }
    }
}

fn below(rng: &mut Generator, count: usize) -> usize {
    rng.within(&(0..=count as u64 - 1)) as usize
}

/// Something that a reader might do now.
fn whim(run: &History, rng: &mut Generator) -> Intervention {
    let ids: Vec<NodeId> = run.roster().ids().collect();
    let (one, other) = (ids[below(rng, ids.len())], ids[below(rng, ids.len())]);
    let first = run.flights().iter().rposition(|flight| flight.ended_by.is_none());
    let message = first.and_then(|place| u32::try_from(place).ok()).map(MessageId);
    let asks = run.asks(one);
    match below(rng, 14) {
        0..=4 if !asks.is_empty() => Intervention::Request(one, asks[below(rng, asks.len())].0),
        5 => Intervention::Crash(one),
        6 => Intervention::PowerFailure(one),
        7 => Intervention::Wipe(one),
        8 => Intervention::Cut(one, other),
        9 => message.map_or(Intervention::Heal, Intervention::Drop),
        10 => Intervention::Hurry(one, None),
        11 => Intervention::Trouble(one, other, Trouble::Lossy),
        12 => Intervention::Pause(one),
        _ => Intervention::Heal,
    }
}

fn walk(said: &mut Said, figure: &dyn Figure, settings: &Settings) {
    let Ok(mut run) = figure.open(settings) else { return };
    let mut rng = Generator::new(settings.seed);
    for step in 0..STEPS {
        let did = rng.chance(10) && {
            let now = run.now();
            let down = run.roster().ids().find(|&id| !run.is_up(id) && rng.chance(50));
            let frozen = run.roster().ids().find(|&id| run.is_paused(id));
            let what = match (down, frozen) {
                (Some(id), _) => Intervention::Restart(id),
                (None, Some(id)) if rng.chance(50) => Intervention::Resume(id),
                _ => whim(&run, &mut rng),
            };
            run.intervene(now, what)
        };
        if !did && !run.forward() {
            break;
        }
        let record = &run.records()[run.position() - 1];
        said.hear("sentence", &record.sentence);
        if let Some(lane) = &record.lane {
            said.hear("lane", &format!("{} | {}", lane.class, lane.label));
        }
        let newest = run.flights().len().saturating_sub(8);
        for (place, flight) in run.flights().iter().enumerate().skip(newest) {
            said.hear("mark", &format!("{} | {}", flight.mark.class, flight.mark.label));
            let message = u32::try_from(place).ok().and_then(|place| run.message(MessageId(place)));
            if let Some(message) = message {
                said.hear("message", &message);
            }
        }
        if step % 10 == 9 {
            said.hear("describe", &run.describe());
            let (mut picture, mut state) = (Html::new(), Html::new());
            run.picture(run.now().0 * 1_000, None, true, &mut picture);
            run.state(&mut state);
            said.look("picture", picture.as_str());
            said.look("state", state.as_str());
            for id in run.roster().ids() {
                for (_, label) in run.asks(id) {
                    said.hear("ask", &label);
                }
            }
        }
    }
    for verdict in run.verdicts() {
        for told in [verdict.broken, verdict.undecided].into_iter().flatten() {
            said.hear(verdict.name, &told);
        }
    }
}

#[test]
fn what_raft_says_and_shows_is_what_was_reviewed() {
    let mut said = Said::default();
    for figure in REGISTRY.iter().filter_map(|exhibit| exhibit.run()) {
        if !figure.info().id.starts_with("raft-") {
            continue;
        }
        for scenario in figure.scenarios() {
            for (variant, seed) in
                VARIANTS.iter().flat_map(|variant| (0..SEEDS).map(move |seed| (variant, seed)))
            {
                let known = |name: &str| figure.options().iter().find(|option| option.name == name);
                let options = variant.iter().filter_map(|&(name, value)| {
                    let value = match known(name)?.kind {
                        OptionKind::Integer { .. } => Value::Integer(value),
                        OptionKind::Flag { .. } => Value::Flag(value != 0),
                        OptionKind::Choice { values } => Value::Text(values[value as usize].to_owned()),
                    };
                    Some((name.to_owned(), value))
                });
                let settings =
                    Settings { seed, scenario: Some(scenario.id.to_owned()), options: options.collect() };
                walk(&mut said, figure, &settings);
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts/what_raft_says.txt");
    let text: String = said.0.values().map(|line| format!("{line}\n")).collect();
    if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    for line in text.lines().filter(|line| !golden.lines().any(|known| known == *line)) {
        panic!("not in {}: {line}", path.display());
    }
    for line in golden.lines().filter(|line| !text.lines().any(|known| known == *line)) {
        panic!("only in {}: {line}", path.display());
    }
}
