//! Which of the files that are no export are texts, and how their entries begin.

use std::path::Path;

use crate::catalogue::Known;
use crate::ingest::{Packing, Part, Source, read_head, text};
use crate::normalise::log::{LogFile, Logs};
use crate::normalise::value::time::{Clock, DateOrder};
use crate::normalise::{Assumed, Carrier, Layouts, columns_written};
use crate::tally::plan::{Fate, Planned};

/// A text that may be a log.
#[derive(Debug)]
pub struct LogToRead<'a> {
    /// Its position among the inputs of the run.
    pub input: u32,
    pub file: &'a Path,
    pub packing: Packing,
    /// Bytes on disk; of a member, what it takes in its archive.
    pub size: u64,
    /// The org that the user named for it.
    pub org: Option<&'a str>,
    /// The user says that it is a log.
    pub forced: bool,
    /// What it is where no line of it tells of a login.
    pub otherwise: Fate,
    pub(super) about: LogFile,
    pub(super) entries: text::Entries,
    pub(super) app: String,
    /// Bytes before the first line.
    pub(super) body: u64,
    /// What stands before its name in the path: of a member, the archive too.
    pub(super) folder: &'a str,
    /// The first bytes behind `body`.
    pub(super) beginning: Vec<u8>,
}

/// What the configuration calls the client of some files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppOfLog {
    /// The end of a path, whole parts of it, or a name with `*` for any text.
    pub file: String,
    pub app: String,
}

impl AppOfLog {
    /// Whether it means a file.
    pub fn means(&self, path: &str) -> bool {
        let path = path.replace('\\', "/");
        let parts = self.file.split('/').count();
        let ends: Vec<&str> = path.rsplit('/').take(parts).collect();
        let end: Vec<&str> = ends.into_iter().rev().collect();
        fits(&self.file, &end.join("/"))
    }
}

/// Whether a name fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Takes the texts among the files that are no export. What each would have been otherwise is kept
/// with it, since only its lines tell whether it is a log.
pub fn plan<'a>(
    planned: &mut [Planned<'a>],
    layouts: &'a Layouts,
    known: &Known,
    assumed: Assumed,
    (logs, apps): (&Logs, &[AppOfLog]),
) -> Vec<LogToRead<'a>> {
    let mut to_read = Vec::new();
    let layout = layouts.by_id(super::super::plan::LOG);
    for (input, file) in (0..).zip(planned) {
        if !file.may_be_log {
            continue;
        }
        let Ok(head) = read_head(file.source) else {
            continue;
        };
        let forced = file.layout.is_some();
        if !forced && (!text::is_text(&head.bytes) || is_nearly_an_export(&head.bytes, layouts)) {
            continue;
        }
        let clock = Clock {
            order: assumed.order.unwrap_or(DateOrder::Mdy),
            zone: assumed.zone,
            decided: Vec::new(),
        };
        let path = &file.source.path;
        let (folder, name) = folder_and_name(file.source);
        let about = LogFile::of(name, &head.bytes, clock, logs, &known.zones);
        let entries = logs.entries(&head.bytes);
        // What is said of a log is said of its parts.
        let log = format!("{folder}{}", about.name.base);
        let app = [path, &log];
        let app = app
            .iter()
            .find_map(|path| apps.iter().find(|app| app.means(path)));
        let mut otherwise = std::mem::replace(&mut file.fate, Fate::Log(to_read.len()));
        if entries.are_stamped() {
            otherwise = otherwise.because(NO_LOGIN);
        }
        file.size = head.size;
        file.packing = Some(head.packing);
        file.layout = layout;
        let body = crate::ingest::csv::mark(&head.bytes);
        let beginning = &head.bytes[body..];
        to_read.push(LogToRead {
            input,
            file: &file.source.file,
            packing: head.packing,
            size: head.size,
            org: file.org,
            forced,
            otherwise,
            app: app.map_or_else(|| about.name.stem.clone(), |app| app.app.clone()),
            about,
            entries,
            body: body as u64,
            folder,
            beginning: beginning.iter().copied().take(BEGINNING).collect(),
        });
    }
    to_read
}

/// Bytes of a beginning by which a log that was copied under another name is known.
const BEGINNING: usize = 4096;

/// The path of a source in two.
fn folder_and_name(source: &Source) -> (&str, &str) {
    let path = source.path.as_str();
    let is_member = matches!(source.part, Part::Member(_));
    let end = |c| matches!(c, '/' | '\\') || (is_member && c == '!');
    path.split_at(path.rfind(end).map_or(0, |at| at + 1))
}

/// A table with some columns of an export: that others are missing must be said.
fn is_nearly_an_export(head: &[u8], layouts: &Layouts) -> bool {
    let (carrier, written) = columns_written(head);
    carrier == Carrier::Csv && !layouts.nearest(carrier, &written).is_empty()
}

const NO_LOGIN: &str = "no known layout, and a text without one dated line that carries a Salesforce error; `--layout log=PATH` reads it as a log all the same";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_meant_by_name_or_by_the_end_of_their_path() {
        let means = |file: &str, path: &str| {
            let app = String::new();
            let file = file.to_owned();
            AppOfLog { file, app }.means(path)
        };
        assert!(means("sync.log", "/var/log/sync.log"));
        assert!(means("sync*.log*", "logs/sync-2.log.gz"));
        assert!(means("crm/*", "logs/crm/a.log"));
        assert!(!means("crm/*", "logs/erp/a.log"));
        assert!(!means("sync.log", "resync.log"));
        assert!(!means("sync.log", "sync.log.1"));
        assert!(!means("a*a", "a"));
    }
}
