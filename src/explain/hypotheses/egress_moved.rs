//! A client comes from addresses that nobody has let in: its network moved.

use super::case::Case;
use super::ip_policy_tightened::{CAUSE, CHANGES, known_before, let_in, never_let_in};
use super::{Diagnosis, Verdict};

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.percent(&[CAUSE]) < 50 {
        return None;
    }
    let (before, all) = known_before(case);
    let worked = &case.facts.worked_from;
    // Many people on addresses that change look like a move, and so does a policy that hits them.
    let few = case.finding.scope.users.len() == 1 || all <= 2;
    let changed = case.is_decided_by(&case.changed(&CHANGES));
    let verdict = match (before, worked.is_empty()) {
        (0, false) if few && !changed => Verdict::Likely,
        (0, _) => Verdict::Possible,
        _ if before * 2 < all => Verdict::Possible,
        _ => Verdict::Unlikely,
    };
    let mut one = Diagnosis::of("egress-moved", verdict).check(
        "Ask who runs the client, or its network, whether it moved at that time, and from which addresses it comes now.",
    );
    one.because.extend(never_let_in(case));
    one.against
        .extend((before > 0).then(|| let_in(before, all)));
    if worked.is_empty() {
        one.against.push(
            "No login that worked was read, so where it came from before isn't known.".to_owned(),
        );
    }
    one.because.extend(case.worked_until());
    Some(one)
}
