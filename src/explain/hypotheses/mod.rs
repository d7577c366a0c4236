//! What may be behind a finding: root causes, with what speaks for and against each.
//!
//! To add one, write a file with a [`Hypothesis`] and one line in [`HYPOTHESES`]; one that a status
//! states outright is a block in `stated.toml`. What the data can't separate stands side by side as
//! possible, with what would separate it; where nothing speaks for any, that is said too. A wrong
//! certainty is a defect.

mod app_propagating;
mod case;
mod client_secret_changed;
mod egress_moved;
mod facts;
mod ip_policy_tightened;
mod log_in_other_zone;
mod password_changed;
mod password_flow_never_enabled;
mod password_flow_switched_off;
mod password_guessing;
mod password_spraying;
mod refresh_lifetime;
mod sandbox_refreshed;
mod stated;
mod tokens_revoked;
mod undecided;
mod unknown_user;
mod wrong_endpoint;

#[cfg(test)]
mod tests;

use super::before::Before;
use super::heard::Heard;
use super::{Around, Explained};
use crate::detect::{Finding, failure_spike, password_flow_disabled};

use case::Case;
use facts::Facts;
use stated::Stated;

/// How much speaks for a root cause. Orders from the most to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Likely,
    Possible,
    Unlikely,
}

impl Verdict {
    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Verdict::Likely => "likely",
            Verdict::Possible => "possible",
            Verdict::Unlikely => "unlikely",
        }
    }
}

/// One root cause of a finding, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// One of the ids that reports promise.
    pub root_cause: String,
    pub verdict: Verdict,
    pub because: Vec<String>,
    pub against: Vec<String>,
    /// What would tell it from the others.
    pub next_check: Option<String>,
}

impl Diagnosis {
    fn of(root_cause: &str, verdict: Verdict) -> Self {
        Self {
            root_cause: root_cause.to_owned(),
            verdict,
            because: Vec::new(),
            against: Vec::new(),
            next_check: None,
        }
    }

    fn check(mut self, text: &str) -> Self {
        self.next_check = Some(text.to_owned());
        self
    }
}

/// One thing that may be behind findings: its judgement, `None` where it has nothing to do with
/// one.
type Hypothesis = fn(&Case<'_>) -> Option<Diagnosis>;

/// Every hypothesis. Of those with the same verdict, the first stands first.
const HYPOTHESES: &[Hypothesis] = &[
    wrong_endpoint::judge,
    app_propagating::judge,
    password_flow_switched_off::judge,
    password_flow_never_enabled::judge,
    ip_policy_tightened::judge,
    egress_moved::judge,
    tokens_revoked::judge,
    password_changed::judge,
    password_spraying::judge,
    password_guessing::judge,
    client_secret_changed::judge,
    refresh_lifetime::judge,
    unknown_user::judge,
    log_in_other_zone::judge,
    sandbox_refreshed::judge,
];

/// Rules of the detectors whose findings are diagnosed, beside those of this room.
const DIAGNOSED: [&str; 2] = [failure_spike::ID, password_flow_disabled::ID];

/// What may be behind each finding, in their order, the best first. `before` are the changes before
/// the same findings.
///
/// # Errors
/// What is wrong with the list of stated causes; a test keeps that from happening.
pub fn diagnose(
    findings: &[Finding],
    before: &Before<'_>,
    around: &Around<'_>,
    explained: &Explained,
) -> anyhow::Result<Vec<Vec<Diagnosis>>> {
    let is_diagnosed = |finding: &Finding| {
        DIAGNOSED.contains(&finding.rule) || super::RULES.iter().any(|(id, _)| *id == finding.rule)
    };
    if !findings.iter().any(is_diagnosed) {
        return Ok(vec![Vec::new(); findings.len()]);
    }
    let stated = Stated::load(around.known)?;
    let heard = Heard::of(around.seen.logs, &explained.clocks);
    let facts = Facts::of(findings, is_diagnosed, around.seen);
    let judged = findings.iter().zip(&facts).enumerate();
    let judged = judged.map(|(at, (finding, facts))| {
        if !is_diagnosed(finding) {
            return Vec::new();
        }
        let case = Case {
            finding,
            facts,
            before: before.finding(at),
            around,
            heard: &heard,
            explained,
        };
        let mut all = stated.judge(&case);
        all.extend(HYPOTHESES.iter().filter_map(|judge| judge(&case)));
        // Sorting is stable: what a status states outright stands first.
        all.sort_by_key(|one| one.verdict);
        let open = all.iter().all(|one| one.verdict == Verdict::Unlikely);
        if open {
            all.insert(0, undecided::judge(&case));
        }
        all
    });
    Ok(judged.collect())
}
