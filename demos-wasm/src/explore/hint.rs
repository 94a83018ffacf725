//! What helps a random search to find what a rule prevents: a few words from the demo, no schedule.

use crate::sim::Ask;

/// One sort of thing that a random schedule does to a run, at a place and time that it draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// A crash that leaves the disk as it is.
    Crash,
    /// A crash that takes back what isn't durable.
    PowerFailure,
    /// A restart of a node that is down.
    Restart,
    /// Somebody asks a node for something: a client, where there are any and the demo names what they ask.
    Ask,
    /// A timer runs out before its time.
    Hurry,
    /// One node is cut off from all others.
    Isolate,
    /// The network falls into two parts, whatever was cut before.
    Split,
    /// One direction between two nodes is cut.
    Cut,
    /// A node freezes, or goes on.
    Freeze,
    /// A message is lost.
    Lose,
    /// A message arrives now.
    Deliver,
    /// A message is sent twice.
    Duplicate,
    /// A power failure, and a restart at once.
    Reboot,
    /// A request, and whoever got it is cut off while all others find each other again.
    AskAndIsolate,
    /// All links are mended.
    Heal,
}

impl Harm {
    /// What a schedule draws from when nobody says. Healing comes by itself.
    pub const USUAL: &'static [Self] = &[
        Self::Crash,
        Self::PowerFailure,
        Self::Restart,
        Self::Ask,
        Self::Hurry,
        Self::Isolate,
        Self::Split,
        Self::Cut,
        Self::Freeze,
        Self::Lose,
        Self::Deliver,
        Self::Duplicate,
        Self::Reboot,
        Self::AskAndIsolate,
    ];
}

/// Where to look for what a rule prevents. It holds with the rule in force just as well: then nothing is to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The option that switches the rule off. A rule that matters to several sorts of things has a hint for each, and all but
    /// their options are the same.
    pub rule: &'static str,
    /// Options under which the rule matters at all. What somebody sets wins, and then what this says, before what the
    /// [`Model`](super::Model) says.
    pub options: &'static [(&'static str, i64)],
    /// What schedules do to a run. Often enough named more than once.
    pub harms: &'static [Harm],
    /// What clients ask for; empty for whatever they can.
    pub asks: &'static [Ask],
    /// How fast all servers' clocks but one run from the beginning, in percent; the one runs at 100. 0 where time proves
    /// nothing: then what is found is told as an order of events, else as things done at certain times.
    pub clock_max: u16,
}

impl Hint {
    /// Everything that there is, anywhere.
    pub const NONE: Self = Self { rule: "", options: &[], harms: Harm::USUAL, asks: &[], clock_max: 0 };
}
