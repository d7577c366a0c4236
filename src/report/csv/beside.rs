//! The tables of what stands beside logins: what was changed, and what logs tell.

use std::io::Write;

use super::{Row, table};
use crate::report::model::{Change, LogError};

/// `changes.csv`: every change, not only those that the model holds.
///
/// # Errors
/// What the writer says.
pub fn changes(changes: impl Iterator<Item = Change>, out: &mut dyn Write) -> csv::Result<()> {
    let head = [
        "time",
        "org",
        "actor",
        "kind",
        "title",
        "target_user",
        "target_app",
        "text",
        "path",
        "line",
        "before",
        "may_explain",
    ];
    let rows = changes.map(|change| {
        Row::new()
            .text(&change.time.0)
            .org(change.org.as_ref())
            .user(change.actor.as_ref())
            .text(&change.kind)
            .text(&change.title)
            .user(change.target_user.as_ref())
            .known(change.target_app.as_ref())
            .text(&change.text)
            .text(&change.path.0)
            .number(change.line)
            .list(change.before.iter().map(String::as_str))
            .list(change.may_explain.iter().map(String::as_str))
    });
    table(out, &head, rows)
}

/// `log_errors.csv`: every error of logs, not only those that the model holds.
///
/// # Errors
/// What the writer says.
pub fn log_errors(errors: impl Iterator<Item = LogError>, out: &mut dyn Write) -> csv::Result<()> {
    let rows = errors.map(|error| {
        let server = error.server.as_ref();
        Row::new()
            .text(error.time.as_ref().map_or("", |time| &time.0))
            .text(&error.app)
            .user(error.user.as_ref())
            .known(error.host.as_ref())
            .text(&error.description)
            .text(&error.cause)
            .number(error.count)
            .text(server.map_or("", |server| &server.at.0))
            .known(server.and_then(|server| server.description.as_ref()))
            .text(server.map_or("", |server| &server.cause))
            .known(error.why_unmatched.as_ref())
            .text(&error.path.0)
            .number(error.line)
            .text(&error.text.0)
    });
    let head = [
        "time",
        "app",
        "user",
        "host",
        "description",
        "cause",
        "count",
        "server_time",
        "server_description",
        "server_cause",
        "why_unmatched",
        "path",
        "line",
        "text",
    ];
    table(out, &head, rows)
}
