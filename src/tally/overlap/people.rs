//! Who is who: user ids and usernames that exports give to one person.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use crate::normalise::value::id::is_user_id;

/// Ids and names, joined where some row or a User export has both.
#[derive(Debug, Default)]
pub(super) struct People {
    number: FxHashMap<String, u32>,
    /// Towards the number that stands for the person.
    parent: Vec<u32>,
}

/// How a row tells its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// Not at all, or in a way that can be compared with any other.
    Comparable,
    /// By an id that no export gives a name.
    IdAlone,
    /// By a name that no export gives an id.
    NameAlone,
}

impl People {
    /// Joins ids and names. The pairs may repeat; their order doesn't matter.
    pub(super) fn of<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut people = Self::default();
        for (id, name) in named {
            let (id, name) = (people.enter(id), people.enter(name));
            let (a, b) = (people.root(id), people.root(name));
            // The lower number stands for both, so that chains stay short and order plays no part.
            people.parent[a.max(b) as usize] = a.min(b);
        }
        people
    }

    fn enter(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.number.get(text) {
            return self.root(number);
        }
        let number = u32::try_from(self.parent.len()).unwrap_or(u32::MAX);
        self.number.insert(text.to_owned(), number);
        self.parent.push(number);
        number
    }

    fn root(&mut self, mut number: u32) -> u32 {
        while self.parent[number as usize] != number {
            let above = self.parent[self.parent[number as usize] as usize];
            self.parent[number as usize] = above;
            number = above;
        }
        number
    }

    /// A number that texts of one person share; 0 where the user isn't known.
    pub(super) fn person(&self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        let Some(&number) = self.number.get(text) else {
            let mut hasher = FxHasher::default();
            hasher.write(text.as_bytes());
            return hasher.finish() | 1 << 63;
        };
        let mut root = number;
        while self.parent[root as usize] != root {
            root = self.parent[root as usize];
        }
        u64::from(root) + 1
    }

    /// Whether a user called so can be compared with users called otherwise.
    pub(super) fn called(&self, text: &str) -> Called {
        if text.is_empty() || self.number.contains_key(text) {
            Called::Comparable
        } else if is_user_id(text) {
            Called::IdAlone
        } else {
            Called::NameAlone
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_of_one_person_are_one() {
        let pairs = [("005A", "old"), ("005B", "eve"), ("005A", "new")];
        for shift in 0..3 {
            let mut pairs = pairs;
            pairs.rotate_left(shift);
            let people = People::of(pairs.into_iter());
            assert_eq!(people.person("old"), people.person("new"));
            assert_eq!(people.person("005A"), people.person("new"));
            assert_ne!(people.person("eve"), people.person("new"));
            assert_ne!(people.person("x"), people.person("y"));
            assert_eq!(people.person(""), 0);
        }
        let people = People::of(pairs.into_iter());
        assert_eq!(people.called("005000000000001"), Called::IdAlone);
        assert_eq!(people.called("zoe"), Called::NameAlone);
        assert_eq!(people.called("eve"), Called::Comparable);
    }
}
