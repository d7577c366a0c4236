//! What one worker does with its share of a file: records to rows of its private tally.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::counts::Counts;
use super::overlap::{self, Watch};
use crate::event::{DimsId, Place};
use crate::ingest::csv::{self, Record, Step};
use crate::ingest::{Blocks, Compression, Piece, find_first_record};
use crate::normalise::{self, Decoder, Ledger, Reading, Reason, Reject};

/// Rejects of one piece or file that keep their value and excerpt.
pub(super) const KEPT_IN_FULL: usize = 1_000;
/// Bytes read behind a piece, so that its last record is mostly there at once.
const BEHIND: u64 = 64 * 1024;
/// Bytes of a stream in memory at a time.
const STREAM_BLOCK: usize = 1 << 20;

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
    pub(super) rejects: Vec<Reject>,
    /// The stream ended too early or was damaged; what came before was read.
    pub(super) cut_short: Option<String>,
}

/// Reads one piece of a plain file.
pub(super) fn piece(
    path: &Path,
    size: u64,
    piece: Piece,
    buffer: &mut Vec<u8>,
    work: &mut Work<'_, '_>,
) -> io::Result<Span> {
    let mut file = File::open(path)?;
    let look_back = u64::from(piece.index > 0);
    let start = piece.start - look_back;
    file.seek(SeekFrom::Start(start))?;
    let block = usize::try_from(piece.end - start + BEHIND).unwrap_or(usize::MAX);
    let mut blocks = Blocks::new(file, start, size - start, block, std::mem::take(buffer));
    blocks.more()?;
    let mut span = Span {
        index: piece.index,
        next: piece.start,
        ..Span::default()
    };
    let found = if piece.index == 0 {
        Some(0)
    } else {
        let length = piece.end - piece.start;
        let width = work.reading.columns.width();
        find_first_record(
            blocks.bytes(),
            blocks.ended(),
            length,
            work.reading.delimiter,
            width,
        )
    };
    if let Some(offset) = found {
        blocks.advance(usize::try_from(look_back + offset).unwrap_or(usize::MAX));
        span.first = Some(blocks.offset());
        records(&mut blocks, piece.end, &mut span, work);
        if blocks.ended() && blocks.offset() + (blocks.bytes().len() as u64) < size.min(piece.end) {
            span.cut_short = Some("shrank while it was read".to_owned());
        }
    }
    *buffer = blocks.into_buffer();
    Ok(span)
}

/// Reads a whole file in one go: a compressed one, or one that can't be cut by eye.
pub(super) fn stream(
    path: &Path,
    compression: Compression,
    buffer: &mut Vec<u8>,
    work: &mut Work<'_, '_>,
) -> io::Result<Span> {
    let mut reader = compression.open(path)?;
    let body = work.reading.body;
    let skipped = io::copy(&mut reader.by_ref().take(body), &mut io::sink());
    let mut span = Span {
        first: Some(body),
        ..Span::default()
    };
    if let Err(error) = skipped {
        span.cut_short = Some(damage(&error));
        return Ok(span);
    }
    let taken = std::mem::take(buffer);
    let mut blocks = Blocks::new(reader, body, u64::MAX, STREAM_BLOCK, taken);
    records(&mut blocks, u64::MAX, &mut span, work);
    *buffer = blocks.into_buffer();
    Ok(span)
}

/// What a worker needs while it reads one file.
pub(super) struct Work<'w, 'd> {
    pub(super) reading: &'w Reading<'w>,
    pub(super) decoder: &'w mut Decoder<'d>,
    pub(super) counts: &'w mut Counts,
    /// What is done with each attempt beside counting it.
    pub(super) watch: &'w mut Watch<'d>,
    pub(super) success: &'w mut Vec<bool>,
    /// Set when the user wants to stop.
    pub(super) stop: &'w AtomicBool,
}

/// Reads records until one begins at or behind `end`.
fn records<R: Read>(blocks: &mut Blocks<R>, end: u64, span: &mut Span, work: &mut Work<'_, '_>) {
    let mut record = Record::default();
    let delimiter = work.reading.delimiter;
    while blocks.offset() < end {
        let step = csv::next(blocks.bytes(), blocks.ended(), delimiter, &mut record);
        match step {
            Step::Record { bytes, lines } => {
                let row_bytes = &blocks.bytes()[..bytes];
                let unended = !row_bytes.ends_with(b"\n") && blocks.ended();
                row(&record, row_bytes, unended, span, work);
                blocks.advance(bytes);
                span.lines += lines as u64;
            }
            Step::Blank { bytes } => {
                span.ledger.blank += 1;
                span.lines += u64::from(blocks.bytes()[..bytes].ends_with(b"\n"));
                blocks.advance(bytes);
            }
            Step::LostQuote { bytes } => {
                span.reject(Reason::LostQuote, &blocks.bytes()[..bytes]);
                blocks.advance(bytes);
                span.lines += 1;
            }
            Step::HalfWritten { bytes } => {
                span.reject(Reason::HalfWritten, &blocks.bytes()[..bytes]);
                blocks.advance(bytes);
                span.cut_short
                    .get_or_insert_with(|| HALF_WRITTEN.to_owned());
            }
            Step::TooLong => {
                span.reject(Reason::TooLong, blocks.bytes());
                skip_line(blocks, span);
            }
            // What was read so far is thrown away by whoever sees the flag.
            Step::Incomplete if work.stop.load(Ordering::Relaxed) => break,
            Step::Incomplete => more(blocks, span),
            Step::End => break,
        }
    }
    span.next = blocks.offset();
    work.counts.flush();
}

const HALF_WRITTEN: &str = "ends inside its last row";

/// Counts one record. `unended` says that the stream ends with it, without a line end.
fn row(record: &Record, bytes: &[u8], unended: bool, span: &mut Span, work: &mut Work<'_, '_>) {
    if unended && span.cut_short.is_some() {
        return span.reject(Reason::HalfWritten, bytes);
    }
    if record.empty_from(0) {
        span.ledger.blank += 1;
        return;
    }
    match work.decoder.row(record, bytes) {
        normalise::Row::Attempt { at, user, dims } => {
            let place = Place::new(span.index, span.lines + 1);
            if !work.watch.is_off() {
                let id = work.decoder.login_id(record, bytes);
                let read = overlap::Read {
                    at,
                    place,
                    user,
                    dims,
                };
                if work.watch.keeps_back(read, id) {
                    return;
                }
            }
            span.ledger.events += 1;
            let success = work.is_success(dims);
            work.counts.add(at, success, user, dims, place);
        }
        normalise::Row::User => span.ledger.events += 1,
        normalise::Row::Ignored => span.ledger.ignored += 1,
        // The file is read again once its zone is known, or not at all.
        normalise::Row::Undecided => {}
        normalise::Row::Reject(Reason::FieldCount { got, want }) if unended && got < want => {
            span.cut_short = Some(HALF_WRITTEN.to_owned());
            span.reject(Reason::HalfWritten, bytes);
        }
        normalise::Row::Reject(reason) => span.reject(reason, bytes),
    }
}

impl Work<'_, '_> {
    /// Whether a combination is a success; asked for every row, so kept in a table.
    #[inline]
    fn is_success(&mut self, dims: DimsId) -> bool {
        if let Some(&success) = self.success.get(dims.index()) {
            return success;
        }
        let all = self.decoder.dims_table().all();
        self.success
            .extend(all[self.success.len()..].iter().map(|dims| dims.success));
        self.success[dims.index()]
    }
}

/// Reads on; a damaged stream ends here and says why.
fn more<R: Read>(blocks: &mut Blocks<R>, span: &mut Span) {
    if let Err(error) = blocks.more() {
        span.cut_short = Some(damage(&error));
    }
}

fn damage(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "truncated: the compressed stream ends too early".to_owned()
        }
        _ => format!("damaged: {error}"),
    }
}

/// Passes over the rest of a line that is too long to be a row.
fn skip_line<R: Read>(blocks: &mut Blocks<R>, span: &mut Span) {
    loop {
        if let Some(at) = memchr::memchr(b'\n', blocks.bytes()) {
            blocks.advance(at + 1);
            span.lines += 1;
            return;
        }
        let all = blocks.bytes().len();
        blocks.advance(all);
        if blocks.ended() {
            return;
        }
        more(blocks, span);
    }
}

impl Span {
    /// Keeps a row that could not be read; the first thousand with value and excerpt.
    fn reject(&mut self, reason: Reason, row: &[u8]) {
        self.ledger.rejects += 1;
        let full = self.rejects.len() < KEPT_IN_FULL;
        self.rejects.push(Reject {
            line: self.lines + 1,
            reason: if full { reason } else { reason.in_short() },
            excerpt: if full {
                normalise::excerpt(row)
            } else {
                "".into()
            },
        });
    }
}
