//! `tickets/<fingerprint>.md`: one finding as one ticket, and findings as part of `report.md`.

use std::fmt::Write as _;

use crate::report::escape::markdown as safe;
use crate::report::markdown::MOST;
use crate::report::model::{Finding, Report};
use crate::report::words::{clip, count, instant, thousands};

/// Characters of a text inside a ticket.
const TEXT: usize = 400;
/// Names of each kind that a ticket lists.
const NAMES: usize = 10;

/// Findings that get a ticket of their own.
pub fn deserving(report: &Report) -> impl Iterator<Item = &Finding> {
    let severe = |finding: &&Finding| matches!(finding.severity.as_str(), "critical" | "high");
    report.findings.iter().filter(severe)
}

/// A finding as a ticket, at most 30,000 characters.
pub fn ticket(finding: &Finding, report: &Report) -> String {
    let mut lines = usize::MAX;
    loop {
        let text = whole(finding, report, lines);
        if lines <= 1 || text.chars().count() <= MOST {
            return text;
        }
        lines = (lines / 2).min(64);
    }
}

fn whole(finding: &Finding, report: &Report, lines: usize) -> String {
    let mut out = format!("# {}\n\n", safe(&clip(&finding.title, 240)));
    body(&mut out, finding, lines);
    let _ = writeln!(
        out,
        "---\nFingerprint {}, rule {}. {} {}. Times are UTC.",
        finding.fingerprint, finding.rule, report.tool.name, report.tool.version
    );
    out
}

/// What a finding says, below its title. At most `lines` of each list.
pub fn body(out: &mut String, finding: &Finding, lines: usize) {
    let (severity, confidence) = (&finding.severity, &finding.confidence);
    let _ = writeln!(
        out,
        "- Severity {severity}, confidence {confidence}: {}",
        text(&finding.reason)
    );
    let end = if finding.ongoing {
        "still going on at the end of the data"
    } else {
        "ended"
    };
    let _ = writeln!(
        out,
        "- From {} to {}, {end}",
        instant(&finding.start.0),
        instant(&finding.end.0)
    );
    let expected = finding.expected.map_or_else(String::new, |expected| {
        format!(", where {} were to be expected", thousands(expected))
    });
    let _ = writeln!(
        out,
        "- {}{expected}",
        count(finding.count, "attempt", "attempts")
    );
    let scope = &finding.scope;
    let users: Vec<&str> = scope.users.iter().map(|user| user.0.as_str()).collect();
    let apps: Vec<&str> = scope.apps.iter().map(String::as_str).collect();
    let sources: Vec<&str> = scope
        .sources
        .iter()
        .map(|source| source.0.as_str())
        .collect();
    let totals = &finding.scope_totals;
    names(out, "Users", &users, totals.users);
    names(out, "Apps", &apps, totals.apps);
    names(out, "Sources", &sources, totals.sources);
    out.push('\n');
    for (number, step) in (1..).zip(finding.steps.iter().take(lines)) {
        let _ = writeln!(out, "{number}. {}", text(step));
    }
    out.push('\n');
    if !finding.story.is_empty() {
        out.push_str("What happened\n\n");
        for line in finding.story.iter().take(lines) {
            let _ = writeln!(out, "- {}: {}", instant(&line.time.0), text(&line.text));
        }
        out.push('\n');
    }
    if !finding.evidence.is_empty() {
        out.push_str("Evidence\n\n");
        for row in finding.evidence.iter().take(lines) {
            let _ = writeln!(
                out,
                "- {} line {}: {}",
                text(&row.path.0),
                row.line,
                text(&row.text)
            );
        }
        out.push('\n');
    }
}

fn names(out: &mut String, kind: &str, names: &[&str], all: u64) {
    if names.is_empty() {
        return;
    }
    let listed: Vec<String> = names
        .iter()
        .take(NAMES)
        .map(|name| safe(&clip(name, 120)))
        .collect();
    let more = all.saturating_sub(listed.len() as u64);
    let rest = if more > 0 {
        format!(" and {} more", thousands(more))
    } else {
        String::new()
    };
    let _ = writeln!(out, "- {kind}: {}{rest}", listed.join(", "));
}

fn text(text: &str) -> String {
    safe(&clip(text, TEXT))
}
