//! Raft, as in Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)", 2014, and in
//! Ongaro, "Consensus: Bridging Theory and Practice", dissertation, Stanford, 2014. Section numbers without a name are the
//! paper's.
//!
//! A cluster is a [`World`](crate::sim::World) of [`Member`](member::Member)s: servers, members of the configuration or in
//! reserve, and clients, which talk to servers by messages as everybody does. To read it in order:
//!
//! 1. [`log`] and [`configuration`]: what the paper says of two logs (§5.3, §5.4.1) and of two majorities (§6).
//! 2. [`message`]: the remote calls and their replies (figures 2 and 13); [`store`]: the state machine, with its memory of
//!    clients (dissertation §6.3).
//! 3. [`server`]: what a server keeps, its roles, and how events reach the rules.
//! 4. The rules, by subject: `election` (§5.2, §5.4.1; dissertation §3.10, §6.2, §9.6), `replication` (§5.3, §5.4.2),
//!    [`reads`] (dissertation §6.4), `membership` (§6; dissertation chapter 4), [`snapshot`] (§7).
//! 5. [`client`]: retries, and outcomes that nobody knows (dissertation chapter 6).
//! 6. [`safety`]: what holds after every step.
//!
//! [`config`] has the safety rules, each of which can be taken away to see what breaks, and the additions that can be switched
//! on. A server:
//!
//! | Event | First | Then |
//! |---|---|---|
//! | a message of a later term | follow in that term (§5.1) | as below |
//! | the same, a vote asked for while a leader is heard, where voters stay with their leader | nothing at all | |
//! | `RequestVote` | one vote a term, only for a log as up to date; saved before sent | |
//! | `AppendEntries` | the entry before must match; what conflicts goes | commit what the leader has, up to what matches |
//! | its answer | match index up, or next index back by a term | commit by counting, own term only; answer reads |
//! | an entry committed | applied at once, its client answered by the leader | a joint configuration is followed by the new one; a leader that isn't in it steps down |
//!
//! # What this leaves out
//!
//! * Sessions end never, and a client opens one by its first request: no registration, no expiry (dissertation §6.3).
//! * Snapshots go in one piece (§7 sends chunks), and a server writes one in no time.
//! * A leader sends everything that a follower lacks in one message, again and again until it is acknowledged: no pipelining,
//!   no flow control, no batches (dissertation §10.2).
//! * Followers don't serve reads (dissertation §6.4, at its end).
//! * Learners are promoted when an administrator says so and they have all committed entries; there are no rounds of catching
//!   up (dissertation §4.2.1). Removed servers aren't told that they are.
//! * A server whose disk was wiped must not come back under its old name while anybody counts on what it held. The world lets
//!   readers do it all the same; what it breaks is real.
//! * Disks are never damaged (the dissertation leaves that out too).

pub mod asks;
pub mod client;
pub mod config;
pub mod configuration;
mod election;
pub mod figures;
pub mod log;
pub mod member;
mod membership;
pub mod message;
mod picture;
pub mod reads;
mod replication;
pub mod safety;
mod scenarios;
pub mod server;
pub mod snapshot;
pub mod store;
mod words;

#[cfg(test)]
mod tests;
