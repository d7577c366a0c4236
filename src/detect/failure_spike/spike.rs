//! Spikes: spans of one series that stand out, with their hours found by walking outwards from the
//! most surprising window.

use std::collections::BTreeMap;

use super::super::baseline::{Days, Model, Rates};
use super::super::calibration::{Calibration, Worth, needed};
use super::super::series::{DaySums, Key, Series};
use super::super::series_set::SeriesSet;
use super::super::surprise::{DayScore, Window, scores};
use super::super::{Seen, Thresholds};
use super::shift::shifts;

/// Hours without excess that a spike may hold.
const PAUSE: u32 = 2;
/// Times the expectation that an hour must have to belong to a spike.
const RAISED: f64 = 2.0;
/// Failures that a series must have for a level shift to be looked for.
const SHIFT_EXCESS: f64 = 40.0;
/// The least surprise that is worth asking what it is worth.
const WORTH_ASKING: f64 = 2.0;
/// Covered days before a spike that are enough to be all that its expectation is learned from.
const PAST_ENOUGH: u32 = 7;
/// A near miss is one that is so many times too frequent, or has this share of the excess.
const NEAR_P: f64 = 10.0;
const NEAR_EXCESS: f64 = 0.75;

/// A span of a series with more failures than expected.
#[derive(Clone, Copy, Debug)]
pub struct Spike {
    pub key: Key,
    /// Hours of the calendar, the end excluded.
    pub start: u32,
    pub end: u32,
    pub observed: u64,
    pub expected: f64,
    pub worth: Worth,
    /// What its worth had to reach.
    pub needed: f64,
    /// Days that it lasts, if it is a level shift.
    pub shift: Option<u32>,
}

impl Spike {
    pub fn excess(&self) -> f64 {
        self.observed as f64 - self.expected
    }

    /// Whether it is large enough to be told.
    pub fn is_large(&self, limits: &Thresholds) -> bool {
        let ratio = self.observed as f64 >= limits.spike_min_ratio * self.expected;
        ratio && self.excess() >= limits.spike_min_excess
    }
}

/// What is needed to judge any span of any series.
pub struct Ground<'a> {
    pub set: &'a SeriesSet<'a>,
    pub limits: &'a Thresholds,
    /// By org: its covered days.
    pub days: BTreeMap<u32, Days>,
}

impl<'a> Ground<'a> {
    pub fn of(set: &'a SeriesSet<'a>, limits: &'a Thresholds) -> Self {
        let mut days = BTreeMap::new();
        let quiet = set.quiet.all().map(|(org, ..)| org);
        for org in set.all.iter().map(|series| series.key.org).chain(quiet) {
            days.entry(org)
                .or_insert_with(|| Days::of(set.covered(org), &set.calendar));
        }
        Self { set, limits, days }
    }

    /// The covered days of an org before the end of what is looked at.
    pub fn covered(&self, org: u32) -> u32 {
        let all = self.set.calendar.days();
        self.days.get(&org).map_or(0, |days| days.count(0, all))
    }

    /// What a series leads one to expect, learned without some days: from those before them, or
    /// where they are too few from the other days of the first weeks.
    pub fn rates(&self, series: &Series, from: u32, to: u32) -> Rates {
        let Some(days) = self.days.get(&series.key.org) else {
            return Model::default().rates();
        };
        let calendar = &self.set.calendar;
        if days.count(0, from) >= PAST_ENOUGH {
            let covered = days.within(0, from);
            return Model::learned(series, calendar, covered, |day| day < from).rates();
        }
        let end = days.after(self.limits.spike_first_days);
        let (before, all, out) = (0, days.within(0, end), days.within(from, (to + 1).min(end)));
        let covered = std::array::from_fn(|at| all[at].saturating_sub(out[at]));
        let other = |day: u32| (before..end).contains(&day) && !(from..=to).contains(&day);
        Model::learned(series, calendar, covered, other).rates()
    }

    /// Expected failures of a key within a span of hours.
    pub fn expected(&self, key: Key, start: u32, end: u32) -> f64 {
        let calendar = &self.set.calendar;
        let (from, to) = (calendar.day(start), calendar.day(end.saturating_sub(1)));
        self.set.get(key).map_or(0.0, |series| {
            self.rates(&series, from, to).of_span(calendar, start, end)
        })
    }

    /// The span that excess hours around a window fill, and the days it lasts if it is a shift.
    pub fn shaped(&self, series: &Series, start: u32, end: u32) -> (u32, u32, Option<u32>) {
        let calendar = &self.set.calendar;
        let (from, to) = (calendar.day(start), calendar.day(end.saturating_sub(1)));
        let rates = self.rates(series, from, to);
        let raised = |hour: u32| {
            let n = series.sum(hour, hour + 1);
            n >= 2 && n as f64 >= RAISED * rates.near(calendar.slot(hour))
        };
        let first = (start..end).find(|hour| raised(*hour));
        let last = (start..end).rev().find(|hour| raised(*hour));
        let (mut start, mut end) = first
            .zip(last)
            .map_or((start, end), |(first, last)| (first, last + 1));
        while let Some(hour) =
            (end..(end + PAUSE + 1).min(calendar.len())).find(|hour| raised(*hour))
        {
            end = hour + 1;
        }
        let before = |start: u32| start.saturating_sub(PAUSE + 1)..start;
        while let Some(hour) = before(start).rev().find(|hour| raised(*hour)) {
            start = hour;
        }
        let sums = DaySums::of(series, calendar);
        match self.run((series, &sums), &rates, calendar.day(start), &[]) {
            Some(run) if run.end >= end && run.p <= self.limits.spike_shift_chance => {
                (start, run.end, Some(run.days))
            }
            _ => (start, end, None),
        }
    }

    /// A span of a series, measured against what the days before it lead one to expect.
    pub fn measured(&self, series: &Series, start: u32, end: u32) -> (u64, f64) {
        let expected = self.expected(series.key, start, end);
        (series.sum(start, end), expected)
    }
}

/// Spikes that stand out, and those that nearly do; each sorted by excess, then key.
pub fn spikes(seen: &Seen<'_>, ground: &Ground<'_>) -> (Vec<Spike>, Vec<Spike>) {
    let set = ground.set;
    let all: Vec<(Key, Vec<DayScore>)> = set
        .all
        .iter()
        .filter_map(|series| {
            let days = ground.days.get(&series.key.org)?;
            let scores = scores(series, &set.calendar, days, ground.limits);
            Some((series.key, scores))
        })
        .collect();
    let orgs = || ground.days.iter();
    let covered: BTreeMap<u32, u32> = orgs()
        .map(|(org, _)| (*org, ground.covered(*org)))
        .collect();
    let past = ground.limits.spike_first_days;
    let alone = orgs().map(|(org, days)| (*org, days.after(past))).collect();
    let calibration = Calibration::of(&all, &set.quiet, &covered, alone);
    let first = set.calendar.hour(seen.since.minute()).unwrap_or(0);
    let first = set.calendar.day(first);
    let needed = needed_by_org(&all, ground, first);
    let (mut found, mut near) = (Vec::new(), Vec::new());
    for (at, (key, days)) in all.iter().enumerate() {
        let Some(series) = set.get(*key) else {
            continue;
        };
        let needed = needed.get(&key.org).copied().unwrap_or(0.0);
        for day in days.iter().filter(|day| day.day >= first) {
            for window in &day.windows {
                let candidate = candidate(&calibration, at, day.day, window, ground);
                let Some(worth) = candidate.filter(|worth| worth.p <= NEAR_P * needed) else {
                    continue;
                };
                let spike = spike(&series, window, worth, needed, ground);
                if worth.p <= needed && spike.is_large(ground.limits) {
                    found.push(spike);
                } else if spike.excess() >= NEAR_EXCESS * ground.limits.spike_min_excess {
                    near.push(spike);
                }
            }
        }
    }
    for series in set
        .all
        .iter()
        .filter(|series| series.total as f64 >= SHIFT_EXCESS)
    {
        let needed = needed.get(&series.key.org).copied().unwrap_or(0.0);
        found.extend(shifts(series, ground, first, needed));
    }
    (sorted(joined(found, ground)), sorted(near))
}

/// What a window is worth, if it may be a spike at all.
fn candidate(
    calibration: &Calibration<'_>,
    series: usize,
    day: u32,
    window: &Window,
    ground: &Ground<'_>,
) -> Option<Worth> {
    // an hour before or after may add what a window lacks
    let excess = window.observed as f64 - window.expected;
    let enough = excess >= 0.5 * ground.limits.spike_min_excess;
    let asked = enough && window.surprise >= WORTH_ASKING;
    asked.then(|| calibration.worth(series, day, window.surprise))
}

fn spike(
    series: &Series,
    window: &Window,
    worth: Worth,
    needed: f64,
    ground: &Ground<'_>,
) -> Spike {
    let (start, end, shift) = ground.shaped(series, window.start, window.end);
    let (observed, expected) = ground.measured(series, start, end);
    Spike {
        key: series.key,
        start,
        end,
        observed,
        expected,
        worth,
        needed,
        shift,
    }
}

/// What a day must be worth, by the active days of each org in what is reported.
fn needed_by_org(
    all: &[(Key, Vec<DayScore>)],
    ground: &Ground<'_>,
    first: u32,
) -> BTreeMap<u32, f64> {
    let mut active: BTreeMap<u32, usize> = BTreeMap::new();
    for (key, days) in all {
        *active.entry(key.org).or_default() += days.iter().filter(|day| day.day >= first).count();
    }
    for (org, _, alike) in ground.set.quiet.all() {
        *active.entry(org).or_default() += alike.reported;
    }
    let weeks = |org: &u32| {
        let days = ground.days.get(org);
        let tested = days.map_or(0, |days| days.count(first, ground.set.calendar.days()));
        f64::from(tested) / 7.0
    };
    let needed = |(org, active): (&u32, &usize)| (*org, needed(*active, weeks(org), ground.limits));
    active.iter().map(needed).collect()
}

/// Spikes of one series that touch become one, measured anew.
fn joined(mut spikes: Vec<Spike>, ground: &Ground<'_>) -> Vec<Spike> {
    spikes.sort_by_key(|spike| (spike.key, spike.start, spike.end));
    spikes.dedup_by(|next, kept| {
        let touch = next.key == kept.key && next.start <= kept.end + PAUSE;
        if touch {
            kept.end = kept.end.max(next.end);
            kept.shift = kept.shift.max(next.shift);
            if next.worth.p < kept.worth.p {
                kept.worth = next.worth;
            }
        }
        touch
    });
    for spike in &mut spikes {
        if let Some(series) = ground.set.get(spike.key) {
            (spike.observed, spike.expected) = ground.measured(&series, spike.start, spike.end);
        }
    }
    spikes
}

fn sorted(mut spikes: Vec<Spike>) -> Vec<Spike> {
    spikes.sort_by(|a, b| {
        let by_excess = b.excess().total_cmp(&a.excess());
        by_excess.then((a.key, a.start).cmp(&(b.key, b.start)))
    });
    spikes
}
