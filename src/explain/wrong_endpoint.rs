//! `wrong-endpoint`: a production user at the host of sandboxes, or the reverse.
//!
//! Which orgs a host serves is known from its name; to which kind of org a username belongs is told
//! by where it works, else by its ending.

use std::collections::{BTreeMap, BTreeSet};

use super::Explained;
use super::causes::Stands;
use super::heard::{Heard, serves};
use super::homes::Homes;
use super::usernames::{self, Endings};
use crate::detect::wording::{count, time};
use crate::detect::{Confidence, Finding, Found, NearMiss, Scope, Seen, Severity, Thresholds};
use crate::event::{DAY_MS, Instant, Place};
use crate::normalise::log::Serves;

/// The rule.
pub const ID: &str = "wrong-endpoint";
/// What `rules` prints of it.
pub const PAGE: &str = include_str!("wrong_endpoint.md");
/// Places that are shown as evidence.
const SHOWN: usize = 10;
/// Names that a title or a sentence tells.
const NAMED: usize = 3;

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

/// What the rule found.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) found: Found,
    /// Positions of the errors of logs that its findings tell.
    pub(super) errors: BTreeSet<usize>,
}

/// The findings, one for each client and kind of host. `history` is what exports tell, if any were
/// read.
pub(super) fn find(
    seen: &Seen<'_>,
    (heard, stands): (&Heard<'_>, &Stands),
    explained: &Explained,
    (has_history, limits): (bool, &Thresholds),
) -> anyhow::Result<Told> {
    let endings = Endings::load()?;
    let history = has_history.then_some(seen);
    let mut refused: BTreeMap<Key<'_>, BTreeMap<&str, Refused<'_>>> = BTreeMap::new();
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
        let one = Refused::entry(&mut refused, (key, user), time);
        one.add(
            (error.count, time),
            error.host.as_deref(),
            error.cause.0 + 1,
        );
        one.places.push(error.place);
        one.errors.push(at);
    }
    if let Some(seen) = history {
        of_history(seen, stands, &mut refused);
    }
    let asked: BTreeSet<&str> = refused
        .values()
        .flat_map(|users| users.keys().copied())
        .collect();
    let homes = Homes::of(history, heard, &asked);
    let mut told = Told::default();
    for (key, users) in refused {
        let proven = users.into_iter().filter_map(|(user, refused)| {
            let proof = proof(user, key.2, (&homes, &endings))?;
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
        told.found.findings.push(finding(seen, heard, key, proven));
    }
    told.found.near_misses.extend(both_kinds(heard, &nameless));
    Ok(told)
}

impl<'a> Refused<'a> {
    fn entry<'m>(
        all: &'m mut BTreeMap<Key<'a>, BTreeMap<&'a str, Refused<'a>>>,
        (key, user): (Key<'a>, &'a str),
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
    stands: &Stands,
    refused: &mut BTreeMap<Key<'a>, BTreeMap<&'a str, Refused<'a>>>,
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
    for row in &tally.rows {
        let (Some((kind, host, cause)), Some(user)) = (
            told[row.dims.index()],
            resolved.users.get(resolved.user[row.user.index()]),
        ) else {
            continue;
        };
        let what = resolved.what[row.dims.index()];
        let app = resolved.apps.get(what.app).unwrap_or("");
        let key = (From::History(what.org), app, kind);
        let one = Refused::entry(refused, (key, user), row.first);
        one.add((row.n, row.first), host, cause);
        one.add((0, row.last), host, cause);
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

fn finding(
    seen: &Seen<'_>,
    heard: &Heard<'_>,
    (from, app, kind): Key<'_>,
    mut proven: Vec<(&str, Refused<'_>, Proof)>,
) -> Finding {
    proven.sort_by(|a, b| (&a.2, b.1.count, a.0).cmp(&(&b.2, a.1.count, b.0)));
    let all = || proven.iter().map(|(_, refused, _)| refused);
    let n: u64 = all().map(|refused| refused.count).sum();
    let start = all()
        .map(|refused| refused.first)
        .min()
        .unwrap_or(seen.since);
    let end = all()
        .map(|refused| refused.last)
        .max()
        .unwrap_or(seen.until);
    let hosts: BTreeSet<&str> = all()
        .flat_map(|refused| refused.hosts.iter().copied())
        .collect();
    let hosts: Vec<&str> = hosts.into_iter().take(NAMED).collect();
    let hosts = hosts.join(", ");
    let users: Vec<&str> = proven.iter().map(|(user, _, _)| *user).collect();
    let who = named(&users);
    let client = if app.is_empty() { "A client" } else { app };
    let (confidence, because) = sure(&proven[0], (kind, &hosts));
    let after = heard
        .worked()
        .filter(|one| one.app == app && one.last > end);
    let again = after.map(|one| one.first.max(end)).min();
    let mut story = vec![(
        start,
        format!("{client} is refused at {hosts} for the first time that was read"),
    )];
    if let Proof::Works(last, host) = &proven[0].2 {
        let host = host
            .as_deref()
            .map_or_else(String::new, |host| format!(" at {host}"));
        story.push((
            *last,
            format!("{} logs in{host}, the last time that was read", users[0]),
        ));
    }
    if end > start {
        story.push((
            end,
            format!("{client} is refused at {hosts} for the last time that was read"),
        ));
    }
    if let Some(again) = again {
        story.push((again, format!("{client} logs in again")));
    }
    story.sort();
    let resolved = seen.resolved;
    let (log, own) = match from {
        From::Log(input) => (heard.logs.name_of(input), 0),
        From::History(org) => (String::new(), org),
    };
    let unknown = |user: &&&str| resolved.users.find(user).is_none();
    let number = resolved.apps.find(app);
    let log_app = (number.is_none() && !app.is_empty()).then(|| app.to_owned());
    let places = all().flat_map(|refused| &refused.places).copied();
    let places: BTreeSet<Place> = places.collect();
    Finding {
        rule: ID,
        severity: Severity::Low,
        confidence,
        reason: format!(
            "Low: only this client is concerned, and it can't log in that way at all. {because}"
        ),
        title: format!(
            "{client} turns to {hosts} with {who}, {}",
            belongs(kind, users.len(), confidence)
        ),
        org: own,
        start,
        end,
        peak: None,
        ongoing: again.is_none() && seen.until.millis() - end.millis() <= DAY_MS,
        count: n,
        expected: None,
        scope: Scope {
            users: users
                .iter()
                .filter_map(|user| resolved.users.find(user))
                .collect(),
            apps: number.into_iter().collect(),
            causes: all()
                .flat_map(|refused| refused.causes.iter().copied())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            log_users: users
                .iter()
                .filter(unknown)
                .map(|user| (*user).to_owned())
                .collect(),
            log_apps: log_app.into_iter().collect(),
            ..Scope::default()
        },
        anchor: format!("{log}:{app}:{}", other_hosts(kind.other())),
        onset_day: false,
        steps: steps(kind, (client, &hosts), &proven[0]),
        story,
        places: places.into_iter().take(SHOWN).collect(),
    }
}

fn belongs(kind: Serves, users: usize, confidence: Confidence) -> String {
    let name = match users {
        1 => "a username",
        _ => "usernames",
    };
    let belongs = match (confidence, users) {
        (Confidence::Low, _) => "may belong",
        (_, 1) => "probably belongs",
        _ => "probably belong",
    };
    let to = match kind {
        Serves::Sandboxes => "production",
        Serves::Production => "a sandbox",
    };
    format!("{name} that {belongs} to {to}")
}

fn named(users: &[&str]) -> String {
    let listed = users
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match users.len().saturating_sub(NAMED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

/// The host that serves the other kind of org.
const fn other_hosts(kind: Serves) -> &'static str {
    match kind {
        Serves::Sandboxes => "login.salesforce.com",
        Serves::Production => "test.salesforce.com",
    }
}

/// How sure the best proof is, and why.
fn sure(
    (user, _, proof): &(&str, Refused<'_>, Proof),
    (kind, hosts): (Serves, &str),
) -> (Confidence, String) {
    let never = format!("no login of it at {hosts} worked");
    match proof {
        Proof::Works(last, Some(host)) => (
            Confidence::High,
            format!(
                "Confidence high: {user} logs in at {host} (last {}), usernames are unique in all orgs, and {never}.",
                time(*last)
            ),
        ),
        Proof::Works(last, None) => (
            Confidence::Medium,
            format!(
                "Confidence medium: {user} logs in to an org (last {}) whose other logins are at hosts of {}, usernames are unique in all orgs, and {never}.",
                time(*last),
                match kind {
                    Serves::Sandboxes => "production",
                    Serves::Production => "sandboxes",
                }
            ),
        ),
        Proof::Twin(twin) => (
            Confidence::Medium,
            format!(
                "Confidence medium: {twin} is known too, which differs by the ending that a sandbox adds; {never}. But where {user} itself is at home was not read."
            ),
        ),
        Proof::Named(ending) => (
            Confidence::Medium,
            format!(
                "Confidence medium: a host that was read names a sandbox {ending}, which is the ending of {user}; {never}. But where {user} itself is at home was not read."
            ),
        ),
        Proof::Common(ending) => (
            Confidence::Low,
            format!(
                "Confidence low: all that speaks for it is the ending .{ending} of {user}, by which sandboxes are commonly called, and that {never}."
            ),
        ),
    }
}

fn steps(
    kind: Serves,
    (client, hosts): (&str, &str),
    (user, _, proof): &(&str, Refused<'_>, Proof),
) -> Vec<String> {
    let right = match proof {
        Proof::Works(_, Some(host)) => host.as_str(),
        _ => other_hosts(kind),
    };
    vec![
        format!("Compare where {client} turns to with the org that it is for: production answers at login.salesforce.com, sandboxes at test.salesforce.com, a My Domain its own org only."),
        match kind {
            Serves::Sandboxes => format!("If it is for production: set its login address to {right} instead of {hosts}."),
            Serves::Production => format!("If it is for a sandbox: set its login address to {right} instead of {hosts}."),
        },
        match kind {
            Serves::Sandboxes => format!("If it is for the sandbox: give it the username of that sandbox, which has the sandbox's name behind it ({user}.<sandbox>), and the password, key and secret of the app there."),
            Serves::Production => "If it is for production: give it the username without the sandbox's ending, and the password, key and secret of the app there.".to_owned(),
        },
        "For the JWT flow set the audience (aud) to the same host: https://login.salesforce.com for production, https://test.salesforce.com for sandboxes.".to_owned(),
    ]
}

/// Refusals at one kind of host by clients that work at the other, whose lines name no user.
fn both_kinds(
    heard: &Heard<'_>,
    nameless: &BTreeMap<(&str, Serves), u64>,
) -> impl Iterator<Item = NearMiss> {
    let works = |app: &str, kind| {
        heard
            .worked()
            .any(|one| one.app == app && serves(one.host) == Some(kind))
    };
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
