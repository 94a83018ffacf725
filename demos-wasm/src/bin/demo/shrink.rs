//! The shortest schedule that still breaks an invariant, by leaving things out (Zeller and Hildebrandt, "Simplifying and
//! Isolating Failure-Inducing Input", 2002: `ddmin`).

use super::hunt::{Counterexample, Disturbance};

/// Schedules tried at most; a local minimum is reached much earlier as a rule.
const TRIES_MAX: usize = 20_000;
/// How many events after its last disturbance a shorter schedule has to break the invariant.
const PATIENCE: usize = 150;

/// Leaves out disturbances and waiting until nothing more can go. `play` plays a schedule and for some events beyond, and gives
/// the counterexample that it is.
pub(super) fn shrink(
    found: Counterexample,
    play: impl Fn(&[Disturbance], usize) -> Option<Counterexample>,
) -> Counterexample {
    let mut shrinker = Shrinker { best: found, tries: 0, play };
    loop {
        let before = shrinker.best.clone();
        shrinker.leave_out_disturbances();
        shrinker.leave_out_waiting();
        if shrinker.best == before || shrinker.tries >= TRIES_MAX {
            return shrinker.best;
        }
    }
}

struct Shrinker<F> {
    best: Counterexample,
    tries: usize,
    play: F,
}

impl<F: Fn(&[Disturbance], usize) -> Option<Counterexample>> Shrinker<F> {
    /// Takes a schedule over if it breaks the same invariant with less: fewer disturbances, or as many and fewer events.
    fn attempt(&mut self, disturbances: &[Disturbance]) -> bool {
        self.tries += 1;
        if self.tries > TRIES_MAX {
            return false;
        }
        let size = |found: &Counterexample| (found.disturbances.len(), found.events);
        match (self.play)(disturbances, PATIENCE) {
            Some(found) if found.invariant == self.best.invariant && size(&found) < size(&self.best) => {
                self.best = found;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Leaves out runs of disturbances, half of them first, then shorter ones, down to single ones.
    fn leave_out_disturbances(&mut self) {
        let mut length = self.best.disturbances.len().div_ceil(2);
        while length > 0 {
            let mut from = 0;
            while from < self.best.disturbances.len() {
                let until = (from + length).min(self.best.disturbances.len());
                if !self.leave_out(from, until) {
                    from += length;
                }
            }
            length /= 2;
        }
    }

    /// Leaves out the disturbances `from..until`, with the waiting before them or without.
    fn leave_out(&mut self, from: usize, until: usize) -> bool {
        let all = &self.best.disturbances;
        let mut without = all[..from].to_vec();
        without.extend_from_slice(&all[until..]);
        let mut patient = without.clone();
        if let Some(next) = patient.get_mut(from) {
            next.wait += all[from..until].iter().map(|gone| gone.wait).sum::<usize>();
        }
        self.attempt(&patient) || self.attempt(&without)
    }

    fn leave_out_waiting(&mut self) {
        for place in 0..self.best.disturbances.len() {
            for less in [|_| 0, |wait| wait / 2, |wait: usize| wait.saturating_sub(1)] {
                while let Some(wait) =
                    self.best.disturbances.get(place).map(|next| next.wait).filter(|&wait| wait > 0)
                {
                    let mut shorter = self.best.disturbances.clone();
                    shorter[place].wait = less(wait);
                    if !self.attempt(&shorter) {
                        break;
                    }
                }
            }
        }
    }
}
