//! The failures, counted five ways. All rows, none cut.

use std::collections::BTreeMap;

use super::{Material, app, cause_id, org, time, user};
use crate::report::model::{ByApp, ByCause, ByDescription, ByUser, CauseCounts, Failures, Group};
use crate::tally::frames::{Frames, key};

pub(super) fn failures(material: &Material<'_>, frames: &Frames) -> Failures {
    Failures {
        groups: groups(material, frames),
        by_user: by_user(material, frames),
        by_app: by_app(material, frames),
        by_description: by_description(material, frames),
        by_cause: by_cause(material, frames),
    }
}

fn groups(material: &Material<'_>, frames: &Frames) -> Vec<Group> {
    let successes: BTreeMap<[u32; 3], u64> = frames
        .successes_by([key::ORG, key::USER, key::APP])
        .into_iter()
        .collect();
    let keys = [key::ORG, key::USER, key::APP, key::DESCRIPTION, key::CAUSE];
    let rows = frames.failures_by(keys, [key::SOURCE]).into_iter();
    rows.map(|row| {
        let [in_org, by, through, description, cause] = row.keys;
        Group {
            org: org(material, in_org),
            user: user(material, by),
            app: app(material, through),
            description: text(material, description),
            cause: cause_id(material, cause),
            failures: row.failures,
            successes: successes.get(&[in_org, by, through]).copied().unwrap_or(0),
            sources: row.distinct[0],
            first: time(row.first),
            last: time(row.last),
        }
    })
    .collect()
}

fn by_user(material: &Material<'_>, frames: &Frames) -> Vec<ByUser> {
    let successes: BTreeMap<[u32; 2], u64> = frames
        .successes_by([key::ORG, key::USER])
        .into_iter()
        .collect();
    let mut causes = causes_by(material, frames, [key::ORG, key::USER, key::CAUSE]);
    let rows = frames
        .failures_by([key::ORG, key::USER], [key::APP])
        .into_iter();
    rows.map(|row| ByUser {
        org: org(material, row.keys[0]),
        user: user(material, row.keys[1]),
        failures: row.failures,
        successes: successes.get(&row.keys).copied().unwrap_or(0),
        apps: row.distinct[0],
        causes: causes.remove(&row.keys).unwrap_or_default(),
        first: time(row.first),
        last: time(row.last),
    })
    .collect()
}

fn by_app(material: &Material<'_>, frames: &Frames) -> Vec<ByApp> {
    let successes: BTreeMap<[u32; 2], u64> = frames
        .successes_by([key::ORG, key::APP])
        .into_iter()
        .collect();
    let mut causes = causes_by(material, frames, [key::ORG, key::APP, key::CAUSE]);
    let rows = frames
        .failures_by([key::ORG, key::APP], [key::USER])
        .into_iter();
    rows.map(|row| ByApp {
        org: org(material, row.keys[0]),
        app: app(material, row.keys[1]),
        failures: row.failures,
        successes: successes.get(&row.keys).copied().unwrap_or(0),
        users: row.distinct[0],
        causes: causes.remove(&row.keys).unwrap_or_default(),
        first: time(row.first),
        last: time(row.last),
    })
    .collect()
}

fn by_description(material: &Material<'_>, frames: &Frames) -> Vec<ByDescription> {
    let rows = frames.failures_by([key::DESCRIPTION, key::CAUSE], [key::USER, key::APP]);
    rows.into_iter()
        .map(|row| ByDescription {
            description: text(material, row.keys[0]),
            cause: cause_id(material, row.keys[1]),
            failures: row.failures,
            users: row.distinct[0],
            apps: row.distinct[1],
            first: time(row.first),
            last: time(row.last),
        })
        .collect()
}

fn by_cause(material: &Material<'_>, frames: &Frames) -> Vec<ByCause> {
    let rows = frames.failures_by([key::CAUSE], [key::USER, key::APP, key::SOURCE]);
    rows.into_iter()
        .map(|row| ByCause {
            cause: cause_id(material, row.keys[0]),
            failures: row.failures,
            users: row.distinct[0],
            apps: row.distinct[1],
            sources: row.distinct[2],
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
