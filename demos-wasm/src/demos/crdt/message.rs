//! What replicas say to each other, and how many bytes that is.

use super::broadcast::Operation;
use super::context::Context;
use super::kind::Effect;
use super::payload::{Of, Payload, Slot, Weight};

/// A message. Sender and receiver stand on the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Message {
    /// All that a replica has.
    State(Payload),
    /// What is new at the sender since the receiver's last acknowledgement, up to and without its delta `end`.
    Delta {
        /// The deltas of the interval, joined; or the whole payload, where the sender no longer has them one by one.
        delta: Payload,
        /// The number of the sender's next delta.
        end: u32,
        /// Whether it is the whole payload.
        whole: bool,
    },
    /// The receiver has everything before this delta of the other.
    Acknowledge(u32),
    /// An update.
    Operation(Operation<Effect>),
    /// What the sender has applied.
    Applied(Context),
}

/// A kind of message, or the half of a counter or set that a slot is in.
const TAG: usize = 1;
/// A replica's number.
const REPLICA: usize = 1;
/// A count, a number of an update, a number of a delta, an element.
const NUMBER: usize = 4;
/// The length of a list.
const LENGTH: usize = 2;
/// A clock reading.
const TIME: usize = 8;
/// An update's name.
const DOT: usize = REPLICA + NUMBER;

impl Message {
    /// How long it would be in a plain binary encoding: numbers and elements of 4 bytes, replicas of 1, clock readings of
    /// 8, a tag of 1 for each message and slot, 2 for the length of each list. No compression, no headers below it.
    pub fn bytes(&self) -> usize {
        TAG + match self {
            Self::State(payload) => payload.bytes(),
            Self::Delta { delta, .. } => NUMBER + TAG + delta.bytes(),
            Self::Acknowledge(_) => NUMBER,
            Self::Operation(operation) => DOT + operation.past.bytes() + operation.body.bytes(),
            Self::Applied(context) => context.bytes(),
        }
    }
}

impl Context {
    /// Length in bytes, by the encoding of [`Message::bytes`].
    pub fn bytes(&self) -> usize {
        2 * LENGTH + DOT * (self.vector().len() + self.cloud().len())
    }
}

impl Payload {
    /// Length in bytes, by the encoding of [`Message::bytes`]. A type's empty part is not sent.
    pub fn bytes(&self) -> usize {
        let slots: usize = self.slots().iter().map(|(slot, weight)| slot.bytes() + weight.bytes()).sum();
        let context = if self.context().is_empty() { 0 } else { LENGTH + self.context().bytes() };
        LENGTH + slots + context + self.dots().len() * (DOT + NUMBER)
    }
}

impl Slot {
    fn bytes(self) -> usize {
        TAG + match self.of {
            Of::Object => 0,
            Of::Replica(_) => REPLICA,
            Of::Element(_) => NUMBER,
        }
    }
}

impl Weight {
    fn bytes(self) -> usize {
        match self {
            Self::Present => 0,
            Self::Count(_) => NUMBER,
            Self::Written(..) => TIME + DOT + NUMBER,
        }
    }
}

impl Effect {
    fn bytes(&self) -> usize {
        TAG + match self {
            Self::Count(_) => 0,
            Self::Raise(slot, weight) => slot.bytes() + weight.bytes(),
            Self::Replace { put, out } => LENGTH + DOT * out.len() + put.map_or(0, |_| DOT + NUMBER),
            Self::Empty(slot) => slot.bytes(),
        }
    }
}
