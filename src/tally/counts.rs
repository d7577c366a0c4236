//! Counts of one file after the other by one worker: of each pair of user and combination the bucket it is in.
//!
//! Rows stand in the order of time but for some seconds, so a pair hardly ever comes back to a
//! bucket that it left. Where it does, the two rows are added up with all others.

use rustc_hash::FxHashMap;

use super::{Row, Rows};
use crate::event::{DimsId, Instant, Place, Sym};

/// Pairs at which all buckets are closed, so that they fit a core's cache.
const MOST_OPEN: usize = 1 << 14;
/// Rows of one file at which they are first added up.
const COMPACT_AT: usize = 1 << 21;

/// Pairs that are found without a search; a power of two.
const RECENT: usize = 1 << 12;

/// A number below [`RECENT`] that tells most pairs apart.
#[inline]
fn recent(user: Sym, dims: DimsId) -> usize {
    // Source: D. Knuth, The Art of Computer Programming, volume 3, 6.4: multiplicative hashing.
    let pair = u64::from(user.0) << 32 | u64::from(dims.0);
    (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - RECENT.ilog2())) as usize
}

/// Counts of one file at a time by one worker.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// The bucket that each pair is in.
    open: Vec<Row>,
    /// Where the bucket of each pair stands among the open ones.
    index: FxHashMap<(Sym, DimsId), u32>,
    /// Where it may stand, by a number made of the pair: most rows are of few pairs, and this fits
    /// the nearest cache.
    recent: Vec<u32>,
    rows: Rows,
    compact_at: usize,
    /// Instants that no bucket may span.
    cuts: Vec<Instant>,
}

/// The bucket of an attempt: its minute for a failure, its quarter of an hour for a success. A
/// bucket that a cut divides begins anew at the cut, so that what is reported can be told exactly
/// from what was before.
#[inline]
fn bucket(at: Instant, success: bool, cuts: &[Instant]) -> u32 {
    let whole = if success {
        at.quarter_hour()
    } else {
        at.minute()
    };
    let divides = |cut: &&Instant| at >= **cut && Instant::from_minute(whole) < **cut;
    let Some(last) = cuts.iter().filter(divides).max() else {
        return whole;
    };
    // Cuts within one minute still begin a bucket each.
    let passed = cuts.iter().filter(divides);
    let beside = passed
        .clone()
        .filter(|cut| cut.minute() == last.minute())
        .count() as u32
        - 1;
    (last.minute() + beside).max(whole + passed.count() as u32)
}

impl Counts {
    /// Counts in which no bucket spans one of the instants.
    pub(super) fn cut_at(cuts: &[Instant]) -> Self {
        Self {
            cuts: cuts.to_vec(),
            ..Self::default()
        }
    }

    #[inline]
    pub(super) fn add(
        &mut self,
        at: Instant,
        success: bool,
        user: Sym,
        dims: DimsId,
        place: Place,
    ) {
        let bucket = bucket(at, success, &self.cuts);
        let one = Row::one(bucket, (user, dims), at, place);
        let Some(open) = self.open_of(user, dims) else {
            return self.begin(one);
        };
        if open.bucket == one.bucket {
            open.add(&one);
        } else {
            let closed = std::mem::replace(open, one);
            self.rows.push(closed);
        }
    }

    /// The bucket that a pair is in.
    #[inline]
    fn open_of(&mut self, user: Sym, dims: DimsId) -> Option<&mut Row> {
        let recent = self.recent.get_mut(recent(user, dims))?;
        let is_of = |row: &Row| row.pair() == (user, dims);
        if !self.open.get(*recent as usize).is_some_and(is_of) {
            *recent = *self.index.get(&(user, dims))?;
        }
        self.open.get_mut(*recent as usize)
    }

    /// Opens a pair's first bucket.
    #[cold]
    fn begin(&mut self, one: Row) {
        if self.open.len() >= MOST_OPEN {
            self.flush();
        }
        self.recent.resize(RECENT, 0);
        self.index
            .insert((one.user, one.dims), self.open.len() as u32);
        self.open.push(one);
    }

    /// Closes all buckets; adds the rows up when there are many.
    pub(super) fn flush(&mut self) {
        self.index.clear();
        self.open.drain(..).for_each(|row| self.rows.push(row));
        if self.rows.len() > self.compact_at.max(COMPACT_AT) {
            self.rows.compact();
            self.compact_at = self.rows.len() * 2;
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len() + self.open.len()
    }

    pub(super) fn into_rows(mut self) -> Rows {
        self.take_rows()
    }

    /// Takes all rows, so that those of the next file can follow in the same memory.
    pub(super) fn take_rows(&mut self) -> Rows {
        self.flush();
        self.compact_at = 0;
        std::mem::take(&mut self.rows).tight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bucket_spans_a_cut() {
        let at = |text: &str| Instant::parse_rfc3339(text).expect("a time");
        let cut = [at("2026-03-02T10:07:30Z")];
        let of =
            |time: &str, success| Instant::from_minute(bucket(at(time), success, &cut)).to_string();
        assert_eq!(of("2026-03-02T10:07:29Z", true), "2026-03-02T10:00:00Z");
        assert_eq!(of("2026-03-02T10:07:30Z", true), "2026-03-02T10:07:00Z");
        assert_eq!(of("2026-03-02T10:14:59Z", true), "2026-03-02T10:07:00Z");
        assert_eq!(of("2026-03-02T10:15:00Z", true), "2026-03-02T10:15:00Z");
        assert_eq!(of("2026-03-02T10:07:29Z", false), "2026-03-02T10:07:00Z");
        assert_eq!(of("2026-03-02T10:07:31Z", false), "2026-03-02T10:08:00Z");
    }
    #[test]
    fn cuts_in_one_minute_divide_it_twice() {
        let at = |text: &str| Instant::parse_rfc3339(text).expect("a time");
        let cuts = [at("2026-03-02T10:07:30Z"), at("2026-03-02T10:07:40Z")];
        for success in [true, false] {
            let of = |time: &str| bucket(at(time), success, &cuts);
            let buckets =
                ["20", "35", "45"].map(|second| of(&format!("2026-03-02T10:07:{second}Z")));
            assert!(buckets.is_sorted_by(|a, b| a < b), "{buckets:?}");
        }
    }
}
