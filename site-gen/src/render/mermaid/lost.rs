//! What the library would leave out of a diagram without a word, or never end with.
//!
//! Its readers go over what they don't know letter by letter, and draw the rest. So each line is asked for alone whether what it
//! must hold is found in it. Flowcharts are read by `flow.rs` and need none of this.

use std::collections::BTreeSet;

use rusty_mermaid::DiagramKind;
use rusty_mermaid_diagrams::sequence::ir::SequenceItem;
use rusty_mermaid_diagrams::{class, er, sequence, state};

use super::Fault;

/// What a line of a sequence diagram can begin with, but for messages.
const SEQUENCE_WORDS: [&str; 16] = [
    "sequenceDiagram",
    "title",
    "title:",
    "autonumber",
    "activate",
    "deactivate",
    "loop",
    "critical",
    "option",
    "break",
    "alt",
    "else",
    "opt",
    "par",
    "and",
    "end",
];

/// Compares what is drawn with the lines of the source.
///
/// # Errors
/// At the first line that would be drawn otherwise, or not at all.
pub(super) fn check(kind: DiagramKind, text: &str) -> Result<(), Fault> {
    let mut start = 0;
    let mut is_note = false;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let statement = line.trim().trim_end_matches(';').trim_end();
        let statement = statement.split("%%").next().unwrap_or_default().trim_end();
        let place = start + indent..start + indent + statement.len();
        start += line.len();
        if kind == DiagramKind::State && statement.starts_with("note ") {
            is_note = !statement.contains(':');
        }
        let is_kept = match kind {
            _ if statement.is_empty() => true,
            DiagramKind::State if is_note => {
                is_note = statement != "end note";
                true
            }
            DiagramKind::Sequence => is_message(statement) || is_sequence_word(statement),
            DiagramKind::State => !said(statement).contains("-->") || is_transition(statement),
            DiagramKind::Class => !has_line(statement) || is_class_relation(statement),
            DiagramKind::Er => !has_line(statement) || is_er_relation(statement),
            _ => true,
        };
        if !is_kept {
            let message = format!("`{statement}` isn't understood in this kind of diagram");
            return Err(Fault { at: place, message });
        }
    }
    match kind {
        DiagramKind::Class => namespaces(text),
        _ => Ok(()),
    }
}

/// A statement up to its text, without what is quoted.
fn said(statement: &str) -> String {
    let unquoted: String = statement.split('"').step_by(2).collect();
    unquoted.split(':').next().unwrap_or_default().to_owned()
}

fn has_line(statement: &str) -> bool {
    let said = said(statement);
    said.contains("--") || said.contains("..")
}

fn is_sequence_word(statement: &str) -> bool {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let first = words.first().copied().unwrap_or_default().to_ascii_lowercase();
    let alone = || sequence::parser::parse(&format!("sequenceDiagram\n{statement}")).ok();
    match first.as_str() {
        "participant" | "actor" => alone().is_some_and(|diagram| {
            let id = diagram.participants.first().map(|participant| participant.id.as_str());
            id == words.get(1).copied() && words.get(2).is_none_or(|word| *word == "as")
        }),
        "note" => alone().is_some_and(|diagram| matches!(diagram.items.as_slice(), [SequenceItem::Note(_)])),
        first => SEQUENCE_WORDS.iter().any(|known| first.eq_ignore_ascii_case(known)),
    }
}

fn is_message(statement: &str) -> bool {
    let Ok(diagram) = sequence::parser::parse(&format!("sequenceDiagram\n{statement}")) else { return false };
    let [SequenceItem::Message(message)] = diagram.items.as_slice() else { return false };
    let said = said(statement);
    let ends = said.trim().trim_end_matches(';').split(['-', '>', ')', '+', ' ']);
    let mut ends = ends.filter(|end| !end.is_empty());
    let (from, to) = (ends.next(), ends.next_back());
    let is_to = |end: &str| end == message.to || end.strip_prefix('x') == Some(message.to.as_str());
    from == Some(message.from.as_str()) && to.is_some_and(is_to)
}

fn is_transition(statement: &str) -> bool {
    let Ok(diagram) = state::parser::parse(&format!("stateDiagram-v2\n{statement}")) else { return false };
    let said = said(statement);
    let Some((from, to)) = said.split_once("-->") else { return false };
    matches!(diagram.transitions.as_slice(), [only] if only.src == from.trim() && only.dst == to.trim())
}

fn is_class_relation(statement: &str) -> bool {
    let Ok(diagram) = class::parser::parse(&format!("classDiagram\n{statement}\n")) else { return false };
    matches!(diagram.relationships.as_slice(), [only] if statement.starts_with(&only.from_id))
}

fn is_er_relation(statement: &str) -> bool {
    let Ok(diagram) = er::parser::parse(&format!("erDiagram\n{statement}\n")) else { return false };
    matches!(diagram.relationships.as_slice(), [only] if statement.trim_start_matches('"').starts_with(&only.entity_a))
}

/// A namespace that holds what has its own name, or another namespace's, is a circle to the library.
fn namespaces(text: &str) -> Result<(), Fault> {
    let Ok(diagram) = class::parser::parse(text) else { return Ok(()) };
    let names: BTreeSet<&str> = diagram.namespaces.iter().map(|space| space.id.as_str()).collect();
    let mut members = diagram.namespaces.iter().flat_map(|space| &space.class_ids);
    let Some(member) = members.find(|id| names.contains(id.as_str())) else { return Ok(()) };
    let at = text.find(member.as_str()).unwrap_or_default();
    let message = format!("`{member}` is the name of a class and of a namespace");
    Err(Fault { at: at..at + member.len(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_draws_as_it_stands_is_kept() {
        for (kind, text) in [
            (
                DiagramKind::Sequence,
                "sequenceDiagram\n autonumber\n participant A as Alice -> x\n A->>+B: hi -> there\n B-->>-A: yes;\n \
                 alt a -> b\n A-xB: no\n else\n A-)B: x\n end\n Note over A,B: a-->b\n Axel->>Felix: x\n",
            ),
            (
                DiagramKind::State,
                "stateDiagram-v2\n [*] --> Follower\n Follower-->Candidate : times --> out\n state A {\n x --> y\n }\n \
                 note right of A\n a - b --> c\n end note\n Candidate --> [*];\n",
            ),
            (
                DiagramKind::Class,
                "classDiagram\n Node <|-- Leader\n A \"1\" --> \"many\" B : has -- x\n Node : +term\n C ..> D\n",
            ),
            (
                DiagramKind::Er,
                "erDiagram\n NODE ||--o{ ENTRY : holds\n NODE {\n int id \"a--b\"\n }\n A }|..|{ B : x\n",
            ),
        ] {
            assert_eq!(check(kind, text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_it_would_draw_otherwise_is_told_at_its_line() {
        for (kind, text, line) in [
            (DiagramKind::Sequence, "sequenceDiagram\n Alice Smith->>Bob: hi\n", "Alice Smith->>Bob: hi"),
            (DiagramKind::Sequence, "sequenceDiagram\n A->>B: x\n rect rgb(1,2,3)\n", "rect rgb(1,2,3)"),
            (DiagramKind::Sequence, "sequenceDiagram\n actor Web Server\n", "actor Web Server"),
            (DiagramKind::Sequence, "sequenceDiagram\n A->>B-2: x\n", "A->>B-2: x"),
            (DiagramKind::State, "stateDiagram-v2\n foo.bar --> b\n", "foo.bar --> b"),
            (DiagramKind::State, "stateDiagram-v2\n a --> b c\n", "a --> b c"),
            (DiagramKind::Class, "classDiagram\n A --?? B\n", "A --?? B"),
            (DiagramKind::Class, "classDiagram\nnamespace A {\n class A\n}\n", "A"),
            (DiagramKind::Er, "erDiagram\n A |--o{ B : x\n", "A |--o{ B : x"),
        ] {
            let fault = check(kind, text).expect_err(text);
            assert_eq!(&text[fault.at.clone()], line, "{text}: {}", fault.message);
        }
    }
}
