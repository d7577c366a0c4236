//! What the counts can't see: silent spans, and users at the hourly limit.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::pages::Pages;
use super::{Pair, Resolved, Tally};
use crate::event::{HOUR_MS, Instant, Zone};

/// Logins of one user in one hour after which Salesforce writes no more rows.
/// Source: help.salesforce.com, login rate limit (3,600 an hour and user).
pub const HOURLY_LIMIT: u64 = 3_600;
/// A silent span counts as a gap where at least so many events were to be expected.
pub const EXPECTED_IN_A_GAP: u64 = 10;

const HOUR_MINUTES: u32 = 60;
/// From so many days on, each weekday has its own expectation; before, workdays and weekends.
const DAYS_FOR_WEEKDAYS: u64 = 21;

/// A span without any event: from the last one before it to the first one after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub start: Instant,
    pub end: Instant,
}

/// What the counts of a tally can't see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unseen {
    /// Spans without any event where at least [`EXPECTED_IN_A_GAP`] were to be expected.
    pub gaps: Vec<Gap>,
    /// Users (numbers of [`Resolved::users`]) and the UTC hours in which they reached
    /// [`HOURLY_LIMIT`], sorted.
    pub saturated: Vec<(u32, Instant)>,
}

impl Unseen {
    /// What those of a tally can't see; `zone` says which hours of different days are alike.
    pub fn of(tally: &Tally, resolved: &Resolved, zone: Zone) -> Self {
        Self {
            gaps: gaps(tally, zone),
            saturated: saturated(tally, resolved),
        }
    }
}

/// Users and the UTC hours in which they reached the limit, sorted.
fn saturated(tally: &Tally, resolved: &Resolved) -> Vec<(u32, Instant)> {
    // Whether they are enough is all that is asked, and there may be as many users as rows.
    let mut attempts = vec![0_u16; resolved.users.len()];
    for pair in tally.pairs().all(tally) {
        let of_user = &mut attempts[resolved.user(pair.user) as usize];
        *of_user = of_user.saturating_add(u16::try_from(pair.n).unwrap_or(u16::MAX));
    }
    let user = |pair: &Pair| resolved.user(pair.user);
    let is_busy = |user: u32| u64::from(attempts[user as usize]) >= HOURLY_LIMIT;
    let busy = |pair: &Pair| user(pair) != 0 && is_busy(user(pair));
    let mut pairs: Vec<Pair> = tally.pairs().all(tally).filter(busy).collect();
    pairs.sort_by_key(user);
    let mut saturated = Vec::new();
    let mut hours: FxHashMap<u32, u64> = FxHashMap::default();
    for of_user in pairs.chunk_by(|a, b| user(a) == user(b)) {
        // The rows of a pair stand in the order of time, so many of an hour are side by side.
        let mut last = (0, 0);
        for row in of_user.iter().flat_map(|pair| pair.each(tally)) {
            let hour = row.bucket / HOUR_MINUTES;
            if hour != last.0 {
                *hours.entry(last.0).or_default() += last.1;
                last = (hour, 0);
            }
            last.1 += row.n();
        }
        *hours.entry(last.0).or_default() += last.1;
        let full = hours.drain().filter(|(_, n)| *n >= HOURLY_LIMIT);
        let start = |hour: u32| Instant::from_minute(hour * HOUR_MINUTES);
        saturated.extend(full.map(|(hour, _)| (user(&of_user[0]), start(hour))));
    }
    saturated.sort_unstable();
    saturated
}

/// Spans without any event where some were to be expected, judged by what the same hours of similar
/// days hold.
fn gaps(tally: &Tally, zone: Zone) -> Vec<Gap> {
    let hours = Hours::of(tally);
    let Some(expected) = Expected::of(&hours, zone) else {
        return Vec::new();
    };
    let mut gaps = Vec::new();
    for (before, after) in hours.0.iter().zip(hours.0.iter().skip(1)) {
        let (start, end) = (before.1.last, after.1.first);
        if end.millis() - start.millis() < HOUR_MS {
            continue;
        }
        if expected.between(start, end) >= EXPECTED_IN_A_GAP as f64 {
            gaps.push(Gap { start, end });
        }
    }
    gaps
}

/// What each hour with an event holds, by hours since 1970.
struct Hours(BTreeMap<i64, Hour>);

#[derive(Clone, Copy)]
struct Hour {
    n: u64,
    first: Instant,
    last: Instant,
}

impl Hours {
    fn of(tally: &Tally) -> Self {
        let mut pages: Pages<(), Option<Hour>> = Pages::default();
        for row in tally.rows.iter() {
            let known = pages.get(row.bucket / HOUR_MINUTES, ());
            let hour = known.get_or_insert(Hour {
                n: 0,
                first: row.first(),
                last: row.last(),
            });
            hour.n += row.n();
            hour.first = hour.first.min(row.first());
            hour.last = hour.last.max(row.last());
        }
        let hours = pages.into_all();
        let hours = hours.filter_map(|(number, (), hour)| Some((i64::from(number), hour?)));
        Self(hours.collect())
    }
}

/// The usual count of each kind of hour.
struct Expected {
    zone: Zone,
    by_weekday: bool,
    mean: Vec<f64>,
}

impl Expected {
    fn of(hours: &Hours, zone: Zone) -> Option<Self> {
        let (first, last) = (*hours.0.keys().next()?, *hours.0.keys().next_back()?);
        let days = u64::try_from((last - first) / 24).unwrap_or(0);
        let by_weekday = days >= DAYS_FOR_WEEKDAYS;
        let mut expected = Self {
            zone,
            by_weekday,
            mean: Vec::new(),
        };
        let mut seen: Vec<Vec<u64>> = vec![Vec::new(); 7 * 24];
        for hour in first..=last {
            seen[expected.class(hour)].push(hours.0.get(&hour).map_or(0, |known| known.n));
        }
        expected.mean = seen.into_iter().map(trimmed_mean).collect();
        Some(expected)
    }

    fn class(&self, hour: i64) -> usize {
        let (weekday, hour) = self.zone.weekday_hour(Instant::from_millis(hour * HOUR_MS));
        let day = match (self.by_weekday, weekday) {
            (true, weekday) => weekday,
            (false, 5 | 6) => 5,
            (false, _) => 0,
        };
        (day * 24 + hour) as usize
    }

    /// How many events a span would hold, hours that it covers partly counted by their share.
    fn between(&self, start: Instant, end: Instant) -> f64 {
        let (start, end) = (start.millis(), end.millis());
        let hours = start.div_euclid(HOUR_MS)..=end.div_euclid(HOUR_MS);
        let share = |hour: i64| {
            let covered = end.min((hour + 1) * HOUR_MS) - start.max(hour * HOUR_MS);
            covered.max(0) as f64 / HOUR_MS as f64
        };
        hours
            .map(|hour| self.mean[self.class(hour)] * share(hour))
            .sum()
    }
}

/// The mean without the fullest fifth: one burst must not raise what is expected of quiet hours.
fn trimmed_mean(mut counts: Vec<u64>) -> f64 {
    counts.sort_unstable();
    counts.truncate(counts.len() - counts.len().div_ceil(5));
    let sum: u64 = counts.iter().sum();
    sum as f64 / counts.len().max(1) as f64
}
