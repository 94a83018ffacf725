//! What happens in Raft, said in sentences.

use super::log::LogIndex;
use super::message::{Message, Outcome};
use super::node::{NO_OP, Raft, Reply, Role, Timer};
use super::safety::acting_leader;
use crate::sim::world::place_of;
use crate::sim::{Action, Change, Envelope, Node, NodeId, TimerId, World};

/// The cluster in one or two sentences.
pub(super) fn describe(world: &World<Raft>) -> String {
    let up = world.nodes().iter().filter(|node| node.up).count();
    let all = world.nodes().len();
    let lead = match acting_leader(world) {
        Some(leader) => format!("{leader} leads term {}", world.node(leader).process.term()),
        None => {
            let latest = world.nodes().iter().map(|node| node.process.term()).max().unwrap_or_default();
            format!("no leader, latest term {latest}")
        }
    };
    let under_way = match world.flights().len() {
        0 => "no message under way".to_owned(),
        1 => "one message under way".to_owned(),
        more => format!("{more} messages under way"),
    };
    format!("{up} of {all} servers up, {lead}, {under_way}.")
}

/// One server in a phrase.
pub(super) fn node(id: NodeId, node: &Node<Raft>) -> String {
    let raft = &node.process;
    let entries = match raft.log().last_index() {
        LogIndex(0) => "an empty log".to_owned(),
        LogIndex(1) => "1 entry".to_owned(),
        more => format!("{more} entries"),
    };
    let role = match &raft.role {
        _ if !node.up => "crashed".to_owned(),
        Role::Follower { leader: Some(leader) } => format!("follower of {leader}"),
        Role::Follower { leader: None } => "follower without a leader".to_owned(),
        Role::PreCandidate { votes } => {
            format!("asking first, {} of {} would vote for it", votes.len(), raft.config.servers)
        }
        Role::Candidate { votes } => {
            format!("candidate with {} of {} votes", votes.len(), raft.config.servers)
        }
        Role::Leader { .. } => "leader".to_owned(),
    };
    format!("{id}, {role}, term {}, {entries}, {} committed", raft.term(), raft.commit_index)
}

/// One sentence on a step.
pub(super) fn narrate(world: &World<Raft>, action: Action, change: &Change<Raft>) -> String {
    let after = |id: NodeId| &world.node(id).process;
    match action {
        Action::Duplicate(_) => String::new(),
        Action::Start(id) => format!("{id} starts as a follower and waits for a leader."),
        Action::Crash(id) => {
            format!("{id} crashes. Its term, vote and log stay on disk; the rest is gone.")
        }
        Action::PowerFailure(id) => {
            format!("{id} loses its power. What it had not yet forced to disk is gone with its memory.")
        }
        Action::Flush(id) => format!("What {id} has written is durable now."),
        Action::Wipe(id) => format!("{id} gets an empty disk: its vote, its term and its log are gone."),
        Action::Restart(id) => restart(id, after(id)),
        Action::Fire(id, timer) => timeout(id, timer, after(id)),
        Action::Ask(id, _) => {
            let number = change.command.map_or(0, |write| write.0);
            command(id, number, after(id), &change.replies)
        }
        Action::Lose(_) => change.envelope.as_ref().map_or_else(String::new, lost),
        Action::Deliver(_) => match (&change.envelope, &change.before) {
            (Some(envelope), Some(before)) => arrival(envelope, before, after(envelope.to)),
            _ => String::new(),
        },
    }
}

fn timeout(id: NodeId, timer: TimerId, raft: &Raft) -> String {
    let is = |wanted: Timer| timer == place_of::<Raft>(wanted);
    let term = raft.term();
    if is(Timer::Heartbeat) {
        format!("{id}, leader of term {term}, sends its heartbeats.")
    } else if is(Timer::Quorum) && raft.is_leader() {
        format!("{id} has heard from a majority within an election timeout and goes on leading.")
    } else if is(Timer::Quorum) {
        format!("{id} has not heard from a majority for an election timeout: it no longer leads.")
    } else if is(Timer::Silence) {
        format!("{id} has heard no leader for the shortest election timeout; it would now vote for another.")
    } else if matches!(raft.role, Role::PreCandidate { .. }) {
        format!(
            "{id} has waited a whole election timeout: it asks the others whether they would vote for it, and stays in term {term}."
        )
    } else {
        format!(
            "{id} has waited a whole election timeout: it stands for election in term {term}, votes for itself and asks the others."
        )
    }
}

fn restart(id: NodeId, raft: &Raft) -> String {
    let vote =
        raft.persistent.voted_for.map_or("no vote".to_owned(), |chosen| format!("a vote for {chosen}"));
    let count = raft.log().last_index();
    let entries = if count == LogIndex(1) { "1 entry".to_owned() } else { format!("{count} entries") };
    format!(
        "{id} restarts from its disk: term {}, {vote}, {entries}. What was committed it has to learn anew.",
        raft.term()
    )
}

fn command(id: NodeId, write: u32, raft: &Raft, replies: &[Reply]) -> String {
    let refusal = replies.iter().find_map(|reply| match reply {
        Reply::NotLeader(leader) => Some(*leader),
        Reply::Done { .. } => None,
    });
    match refusal {
        Some(Some(leader)) => {
            format!("A client asks {id} for write {write}; {id} does not lead and points to {leader}.")
        }
        Some(None) => {
            format!("A client asks {id} for write {write}; {id} does not lead and knows no leader.")
        }
        None => format!(
            "A client asks {id} for write {write}: {id} stores it at index {} and sends it to the others.",
            raft.log().last_index()
        ),
    }
}

fn kind(message: &Message) -> &'static str {
    match message {
        Message::RequestVote { .. } => "A request for a vote",
        Message::RequestPreVote { .. } => "A question whether one could win",
        Message::PreVote { .. } => "An answer to that question",
        Message::Vote { .. } => "An answer to a request for a vote",
        Message::AppendEntries { entries, .. } if entries.is_empty() => "A heartbeat",
        Message::AppendEntries { .. } => "A message with log entries",
        Message::Appended { .. } => "An acknowledgement",
    }
}

/// What a message says.
pub(super) fn message(message: &Message) -> String {
    match message {
        Message::RequestVote { term, last_log_index, last_log_term }
        | Message::RequestPreVote { term, last_log_index, last_log_term } => {
            format!(
                "{}, term {term}, last entry at index {last_log_index} of term {last_log_term}",
                kind(message)
            )
        }
        Message::Vote { term, granted } | Message::PreVote { term, granted } => {
            format!("{}, in term {term}", if *granted { "yes" } else { "no" })
        }
        Message::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit } => {
            let what = match entries.len() {
                0 => "heartbeat".to_owned(),
                some => count(some),
            };
            format!(
                "{what} of term {term} to follow index {prev_log_index} (term {prev_log_term}); committed up to {leader_commit}"
            )
        }
        Message::Appended { term, outcome: Outcome::Matches(index) } => {
            format!("everything up to index {index} is there, term {term}")
        }
        Message::Appended { term, outcome: Outcome::Refused(index) } => {
            format!("nothing that matches at index {index}, term {term}")
        }
    }
}

fn lost(envelope: &Envelope<Message>) -> String {
    format!("{} from {} to {} is lost.", kind(&envelope.message), envelope.from, envelope.to)
}

fn arrival(envelope: &Envelope<Message>, before: &Raft, after: &Raft) -> String {
    let (from, to) = (envelope.from, envelope.to);
    let mut sentence = match &envelope.message {
        Message::RequestVote { term, last_log_index, last_log_term } => {
            let newer = after.log().is_at_most_as_up_to_date_as(*last_log_term, *last_log_index);
            asked_for_vote(from, to, *term, newer, before, after)
        }
        Message::RequestPreVote { term, .. } => asked_first(from, to, *term, after),
        Message::PreVote { granted, .. } => answered_first(from, to, *granted, before, after),
        Message::Vote { granted, .. } => answered(from, to, *granted, before, after),
        Message::AppendEntries { term, prev_log_index, prev_log_term, entries, .. } => {
            if *term < after.term() {
                format!("{to} refuses {from}: it is in term {}, {from} still in term {term}", after.term())
            } else {
                let follows_on = before.log().term_at(*prev_log_index) == Some(*prev_log_term);
                appended(from, to, entries.len(), (follows_on, *prev_log_index), before, after)
            }
        }
        Message::Appended { outcome, .. } => acknowledged(from, to, *outcome, before, after),
    };
    if before.is_leader() && !after.is_leader() {
        sentence.push_str(&format!("; {to} learns of term {} and no longer leads", after.term()));
    }
    if after.commit_index > before.commit_index {
        let what = if after.is_leader() { "a majority has it, so" } else { "and learns that" };
        let verb = if after.is_leader() { "is committed; its client is told" } else { "is committed" };
        sentence.push_str(&format!(" {what} index {} {verb}", after.commit_index));
    }
    sentence.push('.');
    sentence
}

fn asked_for_vote(
    from: NodeId,
    to: NodeId,
    term: super::Term,
    up_to_date: bool,
    before: &Raft,
    after: &Raft,
) -> String {
    let chosen = after.persistent.voted_for;
    if term < after.term() {
        return format!("{to} refuses {from}: term {term} is over, {to} is in term {}", after.term());
    }
    if chosen == Some(from) {
        return format!("{to} votes for {from} in term {term}");
    }
    match chosen {
        Some(other) if other == to && before.term() == term => {
            format!("{to} refuses {from}: in term {term} it has voted for itself")
        }
        Some(other) => format!("{to} refuses {from}: in term {term} it has voted for {other}"),
        None if !up_to_date => format!("{to} refuses {from}: its own log is more up to date"),
        None => format!("{to} refuses {from}"),
    }
}

fn asked_first(from: NodeId, to: NodeId, term: super::Term, after: &Raft) -> String {
    if after.is_leader() || after.leader_is_fresh {
        format!("{to} would not vote for {from}: it has a leader that it can hear")
    } else if term < after.term() {
        format!("{to} would not vote for {from}: it is in term {}", after.term())
    } else {
        format!("{to} answers {from}, which asked whether it could win")
    }
}

fn answered_first(from: NodeId, to: NodeId, granted: bool, before: &Raft, after: &Raft) -> String {
    match (&before.role, &after.role) {
        (Role::PreCandidate { .. }, Role::Candidate { .. } | Role::Leader { .. }) => {
            format!(
                "{from} would vote for {to} too, a majority: {to} stands for election in term {}",
                after.term()
            )
        }
        _ if granted => format!("{from} would vote for {to}"),
        _ => format!("{from} would not vote for {to}"),
    }
}

/// A command as it is spoken of.
pub(super) fn command_name(command: u32) -> String {
    if command == NO_OP { "an empty entry".to_owned() } else { format!("write {command}") }
}

fn answered(from: NodeId, to: NodeId, granted: bool, before: &Raft, after: &Raft) -> String {
    let all = after.config.servers;
    match (&before.role, &after.role, granted) {
        (Role::Candidate { votes }, Role::Leader { .. }, true) => {
            format!(
                "{from} votes for {to}: that makes {} of {all}, and {to} leads term {}",
                votes.len() + 1,
                after.term()
            )
        }
        (_, Role::Candidate { votes }, true) => {
            format!("{from} votes for {to}: that makes {} of {all}", votes.len())
        }
        (_, _, true) => format!("The vote of {from} reaches {to}, which no longer needs it"),
        (_, _, false) => format!("{from} does not vote for {to}"),
    }
}

fn appended(
    from: NodeId,
    to: NodeId,
    entries: usize,
    (follows_on, prev_log_index): (bool, LogIndex),
    before: &Raft,
    after: &Raft,
) -> String {
    if !follows_on {
        return format!(
            "{to} refuses the entries of {from}: its log does not agree at index {prev_log_index}"
        );
    }
    let newly = !matches!(before.role, Role::Follower { leader: Some(leader) } if leader == from);
    let kept = after.log().entries().iter().zip(before.log().entries()).take_while(|(a, b)| a == b).count();
    let deleted = before.log().entries().len() - kept;
    let stored = after.log().entries().len() - kept;
    match (entries, deleted, stored) {
        (0, _, _) if newly => format!("{to} hears {from}, leader of term {}, and follows it", after.term()),
        (0, _, _) => format!("{to} hears the heartbeat of {from}"),
        (_, 0, 0) => format!("{to} gets entries from {from} that it has already"),
        (_, 0, _) => format!("{to} stores {} from {from}", count(stored)),
        (_, _, _) => {
            format!(
                "{to} deletes {} that {from} does not have, and stores {} from {from}",
                count(deleted),
                count(stored)
            )
        }
    }
}

fn count(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

fn acknowledged(from: NodeId, to: NodeId, outcome: Outcome, before: &Raft, after: &Raft) -> String {
    match outcome {
        Outcome::Matches(_) if !after.is_leader() && !before.is_leader() => {
            format!("An acknowledgement of {from} reaches {to}, which does not lead")
        }
        Outcome::Matches(LogIndex(0)) => format!("{from} acknowledges the heartbeat of {to}"),
        Outcome::Matches(index) => {
            let end = if after.commit_index > before.commit_index { ":" } else { "" };
            format!("{from} has everything that {to} has up to index {index}{end}")
        }
        Outcome::Refused(_) if after.is_leader() => {
            format!("{from} has no match for {to}, which goes back one entry and sends again")
        }
        Outcome::Refused(_) => format!("{from} refused {to}"),
    }
}
