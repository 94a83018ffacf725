//! The seeded generator. The same seed gives the same numbers natively and in WASM.

use core::ops::RangeInclusive;

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 13).
///
/// Every seed is good, 0 included, which matters because readers choose seeds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Generator(u64);

impl Generator {
    /// A generator that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in the range, both ends included. The bias is below the range's width divided by 2⁶⁴.
    ///
    /// A range of one value draws nothing, so fixing an option doesn't shift the numbers drawn for others by more than it must.
    pub fn within(&mut self, range: &RangeInclusive<u64>) -> u64 {
        let (low, high) = (*range.start(), *range.end());
        if low >= high {
            return low;
        }
        let width = u128::from(high - low) + 1;
        let scaled = (u128::from(self.bits()) * width) >> 64;
        low + u64::try_from(scaled).unwrap_or(0)
    }

    /// True in `percent` of a hundred draws. 0 and 100 draw nothing.
    pub fn chance(&mut self, percent: u8) -> bool {
        match percent {
            0 => false,
            100.. => true,
            _ => self.within(&(0..=99)) < u64::from(percent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_reference_sequence_for_seed_1234567() {
        let mut generator = Generator::new(1_234_567);
        let drawn: Vec<u64> = (0..5).map(|_| generator.bits()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821
            ]
        );
    }

    #[test]
    fn a_range_reaches_both_ends_and_never_leaves() {
        let mut generator = Generator::new(0);
        let drawn: Vec<u64> = (0..1_000).map(|_| generator.within(&(150..=155))).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&150), Some(&155)));
    }

    #[test]
    fn a_range_of_one_value_leaves_the_generator_alone() {
        let mut generator = Generator::new(7);
        assert_eq!(generator.within(&(150..=150)), 150);
        assert_eq!(generator, Generator::new(7));
    }
}
