//! The rows of a tally by pair: one user and one combination of everything but time.
//!
//! There are some thousands of pairs where there are millions of rows, so what doesn't ask for
//! time is answered from these, and what does finds the rows of a pair side by side.

use rustc_hash::FxHashMap;

use super::{Row, Tally};
use crate::event::{DimsId, Instant, Sym};

/// The attempts of one user and one combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub user: Sym,
    pub dims: DimsId,
    /// How many attempts.
    pub n: u64,
    pub first: Instant,
    pub last: Instant,
    /// Where its rows begin and end in the order of pairs.
    start: usize,
    end: usize,
}

/// All pairs of a tally, sorted by user, then combination.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    all: Vec<Pair>,
    /// Positions in the tally's rows: those of the first pair by time, then those of the next.
    order: Vec<u32>,
}

impl Pairs {
    /// The pairs of a tally with less than 2^32 rows.
    pub fn of(tally: &Tally) -> Self {
        let mut index: FxHashMap<(Sym, DimsId), u32> = FxHashMap::default();
        let mut met: Vec<Pair> = Vec::new();
        let pair_of_row: Vec<u32> = tally
            .rows
            .iter()
            .map(|row| {
                let at = *index.entry((row.user, row.dims)).or_insert_with(|| {
                    met.push(Pair::before(row));
                    met.len() as u32 - 1
                });
                met[at as usize].add(row);
                at
            })
            .collect();
        let mut sorted: Vec<u32> = (0..met.len() as u32).collect();
        sorted.sort_unstable_by_key(|&at| (met[at as usize].user, met[at as usize].dims));
        let mut begin = 0;
        for &at in &sorted {
            let pair = &mut met[at as usize];
            (pair.start, begin) = (begin, begin + pair.end);
            pair.end = pair.start;
        }
        let mut order = vec![0; tally.rows.len()];
        for (row, &at) in (0..).zip(&pair_of_row) {
            let pair = &mut met[at as usize];
            order[pair.end] = row;
            pair.end += 1;
        }
        Self {
            all: sorted.iter().map(|&at| met[at as usize]).collect(),
            order,
        }
    }

    /// Every pair, sorted by user, then combination.
    pub fn all(&self) -> &[Pair] {
        &self.all
    }

    /// The positions of all rows of the tally, pair by pair, each pair's by time.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The rows of all pairs that pass, by time. `tally` is the one that the pairs are of.
    pub fn rows_of<'a>(
        &self,
        pass: impl Fn(&Pair) -> bool,
        tally: &'a Tally,
    ) -> impl Iterator<Item = &'a Row> {
        let passing = self.all.iter().filter(|pair| pass(pair));
        let mut positions: Vec<u32> = passing
            .flat_map(|pair| &self.order[pair.start..pair.end])
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
        let positions = &self.order[pair.start..pair.end];
        positions.iter().map(|&at| &tally.rows[at as usize])
    }
}

impl Pair {
    /// A pair that has no rows yet; `end` counts them until it says where they end.
    fn before(row: &Row) -> Self {
        Self {
            user: row.user,
            dims: row.dims,
            n: 0,
            first: row.first,
            last: row.last,
            start: 0,
            end: 0,
        }
    }

    fn add(&mut self, row: &Row) {
        self.n += row.n;
        self.first = self.first.min(row.first);
        self.last = self.last.max(row.last);
        self.end += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Place;

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
            rows: vec![row(1, 2, 0), row(2, 1, 1), row(3, 2, 0), row(4, 1, 0)],
            ..Tally::default()
        };
        let pairs = Pairs::of(&tally);
        let seen: Vec<_> = pairs
            .all()
            .iter()
            .map(|pair| {
                let minutes: Vec<u32> = pairs.rows(pair, &tally).map(|row| row.bucket).collect();
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
        assert_eq!(pairs.order(), [3, 1, 0, 2]);
        let first_combination = pairs.rows_of(|pair| pair.dims == DimsId(0), &tally);
        let minutes: Vec<u32> = first_combination.map(|row| row.bucket).collect();
        assert_eq!(minutes, [1, 3, 4]);
    }
}
