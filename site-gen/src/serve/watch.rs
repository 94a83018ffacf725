//! What the author saved: the watched folders, and changes gathered until the disk is quiet.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::ModifyKind;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Event;
use crate::source::WELL_KNOWN;
use crate::{BuildOptions, Error};

/// So long nothing must have been saved before a build starts: an editor writes a file in several steps.
const QUIET: Duration = Duration::from_millis(80);
/// But no longer than this after the first change, however busy the disk is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Watches as long as it lives.
pub(super) struct Watcher {
    system: RecommendedWatcher,
    sources: Sources,
    watched: Vec<String>,
}

impl Watcher {
    /// What is watched, for people.
    pub(super) fn watched(&self) -> String {
        self.watched.join(", ")
    }

    /// Follows source folders that came, or came back, with these changes; the system lets go of one that is removed.
    pub(super) fn follow(&mut self, changed: &[PathBuf]) {
        for folder in self.sources.folders.iter().filter(|folder| changed.contains(folder) && folder.is_dir())
        {
            // What was saved is built all the same; if this fails, so will the next start, and say why.
            let _ = self.system.watch(folder, RecursiveMode::Recursive);
        }
    }
}

/// Watches everything the site is made of.
pub(super) fn start(options: &BuildOptions, sender: Sender<Event>) -> Result<Watcher, Error> {
    let root = options.root();
    let sources = Sources::new(options)?;
    let cannot = |error: notify::Error| Error::Environment(format!("cannot watch for changes: {error}"));
    let filter = sources.clone();
    let mut system = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // An error here means that changes may have been missed; the next save is seen all the same.
        let Ok(event) = event else { return };
        if !writes(event.kind) {
            return;
        }
        for path in event.paths.into_iter().filter(|path| filter.covers(path)) {
            // Nobody listens any more when the server is stopping.
            let _ = sender.send(Event::Changed(path));
        }
    })
    .map_err(cannot)?;
    // The root itself, for the configuration and for folders that don't exist yet; editors replace files, so that
    // watching a file would follow the old one.
    system.watch(&sources.root, RecursiveMode::NonRecursive).map_err(cannot)?;
    let mut watched = vec![options.config.display().to_string()];
    for folder in sources.folders.iter().filter(|folder| folder.is_dir()) {
        system.watch(folder, RecursiveMode::Recursive).map_err(cannot)?;
        let shown =
            root.canonicalize().ok().and_then(|root| folder.strip_prefix(root).ok().map(Path::to_path_buf));
        watched.push(shown.unwrap_or_else(|| folder.clone()).display().to_string());
    }
    Ok(Watcher { system, sources, watched })
}

/// Where the sources lie, as absolute paths.
#[derive(Debug, Clone)]
struct Sources {
    root: PathBuf,
    config: PathBuf,
    folders: Vec<PathBuf>,
    out: PathBuf,
}

impl Sources {
    fn new(options: &BuildOptions) -> Result<Self, Error> {
        let root = options.root().canonicalize().map_err(Error::io("find", options.root()))?;
        let absolute = |path: PathBuf| match path.canonicalize() {
            Ok(path) => path,
            Err(_) => std::path::absolute(&path).unwrap_or(path),
        };
        let mut folders = vec![absolute(options.content_dir()), root.join("templates"), root.join("static")];
        if let Ok(workspace) = crate::demos::workspace(&root) {
            folders.push(workspace.join("demos-wasm"));
        }
        let config = root.join(options.config.file_name().unwrap_or_default());
        Ok(Self { config, folders, out: absolute(options.out_dir()), root })
    }

    /// Whether a changed path is one the site is made of: not the output, nor what editors and tools leave about.
    fn covers(&self, path: &Path) -> bool {
        if path == self.config {
            return true;
        }
        let Some(folder) = self.folders.iter().find(|folder| path.starts_with(folder)) else { return false };
        let inside = path.strip_prefix(folder).unwrap_or(path);
        let mut demos = self.folders.iter().filter(|folder| folder.ends_with("demos-wasm"));
        let is_compiled = demos.any(|folder| path.starts_with(folder.join("target")));
        let is_hidden = inside.iter().enumerate().any(|(depth, part)| {
            part.to_string_lossy().starts_with('.') && (depth > 0 || part != WELL_KNOWN)
        });
        // What editors write beside a file: `a.md~`, `#a.md#`, `4913`. Folders may be called so.
        let name = inside.file_name().unwrap_or_default().to_string_lossy();
        let left_about =
            name.ends_with('~') || (name.starts_with('#') && name.ends_with('#')) || name == "4913";
        !is_compiled && !is_hidden && !left_about && !path.starts_with(&self.out)
    }
}

/// Whether a file's content or name can have changed; reading a file is an event as well.
fn writes(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Any => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Access(_) | EventKind::Other => false,
    }
}

/// Waits for the next change and gathers those that follow at once, each path once, in order. None to stop.
pub(super) fn next_batch(events: &Receiver<Event>) -> Option<Vec<PathBuf>> {
    let mut changed = match events.recv() {
        Ok(Event::Changed(path)) => vec![path],
        Ok(Event::Stop) | Err(_) => return None,
    };
    let deadline = Instant::now() + PATIENCE;
    loop {
        let wait = QUIET.min(deadline.saturating_duration_since(Instant::now()));
        match events.recv_timeout(wait) {
            Ok(Event::Changed(path)) if Instant::now() < deadline => changed.push(path),
            Ok(Event::Changed(path)) => {
                changed.push(path);
                break;
            }
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    changed.sort();
    changed.dedup();
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn sources() -> Sources {
        Sources {
            root: PathBuf::from("/book"),
            config: PathBuf::from("/book/site.toml"),
            folders: vec![PathBuf::from("/book/content"), PathBuf::from("/book/demos-wasm")],
            out: PathBuf::from("/book/content/dist"),
        }
    }

    #[test]
    fn the_output_and_what_editors_leave_about_is_not_a_source() {
        for path in [
            "/book/site.toml",
            "/book/content/a.md",
            "/book/content/a/b.png",
            "/book/content/C#/a.md",
            "/book/content/C#",
            "/book/content/#1/a.md",
            "/book/content/target/a.md",
            "/book/content/4913/a.md",
            "/book/content/.well-known/security.txt",
            "/book/demos-wasm/src/lib.rs",
        ] {
            assert!(sources().covers(Path::new(path)), "{path}");
        }
        for path in [
            "/book/dist/index.html",
            "/book/content/dist/index.html",
            "/book/content/.a.md.swp",
            "/book/content/a.md~",
            "/book/content/C#/#a.md#",
            "/book/content/4913",
            "/book/content/a/.well-known/x",
            "/book/content/.git/index",
            "/book/demos-wasm/target/x",
            "/book/README.md",
            "/elsewhere/a.md",
        ] {
            assert!(!sources().covers(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn what_the_demos_are_compiled_to_is_no_source_even_where_everything_is_content() {
        let sources = Sources { folders: vec!["/book".into(), "/book/demos-wasm".into()], ..sources() };
        assert!(sources.covers(Path::new("/book/demos-wasm/src/lib.rs")));
        assert!(!sources.covers(Path::new("/book/demos-wasm/target/x")));
    }

    #[test]
    fn changes_in_quick_succession_are_one_batch_with_each_path_once() {
        let (sender, events) = mpsc::channel();
        for path in ["b", "a", "b"] {
            sender.send(Event::Changed(PathBuf::from(path))).unwrap();
        }
        assert_eq!(next_batch(&events).unwrap(), [PathBuf::from("a"), PathBuf::from("b")]);
    }

    #[test]
    fn stopping_wins_over_changes_that_wait() {
        let (sender, events) = mpsc::channel();
        sender.send(Event::Changed(PathBuf::from("a"))).unwrap();
        sender.send(Event::Stop).unwrap();
        assert_eq!(next_batch(&events), None);
    }
}
