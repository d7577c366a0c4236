//! One entry to what it tells.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::memo::{Meaning, Memo};
use super::secrets::{Secret, masked};
use super::settle::Telling;
use super::{LogEntry, LogFile, LogKind, LogTime, Logs, TimeBasis, about, stamp};
use crate::catalogue::{CauseIx, Known, Said};
use crate::normalise::value::time::Written;

/// Reads the entries of one file.
pub struct LogReader<'a> {
    logs: &'a Logs,
    known: &'a Known,
    file: &'a LogFile,
    /// Causes of what was said before.
    causes: FxHashMap<String, CauseIx>,
    memo: Memo<'a>,
}

static COLOUR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\x1b\[[0-9;?]*[A-Za-z]").expect("a pattern of this file"));

/// The text of an entry: Latin-1 where it isn't UTF-8, without colours.
pub(super) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    };
    if memchr::memchr(0x1b, bytes).is_none() {
        return text;
    }
    Cow::Owned(COLOUR.replace_all(&text, "").into_owned())
}

pub(super) fn first_line(text: &str) -> &str {
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
            memo: Memo::new(!logs.own_shapes),
        }
    }

    /// What an entry tells; `None` if it is of no interest. `line` is its first line's number,
    /// `behind` the line behind it if that begins an entry. Repeats are told by [`settle()`] alone.
    ///
    /// [`settle()`]: super::settle()
    pub fn entry(&mut self, bytes: &[u8], behind: &[u8], line: u64) -> Option<LogEntry> {
        let text = text_of(bytes);
        let meaning = match self.memo.recall(&text) {
            Some(known) => known,
            None => {
                let fresh = self.meaning(&text);
                self.memo.remember(&text, fresh.as_ref());
                fresh
            }
        };
        let Meaning { mut entry, stated } = meaning?;
        entry.line = line;
        (entry.time, entry.clock_only) = self.time(stated, behind);
        Some(entry)
    }

    /// What a text tells apart from its place, and what it states of its time.
    fn meaning(&mut self, text: &str) -> Option<Meaning<'a>> {
        let (shown, secrets) = masked(text);
        let secrets: Vec<Secret> = secrets.into_iter().collect();
        let refused = self.refused(text);
        // What fails and what works is told by words that cost little; the rest is for those.
        let works = refused.is_none() && self.may_work(text);
        let access = refused.is_none() && text.contains("oauth2/token");
        if refused.is_none() && !works && !access && secrets.is_empty() {
            return None;
        }
        let carrier = self.logs.shapes.carrier(first_line(text));
        let status = carrier.status.or_else(|| about::status(text));
        let endpoint = carrier.endpoint.clone().or_else(|| about::endpoint(text));
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
        let entry = LogEntry {
            line: 0,
            time: LogTime::UNKNOWN,
            clock_only: false,
            kind,
            description: description.map(|text| match secrets.is_empty() {
                true => text,
                false => masked(&text).0.into_owned(),
            }),
            cause,
            user: carrier
                .user
                .map(|user| user.to_lowercase())
                .or_else(|| about::user(text)),
            app: carrier.app.or_else(|| about::app(text)),
            host: about::host(text),
            endpoint: endpoint.map(|path| path.split('?').next().unwrap_or("").to_owned()),
            status,
            secrets,
            shown: first_line(&shown).to_owned(),
            // Only failures are told again.
            text: match kind {
                LogKind::Error => Telling::of(text),
                _ => Telling::default(),
            },
        };
        let stated = carrier.time;
        Some(Meaning { entry, stated })
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
    fn time(&self, stated: Option<(String, &'a str)>, behind: &[u8]) -> (LogTime, bool) {
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
