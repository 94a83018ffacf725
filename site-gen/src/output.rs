//! `Output`: the whole site in memory, and the only writer of the disk.
//!
//! The site is written beside its place and then exchanged with what is there: in one step where the system has one, else
//! by two renames, between which the place is empty for a moment. It never holds half of either site. Only a folder that
//! carries our marker is ever replaced.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use crate::Error;

/// Marks a folder as made by this program, which alone may replace it.
pub const MARKER: &str = ".site-gen";

const MARKER_TEXT: &str = "This folder is made by site-gen, which replaces it as a whole.\n";

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
    /// When the folder is not ours or cannot be written; the folder is then as it was.
    pub fn write(&self, out: &Path) -> Result<usize, Error> {
        let place = Place::of(out)?;
        let fresh = place.fresh()?;
        self.write_into(fresh.path())?;
        place.exchange(fresh)?;
        Ok(self.files.len())
    }

    fn write_into(&self, folder: &Path) -> Result<(), Error> {
        for name in self.files.keys() {
            // Whatever a name was made from: nothing outside the folder is ever written.
            let stays = |part| matches!(part, Component::Normal(_));
            if !Path::new(name).components().all(stays) {
                return Err(Error::Environment(format!("`{name}` would lie outside the output folder")));
            }
            if let Some((parent, _)) = name.rsplit_once('/') {
                let parent = folder.join(parent);
                fs::create_dir_all(&parent).map_err(Error::io("create", &parent))?;
            }
        }
        self.files.par_iter().try_for_each(|(name, bytes)| {
            let path = folder.join(name);
            fs::write(&path, bytes).map_err(Error::io("write", &path))
        })?;
        let marker = folder.join(MARKER);
        fs::write(&marker, MARKER_TEXT).map_err(Error::io("write", &marker))
    }
}

/// Refuses an output folder before any work is done for it.
///
/// # Errors
/// When the folder is not ours, or holds what the site is made from.
pub fn refuse_foreign(out: &Path, sources: &[PathBuf]) -> Result<(), Error> {
    let place = Place::of(out)?;
    for source in sources {
        let inside = fs::canonicalize(source).is_ok_and(|source| source.starts_with(&place.folder));
        if inside {
            return Err(Error::OutputOverSource { path: out.to_path_buf() });
        }
    }
    Ok(())
}

/// Where the output goes, known to be ours.
struct Place {
    folder: PathBuf,
    parent: PathBuf,
}

impl Place {
    fn of(out: &Path) -> Result<Self, Error> {
        // A link to an output folder stays a link: what it points to is replaced.
        let folder = match fs::canonicalize(out) {
            Ok(folder) => folder,
            Err(_) => std::path::absolute(out).map_err(Error::io("find", out))?,
        };
        let foreign = || Error::ForeignOutput { path: out.to_path_buf() };
        if folder.exists() {
            let mut entries = fs::read_dir(&folder).map_err(Error::io("read the output folder", out))?;
            if entries.next().is_some() && !folder.join(MARKER).is_file() {
                return Err(foreign());
            }
        }
        let parent = folder.parent().ok_or_else(foreign)?.to_path_buf();
        Ok(Self { folder, parent })
    }

    /// An empty folder beside the place, removed again unless it takes the place.
    fn fresh(&self) -> Result<tempfile::TempDir, Error> {
        fs::create_dir_all(&self.parent).map_err(Error::io("create", &self.parent))?;
        let fresh = tempfile::Builder::new().prefix(".site-gen-new-").tempdir_in(&self.parent);
        let fresh = fresh.map_err(Error::io("create a folder in", &self.parent))?;
        open_to_readers(fresh.path())?;
        Ok(fresh)
    }

    fn exchange(&self, fresh: tempfile::TempDir) -> Result<(), Error> {
        if !self.folder.exists() {
            fs::rename(fresh.path(), &self.folder).map_err(Error::io("create", &self.folder))?;
            let _ = fresh.keep();
            return Ok(());
        }
        if exchanged_at_once(fresh.path(), &self.folder) {
            // What is in the fresh folder now is the old site, which goes with it.
            return Ok(());
        }
        self.exchange_by_renames(fresh)
    }

    fn exchange_by_renames(&self, fresh: tempfile::TempDir) -> Result<(), Error> {
        let old = tempfile::Builder::new().prefix(".site-gen-old-").tempdir_in(&self.parent);
        let old = old.map_err(Error::io("create a folder in", &self.parent))?;
        let old_site = old.path().join("site");
        fs::rename(&self.folder, &old_site).map_err(Error::io("replace", &self.folder))?;
        if let Err(error) = fs::rename(fresh.path(), &self.folder) {
            // Put the old site back; if even that fails, it is kept where it is rather than removed.
            if fs::rename(&old_site, &self.folder).is_err() {
                let kept = old.keep();
                return Err(Error::io("put back the site kept in", &kept)(error));
            }
            return Err(Error::io("replace", &self.folder)(error));
        }
        let _ = fresh.keep();
        Ok(())
    }
}

/// Exchanges two folders, so that no moment lies between them. Whether the system could: some file systems can't.
#[cfg(target_os = "linux")]
fn exchanged_at_once(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchanged_at_once(_one: &Path, _other: &Path) -> bool {
    false
}

/// Temporary folders are private; a site is for everyone.
fn open_to_readers(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder, permissions).map_err(Error::io("open", folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(files: &[(&str, &str)]) -> Output {
        Output {
            files: files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect(),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_second_write_leaves_nothing_of_the_first_and_nothing_beside_it() {
        let around = tempfile::tempdir().unwrap();
        let out = around.path().join("deep/dist");
        output(&[("old.html", "old"), ("a/index.html", "old")]).write(&out).unwrap();
        assert_eq!(output(&[("a/index.html", "new")]).write(&out).unwrap(), 1);
        assert_eq!(names(&out), [MARKER, "a"]);
        assert_eq!(fs::read_to_string(out.join("a/index.html")).unwrap(), "new");
        assert_eq!(names(&around.path().join("deep")), ["dist"]);
    }

    /// An old site in its place, and a new one beside it.
    fn old_and_fresh(around: &Path) -> (Place, tempfile::TempDir) {
        let out = around.join("dist");
        output(&[("old.html", "old")]).write(&out).unwrap();
        let place = Place::of(&out).unwrap();
        let fresh = place.fresh().unwrap();
        output(&[("new.html", "new")]).write_into(fresh.path()).unwrap();
        (place, fresh)
    }

    #[test]
    fn two_renames_do_where_the_system_has_no_exchange() {
        let around = tempfile::tempdir().unwrap();
        let (place, fresh) = old_and_fresh(around.path());
        place.exchange_by_renames(fresh).unwrap();
        assert_eq!(names(&place.folder), [MARKER, "new.html"]);
        assert_eq!(names(around.path()), ["dist"]);
    }

    #[test]
    fn an_exchange_that_fails_half_way_puts_the_old_site_back() {
        let around = tempfile::tempdir().unwrap();
        let (place, fresh) = old_and_fresh(around.path());
        // The new site vanishes between being written and taking its place.
        fs::remove_dir_all(fresh.path()).unwrap();
        assert!(matches!(place.exchange(fresh), Err(Error::Io { .. })));
        assert_eq!(names(&place.folder), [MARKER, "old.html"]);
        assert_eq!(names(around.path()), ["dist"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_reader_finds_the_site_at_every_moment_of_an_exchange() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let around = tempfile::tempdir().unwrap();
        let out = around.path().join("dist");
        output(&[("index.html", "0")]).write(&out).unwrap();
        let (one, other) = (around.path().join("one"), around.path().join("other"));
        fs::create_dir(&one).unwrap();
        fs::create_dir(&other).unwrap();
        if !exchanged_at_once(&one, &other) {
            return;
        }
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert!(out.join("index.html").exists(), "the site was gone for a moment");
                }
            });
            for round in 0..50 {
                output(&[("index.html", &round.to_string())]).write(&out).unwrap();
            }
            done.store(true, Ordering::Relaxed);
            reader.join().unwrap();
        });
    }

    #[test]
    fn a_folder_that_is_not_ours_is_refused_and_left_as_it_was() {
        let theirs = tempfile::tempdir().unwrap();
        fs::write(theirs.path().join("thesis.txt"), "years of work").unwrap();
        let refused = output(&[("index.html", "")]).write(theirs.path());
        assert!(matches!(refused, Err(Error::ForeignOutput { .. })));
        assert_eq!(names(theirs.path()), ["thesis.txt"]);
    }

    #[test]
    fn an_empty_folder_is_taken() {
        let empty = tempfile::tempdir().unwrap();
        let out = empty.path().join("dist");
        fs::create_dir(&out).unwrap();
        assert_eq!(output(&[("index.html", "x")]).write(&out).unwrap(), 1);
    }

    #[test]
    fn a_name_that_leads_out_is_refused_before_anything_is_written() {
        for name in ["../escaped.html", "a/../../escaped.html", "/tmp/escaped.html", "./a.html"] {
            let around = tempfile::tempdir().unwrap();
            let out = around.path().join("deep/dist");
            let refused = output(&[("index.html", "x"), (name, "y")]).write(&out);
            assert!(matches!(refused, Err(Error::Environment(_))), "{name}");
            assert!(!out.exists() && !around.path().join("escaped.html").exists(), "{name}");
        }
    }

    #[test]
    fn a_folder_around_the_sources_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let content = root.path().join("site/content");
        fs::create_dir_all(&content).unwrap();
        fs::write(root.path().join("site").join(MARKER), "").unwrap();
        let refused = refuse_foreign(&root.path().join("site"), &[content]);
        assert!(matches!(refused, Err(Error::OutputOverSource { .. })));
    }
}
