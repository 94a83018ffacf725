//! The guided runs. They cut links, crash servers and ask as a reader would; what the cluster makes of it is Raft's own doing.

mod elections;
mod logs;
mod members;

use super::asks;
use super::figures::Run;
use super::log::{LogIndex, Term};
use super::member::Member;
use super::safety::{Witness, acting_leader};
use super::server::{Role, Server};
use crate::figure;
use crate::prelude::*;
use crate::sim::{Groups, Intervention, NodeId};

type Now<'a> = figure::Now<'a, Member, Witness>;
type Cue = figure::Cue<Member, Witness>;

/// Those of `raft-election`.
pub(super) const ELECTION: &[Run] = &[
    elections::ELECTION,
    elections::SPLIT_VOTE,
    elections::LEADER_CRASH,
    logs::PARTITION,
    elections::REJOIN,
    elections::ONE_WAY,
    logs::FIGURE_8,
];
/// Those of `raft-log`.
pub(super) const LOG: &[Run] = &[logs::WRITE, logs::FIGURE_7, logs::FIGURE_8, logs::STALE_READ, logs::RETRY];
/// Those of `raft-membership`.
pub(super) const MEMBERSHIP: &[Run] =
    &[members::LEARNER, members::TWO_CHANGES, members::JOINT, members::SNAPSHOT];

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);
const S4: NodeId = NodeId(3);
const S5: NodeId = NodeId(4);
const C1: NodeId = NodeId::client(0);
const C2: NodeId = NodeId::client(1);

fn server<'a>(now: &'a Now<'_>, id: NodeId) -> &'a Server {
    let found = now.world.node(id).process.server();
    // Every server is one.
    found
        .or_else(|| now.world.nodes().iter().find_map(|node| node.process.server()))
        .unwrap_or_else(|| unreachable!())
}

fn ids(now: &Now<'_>) -> impl Iterator<Item = NodeId> + use<> {
    now.world.servers()
}

fn up<'a>(now: &'a Now<'_>) -> impl Iterator<Item = NodeId> + 'a {
    ids(now).filter(|&id| now.world.node(id).up)
}

fn leader(now: &Now<'_>) -> Option<NodeId> {
    acting_leader(now.world)
}

fn leader_or_first(now: &Now<'_>) -> NodeId {
    leader(now).unwrap_or(S1)
}

fn all_started(now: &Now<'_>) -> bool {
    ids(now).all(|id| now.world.node(id).timers().next().is_some() || !server(now, id).may_stand())
}

/// No message is under way.
fn is_quiet(now: &Now<'_>) -> bool {
    now.world.flights().is_empty()
}

fn follows(now: &Now<'_>, id: NodeId, leader: NodeId) -> bool {
    matches!(server(now, id).role, Role::Follower { leader: Some(known) } if known == leader)
}

/// Every voter who is up follows one leader.
fn settled(now: &Now<'_>) -> bool {
    leader(now).is_some_and(|leader| {
        up(now).all(|id| id == leader || follows(now, id, leader) || !server(now, id).may_stand())
    })
}

/// Every voter who is up has applied this many entries.
fn applied_everywhere(now: &Now<'_>, entries: u32) -> bool {
    up(now).all(|id| server(now, id).commit_index.0 >= entries || !server(now, id).may_stand())
}

fn opened_with_one_entry(now: &Now<'_>) -> bool {
    now.cues_given() >= 1 && applied_everywhere(now, 1)
}

/// One entry, committed everywhere: a cluster in its everyday state, to which something can then happen.
const ONE_ENTRY: Cue = Cue {
    when: settled,
    act: |now| vec![Intervention::Request(leader_or_first(now), asks::WRITE)],
    say: |_| String::new(),
};

/// S1 leads, in term 1 as a rule.
const S1_LEADS: Cue =
    Cue { when: all_started, act: |_| vec![Intervention::Hurry(S1, None)], say: |_| String::new() };

/// One side of a cut: these servers and clients against all others.
fn cut_off(now: &Now<'_>, group: &[NodeId]) -> Intervention {
    let roster = now.world.roster();
    let with = |groups: Groups, id: &NodeId| groups.with(roster.position(*id), 1);
    Intervention::Partition(group.iter().fold(Groups::default(), with))
}

fn next_to(now: &Now<'_>, id: NodeId) -> NodeId {
    NodeId((id.0 + 1) % now.world.roster().servers)
}

/// `leader` and as many of the servers after it as stay short of a majority.
fn minority(now: &Now<'_>, leader: NodeId) -> Vec<NodeId> {
    let count = now.world.roster().servers;
    (0..(count - 1) / 2).map(|place| NodeId((leader.0 + place) % count)).collect()
}

fn first_leader(now: &Now<'_>) -> NodeId {
    now.witness.leaders().first().map_or(S1, |led| led.id)
}

fn others(now: &Now<'_>, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
    ids(now).filter(move |&other| other != id)
}

fn list(ids: &[NodeId]) -> String {
    let mut text = String::new();
    for id in ids {
        let comma = if text.is_empty() { "" } else { ", " };
        text.push_str(&format!("{comma}{id}"));
    }
    text
}

fn nothing(_: &Now<'_>) -> Vec<Intervention> {
    Vec::new()
}

fn leads(now: &Now<'_>, id: NodeId, term: u32) -> bool {
    now.world.node(id).up && server(now, id).is_leader() && server(now, id).term() == Term(term)
}

fn has(now: &Now<'_>, id: NodeId, index: u32, term: u32) -> bool {
    server(now, id).log().term_at(LogIndex(index)) == Some(Term(term))
}

fn is_known_to_match(now: &Now<'_>, leader: NodeId, follower: NodeId, index: u32) -> bool {
    let progress = server(now, leader).leader().and_then(|it| it.progress.get(follower.index()));
    progress.is_some_and(|progress| progress.match_index >= LogIndex(index))
}

/// How many operations of clients have ended with an answer.
fn answers(now: &Now<'_>) -> usize {
    let operations = now.witness.operations().operations();
    operations.iter().filter(|operation| operation.returned.is_some()).count()
}
