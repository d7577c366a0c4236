//! Reading all files, and bringing together what a report is made of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::config::Config;
use crate::catalogue::Known;
use crate::cli::{Analyze, Target};
use crate::detect::inventory::Integrations;
use crate::detect::{Detected, Seen};
use crate::event::Instant;
use crate::explain::Explained;
use crate::explain::before::Before;
use crate::ingest::{Found, Progress};
use crate::normalise::log;
use crate::normalise::{FileNotes, LayoutKind};
use crate::report::assemble::{InputSeen, Material, Outcome};
use crate::report::folder::Draft;
use crate::report::model::OptionsUsed;
use crate::report::shown::Shown;
use crate::tally::coverage::Unseen;
use crate::tally::logs::{self, LogRead, LogToRead, ReadLogs};
use crate::tally::slots::SlotCount;
use crate::tally::{
    Counted, Fate, Fill, Filled, NotFilled, Planned, Resolved, Tally, ToRead, fill,
};

/// Bytes of rows that may stand in several files which are in memory at a time.
const OVERLAP_BUDGET: u64 = 256 << 20;

/// The threads that the user allows, else one for each core.
pub(super) fn pool(ask: &Analyze) -> anyhow::Result<ThreadPool> {
    let threads = ask.work.threads.map_or(0, usize::from);
    Ok(ThreadPoolBuilder::new().num_threads(threads).build()?)
}

/// Reads and counts all files on all threads: exports, and logs beside them. `counted` is what is
/// counted already.
pub(super) fn read(
    (ask, cuts): (&Analyze, &[Instant]),
    (known, logs): (&Known, &log::Logs),
    (to_read, counted, texts): (&mut [ToRead<'_>], Counted, &[LogToRead<'_>]),
    pool: &ThreadPool,
    (progress, stop): (&Progress, &AtomicBool),
) -> anyhow::Result<Filled> {
    let sizes = to_read.iter().map(|file| file.size);
    let bytes: u64 = sizes.chain(texts.iter().map(|file| file.size)).sum();
    progress.lengthen(bytes.saturating_sub(counted.bytes()));
    let fill_with = Fill {
        known,
        assumed: ask.time.assumed(),
        pool,
        cuts,
        piece_size: ask.work.piece_size,
        tally_budget: ask.work.tally_budget,
        overlap_budget: OVERLAP_BUDGET,
        progress,
        stop,
    };
    let read_with = ReadLogs {
        known,
        logs,
        pool,
        cuts,
        piece_size: ask.work.piece_size,
        progress,
        stop,
    };
    // Few logs keep one thread busy, and the patterns that they need are built by it alone.
    let exports = || fill(to_read, counted, &fill_with);
    let (filled, logs) = pool.join(exports, || logs::read(texts, &read_with));
    let filled = filled.map_err(|error| match error {
        NotFilled::Interrupted(stopped) => stopped.into(),
        other => anyhow::Error::from(other),
    })?;
    let logs = logs?;
    progress.finish();
    let is_login = |file: &ToRead<'_>| file.reading.layout.kind == LayoutKind::Logins;
    let has_logins = to_read
        .iter()
        .zip(&filled.files)
        .any(|(file, read)| read.is_ok() && is_login(file));
    Ok(filled.with_logs(logs, has_logins))
}

/// A flag that Ctrl-C sets. A second Ctrl-C ends the program at once.
pub(super) fn stop_on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // Where no handler can be set, a signal ends the program: the report is written aside, so
    // that does no harm either.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::abort();
        }
    });
    stop
}

/// What the paths of the command line led to.
#[derive(Clone, Copy)]
pub(super) struct Gathered<'a> {
    pub(super) found: &'a Found,
    pub(super) planned: &'a [Planned<'a>],
    pub(super) to_read: &'a [ToRead<'a>],
    pub(super) texts: &'a [LogToRead<'a>],
    pub(super) filled: &'a Filled,
}

impl Gathered<'_> {
    /// The folder that the report is written to, begun; `None` where there will be none: the
    /// report goes to standard output, or nothing could be read.
    pub(super) fn draft(&self, ask: &Analyze, target: Target) -> anyhow::Result<Option<Draft>> {
        let logs = self.filled.logs.files.iter();
        let readable = self.filled.files.iter().any(Result::is_ok) || logs.clone().any(is_readable);
        let wanted = readable && matches!(target, Target::Folder(_));
        wanted.then(|| Draft::begin(&ask.output.out)).transpose()
    }

    /// Whether a file is what it was taken for: a text may turn out to be no log.
    fn is_taken(&self, file: &Planned<'_>) -> bool {
        match file.fate {
            Fate::Log(at) => self.filled.logs.files[at].is_log,
            _ => true,
        }
    }

    /// The paths of all inputs, in their order.
    pub(super) fn paths(&self) -> Vec<String> {
        let paths = self.planned.iter().map(|file| file.source.path.clone());
        paths.collect()
    }
}

fn is_readable(log: &LogRead) -> bool {
    log.is_log && log.failed.is_none()
}

/// What became of a text.
fn outcome_of_log<'a>(planned: &LogToRead<'_>, read: &'a LogRead) -> Outcome<'a> {
    match (&read.failed, &planned.otherwise) {
        (Some(why), Fate::Ignored(_)) => Outcome::Ignored(why.clone()),
        (Some(why), _) => Outcome::Unusable(why.clone()),
        (None, _) if read.is_log => Outcome::Log(read),
        (None, Fate::Ignored(why)) => Outcome::Ignored(why.clone()),
        (None, Fate::Unusable(why)) => Outcome::Unusable(why.clone()),
        // a text was planned as something that is not read
        (None, _) => Outcome::Unusable("no known layout".to_owned()),
    }
}

/// What is shown, and what was found in all.
#[derive(Clone, Copy)]
pub(super) struct Looked<'a> {
    pub(super) shown: &'a Tally,
    pub(super) reported: Option<(Instant, Instant)>,
    pub(super) quarters: &'a [SlotCount],
    pub(super) unseen: &'a Unseen,
    pub(super) detected: &'a Detected,
    pub(super) before: &'a Before<'a>,
    pub(super) explained: &'a Explained,
    pub(super) bounds: &'a Shown,
    pub(super) integrations: Option<&'a Integrations<'a>>,
    pub(super) config: &'a Config,
    pub(super) notes: &'a [String],
}

/// Everything that the report is made of.
pub(super) fn material<'a>(
    ask: &Analyze,
    known: &'a Known,
    gathered: Gathered<'a>,
    resolved: &'a Resolved,
    looked: Looked<'a>,
) -> Material<'a> {
    let Gathered {
        found,
        planned,
        to_read,
        texts,
        filled,
    } = gathered;
    let seen = |file: &'a Planned<'a>| InputSeen {
        path: &file.source.path,
        bytes: file.size,
        layout: file.layout.filter(|_| gathered.is_taken(file)),
        packing: file.packing,
        org: file.org,
        outcome: match &file.fate {
            Fate::Unusable(why) => Outcome::Unusable(why.clone()),
            Fate::Ignored(why) => Outcome::Ignored(why.clone()),
            Fate::Log(at) => outcome_of_log(&texts[*at], &filled.logs.files[*at]),
            Fate::Read(at) => match &filled.files[*at] {
                Ok(read) => Outcome::Read {
                    file: read,
                    notes: FileNotes::of(&to_read[*at].reading),
                },
                Err(why) => Outcome::Unusable(why.to_string()),
            },
        },
    };
    Material {
        known,
        tally: looked.shown,
        history: &filled.tally,
        reported: looked.reported,
        quarters: looked.quarters,
        unseen: looked.unseen,
        resolved,
        options: OptionsUsed {
            timezone: ask.time.timezone.to_string(),
            date_order: ask.time.date_order.id().to_owned(),
            since: ask.time.since.as_ref().map(ToString::to_string),
            until: ask.time.until.as_ref().map(ToString::to_string),
            only: ask.show.only.iter().map(ToString::to_string).collect(),
            strict: ask.output.strict,
        },
        zone: ask.time.timezone,
        detected: looked.detected,
        logs: &filled.logs,
        before: looked.before,
        explained: looked.explained,
        bounds: looked.bounds,
        thresholds: &looked.config.thresholds,
        integrations: looked.integrations,
        suppressions: &looked.config.suppressions,
        fail_on: ask.output.fail_on.severity(),
        inputs: planned.iter().map(seen).collect(),
        overlaps: &filled.overlaps,
        changes: &filled.changes,
        missing: missing(found),
        notes: looked.notes,
    }
}

/// What rules and the inventory see: all that was read, and what of it is reported, up to the last
/// event of it; the inventory is still to be made. `None` where nothing was read.
pub(super) fn seen<'a>(
    ask: &Analyze,
    known: &'a Known,
    filled: &'a Filled,
    resolved: &'a Resolved,
    shown: &Shown,
    reported: Option<(Instant, Instant)>,
) -> Option<Seen<'a>> {
    let tally = &filled.tally;
    let (first, last) = tally.ends().or_else(|| filled.logs.ends())?;
    Some(Seen {
        tally,
        resolved,
        causes: &known.causes,
        retirements: &known.retirements,
        zone: ask.time.timezone,
        since: shown.since.map_or(first, |since| since.max(first)),
        until: match reported {
            Some((_, today)) => today,
            None => shown.until.map_or(last, |until| until.min(last)),
        },
        integrations: None,
        logs: &filled.logs,
    })
}

/// Paths that lead nowhere, as messages, each once and in byte order.
fn missing(found: &Found) -> Vec<String> {
    let mut messages: Vec<String> = found.missing.iter().map(ToString::to_string).collect();
    messages.sort();
    messages.dedup();
    messages
}
