//! What the program does, as a table of contents.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};

use crate::catalogue::{Catalogue, Known};
use crate::cli::{self, Analyze, Cli, Command, Format, Target};
use crate::ingest::{self, Found, Progress};
use crate::normalise::{FileNotes, Layout, Layouts};
use crate::report::assemble::{self, InputSeen, Material, Outcome};
use crate::report::model::{OptionsUsed, Report};
use crate::report::{catalogue_text, chart, folder, json, markdown, terminal};
use crate::tally::{Fate, Fill, Filled, Interrupted, Planned, Resolved, ToRead, Told, fill, plan};

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
    let material = material(ask, &known, &found, &planned, &to_read, &filled, &resolved);
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

/// Paths, layouts and orgs as the user named them.
struct FilesTold<'a> {
    paths: Vec<std::path::PathBuf>,
    layouts: Vec<(&'a Layout, &'a Path)>,
    orgs: Vec<(&'a str, &'a Path)>,
}

impl<'a> FilesTold<'a> {
    fn of(ask: &'a Analyze, layouts: &'a Layouts) -> anyhow::Result<Self> {
        let mut paths = ask.input.paths.clone();
        let mut forced = Vec::new();
        for (id, path) in &ask.input.layout {
            let Some(layout) = layouts.by_id(id) else {
                let ids: Vec<&str> = layouts
                    .all()
                    .iter()
                    .map(|known| known.id.as_str())
                    .collect();
                bail!(
                    "--layout {id}={path}: no layout {id:?}; there are {}",
                    ids.join(", ")
                );
            };
            forced.push((layout, Path::new(path)));
            paths.push(path.into());
        }
        let users = layouts
            .by_id("user")
            .context("the layout of User exports")?;
        for path in &ask.input.users {
            forced.push((users, path));
            paths.push(path.clone());
        }
        let orgs = ask
            .input
            .org
            .iter()
            .map(|(org, path)| (org.as_str(), Path::new(path)));
        Ok(Self {
            paths,
            layouts: forced,
            orgs: orgs.collect(),
        })
    }

    fn as_told(&'a self) -> Told<'a> {
        Told {
            layouts: &self.layouts,
            orgs: &self.orgs,
        }
    }
}

/// Reads and counts all files on all cores.
fn read(ask: &Analyze, known: &Known, to_read: &mut [ToRead<'_>]) -> anyhow::Result<Filled> {
    let threads = ask.work.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    let bytes = to_read.iter().map(|file| file.size).sum();
    let progress = Progress::over(bytes, ask.work.progress.into());
    let stop = stop_on_signal();
    let filled = fill(
        to_read,
        &Fill {
            known,
            assumed: ask.time.assumed(),
            pool: &pool,
            piece_size: ask.work.piece_size,
            progress: &progress,
            stop: &stop,
        },
    );
    progress.finish();
    Ok(filled?)
}

/// A flag that Ctrl-C sets. A second Ctrl-C ends the program at once.
fn stop_on_signal() -> Arc<AtomicBool> {
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

fn material<'a>(
    ask: &Analyze,
    known: &'a Known,
    found: &Found,
    planned: &'a [Planned<'a>],
    to_read: &'a [ToRead<'a>],
    filled: &'a Filled,
    resolved: &'a Resolved,
) -> Material<'a> {
    let seen = |file: &'a Planned<'a>| InputSeen {
        path: &file.source.path,
        bytes: file.size,
        layout: file.layout,
        compression: file.compression,
        org: file.org,
        outcome: match &file.fate {
            Fate::Unusable(why) => Outcome::Unusable(why.clone()),
            Fate::Ignored(why) => Outcome::Ignored(why.clone()),
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
        tally: &filled.tally,
        resolved,
        options: OptionsUsed {
            timezone: ask.time.timezone.to_string(),
            date_order: ask.time.date_order.id().to_owned(),
            strict: ask.output.strict,
        },
        zone: ask.time.timezone,
        inputs: planned.iter().map(seen).collect(),
        missing: found.missing.iter().map(ToString::to_string).collect(),
    }
}

/// Exit code 4: nothing readable at all, or `--strict` and something was not.
fn stop_if_nothing_can_be_said(
    ask: &Analyze,
    report: &Report,
    material: &Material<'_>,
) -> anyhow::Result<()> {
    let readable = |seen: &InputSeen<'_>| matches!(seen.outcome, Outcome::Read { .. });
    if !material.inputs.iter().any(readable) {
        for reason in &report.exit.reasons {
            complain(reason);
        }
        for seen in &material.inputs {
            if let Outcome::Ignored(why) = &seen.outcome {
                complain(&format!("{}: {why}", seen.path));
            }
        }
        bail!("nothing could be read; no report was written");
    }
    if ask.output.strict && !report.exit.reasons.is_empty() {
        for reason in &report.exit.reasons {
            complain(reason);
        }
        bail!("--strict: not everything could be read; no report was written");
    }
    Ok(())
}

/// Writes the report where it was asked for, and the summary.
fn deliver(
    ask: &Analyze,
    target: Target,
    report: &Report,
    material: &Material<'_>,
) -> anyhow::Result<()> {
    let causes = &material.known.causes;
    match target {
        Target::Stdout(Format::Html) => {
            print(folder::page(report, causes, chart::all(report)).as_bytes())?;
        }
        Target::Stdout(Format::Md) => print(markdown::markdown(report, causes).as_bytes())?,
        Target::Stdout(_) => print(json::json(report)?.as_bytes())?,
        Target::Folder(formats) => {
            folder::write(&ask.output.out, report, material, formats)?;
            if !ask.work.quiet {
                let colour = ask.work.color.decide(stdout().is_terminal());
                let out = ask.output.out.display().to_string();
                print(terminal::summary(report, Some(&out), colour).as_bytes())?;
            }
        }
    }
    if ask.work.verbose {
        for input in &report.inputs {
            let layout = input.layout.as_deref().unwrap_or("no layout");
            complain(&format!("{}: {layout}, {} rows", input.path.0, input.read));
            for note in &input.notes {
                complain(&format!("{}: {note}", input.path.0));
            }
        }
    }
    Ok(())
}

/// Writes to standard output. A reader that closes the pipe has what it wanted.
fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("standard output"),
    }
}

/// One line on standard error.
pub fn complain(message: &str) {
    let text = crate::report::escape::terminal(message);
    // Where standard error is gone, nobody is left to tell.
    let _ = writeln!(stderr(), "loginscope: {text}");
}

/// Whether an error means that the user stopped the run.
pub fn was_interrupted(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Interrupted>().is_some()
}
