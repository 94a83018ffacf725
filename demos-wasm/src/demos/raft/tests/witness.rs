//! Claims about what judges: it finds a breach in the very step that makes it.

use super::adversary::Epochs;
use super::*;
use crate::demos::raft::config::Rules;
use crate::demos::raft::configuration::{Configuration, Servers};
use crate::demos::raft::member::Command;
use crate::demos::raft::safety::{Breach, Property, Witness};
use crate::demos::raft::tests::walk::{Walk, Weights};
use crate::sim::{Action, Change, Effects, World};

/// The server whose step broke this property, the first of all, before and after it.
fn culprit(walk: &Walk, property: Property) -> Option<(Server, Server)> {
    let (before, after) = walk.culprit.as_ref()?;
    let found = walk.witness.breaches().first()?.property();
    (found == property).then(|| (raft(before).clone(), raft(after).clone()))
}

#[test]
fn logs_that_stop_matching_are_noted_when_one_of_them_changes() {
    let rules = Rules { consistency_check: false, ..Rules::ALL };
    let found = (0..300).filter_map(|seed| {
        let mut walk = Walk::new(Config { rules, ..Config::new(3) }, 2, seed);
        (0..1_000).find_map(|_| walk.step(&Weights::ALL))?;
        culprit(&walk, Property::LogMatching)
    });
    let found: Vec<_> = found.take(20).collect();
    assert!(!found.is_empty());
    for (before, after) in found {
        assert_ne!(before.log(), after.log());
    }
}

#[test]
fn quorums_that_stop_overlapping_are_noted_when_what_a_server_decides_by_changes() {
    let rules = Rules { commit_before_change: false, ..Rules::ALL };
    let epochs = Epochs {
        elect: 100,
        operate: 0,
        operate_beside: 0,
        reconfigure: 50,
        crash_leader: 0,
        lose_all: 100,
        deliveries: 10,
    };
    let found = (0..1_000).filter_map(|seed| {
        let config = Config {
            rules,
            servers: 5,
            first_configuration: Configuration::of(Servers::first(4)),
            ..Config::new(4)
        };
        let mut walk = Walk::new(config, 2, seed);
        (0..60).find_map(|_| walk.epoch(&epochs))?;
        culprit(&walk, Property::QuorumsOverlap)
    });
    let found: Vec<_> = found.take(5).collect();
    assert!(!found.is_empty());
    for (before, after) in found {
        let decides = |server: &Server| (server.log().clone(), server.term(), server.is_leader());
        assert_ne!(decides(&before), decides(&after));
    }
}

/// Lets the witness see these servers after a step in which the server at `place` came from `before`.
fn observe(witness: &mut Witness, servers: &[Server], place: usize, before: Server) {
    let mut world = World::new(servers.iter().cloned().map(Member::Server));
    for id in world.ids() {
        world.apply(Action::Start(id));
    }
    let node = Some(servers[place].id);
    witness.observe(&world, &Change { node, before: Some(Member::Server(before)), ..Change::default() });
}

/// Servers of this configuration in the first term, with empty logs.
fn blank(config: Config) -> Vec<Server> {
    let (count, config) = (config.servers, Rc::new(config));
    NodeId::all(count).map(|id| Server::new(id, config.clone())).collect()
}

/// A server with these entries, of which it has committed so many.
fn holding(server: &Server, entries: &[Entry], committed: u32) -> Server {
    let mut server = server.clone();
    server.persistent.log = entries.iter().copied().collect();
    server.persistent.current_term = server.log().last_term();
    server.commit_index = LogIndex(committed);
    server
}

fn no_op(term: u32) -> Entry {
    Entry { term: Term(term), payload: Payload::NoOp }
}

#[test]
fn different_entries_at_one_index_are_noted_even_where_they_make_the_same_state() {
    let mut servers = blank(Config::new(3));
    let mut witness = Witness::default();
    let commit = |servers: &mut Vec<Server>, witness: &mut Witness, place: usize, term: u32| {
        let before = holding(&servers[place], &[no_op(term)], 0);
        servers[place] = holding(&before, &[no_op(term)], 1);
        observe(witness, servers, place, before);
    };
    commit(&mut servers, &mut witness, 0, 1);
    assert_eq!(witness.breaches(), []);
    commit(&mut servers, &mut witness, 1, 2);
    assert_eq!(witness.breaches(), [Breach::Different { server: S2, index: LogIndex(1) }]);
}

#[test]
fn a_state_that_the_committed_entries_do_not_make_is_noted_when_they_are_committed() {
    let mut servers = blank(Config::new(3));
    let mut witness = Witness::default();
    let before = holding(&servers[0], &[entry(1, 5)], 0);
    servers[0] = holding(&before, &[entry(1, 5)], 1);
    observe(&mut witness, &servers, 0, before);
    let breach = Breach::Different { server: S1, index: LogIndex(1) };
    assert_eq!(witness.breaches(), [breach], "the entry wasn't applied");
}

#[test]
fn a_leader_that_lacks_what_another_one_commits_after_its_election_is_noted() {
    let mut servers = blank(Config::new(3));
    let before = servers[0].clone();
    servers[0] = raft(&leader(Config::new(3), &[], 2)).clone();
    let mut witness = Witness::default();
    observe(&mut witness, &servers, 0, before);
    // It need not be there any more when the other one commits.
    servers[0].become_follower(None, &mut Effects::default());
    let before = holding(&servers[1], &[no_op(2)], 0);
    servers[1] = holding(&before, &[no_op(2)], 1);
    observe(&mut witness, &servers, 1, before);
    assert_eq!(witness.breaches(), [Breach::Incomplete { leader: S1, index: LogIndex(1) }]);
}

#[test]
fn a_leader_may_lack_what_was_committed_in_its_own_term_but_not_before_it() {
    for (elected, noted) in [(1, vec![]), (2, vec![Breach::Incomplete { leader: S1, index: LogIndex(1) }])] {
        let mut servers = blank(Config::new(3));
        let before = servers[0].clone();
        servers[0] = raft(&leader(Config::new(3), &[], elected)).clone();
        let mut witness = Witness::default();
        observe(&mut witness, &servers, 0, before);
        // Two who lead one term are another property's business.
        let before = holding(&servers[1], &[no_op(2)], 0);
        servers[1] = holding(&before, &[no_op(2)], 1);
        observe(&mut witness, &servers, 1, before);
        assert_eq!(witness.breaches(), noted, "the leader of term {}", elected + 1);
    }
}

#[test]
fn a_leader_that_takes_over_the_log_of_another_one_of_its_term_is_noted() {
    let mut servers = blank(Config::new(3));
    let before = raft(&leader(Config::new(3), &[1], 2)).clone();
    servers[0] = before.clone();
    servers[0].persistent.log = log(&[]);
    servers[0].become_follower(Some(S2), &mut Effects::default());
    assert!(before.is_leader() && before.term() == servers[0].term() && !servers[0].is_leader());
    let mut witness = Witness::default();
    observe(&mut witness, &servers, 0, before);
    assert_eq!(witness.breaches(), [Breach::Overwritten { leader: S1 }]);
}

#[test]
fn who_was_elected_twice_in_a_term_is_not_called_two_servers() {
    let mut servers = blank(Config::new(3));
    let before = servers[0].clone();
    servers[0] = raft(&leader(Config::new(3), &[], 2)).clone();
    let mut witness = Witness::default();
    observe(&mut witness, &servers, 0, before.clone());
    observe(&mut witness, &servers, 0, before);
    let said = crate::demos::raft::words::breach(&witness, Property::ElectionSafety);
    assert_eq!(said.as_deref(), Some("S1 was elected twice in term 3, and had forgotten the first time"));
}

#[test]
fn who_leads_decides_with_those_who_follow_it_whatever_they_would_vote() {
    let leads = leader(Config::new(4), &[], 4);
    let mut servers = blank(Config::new(4));
    let before = servers[0].clone();
    for (place, (terms, voters)) in
        [(vec![], 0b0011), (vec![1], 0b1111), (vec![1], 0b1100), (vec![1], 0b1111)].into_iter().enumerate()
    {
        if place == 0 {
            servers[place] = raft(&leads).clone();
        }
        servers[place].persistent.log = log(&terms);
        servers[place].configuration = Configuration::of(Servers(voters));
    }
    // With its empty log S1 couldn't win S2's vote again, but S2 follows it.
    let mut witness = Witness::default();
    observe(&mut witness, &servers, 0, before.clone());
    assert_eq!(witness.breaches(), [Breach::Apart { one: S1, other: S3 }]);
    // Unless S2 knows of a later term.
    servers[1].persistent.current_term = Term(6);
    let mut witness = Witness::default();
    observe(&mut witness, &servers, 0, before);
    assert_eq!(witness.breaches(), []);
}

#[test]
fn a_server_that_may_not_stand_decides_nothing() {
    let config =
        Config { servers: 6, first_configuration: Configuration::of(Servers(0b00_0111)), ..Config::new(3) };
    let mut servers = blank(config);
    let payload = Payload::Configuration(Configuration::of(Servers(0b11_0000)));
    let mut witness = Witness::default();
    let change = |server: &Server| {
        let entries = [Entry { term: Term(1), payload }];
        holding(server, &entries, 0).recover(&holding(server, &entries, 0).persistent)
    };
    // S4 belongs to neither: it only knows of S5 and S6.
    let before = servers[3].clone();
    servers[3] = change(&before);
    observe(&mut witness, &servers, 3, before);
    assert_eq!(witness.breaches(), []);
    // S5 does, and together with S6 it can win an election.
    let before = servers[4].clone();
    servers[4] = change(&before);
    observe(&mut witness, &servers, 4, before);
    assert_eq!(witness.breaches(), [Breach::Apart { one: S1, other: NodeId(4) }]);
}

#[test]
fn every_write_beside_a_leader_is_answered_when_it_is_committed() {
    let mut walk = Walk::new(Config::new(3), 0, 1);
    for _ in 0..10_000 {
        if walk.world.servers().any(|id| walk.leads(id)) {
            break;
        }
        walk.step(&Weights::ALL);
    }
    walk.heal();
    let leader = walk.leader();
    assert!(walk.leads(leader));
    let asked = walk.witness.operations().operations().len();
    for value in 101..104 {
        walk.ask(leader, Command::Operate(Operation::write(X, Value(value))));
    }
    while let Some(message) = walk.deliverable() {
        assert_eq!(walk.apply(Action::Deliver(message)), None);
    }
    let operations = &walk.witness.operations().operations()[asked..];
    assert_eq!(operations.len(), 3);
    assert!(operations.iter().all(|operation| operation.returned.is_some()), "{operations:?}");
}
