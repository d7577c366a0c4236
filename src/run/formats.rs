//! What files are taken for, and why: the answer to "zero rows, no error".

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::told::forced;
use super::{ExitStatus, complain, print};
use crate::catalogue::Known;
use crate::cli::FormatsArgs;
use crate::ingest::{Head, Progress, ProgressWhen, Walked, read_head};
use crate::normalise::log::{Logs, Shapes};
use crate::normalise::{Assumed, Layouts, Reading, columns_written, first_rows};
use crate::report::formats_text::{self, FileTold, Told};
use crate::tally::logs::{LogToRead, Logs as ReadTexts, ReadLogs, plan as plan_logs, read};
use crate::tally::{Fate, Look, Plan, Told as SaidOfFiles, plan};

/// Bytes of a log that are read as one piece.
const PIECE: u64 = 4 << 20;
/// Rows that are shown of a file.
const ROWS: usize = 3;

/// Prints every layout, or what the named files are taken for.
pub(super) fn formats(ask: &FormatsArgs) -> anyhow::Result<ExitStatus> {
    let layouts = Layouts::load()?;
    if ask.paths.is_empty() && ask.layout.is_empty() {
        print(formats_text::formats(&layouts, &Shapes::load()?).as_bytes())?;
        return Ok(ExitStatus::Done);
    }
    let known = Known::load()?;
    let assumed = ask.assumed();
    let forced = forced(&ask.layout, &layouts)?;
    let mut paths: Vec<PathBuf> = ask.paths.clone();
    paths.extend(forced.iter().map(|(_, path)| path.to_path_buf()));
    let look = Look {
        layouts: &layouts,
        known: &known,
        assumed,
        told: SaidOfFiles {
            layouts: &forced,
            orgs: &[],
        },
        at_once: None,
    };
    let (found, seen) = look.at_files(Walked::over(&paths));
    let Plan {
        files: mut planned,
        to_read,
        ..
    } = plan(&found.sources, seen, look);
    let logs = Logs::load(&known)?;
    let texts = plan_logs(&mut planned, &layouts, &known, assumed, (&logs, &[]));
    let read = read_all(&texts, &known, &logs)?;
    let mut unusable = false;
    let mut files = Vec::new();
    for file in &planned {
        let head = read_head(file.source).ok();
        let told = match &file.fate {
            Fate::Read(at) => rows(&to_read[*at].reading, head.as_ref(), &known, assumed),
            Fate::Log(at) => match (&read.files[*at], &texts[*at].otherwise) {
                (log, _) if log.is_log => Told::Log {
                    lines: log.ledger.read(),
                    errors: log.ledger.events,
                },
                (_, Fate::Unusable(why) | Fate::Ignored(why)) => not_read(why, head, &layouts),
                // a text was planned as something that is not read
                (..) => not_read("no known layout", head, &layouts),
            },
            Fate::Unusable(why) | Fate::Ignored(why) => not_read(why, head, &layouts),
        };
        unusable |= match &file.fate {
            Fate::Log(at) => {
                let is_log = read.files[*at].is_log;
                !is_log && matches!(texts[*at].otherwise, Fate::Unusable(_))
            }
            fate => matches!(fate, Fate::Unusable(_)),
        };
        files.push(FileTold {
            path: &file.source.path,
            packed: file.packing.and_then(|packing| {
                let words: Vec<&str> = packing.names().chain(packing.encoding.name()).collect();
                (!words.is_empty()).then(|| words.join("+"))
            }),
            found: told,
        });
    }
    print(formats_text::files(&files).as_bytes())?;
    for missing in &found.missing {
        complain(&missing.to_string());
    }
    Ok(if unusable || !found.missing.is_empty() {
        ExitStatus::DoneWithLosses
    } else {
        ExitStatus::Done
    })
}

/// Reads texts, since only their lines tell whether they are logs.
fn read_all(texts: &[LogToRead<'_>], known: &Known, logs: &Logs) -> anyhow::Result<ReadTexts> {
    let with = ReadLogs {
        known,
        logs,
        pool: &rayon::ThreadPoolBuilder::new().build()?,
        cuts: &[],
        piece_size: PIECE,
        progress: &Progress::over(0, ProgressWhen::Never),
        stop: &AtomicBool::new(false),
    };
    read(texts, &with)
}

fn rows<'a>(
    reading: &'a Reading<'a>,
    head: Option<&Head>,
    known: &Known,
    assumed: Assumed,
) -> Told<'a> {
    let bytes = head.map_or(&[][..], |head| &head.bytes);
    let body = usize::try_from(reading.body).unwrap_or(usize::MAX);
    let body = bytes.get(body..).unwrap_or_default();
    let open = reading.open_question(&[body], known, assumed);
    // A last row without a line end is a row too, if nothing follows it.
    let at_end = head.is_some_and(|head| head.complete);
    Told::Read {
        reading,
        rows: first_rows(reading, body, at_end, known, ROWS),
        open: open.map(|why| why.to_string()),
    }
}

fn not_read<'a>(why: &'a str, head: Option<Head>, layouts: &'a Layouts) -> Told<'a> {
    let (carrier, written) =
        head.map_or_else(|| columns_written(&[]), |head| columns_written(&head.bytes));
    let nearest = layouts.nearest(carrier, &written);
    Told::NotRead {
        why,
        written,
        nearest,
    }
}
