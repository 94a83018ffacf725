//! Templates: all of them compiled once, and their mistakes as diagnostics at their line.

use std::path::Path;

use tera::{Context, ErrorKind, Tera};

use crate::Diagnostic;
use crate::source::Theme;

/// Compiled templates.
pub(super) struct Templates<'a> {
    tera: Tera,
    theme: &'a Theme,
    folder: &'a Path,
}

impl<'a> Templates<'a> {
    /// Compiles every template whose name is wanted. `folder` is where a person would look for them.
    ///
    /// # Errors
    /// The first mistake, at its line.
    pub(super) fn compile(
        theme: &'a Theme,
        folder: &'a Path,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, Box<Diagnostic>> {
        let mut templates = Self { tera: Tera::new(), theme, folder };
        match templates.tera.add_raw_templates(theme.templates.iter().filter(|(name, _)| is_wanted(name))) {
            Ok(()) => Ok(templates),
            Err(error) => Err(Box::new(templates.diagnostic("base.html", &error))),
        }
    }

    /// Renders one template.
    ///
    /// # Errors
    /// What the template got wrong, at its line.
    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String, Box<Diagnostic>> {
        self.tera.render(name, context).map_err(|error| Box::new(self.diagnostic(name, &error)))
    }

    fn diagnostic(&self, name: &str, error: &tera::Error) -> Diagnostic {
        let file = |name: &str| self.folder.join(name).display().to_string();
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                let name = if report.filename().is_empty() { name } else { report.filename() };
                let diagnostic = Diagnostic::error("template", file(name), report.message());
                let text = self.theme.templates.get(name).map_or("", String::as_str);
                let start: usize = text
                    .split_inclusive('\n')
                    .take(report.span().start_line.saturating_sub(1))
                    .map(str::len)
                    .sum();
                let start = start + report.span().start_col;
                let length = report.span().end_col.saturating_sub(report.span().start_col).max(1);
                diagnostic.at(text, start..start + length)
            }
            other => Diagnostic::error("template", file(name), other.to_string()),
        }
    }
}
