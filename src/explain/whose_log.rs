//! Whose log it is that holds secrets, so that a report that is narrowed to them doesn't hide that.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::heard::Heard;
use super::{Around, Explained};
use crate::detect::{Finding, secrets_in_log};

/// Names in findings of `secrets-in-log` the users and apps of their log: those that its lines
/// name, and those of the rows that belong to its errors.
pub fn name(findings: &mut [Finding], around: &Around<'_>, explained: &Explained) {
    let is_of_secrets = |finding: &&mut Finding| finding.rule == secrets_in_log::ID;
    let mut findings = findings.iter_mut().filter(is_of_secrets).peekable();
    if findings.peek().is_none() {
        return;
    }
    let heard = Heard::of(around.seen.logs, &explained.clocks);
    for finding in findings {
        if let Some(place) = finding.places.first() {
            let file = place.file();
            let whose = Whose::of(file, around, (&heard, explained));
            whose.put(finding, around);
        }
    }
}

#[derive(Default)]
struct Whose<'a> {
    users: BTreeSet<Cow<'a, str>>,
    apps: BTreeSet<&'a str>,
}

impl<'a> Whose<'a> {
    fn of(file: u32, around: &Around<'a>, (heard, explained): (&'a Heard<'a>, &Explained)) -> Self {
        let mut whose = Self::default();
        let seen = around.seen;
        for (at, error) in heard.logs.errors.iter().enumerate() {
            if error.place.file() != file {
                continue;
            }
            whose.users.extend(error.user.as_deref().map(Cow::Borrowed));
            whose.apps.insert(&error.app);
            let row = explained.rows.get(at).copied().flatten();
            if let Some(row) = row.map(|row| seen.tally.rows.get(row)) {
                let by = seen.resolved.user(row.user);
                let app = seen.resolved.what[row.dims.index()].app;
                whose.users.extend(seen.resolved.users.get(by));
                whose.apps.extend(seen.resolved.apps.get(app));
            }
        }
        for worked in heard.worked().filter(|one| one.place.file() == file) {
            whose.users.extend(worked.user);
            whose.apps.insert(worked.app);
        }
        whose
    }

    fn put(&self, finding: &mut Finding, around: &Around<'_>) {
        let resolved = around.seen.resolved;
        let scope = &mut finding.scope;
        for user in &self.users {
            match resolved.users.find(user) {
                Some(number) => scope.users.push(number),
                None => scope.log_users.push(user.to_string()),
            }
        }
        for app in &self.apps {
            match resolved.apps.find(app) {
                Some(number) => scope.apps.push(number),
                None => scope.log_apps.push((*app).to_owned()),
            }
        }
    }
}
