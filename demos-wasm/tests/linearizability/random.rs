//! Random histories: of clients of a register that works, and of clients that return anything.

use demos::check::linearizability::{History, Key, Kind, Outcome, Value};
use demos::sim::Generator;

/// What to make.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) clients: u64,
    pub(crate) operations: u64,
    pub(crate) keys: u64,
    /// Values are drawn from 1 to this.
    pub(crate) values: u64,
    /// Operations whose outcome stays unknown, in percent.
    pub(crate) unknown: u8,
    /// Outcomes that are made up, in percent.
    pub(crate) made_up: u8,
}

/// What one client is doing.
#[derive(Clone, Copy)]
enum Client {
    Idle,
    /// Its operation hasn't taken effect.
    Waiting(usize),
    /// Its operation has.
    Served(usize, Outcome),
}

fn below(generator: &mut Generator, count: u64) -> usize {
    usize::try_from(generator.within(&(0..=count - 1))).unwrap()
}

fn value(generator: &mut Generator, shape: Shape) -> Value {
    Value(u32::try_from(generator.within(&(0..=shape.values))).unwrap())
}

fn ask(generator: &mut Generator, shape: Shape) -> Kind {
    match generator.within(&(0..=9)) {
        0..=3 => Kind::Read,
        4..=6 => Kind::Write(value(generator, shape)),
        _ => Kind::CompareAndSwap { from: value(generator, shape), to: value(generator, shape) },
    }
}

/// What an operation returns that takes effect now.
fn serve(held: &mut Value, kind: Kind) -> Outcome {
    match kind {
        Kind::Read => Outcome::Saw(*held),
        Kind::Write(new) => {
            *held = new;
            Outcome::Done
        }
        Kind::CompareAndSwap { from, .. } if from != *held => Outcome::Failed,
        Kind::CompareAndSwap { to, .. } => {
            *held = to;
            Outcome::Done
        }
    }
}

fn make_up(generator: &mut Generator, shape: Shape, kind: Kind) -> Outcome {
    match kind {
        Kind::Read => Outcome::Saw(value(generator, shape)),
        Kind::Write(_) if generator.chance(20) => Outcome::Failed,
        Kind::Write(_) => Outcome::Done,
        Kind::CompareAndSwap { .. } if generator.chance(50) => Outcome::Failed,
        Kind::CompareAndSwap { .. } => Outcome::Done,
    }
}

/// A history of this shape. Without made-up outcomes it is linearizable. A client whose outcome is unknown goes on with a
/// new operation, while the old one may still take effect at any time.
pub(crate) fn history(generator: &mut Generator, shape: Shape) -> History {
    let mut history = History::new();
    let mut held = vec![Value::INITIAL; usize::try_from(shape.keys).unwrap()];
    let mut clients = vec![Client::Idle; usize::try_from(shape.clients).unwrap()];
    let mut abandoned: Vec<usize> = Vec::new();
    let mut process: Vec<u32> = (0..u32::try_from(shape.clients).unwrap()).collect();
    let mut invoked = 0;
    loop {
        if !abandoned.is_empty() && generator.chance(2) {
            let late = abandoned.swap_remove(below(generator, abandoned.len() as u64));
            let operation = &history.operations()[late];
            serve(&mut held[operation.key.0 as usize], operation.kind);
        }
        let place = below(generator, shape.clients);
        clients[place] = match clients[place] {
            Client::Idle if invoked == shape.operations => {
                if clients.iter().all(|client| matches!(client, Client::Idle)) {
                    return history;
                }
                Client::Idle
            }
            Client::Idle => {
                invoked += 1;
                let key = Key(u32::try_from(below(generator, shape.keys)).unwrap());
                Client::Waiting(history.invoke(process[place], key, ask(generator, shape)))
            }
            Client::Waiting(number) if generator.chance(shape.unknown) => {
                if generator.chance(60) {
                    abandoned.push(number);
                }
                history.complete(number, Outcome::Unknown);
                process[place] += u32::try_from(shape.clients).unwrap();
                Client::Idle
            }
            Client::Waiting(number) => {
                let operation = &history.operations()[number];
                Client::Served(number, serve(&mut held[operation.key.0 as usize], operation.kind))
            }
            Client::Served(number, outcome) => {
                let kind = history.operations()[number].kind;
                let outcome =
                    if generator.chance(shape.made_up) { make_up(generator, shape, kind) } else { outcome };
                history.complete(number, outcome);
                Client::Idle
            }
        };
    }
}

/// Shapes small enough for brute force, from nearly always linearizable to nearly never.
pub(crate) fn small(generator: &mut Generator, operations_max: u64) -> Shape {
    Shape {
        clients: generator.within(&(2..=5)),
        operations: generator.within(&(2..=operations_max)),
        keys: generator.within(&(1..=2)),
        values: generator.within(&(1..=3)),
        unknown: [0, 10, 30, 60][below(generator, 4)],
        made_up: [0, 20, 50, 100][below(generator, 4)],
    }
}
