//! How Raft looks: the ring, a node's line, messages, and the table of states.

use super::election::RaftElection;
use super::log::{Entry, LogIndex};
use super::message::{Message, Outcome};
use super::node::{NO_OP, Raft, Role, Timer};
use super::words;
use crate::figure::Frame;
use crate::put;
use crate::sim::world::place_of;
use crate::sim::{Node, NodeId, World};
use crate::view::Html;
use crate::view::diagram::{Lane, MessageMark};
use crate::view::ring::{self, Courier, NodeMark};
use crate::view::table;

/// Colours for terms repeat after this many.
const TERM_COLOURS: u32 = 6;

pub(super) fn draw(frame: &Frame<'_, RaftElection>, html: &mut Html) {
    let world = frame.world;
    let nodes: Vec<NodeMark> = world.ids().map(|id| node_mark(frame, id)).collect();
    let couriers: Vec<Courier> = world
        .flights()
        .iter()
        .filter_map(|flight| {
            let journey = frame.scheduler.journey(flight.id)?;
            Some(Courier {
                id: flight.id.0,
                from: flight.from,
                to: flight.to,
                progress: frame.progress(journey),
                mark: mark(&flight.message),
            })
        })
        .collect();
    let title = words::describe(world);
    ring::draw(html, &nodes, frame.scheduler.links(), &couriers, frame.selected, frame.live, &title);
}

fn node_mark(frame: &Frame<'_, RaftElection>, id: NodeId) -> NodeMark {
    let node = frame.world.node(id);
    let countdown = [Timer::Election, Timer::Heartbeat]
        .into_iter()
        .find_map(|timer| frame.scheduler.countdown(id, place_of::<Raft>(timer)));
    NodeMark {
        id,
        class: if frame.scheduler.is_paused(id) { "paused" } else { role(node) },
        inside: format!("term {}", node.process.term()),
        caption: if frame.scheduler.is_paused(id) { "frozen".into() } else { caption(node) },
        timer: countdown.map(|times| 1_000 - frame.progress(times)),
        words: words::node(id, node),
    }
}

fn role(node: &Node<Raft>) -> &'static str {
    match node.process.role {
        _ if !node.up => "crashed",
        Role::Follower { .. } => "follower",
        Role::PreCandidate { .. } => "follower asking",
        Role::Candidate { .. } => "candidate",
        Role::Leader { .. } => "leader",
    }
}

fn caption(node: &Node<Raft>) -> String {
    match &node.process.role {
        _ if !node.up => "crashed".into(),
        Role::Follower { .. } => "follower".into(),
        Role::PreCandidate { votes } => {
            format!("would stand {}/{}", votes.len(), node.process.config.servers)
        }
        Role::Candidate { votes } => {
            format!("candidate {}/{}", votes.len(), node.process.config.servers)
        }
        Role::Leader { .. } => "leader".into(),
    }
}

pub(super) fn lane(node: &Node<Raft>) -> Lane {
    let label = match node.process.role {
        _ if !node.up => "crashed".into(),
        Role::Follower { .. } => format!("term {}", node.process.term()),
        Role::PreCandidate { .. } => format!("asks first, term {}", node.process.term()),
        Role::Candidate { .. } => format!("candidate, term {}", node.process.term()),
        Role::Leader { .. } => format!("leader, term {}", node.process.term()),
    };
    Lane { class: role(node), label }
}

pub(super) fn mark(message: &Message) -> MessageMark {
    let (class, label): (_, String) = match message {
        Message::RequestVote { .. } => ("ask", "vote?".into()),
        Message::RequestPreVote { .. } => ("ask", "would you?".into()),
        Message::PreVote { granted: true, .. } => ("maybe", "would".into()),
        Message::PreVote { granted: false, .. } => ("no", "no".into()),
        Message::Vote { granted: true, .. } => ("yes", "yes".into()),
        Message::Vote { granted: false, .. } => ("no", "no".into()),
        Message::AppendEntries { entries, .. } => match entries.as_slice() {
            [] => ("beat", "".into()),
            [one] => ("entries", write(one.command)),
            more => ("entries", format!("{} entries", more.len())),
        },
        Message::Appended { outcome: Outcome::Matches(_), .. } => ("ack", "".into()),
        Message::Appended { outcome: Outcome::Refused(_), .. } => ("no", "no match".into()),
    };
    MessageMark { class, label }
}

pub(super) fn state(world: &World<Raft>, html: &mut Html) {
    table::begin(
        html,
        "State of every server. A log entry reads term·write; a filled one is known to be committed.",
        &[("on disk", &["term", "vote", "log"]), ("in memory", &["role", "commit"])],
    );
    for id in world.ids() {
        row(id, world.node(id), html);
    }
    table::end(html);
}

fn row(id: NodeId, node: &Node<Raft>, html: &mut Html) {
    let disk = &node.disk;
    put!(
        html,
        "<tr class=\"{}\"><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td>",
        role(node),
        id,
        disk.current_term,
        disk.voted_for.map_or("none".to_owned(), |chosen| chosen.to_string())
    );
    let entries = disk.log.entries();
    table::begin_boxes(html, entries.len());
    for (place, entry) in entries.iter().enumerate() {
        log_box(place, *entry, node, html);
    }
    let (caption, commit) = if node.up {
        (caption(node), node.process.commit_index.to_string())
    } else {
        ("lost".to_owned(), "lost".to_owned())
    };
    put!(html, "</td><td class=\"role\">{}</td><td class=\"number\">{}</td></tr>", caption, commit);
}

fn log_box(place: usize, entry: Entry, node: &Node<Raft>, html: &mut Html) {
    let index = LogIndex(u32::try_from(place + 1).unwrap_or(u32::MAX));
    let committed = node.up && index <= node.process.commit_index;
    table::boxed(
        html,
        &format_args!(
            "entry term-{}{}",
            entry.term.0.saturating_sub(1) % TERM_COLOURS + 1,
            if committed { " committed" } else { "" }
        ),
        &format_args!("{}·{}", entry.term, write(entry.command)),
        &format_args!(
            "index {index}: {} of term {}, {}",
            words::command_name(entry.command),
            entry.term,
            if committed { "committed" } else { "not known to be committed" }
        ),
    );
}

fn write(command: u32) -> String {
    if command == NO_OP { "–".to_owned() } else { format!("w{command}") }
}
