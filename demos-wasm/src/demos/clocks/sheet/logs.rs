//! Logs of programs in the place of a drawing: taken apart by the page's regular expression, drawn or refused with a reason.

use super::{Drawing, said};
use crate::demos::clocks::import::{Captured, Imported, header, import, missing_group};
use crate::demos::clocks::words;
use crate::prelude::*;
use crate::sheet::{Paper, Reply};

/// What a log says beside its diagram.
pub(in crate::demos::clocks) struct Log {
    /// What happened, by event.
    pub(in crate::demos::clocks) texts: Vec<String>,
    /// Its line, by event.
    pub(in crate::demos::clocks) lines: Vec<u32>,
    /// Events that the clocks know of and the log doesn't have.
    pub(in crate::demos::clocks) gaps: u32,
}

impl Drawing {
    /// The log as it was pasted, and the expression that takes it apart: its own, if it begins with one.
    pub(super) fn pasted(&self) -> (&str, &str, u32) {
        let (expression, log, _) = &self.fields;
        let (own, rest, lines_before) = header(log);
        (own.unwrap_or(expression), rest, lines_before)
    }

    pub(super) fn look(&mut self) -> Reply {
        let flaw = match missing_group(self.pasted().0) {
            Some(group) => format!("The expression has no group (?<{group}>…)."),
            None if self.fields.1.is_empty() => "Paste a log first.".to_owned(),
            None => return Reply::Match,
        };
        self.refuse(flaw)
    }

    fn refuse(&mut self, flaw: String) -> Reply {
        self.fields.2 = flaw;
        said("")
    }

    /// Draws what the page's regular expression has found; see `web/sheet.js` for how that is written.
    pub(super) fn draw_log(&mut self, found: &str) -> Reply {
        if let Some(problem) = found.strip_prefix('!') {
            return self.refuse(format!("The expression can’t be read: {problem}."));
        }
        let before = self.pasted().2;
        let mut captured = Vec::new();
        for one in found.split('\x1e') {
            let mut fields = one.split('\x1f');
            let mut next = || fields.next().unwrap_or_default().to_owned();
            let (event, host, clock_text) = (next(), next(), next());
            let Ok(line) = next().parse::<u32>() else { continue };
            captured.push(Captured { event, host, clock_text, line: line + before });
        }
        match import(captured) {
            Ok(Imported { diagram, texts, lines, gaps }) => {
                self.fields.2.clear();
                self.replace(diagram, Some(Log { texts, lines, gaps }));
                Reply::Said(self.describe())
            }
            Err(error) => {
                let (what, hint) = words::import_error(&error);
                self.refuse(format!("Not drawn: {what}; {hint}."))
            }
        }
    }
}
