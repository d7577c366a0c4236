//! Keys whose values stay the same for many records, found again by one comparison.

use super::cursor::is_of_a_word;
use super::slot::{Slot, WATCHED};
use crate::ingest::keys::Place;
use crate::ingest::record::Field;

/// A run that fails must have gone well so many times as often, or is given up.
const GOES_WELL: u32 = 8;

/// Keys with values that have not changed for some records.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) bytes: Vec<u8>,
    /// Places with their values, which stand in `bytes`.
    pub(super) values: Vec<(Place, Option<Field>)>,
    pub(super) slots: usize,
    pub(super) over_lines: bool,
    /// Whether it ends with a word, which might go on.
    ends_in_word: bool,
    pub(super) well: u32,
    failed: u32,
}

impl Run {
    pub(super) fn of(slots: &[Slot]) -> Self {
        let mut bytes = Vec::new();
        let mut values = Vec::new();
        for slot in slots {
            if let Some(place) = slot.place {
                values.push((place, slot.field.map(|field| field.moved(bytes.len()))));
            }
            bytes.extend_from_slice(&slot.sample);
        }
        Self {
            values,
            slots: slots.len(),
            over_lines: bytes.contains(&b'\n'),
            ends_in_word: bytes.last() != Some(&b'"'),
            bytes,
            well: 0,
            failed: 0,
        }
    }

    /// It stands not where it was expected; returns whether that is too often.
    #[cold]
    pub(super) fn fails(&mut self) -> bool {
        self.failed += 1;
        // Which of its values changes is found by watching all of them.
        self.failed >= WATCHED && self.failed > self.well / GOES_WELL
    }

    /// Whether these bytes begin with the run.
    #[inline]
    pub(super) fn is_at(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(&self.bytes)
            && (!self.ends_in_word
                || matches!(bytes.get(self.bytes.len()), Some(&next) if !is_of_a_word(next)))
    }
}
