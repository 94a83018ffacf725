//! `demo hunt`: random schedules until an invariant breaks, and the shortest one found that still breaks it.

use std::fmt::Write;

use demos::figure::{Figure, Settings, Value};
use demos::shell::Shell;
use demos::sim::{Ask, Deed, Generator, Groups, History, Intervention, NodeId};

use super::Answer;
use super::arguments::explain;
use super::shrink::shrink;

/// A schedule gives up after this many events.
const EVENTS_MAX: usize = 500;
/// The longest undisturbed stretch that a schedule may like, in events.
const STRETCH_MAX: u64 = 30;

/// Something done to the cluster, after some events in which nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disturbance {
    /// Events before it.
    pub(super) wait: usize,
    /// What is done.
    pub(super) what: Intervention,
}

/// A schedule that breaks an invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counterexample {
    /// What is done, in order.
    pub(super) disturbances: Vec<Disturbance>,
    /// What that is in the run's own terms.
    deeds: Vec<Deed>,
    /// Events up to the one that breaks it.
    pub(super) events: usize,
    /// Place in the list of invariants.
    pub(super) invariant: usize,
    evidence: String,
}

/// Tries `seeds` schedules, the first with the seed of `settings`.
///
/// # Errors
/// Settings that the demo refuses.
pub(super) fn hunt(figure: &'static dyn Figure, settings: &Settings, seeds: u64) -> Result<Answer, String> {
    let mut events = 0;
    for seed in settings.seed..settings.seed.saturating_add(seeds) {
        let settings = Settings { seed, ..settings.clone() };
        if let Some(found) = chase(figure, &settings, &mut events)? {
            let found =
                shrink(found, |disturbances, patience| replay(figure, &settings, disturbances, patience));
            return report(figure, &settings, &found);
        }
    }
    let id = figure.info().id;
    Ok(Answer::new(format!("{id}: nothing broke in {seeds} schedules, {events} events\n")))
}

/// One random schedule.
fn chase(
    figure: &dyn Figure,
    settings: &Settings,
    events: &mut usize,
) -> Result<Option<Counterexample>, String> {
    let mut run = figure.open(settings).map_err(explain)?;
    let mut fate = Fate::new(settings.seed);
    let mut disturbances = Vec::new();
    let mut wait = 0;
    let mut stretch = 0;
    let start = run.position();
    while run.position() - start < EVENTS_MAX {
        *events += 1;
        if wait < stretch {
            if !run.forward() {
                break;
            }
            wait += 1;
        } else {
            let what = fate.draw(&run);
            stretch = fate.stretch();
            let now = run.now();
            if run.intervene(now, what) {
                disturbances.push(Disturbance { wait, what });
                wait = 0;
            } else if !run.forward() {
                break;
            } else {
                wait += 1;
                stretch = stretch.max(wait);
            }
        }
        if let Some(found) = violation(&run, &disturbances) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The counterexample that a run is when its last event has broken an invariant.
fn violation(run: &History, disturbances: &[Disturbance]) -> Option<Counterexample> {
    let last = run.position().checked_sub(1).and_then(|event| run.records().get(event))?;
    let violation = last.violation.as_ref()?;
    Some(Counterexample {
        disturbances: disturbances.to_vec(),
        deeds: run.deeds().to_vec(),
        events: run.position(),
        invariant: violation.invariant,
        evidence: violation.evidence.clone(),
    })
}

/// Plays a schedule, and for `patience` events after its end. What can't be done is left out.
fn replay(
    figure: &dyn Figure,
    settings: &Settings,
    disturbances: &[Disturbance],
    patience: usize,
) -> Option<Counterexample> {
    let mut run = figure.open(settings).ok()?;
    let mut done: Vec<Disturbance> = Vec::new();
    let mut wait = 0;
    for disturbance in disturbances {
        for _ in 0..disturbance.wait {
            run.forward();
            wait += 1;
            if let Some(found) = violation(&run, &done) {
                return Some(found);
            }
        }
        let now = run.now();
        if run.intervene(now, disturbance.what) {
            done.push(Disturbance { wait, what: disturbance.what });
            wait = 0;
        }
        if let Some(found) = violation(&run, &done) {
            return Some(found);
        }
    }
    (0..patience).find_map(|_| {
        run.forward();
        violation(&run, &done)
    })
}

/// Draws what happens. Every seed has tastes of its own: how long it waits, and what it likes to do.
struct Fate {
    generator: Generator,
    stretch_max: u64,
    weights: [u64; 8],
}

impl Fate {
    fn new(seed: u64) -> Self {
        // Another sequence than the scheduler's, which starts from the seed itself.
        let mut generator = Generator::new(!seed);
        let stretch_max = generator.within(&(2..=STRETCH_MAX));
        let weights = std::array::from_fn(|_| generator.within(&(0..=4)));
        Self { generator, stretch_max, weights }
    }

    /// Events until the next disturbance. Often none: what is worth doing takes several at once.
    fn stretch(&mut self) -> usize {
        let stretch =
            if self.generator.chance(40) { 0 } else { self.generator.within(&(1..=self.stretch_max)) };
        usize::try_from(stretch).unwrap_or(0)
    }

    fn any(&mut self, run: &History) -> NodeId {
        let last = u64::try_from(run.nodes()).unwrap_or(1).saturating_sub(1);
        NodeId(u8::try_from(self.generator.within(&(0..=last))).unwrap_or(0))
    }

    /// Somebody who matters: more often than not who sent the latest message, as a leader or candidate does.
    fn speaker(&mut self, run: &History) -> NodeId {
        match run.flights().last() {
            Some(flight) if self.generator.chance(60) => flight.from,
            _ => self.any(run),
        }
    }

    fn draw(&mut self, run: &History) -> Intervention {
        let total: u64 = self.weights.iter().sum();
        let mut ticket = self.generator.within(&(0..=total.saturating_sub(1)));
        let choice = self.weights.iter().position(|&weight| {
            let is_it = ticket < weight;
            ticket = ticket.saturating_sub(weight);
            is_it
        });
        match choice {
            Some(0) => Intervention::Crash(self.speaker(run)),
            Some(1) => {
                let down = NodeId::all(u8::try_from(run.nodes()).unwrap_or(0)).find(|&id| !run.is_up(id));
                Intervention::Restart(down.unwrap_or_else(|| self.any(run)))
            }
            Some(2) => Intervention::Request(self.speaker(run), Ask(0)),
            Some(3) => Intervention::Hurry(self.any(run), None),
            Some(4) => Intervention::Heal,
            Some(5) => Intervention::Partition(Groups::alone(self.speaker(run).index())),
            Some(6) => {
                let groups = (0..run.nodes()).fold(Groups::default(), |groups, node| {
                    groups.with(node, u8::from(self.generator.chance(50)))
                });
                Intervention::Partition(groups)
            }
            _ => Intervention::Cut(self.speaker(run), self.any(run)),
        }
    }
}

/// What was found: the trace, what was done in it marked, and the link that plays it.
fn report(
    figure: &'static dyn Figure,
    settings: &Settings,
    found: &Counterexample,
) -> Result<Answer, String> {
    let id = figure.info().id;
    let mut shell = Shell::new(figure, id, settings.clone(), None).map_err(explain)?;
    let fragment = fragment(id, settings, &shell, found);
    if !shell.restore(&fragment) {
        return Err(format!("the link of the counterexample doesn't read: `{fragment}`; please report this"));
    }
    let mut run = figure.open(settings).map_err(explain)?;
    run.replay(found.deeds.clone());
    run.seek(found.events);
    let name = run.verdicts().get(found.invariant).map_or("an invariant", |verdict| verdict.name);
    let (seed, events, count) = (settings.seed, found.events, found.deeds.len());
    let mut text = format!(
        "{id}, seed {seed}: {name} is broken after {events} events, {count} of them done to the cluster (*)\n\n"
    );
    for (event, record) in run.records().iter().enumerate().take(events) {
        let mark = if found.deeds.iter().any(|deed| deed.step == event) { '*' } else { ' ' };
        // Writing to a String can't fail.
        let _ = writeln!(text, "{mark} {}\t{}", record.at.0, record.sentence);
    }
    let _ = writeln!(text, "\n{name}: {}\n#{}", found.evidence, shell.fragment());
    Ok(Answer { code: 1, ..Answer::new(text) })
}

/// A link to the event that breaks the invariant, in the form that [`Shell::restore`] reads.
fn fragment(id: &str, settings: &Settings, shell: &Shell, found: &Counterexample) -> String {
    let mut text = format!("demo:{id}:seed={}", settings.seed);
    for (name, value) in &settings.options {
        let _ = match value {
            Value::Integer(number) => write!(text, ";{name}={number}"),
            Value::Flag(on) => write!(text, ";{name}={on}"),
            Value::Text(choice) => write!(text, ";{name}={choice}"),
        };
    }
    let scenario =
        shell.fragment().split(';').find_map(|part| part.strip_prefix("scenario=").map(str::to_owned));
    let _ = write!(text, ";scenario={};at={}", scenario.unwrap_or_default(), found.events);
    for (place, deed) in found.deeds.iter().enumerate() {
        let lead = if place == 0 { ";do=" } else { "," };
        let _ = write!(text, "{lead}{}.{}.{}", deed.step, deed.at.0, deed.what);
    }
    text
}
