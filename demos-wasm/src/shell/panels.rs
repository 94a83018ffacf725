//! What can be done to the cluster, how it stands, and what happened.

use super::transport::choice;
use super::{Selection, Shell};
use crate::figure::OptionKind;
use crate::put;
use crate::sim::{MessageId, NodeId};
use crate::view::{Flag, Html};
use crate::words::Words;

/// Events listed at a time.
const EVENTS_SHOWN: usize = 60;

impl Shell {
    /// Servers and clients.
    pub(super) fn everybody(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.run.roster().ids()
    }

    pub(super) fn actions(&self, html: &mut Html) {
        put!(html, "<div class=\"actions\" role=\"group\" aria-label=\"Do something to the cluster\">");
        match self.selection {
            Selection::Node(id) => self.node_actions(html, id),
            Selection::Link(a, b) => self.link_actions(html, a, b),
            Selection::Message(message) => self.message_actions(html, message),
            Selection::None => {
                put!(html, "<p class=\"hint\">Choose a server or a link to act on it.</p>");
                for id in self.everybody() {
                    self.button(html, &format!("select:{}", id.code()), &id);
                }
            }
        }
        if self.selection != Selection::None {
            self.button(html, &"deselect", &"Done");
        }
        put!(
            html,
            "<button type=\"button\" data-do=\"heal\"{}{}>Heal all links</button></div>",
            self.inert(),
            Flag("hidden", !self.run.links().any_broken())
        );
    }

    /// Buttons for commands about one thing: verbs and their labels.
    pub(super) fn offer(&self, html: &mut Html, object: &dyn Words, offers: &[(&str, &str)]) {
        for (verb, label) in offers {
            self.button(html, &format!("{verb}:{object}"), label);
        }
    }

    fn message_actions(&self, html: &mut Html, message: MessageId) {
        let Some(words) = self.run.message(message) else {
            return put!(html, "<p class=\"hint\">That message is no longer under way.</p>");
        };
        put!(html, "<p class=\"hint\"><strong>{}</strong></p>", words);
        let offers = [("drop", "Lose it"), ("deliver", "Deliver now"), ("duplicate", "Send twice")];
        self.offer(html, &message.0, &offers);
        self.order_actions(html, message);
    }

    pub(super) fn lamps(&self, html: &mut Html) {
        put!(html, "<ul class=\"lamps\" aria-label=\"Safety properties, checked after every event\">");
        for verdict in self.run.verdicts() {
            let (class, sign, state) = match (&verdict.broken, &verdict.undecided) {
                (Some(_), _) => ("lamp broken", "✗", "is broken"),
                (None, Some(_)) => ("lamp undecided", "?", "is not decided"),
                (None, None) => ("lamp", "✓", "holds"),
            };
            let why = verdict.undecided.filter(|_| verdict.broken.is_none());
            let why = why.map(|why| format!(": not decided, {why}")).unwrap_or_default();
            put!(
                html,
                "<li class=\"{}\" title=\"{} ({})\"><span class=\"verdict\" aria-hidden=\"true\">{}</span>\
                 <span>{}{}</span><span class=\"visually-hidden\"> {}: {}</span></li>",
                class,
                verdict.meaning,
                verdict.source,
                sign,
                verdict.name,
                why,
                state,
                verdict.meaning
            );
        }
        put!(html, "</ul>");
    }

    pub(super) fn events(&self, html: &mut Html) {
        // Where there are tabs, this one has nothing else to show.
        let is_open = Flag("open", self.tab() == "events");
        put!(
            html,
            "<details class=\"events\"{}><summary>Events, latest first</summary><ol tabindex=\"-1\">",
            is_open
        );
        let position = self.run.position().min(self.run.records().len());
        for step in (position.saturating_sub(EVENTS_SHOWN)..position).rev() {
            let record = &self.run.records()[step];
            let number = step + 1;
            put!(
                html,
                "<li value=\"{}\" class=\"{}\" data-key=\"{}\"><button type=\"button\" data-do=\"goto:{}\"{}>\
                 <span class=\"at\">{} ms</span> <span>{}</span></button></li>",
                number,
                if number == position { "current" } else { "" },
                number,
                number,
                self.inert(),
                record.at.0,
                record.sentence
            );
        }
        put!(html, "</ol></details>");
    }

    pub(super) fn settings_panel(&self, html: &mut Html) {
        put!(
            html,
            "<details class=\"settings\"><summary>Settings; a change starts the run anew</summary>\
             <div class=\"fields\">"
        );
        for spec in self.figure.options() {
            // Those have a panel of their own.
            if matches!(spec.kind, OptionKind::Flag { .. }) {
                continue;
            }
            let value = self.run.values().get(spec.name);
            put!(html, "<label class=\"setting\"><span class=\"name\">{}", spec.name);
            if !spec.unit.is_empty() {
                put!(html, " ({})", spec.unit);
            }
            put!(html, "</span>");
            match spec.kind {
                OptionKind::Integer { min, max, .. } => put!(
                    html,
                    "<input type=\"number\" min=\"{}\" max=\"{}\" value=\"{}\" data-do=\"option:{}\"{}>",
                    min,
                    max,
                    value,
                    spec.name,
                    self.inert()
                ),
                OptionKind::Flag { .. } => {}
                OptionKind::Choice { values } => {
                    put!(html, "<select data-do=\"option:{}\"{}>", spec.name, self.inert());
                    for (place, name) in values.iter().enumerate() {
                        choice(html, name, usize::try_from(value) == Ok(place), name);
                    }
                    put!(html, "</select>");
                }
            }
            put!(html, "<span class=\"meaning\">{}</span></label>", spec.summary);
        }
        put!(html, "</div></details>");
    }
}
