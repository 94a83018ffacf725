//! What can be done to nodes and links, and how the network is split.

use super::transport::button;
use super::{Selection, Shell};
use crate::put;
use crate::reading::{number, pieces, signed};
use crate::sim::{Groups, NodeId, Trouble};
use crate::view::geometry::Point;
use crate::view::{Flag, Html, ring};

/// Groups offered for a split, and what they are called.
const GROUPS: [char; 4] = ['A', 'B', 'C', 'D'];

/// Rates at which a clock can be made to run, in percent.
const RATES: [u16; 5] = [50, 90, 100, 110, 200];

/// Milliseconds by which a clock can be put forward or back.
const SKEWS: [(&str, &str); 4] =
    [("-300", "Clock −300 ms"), ("-30", "−30"), ("30", "+30"), ("300", "+300 ms")];

/// How a split can begin: what it is called, and the group of the server at a position of so many.
type Preset = (&'static str, fn(usize, usize) -> usize);

/// All of them.
const PRESETS: [Preset; 4] = [
    ("Majority and minority", |position, servers| usize::from(position > servers / 2)),
    ("Every second one", |position, _| position % 2),
    ("Three groups", |position, servers| position * 3 / servers.max(1)),
    ("All together", |_, _| 0),
];

impl Shell {
    pub(super) fn node_actions(&self, html: &mut Html, id: NodeId) {
        let code = id.code();
        let unsynced = self.run.cluster().has_unsynced_writes(id);
        put!(
            html,
            "<p class=\"hint\"><strong>{}</strong>{}</p>",
            id,
            if unsynced { " has written what a power failure would take back" } else { "" }
        );
        // Each keeps its place however the node stands, so that what is done next isn't under the pointer by accident.
        let (is_up, is_paused) = (self.run.is_up(id), self.run.is_paused(id));
        let runs = is_up && !is_paused;
        for (ask, label) in self.run.asks(id) {
            button(html, self.live && runs, &format!("write:{code}:{}", ask.0), &label);
        }
        for (verb, label, can) in [
            if is_up { ("crash", "Crash", true) } else { ("restart", "Restart", true) },
            ("power", "Power failure", is_up),
            if is_paused { ("resume", "Go on", true) } else { ("pause", "Freeze", is_up) },
            ("hurry", "Time out now", runs),
            ("isolate", "Cut off", true),
            // A client that forgot its serial numbers would get old answers for new requests.
            ("wipe", "Wipe its disk", !is_up && !id.is_client()),
        ] {
            button(html, self.live && can, &format!("{verb}:{code}"), &label);
        }
        let rate = self.run.scheduler().clock(id).rate();
        put!(html, "<label class=\"rate\">Clock rate <select data-do=\"rate:{}\"{}>", code, self.inert());
        for percent in RATES {
            put!(
                html,
                "<option value=\"{}\"{}>{} %</option>",
                percent,
                Flag("selected", percent == rate),
                percent
            );
        }
        put!(html, "</select></label><span class=\"row\" role=\"group\" aria-label=\"Put its clock\">");
        for (by, label) in SKEWS {
            self.button(html, &format!("skew:{code}:{by}"), &label);
        }
        put!(html, "</span>");
    }

    pub(super) fn link_actions(&self, html: &mut Html, a: NodeId, b: NodeId) {
        let links = self.run.links();
        put!(html, "<p class=\"hint\"><strong>{} – {}</strong></p>", a, b);
        let both = if links.get(a, b).up || links.get(b, a).up {
            ("cut-both", "Cut both ways")
        } else {
            ("mend-both", "Mend both ways")
        };
        self.offer(html, &format!("{}:{}", a.code(), b.code()), &[both]);
        for (from, to) in [(a, b), (b, a)] {
            let link = links.get(from, to);
            put!(
                html,
                "<div class=\"direction\" role=\"group\" aria-label=\"{} to {}\"><span>{} → {}</span>",
                from,
                to,
                from,
                to
            );
            put!(
                html,
                "<button type=\"button\" data-do=\"{}:{}:{}\"{} aria-pressed=\"{}\">cut</button>",
                if link.up { "cut" } else { "mend" },
                from.code(),
                to.code(),
                self.inert(),
                !link.up
            );
            for (place, trouble) in Trouble::ALL.into_iter().enumerate() {
                put!(
                    html,
                    "<button type=\"button\" data-do=\"trouble:{}:{}:{}\"{} aria-pressed=\"{}\">{}</button>",
                    from.code(),
                    to.code(),
                    place,
                    self.inert(),
                    link.has(trouble),
                    trouble.name()
                );
            }
            put!(html, "</div>");
        }
    }

    /// Groups to put nodes into, by dragging or by choosing, and the button that separates them.
    fn splitter(&self, html: &mut Html) {
        let roster = self.run.roster();
        put!(
            html,
            "<div class=\"split\" role=\"group\" aria-label=\"Split the network\"><div class=\"groups\">"
        );
        for (group, name) in GROUPS.iter().enumerate() {
            put!(
                html,
                "<div class=\"group\" data-drop=\"{}\"><span class=\"name\">Group {}</span>",
                group,
                name
            );
            for (position, id) in roster.ids().enumerate() {
                if usize::from(self.groups.of(position)) != group {
                    continue;
                }
                // Dragged, or pressed: then it goes to the next group.
                put!(
                    html,
                    "<button type=\"button\" class=\"chip\" data-key=\"{}\" data-drag data-do=\"group:{}\" \
                     aria-label=\"{}, group {}; move on\"{}>{}</button>",
                    id,
                    position,
                    id,
                    name,
                    self.inert(),
                    id
                );
            }
            put!(html, "</div>");
        }
        put!(html, "</div><div class=\"presets\">");
        for (place, (name, _)) in PRESETS.iter().enumerate() {
            self.button(html, &format!("split:{place}"), name);
        }
        put!(
            html,
            "<button type=\"button\" class=\"primary\" data-do=\"partition:{}\"{}>Separate the groups</button></div></div>",
            self.groups.0,
            Flag("disabled", !self.live || self.groups == Groups::default())
        );
    }

    /// Puts a node into a group, or into the next one when none is named.
    pub(super) fn assign(&mut self, position: &str, group: &str) {
        let Some(position) = number(position) else { return };
        let next = (self.groups.of(position) + 1) % Groups::COUNT;
        self.groups = self.groups.with(position, number(group).unwrap_or(next));
    }

    pub(super) fn split(&mut self, preset: &str) {
        let rule = number::<usize>(preset).and_then(|place| PRESETS.get(place));
        let Some((_, group_of)) = rule else { return };
        let servers = self.run.nodes();
        self.groups = Groups::default();
        for position in 0..servers {
            let group = u8::try_from(group_of(position, servers)).unwrap_or(0);
            self.groups = self.groups.with(position, group);
        }
    }

    /// Cuts what a line drawn across the picture crosses: a partition if it separates the cluster in two, and else single
    /// links. `ends` are its ends in the picture's units, `x y x y`.
    pub(super) fn slash(&mut self, ends: &str) {
        let mut numbers = pieces(ends, b' ').map(|number| signed(number).unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        let ends = [Point { x: next(), y: next() }, Point { x: next(), y: next() }];
        let cut = ring::cut(self.run.roster(), ends);
        if cut.is_whole {
            let mut groups = Groups::default();
            for (position, side) in cut.sides.iter().enumerate() {
                groups = groups.with(position, *side);
            }
            return self.do_deed("partition", &format!("{}", groups.0), "");
        }
        for (a, b) in cut.crossed {
            self.fault("cut-both", &format!("{}", a.code()), &format!("{}", b.code()));
        }
    }

    /// What is selected, if it is a node.
    pub(super) fn selected_node(&self) -> Option<NodeId> {
        match self.selection {
            Selection::Node(id) => Some(id),
            Selection::None | Selection::Link(..) | Selection::Message(_) => None,
        }
    }

    /// The link matrix: a switch for every direction.
    pub(super) fn network(&self, html: &mut Html) {
        put!(html, "<details class=\"network\"><summary>Links and partitions</summary>");
        self.splitter(html);
        put!(
            html,
            "<div class=\"scroll\">\
             <table><caption class=\"visually-hidden\">Which links are up</caption><thead><tr><td></td>"
        );
        for to in self.everybody() {
            put!(html, "<th scope=\"col\">to {}</th>", to);
        }
        put!(html, "</tr></thead><tbody>");
        for from in self.everybody() {
            put!(html, "<tr><th scope=\"row\">from {}</th>", from);
            for to in self.everybody() {
                self.switch(html, from, to);
            }
            put!(html, "</tr>");
        }
        put!(html, "</tbody></table></div></details>");
    }

    fn switch(&self, html: &mut Html, from: NodeId, to: NodeId) {
        if from == to {
            return put!(html, "<td class=\"self\"></td>");
        }
        let link = self.run.links().get(from, to);
        let (verb, class, label, words) = if link.up && link.is_troubled() {
            ("cut", "switch troubled", "bad", "up but troubled, cut it")
        } else if link.up {
            ("cut", "switch", "up", "up, cut it")
        } else {
            ("mend", "switch off", "cut", "cut, mend it")
        };
        put!(
            html,
            "<td><button type=\"button\" data-key=\"\" data-do=\"{}:{}:{}\"{} class=\"{}\" aria-label=\"{} to {}: {}\">{}\
             </button></td>",
            verb,
            from.code(),
            to.code(),
            self.inert(),
            class,
            from,
            to,
            words,
            label
        );
    }
}
