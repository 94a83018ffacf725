//! `site.toml`: every key known, a wrong one is a diagnostic with its line.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::check::RULES;
use crate::diagnostic::alternatives;
use crate::typography::Typography;
use crate::{BuildOptions, Diagnostic};

/// What `site.toml` says. Every field has a default, so that a tree builds without the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The site's title.
    pub title: String,
    /// One sentence about it; may be empty.
    pub description: String,
    /// Language tag of the pages, such as `en`.
    pub language: String,
    /// Where the site will be published, ending with `/`; none when unknown.
    pub base_url: Option<String>,
    /// Plain text at the foot of every page; may be empty.
    pub footer: String,
    /// Where a page's source can be edited: its path is appended; none when nowhere.
    pub edit_url: Option<String>,
    /// Whether each track gets a page with all of its modules.
    pub one_page: bool,
    /// Whether raw HTML may run script and set styles.
    pub trust_raw_html: bool,
    /// Whether quotes, dashes and ellipses are set as printers set them.
    pub typography: bool,
    /// Path prefixes relative to the content folder that aren't ours → where they are published. Both end with `/`.
    pub external: BTreeMap<String, String>,
    /// Whether drafts are pages, too: asked for with a build, and no key.
    pub drafts: bool,
    /// Rules whose severity the author has set.
    pub rules: BTreeMap<String, Level>,
}

/// What becomes of a rule's diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// They fail the build.
    Error,
    /// They are shown.
    Warning,
    /// They are dropped.
    Off,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: "Documentation".to_owned(),
            description: String::new(),
            language: "en".to_owned(),
            base_url: None,
            footer: String::new(),
            edit_url: None,
            one_page: false,
            trust_raw_html: false,
            typography: true,
            external: BTreeMap::new(),
            drafts: false,
            rules: BTreeMap::new(),
        }
    }
}

const KEYS: &[&str] = &[
    "title",
    "description",
    "language",
    "base_url",
    "footer",
    "edit_url",
    "one_page",
    "trust_raw_html",
    "typography",
    "external",
    "rules",
];

impl Config {
    /// A text that stands by itself, such as a title, with the marks of the site's language.
    #[must_use]
    pub fn set(&self, text: &str) -> String {
        self.marks().map_or_else(|| text.to_owned(), |marks| marks.text(text))
    }

    /// `rtl` where the site's language is written from right to left, by its script if that is said, as in `az-Arab`.
    #[must_use]
    pub fn direction(&self) -> Option<&'static str> {
        let tag = self.language.to_lowercase();
        let mut parts = tag.split(['-', '_']);
        let language = parts.next().unwrap_or_default();
        let is_rtl = match parts.find(|part| part.len() == 4 && part.chars().all(char::is_alphabetic)) {
            Some(script) => {
                matches!(
                    script,
                    "arab" | "hebr" | "thaa" | "syrc" | "nkoo" | "adlm" | "rohg" | "samr" | "mand"
                )
            }
            None => {
                matches!(
                    language,
                    "ar" | "arc" | "ckb" | "dv" | "fa" | "he" | "iw" | "ps" | "sd" | "ug" | "ur" | "yi"
                )
            }
        };
        is_rtl.then_some("rtl")
    }

    /// The marks of the site's language; none where authors want their own.
    #[must_use]
    pub fn marks(&self) -> Option<Typography> {
        self.typography.then(|| Typography::of(&self.language))
    }

    /// With what was asked for with a build.
    #[must_use]
    pub fn with(self, options: &BuildOptions) -> Self {
        let asked = options.base_url.as_deref().map(as_folder);
        Self { base_url: asked.or(self.base_url), drafts: options.drafts, ..self }
    }

    /// Reads the text of a configuration. What is wrong is reported, and its default stands in.
    #[must_use]
    pub fn parse(file: &str, text: &str) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader { file, text, problems: Vec::new() };
        let mut config = Self::default();
        let (table, problems) = DeTable::parse_recoverable(text);
        for problem in problems {
            let message = format!("this isn't TOML: {}", problem.message());
            reader.problem(problem.span().unwrap_or_default(), message);
        }
        for (key, value) in table.get_ref() {
            reader.entry(&mut config, key.get_ref(), key.span(), value);
        }
        // The parser hands out keys by name; people read from the top.
        reader.problems.sort_by(|left, right| left.order().cmp(&right.order()));
        (config, reader.problems)
    }
}

/// Whether something can be the address of a site.
#[must_use]
pub fn is_address(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// An address with one slash at its end.
fn as_folder(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

type Value<'a> = toml::Spanned<DeValue<'a>>;

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn entry(&mut self, config: &mut Config, key: &str, place: Range<usize>, value: &Value<'_>) {
        match key {
            "title" => self.text_into(&mut config.title, key, value),
            "description" => self.text_into(&mut config.description, key, value),
            "language" => self.text_into(&mut config.language, key, value),
            "footer" => self.text_into(&mut config.footer, key, value),
            "base_url" => config.base_url = self.url(key, value),
            "edit_url" => config.edit_url = self.url(key, value),
            "one_page" => self.flag_into(&mut config.one_page, key, value),
            "trust_raw_html" => self.flag_into(&mut config.trust_raw_html, key, value),
            "typography" => self.flag_into(&mut config.typography, key, value),
            "external" => self.external(config, value),
            "rules" => self.rules(config, value),
            unknown => {
                let problem = self.diagnostic(place, format!("unknown key `{unknown}`"));
                let problem = problem.did_you_mean(unknown, KEYS.iter().copied());
                self.problems.push(match problem.hint {
                    Some(_) => problem,
                    None => problem.hint(format!("known keys are {}", alternatives(KEYS.iter().copied()))),
                });
            }
        }
    }

    fn external(&mut self, config: &mut Config, value: &Value<'_>) {
        let Some(table) = value.get_ref().as_table() else {
            return self.problem(value.span(), "`external` must be a table of prefix = address".to_owned());
        };
        for (prefix, address) in table {
            if let Some(address) = self.url(prefix.get_ref(), address) {
                let prefix = prefix.get_ref().trim_start_matches("./").trim_end_matches('/');
                config.external.insert(format!("{prefix}/"), address);
            }
        }
    }

    fn rules(&mut self, config: &mut Config, value: &Value<'_>) {
        let Some(table) = value.get_ref().as_table() else {
            return self.problem(value.span(), "`rules` must be a table of rule = severity".to_owned());
        };
        for (rule, level) in table {
            let name: &str = rule.get_ref();
            if !RULES.contains(&name) {
                let problem = self.diagnostic(rule.span(), format!("unknown rule `{name}`"));
                self.problems.push(problem.did_you_mean(name, RULES.iter().copied()));
                continue;
            }
            let level = match level.get_ref().as_str() {
                Some("error") => Level::Error,
                Some("warning") => Level::Warning,
                Some("off") => Level::Off,
                _ => {
                    let message = format!("`{name}` must be `\"error\"`, `\"warning\"` or `\"off\"`");
                    self.problem(level.span(), message);
                    continue;
                }
            };
            config.rules.insert(name.to_owned(), level);
        }
    }

    fn text_into(&mut self, field: &mut String, key: &str, value: &Value<'_>) {
        match value.get_ref().as_str() {
            Some(text) => text.clone_into(field),
            None => self.problem(value.span(), format!("`{key}` must be a string")),
        }
    }

    fn flag_into(&mut self, field: &mut bool, key: &str, value: &Value<'_>) {
        match value.get_ref().as_bool() {
            Some(flag) => *field = flag,
            None => self.problem(value.span(), format!("`{key}` must be `true` or `false`")),
        }
    }

    fn url(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        match value.get_ref().as_str() {
            Some(url) if is_address(url) => Some(as_folder(url)),
            _ => {
                let message = format!("`{key}` must be an address that starts with `https://` or `http://`");
                self.problem(value.span(), message);
                None
            }
        }
    }

    fn problem(&mut self, place: Range<usize>, message: String) {
        let problem = self.diagnostic(place, message);
        self.problems.push(problem);
    }

    fn diagnostic(&self, place: Range<usize>, message: String) -> Diagnostic {
        Diagnostic::error("config", self.file, message).at(self.text, place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(usize, usize, String, Option<String>)> {
        let (_, problems) = Config::parse("site.toml", text);
        problems
            .into_iter()
            .map(|problem| {
                let place = problem.place.unwrap();
                (place.line, place.column, problem.message, problem.hint)
            })
            .collect()
    }

    #[test]
    fn every_wrong_key_is_reported_with_its_place_and_the_nearest_name() {
        let found = problems("titel = \"x\"\nlanguage = 7\n[rules]\ndead-lnik = \"off\"\n");
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].0, found[0].1), (1, 1));
        assert_eq!(found[0].3.as_deref(), Some("did you mean `title`?"));
        assert_eq!((found[1].0, found[1].1), (2, 12));
        assert_eq!((found[2].0, found[2].1), (4, 1));
        assert_eq!(found[2].3.as_deref(), Some("did you mean `dead-link`?"));
    }

    #[test]
    fn a_syntax_error_has_its_line_and_the_rest_is_still_read() {
        let (config, problems) = Config::parse("site.toml", "title = \"Kept\"\nfooter = \n");
        assert_eq!(config.title, "Kept");
        assert_eq!(problems[0].place.as_ref().unwrap().line, 2);
    }

    #[test]
    fn addresses_and_prefixes_end_with_a_slash() {
        let (config, problems) = Config::parse(
            "site.toml",
            "base_url = \"https://a.example/b\"\n[external]\n\"../x\" = \"https://x.example\"\n",
        );
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(config.base_url.as_deref(), Some("https://a.example/b/"));
        assert_eq!(config.external["../x/"], "https://x.example/");
    }

    #[test]
    fn the_direction_follows_the_language_unless_its_script_is_said() {
        let direction =
            |language: &str| Config { language: language.to_owned(), ..Config::default() }.direction();
        for rtl in ["ar", "he-IL", "FA", "ur_PK", "az-Arab", "pa-Arab-PK"] {
            assert_eq!(direction(rtl), Some("rtl"), "{rtl}");
        }
        for ltr in ["en", "uk", "ar-Latn", "art", ""] {
            assert_eq!(direction(ltr), None, "{ltr}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        assert_eq!(problems("base_url = \"example.org\"").len(), 1);
    }
}
