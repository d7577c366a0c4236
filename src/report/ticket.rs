//! `tickets/<fingerprint>.md`: one finding as one ticket, and findings as part of `report.md`.

use std::fmt::Write as _;

use crate::report::escape::{markdown as safe, markdown_code};
use crate::report::markdown::MOST;
use crate::report::model::{Evidence, Finding, Report};
use crate::report::words::{clip, count, instant, length, spelt, thousands};

/// Characters of a text inside a ticket.
const TEXT: usize = 400;
/// Reasons for and against a root cause that a ticket lists.
const REASONS: usize = 6;
/// Names of each kind that a ticket lists.
const NAMES: usize = 10;

/// Findings that get a ticket of their own.
pub fn deserving<'r>(report: &'r Report<'_>) -> impl Iterator<Item = &'r Finding> {
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
    body(&mut out, finding, "##", lines);
    let _ = writeln!(
        out,
        "---\nFingerprint {}, rule {}. {} {}. Times are UTC.",
        finding.fingerprint, finding.rule, report.tool.name, report.tool.version
    );
    out
}

/// What a finding says, below its title: facts, then what may be behind it, what to do, what happened and the proof, each
/// under a heading of that depth. At most `lines` of each list.
pub fn body(out: &mut String, finding: &Finding, heading: &str, lines: usize) {
    facts(out, finding);
    behind(out, finding, (heading, lines));
    let steps = finding.steps.iter().enumerate();
    let steps = steps.map(|(at, step)| format!("{}. {}", at + 1, text(step)));
    part(out, (heading, "What to do"), steps, lines);
    let story = finding.story.iter();
    let story = story.map(|line| format!("- {}: {}", instant(&line.time.0), text(&line.text)));
    part(out, (heading, "What happened"), story, lines);
    part(
        out,
        (heading, "Evidence"),
        finding.evidence.iter().map(proof),
        lines,
    );
}

/// What may be behind it, the best first, each with what speaks for and against it.
fn behind(out: &mut String, finding: &Finding, (depth, lines): (&str, usize)) {
    let all = &finding.diagnosis;
    if all.is_empty() {
        return;
    }
    let _ = writeln!(out, "{depth} What may be behind it\n");
    let most = lines.min(REASONS);
    for one in all.iter().take(lines) {
        let (name, verdict) = (safe(&spelt(&one.root_cause)), &one.verdict);
        let _ = writeln!(out, "- **{name}** ({verdict})");
        for (key, texts) in [("For", &one.because), ("Against", &one.against)] {
            for reason in texts.iter().take(most) {
                let _ = writeln!(out, "  - {key}: {}", text(reason));
            }
            if texts.len() > most {
                let _ = writeln!(out, "  - and {} more in report.json", texts.len() - most);
            }
        }
        // What is unlikely needs no further check.
        let check = one.next_check.as_ref();
        if let Some(check) = check.filter(|_| one.verdict != "unlikely") {
            let _ = writeln!(out, "  - To find out: {}", text(check));
        }
    }
    if all.len() > lines {
        let _ = writeln!(out, "\nand {} more in report.json", all.len() - lines);
    }
    out.push('\n');
}

fn facts(out: &mut String, finding: &Finding) {
    let (start, end) = (&finding.start.0, &finding.end.0);
    let long = length(start, end).filter(|_| start != end);
    let long = long.map_or_else(String::new, |long| format!(" ({long})"));
    let over = if finding.ongoing {
        "still going on at the end of the data"
    } else {
        "over at the end of the data"
    };
    let expected = finding.expected.map_or_else(String::new, |expected| {
        format!(", where {} were to be expected", thousands(expected))
    });
    let attempts = count(finding.count, "attempt", "attempts");
    let (severity, confidence) = (&finding.severity, &finding.confidence);
    let _ = writeln!(out, "- Severity: {severity}; confidence: {confidence}");
    let _ = writeln!(
        out,
        "- When: {} to {}{long}, {over}",
        instant(start),
        instant(end)
    );
    let _ = writeln!(out, "- How many: {attempts}{expected}");
    if let Some(org) = &finding.org {
        let _ = writeln!(out, "- Org: {}", safe(&clip(&org.0, 120)));
    }
    let scope = &finding.scope;
    let users: Vec<&str> = scope.users.iter().map(|user| user.0.as_str()).collect();
    let apps: Vec<&str> = scope.apps.iter().map(String::as_str).collect();
    let sources: Vec<&str> = scope
        .sources
        .iter()
        .map(|source| source.0.as_str())
        .collect();
    let causes: Vec<&str> = scope.causes.iter().map(String::as_str).collect();
    let totals = &finding.scope_totals;
    names(out, "Users", &users, totals.users);
    names(out, "Apps", &apps, totals.apps);
    names(out, "Sources", &sources, totals.sources);
    names(out, "Causes", &causes, causes.len() as u64);
    let _ = writeln!(out, "- Why: {}\n", text(&finding.reason));
}

/// A list under its heading; nothing where it is empty.
fn part(
    out: &mut String,
    (depth, title): (&str, &str),
    list: impl ExactSizeIterator<Item = String>,
    lines: usize,
) {
    let all = list.len();
    if all == 0 {
        return;
    }
    let _ = writeln!(out, "{depth} {title}\n");
    for line in list.take(lines) {
        let _ = writeln!(out, "{line}");
    }
    if all > lines {
        let _ = writeln!(out, "\nand {} more in report.json", all - lines);
    }
    out.push('\n');
}

/// One row, with its place to be copied.
fn proof(row: &Evidence) -> String {
    let place = markdown_code(&clip(&format!("{}:{}", row.path.0, row.line), TEXT));
    let time = row
        .time
        .as_ref()
        .map_or_else(String::new, |time| format!(" {}", instant(&time.0)));
    format!("- {place}{time} {}", text(&row.text))
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
