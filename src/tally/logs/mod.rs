//! Logs of integrations: their errors, kept one by one beside the tally.
//!
//! A log is read after the exports: [`plan()`] says which of the files that are none are texts,
//! [`read()`] reads them in parallel. What a storm of errors takes in memory is bounded: beyond
//! [`KEPT`] errors of a file, equal ones of a minute become one with a count.

mod borders;
mod chains;
mod copies;
mod fold;
mod identity;
mod pieces;
mod plan;
mod read;
mod rounds;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::overlap::Shared;
use super::{Part, Tally};
use crate::catalogue::CauseIx;
use crate::event::{Instant, Place};
use crate::normalise::log::{Carried, LogEntry, Secret, TimeBasis};
use crate::normalise::{Ledger, Rejects};

pub use fold::{DESCRIPTIONS, KEPT, SECRETS};
use identity::Noted;
pub use plan::{AppOfLog, LogToRead, plan};
pub use read::{ReadLogs, read};

/// An error of a log, or several alike.
#[derive(Clone, Debug, PartialEq, Eq)]
// wide: everything that a log tells of an error
pub struct LogError {
    /// Its first line; of several the first.
    pub place: Place,
    /// When it was logged; of several the first. `None` if nothing tells.
    pub at: Option<Instant>,
    pub basis: TimeBasis,
    /// The org that the user named for the file.
    pub org: Option<Arc<str>>,
    /// The client: what the line calls it, else the configuration, else the file's stem.
    pub app: Arc<str>,
    /// In lower case.
    pub user: Option<Arc<str>>,
    pub host: Option<Arc<str>>,
    pub endpoint: Option<Arc<str>>,
    pub description: Arc<str>,
    pub cause: CauseIx,
    /// The first line, without secrets.
    pub text: Arc<str>,
    /// How many it stands for.
    pub count: u64,
}

/// A line with something secret in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogSecret {
    pub place: Place,
    pub kind: Secret,
    /// When it was logged, as far as that is known.
    pub at: Option<Instant>,
}

/// A client of a log, and what it tells of logins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogClient {
    pub app: Arc<str>,
    pub user: Option<Arc<str>>,
    pub errors: u64,
    pub successes: u64,
    /// Of what is dated.
    pub first: Option<Instant>,
    pub last: Option<Instant>,
    /// The last login that worked, as far as the log says so.
    pub last_success: Option<Instant>,
}

/// What became of one log.
#[derive(Debug, Default)]
pub struct LogRead {
    /// Its position among the inputs of the run.
    pub input: u32,
    /// Its name without folders and without what compression and rotation add.
    pub name: String,
    pub ledger: Ledger,
    pub rejects: Rejects,
    /// It ended too early or is damaged; what came before was read.
    pub cut_short: Option<String>,
    /// A line of it is dated and tells of a login to Salesforce, or the user says that it is a log.
    pub is_log: bool,
    /// Some times state no zone.
    pub zone_assumed: bool,
    /// Errors without a time.
    pub undated: u64,
    /// Secrets beyond those that are kept one by one.
    pub more_secrets: u64,
    /// It could not be read at all.
    pub failed: Option<String>,
    /// It begins in the middle of a record that this input tells.
    pub goes_on: Option<u32>,
    /// All of its records stand in this input too, which keeps them.
    pub copy_of: Option<u32>,
    /// It has records beyond those that were compared with other files.
    pub more_records: bool,
    found: Found,
    trace: Trace,
}

/// What of one log matters to others.
#[derive(Debug, Default)]
struct Trace {
    noted: Noted,
    /// Its first failure, and what its last ones mean for the next part.
    opening: Option<LogEntry>,
    carried: Option<Carried>,
    lines: u64,
}

/// What one log holds.
#[derive(Debug, Default)]
struct Found {
    errors: Vec<LogError>,
    secrets: Vec<LogSecret>,
    clients: Vec<LogClient>,
    part: Part,
}

/// All logs of a run.
#[derive(Debug, Default)]
pub struct Logs {
    /// One entry a file, in the order given.
    pub files: Vec<LogRead>,
    /// By time, undated ones first, then place.
    pub errors: Vec<LogError>,
    /// By place, then kind.
    pub secrets: Vec<LogSecret>,
    /// By app, then user.
    pub clients: Vec<LogClient>,
    /// Which files share records, in order of their numbers.
    pub shared: Vec<Shared>,
    tally: Tally,
}

impl Logs {
    fn of(mut files: Vec<LogRead>, shared: Vec<Shared>) -> Self {
        let mut all = Self {
            shared,
            ..Self::default()
        };
        for file in &mut files {
            file.trace = Trace::default();
            if !file.is_log {
                file.found = Found::default();
                file.ledger = Ledger::default();
            }
        }
        let mut clients: BTreeMap<(Arc<str>, Option<Arc<str>>), LogClient> = BTreeMap::new();
        let mut parts = Vec::new();
        for file in files.iter_mut().filter(|file| file.is_log) {
            let found = std::mem::take(&mut file.found);
            all.errors.extend(found.errors);
            all.secrets.extend(found.secrets);
            parts.push(found.part);
            for client in found.clients {
                let key = (Arc::clone(&client.app), client.user.clone());
                match clients.get_mut(&key) {
                    Some(known) => known.add(&client),
                    None => {
                        clients.insert(key, client);
                    }
                }
            }
        }
        all.errors.sort_by_key(|error| (error.at, error.place));
        all.secrets.sort_unstable();
        all.clients = clients.into_values().collect();
        all.tally = Tally::from_parts(parts);
        all.files = files;
        all
    }

    /// Their errors and successes as attempts: those of a run that has nothing else. What has no
    /// time is none.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The cause of each description, as the lines gave it.
    pub fn causes(&self) -> BTreeMap<&str, CauseIx> {
        let errors = self.errors.iter();
        errors
            .map(|error| (&*error.description, error.cause))
            .collect()
    }

    /// No logs at all.
    pub fn none() -> &'static Self {
        static NONE: LazyLock<Logs> = LazyLock::new(Logs::default);
        &NONE
    }

    fn file(&self, input: u32) -> Option<&LogRead> {
        self.files.iter().find(|file| file.input == input)
    }

    /// The name of a log, given by its position among the inputs; see [`LogRead::name`].
    pub fn name_of(&self, input: u32) -> String {
        self.file(input)
            .map_or_else(String::new, |file| file.name.clone())
    }

    /// Secrets of a log beyond those that are kept one by one.
    pub fn more_secrets(&self, input: u32) -> u64 {
        self.file(input).map_or(0, |file| file.more_secrets)
    }

    /// The first and last time of what the logs tell; `None` where nothing is dated.
    pub fn ends(&self) -> Option<(Instant, Instant)> {
        let times = || {
            let clients = self.clients.iter().flat_map(|one| [one.first, one.last]);
            let secrets = self.secrets.iter().map(|secret| secret.at);
            clients.chain(secrets).flatten()
        };
        Some((times().min()?, times().max()?))
    }

    /// How many errors there are.
    pub fn count(&self) -> u64 {
        self.errors.iter().map(|error| error.count).sum()
    }
}

impl LogRead {
    /// Leaves all that it tells to other files, of which one may hold it all.
    fn drop_all(&mut self, kept_in: Option<u32>) {
        self.ledger = self.ledger.duplicates_alone();
        self.found = Found::default();
        self.undated = 0;
        self.more_secrets = 0;
        self.copy_of = kept_in;
    }
}

impl LogClient {
    fn add(&mut self, other: &Self) {
        let least = |a: Option<Instant>, b: Option<Instant>| a.into_iter().chain(b).min();
        self.errors += other.errors;
        self.successes += other.successes;
        self.first = least(self.first, other.first);
        self.last = self.last.max(other.last);
        self.last_success = self.last_success.max(other.last_success);
    }
}
