//! A key with what stands around it, found again by comparing its bytes.

use super::cursor::Span;
use super::scan::DONE;
use crate::ingest::keys::Place;
use crate::ingest::record::Field;

/// Bytes of a gap that are compared at once.
const PART: usize = 16;
/// Such parts of a gap: the longest keys of Salesforce fit, indented as well.
const PARTS: usize = 3;
/// Records in which a value must stay the same to be taken for one that does.
pub(super) const WATCHED: u32 = 16;

/// Where a key with what stands before it begins: behind a value, or behind a brace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    pub(super) from: usize,
    pub(super) behind: bool,
}

/// A key with what stands around it, from the end of one value to the beginning of the next.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    gap: [u128; PARTS],
    mask: [u128; PARTS],
    pub(super) length: usize,
    /// Where the key stands in the gap.
    pub(super) key: Span,
    pub(super) behind: bool,
    pub(super) over_lines: bool,
    pub(super) place: Option<Place>,
    /// The run that begins here.
    pub(super) run: Option<usize>,
    /// The gap with the value behind it while it is watched, the value, and how many records had
    /// it.
    pub(super) sample: Vec<u8>,
    pub(super) field: Option<Field>,
    pub(super) same: u32,
    /// Whether it can't belong to a run.
    varies: bool,
}

impl Slot {
    pub(super) fn new(gap: &[u8], key: Span, behind: bool, place: Option<Place>) -> Option<Self> {
        let mut bytes = [0; PART * PARTS];
        bytes.get_mut(..gap.len())?.copy_from_slice(gap);
        let mut mask = [0; PART * PARTS];
        mask[..gap.len()].fill(u8::MAX);
        let parts = |bytes: [u8; PART * PARTS]| {
            let mut parts = [0; PARTS];
            for (part, bytes) in parts.iter_mut().zip(bytes.as_chunks().0) {
                *part = u128::from_le_bytes(*bytes);
            }
            parts
        };
        Some(Self {
            gap: parts(bytes),
            mask: parts(mask),
            length: gap.len(),
            key,
            behind,
            over_lines: gap.contains(&b'\n'),
            place,
            run: None,
            sample: Vec::new(),
            field: None,
            same: 0,
            // It is no value of a record alone: it tells of the query.
            varies: &gap[key.0..key.1] == DONE,
        })
    }

    /// Takes note of the gap with its value in a record that is watched; it begins at `from`.
    pub(super) fn watch(&mut self, sample: &[u8], from: usize, field: Option<Field>) {
        if self.same == 0 {
            self.sample = sample.to_vec();
            self.field = field.map(|field| field.counted_from(from));
        }
        self.varies |= self.sample != sample;
        self.same += 1;
    }

    /// Whether its value stayed the same in most of the records that were watched, and in none
    /// was another.
    pub(super) fn stays(&self) -> bool {
        self.behind && !self.varies && self.same >= WATCHED / 2
    }

    /// Whether the gap stands at a place.
    #[inline]
    pub(super) fn is_at(&self, bytes: &[u8], pos: usize) -> bool {
        match bytes.get(pos..pos + PART * PARTS) {
            Some(here) => self.is(here),
            None => self.is_at_end(&bytes[pos..]),
        }
    }

    /// Whether bytes as many as the longest gap begin with this one.
    #[inline]
    fn is(&self, bytes: &[u8]) -> bool {
        let (parts, _) = bytes.as_chunks::<PART>();
        let same = |at: usize| (u128::from_le_bytes(parts[at]) ^ self.gap[at]) & self.mask[at] == 0;
        same(0) && (self.length <= PART || same(1)) && (self.length <= 2 * PART || same(2))
    }

    #[cold]
    fn is_at_end(&self, bytes: &[u8]) -> bool {
        let mut longer = [0; PART * PARTS];
        longer[..bytes.len()].copy_from_slice(bytes);
        bytes.len() >= self.length && self.is(&longer)
    }
}
