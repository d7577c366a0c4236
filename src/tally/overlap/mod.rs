//! Exports of an org that overlap: each login once.
//!
//! Rows with the same real id are one login wherever they stand. Rows without ids that can be
//! compared count as often as in the file that has them most; see [`matching`]. The first file in
//! byte order of path keeps the row.
//!
//! Nobody knows beforehand which rows are shared, so files may be read twice:
//!
//! 1. The first reading counts everything. Of rows with ids it notes 12 bytes each ([`watch`]).
//! 2. [`sieve`] finds ids that stand on several rows, and quarters of an hour in which some user
//!    has rows in two files that may share logins. If there are none, that was all.
//! 3. Files with such rows are read again. Rows that may be shared are kept back ([`spool`], in
//!    memory or parted into temporary files), the others are counted as before.
//! 4. [`settle()`] makes logins of what was kept back and counts these.
//!
//! So what is counted is exact, memory is bounded, and files that share nothing are read once.

mod classes;
mod facts;
mod first_reading;
mod matching;
mod pairing;
mod people;
mod repeated;
mod settle;
mod sieve;
mod spool;
mod watch;

pub(super) use settle::{Settled, settle};
pub(super) use sieve::Sieve;
pub(super) use watch::{Noted, Read, Watch, Watching};

/// What files share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlaps {
    /// Pairs of inputs that share logins, in order of their numbers.
    pub shared: Vec<Shared>,
    /// In some quarter of an hour one file tells users by id alone and another by name alone, so
    /// that their logins can't be compared.
    pub incomparable: bool,
}

/// How many rows of one input are logins that another keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Number of the input that keeps them.
    pub kept_in: u32,
    /// Number of the input whose rows are duplicates; may be the same, where ids repeat.
    pub duplicate_in: u32,
    pub rows: u64,
}
