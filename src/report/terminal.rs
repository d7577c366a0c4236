//! The summary on standard output: the verdict, the worst, and what was not read.

mod logs;

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::detect::secrets_in_log;
use crate::report::escape::terminal as safe;
use crate::report::model::{Change, Finding, Group, Report, Rows};
use crate::report::verdict::verdict;
use crate::report::words::{clip, count, instant, span, spelt, thousands};

/// How many lines each part gets, so that all of them have room.
#[derive(Clone, Copy)]
struct Room {
    /// Rows of the table.
    rows: usize,
    /// Findings by title.
    findings: usize,
    /// Lines for what was not read.
    notes: usize,
}

impl Room {
    /// What logs tell takes the place of other lines.
    fn of(report: &Report) -> Self {
        let (rows, findings, notes) = match report.totals.log_errors {
            0 => (8, 6, 6),
            _ if logs::tells_both_sides(report) => (1, 4, 2),
            _ => (4, 6, 6),
        };
        Self {
            rows,
            findings,
            notes,
        }
    }
}

/// Findings of which the root cause is told.
const BEHIND: usize = 2;
/// Columns of the terminal that text is wrapped to.
const WIDTH: usize = 100;

/// The summary, at most 40 lines. `colour` allows escape sequences of our own.
pub fn summary(report: &Report, folder: Option<&str>, colour: bool) -> String {
    let bold = |text: &str| {
        if colour {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    };
    let mut out = String::new();
    // A verdict quotes one description; the longest still leaves room for the rest.
    let text = clip(&safe(&verdict(report)), 600);
    for line in textwrap::wrap(&text, WIDTH) {
        let _ = writeln!(out, "{}", bold(&line));
    }
    if let (Some(start), Some(end)) = (&report.window.start, &report.window.end) {
        let _ = writeln!(out, "{}", span(&start.0, &end.0));
    }
    let ledger = &report.ledger;
    let _ = writeln!(
        out,
        "{} read from {}: {} counted, {} unreadable, {} duplicate, {} blank, {} ignored",
        count(ledger.read, "row", "rows"),
        count(report.inputs.len() as u64, "file", "files"),
        thousands(ledger.events),
        thousands(ledger.rejects),
        thousands(ledger.duplicates),
        thousands(ledger.blank),
        thousands(ledger.ignored)
    );
    let room = Room::of(report);
    findings(&mut out, report, room.findings, &bold);
    table(&mut out, &report.failures.groups, room.rows, &bold);
    logs::told(&mut out, report, &bold);
    notes(&mut out, report, room.notes);
    if let Some(folder) = folder {
        let _ = writeln!(out, "\nReport: {}", safe(folder));
    }
    out
}

/// The worst findings, and how many rules had none.
fn findings(out: &mut String, report: &Report, most: usize, bold: &dyn Fn(&str) -> String) {
    let rules = &report.rules;
    let ran = count(rules.run.len() as u64, "rule ran", "rules ran");
    let not = match rules.not_run.len() {
        0 => String::new(),
        n => format!(", {n} could not"),
    };
    let found = count(report.findings.len() as u64, "finding", "findings");
    let hidden = match report.suppressed.len() {
        0 => String::new(),
        n => format!(", {n} suppressed"),
    };
    // The headline counts those that matter.
    let _ = writeln!(out, "{found} in all{hidden}; {ran}{not}");
    if report.findings.is_empty() {
        return;
    }
    out.push('\n');
    let before = before(report, most.saturating_sub(1));
    let (mut left, mut told, mut behind) = (most, 0, BEHIND);
    for finding in &report.findings {
        let changed = before.as_ref().filter(|(of, _)| *of == finding.fingerprint);
        let cause = root_cause(finding).filter(|_| behind > 0 && is_told(finding));
        let lines: Vec<String> = changed
            .map(|(_, line)| line.clone())
            .into_iter()
            .chain(cause)
            .collect();
        if left <= lines.len() {
            break;
        }
        left -= 1 + lines.len();
        told += 1;
        behind = behind.saturating_sub(1);
        let title = clip(&safe(&finding.title), WIDTH);
        let _ = writeln!(out, "{} {title}", bold(&format!("{:<8}", finding.severity)));
        for line in lines {
            let _ = writeln!(out, "{:<8} {line}", "");
        }
    }
    if report.findings.len() > told {
        let _ = writeln!(
            out,
            "and {} more",
            thousands((report.findings.len() - told) as u64)
        );
    }
    // A leak is told whatever stands before it.
    let leaks = |finding: &Finding| finding.rule == secrets_in_log::ID;
    if report.findings.iter().skip(told).any(leaks) && !report.findings[..told].iter().any(leaks) {
        out.extend(logs::secrets(report).map(|line| line + "\n"));
    }
}

/// Whether what may be behind a finding is told here.
fn is_told(finding: &Finding) -> bool {
    finding.severity != "info"
}

/// What may be behind a finding, in one line; `None` where nothing speaks for anything.
fn root_cause(finding: &Finding) -> Option<String> {
    let first = finding.diagnosis.first()?;
    if first.root_cause == "undecided" || first.verdict == "unlikely" {
        return None;
    }
    let as_good = finding
        .diagnosis
        .iter()
        .filter(|one| one.verdict == first.verdict);
    let names: Vec<String> = as_good.map(|one| spelt(&one.root_cause)).collect();
    let line = format!("{}: {}", first.verdict, names.join(", or: "));
    Some(clip(&safe(&line), WIDTH))
}

/// What was changed before the worst finding of severity high or above that has such a change: its
/// fingerprint, and a line. `most` findings are looked at.
fn before<'r>(report: &'r Report<'_>, most: usize) -> Option<(&'r str, String)> {
    let severe = |finding: &&Finding| matches!(finding.severity.as_str(), "critical" | "high");
    let mut severe = report.findings.iter().take(most).filter(severe);
    severe.find_map(|finding| {
        let is_before = |change: &&Change| change.before.contains(&finding.fingerprint);
        let changes: Vec<&Change> = report.changes.iter().filter(is_before).collect();
        let explains = |change: &&&Change| change.may_explain.contains(&finding.fingerprint);
        let last = changes.iter().rev().find(explains).or(changes.last())?;
        let more = match changes.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let by = last.actor.as_ref();
        let by = by.map_or_else(String::new, |actor| format!(" by {}", safe(&actor.0)));
        let (time, title) = (instant(&last.time.0), safe(&last.title));
        let line = format!("changed before: {time} {title}{by}{more}");
        Some((finding.fingerprint.as_str(), clip(&line, WIDTH)))
    })
}

const HEAD: [&str; 6] = ["failures", "user", "app", "description", "first", "last"];
/// The widest that each column gets.
const WIDEST: [usize; 6] = [12, 34, 24, 34, 19, 19];

fn table(out: &mut String, groups: &Rows<'_, Group>, most: usize, bold: &dyn Fn(&str) -> String) {
    if groups.is_empty() {
        return;
    }
    let cell = |text: Option<&str>, at: usize| {
        let text = text.map_or_else(|| "(unknown)".into(), safe);
        clip(&text, WIDEST[at] - 1)
    };
    let row = |group: Group| {
        [
            thousands(group.failures),
            cell(group.user.as_ref().map(|user| user.0.as_str()), 1),
            cell(group.app.as_deref(), 2),
            cell(group.description.as_deref(), 3),
            instant(&group.first.0),
            instant(&group.last.0),
        ]
    };
    let rows: Vec<[String; 6]> = groups.iter().take(most).map(row).collect();
    let width = |at: usize| {
        let widest = rows.iter().map(|row| row[at].width()).max().unwrap_or(0);
        widest.max(HEAD[at].width())
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    out.push('\n');
    let _ = writeln!(out, "{}", bold(&line(&HEAD.map(str::to_owned), &widths)));
    for row in &rows {
        let _ = writeln!(out, "{}", line(row, &widths));
    }
    if groups.len() > most {
        let _ = writeln!(out, "and {} more", thousands((groups.len() - most) as u64));
    }
}

/// One row: the number right-aligned, the rest left.
fn line(cells: &[String; 6], widths: &[usize; 6]) -> String {
    let mut line = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let blanks = " ".repeat(width.saturating_sub(cell.width()));
        match at {
            0 => line.extend([blanks.as_str(), cell]),
            _ => line.extend(["  ", cell, blanks.as_str()]),
        }
    }
    line.trim_end().to_owned()
}

fn notes(out: &mut String, report: &Report, most: usize) {
    let unknown = report
        .unrecognised
        .iter()
        .filter(|text| text.field == "description")
        .count();
    let unknown = (unknown > 0).then(|| {
        let texts = count(unknown as u64, "description is", "descriptions are");
        format!("{texts} not recognised; the report lists them")
    });
    let notes: Vec<&String> = report
        .exit
        .reasons
        .iter()
        .chain(&report.coverage.notes)
        .chain(&unknown)
        .collect();
    if notes.is_empty() {
        return;
    }
    out.push('\n');
    for note in notes.iter().take(most) {
        let _ = writeln!(out, "note: {}", clip(&safe(note), 200));
    }
    if notes.len() > most {
        let _ = writeln!(out, "and {} more notes in the report", notes.len() - most);
    }
}
