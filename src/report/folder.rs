//! The report folder: written aside, then swapped in, so that there is always a whole one.

mod check;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

use anyhow::Context;
use tempfile::TempDir;

use super::assemble::Material;
use super::html::{CauseText, Chart, Extras};
use super::model::Report;
use super::{assemble, chart, csv, html, json, markdown, ticket};
use crate::catalogue::Cause;
use crate::ingest::MARKER;
use crate::tally::{Tally, write_parquet};

pub use check::{NoFolder, check};

/// What the folder holds beside `report.json`, the tally and the tables' folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    pub html: bool,
    pub markdown: bool,
    pub csv: bool,
    pub svg: bool,
}

/// A report folder while it is written, aside from the place where it will stand.
#[derive(Debug)]
pub struct Draft {
    aside: TempDir,
    folder: PathBuf,
    parent: PathBuf,
}

impl Draft {
    /// Begins a folder beside the place where it will stand. Where it is dropped before
    /// [`Draft::finish`], nothing is left of it and the earlier report stands as before.
    ///
    /// # Errors
    /// Why nothing may be written there, or what the operating system says, with the path.
    pub fn begin(folder: &Path) -> anyhow::Result<Self> {
        check(folder)?;
        // A link leads to the place that is meant: the report goes there and the link stays.
        let linked = folder.is_symlink().then(|| fs::canonicalize(folder));
        let folder = linked.transpose()?.unwrap_or_else(|| folder.to_owned());
        let parent = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).with_context(|| parent.display().to_string())?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".loginscope-new-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let aside = builder
            .tempdir_in(&parent)
            .with_context(|| parent.display().to_string())?;
        Ok(Self {
            aside,
            folder,
            parent,
        })
    }

    /// Writes `tally.parquet`: all that was read, whatever is shown. `paths` are those of the
    /// inputs, in their order.
    ///
    /// # Errors
    /// What the operating system says, with the file.
    pub fn tally(&self, tally: &Tally, paths: &[String]) -> anyhow::Result<()> {
        file(self.aside.path(), "tally.parquet", |out| {
            write_parquet(tally, paths, out)
        })
    }

    /// Writes everything but the tally.
    ///
    /// # Errors
    /// What the operating system says, with the file.
    pub fn report(
        &self,
        report: &Report,
        material: &Material<'_>,
        formats: Formats,
    ) -> anyhow::Result<()> {
        fill(self.aside.path(), report, material, formats)
    }

    /// Puts the folder in its place by renames. Where that fails, the earlier report stands as
    /// before.
    ///
    /// # Errors
    /// What the operating system says, with the path.
    pub fn finish(self) -> anyhow::Result<()> {
        swap(self.aside, &self.folder, &self.parent)
            .with_context(|| self.folder.display().to_string())
    }
}

fn fill(
    folder: &Path,
    report: &Report,
    material: &Material<'_>,
    formats: Formats,
) -> anyhow::Result<()> {
    text(
        folder,
        MARKER,
        &format!("loginscope report, schema {}\n", report.schema),
    )?;
    // The page takes as long as `report.json`, and that as long as all else.
    std::thread::scope(|scope| {
        let page = scope.spawn(move || drawn_part(folder, report, material, formats));
        let json =
            scope.spawn(move || file(folder, "report.json", |out| Ok(json::write(report, out)?)));
        beside_page(folder, report, material, formats)?;
        joined(json)?;
        joined(page)
    })
}

/// What a thread wrote, or why it could not.
fn joined(thread: ScopedJoinHandle<'_, anyhow::Result<()>>) -> anyhow::Result<()> {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Writes what needs the charts.
fn drawn_part(
    folder: &Path,
    report: &Report,
    material: &Material<'_>,
    formats: Formats,
) -> anyhow::Result<()> {
    if !formats.html && !formats.svg {
        return Ok(());
    }
    let charts = chart::all(report);
    if formats.svg {
        for chart in &charts {
            text(folder, &format!("charts/{}.svg", chart.id), &chart.svg)?;
        }
    }
    if formats.html {
        text(folder, "report.html", &page(report, material, charts))?;
    }
    Ok(())
}

/// Writes what is neither drawn nor `report.json`.
fn beside_page(
    folder: &Path,
    report: &Report,
    material: &Material<'_>,
    formats: Formats,
) -> anyhow::Result<()> {
    if formats.markdown {
        for finding in ticket::deserving(report) {
            let name = format!("tickets/{}.md", finding.fingerprint);
            text(folder, &name, &ticket::ticket(finding, report))?;
        }
        text(
            folder,
            "report.md",
            &markdown::markdown(report, &material.known.causes),
        )?;
    }
    if formats.csv {
        for (name, table) in csv::TABLES {
            file(folder, &format!("tables/{name}"), |mut out| {
                Ok(table(report, &mut out)?)
            })?;
        }
        file(folder, "tables/changes.csv", |mut out| {
            Ok(csv::changes(assemble::all_changes(material), &mut out)?)
        })?;
        file(folder, "tables/log_errors.csv", |mut out| {
            Ok(csv::log_errors(
                assemble::all_log_errors(material),
                &mut out,
            )?)
        })?;
        file(folder, "tables/rejects.csv", |mut out| {
            Ok(csv::rejects(assemble::all_rejects(material), &mut out)?)
        })?;
    }
    Ok(())
}

/// The page with its charts and what is known of each cause that occurs.
pub fn page(report: &Report, material: &Material<'_>, charts: Vec<chart::Drawing>) -> String {
    let catalogue = &material.known.causes;
    let known = report
        .failures
        .by_cause
        .iter()
        .filter_map(|row| catalogue.by_id(&row.cause));
    let causes: Vec<CauseText> = known.map(cause_text).collect();
    let charts = charts.into_iter().map(|drawing| Chart {
        id: drawing.id,
        title: drawing.title,
        summary: drawing.summary,
        svg: drawing.svg,
    });
    let thresholds = material.thresholds.listed().into_iter();
    let thresholds = thresholds.map(|(name, value)| (name, value, String::new()));
    let courses = assemble::courses(material, report).into_iter();
    let small = courses.map(|(fingerprint, course)| {
        let svg = chart::finding::draw(&fingerprint, &course);
        (fingerprint, svg)
    });
    html::page(
        report,
        &Extras {
            charts: charts.collect(),
            causes: &causes,
            finding_charts: small.collect(),
            thresholds: thresholds.collect(),
        },
    )
}

fn cause_text(cause: &Cause) -> CauseText {
    CauseText {
        id: cause.id.clone(),
        title: cause.title.clone(),
        class: cause.class.id().to_owned(),
        permanent: cause.permanent,
        fixed_by: cause.fixed_by.clone(),
        means: cause.means.clone(),
        tell_apart: cause.tell_apart.clone(),
        steps: cause.steps.clone(),
        source: cause.source.clone(),
    }
}

/// Writes a file that is a text.
fn text(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    file(folder, name, |out| Ok(out.write_all(text.as_bytes())?))
}

/// Writes one file that only its owner may read, and makes its folder where it has one.
fn file(
    folder: &Path,
    name: &str,
    fill: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let path = folder.join(name);
    let write = || -> anyhow::Result<()> {
        if let Some(parent) = path.parent() {
            make_private(parent)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = BufWriter::new(options.open(&path)?);
        fill(&mut out)?;
        // What a buffer holds back must not be lost without a word when the disk is full.
        out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(())
    };
    write().with_context(|| format!("writing {name}"))
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Puts the new folder in the place of the old one; the old one comes back where that fails.
fn swap(aside: TempDir, folder: &Path, parent: &Path) -> io::Result<()> {
    if !folder.exists() {
        fs::rename(aside.path(), folder)?;
        // The folder is where it belongs now: nothing is left aside to clean up.
        let _ = aside.keep();
        return Ok(());
    }
    let old = tempfile::Builder::new()
        .prefix(".loginscope-old-")
        .tempdir_in(parent)?;
    let kept = old.path().join("report");
    fs::rename(folder, &kept)?;
    if let Err(error) = fs::rename(aside.path(), folder) {
        if fs::rename(&kept, folder).is_err() {
            // The earlier report must not go with the folder that holds it.
            let kept = old.keep().join("report");
            let place = kept.display();
            return Err(io::Error::other(format!(
                "{error}; the earlier report is now {place}"
            )));
        }
        return Err(error);
    }
    let _ = aside.keep();
    // The new report stands; that the old one could not be taken away is no failure.
    let _ = old.close();
    Ok(())
}
