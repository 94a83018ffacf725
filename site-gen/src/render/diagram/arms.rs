//! Box-drawing characters as arms: which of the four sides of its cell a line reaches, and how heavy it is.

/// Weight of an arm: 0 none, 1 light, 2 heavy, 3 double.
pub(super) type Weight = u8;

/// The arms of one line cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arms {
    pub(super) up: Weight,
    pub(super) right: Weight,
    pub(super) down: Weight,
    pub(super) left: Weight,
}

/// One of the four sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Up,
    Right,
    Down,
    Left,
}

impl Side {
    pub(super) const ALL: [Self; 4] = [Self::Up, Self::Right, Self::Down, Self::Left];

    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Right => Self::Left,
            Self::Down => Self::Up,
            Self::Left => Self::Right,
        }
    }

    /// The cell next to a (row, column) on this side; far outside when there is none.
    pub(super) fn step(self, (row, column): (usize, usize)) -> (usize, usize) {
        match self {
            Self::Up => (row.wrapping_sub(1), column),
            Self::Right => (row, column + 1),
            Self::Down => (row + 1, column),
            Self::Left => (row, column.wrapping_sub(1)),
        }
    }

    /// The side an arrowhead points to.
    pub(super) fn of_arrow(character: char) -> Option<Self> {
        Some(match character {
            '▲' | '↑' | '△' => Self::Up,
            '►' | '▶' | '→' | '▷' => Self::Right,
            '▼' | '↓' | '▽' => Self::Down,
            '◄' | '◀' | '←' | '◁' => Self::Left,
            _ => return None,
        })
    }
}

// Unicode's block "Box Drawing" from U+2500, four digits a character: up, right, down, left.
const TABLE: &str = "\
    0101 0202 1010 2020 0101 0202 1010 2020 0101 0202 1010 2020 0110 0210 0120 0220 \
    0011 0012 0021 0022 1100 1200 2100 2200 1001 1002 2001 2002 1110 1210 2110 1120 \
    2120 2210 1220 2220 1011 1012 2011 1021 2021 2012 1022 2022 0111 0112 0211 0212 \
    0121 0122 0221 0222 1101 1102 1201 1202 2101 2102 2201 2202 1111 1112 1211 1212 \
    2111 1121 2121 2112 2211 1122 1221 2212 1222 2122 2221 2222 0101 0202 1010 2020 \
    0303 3030 0310 0130 0330 0013 0031 0033 1300 3100 3300 1003 3001 3003 1310 3130 \
    3330 1013 3031 3033 0313 0131 0333 1303 3101 3303 1313 3131 3333 0110 0011 1001 \
    1100 0000 0000 0000 0001 1000 0100 0010 0002 2000 0200 0020 0201 1020 0102 2010";

const FIRST: u32 = 0x2500;
const ENTRY: usize = "0101 ".len();

impl Arms {
    /// The arms of a character; none when it isn't a line.
    pub(super) fn of(character: char) -> Option<Self> {
        let index = usize::try_from(u32::from(character).checked_sub(FIRST)?).ok()?;
        let entry = TABLE.as_bytes().get(index * ENTRY..index * ENTRY + 4)?;
        let weight = |side: usize| entry[side] - b'0';
        let arms = Self { up: weight(0), right: weight(1), down: weight(2), left: weight(3) };
        (arms.up + arms.right + arms.down + arms.left > 0).then_some(arms)
    }

    pub(super) fn towards(self, side: Side) -> Weight {
        match side {
            Side::Up => self.up,
            Side::Right => self.right,
            Side::Down => self.down,
            Side::Left => self.left,
        }
    }

    pub(super) fn is_horizontal(self) -> bool {
        self.left > 0 && self.right > 0
    }

    pub(super) fn is_vertical(self) -> bool {
        self.up > 0 && self.down > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_lines_corners_and_crossings() {
        let arms = |character| Arms::of(character).map(|arms| [arms.up, arms.right, arms.down, arms.left]);
        assert_eq!(arms('─'), Some([0, 1, 0, 1]));
        assert_eq!(arms('┌'), Some([0, 1, 1, 0]));
        assert_eq!(arms('┴'), Some([1, 1, 0, 1]));
        assert_eq!(arms('╬'), Some([3, 3, 3, 3]));
        assert_eq!(arms('╯'), Some([1, 0, 0, 1]));
        assert_eq!(arms('╿'), Some([2, 0, 1, 0]));
        assert_eq!(arms('╱'), None);
        assert_eq!(arms('x'), None);
    }
}
