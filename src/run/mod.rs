//! What the program does, as a table of contents.

mod config;
mod deliver;
mod formats;
mod gather;
mod told;

use std::sync::atomic::Ordering;

use crate::catalogue::{Catalogue, Known};
use crate::cli::{self, Analyze, Cli, Command, Target};
use crate::detect::inventory::inventory;
use crate::detect::{Detected, Thresholds, detect};
use crate::ingest;
use crate::normalise::Layouts;
use crate::report::{assemble, catalogue_text, folder, rules_text};
use crate::tally::{Interrupted, Resolved, plan};

use config::Config;
pub use deliver::complain;
use deliver::{deliver, print, stop_if_nothing_can_be_said};
use gather::{Gathered, Looked, material, read, seen, shown, stop_on_signal};
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
        Command::Explain { text } => explain(&text.join(" ")),
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
    let known = Known::load()?;
    let layouts = Layouts::load()?;
    let told = FilesTold::of(ask, &layouts)?;
    let at_paths = ingest::find(&told.paths);
    let assumed = ask.time.assumed();
    let (planned, mut to_read) = plan(&at_paths.sources, &layouts, &known, assumed, told.as_told());
    let stop = stop_on_signal();
    let filled = read(ask, &known, &mut to_read, &stop)?;
    let resolved = Resolved::of(&filled.tally, &known, &filled.users, &told.org_names());
    let bounds = shown(ask, &known, &filled.tally, &resolved);
    let shown = bounds.of(&filled.tally, &resolved);
    let seen = seen(ask, &known, &filled.tally, &resolved, &bounds);
    let mut detected =
        seen.map_or_else(Detected::default, |seen| detect(&seen, &config.thresholds));
    let mut integrations = seen.map_or_else(Vec::new, |seen| inventory(&seen, seen.since));
    detected.findings.retain(|finding| bounds.concerns(finding));
    integrations.retain(|integration| bounds.has(integration));
    let gathered = Gathered {
        found: &at_paths,
        planned: &planned,
        to_read: &to_read,
        filled: &filled,
    };
    let looked = Looked {
        shown: &shown,
        detected: &detected,
        integrations: &integrations,
        config: &config,
        notes: &bounds.notes,
    };
    let material = material(ask, &known, gathered, &resolved, looked);
    let report = assemble::report(&material);
    stop_if_nothing_can_be_said(ask, &report, &material)?;
    if stop.load(Ordering::Relaxed) {
        return Err(Interrupted.into());
    }
    deliver(ask, target, &report, &material)?;
    Ok(match report.exit.code {
        0 => ExitStatus::Done,
        1 => ExitStatus::DoneWithFindings,
        _ => ExitStatus::DoneWithLosses,
    })
}

/// What a text means; exit code 1 if nobody knows.
fn explain(text: &str) -> anyhow::Result<ExitStatus> {
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
