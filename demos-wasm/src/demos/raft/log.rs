//! The replicated log.
//!
//! Invariants: indexes run without a gap from the snapshot's last index + 1 (1 without a snapshot); terms never fall from
//! one entry to the next; what the snapshot covers was committed.

use alloc::rc::Rc;

use super::configuration::Configuration;
use super::snapshot::Snapshot;
use super::store::Request;
use crate::prelude::*;
use crate::words::{Text, Words, display_by_words};

/// A term: a logical number that rises with every election, not a span of time (§5.1). 0 before the first election.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Term(pub u32);

impl Term {
    /// The term after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl Words for Term {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        self.0.add(text);
    }
}

display_by_words!(Term);

/// A place in the log, from 1; 0 is the place before the first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LogIndex(pub u32);

impl LogIndex {
    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The place before this one; 0 stays 0.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The place this many entries later.
    #[must_use]
    pub fn plus(self, entries: usize) -> Self {
        Self(self.0.saturating_add(u32::try_from(entries).unwrap_or(u32::MAX)))
    }

    /// How many entries lie after `earlier`, up to this one; 0 when it isn't earlier.
    pub fn since(self, earlier: Self) -> usize {
        self.0.saturating_sub(earlier.0) as usize
    }
}

impl Words for LogIndex {
    #[inline(always)]
    fn add(&self, text: &mut Text) {
        self.0.add(text);
    }
}

display_by_words!(LogIndex);

/// One entry: the term of the leader that created it, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Term in which a leader received it.
    pub term: Term,
    /// What it is for.
    pub payload: Payload,
}

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payload {
    /// Nothing: a leader may begin its term with it (§8).
    NoOp,
    /// A client's request, to be applied to the state machine.
    Request(Request),
    /// The configuration in force from here on, committed or not (§6).
    Configuration(Configuration),
}

/// The entries 1, 2, …, or a snapshot and the entries after it. Clones share their content until one is changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Log {
    snapshot: Option<Rc<Snapshot>>,
    entries: Rc<Vec<Entry>>,
}

impl Log {
    /// What stands for the entries that were compacted; none when nothing was.
    pub fn snapshot(&self) -> Option<&Rc<Snapshot>> {
        self.snapshot.as_ref()
    }

    /// Index of the last entry that was compacted; 0 when none was.
    pub fn base_index(&self) -> LogIndex {
        self.snapshot.as_ref().map_or(LogIndex(0), |snapshot| snapshot.last_index)
    }

    /// Index of the last entry; 0 when there never was one.
    pub fn last_index(&self) -> LogIndex {
        self.base_index().plus(self.entries.len())
    }

    /// Term of the last entry; 0 when there never was one.
    pub fn last_term(&self) -> Term {
        self.term_at(self.last_index()).unwrap_or_default()
    }

    /// The entry at an index; none at 0, where it was compacted, and past the end.
    pub fn get(&self, index: LogIndex) -> Option<&Entry> {
        self.entries.get(index.since(self.base_index()).checked_sub(1)?)
    }

    /// The term of the entry at an index: known from the snapshot's last index on, 0 at index 0 where nothing was compacted.
    pub fn term_at(&self, index: LogIndex) -> Option<Term> {
        if index == self.base_index() {
            return Some(self.snapshot.as_ref().map_or(Term(0), |snapshot| snapshot.last_term));
        }
        self.get(index).map(|entry| entry.term)
    }

    /// Entries after `index` to the end; none when the first of them was compacted.
    pub fn after(&self, index: LogIndex) -> Option<&[Entry]> {
        let base = self.base_index();
        if index < base { None } else { self.entries.get(index.since(base)..) }
    }

    /// All entries that weren't compacted, in order; the first one has the index after [`Log::base_index`].
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds an entry at the end and gives its index.
    pub fn append(&mut self, entry: Entry) -> LogIndex {
        Rc::make_mut(&mut self.entries).push(entry);
        self.last_index()
    }

    /// Deletes the entry at `index` and all that follow it. What was compacted stays.
    pub fn truncate_from(&mut self, index: LogIndex) {
        let keep = index.previous().since(self.base_index());
        if keep < self.entries.len() {
            Rc::make_mut(&mut self.entries).truncate(keep);
        }
    }

    /// Puts a snapshot in the place of what it covers. What follows its last entry stays if the log has that entry, else
    /// the whole log goes (§7; figure 13, 6 and 7).
    pub fn compact(&mut self, snapshot: Rc<Snapshot>) {
        let agrees = self.term_at(snapshot.last_index) == Some(snapshot.last_term);
        let rest = if agrees { self.after(snapshot.last_index) } else { None };
        self.entries = Rc::new(rest.unwrap_or_default().to_vec());
        self.snapshot = Some(snapshot);
    }

    /// Whether a log with this last entry is at least as up to date as this one: the later term of the last entry
    /// decides; with equal terms the longer log does (§5.4.1).
    pub fn is_at_most_as_up_to_date_as(&self, last_term: Term, last_index: LogIndex) -> bool {
        (last_term, last_index) >= (self.last_term(), self.last_index())
    }

    /// Takes over what a leader sent after `previous`: an entry that disagrees in term is deleted with all that follow it,
    /// entries not yet there are appended, and entries that agree or were compacted stay, so that an old message removes
    /// nothing (§5.3; figure 2, "AppendEntries RPC", 3 and 4). True when the log changed.
    pub fn merge(&mut self, previous: LogIndex, entries: &[Entry]) -> bool {
        let mut index = previous;
        let mut changed = false;
        for entry in entries {
            index = index.next();
            if index <= self.base_index() || self.term_at(index) == Some(entry.term) {
                continue;
            }
            self.truncate_from(index);
            self.append(*entry);
            changed = true;
        }
        changed
    }

    /// The first index with the term that the entry at `index` has, as far as the log goes back (end of §5.3).
    pub fn first_of_term_at(&self, index: LogIndex) -> LogIndex {
        let term = self.term_at(index);
        let mut first = index;
        while first > self.base_index().next() && self.term_at(first.previous()) == term {
            first = first.previous();
        }
        first
    }

    /// The last index before `end` whose entry has this term.
    pub fn last_of_term(&self, term: Term, end: LogIndex) -> Option<LogIndex> {
        let mut index = end.min(self.last_index().next());
        while index > self.base_index() {
            index = index.previous();
            // Terms never fall, so nothing earlier can have it.
            match self.term_at(index) {
                Some(found) if found > term => {}
                Some(found) => return (found == term).then_some(index),
                None => return None,
            }
        }
        None
    }

    /// The latest configuration at an index up to `end`, with its index; none when the log knows of no configuration.
    pub fn configuration_up_to(&self, end: LogIndex) -> Option<(LogIndex, Configuration)> {
        let base = self.base_index();
        let known = self.entries.len().min(end.since(base));
        for place in (0..known).rev() {
            if let Payload::Configuration(configuration) = self.entries[place].payload {
                return Some((base.plus(place + 1), configuration));
            }
        }
        self.snapshot.as_ref().map(|snapshot| (snapshot.configuration_index, snapshot.configuration))
    }
}

impl FromIterator<Entry> for Log {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self { snapshot: None, entries: Rc::new(entries.into_iter().collect()) }
    }
}
