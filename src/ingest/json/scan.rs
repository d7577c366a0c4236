//! Finding the values of one JSON object without building them.

use super::cursor::{Cursor, Scan, Span, Stop, is_nothing, is_scalar};
use super::shape::Shape;
use super::slot::Gap;
use crate::ingest::keys::Sink;
use crate::ingest::record::{Escape, Field};

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
/// replication (`record`), event collectors (`event`).
const WRAPPERS: [&[u8]; 7] = [
    b"data", b"payload", b"result", b"_source", b"hits", b"record", b"event",
];
/// Keys of an object that tells the type of a value by its key, as Avro does in JSON.
const TYPES: [&[u8]; 6] = [b"string", b"long", b"int", b"double", b"float", b"boolean"];
/// Objects within each other that are looked into.
const LEVELS: usize = 6;
/// The key that says whether a query handed out all of its result.
pub(super) const DONE: &[u8] = b"done";

/// An object that is being read.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// The key of an object whose values are the record's, flattened; `None` for the record
    /// itself and what wraps it.
    parent: Option<Span>,
}

/// What `done` says in an object, if it stands there.
pub(super) type Done = Option<bool>;

/// Reads the object whose brace stands at the cursor: its values go to `sink`. Afterwards the
/// cursor stands behind it, or in an envelope behind the bracket of its list of records.
///
/// `shape` says where values may stand, from the objects before; it must have been told that one
/// begins.
pub(super) fn object<S: Sink>(
    cursor: &mut Cursor<'_>,
    shape: &mut Shape,
    sink: &mut S,
) -> Scan<(Object, Done)> {
    let mut levels = [Level::default(); LEVELS];
    let mut open = 1;
    let mut done = None;
    cursor.pos += 1;
    // Whether a value ends here, so that a comma or a brace has to follow.
    let mut behind = false;
    loop {
        let level = levels[open - 1];
        let of_record = level.parent.is_none();
        if of_record {
            behind = shape.ahead(cursor, behind, sink);
        }
        let gap = Gap {
            from: cursor.pos,
            behind,
        };
        let known = if of_record {
            shape.key(cursor, behind)
        } else {
            None
        };
        let key = match known {
            Some(known) => known.key,
            None => match next_key(cursor, behind)? {
                Some(key) => key,
                None => {
                    open -= 1;
                    if open == 0 {
                        return Ok((Object::Record, done));
                    }
                    behind = true;
                    continue;
                }
            },
        };
        let start = cursor.pos;
        behind = true;
        match value(cursor, level, key, open, &mut done)? {
            Value::Plain(field) => {
                let (place, number) = match known {
                    Some(known) => (known.place, Some(known.number)),
                    None => {
                        let (parent, name) = path(cursor.bytes, level, key);
                        let place = sink.place(parent, name);
                        let learn = || shape.learn(cursor.bytes, gap, key, start, place);
                        (place, of_record.then(learn).flatten())
                    }
                };
                match (place, field) {
                    (Some(place), Some(field)) => sink.put(place, field),
                    (Some(place), None) => sink.put_nothing(place),
                    (None, _) => {}
                }
                if shape.is_watching()
                    && let Some(number) = number
                {
                    shape.watch(number, cursor.bytes, gap, cursor.pos, field);
                }
            }
            Value::Passed => {}
            Value::List => return Ok((Object::Envelope { open }, done)),
            Value::Object(level) => {
                cursor.pos += 1;
                levels[open] = level;
                open += 1;
                behind = false;
            }
        }
    }
}

/// Reads up to the value of the next key; `None` behind the brace that closes the object.
pub(super) fn next_key(cursor: &mut Cursor<'_>, behind: bool) -> Scan<Option<Span>> {
    if behind {
        match cursor.peek()? {
            b',' => cursor.pos += 1,
            b'}' => {}
            _ => return Err(Stop::Broken("neither comma nor brace behind a value")),
        }
    }
    match cursor.peek()? {
        b'}' => {
            cursor.pos += 1;
            Ok(None)
        }
        b'"' => cursor.key().map(Some),
        _ => Err(Stop::Broken("no key where one has to stand")),
    }
}

/// The parent and the name of a value, as they lead to columns.
fn path(bytes: &[u8], level: Level, key: Span) -> (&[u8], &[u8]) {
    let key = &bytes[key.0..key.1];
    match level.parent.map_or(&b""[..], |(from, to)| &bytes[from..to]) {
        [] => (b"", key),
        // A value that tells its type by its key is the value of the key above.
        parent if TYPES.contains(&key) => (b"", parent),
        parent => (parent, key),
    }
}

/// What stands behind a key.
enum Value {
    /// A text, a number or a word; `None` for one that stands for nothing.
    Plain(Option<Field>),
    /// An object or an array that holds nothing of a record.
    Passed,
    /// A list of records begins.
    List,
    /// An object that is looked into.
    Object(Level),
}

/// Reads the value at the cursor, if it is none that is looked into.
#[inline]
fn value(
    cursor: &mut Cursor<'_>,
    level: Level,
    key_at: Span,
    open: usize,
    done: &mut Done,
) -> Scan<Value> {
    let bytes = cursor.bytes;
    let of_record = level.parent.is_none();
    let first = cursor.peek()?;
    if first == b'"' {
        let text = cursor.string()?;
        let escape = if text.escaped {
            Escape::Backslashes
        } else {
            Escape::None
        };
        let field = Field::new(text.start, text.end, escape);
        return Ok(Value::Plain(Some(field).filter(|_| text.end > text.start)));
    }
    if cursor.null() {
        return Ok(Value::Plain(None));
    }
    let (_, key) = path(bytes, level, key_at);
    match first {
        b'{' if of_record && open < LEVELS && key != b"attributes" => {
            if WRAPPERS.contains(&key) {
                return Ok(Value::Object(Level::default()));
            }
            let parent = Some(key_at);
            Ok(Value::Object(Level { parent }))
        }
        b'[' if of_record && cursor.is_list(key)? => {
            cursor.pos += 1;
            Ok(Value::List)
        }
        b'{' | b'[' => cursor.pass().map(|()| Value::Passed),
        _ => {
            let start = cursor.pos;
            let word = cursor.word()?;
            if !is_scalar(word) {
                return Err(Stop::Broken("something that is no value"));
            }
            if of_record && key == DONE {
                *done = match word {
                    b"true" => Some(true),
                    b"false" => Some(false),
                    _ => *done,
                };
            }
            let field = Field::new(start, start + word.len(), Escape::None);
            Ok(Value::Plain(Some(field).filter(|_| !is_nothing(word))))
        }
    }
}
