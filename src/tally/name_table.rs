//! Distinct names by number, in byte order.

use std::sync::Arc;

use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashMap;

use crate::event::{Sym, Symbols};

/// Distinct names in byte order. Entry 0 is "not known", which sorts first.
///
/// There may be as many names as rows, so those that stand in the texts of a tally are not kept a
/// second time.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    /// The texts of the tally.
    shared: Arc<Symbols>,
    /// Names that are not among them; they are numbered behind them.
    own: Symbols,
    /// The text of each entry but the unknown one.
    entries: Vec<Sym>,
}

impl NameTable {
    /// A table of names, and the entry of each.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> (Self, FxHashMap<&'a str, u32>) {
        let mut sorted: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let table = Self {
            shared: Arc::default(),
            own: sorted.iter().copied().collect(),
            entries: (1..=sorted.len() as u32).map(Sym).collect(),
        };
        let index = (1..).zip(sorted).map(|(at, name)| (name, at)).collect();
        (table, index)
    }

    /// A table of texts of a tally, of which some have another name; and by symbol its entry.
    pub(super) fn of_symbols<'a>(
        shared: &Arc<Symbols>,
        syms: impl Iterator<Item = Sym>,
        named: impl Fn(Sym) -> Option<&'a str>,
    ) -> (Self, Vec<u32>) {
        let mut table = Self {
            shared: Arc::clone(shared),
            ..Self::default()
        };
        let behind = shared.len() as u32 - 1;
        let mut all: Vec<(Sym, Sym)> = Vec::new();
        for sym in syms {
            let entry = match named(sym) {
                Some("") => continue,
                Some(name) => Sym(behind + table.own.intern(name).0),
                None => sym,
            };
            all.push((entry, sym));
        }
        table.own.forget_places();
        all.par_sort_unstable_by(|a, b| table.text(a.0).cmp(table.text(b.0)));
        let mut entry_of = vec![0; shared.len()];
        let mut entries: Vec<Sym> = Vec::new();
        for alike in all.chunk_by(|a, b| table.text(a.0) == table.text(b.0)) {
            let entry = entries.len() as u32 + 1;
            entries.extend(alike.first().map(|(text, _)| *text));
            for (_, sym) in alike {
                entry_of[sym.index()] = entry;
            }
        }
        table.entries = entries;
        (table, entry_of)
    }

    fn text(&self, entry: Sym) -> &str {
        match entry.index().checked_sub(self.shared.len()) {
            Some(own) => self.own.text(Sym(own as u32 + 1)),
            None => self.shared.text(entry),
        }
    }

    /// How many entries there are, the unknown one included.
    pub fn len(&self) -> usize {
        self.entries.len() + 1
    }

    /// Whether no name is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| self.text(*entry))
    }

    /// The entry of a name.
    pub fn find(&self, name: &str) -> Option<u32> {
        let found = self
            .entries
            .binary_search_by(|known| self.text(*known).cmp(name));
        u32::try_from(found.ok()? + 1).ok()
    }

    /// The name of an entry; `None` for the unknown one.
    pub fn get(&self, at: u32) -> Option<&str> {
        let entry = self.entries.get(at.checked_sub(1)? as usize)?;
        Some(self.text(*entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_given_to_an_id_is_in_its_place_and_one_user_is_one() {
        let shared: Arc<Symbols> = Arc::new(["005A", "005B", "ann", "zoe"].into_iter().collect());
        let named = |sym: Sym| match sym.0 {
            1 => Some("moe"),
            2 => Some("zoe"),
            _ => None,
        };
        let (table, entry) = NameTable::of_symbols(&shared, (1..5).map(Sym), named);
        assert_eq!(table.names().collect::<Vec<_>>(), ["ann", "moe", "zoe"]);
        assert_eq!(entry, [0, 2, 3, 1, 3]);
        assert_eq!(table.find("moe"), Some(2));
        assert_eq!((table.find(""), table.find("mop")), (None, None));
        assert_eq!(
            (table.get(0), table.get(3), table.get(4)),
            (None, Some("zoe"), None)
        );
        assert_eq!(table.len(), 4);
    }

    #[test]
    fn a_table_of_names_has_each_once() {
        let (table, index) = NameTable::of(["b", "", "a", "b"].into_iter());
        assert_eq!(table.names().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((index["a"], index["b"], table.find("b")), (1, 2, Some(2)));
    }
}
