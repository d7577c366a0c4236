//! Interned texts: each distinct text is kept once and compared as a number.

use rustc_hash::FxHashMap;

/// A text in a [`Symbols`] table. [`Sym::UNKNOWN`] stands for "not known", which is no text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sym(pub u32);

impl Sym {
    /// Not known: what reports print as `null`. Orders before every text.
    pub const UNKNOWN: Sym = Sym(0);

    /// Whether this is no text.
    pub const fn is_unknown(self) -> bool {
        self.0 == 0
    }

    /// Position in tables that have one entry a symbol.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A table of distinct texts. Entry 0 is the unknown one.
#[derive(Clone, Debug)]
pub struct Symbols {
    texts: Vec<Box<str>>,
    index: FxHashMap<Box<str>, Sym>,
}

impl Default for Symbols {
    fn default() -> Self {
        Self {
            texts: vec![Box::from("")],
            index: FxHashMap::default(),
        }
    }
}

impl Symbols {
    /// The symbol of a text; the empty text is unknown.
    pub fn intern(&mut self, text: &str) -> Sym {
        if text.is_empty() {
            return Sym::UNKNOWN;
        }
        if let Some(&known) = self.index.get(text) {
            return known;
        }
        let sym = Sym(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(Box::from(text));
        self.index.insert(Box::from(text), sym);
        sym
    }

    /// The text of a symbol; empty for the unknown one.
    pub fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.index()).map_or("", |text| text)
    }

    /// The text of a symbol, or `None` for the unknown one.
    pub fn known(&self, sym: Sym) -> Option<&str> {
        (!sym.is_unknown()).then(|| self.text(sym))
    }

    /// How many entries the table has, the unknown one included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether no text was ever interned.
    pub fn is_empty(&self) -> bool {
        self.texts.len() == 1
    }

    /// All texts but the unknown one, in the order of their symbols.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().skip(1).map(|text| &**text)
    }

    /// One table with the texts of all given ones in byte order, and for each given table the
    /// new symbol of each of its entries. The result depends on the set of texts alone.
    pub fn union<'a>(tables: impl IntoIterator<Item = &'a Symbols>) -> (Symbols, Vec<Vec<Sym>>) {
        let tables: Vec<&Symbols> = tables.into_iter().collect();
        let mut texts: Vec<&str> = tables.iter().flat_map(|table| table.texts()).collect();
        texts.sort_unstable();
        texts.dedup();
        let mut union = Symbols::default();
        for text in texts {
            union.intern(text);
        }
        let maps = tables
            .iter()
            .map(|table| {
                let renamed = table.texts().map(|text| union.index.get(text).copied());
                std::iter::once(Sym::UNKNOWN)
                    .chain(renamed.map(|sym| sym.unwrap_or(Sym::UNKNOWN)))
                    .collect()
            })
            .collect();
        (union, maps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn union_orders_by_bytes_and_keeps_unknown() {
        let mut a = Symbols::default();
        let (b1, a1) = (a.intern("b"), a.intern("a"));
        let mut b = Symbols::default();
        let c1 = b.intern("c");
        let (union, maps) = Symbols::union([&a, &b]);
        assert_eq!(union.texts().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(maps[0][a1.index()], Sym(1));
        assert_eq!(maps[0][b1.index()], Sym(2));
        assert_eq!(maps[1][c1.index()], Sym(3));
        assert_eq!(maps[1][0], Sym::UNKNOWN);
        assert_eq!(a.intern(""), Sym::UNKNOWN);
    }
}
