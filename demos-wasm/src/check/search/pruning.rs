//! What the search leaves out: the moves that another can replace (observations 2, 3 and 5), and the configurations that one
//! already seen can stand in for (observation 1).

use super::{Configuration, Deed, Held, Placement, Search, Update, is_listed};
use crate::check::linearizability::Value;
use crate::check::order::sort;
use crate::prelude::*;
use crate::sim::Fingerprint;

impl Search {
    /// What can take effect before the return of `due`; the most promising last.
    pub(super) fn moves(&self, configuration: &Configuration, due: usize) -> Vec<Placement> {
        let Configuration { at, held, .. } = *configuration;
        let mut open = self.unplaced(configuration);
        sort(&mut open, &|a, b| self.definite[*a].returned < self.definite[*b].returned);
        let updates = open.iter().filter_map(|&place| match self.definite[place].deed {
            Deed::Changed(update) => Some((self.seen_from(update, at), place)),
            Deed::Found(_) | Deed::Missed(_) => None,
        });
        let updates: Vec<(Update, usize)> = updates.collect();
        let offers = self.offers(at);
        let wanted = self.wanted(configuration, &open, &offers);
        let mut moves = self.possible_moves(configuration, &offers, &wanted, &updates);
        for (place, &(update, number)) in updates.iter().enumerate().rev() {
            // Observation 3.
            let is_first = updates[..place].iter().all(|(other, _)| *other != update);
            let is_useful = number == due || !update.is_write() || wanted.has(update.to);
            if is_first && is_useful && update.is_possible_at(held) {
                moves.push(Placement::Definite(number));
            }
        }
        sort(&mut moves, &|a, b| !self.is_direct(*a, due, at) && self.is_direct(*b, due, at));
        // The operation due is the first of `updates`, so its own placement is the last of `moves`.
        if let Some(&(update, _)) = updates.first().filter(|(update, number)| {
            *number == due && update.is_write() && self.is_covered(due, configuration)
        }) {
            let later = &updates[1..];
            let is_fresh = |&(other, number): &(Update, usize)| {
                other.is_write() && !self.is_covered(number, configuration)
            };
            let can_matter = update.to == held || self.can_matter(update.to, held, at);
            if !(wanted.has(update.to) || can_matter || later.iter().any(is_fresh)) {
                moves.pop();
            }
            if update.to != held {
                moves.push(Placement::Overwritten(due));
            }
        }
        moves
    }

    /// Whether the operation due takes effect by this or can right after it.
    fn is_direct(&self, placement: Placement, due: usize, at: usize) -> bool {
        let leaves = match placement {
            Placement::Definite(place) | Placement::Overwritten(place) if place == due => return true,
            Placement::Definite(place) => match self.definite[place].deed {
                Deed::Changed(update) => self.seen_from(update, at).to,
                Deed::Found(_) | Deed::Missed(_) => None,
            },
            Placement::Overwritten(_) => None,
            Placement::Possible { update, .. } => update.to,
        };
        match self.definite[due].deed {
            Deed::Found(value) | Deed::Changed(Update { from: Some(value), .. }) => leaves == Some(value),
            Deed::Missed(value) => leaves != Some(value),
            Deed::Changed(Update { from: None, .. }) => false,
        }
    }

    /// Observation 2: whether a write can have been overwritten by the last one placed.
    fn is_covered(&self, place: usize, configuration: &Configuration) -> bool {
        self.definite[place].invoked < configuration.covered
    }

    /// Whether anybody to come could see that the value is `to` and not `held`.
    fn can_matter(&self, to: Held, held: Held, at: usize) -> bool {
        to.is_some() || held.is_some_and(|held| is_listed(&self.missed, held, at))
    }

    /// Open definite operations that haven't taken effect.
    fn unplaced(&self, configuration: &Configuration) -> Vec<usize> {
        let is_placed = |place: &usize| {
            configuration.changed.binary_search(place).is_ok()
                || configuration.observed.binary_search(place).is_ok()
        };
        self.open[configuration.at].iter().copied().filter(|place| !is_placed(place)).collect()
    }

    /// The possible operations invoked before event `at`, by what they do. Sorted.
    fn offers(&self, at: usize) -> Vec<Update> {
        let offered = self.possible[..self.offered[at]].iter();
        let mut offers: Vec<Update> = offered.map(|possible| self.seen_from(possible.update, at)).collect();
        sort(&mut offers, &|a, b| a < b);
        offers
    }

    /// Observation 5: the operations with unknown outcome that leave something that an open operation needs.
    fn possible_moves(
        &self,
        configuration: &Configuration,
        offers: &[Update],
        wanted: &Wanted,
        updates: &[(Update, usize)],
    ) -> Vec<Placement> {
        let at = configuration.at;
        let count = |list: &[Update], update: Update| {
            list.partition_point(|other| *other <= update) - list.partition_point(|other| *other < update)
        };
        // A write of the value held already changes nothing, but lets others be overwritten.
        let can_cover = updates
            .iter()
            .any(|&(update, number)| update.is_write() && !self.is_covered(number, configuration));
        let mut moves = Vec::new();
        for (place, &update) in offers.iter().enumerate() {
            let is_first = place == 0 || offers[place - 1] != update;
            if is_first
                && wanted.has(update.to)
                && (update.to != configuration.held || update.is_write() && can_cover)
                && update.is_possible_at(configuration.held)
                && count(offers, update) > count(&configuration.used, update)
                // Observation 3: it never returns.
                && updates.iter().all(|(other, _)| *other != update)
            {
                moves.push(Placement::Possible { update, at });
            }
        }
        moves
    }

    /// The values that would let one of the operations `open` take effect, also by way of possible compare-and-swaps.
    fn wanted(&self, configuration: &Configuration, open: &[usize], offers: &[Update]) -> Wanted {
        let mut wanted = Wanted { any: false, values: Vec::new() };
        for &place in open {
            match self.definite[place].deed {
                Deed::Found(value) | Deed::Changed(Update { from: Some(value), .. }) => {
                    wanted.values.push(value);
                }
                // It waits, so the value held is the one it must not find.
                Deed::Missed(_) => wanted.any = configuration.held.is_some(),
                Deed::Changed(Update { from: None, .. }) => {}
            }
        }
        let mut reached = 0;
        while reached < wanted.values.len() {
            let to = Some(wanted.values[reached]);
            for from in offers.iter().filter(|update| update.to == to).filter_map(|update| update.from) {
                if !wanted.values.contains(&from) {
                    wanted.values.push(from);
                }
            }
            reached += 1;
        }
        wanted
    }
}

/// What would let open operations take effect.
struct Wanted {
    /// Any value but the one held.
    any: bool,
    values: Vec<Value>,
}

impl Wanted {
    fn has(&self, value: Held) -> bool {
        self.any || value.is_some_and(|value| self.values.contains(&value))
    }
}

/// The configurations visited, by their fingerprint: a table whose length is a power of two.
#[derive(Default)]
pub(super) struct Seen {
    table: Vec<Vec<(Place, Vec<Rest>)>>,
    count: usize,
}

/// Of a configuration: `at`, `held` and `changed`.
type Place = (usize, Held, Vec<usize>);

/// Of a configuration: `observed`, `used` and `covered`.
type Rest = (Vec<usize>, Vec<Update>, usize);

impl Seen {
    /// Remembers a configuration. False if one seen before can stand in for it: the same but for having placed at least its
    /// observers, used at most its possible operations and overwritten at least as much.
    pub(super) fn insert(&mut self, configuration: &Configuration) -> bool {
        if self.count >= self.table.len() {
            self.grow();
        }
        let Configuration { at, held, changed, observed, used, covered } = configuration.clone();
        let (place, rest) = ((at, held, changed), (observed, used, covered));
        let cell = self.cell(&place);
        let Some((_, known)) = self.table[cell].iter_mut().find(|(known, _)| *known == place) else {
            self.table[cell].push((place, vec![rest]));
            self.count += 1;
            return true;
        };
        if known.iter().any(|other| can_stand_in(other, &rest)) {
            return false;
        }
        known.retain(|other| !can_stand_in(&rest, other));
        known.push(rest);
        true
    }

    fn cell(&self, place: &Place) -> usize {
        let mask = self.table.len() as u64 - 1;
        usize::try_from(Fingerprint::of(place) & mask).unwrap_or(0)
    }

    fn grow(&mut self) {
        let mut old = core::mem::take(&mut self.table);
        self.table.resize_with((old.len() * 4).max(64), Vec::new);
        for cell in &mut old {
            while let Some(entry) = cell.pop() {
                let cell = self.cell(&entry.0);
                self.table[cell].push(entry);
            }
        }
    }
}

fn can_stand_in(this: &Rest, other: &Rest) -> bool {
    is_within(&other.0, &this.0) && is_within(&this.1, &other.1) && this.2 >= other.2
}

/// Whether everything in `small` is in `large`, as often; both sorted.
fn is_within<T: Ord>(small: &[T], large: &[T]) -> bool {
    let mut rest = large.iter();
    small.iter().all(|item| rest.by_ref().find(|other| *other >= item) == Some(item))
}
