//! The guided runs. They cut links and press keys as a reader would; what becomes of it is the replicas' own doing.

use super::edit;
use super::figure::Run;
use super::replica::{Key, Replica, Stroke};
use super::safety::Witness;
use super::words::quote;
use crate::figure;
use crate::prelude::*;
use crate::sim::{Groups, Intervention, NodeId};

type Now<'a> = figure::Now<'a, Replica, Witness>;
type Cue = figure::Cue<Replica, Witness>;

/// All of them.
pub(super) const ALL: &[Run] = &[TWO_WORDS, FROM_THE_TOP, AFTER_DELETED, BOTH_DELETE];

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);

fn replica<'a>(now: &'a Now<'_>, id: NodeId) -> &'a Replica {
    &now.world.node(id).process
}

fn text(now: &Now<'_>, id: NodeId) -> String {
    quote(&replica(now, id).text(), 40)
}

fn length(now: &Now<'_>, id: NodeId) -> usize {
    replica(now, id).text().chars().count()
}

fn press(id: NodeId, at: Option<usize>, key: Key) -> Intervention {
    Intervention::Request(id, edit::ask(Stroke { at, key }))
}

/// A word typed from left to right.
fn write(id: NodeId, at: usize, word: &str) -> Vec<Intervention> {
    let place = |step: usize| Some(at).filter(|_| step == 0);
    word.chars().enumerate().map(|(step, letter)| press(id, place(step), Key::Letter(letter))).collect()
}

/// A word typed from its end: every letter is put before the one that was typed before it.
fn write_backwards(id: NodeId, at: usize, word: &str) -> Vec<Intervention> {
    word.chars().rev().map(|letter| press(id, Some(at), Key::Letter(letter))).collect()
}

/// Everybody works for themselves.
fn offline(now: &Now<'_>) -> Vec<Intervention> {
    let mut groups = Groups::default();
    for place in 1..now.world.roster().len() {
        groups = groups.with(place, u8::try_from(place).unwrap_or(0));
    }
    vec![Intervention::Partition(groups)]
}

/// The links are mended, and nobody waits for a timer.
fn online(now: &Now<'_>) -> Vec<Intervention> {
    let mut deeds = vec![Intervention::Heal];
    deeds.extend(now.world.ids().map(|id| Intervention::Hurry(id, None)));
    deeds
}

fn nothing(_: &Now<'_>) -> Vec<Intervention> {
    Vec::new()
}

fn has_started(now: &Now<'_>) -> bool {
    now.world.nodes().iter().all(|node| node.timers().next().is_some())
}

/// All who are up have applied everything that was ever announced.
fn is_everywhere(now: &Now<'_>) -> bool {
    let operations = now.witness.operations();
    now.world.nodes().iter().all(|node| !node.up || node.process.applied().dots().count() >= operations)
}

/// The opening picture: everybody has the text to start from. Acknowledgements are still under way, so that the first cue can
/// wait for what the reader does.
fn is_open(now: &Now<'_>) -> bool {
    now.witness.operations() > 0 && is_everywhere(now)
}

fn both(now: &Now<'_>) -> String {
    format!("S1 shows “{}”, S2 shows “{}”", text(now, S1), text(now, S2))
}

/// Everybody has the text to start from, and nobody has touched it. Once a reader types, the run is theirs.
fn is_untouched(now: &Now<'_>, text: &str) -> bool {
    let is_as_begun = replica(now, S1).text() == text && now.witness.operations() == text.len();
    // Who cuts a link at the beginning loses the acknowledgements.
    let is_acknowledged = replica(now, S1).broadcast().log.kept.is_empty();
    is_as_begun && is_acknowledged && now.world.flights().is_empty()
}

/// A text for all to start from.
const fn begin(act: fn(&Now<'_>) -> Vec<Intervention>) -> Cue {
    Cue { when: has_started, act, say: |_| String::new() }
}

/// A pause after which the links are mended.
const MEET: Cue = Cue {
    when: |now| now.since_cue() >= 30,
    act: online,
    say: |_| "The links are mended. Each replica sends what the other has not acknowledged.".to_owned(),
};

const fn end(say: fn(&Now<'_>) -> String) -> Cue {
    Cue { when: is_everywhere, act: nothing, say }
}

const TWO_WORDS: Run = Run {
    id: "two-words",
    title: "Two words at the same place",
    question: "Offline, both editors write a name before the “!”. What will the text be when they meet again?",
    answer: "Both names, each in one piece, and the same text everywhere. Which one comes first is decided by ids, not by who wrote first: nobody can know that.",
    now_try: "Type in the boxes yourself. Go offline, write in both at the same place, go online again.",
    options: &[],
    requires: &[],
    opening: is_open,
    cues: &[
        begin(|_| write(S1, 0, "Hi !")),
        Cue {
            when: |now| is_untouched(now, "Hi !"),
            act: |now| {
                let mut deeds = offline(now);
                deeds.extend(write(S1, length(now, S1).saturating_sub(1), "Ann"));
                deeds.extend(write(S2, length(now, S2).saturating_sub(1), "Bob"));
                deeds
            },
            say: |_| {
                "The link is cut, and both are typing before the “!”. Nobody waits for anybody: a replica takes what is typed at once.".to_owned()
            },
        },
        Cue {
            when: |now| now.since_cue() >= 30,
            act: nothing,
            say: |now| {
                format!("{}. Neither knows of the other's name, so the two are concurrent.", both(now))
            },
        },
        MEET,
        end(|now| {
            format!(
                "{}. An operation says after which character it was typed, never at which number, so it finds its place in a text that has changed meanwhile.",
                both(now)
            )
        }),
    ],
};

const FROM_THE_TOP: Run = Run {
    id: "from-the-top",
    title: "Two lists written from the top",
    question: "Offline, S1 writes “tea” after the colon and S2 “jam”, both from the last letter to the first, as items go on top of a list. Can the letters get mixed?",
    answer: "In RGA they do: every letter was typed right after the colon, so all it has to go by is time, and the two lists are shuffled. Fugue also notes before what a letter was typed, and each word stays whole. Both converge; convergence says nothing about what was meant.",
    now_try: "Under Rules, see both side by side, or let a counterexample be found without non-interleaving.",
    options: &[],
    requires: &[],
    opening: is_open,
    cues: &[
        begin(|_| write(S1, 0, "Buy:")),
        Cue {
            when: |now| is_untouched(now, "Buy:"),
            act: |now| {
                let mut deeds = offline(now);
                deeds.extend(write_backwards(S1, length(now, S1), "tea"));
                deeds.extend(write_backwards(S2, length(now, S2), "jam"));
                deeds
            },
            say: |_| {
                "The link is cut. Both put the caret after the colon for every letter, so each new letter stands before the last.".to_owned()
            },
        },
        Cue {
            when: |now| now.since_cue() >= 30,
            act: nothing,
            say: |now| {
                format!(
                    "{}. In the tree each letter of the word hangs to the left of the one typed before.",
                    both(now)
                )
            },
        },
        MEET,
        end(|now| {
            use super::document::Algorithm::{Fugue, Rga};
            let document = replica(now, S1).document();
            format!(
                "The same operations, in two orders: “{}” is Fugue's, “{}” is RGA's. Both are the same on every replica.",
                quote(&document.text(Fugue), 40),
                quote(&document.text(Rga), 40)
            )
        }),
    ],
};

const AFTER_DELETED: Run = Run {
    id: "after-deleted",
    title: "Insert after a deleted character",
    question: "S1 deletes the “a” of “cat”. At the same moment S2 types an “r” after it. Where does the “r” go when its place is gone?",
    answer: "To the place of the deleted letter, between “c” and “t”. The letter is not removed but marked: a tombstone, to which others can still refer.",
    now_try: "Delete everything, and look at the tree. What would a replica need to know before it may forget a tombstone?",
    options: &[],
    requires: &[],
    opening: is_open,
    cues: &[
        begin(|_| write(S1, 0, "cat")),
        Cue {
            when: |now| is_untouched(now, "cat"),
            act: |now| {
                let mut deeds = offline(now);
                deeds.push(press(S1, Some(2), Key::Backspace));
                deeds.push(press(S2, Some(2), Key::Letter('r')));
                deeds
            },
            say: |_| {
                "The link is cut. S1 is deleting the “a”, and S2 is typing an “r” right after it.".to_owned()
            },
        },
        Cue {
            when: |now| now.since_cue() >= 30,
            act: nothing,
            say: |now| format!("{}. In the tree of S1 the “a” is still there, struck through.", both(now)),
        },
        MEET,
        end(|now| format!("{}. Each did what it was told: the “a” is gone, the “r” is there.", both(now))),
    ],
};

const BOTH_DELETE: Run = Run {
    id: "both-delete",
    title: "Both delete the same letter",
    question: "Both see “boook” and, offline, delete one “o”. Does the text lose one letter or two when they meet?",
    answer: "One, if both deleted the same character: deleting names a character by its id, so the second deletion finds it gone. Two, if each picked another “o”. What they meant, one letter less, is nowhere in the operations.",
    now_try: "Type “boook” anew, cut the link, and delete the first “o” in one box and the last in the other.",
    options: &[],
    requires: &[],
    opening: is_open,
    cues: &[
        begin(|_| write(S1, 0, "boook")),
        Cue {
            when: |now| is_untouched(now, "boook"),
            act: |now| {
                let mut deeds = offline(now);
                deeds.push(press(S1, Some(2), Key::Backspace));
                deeds.push(press(S2, Some(2), Key::Backspace));
                deeds
            },
            say: |_| "The link is cut, and both are pressing backspace after the first “o”.".to_owned(),
        },
        Cue {
            when: |now| now.since_cue() >= 30,
            act: nothing,
            say: |now| format!("{}. Two operations, one character.", both(now)),
        },
        MEET,
        end(|now| format!("{}. The second deletion of the same character changed nothing.", both(now))),
    ],
};
