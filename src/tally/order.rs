//! The rows of all parts by their new numbers: sorted, those of one key added up, and the pairs
//! that they are of.
//!
//! Each row is put among those of its user at once, so that only these are left to be sorted, by
//! combination. Rows come in the order of time or against it, so those of a pair are mostly sorted
//! by then. Every thread does so for shares of the users.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::pairs::Pairs;
use super::row::add_up;
use super::{Row, Rows};
use crate::event::{DimsId, Sym};

/// Rows below which they are sorted as they are.
const FEW: usize = 32;
/// Rows above which they are too, since all that sorts them sooner takes as much memory again.
const MOST: usize = 1 << 21;
/// Shares for each thread, since users differ in how many rows they have.
const SHARES: usize = 8;

/// The rows of a part, and the new number of each of its users and combinations.
pub(super) struct Counted {
    pub(super) rows: Rows,
    pub(super) users: Vec<Sym>,
    pub(super) dims: Vec<DimsId>,
}

/// All rows of `parts`, in order. `of_user` is how many each user has in all parts, by its new
/// number; there are `dims` combinations.
pub(super) fn in_order(parts: &[Counted], of_user: &[usize], dims: usize) -> (Vec<Row>, Pairs) {
    // Where the rows of each user begin, and where the last end.
    let mut starts = Vec::with_capacity(of_user.len() + 1);
    starts.push(0);
    let ends = of_user.iter().scan(0, |end, rows| {
        *end += rows;
        Some(*end)
    });
    starts.extend(ends);
    // Every thread touches the memory of its own share first.
    let mut rows: Vec<Row> = rayon::iter::repeat_n(Row::default(), starts[of_user.len()]).collect();
    let threads = rayon::current_num_threads();
    shares(&mut rows, &starts, threads)
        .into_par_iter()
        .for_each(|share| fill_in(parts, share));
    let done: Vec<Sorted> = shares(&mut rows, &starts, threads * SHARES)
        .into_par_iter()
        .map(|share| ByPair::of(dims).share(share))
        .collect();
    let mut pairs = Pairs::default();
    let (mut from, mut to) = (0, 0);
    for share in done {
        // What was added up leaves gaps.
        if from != to {
            rows.copy_within(from..from + share.kept, to);
        }
        from += share.rows;
        to += share.kept;
        pairs.append(share.pairs);
    }
    rows.truncate(to);
    (rows, pairs)
}

/// The rows of some users, one after the other.
struct Share<'a> {
    /// The number of the first user.
    first: usize,
    /// Where the rows of each user begin among all.
    starts: &'a [usize],
    rows: &'a mut [Row],
}

/// All rows in shares of about the same size. `starts` says where the rows of each user begin, and
/// where the last end.
fn shares<'a>(mut rows: &'a mut [Row], starts: &'a [usize], count: usize) -> Vec<Share<'a>> {
    let users = starts.len() - 1;
    let mut first = 0;
    let share = |number: usize| {
        let wanted = starts[users] / count * number;
        let to = match number == count {
            true => users,
            false => starts[..users]
                .partition_point(|start| *start < wanted)
                .max(first),
        };
        let (own, behind) = std::mem::take(&mut rows).split_at_mut(starts[to] - starts[first]);
        rows = behind;
        let from = std::mem::replace(&mut first, to);
        Share {
            first: from,
            starts: &starts[from..to],
            rows: own,
        }
    };
    (1..=count).map(share).collect()
}

/// Puts the rows of a share where those of their users begin.
fn fill_in(parts: &[Counted], share: Share<'_>) {
    let before = share.starts.first().copied().unwrap_or(0);
    let mut next: Vec<usize> = share.starts.iter().map(|start| start - before).collect();
    for part in parts {
        for row in part.rows.iter() {
            let user = part.users[row.user.index()];
            let at = user
                .index()
                .checked_sub(share.first)
                .and_then(|at| next.get_mut(at));
            if let Some(at) = at {
                share.rows[*at] = row.of(user, part.dims[row.dims.index()]);
                *at += 1;
            }
        }
    }
}

/// What became of a share.
struct Sorted {
    /// How many rows it had, and how many are left of them.
    rows: usize,
    kept: usize,
    pairs: Pairs,
}

/// Sorts the rows of one user after the other.
struct ByPair {
    /// By combination: how many rows it has, then where its next one goes.
    next: Vec<usize>,
    /// The combinations of the user.
    seen: Vec<DimsId>,
    /// The rows of the user as they came.
    rows: Vec<Row>,
}

impl ByPair {
    fn of(dims: usize) -> Self {
        Self {
            next: vec![0; dims],
            seen: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn share(&mut self, share: Share<'_>) -> Sorted {
        let Share { starts, rows, .. } = share;
        let before = starts.first().copied().unwrap_or(0);
        let ends = starts.iter().skip(1).map(|start| start - before);
        let mut start = 0;
        for end in ends.chain([rows.len()]) {
            self.user(&mut rows[start..end]);
            start = end;
        }
        let kept = add_up(rows);
        Sorted {
            rows: rows.len(),
            kept,
            pairs: Pairs::of_rows(rows[..kept].iter().copied(), kept),
        }
    }

    /// Sorts the rows of one user by combination, then time.
    fn user(&mut self, rows: &mut [Row]) {
        if rows.len() < FEW || rows.len() > MOST {
            let key = |row: &Row| u64::from(row.dims.0) << 32 | u64::from(row.bucket);
            return rows.sort_unstable_by_key(key);
        }
        for row in rows.iter() {
            let of_pair = &mut self.next[row.dims.index()];
            if *of_pair == 0 {
                self.seen.push(row.dims);
            }
            *of_pair += 1;
        }
        self.seen.sort_unstable();
        let mut end = 0;
        for dims in &self.seen {
            let next = &mut self.next[dims.index()];
            end += std::mem::replace(next, end);
        }
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        for row in &self.rows {
            let next = &mut self.next[row.dims.index()];
            rows[*next] = *row;
            *next += 1;
        }
        let mut start = 0;
        for dims in self.seen.drain(..) {
            let end = std::mem::take(&mut self.next[dims.index()]);
            // A stable sort sees that they are sorted, or sorted the other way round.
            rows[start..end].sort_by_key(|row| row.bucket);
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::{Instant, Place};

    /// Rows of two parts, in which combinations have other numbers.
    fn rows() -> impl Strategy<Value = Vec<Vec<(u32, u32, u32)>>> {
        let row = (0_u32..5, 0_u32..4, 0_u32..300);
        proptest::collection::vec(proptest::collection::vec(row, 0..300), 0..3)
    }

    proptest! {
        #[test]
        fn rows_are_sorted_and_added_up_and_pairs_are_theirs(all in rows(), descending in any::<bool>()) {
            const USERS: [Sym; 5] = [Sym(4), Sym(0), Sym(2), Sym(1), Sym(3)];
            const DIMS: [DimsId; 4] = [DimsId(2), DimsId(0), DimsId(3), DimsId(1)];
            let row = |at: usize, &(user, dims, minute): &(u32, u32, u32)| {
                let of = (Sym(user), DimsId(dims));
                Row::one(minute, of, Instant::from_minute(minute), Place::new(0, at as u64))
            };
            let mut of_user = vec![0; USERS.len()];
            let mut wanted: Vec<Row> = Vec::new();
            let parts: Vec<Counted> = all.iter().map(|part| {
                let mut rows: Vec<Row> = part.iter().enumerate().map(|(at, one)| row(at, one)).collect();
                if descending {
                    rows.sort_by_key(|row| std::cmp::Reverse(row.bucket));
                }
                for row in &rows {
                    of_user[USERS[row.user.index()].index()] += 1;
                    wanted.push(row.of(USERS[row.user.index()], DIMS[row.dims.index()]));
                }
                Counted { rows: rows.into(), users: USERS.into(), dims: DIMS.into() }
            }).collect();
            crate::tally::row::compact(&mut wanted);
            let (rows, pairs) = in_order(&parts, &of_user, DIMS.len());
            prop_assert_eq!(&rows, &wanted);
            let whole = Pairs::of_rows(rows.iter().copied(), rows.len());
            prop_assert_eq!(format!("{pairs:?}"), format!("{whole:?}"));
        }
    }
}
