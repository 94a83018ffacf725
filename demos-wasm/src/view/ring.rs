//! A cluster as a ring: nodes, the links between them, and the messages on their way.

use super::diagram::MessageMark;
use super::element::{Element, Text, svg};
use super::geometry::{Point, Tenths, on_ring};
use crate::sim::{Links, NodeId};

/// Width of the picture, in its own units.
pub const WIDTH: i64 = 480;
/// Height of the picture, in its own units.
pub const HEIGHT: i64 = 400;

const CENTRE: Point = Point { x: WIDTH * 5, y: 1_960 };
const RADIUS: (i64, i64) = (1_700, 1_430);
const NODE_RADIUS: i64 = 300;
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
    pub inside: Text,
    /// A word or two under it.
    pub caption: Text,
    /// What is left of its timer, in thousandths; none when it has none.
    pub timer: Option<u64>,
    /// All of it in words.
    pub words: Text,
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
    nodes: &[NodeMark],
    links: &Links,
    couriers: &[Courier],
    selected: Option<NodeId>,
    live: bool,
    title: &str,
) -> Element {
    let place = |id: NodeId| on_ring(id.index(), nodes.len(), CENTRE, RADIUS);
    let pairs = nodes.iter().enumerate().flat_map(|(i, a)| nodes[i + 1..].iter().map(move |b| (a.id, b.id)));
    let lines = pairs.map(|(a, b)| link((a, place(a)), (b, place(b)), links, live));
    let flying =
        couriers.iter().map(|courier| message(courier, place(courier.from), place(courier.to), live));
    let discs = nodes.iter().map(|mark| node(mark, place(mark.id), selected == Some(mark.id), live));
    svg("svg")
        .class("demo-ring")
        .with("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .with("role", if live { "group" } else { "img" })
        .with("aria-label", title.to_owned())
        .child(svg("g").class("links").children(lines))
        .child(svg("g").class("nodes").children(discs))
        .child(svg("g").class("messages").with("aria-hidden", "true").children(flying))
}

fn line(class: &'static str, from: Point, to: Point) -> Element {
    svg("line")
        .class(class)
        .num("x1", Tenths(from.x))
        .num("y1", Tenths(from.y))
        .num("x2", Tenths(to.x))
        .num("y2", Tenths(to.y))
}

/// The half of a link next to a node belongs to what that node sends.
fn link((a, from): (NodeId, Point), (b, to): (NodeId, Point), links: &Links, live: bool) -> Element {
    let middle = from.towards(to, 500);
    let group = svg("g").class("link").keyed(u32::from(a.0) * 16 + u32::from(b.0));
    let group = if live {
        group.with("data-do", format!("link:{}:{}", a.number(), b.number())).child(line("touch", from, to))
    } else {
        group
    };
    group.children(half(from, middle, links.get(a, b).up)).children(half(to, middle, links.get(b, a).up))
}

fn half(near: Point, middle: Point, up: bool) -> Vec<Element> {
    if up {
        return vec![line("wire", near, middle)];
    }
    let gate = near.step(middle, NODE_RADIUS + 190);
    let bar = (gate.beside(middle, near, 90), gate.beside(middle, near, -90));
    vec![line("wire cut", near, middle), line("gate", bar.0, bar.1)]
}

fn node(mark: &NodeMark, at: Point, selected: bool, live: bool) -> Element {
    let circle = |class: &'static str, radius: i64| svg("circle").class(class).num("r", Tenths(radius));
    let label =
        |class: &'static str, y: i64, text: Text| svg("text").class(class).num("y", Tenths(y)).text(text);
    let class = format!("node {}{}", mark.class, if selected { " selected" } else { "" });
    let mut group = svg("g")
        .class(class)
        .with("transform", format!("translate({} {})", Tenths(at.x), Tenths(at.y)))
        .keyed(u32::from(mark.id.0));
    if live {
        group = group
            .with("role", "button")
            .with("tabindex", "0")
            .with("aria-pressed", if selected { "true" } else { "false" })
            .with("aria-label", mark.words.clone())
            .with("data-do", format!("select:{}", mark.id.number()));
    }
    group = group.child(circle("halo", NODE_RADIUS + 110)).child(circle("disc", NODE_RADIUS));
    // `pathLength` would count the thousandths, but HTML validators know it on paths only.
    let timer_radius = NODE_RADIUS + 55;
    let left = i64::try_from(mark.timer.unwrap_or(0).min(1_000)).unwrap_or(1_000);
    let arc = left * timer_radius * CIRCLE_MILLIRADIANS / 1_000_000;
    group = group.child(
        circle("timer", timer_radius)
            .with("stroke-dasharray", format!("{} 2000", Tenths(arc)))
            .with("transform", "rotate(-90)"),
    );
    group
        .child(label("name", 10, mark.id.to_string().into()))
        .child(label("inside", 170, mark.inside.clone()))
        .child(label("caption", NODE_RADIUS + 215, mark.caption.clone()))
}

fn message(courier: &Courier, from: Point, to: Point, live: bool) -> Element {
    let progress = i64::try_from(courier.progress.min(1_000)).unwrap_or(1_000);
    let start = from.step(to, NODE_RADIUS + 230);
    let end = to.step(from, NODE_RADIUS + 130);
    let at = start.towards(end, progress).beside(to, from, 75);
    let group = svg("g")
        .class(format!("message {}", courier.mark.class))
        .with("transform", format!("translate({} {})", Tenths(at.x), Tenths(at.y)))
        .keyed(courier.id);
    let group = if live {
        group
            .with("data-do", format!("message:{}", courier.id))
            .child(svg("circle").class("touch").num("r", 14))
    } else {
        group
    };
    if courier.mark.label.is_empty() {
        return group.child(svg("circle").num("r", 4));
    }
    let width = i64::try_from(courier.mark.label.chars().count()).unwrap_or(1) * 66 + 110;
    group
        .child(
            svg("rect")
                .num("x", Tenths(-width / 2))
                .num("y", Tenths(-90))
                .num("width", Tenths(width))
                .num("height", Tenths(180))
                .num("rx", 9),
        )
        .child(svg("text").num("y", 4).text(courier.mark.label.clone()))
}
