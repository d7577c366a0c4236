//! The log's times were read in the wrong zone, or its host's clock is wrong.

use super::case::Case;
use super::{Diagnosis, Verdict};
use crate::explain::missing_from_history;
use crate::normalise::log::TimeBasis;

pub(super) fn judge(case: &Case<'_>) -> Option<Diagnosis> {
    if case.finding.rule != missing_from_history::ID {
        return None;
    }
    let file = case.finding.places.first()?.file();
    let clock = case
        .explained
        .clocks
        .iter()
        .find(|clock| clock.input == file)?;
    let mut one = Diagnosis::of("log-in-other-zone", Verdict::Possible).check(
        "In which zone does the client write its log? Compare one line with its row in Login History; --timezone names the zone of times that state none.",
    );
    let assumed = case
        .lines()
        .any(|error| error.basis == TimeBasis::ZoneAssumed);
    if assumed {
        one.because.push("The lines state no zone.".to_owned());
    }
    if clock.matched > 0 {
        one.verdict = Verdict::Unlikely;
        one.against.push(format!(
            "{} of the {} dated errors of this log found their row.",
            clock.matched, clock.dated
        ));
        return Some(one);
    }
    one.because.push(format!(
        "None of the {} dated errors of this log has a row.",
        clock.dated
    ));
    one.against.push("No offset of whole quarters of an hour or of some minutes finds rows for clearly more of them.".to_owned());
    if !assumed {
        one.against.push("The lines state their zone.".to_owned());
    }
    Some(one)
}
