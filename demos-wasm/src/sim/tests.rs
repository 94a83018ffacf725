//! A world, with a process made to do to it whatever it is told.

use core::ops::RangeInclusive;

use super::*;
use crate::prelude::*;

/// Does what it is told, and remembers the last number it was told to write.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Scribe(u8);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Told {
    Send(NodeId),
    Arm(Alarm, RangeInclusive<u64>),
    Disarm(Alarm),
    Write(u8),
    Sync(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Alarm {
    First,
    Second,
    Third,
}

impl Process for Scribe {
    type Message = ();
    type Timer = Alarm;
    type Command = Told;
    type Reply = ();
    type Disk = u8;

    const TIMERS: &'static [Alarm] = &[Alarm::First, Alarm::Second, Alarm::Third];

    fn disk(&self) -> u8 {
        self.0
    }

    fn step(&mut self, event: Event<Self>) -> Effects<Self> {
        let mut effects = Effects::new();
        let Event::Command(told) = event else { return effects };
        match told {
            Told::Send(to) => effects.send(to, ()),
            Told::Arm(alarm, range) => effects.set_timer(alarm, range),
            Told::Disarm(alarm) => effects.cancel_timer(alarm),
            Told::Write(number) => {
                self.0 = number;
                effects.write(number);
            }
            Told::Sync(number) => {
                self.0 = number;
                effects.persist(number);
            }
        }
        effects
    }

    fn recover(&self, disk: &u8) -> Self {
        Self(*disk)
    }
}

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const NOBODY: NodeId = NodeId(7);

fn world() -> World<Scribe> {
    World::with_clients([Scribe::default(), Scribe::default()], [Scribe::default()])
}

fn tell(world: &mut World<Scribe>, told: Told) -> Change<Scribe> {
    world.command(S1, told).unwrap()
}

#[test]
fn a_world_has_its_servers_and_clients_and_nobody_else() {
    let world = world();
    assert!(world.has(S2) && world.has(NodeId::client(0)));
    assert!(!world.has(NOBODY) && !world.has(NodeId::client(1)));
    assert!(!world.is_up(NOBODY));
}

#[test]
fn a_timer_is_armed_until_it_is_taken_back_or_runs_out_and_no_other_with_it() {
    let mut world = world();
    let (first, second, third) = (TimerId(0), TimerId(1), TimerId(2));
    for alarm in [Alarm::Third, Alarm::First, Alarm::Second] {
        let change = tell(&mut world, Told::Arm(alarm, 1..=2));
        assert_eq!((change.node, change.armed.len()), (Some(S1), 1));
    }
    assert_eq!(
        world.node(S1).timers().collect::<Vec<_>>(),
        [first, second, third],
        "in the order of the list"
    );
    assert!(world.node(S2).timers().next().is_none());
    let change = tell(&mut world, Told::Disarm(Alarm::Second));
    assert_eq!(change.cancelled, [(S1, second)]);
    assert_eq!([first, second, third].map(|timer| world.node(S1).is_armed(timer)), [true, false, true]);
    assert!(world.apply(Action::Fire(S1, second)).is_none());
    assert!(world.apply(Action::Fire(NOBODY, first)).is_none());
    assert_eq!(world.apply(Action::Fire(S1, first)).unwrap().node, Some(S1));
    let change = world.apply(Action::Crash(S1)).unwrap();
    assert_eq!(
        (change.node, change.before, change.cancelled),
        (Some(S1), Some(Scribe(0)), vec![(S1, third)])
    );
    assert!(world.node(S1).timers().next().is_none());
}

#[test]
fn what_is_written_can_be_lost_until_it_is_flushed_or_something_is_synced() {
    let mut world = world();
    let unsynced = |world: &World<Scribe>| world.node(S1).has_unsynced_writes();
    assert!(!unsynced(&world));
    assert_eq!(tell(&mut world, Told::Write(1)).disk, Disk::Written);
    tell(&mut world, Told::Write(2));
    assert!(unsynced(&world));
    let change = world.apply(Action::Flush(S1)).unwrap();
    assert_eq!((change.node, change.disk), (Some(S1), Disk::Synced));
    assert!(
        !unsynced(&world)
            && world.apply(Action::Flush(S1)).is_none()
            && world.apply(Action::Flush(NOBODY)).is_none()
    );
    // What was flushed outlives a power failure, and of what came after the last sync nothing does.
    tell(&mut world, Told::Write(3));
    tell(&mut world, Told::Write(4));
    assert_eq!(world.apply(Action::PowerFailure(S1)).unwrap().node, Some(S1));
    assert!(!unsynced(&world));
    world.apply(Action::Restart(S1)).unwrap();
    assert_eq!(world.node(S1).process, Scribe(2));
    tell(&mut world, Told::Write(5));
    assert_eq!(tell(&mut world, Told::Sync(6)).disk, Disk::Synced);
    assert!(!unsynced(&world));
    world.apply(Action::PowerFailure(S1)).unwrap();
    world.apply(Action::Restart(S1)).unwrap();
    assert_eq!(world.node(S1).process, Scribe(6));
    // A crash of the program leaves what the disk hasn't synced yet.
    tell(&mut world, Told::Write(7));
    world.apply(Action::Crash(S1)).unwrap();
    world.apply(Action::Restart(S1)).unwrap();
    assert_eq!(world.node(S1).process, Scribe(7));
}

#[test]
fn only_a_node_that_is_down_gets_an_empty_disk() {
    let mut world = world();
    tell(&mut world, Told::Sync(9));
    assert!(world.apply(Action::Wipe(S1)).is_none() && world.apply(Action::Wipe(NOBODY)).is_none());
    assert!(world.apply(Action::Restart(S1)).is_none() && world.apply(Action::Restart(NOBODY)).is_none());
    world.apply(Action::Crash(S1)).unwrap();
    assert!(world.apply(Action::Crash(S1)).is_none());
    let change = world.apply(Action::Wipe(S1)).unwrap();
    assert_eq!((change.node, change.before), (Some(S1), Some(Scribe(9))));
    let change = world.apply(Action::Restart(S1)).unwrap();
    assert_eq!((change.before, &world.node(S1).process), (Some(Scribe(9)), &Scribe(0)));
}

#[test]
fn a_message_says_where_it_was_when_it_is_lost_or_arrives() {
    let mut world = world();
    let sent = tell(&mut world, Told::Send(S2)).sent;
    let envelope = sent[0].clone();
    assert_eq!((envelope.id, envelope.from, envelope.to), (MessageId(0), S1, S2));
    let copy = world.apply(Action::Duplicate(envelope.id)).unwrap().sent[0].clone();
    assert_eq!((copy.id, copy.from, copy.to), (MessageId(1), S1, S2));
    assert_eq!(world.enabled(), [Action::Deliver(envelope.id), Action::Deliver(copy.id)]);
    let change = world.apply(Action::Lose(envelope.id)).unwrap();
    assert_eq!((change.node, change.envelope), (None, Some(envelope.clone())));
    assert!(world.apply(Action::Lose(envelope.id)).is_none());
    let change = world.apply(Action::Deliver(copy.id)).unwrap();
    assert_eq!((change.node, change.envelope), (Some(S2), Some(copy)));
    assert_eq!((world.messages_sent(), world.flights().len()), (2, 0));
}
