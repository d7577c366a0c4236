//! Level shifts: failures that stay up day after day, where before they hardly ever did for one.
//!
//! Days are counted, not failures: a series that bursts now and then has many raised days, but not
//! in a row, so a run of them is judged by how often its days are raised.

use std::ops::Range;

use statrs::function::beta::checked_beta_reg;

use super::super::baseline::{Rates, by_day};
use super::super::calibration::Worth;
use super::super::series::{DaySums, Series};
use super::spike::{Ground, Spike};

/// Times the expectation that a day must have to be raised, and the least excess.
const RAISED: f64 = 2.0;
const DAY_EXCESS: f64 = 4.0;
/// Days without excess that a level shift may hold: a weekend.
const QUIET_DAYS: u32 = 2;
/// One raised day in so many is assumed beside those that were seen.
const ASSUMED: (f64, f64) = (1.0, 10.0);
/// The least share of the days of a run that are raised.
const LEAST_SHARE: f64 = 0.7;
/// Times the mean of the days before that the first days of a run have at least.
const MORE: f64 = 1.2;
/// A run that is found by itself is so many times as large as a spike.
const LARGE: f64 = 2.0;

/// A run of raised days.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// From its first day to its last.
    pub days: u32,
    /// The hour after its last failure.
    pub end: u32,
    /// Chance of a run like it, by how often days are raised otherwise.
    pub p: f64,
}

impl Ground<'_> {
    fn is_raised(&self, sums: &DaySums, rates: &Rates, day: u32) -> bool {
        let observed = sums.on(day) as f64;
        if observed < DAY_EXCESS {
            return false;
        }
        let expected = rates.of_weekday(self.set.calendar.weekday(day));
        observed >= RAISED * expected && observed - expected >= DAY_EXCESS
    }

    /// The run of raised days that begins on a day. It is a level shift if its chance is small.
    /// The days of shifts that are known already say nothing about it.
    pub fn run(
        &self,
        (series, sums): (&Series, &DaySums),
        rates: &Rates,
        day: u32,
        known: &[Range<u32>],
    ) -> Option<Run> {
        let calendar = &self.set.calendar;
        let (mut raised, mut last, mut quiet, mut at) = (0_u32, day, 0, day);
        while at < calendar.days() && quiet <= QUIET_DAYS {
            if self.is_raised(sums, rates, at) {
                (raised, last, quiet) = (raised + 1, at, 0);
            } else {
                quiet += 1;
            }
            at += 1;
        }
        let days = last + 1 - day;
        let steady = f64::from(raised) >= LEAST_SHARE * f64::from(days);
        if raised < self.limits.spike_shift_days || !steady {
            return None;
        }
        let outside = (0..day.saturating_sub(1)).chain(last + 2..calendar.days());
        let is_known = |day: &u32| known.iter().any(|shift| shift.contains(day));
        let judged: Vec<u32> = outside.filter(|day| !is_known(day)).collect();
        let other = judged
            .iter()
            .filter(|day| self.is_raised(sums, rates, **day));
        let known = judged.len() as f64 + ASSUMED.1;
        let share = (other.count() as f64 + ASSUMED.0) / known;
        // one standard error more: few days tell little
        let share = share + (share * (1.0 - share) / known).sqrt();
        let (start, end) = calendar.hours_of(last);
        let end = series.within(start, end).last()?.0 + 1;
        // that its first day is raised is why it was looked at
        let p = at_least_of(raised - 1, days - 1, share);
        Some(Run { days, end, p })
    }
}

/// The level shifts of a series that touch what is reported.
pub fn shifts(series: &Series, ground: &Ground<'_>, first: u32, needed: f64) -> Vec<Spike> {
    let calendar = &ground.set.calendar;
    let mut found = Vec::new();
    let mut next = 0;
    let mut known = Vec::new();
    let sums = DaySums::of(series, calendar);
    for (day, _) in by_day(series, calendar) {
        if day < next || !begins(&sums, ground, day) {
            continue;
        }
        next = day + 1;
        let rates = ground.rates(series, day, day + ground.limits.spike_shift_days);
        if !ground.is_raised(&sums, &rates, day) {
            continue;
        }
        let Some(run) = ground.run((series, &sums), &rates, day, &known) else {
            continue;
        };
        next = day + run.days;
        if run.p > needed {
            continue;
        }
        let (start, _) = calendar.hours_of(day);
        let start = series
            .within(start, run.end)
            .first()
            .map_or(start, |(hour, _)| *hour);
        let (observed, expected) = ground.measured(series, start, run.end);
        let worth = Worth {
            p: run.p,
            own: usize::try_from(day).unwrap_or(0),
            peers: 0,
        };
        let spike = Spike {
            key: series.key,
            start,
            end: run.end,
            observed,
            expected,
            worth,
            needed,
            shift: Some(run.days),
        };
        let large = spike.excess() >= LARGE * ground.limits.spike_min_excess;
        if large && spike.is_large(ground.limits) {
            known.push(day..next);
            if next > first {
                found.push(spike);
            }
        }
    }
    found
}

/// Chance of so many raised days among some, by their share: a binomial tail.
fn at_least_of(raised: u32, days: u32, share: f64) -> f64 {
    let quiet = f64::from(days.saturating_sub(raised)) + 1.0;
    checked_beta_reg(f64::from(raised), quiet, share.clamp(0.0, 1.0)).unwrap_or(1.0)
}

/// Whether a run may begin on a day: it and most of the days after it have failures enough.
fn begins(sums: &DaySums, ground: &Ground<'_>, day: u32) -> bool {
    let enough = |day: u32| sums.on(day) as f64 >= DAY_EXCESS;
    let days = ground.limits.spike_shift_days + QUIET_DAYS;
    let after = (day..day + days).filter(|day| enough(*day)).count();
    // before anything is learned: is there more than in the mean of the days before?
    let mean = sums.within(0, day) as f64 / f64::from(day.max(1));
    let more = sums.within(day, day + days) as f64 >= MORE * mean * f64::from(days);
    more && enough(day) && after >= ground.limits.spike_shift_days as usize
}
