//! A node's own clock: it may be set wrong, and it may run fast or slow.

use super::scheduler::Tick;

/// What a node's clock shows as a function of real (virtual) time: an offset, and a rate since the last change of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clock {
    /// Real time of the last change of the rate.
    since: Tick,
    /// What the clock showed then, in milliseconds; may be negative.
    shown: i64,
    /// Local milliseconds in a hundred real ones.
    rate: u16,
}

impl Default for Clock {
    fn default() -> Self {
        Self { since: Tick(0), shown: 0, rate: 100 }
    }
}

impl Clock {
    /// The slowest rate there is, in percent.
    pub const SLOWEST: u16 = 10;
    /// The fastest rate there is, in percent.
    pub const FASTEST: u16 = 1_000;

    /// Local milliseconds in a hundred real ones.
    pub fn rate(self) -> u16 {
        self.rate
    }

    /// Whether it shows real time, and will go on doing so.
    pub fn is_right(self, now: Tick) -> bool {
        self.rate == 100 && self.read(now) == now.0
    }

    /// What it shows, in milliseconds; never below 0.
    pub fn read(self, now: Tick) -> u64 {
        u64::try_from(self.signed(now)).unwrap_or(0)
    }

    /// By how many milliseconds it is ahead of real time; negative when it is behind.
    pub fn ahead(self, now: Tick) -> i64 {
        self.signed(now) - i64::try_from(now.0).unwrap_or(i64::MAX)
    }

    fn signed(self, now: Tick) -> i64 {
        let passed = (now.0 - self.since.0) * u64::from(self.rate) / 100;
        self.shown + i64::try_from(passed).unwrap_or(i64::MAX)
    }

    /// How long a local time lasts, both in milliseconds.
    pub fn real(self, local: u64) -> u64 {
        local * 100 / u64::from(self.rate)
    }

    /// Lets it run at this rate from now on, in percent.
    pub fn set_rate(&mut self, now: Tick, percent: u16) {
        *self = Self { since: now, shown: self.signed(now), rate: percent };
    }

    /// Puts it forward by so many milliseconds, or back.
    pub fn jump(&mut self, milliseconds: i64) {
        self.shown += milliseconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_right_until_it_is_set_wrong_or_runs_at_another_rate() {
        let (mut early, mut fast) = (Clock::default(), Clock::default());
        assert!(early.is_right(Tick(0)) && early.is_right(Tick(1_600)));
        early.jump(5);
        assert!(!early.is_right(Tick(1_600)));
        fast.set_rate(Tick(1_000), 200);
        assert!(
            !fast.is_right(Tick(1_000)) && !fast.is_right(Tick(1_600)),
            "it shows real time for an instant"
        );
    }

    #[test]
    fn a_fast_clock_gains_and_keeps_what_it_gained() {
        let mut clock = Clock::default();
        clock.set_rate(Tick(1_000), 200);
        assert_eq!(clock.read(Tick(1_500)), 2_000);
        clock.set_rate(Tick(1_500), 100);
        assert_eq!(clock.read(Tick(1_600)), 2_100);
        assert!(!clock.is_right(Tick(1_600)));
    }

    #[test]
    fn a_slow_clock_makes_a_timeout_longer() {
        let mut clock = Clock::default();
        clock.set_rate(Tick(0), 50);
        assert_eq!(clock.real(150), 300);
    }
}
