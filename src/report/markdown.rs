//! `report.md`: one ticket that fits into Jira, GitHub and ServiceNow.

mod logs;

use std::fmt::Write as _;

use crate::catalogue::Catalogue;
use crate::report::escape::markdown as safe;
use crate::report::model::{ByDescription, Change, Finding, Group, Report};
use crate::report::ticket;
use crate::report::verdict::verdict;
use crate::report::words::{clip, count, instant, share, span, thousands};

/// The most characters a ticket has: trackers cut or refuse at about 32,000.
pub const MOST: usize = 30_000;

/// Characters of a value in a table.
const VALUE: usize = 120;

/// How much of each list the ticket shows.
#[derive(Clone, Copy)]
struct Limits {
    rows: usize,
    causes: usize,
    notes: usize,
}

/// The report as Markdown, at most [`MOST`] characters.
pub fn markdown(report: &Report, catalogue: &Catalogue) -> String {
    let mut limits = Limits {
        rows: 25,
        causes: 12,
        notes: 20,
    };
    loop {
        let text = ticket(report, catalogue, limits);
        let smallest = limits.rows == 1 && limits.causes == 1 && limits.notes == 1;
        if smallest || text.chars().count() <= MOST {
            return text;
        }
        // By a quarter at a time, so that no more is left out than must be.
        let less = |n: usize| (n * 3 / 4).max(1);
        limits = Limits {
            rows: less(limits.rows),
            causes: less(limits.causes),
            notes: less(limits.notes),
        };
    }
}

fn ticket(report: &Report, catalogue: &Catalogue, limits: Limits) -> String {
    let mut out = format!(
        "# Salesforce login failures\n\n**{}**\n\n",
        safe(&verdict(report))
    );
    facts(&mut out, report);
    notes(
        &mut out,
        "Not everything could be read",
        &report.exit.reasons,
        limits.notes,
    );
    findings(&mut out, report, limits);
    changes(&mut out, &report.changes, limits.rows);
    groups(&mut out, report, limits.rows);
    logs::told(&mut out, report, limits.rows);
    logs::both_sides(&mut out, report, limits.rows);
    causes(&mut out, report, catalogue, limits.causes);
    users_and_apps(&mut out, report, limits.rows);
    notes(
        &mut out,
        "What the counts can't see",
        &report.coverage.notes,
        limits.notes,
    );
    let _ = writeln!(
        out,
        "---\n{} {}, report schema {}. Times are UTC. All rows: report.json and tables/.",
        report.tool.name, report.tool.version, report.schema
    );
    out
}

fn facts(out: &mut String, report: &Report) {
    if let (Some(start), Some(end)) = (&report.window.start, &report.window.end) {
        let _ = writeln!(out, "- Time: {}", span(&start.0, &end.0));
    }
    let totals = &report.totals;
    let _ = writeln!(
        out,
        "- Attempts: {}; {} succeeded, {} failed ({})",
        thousands(totals.events),
        thousands(totals.successes),
        thousands(totals.failures),
        share(totals.failures, totals.events)
    );
    let _ = writeln!(
        out,
        "- Seen: {}, {}, {}",
        count(totals.users, "user", "users"),
        count(totals.apps, "app", "apps"),
        count(totals.sources, "source address", "source addresses")
    );
    let rules = &report.rules;
    let severe = report.findings.iter().filter(|finding| is_severe(finding));
    let _ = writeln!(
        out,
        "- Rules: {} ran, {} could not; {}, {} of severity medium or above",
        rules.run.len(),
        rules.not_run.len(),
        count(report.findings.len() as u64, "finding", "findings"),
        severe.count()
    );
    let ledger = &report.ledger;
    let _ = writeln!(
        out,
        "- Read: {} from {}; {} unreadable, {} duplicate, {} blank, {} ignored\n",
        count(ledger.read, "row", "rows"),
        count(report.inputs.len() as u64, "file", "files"),
        thousands(ledger.rejects),
        thousands(ledger.duplicates),
        thousands(ledger.blank),
        thousands(ledger.ignored)
    );
}

/// Whether a finding is told in full.
fn is_severe(finding: &Finding) -> bool {
    !matches!(finding.severity.as_str(), "low" | "info")
}

/// Findings of medium severity and above in full, the rest by title.
fn findings(out: &mut String, report: &Report, limits: Limits) {
    let all = report.findings.iter();
    let severe: Vec<&Finding> = all.clone().filter(|finding| is_severe(finding)).collect();
    for finding in severe.iter().take(limits.causes) {
        let _ = writeln!(out, "## Finding: {}\n", safe(&clip(&finding.title, 240)));
        ticket::body(out, finding, "###", limits.notes);
        let (rule, fingerprint) = (&finding.rule, &finding.fingerprint);
        let _ = writeln!(out, "Fingerprint {fingerprint}, rule {rule}.\n");
    }
    if severe.len() > limits.causes {
        cut(out, severe.len(), limits.causes, "tables/findings.csv");
    }
    let mild: Vec<&Finding> = all.filter(|finding| !is_severe(finding)).collect();
    if !mild.is_empty() {
        out.push_str("## Minor findings\n\n");
        for finding in mild.iter().take(limits.notes) {
            let title = safe(&clip(&finding.title, 240));
            let _ = writeln!(out, "- {} ({}): {title}", finding.rule, finding.severity);
        }
        cut(out, mild.len(), limits.notes, "tables/findings.csv");
    }
    if !report.suppressed.is_empty() {
        let hidden = count(report.suppressed.len() as u64, "finding is", "findings are");
        let _ = writeln!(
            out,
            "{hidden} suppressed; report.json lists them with the reason.\n"
        );
    }
}

/// What was changed: before findings first to be kept, then the newest.
fn changes(out: &mut String, all: &[Change], most: usize) {
    if all.is_empty() {
        return;
    }
    out.push_str("## What changed\n\n| Time | Who | What | In its words |\n|---|---|---|---|\n");
    let mut told: Vec<&Change> = all.iter().collect();
    told.sort_by_key(|change| !change.before.is_empty());
    told.drain(..told.len().saturating_sub(most));
    told.sort_by(|a, b| a.time.cmp(&b.time));
    for change in told {
        let actor = known(change.actor.as_ref().map(|user| user.0.as_str()));
        let text = safe(&clip(&change.text, VALUE));
        let (time, title) = (instant(&change.time.0), safe(&change.title));
        let _ = writeln!(out, "| {time} | {actor} | {title} | {text} |");
    }
    cut(out, all.len(), most, "tables/changes.csv");
}

fn groups(out: &mut String, report: &Report, most: usize) {
    let groups = &report.failures.groups;
    if groups.is_empty() {
        return;
    }
    out.push_str("## Who fails, through which app, with which description\n\n");
    out.push_str("| Failures | User | App | Description | Cause | Successes | First | Last |\n");
    out.push_str("|---:|---|---|---|---|---:|---|---|\n");
    for group in groups.iter().take(most) {
        group_row(out, &group);
    }
    cut(out, groups.len(), most, "tables/groups.csv");
}

fn group_row(out: &mut String, group: &Group) {
    let _ = writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        thousands(group.failures),
        known(group.user.as_ref().map(|user| user.0.as_str())),
        known(group.app.as_deref()),
        known(group.description.as_deref()),
        group.cause,
        thousands(group.successes),
        instant(&group.first.0),
        instant(&group.last.0)
    );
}

fn causes(out: &mut String, report: &Report, catalogue: &Catalogue, most: usize) {
    let by_cause = &report.failures.by_cause;
    for row in by_cause.iter().take(most) {
        let Some(cause) = catalogue.by_id(&row.cause) else {
            continue;
        };
        let _ = writeln!(
            out,
            "## {} ({}): {} by {} through {}\n",
            cause.title,
            cause.id,
            count(row.failures, "failure", "failures"),
            count(row.users, "user", "users"),
            count(row.apps, "app", "apps")
        );
        let of_cause = |row: &&ByDescription| row.cause == cause.id;
        let descriptions: Vec<String> = report
            .failures
            .by_description
            .iter()
            .filter(of_cause)
            .take(5)
            .map(|row| known(row.description.as_deref()))
            .collect();
        let _ = writeln!(
            out,
            "Description: {}. {}\n",
            descriptions.join("; "),
            safe(&cause.means)
        );
        for (number, step) in (1..).zip(&cause.steps) {
            let _ = writeln!(out, "{number}. {}", safe(step));
        }
        out.push('\n');
    }
    cut(
        out,
        by_cause.len(),
        most,
        "tables/failures_by_description.csv",
    );
}

fn users_and_apps(out: &mut String, report: &Report, most: usize) {
    let failures = &report.failures;
    if !failures.by_user.is_empty() {
        out.push_str("## By user\n\n| Failures | Successes | User | Last |\n|---:|---:|---|---|\n");
        for row in failures.by_user.iter().take(most) {
            let user = known(row.user.as_ref().map(|user| user.0.as_str()));
            count_row(out, row.failures, row.successes, &user, &row.last.0);
        }
        cut(
            out,
            failures.by_user.len(),
            most,
            "tables/failures_by_user.csv",
        );
    }
    if !failures.by_app.is_empty() {
        out.push_str("## By app\n\n| Failures | Successes | App | Last |\n|---:|---:|---|---|\n");
        for row in failures.by_app.iter().take(most) {
            count_row(
                out,
                row.failures,
                row.successes,
                &known(row.app.as_deref()),
                &row.last.0,
            );
        }
        cut(
            out,
            failures.by_app.len(),
            most,
            "tables/failures_by_app.csv",
        );
    }
}

fn count_row(out: &mut String, failures: u64, successes: u64, name: &str, last: &str) {
    let (failures, successes) = (thousands(failures), thousands(successes));
    let _ = writeln!(
        out,
        "| {failures} | {successes} | {name} | {} |",
        instant(last)
    );
}

fn notes(out: &mut String, title: &str, notes: &[String], most: usize) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(out, "## {title}\n");
    for note in notes.iter().take(most) {
        let _ = writeln!(out, "- {}", safe(&clip(note, 400)));
    }
    if notes.len() > most {
        let _ = writeln!(out, "- and {} more in report.json", notes.len() - most);
    }
    out.push('\n');
}

/// A value in a table; what isn't known is said so.
fn known(text: Option<&str>) -> String {
    text.map_or_else(|| "*unknown*".to_owned(), |text| safe(&clip(text, VALUE)))
}

fn cut(out: &mut String, all: usize, most: usize, table: &str) {
    if all > most {
        let _ = writeln!(
            out,
            "\nThe first {most} of {}; all are in {table}.",
            thousands(all as u64)
        );
    }
    out.push('\n');
}
