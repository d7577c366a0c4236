//! `missing-from-history`: login errors of a log that the history has no row for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Around, Explained, Unmatched};
use crate::detect::{Confidence, Finding, Found, NearMiss, Scope, Seen, Severity, Thresholds};
use crate::event::{HOUR_MS, Instant};
use crate::tally::logs::{LogError, Logs};

/// The rule.
pub const ID: &str = "missing-from-history";
/// What `rules` prints of it.
pub const PAGE: &str = include_str!("missing_from_history.md");
/// Places that are shown as evidence.
const SHOWN: usize = 10;

/// The time that a history covers.
pub(super) struct Covered {
    ends: Option<(Instant, Instant)>,
    /// Spans of which it says nothing.
    holes: Vec<(Instant, Instant)>,
}

impl Covered {
    pub(super) fn by(around: &Around<'_>) -> Self {
        let gaps = around.unseen.gaps.iter();
        let full = around.unseen.saturated.iter();
        let full = full.map(|&(_, hour)| (hour, Instant::from_millis(hour.millis() + HOUR_MS)));
        Self {
            ends: around.seen.tally.ends(),
            holes: gaps.map(|gap| (gap.start, gap.end)).chain(full).collect(),
        }
    }

    pub(super) fn has(&self, at: Instant) -> bool {
        self.ends
            .is_some_and(|(first, last)| at >= first && at <= last)
            && !self
                .holes
                .iter()
                .any(|(start, end)| at > *start && at < *end)
    }
}

/// The findings, one for each log and app, of errors that no other rule tells.
pub(super) fn find(
    seen: &Seen<'_>,
    (logs, told): (&Logs, &BTreeSet<usize>),
    explained: &Explained,
    limits: &Thresholds,
) -> Found {
    let mut groups: BTreeMap<(u32, &str), Vec<&LogError>> = BTreeMap::new();
    for (at, (error, why)) in logs.errors.iter().zip(&explained.why).enumerate() {
        if *why == Some(Unmatched::NoRow) && !told.contains(&at) {
            let key = (error.place.file(), &*error.app);
            groups.entry(key).or_default().push(error);
        }
    }
    let mut found = Found::default();
    for ((input, app), errors) in groups {
        let count: u64 = errors.iter().map(|error| error.count).sum();
        if count < limits.missing_min {
            found.near_misses.push(NearMiss {
                rule: ID,
                scope: app.to_owned(),
                reached: format!("{count} login errors without a row"),
                needed: limits.missing_min.to_string(),
            });
            continue;
        }
        let clock = explained.clocks.iter().find(|clock| clock.input == input);
        let (matched, ahead_ms) = clock.map_or((0, 0), |clock| (clock.matched, clock.ahead_ms));
        let time = |error: &&LogError| {
            let at = error.at?;
            Some(Instant::from_millis(at.millis() - ahead_ms))
        };
        let times = errors.iter().filter_map(time);
        let (Some(start), Some(end)) = (times.clone().min(), times.max()) else {
            continue;
        };
        found.findings.push(finding(
            seen,
            (app, &logs.name_of(input)),
            &errors,
            (count, matched),
            (start, end),
        ));
    }
    found
}

fn finding(
    seen: &Seen<'_>,
    (app, log): (&str, &str),
    errors: &[&LogError],
    (count, matched): (u64, u64),
    (start, end): (Instant, Instant),
) -> Finding {
    let confidence = if matched > 0 {
        Confidence::Medium
    } else {
        Confidence::Low
    };
    let reason = if matched > 0 {
        format!(
            "Low, since nothing shows whom it harms. Confidence medium: {matched} other errors of this log have their rows, so log and history belong together."
        )
    } else {
        "Low, since nothing shows whom it harms. Confidence low: no error of this log has a row, so it may be about another org, or its clock may be wrong by an amount that is no zone's."
            .to_owned()
    };
    let users: BTreeSet<&str> = errors.iter().filter_map(|e| e.user.as_deref()).collect();
    let hosts: BTreeSet<&str> = errors.iter().filter_map(|e| e.host.as_deref()).collect();
    let resolved = seen.resolved;
    let causes: BTreeSet<u32> = errors.iter().map(|error| error.cause.0 + 1).collect();
    let unknown: Vec<&str> = users
        .iter()
        .copied()
        .filter(|user| resolved.users.find(user).is_none())
        .collect();
    Finding {
        rule: ID,
        severity: Severity::Low,
        confidence,
        reason,
        title: format!("{app} logs {count} refused logins that the login history has no row for"),
        org: 0,
        start,
        end,
        peak: None,
        ongoing: false,
        count,
        expected: None,
        scope: Scope {
            users: users
                .iter()
                .filter_map(|u| resolved.users.find(u))
                .collect(),
            apps: resolved.apps.find(app).into_iter().collect(),
            causes: causes.into_iter().collect(),
            log_users: unknown.iter().map(|user| (*user).to_owned()).collect(),
            log_apps: match resolved.apps.find(app) {
                Some(_) => Vec::new(),
                None => vec![app.to_owned()],
            },
            ..Scope::default()
        },
        anchor: format!("{log}:{app}"),
        onset_day: false,
        steps: steps(&unknown, &hosts, matched).into(),
        story: Vec::new(),
        places: errors.iter().take(SHOWN).map(|error| error.place).collect(),
    }
}

fn steps(unknown: &[&str], hosts: &BTreeSet<&str>, matched: u64) -> Vec<String> {
    let mut steps = Vec::new();
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().take(5).copied().collect();
        steps.push(format!(
            "No login that was read is of {}. Compare letter by letter with Setup > Users of that org; a sandbox adds its own ending to each username.",
            names.join(", ")
        ));
    }
    if !hosts.is_empty() {
        let names: Vec<&str> = hosts.iter().take(5).copied().collect();
        steps.push(format!(
            "The client turned to {}. Is this the org that the history was exported from? Production answers at login.salesforce.com, sandboxes at test.salesforce.com, a My Domain its own org only.",
            names.join(", ")
        ));
    }
    steps.push(
        "Check that the export is whole: Setup hands out 20,000 rows at most, and a list may be filtered.".to_owned(),
    );
    if matched == 0 {
        steps.push(
            "Check in which zone the log is written, and whether its host's clock is right; --timezone names the zone of times that state none.".to_owned(),
        );
    }
    steps.push(
        "Call the token endpoint from the client's host by hand: an answer without Salesforce's headers comes from a proxy.".to_owned(),
    );
    steps
}
