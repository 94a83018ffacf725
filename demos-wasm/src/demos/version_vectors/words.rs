//! Carts, versions and what happens to them, said in sentences.

use super::mechanism::{Cart, Item, Mechanism, Siblings, Version, WriteId};
use super::node::{Command, Deed, Message, Node, State};
use super::vector::{Order, VersionVector};
use crate::prelude::*;
use crate::sim::{Action, Change, NodeId, World};

/// What the items are called, by number.
pub const ITEMS: [&str; 8] = ["milk", "bread", "eggs", "tea", "rice", "salt", "soap", "jam"];

/// What a thing is called.
pub fn item(item: Item) -> &'static str {
    ITEMS[usize::from(item.0) % ITEMS.len()]
}

/// What is in a cart.
pub fn cart(cart: Cart) -> String {
    let mut text = String::new();
    for (place, thing) in cart.items().enumerate() {
        if place > 0 {
            text.push_str(", ");
        }
        text.push_str(item(thing));
    }
    if text.is_empty() { "nothing".to_owned() } else { text }
}

/// A write's name: its client and which of the client's writes.
pub fn write_name(write: WriteId) -> String {
    format!("{}’s write {}", write.client, write.number)
}

/// A vector as `{S1:2, S2:1}`.
pub fn vector(vector: &VersionVector) -> String {
    let mut text = "{".to_owned();
    for (place, entry) in vector.entries().iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        add!(text, "{comma}{}:{}", entry.actor, entry.counter);
    }
    text.push('}');
    text
}

/// What a version carries, as `(S1:3) {S2:1}` with a dot; empty where siblings share a vector.
pub fn label(mechanism: Mechanism, version: &Version) -> String {
    match version.dot {
        Some(dot) => format!("({}:{}) {}", dot.actor, dot.counter, vector(&version.past)),
        None if mechanism.compares_versions() => vector(&version.past),
        None => String::new(),
    }
}

/// So many versions, in words.
pub fn versions(count: usize) -> String {
    match count {
        0 => "no version".to_owned(),
        1 => "one version".to_owned(),
        more => format!("{more} siblings"),
    }
}

/// What a client has read, in a phrase.
pub fn read(siblings: &Siblings) -> String {
    match siblings.versions.len() {
        0 => "has read an empty cart".to_owned(),
        more => format!("has read {}", versions(more)),
    }
}

/// Versions and what they hold, in a phrase.
pub fn siblings(siblings: &Siblings) -> String {
    let mut text = versions(siblings.versions.len());
    for (place, version) in siblings.versions.iter().enumerate() {
        let lead = if place == 0 { ": " } else { " | " };
        add!(text, "{lead}{}", cart(version.cart));
    }
    text
}

/// A node in a phrase.
pub fn node(node: &Node) -> String {
    format!("{}, {}", node.id, siblings(node.siblings()))
}

/// The servers in one sentence.
pub fn describe(world: &World<Node>) -> String {
    let mut text = String::new();
    for (place, id) in world.servers().enumerate() {
        let lead = if place == 0 { "" } else { "; " };
        let is_down = if world.is_up(id) { "" } else { " (down)" };
        add!(text, "{lead}{}{is_down}", node(&world.node(id).process));
    }
    text.push('.');
    text
}

/// What a message says.
pub fn message(message: &Message) -> String {
    match message {
        Message::Get => "reads the cart".to_owned(),
        Message::Got(found) => siblings(found),
        Message::Put(put) => {
            format!("{}: {}, having seen {}", write_name(put.write), cart(put.cart), vector(&put.context))
        }
        Message::Stored(write) => format!("{} is stored", write_name(*write)),
        Message::Overtaken(write) => format!("{} comes after a later one and is refused", write_name(*write)),
        Message::Sync(all) => format!("all it has: {}", siblings(all)),
    }
}

/// What can be asked of a client, on a button.
pub fn ask(command: Command) -> String {
    let server = command.server;
    match command.deed {
        Deed::Read => format!("Read through {server}"),
        Deed::Merge => format!("Merge into one through {server}"),
        Deed::Add(thing) => format!("Add {} through {server}", item(thing)),
        Deed::Remove(thing) => format!("Take {} out through {server}", item(thing)),
        Deed::AddBlindly(thing) => {
            format!("Write only {} through {server}, unread", item(thing))
        }
        Deed::Forget => "Forget what it has read".to_owned(),
        Deed::Prune => "Forget the oldest entry of each vector".to_owned(),
    }
}

/// One sentence on a step; said after it.
pub fn narrate(world: &World<Node>, action: Action, change: &Change<Node>) -> String {
    match action {
        Action::Duplicate(_) => String::new(),
        Action::Start(id) if id.is_client() => format!("{id} opens the shop and asks what is in the cart."),
        Action::Start(id) => format!("{id} starts with an empty cart."),
        Action::Fire(id, _) => format!("{id} tells the other servers all it has."),
        Action::Crash(id) | Action::PowerFailure(id) => {
            format!("{id} stops. What it has taken is on its disk.")
        }
        Action::Restart(id) => format!("{} is back: {}.", id, siblings(world.node(id).process.siblings())),
        Action::Flush(id) => format!("What {id} has written is durable now."),
        Action::Wipe(id) => format!("{id} gets an empty disk, and has forgotten how far it had counted."),
        Action::Ask(id, _) => change.command.map_or_else(String::new, |command| asked(id, command, change)),
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
                arrival(envelope.from, &envelope.message, before, &world.node(envelope.to).process)
            }
            _ => String::new(),
        },
    }
}

fn asked(id: NodeId, command: Command, change: &Change<Node>) -> String {
    let server = command.server;
    let seen = change.before.as_ref().map_or(0, |before| before.siblings().versions.len());
    let merged = if seen > 1 { format!(", having merged {seen} siblings") } else { String::new() };
    match command.deed {
        Deed::Read => format!("{id} asks {server} what is in the cart."),
        Deed::Merge => format!("{id} writes back through {server} what it has read{merged}."),
        Deed::Add(thing) => format!("{id} adds {} through {server}{merged}.", item(thing)),
        Deed::Remove(thing) => format!("{id} takes {} out through {server}{merged}.", item(thing)),
        Deed::AddBlindly(thing) => {
            format!("{id} writes a cart with only {} through {server}, without having read.", item(thing))
        }
        Deed::Forget => format!("{id} forgets what it has read."),
        Deed::Prune => {
            format!(
                "{id} prunes: of every vector with several entries the oldest is forgotten, and what it covered."
            )
        }
    }
}

fn arrival(from: NodeId, message: &Message, before: &Node, after: &Node) -> String {
    let id = after.id;
    let (had, has) = (before.siblings(), after.siblings());
    match message {
        Message::Get => format!("{id} answers {from}: {}.", siblings(has)),
        Message::Got(_) => format!("{id} has read {}.", siblings(has)),
        Message::Stored(write) => format!("{id} hears that its write {} is stored.", write.number),
        Message::Overtaken(write) => {
            format!("{id} hears that its write {} came too late, after a later one.", write.number)
        }
        Message::Put(put) => {
            let is_taken = match (&before.state, &after.state) {
                (State::Server(old), State::Server(new)) => old.taken != new.taken,
                _ => false,
            };
            if !is_taken {
                return format!("{id} has had {} before, and does nothing.", write_name(put.write));
            }
            let gone = had.versions.iter().filter(|old| !has.has(old.write)).count();
            match (gone, has.versions.len()) {
                (0, 1) => format!("{id} stores {}.", write_name(put.write)),
                (0, more) => format!(
                    "{id} stores {} beside what it had, which that client had not seen: {more} siblings.",
                    write_name(put.write)
                ),
                (gone, left) => format!(
                    "{id} stores {} in place of {}: {} now.",
                    write_name(put.write),
                    versions(gone),
                    versions(left)
                ),
            }
        }
        Message::Sync(_) if had == has => format!("{id} learns nothing new from {from}."),
        Message::Sync(_) => format!("{id} joins what {from} has to its own: {}.", siblings(has)),
    }
}

/// A write is gone that nobody had seen.
pub(super) fn lost(id: NodeId, write: WriteId, now: &[Version]) -> String {
    let mut text = format!("{id} dropped {}", write_name(write));
    match now.first() {
        Some(kept) => {
            add!(text, " and kept {}, which had not seen it", write_name(kept.write));
        }
        None => text.push_str(" and has nothing in its place"),
    }
    text
}

/// A version is kept although a newer one had seen it.
pub(super) fn kept(id: NodeId, old: WriteId, newer: WriteId) -> String {
    format!("{id} keeps {} beside {}, which had seen it", write_name(old), write_name(newer))
}

/// Vectors and truth differ.
pub(super) fn misordered(left: &Version, right: &Version, said: Order, truth: Order) -> String {
    format!(
        "by their vectors {} {} {}; in truth it {} it",
        write_name(left.write),
        relation(said),
        write_name(right.write),
        relation(truth)
    )
}

/// How one version stands to another, as a verb.
pub fn relation(order: Order) -> &'static str {
    match order {
        Order::Equal => "is the same as",
        Order::Before => "is covered by",
        Order::After => "covers",
        Order::Concurrent => "is concurrent with",
    }
}
