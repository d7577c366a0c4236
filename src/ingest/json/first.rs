//! The first records of a piece, and of a stream.

use memchr::memchr;

use super::Json;
use super::cursor::Cursor;
use super::scan::object;
use super::shape::Shape;
use crate::ingest::keys::{Keys, Names};
use crate::ingest::record::{Record, Step};

/// Objects that must follow each other where a piece is taken to begin.
const AGREEING: usize = 3;

/// Where the first record begins that starts on a line of its own in a piece; see
/// [`crate::ingest::Container::find_first`].
pub(in crate::ingest) fn find_first(
    block: &[u8],
    at_end: bool,
    span: u64,
    tries: usize,
) -> Option<u64> {
    let mut first = None;
    let mut from = 0;
    for _ in 0..tries {
        let Some(line) = block.get(from..).and_then(|rest| memchr(b'\n', rest)) else {
            break;
        };
        let blanks = block[from + line + 1..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let start = from + line + 1 + blanks;
        // One less, for the byte before the piece.
        let at = start as u64 - 1;
        if at >= span {
            break;
        }
        if block.get(start) == Some(&b'{') {
            first.get_or_insert(at);
            if agrees(&block[start..], at_end) {
                return Some(at);
            }
        }
        from += line + 1;
    }
    first
}

fn agrees(block: &[u8], at_end: bool) -> bool {
    let keys = Keys::default();
    let mut json = Json::new(&keys);
    let mut record = Record::default();
    let mut rest = block;
    let mut records = 0;
    while records < AGREEING {
        match json.next(rest, at_end, &mut record) {
            Step::Record { bytes, .. } => {
                records += 1;
                rest = &rest[bytes..];
            }
            Step::Between { bytes, .. } => rest = &rest[bytes..],
            Step::End | Step::Incomplete => return true,
            _ => return false,
        }
    }
    true
}

/// The keys of the first records of a stream, as they are written, and whether it begins with a
/// record that stands in nothing.
pub fn first_keys(head: &[u8], at_end: bool, most: usize) -> (Vec<Vec<String>>, bool) {
    let keys = Keys::default();
    let mut json = Json::new(&keys);
    let mut record = Record::default();
    let mut rest = head;
    let mut all = Vec::new();
    let mut bare = false;
    while all.len() < most {
        match json.next(rest, at_end, &mut record) {
            Step::Record { bytes, .. } => {
                bare |= all.is_empty() && !json.is_open();
                let mut names = Names::default();
                // It has just been read, so it can be read again.
                let _ = object(&mut Cursor::at(rest, 0), &mut Shape::default(), &mut names);
                all.push(names.0);
                rest = &rest[bytes..];
            }
            Step::Between { bytes, .. } | Step::Broken { bytes, .. } => rest = &rest[bytes..],
            _ => break,
        }
    }
    (all, bare)
}
