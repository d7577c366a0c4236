//! What each file of a run is: the plan that workers then read by.

use std::path::Path;

use super::fill::ToRead;
use crate::catalogue::Known;
use crate::ingest::{Compression, Head, Source, read_head, read_tail};
use crate::normalise::{Assumed, Layout, Layouts, NotRead, Reading};

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
    pub compression: Option<Compression>,
    /// The layout that it has or was said to have.
    pub layout: Option<&'a Layout>,
    pub org: Option<&'a str>,
    pub fate: Fate,
}

/// What is to become of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is read, at this position among the files that are.
    Read(usize),
    /// It should be read and can't be.
    Unusable(String),
    /// Met by walking, and no known layout.
    Ignored(String),
}

/// Looks at every file. The second list is what [`super::fill()`] reads.
pub fn plan<'a>(
    sources: &'a [Source],
    layouts: &'a Layouts,
    known: &Known,
    assumed: Assumed,
    told: Told<'a>,
) -> (Vec<Planned<'a>>, Vec<ToRead<'a>>) {
    let mut planned = Vec::new();
    let mut to_read = Vec::new();
    for (input, source) in (0..).zip(sources) {
        let forced = told.layout_of(source);
        let org = told.org_of(source);
        let mut file = Planned {
            source,
            size: 0,
            compression: None,
            layout: forced,
            org,
            fate: Fate::Read(to_read.len()),
        };
        match look(source, layouts, forced, known, assumed) {
            Ok((head, reading)) => {
                file.size = head.size;
                file.compression = Some(head.compression);
                file.layout = Some(reading.layout);
                to_read.push(ToRead {
                    input,
                    file: &source.file,
                    compression: head.compression,
                    size: head.size,
                    reading,
                    org,
                });
            }
            Err((size, why)) => {
                file.size = size;
                // An empty query result is no fault.
                let named = (source.named || forced.is_some()) && why != NotRead::NoRecords;
                let why = why.to_string();
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

/// The beginning of a file and what it shows; or its size and why it can't be read.
fn look<'a>(
    source: &Source,
    layouts: &'a Layouts,
    forced: Option<&'a Layout>,
    known: &Known,
    assumed: Assumed,
) -> Result<(Head, Reading<'a>), (u64, NotRead)> {
    let unreadable = |error: std::io::Error| (0, NotRead::Unreadable(error.to_string()));
    let head = read_head(source).map_err(unreadable)?;
    if let (true, Some(damage)) = (head.bytes.is_empty(), &head.damage) {
        let why = format!("damaged: the compressed stream can't be unpacked: {damage}");
        return Err((head.size, NotRead::Unreadable(why)));
    }
    let mut reading = Reading::of(&head.bytes, layouts, forced, &known.zones, assumed)
        .map_err(|why| (head.size, why))?;
    let body = usize::try_from(reading.body).unwrap_or(usize::MAX);
    let first_rows = head.bytes.get(body..).unwrap_or_default();
    let last_rows = match head.compression {
        Compression::Plain if !head.complete && reading.container.falls_into_pieces() => {
            read_tail(source, head.size).map_err(unreadable)?
        }
        _ => Vec::new(),
    };
    reading.sample(&[first_rows, &last_rows], known, assumed);
    Ok((head, reading))
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
        if self.orgs.is_empty() {
            None
        } else {
            file.ancestors().find_map(of)
        }
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
