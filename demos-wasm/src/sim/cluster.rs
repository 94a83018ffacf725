//! A cluster whatever its protocol: what scheduler, history and search know of a [`World`](super::World).
//!
//! They are compiled once, for all demos. What is compiled for each protocol is the world itself and
//! [`Stage`](crate::stage::Stage), which makes a cluster of it.

use core::ops::RangeInclusive;

use super::Intervention;
use super::history::Violation;
use super::process::{NodeId, Roster, TimerId};
use super::scheduler::{Scheduler, Tick};
use super::world::{Action, Ask, Disk, MessageId};
use crate::figure::Typing;
use crate::prelude::*;
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};

/// A message that set out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its number.
    pub id: MessageId,
    /// Who sent it.
    pub from: NodeId,
    /// Who shall get it.
    pub to: NodeId,
    /// The message that it is a second copy of.
    pub copy_of: Option<MessageId>,
    /// How it looks; only when words were asked for.
    pub mark: Option<MessageMark>,
}

/// What one action changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The node that took the step, none for pure network events.
    pub node: Option<NodeId>,
    /// Messages that set out, in order.
    pub sent: Vec<Sent>,
    /// Timers armed, with the range asked for, in local milliseconds.
    pub armed: Vec<(NodeId, TimerId, RangeInclusive<u64>)>,
    /// Timers disarmed.
    pub cancelled: Vec<(NodeId, TimerId)>,
    /// What became of the node's disk.
    pub disk: Disk,
    /// One sentence; empty when no words were asked for, and for pure network events.
    pub sentence: String,
}

/// Where a run stands in its scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Time of the last step.
    pub now: Tick,
    /// When the last cue was given; 0 before the first.
    pub cue_at: Tick,
    /// How many cues were given.
    pub cues_given: usize,
}

/// What a picture is drawn of.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// Links, clocks, journeys.
    pub scheduler: &'a Scheduler,
    /// Virtual time in microseconds, between the last step and the next.
    pub cursor: u64,
    /// What the reader has selected.
    pub selected: Option<NodeId>,
    /// Who took the last step.
    pub acted: Option<NodeId>,
    /// Whether the picture can be acted on; false for a still.
    pub live: bool,
}

/// A running cluster, and what its demo says of it.
pub trait Cluster {
    /// The same once more.
    fn box_clone(&self) -> Box<dyn Cluster>;
    /// Who takes part.
    fn roster(&self) -> Roster;
    /// Performs an action. `None` when it can't happen now, and nothing has changed then. `clock` is what the clock of the
    /// node that is asked shows, in milliseconds; with `speak` the report has words in it.
    fn apply(&mut self, action: Action, clock: u64, speak: bool) -> Option<Report>;
    /// What can happen without a fault or a request.
    #[cfg(feature = "exhaustive")]
    fn enabled(&self) -> Vec<Action>;
    /// Whether a node is up.
    fn is_up(&self, node: NodeId) -> bool;
    /// Whether a node has written what a power failure would take back.
    fn has_unsynced_writes(&self, node: NodeId) -> bool;
    /// A node's armed timers.
    fn timers(&self, node: NodeId) -> Vec<TimerId>;
    /// From where and to where a message is under way; none once it has ended.
    fn flight(&self, message: MessageId) -> Option<(NodeId, NodeId)>;
    /// All messages under way, oldest first, with from and to.
    fn flights(&self) -> Vec<(MessageId, NodeId, NodeId)>;
    /// How many messages were sent so far.
    fn messages_sent(&self) -> u32;
    /// A number for everything that decides what can happen, and be broken, from here on.
    #[cfg(feature = "exhaustive")]
    fn fingerprint(&self) -> u64;
    /// The first breach of each invariant that was broken so far, in the order in which they were.
    fn violations(&self) -> &[Violation];
    /// An invariant of which it isn't known whether it holds, and why.
    fn undecided(&self) -> Option<Violation>;

    /// Whether the scenario's opening picture is reached.
    fn has_opened(&self, progress: Progress) -> bool;
    /// Whether it is time for a cue.
    fn cue_is_due(&self, cue: usize, progress: Progress) -> bool;
    /// What is done in a cue.
    fn cue_acts(&self, cue: usize, progress: Progress) -> Vec<Intervention>;
    /// What is said in a cue; empty when the run goes on without a pause.
    fn cue_says(&self, cue: usize, progress: Progress) -> String;

    /// What can be asked of a node now, and what that is called on a button.
    fn asks(&self, node: NodeId) -> Vec<(Ask, String)>;
    /// What a text box of a node asks of it; and what is to be said of it, if anything.
    fn typed(&self, node: NodeId, typing: Typing<'_>) -> (Vec<Ask>, &'static str);
    /// How a node's line looks from now on.
    fn lane(&self, node: NodeId) -> Lane;
    /// What a message under way says, in words.
    fn tell(&self, message: MessageId) -> Option<String>;
    /// Draws the picture of an instant.
    fn picture(&self, looking: Looking<'_>, html: &mut Html);
    /// Writes what the reader works on besides the picture.
    fn bench(&self, looking: Looking<'_>, html: &mut Html);
    /// The picture in a few words.
    fn describe(&self) -> String;
    /// Writes the state of all nodes.
    fn state(&self, html: &mut Html);
}
