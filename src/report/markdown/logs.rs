//! What integrations saw, beside Salesforce's own reasons.

use std::fmt::Write as _;

use super::{cut, known};
use crate::report::model::{Report, Side};
use crate::report::words::{instant, thousands};

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

/// One incident from both sides, with what was changed between; nothing where one side alone tells
/// of it.
pub(super) fn both_sides(out: &mut String, report: &Report, most: usize) {
    let sides = &report.log.both_sides;
    if sides.is_empty() {
        return;
    }
    out.push_str("## Both sides in order of time\n\n");
    out.push_str("| Time | Who says it | What it is | App | User | In its words |\n");
    out.push_str("|---|---|---|---|---|---|\n");
    for side in sides.iter().take(most) {
        let _ = writeln!(out, "{}", line(side));
    }
    cut(out, sides.len(), most, "report.json, under log.both_sides");
}

fn line(side: &Side) -> String {
    let who = match side.side.as_str() {
        "log" => "client",
        "change" => "list of changes",
        _ => "Salesforce",
    };
    // A change that names nobody touches the whole org.
    let of = |name: Option<&str>| match (name, side.what.as_str()) {
        (None, "changed") => String::new(),
        (name, _) => known(name),
    };
    format!(
        "| {} | {who} | {} | {} | {} | {} |",
        instant(&side.time.0),
        side.what,
        of(side.app.as_deref()),
        of(side.user.as_ref().map(|user| user.0.as_str())),
        known(Some(&side.text))
    )
}
