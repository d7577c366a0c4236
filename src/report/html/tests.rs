//! The page as a whole: what it allows, what it shows of hostile text, and how large it gets.

use super::policy::policy;
use super::*;
use crate::report::model::{ByUser, Group, Reject, Time, User};
use crate::report::verdict::tests::report as numbers;

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

fn hostile() -> Report {
    let mut report = numbers(18_204, 18);
    report.options.timezone = HOSTILE[0].to_owned();
    report.exit.code = 3;
    report.exit.reasons = HOSTILE.map(str::to_owned).to_vec();
    report.failures.groups = HOSTILE.map(group).to_vec();
    report.failures.by_user = HOSTILE.map(user).to_vec();
    let reject = |text: &str| Reject {
        path: crate::report::model::PathText(text.to_owned()),
        line: 7,
        reason: text.to_owned(),
        excerpt: crate::report::model::Excerpt(text.to_owned()),
    };
    report.rejects = HOSTILE.map(reject).to_vec();
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
    page(
        report,
        &Extras {
            charts: vec![],
            causes: &[],
        },
    )
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
    let text = page(
        &hostile(),
        &Extras {
            charts: vec![chart(svg), chart(svg)],
            causes: &[],
        },
    );
    let style = between(&text, "<style>", "</style>");
    let script = between(&text, "<script>", "</script>");
    let policy = policy(style, script, [svg].into_iter());
    assert!(text.contains(&format!("Content-Security-Policy\" content=\"{policy}\"")));
    assert_eq!(text.matches("<script").count(), 1);
    assert_eq!(text.matches("<style").count(), 3);
}

#[test]
fn hostile_text_is_only_text() {
    let text = bare(&hostile());
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
    for id in ["groups", "by-user", "by-app", "by-description"] {
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

#[test]
fn no_input_makes_a_page_too_large() {
    let mut report = numbers(99_999, 9_999);
    let huge = "\u{202e}".repeat(20_000);
    report.failures.groups = (0..600).map(|_| group(&huge)).collect();
    report.failures.by_user = (0..600).map(|_| user(&huge)).collect();
    report.exit.reasons = (0..600).map(|_| huge.clone()).collect();
    report.coverage.notes = report.exit.reasons.clone();
    let svg = format!("<svg>{}</svg>", " ".repeat(MAX_BYTES));
    let text = page(
        &report,
        &Extras {
            charts: vec![chart(&svg)],
            causes: &[],
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
