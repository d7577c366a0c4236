//! The questions asked of the tally, as polars queries.
//!
//! Counts are integers, results are sorted, and an error of polars is our bug. Names are numbers
//! of the [`Resolved`] tables, whose order is byte order, so sorting by number sorts by name.

use polars::prelude::*;

use super::resolve::What;
use super::{Resolved, Tally};
use crate::event::Instant;

/// Our columns and types are fixed, so polars has nothing to refuse.
const OUR_BUG: &str = "a query over columns that this file makes";

/// Keys of a failure, as queries name them.
pub mod key {
    pub const ORG: &str = "org";
    pub const APP: &str = "app";
    pub const DESCRIPTION: &str = "description";
    pub const CAUSE: &str = "cause";
    pub const SOURCE: &str = "source";
}

const FAILURES: &str = "failures";
const SUCCESSES: &str = "successes";
const FIRST: &str = "first";
const LAST: &str = "last";

/// Failures that share some keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed<const KEYS: usize, const DISTINCT: usize> {
    pub keys: [u32; KEYS],
    pub failures: u64,
    /// How many distinct known values each asked column has.
    pub distinct: [u64; DISTINCT],
    pub first: Instant,
    pub last: Instant,
}

/// The tally without time and users, which is small whoever attacks, as a frame. Who fails is
/// asked of [`super::Failing`].
pub struct Frames {
    /// One row a combination of keys: counts, and first and last of its attempts.
    groups: DataFrame,
}

/// The attempts of a combination by all users.
#[derive(Clone, Copy)]
struct Sum {
    n: u64,
    first: Instant,
    last: Instant,
}

impl Frames {
    /// The groups of a tally.
    pub fn of(tally: &Tally, resolved: &Resolved) -> Self {
        let mut sums: Vec<Option<Sum>> = vec![None; tally.dims.len()];
        for pair in tally.pairs().all(tally) {
            let sum = sums[pair.dims.index()].get_or_insert(Sum {
                n: 0,
                first: pair.first,
                last: pair.last,
            });
            sum.n += pair.n;
            sum.first = sum.first.min(pair.first);
            sum.last = sum.last.max(pair.last);
        }
        let known = resolved.what.iter().zip(sums);
        let known = known.filter_map(|(what, sum)| Some((*what, sum?)));
        let all: Vec<(What, Sum)> = known.collect();
        let column = |name: &str, pick: &dyn Fn(&What) -> u32| {
            let numbers = all.iter().map(|(what, _)| pick(what));
            Column::new(name.into(), numbers.collect::<Vec<u32>>())
        };
        let count = |name: &str, success: bool| {
            let n = |(what, sum): &(What, Sum)| sum.n * u64::from(what.success == success);
            Column::new(name.into(), all.iter().map(n).collect::<Vec<u64>>())
        };
        let time = |name: &str, pick: fn(&Sum) -> Instant| {
            let millis = all.iter().map(|(_, sum)| pick(sum).millis());
            Column::new(name.into(), millis.collect::<Vec<i64>>())
        };
        let groups = DataFrame::new(
            all.len(),
            vec![
                column(key::ORG, &|what| what.org),
                column(key::APP, &|what| what.app),
                column(key::DESCRIPTION, &|what| what.description),
                column(key::CAUSE, &|what| what.cause),
                column(key::SOURCE, &|what| what.source),
                count(FAILURES, false),
                count(SUCCESSES, true),
                time(FIRST, |sum| sum.first),
                time(LAST, |sum| sum.last),
            ],
        );
        Self {
            groups: groups.expect(OUR_BUG),
        }
    }

    /// Failures by some keys, with distinct counts of other columns: most failures first, then by
    /// the keys in the order asked.
    pub fn failures_by<const KEYS: usize, const DISTINCT: usize>(
        &self,
        keys: [&str; KEYS],
        distinct: [&str; DISTINCT],
    ) -> Vec<Failed<KEYS, DISTINCT>> {
        let name = |column: &str| format!("distinct {column}");
        let mut asked = vec![col(FAILURES).sum(), col(FIRST).min(), col(LAST).max()];
        asked.extend(distinct.iter().map(|column| {
            let known = col(*column).filter(col(*column).neq(lit(0u32)));
            // Counted so, no table of zeros is made that outweighs all of these columns.
            let distinct = known.unique().len();
            distinct.cast(DataType::UInt64).alias(name(column))
        }));
        let failed = self
            .groups
            .clone()
            .lazy()
            .filter(col(FAILURES).gt(lit(0u64)));
        let frame = failed
            .group_by(keys.map(col))
            .agg(asked)
            .collect()
            .expect(OUR_BUG);
        let keys = keys.map(|name| u32s(&frame, name));
        let distinct = distinct.map(|column| u64s(&frame, &name(column)));
        let failures = u64s(&frame, FAILURES);
        let (first, last) = (i64s(&frame, FIRST), i64s(&frame, LAST));
        let mut rows: Vec<_> = (0..frame.height())
            .map(|at| Failed {
                keys: std::array::from_fn(|key| keys[key][at]),
                failures: failures[at],
                distinct: std::array::from_fn(|column| distinct[column][at]),
                first: Instant::from_millis(first[at]),
                last: Instant::from_millis(last[at]),
            })
            .collect();
        rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.failures), row.keys));
        rows
    }

    /// Successes by some keys, sorted by key.
    pub fn successes_by<const KEYS: usize>(&self, keys: [&str; KEYS]) -> Vec<([u32; KEYS], u64)> {
        let succeeded = self
            .groups
            .clone()
            .lazy()
            .filter(col(SUCCESSES).gt(lit(0u64)));
        let frame = succeeded
            .group_by(keys.map(col))
            .agg([col(SUCCESSES).sum()]);
        let frame = frame.collect().expect(OUR_BUG);
        let columns = keys.map(|name| u32s(&frame, name));
        let successes = u64s(&frame, SUCCESSES);
        let mut rows: Vec<_> = (0..frame.height())
            .map(|at| (std::array::from_fn(|key| columns[key][at]), successes[at]))
            .collect();
        rows.sort_unstable();
        rows
    }

    /// Distinct known values of a column among all attempts. No query: of a column that is sorted,
    /// polars finds them by way of its table of zeros, whose pages cost more than all that is asked.
    pub fn distinct(&self, column: &str) -> u64 {
        let mut values = u32s(&self.groups, column);
        values.sort_unstable();
        values.dedup();
        values.iter().filter(|value| **value != 0).count() as u64
    }
}

fn u32s(frame: &DataFrame, name: &str) -> Vec<u32> {
    let column = frame
        .column(name)
        .and_then(|column| column.u32())
        .expect(OUR_BUG);
    column.into_no_null_iter().collect()
}

fn u64s(frame: &DataFrame, name: &str) -> Vec<u64> {
    let column = frame
        .column(name)
        .and_then(|column| column.u64())
        .expect(OUR_BUG);
    column.into_no_null_iter().collect()
}

fn i64s(frame: &DataFrame, name: &str) -> Vec<i64> {
    let column = frame
        .column(name)
        .and_then(|column| column.i64())
        .expect(OUR_BUG);
    column.into_no_null_iter().collect()
}
