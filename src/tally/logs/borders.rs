//! Records that begin at the end of one file and go on at the beginning of the next.
//!
//! Parts of a rotated log are joined where names and times say so: no part is missing between the
//! two by their names, the newer one begins with lines that go on what stands before them, and the
//! last time in the older one is not after the first in the newer one. The record then has its
//! place in the older file, and the lines in the newer one are ignored there.

use std::io::{self, Read};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::chains::Chain;
use super::read::ReadLogs;
use super::{LogToRead, pieces};
use crate::ingest::text::{self, MAX_ENTRY};

/// Bytes of the end and of the beginning of a file that are looked at: two entries, whatever they
/// are.
const LOOK: usize = 2 * MAX_ENTRY;
/// Bytes of joined records in memory at most; files beyond them are read each by itself.
const JOINED: usize = 64 << 20;

/// Pairs of files that are looked at side by side.
const AT_A_TIME: usize = 16;

/// What of a file is read elsewhere, and what of another is read with it.
#[derive(Debug, Default)]
pub(super) struct Border {
    /// Bytes and lines behind the file's beginning that belong to a record of the older part.
    pub(super) passed: (u64, u64),
    /// The input that the record is in.
    pub(super) goes_on: Option<u32>,
    pub(super) joined: Option<Joined>,
}

/// The last record of a file, with what stands of it in the next.
#[derive(Debug)]
pub(super) struct Joined {
    /// Where it begins in the unpacked text.
    pub(super) at: u64,
    pub(super) text: Vec<u8>,
    /// How many of its lines stand in the older file.
    pub(super) lines: u64,
    /// The line behind it.
    pub(super) behind: Vec<u8>,
}

impl Joined {
    fn bytes(&self) -> usize {
        self.text.len() + self.behind.len()
    }
}

/// A cut in the middle of a record.
struct Cut {
    joined: Joined,
    passed: (u64, u64),
}

/// What is to be joined, for each file.
pub(super) fn borders(
    files: &[LogToRead<'_>],
    chains: &[Chain],
    with: &ReadLogs<'_>,
) -> Vec<Border> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (older, newer) in chains.iter().flat_map(|chain| chain.neighbours(files)) {
        // A part that is there twice is joined twice, so that both stay the same.
        pairs.extend(older.iter().map(|&older| (older, newer[0])));
        pairs.extend(newer[1..].iter().map(|&newer| (older[0], newer)));
    }
    let mut borders: Vec<Border> = files.iter().map(|_| Border::default()).collect();
    let mut room = JOINED;
    for some in pairs.chunks(AT_A_TIME) {
        let cuts: Vec<Option<Cut>> = some
            .into_par_iter()
            // What can't be read is told when the file is.
            .map(|&(older, newer)| cut(&files[older], &files[newer], with).ok().flatten())
            .collect();
        for (&(older, newer), cut) in some.iter().zip(cuts) {
            let Some(cut) = cut.filter(|cut| cut.joined.bytes() <= room) else {
                continue;
            };
            borders[newer].passed = cut.passed;
            borders[newer].goes_on.get_or_insert(files[older].input);
            if borders[older].joined.is_none() {
                room -= cut.joined.bytes();
                borders[older].joined = Some(cut.joined);
            }
        }
    }
    borders
}

/// How the end of one file and the beginning of the next are one record, if they are.
fn cut(
    older: &LogToRead<'_>,
    newer: &LogToRead<'_>,
    with: &ReadLogs<'_>,
) -> io::Result<Option<Cut>> {
    let begins = |text: &[u8]| older.entries.begins(pieces::first_line(text));
    // In nearly all files what the plan has seen tells that nothing goes on there.
    if newer.beginning.is_empty() || begins(&newer.beginning) {
        return Ok(None);
    }
    let (begins, all) = beginning(newer)?;
    let (logs, zones) = (with.logs, &with.known.zones);
    let first = |lines: &[u8]| newer.about.first_time(lines, logs, zones);
    if first(&begins).is_none() {
        return Ok(None);
    }
    let (from, end) = ending(older)?;
    let Some(at) = text::open_entry(&end, from == older.body, &older.entries) else {
        return Ok(None);
    };
    let Some(passed) = text::goes_on(&end, &begins, all, &older.entries) else {
        return Ok(None);
    };
    let times = (
        older.about.last_time(&end, logs, zones),
        first(&begins[passed..]),
    );
    let agree = matches!(times, (Some(last), Some(first)) if last <= first);
    let (open, rest) = (&end[at..], &begins[..passed]);
    if !agree || open.len() + rest.len() > MAX_ENTRY {
        return Ok(None);
    }
    let lines = |bytes: &[u8]| bytes.split_inclusive(|&byte| byte == b'\n').count() as u64;
    Ok(Some(Cut {
        joined: Joined {
            at: from + at as u64,
            text: [open, rest].concat(),
            lines: lines(open),
            behind: pieces::first_line(&begins[passed..]).to_owned(),
        },
        passed: (passed as u64, lines(rest)),
    }))
}

/// The first bytes of a file's text, and whether they are all.
fn beginning(file: &LogToRead<'_>) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    text_of(file)?.take(LOOK as u64).read_to_end(&mut bytes)?;
    let all = bytes.len() < LOOK;
    Ok((bytes, all))
}

/// The last whole lines of a file's text, and where they begin in it.
fn ending(file: &LogToRead<'_>) -> io::Result<(u64, Vec<u8>)> {
    let (mut from, mut bytes) = if file.packing.is_plain() {
        let from = file.size.saturating_sub(LOOK as u64).max(file.body);
        (from, pieces::span(file.file, from, file.size)?)
    } else {
        // Only where a record may be cut, so hardly any packed file is unpacked twice.
        let mut stream = text_of(file)?;
        let (mut from, mut bytes) = (file.body, Vec::new());
        while stream.by_ref().take(LOOK as u64).read_to_end(&mut bytes)? > 0 {
            let old = bytes.len().saturating_sub(LOOK);
            bytes.drain(..old);
            from += old as u64;
        }
        (from, bytes)
    };
    if from > file.body {
        let line = memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |at| at + 1);
        bytes.drain(..line);
        from += line as u64;
    }
    Ok((from, bytes))
}

/// The text of a file behind its mark, up to where it ended when it was planned.
fn text_of(file: &LogToRead<'_>) -> io::Result<Box<dyn Read + Send>> {
    let mut stream = file.packing.open(file.file)?;
    io::copy(&mut stream.by_ref().take(file.body), &mut io::sink())?;
    Ok(match file.packing.is_plain() {
        true => Box::new(stream.take(file.size.saturating_sub(file.body))),
        false => stream,
    })
}
