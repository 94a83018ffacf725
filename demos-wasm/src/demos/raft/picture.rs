//! How Raft looks: the ring, a node's line, messages, and the table of states.

use super::election::RaftElection;
use super::log::{Entry, LogIndex};
use super::message::{Message, Outcome};
use super::node::{NO_OP, Raft, Role, Timer};
use super::words;
use crate::figure::Frame;
use crate::sim::world::place_of;
use crate::sim::{Node, NodeId, World};
use crate::view::Element;
use crate::view::diagram::{Lane, MessageMark};
use crate::view::element::Text;
use crate::view::ring::{self, Courier, NodeMark};
use crate::view::table::{Cell, Group, Row, Table};

/// Colours for terms repeat after this many.
const TERM_COLOURS: u32 = 6;

pub(super) fn draw(frame: &Frame<'_, RaftElection>) -> Element {
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
    ring::draw(&nodes, frame.scheduler.links(), &couriers, frame.selected, frame.live, &title)
}

fn node_mark(frame: &Frame<'_, RaftElection>, id: NodeId) -> NodeMark {
    let node = frame.world.node(id);
    let countdown = [Timer::Election, Timer::Heartbeat]
        .into_iter()
        .find_map(|timer| frame.scheduler.countdown(id, place_of::<Raft>(timer)));
    NodeMark {
        id,
        class: if frame.scheduler.is_paused(id) { "paused" } else { role(node) },
        inside: format!("term {}", node.process.term()).into(),
        caption: if frame.scheduler.is_paused(id) { "frozen".into() } else { caption(node) },
        timer: countdown.map(|times| 1_000 - frame.progress(times)),
        words: words::node(id, node).into(),
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

fn caption(node: &Node<Raft>) -> Text {
    match &node.process.role {
        _ if !node.up => "crashed".into(),
        Role::Follower { .. } => "follower".into(),
        Role::PreCandidate { votes } => {
            format!("would stand {}/{}", votes.len(), node.process.config.servers).into()
        }
        Role::Candidate { votes } => {
            format!("candidate {}/{}", votes.len(), node.process.config.servers).into()
        }
        Role::Leader { .. } => "leader".into(),
    }
}

pub(super) fn lane(node: &Node<Raft>) -> Lane {
    let label = match node.process.role {
        _ if !node.up => "crashed".into(),
        Role::Follower { .. } => format!("term {}", node.process.term()).into(),
        Role::PreCandidate { .. } => format!("asks first, term {}", node.process.term()).into(),
        Role::Candidate { .. } => format!("candidate, term {}", node.process.term()).into(),
        Role::Leader { .. } => format!("leader, term {}", node.process.term()).into(),
    };
    Lane { class: role(node), label }
}

pub(super) fn mark(message: &Message) -> MessageMark {
    let (class, label): (_, Text) = match message {
        Message::RequestVote { .. } => ("ask", "vote?".into()),
        Message::RequestPreVote { .. } => ("ask", "would you?".into()),
        Message::PreVote { granted: true, .. } => ("maybe", "would".into()),
        Message::PreVote { granted: false, .. } => ("no", "no".into()),
        Message::Vote { granted: true, .. } => ("yes", "yes".into()),
        Message::Vote { granted: false, .. } => ("no", "no".into()),
        Message::AppendEntries { entries, .. } => match entries.as_slice() {
            [] => ("beat", "".into()),
            [one] => ("entries", write(one.command).into()),
            more => ("entries", format!("{} entries", more.len()).into()),
        },
        Message::Appended { outcome: Outcome::Matches(_), .. } => ("ack", "".into()),
        Message::Appended { outcome: Outcome::Refused(_), .. } => ("no", "no match".into()),
    };
    MessageMark { class, label }
}

pub(super) fn state(world: &World<Raft>) -> Table {
    let names = |list: &[&'static str]| list.iter().map(|name| Text::from(*name)).collect();
    Table {
        caption:
            "State of every server. A log entry reads term·write; a filled one is known to be committed."
                .into(),
        groups: vec![
            Group { title: "on disk".into(), columns: names(&["term", "vote", "log"]) },
            Group { title: "in memory".into(), columns: names(&["role", "commit"]) },
        ],
        rows: world.ids().map(|id| row(id, world.node(id))).collect(),
    }
}

fn row(id: NodeId, node: &Node<Raft>) -> Row {
    let raft = &node.process;
    let disk = &node.disk;
    let vote = disk.voted_for.map_or("none".to_owned(), |chosen| chosen.to_string());
    let gone = |text: Text| if node.up { text } else { "lost".into() };
    Row {
        head: id.to_string().into(),
        class: role(node),
        cells: vec![
            Cell::Text(disk.current_term.to_string().into(), "number"),
            Cell::Text(vote.into(), ""),
            Cell::Boxes(
                disk.log
                    .entries()
                    .iter()
                    .enumerate()
                    .map(|(place, entry)| log_box(place, *entry, node))
                    .collect(),
            ),
            Cell::Text(gone(caption(node)), "role"),
            Cell::Text(gone(raft.commit_index.to_string().into()), "number"),
        ],
    }
}

fn log_box(place: usize, entry: Entry, node: &Node<Raft>) -> (Text, Text, Text) {
    let index = LogIndex(u32::try_from(place + 1).unwrap_or(u32::MAX));
    let committed = node.up && index <= node.process.commit_index;
    let class = format!(
        "entry term-{}{}",
        entry.term.0.saturating_sub(1) % TERM_COLOURS + 1,
        if committed { " committed" } else { "" }
    );
    let words = format!(
        "index {index}: {} of term {}, {}",
        words::command_name(entry.command),
        entry.term,
        if committed { "committed" } else { "not known to be committed" }
    );
    (format!("{}·{}", entry.term, write(entry.command)).into(), class.into(), words.into())
}

fn write(command: u32) -> String {
    if command == NO_OP { "–".to_owned() } else { format!("w{command}") }
}
