//! One incident seen from both sides: what Salesforce and the clients say of the same users and
//! apps, with what was changed between, in order of time.

mod cut;

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Material, app, logs, time, user};
use crate::catalogue::fold_letters;
use crate::event::{Instant, Place};
use crate::explain::WITHIN_MS;
use crate::explain::before::Concerned;
use crate::explain::heard::{Heard, Worked};
use crate::normalise::Change;
use crate::report::model::{Side, User};
use crate::tally::Row;
use crate::tally::logs::LogError;

/// Changes among them: such as can bring about what failed before others, then the last ones.
const CHANGES: usize = 20;
/// What came before the first error is told from so long before it at least.
const BEFORE_MS: i64 = 15 * 60_000;

/// A line of one of the sides, before it has names.
#[derive(Clone)]
enum Line<'a> {
    History(Row, u64),
    Failed(&'a LogError),
    Worked(Worked<'a>, u64),
    Changed(&'a Change),
}

/// A line, when it was, and where it stands.
#[derive(Clone)]
struct At<'a> {
    at: Instant,
    place: Place,
    line: Line<'a>,
}

/// A user and an app, as numbers.
type Pair = (u32, u32);

/// The lines in order of time; empty unless both sides tell of the same users or apps.
pub(super) fn both_sides(material: &Material<'_>) -> Vec<Side> {
    let errors: Vec<(usize, &LogError)> = logs::shown(material).collect();
    let rows = errors.iter().filter_map(|(at, _)| logs::row(material, *at));
    let who: BTreeSet<Pair> = rows.map(|row| user_and_app(material, &row)).collect();
    let heard = Heard::of(material.logs, &material.explained.clocks);
    let dated = errors
        .iter()
        .filter_map(|(_, error)| Some((heard.time(error)?, *error)));
    let mut dated: Vec<(Instant, &LogError)> = dated.collect();
    dated.sort_by_key(|(at, error)| (*at, error.place));
    let (Some((first, _)), Some((last, _))) = (dated.first(), dated.last()) else {
        return Vec::new();
    };
    if who.is_empty() {
        return Vec::new();
    }
    let incident = Incident {
        material,
        heard: &heard,
        who: &who,
        clients: dated
            .iter()
            .map(|(_, error)| (&*error.app, error.user.as_deref()))
            .collect(),
        errors: dated.iter().map(|(at, _)| *at).collect(),
        ends: (*first, *last),
    };
    let failed = dated.iter().map(|&(at, error)| At {
        at,
        place: error.place,
        line: Line::Failed(error),
    });
    let mut lines = incident.worked();
    lines.extend(incident.rows());
    let (from, until) = incident.bounds(&lines);
    lines.extend(failed);
    lines.retain(|line| line.at >= from && line.at <= until);
    lines.extend(incident.changes(from, until));
    lines.sort_by_key(At::key);
    cut::cut(lines.iter().map(|line| side(material, line)).collect())
}

impl At<'_> {
    /// What lines are sorted by: at one instant, a change before the history before a log.
    fn key(&self) -> (Instant, u8, Place) {
        let side = match self.line {
            Line::Changed(_) => 0,
            Line::History(..) => 1,
            Line::Failed(_) | Line::Worked(..) => 2,
        };
        (self.at, side, self.place)
    }

    fn worked(&self, material: &Material<'_>) -> bool {
        match self.line {
            Line::History(row, _) => material.resolved.what[row.dims.index()].success,
            Line::Worked(..) => true,
            Line::Failed(_) | Line::Changed(_) => false,
        }
    }
}

/// Whom an incident concerns, and when.
struct Incident<'a> {
    material: &'a Material<'a>,
    heard: &'a Heard<'a>,
    who: &'a BTreeSet<Pair>,
    /// Apps of logs, each with a user if its lines name one.
    clients: BTreeSet<(&'a str, Option<&'a str>)>,
    /// When the errors were.
    errors: Vec<Instant>,
    /// The first and the last of them.
    ends: (Instant, Instant),
}

impl<'a> Incident<'a> {
    /// Logins that worked, as logs tell.
    fn worked(&self) -> Vec<At<'a>> {
        let is_client = |one: &Worked<'_>| {
            let mut clients = self.clients.iter().filter(|(app, _)| *app == one.app);
            clients.any(|(_, user)| {
                user.is_none() || one.user.is_none() || *user == one.user.as_deref()
            })
        };
        let since = self.material.bounds.since;
        let in_window = |one: &Worked<'_>| since.is_none_or(|since| one.first >= since);
        let worked = self.heard.worked();
        let worked = worked.filter(|one| in_window(one) && is_client(one));
        let lines = worked.flat_map(|one| {
            let (ends, n, place) = ((one.first, one.last), one.n, one.place);
            let line = move |n| Line::Worked(one.clone(), n);
            self.parted(ends, n, place, line)
        });
        lines.collect()
    }

    /// Rows of the history.
    fn rows(&self) -> Vec<At<'a>> {
        let material = self.material;
        let rows = material.tally.rows.iter();
        let rows = rows.filter(|row| self.who.contains(&user_and_app(material, row)));
        let lines = rows.flat_map(|row| {
            let line = move |n| Line::History(row, n);
            self.parted((row.first(), row.last()), row.n(), row.place, line)
        });
        lines.collect()
    }

    /// A group of logins as one line, or as two where an error lies between its first and its last:
    /// of the others in it the order isn't known.
    fn parted(
        &self,
        (first, last): (Instant, Instant),
        n: u64,
        place: Place,
        line: impl Fn(u64) -> Line<'a>,
    ) -> impl Iterator<Item = At<'a>> {
        let behind = self.errors.partition_point(|at| *at <= first);
        let between = self.errors.get(behind).is_some_and(|at| *at < last);
        let (one, other) = match between && n > 1 {
            true => ((first, n - 1), Some((last, 1))),
            false => ((first, n), None),
        };
        let parts = std::iter::once(one).chain(other);
        parts.map(move |(at, n)| At {
            at,
            place,
            line: line(n),
        })
    }

    /// From the last login that worked before the first error, to the first that worked after the
    /// last; open where none did.
    fn bounds(&self, lines: &[At<'_>]) -> (Instant, Instant) {
        let (first, last) = self.ends;
        let worked = || lines.iter().filter(|line| line.worked(self.material));
        let before = worked().map(|line| line.at).filter(|at| *at < first).max();
        let least = Instant::from_millis(first.millis() - BEFORE_MS);
        let after = worked().map(|line| line.at).filter(|at| *at > last).min();
        // The other side tells of the same login some moments before or after.
        let before = before.map(|before| Instant::from_millis(before.millis() - WITHIN_MS));
        let from = before.map_or(least, |before| before.min(least));
        let until = after.map(|after| Instant::from_millis(after.millis() + WITHIN_MS));
        let until = until.into_iter().chain(self.material.bounds.until).min();
        (from, until.unwrap_or(Instant::from_millis(i64::MAX)))
    }

    /// What was changed between, of those whom it concerns.
    fn changes(&self, from: Instant, until: Instant) -> Vec<At<'a>> {
        let material = self.material;
        let resolved = material.resolved;
        let users = self
            .who
            .iter()
            .filter_map(|(user, _)| resolved.users.get(*user));
        let of_clients = self.clients.iter().filter_map(|(_, user)| *user);
        let users = users.chain(of_clients.map(Cow::Borrowed));
        let apps = self
            .who
            .iter()
            .filter_map(|(_, app)| resolved.apps.get(*app));
        let apps = apps.chain(self.clients.iter().map(|(app, _)| *app));
        let one_org = resolved.orgs.get(2).is_none();
        let concerned = Concerned::named(users, apps, (self.org(), one_org));
        let explains = self.explaining();
        let kinds = &material.known.changes;
        let mut lines: Vec<(bool, At<'a>)> = Vec::new();
        for change in &material.changes.all {
            let app = change.target_app.as_deref().map(fold_letters);
            let in_time = change.at >= from && change.at <= until;
            if in_time && concerned.has(kinds, change, &app) {
                let line = At {
                    at: change.at,
                    place: change.place,
                    line: Line::Changed(change),
                };
                let kind = kinds.kind(change.kind);
                lines.push((explains.contains(kind.id.as_str()), line));
            }
        }
        // Sorting is stable: of each sort the last stand last.
        lines.sort_by_key(|(explains, _)| *explains);
        let told = lines.split_off(lines.len().saturating_sub(CHANGES));
        told.into_iter().map(|(_, line)| line).collect()
    }

    /// The org, where all rows are of one.
    fn org(&self) -> Option<&'a str> {
        let material = self.material;
        let rows = material.explained.rows.iter().flatten();
        let orgs = rows.map(|&row| {
            let row = material.history.rows.get(row);
            material.resolved.what[row.dims.index()].org
        });
        let orgs: BTreeSet<u32> = orgs.collect();
        let org = orgs.first().filter(|_| orgs.len() == 1)?;
        material.resolved.orgs.get(*org)
    }

    /// Kinds of changes that can bring about what the rows of the errors failed on.
    fn explaining(&self) -> BTreeSet<&'a str> {
        let material = self.material;
        let rows = material.explained.rows.iter().flatten();
        let causes = rows.map(|&row| material.history.rows.get(row).dims);
        let causes = causes.map(|dims| material.resolved.what[dims.index()].cause);
        let causes: BTreeSet<u32> = causes.collect();
        let ids = causes
            .into_iter()
            .map(|cause| super::cause_id(material, cause));
        let ids: Vec<String> = ids.collect();
        let explains = |kind: &&crate::catalogue::ChangeKind| {
            ids.iter().any(|id| kind.explains.binary_search(id).is_ok())
        };
        let kinds = material.known.changes.all().iter().filter(explains);
        kinds.map(|kind| kind.id.as_str()).collect()
    }
}

fn user_and_app(material: &Material<'_>, row: &Row) -> Pair {
    let resolved = material.resolved;
    let by = resolved.user(row.user);
    (by, resolved.what[row.dims.index()].app)
}

fn side(material: &Material<'_>, line: &At<'_>) -> Side {
    let named = |name: Option<&str>| name.map(|name| User(name.to_owned()));
    let (side, app, user, text, count) = match &line.line {
        Line::Failed(error) => (
            "log",
            Some(error.app.to_string()),
            named(error.user.as_deref()),
            error.description.to_string(),
            error.count,
        ),
        Line::Worked(one, n) => (
            "log",
            Some(one.app.to_owned()),
            named(one.user.as_deref()),
            "Login worked".to_owned(),
            *n,
        ),
        Line::History(row, n) => {
            let (by, through) = user_and_app(material, row);
            let what = material.resolved.what[row.dims.index()];
            let description = material.resolved.descriptions.get(what.description);
            let text = description.unwrap_or("(unknown)").to_owned();
            let (user, app) = (user(material, by), app(material, through));
            ("history", app, user, text, *n)
        }
        Line::Changed(change) => {
            let title = &material.known.changes.kind(change.kind).title;
            let by = change.actor.as_deref();
            let by = by.map_or_else(String::new, |actor| format!(" by {actor}"));
            (
                "change",
                change.target_app.as_deref().map(str::to_owned),
                named(change.target_user.as_deref()),
                format!("{title}{by}: {}", change.text),
                0,
            )
        }
    };
    Side {
        time: time(line.at),
        side: side.to_owned(),
        what: match line.line {
            Line::Changed(_) => "changed",
            _ if line.worked(material) => "worked",
            _ => "refused",
        }
        .to_owned(),
        app,
        user,
        text,
        count,
        path: logs::path(material, line.place.file()),
        line: line.place.line(),
    }
}
