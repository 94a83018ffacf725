//! The generator: `SourceTree → Vec<Document> → Site → Output`.

pub mod cache;
pub mod check;
pub mod config;
pub mod demos;
pub mod diagnostic;
pub mod error;
mod guard;
pub mod model;
pub mod options;
pub mod output;
pub mod parse;
pub mod progress;
pub mod render;
pub mod search;
pub mod serve;
pub mod source;
pub mod typography;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use cache::Cache;
use config::Config;
use demos::Bundle;
use model::Site;
use parse::{Document, ParseOptions};
use source::{SourcePath, SourceTree, Theme};

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

/// Generates the site in memory and writes nothing.
///
/// # Errors
/// Only when the environment is broken; problems of the content are in the report.
pub fn generate(options: &BuildOptions, progress: &dyn Progress) -> Result<Generated, Error> {
    Builder::default().generate(options, progress)
}

/// Builds again and again, and keeps what didn't change: an edit of one page parses, highlights and draws that page only.
#[derive(Debug, Default)]
pub struct Builder {
    cache: Cache,
    made: Made,
}

/// What a build had to make anew, for saying what it did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// Pages parsed.
    pub pages: usize,
    /// Code blocks highlighted, diagrams and demos drawn.
    pub blocks: usize,
}

impl Builder {
    /// As [`generate`], with the same bytes, whatever was built before.
    ///
    /// # Errors
    /// As there.
    pub fn generate(&mut self, options: &BuildOptions, progress: &dyn Progress) -> Result<Generated, Error> {
        let generated = generated(options, progress, &self.cache)?;
        let (pages, blocks) = self.cache.made();
        self.made = Made { pages, blocks };
        self.cache.end_build();
        Ok(generated)
    }

    /// What the last build had to make anew.
    #[must_use]
    pub fn made(&self) -> Made {
        self.made
    }
}

fn generated(options: &BuildOptions, progress: &dyn Progress, cache: &Cache) -> Result<Generated, Error> {
    let Inputs { config, theme, tree, mut problems } = read(options, progress)?;

    progress.stage("parsing");
    let (documents, crashes) = parsed(&tree.pages, &config, cache);
    problems.content.extend(crashes);
    problems.content.extend(documents.iter().flat_map(|document| document.problems.clone()));

    progress.stage("connecting pages");
    let (site, misplaced) = Site::new(documents, tree.files, &config);
    problems.content.extend(misplaced);

    progress.stage("checking");
    problems.content.extend(check::check(&site));
    problems.content.extend(render::undrawn(&site, cache));
    problems.content.extend(render::unknown_tokens(&site, &theme));

    let bundle = bundle(&site, options, progress)?;
    progress.stage("rendering");
    let templates = options.beside("templates");
    let (output, mistakes) = render::render(&site, &config, &theme, &templates, bundle.as_ref(), cache);
    problems.content.extend(mistakes.content);
    problems.elsewhere.extend(mistakes.templates);

    let diagnostics = problems.reported(options, &config, &tree.pages);
    let report = BuildReport { pages: site.pages.len(), diagnostics, files_written: 0 };
    Ok(Generated { output, report })
}

/// Everything a build reads.
struct Inputs {
    config: Config,
    theme: Theme,
    tree: SourceTree,
    problems: Problems,
}

fn read(options: &BuildOptions, progress: &dyn Progress) -> Result<Inputs, Error> {
    progress.stage("reading content");
    let (config, misconfigured) = configuration(options)?;
    let config = config.with(options);
    let mut theme = Theme::read(&options.beside("templates"), &options.beside("static"))?;
    let mut tree = SourceTree::read(&options.content_dir(), &options.not_content())?;
    let mut problems = Problems { content: std::mem::take(&mut tree.problems), elsewhere: misconfigured };
    problems.elsewhere.append(&mut theme.problems);
    Ok(Inputs { config, theme, tree, problems })
}

fn configuration(options: &BuildOptions) -> Result<(Config, Vec<Diagnostic>), Error> {
    let file = &options.config;
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Config::parse(&file.display().to_string(), &text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !options.config_required => {
            Ok((Config::default(), Vec::new()))
        }
        Err(error) => Err(Error::io("read the configuration", file)(error)),
    }
}

fn parsed(
    pages: &BTreeMap<SourcePath, String>,
    config: &Config,
    cache: &Cache,
) -> (Vec<Arc<Document>>, Vec<Diagnostic>) {
    let options = ParseOptions { trust_raw_html: config.trust_raw_html };
    let documents: Vec<_> = pages
        .par_iter()
        .map(|(path, text)| {
            match guard::guarded(path.as_str(), || cache.document(path, text, options)) {
                Ok(document) => (document, None),
                // An empty page in its place, so that links to it aren't reported, too.
                Err(crash) => (cache.document(path, "", options), Some(*crash)),
            }
        })
        .collect();
    let (documents, crashes): (Vec<_>, Vec<_>) = documents.into_iter().unzip();
    (documents, crashes.into_iter().flatten().collect())
}

/// The demos' files, made only when a page has a demo.
fn bundle(site: &Site, options: &BuildOptions, progress: &dyn Progress) -> Result<Option<Bundle>, Error> {
    if options.demos == DemoMode::None || !site.pages.iter().any(render::has_demo) {
        return Ok(None);
    }
    progress.stage("making the demos");
    let bundle = demos::bundle(options, progress)?;
    Ok((!bundle.files.is_empty()).then_some(bundle))
}

/// Diagnostics by what their file names are relative to.
struct Problems {
    /// To the content folder.
    content: Vec<Diagnostic>,
    /// To where the program runs.
    elsewhere: Vec<Diagnostic>,
}

impl Problems {
    /// All of them, named as a person would type them, at the severity the author wants, in order.
    fn reported(
        self,
        options: &BuildOptions,
        config: &Config,
        pages: &BTreeMap<SourcePath, String>,
    ) -> Vec<Diagnostic> {
        let content = options.content_dir();
        let named = check::unsilenced(self.content, pages).into_iter().map(|diagnostic| {
            let file = content.join(&diagnostic.file).display().to_string();
            Diagnostic { file, ..diagnostic }
        });
        let all = named.chain(self.elsewhere).collect();
        let mut reported = check::with_levels(all, &config.rules);
        reported.sort_by(|left, right| left.order().cmp(&right.order()));
        reported.dedup();
        reported
    }
}

/// Generates the site and, unless its content has errors, writes it in one exchange.
///
/// # Errors
/// As [`generate`], and when the output folder is not ours or cannot be written.
pub fn build(options: &BuildOptions, progress: &dyn Progress) -> Result<BuildReport, Error> {
    output::refuse_foreign(&options.out_dir(), &[options.content_dir(), options.config.clone()])?;
    let Generated { output, mut report } = generate(options, progress)?;
    if !report.failed(options.strict) {
        progress.stage("writing");
        report.files_written = output.write(&options.out_dir())?;
    }
    Ok(report)
}
