//! What logs tell, with the rows of the history that belong to it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Material, app, both_sides, cause_id, time, user};
use crate::event::{Instant, Place};
use crate::normalise::log::TimeBasis;
use crate::report::model::{
    Answer, Evidence, Excerpt, Log, LogClient, LogClock, LogError, LogSecret, Org, PathText,
    Server, User,
};
use crate::tally::Row;
use crate::tally::logs;

/// Errors and secrets that `report.json` holds.
const LISTED: usize = 1_000;

/// The errors that are shown, by number.
pub(super) fn shown<'a>(
    material: &'a Material<'_>,
) -> impl Iterator<Item = (usize, &'a logs::LogError)> {
    let all = material.logs.errors.iter().enumerate();
    all.filter(|(at, error)| {
        let resolved = material.resolved;
        let row = row(material, *at);
        let user = row.and_then(|row| resolved.users.get(resolved.user(row.user)));
        let server = row.and_then(|row| {
            let what = resolved.what[row.dims.index()];
            let app = resolved.apps.get(what.app);
            let user = user.as_deref().unwrap_or("");
            Some((user, app.unwrap_or(""), what.cause()?))
        });
        material.bounds.has_error(error, server)
    })
}

/// The row of the history that belongs to an error.
pub(super) fn row(material: &Material<'_>, at: usize) -> Option<Row> {
    let row = material.explained.rows.get(at).copied().flatten()?;
    Some(material.history.rows.get(row))
}

pub(super) fn errors<'a>(material: &'a Material<'_>) -> impl Iterator<Item = LogError> + 'a {
    shown(material).map(|(at, error)| one(material, at, error))
}

pub(super) fn log(material: &Material<'_>) -> Log {
    let secrets = material.logs.secrets.iter().take(LISTED);
    let clocks = material.explained.clocks.iter();
    Log {
        errors: errors(material).take(LISTED).collect(),
        answers: answers(material),
        clients: material.logs.clients.iter().map(client).collect(),
        clocks: clocks
            .map(|clock| LogClock {
                path: path(material, clock.input),
                offset_seconds: clock.ahead_ms / 1000,
                dated: clock.dated,
                matched: clock.matched,
            })
            .collect(),
        secrets: secrets
            .map(|secret| LogSecret {
                path: path(material, secret.place.file()),
                line: secret.place.line(),
                kind: secret.kind.to_string(),
            })
            .collect(),
        both_sides: both_sides::both_sides(material),
    }
}

pub(super) fn path(material: &Material<'_>, input: u32) -> PathText {
    let seen = material.inputs.get(input as usize);
    PathText(seen.map_or("", |seen| seen.path).to_owned())
}

fn one(material: &Material<'_>, at: usize, error: &logs::LogError) -> LogError {
    let why = material.explained.why.get(at).copied().flatten();
    LogError {
        time: error.at.map(time),
        time_basis: basis(error.basis).to_owned(),
        org: error.org.as_deref().map(|org| Org(org.to_owned())),
        app: error.app.to_string(),
        user: error.user.as_deref().map(|user| User(user.to_owned())),
        host: error.host.as_deref().map(str::to_owned),
        endpoint: error.endpoint.as_deref().map(str::to_owned),
        description: error.description.to_string(),
        cause: cause_id(material, error.cause.0 + 1),
        count: error.count,
        path: path(material, error.place.file()),
        line: error.place.line(),
        text: Excerpt(error.text.to_string()),
        server: row(material, at).map(|row| server(material, &row)),
        why_unmatched: why.map(|why| why.text().to_owned()),
    }
}

const fn basis(basis: TimeBasis) -> &'static str {
    match basis {
        TimeBasis::Stated => "stated",
        TimeBasis::ZoneAssumed => "zone-assumed",
        TimeBasis::DateAssumed => "date-assumed",
        TimeBasis::LineBehind => "line-behind",
        TimeBasis::Unknown => "unknown",
    }
}

fn server(material: &Material<'_>, row: &Row) -> Server {
    let what = material.resolved.what[row.dims.index()];
    let descriptions = &material.resolved.descriptions;
    Server {
        at: time(row.first()),
        user: user(material, material.resolved.user(row.user)),
        app: app(material, what.app),
        description: descriptions.get(what.description).map(str::to_owned),
        cause: cause_id(material, what.cause),
        path: path(material, row.place.file()),
        line: row.place.line(),
    }
}

fn client(client: &logs::LogClient) -> LogClient {
    LogClient {
        app: client.app.to_string(),
        user: client.user.as_deref().map(|user| User(user.to_owned())),
        errors: client.errors,
        successes: client.successes,
        first: client.first.map(time),
        last: client.last.map(time),
        last_success: client.last_success.map(time),
    }
}

/// What the errors of an [`Answer`] share.
type Shared = (
    String,
    String,
    String,
    Option<(Option<String>, String)>,
    Option<String>,
);

fn answers(material: &Material<'_>) -> Vec<Answer> {
    let mut counts: BTreeMap<Shared, (u64, Option<Instant>, Option<Instant>)> = BTreeMap::new();
    for (at, error) in shown(material) {
        let server = row(material, at).map(|row| server(material, &row));
        let why = material.explained.why.get(at).copied().flatten();
        let key = (
            error.app.to_string(),
            error.description.to_string(),
            cause_id(material, error.cause.0 + 1),
            server.map(|server| (server.description, server.cause)),
            why.map(|why| why.text().to_owned()),
        );
        let count = counts.entry(key).or_insert((0, error.at, error.at));
        count.0 += error.count;
        count.1 = count.1.into_iter().chain(error.at).min();
        count.2 = count.2.max(error.at);
    }
    let mut answers: Vec<Answer> = counts
        .into_iter()
        .map(|(shared, (count, first, last))| {
            let (app, description, cause, server, why_unmatched) = shared;
            let (server_description, server_cause) = server.unzip();
            Answer {
                app,
                description,
                cause,
                server_description: server_description.flatten(),
                server_cause,
                why_unmatched,
                count,
                first: first.map(time),
                last: last.map(time),
            }
        })
        .collect();
    answers.sort_by_key(|answer| Reverse(answer.count));
    answers.truncate(LISTED);
    answers
}

/// A line of a log: what it says without its secrets, or which are in it.
pub(super) fn evidence(material: &Material<'_>, place: Place) -> Option<Evidence> {
    let error = material
        .logs
        .errors
        .iter()
        .find(|error| error.place == place);
    let secrets = material.logs.secrets.iter();
    let secrets: Vec<_> = secrets.filter(|secret| secret.place == place).collect();
    let (at, text) = match (error, secrets.first()) {
        (Some(error), _) => (error.at, error.text.to_string()),
        (None, Some(secret)) => {
            let kinds: Vec<String> = secrets.iter().map(|one| one.kind.to_string()).collect();
            (secret.at, format!("a line with: {}", kinds.join(", ")))
        }
        (None, None) => return None,
    };
    Some(Evidence {
        path: path(material, place.file()),
        line: place.line(),
        time: at.map(time),
        text,
    })
}
