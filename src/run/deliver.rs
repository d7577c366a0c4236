//! Handing over the report: to a folder or to standard output, with a summary.

use std::io::{self, BufWriter, IsTerminal, Write, stderr, stdout};

use anyhow::{Context, bail};

use crate::cli::{Analyze, Format, Target};
use crate::report::assemble::{InputSeen, Material, Outcome};
use crate::report::folder::Draft;
use crate::report::model::Report;
use crate::report::{chart, escape, folder, json, markdown, terminal};

/// Exit code 4: nothing readable at all, or `--strict` and something was not.
pub(super) fn stop_if_nothing_can_be_said(
    ask: &Analyze,
    report: &Report,
    material: &Material<'_>,
) -> anyhow::Result<()> {
    let readable =
        |seen: &InputSeen<'_>| matches!(seen.outcome, Outcome::Read { .. } | Outcome::Log(_));
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

/// Writes the report where it was asked for.
pub(super) fn deliver(
    target: Target,
    draft: Option<&Draft>,
    report: &Report,
    material: &Material<'_>,
) -> anyhow::Result<()> {
    let causes = &material.known.causes;
    match target {
        Target::Stdout(Format::Html) => {
            print(folder::page(report, material, chart::all(report)).as_bytes())?;
        }
        Target::Stdout(Format::Md) => print(markdown::markdown(report, causes).as_bytes())?,
        Target::Stdout(_) => print_from(|out| json::write(report, out))?,
        Target::Folder(formats) => {
            if let Some(draft) = draft {
                draft.report(report, material, formats)?;
            }
        }
    }
    Ok(())
}

/// What is said of a report once it stands.
pub(super) struct Said {
    /// The exit code that the report asks for.
    pub(super) code: u8,
    /// For standard output.
    summary: Option<String>,
    /// For standard error, a line each.
    notes: Vec<String>,
}

impl Said {
    pub(super) fn of(ask: &Analyze, target: Target, report: &Report<'_>) -> Self {
        let to_folder = matches!(target, Target::Folder(_)) && !ask.work.quiet;
        let summary = || {
            let colour = ask.work.color.decide(stdout().is_terminal());
            let out = ask.output.out.display().to_string();
            terminal::summary(report, Some(&out), colour)
        };
        let mut notes = Vec::new();
        let inputs = report.inputs.iter().filter(|_| ask.work.verbose);
        for input in inputs {
            let layout = input.layout.as_deref().unwrap_or("no layout");
            let path = &input.path.0;
            notes.push(format!("{path}: {layout}, {} rows", input.read));
            notes.extend(input.notes.iter().map(|note| format!("{path}: {note}")));
        }
        Self {
            code: report.exit.code,
            summary: to_folder.then(summary),
            notes,
        }
    }

    /// Says it.
    pub(super) fn say(&self) -> anyhow::Result<()> {
        if let Some(summary) = &self.summary {
            print(summary.as_bytes())?;
        }
        for note in &self.notes {
            complain(note);
        }
        Ok(())
    }
}

/// Writes to standard output.
pub(super) fn print(bytes: &[u8]) -> anyhow::Result<()> {
    print_from(|out| out.write_all(bytes))
}

/// Writes to standard output what is made on the way. A reader that closes the pipe has what it
/// wanted.
fn print_from(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    if written.is_err() {
        // What is left must not be tried a second time.
        let _ = out.into_parts();
    }
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("standard output"),
    }
}

/// One line on standard error.
pub fn complain(message: &str) {
    let text = escape::terminal(message);
    // Where standard error is gone, nobody is left to tell.
    let _ = writeln!(stderr(), "loginscope: {text}");
}
