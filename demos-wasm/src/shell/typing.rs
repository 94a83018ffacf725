//! Text boxes: what is typed becomes part of the run, and time passes until it has arrived.

use super::{Shell, node};
use crate::figure::Typing;
use crate::prelude::*;
use crate::sim::{Intervention, NodeId, Tick};

impl Shell {
    /// A box of a node holds another text now.
    pub(super) fn type_in(&mut self, code: &str, typing: Typing<'_>) {
        let Some(id) = node(code).filter(|id| self.run.roster().has(*id)) else { return };
        let (asks, notice) = self.run.typed(id, typing);
        let at = Tick(self.cursor / 1_000);
        for ask in asks {
            if !self.run.intervene(at, Intervention::Request(id, ask)) {
                return self.say("That can’t be done now.");
            }
        }
        self.say(notice);
        self.event = None;
        self.cursor = self.cursor.max(self.run.now().0 * 1_000);
        let is_heard = self.run.roster().ids().any(|other| other != id && self.run.links().get(id, other).up);
        if is_heard && !self.run.scheduler().is_by_hand() {
            self.go_on();
        }
    }

    /// Lets time pass until no message is under way.
    fn go_on(&mut self) {
        self.until_quiet = !self.playing || self.until_quiet;
        self.playing = !self.is_quiet();
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.run.cluster().flights().is_empty()
    }

    /// Mends all links of a node, and lets nobody wait for a timer to hear of it.
    pub(super) fn rejoin(&mut self, code: &str) {
        let Some(id) = node(code).filter(|id| self.run.roster().has(*id)) else { return };
        let everybody: Vec<NodeId> = self.run.roster().ids().collect();
        for &other in everybody.iter().filter(|other| **other != id) {
            self.do_deed("mend", code, &format!("{}", other.code()));
            self.do_deed("mend", &format!("{}", other.code()), code);
        }
        for other in everybody {
            if self.run.is_up(other) {
                self.do_deed("hurry", &format!("{}", other.code()), "");
            }
        }
        self.go_on();
    }
}
