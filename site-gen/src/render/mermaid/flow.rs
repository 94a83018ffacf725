//! A flowchart's source → what is laid out, or the first place that isn't understood.
//!
//! The library's own reader wants blanks around arrows, and takes for a node what it doesn't know: half of a drawing without a
//! word. This one reads what Mermaid documents, and says where it stops.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rusty_mermaid_core::{Direction, Shape};
use rusty_mermaid_diagrams::common::styling::{ClassDef, StyleProperty, StyleStmt};
use rusty_mermaid_diagrams::flowchart::ir::{
    ArrowEnd, FlowDiagram, FlowEdge, FlowLinkStyle, FlowSubGraph, FlowVertex, StrokeType,
};

use super::Fault;
use super::words;

/// How the text of a node begins and ends, and what it is drawn as; longer beginnings first.
const SHAPES: [(&str, &[&str], Shape); 12] = [
    ("(((", &[")))"], Shape::DoubleCircle),
    ("((", &["))"], Shape::Circle),
    ("([", &["])"], Shape::Stadium),
    ("(", &[")"], Shape::RoundedRect),
    ("[[", &["]]"], Shape::Subroutine),
    ("[(", &[")]"], Shape::Cylinder),
    ("[/", &["/]", "\\]"], Shape::Trapezoid),
    ("[\\", &["\\]", "/]"], Shape::TrapezoidAlt),
    ("[", &["]"], Shape::Rect),
    ("{{", &["}}"], Shape::Hexagon),
    ("{", &["}"], Shape::Diamond),
    (">", &["]"], Shape::Asymmetric),
];

/// Reads a flowchart whose comments and settings are blanked out.
///
/// # Errors
/// At the first thing that isn't understood, or that can't be laid out.
pub(super) fn read(source: &str) -> Result<FlowDiagram, Fault> {
    let mut reader = Reader {
        source,
        at: 0,
        diagram: FlowDiagram::new(Direction::TB),
        open: Vec::new(),
        groups: Vec::new(),
        applied: Vec::new(),
    };
    reader.header()?;
    while reader.next_statement() {
        reader.statement()?;
    }
    reader.finished()
}

/// A group of nodes, while it is read.
struct Group {
    id: String,
    /// Its line, for what is wrong with it.
    place: Range<usize>,
    /// Everything named in it, in order.
    members: Vec<String>,
    /// Where it stands among the diagram's groups.
    index: usize,
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    diagram: FlowDiagram,
    /// Groups that haven't ended, the innermost last.
    open: Vec<Group>,
    /// Groups that have, in the order of their ends.
    groups: Vec<Group>,
    /// Classes that `class` gives to nodes, which may come later.
    applied: Vec<(String, String)>,
}

/// The line of an edge, and what is written on it.
struct Link {
    label: Option<String>,
    stroke: StrokeType,
    start: ArrowEnd,
    end: ArrowEnd,
    length: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn fault<T>(&self, at: Range<usize>, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { at: at.start..at.end.min(self.source.len()), message: message.into() })
    }

    /// What stands here isn't understood.
    fn lost<T>(&self) -> Result<T, Fault> {
        let word = self.rest().split(char::is_whitespace).next().unwrap_or_default();
        match word {
            "" => self.fault(self.at..self.at, "the diagram ends too early"),
            word => {
                self.fault(self.at..self.at + word.len(), format!("`{word}` isn't understood in a flowchart"))
            }
        }
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn take(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        self.at += if is_here { text.len() } else { 0 };
        is_here
    }

    /// A word such as `subgraph`, which must end here.
    fn keyword(&mut self, word: &str) -> bool {
        let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n', ';']);
        let is_here = self.rest().strip_prefix(word).is_some_and(ends);
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    /// The rest of the statement.
    fn line(&mut self) -> &'a str {
        let rest = self.rest();
        let mut quoted = false;
        let ends = |c: char| {
            quoted ^= c == '"';
            matches!(c, '\n' | '\r') || (c == ';' && !quoted)
        };
        let line = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += line.len();
        line.trim()
    }

    fn header(&mut self) -> Result<(), Fault> {
        self.next_statement();
        if !["flowchart-elk", "flowchart", "graph"].iter().any(|word| self.keyword(word)) {
            return self.lost();
        }
        self.blanks();
        if let Some(direction) = self.direction() {
            self.diagram.direction = direction;
        }
        self.end_of_statement()
    }

    fn end_of_statement(&mut self) -> Result<(), Fault> {
        self.blanks();
        if self.rest().starts_with("%%") {
            self.line();
        }
        if self.rest().is_empty() || self.rest().starts_with(['\n', '\r', ';']) {
            return Ok(());
        }
        self.lost()
    }

    fn direction(&mut self) -> Option<Direction> {
        let directions = [
            ("TB", Direction::TB),
            ("TD", Direction::TB),
            ("BT", Direction::BT),
            ("LR", Direction::LR),
            ("RL", Direction::RL),
            (">", Direction::LR),
            ("<", Direction::RL),
            ("^", Direction::BT),
            ("v", Direction::TB),
        ];
        directions.into_iter().find(|(word, _)| self.keyword(word)).map(|(_, direction)| direction)
    }

    /// Goes to the next statement, if there is one.
    fn next_statement(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';').len();
        !self.rest().is_empty()
    }

    fn statement(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.keyword("subgraph") {
            self.group(start);
        } else if self.keyword("end") {
            match self.open.pop() {
                Some(group) => self.groups.push(group),
                None => return self.fault(start..self.at, "this `end` ends no `subgraph`"),
            }
        } else if self.keyword("direction") {
            self.blanks();
            match (self.direction(), self.open.last()) {
                (None, _) => return self.lost(),
                (direction, Some(group)) => self.diagram.subgraphs[group.index].direction = direction,
                (Some(direction), None) => self.diagram.direction = direction,
            }
        } else if self.keyword("style") {
            let (ids, styles) = self.styled();
            self.diagram.style_stmts.push(StyleStmt { ids, styles });
        } else if self.keyword("classDef") {
            let (names, styles) = self.styled();
            let definitions = names.into_iter().map(|name| ClassDef { name, styles: styles.clone() });
            self.diagram.class_defs.extend(definitions);
        } else if self.keyword("class") {
            let line = self.line();
            let Some((ids, class)) = line.rsplit_once(char::is_whitespace) else { return self.lost() };
            self.applied.extend(ids.split(',').map(|id| (id.trim().to_owned(), class.to_owned())));
        } else if self.keyword("linkStyle") {
            let (edges, styles) = self.styled();
            let is_default = edges.iter().any(|edge| edge == "default");
            let indices = edges.iter().filter_map(|edge| edge.parse().ok()).collect();
            self.diagram.link_styles.push(FlowLinkStyle { indices, is_default, styles });
        } else if self.keyword("click") {
            // What a click would do isn't drawn.
            self.line();
        } else {
            self.edges()?;
        }
        self.end_of_statement()
    }

    /// `A,B fill:#f9f,stroke:rgb(1,2,3)`: names, and what they look like.
    fn styled(&mut self) -> (Vec<String>, Vec<StyleProperty>) {
        let line = self.line();
        let (names, properties) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let mut depth = 0usize;
        let properties = properties.split(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        });
        let property = |text: &str| {
            let (key, value) = text.split_once(':')?;
            // `interpolate basis` may stand before the first.
            let key = key.split_whitespace().last()?.to_owned();
            Some(StyleProperty { key, value: value.trim().to_owned() })
        };
        (
            names.split(',').map(|name| name.trim().to_owned()).collect(),
            properties.filter_map(property).collect(),
        )
    }

    fn group(&mut self, start: usize) {
        let line = self.line();
        let titled = line.strip_suffix(']').and_then(|line| line.split_once('['));
        let titled = titled.filter(|(id, _)| !id.trim().contains([' ', '"']) && !id.trim().is_empty());
        let index = self.diagram.subgraphs.len();
        // A title of several words is no name; this one can't be written.
        let nameless = format!("subgraph {index}");
        let (id, label) = match titled {
            Some((id, label)) => (id.trim().to_owned(), label),
            None if line.is_empty() || line.contains([' ', '\t', '"']) => (nameless, line),
            None => (line.to_owned(), line),
        };
        if let Some(outer) = self.open.last_mut() {
            outer.members.push(id.clone());
        }
        self.diagram.subgraphs.push(FlowSubGraph {
            id: id.clone(),
            label: Some(words::read(label)),
            direction: None,
            node_ids: Vec::new(),
            subgraph_ids: Vec::new(),
        });
        self.open.push(Group { id, place: start..start + "subgraph".len(), members: Vec::new(), index });
    }

    /// `A & B --> C -- text --> D`.
    fn edges(&mut self) -> Result<(), Fault> {
        let mut from = self.nodes()?;
        loop {
            self.blanks();
            let Some(link) = self.link()? else { return Ok(()) };
            // The next node may stand on the next line.
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let to = self.nodes()?;
            for src in &from {
                for dst in &to {
                    self.diagram.edges.push(FlowEdge {
                        src: src.clone(),
                        dst: dst.clone(),
                        label: link.label.clone(),
                        stroke: link.stroke,
                        start_arrow: link.start,
                        end_arrow: link.end,
                        minlen: i32::try_from(link.length.min(10)).unwrap_or(1),
                    });
                }
            }
            from = to;
        }
    }

    fn nodes(&mut self) -> Result<Vec<String>, Fault> {
        let mut nodes = vec![self.node()?];
        loop {
            let end = self.at;
            self.blanks();
            if !self.take("&") {
                self.at = end;
                return Ok(nodes);
            }
            self.blanks();
            nodes.push(self.node()?);
        }
    }

    /// A name, perhaps with a shape around its text and with a class.
    fn node(&mut self) -> Result<String, Fault> {
        let id = name(self.rest());
        if id.is_empty() || (id == "end" && !self.rest()[3..].starts_with(['[', '(', '{'])) {
            return self.lost();
        }
        self.at += id.len();
        let shape = self.shape()?;
        if !self.diagram.vertices.iter().any(|vertex| vertex.id == id) {
            self.diagram.vertices.push(FlowVertex::new(id, escaped(id), Shape::Rect));
        }
        if let Some(group) = self.open.last_mut() {
            group.members.push(id.to_owned());
        }
        if let Some((shape, text)) = shape
            && let Some(vertex) = self.diagram.vertices.iter_mut().find(|vertex| vertex.id == id)
        {
            (vertex.shape, vertex.label) = (shape, text);
        }
        if self.take(":::") {
            let class = name(self.rest());
            self.at += class.len();
            self.applied.push((id.to_owned(), class.to_owned()));
        }
        Ok(id.to_owned())
    }

    fn shape(&mut self) -> Result<Option<(Shape, String)>, Fault> {
        let start = self.at;
        let found = SHAPES.iter().find(|(open, ..)| self.rest().starts_with(open));
        let Some((open, closes, shape)) = found else { return Ok(None) };
        self.at += open.len();
        let Some((text, close)) = until(self.rest(), closes) else {
            return self.fault(start..start + open.len(), format!("this `{open}` isn't closed"));
        };
        self.at += text.len() + close.len();
        // The slants of both sides say which way a box leans.
        let shape = match (*open, close) {
            ("[/", "/]") => &Shape::Parallelogram,
            ("[\\", "\\]") => &Shape::ParallelogramAlt,
            _ => shape,
        };
        Ok(Some((*shape, escaped(&words::read(text)))))
    }

    /// The line to the next node, if one begins here.
    fn link(&mut self) -> Result<Option<Link>, Fault> {
        let rest = self.rest();
        let (start, line) = match rest.chars().next() {
            Some('<') => (ArrowEnd::Arrow, &rest[1..]),
            Some('x') => (ArrowEnd::Cross, &rest[1..]),
            Some('o') => (ArrowEnd::Circle, &rest[1..]),
            _ => (ArrowEnd::None, rest),
        };
        let (stroke, opening) = match line {
            line if line.starts_with("--") => (StrokeType::Normal, "--"),
            line if line.starts_with("==") => (StrokeType::Thick, "=="),
            line if line.starts_with("-.") => (StrokeType::Dotted, "-."),
            line if line.starts_with("~~~") => {
                return self.fault(self.at..self.at + 3, "an edge that isn't seen (`~~~`) can't be drawn");
            }
            _ => return Ok(None),
        };
        let here = self.at;
        let line_at = self.source.len() - line.len();
        if let Some((length, end, taken)) = line_end(stroke, line) {
            self.at = line_at + taken;
            let label = self.label()?;
            return Ok(Some(Link { label, stroke, start, end, length }));
        }
        // Text stands within the line.
        self.at = line_at + opening.len();
        let text = self.rest();
        let mut searched = quoted(text);
        while let Some(found) = text[searched..].find(['-', '=', '.', '\n']) {
            let at = searched + found;
            if text[at..].starts_with('\n') {
                break;
            }
            // The closing half of a dotted line begins with its dots.
            if let Some((length, end, taken)) = closing(stroke, &text[at..]) {
                self.at += at + taken;
                let label = Some(words::read(&text[..at]));
                return Ok(Some(Link { label, stroke, start, end, length }));
            }
            searched = at + 1;
        }
        self.fault(here..line_at + opening.len(), "this edge has no end, such as `-->`")
    }

    /// `|text|` behind a line.
    fn label(&mut self) -> Result<Option<String>, Fault> {
        let end = self.at;
        self.blanks();
        let start = self.at;
        if !self.take("|") {
            self.at = end;
            return Ok(None);
        }
        let from = quoted(self.rest());
        let Some(length) = self.rest()[from..].find('|') else {
            return self.fault(start..start + 1, "this `|` isn't closed");
        };
        let text = &self.rest()[..from + length];
        self.at += text.len() + 1;
        Ok(Some(words::read(text)))
    }

    fn finished(mut self) -> Result<FlowDiagram, Fault> {
        if let Some(group) = self.open.pop() {
            return self.fault(group.place, "this `subgraph` has no `end`");
        }
        if self.diagram.vertices.is_empty() && self.groups.is_empty() {
            return self.fault(0..0, "the diagram is empty");
        }
        self.members()?;
        for (id, class) in std::mem::take(&mut self.applied) {
            if let Some(vertex) = self.diagram.vertices.iter_mut().find(|vertex| vertex.id == id) {
                vertex.classes.push(class);
            }
        }
        Ok(self.diagram)
    }

    /// Gives every node and every group to the first group that ends around it, as Mermaid does.
    fn members(&mut self) -> Result<(), Fault> {
        let mut ids: BTreeMap<&str, &Group> = BTreeMap::new();
        for group in &self.groups {
            if ids.insert(&group.id, group).is_some() {
                return self
                    .fault(group.place.clone(), format!("another `subgraph` is called `{}`, too", group.id));
            }
        }
        let mut parents: BTreeMap<&str, &str> = BTreeMap::new();
        for group in &self.groups {
            for member in &group.members {
                if parents.contains_key(member.as_str()) {
                    continue;
                }
                // A group in itself, over however many others, has no place.
                let mut above = Some(group.id.as_str());
                while let Some(id) = above {
                    if id == member {
                        let message = format!("the `subgraph` `{}` would lie in itself", group.id);
                        return self.fault(group.place.clone(), message);
                    }
                    above = parents.get(id).copied();
                }
                parents.insert(member, &group.id);
                let drawn = &mut self.diagram.subgraphs[group.index];
                match ids.contains_key(member.as_str()) {
                    true => drawn.subgraph_ids.push(member.clone()),
                    false => drawn.node_ids.push(member.clone()),
                }
            }
        }
        for edge in &self.diagram.edges {
            for (end, other) in [(&edge.src, &edge.dst), (&edge.dst, &edge.src)] {
                let mut above = parents.get(end.as_str()).copied();
                while let Some(id) = above {
                    if id == other {
                        let place = ids.get(id).map_or(0..0, |group| group.place.clone());
                        return self.fault(place, format!("an edge leads from `{id}` into itself"));
                    }
                    above = parents.get(id).copied();
                }
            }
        }
        // The name of a group is no node beside it.
        let groups: BTreeSet<String> = self.groups.iter().map(|group| group.id.clone()).collect();
        self.diagram.vertices.retain(|vertex| !groups.contains(&vertex.id));
        self.empty_groups();
        Ok(())
    }

    /// A group of nothing is drawn as a node; the library would leave it out.
    fn empty_groups(&mut self) {
        let is_empty = |group: &FlowSubGraph| group.node_ids.is_empty() && group.subgraph_ids.is_empty();
        let (empty, mut filled): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.diagram.subgraphs).into_iter().partition(is_empty);
        for group in empty {
            for outer in &mut filled {
                if outer.subgraph_ids.contains(&group.id) {
                    outer.subgraph_ids.retain(|id| *id != group.id);
                    outer.node_ids.push(group.id.clone());
                }
            }
            let label = escaped(&group.label.unwrap_or_default());
            self.diagram.vertices.push(FlowVertex::new(group.id, label, Shape::Rect));
        }
        self.diagram.subgraphs = filled;
    }
}

/// A node's text as the library wants it, which takes tags out and entities apart.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The name at the beginning of a text. A dash belongs to it unless an edge begins there.
fn name(text: &str) -> &str {
    let mut end = 0;
    while let Some(c) = text[end..].chars().next() {
        let next = text[end + c.len_utf8()..].chars().next();
        let belongs = match c {
            '-' => end > 0 && next.is_some_and(|next| next.is_alphanumeric() || next == '_'),
            '=' => end > 0 && next.is_some_and(char::is_alphanumeric),
            c if c.is_ascii() => c.is_ascii_alphanumeric() || "_.!#$'*+?/\\".contains(c),
            c => !c.is_whitespace(),
        };
        if !belongs {
            break;
        }
        end += c.len_utf8();
    }
    &text[..end]
}

/// The text up to where one of the endings stands outside quotes and brackets, and that ending.
fn until<'t>(text: &'t str, closes: &[&'static str]) -> Option<(&'t str, &'static str)> {
    let mut depth = 0usize;
    let mut is_quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            _ if depth == 0 && closes.iter().any(|close| text[at..].starts_with(close)) => {
                let close = closes.iter().find(|close| text[at..].starts_with(**close))?;
                return Some((&text[..at], close));
            }
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// How far a quoted text at the beginning goes; 0 where there is none.
fn quoted(text: &str) -> usize {
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let inner = text[start..].strip_prefix('"').and_then(|inner| inner.find('"'));
    inner.map_or(0, |length| start + length + 2)
}

fn arrow(text: &str) -> ArrowEnd {
    match text.bytes().next() {
        Some(b'>') => ArrowEnd::Arrow,
        Some(b'x') => ArrowEnd::Cross,
        Some(b'o') => ArrowEnd::Circle,
        _ => ArrowEnd::None,
    }
}

/// A whole line without text: its length in ranks, its end and its bytes.
fn line_end(stroke: StrokeType, line: &str) -> Option<(usize, ArrowEnd, usize)> {
    let run = |text: &str, of: char| text.len() - text.trim_start_matches(of).len();
    if stroke == StrokeType::Dotted {
        let dots = run(&line[1..], '.');
        let behind = line[1 + dots..].strip_prefix('-')?;
        let end = arrow(behind);
        return Some((dots, end, 2 + dots + usize::from(end != ArrowEnd::None)));
    }
    let count = run(line, if stroke == StrokeType::Thick { '=' } else { '-' });
    match arrow(&line[count..]) {
        // Without an end, one more belongs to the line: `---`.
        ArrowEnd::None if count >= 3 => Some((count - 2, ArrowEnd::None, count)),
        ArrowEnd::None => None,
        end => Some((count - 1, end, count + 1)),
    }
}

/// The second half of a line with text in it.
fn closing(stroke: StrokeType, text: &str) -> Option<(usize, ArrowEnd, usize)> {
    match stroke {
        StrokeType::Dotted => {
            let (length, end, taken) = line_end(stroke, &format!("-{}", text.get(..8).unwrap_or(text)))?;
            (length > 0).then_some((length, end, taken - 1))
        }
        StrokeType::Thick if !text.starts_with("==") => None,
        StrokeType::Normal if !text.starts_with("--") => None,
        _ => line_end(stroke, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Edges as `A B`, or `A B: text`, and nodes that are none's end.
    fn read_as(source: &str) -> Result<Vec<String>, String> {
        let diagram = read(source).map_err(|fault| format!("{}: {}", fault.at.start, fault.message))?;
        let edges = diagram.edges.iter().map(|edge| {
            let label = edge.label.as_ref().map_or_else(String::new, |label| format!(": {label}"));
            format!("{} {}{label}", edge.src, edge.dst)
        });
        let alone = diagram.vertices.iter().filter(|vertex| {
            !diagram.edges.iter().any(|edge| edge.src == vertex.id || edge.dst == vertex.id)
        });
        Ok(edges.chain(alone.map(|vertex| vertex.id.clone())).collect())
    }

    #[test]
    fn edges_need_no_blanks_around_them() {
        for (line, expected) in [
            ("A-->B", "A B"),
            ("a---b", "a b"),
            ("a--text-->b", "a b: text"),
            ("a-->|yes|b", "a b: yes"),
            ("D--no-->F", "D F: no"),
            ("a-.->b", "a b"),
            ("a-. why .->b", "a b: why"),
            ("a-.->|\"a | b\"| b", "a b: a | b"),
            ("a==>b", "a b"),
            ("a == text ==> b", "a b: text"),
            ("a --o b", "a b"),
            ("a x--x b", "a b"),
            ("a <--> b", "a b"),
            ("a ----> b", "a b"),
            ("node-1-->node-2", "node-1 node-2"),
            ("größe-->日本", "größe 日本"),
            ("a -->\n b", "a b"),
            ("a[x --> y]-->b", "a b"),
            ("a --\"v1.0 - x\"--> b", "a b: v1.0 - x"),
        ] {
            assert_eq!(read_as(&format!("graph TD\n{line}\n")), Ok(vec![expected.to_owned()]), "{line}");
        }
    }

    #[test]
    fn statements_end_at_lines_or_semicolons_and_several_nodes_are_joined_to_several() {
        assert_eq!(
            read_as("graph TD;\n A-->B;\n A-->C;\n B-->D; C-->D;"),
            Ok(["A B", "A C", "B D", "C D"].map(str::to_owned).to_vec())
        );
        assert_eq!(
            read_as("graph\nA & B--> C & D"),
            Ok(["A C", "A D", "B C", "B D"].map(str::to_owned).to_vec())
        );
        assert_eq!(
            read_as("flowchart LR; click A href \"x;y\"; A;"),
            Ok(vec!["A".to_owned()]),
            "what a click does isn't drawn"
        );
    }

    #[test]
    fn ends_lines_and_lengths_are_the_written_ones() {
        let edge = |line: &str| read(&format!("graph TD\n{line}")).unwrap().edges.remove(0);
        let looks = |line: &str| {
            let edge = edge(line);
            (edge.stroke, edge.start_arrow, edge.end_arrow, edge.minlen)
        };
        use ArrowEnd::{Arrow, Circle, Cross, None};
        use StrokeType::{Dotted, Normal, Thick};
        assert_eq!(looks("a --> b"), (Normal, None, Arrow, 1));
        assert_eq!(looks("a --- b"), (Normal, None, None, 1));
        assert_eq!(looks("a ---> b"), (Normal, None, Arrow, 2));
        assert_eq!(looks("a <-- t --x b"), (Normal, Arrow, Cross, 1));
        assert_eq!(looks("a o-.-o b"), (Dotted, Circle, Circle, 1));
        assert_eq!(looks("a -. t ..-> b"), (Dotted, None, Arrow, 2));
        assert_eq!(looks("a ===> b"), (Thick, None, Arrow, 2));
    }

    #[test]
    fn texts_and_titles_are_the_written_ones() {
        let diagram = read(
            "graph TD\nsubgraph ide1 [one]\nA[\"#quot;x#quot; & (y)\"] --> B(f(x))\nend\nsubgraph \"Two words\"\nC\nend\n",
        )
        .unwrap();
        let labels: Vec<&str> = diagram.vertices.iter().map(|vertex| vertex.label.as_str()).collect();
        assert_eq!(labels, ["\"x\" &amp; (y)", "f(x)", "C"]);
        let titles: Vec<_> = diagram.subgraphs.iter().map(|group| group.label.as_deref().unwrap()).collect();
        assert_eq!(titles, ["one", "Two words"]);
        assert_eq!(diagram.subgraphs[0].id, "ide1");
    }

    #[test]
    fn every_shape_is_known_by_its_brackets() {
        for (node, shape) in [
            ("a[x]", Shape::Rect),
            ("a(x)", Shape::RoundedRect),
            ("a([x])", Shape::Stadium),
            ("a[[x]]", Shape::Subroutine),
            ("a[(x)]", Shape::Cylinder),
            ("a((x))", Shape::Circle),
            ("a(((x)))", Shape::DoubleCircle),
            ("a{x}", Shape::Diamond),
            ("a{{x}}", Shape::Hexagon),
            ("a>x]", Shape::Asymmetric),
            ("a[/x/]", Shape::Parallelogram),
            ("a[\\x\\]", Shape::ParallelogramAlt),
            ("a[/x\\]", Shape::Trapezoid),
            ("a[\\x/]", Shape::TrapezoidAlt),
        ] {
            let diagram = read(&format!("graph TD\n{node}-->b %% why\n")).unwrap();
            let vertex = &diagram.vertices[0];
            assert_eq!((vertex.shape, vertex.label.as_str()), (shape, "x"), "{node}");
        }
    }

    #[test]
    fn a_group_that_lies_in_itself_is_refused_at_its_line() {
        for source in [
            "graph TD\n subgraph Client\n Client --> Proxy\n end\n Proxy --> Server\n",
            "graph TD\n subgraph q\n A --> q\n end\n",
            "graph TD\n subgraph q\n subgraph q\n A\n end\n end\n",
            "graph TD\n subgraph a\n b\n end\n subgraph b\n a\n end\n",
            "graph TD\n subgraph a\n b\n end\n subgraph b\n c\n end\n subgraph c\n a\n end\n",
        ] {
            let fault = read(source).unwrap_err();
            assert_eq!(&source[fault.at.clone()], "subgraph", "{source}: {}", fault.message);
        }
    }

    #[test]
    fn a_group_of_nothing_is_a_node() {
        let diagram = read("graph TD\nsubgraph a\nsubgraph b [x < y]\nend\nend\na-->c\n").unwrap();
        assert_eq!(diagram.subgraphs.len(), 1);
        assert_eq!(diagram.subgraphs[0].node_ids, ["b"]);
        let nodes: Vec<_> = diagram.vertices.iter().map(|vertex| vertex.label.as_str()).collect();
        assert_eq!(nodes, ["c", "x &lt; y"]);
    }

    #[test]
    fn what_is_not_understood_is_named_where_it_stands() {
        for (source, word) in [
            ("graph TD\n A --> B C", "C"),
            ("graph TD\n A -> B", "->"),
            ("graph TD\n A[x --> B", "["),
            ("graph TD\n A -- text\n B", "--"),
            ("graph TD\n A -->|x B", "|"),
            ("graph TD\n end", "end"),
            ("graph TD\n subgraph x\n A", "subgraph"),
            ("graph TD\n A@{ shape: cyl }", "@{"),
            ("graph TX\n A", "TX"),
        ] {
            let fault = read(source).expect_err(source);
            assert_eq!(&source[fault.at.clone()], word, "{source}: {}", fault.message);
        }
        for source in ["graph TD\n A -->", "graph TD\n", "graph TD\n A &"] {
            assert!(read(source).is_err(), "{source}");
        }
    }
}
