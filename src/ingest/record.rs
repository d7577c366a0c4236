//! A record as fields that point into its block, whatever the container.

use std::borrow::Cow;

/// A record that is longer than this many bytes is given up.
pub const MAX_RECORD: usize = 4 << 20;

/// Bytes that most fields don't exceed.
const SHORT: usize = 32;

/// How a field's content is written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escape {
    /// As it is.
    #[default]
    None,
    /// A doubled quote stands for one.
    Quotes,
    /// Backslashes as in JSON.
    Backslashes,
}

/// Where a field's content stands in its block; quotes around it are not part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Field {
    start: u32,
    end: u32,
    escape: Escape,
}

impl Field {
    /// The field between two offsets of a block.
    #[inline]
    pub(super) fn new(start: usize, end: usize, escape: Escape) -> Self {
        // Blocks are at most a few MAX_RECORD long, far below 4 GiB.
        Field {
            start: start as u32,
            end: end as u32,
            escape,
        }
    }

    /// The same field where so many more bytes stand before it.
    #[inline]
    pub(super) const fn moved(self, by: usize) -> Self {
        let by = by as u32;
        Field {
            start: self.start + by,
            end: self.end + by,
            escape: self.escape,
        }
    }

    /// The same field, counted from an offset before it.
    pub(super) const fn counted_from(self, offset: usize) -> Self {
        let offset = offset as u32;
        Field {
            start: self.start - offset,
            end: self.end - offset,
            escape: self.escape,
        }
    }

    /// Where its content ends in the block.
    pub(super) const fn end(self) -> usize {
        self.end as usize
    }
}

/// One record of a block. Reused from record to record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    fields: Vec<Field>,
    /// Columns that a key led to, one bit each.
    seen: u64,
}

/// What stands at a position of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A record of so many bytes and so many line ends.
    Record { bytes: usize, lines: usize },
    /// An empty line of so many bytes.
    Blank { bytes: usize },
    /// What holds records together and is none itself: it is counted nowhere.
    Between { bytes: usize, lines: usize },
    /// A quote without its partner; pass over these bytes, which are one line.
    LostQuote { bytes: usize },
    /// No record, for this reason. The first `shown` bytes show it; pass over `bytes`.
    Broken {
        bytes: usize,
        shown: usize,
        why: &'static str,
    },
    /// The last row of the stream, and it ends inside quotes.
    HalfWritten { bytes: usize },
    /// A line beyond [`MAX_RECORD`]; pass over it up to its end.
    TooLong,
    /// The block ends before the record does.
    Incomplete,
    /// Nothing is left.
    End,
}

impl Record {
    /// How many fields the record has.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether the record has no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.fields.clear();
    }

    #[inline]
    pub(super) fn push(&mut self, field: Field) {
        self.fields.push(field);
    }

    /// Columns that a key led to, whether with a value or not, one bit each; without keys none.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// A key leads to a column.
    #[inline]
    pub(super) fn see(&mut self, column: usize) {
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        self.seen |= 1_u64.checked_shl(column).unwrap_or(0);
    }

    /// Where a field stands.
    pub fn field(&self, column: usize) -> Field {
        self.fields.get(column).copied().unwrap_or_default()
    }

    /// Makes it a record of so many empty fields.
    pub(super) fn reset(&mut self, width: usize) {
        self.seen = 0;
        self.fields.clear();
        self.fields.resize(width, Field::default());
    }

    /// Sets a field; those before it that are not known are empty.
    #[inline]
    pub fn put(&mut self, column: usize, field: Field) {
        if self.fields.len() <= column {
            self.fields.resize(column + 1, Field::default());
        }
        self.fields[column] = field;
    }

    /// Where a field of a row of CSV begins and ends, with the quotes around it.
    pub fn span(&self, row: &[u8], column: usize) -> (usize, usize) {
        let field = self.fields.get(column).copied().unwrap_or_default();
        let (start, end) = (field.start as usize, field.end as usize);
        let quote = usize::from(start > 0 && row[start - 1] == b'"');
        (start - quote, end + quote)
    }

    /// The bytes of a field as they stand in the block, escapes included.
    pub fn raw<'a>(&self, block: &'a [u8], column: usize) -> &'a [u8] {
        match self.fields.get(column) {
            Some(field) => &block[field.start as usize..field.end as usize],
            None => &[],
        }
    }

    /// How a field's bytes are to be read.
    pub fn escape(&self, column: usize) -> Escape {
        self.fields
            .get(column)
            .map_or(Escape::None, |field| field.escape)
    }

    /// The content of a field. Bytes that are no UTF-8 are read as Latin-1.
    pub fn text<'a>(&self, block: &'a [u8], column: usize) -> Cow<'a, str> {
        let raw = self.raw(block, column);
        let text = match std::str::from_utf8(raw) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(raw.iter().map(|&byte| char::from(byte)).collect()),
        };
        let text = match self.escape(column) {
            Escape::None => text,
            Escape::Quotes => Cow::Owned(text.replace("\"\"", "\"")),
            Escape::Backslashes => Cow::Owned(unescaped(&text)),
        };
        // A line end inside quotes is the same whichever way the file ends its lines.
        if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n"))
        } else {
            text
        }
    }

    /// Appends a field to a key: its length and how it is escaped, then its bytes, so that no two
    /// rows of fields give one key.
    #[inline]
    pub fn push_key(&self, block: &[u8], column: usize, key: &mut Vec<u8>) {
        let field = self.fields.get(column).copied().unwrap_or_default();
        let (start, end) = (field.start as usize, field.end as usize);
        let length = (end - start) as u32 * 4 + field.escape as u32;
        match u8::try_from(length) {
            Ok(short) if short < u8::MAX => key.push(short),
            _ => {
                key.push(u8::MAX);
                key.extend_from_slice(&length.to_le_bytes());
            }
        }
        match block.get(start..start + SHORT) {
            // So many bytes are copied sooner than it takes to ask how many.
            Some(chunk) if end - start <= SHORT => {
                let wanted = key.len() + end - start;
                key.extend_from_slice(chunk);
                key.truncate(wanted);
            }
            _ => key.extend_from_slice(&block[start..end]),
        }
    }

    /// Appends neighbouring fields of a row of CSV to a key, as they stand there with what is
    /// between them: their length and whether a quote opens the first, then their bytes.
    #[inline]
    pub fn push_span(&self, block: &[u8], (first, last): (usize, usize), key: &mut Vec<u8>) {
        let (Some(first), Some(last)) = (self.fields.get(first), self.fields.get(last)) else {
            return;
        };
        let raw = &block[first.start as usize..last.end as usize];
        let opened = first.start > 0 && block[first.start as usize - 1] == b'"';
        let length = raw.len() as u32 * 2 + u32::from(opened);
        key.extend_from_slice(&length.to_le_bytes());
        key.extend_from_slice(raw);
    }

    /// Whether a field is UTF-8.
    pub fn is_utf8(&self, block: &[u8], column: usize) -> bool {
        std::str::from_utf8(self.raw(block, column)).is_ok()
    }

    /// Whether all fields from `column` on are empty.
    pub fn empty_from(&self, column: usize) -> bool {
        self.fields
            .iter()
            .skip(column)
            .all(|field| field.start == field.end)
    }
}

/// A JSON string's content. An escape that JSON doesn't know stays as it is written; half a
/// surrogate pair becomes the replacement character.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = one_escape(rest);
        match c {
            Some(c) => out.push(c),
            None => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// What the escape at the start of a text stands for, `None` for itself, and its bytes.
fn one_escape(text: &str) -> (Option<char>, usize) {
    let c = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
        Some(b'u') => return unicode_escape(text),
        _ => return (None, 1),
    };
    (Some(c), 2)
}

fn unicode_escape(text: &str) -> (Option<char>, usize) {
    const ONE: usize = 6;
    let unit = |at: usize| {
        let digits = text.get(at..at + ONE)?.strip_prefix("\\u")?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| plain)
    };
    let Some(first) = unit(0) else {
        return (None, 2);
    };
    if let (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) = (first, unit(ONE)) {
        let c = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(c), 2 * ONE);
    }
    let c = char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER);
    (Some(c), ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_read_as_in_json() {
        assert_eq!(unescaped(r#"a\"b\\c\/d"#), "a\"b\\c/d");
        assert_eq!(unescaped(r"\n\t\r\b\f"), "\n\t\r\u{8}\u{c}");
        assert_eq!(unescaped(r"\u00e9\ud83d\ude42"), "é🙂");
        assert_eq!(unescaped(r"\ud83d\u0041"), "\u{fffd}A");
        assert_eq!(unescaped(r"\ude42\ud83d"), "\u{fffd}\u{fffd}");
        for odd in [r"\x41", r"\u12", r"\u+123", "\\", r"\u12é4"] {
            assert_eq!(unescaped(odd), odd);
        }
    }

    #[test]
    fn spans_tell_how_their_first_field_is_written() {
        // `a"` and `b`, then `a` and `b`
        let key = |block: &str| {
            let mut record = Record::default();
            let step = crate::ingest::csv::next(block.as_bytes(), true, b',', &mut record);
            assert!(matches!(step, crate::ingest::Step::Record { .. }));
            let mut key = Vec::new();
            record.push_span(block.as_bytes(), (1, 2), &mut key);
            key
        };
        assert_ne!(key("x,a\",\"b\"\n"), key("x,\"a\",\"b\"\n"));
        assert_ne!(key("x,a,b\n"), key("x,a,bc\n"));
        assert_eq!(key("x,a,b\n"), key("\"y\",a,b\r\n"));
    }

    #[test]
    fn keys_tell_how_a_field_is_written() {
        let key = |escape| {
            let mut record = Record::default();
            record.push(Field::new(0, 2, escape));
            let mut key = Vec::new();
            record.push_key(br"\n", 0, &mut key);
            key
        };
        assert_ne!(key(Escape::None), key(Escape::Backslashes));
        assert_ne!(key(Escape::None), key(Escape::Quotes));
    }
}
