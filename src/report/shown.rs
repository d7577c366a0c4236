//! What is shown of all that was read: the window, and what the user narrows it to.

use std::borrow::Cow;

use crate::catalogue::CauseIx;
use crate::detect::inventory::Integrations;
use crate::detect::{Finding, secrets_in_log};
use crate::event::Instant;
use crate::tally::logs::LogError;
use crate::tally::{Resolved, Row, Tally};

/// Bounds and names that rows must pass to be shown.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub since: Option<Instant>,
    pub until: Option<Instant>,
    /// Numbers of users, apps and causes (plus one) to show; empty lists show all.
    pub users: Vec<u32>,
    pub apps: Vec<u32>,
    pub causes: Vec<u32>,
    /// The same for the errors of logs, by name. A cause that there is none of stands among them.
    pub log_users: Vec<String>,
    pub log_apps: Vec<String>,
    pub log_causes: Vec<CauseIx>,
    /// Only such names were given of one kind as no row has, so nothing passes.
    pub nobody: bool,
    /// What was named and is nowhere.
    pub notes: Vec<String>,
}

impl Shown {
    /// Whether a row lies in the window. No row spans a bound.
    pub fn in_window(&self, row: &Row) -> bool {
        self.since.is_none_or(|since| row.first() >= since)
            && self.until.is_none_or(|until| row.last() <= until)
    }

    /// Whether an error of a log is shown; one without a time is where no bound is given. `server` is
    /// the row of the history that belongs to it: user, app and cause.
    pub fn has_error(&self, error: &LogError, server: Option<(&str, &str, CauseIx)>) -> bool {
        let in_window = match error.at {
            Some(at) => {
                self.since.is_none_or(|since| at >= since)
                    && self.until.is_none_or(|until| at <= until)
            }
            None => self.since.is_none() && self.until.is_none(),
        };
        let has = |list: &[String], name: Option<&str>, other: Option<&str>| {
            let is = |name: &str| list.iter().any(|wanted| wanted == name);
            list.is_empty() || name.is_some_and(is) || other.is_some_and(is)
        };
        let causes = &self.log_causes;
        in_window
            && has(
                &self.log_users,
                error.user.as_deref(),
                server.map(|row| row.0),
            )
            && has(&self.log_apps, Some(&*error.app), server.map(|row| row.1))
            && (causes.is_empty()
                || causes.contains(&error.cause)
                || server.is_some_and(|row| causes.contains(&row.2)))
    }

    /// The first and last event in the window, whatever names it is narrowed to; `None` where
    /// there is none.
    pub fn ends(&self, tally: &Tally) -> Option<(Instant, Instant)> {
        let rows = || tally.rows.iter().filter(|row| self.in_window(row));
        let first = rows().map(|row| row.first()).min()?;
        let last = rows().map(|row| row.last()).max()?;
        Some((first, last))
    }

    /// Whether a row is of those that the report is narrowed to. Causes narrow the failures; the
    /// successes beside them stay.
    pub fn is_named(&self, row: &Row, resolved: &Resolved) -> bool {
        let what = resolved.what[row.dims.index()];
        let has = |list: &[u32], number| list.is_empty() || list.contains(&number);
        !self.nobody
            && has(&self.users, resolved.user(row.user))
            && has(&self.apps, what.app)
            && (what.success || has(&self.causes, what.cause))
    }

    /// Whether a finding concerns any of those that the report is narrowed to, within its bounds.
    /// What a log gives away is told whenever that was, and whatever its errors are.
    pub fn concerns(&self, finding: &Finding) -> bool {
        let scope = &finding.scope;
        let any = |list: &[u32], of: &[u32], (names, named): (&[String], &[String])| {
            (list.is_empty() && names.is_empty())
                || of.iter().any(|one| list.contains(one))
                || named.iter().any(|one| names.contains(one))
        };
        let of_secrets = finding.rule == secrets_in_log::ID;
        let in_window = self.since.is_none_or(|since| finding.end >= since)
            && self.until.is_none_or(|until| finding.start <= until);
        let causes = &self.log_causes;
        let is_named = |cause: u32| {
            cause
                .checked_sub(1)
                .is_some_and(|ix| causes.contains(&CauseIx(ix)))
        };
        (of_secrets || in_window)
            && any(
                &self.users,
                &scope.users,
                (&self.log_users, &scope.log_users),
            )
            && any(&self.apps, &scope.apps, (&self.log_apps, &scope.log_apps))
            && (of_secrets || causes.is_empty() || scope.causes.iter().any(|one| is_named(*one)))
    }

    /// The integrations that the report is narrowed to.
    pub fn integrations<'i, 'a>(&self, all: &'i Integrations<'a>) -> Cow<'i, Integrations<'a>> {
        if !self.nobody && self.users.is_empty() && self.apps.is_empty() {
            return Cow::Borrowed(all);
        }
        Cow::Owned(all.narrowed(|user, app| self.has(user, app)))
    }

    /// Whether integrations of a user and an app are among those that the report is narrowed to.
    /// Causes don't narrow the inventory.
    fn has(&self, user: u32, app: u32) -> bool {
        let has = |list: &[u32], number| list.is_empty() || list.contains(&number);
        !self.nobody && has(&self.users, user) && has(&self.apps, app)
    }

    /// The part of a tally that is shown; the tally itself where nothing narrows it.
    pub fn of<'a>(&self, tally: &'a Tally, resolved: &Resolved) -> Cow<'a, Tally> {
        let bounded = self.since.is_some() || self.until.is_some() || self.nobody;
        let lists = [&self.users, &self.apps, &self.causes];
        if !bounded && lists.iter().all(|list| list.is_empty()) {
            return Cow::Borrowed(tally);
        }
        let part = tally.filtered(|row| self.in_window(row) && self.is_named(row, resolved));
        Cow::Owned(part)
    }
}
