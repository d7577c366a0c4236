//! Where the sorted tally stands: in memory, or in temporary files where it would take more than
//! the budget.
//!
//! Whoever asks the tally doesn't see the difference. Rows and users are given out by value or as
//! [`std::borrow::Cow`], so that those in a file need not be in memory together.
//!
//! A temporary file that was written can be read, so what reads it panics where it can't: that
//! takes somebody who cuts a nameless file while the program runs, or a broken disk.

mod paged;
mod rows;
mod users;

pub use rows::{Each, RowWriter, SortedRows};
pub use users::{UserTexts, UserWriter};
