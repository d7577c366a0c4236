//! The rhythm of a machine: how far apart attempts stand, as far as that can be proved.
//!
//! A row of the tally knows the first and last of its attempts exactly and the others only by
//! number. So a gap between two attempts is known where they are the ends of a row or stand in
//! different rows; of the gaps inside a row of three or more only the mean is known. Where such a
//! row overlaps another one, nothing is claimed.

use std::borrow::Cow;

use crate::event::Instant;
use crate::tally::Row;

/// Gaps below which no rhythm is claimed. Ours: a day's work of an hourly job has more, and a
/// person seldom keeps the same distance five times.
const FEWEST_GAPS: u64 = 5;
/// Share of the gaps, in fifths, that must be like the middle one: a job of the working days has
/// one longer gap in five.
const ALIKE_FIFTHS: u64 = 4;
/// Share of the middle gap by which a gap may differ and still be like it, in tenths: the jitter
/// of schedulers stays below that.
const JITTER_TENTHS: i64 = 1;

/// Attempts of one row: when the first and last were, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    pub first: Instant,
    pub last: Instant,
    pub n: u64,
}

impl Stretch {
    /// That of a row.
    pub fn of(row: &Row) -> Self {
        Self {
            first: row.first(),
            last: row.last(),
            n: row.n(),
        }
    }
}

/// Milliseconds between neighbours, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Gap {
    millis: i64,
    times: u64,
}

/// Seconds between attempts where these come regularly; `None` where that is not so or can't be
/// proved.
pub fn period_seconds(stretches: &[Stretch]) -> Option<u64> {
    let mut gaps = gaps(stretches)?;
    let all: u64 = gaps.iter().map(|gap| gap.times).sum();
    if all < FEWEST_GAPS {
        return None;
    }
    let middle = median(&mut gaps, all)?;
    let jitter = middle * JITTER_TENTHS / 10;
    let alike = gaps
        .iter()
        .filter(|gap| (gap.millis - middle).abs() <= jitter);
    let alike: u64 = alike.map(|gap| gap.times).sum();
    let regular = alike * 5 >= all * ALIKE_FIFTHS;
    let seconds = u64::try_from((middle + 500) / 1000).unwrap_or(0);
    (regular && seconds > 0).then_some(seconds)
}

/// Milliseconds of the longest span without an attempt between two attempts; what lies inside a
/// row counts as no silence, since a row is a quarter of an hour at most.
pub fn longest_silence(stretches: &[Stretch]) -> i64 {
    let mut sorted = Cow::Borrowed(stretches);
    if !stretches.is_sorted() {
        sorted.to_mut().sort();
    }
    let mut longest = 0;
    let mut last: Option<Instant> = None;
    for stretch in sorted.iter() {
        if let Some(last) = last {
            longest = longest.max(stretch.first.millis() - last.millis());
        }
        last = last.max(Some(stretch.last));
    }
    longest
}

/// The gap in the middle by length, the lower one of two; `all` is how many there are. Changes the
/// order of the gaps.
fn median(gaps: &mut [Gap], all: u64) -> Option<i64> {
    if gaps.iter().all(|gap| gap.times == 1) {
        let middle = gaps.len().div_ceil(2).checked_sub(1)?;
        return Some(gaps.select_nth_unstable(middle).1.millis);
    }
    gaps.sort_unstable();
    let mut below = 0;
    let middle = gaps.iter().find(|gap| {
        below += gap.times;
        below * 2 >= all
    });
    middle.map(|gap| gap.millis)
}

/// All gaps that are known; `None` where a row of three or more overlaps another.
fn gaps(stretches: &[Stretch]) -> Option<Vec<Gap>> {
    let mut parts: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for row in stretches {
        add_ends(*row, &mut parts);
    }
    // Stretches come sorted, and rows of two are hardly out of their order.
    parts.sort();
    let mut gaps = Vec::with_capacity(parts.len());
    for part in &parts {
        if part.n > 2 {
            let times = part.n - 1;
            let span = part.last.millis() - part.first.millis();
            let millis = span / i64::try_from(times).ok()?;
            gaps.push(Gap { millis, times });
        }
    }
    for (one, next) in parts.iter().zip(parts.iter().skip(1)) {
        let millis = next.first.millis() - one.last.millis();
        if millis < 0 {
            return None;
        }
        gaps.push(Gap { millis, times: 1 });
    }
    Some(gaps)
}

/// A row of two is two attempts whose times are known.
fn add_ends(row: Stretch, parts: &mut Vec<Stretch>) {
    let alone = |at| Stretch {
        first: at,
        last: at,
        n: 1,
    };
    match row.n {
        2 => parts.extend([alone(row.first), alone(row.last)]),
        _ => parts.push(row),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn stretch(first: i64, last: i64, n: u64) -> Stretch {
        let at = |minutes| Instant::from_millis(minutes * MINUTE);
        Stretch {
            first: at(first),
            last: at(last),
            n,
        }
    }

    fn alone(minutes: &[i64]) -> Vec<Stretch> {
        minutes.iter().map(|at| stretch(*at, *at, 1)).collect()
    }

    #[test]
    fn five_gaps_are_a_rhythm_and_four_are_none() {
        assert_eq!(
            period_seconds(&alone(&[0, 60, 120, 180, 240, 300])),
            Some(3600)
        );
        assert_eq!(period_seconds(&alone(&[0, 60, 120, 180, 240])), None);
        assert_eq!(period_seconds(&[]), None);
    }

    #[test]
    fn one_gap_in_five_may_differ_but_not_two_in_six() {
        assert_eq!(
            period_seconds(&alone(&[0, 60, 120, 180, 240, 900])),
            Some(3600)
        );
        let uneven = alone(&[0, 60, 120, 180, 240, 900, 1800]);
        assert_eq!(period_seconds(&uneven), None);
    }

    #[test]
    fn a_person_has_no_rhythm() {
        assert_eq!(
            period_seconds(&alone(&[0, 7, 95, 130, 260, 300, 480])),
            None
        );
        assert_eq!(period_seconds(&alone(&[5, 5, 5, 5, 5, 5])), None);
    }

    #[test]
    fn full_rows_give_their_mean_gap() {
        let every_five: Vec<Stretch> = (0..4)
            .map(|quarter| stretch(quarter * 15, quarter * 15 + 10, 3))
            .collect();
        assert_eq!(period_seconds(&every_five), Some(300));
    }

    #[test]
    fn a_full_row_counts_for_all_its_gaps() {
        let rows = [stretch(0, 14, 15), stretch(20, 34, 15)];
        assert_eq!(period_seconds(&rows), Some(60));
    }

    #[test]
    fn a_full_row_under_another_proves_nothing() {
        let mut rows: Vec<Stretch> = (0..4)
            .map(|quarter| stretch(quarter * 15, quarter * 15 + 10, 3))
            .collect();
        rows.push(stretch(5, 5, 1));
        assert_eq!(period_seconds(&rows), None);
    }

    #[test]
    fn rows_of_two_may_interleave() {
        let rows = [
            stretch(0, 10, 2),
            stretch(5, 15, 2),
            stretch(20, 25, 2),
            stretch(30, 30, 1),
        ];
        assert_eq!(period_seconds(&rows), Some(300));
    }

    #[test]
    fn silence_is_measured_between_rows() {
        let rows = [stretch(0, 10, 3), stretch(4, 4, 1), stretch(40, 40, 1)];
        assert_eq!(longest_silence(&rows), 30 * MINUTE);
        assert_eq!(longest_silence(&rows[..1]), 0);
    }
}
