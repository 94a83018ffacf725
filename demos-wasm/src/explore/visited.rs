//! The states seen, each by its fingerprint: a table of numbers and nothing else, so that a million states fit a page.

use crate::prelude::*;

/// A set of fingerprints. Two states with one fingerprint count as one; among a million states the chance that there are such
/// is one in thirty million.
#[derive(Debug, Clone, Default)]
pub struct Visited {
    /// 0 is a free place. As long as a power of two, at most three quarters full.
    table: Vec<u64>,
    count: usize,
}

impl Visited {
    /// Adds a state. False if it was there.
    pub fn insert(&mut self, fingerprint: u64) -> bool {
        if self.count * 4 >= self.table.len() * 3 {
            self.grow();
        }
        let fingerprint = fingerprint.max(1);
        let place = self.place(fingerprint);
        let is_new = self.table[place] == 0;
        if is_new {
            self.table[place] = fingerprint;
            self.count += 1;
        }
        is_new
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Where a fingerprint is, or would be.
    fn place(&self, fingerprint: u64) -> usize {
        let mask = self.table.len() - 1;
        // A fingerprint is as good as random in all its bits; on a target of 32 bits the lower ones do.
        #[expect(clippy::cast_possible_truncation, reason = "which bits choose the place doesn't matter")]
        let mut place = fingerprint as usize & mask;
        while self.table[place] != 0 && self.table[place] != fingerprint {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let longer = vec![0; (self.table.len() * 2).max(1024)];
        for fingerprint in core::mem::replace(&mut self.table, longer) {
            if fingerprint != 0 {
                let place = self.place(fingerprint);
                self.table[place] = fingerprint;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Fingerprint, Generator};

    #[test]
    fn a_state_is_counted_once_however_often_it_is_seen() {
        let mut visited = Visited::default();
        let mut expected = std::collections::BTreeSet::new();
        let mut generator = Generator::new(3);
        for _ in 0..50_000 {
            let fingerprint = Fingerprint::of(&generator.within(&(0..=20_000)));
            assert_eq!(visited.insert(fingerprint), expected.insert(fingerprint));
            assert_eq!(visited.len(), expected.len());
        }
    }

    #[test]
    fn fingerprints_that_want_one_place_get_one_each() {
        let mut visited = Visited::default();
        let same_place = || (0..2_000).map(|number: u64| number << 40 | 5);
        assert!(same_place().all(|fingerprint| visited.insert(fingerprint)));
        assert!(!same_place().any(|fingerprint| visited.insert(fingerprint)));
        assert!(visited.insert(0) && !visited.insert(0));
    }
}
