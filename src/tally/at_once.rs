//! Small files are counted as they are found, while all their bytes are at hand: to open each of
//! ten thousand hourly exports a second time would take longer than to count what is in it.

use std::sync::atomic::AtomicBool;

use super::look::{Look, LookedAt, Readable};
use super::overlap::Watching;
use super::records::at_hand;
use super::share::Share;
use super::worker::{With, Worker};
use crate::event::Instant;
use crate::ingest::{Found, Progress, Walked};
use crate::normalise::HeadersMet;

/// How small files are counted as they are found.
#[derive(Clone, Copy, Debug)]
pub struct AtOnce<'a> {
    /// Instants that no bucket of time may span: the bounds of what is reported.
    pub cuts: &'a [Instant],
    /// Bytes of a file at most: no more than what is read as one piece.
    pub most: u64,
    /// Bytes of users and rows that all workers together hold in memory of all files. Small files
    /// may take half of it; beyond, they go to temporary files.
    pub tally_budget: u64,
    /// Gets longer with each file that is counted.
    pub progress: &'a Progress,
    /// Set when the user wants to stop.
    pub stop: &'a AtomicBool,
}

/// What was counted as files were found. No file has a number then: [`Counted::is_of`] gives it to
/// the session that counted it.
#[derive(Debug, Default)]
pub struct Counted {
    pub(super) shares: Vec<Share>,
    bytes: u64,
}

/// Where a file is counted: the number of the worker, and of the session in its share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    worker: usize,
    session: usize,
}

impl Counted {
    /// Bytes of the files that are counted.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Says which of the files that are read a session is of, and how many bytes that has.
    pub(super) fn is_of(&mut self, mark: Mark, (file, bytes): (usize, u64)) {
        self.bytes += bytes;
        self.shares[mark.worker].sessions[mark.session].file = file;
    }
}

/// What was seen in files as they were found.
pub struct FirstLook<'a> {
    /// One entry a source; `None` for those that are to be looked at still.
    pub(super) looked: Vec<Option<Box<LookedAt<'a>>>>,
    pub(super) counted: Counted,
}

/// A thread that looks at files.
struct Looker<'a> {
    number: usize,
    met: HeadersMet<'a>,
    worker: Worker,
}

impl<'a> Look<'a> {
    /// Looks at the files that are small, and counts them where that is asked for, on the threads
    /// of the pool that this is called in.
    pub fn at_files(&self, walked: Walked) -> (Found, FirstLook<'a>) {
        let begin = |number, files| {
            let mut worker = Worker::new(self.at_once.map_or(&[], |at_once| at_once.cuts));
            // To grow would touch as much memory again.
            worker.share.sessions.reserve(files);
            Looker {
                number,
                met: HeadersMet::default(),
                worker,
            }
        };
        let stop = self.at_once.map(|at_once| at_once.stop);
        let (found, looked, threads) = walked.look(stop, begin, |thread, source, bytes| {
            // Many are handed on several times: in a box that moves little.
            let mut seen = Box::new(self.at(source, Some(bytes), &mut thread.met));
            if let (Some(at_once), Ok(looked)) = (&self.at_once, &seen.looked) {
                seen.session = at_once.count((looked, seen.org), self, bytes, thread);
            }
            seen
        });
        let shares = threads.into_iter().map(|thread| thread.worker.share);
        let counted = Counted {
            shares: shares.collect(),
            bytes: 0,
        };
        (found, FirstLook { looked, counted })
    }
}

impl AtOnce<'_> {
    /// Counts a file, unless it is packed or longer than what is read in one go, or the disk took
    /// no more of what was counted before. `org` is what the user named for it.
    fn count(
        &self,
        (file, org): (&Readable<'_>, Option<&str>),
        look: &Look<'_>,
        bytes: &mut Vec<u8>,
        thread: &mut Looker<'_>,
    ) -> Option<Mark> {
        let share = &thread.worker.share;
        let too_long = file.size > self.most;
        if !file.packing.is_plain() || too_long || share.spilled.failed.is_some() {
            return None;
        }
        let mark = Mark {
            worker: thread.number,
            session: share.sessions.len(),
        };
        let reading = &file.reading;
        let with = With {
            known: look.known,
            budget: Some(self.tally_budget / 2 / rayon::current_num_threads() as u64),
            stop: self.stop,
        };
        let watch = Watching::Noting.watch(mark.session, reading, (mark.worker, mark.session));
        let of = (mark.session, reading, org);
        let mut bytes = Some(bytes);
        thread.worker.count(of, with, watch, |work, _| {
            let bytes = bytes.take()?;
            Some(Ok(at_hand(bytes, work)))
        });
        self.progress.lengthen(file.size);
        self.progress.add(file.size);
        Some(mark)
    }
}
