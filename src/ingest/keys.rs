//! From the keys of a record to its columns, for containers that name each value.
//!
//! A key leads to a column by its folded name. Records of one file mostly have the same keys in
//! the same order, so each key is first compared with the one that stood there before.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::record::{Escape, Field, Record};
use crate::catalogue::fold_letters;

/// Keys remembered in one file: many more than real ones have.
const REMEMBERED: usize = 1 << 12;
/// What a log collector that types its columns appends to their names.
const TYPE_SUFFIXES: [&str; 5] = ["_s", "_d", "_t", "_b", "_g"];

/// A name without the type that a log collector appends to it.
pub fn untyped(name: &str) -> Option<&str> {
    TYPE_SUFFIXES
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
}

/// A column that a key leads to; of several keys the one with the lowest rank wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Target {
    column: u16,
    rank: u16,
}

/// Which columns the values of a record go to, by the names of their keys.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    width: usize,
    targets: FxHashMap<String, Vec<Target>>,
}

impl Keys {
    /// For each column the names that it may have, the preferred first.
    pub fn new<'a, C, N>(columns: C) -> Self
    where
        C: IntoIterator<Item = N>,
        N: IntoIterator<Item = &'a String>,
    {
        let mut keys = Self::default();
        for names in columns {
            let column = u16::try_from(keys.width).unwrap_or(u16::MAX);
            for (rank, name) in (0..).zip(names) {
                let targets = keys.targets.entry(fold_letters(name)).or_default();
                if targets.iter().all(|known| known.column != column) {
                    targets.push(Target { column, rank });
                }
            }
            keys.width += 1;
        }
        keys
    }

    /// The columns that a folded name leads to, each with the rank of the name among its names.
    pub fn columns(&self, folded: &str) -> impl Iterator<Item = (usize, u16)> {
        let targets = self.targets.get(folded).into_iter().flatten();
        targets.map(|target| (usize::from(target.column), target.rank))
    }

    /// Where a key leads to, whatever its spelling.
    fn targets(&self, key: &[u8]) -> &[Target] {
        let name = name_of(key);
        let found = self.targets.get(&fold_letters(&name));
        let untyped = || self.targets.get(&fold_letters(untyped(&name)?));
        found.or_else(untyped).map_or(&[], Vec::as_slice)
    }
}

/// A key as text, its escapes read.
pub(super) fn name_of(key: &[u8]) -> Cow<'_, str> {
    let mut record = Record::default();
    let escape = if key.contains(&b'\\') {
        Escape::Backslashes
    } else {
        Escape::None
    };
    record.push(Field::new(0, key.len(), escape));
    record.text(key, 0)
}

/// Where the values of a key go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    from: u32,
    to: u32,
}

/// Takes the values of a record with their keys.
pub(super) trait Sink {
    /// Where the values of a key go; `None` if nobody asks for them. It stays the same from record
    /// to record. `parent` is the key of the object that a value stands in, empty for those of the
    /// record itself.
    fn place(&mut self, parent: &[u8], key: &[u8]) -> Option<Place>;

    /// A value for a place.
    fn put(&mut self, place: Place, field: Field);

    /// A value for a place that stands for nothing.
    fn put_nothing(&mut self, place: Place);

    /// A value with its key.
    fn value(&mut self, parent: &[u8], key: &[u8], field: Field) {
        if let Some(place) = self.place(parent, key) {
            self.put(place, field);
        }
    }
}

/// Fills records. Remembers where keys lead to.
#[derive(Clone, Debug)]
pub(super) struct Filler<'k> {
    keys: &'k Keys,
    /// Per column the rank of the key that filled it; `u16::MAX` while it is empty.
    ranks: Vec<u16>,
    /// Distinct lists of targets, one behind the other.
    targets: Vec<Target>,
    known: FxHashMap<Box<[u8]>, Option<Place>>,
    /// The keys of the record before, in their order, and where they lead.
    order: Vec<(Vec<u8>, Option<Place>)>,
    at: usize,
    path: Vec<u8>,
    /// Columns that some record has, one bit each.
    seen: u64,
}

impl<'k> Filler<'k> {
    pub(super) fn new(keys: &'k Keys) -> Self {
        Self {
            keys,
            ranks: Vec::new(),
            targets: Vec::new(),
            known: FxHashMap::default(),
            order: Vec::new(),
            at: 0,
            path: Vec::new(),
            seen: 0,
        }
    }

    /// Columns that some record had, one bit each.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Takes note of the columns of a record that was filled.
    pub(super) fn end(&mut self, record: &Record) {
        self.seen |= record.seen();
    }

    /// Begins a record.
    pub(super) fn begin<'f>(&'f mut self, record: &'f mut Record) -> Filling<'f, 'k> {
        record.reset(self.keys.width);
        self.ranks.clear();
        self.ranks.resize(self.keys.width, u16::MAX);
        self.at = 0;
        Filling {
            filler: self,
            record,
        }
    }

    /// Where a key leads to.
    fn place(&mut self, key: &[u8]) -> Option<Place> {
        let at = self.at;
        self.at += 1;
        if let Some((known, place)) = self.order.get(at)
            && known == key
        {
            return *place;
        }
        let place = match self.known.get(key) {
            Some(&place) => place,
            None => self.learn(key),
        };
        match self.order.get_mut(at) {
            Some((known, of)) => {
                known.clear();
                known.extend_from_slice(key);
                *of = place;
            }
            None if at < REMEMBERED => self.order.push((key.to_vec(), place)),
            None => {}
        }
        place
    }

    fn learn(&mut self, key: &[u8]) -> Option<Place> {
        let targets = self.keys.targets(key);
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let place = (!targets.is_empty()).then(|| {
            let known = &mut self.targets;
            // As many lists as names of columns at most.
            let from = known
                .windows(targets.len())
                .position(|list| list == targets);
            let from = from.unwrap_or_else(|| {
                known.extend_from_slice(targets);
                known.len() - targets.len()
            });
            Place {
                from: number(from),
                to: number(from + targets.len()),
            }
        });
        if self.known.len() < REMEMBERED {
            self.known.insert(key.into(), place);
        }
        place
    }
}

/// A record that is being filled.
pub(super) struct Filling<'f, 'k> {
    filler: &'f mut Filler<'k>,
    record: &'f mut Record,
}

impl Sink for Filling<'_, '_> {
    fn place(&mut self, parent: &[u8], key: &[u8]) -> Option<Place> {
        let filler = &mut *self.filler;
        if parent.is_empty() {
            return filler.place(key);
        }
        let mut path = std::mem::take(&mut filler.path);
        path.clear();
        path.extend_from_slice(parent);
        path.push(b'.');
        path.extend_from_slice(key);
        let place = filler.place(&path);
        filler.path = path;
        place
    }

    // A call for each value would take longer than what is done with it.
    #[inline(always)]
    fn put(&mut self, place: Place, field: Field) {
        let filler = &mut *self.filler;
        for target in &filler.targets[place.from as usize..place.to as usize] {
            let column = usize::from(target.column);
            self.record.see(column);
            let rank = &mut filler.ranks[column];
            if target.rank <= *rank {
                *rank = target.rank;
                self.record.put(column, field);
            }
        }
    }

    fn put_nothing(&mut self, place: Place) {
        let filler = &mut *self.filler;
        for target in &filler.targets[place.from as usize..place.to as usize] {
            let column = usize::from(target.column);
            self.record.see(column);
            let rank = &mut filler.ranks[column];
            // Of a key that stands twice the last wins, even if it says nothing.
            if target.rank == *rank {
                *rank = u16::MAX;
                self.record.put(column, Field::default());
            }
        }
    }
}

/// Collects the names of a record's keys.
#[derive(Debug, Default)]
pub(super) struct Names(pub(super) Vec<String>);

impl Sink for Names {
    fn place(&mut self, parent: &[u8], key: &[u8]) -> Option<Place> {
        let mut name = name_of(key).into_owned();
        if !parent.is_empty() {
            name = format!("{}.{name}", name_of(parent));
        }
        self.0.push(name);
        None
    }

    fn put(&mut self, _: Place, _: Field) {}

    fn put_nothing(&mut self, _: Place) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parent, key, and where the value stands.
    type Pair = (&'static str, &'static str, Option<(usize, usize)>);

    fn filled(pairs: &[Pair], text: &[u8]) -> Vec<String> {
        let names = [
            vec!["USER_ID_DERIVED".to_owned(), "USER_ID".to_owned()],
            vec!["User.Username".to_owned()],
            vec!["STATUS".to_owned()],
        ];
        let keys = Keys::new(&names);
        let mut filler = Filler::new(&keys);
        let mut record = Record::default();
        // Twice, since the second time the keys are known.
        for _ in 0..2 {
            let mut filling = filler.begin(&mut record);
            for (parent, key, span) in pairs {
                let place = filling.place(parent.as_bytes(), key.as_bytes());
                match (place, *span) {
                    (Some(place), Some((from, to))) => {
                        filling.put(place, Field::new(from, to, Escape::None));
                    }
                    (Some(place), None) => filling.put_nothing(place),
                    (None, _) => {}
                }
            }
        }
        (0..3)
            .map(|at| record.text(text, at).into_owned())
            .collect()
    }

    #[test]
    fn the_preferred_key_wins_whatever_the_order() {
        let text = b"abc";
        let of = |pairs: &[_]| filled(pairs, text);
        let (long, short) = (
            ("", "user_id_derived", Some((0, 1))),
            ("", "USER_ID", Some((1, 2))),
        );
        assert_eq!(of(&[long, short]), ["a", "", ""]);
        assert_eq!(of(&[short, long]), ["a", "", ""]);
        assert_eq!(of(&[short, ("", "USER_ID_DERIVED", None)]), ["b", "", ""]);
    }

    #[test]
    fn the_last_of_a_repeated_key_wins() {
        let text = b"abc";
        let twice = [("", "Status", Some((0, 1))), ("", "Status", Some((2, 3)))];
        assert_eq!(filled(&twice, text), ["", "", "c"]);
        let nothing = [("", "Status", Some((0, 1))), ("", "Status", None)];
        assert_eq!(filled(&nothing, text), ["", "", ""]);
    }

    #[test]
    fn nested_typed_and_escaped_keys_lead_to_their_columns() {
        let text = b"abc";
        assert_eq!(
            filled(&[("User", "Username", Some((0, 1)))], text),
            ["", "a", ""]
        );
        assert_eq!(
            filled(&[("", "user_id_s", Some((0, 1)))], text),
            ["a", "", ""]
        );
        assert_eq!(
            filled(&[("", r"St\u0061tus", Some((0, 1)))], text),
            ["", "", "a"]
        );
    }
}
