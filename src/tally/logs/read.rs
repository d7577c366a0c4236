//! Reading logs: plain ones in pieces, compressed ones as streams, several at a time.

mod joined;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::ThreadPool;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::borders::Border;
use super::fold::{Fold, Way};
use super::pieces::{cuts, line_at};
use super::{LogRead, LogToRead, Logs, rounds};
use crate::catalogue::Known;
use crate::event::Instant;
use crate::ingest::text::{self, Needles, State, Step};
use crate::ingest::{Blocks, Progress, why_cut_short};
use crate::normalise::log::{self, LogEntry, LogReader};
use crate::normalise::{Ledger, Reason, Rejects, excerpt};
use crate::tally::Interrupted;

/// Bytes of a log in memory at a time: what a core's own cache holds besides all else.
const BLOCK: usize = 256 << 10;
/// Pieces of a file for each thread that are read while those before them are put together.
const AHEAD: usize = 4;
/// Bytes of a piece at most, so that what a storm of errors says of itself stays small, and no
/// thread waits long for another.
const LARGEST_PIECE: u64 = 1 << 20;
/// A file of more bytes is read in pieces, whatever else there is to read.
const LARGE: u64 = 4 << 20;

/// How to read logs.
pub struct ReadLogs<'a> {
    pub known: &'a Known,
    pub logs: &'a log::Logs,
    pub pool: &'a ThreadPool,
    /// Instants that no bucket of time may span.
    pub cuts: &'a [Instant],
    /// Bytes of plain files that are read as one piece.
    pub piece_size: u64,
    pub progress: &'a Progress,
    /// Set when the user wants to stop.
    pub stop: &'a AtomicBool,
}

/// What stands in a part of a log.
#[derive(Debug, Default)]
pub(super) struct Read1 {
    /// Entries with their lines and evidence; line numbers count from the part's first.
    pub(super) entries: Vec<Told>,
    pub(super) ledger: Ledger,
    pub(super) rejects: Rejects,
    pub(super) lines: u64,
    pub(super) cut_short: Option<String>,
}

/// An entry that tells of a login, how many lines it has, and its first one without secrets.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) entry: LogEntry,
    pub(super) lines: u64,
    pub(super) text: String,
}

/// Reads all logs.
///
/// # Errors
/// That the user stopped the run, or that there are too many words to search for.
pub fn read(files: &[LogToRead<'_>], with: &ReadLogs<'_>) -> anyhow::Result<Logs> {
    if files.is_empty() {
        return Ok(Logs::default());
    }
    let needles = with.logs.needles()?;
    let done = with.pool.install(|| rounds::read(files, with, &needles));
    Interrupted::check(with.stop)?;
    Ok(done)
}

/// A file with its borders and the way in which it is to be read.
pub(super) type Asked<'a, 'f> = (&'a LogToRead<'f>, &'a Border, &'a Way);

/// Reads some of the files, each as it is said for it.
pub(super) fn round(
    asked: &[Asked<'_, '_>],
    with: &ReadLogs<'_>,
    needles: &Needles,
) -> Vec<LogRead> {
    let piece = with.piece_size.min(LARGEST_PIECE);
    let large = with.piece_size.min(LARGE);
    let is_large = |file: &LogToRead<'_>| file.packing.is_plain() && file.size > large;
    // Large ones one after the other, each on all threads; then the rest side by side.
    let large: Vec<Option<LogRead>> = asked
        .iter()
        .map(|asked| is_large(asked.0).then(|| One::of(*asked, with, needles).in_pieces(piece)))
        .collect();
    let each = asked.into_par_iter().zip(large);
    each.map(|(asked, read)| match read {
        Some(read) => read,
        None => One::of(*asked, with, needles).as_stream(),
    })
    .collect()
}

/// One file and what reads it.
struct One<'a, 'f> {
    file: &'a LogToRead<'f>,
    border: &'a Border,
    way: &'a Way,
    with: &'a ReadLogs<'a>,
    needles: &'a Needles,
    /// Free ones; there are as many as threads.
    desks: Mutex<Vec<Desk<'a>>>,
}

/// What one thread works with from piece to piece.
struct Desk<'a> {
    reader: LogReader<'a>,
    buffer: Vec<u8>,
}

impl<'a, 'f> One<'a, 'f> {
    fn of(asked: Asked<'a, 'f>, with: &'a ReadLogs<'a>, needles: &'a Needles) -> Self {
        let (file, border, way) = asked;
        Self {
            file,
            border,
            way,
            with,
            needles,
            desks: Mutex::default(),
        }
    }

    /// A desk that no one sits at.
    fn desk(&self) -> Desk<'a> {
        self.free_desks().pop().unwrap_or_else(|| Desk {
            reader: LogReader::new(self.with.logs, self.with.known, &self.file.about),
            buffer: Vec::new(),
        })
    }

    fn free_desks(&self) -> MutexGuard<'_, Vec<Desk<'a>>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is put together, with the lines that are another file's to tell.
    fn fold(&self) -> Fold<'a> {
        let mut fold = Fold::of(self.file, self.way, self.with.known, self.with.cuts);
        fold.add(Read1::ignored(self.border.passed.1));
        fold
    }

    /// A plain file: its pieces are read in parallel, and put together in their order.
    fn in_pieces(&self, piece: u64) -> LogRead {
        let file = self.file;
        let (start, end) = self.span();
        let span = (start, end.unwrap_or(file.size));
        let cuts = match cuts(file.file, span, piece, &self.file.entries) {
            Ok(cuts) => cuts,
            Err(error) => return failed(&error),
        };
        let spans: Vec<(u64, u64)> = cuts.windows(2).map(|two| (two[0], two[1])).collect();
        let mut fold = self.fold();
        let mut batches = spans.chunks(AHEAD * rayon::current_num_threads());
        let mut parts = self.parts(batches.next());
        while !parts.is_empty() && !self.with.stop.load(Ordering::Relaxed) {
            let (added, next) = rayon::join(
                || {
                    parts
                        .into_iter()
                        .try_for_each(|part| part.map(|part| fold.add(part)))
                },
                || self.parts(batches.next()),
            );
            if let Err(error) = added {
                return failed(&error);
            }
            parts = next;
        }
        self.joined(&mut fold);
        fold.finish()
    }

    /// What stands in the next pieces of a file; nothing behind the last.
    fn parts(&self, batch: Option<&[(u64, u64)]>) -> Vec<io::Result<Read1>> {
        let pieces = batch.unwrap_or_default().into_par_iter();
        pieces.map(|&(start, end)| self.piece(start, end)).collect()
    }

    fn piece(&self, start: u64, end: u64) -> io::Result<Read1> {
        let mut file = File::open(self.file.file)?;
        file.seek(SeekFrom::Start(start))?;
        let Desk { mut reader, buffer } = self.desk();
        let mut blocks = Blocks::new(file, start, end - start, BLOCK, buffer);
        let mut read = Read1::default();
        // What is undated takes the time of the line behind it, which may begin the next piece.
        let behind = match end < self.file.size {
            true => line_at(self.file.file, end)?,
            false => Vec::new(),
        };
        self.entries(&mut blocks, &mut reader, &behind, &mut read, |_| {});
        if blocks.offset() < end && read.cut_short.is_none() {
            read.cut_short = Some("shrank while it was read".to_owned());
        }
        let buffer = blocks.into_buffer();
        self.free_desks().push(Desk { reader, buffer });
        self.with.progress.add(end - start);
        Ok(read)
    }

    /// Any file in one go.
    fn as_stream(&self) -> LogRead {
        let file = self.file;
        let mut stream = match file.packing.open_ahead(file.file, file.size) {
            Ok(stream) => stream,
            Err(error) => return failed(&error),
        };
        let mut fold = self.fold();
        let mut read = Read1::default();
        let (start, end) = self.span();
        if let Err(error) = io::copy(&mut stream.by_ref().take(start), &mut io::sink()) {
            read.cut_short = Some(why_cut_short(&error));
        }
        // What a growing file gets behind its size is left to the next run.
        let limit = match file.packing.is_plain() && file.size > 0 {
            true => file.size.saturating_sub(start),
            false => u64::MAX,
        };
        let limit = end.map_or(limit, |end| end.saturating_sub(start));
        let mut blocks = Blocks::new(stream, start, limit, BLOCK, Vec::new());
        let mut reader = LogReader::new(self.with.logs, self.with.known, &file.about);
        self.entries(&mut blocks, &mut reader, self.behind(), &mut read, |read| {
            if read.entries.len() >= ENTRIES {
                fold.add(std::mem::take(read));
            }
        });
        fold.add(read);
        self.joined(&mut fold);
        self.with.progress.add(file.size);
        fold.finish()
    }

    /// Reads entries to the end of the blocks. `behind` is the line behind them; `now_and_then` is
    /// called between entries.
    fn entries<R: Read>(
        &self,
        blocks: &mut Blocks<R>,
        reader: &mut LogReader<'_>,
        behind: &[u8],
        read: &mut Read1,
        mut now_and_then: impl FnMut(&mut Read1),
    ) {
        let mut state = State::default();
        loop {
            let (block, at_end) = (blocks.bytes(), blocks.ended());
            match text::next(block, at_end, self.needles, &self.file.entries, &mut state) {
                Step::Plain { bytes, lines } => {
                    read.ledger.ignored += lines as u64;
                    read.lines += lines as u64;
                    blocks.advance(bytes);
                }
                Step::Entry {
                    bytes,
                    lines,
                    next_line,
                    ..
                } => {
                    let after = match next_line {
                        0 if at_end && bytes == block.len() => behind,
                        _ => &block[bytes..bytes + next_line],
                    };
                    read.entry(&block[..bytes], after, lines as u64, reader);
                    blocks.advance(bytes);
                    now_and_then(read);
                }
                Step::TooLong { bytes, lines } => {
                    let line = &block[..bytes];
                    read.ledger.rejects += lines as u64;
                    read.rejects
                        .push(read.lines + 1, Reason::LongLine, || safe_excerpt(line));
                    read.lines += lines as u64;
                    blocks.advance(bytes);
                }
                // What was read so far is thrown away by whoever sees the flag.
                Step::Incomplete if self.with.stop.load(Ordering::Relaxed) => return,
                Step::Incomplete => {
                    if let Err(error) = blocks.more() {
                        read.cut_short = Some(why_cut_short(&error));
                    }
                }
                Step::End => return,
            }
        }
    }
}

/// Entries of a stream that are put together at a time.
const ENTRIES: usize = 1_000;

impl Read1 {
    fn entry(&mut self, bytes: &[u8], behind: &[u8], lines: u64, reader: &mut LogReader<'_>) {
        match reader.entry(bytes, behind, self.lines + 1) {
            Some(mut entry) => self.entries.push(Told {
                text: std::mem::take(&mut entry.shown),
                entry,
                lines,
            }),
            None => self.ledger.ignored += lines,
        }
        self.lines += lines;
    }
}

/// What is shown of a line that is too long: nothing secret.
fn safe_excerpt(line: &[u8]) -> Box<str> {
    let shown = LogReader::evidence(&line[..line.len().min(SHOWN)]);
    excerpt(shown.as_bytes())
}

/// Bytes of a line that is too long which are looked into.
const SHOWN: usize = 4096;

fn failed(error: &io::Error) -> LogRead {
    LogRead {
        failed: Some(error.to_string()),
        ..LogRead::default()
    }
}
