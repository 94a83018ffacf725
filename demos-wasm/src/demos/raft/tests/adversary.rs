//! Random walks by an adversary who decides who hears whom: rare orders of events come up more often.

use super::walk::Walk;
use crate::check::linearizability::{Key, Value};
use crate::demos::raft::config::Config;
use crate::demos::raft::member::{Command, Member, Timer};
use crate::demos::raft::safety::Breach;
use crate::demos::raft::store::Operation;
use crate::sim::world::place_of;
use crate::sim::{Action, NodeId};

/// An adversary that still plays dice: a run is a sequence of epochs, in each of which only the nodes of a random group
/// hear each other, one of them may lose patience, something may be asked of them, and few messages arrive. Chances in percent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Epochs {
    /// One server of the group stands for election.
    pub(super) elect: u8,
    /// A client of the group asks for something.
    pub(super) operate: u8,
    /// Somebody beside the group's leader writes.
    pub(super) operate_beside: u8,
    /// The group's leader is asked for another configuration.
    pub(super) reconfigure: u8,
    /// A leader crashes at the end, and everybody who is down restarts.
    pub(super) crash_leader: u8,
    /// Everything under way is lost at the end.
    pub(super) lose_all: u8,
    /// Messages that arrive after each thing asked, at most.
    pub(super) deliveries: u32,
}

impl Walk {
    fn deliver_some(&mut self, most: u32) -> Option<Breach> {
        for _ in 0..self.below(most + 1) {
            let message = self.deliverable()?;
            let breach = self.apply(Action::Deliver(message));
            if breach.is_some() {
                return breach;
            }
        }
        None
    }

    fn leader_of_group(&mut self) -> Option<NodeId> {
        let start = self.server();
        let count = self.config.servers;
        let mut ids = (0..count).map(|step| NodeId((start.0 + step) % count));
        ids.find(|&id| self.leads(id) && self.is_in_group(id))
    }

    fn is_in_group(&self, id: NodeId) -> bool {
        let place = if id.is_client() { 16 + id.index() } else { id.index() };
        (self.side >> place) & 1 == 1
    }

    /// Plays one epoch, and gives the first breach there is.
    pub(super) fn epoch(&mut self, epochs: &Epochs) -> Option<Breach> {
        self.cut_at_random();
        if self.dice.chance(epochs.elect) {
            let mut one = self.server();
            for _ in 0..4 {
                if !self.is_in_group(one) {
                    one = self.server();
                }
            }
            self.apply(Action::Fire(one, place_of::<Member>(Timer::Election)));
            self.deliver_some(epochs.deliveries * 2);
        }
        if self.dice.chance(epochs.operate)
            && let Some(client) = self.client()
        {
            let operation = self.operation();
            self.apply(Action::Fire(client, place_of::<Member>(Timer::Retry)));
            self.ask(client, Command::Operate(operation));
            self.deliver_some(epochs.deliveries);
        }
        if let Some(leader) = self.leader_of_group() {
            if self.dice.chance(epochs.operate_beside) {
                self.last_value += 1;
                let write = Operation::write(Key(0), Value(self.last_value));
                self.ask(leader, Command::Operate(write));
                self.deliver_some(epochs.deliveries);
            }
            if self.dice.chance(epochs.reconfigure) {
                let change = self.reconfiguration();
                self.ask(leader, Command::Reconfigure(change));
                self.deliver_some(epochs.deliveries);
            }
            self.apply(Action::Fire(leader, place_of::<Member>(Timer::Heartbeat)));
            self.deliver_some(epochs.deliveries);
            if self.dice.chance(epochs.crash_leader) {
                self.apply(Action::Crash(leader));
            }
        }
        if self.dice.chance(epochs.lose_all) {
            while let Some(oldest) = self.world.flights().first().map(|flight| flight.id) {
                self.apply(Action::Lose(oldest));
            }
        }
        let ids: Vec<NodeId> = self.world.ids().collect();
        for id in ids {
            if self.dice.chance(50) {
                self.apply(Action::Restart(id));
            }
        }
        self.witness.breaches().first().copied()
    }
}

/// Plays epochs until something breaks, and gives the number of the epoch with it.
pub(super) fn adversary(
    config: Config,
    clients: u8,
    epochs: &Epochs,
    seed: u64,
    count: usize,
) -> Option<(usize, Breach)> {
    let mut walk = Walk::new(config, clients, seed);
    (0..count).find_map(|played| walk.epoch(epochs).map(|breach| (played, breach)))
}
