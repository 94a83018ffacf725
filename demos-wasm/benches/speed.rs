//! How fast it is, printed and never asserted: `cargo bench -p demos-wasm`. What the numbers say: `README.md`.

use demos::check::linearizability::{History as Seen, Key, Kind, Outcome, Value as Held, check};
use demos::demos::{find, find_run};
use demos::explore::{Hint, Hunt, Quest};
use demos::figure::{Figure, Settings, Value};
use demos::shell::{Piece, REGIONS, Shell, open as open_piece};
use demos::sim::{Generator, History};
use demos::view::Html;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

fn raft() -> &'static dyn Figure {
    find_run("raft-election").expect("Raft is in the registry")
}

fn settings(seed: u64, options: &[(&str, i64)]) -> Settings {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), Value::Integer(*value)));
    Settings { seed, scenario: None, options: options.collect() }
}

fn open(options: &[(&str, i64)]) -> History {
    raft().open(&settings(7, options)).expect("these options are in range")
}

/// Events that a page plays: with a sentence for each, and all that a picture needs.
#[divan::bench]
fn events_of_five_nodes_with_words(bencher: Bencher<'_, '_>) {
    const EVENTS: usize = 10_000;
    bencher.counter(ItemsCount::new(EVENTS)).bench(|| {
        let mut run = open(&[("loss", 5)]);
        run.seek(EVENTS);
        run
    });
}

/// Events that a search plays: crashes, cuts and the rest, and no words.
#[divan::bench]
fn events_of_five_nodes_with_faults(bencher: Bencher<'_, '_>) {
    const EVENTS: usize = 20_000;
    bencher.counter(ItemsCount::new(EVENTS)).bench(|| {
        let mut hunt = Hunt::new(raft(), settings(0, &[("nodes", 5)]), Hint::NONE, u64::MAX);
        hunt.advance(EVENTS);
        hunt.events()
    });
}

/// A run as long as a run can be.
fn long_run() -> History {
    let mut run = open(&[]);
    run.seek(100_000);
    run
}

#[divan::bench]
fn seek_one_event_back_in_a_hundred_thousand(bencher: Bencher<'_, '_>) {
    let mut run = long_run();
    let mut to = run.position();
    bencher.bench_local(|| {
        to = if to < 1_000 { 100_000 } else { to - 1 };
        run.seek(to);
        run.position()
    });
}

#[divan::bench]
fn seek_anywhere_in_a_hundred_thousand_events(bencher: Bencher<'_, '_>) {
    let mut run = long_run();
    let mut generator = Generator::new(1);
    bencher.bench_local(|| {
        run.seek(usize::try_from(generator.within(&(0..=100_000))).unwrap_or(0));
        run.position()
    });
}

/// Seven nodes, and a leader whose messages take much longer than the time between two of them.
const CROWDED: &[(&str, i64)] =
    &[("nodes", 7), ("heartbeat", 20), ("latency", 150), ("jitter", 0), ("timeout", 1_000)];

/// A shell at the first moment with 50 messages under way.
fn crowded() -> Shell {
    let mut run = open(CROWDED);
    while run.cluster().flights().len() < 50 && run.forward() {}
    assert!(run.cluster().flights().len() >= 50, "the run ends before so many are under way");
    let mut shell = Shell::new(raft(), "figure", settings(7, CROWDED), None).expect("as above");
    shell.handle(&format!("goto:{}", run.position()), "");
    shell
}

/// Draws the regions, or those that change with every frame, as a page does before it patches.
fn draw(shell: &Shell, everything: bool) {
    for region in REGIONS.iter().filter(|region| everything || region.moves) {
        let mut html = Html::new();
        region.write(shell, &mut html);
        black_box(html);
    }
}

#[divan::bench]
fn draw_all_regions_of_seven_nodes_and_fifty_messages(bencher: Bencher<'_, '_>) {
    let shell = crowded();
    bencher.bench_local(|| draw(&shell, true));
}

#[divan::bench]
fn draw_what_moves_of_seven_nodes_and_fifty_messages(bencher: Bencher<'_, '_>) {
    let shell = crowded();
    bencher.bench_local(|| draw(&shell, false));
}

/// A log as the page hands it over, cut up by its expression: a token that goes round among ten hosts.
fn rounds(events: usize) -> String {
    let (mut found, mut clock) = (Vec::with_capacity(events), [0_u32; 10]);
    for number in 0..events {
        clock[number % 10] += 1;
        let known = (0..10).filter(|&host| clock[host] > 0);
        let entries: Vec<String> = known.map(|host| format!("\"host{host}\":{}", clock[host])).collect();
        let (host, line) = (number % 10, 2 * number + 1);
        found.push(format!("passes it on\x1fhost{host}\x1f{{{}}}\x1f{line}", entries.join(",")));
    }
    found.join("\x1e")
}

fn clocks() -> Box<dyn Piece> {
    let clocks = find("clocks").expect("the clocks are in the registry");
    open_piece(clocks, "", Settings::default(), None).expect("no settings")
}

#[divan::bench]
fn draw_a_log_of_two_thousand_events(bencher: Bencher<'_, '_>) {
    let log = rounds(2_000);
    bencher.counter(ItemsCount::new(2_000_usize)).with_inputs(clocks).bench_local_values(|mut sheet| {
        sheet.handle("matched", &log);
        sheet
    });
}

/// What a tap costs before the page patches it: the relation of each event to the one tapped, and what can be seen.
#[divan::bench(args = [400, 2_000])]
fn tap_an_event_of_a_log(bencher: Bencher<'_, '_>, events: usize) {
    let mut sheet = clocks();
    sheet.handle("matched", &rounds(events));
    bencher.bench_local(|| {
        sheet.handle("pick:12", "");
        for part in ["names", "drawing", "over", "why", "tools"] {
            let mut html = Html::new();
            sheet.write(part, &mut html);
            black_box(html);
        }
    });
}

#[divan::bench]
fn states_of_the_explorer(bencher: Bencher<'_, '_>) {
    const STATES: usize = 50_000;
    bencher.counter(ItemsCount::new(STATES)).bench(|| {
        let bounds = raft().model().bounds;
        let mut quest = Quest::check(raft(), settings(0, &[]), bounds, STATES).expect("the model's options");
        while !quest.is_over() {
            quest.advance(1_000);
        }
        quest.progress().states
    });
}

/// What eight clients saw of one register: reads, writes and compare-and-swaps that overlap, all of them right.
fn seen(operations: usize) -> Seen {
    let mut generator = Generator::new(5);
    let mut history = Seen::new();
    let mut register = Held::INITIAL;
    // Each client's open operation: its number, what it asks, and what came of it once it took effect.
    let mut open: Vec<Option<(usize, Kind, Option<Outcome>)>> = vec![None; 8];
    while history.operations().len() < operations {
        let client = u32::try_from(generator.within(&(0..=7))).unwrap_or(0);
        let value = Held(u32::try_from(generator.within(&(1..=4))).unwrap_or(0));
        let slot = &mut open[client as usize];
        *slot = match *slot {
            None => {
                let kind = match generator.within(&(0..=2)) {
                    0 => Kind::Read,
                    1 => Kind::Write(value),
                    _ => Kind::CompareAndSwap { from: register, to: value },
                };
                Some((history.invoke(client, Key(0), kind), kind, None))
            }
            Some((number, kind, None)) => {
                let outcome = match kind {
                    Kind::Read => Outcome::Saw(register),
                    Kind::CompareAndSwap { from, .. } if from != register => Outcome::Failed,
                    Kind::Write(to) | Kind::CompareAndSwap { to, .. } => {
                        register = to;
                        Outcome::Done
                    }
                };
                Some((number, kind, Some(outcome)))
            }
            Some((number, _, Some(outcome))) => {
                history.complete(number, outcome);
                None
            }
        };
    }
    history
}

#[divan::bench(args = [100, 1_000])]
fn linearizability_of_operations_of_eight_clients(bencher: Bencher<'_, '_>, operations: usize) {
    let history = seen(operations);
    assert!(check(&history).is_linearizable());
    bencher.counter(ItemsCount::new(operations)).bench_local(|| check(&history));
}
