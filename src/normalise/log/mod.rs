//! Entries of text logs to errors: what a client says of a login that failed, or that worked.
//!
//! To teach a shape of lines, write one TOML file into `shapes/` and one line in `shape.rs`; to
//! teach a client's own words for a failed login, one block in `words.toml`. An error is found in
//! lines of no shape too; only their time is then unknown.

mod about;
mod dated;
mod file;
mod memo;
mod name;
mod reader;
mod secrets;
mod settle;
mod shape;
mod stamp;
mod words;

pub use about::{HostKind, Serves, sandbox_of};
pub use file::LogFile;
pub use name::{LogName, Mark};
pub use reader::LogReader;
pub use secrets::{Secret, masked};
pub use settle::{Carried, Settler, settle};
pub use shape::{Example, Shape, ShapeFile, Shapes};
pub use stamp::{LogClock, LogTime, TimeBasis};

use std::sync::OnceLock;

use crate::catalogue::{CauseIx, Known};
use crate::ingest::text::{Entries, Needles};
use crate::normalise::Ledger;
use settle::Telling;
use words::Words;

/// What is known about logs, read once a run.
#[derive(Debug)]
pub struct Logs {
    pub shapes: Shapes,
    words: Words,
    /// Built when the first log is met, or at once to be checked where some shapes are a user's.
    stamps: OnceLock<regex::bytes::Regex>,
    /// Some shapes are a user's, and may ask for particular digits.
    own_shapes: bool,
}

/// What an entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogKind {
    /// A login or a call failed.
    Error,
    /// The same failure told again.
    Repeat,
    /// A login worked.
    Success,
    /// Nothing about logins, but it holds secrets.
    Secrets,
}

/// An entry of a log that is worth keeping.
#[derive(Clone, Debug, PartialEq, Eq)]
// wide: everything that a line can tell
pub struct LogEntry {
    /// First physical line of the entry.
    pub line: u64,
    pub time: LogTime,
    /// The line states a clock and no date.
    pub clock_only: bool,
    pub kind: LogKind,
    /// `error: error_description`, `CODE: message`, or what the client says instead. Errors have
    /// one.
    pub description: Option<String>,
    /// Errors have one.
    pub cause: Option<CauseIx>,
    /// In lower case.
    pub user: Option<String>,
    pub app: Option<String>,
    /// A host of Salesforce, in lower case.
    pub host: Option<String>,
    pub endpoint: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The kinds of secrets in it, sorted.
    pub secrets: Vec<Secret>,
    /// Its first line as it may be shown: without secrets and colours.
    pub shown: String,
    text: Telling,
}

impl LogEntry {
    /// Where the lines of this entry went; `lines` is how many it has.
    pub fn ledger(&self, lines: u64) -> Ledger {
        let counted = u64::from(matches!(self.kind, LogKind::Error | LogKind::Repeat));
        Ledger {
            events: u64::from(self.kind == LogKind::Error),
            duplicates: u64::from(self.kind == LogKind::Repeat),
            ignored: lines.saturating_sub(counted),
            ..Ledger::default()
        }
    }
}

impl Logs {
    /// The compiled-in shapes and words.
    ///
    /// # Errors
    /// What is wrong with one of them; a test keeps that from happening.
    pub fn load(known: &Known) -> anyhow::Result<Self> {
        Self::with(known, &[])
    }

    /// With shapes of a user, each a text in TOML, tried before the compiled-in ones.
    ///
    /// # Errors
    /// What is wrong with a shape.
    pub fn with(known: &Known, own: &[&str]) -> anyhow::Result<Self> {
        let shapes = Shapes::with(own)?;
        let stamps = match own {
            [] => OnceLock::new(),
            _ => OnceLock::from(stamps(&shapes)?),
        };
        Ok(Self {
            stamps,
            words: Words::load(&known.causes)?,
            own_shapes: !own.is_empty(),
            shapes,
        })
    }

    /// The texts for which every line is searched.
    pub fn searched_for(&self) -> &[String] {
        self.words.needles()
    }

    /// The search for entries worth a look.
    ///
    /// # Errors
    /// That there are too many words to search for.
    pub fn needles(&self) -> anyhow::Result<Needles> {
        Needles::new(self.searched_for())
    }

    /// How the entries of a file with this beginning begin.
    pub fn entries(&self, head: &[u8]) -> Entries {
        let sound = "patterns of this crate, which its tests build";
        let stamps = self
            .stamps
            .get_or_init(|| stamps(&self.shapes).expect(sound));
        Entries::of(head, stamps)
    }
}

/// How lines that begin an entry begin.
fn stamps(shapes: &Shapes) -> anyhow::Result<regex::bytes::Regex> {
    let patterns: Vec<String> = shapes.stamps().collect();
    Entries::stamps(patterns.iter().map(String::as_str))
}

#[cfg(test)]
mod tests;
