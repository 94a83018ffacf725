//! Everything that demos say and show, once of each kind, for people to read: `tests/transcripts/what_….txt`.
//!
//! After a change on purpose: `UPDATE_TRANSCRIPTS=1 cargo test -p demos-wasm --lib reviewed`, and review what changed.

use std::collections::BTreeMap;
use std::path::Path;

use crate::figure::{Figure, OptionKind, Settings, Typing, Value, find_run};
use crate::sim::{Generator, History, Intervention, MessageId, NodeId, Trouble};
use crate::view::Html;

/// Options that bring other parts of a protocol into play; a demo plays those that it knows.
pub(super) type Variants = &'static [&'static [(&'static str, i64)]];

const SEEDS: u64 = 3;
const STEPS: usize = 300;

/// What readers put into a demo: of texts that differ in that alone, one is enough. Also left out of kinds are numbers, and what
/// stands in braces, brackets or quotation marks.
#[derive(Clone, Copy)]
pub(super) struct Folds {
    /// Words.
    pub(super) words: &'static [&'static str],
    /// Where nothing but that is said.
    pub(super) verbatim: &'static [&'static str],
}

impl Folds {
    /// Of a demo into which nothing is put.
    pub(super) const NONE: Self = Self { words: &[], verbatim: &[] };

    fn kind(self, what: &str, text: &str) -> String {
        let mut kind = format!("{what}: ");
        if self.verbatim.contains(&what) {
            return kind;
        }
        let (mut depth, mut rest) = (0_usize, text);
        while let Some(letter) = rest.chars().next() {
            let is_word = char::is_alphabetic(letter);
            let end = if is_word {
                rest.find(|it: char| !it.is_alphabetic()).unwrap_or(rest.len())
            } else {
                letter.len_utf8()
            };
            let (piece, after) = rest.split_at(end);
            rest = after;
            let is_closed = matches!(letter, '}' | ']' | '”');
            depth -= usize::from(is_closed && depth > 0);
            match letter {
                _ if depth > 0 => {}
                '0'..='9' if kind.ends_with('#') => {}
                '0'..='9' => kind.push('#'),
                _ if self.words.contains(&piece) => kind.push('…'),
                _ => kind.push_str(piece),
            }
            depth += usize::from(matches!(letter, '{' | '[' | '“'));
        }
        for (list, one) in [("S#, S#", "S#"), ("…, …", "…"), ("… | …", "…")] {
            while kind.contains(list) {
                kind = kind.replace(list, one);
            }
        }
        kind
    }
}

/// The first text of each kind.
pub(super) struct Said {
    heard: BTreeMap<String, String>,
    folds: Folds,
}

impl Said {
    pub(super) fn new(folds: Folds) -> Self {
        Self { heard: BTreeMap::new(), folds }
    }

    pub(super) fn hear(&mut self, what: &str, text: &str) {
        self.heard.entry(self.folds.kind(what, text)).or_insert_with(|| format!("{what}: {text}"));
    }

    /// What a region says: its attributes for people and machines, and its texts.
    pub(super) fn look(&mut self, what: &str, html: &str) {
        for tag in html.split('<').skip(1) {
            let (tag, text) = tag.split_once('>').unwrap();
            // What a whole picture is called is heard by itself.
            for attribute in
                ["class", "aria-label"].into_iter().take(if tag.starts_with("svg") { 1 } else { 2 })
            {
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

    /// Compares what was said with what was reviewed.
    pub(super) fn compare(&self, name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/transcripts/{name}.txt"));
        let text: String = self.heard.values().map(|line| format!("{line}\n")).collect();
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        let missing = |here: &str, there: &str| {
            let known: Vec<&str> = there.lines().collect();
            here.lines().find(|line| !known.contains(line)).map(str::to_owned)
        };
        assert_eq!(missing(&text, &golden), None, "isn't in {}", path.display());
        assert_eq!(missing(&golden, &text), None, "is only in {}", path.display());
    }
}

pub(super) fn below(rng: &mut Generator, count: usize) -> usize {
    usize::try_from(rng.within(&(0..=count as u64 - 1))).unwrap()
}

/// Something that a reader might do now.
fn whim(run: &History, rng: &mut Generator) -> Intervention {
    let ids: Vec<NodeId> = run.roster().ids().collect();
    let (one, other) = (ids[below(rng, ids.len())], ids[below(rng, ids.len())]);
    let first = run.flights().iter().rposition(|flight| flight.ended_by.is_none());
    let message = first.and_then(|place| u32::try_from(place).ok()).map(MessageId);
    let asks = run.asks(one);
    let typed = ["", "b", "bad", "good day", "day"][below(rng, 5)];
    let (typed, _) =
        run.typed(one, Typing::Value { value: typed, caret: typed.chars().count(), is_new: true });
    match below(rng, 14) {
        0..=4 if !typed.is_empty() => Intervention::Request(one, typed[0]),
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
    for record in run.records() {
        said.hear("sentence", &record.sentence);
    }
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
            let mut bench = Html::new();
            run.bench(run.now().0 * 1_000, None, true, &mut bench);
            said.look("bench", bench.as_str());
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

/// Settings in which one option differs: every choice, every flag, every number at its ends. First those in which none does.
pub(super) fn one_by_one(figure: &dyn Figure) -> Vec<Vec<(String, Value)>> {
    let mut all = vec![Vec::new()];
    for option in figure.options() {
        let values: Vec<i64> = match option.kind {
            OptionKind::Integer { min, max, .. } => vec![min, max],
            OptionKind::Flag { default } => vec![i64::from(!default)],
            OptionKind::Choice { values } => (0..i64::try_from(values.len()).unwrap()).collect(),
        };
        all.extend(values.into_iter().map(|value| vec![(option.name.to_owned(), option.kind.value(value))]));
    }
    all
}

/// Plays every scenario of a demo to its last cue, with all these options and a few seeds, but for what it says that it can't be
/// played with; and compares what it tells with what was reviewed.
pub(super) fn compare_notes(name: &str, demo: &str, folds: &Folds, variants: &[Vec<(String, Value)>]) {
    let mut said = Said::new(*folds);
    let figure = find_run(demo).unwrap();
    for scenario in figure.scenarios() {
        for (options, seed) in variants.iter().flat_map(|options| (0..SEEDS).map(move |seed| (options, seed)))
        {
            let settings =
                Settings { seed, scenario: Some(scenario.id.to_owned()), options: options.clone() };
            let mut run = match figure.open(&settings) {
                Ok(run) => run,
                Err(refusal) => {
                    said.hear(scenario.id, &format!("{}; {}", refusal.message, refusal.hint.unwrap()));
                    continue;
                }
            };
            while run.cues().0 > run.cues().1 {
                assert!(
                    run.forward() && run.position() < 20_000,
                    "{} with {options:?}, seed {seed}, stops at cue {:?}",
                    scenario.id,
                    run.cues()
                );
            }
            for note in run.records().iter().filter_map(|record| record.note.as_deref()) {
                said.hear(scenario.id, note);
            }
        }
    }
    said.compare(name);
}

/// Plays every scenario of these demos with all variants and whims, and compares what was said with what was reviewed.
pub(super) fn compare(name: &str, demos: &[&str], folds: &Folds, variants: Variants) {
    let mut said = Said::new(*folds);
    for id in demos {
        let figure = find_run(id).unwrap();
        let known = |name: &str| figure.options().iter().find(|option| option.name == name);
        for scenario in figure.scenarios() {
            for (variant, seed) in
                variants.iter().flat_map(|variant| (0..SEEDS).map(move |seed| (variant, seed)))
            {
                let options = variant.iter().filter_map(|&(name, value)| {
                    let value = match known(name)?.kind {
                        OptionKind::Integer { .. } => Value::Integer(value),
                        OptionKind::Flag { .. } => Value::Flag(value != 0),
                        OptionKind::Choice { values } => {
                            Value::Text(values[usize::try_from(value).unwrap()].to_owned())
                        }
                    };
                    Some((name.to_owned(), value))
                });
                let settings =
                    Settings { seed, scenario: Some(scenario.id.to_owned()), options: options.collect() };
                walk(&mut said, figure, &settings);
            }
        }
    }
    said.compare(name);
}
