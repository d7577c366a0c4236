//! The attempts of a tally by slots of time.

use super::pages::Pages;
use super::{Resolved, Tally};
use crate::event::QUARTER_HOUR_MINUTES;

/// The attempts of one slot of time and one cause (0 for successes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotCount {
    pub slot: u32,
    pub cause: u32,
    pub failures: u64,
    pub successes: u64,
}

/// Attempts by quarter of an hour (counted since 1970, UTC) and cause, sorted by these. The lengths
/// of all buckets of reports are made up of quarters.
pub fn quarters(tally: &Tally, resolved: &Resolved) -> Vec<SlotCount> {
    // Failures and successes.
    let mut pages: Pages<u32, [u64; 2]> = Pages::default();
    for row in tally.rows.iter() {
        let what = &resolved.what[row.dims.index()];
        let slot = row.first().minute() / QUARTER_HOUR_MINUTES;
        pages.get(slot, what.cause)[usize::from(what.success)] += row.n();
    }
    let counts = pages.into_all().filter(|(_, _, counts)| *counts != [0, 0]);
    let counts = counts.map(|(slot, cause, [failures, successes])| SlotCount {
        slot,
        cause,
        failures,
        successes,
    });
    let mut done: Vec<SlotCount> = counts.collect();
    done.sort_unstable();
    done
}
