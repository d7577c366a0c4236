//! The rows of a tally by pair: one user and one combination of everything but time.
//!
//! There are mostly some thousands of pairs where there are millions of rows, so what doesn't ask
//! for time is answered from these. The rows of a pair stand side by side in the tally.

use std::borrow::Cow;

use super::store::Each;
use super::{Row, Tally};
use crate::event::{DimsId, Instant, Sym};

/// The attempts of one user and one combination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    pub user: Sym,
    pub dims: DimsId,
    /// How many attempts.
    pub n: u64,
    pub first: Instant,
    pub last: Instant,
    /// Where its rows begin and end in the tally.
    start: u32,
    end: u32,
}

/// All pairs of a tally, sorted by user, then combination.
///
/// Under an attack there are as many pairs as rows. So a pair of one row is told by that row; only
/// those of several are kept added up.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// Where each pair begins in the tally's rows, and where the last ends.
    starts: Vec<u32>,
    /// The pairs of several rows, in their order.
    several: Vec<Pair>,
}

impl Pairs {
    /// The pairs of a tally with less than 2^32 rows.
    pub fn of(tally: &Tally) -> Self {
        Self::of_rows(tally.rows.iter(), tally.rows.len())
    }

    /// The pairs of so many rows, sorted.
    pub(super) fn of_rows(rows: impl Iterator<Item = Row>, count: usize) -> Self {
        // Whatever is not needed of it is never touched; growing would touch what there is again.
        let mut pairs = Self {
            starts: Vec::with_capacity(count + 1),
            several: Vec::new(),
        };
        let mut open: Option<Pair> = None;
        for (at, row) in (0..).zip(rows) {
            match &mut open {
                Some(pair) if (pair.user, pair.dims) == row.pair() => pair.add(&row),
                _ => pairs.close(open.replace(Pair::of(&row, at))),
            }
        }
        pairs.close(open);
        pairs.starts.push(count as u32);
        pairs
    }

    /// Takes the pairs of the rows that stand right behind, all of them of later users.
    pub(super) fn append(&mut self, later: Self) {
        let behind = self.starts.pop().unwrap_or(0);
        self.starts
            .extend(later.starts.iter().map(|start| start + behind));
        self.several.extend(later.several.iter().map(|pair| Pair {
            start: pair.start + behind,
            end: pair.end + behind,
            ..*pair
        }));
    }

    /// No more rows of a pair come.
    #[inline]
    fn close(&mut self, pair: Option<Pair>) {
        let Some(pair) = pair else { return };
        self.starts.push(pair.start);
        if pair.rows() > 1 {
            self.several.push(pair);
        }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every pair, sorted by user, then combination. `tally` is the one that the pairs are of.
    pub fn all<'a>(&'a self, tally: &'a Tally) -> impl Iterator<Item = Pair> + Clone + use<'a> {
        let mut several = self.several.iter();
        self.starts.windows(2).map(move |ends| match *ends {
            [start, end] if end - start == 1 => self.single(start, tally),
            // Those of several rows come in the same order.
            _ => several.next().copied().unwrap_or_default(),
        })
    }

    /// A pair by its position among all.
    pub fn get(&self, at: u32, tally: &Tally) -> Pair {
        let start = self.starts[at as usize];
        match self.several.binary_search_by_key(&start, |pair| pair.start) {
            Ok(at) => self.several[at],
            Err(_) => self.single(start, tally),
        }
    }

    /// User and combination of a pair by its position among all.
    pub fn key(&self, at: u32, tally: &Tally) -> (Sym, DimsId) {
        let row = tally.rows.get(self.starts[at as usize] as usize);
        (row.user, row.dims)
    }

    fn single(&self, start: u32, tally: &Tally) -> Pair {
        Pair::of(&tally.rows.get(start as usize), start)
    }

    /// The rows of all pairs that pass, by time. `tally` is the one that the pairs are of.
    pub fn rows_of(&self, pass: impl Fn(&Pair) -> bool, tally: &Tally) -> Vec<Row> {
        let passing = self.all(tally).filter(|pair| pass(pair));
        let mut rows: Vec<Row> = Vec::new();
        passing.for_each(|pair| rows.extend_from_slice(&pair.rows_in(tally)));
        // Those of one minute stay in the order of users and combinations.
        rows.sort_by_key(|row| row.bucket);
        rows
    }
}

impl Pair {
    /// The pair of one row.
    fn of(row: &Row, start: u32) -> Self {
        Self {
            user: row.user,
            dims: row.dims,
            n: row.n(),
            first: row.first(),
            last: row.last(),
            start,
            end: start + 1,
        }
    }

    fn add(&mut self, row: &Row) {
        self.n += row.n();
        self.first = self.first.min(row.first());
        self.last = self.last.max(row.last());
        self.end += 1;
    }

    /// Its rows by time. `tally` is the one that the pair is of.
    pub fn rows_in<'a>(&self, tally: &'a Tally) -> Cow<'a, [Row]> {
        tally.rows.range(self.start as usize, self.end as usize)
    }

    /// Its rows by time, one by one.
    pub fn each<'a>(&self, tally: &'a Tally) -> Each<'a> {
        Each::of(self.rows_in(tally))
    }

    /// How many rows it has.
    pub fn rows(&self) -> u32 {
        self.end - self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Dims, Place, Symbols};

    #[test]
    fn rows_of_a_pair_stand_side_by_side_by_time() {
        let row = |minute: u32, user, dims| {
            Row::one(
                minute,
                (Sym(user), DimsId(dims)),
                Instant::from_minute(minute),
                Place::new(0, u64::from(minute)),
            )
            .times(2)
        };
        let tally = Tally {
            users: ["a", "b"].into_iter().collect::<Symbols>().into(),
            dims: vec![Dims::default(); 2],
            rows: vec![row(4, 1, 0), row(2, 1, 1), row(1, 2, 0), row(3, 2, 0)].into(),
            ..Tally::default()
        };
        let pairs = Pairs::of(&tally);
        let seen: Vec<_> = pairs
            .all(&tally)
            .map(|pair| {
                let rows = pair.rows_in(&tally);
                let minutes: Vec<u32> = rows.iter().map(|row| row.bucket).collect();
                (pair.user.0, pair.dims.0, pair.n, minutes)
            })
            .collect();
        assert_eq!(
            seen,
            [
                (1, 0, 2, vec![4]),
                (1, 1, 2, vec![2]),
                (2, 0, 4, vec![1, 3])
            ]
        );
        let again = (0..pairs.len() as u32).map(|at| pairs.get(at, &tally));
        assert!(again.eq(pairs.all(&tally)));
        let first_combination = pairs.rows_of(|pair| pair.dims == DimsId(0), &tally);
        let minutes: Vec<u32> = first_combination.iter().map(|row| row.bucket).collect();
        assert_eq!(minutes, [1, 3, 4]);
    }
}
