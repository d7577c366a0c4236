//! The questions asked of the tally, as polars queries.
//!
//! Counts are integers, results are sorted, and an error of polars is our bug. Names are numbers
//! of the [`Resolved`] tables, whose order is byte order, so sorting by number sorts by name.

use polars::prelude::*;

use super::{Resolved, Tally};
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
const SLOT: &str = "slot";

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

/// The attempts of one slot of time and one cause (0 for successes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotCount {
    pub slot: u32,
    pub cause: u32,
    pub failures: u64,
    pub successes: u64,
}

/// The tally as frames: without time, which is small, and by slots of time.
pub struct Frames {
    /// One row a combination of keys: counts, and first and last of the failures.
    groups: DataFrame,
}

impl Frames {
    /// The groups of a tally.
    pub fn of(tally: &Tally, resolved: &Resolved) -> Self {
        let what = |row: &super::Row| resolved.what[row.dims.index()];
        let rows = tally.rows.iter();
        let column = |name: &str, pick: &dyn Fn(&super::Row) -> u32| {
            Column::new(name.into(), rows.clone().map(pick).collect::<Vec<u32>>())
        };
        let count = |name: &str, success: bool| {
            let n = |row: &super::Row| {
                if what(row).success == success {
                    row.n
                } else {
                    0
                }
            };
            Column::new(name.into(), rows.clone().map(n).collect::<Vec<u64>>())
        };
        let time = |name: &str, pick: fn(&super::Row) -> Instant| {
            Column::new(
                name.into(),
                rows.clone()
                    .map(|row| pick(row).millis())
                    .collect::<Vec<i64>>(),
            )
        };
        let all = DataFrame::new(
            tally.rows.len(),
            vec![
                column(key::ORG, &|row| what(row).org),
                column(key::USER, &|row| resolved.user[row.user.index()]),
                column(key::APP, &|row| what(row).app),
                column(key::DESCRIPTION, &|row| what(row).description),
                column(key::CAUSE, &|row| what(row).cause),
                column(key::SOURCE, &|row| what(row).source),
                count(FAILURES, false),
                count(SUCCESSES, true),
                time(FIRST, |row| row.first),
                time(LAST, |row| row.last),
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

/// Attempts by slots of time and cause, sorted by slot, then cause. `slot` numbers a row's slot.
pub fn slots(
    tally: &Tally,
    resolved: &Resolved,
    slot: impl Fn(&super::Row) -> u32,
) -> Vec<SlotCount> {
    let rows = tally.rows.iter();
    let what = |row: &super::Row| resolved.what[row.dims.index()];
    let n = |success| {
        let n = rows.clone().map(|row| {
            if what(row).success == success {
                row.n
            } else {
                0
            }
        });
        n.collect::<Vec<u64>>()
    };
    let frame = DataFrame::new(
        tally.rows.len(),
        vec![
            Column::new(SLOT.into(), rows.clone().map(slot).collect::<Vec<u32>>()),
            Column::new(
                key::CAUSE.into(),
                rows.clone()
                    .map(|row| what(row).cause)
                    .collect::<Vec<u32>>(),
            ),
            Column::new(FAILURES.into(), n(false)),
            Column::new(SUCCESSES.into(), n(true)),
        ],
    )
    .expect(OUR_BUG);
    let frame = frame.lazy().group_by([col(SLOT), col(key::CAUSE)]);
    let frame = frame
        .agg([col(FAILURES).sum(), col(SUCCESSES).sum()])
        .collect()
        .expect(OUR_BUG);
    let (slots, causes) = (u32s(&frame, SLOT), u32s(&frame, key::CAUSE));
    let (failures, successes) = (u64s(&frame, FAILURES), u64s(&frame, SUCCESSES));
    let mut counts: Vec<SlotCount> = (0..frame.height())
        .map(|at| SlotCount {
            slot: slots[at],
            cause: causes[at],
            failures: failures[at],
            successes: successes[at],
        })
        .collect();
    counts.sort_unstable();
    counts
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
