//! The attempts of a tally by slots of time.

use rustc_hash::FxHashMap;

use super::{Resolved, Row, Tally};

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

/// Attempts by slots of time and cause, sorted by slot, then cause. `slot` numbers a row's slot.
pub fn slots(tally: &Tally, resolved: &Resolved, slot: impl Fn(&Row) -> u32) -> Vec<SlotCount> {
    // The rows of a pair have one cause and stand in the order of time, so that the next one
    // mostly belongs to the same page.
    let mut pages: FxHashMap<(u32, u32), Vec<[u64; 2]>> = FxHashMap::default();
    for row in &tally.rows {
        let what = &resolved.what[row.dims.index()];
        let slot = slot(row);
        let page = pages.entry((slot / PAGE, what.cause));
        let page = page.or_insert_with(|| vec![[0; 2]; PAGE as usize]);
        page[(slot % PAGE) as usize][usize::from(what.success)] += row.n();
    }
    let counts = pages.iter().flat_map(|((page, cause), counts)| {
        let counts = (page * PAGE..).zip(counts);
        let counts = counts.filter(|(_, counts)| **counts != [0, 0]);
        counts.map(|(slot, [failures, successes])| SlotCount {
            slot,
            cause: *cause,
            failures: *failures,
            successes: *successes,
        })
    });
    let mut done: Vec<SlotCount> = counts.collect();
    done.sort_unstable();
    done
}
