//! What a surprise is worth: how often days like it occur in the series' own past and among its
//! peers.
//!
//! A negative binomial alone is too thin-tailed for retries, lockouts and flapping jobs, and
//! thousands of series are tested. So a day counts only if it stands out from the active days of
//! the same series and of those like it, by more than what the number of active days lets chance
//! do. The numbers here are those of the project's measurements of count detectors, but for the
//! prior, which stands in where there are few days to compare with and is ours.

use std::collections::BTreeMap;

use super::Thresholds;
use super::series::{Dimension, Key};
use super::surprise::DayScore;

/// Share of the peers' days that is the tail, and of its far end.
const TAIL: f64 = 0.05;
const FAR: f64 = 0.01;
/// Bounds of the tail's scale, in units of surprise.
const SCALE: (f64, f64) = (0.8, 2.0);
/// How many own days the peers stand for.
const PEER_DAYS: f64 = 10.0;
/// How many peers' days the prior stands for, and the surprise that a tenth of its days exceed.
const PRIOR_DAYS: f64 = 20.0;
const PRIOR_SCALE: f64 = 2.0;
/// Days alike that are forgiven: an incident may come twice. Of restless series only this share of
/// their days is.
const FORGIVEN_MOST: f64 = 1.0;
const FORGIVEN: f64 = 0.04;
/// Days that follow each other count once, up to so many: they are one incident.
const RUN: usize = 4;
/// A day is as surprising as another if it comes so close to it.
const CLOSE: f64 = 1.0;
/// Days on each side of a day that don't judge it: an incident may last.
const NEAR: u32 = 1;
/// Activity classes end at these shares of covered days.
const ACTIVITY: [f64; 2] = [0.1, 0.5];

/// Surprise of a day that is more than noise, and so many separate ones make a series restless.
const UNRULY: f64 = 3.0;
const RESTLESS: usize = 4;

/// Peers: series of like dimension that are active about as often, and as restless.
type Class = (u32, u8, u8, bool);

/// The scores of all series, and what their days are compared with.
pub struct Calibration<'a> {
    scores: &'a [(Key, Vec<DayScore>)],
    peers: BTreeMap<Class, Peers>,
    covered: &'a BTreeMap<u32, u32>,
    alone: BTreeMap<u32, u32>,
}

/// The active days of a class.
#[derive(Default)]
struct Peers {
    /// Surprise and day of all that surprise at all; the greatest first.
    surprising: Vec<(f64, u32)>,
    days: usize,
}

/// What a day is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// Share of active days that are as surprising.
    pub p: f64,
    /// Active days of the same series and of its peers that it was compared with.
    pub own: usize,
    pub peers: usize,
}

impl<'a> Calibration<'a> {
    /// `covered` tells how many covered days each org has, `alone` from which day on a day is
    /// judged by its past alone.
    pub fn of(
        scores: &'a [(Key, Vec<DayScore>)],
        covered: &'a BTreeMap<u32, u32>,
        alone: BTreeMap<u32, u32>,
    ) -> Self {
        let mut calibration = Self {
            scores,
            peers: BTreeMap::new(),
            covered,
            alone,
        };
        for (key, days) in scores {
            let class = calibration.class(*key, days);
            let peers = calibration.peers.entry(class).or_default();
            peers.days += days.len();
            let surprising = days.iter().filter(|day| day.surprise() > 0.0);
            peers
                .surprising
                .extend(surprising.map(|day| (day.surprise(), day.day)));
        }
        for peers in calibration.peers.values_mut() {
            peers
                .surprising
                .sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        }
        calibration
    }

    fn class(&self, key: Key, days: &[DayScore]) -> Class {
        let covered = self.covered.get(&key.org).copied().unwrap_or(1).max(1);
        let share = days.len() as f64 / f64::from(covered);
        let activity = ACTIVITY.iter().filter(|end| share > **end).count();
        let group = match key.dimension {
            Dimension::User => 0,
            Dimension::Source => 1,
            Dimension::App | Dimension::Cause | Dimension::All => 2,
        };
        (key.org, group, activity as u8, is_restless(days))
    }

    /// What a surprise is worth on a day of a series, given by its position among the scores.
    pub fn worth(&self, series: usize, day: u32, surprise: f64) -> Worth {
        let (key, days) = &self.scores[series];
        let alone = self.alone.get(&key.org).copied().unwrap_or(0);
        let judges = |other: &&DayScore| {
            let past = day < alone || other.day < day;
            past && other.day.abs_diff(day) > NEAR
        };
        let own: Vec<&DayScore> = days.iter().filter(judges).collect();
        let forgiven = if is_restless(days) {
            (FORGIVEN * own.len() as f64).min(FORGIVEN_MOST)
        } else {
            FORGIVEN_MOST
        };
        let alike = (alike(&own, surprise, habit(&own)) - forgiven).max(0.0);
        let peers = self.peers.get(&self.class(*key, days));
        let (rare, count) = peers.map_or((0.0, 0), |peers| peers.share(surprise, day));
        let prior = 10f64.powf(-surprise / PRIOR_SCALE).min(1.0);
        let weight = count as f64;
        let rare = (weight * rare + PRIOR_DAYS * prior) / (weight + PRIOR_DAYS);
        Worth {
            p: (alike + PEER_DAYS * rare) / (own.len() as f64 + PEER_DAYS),
            own: own.len(),
            peers: count,
        }
    }
}

/// Whether a series surprises again and again, days in a row counted once.
fn is_restless(days: &[DayScore]) -> bool {
    let unruly = days.iter().filter(|day| day.surprise() >= UNRULY);
    let unruly: Vec<u32> = unruly.map(|day| day.day).collect();
    unruly.chunk_by(|a, b| *b <= a + NEAR).count() >= RESTLESS
}

/// How surprising the days usually are that surprise at all, the greatest one left out: a series
/// that bursts now and then bursts harder now and then, in proportion.
fn habit(days: &[&DayScore]) -> f64 {
    let surprising = days.iter().map(|day| day.surprise());
    let (mut sum, mut most, mut count) = (0.0, 0.0, 0_u32);
    for surprise in surprising.filter(|surprise| *surprise > 0.0) {
        sum += surprise;
        most = f64::max(most, surprise);
        count += 1;
    }
    ((sum - most) / f64::from(count.max(2) - 1)).max(1.0)
}

/// How many of the days are as surprising; those that are less so count in part, measured by how
/// surprising days usually are.
fn alike(days: &[&DayScore], surprise: f64, habit: f64) -> f64 {
    let alike = |day: &&DayScore| {
        let like = day.surprise() > 0.0;
        let part = ((day.surprise() - surprise) / habit).exp().min(1.0);
        if like { part } else { 0.0 }
    };
    let close = |day: &&DayScore| day.surprise() >= surprise - CLOSE;
    let mut sum = 0.0;
    for run in days.chunk_by(|a, b| b.day == a.day + 1 && close(a) && close(b)) {
        let all: f64 = run.iter().map(alike).sum();
        let once = run.iter().map(alike).fold(0.0, f64::max);
        sum += if run.len() <= RUN { once } else { all };
    }
    sum
}

impl Peers {
    /// Share of the days of peers that are as surprising, those around a day left out: what
    /// happens on a day happens to several series at once. And how many days were left.
    fn share(&self, surprise: f64, day: u32) -> (f64, usize) {
        let near = |other: u32| other.abs_diff(day) <= NEAR;
        let rest = || self.surprising.iter().filter(|(_, other)| !near(*other));
        let left_out = self
            .surprising
            .iter()
            .filter(|(_, other)| near(*other))
            .count();
        let count = self.days - left_out;
        if count == 0 {
            return (0.0, 0);
        }
        let rank = |share: f64| (share * count as f64) as usize;
        let at = |rank: usize| rest().nth(rank).map_or(0.0, |(surprise, _)| *surprise);
        let (edge, far) = (at(rank(TAIL)), at(rank(FAR)));
        if surprise <= edge {
            let above = rest().take_while(|(other, _)| *other >= surprise).count();
            return (above as f64 / count as f64, count);
        }
        let scale = ((far - edge) / (TAIL / FAR).ln()).clamp(SCALE.0, SCALE.1);
        (TAIL * (-(surprise - edge) / scale).exp(), count)
    }
}

/// The greatest share of alike days that is no chance: so that chance finds no more than what is
/// accepted among the active days of a week.
pub fn needed(active_days: usize, weeks: f64, limits: &Thresholds) -> f64 {
    let of_week = active_days as f64 / weeks.max(1.0);
    (limits.spike_false_per_week / of_week.max(1.0)).min(0.01)
}
