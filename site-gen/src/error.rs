//! A broken environment: what no edit of the content mends.

use std::io;
use std::path::{Path, PathBuf};

/// Why the program could not do its work at all. Problems of the content are [`crate::Diagnostic`]s instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The output folder exists, is not empty and was not made by this program.
    #[error(
        "`{}` is not empty and was not made by site-gen (it has no `{}`); name another folder with `--out`, or empty it yourself",
        path.display(), crate::output::MARKER
    )]
    ForeignOutput {
        /// The folder.
        path: PathBuf,
    },
    /// The output folder would swallow the sources.
    #[error("`{}` holds the content or the configuration; name another folder with `--out`", path.display())]
    OutputOverSource {
        /// The folder.
        path: PathBuf,
    },
    /// Anything else that stops the program, said in full.
    #[error("{0}")]
    Environment(String),
}

impl Error {
    /// For `map_err` after an operation on a path.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}
