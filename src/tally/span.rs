//! What a worker makes of a span of a file.

use crate::event::Place;
use crate::normalise::{self, Ledger, Reason, Rejects};

const HIDDEN: &str = "(not shown: rows of this file hold secrets)";

/// What became of a span of a file.
#[derive(Debug, Default)]
pub(super) struct Span {
    /// Position among the pieces of the file.
    pub(super) index: u32,
    /// Where the first record of the span began, if one did.
    pub(super) first: Option<u64>,
    /// Where the record behind the span's last one begins.
    pub(super) next: u64,
    /// Line ends in the span's records.
    pub(super) lines: u64,
    pub(super) ledger: Ledger,
    /// Lines are counted from the span's first.
    pub(super) rejects: Rejects,
    /// Lines below a report's table, counted from the span's first; the first thousand.
    pub(super) footers: Vec<u64>,
    /// The stream ended too early or was damaged; what came before was read.
    pub(super) cut_short: Option<String>,
    /// What follows it depends on what it holds, so that it can't be read by itself.
    pub(super) remembers: bool,
    /// What the last query result in it says of itself: whether it is all there.
    pub(super) done: Option<bool>,
    /// One bit for each column that some record has, where records name their values.
    pub(super) columns: u64,
    /// Its rows hold secrets: nothing is kept of one that can't be read.
    pub(super) hides: bool,
}

impl Span {
    /// The place of the record that is read, in its span.
    pub(super) fn here(&self) -> Place {
        Place::new(self.index, self.lines + 1)
    }

    /// Keeps a row that could not be read; the first thousand with value and excerpt.
    pub(super) fn reject(&mut self, reason: Reason, row: &[u8]) {
        self.ledger.rejects += 1;
        if self.hides {
            let hidden = || HIDDEN.into();
            return self.rejects.push(self.lines + 1, reason.in_short(), hidden);
        }
        self.rejects
            .push(self.lines + 1, reason, || normalise::excerpt(row));
    }
}
