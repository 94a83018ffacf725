//! What happens in Raft, said in sentences.

use super::configuration::{Configuration, Servers};
use super::log::{Entry, Log, LogIndex, Payload, Term};
use super::member::{Command, Member, Refusal, Reply, Timer};
use super::message::{Agreement, Entries, Message};
use super::safety::{Breach, Property, Witness, acting_leader};
use super::server::{Role, Server};
use super::store::Operation;
use crate::check::linearizability::{Key, Kind, Outcome};
use crate::prelude::*;
use crate::sim::{Action, Change, Envelope, Node, NodeId, Process, TimerId, World};

/// The cluster in one or two sentences.
pub(super) fn describe(world: &World<Member>) -> String {
    let all = world.servers().count();
    let up = world.servers().filter(|&id| world.is_up(id)).count();
    let term = |id| world.node(id).process.server().map_or(Term(0), Server::term);
    let lead = match acting_leader(world) {
        Some(leader) => format!("{leader} leads term {}", term(leader)),
        None => {
            let latest = world.servers().map(term).max().unwrap_or_default();
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

/// One node in a phrase.
pub(super) fn node(id: NodeId, node: &Node<Member>) -> String {
    match &node.process {
        Member::Server(server) => a_server(id, node.up, server),
        Member::Client(_) if !node.up => format!("{id}, a client, crashed"),
        Member::Client(client) => match &client.pending {
            None => format!("{id}, a client that waits for nothing"),
            Some(pending) => format!("{id}, a client that waits for its {}", operation(pending.operation)),
        },
    }
}

fn a_server(id: NodeId, up: bool, server: &Server) -> String {
    let entries = match server.log().last_index() {
        LogIndex(0) => "an empty log".to_owned(),
        LogIndex(1) => "1 entry".to_owned(),
        more => format!("{more} entries"),
    };
    let all = server.configuration.electors().count();
    let role = match &server.role {
        _ if !up => "crashed".to_owned(),
        Role::Follower { leader: Some(leader) } => format!("follower of {leader}"),
        Role::Follower { leader: None } => "follower without a leader".to_owned(),
        Role::PreCandidate { votes } => format!("asking first, {} of {all} would vote for it", votes.count()),
        Role::Candidate { votes } => format!("candidate with {} of {all} votes", votes.count()),
        Role::Leader(_) => "leader".to_owned(),
    };
    format!("{id}, {role}, term {}, {entries}, {} committed", server.term(), server.commit_index)
}

/// A key's name: `x`, `y`, `z`.
fn key(key: Key) -> &'static str {
    ["x", "y", "z"].get(key.0 as usize).copied().unwrap_or("another key")
}

/// An operation as it is spoken of.
fn operation(operation: Operation) -> String {
    let key = key(operation.key);
    match operation.kind {
        Kind::Read => format!("read of {key}"),
        Kind::Write(value) => format!("write of {} to {key}", value.0),
        Kind::CompareAndSwap { from, to } => format!("swap of {key} from {} to {}", from.0, to.0),
    }
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Failed => "not done, the value was another one".to_owned(),
        Outcome::Saw(value) => format!("the value is {}", value.0),
        Outcome::Unknown => "nobody knows".to_owned(),
    }
}

/// An entry as it is spoken of.
pub(super) fn entry_name(entry: &Entry) -> String {
    match &entry.payload {
        Payload::NoOp => "an empty entry".to_owned(),
        Payload::Request(request) => operation(request.operation),
        Payload::Configuration(configuration) => format!("configuration {}", members(*configuration)),
    }
}

/// A few characters for an entry: `w3`, `r`, `–`, `C`.
pub(super) fn entry_label(entry: &Entry) -> String {
    let Payload::Request(request) = &entry.payload else {
        let label = if entry.payload == Payload::NoOp { "–" } else { "C" };
        return label.to_owned();
    };
    let other_key = if request.operation.key == Key(0) { "" } else { key(request.operation.key) };
    match request.operation.kind {
        Kind::Read => format!("r{other_key}"),
        Kind::Write(value) if other_key.is_empty() => format!("w{}", value.0),
        Kind::Write(value) => format!("{other_key}={}", value.0),
        Kind::CompareAndSwap { to, .. } => format!("s{}", to.0),
    }
}

fn servers(set: Servers) -> String {
    let mut text = String::new();
    for server in set.iter() {
        let comma = if text.is_empty() { "" } else { ", " };
        text.push_str(&format!("{comma}{server}"));
    }
    text
}

/// A configuration's members: `{S1, S2, S3}`.
pub(super) fn members(configuration: Configuration) -> String {
    let mut text = format!("{{{}}}", servers(configuration.voters));
    if configuration.is_joint() {
        text = format!("{{{}}} and {text} together", servers(configuration.outgoing));
    }
    if !configuration.learners.is_empty() {
        text.push_str(&format!(", learning {}", servers(configuration.learners)));
    }
    text
}

/// What is wrong, if a property was broken.
pub(super) fn breach(witness: &Witness, property: Property) -> Option<String> {
    let name = |index: LogIndex| {
        let committed = witness.committed().get((index.0 as usize).wrapping_sub(1));
        committed
            .map_or_else(String::new, |it| format!("{} of term {}, ", entry_name(&it.entry), it.entry.term))
    };
    Some(match witness.breach(property)? {
        Breach::TwoLeaders { term, first, second } => {
            if first == second {
                format!("{first} was elected twice in term {term}, and had forgotten the first time")
            } else {
                format!("{first} and {second} were both elected in term {term}")
            }
        }
        Breach::Overwritten { leader } => format!("{leader} changed its own log while it led"),
        Breach::Mismatch { one, other, index } => format!(
            "{one} and {other} have entries of one term at an index, but differ before it, at index {index}"
        ),
        Breach::Incomplete { leader, index } => {
            format!("{leader} was elected without {}which is committed at index {index}", name(index))
        }
        Breach::Different { server, index } => {
            format!("{server} applied something else at index {index} than another server before it")
        }
        Breach::Apart { one, other } => {
            format!("{one} and {other} can each decide without any server in common")
        }
        Breach::Unexplained { operation: number } => {
            let operations = witness.operations().operations();
            let told = operations.get(number).map_or_else(String::new, |it| {
                let asked = operation(Operation { key: it.key, kind: it.kind });
                format!("{asked}: {}", outcome(it.outcome))
            });
            format!("no single copy could have answered that way ({told})")
        }
    })
}

/// Why it isn't known whether clients' answers can be explained, if it isn't.
pub(super) fn undecided(witness: &Witness) -> Option<String> {
    witness.undecided().first().map(|&it| format!("too many operations on {} are open at once", key(it)))
}

/// One sentence on a step.
pub(super) fn narrate(world: &World<Member>, action: Action, change: &Change<Member>) -> String {
    match action {
        Action::Duplicate(_) => String::new(),
        Action::Start(id) if id.is_client() => format!("{id}, a client, is there."),
        Action::Start(id) => format!("{id} starts as a follower and waits for a leader."),
        Action::Crash(id) if id.is_client() => format!("{id}, a client, crashes."),
        Action::Crash(id) => {
            format!("{id} crashes. Its term, vote and log stay on disk; the rest is gone.")
        }
        Action::PowerFailure(id) => {
            format!("{id} loses its power. What it had not yet forced to disk is gone with its memory.")
        }
        Action::Flush(id) => format!("What {id} has written is durable now."),
        Action::Wipe(id) => format!("{id} gets an empty disk: its vote, its term and its log are gone."),
        Action::Restart(id) => restart(id, &world.node(id).process),
        Action::Fire(id, timer) => timeout(id, timer, &world.node(id).process, change),
        Action::Ask(id, _) => asked(id, &world.node(id).process, change),
        Action::Lose(_) => change.envelope.as_ref().map_or_else(String::new, lost),
        Action::Deliver(_) => match (&change.envelope, &change.before) {
            (Some(envelope), Some(before)) => {
                arrival(envelope, before, &world.node(envelope.to).process, change)
            }
            _ => String::new(),
        },
    }
}

fn restart(id: NodeId, member: &Member) -> String {
    let Some(server) = member.server() else { return format!("{id}, a client, is back.") };
    let vote =
        server.persistent.voted_for.map_or("no vote".to_owned(), |chosen| format!("a vote for {chosen}"));
    let entries = count(server.log().last_index().0 as usize);
    let since = match server.log().base_index() {
        LogIndex(0) => String::new(),
        base => format!(" after index {base}"),
    };
    format!(
        "{id} restarts from its disk: term {}, {vote}, {entries}. What was committed{since} it has to learn anew.",
        server.term()
    )
}

fn timeout(id: NodeId, timer: TimerId, member: &Member, change: &Change<Member>) -> String {
    let timer = Member::TIMERS.get(usize::from(timer.0));
    let (Some(timer), Some(server)) = (timer, member.server()) else {
        return match change.replies.first() {
            Some(Reply::Ended { .. }) => {
                format!("{id} gives up. Whether its request took effect, or still will, nobody can tell it.")
            }
            _ => format!("{id} has waited long enough: it asks again, another server."),
        };
    };
    let term = server.term();
    match timer {
        Timer::Heartbeat => format!("{id}, leader of term {term}, sends its heartbeats."),
        Timer::Quorum if server.is_leader() => {
            format!("{id} has heard from a majority within an election timeout and goes on leading.")
        }
        Timer::Quorum => {
            format!("{id} has not heard from a majority for an election timeout: it no longer leads.")
        }
        Timer::Silence => {
            format!(
                "{id} has heard no leader for the shortest election timeout; it would now vote for another."
            )
        }
        Timer::Transfer => format!("{id} has waited too long for its successor and leads on."),
        Timer::Lease | Timer::NextLease => format!("A lease of {id} ends."),
        Timer::Election if server.leader_is_fresh && !matches!(server.role, Role::PreCandidate { .. }) => {
            format!("The election timer of {id} runs out too early: it has promised a leader to wait.")
        }
        Timer::Election if matches!(server.role, Role::PreCandidate { .. }) => format!(
            "The election timer of {id} runs out: it asks the others whether they would vote for it, and stays in term {term}."
        ),
        Timer::Election | Timer::Retry => format!(
            "The election timer of {id} runs out: it stands for election in term {term}, votes for itself and asks the others."
        ),
    }
}

fn asked(id: NodeId, member: &Member, change: &Change<Member>) -> String {
    let Some(command) = change.command else { return String::new() };
    let what = match command {
        Command::Operate(it) => operation(it),
        Command::Transfer(to) => format!("a hand-over to {to}"),
        Command::Reconfigure(_) => "a change of members".to_owned(),
        Command::TakeSnapshot if !is_compacted(member, change) => {
            return format!("{id} has applied nothing that its snapshot doesn’t cover.");
        }
        Command::TakeSnapshot => {
            return format!(
                "{id} takes a snapshot of what it has applied, and forgets the entries it covers."
            );
        }
    };
    for reply in &change.replies {
        match reply {
            Reply::Busy => return format!("{id} still waits for its last request."),
            Reply::NotLeader(Some(leader)) if member.server().is_some_and(Server::is_leader) => {
                return format!("A client asks {id} for a {what}; {id} is handing over to {leader}.");
            }
            Reply::NotLeader(Some(leader)) => {
                return format!(
                    "A client asks {id} for a {what}; {id} does not lead and points to {leader}."
                );
            }
            Reply::NotLeader(None) => {
                return format!("A client asks {id} for a {what}; {id} does not lead and knows no leader.");
            }
            Reply::Refused(why) => return format!("{id} is asked for {what} and won’t: {}.", refusal(*why)),
            Reply::Ended { .. } | Reply::Done { .. } | Reply::Reconfigured(_) => {}
        }
    }
    match (member, command) {
        (Member::Client(client), _) => format!("{id} asks {} for its {what}.", client.leader),
        (Member::Server(server), Command::Operate(_)) => format!(
            "A client asks {id} for a {what}: {id} stores it at index {} and sends it to the others.",
            server.log().last_index()
        ),
        (Member::Server(server), Command::Reconfigure(_)) => format!(
            "{id} stores the configuration {} at index {}; it is in force here from now on.",
            members(server.configuration),
            server.configuration_index
        ),
        (Member::Server(_), _) => format!("{id} is asked for {what} and begins."),
    }
}

/// Whether a step put more of the log into a snapshot.
fn is_compacted(after: &Member, change: &Change<Member>) -> bool {
    let base = |member: &Member| member.server().map(|server| server.log().base_index());
    change.before.as_ref().and_then(base) < base(after)
}

fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::ChangeUnderWay => "the latest configuration isn’t committed yet",
        Refusal::NothingCommittedInTerm => "it hasn’t committed an entry of its own term yet",
        Refusal::NotCaughtUp => "the learner lacks committed entries",
        Refusal::MoreThanOneVoter => "that would change more than one voter at once",
        Refusal::NoSuchChange => "that would change nothing, or leave nobody",
        Refusal::HandingOver => "it is handing over",
    }
}

fn kind(message: &Message) -> &'static str {
    match message {
        Message::RequestVote { .. } => "A request for a vote",
        Message::RequestPreVote { .. } => "A question whether one could win",
        Message::PreVote { .. } => "An answer to that question",
        Message::Vote { .. } => "An answer to a request for a vote",
        Message::AppendEntries(sent) if sent.entries.is_empty() => "A heartbeat",
        Message::AppendEntries(_) => "A message with log entries",
        Message::InstallSnapshot { .. } => "A snapshot",
        Message::Appended { .. } => "An acknowledgement",
        Message::TimeoutNow { .. } => "A request to take over",
        Message::Request { .. } => "A client’s request",
        Message::Response { .. } => "An answer to a client",
        Message::Redirect { .. } => "A redirection",
    }
}

/// What a message says.
pub(super) fn message(message: &Message) -> String {
    match message {
        Message::RequestVote { term, last_log_index, last_log_term, .. }
        | Message::RequestPreVote { term, last_log_index, last_log_term } => {
            format!(
                "{}, term {term}, last entry at index {last_log_index} of term {last_log_term}",
                kind(message)
            )
        }
        Message::Vote { term, granted } | Message::PreVote { term, granted } => {
            format!("{}, in term {term}", if *granted { "yes" } else { "no" })
        }
        Message::AppendEntries(Entries {
            term,
            prev_log_index,
            prev_log_term,
            entries,
            leader_commit,
            ..
        }) => {
            let what = match entries.len() {
                0 => "heartbeat".to_owned(),
                some => count(some),
            };
            format!(
                "{what} of term {term} to follow index {prev_log_index} (term {prev_log_term}); committed up to {leader_commit}"
            )
        }
        Message::InstallSnapshot { term, snapshot, .. } => {
            format!(
                "everything up to index {} (term {}), from the leader of term {term}",
                snapshot.last_index, snapshot.last_term
            )
        }
        Message::Appended { term, agreement: Agreement::Matches(index), .. } => {
            format!("everything up to index {index} is there, term {term}")
        }
        Message::Appended { term, agreement: Agreement::Conflicts { first_index, .. }, .. } => {
            format!("no match; try from index {first_index}, term {term}")
        }
        Message::TimeoutNow { term } => format!("stand for election now, from the leader of term {term}"),
        Message::Request { serial, operation: it } => format!("request {serial}: {}", operation(*it)),
        Message::Response { serial, outcome: it } => format!("answer to request {serial}: {}", outcome(*it)),
        Message::Redirect { serial, leader: Some(leader) } => format!("request {serial}: ask {leader}"),
        Message::Redirect { serial, leader: None } => format!("request {serial}: no leader known"),
    }
}

fn lost(envelope: &Envelope<Message>) -> String {
    format!("{} from {} to {} is lost.", kind(&envelope.message), envelope.from, envelope.to)
}

fn arrival(envelope: &Envelope<Message>, before: &Member, after: &Member, change: &Change<Member>) -> String {
    let (from, to) = (envelope.from, envelope.to);
    let (Member::Server(before), Member::Server(after)) = (before, after) else {
        return to_client(envelope);
    };
    let mut sentence = match &envelope.message {
        Message::RequestVote { .. } if change.sent.iter().any(|sent| sent.message.grants()) => {
            format!("{to} votes for {from} in term {}", after.term())
        }
        Message::RequestVote { term, last_log_term, last_log_index, .. } => {
            refused_vote(from, to, *term, (*last_log_term, *last_log_index), after)
        }
        Message::RequestPreVote { term, .. } => asked_first(from, to, *term, after),
        Message::PreVote { granted, .. } => answered_first(from, to, *granted, before, after),
        Message::Vote { term, .. } if *term < after.term() => {
            format!("{from}’s answer for term {term} reaches {to}, which is in term {}", after.term())
        }
        Message::Vote { granted, .. } => answered(from, to, *granted, before, after),
        Message::AppendEntries(Entries { term, .. }) | Message::InstallSnapshot { term, .. }
            if *term < after.term() =>
        {
            format!("{to} refuses {from}: it is in term {}, {from} still in term {term}", after.term())
        }
        Message::AppendEntries(sent) => appended(from, to, sent, before, after),
        Message::InstallSnapshot { .. } if before.log() == after.log() => {
            format!("{to} gets a snapshot from {from} that tells it nothing new")
        }
        Message::InstallSnapshot { snapshot, .. } => {
            format!(
                "{to} takes over the snapshot of {from}, which covers everything up to index {}",
                snapshot.last_index
            )
        }
        Message::Appended { agreement, .. } => acknowledged(from, to, *agreement, before, after),
        Message::TimeoutNow { .. } if before.term() == after.term() => {
            format!("{from}’s request to take over reaches {to}, which no longer needs it")
        }
        Message::TimeoutNow { .. } => {
            format!("{to} stands for election in term {}, because {from} wants it to lead", after.term())
        }
        Message::Request { operation: it, .. } if after.log().last_index() > before.log().last_index() => {
            format!("{to} stores the {} of {from} at index {}", operation(*it), after.log().last_index())
        }
        Message::Request { operation: it, .. } if after.is_leader() => {
            format!("{to} takes the {} of {from}", operation(*it))
        }
        Message::Request { .. } => format!("{from} asks {to}, which does not lead"),
        Message::Response { .. } | Message::Redirect { .. } => kind(&envelope.message).to_owned(),
    };
    let is_deposed = before.is_leader() && after.term() > before.term();
    if is_deposed {
        sentence.push_str(&format!("; {to} learns of term {} and no longer leads", after.term()));
    }
    if after.commit_index > before.commit_index {
        let is_told = change.replies.iter().any(|reply| matches!(reply, Reply::Done { .. }));
        let what = match &envelope.message {
            Message::Appended { .. } if before.configuration.is_joint() => ": a majority of both has it, so",
            Message::Appended { .. } => ": a majority has it, so",
            Message::AppendEntries(sent) if sent.entries.is_empty() && !is_deposed => " and learns that",
            _ => ", and learns that",
        };
        let verb = if is_told { "is committed; its client is told" } else { "is committed" };
        sentence.push_str(&format!("{what} index {} {verb}", after.commit_index));
    }
    match &envelope.message {
        Message::AppendEntries(sent)
            if sent.term == after.term()
                && is_apart(sent, before)
                && !before.config.rules.consistency_check =>
        {
            sentence.push_str(&format!(", although its log does not agree at index {}", sent.prev_log_index));
        }
        _ => {}
    }
    if before.is_leader() && matches!(after.role, Role::Follower { leader: Some(_) }) && !is_deposed {
        sentence.push_str(&format!("; {to} led the same term and follows it now"));
    } else if before.is_leader() && !after.is_leader() && !is_deposed {
        sentence.push_str(&format!("; {to} isn’t a member any more and no longer leads"));
    }
    sentence.push('.');
    sentence
}

fn to_client(envelope: &Envelope<Message>) -> String {
    let (from, to) = (envelope.from, envelope.to);
    match &envelope.message {
        Message::Response { outcome: it, .. } => format!("{from} answers {to}: {}.", outcome(*it)),
        Message::Redirect { leader: Some(leader), .. } => format!("{from} sends {to} to {leader}."),
        Message::Redirect { leader: None, .. } => format!("{from} knows no leader for {to}."),
        _ => format!("{} reaches {to}.", kind(&envelope.message)),
    }
}

fn refused_vote(from: NodeId, to: NodeId, term: Term, last: (Term, LogIndex), after: &Server) -> String {
    if term < after.term() {
        return format!("{to} refuses {from}: term {term} is over, {to} is in term {}", after.term());
    }
    if term > after.term() {
        let why = if after.is_leader() { "leads" } else { "hears a leader" };
        return format!("{to} disregards {from}: it {why}");
    }
    match after.persistent.voted_for {
        _ if !after.log().is_at_most_as_up_to_date_as(last.0, last.1) => {
            format!("{to} refuses {from}: its own log is more up to date")
        }
        Some(other) if other == to => {
            format!("{to} refuses {from}: in term {term} it has voted for itself")
        }
        Some(other) => format!("{to} refuses {from}: in term {term} it has voted for {other}"),
        None => format!("{to} refuses {from}"),
    }
}

fn asked_first(from: NodeId, to: NodeId, term: Term, after: &Server) -> String {
    if after.is_leader() || after.leader_is_fresh {
        format!("{to} would not vote for {from}: it has a leader that it can hear")
    } else if term < after.term() {
        format!("{to} would not vote for {from}: it is in term {}", after.term())
    } else {
        format!("{to} answers {from}, which asked whether it could win")
    }
}

fn answered_first(from: NodeId, to: NodeId, granted: bool, before: &Server, after: &Server) -> String {
    match (&before.role, &after.role) {
        (Role::PreCandidate { .. }, Role::Candidate { .. } | Role::Leader(_)) => {
            format!(
                "{from} would vote for {to} too, a majority: {to} stands for election in term {}",
                after.term()
            )
        }
        _ if granted => format!("{from} would vote for {to}"),
        _ => format!("{from} would not vote for {to}"),
    }
}

fn answered(from: NodeId, to: NodeId, granted: bool, before: &Server, after: &Server) -> String {
    let all = after.configuration.electors().count();
    match (&before.role, &after.role, granted) {
        (Role::Candidate { votes }, Role::Leader(_), true) => {
            format!(
                "{from} votes for {to}: that makes {} of {all}, and {to} leads term {}",
                votes.with(from).count(),
                after.term()
            )
        }
        (_, Role::Candidate { votes }, true) => {
            format!("{from} votes for {to}: that makes {} of {all}", votes.count())
        }
        (_, _, true) => format!("The vote of {from} reaches {to}, which no longer needs it"),
        (_, _, false) => format!("{from} does not vote for {to}"),
    }
}

/// How many entries of `log` the other log has, too, at the same places.
fn shared(log: &Log, other: &Log) -> usize {
    log.entries().iter().zip(other.entries()).take_while(|(a, b)| a == b).count()
}

fn appended(from: NodeId, to: NodeId, sent: &Entries, before: &Server, after: &Server) -> String {
    if is_apart(sent, before) && before.config.rules.consistency_check {
        return format!(
            "{to} refuses the entries of {from}: its log does not agree at index {}",
            sent.prev_log_index
        );
    }
    let newly = !matches!(before.role, Role::Follower { leader: Some(leader) } if leader == from);
    let kept = shared(after.log(), before.log());
    let same_base = after.log().base_index() == before.log().base_index();
    let deleted = if same_base { before.log().entries().len() - kept } else { 0 };
    let stored = if same_base { after.log().entries().len() - kept } else { sent.entries.len() };
    match (sent.entries.len(), deleted, stored) {
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

/// Whether a log lacks what entries are to follow, or has another one there.
fn is_apart(sent: &Entries, log_of: &Server) -> bool {
    let log = log_of.log();
    log.term_at(sent.prev_log_index) != Some(sent.prev_log_term) && sent.prev_log_index >= log.base_index()
}

pub(super) fn count(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

fn acknowledged(from: NodeId, to: NodeId, agreement: Agreement, before: &Server, after: &Server) -> String {
    match agreement {
        Agreement::Matches(_) if !after.is_leader() && !before.is_leader() => {
            format!("An acknowledgement of {from} reaches {to}, which does not lead")
        }
        Agreement::Matches(LogIndex(0)) => format!("{from} acknowledges the heartbeat of {to}"),
        Agreement::Matches(index) => {
            format!("{from} has everything that {to} has up to index {index}")
        }
        Agreement::Conflicts { .. } if after.is_leader() => {
            format!("{from} has no match for {to}, which goes back and sends again")
        }
        Agreement::Conflicts { .. } => format!("{from} refused {to}"),
    }
}
