//! The failures, counted five ways. All rows, none cut.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Material, app, cause_id, org, time, user};
use crate::report::model::{
    ByApp, ByCause, ByDescription, ByUser, CauseCounts, Failures, Group, Rows,
};
use crate::tally::Failing;
use crate::tally::frames::{Frames, key};

pub(super) fn failures<'a>(material: &'a Material<'_>, frames: &Frames) -> Failures<'a> {
    let failing = Arc::new(Failing::of(material.tally, material.resolved));
    Failures {
        by_app: by_app(material, frames, &failing),
        by_description: by_description(material, frames, &failing),
        by_cause: by_cause(material, frames, &failing),
        groups: groups(material, Arc::clone(&failing)),
        by_user: by_user(material, failing),
    }
}

fn groups<'a>(material: &'a Material<'_>, failing: Arc<Failing<'a>>) -> Rows<'a, Group> {
    let starts = failing.groups();
    Rows::made(starts.len(), move |at| {
        let row = failing.group(starts[at]);
        Group {
            org: org(material, row.org),
            user: user(material, row.user),
            app: app(material, row.app),
            description: text(material, row.description),
            cause: cause_id(material, row.cause),
            failures: row.failures,
            successes: row.successes,
            sources: row.sources,
            first: time(row.first),
            last: time(row.last),
        }
    })
}

fn by_user<'a>(material: &'a Material<'_>, failing: Arc<Failing<'a>>) -> Rows<'a, ByUser> {
    let starts = failing.users();
    Rows::made(starts.len(), move |at| {
        let row = failing.user_at(starts[at]);
        let mut causes = CauseCounts::new();
        for (cause, n) in row.causes {
            *causes.entry(cause_id(material, cause)).or_default() += n;
        }
        ByUser {
            org: org(material, row.org),
            user: user(material, row.user),
            failures: row.failures,
            successes: row.successes,
            apps: row.apps,
            causes,
            first: time(row.first),
            last: time(row.last),
        }
    })
}

fn by_app(material: &Material<'_>, frames: &Frames, failing: &Failing<'_>) -> Vec<ByApp> {
    let successes: BTreeMap<[u32; 2], u64> = frames
        .successes_by([key::ORG, key::APP])
        .into_iter()
        .collect();
    let mut causes = causes_by(material, frames, [key::ORG, key::APP, key::CAUSE]);
    let users = failing.users_by(|what| [what.org, what.app]);
    let rows = frames.failures_by([key::ORG, key::APP], []).into_iter();
    rows.map(|row| ByApp {
        org: org(material, row.keys[0]),
        app: app(material, row.keys[1]),
        failures: row.failures,
        successes: successes.get(&row.keys).copied().unwrap_or(0),
        users: users.get(&row.keys).copied().unwrap_or(0),
        causes: causes.remove(&row.keys).unwrap_or_default(),
        first: time(row.first),
        last: time(row.last),
    })
    .collect()
}

fn by_description(
    material: &Material<'_>,
    frames: &Frames,
    failing: &Failing<'_>,
) -> Vec<ByDescription> {
    let users = failing.users_by(|what| [what.description, what.cause]);
    let rows = frames.failures_by([key::DESCRIPTION, key::CAUSE], [key::APP]);
    rows.into_iter()
        .map(|row| ByDescription {
            description: text(material, row.keys[0]),
            cause: cause_id(material, row.keys[1]),
            failures: row.failures,
            users: users.get(&row.keys).copied().unwrap_or(0),
            apps: row.distinct[0],
            first: time(row.first),
            last: time(row.last),
        })
        .collect()
}

fn by_cause(material: &Material<'_>, frames: &Frames, failing: &Failing<'_>) -> Vec<ByCause> {
    let users = failing.users_by(|what| what.cause);
    let rows = frames.failures_by([key::CAUSE], [key::APP, key::SOURCE]);
    rows.into_iter()
        .map(|row| ByCause {
            cause: cause_id(material, row.keys[0]),
            failures: row.failures,
            users: users.get(&row.keys[0]).copied().unwrap_or(0),
            apps: row.distinct[0],
            sources: row.distinct[1],
            first: time(row.first),
            last: time(row.last),
        })
        .collect()
}

/// Failures of each cause, by the first two of three keys; the third is the cause.
fn causes_by(
    material: &Material<'_>,
    frames: &Frames,
    keys: [&str; 3],
) -> BTreeMap<[u32; 2], CauseCounts> {
    let mut causes: BTreeMap<[u32; 2], CauseCounts> = BTreeMap::new();
    for row in frames.failures_by(keys, []) {
        let [first, second, cause] = row.keys;
        causes
            .entry([first, second])
            .or_default()
            .insert(cause_id(material, cause), row.failures);
    }
    causes
}

fn text(material: &Material<'_>, description: u32) -> Option<String> {
    material
        .resolved
        .descriptions
        .get(description)
        .map(str::to_owned)
}
