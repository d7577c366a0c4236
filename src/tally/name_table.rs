//! Distinct names by number, in byte order.

use rustc_hash::FxHashMap;

use crate::event::{Sym, Symbols};

/// Distinct names in byte order. Entry 0 is "not known", which sorts first.
#[derive(Clone, Debug, Default)]
pub struct NameTable(Symbols);

impl NameTable {
    /// A table of names, and the entry of each.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> (Self, FxHashMap<&'a str, u32>) {
        let mut sorted: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let table = Self(sorted.iter().copied().collect());
        let index = (1..).zip(sorted).map(|(at, name)| (name, at)).collect();
        (table, index)
    }

    /// How many entries there are, the unknown one included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no name is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.texts()
    }

    /// The entry of a name.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.0.find_sorted(name).map(|sym| sym.0)
    }

    /// The name of an entry; `None` for the unknown one.
    pub fn get(&self, at: u32) -> Option<&str> {
        let known = (at as usize) < self.len();
        self.0.known(Sym(at)).filter(|_| known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_names_has_each_once() {
        let (table, index) = NameTable::of(["b", "", "a", "b"].into_iter());
        assert_eq!(table.names().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((index["a"], index["b"], table.find("b")), (1, 2, Some(2)));
        assert_eq!((table.find(""), table.find("c")), (None, None));
        assert_eq!(
            (table.get(0), table.get(2), table.get(3)),
            (None, Some("b"), None)
        );
        assert_eq!(table.len(), 3);
    }
}
