//! A client at the wrong host, in words.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{From, ID, Key, Proof, Refused, SHOWN};
use crate::detect::wording::time;
use crate::detect::{Confidence, Finding, Scope, Seen, Severity};
use crate::event::{DAY_MS, Place};
use crate::explain::heard::Heard;
use crate::normalise::log::Serves;

/// Names that a title or a sentence tells.
const NAMED: usize = 3;

/// A finding about one client at one kind of host: each user with what it was refused, and why it is
/// held to be of the other kind of org.
pub(super) fn finding(
    seen: &Seen<'_>,
    heard: &Heard<'_>,
    (from, app, kind): Key<'_>,
    mut proven: Vec<(Cow<'_, str>, Refused<'_>, Proof)>,
) -> Finding {
    proven.sort_by(|a, b| (&a.2, b.1.count, &a.0).cmp(&(&b.2, a.1.count, &b.0)));
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
    let users: Vec<&str> = proven.iter().map(|(user, _, _)| &**user).collect();
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
        steps: steps(kind, (client, &hosts), &proven[0]).into(),
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
    (user, _, proof): &(Cow<'_, str>, Refused<'_>, Proof),
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
    (user, _, proof): &(Cow<'_, str>, Refused<'_>, Proof),
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
