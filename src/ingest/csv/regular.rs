//! Rows without anything odd, split by looking at 64 bytes at a time.
//!
//! Of 64 bytes it is asked at once which are quotes, delimiters and line ends; which of them stand
//! inside quotes follows from the number of quotes before. Source: G. Langdale and D. Lemire,
//! Parsing Gigabytes of JSON per Second, 2019, section 3.1. Whatever is not plainly regular is
//! left to the parser that knows all odds.

use wide::u8x16;

use super::super::record::{Escape, Field, Record};

/// Bytes that are looked at together.
const CHUNK: usize = 64;
/// A longer row is no regular one.
const LONGEST: usize = 1 << 16;

/// Reads the record at the start of `block`, which is no blank line, into `record` and returns its
/// bytes, its line end among them, which is its only one. `None` says nothing: the row may be odd,
/// or the block ends too soon.
#[inline]
pub(super) fn split(block: &[u8], delimiter: u8, record: &mut Record) -> Option<usize> {
    record.clear();
    if delimiter == b'"' {
        return None;
    }
    // Of the bytes before the chunk: whether they end inside quotes (then all bits are set),
    // behind the end of a field, and behind a closing quote.
    let (mut inside, mut ended, mut closed) = (0_u64, 1_u64, 0_u64);
    let mut start = 0;
    for (at, chunk) in (0..LONGEST)
        .step_by(CHUNK)
        .zip(block.as_chunks::<CHUNK>().0)
    {
        let quotes = which(chunk, b'"');
        let lines = which(chunk, b'\n');
        // Set from each opening quote up to its closing one, that one excluded.
        let quoted = parity(quotes) ^ inside;
        let mut ends = (which(chunk, delimiter) | lines) & !quoted;
        let line = ends & lines;
        // The bytes up to the end of the row.
        let own = line ^ line.wrapping_sub(1);
        let opening = quotes & quoted & own;
        let closing = quotes & !quoted & own;
        let after_end = ends << 1 | ended;
        let after_close = closing << 1 | closed;
        let behind = after_close & !ends & own;
        let is_odd = opening & !after_end != 0 || lines & quoted & own != 0;
        if is_odd || (behind != 0 && !is_return(chunk, behind, line)) {
            return None;
        }
        // All but the end of the row.
        ends &= own & !line;
        while ends != 0 {
            let end = at + ends.trailing_zeros() as usize;
            ends &= ends - 1;
            push(block, start, end, record);
            start = end + 1;
        }
        if line != 0 {
            let end = at + line.trailing_zeros() as usize;
            let has_return = end > start && block[end - 1] == b'\r';
            push(block, start, end - usize::from(has_return), record);
            return Some(end + 1);
        }
        inside = 0_u64.wrapping_sub(quoted >> (CHUNK - 1));
        (ended, closed) = (u64::from(start == at + CHUNK), closing >> (CHUNK - 1));
    }
    None
}

/// Whether what stands behind a closing quote without ending its field is the `\r` of the row's
/// line end. Where the two lie in different chunks, nothing is said.
#[inline]
fn is_return(chunk: &[u8; CHUNK], behind: u64, lines: u64) -> bool {
    let line = lines & lines.wrapping_neg();
    behind == line >> 1 && behind & which(chunk, b'\r') != 0
}

/// Adds the field between two offsets.
#[inline]
fn push(block: &[u8], start: usize, end: usize, record: &mut Record) {
    let quote = usize::from(block[start] == b'"');
    record.push(Field::new(start + quote, end - quote, Escape::None));
}

/// A bit for each byte of a chunk that is `byte`.
#[inline]
fn which(chunk: &[u8; CHUNK], byte: u8) -> u64 {
    let wanted = u8x16::splat(byte);
    let mut bits = 0;
    for (at, part) in (0..).zip(chunk.as_chunks::<16>().0) {
        let found = u8x16::new(*part).simd_eq(wanted).to_bitmask();
        bits |= u64::from(found) << (at * 16);
    }
    bits
}

/// Each bit says whether an odd number of bits is set up to and with it.
#[inline]
const fn parity(bits: u64) -> u64 {
    let bits = bits ^ (bits << 1);
    let bits = bits ^ (bits << 2);
    let bits = bits ^ (bits << 4);
    let bits = bits ^ (bits << 8);
    let bits = bits ^ (bits << 16);
    bits ^ (bits << 32)
}
