//! Nothing breaks, whatever happens.

use super::adversary::{Epochs, adversary};
use super::walk::{Tally, Walk, Weights, walk};
use crate::demos::raft::config::{Additions, Config, Reads, Transition};
use crate::demos::raft::configuration::{Configuration, Servers};
use crate::demos::raft::log::Payload;

/// A cluster with two spare servers, and every combination of additions, reads and snapshots in turn.
fn config(voters: u8, transition: Transition, seed: u64) -> Config {
    Config {
        servers: voters + 2,
        first_configuration: Configuration::of(Servers::first(voters)),
        transition,
        reads: if seed & 8 == 0 { Reads::Index } else { Reads::Log },
        snapshot_after: if seed & 16 == 0 { 3 } else { 0 },
        additions: Additions { pre_vote: seed & 1 != 0, check_quorum: seed & 2 != 0, no_op: seed & 4 != 0 },
        ..Config::new(voters)
    }
}

const STEPS: usize = 1_500;

fn torment(voters: u8, transition: Transition) {
    for seed in 0..1_000 {
        let found = walk(config(voters, transition, seed), 2, &Weights::ALL, seed, STEPS);
        assert_eq!(found, None, "{voters} voters, seed {seed}");
    }
}

#[test]
fn nothing_breaks_while_one_server_of_three_changes_at_a_time() {
    torment(3, Transition::SingleServer);
}

#[test]
fn nothing_breaks_while_one_server_of_four_changes_at_a_time() {
    torment(4, Transition::SingleServer);
}

#[test]
fn nothing_breaks_while_one_server_of_five_changes_at_a_time() {
    torment(5, Transition::SingleServer);
}

#[test]
fn nothing_breaks_while_one_server_of_seven_changes_at_a_time() {
    torment(7, Transition::SingleServer);
}

#[test]
fn nothing_breaks_while_three_change_by_joint_consensus() {
    torment(3, Transition::JointConsensus);
}

#[test]
fn nothing_breaks_while_four_change_by_joint_consensus() {
    torment(4, Transition::JointConsensus);
}

#[test]
fn nothing_breaks_while_five_change_by_joint_consensus() {
    torment(5, Transition::JointConsensus);
}

#[test]
fn nothing_breaks_while_seven_change_by_joint_consensus() {
    torment(7, Transition::JointConsensus);
}

/// Few messages arrive in each epoch, and late ones from terms long gone.
#[test]
fn nothing_breaks_when_an_adversary_decides_who_hears_whom() {
    let epochs = Epochs {
        elect: 70,
        operate: 40,
        operate_beside: 40,
        reconfigure: 30,
        crash_leader: 10,
        lose_all: 0,
        deliveries: 10,
    };
    for seed in 0..2_000 {
        let voters = [3, 4, 5, 7][usize::try_from(seed % 4).unwrap()];
        let transition =
            if seed / 4 % 2 == 0 { Transition::SingleServer } else { Transition::JointConsensus };
        let epochs = Epochs { lose_all: if seed / 8 % 2 == 0 { 0 } else { 50 }, ..epochs };
        let found = adversary(config(voters, transition, seed / 16), 2, &epochs, seed, 100);
        assert_eq!(found, None, "{voters} voters, seed {seed}");
    }
}

#[test]
#[ignore = "a million walks: cargo test --release -p demos-wasm --lib -- --ignored --nocapture a_million"]
fn a_million_walks_break_nothing() {
    let (mut tally, mut leaders, mut committed, mut answers, mut undecided) = (Tally::default(), 0, 0, 0, 0);
    for seed in 0..1_000_000_u64 {
        let voters = [3, 4, 5, 7][usize::try_from(seed % 4).unwrap()];
        let transition =
            if seed / 4 % 2 == 0 { Transition::SingleServer } else { Transition::JointConsensus };
        let mut walk = Walk::new(config(voters, transition, seed), 2, seed);
        for step in 0..STEPS {
            assert_eq!(walk.step(&Weights::ALL), None, "{voters} voters, seed {seed}, step {step}");
        }
        tally.add(&walk.tally);
        leaders += walk.witness.leaders().len();
        committed += walk.witness.committed().len();
        answers += walk.witness.operations().operations().iter().filter(|it| it.returned.is_some()).count();
        undecided += usize::from(!walk.witness.undecided().is_empty());
        if (seed + 1).is_multiple_of(50_000) {
            println!(
                "{} walks, {} events: {tally:?}; {leaders} leaders, {committed} committed, {answers} answers, {undecided} undecided",
                seed + 1,
                tally.events()
            );
        }
    }
    assert_eq!(tally.steps, 1_500_000_000);
}

/// Walks in which nothing happens would break nothing either.
#[test]
fn walks_elect_commit_change_read_and_install() {
    let (mut leaders, mut committed, mut configurations, mut ended, mut installed, mut joint) =
        (0, 0, 0, 0, 0, 0);
    for seed in 0..200 {
        let transition = if seed % 2 == 0 { Transition::SingleServer } else { Transition::JointConsensus };
        let mut walk = Walk::new(config(5, transition, seed / 2), 2, seed);
        for _ in 0..STEPS {
            walk.step(&Weights::ALL);
        }
        leaders += walk.witness.leaders().len();
        committed += walk.witness.committed().len();
        for entry in walk.witness.committed() {
            if let Payload::Configuration(configuration) = entry.entry.payload {
                configurations += 1;
                joint += usize::from(configuration.is_joint());
            }
        }
        ended += walk.witness.operations().operations().iter().filter(|one| one.returned.is_some()).count();
        installed += walk
            .world
            .nodes()
            .iter()
            .filter(|node| node.process.server().is_some_and(|server| server.log().snapshot().is_some()))
            .count();
    }
    println!(
        "{leaders} leaders, {committed} committed, {configurations} configurations, {joint} joint, {ended} answers, {installed} snapshots"
    );
    assert!(leaders > 400 && committed > 2_000 && configurations > 200 && joint > 50);
    assert!(ended > 400 && installed > 200);
}
