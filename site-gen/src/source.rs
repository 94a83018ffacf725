//! `SourceTree` and `SourcePath`: the only reader of the disk.
//!
//! Symbolic links are followed as long as they stay inside the tree and come to an end; the others are reported.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use walkdir::{DirEntry, WalkDir};

use crate::{Diagnostic, Error};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

static BUILT_IN_TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../templates");
static BUILT_IN_STATIC: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../static");

/// How the names of templates end.
const TEMPLATES: [&str; 5] = ["html", "htm", "xml", "svg", "tera"];

/// The only hidden folder that is published.
pub(crate) const WELL_KNOWN: &str = ".well-known";

/// A file's path relative to the content folder, with `/` on every system. Never absolute, never with `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePath(String);

impl SourcePath {
    /// Wraps a path that is already relative and normal.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder it lies in; empty for the root.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The file's name without its extension.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.name().rsplit_once('.').map_or(self.name(), |(stem, _)| stem)
    }

    /// Whether this is Markdown, and so a page.
    #[must_use]
    pub fn is_markdown(&self) -> bool {
        self.name().rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("md"))
    }

    /// Whether this page stands for its folder: `README.md`, in any case, or `index.md`.
    #[must_use]
    pub fn is_index(&self) -> bool {
        self.is_markdown()
            && (self.stem().eq_ignore_ascii_case("readme") || self.stem().eq_ignore_ascii_case("index"))
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Everything the content folder holds, read once.
#[derive(Debug, Clone, Default)]
pub struct SourceTree {
    /// Markdown, by path.
    pub pages: BTreeMap<SourcePath, String>,
    /// Everything else, copied as it is.
    pub files: BTreeMap<SourcePath, Vec<u8>>,
    /// What could not be read. File names are relative to the content folder.
    pub problems: Vec<Diagnostic>,
}

impl SourceTree {
    /// Reads a content folder. Hidden files and folders are not content, and neither is what lies in it but is something
    /// else to the site, such as its output.
    ///
    /// # Errors
    /// When the folder itself cannot be read; a single bad file is a problem in the tree.
    pub fn read(content: &Path, not_content: &[PathBuf]) -> Result<Self, Error> {
        let root = fs::canonicalize(content).map_err(Error::io("read the content folder", content))?;
        let others: Vec<PathBuf> =
            not_content.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        let mut tree = Self::default();
        let is_content = |entry: &DirEntry| {
            let is_other = match entry.path_is_symlink() {
                true => fs::canonicalize(entry.path()).is_ok_and(|path| others.contains(&path)),
                false => others.iter().any(|other| other == entry.path()),
            };
            // Addresses that others agreed on, such as `.well-known/security.txt`.
            let is_known = entry.depth() == 1 && entry.file_name() == WELL_KNOWN;
            !is_other && (is_known || !is_hidden(entry.file_name()))
        };
        let walk = WalkDir::new(&root).follow_links(true).sort_by_file_name().into_iter();
        let mut walk = walk.filter_entry(|entry| entry.depth() == 0 || is_content(entry));
        while let Some(entry) = walk.next() {
            match entry {
                Err(problem) => tree.problems.push(unwalkable(&root, &problem)),
                Ok(entry) if entry.path_is_symlink() && leaves(&root, entry.path()) => {
                    let path = relative(&root, entry.path());
                    tree.problems.push(
                        Diagnostic::warning(
                            "symlink",
                            path,
                            "this symbolic link leads out of the content folder",
                        )
                        .hint("it isn't followed; copy what it points to, or remove it"),
                    );
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                }
                Ok(entry) if entry.file_type().is_file() => tree.add(&root, entry.path()),
                Ok(_) => {}
            }
        }
        Ok(tree)
    }

    fn add(&mut self, root: &Path, file: &Path) {
        let path = SourcePath(relative(root, file));
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(problem) => {
                let message = format!("cannot read this file: {problem}");
                self.problems.push(Diagnostic::error("unreadable", path.as_str(), message));
                return;
            }
        };
        if !path.is_markdown() {
            self.files.insert(path, bytes);
            return;
        }
        // A byte order mark is no text, and would hide what stands at the very top: front matter, the first heading.
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).map_or_else(|| bytes.clone(), <[u8]>::to_vec);
        match String::from_utf8(bytes) {
            Ok(text) => {
                // As CommonMark asks: HTML can't hold it.
                self.pages.insert(path, text.replace('\0', "\u{FFFD}"));
            }
            Err(problem) => self.problems.push(not_utf8(&path, &problem)),
        }
    }
}

fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn leaves(root: &Path, link: &Path) -> bool {
    fs::canonicalize(link).is_ok_and(|target| !target.starts_with(root))
}

fn unwalkable(root: &Path, problem: &walkdir::Error) -> Diagnostic {
    let path = problem.path().map_or_else(String::new, |path| relative(root, path));
    if problem.loop_ancestor().is_some() {
        return Diagnostic::warning("symlink", path, "this symbolic link leads in a circle")
            .hint("it isn't followed; remove it");
    }
    let is_link =
        problem.path().is_some_and(|path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()));
    let cause = problem.io_error().map_or_else(String::new, |cause| format!(": {cause}"));
    if is_link {
        return Diagnostic::warning("symlink", path, format!("this symbolic link leads nowhere{cause}"))
            .hint("remove it, or create what it points to");
    }
    Diagnostic::error("unreadable", path, format!("cannot read this{cause}"))
}

fn not_utf8(path: &SourcePath, problem: &std::string::FromUtf8Error) -> Diagnostic {
    let valid = problem.utf8_error().valid_up_to();
    let byte = problem.as_bytes()[valid];
    // What follows the bad byte on its line may be bad too: show the line as far as it can be read.
    let readable = String::from_utf8_lossy(problem.as_bytes());
    Diagnostic::error("encoding", path.as_str(), format!("byte 0x{byte:02X} is not valid UTF-8"))
        .at(&readable, valid..valid + 1)
        .hint("save the file as UTF-8")
}

/// Files by name, of one folder and the folders in it: the built-in ones, with those on disk over them.
///
/// # Errors
/// When a file on disk cannot be read.
fn overlay(built_in: &Dir<'_>, on_disk: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut files = BTreeMap::new();
    collect(built_in, &mut files);
    if !on_disk.is_dir() {
        return Ok(files);
    }
    let walk = WalkDir::new(on_disk).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name())) {
        let entry = entry.map_err(|problem| Error::Environment(problem.to_string()))?;
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).map_err(Error::io("read", entry.path()))?;
            files.insert(relative(on_disk, entry.path()), bytes);
        }
    }
    Ok(files)
}

fn collect(folder: &Dir<'_>, files: &mut BTreeMap<String, Vec<u8>>) {
    for file in folder.files() {
        let name = file.path().to_string_lossy().replace('\\', "/");
        if !name.rsplit('/').next().is_some_and(|last| last.starts_with('.')) {
            files.insert(name, file.contents().to_vec());
        }
    }
    folder.dirs().for_each(|inner| collect(inner, files));
}

/// Whether a file of `static/` is ours, and as it was.
pub(crate) fn is_built_in(name: &str, bytes: &[u8]) -> bool {
    BUILT_IN_STATIC.get_file(name).is_some_and(|file| file.contents() == bytes)
}

/// What makes pages look: templates and static files, the user's over the built-in ones.
#[derive(Debug, Clone, Default)]
pub struct Theme {
    /// Template name → text.
    pub templates: BTreeMap<String, String>,
    /// Path in `static/` → bytes.
    pub statics: BTreeMap<String, Vec<u8>>,
    /// Templates that are not text.
    pub problems: Vec<Diagnostic>,
}

impl Theme {
    /// Reads `templates/` and `static/`, either of which may be missing.
    ///
    /// # Errors
    /// When one of them exists and cannot be read.
    pub fn read(templates: &Path, statics: &Path) -> Result<Self, Error> {
        let mut theme = Self { statics: overlay(&BUILT_IN_STATIC, statics)?, ..Self::default() };
        let mut files = overlay(&BUILT_IN_TEMPLATES, templates)?;
        // Not what editors leave about, and no notes.
        files.retain(|name, _| name.rsplit_once('.').is_some_and(|(_, ending)| TEMPLATES.contains(&ending)));
        for (name, bytes) in files {
            match String::from_utf8(bytes) {
                Ok(text) => {
                    theme.templates.insert(name, text);
                }
                Err(problem) => {
                    let mut diagnostic = not_utf8(&SourcePath(name), &problem);
                    diagnostic.file = templates.join(&diagnostic.file).display().to_string();
                    theme.problems.push(diagnostic);
                }
            }
        }
        let unused = theme.unused(templates);
        theme.problems.extend(unused);
        Ok(theme)
    }

    /// Templates that no other names, and so nothing draws: most likely meant to be called as a built-in one.
    fn unused(&self, folder: &Path) -> Vec<Diagnostic> {
        let is_used = |name: &str, text: &str| {
            let mut others = self.templates.iter().filter(|(other, _)| *other != name);
            BUILT_IN_TEMPLATES.get_file(name).is_some()
                // Components are used by their own names.
                || text.contains("endcomponent")
                || others.any(|(_, other)| other.contains(name))
        };
        let unused = self.templates.iter().filter(|(name, text)| !is_used(name, text));
        let told = unused.map(|(name, _)| {
            let file = folder.join(name).display().to_string();
            let built_in = BUILT_IN_TEMPLATES.files().filter_map(|file| file.path().to_str());
            Diagnostic::warning("template", file, format!("no template uses `{name}`"))
                .did_you_mean(name, built_in)
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    #[test]
    fn pages_are_text_and_the_rest_is_bytes() {
        let folder = folder(&[("a/README.md", b"# A"), ("a/pic.png", b"\x89PNG"), (".git/x.md", b"no")]);
        let tree = SourceTree::read(folder.path(), &[]).unwrap();
        assert_eq!(tree.pages.keys().map(SourcePath::as_str).collect::<Vec<_>>(), ["a/README.md"]);
        assert_eq!(tree.files.keys().map(SourcePath::as_str).collect::<Vec<_>>(), ["a/pic.png"]);
        assert!(tree.problems.is_empty());
    }

    #[test]
    fn what_is_something_else_to_the_site_is_no_content_and_what_is_well_known_is() {
        let folder = folder(&[
            ("README.md", b"# A"),
            ("dist/index.html", b"old"),
            ("site.toml", b""),
            ("a/dist/kept.txt", b""),
            (".well-known/security.txt", b""),
            ("a/.well-known/x.txt", b""),
        ]);
        let others =
            [folder.path().join("dist"), folder.path().join("site.toml"), folder.path().join("none")];
        let tree = SourceTree::read(folder.path(), &others).unwrap();
        let files: Vec<_> = tree.files.keys().map(SourcePath::as_str).collect();
        assert_eq!(files, [".well-known/security.txt", "a/dist/kept.txt"]);
    }

    #[test]
    fn a_byte_order_mark_is_no_text_and_moves_no_column() {
        let folder =
            folder(&[("good.md", b"\xEF\xBB\xBF---\ntitle: x\n---\n"), ("bad.md", b"\xEF\xBB\xBFa\xFF\n")]);
        let tree = SourceTree::read(folder.path(), &[]).unwrap();
        assert_eq!(tree.pages[&SourcePath::new("good.md")], "---\ntitle: x\n---\n");
        assert_eq!(tree.problems[0].place.as_ref().unwrap().column, 2);
    }

    #[test]
    fn a_null_character_is_replaced_as_commonmark_asks() {
        let folder = folder(&[("a.md", b"a\0b\n")]);
        let tree = SourceTree::read(folder.path(), &[]).unwrap();
        assert_eq!(tree.pages[&SourcePath::new("a.md")], "a\u{FFFD}b\n");
    }

    #[test]
    fn the_first_bad_byte_is_named_with_line_and_column() {
        let folder = folder(&[("bad.md", b"fine\nna\xC3\xAFve \xFF!\n")]);
        let tree = SourceTree::read(folder.path(), &[]).unwrap();
        let problem = &tree.problems[0];
        let place = problem.place.as_ref().unwrap();
        assert_eq!((problem.rule, place.line, place.column), ("encoding", 2, 7));
        assert!(problem.message.contains("0xFF"));
    }

    #[cfg(unix)]
    #[test]
    fn links_out_and_in_a_circle_are_reported_and_not_followed() {
        use std::os::unix::fs::symlink;
        let outside = folder(&[("secret.md", b"# Secret"), ("deep/secret.md", b"# Secret")]);
        let inside = folder(&[("a/page.md", b"# Page")]);
        symlink(outside.path().join("secret.md"), inside.path().join("out.md")).unwrap();
        symlink(outside.path().join("deep"), inside.path().join("out")).unwrap();
        symlink(inside.path(), inside.path().join("a/round")).unwrap();
        symlink(inside.path().join("self"), inside.path().join("self")).unwrap();
        symlink("page.md", inside.path().join("a/alias.md")).unwrap();
        let tree = SourceTree::read(inside.path(), &[]).unwrap();
        let pages: Vec<_> = tree.pages.keys().map(SourcePath::as_str).collect();
        assert_eq!(pages, ["a/alias.md", "a/page.md"]);
        let files: Vec<_> = tree.problems.iter().map(|problem| problem.file.as_str()).collect();
        assert_eq!(files, ["a/round", "out", "out.md", "self"]);
        assert!(tree.problems.iter().all(|problem| problem.rule == "symlink"));
    }

    #[test]
    fn a_file_on_disk_takes_the_place_of_the_built_in_one_and_leaves_the_others() {
        let mine = folder(&[("page.html", b"mine")]);
        let theme = Theme::read(mine.path(), Path::new("no such folder")).unwrap();
        assert_eq!(theme.templates["page.html"], "mine");
        assert!(theme.templates["base.html"].contains("<html"));
    }
}
