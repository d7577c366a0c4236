//! Whose incident it is: from the spikes of many series to one incident each, at its most telling
//! scope.

use std::collections::BTreeMap;

use super::super::Seen;
use super::super::series::{Dimension, Key, keys};
use super::spike::{Ground, Spike};
use crate::tally::Row;

/// Share of the excess that a head must hold where none holds as much as the thresholds ask.
const HALF: f64 = 0.5;
/// A likelihood ratio grows no more once a value has so many times its expectation.
const TELLING: f64 = 50.0;
/// Ratios that differ by less are equal; then the more particular dimension is the head.
const EQUAL: f64 = 0.9;

/// Failures of one head within a span of hours.
#[derive(Clone, Copy, Debug)]
pub struct Incident {
    pub spike: Spike,
}

impl Incident {
    /// Whether a row belongs to it.
    fn holds(&self, row: &Row, keys: &[Option<Key>; 5], ground: &Ground<'_>) -> bool {
        let hour = ground.set.calendar.hour(row.bucket);
        let within = hour.is_some_and(|hour| (self.spike.start..self.spike.end).contains(&hour));
        within && keys.contains(&Some(self.spike.key))
    }
}

/// Share of a cause's excess that a user, app or source must hold to stand before it.
const WIDER: f64 = 0.87;
/// Attempts, in times of the rarest value's, up to which a value is as rare.
const RARE: u64 = 2;

/// Whose turn it is to be a head.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Causes,
    Others,
    Orgs,
}

/// One incident for spikes that share their failures. Spikes come by excess, the greatest first.
/// `known` are incidents that were found before.
pub fn incidents(
    seen: &Seen<'_>,
    ground: &Ground<'_>,
    spikes: &[Spike],
    known: &[Incident],
) -> Vec<Incident> {
    let mut incidents: Vec<Incident> = Vec::new();
    // causes that strike many, then what is left, then what several incidents add up to
    for turn in [Turn::Causes, Turn::Others, Turn::Orgs] {
        for spike in spikes {
            let explaining = known.iter().chain(&incidents);
            if turn == Turn::Causes && spike.key.dimension != Dimension::Cause {
                continue;
            }
            let Some(rest) = unexplained(seen, ground, spike, explaining) else {
                continue;
            };
            let successes = successes(seen, ground, spike);
            let attempts = |key| ground.set.attempts(key);
            let head = head(ground, spike, &rest, &successes, &attempts);
            let now = match turn {
                Turn::Causes => head == spike.key,
                Turn::Others => head.dimension != Dimension::All,
                Turn::Orgs => true,
            };
            if now {
                let spike = reshaped(ground, spike, head);
                incidents.push(Incident { spike });
            }
        }
    }
    incidents.sort_by_key(|incident| {
        (
            incident.spike.key.org,
            incident.spike.start,
            incident.spike.key,
        )
    });
    incidents
}

/// Failures of a spike that no incident holds yet, by key; `None` if those are too few to be one.
fn unexplained<'a>(
    seen: &Seen<'_>,
    ground: &Ground<'_>,
    spike: &Spike,
    incidents: impl Iterator<Item = &'a Incident>,
) -> Option<BTreeMap<Key, u64>> {
    let near = |incident: &&Incident| {
        let (a, b) = (&incident.spike, spike);
        a.key.org == b.key.org && a.start < b.end && b.start < a.end
    };
    let near: Vec<&Incident> = incidents.filter(near).collect();
    let mut rest: BTreeMap<Key, u64> = BTreeMap::new();
    let mut explained = 0;
    for row in ground.set.rows(spike.start, spike.end) {
        let keys = keys(seen, &row);
        if !keys.contains(&Some(spike.key)) {
            continue;
        }
        if near
            .iter()
            .any(|incident| incident.holds(&row, &keys, ground))
        {
            explained += row.n();
            continue;
        }
        for key in keys.into_iter().flatten() {
            *rest.entry(key).or_default() += row.n();
        }
    }
    let left = rest.get(&spike.key).copied().unwrap_or(0) as f64 - spike.expected;
    let shared = explained as f64 >= ground.limits.spike_shared * spike.observed as f64;
    let enough = left >= ground.limits.spike_min_excess && left >= 0.4 * spike.excess();
    (enough && !shared).then_some(rest)
}

/// The most telling key among failures: one user, app or source that holds nearly all of the
/// excess, else what holds half of it, else what was found.
fn head(
    ground: &Ground<'_>,
    spike: &Spike,
    failures: &BTreeMap<Key, u64>,
    successes: &BTreeMap<Key, u64>,
    attempts: &dyn Fn(Key) -> u64,
) -> Key {
    let total = failures.get(&spike.key).copied().unwrap_or(0) as f64;
    let excess = (total - spike.expected).max(1.0);
    let particular = |key: &Key| key.dimension < Dimension::Cause;
    let share = ground.limits.spike_head_share;
    let mut candidates = candidates(ground, spike, failures, excess);
    for candidate in &mut candidates {
        // what still succeeds elsewhere is not what fails
        let failed = failures.get(&candidate.key).copied().unwrap_or(0) as f64;
        let passed = successes.get(&candidate.key).copied().unwrap_or(0) as f64;
        candidate.telling *= failed / (failed + passed).max(1.0);
    }
    let holding = |share: f64| {
        let held = candidates
            .iter()
            .filter(move |it| it.held >= share * excess);
        held.copied().collect::<Vec<Candidate>>()
    };
    let nearly_all: Vec<Candidate> = holding(share)
        .into_iter()
        .filter(|it| particular(&it.key))
        .collect();
    if let Some(best) = best(&nearly_all, attempts) {
        let best = candidates.iter().find(|it| it.key == best);
        let cause = best.and_then(|best| wider(&candidates, best));
        return cause.or(best).map_or(spike.key, |it| it.key);
    }
    let half: Vec<Candidate> = holding(HALF)
        .into_iter()
        .filter(|it| it.key.dimension != Dimension::All)
        .collect();
    // what the found series itself holds, it holds entirely
    best(&half, attempts).unwrap_or(spike.key)
}

/// A cause that holds clearly more than the most telling user, app or source, and tells more.
fn wider<'a>(candidates: &'a [Candidate], best: &Candidate) -> Option<&'a Candidate> {
    let wider = |it: &&Candidate| {
        let is_cause = it.key.dimension == Dimension::Cause;
        is_cause && best.held < WIDER * it.held && it.telling > best.telling
    };
    let wider = candidates.iter().filter(wider);
    wider.max_by(|a, b| a.telling.total_cmp(&b.telling).then(b.key.cmp(&a.key)))
}

/// Successes while a spike lasts, by user, app and source.
fn successes(seen: &Seen<'_>, ground: &Ground<'_>, spike: &Spike) -> BTreeMap<Key, u64> {
    let mut successes: BTreeMap<Key, u64> = BTreeMap::new();
    for row in ground.set.successes(spike.start, spike.end) {
        for key in keys(seen, &row).into_iter().flatten() {
            *successes.entry(key).or_default() += row.n();
        }
    }
    successes
}

#[derive(Clone, Copy)]
struct Candidate {
    key: Key,
    /// Excess of its own.
    held: f64,
    telling: f64,
}

/// Keys that hold at least half of the excess, each with its own expectation.
fn candidates(
    ground: &Ground<'_>,
    spike: &Spike,
    failures: &BTreeMap<Key, u64>,
    excess: f64,
) -> Vec<Candidate> {
    let many = failures.iter().filter(|(_, n)| **n as f64 >= HALF * excess);
    let candidate = |(key, n): (&Key, &u64)| {
        let n = *n as f64;
        let expected = ground.expected(*key, spike.start, spike.end);
        let bounded = expected.max(n / TELLING);
        let telling = if n > bounded {
            n * (n / bounded).ln() - (n - bounded)
        } else {
            0.0
        };
        Candidate {
            key: *key,
            held: n - expected,
            telling,
        }
    };
    many.map(candidate).collect()
}

/// The most telling; among equals what is rarest in the whole data, then the most particular, then
/// the first by name.
fn best(candidates: &[Candidate], attempts: &dyn Fn(Key) -> u64) -> Option<Key> {
    let most = candidates.iter().map(|it| it.telling).fold(0.0, f64::max);
    let equal = candidates.iter().filter(|it| it.telling >= EQUAL * most);
    let known: Vec<(Key, u64)> = equal.map(|it| (it.key, attempts(it.key))).collect();
    let rarest = known.iter().map(|(_, attempts)| *attempts).min()?;
    let rare = known
        .iter()
        .filter(|(_, attempts)| *attempts <= RARE * rarest);
    rare.map(|(key, _)| (key.dimension, *key))
        .min()
        .map(|(_, key)| key)
}

/// The spike as its head saw it.
fn reshaped(ground: &Ground<'_>, spike: &Spike, head: Key) -> Spike {
    if head == spike.key {
        return *spike;
    }
    let Some(series) = ground.set.get(head) else {
        return *spike;
    };
    let (start, end, shift) = ground.shaped(&series, spike.start, spike.end);
    let (observed, expected) = ground.measured(&series, start, end);
    Spike {
        key: head,
        start,
        end,
        observed,
        expected,
        shift,
        ..*spike
    }
}
