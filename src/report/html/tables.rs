//! The failures in four tables: by user, app and description, and by each of them.

use crate::report::model::{
    ByApp, ByDescription, ByUser, CauseCounts, Group, Org, Report, Rows, Time,
};
use crate::report::words::share;

use super::Limits;
use super::causes::Catalogue;
use super::logs;
use super::sheet::{Cell, Chip, Column, Row, Table, cut};
use super::text::{Moment, Number, more, value};

/// How many causes a row names before it counts the rest.
const CHIPS: usize = 4;

/// What all four tables are made with.
pub(super) struct Maker<'a> {
    catalogue: &'a Catalogue<'a>,
    limits: Limits,
    /// All failures of the window.
    failures: u64,
    /// Whether rows name their organisation: only where there are several.
    orgs: bool,
}

impl<'a> Maker<'a> {
    pub(super) fn new(report: &Report, catalogue: &'a Catalogue<'a>, limits: Limits) -> Self {
        // Those of the groups, of which there may be many.
        let mut orgs = report.failures.by_app.iter().map(|app| &app.org);
        let first = orgs.next();
        let several = orgs.any(|org| Some(org) != first);
        Self {
            catalogue,
            limits,
            failures: report.totals.failures,
            orgs: several,
        }
    }

    /// All tables in the order of the page.
    pub(super) fn tables(&self, report: &Report) -> Vec<Table> {
        let failures = &report.failures;
        let mut tables = vec![
            self.by_user(&failures.by_user),
            self.by_app(&failures.by_app),
            self.by_description(&failures.by_description),
            self.groups(&failures.groups),
        ];
        tables.extend(logs::table(report, self.catalogue, self.limits));
        tables.extend(logs::both_sides(report, self.limits));
        tables
    }

    fn by_user(&self, rows: &Rows<'_, ByUser>) -> Table {
        // The first has most.
        let max = rows.first().map_or(0, |row| row.failures);
        let limit = self.limits.rows;
        let row = |row: ByUser| {
            let user = row.user.as_ref().map(|user| user.0.as_str());
            let mut cells = self.named(&row.org, [user]);
            cells.extend(balance(row.failures, row.successes, max));
            cells.push(Cell::Count(Number(row.apps)));
            cells.push(self.causes(&row.causes));
            cells.extend(span(&row.first, &row.last));
            Row {
                failures: row.failures,
                cells,
            }
        };
        Table {
            id: "by-user",
            title: "Failures by user",
            lead: "The failing share is that of all attempts of the user.",
            columns: self.columns(
                &["User"],
                &["Successes", "Failing share", "Apps"],
                &["Causes", "First (UTC)", "Last (UTC)"],
            ),
            rows: rows.iter().take(limit).map(row).collect(),
            cut: cut(rows.len(), limit, "failures_by_user"),
            empty: "No failures.",
        }
    }

    fn by_app(&self, rows: &[ByApp]) -> Table {
        let max = rows.iter().map(|row| row.failures).max().unwrap_or(0);
        let limit = self.limits.rows;
        let row = |row: &ByApp| {
            let mut cells = self.named(&row.org, [row.app.as_deref()]);
            cells.extend(balance(row.failures, row.successes, max));
            cells.push(Cell::Count(Number(row.users)));
            cells.push(self.causes(&row.causes));
            cells.extend(span(&row.first, &row.last));
            Row {
                failures: row.failures,
                cells,
            }
        };
        Table {
            id: "by-app",
            title: "Failures by app",
            lead: "The failing share is that of all attempts through the app.",
            columns: self.columns(
                &["App"],
                &["Successes", "Failing share", "Users"],
                &["Causes", "First (UTC)", "Last (UTC)"],
            ),
            rows: rows.iter().take(limit).map(row).collect(),
            cut: cut(rows.len(), limit, "failures_by_app"),
            empty: "No failures.",
        }
    }

    fn by_description(&self, rows: &[ByDescription]) -> Table {
        let max = rows.iter().map(|row| row.failures).max().unwrap_or(0);
        let limit = self.limits.rows;
        let row = |row: &ByDescription| {
            let description = value(row.description.as_deref(), self.limits.chars);
            let mut cells = vec![
                Cell::Text(description),
                Cell::Cause(self.catalogue.link(&row.cause)),
                bar(row.failures, max),
                part(row.failures, self.failures),
                Cell::Count(Number(row.users)),
                Cell::Count(Number(row.apps)),
            ];
            cells.extend(span(&row.first, &row.last));
            Row {
                failures: row.failures,
                cells,
            }
        };
        Table {
            id: "by-description",
            title: "Failures by description",
            lead: "The description is what Salesforce or the log says; its cause is what the catalogue makes of it.",
            columns: columns(
                &["Description", "Cause"],
                &["Share of failures", "Users", "Apps"],
                &["First (UTC)", "Last (UTC)"],
            ),
            rows: rows.iter().take(limit).map(row).collect(),
            cut: cut(rows.len(), limit, "failures_by_description"),
            empty: "No failures.",
        }
    }

    fn groups(&self, rows: &Rows<'_, Group>) -> Table {
        let max = rows.first().map_or(0, |row| row.failures);
        let limit = self.limits.groups;
        let row = |row: Group| {
            let user = row.user.as_ref().map(|user| user.0.as_str());
            let mut cells = self.named(
                &row.org,
                [user, row.app.as_deref(), row.description.as_deref()],
            );
            cells.extend([
                Cell::Cause(self.catalogue.link(&row.cause)),
                bar(row.failures, max),
                part(row.failures, self.failures),
                Cell::Count(Number(row.successes)),
                Cell::Count(Number(row.sources)),
            ]);
            cells.extend(span(&row.first, &row.last));
            Row {
                failures: row.failures,
                cells,
            }
        };
        Table {
            id: "groups",
            title: "Failures by user, app and description",
            lead: "Successes are those of the same user and app. Addresses are the distinct sources of the failures.",
            columns: self.columns(
                &["User", "App", "Description", "Cause"],
                &["Share of failures", "Successes", "Addresses"],
                &["First (UTC)", "Last (UTC)"],
            ),
            rows: rows.iter().take(limit).map(row).collect(),
            cut: cut(rows.len(), limit, "groups"),
            empty: "No failures.",
        }
    }

    fn columns(
        &self,
        names: &[&'static str],
        counts: &[&'static str],
        rest: &[&'static str],
    ) -> Vec<Column> {
        let mut columns = columns(names, counts, rest);
        if self.orgs {
            columns.insert(0, Column::text("Org"));
        }
        columns
    }

    /// The first cells of a row: who and what.
    fn named<const N: usize>(&self, org: &Option<Org>, names: [Option<&str>; N]) -> Vec<Cell> {
        let chars = self.limits.chars;
        let org = self.orgs.then(|| org.as_ref().map(|org| org.0.as_str()));
        let org = org.map(|name| Cell::Short(value(name, chars)));
        org.into_iter()
            .chain(names.map(|name| Cell::Text(value(name, chars))))
            .collect()
    }

    /// The causes of a row, most failures first.
    fn causes(&self, causes: &CauseCounts) -> Cell {
        let mut all: Vec<_> = causes.iter().collect();
        all.sort_by_key(|(_, failures)| std::cmp::Reverse(**failures));
        let chips = all.iter().take(CHIPS).map(|(cause, failures)| Chip {
            cause: self.catalogue.link(cause),
            failures: Number(**failures),
        });
        Cell::Causes(chips.collect(), more(all.len(), CHIPS))
    }
}

/// Names, then failures and other counts, then what follows the counts.
fn columns(names: &[&'static str], counts: &[&'static str], rest: &[&'static str]) -> Vec<Column> {
    let failures = Column {
        sorted: true,
        ..Column::number("Failures")
    };
    let mut columns: Vec<Column> = names.iter().copied().map(Column::text).collect();
    columns.push(failures);
    columns.extend(counts.iter().copied().map(Column::number));
    columns.extend(rest.iter().copied().map(Column::text));
    columns
}

fn bar(failures: u64, max: u64) -> Cell {
    let width = u128::from(failures) * 100 / u128::from(max.max(1));
    Cell::Bar(Number(failures), u64::try_from(width).unwrap_or(100).max(1))
}

fn part(part: u64, whole: u64) -> Cell {
    let millionths = u128::from(part) * 1_000_000 / u128::from(whole.max(1));
    Cell::Measure(
        share(part, whole),
        u64::try_from(millionths).unwrap_or(u64::MAX),
    )
}

/// Failures, successes and the share that fails.
fn balance(failures: u64, successes: u64, max: u64) -> [Cell; 3] {
    let all = failures.saturating_add(successes);
    [
        bar(failures, max),
        Cell::Count(Number(successes)),
        part(failures, all),
    ]
}

fn span(first: &Time, last: &Time) -> [Cell; 2] {
    [
        Cell::Time(Moment::new(first)),
        Cell::Time(Moment::new(last)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_seen_and_stay_inside() {
        let width = |n, max| match bar(n, max) {
            Cell::Bar(_, width) => width,
            _ => 0,
        };
        assert_eq!(
            (width(1, 1_000_000), width(5, 10), width(10, 10)),
            (1, 50, 100)
        );
        assert_eq!(width(u64::MAX, u64::MAX), 100);
    }
}
