//! Who still logs in by a flow that Salesforce retires, with the days that are left.
//!
//! One finding for each user, app and flow of the inventory that has a success; one for all where
//! an app has very many such users. Days are counted to the end of what is reported. What is
//! refused already is `password-flow-disabled`.

mod crowd;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crowd::Crowd;

use super::inventory::{Integration, Status};
use super::wording::{self, count, span, time};
use super::{Confidence, Detector, Finding, Found, Scope, Seen, Severity, Thresholds};
use crate::catalogue::{Precision, Retirement};
use crate::event::{Basis, DAY_MS, Flow, Instant};

/// The id of the rule.
pub const ID: &str = "legacy-login";

/// Limits of this rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LegacyLimits {
    /// Days before its retirement from which on a flow in use is of severity medium. Ours: a
    /// quarter of a year, which a change with a sandbox test and a freeze at its end needs.
    pub days: u32,
    /// Users of one app and flow beyond which they are told in one finding. Ours: so many are the
    /// users of an app, and nobody reads a finding for each.
    pub crowd: u32,
}

impl Default for LegacyLimits {
    fn default() -> Self {
        Self {
            days: 90,
            crowd: 1_000,
        }
    }
}

/// The rule.
#[derive(Clone, Copy, Debug)]
pub struct LegacyLogin;

impl Detector for LegacyLogin {
    fn id(&self) -> &'static str {
        ID
    }

    fn page(&self) -> &'static str {
        include_str!("legacy_login.md")
    }

    fn asks_for_integrations(&self) -> bool {
        true
    }

    fn cannot_run(&self, seen: &Seen<'_>) -> Option<String> {
        let rows = &seen.tally.rows;
        let tells = |flow| !matches!(flow, Flow::Other | Flow::OauthUnknown);
        let told = rows
            .iter()
            .any(|row| tells(seen.resolved.what[row.dims.index()].flow));
        (!rows.is_empty() && !told).then(|| {
            "no attempt tells its flow: the exports lack Login Type and Login Subtype".to_owned()
        })
    }

    fn detect(&self, seen: &Seen<'_>, limits: &Thresholds) -> Found {
        let Some(all) = seen.integrations else {
            return Found::default();
        };
        let limits = &limits.legacy;
        let mut findings = Vec::new();
        let mut tell = |one: &Integration<'_>, whose: &Whose<'_>| {
            findings.extend(finding(one, whose, seen, limits));
        };
        let crowds = crowd::gather(all, limits.crowd, |one| tell(&one, &Whose::one(&one, seen)));
        for crowd in &crowds {
            tell(&crowd.whole, &Whose::all(crowd));
        }
        Found {
            findings,
            near_misses: Vec::new(),
        }
    }
}

/// Who logs in: one user, or very many.
struct Whose<'a> {
    users: Cow<'a, [u32]>,
    /// In a sentence.
    name: Cow<'a, str>,
    /// As steps call them.
    called: Cow<'a, str>,
    logs_in: &'static str,
}

impl<'a> Whose<'a> {
    fn one(one: &Integration<'_>, seen: &Seen<'a>) -> Self {
        let called = seen.resolved.users.get(one.user);
        Self {
            users: Vec::from_iter((one.user != 0).then_some(one.user)).into(),
            name: wording::user(seen.resolved, one.user),
            called: called.unwrap_or(Cow::Borrowed("the user")),
            logs_in: "logs in",
        }
    }

    fn all(crowd: &'a Crowd<'_>) -> Self {
        Self {
            users: crowd.users[..].into(),
            name: count(crowd.users.len() as u64, "user", "users").into(),
            called: Cow::Borrowed("each of the users"),
            logs_in: "log in",
        }
    }
}

fn finding(
    one: &Integration<'_>,
    whose: &Whose<'_>,
    seen: &Seen<'_>,
    limits: &LegacyLimits,
) -> Option<Finding> {
    let (start, end) = (one.first_login?, one.last_login?);
    let left = one.retires.map(|entry| entry.days_left(seen.until));
    let soon = left.is_some_and(|left| left <= i64::from(limits.days));
    let refused = one
        .refused
        .filter(|at| one.flow == Flow::OauthUsernamePassword && *at > end);
    let quiet = seen.until.millis() - end.millis();
    let ongoing = refused.is_none() && quiet <= one.longest_silence.max(DAY_MS);
    Some(Finding {
        rule: ID,
        severity: if soon {
            Severity::Medium
        } else {
            Severity::Low
        },
        confidence: match one.basis {
            Basis::Stated => Confidence::High,
            Basis::Inferred => Confidence::Medium,
        },
        reason: reason(one, refused, left, limits),
        title: title(one, (whose, ongoing), seen, left),
        org: one.org,
        start,
        end,
        peak: None,
        ongoing,
        count: one.logins,
        expected: None,
        scope: scope(one, whose),
        anchor: anchor(one, seen),
        onset_day: false,
        steps: steps(one, whose, seen).into(),
        story: story(one, start, end),
        places: one.places.clone(),
    })
}

fn story(one: &Integration<'_>, start: Instant, end: Instant) -> Vec<(Instant, String)> {
    let flow = wording::flow(one.flow);
    let first = match one.logins {
        1 => format!("The only login by the {flow} in these data"),
        _ => format!("The first login by the {flow} in these data"),
    };
    let last = (one.logins > 1).then(|| (end, "The last one".to_owned()));
    std::iter::once((start, first)).chain(last).collect()
}

fn scope(one: &Integration<'_>, whose: &Whose<'_>) -> Scope {
    Scope {
        users: whose.users.to_vec(),
        apps: Vec::from_iter((one.app != 0).then_some(one.app)),
        sources: one.sources.clone(),
        causes: Vec::new(),
        ..Scope::default()
    }
}

/// The flow that a finding of this rule is about; `None` for findings of other rules.
pub fn flow(finding: &Finding) -> Option<Flow> {
    let last = finding.anchor.rsplit('\n').next()?;
    Flow::from_id(last).filter(|_| finding.rule == ID)
}

/// The names of user, app and flow, one a line; very many users have no name.
fn anchor(one: &Integration<'_>, seen: &Seen<'_>) -> String {
    let user = seen.resolved.users.get(one.user).unwrap_or_default();
    let app = seen.resolved.apps.get(one.app).unwrap_or("");
    format!("{user}\n{app}\n{}", one.flow.id())
}

fn title(
    one: &Integration<'_>,
    (whose, ongoing): (&Whose<'_>, bool),
    seen: &Seen<'_>,
    left: Option<i64>,
) -> String {
    let Whose { name, logs_in, .. } = whose;
    let app = wording::app(seen.resolved, one.app);
    let flow = wording::flow(one.flow);
    let when = match (one.retires, left) {
        (Some(entry), Some(left)) => countdown(entry, left),
        _ => "which is to be retired; no date is known".to_owned(),
    };
    if ongoing {
        return format!("{name} {logs_in} through {app} by the {flow}, {when}");
    }
    let last = time(one.last_login.unwrap_or(one.last));
    format!("{name} logged in through {app} by the {flow}, {when}; the last time was {last}")
}

/// When the flow retires, from today's point of view.
fn countdown(entry: &Retirement, left: i64) -> String {
    let about = match entry.precision {
        Precision::Day => "",
        Precision::Release => "about ",
    };
    let day = entry.day();
    let days = count(left.unsigned_abs(), "day", "days");
    match left {
        ..0 => format!("which retired on {about}{day}, {days} ago"),
        0 => format!("which retires on {about}{day}, today"),
        _ => format!("which retires in {about}{days} ({day})"),
    }
}

fn reason(
    one: &Integration<'_>,
    refused: Option<Instant>,
    left: Option<i64>,
    limits: &LegacyLimits,
) -> String {
    let within = count(u64::from(limits.days), "day", "days");
    let severity = match left {
        None => "Low, since no date of retirement is known".to_owned(),
        Some(..0)
            if one
                .retires
                .is_some_and(|entry| one.last_login >= Some(entry.date)) =>
        {
            "Medium, since the day of retirement is past and the flow still works here".to_owned()
        }
        Some(..0) => {
            "Medium, since the day of retirement is past; no login since then is seen".to_owned()
        }
        Some(left) if left <= i64::from(limits.days) => {
            format!("Medium, since the flow retires within {within}")
        }
        Some(_) => format!("Low, since the flow retires in more than {within}"),
    };
    let confidence = match one.basis {
        Basis::Stated => "Confidence is high: the export states the flow.",
        Basis::Inferred => {
            "Confidence is medium: the flow is inferred from login type and API type."
        }
    };
    let date = one.retires.map_or(String::new(), |entry| {
        let others = entry.others();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(" Sources differ; also named: {}.", others.join("; "))
        };
        format!(" The date: {}{others}", entry.because)
    });
    let moving = match (one.status, one.probable) {
        (Status::Migrating, false) => {
            " The same user or app already logs in by a modern flow too, so the move has begun."
        }
        (Status::Migrating, true) => {
            " The same user or app also logs in by an OAuth flow that the export doesn't name, \
             probably a modern one."
        }
        _ => "",
    };
    let refused = refused.map_or(String::new(), |at| {
        let since = time(at);
        format!(" The flow is refused to it since {since}: see password-flow-disabled.")
    });
    format!("{severity}. {confidence}{refused}{moving}{date}")
}

fn steps(one: &Integration<'_>, whose: &Whose<'_>, seen: &Seen<'_>) -> Vec<String> {
    let resolved = seen.resolved;
    let sources = wording::names(&resolved.sources, &one.sources);
    let logins = count(one.logins, "login", "logins");
    let rhythm = one.period_seconds.map_or(String::new(), |seconds| {
        let millis = i64::try_from(seconds)
            .unwrap_or(i64::MAX)
            .saturating_mul(1000);
        format!(", one every {}", span(millis))
    });
    let last = one.last_login.unwrap_or(one.last);
    let mut steps = vec![format!(
        "Find its host: {logins} from {sources}{rhythm}, the last at {}.",
        time(last)
    )];
    let Some(entry) = one.retires else {
        return steps;
    };
    steps.extend(
        entry
            .meanwhile
            .iter()
            .map(|text| format!("Mind what comes before: {text}")),
    );
    let app = resolved.apps.get(one.app).unwrap_or("the program");
    steps.extend(entry.steps_for(one.person, &whose.called, app));
    steps
}

#[cfg(test)]
mod tests;
