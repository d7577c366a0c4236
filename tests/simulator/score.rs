//! Findings against labels: recall, precision, false findings per week, delay.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use loginscope::catalogue::Known;
use loginscope::detect::failure_spike::FailureSpike;
use loginscope::detect::{Detector, Finding, Seen, Severity, Thresholds};
use loginscope::event::{Instant, Zone};
use loginscope::tally::{Resolved, Row, Tally};

use super::incidents::{Incident, Kind, plant};
use super::{HOUR, World, background};

/// Minutes by which a finding may miss an incident on either side and still be its finding.
const SLACK: i64 = 2 * HOUR;
/// Of each dimension, the first so many names of a scope are looked at.
const NAMES: usize = 3;

/// What was found of one kind.
#[derive(Clone, Debug, Default)]
struct OfKind {
    planted: u32,
    clear: u32,
    found: u32,
    found_clear: u32,
    /// The head of the scope is what the label names.
    named: u32,
    /// Minutes from the incident's start to the finding's.
    delays: Vec<i64>,
    extra: u32,
}

/// Counts over worlds.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    kinds: BTreeMap<Kind, OfKind>,
    worlds: u32,
    weeks: i64,
    findings: u32,
    false_findings: u32,
    /// In worlds without any incident.
    quiet_weeks: i64,
    quiet_findings: u32,
    /// What was missed and what was false, for people.
    notes: Vec<String>,
}

impl Measured {
    /// Makes the world of a seed and compares.
    pub fn add(&mut self, seed: u64, known: &Known, limits: &Thresholds) {
        let weeks = background::weeks(seed);
        let mut world = World::new(seed, weeks);
        background::fill(&mut world);
        let planted = plant(&mut world, seed);
        let tally = Tally::from_parts(vec![world.part.clone()]);
        let resolved = Resolved::of(&tally, known, &[], &[]);
        let seen = seen(&tally, &resolved, known, world.zone);
        let findings = FailureSpike.detect(&seen, limits).findings;
        self.worlds += 1;
        self.weeks += weeks;
        let told: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.severity <= Severity::Medium)
            .collect();
        if planted.is_empty() {
            self.quiet_weeks += weeks;
            self.quiet_findings += told.len() as u32;
        }
        self.findings += told.len() as u32;
        self.compare(seed, &world, &seen, known, &planted, &told);
    }

    fn compare(
        &mut self,
        seed: u64,
        world: &World,
        seen: &Seen<'_>,
        known: &Known,
        planted: &[Incident],
        told: &[&Finding],
    ) {
        let mut used = vec![false; told.len()];
        for incident in planted {
            let own: Vec<usize> = (0..told.len())
                .filter(|at| is_of(told[*at], incident, world, seen, known))
                .collect();
            let of_kind = self.kinds.entry(incident.kind).or_default();
            of_kind.planted += 1;
            of_kind.clear += u32::from(incident.clear);
            for at in &own {
                used[*at] = true;
            }
            let Some(first) = own.first() else {
                self.notes.push(format!(
                    "seed {seed}: missed {}{:?} {} failures, {:.1} expected, in {} h, {} of {} weeks",
                    if incident.clear { "clear " } else { "" },
                    incident.kind,
                    incident.failures,
                    incident.expected,
                    (incident.end - incident.start) / HOUR,
                    world.instant(incident.start, 0),
                    world.weeks,
                ));
                continue;
            };
            let head = own.iter().any(|at| names_head(told[*at], incident));
            of_kind.found += 1;
            of_kind.found_clear += u32::from(incident.clear);
            of_kind.named += u32::from(head);
            of_kind.extra += own.len() as u32 - 1;
            let start = world.instant(incident.start, 0);
            let delay = told[*first].start.millis() - start.millis();
            of_kind.delays.push(delay / 60_000);
            if !head {
                let anchor = &told[*first].anchor;
                self.notes
                    .push(format!("seed {seed}: {:?} named {anchor}", incident.kind));
            }
            if own.len() > 1 {
                let titles: Vec<&str> = own.iter().map(|at| told[*at].title.as_str()).collect();
                self.notes
                    .push(format!("seed {seed}: twice {:?} {titles:?}", incident.kind));
            }
        }
        for (finding, _) in told.iter().zip(used).filter(|(_, used)| !used) {
            self.false_findings += 1;
            self.notes.push(format!(
                "seed {seed}: false {} | {} | {} {} | {}",
                finding.title, finding.anchor, finding.start, finding.end, finding.reason
            ));
        }
    }

    fn sum(&self, of: impl Fn(&OfKind) -> u32) -> f64 {
        self.kinds.values().map(|kind| f64::from(of(kind))).sum()
    }

    /// Share of the clear incidents that were found.
    pub fn recall_of_clear(&self) -> f64 {
        self.sum(|kind| kind.found_clear) / self.sum(|kind| kind.clear)
    }

    /// False findings of medium or above by organisation and week.
    pub fn false_per_week(&self) -> f64 {
        f64::from(self.false_findings) / self.weeks as f64
    }

    /// The same in organisations without any incident.
    pub fn false_per_quiet_week(&self) -> f64 {
        f64::from(self.quiet_findings) / self.quiet_weeks as f64
    }

    /// Findings of an incident beyond its first, by incident found.
    pub fn told_twice(&self) -> f64 {
        self.sum(|kind| kind.extra) / self.sum(|kind| kind.found)
    }

    /// Share of the incidents found whose head is what the label names.
    pub fn named(&self) -> f64 {
        self.sum(|kind| kind.named) / self.sum(|kind| kind.found)
    }
}

/// All of a tally, reported.
pub fn seen<'a>(
    tally: &'a Tally,
    resolved: &'a Resolved,
    known: &'a Known,
    zone: Zone,
) -> Seen<'a> {
    let ends = |pick: fn(&Row) -> Instant| tally.rows.iter().map(move |row| pick(&row));
    Seen {
        tally,
        resolved,
        causes: &known.causes,
        retirements: &known.retirements,
        zone,
        since: ends(|row| row.first()).min().unwrap_or_default(),
        until: ends(|row| row.last()).max().unwrap_or_default(),
        integrations: None,
        logs: loginscope::tally::logs::Logs::none(),
    }
}

/// Whether a finding and an incident overlap in time and share a name.
fn is_of(
    finding: &Finding,
    incident: &Incident,
    world: &World,
    seen: &Seen<'_>,
    known: &Known,
) -> bool {
    let at = |local: i64| world.instant(local, 0);
    let overlap =
        finding.start <= at(incident.end + SLACK) && finding.end >= at(incident.start - SLACK);
    let (scope, resolved) = (&finding.scope, seen.resolved);
    let first = |numbers: &[u32]| numbers.iter().take(NAMES).copied().collect::<Vec<u32>>();
    let causes = known.causes.causes();
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    names.extend(
        first(&scope.users)
            .into_iter()
            .filter_map(|at| resolved.users.get(at)),
    );
    names.extend(
        first(&scope.apps)
            .into_iter()
            .filter_map(|at| resolved.apps.get(at).map(Cow::Borrowed)),
    );
    names.extend(
        first(&scope.sources)
            .into_iter()
            .filter_map(|at| resolved.sources.get(at).map(Cow::Borrowed)),
    );
    names.extend(
        first(&scope.causes)
            .into_iter()
            .map(|at| Cow::Borrowed(causes[at as usize - 1].id.as_str())),
    );
    overlap
        && incident
            .names
            .iter()
            .any(|name| names.iter().any(|own| own == name))
}

fn names_head(finding: &Finding, incident: &Incident) -> bool {
    let name = finding.anchor.split_once(':').map_or("", |(_, name)| name);
    incident.names.iter().any(|own| own == name)
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<12} planted clear found recall named twice delay",
            "kind"
        )?;
        for (kind, it) in &self.kinds {
            let mut delays = it.delays.clone();
            delays.sort_unstable();
            let delay = delays.get(delays.len() / 2).copied().unwrap_or(0);
            let recall = f64::from(it.found_clear) / f64::from(it.clear.max(1));
            writeln!(
                f,
                "{:<12} {:>7} {:>5} {:>5} {recall:>6.2} {:>5} {:>5} {delay:>4}m",
                format!("{kind:?}"),
                it.planted,
                it.clear,
                it.found,
                it.named,
                it.extra
            )?;
        }
        let precision = 1.0 - f64::from(self.false_findings) / f64::from(self.findings.max(1));
        writeln!(
            f,
            "{} organisations, {} weeks: recall {:.3} of clear, precision {precision:.3}, {:.3} \
             false a week ({} in {} weeks of organisations without incident)",
            self.worlds,
            self.weeks,
            self.recall_of_clear(),
            self.false_per_week(),
            self.quiet_findings,
            self.quiet_weeks,
        )?;
        self.notes
            .iter()
            .try_for_each(|note| writeln!(f, "  {note}"))
    }
}
