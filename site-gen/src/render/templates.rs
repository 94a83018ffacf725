//! Templates: all of them compiled once, and their mistakes as diagnostics at their line.

use std::ops::Range;
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
    /// Mistakes, each at its line.
    pub(super) fn compile(
        theme: &'a Theme,
        folder: &'a Path,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut templates = Self { tera: Tera::new(), theme, folder };
        match templates.tera.add_raw_templates(theme.templates.iter().filter(|(name, _)| is_wanted(name))) {
            Ok(()) => Ok(templates),
            Err(error) => Err(match error.kind() {
                ErrorKind::Msg(text) => templates.reported(text),
                _ => vec![templates.diagnostic("base.html", &error)],
            }),
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
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                let name = if report.filename().is_empty() { name } else { report.filename() };
                let (line, column) = (report.span().start_line, report.span().start_col);
                let length = report.span().end_col.saturating_sub(column).max(1);
                self.error(name, report.message()).at(self.text(name), self.range(name, line, column, length))
            }
            ErrorKind::MissingParent { current, parent } => {
                let message = format!("there is no template `{parent}` to extend");
                self.at_tag(current, "extends", message).did_you_mean(parent, self.names())
            }
            ErrorKind::CircularExtend { tpl, inheritance_chain } => {
                let message = format!("`{tpl}` extends itself{}", over(inheritance_chain, tpl));
                self.at_tag(tpl, "extends", message)
            }
            ErrorKind::CircularInclude { tpl, include_chain } => {
                let message = format!("`{tpl}` includes itself{}", over(include_chain, tpl));
                self.at_tag(tpl, "include", message)
            }
            other => self.error(name, &other.to_string()),
        }
    }

    /// What the library found in all templates at once, which it hands over as a text for a terminal.
    fn reported(&self, text: &str) -> Vec<Diagnostic> {
        let lines: Vec<&str> = text.lines().collect();
        let starts = (0..lines.len()).filter_map(|at| {
            let message = lines[at].strip_prefix("error: ")?;
            let mut place = lines.get(at + 1)?.trim_start().strip_prefix("--> ")?.rsplitn(3, ':');
            let (column, line): (usize, usize) = (place.next()?.parse().ok()?, place.next()?.parse().ok()?);
            let name = place.next()?;
            let length = lines.get(at + 4).map_or(0, |line| line.matches('^').count()).max(1);
            let range = self.range(name, line, column.saturating_sub(1), length);
            let problem = self.error(name, message).at(self.text(name), range);
            let missing = message.strip_prefix("Unknown template `").map(|name| name.trim_end_matches('`'));
            Some(match missing {
                Some(missing) => problem.did_you_mean(missing, self.names()),
                None => problem,
            })
        });
        let found: Vec<Diagnostic> = starts.collect();
        if !found.is_empty() {
            return found;
        }
        // Said without a place: the file is the last template that it names.
        let named = text.split('`').rfind(|word| self.theme.templates.contains_key(*word));
        vec![self.error(named.unwrap_or("base.html"), text)]
    }

    fn error(&self, name: &str, message: &str) -> Diagnostic {
        // As our own messages begin, without a capital.
        let mut letters = message.chars();
        let first = letters.next().into_iter().flat_map(char::to_lowercase);
        let message: String = first.chain(letters).collect();
        Diagnostic::error("template", self.folder.join(name).display().to_string(), message)
    }

    fn text(&self, name: &str) -> &str {
        self.theme.templates.get(name).map_or("", String::as_str)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.theme.templates.keys().map(String::as_str)
    }

    /// The bytes at a line, counted from 1, and a column, counted from 0.
    fn range(&self, name: &str, line: usize, column: usize, length: usize) -> Range<usize> {
        let before = self.text(name).split_inclusive('\n').take(line.saturating_sub(1));
        let start = before.map(str::len).sum::<usize>() + column;
        start..start + length
    }

    /// At the first tag of a kind.
    fn at_tag(&self, name: &str, tag: &str, message: String) -> Diagnostic {
        let problem = self.error(name, &message);
        match self.text(name).find(tag) {
            Some(start) => problem.at(self.text(name), start..start + tag.len()),
            None => problem,
        }
    }
}

/// `, over `a.html``: the other templates of a circle.
fn over(chain: &[String], name: &str) -> String {
    let others: Vec<&str> = chain.iter().map(String::as_str).filter(|other| *other != name).collect();
    if others.is_empty() { String::new() } else { format!(", over `{}`", others.join("`, `")) }
}
