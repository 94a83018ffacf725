//! Claims about changes of membership (§6; dissertation chapter 4).

use super::*;
use crate::demos::raft::config::{Rules, Transition};
use crate::demos::raft::configuration::{Configuration, Reconfiguration, Servers};
use crate::demos::raft::member::{Command, Refusal};
use crate::demos::raft::server::Role;

const S4: NodeId = NodeId(3);

/// S1 to S3, and S4 and S5 in reserve.
fn three_of_five(transition: Transition) -> Config {
    let first_configuration = Configuration::of(Servers::first(3));
    Config { servers: 5, first_configuration, transition, ..Config::new(3) }
}

/// S1 leading term 2 with an entry of it committed, at index 2.
fn ready(transition: Transition) -> Member {
    let mut member = leader(three_of_five(transition), &[1], 1);
    step(&mut member, Event::Command(Command::Operate(Operation::write(X, Value(2)))));
    receive(&mut member, S2, matches(2, 2, 2));
    assert_eq!(raft(&member).commit_index, LogIndex(2));
    member
}

fn change(member: &mut Member, change: Reconfiguration) -> Vec<Effect<Member>> {
    step(member, Event::Command(Command::Reconfigure(change)))
}

fn refusal(member: &mut Member, asked: Reconfiguration) -> Option<Refusal> {
    match replies(&change(member, asked)).first() {
        Some(Reply::Refused(refusal)) => Some(*refusal),
        _ => None,
    }
}

/// Ongaro's correction of 2015.
#[test]
fn a_leader_changes_nothing_before_it_has_committed_an_entry_of_its_term() {
    let mut member = leader(three_of_five(Transition::SingleServer), &[1], 1);
    let add = Reconfiguration::Add(S4);
    assert_eq!(refusal(&mut member, add), Some(Refusal::NothingCommittedInTerm));
    let rules = Rules { commit_before_change: false, ..Rules::ALL };
    let config = Config { rules, ..three_of_five(Transition::SingleServer) };
    assert_eq!(refusal(&mut leader(config, &[1], 1), add), None);
    let mut joint = leader(three_of_five(Transition::JointConsensus), &[1], 1);
    assert_eq!(refusal(&mut joint, add), None, "joint consensus doesn't need it");
}

#[test]
fn one_change_at_a_time() {
    let mut member = ready(Transition::SingleServer);
    assert_eq!(refusal(&mut member, Reconfiguration::Add(S4)), None);
    assert_eq!(raft(&member).configuration.voters, Servers::first(4), "in force before it is committed");
    assert_eq!(refusal(&mut member, Reconfiguration::Remove(S2)), Some(Refusal::ChangeUnderWay));
    receive(&mut member, S2, matches(2, 3, 3));
    assert_eq!(raft(&member).commit_index, LogIndex(2), "two of four are no majority");
    let effects = receive(&mut member, S4, matches(2, 3, 3));
    assert!(replies(&effects).contains(&Reply::Reconfigured(LogIndex(3))));
    assert_eq!(refusal(&mut member, Reconfiguration::Remove(S2)), None);
}

#[test]
fn more_than_one_voter_at_a_time_takes_joint_consensus() {
    let replace = Reconfiguration::Replace(Servers::first(5));
    let refused = refusal(&mut ready(Transition::SingleServer), replace);
    assert_eq!(refused, Some(Refusal::MoreThanOneVoter));
    let mut member = ready(Transition::JointConsensus);
    assert_eq!(refusal(&mut member, replace), None);
    assert!(raft(&member).configuration.is_joint());
}

#[test]
fn a_joint_configuration_is_followed_by_the_new_one_once_both_majorities_have_it() {
    let mut member = ready(Transition::JointConsensus);
    let next = Servers(0b1_1001);
    change(&mut member, Reconfiguration::Replace(next));
    receive(&mut member, S4, matches(2, 3, 3));
    assert!(raft(&member).configuration.is_joint(), "two of the new ones, one of the old");
    receive(&mut member, S2, matches(2, 3, 3));
    assert_eq!(raft(&member).configuration, Configuration::of(next));
    assert_eq!(raft(&member).configuration_index, LogIndex(4));
    assert_eq!(raft(&member).commit_index, LogIndex(3));
}

#[test]
fn a_configuration_that_is_cut_off_is_in_force_no_longer() {
    let mut follower = server(three_of_five(Transition::SingleServer), &[1], 1);
    let added = Configuration::of(Servers::first(4));
    let payload = Payload::Configuration(added);
    receive(&mut follower, S2, append(2, (1, 1), &[Entry { term: Term(2), payload }], 0));
    assert_eq!(raft(&follower).configuration, added);
    receive(&mut follower, S3, append(3, (1, 1), &[entry(3, 9)], 0));
    assert_eq!(raft(&follower).configuration, Configuration::of(Servers::first(3)));
    assert_eq!(raft(&follower).configuration_index, LogIndex(0));
}

#[test]
fn a_learner_gets_entries_and_decides_nothing_until_it_has_caught_up() {
    let mut member = ready(Transition::SingleServer);
    let effects = change(&mut member, Reconfiguration::AddLearner(S4));
    assert!(sent(&effects).iter().any(|(to, _)| *to == S4));
    receive(&mut member, S4, matches(2, 3, 3));
    assert_eq!(raft(&member).commit_index, LogIndex(2), "one voter of three has it");
    receive(&mut member, S2, matches(2, 3, 3));
    assert_eq!(raft(&member).commit_index, LogIndex(3));
    step(&mut member, Event::Command(Command::Operate(Operation::write(X, Value(9)))));
    receive(&mut member, S2, matches(2, 4, 4));
    assert_eq!(refusal(&mut member, Reconfiguration::Promote(S4)), Some(Refusal::NotCaughtUp));
    receive(&mut member, S4, matches(2, 4, 4));
    assert_eq!(refusal(&mut member, Reconfiguration::Promote(S4)), None);
    assert_eq!(raft(&member).configuration, Configuration::of(Servers::first(4)));
}

#[test]
fn a_leader_that_removes_itself_does_not_count_itself_and_leads_until_that_is_committed() {
    let mut member = ready(Transition::SingleServer);
    change(&mut member, Reconfiguration::Remove(S1));
    receive(&mut member, S2, matches(2, 3, 3));
    assert_eq!(raft(&member).commit_index, LogIndex(2), "one of the two that are left");
    assert!(raft(&member).is_leader());
    receive(&mut member, S3, matches(2, 3, 3));
    assert_eq!(raft(&member).commit_index, LogIndex(3));
    assert!(!raft(&member).is_leader());
    ring(&mut member, Timer::Election);
    assert_eq!(raft(&member).role, Role::Follower { leader: None }, "it isn't missed");
}

/// Dissertation §4.2.2, figure 4.6: S2 can't win without S1, whose log is more up to date.
#[test]
fn a_server_that_goes_still_stands_while_its_removal_is_not_committed() {
    let two = Config { first_configuration: Configuration::of(Servers::first(2)), ..Config::new(2) };
    let mut member = server(two, &[1], 1);
    let payload = Payload::Configuration(Configuration::of(Servers::only(S2)));
    receive(&mut member, S2, append(1, (1, 1), &[Entry { term: Term(1), payload }], 1));
    ring(&mut member, Timer::Election);
    assert!(!raft(&member).is_leader(), "its own vote doesn't count");
    receive(&mut member, S2, Message::Vote { term: Term(2), granted: true });
    assert!(raft(&member).is_leader());
}

#[test]
fn learners_and_spare_servers_do_not_stand_but_vote_when_asked() {
    let mut config = three_of_five(Transition::SingleServer);
    config.first_configuration =
        Configuration { voters: Servers(0b110), learners: Servers::only(S1), ..Configuration::default() };
    for learners in [Servers::only(S1), Servers::NONE] {
        config.first_configuration.learners = learners;
        let mut member = server(config.clone(), &[], 0);
        ring(&mut member, Timer::Election);
        assert_eq!(raft(&member).term(), Term(0));
        let granted = vote_of(&receive(&mut member, S2, ask_for_vote(1, 0, 0)));
        assert_eq!(granted, Some(true), "the candidate may know a configuration that this one doesn't");
    }
}

#[test]
fn nothing_is_taken_for_granted_of_a_server_that_comes_back() {
    let mut member = ready(Transition::SingleServer);
    for (index, asked) in [(3, Reconfiguration::AddLearner(S4)), (4, Reconfiguration::Remove(S4))] {
        change(&mut member, asked);
        receive(&mut member, S2, matches(2, index, index));
        receive(&mut member, S4, matches(2, index, index));
    }
    change(&mut member, Reconfiguration::AddLearner(S4));
    assert_eq!(raft(&member).leader().unwrap().progress[3].match_index, LogIndex(0));
}

#[test]
fn a_snapshot_carries_its_configuration() {
    let mut member = ready(Transition::SingleServer);
    change(&mut member, Reconfiguration::Add(S4));
    receive(&mut member, S2, matches(2, 3, 3));
    receive(&mut member, S4, matches(2, 3, 3));
    step(&mut member, Event::Command(Command::TakeSnapshot));
    let back = member.recover(&member.disk());
    assert!(raft(&back).log().entries().is_empty());
    assert_eq!(raft(&back).configuration, Configuration::of(Servers::first(4)));
    assert_eq!(raft(&back).configuration_index, LogIndex(3));
}
