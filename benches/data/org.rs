//! An invented org: who logs in when, how, and how often in vain.

use chrono::{DateTime, Datelike, Timelike, Utc};
use fastrand::Rng;

/// Integration users.
const INTEGRATIONS: usize = 60;
/// People.
const PEOPLE: usize = 3_000;
/// Share of rows that integrations make, in percent.
const INTEGRATION_SHARE: u32 = 85;

/// What one row says, before it is written in a shape.
pub struct Login<'a> {
    pub who: &'a Who,
    /// Seconds since 1970.
    pub at: i64,
    pub failure: Option<&'static Failure>,
    pub number: u64,
}

/// A user with their habits.
pub struct Who {
    pub name: String,
    /// 15 characters.
    pub id: String,
    pub source: String,
    pub app: String,
    pub flow: &'static Flow,
    /// Failures of a thousand attempts.
    failing: u32,
}

impl Who {
    /// Whether this is a person in a browser.
    pub fn in_browser(&self) -> bool {
        std::ptr::eq(self.flow, &FLOWS[UI])
    }
}

/// One flow in all vocabularies.
pub struct Flow {
    pub login_type: &'static str,
    /// LOGIN_TYPE of event log files.
    pub letter: &'static str,
    /// The subtype in Setup and by SOQL.
    pub label: &'static str,
    /// LOGIN_SUB_TYPE of event log files.
    pub code: &'static str,
    pub api_type: &'static str,
    pub api_version: &'static str,
}

static FLOWS: [Flow; 5] = [
    Flow {
        login_type: "Remote Access 2.0",
        letter: "A",
        label: "OAuth Username-Password",
        code: "oauthpassword",
        api_type: "N/A",
        api_version: "N/A",
    },
    Flow {
        login_type: "Remote Access 2.0",
        letter: "i",
        label: "OAuth Refresh Token",
        code: "oauthrefreshtoken",
        api_type: "N/A",
        api_version: "N/A",
    },
    Flow {
        login_type: "Remote Access 2.0",
        letter: "i",
        label: "",
        code: "",
        api_type: "N/A",
        api_version: "N/A",
    },
    Flow {
        login_type: "Partner Product",
        letter: "R",
        label: "",
        code: "",
        api_type: "SOAP Partner",
        api_version: "39.0",
    },
    Flow {
        login_type: "Application",
        letter: "A",
        label: "UI Username-Password",
        code: "uiup",
        api_type: "N/A",
        api_version: "N/A",
    },
];
/// Where the browser's flow is in `FLOWS`.
const UI: usize = 4;

/// One way to fail.
pub struct Failure {
    pub status: &'static str,
    /// LOGIN_STATUS of event log files.
    pub code: &'static str,
}

static FAILURES: [Failure; 5] = [
    Failure {
        status: "Invalid Password",
        code: "LOGIN_ERROR_INVALID_PASSWORD",
    },
    Failure {
        status: "Username-Password Flow Disabled",
        code: "LOGIN_ERROR_UNKNOWN_ERROR",
    },
    Failure {
        status: "Failed: API security token required",
        code: "LOGIN_ERROR_MUST_USE_API_TOKEN",
    },
    Failure {
        status: "Restricted IP",
        code: "LOGIN_ERROR_RESTRICTED_DOMAIN",
    },
    Failure {
        status: "Password Lockout",
        code: "LOGIN_ERROR_PASSWORD_LOCKOUT",
    },
];

/// Who tries to log in.
pub enum Users {
    /// Some integrations that make most rows, and people in office hours.
    Regular {
        integrations: Vec<Who>,
        people: Vec<Who>,
    },
    /// An attack: each attempt under a name of its own, nearly all in vain. Holds the latest one.
    Strangers(Who),
}

impl Users {
    pub fn regular(rng: &mut Rng) -> Self {
        Users::Regular {
            integrations: (0..INTEGRATIONS).map(|at| integration(at, rng)).collect(),
            people: (0..PEOPLE).map(|at| person(at, rng)).collect(),
        }
    }

    pub fn strangers(rng: &mut Rng) -> Self {
        Users::Strangers(stranger(0, rng))
    }

    /// One attempt at about this time.
    pub fn login(&mut self, at: i64, number: u64, rng: &mut Rng) -> Login<'_> {
        let who = match self {
            Users::Regular {
                integrations,
                people,
            } => {
                let office = is_office_hour(at);
                let person_now =
                    rng.u32(0..100) >= INTEGRATION_SHARE && (office || rng.u32(0..10) == 0);
                let pool = if person_now { people } else { integrations };
                &pool[rng.usize(0..pool.len())]
            }
            Users::Strangers(latest) => {
                *latest = stranger(number, rng);
                latest
            }
        };
        let failure =
            (rng.u32(0..1000) < who.failing).then(|| &FAILURES[rng.usize(0..FAILURES.len())]);
        Login {
            who,
            at,
            failure,
            number,
        }
    }
}

fn integration(at: usize, rng: &mut Rng) -> Who {
    Who {
        name: format!("integration.{at:02}@example.com"),
        id: format!("0055g00000In{at:03}"),
        source: format!("198.51.100.{}", rng.u8(1..250)),
        app: format!("Integration {at:02}"),
        flow: &FLOWS[at % UI],
        failing: if at.is_multiple_of(10) { 200 } else { 5 },
    }
}

fn person(at: usize, rng: &mut Rng) -> Who {
    Who {
        name: format!("person.{at:04}@example.com"),
        id: format!("0055g0000Pe{at:04}"),
        source: format!("203.0.113.{}", rng.u8(1..250)),
        app: "Browser".to_owned(),
        flow: &FLOWS[UI],
        failing: 40,
    }
}

fn stranger(number: u64, rng: &mut Rng) -> Who {
    Who {
        name: format!("stranger.{number:08}@example.com"),
        id: format!("0055g0S{number:08}"),
        source: format!("192.0.2.{}", rng.u8(1..250)),
        app: "Data Loader".to_owned(),
        flow: &FLOWS[0],
        failing: 990,
    }
}

fn is_office_hour(at: i64) -> bool {
    time(at).is_some_and(|time| {
        time.weekday().num_days_from_monday() < 5 && (7..18).contains(&time.hour())
    })
}

/// An instant as date and time of day, UTC.
pub fn time(at: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at, 0)
}
