//! What a reader, a scenario or a link asks for by a number: `Ask`s as commands and back.

use super::configuration::{Reconfiguration, Servers};
use super::member::Command;
use super::store::Operation;
use crate::check::linearizability::{Key, Value};
use crate::sim::{Ask, NodeId};

/// The first key, shown as `x`.
pub const X: Key = Key(0);
/// The second key, shown as `y`.
pub const Y: Key = Key(1);

/// Write to `x`; the usual request. What is written is the number of the ask in the run, so no two writes are alike.
pub const WRITE: Ask = Ask(0);
/// Read `x`.
pub const READ: Ask = Ask(1);
/// Swap `x` if it holds what the ask before this one would have written.
pub const SWAP: Ask = Ask(2);
/// Write to `y`.
pub const WRITE_Y: Ask = Ask(3);
/// Read `y`.
pub const READ_Y: Ask = Ask(4);
/// Take a snapshot.
pub const TAKE_SNAPSHOT: Ask = Ask(5);

// From here on the lower four bits are a server's position, or the lower seven a set of `S1` to `S7`.
const TRANSFER: u32 = 0x10;
const ADD: u32 = 0x20;
const ADD_LEARNER: u32 = 0x30;
const PROMOTE: u32 = 0x40;
const REMOVE: u32 = 0x50;
const REPLACE: u32 = 0x80;

/// The lower four bits of a server's position.
const fn low(server: NodeId) -> u32 {
    server.0 as u32 & 0xf
}

/// Ask a leader to hand over to this server.
pub const fn transfer(to: NodeId) -> Ask {
    Ask(TRANSFER | low(to))
}

/// Ask a leader to change the configuration. Of [`Reconfiguration::Replace`] only `S1` to `S7` count.
pub const fn reconfigure(change: Reconfiguration) -> Ask {
    Ask(match change {
        Reconfiguration::Add(server) => ADD | low(server),
        Reconfiguration::AddLearner(server) => ADD_LEARNER | low(server),
        Reconfiguration::Promote(server) => PROMOTE | low(server),
        Reconfiguration::Remove(server) => REMOVE | low(server),
        Reconfiguration::Replace(voters) => REPLACE | (voters.0 & 0x7f) as u32,
    })
}

/// What an ask means, as the `number`-th of the run; none for a number that means nothing.
pub fn command(ask: Ask, number: u32) -> Option<Command> {
    let server = NodeId(ask.0.to_le_bytes()[0] & 0xf);
    let value = Value(number);
    if ask.0 & !0x7f == REPLACE {
        let voters = Servers(u16::from(ask.0.to_le_bytes()[0] & 0x7f));
        return Some(Command::Reconfigure(Reconfiguration::Replace(voters)));
    }
    Some(match (ask, ask.0 & !0xf) {
        (WRITE, _) => Command::Operate(Operation::write(X, value)),
        (READ, _) => Command::Operate(Operation::read(X)),
        (SWAP, _) => Command::Operate(Operation::compare_and_swap(X, Value(number.saturating_sub(1)), value)),
        (WRITE_Y, _) => Command::Operate(Operation::write(Y, value)),
        (READ_Y, _) => Command::Operate(Operation::read(Y)),
        (TAKE_SNAPSHOT, _) => Command::TakeSnapshot,
        (_, TRANSFER) => Command::Transfer(server),
        (_, ADD) => Command::Reconfigure(Reconfiguration::Add(server)),
        (_, ADD_LEARNER) => Command::Reconfigure(Reconfiguration::AddLearner(server)),
        (_, PROMOTE) => Command::Reconfigure(Reconfiguration::Promote(server)),
        (_, REMOVE) => Command::Reconfigure(Reconfiguration::Remove(server)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_by_number_is_what_was_meant() {
        let server = NodeId(6);
        assert_eq!(command(transfer(server), 1), Some(Command::Transfer(server)));
        for change in [
            Reconfiguration::Add(server),
            Reconfiguration::AddLearner(server),
            Reconfiguration::Promote(server),
            Reconfiguration::Remove(server),
            Reconfiguration::Replace(Servers(0b101_0101)),
        ] {
            assert_eq!(command(reconfigure(change), 1), Some(Command::Reconfigure(change)));
        }
        let (x, y) = (X, Y);
        for (ask, operation) in [
            (WRITE, Operation::write(x, Value(7))),
            (READ, Operation::read(x)),
            (SWAP, Operation::compare_and_swap(x, Value(6), Value(7))),
            (WRITE_Y, Operation::write(y, Value(7))),
            (READ_Y, Operation::read(y)),
        ] {
            assert_eq!(command(ask, 7), Some(Command::Operate(operation)));
        }
        assert_eq!(command(TAKE_SNAPSHOT, 7), Some(Command::TakeSnapshot));
        assert_eq!(command(Ask(0x0f), 1), None);
        assert_eq!(command(Ask(0x6f), 1), None);
        assert_eq!(command(Ask(0x110), 1), None);
        assert_eq!(command(Ask(0x180), 1), None);
    }
}
