//! Findings with names, fingerprints and evidence.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};

use super::changes::Cites;
use super::{Material, app, cause_id, logs, org, time, user};
use crate::detect;
use crate::event::Place;
use crate::explain::hypotheses;
use crate::report::model::{
    Address, Diagnosis, Evidence, Finding, NearMiss, PathText, RuleNotRun, Rules, Scope,
    ScopeTotals, StoryLine, User,
};
use crate::tally::Row;

/// Names of each kind that a finding lists.
const LISTED: usize = 50;
/// Hex digits of a fingerprint.
const DIGITS: usize = 16;
/// Stands between the parts that a fingerprint is made of; no name holds it.
const SEPARATOR: char = '\u{1f}';

/// All findings: by severity, then start, then fingerprint.
pub(super) fn findings(material: &Material<'_>, before: &Cites<'_>) -> Vec<Finding> {
    let found = &material.detected.findings;
    let rows = rows_at(material, found.iter().flat_map(|finding| &finding.places));
    let mut named: Vec<(detect::Severity, Finding)> = found
        .iter()
        .enumerate()
        .map(|(at, finding)| {
            let story = before.story(material, at, finding);
            let diagnoses = material.explained.diagnoses.get(at);
            let diagnosis = diagnoses.into_iter().flatten().map(diagnosed).collect();
            (
                finding.severity,
                name(material, finding, &rows, (story, diagnosis)),
            )
        })
        .collect();
    named.sort_by(|(a_severity, a), (b_severity, b)| {
        (a_severity, &a.start, &a.fingerprint).cmp(&(b_severity, &b.start, &b.fingerprint))
    });
    named.into_iter().map(|(_, finding)| finding).collect()
}

pub(super) fn near_misses(material: &Material<'_>) -> Vec<NearMiss> {
    let near = material.detected.near_misses.iter();
    near.map(|miss| NearMiss {
        rule: miss.rule.to_owned(),
        scope: miss.scope.clone(),
        reached: miss.reached.clone(),
        needed: miss.needed.clone(),
    })
    .collect()
}

pub(super) fn rules(material: &Material<'_>) -> Rules {
    let detected = material.detected;
    let not_run = detected.not_run.iter().map(|(rule, why)| RuleNotRun {
        rule: (*rule).to_owned(),
        why: why.clone(),
    });
    Rules {
        run: detected.run.iter().map(|rule| (*rule).to_owned()).collect(),
        not_run: not_run.collect(),
    }
}

fn name(
    material: &Material<'_>,
    finding: &detect::Finding,
    rows: &BTreeMap<Place, Row>,
    (story, diagnosis): (Vec<StoryLine>, Vec<Diagnosis>),
) -> Finding {
    let scope = &finding.scope;
    let sources = scope
        .sources
        .iter()
        .filter_map(|&at| material.resolved.sources.get(at));
    Finding {
        fingerprint: fingerprint(material, finding),
        rule: finding.rule.to_owned(),
        severity: finding.severity.id().to_owned(),
        confidence: finding.confidence.id().to_owned(),
        reason: finding.reason.clone(),
        title: finding.title.clone(),
        org: org(material, finding.org),
        start: time(finding.start),
        end: time(finding.end),
        peak: finding.peak.map(time),
        ongoing: finding.ongoing,
        count: finding.count,
        expected: finding
            .expected
            .map(|expected| expected.max(0.0).round() as u64),
        scope: Scope {
            users: with_logs(
                listed(&scope.users, |at| user(material, at)),
                scope.log_users.iter().cloned().map(User),
            ),
            apps: with_logs(
                listed(&scope.apps, |at| app(material, at)),
                scope.log_apps.iter().cloned(),
            ),
            sources: sources
                .take(LISTED)
                .map(|source| Address(source.to_owned()))
                .collect(),
            countries: Vec::new(),
            causes: listed(&scope.causes, |at| Some(cause_id(material, at))),
        },
        scope_totals: ScopeTotals {
            users: known(&scope.users) + scope.log_users.len() as u64,
            apps: known(&scope.apps) + scope.log_apps.len() as u64,
            sources: known(&scope.sources),
            countries: 0,
        },
        diagnosis,
        story,
        steps: Arc::clone(&finding.steps).into(),
        evidence: finding
            .places
            .iter()
            .filter_map(|place| {
                let of_log = logs::evidence(material, *place);
                of_log.or_else(|| evidence(material, *place, rows.get(place)?))
            })
            .collect(),
        links: Vec::new(),
    }
}

fn diagnosed(one: &hypotheses::Diagnosis) -> Diagnosis {
    Diagnosis {
        root_cause: one.root_cause.clone(),
        verdict: one.verdict.id().to_owned(),
        because: one.because.clone(),
        against: one.against.clone(),
        next_check: one.next_check.clone(),
    }
}

/// Names of exports, then those that logs alone know.
fn with_logs<T>(mut names: Vec<T>, of_logs: impl Iterator<Item = T>) -> Vec<T> {
    let room = LISTED.saturating_sub(names.len());
    names.extend(of_logs.take(room));
    names
}

fn listed<T>(numbers: &[u32], name: impl Fn(u32) -> Option<T>) -> Vec<T> {
    numbers
        .iter()
        .filter_map(|&at| name(at))
        .take(LISTED)
        .collect()
}

fn known(numbers: &[u32]) -> u64 {
    numbers.iter().filter(|at| **at != 0).count() as u64
}

/// The first 16 hex digits of SHA-256 of rule, org, anchor and, for incidents, the UTC day.
pub(super) fn fingerprint(material: &Material<'_>, finding: &detect::Finding) -> String {
    let mut parts = vec![
        finding.rule.to_owned(),
        material
            .resolved
            .orgs
            .get(finding.org)
            .unwrap_or_default()
            .to_owned(),
        finding.anchor.clone(),
    ];
    if finding.onset_day {
        parts.push(finding.start.to_string().chars().take(10).collect());
    }
    let text: Vec<String> = parts;
    let hash = Sha256::digest(text.join(&SEPARATOR.to_string()).as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.chars().take(DIGITS).collect()
}

/// The rows whose first attempt stands at one of the places.
fn rows_at<'a>(
    material: &Material<'_>,
    places: impl Iterator<Item = &'a Place>,
) -> BTreeMap<Place, Row> {
    let wanted: FxHashSet<Place> = places.copied().collect();
    let rows = material.tally.rows.iter();
    rows.filter(|row| wanted.contains(&row.place))
        .map(|row| (row.place, row))
        .collect()
}

/// One row in words made from its normalised fields.
fn evidence(material: &Material<'_>, place: Place, row: &Row) -> Option<Evidence> {
    let resolved = material.resolved;
    let what = resolved.what[row.dims.index()];
    let input = material.inputs.get(place.file() as usize)?;
    let or_unknown = |name: Option<&str>| name.unwrap_or("(unknown)").to_owned();
    let user = resolved.users.get(resolved.user(row.user));
    let user = or_unknown(user.as_deref());
    let app = or_unknown(resolved.apps.get(what.app));
    let description = or_unknown(resolved.descriptions.get(what.description));
    let source = or_unknown(resolved.sources.get(what.source));
    let text = format!(
        "{user} through {app} from {source}: {description} ({})",
        what.flow.id()
    );
    Some(Evidence {
        path: PathText(input.path.to_owned()),
        line: place.line(),
        time: Some(time(row.first())),
        text,
    })
}
