//! What each file of a run is: the plan that workers then read by.

use std::path::Path;

use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator,
};

use super::at_once::{Counted, FirstLook};
use super::fill::ToRead;
use super::look::{Look, LookedAt, Readable};
use crate::ingest::{Packing, Source};
use crate::normalise::{HeadersMet, Layout, NotRead};

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

/// What is to become of the files of a run.
#[derive(Debug)]
pub struct Plan<'a> {
    /// All of them, in order.
    pub files: Vec<Planned<'a>>,
    /// Those that [`super::fill()`] reads.
    pub to_read: Vec<ToRead<'a>>,
    /// What of these is counted already.
    pub counted: Counted,
}

/// Looks at every file, on the threads of the pool that this is called in. `seen` is what was
/// seen in small files as they were found.
pub fn plan<'a>(sources: &'a [Source], seen: FirstLook<'a>, look: Look<'a>) -> Plan<'a> {
    let told = look.told;
    let FirstLook {
        looked,
        mut counted,
    } = seen;
    let looked: Vec<_> = sources
        .par_iter()
        .zip(looked.into_par_iter())
        .map_init(HeadersMet::default, |met, (source, looked)| {
            looked.unwrap_or_else(|| Box::new(look.at(source, None, met)))
        })
        .collect();
    let mut planned = Vec::with_capacity(sources.len());
    let mut to_read = Vec::with_capacity(sources.len());
    for ((input, source), looked) in (0..).zip(sources).zip(looked) {
        let LookedAt {
            looked,
            org,
            session,
        } = *looked;
        let forced = told.layout_of(source);
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
            Ok(Readable {
                size,
                packing,
                reading,
            }) => {
                file.size = size;
                file.packing = Some(packing);
                file.layout = Some(reading.layout);
                if let Some(session) = session {
                    counted.is_of(session, (to_read.len(), size));
                }
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
    Plan {
        files: planned,
        to_read,
        counted,
    }
}

impl<'a> Told<'a> {
    pub(super) fn layout_of(self, source: &Source) -> Option<&'a Layout> {
        let said = self
            .layouts
            .iter()
            .find(|(_, path)| is_source(path, source));
        said.map(|(layout, _)| *layout)
    }

    /// The org of the file itself, else of the nearest folder above it.
    pub(super) fn org_of(self, source: &Source) -> Option<&'a str> {
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
