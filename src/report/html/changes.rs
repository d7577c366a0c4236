//! What was changed: a table, and the way to the findings before which it was.

use crate::report::model::{Change, Report};
use crate::report::words::thousands;

use super::Limits;
use super::sheet::{Cell, Column, Row, Table};
use super::text::{Moment, shown, value};

/// The table; `None` where no export of changes told any.
pub(super) fn table(report: &Report, limits: Limits) -> Option<Table> {
    let all = &report.changes;
    if all.is_empty() {
        return None;
    }
    let orgs = all.iter().any(|change| change.org != all[0].org);
    // Of too many, those before findings and then the newest.
    let mut shown: Vec<&Change> = all.iter().collect();
    if shown.len() > limits.rows {
        shown.sort_by_key(|change| !change.before.is_empty());
        shown.drain(..shown.len() - limits.rows);
        shown.sort_by(|a, b| a.time.cmp(&b.time));
    }
    let cut = (all.len() > limits.rows).then(|| {
        format!(
            "{} of {} or more; all are in tables/changes.csv.",
            thousands(limits.rows as u64),
            thousands(all.len() as u64)
        )
    });
    let mut columns = vec![
        Column::text("Time (UTC)"),
        Column::text("Who"),
        Column::text("What"),
        Column::text("Whom"),
        Column::text("In its words"),
        Column::text("Before"),
    ];
    if orgs {
        columns.insert(0, Column::text("Org"));
    }
    Some(Table {
        id: "changes",
        title: "What changed",
        lead: "Within the reported time and seven days before it. Before: within the 24 hours \
               before a finding, and of a user or app of it or of the whole org. That is no proof.",
        columns,
        rows: shown.iter().map(|one| row(one, orgs, limits)).collect(),
        cut,
        empty: "No changes.",
    })
}

fn row(change: &Change, orgs: bool, limits: Limits) -> Row {
    let chars = limits.chars;
    let org = change.org.as_ref().map(|org| org.0.as_str());
    let actor = change.actor.as_ref().map(|user| user.0.as_str());
    let user = change.target_user.as_ref().map(|user| user.0.as_str());
    let before = match change.before.len() {
        0 => String::new(),
        1 => "a finding".to_owned(),
        n => format!("{} findings", thousands(n as u64)),
    };
    let may = (!change.may_explain.is_empty()).then(|| "may explain".to_owned());
    let mut cells: Vec<Cell> = orgs
        .then(|| Cell::Short(value(org, chars)))
        .into_iter()
        .collect();
    let whom = user.or(change.target_app.as_deref()).unwrap_or("–");
    let beside = user.and(change.target_app.as_deref());
    cells.extend([
        Cell::Time(Moment::new(&change.time)),
        Cell::Text(value(actor, chars)),
        Cell::Noted(shown(&change.title, chars), None),
        Cell::Noted(shown(whom, chars), value(beside, chars)),
        Cell::Text(Some(shown(&change.text, chars * 2))),
        Cell::Noted(before, may),
    ]);
    Row { failures: 0, cells }
}
