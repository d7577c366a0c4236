//! Which files can share logins at all that their ids don't tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::normalise::value::login_id::IdKind;

/// What decides whether two files can share logins beside those that their ids tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    /// The kind of id that every row has.
    full: Option<usize>,
    /// The orgs that the rows name; `None` where some row names none.
    orgs: Option<BTreeSet<String>>,
}

/// What one file's rows say for its class.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    pub(super) events: u64,
    pub(super) of_kind: [u64; IdKind::COUNT],
    pub(super) orgs: BTreeSet<String>,
    pub(super) org_open: bool,
}

impl Gathered {
    /// A row names this org, or none.
    pub(super) fn names(&mut self, org: Option<&str>) {
        match org {
            None => self.org_open = true,
            Some(org) if self.orgs.contains(org) => {}
            Some(org) => {
                self.orgs.insert(org.to_owned());
            }
        }
    }

    pub(super) fn class(&self) -> Class {
        let full = self.of_kind.iter().position(|n| *n == self.events);
        Class {
            full: full.filter(|_| self.events > 0),
            orgs: (!self.org_open).then(|| self.orgs.clone()),
        }
    }
}

impl Class {
    /// Whether files of two classes can share logins that their ids don't tell: not where all
    /// rows of both have ids of one kind, and not where their orgs differ.
    fn may_share(&self, other: &Self) -> bool {
        if self.full.is_some() && self.full == other.full {
            return false;
        }
        match (&self.orgs, &other.orgs) {
            (Some(ours), Some(theirs)) => !ours.is_disjoint(theirs),
            _ => true,
        }
    }
}

/// The classes of all files.
#[derive(Debug)]
pub(super) struct Classes {
    /// By file: the number of its class.
    of_file: Vec<usize>,
    /// By class and class: whether files of them may share logins.
    may_share: Vec<Vec<bool>>,
}

impl Classes {
    pub(super) fn of(files: &[Gathered]) -> Self {
        let mut numbers: BTreeMap<Class, usize> = BTreeMap::new();
        let mut of_file = Vec::with_capacity(files.len());
        for file in files {
            let next = numbers.len();
            of_file.push(*numbers.entry(file.class()).or_insert(next));
        }
        let mut by_number: Vec<(&usize, &Class)> =
            numbers.iter().map(|(class, at)| (at, class)).collect();
        by_number.sort_unstable();
        let may_share = by_number.iter().map(|(_, one)| {
            let others = by_number.iter();
            others.map(|(_, other)| one.may_share(other)).collect()
        });
        Self {
            of_file,
            may_share: may_share.collect(),
        }
    }

    /// Whether two files may share logins that their ids don't tell.
    pub(super) fn may_share(&self, one: usize, other: usize) -> bool {
        one != other && self.may_share[self.of_file[one]][self.of_file[other]]
    }

    /// Of some files, those that may share logins with another of them. Linear in files, since
    /// hours with thousands of them are met.
    pub(super) fn sharing<'a>(&'a self, files: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        let mut count = vec![0_usize; self.may_share.len()];
        for &file in files {
            count[self.of_file[file]] += 1;
        }
        let shares: Vec<bool> = (0..count.len())
            .map(|one| {
                let others = count.iter().enumerate();
                others
                    .filter(|(other, _)| self.may_share[one][*other])
                    .any(|(other, n)| *n > usize::from(other == one))
            })
            .collect();
        files
            .iter()
            .copied()
            .filter(move |file| shares[self.of_file[*file]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(events: u64, of_kind: [u64; 3], org: Option<&str>) -> Gathered {
        Gathered {
            events,
            of_kind,
            orgs: org.iter().map(ToString::to_string).collect(),
            org_open: org.is_none(),
        }
    }

    #[test]
    fn files_whose_rows_all_have_ids_of_one_kind_share_by_id_alone() {
        let files = [
            file(3, [0, 0, 3], Some("a")),
            file(5, [0, 0, 5], Some("a")),
            file(5, [0, 0, 4], Some("a")),
            file(5, [5, 0, 0], Some("a")),
            file(5, [0, 0, 0], None),
            file(5, [0, 0, 0], Some("b")),
        ];
        let classes = Classes::of(&files);
        assert!(!classes.may_share(0, 1));
        assert!(classes.may_share(0, 2) && classes.may_share(0, 3) && classes.may_share(0, 4));
        assert!(!classes.may_share(0, 5) && classes.may_share(4, 5));
        assert!(!classes.may_share(4, 4));
        let sharing = |files: &[usize]| classes.sharing(files).collect::<Vec<_>>();
        assert_eq!(sharing(&[0, 1]), [0_usize; 0]);
        assert_eq!(sharing(&[0, 1, 5, 4]), [0, 1, 5, 4]);
        assert_eq!(sharing(&[4]), [0_usize; 0]);
    }
}
