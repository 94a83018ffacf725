//! What happens, in sentences.

use super::document::Edit;
use super::replica::{Key, LETTERS_MAX, Message, Replica, Reply};
use crate::demos::crdt::Context;
use crate::prelude::*;
use crate::sim::{Action, Change, NodeId, World};

/// Characters of a text that a sentence or a line of the diagram quotes.
const QUOTED_MAX: usize = 24;

/// A character as it is drawn.
pub(super) fn glyph(letter: char) -> char {
    match letter {
        ' ' => '·',
        '\n' => '↵',
        letter => letter,
    }
}

/// A text in one line, its end where it is long.
pub(super) fn quote(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let left_out = letters.len().saturating_sub(most);
    let mut quoted = String::new();
    if left_out > 0 {
        quoted.push('…');
    }
    for (place, &letter) in letters.iter().enumerate() {
        if place >= left_out {
            quoted.push(if letter == ' ' { ' ' } else { glyph(letter) });
        }
    }
    quoted
}

/// What an operation does, as far as the document knows the character.
fn edit(edit: &Edit, replica: &Replica) -> String {
    match edit {
        Edit::Insert(insertion) => format!("“{}”", glyph(insertion.letter)),
        Edit::Delete(id, _) => {
            let elements = replica.document().elements(replica.config().algorithm);
            let letter = elements.iter().find(|element| element.id == *id);
            letter.map_or("a deletion".to_owned(), |it| {
                format!("the deletion of “{}”", glyph(it.inserted.letter))
            })
        }
    }
}

fn shows(replica: &Replica) -> String {
    format!("shows “{}”", quote(&replica.text(), QUOTED_MAX))
}

/// One sentence on a step.
pub(super) fn narrate(world: &World<Replica>, action: Action, change: &Change<Replica>) -> String {
    let (id, what) = match action {
        Action::Ask(id, _) => return asked(world, id, change),
        Action::Deliver(_) => return delivered(world, change),
        Action::Lose(_) => return "A message is lost.".to_owned(),
        Action::Duplicate(_) => return "A message is sent twice.".to_owned(),
        Action::Start(id) => (id, "opens an empty document"),
        Action::Fire(id, _) if change.sent.is_empty() => (id, "has nothing to send again"),
        Action::Fire(id, _) => (id, "sends again what others have not acknowledged"),
        Action::Crash(id) => (id, "crashes; what was typed there is on its disk"),
        Action::PowerFailure(id) => (id, "loses its power; what was typed there is on its disk"),
        Action::Restart(id) => (id, "restarts from its disk"),
        Action::Flush(id) => (id, "has everything on its disk"),
        Action::Wipe(id) => (id, "gets an empty disk"),
    };
    format!("{id} {what}.")
}

fn asked(world: &World<Replica>, id: NodeId, change: &Change<Replica>) -> String {
    let replica = &world.node(id).process;
    let lead = match change.command.map(|stroke| stroke.key) {
        Some(Key::Undo) => "takes back: ",
        Some(Key::Redo) => "does again: ",
        Some(Key::Letter(_) | Key::Backspace | Key::Delete) | None => "",
    };
    match change.replies.first() {
        Some(Reply::Nothing) if !lead.is_empty() => {
            return format!("{id} has nothing to take back, or others have seen to it.");
        }
        Some(Reply::Nothing) => return format!("{id} has nothing to delete there."),
        Some(Reply::Full) => return format!("{id} takes no more than {LETTERS_MAX} characters."),
        Some(Reply::Done) | None => {}
    }
    let Some(Message::Operation(operation)) = change.sent.first().map(|sent| &sent.message) else {
        return String::new();
    };
    let verb = match operation.body {
        Edit::Insert(_) => "types",
        Edit::Delete(..) => "makes",
    };
    format!("{id} {lead}{verb} {} and {}.", edit(&operation.body, replica), shows(replica))
}

fn delivered(world: &World<Replica>, change: &Change<Replica>) -> String {
    let (Some(arrived), Some(before)) = (&change.envelope, &change.before) else { return String::new() };
    let (from, to, after) = (arrived.from, arrived.to, &world.node(arrived.to).process);
    let operation = match &arrived.message {
        Message::Applied(_) => return format!("{to} hears what {from} has applied."),
        Message::Operation(operation) => operation,
    };
    let what = edit(&operation.body, after);
    if before.applied().contains(operation.dot) {
        format!("{to} receives {what} again and ignores it.")
    } else if !after.applied().contains(operation.dot) {
        format!("{to} receives {what} too early and keeps it until what came before it is there.")
    } else {
        format!("{to} receives {what} from {from} and {}.", shows(after))
    }
}

/// The picture in a few words.
pub(super) fn describe(world: &World<Replica>) -> String {
    let mut words = "A document in several editors.".to_owned();
    for id in world.ids() {
        let node = world.node(id);
        let down = if node.up { "" } else { ", which is down," };
        words.push_str(&format!(" {id}{down} {}.", shows(&node.process)));
    }
    words
}

fn applied(context: &Context) -> String {
    let mut words = String::new();
    for last in context.vector() {
        let comma = if words.is_empty() { "" } else { ", " };
        words.push_str(&format!("{comma}{}’s {}", last.replica, last.number));
    }
    words
}

/// What a message says.
pub(super) fn tell(message: &Message) -> String {
    match message {
        Message::Applied(context) => format!("has applied {}", applied(context)),
        Message::Operation(operation) => match operation.body {
            Edit::Insert(insertion) => {
                let letter = glyph(insertion.letter);
                match insertion.left {
                    Some(left) => format!("“{letter}” after {}.{}", left.replica, left.number),
                    None => format!("“{letter}” at the start"),
                }
            }
            Edit::Delete(id, _) => format!("delete {}.{}", id.replica, id.number),
        },
    }
}
