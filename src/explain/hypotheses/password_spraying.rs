//! One address tries many users with passwords that are wrong, and none of them is known to log in
//! from there.

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::detect::wording::count;

/// Causes of tries at names and passwords.
pub(super) const CAUSES: [&str; 2] = ["invalid-password", "unknown-username"];
/// Users below which it may be a household or a small office. Ours.
const USERS: u64 = 10;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    let scope = &case.finding.scope;
    let users = scope.users.len() as u64;
    let [source] = scope.sources[..] else {
        return None;
    };
    let is_strange = !case.facts.worked_from.contains(&source);
    if case.percent(&CAUSES) < 80 || users < USERS || !is_strange {
        return None;
    }
    let mut one = Diagnosis::of("password-spraying", Verdict::Possible).check(
        "Whose address is it? If nobody's: look in Login History for logins from it that worked, and for users that it stopped trying.",
    );
    one.because.push(format!(
        "One address tries {} with wrong passwords, {} in all.",
        count(users, "user", "users"),
        count(case.finding.count, "time", "times")
    ));
    one.because
        .push("None of them is known to have logged in from that address before.".to_owned());
    one.against
        .push("A new office or gateway, whose people mistype, looks the same at first.".to_owned());
    Some(one)
}
