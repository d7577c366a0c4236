//! How many failures an hour leads one to expect, learned from other days than the tested one.
//!
//! The mean of an hour of the week leans on that hour of workdays or of weekends, which leans on
//! the mean of the series, so that few weeks are enough and many are used. Every count is capped
//! at what its own expectation allows before it is learned from: incidents of the past teach
//! little. Counts are whole numbers and sums are made in a fixed order. The shape of it and its
//! constants are those of the project's measurements of count detectors; where a constant has no
//! other source it is one of them.

use super::series::{Calendar, Series};

/// Hours of a week.
const WEEK_SLOTS: u32 = 168;
/// Days of a typical hour that the mean of the series stands for.
const MEAN_DAYS: f64 = 3.0;
/// Weeks of an hour of the week that the typical hour stands for.
const PRIOR_WEEKS: f64 = 2.0;
/// Share of a neighbouring hour's expectation that an hour may use: jobs drift, clocks change.
const NEIGHBOUR: f64 = 0.9;
/// A count below which nothing is ever capped.
const SMALL: u64 = 3;
/// Failures that an entity without a past is expected to have, over all days of its past.
const UNSEEN: f64 = 0.5;
/// Days whose level the last days are compared with, and how far back they begin.
const LEVEL_DAYS: (u32, u32) = (8, 2);
/// Failures that the level's ratio is shrunken with, and its bounds.
const LEVEL_SHRINK: f64 = 20.0;
const LEVEL_BOUNDS: (f64, f64) = (0.4, 2.5);

/// The covered days of an org, countable by weekday over any range.
#[derive(Clone, Debug, Default)]
pub struct Days {
    /// By day: covered days of each weekday before it. One more than there are days.
    before: Vec<[u32; 7]>,
}

impl Days {
    /// Counts the days of an org that have any event.
    pub fn of(covered: &[bool], calendar: &Calendar) -> Self {
        let mut sum = [0; 7];
        let mut before = vec![sum];
        for (day, covered) in (0..).zip(covered) {
            sum[calendar.weekday(day) as usize % 7] += u32::from(*covered);
            before.push(sum);
        }
        Self { before }
    }

    /// Covered days of each weekday within a range of days, the end excluded.
    pub fn within(&self, from: u32, to: u32) -> [u32; 7] {
        let at = |day: u32| {
            let known = self.before.get(day as usize).or(self.before.last());
            known.copied().unwrap_or_default()
        };
        let (a, b) = (at(from), at(to));
        std::array::from_fn(|weekday| b[weekday].saturating_sub(a[weekday]))
    }

    /// Covered days within a range of days, the end excluded.
    pub fn count(&self, from: u32, to: u32) -> u32 {
        self.within(from, to).iter().sum()
    }

    /// The first day that has so many covered days before it; the number of days if none has.
    pub fn after(&self, count: u32) -> u32 {
        let enough = |before: &[u32; 7]| before.iter().sum::<u32>() < count;
        let at = self.before.partition_point(enough);
        u32::try_from(at.min(self.before.len().saturating_sub(1))).unwrap_or(0)
    }
}

/// What is learned from some days.
#[derive(Clone, Debug)]
pub struct Model {
    by_slot: [u64; 168],
    by_kind: [[u64; 24]; 2],
    total: u64,
    /// Days learned from, by weekday; days without a failure included.
    pub days: [u32; 7],
    /// How the last days compare with the days before them.
    pub level: f64,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            by_slot: [0; 168],
            by_kind: [[0; 24]; 2],
            total: 0,
            days: [0; 7],
            level: 1.0,
        }
    }
}

const fn kind(weekday: usize) -> usize {
    (weekday >= 5) as usize
}

impl Model {
    /// Adds hours of a series.
    pub fn add(&mut self, hours: &[(u32, u64)], calendar: &Calendar) {
        for (hour, n) in hours {
            let slot = calendar.slot(*hour) as usize;
            self.by_slot[slot] += n;
            self.by_kind[kind(slot / 24)][slot % 24] += n;
            self.total += n;
        }
    }

    /// Takes back what [`Model::add`] added.
    pub fn remove(&mut self, hours: &[(u32, u64)], calendar: &Calendar) {
        for (hour, n) in hours {
            let slot = calendar.slot(*hour) as usize;
            self.by_slot[slot] = self.by_slot[slot].saturating_sub(*n);
            self.by_kind[kind(slot / 24)][slot % 24] =
                self.by_kind[kind(slot / 24)][slot % 24].saturating_sub(*n);
            self.total = self.total.saturating_sub(*n);
        }
    }

    /// How many days it has learned from.
    pub fn day_count(&self) -> u32 {
        self.days.iter().sum()
    }

    /// What an hour of workdays (0) or of weekends (1) leads one to expect.
    fn prior(&self, kind: usize, hour: usize) -> f64 {
        let mean = self.total as f64 / (24.0 * f64::from(self.day_count()).max(1.0));
        let of_kind = if kind == 0 {
            &self.days[..5]
        } else {
            &self.days[5..]
        };
        let days = f64::from(of_kind.iter().sum::<u32>()) + MEAN_DAYS;
        let plain = |hour: usize| (self.by_kind[kind][hour % 24] as f64 + MEAN_DAYS * mean) / days;
        0.25 * plain(hour + 23) + 0.5 * plain(hour) + 0.25 * plain(hour + 1)
    }

    /// What an hour of the week leads one to expect, with what its kind of hour does.
    fn leaning(&self, slot: usize, prior: f64) -> f64 {
        let weeks = f64::from(self.days[slot % 168 / 24]);
        let sum = self.by_slot[slot % 168] as f64 + PRIOR_WEEKS * prior;
        self.level * sum / (weeks + PRIOR_WEEKS)
    }

    /// What it leads one to expect of an hour of the week.
    fn rate(&self, slot: usize) -> f64 {
        let kind = kind(slot % 168 / 24);
        self.leaning(slot, self.prior(kind, slot % 24))
    }

    /// What it leads one to expect of each hour.
    pub fn rates(&self) -> Rates {
        self.rates_between(0, WEEK_SLOTS - 1)
    }

    /// What it leads one to expect of some hours of the week, from one to another and round its
    /// end; the others are not worked out and must not be asked for.
    pub fn rates_between(&self, first: u32, last: u32) -> Rates {
        let days = f64::from(self.day_count());
        if days < 1.0 {
            return Rates {
                by_slot: [0.0; 168],
                unseen: UNSEEN / 24.0,
            };
        }
        let mut priors: [[Option<f64>; 24]; 2] = [[None; 24]; 2];
        let mut by_slot = [0.0; 168];
        let count = (last + WEEK_SLOTS - first) % WEEK_SLOTS + 1;
        for slot in first..first + count {
            let slot = (slot % WEEK_SLOTS) as usize;
            let (kind, hour) = (kind(slot / 24), slot % 24);
            let prior = *priors[kind][hour].get_or_insert_with(|| self.prior(kind, hour));
            by_slot[slot] = self.leaning(slot, prior);
        }
        Rates {
            by_slot,
            unseen: UNSEEN / (24.0 * (days + 1.0)),
        }
    }

    /// Sets the level by the capped counts of the last days, given with their days.
    pub fn set_level(&mut self, recent: &[(u32, u64)], day: u32, days: &Days) {
        self.level = 1.0;
        let from = day.saturating_sub(LEVEL_DAYS.0);
        let to = (day + 1).saturating_sub(LEVEL_DAYS.1).max(from);
        let seen: u64 = recent
            .iter()
            .filter(|(at, _)| (from..to).contains(at))
            .map(|(_, n)| n)
            .sum();
        let of_days = |weekday: usize| -> f64 {
            let slots = &self.by_slot[weekday * 24..(weekday + 1) * 24];
            slots.iter().sum::<u64>() as f64 / f64::from(self.days[weekday].max(1))
        };
        let covered = days.within(from, to);
        let expected: f64 = (0..7)
            .map(|weekday| of_days(weekday) * f64::from(covered[weekday]))
            .sum();
        let ratio = (seen as f64 + LEVEL_SHRINK) / (expected + LEVEL_SHRINK);
        self.level = ratio.clamp(LEVEL_BOUNDS.0, LEVEL_BOUNDS.1);
    }

    /// Learns from the days that `include` names, each count capped at what the other days allow.
    /// `days` counts the covered ones among them.
    pub fn learned(
        series: &Series,
        calendar: &Calendar,
        days: [u32; 7],
        include: impl Fn(u32) -> bool,
    ) -> Self {
        let raw = Self::learned_raw(series, calendar, days, &include);
        let mut model = Model {
            days,
            ..Model::default()
        };
        for (day, hours) in by_day(series, calendar).filter(|(day, _)| include(*day)) {
            let capped = raw.without(day, hours, calendar).capped(hours, calendar);
            model.add(&capped, calendar);
        }
        model
    }

    /// Learns from the days that `include` names, without any cap.
    pub fn learned_raw(
        series: &Series,
        calendar: &Calendar,
        days: [u32; 7],
        include: impl Fn(u32) -> bool,
    ) -> Self {
        let mut raw = Model {
            days,
            ..Model::default()
        };
        for (_, hours) in by_day(series, calendar).filter(|(day, _)| include(*day)) {
            raw.add(hours, calendar);
        }
        raw
    }

    /// The same without a day.
    pub fn without(&self, day: u32, hours: &[(u32, u64)], calendar: &Calendar) -> Self {
        let mut model = self.clone();
        model.remove(hours, calendar);
        let weekday = calendar.weekday(day) as usize % 7;
        model.days[weekday] = model.days[weekday].saturating_sub(1);
        model
    }

    /// Counts of one day, each capped at what this model allows its hour.
    pub fn capped(&self, hours: &[(u32, u64)], calendar: &Calendar) -> Vec<(u32, u64)> {
        let cap = |hour: u32| {
            let slot = calendar.slot(hour) as usize;
            let beside = self.rate(slot + 167).max(self.rate(slot + 1));
            let mean = self.rate(slot).max(NEIGHBOUR * beside);
            (mean + 3.0 * (3.0 * mean).sqrt()) as u64 + SMALL
        };
        // a cap is never less than what is small, so only large counts need one
        let capped = |(hour, n): &(u32, u64)| match *n {
            small @ ..=SMALL => (*hour, small),
            large => (*hour, large.min(cap(*hour))),
        };
        hours.iter().map(capped).collect()
    }
}

/// The active days of a series with their hours, in order.
pub fn by_day<'a>(
    series: &'a Series,
    calendar: &'a Calendar,
) -> impl Iterator<Item = (u32, &'a [(u32, u64)])> {
    series
        .hours
        .chunk_by(|a, b| calendar.day(a.0) == calendar.day(b.0))
        .map(|hours| (calendar.day(hours[0].0), hours))
}

/// Expected failures by hour of the week.
#[derive(Clone, Debug)]
pub struct Rates {
    by_slot: [f64; 168],
    unseen: f64,
}

impl Rates {
    /// The most that an hour or its neighbours lead one to expect.
    pub fn near(&self, slot: u32) -> f64 {
        let at = |slot: u32| self.by_slot[slot as usize % 168];
        let beside = at(slot + 167).max(at(slot + 1));
        self.unseen + at(slot).max(NEIGHBOUR * beside)
    }

    /// Expected failures of a whole day of the week.
    pub fn of_weekday(&self, weekday: u32) -> f64 {
        let from = weekday as usize % 7 * 24;
        24.0 * self.unseen + self.by_slot[from..from + 24].iter().sum::<f64>()
    }

    /// Expected failures of a span of hours, the end excluded: of this span, or of the same span
    /// an hour earlier or later.
    pub fn of_span(&self, calendar: &Calendar, start: u32, end: u32) -> f64 {
        let at = |slot: u32| self.by_slot[slot as usize % 168];
        let (mut here, mut earlier, mut later) = (0.0, 0.0, 0.0);
        for hour in start..end {
            let slot = calendar.slot(hour);
            here += at(slot);
            earlier += at(slot + 167);
            later += at(slot + 1);
        }
        let unseen = self.unseen * f64::from(end.saturating_sub(start));
        unseen + f64::max(here, NEIGHBOUR * f64::max(earlier, later))
    }
}
