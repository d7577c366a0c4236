//! How far the clock of a log is ahead of Salesforce's: a zone that was read wrongly, or a host
//! whose clock is minutes off.

use super::causes::Stands;
use super::pairing::{History, Pairing};
use crate::detect::Seen;
use crate::tally::logs::LogError;

/// Errors of a log that are tried; more tell no more.
const TRIED: usize = 2_000;
const MINUTE_MS: i64 = 60_000;
/// Zones differ by quarters of an hour, from 12 hours behind UTC to 14 ahead.
const QUARTERS: i64 = 14 * 4;
/// Clocks that nobody sets are off by minutes.
const MINUTES: i64 = 10;
/// An offset must find rows for so many more errors than no offset does.
const MORE: u64 = 3;
/// And for at least this share of all, in percent, more.
const MORE_SHARE: u64 = 30;

/// Milliseconds that the clock of a log is ahead; 0 where no other offset clearly fits better.
pub(super) fn ahead(
    errors: &[&LogError],
    history: &History<'_>,
    stands: &Stands,
    seen: &Seen<'_>,
) -> i64 {
    let step = errors.len().div_ceil(TRIED).max(1);
    let tried: Vec<&LogError> = errors.iter().step_by(step).copied().collect();
    let matched = |ahead_ms: i64| {
        let mut pairing = Pairing::new(history, stands, seen);
        pairing.add(
            tried
                .iter()
                .enumerate()
                .map(|(at, error)| (at, *error, ahead_ms)),
        );
        pairing.settled().len() as u64
    };
    let none = matched(0);
    let all = tried.len() as u64;
    let least = none + MORE.max(all * MORE_SHARE / 100);
    if least > all {
        return 0;
    }
    let quarters = (-QUARTERS..=QUARTERS).map(|n| n * 15 * MINUTE_MS);
    let minutes = (-MINUTES..=MINUTES).map(|n| n * MINUTE_MS);
    let mut offsets: Vec<i64> = quarters.chain(minutes).filter(|ms| *ms != 0).collect();
    // Of equal ones the smallest is taken, a clock that is ahead first.
    offsets.sort_unstable_by_key(|ms| (ms.abs(), *ms < 0));
    let mut best = (none, 0);
    for ahead_ms in offsets {
        let found = matched(ahead_ms);
        if found > best.0 {
            best = (found, ahead_ms);
        }
    }
    if best.0 >= least { best.1 } else { 0 }
}
