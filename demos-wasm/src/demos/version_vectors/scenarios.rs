//! The guided runs: the [stories](super::story) over the real network, where time passes and servers talk by themselves.

use super::mechanism::{Cart, Version};
use super::node::{Command, Deed, Message, Node};
use super::story::{BREAD, EGGS, MILK, STORIES};
use super::witness::Witness;
use super::words;
use crate::figure;
use crate::prelude::*;
use crate::sim::{Intervention, NodeId};

type Run = figure::Scenario<Node, Witness>;
type Cue = figure::Cue<Node, Witness>;
type Now<'a> = figure::Now<'a, Node, Witness>;

/// All of them.
pub(super) const ALL: &[Run] = &[
    Run { cues: ANCESTOR, ..run(0, &[("mechanism", 0)], &[]) },
    Run { cues: LOST_UPDATE, ..run(1, &[("mechanism", 1)], &[]) },
    Run { cues: EXPLOSION, ..run(2, &[("mechanism", 3)], &[]) },
    Run { cues: RESURRECTION, ..run(3, &[("mechanism", 0)], &[]) },
    Run { cues: PRUNING, ..run(4, &[("mechanism", 2), ("clients", 3), ("entries", 1)], &[("clients", 3)]) },
    Run { cues: FORGETFUL, ..run(5, &[("mechanism", 2)], &[]) },
];

type Setting = (&'static str, i64);

/// A story's words, and what it is played with.
const fn run(story: usize, options: &'static [Setting], requires: &'static [Setting]) -> Run {
    let story = &STORIES[story];
    Run {
        id: story.id,
        title: story.title,
        question: story.question,
        answer: story.answer,
        now_try: story.now_try,
        options,
        requires,
        opening: has_opened,
        cues: &[],
    }
}

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const C1: NodeId = NodeId::client(0);

/// All clients have asked what is in the cart.
fn has_opened(now: &Now<'_>) -> bool {
    let asked = |id| now.world.flights().iter().any(|flight| flight.from == id);
    now.world.ids().filter(|id| id.is_client()).all(asked)
}

/// All clients have opened the shop, and none waits for anything.
fn settled(now: &Now<'_>) -> bool {
    let roster = now.world.roster();
    now.world.messages_sent() >= u32::from(roster.clients)
        && !now.world.flights().iter().any(|flight| flight.from.is_client() || flight.to.is_client())
}

/// Clients wait for nothing, and servers have told each other.
fn told(now: &Now<'_>) -> bool {
    settled(now) && now.world.flights().is_empty()
}

/// S2 has told S1 what it has, clients wait for nothing.
fn s1_was_told(now: &Now<'_>) -> bool {
    settled(now) && !now.world.flights().iter().any(|flight| flight.from == S2 && is_sync(&flight.message))
}

fn is_sync(message: &Message) -> bool {
    matches!(message, Message::Sync(_))
}

/// A client does something through a server; by their numbers.
fn ask(client: u8, deed: Deed, server: u8) -> Intervention {
    let command = Command { deed, server: NodeId(server - 1), clock: 0 };
    Intervention::Request(NodeId::client(client - 1), command.to_ask().unwrap_or_default())
}

fn cut() -> Vec<Intervention> {
    vec![Intervention::Cut(S1, S2), Intervention::Cut(S2, S1)]
}

/// The link from S2 to S1 is mended, and S2 tells all it has.
fn meet(_: &Now<'_>) -> Vec<Intervention> {
    vec![Intervention::Mend(S2, S1), Intervention::Hurry(S2, None)]
}

fn nothing(_: &Now<'_>) -> Vec<Intervention> {
    Vec::new()
}

/// A cue as soon as no client waits.
const fn then(act: fn(&Now<'_>) -> Vec<Intervention>, say: fn(&Now<'_>) -> String) -> Cue {
    Cue { when: settled, act, say }
}

/// What a server has, each version with what it carries.
fn has(now: &Now<'_>, id: NodeId) -> String {
    let node = &now.world.node(id).process;
    let mut text = format!("{id} has ");
    let versions = &node.siblings().versions;
    if versions.is_empty() {
        text.push_str("nothing");
    }
    for (place, version) in versions.iter().enumerate() {
        text.push_str(if place == 0 { "" } else { " and " });
        text.push_str(&named(node, version));
    }
    text
}

fn named(node: &Node, version: &Version) -> String {
    let label = words::label(node.mechanism, version);
    let cart =
        if version.cart == Cart::default() { "an empty cart".to_owned() } else { words::cart(version.cart) };
    if label.is_empty() { cart } else { format!("{cart} as {label}") }
}

/// How many versions S1 has, and what they are merged.
fn merged(now: &Now<'_>) -> String {
    let siblings = now.world.node(S1).process.siblings();
    let they = if siblings.versions.len() > 1 { ", and merged they hold " } else { ", with " };
    format!("S1 has {}{they}{}", words::versions(siblings.versions.len()), words::cart(siblings.union()))
}

fn count(now: &Now<'_>) -> usize {
    now.world.node(S1).process.siblings().versions.len()
}

const ANCESTOR: &[Cue] = &[
    then(
        |_| cut(),
        |_| {
            "S1 and S2 no longer reach each other. Each client has read an empty cart, so neither knows of any write.".to_owned()
        },
    ),
    then(
        |_| vec![ask(1, Deed::Add(MILK), 1), ask(2, Deed::Add(BREAD), 2)],
        |_| {
            "C1 puts milk into the cart through S1, C2 bread through S2, at the same time. Both are taken: nobody has to ask anybody.".to_owned()
        },
    ),
    then(meet, |now| {
        format!("{}; {}. Now S2 reaches S1 again and tells it all.", has(now, S1), has(now, S2))
    }),
    Cue {
        when: s1_was_told,
        act: nothing,
        say: |now| format!("{}. Neither covers the other, so both stay.", has(now, S1)),
    },
];

const LOST_UPDATE: &[Cue] = &[
    then(
        |_| vec![ask(1, Deed::Add(MILK), 1)],
        |_| "Both have read the empty cart. C1 writes milk, and with it what it has seen: {}.".to_owned(),
    ),
    then(
        |_| vec![ask(2, Deed::Add(BREAD), 1)],
        |now| format!("{}. C2 has not read since: it writes bread, also with {{}}.", has(now, S1)),
    ),
    then(nothing, |now| {
        let what = if count(now) > 1 {
            "C2’s write says that it has seen nothing, so it covers nothing, and the milk stays beside it"
        } else {
            "S1 counted the bread as its second write, and who has 2 has 1: by its vector the bread covers the milk, which C2 never saw"
        };
        format!("{}. {what}.", has(now, S1))
    }),
];

const EXPLOSION: &[Cue] = &[
    then(|_| vec![ask(2, Deed::Add(MILK), 1)], |_| String::new()),
    then(
        |_| vec![ask(2, Deed::Read, 1)],
        |_| "C1 has read the empty cart, before C2 wrote milk. C2 reads again.".to_owned(),
    ),
    then(
        |_| vec![ask(1, Deed::Add(BREAD), 1)],
        |_| "C1 writes bread, and doesn’t know of the milk.".to_owned(),
    ),
    then(
        |_| vec![ask(1, Deed::Read, 1)],
        |now| {
            let verdict = match count(now) {
                2 => "That is right: neither write had seen the other",
                _ => "It should be two, since neither write had seen the other",
            };
            format!("{}. {verdict}.", merged(now))
        },
    ),
    then(
        |_| vec![ask(2, Deed::Add(EGGS), 1)],
        |_| {
            "C1 has read that. C2 adds eggs to the milk that it knows of; its write should replace that milk, and nothing else.".to_owned()
        },
    ),
    then(
        |_| vec![ask(2, Deed::Read, 1)],
        |now| {
            let verdict = match count(now) {
                2 => "The milk alone is gone, as it should be",
                _ => "It should be two, the bread and the eggs with their milk",
            };
            format!("{}. {verdict}.", merged(now))
        },
    ),
    then(|_| vec![ask(1, Deed::Add(MILK), 1)], |_| String::new()),
    then(|_| vec![ask(1, Deed::Read, 1)], |_| String::new()),
    then(|_| vec![ask(2, Deed::Add(BREAD), 1)], |_| String::new()),
    then(|_| vec![ask(2, Deed::Read, 1)], |_| String::new()),
    then(|_| vec![ask(1, Deed::Add(EGGS), 1)], |_| String::new()),
    then(nothing, |now| {
        format!("Six writes, each by somebody who had read a moment before: {}.", merged(now))
    }),
];

const RESURRECTION: &[Cue] = &[
    then(|_| vec![ask(1, Deed::Add(MILK), 1)], |_| String::new()),
    Cue {
        when: told,
        act: |_| vec![ask(1, Deed::Read, 1), ask(2, Deed::Read, 2)],
        say: |_| "The milk is on all servers. C1 reads it from S1, C2 from S2.".to_owned(),
    },
    then(
        |_| {
            let mut acts = cut();
            acts.extend([ask(1, Deed::Remove(MILK), 1), ask(2, Deed::Add(BREAD), 2)]);
            acts
        },
        |_| {
            "S1 and S2 lose each other. C1 takes the milk out through S1; C2 adds bread through S2."
                .to_owned()
        },
    ),
    then(meet, |now| {
        format!("{}; {}. Each has what its client wanted. Now S2 tells S1.", has(now, S1), has(now, S2))
    }),
    Cue {
        when: s1_was_told,
        act: |_| vec![ask(1, Deed::Read, 1)],
        say: |now| format!("{}. C1 reads, and its shop merges them.", has(now, S1)),
    },
    then(nothing, |now| {
        let cart = now.world.node(C1).process.siblings().union();
        format!(
            "In C1’s cart: {}. A union can’t tell what was taken out from what was never in.",
            words::cart(cart)
        )
    }),
];

const PRUNING: &[Cue] = &[
    then(|_| vec![ask(1, Deed::Add(MILK), 1)], |_| String::new()),
    Cue {
        when: told,
        act: |_| {
            let mut acts = cut();
            acts.push(ask(2, Deed::Read, 1));
            acts
        },
        say: |now| {
            format!("{}, and S2 too. Then they lose each other, and C2 reads through S1.", has(now, S1))
        },
    },
    then(|_| vec![ask(2, Deed::Remove(MILK), 1)], |_| "C2 takes the milk out.".to_owned()),
    then(|_| vec![ask(3, Deed::Read, 1)], |now| format!("{}. C3 reads that.", has(now, S1))),
    then(|_| vec![ask(3, Deed::Add(BREAD), 1)], |_| String::new()),
    then(meet, |now| format!("{}; {}. S2 tells S1.", has(now, S1), has(now, S2))),
    Cue {
        when: s1_was_told,
        act: nothing,
        say: |now| {
            let siblings = now.world.node(S1).process.siblings();
            let what = match siblings.versions.len() {
                1 => "It covers what S2 told".to_owned(),
                _ => format!("Merged they hold {}", words::cart(siblings.union())),
            };
            format!("{}. {what}.", has(now, S1))
        },
    },
];

const FORGETFUL: &[Cue] = &[
    then(|_| vec![ask(1, Deed::Add(MILK), 1)], |_| String::new()),
    then(|_| vec![ask(1, Deed::Forget, 1)], |now| format!("{}. Now C1 loses its cookie.", has(now, S1))),
    Cue {
        // A moment later, so that a reader may let C1 read first.
        when: |now| settled(now) && now.since_cue() > 0,
        act: |_| vec![ask(1, Deed::Add(BREAD), 1)],
        say: |now| {
            let knows = if now.world.node(C1).process.siblings().versions.is_empty() {
                "C1 knows nothing of the milk, but it still counts its writes: this is its second"
            } else {
                "C1 has read the milk again, and adds bread to it"
            };
            format!("{knows}.")
        },
    },
    then(nothing, |now| {
        let cart = now.world.node(S1).process.siblings().union();
        let what = if count(now) > 1 {
            "The bread doesn’t claim to have seen the milk, so both stay"
        } else if cart.items().any(|item| item == MILK) {
            "The second write had seen the first, and rightly replaces it"
        } else {
            "The second write of C1 covers the first, whatever C1 had seen"
        };
        format!("{}. {what}.", has(now, S1))
    }),
];
