//! What one build may keep for the next: results by the content they depend on, and nothing else.
//!
//! A result is found by a hash of everything that it was made from, so a kept one and a fresh one are the same bytes, and
//! nothing ever has to be declared stale. What a whole build didn't ask for is dropped at its end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::parse::{Document, ParseOptions, parse};
use crate::source::SourcePath;

/// Parsed pages and finished blocks.
#[derive(Debug, Default)]
pub struct Cache {
    documents: Store<Arc<Document>>,
    blocks: Store<Arc<str>>,
    pictures: Store<Option<Arc<[u8]>>>,
}

impl Cache {
    /// The document of a page.
    #[must_use]
    pub fn document(&self, path: &SourcePath, text: &str, options: ParseOptions) -> Arc<Document> {
        let trust = if options.trust_raw_html { "trusted" } else { "" };
        let key = key(&[path.as_str(), trust, text]);
        self.documents.get(key, || Arc::new(parse(path, text, options)))
    }

    /// The HTML of a block: made from `parts`, and from nothing else, by `make`.
    #[must_use]
    pub(crate) fn block(&self, parts: &[&str], make: impl FnOnce() -> String) -> Arc<str> {
        self.blocks.get(key(parts), || make().into())
    }

    /// A picture: made from `parts`, and from nothing else, by `make`; none where it can't be made.
    #[must_use]
    pub(crate) fn picture(
        &self,
        parts: &[&str],
        make: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Option<Arc<[u8]>> {
        self.pictures.get(key(parts), || make().map(Into::into))
    }

    /// Ends a build: what it didn't use is forgotten.
    pub(crate) fn end_build(&mut self) {
        self.documents.forget_unused();
        self.blocks.forget_unused();
        self.pictures.forget_unused();
    }

    /// How many pages and blocks had to be made since the last build ended.
    #[must_use]
    pub(crate) fn made(&self) -> (usize, usize) {
        (self.documents.made(), self.blocks.made())
    }
}

type Key = [u8; 32];

/// A hash of some parts that no other parts have.
fn key(parts: &[&str]) -> Key {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        // With its length, so that `ab`, `c` isn't `a`, `bc`.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Values by key, and which of them the current build has used.
#[derive(Debug)]
struct Store<V> {
    kept: Mutex<Kept<V>>,
}

#[derive(Debug)]
struct Kept<V> {
    values: BTreeMap<Key, (V, Used)>,
    made: usize,
}

/// Whether the current build has asked for a value.
type Used = bool;

impl<V> Default for Store<V> {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { values: BTreeMap::new(), made: 0 }) }
    }
}

impl<V: Clone> Store<V> {
    /// The value of a key, made without holding the others up. Two threads may both make it; it is the same.
    fn get(&self, key: Key, make: impl FnOnce() -> V) -> V {
        if let Some((value, used)) = self.lock().values.get_mut(&key) {
            *used = true;
            return value.clone();
        }
        let value = make();
        let mut kept = self.lock();
        kept.made += 1;
        kept.values.insert(key, (value.clone(), true));
        value
    }

    fn made(&self) -> usize {
        self.lock().made
    }

    fn forget_unused(&mut self) {
        let mut kept = self.lock();
        kept.made = 0;
        kept.values.retain(|_, (_, used)| std::mem::take(used));
    }

    // A thread that panicked while making a value held no lock.
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept<V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_while_every_build_asks_for_it() {
        let mut cache = Cache::default();
        for _ in 0..3 {
            assert_eq!(&*cache.block(&["a", "b"], || "made".to_owned()), "made");
            cache.end_build();
        }
        assert_eq!(&*cache.block(&["a", "b"], || "again".to_owned()), "made");
        cache.end_build();
        cache.end_build();
        assert_eq!(&*cache.block(&["a", "b"], || "again".to_owned()), "again");
    }

    #[test]
    fn parts_are_told_apart() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(key(&["", "a"]), key(&["a"]));
    }

    #[test]
    fn a_page_is_parsed_again_when_its_text_path_or_options_change() {
        let cache = Cache::default();
        let plain = ParseOptions::default();
        let trusted = ParseOptions { trust_raw_html: true };
        for (path, text, options) in
            [("a.md", "# A", plain), ("a.md", "# A", plain), ("b.md", "# A", plain), ("a.md", "# A", trusted)]
        {
            assert_eq!(cache.document(&SourcePath::new(path), text, options).path.as_str(), path);
        }
        assert_eq!(cache.made().0, 3);
    }
}
