//! `demo linearizable`: histories as JSON lines.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use demos::check::linearizability::{History, Key, Kind, Outcome, Value, Verdict, check};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Answer;

/// One line as it stands. Values are kept as text, so that what is wrong in one can be pointed at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    process: &'a RawValue,
    #[serde(rename = "type", borrow)]
    stage: &'a RawValue,
    #[serde(borrow)]
    f: Option<&'a RawValue>,
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    value: Option<&'a RawValue>,
    /// What other tools write besides; it decides nothing.
    #[serde(rename = "index")]
    _index: Option<serde::de::IgnoredAny>,
    #[serde(rename = "time")]
    _time: Option<serde::de::IgnoredAny>,
    #[serde(rename = "error")]
    _error: Option<serde::de::IgnoredAny>,
}

/// A value that is there, also if it is `null`; serde alone reads that as no value.
fn even_null<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// What is wrong with a line.
struct Problem {
    /// Counted from 1, in bytes.
    column: usize,
    /// What is wrong, and what to do.
    message: String,
}

/// Texts as numbers, in the order in which they come.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    fn number(&mut self, name: String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(name).or_insert(next)
    }
}

/// A history while it is read.
struct Reader {
    history: History,
    /// Number 0 is `null`, which every key holds at first.
    values: Names,
    keys: Names,
    processes: Names,
    /// By process: its open operation, its function's name, its key, and the line of the invocation.
    open: BTreeMap<u32, (usize, &'static str, Key, usize)>,
    /// The line that each event stood in.
    lines: Vec<usize>,
}

/// Judges a file; `-` is standard input.
///
/// # Errors
/// A file that can't be read, or its first bad line, as `file:line:column: what is wrong; what to do`.
pub(super) fn judge_file(file: &Path) -> Result<Answer, String> {
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|content| bytes = content)
    };
    read.map_err(|problem| format!("{name} can't be read: {problem}"))?;
    judge(&name, &bytes)
}

fn judge(name: &str, bytes: &[u8]) -> Result<Answer, String> {
    let mut reader = Reader::new();
    let mut texts = Vec::new();
    for (place, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = place + 1;
        let text = std::str::from_utf8(line).map_err(|problem| {
            let column = problem.valid_up_to() + 1;
            format!("{name}:{number}:{column}: this isn't UTF-8; write the history as UTF-8 text")
        })?;
        // A byte order mark is no part of the history, nor is the other half of a line's end.
        let text = text.strip_prefix('\u{feff}').filter(|_| place == 0).unwrap_or(text).trim_end();
        texts.push(text.to_owned());
        if !text.trim().is_empty() {
            reader
                .read(text, number)
                .map_err(|problem| format!("{name}:{number}:{}: {}", problem.column, problem.message))?;
        }
    }
    Ok(reader.verdict(name, &texts))
}

impl Reader {
    fn new() -> Self {
        let mut values = Names::default();
        values.number("null".to_owned());
        Self {
            history: History::new(),
            values,
            keys: Names::default(),
            processes: Names::default(),
            open: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    fn read(&mut self, text: &str, number: usize) -> Result<(), Problem> {
        let line: Line = serde_json::from_str(text).map_err(|problem| syntax(text, &problem))?;
        let process = self.processes.number(canonical(line.process.get()));
        let Ok(stage) = serde_json::from_str::<String>(line.stage.get()) else {
            return Err(wrong_stage(text, line.stage));
        };
        match stage.as_str() {
            "invoke" => self.invoke(text, &line, process, number)?,
            "ok" | "fail" | "info" => self.complete(text, &line, process, &stage)?,
            _ => return Err(wrong_stage(text, line.stage)),
        }
        self.lines.push(number);
        Ok(())
    }

    fn invoke(&mut self, text: &str, line: &Line, process: u32, number: usize) -> Result<(), Problem> {
        if let Some((_, _, _, invoked)) = self.open.get(&process) {
            return at(
                text,
                line.process,
                format!(
                    "process {} invokes again, but what it invoked in line {invoked} hasn't returned; a process does one thing \
                 at a time: write `\"type\":\"info\"` for the first if its outcome is unknown",
                    line.process.get()
                ),
            );
        }
        let Some(f) = line.f else {
            return at(
                text,
                line.stage,
                "an invocation needs \"f\": \"read\", \"write\" or \"cas\"".to_owned(),
            );
        };
        let (name, kind) = match f.get() {
            "\"read\"" => ("read", Kind::Read),
            "\"write\"" => {
                let Some(value) = line.value else {
                    return at(text, f, "a write needs the \"value\" that it writes".to_owned());
                };
                ("write", Kind::Write(self.value(value.get())))
            }
            "\"cas\"" => ("cas", self.swap(text, line.value, f)?),
            _ => return Err(wrong_function(text, f)),
        };
        let key = self.key(line.key);
        let operation = self.history.invoke(process, key, kind);
        self.open.insert(process, (operation, name, key, number));
        Ok(())
    }

    fn swap(&mut self, text: &str, value: Option<&RawValue>, f: &RawValue) -> Result<Kind, Problem> {
        let pair = value.map(|value| serde_json::from_str::<Vec<&RawValue>>(value.get()));
        match pair.as_ref().map(|pair| pair.as_deref()) {
            Some(Ok([from, to])) => {
                let (from, to) = (self.value(from.get()), self.value(to.get()));
                Ok(Kind::CompareAndSwap { from, to })
            }
            _ => at(text, value.unwrap_or(f), "a cas needs \"value\": [from, to], two values".to_owned()),
        }
    }

    fn complete(&mut self, text: &str, line: &Line, process: u32, stage: &str) -> Result<(), Problem> {
        let Some(&(operation, name, key, invoked)) = self.open.get(&process) else {
            return at(
                text,
                line.process,
                format!(
                    "process {} returns without having invoked anything; write its `\"type\":\"invoke\"` before",
                    line.process.get()
                ),
            );
        };
        if let Some(f) = line.f
            && f.get() != format!("\"{name}\"")
        {
            if !["\"read\"", "\"write\"", "\"cas\""].contains(&f.get()) {
                return Err(wrong_function(text, f));
            }
            return at(
                text,
                f,
                format!(
                    "process {} invoked a {name} in line {invoked}; write the same \"f\" here",
                    line.process.get()
                ),
            );
        }
        if let Some(written) = line.key
            && self.key(line.key) != key
        {
            return at(
                text,
                written,
                format!("line {invoked} invoked this for another key; write the same \"key\" here"),
            );
        }
        let outcome = match (stage, name, line.value) {
            ("ok", "read", Some(value)) => Outcome::Saw(self.value(value.get())),
            ("ok", "read", None) => {
                let message = "a read that returns needs the \"value\" that it saw; null if there was none";
                return at(text, line.stage, message.to_owned());
            }
            ("ok", _, _) => Outcome::Done,
            ("fail", _, _) => Outcome::Failed,
            _ => Outcome::Unknown,
        };
        if name != "read" {
            self.agree(text, line, operation, invoked)?;
        }
        self.history.complete(operation, outcome);
        self.open.remove(&process);
        Ok(())
    }

    /// A write or cas that repeats its value when it returns must repeat it truly. (Null repeats nothing.)
    fn agree(&mut self, text: &str, line: &Line, operation: usize, invoked: usize) -> Result<(), Problem> {
        let Some(value) = line.value.filter(|value| value.get() != "null") else { return Ok(()) };
        let kind = self.history.operations()[operation].kind;
        let repeated = match kind {
            Kind::CompareAndSwap { .. } => self.swap(text, Some(value), value)?,
            Kind::Write(_) | Kind::Read => Kind::Write(self.value(value.get())),
        };
        if repeated == kind {
            return Ok(());
        }
        at(
            text,
            value,
            format!("line {invoked} invoked this with another value; write the same \"value\" here, or none"),
        )
    }

    fn key(&mut self, key: Option<&RawValue>) -> Key {
        Key(self.keys.number(key.map_or_else(|| "null".to_owned(), |key| canonical(key.get()))))
    }

    fn value(&mut self, text: &str) -> Value {
        Value(self.values.number(canonical(text)))
    }

    fn verdict(&self, name: &str, texts: &[String]) -> Answer {
        let Verdict::Not { smallest_prefix, operation, .. } = check(&self.history) else {
            return Answer::new("linearizable\n".to_owned());
        };
        let last = self.lines[smallest_prefix - 1];
        let invoked = self.lines[self.history.operations()[operation].invoked];
        let mut text = format!(
            "not linearizable: no order explains the first {smallest_prefix} events; up to line {last} of {name}, where what \
             was invoked in line {invoked} returns:\n"
        );
        for &line in &self.lines[..smallest_prefix] {
            text.push_str(&texts[line - 1]);
            text.push('\n');
        }
        Answer { code: 1, ..Answer::new(text) }
    }
}

/// One spelling for each JSON value.
fn canonical(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .map_or_else(|_| text.to_owned(), |value| value.to_string())
}

/// A problem with a part of the line, which borrows from it.
fn problem_at(text: &str, part: &RawValue, message: String) -> Problem {
    let column = (part.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize) + 1;
    Problem { column, message }
}

fn at<T>(text: &str, part: &RawValue, message: String) -> Result<T, Problem> {
    Err(problem_at(text, part, message))
}

fn wrong_stage(text: &str, stage: &RawValue) -> Problem {
    let message =
        format!("\"type\" can't be {}; it is \"invoke\", \"ok\", \"fail\" or \"info\"", stage.get());
    problem_at(text, stage, message)
}

fn wrong_function(text: &str, f: &RawValue) -> Problem {
    let message = format!("\"f\" can't be {}; it is \"read\", \"write\" or \"cas\"", f.get());
    problem_at(text, f, message)
}

fn syntax(text: &str, problem: &serde_json::Error) -> Problem {
    let said = problem.to_string();
    let what = said.split(" at line ").next().unwrap_or(&said);
    let column = problem.column().clamp(1, text.len().max(1));
    let message = format!(
        "{what}; a line is one JSON object such as {{\"process\":4,\"type\":\"invoke\",\"f\":\"write\",\"key\":\"x\",\"value\":1}}"
    );
    Problem { column, message }
}
