//! All series of a tally, and the rows that they count.

use std::borrow::Cow;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::quiet::{self, Quiet};
use super::series::{Calendar, Dimension, HOUR_MINUTES, Key, Series, WEEK_HOURS, keys};
use super::{Seen, Thresholds};
use crate::catalogue::Class;
use crate::event::{DimsId, Instant};
use crate::tally::Row;

/// Rows that are looked at together.
const ROWS: usize = 1 << 16;

/// A row of failures: the minute of its bucket, and its position in the tally's rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Failed {
    bucket: u32,
    at: u32,
}

/// All series, the calendar they count by, and the failures they were made of.
pub struct SeriesSet<'a> {
    seen: Seen<'a>,
    pub calendar: Calendar,
    /// Sorted by key; those of quiet users are not among them.
    pub all: Vec<Series>,
    /// Users with too few attempts for a spike, by how many days they fail on.
    pub quiet: Quiet,
    /// By org: the days with any event.
    pub covered: FxHashMap<u32, Vec<bool>>,
    /// What the series count, by time.
    failures: Vec<Failed>,
    /// The same of successes, sorted once somebody asks for them.
    successes: OnceLock<ByHour>,
    /// By org: its last attempt, looked for once somebody asks.
    lasts: OnceLock<FxHashMap<u32, Instant>>,
    /// Attempts of each combination and of each user, successes included.
    by_dims: Vec<u64>,
    by_user: Vec<u32>,
}

impl<'a> SeriesSet<'a> {
    /// The series of a tally up to the end of what is reported.
    pub fn of(seen: &Seen<'a>, limits: &Thresholds) -> Self {
        Self::without_quiet(seen, limits, quiet::most(limits))
    }

    /// The same; users with no more attempts than `most` are only counted.
    pub fn without_quiet(seen: &Seen<'a>, limits: &Thresholds, most: u64) -> Self {
        let bounds = bounds(seen, limits);
        let calendar = bounds.map(|(first, last)| Calendar::of(first, last, seen.zone));
        let mut set = Self {
            seen: *seen,
            calendar: calendar.unwrap_or_default(),
            all: Vec::new(),
            quiet: Quiet::default(),
            covered: FxHashMap::default(),
            failures: Vec::new(),
            successes: OnceLock::new(),
            lasts: OnceLock::new(),
            by_dims: vec![0; seen.resolved.what.len()],
            by_user: vec![0; seen.resolved.users.len()],
        };
        set.count();
        set.fill(most);
        set.quiet = Quiet::of(&set.seen, &set.calendar, |user, dims| {
            set.is_quiet(user, most) && feeds(&set.seen, dims)
        });
        set
    }

    /// Counts attempts, and notes which rows are failures.
    fn count(&mut self) {
        self.failures.reserve_exact(self.failed_rows());
        let (tally, resolved) = (self.seen.tally, self.seen.resolved);
        let mut begin: u32 = 0;
        for chunk in tally.rows.chunks(ROWS) {
            for run in chunk.chunk_by(|a, b| a.pair() == b.pair()) {
                let (user, dims) = (resolved.user(run[0].user), run[0].dims);
                let n = self.count_run(resolved.what[dims.index()].org, run);
                self.by_dims[dims.index()] += n;
                let by_user = &mut self.by_user[user as usize];
                // Nobody has four billion logins.
                *by_user = by_user.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
                if feeds(&self.seen, dims) {
                    self.note_failures(begin, run);
                }
                begin += run.len() as u32;
            }
        }
        // Those of one minute stay in the order of users and combinations.
        self.failures.sort_unstable();
    }

    /// How many attempts rows of one pair are, in the time that is looked at. Notes the days.
    fn count_run(&mut self, org: u32, run: &[Row]) -> u64 {
        let mut n = 0;
        // Rows of a pair come by time, and mostly several a day.
        let mut day_end = 0;
        for row in run {
            if row.bucket >= day_end {
                let Some(hour) = self.calendar.hour(row.bucket) else {
                    continue;
                };
                let day = self.calendar.day(hour);
                self.cover(org, day);
                day_end = self.calendar.minute(self.calendar.hours_of(day).1);
            }
            n += row.n();
        }
        n
    }

    /// Notes failures of one pair, the first of which stands at `begin` in the tally.
    fn note_failures(&mut self, begin: u32, run: &[Row]) {
        let until = self.seen.until.minute();
        for (at, row) in (begin..).zip(run) {
            let bucket = row.bucket;
            if bucket <= until && self.calendar.hour(bucket).is_some() {
                self.failures.push(Failed { bucket, at });
            }
        }
    }

    /// How many rows are failures.
    fn failed_rows(&self) -> usize {
        let (tally, resolved) = (self.seen.tally, self.seen.resolved);
        let pairs = tally.pairs().all(tally);
        let failed = pairs.filter(|pair| !resolved.what[pair.dims.index()].success);
        failed.map(|pair| pair.rows() as usize).sum()
    }

    /// Fills the series with the failures. Under an attack nearly all users are quiet, and a
    /// series each would take more memory than all that was read.
    fn fill(&mut self, most: u64) {
        let mut index: FxHashMap<Key, usize> = FxHashMap::default();
        let failures = std::mem::take(&mut self.failures);
        for failed in &failures {
            let row = self.row(failed);
            let Some(hour) = self.calendar.hour(row.bucket) else {
                continue;
            };
            for key in keys(&self.seen, &row).into_iter().flatten() {
                if key.dimension == Dimension::User && self.is_quiet(key.number, most) {
                    continue;
                }
                let series = *index.entry(key).or_insert_with(|| {
                    self.all.push(Series::new(key));
                    self.all.len() - 1
                });
                self.all[series].add(hour, row.n());
            }
        }
        self.failures = failures;
        self.all.sort_unstable_by_key(|series| series.key);
    }

    fn is_quiet(&self, user: u32, most: u64) -> bool {
        u64::from(self.by_user[user as usize]) <= most
    }

    fn row(&self, failed: &Failed) -> Row {
        self.seen.tally.rows.get(failed.at as usize)
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
    pub fn attempts(&self, key: Key) -> u64 {
        if key.dimension == Dimension::User {
            let n = self.by_user.get(key.number as usize).copied();
            return n.unwrap_or(0).into();
        }
        let what = self.seen.resolved.what.iter().zip(&self.by_dims);
        let own = what.filter(|(what, _)| match key.dimension {
            Dimension::App => what.org == key.org && what.app == key.number,
            Dimension::Source => what.org == key.org && what.source == key.number,
            Dimension::Cause => what.org == key.org && what.cause == key.number,
            Dimension::All | Dimension::User => what.org == key.org,
        });
        own.map(|(_, n)| n).sum()
    }

    /// The last attempt of an org up to the end of what is reported.
    pub fn last_of(&self, org: u32) -> Option<Instant> {
        let lasts = self.lasts.get_or_init(|| {
            let (tally, until) = (self.seen.tally, self.seen.until);
            let mut lasts: FxHashMap<u32, Instant> = FxHashMap::default();
            for pair in tally.pairs().all(tally) {
                let last = match pair.last <= until {
                    true => Some(pair.last),
                    false => pair
                        .rows_in(tally)
                        .iter()
                        .rfind(|row| row.first() <= until)
                        .map(|row| row.last().min(until)),
                };
                let org = self.seen.resolved.what[pair.dims.index()].org;
                if let Some(last) = last {
                    let known = lasts.entry(org).or_insert(last);
                    *known = last.max(*known);
                }
            }
            lasts
        });
        lasts.get(&org).copied()
    }

    /// Days of an org with any event.
    pub fn covered(&self, org: u32) -> &[bool] {
        self.covered.get(&org).map_or(&[], Vec::as_slice)
    }

    /// The series of a key; that of a quiet user is made anew.
    pub fn get(&self, key: Key) -> Option<Cow<'_, Series>> {
        if let Ok(at) = self.all.binary_search_by_key(&key, |series| series.key) {
            return self.all.get(at).map(Cow::Borrowed);
        }
        if key.dimension != Dimension::User {
            return None;
        }
        let mut series = Series::new(key);
        for row in self.failures.iter().map(|failed| self.row(failed)) {
            let is_own = self.seen.resolved.user(row.user) == key.number
                && self.seen.resolved.what[row.dims.index()].org == key.org;
            if let Some(hour) = self.calendar.hour(row.bucket).filter(|_| is_own) {
                series.add(hour, row.n());
            }
        }
        (series.total > 0).then_some(Cow::Owned(series))
    }

    /// Rows of successes within a range of hours, the end excluded, of every org, by hour.
    pub fn successes(&self, start: u32, end: u32) -> impl Iterator<Item = Row> {
        let rows = &self.seen.tally.rows;
        let by_hour = self.successes.get_or_init(|| self.successes_by_hour());
        let within = by_hour.within(start, end).iter();
        within.map(|at| rows.get(*at as usize))
    }

    fn successes_by_hour(&self) -> ByHour {
        let what = &self.seen.resolved.what;
        let rows = (0..).zip(self.seen.tally.rows.iter());
        let rows = rows.filter(|(_, row)| what[row.dims.index()].success);
        ByHour::of(rows.filter_map(|(at, row)| Some((self.calendar.hour(row.bucket)?, at))))
    }

    /// Rows of failures within a range of hours, the end excluded.
    pub fn rows(&self, start: u32, end: u32) -> impl Iterator<Item = Row> {
        let (start, end) = (self.calendar.minute(start), self.calendar.minute(end));
        let at = |minute: u32| {
            self.failures
                .partition_point(|failed| failed.bucket < minute)
        };
        self.failures[at(start)..at(end).max(at(start))]
            .iter()
            .map(|failed| self.row(failed))
    }
}

/// Numbers by hour of the calendar.
#[derive(Debug)]
struct ByHour {
    /// Where those of each hour begin, and where the last end.
    starts: Vec<u32>,
    all: Vec<u32>,
}

impl ByHour {
    fn of(numbers: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts: Vec<u32> = vec![0];
        for (hour, _) in numbers.clone() {
            let behind = hour as usize + 1;
            if starts.len() <= behind {
                starts.resize(behind + 1, 0);
            }
            starts[behind] += 1;
        }
        for hour in 1..starts.len() {
            starts[hour] += starts[hour - 1];
        }
        let mut next = starts.clone();
        let mut all = vec![0; starts.last().copied().unwrap_or(0) as usize];
        for (hour, number) in numbers {
            let at = &mut next[hour as usize];
            all[*at as usize] = number;
            *at += 1;
        }
        Self { starts, all }
    }

    /// Those of a range of hours, the end excluded.
    fn within(&self, start: u32, end: u32) -> &[u32] {
        let at = |hour: u32| {
            let start = self.starts.get(hour as usize);
            start.copied().unwrap_or(self.all.len() as u32) as usize
        };
        &self.all[at(start)..at(end.max(start))]
    }
}

/// The first and last hour since 1970 that are looked at.
fn bounds(seen: &Seen<'_>, limits: &Thresholds) -> Option<(u32, u32)> {
    let until = seen.until.minute();
    let buckets = seen.tally.pairs().all(seen.tally).filter_map(|pair| {
        let rows = pair.rows_in(seen.tally);
        let end = match rows.last() {
            Some(last) if last.bucket <= until => rows.len(),
            _ => rows.partition_point(|row| row.bucket <= until),
        };
        Some((
            rows.first()?.bucket,
            rows[..end].last().map(|row| row.bucket),
        ))
    });
    let (first, last) = buckets.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let (first, last) = (first / HOUR_MINUTES, last? / HOUR_MINUTES);
    let history = limits.spike_history_weeks.clamp(1, 1000) * WEEK_HOURS;
    Some((first.max(last.saturating_sub(history)), last))
}

/// Whether a combination is a failure that may feed a finding.
fn feeds(seen: &Seen<'_>, dims: DimsId) -> bool {
    let what = &seen.resolved.what[dims.index()];
    let class = what.cause().map(|cause| seen.causes.cause(cause).class);
    class.is_some_and(|class| class != Class::Benign)
}
