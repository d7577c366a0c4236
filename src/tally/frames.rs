//! The questions asked of the tally, as polars queries.
//!
//! Counts are integers, results are sorted, and an error of polars is our bug. Names are numbers
//! of the [`Resolved`] tables, whose order is byte order, so sorting by number sorts by name.

use polars::prelude::*;

use super::{Pair, Resolved, Tally};
use crate::event::Instant;

/// Our columns and types are fixed, so polars has nothing to refuse.
const OUR_BUG: &str = "a query over columns that this file makes";

/// Keys of a failure, as queries name them.
pub mod key {
    pub const ORG: &str = "org";
    pub const USER: &str = "user";
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

/// The tally without time, which is small, as a frame.
pub struct Frames {
    /// One row a combination of keys: counts, and first and last of the failures.
    groups: DataFrame,
}

impl Frames {
    /// The groups of a tally.
    pub fn of(tally: &Tally, resolved: &Resolved) -> Self {
        let pairs = tally.pairs().all();
        let what = |pair: &Pair| resolved.what[pair.dims.index()];
        let column = |name: &str, pick: &dyn Fn(&Pair) -> u32| {
            Column::new(name.into(), pairs.iter().map(pick).collect::<Vec<u32>>())
        };
        let count = |name: &str, success: bool| {
            let n = |pair: &Pair| {
                if what(pair).success == success {
                    pair.n
                } else {
                    0
                }
            };
            Column::new(name.into(), pairs.iter().map(n).collect::<Vec<u64>>())
        };
        let time = |name: &str, pick: fn(&Pair) -> Instant| {
            let millis = pairs.iter().map(|pair| pick(pair).millis());
            Column::new(name.into(), millis.collect::<Vec<i64>>())
        };
        let all = DataFrame::new(
            pairs.len(),
            vec![
                column(key::ORG, &|pair| what(pair).org),
                column(key::USER, &|pair| resolved.user[pair.user.index()]),
                column(key::APP, &|pair| what(pair).app),
                column(key::DESCRIPTION, &|pair| what(pair).description),
                column(key::CAUSE, &|pair| what(pair).cause),
                column(key::SOURCE, &|pair| what(pair).source),
                count(FAILURES, false),
                count(SUCCESSES, true),
                time(FIRST, |pair| pair.first),
                time(LAST, |pair| pair.last),
            ],
        )
        .expect(OUR_BUG);
        let keys = [
            key::ORG,
            key::USER,
            key::APP,
            key::DESCRIPTION,
            key::CAUSE,
            key::SOURCE,
        ];
        let groups = all.lazy().group_by(keys.map(col)).agg([
            col(FAILURES).sum(),
            col(SUCCESSES).sum(),
            col(FIRST).min(),
            col(LAST).max(),
        ]);
        Self {
            groups: groups.collect().expect(OUR_BUG),
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
            known.n_unique().cast(DataType::UInt64).alias(name(column))
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

    /// Distinct known values of a column among all attempts.
    pub fn distinct(&self, column: &str) -> u64 {
        let known = self
            .groups
            .clone()
            .lazy()
            .filter(col(column).neq(lit(0u32)));
        let frame = known.select([col(column).n_unique().cast(DataType::UInt64)]);
        u64s(&frame.collect().expect(OUR_BUG), column)
            .first()
            .copied()
            .unwrap_or(0)
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
