//! Values that stand for themselves: `null`, and texts without escapes.

use memchr::memchr2;

use crate::ingest::near;

/// Bytes that are searched at once for what a text can't hold as it is.
const CLEAR: usize = 512;

/// How far a text is known to go on without a backslash and without a line end.
#[derive(Clone, Copy)]
pub(super) struct Clear {
    to: usize,
    /// Whether one of them stands there.
    ends: bool,
}

impl Clear {
    pub(super) fn at(pos: usize) -> Self {
        Self {
            to: pos,
            ends: false,
        }
    }

    /// Where the value ends that begins at a place, if it is `null` or a text that stands for
    /// itself.
    // Its parts come and go in registers where it is called.
    #[inline(always)]
    pub(super) fn plain(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        if bytes.get(at) != Some(&b'"') {
            let word: &[u8; 5] = bytes.get(at..)?.first_chunk()?;
            return matches!(word, b"null," | b"null}").then_some(at + 4);
        }
        let start = at + 1;
        let end = start + near::one(b'"', &bytes[start..])?;
        if self.to < start {
            *self = Self::at(start);
        }
        while end >= self.to {
            if self.ends {
                return None;
            }
            self.look_on(bytes);
        }
        Some(end + 1)
    }

    #[inline(never)]
    fn look_on(&mut self, bytes: &[u8]) {
        let to = (self.to + CLEAR).min(bytes.len());
        let found = memchr2(b'\\', b'\n', &bytes[self.to..to]);
        self.to = found.map_or(to, |at| self.to + at);
        self.ends = found.is_some();
    }
}
