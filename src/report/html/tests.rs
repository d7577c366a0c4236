//! The page as a whole: what it allows, what it shows of hostile text, and how large it gets.

use super::policy::policy;
use super::*;
use crate::report::model::{
    Address, ByUser, Diagnosis, Evidence, Finding, Group, Integration, NearMiss, Org, PathText,
    Reject, RuleNotRun, StoryLine, Suppressed, Time, User,
};
use crate::report::verdict::tests::{finding as bare_finding, report as numbers};

const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "](javascript:alert(1))",
    "\x1b[31mred",
    "\u{202e}cod.exe</style></title>",
];

fn time() -> Time {
    Time("2026-03-02T07:15:00Z".to_owned())
}

fn group(name: &str) -> Group {
    Group {
        org: None,
        user: Some(User(name.to_owned())),
        app: Some(name.to_owned()),
        description: Some(name.to_owned()),
        cause: name.to_owned(),
        failures: 3,
        successes: 1,
        sources: 1,
        first: time(),
        last: time(),
    }
}

fn user(name: &str) -> ByUser {
    ByUser {
        org: None,
        user: Some(User(name.to_owned())),
        failures: 3,
        successes: 1,
        apps: 1,
        causes: [(name.to_owned(), 3)].into(),
        first: time(),
        last: time(),
    }
}

fn finding(fingerprint: &str, severity: &str, text: &str) -> Finding {
    let mut finding = bare_finding(fingerprint, severity);
    let text = text.to_owned();
    finding.title = text.clone();
    finding.reason = text.clone();
    finding.rule = text.clone();
    finding.scope.users = vec![User(text.clone()); 24];
    finding.scope.apps = vec![text.clone()];
    finding.scope.sources = vec![Address(text.clone())];
    finding.scope.causes = vec![text.clone()];
    finding.scope_totals.users = 24;
    finding.diagnosis = vec![Diagnosis {
        root_cause: text.clone(),
        verdict: text.clone(),
        because: vec![text.clone()],
        against: vec![text.clone()],
        next_check: Some(text.clone()),
    }];
    finding.story = vec![StoryLine {
        time: Time(text.clone()),
        text: text.clone(),
    }];
    finding.steps = vec![text.clone()].into();
    finding.evidence = vec![Evidence {
        path: PathText(text.clone()),
        line: 4_102,
        time: None,
        text: text.clone(),
    }];
    finding.links = vec![text];
    finding
}

fn integration(name: &str, status: &str) -> Integration {
    let text = name.to_owned();
    Integration {
        org: Some(Org(text.clone())),
        user: Some(User(text.clone())),
        app: Some(text.clone()),
        flow: text.clone(),
        flow_basis: text.clone(),
        logins: 41,
        failures: 7,
        sources: 2,
        api_versions: vec![text.clone()],
        tls: vec![text.clone()],
        first: time(),
        last: time(),
        period_seconds: Some(900),
        status: status.to_owned(),
        retires: Some(text.clone()),
        retires_precision: Some("day".to_owned()),
        retires_otherwise: vec![text],
    }
}

fn hostile() -> Report<'static> {
    let mut report = numbers(18_204, 18);
    report.options.timezone = HOSTILE[0].to_owned();
    report.exit.code = 3;
    report.exit.reasons = HOSTILE.map(str::to_owned).to_vec();
    report.failures.groups = HOSTILE.map(group).to_vec().into();
    report.failures.by_user = HOSTILE.map(user).to_vec().into();
    let reject = |text: &str| Reject {
        path: crate::report::model::PathText(text.to_owned()),
        line: 7,
        reason: text.to_owned(),
        excerpt: crate::report::model::Excerpt(text.to_owned()),
    };
    report.rejects = HOSTILE.map(reject).to_vec();
    report.findings = HOSTILE.map(|text| finding(text, text, text)).to_vec();
    report.suppressed = HOSTILE
        .map(|text| Suppressed {
            finding: finding(&format!("s{text}"), "low", text),
            suppressed_by: text.to_owned(),
        })
        .to_vec();
    report.integrations = HOSTILE.map(|text| integration(text, text)).to_vec().into();
    report.near_misses = HOSTILE
        .map(str::to_owned)
        .map(|text| NearMiss {
            rule: text.clone(),
            scope: text.clone(),
            reached: text.clone(),
            needed: text,
        })
        .to_vec();
    report.rules.run = HOSTILE.map(str::to_owned).to_vec();
    report.rules.not_run = HOSTILE
        .map(str::to_owned)
        .map(|text| RuleNotRun {
            rule: text.clone(),
            why: text,
        })
        .to_vec();
    report
}

fn chart(svg: &str) -> Chart {
    Chart {
        id: "timeline",
        title: "T".to_owned(),
        summary: "S".to_owned(),
        svg: svg.to_owned(),
    }
}

fn bare(report: &Report) -> String {
    page(report, &Extras::default())
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    text.split_once(open)
        .unwrap()
        .1
        .split_once(close)
        .unwrap()
        .0
}

#[test]
fn the_policy_allows_what_is_on_the_page() {
    let svg = "<svg><style>.a{fill:red}</style></svg>";
    let small = "<svg><style>.b{fill:red}</style></svg>";
    let report = hostile();
    let text = page(
        &report,
        &Extras {
            charts: vec![chart(svg), chart(svg)],
            finding_charts: [(report.findings[1].fingerprint.clone(), small.to_owned())].into(),
            ..Extras::default()
        },
    );
    let style = between(&text, "<style>", "</style>");
    let script = between(&text, "<script>", "</script>");
    let policy = policy(style, script, [svg, small].into_iter());
    assert!(text.contains(&format!("Content-Security-Policy\" content=\"{policy}\"")));
    assert_eq!(text.matches("<script").count(), 1);
    assert_eq!(text.matches("<style").count(), 4);
}

#[test]
fn hostile_text_is_only_text() {
    let text = page(
        &hostile(),
        &Extras {
            thresholds: HOSTILE
                .map(str::to_owned)
                .map(|text| (text.clone(), text.clone(), text))
                .to_vec(),
            ..Extras::default()
        },
    );
    let attributes = text.split('<').filter(|tag| tag.starts_with("article"));
    assert!(attributes.clone().all(|tag| tag.matches('"').count() == 6));
    assert_eq!(attributes.count(), 12);
    assert!(!text.contains("href=\"]") && !text.contains("href=\"javascript"));
    for raw in ["<script>alert", "<img", "onmouseover='", "\x1b", "\u{202e}"] {
        assert!(!text.contains(raw), "{raw:?}");
    }
    assert_eq!(text.matches("</style>").count(), 1);
    assert!(text.contains("\\u{1b}[31mred"));
    assert!(text.contains("\\u{202e}cod.exe"));
}

#[test]
fn nothing_is_loaded_and_nothing_is_styled_in_place() {
    let text = bare(&hostile());
    for bad in [
        " style=", " src=", "@import", "url(", "http://", "<form", "<iframe", "<base",
    ] {
        assert!(!text.replace("img src=x", "").contains(bad), "{bad}");
    }
}

#[test]
fn the_first_screen_has_the_plain_numbers() {
    let text = bare(&hostile());
    assert!(text.contains("data-total=\"events\" data-v=\"18204\">18,204<"));
    assert!(text.contains("data-total=\"failures\" data-v=\"18\">18<"));
    assert!(text.contains("data-total=\"successes\" data-v=\"18186\">18,186<"));
    for key in ["users", "apps", "sources"] {
        assert!(
            text.contains(&format!("data-total=\"{key}\" data-v=\"0\">0<")),
            "{key}"
        );
    }
}

#[test]
fn every_table_has_its_box_and_counter() {
    let text = bare(&numbers(0, 0));
    for id in [
        "groups",
        "by-user",
        "by-app",
        "by-description",
        "integrations",
    ] {
        for part in ["t", "q", "n"] {
            assert_eq!(
                text.matches(&format!(" id=\"{part}-{id}\"")).count(),
                1,
                "{part}-{id}"
            );
        }
    }
    assert!(text.contains("No login attempt could be read."));
}

#[test]
fn a_cut_table_says_so() {
    let mut report = numbers(9_999, 1_234);
    report.failures.by_user = (0..1_234)
        .map(|n| user(&format!("u{n}@example.com")))
        .collect();
    let text = bare(&report);
    let cut = "The first 200 of 1,234 rows; all are in tables/failures_by_user.csv.";
    assert!(text.contains(cut));
    assert!(text.contains("u199@example.com") && !text.contains("u200@example.com"));
}

/// The text of a page's part, without tags.
fn words(text: &str, open: &str, close: &str) -> String {
    let part = between(text, open, close).split('<');
    let text: String = part
        .filter_map(|tag| Some(tag.split_once('>')?.1))
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_first_screen_counts_the_findings_and_links_to_them() {
    let mut report = numbers(10, 0);
    report.rules.run = vec!["failure-spike".to_owned(); 7];
    let severities = ["high", "high", "medium", "low"].iter().enumerate();
    report.findings = severities
        .map(|(n, severity)| finding(&format!("00{n}"), severity, &format!("Title {n}")))
        .collect();
    let text = bare(&report);
    let line = words(&text, "id=\"found\"", "</p>");
    assert_eq!(line, "2 high, 1 medium, 1 low; 7 rules ran, 0 could not");
    for (n, one) in report.findings.iter().enumerate() {
        let card = format!("<article class=\"finding {}\" id=\"f-00{n}\"", one.severity);
        assert_eq!(text.matches(&card).count(), 1, "{card}");
        assert!(text.contains(&format!(">Title {n}</h3>")));
    }
    let open = text.matches("<details open>").count();
    assert_eq!(open, 2, "those of high severity stand open");
    let top = between(&text, "What to look at first", "</ol>");
    assert_eq!(top.matches("<li>").count(), 3);
    assert!(top.contains("href=\"#f-000\"") && top.contains("118 attempts, 4 expected"));
    assert!(text.contains("and 14 more</span>"));
    assert!(text.contains("<code>Title 0:4102</code>"));
    assert!(words(&text, "id=\"verdict\"", "</h1>").starts_with("3 findings. All 10"));
}

#[test]
fn without_findings_one_calm_line() {
    let mut report = numbers(10, 0);
    report.rules.run = vec!["failure-spike".to_owned(); 3];
    let line = |report: &Report| words(&bare(report), "id=\"found\"", "</p>");
    assert_eq!(line(&report), "No finding: 3 rules ran.");
    report.rules.not_run = vec![RuleNotRun {
        rule: "impossible-travel".to_owned(),
        why: "no export tells the country".to_owned(),
    }];
    assert_eq!(line(&report), "No finding: 3 rules ran. 1 could not run.");
    let text = bare(&report);
    assert!(text.contains("<code>impossible-travel</code>: no export tells the country"));
    assert!(!text.contains("What to look at first"));
}

#[test]
fn integrations_to_act_on_come_first_and_a_cut_names_the_file() {
    let mut report = numbers(10, 0);
    report.window.end = Some(Time("2026-11-22T10:00:00Z".to_owned()));
    let mut retiring = integration("legacy", "retiring");
    retiring.retires = Some("2027-02-20".to_owned());
    let modern = (0..300).map(|_| integration("new", "modern"));
    report.integrations = modern.chain([retiring]).collect();
    let text = bare(&report);
    assert!(text.contains(
        "301 integrations: 1 retiring, 300 modern. The next retirement is in 90 days, on 2027-02-20."
    ));
    assert!(text.contains("The first 200 of 301 rows; all are in tables/integrations.csv."));
    let first = words(&text, "<tr data-failures=\"7\">", "</tr>");
    assert!(first.contains("retiring2027-02-20 in 90 days"), "{first}");
    assert!(!first.starts_with("org"), "{first}");
}

#[test]
fn no_input_makes_a_page_too_large() {
    let mut report = numbers(99_999, 9_999);
    let huge = "\u{202e}".repeat(20_000);
    report.failures.groups = (0..600).map(|_| group(&huge)).collect();
    report.failures.by_user = (0..600).map(|_| user(&huge)).collect();
    report.exit.reasons = (0..600).map(|_| huge.clone()).collect();
    report.coverage.notes = report.exit.reasons.clone();
    let long: String = huge.chars().take(2_000).collect();
    report.findings = (0..120)
        .map(|n| finding(&format!("{n}"), "high", &long))
        .collect();
    report.integrations = (0..250).map(|_| integration(&long, "retiring")).collect();
    let svg = format!("<svg>{}</svg>", " ".repeat(MAX_BYTES));
    let text = page(
        &report,
        &Extras {
            charts: vec![chart(&svg)],
            ..Extras::default()
        },
    );
    assert!(text.len() <= MAX_BYTES, "{}", text.len());
    assert!(text.contains("it is in charts/timeline.svg"));
}

#[test]
fn limits_shrink_to_an_end() {
    let steps = std::iter::successors(Some(Limits::FULL), |limits| limits.halved()).count();
    assert!((9..40).contains(&steps), "{steps}");
}
