//! The inventory on a few attempts: statuses, counts, and what is nobody in particular.

use super::*;
use crate::detect::sample::{Attempt, Sample, at};

const APP: &str = "Nightly";
const USER: &str = "etl@example.com";
const OTHER: &str = "ops@example.com";
const PASSWORD: Attempt<'static> = Attempt::of(USER, APP, Flow::OauthUsernamePassword);

/// User, app, flow, status and whether that is probable, of every integration.
fn told(sample: &Sample) -> Vec<String> {
    sample.see("12-31 00:00", |seen, _| {
        let all = Inventory::of(seen).whole;
        let line = |one: Integration<'_>| {
            let user = seen.resolved.users.get(one.user).unwrap_or("-".into());
            let app = seen.resolved.apps.get(one.app).unwrap_or("-");
            let sure = if one.probable { "?" } else { "" };
            format!("{user} {app} {} {}{sure}", one.flow.id(), one.status.id())
        };
        all.iter().map(line).collect()
    })
}

fn of(attempts: &[Attempt<'_>]) -> Vec<String> {
    let mut sample = Sample::default();
    for attempt in attempts {
        sample.add("03-10 07:00", *attempt);
    }
    told(&sample)
}

#[test]
fn empty_data_and_people_alone_have_no_integration() {
    assert_eq!(of(&[]), [] as [&str; 0]);
    let browser = [Flow::UiPassword, Flow::Sso].map(|flow| Attempt { flow, ..PASSWORD });
    assert_eq!(of(&browser), [] as [&str; 0]);
}

#[test]
fn a_modern_login_of_the_same_user_or_app_means_migrating() {
    let jwt = Attempt {
        flow: Flow::OauthJwtBearer,
        ..PASSWORD
    };
    let same_user = Attempt {
        app: "Other",
        ..jwt
    };
    let same_app = Attempt { user: OTHER, ..jwt };
    let neither = Attempt {
        user: OTHER,
        app: "Other",
        ..jwt
    };
    let failed = Attempt {
        status: "Invalid Password",
        ..jwt
    };
    let password = "etl@example.com Nightly oauth-username-password";
    for (modern, status) in [
        (jwt, "migrating"),
        (same_user, "migrating"),
        (same_app, "migrating"),
        (neither, "retiring"),
        (failed, "retiring"),
    ] {
        let all = of(&[PASSWORD, modern]);
        assert!(all.contains(&format!("{password} {status}")), "{all:?}");
    }
}

#[test]
fn an_unknown_user_or_app_is_nobody_in_particular() {
    let nobody = Attempt {
        user: "",
        app: "",
        ..PASSWORD
    };
    let jwt = Attempt {
        flow: Flow::OauthJwtBearer,
        ..nobody
    };
    assert_eq!(
        of(&[nobody, jwt]),
        [
            "- - oauth-username-password retiring",
            "- - oauth-jwt-bearer modern"
        ]
    );
}

#[test]
fn an_unnamed_flow_is_probably_modern_if_it_ever_succeeds() {
    let unnamed = Attempt {
        flow: Flow::OauthUnknown,
        basis: Basis::Inferred,
        ..PASSWORD
    };
    assert_eq!(
        of(&[PASSWORD, unnamed]),
        [
            "etl@example.com Nightly oauth-username-password migrating?",
            "etl@example.com Nightly oauth-unknown modern?"
        ]
    );
    let failed = Attempt {
        status: "Invalid Password",
        ..unnamed
    };
    assert_eq!(
        of(&[failed]),
        ["etl@example.com Nightly oauth-unknown unknown"]
    );
    let other = Attempt {
        flow: Flow::Other,
        ..PASSWORD
    };
    assert_eq!(of(&[other]), ["etl@example.com Nightly other unknown"]);
}

#[test]
fn an_unnamed_flow_before_a_refusal_was_probably_the_refused_one() {
    let unnamed = Attempt {
        flow: Flow::OauthUnknown,
        ..PASSWORD
    };
    let mut sample = Sample::default();
    sample.add("03-10 07:00", unnamed);
    sample.add("03-10 08:00", Attempt::refused(USER, APP));
    assert_eq!(
        told(&sample),
        [
            "etl@example.com Nightly oauth-username-password retiring",
            "etl@example.com Nightly oauth-unknown unknown"
        ]
    );
    sample.add("03-10 09:00", unnamed);
    assert_eq!(
        told(&sample),
        [
            "etl@example.com Nightly oauth-username-password migrating?",
            "etl@example.com Nightly oauth-unknown modern?"
        ]
    );
}

#[test]
fn a_refresh_token_may_come_from_the_user_agent_flow() {
    let refresh = Attempt {
        flow: Flow::OauthRefreshToken,
        ..PASSWORD
    };
    let agent = Attempt {
        flow: Flow::OauthUserAgent,
        ..PASSWORD
    };
    assert_eq!(
        of(&[agent, refresh])[0],
        "etl@example.com Nightly oauth-user-agent retiring"
    );
    assert!(of(&[PASSWORD, refresh])[0].ends_with("migrating"));
}

#[test]
fn counts_versions_sources_and_times() {
    let mut sample = Sample::default();
    let soap = Attempt {
        flow: Flow::SoapLogin,
        basis: Basis::Inferred,
        api_version: "39.0",
        ..PASSWORD
    };
    sample.add(
        "03-10 07:00",
        Attempt {
            status: "Invalid Password",
            source: "",
            ..soap
        },
    );
    for hour in 8..14 {
        let version = if hour == 10 { "9.0" } else { "39.0" };
        let source = if hour == 11 { "192.0.2.2" } else { "192.0.2.7" };
        let attempt = Attempt {
            api_version: version,
            source,
            tls: "TLS 1.3",
            ..soap
        };
        sample.add(&format!("03-10 {hour:02}:00"), attempt);
    }
    sample.see("03-10 12:30", |seen, _| {
        let all = Inventory::of(seen).whole;
        assert_eq!(all.len(), 1);
        let one = all.at(0);
        assert_eq!((one.logins, one.failures), (5, 1));
        assert_eq!(
            (one.first, one.last),
            (at("03-10 07:00"), at("03-10 12:00"))
        );
        assert_eq!(one.first_login, Some(at("03-10 08:00")));
        assert_eq!(one.api_versions, ["9.0", "39.0"]);
        assert_eq!(one.tls, ["TLS 1.2", "TLS 1.3"]);
        let sources: Vec<_> = one
            .sources
            .iter()
            .map(|at| seen.resolved.sources.get(*at))
            .collect();
        assert_eq!(sources, [Some("192.0.2.7"), Some("192.0.2.2")]);
        assert_eq!(one.period_seconds, Some(3600));
        assert_eq!(one.basis, Basis::Inferred);
        assert_eq!(
            one.retires.map(|entry| entry.id.as_str()),
            Some("soap-login")
        );
        let later = Seen {
            since: at("03-10 12:00"),
            ..*seen
        };
        let inventory = Inventory::of(&later);
        assert_eq!(inventory.reported().at(0).logins, 1);
        assert!(inventory.whole.iter().eq(all.iter()));
        assert!(Inventory::of(seen).reported().iter().eq(all.iter()));
    });
}

#[test]
fn a_statement_anywhere_makes_the_flow_stated() {
    let inferred = Attempt {
        basis: Basis::Inferred,
        ..PASSWORD
    };
    let mut sample = Sample::default();
    sample.add("03-10 07:00", inferred);
    sample.add("03-10 08:00", PASSWORD);
    let basis = sample.see("03-11 00:00", |seen, _| {
        Inventory::of(seen).whole.at(0).basis
    });
    assert_eq!(basis, Basis::Stated);
}
