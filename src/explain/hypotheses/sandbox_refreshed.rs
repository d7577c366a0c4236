//! A sandbox was refreshed: its users, their names and its apps are made anew from production.

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::detect::wording::time;
use crate::explain::heard::serves;
use crate::explain::{missing_from_history, wrong_endpoint};
use crate::normalise::log::Serves;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    let rule = case.finding.rule;
    if rule != wrong_endpoint::ID && rule != missing_from_history::ID {
        return None;
    }
    let line = case
        .lines()
        .find(|error| serves(error.host.as_deref()) == Some(Serves::Sandboxes))?;
    let worked = case.heard.worked().filter(|one| {
        one.app == &*line.app
            && serves(one.host) == Some(Serves::Sandboxes)
            && one.last < case.finding.start
    });
    let worked = worked.map(|one| one.last).max();
    let has_worked_elsewhere = rule == wrong_endpoint::ID
        && worked.is_none()
        && case.finding.confidence == crate::detect::Confidence::High;
    let verdict = match has_worked_elsewhere {
        true => Verdict::Unlikely,
        false => Verdict::Possible,
    };
    let mut one = Diagnosis::of("sandbox-refreshed", verdict).check(
        "In production, Setup > Sandboxes > Sandbox History: when was it refreshed? After that, usernames get the sandbox's ending anew, and passwords, tokens and keys of apps are those of production's copy.",
    );
    let host = line.host.as_deref().unwrap_or("");
    one.because.push(format!(
        "The client turns to {host}, which serves sandboxes, and a refresh takes its users and keys away."
    ));
    match worked {
        Some(worked) => one.because.push(format!(
            "The same client logged in at a sandbox's host until {}, and is refused there since.",
            time(worked)
        )),
        None => one
            .against
            .push("No login of the client at a sandbox's host was read.".to_owned()),
    }
    if verdict == Verdict::Unlikely {
        one.against.push(
            "The username is one that works at the other kind of host, refresh or not.".to_owned(),
        );
    }
    Some(one)
}
