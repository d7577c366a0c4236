//! The username-password flow never worked: it is off in new orgs, and for apps of the new kind.

use super::case::Case;
use super::password_flow_switched_off::{CHANGES, STATED, worked};
use super::{Diagnosis, Verdict};
use crate::detect::wording::span;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    let stated = case.percent(&[STATED]);
    if stated < 20 || worked(case) {
        return None;
    }
    let begins = case
        .around
        .seen
        .tally
        .ends()
        .map_or(case.finding.start, |(first, _)| first);
    let read = case.finding.start.millis() - begins.millis();
    let changes = case.changed(&CHANGES);
    let mut one = Diagnosis::of("password-flow-never-enabled", Verdict::Possible).check(
        "Did it ever work? An older export, or the client's own log, tells. New orgs have the flow off, and External Client Apps don't offer it.",
    );
    one.because.push(format!(
        "No login by this flow worked in the {} that were read before the first refusal.",
        span(read)
    ));
    one.against.extend(case.cite(&changes));
    if !changes.is_empty() {
        one.verdict = Verdict::Unlikely;
    }
    Some(one)
}
