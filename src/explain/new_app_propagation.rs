//! `new-app-propagation`: a client id that isn't known yet, in the first minutes of an app.

use std::collections::BTreeMap;

use super::heard::Heard;
use super::{Answered, Around};
use crate::catalogue::{CauseIx, fold_letters};
use crate::detect::wording::{count, span, time};
use crate::detect::{Confidence, Finding, NearMiss, Scope, Severity, Thresholds};
use crate::event::{DAY_MS, Instant, MINUTE_MS};
use crate::tally::logs::LogError;

/// The rule.
pub const ID: &str = "new-app-propagation";
/// What `rules` prints of it.
pub const PAGE: &str = include_str!("new_app_propagation.md");
/// The cause that it is about.
const CAUSE: &str = "client-identifier-invalid";
/// Kind of the change that makes an app.
const CREATED: &str = "app-created";
/// Places that are shown as evidence.
const SHOWN: usize = 10;

/// What is known of one app.
#[derive(Debug, Default)]
struct App<'a> {
    /// Errors about the client id, by time.
    refused: Vec<(Instant, &'a LogError)>,
    /// The positions of those.
    errors: Vec<usize>,
    /// The first attempt, of any side and outcome.
    first: Option<Instant>,
    /// Logins that worked: the first and the last of each group.
    worked: Vec<(Instant, Instant)>,
    /// When it was made, as changes tell.
    created: Vec<Instant>,
    /// The login history knows it, and the day before its first attempt.
    history_covers: bool,
}

/// The findings, one for each app. `has_history` says that some export of logins was read.
pub(super) fn find(
    around: &Around<'_>,
    heard: &Heard<'_>,
    (has_history, limits): (bool, &Thresholds),
) -> Answered {
    let cause = around.known.causes.position(CAUSE);
    let mut apps: BTreeMap<&str, App<'_>> = BTreeMap::new();
    for (position, error) in heard.logs.errors.iter().enumerate() {
        if let (true, Some(at)) = (Some(error.cause) == cause, heard.time(error)) {
            let app = apps.entry(&error.app).or_default();
            app.refused.push((at, error));
            app.errors.push(position);
        }
    }
    if apps.is_empty() {
        return Answered::default();
    }
    for error in &heard.logs.errors {
        if let (Some(app), Some(at)) = (apps.get_mut(&*error.app), heard.time(error)) {
            app.is_there(at);
        }
    }
    for worked in heard.worked() {
        if let Some(app) = apps.get_mut(worked.app) {
            app.works(worked.first, worked.last);
        }
    }
    if has_history {
        of_history(around, &mut apps);
    }
    of_changes(around, &mut apps);
    let mut told = Answered::default();
    for (name, mut app) in apps {
        app.refused.sort_by_key(|(at, error)| (*at, error.place));
        judge(around, cause, (name, app), limits, &mut told);
    }
    told
}

impl App<'_> {
    fn is_there(&mut self, at: Instant) {
        self.first = self.first.into_iter().chain([at]).min();
    }

    fn works(&mut self, first: Instant, last: Instant) {
        self.is_there(first);
        self.worked.push((first, last));
    }

    /// When it began, as far as that explains an error: the last creation before, else the first
    /// attempt.
    fn began(&self, error: Instant) -> Instant {
        let created = self.created.iter().copied().filter(|at| *at <= error);
        created.max().or(self.first).unwrap_or(error)
    }
}

/// What the login history knows of apps of these names.
fn of_history(around: &Around<'_>, apps: &mut BTreeMap<&str, App<'_>>) {
    let seen = around.seen;
    let folded: BTreeMap<String, &str> = apps.keys().map(|app| (fold_letters(app), *app)).collect();
    let known: Vec<Option<&str>> = seen
        .resolved
        .what
        .iter()
        .map(|what| {
            folded
                .get(&fold_letters(seen.resolved.apps.get(what.app)?))
                .copied()
        })
        .collect();
    let mut first: BTreeMap<&str, Instant> = BTreeMap::new();
    for pair in seen.tally.pairs().all(seen.tally) {
        let Some(name) = known[pair.dims.index()] else {
            continue;
        };
        let Some(app) = apps.get_mut(name) else {
            continue;
        };
        app.is_there(pair.first);
        if seen.resolved.what[pair.dims.index()].success {
            app.works(pair.first, pair.last);
        }
        let first = first.entry(name).or_insert(pair.first);
        *first = (*first).min(pair.first);
    }
    let begins = seen.tally.ends().map(|(begins, _)| begins);
    for (name, first) in first {
        if let (Some(app), Some(begins)) = (apps.get_mut(name), begins) {
            let began = app.first.unwrap_or(first).min(first);
            app.history_covers = began.millis() - begins.millis() >= DAY_MS;
        }
    }
}

fn of_changes(around: &Around<'_>, apps: &mut BTreeMap<&str, App<'_>>) {
    let kinds = &around.known.changes;
    for change in &around.changes.all {
        let Some(name) = change.target_app.as_deref() else {
            continue;
        };
        if kinds.kind(change.kind).id != CREATED {
            continue;
        }
        let name = fold_letters(name);
        for (_, app) in apps.iter_mut().filter(|(app, _)| fold_letters(app) == name) {
            app.created.push(change.at);
        }
    }
}

fn judge(
    around: &Around<'_>,
    cause: Option<CauseIx>,
    (name, app): (&str, App<'_>),
    limits: &Thresholds,
    Answered { found, errors }: &mut Answered,
) {
    let (Some((start, _)), Some((end, _))) = (app.refused.first(), app.refused.last()) else {
        return;
    };
    let (start, end) = (*start, *end);
    let late = |at: Instant| at.millis() - app.began(at).millis();
    let latest = app
        .refused
        .iter()
        .map(|(at, _)| late(*at))
        .max()
        .unwrap_or(0);
    let limit = i64::from(limits.propagation_minutes) * MINUTE_MS;
    let n: u64 = app.refused.iter().map(|(_, error)| error.count).sum();
    let after = app.worked.iter().filter(|(_, last)| *last > end);
    let Some(again) = after
        .map(|(first, last)| if *first > end { *first } else { *last })
        .min()
    else {
        if latest <= limit {
            found.near_misses.push(NearMiss {
                rule: ID,
                scope: name.to_owned(),
                reached: format!(
                    "{}, and no login since",
                    count(n, "unknown client id", "unknown client ids")
                ),
                needed: "a login that works afterwards".to_owned(),
            });
        }
        return;
    };
    if latest > limit {
        // What comes much later has nothing to do with a new app.
        if latest <= 2 * limit {
            found.near_misses.push(NearMiss {
                rule: ID,
                scope: name.to_owned(),
                reached: format!("an unknown client id {} after the app began", span(latest)),
                needed: format!("at most {}", span(limit)),
            });
        }
        return;
    }
    errors.extend(&app.errors);
    found.findings.push(finding(
        around,
        cause,
        (name, &app),
        (start, end, again, n),
        latest,
    ));
}

fn finding(
    around: &Around<'_>,
    cause: Option<CauseIx>,
    (name, app): (&str, &App<'_>),
    (start, end, again, n): (Instant, Instant, Instant, u64),
    latest: i64,
) -> Finding {
    let began = app.began(start);
    let created = app.created.contains(&began);
    let (confidence, because) = match (created, app.history_covers) {
        (true, _) => (
            Confidence::High,
            format!("Confidence high: the app was made at {}.", time(began)),
        ),
        (false, true) => (
            Confidence::Medium,
            "Confidence medium: the login history covers the day before and knows the app only since then.".to_owned(),
        ),
        (false, false) => (
            Confidence::Low,
            "Confidence low: nothing that was read shows that the app was new.".to_owned(),
        ),
    };
    let mut story = vec![
        (
            began,
            match created {
                true => format!("The app {name} is made"),
                false => format!("The first attempt of {name} that was read"),
            },
        ),
        (
            end,
            format!(
                "Its client id is unknown to Salesforce for the last time, {} after that",
                span(latest)
            ),
        ),
        (again, format!("{name} logs in")),
    ];
    story.sort_by_key(|(at, _)| *at);
    let resolved = around.seen.resolved;
    let number = resolved.apps.find(name);
    let users = app
        .refused
        .iter()
        .filter_map(|(_, error)| error.user.as_deref());
    let (known, unknown): (Vec<&str>, Vec<&str>) = users
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .partition(|user| resolved.users.find(user).is_some());
    Finding {
        rule: ID,
        severity: Severity::Info,
        confidence,
        reason: format!("Info: it ended by itself, and a login worked at {}. {because}", time(again)),
        title: format!("{name} was refused as an unknown client in its first minutes, and works since: nothing to do"),
        org: 0,
        start,
        end,
        peak: None,
        ongoing: false,
        count: n,
        expected: None,
        scope: Scope {
            users: known.iter().filter_map(|user| resolved.users.find(user)).collect(),
            apps: number.into_iter().collect(),
            causes: cause.map(|cause| cause.0 + 1).into_iter().collect(),
            log_users: unknown.into_iter().map(str::to_owned).collect(),
            log_apps: number.is_none().then(|| name.to_owned()).into_iter().collect(),
            ..Scope::default()
        },
        anchor: name.to_owned(),
        onset_day: true,
        steps: vec![
            "Nothing, unless it comes back: a new app takes up to ten minutes to be known on all servers of Salesforce.".to_owned(),
            "Where a pipeline makes apps, wait ten minutes before the first login, or try again with growing pauses.".to_owned(),
        ]
        .into(),
        story,
        places: app.refused.iter().take(SHOWN).map(|(_, error)| error.place).collect(),
    }
}
