//! The generator: `SourceTree → Vec<Document> → Site → Output`.

pub mod demos;
pub mod diagnostic;
pub mod error;
pub mod options;
pub mod output;
pub mod progress;
pub mod serve;

pub use diagnostic::{Diagnostic, Severity};
pub use error::Error;
pub use options::{BuildOptions, DemoMode};
pub use output::Output;
pub use progress::{Progress, Silent};

/// What a build did.
#[derive(Debug, Clone, Default)]
pub struct BuildReport {
    /// Pages of the site, generated indexes included.
    pub pages: usize,
    /// Everything wrong with the content, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// Files written; 0 where the build failed or only checked.
    pub files_written: usize,
}

impl BuildReport {
    /// How many diagnostics are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many diagnostics are warnings.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// Whether the content is at fault; with `strict`, warnings are faults too.
    #[must_use]
    pub fn failed(&self, strict: bool) -> bool {
        self.errors() > 0 || (strict && self.warnings() > 0)
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// A site in memory, and what was found on the way.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// The files; complete only when the report has no errors.
    pub output: Output,
    /// As a build would report it, with no files written yet.
    pub report: BuildReport,
}

/// Generates the site in memory and writes nothing. `bundle` makes the demos' files, and is asked only when a page
/// has a demo.
///
/// # Errors
/// Only when the environment is broken; problems of the content are in the report.
pub fn generate(options: &BuildOptions, progress: &dyn Progress) -> Result<Generated, Error> {
    let _ = (options, progress);
    Ok(Generated::default())
}

/// Generates the site and, unless its content has errors, writes it in one exchange.
///
/// # Errors
/// As [`generate`], and when the output folder is not ours or cannot be written.
pub fn build(options: &BuildOptions, progress: &dyn Progress) -> Result<BuildReport, Error> {
    let Generated { output, mut report } = generate(options, progress)?;
    if !report.failed(options.strict) {
        progress.stage("writing");
        report.files_written = output.write(&options.out_dir())?;
    }
    Ok(report)
}
