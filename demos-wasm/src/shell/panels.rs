//! What can be done to the cluster, how it stands, and what happened.

use super::transport::button;
use super::{Selection, Shell};
use crate::figure::OptionKind;
use crate::sim::{MessageId, NodeId};
use crate::view::{Element, el};

/// Events listed at a time.
const EVENTS_SHOWN: usize = 60;

impl Shell {
    fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        NodeId::all(u8::try_from(self.run.nodes()).unwrap_or(0))
    }

    pub(super) fn actions(&self) -> Element {
        let bar = el("div")
            .class("actions")
            .with("role", "group")
            .with("aria-label", "Do something to the cluster");
        let heal = button(self.live, "heal", "Heal all links").flag("hidden", !self.run.links().any_broken());
        match self.selection {
            Selection::Node(id) => self.node_actions(bar, id).child(heal),
            Selection::Link(a, b) => self.link_actions(bar, a, b).child(heal),
            Selection::Message(message) => self.message_actions(bar, message).child(heal),
            Selection::None => bar
                .child(el("p").class("hint").text("Choose a server or a link to act on it."))
                .children(
                    self.ids().map(|id| button(self.live, format!("select:{}", id.number()), id.to_string())),
                )
                .child(heal),
        }
    }

    fn node_actions(&self, bar: Element, id: NodeId) -> Element {
        let number = id.number();
        let is_up = self.run.is_up(id);
        let bar = bar.child(el("p").class("hint").child(el("strong").text(id.to_string())));
        let bar = if self.run.is_paused(id) {
            bar.child(button(self.live, format!("resume:{number}"), "Go on")).child(button(
                self.live,
                format!("crash:{number}"),
                "Crash",
            ))
        } else if is_up {
            bar.child(button(self.live, format!("crash:{number}"), "Crash"))
                .children(
                    self.run
                        .asks(id)
                        .into_iter()
                        .map(|(ask, label)| button(self.live, format!("write:{number}:{}", ask.0), label)),
                )
                .child(button(self.live, format!("hurry:{number}"), "Time out now"))
                .child(button(self.live, format!("pause:{number}"), "Freeze"))
        } else {
            bar.child(button(self.live, format!("restart:{number}"), "Restart"))
        };
        bar.child(button(self.live, format!("isolate:{number}"), "Cut off"))
            .child(button(self.live, "deselect", "Done"))
    }

    fn message_actions(&self, bar: Element, message: MessageId) -> Element {
        let Some(words) = self.run.message(message) else {
            return bar
                .child(el("p").class("hint").text("That message is no longer under way."))
                .child(button(self.live, "deselect", "Done"));
        };
        let id = message.0;
        bar.child(el("p").class("hint").child(el("strong").text(words)))
            .child(button(self.live, format!("drop:{id}"), "Lose it"))
            .child(button(self.live, format!("deliver:{id}"), "Deliver now"))
            .child(button(self.live, format!("duplicate:{id}"), "Send twice"))
            .child(button(self.live, "deselect", "Done"))
    }

    fn link_actions(&self, bar: Element, a: NodeId, b: NodeId) -> Element {
        let links = self.run.links();
        let one_way = |from: NodeId, to: NodeId| {
            let (from_number, to_number) = (from.number(), to.number());
            if links.get(from, to).up {
                button(self.live, format!("cut:{from_number}:{to_number}"), format!("Cut {from} → {to}"))
            } else {
                button(self.live, format!("mend:{from_number}:{to_number}"), format!("Mend {from} → {to}"))
            }
        };
        let both = if links.get(a, b).up || links.get(b, a).up {
            button(self.live, format!("cut-both:{}:{}", a.number(), b.number()), "Cut both ways")
        } else {
            button(self.live, format!("mend-both:{}:{}", a.number(), b.number()), "Mend both ways")
        };
        bar.child(el("p").class("hint").child(el("strong").text(format!("{a} – {b}"))))
            .child(both)
            .child(one_way(a, b))
            .child(one_way(b, a))
            .child(button(self.live, "deselect", "Done"))
    }

    /// The link matrix: a switch for every direction.
    pub(super) fn network(&self) -> Element {
        let head = el("tr")
            .child(el("td"))
            .children(self.ids().map(|to| el("th").with("scope", "col").text(format!("to {to}"))));
        let rows = self.ids().map(|from| {
            el("tr").child(el("th").with("scope", "row").text(format!("from {from}"))).children(
                self.ids().map(|to| if from == to { el("td").class("self") } else { self.switch(from, to) }),
            )
        });
        el("details").class("network").child(el("summary").text("Links, one switch a direction")).child(
            el("div").class("scroll").child(
                el("table")
                    .child(el("caption").class("visually-hidden").text("Which links are up"))
                    .child(el("thead").child(head))
                    .child(el("tbody").children(rows)),
            ),
        )
    }

    fn switch(&self, from: NodeId, to: NodeId) -> Element {
        let up = self.run.links().get(from, to).up;
        let verb = if up { "cut" } else { "mend" };
        el("td").child(
            button(
                self.live,
                format!("{verb}:{}:{}", from.number(), to.number()),
                if up { "up" } else { "cut" },
            )
            .class(if up { "switch" } else { "switch off" })
            .with(
                "aria-label",
                format!("{from} to {to}: {}", if up { "up, cut it" } else { "cut, mend it" }),
            ),
        )
    }

    pub(super) fn lamps(&self) -> Element {
        let lamps = self.run.verdicts().into_iter().map(|verdict| {
            let (class, sign, state) = match verdict.broken {
                None => ("lamp", "✓", "holds"),
                Some(_) => ("lamp broken", "✗", "is broken"),
            };
            el("li")
                .class(class)
                .with("title", format!("{} ({})", verdict.meaning, verdict.source))
                .child(el("span").class("verdict").with("aria-hidden", "true").text(sign))
                .child(el("span").text(verdict.name))
                .child(el("span").class("visually-hidden").text(format!(" {state}: {}", verdict.meaning)))
        });
        el("ul")
            .class("lamps")
            .with("aria-label", "Safety properties, checked after every event")
            .children(lamps)
    }

    pub(super) fn events(&self) -> Element {
        let position = self.run.position().min(self.run.records().len());
        let first = position.saturating_sub(EVENTS_SHOWN);
        let rows = self.run.records()[first..position].iter().enumerate().rev().map(|(place, record)| {
            let step = first + place;
            let class = if step + 1 == position { "current" } else { "" };
            el("li").num("value", step + 1).class(class).child(
                el("button")
                    .with("type", "button")
                    .with("data-do", format!("goto:{}", step + 1))
                    .flag("disabled", !self.live)
                    .child(el("span").class("at").text(format!("{} ms", record.at.0)))
                    .text(" ")
                    .child(el("span").text(record.sentence.clone())),
            )
        });
        el("details")
            .class("events")
            .child(el("summary").text("Events, latest first"))
            .child(el("ol").with("tabindex", "-1").children(rows))
    }

    pub(super) fn settings_panel(&self) -> Element {
        let values = self.run.values();
        let fields = self.figure.options().iter().map(|spec| {
            let value = values.get(spec.name);
            let command = format!("option:{}", spec.name);
            let input = match spec.kind {
                OptionKind::Integer { min, max, .. } => {
                    el("input").with("type", "number").num("min", min).num("max", max).num("value", value)
                }
                OptionKind::Flag { .. } => el("input").with("type", "checkbox").flag("checked", value != 0),
                OptionKind::Choice { values } => {
                    el("select").children(values.iter().enumerate().map(|(place, name)| {
                        let chosen = usize::try_from(value) == Ok(place);
                        el("option").with("value", *name).flag("selected", chosen).text(*name)
                    }))
                }
            };
            let unit = if spec.unit.is_empty() { String::new() } else { format!(" ({})", spec.unit) };
            el("label")
                .class("setting")
                .child(el("span").class("name").text(format!("{}{unit}", spec.name)))
                .child(input.with("data-do", command).flag("disabled", !self.live))
                .child(el("span").class("meaning").text(spec.summary))
        });
        el("details")
            .class("settings")
            .child(el("summary").text("Settings; a change starts the run anew"))
            .child(el("div").class("fields").children(fields))
    }
}
