//! Rounds of reading: files are read until each has been read as it should be.
//!
//! Each worker takes the next piece of work, reads it by position into its own buffer and counts
//! into its own tables; nothing is shared but the number of the next piece. A file whose pieces
//! don't meet, or whose rows show that its clock was taken wrongly, is read again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::changes::Changes;
use super::counts::Counts;
use super::fill::{FileRead, Fill, Interrupted, NotFilled, ToRead};
use super::joints::{LineBases, meet, put_together};
use super::overlap::{Noted, Watch, Watching};
use super::pile::Rows;
use super::span::Span;
use super::spill::{Spill, Spilled};
use super::tasks::{Task, tasks};
use super::work::Work;
use super::worker::{piece, stream};
use crate::normalise::{Decoder, Evidence, Given, LayoutKind, Memo, Names, NotRead, Role, settle};

/// What one worker made of its share of one file.
#[derive(Debug)]
pub(super) struct Session {
    /// Position among the files that are read.
    pub(super) file: usize,
    spans: Vec<Span>,
    pub(super) rows: Rows,
    evidence: Evidence,
    /// What its rows say was changed.
    pub(super) changes: Changes,
    /// The names that the file gives to user ids.
    pub(super) named: Vec<Given>,
    /// The ids of its rows.
    pub(super) noted: Noted,
    /// The lines at which the pieces of the file begin; `None` where this reading doesn't count.
    pub(super) lines: Option<Arc<LineBases>>,
    failed: Option<String>,
}

/// What one worker made of all its tasks in one round.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) names: Names,
    pub(super) sessions: Vec<Session>,
    /// Users and rows that went to files.
    pub(super) spilled: Spilled,
}

impl Share {
    /// User ids and the names that files give them.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = |sym| self.names.symbols.text(sym);
        self.given()
            .map(move |given| (text(given.id), text(given.name)))
    }

    /// The same, with what they are worth.
    pub(super) fn given(&self) -> impl Iterator<Item = &Given> {
        self.sessions.iter().flat_map(|session| &session.named)
    }
}

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
}

impl<'r, 'f> Rounds<'r, 'f> {
    /// Nothing is read yet.
    pub(super) fn over(files: &'r mut [ToRead<'f>]) -> Self {
        Self {
            states: files.iter().map(State::unread).collect(),
            files,
            shares: Vec::new(),
        }
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
            let mut fresh = read(self.files, &tasks, with, (watching, self.shares.len()));
            if with.stop.load(Ordering::Relaxed) {
                return Err(Interrupted.into());
            }
            let mut spilled = fresh.iter_mut().map(|share| &mut share.spilled);
            if let Some(error) = spilled.find_map(|spilled| spilled.failed.take()) {
                return Err(NotFilled::Spill(error));
            }
            let mut by_file: Vec<Vec<&mut Session>> =
                self.files.iter().map(|_| Vec::new()).collect();
            for session in fresh.iter_mut().flat_map(|share| &mut share.sessions) {
                by_file[session.file].push(session);
            }
            let files = self.files.par_iter_mut().zip(&mut self.states);
            let last = round + 1 == ROUNDS;
            with.pool.install(|| {
                files.zip(by_file).for_each(|((file, state), sessions)| {
                    if matches!(state, State::Open { .. }) {
                        *state = judge(file, sessions, with, last);
                    }
                });
            });
            self.shares.append(&mut fresh);
        }
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

/// One round: every worker takes tasks until none are left.
fn read(
    files: &[ToRead<'_>],
    tasks: &[Task],
    with: &Fill<'_>,
    (watching, earlier): (Watching<'_>, usize),
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
    with.pool.broadcast(|worker| {
        let mut share = Share {
            names: Names::default(),
            sessions: Vec::new(),
            spilled: Spilled::default(),
        };
        let mut buffer = Vec::new();
        let mut memo = Memo::default();
        let mut counts = Counts::cut_at(with.cuts);
        let mut success = Vec::new();
        let mut task = take();
        while let Some(first) = task {
            let file = &files[first.file];
            let remembered = std::mem::take(&mut memo);
            let names = &mut share.names;
            let mut decoder = Decoder::new(&file.reading, with.known, names, file.org, remembered);
            let mut session = Session::of(first.file);
            let number = (earlier + worker.index(), share.sessions.len());
            let mut watch = if file.reading.layout.kind == LayoutKind::Logins {
                let has_ids = file.reading.columns.at(Role::Id).is_some();
                watching.watch(first.file, has_ids, number)
            } else {
                Watch::Off
            };
            while let Some(now) = task.filter(|task| task.file == first.file) {
                let spill = watching.may_spill().then(|| Spill {
                    budget: with.tally_budget / busy,
                    earlier: &mut share.sessions,
                    spilled: &mut share.spilled,
                });
                let mut work = Work {
                    reading: &file.reading,
                    decoder: &mut decoder,
                    counts: &mut counts,
                    changes: &mut session.changes,
                    watch: &mut watch,
                    success: &mut success,
                    spill,
                    stop: with.stop,
                };
                let outcome = match now.piece {
                    Some(span) => piece(file, span, &mut buffer, &mut work),
                    None => stream(file.file, file.packing, file.size, &mut buffer, &mut work),
                };
                match outcome {
                    Ok(span) => session.spans.push(span),
                    Err(error) => session.failed = Some(error.to_string()),
                }
                failed.fetch_or(share.spilled.failed.is_some(), Ordering::Relaxed);
                with.progress
                    .add(now.piece.map_or(file.size, |piece| piece.end - piece.start));
                task = take();
            }
            (session.evidence, session.named, memo) = decoder.finish();
            session.rows = counts.take_rows();
            share.spilled.held += session.rows.len();
            session.noted = watch.finish();
            share.sessions.push(session);
        }
        share
    })
}

impl Session {
    fn of(file: usize) -> Self {
        Self {
            file,
            spans: Vec::new(),
            rows: Rows::default(),
            changes: Changes::default(),
            evidence: Evidence::default(),
            named: Vec::new(),
            noted: Noted::default(),
            lines: None,
            failed: None,
        }
    }

    /// Nothing of it counts.
    fn take_back(&mut self) {
        self.rows = Rows::default();
        self.changes = Changes::default();
        self.named = Vec::new();
        self.noted = Noted::default();
        self.lines = None;
    }
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
        .flat_map(|session| std::mem::take(&mut session.spans))
        .collect();
    spans.sort_by_key(|span| span.index);
    let mut evidence = Evidence::default();
    for session in &sessions {
        evidence.merge(&session.evidence);
    }
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
