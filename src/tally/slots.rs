//! The attempts of a tally by slots of time.

use super::{Resolved, Row, Tally};

/// The attempts of one slot of time and one cause (0 for successes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotCount {
    pub slot: u32,
    pub cause: u32,
    pub failures: u64,
    pub successes: u64,
}

/// Attempts by slots of time and cause, sorted by slot, then cause. `slot` numbers a row's slot;
/// later rows have no lower numbers, as rows are sorted by time.
pub fn slots(tally: &Tally, resolved: &Resolved, slot: impl Fn(&Row) -> u32) -> Vec<SlotCount> {
    let causes = resolved.what.iter().map(|what| what.cause).max();
    // One slot's counts by cause, and which causes it has.
    let mut counts = vec![[0_u64; 2]; causes.unwrap_or(0) as usize + 1];
    let mut met: Vec<u32> = Vec::new();
    let mut done = Vec::new();
    let mut close = |slot: u32, met: &mut Vec<u32>, counts: &mut Vec<[u64; 2]>| {
        met.sort_unstable();
        for cause in met.drain(..) {
            let [failures, successes] = std::mem::take(&mut counts[cause as usize]);
            done.push(SlotCount {
                slot,
                cause,
                failures,
                successes,
            });
        }
    };
    let mut current = 0;
    for row in &tally.rows {
        let of_row = slot(row);
        if of_row != current {
            close(current, &mut met, &mut counts);
            current = of_row;
        }
        let what = &resolved.what[row.dims.index()];
        let count = &mut counts[what.cause as usize];
        if *count == [0, 0] {
            met.push(what.cause);
        }
        count[usize::from(what.success)] += row.n;
    }
    close(current, &mut met, &mut counts);
    done
}
