//! Source code → HTML with a class for each kind of token, no styles. The result depends on label and text alone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::text::escaped_text as escaped;
use crate::diagnostic::nearest;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Labels that mean "no language", and languages that are shown in other ways.
const PLAIN: &[&str] = &[
    "",
    "text",
    "txt",
    "plain",
    "plaintext",
    "ascii",
    "output",
    "none",
    "console-output",
    "mermaid",
    "log",
    "logs",
];

/// Labels authors use for languages the grammars know by another name.
const ALIASES: &[(&str, &str)] = &[
    ("shell", "bash"),
    ("console", "bash"),
    ("shell-session", "bash"),
    ("terminal", "bash"),
    ("zsh", "bash"),
    ("hcl", "tf"),
    ("terraform", "tf"),
    ("golang", "go"),
    ("docker", "Dockerfile"),
    ("jsonc", "json"),
    ("json5", "json"),
    ("proto", "proto"),
    ("protobuf", "proto"),
    ("yml", "yaml"),
    ("helm", "yaml"),
    ("conf", "ini"),
    ("properties", "properties"),
    ("gotemplate", "html"),
    ("node", "js"),
    ("pwsh", "ps1"),
    ("powershell", "ps1"),
];

/// Scope prefixes and their classes; the first that fits wins.
const CLASSES: &[(&str, char)] = &[
    ("comment", 'c'),
    ("punctuation.definition.comment", 'c'),
    ("punctuation.definition.string", 's'),
    ("constant.character", 'x'),
    ("string", 's'),
    ("constant.numeric", 'n'),
    ("constant", 'x'),
    ("keyword.operator", 'o'),
    ("punctuation.separator.continuation", 'o'),
    ("keyword", 'k'),
    ("storage", 'k'),
    ("entity.name.function", 'f'),
    ("support.function", 'f'),
    ("variable.function", 'f'),
    ("entity.name.tag", 'a'),
    ("entity.other.attribute-name", 'a'),
    ("entity.name", 't'),
    ("entity.other.inherited-class", 't'),
    ("support.type", 't'),
    ("support.class", 't'),
    ("support", 'f'),
    ("punctuation.definition.variable", 'v'),
    ("punctuation.section.expansion", 'v'),
    ("variable", 'v'),
    ("markup.heading", 'k'),
    ("markup.inserted", 's'),
    ("markup.deleted", 'k'),
    ("markup.raw", 's'),
    ("punctuation", 'p'),
];

static SCOPES: LazyLock<Vec<(Scope, char)>> = LazyLock::new(|| {
    CLASSES.iter().filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, *class))).collect()
});

/// Whether a label names a language, or says that there is none.
#[must_use]
pub fn knows(label: &str) -> bool {
    is_plain(label) || syntax(label).is_some()
}

/// The known label closest to an unknown one.
#[must_use]
pub fn nearest_label(label: &str) -> Option<String> {
    let names = SYNTAXES.syntaxes().iter().map(|syntax| syntax.name.as_str());
    nearest(label, names.chain(ALIASES.iter().map(|(alias, _)| *alias))).map(str::to_lowercase)
}

/// The code as HTML: escaped, tokens in `<span class="k">`, neighbours of one class in one span.
#[must_use]
pub fn highlight(label: &str, code: &str) -> String {
    match syntax(label) {
        Some(syntax) if !is_plain(label) => tokens(syntax, code),
        _ => escaped(code),
    }
}

fn is_plain(label: &str) -> bool {
    PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(label))
}

fn syntax(label: &str) -> Option<&'static SyntaxReference> {
    let lower = label.to_lowercase();
    let name = ALIASES.iter().find(|(alias, _)| *alias == lower).map_or(lower.as_str(), |(_, name)| name);
    SYNTAXES.find_syntax_by_token(name)
}

fn tokens(syntax: &SyntaxReference, code: &str) -> String {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut writer = Writer::default();
    let mut classes = Classes::default();
    for line in code.split_inclusive('\n') {
        // A grammar that fails leaves its line plain: the code itself must not be lost.
        let Ok(changes) = state.parse_line(line, &SYNTAXES) else {
            writer.write(line, None);
            continue;
        };
        let mut written = 0;
        for (offset, change) in changes {
            writer.write(&line[written..offset], classes.of(&stack));
            written = offset;
            if stack.apply(&change).is_err() {
                stack = ScopeStack::new();
            }
        }
        writer.write(&line[written..], classes.of(&stack));
    }
    writer.finish()
}

/// The class of each scope met so far.
#[derive(Default)]
struct Classes {
    known: BTreeMap<Scope, Option<char>>,
}

impl Classes {
    fn of(&mut self, stack: &ScopeStack) -> Option<char> {
        stack.as_slice().iter().rev().find_map(|scope| {
            let class =
                || SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class);
            *self.known.entry(*scope).or_insert_with(class)
        })
    }
}

#[derive(Default)]
struct Writer {
    html: String,
    open: Option<char>,
}

impl Writer {
    fn write(&mut self, text: &str, class: Option<char>) {
        if text.is_empty() {
            return;
        }
        // Blanks have no colour: they stay in whatever span is open.
        if class != self.open && !text.trim().is_empty() {
            self.close();
            if let Some(class) = class {
                self.html.push_str("<span class=\"");
                self.html.push(class);
                self.html.push_str("\">");
            }
            self.open = class;
        }
        self.html.push_str(&escaped(text));
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            // Blanks at the end go outside, so that the span ends where its token does.
            let end = self.html.trim_end().len();
            self.html.insert_str(end, "</span>");
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_get_short_classes_and_neighbours_share_a_span() {
        let html = highlight("rust", "// one\nlet x = \"a<b\"; // two\n");
        assert!(html.starts_with("<span class=\"c\">// one</span>\n<span class=\"k\">let</span> "), "{html}");
        assert!(html.contains("<span class=\"s\">\"a&lt;b\"</span>"), "{html}");
    }

    #[test]
    fn highlighting_changes_no_text() {
        let code = "if [ \"$x\" = 'y' ]; then\n\techo \"$(date) & <z>\"  \nfi";
        let html = highlight("bash", code);
        let mut text = String::new();
        let mut in_tag = false;
        for character in html.chars() {
            match character {
                '<' => in_tag = true,
                '>' if in_tag => in_tag = false,
                _ if in_tag => {}
                other => text.push(other),
            }
        }
        let text =
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        assert_eq!(text, code);
    }

    #[test]
    fn aliases_are_known_and_inventions_are_not() {
        for label in ["", "text", "shell", "yaml", "YAML", "hcl", "golang", "toml", "typescript", "mermaid"] {
            assert!(knows(label), "{label}");
        }
        assert!(!knows("promql"));
        assert_eq!(highlight("promql", "a < b"), "a &lt; b");
        assert_eq!(nearest_label("pythn").as_deref(), Some("python"));
    }
}
