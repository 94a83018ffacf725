//! Payloads, updates and what happens to them, in sentences.

use super::context::{Context, Dot};
use super::kind::{Effect, Kind, NO_TIE_BREAK, Replication, SHARED_TAG, Update};
use super::message::Message;
use super::payload::{Element, Half, Of, Payload, Slot, Value, Weight};
use super::replica::{Replica, Reply};
use crate::prelude::*;
use crate::sim::{Action, Change, NodeId, World};

/// An element's name: a letter.
pub fn element(element: Element) -> char {
    char::from(b'`' + element.0.to_le_bytes()[0] % 27)
}

/// A list in braces, written piece by piece.
struct List(String);

impl List {
    fn new() -> Self {
        Self("{".to_owned())
    }

    fn add(&mut self, piece: &str) {
        if self.0.len() > 1 {
            self.0.push_str(", ");
        }
        self.0.push_str(piece);
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// What a client reads: a number, `{a, b}`, or what a register holds.
pub fn value(kind: Kind, value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{}{}", if *number < 0 { "−" } else { "" }, number.unsigned_abs()),
        Value::Elements(elements) if matches!(kind, Kind::LwwRegister | Kind::MvRegister) => {
            let mut text = String::new();
            for (place, one) in elements.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { " | " });
                text.push(element(*one));
            }
            if text.is_empty() { "nothing".to_owned() } else { text }
        }
        Value::Elements(elements) => {
            let mut list = List::new();
            for one in elements {
                list.add(&format!("{}", element(*one)));
            }
            list.end()
        }
    }
}

fn dot(dot: Dot) -> String {
    if dot.replica == SHARED_TAG {
        return format!("(tag of {})", element(Element(dot.number - 1)));
    }
    format!("({}:{})", dot.replica, dot.number)
}

/// A context as `{S1:2, S2:1}`; dots after a gap by themselves.
pub fn context(context: &Context) -> String {
    let mut list = List::new();
    for &last in context.vector() {
        if last.replica == SHARED_TAG {
            (1..=last.number).for_each(|number| list.add(&dot(Dot { number, ..last })));
        } else {
            list.add(&format!("{}:{}", last.replica, last.number));
        }
    }
    for &one in context.cloud() {
        list.add(&dot(one));
    }
    list.end()
}

fn slot(slot: Slot, weight: Weight) -> String {
    let is_removed = slot.half == Half::Removed;
    let mut text = String::new();
    let sign = if is_removed { "−" } else { "" };
    match (slot.of, weight) {
        (Of::Replica(id), Weight::Count(count)) => add!(text, "{id}: {sign}{count}"),
        (_, Weight::Count(count)) => add!(text, "{sign}{count}"),
        (Of::Element(one), Weight::Written(stamp, _)) => {
            add!(text, "{}{} at {} ms", if is_removed { "removed " } else { "" }, element(one), stamp.time)
        }
        (_, Weight::Written(stamp, one)) if stamp.dot == NO_TIE_BREAK => {
            add!(text, "{} at {} ms", element(one), stamp.time)
        }
        (_, Weight::Written(stamp, one)) => {
            add!(text, "{} at {} ms by {}", element(one), stamp.time, stamp.dot.replica)
        }
        (Of::Element(one), Weight::Present) => {
            add!(text, "{}{}", if is_removed { "removed " } else { "" }, element(one))
        }
        (Of::Object | Of::Replica(_), Weight::Present) => {}
    };
    text
}

/// The parts of a payload, one by one: entries of counters, elements with their stamps or dots, and the dots seen.
pub fn parts(payload: &Payload) -> Vec<String> {
    let mut parts = Vec::new();
    for &(name, weight) in payload.slots() {
        parts.push(slot(name, weight));
    }
    for &(name, one) in payload.dots() {
        parts.push(format!("{} {}", element(one), dot(name)));
    }
    if !payload.context().is_empty() {
        parts.push(format!("seen {}", context(payload.context())));
    }
    parts
}

/// A payload as `{S1: 2, S2: 1}`.
pub fn payload(payload: &Payload) -> String {
    let mut list = List::new();
    for part in parts(payload) {
        list.add(&part);
    }
    list.end()
}

/// What can be asked, on a button.
pub fn update(update: Update) -> String {
    match update {
        Update::Increment => "One more".to_owned(),
        Update::Decrement => "One less".to_owned(),
        Update::Add(one) => format!("Add {}", element(one)),
        Update::Remove(one) => format!("Remove {}", element(one)),
        Update::Write(one) => format!("Write {}", element(one)),
    }
}

/// What somebody does.
fn does(update: Update) -> String {
    match update {
        Update::Increment => "counts one up".to_owned(),
        Update::Decrement => "counts one down".to_owned(),
        Update::Add(one) => format!("adds {}", element(one)),
        Update::Remove(one) => format!("removes {}", element(one)),
        Update::Write(one) => format!("writes {}", element(one)),
    }
}

/// What an operation does where it arrives.
fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Count(Half::Added) => "one more".to_owned(),
        Effect::Count(Half::Removed) => "one less".to_owned(),
        Effect::Raise(name, weight) => slot(*name, *weight),
        Effect::Replace { put, out } => {
            let mut list = List::new();
            for &one in out {
                list.add(&dot(one));
            }
            match put {
                Some((name, one)) if out.is_empty() => format!("put in {} {}", element(*one), dot(*name)),
                Some((name, one)) => format!("put in {} {} for {}", element(*one), dot(*name), list.end()),
                None => format!("take out {}", list.end()),
            }
        }
        Effect::Empty(Slot { of: Of::Element(one), .. }) => format!("forget {}", element(*one)),
        Effect::Empty(_) => "forget".to_owned(),
    }
}

/// One move of a counterexample's history.
pub fn moved(what: super::counterexample::Move) -> String {
    use super::counterexample::Move;
    match what {
        Move::Update(id, update) => format!("{id} {}", does(update)),
        Move::Merge { into, from } => format!("{into} merges what {from} has"),
        Move::Deliver { dot: name, to } => format!("{to} applies operation {}", dot(name)),
    }
}

/// What a message says, and how long it is.
pub fn message(message: &Message) -> String {
    let says = match message {
        Message::State(all) => payload(all),
        Message::Delta { delta, whole: false, .. } => format!("new: {}", payload(delta)),
        Message::Delta { delta, .. } => format!("all: {}", payload(delta)),
        Message::Acknowledge(end) => format!("has all before delta {end}"),
        Message::Operation(operation) => format!("{}: {}", dot(operation.dot), effect(&operation.body)),
        Message::Applied(applied) => format!("has applied {}", context(applied)),
    };
    format!("{says}, {} bytes", message.bytes())
}

/// A replica in a phrase: its value and its payload.
pub fn replica(replica: &Replica) -> String {
    let kind = replica.config().rules.kind;
    format!("{} {}", value(kind, &replica.value()), payload(replica.payload()))
}

/// The replicas' values in one sentence.
pub fn describe(world: &World<Replica>) -> String {
    let mut text = String::new();
    for (place, id) in world.servers().enumerate() {
        let process = &world.node(id).process;
        let lead = if place == 0 { "" } else { "; " };
        let is_down = if world.is_up(id) { "" } else { " (down)" };
        add!(text, "{lead}{id} reads {}{is_down}", value(process.config().rules.kind, &process.value()));
    }
    text.push('.');
    text
}

/// One sentence on a step; said after it.
pub fn narrate(world: &World<Replica>, action: Action, change: &Change<Replica>) -> String {
    let now = |id: NodeId| {
        let process = &world.node(id).process;
        value(process.config().rules.kind, &process.value())
    };
    match action {
        Action::Duplicate(_) => String::new(),
        Action::Start(id) => format!("{id} starts and knows of no update."),
        Action::Fire(id, _) => gossips(id, world, change),
        Action::Crash(id) | Action::PowerFailure(id) => format!("{id} stops. Its payload is on its disk."),
        Action::Restart(id) => format!("{id} is back with its payload, and reads {}.", now(id)),
        Action::Flush(id) => format!("What {id} has written is durable now."),
        Action::Wipe(id) => {
            format!("{id} gets an empty disk, and will give the names of its updates a second time.")
        }
        Action::Ask(id, _) => {
            let Some(request) = change.command else { return String::new() };
            if change.replies.iter().any(|reply| matches!(reply, Reply::Refused)) {
                return format!("{id} is asked to remove what isn’t in, and refuses.");
            }
            format!("{id} {}, and reads {}.", does(request.update), now(id))
        }
        Action::Lose(_) => change.envelope.as_ref().map_or_else(String::new, |envelope| {
            format!(
                "A message from {} to {} is lost: {}.",
                envelope.from,
                envelope.to,
                message(&envelope.message)
            )
        }),
        Action::Deliver(_) => match (&change.envelope, &change.before) {
            (Some(envelope), Some(before)) => {
                let after = &world.node(envelope.to).process;
                arrival((envelope.from, envelope.to), &envelope.message, before, after, &now(envelope.to))
            }
            _ => String::new(),
        },
    }
}

fn gossips(id: NodeId, world: &World<Replica>, change: &Change<Replica>) -> String {
    let what = match world.node(id).process.config().replication {
        _ if change.sent.is_empty() => "has nothing to tell that the others haven’t acknowledged",
        Replication::State => "sends the others all it has",
        Replication::Delta => "sends what is new to those who haven’t acknowledged it",
        Replication::Operation => "sends again the operations that not everyone has acknowledged",
    };
    format!("{id} {what}.")
}

fn arrival(
    (from, id): (NodeId, NodeId),
    message: &Message,
    before: &Replica,
    after: &Replica,
    now: &str,
) -> String {
    let is_same = before.payload() == after.payload();
    match message {
        Message::State(_) | Message::Delta { .. } if is_same => {
            format!("{id} merges what {from} sent: nothing new, it still reads {now}.")
        }
        Message::State(_) | Message::Delta { .. } => {
            format!("{id} merges what {from} sent, and reads {now}.")
        }
        Message::Acknowledge(end) => format!("{id} hears that {from} has everything before its delta {end}."),
        Message::Applied(applied) => format!("{id} hears that {from} has applied {}.", context(applied)),
        Message::Operation(operation) => {
            let (early, was_early) = (after.broadcast().early.len(), before.broadcast().early.len());
            if early > was_early {
                format!(
                    "{id} puts operation {} aside: it builds on one that hasn’t come.",
                    dot(operation.dot)
                )
            } else if is_same && before.broadcast().log.applied == after.broadcast().log.applied {
                format!("{id} has had operation {}, and drops it.", dot(operation.dot))
            } else {
                format!("{id} applies operation {}, and reads {now}.", dot(operation.dot))
            }
        }
    }
}
