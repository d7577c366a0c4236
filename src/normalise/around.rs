//! What stands around rows and is none: headers repeated, separators, footers, totals.

use super::header::separator;
use super::layout::Columns;
use super::reading::Reading;
use super::reject::Reason;
use super::row::Row;
use crate::catalogue::Footers;
use crate::ingest::Record;

/// Fields at the front of which one must be a column's name where a record is a header.
const FRONT: usize = 3;

/// Looks at what can't be read as a row.
pub(super) struct Around<'a> {
    reading: &'a Reading<'a>,
    footers: &'a Footers,
    /// A header with other columns was met.
    other_header: bool,
    /// The rows here stand behind it.
    behind: bool,
}

impl<'a> Around<'a> {
    pub(super) fn of(reading: &'a Reading<'a>, footers: &'a Footers) -> Self {
        Self {
            reading,
            footers,
            other_header: false,
            behind: false,
        }
    }

    pub(super) fn other_header(&self) -> bool {
        self.other_header
    }

    /// Whether the last header that was met has other columns than the file's first.
    #[inline]
    pub(super) fn is_behind_other_header(&self) -> bool {
        self.behind
    }

    /// What a record is that could not be read as a row for a reason.
    pub(super) fn row(&mut self, record: &Record, block: &[u8], reason: Reason) -> Row {
        // Where records name their values, there are no headers to be met.
        if self.reading.container.has_keys() {
            return Row::Reject(reason);
        }
        let columns = &self.reading.columns;
        if repeats(columns, record, block) {
            self.behind = false;
            return Row::Ignored;
        }
        if is_footer(self.footers, record, block) {
            return Row::Footer;
        }
        if separator(block).is_some() {
            return Row::Ignored;
        }
        if self.is_other_header(record, block) {
            (self.other_header, self.behind) = (true, true);
            return Row::Ignored;
        }
        if record.len() == columns.width() && record.empty_from(1) {
            return Row::Reject(Reason::OnlyFirst);
        }
        Row::Reject(reason)
    }

    /// Whether a record is a header of the same layout with its columns in another order or number.
    fn is_other_header(&self, record: &Record, block: &[u8]) -> bool {
        let layout = self.reading.layout;
        let text = |at| record.text(block, at);
        (0..record.len().min(FRONT)).any(|at| layout.has_column(&text(at))) && {
            let names = (0..record.len()).map(|at| text(at).trim().to_owned());
            layout.columns_of(&names.collect::<Vec<_>>()).is_some()
        }
    }
}

/// Whether a record is the file's header once more, as where files were joined.
fn repeats(columns: &Columns, record: &Record, block: &[u8]) -> bool {
    let names = &columns.names;
    names.len() <= record.len()
        && (0..names.len()).all(|at| record.text(block, at).trim() == names[at])
}

/// Whether a record is a line below a report's table, or one of its totals.
fn is_footer(footers: &Footers, record: &Record, block: &[u8]) -> bool {
    let cells = (0..record.len()).map(|at| record.text(block, at));
    let mut cells = cells.skip_while(|cell| cell.trim().is_empty());
    let Some(first) = cells.next().filter(|first| footers.may_begin(first)) else {
        return false;
    };
    if footers.is_line(&first) {
        return true;
    }
    let rest: Vec<_> = cells.collect();
    footers.is_total(&first, rest.iter().map(AsRef::as_ref))
}
