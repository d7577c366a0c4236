//! Cutting plain files into pieces that are read in parallel.
//!
//! A piece holds the records that begin in its span of bytes. Where its first record begins is
//! found by looking, since a line end may stand inside quotes; whoever puts the pieces together
//! checks that each piece began where the one before it ended, and reads the file in one go
//! where one did not.

use memchr::memchr;

use super::csv::{self, Record, Step};

/// A span of bytes of a plain file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Position among the pieces of its file.
    pub index: u32,
    pub start: u64,
    pub end: u64,
}

/// How many line ends are tried as the start of a record.
pub(super) const TRIES: usize = 256;
/// How many records in a row must have the header's number of fields.
const AGREEING: usize = 3;

/// Cuts the records between two offsets into pieces of `size` bytes.
pub fn cut(first_record: u64, file_size: u64, size: u64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = first_record;
    while start < file_size {
        let end = start.saturating_add(size.max(1)).min(file_size);
        pieces.push(Piece {
            index: u32::try_from(pieces.len()).unwrap_or(u32::MAX),
            start,
            end,
        });
        start = end;
    }
    pieces
}

/// Where the first record begins that starts in a piece: `block` holds the byte before the piece
/// and what follows, `span` is the length of the piece. `None` if no line begins in it.
///
/// The answer is counted from the piece's start. It is a guess with good odds: the first line
/// from which three records with `width` fields follow, else the first line at all.
pub(super) fn find_first_record(
    block: &[u8],
    at_end: bool,
    span: u64,
    delimiter: u8,
    width: usize,
) -> Option<u64> {
    let mut record = Record::default();
    let mut first = None;
    let mut from = 0;
    for _ in 0..TRIES {
        let Some(length) = memchr(b'\n', block.get(from..)?) else {
            break;
        };
        // One past the line end, minus the byte before the piece.
        let line = from + length;
        if line as u64 >= span {
            break;
        }
        first.get_or_insert(line as u64);
        if agrees(&block[line + 1..], at_end, delimiter, width, &mut record) {
            return Some(line as u64);
        }
        from = line + 1;
    }
    first
}

/// The first line that begins in a piece, where each line is a record.
pub(super) fn first_line(block: &[u8], span: u64) -> Option<u64> {
    memchr(b'\n', block)
        .map(|line| line as u64)
        .filter(|line| *line < span)
}

fn agrees(mut rest: &[u8], at_end: bool, delimiter: u8, width: usize, record: &mut Record) -> bool {
    for _ in 0..AGREEING {
        match csv::next(rest, at_end, delimiter, record) {
            Step::Record { bytes, .. } if record.len() == width => rest = &rest[bytes..],
            Step::Blank { bytes } => rest = &rest[bytes..],
            Step::End | Step::Incomplete => return true,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_span_once() {
        let pieces = cut(10, 105, 30);
        let spans: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.start, piece.end))
            .collect();
        assert_eq!(spans, [(10, 40), (40, 70), (70, 100), (100, 105)]);
        assert!(cut(10, 10, 30).is_empty());
    }

    #[test]
    fn passes_over_line_ends_inside_quotes() {
        let text = b"y\nz\",c\n1,2,3\n4,5,6\n7,8,9\n";
        assert_eq!(find_first_record(text, true, 20, b',', 3), Some(6));
        assert_eq!(find_first_record(b"abc", true, 2, b',', 3), None);
        assert_eq!(find_first_record(b"\n1,2\n", true, 4, b',', 2), Some(0));
    }
}
