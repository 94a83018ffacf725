//! Scripts and style sheets without what only their authors read: comments and indentation.

/// A script without its indentation and the lines that are only a comment. For our own scripts: in a template literal of
/// several lines either could mean something.
#[must_use]
pub(crate) fn script(script: &str) -> String {
    let mut text = String::new();
    let mut is_in_block = false;
    for line in script.lines().map(str::trim) {
        is_in_block |= line.starts_with("/*");
        if !is_in_block && !line.is_empty() && !line.starts_with("//") {
            text.push_str(line);
            text.push('\n');
        }
        is_in_block &= !line.ends_with("*/");
    }
    text
}

/// A style sheet of the same meaning. Strings and unquoted addresses stay as they are, and so do comments that begin
/// with `/*!`, as licences do.
#[must_use]
pub(super) fn css(sheet: &str) -> String {
    let mut text = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(first) = rest.chars().next() {
        if first == '"' || first == '\'' {
            rest = keep(&mut text, rest, string_end(rest, first));
        } else if let Some(after) = rest.strip_prefix("/*") {
            let end = after.find("*/").map_or(rest.len(), |end| end + 4);
            if after.starts_with('!') {
                rest = keep(&mut text, rest, end);
            } else {
                // What parts two words, as a blank would, stays the shortest comment there is.
                let parts = |letter: char| !letter.is_whitespace() && !is_edge(letter);
                let next = rest[end..].chars().next();
                if text.chars().next_back().is_some_and(parts) && next.is_some_and(parts) {
                    text.push_str("/**/");
                }
                rest = &rest[end..];
            }
        } else if first.is_whitespace() {
            rest = rest.trim_start();
            let is_needed = |letter: char| !is_edge(letter) && !letter.is_whitespace();
            if text.chars().next_back().is_some_and(is_needed) && !rest.starts_with(['{', '}', ';', ',']) {
                text.push(' ');
            }
        } else if rest.starts_with("url(") && !rest[4..].trim_start().starts_with(['"', '\'']) {
            rest = keep(&mut text, rest, rest.find(')').map_or(rest.len(), |end| end + 1));
        } else if first == '\\' {
            rest = keep(&mut text, rest, escape_end(rest));
        } else {
            // A blank that is escaped is part of a name.
            if is_edge(first) && text.ends_with(' ') && !text.ends_with("\\ ") {
                text.pop();
            }
            rest = keep(&mut text, rest, first.len_utf8());
        }
    }
    text
}

/// What needs no blank on either side.
fn is_edge(letter: char) -> bool {
    matches!(letter, '{' | '}' | ';' | ',')
}

fn keep<'a>(text: &mut String, rest: &'a str, length: usize) -> &'a str {
    let (kept, after) = rest.split_at(length);
    text.push_str(kept);
    after
}

/// Where the escape that begins `text` ends. Blanks behind a number belong to it: the first ends it, another parts words.
fn escape_end(text: &str) -> usize {
    let digits = text[1..].bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
    if digits == 0 {
        return 1 + text[1..].chars().next().map_or(0, char::len_utf8);
    }
    text.len() - text[1 + digits..].trim_start().len()
}

/// Where the string that begins `text` ends, its quote included.
fn string_end(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (place, letter) in text.char_indices().skip(1) {
        if letter == quote && !is_escaped {
            return place + 1;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_stay_behind_and_code_does_not() {
        let text = "// Why.\n/** What.\n * @param */\nfunction f() {\n  // Why here.\n\n  return \"//\"; // how\n}\n";
        assert_eq!(script(text), "function f() {\nreturn \"//\"; // how\n}\n");
    }

    #[test]
    fn a_sheet_keeps_what_it_means() {
        for (sheet, slim) in [
            (
                "/* a */\na b > c,\nd {\n  color: red;\n  margin: 0 1px;\n}\n",
                "a b > c,d{color: red;margin: 0 1px;}",
            ),
            ("a { content: \"/* ; */  {\\\"  }\" }", "a{content: \"/* ; */  {\\\"  }\"}"),
            ("a{b:url(x,  y/*z*/;)  c}", "a{b:url(x,  y/*z*/;) c}"),
            ("a/* x */.b /* x */ .c", "a/**/.b .c"),
            ("/*! MIT */ a { b: calc(1px + 2px) }", "/*! MIT */ a{b: calc(1px + 2px)}"),
            ("a :hover { } .\\32  b{}", "a :hover{}.\\32  b{}"),
            (".a\\ { }", ".a\\ {}"),
            ("a { b: c /* never closed", "a{b: c "),
        ] {
            assert_eq!(css(sheet), slim, "{sheet}");
        }
    }
}
