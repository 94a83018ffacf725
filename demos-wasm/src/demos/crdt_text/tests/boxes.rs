//! From boxes to keys, and keys to numbers.

use std::rc::Rc;

use proptest::prelude::*;

use crate::demos::crdt_text::document::Algorithm;
use crate::demos::crdt_text::edit::{ask, stroke, typed};
use crate::demos::crdt_text::replica::{Config, Key, LETTERS_MAX, Replica, Stroke};
use crate::sim::{Ask, Event, NodeId, Process};

fn replica(text: &str) -> Replica {
    let config = Config { replicas: 2, algorithm: Algorithm::Fugue, gossip: 1..=1 };
    let mut replica = Replica::new(NodeId(0), Rc::new(config));
    let count = text.chars().count();
    let asks = typed(&replica, text, count, false).0;
    press(&mut replica, &asks);
    replica
}

fn press(replica: &mut Replica, asks: &[Ask]) {
    for ask in asks {
        replica.step(Event::Command(stroke(*ask, 1).unwrap()));
    }
}

/// What is pressed for a box that changes from one text to the other.
fn keys(from: &str, to: &str, caret: usize) -> Vec<Stroke> {
    typed(&replica(from), to, caret, false).0.into_iter().map(|ask| stroke(ask, 1).unwrap()).collect()
}

proptest! {
    #[test]
    fn whatever_becomes_of_the_box_becomes_of_the_replica(
        from in "[ab\n é😀]{0,12}", to in "[ab\n é😀]{0,12}", caret in 0_usize..14, once_more in "[ab]{0,9}",
    ) {
        let mut replica = replica(&from);
        prop_assert_eq!(replica.text(), from);
        for (to, caret) in [(&to, caret), (&once_more, 0)] {
            let (asks, fits) = typed(&replica, to, caret, false);
            press(&mut replica, &asks);
            prop_assert!(fits);
            prop_assert_eq!(&replica.text(), to);
            prop_assert!(typed(&replica, to, caret, false).0.is_empty(), "nothing is left to do");
        }
    }

    #[test]
    fn every_stroke_is_a_number_and_back(at in proptest::option::of(0_usize..2_000), letter in any::<char>()) {
        let letter = if letter < ' ' || letter == '\u{7f}' { '\n' } else { letter };
        for key in [Key::Letter(letter), Key::Backspace, Key::Delete, Key::Undo, Key::Redo] {
            let pressed = Stroke { at, key };
            prop_assert_eq!(stroke(ask(pressed), 1), Some(pressed));
        }
    }

    #[test]
    fn no_number_does_harm(number in any::<u32>(), nth in any::<u32>()) {
        if let Some(pressed) = stroke(Ask(number), nth) {
            let mut replica = replica("ab");
            replica.step(Event::Command(pressed));
            let count = replica.text().chars().count();
            prop_assert!((1..=3).contains(&count));
        }
    }
}

#[test]
fn the_caret_tells_which_of_equal_letters_was_typed() {
    let at = |at| Stroke { at: Some(at), key: Key::Letter('a') };
    assert_eq!(keys("aa", "aaa", 1), [at(0)]);
    assert_eq!(keys("aa", "aaa", 2), [at(1)]);
    // The replica's own caret is there.
    assert_eq!(keys("aa", "aaa", 3), [Stroke { at: None, key: Key::Letter('a') }]);
}

#[test]
fn the_caret_tells_which_of_equal_letters_was_deleted() {
    assert_eq!(keys("aaa", "aa", 0), [Stroke { at: Some(0), key: Key::Delete }]);
    assert_eq!(keys("aaa", "aa", 1), [Stroke { at: Some(1), key: Key::Delete }]);
    assert_eq!(keys("aaa", "aa", 2), [Stroke { at: None, key: Key::Backspace }]);
}

#[test]
fn what_is_selected_and_replaced_is_deleted_and_typed_once() {
    let pressed = keys("hello world", "hello you", 9);
    let letters = pressed.iter().filter(|stroke| matches!(stroke.key, Key::Letter(_))).count();
    assert_eq!((pressed.len(), letters), (5 + 3, 3));
}

#[test]
fn what_stays_the_same_is_never_typed_anew_wherever_the_caret_is() {
    for caret in 0..9 {
        let pressed = keys("Hi !", "Well Hi !", caret);
        assert_eq!(pressed.len(), 5, "caret {caret}: {pressed:?}");
    }
}

#[test]
fn a_run_is_a_run_of_small_numbers() {
    let (asks, _) = typed(&replica(""), "tea", 3, true);
    assert_eq!(asks, [Ask(u32::from('t')), Ask(u32::from('e')), Ask(u32::from('a'))]);
}

#[test]
fn a_paste_that_is_too_long_is_cut_off_and_says_so() {
    let long = "x".repeat(LETTERS_MAX + 40);
    let (asks, fits) = typed(&replica(""), &long, long.len(), false);
    assert_eq!((asks.len(), fits), (LETTERS_MAX, false));
    let mut full = replica(&"x".repeat(LETTERS_MAX));
    let (asks, fits) = typed(&full, &"x".repeat(LETTERS_MAX - 1), 0, false);
    assert!(fits, "deleting needs no room");
    press(&mut full, &asks);
    assert_eq!(full.text().len(), LETTERS_MAX - 1);
    assert!(!typed(&full, &"x".repeat(LETTERS_MAX), 0, false).1, "tombstones take their room");
}

#[test]
fn the_caret_stays_with_its_character_whatever_others_type() {
    let config = Rc::new(Config { replicas: 2, algorithm: Algorithm::Fugue, gossip: 1..=1 });
    let mut here = replica("ab");
    let mut there = Replica::new(NodeId(1), config);
    let stroke = |at, key| Event::Command(Stroke { at, key });
    let effects = there.step(stroke(None, Key::Letter('x')));
    for effect in effects {
        if let crate::sim::Effect::Send { message, .. } = effect {
            here.step(Event::Receive { from: NodeId(1), message });
        }
    }
    let text = here.text();
    assert_eq!(here.caret(), text.find('b').unwrap() + 1, "{text}");
    here.step(stroke(None, Key::Letter('c')));
    assert!(here.text().contains("abc"), "{}", here.text());
}

/// Strokes of a key until a gesture is taken back, or done again.
fn gesture(replica: &mut Replica, key: Key) -> bool {
    let strokes = if key == Key::Undo { replica.undoable() } else { replica.redoable() };
    press(replica, &vec![ask(Stroke { at: None, key }); strokes]);
    strokes > 0
}

proptest! {
    #[test]
    fn all_that_was_done_can_be_taken_back_and_done_again(
        texts in proptest::collection::vec("[ab ]{0,6}", 1..7), carets in proptest::collection::vec(0_usize..8, 7),
        returns in 0_usize..9,
    ) {
        let config = Config { replicas: 2, algorithm: Algorithm::Fugue, gossip: 1..=1 };
        let mut replica = Replica::new(NodeId(0), Rc::new(config));
        for (text, caret) in texts.iter().zip(carets) {
            let asks = typed(&replica, text, caret, caret % 2 == 0).0;
            press(&mut replica, &asks);
        }
        let last = texts.last().unwrap();
        for _ in 0..2 {
            let mut shown = vec![replica.text()];
            while gesture(&mut replica, Key::Undo) {
                shown.push(replica.text());
            }
            prop_assert_eq!(replica.text(), "");
            while shown.pop().is_some_and(|text| text == replica.text()) {
                gesture(&mut replica, Key::Redo);
            }
            prop_assert_eq!((&shown, &replica.text()), (&Vec::new(), last));
        }
        // What is typed after something was taken back can't be followed by what was.
        for _ in 0..returns {
            gesture(&mut replica, Key::Undo);
        }
        press(&mut replica, &[Ask(u32::from('x'))]);
        prop_assert_eq!(replica.redoable(), 0);
    }
}

/// Whatever one sends the other receives.
fn tell(to: &mut Replica, effects: crate::sim::Effects<Replica>) {
    for effect in effects {
        if let crate::sim::Effect::Send { message, .. } = effect {
            to.step(Event::Receive { from: NodeId(1), message });
        }
    }
}

#[test]
fn taking_back_leaves_what_others_did() {
    for algorithm in [Algorithm::Fugue, Algorithm::Rga] {
        let config = Rc::new(Config { replicas: 2, algorithm, gossip: 1..=1 });
        let mut here = Replica::new(NodeId(0), config.clone());
        let mut there = Replica::new(NodeId(1), config);
        for letter in "Ann".chars() {
            here.step(Event::Command(Stroke { at: None, key: Key::Letter(letter) }));
        }
        for letter in "Bob".chars() {
            let effects = there.step(Event::Command(Stroke { at: None, key: Key::Letter(letter) }));
            tell(&mut here, effects);
        }
        assert!(["AnnBob", "BobAnn"].contains(&here.text().as_str()), "{}", here.text());
        let both = here.text();
        gesture(&mut here, Key::Undo);
        assert_eq!(here.text(), "Bob");
        assert_eq!(here.undoable(), 0, "what the other typed isn’t ours to take back");
        gesture(&mut here, Key::Redo);
        assert_eq!(here.text(), both);
    }
}

#[test]
fn what_is_pasted_and_what_is_new_is_taken_back_by_itself() {
    let take_back = |is_new: bool, pieces: &[&str]| {
        let mut replica = replica("Hi !");
        for piece in pieces {
            let value = format!("{}{piece}", replica.text());
            let asks = typed(&replica, &value, value.chars().count(), is_new).0;
            press(&mut replica, &asks);
        }
        gesture(&mut replica, Key::Undo);
        replica.text()
    };
    assert_eq!(take_back(false, &["x", "y"]), "", "typed on, in one go");
    assert_eq!(take_back(true, &["x", "y"]), "Hi !x");
    assert_eq!(take_back(false, &["x", "yes"]), "Hi !x", "pasted");
    let mut replica = replica("Hi !");
    for value in ["Hi ", "Hi"] {
        let asks = typed(&replica, value, value.len(), true).0;
        press(&mut replica, &asks);
    }
    gesture(&mut replica, Key::Undo);
    assert_eq!(replica.text(), "Hi ");
}

#[test]
fn what_was_deleted_comes_back_in_its_order_whichever_key_deleted_it() {
    for (first, key) in [(Some(1), Key::Delete), (Some(4), Key::Backspace)] {
        for algorithm in [Algorithm::Fugue, Algorithm::Rga] {
            let config = Rc::new(Config { replicas: 2, algorithm, gossip: 1..=1 });
            let mut replica = Replica::new(NodeId(0), config);
            for letter in "[abc]".chars() {
                replica.step(Event::Command(Stroke { at: None, key: Key::Letter(letter) }));
            }
            for step in 0..3 {
                replica.step(Event::Command(Stroke { at: first.filter(|_| step == 0), key }));
            }
            assert_eq!((replica.text().as_str(), replica.undoable()), ("[]", 3));
            replica.step(Event::Command(Stroke { at: None, key: Key::Letter('x') }));
            assert_eq!(
                (replica.text().as_str(), replica.undoable()),
                ("[x]", 4),
                "what replaces it goes with it"
            );
            gesture(&mut replica, Key::Undo);
            assert_eq!(replica.text(), "[abc]", "{key:?}");
            gesture(&mut replica, Key::Undo);
            assert_eq!(replica.text(), "", "the letters that came back are those that were typed");
        }
    }
}

#[test]
fn a_gesture_stays_one_when_somebody_else_has_deleted_its_beginning() {
    let config = Rc::new(Config { replicas: 2, algorithm: Algorithm::Fugue, gossip: 1..=1 });
    let (mut here, mut there) = (Replica::new(NodeId(0), config.clone()), Replica::new(NodeId(1), config));
    for (at, letter) in [(None, 'x'), (Some(1), 'a'), (None, 'b'), (None, 'c')] {
        for effect in here.step(Event::Command(Stroke { at, key: Key::Letter(letter) })) {
            if let crate::sim::Effect::Send { message, .. } = effect {
                there.step(Event::Receive { from: NodeId(0), message });
            }
        }
    }
    let effects = there.step(Event::Command(Stroke { at: Some(1), key: Key::Delete }));
    tell(&mut here, effects);
    assert_eq!(here.text(), "xbc");
    gesture(&mut here, Key::Undo);
    assert_eq!(here.text(), "x");
    gesture(&mut here, Key::Undo);
    assert_eq!(here.text(), "");
    gesture(&mut here, Key::Redo);
    assert_eq!((here.text().as_str(), here.redoable()), ("x", 2));
    gesture(&mut here, Key::Redo);
    assert_eq!(here.text(), "xbc");
}

#[test]
fn what_somebody_else_has_deleted_is_not_deleted_again() {
    let config = Rc::new(Config { replicas: 2, algorithm: Algorithm::Fugue, gossip: 1..=1 });
    let (mut here, mut there) = (Replica::new(NodeId(0), config.clone()), Replica::new(NodeId(1), config));
    let effects = here.step(Event::Command(Stroke { at: None, key: Key::Letter('a') }));
    for effect in effects {
        if let crate::sim::Effect::Send { message, .. } = effect {
            there.step(Event::Receive { from: NodeId(0), message });
        }
    }
    let effects = there.step(Event::Command(Stroke { at: Some(0), key: Key::Delete }));
    tell(&mut here, effects);
    let count = here.count();
    gesture(&mut here, Key::Undo);
    assert_eq!((here.text().as_str(), here.count(), here.undoable()), ("", count, 0));
}
