//! The answer in one sentence: how many failed, of what most of all, and who it hits. Findings
//! that matter are counted before it; that too many outcomes are unknown is said before anything.
//!
//! HTML, Markdown and the terminal show the same sentence. It quotes a description as the
//! source wrote it, so each writer escapes the whole for its medium.

use crate::report::model::{ByDescription, Report, Totals};
use crate::report::words::{clip, count, share, thousands};

/// The cause of outcomes that the catalogue does not know.
const UNRECOGNISED: &str = "unrecognised";

/// Longer descriptions are cut in the sentence; the tables have more of them.
const QUOTE: usize = 120;

/// What a reader has to know if they read nothing else. Raw text: escape it.
pub fn verdict(report: &Report) -> String {
    let parts = [unrecognised(report), findings(report)];
    let mut parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.push(attempts(report));
    parts.join(" ")
}

/// `2 findings.`: those of medium severity or above, if there are any.
fn findings(report: &Report) -> Option<String> {
    let matters = |severity: &str| matches!(severity, "critical" | "high" | "medium");
    let findings = report.findings.iter();
    let n = findings
        .filter(|finding| matters(&finding.severity))
        .count();
    (n > 0).then(|| format!("{}.", count(n as u64, "finding", "findings")))
}

fn attempts(report: &Report) -> String {
    let totals = &report.totals;
    if totals.events == 0 {
        return nothing(report);
    }
    match report.failures.by_description.first() {
        _ if totals.failures == 0 => succeeded(totals.events),
        Some(first) => failed(totals, first),
        None => format!("{}.", failed_of(totals)),
    }
}

fn nothing(report: &Report) -> String {
    match report.history.events {
        0 => "No login attempt could be read.".to_owned(),
        1 => "The one login attempt that was read is not within the reported time.".to_owned(),
        n => format!(
            "None of the {} login attempts read is within the reported time.",
            thousands(n)
        ),
    }
}

fn succeeded(events: u64) -> String {
    match events {
        1 => "The only login attempt succeeded.".to_owned(),
        n => format!("All {} login attempts succeeded.", thousands(n)),
    }
}

/// More than a fifth unknown is too much to trust any count by cause, so that is said first.
fn unrecognised(report: &Report) -> Option<String> {
    let events = report.totals.events;
    let unknown = report
        .failures
        .by_cause
        .iter()
        .find(|c| c.cause == UNRECOGNISED)?
        .failures;
    (u128::from(unknown) * 5 > u128::from(events)).then(|| {
        format!(
            "The outcome of {} of {} login attempts ({}) is not recognised and counts as a failure, so check those texts first.",
            thousands(unknown),
            thousands(events),
            share(unknown, events)
        )
    })
}

fn failed_of(totals: &Totals) -> String {
    format!(
        "{} of {} failed ({})",
        thousands(totals.failures),
        count(totals.events, "login attempt", "login attempts"),
        share(totals.failures, totals.events)
    )
}

fn failed(totals: &Totals, first: &ByDescription) -> String {
    let what = match &first.description {
        Some(text) => format!("«{}»", clip(text, QUOTE)),
        None => "without a description".to_owned(),
    };
    let who = whom(first);
    let head = failed_of(totals);
    if first.failures == totals.failures {
        let all = if totals.failures == 1 {
            "namely"
        } else {
            "all of them"
        };
        format!("{head}, {all} {what}{who}.")
    } else {
        let most = if first.failures > totals.failures / 2 {
            "most of them"
        } else {
            "most often"
        };
        format!("{head}, {most} {what}: {}{who}.", thousands(first.failures))
    }
}

/// ` by 3 users through 2 apps`, without what no source tells.
fn whom(first: &ByDescription) -> String {
    let mut who = String::new();
    if first.users > 0 {
        who += &format!(" by {}", count(first.users, "user", "users"));
    }
    if first.apps > 0 {
        who += &format!(" through {}", count(first.apps, "app", "apps"));
    }
    who
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::model::{
        ByCause, Coverage, Exit, Failures, Finding, History, Ledger, OptionsUsed, Rules, SCHEMA,
        Scope, ScopeTotals, Time, Timeline, Tool, Window,
    };

    fn time() -> Time {
        Time("2026-03-02T07:15:00Z".to_owned())
    }

    /// A report with nothing but these numbers.
    pub(crate) fn report(events: u64, failures: u64) -> Report<'static> {
        Report {
            schema: SCHEMA,
            tool: Tool {
                name: String::new(),
                version: String::new(),
            },
            options: OptionsUsed {
                timezone: "UTC".to_owned(),
                date_order: "auto".to_owned(),
                since: None,
                until: None,
                only: Vec::new(),
                strict: false,
            },
            exit: Exit {
                code: 0,
                reasons: vec![],
            },
            window: Window {
                start: None,
                end: None,
            },
            history: History {
                start: None,
                end: None,
                events,
            },
            inputs: vec![],
            ledger: Ledger::default(),
            overlaps: Vec::new(),
            totals: Totals {
                events,
                successes: events - failures,
                failures,
                users: 0,
                apps: 0,
                sources: 0,
                log_errors: 0,
            },
            coverage: Coverage {
                gaps: vec![],
                row_cap_hit: false,
                saturated: vec![],
                zone_assumed: None,
                notes: vec![],
            },
            failures: Failures {
                groups: vec![].into(),
                by_user: vec![].into(),
                by_app: vec![],
                by_description: vec![],
                by_cause: vec![],
            },
            timeline: Timeline {
                bucket_seconds: 3600,
                buckets: vec![],
            },
            heatmap: vec![],
            findings: vec![],
            changes: Vec::new(),
            near_misses: vec![],
            integrations: vec![].into(),
            unrecognised: vec![],
            rejects: vec![],
            log: Default::default(),
            suppressed: vec![],
            rules: Rules {
                run: vec![],
                not_run: vec![],
            },
            baseline: None,
        }
    }

    /// A finding with nothing but a name and how bad it is.
    pub(crate) fn finding(fingerprint: &str, severity: &str) -> Finding {
        Finding {
            fingerprint: fingerprint.to_owned(),
            rule: "failure-spike".to_owned(),
            severity: severity.to_owned(),
            confidence: "high".to_owned(),
            reason: String::new(),
            title: String::new(),
            org: None,
            start: time(),
            end: time(),
            peak: None,
            ongoing: false,
            count: 118,
            expected: Some(4),
            scope: Scope::default(),
            scope_totals: ScopeTotals::default(),
            diagnosis: vec![],
            story: vec![],
            steps: Vec::new().into(),
            evidence: vec![],
            links: vec![],
        }
    }

    fn described<'r>(
        mut report: Report<'r>,
        text: Option<&str>,
        failures: u64,
        who: (u64, u64),
    ) -> Report<'r> {
        report.failures.by_description = vec![ByDescription {
            description: text.map(str::to_owned),
            cause: "x".to_owned(),
            failures,
            users: who.0,
            apps: who.1,
            first: time(),
            last: time(),
        }];
        report
    }

    fn unknown(mut report: Report<'_>, failures: u64) -> Report<'_> {
        report.failures.by_cause = vec![ByCause {
            cause: UNRECOGNISED.to_owned(),
            failures,
            users: 0,
            apps: 0,
            sources: 0,
            first: time(),
            last: time(),
        }];
        report
    }

    #[test]
    fn says_what_most_of_the_failures_are() {
        let text = "Username-Password Flow Disabled";
        assert_eq!(
            verdict(&described(report(18_204, 412), Some(text), 310, (3, 2))),
            "412 of 18,204 login attempts failed (2.3 %), most of them \
             «Username-Password Flow Disabled»: 310 by 3 users through 2 apps."
        );
        assert_eq!(
            verdict(&described(report(10, 4), Some("X"), 2, (1, 0))),
            "4 of 10 login attempts failed (40.0 %), most often «X»: 2 by 1 user."
        );
    }

    #[test]
    fn one_description_for_all() {
        assert_eq!(
            verdict(&described(report(10, 4), None, 4, (0, 0))),
            "4 of 10 login attempts failed (40.0 %), all of them without a description."
        );
        assert_eq!(
            verdict(&described(report(1, 1), Some("X"), 1, (1, 1))),
            "1 of 1 login attempt failed (100 %), namely «X» by 1 user through 1 app."
        );
    }

    #[test]
    fn nothing_read_and_nothing_failed() {
        assert_eq!(verdict(&report(0, 0)), "No login attempt could be read.");
        assert_eq!(
            verdict(&report(1_234, 0)),
            "All 1,234 login attempts succeeded."
        );
        let mut outside = report(0, 0);
        outside.history.events = 1_234;
        assert_eq!(
            verdict(&outside),
            "None of the 1,234 login attempts read is within the reported time."
        );
    }

    #[test]
    fn too_much_unknown_comes_first() {
        let at_a_fifth = unknown(described(report(100, 30), Some("X"), 20, (1, 1)), 20);
        assert!(verdict(&at_a_fifth).starts_with("30 of 100"));
        let above = unknown(described(report(100, 30), Some("X"), 21, (1, 1)), 21);
        assert_eq!(
            verdict(&above),
            "The outcome of 21 of 100 login attempts (21.0 %) is not recognised and counts as \
             a failure, so check those texts first. 30 of 100 login attempts failed (30.0 %), \
             most of them «X»: 21 by 1 user through 1 app."
        );
        let mut with_finding = unknown(report(10, 3), 3);
        with_finding.findings = vec![finding("0", "high")];
        assert!(
            verdict(&with_finding).starts_with("The outcome of 3 of 10"),
            "{}",
            verdict(&with_finding)
        );
    }

    #[test]
    fn findings_that_matter_are_counted_first() {
        let with = |severities: &[&str]| {
            let mut report = report(10, 0);
            report.findings = severities.iter().map(|s| finding("0", s)).collect();
            verdict(&report)
        };
        let plain = "All 10 login attempts succeeded.";
        assert_eq!(with(&["low", "info"]), plain);
        assert_eq!(with(&["medium", "low"]), format!("1 finding. {plain}"));
        let all = with(&["critical", "high", "medium", "low", "info"]);
        assert_eq!(all, format!("3 findings. {plain}"));
    }

    #[test]
    fn a_long_description_is_cut() {
        let long = "a".repeat(1_000_000);
        assert!(verdict(&described(report(9, 9), Some(&long), 9, (1, 1))).len() < 300);
    }
}
