//! What a table of the page is made of: columns, rows of cells, and the cut if there is one.

use crate::report::words::thousands;

use super::causes::CauseLink;
use super::text::{Badge, Moment, Number, Value};

/// A table that can be sorted and searched.
pub(super) struct Table {
    /// `groups`, `by-user` and so on; the ids on the page are made of it.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    /// Says that rows are missing, and where they are.
    pub(super) cut: Option<String>,
    /// What stands in the place of rows where there are none.
    pub(super) empty: &'static str,
}

pub(super) struct Column {
    pub(super) label: &'static str,
    /// Sorted as a number, aligned to the right.
    pub(super) number: bool,
    /// The rows come in this column's order, largest first.
    pub(super) sorted: bool,
}

impl Column {
    pub(super) const fn text(label: &'static str) -> Self {
        Self {
            label,
            number: false,
            sorted: false,
        }
    }

    pub(super) const fn number(label: &'static str) -> Self {
        Self {
            label,
            number: true,
            sorted: false,
        }
    }
}

pub(super) struct Row {
    pub(super) failures: u64,
    pub(super) cells: Vec<Cell>,
}

pub(super) enum Cell {
    Text(Value),
    /// Text that needs less room.
    Short(Value),
    /// Text, and what to know about it in small letters.
    Noted(String, Option<String>),
    Badge(Badge),
    Count(Number),
    /// Failures, with a bar of so many hundredths of the table's largest number.
    Bar(Number, u64),
    /// A quantity in words, and the number that it is sorted by.
    Measure(String, u64),
    Cause(CauseLink),
    Causes(Vec<Chip>, Option<String>),
    Time(Moment),
}

/// A cause and its number of failures.
pub(super) struct Chip {
    pub(super) cause: CauseLink,
    pub(super) failures: Number,
}

/// Says that a table has no more than `limit` rows here, and which file has all.
pub(super) fn cut(total: usize, limit: usize, table: &str) -> Option<String> {
    (total > limit).then(|| {
        format!(
            "The first {} of {} rows; all are in tables/{table}.csv.",
            thousands(limit as u64),
            thousands(total as u64)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_names_its_file() {
        assert_eq!(cut(200, 200, "groups"), None);
        assert_eq!(
            cut(1_234, 200, "failures_by_user").as_deref(),
            Some("The first 200 of 1,234 rows; all are in tables/failures_by_user.csv.")
        );
    }
}
