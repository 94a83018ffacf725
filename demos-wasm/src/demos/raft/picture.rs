//! How Raft looks: the ring, a node's line, messages, and the table of states.

use super::log::{Entry, LogIndex};
use super::member::{Disk, Member, Timer};
use super::message::{Agreement, Message};
use super::server::{Role, Server};
use super::words;
use crate::figure::progress;
use crate::prelude::*;
use crate::put;
use crate::sim::cluster::Looking;
use crate::sim::world::place_of;
use crate::sim::{Node, NodeId, World};
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};
use crate::view::ring::{self, Courier, NodeMark};
use crate::view::table;

/// Colours for terms repeat after this many.
const TERM_COLOURS: u32 = 6;

pub(super) fn draw(world: &World<Member>, looking: &Looking<'_>, html: &mut Html) {
    let mut nodes = Vec::new();
    for id in world.ids() {
        nodes.push(node_mark(world, looking, id));
    }
    let mut couriers = Vec::new();
    for flight in world.flights() {
        if let Some(journey) = looking.scheduler.journey(flight.id) {
            couriers.push(Courier {
                id: flight.id.0,
                from: flight.from,
                to: flight.to,
                progress: progress(looking.cursor, journey),
                mark: mark(&flight.message),
            });
        }
    }
    let title = words::describe(world);
    ring::draw(html, &nodes, &couriers, looking, &title);
}

fn node_mark(world: &World<Member>, looking: &Looking<'_>, id: NodeId) -> NodeMark {
    let node = world.node(id);
    let mut countdown = None;
    for timer in [Timer::Election, Timer::Heartbeat, Timer::Retry] {
        countdown = countdown.or_else(|| looking.scheduler.countdown(id, place_of::<Member>(timer)));
    }
    let inside = match &node.process {
        Member::Server(server) => format!("term {}", server.term()),
        Member::Client(_) => String::new(),
    };
    let is_paused = looking.scheduler.is_paused(id);
    NodeMark {
        id,
        class: if is_paused { "paused" } else { role(node) },
        inside,
        caption: if is_paused { "frozen".into() } else { caption(node) },
        timer: countdown.map(|times| 1_000 - progress(looking.cursor, times)),
        unsynced: node.has_unsynced_writes(),
        words: words::node(id, node),
    }
}

fn role(node: &Node<Member>) -> &'static str {
    let Member::Server(server) = &node.process else {
        return if node.up { "client" } else { "client crashed" };
    };
    match server.role {
        _ if !node.up => "crashed",
        Role::Leader(_) => "leader",
        Role::Candidate { .. } => "candidate",
        Role::PreCandidate { .. } => "follower asking",
        Role::Follower { .. } if server.configuration.electors().has(server.id) => "follower",
        Role::Follower { .. } => "outsider",
    }
}

fn caption(node: &Node<Member>) -> String {
    if !node.up {
        return "crashed".to_owned();
    }
    let server = match &node.process {
        Member::Server(server) => server,
        Member::Client(client) if client.pending.is_some() => return "waits".to_owned(),
        Member::Client(_) => return "client".to_owned(),
    };
    let all = server.configuration.electors().count();
    match &server.role {
        Role::Follower { .. } if server.configuration.learners.has(server.id) => "learner".to_owned(),
        Role::Follower { .. } if role(node) == "outsider" => "no member".to_owned(),
        Role::Follower { .. } => "follower".to_owned(),
        Role::PreCandidate { votes } => format!("would stand {}/{all}", votes.count()),
        Role::Candidate { votes } => format!("candidate {}/{all}", votes.count()),
        Role::Leader(_) => "leader".to_owned(),
    }
}

pub(super) fn lane(node: &Node<Member>) -> Lane {
    let label = match &node.process {
        _ if !node.up => "crashed".to_owned(),
        Member::Client(client) => match client.pending {
            Some(_) => "waits".to_owned(),
            None => String::new(),
        },
        Member::Server(server) => {
            let term = server.term();
            match server.role {
                Role::Follower { .. } => format!("term {term}"),
                Role::PreCandidate { .. } => format!("asks first, term {term}"),
                Role::Candidate { .. } => format!("candidate, term {term}"),
                Role::Leader(_) => format!("leader, term {term}"),
            }
        }
    };
    Lane { class: role(node), label }
}

pub(super) fn mark(message: &Message) -> MessageMark {
    let (class, label) = match message {
        Message::RequestVote { .. } => ("ask", "vote?"),
        Message::RequestPreVote { .. } => ("ask", "would you?"),
        Message::PreVote { granted: true, .. } => ("maybe", "would"),
        Message::Vote { granted: true, .. } => ("yes", "yes"),
        Message::PreVote { granted: false, .. } | Message::Vote { granted: false, .. } => ("no", "no"),
        Message::AppendEntries(sent) => match &*sent.entries {
            [] => ("beat", ""),
            [one] => return MessageMark { class: "entries", label: words::entry_label(one) },
            more => return MessageMark { class: "entries", label: words::count(more.len()) },
        },
        Message::InstallSnapshot { .. } => ("entries", "snapshot"),
        Message::Appended { agreement: Agreement::Matches(_), .. } => ("ack", ""),
        Message::Appended { agreement: Agreement::Conflicts { .. }, .. } => ("no", "no match"),
        Message::TimeoutNow { .. } => ("ask", "take over"),
        Message::Request { .. } => ("client-ask", "request"),
        Message::Response { .. } => ("client-answer", "answer"),
        Message::Redirect { .. } => ("no", "not me"),
    };
    MessageMark { class, label: label.to_owned() }
}

pub(super) fn state(world: &World<Member>, membership: bool, html: &mut Html) {
    let memory: &[&str] =
        if membership { &["role", "commit", "members", "x"] } else { &["role", "commit", "x"] };
    table::begin(
        html,
        "State of every server. A log entry reads term·write; a filled one is known to be committed.",
        &[("on disk", &["term", "vote", "log"]), ("in memory", memory)],
    );
    for id in world.servers() {
        if let (Member::Server(server), Disk::Server(disk)) = (&world.node(id).process, &world.node(id).disk)
        {
            let node = world.node(id);
            put!(
                html,
                "<tr class=\"{}\"><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td>",
                role(node),
                id,
                disk.current_term,
                disk.voted_for.map_or("none".to_owned(), |chosen| format!("{chosen}"))
            );
            log(disk, node, server, html);
            memory_cells(node, server, membership, html);
        }
    }
    table::end(html);
}

fn log(disk: &super::server::Persistent, node: &Node<Member>, server: &Server, html: &mut Html) {
    let entries = disk.log.entries();
    let base = disk.log.base_index();
    table::begin_boxes(html, entries.len() + base.0 as usize);
    if base > LogIndex(0) {
        table::boxed(
            html,
            &"entry snapshot",
            &format!("≤{base}"),
            &format!("a snapshot of everything up to index {base}"),
        );
    }
    let mut index = base;
    for entry in entries {
        index = index.next();
        log_box(index, entry, node.up && index <= server.commit_index, html);
    }
    put!(html, "</td>");
}

fn log_box(index: LogIndex, entry: &Entry, committed: bool, html: &mut Html) {
    table::boxed(
        html,
        &format!(
            "entry term-{}{}",
            entry.term.0.saturating_sub(1) % TERM_COLOURS + 1,
            if committed { " committed" } else { "" }
        ),
        &format!("{}·{}", entry.term, words::entry_label(entry)),
        &format!(
            "index {index}: {} of term {}, {}",
            words::entry_name(entry),
            entry.term,
            if committed { "committed" } else { "not known to be committed" }
        ),
    );
}

fn memory_cells(node: &Node<Member>, server: &Server, membership: bool, html: &mut Html) {
    let known = |text: String| if node.up { text } else { "lost".to_owned() };
    put!(
        html,
        "<td class=\"role\">{}</td><td class=\"number\">{}</td>",
        known(caption(node)),
        known(format!("{}", server.commit_index))
    );
    if membership {
        put!(html, "<td>{}</td>", known(words::members(server.configuration)));
    }
    let value = server.store.value(super::asks::X);
    put!(html, "<td class=\"number\">{}</td></tr>", known(format!("{}", value.0)));
}
