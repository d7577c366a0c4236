//! A client comes from addresses that nobody has let in: its network moved.

use super::case::Case;
use super::ip_policy_tightened::{CAUSE, known_before};
use super::{Diagnosis, Verdict};
use crate::detect::wording::count;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.percent(&[CAUSE]) < 50 {
        return None;
    }
    let (before, all) = known_before(case);
    let worked = &case.facts.worked_from;
    let verdict = match (before, worked.is_empty()) {
        (0, false) => Verdict::Likely,
        (0, true) => Verdict::Possible,
        _ if before * 2 < all => Verdict::Possible,
        _ => Verdict::Unlikely,
    };
    let mut one = Diagnosis::of("egress-moved", verdict).check(
        "Ask who runs the client, or its network, whether it moved at that time, and from which addresses it comes now.",
    );
    let addresses = count(all, "refused address", "refused addresses");
    if before == 0 && !worked.is_empty() {
        one.because.push(format!(
            "None of the {addresses} was ever let in; logins that worked came from {}.",
            count(worked.len() as u64, "other address", "other addresses")
        ));
    } else if before > 0 {
        one.against
            .push(format!("{before} of the {addresses} were let in before."));
    } else {
        one.against.push(
            "No login that worked was read, so where it came from before isn't known.".to_owned(),
        );
    }
    one.because.extend(case.worked_until());
    Some(one)
}
