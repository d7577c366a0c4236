//! What the program does, as a table of contents.

mod asked;
mod config;
mod deliver;
mod formats;
mod gather;
mod narrowed;
mod told;

use std::thread::ScopedJoinHandle;

use rayon::ThreadPool;

use crate::catalogue::{Catalogue, Known};
use crate::cli::{self, Analyze, Cli, Command, Target};
use crate::detect::Thresholds;
use crate::detect::inventory::Inventory;
use crate::explain::before::Before;
use crate::explain::{self, Around, hypotheses, whose_log};
use crate::ingest::{Progress, Walked};
use crate::normalise::Layouts;
use crate::report::assemble::Material;
use crate::report::model::Report;
use crate::report::{assemble, catalogue_text, folder, rules_text};
use crate::tally::logs::plan as plan_logs;
use crate::tally::{AtOnce, Interrupted, Look, Plan, Resolved, plan};

use asked::Asked;
use config::Config;
pub use deliver::complain;
use deliver::{Said, deliver, print, stop_if_nothing_can_be_said};
use gather::{Gathered, Looked, material, pool, read, seen, stop_on_signal};
use narrowed::{cuts, shown};
use told::FilesTold;
pub use told::Usage;

/// The exit code of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Done,
    /// Done, with findings at or above `--fail-on`.
    DoneWithFindings,
    /// `explain` knows nothing of the text.
    Unknown,
    /// Done, but some input was unusable, missing or truncated, or rows were rejected.
    DoneWithLosses,
}

impl ExitStatus {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            ExitStatus::Done => 0,
            ExitStatus::DoneWithFindings | ExitStatus::Unknown => 1,
            ExitStatus::DoneWithLosses => 3,
        }
    }
}

/// Does what was asked.
///
/// # Errors
/// Nothing readable at all, `--strict` stopped the run, the report could not be written, or the
/// user stopped the run.
pub fn run(cli: Cli) -> anyhow::Result<ExitStatus> {
    match cli.command {
        Command::Analyze(ask) => analyze(&ask),
        Command::Explain { text } => what_it_means(&text.join(" ")),
        Command::Formats(ask) => formats::formats(&ask),
        Command::Rules => {
            print(rules_text::rules(&Thresholds::default()).as_bytes())?;
            Ok(ExitStatus::Done)
        }
        Command::Completions { shell } => {
            print(&cli::completions(shell))?;
            Ok(ExitStatus::Done)
        }
        Command::Man => {
            print(&cli::man()?)?;
            Ok(ExitStatus::Done)
        }
    }
}

/// Exports in, report out.
fn analyze(ask: &Analyze) -> anyhow::Result<ExitStatus> {
    let target = ask.output.target()?;
    if matches!(target, Target::Folder(_)) {
        folder::check(&ask.output.out)?;
    }
    let config = Config::load(ask.input.config.as_deref())?;
    let pool = pool(ask)?;
    let (known, layouts) = pool.join(Known::load, Layouts::load);
    let (mut known, layouts) = (known?, layouts?);
    config.teach(&mut known)?;
    let told = FilesTold::of(ask, &layouts)?;
    let assumed = ask.time.assumed();
    let cuts = cuts(ask, &known);
    let logs = config.logs(&known)?;
    let walked = Walked::over(&told.paths);
    // Not before: what waits for standard input is ended by the first Ctrl-C.
    let stop = stop_on_signal();
    let progress = Progress::over(0, ask.work.progress.into());
    let look = Look {
        layouts: &layouts,
        known: &known,
        assumed,
        told: told.as_told(),
        at_once: Some(AtOnce {
            cuts: &cuts,
            most: ask.work.piece_size,
            tally_budget: ask.work.tally_budget,
            progress: &progress,
            stop: &stop,
        }),
    };
    let (at_paths, seen) = pool.install(|| look.at_files(walked));
    Interrupted::check(&stop)?;
    let Plan {
        files: mut planned,
        mut to_read,
        counted,
    } = pool.install(|| plan(&at_paths.sources, seen, look));
    Interrupted::check(&stop)?;
    let apps = config.apps_of_logs();
    let of_logs = (&logs, &apps[..]);
    let texts = pool.install(|| plan_logs(&mut planned, &layouts, &known, assumed, of_logs));
    Interrupted::check(&stop)?;
    let read_from = (&mut to_read[..], counted, &texts[..]);
    let filled = read(
        (ask, &cuts),
        (&known, &logs),
        read_from,
        &pool,
        (&progress, &stop),
    )?;
    let gathered = Gathered {
        found: &at_paths,
        planned: &planned,
        to_read: &to_read,
        texts: &texts,
        filled: &filled,
    };
    let draft = gathered.draft(ask, target)?;
    let said = std::thread::scope(|scope| -> anyhow::Result<Said> {
        // The tally is written while names are given and the rules are asked: all only read it.
        let tally = draft.as_ref().map(|draft| {
            let paths = gathered.paths();
            scope.spawn(move || draft.tally(&gathered.filled.tally, &paths))
        });
        let mut resolved = Resolved::of(&filled.tally, &known, &filled.users, &told.org_names());
        resolved.give_causes(&filled.tally, &filled.logs.causes());
        let said = answer(
            ask,
            (&known, &config, &pool),
            gathered,
            &resolved,
            |report, material| {
                stop_if_nothing_can_be_said(ask, report, material)?;
                Interrupted::check(&stop)?;
                deliver(target, draft.as_ref(), report, material)?;
                Ok(Said::of(ask, target, report))
            },
        )?;
        match tally.map(ScopedJoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(said),
            Some(Ok(Err(error))) => Err(error),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    })?;
    if let Some(draft) = draft {
        draft.finish()?;
    }
    said.say()?;
    Ok(match said.code {
        0 => ExitStatus::Done,
        1 => ExitStatus::DoneWithFindings,
        _ => ExitStatus::DoneWithLosses,
    })
}

/// What was read to the report, which is delivered while what it is made of is at hand.
fn answer<T>(
    ask: &Analyze,
    (known, config, pool): (&Known, &Config, &ThreadPool),
    gathered: Gathered<'_>,
    resolved: &Resolved,
    deliver: impl FnOnce(&Report<'_>, &Material<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let tally = &gathered.filled.tally;
    let bounds = shown(ask, known, tally, resolved);
    let shown = bounds.of(tally, resolved);
    let ends = bounds.ends(tally);
    let seen = seen(ask, known, gathered.filled, resolved, &bounds, ends);
    let limits = &config.thresholds;
    let tallies = (tally, &*shown, resolved, ask.time.timezone);
    let Asked {
        inventory,
        mut detected,
        unseen,
        quarters,
    } = Asked::of(seen.as_ref(), tallies, limits, pool);
    let around = seen.as_ref().map(|seen| Around {
        seen,
        known,
        changes: &gathered.filled.changes,
        unseen: &unseen,
    });
    let (logs, has_logins) = (&gathered.filled.logs, gathered.filled.has_logins);
    let mut explained = explain::explain(around.as_ref(), logs, has_logins, limits)?;
    detected.take(
        std::mem::take(&mut explained.findings),
        std::mem::take(&mut explained.near_misses),
        (&explained.run, &explained.not_run),
    );
    if let Some(around) = &around {
        whose_log::name(&mut detected.findings, around, &explained);
    }
    detected.findings.retain(|finding| bounds.concerns(finding));
    let changes = &gathered.filled.changes;
    let before = Before::of(&detected.findings, changes, (known, resolved));
    if let Some(around) = &around {
        let findings = &detected.findings;
        explained.diagnoses = hypotheses::diagnose(findings, &before, around, &explained)?;
    }
    let reported = inventory.as_ref().map(Inventory::reported);
    let integrations = reported.map(|all| bounds.integrations(all));
    let looked = Looked {
        shown: &shown,
        reported: ends,
        quarters: &quarters,
        unseen: &unseen,
        detected: &detected,
        before: &before,
        explained: &explained,
        bounds: &bounds,
        integrations: integrations.as_deref(),
        config,
        notes: &bounds.notes,
    };
    let material = material(ask, known, gathered, resolved, looked);
    let report = assemble::report(&material);
    deliver(&report, &material)
}

/// What a text means; exit code 1 if nobody knows.
fn what_it_means(text: &str) -> anyhow::Result<ExitStatus> {
    let catalogue = Catalogue::load()?;
    let found = catalogue.explain(text);
    if found.is_empty() {
        complain(&catalogue_text::unknown(&catalogue, text));
        return Ok(ExitStatus::Unknown);
    }
    print(catalogue_text::explanation(&catalogue, &found).as_bytes())?;
    Ok(ExitStatus::Done)
}

/// Whether an error means that the user stopped the run.
pub fn was_interrupted(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Interrupted>().is_some()
}
