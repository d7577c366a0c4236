//! What should be found, labelled, and for each kind the innocent twin that should not.

use loginscope::event::Flow;

use super::background::{Habit, WRONG};
use super::clear::{expected, is_clear};
use super::surges::{chatty_job, org_outage, surge};
use super::{DAY, HOUR, Login, WEEK, World};

const DOWN: &str = "Organization is in maintenance";
const DISABLED: &str = "Username-Password Flow Disabled";
/// Causes that are named by labels, and the text of their failures.
const CAUSES: [(&str, &str); 2] = [
    ("username-password-flow-disabled", DISABLED),
    ("sso-failure", MISMATCH),
];
pub const MISMATCH: &str = "Failed: Signature Invalid/Configured Certificate Mismatch";
pub const TOKEN: &str = "Failed: Invalid Token";
/// Days before the first incident and between two.
const CALM: i64 = 5 * DAY;
const APART: i64 = 3 * DAY;

/// Kinds of incidents, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    AppOutage,
    UserRetries,
    OrgPolicy,
    LevelShift,
    SlowRamp,
    NewEntity,
    NewSource,
    Surge,
    OrgOutage,
}

impl Kind {
    const EACH: [Kind; 9] = [
        Kind::AppOutage,
        Kind::UserRetries,
        Kind::OrgPolicy,
        Kind::LevelShift,
        Kind::SlowRamp,
        Kind::NewEntity,
        Kind::NewSource,
        Kind::Surge,
        Kind::OrgOutage,
    ];
}

/// What was done, in local minutes.
#[derive(Clone, Debug)]
pub struct Incident {
    pub kind: Kind,
    pub start: i64,
    pub end: i64,
    /// Failures that it added.
    pub failures: i64,
    /// What the same hours of other weeks have without it, in the series that tells it best.
    pub expected: f64,
    /// Whether it is a clear one: 20 failures more than expected, three times as many, an hour.
    pub clear: bool,
    /// Names that tell it: of an app, a user, a source or a cause.
    pub names: Vec<String>,
}

/// Puts incidents and twins into a world, some weeks apart; every third world has twins only.
pub fn plant(world: &mut World, seed: u64) -> Vec<Incident> {
    let mut planted = Vec::new();
    let quiet = seed.is_multiple_of(3);
    let mut at = CALM + world.minute(0, WEEK);
    while at < world.end() - DAY {
        let kind = Kind::EACH[world.rng.usize(0..Kind::EACH.len())];
        let twin = quiet || world.chance(0.4);
        let start = beginning(world, kind, at / DAY * DAY);
        if twin {
            innocent(world, kind, start);
        } else {
            planted.extend(real(world, kind, start));
        }
        let last = planted.last().map_or(0, |it: &Incident| it.end);
        at = at.max(last) + APART + world.minute(0, WEEK);
    }
    planted
}

/// Where people take part, in office hours of a workday; else at any time.
fn beginning(world: &mut World, kind: Kind, day: i64) -> i64 {
    let of_people = matches!(kind, Kind::AppOutage | Kind::NewSource | Kind::OrgOutage);
    if !of_people && world.chance(0.5) {
        return day + world.minute(0, DAY);
    }
    let start = day + world.minute(8 * HOUR, 15 * HOUR);
    let weekend = start / DAY % 7 > 4;
    start + if weekend { 2 * DAY } else { 0 }
}

/// The text whose failures are those of a cause, or else the name itself.
fn text_of(name: &String) -> String {
    let text = CAUSES.iter().find(|(cause, _)| cause == name);
    text.map_or_else(|| name.clone(), |(_, text)| String::from(*text))
}

fn real(world: &mut World, kind: Kind, start: i64) -> Option<Incident> {
    let before = world.part.rows.len();
    let mut start = start;
    let (end, names) = match kind {
        Kind::AppOutage => app_outage(world, start),
        Kind::UserRetries => user_retries(world, start)?,
        Kind::OrgPolicy => org_policy(world, start),
        Kind::LevelShift => level_shift(world, start)?,
        Kind::SlowRamp => slow_ramp(world, start)?,
        Kind::NewEntity => new_entity(world, start),
        Kind::NewSource => new_source(world, start),
        Kind::Surge => {
            let (first, end, names) = surge(world, start)?;
            start = first;
            (end, names)
        }
        Kind::OrgOutage => org_outage(world, start),
    };
    let end = end.min(world.end());
    let failures = i64::try_from(world.part.rows.len() - before).unwrap_or(0);
    world.planted.push(before..world.part.rows.len());
    let texts: Vec<String> = names.iter().map(text_of).collect();
    let expected = expected(world, &texts, start, end);
    Some(Incident {
        kind,
        start,
        end,
        failures,
        expected,
        clear: is_clear(failures, expected, end - start),
        names,
    })
}

/// One app fails for most of its users, for an hour to eight.
fn app_outage(world: &mut World, start: i64) -> (i64, Vec<String>) {
    let end = start + world.minute(HOUR, 8 * HOUR);
    let share = 0.15 + 0.5 * world.rng.f64();
    let people = world.people.clone();
    for person in people {
        if world.chance(share) {
            let login = Login {
                app: String::from("Sales Console"),
                ..person
            };
            for _ in 0..1 + world.count(2.0) {
                let at = world.minute(start, end);
                world.fails(&login, at, DOWN);
            }
        }
    }
    (end, vec![String::from("Sales Console")])
}

/// A job whose habit is quiet, if there is one.
fn quiet_job(world: &mut World) -> Option<Login> {
    let quiet = world.jobs.iter().filter(|job| job.habit == Habit::Quiet);
    let quiet: Vec<Login> = quiet.map(|job| job.login.clone()).collect();
    (!quiet.is_empty()).then(|| quiet[world.rng.usize(0..quiet.len())].clone())
}

/// A password was changed, and a job goes on with the old one.
fn user_retries(world: &mut World, start: i64) -> Option<(i64, Vec<String>)> {
    let login = quiet_job(world)?;
    let pause = world.minute(2, 15);
    let end = start + world.minute(pause * 24, 2 * DAY).max(HOUR);
    let mut at = start;
    while at < end {
        world.fails(&login, at, WRONG);
        at += pause;
    }
    Some((end, vec![login.user, login.app]))
}

/// From one moment on a flow is refused to several jobs, until they are mended one by one.
fn org_policy(world: &mut World, start: i64) -> (i64, Vec<String>) {
    let jobs: Vec<Login> = world.jobs.iter().map(|job| job.login.clone()).collect();
    let mut last = start + HOUR;
    for login in jobs {
        if !world.chance(0.7) {
            continue;
        }
        let mended = start + world.minute(4 * HOUR, 2 * DAY);
        let pause = world.minute(10, 60);
        let mut at = start + world.minute(0, pause);
        while at < mended {
            world.fails(&login, at, DISABLED);
            last = last.max(at);
            at += pause;
        }
    }
    (last, vec![String::from("username-password-flow-disabled")])
}

/// A job fails some times an hour from one day on, for one to three weeks.
fn level_shift(world: &mut World, start: i64) -> Option<(i64, Vec<String>)> {
    let login = quiet_job(world)?;
    let end = start + world.minute(6 * DAY, 21 * DAY);
    let hourly = 1.0 + 3.0 * world.rng.f64();
    for hour in start / HOUR..end.min(world.end()) / HOUR {
        for _ in 0..world.count(hourly) {
            let at = hour * HOUR + world.minute(0, HOUR);
            world.fails(&login, at.max(start), TOKEN);
        }
    }
    Some((end, vec![login.user, login.app]))
}

/// Failures of a job grow from next to none to dozens a day, over at least five weeks to the end.
fn slow_ramp(world: &mut World, start: i64) -> Option<(i64, Vec<String>)> {
    let login = quiet_job(world)?;
    let length = world.end() - start;
    if length < 5 * WEEK {
        return None;
    }
    let most = 20.0 + 40.0 * world.rng.f64();
    for hour in start / HOUR..world.end() / HOUR {
        let grown = (hour * HOUR - start).max(0) as f64 / length as f64;
        for _ in 0..world.count(most * grown / 24.0) {
            let at = hour * HOUR + world.minute(0, HOUR);
            world.fails(&login, at, TOKEN);
        }
    }
    Some((world.end(), vec![login.user, login.app]))
}

/// A job that was never seen before fails from its first minute.
fn new_entity(world: &mut World, start: i64) -> (i64, Vec<String>) {
    let name = world.rng.u32(1000..9999);
    let login = Login {
        user: format!("new{name}@example.com"),
        app: format!("New app {name}"),
        source: format!("198.51.100.{}", name % 250),
        flow: Flow::OauthJwtBearer,
    };
    let end = start + world.minute(HOUR, 12 * HOUR);
    for _ in 0..world.minute(22, 120) {
        let at = world.minute(start, end);
        world.fails(&login, at, "Failed: Not approved for access");
    }
    (end, vec![login.user, login.app])
}

/// One address tries many users.
fn new_source(world: &mut World, start: i64) -> (i64, Vec<String>) {
    let source = format!("203.0.113.{}", world.minute(200, 255));
    let end = start + world.minute(HOUR, 5 * HOUR);
    for _ in 0..world.minute(22, 150) {
        let person = world.people[world.rng.usize(0..world.people.len())].clone();
        let login = Login {
            source: source.clone(),
            app: String::from("Browser"),
            ..person
        };
        let at = world.minute(start, end);
        world.fails(&login, at, WRONG);
    }
    (end, vec![source])
}

/// What looks like the kind and is none: too little, too short, or as ever.
fn innocent(world: &mut World, kind: Kind, start: i64) {
    let person = world.people[world.rng.usize(0..world.people.len())].clone();
    let job = quiet_job(world).unwrap_or_else(|| person.clone());
    let (login, count, length, text) = match kind {
        // a hiccup of minutes
        Kind::AppOutage => (job, 7, 10, DOWN),
        // a person at a phone that keeps the old password
        Kind::UserRetries => (person, 9, 3 * HOUR, WRONG),
        // one job forgotten
        Kind::OrgPolicy => (job, 6, 6 * HOUR, DISABLED),
        // a few more each day
        Kind::LevelShift => (job, 14, 10 * DAY, TOKEN),
        Kind::SlowRamp => (job, 20, 4 * WEEK, TOKEN),
        // a job that is being set up
        Kind::NewEntity => {
            let login = Login {
                user: format!("setup{start}@example.com"),
                app: format!("Set up {start}"),
                ..job
            };
            (login, 8, 2 * HOUR, "Failed: Not approved for access")
        }
        // an office after a holiday
        Kind::NewSource => (
            Login {
                source: String::from("192.0.2.1"),
                ..person
            },
            6,
            HOUR,
            WRONG,
        ),
        // a busy hour of a job that always fails a little
        Kind::Surge => (
            chatty_job(world).map_or(job, |(job, _)| job),
            9,
            HOUR,
            TOKEN,
        ),
        // one person whom the identity provider doesn't know
        Kind::OrgOutage => (person, 8, 2 * HOUR, MISMATCH),
    };
    for _ in 0..count {
        let at = start + world.minute(0, length);
        world.fails(&login, at, text);
    }
}
