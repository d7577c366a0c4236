//! The tokens of JSON: strings, words, keys, and values that are passed over.
//!
//! Strings are passed over with SIMD, nested values by counting brackets: nothing here recurses, so
//! no depth of nesting can exhaust the stack.

use memchr::memchr_iter;

use crate::ingest::near;

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end before the value does.
    More,
    /// It is no JSON, for this reason.
    Broken(&'static str),
}

pub(super) type Scan<T> = Result<T, Stop>;

/// Keys whose array holds the records.
const LISTS: [&[u8]; 6] = [
    b"records", b"results", b"result", b"hits", b"value", b"events",
];

/// Where something stands in a block.
pub(super) type Span = (usize, usize);

/// A position in a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) pos: usize,
    /// Whether it may have passed over line ends.
    pub(super) over_lines: bool,
}

/// A string between its quotes, and whether it holds backslashes.
#[derive(Clone, Copy)]
pub(super) struct Text {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) escaped: bool,
}

impl<'b> Cursor<'b> {
    pub(super) fn at(bytes: &'b [u8], pos: usize) -> Self {
        Self {
            bytes,
            pos,
            over_lines: false,
        }
    }

    /// How many lines end in a record that it has just passed over, with its own line end.
    pub(super) fn lines(&self, record: &[u8]) -> usize {
        if self.over_lines {
            line_ends(record)
        } else {
            usize::from(record.ends_with(b"\n"))
        }
    }

    /// The byte behind blanks and line ends.
    #[inline]
    pub(super) fn peek(&mut self) -> Scan<u8> {
        while let Some(&byte) = self.bytes.get(self.pos) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Ok(byte);
            }
            self.over_lines |= byte == b'\n';
            self.pos += 1;
        }
        Err(Stop::More)
    }

    /// The string whose opening quote stands here.
    #[inline]
    pub(super) fn string(&mut self) -> Scan<Text> {
        let start = self.pos + 1;
        let at = self.closing(start)?;
        if self.bytes[at] != b'"' {
            return self.odd_string(start, at);
        }
        self.pos = at + 1;
        Ok(Text {
            start,
            end: at,
            escaped: false,
        })
    }

    /// The next byte that may end a string.
    #[inline]
    fn closing(&self, from: usize) -> Scan<usize> {
        let rest = self.bytes.get(from..).unwrap_or_default();
        near::three(b'"', b'\\', b'\n', rest)
            .map(|at| from + at)
            .ok_or(Stop::More)
    }

    /// The string that begins at `start` and has a backslash or a line end at `at`.
    #[cold]
    fn odd_string(&mut self, start: usize, mut at: usize) -> Scan<Text> {
        let mut escaped = false;
        loop {
            let from = match self.bytes[at] {
                b'"' => {
                    self.pos = at + 1;
                    let end = at;
                    return Ok(Text {
                        start,
                        end,
                        escaped,
                    });
                }
                b'\n' => return Err(Stop::Broken("a text lost its closing quote")),
                _ => {
                    escaped = true;
                    match self.bytes.get(at + 1) {
                        None => return Err(Stop::More),
                        // The line ends here, whatever stands before.
                        Some(b'\n') => at + 1,
                        Some(_) => at + 2,
                    }
                }
            };
            at = self.closing(from)?;
        }
    }

    /// A number or a word, and where it begins.
    #[inline]
    pub(super) fn word(&mut self) -> Scan<&'b [u8]> {
        let rest = &self.bytes[self.pos..];
        let length = rest.iter().take_while(|byte| is_of_a_word(**byte)).count();
        if length == rest.len() {
            return Err(Stop::More);
        }
        self.pos += length;
        Ok(&rest[..length])
    }

    /// Passes over the commonest of words, if it stands here and surely ends.
    #[inline]
    pub(super) fn null(&mut self) -> bool {
        let found = match self.bytes.get(self.pos..self.pos + 5) {
            Some(word) => word.starts_with(b"null") && matches!(word[4], b',' | b'}'),
            None => false,
        };
        self.pos += 4 * usize::from(found);
        found
    }

    /// Passes over the object or array that begins here.
    pub(super) fn pass(&mut self) -> Scan<()> {
        self.over_lines = true;
        let mut depth = 0_usize;
        let mut from = self.pos;
        loop {
            let rest = self.bytes.get(from..).unwrap_or_default();
            let found = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'));
            let at = from + found.ok_or(Stop::More)?;
            self.pos = at;
            match self.bytes[at] {
                b'"' => {
                    self.string()?;
                    from = self.pos;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                _ => depth -= 1,
            }
            from = at + 1;
            if depth == 0 {
                self.pos = from;
                return Ok(());
            }
        }
    }

    /// Passes over any value; `Some` tells one that is `true` or `false`.
    pub(super) fn value(&mut self) -> Scan<Option<bool>> {
        match self.peek()? {
            b'"' => self.string().map(|_| None),
            b'{' | b'[' => self.pass().map(|()| None),
            _ => match self.word()? {
                b"true" => Ok(Some(true)),
                b"false" => Ok(Some(false)),
                word if is_scalar(word) => Ok(None),
                _ => Err(Stop::Broken("something that is no value")),
            },
        }
    }

    /// The key that begins here, up to its value.
    pub(super) fn key(&mut self) -> Scan<Span> {
        let key = self.string()?;
        if self.peek()? != b':' {
            return Err(Stop::Broken("no colon behind a key"));
        }
        self.pos += 1;
        self.peek()?;
        Ok((key.start, key.end))
    }

    /// Whether the array that begins here is a list of records under this key.
    pub(super) fn is_list(&self, key: &[u8]) -> Scan<bool> {
        if !LISTS.contains(&key) {
            return Ok(false);
        }
        let mut inside = Cursor::at(self.bytes, self.pos + 1);
        Ok(match inside.peek()? {
            b'{' => true,
            b']' => key == b"records",
            _ => false,
        })
    }
}

/// Whether a word is a value: a number, or one of the words that are. NaN and its kin are written
/// by programs that know no null.
pub(super) fn is_scalar(word: &[u8]) -> bool {
    match word {
        [] => false,
        b"null" | b"true" | b"false" => true,
        _ if is_nothing(word) => true,
        [first, ..] => {
            (first.is_ascii_digit() || *first == b'-')
                && word
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte))
        }
    }
}

/// Whether a word stands for no value.
pub(super) fn is_nothing(word: &[u8]) -> bool {
    matches!(
        word,
        b"null" | b"NaN" | b"nan" | b"Infinity" | b"-Infinity" | b"None" | b"undefined"
    )
}

/// Whether a byte belongs to a number or a word.
#[inline]
pub(super) const fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// How many lines end in these bytes.
pub(super) fn line_ends(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
}
