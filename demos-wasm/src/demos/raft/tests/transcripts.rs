//! Subtle cases as transcripts that people can read, in `demos-wasm/tests/transcripts`.
//!
//! After a change on purpose: `UPDATE_TRANSCRIPTS=1 cargo test -p demos-wasm --lib transcripts`, and review what changed.

use std::collections::VecDeque;
use std::fmt::Write;
use std::path::Path;

use super::*;
use crate::demos::raft::client::Client;
use crate::demos::raft::configuration::{Configuration, Reconfiguration, Servers};
use crate::demos::raft::member::Command;
use crate::demos::raft::safety::Witness;
use crate::demos::raft::server::Role;
use crate::sim::world::place_of;
use crate::sim::{Action, Change, World};

const C1: NodeId = NodeId::client(0);

/// A cluster that writes down what happens to it.
struct Stage {
    world: World<Member>,
    witness: Witness,
    text: String,
    /// Nodes that nobody hears and that hear nobody.
    cut_off: Vec<NodeId>,
}

impl Stage {
    fn new(config: Config, clients: u8) -> Self {
        let config = Rc::new(config);
        Self::of(NodeId::all(config.servers).map(|id| Server::new(id, config.clone())).collect(), clients)
    }

    fn of(servers: Vec<Server>, clients: u8) -> Self {
        let config = servers[0].config.clone();
        let clients =
            (0..clients).map(|place| Member::Client(Client::new(NodeId::client(place), config.clone())));
        let world = World::with_clients(servers.into_iter().map(Member::Server), clients);
        let mut stage = Self { world, witness: Witness::default(), text: String::new(), cut_off: Vec::new() };
        for id in stage.world.ids().collect::<Vec<_>>() {
            stage.world.apply(Action::Start(id));
        }
        stage
    }

    fn say(&mut self, line: &str) {
        writeln!(self.text, "\n# {line}").unwrap();
    }

    fn fire(&mut self, id: NodeId, timer: Timer) {
        let change = self.world.apply(Action::Fire(id, place_of::<Member>(timer)));
        self.note(format!("{id}: {timer:?} timer"), change);
    }

    fn crash(&mut self, id: NodeId) {
        let change = self.world.apply(Action::Crash(id));
        self.note(format!("{id} crashes"), change);
    }

    fn restart(&mut self, id: NodeId) {
        let change = self.world.apply(Action::Restart(id));
        self.note(format!("{id} restarts"), change);
    }

    fn ask(&mut self, id: NodeId, command: Command) {
        let what = match command {
            Command::Operate(operation) => operation_name(operation),
            Command::Transfer(target) => format!("hand over to {target}"),
            Command::Reconfigure(change) => match change {
                Reconfiguration::Add(server) => format!("add {server}"),
                Reconfiguration::AddLearner(server) => format!("let {server} learn"),
                Reconfiguration::Promote(server) => format!("promote {server}"),
                Reconfiguration::Remove(server) => format!("remove {server}"),
                Reconfiguration::Replace(voters) => format!("let {} be the voters", names(voters)),
            },
            Command::TakeSnapshot => "take a snapshot".to_owned(),
        };
        let change = self.world.command(id, command);
        self.note(format!("{id} is asked: {what}"), change);
    }

    fn write(&mut self, id: NodeId, value: u32) {
        self.ask(id, Command::Operate(Operation::write(X, Value(value))));
    }

    /// Delivers everything, oldest first, until nothing is under way. What crosses the cut is lost, and what is for a
    /// crashed server.
    fn settle(&mut self) {
        while let Some(flight) = self.world.flights().first().cloned() {
            let is_lost = !self.world.is_up(flight.to)
                || self.cut_off.contains(&flight.from) != self.cut_off.contains(&flight.to);
            let arrow = if is_lost { "-x" } else { "->" };
            let line = format!("{} {arrow} {}: {}", flight.from, flight.to, message_name(&flight.message));
            let action = if is_lost { Action::Lose(flight.id) } else { Action::Deliver(flight.id) };
            let change = self.world.apply(action);
            self.note(line, change);
        }
    }

    /// Loses what is under way to a node.
    fn lose_all_to(&mut self, to: NodeId) {
        let lost: VecDeque<_> =
            self.world.flights().iter().filter(|flight| flight.to == to).cloned().collect();
        for flight in lost {
            self.world.apply(Action::Lose(flight.id));
            let line = format!("{} -x {to}: {}", flight.from, message_name(&flight.message));
            self.note(line, None);
        }
    }

    fn note(&mut self, line: String, change: Option<Change<Member>>) {
        writeln!(self.text, "{line}").unwrap();
        let Some(change) = change else { return };
        self.witness.observe(&self.world, &change);
        assert_eq!(self.witness.breaches(), [], "{}", self.text);
        let Some(id) = change.node else { return };
        let after = &self.world.node(id).process;
        if let (Some(Member::Server(before)), Some(after)) = (&change.before, after.server()) {
            for (was, is) in aspects(before).into_iter().zip(aspects(after)) {
                if was != is {
                    writeln!(self.text, "      {id} {is}").unwrap();
                }
            }
        }
        for reply in &change.replies {
            let said = match *reply {
                Reply::Ended { serial, outcome } => format!("#{serial} ended: {outcome:?}"),
                Reply::Done { index, outcome } => format!("what is at {index} is done: {outcome:?}"),
                Reply::Reconfigured(index) => format!("the change is done, at {index}"),
                other => format!("{other:?}"),
            };
            writeln!(self.text, "      {id} says: {said}").unwrap();
        }
    }

    fn compare(&self, name: &str) {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(format!("{name}.txt"));
        let text = self.text.trim_start();
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        for (number, (is, was)) in text.lines().zip(golden.lines()).enumerate() {
            assert_eq!(is, was, "{}:{}", path.display(), number + 1);
        }
        assert_eq!(text.lines().count(), golden.lines().count(), "{} has another end", path.display());
    }
}

/// What a transcript tells of a server, one thing a line.
fn aspects(server: &Server) -> [String; 4] {
    let role = match &server.role {
        Role::Follower { leader: Some(leader) } => format!("follows {leader} in term {}", server.term()),
        Role::Follower { leader: None } => format!("is a follower in term {}", server.term()),
        Role::PreCandidate { votes } => format!("asks first in term {}: {}", server.term(), names(*votes)),
        Role::Candidate { votes } => {
            format!("is a candidate of term {} with the votes of {}", server.term(), names(*votes))
        }
        Role::Leader(_) => format!("leads term {}", server.term()),
    };
    let entries: Vec<String> = server.log().entries().iter().map(entry_name).collect();
    let log = match server.log().snapshot() {
        Some(snapshot) => format!("has a snapshot to {}, then [{}]", snapshot.last_index, entries.join(" ")),
        None => format!("has [{}]", entries.join(" ")),
    };
    let configuration = format!("goes by {}", configuration_name(server.configuration));
    let committed = format!("has committed {}: x = {}", server.commit_index, server.store.value(X).0);
    [role, log, configuration, committed]
}

fn names(servers: Servers) -> String {
    let names: Vec<String> = servers.iter().map(|server| server.to_string()).collect();
    names.join(" ")
}

fn configuration_name(configuration: Configuration) -> String {
    let mut name = format!("{{{}}}", names(configuration.voters));
    if configuration.is_joint() {
        name = format!("{{{}}} with {name}", names(configuration.outgoing));
    }
    if !configuration.learners.is_empty() {
        name = format!("{name} learning {}", names(configuration.learners));
    }
    name
}

/// `term:what`.
fn entry_name(entry: &Entry) -> String {
    let what = match entry.payload {
        Payload::NoOp => "-".to_owned(),
        Payload::Request(request) if request.client.is_client() => {
            format!("{}#{}", request.client, request.serial)
        }
        Payload::Request(request) => operation_name(request.operation),
        Payload::Configuration(configuration) => configuration_name(configuration),
    };
    format!("{}:{what}", entry.term)
}

fn operation_name(operation: Operation) -> String {
    use crate::check::linearizability::Kind;
    match operation.kind {
        Kind::Read => "x?".to_owned(),
        Kind::Write(value) => format!("x={}", value.0),
        Kind::CompareAndSwap { from, to } => format!("x={}→{}", from.0, to.0),
    }
}

fn message_name(message: &Message) -> String {
    match message {
        Message::RequestVote { term, last_log_index, last_log_term, is_transfer } => {
            let how = if *is_transfer { ", by transfer" } else { "" };
            format!("RequestVote term {term}, last {last_log_index} of term {last_log_term}{how}")
        }
        Message::RequestPreVote { term, .. } => format!("RequestPreVote term {term}"),
        Message::Vote { term, granted } => {
            format!("Vote term {term}: {}", if *granted { "yes" } else { "no" })
        }
        Message::PreVote { term, granted } => {
            format!("PreVote term {term}: {}", if *granted { "yes" } else { "no" })
        }
        Message::AppendEntries(sent) => {
            let entries: Vec<String> = sent.entries.iter().map(entry_name).collect();
            format!(
                "AppendEntries term {}, after {} of term {}: [{}], committed {}",
                sent.term,
                sent.prev_log_index,
                sent.prev_log_term,
                entries.join(" "),
                sent.leader_commit
            )
        }
        Message::InstallSnapshot { term, snapshot, .. } => {
            format!("InstallSnapshot term {term}, to {} of term {}", snapshot.last_index, snapshot.last_term)
        }
        Message::Appended { term, agreement: Agreement::Matches(index), .. } => {
            format!("Appended term {term}: matches to {index}")
        }
        Message::Appended { term, agreement: Agreement::Conflicts { term: None, first_index }, .. } => {
            format!("Appended term {term}: lacks {first_index}")
        }
        Message::Appended {
            term,
            agreement: Agreement::Conflicts { term: Some(conflict), first_index },
            ..
        } => format!("Appended term {term}: has term {conflict} from {first_index} on"),
        Message::TimeoutNow { term } => format!("TimeoutNow term {term}"),
        Message::Request { serial, operation } => format!("Request #{serial} {}", operation_name(*operation)),
        Message::Response { serial, outcome } => format!("Response #{serial} {outcome:?}"),
        Message::Redirect { serial, leader } => match leader {
            Some(leader) => format!("Redirect #{serial} to {leader}"),
            None => format!("Redirect #{serial}, leader unknown"),
        },
    }
}

#[test]
fn a_stale_leader_steps_down_after_the_heal() {
    let mut stage = Stage::new(Config::new(3), 0);
    stage.say("S1 is elected and commits a write.");
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.write(S1, 1);
    stage.settle();
    stage.say("S1 is cut off, and takes a write that it can’t commit.");
    stage.cut_off = vec![S1];
    stage.write(S1, 2);
    stage.settle();
    stage.say("The others elect S2 and commit another write.");
    stage.fire(S2, Timer::Election);
    stage.settle();
    stage.write(S2, 3);
    stage.settle();
    stage.say("The cut is mended. S1 still believes that it leads, until it speaks.");
    stage.cut_off = vec![];
    stage.fire(S1, Timer::Heartbeat);
    stage.settle();
    stage.say("The next heartbeat of S2 replaces what S1 couldn’t commit.");
    stage.fire(S2, Timer::Heartbeat);
    stage.settle();
    stage.fire(S2, Timer::Heartbeat);
    stage.settle();
    stage.compare("a_stale_leader_steps_down_after_the_heal");
}

#[test]
fn a_retry_is_applied_once() {
    let mut stage = Stage::new(Config::new(3), 1);
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.say("The client’s swap is applied, but the answer is lost.");
    stage.ask(C1, Command::Operate(Operation::compare_and_swap(X, Value(0), Value(1))));
    while !stage.world.flights().iter().any(|flight| flight.to == C1) {
        let flight = stage.world.flights()[0].clone();
        let line = format!("{} -> {}: {}", flight.from, flight.to, message_name(&flight.message));
        let change = stage.world.apply(Action::Deliver(flight.id));
        stage.note(line, change);
    }
    stage.lose_all_to(C1);
    stage.say("It asks again, another server first. The swap is in the log twice, and is applied once.");
    stage.fire(C1, Timer::Retry);
    stage.settle();
    stage.compare("a_retry_is_applied_once");
}

#[test]
fn figure_7_a_to_f_are_repaired() {
    let logs: [&[u32]; 7] = [
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6],
        &[1, 1, 1, 4],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        &[1, 1, 1, 4, 4, 4, 4],
        &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    let config = Rc::new(Config::new(7));
    let servers = NodeId::all(7).zip(logs).map(|(id, log_terms)| {
        let mut server = Server::new(id, config.clone());
        // In a term, a leader gives an index to one entry only.
        server.persistent.log =
            log_terms.iter().zip(1..).map(|(&term, index)| entry(term, index * 10 + term)).collect();
        server.persistent.current_term = Term(7);
        server
    });
    let mut stage = Stage::of(servers.collect(), 0);
    stage.say("S1 is the leader of the figure; S2 to S7 are (a) to (f). S1 is elected in term 8.");
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.say("The first write of the new term repairs whatever is still wrong, and is committed with all before it.");
    stage.write(S1, 8);
    stage.settle();
    stage.fire(S1, Timer::Heartbeat);
    stage.settle();
    stage.compare("figure_7_a_to_f_are_repaired");
}

/// Figure 8, (a) to (c) and (e): S5 could have won in the place of (e), so the entry must not count as committed in (c).
#[test]
fn an_old_entry_on_a_majority_is_not_committed() {
    let (s4, s5) = (NodeId(3), NodeId(4));
    let mut stage = Stage::new(Config::new(5), 0);
    stage.say("(a) S1 leads term 1 and gets its entry to S2 only.");
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.cut_off = vec![S1, S2];
    stage.write(S1, 2);
    stage.settle();
    stage.say("(b) S1 crashes. S5 leads term 2, by the votes of S3 and S4, and keeps its entry to itself.");
    stage.crash(S1);
    stage.fire(s5, Timer::Election);
    stage.settle();
    stage.cut_off = vec![s5];
    stage.write(s5, 3);
    stage.settle();
    stage.say("(c) S5 crashes. S1 is back, leads term 3, and gets the old entry to S3: it is on a majority.");
    stage.crash(s5);
    stage.restart(S1);
    stage.cut_off = vec![s4, s5];
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.say("(e) Only an entry of its own term on a majority commits both. Now S5 can’t win any more.");
    stage.write(S1, 4);
    stage.settle();
    stage.restart(s5);
    stage.cut_off = vec![];
    stage.fire(s5, Timer::Election);
    stage.settle();
    stage.compare("an_old_entry_on_a_majority_is_not_committed");
}

#[test]
fn a_removed_leader_steps_down_after_commit() {
    let mut stage = Stage::new(Config::new(3), 0);
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.write(S1, 1);
    stage.settle();
    stage.say("S1 removes itself: it goes on leading, but two others must have the entry.");
    stage.ask(S1, Command::Reconfigure(Reconfiguration::Remove(S1)));
    stage.settle();
    stage.say("Nobody leads. S1 doesn’t stand; S2 does, and the two that are left go on.");
    stage.fire(S2, Timer::Election);
    stage.settle();
    stage.write(S2, 2);
    stage.settle();
    stage.compare("a_removed_leader_steps_down_after_commit");
}

#[test]
fn two_servers_are_replaced_at_once_by_joint_consensus() {
    let config = Config {
        first_configuration: Configuration::of(Servers::first(3)),
        transition: crate::demos::raft::config::Transition::JointConsensus,
        ..Config::new(5)
    };
    let mut stage = Stage::new(config, 0);
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.say("S4 and S5 take the places of S1, which leads, and S2.");
    stage.ask(S1, Command::Reconfigure(Reconfiguration::Replace(Servers(0b1_1100))));
    stage.settle();
    stage.compare("two_servers_are_replaced_at_once_by_joint_consensus");
}

#[test]
fn a_lagging_follower_gets_a_snapshot() {
    let mut stage = Stage::new(Config { snapshot_after: 2, ..Config::new(3) }, 0);
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.say("S3 is cut off and misses three writes, of which S1 soon keeps only a snapshot.");
    stage.cut_off = vec![S3];
    for value in 1..=3 {
        stage.write(S1, value);
        stage.settle();
    }
    stage.say("The cut is mended.");
    stage.cut_off = vec![];
    stage.fire(S1, Timer::Heartbeat);
    stage.settle();
    stage.say("What follows the snapshot comes as entries.");
    stage.fire(S1, Timer::Heartbeat);
    stage.settle();
    stage.compare("a_lagging_follower_gets_a_snapshot");
}

#[test]
fn leadership_is_handed_over_without_waiting_for_a_timeout() {
    let mut stage = Stage::new(Config::new(3), 0);
    stage.fire(S1, Timer::Election);
    stage.settle();
    stage.write(S1, 1);
    stage.lose_all_to(S2);
    stage.say("S2 lacks the last entry, so it gets that first.");
    stage.ask(S1, Command::Transfer(S2));
    stage.settle();
    stage.compare("leadership_is_handed_over_without_waiting_for_a_timeout");
}
