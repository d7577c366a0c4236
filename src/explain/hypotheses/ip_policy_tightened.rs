//! Addresses that were let in are refused: a login range became narrower.

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::detect::wording::count;

pub(super) const CAUSE: &str = "ip-restricted";
pub(super) const CHANGES: [&str; 5] = [
    "ip-range-added",
    "ip-range-removed",
    "oauth-policy-changed",
    "profile-changed",
    "session-settings",
];

/// How many of the addresses that are refused were let in before, and how many there are.
pub(super) fn known_before(case: &Case<'_>) -> (u64, u64) {
    let facts = case.facts;
    let named = facts.refused_from.iter().filter(|source| **source != 0);
    let before = named
        .clone()
        .filter(|source| facts.worked_from.contains(source));
    (before.count() as u64, named.count() as u64)
}

/// How many of the addresses were let in before, in words.
pub(super) fn let_in(before: u64, all: u64) -> String {
    match all {
        1 => "The address that is refused was let in before.".to_owned(),
        _ => format!("{before} of the {all} addresses that are refused were let in before."),
    }
}

/// That none of the addresses was let in, while others were.
pub(super) fn never_let_in(case: &Case<'_>) -> Option<String> {
    let (before, all) = known_before(case);
    let others = case.facts.worked_from.len() as u64;
    (before == 0 && others > 0).then(|| {
        format!(
            "No login from {} worked before; those that did came from {}.",
            match all {
                1 => "the address that is refused".to_owned(),
                _ => format!("any of the {all} addresses that are refused"),
            },
            count(others, "other address", "other addresses")
        )
    })
}

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.percent(&[CAUSE]) < 50 {
        return None;
    }
    let (before, all) = known_before(case);
    let changes = case.changed(&CHANGES);
    let decided = case.is_decided_by(&changes);
    let verdict = match (before * 2 >= all.max(1), case.facts.worked_from.is_empty()) {
        (true, _) => Verdict::Likely,
        (false, true) if decided => Verdict::Likely,
        (false, true) => Verdict::Possible,
        (false, false) if decided => Verdict::Possible,
        (false, false) if case.finding.scope.users.len() > 1 && all > 2 => Verdict::Possible,
        (false, false) => Verdict::Unlikely,
    };
    let mut one = Diagnosis::of("ip-policy-tightened", verdict).check(
        "Setup > Profiles > the user's profile > Login IP Ranges and the app's IP relaxation, beside the Setup Audit Trail of that day.",
    );
    one.because
        .extend((before > 0).then(|| let_in(before, all)));
    one.against.extend(never_let_in(case));
    one.because.extend(case.cite(&changes));
    one.because.extend(case.both_sides());
    one.against.extend(case.worked_since(&changes));
    if changes.is_empty() {
        one.against
            .extend(case.no_change("change of address ranges"));
    }
    Some(one)
}
