//! `tables/*.csv`: the same rows as in the model, for spreadsheets. Cells are formula-safe.

mod beside;

use std::io::Write;

use csv::{StringRecord, Writer};

use crate::report::escape::{csv_safe, visible};
use crate::report::model::{CauseCounts, Org, Reject, Report, User};

pub use beside::{changes, log_errors};

/// Writes one table.
type Table = fn(&Report, &mut dyn Write) -> csv::Result<()>;

/// Every table that the model holds, by file name.
pub const TABLES: &[(&str, Table)] = &[
    ("groups.csv", groups),
    ("failures_by_user.csv", by_user),
    ("failures_by_app.csv", by_app),
    ("failures_by_description.csv", by_description),
    ("findings.csv", findings),
    ("integrations.csv", integrations),
];

/// Cells of a row: text is made safe, numbers are as they are.
struct Row(StringRecord);

impl Row {
    fn new() -> Self {
        Self(StringRecord::new())
    }

    fn text(mut self, text: &str) -> Self {
        if text.contains('\n') {
            let lines: Vec<_> = text.split('\n').map(visible).collect();
            self.0.push_field(&csv_safe(&lines.join("\n")));
        } else {
            self.0.push_field(&csv_safe(&visible(text)));
        }
        self
    }

    fn org(self, org: Option<&Org>) -> Self {
        self.text(org.map_or("", |org| &org.0))
    }

    fn user(self, user: Option<&User>) -> Self {
        self.text(user.map_or("", |user| &user.0))
    }

    fn known(self, text: Option<&String>) -> Self {
        self.text(text.map_or("", String::as_str))
    }

    fn number(mut self, number: u64) -> Self {
        self.0.push_field(&number.to_string());
        self
    }

    fn maybe(self, number: Option<u64>) -> Self {
        match number {
            Some(number) => self.number(number),
            None => self.text(""),
        }
    }

    /// Names in one cell, a line each.
    fn list<'a>(self, names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.collect();
        self.text(&names.join("\n"))
    }

    /// `invalid-password=3 mfa-required=1`.
    fn causes(self, causes: &CauseCounts) -> Self {
        let list: Vec<String> = causes.iter().map(|(id, n)| format!("{id}={n}")).collect();
        self.text(&list.join(" "))
    }
}

fn table(out: &mut dyn Write, head: &[&str], rows: impl Iterator<Item = Row>) -> csv::Result<()> {
    let mut writer = Writer::from_writer(out);
    writer.write_record(head)?;
    for row in rows {
        writer.write_record(&row.0)?;
    }
    Ok(writer.flush()?)
}

fn groups(report: &Report, out: &mut dyn Write) -> csv::Result<()> {
    let head = [
        "org",
        "user",
        "app",
        "description",
        "cause",
        "failures",
        "successes",
        "sources",
        "first",
        "last",
    ];
    let rows = report.failures.groups.iter().map(|row| {
        Row::new()
            .org(row.org.as_ref())
            .user(row.user.as_ref())
            .known(row.app.as_ref())
            .known(row.description.as_ref())
            .text(&row.cause)
            .number(row.failures)
            .number(row.successes)
            .number(row.sources)
            .text(&row.first.0)
            .text(&row.last.0)
    });
    table(out, &head, rows)
}

fn by_user(report: &Report, out: &mut dyn Write) -> csv::Result<()> {
    let head = [
        "org",
        "user",
        "failures",
        "successes",
        "apps",
        "causes",
        "first",
        "last",
    ];
    let rows = report.failures.by_user.iter().map(|row| {
        Row::new()
            .org(row.org.as_ref())
            .user(row.user.as_ref())
            .number(row.failures)
            .number(row.successes)
            .number(row.apps)
            .causes(&row.causes)
            .text(&row.first.0)
            .text(&row.last.0)
    });
    table(out, &head, rows)
}

fn by_app(report: &Report, out: &mut dyn Write) -> csv::Result<()> {
    let head = [
        "org",
        "app",
        "failures",
        "successes",
        "users",
        "causes",
        "first",
        "last",
    ];
    let rows = report.failures.by_app.iter().map(|row| {
        Row::new()
            .org(row.org.as_ref())
            .known(row.app.as_ref())
            .number(row.failures)
            .number(row.successes)
            .number(row.users)
            .causes(&row.causes)
            .text(&row.first.0)
            .text(&row.last.0)
    });
    table(out, &head, rows)
}

fn by_description(report: &Report, out: &mut dyn Write) -> csv::Result<()> {
    let head = [
        "description",
        "cause",
        "failures",
        "users",
        "apps",
        "first",
        "last",
    ];
    let rows = report.failures.by_description.iter().map(|row| {
        Row::new()
            .known(row.description.as_ref())
            .text(&row.cause)
            .number(row.failures)
            .number(row.users)
            .number(row.apps)
            .text(&row.first.0)
            .text(&row.last.0)
    });
    table(out, &head, rows)
}

fn findings(report: &Report, out: &mut dyn Write) -> csv::Result<()> {
    let head = [
        "fingerprint",
        "rule",
        "severity",
        "confidence",
        "title",
        "org",
        "start",
        "end",
        "ongoing",
        "count",
        "expected",
        "users",
        "apps",
        "sources",
        "causes",
        "reason",
    ];
    let rows = report.findings.iter().map(|row| {
        let scope = &row.scope;
        Row::new()
            .text(&row.fingerprint)
            .text(&row.rule)
            .text(&row.severity)
            .text(&row.confidence)
            .text(&row.title)
            .org(row.org.as_ref())
            .text(&row.start.0)
            .text(&row.end.0)
            .text(if row.ongoing { "yes" } else { "no" })
            .number(row.count)
            .maybe(row.expected)
            .list(scope.users.iter().map(|user| user.0.as_str()))
            .list(scope.apps.iter().map(String::as_str))
            .list(scope.sources.iter().map(|source| source.0.as_str()))
            .list(scope.causes.iter().map(String::as_str))
            .text(&row.reason)
    });
    table(out, &head, rows)
}

fn integrations(report: &Report, out: &mut dyn Write) -> csv::Result<()> {
    let head = [
        "org",
        "user",
        "app",
        "flow",
        "flow_basis",
        "status",
        "retires",
        "logins",
        "failures",
        "sources",
        "api_versions",
        "tls",
        "first",
        "last",
        "period_seconds",
        "retires_precision",
        "retires_otherwise",
    ];
    let rows = report.integrations.iter().map(|row| {
        Row::new()
            .org(row.org.as_ref())
            .user(row.user.as_ref())
            .known(row.app.as_ref())
            .text(&row.flow)
            .text(&row.flow_basis)
            .text(&row.status)
            .known(row.retires.as_ref())
            .number(row.logins)
            .number(row.failures)
            .number(row.sources)
            .list(row.api_versions.iter().map(String::as_str))
            .list(row.tls.iter().map(String::as_str))
            .text(&row.first.0)
            .text(&row.last.0)
            .maybe(row.period_seconds)
            .known(row.retires_precision.as_ref())
            .list(row.retires_otherwise.iter().map(String::as_str))
    });
    table(out, &head, rows)
}

/// `rejects.csv`: every row that could not be read, not only those that the model holds.
///
/// # Errors
/// What the writer says.
pub fn rejects(rejects: impl Iterator<Item = Reject>, out: &mut dyn Write) -> csv::Result<()> {
    let rows = rejects.map(|reject| {
        Row::new()
            .text(&reject.path.0)
            .number(reject.line)
            .text(&reject.reason)
            .text(&reject.excerpt.0)
    });
    table(out, &["path", "line", "reason", "excerpt"], rows)
}
