//! `wrong-endpoint`: a production user at the host of sandboxes, or the reverse.
//!
//! Which orgs a host serves is known from its name; to which kind of org a username belongs is told
//! by where it works, else by its ending.

mod telling;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::causes::Stands;
use super::heard::{Heard, serves};
use super::homes::{Homes, Suspects};
use super::usernames::{self, Endings};
use super::{Answered, Explained};
use crate::detect::wording::count;
use crate::detect::{NearMiss, Seen, Thresholds};
use crate::event::{Instant, Place};
use crate::normalise::log::Serves;
use crate::tally::Pair;

/// The rule.
pub const ID: &str = "wrong-endpoint";
/// What `rules` prints of it.
pub const PAGE: &str = include_str!("wrong_endpoint.md");
/// Places that are shown as evidence.
const SHOWN: usize = 10;

/// Whose refusals they are: a log, or the org of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    Log(u32),
    History(u32),
}

/// One client at one kind of host.
type Key<'a> = (From, &'a str, Serves);

/// What one user of it was refused.
#[derive(Debug)]
struct Refused<'a> {
    count: u64,
    first: Instant,
    last: Instant,
    hosts: BTreeSet<&'a str>,
    causes: BTreeSet<u32>,
    places: Vec<Place>,
    /// Positions of errors of logs.
    errors: Vec<usize>,
}

/// Why a username is held to be of the other kind of org.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// It logs in at the other kind of host: when last, and where.
    Works(Instant, Option<String>),
    /// A username that is known is this one with or without the ending of a sandbox.
    Twin(String),
    /// Its ending is the name of a sandbox that is known by its host.
    Named(String),
    /// Its ending is one that sandboxes are commonly called by.
    Common(String),
}

/// The findings, one for each client and kind of host. `history` is what exports tell, if any were
/// read.
pub(super) fn find(
    seen: &Seen<'_>,
    (heard, stands): (&Heard<'_>, &Stands),
    explained: &Explained,
    (has_history, limits): (bool, &Thresholds),
) -> anyhow::Result<Answered> {
    let endings = Endings::load()?;
    let history = has_history.then_some(seen);
    let mut refused: BTreeMap<Key<'_>, BTreeMap<Cow<'_, str>, Refused<'_>>> = BTreeMap::new();
    let mut nameless: BTreeMap<(&str, Serves), u64> = BTreeMap::new();
    for (at, error) in heard.logs.errors.iter().enumerate() {
        let kind = serves(error.host.as_deref());
        let has_row = explained.rows[at].is_some();
        let (Some(kind), Some(time)) = (kind, heard.time(error)) else {
            continue;
        };
        if has_row || !stands.is_of_wrong_host(error.cause) {
            continue;
        }
        let Some(user) = error.user.as_deref() else {
            *nameless.entry((&error.app, kind)).or_default() += error.count;
            continue;
        };
        let key = (From::Log(error.place.file()), &*error.app, kind);
        let one = Refused::entry(&mut refused, (key, user.into()), time);
        one.add(
            (error.count, time),
            error.host.as_deref(),
            error.cause.0 + 1,
        );
        one.places.push(error.place);
        one.errors.push(at);
    }
    if let Some(seen) = history {
        let suspects = Suspects::of(seen, heard, &endings);
        of_history(seen, (stands, &suspects), &mut refused);
    }
    let asked: BTreeSet<&str> = refused
        .values()
        .flat_map(|users| users.keys().map(|user| &**user))
        .collect();
    let homes = Homes::of(history, heard, &asked);
    let mut told = Answered::default();
    for (key, users) in refused {
        let proven = users.into_iter().filter_map(|(user, refused)| {
            let proof = proof(&user, key.2, (&homes, &endings))?;
            Some((user, refused, proof))
        });
        let proven: Vec<_> = proven.collect();
        let count: u64 = proven.iter().map(|(_, refused, _)| refused.count).sum();
        if count == 0 {
            continue;
        }
        if count < limits.wrong_endpoint_min {
            told.found.near_misses.push(NearMiss {
                rule: ID,
                scope: key.1.to_owned(),
                reached: format!("{count} refused at a host of other orgs"),
                needed: limits.wrong_endpoint_min.to_string(),
            });
            continue;
        }
        let errors = proven.iter().flat_map(|(_, refused, _)| &refused.errors);
        told.errors.extend(errors);
        let finding = telling::finding(seen, heard, key, proven);
        told.found.findings.push(finding);
    }
    told.found.near_misses.extend(both_kinds(heard, &nameless));
    Ok(told)
}

impl<'a> Refused<'a> {
    fn entry<'m>(
        all: &'m mut BTreeMap<Key<'a>, BTreeMap<Cow<'a, str>, Refused<'a>>>,
        (key, user): (Key<'a>, Cow<'a, str>),
        time: Instant,
    ) -> &'m mut Self {
        let users = all.entry(key).or_default();
        users.entry(user).or_insert_with(|| Refused {
            count: 0,
            first: time,
            last: time,
            hosts: BTreeSet::new(),
            causes: BTreeSet::new(),
            places: Vec::new(),
            errors: Vec::new(),
        })
    }

    fn add(&mut self, (n, time): (u64, Instant), host: Option<&'a str>, cause: u32) {
        self.count += n;
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.hosts.extend(host);
        self.causes.insert(cause);
    }
}

/// Refusals that the history itself holds.
fn of_history<'a>(
    seen: &Seen<'a>,
    (stands, suspects): (&Stands, &Suspects<'_>),
    refused: &mut BTreeMap<Key<'a>, BTreeMap<Cow<'a, str>, Refused<'a>>>,
) {
    let (tally, resolved) = (seen.tally, seen.resolved);
    let told = tally.dims.iter().zip(&resolved.what).map(|(dims, what)| {
        let host = tally.symbols.known(dims.host);
        let cause = what
            .cause()
            .filter(|cause| stands.is_of_wrong_host(*cause))?;
        Some((serves(host)?, host, cause.0 + 1))
    });
    let told: Vec<_> = told.collect();
    if told.iter().all(Option::is_none) {
        return;
    }
    // Attackers choose usernames, so rows are taken out of those alone that may be found.
    let may_tell = |pair: &Pair| {
        let told = told[pair.dims.index()];
        told.is_some_and(|(kind, ..)| suspects.has(resolved.user(pair.user), kind))
    };
    for row in tally.pairs().rows_of(may_tell, tally) {
        let (Some((kind, host, cause)), Some(user)) = (
            told[row.dims.index()],
            resolved.users.get(resolved.user(row.user)),
        ) else {
            continue;
        };
        let what = resolved.what[row.dims.index()];
        let app = resolved.apps.get(what.app).unwrap_or("");
        let key = (From::History(what.org), app, kind);
        let one = Refused::entry(refused, (key, user), row.first());
        one.add((row.n(), row.first()), host, cause);
        one.add((0, row.last()), host, cause);
        if one.places.len() < SHOWN {
            one.places.push(row.place);
        }
    }
}

fn proof(user: &str, kind: Serves, (homes, endings): (&Homes, &Endings)) -> Option<Proof> {
    // Whatever it is refused for, it isn't the host where the same name has been let in.
    if homes.works(user, kind).is_some() {
        return None;
    }
    if let Some(at) = homes.works(user, kind.other()) {
        return Some(Proof::Works(at.last, at.host.clone()));
    }
    match kind {
        Serves::Sandboxes => {
            let copy = homes.copy_in_sandbox(user)?;
            Some(Proof::Twin(copy.to_owned()))
        }
        Serves::Production => {
            let (whole, ending) = usernames::split(user)?;
            if homes.has_sandbox(ending) {
                Some(Proof::Named(ending.to_owned()))
            } else if !endings.is_common(user) {
                None
            } else if homes.knows(whole) {
                Some(Proof::Twin(whole.to_owned()))
            } else {
                Some(Proof::Common(ending.to_owned()))
            }
        }
    }
}

/// Refusals at one kind of host by clients that work at the other, whose lines name no user.
fn both_kinds(
    heard: &Heard<'_>,
    nameless: &BTreeMap<(&str, Serves), u64>,
) -> impl Iterator<Item = NearMiss> {
    let worked: BTreeSet<(&str, Serves)> = heard
        .worked()
        .filter_map(|one| Some((one.app, serves(one.host)?)))
        .collect();
    let works = move |app: &str, kind: Serves| worked.contains(&(app, kind));
    nameless
        .iter()
        .filter_map(move |((app, kind), n)| {
            let other = works(app, kind.other()) && !works(app, *kind);
            other.then(|| NearMiss {
            rule: ID,
            scope: (*app).to_owned(),
            reached: format!(
                "{} at a host of other orgs than those where it works, in lines that name no user",
                count(*n, "refusal", "refusals")
            ),
            needed: "a username".to_owned(),
        })
        })
        .collect::<Vec<_>>()
        .into_iter()
}
