//! How surprising each day of a series is: the best of several windows, by the tail of a negative
//! binomial whose spread is that of the series.
//!
//! A surprise is a logarithm to the base of ten and no probability of anything: what it is worth
//! is for `calibration` to say.

use statrs::function::beta::checked_beta_reg;

use super::Thresholds;
use super::baseline::{Days, Model, Rates, by_day};
use super::series::{Calendar, Series};

/// Lengths of the windows that are tried at each hour, in hours.
const WINDOWS: [u32; 4] = [1, 3, 6, 24];
const LONGEST: u32 = 24;
/// The least failures of a window, its least excess and ratio: below, nothing is computed.
pub const LEAST: u64 = 5;
const LEAST_EXCESS: f64 = 4.0;
const LEAST_RATIO: f64 = 1.5;
/// Spread (variance by mean) that is assumed, the observations it stands for, and its floor.
const SPREAD: f64 = 1.6;
const SPREAD_OBSERVATIONS: f64 = 48.0;
const SPREAD_FLOOR: f64 = 1.05;
/// The most that one block adds to the spread, and the least expectation it is divided by.
const BLOCK_MOST: f64 = 30.0;
const BLOCK_LEAST: f64 = 0.1;
/// The least probability that is told apart from none.
const TINY: f64 = 1e-300;
/// The least surprise that is kept.
const KEPT: f64 = 1.0;
/// Hours between two windows of one day that are told apart.
const APART: u32 = 3;
const MOST_WINDOWS: usize = 3;

/// A span of hours with more failures than expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Hours of the calendar, the end excluded.
    pub start: u32,
    pub end: u32,
    pub observed: u64,
    pub expected: f64,
    pub surprise: f64,
}

/// What one active day holds.
#[derive(Clone, Debug, PartialEq)]
pub struct DayScore {
    pub day: u32,
    /// Disjoint windows, the most surprising first; empty if nothing is.
    pub windows: Vec<Window>,
}

impl DayScore {
    /// The greatest surprise of the day; 0 if there is none.
    pub fn surprise(&self) -> f64 {
        self.windows.first().map_or(0.0, |window| window.surprise)
    }
}

/// How far the counts of blocks of each window's length spread.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    sum: [f64; 4],
    blocks: [f64; 4],
}

impl Spread {
    fn of_day(series: &Series, day: u32, rates: &Rates, calendar: &Calendar) -> Self {
        let (start, end) = calendar.hours_of(day);
        let counts = series.within(start, end);
        let mut spread = Self::default();
        for (at, &length) in WINDOWS.iter().enumerate() {
            let (mut from, mut rest) = (start, counts);
            while from < end {
                let to = (from + length).min(end);
                let (block, after) = rest.split_at(rest.partition_point(|(hour, _)| *hour < to));
                let observed: u64 = block.iter().map(|(_, n)| n).sum();
                let expected = rates.of_span(calendar, from, to);
                let apart = observed as f64 - expected;
                let share = apart * apart / expected.max(BLOCK_LEAST);
                spread.sum[at] += share.min(BLOCK_MOST);
                spread.blocks[at] += 1.0;
                (from, rest) = (to, after);
            }
        }
        spread
    }

    fn plus(&self, other: &Self, sign: f64) -> Self {
        Self {
            sum: std::array::from_fn(|at| self.sum[at] + sign * other.sum[at]),
            blocks: std::array::from_fn(|at| self.blocks[at] + sign * other.blocks[at]),
        }
    }

    /// Variance by mean of each window, wider where few weeks are known.
    fn each(&self, days: u32) -> [f64; 4] {
        let weeks = f64::from(days) / 7.0;
        std::array::from_fn(|at| {
            let known = self.sum[at].max(0.0) + SPREAD * SPREAD_OBSERVATIONS;
            let spread = known / (self.blocks[at] + SPREAD_OBSERVATIONS);
            spread.max(SPREAD_FLOOR) * (1.0 + 1.0 / (weeks + 2.0))
        })
    }
}

/// Scores the active days of a series: by its past, or in the first weeks by one another.
pub fn scores(
    series: &Series,
    calendar: &Calendar,
    days: &Days,
    limits: &Thresholds,
) -> Vec<DayScore> {
    if series.total < LEAST {
        let quiet = |(day, _)| DayScore {
            day,
            windows: Vec::new(),
        };
        return by_day(series, calendar).map(quiet).collect();
    }
    let mut scorer = Scorer {
        series,
        calendar,
        days,
        past: Model::default(),
        spread: Spread::default(),
        recent: Vec::new(),
    };
    let alone = days.after(limits.spike_past_days);
    let first_end = days.after(limits.spike_first_days).max(alone);
    let mut scores = scorer.first_days(first_end, alone);
    for (day, hours) in by_day(series, calendar).filter(|(day, _)| *day >= alone) {
        scores.push(scorer.by_the_past(day, hours));
    }
    scores
}

struct Scorer<'a> {
    series: &'a Series,
    calendar: &'a Calendar,
    days: &'a Days,
    past: Model,
    spread: Spread,
    /// Capped counts of the last days.
    recent: Vec<(u32, u64)>,
}

impl Scorer<'_> {
    /// Days before `alone`, each judged by the other ones before `end`.
    fn first_days(&mut self, end: u32, alone: u32) -> Vec<DayScore> {
        let covered = self.days.within(0, end);
        let all = Model::learned(self.series, self.calendar, covered, |day| day < end);
        let raw = Model::learned_raw(self.series, self.calendar, covered, |day| day < end);
        let mut measured = Vec::new();
        let mut spread = Spread::default();
        for (day, hours) in by_day(self.series, self.calendar).filter(|(day, _)| *day < alone) {
            let capped = raw
                .without(day, hours, self.calendar)
                .capped(hours, self.calendar);
            let model = all.without(day, &capped, self.calendar);
            let rates = self.judged(day).then(|| self.rates(&model, day));
            let of_day = rates.as_ref().map_or_else(Spread::default, |rates| {
                Spread::of_day(self.series, day, rates, self.calendar)
            });
            spread = spread.plus(&of_day, 1.0);
            measured.push((day, rates, of_day, model.day_count()));
            self.learn(day, capped);
        }
        self.spread = spread;
        let score = |(day, rates, of_day, count): &(u32, Option<Rates>, Spread, u32)| {
            let spread = spread.plus(of_day, -1.0).each(*count);
            let windows = rates.as_ref().filter(|_| *count > 0);
            let windows = windows.map_or_else(Vec::new, |rates| self.windows(*day, rates, &spread));
            DayScore { day: *day, windows }
        };
        measured.iter().map(score).collect()
    }

    /// A day judged by all days before it, which is then learned from.
    fn by_the_past(&mut self, day: u32, hours: &[(u32, u64)]) -> DayScore {
        self.past.days = self.days.within(0, day);
        if !self.judged(day) {
            self.learn(day, hours.to_vec());
            return DayScore {
                day,
                windows: Vec::new(),
            };
        }
        let mut model = self.past.clone();
        model.set_level(&self.recent, day, self.days);
        let rates = self.rates(&model, day);
        let spread = self.spread.each(model.day_count());
        let windows = self.windows(day, &rates, &spread);
        let of_day = Spread::of_day(self.series, day, &rates, self.calendar);
        self.spread = self.spread.plus(&of_day, 1.0);
        let capped = model.capped(hours, self.calendar);
        self.learn(day, capped);
        DayScore { day, windows }
    }

    fn learn(&mut self, day: u32, capped: Vec<(u32, u64)>) {
        self.past.add(&capped, self.calendar);
        self.recent.retain(|(at, _)| at + 10 > day);
        self.recent.push((day, capped.iter().map(|(_, n)| n).sum()));
    }

    /// Whether any window that ends on a day can hold enough failures.
    fn judged(&self, day: u32) -> bool {
        let (start, end) = self.calendar.hours_of(day);
        self.series.sum(start.saturating_sub(LONGEST - 1), end) >= LEAST
    }

    /// What a model leads one to expect of the hours of a day, of those before it that its windows
    /// reach, and of the ones beside them.
    fn rates(&self, model: &Model, day: u32) -> Rates {
        let (start, end) = self.calendar.hours_of(day);
        let first = self.calendar.slot(start.saturating_sub(LONGEST - 1)) + 167;
        let last = self.calendar.slot(end.saturating_sub(1)) + 1;
        model.rates_between(first % 168, last % 168)
    }

    /// The most surprising disjoint windows that end on a day.
    fn windows(&self, day: u32, rates: &Rates, spread: &[f64; 4]) -> Vec<Window> {
        let (start, end) = self.calendar.hours_of(day);
        let near = self.series.within(start.saturating_sub(LONGEST - 1), end);
        let today = near.partition_point(|(hour, _)| *hour < start);
        let mut all = Vec::new();
        for (at, &(hour, _)) in near.iter().enumerate().skip(today) {
            let (mut observed, mut from_at) = (0, at + 1);
            for (&length, &spread) in WINDOWS.iter().zip(spread) {
                let from = (hour + 1).saturating_sub(length);
                while from_at > 0 && near[from_at - 1].0 >= from {
                    from_at -= 1;
                    observed += near[from_at].1;
                }
                let window = self.window((from, hour + 1), observed, rates, spread);
                all.extend(window.filter(|window| window.surprise >= KEPT));
            }
        }
        // by surprise, then the shortest, then the first
        let length = |window: &Window| window.end - window.start;
        all.sort_by(|a, b| {
            let by_surprise = b.surprise.total_cmp(&a.surprise);
            by_surprise.then((length(a), a.start).cmp(&(length(b), b.start)))
        });
        let mut kept: Vec<Window> = Vec::new();
        for window in all {
            let apart = |other: &Window| {
                window.start >= other.end + APART || other.start >= window.end + APART
            };
            if kept.len() < MOST_WINDOWS && kept.iter().all(apart) {
                kept.push(window);
            }
        }
        kept
    }

    fn window(
        &self,
        (start, end): (u32, u32),
        observed: u64,
        rates: &Rates,
        spread: f64,
    ) -> Option<Window> {
        if observed < LEAST {
            return None;
        }
        let expected = rates.of_span(self.calendar, start, end);
        let x = observed as f64;
        if x - expected < LEAST_EXCESS || x < LEAST_RATIO * expected {
            return None;
        }
        let tail = at_least(observed, expected, spread).max(TINY);
        Some(Window {
            start,
            end,
            observed,
            expected,
            surprise: -tail.log10() - (WINDOWS.len() as f64).log10(),
        })
    }
}

/// Probability of at least `count` under a negative binomial with a mean and a spread (variance
/// by mean) above 1: the incomplete beta function.
fn at_least(count: u64, mean: f64, spread: f64) -> f64 {
    let size = mean / (spread - 1.0);
    checked_beta_reg(count as f64, size, 1.0 - 1.0 / spread).unwrap_or(1.0)
}

#[cfg(test)]
mod tests;
