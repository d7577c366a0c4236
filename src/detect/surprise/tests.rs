//! The tail by hand, and a yardstick that others wrote.
//!
//! The yardstick: the 28 scenarios of Noufaily et al. (Statistics in Medicine 2013, 32:1206), with
//! which detectors of disease outbreaks are compared: seven levels of weekly counts from 0.1 to
//! 150, with and without trend and season, negative binomial, an outbreak in the last 49 steps and
//! four before. Made anew here from the published parameters and a fixed seed. Its year of 52
//! weeks becomes our week of 56 times three hours, since our season is the week; the outbreak's
//! cases are spread over steps as there.
//!
//! It measures the negative binomial of this file with its baseline, hour by hour, and none of what
//! decides in the end: no calibration, no incident, no merging.

use std::f64::consts::TAU;

use fastrand::Rng;

use super::*;
use crate::detect::series::{Dimension, Key};
use crate::event::Zone;

#[test]
fn the_tail_is_that_of_the_negative_binomial() {
    // mean 2, variance 4: size 2, probability one half; P(X = 0) = 1/4, P(X = 1) = 1/4
    assert!((at_least(1, 2.0, 2.0) - 0.75).abs() < 1e-12);
    assert!((at_least(2, 2.0, 2.0) - 0.5).abs() < 1e-12);
}

/// Level, trend by step, season by cosine and sine, variance by mean.
const LEVELS: [(f64, f64, f64, f64, f64); 7] = [
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
];
/// Steps of a season there and here, seasons, and steps that are tested.
const THERE: f64 = 52.0;
const HERE: usize = 56;
const SEASONS: usize = 12;
const STEPS: usize = SEASONS * HERE;
const TESTED: usize = 49;
/// Hours of a step.
const STEP: u32 = 3;

fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (TAU * rng.f64()).cos()
}

fn poisson(rng: &mut Rng, mean: f64) -> u64 {
    let (mut left, mut count) = (mean, 0);
    while left > 0.0 {
        let part = left.min(20.0);
        let (limit, mut product) = ((-part).exp(), rng.f64());
        while product > limit {
            product *= rng.f64();
            count += 1;
        }
        left -= part;
    }
    count
}

/// Marsaglia and Tsang's method.
fn gamma(rng: &mut Rng, shape: f64) -> f64 {
    if shape < 1.0 {
        let boost = (1.0 - rng.f64()).powf(1.0 / shape);
        return gamma(rng, shape + 1.0) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(rng);
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && (1.0 - rng.f64()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

/// A series with its outbreaks, and the same without the one in the tested part.
struct Made {
    calm: Vec<u64>,
    counts: Vec<u64>,
    outbreak: Vec<u64>,
}

fn made(rng: &mut Rng, level: usize, trend: bool, season: bool) -> Made {
    let (theta, beta, cos, sin, phi) = LEVELS[level];
    let mean = |step: usize| {
        let turn = TAU * step as f64 / HERE as f64;
        let wave = cos * turn.cos() + sin * turn.sin();
        let rise = beta * step as f64 * THERE / HERE as f64;
        (theta + if trend { rise } else { 0.0 } + if season { wave } else { 0.0 }).exp()
    };
    let mut calm: Vec<u64> = (0..STEPS)
        .map(|step| {
            let mean = mean(step);
            let mean = if phi > 1.0 {
                gamma(rng, mean / (phi - 1.0)) * (phi - 1.0)
            } else {
                mean
            };
            poisson(rng, mean)
        })
        .collect();
    let cases = |rng: &mut Rng, counts: &mut [u64], start: usize, times: f64| {
        let cases = poisson(rng, times * (phi * mean(start)).sqrt());
        for _ in 0..cases {
            let at = start + (0.5 * normal(rng)).exp() as usize;
            if let Some(count) = counts.get_mut(at) {
                *count += 1;
            }
        }
    };
    for _ in 0..4 {
        let (start, times) = (rng.usize(STEPS / 2..STEPS - TESTED), 2.0 + 8.0 * rng.f64());
        cases(rng, &mut calm, start, times);
    }
    let mut outbreak = vec![0; STEPS];
    let (start, times) = (rng.usize(STEPS - TESTED..STEPS - 5), 1.0 + 9.0 * rng.f64());
    cases(rng, &mut outbreak, start, times);
    let counts = calm.iter().zip(&outbreak).map(|(a, b)| a + b).collect();
    Made {
        calm,
        counts,
        outbreak,
    }
}

/// The chance of each tested step's count, by what precedes its day.
fn chances(rng: &mut Rng, counts: &[u64], calendar: &Calendar) -> Vec<f64> {
    let mut hours = vec![0_u64; counts.len() * STEP as usize];
    for (step, count) in counts.iter().enumerate() {
        for _ in 0..*count {
            hours[step * STEP as usize + rng.usize(0..STEP as usize)] += 1;
        }
    }
    let hours: Vec<(u32, u64)> = (0..).zip(hours).filter(|(_, n)| *n > 0).collect();
    let series = Series {
        key: Key {
            org: 0,
            dimension: Dimension::All,
            number: 0,
        },
        total: hours.iter().map(|(_, n)| n).sum(),
        hours,
    };
    let covered = vec![true; calendar.days() as usize];
    let days = Days::of(&covered, calendar);
    let mut scorer = Scorer {
        series: &series,
        calendar,
        days: &days,
        past: Model::default(),
        spread: Spread::default(),
        recent: Vec::new(),
    };
    let limits = Thresholds::default();
    let alone = days.after(limits.spike_past_days);
    scorer.first_days(days.after(limits.spike_first_days), alone);
    let mut chances = vec![1.0; counts.len()];
    for (day, hours) in by_day(&series, calendar).filter(|(day, _)| *day >= alone) {
        let mut model = scorer.past.clone();
        model.days = days.within(0, day);
        model.set_level(&scorer.recent, day, &days);
        let (rates, spread) = (model.rates(), scorer.spread.each(model.day_count())[1]);
        let (start, end) = calendar.hours_of(day);
        for step in start / STEP..end / STEP {
            let (from, to) = (step * STEP, (step + 1) * STEP);
            let expected = rates.of_span(calendar, from, to);
            let count = series.sum(from, to);
            if count > 0 {
                chances[step as usize] = at_least(count, expected, spread);
            }
        }
        scorer.by_the_past(day, hours);
    }
    chances.split_off(STEPS - TESTED)
}

/// What the yardstick counts.
#[derive(Default)]
struct Counted {
    /// Chances of steps of series without an outbreak.
    calm: Vec<f64>,
    /// By outbreak: its least chance.
    outbreaks: Vec<f64>,
    /// Chances of steps of series with an outbreak, and whether the step is part of it.
    steps: Vec<(f64, bool)>,
}

impl Counted {
    fn of(repeats: usize) -> Self {
        let mut counted = Self::default();
        let mut rng = Rng::with_seed(28);
        let hours = (SEASONS * 168) as u32;
        // 2026-01-05, a Monday
        let first = 490_992;
        let calendar = Calendar::of(first, first + hours - 1, Zone::UTC);
        for scenario in 0..28 * repeats {
            let (level, variant) = (scenario % 28 / 4, scenario % 4);
            let made = made(&mut rng, level, variant > 1, variant % 2 == 1);
            counted
                .calm
                .extend(chances(&mut rng, &made.calm, &calendar));
            let chances = chances(&mut rng, &made.counts, &calendar);
            let part = made.outbreak[STEPS - TESTED..].iter().map(|n| *n > 0);
            let steps: Vec<(f64, bool)> = chances.into_iter().zip(part).collect();
            let own = steps.iter().filter(|(_, part)| *part);
            let least = own.map(|(chance, _)| *chance).fold(1.0, f64::min);
            if steps.iter().any(|(_, part)| *part) {
                counted.outbreaks.push(least);
            }
            counted.steps.extend(steps);
        }
        counted
    }

    /// False positive rate, probability of detection and positive predictive value.
    fn at(&self, alpha: f64) -> (f64, f64, f64) {
        let share = |all: &[f64]| {
            all.iter().filter(|chance| **chance <= alpha).count() as f64 / all.len() as f64
        };
        let alarms: Vec<&(f64, bool)> = self.steps.iter().filter(|(p, _)| *p <= alpha).collect();
        let right = alarms.iter().filter(|(_, part)| *part).count();
        (
            share(&self.calm),
            share(&self.outbreaks),
            right as f64 / alarms.len().max(1) as f64,
        )
    }
}

#[test]
fn the_scenarios_of_noufaily_are_detected_with_few_false_alarms() {
    let (fpr, pod, ppv) = Counted::of(1).at(0.005);
    assert!(fpr <= 0.008, "{fpr:.4} {pod:.3} {ppv:.3}");
    assert!(pod >= 0.28, "{fpr:.4} {pod:.3} {ppv:.3}");
}

/// The table of the README: `cargo test --lib noufaily -- --ignored --nocapture`.
#[test]
#[ignore = "prints the measured table"]
#[expect(clippy::print_stdout, reason = "a table for people")]
fn noufaily_table() {
    let counted = Counted::of(12);
    let mut calm = counted.calm.clone();
    calm.sort_by(f64::total_cmp);
    let same = calm[(0.005 * calm.len() as f64) as usize];
    for (name, alpha) in [
        ("p <= 0.005", 0.005),
        ("FPR 0.005", same),
        ("p <= 0.001", 0.001),
    ] {
        let (fpr, pod, ppv) = counted.at(alpha);
        println!("{name:<12} FPR {fpr:.4} POD {pod:.3} PPV {ppv:.3}");
    }
}
