//! Logins by retiring flows: days left, what is inferred, and what is none.

use super::*;
use crate::catalogue::Retirements;
use crate::detect::inventory::is_retiring;
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
        if !is_retiring(flow, &Retirements::default()) {
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

/// One login a minute by so many users.
fn by_users(count: u32, flow: Flow) -> Sample {
    let mut sample = Sample::default();
    for n in 0..count {
        let name = format!("user.{n:04}@example.com");
        let at = Instant::from_minute(crate::detect::sample::at("03-10 07:00").minute() + n);
        sample.add_at(at, Attempt::of(&name, APP, flow));
    }
    sample
}

#[test]
fn a_thousand_users_are_told_one_by_one_and_one_more_in_one_finding() {
    let most = LegacyLimits::default().crowd;
    assert_eq!(
        found(&by_users(most, Flow::OauthUserAgent), "03-11 12:00").len(),
        most as usize
    );
    let mut sample = by_users(most + 1, Flow::OauthUserAgent);
    // Another flow of one of them is another matter.
    sample.add(
        "03-10 09:00",
        Attempt::of("user.0000@example.com", APP, Flow::SoapLogin),
    );
    let mut all = found(&sample, "03-11 12:00");
    all.sort_by_key(|finding| finding.count);
    let [alone, crowd] = &all[..] else {
        panic!("{} findings", all.len())
    };
    assert!(
        alone
            .title
            .starts_with("user.0000@example.com logged in through Nightly"),
        "{}",
        alone.title
    );
    assert!(
        crowd
            .title
            .starts_with("1,001 users log in through Nightly"),
        "{}",
        crowd.title
    );
    assert_eq!((crowd.count, crowd.scope.users.len()), (1_001, 1_001));
    assert_eq!(crowd.anchor, "\nNightly\noauth-user-agent");
    assert_eq!(
        (crowd.start, flow(crowd)),
        (
            crate::detect::sample::at("03-10 07:00"),
            Some(Flow::OauthUserAgent)
        )
    );
    let lines: Vec<u64> = crowd.places.iter().map(|place| place.line()).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5]);
    assert!(
        crowd.steps.iter().all(|step| !step.contains("user.0")),
        "{:#?}",
        crowd.steps
    );
}

#[test]
fn what_is_not_so_of_one_is_not_claimed_of_all() {
    let most = LegacyLimits::default().crowd;
    let mut sample = by_users(most + 1, Flow::OauthUserAgent);
    let inferred = Attempt {
        basis: Basis::Inferred,
        ..Attempt::of("zoe@example.com", APP, Flow::OauthUserAgent)
    };
    sample.add("03-10 09:00", inferred);
    let all = found(&sample, "03-12 00:00");
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].confidence, Confidence::Medium);
}
