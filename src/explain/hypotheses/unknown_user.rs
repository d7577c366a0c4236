//! The username is none of that org, so no row is written.

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::detect::wording::count;
use crate::explain::missing_from_history;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.finding.rule != missing_from_history::ID {
        return None;
    }
    let scope = &case.finding.scope;
    let (known, unknown) = (scope.users.len() as u64, scope.log_users.len() as u64);
    let matched = case.explained.clocks.iter().any(|clock| {
        Some(clock.input) == case.finding.places.first().map(|place| place.file())
            && clock.matched > 0
    });
    let verdict = match (known, unknown) {
        (0, 1..) if matched => Verdict::Likely,
        _ => Verdict::Possible,
    };
    let mut one = Diagnosis::of("unknown-user-or-other-org", verdict).check(
        "Setup > Users of the org that the history is of: is there a user with exactly that username? If not, whose org does the client turn to?",
    );
    if unknown > 0 {
        let names: Vec<&str> = scope.log_users.iter().take(3).map(String::as_str).collect();
        one.because.push(format!(
            "The login history has no login of {} ({}).",
            names.join(", "),
            count(unknown, "username", "usernames")
        ));
    }
    if matched {
        one.because.push(
            "Other errors of the same log do have their rows, so log and history belong together."
                .to_owned(),
        );
    } else {
        one.because.push(
            "No error of this log has a row, so the log may be about another org.".to_owned(),
        );
    }
    if known > 0 {
        one.against.push(format!(
            "The login history knows {}.",
            count(known, "of the usernames", "of the usernames")
        ));
    }
    if known + unknown == 0 {
        one.against.push("The lines name no user.".to_owned());
    }
    Some(one)
}
