//! The rows of a tally by pair: one user and one combination of everything but time.
//!
//! There are some thousands of pairs where there are millions of rows, so what doesn't ask for
//! time is answered from these, and what does finds the rows of a pair side by side.

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
    /// Where its rows begin and end in the order of pairs.
    start: u32,
    end: u32,
    /// Where they begin among the rows that stand side by side, if there are several.
    beside: u32,
}

/// All pairs of a tally, sorted by user, then combination.
///
/// Under an attack there are as many pairs as rows. So a pair of one row is told by that row; only
/// of those with several is anything kept beside the order: their rows once more, side by side,
/// since every question that doesn't jump from row to row is answered several times as fast.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// Positions in the tally's rows: those of the first pair by time, then those of the next.
    order: Vec<u32>,
    /// Where each pair begins in the order, and where the last ends.
    starts: Vec<u32>,
    /// The pairs of several rows, in their order, and their rows.
    several: Vec<Pair>,
    rows: Vec<Row>,
}

impl Pairs {
    /// The pairs of a tally with less than 2^32 rows.
    pub fn of(tally: &Tally) -> Self {
        // Rows are jumped to in the order of pairs: what is asked of each is put close together.
        let keys: Vec<(Sym, DimsId)> = tally.rows.iter().map(|row| (row.user, row.dims)).collect();
        let in_time: Vec<u32> = (0..keys.len() as u32).collect();
        let by_dims = sorted(&in_time, tally.dims.len(), |at| keys[at].1.index());
        let order = sorted(&by_dims, tally.symbols.len(), |at| keys[at].0.index());
        let mut pairs = Self {
            order,
            // What is not filled takes no memory.
            rows: Vec::with_capacity(tally.rows.len()),
            ..Self::default()
        };
        let key = |at: u32| keys[at as usize];
        let mut start = 0;
        for of_pair in pairs.order.chunk_by(|a, b| key(*a) == key(*b)) {
            pairs.starts.push(start);
            if let [first, _, ..] = of_pair {
                let beside = pairs.rows.len();
                let rows = of_pair.iter().map(|&at| tally.rows[at as usize]);
                pairs.rows.extend(rows);
                let mut pair = Pair {
                    beside: beside as u32,
                    ..Pair::of(&tally.rows[*first as usize], start)
                };
                for row in &pairs.rows[beside + 1..] {
                    pair.add(row);
                }
                pairs.several.push(pair);
            }
            start += of_pair.len() as u32;
        }
        pairs.starts.push(start);
        pairs
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
        let start = self.starts[at as usize] as usize;
        let row = &tally.rows[self.order[start] as usize];
        (row.user, row.dims)
    }

    fn single(&self, start: u32, tally: &Tally) -> Pair {
        Pair::of(&tally.rows[self.order[start as usize] as usize], start)
    }

    /// All rows of the tally, pair by pair, each pair's by time.
    pub fn all_rows<'a>(&'a self, tally: &'a Tally) -> impl Iterator<Item = &'a Row> {
        self.all(tally)
            .flat_map(|pair| self.slice(&pair, tally).iter())
    }

    /// The rows of all pairs that pass, by time. `tally` is the one that the pairs are of.
    pub fn rows_of<'a>(
        &self,
        pass: impl Fn(&Pair) -> bool,
        tally: &'a Tally,
    ) -> impl Iterator<Item = &'a Row> {
        let passing = self.all(tally).filter(|pair| pass(pair));
        let mut positions: Vec<u32> = passing
            .flat_map(|pair| self.positions(&pair))
            .copied()
            .collect();
        positions.sort_unstable();
        positions.into_iter().map(|at| &tally.rows[at as usize])
    }

    /// The rows of a pair by time. `tally` is the one that the pairs are of.
    pub fn rows<'a>(
        &'a self,
        pair: &Pair,
        tally: &'a Tally,
    ) -> impl Iterator<Item = &'a Row> + Clone + use<'a> {
        self.slice(pair, tally).iter()
    }

    fn slice<'a>(&'a self, pair: &Pair, tally: &'a Tally) -> &'a [Row] {
        match self.positions(pair) {
            [at] => std::slice::from_ref(&tally.rows[*at as usize]),
            several => &self.rows[pair.beside as usize..][..several.len()],
        }
    }

    fn positions(&self, pair: &Pair) -> &[u32] {
        &self.order[pair.start as usize..pair.end as usize]
    }
}

/// Positions sorted by a number below `count`; those of one number stay in their order.
fn sorted(positions: &[u32], count: usize, number: impl Fn(usize) -> usize) -> Vec<u32> {
    let mut next = vec![0_u32; count + 1];
    // All positions are there, so they may be counted in any order.
    for at in 0..positions.len() {
        next[number(at) + 1] += 1;
    }
    for number in 1..next.len() {
        next[number] += next[number - 1];
    }
    let mut sorted = vec![0; positions.len()];
    for &at in positions {
        let place = &mut next[number(at as usize)];
        sorted[*place as usize] = at;
        *place += 1;
    }
    sorted
}

impl Pair {
    /// The pair of one row.
    fn of(row: &Row, start: u32) -> Self {
        Self {
            user: row.user,
            dims: row.dims,
            n: row.n,
            first: row.first,
            last: row.last,
            start,
            end: start + 1,
            beside: 0,
        }
    }

    fn add(&mut self, row: &Row) {
        self.n += row.n;
        self.first = self.first.min(row.first);
        self.last = self.last.max(row.last);
        self.end += 1;
    }

    /// How many rows it has.
    pub fn rows(&self) -> u32 {
        self.end - self.start
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::{Dims, Place};

    #[test]
    fn rows_of_a_pair_stand_side_by_side_by_time() {
        let row = |minute: u32, user, dims| Row {
            bucket: minute,
            user: Sym(user),
            dims: DimsId(dims),
            n: 2,
            first: Instant::from_minute(minute),
            last: Instant::from_minute(minute),
            place: Place::new(0, u64::from(minute)),
        };
        let tally = Tally {
            symbols: Arc::new(["a", "b"].into_iter().collect()),
            dims: vec![Dims::default(); 2],
            rows: vec![row(1, 2, 0), row(2, 1, 1), row(3, 2, 0), row(4, 1, 0)],
            ..Tally::default()
        };
        let pairs = Pairs::of(&tally);
        let seen: Vec<_> = pairs
            .all(&tally)
            .map(|pair| {
                let minutes: Vec<u32> = pairs.rows(&pair, &tally).map(|row| row.bucket).collect();
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
        let all = pairs.all_rows(&tally).map(|row| row.bucket);
        assert_eq!(all.collect::<Vec<_>>(), [4, 2, 1, 3]);
        let first_combination = pairs.rows_of(|pair| pair.dims == DimsId(0), &tally);
        let minutes: Vec<u32> = first_combination.map(|row| row.bucket).collect();
        assert_eq!(minutes, [1, 3, 4]);
    }
}
