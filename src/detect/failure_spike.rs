//! `failure-spike`: failures well above what their hour of the week leads one to expect.
//!
//! Every series is scored by day (`surprise`), every score is weighed against the past and the
//! peers (`calibration`); what stands out is widened to its hours (`spike`), merged into one
//! incident at its most telling scope (`head`) and told (`telling`). What rises without ever
//! standing out is a `trend`.

mod head;
mod shift;
mod spike;
mod telling;
mod trend;

use super::series_set::SeriesSet;
use super::{Detector, Found, NearMiss, Seen, Thresholds};
use crate::event::DAY_MS;
use head::{Incident, incidents};
use spike::{Ground, Spike, spikes};
use telling::{Shape, subject_of, told};
use trend::trends;

/// The id that reports use.
pub const ID: &str = "failure-spike";
/// Days of data below which no hour has another day to be compared with.
const LEAST_DAYS: i64 = 2;
/// Near misses that are told.
const NEAR_MISSES: usize = 20;

/// Bursts, level shifts and slow ramps of failures.
pub struct FailureSpike;

impl Detector for FailureSpike {
    fn id(&self) -> &'static str {
        ID
    }

    fn page(&self) -> &'static str {
        include_str!("failure_spike.md")
    }

    fn cannot_run(&self, seen: &Seen<'_>) -> Option<String> {
        let ((first, _), last) = (seen.tally.ends()?, seen.until);
        let days = (last.millis() - first.millis()) / DAY_MS;
        let short = days + 1 < LEAST_DAYS;
        short.then(|| {
            String::from(
                "less than a day of data: nothing to compare an hour with; add earlier exports",
            )
        })
    }

    fn detect(&self, seen: &Seen<'_>, limits: &Thresholds) -> Found {
        found(seen, &SeriesSet::of(seen, limits), limits)
    }
}

fn found(seen: &Seen<'_>, set: &SeriesSet<'_>, limits: &Thresholds) -> Found {
    let ground = Ground::of(set, limits);
    let (spikes, near) = spikes(seen, &ground);
    let mut all = incidents(seen, &ground, &spikes, &[]);
    let shape = |incident: &Incident| match incident.spike.shift {
        Some(_) => Shape::Shift,
        None => Shape::Burst,
    };
    let mut findings: Vec<_> = all
        .iter()
        .filter_map(|incident| told(seen, &ground, incident, shape(incident)))
        .collect();
    let ramps = incidents(seen, &ground, &trends(seen, &ground, limits), &all);
    findings.extend(
        ramps
            .iter()
            .filter_map(|ramp| told(seen, &ground, ramp, Shape::Ramp)),
    );
    all.extend(ramps);
    Found {
        findings,
        near_misses: near_misses(seen, &near, &all, limits),
    }
}

/// What nearly became a finding and overlaps none, in words; the largest excess first.
fn near_misses(
    seen: &Seen<'_>,
    near: &[Spike],
    incidents: &[Incident],
    limits: &Thresholds,
) -> Vec<NearMiss> {
    let told = |spike: &Spike| {
        incidents.iter().any(|incident| {
            let (a, b) = (&incident.spike, spike);
            a.key.org == b.key.org && a.start < b.end && b.start < a.end
        })
    };
    let untold = near.iter().filter(|spike| !told(spike));
    let words = |spike: &Spike| NearMiss {
        rule: ID,
        scope: subject_of(seen, spike.key),
        reached: format!(
            "{} failures, expected {:.1}; 1 in {:.0} active days looks like this",
            spike.observed,
            spike.expected,
            1.0 / spike.worth.p.max(1e-6)
        ),
        needed: format!(
            "{} more than expected, {} times the expected, 1 in {:.0}",
            limits.spike_min_excess,
            limits.spike_min_ratio,
            1.0 / spike.needed.max(1e-6)
        ),
    };
    untold.take(NEAR_MISSES).map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample::{Attempt, Sample, at};
    use crate::event::{Flow, Instant};

    fn attempt(user: &str) -> Attempt<'_> {
        Attempt {
            status: "Invalid Password",
            ..Attempt::of(user, "Nightly", Flow::OauthUsernamePassword)
        }
    }

    /// A nightly job that fails now and then, strangers with one to four failures each, and a
    /// burst in the last week: of one user, or of many that try once.
    fn sample(crowd: bool) -> Sample {
        let minute = |n: u64| Instant::from_minute(at("03-02 00:00").minute() + n as u32);
        let mut sample = Sample::default();
        for day in 0..60 {
            sample.add_at(minute(day * 1440 + 65), attempt("etl@example.com"));
            for stranger in 0..5 {
                let name = format!("s{}@example.com", day * 5 + stranger);
                for again in 0..=(day + stranger) % 4 {
                    let apart = again * 1500 * (stranger % 2);
                    sample.add_at(minute(day * 1440 + stranger * 97 + apart), attempt(&name));
                }
            }
        }
        for n in 0..60 {
            let name = if crowd {
                format!("c{n}@example.com")
            } else {
                "one@example.com".to_owned()
            };
            sample.add_at(minute(55 * 1440 + 600 + n / 2), attempt(&name));
        }
        sample
    }

    #[test]
    fn quiet_users_count_as_peers_as_if_each_had_a_series() {
        for crowd in [true, false] {
            sample(crowd).see("05-02 00:00", |seen, limits| {
                let whole = SeriesSet::without_quiet(seen, limits, 0);
                let set = SeriesSet::of(seen, limits);
                assert!(set.all.len() + 300 <= whole.all.len(), "{}", set.all.len());
                let expected = found(seen, &whole, limits);
                assert_eq!(expected.findings.len(), 1);
                let told = found(seen, &set, limits);
                assert_eq!(told.findings, expected.findings);
                assert_eq!(told.near_misses, expected.near_misses);
                for series in &whole.all {
                    let again = set.get(series.key).expect("every key has a series");
                    assert_eq!(again.hours, series.hours);
                }
            });
        }
    }
}
