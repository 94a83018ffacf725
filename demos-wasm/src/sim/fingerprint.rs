//! Fingerprints of states: the same natively and in WASM, and good enough to tell millions of states apart.

use core::hash::{Hash, Hasher};

/// Mixes every word into 64 bits with the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), a bijection in which every
/// input bit reaches every output bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Fingerprint {
    /// The fingerprint of a value.
    pub fn of(value: &impl Hash) -> u64 {
        let mut fingerprint = Self::default();
        value.hash(&mut fingerprint);
        fingerprint.finish()
    }
}

impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let mut z = (self.0 ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.0 = z ^ (z >> 31);
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    // The same on targets of 32 and of 64 bits: lengths and discriminants are hashed as `usize` and `isize`.
    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_length_and_every_bit_count() {
        let values: [Vec<u8>; 6] = [vec![], vec![0], vec![0, 0], vec![1, 2], vec![2, 1], vec![1, 2, 0]];
        let mut seen: Vec<u64> = values.iter().map(Fingerprint::of).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), values.len());
    }

    #[test]
    fn a_million_neighbours_are_told_apart() {
        let mut seen: Vec<u64> =
            (0..1_000_u32).flat_map(|a| (0..1_000_u32).map(move |b| Fingerprint::of(&(a, b)))).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1_000_000);
    }

    #[test]
    fn a_number_of_any_width_counts_as_a_word() {
        let word = Fingerprint::of(&7_u64);
        let widths = [
            Fingerprint::of(&7_u8),
            Fingerprint::of(&7_u32),
            Fingerprint::of(&7_usize),
            Fingerprint::of(&7_isize),
        ];
        assert_eq!(widths, [word; 4]);
    }

    /// A fingerprint of one word is SplitMix64's first number from that seed; these are published with it.
    #[test]
    fn a_word_is_mixed_as_splitmix64_does() {
        let Fingerprint(start) = Fingerprint::default();
        assert_eq!(Fingerprint::of(&start), 0xe220_a839_7b1d_cdaf);
        assert_eq!(Fingerprint::of(&(start ^ 1_234_567)), 6_457_827_717_110_365_317);
    }
}
