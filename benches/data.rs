//! Invented exports of any size: the same seed gives the same bytes.
//!
//! The skew is that of real orgs: some sixty integration users make 85 % of the rows, each in its
//! own rhythm from one or two addresses; some thousands of people make the rest in office hours.
//! Newest row first, as Salesforce gives it.

use std::io::{self, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};
use fastrand::Rng;

/// Integration users.
const INTEGRATIONS: usize = 60;
/// People.
const PEOPLE: usize = 3_000;
/// Share of rows that integrations make, in percent.
const INTEGRATION_SHARE: u32 = 85;
/// Days that an export covers.
const DAYS: i64 = 182;
/// 2026-06-30T23:59:59Z, the newest row.
const NEWEST: i64 = 1_782_863_999;

/// An export shape to invent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Setup > Login History, 15 quoted columns.
    Setup,
    /// Event log file, 34 columns.
    EventLog,
    /// LoginHistory by SOQL.
    Soql,
}

impl Shape {
    /// The shape of a layout id.
    pub fn of(layout: &str) -> Option<Self> {
        match layout {
            "setup_csv" => Some(Shape::Setup),
            "elf_login" => Some(Shape::EventLog),
            "login_history" => Some(Shape::Soql),
            _ => None,
        }
    }

    const fn header(self) -> &'static str {
        match self {
            Shape::Setup => {
                "\"Username\",\"Login Time\",\"Source IP\",\"Location\",\"Login Type\",\"Login Subtype\",\"Status\",\"Browser\",\"Platform\",\"Application\",\"Client Version\",\"API Type\",\"API Version\",\"Login URL\",\"TLS Protocol\"\n"
            }
            Shape::EventLog => {
                "\"EVENT_TYPE\",\"TIMESTAMP\",\"REQUEST_ID\",\"ORGANIZATION_ID\",\"USER_ID\",\"RUN_TIME\",\"CPU_TIME\",\"URI\",\"SESSION_KEY\",\"LOGIN_KEY\",\"USER_TYPE\",\"REQUEST_STATUS\",\"DB_TOTAL_TIME\",\"LOGIN_TYPE\",\"BROWSER_TYPE\",\"API_TYPE\",\"API_VERSION\",\"USER_NAME\",\"TLS_PROTOCOL\",\"CIPHER_SUITE\",\"USE_API_TOKEN\",\"HTTP_REFERER\",\"LOGIN_URL\",\"COUNTRY_CODE\",\"AUTHENTICATION_METHOD_REFERENCE\",\"LOGIN_SUB_TYPE\",\"AUTHENTICATION_SERVICE_ID\",\"TIMESTAMP_DERIVED\",\"USER_ID_DERIVED\",\"CLIENT_IP\",\"URI_ID_DERIVED\",\"LOGIN_STATUS\",\"SOURCE_IP\",\"FORWARDED_FOR_IP\"\n"
            }
            Shape::Soql => {
                "Id,UserId,LoginTime,LoginType,LoginSubType,SourceIp,CountryIso,Status,Application,Browser,Platform,ClientVersion,ApiType,ApiVersion,LoginUrl,TlsProtocol\n"
            }
        }
    }
}

/// What one row says, before it is written in a shape.
struct Login<'a> {
    who: &'a Who,
    at: i64,
    failure: Option<&'static Failure>,
    number: u64,
}

/// A user with their habits.
struct Who {
    name: String,
    id: String,
    source: String,
    app: String,
    flow: &'static Flow,
    failing: u32,
}

/// One flow in all vocabularies.
struct Flow {
    login_type: &'static str,
    letter: &'static str,
    label: &'static str,
    code: &'static str,
    api_type: &'static str,
    api_version: &'static str,
}

const FLOWS: [Flow; 5] = [
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
const UI: usize = 4;

/// One way to fail.
struct Failure {
    status: &'static str,
    code: &'static str,
}

const FAILURES: [Failure; 5] = [
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

/// Writes at least `bytes` bytes of an export.
///
/// # Errors
/// What the writer says.
pub fn write(shape: Shape, bytes: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut rng = Rng::with_seed(seed);
    let integrations: Vec<Who> = (0..INTEGRATIONS)
        .map(|at| integration(at, &mut rng))
        .collect();
    let people: Vec<Who> = (0..PEOPLE).map(|at| person(at, &mut rng)).collect();
    out.write_all(shape.header().as_bytes())?;
    let mut line = Vec::with_capacity(512);
    let mut written = 0;
    let mut number = 0;
    while written < bytes {
        // How far the file has come says how far back in time the row is.
        let back = (DAYS * 86_400) as f64 * written as f64 / bytes as f64;
        let at = NEWEST - back as i64 - rng.i64(0..3);
        let office = is_office_hour(at);
        let person_now = rng.u32(0..100) >= INTEGRATION_SHARE && (office || rng.u32(0..10) == 0);
        let pool = if person_now { &people } else { &integrations };
        let who = &pool[rng.usize(0..pool.len())];
        let failure =
            (rng.u32(0..1000) < who.failing).then(|| &FAILURES[rng.usize(0..FAILURES.len())]);
        line.clear();
        row(
            shape,
            &Login {
                who,
                at,
                failure,
                number,
            },
            &mut rng,
            &mut line,
        )?;
        out.write_all(&line)?;
        written += line.len() as u64;
        number += 1;
    }
    Ok(())
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

fn is_office_hour(at: i64) -> bool {
    time(at).is_some_and(|time| {
        time.weekday().num_days_from_monday() < 5 && (7..18).contains(&time.hour())
    })
}

fn time(at: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at, 0)
}

fn row(shape: Shape, login: &Login<'_>, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    let time = time(login.at).ok_or_else(|| io::Error::other("a time"))?;
    let who = login.who;
    let flow = who.flow;
    let ui = std::ptr::eq(flow, &FLOWS[UI]);
    let browser = if ui { "Chrome 133" } else { "Unknown" };
    match shape {
        Shape::Setup => {
            let status = login.failure.map_or("Success", |failure| failure.status);
            let (pm, hour) = time.hour12();
            writeln!(
                out,
                "\"{}\",\"{}/{}/{} {hour}:{:02}:{:02} {} PDT\",\"{}\",\"United States\",\"{}\",\"{}\",\"{status}\",\"{browser}\",\"Windows 10\",\"{}\",\"N/A\",\"{}\",\"{}\",\"login.salesforce.com\",\"TLS 1.3\"",
                who.name,
                time.month(),
                time.day(),
                time.year(),
                time.minute(),
                time.second(),
                if pm { "PM" } else { "AM" },
                who.source,
                flow.login_type,
                flow.label,
                who.app,
                flow.api_type,
                flow.api_version
            )
        }
        Shape::EventLog => {
            let code = login
                .failure
                .map_or("LOGIN_NO_ERROR", |failure| failure.code);
            let uri = if ui {
                "/index.jsp"
            } else {
                "/services/oauth2/token"
            };
            let stamp = time.format("%Y%m%d%H%M%S");
            let derived = time.format("%Y-%m-%dT%H:%M:%S");
            let millis = rng.u32(0..1000);
            writeln!(
                out,
                "\"Login\",\"{stamp}.{millis:03}\",\"4nR{:019}\",\"00D5g000007AbCd\",\"{}\",\"{}\",\"{}\",\"{uri}\",\"\",\"LK{:014}\",\"Standard\",\"S\",\"{}\",\"{}\",\"{browser}\",\"\",\"9998.0\",\"{}\",\"TLSv1.3\",\"TLS_AES_256_GCM_SHA384\",\"\",\"\",\"login.salesforce.com\",\"US\",\"\",\"{}\",\"\",\"{derived}.{millis:03}Z\",\"{}AAQ\",\"{}\",\"\",\"{code}\",\"{}\",\"\"",
                login.number,
                who.id,
                rng.u32(50..400),
                rng.u32(5..60),
                login.number,
                rng.u32(1_000_000..200_000_000),
                flow.letter,
                who.name,
                flow.code,
                who.id,
                who.source,
                who.source
            )
        }
        Shape::Soql => {
            let status = login.failure.map_or("Success", |failure| failure.status);
            writeln!(
                out,
                "0Ya{:012}AAA,{}AAQ,{}.000+0000,{},{},{},US,{status},{},{browser},Windows 10,N/A,{},{},login.salesforce.com,TLS 1.3",
                login.number,
                who.id,
                time.format("%Y-%m-%dT%H:%M:%S"),
                flow.login_type,
                flow.label,
                who.source,
                who.app,
                flow.api_type,
                flow.api_version
            )
        }
    }
}
