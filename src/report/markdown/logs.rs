//! What integrations saw, beside Salesforce's own reasons.

use std::fmt::Write as _;

use super::{cut, known};
use crate::report::model::Report;
use crate::report::words::thousands;

/// The table; nothing where no log was read.
pub(super) fn told(out: &mut String, report: &Report, most: usize) {
    let answers = &report.log.answers;
    if answers.is_empty() {
        return;
    }
    out.push_str("## What the integrations saw\n\n");
    out.push_str("| Errors | Client | It was told | Salesforce's reason | Cause |\n");
    out.push_str("|---:|---|---|---|---|\n");
    for answer in answers.iter().take(most) {
        let reason = match (&answer.server_description, &answer.why_unmatched) {
            (None, Some(why)) => format!("({why})"),
            (reason, _) => known(reason.as_deref()),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {reason} | {} |",
            thousands(answer.count),
            known(Some(&answer.app)),
            known(Some(&answer.description)),
            answer.server_cause.as_ref().unwrap_or(&answer.cause)
        );
    }
    cut(out, answers.len(), most, "tables/log_errors.csv");
}
