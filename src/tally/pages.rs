//! Something for each slot of time, in pages of slots side by side.
//!
//! The rows of a pair stand in the order of time, so that the next one mostly belongs to the page
//! of the one before: then no slot is looked for.

use rustc_hash::FxHashMap;

/// Slots of a page.
const SLOTS: u32 = 256;

/// Values by slot and kind.
#[derive(Debug)]
pub(super) struct Pages<K, T> {
    numbers: FxHashMap<(u32, K), usize>,
    /// Each with its number and kind.
    pages: Vec<((u32, K), Vec<T>)>,
    /// The page that was asked for last.
    at: usize,
}

impl<K, T> Default for Pages<K, T> {
    fn default() -> Self {
        Self {
            numbers: FxHashMap::default(),
            pages: Vec::new(),
            at: usize::MAX,
        }
    }
}

impl<K: Copy + Eq + std::hash::Hash, T: Clone + Default> Pages<K, T> {
    /// The value of a slot, the default one where none was there.
    #[inline]
    pub(super) fn get(&mut self, slot: u32, kind: K) -> &mut T {
        let key = (slot / SLOTS, kind);
        if self.pages.get(self.at).is_none_or(|page| page.0 != key) {
            self.at = *self.numbers.entry(key).or_insert_with(|| {
                let page = vec![T::default(); SLOTS as usize];
                self.pages.push((key, page));
                self.pages.len() - 1
            });
        }
        &mut self.pages[self.at].1[(slot % SLOTS) as usize]
    }

    /// Slot, kind and value of every slot of all pages, those that nobody asked for included.
    pub(super) fn into_all(self) -> impl Iterator<Item = (u32, K, T)> {
        self.pages.into_iter().flat_map(|((number, kind), page)| {
            let slots = (number * SLOTS..).zip(page);
            slots.map(move |(slot, value)| (slot, kind, value))
        })
    }
}
