//! The simulation core, in three nouns.
//!
//! * [`World`]: what *can* happen. Nodes, messages in flight, armed timers, disks. No clock and no random numbers.
//! * [`Scheduler`]: what *does* happen, and when. Virtual clock, seeded generator, link matrix, the nodes' own clocks.
//! * [`History`]: what *did* happen. Seed, the reader's interventions, checkpoints, branches; `seek` goes to any point.
//!
//! A protocol is a [`Process`]: a pure state machine that cannot tell who plays the scheduler's part. Only the world knows
//! its type; to everybody else it is a [`Cluster`].

pub mod clock;
pub mod cluster;
pub mod fingerprint;
pub mod history;
pub mod intervention;
pub mod network;
pub mod process;
pub mod rng;
pub mod scheduler;
pub mod world;

#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use cluster::{Cluster, Progress, Report, Sent};
pub use fingerprint::Fingerprint;
pub use history::{Deed, Flight, Happening, History, Record, Verdict, Violation};
pub use intervention::{Groups, Intervention};
pub use network::{Link, Links, Trouble};
pub use process::{Effect, Effects, Event, NodeId, Process, Roster, TimerId};
pub use rng::Generator;
pub use scheduler::{Scheduler, Step, Tick};
pub use world::{Action, Ask, Change, Disk, Envelope, MessageId, Node, World};
