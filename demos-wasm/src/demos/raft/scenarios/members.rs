//! Membership: a learner, two changes at once, joint consensus, a snapshot.

use super::super::configuration::{Reconfiguration, Servers};
use super::{
    Cue, Intervention, LogIndex, Now, Run, S1, S1_LEADS, S2, S3, S4, S5, applied_everywhere, asks, cut_off,
    has, is_known_to_match, is_quiet, leader, leads, nothing, server, settled,
};
use crate::prelude::*;
use crate::sim::NodeId;

/// Nobody stands for election who isn't told to.
const CALM: (&str, i64) = ("timeout", 3_000);

fn change(reconfiguration: Reconfiguration) -> Intervention {
    Intervention::Request(S1, asks::reconfigure(reconfiguration))
}

fn has_committed_configuration(now: &Now<'_>, id: NodeId) -> bool {
    let server = server(now, id);
    server.configuration_index > LogIndex(0) && server.commit_index >= server.configuration_index
}

pub(super) const LEARNER: Run = Run {
    id: "learner",
    title: "A server joins",
    question: "A fourth server joins with an empty log. Why not let it vote at once?",
    answer: "A voter without the log raises the number needed for a majority and can’t help to reach it. As a learner it catches up first; then its vote costs nothing.",
    now_try: "Add S5 as a voter at once and crash S3: how many servers must answer now, and how many can?",
    options: &[("nodes", 5), ("members", 3), CALM, ("no-op", 1)],
    requires: &[("members", 3)],
    opening: |now| now.cues_given() >= 2 && applied_everywhere(now, 3),
    cues: &[
        S1_LEADS,
        Cue {
            when: |now| leads(now, S1, 1) && settled(now),
            act: |_| vec![Intervention::Request(S1, asks::WRITE), Intervention::Request(S1, asks::WRITE)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| applied_everywhere(now, 3) && is_quiet(now),
            act: |_| vec![change(Reconfiguration::AddLearner(S4))],
            say: |now| {
                if !now.world.has(S4) {
                    return "There is no fourth server here. Set nodes to 4 or more.".to_owned();
                }
                "S4 becomes a learner. The configuration is an entry of the log like any other, in force on each server as soon as it is there.".to_owned()
            },
        },
        Cue {
            when: |now| is_known_to_match(now, S1, S4, 4) && server(now, S1).commit_index >= LogIndex(4),
            act: |_| vec![change(Reconfiguration::Promote(S4))],
            say: |_| "S4 has everything that is committed. Now it may vote.".to_owned(),
        },
        Cue {
            when: |now| server(now, S4).configuration.voters.has(S4) && has_committed_configuration(now, S4),
            act: nothing,
            say: |_| "Four voters: three make a majority now, where two did before.".to_owned(),
        },
    ],
};

/// Announced by Ongaro on raft-dev in 2015.
pub(super) const TWO_CHANGES: Run = Run {
    id: "two-changes",
    title: "Two leaders, two changes, no overlap",
    question: "A leader begins to add a server and crashes; the next one removes another. Each changes one server only. Can anything go wrong?",
    answer: "Yes: both changes start from the same configuration, and a majority after the one needs none of a majority after the other. A leader must first commit an entry of its own term; then the older change is settled, one way or the other.",
    now_try: "Switch the membership rule off under Rules and play it again: a committed configuration is overwritten.",
    options: &[("nodes", 5), ("members", 4), CALM, ("spread", 500)],
    requires: &[("nodes", 5), ("members", 4), ("pre-vote", 0), ("check-quorum", 0)],
    opening: |now| leads(now, S1, 1) && settled(now),
    cues: &[
        S1_LEADS,
        Cue {
            when: |now| leads(now, S1, 1) && settled(now),
            act: |_| vec![Intervention::Request(S1, asks::WRITE)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| applied_everywhere(now, 1) && is_quiet(now),
            act: |_| {
                let mut acts: Vec<Intervention> =
                    [S2, S3, S4].map(|other| Intervention::Cut(S1, other)).to_vec();
                acts.push(change(Reconfiguration::Add(S5)));
                acts
            },
            say: |_| {
                "S1 leads term 1 and begins to add S5. Only S5 gets the new configuration of five; S2, S3 and S4 never hear of it.".to_owned()
            },
        },
        Cue {
            when: |now| server(now, S5).configuration.voters.has(S5),
            act: |_| vec![Intervention::Crash(S1), Intervention::Heal, Intervention::Hurry(S2, None)],
            say: |_| {
                "S1 crashes. S2 stands in term 2; for S2, S3 and S4 the cluster still has four members, and three of them vote for it.".to_owned()
            },
        },
        Cue {
            when: |now| leads(now, S2, 2),
            act: |_| {
                vec![
                    Intervention::Cut(S2, S4),
                    Intervention::Request(S2, asks::reconfigure(Reconfiguration::Remove(S1))),
                ]
            },
            say: |now| {
                if server(now, S2).configuration.voters.has(S1) {
                    "S2 leads term 2 and is asked to remove S1. It won’t: it has not committed an entry of its own term yet.".to_owned()
                } else {
                    "S2 leads term 2 and removes S1: three members, S2, S3 and S4. Only S3 gets it, and two of three are a majority.".to_owned()
                }
            },
        },
        Cue {
            when: |now| has_committed_configuration(now, S2) || now.since_cue() > 100,
            act: |_| vec![Intervention::Restart(S1), Intervention::Hurry(S1, None)],
            say: |_| {
                "S1 returns. On its disk is the configuration of five, so three votes will do.".to_owned()
            },
        },
        Cue {
            when: |now| server(now, S1).term().0 >= 2 && is_quiet(now),
            act: |_| vec![Intervention::Hurry(S1, None)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| {
                server(now, S1).term().0 >= 3
                    && (is_quiet(now) || leader(now) == Some(S1))
                    && now.since_cue() > 30
            },
            act: nothing,
            say: |now| {
                if now.witness.breaches().is_empty() {
                    "With the rule, nothing that was committed can be lost, whoever wins: S2 never began a second change.".to_owned()
                } else {
                    "S1, S4 and S5 are a majority of five; S2 and S3 were a majority of three. They share nobody, and what S2 committed is about to be erased.".to_owned()
                }
            },
        },
    ],
};

pub(super) const JOINT: Run = Run {
    id: "joint",
    title: "Two members replaced at once",
    question: "S2 and S3 are to give way to S4 and S5, at once. Which servers can decide while that is going on?",
    answer: "Neither the old nor the new ones alone. In between, every decision needs a majority of both (§6), so no moment exists at which two separate groups could decide.",
    now_try: "Cut S4 and S5 off before the change and ask for it. Why does the cluster stand still, and what gets it going again?",
    options: &[("nodes", 5), ("members", 3), ("change", 1), CALM, ("no-op", 1)],
    requires: &[("nodes", 5), ("members", 3), ("change", 1)],
    opening: |now| leads(now, S1, 1) && settled(now) && applied_everywhere(now, 1),
    cues: &[
        S1_LEADS,
        Cue {
            when: |now| leads(now, S1, 1) && settled(now) && applied_everywhere(now, 1) && is_quiet(now),
            act: |_| vec![change(Reconfiguration::Replace(Servers(0b1_1001)))],
            say: |_| {
                "S1 appends the joint configuration: the old three and the new three decide together."
                    .to_owned()
            },
        },
        Cue {
            when: |now| {
                !server(now, S1).configuration.is_joint() && server(now, S1).configuration_index > LogIndex(0)
            },
            act: nothing,
            say: |_| {
                "The joint configuration is committed, by a majority of each. Now S1 appends the new one alone.".to_owned()
            },
        },
        Cue {
            when: |now| {
                has_committed_configuration(now, S1)
                    && !server(now, S1).configuration.is_joint()
                    && is_quiet(now)
            },
            act: nothing,
            say: |_| "S1, S4 and S5 are the cluster. S2 and S3 can be switched off.".to_owned(),
        },
    ],
};

pub(super) const SNAPSHOT: Run = Run {
    id: "snapshot",
    title: "The log is gone, the state isn’t",
    question: "A follower was away while the others compacted their logs. The entries it needs exist no more. What does the leader send?",
    answer: "Its snapshot: the state that the entries made, with the index and term of the last one, the configuration and what it knows of clients. From there on the log continues (§7).",
    now_try: "Set the snapshot to 1 entry. What do the tables show of the log now?",
    options: &[("nodes", 3), ("members", 3), ("snapshot", 3), CALM],
    requires: &[
        ("nodes", 3),
        ("members", 3),
        ("snapshot", 1),
        ("snapshot", 2),
        ("snapshot", 3),
        ("snapshot", 4),
        ("snapshot", 5),
    ],
    opening: |now| now.cues_given() >= 2 && applied_everywhere(now, 1),
    cues: &[
        S1_LEADS,
        Cue {
            when: |now| leads(now, S1, 1) && settled(now),
            act: |_| vec![Intervention::Request(S1, asks::WRITE)],
            say: |_| String::new(),
        },
        Cue {
            when: |now| applied_everywhere(now, 1) && is_quiet(now),
            act: |now| {
                let mut acts = vec![cut_off(now, &[S3])];
                acts.extend([Intervention::Request(S1, asks::WRITE); 5]);
                acts
            },
            say: |_| "S3 is cut off. Five more writes go to S1 and S2.".to_owned(),
        },
        Cue {
            when: |now| server(now, S1).log().base_index() > LogIndex(1) && is_quiet(now),
            act: |_| vec![Intervention::Heal],
            say: |now| {
                format!(
                    "S1 has replaced its entries up to index {} by a snapshot. The link to S3 is mended; S3 has index 1 and nothing else.",
                    server(now, S1).log().base_index()
                )
            },
        },
        Cue {
            when: |now| server(now, S3).log().base_index() > LogIndex(0),
            act: nothing,
            say: |_| {
                "S3 has taken the snapshot over in one piece. Nobody played it the entries, and nobody could have.".to_owned()
            },
        },
        Cue {
            when: |now| has(now, S3, 6, 1) && server(now, S3).commit_index >= LogIndex(6),
            act: nothing,
            say: |now| {
                let rest = match server(now, S3).log().entries().len() {
                    0 => "It covered everything.",
                    _ => "The entries after the snapshot came as entries.",
                };
                format!("{rest} All three are in the same state again.")
            },
        },
    ],
};
