//! The ends of things: nothing at all, a single day, the least that is told, midnight, a changed
//! clock, two incidents at once.

use loginscope::catalogue::Known;
use loginscope::detect::failure_spike::FailureSpike;
use loginscope::detect::{Detector, Finding, Thresholds};
use loginscope::event::Flow;
use loginscope::tally::{Resolved, Tally};

use super::background::WRONG;
use super::score::seen;
use super::{DAY, HOUR, Login, WEEK, World};

fn login(name: &str) -> Login {
    Login {
        user: format!("{name}@example.com"),
        app: format!("App {name}"),
        source: format!("192.0.2.{}", name.len()),
        flow: Flow::OauthJwtBearer,
    }
}

/// A world of some weeks in which one job logs in each hour.
fn calm(weeks: i64, zone: &str) -> World {
    let mut world = World::new(7, weeks);
    world.zone = zone.parse().expect("a zone");
    world.first_week = 8;
    for hour in 0..world.end() / HOUR {
        world.succeeds(&login("a"), hour * HOUR);
    }
    world
}

fn found(world: &World) -> Vec<Finding> {
    let known = Known::load().expect("the catalogue");
    let tally = Tally::from_parts(vec![world.part.clone()]);
    let resolved = Resolved::of(&tally, &known, &[], &[]);
    let seen = seen(&tally, &resolved, &known, world.zone);
    FailureSpike.detect(&seen, &Thresholds::default()).findings
}

fn fails(world: &mut World, name: &str, start: i64, count: i64, minutes: i64) {
    for at in 0..count {
        world.fails(&login(name), start + at * minutes / count, WRONG);
    }
}

#[test]
fn nothing_has_no_spikes() {
    assert_eq!(found(&World::new(7, 1)), []);
    assert_eq!(found(&calm(1, "UTC")), []);
}

#[test]
fn the_least_is_told_and_one_below_it_is_not() {
    let spikes = |count: i64| {
        let mut world = calm(6, "UTC");
        fails(&mut world, "a", 30 * DAY + 9 * HOUR, count, HOUR);
        found(&world)
    };
    let least = spikes(17);
    assert_eq!(least.len(), 1, "{least:?}");
    assert_eq!((least[0].count, least[0].ongoing), (17, false));
    assert_eq!(spikes(16), []);
}

#[test]
fn midnight_cuts_no_incident() {
    let mut world = calm(6, "America/New_York");
    fails(&mut world, "a", 30 * DAY - 2 * HOUR, 60, 5 * HOUR);
    let found = found(&world);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].count, 60);
}

#[test]
fn what_goes_on_at_the_end_is_ongoing() {
    let mut world = calm(6, "UTC");
    let end = world.end();
    fails(&mut world, "a", end - 3 * HOUR, 60, 3 * HOUR);
    let found = found(&world);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ongoing);
}

#[test]
fn a_nightly_job_is_quiet_when_clocks_change() {
    // the weeks hold 29 March 2026; the job runs by UTC, and by local time
    for shift in [0, HOUR] {
        let mut world = calm(10, "Europe/Berlin");
        for day in 0..world.weeks * 7 {
            let moved = if day * DAY > 3 * WEEK { shift } else { 0 };
            let count = 25 + world.count(5.0);
            fails(&mut world, "a", day * DAY + 3 * HOUR + moved, count, 20);
        }
        let found = found(&world);
        assert_eq!(found, [], "{shift}");
    }
}

#[test]
fn two_at_once_are_two() {
    let mut world = calm(6, "UTC");
    fails(&mut world, "a", 30 * DAY + 9 * HOUR, 60, 3 * HOUR);
    for at in 0..80 {
        world.fails(&login("other"), 30 * DAY + 10 * HOUR + at, "Restricted IP");
    }
    let found = found(&world);
    let anchors: Vec<&str> = found
        .iter()
        .map(|finding| finding.anchor.as_str())
        .collect();
    assert_eq!(anchors, ["user:a@example.com", "user:other@example.com"]);
}

#[test]
fn an_incident_in_the_first_week_is_found_with_low_confidence() {
    let mut world = calm(1, "UTC");
    fails(&mut world, "a", 5 * DAY + 9 * HOUR, 60, 2 * HOUR);
    let found = found(&world);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].confidence, loginscope::detect::Confidence::Low);
}

#[test]
fn a_title_names_its_head() {
    let title = |name: &dyn Fn(i64) -> Login, text: &dyn Fn(i64) -> &'static str| {
        let mut world = calm(6, "UTC");
        for at in 0..90 {
            world.fails(&name(at), 30 * DAY + 9 * HOUR + at, text(at));
        }
        let titles = found(&world).into_iter().map(|finding| finding.title);
        titles.collect::<Vec<String>>()
    };
    let many = |at: i64| Login {
        user: format!("person{}@example.com", at % 30),
        app: format!("App {}", at % 20),
        source: format!("198.51.100.{}", at % 25),
        flow: Flow::OauthJwtBearer,
    };
    let wrong = |_| WRONG;
    let of_user = |at| Login {
        user: String::from("job@example.com"),
        ..many(at)
    };
    let of_app = |at| Login {
        app: String::from("Console"),
        ..many(at)
    };
    let of_source = |at| Login {
        source: String::from("203.0.113.9"),
        ..many(at)
    };
    let texts = [
        WRONG,
        "Restricted IP",
        "Failed: Not approved for access",
        "Password lockout",
        "Failed: Invalid Token",
        "Unable to process your login request",
        "Organization is in maintenance",
        "Username-Password Flow Disabled",
        "Failed: Signature Invalid/Configured Certificate Mismatch",
    ];
    let each = |at: i64| texts[at as usize % texts.len()];
    for (titles, named) in [
        (title(&of_user, &wrong), "the user job@example.com"),
        (title(&of_app, &wrong), "the app Console"),
        (title(&of_source, &wrong), "the source 203.0.113.9"),
        (title(&many, &wrong), "the cause \"Wrong password\""),
        (title(&many, &each), "the whole org"),
    ] {
        let expected = format!("Failures of {named} spike: 90, expected 0");
        assert_eq!(titles, [expected]);
    }
}
