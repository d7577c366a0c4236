//! Records that are like an earlier one: what their keys have in common, and the texts between.
//!
//! Only what stands on a line of its own, in nothing, is compared. Texts are those without escapes
//! ([`Clear`]); whatever else may stand between keys has to stay as it is.

use super::clear::Clear;
use super::cursor::Cursor;
use super::scan::next_key;
use super::slot::Slot;
use crate::ingest::record::{Escape, Field, Record};

/// Values of a record that are made room for.
const USUAL: usize = 48;

/// A key of a record itself, and its value.
#[derive(Clone, Copy, Debug)]
pub struct Value<'r> {
    /// As it is written, without its quotes.
    pub key: &'r [u8],
    /// Where the value begins and ends, quotes included.
    pub start: usize,
    pub end: usize,
    /// Whether it is a text that is not empty and stands for itself.
    pub is_text: bool,
}

impl Value<'_> {
    /// Whether a field stands between its quotes.
    pub fn holds(&self, field: Field) -> bool {
        self.is_text && field == Field::new(self.start + 1, self.end - 1, Escape::None)
    }
}

/// The values of a record in their order; `None` where it is none.
pub fn values(record: &[u8]) -> Option<Vec<Value<'_>>> {
    let mut cursor = Cursor::at(record, 0);
    if cursor.peek().ok()? != b'{' {
        return None;
    }
    cursor.pos += 1;
    let mut values = Vec::with_capacity(USUAL);
    while let Some((from, to)) = next_key(&mut cursor, !values.is_empty()).ok()? {
        let key = &record[from..to];
        let start = cursor.pos;
        let is_text = match record.get(start)? {
            b'"' => {
                let text = cursor.string().ok()?;
                !text.escaped && text.end > text.start
            }
            _ => {
                cursor.value().ok()?;
                false
            }
        };
        values.push(Value {
            key,
            start,
            end: cursor.pos,
            is_text,
        });
    }
    Some(values)
}

/// Reads texts of one record, each behind the one before.
#[derive(Clone, Copy)]
pub struct Texts(Clear);

impl Default for Texts {
    /// Those of the record at the start of a block.
    #[inline]
    fn default() -> Self {
        Self(Clear::at(0))
    }
}

impl Texts {
    /// The text at a place, and where it ends behind its quote; `None` where there is anything
    /// else, or an empty one.
    #[inline(always)]
    pub fn at(&mut self, block: &[u8], at: usize) -> Option<(Field, usize)> {
        if *block.get(at)? != b'"' {
            return None;
        }
        let end = self.0.plain(block, at)?;
        (end > at + 2).then(|| (Field::new(at + 1, end - 1, Escape::None), end))
    }
}

/// What stands before a text in all records, and the columns that it goes to.
#[derive(Clone, Debug)]
struct Before {
    gap: Slot,
    columns: Vec<usize>,
}

/// The beginning that records have in common, up to a text that tells them apart.
#[derive(Clone, Debug)]
pub struct Head {
    width: usize,
    texts: Vec<Before>,
}

impl Head {
    /// The head of a record with these values, up to the one at `last`; a record has `width`
    /// columns, and `columns` says which of them a value goes to. `None` where the bytes between
    /// two texts are too many.
    pub fn of(
        record: &[u8],
        values: &[Value<'_>],
        (last, width): (usize, usize),
        columns: impl Fn(&Value<'_>) -> Vec<usize>,
    ) -> Option<Self> {
        let mut from = 0;
        let mut texts = Vec::new();
        for value in values[..=last].iter().filter(|value| value.is_text) {
            texts.push(Before {
                gap: Slot::new(&record[from..value.start], (0, 0), false, None)?,
                columns: columns(value),
            });
            from = value.end;
        }
        Some(Self { width, texts })
    }

    /// Reads the head of a record into the columns; returns where it ends, or `None` where the
    /// record has another.
    #[inline]
    pub fn leading(&self, block: &[u8], texts: &mut Texts, record: &mut Record) -> Option<usize> {
        record.reset(self.width);
        let mut pos = 0;
        for before in &self.texts {
            if !before.gap.is_at(block, pos) {
                return None;
            }
            let (field, end) = texts.at(block, pos + before.gap.length)?;
            for &column in &before.columns {
                record.put(column, field);
            }
            pos = end;
        }
        Some(pos)
    }
}
