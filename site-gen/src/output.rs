//! `Output`: the whole site in memory, and the only writer of the disk.
//!
//! The site is written beside its place and then exchanged with what is there: in one step where the system has one, else
//! by two renames, between which the place is empty for a moment. It never holds half of either site. Only a folder that
//! carries our marker is ever replaced.
//!
//! A folder that can't be replaced (a mount point, or one in a folder that isn't ours to write) keeps its place: the site is
//! written within it, and its entries are exchanged one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;

use crate::Error;

/// Marks a folder as made by this program, which alone may replace it.
pub const MARKER: &str = ".site-gen";

/// How the names begin of folders that a site is written into, or put away into, before and after its exchange.
const NEW: &str = ".site-gen-new-";
const OLD: &str = ".site-gen-old-";

/// So long a new folder may take to be held.
const JUST_NOW: Duration = Duration::from_secs(10);

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
        place.sweep();
        match self.write_beside(&place) {
            Err(Error::Io { source, .. }) if place.folder.is_dir() && keeps_its_place(&source) => {
                self.write_within(&place)?;
            }
            outcome => outcome?,
        }
        Ok(self.files.len())
    }

    fn write_beside(&self, place: &Place) -> Result<(), Error> {
        let fresh = place.fresh()?;
        self.write_into(fresh.path())?;
        place.exchange(fresh)
    }

    /// Writes into a folder in the place, and exchanges the entries one by one. What fails on the way is undone.
    fn write_within(&self, place: &Place) -> Result<(), Error> {
        // First, so that what is left after a sudden end is known as ours.
        let marker = place.folder.join(MARKER);
        fs::write(&marker, MARKER_TEXT).map_err(Error::io("write", &marker))?;
        let fresh = Held::new(NEW, &place.folder)?;
        self.write_into(fresh.path())?;
        let mut done = Vec::new();
        let exchanged = exchange_entries(fresh.path(), &place.folder, &mut done);
        if exchanged.is_err() {
            for (one, other) in done.iter().rev() {
                // Whatever happens now, the first error is the one to tell.
                let _ = exchange_entry(one, other);
            }
        }
        exchanged
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
    fn fresh(&self) -> Result<Held, Error> {
        fs::create_dir_all(&self.parent).map_err(Error::io("create", &self.parent))?;
        Held::new(NEW, &self.parent)
    }

    /// Removes what builds left that came to a sudden end.
    fn sweep(&self) {
        // What was put away may be all there is of a site, unless one is in its place.
        let has_site = self.folder.join(MARKER).is_file();
        let entries = [&self.parent, &self.folder].into_iter().filter_map(|around| fs::read_dir(around).ok());
        for entry in entries.flatten().filter_map(Result::ok) {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if (name.starts_with(NEW) || (has_site && name.starts_with(OLD))) && is_abandoned(&entry.path()) {
                // What can't be removed stays in nobody's way.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    fn exchange(&self, fresh: Held) -> Result<(), Error> {
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

    fn exchange_by_renames(&self, fresh: Held) -> Result<(), Error> {
        let old = Held::new(OLD, &self.parent)?;
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

/// A new folder, removed again unless it is kept, and held as long, so that no other build takes it for abandoned.
struct Held {
    folder: tempfile::TempDir,
    _hold: Option<File>,
}

impl Held {
    fn new(prefix: &str, around: &Path) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir_in(around);
        let folder = folder.map_err(Error::io("create a folder in", around))?;
        open_to_readers(folder.path())?;
        // Where folders can't be held, none is ever found abandoned.
        let hold = File::open(folder.path()).ok().filter(|hold| hold.try_lock().is_ok());
        Ok(Self { folder, _hold: hold })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// Whether nobody holds a folder any more. One that was made just now may not be held yet.
fn is_abandoned(folder: &Path) -> bool {
    let age =
        fs::metadata(folder).and_then(|meta| meta.modified()).map(|at| at.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age > JUST_NOW) && File::open(folder).is_ok_and(|folder| folder.try_lock().is_ok())
}

/// Whether an error says that a folder can't be replaced where it is, though it may be written.
fn keeps_its_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ResourceBusy
            | ErrorKind::CrossesDevices
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
    )
}

/// Puts every entry of a new site in the place of the old one's, which go into the folder of the new. `done` has the
/// pairs that changed places.
fn exchange_entries(new: &Path, old: &Path, done: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), Error> {
    let names = |folder: &Path| -> Result<BTreeSet<_>, Error> {
        let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
        Ok(entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect())
    };
    let mut all = names(old)?;
    all.append(&mut names(new)?);
    let ours = |name: &std::ffi::OsString| {
        let name = name.to_string_lossy();
        name == MARKER || name.starts_with(NEW) || name.starts_with(OLD)
    };
    for name in all.into_iter().filter(|name| !ours(name)) {
        let (one, other) = (new.join(&name), old.join(&name));
        exchange_entry(&one, &other).map_err(Error::io("replace", &other))?;
        done.push((one, other));
    }
    Ok(())
}

/// Exchanges two entries, either of which may not be there.
fn exchange_entry(one: &Path, other: &Path) -> io::Result<()> {
    let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
    match (is_there(one), is_there(other)) {
        (true, true) if exchanged_at_once(one, other) => Ok(()),
        (true, true) => {
            let aside = one.with_file_name(format!("{OLD}entry"));
            fs::rename(other, &aside)?;
            if let Err(error) = fs::rename(one, other) {
                fs::rename(&aside, other)?;
                return Err(error);
            }
            fs::rename(&aside, one)
        }
        (true, false) => fs::rename(one, other),
        (false, true) => fs::rename(other, one),
        (false, false) => Ok(()),
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
    fn old_and_fresh(around: &Path) -> (Place, Held) {
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

    #[test]
    fn a_folder_that_keeps_its_place_has_its_entries_exchanged() {
        let around = tempfile::tempdir().unwrap();
        let out = around.path().join("dist");
        output(&[("old.html", "old"), ("a/old.html", "old"), ("index.html", "old")]).write(&out).unwrap();
        let place = Place::of(&out).unwrap();
        output(&[("a/new.html", "new"), ("b/new.html", "new"), ("index.html", "new")])
            .write_within(&place)
            .unwrap();
        assert_eq!(names(&out), [MARKER, "a", "b", "index.html"]);
        assert_eq!(names(&out.join("a")), ["new.html"]);
        assert_eq!(fs::read_to_string(out.join("index.html")).unwrap(), "new");
    }

    #[test]
    fn entries_that_changed_places_before_a_failure_are_put_back() {
        let around = tempfile::tempdir().unwrap();
        let (new, old) = (around.path().join("new"), around.path().join("old"));
        output(&[("a.html", "new"), ("b.html", "new")]).write_into(&new_folder(&new)).unwrap();
        output(&[("a.html", "old"), ("c.html", "old")]).write_into(&new_folder(&old)).unwrap();
        let mut done = Vec::new();
        exchange_entries(&new, &old, &mut done).unwrap();
        assert_eq!(names(&old), [MARKER, "a.html", "b.html"]);
        for (one, other) in done.iter().rev() {
            exchange_entry(one, other).unwrap();
        }
        assert_eq!(names(&old), [MARKER, "a.html", "c.html"]);
        assert_eq!(fs::read_to_string(old.join("a.html")).unwrap(), "old");
    }

    fn new_folder(path: &Path) -> PathBuf {
        fs::create_dir(path).unwrap();
        path.to_path_buf()
    }

    #[cfg(unix)]
    #[test]
    fn what_a_build_left_at_a_sudden_end_is_removed_by_the_next_and_nothing_else() {
        let around = tempfile::tempdir().unwrap();
        let out = around.path().join("dist");
        let old = |path: PathBuf| {
            let path = new_folder(&path);
            fs::write(path.join("index.html"), "half").unwrap();
            let hour = std::time::SystemTime::now() - Duration::from_secs(3600);
            File::open(&path).unwrap().set_modified(hour).unwrap();
            path
        };
        old(around.path().join(".site-gen-new-dead"));
        old(around.path().join(".site-gen-old-site"));
        let alive = File::open(old(around.path().join(".site-gen-new-alive"))).unwrap();
        alive.try_lock().unwrap();
        new_folder(&around.path().join(".site-gen-new-just-now"));
        output(&[("index.html", "1")]).write(&out).unwrap();
        let kept = [".site-gen-new-alive", ".site-gen-new-just-now", ".site-gen-old-site", "dist"];
        assert_eq!(names(around.path()), kept, "what was put away may be the only site");
        output(&[("index.html", "2")]).write(&out).unwrap();
        assert_eq!(names(around.path()), [".site-gen-new-alive", ".site-gen-new-just-now", "dist"]);
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
