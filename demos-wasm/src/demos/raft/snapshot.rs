//! Snapshots: what stands for the entries that a server no longer keeps (§7; dissertation chapter 5).
//!
//! Every server takes its own, of what it has applied, when the log has grown by [`Config::snapshot_after`] entries or
//! when it is told to. A leader sends its snapshot to a follower that needs entries which the leader has compacted.
//!
//! [`Config::snapshot_after`]: super::config::Config::snapshot_after

use alloc::rc::Rc;

use super::configuration::Configuration;
use super::log::{LogIndex, Term};
use super::member::Out;
use super::message::Agreement;
use super::server::Server;
use super::store::Store;

/// The state machine as it was after an entry, and what else those entries meant (figure 12).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Snapshot {
    /// Index of the last entry that it covers.
    pub last_index: LogIndex,
    /// Term of that entry.
    pub last_term: Term,
    /// The latest configuration up to there.
    pub configuration: Configuration,
    /// The index of that configuration; 0 for the first one.
    pub configuration_index: LogIndex,
    /// Values and sessions.
    pub store: Rc<Store>,
}

impl Server {
    /// Takes a snapshot of everything applied and drops those entries. Nothing happens when all of that is in a snapshot
    /// already.
    pub(super) fn take_snapshot(&mut self, out: &mut Out) {
        let last_index = self.commit_index;
        let Some(last_term) = self.log().term_at(last_index).filter(|_| last_index > self.log().base_index())
        else {
            return;
        };
        let (configuration_index, configuration) = self.configuration_up_to(last_index);
        let snapshot =
            Snapshot { last_index, last_term, configuration, configuration_index, store: self.store.clone() };
        self.persistent.log.compact(Rc::new(snapshot));
        self.save(out);
    }

    /// Takes a snapshot when enough was applied since the last one.
    pub(super) fn compact_long_log(&mut self, out: &mut Out) {
        let applied = self.commit_index.since(self.log().base_index());
        let threshold = self.config.snapshot_after as usize;
        if threshold > 0 && applied >= threshold {
            self.take_snapshot(out);
        }
    }

    /// Figure 13, receiver implementation, 5 to 8. What this server has committed itself, it needn't be sent.
    pub(super) fn install(&mut self, snapshot: &Rc<Snapshot>, out: &mut Out) -> Agreement {
        if snapshot.last_index > self.commit_index {
            self.persistent.log.compact(snapshot.clone());
            self.commit_index = snapshot.last_index;
            self.store = snapshot.store.clone();
            self.log_changed(out);
        }
        Agreement::Matches(snapshot.last_index)
    }
}
