//! An incident in words: its minutes, who and what takes part, and how sure that is.
//!
//! Names come from `Resolved` alone, so that what a title names is what tables and scope name.

use std::collections::BTreeMap;

use super::super::series::{Dimension, Key, keys};
use super::super::series_set::SeriesSet;
use super::super::{Confidence, Finding, Scope, Seen, Severity};
use super::head::Incident;
use super::spike::{Ground, Spike};
use crate::event::{DAY_MS, HOUR_MS, Instant, Place};
use crate::tally::Row;

/// Failures of evidence that a finding shows.
const PLACES: usize = 5;
/// How many of its own pauses after the last failure an incident still goes on.
const PAUSES: i64 = 3;
/// Own active days, and peers', below which there is little to compare with.
const OWN_DAYS: usize = 5;
const PEER_DAYS: usize = 100;
/// What a clear incident has, and how much rarer than needed it is.
const CLEAR_EXCESS: f64 = 20.0;
const CLEAR_RATIO: f64 = 3.0;
const CLEAR_P: f64 = 0.1;

/// What an incident is, in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Burst,
    Shift,
    Ramp,
}

/// The finding of an incident.
pub fn told(
    seen: &Seen<'_>,
    ground: &Ground<'_>,
    incident: &Incident,
    shape: Shape,
) -> Option<Finding> {
    let spike = &incident.spike;
    let own = |row: &Row| keys(seen, row).contains(&Some(spike.key));
    let all = ground.set.rows(spike.start, spike.end);
    let mut rows: Vec<Row> = all.filter(own).collect();
    if shape == Shape::Burst {
        rows = densest(&rows, spike);
    }
    let start = rows.iter().map(|row| row.first()).min()?;
    let end = rows.iter().map(|row| row.last()).max()?;
    let count = rows.iter().map(|row| row.n()).sum();
    let scope = scope(seen, &rows, spike.key);
    let ongoing = is_ongoing(ground.set, spike.key.org, start, end, count);
    let peak = peak(&rows);
    let (confidence, why) = confidence(ground, spike, shape);
    Some(Finding {
        rule: super::ID,
        severity: Severity::Medium,
        confidence,
        reason: reason(ground, spike, shape, why),
        title: title(seen, spike, shape, count),
        org: spike.key.org,
        start,
        end,
        peak,
        ongoing,
        count,
        expected: Some(tenths(spike.expected)),
        steps: steps(spike.key.dimension).into(),
        story: story(spike, shape, (start, peak, end), ongoing),
        places: places(&rows),
        anchor: anchor(seen, spike.key),
        onset_day: true,
        scope,
    })
}

/// One decimal is as exact as an expectation is.
fn tenths(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

/// The rows of the span of minutes that exceeds twice the expectation most: routine failures of
/// the same hours before and after it are cut off.
fn densest(rows: &[Row], spike: &Spike) -> Vec<Row> {
    let hours = f64::from((spike.end - spike.start).max(1));
    let rate = 2.0 * spike.expected / hours / 60.0;
    let (mut best, mut sum, mut from) = ((0.0, 0, rows.len()), 0.0, 0);
    let mut minute = rows.first().map_or(0, |row| row.bucket);
    for (at, row) in rows.iter().enumerate() {
        sum -= rate * f64::from(row.bucket - minute);
        if sum < 0.0 {
            (sum, from) = (0.0, at);
        }
        sum += row.n() as f64;
        minute = row.bucket;
        if sum > best.0 {
            best = (sum, from, at + 1);
        }
    }
    rows[best.1..best.2].to_vec()
}

/// The busiest minute; the first of a tie.
fn peak(rows: &[Row]) -> Option<Instant> {
    let mut minutes: BTreeMap<u32, u64> = BTreeMap::new();
    for row in rows {
        *minutes.entry(row.bucket).or_default() += row.n();
    }
    let (minute, _) = minutes.into_iter().rev().max_by_key(|(_, n)| *n)?;
    Some(Instant::from_minute(minute))
}

/// Who and what takes part: the head first, then by failures, then by name.
fn scope(seen: &Seen<'_>, rows: &[Row], head: Key) -> Scope {
    let mut counts: BTreeMap<Key, u64> = BTreeMap::new();
    for row in rows {
        for key in keys(seen, row).into_iter().flatten() {
            *counts.entry(key).or_default() += row.n();
        }
    }
    let of = |dimension: Dimension| {
        let own = counts.iter().filter(|(key, _)| key.dimension == dimension);
        let mut own: Vec<(&Key, &u64)> = own.collect();
        own.sort_by_key(|(key, n)| (**key != head, std::cmp::Reverse(**n), key.number));
        own.into_iter().map(|(key, _)| key.number).collect()
    };
    Scope {
        users: of(Dimension::User),
        apps: of(Dimension::App),
        sources: of(Dimension::Source),
        causes: of(Dimension::Cause),
        ..Scope::default()
    }
}

/// Whether it goes on at the end of the data: the silence since is no longer than a few of its
/// own pauses, an hour at least and a day at most.
fn is_ongoing(set: &SeriesSet<'_>, org: u32, start: Instant, end: Instant, count: u64) -> bool {
    let last = set.last_of(org).unwrap_or(end);
    let between = i64::try_from(count.saturating_sub(1).max(1)).unwrap_or(i64::MAX);
    let pause = (end.millis() - start.millis()) / between;
    last.millis() - end.millis() <= (PAUSES * pause).clamp(HOUR_MS, DAY_MS)
}

fn places(rows: &[Row]) -> Vec<Place> {
    let mut first: Vec<(Instant, Place)> =
        rows.iter().map(|row| (row.first(), row.place)).collect();
    first.sort_unstable();
    first
        .into_iter()
        .take(PLACES)
        .map(|(_, place)| place)
        .collect()
}

/// How sure it is, and in few words why.
fn confidence(ground: &Ground<'_>, spike: &Spike, shape: Shape) -> (Confidence, &'static str) {
    let limits = ground.limits;
    let known = ground.covered(spike.key.org);
    let worth = &spike.worth;
    if known < limits.spike_season_days {
        return (Confidence::Low, "the weekly cycle is not known yet");
    }
    if shape == Shape::Ramp {
        return (Confidence::Medium, "a slow rise has no sharp beginning");
    }
    if worth.own < OWN_DAYS && worth.peers < PEER_DAYS {
        return (Confidence::Low, "there are few days to compare with");
    }
    let clear = spike.excess() >= CLEAR_EXCESS
        && spike.observed as f64 >= CLEAR_RATIO * spike.expected
        && worth.p <= CLEAR_P * spike.needed;
    if clear {
        (Confidence::High, "far beyond what the history holds")
    } else {
        (
            Confidence::Medium,
            "beyond what the history holds, but not by far",
        )
    }
}

fn reason(ground: &Ground<'_>, spike: &Spike, shape: Shape, why: &str) -> String {
    let known = ground.covered(spike.key.org);
    let mut text = match shape {
        Shape::Ramp => {
            String::from("Medium, as every failure spike: failures rise from quarter to quarter.")
        }
        _ => {
            let (own, peers) = (spike.worth.own, spike.worth.peers);
            let one_in = (1.0 / spike.worth.p.max(1e-6)).min(1e6) as u64;
            let about = if spike.worth.p <= 1e-6 {
                "less than"
            } else {
                "about"
            };
            let days = format!("{own} active days of its own and {peers} of its peers");
            format!(
                "Medium, as every failure spike. Compared with {days}, {about} 1 in {one_in} \
                 active days looks like this (good to a factor of two, days taken as independent)."
            )
        }
    };
    text += &format!(" {known} days with events are known; {why}.");
    if known <= ground.limits.spike_past_days {
        text += " Each day was compared with the other ones, since there is no earlier history.";
    } else if spike.worth.own < OWN_DAYS && shape != Shape::Ramp {
        text += " It has hardly a past of its own and was judged against its peers.";
    }
    text
}

/// The head in words, with its name.
pub fn subject_of(seen: &Seen<'_>, key: Key) -> String {
    let resolved = seen.resolved;
    let named = |what: &str, name: Option<&str>| match name {
        Some(name) => format!("the {what} {name}"),
        None => format!("one {what}"),
    };
    match key.dimension {
        Dimension::User => named("user", resolved.users.get(key.number).as_deref()),
        Dimension::Source => named("source", resolved.sources.get(key.number)),
        Dimension::App => named("app", resolved.apps.get(key.number)),
        Dimension::Cause => cause_title(seen, key.number),
        Dimension::All => String::from("the whole org"),
    }
}

fn cause_title(seen: &Seen<'_>, number: u32) -> String {
    let at = number.checked_sub(1).map_or(0, |at| at as usize);
    let cause = seen.causes.causes().get(at);
    cause.map_or_else(
        || String::from("one cause"),
        |cause| format!("the cause \"{}\"", cause.title),
    )
}

fn title(seen: &Seen<'_>, spike: &Spike, shape: Shape, count: u64) -> String {
    let subject = subject_of(seen, spike.key);
    let expected = spike.expected.round().max(0.0) as u64;
    match shape {
        Shape::Burst => format!("Failures of {subject} spike: {count}, expected {expected}"),
        Shape::Shift => {
            let days = spike.shift.unwrap_or(1).max(1);
            format!(
                "Failures of {subject} rose to a lasting higher level: {count} in {days} days, \
                 expected {expected}"
            )
        }
        Shape::Ramp => {
            format!("Failures of {subject} rise slowly: {count}, at the first level {expected}")
        }
    }
}

/// What the fingerprint holds: the head of the scope by name.
fn anchor(seen: &Seen<'_>, key: Key) -> String {
    let resolved = seen.resolved;
    let at = |number: u32| number.checked_sub(1).map_or(0, |at| at as usize);
    let user = resolved.users.get(key.number);
    let name = match key.dimension {
        Dimension::User => user.as_deref(),
        Dimension::App => resolved.apps.get(key.number),
        Dimension::Source => resolved.sources.get(key.number),
        Dimension::Cause => seen
            .causes
            .causes()
            .get(at(key.number))
            .map(|cause| cause.id.as_str()),
        Dimension::All => None,
    };
    format!("{}:{}", key.dimension.word(), name.unwrap_or(""))
}

fn story(
    spike: &Spike,
    shape: Shape,
    (start, peak, end): (Instant, Option<Instant>, Instant),
    ongoing: bool,
) -> Vec<(Instant, String)> {
    let begin = match shape {
        Shape::Ramp => "Failures begin to rise.",
        _ => "First failure beyond the usual.",
    };
    let mut story = vec![(start, String::from(begin))];
    story.extend(peak.map(|peak| (peak, String::from("Busiest minute."))));
    let last = match (ongoing, spike.shift) {
        (true, _) => "Last failure; it goes on at the end of the data.",
        (false, _) => "Last failure; it is over at the end of the data.",
    };
    story.push((end, String::from(last)));
    story
}

fn steps(dimension: Dimension) -> Vec<String> {
    let first = match dimension {
        Dimension::User => {
            "Ask what changed for this user at the start: password, profile, lock, a new device or job."
        }
        Dimension::App => {
            "Ask the owner of the app what changed at the start: release, secret, certificate, policy."
        }
        Dimension::Source => {
            "Find out what runs at this address, and whether its users are its own."
        }
        Dimension::Cause => {
            "Compare the start with the setup audit trail: a policy or a setting may have changed."
        }
        Dimension::All => {
            "Look at the status of Salesforce and of the identity provider at the start."
        }
    };
    let rest = [
        "Look at the causes in the scope, the most frequent first: each has its own steps (`loginscope explain`).",
        "Compare with who still succeeds at the same time by the same app, flow or address.",
    ];
    [first].into_iter().chain(rest).map(str::to_owned).collect()
}
