//! The attempts of a tally by slots of time.

use rustc_hash::FxHashMap;

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

/// Slots that are counted side by side.
const PAGE: u32 = 256;

/// The failures and successes of slots side by side, of one cause.
struct Page {
    /// Its number, and the cause.
    key: (u32, u32),
    counts: Vec<[u64; 2]>,
}

impl Page {
    fn of(key: (u32, u32)) -> Self {
        Self {
            key,
            counts: vec![[0; 2]; PAGE as usize],
        }
    }
}

/// Attempts by quarter of an hour (counted since 1970, UTC) and cause, sorted by these. The lengths
/// of all buckets of reports are made up of quarters.
pub fn quarters(tally: &Tally, resolved: &Resolved) -> Vec<SlotCount> {
    let mut numbers: FxHashMap<(u32, u32), usize> = FxHashMap::default();
    let mut pages: Vec<Page> = Vec::new();
    // The rows of a pair have one cause and stand in the order of time, so that the next one
    // mostly belongs to the same page.
    let mut at = usize::MAX;
    for row in tally.rows.iter() {
        let what = &resolved.what[row.dims.index()];
        let slot = row.first().minute() / QUARTER_HOUR_MINUTES;
        let key = (slot / PAGE, what.cause);
        if pages.get(at).is_none_or(|page| page.key != key) {
            at = *numbers.entry(key).or_insert_with(|| {
                pages.push(Page::of(key));
                pages.len() - 1
            });
        }
        pages[at].counts[(slot % PAGE) as usize][usize::from(what.success)] += row.n();
    }
    let counts = pages.iter().flat_map(|page| {
        let (number, cause) = page.key;
        let counts = (number * PAGE..).zip(&page.counts);
        let counts = counts.filter(|(_, counts)| **counts != [0, 0]);
        counts.map(move |(slot, [failures, successes])| SlotCount {
            slot,
            cause,
            failures: *failures,
            successes: *successes,
        })
    });
    let mut done: Vec<SlotCount> = counts.collect();
    done.sort_unstable();
    done
}
