//! Reading a file whose first or last record is cut in two by a rotation.

use super::{One, Read1};
use crate::ingest::Blocks;
use crate::normalise::log::LogReader;
use crate::tally::logs::fold::Fold;
use crate::tally::logs::pieces::first_line;

impl<'a> One<'a, '_> {
    /// Where its own entries begin and end in its text; the last may be read with the next file.
    pub(super) fn span(&self) -> (u64, Option<u64>) {
        let joined = self.border.joined.as_ref();
        let start = self.file.body + self.border.passed.0;
        (start, joined.map(|joined| joined.at))
    }

    /// The line behind its own entries.
    pub(super) fn behind(&self) -> &'a [u8] {
        let joined = self.border.joined.as_ref();
        joined.map_or(&[], |joined| first_line(&joined.text))
    }

    /// The last record and the rest of it in the next file.
    pub(super) fn joined(&self, fold: &mut Fold<'_>) {
        let Some(joined) = &self.border.joined else {
            return;
        };
        let text = &joined.text[..];
        let mut blocks = Blocks::new(text, 0, text.len() as u64, text.len(), Vec::new());
        let mut reader = LogReader::new(self.with.logs, self.with.known, &self.file.about);
        let mut read = Read1::default();
        self.entries(&mut blocks, &mut reader, &joined.behind, &mut read, |_| {});
        read.keep_lines(joined.lines);
        fold.add(read);
    }
}

impl Read1 {
    /// Lines that are of no interest.
    pub(super) fn ignored(lines: u64) -> Self {
        let mut read = Self::default();
        read.ledger.ignored = lines;
        read.lines = lines;
        read
    }

    /// Leaves out the lines behind the first so many: they belong to what stands last.
    fn keep_lines(&mut self, lines: u64) {
        let more = self.lines.saturating_sub(lines);
        match self.entries.last_mut() {
            Some(last) if last.entry.line + last.lines > self.lines => last.lines -= more,
            _ => self.ledger.ignored = self.ledger.ignored.saturating_sub(more),
        }
        self.lines -= more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_next_file_are_left_out_where_they_stand() {
        let mut quiet = Read1::ignored(5);
        quiet.keep_lines(3);
        assert_eq!((quiet.lines, quiet.ledger.ignored), (3, 3));
        quiet.keep_lines(4);
        assert_eq!((quiet.lines, quiet.ledger.ignored), (3, 3));
    }
}
