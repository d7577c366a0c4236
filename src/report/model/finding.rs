//! Findings and the inventory, as reports show them.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Address, Org, PathText, Time, User};

/// Something odd, with what is known about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// wide: the contract's Finding
pub struct Finding {
    /// The first 16 hex digits of SHA-256 of rule, org and anchor: the same finding next week.
    pub fingerprint: String,
    pub rule: String,
    /// `critical`, `high`, `medium`, `low` or `info`.
    pub severity: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// Why this severity and this confidence.
    pub reason: String,
    pub title: String,
    pub org: Option<Org>,
    pub start: Time,
    pub end: Time,
    pub peak: Option<Time>,
    /// Whether it goes on at the end of the data.
    pub ongoing: bool,
    /// Attempts that it is made of.
    pub count: u64,
    /// Attempts that were to be expected, rounded.
    pub expected: Option<u64>,
    pub scope: Scope,
    pub scope_totals: ScopeTotals,
    pub diagnosis: Vec<Diagnosis>,
    pub story: Vec<StoryLine>,
    pub steps: Texts,
    pub evidence: Vec<Evidence>,
    pub links: Vec<String>,
}

/// Whom a finding concerns: the most telling first, at most 50 each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    pub users: Vec<User>,
    pub apps: Vec<String>,
    pub sources: Vec<Address>,
    pub countries: Vec<String>,
    pub causes: Vec<String>,
}

/// How many there are of each, uncut.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScopeTotals {
    pub users: u64,
    pub apps: u64,
    pub sources: u64,
    pub countries: u64,
}

/// One possible root cause of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    pub root_cause: String,
    /// `likely`, `possible` or `unlikely`.
    pub verdict: String,
    pub because: Vec<String>,
    pub against: Vec<String>,
    pub next_check: Option<String>,
}

/// What happened at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoryLine {
    pub time: Time,
    pub text: String,
}

/// A row that a finding rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub path: PathText,
    /// First physical line of the record in the decompressed file, from 1.
    pub line: u64,
    pub time: Option<Time>,
    pub text: String,
}

/// A finding that a suppression hides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suppressed {
    #[serde(flatten)]
    pub finding: Finding,
    /// Reason, owner and expiry of the suppression.
    pub suppressed_by: String,
}

/// What almost became a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearMiss {
    pub rule: String,
    pub scope: String,
    pub reached: String,
    pub needed: String,
}

/// One user, app and flow that no person logs in by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// wide: the contract's integration
pub struct Integration {
    pub org: Option<Org>,
    pub user: Option<User>,
    pub app: Option<String>,
    pub flow: String,
    /// `stated` or `inferred`.
    pub flow_basis: String,
    pub logins: u64,
    pub failures: u64,
    pub sources: u64,
    pub api_versions: Vec<String>,
    pub tls: Vec<String>,
    pub first: Time,
    pub last: Time,
    /// Seconds between attempts where they are regular.
    pub period_seconds: Option<u64>,
    /// `retiring`, `migrating`, `modern` or `unknown`.
    pub status: String,
    /// When the flow retires, as YYYY-MM-DD.
    pub retires: Option<String>,
    /// `day` where a source names that day, `release` where it stands for a release.
    pub retires_precision: Option<String>,
    /// Other times that sources name, each with who says it.
    pub retires_otherwise: Vec<String>,
}

/// Texts that a finding has in common with what it was made of: there may be as many findings as
/// users.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts(Arc<[String]>);

impl Deref for Texts {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl From<Vec<String>> for Texts {
    fn from(texts: Vec<String>) -> Self {
        Self(texts.into())
    }
}

impl From<Arc<[String]>> for Texts {
    fn from(texts: Arc<[String]>) -> Self {
        Self(texts)
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0[..].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into())
    }
}
