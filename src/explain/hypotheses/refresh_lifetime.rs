//! Refresh tokens reached the age that the app's policy allows.

use super::case::Case;
use super::tokens_revoked::CAUSE;
use super::{Diagnosis, Verdict};

const CHANGES: [&str; 1] = ["oauth-policy-changed"];

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.percent(&[CAUSE]) < 50 {
        return None;
    }
    let changes = case.changed(&CHANGES);
    let mut one = Diagnosis::of("refresh-lifetime-reached", Verdict::Possible).check(
        "The app's refresh token policy: does it expire tokens after a time, or when they aren't used? Compare with when the user last authorised the app.",
    );
    one.because.push(
        "A token that is too old is refused in the words of one that was revoked.".to_owned(),
    );
    one.because.extend(case.cite(&changes));
    if case.finding.scope.users.len() > 1 {
        one.against
            .push("Tokens of several users seldom reach their age at the same time.".to_owned());
        if changes.is_empty() {
            one.verdict = Verdict::Unlikely;
        }
    }
    Some(one)
}
