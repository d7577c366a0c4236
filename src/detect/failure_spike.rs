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
        let (first, last) = (seen.tally.rows.first()?, seen.until);
        let days = (last.millis() - first.first.millis()) / DAY_MS;
        let short = days + 1 < LEAST_DAYS;
        short.then(|| {
            String::from(
                "less than a day of data: nothing to compare an hour with; add earlier exports",
            )
        })
    }

    fn detect(&self, seen: &Seen<'_>, limits: &Thresholds) -> Found {
        let set = SeriesSet::of(seen, limits);
        let ground = Ground::of(&set, limits);
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
