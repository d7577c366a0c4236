//! Failures by hour, one sparse series for each org, app, cause, user and source.
//!
//! Failures whose cause is of class `benign` are in none of them. Days and hours of the week are
//! those of the org's zone.

use rustc_hash::FxHashMap;

use super::{Seen, Thresholds};
use crate::catalogue::Class;
use crate::event::{Instant, Zone};
use crate::tally::Row;

/// Minutes in an hour.
pub const HOUR_MINUTES: u32 = 60;
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;
const WEEK_HOURS: u32 = 168;

/// What the failures of a series have in common. The order is that of the findings' names: the
/// most particular first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    User,
    App,
    Source,
    Cause,
    All,
}

impl Dimension {
    /// Every dimension, in order.
    pub const EACH: [Dimension; 5] = [
        Dimension::User,
        Dimension::App,
        Dimension::Source,
        Dimension::Cause,
        Dimension::All,
    ];

    /// The word that findings use.
    pub const fn word(self) -> &'static str {
        match self {
            Dimension::User => "user",
            Dimension::App => "app",
            Dimension::Source => "source",
            Dimension::Cause => "cause",
            Dimension::All => "org",
        }
    }
}

/// Which failures a series counts: those of an org, and of one user, app, source or cause in it.
/// Numbers are those of `Resolved`; of [`Dimension::All`] the number is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub org: u32,
    pub dimension: Dimension,
    pub number: u32,
}

/// The failures of one series.
#[derive(Clone, Debug)]
pub struct Series {
    pub key: Key,
    /// Hours of the calendar with a failure, and how many; sorted.
    pub hours: Vec<(u32, u64)>,
    pub total: u64,
}

impl Series {
    /// Its hours within a range of hours of the calendar, the end excluded.
    pub fn within(&self, start: u32, end: u32) -> &[(u32, u64)] {
        let from = self.hours.partition_point(|(hour, _)| *hour < start);
        let to = self.hours.partition_point(|(hour, _)| *hour < end);
        &self.hours[from..to.max(from)]
    }

    /// Failures within a range of hours, the end excluded.
    pub fn sum(&self, start: u32, end: u32) -> u64 {
        self.within(start, end).iter().map(|(_, n)| n).sum()
    }
}

/// The failures of a series by day.
#[derive(Clone, Debug)]
pub struct DaySums {
    /// Failures before each day. One more than there are days.
    before: Vec<u64>,
}

impl DaySums {
    /// Adds the hours of a series up, once for every question about its days.
    pub fn of(series: &Series, calendar: &Calendar) -> Self {
        let mut before = vec![0; calendar.days() as usize + 1];
        for (hour, n) in &series.hours {
            if let Some(sum) = before.get_mut(calendar.day(*hour) as usize + 1) {
                *sum += n;
            }
        }
        let mut sum = 0;
        for day in &mut before {
            sum += *day;
            *day = sum;
        }
        Self { before }
    }

    /// Failures within a range of days, the end excluded.
    pub fn within(&self, from: u32, to: u32) -> u64 {
        let at = |day: u32| {
            let known = self.before.get(day as usize).or(self.before.last());
            known.copied().unwrap_or(0)
        };
        at(to) - at(from.min(to))
    }

    /// Failures of a day.
    pub fn on(&self, day: u32) -> u64 {
        self.within(day, day + 1)
    }
}

/// Hours since the first one looked at, with their local day and hour of the week.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Hours from 1970 to hour 0.
    origin: u32,
    /// By hour: the local day, counted from the first one.
    day: Vec<u32>,
    /// By hour: hour of the week, Monday 00:00 is 0.
    slot: Vec<u32>,
    /// By day: its first hour. One more than there are days.
    starts: Vec<u32>,
}

impl Calendar {
    /// The hours since 1970 from one to another, both included, in a zone.
    pub fn of(first: u32, last: u32, zone: Zone) -> Self {
        let mut calendar = Self {
            origin: first,
            ..Self::default()
        };
        let mut first_day = None;
        for hour in first..=last {
            let at = Instant::from_minute(hour * HOUR_MINUTES);
            let local = i64::from(hour) * HOUR_SECONDS + i64::from(zone.offset_seconds(at));
            let day = local.div_euclid(DAY_SECONDS);
            let day = u32::try_from(day - *first_day.get_or_insert(day)).unwrap_or(0);
            while calendar.starts.len() <= day as usize {
                calendar.starts.push(hour - first);
            }
            let (weekday, of_day) = zone.weekday_hour(at);
            calendar.day.push(day);
            calendar.slot.push((weekday * 24 + of_day) % WEEK_HOURS);
        }
        let hours = u32::try_from(calendar.day.len()).unwrap_or(0);
        calendar.starts.push(hours);
        calendar
    }

    /// The hour of a minute since 1970; `None` outside.
    pub fn hour(&self, minute: u32) -> Option<u32> {
        let hour = (minute / HOUR_MINUTES).checked_sub(self.origin)?;
        ((hour as usize) < self.day.len()).then_some(hour)
    }

    /// The local day of an hour.
    pub fn day(&self, hour: u32) -> u32 {
        let known = self.day.get(hour as usize).or(self.day.last());
        known.copied().unwrap_or(0)
    }

    /// The hour of the week of an hour.
    pub fn slot(&self, hour: u32) -> u32 {
        self.slot.get(hour as usize).copied().unwrap_or(0)
    }

    /// The hours of a day, the end excluded.
    pub fn hours_of(&self, day: u32) -> (u32, u32) {
        let at = |day: u32| {
            let known = self.starts.get(day as usize).or(self.starts.last());
            known.copied().unwrap_or(0)
        };
        (at(day), at(day + 1))
    }

    /// Weekday of a day, Monday is 0.
    pub fn weekday(&self, day: u32) -> u32 {
        self.slot(self.hours_of(day).0) / 24
    }

    /// How many hours there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.day.len()).unwrap_or(0)
    }

    /// How many days there are.
    pub fn days(&self) -> u32 {
        u32::try_from(self.starts.len().saturating_sub(1)).unwrap_or(0)
    }
}

/// All series, the calendar they count by, and the failures they were made of.
#[derive(Debug, Default)]
pub struct SeriesSet {
    pub calendar: Calendar,
    /// Sorted by key.
    pub all: Vec<Series>,
    /// By org: the days with any event.
    pub covered: FxHashMap<u32, Vec<bool>>,
    /// Positions in the tally's rows, in their order, of what the series count.
    pub failures: Vec<u32>,
    /// Attempts of each combination and of each user, successes included.
    by_dims: Vec<u64>,
    by_user: Vec<u64>,
}

impl SeriesSet {
    /// The series of a tally up to the end of what is reported.
    pub fn of(seen: &Seen<'_>, limits: &Thresholds) -> Self {
        let Some((first, last)) = bounds(seen, limits) else {
            return Self::default();
        };
        let mut set = Self {
            calendar: Calendar::of(first, last, seen.zone),
            by_dims: vec![0; seen.resolved.what.len()],
            by_user: Vec::new(),
            ..Self::default()
        };
        let users = seen.resolved.user.iter().max().copied().unwrap_or(0);
        set.by_user.resize(users as usize + 1, 0);
        let mut index: FxHashMap<Key, usize> = FxHashMap::default();
        let mut last_covered = (u32::MAX, u32::MAX);
        for (at, row) in (0..).zip(&seen.tally.rows) {
            let Some(hour) = set.calendar.hour(row.bucket) else {
                continue;
            };
            set.by_dims[row.dims.index()] += row.n;
            set.by_user[seen.resolved.user[row.user.index()] as usize] += row.n;
            let org = seen.resolved.what[row.dims.index()].org;
            let day = set.calendar.day(hour);
            if last_covered != (org, day) {
                set.cover(org, day);
                last_covered = (org, day);
            }
            if counts(seen, row) {
                set.failures.push(at);
                for key in keys(seen, row).into_iter().flatten() {
                    let series = *index.entry(key).or_insert_with(|| set.open(key));
                    set.all[series].add(hour, row.n);
                }
            }
        }
        set.all.sort_unstable_by_key(|series| series.key);
        set
    }

    fn open(&mut self, key: Key) -> usize {
        self.all.push(Series {
            key,
            hours: Vec::new(),
            total: 0,
        });
        self.all.len() - 1
    }

    fn cover(&mut self, org: u32, day: u32) {
        let days = self.calendar.days() as usize;
        let covered = self.covered.entry(org);
        let covered = covered.or_insert_with(|| vec![false; days]);
        if let Some(covered) = covered.get_mut(day as usize) {
            *covered = true;
        }
    }

    /// Attempts of a key in all that is looked at, successes included; those of a user in every
    /// org.
    pub fn attempts(&self, seen: &Seen<'_>, key: Key) -> u64 {
        if key.dimension == Dimension::User {
            return self.by_user.get(key.number as usize).copied().unwrap_or(0);
        }
        let what = seen.resolved.what.iter().zip(&self.by_dims);
        let own = what.filter(|(what, _)| match key.dimension {
            Dimension::App => what.org == key.org && what.app == key.number,
            Dimension::Source => what.org == key.org && what.source == key.number,
            Dimension::Cause => what.org == key.org && what.cause == key.number,
            Dimension::All | Dimension::User => what.org == key.org,
        });
        own.map(|(_, n)| n).sum()
    }

    /// Days of an org with any event.
    pub fn covered(&self, org: u32) -> &[bool] {
        self.covered.get(&org).map_or(&[], Vec::as_slice)
    }

    /// The series of a key.
    pub fn get(&self, key: Key) -> Option<&Series> {
        let at = self.all.binary_search_by_key(&key, |series| series.key);
        self.all.get(at.ok()?)
    }

    /// All rows that begin within a range of hours, the end excluded, of every org.
    pub fn all_rows<'a>(&self, seen: &Seen<'a>, start: u32, end: u32) -> &'a [Row] {
        let rows = &seen.tally.rows;
        let at = |hour: u32| {
            let minute = (self.calendar.origin + hour) * HOUR_MINUTES;
            rows.partition_point(|row| row.bucket < minute)
        };
        &rows[at(start)..at(end).max(at(start))]
    }

    /// Rows of failures within a range of hours, the end excluded.
    pub fn rows<'a>(
        &'a self,
        seen: &Seen<'a>,
        start: u32,
        end: u32,
    ) -> impl Iterator<Item = &'a Row> + use<'a> {
        let rows = &seen.tally.rows;
        let minute = |hour: u32| (self.calendar.origin + hour) * HOUR_MINUTES;
        let (start, end) = (minute(start), minute(end));
        let at = |minute: u32| {
            self.failures
                .partition_point(|row| rows[*row as usize].bucket < minute)
        };
        self.failures[at(start)..at(end).max(at(start))]
            .iter()
            .map(|row| &rows[*row as usize])
    }
}

impl Series {
    /// Rows come in the order of time, so the last hour is the only one that can grow.
    fn add(&mut self, hour: u32, n: u64) {
        self.total += n;
        match self.hours.last_mut() {
            Some((last, count)) if *last == hour => *count += n,
            _ => self.hours.push((hour, n)),
        }
    }
}

/// The first and last hour since 1970 that are looked at.
fn bounds(seen: &Seen<'_>, limits: &Thresholds) -> Option<(u32, u32)> {
    let rows = &seen.tally.rows;
    let end = rows.partition_point(|row| row.bucket <= seen.until.minute());
    let last = rows[..end].last()?.bucket / HOUR_MINUTES;
    let first = rows.first()?.bucket / HOUR_MINUTES;
    let history = limits.spike_history_weeks.clamp(1, 1000) * WEEK_HOURS;
    Some((first.max(last.saturating_sub(history)), last))
}

/// Whether a row is a failure that may feed a finding.
fn counts(seen: &Seen<'_>, row: &Row) -> bool {
    let what = &seen.resolved.what[row.dims.index()];
    let class = what.cause().map(|cause| seen.causes.cause(cause).class);
    row.bucket <= seen.until.minute() && class.is_some_and(|class| class != Class::Benign)
}

/// The series that a row counts in, in the order of [`Dimension::EACH`]; what is not known has
/// none.
pub fn keys(seen: &Seen<'_>, row: &Row) -> [Option<Key>; 5] {
    let what = &seen.resolved.what[row.dims.index()];
    let of = |dimension| match dimension {
        Dimension::User => seen.resolved.user[row.user.index()],
        Dimension::App => what.app,
        Dimension::Source => what.source,
        Dimension::Cause => what.cause,
        Dimension::All => 0,
    };
    Dimension::EACH.map(|dimension| {
        let number = of(dimension);
        let known = number != 0 || dimension == Dimension::All;
        known.then_some(Key {
            org: what.org,
            dimension,
            number,
        })
    })
}
