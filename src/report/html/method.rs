//! How the report was made: the program, its options, the rules and the thresholds in force.

use crate::report::model::Report;

use super::text::{Lines, lines, more, shown};
use super::{Extras, Limits};

/// What made the report, and how.
// wide: the footer of the page
pub(super) struct Method {
    pub(super) tool: String,
    pub(super) version: String,
    pub(super) schema: u32,
    pub(super) timezone: String,
    pub(super) date_order: String,
    pub(super) strict: bool,
    pub(super) run: Lines,
    pub(super) not_run: Vec<NotRun>,
    pub(super) more_not_run: Option<String>,
    pub(super) thresholds: Vec<Threshold>,
    pub(super) more_thresholds: Option<String>,
    /// Whether any threshold says what it means.
    pub(super) meanings: bool,
}

/// A rule that could not run.
pub(super) struct NotRun {
    pub(super) rule: String,
    pub(super) why: String,
}

/// A number that decides.
pub(super) struct Threshold {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) meaning: String,
}

impl Method {
    pub(super) fn new(report: &Report, extras: &Extras, limits: Limits) -> Self {
        let (options, rules) = (&report.options, &report.rules);
        let rows = limits.rows;
        let not_run = rules.not_run.iter().take(rows).map(|one| NotRun {
            rule: shown(&one.rule, 80),
            why: shown(&one.why, limits.chars * 2),
        });
        let thresholds = extras.thresholds.iter().take(rows);
        Self {
            tool: shown(&report.tool.name, 80),
            version: shown(&report.tool.version, 80),
            schema: report.schema,
            timezone: shown(&options.timezone, 80),
            date_order: shown(&options.date_order, 40),
            strict: options.strict,
            run: lines(&rules.run, rows, 80),
            not_run: not_run.collect(),
            more_not_run: more(rules.not_run.len(), rows),
            thresholds: thresholds.map(|one| threshold(one, limits)).collect(),
            more_thresholds: more(extras.thresholds.len(), rows),
            meanings: extras
                .thresholds
                .iter()
                .any(|(_, _, meaning)| !meaning.is_empty()),
        }
    }
}

fn threshold((name, value, meaning): &(String, String, String), limits: Limits) -> Threshold {
    Threshold {
        name: shown(name, 80),
        value: shown(value, limits.chars),
        meaning: shown(meaning, limits.chars * 2),
    }
}
