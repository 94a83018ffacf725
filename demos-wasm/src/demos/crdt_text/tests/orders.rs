//! Every order in which a network can deliver up to six operations.

use super::{BOTH, Company};
use crate::demos::crdt::broadcast::{Broadcast, Log, Operation, Promises};
use crate::demos::crdt_text::document::{Document, Edit};

/// All orders of a list (Heap's algorithm).
fn orders<T: Clone>(list: &mut Vec<T>, count: usize, each: &mut dyn FnMut(&[T])) {
    if count <= 1 {
        return each(list);
    }
    for place in 0..count {
        orders(list, count - 1, each);
        list.swap(if count.is_multiple_of(2) { place } else { 0 }, count - 1);
    }
}

/// What a replica that types nothing itself makes of operations that arrive in this order.
fn received(arriving: &[Operation<Edit>]) -> Document {
    let mut broadcast = Broadcast::new(4, Promises::KEPT, Log::default());
    let mut document = Document::default();
    for operation in arriving {
        for ready in broadcast.receive(operation.clone()) {
            document.apply(ready.dot, &ready.body);
        }
    }
    assert!(broadcast.early.is_empty());
    document
}

#[test]
fn all_orders_of_six_operations_end_in_the_same_document() {
    let mut tried = 0;
    for algorithm in BOTH {
        for seed in 0..150 {
            let mut company = Company::at_random(seed, 3, algorithm, 9);
            company.operations.truncate(6);
            let expected = received(&company.operations);
            let mut operations = company.operations.clone();
            let count = operations.len();
            orders(&mut operations, count, &mut |order| {
                assert_eq!(received(order), expected, "seed {seed}");
                tried += 1;
            });
        }
    }
    assert!(tried > 100_000, "{tried}");
}
