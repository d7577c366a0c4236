//! Reads files into the tally, in parallel: all once, and those that share logins a second time.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::at_once::Counted;
use super::changes::Changes;
use super::logs::Logs;
use super::overlap::{self, Overlaps, Settled, Shared, Sieve, Watching};
use super::rounds::{Rounds, State};
use super::share::Share;
use super::spill::{Origin, merge};
use super::user_names::{UserNames, best_of};
use super::{Part, Rows, Tally};
use crate::catalogue::Known;
use crate::event::Instant;
use crate::ingest::{Packing, Progress};
use crate::normalise::{Assumed, Evidence, Given, Ledger, NotRead, Reading, Rejects};

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
    /// What files share.
    pub overlaps: Overlaps,
    /// What was changed around the logins.
    pub changes: Changes,
    /// What logs tell, once [`Filled::with_logs`] has taken them.
    pub logs: Logs,
    /// Some export of logins was read.
    pub has_logins: bool,
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
    /// Bytes of users and rows that all workers together hold in memory; beyond, they go to
    /// temporary files.
    pub tally_budget: u64,
    /// Bytes of rows that may stand in several files which are in memory at a time; beyond, they
    /// go to temporary files.
    pub overlap_budget: u64,
    pub progress: &'a Progress,
    /// Set when the user wants to stop.
    pub stop: &'a AtomicBool,
}

/// The user stopped the run.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped; no report was written")]
pub struct Interrupted;

impl Interrupted {
    /// Goes on, unless the user wants to stop.
    ///
    /// # Errors
    /// That they do.
    pub fn check(stop: &AtomicBool) -> Result<(), Self> {
        match stop.load(Ordering::Relaxed) {
            true => Err(Self),
            false => Ok(()),
        }
    }
}

/// Why files could not be read and counted.
#[derive(Debug, thiserror::Error)]
pub enum NotFilled {
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    #[error(
        "rows that stand in several files did not fit into the folder for temporary files: {0}"
    )]
    Disk(io::Error),
    #[error("users and rows did not fit into memory, nor into the folder for temporary files: {0}")]
    Spill(io::Error),
}

/// Reads and counts all files but those that are counted already.
///
/// # Errors
/// That the user stopped the run, or that temporary files could not be written: what is wrong
/// with a file is part of the result.
pub fn fill(
    files: &mut [ToRead<'_>],
    counted: Counted,
    with: &Fill<'_>,
) -> Result<Filled, NotFilled> {
    let mut rounds = Rounds::over(files, counted.shares, with)?;
    rounds.read(with, Watching::Noting)?;
    let count = rounds.files.len();
    let look = with
        .pool
        .install(|| Sieve::of(&mut rounds.shares, count, with.overlap_budget));
    let mut overlaps = Overlaps {
        incomparable: look.incomparable,
        ..Overlaps::default()
    };
    let mut settled = None;
    if let Some(sieve) = look.sieve {
        let again = rounds.shares.len();
        rounds.reopen(&sieve.files);
        let sizes = rounds.files.iter().zip(&sieve.files);
        let bytes = sizes
            .filter(|(_, again)| **again)
            .map(|(file, _)| file.size);
        with.progress.lengthen(bytes.sum());
        rounds.read(with, Watching::Sifting(&sieve))?;
        let Rounds { files, shares, .. } = &rounds;
        let done = with
            .pool
            .install(|| overlap::settle(&sieve, shares, again, files, with))?;
        overlaps.shared = shared(&done, files);
        settled = Some(done);
    }
    let Rounds { states, shares, .. } = rounds;
    // The final sort runs on the same threads as the reading.
    let collect = || collect(states, shares, settled, with.tally_budget);
    let filled = with.pool.install(collect).map_err(NotFilled::Spill)?;
    Ok(Filled { overlaps, ..filled })
}

fn shared(settled: &Settled, files: &[ToRead<'_>]) -> Vec<Shared> {
    let shared = settled.shared.iter();
    let of_pair = |(&(kept, duplicate), &rows): (&(usize, usize), &u64)| Shared {
        kept_in: files[kept].input,
        duplicate_in: files[duplicate].input,
        rows,
    };
    shared.map(of_pair).collect()
}

fn collect(
    states: Vec<State>,
    mut shares: Vec<Share>,
    settled: Option<Settled>,
    budget: u64,
) -> io::Result<Filled> {
    let mut users = UserNames::default();
    let mut changes = Changes::default();
    let named: Vec<Vec<Given>> = shares
        .par_iter()
        .map(|share| best_of(share.given(), &share.names))
        .collect();
    for (share, named) in shares.iter_mut().zip(named) {
        named
            .iter()
            .for_each(|given| users.add(given, &share.names));
        for session in &mut share.sessions {
            changes.append(std::mem::take(&mut session.changes));
        }
    }
    let outcome = |state| match state {
        State::Read(file) => Ok(*file),
        State::NotRead(why) => Err(why),
        State::Open { .. } => Err(NotRead::Unreadable("its dates don't settle".to_owned())),
    };
    let mut files: Vec<Result<FileRead, NotRead>> = states.into_iter().map(outcome).collect();
    let mut kept_back = None;
    if let Some(Settled { part, of_file, .. }) = settled {
        kept_back = Some(part);
        for (file, (kept, duplicates)) in files.iter_mut().zip(of_file) {
            if let Ok(file) = file {
                file.ledger.events += kept;
                file.ledger.duplicates += duplicates;
            }
        }
    }
    let users = users.into_sorted();
    Ok(Filled {
        tally: counted(shares, kept_back, budget)?,
        files,
        changes: changes.settled(&users),
        users,
        overlaps: Overlaps::default(),
        logs: Logs::default(),
        has_logins: true,
    })
}

/// The sum of what all workers counted, and of the logins that files share.
fn counted(shares: Vec<Share>, kept_back: Option<Part>, budget: u64) -> io::Result<Tally> {
    if shares.iter().all(|share| share.spilled.runs.is_empty()) {
        let parts = shares.into_iter().map(Part::from).chain(kept_back);
        return Ok(Tally::from_parts(parts.collect()));
    }
    let origins = shares.into_iter().map(Origin::of_share);
    let kept_back = kept_back.map(Origin::of_part);
    let origins: Vec<Origin> = origins.chain(kept_back).collect::<io::Result<_>>()?;
    merge(&origins, budget)
}

impl From<Share> for Part {
    fn from(share: Share) -> Self {
        let mut rows = Rows::default();
        for mut session in share.sessions {
            rows.append(&mut session.rows);
        }
        Self {
            names: share.names,
            rows,
        }
    }
}

impl Filled {
    /// The same with logs beside it. In a run without any export of logins, what the logs tell are
    /// the attempts.
    pub fn with_logs(mut self, logs: Logs, has_logins: bool) -> Self {
        if !has_logins {
            self.tally = logs.tally().clone();
        }
        self.has_logins = has_logins;
        let shared = &mut self.overlaps.shared;
        shared.extend_from_slice(&logs.shared);
        shared.sort_by_key(|pair| (pair.kept_in, pair.duplicate_in));
        self.logs = logs;
        self
    }
}
