//! The app's key or secret was made anew, and the client has the old one.

use super::case::Case;
use super::{Diagnosis, Verdict};

const STATED: &str = "client-credentials-invalid";
const AMBIGUOUS: [&str; 2] = ["authentication-failure", "client-identifier-invalid"];
const CHANGES: [&str; 1] = ["consumer-secret-generated"];

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    let stated = case.percent(&[STATED]) >= 50;
    let ambiguous = case.percent(&AMBIGUOUS) >= 50;
    let one_app = case.finding.scope.apps.len() == 1;
    let changes = case.changed(&CHANGES);
    let decided = case.is_decided_by(&changes);
    let worked = case.facts.worked_before.is_some();
    let verdict = match (stated, ambiguous) {
        (true, _) if decided || worked => Verdict::Likely,
        (true, _) => Verdict::Possible,
        (false, true) if decided => Verdict::Likely,
        (false, true) if one_app => Verdict::Possible,
        _ => return None,
    };
    let mut one = Diagnosis::of("client-secret-changed", verdict).check(
        "The row of Login History at that time: invalid client credentials speak for the secret, Invalid Password for the password. The Setup Audit Trail tells who generated a new key or secret of the app.",
    );
    if stated {
        one.because
            .push("The pair of client id and secret is refused.".to_owned());
    }
    one.because.extend(case.cite(&changes));
    one.because.extend(case.both_sides());
    one.because.extend(case.worked_until());
    if one_app && !case.facts.other_users.is_empty() {
        one.against.push(format!(
            "{} other users go on logging in through the same app.",
            case.facts.other_users.len()
        ));
        if !stated && changes.is_empty() {
            one.verdict = Verdict::Unlikely;
        }
    }
    one.against.extend(case.worked_since(&changes));
    if !stated {
        one.against.push(
            "The client is told only that the login failed, which has many reasons.".to_owned(),
        );
    }
    if changes.is_empty() {
        one.against
            .extend(case.no_change("new key or secret of that app"));
    }
    if one.because.is_empty() {
        one.because
            .push("A wrong secret of the app is refused in these words, too.".to_owned());
    }
    Some(one)
}
