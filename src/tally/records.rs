//! What one worker does with its share of a file: records to rows of its private tally.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::Ordering;

use super::fill::ToRead;
use super::overlap::Read as ReadRow;
use super::span::Span;
use super::work::Work;
use crate::ingest::csv;
use crate::ingest::{Blocks, Packing, Piece, Record, Splitter, Step, why_cut_short};
use crate::normalise::{self, Change, Reading, Reason, Repeated};

/// Lines of footers that are remembered of one piece or file.
const FOOTERS: usize = 1_000;
/// Bytes read behind a piece, so that its last record is mostly there at once.
const BEHIND: u64 = 64 * 1024;
/// Bytes of a piece in memory at a time: few enough to be in a core's cache still when they are
/// looked at.
const PIECE_BLOCK: usize = 128 * 1024;
/// Bytes of a stream in memory at a time.
const STREAM_BLOCK: usize = 1 << 20;
/// The same of a small one.
const LEAST_BLOCK: usize = 1 << 16;

/// Reads one piece of a plain file.
pub(super) fn piece(
    source: &ToRead<'_>,
    piece: Piece,
    buffer: &mut Vec<u8>,
    work: &mut Work<'_, '_>,
) -> io::Result<Span> {
    let size = source.size;
    let look_back = u64::from(piece.index > 0);
    let start = piece.start - look_back;
    let reader = bytes_from(source, start)?;
    let block = usize::try_from(piece.end - start + BEHIND).unwrap_or(usize::MAX);
    let block = block.min(PIECE_BLOCK);
    let mut blocks = Blocks::new(reader, start, size - start, block, std::mem::take(buffer));
    blocks.more()?;
    let mut span = Span {
        index: piece.index,
        next: piece.end,
        hides: work.reading.has_secrets(),
        ..Span::default()
    };
    let length = piece.end - piece.start;
    let found = loop {
        let (read, ended) = (blocks.bytes(), blocks.ended());
        let Reading {
            container, columns, ..
        } = work.reading;
        let found = match piece.index {
            0 => Some(0),
            _ => container.find_first(read, ended, length, columns.width()),
        };
        // A first line may be longer than a block.
        if found.is_some() || ended || read.len() as u64 > length {
            break found;
        }
        blocks.more()?;
    };
    if let Some(offset) = found {
        blocks.advance(usize::try_from(look_back + offset).unwrap_or(usize::MAX));
        span.first = Some(blocks.offset());
        records(&mut blocks, piece.end, &mut span, work);
        if blocks.ended() && blocks.offset() + (blocks.bytes().len() as u64) < size.min(piece.end) {
            span.cut_short = Some(SHRANK.to_owned());
        }
    }
    *buffer = blocks.into_buffer();
    Ok(span)
}

/// Reads a plain file of which all bytes are at hand.
pub(super) fn at_hand(bytes: &mut Vec<u8>, work: &mut Work<'_, '_>) -> Span {
    let (body, size) = (work.reading.body, bytes.len() as u64);
    let mut span = Span {
        first: Some(body),
        hides: work.reading.has_secrets(),
        ..Span::default()
    };
    let in_pieces = work.reading.container.falls_into_pieces() && size > body;
    let end = if in_pieces { size } else { u64::MAX };
    let passed = usize::try_from(body).unwrap_or(usize::MAX);
    let mut blocks = Blocks::of_all(std::mem::take(bytes), passed);
    records(&mut blocks, end, &mut span, work);
    *bytes = blocks.into_buffer();
    span
}

/// The bytes of a plain file from an offset on.
fn bytes_from(source: &ToRead<'_>, start: u64) -> io::Result<File> {
    let mut file = File::open(source.file)?;
    if start > 0 {
        file.seek(SeekFrom::Start(start))?;
    }
    Ok(file)
}

/// Reads a whole file in one go: a compressed one, or one that can't be cut by eye.
pub(super) fn stream(
    path: &Path,
    packing: Packing,
    size: u64,
    buffer: &mut Vec<u8>,
    work: &mut Work<'_, '_>,
) -> io::Result<Span> {
    let mut reader = packing.open_ahead(path, size)?;
    let body = work.reading.body;
    let skipped = io::copy(&mut reader.by_ref().take(body), &mut io::sink());
    let mut span = Span {
        first: Some(body),
        hides: work.reading.has_secrets(),
        ..Span::default()
    };
    if let Err(error) = skipped {
        span.cut_short = Some(why_cut_short(&error));
        return Ok(span);
    }
    let taken = std::mem::take(buffer);
    // What a growing file gets behind its size is left to the next run, as it is with pieces; files
    // of a system without a size are read to their end.
    let limit = match packing.is_plain() && size > 0 {
        true => size.saturating_sub(body),
        false => u64::MAX,
    };
    // Text hardly packs to less than a sixteenth.
    let about = usize::try_from(size.saturating_mul(16)).unwrap_or(usize::MAX);
    let block = about.clamp(LEAST_BLOCK, STREAM_BLOCK);
    let mut blocks = Blocks::new(reader, body, limit, block, taken);
    records(&mut blocks, u64::MAX, &mut span, work);
    if packing.is_plain() && span.next < size {
        span.cut_short = Some(SHRANK.to_owned());
    }
    *buffer = blocks.into_buffer();
    Ok(span)
}

/// Reads records until one begins at or behind `end`.
fn records<R: Read>(blocks: &mut Blocks<R>, end: u64, span: &mut Span, work: &mut Work<'_, '_>) {
    let mut record = Record::default();
    let mut splitter = work.reading.splitter();
    loop {
        let mark = csv::mark(blocks.bytes());
        let line = &blocks.bytes()[mark..];
        let before_end = blocks.offset() < end;
        if before_end
            && splitter.stands_free()
            && let Some(known) = work.decoder.repeated(line, &mut record)
        {
            let Repeated { at, user, dims, .. } = known;
            let place = span.here();
            let read = ReadRow {
                at,
                user,
                dims,
                place,
            };
            work.count(read, &record, line, span);
            span.lines += 1;
            blocks.advance(mark + known.bytes);
            continue;
        }
        let step = if before_end {
            splitter.next(line, blocks.ended(), &mut record)
        } else {
            splitter.settle(line, blocks.ended())
        };
        match step {
            Step::Record { bytes, lines } => {
                let row_bytes = &line[..bytes];
                let unended = !row_bytes.ends_with(b"\n") && blocks.ended();
                row(&record, row_bytes, unended, span, work);
                blocks.advance(mark + bytes);
                span.lines += lines as u64;
            }
            Step::Blank { bytes } => {
                span.ledger.blank += 1;
                span.lines += u64::from(line[..bytes].ends_with(b"\n"));
                blocks.advance(mark + bytes);
            }
            Step::Between { bytes, lines } => {
                blocks.advance(mark + bytes);
                span.lines += lines as u64;
            }
            Step::Broken { bytes, shown, why } => {
                span.reject(Reason::Broken(why), &line[..shown]);
                span.lines += memchr::memchr_iter(b'\n', &line[..bytes]).count() as u64;
                blocks.advance(mark + bytes);
            }
            Step::LostQuote { bytes } => {
                span.reject(Reason::LostQuote, &line[..bytes]);
                blocks.advance(mark + bytes);
                span.lines += 1;
            }
            Step::HalfWritten { bytes } => {
                span.reject(Reason::HalfWritten, &line[..bytes]);
                blocks.advance(mark + bytes);
                span.cut_short
                    .get_or_insert_with(|| HALF_WRITTEN.to_owned());
            }
            Step::TooLong => {
                span.reject(Reason::TooLong, line);
                skip_line(blocks, span);
            }
            // What was read so far is thrown away by whoever sees the flag.
            Step::Incomplete if work.stop.load(Ordering::Relaxed) => break,
            Step::Incomplete => {
                work.make_room();
                more(blocks, span);
            }
            // A mark at the very end belongs to nothing.
            Step::End => {
                blocks.advance(mark);
                break;
            }
        }
    }
    span.next = blocks.offset();
    close(&splitter, blocks.ended() && blocks.bytes().is_empty(), span);
    work.counts.flush();
    work.make_room();
}

/// How a file ended too early.
const SHRANK: &str = "shrank while it was read";
pub(super) const HALF_WRITTEN: &str = "ends inside its last row";

/// What the splitter knows of all that it passed.
fn close(splitter: &Splitter<'_>, at_end: bool, span: &mut Span) {
    span.remembers = splitter.remembers();
    span.done = splitter.done();
    span.columns = splitter.seen();
    if splitter.is_open() && at_end {
        span.cut_short
            .get_or_insert_with(|| "ends before its list of records does".to_owned());
    }
}

/// Counts one record. `unended` says that the stream ends with it, without a line end.
fn row(record: &Record, bytes: &[u8], unended: bool, span: &mut Span, work: &mut Work<'_, '_>) {
    let has_keys = work.reading.container.has_keys();
    // An object is whole when its brace is closed.
    let unended = unended && !has_keys;
    if unended && span.cut_short.is_some() {
        return span.reject(Reason::HalfWritten, bytes);
    }
    if !has_keys && record.empty_from(0) {
        span.ledger.blank += 1;
        return;
    }
    match work.decoder.row(record, bytes) {
        normalise::Row::Attempt { at, user, dims } => {
            work.count(
                ReadRow {
                    at,
                    user,
                    dims,
                    place: span.here(),
                },
                record,
                bytes,
                span,
            );
        }
        normalise::Row::User | normalise::Row::Context => span.ledger.events += 1,
        normalise::Row::Change(change) => {
            span.ledger.events += 1;
            work.changes.push(Change {
                place: span.here(),
                ..*change
            });
        }
        normalise::Row::Ignored => span.ledger.ignored += 1,
        normalise::Row::Footer => {
            span.ledger.ignored += 1;
            if span.footers.len() < FOOTERS {
                span.footers.push(span.lines + 1);
            }
        }
        // The file is read again once its zone is known, or not at all.
        normalise::Row::Undecided => {}
        normalise::Row::Reject(Reason::FieldCount { got, want }) if unended && got < want => {
            span.cut_short = Some(HALF_WRITTEN.to_owned());
            span.reject(Reason::HalfWritten, bytes);
        }
        normalise::Row::Reject(reason) => span.reject(reason, bytes),
    }
}

/// Reads on; a damaged stream ends here and says why.
fn more<R: Read>(blocks: &mut Blocks<R>, span: &mut Span) {
    if let Err(error) = blocks.more() {
        span.cut_short = Some(why_cut_short(&error));
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
