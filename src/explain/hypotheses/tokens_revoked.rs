//! Refresh tokens were revoked.

use super::case::Case;
use super::{Diagnosis, Verdict};

pub(super) const CAUSE: &str = "refresh-token-invalid";
const CHANGES: [&str; 1] = ["tokens-revoked"];

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.percent(&[CAUSE]) < 50 {
        return None;
    }
    let changes = case.changed(&CHANGES);
    let decided = case.is_decided_by(&changes);
    let verdict = match decided {
        true => Verdict::Likely,
        false => Verdict::Possible,
    };
    let mut one = Diagnosis::of("tokens-revoked", verdict).check(
        "The Logout event log file of that day names tokens that were revoked; Setup > Connected Apps OAuth Usage shows which are left.",
    );
    one.because.extend(case.cite(&changes));
    one.because.extend(case.both_sides());
    one.because.extend(case.worked_until());
    one.against.extend(case.worked_since(&changes));
    if one.because.is_empty() {
        one.because
            .push("A token that was revoked is refused in these words.".to_owned());
    }
    Some(one)
}
