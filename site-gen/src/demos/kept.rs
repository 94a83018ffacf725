//! What compiling the demos gave, kept on disk for the next run of this program, beside what cargo keeps. Cargo itself
//! would link a module anew each time, because the families are one package with different features.
//!
//! A kept result is found by a hash of everything that it was made from, and checked by a hash of itself. Whatever goes
//! wrong here means that the demos are compiled again, and nothing else.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Script and module of each family, as a tool made them.
pub(super) type Modules = Vec<(Vec<u8>, Vec<u8>)>;

/// How many results are kept: both ways to make them, for a few states of the sources.
const KEPT_MAX: usize = 6;

/// A place for one result.
pub(super) struct Kept {
    path: PathBuf,
}

impl Kept {
    /// The place for what these sources give, made in this way with the compiler of the workspace; none when there is no
    /// compiler to ask for its version.
    pub(super) fn place(workspace: &Path, sources: &blake3::Hash, made_by: &str) -> Option<Self> {
        let compiler = Command::new("rustc").arg("-vV").current_dir(workspace).output().ok()?;
        let mut hasher = blake3::Hasher::new();
        // How a tool is called stands in this program's own source.
        for part in [sources.as_bytes(), made_by.as_bytes(), &compiler.stdout, include_bytes!("../demos.rs")]
        {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        Some(Self { path: target.join("demos").join(hasher.finalize().to_hex().as_str()) })
    }

    /// What is kept here, if it is whole.
    pub(super) fn read(&self) -> Option<Modules> {
        let bytes = fs::read(&self.path).ok()?;
        let (sum, mut rest) = bytes.split_first_chunk::<32>()?;
        if blake3::hash(rest) != *sum {
            return None;
        }
        let mut modules = Modules::new();
        while !rest.is_empty() {
            let (glue, after) = piece(rest)?;
            let (module, after) = piece(after)?;
            modules.push((glue.to_vec(), module.to_vec()));
            rest = after;
        }
        Some(modules)
    }

    /// Keeps a result, and lets go of the oldest ones.
    pub(super) fn write(&self, modules: &Modules) {
        // Without it the next run takes longer, and that is all.
        let _ = self.try_write(modules);
    }

    fn try_write(&self, modules: &Modules) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut rest = Vec::new();
        for piece in modules.iter().flat_map(|(glue, module)| [glue, module]) {
            rest.extend((piece.len() as u64).to_le_bytes());
            rest.extend(piece);
        }
        // Two programs may do so at once; each file appears whole.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(blake3::hash(&rest).as_bytes())?;
        file.write_all(&rest)?;
        file.persist(&self.path)?;
        let mut kept: Vec<_> = fs::read_dir(folder)?
            .filter_map(Result::ok)
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        kept.sort();
        let too_many = kept.len().saturating_sub(KEPT_MAX);
        kept.iter().take(too_many).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// A piece that its length stands before, and what follows.
fn piece(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &Path, name: &str) -> Kept {
        Kept { path: folder.join("demos").join(name) }
    }

    #[test]
    fn what_was_kept_comes_back_and_what_was_damaged_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let kept = place(folder.path(), "a");
        assert_eq!(kept.read(), None);
        let modules = vec![(b"glue".to_vec(), b"\0asm".to_vec()), (Vec::new(), b"x".to_vec())];
        kept.write(&modules);
        assert_eq!(kept.read(), Some(modules));
        let mut bytes = fs::read(&kept.path).unwrap();
        bytes[40] ^= 1;
        fs::write(&kept.path, &bytes).unwrap();
        assert_eq!(kept.read(), None);
        fs::write(&kept.path, &bytes[..20]).unwrap();
        assert_eq!(kept.read(), None);
    }

    #[test]
    fn only_the_latest_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..KEPT_MAX + 3 {
            place(folder.path(), &number.to_string()).write(&vec![(vec![1], vec![2])]);
            // File systems tell times apart by milliseconds at best.
            let path = folder.path().join("demos").join(number.to_string());
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(number as u64 + 1);
            fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        }
        let mut names: Vec<_> = fs::read_dir(folder.path().join("demos"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["3", "4", "5", "6", "7", "8"]);
    }

    #[test]
    fn other_sources_and_another_tool_have_another_place() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let path =
            |sources: &[u8], tool: &str| Kept::place(workspace, &blake3::hash(sources), tool).unwrap().path;
        let paths = [path(b"a", "x"), path(b"b", "x"), path(b"a", "y")];
        assert!(paths[0] != paths[1] && paths[0] != paths[2] && paths[1] != paths[2]);
        assert_eq!(paths[0], path(b"a", "x"));
    }
}
