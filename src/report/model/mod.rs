//! What a reader of the report sees: the only serialised shape in the house, schema 1.
//!
//! Inner types never derive `Serialize`; they are turned into these. Everything that could
//! identify someone is a type of its own here ([`User`], [`Address`], [`PathText`]), so that
//! replacing such values is one pass over this file's types. Counts are integers, times are
//! RFC 3339 in UTC, and what is not known is `null`, never `0` or an empty text.

mod change;
mod finding;
mod log;
mod rows;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use change::Change;
pub use finding::{
    Diagnosis, Evidence, Finding, Integration, NearMiss, Scope, ScopeTotals, StoryLine, Suppressed,
};

pub use rows::Rows;

pub use log::{Answer, Log, LogClient, LogClock, LogError, LogSecret, Server, Side};

/// The version of this shape. A change that breaks a reader gets a new number.
pub const SCHEMA: u32 = 1;

/// A time as RFC 3339 text in UTC, for example `2026-03-02T07:15:00Z`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub String);

/// A username, lower-cased, or an 18-character user id where no export tells the name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct User(pub String);

/// An organisation: its 18-character id, or the name given on the command line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Org(pub String);

/// A source address, or the text that stands in its place (`Salesforce.com IP`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(pub String);

/// A path of an input, as it was named or found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PathText(pub String);

/// Text taken from a row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Excerpt(pub String);

/// How many failures each cause has, by cause id.
pub type CauseCounts = BTreeMap<String, u64>;

/// A whole report. The order of fields is the order of keys in `report.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// wide: the contract's top-level keys
pub struct Report<'a> {
    /// Always [`SCHEMA`].
    pub schema: u32,
    /// Which program wrote this.
    pub tool: Tool,
    /// The options that shape the result; paths and threads are not among them.
    pub options: OptionsUsed,
    /// The exit code of the run and why.
    pub exit: Exit,
    /// First and last login attempt reported, within `options.since` and `options.until`.
    pub window: Window,
    /// First and last of all that was read, and how many events.
    pub history: History,
    /// One entry a file, in byte order of path.
    pub inputs: Vec<Input>,
    /// The sum of the inputs' ledgers.
    pub ledger: Ledger,
    /// Pairs of files that share logins, by rows, then path; at most 1,000.
    #[serde(default)]
    pub overlaps: Vec<Overlap>,
    /// What the window holds.
    pub totals: Totals,
    /// What the counts can't see.
    pub coverage: Coverage,
    /// The failures, counted five ways.
    pub failures: Failures<'a>,
    /// Successes and failures over time.
    pub timeline: Timeline,
    /// Successes and failures by weekday and hour in the zone of `options.timezone`.
    pub heatmap: Vec<HeatCell>,
    /// What is odd: by severity, then start, then fingerprint.
    pub findings: Vec<Finding>,
    /// What was changed within the window and up to seven days before it: by time, then path and
    /// line; at most 1,000, and `tables/changes.csv` has all.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// What almost became a finding.
    pub near_misses: Vec<NearMiss>,
    /// The inventory of integrations: by org, user, app and flow.
    pub integrations: Rows<'a, Integration>,
    /// Texts that the catalogue does not know, by field, then count.
    pub unrecognised: Vec<Unrecognised>,
    /// The first 1,000 rows that could not be read; `tables/rejects.csv` has all.
    pub rejects: Vec<Reject>,
    /// What logs of integrations tell, beside what the exports say.
    #[serde(default)]
    pub log: Log,
    /// Findings that a suppression hides.
    pub suppressed: Vec<Suppressed>,
    /// Which detectors ran, and which could not.
    pub rules: Rules,
    /// The comparison with an earlier report, if one was given.
    pub baseline: Option<serde_json::Value>,
}

/// The program's name and version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

/// Options that change what the report says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionsUsed {
    /// IANA name of the zone for times without one and for hour of week.
    pub timezone: String,
    /// `auto`, `mdy`, `dmy` or `ymd`.
    pub date_order: String,
    /// The bounds of what is reported, as they were given.
    pub since: Option<String>,
    pub until: Option<String>,
    /// What the report is narrowed to: `user=…`, `app=…`, `cause=…`.
    pub only: Vec<String>,
    /// Whether any reject stops the run.
    pub strict: bool,
}

/// How the run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// 0 done; 3 done, but some input was unusable or rows were rejected.
    pub code: u8,
    /// One sentence for each reason that the code is not 0.
    pub reasons: Vec<String>,
}

/// First and last event reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub start: Option<Time>,
    pub end: Option<Time>,
}

/// First and last event read, and how many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    pub start: Option<Time>,
    pub end: Option<Time>,
    pub events: u64,
}

/// One file, and what became of its records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// wide: a ledger with its file
pub struct Input {
    pub path: PathText,
    /// Layout id; `null` for a file that is none.
    pub layout: Option<String>,
    /// `csv`, with what it was packed in before it: `gzip+csv`, `zip+gzip+csv`; `null` where unknown.
    pub container: Option<String>,
    pub org: Option<Org>,
    /// Size on disk.
    pub bytes: u64,
    pub read: u64,
    pub events: u64,
    pub rejects: u64,
    pub duplicates: u64,
    pub blank: u64,
    pub ignored: u64,
    /// What to know about this file: why it was not read, what is missing.
    pub notes: Vec<String>,
}

/// Where every record went: `read` is the sum of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    pub read: u64,
    pub events: u64,
    pub rejects: u64,
    pub duplicates: u64,
    pub blank: u64,
    pub ignored: u64,
}

/// Rows of one file that are logins which another file, or another row of the same, keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    pub kept_in: PathText,
    pub duplicate_in: PathText,
    pub rows: u64,
}

/// The headline numbers of the window. Users, apps and sources are distinct counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    pub events: u64,
    pub successes: u64,
    pub failures: u64,
    pub users: u64,
    pub apps: u64,
    pub sources: u64,
    pub log_errors: u64,
}

/// What the counts can't see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Spans without any event where at least ten were to be expected.
    pub gaps: Vec<Gap>,
    /// A file has exactly as many rows as Salesforce hands out at most.
    pub row_cap_hit: bool,
    /// Users and UTC hours at the hourly login limit, where rows stop being written.
    pub saturated: Vec<Saturated>,
    /// The zone taken for times that state none; `null` where every time states its own.
    pub zone_assumed: Option<String>,
    pub notes: Vec<String>,
}

/// A span without any event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    pub start: Time,
    pub end: Time,
}

/// A user at the hourly login limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saturated {
    pub user: User,
    pub hour: Time,
}

/// The failures of the window: most first, then by org and name. No table is cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failures<'a> {
    pub groups: Rows<'a, Group>,
    pub by_user: Rows<'a, ByUser>,
    pub by_app: Vec<ByApp>,
    pub by_description: Vec<ByDescription>,
    pub by_cause: Vec<ByCause>,
}

/// One user, app and description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub org: Option<Org>,
    pub user: Option<User>,
    pub app: Option<String>,
    pub description: Option<String>,
    pub cause: String,
    pub failures: u64,
    /// Successes of the same user and app.
    pub successes: u64,
    /// Distinct source addresses of the failures.
    pub sources: u64,
    pub first: Time,
    pub last: Time,
}

/// One user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByUser {
    pub org: Option<Org>,
    pub user: Option<User>,
    pub failures: u64,
    pub successes: u64,
    /// Distinct apps among the failures.
    pub apps: u64,
    pub causes: CauseCounts,
    pub first: Time,
    pub last: Time,
}

/// One app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByApp {
    pub org: Option<Org>,
    pub app: Option<String>,
    pub failures: u64,
    pub successes: u64,
    /// Distinct users among the failures.
    pub users: u64,
    pub causes: CauseCounts,
    pub first: Time,
    pub last: Time,
}

/// One description, in its most frequent spelling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByDescription {
    pub description: Option<String>,
    pub cause: String,
    pub failures: u64,
    pub users: u64,
    pub apps: u64,
    pub first: Time,
    pub last: Time,
}

/// One cause of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByCause {
    pub cause: String,
    pub failures: u64,
    pub users: u64,
    pub apps: u64,
    pub sources: u64,
    pub first: Time,
    pub last: Time,
}

/// Equal buckets over the window, empty ones included, aligned to UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// 900, 3600, 21600 or 86400: the smallest that gives at most 1,000 buckets.
    pub bucket_seconds: u64,
    pub buckets: Vec<Bucket>,
}

/// One bucket of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    pub start: Time,
    pub successes: u64,
    pub failures: u64,
    pub causes: CauseCounts,
}

/// One weekday and hour; all 168 are present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeatCell {
    /// 1 Monday to 7 Sunday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    pub successes: u64,
    pub failures: u64,
}

/// A text that the catalogue does not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unrecognised {
    /// `description`, `login type` or `login subtype`.
    pub field: String,
    pub text: String,
    pub count: u64,
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reject {
    pub path: PathText,
    /// First physical line of the record in the decompressed file, from 1.
    pub line: u64,
    pub reason: String,
    pub excerpt: Excerpt,
}

/// Which detectors ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    pub run: Vec<String>,
    pub not_run: Vec<RuleNotRun>,
}

/// A detector that could not run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleNotRun {
    pub rule: String,
    pub why: String,
}
