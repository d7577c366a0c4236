//! The look at a file that tells what it is, and how it is read.

use std::io;

use super::at_once::{AtOnce, Mark};
use super::plan::Told;
use crate::catalogue::Known;
use crate::ingest::{Packing, Source, head_of, read_tail};
use crate::normalise::{Assumed, HeadersMet, Layout, Layouts, NotRead, Reading};

/// The layout of logs.
pub(super) const LOG: &str = "log";

/// What files are looked at with.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub layouts: &'a Layouts,
    pub known: &'a Known,
    pub assumed: Assumed,
    pub told: Told<'a>,
    /// How small files are counted as they are found; `None` where nothing is counted.
    pub at_once: Option<AtOnce<'a>>,
}

/// What was seen in a file.
pub(super) struct LookedAt<'a> {
    pub(super) looked: Result<Readable<'a>, Unread>,
    /// The org that the user named for it.
    pub(super) org: Option<&'a str>,
    /// Where it is counted, if it is already.
    pub(super) session: Option<Mark>,
}

/// Why a file is not read.
pub(super) struct Unread {
    /// Bytes on disk.
    pub(super) size: u64,
    pub(super) why: NotRead,
    /// It counts even where the file was met by walking: nobody can tell what is lost.
    pub(super) counts: bool,
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
    pub(super) fn may_be_log(&self, forced: Option<&Layout>) -> bool {
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
pub(super) struct Readable<'a> {
    /// Bytes on disk.
    pub(super) size: u64,
    pub(super) packing: Packing,
    pub(super) reading: Reading<'a>,
}

impl<'a> Look<'a> {
    /// What the beginning of a file shows. `bytes` are all bytes of a small one, where they are at
    /// hand; `met` are the headers that this thread has met.
    pub(super) fn at(
        &self,
        source: &Source,
        bytes: Option<&[u8]>,
        met: &mut HeadersMet<'a>,
    ) -> LookedAt<'a> {
        LookedAt {
            looked: self.inside(source, bytes, met),
            org: self.told.org_of(source),
            session: None,
        }
    }

    fn inside(
        &self,
        source: &Source,
        bytes: Option<&[u8]>,
        met: &mut HeadersMet<'a>,
    ) -> Result<Readable<'a>, Unread> {
        let Look {
            layouts,
            known,
            assumed,
            told,
            ..
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
        Ok(Readable {
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
