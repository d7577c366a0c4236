//! The tally and what became of the files, turned into the [`Report`].

mod both_sides;
mod changes;
mod courses;
mod failures;
mod findings;
mod inputs;
mod integrations;
mod logs;
mod notes_of_logs;
mod over_time;
mod overlaps;
mod suppress;

use std::panic::resume_unwind;

use crate::catalogue::Known;
use crate::detect::inventory::Integrations;
use crate::detect::{Detected, Severity, Thresholds};
use crate::event::{HOUR_MS, Instant, Zone};
use crate::explain::Explained;
use crate::explain::before::Before;
use crate::ingest::Packing;
use crate::normalise::{FileNotes, Layout};
use crate::report::model::{
    Coverage, Exit, Finding, Gap, History, OptionsUsed, Org, Report, SCHEMA, Saturated, Time, Tool,
    Totals, Unrecognised, User, Window,
};
use crate::report::shown::Shown;
use crate::report::words::count;
use crate::tally::coverage::Unseen;
use crate::tally::frames::{Frames, key};
use crate::tally::logs::{LogRead, Logs};
use crate::tally::overlap::Overlaps;
use crate::tally::slots::SlotCount;
use crate::tally::{Changes, FileRead, Resolved, Tally};

pub use changes::all_changes;
pub use courses::{Attempts, Course, DRAWN, courses};
pub use suppress::{NotASuppression, Suppression};

/// Everything that a report is made of.
pub struct Material<'a> {
    pub known: &'a Known,
    /// What is shown.
    pub tally: &'a Tally,
    /// All that was read.
    pub history: &'a Tally,
    /// The first and last event of what is reported, whatever names it is narrowed to; the last
    /// one is what rules and suppressions call today.
    pub reported: Option<(Instant, Instant)>,
    pub resolved: &'a Resolved,
    /// What is shown by quarters of an hour.
    pub quarters: &'a [SlotCount],
    /// What the counts of all that was read can't see.
    pub unseen: &'a Unseen,
    pub options: OptionsUsed,
    pub zone: Zone,
    /// In byte order of path.
    pub inputs: Vec<InputSeen<'a>>,
    /// What the inputs share.
    pub overlaps: &'a Overlaps,
    /// What was changed around the logins.
    pub changes: &'a Changes,
    pub detected: &'a Detected,
    /// What was changed before each of its findings.
    pub before: &'a Before<'a>,
    pub logs: &'a Logs,
    pub explained: &'a Explained,
    /// What the report is narrowed to.
    pub bounds: &'a Shown,
    /// The limits that the rules compared with.
    pub thresholds: &'a Thresholds,
    /// Those of what is shown; `None` where nothing was read.
    pub integrations: Option<&'a Integrations<'a>>,
    pub suppressions: &'a [Suppression],
    /// The lowest severity of a finding that makes the exit code 1.
    pub fail_on: Option<Severity>,
    /// What to say of the options.
    pub notes: &'a [String],
    /// Paths of the command line that lead nowhere, as messages.
    pub missing: Vec<String>,
}

/// One file and what became of it.
pub struct InputSeen<'a> {
    pub path: &'a str,
    /// Bytes on disk.
    pub bytes: u64,
    pub layout: Option<&'a Layout>,
    pub packing: Option<Packing>,
    /// The org that the user named for it.
    pub org: Option<&'a str>,
    pub outcome: Outcome<'a>,
}

/// What became of a file.
pub enum Outcome<'a> {
    Read {
        file: &'a FileRead,
        notes: FileNotes<'a>,
    },
    /// A log of an integration.
    Log(&'a LogRead),
    /// It should have been read and could not be: why.
    Unusable(String),
    /// Met by walking and no known layout: why.
    Ignored(String),
}

/// Done, with findings at or above the asked severity.
const DONE_WITH_FINDINGS: u8 = 1;

/// Rejects that `report.json` holds; the table has all.
const REJECTS: usize = 1_000;

/// The report.
pub fn report<'a>(material: &'a Material<'_>) -> Report<'a> {
    let frames = Frames::of(material.tally, material.resolved);
    let seen = inputs::seen(material);
    let (start, end) = times(material.reported);
    let (oldest, newest) = times(material.history.ends());
    let before = changes::Cites::of(material);
    // The questions to polars take as long as all findings.
    let (counted, (findings, suppressed)) = std::thread::scope(|scope| {
        let counted = scope.spawn(|| {
            let failures = failures::failures(material, &frames);
            let timeline = over_time::timeline(material);
            (failures, timeline, over_time::heatmap(material))
        });
        let parted = suppress::part(
            findings::findings(material, &before),
            material.suppressions,
            end.as_ref().or(newest.as_ref()),
        );
        let counted = counted.join();
        let counted = counted.unwrap_or_else(|panic| resume_unwind(panic));
        (counted, parted)
    });
    let mut notes = seen.notes;
    notes.extend(changes::notes(material));
    let coverage = coverage_of(material, seen.row_cap_hit, seen.zone_assumed, notes);
    let (failures, timeline, heatmap) = counted;
    let rejects = inputs::rejects(material).take(REJECTS).collect();
    Report {
        schema: SCHEMA,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        options: material.options.clone(),
        exit: with_findings(seen.exit, &findings, material.fail_on),
        window: Window { start, end },
        history: History {
            start: oldest,
            end: newest,
            events: material.history.counts().iter().sum(),
        },
        inputs: seen.inputs,
        ledger: seen.ledger,
        overlaps: overlaps::overlaps(material),
        totals: totals(material, &frames),
        coverage,
        failures,
        timeline,
        heatmap,
        findings,
        changes: before.listed(material),
        near_misses: findings::near_misses(material),
        integrations: integrations::integrations(material),
        unrecognised: unrecognised(material),
        rejects,
        log: logs::log(material),
        suppressed,
        rules: findings::rules(material),
        baseline: None,
    }
}

/// Every row that could not be read, in order of file and line.
pub fn all_rejects<'a>(
    material: &'a Material<'a>,
) -> impl Iterator<Item = crate::report::model::Reject> + 'a {
    inputs::rejects(material)
}

/// Every error of logs that is shown, by time.
pub fn all_log_errors<'a>(
    material: &'a Material<'a>,
) -> impl Iterator<Item = crate::report::model::LogError> + 'a {
    logs::errors(material)
}

/// Findings at or above the asked severity make the exit code 1, which outranks the loss of rows.
fn with_findings(mut exit: Exit, findings: &[Finding], fail_on: Option<Severity>) -> Exit {
    let Some(least) = fail_on else { return exit };
    let is_severe = |finding: &&Finding| {
        Severity::of(&finding.severity).is_some_and(|severity| severity <= least)
    };
    let severe = findings.iter().filter(is_severe).count() as u64;
    if severe > 0 {
        exit.code = DONE_WITH_FINDINGS;
        let found = count(severe, "finding is", "findings are");
        exit.reasons
            .insert(0, format!("{found} of severity {} or above", least.id()));
    }
    exit
}

/// The first and last instant of a time as reports write them.
fn times(ends: Option<(Instant, Instant)>) -> (Option<Time>, Option<Time>) {
    ends.map(|(first, last)| (time(first), time(last))).unzip()
}

fn time(at: Instant) -> Time {
    Time(at.to_string())
}

fn org(material: &Material<'_>, at: u32) -> Option<Org> {
    material
        .resolved
        .orgs
        .get(at)
        .map(|org| Org(org.to_owned()))
}

fn user(material: &Material<'_>, at: u32) -> Option<User> {
    material
        .resolved
        .users
        .get(at)
        .map(|user| User(user.into_owned()))
}

fn app(material: &Material<'_>, at: u32) -> Option<String> {
    material.resolved.apps.get(at).map(str::to_owned)
}

/// The id of a cause, given as its position plus one.
fn cause_id(material: &Material<'_>, at: u32) -> String {
    let causes = &material.known.causes;
    let ix = at
        .checked_sub(1)
        .map_or(causes.unrecognised(), crate::catalogue::CauseIx);
    causes.cause(ix).id.clone()
}

fn totals(material: &Material<'_>, frames: &Frames) -> Totals {
    let counts = material.tally.counts();
    let counted = material.resolved.what.iter().zip(&counts);
    let successes = counted
        .filter(|(what, _)| what.success)
        .map(|(_, n)| n)
        .sum();
    let events: u64 = counts.iter().sum();
    Totals {
        events,
        successes,
        failures: events - successes,
        users: material.resolved.users_of(material.tally),
        apps: frames.distinct(key::APP),
        sources: frames.distinct(key::SOURCE),
        log_errors: logs::shown(material).map(|(_, error)| error.count).sum(),
    }
}

fn coverage_of(
    material: &Material<'_>,
    row_cap_hit: bool,
    zone_assumed: Option<String>,
    notes: Vec<String>,
) -> Coverage {
    // Judged on all that was read; shown is what touches the window.
    let Unseen { gaps, saturated } = material.unseen;
    let window = material.reported;
    let touches =
        |from: Instant, to: Instant| window.is_some_and(|(start, end)| to >= start && from <= end);
    let gaps = gaps.iter().filter(|gap| touches(gap.start, gap.end));
    let saturated = saturated
        .iter()
        .filter(|(_, hour)| touches(*hour, Instant::from_millis(hour.millis() + HOUR_MS - 1)));
    Coverage {
        gaps: gaps
            .map(|gap| Gap {
                start: time(gap.start),
                end: time(gap.end),
            })
            .collect(),
        row_cap_hit,
        saturated: saturated
            .filter_map(|&(at, hour)| {
                Some(Saturated {
                    user: user(material, at)?,
                    hour: time(hour),
                })
            })
            .collect(),
        zone_assumed,
        notes,
    }
}

/// Texts that the catalogue doesn't know: most frequent first within their field.
fn unrecognised(material: &Material<'_>) -> Vec<Unrecognised> {
    let (tally, resolved) = (material.tally, material.resolved);
    let unknown = material.known.causes.unrecognised();
    let mut counts = std::collections::BTreeMap::new();
    let counted = tally.dims.iter().zip(&resolved.what).zip(tally.counts());
    // A combination that only the history holds is none of what is shown.
    for ((dims, what), n) in counted.filter(|(_, n)| *n > 0) {
        let description = resolved.descriptions.get(what.description);
        let description = description.filter(|_| what.cause() == Some(unknown));
        let texts = [
            ("description", description),
            ("login subtype", tally.symbols.known(dims.unknown_subtype)),
            ("login type", tally.symbols.known(dims.unknown_type)),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                *counts.entry((field, text)).or_insert(0) += n;
            }
        }
    }
    let mut list: Vec<Unrecognised> = counts
        .into_iter()
        .map(|((field, text), count)| Unrecognised {
            field: field.to_owned(),
            text: text.to_owned(),
            count,
        })
        .collect();
    list.sort_by(|a, b| {
        (&a.field, std::cmp::Reverse(a.count), &a.text).cmp(&(
            &b.field,
            std::cmp::Reverse(b.count),
            &b.text,
        ))
    });
    list
}
