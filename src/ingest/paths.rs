//! Which files a run reads, and in which order.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use globset::GlobBuilder;
use tempfile::NamedTempFile;
use walkdir::{DirEntry, WalkDir};

use super::archive::Member;
use super::begun::Begun;
use super::met::{Kept, Met};

/// The file that marks a report folder. Folders that hold it are never read as input.
pub const MARKER: &str = ".loginscope-report";

/// A file to read, or a file in an archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The path as the user named it, or as it was found below a folder that they named; of a
    /// file in an archive `archive.zip!name`.
    pub path: String,
    /// Where the bytes are.
    pub file: PathBuf,
    /// Named outright, not found in a folder or by a pattern: what is no known layout then counts.
    /// Of an archive's files only one that is alone there is named with the archive.
    pub named: bool,
    /// What can't be unpacked counts: it, or the archive that it is in, was named outright, or
    /// nobody can tell what is lost.
    pub asked: bool,
    pub part: Part,
}

/// What of a file a source is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Whole,
    /// A file in a zip archive.
    Member(Member),
    /// What can't be read, and why: a damaged archive, an encrypted file in one.
    Refused(String),
}

impl Source {
    pub(super) fn whole(path: String, file: PathBuf, named: bool) -> Self {
        Self {
            path,
            file,
            named,
            asked: named,
            part: Part::Whole,
        }
    }
}

/// A path on the command line leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum NoSuchPath {
    #[error("{path}: {error}")]
    Missing { path: String, error: io::Error },
    #[error("{path}: no file matches this pattern")]
    NoMatch { path: String },
    #[error("{path}: not a pattern: {error}")]
    BadPattern { path: String, error: globset::Error },
    #[error("standard input or a pipe could not be read: {0}")]
    Stream(io::Error),
}

/// What the paths of a command line lead to.
#[derive(Debug, Default)]
pub struct Found {
    /// Every file once, in byte order of path.
    pub sources: Vec<Source>,
    /// Paths that lead nowhere, in the order given.
    pub missing: Vec<NoSuchPath>,
    /// Hold what came over standard input and pipes while it is needed.
    spools: Vec<(String, NamedTempFile)>,
}

impl Found {
    fn keep_spool(&mut self, path: String, spool: NamedTempFile) -> Vec<Met> {
        let file = spool.path().to_owned();
        self.spools.push((path.clone(), spool));
        vec![Met::named(path, file)]
    }
}

/// What the paths of a command line lead to, before any file is opened.
#[derive(Debug, Default)]
pub struct Walked {
    found: Found,
    /// In byte order of path.
    met: Vec<Met>,
}

impl Walked {
    /// Expands folders, patterns and `-`. The same file named twice is met once; folders that
    /// hold an earlier report are skipped.
    pub fn over(paths: &[PathBuf]) -> Self {
        let mut found = Found::default();
        let mut kept = Kept::below(paths);
        for path in paths {
            let text = path.to_string_lossy().into_owned();
            let outcome = if text == "-" && found.spools.iter().any(|(path, _)| path == "-") {
                Ok(Vec::new())
            } else if text == "-" {
                spool(&mut io::stdin().lock()).map(|spool| found.keep_spool(text, spool))
            } else if let Some(what) = unread_kind(path) {
                Err(missing(&text, io::Error::other(what)))
            } else if is_stream(path) {
                let opened = File::open(path).map_err(|error| missing(&text, error));
                let spooled = opened.and_then(|mut stream| spool(&mut stream));
                spooled.map(|spool| found.keep_spool(text, spool))
            } else {
                expand(path, text, &mut found.missing)
            };
            match outcome {
                Ok(met) => kept.keep(met),
                Err(error) => found.missing.push(error),
            }
        }
        let met = kept.sorted();
        Self { found, met }
    }

    /// Opens every file, on the threads of the pool that this is called in. Of a small file all
    /// bytes are at hand then: `look` tells what is to be seen in them, with what `begin` gives
    /// each thread for its number and its share of the files, and is told for each source; `None`
    /// for other files, and for what is left once `stop` is set. The last list is what the threads
    /// have.
    pub fn look<T: Send, L: Send>(
        self,
        stop: Option<&AtomicBool>,
        begin: impl Fn(usize, usize) -> T + Sync,
        look: impl Fn(&mut T, &Source, &mut Vec<u8>) -> L + Sync,
    ) -> (Found, Vec<Option<L>>, Vec<T>) {
        let Self { mut found, met } = self;
        let next = AtomicUsize::new(0);
        let stopped = || stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
        let threads = rayon::broadcast(|context| {
            let about = met.len() / context.num_threads() + 1;
            let (mut thread, mut buffer) = (begin(context.index(), about), Vec::new());
            let mut begun = Vec::with_capacity(about);
            while !stopped() {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(met) = met.get(at) else { break };
                let look = |bytes: &mut Vec<u8>| look(&mut thread, &met.source, bytes);
                begun.push((at, Begun::of(&met.source, met.is_file, &mut buffer, look)));
            }
            (thread, begun)
        });
        let mut all: Vec<Begun<L>> = met.iter().map(|_| Begun::Other).collect();
        let mut kept = Vec::with_capacity(threads.len());
        for (thread, begun) in threads {
            begun.into_iter().for_each(|(at, begun)| all[at] = begun);
            kept.push(thread);
        }
        let mut each: Vec<(Source, Option<L>)> = Vec::with_capacity(met.len());
        for (met, begun) in met.into_iter().zip(all) {
            match begun {
                Begun::Small(seen) => each.push((met.source, Some(seen))),
                Begun::Archive(members) => {
                    each.extend(members.into_iter().map(|member| (member, None)));
                }
                Begun::Other => each.push((met.source, None)),
            }
        }
        // The names in archives may come before the files beside them.
        if !each.is_sorted_by(|(a, _), (b, _)| a <= b) {
            each.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        let looked;
        (found.sources, looked) = each.into_iter().unzip();
        (found, looked, kept)
    }
}

/// A pipe: it can be read once, so it is kept in a file first.
fn is_stream(path: &Path) -> bool {
    let kind = path.metadata().map(|meta| meta.file_type());
    kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
}

/// What a path is, if that is never read: devices such as `/dev/zero` have no end.
#[cfg(unix)]
fn unread_kind(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    let kind = path.metadata().ok()?.file_type();
    if kind.is_socket() {
        Some("a socket, not a file or a pipe")
    } else if kind.is_char_device() || kind.is_block_device() {
        Some("a device, not a file or a pipe; `-` reads standard input")
    } else {
        None
    }
}

/// What a path is, if that is never read.
#[cfg(not(unix))]
fn unread_kind(_: &Path) -> Option<&'static str> {
    None
}

fn missing(path: &str, error: io::Error) -> NoSuchPath {
    NoSuchPath::Missing {
        path: path.to_owned(),
        error,
    }
}

fn expand(path: &Path, text: String, lost: &mut Vec<NoSuchPath>) -> Result<Vec<Met>, NoSuchPath> {
    match path.metadata() {
        Ok(meta) if meta.is_dir() => Ok(walk(path, usize::MAX, lost)),
        Ok(_) => Ok(vec![Met::named(text, path.to_owned())]),
        Err(_) if text.contains(['*', '?', '[', '{']) => matching(text, lost),
        Err(error) => Err(missing(&text, error)),
    }
}

/// Every file below a folder; hidden ones and earlier reports are left out. What can't be entered
/// is told in `lost`.
fn walk(folder: &Path, depth: usize, lost: &mut Vec<NoSuchPath>) -> Vec<Met> {
    let entries = WalkDir::new(folder)
        .follow_links(true)
        .max_depth(depth)
        .into_iter()
        .filter_entry(|entry| {
            (entry.depth() == 0 || is_visible(entry))
                && !(entry.file_type().is_dir() && entry.path().join(MARKER).exists())
        });
    let mut all = Vec::new();
    let mut linked = false;
    for entry in entries {
        match entry {
            // Pipes and devices are listed too, and then not read.
            Ok(entry) if !entry.file_type().is_dir() => all.push(Met::walked(entry)),
            Ok(folder) => linked |= folder.depth() > 0 && folder.path_is_symlink(),
            // A loop of links leads to what is walked anyway.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error
                    .path()
                    .unwrap_or(folder)
                    .to_string_lossy()
                    .into_owned();
                let error = error
                    .into_io_error()
                    .unwrap_or_else(|| io::Error::other("unreadable"));
                lost.push(NoSuchPath::Missing { path, error });
            }
        }
    }
    // Behind a link to a folder stands what may be met elsewhere too.
    all.iter_mut()
        .for_each(|met: &mut Met| met.may_link |= linked);
    all
}

fn is_visible(entry: &DirEntry) -> bool {
    !entry.file_name().to_string_lossy().starts_with('.')
}

/// Every file that a pattern matches; `*` stays within a folder, `**` doesn't.
fn matching(pattern: String, lost: &mut Vec<NoSuchPath>) -> Result<Vec<Met>, NoSuchPath> {
    let glob = match GlobBuilder::new(&pattern).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => {
            return Err(NoSuchPath::BadPattern {
                path: pattern,
                error,
            });
        }
    };
    let fixed: PathBuf = Path::new(&pattern)
        .components()
        .take_while(|part| {
            !part
                .as_os_str()
                .to_string_lossy()
                .contains(['*', '?', '[', '{'])
        })
        .collect();
    let (root, relative) = if fixed.as_os_str().is_empty() {
        (PathBuf::from("."), true)
    } else {
        (fixed, false)
    };
    let below = Path::new(&pattern).components().count() - root.components().count();
    let depth = if pattern.contains("**") || relative {
        usize::MAX
    } else {
        below
    };
    let mut all = walk(&root, depth, lost);
    if relative {
        for Met { source, .. } in &mut all {
            source.path = source.path.trim_start_matches("./").to_owned();
        }
    }
    all.retain(|met| glob.is_match(&met.source.path));
    if all.is_empty() {
        return Err(NoSuchPath::NoMatch { path: pattern });
    }
    Ok(all)
}

/// What can be read only once is kept in a file: what it is may only be clear after a second look.
fn spool(stream: &mut dyn io::Read) -> Result<NamedTempFile, NoSuchPath> {
    let mut keep = || -> io::Result<NamedTempFile> {
        let mut spool = NamedTempFile::new()?;
        io::copy(stream, spool.as_file_mut())?;
        spool.flush()?;
        Ok(spool)
    };
    keep().map_err(NoSuchPath::Stream)
}
