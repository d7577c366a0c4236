//! Whether one switch, thrown once for the whole org, explains who is refused.
//!
//! It does where several apps that used to log in by the flow are refused from within a short
//! span on, and nobody logs in by the flow between their first refusal and their last one.

use std::collections::BTreeSet;

use super::password_flow_disabled::PasswordFlowLimits;
use super::refusals::{Refusals, Refused, Success, Triple};
use crate::event::{HOUR_MS, Instant};

/// What a group of refusals has in common, which is what its finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The whole org.
    Org,
    App(u32),
    /// A user whose app is not known.
    User(u32),
    /// Very many users whose app is not known.
    Users,
}

/// Refusals that make one finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Group<'r> {
    pub org: u32,
    pub about: About,
    /// At least one, sorted by user and app.
    pub members: Vec<&'r Refused>,
}

impl Group<'_> {
    /// Whether a user and app are among the members.
    pub fn has(&self, triple: Triple) -> bool {
        let found = self.members.binary_search_by_key(&triple, |one| one.triple);
        found.is_ok()
    }
}

/// Apps that one switch would explain, had they failed closer together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearly {
    pub org: u32,
    pub apps: u64,
    /// Milliseconds from the first app's first refusal to the last app's.
    pub span: i64,
}

/// What is to be said of one switch.
enum Judged<'r> {
    One(Vec<&'r Refused>),
    Nearly(Nearly),
    No,
}

/// All refusals in groups: for each org the one that a switch explains, then app by app, then
/// user by user where the app isn't known.
pub fn groups<'r>(
    refusals: &'r Refusals,
    limits: &PasswordFlowLimits,
) -> (Vec<Group<'r>>, Vec<Nearly>) {
    let mut groups = Vec::new();
    let mut nearly = Vec::new();
    for of_org in refusals
        .refused
        .chunk_by(|a, b| a.triple.org == b.triple.org)
    {
        let Some(first) = of_org.first() else {
            continue;
        };
        let org = first.triple.org;
        let since = refusals.since.iter();
        let since: Vec<&Success> = since.filter(|row| row.triple.org == org).collect();
        let mut explained: Vec<&Refused> = Vec::new();
        match judge(of_org, &since, limits) {
            Judged::One(members) => explained = members,
            Judged::Nearly(one) => nearly.push(one),
            Judged::No => {}
        }
        if !explained.is_empty() {
            groups.push(Group {
                org,
                about: About::Org,
                members: explained.clone(),
            });
        }
        let others = of_org.iter().filter(|one| {
            // Members come in the order of the refusals.
            let found = explained.binary_search_by_key(&one.triple, |known| known.triple);
            found.is_err()
        });
        // There may be as many as rows, so what doubles as it grows would be too large.
        let mut rest: Vec<(About, &Refused)> = Vec::with_capacity(of_org.len());
        rest.extend(others.map(|one| (about(one), one)));
        gather_crowd(&mut rest, limits.crowd);
        // Each user and app is there once.
        rest.sort_unstable_by_key(|(about, one)| (*about, one.triple));
        for alike in rest.chunk_by(|a, b| a.0 == b.0) {
            groups.extend(alike.first().map(|(about, _)| Group {
                org,
                about: *about,
                members: alike.iter().map(|(_, one)| *one).collect(),
            }));
        }
    }
    (groups, nearly)
}

/// Makes one group of users whose app isn't known where they are very many.
fn gather_crowd(all: &mut [(About, &Refused)], most: u32) {
    let is_user = |about: &About| matches!(about, About::User(_));
    // One without an app is one user.
    let users = all.iter().filter(|(about, _)| is_user(about)).count();
    if users > most as usize {
        let of_users = all.iter_mut().filter(|(about, _)| is_user(about));
        of_users.for_each(|(about, _)| *about = About::Users);
    }
}

/// The app, or the user where no app is known.
fn about(one: &Refused) -> About {
    match one.triple.app {
        0 => About::User(one.triple.user),
        app => About::App(app),
    }
}

fn judge<'r>(of_org: &'r [Refused], since: &[&Success], limits: &PasswordFlowLimits) -> Judged<'r> {
    let span = i64::from(limits.switch_span_hours) * HOUR_MS;
    let worked = || of_org.iter().filter(|one| one.worked().is_some());
    let Some(switched) = worked().map(|one| one.first).min() else {
        return Judged::No;
    };
    let affected: Vec<&Refused> = of_org
        .iter()
        .filter(|one| one.worked().is_some() || within(one.first, switched, span))
        .collect();
    let end = affected.iter().map(|one| one.last).max();
    let end = end.unwrap_or(switched);
    let apps: BTreeSet<About> = affected.iter().map(|one| about(one)).collect();
    let apps = apps.len() as u64;
    let contradicted = worked().any(|one| one.worked().is_some_and(|known| known.last > switched))
        || since
            .iter()
            .any(|row| logs_in_meanwhile(row, switched, end))
        || only_others_afterwards(&affected, since, end);
    if apps < u64::from(limits.switch_apps) || contradicted {
        return Judged::No;
    }
    if affected
        .iter()
        .all(|one| within(one.first, switched, span) || when_due(one, span))
    {
        return Judged::One(affected);
    }
    let latest = affected.iter().map(|one| one.first).max();
    Judged::Nearly(Nearly {
        org: of_org.first().map_or(0, |one| one.triple.org),
        apps,
        span: latest.unwrap_or(switched).millis() - switched.millis(),
    })
}

/// Whether an instant lies in a span of so many milliseconds; its end belongs to it.
fn within(at: Instant, start: Instant, span: i64) -> bool {
    (0..=span).contains(&(at.millis() - start.millis()))
}

/// A weekly job is refused when it next runs: no later than its longest silence before, and the
/// span on top of that.
fn when_due(one: &Refused, span: i64) -> bool {
    one.worked().is_some_and(|worked| {
        let waited = one.first.millis() - worked.last.millis();
        worked.longest_silence > 0 && waited <= worked.longest_silence + span
    })
}

/// Whether a success by the flow is known to lie between the switch and the last refusal.
fn logs_in_meanwhile(one: &Success, switched: Instant, end: Instant) -> bool {
    let inside = |at: Instant| at > switched && at <= end;
    let mut rows = one.rows.iter();
    rows.any(|(first, last)| inside(*first) || inside(*last))
}

/// Whether the flow works again after the last refusal, but for none of those refused: then it
/// was never off for the others.
fn only_others_afterwards(affected: &[&Refused], since: &[&Success], end: Instant) -> bool {
    let afterwards = since.iter().any(|row| row.last > end);
    let recovered = |one: &&Refused| one.again().is_some_and(|(_, until)| until > end);
    afterwards && !affected.iter().any(recovered)
}
