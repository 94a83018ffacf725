//! The guided runs: what makes at-least-once delivery safe, who wins, what a wrong clock costs, and what is sent.

use super::kind::{Kind, Update};
use super::replica::Replica;
use super::safety::Witness;
use super::{figure::ELEMENTS, words};
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

/// The last replica has started.
fn started(now: &Now<'_>) -> bool {
    now.world.nodes().iter().all(|node| node.timers().next().is_some())
}

/// Every update made so far is known everywhere, and nothing is under way.
fn agreed(now: &Now<'_>, updates: usize) -> bool {
    let know = |id| now.witness.seen(id).map_or(0, |seen| seen.dots().count());
    now.world.flights().is_empty() && now.world.ids().all(|id| know(id) >= updates)
}

/// Asks a replica for an update, if its type has it.
fn ask(now: &Now<'_>, id: NodeId, update: Update) -> Intervention {
    let place = kind(now).updates(&ELEMENTS).iter().position(|known| *known == update);
    let number = place.and_then(|place| u32::try_from(place).ok());
    Intervention::Request(id, Ask(number.unwrap_or(0)))
}

fn kind(now: &Now<'_>) -> Kind {
    now.world.node(S1).process.config().rules.kind
}

fn reads(now: &Now<'_>, id: NodeId) -> String {
    let process = &now.world.node(id).process;
    words::value(process.config().rules.kind, &process.value())
}

/// What everybody reads, or who reads what.
fn all_read(now: &Now<'_>) -> String {
    let first = reads(now, S1);
    if now.world.ids().all(|id| reads(now, id) == first) {
        return format!("All read {first}");
    }
    let said = words::describe(now.world);
    said.trim_end_matches('.').to_owned()
}

fn nothing(_: &Now<'_>) -> Vec<Intervention> {
    Vec::new()
}

const DUPLICATES: Run = Run {
    id: "duplicates",
    title: "Everything arrives twice",
    question: "Every replica counts one, and the network delivers every message twice. What do they read in the end?",
    answer: "As many as were counted. Each counts in an entry of its own, and merging takes the greater of two entries: what arrives \
             twice, late or in another order changes nothing. That is idempotence, and it makes at-least-once delivery safe.",
    now_try: "Take the rule `max` away, so that merging adds up: which law breaks, and in how small a history? Then set the \
              replication to operations and take `once` away.",
    options: &[("duplication", 100)],
    requires: &[],
    opening: started,
    cues: &[
        Cue {
            when: started,
            act: |now| now.world.ids().map(|id| ask(now, id, kind(now).updates(&ELEMENTS)[0])).collect(),
            say: |now| {
                format!(
                    "Each has taken one update without asking anybody, and none knows of the others': {}",
                    words::describe(now.world)
                )
            },
        },
        Cue {
            when: |now| now.world.flights().len() > 1,
            act: nothing,
            say: |_| {
                "One tells the others all it has, and the network makes two messages of each.".to_owned()
            },
        },
        Cue {
            when: |now| agreed(now, usize::from(now.world.roster().servers)) && now.world.messages_sent() > 8,
            act: nothing,
            say: |now| {
                format!(
                    "{}. {} messages were sent for {} updates.",
                    all_read(now),
                    now.witness.traffic().messages,
                    now.witness.records().len()
                )
            },
        },
    ],
};

const ADD_AND_REMOVE: Run = Run {
    id: "add-and-remove",
    title: "Added and removed at once",
    question: "All have a. At the same time S1 removes it and S2 adds it once more. Is it in, when they have met?",
    answer: "In an OR-Set it is: a removal takes the additions that it has seen, and S2’s had a tag of its own that S1 had not seen. \
             Neither answer is the right one for every use; what counts is that all replicas give the same.",
    now_try: "Set the type to `2p-set`: there the removal wins, and a can never come back. Then `lww-set`, and make S1’s clock run fast.",
    options: &[("type", 5)],
    requires: &[],
    opening: started,
    cues: &[
        Cue {
            when: started,
            act: |now| vec![ask(now, S1, Update::Add(ELEMENTS[0]))],
            say: |_| String::new(),
        },
        Cue {
            when: |now| agreed(now, 1),
            act: |now| {
                vec![ask(now, S1, Update::Remove(ELEMENTS[0])), ask(now, S2, Update::Add(ELEMENTS[0]))]
            },
            say: |now| {
                format!(
                    "All had a. Then S1 removed it, and S2, who didn’t know, added it again: {}",
                    words::describe(now.world)
                )
            },
        },
        Cue {
            when: |now| now.world.flights().len() > 1,
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
            say: |now| format!("{}: they have met, in whatever order.", all_read(now)),
        },
    ],
};

const SKEWED_CLOCK: Run = Run {
    id: "skewed-clock",
    title: "A clock that is two seconds fast",
    question: "S1’s clock is two seconds fast. S1 writes a; when all have read it, S2 writes b over it. What is in the register?",
    answer: "a, everywhere and for good: S2’s write bears an earlier time than the one it was meant to replace. All replicas agree, no \
             law is broken, and a write is gone that nobody overwrote. Last-writer-wins converges by forgetting.",
    now_try: "Set the type to `mv-register`: what has seen a replaces it, whatever clocks say. How long must S2 wait until its writes count again?",
    options: &[("type", 6)],
    requires: &[],
    opening: started,
    cues: &[
        Cue {
            when: started,
            act: |now| vec![Intervention::Skew(S1, 2_000), ask(now, S1, Update::Write(ELEMENTS[0]))],
            say: |now| {
                format!(
                    "S1 writes a, and stamps it with its own clock: {}.",
                    words::payload(now.world.node(S1).process.payload())
                )
            },
        },
        Cue {
            when: |now| agreed(now, 1),
            act: |now| vec![ask(now, S2, Update::Write(ELEMENTS[1]))],
            say: |now| {
                format!("All had read a. S2 writes b, and reads {} in the same instant.", reads(now, S2))
            },
        },
        Cue {
            when: |now| agreed(now, 2),
            act: nothing,
            say: |now| format!("{}. Every replica has seen both writes.", all_read(now)),
        },
    ],
};

const BYTES: Run = Run {
    id: "bytes",
    title: "What is sent",
    question: "A set grows by three elements, one after the other. How much is sent if only what is new is sent, and how much if every round sends the whole set?",
    answer: "A delta holds what is new since the receiver’s last acknowledgement, so its length depends on the update; the state’s \
             length depends on all updates ever. And who has acknowledged everything is sent nothing at all.",
    now_try: "Set the replication to `state` and watch the bytes while nobody writes. Then lose an acknowledgement with `delta`: what does it cost?",
    options: &[("type", 2), ("replication", 1)],
    requires: &[],
    opening: started,
    cues: &[
        Cue {
            when: started,
            act: |now| vec![ask(now, S1, Update::Add(ELEMENTS[0]))],
            say: |_| String::new(),
        },
        Cue {
            when: |now| agreed(now, 1),
            act: |now| vec![ask(now, S2, Update::Add(ELEMENTS[1]))],
            say: |now| {
                format!(
                    "All have a. So far {} bytes were sent, acknowledgements included.",
                    now.witness.traffic().bytes
                )
            },
        },
        Cue {
            when: |now| agreed(now, 2),
            act: |now| vec![ask(now, S1, Update::Add(ELEMENTS[2]))],
            say: |now| {
                format!(
                    "All have a and b: {} bytes. The message about b did not say anything of a.",
                    now.witness.traffic().bytes
                )
            },
        },
        Cue {
            when: |now| agreed(now, 3),
            act: nothing,
            say: |now| {
                let traffic = now.witness.traffic();
                format!(
                    "All have three: {} bytes in {} messages. Had every round sent the whole set to everybody: {} bytes.",
                    traffic.bytes, traffic.messages, traffic.bytes_as_states
                )
            },
        },
    ],
};
