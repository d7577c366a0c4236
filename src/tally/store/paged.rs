//! A temporary file that is written from its beginning to its end, then read anywhere.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// Bytes of a page.
const PAGE: usize = 1 << 13;
/// Pages in memory; a power of two.
const PAGES: usize = 1 << 9;
/// Bytes that are gathered before they are written.
const WRITTEN_AT_ONCE: usize = 1 << 18;

/// A file while it is written.
#[derive(Debug)]
pub(super) struct Writing {
    file: BufWriter<File>,
    len: u64,
}

impl Writing {
    /// A file without a name, gone when nobody has it open.
    pub(super) fn new() -> io::Result<Self> {
        let file = BufWriter::with_capacity(WRITTEN_AT_ONCE, tempfile::tempfile()?);
        Ok(Self { file, len: 0 })
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Bytes written so far.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn finish(self) -> io::Result<Paged> {
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        Ok(Paged {
            len: self.len,
            read: Mutex::new(Reading {
                file,
                pages: Vec::new(),
            }),
        })
    }
}

/// A file that is read by position. What was read lately stays in memory.
#[derive(Debug)]
pub(super) struct Paged {
    len: u64,
    read: Mutex<Reading>,
}

#[derive(Debug)]
struct Reading {
    file: File,
    /// Each page stands where its number says, so that a newer one takes the place of an older.
    pages: Vec<Option<(u64, Box<[u8]>)>>,
}

/// Why a temporary file is taken to be readable.
const WRITTEN: &str = "a temporary file holds what was written to it";

impl Paged {
    /// Bytes of the file.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Reads bytes that stand close to others that are asked for.
    ///
    /// # Panics
    /// The file has not so many.
    pub(super) fn read(&self, mut offset: u64, mut to: &mut [u8]) {
        assert!(offset + to.len() as u64 <= self.len, "behind the end");
        let mut reading = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        while !to.is_empty() {
            let number = offset / PAGE as u64;
            let page = reading.page(number, self.len);
            let from = &page[(offset % PAGE as u64) as usize..];
            let n = from.len().min(to.len());
            to[..n].copy_from_slice(&from[..n]);
            (to, offset) = (&mut to[n..], offset + n as u64);
        }
    }

    /// Reads many bytes at once, which aren't kept.
    pub(super) fn read_through(&self, offset: u64, to: &mut [u8]) {
        let mut reading = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        reading.fill(offset, to);
    }
}

impl Reading {
    fn fill(&mut self, offset: u64, to: &mut [u8]) {
        self.file.seek(SeekFrom::Start(offset)).expect(WRITTEN);
        self.file.read_exact(to).expect(WRITTEN);
    }

    fn page(&mut self, number: u64, len: u64) -> &[u8] {
        self.pages.resize_with(PAGES, || None);
        let at = number as usize % PAGES;
        if self.pages[at].as_ref().is_none_or(|page| page.0 != number) {
            let start = number * PAGE as u64;
            let size = (len - start).min(PAGE as u64) as usize;
            let mut bytes = match self.pages[at].take() {
                Some((_, bytes)) if bytes.len() == size => bytes,
                _ => vec![0; size].into(),
            };
            self.fill(start, &mut bytes);
            self.pages[at] = Some((number, bytes));
        }
        self.pages[at].as_ref().map_or(&[], |page| &page.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_anywhere() {
        let mut writing = Writing::new().expect("a temporary file");
        let byte = |at: usize| (at % 251) as u8;
        let all: Vec<u8> = (0..PAGE * (PAGES + 3) + 5).map(byte).collect();
        all.chunks(1_000)
            .for_each(|bytes| writing.push(bytes).expect("written"));
        let paged = writing.finish().expect("written");
        assert_eq!(paged.len(), all.len() as u64);
        // The first page is pushed out by the last ones, and comes back.
        for offset in [0, PAGE - 3, all.len() - 7, 0, PAGE * PAGES - 1] {
            let mut bytes = [0; 7];
            paged.read(offset as u64, &mut bytes);
            assert_eq!(bytes, all[offset..offset + 7]);
            paged.read_through(offset as u64, &mut bytes);
            assert_eq!(bytes, all[offset..offset + 7]);
        }
    }
}
