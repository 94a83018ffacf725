//! The replicated log.

use std::fmt;

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

impl fmt::Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

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
}

impl fmt::Display for LogIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// One entry: the term of the leader that created it, and a client's command (here the number of the client's request).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Term in which a leader received it.
    pub term: Term,
    /// What to apply to the state machine.
    pub command: u32,
}

/// The entries 1, 2, ….
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Log(Vec<Entry>);

impl Log {
    /// Index of the last entry; 0 when the log is empty.
    pub fn last_index(&self) -> LogIndex {
        LogIndex(u32::try_from(self.0.len()).unwrap_or(u32::MAX))
    }

    /// Term of the last entry; 0 when the log is empty.
    pub fn last_term(&self) -> Term {
        self.0.last().map_or(Term(0), |entry| entry.term)
    }

    /// The entry at an index; none at 0 and past the end.
    pub fn get(&self, index: LogIndex) -> Option<&Entry> {
        self.0.get((index.0 as usize).checked_sub(1)?)
    }

    /// The term of the entry at an index: 0 at index 0, none past the end.
    pub fn term_at(&self, index: LogIndex) -> Option<Term> {
        if index == LogIndex(0) { Some(Term(0)) } else { self.get(index).map(|entry| entry.term) }
    }

    /// Entries from `index` to the end.
    pub fn from(&self, index: LogIndex) -> &[Entry] {
        let start = index.previous().0 as usize;
        self.0.get(start..).unwrap_or_default()
    }

    /// All entries in order.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Adds an entry at the end and gives its index.
    pub fn append(&mut self, entry: Entry) -> LogIndex {
        self.0.push(entry);
        self.last_index()
    }

    /// Deletes the entry at `index` and all that follow it.
    pub fn truncate_from(&mut self, index: LogIndex) {
        self.0.truncate(index.previous().0 as usize);
    }

    /// Whether a log with this last entry is at least as up to date as this one: the later term of the last entry
    /// decides; with equal terms the longer log does (§5.4.1).
    pub fn is_at_most_as_up_to_date_as(&self, last_term: Term, last_index: LogIndex) -> bool {
        (last_term, last_index) >= (self.last_term(), self.last_index())
    }

    /// Takes over what a leader sent after `previous`: an entry that disagrees in term is deleted with all that follow it,
    /// entries not yet there are appended, and entries that agree stay, so that an old message removes nothing
    /// (§5.3; figure 2, "AppendEntries RPC", 3 and 4). True when the log changed.
    pub fn merge(&mut self, previous: LogIndex, entries: &[Entry]) -> bool {
        let mut index = previous;
        let mut changed = false;
        for entry in entries {
            index = index.next();
            match self.term_at(index) {
                Some(term) if term == entry.term => {}
                Some(_) => {
                    self.truncate_from(index);
                    self.append(*entry);
                    changed = true;
                }
                None => {
                    self.append(*entry);
                    changed = true;
                }
            }
        }
        changed
    }
}

impl FromIterator<Entry> for Log {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
