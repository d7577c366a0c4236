//! The username-password flow worked and was switched off.

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::detect::Severity;
use crate::detect::password_flow_disabled;
use crate::detect::wording::{count, time};

const ROOT: &str = "password-flow-switched-off";
/// The cause that states it, and the one that hides it from clients.
pub(super) const STATED: &str = "username-password-flow-disabled";
const HIDDEN: [&str; 3] = [
    "authentication-failure",
    "grant-type-not-enabled",
    "grant-type-unsupported",
];
pub(super) const CHANGES: [&str; 2] = ["oauth-flow-switched", "oauth-policy-changed"];

/// Whether the flow is known to have worked before.
pub(super) fn worked(case: &Case<'_>) -> bool {
    // That rule looks at exact times and flows, and says by its severity what it found.
    match case.finding.rule == password_flow_disabled::ID {
        true => case.finding.severity <= Severity::High,
        false => case.facts.password_flow_before.is_some(),
    }
}

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    let stated = case.percent(&[STATED]);
    let hidden = case.percent(&HIDDEN);
    let mut changes = case.changed(&CHANGES);
    if stated < 20 {
        // The words of a client alone can't tell it; a change of that very flow can.
        changes.retain(|told| told.change.text.to_lowercase().contains("password"));
        if hidden < 50 || changes.is_empty() {
            return None;
        }
    }
    let decided = case.is_decided_by(&changes);
    let verdict = match (stated >= 50, worked(case)) {
        (true, true) => Verdict::Likely,
        _ if decided && (stated >= 50 || worked(case)) => Verdict::Likely,
        _ => Verdict::Possible,
    };
    let mut one = Diagnosis::of(ROOT, verdict).check(
        "Setup > OAuth and OpenID Connect Settings > Allow OAuth Username-Password Flows, and the Setup Audit Trail for who switched it and when.",
    );
    if stated >= 20 {
        let share = match stated {
            100 => "All failures have".to_owned(),
            _ => format!("{stated} % of the failures have"),
        };
        one.because.push(format!(
            "{share} the status Username-Password Flow Disabled."
        ));
    }
    one.because.extend(case.both_sides());
    one.because.extend(case.cite(&changes));
    if let Some(before) = case.facts.password_flow_before {
        one.because.push(format!(
            "Logins of the same users through the same apps worked until {}, and are refused from {} on.",
            time(before),
            time(case.finding.start)
        ));
    } else if worked(case) {
        one.because
            .push("The flow worked before for those who are refused.".to_owned());
    } else {
        one.against
            .push("No login by this flow that worked was read.".to_owned());
    }
    one.against.extend(case.worked_since(&changes));
    let others = case.facts.password_flow_goes_on.len() as u64;
    if others > 0 {
        one.against.push(format!(
            "{} by this flow afterwards, so it isn't off for everybody whose logins were read.",
            count(others, "other user logs in", "other users log in")
        ));
    }
    if stated < 20 {
        one.against.push(
            "The client is told only that the login failed, which has many reasons.".to_owned(),
        );
    }
    if changes.is_empty() {
        one.against.extend(case.no_change("switch of a flow"));
    }
    Some(one)
}
