//! What a reader must know of logs: of each, and of all.

use super::Material;
use super::logs::path;
use crate::report::words::count;
use crate::tally::logs::LogRead;

/// What to know about a log that was read.
pub(super) fn of_one(log: &LogRead, material: &Material<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if log.zone_assumed {
        notes.push(format!(
            "some of its times state no zone; they were read as {}",
            material.options.timezone
        ));
    }
    if log.undated > 0 {
        notes.push(format!(
            "{} no time, so that nothing can be said of when",
            count(log.undated, "error states", "errors state")
        ));
    }
    if let Some(older) = log.goes_on {
        notes.push(format!(
            "begins in the middle of a record of {}, which is told there",
            path(material, older).0
        ));
    }
    if let Some(kept_in) = log.copy_of {
        notes.push(format!(
            "a copy: all that it tells of logins stands in {} too and counts there",
            path(material, kept_in).0
        ));
    }
    if log.more_records {
        notes.push(
            "too many records to compare all of them with other files, so some may count twice"
                .to_owned(),
        );
    }
    let cut = log.cut_short.iter();
    notes.extend(cut.map(|why| format!("{why}; what came before was read")));
    notes
}

/// What a reader must know of the logs of the run.
pub(super) fn of_all(material: &Material<'_>) -> Vec<String> {
    let clocks = material.explained.clocks.iter();
    let wrong = clocks.filter(|clock| clock.ahead_ms != 0).map(|clock| {
        let way = if clock.ahead_ms > 0 { "ahead of" } else { "behind" };
        format!(
            "The clock of {} is {} {way} Salesforce's, or its zone was read wrongly: so {} of its {} dated errors have their row. They were compared with that in mind.",
            path(material, clock.input).0,
            length(clock.ahead_ms),
            clock.matched,
            clock.dated
        )
    });
    wrong.collect()
}

/// A span of whole minutes, in hours where it is so many.
fn length(ms: i64) -> String {
    let minutes = ms.unsigned_abs() / 60_000;
    match minutes.is_multiple_of(60) {
        true => count(minutes / 60, "hour", "hours"),
        false => count(minutes, "minute", "minutes"),
    }
}
