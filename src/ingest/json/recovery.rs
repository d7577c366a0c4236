//! Finding the next record behind something broken.

use memchr::{memchr, memchr2};

use super::{Frame, Json, Lost, passed_over};
use crate::ingest::record::Step;

/// Blanks that are looked over for what stands behind them.
const BLANKS: usize = 4096;

/// What follows a place.
enum Ahead {
    /// Another object, so many bytes on.
    Object(usize),
    Other,
    /// The block ends before it can be told.
    Unknown,
}

impl Json<'_> {
    /// Passes over what can't be read up to where a record may begin again; `None` there.
    pub(super) fn find_again(&mut self, block: &[u8], at_end: bool) -> Option<Step> {
        if self.lost == Some(Lost::Line) {
            let Some(line) = memchr(b'\n', block) else {
                return Some(passed_over(block));
            };
            self.lost = None;
            return Some(passed_over(&block[..=line]));
        }
        if self.lost == Some(Lost::UpToObject { line_begins: true }) {
            match line_begins(block, at_end) {
                Ahead::Object(blanks) => {
                    self.lost = None;
                    return (blanks > 0).then(|| passed_over(&block[..blanks]));
                }
                Ahead::Unknown => return Some(Step::Incomplete),
                Ahead::Other => self.lost = Some(Lost::UpToObject { line_begins: false }),
            }
        }
        let in_list = self.frames.last() == Some(&Frame::Array);
        let mut from = 0;
        loop {
            let rest = &block[from..];
            let found = if in_list {
                memchr2(b'}', b'\n', rest)
            } else {
                memchr(b'\n', rest)
            };
            let Some(at) = found.map(|at| from + at) else {
                return Some(passed_over(block));
            };
            if block[at] == b'\n' {
                self.lost = Some(Lost::UpToObject { line_begins: true });
                return Some(passed_over(&block[..=at]));
            }
            match next_in_list(&block[at + 1..], at_end) {
                Ahead::Object(further) => {
                    self.lost = None;
                    return Some(passed_over(&block[..at + 1 + further]));
                }
                Ahead::Other => from = at + 1,
                Ahead::Unknown if at == 0 => return Some(Step::Incomplete),
                Ahead::Unknown => return Some(passed_over(&block[..at])),
            }
        }
    }
}

fn blanks(block: &[u8]) -> usize {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    block.iter().take(BLANKS).take_while(is_blank).count()
}

/// Whether the line that begins here begins with an object.
fn line_begins(block: &[u8], at_end: bool) -> Ahead {
    let blanks = blanks(block);
    match block.get(blanks) {
        Some(b'{') => Ahead::Object(blanks),
        None if blanks < BLANKS && !at_end => Ahead::Unknown,
        _ => Ahead::Other,
    }
}

/// Whether a comma and another object follow on the line.
fn next_in_list(block: &[u8], at_end: bool) -> Ahead {
    let before = blanks(block);
    match block.get(before) {
        Some(b',') => {}
        None if before < BLANKS && !at_end => return Ahead::Unknown,
        _ => return Ahead::Other,
    }
    match line_begins(&block[before + 1..], at_end) {
        Ahead::Object(after) => Ahead::Object(before + 1 + after),
        other => other,
    }
}

/// Whether some line behind the first begins with an object.
pub(super) fn begins_on_a_later_line(block: &[u8]) -> bool {
    let mut from = 0;
    while let Some(line) = memchr(b'\n', &block[from..]) {
        from += line + 1;
        if matches!(line_begins(&block[from..], true), Ahead::Object(_)) {
            return true;
        }
    }
    false
}
