//! What a detector says: what is odd, how bad it is, how sure that is, and whom it concerns.

use std::sync::Arc;

use crate::event::{Instant, Place};

/// How bad a finding is. Orders from worst to mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Severity; 5] = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];

    /// The severity of a word.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.id() == id)
    }

    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Info => "info",
        }
    }
}

/// How sure a finding is. Orders from surest to least sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    High,
    Medium,
    Low,
}

impl Confidence {
    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}

/// Whom a finding concerns, as numbers of the `Resolved` tables, the most telling first, uncut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub users: Vec<u32>,
    pub apps: Vec<u32>,
    pub sources: Vec<u32>,
    /// Positions of causes plus one, as in `What::cause`.
    pub causes: Vec<u32>,
    /// Users and apps that logs alone name, so that no table has a number for them.
    pub log_users: Vec<String>,
    pub log_apps: Vec<String>,
}

/// Something odd.
#[derive(Clone, Debug, PartialEq)]
// wide: the contract's Finding before names are given
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    pub confidence: Confidence,
    /// Why this severity and this confidence.
    pub reason: String,
    pub title: String,
    /// Number of the org; 0 where none is known.
    pub org: u32,
    pub start: Instant,
    pub end: Instant,
    pub peak: Option<Instant>,
    /// Whether it goes on at the end of the data.
    pub ongoing: bool,
    /// How many attempts it is made of.
    pub count: u64,
    /// How many were to be expected.
    pub expected: Option<f64>,
    pub scope: Scope,
    /// What the fingerprint is made of beside rule and org.
    pub anchor: String,
    /// Whether the fingerprint holds the UTC day of onset.
    pub onset_day: bool,
    pub steps: Arc<[String]>,
    /// What happened, in order of time.
    pub story: Vec<(Instant, String)>,
    /// Where the first of its attempts stand.
    pub places: Vec<Place>,
}

/// What almost became a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NearMiss {
    pub rule: &'static str,
    pub scope: String,
    pub reached: String,
    pub needed: String,
}

/// What one detector found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub findings: Vec<Finding>,
    pub near_misses: Vec<NearMiss>,
}
