//! Who still logs in by a flow that Salesforce retires, with the days that are left.
//!
//! One finding for each user, app and flow of the inventory that has a success. Days are counted
//! to the end of what is reported. What is refused already is `password-flow-disabled`.

use serde::{Deserialize, Serialize};

use super::inventory::{Integration, Status, inventory, is_retiring};
use super::refusals::{Triple, first_refusals};
use super::wording::{self, DAY_MS, count, span, time};
use super::{Confidence, Detector, Finding, Found, Scope, Seen, Severity, Thresholds};
use crate::catalogue::{Precision, Retirement};
use crate::event::{Basis, Flow, Instant};

/// The id of the rule.
pub const ID: &str = "legacy-login";

/// Limits of this rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LegacyLimits {
    /// Days before its retirement from which on a flow in use is of severity medium. Ours: a
    /// quarter of a year, which a change with a sandbox test and a freeze at its end needs.
    pub days: u32,
}

impl Default for LegacyLimits {
    fn default() -> Self {
        Self { days: 90 }
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
        let all = inventory(seen, Instant::from_millis(i64::MIN));
        let findings = all.iter().filter(|one| is_retiring(one.flow));
        let refused = first_refusals(seen);
        let findings = findings.filter_map(|one| {
            let triple = Triple {
                org: one.org,
                user: one.user,
                app: one.app,
            };
            let refused = refused.get(&triple).copied();
            let refused = refused.filter(|_| one.flow == Flow::OauthUsernamePassword);
            finding(one, refused, seen, &limits.legacy)
        });
        Found {
            findings: findings.collect(),
            near_misses: Vec::new(),
        }
    }
}

/// `refused` is when the flow was first refused to the same user and app.
fn finding(
    one: &Integration<'_>,
    refused: Option<Instant>,
    seen: &Seen<'_>,
    limits: &LegacyLimits,
) -> Option<Finding> {
    let (start, end) = (one.first_login?, one.last_login?);
    let left = one.retires.map(|entry| entry.days_left(seen.until));
    let soon = left.is_some_and(|left| left <= i64::from(limits.days));
    let refused = refused.filter(|at| *at > end);
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
        title: title(one, ongoing, seen, left),
        org: one.org,
        start,
        end,
        peak: None,
        ongoing,
        count: one.logins,
        expected: None,
        scope: scope(one),
        anchor: anchor(one, seen),
        onset_day: false,
        steps: steps(one, seen),
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

fn scope(one: &Integration<'_>) -> Scope {
    let known = |number: u32| Vec::from_iter((number != 0).then_some(number));
    Scope {
        users: known(one.user),
        apps: known(one.app),
        sources: one.sources.clone(),
        causes: Vec::new(),
    }
}

/// The flow that a finding of this rule is about; `None` for findings of other rules.
pub fn flow(finding: &Finding) -> Option<Flow> {
    let last = finding.anchor.rsplit('\n').next()?;
    Flow::from_id(last).filter(|_| finding.rule == ID)
}

/// The names of user, app and flow, one a line.
fn anchor(one: &Integration<'_>, seen: &Seen<'_>) -> String {
    let user = seen.resolved.users.get(one.user).unwrap_or("");
    let app = seen.resolved.apps.get(one.app).unwrap_or("");
    format!("{user}\n{app}\n{}", one.flow.id())
}

fn title(one: &Integration<'_>, ongoing: bool, seen: &Seen<'_>, left: Option<i64>) -> String {
    let user = wording::user(seen.resolved, one.user);
    let app = wording::app(seen.resolved, one.app);
    let flow = wording::flow(one.flow);
    let when = match (one.retires, left) {
        (Some(entry), Some(left)) => countdown(entry, left),
        _ => "which is to be retired; no date is known".to_owned(),
    };
    if ongoing {
        return format!("{user} logs in through {app} by the {flow}, {when}");
    }
    let last = time(one.last_login.unwrap_or(one.last));
    format!("{user} logged in through {app} by the {flow}, {when}; the last time was {last}")
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
        format!(" The date: {}", entry.because)
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

fn steps(one: &Integration<'_>, seen: &Seen<'_>) -> Vec<String> {
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
    let user = resolved.users.get(one.user).unwrap_or("the user");
    let app = resolved.apps.get(one.app).unwrap_or("the program");
    steps.extend(entry.steps_for(one.person, user, app));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample::{Attempt, Sample};

    const APP: &str = "Nightly";
    const USER: &str = "etl@example.com";
    const PASSWORD: Attempt<'static> = Attempt::of(USER, APP, Flow::OauthUsernamePassword);

    fn found(sample: &Sample, until: &str) -> Vec<Finding> {
        let found = sample.see(until, |seen, limits| LegacyLogin.detect(seen, limits));
        assert_eq!(found.near_misses, []);
        found.findings
    }

    fn one(until: &str, attempt: Attempt<'_>) -> Finding {
        let mut sample = Sample::default();
        sample.add("03-10 07:00", attempt);
        let mut all = found(&sample, until);
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    #[test]
    fn ninety_days_are_medium_and_ninety_one_are_low() {
        let soon = one("2026-11-22 00:00", PASSWORD);
        assert_eq!(
            (soon.severity, soon.confidence),
            (Severity::Medium, Confidence::High)
        );
        assert_eq!(
            soon.title,
            "etl@example.com logged in through Nightly by the OAuth username-password flow, \
             which retires in 90 days (2027-02-20); the last time was 2026-03-10 07:00:00 UTC"
        );
        let later = one("2026-11-21 23:59:59", PASSWORD);
        assert_eq!(later.severity, Severity::Low);
        assert!(later.title.contains("in 91 days"), "{}", later.title);
    }

    #[test]
    fn the_day_itself_and_what_is_past_say_so() {
        let today = one("2027-02-20 12:00", PASSWORD);
        assert_eq!(today.severity, Severity::Medium);
        assert!(
            today.title.contains("which retires on 2027-02-20, today;"),
            "{}",
            today.title
        );
        let past = one("2027-02-21 00:00", PASSWORD);
        assert_eq!(past.severity, Severity::Medium);
        assert!(
            past.title
                .contains("which retired on 2027-02-20, 1 day ago;"),
            "{}",
            past.title
        );
        assert!(past.reason.contains("no login since"), "{}", past.reason);
        let mut sample = Sample::default();
        sample.add("2027-02-20 00:00", PASSWORD);
        let still = found(&sample, "2027-02-21 00:00").remove(0);
        assert!(still.reason.contains("still works"), "{}", still.reason);
    }

    #[test]
    fn a_flow_that_is_inferred_is_less_sure_and_a_release_is_no_day() {
        let soap = Attempt {
            flow: Flow::SoapLogin,
            basis: Basis::Inferred,
            ..PASSWORD
        };
        let finding = one("2026-11-22 00:00", soap);
        assert_eq!(
            (finding.severity, finding.confidence),
            (Severity::Low, Confidence::Medium)
        );
        assert!(
            finding.title.contains("in about 191 days"),
            "{}",
            finding.title
        );
        assert!(
            finding
                .steps
                .iter()
                .any(|step| step.contains("Use Any API Auth"))
        );
    }

    #[test]
    fn failures_modern_flows_and_browsers_are_none() {
        let mut sample = Sample::default();
        sample.add("03-10 07:00", Attempt::refused(USER, APP));
        sample.add(
            "03-10 07:00",
            Attempt {
                status: "Invalid Password",
                ..PASSWORD
            },
        );
        for flow in Flow::ALL {
            if !is_retiring(flow) {
                sample.add("03-10 07:00", Attempt { flow, ..PASSWORD });
            }
        }
        assert_eq!(found(&sample, "03-11 00:00"), []);
        assert_eq!(found(&Sample::default(), "03-11 00:00"), []);
    }

    #[test]
    fn two_that_take_turns_are_two_findings() {
        let mut sample = Sample::default();
        let other = Attempt {
            user: "bob@example.com",
            source: "192.0.2.9",
            ..PASSWORD
        };
        for (when, attempt) in [
            ("03-10 07:00", PASSWORD),
            ("03-10 07:10", other),
            ("03-10 07:20", PASSWORD),
            ("03-10 07:30", other),
            ("03-10 07:40", PASSWORD),
        ] {
            sample.add(when, attempt);
        }
        let all = found(&sample, "03-10 08:00");
        let told: Vec<(u64, &str)> = all
            .iter()
            .map(|one| (one.count, one.anchor.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (2, "bob@example.com\nNightly\noauth-username-password"),
                (3, "etl@example.com\nNightly\noauth-username-password"),
            ]
        );
        assert!(
            all.iter()
                .all(|one| one.ongoing && one.scope.sources.len() == 1)
        );
        assert_eq!(all[1].places.len(), 3);
    }

    #[test]
    fn a_persons_account_gets_other_steps() {
        let mut sample = Sample::default();
        sample.add("03-10 07:00", PASSWORD);
        sample.add(
            "03-10 08:00",
            Attempt {
                flow: Flow::UiPassword,
                app: "",
                ..PASSWORD
            },
        );
        let steps = found(&sample, "03-11 00:00").remove(0).steps.join(" ");
        assert!(steps.contains("logins by hand"), "{steps}");
        assert!(steps.contains("authorization code"), "{steps}");
        let machine = one("2026-03-11 00:00", PASSWORD).steps.join(" ");
        assert!(
            !machine.contains("by hand") && machine.contains("JWT bearer"),
            "{machine}"
        );
    }

    #[test]
    fn what_is_long_gone_does_not_go_on() {
        assert!(one("2026-03-11 07:00", PASSWORD).ongoing);
        assert!(!one("2026-03-11 07:01", PASSWORD).ongoing);
    }

    #[test]
    fn what_is_refused_since_points_to_the_other_rule() {
        let mut sample = Sample::default();
        sample.add("03-10 07:00", PASSWORD);
        sample.add("03-10 08:00", Attempt::refused(USER, APP));
        let finding = found(&sample, "03-10 09:00").remove(0);
        assert!(
            !finding.ongoing && finding.title.contains("logged in"),
            "{}",
            finding.title
        );
        assert!(
            finding
                .reason
                .contains("refused to it since 2026-03-10 08:00:00 UTC")
        );
        sample.add("03-10 08:30", PASSWORD);
        let finding = found(&sample, "03-10 09:00").remove(0);
        assert!(
            finding.ongoing && !finding.reason.contains("refused"),
            "{}",
            finding.reason
        );
        assert!(
            finding
                .title
                .starts_with("etl@example.com logs in through Nightly")
        );
    }

    #[test]
    fn without_a_flow_the_rule_cannot_run() {
        let why = |flow| {
            let mut sample = Sample::default();
            sample.add("03-10 07:00", Attempt { flow, ..PASSWORD });
            sample.see("03-11 00:00", |seen, _| {
                LegacyLogin.cannot_run(seen).is_some()
            })
        };
        assert!(why(Flow::OauthUnknown) && why(Flow::Other));
        assert!(!why(Flow::UiPassword));
        let empty = Sample::default();
        assert!(empty.see("03-11 00:00", |seen, _| {
            LegacyLogin.cannot_run(seen).is_none()
        }));
    }
}
