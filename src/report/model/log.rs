//! What logs of integrations tell, as reports show it.

use serde::{Deserialize, Serialize};

use super::{Excerpt, Org, PathText, Time, User};

/// What logs tell. Empty where none was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// The first 1,000 errors by time, undated ones first; `tables/log_errors.csv` has all.
    pub errors: Vec<LogError>,
    /// What clients are told beside Salesforce's own reason: most frequent first.
    pub answers: Vec<Answer>,
    /// By app, then user.
    pub clients: Vec<LogClient>,
    /// How the clock of each log stands beside Salesforce's; where exports were read too.
    pub clocks: Vec<LogClock>,
    /// The first 1,000, by path, then line, then kind. The secrets themselves are nowhere.
    pub secrets: Vec<LogSecret>,
    /// An incident seen from both sides, with what was changed between, in order of time: from the
    /// last login that worked before the first error of a log on (a quarter of an hour before it at
    /// least) to the first that worked after the last. Of more than 200 lines, those that repeat the
    /// line before are left out first. Empty unless both sides tell of the same users or apps.
    pub both_sides: Vec<Side>,
}

/// An error of a log, or several alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// wide: everything that a log tells of an error
pub struct LogError {
    pub time: Option<Time>,
    /// `stated`, `zone-assumed`, `date-assumed`, `line-behind` or `unknown`.
    pub time_basis: String,
    pub org: Option<Org>,
    pub app: String,
    pub user: Option<User>,
    pub host: Option<String>,
    pub endpoint: Option<String>,
    pub description: String,
    /// The cause that the client's words name.
    pub cause: String,
    /// How many it stands for.
    pub count: u64,
    pub path: PathText,
    pub line: u64,
    /// Its first line, with secrets replaced by their kind.
    pub text: Excerpt,
    /// The row of the login history that belongs to it.
    pub server: Option<Server>,
    /// Why there is none.
    pub why_unmatched: Option<String>,
}

/// Salesforce's own side of an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    pub at: Time,
    pub user: Option<User>,
    pub app: Option<String>,
    pub description: Option<String>,
    pub cause: String,
    pub path: PathText,
    pub line: u64,
}

/// What clients of one app are told, and what Salesforce had as its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub app: String,
    pub description: String,
    pub cause: String,
    /// `null` where no row belongs to these errors.
    pub server_description: Option<String>,
    pub server_cause: Option<String>,
    /// Why no row belongs to them.
    pub why_unmatched: Option<String>,
    pub count: u64,
    pub first: Option<Time>,
    pub last: Option<Time>,
}

/// One app and user of logs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogClient {
    pub app: String,
    pub user: Option<User>,
    pub errors: u64,
    pub successes: u64,
    pub first: Option<Time>,
    pub last: Option<Time>,
    pub last_success: Option<Time>,
}

/// The clock of one log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogClock {
    pub path: PathText,
    /// Seconds that it is ahead of Salesforce's; 0 where nothing speaks for another offset.
    pub offset_seconds: i64,
    /// Errors with a time, and those that a row belongs to.
    pub dated: u64,
    pub matched: u64,
}

/// A line with something secret in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogSecret {
    pub path: PathText,
    pub line: u64,
    /// What it is: `client secret`, `refresh token` and so on.
    pub kind: String,
}

/// One line of an incident seen from both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// By Salesforce's clock.
    pub time: Time,
    /// `history`, `log` or `change`.
    pub side: String,
    /// `worked`, `refused` or `changed`.
    #[serde(default)]
    pub what: String,
    pub app: Option<String>,
    pub user: Option<User>,
    pub text: String,
    /// Logins that it stands for; 0 of a change.
    pub count: u64,
    pub path: PathText,
    pub line: u64,
}
