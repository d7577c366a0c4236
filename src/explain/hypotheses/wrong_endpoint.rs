//! The client turns to a host that serves other orgs.

use std::collections::BTreeSet;

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::detect::Confidence;
use crate::explain::heard::serves;
use crate::explain::{missing_from_history, wrong_endpoint};
use crate::normalise::log::Serves;

const ROOT: &str = "wrong-endpoint";
const CHECK: &str = "The login address in the client's configuration, beside the org that the username is of: Setup > My Domain shows the org's own, and Setup > Company Information its kind.";

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    match case.finding.rule {
        wrong_endpoint::ID => Some(told(case)),
        missing_from_history::ID => of_missing(case),
        _ => None,
    }
}

/// The rule says why already.
fn told(case: &Case<'_>) -> Diagnosis {
    let verdict = match case.finding.confidence {
        Confidence::Low => Verdict::Possible,
        _ => Verdict::Likely,
    };
    let mut one = Diagnosis::of(ROOT, verdict).check(CHECK);
    let because = case.finding.reason.split_once("Confidence ");
    let because = because.and_then(|(_, reason)| reason.split_once(": "));
    one.because.extend(because.map(|(_, reason)| begun(reason)));
    if case.finding.confidence != Confidence::High {
        one.against
            .push("A wrong password, token or client id is refused in the same words.".to_owned());
    }
    one
}

/// A part of a sentence as a sentence; a username at its beginning stays as it is.
fn begun(text: &str) -> String {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut letters = first.chars();
    match letters.next() {
        Some(letter) if !first.contains('@') => {
            let first: String = letter.to_uppercase().chain(letters).collect();
            format!("{first} {rest}")
        }
        _ => text.to_owned(),
    }
}

/// Errors without a row at a host of the other kind than those of the history.
fn of_missing(case: &Case<'_>) -> Option<Diagnosis> {
    let hosts: BTreeSet<&str> = case
        .lines()
        .filter_map(|error| error.host.as_deref())
        .collect();
    let kinds: BTreeSet<Serves> = hosts.iter().filter_map(|host| serves(Some(host))).collect();
    let kind = kinds.first().filter(|_| kinds.len() == 1)?;
    let seen = case.around.seen;
    let of_history = seen
        .tally
        .dims
        .iter()
        .map(|dims| seen.tally.symbols.known(dims.host));
    let of_history: BTreeSet<Serves> = of_history.filter_map(serves).collect();
    let hosts = hosts.into_iter().take(3).collect::<Vec<_>>().join(", ");
    let mut one = Diagnosis::of(ROOT, Verdict::Possible).check(CHECK);
    if of_history.contains(kind) {
        one.verdict = Verdict::Unlikely;
        one.against.push(format!(
            "Logins of the history are at hosts of the same kind as {hosts}."
        ));
        return Some(one);
    }
    one.because.push(match kind {
        Serves::Sandboxes => format!("The client turns to {hosts}, which serves sandboxes."),
        Serves::Production => format!("The client turns to {hosts}, which serves production."),
    });
    match of_history.is_empty() {
        true => one.against.push("The history doesn't name the hosts of its logins, so it may be of an org of the same kind.".to_owned()),
        false => one.because.push("The logins of the history are at hosts of the other kind.".to_owned()),
    }
    one.against
        .push("The client may be meant for that org, and the history be of another.".to_owned());
    Some(one)
}
