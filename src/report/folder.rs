//! The report folder: written aside, then swapped in, so that there is always a whole one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;
use walkdir::{DirEntry, WalkDir};

use super::assemble::Material;
use super::html::{CauseText, Chart, Extras};
use super::model::Report;
use super::{assemble, chart, csv, html, json, markdown, ticket};
use crate::catalogue::Cause;
use crate::ingest::MARKER;
use crate::tally::{Tally, write_parquet};

/// What the folder holds beside `report.json`, the tally and the tables' folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    pub html: bool,
    pub markdown: bool,
    pub csv: bool,
    pub svg: bool,
}

/// The folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum NoFolder {
    #[error("{}: not empty, and not an earlier report; nothing was written. Name another folder with --out", .0.display())]
    Foreign(PathBuf),
    #[error("{}: holds {}, which no report has, and would be replaced as a whole; nothing was written. Move it away or name another folder with --out", .folder.display(), .file.display())]
    Mixed { folder: PathBuf, file: PathBuf },
    #[error("{}: not a folder; name another with --out", .0.display())]
    NotAFolder(PathBuf),
    #[error("{}: {error}", .path.display())]
    Unreadable { path: PathBuf, error: io::Error },
}

/// Whether a report may be written to a folder: it is new, empty or an earlier report.
///
/// # Errors
/// Why it may not.
pub fn check(folder: &Path) -> Result<(), NoFolder> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(NoFolder::NotAFolder(folder.to_owned()));
        }
        Err(error) => {
            return Err(NoFolder::Unreadable {
                path: folder.to_owned(),
                error,
            });
        }
    };
    if !folder.join(MARKER).exists() {
        return match entries.count() {
            0 => Ok(()),
            _ => Err(NoFolder::Foreign(folder.to_owned())),
        };
    }
    // The marker says that a report is here, not that everything here is a report's.
    let foreign = WalkDir::new(folder)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .find(|entry| !is_ours(entry));
    match foreign {
        None => Ok(()),
        Some(entry) => Err(NoFolder::Mixed {
            folder: folder.to_owned(),
            file: entry.into_path(),
        }),
    }
}

/// Whether a report has such a file or folder.
fn is_ours(entry: &DirEntry) -> bool {
    const FILES: [&str; 5] = [
        MARKER,
        "report.json",
        "report.html",
        "report.md",
        "tally.parquet",
    ];
    const FOLDERS: [(&str, &str); 3] = [("tables", "csv"), ("charts", "svg"), ("tickets", "md")];
    let name = entry.file_name().to_string_lossy();
    if entry.depth() == 1 {
        return if entry.file_type().is_dir() {
            FOLDERS.iter().any(|(folder, _)| *folder == name)
        } else {
            FILES.contains(&&*name)
        };
    }
    let extension = entry
        .path()
        .extension()
        .map(|extension| extension.to_string_lossy());
    let kind = FOLDERS
        .iter()
        .find(|(_, kind)| extension.as_deref() == Some(*kind));
    let parent = entry.path().parent().and_then(Path::file_name);
    let parent = parent.map(|parent| parent.to_string_lossy());
    entry.depth() == 2
        && entry.file_type().is_file()
        && kind.is_some_and(|(folder, _)| parent.as_deref() == Some(*folder))
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
    let text =
        |name: &str, text: &str| file(folder, name, |out| Ok(out.write_all(text.as_bytes())?));
    text(
        MARKER,
        &format!("loginscope report, schema {}\n", report.schema),
    )?;
    text("report.json", &json::json(report)?)?;
    let charts = if formats.html || formats.svg {
        chart::all(report)
    } else {
        Vec::new()
    };
    if formats.svg {
        for chart in &charts {
            text(&format!("charts/{}.svg", chart.id), &chart.svg)?;
        }
    }
    if formats.html {
        text("report.html", &page(report, material, charts))?;
    }
    if formats.markdown {
        for finding in ticket::deserving(report) {
            let name = format!("tickets/{}.md", finding.fingerprint);
            text(&name, &ticket::ticket(finding, report))?;
        }
        text(
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
