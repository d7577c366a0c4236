//! Entries of text logs to errors: what a client says of a login that failed, or that worked.
//!
//! To teach a shape of lines, write one TOML file into `shapes/` and one line in `shape.rs`; to
//! teach a client's own words for a failed login, one block in `words.toml`. An error is found in
//! lines of no shape too; only their time is then unknown.

mod about;
mod file;
mod secrets;
mod settle;
mod shape;
mod stamp;
mod words;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashMap;

pub use about::{HostKind, Serves, sandbox_of};
pub use file::LogFile;
pub use secrets::{Secret, masked};
pub use settle::{Settler, settle};
pub use shape::{Example, Shape, ShapeFile, Shapes};
pub use stamp::{LogClock, LogTime, TimeBasis};

use crate::catalogue::{CauseIx, Known, Said};
use crate::ingest::text::{Entries, Needles};
use crate::normalise::Ledger;
use crate::normalise::value::time::Written;
use settle::Telling;
use words::Words;

/// What is known about logs, read once a run.
#[derive(Debug)]
pub struct Logs {
    pub shapes: Shapes,
    words: Words,
    stamps: regex::bytes::Regex,
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
        let patterns: Vec<String> = shapes.stamps().collect();
        Ok(Self {
            stamps: Entries::stamps(patterns.iter().map(String::as_str))?,
            words: Words::load(&known.causes)?,
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
        Entries::of(head, &self.stamps)
    }
}

/// Reads the entries of one file.
pub struct LogReader<'a> {
    logs: &'a Logs,
    known: &'a Known,
    file: &'a LogFile,
    /// Causes of what was said before.
    causes: FxHashMap<String, CauseIx>,
}

static COLOUR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\x1b\[[0-9;?]*[A-Za-z]").expect("a pattern of this file"));

/// The text of an entry: Latin-1 where it isn't UTF-8, without colours.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    };
    if memchr::memchr(0x1b, bytes).is_none() {
        return text;
    }
    Cow::Owned(COLOUR.replace_all(&text, "").into_owned())
}

fn first_line(text: &str) -> &str {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
}

impl<'a> LogReader<'a> {
    /// A reader for a file.
    pub fn new(logs: &'a Logs, known: &'a Known, file: &'a LogFile) -> Self {
        Self {
            logs,
            known,
            file,
            causes: FxHashMap::default(),
        }
    }

    /// What an entry tells; `None` if it is of no interest. `line` is its first line's number,
    /// `behind` the line behind it if that begins an entry. Repeats are told by [`settle()`] alone.
    pub fn entry(&mut self, bytes: &[u8], behind: &[u8], line: u64) -> Option<LogEntry> {
        let text = text_of(bytes);
        let secrets: Vec<Secret> = if secrets::may_hold_secrets(&text) {
            masked(&text).1.into_iter().collect()
        } else {
            Vec::new()
        };
        let refused = self.refused(&text);
        // What fails and what works is told by words that cost little; the rest is for those.
        let works = refused.is_none() && self.may_work(&text);
        let access = refused.is_none() && text.contains("oauth2/token");
        if refused.is_none() && !works && !access && secrets.is_empty() {
            return None;
        }
        let carrier = self.logs.shapes.carrier(first_line(&text));
        let status = carrier.status.or_else(|| about::status(&text));
        let endpoint = carrier.endpoint.clone().or_else(|| about::endpoint(&text));
        let asks_token = endpoint
            .as_deref()
            .is_some_and(|path| path.contains("/oauth2/token"));
        let answered =
            |from: u16, to: u16| status.is_some_and(|status| (from..=to).contains(&status));
        let (kind, error) = match refused {
            Some(error) => (LogKind::Error, Some(error)),
            None if works || (asks_token && answered(200, 299)) => (LogKind::Success, None),
            None if asks_token && answered(400, 599) => {
                let description = format!("HTTP {}", status.unwrap_or(0));
                (
                    LogKind::Error,
                    Some((description, self.known.causes.unrecognised())),
                )
            }
            None if secrets.is_empty() => return None,
            None => (LogKind::Secrets, None),
        };
        let (description, cause) = error.unzip();
        let (time, clock_only) = self.time(carrier.time, behind);
        Some(LogEntry {
            line,
            time,
            clock_only,
            kind,
            description: description.map(|text| match secrets.is_empty() {
                true => text,
                false => masked(&text).0.into_owned(),
            }),
            cause,
            user: carrier
                .user
                .map(|user| user.to_lowercase())
                .or_else(|| about::user(&text)),
            app: carrier.app.or_else(|| about::app(&text)),
            host: about::host(&text),
            endpoint: endpoint.map(|path| path.split('?').next().unwrap_or("").to_owned()),
            status,
            secrets,
            text: Telling::of(&text),
        })
    }

    /// The first line of an entry as it may be shown: without secrets and colours.
    pub fn evidence(bytes: &[u8]) -> String {
        let text = text_of(bytes);
        let (masked, _) = masked(&text);
        first_line(&masked).to_owned()
    }

    /// What a login was refused with, and why.
    fn refused(&mut self, text: &str) -> Option<(String, CauseIx)> {
        let words = &self.logs.words;
        let about = self.file.salesforce;
        // A text without its code may be any system's, unless all of the file is Salesforce's.
        if let Some(said) = self.known.causes.said(text)
            && words.is_salesforces(
                &said,
                text,
                self.file.named || (about && said.code.is_some()),
            )
        {
            let cause = self.cause(&said);
            return Some((said.text(), cause));
        }
        let (own, cause) = words.failure(text)?;
        let cause = cause.unwrap_or(self.known.causes.unrecognised());
        (about || words.is_about_salesforce(text)).then(|| (own.to_owned(), cause))
    }

    fn cause(&mut self, said: &Said) -> CauseIx {
        let text = said.text();
        if let Some(cause) = self.causes.get(&text) {
            return *cause;
        }
        let cause = self.known.causes.cause_of(said);
        self.causes.insert(text, cause);
        cause
    }

    /// Whether the words are those of a login that worked.
    fn may_work(&self, text: &str) -> bool {
        let words = &self.logs.words;
        let token = text.contains("access_token") && text.contains("instance_url");
        token
            || (words.is_success(text) && (self.file.salesforce || words.is_about_salesforce(text)))
    }

    /// The time of an entry, and whether a clock is all it states.
    fn time(&self, stated: Option<(String, &str)>, behind: &[u8]) -> (LogTime, bool) {
        let clock = &self.file.clock;
        let written = |(text, form): (String, &str)| {
            stamp::written(&text, form, &clock.clock, &self.known.zones)
        };
        if let Some(written) = stated.and_then(written) {
            let clock_only = matches!(written, Written::Clock(_));
            return (clock.time(written), clock_only);
        }
        let behind = text_of(behind);
        let carrier = self.logs.shapes.carrier(first_line(&behind));
        let time = carrier
            .time
            .and_then(written)
            .map(|written| clock.time(written));
        match time.and_then(|time| time.at) {
            Some(at) => {
                let basis = TimeBasis::LineBehind;
                (
                    LogTime {
                        at: Some(at),
                        basis,
                    },
                    false,
                )
            }
            None => (LogTime::UNKNOWN, false),
        }
    }
}

#[cfg(test)]
mod tests;
