//! What to build, from where and to where.

use std::path::{Path, PathBuf};

/// How the demos' bundle is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum DemoMode {
    /// `wasm-pack` when it is installed, else in-process.
    #[default]
    Auto,
    /// `wasm-pack`, or fail.
    WasmPack,
    /// In-process.
    BuiltIn,
    /// No bundle: figures stay stills.
    None,
}

/// One build, said in full.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// The configuration; its folder is the root, beside which `templates/`, `static/` and the defaults below lie.
    pub config: PathBuf,
    /// Whether `config` was asked for: then it must exist.
    pub config_required: bool,
    /// The Markdown; `content` beside the configuration when none.
    pub content: Option<PathBuf>,
    /// The output folder; `dist` beside the configuration when none.
    pub out: Option<PathBuf>,
    /// How the demos' bundle is made.
    pub demos: DemoMode,
    /// Whether warnings fail the build.
    pub strict: bool,
    /// Where the site will be published, in place of what the configuration says.
    pub base_url: Option<String>,
    /// Whether drafts are pages, too.
    pub drafts: bool,
}

impl BuildOptions {
    /// Defaults around a configuration file, which must exist.
    #[must_use]
    pub fn new(config: impl Into<PathBuf>) -> Self {
        Self {
            config: config.into(),
            config_required: true,
            content: None,
            out: None,
            demos: DemoMode::default(),
            strict: false,
            base_url: None,
            drafts: false,
        }
    }

    /// The folder of the configuration; `.` for a bare file name.
    #[must_use]
    pub fn root(&self) -> &Path {
        match self.config.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }

    /// The folder of the Markdown.
    #[must_use]
    pub fn content_dir(&self) -> PathBuf {
        self.content.clone().unwrap_or_else(|| self.beside("content"))
    }

    /// The output folder.
    #[must_use]
    pub fn out_dir(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.beside("dist"))
    }

    /// What isn't content wherever it lies.
    #[must_use]
    pub fn not_content(&self) -> Vec<PathBuf> {
        vec![self.out_dir(), self.config.clone(), self.beside("templates"), self.beside("static")]
    }

    /// A path beside the configuration, without a leading `./`.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        if self.root() == Path::new(".") { PathBuf::from(name) } else { self.root().join(name) }
    }
}
