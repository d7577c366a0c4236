//! What the program does, as a table of contents.

mod deliver;
mod gather;
mod told;

use crate::catalogue::{Catalogue, Known};
use crate::cli::{self, Analyze, Cli, Command, Target};
use crate::ingest;
use crate::normalise::Layouts;
use crate::report::{assemble, catalogue_text, folder};
use crate::tally::{Interrupted, Resolved, plan};

pub use deliver::complain;
use deliver::{deliver, print, stop_if_nothing_can_be_said};
use gather::{Gathered, material, read, shown};
use told::FilesTold;

/// The exit code of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Done,
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
            ExitStatus::Unknown => 1,
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
        Command::Formats => {
            print(catalogue_text::formats(&Layouts::load()?).as_bytes())?;
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
    let known = Known::load()?;
    let layouts = Layouts::load()?;
    let told = FilesTold::of(ask, &layouts)?;
    let found = ingest::find(&told.paths);
    let assumed = ask.time.assumed();
    let (planned, mut to_read) = plan(&found.sources, &layouts, &known, assumed, told.as_told());
    let filled = read(ask, &known, &mut to_read)?;
    let resolved = Resolved::of(&filled.tally, &known, &filled.users);
    let shown = shown(ask, &known, &filled.tally, &resolved).of(&filled.tally, &resolved);
    let gathered = Gathered {
        found: &found,
        planned: &planned,
        to_read: &to_read,
        filled: &filled,
    };
    let material = material(ask, &known, gathered, &resolved, &shown);
    let report = assemble::report(&material);
    stop_if_nothing_can_be_said(ask, &report, &material)?;
    deliver(ask, target, &report, &material)?;
    Ok(match report.exit.code {
        0 => ExitStatus::Done,
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
