//! Whether a folder may be replaced: it is new, empty, or an earlier report and nothing else.

use std::path::{Path, PathBuf};
use std::{fs, io};

use walkdir::{DirEntry, WalkDir};

use crate::ingest::MARKER;

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
