//! One row of the tally, and how rows add up.

use crate::event::{DimsId, Instant, Place, Sym};

/// The attempts of one user, one combination and one bucket of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// First minute of the bucket, counted from the Unix epoch.
    pub bucket: u32,
    pub user: Sym,
    pub dims: DimsId,
    /// How many attempts.
    pub n: u64,
    /// The first and last of them, exactly.
    pub first: Instant,
    pub last: Instant,
    /// Where the first stands: of those at the same instant, the first in file and line.
    pub place: Place,
}

/// What rows must share to be one.
type Key = (Sym, DimsId, u32);

impl Row {
    /// What rows must share to be one; rows are sorted by it.
    pub fn key(&self) -> Key {
        (self.user, self.dims, self.bucket)
    }

    /// Adds the attempts of another row with the same key.
    pub fn add(&mut self, other: &Row) {
        self.n += other.n;
        self.place = match self.first.cmp(&other.first) {
            std::cmp::Ordering::Less => self.place,
            std::cmp::Ordering::Equal => self.place.min(other.place),
            std::cmp::Ordering::Greater => other.place,
        };
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Sorts rows by key and adds up those that share one.
pub fn compact(rows: &mut Vec<Row>) {
    use rayon::slice::ParallelSliceMut;
    rows.par_sort_unstable_by_key(Row::key);
    add_up(rows);
}

/// Adds up rows that share a key; they stand side by side.
pub(super) fn add_up(rows: &mut Vec<Row>) {
    rows.dedup_by(|next, kept| {
        let same = next.key() == kept.key();
        if same {
            kept.add(next);
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(bucket: u32, first: i64, place: u64) -> Row {
        Row {
            bucket,
            user: Sym(1),
            dims: DimsId(0),
            n: 1,
            first: Instant::from_millis(first),
            last: Instant::from_millis(first),
            place: Place::new(0, place),
        }
    }

    #[test]
    fn rows_of_one_key_add_up() {
        let mut rows = vec![row(2, 5, 9), row(1, 7, 3), row(2, 4, 12), row(2, 4, 11)];
        compact(&mut rows);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1].n, rows[1].place), (3, Place::new(0, 11)));
        assert_eq!((rows[1].first.millis(), rows[1].last.millis()), (4, 5));
    }
}
