//! Which username an id has where exports give it several.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::event::{Instant, Sym};
use crate::normalise::{Given, Names};

/// How much a name is worth: what an export of users says counts more than a row about something
/// else, then the newer more than the older, then the one that is first in byte order.
type Worth = (bool, Instant, Reverse<String>);

/// Of each user id the best of the names that the files of one worker give, by its tables: many
/// files give the same.
pub(super) fn best_of<'g>(all: impl Iterator<Item = &'g Given>, names: &Names) -> Vec<Given> {
    let text = |given: &Given| names.symbols.text(given.name);
    let is_better = |one: &Given, other: &Given| {
        let worth = |given: &Given| (given.by_users, given.newest);
        let by_worth = worth(one).cmp(&worth(other));
        by_worth.then_with(|| text(other).cmp(text(one))).is_gt()
    };
    let mut best: FxHashMap<Sym, Given> = FxHashMap::default();
    for given in all {
        let known = best.entry(given.id).or_insert(*given);
        if is_better(given, known) {
            *known = *given;
        }
    }
    best.into_values().collect()
}

/// The best name of each user id so far.
#[derive(Debug, Default)]
pub(super) struct UserNames(BTreeMap<String, Worth>);

impl UserNames {
    /// A name that a file gives, by the tables of its worker.
    pub(super) fn add(&mut self, given: &Given, names: &Names) {
        let text = |sym| names.symbols.text(sym);
        let worth = (
            given.by_users,
            given.newest,
            Reverse(text(given.name).to_owned()),
        );
        match self.0.get_mut(text(given.id)) {
            Some(best) => *best = worth.max(std::mem::take(best)),
            None => {
                self.0.insert(text(given.id).to_owned(), worth);
            }
        }
    }

    /// User ids and the name of each, sorted by id.
    pub(super) fn into_sorted(self) -> Vec<(String, String)> {
        let pair = |(id, (_, _, Reverse(name)))| (id, name);
        self.0.into_iter().map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(told: &[(&str, bool, i64)]) -> String {
        let mut names = Names::default();
        let (mut users, mut together) = (UserNames::default(), UserNames::default());
        let id = names.symbols.intern("005000000000001AAA");
        let syms: Vec<Sym> = told
            .iter()
            .map(|(name, _, _)| names.symbols.intern(name))
            .collect();
        let given = |(&name, &(_, by_users, newest)): (&Sym, &(&str, bool, i64))| Given {
            id,
            name,
            by_users,
            newest: Instant::from_millis(newest),
        };
        let all: Vec<Given> = syms.iter().zip(told).map(given).collect();
        all.iter().for_each(|given| users.add(given, &names));
        let best = best_of(all.iter(), &names);
        best.iter().for_each(|given| together.add(given, &names));
        let users = users.into_sorted();
        assert_eq!(users, together.into_sorted());
        users[0].1.clone()
    }

    #[test]
    fn a_user_export_then_the_newest_then_byte_order() {
        assert_eq!(best(&[("new", false, 9), ("export", true, 0)]), "export");
        assert_eq!(best(&[("export", true, 0), ("new", false, 9)]), "export");
        assert_eq!(best(&[("old", false, 1), ("new", false, 2)]), "new");
        assert_eq!(best(&[("b", true, 0), ("a", true, 0), ("c", true, 0)]), "a");
    }
}
