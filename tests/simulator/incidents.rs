//! What should be found, labelled, and for each kind the innocent twin that should not.

use loginscope::event::Flow;

use super::background::{Habit, WRONG};
use super::{DAY, HOUR, Login, WEEK, World};

const DOWN: &str = "Organization is in maintenance";
const DISABLED: &str = "Username-Password Flow Disabled";
const TOKEN: &str = "Failed: Invalid Token";
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
}

impl Kind {
    const EACH: [Kind; 7] = [
        Kind::AppOutage,
        Kind::UserRetries,
        Kind::OrgPolicy,
        Kind::LevelShift,
        Kind::SlowRamp,
        Kind::NewEntity,
        Kind::NewSource,
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
        // in office hours, so that people are there
        let start = at / DAY * DAY + world.minute(8 * HOUR, 15 * HOUR);
        let start = if start / DAY % 7 > 4 {
            start + 2 * DAY
        } else {
            start
        };
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

fn real(world: &mut World, kind: Kind, start: i64) -> Option<Incident> {
    let before = world.part.rows.len();
    let (end, names) = match kind {
        Kind::AppOutage => app_outage(world, start),
        Kind::UserRetries => user_retries(world, start)?,
        Kind::OrgPolicy => org_policy(world, start),
        Kind::LevelShift => level_shift(world, start)?,
        Kind::SlowRamp => slow_ramp(world, start)?,
        Kind::NewEntity => new_entity(world, start),
        Kind::NewSource => new_source(world, start),
    };
    let end = end.min(world.end());
    let failures = i64::try_from(world.part.rows.len() - before).unwrap_or(0);
    Some(Incident {
        kind,
        start,
        end,
        failures,
        // what is planted is at least three times what its own series has
        clear: failures >= 20 && end - start >= HOUR,
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
    for _ in 0..world.minute(30, 120) {
        let at = world.minute(start, end);
        world.fails(&login, at, "Failed: Not approved for access");
    }
    (end, vec![login.user, login.app])
}

/// One address tries many users.
fn new_source(world: &mut World, start: i64) -> (i64, Vec<String>) {
    let source = format!("203.0.113.{}", world.minute(200, 255));
    let end = start + world.minute(HOUR, 5 * HOUR);
    for _ in 0..world.minute(30, 150) {
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
    };
    for _ in 0..count {
        let at = start + world.minute(0, length);
        world.fails(&login, at, text);
    }
}
