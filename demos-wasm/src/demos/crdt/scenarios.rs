//! The guided runs: what makes at-least-once delivery safe, who wins, what a wrong clock costs, and what is sent.

use super::kind::{Kind, Replication, Update};
use super::message::Message;
use super::payload::Element;
use super::replica::Replica;
use super::safety::Witness;
use super::{figure::ELEMENTS, figure::MORE, words};
use crate::figure;
use crate::prelude::*;
use crate::sim::{Ask, Intervention, NodeId};

type Run = figure::Scenario<Replica, Witness>;
type Cue = figure::Cue<Replica, Witness>;
type Now<'a> = figure::Now<'a, Replica, Witness>;

/// All of them.
pub(super) const ALL: &[Run] = &[DUPLICATES, ADD_AND_REMOVE, SKEWED_CLOCK, BYTES];

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);

const A: Element = ELEMENTS[0];
const B: Element = ELEMENTS[1];

/// The last replica has started.
fn started(now: &Now<'_>) -> bool {
    now.world.nodes().iter().all(|node| node.timers().next().is_some())
}

/// Somebody is telling somebody something. Operations are sent at once, so there it is so already at the cue that had them made,
/// whose words go first; what is said here is then left out.
fn told(now: &Now<'_>) -> bool {
    !now.world.flights().is_empty()
}

/// Every update made so far is known everywhere, and nothing is under way.
fn agreed(now: &Now<'_>, updates: usize) -> bool {
    let know = |id| now.witness.seen(id).map_or(0, |seen| seen.dots().count());
    !told(now) && now.world.ids().all(|id| know(id) >= updates)
}

/// And nobody keeps anything to send again.
fn settled(now: &Now<'_>, updates: usize) -> bool {
    let keeps = |replica: &Replica| replica.deltas() + replica.broadcast().log.kept.len();
    agreed(now, updates) && now.world.nodes().iter().all(|node| keeps(&node.process) == 0)
}

/// Asks a replica for an update that its type has.
fn ask(now: &Now<'_>, id: NodeId, update: Update) -> Intervention {
    let place = kind(now).updates(&ELEMENTS).iter().position(|known| *known == update);
    let number = place.and_then(|place| u32::try_from(place).ok());
    Intervention::Request(id, Ask(number.unwrap_or(0)))
}

/// Asks a replica to add an element, perhaps one that is on no button.
fn add(id: NodeId, element: u32) -> Intervention {
    Intervention::Request(id, Ask(MORE + element))
}

fn kind(now: &Now<'_>) -> Kind {
    now.world.node(S1).process.config().rules.kind
}

fn replication(now: &Now<'_>) -> Replication {
    now.world.node(S1).process.config().replication
}

fn reads(now: &Now<'_>, id: NodeId) -> String {
    let process = &now.world.node(id).process;
    words::value(process.config().rules.kind, &process.value())
}

/// What a replica is sending at this moment, acknowledgements aside.
fn tells(now: &Now<'_>, id: NodeId) -> Option<String> {
    let is_news = |message: &Message| !matches!(message, Message::Acknowledge(_) | Message::Applied(_));
    let news = now.world.flights().iter().find(|flight| flight.from == id && is_news(&flight.message))?;
    Some(format!("{id} sends “{}”", words::message(&news.message)))
}

/// What everybody reads, or who reads what.
fn all_read(now: &Now<'_>) -> String {
    let first = reads(now, S1);
    if now.world.ids().all(|id| reads(now, id) == first) {
        return format!("All read {first}");
    }
    let said = words::describe(now.world);
    format!("They differ: {}", said.trim_end_matches('.'))
}

/// All that was sent so far.
fn sent(now: &Now<'_>) -> String {
    let traffic = now.witness.traffic();
    format!("{} bytes in {} messages", traffic.bytes, traffic.messages)
}

fn nothing(_: &Now<'_>) -> Vec<Intervention> {
    Vec::new()
}

const DUPLICATES: Run = Run {
    id: "duplicates",
    title: "Everything arrives twice",
    question: "Every replica takes one update (a counter: one more), and the network delivers every message twice. What do they read in the end?",
    answer: "All the same, and nothing has counted twice. A merge keeps what is known already, and of two entries of a counter the \
             greater: what arrives twice, late or in another order changes nothing. That is idempotence, and it makes at-least-once \
             delivery safe. Operations are not idempotent; whoever receives one twice must drop it the second time.",
    now_try: "With a counter, take the rule “max” away, so that merging adds up: which law breaks, and in how small a history? Then \
              set the replication to “operation” and take “once” away.",
    options: &[("duplication", 100)],
    requires: &[],
    opening: started,
    cues: &[
        Cue {
            when: started,
            act: |now| {
                let updates = kind(now).updates(&ELEMENTS);
                let choices = if updates.len() < ELEMENTS.len() { 1 } else { ELEMENTS.len() };
                now.world.ids().map(|id| ask(now, id, updates[id.index() % choices])).collect()
            },
            say: |now| {
                let alone = match replication(now) {
                    Replication::Operation => "it is on its way to the others",
                    Replication::State | Replication::Delta => "none knows of the others’",
                };
                format!(
                    "Each has taken one update without asking anybody, and {alone}: {}",
                    words::describe(now.world)
                )
            },
        },
        Cue {
            when: told,
            act: nothing,
            say: |now| {
                let first = now.world.ids().find_map(|id| tells(now, id)).unwrap_or_default();
                format!("{first}. That is all it has.")
            },
        },
        Cue {
            when: |now| agreed(now, usize::from(now.world.roster().servers)),
            act: nothing,
            say: |now| {
                let (traffic, updates) = (now.witness.traffic(), now.witness.records().len());
                format!(
                    "{}. {updates} updates took {} messages, {} of them copied by the network.",
                    all_read(now),
                    traffic.messages,
                    traffic.copies
                )
            },
        },
    ],
};

const ADD_AND_REMOVE: Run = Run {
    id: "add-and-remove",
    title: "Added and removed at once",
    question: "All have a. At the same time S1 removes it and S2 adds it once more. Is a in the set when they have heard of each other?",
    answer: "In an OR-Set it is: a removal takes out only the additions that it has seen, and S2’s had a tag of its own that S1 had \
             not seen. Neither answer is right for every use; what counts is that all replicas give the same.",
    now_try: "Set the type to “2p-set”: there the removal wins, and a can never come back. Then to “lww-set”, and put S1’s clock \
              forward at the beginning.",
    options: &[("type", 5)],
    requires: &[("type", 3), ("type", 4), ("type", 5)],
    opening: started,
    cues: &[
        Cue { when: started, act: |now| vec![ask(now, S1, Update::Add(A))], say: |_| String::new() },
        Cue {
            when: |now| agreed(now, 1),
            act: |now| vec![ask(now, S1, Update::Remove(A)), ask(now, S2, Update::Add(A))],
            say: |now| {
                let mut said = format!(
                    "All had a. Then S1 removed it, and S2, who didn’t know, added it again: {}",
                    words::describe(now.world)
                );
                for id in [S1, S2] {
                    if let Some(operation) = tells(now, id) {
                        said.push_str(&format!(" {operation}."));
                    }
                }
                said
            },
        },
        Cue {
            when: told,
            act: nothing,
            say: |now| {
                let payload = now.world.node(S2).process.payload();
                format!(
                    "S2’s payload is {}. That is what decides when it is merged.",
                    words::payload(payload)
                )
            },
        },
        Cue {
            when: |now| agreed(now, 3),
            act: nothing,
            say: |now| format!("{}. All have heard of both.", all_read(now)),
        },
    ],
};

const SKEWED_CLOCK: Run = Run {
    id: "skewed-clock",
    title: "A clock that is two seconds fast",
    question: "S1’s clock is two seconds fast. S1 writes a; when all have read it, S2 writes b over it. What is in the register then?",
    answer: "In an LWW-register a, everywhere: S2’s write bears an earlier time than the one it was meant to replace. All replicas \
             agree, no law is broken, and a write is gone for good that nobody overwrote. Last-writer-wins converges by forgetting. \
             An MV-register goes by what a write has seen, and there b replaces a.",
    now_try: "Set the type to “mv-register”: what has seen a replaces it, whatever clocks say. And with “lww-register”: how long must \
              S2 wait until its writes count again?",
    options: &[("type", 6)],
    requires: &[("type", 6), ("type", 7)],
    opening: started,
    cues: &[
        Cue {
            when: started,
            act: |now| vec![Intervention::Skew(S1, 2_000), ask(now, S1, Update::Write(A))],
            say: |now| {
                let stamp = match kind(now) {
                    Kind::MvRegister => "marks it with a dot and no time",
                    _ => "stamps it with the time of its own clock",
                };
                format!("S1 writes a, and {stamp}: {}.", words::payload(now.world.node(S1).process.payload()))
            },
        },
        Cue {
            when: |now| agreed(now, 1),
            act: |now| vec![ask(now, S2, Update::Write(B))],
            say: |now| format!("All had read a. S2 writes b, and right after it reads {}.", reads(now, S2)),
        },
        Cue {
            when: |now| agreed(now, 2),
            act: nothing,
            say: |now| format!("{}. Every replica has seen both writes.", all_read(now)),
        },
    ],
};

/// Elements that the set has before one is added.
const MANY: u32 = 6;

const BYTES: Run = Run {
    id: "bytes",
    title: "What is sent",
    question: "All replicas have a set of six elements, and S2 adds a seventh. How much is sent if only what is new is sent, and how much if every round sends the whole set?",
    answer: "A delta holds what its receiver has not acknowledged, so its length depends on the update; a state’s length depends on \
             all updates ever made. And who has acknowledged everything is sent nothing at all. It takes a state that is large \
             against the update: while a set has one element, a delta and its acknowledgement are longer than the set.",
    now_try: "Set the replication to “state”, and watch the bytes while nobody writes. Then back to “delta”, and lose an \
              acknowledgement: what does it cost?",
    options: &[("type", 2), ("replication", 1)],
    requires: &[("type", 2), ("type", 3), ("type", 4), ("type", 5)],
    opening: started,
    cues: &[
        Cue {
            when: started,
            act: |_| (1..=MANY).map(|element| add(S1, element)).collect(),
            say: |now| format!("S1 adds six elements, and reads {}.", reads(now, S1)),
        },
        Cue {
            when: |now| settled(now, 6),
            act: |_| vec![add(S2, MANY + 1)],
            say: |now| {
                let rest = match replication(now) {
                    Replication::State => "every round sends all of them again",
                    Replication::Delta | Replication::Operation => "everybody has acknowledged them",
                };
                let mut said = format!("All have the six, and {rest}. Then S2 adds g.");
                if let Some(operation) = tells(now, S2) {
                    said.push_str(&format!(" {operation}."));
                }
                said
            },
        },
        Cue {
            when: |now| tells(now, S2).is_some(),
            act: nothing,
            say: |now| {
                let whole = Message::State(now.world.node(S2).process.payload().clone()).bytes();
                let what = match replication(now) {
                    Replication::State => "Only g in it is new".to_owned(),
                    Replication::Delta | Replication::Operation => {
                        format!("The whole set would take {whole}")
                    }
                };
                format!("{}. {what}.", tells(now, S2).unwrap_or_default())
            },
        },
        Cue {
            when: |now| settled(now, 7),
            act: nothing,
            say: |now| {
                let rest = match replication(now) {
                    Replication::State => "and every round goes on sending all of them".to_owned(),
                    Replication::Delta | Replication::Operation => format!(
                        "acknowledgements included. Had every round sent the whole set to everybody: {} bytes",
                        now.witness.traffic().bytes_as_states
                    ),
                };
                format!("All have seven. Sent: {}, {rest}.", sent(now))
            },
        },
    ],
};
