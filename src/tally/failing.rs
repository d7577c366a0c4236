//! Who fails: the failures by user, app and description, and by user.
//!
//! Under an attack there are as many of these as rows. So what is kept of one is where it begins
//! in an order of pairs; its counts are worked out when it is asked for.

use std::cmp::Reverse;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::resolve::What;
use super::{Pair, Pairs, Resolved, Tally};
use crate::event::Instant;

/// The failures of one user by app, description, cause and source.
pub struct Failing<'a> {
    tally: &'a Tally,
    resolved: &'a Resolved,
    /// Positions of pairs that failed, sorted by user, org, app, description, cause and source.
    failed: Vec<u32>,
    /// Positions of pairs that succeeded, sorted by user, org and app.
    succeeded: Vec<u32>,
}

/// One user, app and description. Numbers are those of the [`Resolved`] tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// wide: the contract's group
pub struct FailedGroup {
    pub org: u32,
    pub user: u32,
    pub app: u32,
    pub description: u32,
    pub cause: u32,
    pub failures: u64,
    /// Successes of the same user and app.
    pub successes: u64,
    /// Distinct known sources.
    pub sources: u64,
    pub first: Instant,
    pub last: Instant,
}

/// One user of an org.
#[derive(Clone, Debug, PartialEq, Eq)]
// wide: the contract's user
pub struct FailedUser {
    pub org: u32,
    pub user: u32,
    pub failures: u64,
    pub successes: u64,
    /// Distinct known apps.
    pub apps: u64,
    /// Causes and the failures of each; a cause may stand there several times.
    pub causes: Vec<(u32, u64)>,
    pub first: Instant,
    pub last: Instant,
}

/// By what failures are sorted: user, org, app, description, cause and source.
type Key = [u32; 6];

impl<'a> Failing<'a> {
    /// Sorts the pairs of a tally.
    pub fn of(tally: &'a Tally, resolved: &'a Resolved) -> Self {
        let pairs = tally.pairs();
        let mut all = Self {
            tally,
            resolved,
            failed: Vec::with_capacity(pairs.len()),
            succeeded: Vec::with_capacity(pairs.len()),
        };
        for at in 0..pairs.len() as u32 {
            match all.what(at).success {
                true => all.succeeded.push(at),
                false => all.failed.push(at),
            }
        }
        let (mut failed, mut succeeded) = (
            std::mem::take(&mut all.failed),
            std::mem::take(&mut all.succeeded),
        );
        all.sort(&mut failed);
        all.sort(&mut succeeded);
        Self {
            failed,
            succeeded,
            ..all
        }
    }

    /// Pairs come by name, so mostly by user: only those of one user are left to be sorted.
    fn sort(&self, positions: &mut [u32]) {
        if !positions.is_sorted_by_key(|at| self.user(*at)) {
            positions.sort_by_key(|at| self.user(*at));
        }
        for of_user in positions.chunk_by_mut(|a, b| self.user(*a) == self.user(*b)) {
            of_user.sort_unstable_by_key(|at| self.key(*at));
        }
    }

    fn pairs(&self) -> &'a Pairs {
        self.tally.pairs()
    }

    fn pair(&self, at: u32) -> Pair {
        self.pairs().get(at, self.tally)
    }

    fn user(&self, at: u32) -> u32 {
        let (user, _) = self.pairs().key(at, self.tally);
        self.resolved.user(user)
    }

    fn what(&self, at: u32) -> What {
        let (_, dims) = self.pairs().key(at, self.tally);
        self.resolved.what[dims.index()]
    }

    fn key(&self, at: u32) -> Key {
        let what = self.what(at);
        [
            self.user(at),
            what.org,
            what.app,
            what.description,
            what.cause,
            what.source,
        ]
    }

    /// Whether two failing pairs are of one group, or of one user of an org.
    fn alike<const KEYS: usize>(&self, a: u32, b: u32) -> bool {
        self.key(a)[..KEYS] == self.key(b)[..KEYS]
    }

    /// Where the runs begin that share the first keys: most failures first, then by org and name.
    fn starts<const KEYS: usize>(&self) -> Vec<u32> {
        // Nearly all of very many have one failure: they are in order but for their orgs.
        let mut ones = Vec::with_capacity(self.failed.len());
        let mut more = Vec::new();
        let org = |start: u32| self.what(self.failed[start as usize]).org;
        let mut start = 0;
        for run in self.failed.chunk_by(|a, b| self.alike::<KEYS>(*a, *b)) {
            match run.iter().map(|at| self.pair(*at).n).sum::<u64>() {
                1 => ones.push(start),
                failures => more.push((Reverse(failures), org(start), start)),
            }
            start += run.len() as u32;
        }
        if !ones.is_sorted_by_key(|start| org(*start)) {
            ones.sort_by_key(|start| org(*start));
        }
        more.sort_unstable();
        if more.is_empty() {
            return ones;
        }
        let more = more.into_iter().map(|(_, _, start)| start);
        more.chain(ones).collect()
    }

    /// The pairs that share the first keys with the one that stands at a place.
    fn run<const KEYS: usize>(&self, start: u32) -> &[u32] {
        let rest = &self.failed[start as usize..];
        let mut runs = rest.chunk_by(|a, b| self.alike::<KEYS>(*a, *b));
        runs.next().unwrap_or_default()
    }

    /// Where each user, app and description begins: most failures first, then by org and name.
    pub fn groups(&self) -> Vec<u32> {
        self.starts::<GROUP>()
    }

    /// Where each user of an org begins: most failures first, then by org and name.
    pub fn users(&self) -> Vec<u32> {
        self.starts::<USER>()
    }

    /// The group that begins at a place.
    pub fn group(&self, start: u32) -> FailedGroup {
        let run = self.run::<GROUP>(start);
        let [user, org, app, description, cause, _] = self.key(self.failed[start as usize]);
        let (failures, first, last) = self.sum(run);
        FailedGroup {
            org,
            user,
            app,
            description,
            cause,
            failures,
            successes: self.successes(&[user, org, app]),
            sources: distinct(run.iter().map(|at| self.what(*at).source)),
            first,
            last,
        }
    }

    /// The user that begins at a place.
    pub fn user_at(&self, start: u32) -> FailedUser {
        let run = self.run::<USER>(start);
        let [user, org, ..] = self.key(self.failed[start as usize]);
        let (failures, first, last) = self.sum(run);
        FailedUser {
            org,
            user,
            failures,
            successes: self.successes(&[user, org]),
            apps: distinct(run.iter().map(|at| self.what(*at).app)),
            causes: run
                .iter()
                .map(|at| (self.what(*at).cause, self.pair(*at).n))
                .collect(),
            first,
            last,
        }
    }

    fn sum(&self, run: &[u32]) -> (u64, Instant, Instant) {
        let each = run.iter().map(|at| self.pair(*at));
        let each = each.map(|pair| (pair.n, pair.first, pair.last));
        let sum = each.reduce(|a, b| (a.0 + b.0, a.1.min(b.1), a.2.max(b.2)));
        sum.unwrap_or_default()
    }

    /// Successes that share the first keys.
    fn successes(&self, key: &[u32]) -> u64 {
        let own = |at: &u32| -> std::cmp::Ordering { self.key(*at)[..key.len()].cmp(key) };
        let from = self.succeeded.partition_point(|at| own(at).is_lt());
        let all = self.succeeded[from..].iter();
        let run = all.take_while(|at| own(at).is_eq());
        run.map(|at| self.pair(*at).n).sum()
    }

    /// How many distinct known users each key has among the failures.
    pub fn users_by<K: Eq + Hash>(&self, key: impl Fn(What) -> K) -> FxHashMap<K, u64> {
        let mut met: FxHashMap<K, (u32, u64)> = FxHashMap::default();
        for at in &self.failed {
            let user = self.user(*at);
            let (last, count) = met.entry(key(self.what(*at))).or_default();
            // Those of one user stand side by side; 0 is nobody known, and comes first.
            if *last != user {
                (*last, *count) = (user, *count + 1);
            }
        }
        let counts = met.into_iter().map(|(key, (_, count))| (key, count));
        counts.collect()
    }
}

/// Keys of a group, and of a user of an org.
const GROUP: usize = 5;
const USER: usize = 2;

/// Distinct known numbers of a sorted list.
fn distinct(numbers: impl Iterator<Item = u32>) -> u64 {
    let mut last = 0;
    let fresh = numbers.filter(|number| std::mem::replace(&mut last, *number) != *number);
    fresh.count() as u64
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::catalogue::Known;
    use crate::event::{Dims, Place, Sym};
    use crate::normalise::Names;
    use crate::tally::{Part, Row};

    /// Users of two orgs, one of whom stands there by id and by name; of nobody known too.
    fn tally() -> Tally {
        let mut names = Names::default();
        let mut rows = Vec::new();
        for n in 0..400_u32 {
            let pick = |of: u32, texts: &[&str]| texts[(n / of) as usize % texts.len()].to_owned();
            let mut sym = |text: String| names.symbols.intern(&text);
            let success = n % 7 == 0;
            let dims = Dims {
                success,
                org: sym(pick(3, &["o1", "o2"])),
                app: sym(pick(5, &["", "Loader", "Sync"])),
                description: sym(match success {
                    true => "Success".to_owned(),
                    false => pick(2, &["Invalid Password", "Restricted IP"]),
                }),
                source: sym(pick(11, &["", "192.0.2.1", "192.0.2.2", "192.0.2.3"])),
                client: sym(pick(13, &["a", "b"])),
                ..Dims::default()
            };
            let ids = ["", "005000000000001AAA", "ann@x", "zoe@x", "bob@x"];
            let user: Sym = names.users.intern(&pick(1, &ids));
            let first = Instant::from_minute(n * 17 % 97);
            rows.push(
                Row::one(
                    first.minute(),
                    (user, names.dims.intern(dims)),
                    first,
                    Place::new(0, u64::from(n)),
                )
                .times(n % 3 + 1),
            );
        }
        Tally::from_parts(vec![Part {
            names,
            rows: rows.into(),
        }])
    }

    /// What one key holds, counted the slow and obvious way.
    #[derive(Default)]
    struct Counted {
        failures: u64,
        sources: BTreeSet<u32>,
        apps: BTreeSet<u32>,
        users: BTreeSet<u32>,
        causes: BTreeMap<u32, u64>,
        times: BTreeSet<Instant>,
    }

    fn counted<K: Ord>(
        tally: &Tally,
        resolved: &Resolved,
        key: impl Fn(u32, What) -> K,
    ) -> BTreeMap<K, Counted> {
        let mut all: BTreeMap<K, Counted> = BTreeMap::new();
        for row in tally.rows.iter() {
            let (user, what) = (resolved.user(row.user), resolved.what[row.dims.index()]);
            if what.success {
                continue;
            }
            let one = all.entry(key(user, what)).or_default();
            one.failures += row.n();
            one.sources
                .extend((what.source != 0).then_some(what.source));
            one.apps.extend((what.app != 0).then_some(what.app));
            one.users.extend((user != 0).then_some(user));
            *one.causes.entry(what.cause).or_default() += row.n();
            one.times.extend([row.first(), row.last()]);
        }
        all
    }

    #[test]
    fn groups_and_users_are_those_of_a_slow_and_obvious_count() {
        let (tally, known) = (tally(), Known::load().expect("the lists"));
        let names = [("005000000000001AAA".to_owned(), "zoe@x".to_owned())];
        let resolved = Resolved::of(&tally, &known, &names, &["o1", "o2"]);
        let failing = Failing::of(&tally, &resolved);
        let successes = |passes: &dyn Fn(u32, What) -> bool| -> u64 {
            let rows = tally.rows.iter().filter(|row| {
                let what = resolved.what[row.dims.index()];
                what.success && passes(resolved.user(row.user), what)
            });
            rows.map(|row| row.n()).sum()
        };

        let groups: Vec<FailedGroup> = failing
            .groups()
            .iter()
            .map(|at| failing.group(*at))
            .collect();
        let key = |user, what: What| [what.org, user, what.app, what.description, what.cause];
        let slow = counted(&tally, &resolved, key);
        assert_eq!(groups.len(), slow.len());
        for group in &groups {
            let own = [
                group.org,
                group.user,
                group.app,
                group.description,
                group.cause,
            ];
            let one = &slow[&own];
            assert_eq!(group.failures, one.failures);
            assert_eq!(group.sources, one.sources.len() as u64);
            assert_eq!(Some(&group.first), one.times.first());
            assert_eq!(Some(&group.last), one.times.last());
            let same = |user, what: What| [what.org, user, what.app] == own[..3];
            assert_eq!(group.successes, successes(&same));
        }
        let order = |group: &FailedGroup| {
            let FailedGroup {
                org,
                user,
                app,
                description,
                cause,
                ..
            } = *group;
            (
                Reverse(group.failures),
                [org, user, app, description, cause],
            )
        };
        assert!(groups.is_sorted_by_key(order));

        let users: Vec<FailedUser> = failing
            .users()
            .iter()
            .map(|at| failing.user_at(*at))
            .collect();
        let slow = counted(&tally, &resolved, |user, what| [what.org, user]);
        assert_eq!(users.len(), slow.len());
        for user in &users {
            let one = &slow[&[user.org, user.user]];
            let mut causes = BTreeMap::new();
            for (cause, n) in &user.causes {
                *causes.entry(*cause).or_default() += n;
            }
            assert_eq!((user.failures, &causes), (one.failures, &one.causes));
            assert_eq!(user.apps, one.apps.len() as u64);
            let same = |by, what: What| [what.org, by] == [user.org, user.user];
            assert_eq!(user.successes, successes(&same));
        }
        assert!(users.is_sorted_by_key(|user| (Reverse(user.failures), user.org, user.user)));

        let by_cause = failing.users_by(|what| what.cause);
        for (cause, one) in counted(&tally, &resolved, |_, what| what.cause) {
            assert_eq!(by_cause[&cause], one.users.len() as u64);
        }
        assert_eq!(resolved.users_of(&tally), 3);
    }
}
