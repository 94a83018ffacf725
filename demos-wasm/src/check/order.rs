//! Sorted lists in little code: what the standard library brings along to sort long ones costs the page 12 KB.

/// Sorts a short list, or one that is nearly in order, so that no item comes `before` the one in front of it. Stable; takes a
/// number of comparisons that grows with the square of the length at worst.
pub(super) fn sort<T>(list: &mut [T], before: &dyn Fn(&T, &T) -> bool) {
    for end in 1..list.len() {
        let mut place = end;
        while place > 0 && before(&list[place], &list[place - 1]) {
            list.swap(place, place - 1);
            place -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sort;

    proptest! {
        #[test]
        fn lists_come_out_as_the_standard_library_sorts_them(mut list: Vec<(u8, u8)>) {
            let mut expected = list.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort(&mut list, &|a, b| a.0 < b.0);
            prop_assert_eq!(list, expected);
        }
    }
}
