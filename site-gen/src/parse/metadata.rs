//! The line under a module's title: complexity, time, prerequisites, in the five shapes that authors use.
//!
//! A quote with one bold field a line, a quote or a bold paragraph with `|` between fields, headings, a table. A block
//! counts only when one of its fields is a complexity or a time; everything else stays prose.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::plain_text;

/// An event and where it stands in the file.
pub(super) type Located = (Event<'static>, Range<usize>);

/// A field before its value is made into pieces.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawField {
    pub(super) label: String,
    pub(super) value: Vec<Located>,
}

const LABELS: &[&str] = &[
    "complexity",
    "difficulty",
    "level",
    "time",
    "duration",
    "prerequisite",
    "track",
    "module",
    "part",
    "series",
    "audience",
    "status",
    "version",
];
const DECISIVE: &[&str] = &["complexity", "difficulty", "time", "duration"];
const LONGEST: usize = 1_200;

/// The metadata that begins at an event, and the events it takes up.
pub(super) fn find(events: &[Located], start: usize) -> Option<(Vec<RawField>, Range<usize>)> {
    let start = start + usize::from(matches!(events.get(start), Some((Event::Rule, _))));
    let (segments, end) = match &events.get(start)?.0 {
        Event::Start(Tag::BlockQuote(_)) => quote(events, start)?,
        Event::Start(Tag::Paragraph) => paragraph(events, start)?,
        Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => headings(events, start)?,
        Event::Start(Tag::Table(_)) => return table(events, start),
        _ => return None,
    };
    let mut fields: Vec<RawField> = Vec::new();
    for segment in segments {
        match (field(&segment), fields.last_mut()) {
            (Some(field), Some(before)) if field.label.is_empty() && segment.continues => {
                before.value.push((Event::Text(" ".into()), segment.place()));
                before.value.extend(field.value);
            }
            (Some(field), _) => fields.push(field),
            (None, _) => {}
        }
    }
    accepted(&fields).then_some((fields, start..end))
}

/// The events of one field, before label and value are told apart.
#[derive(Debug, Default)]
struct Segment {
    events: Vec<Located>,
    /// Whether it follows a mere line break, and so may belong to the field before it.
    continues: bool,
}

impl Segment {
    fn place(&self) -> Range<usize> {
        self.events.first().map_or(0..0, |(_, span)| span.clone())
    }
}

fn end_of(events: &[Located], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (index, (event, _)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

fn quote(events: &[Located], start: usize) -> Option<(Vec<Segment>, usize)> {
    let end = end_of(events, start)?;
    let inside = &events[start + 1..end - 1];
    let only_lines = inside.iter().all(|(event, _)| match event {
        Event::Start(tag) => is_inline(tag) || *tag == Tag::Paragraph,
        event => !matches!(event, Event::Html(_) | Event::Rule),
    });
    (only_lines && !text(inside).trim_start().starts_with("[!")).then(|| (split(inside), end))
}

fn paragraph(events: &[Located], start: usize) -> Option<(Vec<Segment>, usize)> {
    let end = end_of(events, start)?;
    let starts_bold = matches!(events.get(start + 1), Some((Event::Start(Tag::Strong), _)));
    starts_bold.then(|| (split(&events[start + 1..end - 1]), end))
}

fn headings(events: &[Located], start: usize) -> Option<(Vec<Segment>, usize)> {
    let mut segments = Vec::new();
    let mut end = start;
    while let Some((Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }), _)) = events.get(end) {
        let next = end_of(events, end)?;
        let segment = Segment { events: events[end + 1..next - 1].to_vec(), continues: false };
        if !field(&segment).is_some_and(|field| is_known(&field.label)) {
            break;
        }
        segments.push(segment);
        end = next;
    }
    (!segments.is_empty()).then_some((segments, end))
}

fn table(events: &[Located], start: usize) -> Option<(Vec<RawField>, Range<usize>)> {
    let end = end_of(events, start)?;
    let mut rows: Vec<Vec<Vec<Located>>> = Vec::new();
    for (event, span) in &events[start..end] {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => rows.last_mut()?.push(Vec::new()),
            Event::Start(Tag::Table(_))
            | Event::End(TagEnd::TableCell | TagEnd::TableRow | TagEnd::TableHead) => {}
            Event::End(TagEnd::Table) => break,
            event => rows.last_mut()?.last_mut()?.push((event.clone(), span.clone())),
        }
    }
    let label = |cell: &Vec<Located>| text(cell).trim().trim_end_matches(':').to_owned();
    let named = |label: String, value: &Vec<Located>| RawField { label, value: without_strong(value) };
    let fields: Vec<RawField> = match rows.as_slice() {
        [head, values] if head.len() > 2 || (head.len() == 2 && !is_known(&label(&values[0]))) => {
            head.iter().zip(values).map(|(head, value)| named(label(head), value)).collect()
        }
        rows if rows.iter().all(|row| row.len() == 2) => {
            let rows = rows.iter().filter(|row| is_known(&label(&row[0])));
            rows.map(|row| named(label(&row[0]), &row[1])).collect()
        }
        _ => return None,
    };
    // A list of modules has such columns, too; but it links them, and numbers or describes them.
    let labels_known = fields.iter().all(|field| is_known(&field.label));
    let lists_modules = fields.iter().any(|field| {
        let is_link = |(event, _): &Located| matches!(event, Event::Start(Tag::Link { .. }));
        field.label.to_lowercase().contains("module") && field.value.iter().any(is_link)
    });
    let labels_known = labels_known && !lists_modules;
    (labels_known && accepted(&fields)).then_some((fields, start..end))
}

fn split(events: &[Located]) -> Vec<Segment> {
    let mut segments = vec![Segment::default()];
    let cut =
        |segments: &mut Vec<Segment>, continues| segments.push(Segment { events: Vec::new(), continues });
    for (event, span) in events {
        match event {
            Event::Start(Tag::Paragraph) => cut(&mut segments, false),
            Event::End(TagEnd::Paragraph) => {}
            Event::SoftBreak | Event::HardBreak => cut(&mut segments, true),
            Event::Text(text) => {
                let mut offset = span.start;
                for (index, part) in text.split(['|', '•', '·']).enumerate() {
                    if index > 0 {
                        cut(&mut segments, false);
                    }
                    if let Some(last) = segments.last_mut() {
                        last.events.push((Event::Text(part.to_owned().into()), offset..offset + part.len()));
                    }
                    offset += part.len() + 1;
                }
            }
            event => {
                if let Some(last) = segments.last_mut() {
                    last.events.push((event.clone(), span.clone()));
                }
            }
        }
    }
    segments
}

/// Label and value of a segment; none for an empty one.
fn field(segment: &Segment) -> Option<RawField> {
    if text(&segment.events).trim().is_empty() {
        return None;
    }
    let bare = || RawField { label: String::new(), value: without_strong(&segment.events) };
    let mut label = String::new();
    for (index, (event, span)) in segment.events.iter().enumerate() {
        let Event::Text(text) = event else {
            if matches!(event, Event::Start(Tag::Strong) | Event::End(TagEnd::Strong)) {
                continue;
            }
            return Some(bare());
        };
        let Some(colon) = text.find(':') else {
            label.push_str(text);
            continue;
        };
        label.push_str(&text[..colon]);
        let label = label.trim().to_owned();
        if label.is_empty() || label.split_whitespace().count() > 4 {
            return Some(bare());
        }
        let rest = text[colon + 1..].trim_start();
        let start = span.start + text.len() - rest.len();
        let mut value = vec![(Event::Text(rest.to_owned().into()), start..span.end.max(start))];
        value.extend_from_slice(&segment.events[index + 1..]);
        return Some(RawField { label, value: without_strong(&value) });
    }
    Some(bare())
}

fn accepted(fields: &[RawField]) -> bool {
    let length: usize = fields.iter().map(|field| text(&field.value).len()).sum();
    let decides = |field: &RawField| {
        let label = field.label.to_lowercase();
        let value = text(&field.value).to_lowercase();
        let counts = value.contains(|c: char| c.is_ascii_digit())
            && ["module", "hour", "min"].iter().any(|unit| value.contains(unit))
            && value.len() < 40;
        DECISIVE.iter().any(|family| label.contains(family)) || (label.is_empty() && counts)
    };
    length < LONGEST && fields.iter().any(decides)
}

fn is_known(label: &str) -> bool {
    let label = label.to_lowercase();
    LABELS.iter().any(|family| label.contains(family))
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. })
}

fn without_strong(events: &[Located]) -> Vec<Located> {
    let is_strong =
        |event: &Event<'_>| matches!(event, Event::Start(Tag::Strong) | Event::End(TagEnd::Strong));
    events.iter().filter(|(event, _)| !is_strong(event)).cloned().collect()
}

fn text(events: &[Located]) -> String {
    plain_text(events.iter().map(|(event, _)| event))
}

#[cfg(test)]
mod tests {

    use crate::parse::{ParseOptions, parse};
    use crate::source::SourcePath;

    fn fields(markdown: &str) -> Vec<(String, String)> {
        let document = parse(
            &SourcePath::new("a.md"),
            &format!("# Module 1\n\n{markdown}\n\nProse.\n"),
            ParseOptions::default(),
        );
        document.metadata.into_iter().map(|field| (field.label, field.value)).collect()
    }

    fn pair(label: &str, value: &str) -> (String, String) {
        (label.to_owned(), value.to_owned())
    }

    #[test]
    fn all_five_shapes_say_the_same() {
        let expected = [pair("Complexity", "MEDIUM"), pair("Time to Complete", "30-35 min")];
        for shape in [
            "> **Complexity**: `[MEDIUM]`\n>\n> **Time to Complete**: 30-35 min",
            "> **Complexity**: `[MEDIUM]`\n> **Time to Complete**: 30-35 min",
            "> **Complexity**: `[MEDIUM]` | **Time to Complete**: 30-35 min",
            "> Complexity: `[MEDIUM]` | Time to Complete: 30-35 min",
            "## Complexity: `[MEDIUM]`\n## Time to Complete: 30-35 min",
            "**Complexity:** `[MEDIUM]` | **Time to Complete:** 30-35 min",
            "| Complexity | Time to Complete |\n|---|---|\n| `[MEDIUM]` | 30-35 min |",
            "| Complexity | `[MEDIUM]` |\n|---|---|\n| **Time to Complete** | 30-35 min |",
        ] {
            assert_eq!(fields(shape), expected, "{shape}");
        }
    }

    #[test]
    fn a_remark_without_label_is_kept() {
        let found = fields("> **Foundation Track** | 3 Modules | ~1.5 hours total");
        assert_eq!(
            found,
            [pair("", "Foundation Track"), pair("", "3 Modules"), pair("", "~1.5 hours total")]
        );
    }

    #[test]
    fn a_value_may_run_over_several_lines_and_hold_links() {
        let found = fields("> **Time**: 5 min\n> **Prerequisites**: [Module 1](b.md),\n> and patience");
        assert_eq!(found[1], pair("Prerequisites", "Module 1, and patience"));
    }

    #[test]
    fn prose_is_no_metadata() {
        for prose in [
            "> Time flies like an arrow.",
            "**Note:** read this first.",
            "> [!NOTE]\n> Time: 5 min",
            "| # | Module | Time |\n|---|---|---|\n| 1 | One | 5 min |",
            "| Module | Time |\n|---|---|\n| [One](a.md) | 5 min |",
        ] {
            assert_eq!(fields(prose), [], "{prose}");
        }
    }
}
