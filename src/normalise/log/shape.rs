//! Shapes of logs: how a line begins, where its time is, and which part is what.
//!
//! A new shape is one TOML file in `shapes/` and one line in [`SHAPES`].

use std::borrow::Cow;

use anyhow::{Context, ensure};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::stamp::AUTO;
use crate::catalogue::Pattern;

/// Every shape, the most particular first: the first that fits a line is taken.
const SHAPES: &[&str] = &[
    include_str!("shapes/docker_json.toml"),
    include_str!("shapes/kubernetes.toml"),
    include_str!("shapes/syslog_5424.toml"),
    include_str!("shapes/syslog_3164.toml"),
    include_str!("shapes/airbyte_trace.toml"),
    include_str!("shapes/airbyte_log.toml"),
    include_str!("shapes/json.toml"),
    include_str!("shapes/access_line.toml"),
    include_str!("shapes/logfmt.toml"),
    include_str!("shapes/iso.toml"),
    include_str!("shapes/day_or_month_first.toml"),
    include_str!("shapes/month_name.toml"),
    include_str!("shapes/level_first.toml"),
    include_str!("shapes/klog.toml"),
    include_str!("shapes/epoch.toml"),
    include_str!("shapes/clock.toml"),
    include_str!("shapes/level.toml"),
    include_str!("shapes/compose.toml"),
];

/// A shape as it is written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
// wide: one file of shapes
pub struct ShapeFile {
    pub id: String,
    pub title: String,
    /// What the beginning of a line must fit. Named parts: `time`, `app`, `user`, `status`,
    /// `endpoint`, `message`.
    pub line: String,
    /// The form of the time in the letters of `strftime`, or `auto`.
    #[serde(default = "auto")]
    pub time: String,
    /// What a line of another shape is inside of: `message`, or a JSON pointer.
    pub inside: Option<String>,
    /// JSON pointers to the name of the client, the first that leads to a text.
    #[serde(default)]
    pub app: Vec<String>,
    /// JSON pointers to the user.
    #[serde(default)]
    pub user: Vec<String>,
    /// Lines with what they mean.
    #[serde(default)]
    pub example: Vec<Example>,
}

/// A line with what it means. Time, description, cause, user, app and secrets that aren't named
/// must be unknown; host, endpoint and status needn't.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
// wide: everything that a line can tell
pub struct Example {
    /// What it is an example of, where its shape doesn't say so.
    pub about: String,
    pub text: String,
    /// How often the failure is told again.
    pub repeats: usize,
    /// The name of its file.
    pub file: Option<String>,
    /// RFC 3339; absent if unknown.
    pub time: Option<String>,
    /// `assumed` where the line states none.
    pub zone: Option<String>,
    /// `success` or `nothing`; an error otherwise.
    pub kind: Option<String>,
    pub description: Option<String>,
    pub cause: Option<String>,
    pub app: Option<String>,
    pub user: Option<String>,
    pub host: Option<String>,
    pub endpoint: Option<String>,
    pub status: Option<u16>,
    pub secrets: Vec<String>,
    /// The file is about Salesforce, though these lines don't say so.
    pub salesforce: bool,
}

fn auto() -> String {
    AUTO.to_owned()
}

/// A shape that lines can be held against.
#[derive(Clone, Debug)]
pub struct Shape {
    pub file: ShapeFile,
    /// Built when the first line is compared: most runs meet few shapes, and many no log.
    line: Pattern,
}

/// All shapes.
#[derive(Clone, Debug)]
pub struct Shapes(Vec<Shape>);

/// What the first line of an entry says before its text is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Carrier<'t> {
    /// The time and its form.
    pub(super) time: Option<(String, &'t str)>,
    pub(super) app: Option<String>,
    pub(super) user: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) status: Option<u16>,
}

/// Lines inside lines: a container's, a syslog's, an application's.
const DEEPEST: usize = 4;

impl Shapes {
    /// Reads the compiled-in shapes.
    ///
    /// # Errors
    /// What is wrong with one of them; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        Self::with(&[])
    }

    /// The compiled-in shapes behind those of a user, which are the more particular.
    ///
    /// # Errors
    /// What is wrong with a shape.
    pub fn with(own: &[&str]) -> anyhow::Result<Self> {
        let own = own.iter().map(|text| Shape::checked(text));
        let ours = SHAPES.iter().map(|text| Shape::read(text));
        Ok(Self(own.chain(ours).collect::<Result<_, _>>()?))
    }

    /// All shapes, in the order in which they are tried.
    pub fn all(&self) -> &[Shape] {
        &self.0
    }

    /// The patterns of lines that begin an entry, without names.
    pub fn stamps(&self) -> impl Iterator<Item = String> {
        let names = Regex::new(r"\(\?P?<[a-z_]+>").expect("a pattern of this file");
        self.0
            .iter()
            .map(move |shape| names.replace_all(&shape.file.line, "(?:").into_owned())
    }

    /// What the first line of an entry says, its shapes peeled off one by one.
    pub(super) fn carrier(&self, line: &str) -> Carrier<'_> {
        let mut carrier = Carrier::default();
        let mut rest = Cow::from(line);
        for _ in 0..DEEPEST {
            let Some(inside) = self.peel(&rest, &mut carrier) else {
                break;
            };
            rest = Cow::from(inside);
        }
        carrier
    }

    /// Takes the first shape that fits; what is inside, if it is a line of its own.
    fn peel<'s>(&'s self, line: &str, carrier: &mut Carrier<'s>) -> Option<String> {
        let found = self
            .0
            .iter()
            .find_map(|shape| Some((shape, shape.line.fit(line)?)));
        let (shape, fit) = found?;
        let named = |name| fit.group(name);
        if let (None, Some(time)) = (&carrier.time, named("time")) {
            carrier.time = Some((time.trim().to_owned(), &shape.file.time));
        }
        set(&mut carrier.app, named("app").map(str::to_owned));
        set(&mut carrier.user, named("user").map(str::to_owned));
        set(&mut carrier.endpoint, named("endpoint").map(str::to_owned));
        let status = named("status").and_then(|status| status.parse().ok());
        carrier.status = carrier.status.or(status);
        let pointers = !shape.file.app.is_empty() || !shape.file.user.is_empty();
        let inside = shape.file.inside.as_deref();
        let by_pointer = inside.is_some_and(|inside| inside.starts_with('/'));
        if !pointers && !by_pointer {
            return inside.and_then(named).map(str::to_owned);
        }
        let json: Value = serde_json::from_str(line.trim()).ok()?;
        let first = |pointers: &[String]| pointers.iter().find_map(|at| text_at(&json, at));
        set(&mut carrier.app, first(&shape.file.app));
        set(&mut carrier.user, first(&shape.file.user));
        inside.and_then(|at| text_at(&json, at))
    }
}

fn set(value: &mut Option<String>, found: Option<String>) {
    if value.is_none() {
        *value = found.filter(|text| !text.is_empty() && text != "-");
    }
}

fn text_at(json: &Value, pointer: &str) -> Option<String> {
    Some(json.pointer(pointer)?.as_str()?.trim_end().to_owned())
}

impl Shape {
    /// A shape of a user, which is built at once to be checked.
    fn checked(text: &str) -> anyhow::Result<Self> {
        let shape = Self::read(text)?;
        let named = || format!("shape {}", shape.file.id);
        let line = Regex::new(&beginning(&shape.file.line)).with_context(named)?;
        ensure!(
            !line.is_match(""),
            "shape {}: its line fits everything",
            shape.file.id
        );
        Ok(shape)
    }

    fn read(text: &str) -> anyhow::Result<Self> {
        let file: ShapeFile = toml::from_str(text).context("a shape of logs")?;
        ensure!(!file.example.is_empty(), "shape {} has no example", file.id);
        let line = Pattern::of(beginning(&with_ascii_digits(&file.line)).into());
        Ok(Self { file, line })
    }
}

/// The pattern of lines that begin as it is written.
fn beginning(line: &str) -> String {
    format!("^(?:{line})")
}

/// A pattern whose digits are those of ASCII, as they are where stamps are searched for: with the
/// digits of all scripts it takes ten times as long to build.
fn with_ascii_digits(line: &str) -> String {
    let mut pattern = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next() } else { None };
        match escaped {
            Some('d') => pattern.push_str("[0-9]"),
            _ => pattern.extend([c].into_iter().chain(escaped)),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_ascii_and_all_else_stays() {
        for (line, expected) in [
            (r"\d{4}-\D\\d", r"[0-9]{4}-\D\\d"),
            (r"[\d:.]+\[x\]", r"[[0-9]:.]+\[x\]"),
            ("a\\", "a\\"),
        ] {
            assert_eq!(with_ascii_digits(line), expected);
        }
    }

    #[test]
    fn every_shape_can_be_built() {
        let shapes = Shapes::load().expect("the shapes");
        for shape in shapes.all() {
            let fits = |text: &str| shape.line.is_match(text);
            assert!(!fits(""), "{}", shape.file.id);
            assert!(!fits("\u{e9}"), "{}", shape.file.id);
        }
    }
}
