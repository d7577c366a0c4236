//! At which kind of host each username logs in, as far as history and logs tell.

use std::collections::{BTreeMap, BTreeSet};

use super::heard::{Heard, serves};
use super::usernames;
use crate::detect::Seen;
use crate::event::Instant;
use crate::normalise::log::{Serves, sandbox_of};
use crate::tally::Pair;

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
            let Some(user) = worked.user.filter(|user| wanted(user)) else {
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
        let mut kinds: BTreeMap<u32, BTreeSet<Serves>> = BTreeMap::new();
        for (dims, what) in seen.tally.dims.iter().zip(&seen.resolved.what) {
            let host = symbols.known(dims.host);
            self.host(host);
            if what.success {
                kinds.entry(what.org).or_default().extend(serves(host));
            }
        }
        // An org is of one kind; where hosts tell of both, several orgs go by one name.
        let org = |org| match kinds.get(&org) {
            Some(kinds) if kinds.len() == 1 => kinds.first().copied(),
            _ => None,
        };
        let users = &seen.resolved.users;
        let mut asked: Vec<Option<bool>> = vec![None; seen.resolved.user.len()];
        let mut is_asked = |pair: &Pair| {
            let known = &mut asked[pair.user.index()];
            *known.get_or_insert_with(|| {
                let name = users.get(seen.resolved.user[pair.user.index()]);
                name.is_some_and(&wanted)
            })
        };
        for pair in seen.tally.pairs().all() {
            if !is_asked(pair) {
                continue;
            }
            let Some(user) = users.get(seen.resolved.user[pair.user.index()]) else {
                continue;
            };
            self.known.insert(user.to_owned());
            let what = seen.resolved.what[pair.dims.index()];
            let host = symbols.known(seen.tally.dims[pair.dims.index()].host);
            let kind = serves(host).or_else(|| org(what.org));
            if let Some(kind) = kind.filter(|_| what.success) {
                self.add(
                    user,
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
