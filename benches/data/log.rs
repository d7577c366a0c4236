//! The log of one integration: what it does all day, and now and then a login.
//!
//! Of two hundred entries one is about a login to Salesforce: refused in one of the ways in which
//! clients tell it, or done. The rest is work: records moved, calls made, queries, other systems'
//! errors with their stack traces, some of it as JSON.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use fastrand::Rng;

/// Of so many entries one is about a login.
const ONE_OF: u32 = 200;

const JOBS: [&str; 8] = [
    "accounts",
    "contacts",
    "orders",
    "invoices",
    "price-book",
    "cases",
    "leads",
    "stock",
];
const OBJECTS: [&str; 6] = [
    "Account",
    "Contact",
    "Order",
    "Opportunity",
    "Case",
    "Product2",
];
const LOGGERS: [&str; 7] = [
    "c.e.sync.BatchWriter",
    "c.e.sync.Reader",
    "c.e.sync.salesforce.RestClient",
    "c.e.sync.Mapper",
    "o.a.k.clients.Metadata",
    "com.zaxxer.hikari.pool.HikariPool",
    "o.s.s.c.ThreadPoolTaskScheduler",
];

/// An entry at that many milliseconds since 1970, with all of its lines.
pub fn entry(at: i64, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    let time = DateTime::from_timestamp_millis(at).ok_or_else(|| io::Error::other("a time"))?;
    if rng.u32(0..ONE_OF) == 0 {
        login(&time, rng, out)
    } else {
        work(&time, rng, out)
    }
}

/// The beginning of a line of text.
fn begin(
    time: &DateTime<Utc>,
    level: &str,
    logger: &str,
    rng: &mut Rng,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let stamp = time.format("%Y-%m-%d %H:%M:%S,%3f");
    let worker = rng.u32(1..17);
    write!(out, "{stamp} {level:<5} [worker-{worker}] {logger} - ")
}

/// What has nothing to do with logins.
fn work(time: &DateTime<Utc>, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    let job = rng.choice(JOBS).unwrap_or_default();
    let object = rng.choice(OBJECTS).unwrap_or_default();
    let logger = rng.choice(LOGGERS).unwrap_or_default();
    let (count, number, took) = (rng.u32(1..2_000), rng.u32(..), rng.u32(3..4_000));
    match rng.u32(0..1000) {
        0..150 => json(time, job, rng, out),
        150..400 => {
            begin(time, "INFO", logger, rng, out)?;
            writeln!(
                out,
                "job={job} batch={number:08x} wrote {count} records of {object} in {took} ms, {} left in the queue",
                rng.u32(0..50_000)
            )
        }
        400..600 => {
            begin(time, "DEBUG", "c.e.sync.salesforce.RestClient", rng, out)?;
            writeln!(
                out,
                "POST https://acme.my.salesforce.com/services/data/v62.0/composite/sobjects -> 200 in {took} ms, request {:032x}",
                rng.u128(..)
            )
        }
        600..750 => {
            begin(time, "DEBUG", "c.e.sync.Mapper", rng, out)?;
            writeln!(
                out,
                "{object} {:016x} mapped: name=\"Customer {number}\", city=\"Town {}\", status=ACTIVE, owner=0055g00000{:05}AAA, amount={took}.{:02}",
                rng.u64(..),
                rng.u16(..),
                rng.u32(0..100_000),
                rng.u32(0..100)
            )
        }
        750..900 => {
            begin(time, "DEBUG", "c.e.sync.Reader", rng, out)?;
            writeln!(
                out,
                "select id, external_id, last_modified from {job} where last_modified > ? order by id limit {count} ({took} rows, checkpoint {number})"
            )
        }
        900..995 => {
            begin(time, "INFO", logger, rng, out)?;
            writeln!(
                out,
                "Completed task {} of schedule {job}: next run in {took} s, heap {} MB, connections active={} idle={}",
                rng.u16(..),
                rng.u32(200..900),
                rng.u32(0..8),
                rng.u32(0..8)
            )
        }
        _ => trace(time, job, rng, out),
    }
}

/// A line of a library that logs JSON.
fn json(time: &DateTime<Utc>, job: &str, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    let stamp = time.format("%Y-%m-%dT%H:%M:%S%.3fZ");
    writeln!(
        out,
        r#"{{"timestamp":"{stamp}","level":"info","logger":"queue","thread":"consumer-{}","message":"message acknowledged","topic":"{job}","partition":{},"offset":{},"latency_ms":{}}}"#,
        rng.u32(1..9),
        rng.u32(0..12),
        rng.u32(..),
        rng.u32(1..900)
    )
}

/// Another system's error with its frames.
fn trace(time: &DateTime<Utc>, job: &str, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    begin(time, "ERROR", "c.e.sync.Reader", rng, out)?;
    writeln!(out, "job={job} stopped, it is tried again in 30 s")?;
    writeln!(
        out,
        "java.net.SocketTimeoutException: Read timed out after {} ms",
        rng.u32(10_000..60_000)
    )?;
    for frame in 0..rng.u32(4..18) {
        writeln!(
            out,
            "\tat com.example.sync.step{frame}.Stage.run(Stage.java:{})",
            line_of(frame)
        )?;
    }
    Ok(())
}

/// Where a frame stands in its source, which is the same place each time.
fn line_of(frame: u32) -> u32 {
    20 + frame * 37
}

/// A login that failed or worked.
fn login(time: &DateTime<Utc>, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    const CLIENT: &str = "c.e.sync.salesforce.LoginClient";
    let job = rng.choice(JOBS).unwrap_or_default();
    let user = format!("integration.{:02}@example.com", rng.u32(0..12));
    match rng.u32(0..100) {
        0..35 => {
            begin(time, "INFO", CLIENT, rng, out)?;
            writeln!(out, "Login successful for connection '{job}', user={user}")
        }
        35..55 => {
            begin(time, "ERROR", CLIENT, rng, out)?;
            writeln!(
                out,
                r#"POST https://login.salesforce.com/services/oauth2/token -> 400: {{"error":"invalid_grant","error_description":"authentication failure"}} user={user} request {:016x}"#,
                rng.u64(..)
            )
        }
        55..70 => {
            begin(time, "WARN", CLIENT, rng, out)?;
            writeln!(
                out,
                r#"job={job} answered 401: [{{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}}]"#
            )
        }
        70..82 => python(time, &user, rng, out),
        82..92 => java(time, job, rng, out),
        _ => {
            let stamp = time.format("%Y-%m-%dT%H:%M:%S%.3fZ");
            writeln!(
                out,
                r#"{{"timestamp":"{stamp}","level":"error","logger":"auth","service":"{job}","username":"{user}","message":"invalid_grant: expired access/refresh token","attempt":{}}}"#,
                rng.u32(1..6)
            )
        }
    }
}

fn python(time: &DateTime<Utc>, user: &str, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    begin(time, "ERROR", "export.py", rng, out)?;
    writeln!(out, "the nightly export failed for username={user}")?;
    writeln!(out, "Traceback (most recent call last):")?;
    for (file, line, function) in [
        ("export.py", 212, "main"),
        ("session.py", 48, "open"),
        ("login.py", 167, "soap"),
    ] {
        writeln!(
            out,
            "  File \"/opt/export/{file}\", line {line}, in {function}\n    return self.{function}()"
        )?;
    }
    writeln!(
        out,
        "simple_salesforce.exceptions.SalesforceAuthenticationFailed: INVALID_LOGIN: Invalid username, password, security token; or user locked out."
    )
}

fn java(time: &DateTime<Utc>, job: &str, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
    begin(time, "ERROR", "c.e.sync.salesforce.PartnerClient", rng, out)?;
    writeln!(
        out,
        "Error while calling web service operation: login, job={job}, error was: "
    )?;
    writeln!(
        out,
        "[LoginFault [ApiFault  exceptionCode='LOGIN_MUST_USE_SECURITY_TOKEN'\n exceptionMessage='Invalid username, password, security token; or user locked out.'\n extendedErrorDetails='{{[0]}}'\n]\n]"
    )?;
    for frame in 0..rng.u32(3..9) {
        writeln!(
            out,
            "\tat com.example.sync.salesforce.Step{frame}.login(Step{frame}.java:{})",
            line_of(frame)
        )?;
    }
    Ok(())
}
