//! The attempts over time: equal buckets over the window, and hours of the week.

use std::collections::BTreeMap;

use super::{Material, cause_id, time};
use crate::event::{Instant, QUARTER_HOUR_MINUTES};
use crate::report::model::{Bucket, CauseCounts, HeatCell, Timeline};
use crate::tally::slots::SlotCount;

/// Lengths of a bucket that are tried, in minutes, the smallest first: whole quarters of an hour.
const BUCKET_MINUTES: [u32; 4] = [15, 60, 360, 1440];
/// The most buckets that a timeline has while a longer bucket is left.
const MOST_BUCKETS: u32 = 1_000;

pub(super) fn timeline(material: &Material<'_>) -> Timeline {
    let Some((first, last)) = material.reported else {
        return Timeline {
            bucket_seconds: u64::from(BUCKET_MINUTES[0]) * 60,
            buckets: Vec::new(),
        };
    };
    let (first, last) = (first.minute(), last.minute());
    let count = |length: u32| last / length - first / length + 1;
    let fits = BUCKET_MINUTES
        .into_iter()
        .find(|&length| count(length) <= MOST_BUCKETS);
    let length = fits.unwrap_or(BUCKET_MINUTES[BUCKET_MINUTES.len() - 1]);
    let begin = first / length;
    let mut buckets: Vec<Bucket> = (0..count(length))
        .map(|at| Bucket {
            start: time(Instant::from_minute((begin + at) * length)),
            successes: 0,
            failures: 0,
            causes: CauseCounts::new(),
        })
        .collect();
    let number = |slot: &SlotCount| slot.slot * QUARTER_HOUR_MINUTES / length - begin;
    for of_bucket in material.quarters.chunk_by(|a, b| number(a) == number(b)) {
        let Some(bucket) = buckets.get_mut(number(&of_bucket[0]) as usize) else {
            continue;
        };
        // A long bucket has each cause many times.
        let mut causes: BTreeMap<u32, u64> = BTreeMap::new();
        for slot in of_bucket {
            bucket.successes += slot.successes;
            bucket.failures += slot.failures;
            if slot.failures > 0 {
                *causes.entry(slot.cause).or_default() += slot.failures;
            }
        }
        for (cause, failures) in causes {
            *bucket.causes.entry(cause_id(material, cause)).or_default() += failures;
        }
    }
    Timeline {
        bucket_seconds: u64::from(length) * 60,
        buckets,
    }
}

/// All 168 hours of the week, Monday first.
pub(super) fn heatmap(material: &Material<'_>) -> Vec<HeatCell> {
    let mut cells: Vec<HeatCell> = (0..7 * 24)
        .map(|at: u8| HeatCell {
            weekday: at / 24 + 1,
            hour: at % 24,
            successes: 0,
            failures: 0,
        })
        .collect();
    // Zones differ by quarters of an hour, and so do the buckets: one answer serves them all.
    for of_quarter in material.quarters.chunk_by(|a, b| a.slot == b.slot) {
        let at = Instant::from_minute(of_quarter[0].slot * QUARTER_HOUR_MINUTES);
        let (weekday, hour) = material.zone.weekday_hour(at);
        let Some(cell) = cells.get_mut((weekday * 24 + hour) as usize) else {
            continue;
        };
        for slot in of_quarter {
            cell.successes += slot.successes;
            cell.failures += slot.failures;
        }
    }
    cells
}
