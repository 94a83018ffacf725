//! The link matrix: how messages from one node to another fare. One cell a direction.

use std::ops::RangeInclusive;

use super::process::NodeId;

/// One direction between two nodes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// False while cut: what is sent is lost, and what was under way is lost at the cut.
    pub up: bool,
    /// One-way delay in milliseconds, drawn for each message.
    pub latency: RangeInclusive<u64>,
    /// Messages lost, in percent.
    pub loss: u8,
    /// Messages delivered twice, in percent.
    pub duplication: u8,
}

/// All directions of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Links {
    count: usize,
    cells: Vec<Link>,
}

impl Links {
    /// A full mesh of `count` nodes, every direction like `link`.
    pub fn mesh(count: usize, link: &Link) -> Self {
        Self { count, cells: vec![link.clone(); count * count] }
    }

    /// The direction `from` → `to`.
    pub fn get(&self, from: NodeId, to: NodeId) -> &Link {
        &self.cells[from.index() * self.count + to.index()]
    }

    /// The direction `from` → `to`, to be changed.
    pub fn get_mut(&mut self, from: NodeId, to: NodeId) -> &mut Link {
        &mut self.cells[from.index() * self.count + to.index()]
    }

    /// Every direction up again.
    pub fn heal(&mut self) {
        for link in &mut self.cells {
            link.up = true;
        }
    }

    /// Whether any direction is cut.
    pub fn any_cut(&self) -> bool {
        self.cells.iter().any(|link| !link.up)
    }
}
