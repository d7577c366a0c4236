//! Attempts to the tally: one additive table, from which all that is shown is computed.
//!
//! A row counts the attempts of one user, one combination of everything else ([`Dims`]) and one
//! bucket of time: a minute for failures, a quarter of an hour for successes. Rows add up, so
//! tallies merge in any order and grouping; [`Tally::from_parts`] sorts, so that equal content is
//! equal bytes. [`fill()`] reads files into it in parallel, [`Resolved`] gives names, spellings and
//! causes, [`frames`] answers questions.

mod at_once;
mod changes;
mod counts;
pub mod coverage;
mod failing;
mod fill;
pub mod frames;
mod joints;
pub mod logs;
mod look;
mod name_table;
mod order;
pub mod overlap;
mod pages;
mod pairs;
mod parquet;
mod pile;
mod plan;
mod records;
mod resolve;
mod rounds;
mod row;
mod share;
pub mod slots;
mod span;
mod spill;
mod store;
mod sum;
mod tasks;
mod user_names;
mod user_table;
mod work;
mod worker;

use std::sync::{Arc, OnceLock};

use crate::event::{Dims, DimsId, Instant, Symbols};
use crate::normalise::Names;

pub use at_once::{AtOnce, Counted, FirstLook};
pub use changes::{Changes, MOST_CHANGES};
pub use failing::{FailedGroup, FailedUser, Failing};
pub use fill::{FileRead, Fill, Filled, Interrupted, NotFilled, ToRead, fill};
pub use look::Look;
pub use name_table::NameTable;
pub use pairs::{Pair, Pairs};
pub use parquet::write as write_parquet;
pub use pile::{Pile, Rows};
pub use plan::{Fate, Plan, Planned, Told, plan};
pub use resolve::{Resolved, What};
pub use row::Row;
pub use store::{Each, SortedRows, UserTexts};
pub use user_table::UserTable;

/// The whole count: symbols, combinations and rows, each sorted, each used.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Texts of combinations, sorted.
    pub symbols: Arc<Symbols>,
    /// Sorted; a row's [`DimsId`] is the position here.
    pub dims: Vec<Dims>,
    /// Sorted. Shared with what is made of the tally, since attackers choose how many there are.
    pub users: UserTexts,
    /// Sorted by user, combination and bucket, so pair by pair; one row a key.
    pub rows: SortedRows,
    pairs: OnceLock<Pairs>,
}

/// What one worker counted: its rows refer to its own tables.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub names: Names,
    pub rows: Rows,
}

impl Tally {
    /// The sum of parts. The result depends on their content alone, not on their number or order.
    pub fn from_parts(parts: Vec<Part>) -> Self {
        sum::sum(parts)
    }

    /// The sum of two tallies.
    pub fn merge(self, other: Self) -> Self {
        Self::from_parts(vec![self.into_part(), other.into_part()])
    }

    /// The first and the last attempt; `None` where there is none.
    pub fn ends(&self) -> Option<(Instant, Instant)> {
        let pairs = self.pairs().all(self);
        let ends = pairs.map(|pair| (pair.first, pair.last));
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// How many attempts each combination has, in the order of [`Tally::dims`].
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.dims.len()];
        for pair in self.pairs().all(self) {
            counts[pair.dims.index()] += pair.n;
        }
        counts
    }

    /// The rows that pass, with the same tables.
    pub fn filtered(&self, pass: impl Fn(&Row) -> bool) -> Self {
        let rows: Vec<Row> = self.rows.iter().filter(|row| pass(row)).collect();
        Self {
            symbols: Arc::clone(&self.symbols),
            dims: self.dims.clone(),
            users: self.users.clone(),
            rows: rows.into(),
            pairs: OnceLock::new(),
        }
    }

    /// The rows by user and combination: made with the sum, else when they are first asked for.
    pub fn pairs(&self) -> &Pairs {
        self.pairs.get_or_init(|| Pairs::of(self))
    }

    /// A combination by its number.
    pub fn dims(&self, id: DimsId) -> &Dims {
        &self.dims[id.index()]
    }

    fn into_part(self) -> Part {
        let mut names = Names {
            symbols: Arc::unwrap_or_clone(self.symbols),
            users: self.users.to_symbols(),
            ..Names::default()
        };
        for dims in self.dims {
            names.dims.intern(dims);
        }
        Part {
            names,
            rows: self.rows.iter().collect::<Vec<Row>>().into(),
        }
    }
}

/// Equal content: what the tables hold is sorted, so equal tallies have equal tables.
impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        self.symbols.texts().eq(other.symbols.texts())
            && self.dims == other.dims
            && self.users == other.users
            && self.rows == other.rows
    }
}
