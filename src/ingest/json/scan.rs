//! Finding the values of one JSON object without building them.
//!
//! Strings are passed over by words and with SIMD, nested values by counting brackets: nothing here recurses,
//! so no depth of nesting can exhaust the stack.

use memchr::memchr_iter;

use crate::ingest::keys::Sink;
use crate::ingest::near;
use crate::ingest::record::{Escape, Field};

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end before the value does.
    More,
    /// It is no JSON, for this reason.
    Broken(&'static str),
}

type Scan<T> = Result<T, Stop>;

/// What an object turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// A record.
    Record,
    /// An envelope: in the innermost of so many open objects an array of records begins.
    Envelope { open: usize },
}

/// Keys whose object is the record, or leads to it: change events and streaming (`data`,
/// `payload`), search jobs and the Salesforce CLI (`result`), search engines (`_source`, `hits`),
/// replication (`record`), event
/// collectors (`event`).
const WRAPPERS: [&[u8]; 7] = [
    b"data", b"payload", b"result", b"_source", b"hits", b"record", b"event",
];
/// Keys whose array holds the records.
const LISTS: [&[u8]; 6] = [
    b"records", b"results", b"result", b"hits", b"value", b"events",
];
/// Keys of an object that tells the type of a value by its key, as Avro does in JSON.
const TYPES: [&[u8]; 6] = [b"string", b"long", b"int", b"double", b"float", b"boolean"];
/// Objects within each other that are looked into.
const LEVELS: usize = 6;

/// An object that is being read.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// The key of an object whose values are the record's, flattened; `None` for the record
    /// itself and what wraps it.
    parent: Option<Span>,
}

/// Where something stands in a block.
type Span = (usize, usize);

/// A position in a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) pos: usize,
}

/// A string between its quotes, and whether it holds backslashes.
#[derive(Clone, Copy)]
struct Text {
    start: usize,
    end: usize,
    escaped: bool,
}

impl<'b> Cursor<'b> {
    pub(super) fn at(bytes: &'b [u8], pos: usize) -> Self {
        Self { bytes, pos }
    }

    /// The byte behind blanks and line ends.
    #[inline]
    pub(super) fn peek(&mut self) -> Scan<u8> {
        while let Some(&byte) = self.bytes.get(self.pos) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Ok(byte);
            }
            self.pos += 1;
        }
        Err(Stop::More)
    }

    /// The string whose opening quote stands here.
    #[inline]
    fn string(&mut self) -> Scan<Text> {
        let start = self.pos + 1;
        let mut from = start;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(from..).unwrap_or_default();
            let at = from + near::three(b'"', b'\\', b'\n', rest).ok_or(Stop::More)?;
            match self.bytes[at] {
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
                        Some(b'\n') => from = at + 1,
                        Some(_) => from = at + 2,
                    }
                }
            }
        }
    }

    /// A number or a word, and where it begins.
    #[inline]
    fn word(&mut self) -> Scan<&'b [u8]> {
        let rest = &self.bytes[self.pos..];
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest.iter().take_while(|byte| part(byte)).count();
        if length == rest.len() {
            return Err(Stop::More);
        }
        self.pos += length;
        Ok(&rest[..length])
    }

    /// Passes over the object or array that begins here.
    fn pass(&mut self) -> Scan<()> {
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
fn is_scalar(word: &[u8]) -> bool {
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
fn is_nothing(word: &[u8]) -> bool {
    matches!(
        word,
        b"null" | b"NaN" | b"nan" | b"Infinity" | b"-Infinity" | b"None" | b"undefined"
    )
}

/// What `done` says in an object, if it stands there.
pub(super) type Done = Option<bool>;

/// Reads the object whose brace stands at the cursor: its values go to `sink`. Afterwards the
/// cursor stands behind it, or in an envelope behind the bracket of its list of records.
pub(super) fn object<S: Sink>(cursor: &mut Cursor<'_>, sink: &mut S) -> Scan<(Object, Done)> {
    let mut levels = [Level::default(); LEVELS];
    let mut open = 1;
    let mut done = None;
    cursor.pos += 1;
    loop {
        match cursor.peek()? {
            b'}' => {
                cursor.pos += 1;
                open -= 1;
                if open == 0 {
                    return Ok((Object::Record, done));
                }
            }
            b'"' => {
                let level = levels[open - 1];
                if let Some(inner) = value(cursor, level, open, &mut done, sink)? {
                    match inner {
                        Inner::List => return Ok((Object::Envelope { open }, done)),
                        Inner::Object(level) => {
                            cursor.pos += 1;
                            levels[open] = level;
                            open += 1;
                            continue;
                        }
                    }
                }
            }
            _ => return Err(Stop::Broken("no key where one has to stand")),
        }
        // Behind a value.
        match cursor.peek()? {
            b',' => cursor.pos += 1,
            b'}' => {}
            _ => return Err(Stop::Broken("neither comma nor brace behind a value")),
        }
    }
}

/// A value that is looked into.
enum Inner {
    List,
    Object(Level),
}

/// Reads a key and its value, if it is a plain one.
#[inline]
fn value<S: Sink>(
    cursor: &mut Cursor<'_>,
    level: Level,
    open: usize,
    done: &mut Done,
    sink: &mut S,
) -> Scan<Option<Inner>> {
    let bytes = cursor.bytes;
    let key_at = cursor.key()?;
    let key = &bytes[key_at.0..key_at.1];
    let parent = level.parent.map_or(&b""[..], |(from, to)| &bytes[from..to]);
    // A value that tells its type by its key is the value of the key above.
    let (parent, key) = match parent {
        [] => (parent, key),
        _ if TYPES.contains(&key) => (&b""[..], parent),
        _ => (parent, key),
    };
    match bytes[cursor.pos] {
        b'"' => {
            let text = cursor.string()?;
            let escape = if text.escaped {
                Escape::Backslashes
            } else {
                Escape::None
            };
            let field = Field::new(text.start, text.end, escape);
            sink.value(parent, key, Some(field).filter(|_| text.end > text.start));
        }
        b'{' if level.parent.is_none() && open < LEVELS && key != b"attributes" => {
            if WRAPPERS.contains(&key) {
                return Ok(Some(Inner::Object(Level::default())));
            }
            let parent = Some(key_at);
            return Ok(Some(Inner::Object(Level { parent })));
        }
        b'[' if level.parent.is_none() && cursor.is_list(key)? => {
            cursor.pos += 1;
            return Ok(Some(Inner::List));
        }
        b'{' | b'[' => cursor.pass()?,
        _ => {
            let start = cursor.pos;
            let word = cursor.word()?;
            if !is_scalar(word) {
                return Err(Stop::Broken("something that is no value"));
            }
            if level.parent.is_none() && key == b"done" {
                *done = match word {
                    b"true" => Some(true),
                    b"false" => Some(false),
                    _ => *done,
                };
            }
            let field = Field::new(start, start + word.len(), Escape::None);
            sink.value(parent, key, Some(field).filter(|_| !is_nothing(word)));
        }
    }
    Ok(None)
}

/// How many lines end in these bytes.
pub(super) fn line_ends(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
}
