//! Positions from integers only, so that every target draws the same bytes.

use crate::words::{Text, Words, display_by_words};

/// A length in tenths of the picture's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenths(pub i64);

impl Words for Tenths {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        self.write(text);
    }
}

impl Tenths {
    /// By value: a reference would have to be kept somewhere, at each of many places.
    #[inline(never)]
    fn write(self, text: &mut Text) {
        let (whole, rest) = (self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10);
        if self.0 < 0 {
            text.trust("-");
        }
        if rest == 0 {
            return whole.add(text);
        }
        text.trust(&format!("{whole}."));
        rest.add(text);
    }
}

display_by_words!(Tenths);

/// A point, in tenths of the picture's unit; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// To the right.
    pub x: i64,
    /// Down.
    pub y: i64,
}

impl Point {
    /// The point `thousandths` of the way to `other`.
    #[must_use]
    pub fn towards(self, other: Point, thousandths: i64) -> Point {
        Point {
            x: self.x + (other.x - self.x) * thousandths / 1_000,
            y: self.y + (other.y - self.y) * thousandths / 1_000,
        }
    }

    /// Distance to `other`, rounded down.
    pub fn distance(self, other: Point) -> i64 {
        let (dx, dy) = (other.x - self.x, other.y - self.y);
        // 32 bits hold a picture of 6,500 units; the root of a number of 64 costs the page half a kilobyte.
        i64::from(u32::try_from(dx * dx + dy * dy).unwrap_or(u32::MAX).isqrt())
    }

    /// The point `length` from here in the direction of `other`; here itself if both are one point.
    #[must_use]
    pub fn step(self, other: Point, length: i64) -> Point {
        match self.distance(other) {
            0 => self,
            distance => Point {
                x: self.x + (other.x - self.x) * length / distance,
                y: self.y + (other.y - self.y) * length / distance,
            },
        }
    }

    /// Whether it lies to the right of the line that goes from `from` to `to`, or on it.
    pub fn is_right_of(self, from: Point, to: Point) -> bool {
        (to.x - from.x) * (self.y - from.y) >= (to.y - from.y) * (self.x - from.x)
    }

    /// The point moved sideways by `length`, to the right of the direction from here to `other`.
    #[must_use]
    pub fn beside(self, other: Point, from: Point, length: i64) -> Point {
        match from.distance(other) {
            0 => self,
            distance => Point {
                x: self.x - (other.y - from.y) * length / distance,
                y: self.y + (other.x - from.x) * length / distance,
            },
        }
    }
}

/// How many characters a text has. Not by `chars().count()`, whose quick way for long texts costs 1 KB in the page.
pub fn letters(text: &str) -> i64 {
    let mut letters = 0;
    for byte in text.bytes() {
        // All but those that go on with a character.
        if byte & 0xc0 != 0x80 {
            letters += 1;
        }
    }
    letters
}

/// sin(0°), sin(5°) … sin(90°) in ten-thousandths.
const SINES: [i64; 19] = [
    0, 872, 1736, 2588, 3420, 4226, 5000, 5736, 6428, 7071, 7660, 8192, 8660, 9063, 9397, 9659, 9848, 9962,
    10000,
];

/// The sine of an angle in tenths of a degree, in ten-thousandths; straight lines between the table's five-degree steps.
pub fn sine(tenths_of_degree: i64) -> i64 {
    let angle = tenths_of_degree.rem_euclid(3_600);
    let (quarter, sign) = match angle {
        0..=900 => (angle, 1),
        901..=1_800 => (1_800 - angle, 1),
        1_801..=2_700 => (angle - 1_800, -1),
        _ => (3_600 - angle, -1),
    };
    let place = usize::try_from(quarter / 50).unwrap_or(0);
    let low = SINES[place];
    let high = SINES[(place + 1).min(SINES.len() - 1)];
    sign * (low + (high - low) * (quarter % 50) / 50)
}

/// The place of node `index` of `count` on a ring around `centre`, the first at the top, then clockwise.
pub fn on_ring(index: usize, count: usize, centre: Point, radius: (i64, i64)) -> Point {
    let turn = i64::try_from(index * 3_600 / count.max(1)).unwrap_or(0);
    Point { x: centre.x + radius.0 * sine(turn) / 10_000, y: centre.y - radius.1 * sine(turn + 900) / 10_000 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_written_without_a_float() {
        let written: Vec<String> = [0, 5, -5, 10, 123, -120].map(|n| Tenths(n).to_string()).to_vec();
        assert_eq!(written, ["0", "0.5", "-0.5", "1", "12.3", "-12"]);
    }

    #[test]
    fn the_sine_table_is_within_a_fifth_of_a_percent_at_every_tenth_of_a_degree() {
        for angle in -3_600..7_200_i64 {
            #[expect(
                clippy::cast_precision_loss,
                clippy::disallowed_methods,
                reason = "the reference to compare with"
            )]
            let error = (angle as f64 / 10.0).to_radians().sin().mul_add(10_000.0, -(sine(angle) as f64));
            assert!(error.abs() < 20.0, "sine({angle}) is off by {error}");
        }
    }

    #[test]
    fn letters_are_characters_and_not_bytes() {
        for text in ["", "vote?", "1·w2", "→ ÄÖ"] {
            assert_eq!(letters(text), i64::try_from(text.chars().count()).expect("few"), "{text}");
        }
    }

    #[test]
    fn nodes_of_a_ring_are_apart_and_on_it() {
        for count in 3..=9 {
            let places: Vec<Point> =
                (0..count).map(|index| on_ring(index, count, Point { x: 0, y: 0 }, (1_000, 1_000))).collect();
            for (index, place) in places.iter().enumerate() {
                assert!((990..=1_010).contains(&place.distance(Point { x: 0, y: 0 })), "{index} of {count}");
                let next = places[(index + 1) % count];
                assert!(place.distance(next) > 600, "{index} of {count} touches the next");
            }
        }
    }
}
