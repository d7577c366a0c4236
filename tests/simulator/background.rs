//! What happens every week: people in office hours, nightly jobs with routine failures, chatty and
//! bursty integrations.

use loginscope::event::Flow;

use super::{DAY, HOUR, Login, World};

pub const WRONG: &str = "Invalid Password";
const LOCKED: &str = "Password lockout";
const TOKEN: &str = "Failed: Invalid Token";
const UNABLE: &str = "Unable to process your login request";
/// Days after which the bursts of an integration have their own share of a week again.
const OFFICES: usize = 3;

/// An integration.
#[derive(Clone, Debug)]
pub struct Job {
    pub login: Login,
    pub habit: Habit,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Habit {
    /// Hardly ever fails.
    Quiet,
    /// Fails so many times each night at an hour, routinely.
    Nightly { hour: i64, failures: f64 },
    /// Fails so many times each Sunday.
    Weekly { failures: f64 },
    /// Fails so many times an hour, at a level that drifts.
    Chatty { hourly: f64 },
    /// Fails in bursts, so many a week, of so many failures.
    Bursty { weekly: f64, failures: f64 },
}

/// Fills a world with people and jobs, and with all that they do.
pub fn fill(world: &mut World) {
    let sizes = [(30, 6), (120, 14), (300, 24)];
    let (people, jobs) = sizes[world.rng.usize(0..sizes.len())];
    for at in 0..people {
        person(world, at);
    }
    for at in 0..jobs {
        job(world, at);
    }
}

fn person(world: &mut World, at: usize) {
    let login = Login {
        user: format!("person{at}@example.com"),
        app: String::from(if world.chance(0.2) {
            "Mail Add-in"
        } else {
            "Browser"
        }),
        source: if world.chance(0.7) {
            format!("192.0.2.{}", at % OFFICES)
        } else {
            format!("198.51.100.{}", at % 250)
        },
        flow: Flow::UiPassword,
    };
    // some join later
    let joined = if world.chance(0.1) {
        world.minute(0, world.end())
    } else {
        0
    };
    let clumsy = 0.02 + 0.08 * world.rng.f64();
    for day in joined / DAY..world.weeks * 7 {
        let weekday = day % 7;
        if weekday > 4 && !world.chance(0.04) {
            continue;
        }
        let start = day * DAY + 7 * HOUR + world.minute(30, 150);
        world.succeeds(&login, start + 5);
        let monday = if weekday == 0 { 2.5 } else { 1.0 };
        if world.chance(clumsy * monday) {
            let tries = 1 + world.count(0.7);
            for attempt in 0..tries {
                world.fails(&login, start + attempt.min(4), WRONG);
            }
        }
        if world.chance(0.003 * monday) {
            locked_out(world, &login, start + 60);
        }
    }
    world.people.push(login);
}

/// Somebody who no longer knows the password.
fn locked_out(world: &mut World, login: &Login, start: i64) {
    for attempt in 0..5 {
        world.fails(login, start + attempt, WRONG);
    }
    for _ in 0..world.count(2.0) {
        let later = world.minute(6, 20);
        world.fails(login, start + later, LOCKED);
    }
    world.succeeds(login, start + 40);
}

fn job(world: &mut World, at: usize) {
    let login = Login {
        user: format!("job{at}@example.com"),
        app: format!("Job {at}"),
        source: format!("203.0.113.{}", at % 200),
        flow: Flow::OauthRefreshToken,
    };
    let habit = match world.rng.usize(0..10) {
        0..=4 => Habit::Quiet,
        5 => Habit::Nightly {
            hour: world.minute(0, 5),
            failures: 5.0 + 40.0 * world.rng.f64(),
        },
        6 => Habit::Weekly {
            failures: 10.0 + 25.0 * world.rng.f64(),
        },
        7 => Habit::Chatty {
            hourly: 0.2 + 3.0 * world.rng.f64(),
        },
        _ => Habit::Bursty {
            weekly: 1.5 + 4.0 * world.rng.f64(),
            failures: 6.0 + 20.0 * world.rng.f64(),
        },
    };
    let job = Job { login, habit };
    for day in 0..world.weeks * 7 {
        for hour in 0..6 {
            world.succeeds(&job.login, day * DAY + hour * 4 * HOUR);
        }
        if world.chance(0.08) {
            let at = day * DAY + world.minute(0, DAY);
            world.fails(&job.login, at, TOKEN);
        }
    }
    act(world, &job);
    world.jobs.push(job);
}

fn act(world: &mut World, job: &Job) {
    let mut level: f64 = 1.0;
    for day in 0..world.weeks * 7 {
        // a level wanders, and comes back
        level = (level.ln() * 0.9 + 0.25 * (world.rng.f64() - 0.5)).exp();
        let start = day * DAY;
        match job.habit {
            Habit::Quiet => {}
            Habit::Nightly { hour, failures } => {
                let jitter = world.minute(0, 10);
                burst(
                    world,
                    &job.login,
                    start + hour * HOUR + jitter,
                    25,
                    failures,
                );
            }
            Habit::Weekly { failures } => {
                if day % 7 == 6 {
                    burst(world, &job.login, start + 22 * HOUR, 30, failures);
                }
            }
            Habit::Chatty { hourly } => {
                for hour in 0..24 {
                    burst(world, &job.login, start + hour * HOUR, 60, hourly * level);
                }
            }
            Habit::Bursty { weekly, failures } => {
                if world.chance(weekly / 7.0) {
                    // bursts differ in size as retries do: many small ones, few large ones
                    let size = failures * -(1.0 - world.rng.f64()).ln();
                    let at = start + world.minute(0, DAY);
                    let length = world.minute(5, 90);
                    burst(world, &job.login, at, length, size.min(4.0 * failures));
                }
            }
        }
    }
}

/// About so many failures within so many minutes.
pub fn burst(world: &mut World, login: &Login, start: i64, minutes: i64, mean: f64) {
    for _ in 0..world.count(mean) {
        let at = start + world.minute(0, minutes);
        let text = if world.chance(0.7) { TOKEN } else { UNABLE };
        world.fails(login, at, text);
    }
}

/// Weeks that a world has: 2 to 26, mostly few. Every third seed is a world without incidents, and
/// those have all lengths too.
pub fn weeks(seed: u64) -> i64 {
    const WEEKS: [i64; 8] = [4, 6, 2, 8, 4, 12, 3, 26];
    let at = usize::try_from(seed / 3).unwrap_or(0) % WEEKS.len();
    WEEKS[at]
}
