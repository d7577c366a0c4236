//! Files as they are met on the way over the paths of a command line, each once.

use std::collections::hash_map::Entry;
use std::io;
use std::path::PathBuf;

use rustc_hash::FxHashMap;
use walkdir::DirEntry;

use super::paths::Source;

/// A file as it was met.
#[derive(Debug)]
pub(super) struct Met {
    pub(super) source: Source,
    /// It is no pipe or device.
    pub(super) is_file: bool,
    /// It may be a link, or stand behind one.
    pub(super) may_link: bool,
}

impl Met {
    /// A file that was named outright.
    pub(super) fn named(path: String, file: PathBuf) -> Self {
        Self {
            source: Source::whole(path, file, true),
            is_file: true,
            may_link: true,
        }
    }

    /// What a folder has; it says of what kind its files are.
    pub(super) fn walked(entry: DirEntry) -> Self {
        let path = entry.path().to_string_lossy().into_owned();
        Self {
            is_file: entry.file_type().is_file(),
            may_link: entry.path_is_symlink(),
            source: Source::whole(path, entry.into_path(), false),
        }
    }
}

/// Each file once, by where it really is.
pub(super) struct Kept {
    /// All are met below one path, where only links lead to a file twice.
    one_path: bool,
    /// Those that are met once.
    alone: Vec<Met>,
    by_file: FxHashMap<PathBuf, Met>,
    /// The folder of the last file, as named and as it really is: files of a folder come together.
    folder: Option<(PathBuf, PathBuf)>,
}

impl Kept {
    /// Nothing is met yet below the paths of a command line.
    pub(super) fn below(paths: &[PathBuf]) -> Self {
        Self {
            one_path: paths.len() == 1,
            alone: Vec::new(),
            by_file: FxHashMap::default(),
            folder: None,
        }
    }

    /// Keeps what one path leads to.
    pub(super) fn keep(&mut self, met: Vec<Met>) {
        if self.one_path && !met.iter().any(|met| met.may_link) {
            self.alone = met;
        } else {
            met.into_iter().for_each(|met| self.keep_once(met));
        }
    }

    /// What was kept, in byte order of path.
    pub(super) fn sorted(self) -> Vec<Met> {
        let mut all = self.alone;
        all.extend(self.by_file.into_values());
        all.sort_unstable_by(|a, b| a.source.cmp(&b.source));
        all
    }

    /// Keeps one source a file: named outright wins, then the path that is first in byte order.
    fn keep_once(&mut self, met: Met) {
        let key = self.really(&met);
        let key = key.unwrap_or_else(|_| met.source.file.clone());
        match self.by_file.entry(key) {
            Entry::Occupied(mut known) => {
                let (known, source) = (&mut known.get_mut().source, met.source);
                known.named |= source.named;
                known.asked |= source.asked;
                if source.path < known.path {
                    known.path = source.path;
                    known.file = source.file;
                }
            }
            Entry::Vacant(free) => {
                free.insert(met);
            }
        }
    }

    /// The path of a file without links.
    fn really(&mut self, met: &Met) -> io::Result<PathBuf> {
        let file = met.source.file.as_path();
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
            return file.canonicalize();
        };
        let is_link = || file.symlink_metadata().map(|meta| meta.is_symlink());
        if folder.as_os_str().is_empty() || (met.may_link && is_link()?) {
            return file.canonicalize();
        }
        match &self.folder {
            Some((named, really)) if named == folder => Ok(really.join(name)),
            _ => {
                let really = folder.canonicalize()?;
                let path = really.join(name);
                self.folder = Some((folder.to_owned(), really));
                Ok(path)
            }
        }
    }
}
