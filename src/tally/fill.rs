//! Reads files into the tally, in parallel.
//!
//! Each worker takes the next piece of work, reads it by position into its own buffer and counts
//! into its own tables; nothing is shared but the number of the next piece. A file whose pieces
//! don't meet, or whose rows show that its clock was taken wrongly, is read again.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::ThreadPool;

use super::counts::Counts;
use super::joints::{LineBases, meet, put_together};
use super::row::Row;
use super::user_names::UserNames;
use super::worker::{Span, Work, piece, stream};
use super::{Part, Tally};
use crate::catalogue::Known;
use crate::event::{Instant, Place};
use crate::ingest::{Packing, Piece, Progress, cut};
use crate::normalise::{
    Assumed, Decoder, Evidence, Given, Ledger, Names, NotRead, Reading, Rejects, settle,
};

/// A file whose layout is known.
#[derive(Debug)]
pub struct ToRead<'a> {
    /// Its position among the inputs of the run.
    pub input: u32,
    pub file: &'a Path,
    pub packing: Packing,
    /// Bytes on disk; of a member, what it takes in its archive.
    pub size: u64,
    pub reading: Reading<'a>,
    /// The org that the user named for it.
    pub org: Option<&'a str>,
}

/// What became of a file.
#[derive(Debug)]
pub struct FileRead {
    pub ledger: Ledger,
    pub rejects: Rejects,
    pub evidence: Evidence,
    /// It ended too early or is damaged; what came before was read.
    pub cut_short: Option<String>,
    /// It is a query result that says of itself that there is more.
    pub has_more: bool,
}

/// All files, counted.
#[derive(Debug)]
pub struct Filled {
    pub tally: Tally,
    /// One entry a file, in the order given.
    pub files: Vec<Result<FileRead, NotRead>>,
    /// User ids and the username of each, sorted.
    pub users: Vec<(String, String)>,
}

/// How to read.
pub struct Fill<'a> {
    pub known: &'a Known,
    pub assumed: Assumed,
    pub pool: &'a ThreadPool,
    /// Instants that no bucket of time may span: the bounds of what is reported.
    pub cuts: &'a [Instant],
    /// Bytes of plain files that are read as one piece.
    pub piece_size: u64,
    pub progress: &'a Progress,
    /// Set when the user wants to stop.
    pub stop: &'a AtomicBool,
}

/// The user stopped the run.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped; no report was written")]
pub struct Interrupted;

/// One thing to do: a piece of a file, or the whole file in one go.
struct Task {
    file: usize,
    piece: Option<Piece>,
}

/// What one worker made of its share of one file.
struct Session {
    file: usize,
    spans: Vec<Span>,
    rows: Vec<Row>,
    evidence: Evidence,
    /// The names that the file gives to user ids.
    named: Vec<Given>,
    failed: Option<String>,
}

/// What one worker made of all its tasks in one round.
struct Share {
    names: Names,
    sessions: Vec<Session>,
}

/// How a file stands between rounds.
enum State {
    /// To be read, in pieces or in one go.
    Open {
        whole: bool,
    },
    Read(Box<FileRead>),
    NotRead(NotRead),
}

/// Rounds after which a file that still isn't settled is given up.
const ROUNDS: usize = 6;

/// Reads and counts all files.
///
/// # Errors
/// Only that the user stopped the run: what is wrong with a file is part of the result.
pub fn fill(files: &mut [ToRead<'_>], with: &Fill<'_>) -> Result<Filled, Interrupted> {
    let mut states: Vec<State> = files
        .iter()
        .map(|file| State::Open {
            whole: !file.packing.is_plain() || !file.reading.container.falls_into_pieces(),
        })
        .collect();
    let mut shares: Vec<Share> = Vec::new();
    for round in 0..ROUNDS {
        let tasks = tasks(files, &states, with.piece_size);
        if tasks.is_empty() {
            break;
        }
        let mut fresh = read(files, &tasks, with);
        if with.stop.load(Ordering::Relaxed) {
            return Err(Interrupted);
        }
        let mut by_file: Vec<Vec<&mut Session>> = files.iter().map(|_| Vec::new()).collect();
        for session in fresh.iter_mut().flat_map(|share| &mut share.sessions) {
            by_file[session.file].push(session);
        }
        for ((file, state), sessions) in files.iter_mut().zip(&mut states).zip(by_file) {
            if matches!(state, State::Open { .. }) {
                *state = judge(file, sessions, with, round + 1 == ROUNDS);
            }
        }
        shares.append(&mut fresh);
    }
    // The final sort runs on the same threads as the reading.
    Ok(with.pool.install(|| collect(files, states, shares)))
}

fn tasks(files: &[ToRead<'_>], states: &[State], piece_size: u64) -> Vec<Task> {
    let mut whole_files = Vec::new();
    let mut pieces = Vec::new();
    for (at, (file, state)) in files.iter().zip(states).enumerate() {
        match state {
            State::Read(_) | State::NotRead(_) => {}
            State::Open { whole: true } => whole_files.push(Task {
                file: at,
                piece: None,
            }),
            State::Open { whole: false } => {
                let cuts = cut(file.reading.body, file.size, piece_size);
                pieces.extend(cuts.into_iter().map(|piece| Task {
                    file: at,
                    piece: Some(piece),
                }));
                if file.size <= file.reading.body {
                    whole_files.push(Task {
                        file: at,
                        piece: None,
                    });
                }
            }
        }
    }
    // Long work first, so that no worker is left alone with it at the end.
    whole_files.sort_by_key(|task| std::cmp::Reverse(files[task.file].size));
    whole_files.append(&mut pieces);
    whole_files
}

/// One round: every worker takes tasks until none are left.
fn read(files: &[ToRead<'_>], tasks: &[Task], with: &Fill<'_>) -> Vec<Share> {
    let next = AtomicUsize::new(0);
    let take = || {
        if with.stop.load(Ordering::Relaxed) {
            return None;
        }
        tasks.get(next.fetch_add(1, Ordering::Relaxed))
    };
    with.pool.broadcast(|_| {
        let mut share = Share {
            names: Names::default(),
            sessions: Vec::new(),
        };
        let mut buffer = Vec::new();
        let mut success = Vec::new();
        let mut task = take();
        while let Some(first) = task {
            let file = &files[first.file];
            let mut decoder = Decoder::new(&file.reading, with.known, &mut share.names, file.org);
            let mut counts = Counts::cut_at(with.cuts);
            let mut session = Session::of(first.file);
            while let Some(now) = task.filter(|task| task.file == first.file) {
                let mut work = Work {
                    reading: &file.reading,
                    decoder: &mut decoder,
                    counts: &mut counts,
                    success: &mut success,
                    stop: with.stop,
                };
                let outcome = match now.piece {
                    Some(span) => piece(file.file, file.size, span, &mut buffer, &mut work),
                    None => stream(file.file, file.packing, file.size, &mut buffer, &mut work),
                };
                match outcome {
                    Ok(span) => session.spans.push(span),
                    Err(error) => session.failed = Some(error.to_string()),
                }
                with.progress
                    .add(now.piece.map_or(file.size, |piece| piece.end - piece.start));
                task = take();
            }
            (session.evidence, session.named) = decoder.finish();
            session.rows = counts.into_rows();
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
            rows: Vec::new(),
            evidence: Evidence::default(),
            named: Vec::new(),
            failed: None,
        }
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
    let lines = LineBases::of(&spans, file.reading.lines_before);
    for session in sessions {
        if matches!(state, State::Read(_)) {
            for row in &mut session.rows {
                row.place = Place::new(file.input, lines.line(row.place));
            }
        } else {
            session.rows = Vec::new();
            session.named = Vec::new();
        }
    }
    state
}

fn collect(files: &[ToRead<'_>], states: Vec<State>, shares: Vec<Share>) -> Filled {
    debug_assert_eq!(files.len(), states.len());
    let mut users = UserNames::default();
    let mut parts = Vec::new();
    for share in shares {
        for given in share.sessions.iter().flat_map(|session| &session.named) {
            users.add(given, &share.names);
        }
        let rows = share.sessions.into_iter().flat_map(|session| session.rows);
        let rows = rows.collect();
        parts.push(Part {
            names: share.names,
            rows,
        });
    }
    let outcome = |state| match state {
        State::Read(file) => Ok(*file),
        State::NotRead(why) => Err(why),
        State::Open { .. } => Err(NotRead::Unreadable("its dates don't settle".to_owned())),
    };
    Filled {
        tally: Tally::from_parts(&parts),
        files: states.into_iter().map(outcome).collect(),
        users: users.into_sorted(),
    }
}
