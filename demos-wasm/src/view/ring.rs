//! A cluster as a ring: nodes, the links between them, and the messages on their way.

use super::Html;
use super::diagram::MessageMark;
use super::geometry::{Point, Tenths, letters, on_ring};
use crate::prelude::*;
use crate::put;
use crate::sim::{Links, NodeId};

/// Width of the picture, in its own units.
pub const WIDTH: i64 = 480;
/// Height of the picture, in its own units.
pub const HEIGHT: i64 = 400;

const CENTRE: Point = Point { x: WIDTH * 5, y: 1_960 };
const RADIUS: (i64, i64) = (1_700, 1_430);
const NODE_RADIUS: i64 = 300;
const CLIENT_RADIUS: i64 = 210;
const CORNERS: [Point; 3] =
    [Point { x: 420, y: 3_480 }, Point { x: 4_380, y: 3_480 }, Point { x: 420, y: 420 }];
/// 2π in thousandths, rounded up so that a full circle closes.
const CIRCLE_MILLIRADIANS: i64 = 6_284;

/// How a node looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeMark {
    /// Who it is.
    pub id: NodeId,
    /// What it is: `follower`, `leader`, `crashed` …; a class, and a shape by style sheet.
    pub class: &'static str,
    /// A few characters inside, under the name.
    pub inside: String,
    /// A word or two under it.
    pub caption: String,
    /// What is left of its timer, in thousandths; none when it has none.
    pub timer: Option<u64>,
    /// All of it in words.
    pub words: String,
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Courier {
    /// Its number in the run.
    pub id: u32,
    /// From where.
    pub from: NodeId,
    /// To where.
    pub to: NodeId,
    /// How far it has come, in thousandths.
    pub progress: u64,
    /// How it looks.
    pub mark: MessageMark,
}

/// Draws the ring as an `svg` element. `title` says what is seen.
pub fn draw(
    html: &mut Html,
    nodes: &[NodeMark],
    links: &Links,
    couriers: &[Courier],
    selected: Option<NodeId>,
    live: bool,
    title: &str,
) {
    let servers = nodes.iter().filter(|mark| !mark.id.is_client()).count();
    let place = |id: NodeId| place(id, servers);
    put!(
        html,
        "<svg class=\"demo-ring\" viewBox=\"0 0 {} {}\" role=\"{}\" aria-label=\"{}\"><g class=\"links\">",
        WIDTH,
        HEIGHT,
        if live { "group" } else { "img" },
        title
    );
    for (rank, a) in nodes.iter().enumerate() {
        for b in &nodes[rank + 1..] {
            // Clients have nothing to say to each other.
            if a.id.is_client() && b.id.is_client() {
                continue;
            }
            link(html, (a.id, place(a.id)), (b.id, place(b.id)), links, live);
        }
    }
    put!(html, "</g><g class=\"nodes\">");
    for mark in nodes {
        node(html, mark, place(mark.id), selected == Some(mark.id), live);
    }
    put!(html, "</g><g class=\"messages\" aria-hidden=\"true\">");
    for courier in couriers {
        message(html, courier, place(courier.from), place(courier.to), live);
    }
    put!(html, "</g></svg>");
}

fn radius(id: NodeId) -> i64 {
    if id.is_client() { CLIENT_RADIUS } else { NODE_RADIUS }
}

/// Servers on the ring, clients in the corners.
fn place(id: NodeId, servers: usize) -> Point {
    if id.is_client() {
        return CORNERS[id.index() % CORNERS.len()];
    }
    on_ring(id.index(), servers, CENTRE, RADIUS)
}

fn line(html: &mut Html, class: &str, from: Point, to: Point) {
    put!(
        html,
        "<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
        class,
        Tenths(from.x),
        Tenths(from.y),
        Tenths(to.x),
        Tenths(to.y)
    );
}

/// The half of a link next to a node belongs to what that node sends.
fn link(html: &mut Html, (a, from): (NodeId, Point), (b, to): (NodeId, Point), links: &Links, live: bool) {
    let middle = from.towards(to, 500);
    let class = if b.is_client() { "link thin" } else { "link" };
    put!(html, "<g class=\"{}\" data-key=\"{}{}\"", class, a, b);
    if live {
        put!(html, " data-do=\"link:{}:{}\">", a.code(), b.code());
        line(html, "touch", from, to);
    } else {
        put!(html, ">");
    }
    half(html, from, middle, links.get(a, b).up);
    half(html, to, middle, links.get(b, a).up);
    put!(html, "</g>");
}

fn half(html: &mut Html, near: Point, middle: Point, up: bool) {
    line(html, if up { "wire" } else { "wire cut" }, near, middle);
    if !up {
        let gate = near.step(middle, NODE_RADIUS + 190);
        line(html, "gate", gate.beside(middle, near, 90), gate.beside(middle, near, -90));
    }
}

fn node(html: &mut Html, mark: &NodeMark, at: Point, selected: bool, live: bool) {
    put!(
        html,
        "<g class=\"node {}{}\" transform=\"translate({} {})\" data-key=\"{}\"",
        mark.class,
        if selected { " selected" } else { "" },
        Tenths(at.x),
        Tenths(at.y),
        mark.id
    );
    if live {
        put!(
            html,
            " role=\"button\" tabindex=\"0\" aria-pressed=\"{}\" aria-label=\"{}\" data-do=\"select:{}\"",
            selected,
            mark.words,
            mark.id.code()
        );
    }
    // `pathLength` would count the thousandths, but HTML validators know it on paths only.
    let radius = radius(mark.id);
    let timer_radius = radius + 55;
    let left = i64::try_from(mark.timer.unwrap_or(0).min(1_000)).unwrap_or(1_000);
    let arc = left * timer_radius * CIRCLE_MILLIRADIANS / 1_000_000;
    put!(
        html,
        "><circle class=\"halo\" r=\"{}\"/><circle class=\"disc\" r=\"{}\"/>\
         <circle class=\"timer\" r=\"{}\" stroke-dasharray=\"{} 2000\" transform=\"rotate(-90)\"/>\
         <text class=\"name\" y=\"1\">{}</text><text class=\"inside\" y=\"17\">{}</text>\
         <text class=\"caption\" y=\"{}\">{}</text></g>",
        Tenths(radius + 110),
        Tenths(radius),
        Tenths(timer_radius),
        Tenths(arc),
        mark.id,
        mark.inside,
        Tenths(radius + 215),
        mark.caption
    );
}

fn message(html: &mut Html, courier: &Courier, from: Point, to: Point, live: bool) {
    let progress = i64::try_from(courier.progress.min(1_000)).unwrap_or(1_000);
    let start = from.step(to, radius(courier.from) + 230);
    let end = to.step(from, radius(courier.to) + 130);
    let at = start.towards(end, progress).beside(to, from, 75);
    put!(
        html,
        "<g class=\"message {}\" transform=\"translate({} {})\" data-key=\"{}\"",
        courier.mark.class,
        Tenths(at.x),
        Tenths(at.y),
        courier.id
    );
    if live {
        put!(html, " data-do=\"message:{}\"><circle class=\"touch\" r=\"14\"/>", courier.id);
    } else {
        put!(html, ">");
    }
    if courier.mark.label.is_empty() {
        put!(html, "<circle r=\"4\"/></g>");
        return;
    }
    let width = letters(&courier.mark.label) * 66 + 110;
    put!(
        html,
        "<rect x=\"{}\" y=\"-9\" width=\"{}\" height=\"18\" rx=\"9\"/><text y=\"4\">{}</text></g>",
        Tenths(-width / 2),
        Tenths(width),
        courier.mark.label
    );
}
