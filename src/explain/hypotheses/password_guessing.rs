//! Somebody tries passwords of one user from addresses that the user is not known to log in from.

use super::case::Case;
use super::password_spraying::CAUSES;
use super::{Diagnosis, Verdict};
use crate::detect::wording::count;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    let facts = case.facts;
    let known = facts
        .refused_from
        .iter()
        .any(|source| *source == 0 || facts.worked_from.contains(source));
    let one_user = case.finding.scope.users.len() == 1;
    if case.percent(&CAUSES) < 80 || !one_user || known || facts.worked_from.is_empty() {
        return None;
    }
    let sources = facts.refused_from.len() as u64;
    let mut one = Diagnosis::of("password-guessing", Verdict::Possible).check(
        "Ask the user, or the owner of the client, whether the addresses are theirs; look for a login from one of them that worked.",
    );
    one.because.push(format!(
        "The wrong passwords come from {}, from which no login of the user worked before.",
        count(sources, "address", "addresses")
    ));
    one.against
        .push("A client that moved and has an old password looks the same.".to_owned());
    Some(one)
}
