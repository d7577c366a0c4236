//! The tally to findings: what is odd, with a threshold and a reason.
//!
//! A new detector is one file with its page (`<id>.rs`, `<id>.md`), one line in [`DETECTORS`] and
//! its cases. A detector sees the tally with its names, decides in plain Rust, and neither reads
//! nor prints nor asks the clock: *now* is the end of what is reported.

pub mod failure_spike;
mod finding;
pub mod inventory;
pub mod legacy_login;
pub mod password_flow_disabled;
pub mod secrets_in_log;
mod thresholds;

mod baseline;
mod cadence;
mod calibration;
mod quiet;
mod refusals;
#[cfg(test)]
mod sample;
mod series;
mod series_set;
mod surprise;
mod switch;
pub(crate) mod wording;

use rustc_hash::FxHashSet;

use crate::catalogue::{Catalogue, Retirements};
use crate::event::{Instant, Zone};
use crate::tally::logs::Logs;
use crate::tally::{Resolved, Tally};

pub use finding::{Confidence, Finding, Found, NearMiss, Scope, Severity};
pub use thresholds::Thresholds;

/// What a detector sees.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub tally: &'a Tally,
    pub resolved: &'a Resolved,
    pub causes: &'a Catalogue,
    pub retirements: &'a Retirements,
    pub zone: Zone,
    /// The first and last instant of what is reported; everything before is history.
    pub since: Instant,
    pub until: Instant,
    /// Every integration of all that was read, up to the end of what is reported; `None` until
    /// they are known.
    pub integrations: Option<&'a inventory::Integrations<'a>>,
    /// What logs of integrations tell.
    pub logs: &'a Logs,
}

/// One rule.
pub trait Detector: Sync {
    /// The id that reports use.
    fn id(&self) -> &'static str;

    /// What, why it matters, when it stays quiet, what to look at: Markdown.
    fn page(&self) -> &'static str;

    /// Why the rule can't run on this data; `None` if it can.
    fn cannot_run(&self, seen: &Seen<'_>) -> Option<String>;

    /// Whether it looks at [`Seen::integrations`]; rules that don't need not wait for them.
    fn asks_for_integrations(&self) -> bool {
        false
    }

    /// What is odd. Sorted by nobody yet.
    fn detect(&self, seen: &Seen<'_>, limits: &Thresholds) -> Found;
}

/// Every rule, in the order of their ids.
pub const DETECTORS: &[&dyn Detector] = &[
    &failure_spike::FailureSpike,
    &legacy_login::LegacyLogin,
    &password_flow_disabled::PasswordFlowDisabled,
    &secrets_in_log::SecretsInLog,
];

/// What all rules found, and which of them could not run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detected {
    /// By severity, then start; ties are broken where fingerprints are made.
    pub findings: Vec<Finding>,
    pub near_misses: Vec<NearMiss>,
    pub run: Vec<&'static str>,
    /// Rules that could not run, and why.
    pub not_run: Vec<(&'static str, String)>,
}

impl Detected {
    /// Takes what a later room found by rules of its own.
    pub fn take(
        &mut self,
        findings: Vec<Finding>,
        near_misses: Vec<NearMiss>,
        (run, not_run): (&[&'static str], &[(&'static str, String)]),
    ) {
        self.findings.extend(findings);
        self.near_misses.extend(near_misses);
        self.near_misses.sort();
        self.run.extend(run);
        self.run.sort_unstable();
        self.not_run.extend_from_slice(not_run);
        self.not_run.sort();
    }
}

/// One incident is one finding: a spike of nothing but refusals that a finding of their own rule
/// tells, with cause and steps, is not told a second time.
fn absorb(findings: &mut Vec<Finding>) {
    let told: Vec<Finding> = findings
        .iter()
        .filter(|finding| finding.rule == password_flow_disabled::ID)
        .cloned()
        .collect();
    // There may be as many users as rows.
    let within = |inner: &[u32], outer: &[u32]| {
        let outer: FxHashSet<u32> = outer.iter().copied().collect();
        inner.iter().all(|one| outer.contains(one))
    };
    findings.retain(|finding| {
        finding.rule != failure_spike::ID
            || !told.iter().any(|told| {
                finding.org == told.org
                    && finding.start >= told.start
                    && finding.end <= told.end
                    && within(&finding.scope.causes, &told.scope.causes)
                    && within(&finding.scope.users, &told.scope.users)
            })
    });
}

/// What one rule answered.
pub struct Answer {
    rule: &'static str,
    found: Result<Found, String>,
}

/// The rules that look at integrations, or those that don't.
pub fn rules(of_integrations: bool) -> Vec<&'static dyn Detector> {
    let rules = DETECTORS.iter().copied();
    rules
        .filter(|rule| rule.asks_for_integrations() == of_integrations)
        .collect()
}

/// Asks a rule.
pub fn ask(rule: &dyn Detector, seen: &Seen<'_>, limits: &Thresholds) -> Answer {
    Answer {
        rule: rule.id(),
        found: match rule.cannot_run(seen) {
            Some(why) => Err(why),
            None => Ok(rule.detect(seen, limits)),
        },
    }
}

impl Detected {
    /// What all answers say together.
    pub fn of(mut answers: Vec<Answer>, seen: &Seen<'_>) -> Self {
        answers.sort_by_key(|answer| answer.rule);
        let mut detected = Self::default();
        for Answer { rule, found } in answers {
            match found {
                Err(why) => detected.not_run.push((rule, why)),
                Ok(found) => {
                    detected.run.push(rule);
                    detected.findings.extend(found.findings);
                    detected.near_misses.extend(found.near_misses);
                }
            }
        }
        absorb(&mut detected.findings);
        // Findings that don't touch what is reported are history. A log may end later than the exports
        // beside it; what it gives away is told whenever that was.
        detected.findings.retain(|finding| {
            finding.rule == secrets_in_log::ID
                || (finding.end >= seen.since && finding.start <= seen.until)
        });
        detected.near_misses.sort();
        detected
    }
}
