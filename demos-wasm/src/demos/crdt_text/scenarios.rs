//! The guided runs. They cut links and press keys as a reader would; what becomes of it is the replicas' own doing.
//!
//! All of them have the same course, so each is a table: a text for all to start from, what is typed while the link is cut, and
//! what is said.

use super::document::Algorithm;
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

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
/// In a table: backspace.
const BACKSPACE: char = '⌫';

/// One guided run.
struct Story {
    /// The text for all to start from.
    base: &'static str,
    /// What is typed offline: by whom, after how many characters, and what.
    typed: &'static [(NodeId, usize, &'static str)],
    /// What is said when the link is cut, when all of it is typed, and when all of it is everywhere. `①` and `②` are the texts of
    /// S1 and S2, `Ⓕ` and `Ⓡ` that of S1 in either order; what stands after `‖` is said in place of what stands before it where RGA
    /// decides.
    said: [&'static str; 3],
}

const STORIES: [Story; 4] = [
    Story {
        base: "Hi !",
        typed: &[(S1, 3, "Ann"), (S2, 3, "Bob")],
        said: [
            "Both are offline, and typing before the “!”. Nobody waits for anybody: a replica takes what is typed at once.",
            "S1 shows “①”, S2 shows “②”. Neither knows of the other’s name, so the two are concurrent.",
            "S1 shows “①”, S2 shows “②”. An operation says after which character it was typed, never at which number, so it finds its place in a text that has changed meanwhile.",
        ],
    },
    Story {
        base: "Buy:",
        typed: &[(S1, 4, "a"), (S1, 4, "e"), (S1, 4, "t"), (S2, 4, "m"), (S2, 4, "a"), (S2, 4, "j")],
        said: [
            "Offline, both put the caret after the colon for every letter, so each new letter stands before the last.",
            "S1 shows “①”, S2 shows “②”. In the tree each letter of the word hangs to the left of the one typed before.‖S1 shows “①”, S2 shows “②”. In the tree each letter hangs on the colon, which is all that RGA notes of its place.",
            "The same operations, in two orders: “Ⓕ” is Fugue’s, “Ⓡ” is RGA’s. Either is the same on every replica.",
        ],
    },
    Story {
        base: "cat",
        typed: &[(S1, 2, "⌫"), (S2, 2, "r")],
        said: [
            "Both are offline. S1 is deleting the “a”, and S2 is typing an “r” right after it.",
            "S1 shows “①”, S2 shows “②”. In the tree of S1 the “a” is still there, struck through.",
            "S1 shows “①”, S2 shows “②”. Each did what it was told: the “a” is gone, the “r” is there.",
        ],
    },
    Story {
        base: "boook",
        typed: &[(S1, 2, "⌫"), (S2, 2, "⌫")],
        said: [
            "Both are offline, and pressing backspace after the first “o”.",
            "S1 shows “①”, S2 shows “②”. Two operations, one character.",
            "S1 shows “①”, S2 shows “②”. The second deletion of the same character changed nothing.",
        ],
    },
];

/// All of them.
pub(super) const ALL: &[Run] = &[
    Run {
        id: "two-words",
        title: "Two words at the same place",
        question: "Offline, both editors write a name before the “!”. What will the text be when they meet again?",
        answer: "Both names, each in one piece, and the same text everywhere. Which one comes first is decided by ids, not by who wrote first: nobody can know that.",
        now_try: "Type in the boxes yourself. Go offline, write in both at the same place, go online again.",
        options: &[],
        requires: &[],
        opening: is_open,
        cues: &Course::<0>::CUES,
    },
    Run {
        id: "from-the-top",
        title: "Two lists written from the top",
        question: "Offline, S1 writes “tea” after the colon and S2 “jam”, both from the last letter to the first, as items go on top of a list. Can the letters get mixed?",
        answer: "In RGA they can, and here they do: every letter was typed right after the colon, so all that RGA has to go by is time, and it shuffles the two words. Fugue also notes which letter a letter was typed before, and each word stays whole. Both converge; convergence says nothing about what was meant.",
        now_try: "Under “Rules”, see both side by side, or have a counterexample found without “non-interleaving”.",
        options: &[],
        requires: &[],
        opening: is_open,
        cues: &Course::<1>::CUES,
    },
    Run {
        id: "after-deleted",
        title: "Insert after a deleted character",
        question: "S1 deletes the “a” of “cat”. At the same moment S2 types an “r” after it. Where does the “r” go when its place is gone?",
        answer: "To the place of the deleted letter, between “c” and “t”. The letter is not removed but marked: a tombstone, to which others can still refer.",
        now_try: "Delete everything, and look at the tree. What would a replica need to know before it may forget a tombstone?",
        options: &[],
        requires: &[],
        opening: is_open,
        cues: &Course::<2>::CUES,
    },
    Run {
        id: "both-delete",
        title: "Both delete the same letter",
        question: "Both see “boook” and, offline, delete one “o”. Does the text lose one letter or two when they meet?",
        answer: "One, if both deleted the same character: deleting names a character by its id, so the second deletion finds it gone. Two, if they picked different ones. What they meant, one letter less, is nowhere in the operations.",
        now_try: "Type “boook” anew, go offline, and delete the first “o” in one box and the last in the other. Go online: what is left?",
        options: &[],
        requires: &[],
        opening: is_open,
        cues: &Course::<3>::CUES,
    },
];

/// The cues of a story.
struct Course<const STORY: usize>;

impl<const STORY: usize> Course<STORY> {
    const CUES: [Cue; 5] = [
        Cue { when: has_started, act: |_| press(&[(S1, 0, STORIES[STORY].base)]), say: |_| String::new() },
        Cue {
            when: |now| is_untouched(now, STORIES[STORY].base),
            act: |now| offline(now, STORIES[STORY].typed),
            say: |now| tell(now, STORIES[STORY].said[0]),
        },
        Cue { when: has_sunk_in, act: nothing, say: |now| tell(now, STORIES[STORY].said[1]) },
        Cue { when: has_sunk_in, act: online, say: |now| tell(now, MEET) },
        Cue { when: is_everywhere, act: nothing, say: |now| tell(now, STORIES[STORY].said[2]) },
    ];
}

const MEET: &str = "The links are mended. Each replica sends what others have not acknowledged.";

fn replica<'a>(now: &'a Now<'_>, id: NodeId) -> &'a Replica {
    &now.world.node(id).process
}

/// Keys, each right after the one before it.
fn press(typed: &[(NodeId, usize, &str)]) -> Vec<Intervention> {
    let mut deeds = Vec::new();
    for (id, at, keys) in typed {
        let mut at = Some(*at);
        for key in keys.chars() {
            let key = if key == BACKSPACE { Key::Backspace } else { Key::Letter(key) };
            deeds.push(Intervention::Request(*id, edit::ask(Stroke { at: at.take(), key })));
        }
    }
    deeds
}

/// Everybody works for themselves.
fn offline(now: &Now<'_>, typed: &[(NodeId, usize, &str)]) -> Vec<Intervention> {
    let mut groups = Groups::default();
    for place in 1..now.world.roster().servers {
        groups = groups.with(usize::from(place), place);
    }
    let mut deeds = vec![Intervention::Partition(groups)];
    deeds.extend(press(typed));
    deeds
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

fn has_sunk_in(now: &Now<'_>) -> bool {
    now.since_cue() >= 30
}

/// All who are up have applied everything that was ever announced.
fn is_everywhere(now: &Now<'_>) -> bool {
    let operations = now.witness.operations();
    now.world.nodes().iter().all(|node| !node.up || node.process.count() >= operations)
}

/// The opening picture: everybody has the text to start from. Acknowledgements are still under way, so that the first cue can
/// wait for what the reader does.
fn is_open(now: &Now<'_>) -> bool {
    now.witness.operations() > 0 && is_everywhere(now)
}

/// Everybody has the text to start from, and nobody has touched it. Once a reader types, the run is theirs.
fn is_untouched(now: &Now<'_>, text: &str) -> bool {
    let first = replica(now, S1);
    // Who cuts a link at the beginning loses the acknowledgements.
    let is_acknowledged = first.broadcast().log.kept.is_empty();
    let is_as_begun = first.text() == text && now.witness.operations() == text.len();
    is_as_begun && is_acknowledged && now.world.flights().is_empty()
}

/// What is said, with texts where it has marks.
fn tell(now: &Now<'_>, words: &str) -> String {
    let mut told = String::new();
    for letter in words.chars() {
        let text = match letter {
            '①' => replica(now, S1).text(),
            '②' => replica(now, S2).text(),
            'Ⓕ' => replica(now, S1).document().text(Algorithm::Fugue),
            'Ⓡ' => replica(now, S1).document().text(Algorithm::Rga),
            '‖' if replica(now, S1).config().algorithm == Algorithm::Fugue => break,
            '‖' => {
                told.clear();
                continue;
            }
            letter => {
                told.push(letter);
                continue;
            }
        };
        told.push_str(&quote(&text, 40));
    }
    told
}
