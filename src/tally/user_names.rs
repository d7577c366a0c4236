//! Which username an id has where exports give it several.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::event::Instant;
use crate::normalise::{Given, Names};

/// How much a name is worth: what an export of users says counts more than a row about something
/// else, then the newer more than the older, then the one that is first in byte order.
type Worth = (bool, Instant, Reverse<String>);

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
    use crate::event::Sym;

    fn best(given: &[(&str, bool, i64)]) -> String {
        let mut names = Names::default();
        let mut users = UserNames::default();
        let id = names.symbols.intern("005000000000001AAA");
        let syms: Vec<Sym> = given
            .iter()
            .map(|(name, _, _)| names.symbols.intern(name))
            .collect();
        for (&name, (_, by_users, newest)) in syms.iter().zip(given) {
            let newest = Instant::from_millis(*newest);
            let by_users = *by_users;
            let given = Given {
                id,
                name,
                by_users,
                newest,
            };
            users.add(&given, &names);
        }
        users.into_sorted().remove(0).1
    }

    #[test]
    fn a_user_export_then_the_newest_then_byte_order() {
        assert_eq!(best(&[("new", false, 9), ("export", true, 0)]), "export");
        assert_eq!(best(&[("export", true, 0), ("new", false, 9)]), "export");
        assert_eq!(best(&[("old", false, 1), ("new", false, 2)]), "new");
        assert_eq!(best(&[("b", true, 0), ("a", true, 0), ("c", true, 0)]), "a");
    }
}
