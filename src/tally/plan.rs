//! What each file of a run is: the plan that workers then read by.

use std::io;
use std::path::{Path, PathBuf};

use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator,
};

use super::fill::ToRead;
use crate::catalogue::Known;
use crate::ingest::{Found, Packing, Source, find, head_of, read_tail};
use crate::normalise::{Assumed, HeadersMet, Layout, Layouts, NotRead, Reading};

/// What the user said about single files.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Layouts by file.
    pub layouts: &'a [(&'a Layout, &'a Path)],
    /// Orgs by file or folder.
    pub orgs: &'a [(&'a str, &'a Path)],
}

/// A file of the run.
#[derive(Debug)]
pub struct Planned<'a> {
    pub source: &'a Source,
    /// Bytes on disk.
    pub size: u64,
    pub packing: Option<Packing>,
    /// The layout that it has or was said to have.
    pub layout: Option<&'a Layout>,
    pub org: Option<&'a str>,
    pub fate: Fate,
    /// It is no export, but perhaps a log: see [`super::logs`].
    pub may_be_log: bool,
}

/// What is to become of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is read, at this position among the files that are.
    Read(usize),
    /// It is read as a log, at this position among those that are.
    Log(usize),
    /// It should be read and can't be.
    Unusable(String),
    /// Met by walking, and no known layout.
    Ignored(String),
}

impl Fate {
    /// The same for another reason.
    pub(super) fn because(self, why: &str) -> Self {
        match self {
            Fate::Unusable(_) => Fate::Unusable(why.to_owned()),
            Fate::Ignored(_) => Fate::Ignored(why.to_owned()),
            read => read,
        }
    }
}

/// The layout of logs.
pub(super) const LOG: &str = "log";

/// What files are looked at with.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub layouts: &'a Layouts,
    pub known: &'a Known,
    pub assumed: Assumed,
    pub told: Told<'a>,
}

/// What was seen in a small file as it was found.
pub struct LookedAt<'a>(Result<Looked<'a>, Unread>);

/// Looks at every file, on the threads of the pool that this is called in. `seen` is what was
/// seen in small files as they were found. The second list is what [`super::fill()`] reads.
pub fn plan<'a>(
    (sources, seen): (&'a [Source], Vec<Option<LookedAt<'a>>>),
    look: Look<'a>,
) -> (Vec<Planned<'a>>, Vec<ToRead<'a>>) {
    let told = look.told;
    let looked: Vec<_> = sources
        .par_iter()
        .zip(seen.into_par_iter())
        .map_init(HeadersMet::default, |met, (source, seen)| match seen {
            Some(LookedAt(looked)) => looked,
            None => look.at(source, None, met),
        })
        .collect();
    let mut planned = Vec::new();
    let mut to_read = Vec::new();
    for ((input, source), looked) in (0..).zip(sources).zip(looked) {
        let forced = told.layout_of(source);
        let org = told.org_of(source);
        let mut file = Planned {
            source,
            size: 0,
            packing: None,
            layout: forced,
            org,
            fate: Fate::Read(to_read.len()),
            may_be_log: false,
        };
        match looked {
            Ok(Looked {
                size,
                packing,
                reading,
            }) => {
                file.size = size;
                file.packing = Some(packing);
                file.layout = Some(reading.layout);
                to_read.push(ToRead {
                    input,
                    file: &source.file,
                    packing,
                    size,
                    reading,
                    org,
                });
            }
            Err(unread) => {
                file.size = unread.size;
                file.may_be_log = unread.may_be_log(forced);
                // An empty query result is no fault.
                let should = source.named || forced.is_some() || unread.counts;
                let named = should && unread.why != NotRead::NoRecords;
                let why = unread.why.to_string();
                file.fate = if named {
                    Fate::Unusable(why)
                } else {
                    Fate::Ignored(why)
                };
            }
        }
        planned.push(file);
    }
    (planned, to_read)
}

/// Why a file is not read.
struct Unread {
    /// Bytes on disk.
    size: u64,
    why: NotRead,
    /// It counts even where the file was met by walking: nobody can tell what is lost.
    counts: bool,
}

impl Unread {
    /// What the operating system, or whoever unpacks, says of a source.
    fn unreadable(source: &Source, error: &io::Error) -> Self {
        Self {
            size: 0,
            why: NotRead::Unreadable(error.to_string()),
            counts: source.asked || error.raw_os_error().is_some(),
        }
    }

    fn of(size: u64, why: NotRead) -> Self {
        Self {
            size,
            why,
            counts: false,
        }
    }

    /// Whether it can still be a text with lines about logins. What a user calls another layout
    /// is not.
    fn may_be_log(&self, forced: Option<&Layout>) -> bool {
        match forced {
            Some(layout) => layout.id == LOG && self.why == NotRead::Log,
            None => matches!(
                self.why,
                NotRead::UnknownLayout { .. }
                    | NotRead::NoTable { .. }
                    | NotRead::SalesforceError { .. }
            ),
        }
    }
}

/// A file that can be read.
struct Looked<'a> {
    /// Bytes on disk.
    size: u64,
    packing: Packing,
    reading: Reading<'a>,
}

impl<'a> Look<'a> {
    /// Finds files, and looks at those that are small, on the threads of the pool that this is
    /// called in.
    pub fn for_files(&self, paths: &[PathBuf]) -> (Found, Vec<Option<LookedAt<'a>>>) {
        find(paths, HeadersMet::default, |met, source, bytes| {
            LookedAt(self.at(source, Some(bytes), met))
        })
    }

    /// What the beginning of a file shows. `bytes` are all bytes of a small one, where they are at
    /// hand; `met` are the headers that this thread has met.
    fn at(
        &self,
        source: &Source,
        bytes: Option<&[u8]>,
        met: &mut HeadersMet<'a>,
    ) -> Result<Looked<'a>, Unread> {
        let Look {
            layouts,
            known,
            assumed,
            told,
        } = *self;
        let forced = told.layout_of(source);
        let unreadable = |error: io::Error| Unread::unreadable(source, &error);
        let head = head_of(source, bytes).map_err(unreadable)?;
        if let (true, Some(damage)) = (head.bytes.is_empty(), &head.damage) {
            let why = format!("damaged: the compressed stream can't be unpacked: {damage}");
            return Err(Unread {
                counts: true,
                ..Unread::of(head.size, NotRead::Unreadable(why))
            });
        }
        if forced.is_some_and(|layout| layout.id == LOG) {
            return Err(Unread::of(head.size, NotRead::Log));
        }
        let first_line_fits = head.complete || head.bytes.contains(&b'\n');
        let mut reading = met
            .reading(&head.bytes, layouts, forced, &known.zones, assumed)
            .map_err(|why| if first_line_fits { why } else { too_long() })
            .map_err(|why| Unread::of(head.size, why))?;
        let ends_in_header =
            reading.body >= head.bytes.len() as u64 && !head.bytes.ends_with(b"\n");
        if !head.complete && ends_in_header {
            return Err(Unread::of(head.size, too_long()));
        }
        let body = usize::try_from(reading.body).unwrap_or(usize::MAX);
        let first_rows = head.bytes.get(body..).unwrap_or_default();
        let in_pieces = head.packing.is_plain() && reading.container.falls_into_pieces();
        // Where all times are UTC there is hardly a clock to be settled.
        if !reading.layout.utc {
            let last_rows = match in_pieces && !head.complete {
                true => read_tail(source, head.size).map_err(unreadable)?,
                false => Vec::new(),
            };
            reading.sample(&[first_rows, &last_rows], known, assumed);
        }
        Ok(Looked {
            size: head.size,
            packing: head.packing,
            reading,
        })
    }
}

fn too_long() -> NotRead {
    NotRead::NoTable {
        why: "its first line is longer than 256 KiB, too long for a header",
    }
}

impl<'a> Told<'a> {
    fn layout_of(self, source: &Source) -> Option<&'a Layout> {
        let said = self
            .layouts
            .iter()
            .find(|(_, path)| is_source(path, source));
        said.map(|(layout, _)| *layout)
    }

    /// The org of the file itself, else of the nearest folder above it.
    fn org_of(self, source: &Source) -> Option<&'a str> {
        if self.orgs.is_empty() {
            return None;
        }
        if let Some((org, _)) = self.orgs.iter().find(|(_, path)| is_source(path, source)) {
            return Some(org);
        }
        let file = source.file.canonicalize().ok()?;
        let of = |path: &Path| {
            let said = self
                .orgs
                .iter()
                .find(|(_, named)| named.canonicalize().is_ok_and(|named| named == path));
            said.map(|(org, _)| *org)
        };
        file.ancestors().find_map(of)
    }
}

/// Whether a path on the command line is this source, by its name or by what it leads to.
fn is_source(path: &Path, source: &Source) -> bool {
    path == Path::new(&source.path)
        || match (path.canonicalize(), source.file.canonicalize()) {
            (Ok(named), Ok(file)) => named == file,
            _ => false,
        }
}
