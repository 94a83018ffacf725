//! The four mechanisms against the truth, each free of what it claims to be free of and caught at what it isn't.

mod guided;
mod random;
mod stories;

use proptest::prelude::*;

use super::node::State;
use super::{Command, Deed, Dot, Item, Mechanism, Message, Node, Order, VersionVector, words};
use crate::sim::{Ask, Effect, Event, NodeId, Process};

const S1: NodeId = NodeId(0);

fn vector(counters: &[u32]) -> VersionVector {
    let mut vector = VersionVector::default();
    for (actor, &counter) in (0..).map(NodeId).zip(counters) {
        if counter > 0 {
            vector.raise(Dot { actor, counter }, 0);
        }
    }
    vector
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn vectors_compare_and_merge_as_those_of_the_crdts_crate(
        left in prop::collection::vec(0_u32..4, 0..5),
        right in prop::collection::vec(0_u32..4, 0..5)
    ) {
        use crdts::CvRDT;
        let theirs = |counters: &[u32]| -> crdts::VClock<u8> {
            let dots = (0..).zip(counters).filter(|(_, counter)| **counter > 0);
            dots.map(|(actor, counter)| crdts::Dot::new(actor, u64::from(*counter))).collect()
        };
        let (mut l, r) = (vector(&left), vector(&right));
        let (mut their_l, their_r) = (theirs(&left), theirs(&right));
        let expected = match their_l.partial_cmp(&their_r) {
            Some(std::cmp::Ordering::Equal) => Order::Equal,
            Some(std::cmp::Ordering::Less) => Order::Before,
            Some(std::cmp::Ordering::Greater) => Order::After,
            None => Order::Concurrent,
        };
        prop_assert_eq!(l.compare(&r), expected);
        l.merge(&r);
        their_l.merge(their_r);
        for actor in 0..5 {
            prop_assert_eq!(u64::from(l.get(NodeId(actor))), their_l.get(&actor));
        }
    }
}

#[test]
fn pruning_one_entry_on_both_sides_can_make_a_conflict_look_like_an_ancestor() {
    let (a, b) = (NodeId(0), NodeId(1));
    let written = |counters: [u32; 2]| {
        let mut vector = VersionVector::default();
        vector.raise(Dot { actor: a, counter: counters[0] }, 9);
        vector.raise(Dot { actor: b, counter: counters[1] }, 1);
        vector
    };
    let (mut left, mut right) = (written([2, 1]), written([1, 2]));
    assert_eq!(left.compare(&right), Order::Concurrent);
    left.prune(1);
    right.prune(1);
    assert_eq!((words::vector(&left).as_str(), words::vector(&right).as_str()), ("{S1:2}", "{S1:1}"));
    assert_eq!(left.compare(&right), Order::After);
}

#[test]
fn a_server_pruned_by_hand_takes_back_what_a_later_version_had_replaced() {
    for (mechanism, has_laws) in
        [(Mechanism::PER_CLIENT, true), (Mechanism::PerServer, true), (Mechanism::Dotted, false)]
    {
        assert_eq!(mechanism.can_be_pruned(), has_laws);
    }
    let mechanism = Mechanism::PER_CLIENT;
    let (c1, c2, s2) = (NodeId::client(0), NodeId::client(1), NodeId(1));
    let mut nodes =
        [(S1, 2), (s2, 2), (c1, 2), (c2, 2)].map(|(id, servers)| Node::new(id, servers, mechanism));
    let place = |id: NodeId| [S1, s2, c1, c2].iter().position(|node| *node == id).unwrap();
    let pass =
        |nodes: &mut [Node; 4], from: NodeId, effects: crate::sim::Effects<Node>, except: Option<NodeId>| {
            let mut queue: Vec<(NodeId, crate::sim::Effects<Node>)> = vec![(from, effects)];
            while let Some((from, effects)) = queue.pop() {
                for effect in effects {
                    if let Effect::Send { to, message } = effect
                        && Some(to) != except
                    {
                        let effects = nodes[place(to)].step(Event::Receive { from, message });
                        queue.push((to, effects));
                    }
                }
            }
        };
    let deed = |deed, clock| Event::Command(Command { deed, server: S1, clock });
    // C1's milk reaches both servers; C2 has seen it, adds bread, and S2 hears nothing of that.
    let effects = nodes[place(c1)].step(deed(Deed::Add(Item(0)), 1));
    pass(&mut nodes, c1, effects, None);
    let effects = nodes[place(c2)].step(deed(Deed::Read, 2));
    pass(&mut nodes, c2, effects, None);
    let effects = nodes[place(c2)].step(deed(Deed::Add(Item(1)), 3));
    pass(&mut nodes, c2, effects, Some(s2));
    assert_eq!(words::siblings(nodes[0].siblings()), "one version: milk, bread");
    let told = Event::Receive { from: s2, message: Message::Sync(nodes[1].siblings().clone()) };
    let mut unpruned = nodes[0].clone();
    unpruned.step(told.clone());
    assert_eq!(unpruned.siblings().versions.len(), 1, "it has seen the milk");

    let effects = nodes[0].step(deed(Deed::Prune, 0));
    assert!(matches!(effects.as_slice(), [Effect::Persist(_)]), "{effects:?}");
    assert_eq!(words::vector(&nodes[0].siblings().versions[0].past), "{C2:1}");
    nodes[0].step(told);
    assert_eq!(nodes[0].siblings().versions.len(), 2, "and now it doesn't know that it has");
    // The last entry stays.
    nodes[0].step(deed(Deed::Prune, 0));
    assert!(nodes[0].siblings().versions.iter().all(|version| version.past.entries().len() == 1));
}

#[test]
fn a_write_is_on_disk_before_anybody_hears_of_it() {
    let mut client = Node::new(NodeId::client(0), 3, Mechanism::Dotted);
    let add = Command { deed: Deed::Add(Item(0)), server: S1, clock: 7 };
    let effects = client.step(Event::Command(add));
    let [Effect::Persist(State::Client(kept)), Effect::Send { message: put, .. }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(kept.writes, 1, "or the number would be given twice");
    let mut server = Node::new(S1, 3, Mechanism::Dotted);
    let arrives = || Event::Receive { from: client.id, message: put.clone() };
    let effects = server.step(arrives());
    assert!(matches!(effects.as_slice()[0], Effect::Persist(_)));
    assert_eq!(effects.as_slice().len(), 4, "disk, answer, and word to two others: {effects:?}");
    // The same message once more is no second write.
    let effects = server.step(arrives());
    assert!(matches!(effects.as_slice(), [Effect::Send { message: Message::Stored(_), .. }]), "{effects:?}");
    assert_eq!(server.siblings().versions.len(), 1);
}

#[test]
fn every_command_has_a_number_of_its_own_and_0_is_the_usual_one() {
    let mut known = 0;
    for number in 0..=1_000 {
        if let Some(command) = Command::from_ask(Ask(number), 5) {
            assert_eq!(command.to_ask(), Some(Ask(number)), "{}", words::ask(command));
            known += 1;
        }
    }
    // Three deeds with eight items, four without, each through four servers.
    assert_eq!(known, 3 * 8 * 4 + 4 * 4);
    let usual = Command::from_ask(Ask(0), 5).unwrap();
    assert_eq!(words::ask(usual), "Add milk through S1");
    assert_eq!(Command { deed: Deed::Add(Item(8)), ..usual }.to_ask(), None);
}
