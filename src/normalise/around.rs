//! What stands around rows and is none: headers repeated, separators, footers, totals.

use super::header::separator;
use super::layout::{Columns, Layout};
use crate::catalogue::Footers;
use crate::ingest::Record;

/// Fields at the front of which one must be a column's name where a record is a header.
const FRONT: usize = 3;

/// Whether a record is the file's header once more, as where files were joined.
pub(super) fn repeats(columns: &Columns, record: &Record, block: &[u8]) -> bool {
    let names = &columns.names;
    names.len() <= record.len()
        && (0..names.len()).all(|at| record.text(block, at).trim() == names[at])
}

/// Whether a record is a header of the same layout with its columns in another order or number.
pub(super) fn is_other_header(layout: &Layout, record: &Record, block: &[u8]) -> bool {
    let text = |at| record.text(block, at).trim().to_owned();
    (0..record.len().min(FRONT)).any(|at| layout.knows(&text(at)).is_some()) && {
        let names: Vec<String> = (0..record.len()).map(text).collect();
        layout.columns_of(&names).is_some()
    }
}

/// Whether a record is a line such as `sep=;` in the middle, as where files were joined.
pub(super) fn is_separator(block: &[u8]) -> bool {
    separator(block).is_some()
}

/// Whether a record is a line below a report's table, or one of its totals.
pub(super) fn is_footer(footers: &Footers, record: &Record, block: &[u8]) -> bool {
    let cells = (0..record.len()).map(|at| record.text(block, at));
    let mut cells = cells.skip_while(|cell| cell.trim().is_empty());
    let Some(first) = cells.next() else {
        return false;
    };
    if footers.is_line(&first) {
        return true;
    }
    let rest: Vec<_> = cells.collect();
    footers.is_total(&first, rest.iter().map(AsRef::as_ref))
}
