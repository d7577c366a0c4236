//! Failures by hour, one sparse series for each org, app, cause, user and source.
//!
//! Failures whose cause is of class `benign` are in none of them. Days and hours of the week are
//! those of the org's zone.

use super::Seen;
use crate::event::{Instant, Zone};
use crate::tally::Row;

/// Minutes in an hour.
pub const HOUR_MINUTES: u32 = 60;
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;
pub(super) const WEEK_HOURS: u32 = 168;

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
    /// One without failures yet.
    pub fn new(key: Key) -> Self {
        Self {
            key,
            hours: Vec::new(),
            total: 0,
        }
    }

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

    /// The first minute since 1970 of an hour.
    pub fn minute(&self, hour: u32) -> u32 {
        (self.origin + hour) * HOUR_MINUTES
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

impl Series {
    /// Rows come in the order of time, so the last hour is the only one that can grow.
    pub fn add(&mut self, hour: u32, n: u64) {
        self.total += n;
        match self.hours.last_mut() {
            Some((last, count)) if *last == hour => *count += n,
            _ => self.hours.push((hour, n)),
        }
    }
}

/// The series that a row counts in, in the order of [`Dimension::EACH`]; what is not known has
/// none.
pub fn keys(seen: &Seen<'_>, row: &Row) -> [Option<Key>; 5] {
    let what = &seen.resolved.what[row.dims.index()];
    let of = |dimension| match dimension {
        Dimension::User => seen.resolved.user(row.user),
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
