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
use super::quiet::Quiet;
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
/// Days alike that are forgiven by week of comparison, the least and the most of them: an
/// incident may come again, a habit comes more often.
const FORGIVEN: f64 = 0.375;
const FORGIVEN_BOUNDS: (f64, f64) = (1.0, 5.0);
/// Runs of dates by week whose surprises are taken for incidents of the peers.
const PEER_INCIDENTS: f64 = 0.5;
/// Days that follow each other count once, up to so many: they are one incident.
const RUN: usize = 4;
/// Days on each side of a day that don't judge it: an incident may last.
const NEAR: u32 = 1;
/// Activity classes end at these shares of covered days.
const ACTIVITY: [f64; 2] = [0.1, 0.5];

/// Surprise of a day that is more than noise. So many separate ones make a series restless, if
/// they are so many a week.
const UNRULY: f64 = 3.0;
const RESTLESS: usize = 4;
const RESTLESS_WEEKLY: f64 = 0.4;

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
    /// Surprise, day and series of all that surprise at all; the greatest first.
    surprising: Vec<(f64, u32, usize)>,
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
        quiet: &Quiet,
        covered: &'a BTreeMap<u32, u32>,
        alone: BTreeMap<u32, u32>,
    ) -> Self {
        let mut calibration = Self {
            scores,
            peers: BTreeMap::new(),
            covered,
            alone,
        };
        for (at, (key, days)) in scores.iter().enumerate() {
            let restless = is_restless(days, calibration.covered(key.org));
            let class = calibration.class(*key, days.len(), restless);
            let peers = calibration.peers.entry(class).or_default();
            peers.days += days.len();
            let surprising = days.iter().filter(|day| day.surprise() > 0.0);
            peers
                .surprising
                .extend(surprising.map(|day| (day.surprise(), day.day, at)));
        }
        for (org, days, alike) in quiet.all() {
            let key = Key {
                org,
                dimension: Dimension::User,
                number: 0,
            };
            let class = calibration.class(key, days, false);
            calibration.peers.entry(class).or_default().days += days * alike.users;
        }
        for peers in calibration.peers.values_mut() {
            peers
                .surprising
                .sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        }
        calibration
    }

    fn covered(&self, org: u32) -> u32 {
        self.covered.get(&org).copied().unwrap_or(1).max(1)
    }

    fn class(&self, key: Key, days: usize, restless: bool) -> Class {
        let share = days as f64 / f64::from(self.covered(key.org));
        let activity = ACTIVITY.iter().filter(|end| share > **end).count();
        let group = match key.dimension {
            Dimension::User => 0,
            Dimension::Source => 1,
            Dimension::App | Dimension::Cause | Dimension::All => 2,
        };
        (key.org, group, activity as u8, restless)
    }

    /// What a surprise is worth on a day of a series, given by its position among the scores.
    pub fn worth(&self, series: usize, day: u32, surprise: f64) -> Worth {
        let (key, days) = &self.scores[series];
        let alone = self.alone.get(&key.org).copied().unwrap_or(0);
        let end = day.max(alone);
        let judges = |other: &&DayScore| other.day < end.max(day) && other.day.abs_diff(day) > NEAR;
        let own: Vec<&DayScore> = days.iter().filter(judges).collect();
        let weeks = f64::from(end) / 7.0;
        let forgiven = (FORGIVEN * weeks).clamp(FORGIVEN_BOUNDS.0, FORGIVEN_BOUNDS.1);
        let alike = alike(&own, surprise, forgiven);
        let restless = is_restless(days, self.covered(key.org));
        let peers = self.peers.get(&self.class(*key, days.len(), restless));
        let covered = self.covered.get(&key.org).copied().unwrap_or(1);
        let incidents = (PEER_INCIDENTS * f64::from(covered) / 7.0).ceil() as usize;
        let (rare, count) = peers.map_or((0.0, 0), |peers| {
            peers.share(surprise, day, (series, days.len()), incidents)
        });
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
fn is_restless(days: &[DayScore], covered: u32) -> bool {
    let unruly = days.iter().filter(|day| day.surprise() >= UNRULY);
    let unruly: Vec<u32> = unruly.map(|day| day.day).collect();
    let runs = unruly.chunk_by(|a, b| *b <= a + NEAR).count();
    runs >= RESTLESS && runs as f64 >= RESTLESS_WEEKLY * f64::from(covered) / 7.0
}

/// How many of the days are as surprising. Days that follow each other are one incident; the most
/// surprising ones are forgiven. What is less surprising counts in part, measured by how surprising
/// the others usually are: a series that bursts now and then bursts harder now and then, in
/// proportion.
fn alike(days: &[&DayScore], surprise: f64, forgiven: f64) -> f64 {
    let is_surprising = |day: &&DayScore| day.surprise() > 0.0;
    let mut runs: Vec<f64> = Vec::new();
    for run in days.chunk_by(|a, b| b.day <= a.day + NEAR && is_surprising(a) && is_surprising(b)) {
        let surprises = run.iter().map(|day| day.surprise());
        if run.len() <= RUN {
            runs.push(surprises.fold(0.0, f64::max));
        } else {
            runs.extend(surprises);
        }
    }
    runs.retain(|surprise| *surprise > 0.0);
    runs.sort_by(|a, b| b.total_cmp(a));
    let usual = runs.get(forgiven as usize..).unwrap_or_default();
    let habit = (usual.iter().sum::<f64>() / usual.len().max(1) as f64).max(1.0);
    let counted = |(at, other): (usize, f64)| {
        let part = ((other - surprise) / habit).exp().min(1.0);
        part * (at as f64 + 1.0 - forgiven).clamp(0.0, 1.0)
    };
    runs.into_iter().enumerate().map(counted).sum()
}

impl Peers {
    /// Share of the days of other series that are as surprising, and how many days those are.
    /// Those around the day are left out, since what happens on a day happens to several series at
    /// once, and those of the dates that surprise most, which are taken for incidents.
    fn share(
        &self,
        surprise: f64,
        day: u32,
        (series, own): (usize, usize),
        incidents: usize,
    ) -> (f64, usize) {
        let near = |other: u32| other.abs_diff(day) <= NEAR;
        let other = |it: &&(f64, u32, usize)| !near(it.1) && it.2 != series;
        let mut dates: Vec<u32> = Vec::new();
        for (_, date, _) in self.surprising.iter().filter(other) {
            if dates.len() >= incidents {
                break;
            }
            if !dates.iter().any(|known| known.abs_diff(*date) <= NEAR) {
                dates.push(*date);
            }
        }
        let incident =
            |it: &&(f64, u32, usize)| dates.iter().any(|known| known.abs_diff(it.1) <= NEAR);
        let rest: Vec<f64> = self
            .surprising
            .iter()
            .filter(other)
            .filter(|it| !incident(it))
            .map(|it| it.0)
            .collect();
        let count = self.days.saturating_sub(own);
        if count == 0 {
            return (0.0, 0);
        }
        let rank = |share: f64| (share * count as f64) as usize;
        let at = |rank: usize| rest.get(rank).copied().unwrap_or(0.0);
        let (edge, far) = (at(rank(TAIL)), at(rank(FAR)));
        if surprise <= edge {
            let above = rest.iter().take_while(|other| **other >= surprise).count();
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
