//! One row of the tally, and how rows add up.

use crate::event::{DimsId, Instant, Place, Sym};

/// The attempts of one user, one combination and one bucket of time.
///
/// There are millions of them, so a row keeps its times as milliseconds from the beginning of its
/// bucket and takes 32 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// First minute of the bucket, counted from the Unix epoch.
    pub bucket: u32,
    pub user: Sym,
    pub dims: DimsId,
    n: u32,
    first: i32,
    last: i32,
    /// Where the first stands: of those at the same instant, the first in file and line.
    pub place: Place,
}

/// What rows must share to be one.
type Key = (Sym, DimsId, u32);

impl Row {
    /// One attempt. Its bucket is no further away than some minutes.
    #[inline]
    pub fn one(bucket: u32, (user, dims): (Sym, DimsId), at: Instant, place: Place) -> Self {
        let behind = at.millis() - Instant::from_minute(bucket).millis();
        let behind = behind.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        Self {
            bucket,
            user,
            dims,
            n: 1,
            first: behind,
            last: behind,
            place,
        }
    }

    /// The same attempt so many times.
    #[cfg(test)]
    pub fn times(self, n: u32) -> Self {
        Self { n, ..self }
    }

    /// The same of another user and combination, or by other numbers for them.
    #[inline]
    pub fn of(self, user: Sym, dims: DimsId) -> Self {
        Self { user, dims, ..self }
    }

    /// The user and combination that it is of.
    #[inline]
    pub fn pair(&self) -> (Sym, DimsId) {
        (self.user, self.dims)
    }

    /// How many attempts.
    #[inline]
    pub fn n(&self) -> u64 {
        u64::from(self.n)
    }

    /// The first of them, exactly.
    #[inline]
    pub fn first(&self) -> Instant {
        self.at(self.first)
    }

    /// The last of them, exactly.
    #[inline]
    pub fn last(&self) -> Instant {
        self.at(self.last)
    }

    #[inline]
    fn at(&self, behind: i32) -> Instant {
        Instant::from_millis(Instant::from_minute(self.bucket).millis() + i64::from(behind))
    }

    /// Bytes of a row in a file.
    pub const BYTES: usize = 32;

    /// A row as it stands in a temporary file.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let (words, place) = bytes.split_at_mut(24);
        let all = [
            self.bucket,
            self.user.0,
            self.dims.0,
            self.n,
            self.first.cast_unsigned(),
            self.last.cast_unsigned(),
        ];
        for (word, to) in all.iter().zip(words.as_chunks_mut().0) {
            *to = word.to_le_bytes();
        }
        place.copy_from_slice(&self.place.packed().to_le_bytes());
        bytes
    }

    /// The row that stands so in a temporary file.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let (words, _) = bytes.as_chunks();
        let word = |at: usize| u32::from_le_bytes(words[at]);
        let (longs, _) = bytes.as_chunks();
        Self {
            bucket: word(0),
            user: Sym(word(1)),
            dims: DimsId(word(2)),
            n: word(3),
            first: word(4).cast_signed(),
            last: word(5).cast_signed(),
            place: Place::from_packed(u64::from_le_bytes(longs[3])),
        }
    }

    /// What rows must share to be one; rows are sorted by it.
    pub fn key(&self) -> Key {
        (self.user, self.dims, self.bucket)
    }

    /// Adds the attempts of another row with the same key.
    #[inline]
    pub fn add(&mut self, other: &Row) {
        // Nobody logs in four billion times in a quarter of an hour.
        self.n = self.n.saturating_add(other.n);
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
pub(super) fn compact(rows: &mut Vec<Row>) {
    use rayon::slice::ParallelSliceMut;
    rows.par_sort_unstable_by_key(Row::key);
    let kept = add_up(rows);
    rows.truncate(kept);
}

/// Adds up rows that share a key; they stand side by side. Returns how many are left, which stand
/// first.
#[must_use]
pub(super) fn add_up(rows: &mut [Row]) -> usize {
    let mut kept = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        match rows[..kept].last_mut() {
            Some(last) if last.key() == row.key() => last.add(&row),
            _ => {
                rows[kept] = row;
                kept += 1;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(bucket: u32, first: i64, place: u64) -> Row {
        let of = (Sym(1), DimsId(0));
        Row::one(
            bucket,
            of,
            Instant::from_millis(first),
            Place::new(0, place),
        )
    }

    #[test]
    fn rows_of_one_key_add_up() {
        let mut rows = vec![row(2, 5, 9), row(1, 7, 3), row(2, 4, 12), row(2, 4, 11)];
        compact(&mut rows);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[1].n(), rows[1].place), (3, Place::new(0, 11)));
        assert_eq!((rows[1].first().millis(), rows[1].last().millis()), (4, 5));
    }
}
