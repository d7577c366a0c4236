//! Rows of fields between delimiters that are like an earlier one.

use super::{Columns, Divided, Free, Models, find_behind};
use crate::ingest::{Escape, Record, Step, csv};
use crate::normalise::layout;

/// How the rows of a CSV are taken apart.
#[derive(Debug)]
pub(super) struct Rows {
    delimiter: u8,
    /// The column by which users are told apart.
    key: usize,
    /// By column: whether it may differ from row to row.
    free: Vec<bool>,
}

impl Rows {
    /// `None` where no column tells the user, or none stands behind it.
    pub(super) fn of(delimiter: u8, header: &layout::Columns, columns: &Columns) -> Option<Self> {
        // Beside the derived id of a user the plain one may stand, further to the left.
        let is_user = |at: &usize| {
            columns.users.contains(at) || header.names[*at].eq_ignore_ascii_case("USER_ID")
        };
        let key = (0..header.width()).find(is_user);
        Some(Self {
            delimiter,
            key: key.filter(|key| key + 1 < header.width())?,
            free: (0..header.width()).map(|at| columns.is_asked(at)).collect(),
        })
    }

    /// The row that the one at the start of a block is like.
    #[inline]
    pub(super) fn find(
        &self,
        block: &[u8],
        (record, columns): (&mut Record, &Columns),
        models: Models<'_>,
    ) -> Option<(u32, usize)> {
        let from = csv::leading(block, self.key + 1, self.delimiter, record)?;
        let field = |at| csv::plain_field(block, at, self.delimiter);
        find_behind(models, block, (self.key, from), (record, columns), field)
    }

    /// Where a row is divided: behind the delimiter of the user's field.
    pub(super) fn divide(
        &self,
        record: &Record,
        row: &[u8],
        columns: &Columns,
    ) -> Option<Divided<'static>> {
        let is_plain = |column: usize| record.escape(column) == Escape::None;
        let before = (0..self.key).filter(|column| columns.is_telling(*column));
        let before: Vec<usize> = before.collect();
        let fits = record.len() > self.key + 1;
        let plain = is_plain(self.key) && before.iter().copied().all(is_plain);
        (fits && plain).then(|| Divided {
            key: self.key,
            before,
            from: record.span(row, self.key).1 + 1,
            anew: false,
            values: Vec::new(),
        })
    }

    /// The fields of a row that may differ. `known` is the rest of an earlier row that tells the
    /// same: columns that differ from it may differ from now on.
    pub(super) fn free(
        &mut self,
        record: &Record,
        (row, from): (&[u8], usize),
        known: Option<&[u8]>,
        columns: &Columns,
    ) -> Vec<Free> {
        if let Some(known) = known {
            self.free_what_differs(record, row, known, columns);
        }
        let is_free = |column: &usize| self.free.get(*column).copied().unwrap_or(false);
        let behind = (self.key + 1..record.len()).filter(is_free);
        let free = behind.map(|column| {
            let (start, end) = record.span(row, column);
            let asked = columns.is_asked(column).then_some(column);
            Free {
                asked: asked.into_iter().collect(),
                start: start - from,
                end: end - from,
            }
        });
        free.collect()
    }

    fn free_what_differs(&mut self, record: &Record, row: &[u8], rest: &[u8], columns: &Columns) {
        let mut known = Record::default();
        if !matches!(
            csv::next(rest, true, self.delimiter, &mut known),
            Step::Record { .. }
        ) {
            return;
        }
        for column in self.key + 1..self.free.len() {
            let differs = known.raw(rest, column - self.key - 1) != record.raw(row, column);
            self.free[column] |= differs && !columns.is_telling(column);
        }
    }
}
