//! The simulation core, in three nouns.
//!
//! * [`World`]: what *can* happen. Nodes, messages in flight, armed timers, disks. No clock and no random numbers.
//! * [`Scheduler`]: what *does* happen, and when. Virtual clock, seeded generator, link matrix.
//! * [`History`]: what *did* happen. Seed, the reader's interventions, checkpoints; `seek` goes to any point.
//!
//! A protocol is a [`Process`]: a pure state machine that cannot tell who plays the scheduler's part.

pub mod fingerprint;
pub mod history;
pub mod network;
pub mod process;
pub mod rng;
pub mod scheduler;
pub mod world;

pub use fingerprint::Fingerprint;
pub use history::{Flight, Happening, History, Record, Violation};
pub use network::{Link, Links};
pub use process::{Effect, Effects, Event, NodeId, Process, TimerId};
pub use rng::Generator;
pub use scheduler::{Intervention, Scheduler, Tick};
pub use world::{Action, Ask, Change, Envelope, MessageId, Node, World};
