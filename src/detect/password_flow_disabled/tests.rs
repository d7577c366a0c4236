//! The rule at its limits, one below, its look-alikes, and several actors at once.

use super::*;
use crate::detect::sample::{Attempt, Sample, at};
use crate::event::{Basis, Flow, MINUTE_MS};

const APP: &str = "Nightly";
const USER: &str = "etl@example.com";

fn password(app: &'static str) -> Attempt<'static> {
    Attempt::of(USER, app, Flow::OauthUsernamePassword)
}

fn found(sample: &Sample, until: &str) -> Found {
    sample.see(until, |seen, limits| {
        PasswordFlowDisabled.detect(seen, limits)
    })
}

fn only(found: Found) -> Finding {
    assert_eq!(found.findings.len(), 1, "{:#?}", found.findings);
    found.findings.into_iter().next().expect("one finding")
}

#[test]
fn nothing_comes_of_nothing_or_of_another_refusal() {
    assert_eq!(found(&Sample::default(), "03-01 00:00"), Found::default());
    let mut sample = Sample::default();
    for status in [
        "Invalid Password",
        "Multi-factor required",
        "Password Lockout",
    ] {
        sample.add(
            "03-01 07:00",
            Attempt {
                status,
                ..password(APP)
            },
        );
    }
    assert_eq!(found(&sample, "03-02 00:00"), Found::default());
}

#[test]
fn an_app_that_worked_is_high_and_gives_both_times() {
    let mut sample = Sample::default();
    sample.add("03-10 06:00", password(APP));
    sample.add("03-10 07:00", password(APP));
    sample.add("03-10 08:05:30", Attempt::refused(USER, APP));
    sample.add(
        "03-10 09:00",
        Attempt {
            source: "192.0.2.9",
            ..Attempt::refused(USER, APP)
        },
    );
    let finding = only(found(&sample, "03-10 12:00"));
    assert_eq!(
        (finding.severity, finding.confidence),
        (Severity::High, Confidence::High)
    );
    assert_eq!(
        finding.title,
        "Nightly: OAuth username-password flow refused since 2026-03-10 08:05:30 UTC; \
         it worked until 2026-03-10 07:00:00 UTC"
    );
    assert_eq!(
        (finding.start, finding.end),
        (at("03-10 08:05:30"), at("03-10 09:00"))
    );
    assert_eq!((finding.count, finding.ongoing), (2, true));
    assert_eq!(finding.anchor, "app Nightly");
    assert!(!finding.onset_day);
    assert_eq!(
        (finding.scope.users.len(), finding.scope.sources.len()),
        (1, 2)
    );
    assert_eq!(finding.places.len(), 2);
    assert!(
        finding.reason.contains("Nobody is seen"),
        "{}",
        finding.reason
    );
    let steps = finding.steps.join(" ");
    assert!(steps.contains("between 2026-03-10 07:00:00 UTC and 2026-03-10 08:05:30 UTC"));
    assert!(
        steps.contains("client credentials") && steps.contains("JWT bearer"),
        "{steps}"
    );
}

#[test]
fn never_worked_is_medium_and_its_confidence_rests_on_the_history() {
    for (first, confidence) in [
        ("02-10 08:00", Confidence::Medium),
        ("02-10 08:00:01", Confidence::Low),
    ] {
        let mut sample = Sample::default();
        sample.add(first, Attempt::of("ann@example.com", "", Flow::UiPassword));
        sample.add("03-10 08:00", Attempt::refused(USER, APP));
        let finding = only(found(&sample, "03-11 00:00"));
        assert_eq!(
            (finding.severity, finding.confidence),
            (Severity::Medium, confidence)
        );
        assert!(finding.title.contains("never worked"), "{}", finding.title);
    }
}

#[test]
fn an_unnamed_oauth_flow_counts_before_the_first_refusal_only() {
    let unnamed = |app| Attempt {
        flow: Flow::OauthUnknown,
        basis: Basis::Inferred,
        ..password(app)
    };
    let refused = |app| Attempt {
        flow: Flow::OauthUnknown,
        ..Attempt::refused(USER, app)
    };
    for (app, confidence) in [(APP, Confidence::Medium), ("", Confidence::Low)] {
        let mut sample = Sample::default();
        sample.add("03-10 07:00", unnamed(app));
        sample.add("03-10 08:00", refused(app));
        let finding = only(found(&sample, "03-10 12:00"));
        assert_eq!(
            (finding.severity, finding.confidence),
            (Severity::High, confidence)
        );
    }
    let mut sample = Sample::default();
    sample.add("03-10 08:00", refused(APP));
    sample.add("03-10 09:00", unnamed(APP));
    let finding = only(found(&sample, "03-10 12:00"));
    assert_eq!(finding.severity, Severity::Medium);
    assert!(
        finding
            .story
            .iter()
            .any(|(when, text)| { *when == at("03-10 09:00") && text.contains("another flow") })
    );
}

#[test]
fn order_inside_a_quarter_of_an_hour_needs_proof() {
    let mut sample = Sample::default();
    for when in ["03-10 07:01", "03-10 07:05", "03-10 07:09"] {
        sample.add(when, password(APP));
    }
    sample.add("03-10 07:07", Attempt::refused(USER, APP));
    let finding = only(found(&sample, "03-10 12:00"));
    assert!(
        finding
            .title
            .ends_with("it worked until 2026-03-10 07:01:00 UTC")
    );
    let told: Vec<&str> = finding
        .story
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    assert!(told[0].contains("last provable"), "{told:?}");
    assert!(told[2].contains("works again"), "{told:?}");
    assert!(
        finding
            .reason
            .contains("succeeded at 2026-03-10 07:09:00 UTC")
    );
    assert!(!finding.ongoing);
}

fn three_apps(latest: &str) -> Sample {
    let mut sample = Sample::default();
    for app in ["A", "B", "C"] {
        sample.add("03-10 07:00", password(app));
    }
    sample.add("03-10 08:00", Attempt::refused(USER, "A"));
    sample.add("03-10 08:20", Attempt::refused(USER, "B"));
    sample.add(latest, Attempt::refused(USER, "C"));
    sample
}

#[test]
fn one_switch_explains_apps_that_fail_within_a_day() {
    let finding = only(found(&three_apps("03-11 08:00"), "03-11 09:00"));
    assert_eq!(finding.anchor, "org");
    assert_eq!(
        (finding.severity, finding.confidence),
        (Severity::High, Confidence::High)
    );
    assert_eq!((finding.count, finding.scope.apps.len()), (3, 3));
    assert!(
        finding.title.contains("3 integrations"),
        "{}",
        finding.title
    );
}

#[test]
fn a_second_more_than_a_day_makes_findings_by_app_and_a_near_miss() {
    let found = found(&three_apps("03-11 08:00:01"), "03-11 09:00");
    let anchors: Vec<&str> = found
        .findings
        .iter()
        .map(|one| one.anchor.as_str())
        .collect();
    assert_eq!(anchors, ["app A", "app B", "app C"]);
    assert_eq!(found.near_misses.len(), 1);
    assert_eq!(
        found.near_misses[0].reached,
        "3 apps first refused over 24 hours"
    );
}

#[test]
fn a_weekly_job_is_refused_when_it_is_due() {
    let mut sample = three_apps("03-10 08:30");
    sample.add("03-01 05:00", password("Weekly"));
    sample.add("03-08 05:00", password("Weekly"));
    sample.add("03-15 05:00", Attempt::refused(USER, "Weekly"));
    let finding = only(found(&sample, "03-16 00:00"));
    assert_eq!((finding.anchor.as_str(), finding.count), ("org", 4));
}

#[test]
fn whoever_still_logs_in_by_the_flow_speaks_against_a_switch() {
    let mut sample = three_apps("03-10 09:00");
    sample.add(
        "03-10 08:30",
        Attempt::of("bob@example.com", "D", Flow::OauthUsernamePassword),
    );
    let found = found(&sample, "03-10 12:00");
    assert_eq!(found.findings.len(), 3);
    assert_eq!(found.near_misses, []);
    let reason = &found.findings[0].reason;
    assert!(
        reason.contains("1 other integration logs in by this flow"),
        "{reason}"
    );
    assert!(found.findings[0].steps[1].contains("External Client App"));
}

#[test]
fn a_switch_that_is_turned_back_is_one_finding_that_ended() {
    let mut sample = three_apps("03-10 09:00");
    for app in ["A", "B", "C", "D"] {
        sample.add("03-10 10:00", password(app));
    }
    let finding = only(found(&sample, "03-10 12:00"));
    assert_eq!((finding.anchor.as_str(), finding.ongoing), ("org", false));
    assert!(
        finding
            .reason
            .contains("succeeded at 2026-03-10 10:00:00 UTC")
    );
}

#[test]
fn one_app_of_two_users_is_one_finding_and_two_orgs_are_two() {
    let mut sample = Sample::default();
    for (org, user) in [("", USER), ("", "bob@example.com")] {
        sample.add(
            "03-10 07:00",
            Attempt {
                org,
                ..Attempt::of(user, APP, Flow::OauthUsernamePassword)
            },
        );
        sample.add(
            "03-10 08:00",
            Attempt {
                org,
                ..Attempt::refused(user, APP)
            },
        );
    }
    assert_eq!(only(found(&sample, "03-10 12:00")).scope.users.len(), 2);
    let mut sample = Sample::default();
    for org in ["00D1", "00D2"] {
        for app in ["A", "B"] {
            sample.add(
                "03-10 07:00",
                Attempt {
                    org,
                    ..password(app)
                },
            );
            sample.add(
                "03-10 08:00",
                Attempt {
                    org,
                    ..Attempt::refused(USER, app)
                },
            );
        }
    }
    let found = found(&sample, "03-10 12:00");
    let orgs: Vec<u32> = found.findings.iter().map(|one| one.org).collect();
    assert_eq!(orgs, [1, 2]);
}

#[test]
fn without_an_app_the_finding_is_the_users() {
    let mut sample = Sample::default();
    sample.add("03-10 07:00", password(""));
    sample.add("03-10 08:00", Attempt::refused(USER, ""));
    let finding = only(found(&sample, "03-10 12:00"));
    assert_eq!(finding.anchor, "user etl@example.com");
    assert!(finding.scope.apps.is_empty());
    let mut nobody = Sample::default();
    nobody.add(
        "03-10 07:00",
        Attempt::of("", "", Flow::OauthUsernamePassword),
    );
    nobody.add("03-10 08:00", Attempt::refused("", ""));
    let finding = only(found(&nobody, "03-10 12:00"));
    assert_eq!(
        finding.severity,
        Severity::Medium,
        "an unknown user may be anybody"
    );
}

#[test]
fn refusals_go_on_while_the_quiet_is_usual() {
    for (minutes, ongoing) in [(24 * 60, true), (24 * 60 + 1, false)] {
        let mut sample = Sample::default();
        sample.add("03-10 08:00", Attempt::refused(USER, APP));
        let end = at("03-10 08:00").millis() + minutes * MINUTE_MS;
        let until = Instant::from_millis(end).to_string();
        let until = until.trim_end_matches('Z').replace('T', " ");
        assert_eq!(only(found(&sample, &until)).ongoing, ongoing, "{minutes}");
    }
}

#[test]
fn what_lies_behind_the_end_is_not_seen() {
    let mut sample = Sample::default();
    sample.add("03-10 08:00", Attempt::refused(USER, APP));
    assert_eq!(found(&sample, "03-10 07:00"), Found::default());
}

#[test]
fn a_success_at_the_very_instant_of_a_refusal_is_neither_before_nor_after() {
    let mut sample = Sample::default();
    sample.add("03-10 08:00", password(APP));
    sample.add("03-10 08:00", Attempt::refused(USER, APP));
    let finding = only(found(&sample, "03-10 12:00"));
    assert_eq!(finding.severity, Severity::Medium);
    assert_eq!(finding.story.len(), 1, "{:?}", finding.story);
}

#[test]
fn others_that_log_in_after_the_last_refusal_speak_against_a_switch() {
    let mut sample = three_apps("03-10 09:00");
    sample.add("03-10 10:00", password("D"));
    assert_eq!(found(&sample, "03-10 12:00").findings.len(), 3);
}

#[test]
fn a_login_within_the_quarter_of_an_hour_counts_where_it_is_known_to_be_later() {
    let mut sample = three_apps("03-10 08:10");
    sample.add("03-10 07:59", password("D"));
    assert_eq!(only(found(&sample, "03-10 12:00")).anchor, "org");
    let mut sample = Sample::default();
    for app in ["A", "B"] {
        sample.add("03-10 07:00", password(app));
        sample.add("03-10 08:05", Attempt::refused(USER, app));
        sample.add("03-10 08:12", Attempt::refused(USER, app));
    }
    sample.add("03-10 08:01", password("D"));
    sample.add("03-10 08:09", password("D"));
    assert_eq!(found(&sample, "03-10 12:00").findings.len(), 2);
}

#[test]
fn who_may_still_have_logged_in_after_the_first_refusal_is_not_switched_off_with_it() {
    let mut sample = Sample::default();
    sample.add("03-10 07:00", password("A"));
    sample.add("03-10 08:00", Attempt::refused(USER, "A"));
    let unnamed = Attempt {
        flow: Flow::OauthUnknown,
        ..password("B")
    };
    sample.add("03-10 08:30", unnamed);
    sample.add("03-10 09:00", Attempt::refused(USER, "B"));
    assert_eq!(found(&sample, "03-10 12:00").findings.len(), 2);
}

#[test]
fn very_many_users_of_no_known_app_are_one_finding() {
    let most = PasswordFlowLimits::default().crowd;
    for (users, findings) in [(most, most), (most + 1, 2)] {
        let mut sample = Sample::default();
        for n in 0..users {
            let name = format!("user.{n:04}@example.com");
            sample.add("03-10 07:00", Attempt::refused(&name, ""));
        }
        if users > most {
            // One whose app is known stands for itself.
            sample.add("03-10 08:00", Attempt::refused("zoe@example.com", APP));
        }
        let all = found(&sample, "03-10 12:00").findings;
        assert_eq!(all.len() as u32, findings);
        let crowd = all.iter().find(|finding| finding.anchor == "users");
        assert_eq!(crowd.is_some(), users > most);
        if let Some(crowd) = crowd {
            assert!(
                crowd.title.starts_with("1,001 users of no known app: "),
                "{}",
                crowd.title
            );
            assert_eq!((crowd.count, crowd.scope.users.len()), (1_001, 1_001));
        }
    }
}
