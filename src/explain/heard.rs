//! What logs tell of logins that worked, and when things were by Salesforce's clock.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::LogClock;
use crate::event::{Instant, Place};
use crate::normalise::log::{HostKind, Serves};
use crate::tally::logs::{LogError, Logs};
use crate::tally::{Pair, Row, Tally};

/// Logs, with their clocks set right.
pub struct Heard<'a> {
    pub logs: &'a Logs,
    tally: &'a Tally,
    /// The rows of logins that worked, sorted when they are first asked for.
    worked: OnceLock<Vec<Row>>,
    /// Milliseconds that the clock of each file is ahead.
    ahead: BTreeMap<u32, i64>,
}

/// Logins of a log that worked, within a quarter of an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked<'a> {
    pub app: &'a str,
    pub user: Option<Cow<'a, str>>,
    pub host: Option<&'a str>,
    /// The first and last of them, by Salesforce's clock.
    pub first: Instant,
    pub last: Instant,
    pub n: u64,
    /// Where the first stands.
    pub place: Place,
}

impl<'a> Heard<'a> {
    pub fn of(logs: &'a Logs, clocks: &[LogClock]) -> Self {
        Self {
            logs,
            tally: logs.tally(),
            worked: OnceLock::new(),
            ahead: clocks
                .iter()
                .map(|clock| (clock.input, clock.ahead_ms))
                .collect(),
        }
    }

    /// A time that a file states, by Salesforce's clock.
    pub fn set_right(&self, file: u32, at: Instant) -> Instant {
        let ahead = self.ahead.get(&file).copied().unwrap_or(0);
        Instant::from_millis(at.millis() - ahead)
    }

    /// When an error was, by Salesforce's clock.
    pub fn time(&self, error: &LogError) -> Option<Instant> {
        Some(self.set_right(error.place.file(), error.at?))
    }

    /// All logins that worked, in order of time as the logs state it.
    pub fn worked(&self) -> impl Iterator<Item = Worked<'_>> {
        let symbols = &self.tally.symbols;
        let rows = self.worked.get_or_init(|| {
            let succeeds = |pair: &Pair| self.tally.dims(pair.dims).success;
            self.tally.pairs().rows_of(succeeds, self.tally)
        });
        rows.iter().map(|row| {
            let dims = self.tally.dims(row.dims);
            let file = row.place.file();
            Worked {
                app: symbols.text(dims.app),
                user: self.tally.users.known(row.user),
                host: symbols.known(dims.host),
                first: self.set_right(file, row.first()),
                last: self.set_right(file, row.last()),
                n: row.n(),
                place: row.place,
            }
        })
    }
}

/// Which orgs a host serves, as far as its name tells.
pub fn serves(host: Option<&str>) -> Option<Serves> {
    HostKind::of(host?).serves()
}
