//! What one replica does with one event, and what a few of them do together.

use super::super::message::Message;
use super::super::safety::{LAWS, Witness};
use super::{Element, Kind, NodeId, Rules, Update};
use crate::demos::crdt::meaning::lost_writes;
use crate::demos::crdt::replica::Timer;
use crate::demos::crdt::{Config, Replica, Replication, Reply, Request, Value};
use crate::sim::{Action, Ask, Effect, Event, MessageId, Process, TimerId, World};

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);
const APPLE: Element = Element(1);

fn config(kind: Kind, replication: Replication) -> Config {
    Config { replicas: 3, rules: Rules::of(kind), replication, gossip: 100..=100 }
}

/// A world in which messages go only where the test says.
struct Script {
    world: World<Replica>,
    witness: Witness,
}

impl Script {
    fn new(kind: Kind, replication: Replication) -> Self {
        let config = config(kind, replication);
        let world = World::new(NodeId::all(3).map(|id| Replica::new(id, config.clone())));
        let mut script = Self { world, witness: Witness::default() };
        NodeId::all(3).for_each(|id| script.act(Action::Start(id)));
        script
    }

    fn act(&mut self, action: Action) {
        let change = self.world.apply(action).unwrap();
        self.witness.observe(&self.world, action, &change);
        for law in LAWS {
            assert_eq!((law.broken)(&self.world, &self.witness, change.node), None, "{}", law.info.name);
        }
    }

    fn ask(&mut self, id: NodeId, update: Update, clock: u64) -> Reply {
        let change = self.world.command(id, Request { update, clock }).unwrap();
        self.witness.observe(&self.world, Action::Ask(id, Ask(0)), &change);
        change.replies[0].clone()
    }

    fn gossip(&mut self, id: NodeId) {
        self.act(Action::Fire(id, TimerId(0)));
    }

    fn first(&self, from: NodeId, to: NodeId) -> MessageId {
        self.world.flights().iter().find(|flight| (flight.from, flight.to) == (from, to)).unwrap().id
    }

    fn deliver(&mut self, from: NodeId, to: NodeId) {
        self.act(Action::Deliver(self.first(from, to)));
    }

    fn deliver_all(&mut self) {
        while let Some(flight) = self.world.flights().first() {
            self.act(Action::Deliver(flight.id));
        }
    }

    fn drop_all(&mut self) {
        while let Some(flight) = self.world.flights().first() {
            self.act(Action::Lose(flight.id));
        }
    }

    fn value(&self, id: NodeId) -> Value {
        self.world.node(id).process.value()
    }
}

fn elements(all: &[u32]) -> Value {
    Value::Elements(all.iter().copied().map(Element).collect())
}

#[test]
fn an_addition_wins_over_a_removal_that_has_not_seen_it() {
    for replication in Replication::ALL {
        let mut script = Script::new(Kind::OrSet, replication);
        script.ask(S1, Update::Add(APPLE), 0);
        script.gossip(S1);
        script.deliver_all();
        script.ask(S2, Update::Remove(APPLE), 0);
        script.ask(S1, Update::Add(APPLE), 0);
        for _ in 0..2 {
            NodeId::all(3).for_each(|id| script.gossip(id));
            script.deliver_all();
        }
        assert_eq!([S1, S2, S3].map(|id| script.value(id)), [1, 2, 3].map(|_| elements(&[1])));
    }
}

#[test]
fn what_a_two_phase_set_has_removed_never_returns() {
    let mut script = Script::new(Kind::TwoPhaseSet, Replication::State);
    script.ask(S1, Update::Add(APPLE), 0);
    script.ask(S1, Update::Remove(APPLE), 0);
    assert_eq!(script.ask(S1, Update::Add(APPLE), 0), Reply::Done(elements(&[])));
    assert_eq!(script.ask(S1, Update::Remove(APPLE), 0), Reply::Refused, "it isn't in");
}

#[test]
fn a_fast_clock_kills_writes_that_come_later() {
    let mut script = Script::new(Kind::LwwRegister, Replication::State);
    // S1's clock is an hour ahead.
    script.ask(S1, Update::Write(Element(1)), 3_600_000);
    script.gossip(S1);
    script.deliver_all();
    assert_eq!(
        script.ask(S2, Update::Write(Element(2)), 1_000),
        Reply::Done(elements(&[1])),
        "the client is told that it is done, and its value is gone at once"
    );
    let lost = lost_writes(script.witness.records(), script.witness.seen(S2).unwrap());
    assert_eq!(lost.len(), 1);
    assert!(lost[0].was_later, "it had seen the write that beats it");
}

#[test]
fn of_two_writes_that_did_not_know_of_each_other_one_is_lost_and_an_mv_register_keeps_both() {
    for (kind, value) in [(Kind::LwwRegister, elements(&[2])), (Kind::MvRegister, elements(&[1, 2]))] {
        let mut script = Script::new(kind, Replication::State);
        script.ask(S1, Update::Write(Element(1)), 10);
        script.ask(S2, Update::Write(Element(2)), 20);
        script.gossip(S2);
        script.deliver(S2, S1);
        assert_eq!(script.value(S1), value);
        let lost = lost_writes(script.witness.records(), script.witness.seen(S1).unwrap());
        assert!(!lost[0].was_later);
        // A later write, by someone who has seen them, overwrites knowingly.
        script.ask(S1, Update::Write(Element(3)), 30);
        assert_eq!(script.value(S1), elements(&[3]));
    }
}

#[test]
fn no_type_keeps_a_counter_above_zero() {
    let mut script = Script::new(Kind::PnCounter, Replication::State);
    script.ask(S1, Update::Increment, 0);
    script.gossip(S1);
    script.deliver_all();
    script.ask(S1, Update::Decrement, 0);
    script.ask(S2, Update::Decrement, 0);
    script.gossip(S1);
    script.deliver_all();
    assert_eq!(script.value(S2), Value::Number(-1));
}

#[test]
fn an_operation_waits_for_those_before_it() {
    let mut script = Script::new(Kind::OrSet, Replication::Operation);
    script.ask(S1, Update::Add(APPLE), 0);
    script.deliver(S1, S2);
    script.ask(S2, Update::Remove(APPLE), 0);
    script.deliver(S2, S3);
    let replica = &script.world.node(S3).process;
    assert_eq!(replica.broadcast().early.len(), 1, "the removal came before the addition");
    script.deliver(S1, S3);
    assert_eq!(script.world.node(S3).process.broadcast().early.len(), 0);
    assert_eq!(script.value(S3), elements(&[]));
}

#[test]
fn an_operation_that_was_lost_is_sent_again_until_everyone_has_it() {
    let mut script = Script::new(Kind::GCounter, Replication::Operation);
    script.ask(S1, Update::Increment, 0);
    script.drop_all();
    script.gossip(S1);
    script.deliver_all();
    assert_eq!([S1, S2, S3].map(|id| script.value(id)), [1, 2, 3].map(|_| Value::Number(1)));
    assert!(script.world.node(S1).process.broadcast().log.kept.is_empty(), "everyone has it");
    script.gossip(S1);
    assert!(script.world.flights().is_empty());
}

#[test]
fn an_operation_outlives_the_replica_that_made_it() {
    let mut script = Script::new(Kind::GSet, Replication::Operation);
    script.ask(S1, Update::Add(APPLE), 0);
    script.deliver(S1, S2);
    script.drop_all();
    script.act(Action::Crash(S1));
    script.gossip(S2);
    script.deliver(S2, S3);
    assert_eq!(script.value(S3), elements(&[1]));
}

#[test]
fn an_acknowledged_delta_is_not_sent_again_and_a_lost_one_is() {
    let mut script = Script::new(Kind::GCounter, Replication::Delta);
    script.ask(S1, Update::Increment, 0);
    script.gossip(S1);
    script.deliver(S1, S2);
    script.deliver(S2, S1);
    script.drop_all();
    script.gossip(S1);
    let to: Vec<NodeId> = script.world.flights().iter().map(|flight| flight.to).collect();
    assert_eq!(to, [S3], "only S3 has not acknowledged");
}

#[test]
fn a_delta_is_not_sent_back_to_where_it_came_from() {
    let mut script = Script::new(Kind::GSet, Replication::Delta);
    script.ask(S1, Update::Add(APPLE), 0);
    script.gossip(S1);
    script.deliver(S1, S2);
    script.deliver(S2, S1);
    script.drop_all();
    script.gossip(S2);
    let to: Vec<NodeId> = script.world.flights().iter().map(|flight| flight.to).collect();
    assert_eq!(to, [S3], "S1 has what it sent");
    script.drop_all();
    // What S2 adds goes to both; S1 is told of that alone, and then nobody keeps anything.
    script.ask(S2, Update::Add(Element(2)), 0);
    script.gossip(S2);
    let length = |to| script.world.flight(script.first(S2, to)).unwrap().message.bytes();
    assert_eq!((length(S1), length(S3)), (13, 18));
    script.deliver_all();
    script.gossip(S3);
    script.deliver_all();
    script.gossip(S1);
    script.deliver_all();
    assert_eq!([S1, S2, S3].map(|id| script.world.node(id).process.deltas()), [0, 0, 0]);
    assert_eq!([S1, S2, S3].map(|id| script.value(id)), [1, 2, 3].map(|_| elements(&[1, 2])));
}

#[test]
fn after_a_crash_the_whole_payload_stands_in_for_deltas_that_are_gone() {
    let mut script = Script::new(Kind::GSet, Replication::Delta);
    script.ask(S1, Update::Add(APPLE), 0);
    script.act(Action::Crash(S1));
    script.act(Action::Restart(S1));
    script.gossip(S1);
    let sent = &script.world.flight(script.first(S1, S2)).unwrap().message;
    assert!(matches!(sent, Message::Delta { whole: true, .. }), "{sent:?}");
    script.deliver_all();
    assert_eq!(script.value(S3), elements(&[1]));
}

#[test]
fn an_update_is_on_disk_before_anyone_hears_of_it() {
    for kind in Kind::ALL {
        for replication in Replication::ALL {
            let mut replica = Replica::new(S1, config(kind, replication));
            let update = kind.updates(&[APPLE])[0];
            let effects = replica.step(Event::Command(Request { update, clock: 0 })).as_slice().to_vec();
            assert!(matches!(effects[0], Effect::Persist(_)), "{effects:?}");
            assert!(matches!(effects.last(), Some(Effect::Reply(Reply::Done(_)))));
        }
    }
}

#[test]
fn what_a_replica_recovers_is_what_it_had() {
    for kind in Kind::ALL {
        let mut replica = Replica::new(S1, config(kind, Replication::Operation));
        replica.step(Event::Command(Request { update: kind.updates(&[APPLE])[0], clock: 0 }));
        assert_eq!(replica.recover(&replica.disk()), replica);
        let before = replica.clone();
        assert!(!replica.step(Event::Timeout(Timer::Gossip)).as_slice().is_empty());
        assert_eq!(replica, before, "telling others changes nothing");
    }
}

/// What is sent until all three have a set of so many elements, each added alone and told at once.
fn bytes(replication: Replication, additions: u32) -> u64 {
    let mut script = Script::new(Kind::OrSet, replication);
    for number in 0..additions {
        script.ask(S1, Update::Add(Element(number)), 0);
        script.gossip(S1);
        script.deliver_all();
        script.drop_all();
    }
    assert_eq!(script.value(S3), script.value(S1));
    script.witness.traffic().bytes
}

#[test]
fn bytes_of_full_states_grow_with_the_square_and_those_of_deltas_do_not() {
    assert_eq!([10, 20, 40].map(|count| bytes(Replication::State, count)), [1_270, 4_340, 15_880]);
    assert_eq!([10, 20, 40].map(|count| bytes(Replication::Delta, count)), [660, 1_320, 2_640]);
}

#[test]
fn a_replica_that_forgets_how_far_it_has_counted_breaks_the_laws() {
    let mut script = Script::new(Kind::OrSet, Replication::State);
    script.ask(S1, Update::Add(Element(1)), 0);
    script.gossip(S1);
    script.deliver_all();
    script.ask(S2, Update::Remove(Element(1)), 0);
    script.act(Action::Crash(S1));
    script.act(Action::Wipe(S1));
    script.act(Action::Restart(S1));
    // The same dot again, for another element: S2 takes it for what it has removed.
    script.ask(S1, Update::Add(Element(2)), 0);
    let broken = LAWS.iter().find_map(|law| (law.broken)(&script.world, &script.witness, Some(S1)));
    assert!(broken.is_some(), "and the laws notice");
    script.world.apply(Action::Fire(S1, TimerId(0))).unwrap();
    script.world.apply(Action::Deliver(script.first(S1, S2))).unwrap();
    assert_eq!(script.value(S2), elements(&[]), "the new element is gone");
}
