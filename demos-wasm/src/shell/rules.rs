//! The rules that can be switched off, one by one, and what can be learnt from it.

use super::Shell;
use crate::figure::OptionKind;
use crate::put;
use crate::view::{Flag, Html};

impl Shell {
    pub(super) fn rules(&self, html: &mut Html) {
        put!(html, "<details class=\"rules\"><summary>Rules: what each one is for</summary><ul>");
        for spec in self.figure.options() {
            if !matches!(spec.kind, OptionKind::Flag { .. }) {
                continue;
            }
            put!(
                html,
                "<li data-key=\"{}\"><label><input type=\"checkbox\" data-do=\"option:{}\"{}{}> \
                 <strong>{}</strong> <span>{}</span></label>",
                spec.name,
                spec.name,
                Flag("checked", self.run.values().is_on(spec.name)),
                self.inert(),
                spec.name,
                spec.summary
            );
            self.button(html, &format_args!("compare:{}", spec.name), &"Side by side");
            put!(html, "</li>");
        }
        put!(html, "</ul></details>");
    }
}
