//! A cluster as a ring: nodes, the links between them, and the messages on their way.

use super::Html;
use super::diagram::MessageMark;
use super::geometry::{Point, Tenths, letters, on_ring};
use crate::prelude::*;
use crate::put;
use crate::sim::cluster::Looking;
use crate::sim::network::Link;
use crate::sim::{Clock, Links, NodeId, Roster, Tick, Trouble};

/// Width of the picture, in its own units.
pub const WIDTH: i64 = 420;
/// Height of the picture, in its own units.
pub const HEIGHT: i64 = 378;

const CENTRE: Point = Point { x: WIDTH * 5, y: 1_880 };
const RADIUS: (i64, i64) = (1_640, 1_310);
/// Clients stand outside, where the ring has a gap, so that they see every server past the others.
const fn client_ring(servers: usize) -> (i64, i64) {
    match servers {
        // Nobody stands at either side, so that clients there needn't go to the edge.
        ..=2 => (1_450, 1_500),
        // Between others there is room only at the edge.
        _ => (1_880, 1_500),
    }
}
const NODE_RADIUS: i64 = 300;
const CLIENT_RADIUS: i64 = 200;
/// From the picture's foot to the middle of a client, whose caption stands below it.
const CLIENT_FOOT: i64 = 480;
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
    /// A word or two beside it, on the side away from the others.
    pub caption: String,
    /// What is left of its timer, in thousandths; none when it has none.
    pub timer: Option<u64>,
    /// Whether its disk holds what a power failure would take back.
    pub unsynced: bool,
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
pub fn draw(html: &mut Html, nodes: &[NodeMark], couriers: &[Courier], looking: &Looking<'_>, title: &str) {
    let &Looking { scheduler, selected, acted, live, .. } = looking;
    let servers = nodes.iter().filter(|mark| !mark.id.is_client()).count();
    put!(
        html,
        "<svg class=\"demo-ring\" viewBox=\"0 0 {} {}\" role=\"{}\" aria-label=\"{}\"><g class=\"links\">",
        WIDTH,
        HEIGHT,
        if live { "group" } else { "img" },
        title
    );
    // What messages don't run into.
    let mut taken = Vec::new();
    for (rank, a) in nodes.iter().enumerate() {
        for b in &nodes[rank + 1..] {
            let (a, b) = (a.id, b.id);
            // Clients have nothing to say to each other, and to a server only now and then.
            let links = scheduler.links();
            let is_seen = !b.is_client()
                || [links.get(a, b), links.get(b, a)].iter().any(|link| !link.up || link.is_troubled())
                || couriers.iter().any(|on| (on.from == a && on.to == b) || (on.from == b && on.to == a));
            if is_seen && !a.is_client() {
                link(html, (a, place(a, servers)), (b, place(b, servers)), links, live, &mut taken);
            }
        }
    }
    put!(html, "</g><g class=\"nodes\">");
    for mark in nodes {
        let id = mark.id;
        let state = if selected == Some(id) { " selected" } else { "" };
        let state = [state, if acted == Some(id) { " acted" } else { "" }];
        let fault = fault(scheduler.clock(id), scheduler.now());
        taken.extend(node(html, mark, place(id, servers), state, &fault, live));
    }
    put!(html, "</g><g class=\"messages\" aria-hidden=\"true\">");
    for mark in nodes {
        let at = place(mark.id, servers);
        taken.push(caption_spot(mark, at));
        taken.push(Spot { at, wide: 190, high: 170 });
    }
    for courier in couriers {
        let spot = stop(courier, place(courier.from, servers), place(courier.to, servers), &taken);
        message(html, courier, spot, live);
        taken.push(spot);
    }
    put!(html, "</g><line class=\"slash\"/></svg>");
}

/// What is wrong with a clock, in a few characters; nothing when it is right.
pub fn fault(clock: Clock, now: Tick) -> String {
    let rate = clock.rate();
    if rate != 100 {
        let (whole, tenths) = (rate / 100, rate % 100 / 10);
        return if tenths == 0 { format!("×{whole}") } else { format!("×{whole}.{tenths}") };
    }
    let ahead = clock.ahead(now);
    if ahead > 0 {
        format!("+{ahead} ms")
    } else if ahead < 0 {
        format!("−{} ms", -ahead)
    } else {
        String::new()
    }
}

/// What a line drawn across the picture does, its ends in the picture's own units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// On which side each node is, 0 or 1, by its position.
    pub sides: Vec<u8>,
    /// The links that it crosses.
    pub crossed: Vec<(NodeId, NodeId)>,
    /// Whether these are all the links between the two sides.
    pub is_whole: bool,
}

/// Finds what the line from one end to the other separates.
pub fn cut(roster: Roster, ends: [Point; 2]) -> Cut {
    let servers = roster.ids().filter(|id| !id.is_client()).count();
    let [from, to] = ends.map(|end| Point { x: end.x * 10, y: end.y * 10 });
    let side = |id: NodeId| place(id, servers).is_right_of(from, to);
    let mut cut = Cut { sides: Vec::new(), crossed: Vec::new(), is_whole: true };
    for b in roster.ids() {
        cut.sides.push(u8::from(side(b)));
        // Clients have no links with each other.
        for a in roster.ids().filter(|a| !a.is_client() && roster.position(*a) < roster.position(b)) {
            let (at, other) = (place(a, servers), place(b, servers));
            if side(a) == side(b) {
            } else if from.is_right_of(at, other) == to.is_right_of(at, other) {
                cut.is_whole = false;
            } else {
                cut.crossed.push((a, b));
            }
        }
    }
    cut.is_whole &= !cut.crossed.is_empty();
    cut
}

/// What lights up around a node. What is pressed is no smaller than a finger on the narrowest phone.
fn halo(radius: i64) -> i64 {
    (radius + 110).max(330)
}

fn radius(id: NodeId) -> i64 {
    if id.is_client() { CLIENT_RADIUS } else { NODE_RADIUS }
}

/// Servers on the ring, clients outside before its gaps; the first before one between captions above and below.
fn place(id: NodeId, servers: usize) -> Point {
    // An odd number has nobody at the foot: the whole comes down a little.
    let low = on_ring(servers / 2, servers, CENTRE, RADIUS).y;
    let centre = Point { x: CENTRE.x, y: CENTRE.y + (CENTRE.y + RADIUS.1 - low) / 2 };
    if !id.is_client() {
        return on_ring(id.index(), servers, centre, RADIUS);
    }
    let ring = client_ring(servers);
    // Two servers leave only two gaps.
    if servers == 2 && id.index() % 3 == 2 {
        let outside = on_ring(3, 8, centre, ring);
        return Point { y: outside.y.min(HEIGHT * 10 - CLIENT_FOOT), ..outside };
    }
    let left = servers * 3 / 4 * 2 + 1;
    let turn = match id.index() % 3 {
        0 => left,
        1 => servers * 2 - left,
        _ if left + 1 == servers * 2 => 3,
        _ => servers * 2 - 1,
    };
    let outside = on_ring(turn, servers * 2, centre, ring);
    Point { y: outside.y.min(HEIGHT * 10 - CLIENT_FOOT), ..outside }
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
fn link(
    html: &mut Html,
    (a, from): (NodeId, Point),
    (b, to): (NodeId, Point),
    links: &Links,
    live: bool,
    taken: &mut Vec<Spot>,
) {
    let class = if b.is_client() { "link thin" } else { "link" };
    put!(html, "<g class=\"{}\" data-key=\"{}{}\"", class, a, b);
    if live {
        put!(html, " data-do=\"link:{}:{}\">", a.code(), b.code());
        line(html, "touch", from, to);
    } else {
        put!(html, ">");
    }
    half(html, from, to, links.get(a, b), taken);
    half(html, to, from, links.get(b, a), taken);
    put!(html, "</g>");
}

/// What is wrong with a direction is a pattern of its half, and a word on it.
fn half(html: &mut Html, near: Point, far: Point, link: &Link, taken: &mut Vec<Spot>) {
    let middle = near.towards(far, 500);
    if !link.up {
        line(html, "wire cut", near, middle);
        let gate = near.step(far, NODE_RADIUS + 190);
        return line(html, "gate", gate.beside(far, near, 80), gate.beside(far, near, -80));
    }
    let mut troubles = Trouble::ALL.into_iter().filter(|trouble| link.has(*trouble));
    let Some(first) = troubles.next() else { return line(html, "wire", near, middle) };
    put!(html, "<g class=\"trouble {}\">", first.name());
    line(html, "wire", near, middle);
    let more = troubles.count();
    let label = if more == 0 { first.name().to_owned() } else { format!("{} +{more}", first.name()) };
    let length = (near.distance(far) / 2 - 150).min(NODE_RADIUS + 400);
    // Towards the sender until there is room.
    let spot = |step: i64| tag_spot(near.step(far, length - step * 50).beside(far, near, 85), &label);
    let is_free = |step: &i64| !taken.iter().any(|other| spot(*step).touches(*other));
    let place = spot((0..8).find(is_free).unwrap_or(0));
    tag(html, place, &label);
    taken.push(place);
    put!(html, "</g>");
}

fn tag_spot(at: Point, label: &str) -> Spot {
    Spot { at, wide: letters(label) * 31 + 45, high: 80 }
}

/// A word on what is wrong, on paper of its own.
fn tag(html: &mut Html, Spot { at, wide, .. }: Spot, label: &str) {
    put!(
        html,
        "<g class=\"fault\" transform=\"translate({} {})\"><rect x=\"{}\" y=\"-8\" width=\"{}\" height=\"16\" \
         rx=\"3\"/><text y=\"4\">{}</text></g>",
        Tenths(at.x),
        Tenths(at.y),
        Tenths(-wide),
        Tenths(wide * 2),
        label
    );
}

/// Draws a node; where a word on what is wrong with it is.
fn node(
    html: &mut Html,
    mark: &NodeMark,
    at: Point,
    state: [&str; 2],
    fault: &str,
    live: bool,
) -> Option<Spot> {
    put!(
        html,
        "<g class=\"node {}{}{}\" transform=\"translate({} {})\" data-key=\"{}\"",
        mark.class,
        state[0],
        state[1],
        Tenths(at.x),
        Tenths(at.y),
        mark.id
    );
    if live {
        put!(
            html,
            " role=\"button\" tabindex=\"0\" aria-pressed=\"{}\" aria-label=\"{}{}{}{}\" data-do=\"select:{}\"",
            !state[0].is_empty(),
            mark.words,
            if fault.is_empty() { "" } else { ", clock " },
            fault,
            if mark.unsynced { ", unsynced writes" } else { "" },
            mark.id.code()
        );
    }
    let radius = radius(mark.id);
    put!(
        html,
        "><circle class=\"halo\" r=\"{}\"/><circle class=\"disc\" r=\"{}\"/>",
        Tenths(halo(radius)),
        Tenths(radius)
    );
    if let Some(timer) = mark.timer {
        // `pathLength` would count the thousandths, but HTML validators know it on paths only.
        let timer_radius = radius + 55;
        let left = i64::try_from(timer.min(1_000)).unwrap_or(1_000);
        put!(
            html,
            "<circle class=\"track\" r=\"{}\"/>\
             <circle class=\"timer\" r=\"{}\" stroke-dasharray=\"{} 2000\" transform=\"rotate(-90)\"/>",
            Tenths(timer_radius),
            Tenths(timer_radius),
            Tenths(left * timer_radius * CIRCLE_MILLIRADIANS / 1_000_000)
        );
    }
    let caption = caption_spot(mark, at).at;
    put!(
        html,
        "<text class=\"name\" y=\"{}\">{}</text><text class=\"inside\" y=\"17\">{}</text>\
         <text class=\"caption\" x=\"{}\" y=\"{}\">{}</text>",
        if mark.inside.is_empty() { 6 } else { 1 },
        mark.id,
        mark.inside,
        Tenths(caption.x - at.x),
        Tenths(caption.y - at.y + 45),
        mark.caption
    );
    let mut spot = None;
    if !fault.is_empty() || mark.unsynced {
        let label = match (fault, mark.unsynced) {
            (_, false) => format!("◷ {fault}"),
            ("", true) => "unsynced".to_owned(),
            (_, true) => format!("◷ {fault}, unsynced"),
        };
        // On the side where the caption isn't.
        let y = if is_above(at) { radius + 70 } else { -radius - 70 };
        tag(html, tag_spot(Point { x: 0, y }, &label), &label);
        spot = Some(tag_spot(Point { x: at.x, y: at.y + y }, &label));
    }
    put!(html, "</g>");
    spot
}

/// Where something is, and half of its width and height.
#[derive(Debug, Clone, Copy)]
struct Spot {
    at: Point,
    wide: i64,
    high: i64,
}

impl Spot {
    fn touches(self, other: Self) -> bool {
        (self.at.x - other.at.x).abs() < self.wide + other.wide
            && (self.at.y - other.at.y).abs() < self.high + other.high
    }
}

/// Whether a node's caption stands above it: on the side away from the ring, where no message passes.
fn is_above(at: Point) -> bool {
    at.y < CENTRE.y
}

fn caption_spot(mark: &NodeMark, at: Point) -> Spot {
    let clear = halo(radius(mark.id)) + 80;
    let wide = letters(&mark.caption) * 48 + 20;
    let outward = if is_above(at) && !mark.id.is_client() { (at.x - CENTRE.x) / 8 } else { 0 };
    let y = if is_above(at) { at.y - clear } else { at.y + clear };
    Spot { at: Point { x: (at.x + outward).clamp(wide, WIDTH * 10 - wide), y }, wide, high: 65 }
}

/// Where a message is. It keeps to the right of its link, so that two that pass each other don't touch; it is clear of both
/// nodes; and it gives way, ahead or behind on its own path first, to what has `taken` its place.
fn stop(courier: &Courier, from: Point, to: Point, taken: &[Spot]) -> Spot {
    let label = &*courier.mark.label;
    let (wide, high) = if label.is_empty() { (40, 40) } else { (letters(label) * 33 + 55, 90) };
    let (dx, dy) = ((to.x - from.x).abs(), (to.y - from.y).abs());
    let distance = from.distance(to).max(1);
    let along = (wide * dx + high * dy) / distance;
    let is_of_client = courier.from.is_client() || courier.to.is_client();
    let across = if is_of_client { 0 } else { (wide * dy + high * dx) / distance + 15 };
    let room = distance * 4 / 10;
    let start = from.step(to, (radius(courier.from) + 240 + along).min(room)).beside(to, from, across);
    let end = to.step(from, (radius(courier.to) + 110 + along).min(room)).beside(to, from, across);
    let progress = i64::try_from(courier.progress.min(1_000)).unwrap_or(1_000);
    let spot = |progress: i64, aside: i64| Spot {
        at: start.towards(end, progress.clamp(0, 1_000)).beside(to, from, aside),
        wide,
        high,
    };
    // Where its own path is full, there are two more beside it.
    for aside in [0, 190, 380] {
        for step in 0..24 {
            for place in [spot(progress - step * 25, aside), spot(progress + step * 25, aside)] {
                if !taken.iter().any(|other| place.touches(*other)) {
                    return place;
                }
            }
        }
    }
    spot(progress, 0)
}

fn message(html: &mut Html, courier: &Courier, Spot { at, wide, .. }: Spot, live: bool) {
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
    put!(
        html,
        "<rect x=\"{}\" y=\"-9\" width=\"{}\" height=\"18\" rx=\"9\"/><text y=\"4\">{}</text></g>",
        Tenths(-wide),
        Tenths(wide * 2),
        courier.mark.label
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> Roster {
        Roster { servers: 5, clients: 2 }
    }

    fn through(from: (i64, i64), to: (i64, i64)) -> Cut {
        cut(roster(), [Point { x: from.0, y: from.1 }, Point { x: to.0, y: to.1 }])
    }

    #[test]
    fn a_line_from_edge_to_edge_separates_the_cluster_in_two() {
        // Between the two at the foot and the others.
        let cut = through((0, 290), (420, 225));
        let roster = roster();
        let apart = |id: NodeId| cut.sides[roster.position(id)] != cut.sides[0];
        assert!(cut.is_whole);
        let foot = [NodeId(2), NodeId(3)];
        assert!(roster.ids().all(|id| apart(id) == foot.contains(&id) || id.is_client()), "{cut:?}");
        let links = cut.crossed.iter().filter(|(_, b)| !b.is_client()).count();
        assert_eq!(links, 6);
    }

    #[test]
    fn a_short_line_crosses_single_links_and_one_beside_them_none() {
        let cut = through((210, 290), (210, 350));
        assert!(!cut.is_whole);
        assert_eq!(cut.crossed, [(NodeId(2), NodeId(3))]);
        let beside = through((0, 0), (20, 40));
        assert!(beside.crossed.is_empty() && !beside.is_whole);
    }

    /// From the middle of a client to the rim of what lights up around it, and what is left of that among more than two servers.
    const HALO: [i64; 2] = [330, 220];

    #[test]
    fn nobody_stands_in_another_ones_place() {
        for servers in 2..=9 {
            let roster = Roster { servers, clients: 3 };
            let ids: Vec<NodeId> = roster.ids().collect();
            let halo = HALO[usize::from(servers > 2)];
            for (rank, a) in ids.iter().enumerate() {
                let at = place(*a, usize::from(servers));
                assert!(
                    (halo..=WIDTH * 10 - halo).contains(&at.x) && (450..=HEIGHT * 10 - 420).contains(&at.y),
                    "{a} of {servers} is off the picture"
                );
                for b in &ids[rank + 1..] {
                    let gap = at.distance(place(*b, usize::from(servers)));
                    assert!(gap > radius(*a) + radius(*b) + 30, "{a} and {b} of {servers} are {gap} apart");
                }
            }
        }
    }

    #[test]
    fn messages_on_one_link_give_way_to_each_other() {
        let (from, to) = (place(NodeId(0), 5), place(NodeId(1), 5));
        let mark = MessageMark { class: "ask", label: "vote?".to_owned() };
        let courier = |id| Courier { id, from: NodeId(0), to: NodeId(1), progress: 500, mark: mark.clone() };
        let mut taken = Vec::new();
        for id in 0..3 {
            let spot = stop(&courier(id), from, to, &taken);
            assert!(taken.iter().all(|other| !spot.touches(*other)), "message {id}");
            taken.push(spot);
        }
    }

    #[test]
    fn a_clocks_fault_is_a_rate_or_else_an_offset() {
        let mut clock = Clock::default();
        assert_eq!(fault(clock, Tick(5)), "");
        clock.jump(300);
        assert_eq!(fault(clock, Tick(5)), "+300 ms");
        clock.jump(-330);
        assert_eq!(fault(clock, Tick(5)), "−30 ms");
        for (rate, words) in [(200, "×2"), (110, "×1.1"), (50, "×0.5")] {
            clock.set_rate(Tick(5), rate);
            assert_eq!(fault(clock, Tick(9)), words);
        }
    }
}
