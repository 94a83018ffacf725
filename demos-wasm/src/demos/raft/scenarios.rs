//! The guided runs. They cut links, crash servers and write as a reader would; what the cluster makes of it is Raft's own doing.

use super::election::RaftElection;
use super::log::{LogIndex, Term};
use super::node::{Raft, Role};
use super::safety::acting_leader;
use crate::figure::{self, Cue, Scenario};
use crate::sim::{Ask, Groups, Intervention, NodeId};

type Now<'a> = figure::Now<'a, RaftElection>;

fn raft<'a>(now: &'a Now<'_>, id: NodeId) -> &'a Raft {
    &now.world.node(id).process
}

fn ids(now: &Now<'_>) -> impl Iterator<Item = NodeId> + use<> {
    now.world.ids()
}

fn up<'a>(now: &'a Now<'_>) -> impl Iterator<Item = NodeId> + 'a {
    ids(now).filter(|&id| now.world.node(id).up)
}

fn leader(now: &Now<'_>) -> Option<NodeId> {
    acting_leader(now.world)
}

fn leader_or_first(now: &Now<'_>) -> NodeId {
    leader(now).unwrap_or(NodeId(0))
}

fn all_started(now: &Now<'_>) -> bool {
    ids(now).all(|id| now.world.node(id).timers().next().is_some())
}

/// No message is under way.
fn is_quiet(now: &Now<'_>) -> bool {
    now.world.flights().is_empty()
}

fn follows(now: &Now<'_>, id: NodeId, leader: NodeId) -> bool {
    matches!(raft(now, id).role, Role::Follower { leader: Some(known) } if known == leader)
}

/// Everyone who is up follows one leader.
fn settled(now: &Now<'_>) -> bool {
    leader(now).is_some_and(|leader| up(now).all(|id| id == leader || follows(now, id, leader)))
}

/// Everyone who is up has applied this many entries.
fn applied_everywhere(now: &Now<'_>, entries: usize) -> bool {
    up(now).all(|id| raft(now, id).applied.len() >= entries)
}

fn opened_with_one_entry(now: &Now<'_>) -> bool {
    now.cues_given() >= 1 && applied_everywhere(now, 1)
}

/// One entry, committed everywhere: a cluster in its everyday state, to which something can then happen.
const ONE_ENTRY: Cue<RaftElection> = Cue {
    when: settled,
    act: |now| vec![Intervention::Request(leader_or_first(now), Ask(0))],
    say: |_| String::new(),
};

fn cut_off(group: impl Iterator<Item = NodeId>) -> Intervention {
    Intervention::Partition(group.fold(Groups::default(), |groups, id| groups.with(id.index(), 1)))
}

fn next_to(now: &Now<'_>, id: NodeId) -> NodeId {
    let count = u8::try_from(now.world.nodes().len()).unwrap_or(1);
    NodeId((id.0 + 1) % count)
}

/// `leader` and as many of the servers after it as stay short of a majority.
fn minority(now: &Now<'_>, leader: NodeId) -> impl Iterator<Item = NodeId> + use<> {
    let count = u8::try_from(now.world.nodes().len()).unwrap_or(1);
    (0..(count - 1) / 2).map(move |place| NodeId((leader.0 + place) % count))
}

fn first_leader(now: &Now<'_>) -> NodeId {
    now.witness.leaders().first().map_or(NodeId(0), |(_, id)| *id)
}

fn nothing(_: &Now<'_>) -> Vec<Intervention> {
    Vec::new()
}

pub(super) const SCENARIOS: &[Scenario<RaftElection>] =
    &[ELECTION, SPLIT_VOTE, LEADER_CRASH, PARTITION, REJOIN, ONE_WAY, FIGURE_8];

const ELECTION: Scenario<RaftElection> = Scenario {
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
            when: |now| ids(now).any(|id| matches!(raft(now, id).role, Role::Candidate { .. })),
            act: nothing,
            say: |now| {
                let first = ids(now).find(|&id| raft(now, id).term() > Term(0)).unwrap_or(NodeId(0));
                format!(
                    "{first} lost patience first. It starts term 1, votes for itself and asks the others. Their timers are still running: that is what the random spread is for."
                )
            },
        },
        Cue {
            when: |now| leader(now).is_some(),
            act: nothing,
            say: |now| {
                let config = &raft(now, NodeId(0)).config;
                format!(
                    "{} has {} of {} votes. That is a majority, so it leads; votes still on their way change nothing.",
                    leader_or_first(now),
                    config.majority(),
                    config.servers
                )
            },
        },
        Cue {
            when: |now| settled(now) && now.since_cue() > 60,
            act: nothing,
            say: |_| {
                "Every heartbeat winds the followers' timers up again. As long as they arrive in time, nobody stands for election.".to_owned()
            },
        },
    ],
};

const SPLIT_VOTE: Scenario<RaftElection> = Scenario {
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
            when: |now| ids(now).all(|id| raft(now, id).term() >= Term(1)),
            act: nothing,
            say: |now| {
                if ids(now).all(|id| matches!(raft(now, id).role, Role::Candidate { .. })) {
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
                Some(leader) => format!("{leader} has a majority and leads term {}.", raft(now, leader).term()),
            }
            },
        },
        Cue {
            when: |now| ids(now).all(|id| raft(now, id).term() >= Term(4)) || settled(now),
            act: nothing,
            say: |now| match leader(now) {
                None => format!(
                    "Term {} begins like term 1. Terms rise, messages fly, and no leader comes of it: a live-lock.",
                    raft(now, NodeId(0)).term()
                ),
                Some(leader) => {
                    format!("All servers follow {leader}. A difference of a few milliseconds was enough.")
                }
            },
        },
    ],
};

const LEADER_CRASH: Scenario<RaftElection> = Scenario {
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
                    "{new} leads term {}. It has the committed entry. A server without it would have been refused: voters compare the last entry's term and then the length of the log.",
                    raft(now, new).term()
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

const PARTITION: Scenario<RaftElection> = Scenario {
    id: "partition",
    title: "The old leader is cut off with the minority",
    question: "The leader is cut off together with a minority, and clients write on both sides. Which writes survive?",
    answer: "Those of the side with a majority. The old leader could store its write but never commit it, so its client was never told that it was done.",
    now_try: "Cut the cluster so that no side has a majority (three links matter). Who leads then, and which term is it after a second?",
    options: &[],
    requires: &[],
    opening: opened_with_one_entry,
    cues: &[
        ONE_ENTRY,
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |now| {
                let old = leader_or_first(now);
                vec![cut_off(minority(now, old)), Intervention::Request(old, Ask(0))]
            },
            say: |now| {
                let old = first_leader(now);
                let names: Vec<String> = minority(now, old).map(|id| id.to_string()).collect();
                format!(
                    "Cut off together: {}. {old} goes on leading and takes a write. It can put it on {} of {} servers, and that is no majority.",
                    names.join(", "),
                    names.len(),
                    ids(now).count()
                )
            },
        },
        Cue {
            when: |now| leader(now).is_some_and(|new| new != first_leader(now)),
            act: |now| vec![Intervention::Request(leader_or_first(now), Ask(0))],
            say: |now| {
                let new = leader_or_first(now);
                format!(
                    "{new} leads term {} on the larger side, and {} still believes it leads term {}. Two leaders at one time, but not of one term. A client writes to {new}.",
                    raft(now, new).term(),
                    first_leader(now),
                    raft(now, first_leader(now)).term()
                )
            },
        },
        Cue {
            when: |now| now.witness.committed() >= 2 && now.since_cue() > 30,
            act: |_| vec![Intervention::Heal],
            say: |now| {
                format!(
                    "The larger side has committed its write. {} still waits for its third copy. Now the network heals.",
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

fn isolated(now: &Now<'_>) -> NodeId {
    next_to(now, first_leader(now))
}

const REJOIN: Scenario<RaftElection> = Scenario {
    id: "rejoin",
    title: "A lonely server comes back",
    question: "One follower is cut off for a while. The others have a healthy leader. What happens when the link is mended?",
    answer: "The returning server's term is far ahead, so its request for votes deposes a leader that did nothing wrong. Safe, but a needless outage. Pre-vote (dissertation, §9.6) prevents it: ask first whether one could win, and only then raise the term.",
    now_try: "Switch pre-vote on in the settings and play it again, from the same seed.",
    options: &[],
    requires: &[],
    opening: opened_with_one_entry,
    cues: &[
        ONE_ENTRY,
        Cue {
            when: |now| applied_everywhere(now, 1),
            act: |now| vec![cut_off([isolated(now)].into_iter())],
            say: |now| {
                format!(
                    "{} is cut off. It hears no heartbeat, and soon it will think that the leader is dead.",
                    isolated(now)
                )
            },
        },
        Cue {
            when: |now| {
                let ahead = raft(now, isolated(now)).term().0 >= raft(now, first_leader(now)).term().0 + 3;
                ahead || now.since_cue() > 1_000
            },
            act: |_| vec![Intervention::Heal],
            say: |now| {
                let (lonely, leader) = (isolated(now), first_leader(now));
                let (its_term, term) = (raft(now, lonely).term(), raft(now, leader).term());
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
            when: |now| !raft(now, first_leader(now)).is_leader() || now.since_cue() > 150,
            act: nothing,
            say: |now| {
                let leader = first_leader(now);
                if raft(now, leader).is_leader() {
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
                let term = raft(now, leader).term();
                if leader == first_leader(now)
                    && term == Term(now.witness.leaders().first().map_or(0, |(term, _)| term.0))
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

fn others(now: &Now<'_>, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
    ids(now).filter(move |&other| other != id)
}

const ONE_WAY: Scenario<RaftElection> = Scenario {
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
                cuts.chain([Intervention::Request(deaf, Ask(0))]).collect()
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
                        raft(now, new).term()
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
                    || (now.since_cue() > 100 && leader(now).is_some_and(|new| new != first_leader(now)))
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

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);
const S4: NodeId = NodeId(3);
const S5: NodeId = NodeId(4);

fn leads(now: &Now<'_>, id: NodeId, term: u32) -> bool {
    now.world.node(id).up && raft(now, id).is_leader() && raft(now, id).term() == Term(term)
}

fn has(now: &Now<'_>, id: NodeId, index: u32, term: u32) -> bool {
    raft(now, id).log().term_at(LogIndex(index)) == Some(Term(term))
}

fn is_known_to_match(now: &Now<'_>, leader: NodeId, follower: NodeId, index: u32) -> bool {
    match &raft(now, leader).role {
        Role::Leader { progress } => progress[follower.index()].match_index >= LogIndex(index),
        Role::Follower { .. } | Role::PreCandidate { .. } | Role::Candidate { .. } => false,
    }
}

/// Figure 8 of the paper, brought about by crashes, cut links and impatience alone. Timeouts are long, so that nobody
/// stands for election who isn't told to.
const FIGURE_8: Scenario<RaftElection> = Scenario {
    id: "figure-8",
    title: "On a majority, and yet not committed",
    question: "An entry of an old term is stored on three of five servers. May the leader tell the client that it is safe?",
    answer: "No. A server with a later last entry could still win and erase it. Only an entry of the leader's own term is committed by counting copies; older ones become committed with it (§5.4.2).",
    now_try: "Switch the commit rule off in the settings and play it again: the entry is announced as committed and then erased, and the lamps say so.",
    options: &[("nodes", 5), ("timeout", 3_000), ("spread", 500)],
    requires: &[("nodes", 5)],
    opening: |now| now.cues_given() >= 2 && applied_everywhere(now, 1),
    cues: &[
        Cue { when: all_started, act: |_| vec![Intervention::Hurry(S1, None)], say: |_| String::new() },
        Cue {
            when: |now| leads(now, S1, 1) && settled(now),
            act: |_| vec![Intervention::Request(S1, Ask(0))],
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
                    Intervention::Request(S1, Ask(0)),
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
                    .chain([Intervention::Request(S5, Ask(0))])
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
            when: |now| raft(now, S1).term() == Term(3) && is_quiet(now),
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
                if raft(now, S1).commit_index >= LogIndex(2) {
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
            when: |now| raft(now, S5).term() == Term(4) && is_quiet(now),
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
            say: |_| {
                "(d) Index 2 is overwritten everywhere. Had S1 announced it after counting three copies, a client would now hold a promise that nobody keeps.".to_owned()
            },
        },
    ],
};
