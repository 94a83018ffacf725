//! Reliable causal broadcast: what operation-based replicas stand on.
//!
//! Every operation carries the operations that its replica had applied before it, as a [`Context`]. Who receives it early
//! keeps it aside until it has applied those (Birman, Schiper, Stephenson, "Lightweight causal and atomic group multicast",
//! 1991, §5). Who receives it twice drops it the second time. Since the network loses messages, a replica keeps what not
//! every other one has acknowledged and sends it again, whoever made it.

use core::fmt::Debug;
use core::hash::Hash;

use super::context::{Context, Dot};
use crate::prelude::*;
use crate::sim::NodeId;

/// An update on its way to every replica.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation<B> {
    /// Which update it is.
    pub dot: Dot,
    /// What its replica had applied before it.
    pub past: Context,
    /// What it does.
    pub body: B,
}

impl<B> Operation<B> {
    /// Whether neither happened before the other.
    pub fn is_concurrent_with(&self, other: &Self) -> bool {
        self.dot != other.dot && !self.past.contains(other.dot) && !other.past.contains(self.dot)
    }
}

/// What a replica knows of operations and must not forget.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Log<B> {
    /// What it has applied.
    pub applied: Context,
    /// What it has applied and may have to send again, in the order of application.
    pub kept: Vec<Operation<B>>,
}

impl<B> Default for Log<B> {
    fn default() -> Self {
        Self { applied: Context::default(), kept: Vec::new() }
    }
}

/// Which promises delivery keeps. Both, but for a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Promises {
    /// Each operation once.
    pub once: bool,
    /// None before those that happened before it.
    pub causal: bool,
}

impl Promises {
    /// As it should be.
    pub const KEPT: Self = Self { once: true, causal: true };
}

/// One replica's end of the broadcast.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Broadcast<B> {
    /// What survives a crash.
    pub log: Log<B>,
    /// What came too early, in the order of arrival.
    pub early: Vec<Operation<B>>,
    /// What each replica is known to have applied, by position; a replica's own place is unused. After a crash nothing.
    acknowledged: Vec<Context>,
    promises: Promises,
}

impl<B: Clone + Debug + Eq + Hash> Broadcast<B> {
    /// One end among so many replicas.
    pub fn new(replicas: u8, promises: Promises, log: Log<B>) -> Self {
        let acknowledged = vec![Context::default(); usize::from(replicas)];
        Self { log, early: Vec::new(), acknowledged, promises }
    }

    /// Takes an update of this replica, which has just been applied, and gives the operation to send to all.
    pub fn announce(&mut self, dot: Dot, body: B) -> Operation<B> {
        let operation = Operation { dot, past: self.log.applied.clone(), body };
        self.note(&operation);
        operation
    }

    /// Takes an operation from the network, and gives those that it is time to apply now, in order.
    pub fn receive(&mut self, operation: Operation<B>) -> Vec<Operation<B>> {
        let is_known = |known: &Operation<B>| known.dot == operation.dot;
        if self.promises.once && (self.log.applied.contains(operation.dot) || self.early.iter().any(is_known))
        {
            return Vec::new();
        }
        self.early.push(operation);
        let mut ready = Vec::new();
        while let Some(place) = self.early.iter().position(|early| self.is_ready(early)) {
            let operation = self.early.remove(place);
            self.note(&operation);
            ready.push(operation);
        }
        ready
    }

    /// Whether everything before an operation has been applied.
    fn is_ready(&self, operation: &Operation<B>) -> bool {
        !self.promises.causal || self.log.applied.includes(&operation.past)
    }

    fn note(&mut self, operation: &Operation<B>) {
        // With one replica there is nobody to send to.
        if !self.log.applied.contains(operation.dot) && self.acknowledged.len() > 1 {
            self.log.kept.push(operation.clone());
        }
        self.log.applied.insert(operation.dot);
    }

    /// Another replica says what it has applied. Forgets operations that everyone has (they are *stable*, Shapiro et al.
    /// 2011, §4.1), and says whether that changed the log.
    pub fn acknowledge(&mut self, me: NodeId, from: NodeId, applied: &Context) -> bool {
        if let Some(known) = self.acknowledged.get_mut(from.index()) {
            known.join(applied);
        }
        let before = self.log.kept.len();
        let others = self.acknowledged.iter().enumerate().filter(|(place, _)| *place != me.index());
        self.log.kept.retain(|kept| others.clone().any(|(_, known)| !known.contains(kept.dot)));
        self.log.kept.len() < before
    }

    /// What a replica is not known to have, in the order in which it can apply it.
    pub fn missing(&self, at: NodeId) -> impl Iterator<Item = &Operation<B>> {
        let known = self.acknowledged.get(at.index());
        self.log.kept.iter().filter(move |kept| known.is_none_or(|known| !known.contains(kept.dot)))
    }
}
