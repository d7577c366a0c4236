//! Where a log may be cut so that its pieces are read by themselves: at the heads of entries.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::ingest::text::{self, Entries, MAX_ENTRY};

/// Bytes that are looked at first behind a place where a cut is wanted.
const LOOK: usize = 8 * 1024;
/// Bytes that are looked at most: two entries, whatever they are, end in them. Where no head
/// stands in them either, there is no cut.
const MOST: usize = 4 * MAX_ENTRY;

/// The first head behind an offset, if one is near.
fn head_behind(file: &mut File, offset: u64, entries: &Entries) -> io::Result<Option<u64>> {
    let mut size = LOOK;
    let mut block = Vec::new();
    loop {
        file.seek(SeekFrom::Start(offset))?;
        block.clear();
        file.take(size as u64).read_to_end(&mut block)?;
        let at_end = block.len() < size;
        if let Some(at) = text::find_head(&block, at_end, entries) {
            return Ok(Some(offset + at as u64));
        }
        if at_end || size >= MOST {
            return Ok(None);
        }
        size *= 8;
    }
}

/// The places where a file of `size` bytes is cut: its first line, heads near each multiple of
/// `piece`, and its end.
pub(super) fn cuts(
    path: &Path,
    (body, size): (u64, u64),
    piece: u64,
    entries: &Entries,
) -> io::Result<Vec<u64>> {
    let mut file = File::open(path)?;
    let mut cuts = vec![body];
    let mut wanted = body.saturating_add(piece.max(1));
    while wanted < size {
        let last = cuts.last().copied().unwrap_or(body);
        if wanted > last
            && let Some(head) = head_behind(&mut file, wanted, entries)?
            && head > last
            && head < size
        {
            cuts.push(head);
        }
        wanted = wanted.saturating_add(piece.max(1));
    }
    cuts.push(size);
    Ok(cuts)
}

/// What stands between two offsets.
pub(super) fn span(path: &Path, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(end.saturating_sub(start))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The line that a text begins with.
pub(super) fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    &text[..end]
}

/// The line that begins at an offset, or as much of it as an entry may have.
pub(super) fn line_at(path: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut line = Vec::new();
    let mut reader = io::BufReader::new(file.take(MAX_ENTRY as u64));
    io::BufRead::read_until(&mut reader, b'\n', &mut line)?;
    Ok(line)
}
