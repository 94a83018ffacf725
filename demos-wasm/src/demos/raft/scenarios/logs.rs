//! The log: a write, a partition, figures 7 and 8 of the paper, stale reads, retries.

use super::super::log::{Entry, Payload};
use super::{
    C1, C2, Cue, Intervention, LogIndex, Now, ONE_ENTRY, Run, S1, S1_LEADS, S2, S3, S4, S5, Term,
    all_started, answers, applied_everywhere, asks, cut_off, first_leader, has, ids, is_known_to_match,
    is_quiet, leader, leader_or_first, leads, list, minority, nothing, opened_with_one_entry, server,
    settled,
};
use crate::check::linearizability::Outcome;
use crate::prelude::*;
use crate::sim::NodeId;

pub(super) const PARTITION: Run = Run {
    id: "partition",
    title: "The leader is cut off with a minority",
    question: "The leader is cut off together with a minority, and clients write on both sides. Which writes survive?",
    answer: "Those of the side with a majority. The old leader could store its write but never commit it, so its client was never told that it was done.",
    now_try: "Cut the cluster so that no side has a majority (into three parts, for instance). Who leads then, and which term is it after a second?",
    options: &[],
    requires: &[],
    opening: opened_with_one_entry,
    cues: &[
        ONE_ENTRY,
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |now| {
                let old = leader_or_first(now);
                vec![cut_off(now, &minority(now, old)), Intervention::Request(old, asks::WRITE)]
            },
            say: |now| {
                let old = first_leader(now);
                let names = minority(now, old);
                format!(
                    "Cut off together: {}. {old} goes on leading and takes a write. It can put it on {} of {} servers, and that is no majority.",
                    list(&names),
                    names.len(),
                    ids(now).count()
                )
            },
        },
        Cue {
            when: |now| leader(now).is_some_and(|new| new != first_leader(now)),
            act: |now| vec![Intervention::Request(leader_or_first(now), asks::WRITE)],
            say: |now| {
                let new = leader_or_first(now);
                format!(
                    "{new} leads term {} on the larger side, and {} still believes it leads term {}. Two leaders at one time, but not of one term. A client writes to {new}.",
                    server(now, new).term(),
                    first_leader(now),
                    server(now, first_leader(now)).term()
                )
            },
        },
        Cue {
            when: |now| now.witness.committed().len() >= 2 && now.since_cue() > 30,
            act: |_| vec![Intervention::Heal],
            say: |now| {
                format!(
                    "The larger side has committed its write. That of {} waits for a majority. Now the network heals.",
                    first_leader(now)
                )
            },
        },
        Cue {
            when: |now| settled(now) && applied_everywhere(now, 2),
            act: nothing,
            say: |now| {
                format!(
                    "{} has seen the later term and follows. Its own write at index 2 is gone, replaced by the committed one. All logs agree again.",
                    first_leader(now)
                )
            },
        },
    ],
};

/// Figure 8 of the paper, brought about by crashes, cut links and impatience alone. Timeouts are long, so that nobody
/// stands for election who isn't told to.
pub(super) const FIGURE_8: Run = Run {
    id: "figure-8",
    title: "On a majority, and yet not committed",
    question: "An entry of an old term is stored on three of five servers. May the leader tell the client that it is safe?",
    answer: "No. A server with a later last entry could still win and erase it. Only an entry of the leader’s own term is committed by counting copies; older ones become committed with it (§5.4.2).",
    now_try: "Switch the commit rule off under Rules and play it again: the entry is announced as committed and then erased, and the lamps say so.",
    options: &[("nodes", 5), ("timeout", 3_000), ("spread", 500)],
    requires: &[
        ("nodes", 5),
        ("start", 0),
        ("reads", 0),
        ("reads", 1),
        ("no-op", 0),
        ("pre-vote", 0),
        ("check-quorum", 0),
    ],
    opening: |now| now.cues_given() >= 2 && applied_everywhere(now, 1),
    cues: &[
        Cue { when: all_started, act: |_| vec![Intervention::Hurry(S1, None)], say: |_| String::new() },
        Cue {
            when: |now| leads(now, S1, 1) && settled(now),
            act: |_| vec![Intervention::Request(S1, asks::WRITE)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |_| vec![Intervention::Crash(S1), Intervention::Restart(S1), Intervention::Hurry(S1, None)],
            say: |_| {
                "S1 restarts and stands for election again, in term 2. Index 1 is committed everywhere."
                    .to_owned()
            },
        },
        Cue {
            when: |now| leads(now, S1, 2) && settled(now),
            act: |_| {
                vec![
                    Intervention::Cut(S1, S3),
                    Intervention::Cut(S1, S4),
                    Intervention::Cut(S1, S5),
                    Intervention::Request(S1, asks::WRITE),
                ]
            },
            say: |_| "(a) S1 leads term 2 and takes a write, but reaches only S2 with it.".to_owned(),
        },
        Cue {
            when: |now| has(now, S2, 2, 2),
            act: |_| vec![Intervention::Crash(S1), Intervention::Heal, Intervention::Hurry(S5, None)],
            say: |_| {
                "(b) S1 crashes. S5 stands in term 3. S2 will refuse, since its log is more up to date; S3 and S4 have no reason to.".to_owned()
            },
        },
        Cue {
            when: |now| leads(now, S5, 3),
            act: |_| {
                [S1, S2, S3, S4]
                    .map(|other| Intervention::Cut(S5, other))
                    .into_iter()
                    .chain([Intervention::Request(S5, asks::WRITE)])
                    .collect()
            },
            say: |_| {
                "(b) S5 leads term 3 and takes another write at index 2. Nobody else gets it.".to_owned()
            },
        },
        Cue {
            when: |now| now.since_cue() > 10,
            act: |_| {
                vec![
                    Intervention::Crash(S5),
                    Intervention::Heal,
                    Intervention::Restart(S1),
                    Intervention::Hurry(S1, None),
                ]
            },
            say: |_| {
                "(c) S5 crashes, S1 returns. Its disk knows term 2, so it stands in term 3, where S3 and S4 have given their votes away.".to_owned()
            },
        },
        Cue {
            when: |now| server(now, S1).term() == Term(3) && is_quiet(now),
            act: |_| vec![Intervention::Hurry(S1, None)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| leads(now, S1, 4),
            act: |_| vec![Intervention::Cut(S1, S4)],
            say: |_| {
                "(c) S1 leads term 4 and copies its old entry of term 2 to S3. S4 is out of its reach."
                    .to_owned()
            },
        },
        Cue {
            when: |now| is_known_to_match(now, S1, S2, 2) && is_known_to_match(now, S1, S3, 2),
            act: nothing,
            say: |now| {
                if server(now, S1).commit_index >= LogIndex(2) {
                    "(c) The entry of term 2 is on S1, S2 and S3. Without the rule, S1 counts copies, commits it and would tell the client so.".to_owned()
                } else {
                    "(c) The entry of term 2 is on S1, S2 and S3, a majority. S1 does not count it as committed: it is not of its own term.".to_owned()
                }
            },
        },
        Cue {
            when: |now| now.since_cue() > 5,
            act: |_| {
                vec![
                    Intervention::Crash(S1),
                    Intervention::Heal,
                    Intervention::Restart(S5),
                    Intervention::Hurry(S5, None),
                ]
            },
            say: |_| {
                "(d) S1 crashes, S5 returns. Its last entry is of term 3, later than the term 2 of S2 and S3."
                    .to_owned()
            },
        },
        Cue {
            when: |now| server(now, S5).term() == Term(4) && is_quiet(now),
            act: |_| vec![Intervention::Hurry(S5, None)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| leads(now, S5, 5),
            act: nothing,
            say: |_| {
                "(d) S5 leads term 5, elected by servers that hold the entry it is about to erase.".to_owned()
            },
        },
        Cue {
            when: |now| [S2, S3, S4].iter().all(|&id| has(now, id, 2, 3)),
            act: nothing,
            say: |now| {
                let promise = if now.witness.breaches().is_empty() {
                    "Had S1 announced it after counting three copies, a client would now hold"
                } else {
                    "S1 has announced it after counting three copies. A client now holds"
                };
                format!("(d) Index 2 is overwritten everywhere. {promise} a promise that nobody keeps.")
            },
        },
    ],
};

fn is_request(entry: &Entry) -> bool {
    matches!(entry.payload, Payload::Request(_))
}

pub(super) const WRITE: Run = Run {
    id: "write",
    title: "One write, from request to answer",
    question: "A client writes. At which moment may the leader answer it?",
    answer: "As soon as a majority holds the entry: the leader commits it, applies it and answers. The other followers learn of the commitment with the next message.",
    now_try: "Freeze one follower, then two, and write again. Which of the two stops the answer?",
    options: &[],
    requires: &[],
    opening: |now| settled(now) && is_quiet(now),
    cues: &[
        Cue {
            when: |now| settled(now) && is_quiet(now),
            act: |_| vec![Intervention::Request(C1, asks::WRITE)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| leader(now).is_some_and(|id| server(now, id).log().entries().iter().any(is_request)),
            act: nothing,
            say: |now| {
                let leader = leader_or_first(now);
                let index = server(now, leader).log().last_index();
                format!(
                    "The request has reached {leader}, which stores it at index {index} of its own log and sends it on. It isn’t committed yet."
                )
            },
        },
        Cue {
            when: |now| now.witness.committed().iter().any(|committed| is_request(&committed.entry)),
            act: nothing,
            say: |now| {
                let leader = leader_or_first(now);
                let servers = ids(now).count();
                format!(
                    "{} of {servers} servers hold the entry, {leader} itself included: it is committed, applied, and answered at once.",
                    servers / 2 + 1
                )
            },
        },
        Cue {
            when: |now| answers(now) >= 1 && applied_everywhere(now, 1),
            act: nothing,
            say: |_| {
                "Client and followers know: the client by the answer, the followers by what the leader’s next messages say.".to_owned()
            },
        },
    ],
};

/// Seven servers with the logs of figure 7; S1 has the log of the leader of term 8.
pub(super) const FIGURE_7: Run = Run {
    id: "figure-7",
    title: "Six logs and a leader that mends them",
    question: "S1 has just been elected in term 8. The other logs lack entries, or have too many. Which of their entries survive?",
    answer: "Only what agrees with the leader’s log. For each follower it finds the last entry in common, a term at a time, and from there on the follower’s log becomes its own (§5.3).",
    now_try: "Take the consistency check away under Rules and play it again. Which lamp turns red first?",
    options: &[("nodes", 7), ("clients", 1), ("start", 1), ("timeout", 3_000), ("spread", 500)],
    requires: &[("nodes", 7), ("start", 1), ("no-op", 0)],
    opening: all_started,
    cues: &[
        Cue {
            when: all_started,
            act: |_| vec![Intervention::Hurry(S1, None)],
            say: |_| {
                "S1 stands for election in term 8. Who has a log that is more up to date than its own must refuse: S4 and S5 do.".to_owned()
            },
        },
        Cue {
            when: |now| leads(now, S1, 8),
            act: |_| vec![Intervention::Request(S1, asks::WRITE)],
            say: |_| {
                "S1 leads term 8 and takes a write at index 11. Its first messages ask each follower whether it has the entry before.".to_owned()
            },
        },
        Cue {
            when: |now| ids(now).filter(|&id| has(now, id, 11, 8)).count() >= 4,
            act: nothing,
            say: |_| {
                "A majority has the entry of term 8: it is committed, and everything before it with it. The others are still being mended.".to_owned()
            },
        },
        Cue {
            when: |now| {
                ids(now).all(|id| has(now, id, 11, 8) && server(now, id).log().last_index() == LogIndex(11))
            },
            act: nothing,
            say: |now| {
                if now.witness.breaches().is_empty() {
                    "All seven logs are the same. What S4, S5, S6 and S7 had that the leader’s log hasn’t is gone: none of it was ever committed.".to_owned()
                } else {
                    "All seven logs end with the entry of term 8, and before it they differ. Nobody looked."
                        .to_owned()
                }
            },
        },
    ],
};

/// The answer that the last operation of a client got.
fn last_answer(now: &Now<'_>, client: NodeId) -> Option<Outcome> {
    let operations = now.witness.operations().operations();
    let last = operations.iter().rev().find(|operation| operation.process == u32::from(client.0))?;
    last.returned.map(|_| last.outcome)
}

pub(super) const STALE_READ: Run = Run {
    id: "stale-read",
    title: "A leader, deposed without knowing it",
    question: "The old leader is cut off, and another one is elected and takes a write. A client beside the old leader reads. What does it get?",
    answer: "No answer, while the cut lasts: the old leader can’t confirm that it leads. A leader that answered from its own state would give a value that is no longer the latest.",
    now_try: "Switch the read’s confirmation off under Rules and play it again: the answer comes at once, and it is wrong.",
    options: &[("nodes", 3), ("clients", 2), ("reads", 1), ("tries", 9), ("timeout", 300)],
    requires: &[
        ("clients", 2),
        ("reads", 1),
        ("reads", 2),
        ("tries", 5),
        ("tries", 6),
        ("tries", 7),
        ("tries", 8),
        ("tries", 9),
    ],
    opening: |now| now.cues_given() >= 2 && answers(now) >= 1,
    cues: &[
        S1_LEADS,
        Cue {
            when: |now| leader(now) == Some(S1) && settled(now),
            act: |_| vec![Intervention::Request(C1, asks::WRITE)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| answers(now) >= 1 && applied_everywhere(now, 1),
            act: |now| vec![cut_off(now, &[S1, C2])],
            say: |_| "S1 and the client C2 are cut off from everybody else.".to_owned(),
        },
        Cue {
            when: |now| leader(now).is_some_and(|new| new != S1),
            act: |_| vec![Intervention::Request(C1, asks::WRITE)],
            say: |now| {
                format!(
                    "{} leads term {}. C1 writes again; its old leader doesn’t answer, so it will find the new one.",
                    leader_or_first(now),
                    server(now, leader_or_first(now)).term()
                )
            },
        },
        Cue {
            when: |now| answers(now) >= 2,
            act: |_| vec![Intervention::Request(C2, asks::READ)],
            say: |_| {
                "The new value is committed, and C1 knows. Now C2 reads x at S1, the only server it can reach.".to_owned()
            },
        },
        Cue {
            when: |now| now.since_cue() > 250 || last_answer(now, C2).is_some(),
            act: nothing,
            say: |now| {
                match last_answer(now, C2) {
                Some(Outcome::Saw(value)) => format!("S1 has answered from its own state: x is {}. That was true once.", value.0),
                _ => "S1 has asked the others whether it still leads. Nobody answers, and so it answers nobody.".to_owned(),
            }
            },
        },
        Cue {
            when: |now| now.since_cue() > 50,
            act: |_| vec![Intervention::Heal],
            say: |_| "The links are mended.".to_owned(),
        },
        Cue {
            when: |now| last_answer(now, C2).is_some() && now.since_cue() > 100,
            act: nothing,
            say: |now| match last_answer(now, C2) {
                Some(Outcome::Saw(value)) if now.witness.breaches().is_empty() => {
                    format!(
                        "C2 has its answer from the new leader: x is {}. It had to wait; it was never told anything false.",
                        value.0
                    )
                }
                Some(Outcome::Saw(_)) => {
                    "Too late for C2: it was told something false, and the lamp says so.".to_owned()
                }
                _ => "C2 has given up before anybody could answer.".to_owned(),
            },
        },
    ],
};

pub(super) const RETRY: Run = Run {
    id: "retry",
    title: "The answer is lost, the client asks again",
    question: "A write was applied, but the answer got lost. The client asks again. Is it applied twice?",
    answer: "It would be, if the state machine didn’t know the client. It keeps each client’s last serial number and answer, so a retry gets the old answer and changes nothing (dissertation §6.3).",
    now_try: "Switch session-dedup off under Rules and play it again. What does C2 read at the end?",
    options: &[("nodes", 3), ("clients", 2), ("retry", 500)],
    requires: &[
        ("clients", 2),
        ("tries", 3),
        ("tries", 4),
        ("tries", 5),
        ("tries", 6),
        ("tries", 7),
        ("tries", 8),
        ("tries", 9),
    ],
    opening: |now| settled(now) && leader(now) == Some(S1) && is_quiet(now),
    cues: &[
        S1_LEADS,
        Cue {
            when: |now| settled(now) && leader(now) == Some(S1) && is_quiet(now),
            act: |_| vec![Intervention::Cut(S1, C1), Intervention::Request(C1, asks::WRITE)],
            say: |_| "What S1 sends to C1 is lost from now on. C1 writes 1 to x.".to_owned(),
        },
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |_| vec![Intervention::Request(C2, asks::READ)],
            say: |_| {
                "The write is committed and applied, and its answer is lost. C1 waits. Meanwhile C2 reads."
                    .to_owned()
            },
        },
        Cue {
            when: |now| last_answer(now, C2).is_some(),
            act: |_| vec![Intervention::Request(C2, asks::WRITE)],
            say: |_| "C2 has seen C1’s value and writes its own, 3.".to_owned(),
        },
        Cue {
            when: |now| last_answer(now, C2) == Some(Outcome::Done),
            act: |_| vec![Intervention::Mend(S1, C1)],
            say: |_| {
                "C2’s write is done; the link to C1 is mended. C1 knows nothing of all this, and its patience is about to end.".to_owned()
            },
        },
        Cue {
            when: |now| last_answer(now, C1).is_some(),
            act: |_| vec![Intervention::Request(C2, asks::READ)],
            say: |_| {
                "C1 has asked again, with the same serial number, and got its answer. C2 reads once more."
                    .to_owned()
            },
        },
        Cue {
            when: |now| matches!(last_answer(now, C2), Some(Outcome::Saw(_))) && now.since_cue() > 20,
            act: nothing,
            say: |now| {
                match last_answer(now, C2) {
                Some(Outcome::Saw(value)) if now.witness.breaches().is_empty() => {
                    format!("x is {}, what C2 wrote last. The retry changed nothing.", value.0)
                }
                _ => "x is what C1 wrote, once more: the retry was applied a second time, over a later write. No single copy behaves like that.".to_owned(),
            }
            },
        },
    ],
};
