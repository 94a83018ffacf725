//! What holds at all times: the five properties of figure 3, overlapping quorums, and what clients may see.
//!
//! With snapshots, two logs are compared where both still have entries, and a server's state with the state that all
//! committed entries make, applied by the witness itself. With membership, what each server's own configuration lets it
//! decide counts.

use alloc::rc::Rc;

use super::configuration::{Configuration, Servers};
use super::log::{Entry, Log, LogIndex, Payload, Term};
use super::member::{Command, Member, Reply};
use super::server::Server;
use super::store::Store;
use crate::check::forward::{Verdict, verdict_on};
use crate::check::linearizability::{History, Key, Outcome};
use crate::prelude::*;
use crate::sim::{Change, Fingerprint, NodeId, World};

/// What must never be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// At most one leader can be elected in a term (§5.2).
    ElectionSafety,
    /// A leader never overwrites or deletes entries in its log; it only appends (§5.3).
    LeaderAppendOnly,
    /// If two logs contain an entry with the same index and term, they are identical up to it (§5.3).
    LogMatching,
    /// An entry committed in a term is in the logs of the leaders of all later terms (§5.4).
    LeaderCompleteness,
    /// No two servers apply different entries at one index (§5.4.3).
    StateMachineSafety,
    /// Any two sets of servers that can decide have one in common (§6).
    QuorumsOverlap,
    /// What clients were told could have come from one copy (dissertation §6.3, §6.4).
    Linearizability,
}

/// How a property was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Breach {
    /// [`Property::ElectionSafety`].
    TwoLeaders {
        /// The term.
        term: Term,
        /// Elected first.
        first: NodeId,
        /// Elected in the same term; the same server where it had forgotten the first time.
        second: NodeId,
    },
    /// [`Property::LeaderAppendOnly`].
    Overwritten {
        /// The leader that changed its own log.
        leader: NodeId,
    },
    /// [`Property::LogMatching`].
    Mismatch {
        /// One of the servers.
        one: NodeId,
        /// The other one.
        other: NodeId,
        /// The first index at which they differ, although they agree at a later one.
        index: LogIndex,
    },
    /// [`Property::LeaderCompleteness`].
    Incomplete {
        /// The leader.
        leader: NodeId,
        /// An entry that it lacks.
        index: LogIndex,
    },
    /// [`Property::StateMachineSafety`].
    Different {
        /// The server that applied something else than another one before it, or has another state than that makes.
        server: NodeId,
        /// Where.
        index: LogIndex,
    },
    /// [`Property::QuorumsOverlap`].
    Apart {
        /// A server that can win an election or commit, by its own configuration.
        one: NodeId,
        /// Another one that can with none of the servers that the first one needs.
        other: NodeId,
    },
    /// [`Property::Linearizability`].
    Unexplained {
        /// Number of the operation in the history whose answer nothing can explain.
        operation: usize,
    },
}

impl Breach {
    /// The property that it breaks.
    pub fn property(self) -> Property {
        match self {
            Self::TwoLeaders { .. } => Property::ElectionSafety,
            Self::Overwritten { .. } => Property::LeaderAppendOnly,
            Self::Mismatch { .. } => Property::LogMatching,
            Self::Incomplete { .. } => Property::LeaderCompleteness,
            Self::Different { .. } => Property::StateMachineSafety,
            Self::Apart { .. } => Property::QuorumsOverlap,
            Self::Unexplained { .. } => Property::Linearizability,
        }
    }
}

/// An entry that was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Committed {
    /// The first entry committed at its index.
    pub entry: Entry,
    /// The term of the server that committed it.
    pub term: Term,
    /// Fingerprint of the state that it and all entries before it make.
    state: u64,
}

/// An operation that hasn't ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Open {
    at: NodeId,
    /// The request's serial number, or its index where a server took it for the client beside it.
    ticket: u32,
    operation: usize,
}

/// Somebody was elected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Elected {
    /// In which term.
    pub term: Term,
    /// Who.
    pub id: NodeId,
    /// Its log at that moment. What others commit in earlier terms has to be in it, however soon it crashes.
    log: Log,
}

/// What the properties need to remember: they speak of the whole past, not of one instant. Clones share it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Witness {
    /// Who led in which term, in the order of election.
    leaders: Rc<Vec<Elected>>,
    /// By index, from 1.
    committed: Rc<Vec<Committed>>,
    /// What the committed entries make.
    store: Rc<Store>,
    operations: Rc<History>,
    open: Vec<Open>,
    /// The first breach of each property.
    breaches: Vec<Breach>,
    /// Keys whose answers are too many at once to be judged, as of the last answer.
    undecided: Vec<Key>,
}

impl Witness {
    /// Who led in which term, in the order of election.
    pub fn leaders(&self) -> &[Elected] {
        &self.leaders
    }

    /// What is committed for good, by index from 1.
    pub fn committed(&self) -> &[Committed] {
        &self.committed
    }

    /// What clients asked and were told.
    pub fn operations(&self) -> &History {
        &self.operations
    }

    /// The first breach of a property.
    pub fn breach(&self, property: Property) -> Option<Breach> {
        self.breaches.iter().copied().find(|breach| breach.property() == property)
    }

    /// The first breach of each property that was broken, in the order in which they were.
    pub fn breaches(&self) -> &[Breach] {
        &self.breaches
    }

    /// Keys of which it isn't known whether their answers can be explained: too much of theirs was under way at once.
    pub fn undecided(&self) -> &[Key] {
        &self.undecided
    }

    fn note(&mut self, breach: Breach) {
        if self.breach(breach.property()).is_none() {
            self.breaches.push(breach);
        }
    }

    /// Takes note of what happened; `world` is as it is afterwards.
    pub fn observe(&mut self, world: &World<Member>, change: &Change<Member>) {
        let Some(id) = change.node else { return };
        let node = world.node(id);
        if !node.up {
            return;
        }
        self.note_operations(id, &node.process, change);
        let (Some(after), Some(Member::Server(before))) = (node.process.server(), &change.before) else {
            return;
        };
        let is_new_leader = self.note_leader(before, after);
        let is_new_commit = self.note_committed(before, after);
        if is_new_leader || is_new_commit {
            self.judge_leaders();
        }
        if before.log() != after.log() {
            // Whatever it is after the step.
            if before.is_leader() && before.term() == after.term() && !is_extended(before.log(), after.log())
            {
                self.note(Breach::Overwritten { leader: id });
            }
            self.judge_logs(world, after);
        }
        if (before.log(), before.term(), before.is_leader()) != (after.log(), after.term(), after.is_leader())
        {
            self.judge_quorums(world);
        }
    }

    /// True when there is a leader that wasn't one before the step.
    fn note_leader(&mut self, before: &Server, after: &Server) -> bool {
        let (id, term) = (after.id, after.term());
        if !after.is_leader() || (before.is_leader() && before.term() == term) {
            return false;
        }
        if let Some(first) = self.leaders.iter().find(|led| led.term == term) {
            let first = first.id;
            self.note(Breach::TwoLeaders { term, first, second: id });
        }
        Rc::make_mut(&mut self.leaders).push(Elected { term, id, log: after.log().clone() });
        true
    }

    /// True when something was committed that nobody had committed before.
    fn note_committed(&mut self, before: &Server, after: &Server) -> bool {
        let known = self.committed.len();
        // What a snapshot covers is judged by the state it makes.
        let mut index = before.commit_index.max(after.log().base_index());
        while index < after.commit_index {
            index = index.next();
            let Some(&entry) = after.log().get(index) else { break };
            match self.committed.get(index.0 as usize - 1) {
                Some(first) if first.entry != entry => {
                    self.note(Breach::Different { server: after.id, index });
                }
                Some(_) => {}
                None => {
                    if let Payload::Request(request) = &entry.payload {
                        let deduplicate = after.config.rules.session_deduplication;
                        Store::apply(&mut self.store, request, deduplicate);
                    }
                    let state = Fingerprint::of(&self.store);
                    Rc::make_mut(&mut self.committed).push(Committed { entry, term: after.term(), state });
                }
            }
        }
        if before.commit_index != after.commit_index
            && let Some(last) = after.commit_index.0.checked_sub(1)
            && let Some(committed) = self.committed.get(last as usize)
            && committed.state != Fingerprint::of(&after.store)
        {
            self.note(Breach::Different { server: after.id, index: after.commit_index });
        }
        self.committed.len() > known
    }

    /// Leader Completeness, of all who were ever elected.
    fn judge_leaders(&mut self) {
        let lacks = |led: &Elected| {
            let mut index = LogIndex(0);
            let lacking = self.committed.iter().find(|committed| {
                index = index.next();
                committed.term < led.term
                    && index >= led.log.base_index()
                    && led.log.term_at(index) != Some(committed.entry.term)
            });
            lacking.map(|_| Breach::Incomplete { leader: led.id, index })
        };
        if let Some(breach) = self.leaders.iter().find_map(lacks) {
            self.note(breach);
        }
    }

    /// Log Matching, of a server whose log has changed.
    fn judge_logs(&mut self, world: &World<Member>, changed: &Server) {
        for server in servers(world) {
            if server.id != changed.id
                && let Some(index) = first_mismatch(changed.log(), server.log())
            {
                self.note(Breach::Mismatch { one: changed.id, other: server.id, index });
            }
        }
    }

    /// Overlap of all that can decide: for each server, those who would still follow it if it leads, or who could elect it,
    /// whatever they voted.
    fn judge_quorums(&mut self, world: &World<Member>) {
        let all: Vec<&Server> = servers(world).collect();
        let mut deciding: Vec<(NodeId, Configuration, Servers)> = Vec::with_capacity(all.len());
        for &server in &all {
            // Most of the time all configurations are the same, and majorities of one always overlap.
            let is_alone = all.iter().all(|other| other.configuration == server.configuration);
            if is_alone || !server.may_stand() {
                continue;
            }
            let leads = server.is_leader() && world.is_up(server.id);
            let (last_term, last_index) = (server.log().last_term(), server.log().last_index());
            let mut agreeing = Servers::NONE;
            for &other in &all {
                let agrees = if leads {
                    other.term() <= server.term()
                } else {
                    other.log().is_at_most_as_up_to_date_as(last_term, last_index)
                };
                if agrees {
                    agreeing = agreeing.with(other.id);
                }
            }
            if server.configuration.decides(agreeing) {
                deciding.push((server.id, server.configuration, agreeing));
            }
        }
        for (place, one) in deciding.iter().enumerate() {
            for other in &deciding[place + 1..] {
                if one.1 != other.1 && can_be_apart((one.1, one.2), (other.1, other.2)) {
                    self.note(Breach::Apart { one: one.0, other: other.0 });
                }
            }
        }
    }

    /// Invocations, answers, and whether they can be explained.
    fn note_operations(&mut self, id: NodeId, process: &Member, change: &Change<Member>) {
        if let Some(Command::Operate(operation)) = change.command {
            let is_refused = matches!(change.replies.first(), Some(Reply::Busy | Reply::NotLeader(_)));
            let ticket = match (process, &change.before) {
                (Member::Client(client), _) => client.session.serial,
                (Member::Server(_), Some(Member::Server(before))) => before.log().last_index().next().0,
                (Member::Server(_), Some(Member::Client(_)) | None) => 0,
            };
            if !is_refused {
                // An entry at the same index that was cut off never ends.
                self.open.retain(|open| open.at != id || open.ticket != ticket);
                let history = Rc::make_mut(&mut self.operations);
                let operation = history.invoke(u32::from(id.0), operation.key, operation.kind);
                self.open.push(Open { at: id, ticket, operation });
            }
        }
        for reply in &change.replies {
            let (ticket, outcome) = match *reply {
                Reply::Ended { serial, outcome } => (serial, outcome),
                Reply::Done { index, outcome } => (index.0, outcome),
                Reply::Busy | Reply::NotLeader(_) | Reply::Refused(_) | Reply::Reconfigured(_) => continue,
            };
            let place = self.open.iter().position(|open| open.at == id && open.ticket == ticket);
            let Some(place) = place else { continue };
            let operation = self.open.remove(place).operation;
            Rc::make_mut(&mut self.operations).complete(operation, outcome);
            // An answer says something of its key alone.
            let key = self.operations.operations().get(operation).map(|operation| operation.key);
            let is_new = outcome != Outcome::Unknown && self.breach(Property::Linearizability).is_none();
            if let Some(key) = key.filter(|_| is_new) {
                // A late answer can make the rest easier.
                self.undecided.retain(|&undecided| undecided != key);
                match verdict_on(&self.operations, key) {
                    Verdict::Linearizable => {}
                    Verdict::Undecided => self.undecided.push(key),
                    Verdict::NotLinearizable => self.note(Breach::Unexplained { operation }),
                }
            }
        }
    }
}

fn servers(world: &World<Member>) -> impl Iterator<Item = &Server> {
    world.nodes().iter().filter_map(|node| node.process.server())
}

/// Whether `later` has all entries that `earlier` has, but for what was compacted.
fn is_extended(earlier: &Log, later: &Log) -> bool {
    let base = later.base_index().max(earlier.base_index());
    match (earlier.after(base), later.after(base)) {
        (Some(before), Some(after)) => after.starts_with(before),
        // Everything that there was is in the snapshot.
        (None, Some(_)) => earlier.last_index() <= base,
        (_, None) => false,
    }
}

/// The first index at which two logs differ although they agree in term at a later one, as far as both go back.
fn first_mismatch(left: &Log, right: &Log) -> Option<LogIndex> {
    let base = left.base_index().max(right.base_index());
    let (Some(ours), Some(theirs)) = (left.after(base), right.after(base)) else { return None };
    let mut differ = (left.term_at(base) != right.term_at(base)).then_some(base);
    let mut index = base;
    for (one, other) in ours.iter().zip(theirs) {
        index = index.next();
        if one != other {
            differ = differ.or(Some(index));
        }
        if one.term == other.term && differ.is_some() {
            return differ;
        }
    }
    None
}

/// Whether two configurations can each decide, by these servers, without one in common.
fn can_be_apart(one: (Configuration, Servers), other: (Configuration, Servers)) -> bool {
    let shared = one.1.and(other.1);
    let mut part = shared;
    loop {
        // `part` of those whom both could use goes to the first one.
        let first = one.1.except(shared).or(part);
        if one.0.decides(first) && other.0.decides(other.1.except(first)) {
            return true;
        }
        if part.is_empty() {
            return false;
        }
        part = Servers((part.0 - 1) & shared.0);
    }
}

/// The one leader of the latest term that is up, if there is one.
pub fn acting_leader(world: &World<Member>) -> Option<NodeId> {
    servers(world)
        .filter(|server| world.is_up(server.id) && server.is_leader())
        .max_by_key(|server| server.term())
        .map(|server| server.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::linearizability::{Kind, Value};
    use crate::demos::raft::config::Config;

    #[test]
    fn majorities_of_three_and_of_five_can_be_apart() {
        let (three, five) = (Servers::first(3), Servers::first(5));
        let of = Configuration::of;
        assert!(can_be_apart((of(three), three), (of(five), five)));
        assert!(!can_be_apart((of(three), three), (of(Servers::first(4)), Servers::first(4))));
        assert!(!can_be_apart((of(three), three), (of(five), three)), "the other one lacks a majority");
        let joint = Configuration { outgoing: three, ..of(five) };
        assert!(!can_be_apart((joint, five), (of(three), three)));
        assert!(!can_be_apart((joint, five), (of(five), five)));
    }

    #[test]
    fn a_log_is_extended_by_one_that_only_has_a_snapshot_of_it() {
        let entries =
            |count| (0..count).map(|_| Entry { term: Term(1), payload: Payload::NoOp }).collect::<Log>();
        let mut compacted = entries(3);
        compacted.compact(Rc::new(super::super::snapshot::Snapshot {
            last_index: LogIndex(3),
            last_term: Term(1),
            configuration: Configuration::of(Servers::first(3)),
            configuration_index: LogIndex(0),
            store: Rc::default(),
        }));
        assert!(is_extended(&entries(2), &compacted) && is_extended(&entries(3), &compacted));
        assert!(!is_extended(&entries(4), &compacted), "the fourth is gone");
        assert!(!is_extended(&compacted, &entries(2)));
    }

    #[test]
    fn an_answer_that_can_be_judged_takes_its_own_key_from_the_undecided() {
        let mut operations = History::default();
        let operation = operations.invoke(0, Key(1), Kind::Write(Value(5)));
        let at = NodeId::client(0);
        let mut witness = Witness {
            operations: Rc::new(operations),
            open: vec![Open { at, ticket: 1, operation }],
            undecided: vec![Key(0), Key(1), Key(2)],
            ..Witness::default()
        };
        let reply = Reply::Ended { serial: 1, outcome: Outcome::Done };
        let server = Member::Server(Server::new(NodeId(0), Rc::new(Config::new(1))));
        witness.note_operations(at, &server, &Change { replies: vec![reply], ..Change::default() });
        assert_eq!(witness.undecided(), [Key(0), Key(2)]);
    }
}
