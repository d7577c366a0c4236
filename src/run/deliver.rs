//! Handing over the report: to a folder or to standard output, with a summary.

use std::io::{IsTerminal, Write, stderr, stdout};

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
        Target::Stdout(_) => print(json::json(report)?.as_bytes())?,
        Target::Folder(formats) => {
            if let Some(draft) = draft {
                draft.report(report, material, formats)?;
            }
        }
    }
    Ok(())
}

/// Says what was found, once the report stands.
pub(super) fn sum_up(ask: &Analyze, target: Target, report: &Report) -> anyhow::Result<()> {
    if matches!(target, Target::Folder(_)) && !ask.work.quiet {
        let colour = ask.work.color.decide(stdout().is_terminal());
        let out = ask.output.out.display().to_string();
        print(terminal::summary(report, Some(&out), colour).as_bytes())?;
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
pub(super) fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
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
