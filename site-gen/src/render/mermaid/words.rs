//! What is written in a diagram, as people read it; and what stands in its source for others than readers.

/// A label as it was typed → as it is read: without quotes and tags, lines broken, entities as their characters.
pub(super) fn read(typed: &str) -> String {
    let text = without_pair(typed.trim(), '"');
    let text = without_pair(text, '`');
    let lines: Vec<String> =
        without_tags(text).lines().map(|line| with_characters(line.trim()).into_owned()).collect();
    lines.join("\n")
}

fn without_pair(text: &str, mark: char) -> &str {
    text.strip_prefix(mark).and_then(|text| text.strip_suffix(mark)).unwrap_or(text)
}

/// Tags are taken out, but those that break a line do.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        kept.push_str(before);
        let inner = tag[1..].trim_start_matches('/');
        let end = tag.find('>').filter(|_| inner.starts_with(|c: char| c.is_ascii_alphabetic()));
        let Some(end) = end else {
            kept.push('<');
            rest = &tag[1..];
            continue;
        };
        let name = inner.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        kept.push_str(if name.eq_ignore_ascii_case("br") { "\n" } else { "" });
        rest = &tag[end + 1..];
    }
    kept + rest
}

/// Mermaid's way to write a character, `#quot;` or `#35;`, and HTML's.
pub(super) fn with_characters(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(';') {
        return text.into();
    }
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['#', '&']) {
        let (before, code) = rest.split_at(at);
        read.push_str(before);
        let name = code[1..].split_once(';').map(|(name, _)| name);
        if let Some((name, c)) = name.and_then(|name| Some((name, character(name.trim_start_matches('#'))?)))
        {
            read.push(c);
            rest = &code[name.len() + 2..];
        } else {
            read.push_str(&code[..1]);
            rest = &code[1..];
        }
    }
    (read + rest).into()
}

fn character(name: &str) -> Option<char> {
    let number = match name.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => name.parse().ok(),
    };
    match name {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => char::from_u32(number?).filter(|c| !c.is_control()),
    }
}

/// A diagram's source with what isn't drawn as blanks, so that every place stays where it was; and the title.
pub(super) fn prepared(source: &str) -> (String, Option<String>) {
    let mut text = String::with_capacity(source.len());
    let mut title = None;
    let mut inside: Option<&str> = None;
    let mut begun = false;
    for line in source.split_inclusive('\n') {
        let words = line.trim();
        let value = |key: &str| {
            let value = words.strip_prefix(key)?.trim_start().strip_prefix(':')?.trim();
            Some(without_pair(without_pair(value, '"'), '\'').to_owned())
        };
        let hidden = match inside {
            Some(end) => {
                if end == "---"
                    && let Some(written) = value("title")
                {
                    title = Some(written);
                }
                if words.ends_with(end) {
                    inside = None;
                }
                true
            }
            None if words == "---" && !begun => {
                inside = Some("---");
                true
            }
            None if words.starts_with("%%{") => {
                inside = (!words.ends_with("}%%")).then_some("}%%");
                true
            }
            None if words.starts_with("%%") => true,
            None if words.starts_with("accDescr") && words.contains('{') => {
                inside = (!words.contains('}')).then_some("}");
                true
            }
            None if value("accTitle").is_some() => {
                title = title.or_else(|| value("accTitle"));
                true
            }
            None => value("accDescr").is_some(),
        };
        begun |= !hidden && !words.is_empty();
        if hidden {
            text.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            text.push_str(line);
        }
    }
    (text, title.filter(|title| !title.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_a_browser_would_show_them() {
        for (typed, expected) in [
            (" \"a b\" ", "a b"),
            ("\"`mark`\"", "mark"),
            ("a<br/>b<BR>c", "a\nb\nc"),
            ("<b>fat</b> & x < y", "fat & x < y"),
            ("#quot;q#quot; #35;1 &lt;b&gt; #x41; #none; a;", "\"q\" #1 <b> A #none; a;"),
        ] {
            assert_eq!(read(typed), expected, "{typed}");
        }
    }

    #[test]
    fn what_is_not_drawn_becomes_blanks_and_nothing_moves() {
        let source = "---\ntitle: \"Ünder\"\n---\n%%{init: {\n}}%%\ngraph TD\n%% ä\naccDescr {\n x\n}\n  A\n";
        let (text, title) = prepared(source);
        assert_eq!(title.as_deref(), Some("Ünder"));
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["graph", "TD", "A"]);
        assert_eq!((text.len(), text.find("graph")), (source.len(), source.find("graph")));
    }
}
