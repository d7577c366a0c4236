//! What integrations say beside what Salesforce says: why a client was refused.
//!
//! A client is told little; the row of the login history knows more. [`explain`] finds the row
//! that belongs to each error of a log ([`pairing`]), once it is known how far the two clocks are
//! apart ([`clocks`]). What no row belongs to is a finding of its own ([`missing_from_history`]),
//! unless the client turned to the wrong host ([`wrong_endpoint`]). [`hypotheses`] then says of
//! each finding what may be behind it, with what speaks for it and against it.

pub mod before;
mod causes;
mod clocks;
pub mod heard;
mod homes;
pub mod hypotheses;
pub mod missing_from_history;
pub mod new_app_propagation;
mod pairing;
mod usernames;
pub mod whose_log;
pub mod wrong_endpoint;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Catalogue, Known};
use crate::detect::{Finding, Found, NearMiss, Seen, Thresholds};
use crate::event::Instant;
use crate::tally::Changes;
use crate::tally::coverage::Unseen;
use crate::tally::logs::{LogError, Logs};
use causes::Stands;
use heard::Heard;
use pairing::{History, Pairing};

/// A row and an error of a log are one failure only if their times differ by no more than this,
/// once the clocks are set right. Ours: a client may wait for the answer of a slow login.
pub const WITHIN_MS: i64 = 60_000;

/// The rules of this room: id and page, in order of id.
pub const RULES: &[(&str, &str)] = &[
    (missing_from_history::ID, missing_from_history::PAGE),
    (new_app_propagation::ID, new_app_propagation::PAGE),
    (wrong_endpoint::ID, wrong_endpoint::PAGE),
];

/// What this room looks at.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub seen: &'a Seen<'a>,
    pub known: &'a Known,
    /// What was changed around the logins.
    pub changes: &'a Changes,
    /// What the counts of the logins can't see.
    pub unseen: &'a Unseen,
}

/// Why an error of a log has no row beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unmatched {
    /// Only logs were read.
    NoHistory,
    /// Nothing tells when it was.
    NoTime,
    /// It lies before or behind all that the history covers, or in one of its gaps.
    NotCovered,
    /// It is a refused call of an API, which the login history has no row for.
    NoLogin,
    /// Neither its user nor its app is known to the history by name.
    Nobody,
    /// The history covers the time, and has no row that fits.
    NoRow,
}

impl Unmatched {
    /// In words.
    pub const fn text(self) -> &'static str {
        match self {
            Unmatched::NoHistory => "no login history was read beside the logs",
            Unmatched::NoTime => "nothing tells when it was",
            Unmatched::NotCovered => "the login history doesn't cover that time",
            Unmatched::NoLogin => {
                "a refused call, not a login: the login history has no row for it"
            }
            Unmatched::Nobody => {
                "the line names no user, and the login history has no app of that name"
            }
            Unmatched::NoRow => {
                "no failed login of that user or app with a fitting reason within 60 seconds"
            }
        }
    }
}

/// How the clock of one log stands beside Salesforce's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogClock {
    /// The file, by its position among the inputs.
    pub input: u32,
    /// Milliseconds that its clock is ahead of Salesforce's; 0 where nothing speaks against it.
    pub ahead_ms: i64,
    /// Errors with a time, and those that a row belongs to.
    pub dated: u64,
    pub matched: u64,
}

/// What was found out about the errors of all logs.
#[derive(Clone, Debug, Default)]
pub struct Explained {
    /// For each error of [`Logs::errors`] the position of its row in the tally, or why there is
    /// none.
    pub rows: Vec<Option<usize>>,
    pub why: Vec<Option<Unmatched>>,
    pub clocks: Vec<LogClock>,
    /// What may be behind each finding of the run, in their order; see [`hypotheses::diagnose`].
    pub diagnoses: Vec<Vec<hypotheses::Diagnosis>>,
    pub findings: Vec<Finding>,
    pub near_misses: Vec<NearMiss>,
    pub run: Vec<&'static str>,
    pub not_run: Vec<(&'static str, String)>,
}

/// What a rule over logs found.
#[derive(Debug, Default)]
struct Answered {
    found: Found,
    /// Positions of the errors of logs that its findings tell.
    errors: BTreeSet<usize>,
}

/// Puts the errors of logs beside the rows of the history, and asks the rules of this room.
/// `around` is `None` where nothing was read that has a time; `has_history` says that some export
/// of logins was.
///
/// # Errors
/// What is wrong with a list of this room; a test keeps that from happening.
pub fn explain(
    around: Option<&Around<'_>>,
    logs: &Logs,
    has_history: bool,
    limits: &Thresholds,
) -> anyhow::Result<Explained> {
    let mut done = Explained {
        rows: vec![None; logs.errors.len()],
        why: vec![Some(Unmatched::NoHistory); logs.errors.len()],
        ..Explained::default()
    };
    const NO_LOG: &str = "no log with login errors was read";
    const NO_HISTORY: &str = "no login history was read beside the logs";
    let has_errors = !logs.errors.is_empty();
    let Some(around) = around else {
        let why = if has_errors {
            "nothing in the logs is dated"
        } else {
            NO_LOG
        };
        let ids = RULES.iter().map(|(id, _)| (*id, why.to_owned()));
        done.not_run.extend(ids);
        return Ok(done);
    };
    let stands = Stands::load(&around.known.causes)?;
    if has_errors && has_history {
        with_history(&mut done, around, logs, &stands);
    }
    let heard = Heard::of(logs, &done.clocks);
    let hosts = || {
        around
            .seen
            .tally
            .dims
            .iter()
            .any(|dims| !dims.host.is_unknown())
    };
    // An error is told once: what is missing from the history is asked last.
    let mut told = BTreeSet::new();
    if has_errors || has_history && hosts() {
        let with = (&heard, &stands);
        let found = wrong_endpoint::find(around.seen, with, &done, (has_history, limits))?;
        told.extend(found.errors);
        done.take(wrong_endpoint::ID, found.found);
    } else {
        let why = "no log with login errors was read, and no export that names the host";
        done.not_run.push((wrong_endpoint::ID, why.to_owned()));
    }
    if has_errors {
        let found = new_app_propagation::find(around, &heard, (has_history, limits));
        told.extend(found.errors);
        done.take(new_app_propagation::ID, found.found);
    } else {
        done.not_run
            .push((new_app_propagation::ID, NO_LOG.to_owned()));
    }
    if has_errors && has_history {
        let rest = (logs, &told);
        let found = missing_from_history::find(around.seen, rest, &done, limits);
        done.take(missing_from_history::ID, found);
    } else {
        let why = if has_errors { NO_HISTORY } else { NO_LOG };
        done.not_run
            .push((missing_from_history::ID, why.to_owned()));
    }
    Ok(done)
}

impl Explained {
    /// Takes what a rule found.
    fn take(&mut self, rule: &'static str, found: Found) {
        self.run.push(rule);
        self.findings.extend(found.findings);
        self.near_misses.extend(found.near_misses);
    }
}

/// Finds the row of each error, and says why some have none.
fn with_history(done: &mut Explained, around: &Around<'_>, logs: &Logs, stands: &Stands) {
    let seen = around.seen;
    let history = History::of(seen.tally, seen.resolved);
    let mut by_file: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, error) in logs.errors.iter().enumerate() {
        by_file.entry(error.place.file()).or_default().push(at);
    }
    let mut pairing = Pairing::new(&history, stands, seen);
    for (input, errors) in by_file {
        let dated: Vec<&LogError> = errors
            .iter()
            .map(|&at| &logs.errors[at])
            .filter(|error| error.at.is_some())
            .collect();
        let ahead_ms = clocks::ahead(&dated, &history, stands, seen);
        done.clocks.push(LogClock {
            input,
            ahead_ms,
            dated: dated.iter().map(|error| error.count).sum(),
            matched: 0,
        });
        let set = errors.iter().map(|&at| (at, &logs.errors[at], ahead_ms));
        pairing.add(set);
    }
    for (at, row) in pairing.settled() {
        done.rows[at] = Some(row);
        let file = logs.errors[at].place.file();
        let clock = done.clocks.iter_mut().find(|clock| clock.input == file);
        if let Some(clock) = clock {
            clock.matched += logs.errors[at].count;
        }
    }
    let covered = missing_from_history::Covered::by(around);
    for (at, error) in logs.errors.iter().enumerate() {
        let clock = done
            .clocks
            .iter()
            .find(|clock| clock.input == error.place.file());
        let ahead = clock.map_or(0, |clock| clock.ahead_ms);
        done.why[at] = match done.rows[at] {
            Some(_) => None,
            None => Some(why(error, ahead, &covered, &history, stands, seen.causes)),
        };
    }
}

fn why(
    error: &LogError,
    ahead_ms: i64,
    covered: &missing_from_history::Covered,
    history: &History<'_>,
    stands: &Stands,
    causes: &Catalogue,
) -> Unmatched {
    let Some(at) = error.at else {
        return Unmatched::NoTime;
    };
    if stands.is_no_login(&causes.cause(error.cause).id) {
        return Unmatched::NoLogin;
    }
    if !covered.has(Instant::from_millis(at.millis() - ahead_ms)) {
        return Unmatched::NotCovered;
    }
    if error.user.is_none() && !history.knows_app(&error.app) {
        return Unmatched::Nobody;
    }
    Unmatched::NoRow
}

#[cfg(test)]
mod tests;
