//! Interned texts: each distinct text is kept once and compared as a number.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

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

    /// The symbol whose text is looked for, among so many in byte order, the unknown one included.
    /// `order` says how the text of a symbol stands to it.
    pub fn find(count: usize, order: impl Fn(Sym) -> Ordering) -> Option<Sym> {
        let (mut from, mut to) = (1, count);
        while from < to {
            let middle = from.midpoint(to);
            let sym = Sym(u32::try_from(middle).ok()?);
            match order(sym) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(sym),
                Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// Position in tables that have one entry a symbol.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A table of distinct texts. Entry 0 is the unknown one.
///
/// All texts stand in one piece of memory: whoever attacks chooses the names, so that there may be
/// millions.
#[derive(Clone, Debug)]
pub struct Symbols {
    /// All texts, one behind the other.
    texts: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Where each text is found: places to look at, one behind the other, from where its hash
    /// says. Hash in the upper half, symbol in the lower; 0 is free. Made when it is first needed.
    places: Vec<u64>,
}

/// Places of the smallest table; a power of two.
const FEWEST_PLACES: usize = 64;

impl Default for Symbols {
    fn default() -> Self {
        Self {
            texts: String::new(),
            ends: vec![0],
            places: Vec::new(),
        }
    }
}

impl Symbols {
    /// The symbol of a text; the empty text is unknown.
    pub fn intern(&mut self, text: &str) -> Sym {
        if text.is_empty() {
            return Sym::UNKNOWN;
        }
        // A quarter stays free, so that a search soon ends.
        if self.ends.len() * 4 > self.places.len() * 3 {
            self.make_room();
        }
        let hash = hash(text);
        let mask = self.places.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let place = self.places[at];
            if place == 0 {
                break;
            }
            let sym = Sym(place as u32);
            if place >> 32 == u64::from(hash) && self.text(sym) == text {
                return sym;
            }
            at = (at + 1) & mask;
        }
        let sym = self.push(text);
        self.places[at] = place(hash, sym);
        sym
    }

    /// Adds a text that the table does not have.
    fn push(&mut self, text: &str) -> Sym {
        let sym = Sym(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        self.texts.push_str(text);
        self.ends.push(self.texts.len());
        sym
    }

    /// Doubles the places. A hash is kept with its symbol, so no text is looked at again.
    fn make_room(&mut self) {
        let mut known = std::mem::take(&mut self.places);
        if known.is_empty() {
            let syms = (1..self.ends.len() as u32).map(Sym);
            known.extend(syms.map(|sym| place(hash(self.text(sym)), sym)));
        }
        let wanted = (self.ends.len() * 2).next_power_of_two();
        self.places = vec![0; wanted.max(FEWEST_PLACES)];
        let mask = self.places.len() - 1;
        for place in known.into_iter().filter(|place| *place != 0) {
            let mut at = (place >> 32) as usize & mask;
            while self.places[at] != 0 {
                at = (at + 1) & mask;
            }
            self.places[at] = place;
        }
    }

    /// Bytes that the table takes.
    pub fn bytes(&self) -> u64 {
        let ends = self.ends.len() * size_of::<usize>();
        let places = self.places.len() * size_of::<u64>();
        (self.texts.len() + ends + places) as u64
    }

    /// Gives back the memory that only [`Symbols::intern`] needs.
    pub fn forget_places(&mut self) {
        self.places = Vec::new();
    }

    /// The text of a symbol; empty for the unknown one.
    pub fn text(&self, sym: Sym) -> &str {
        let at = sym.index();
        match (at.checked_sub(1), self.ends.get(at)) {
            (Some(before), Some(&end)) => &self.texts[self.ends[before]..end],
            _ => "",
        }
    }

    /// The symbol of a text, where all stand in byte order.
    pub fn find_sorted(&self, text: &str) -> Option<Sym> {
        Sym::find(self.len(), |sym| self.text(sym).cmp(text))
    }

    /// The text of a symbol, or `None` for the unknown one.
    pub fn known(&self, sym: Sym) -> Option<&str> {
        (!sym.is_unknown()).then(|| self.text(sym))
    }

    /// How many entries the table has, the unknown one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no text was ever interned.
    pub fn is_empty(&self) -> bool {
        self.ends.len() == 1
    }

    /// All texts but the unknown one, in the order of their symbols.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        (1..self.ends.len() as u32).map(|at| self.text(Sym(at)))
    }
}

/// Distinct texts that the table does not have, each given once; nothing has to be looked up.
impl<'a> Extend<&'a str> for Symbols {
    fn extend<T: IntoIterator<Item = &'a str>>(&mut self, texts: T) {
        self.forget_places();
        for text in texts {
            self.push(text);
        }
    }
}

/// Distinct texts, each given once; nothing has to be looked up.
impl<'a> FromIterator<&'a str> for Symbols {
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut symbols = Self::default();
        symbols.extend(texts);
        symbols
    }
}

fn hash(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish() as u32
}

const fn place(hash: u32, sym: Sym) -> u64 {
    (hash as u64) << 32 | sym.0 as u64
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

    #[test]
    fn many_texts_are_found_again_with_places_and_without() {
        let text = |n: u32| format!("user.{n}@example.com");
        let mut symbols = Symbols::default();
        let syms: Vec<Sym> = (0..5_000).map(|n| symbols.intern(&text(n))).collect();
        let mut copy: Symbols = symbols.texts().collect();
        symbols.forget_places();
        for (n, sym) in (0..).zip(syms) {
            assert_eq!(symbols.text(sym), text(n));
            assert_eq!(symbols.intern(&text(n)), sym);
            assert_eq!(copy.intern(&text(n)), sym);
        }
        assert_eq!(symbols.len(), 5_001);
        assert_eq!(copy.intern("another"), Sym(5_001));
    }
}
