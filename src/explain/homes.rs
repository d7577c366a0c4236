//! At which kind of host each username logs in, as far as history and logs tell.

use std::collections::{BTreeMap, BTreeSet};

use super::heard::{Heard, serves};
use super::usernames::{self, Endings};
use crate::detect::Seen;
use crate::event::{Dims, Instant};
use crate::normalise::log::{Serves, sandbox_of};
use crate::tally::{Pair, What};

/// A login that worked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// The last that is known.
    pub(super) last: Instant,
    /// `None` where only the other logins of the org tell the kind.
    pub(super) host: Option<String>,
}

/// Where usernames are at home. Only those that somebody asks for are kept.
#[derive(Debug, Default)]
pub(super) struct Homes {
    works: BTreeMap<String, BTreeMap<Serves, At>>,
    /// Every username that is known, whether it works or not.
    known: BTreeSet<String>,
    /// Names of sandboxes that hosts tell.
    sandboxes: BTreeSet<String>,
}

impl Homes {
    /// Looks for usernames, and for those that a sandbox would make of them or has made them of.
    pub(super) fn of(seen: Option<&Seen<'_>>, heard: &Heard<'_>, asked: &BTreeSet<&str>) -> Self {
        let mut homes = Self::default();
        if asked.is_empty() {
            return homes;
        }
        let whole = |user| usernames::split(user).map(|(whole, _)| whole);
        let wholes: BTreeSet<&str> = asked.iter().filter_map(|user| whole(user)).collect();
        let wanted = |user: &str| {
            let copied = usernames::split(user).is_some_and(|(whole, _)| asked.contains(whole));
            copied || asked.contains(user) || wholes.contains(user)
        };
        for error in &heard.logs.errors {
            let user = error.user.as_deref().filter(|user| wanted(user));
            homes.known.extend(user.map(str::to_owned));
            homes.host(error.host.as_deref());
        }
        for worked in heard.worked() {
            homes.host(worked.host);
            let Some(user) = worked.user.as_deref().filter(|user| wanted(user)) else {
                continue;
            };
            homes.known.insert(user.to_owned());
            if let Some(kind) = serves(worked.host) {
                homes.add(user, kind, worked.last, worked.host);
            }
        }
        if let Some(seen) = seen {
            homes.history(seen, wanted);
        }
        homes
    }

    fn history(&mut self, seen: &Seen<'_>, wanted: impl Fn(&str) -> bool) {
        let symbols = &seen.tally.symbols;
        for dims in &seen.tally.dims {
            self.host(symbols.known(dims.host));
        }
        let kinds = kinds(seen);
        let users = &seen.resolved.users;
        let mut asked: Vec<Option<bool>> = vec![None; seen.tally.users.len()];
        let mut is_asked = |pair: &Pair| {
            let known = &mut asked[pair.user.index()];
            *known.get_or_insert_with(|| {
                let name = users.get(seen.resolved.user(pair.user));
                name.is_some_and(|name| wanted(&name))
            })
        };
        for pair in seen.tally.pairs().all(seen.tally) {
            if !is_asked(&pair) {
                continue;
            }
            let Some(user) = users.get(seen.resolved.user(pair.user)) else {
                continue;
            };
            self.known.insert(user.clone().into_owned());
            let what = seen.resolved.what[pair.dims.index()];
            let host = symbols.known(seen.tally.dims[pair.dims.index()].host);
            if let Some(kind) = kinds[pair.dims.index()].filter(|_| what.success) {
                self.add(
                    &user,
                    kind,
                    pair.last,
                    host.filter(|_| serves(host).is_some()),
                );
            }
        }
    }

    fn add(&mut self, user: &str, kind: Serves, last: Instant, host: Option<&str>) {
        let host = host.map(str::to_owned);
        let at = At { last, host };
        let works = self.works.entry(user.to_owned()).or_default();
        let known = works.entry(kind).or_insert_with(|| at.clone());
        *known = known.clone().max(at);
    }

    fn host(&mut self, host: Option<&str>) {
        let sandbox = host.and_then(sandbox_of);
        if let Some(sandbox) = sandbox.filter(|name| !self.sandboxes.contains(*name)) {
            self.sandboxes.insert(sandbox.to_owned());
        }
    }

    /// The last login of a username at a kind of host.
    pub(super) fn works(&self, user: &str, kind: Serves) -> Option<&At> {
        self.works.get(user)?.get(&kind)
    }

    pub(super) fn knows(&self, user: &str) -> bool {
        self.known.contains(user)
    }

    /// The name that a sandbox has made of this one, and that works in it.
    pub(super) fn copy_in_sandbox(&self, user: &str) -> Option<&str> {
        let begins = format!("{user}.");
        let longer = self.works.range(begins.clone()..);
        let mut longer = longer.take_while(|(name, _)| name.starts_with(&begins));
        let is_copy = |name: &str| usernames::split(name).is_some_and(|(whole, _)| whole == user);
        longer
            .find(|(name, works)| is_copy(name) && works.contains_key(&Serves::Sandboxes))
            .map(|(name, _)| name.as_str())
    }

    /// Whether a sandbox of that name is among the hosts.
    pub(super) fn has_sandbox(&self, name: &str) -> bool {
        self.sandboxes.contains(name)
    }
}

/// The kind of org of each combination: by its host, else by the other logins of the org.
fn kinds(seen: &Seen<'_>) -> Vec<Option<Serves>> {
    let symbols = &seen.tally.symbols;
    let combined = || seen.tally.dims.iter().zip(&seen.resolved.what);
    let mut of_orgs: BTreeMap<u32, BTreeSet<Serves>> = BTreeMap::new();
    for (dims, what) in combined().filter(|(_, what)| what.success) {
        let kind = serves(symbols.known(dims.host));
        of_orgs.entry(what.org).or_default().extend(kind);
    }
    // An org is of one kind; where hosts tell of both, several orgs go by one name.
    let org = |org| match of_orgs.get(&org) {
        Some(kinds) if kinds.len() == 1 => kinds.first().copied(),
        _ => None,
    };
    let kind =
        |(dims, what): (&Dims, &What)| serves(symbols.known(dims.host)).or_else(|| org(what.org));
    combined().map(kind).collect()
}

/// Which users of a history may be at the wrong host: a quick look, a byte for each user, since
/// attackers choose usernames and there may be millions of them.
pub(super) struct Suspects<'a> {
    seen: &'a Seen<'a>,
    endings: &'a Endings,
    /// By number of the user: at which kinds of host a login worked.
    works: Vec<u8>,
    /// Users whose name a sandbox has copied, which works there.
    copied: BTreeSet<u32>,
    sandboxes: BTreeSet<&'a str>,
}

const fn bit(kind: Serves) -> u8 {
    match kind {
        Serves::Production => 1,
        Serves::Sandboxes => 2,
    }
}

impl<'a> Suspects<'a> {
    pub(super) fn of(seen: &'a Seen<'a>, heard: &'a Heard<'_>, endings: &'a Endings) -> Self {
        let resolved = seen.resolved;
        let mut works = vec![0; resolved.users.len()];
        let kinds = kinds(seen);
        for pair in seen.tally.pairs().all(seen.tally) {
            let at = pair.dims.index();
            if let Some(kind) = kinds[at].filter(|_| resolved.what[at].success) {
                works[resolved.user(pair.user) as usize] |= bit(kind);
            }
        }
        for worked in heard.worked() {
            let user = worked.user.as_deref();
            let user = user.and_then(|user| resolved.users.find(user));
            if let (Some(user), Some(kind)) = (user, serves(worked.host)) {
                works[user as usize] |= bit(kind);
            }
        }
        let in_sandbox = (0..)
            .zip(&works)
            .filter(|(_, works)| *works & bit(Serves::Sandboxes) != 0);
        let copied = in_sandbox.filter_map(|(user, _)| {
            let user = resolved.users.get(user)?;
            let (whole, _) = usernames::split(&user)?;
            resolved.users.find(whole)
        });
        let symbols = &seen.tally.symbols;
        let hosts = seen
            .tally
            .dims
            .iter()
            .filter_map(|dims| symbols.known(dims.host));
        let of_logs = heard
            .logs
            .errors
            .iter()
            .filter_map(|error| error.host.as_deref());
        let hosts = hosts
            .chain(of_logs)
            .chain(heard.worked().filter_map(|one| one.host));
        Self {
            copied: copied.collect(),
            sandboxes: hosts.filter_map(sandbox_of).collect(),
            seen,
            endings,
            works,
        }
    }

    /// Whether a user, given by number, may be none of the orgs of such a host.
    pub(super) fn has(&self, user: u32, kind: Serves) -> bool {
        let works = self.works.get(user as usize).copied().unwrap_or(0);
        if works & bit(kind) != 0 {
            return false;
        }
        if works & bit(kind.other()) != 0 {
            return true;
        }
        match (kind, self.seen.resolved.users.get(user)) {
            (Serves::Sandboxes, _) => self.copied.contains(&user),
            (Serves::Production, Some(name)) => {
                let ending = usernames::split(&name).map(|(_, ending)| ending);
                self.endings.is_common(&name)
                    || ending.is_some_and(|ending| self.sandboxes.contains(ending))
            }
            (Serves::Production, None) => false,
        }
    }
}
