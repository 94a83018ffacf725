//! The order of a folder: what the author says, then module numbers, then the index's links, then names.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Shelf, join, links};
use crate::parse::Document;

/// Names of a folder's pages and folders, in reading order.
pub(super) fn ordered(path: &str, shelf: &Shelf, shelves: &BTreeMap<String, Shelf>) -> Vec<String> {
    let linked = shelf.index.as_deref().map(linked_names).unwrap_or_default();
    let position = |name: &str| linked.iter().position(|linked| linked == name);
    let pages =
        shelf.pages.iter().map(|(name, document)| (Rank::of(name, Some(document), position(name)), name));
    let folders = shelf.folders.iter().map(|name| {
        let index = shelves.get(&join(path, name)).and_then(|shelf| shelf.index.as_deref());
        (Rank::of(name, index, position(name)), name)
    });
    let mut ranked: Vec<_> = pages.chain(folders).collect();
    ranked.sort_by(|left, right| left.0.compare(&right.0).then_with(|| natural(left.1, right.1)));
    ranked.into_iter().map(|(_, name)| name.clone()).collect()
}

/// Whether a file name is a lesson's: `module-…`.
pub(super) fn is_module(name: &str) -> bool {
    name.starts_with("module-")
}

enum Rank {
    Said(f64),
    Numbered(Vec<u64>),
    Linked(usize),
    Named,
}

impl Rank {
    fn of(name: &str, document: Option<&Document>, linked: Option<usize>) -> Self {
        if let Some(order) = document.and_then(|document| document.front_matter.order) {
            return Self::Said(order);
        }
        match (module_numbers(name), linked) {
            (Some(numbers), _) => Self::Numbered(numbers),
            (None, Some(position)) => Self::Linked(position),
            (None, None) => Self::Named,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Said(left), Self::Said(right)) => left.total_cmp(right),
            (Self::Numbered(left), Self::Numbered(right)) => left.cmp(right),
            (Self::Linked(left), Self::Linked(right)) => left.cmp(right),
            (left, right) => left.class().cmp(&right.class()),
        }
    }

    fn class(&self) -> u8 {
        match self {
            Self::Said(_) => 0,
            Self::Numbered(_) => 1,
            Self::Linked(_) => 2,
            Self::Named => 3,
        }
    }
}

/// `module-1.10-x.md` → `1.10`.
#[must_use]
pub fn module_number(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("module-")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches('.');
    (!number.is_empty()).then_some(number)
}

/// `module-1.10-x.md` → `[1, 10]`.
fn module_numbers(name: &str) -> Option<Vec<u64>> {
    module_number(name)?.split('.').map(|number| number.parse().ok()).collect()
}

/// The first step of each link of an index: the name of a page or folder beside it.
fn linked_names(index: &Document) -> Vec<String> {
    let links = index.links.iter().filter(|link| !link.is_image);
    links.filter_map(|link| links::first_step(&link.destination)).collect()
}

/// By letters, but numbers by their value: `part-2` before `part-10`.
fn natural(left: &str, right: &str) -> Ordering {
    let key = |name: &str| -> Vec<(u64, String)> {
        let mut parts = Vec::new();
        let mut rest = name;
        while !rest.is_empty() {
            let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let digits =
                rest[letters..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| letters + end);
            parts.push((rest[letters..digits].parse().unwrap_or(0), rest[..letters].to_lowercase()));
            rest = &rest[digits..];
        }
        parts
    };
    let (left_key, right_key) = (key(left), key(right));
    let by_parts = left_key.iter().zip(&right_key).map(|(l, r)| l.1.cmp(&r.1).then(l.0.cmp(&r.0)));
    let first_difference = by_parts.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
    first_difference.then(left_key.len().cmp(&right_key.len())).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_numbers_are_numbers() {
        assert_eq!(module_numbers("module-1.10-slo-tooling.md"), Some(vec![1, 10]));
        assert_eq!(module_numbers("module-3-x.md"), Some(vec![3]));
        assert_eq!(module_numbers("module-x.md"), None);
        assert_eq!(module_numbers("1.2-x.md"), None);
    }

    #[test]
    fn names_with_numbers_sort_by_value() {
        let mut names = ["part-10", "part-2", "appendix", "part-2b", "Part-1"];
        names.sort_by(|left, right| natural(left, right));
        assert_eq!(names, ["appendix", "Part-1", "part-2", "part-2b", "part-10"]);
    }
}
