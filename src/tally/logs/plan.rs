//! Which of the files that are no export are texts, and how their entries begin.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::pieces::first_line;
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

/// Takes the texts among the files that are no export, on the threads of the pool that this is
/// called in. What each would have been otherwise is kept with it, since only its lines tell
/// whether it is a log.
pub fn plan<'a>(
    planned: &mut [Planned<'a>],
    layouts: &'a Layouts,
    known: &Known,
    assumed: Assumed,
    (logs, apps): (&Logs, &[AppOfLog]),
) -> Vec<LogToRead<'a>> {
    let layout = layouts.by_id(super::super::look::LOG);
    let looking = Looking {
        layouts,
        known,
        assumed,
        logs,
        apps,
    };
    let files = (0..).zip(planned.iter());
    let may_be_logs: Vec<(u32, &Planned<'a>)> = files.filter(|(_, file)| file.may_be_log).collect();
    let texts: Vec<Text<'_>> = may_be_logs
        .par_iter()
        .filter_map(|(input, file)| looking.text(*input, file))
        .collect();
    let goes_on_a_log = go_on_a_log(&texts);
    let mut to_read = Vec::new();
    for (text, goes_on_a_log) in texts.into_iter().zip(goes_on_a_log) {
        let mut log = text.log;
        if goes_on_a_log {
            log.entries = log.entries.as_stamped();
        } else if text.is_nearly_an_export {
            continue;
        }
        let file = &mut planned[log.input as usize];
        log.otherwise = std::mem::replace(&mut file.fate, Fate::Log(to_read.len()));
        if log.entries.are_stamped() {
            log.otherwise = log.otherwise.because(NO_LOGIN);
        }
        file.size = log.size;
        file.packing = Some(log.packing);
        file.layout = layout;
        to_read.push(log);
    }
    to_read
}

/// A text, and whether it may be meant as something else than a log.
struct Text<'a> {
    log: LogToRead<'a>,
    is_nearly_an_export: bool,
}

/// Which texts begin in the middle of what a log with stamps tells. The first line of such a part
/// is no header, whatever it looks like, and however many lines of a record stand there, stamps
/// decide in it too.
fn go_on_a_log(texts: &[Text<'_>]) -> Vec<bool> {
    let mut logs: BTreeMap<_, Vec<&Text<'_>>> = BTreeMap::new();
    let log_of = |text: &Text<'_>| (text.log.folder.to_owned(), text.log.about.name.base.clone());
    for text in texts {
        logs.entry(log_of(text)).or_default().push(text);
    }
    let goes_on = |text: &Text<'_>| {
        let mark = &text.log.about.name.mark;
        if text.log.entries.begins(first_line(&text.log.beginning)) {
            return false;
        }
        let is_older = |older: &&Text<'_>| {
            older.log.about.name.mark.is_followed_by(mark)
                && !older.is_nearly_an_export
                && older.log.entries.are_stamped()
        };
        logs[&log_of(text)].iter().any(is_older)
    };
    texts.iter().map(goes_on).collect()
}

/// What texts are looked at with.
struct Looking<'l> {
    layouts: &'l Layouts,
    known: &'l Known,
    assumed: Assumed,
    logs: &'l Logs,
    apps: &'l [AppOfLog],
}

impl Looking<'_> {
    /// The text that a file is, if it is one.
    fn text<'a>(&self, input: u32, file: &Planned<'a>) -> Option<Text<'a>> {
        let head = read_head(file.source).ok()?;
        let forced = file.layout.is_some();
        if !forced && !text::is_text(&head.bytes) {
            return None;
        }
        let clock = Clock {
            order: self.assumed.order.unwrap_or(DateOrder::Mdy),
            zone: self.assumed.zone,
            decided: Vec::new(),
        };
        let (folder, name) = folder_and_name(file.source);
        let about = LogFile::of(name, &head.bytes, clock, self.logs, &self.known.zones);
        // What is said of a log is said of its parts.
        let names = [&file.source.path, &format!("{folder}{}", about.name.base)];
        let app = names
            .iter()
            .find_map(|name| self.apps.iter().find(|app| app.means(name)));
        let body = crate::ingest::csv::mark(&head.bytes);
        let beginning = head.bytes[body..].iter().copied().take(BEGINNING);
        let log = LogToRead {
            input,
            file: &file.source.file,
            packing: head.packing,
            size: head.size,
            org: file.org,
            forced,
            otherwise: Fate::Ignored(String::new()),
            app: app.map_or_else(|| about.name.stem.clone(), |app| app.app.clone()),
            about,
            entries: self.logs.entries(&head.bytes),
            body: body as u64,
            folder,
            beginning: beginning.collect(),
        };
        Some(Text {
            is_nearly_an_export: !forced && is_nearly_an_export(&head.bytes, self.layouts),
            log,
        })
    }
}

/// Bytes of a beginning by which a log that was copied under another name is known.
const BEGINNING: usize = 8 * 1024;

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
