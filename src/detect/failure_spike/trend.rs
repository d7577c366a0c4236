//! Slow ramps: failures that rise from quarter to quarter, without a day on which they jump.
//!
//! A baseline that learns from last week learns a slow ramp as normal; so it is looked for apart,
//! in the last weeks of a series, cut into four.

use super::super::calibration::Worth;
use super::super::series::{DaySums, Dimension, Series, keys};
use super::super::{Seen, Thresholds};
use super::spike::{Ground, Spike};

/// Weeks back from the end that a ramp is looked for in, the longest first.
const WEEKS: [u32; 6] = [24, 16, 12, 8, 6, 4];
const QUARTERS: u32 = 4;
/// Each quarter must have so many times the failures of the one before it.
const STEP: f64 = 1.2;
/// The most that one day counts, in times of its quarter's mean: a ramp is no burst.
const DAY_MOST: f64 = 2.0;
/// How many times its share of failures a rise must reach, and the share beyond which that is not
/// asked for.
const OUTGROWS: f64 = 1.5;
const ALWAYS: f64 = 0.9;
/// Share of the last quarter's workdays that must have a failure.
const ACTIVE: f64 = 0.8;

/// Ramps of all series that touch what is reported, by excess, then key.
pub fn trends(seen: &Seen<'_>, ground: &Ground<'_>, limits: &Thresholds) -> Vec<Spike> {
    let calendar = &ground.set.calendar;
    let from = calendar.day(calendar.hour(seen.since.minute()).unwrap_or(0));
    let mut trends: Vec<Spike> = ground
        .set
        .all
        .iter()
        .filter(|series| series.total as f64 >= limits.trend_min_excess)
        .filter_map(|series| {
            let sums = DaySums::of(series, calendar);
            let mut spans = WEEKS.iter();
            spans.find_map(|weeks| trend((series, &sums), ground, limits, *weeks))
        })
        .filter(|trend| calendar.day(trend.end - 1) >= from)
        .filter(|trend| outgrows(seen, ground, trend))
        .collect();
    trends.sort_by(|a, b| {
        let by_excess = b.excess().total_cmp(&a.excess());
        by_excess.then(a.key.cmp(&b.key))
    });
    trends
}

/// The ramp of a series: the last three quarters, measured against the first.
fn trend(
    (series, sums): (&Series, &DaySums),
    ground: &Ground<'_>,
    limits: &Thresholds,
    weeks: u32,
) -> Option<Spike> {
    let calendar = &ground.set.calendar;
    let org = series.key.org;
    let covered = ground.covered(org);
    if covered < limits.trend_min_days || calendar.days() < weeks * 7 {
        return None;
    }
    let length = weeks * 7 / QUARTERS;
    let last = calendar.days();
    let day = |quarter: u32| last - length * (QUARTERS - quarter);
    let levels: Vec<f64> = (0..QUARTERS)
        .map(|at| level((org, sums), ground, day(at), day(at + 1)))
        .collect::<Option<_>>()?;
    let rises = levels
        .windows(2)
        .all(|pair| pair[1] >= STEP * pair[0].max(1.0));
    let (low, high) = (*levels.first()?, *levels.last()?);
    let far = high >= limits.trend_min_ratio * low && high - low >= limits.trend_min_excess;
    let half = |half: u32| day(half / 2) + half % 2 * (length / 2);
    let halves: Vec<f64> = (0..2 * QUARTERS)
        .map(|at| level((org, sums), ground, half(at), half(at + 1)))
        .collect::<Option<_>>()?;
    let throughout = halves.windows(3).all(|three| three[2] > three[0]);
    let steady = throughout && is_steady(sums, ground, day(QUARTERS - 1), last);
    if !rises || !far || !steady {
        return None;
    }
    let start = calendar.hours_of(day(1)).0;
    let end = series.hours.last()?.0 + 1;
    Some(Spike {
        key: series.key,
        start,
        end,
        observed: series.sum(start, end),
        expected: low * f64::from(QUARTERS - 1),
        worth: Worth {
            p: 0.0,
            own: 0,
            peers: 0,
        },
        needed: 0.0,
        shift: None,
    })
}

/// Failures of a range of days as if all of them were covered, no day counted as more than twice
/// the mean; `None` if less than half of them is.
fn level((org, sums): (u32, &DaySums), ground: &Ground<'_>, from: u32, to: u32) -> Option<f64> {
    let covered = ground.days.get(&org)?.count(from, to);
    if covered * 2 < to - from {
        return None;
    }
    let covered = f64::from(covered.max(1));
    let mean = sums.within(from, to) as f64 / covered;
    let sum: f64 = (from..to)
        .map(|day| (sums.on(day) as f64).min(DAY_MOST * mean + 1.0))
        .sum();
    Some(sum * f64::from(to - from) / covered)
}

/// Whether failures rise more than attempts do: an org that grows fails more often, but not a
/// larger share of its logins. Attempts are those of the head, of a cause those of its org.
fn outgrows(seen: &Seen<'_>, ground: &Ground<'_>, trend: &Spike) -> bool {
    let calendar = &ground.set.calendar;
    let third = (trend.end - trend.start) / (QUARTERS - 1);
    // the quarter before the rise, and the last one
    let share = |start: u32, end: u32| {
        let (mut failures, mut attempts) = (0_u64, 0_u64);
        let (start, end) = (calendar.minute(start), calendar.minute(end));
        for pair in seen.tally.pairs().all(seen.tally) {
            let rows = pair.rows_in(seen.tally);
            // All rows of a pair have the same keys.
            let own = rows
                .first()
                .is_some_and(|row| keys(seen, row).contains(&Some(trend.key)));
            let what = seen.resolved.what[pair.dims.index()];
            let org = trend.key.dimension == Dimension::Cause && what.org == trend.key.org;
            if !own && !org {
                continue;
            }
            let at = |minute: u32| rows.partition_point(|row| row.bucket < minute);
            let n: u64 = rows[at(start)..at(end).max(at(start))]
                .iter()
                .map(|row| row.n())
                .sum();
            failures += if own && !what.success { n } else { 0 };
            attempts += n;
        }
        failures as f64 / attempts.max(1) as f64
    };
    let before = share(trend.start.saturating_sub(third), trend.start);
    let last = share(trend.end - third, trend.end);
    // an app that fails from the first to the last can't fail a larger share
    before > ALWAYS || last >= OUTGROWS * before
}

/// Whether failures occur on most of the workdays of a range.
fn is_steady(sums: &DaySums, ground: &Ground<'_>, from: u32, to: u32) -> bool {
    let calendar = &ground.set.calendar;
    let workdays: Vec<u32> = (from..to)
        .filter(|day| calendar.weekday(*day) < 5)
        .collect();
    let active = workdays.iter().filter(|day| sums.on(**day) > 0);
    active.count() as f64 >= ACTIVE * workdays.len() as f64
}
