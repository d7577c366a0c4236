//! The users of a tally by number, in the byte order of their names.

use std::borrow::Cow;

use super::UserTexts;
use crate::event::{Sym, Symbols};

/// Distinct names of users in byte order. Entry 0 is "not known", which sorts first.
///
/// There may be as many as rows, so that those that stand in the tally are not kept a second time.
#[derive(Clone, Debug, Default)]
pub struct UserTable {
    /// As the tally has them.
    shared: UserTexts,
    /// `None` where every user of the tally goes by the text that stands there.
    named: Option<Named>,
}

/// Users of whom some go by another name than the tally's.
#[derive(Clone, Debug, Default)]
struct Named {
    /// The other names; they are numbered behind the texts of the tally.
    own: Symbols,
    /// The text of each entry but the unknown one.
    entries: Vec<Sym>,
    /// By user of the tally: the entry.
    entry_of: Vec<u32>,
    /// Entries that several users of the tally go by, sorted.
    several: Vec<u32>,
}

impl UserTable {
    /// The users of a tally; `names` are ids and the name that each goes by.
    pub(super) fn of(shared: &UserTexts, names: &[(String, String)]) -> Self {
        let known = names.iter().filter_map(|(id, name)| {
            let sym = shared.find(id)?;
            Some((sym, name.as_str()))
        });
        let known: Vec<(Sym, &str)> = known.collect();
        Self {
            shared: shared.clone(),
            named: (!known.is_empty()).then(|| Named::of(shared, known)),
        }
    }

    /// The entry of a user of the tally.
    #[inline]
    pub fn of_tally(&self, user: Sym) -> u32 {
        match &self.named {
            None => user.0,
            Some(named) => named.entry_of[user.index()],
        }
    }

    /// Whether several users of the tally are this one.
    pub fn is_of_several(&self, entry: u32) -> bool {
        let named = self.named.as_ref();
        named.is_some_and(|named| named.several.binary_search(&entry).is_ok())
    }

    fn text<'a>(&'a self, named: &'a Named, entry: Sym) -> Cow<'a, str> {
        match entry.index().checked_sub(self.shared.len()) {
            Some(own) => Cow::Borrowed(named.own.text(Sym(own as u32 + 1))),
            None => self.shared.text(entry),
        }
    }

    /// How many entries there are, the unknown one included.
    pub fn len(&self) -> usize {
        match &self.named {
            None => self.shared.len(),
            Some(named) => named.entries.len() + 1,
        }
    }

    /// Whether no user is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let shared = self.named.is_none().then(|| self.shared.texts());
        let named = self.named.iter().flat_map(|named| {
            let entries = named.entries.iter();
            entries.map(|entry| self.text(named, *entry))
        });
        shared.into_iter().flatten().chain(named)
    }

    /// The entry of a name.
    pub fn find(&self, name: &str) -> Option<u32> {
        let Some(named) = &self.named else {
            return self.shared.find(name).map(|sym| sym.0);
        };
        let entries = &named.entries;
        let found = entries.binary_search_by(|known| (*self.text(named, *known)).cmp(name));
        u32::try_from(found.ok()? + 1).ok()
    }

    /// The name of an entry; `None` for the unknown one.
    pub fn get(&self, at: u32) -> Option<Cow<'_, str>> {
        let Some(named) = &self.named else {
            return self.shared.known(Sym(at));
        };
        let entry = named.entries.get(at.checked_sub(1)? as usize)?;
        Some(self.text(named, *entry))
    }
}

impl Named {
    /// `known` are users of the tally and the names that they go by. An empty name is none.
    fn of(shared: &UserTexts, mut known: Vec<(Sym, &str)>) -> Self {
        let mut named = Self {
            entry_of: vec![0; shared.len()],
            ..Self::default()
        };
        let mut renamed: Vec<Sym> = known.iter().map(|(user, _)| *user).collect();
        renamed.sort_unstable();
        let mut renamed = renamed.into_iter().peekable();
        known.sort_unstable_by_key(|(_, name)| *name);
        let mut known = known.into_iter().peekable();
        // Both are in byte order: those of the tally, and the names.
        for (user, text) in (1..).map(Sym).zip(shared.texts()) {
            while let Some((of, name)) = known.next_if(|(_, name)| **name < *text) {
                named.add(shared, of, name);
            }
            if renamed.next_if_eq(&user).is_some() {
                continue;
            }
            named.entries.push(user);
            named.entry_of[user.index()] = named.entries.len() as u32;
            while let Some((of, _)) = known.next_if(|(_, name)| **name == *text) {
                named.entry_of[of.index()] = named.entries.len() as u32;
            }
        }
        for (of, name) in known {
            named.add(shared, of, name);
        }
        named.own.forget_places();
        named.several = repeated(&named.entry_of);
        named
    }

    /// The next name that is no text of the tally: a new one, or that of the user before.
    fn add(&mut self, shared: &UserTexts, of: Sym, name: &str) {
        if name.is_empty() {
            self.entry_of[of.index()] = 0;
            return;
        }
        let entry = Sym(shared.len() as u32 - 1 + self.own.intern(name).0);
        if self.entries.last() != Some(&entry) {
            self.entries.push(entry);
        }
        self.entry_of[of.index()] = self.entries.len() as u32;
    }
}

/// The numbers that stand more than once, sorted.
fn repeated(numbers: &[u32]) -> Vec<u32> {
    let most = numbers.iter().max().copied().unwrap_or(0);
    let mut met = vec![false; most as usize + 1];
    let again = numbers
        .iter()
        .filter(|at| std::mem::replace(&mut met[**at as usize], true));
    let mut repeated: Vec<u32> = again.copied().collect();
    repeated.sort_unstable();
    repeated.dedup();
    repeated
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(texts: &[&str], names: &[(&str, &str)]) -> (UserTable, Vec<u32>) {
        let shared = texts.iter().copied().collect::<Symbols>().into();
        let names = names
            .iter()
            .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()));
        let table = UserTable::of(&shared, &names.collect::<Vec<_>>());
        let of = (0..=texts.len() as u32)
            .map(|at| table.of_tally(Sym(at)))
            .collect();
        (table, of)
    }

    #[test]
    fn a_name_given_to_an_id_is_in_its_place_and_one_user_is_one() {
        let names = [
            ("005A", "moe"),
            ("005B", "zoe"),
            ("005C", "moe"),
            ("005X", "nobody"),
        ];
        let (table, of) = table(&["005A", "005B", "005C", "ann", "zoe"], &names);
        assert_eq!(table.names().collect::<Vec<_>>(), ["ann", "moe", "zoe"]);
        assert_eq!(of, [0, 2, 3, 2, 1, 3]);
        assert_eq!(table.find("moe"), Some(2));
        let several = (0..4).filter(|entry| table.is_of_several(*entry));
        assert_eq!(several.collect::<Vec<_>>(), [2, 3]);
        assert_eq!((table.find(""), table.find("mop")), (None, None));
        let shown = |at| table.get(at).map(Cow::into_owned);
        assert_eq!(
            (shown(0), shown(3), shown(4)),
            (None, Some("zoe".to_owned()), None)
        );
        assert_eq!(table.len(), 4);
    }

    #[test]
    fn a_name_may_be_the_text_of_a_user_who_goes_by_another() {
        let (table, of) = table(&["a", "b", "c"], &[("a", "b"), ("b", "a"), ("c", "")]);
        assert_eq!(table.names().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(of, [0, 2, 1, 0]);
    }

    #[test]
    fn without_names_users_are_those_of_the_tally() {
        let (table, of) = table(&["ann", "zoe"], &[("005A", "moe")]);
        assert_eq!(of, [0, 1, 2]);
        assert_eq!(
            (table.len(), table.find("zoe"), table.is_empty()),
            (3, Some(2), false)
        );
        assert_eq!(table.get(1).as_deref(), Some("ann"));
    }
}
