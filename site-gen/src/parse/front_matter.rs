//! Front matter: YAML between `---` lines or TOML between `+++` lines, at the very top. Optional.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::Diagnostic;
use crate::source::SourcePath;

/// What an author said about a page above its text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FrontMatter {
    /// In place of the first H1's text.
    pub title: Option<String>,
    /// In place of the first paragraph's beginning.
    pub description: Option<String>,
    /// Place among its siblings, before any number in the file's name.
    pub order: Option<f64>,
    /// In place of the title in the navigation.
    pub label: Option<String>,
    /// Left out of the site.
    pub draft: bool,
    /// In place of the file's name in the URL; with a `/`, in place of the whole path.
    pub slug: Option<String>,
    /// Old URLs that lead here.
    pub aliases: Vec<String>,
    /// Everything else, for templates.
    pub extra: BTreeMap<String, Value>,
}

impl FrontMatter {
    /// What Starlight's tracks say of their place in the navigation.
    fn read_sidebar(&mut self) {
        let Some(sidebar) = self.extra.get("sidebar") else { return };
        self.order = self.order.or_else(|| sidebar.get("order")?.as_f64());
        self.label = sidebar.get("label").and_then(Value::as_str).map(str::to_owned);
    }
}

/// Folders and files that a build makes beside the pages.
const OURS: &[&str] = &["404.html", "assets", "cards", "embed", "robots.txt", "sitemap.xml"];

/// Splits a text into its front matter and the offset where its Markdown begins.
pub(super) fn split(path: &SourcePath, text: &str) -> (FrontMatter, usize, Vec<Diagnostic>) {
    let Some((mark, range, end)) = locate(text) else {
        return (FrontMatter::default(), 0, unclosed(path, text).into_iter().collect());
    };
    let source = &text[range.clone()];
    let values = if mark == "---" { yaml(source) } else { toml(source) };
    match values {
        Ok(values) => {
            let mut reader = Reader { path, text, range, problems: Vec::new() };
            let mut front_matter = reader.read(values);
            front_matter.read_sidebar();
            (front_matter, end, reader.problems)
        }
        Err((message, place)) => {
            let place = range.start + place.start..range.start + place.end;
            let problem = Diagnostic::error("front-matter", path.as_str(), message).at(text, place);
            (FrontMatter::default(), end, vec![problem])
        }
    }
}

/// The fence's mark, the range between the fences, and the offset behind them.
fn locate(text: &str) -> Option<(&'static str, Range<usize>, usize)> {
    let mark = ["---", "+++"].into_iter().find(|mark| text.starts_with(mark))?;
    let start = text.find('\n')? + 1;
    if text[..start].trim_end() != mark {
        return None;
    }
    let mut offset = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == mark {
            // Two rules with prose between them aren't front matter: its first line has a key.
            let first = text[start..offset].lines().find(|line| !line.trim().is_empty());
            let has_key = first.is_none_or(|line| line.contains([':', '=', '#', '[']));
            return has_key.then_some((mark, start..offset, offset + line.len()));
        }
        offset += line.len();
    }
    None
}

/// A rule at the very top with a key right under it is front matter whose end was forgotten.
fn unclosed(path: &SourcePath, text: &str) -> Option<Diagnostic> {
    let mut lines = text.lines();
    let (mark, first) = (lines.next()?.trim_end(), lines.next()?);
    let sign = match mark {
        "---" => ':',
        "+++" => '=',
        _ => return None,
    };
    let (key, value) = first.split_once(sign)?;
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let key = key.trim_end();
    let is_value = sign == '=' || value.is_empty() || value.starts_with(' ');
    if key.is_empty() || !key.chars().all(is_key) || !is_value || lines.any(|line| line.trim_end() == mark) {
        return None;
    }
    let problem =
        Diagnostic::warning("front-matter", path.as_str(), format!("this `{mark}` is never closed"));
    Some(problem.at(text, 0..mark.len()).hint(format!("end the front matter with a line `{mark}`")))
}

type Values = BTreeMap<String, Value>;
type Failure = (String, Range<usize>);

fn yaml(source: &str) -> Result<Values, Failure> {
    if source.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Values::new());
    }
    serde_saphyr::from_str::<Values>(source).map_err(|error| {
        let place = error.location().map_or(0, |location| {
            let line = usize::try_from(location.line()).unwrap_or(1).max(1);
            let column = usize::try_from(location.column()).unwrap_or(1).max(1);
            let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
            (before + column - 1).min(source.len())
        });
        let message = error.without_snippet().to_string();
        let message = message.lines().next().unwrap_or_default();
        // Its own position counts from the front matter's first line, and is told as the place.
        let message = message.split(" at line ").next().unwrap_or_default();
        let message = message.split_once(": line ").map_or(message, |(before, _)| before).to_owned();
        (format!("this front matter isn't YAML: {message}"), place..place + 1)
    })
}

fn toml(source: &str) -> Result<Values, Failure> {
    toml::from_str::<Values>(source).map_err(|error| {
        (format!("this front matter isn't TOML: {}", error.message()), error.span().unwrap_or_default())
    })
}

struct Reader<'a> {
    path: &'a SourcePath,
    text: &'a str,
    range: Range<usize>,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(&mut self, mut values: Values) -> FrontMatter {
        FrontMatter {
            title: self.text(&mut values, "title"),
            description: self.text(&mut values, "description"),
            order: self.take(&mut values, "order", "a number", Value::as_f64),
            label: None,
            draft: self.take(&mut values, "draft", "`true` or `false`", Value::as_bool).unwrap_or_default(),
            slug: self.slug(&mut values),
            aliases: self.take(&mut values, "aliases", "a list of addresses", strings).unwrap_or_default(),
            extra: values,
        }
    }

    /// An address below the site's root, without `/` at its ends: it becomes a folder of the output.
    fn slug(&mut self, values: &mut Values) -> Option<String> {
        let slug = self.text(values, "slug")?;
        let path = slug.trim().trim_matches('/');
        if path.is_empty() {
            return None;
        }
        let first_step = path.split('/').next().unwrap_or(path);
        let is_from_root = path.contains('/') || self.path.folder().is_empty();
        let wrong = if !is_plain(path) {
            "is no path from the site's root"
        } else if is_from_root && OURS.contains(&first_step) {
            "names a place that the site's own files have"
        } else {
            return Some(path.to_owned());
        };
        let message = format!("the slug `{slug}` {wrong}");
        let problem = Diagnostic::error("front-matter", self.path.as_str(), message);
        let hint = "write it as `place` or `some/place`, without `..`, `:`, `?`, `#` and `\\`";
        self.problems.push(problem.at(self.text, self.place("slug")).hint(hint));
        None
    }

    fn text(&mut self, values: &mut Values, key: &str) -> Option<String> {
        self.take(values, key, "a string", |value| value.as_str().map(str::to_owned))
    }

    fn take<T>(
        &mut self,
        values: &mut Values,
        key: &str,
        wanted: &str,
        convert: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = values.remove(key)?;
        let converted = convert(&value);
        if converted.is_none() {
            let problem =
                Diagnostic::error("front-matter", self.path.as_str(), format!("`{key}` must be {wanted}"));
            self.problems.push(problem.at(self.text, self.place(key)));
        }
        converted
    }

    fn place(&self, key: &str) -> Range<usize> {
        let mut offset = self.range.start;
        for line in self.text[self.range.clone()].split_inclusive('\n') {
            if line.starts_with(key) {
                return offset..offset + key.len();
            }
            offset += line.len();
        }
        self.range.start..self.range.start
    }
}

/// Whether a path leads down from the site's root and nowhere else, and can be written as a URL and as a file on every
/// system. Hidden files are no content, and our marker is one.
pub(crate) fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part.trim() == part)
        && !path.contains(|c: char| matches!(c, ':' | '?' | '#' | '\\') || c.is_control())
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (FrontMatter, usize, Vec<Diagnostic>) {
        split(&SourcePath::new("a.md"), text)
    }

    #[test]
    fn yaml_and_toml_say_the_same() {
        let (yaml, end, problems) =
            read("---\ntitle: Raft\norder: 2\naliases: [old/]\nlevel: hard\n---\n# X\n");
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(end, 57);
        let (toml, _, _) =
            read("+++\ntitle = \"Raft\"\norder = 2\naliases = [\"old/\"]\nlevel = \"hard\"\n+++\n# X\n");
        assert_eq!(yaml, toml);
        assert_eq!((yaml.title.as_deref(), yaml.order), (Some("Raft"), Some(2.0)));
        assert_eq!(yaml.extra["level"], "hard");
    }

    #[test]
    fn a_rule_at_the_top_is_not_front_matter() {
        assert_eq!(read("---\n\nSome prose.\n\n---\n").1, 0);
        assert_eq!(read("---\ntitle: never closed\n").1, 0);
        for rule in
            ["---\n\nSome prose: nice.\n", "---\nSome prose: nice.\n", "---\nhttps://x.example\n", "---"]
        {
            assert_eq!(read(rule).2, [], "{rule}");
        }
    }

    #[test]
    fn front_matter_that_is_never_closed_is_told_at_its_beginning() {
        for text in ["---\ntitle: x\n\n# Y\n", "+++\ntitle = 1\n# Y\n"] {
            let (_, end, problems) = read(text);
            let place = problems[0].place.as_ref().unwrap();
            assert_eq!((end, problems.len(), place.line, place.length), (0, 1, 1, 3));
            assert_eq!((problems[0].rule, problems[0].severity), ("front-matter", crate::Severity::Warning));
        }
    }

    #[test]
    fn a_mistake_in_yaml_is_told_with_one_position_only() {
        for text in ["---\ntitle: [a\n---\n", "---\na: b: c\n---\n", "---\nx: \"a\n---\n"] {
            let (_, _, problems) = read(text);
            assert!(!problems[0].message.contains("line "), "{}", problems[0].message);
        }
    }

    #[test]
    fn a_slug_stays_below_the_root_and_out_of_our_own_folders() {
        let slug = |slug: &str| read(&format!("---\ntitle: x\nslug: \"{slug}\"\n---\n"));
        for good in ["short", "/some/place/", "Ein Ort", "a.b"] {
            let (front_matter, _, problems) = slug(good);
            assert_eq!((front_matter.slug.as_deref(), problems.len()), (Some(good.trim_matches('/')), 0));
        }
        for bad in [
            "../../escaped/here",
            "a/../../b",
            "/../x",
            "Hello World?#",
            "C:/x",
            "a\\\\b",
            "a//b",
            ".site-gen",
            "assets/style.css",
            "404.html",
            "tab\\there",
        ] {
            let (front_matter, _, problems) = slug(bad);
            assert_eq!(front_matter.slug, None, "{bad}");
            let place = problems[0].place.as_ref().unwrap();
            assert_eq!((problems[0].rule, place.line, place.column), ("front-matter", 3, 1), "{bad}");
        }
        assert_eq!(slug("").0.slug, None);
    }

    #[test]
    fn mistakes_have_their_line() {
        let (_, _, problems) = read("---\ntitle: [a\n---\n# X\n");
        assert_eq!(problems.len(), 1, "{problems:?}");
        let (_, _, problems) = read("---\ntitle: a\norder: first\n---\n");
        assert_eq!(problems[0].place.as_ref().unwrap().line, 3);
    }
}
