//! What was changed shortly before a finding, of those whom it concerns.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::catalogue::{Changes as Kinds, Known, Touches, fold_letters};
use crate::detect::Finding;
use crate::event::DAY_MS;
use crate::normalise::Change;
use crate::tally::{Changes, Resolved};

/// Milliseconds before the onset of a finding in which a change may have to do with it.
const BEFORE: i64 = DAY_MS;

/// The changes before each finding, in the order of the findings as they were detected.
pub struct Before<'a>(Vec<Vec<Told<'a>>>);

/// A change before a finding.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// Its position among all.
    pub at: usize,
    pub change: &'a Change,
    /// Such a change can bring about a cause of the finding.
    pub explains: bool,
}

impl<'a> Before<'a> {
    /// Looks for the changes before each finding.
    pub fn of(
        findings: &[Finding],
        changes: &'a Changes,
        (known, resolved): (&Known, &Resolved),
    ) -> Self {
        let all = &changes.all;
        let apps: Vec<Option<String>> = all
            .iter()
            .map(|change| change.target_app.as_deref().map(fold_letters))
            .collect();
        let one_org = resolved.orgs.get(2).is_none();
        let of_finding = |finding: &Finding| {
            // What is no incident has no onset: a legacy login is as old as the data.
            if !finding.onset_day && finding.scope.causes.is_empty() {
                return Vec::new();
            }
            let onset = finding.start.millis();
            let from = all.partition_point(|change| change.at.millis() < onset - BEFORE);
            let to = all.partition_point(|change| change.at.millis() <= onset);
            // Of most findings there is nothing to compare with names, which may be very many.
            if from == to {
                return Vec::new();
            }
            let concerned = Concerned::of(finding, resolved, one_org);
            let near = (from..to).filter(|&at| concerned.has(&known.changes, &all[at], &apps[at]));
            let told = near.map(|at| Told {
                at,
                change: &all[at],
                explains: explains(known, finding, &all[at]),
            });
            told.collect()
        };
        Self(findings.iter().map(of_finding).collect())
    }

    /// Those before a finding, given by its position: by time, all of them.
    pub fn finding(&self, at: usize) -> &[Told<'a>] {
        self.0.get(at).map_or(&[], Vec::as_slice)
    }
}

/// Whom an incident concerns, to be compared with changes.
pub struct Concerned<'a> {
    org: Option<&'a str>,
    /// There is no second org in the run, so that what names none is of the one.
    one_org: bool,
    users: BTreeSet<Cow<'a, str>>,
    /// Letters and digits of the names before the `@`.
    names: BTreeSet<String>,
    apps: BTreeSet<String>,
}

impl<'a> Concerned<'a> {
    fn of(finding: &'a Finding, resolved: &'a Resolved, one_org: bool) -> Self {
        let scope = &finding.scope;
        let users = scope.users.iter().filter_map(|&at| resolved.users.get(at));
        let apps = scope.apps.iter().filter_map(|&at| resolved.apps.get(at));
        Self::named(
            users.chain(
                scope
                    .log_users
                    .iter()
                    .map(|user| Cow::Borrowed(user.as_str())),
            ),
            apps.chain(scope.log_apps.iter().map(String::as_str)),
            (resolved.orgs.get(finding.org), one_org),
        )
    }

    /// Those of these names, in an org if it is known; `one_org` says that the run has no second.
    pub fn named(
        users: impl Iterator<Item = Cow<'a, str>>,
        apps: impl Iterator<Item = &'a str>,
        (org, one_org): (Option<&'a str>, bool),
    ) -> Self {
        let users: BTreeSet<Cow<'_, str>> = users.collect();
        Self {
            org,
            one_org,
            names: users.iter().map(|user| local(user)).collect(),
            users,
            apps: apps.map(fold_letters).collect(),
        }
    }

    /// Whether a change touches any of them; `app` are the letters of the app that it names.
    pub fn has(&self, kinds: &Kinds, change: &Change, app: &Option<String>) -> bool {
        let (is_same, may_be) = match (change.org.as_deref(), self.org) {
            (Some(one), Some(other)) => (one == other, one == other),
            (None, None) => (true, true),
            _ => (self.one_org, true),
        };
        let user = change.target_user.as_deref();
        // Usernames are unique in all orgs; apps and display names are not.
        may_be && user.is_some_and(|user| self.users.contains(user))
            || is_same
                && (touches_org(kinds, change)
                    || app.as_ref().is_some_and(|app| self.apps.contains(app))
                    || user.is_none() && self.has_name(change))
    }

    /// Whether the display name of the text is that of a username: `Ivo Marsh` of
    /// `ivo.marsh@example.com`.
    fn has_name(&self, change: &Change) -> bool {
        let name = change.target_name.as_deref().map(fold_letters);
        name.is_some_and(|name| !name.is_empty() && self.names.contains(&name))
    }
}

fn local(user: &str) -> String {
    fold_letters(user.split('@').next().unwrap_or(user))
}

/// Whether a change touches everybody in its org.
pub fn touches_org(kinds: &Kinds, change: &Change) -> bool {
    let kind = kinds.kind(change.kind);
    let nobody =
        change.target_user.is_none() && change.target_name.is_none() && change.target_app.is_none();
    kind.touches == Touches::Org || (kind.else_org && nobody)
}

fn explains(known: &Known, finding: &Finding, change: &Change) -> bool {
    let explains = &known.changes.kind(change.kind).explains;
    let mut causes = finding.scope.causes.iter();
    causes.any(|&cause| {
        let ix = cause.checked_sub(1).map(crate::catalogue::CauseIx);
        let cause = known
            .causes
            .cause(ix.unwrap_or(known.causes.unrecognised()));
        explains.binary_search(&cause.id).is_ok()
    })
}
