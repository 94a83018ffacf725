//! What a bounded model may do: so many crashes, so many timeouts, and so on.

/// A small version of a demo, of which every state can be visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// Options that differ from the demo's defaults. What somebody sets wins.
    pub options: &'static [(&'static str, i64)],
    /// What may happen.
    pub bounds: Bounds,
}

/// How often each thing may happen in all. [`Bounds::FREE`] for as often as it likes.
///
/// What has happened so far decides what can still happen, so it belongs to a state: otherwise the order in which states are
/// visited would decide which of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Timeouts, by the timer's place in [`Process::TIMERS`](crate::sim::Process::TIMERS). All timers after the fourth count as
    /// the fourth.
    pub timeouts: [u8; 4],
    /// Requests, whatever is asked and of whom.
    pub asks: u8,
    /// Crashes that leave the disk as it is. Restarts are as free as there are crashed nodes.
    pub crashes: u8,
    /// Crashes that take back what wasn't durable.
    pub power_failures: u8,
    /// Messages lost. A message may also stay under way for ever.
    pub losses: u8,
    /// Messages doubled.
    pub duplications: u8,
    /// Messages under way at once: a state with more isn't visited, unless it breaks an invariant.
    pub in_flight: u8,
}

impl Bounds {
    /// No limit.
    pub const FREE: u8 = u8::MAX;

    /// One of everything, and two of each timeout: what a demo gets that doesn't say more.
    pub const FEW: Self = Self {
        timeouts: [2; 4],
        asks: 1,
        crashes: 1,
        power_failures: 1,
        losses: 1,
        duplications: 1,
        in_flight: 4,
    };
}
