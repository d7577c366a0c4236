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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_kept_once_and_the_empty_one_is_unknown() {
        let mut symbols = Symbols::default();
        let (b, a) = (symbols.intern("b"), symbols.intern("a"));
        assert_eq!(symbols.intern("b"), b);
        assert_ne!(a, b);
        assert_eq!(symbols.texts().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(symbols.intern(""), Sym::UNKNOWN);
        assert_eq!(symbols.known(Sym::UNKNOWN), None);
        assert_eq!(symbols.known(a), Some("a"));
    }
}
