//! A run goes anywhere at little cost, forgets nothing that was left, and comes back from what was done in it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::mem::{Discriminant, discriminant};

use demos::demos::find_run;
use demos::figure::{Settings, Typing, Value};
use demos::sheet::Exhibit;
use demos::shell::still;
use demos::sim::{
    Action, Ask, Deed, Generator, Groups, Happening, History, Intervention, MessageId, NodeId, Roster, Tick,
    TimerId, Trouble,
};
use demos::view::Html;

/// Steps between two checkpoints in the longest run there is.
const REPLAYED_MAX: u64 = 256;
const CHECKPOINTS_MAX: usize = 400;

fn open(seed: u64) -> History {
    let options = vec![("loss".to_owned(), Value::Integer(5))];
    find_run("raft-election").unwrap().open(&Settings { seed, scenario: None, options }).unwrap()
}

fn draw(generator: &mut Generator, until: usize) -> usize {
    usize::try_from(generator.within(&(0..=until as u64))).unwrap()
}

/// Everything that decides how a run goes on from here.
fn state(run: &History) -> (usize, u64, String) {
    (run.position(), run.cluster().fingerprint(), format!("{:?}", run.scheduler()))
}

#[test]
fn seeking_in_a_run_of_a_hundred_thousand_events_takes_few_of_them_again() {
    let mut run = open(7);
    let mut fingerprints = vec![run.cluster().fingerprint()];
    let opening = run.position();
    let mut most = 0;
    while run.forward() {
        fingerprints.push(run.cluster().fingerprint());
        most = most.max(run.checkpoints());
    }
    assert_eq!(most, CHECKPOINTS_MAX);
    assert_eq!(run.position(), 100_000);
    assert!((CHECKPOINTS_MAX / 2..=CHECKPOINTS_MAX).contains(&run.checkpoints()), "{}", run.checkpoints());
    assert_eq!((run.forward(), run.next_action(), run.next_at()), (false, None, None), "the end");
    let mut generator = Generator::new(1);
    for _ in 0..500 {
        let to = opening + draw(&mut generator, run.records().len() - opening);
        let before = run.effort();
        run.seek(to);
        assert_eq!(run.position(), to);
        assert_eq!(run.cluster().fingerprint(), fingerprints[to - opening], "at {to}");
        assert!(run.effort() - before < REPLAYED_MAX, "{} steps to {to}", run.effort() - before);
    }
    for to in (99_000..100_000).rev() {
        let before = run.effort();
        run.seek(to);
        assert!(run.effort() - before < REPLAYED_MAX, "{} steps back to {to}", run.effort() - before);
    }
}

#[test]
fn a_long_run_that_was_cut_short_and_grew_again_seeks_as_well() {
    let mut run = open(3);
    let mut generator = Generator::new(2);
    for _ in 0..12 {
        run.seek(run.records().len() + 6_000);
        run.seek(draw(&mut generator, run.records().len() - 1));
        let node = NodeId(u8::try_from(draw(&mut generator, 4)).unwrap());
        run.intervene(run.now(), Intervention::Skew(node, 1));
        let before = state(&run);
        run.seek(run.position() + 700);
        let effort = run.effort();
        run.seek(before.0);
        assert_eq!(state(&run), before);
        assert!(run.effort() - effort < REPLAYED_MAX);
        assert!(run.checkpoints() <= CHECKPOINTS_MAX);
    }
}

#[test]
fn a_line_of_events_that_was_left_is_reachable_and_so_is_the_one_left_for_it() {
    let mut run = open(7);
    run.seek(120);
    let first = state(&run);
    run.seek(60);
    assert!(run.intervene(run.now(), Intervention::Crash(NodeId(2))));
    run.seek(140);
    let second = state(&run);
    assert_ne!(first.1, second.1);
    assert_eq!(run.branches().len(), 1);
    run.switch(0);
    assert_eq!(state(&run), first);
    assert!(run.deeds().is_empty());
    run.switch(0);
    assert_eq!(state(&run), second);
    assert_eq!(run.branches().len(), 1, "the line shown is none of the branches");
    run.switch(7);
    assert_eq!(state(&run), second, "there is no such branch");
}

#[test]
fn of_many_lines_left_the_oldest_is_forgotten_first() {
    let mut run = open(7);
    for skew in 1..=12 {
        run.seek(80);
        run.seek(40);
        assert!(run.intervene(run.now(), Intervention::Skew(NodeId(0), skew)));
        // Only what comes after the deed makes it a line worth keeping.
        run.seek(60);
    }
    assert_eq!(run.branches().len(), 8);
    let skews = run.branches().iter().map(|branch| branch.deeds.last().map(|deed| deed.what));
    let expected: Vec<_> = (4..=11).map(|skew| Some(Intervention::Skew(NodeId(0), skew))).collect();
    assert_eq!(skews.collect::<Vec<_>>(), expected);
}

/// Something a reader could do, of any kind there is; often impossible.
fn anything(generator: &mut Generator, run: &History) -> Intervention {
    let roster: Roster = run.roster();
    let mut pick = |until: usize| draw(generator, until);
    let node = roster.at(u8::try_from(pick(roster.len() - 1)).unwrap());
    let other = roster.at(u8::try_from(pick(roster.len() - 1)).unwrap());
    let newest = run.flights().len();
    let message = MessageId(u32::try_from(newest.saturating_sub(pick(6))).unwrap());
    match pick(19) {
        0 => Intervention::Crash(node),
        1 => Intervention::PowerFailure(node),
        2 => Intervention::Restart(node),
        3 => Intervention::Wipe(node),
        4 => Intervention::Flush(node),
        5 => Intervention::Cut(node, other),
        6 => Intervention::Mend(node, other),
        7 => Intervention::Trouble(node, other, Trouble::ALL[pick(3)]),
        8 => Intervention::Partition(Groups(u32::try_from(pick(1 << 10)).unwrap())),
        9 => Intervention::Heal,
        10 => Intervention::Request(node, Ask(0)),
        11 => Intervention::Hurry(node, None),
        12 => Intervention::Hurry(node, Some(TimerId(0))),
        13 => Intervention::Drop(message),
        14 => Intervention::Deliver(message),
        15 => Intervention::Duplicate(message),
        16 => Intervention::Pause(node),
        17 => Intervention::Resume(node),
        18 => Intervention::Rate(node, u16::try_from(50 + pick(100)).unwrap()),
        _ => Intervention::Skew(node, i32::try_from(pick(400)).unwrap() - 200),
    }
}

#[test]
fn interventions_of_every_kind_replay_to_the_same_state() {
    let mut kinds: Vec<Discriminant<Intervention>> = Vec::new();
    for seed in 0..40 {
        let mut run = open(seed);
        let mut generator = Generator::new(seed);
        for _ in 0..150 {
            let what = anything(&mut generator, &run);
            // Also a little later than the last step, as a reader would.
            let at = run.next_at().map_or(run.now(), |next| next.min(demos::sim::Tick(run.now().0 + 1)));
            if run.intervene(at, what) && !kinds.contains(&discriminant(&what)) {
                kinds.push(discriminant(&what));
            }
            run.seek(run.position() + draw(&mut generator, 4));
        }
        let mut again = open(seed);
        again.replay(run.deeds().to_vec());
        again.seek(run.position());
        assert_eq!(state(&again), state(&run), "seed {seed}");
        assert_eq!(again.records(), run.records(), "seed {seed}");
        assert_eq!(again.flights(), run.flights(), "seed {seed}");
    }
    // Raft waits until what it writes is durable, so there is never anything to flush.
    assert_eq!(kinds.len(), 18, "of the 19 kinds there are");
}

#[test]
fn every_step_is_counted_once_and_standing_still_costs_nothing() {
    let mut run = open(7);
    let start = run.effort();
    for step in 1..=100 {
        assert!(run.forward());
        assert_eq!(run.effort(), start + step);
    }
    let (position, effort) = (run.position(), run.effort());
    run.seek(position);
    assert_eq!((run.position(), run.effort()), (position, effort));
    // Back to the checkpoint before it, and on from there.
    run.seek(position - 1);
    assert_eq!(run.effort() - effort, u64::try_from((position - 1) % 64).unwrap());
}

#[test]
fn what_is_announced_is_what_happens() {
    let mut run = open(11);
    assert!(run.opening() > 0 && run.opening() == run.position());
    for _ in 0..400 {
        let (action, at) = (run.next_action(), run.next_at());
        let arrivals: Vec<_> = run.flights().iter().map(|flight| flight.ends_at).collect();
        assert!(run.forward());
        let record = run.records().last().unwrap().clone();
        assert_eq!((Some(record.at), run.now()), (at, record.at));
        if record.action.is_some() {
            assert_eq!(action, record.action);
        }
        if let Happening::Arrival(message) | Happening::Loss(message) = record.happening {
            let flight = &run.flights()[message.index()];
            assert_eq!(arrivals[message.index()], record.at, "said when it set out");
            let is_lost = matches!(record.happening, Happening::Loss(_));
            assert_eq!(
                (flight.ended_by, flight.ends_at, flight.lost),
                (Some(run.position() - 1), record.at, is_lost)
            );
        }
    }
    // The step before at the same node, of each.
    for (place, record) in run.records().iter().enumerate() {
        let before = run.records()[..place].iter().rposition(|it| it.node == record.node);
        assert_eq!(record.previous, before.filter(|_| record.node.is_some()), "step {place}");
    }
    // Nothing is announced where something was done to it.
    run.seek(200);
    assert!(run.intervene(run.now(), Intervention::Skew(NodeId(0), 5)));
    run.seek(200);
    assert_eq!(run.next_action(), None);
}

#[test]
fn a_deed_is_told_in_the_words_of_who_it_was_done_to_and_a_hushed_run_says_nothing() {
    let mut told = open(5);
    let mut hushed = open(5);
    hushed.hush();
    for run in [&mut told, &mut hushed] {
        run.seek(80);
        assert!(run.intervene(run.now(), Intervention::Cut(NodeId(0), NodeId(1))));
        assert!(run.intervene(run.now(), Intervention::Crash(NodeId(2))));
        run.seek(120);
    }
    let of = |run: &History, place: usize| run.records()[place].sentence.clone();
    assert!(of(&told, 80).contains("S1") && of(&told, 80).contains("S2"), "{}", of(&told, 80));
    assert!(of(&told, 81).starts_with("S3") && !of(&told, 81).contains("link"), "{}", of(&told, 81));
    let (opening, end) = (hushed.opening(), hushed.records().len());
    for place in opening..end {
        let record = &hushed.records()[place];
        assert!(record.sentence.is_empty() && record.lane.is_none(), "step {place}: {}", record.sentence);
        let same = &told.records()[place];
        assert_eq!(
            (record.at, record.node, record.action),
            (same.at, same.node, same.action),
            "step {place}"
        );
    }
    assert!(told.records()[opening..end].iter().all(|record| !record.sentence.is_empty()));
}

#[test]
fn what_is_done_in_the_past_replaces_what_was_done_there_and_what_came_after() {
    let mut run = open(9);
    run.seek(150);
    let skew = |by| Intervention::Skew(NodeId(1), by);
    assert!(run.intervene(run.now(), skew(1)));
    assert!(run.branches().is_empty(), "at the end nothing is left behind");
    run.seek(260);
    let flights = run.flights().len();
    run.seek(150);
    assert!(run.intervene(run.now(), skew(2)));
    assert_eq!(run.deeds().iter().map(|deed| deed.what).collect::<Vec<_>>(), [skew(2)]);
    assert_eq!(run.branches().len(), 1);
    assert!(run.flights().len() < flights);
    for (number, flight) in run.flights().iter().enumerate() {
        assert!(flight.ended_by.is_none_or(|step| step < run.position()), "message {number}");
        assert!(!flight.lost || flight.ended_by.is_some());
    }
    // What had ended before has still ended.
    assert!(run.flights().iter().filter(|flight| flight.ended_by.is_some()).count() > 20);
    let under_way = run.flights().iter().filter(|flight| flight.ended_by.is_none()).count();
    assert_eq!(under_way, run.cluster().flights().len());
}

#[test]
fn the_deeds_of_another_run_replace_ones_own_as_far_as_they_are_possible() {
    let deed = |step: usize, what: Intervention| {
        let mut run = open(4);
        run.seek(step);
        Deed { step, at: run.now(), what }
    };
    let (crash, skew) = (Intervention::Crash(NodeId(0)), Intervention::Skew(NodeId(1), 7));
    let (early, late) = (deed(100, skew), deed(180, crash));
    let mut expected = open(4);
    expected.replay(vec![late]);
    assert_eq!(expected.deeds(), [late]);
    // One's own earlier deed is no part of it.
    let mut run = open(4);
    run.replay(vec![early]);
    run.seek(240);
    run.replay(vec![late]);
    assert_eq!(run.deeds(), [late]);
    assert_eq!(state(&run), state(&expected));
    // A server that has crashed can't crash: from there on nothing is taken over.
    let twice = Deed { step: run.position(), ..late };
    let mut run = open(4);
    run.replay(vec![late, twice, Deed { step: 300, ..early }]);
    assert_eq!(run.deeds(), [late]);
    // A common beginning is kept, and goes on.
    run.replay(vec![late, Deed { step: 190, at: run.now(), what: skew }]);
    assert_eq!(run.deeds().len(), 2);
}

/// A step of a run, and something to look at in it: messages under way by when they arrive, timers by when they ring.
fn to_where_messages_are_under_way(run: &mut History, least: usize) {
    while run.cluster().flights().len() < least {
        assert!(run.forward());
    }
}

#[test]
fn messages_to_a_node_are_listed_as_they_will_arrive_and_timers_with_when_they_ring() {
    let mut run = open(3);
    for _ in 0..300 {
        for node in run.roster().ids() {
            let row = run.scheduler().arrivals(node);
            let mut expected: Vec<_> =
                run.cluster().flights().into_iter().filter(|(.., to)| *to == node).collect();
            expected.sort_by_key(|(id, ..)| run.scheduler().journey(*id).unwrap().1);
            assert_eq!(row.len(), expected.len(), "{node}");
            let times: Vec<_> = row.iter().map(|id| run.scheduler().journey(*id).unwrap().1).collect();
            assert!(times.is_sorted(), "{times:?}");
            let set: std::collections::BTreeSet<_> = row.into_iter().collect();
            assert!(expected.iter().all(|(id, ..)| set.contains(id)));
        }
        let next = run.next_action();
        if let Some(Action::Fire(node, timer)) = next {
            let (since, at) = run.scheduler().countdown(node, timer).unwrap();
            assert!(since <= run.now() && Some(at) == run.next_at());
        }
        assert_eq!(run.scheduler().next_action(run.cluster()), next);
        if let Some(Action::Deliver(message)) = next {
            let (.., to) = run.cluster().flights().into_iter().find(|(id, ..)| *id == message).unwrap();
            assert_eq!(run.scheduler().arrivals(to)[0], message, "the next to arrive comes first");
        }
        assert!(run.forward());
    }
    assert_eq!(run.scheduler().countdown(NodeId(0), TimerId(9)), None);
}

#[test]
fn held_messages_wait_and_those_to_come_with_them_until_they_are_let_go() {
    let mut run = open(3);
    to_where_messages_are_under_way(&mut run, 3);
    let ids: Vec<_> = run.cluster().flights().into_iter().map(|(id, ..)| id).collect();
    assert!(ids.iter().all(|id| !run.scheduler().is_held(*id)) && !run.scheduler().is_by_hand());
    assert!(run.intervene(run.now(), Intervention::Hold(Some(ids[0]))));
    assert!(
        run.scheduler().is_held(ids[0]) && !run.scheduler().is_held(ids[1]) && !run.scheduler().is_by_hand()
    );
    assert!(!run.intervene(run.now(), Intervention::Hold(Some(ids[0]))), "it is held already");
    assert!(run.intervene(run.now(), Intervention::Hold(None)));
    assert!(run.scheduler().is_held(ids[1]) && run.scheduler().is_by_hand());
    let sent = run.cluster().messages_sent();
    while run.cluster().messages_sent() < sent + 3 {
        assert!(run.forward());
    }
    let new: Vec<_> = run.cluster().flights().into_iter().map(|(id, ..)| id).collect();
    assert!(new.iter().all(|id| run.scheduler().is_held(*id)));
    assert!(run.intervene(run.now(), Intervention::Release(None)));
    assert!(new.iter().all(|id| !run.scheduler().is_held(*id)) && !run.scheduler().is_by_hand());
}

#[test]
fn what_is_asked_of_a_run_is_what_its_cluster_says() {
    let mut run = open(3);
    to_where_messages_are_under_way(&mut run, 2);
    let (id, from, to) = run.cluster().flights()[0];
    assert!(run.message(id).unwrap().starts_with(&format!("{from} → {to}: ")), "{:?}", run.message(id));
    assert!(run.message(id).unwrap().len() > 12);
    while run.cluster().flights().iter().any(|(other, ..)| *other == id) {
        assert!(run.forward());
    }
    assert_eq!(run.message(id), None);
    // Frozen, going on, down: of one node and no other.
    let (one, other) = (NodeId(1), NodeId(2));
    let looks = |run: &History| (run.is_up(one), run.is_paused(one), run.is_up(other), run.is_paused(other));
    assert_eq!(looks(&run), (true, false, true, false));
    for (what, expected) in [
        (Intervention::Pause(one), (true, true, true, false)),
        (Intervention::Resume(one), (true, false, true, false)),
        (Intervention::Pause(one), (true, true, true, false)),
        (Intervention::Crash(one), (false, false, true, false)),
    ] {
        assert!(run.intervene(run.now(), what), "{what}");
        assert_eq!(looks(&run), expected, "{what}");
    }
    // Of a frozen node nobody can ask anything, and nothing reaches it.
    let mut run = open(3);
    run.seek(400);
    let node = run.roster().ids().find(|node| !run.asks(*node).is_empty()).unwrap();
    let (ask, name) = run.asks(node)[0].clone();
    assert!(run.intervene(run.now(), Intervention::Request(node, ask)));
    assert!(name.contains("Write") || name.contains("write"), "{name}");
    to_where_messages_are_under_way(&mut run, 1);
    let (id, _, to) = run.cluster().flights()[0];
    assert!(run.intervene(run.now(), Intervention::Pause(to)));
    assert!(
        !run.intervene(run.now(), Intervention::Deliver(id))
            && !run.intervene(run.now(), Intervention::Hurry(to, None))
    );
    if to != node {
        assert!(run.intervene(run.now(), Intervention::Pause(node)));
    }
    assert!(!run.intervene(run.now(), Intervention::Request(node, ask)));
}

#[test]
fn a_link_that_was_cut_is_mended_alone() {
    let mut run = open(3);
    run.seek(50);
    let (a, b) = (NodeId(0), NodeId(1));
    let up = |run: &History| [run.links().get(a, b).up, run.links().get(b, a).up];
    for (what, expected) in [
        (Intervention::Cut(a, b), [false, true]),
        (Intervention::Cut(b, a), [false, false]),
        (Intervention::Mend(a, b), [true, false]),
        (Intervention::Heal, [true, true]),
    ] {
        assert!(run.intervene(run.now(), what));
        assert_eq!(up(&run), expected, "{what}");
    }
}

#[test]
fn nobody_has_a_link_to_itself_that_could_be_cut() {
    let mut run = open(3);
    let (now, node) = (run.now(), NodeId(1));
    let position = run.position();
    for what in [
        Intervention::Cut(node, node),
        Intervention::Mend(node, node),
        Intervention::Trouble(node, node, Trouble::Slow),
    ] {
        assert!(!run.intervene(now, what), "{what:?}");
    }
    assert_eq!(run.position(), position);
    assert!(run.intervene(now, Intervention::Cut(node, NodeId(2))));
}

#[test]
fn nothing_is_held_back_for_more_than_a_second() {
    let mut run = open(3);
    run.seek(50);
    let (now, next) = (run.now(), run.next_at().unwrap());
    assert!(run.intervene(Tick(now.0 + 5_000), Intervention::Skew(NodeId(0), 1)));
    assert_eq!(run.now(), Tick((now.0 + 1_000).max(next.0)));
}

#[test]
fn a_run_says_its_lesson_and_writes_its_state_and_what_one_works_on() {
    let figure = find_run("crdt-text").unwrap();
    let scenario = figure.scenarios()[0];
    let settings = Settings { seed: 1, scenario: Some(scenario.id.to_owned()), options: Vec::new() };
    let mut run = figure.open(&settings).unwrap();
    let (question, answer, now_try) = run.lesson();
    assert_eq!(question, scenario.question);
    assert!(answer.len() > 20 && now_try.len() > 20 && answer != now_try);
    let (asks, notice) = run.typed(NodeId(0), Typing::Value { value: "xyz", caret: 3, is_new: true });
    assert!(asks.len() >= 3 && notice.is_empty());
    let written = |write: &dyn Fn(&mut Html)| {
        let mut html = Html::new();
        write(&mut html);
        html.into_string()
    };
    assert!(written(&|html| run.state(html)).contains("<th scope=\"row\">S1</th>"));
    let stage = still(Exhibit::Run(figure), &settings, None, None).unwrap().stage;
    assert_eq!(stage.matches("<textarea").count(), 2, "a box for each of two editors");
    run.seek(3);
    assert!(written(&|html| run.state(html)).contains("<th scope=\"row\">S2</th>"));
}

#[test]
fn a_nodes_timers_go_by_its_own_clock() {
    for (percent, factor) in [(50, 200), (200, 50)] {
        let mut run = open(3);
        run.seek(60);
        let timers = |run: &History, node: NodeId| -> Vec<(TimerId, Tick)> {
            let armed = (0..8)
                .map(TimerId)
                .filter_map(|timer| Some((timer, run.scheduler().countdown(node, timer)?.1)));
            armed.collect()
        };
        let (one, other) = (NodeId(1), NodeId(2));
        let before = (timers(&run, one), timers(&run, other));
        assert!(!before.0.is_empty());
        assert!(run.intervene(run.now(), Intervention::Rate(one, percent)));
        let now = run.now().0;
        let expected: Vec<_> =
            before.0.iter().map(|(timer, at)| (*timer, Tick(now + (at.0 - now) * factor / 100))).collect();
        assert_eq!((timers(&run, one), timers(&run, other)), (expected, before.1), "{percent} %");
    }
}

#[test]
fn a_clock_is_put_forward_or_back_by_so_many_milliseconds() {
    let mut run = open(3);
    for (by, said) in [(300, "forward by 300"), (-300, "back by 300"), (-5_000, "back by 5000")] {
        assert!(run.intervene(run.now(), Intervention::Skew(NodeId(0), by)));
        let sentence = &run.records().last().unwrap().sentence;
        assert_eq!(sentence, &format!("The clock of S1 is put {said} ms."));
    }
}

#[test]
fn whoever_is_asked_is_told_what_its_clock_shows() {
    let options = vec![("type".to_owned(), Value::Text("lww-register".to_owned()))];
    let mut run = find_run("crdt").unwrap().open(&Settings { seed: 2, scenario: None, options }).unwrap();
    run.seek(run.opening() + 6);
    assert!(run.intervene(Tick(run.now().0 + 40), Intervention::Skew(NodeId(0), 5_000)));
    assert!(run.intervene(Tick(run.now().0 + 40), Intervention::Request(NodeId(0), Ask(0))));
    let mut state = Html::new();
    run.state(&mut state);
    let (state, shown) = (state.into_string(), run.now().0 + 5_000);
    assert!(state.contains(&shown.to_string()), "{shown}: {state}");
}

#[test]
fn what_is_written_is_flushed_in_a_while_by_itself() {
    let options = vec![("vote-durable".to_owned(), Value::Flag(false))];
    let mut run =
        find_run("raft-election").unwrap().open(&Settings { seed: 7, scenario: None, options }).unwrap();
    run.seek(200);
    let flushes: Vec<_> = run.records().iter().filter(|record| record.happening == Happening::Disk).collect();
    assert!(!flushes.is_empty());
    for flush in flushes {
        let node = flush.node;
        let writes =
            run.records().iter().filter(|record| record.node == node && record.at.0 + 500 == flush.at.0);
        assert!(writes.count() > 0, "{node:?} at {:?}", flush.at);
    }
}

#[test]
fn a_timer_that_is_due_at_this_very_moment_is_not_overdue_yet() {
    let mut run = open(3);
    run.seek(60);
    let (node, message, rings) = loop {
        let found = run.cluster().flights().into_iter().find_map(|(message, _, to)| {
            let arrives = run.scheduler().journey(message)?.1;
            let rings =
                (0..8).filter_map(|timer| Some(run.scheduler().countdown(to, TimerId(timer))?.1)).min()?;
            (arrives > run.now() && arrives < rings && rings.0 < run.now().0 + 900)
                .then_some((to, message, rings))
        });
        match found {
            Some(found) => break found,
            None => assert!(run.forward()),
        }
    };
    assert!(run.intervene(run.now(), Intervention::Pause(node)));
    let mut late = open(3);
    late.replay(run.deeds().to_vec());
    assert!(run.intervene(rings, Intervention::Resume(node)));
    let waits = |run: &History| run.scheduler().arrivals(node)[0];
    assert_eq!((run.now(), waits(&run)), (rings, message));
    let mut seen = Vec::new();
    for run in [&mut run, &mut late] {
        if run.is_paused(node) {
            assert!(run.intervene(Tick(rings.0 + 1), Intervention::Resume(node)));
        }
        // What is due elsewhere goes by its own time; here the first thing counts.
        while run.records().last().unwrap().node != Some(node)
            || run.records().last().unwrap().action.is_none()
        {
            assert!(run.forward());
        }
        seen.push(run.records().last().unwrap().action);
    }
    assert_eq!(seen[0], Some(Action::Deliver(message)));
    assert!(matches!(seen[1], Some(Action::Fire(..))), "a moment later it is: {:?}", seen[1]);
}
