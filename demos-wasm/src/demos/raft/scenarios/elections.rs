//! Elections: cold start, equal timeouts, a crash, a lonely server, a deaf leader.

use super::{
    Cue, Intervention, Now, ONE_ENTRY, Role, Run, Term, all_started, applied_everywhere, asks, cut_off,
    first_leader, ids, is_quiet, leader, leader_or_first, next_to, nothing, opened_with_one_entry, others,
    server, settled,
};
use crate::prelude::*;
use crate::sim::NodeId;

pub(super) const ELECTION: Run = Run {
    id: "election",
    title: "A cold start",
    question: "All servers start as followers. Which one will lead, and what must happen first?",
    answer: "The one whose random timeout ran out first, as soon as a majority had voted for it.",
    now_try: "Take a new seed a few times. Does the same server win? How long does it take at most?",
    options: &[],
    requires: &[],
    opening: all_started,
    cues: &[
        Cue {
            when: |now| ids(now).any(|id| matches!(server(now, id).role, Role::Candidate { .. })),
            act: nothing,
            say: |now| {
                let first = ids(now).find(|&id| server(now, id).term() > Term(0)).unwrap_or(NodeId(0));
                format!(
                    "{first} lost patience first. It starts term 1, votes for itself and asks the others. Their timers are still running: that is what the random spread is for."
                )
            },
        },
        Cue {
            when: |now| leader(now).is_some(),
            act: nothing,
            say: |now| {
                let servers = server(now, NodeId(0)).config.servers;
                format!(
                    "{} has {} of {} votes. That is a majority, so it leads; votes still on their way change nothing.",
                    leader_or_first(now),
                    servers / 2 + 1,
                    servers
                )
            },
        },
        Cue {
            when: |now| settled(now) && now.since_cue() > 60,
            act: nothing,
            say: |_| {
                "Every heartbeat winds the followers’ timers up again. As long as they arrive in time, nobody stands for election.".to_owned()
            },
        },
    ],
};

pub(super) const SPLIT_VOTE: Run = Run {
    id: "split-vote",
    title: "Equal timeouts",
    question: "All election timeouts are equal. When is there a leader?",
    answer: "Never, as long as nothing breaks the tie. Nobody did anything wrong, and no two leaders were elected; only progress is missing. Random timeouts are there for progress, not for safety.",
    now_try: "In the settings, set the spread to 10 ms, then to 150 ms. How many terms does it take each time?",
    options: &[("spread", 0)],
    requires: &[],
    opening: all_started,
    cues: &[
        Cue {
            when: |now| ids(now).all(|id| server(now, id).term() >= Term(1)),
            act: nothing,
            say: |now| {
                if ids(now).all(|id| matches!(server(now, id).role, Role::Candidate { .. })) {
                    "All timers ran out in the same millisecond. Each server has voted for itself, and a server votes only once in a term.".to_owned()
                } else {
                    "The timers no longer run out together: someone was first, and its request reached the others before their own patience ended.".to_owned()
                }
            },
        },
        Cue {
            when: |now| is_quiet(now) || leader(now).is_some(),
            act: nothing,
            say: |now| {
                match leader(now) {
                None => "Every request has been refused, and every refusal is in. Nobody has a majority in term 1. All of them wait for the same timeout again.".to_owned(),
                Some(leader) => format!("{leader} has a majority and leads term {}.", server(now, leader).term()),
            }
            },
        },
        Cue {
            when: |now| ids(now).all(|id| server(now, id).term() >= Term(4)) || settled(now),
            act: nothing,
            say: |now| match leader(now) {
                None => format!(
                    "Term {} begins like term 1. Terms rise, messages fly, and no leader comes of it: a live-lock.",
                    server(now, NodeId(0)).term()
                ),
                Some(leader) => {
                    format!("All servers follow {leader}. A difference of a few milliseconds was enough.")
                }
            },
        },
    ],
};

pub(super) const LEADER_CRASH: Run = Run {
    id: "leader-crash",
    title: "The leader crashes",
    question: "The leader is about to crash. Who notices, when, and what becomes of the committed entry?",
    answer: "Nobody notices a crash. The followers notice silence, after a timeout. Whoever wins must have the committed entry, because a majority has it and a majority must vote.",
    now_try: "Crash two servers of five, then a third. What does the cluster still do with two left?",
    options: &[],
    requires: &[],
    opening: opened_with_one_entry,
    cues: &[
        ONE_ENTRY,
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |now| vec![Intervention::Crash(leader_or_first(now))],
            say: |now| {
                format!(
                    "{} has crashed. For the others nothing has happened yet: they only stop hearing from it.",
                    first_leader(now)
                )
            },
        },
        Cue {
            when: |now| leader(now).is_some(),
            act: nothing,
            say: |now| {
                let new = leader_or_first(now);
                format!(
                    "{new} leads term {}. It has the committed entry. A server without it would have been refused: voters compare the last entry’s term and then the length of the log.",
                    server(now, new).term()
                )
            },
        },
        Cue {
            when: |now| settled(now) && now.since_cue() > 40,
            act: |now| vec![Intervention::Restart(first_leader(now))],
            say: |now| {
                format!(
                    "{} restarts. From its disk it knows its term, its vote and its log, but not that it once led.",
                    first_leader(now)
                )
            },
        },
        Cue {
            when: |now| settled(now) && applied_everywhere(now, 1),
            act: nothing,
            say: |now| {
                format!(
                    "{} heard a heartbeat of the later term and follows. Nothing that was committed is lost.",
                    first_leader(now)
                )
            },
        },
    ],
};

fn isolated(now: &Now<'_>) -> NodeId {
    next_to(now, first_leader(now))
}

pub(super) const REJOIN: Run = Run {
    id: "rejoin",
    title: "A lonely server comes back",
    question: "One follower is cut off for a while. The others have a healthy leader. What happens when the link is mended?",
    answer: "The returning server’s term is far ahead, so its request for votes deposes a leader that did nothing wrong. Safe, but a needless outage. Pre-vote (dissertation, §9.6) prevents it: ask first whether one could win, and only then raise the term.",
    now_try: "Switch pre-vote on under Rules and play it again, from the same seed.",
    options: &[],
    requires: &[],
    opening: opened_with_one_entry,
    cues: &[
        ONE_ENTRY,
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |now| vec![cut_off(now, &[isolated(now)])],
            say: |now| {
                format!(
                    "{} is cut off. It hears no heartbeat, and soon it will think that the leader is dead.",
                    isolated(now)
                )
            },
        },
        Cue {
            when: |now| {
                let ahead =
                    server(now, isolated(now)).term().0 >= server(now, first_leader(now)).term().0 + 3;
                ahead || now.since_cue() > 1_000
            },
            act: |_| vec![Intervention::Heal],
            say: |now| {
                let (lonely, leader) = (isolated(now), first_leader(now));
                let (its_term, term) = (server(now, lonely).term(), server(now, leader).term());
                if its_term > term {
                    format!(
                        "Alone, {lonely} has stood for election again and again and is in term {its_term}. {leader} and the others are still in term {term}. The link is mended."
                    )
                } else {
                    format!(
                        "Again and again {lonely} has asked whether it could win, and nobody answered. It is still in term {its_term}, like the others. The link is mended."
                    )
                }
            },
        },
        Cue {
            when: |now| !server(now, first_leader(now)).is_leader() || now.since_cue() > 150,
            act: nothing,
            say: |now| {
                let leader = first_leader(now);
                if server(now, leader).is_leader() {
                    format!(
                        "{leader} leads as before. Servers that hear a leader say no to one that asks whether it could win."
                    )
                } else {
                    format!(
                        "A later term has reached {leader}, and so it no longer leads, although it was healthy and all others heard it."
                    )
                }
            },
        },
        Cue {
            when: settled,
            act: nothing,
            say: |now| {
                let leader = leader_or_first(now);
                let term = server(now, leader).term();
                if leader == first_leader(now)
                    && term == now.witness.leaders().first().map_or(Term(0), |led| led.term)
                {
                    format!("{leader} still leads term {term}. Nobody had to wait.")
                } else {
                    format!(
                        "{leader} leads term {term}. The entry is still there, but for a while nobody could write."
                    )
                }
            },
        },
    ],
};

pub(super) const ONE_WAY: Run = Run {
    id: "one-way",
    title: "A leader that can talk but not hear",
    question: "Nothing reaches the leader any more, but what it sends arrives. Will it be replaced?",
    answer: "No. The followers hear its heartbeats and have no reason to stand; the leader never hears an acknowledgement and can commit nothing. Check-quorum cures it: a leader that hears no majority for a timeout steps down.",
    now_try: "Switch check-quorum on, and pre-vote with it, and play it again. Or cut the other direction: the leader hears but cannot send.",
    options: &[],
    requires: &[],
    opening: opened_with_one_entry,
    cues: &[
        ONE_ENTRY,
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |now| {
                let deaf = leader_or_first(now);
                let cuts = others(now, deaf).map(|other| Intervention::Cut(other, deaf));
                cuts.chain([Intervention::Request(deaf, asks::WRITE)]).collect()
            },
            say: |now| {
                format!(
                    "Nothing reaches {} any more. A client, close to it, has just written.",
                    first_leader(now)
                )
            },
        },
        Cue {
            when: |now| now.since_cue() > 600 && leader(now).is_some(),
            act: nothing,
            say: |now| {
                let deaf = first_leader(now);
                match leader(now) {
                    Some(new) if new != deaf => format!(
                        "{deaf} noticed that nobody answers and stepped down. {new} leads term {}: clients can write again, though {deaf} is still deaf.",
                        server(now, new).term()
                    ),
                    _ => format!(
                        "More than a whole timeout has passed. All followers have the write and still follow {deaf}. It is not committed, because no acknowledgement comes back."
                    ),
                }
            },
        },
        Cue {
            when: |now| now.since_cue() > 60,
            act: |_| vec![Intervention::Heal],
            say: |_| "The links are mended.".to_owned(),
        },
        Cue {
            when: |now| {
                applied_everywhere(now, 2)
                    || (now.since_cue() > 100
                        && leader(now).is_some_and(|new| {
                            now.witness
                                .leaders()
                                .first()
                                .is_some_and(|led| led.term < server(now, new).term())
                        }))
            },
            act: nothing,
            say: |now| {
                if applied_everywhere(now, 2) {
                    "The next round of acknowledgements arrives and the write is committed. Its client waited all that time, although no server had failed.".to_owned()
                } else {
                    "The write of the old term is on every server; it becomes committed with the first entry of the new one.".to_owned()
                }
            },
        },
    ],
};
