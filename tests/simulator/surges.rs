//! Incidents on top of what fails anyway, and those of a whole organisation.

use loginscope::event::Flow;

use super::background::Habit;
use super::incidents::{MISMATCH, TOKEN};
use super::{DAY, HOUR, Login, World};

/// A job that always fails a little, and how often an hour.
pub fn chatty_job(world: &mut World) -> Option<(Login, f64)> {
    let hourly = |habit| match habit {
        Habit::Chatty { hourly } => Some(hourly),
        _ => None,
    };
    let jobs = world.jobs.iter();
    let chatty: Vec<(Login, f64)> = jobs
        .filter_map(|job| Some((job.login.clone(), hourly(job.habit)?)))
        .collect();
    (!chatty.is_empty()).then(|| chatty[world.rng.usize(0..chatty.len())].clone())
}

/// A job that always fails a little, or every night, fails three and a half to eight times as
/// often, for hours.
pub fn surge(world: &mut World, start: i64) -> Option<(i64, i64, Vec<String>)> {
    let factor = 2.5 + 4.5 * world.rng.f64();
    let nightly = world.jobs.iter().find_map(|job| match job.habit {
        Habit::Nightly { hour, failures } => Some((job.login.clone(), hour, failures)),
        _ => None,
    });
    let nightly = nightly.filter(|_| world.chance(0.4));
    let (login, start, length, more) = match nightly {
        Some((login, hour, failures)) => {
            let start = start / DAY * DAY + hour * HOUR;
            (login, start, 90, factor * failures)
        }
        None => {
            let (login, hourly) = chatty_job(world)?;
            let hours = world.minute(1, 10);
            (
                login,
                start,
                hours * HOUR,
                (factor * hourly * hours as f64).max(21.0),
            )
        }
    };
    for _ in 0..world.count(more) {
        let at = start + world.minute(0, length);
        world.fails(&login, at, TOKEN);
    }
    Some((start, start + length, vec![login.user, login.app]))
}

/// Single sign-on fails for everybody who comes, by whatever app.
pub fn org_outage(world: &mut World, start: i64) -> (i64, Vec<String>) {
    let end = start + world.minute(HOUR, 6 * HOUR);
    let share = 0.3 + 0.5 * world.rng.f64();
    for person in world.people.clone() {
        if world.chance(share) {
            let login = Login {
                flow: Flow::Sso,
                ..person
            };
            for _ in 0..1 + world.count(1.0) {
                let at = world.minute(start, end);
                world.fails(&login, at, MISMATCH);
            }
        }
    }
    (end, vec![String::from("sso-failure")])
}
