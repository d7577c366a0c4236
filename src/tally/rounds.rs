//! Rounds of reading: files are read until each has been read as it should be.
//!
//! Each worker takes the next piece of work, reads it by position into its own buffer and counts
//! into its own tables; nothing is shared but the number of the next piece. A file whose pieces
//! don't meet, or whose rows show that its clock was taken wrongly, is read again.

use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::fill::{FileRead, Fill, Interrupted, NotFilled, ToRead};
use super::joints::{LineBases, meet, put_together};
use super::overlap::Watching;
use super::records::{piece, stream};
use super::share::{Session, Share};
use super::span::Span;
use super::tasks::{Task, tasks};
use super::worker::{With, Worker};
use crate::normalise::{Evidence, NotRead, settle};

/// How a file stands between rounds.
pub(super) enum State {
    /// To be read, in pieces or in one go.
    Open {
        whole: bool,
    },
    Read(Box<FileRead>),
    NotRead(NotRead),
}

/// Rounds after which a file that still isn't settled is given up.
const ROUNDS: usize = 6;

/// What was read so far.
pub(super) struct Rounds<'r, 'f> {
    pub(super) files: &'r mut [ToRead<'f>],
    pub(super) states: Vec<State>,
    pub(super) shares: Vec<Share>,
    /// Bytes of users and rows that all workers together hold in memory.
    budget: u64,
}

impl<'r, 'f> Rounds<'r, 'f> {
    /// Nothing is read yet but what was counted as it was found.
    ///
    /// # Errors
    /// That temporary files could not be written.
    pub(super) fn over(
        files: &'r mut [ToRead<'f>],
        mut counted: Vec<Share>,
        with: &Fill<'_>,
    ) -> Result<Self, NotFilled> {
        counted.retain(|share| !share.sessions.is_empty());
        let mut rounds = Self {
            states: files.iter().map(State::unread).collect(),
            files,
            shares: Vec::new(),
            // What is counted already had the other half.
            budget: match counted.is_empty() {
                true => with.tally_budget,
                false => with.tally_budget / 2,
            },
        };
        rounds.take(counted, with, false)?;
        Ok(rounds)
    }

    /// Reads all files that are open.
    ///
    /// # Errors
    /// That the user stopped the run, or that temporary files could not be written.
    pub(super) fn read(
        &mut self,
        with: &Fill<'_>,
        watching: Watching<'_>,
    ) -> Result<(), NotFilled> {
        for round in 0..ROUNDS {
            let tasks = tasks(self.files, &self.states, with.piece_size);
            if tasks.is_empty() {
                break;
            }
            let sharing = (self.shares.len(), self.budget);
            let fresh = read(self.files, &tasks, with, (watching, sharing));
            Interrupted::check(with.stop)?;
            self.take(fresh, with, round + 1 == ROUNDS)?;
        }
        Ok(Interrupted::check(with.stop)?)
    }

    /// Judges what workers made of files, and keeps it.
    ///
    /// # Errors
    /// That temporary files could not be written.
    fn take(
        &mut self,
        mut fresh: Vec<Share>,
        with: &Fill<'_>,
        last_round: bool,
    ) -> Result<(), NotFilled> {
        let mut spilled = fresh.iter_mut().map(|share| &mut share.spilled);
        if let Some(error) = spilled.find_map(|spilled| spilled.failed.take()) {
            return Err(NotFilled::Spill(error));
        }
        let mut by_file: Vec<Vec<&mut Session>> = self.files.iter().map(|_| Vec::new()).collect();
        for session in fresh.iter_mut().flat_map(|share| &mut share.sessions) {
            by_file[session.file].push(session);
        }
        let files = self.files.par_iter_mut().zip(&mut self.states);
        with.pool.install(|| {
            files.zip(by_file).for_each(|((file, state), sessions)| {
                if !sessions.is_empty() {
                    *state = judge(file, sessions, with, last_round);
                }
            });
        });
        self.shares.append(&mut fresh);
        Ok(())
    }

    /// Takes back what was read of some files, so that they are read again.
    pub(super) fn reopen(&mut self, again: &[bool]) {
        for ((file, state), again) in self.files.iter().zip(&mut self.states).zip(again) {
            if *again {
                *state = State::unread(file);
            }
        }
        let sessions = self.shares.iter_mut().flat_map(|share| &mut share.sessions);
        for session in sessions.filter(|session| again[session.file]) {
            session.take_back();
        }
    }
}

impl State {
    fn unread(file: &ToRead<'_>) -> Self {
        State::Open {
            whole: !file.packing.is_plain() || !file.reading.container.falls_into_pieces(),
        }
    }
}

/// One round: every worker takes tasks until none are left. `earlier` shares were made before;
/// `budget` is what all workers together may hold.
fn read(
    files: &[ToRead<'_>],
    tasks: &[Task],
    with: &Fill<'_>,
    (watching, (earlier, budget)): (Watching<'_>, (usize, u64)),
) -> Vec<Share> {
    let next = AtomicUsize::new(0);
    let busy = with.pool.current_num_threads().min(tasks.len()).max(1) as u64;
    // Where the disk is full, what follows can't be counted either.
    let failed = AtomicBool::new(false);
    let take = || {
        if with.stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed) {
            return None;
        }
        tasks.get(next.fetch_add(1, Ordering::Relaxed))
    };
    let all_with = With {
        known: with.known,
        budget: watching.may_spill().then(|| budget / busy),
        stop: with.stop,
    };
    with.pool.broadcast(|thread| {
        let mut worker = Worker::new(with.cuts);
        let mut task = take();
        while let Some(first) = task {
            let file = &files[first.file];
            let number = (earlier + thread.index(), worker.share.sessions.len());
            let watch = watching.watch(first.file, &file.reading, number);
            let of = (first.file, &file.reading, file.org);
            worker.count(of, all_with, watch, |work, buffer| {
                let now = task.filter(|task| task.file == first.file)?;
                let outcome = match now.piece {
                    Some(span) => piece(file, span, buffer, work),
                    None => stream(file.file, file.packing, file.size, buffer, work),
                };
                failed.fetch_or(work.is_full(), Ordering::Relaxed);
                with.progress
                    .add(now.piece.map_or(file.size, |piece| piece.end - piece.start));
                task = take();
                Some(outcome)
            });
        }
        worker.share
    })
}

/// Whether a file was read as it should be. What it gave is taken back where it was not.
fn judge(
    file: &mut ToRead<'_>,
    mut sessions: Vec<&mut Session>,
    with: &Fill<'_>,
    last_round: bool,
) -> State {
    let mut spans: Vec<Span> = sessions
        .iter_mut()
        .flat_map(|session| take(&mut session.spans))
        .collect();
    spans.sort_by_key(|span| span.index);
    let mut each = sessions.iter_mut();
    let first = each.next();
    let mut evidence = first.map_or_else(Evidence::default, |first| take(&mut first.evidence));
    each.for_each(|session| evidence.merge(&session.evidence));
    let failed = sessions.iter().find_map(|session| session.failed.clone());
    let state = if let Some(error) = failed {
        State::NotRead(NotRead::Unreadable(error))
    } else if !meet(&spans, file.reading.body) || (evidence.other_header && spans.len() > 1) {
        State::Open { whole: true }
    } else {
        match settle(
            &file.reading.clock,
            &evidence,
            &with.known.zones,
            with.assumed,
        ) {
            Ok(Some(_)) if last_round => {
                let why = "its dates don't settle".to_owned();
                State::NotRead(NotRead::Unreadable(why))
            }
            Ok(Some(clock)) => {
                file.reading.clock = clock;
                State::Open {
                    whole: spans.len() == 1,
                }
            }
            Ok(None) => State::Read(Box::new(put_together(&mut spans, evidence, &file.reading))),
            Err(why) => State::NotRead(why),
        }
    };
    let lines = Arc::new(LineBases::of(&spans, file.reading.lines_before, file.input));
    for session in sessions {
        if matches!(state, State::Read(_)) {
            for row in session.rows.iter_mut() {
                row.place = lines.place(row.place);
            }
            for change in &mut session.changes.all {
                change.place = lines.place(change.place);
            }
            session.lines = Some(Arc::clone(&lines));
        } else {
            session.take_back();
        }
    }
    state
}
