//! The password of the user was changed, and the client has the old one. That revokes refresh
//! tokens too.

use super::case::Case;
use super::{Diagnosis, Verdict};

/// Causes that come with it.
const CAUSES: [&str; 5] = [
    "authentication-failure",
    "invalid-password",
    "password-lockout",
    "refresh-token-invalid",
    "security-token-required",
];
/// Of these, the one that leaves open what was wrong.
const AMBIGUOUS: &str = "authentication-failure";
const CHANGES: [&str; 2] = ["password-changed", "password-reset"];

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.percent(&CAUSES) < 50 {
        return None;
    }
    let ambiguous = case.percent(&[AMBIGUOUS]) >= 50;
    let changes = case.changed(&CHANGES);
    let decided = case.is_decided_by(&changes);
    let one_user = case.finding.scope.users.len() == 1;
    let stopped = case.facts.worked_before.is_some() && case.facts.worked_within.is_none();
    let verdict = match (decided, one_user) {
        (true, _) => Verdict::Likely,
        // Many people mistype; one user whose logins stop working is another matter.
        (false, true) if stopped || ambiguous || !changes.is_empty() => Verdict::Possible,
        _ => return None,
    };
    let mut one = Diagnosis::of("password-changed", verdict).check(check(ambiguous));
    one.because.extend(case.cite(&changes));
    one.because.extend(case.both_sides());
    one.because.extend(case.worked_until());
    if one_user && !case.facts.other_apps.is_empty() {
        let apps = case.apps(case.facts.other_apps.iter().copied());
        one.against.push(format!(
            "The same user goes on logging in through {apps}, which may hold the new password or need none."
        ));
        if ambiguous && changes.is_empty() {
            one.verdict = Verdict::Unlikely;
        }
    }
    one.against.extend(case.worked_since(&changes));
    if ambiguous {
        one.against.push(
            "The client is told only that the login failed, which has many reasons.".to_owned(),
        );
    }
    if changes.is_empty() {
        one.against
            .extend(case.no_change("new password of that user"));
    }
    if one.because.is_empty() {
        one.because
            .push("A wrong password is refused in these words.".to_owned());
    }
    Some(one)
}

fn check(ambiguous: bool) -> &'static str {
    if ambiguous {
        "The row of Login History at that time: Invalid Password speaks for the password, invalid client credentials for the app's secret. Setup > Users > the user > Last Password Change or Reset tells the rest."
    } else {
        "Setup > Users > the user > Last Password Change or Reset, beside the first failure; then which password the client holds."
    }
}
