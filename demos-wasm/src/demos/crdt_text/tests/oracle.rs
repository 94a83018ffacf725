//! The same orders computed in another way: from the set of all insertions, by walking the trees of the papers.

use super::{BOTH, Company, Dot};
use crate::demos::crdt_text::document::{Algorithm, Edit, Insertion, Side};

/// A character as its operation says.
pub(super) type Typed = (Dot, Insertion);

pub(super) fn typed(company: &Company) -> Vec<Typed> {
    let insertion = |edit: &Edit| match edit {
        Edit::Insert(insertion) => Some(*insertion),
        Edit::Delete(..) => None,
    };
    company
        .operations
        .iter()
        .filter_map(|operation| Some((operation.dot, insertion(&operation.body)?)))
        .collect()
}

/// In order: the left children by id, the node, the right children by id.
fn fugue(all: &[Typed], node: Option<Dot>, order: &mut Vec<Dot>) {
    let children = |side: Side| {
        let mut children: Vec<Dot> =
            all.iter().filter(|(_, it)| it.parent == node && it.side == side).map(|(id, _)| *id).collect();
        children.sort();
        children
    };
    for child in children(Side::Left) {
        fugue(all, Some(child), order);
    }
    order.extend(node);
    for child in children(Side::Right) {
        fugue(all, Some(child), order);
    }
}

/// In order: the node, then its children, the latest first.
fn rga(all: &[Typed], node: Option<Dot>, order: &mut Vec<Dot>) {
    order.extend(node);
    let mut children: Vec<&Typed> = all.iter().filter(|(_, it)| it.left == node).collect();
    children.sort_by_key(|(id, it)| std::cmp::Reverse((it.time, id.replica)));
    for (child, _) in children {
        rga(all, Some(*child), order);
    }
}

#[test]
fn both_orders_are_those_of_the_trees_in_the_papers() {
    for algorithm in BOTH {
        for seed in 0..20_000 {
            let mut company = Company::at_random(seed, 3, algorithm, 30);
            company.meet();
            let all = typed(&company);
            for (shown, walk) in
                [(Algorithm::Fugue, fugue as fn(&[Typed], Option<Dot>, &mut Vec<Dot>)), (Algorithm::Rga, rga)]
            {
                let mut expected = Vec::new();
                walk(&all, None, &mut expected);
                for document in &company.documents {
                    let order: Vec<Dot> = document.elements(shown).iter().map(|it| it.id).collect();
                    assert_eq!(order, expected, "{shown:?} while editing {algorithm:?}, seed {seed}");
                }
            }
        }
    }
}

#[test]
fn what_is_typed_stands_where_it_was_typed() {
    for algorithm in BOTH {
        for seed in 0..2_000 {
            let mut company = Company::at_random(seed, 3, algorithm, 20);
            for (who, at) in [(0, 0), (1, usize::MAX), (2, 3)] {
                let before = company.text(who);
                let at = at.min(before.chars().count());
                company.type_at(who, at, '!');
                let mut expected: Vec<char> = before.chars().collect();
                expected.insert(at, '!');
                assert_eq!(company.text(who), expected.into_iter().collect::<String>());
            }
        }
    }
}
