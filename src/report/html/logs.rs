//! What integrations saw: what each client was told, and Salesforce's own reason beside it.

use crate::report::model::{Answer, Report, Side};

use super::Limits;
use super::causes::Catalogue;
use super::sheet::{Cell, Column, Row, Table};
use super::text::{Badge, Moment, Number, Value, value};

/// The table; `None` where no log has an error.
pub(super) fn table(report: &Report, catalogue: &Catalogue<'_>, limits: Limits) -> Option<Table> {
    let answers = &report.log.answers;
    if answers.is_empty() {
        return None;
    }
    let row = |answer: &Answer| Row {
        failures: answer.count,
        cells: cells(answer, catalogue, limits),
    };
    Some(Table {
        id: "integrations-saw",
        title: "What the integrations saw",
        lead: "Errors of their logs, each with the reason of the row in the login history that belongs to it. Times are those of the logs. They count in no other table, unless only logs were read.",
        columns: vec![
            Column::text("Client"),
            Column::text("It was told"),
            Column::text("Salesforce's reason"),
            Column::text("Cause"),
            Column {
                label: "Errors",
                number: true,
                sorted: true,
            },
            Column::text("First (UTC)"),
            Column::text("Last (UTC)"),
        ],
        rows: answers.iter().take(limits.rows).map(row).collect(),
        cut: super::sheet::cut(answers.len(), limits.rows, "log_errors"),
        empty: "No errors.",
    })
}

/// One incident from both sides, line by line; `None` where only one side tells of it.
pub(super) fn both_sides(report: &Report, limits: Limits) -> Option<Table> {
    let sides = &report.log.both_sides;
    if sides.is_empty() {
        return None;
    }
    let row = |side: &Side| {
        let changed = side.what == "changed";
        let user = side.user.as_ref().map(|user| user.0.as_str());
        // A change that names nobody touches the whole org.
        let of = |name: Option<&str>| value(name.or(changed.then_some("")), limits.chars);
        Row {
            failures: side.count,
            cells: vec![
                Cell::Time(Moment::new(&side.time)),
                Cell::Short(value(Some(who(side)), limits.chars)),
                Cell::Badge(badge(side)),
                Cell::Text(of(side.app.as_deref())),
                Cell::Text(of(user)),
                Cell::Text(value(Some(&side.text), limits.chars * 2)),
                match changed {
                    true => Cell::Short(value(Some(""), 1)),
                    false => Cell::Count(Number(side.count)),
                },
            ],
        }
    };
    Some(Table {
        id: "both-sides",
        title: "Both sides in order of time",
        lead: "What Salesforce and the clients say of the same users and apps, with what was changed between, by Salesforce's clock: from the last login that worked before the first error of a log to the first that worked after the last.",
        columns: vec![
            Column::text("Time (UTC)"),
            Column::text("Who says it"),
            Column::text("What it is"),
            Column::text("App"),
            Column::text("User"),
            Column::text("In its words"),
            Column::number("Logins"),
        ],
        rows: sides.iter().take(limits.rows).map(row).collect(),
        cut: (sides.len() > limits.rows)
            .then(|| "report.json has more, under log.both_sides.".to_owned()),
        empty: "Nothing.",
    })
}

fn who(side: &Side) -> &'static str {
    match side.side.as_str() {
        "log" => "client",
        "change" => "list of changes",
        _ => "Salesforce",
    }
}

fn badge(side: &Side) -> Badge {
    let (style, text) = match side.what.as_str() {
        "worked" => ("worked", "worked"),
        "changed" => ("changed", "changed"),
        _ => ("refused", "refused"),
    };
    Badge {
        style,
        text: text.to_owned(),
    }
}

fn cells(answer: &Answer, catalogue: &Catalogue<'_>, limits: Limits) -> Vec<Cell> {
    let reason = answer.server_description.as_deref();
    let unmatched = answer.why_unmatched.as_ref();
    let reason = match (reason, unmatched) {
        (None, Some(why)) => Cell::Text(value(Some(&format!("({why})")), limits.chars)),
        (reason, _) => Cell::Text(value(reason, limits.chars)),
    };
    let cause = answer.server_cause.as_ref().unwrap_or(&answer.cause);
    let moment = |time: &Option<crate::report::model::Time>| match time {
        Some(time) => Cell::Time(Moment::new(time)),
        None => Cell::Text(unknown()),
    };
    vec![
        Cell::Text(value(Some(&answer.app), limits.chars)),
        Cell::Text(value(Some(&answer.description), limits.chars)),
        reason,
        Cell::Cause(catalogue.link(cause)),
        Cell::Count(Number(answer.count)),
        moment(&answer.first),
        moment(&answer.last),
    ]
}

fn unknown() -> Value {
    value(None, 1)
}
