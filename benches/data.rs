//! Invented exports of any size: the same seed gives the same bytes.
//!
//! The skew is that of real orgs: some sixty integration users make 85 % of the rows, each in its
//! own rhythm from one or two addresses; some thousands of people make the rest in office hours.
//! Newest row first, as Salesforce gives it. Beside them the log of an integration.

mod log;
mod org;
mod rows;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use fastrand::Rng;

use org::{Login, Users};

/// Seconds that an export covers: 182 days.
const SECONDS: i64 = 182 * 86_400;
/// 2026-06-30T23:59:59Z, the newest row.
const NEWEST: i64 = 1_782_863_999;
/// Seconds that a row may be older than its place in the file says, exclusive.
const JITTER: i64 = 3;

/// An export shape to invent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Setup > Login History, 15 quoted columns.
    Setup,
    /// Event log file, 34 columns.
    EventLog,
    /// LoginHistory by SOQL.
    Soql,
    /// LoginEvent, a JSON object a line.
    LoginEvent,
}

impl Shape {
    /// The shape of this name.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "setup_csv" => Some(Shape::Setup),
            "elf_login" => Some(Shape::EventLog),
            "login_history" => Some(Shape::Soql),
            "ndjson" => Some(Shape::LoginEvent),
            _ => None,
        }
    }

    const fn header(self) -> &'static str {
        match self {
            Shape::Setup => rows::SETUP,
            Shape::EventLog => rows::EVENT_LOG,
            Shape::Soql => rows::SOQL,
            Shape::LoginEvent => "",
        }
    }

    fn row(self, login: &Login<'_>, rng: &mut Rng, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Shape::Setup => rows::setup(login, out),
            Shape::EventLog => rows::event_log(login, rng, out),
            Shape::Soql => rows::soql(login, out),
            Shape::LoginEvent => rows::login_event(login, rng, out),
        }
    }
}

/// Writes at least `bytes` bytes of an export.
///
/// # Errors
/// What the writer says.
pub fn write(shape: Shape, bytes: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut rng = Rng::with_seed(seed);
    let users = Users::regular(&mut rng);
    Inventor {
        rng,
        users,
        rows: 0,
    }
    .export(shape, NEWEST, SECONDS, bytes, out)
}

/// Writes at least `bytes` bytes of a Setup download in which every row has a user of its own.
///
/// # Errors
/// What the writer says.
pub fn attack(bytes: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut rng = Rng::with_seed(seed);
    let users = Users::strangers(&mut rng);
    Inventor {
        rng,
        users,
        rows: 0,
    }
    .export(Shape::Setup, NEWEST, SECONDS, bytes, out)
}

/// Writes at least `bytes` bytes of an integration's log, oldest entry first.
///
/// # Errors
/// What the writer says.
pub fn log(bytes: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut rng = Rng::with_seed(seed);
    let oldest = (NEWEST - SECONDS) * 1_000;
    let mut entry = Vec::with_capacity(4096);
    let mut written = 0;
    while written < bytes {
        let passed = SECONDS as f64 * 1_000.0 * written as f64 / bytes as f64;
        entry.clear();
        log::entry(oldest + passed as i64, &mut rng, &mut entry)?;
        out.write_all(&entry)?;
        written += entry.len() as u64;
    }
    Ok(())
}

/// Writes that many event log files of one hour each into a folder, at least `bytes` bytes in all.
///
/// # Errors
/// If the folder or a file can't be written.
pub fn hourly(bytes: u64, files: u32, seed: u64, folder: &Path) -> io::Result<()> {
    let mut rng = Rng::with_seed(seed);
    let users = Users::regular(&mut rng);
    let mut inventor = Inventor {
        rng,
        users,
        rows: 0,
    };
    fs::create_dir_all(folder)?;
    for hour in 0..files {
        let newest = NEWEST - i64::from(hour) * 3_600;
        let name = org::time(newest).map(|time| time.format("%Y-%m-%dT%H_Login.csv").to_string());
        let name = name.ok_or_else(|| io::Error::other("more hours than there were"))?;
        let mut out = BufWriter::new(File::create(folder.join(name))?);
        let span = 3_600 - (JITTER - 1);
        inventor.export(
            Shape::EventLog,
            newest,
            span,
            bytes / u64::from(files),
            &mut out,
        )?;
        out.flush()?;
    }
    Ok(())
}

/// What goes on from one file to the next.
struct Inventor {
    rng: Rng,
    users: Users,
    /// Rows so far, so that no two have the same id.
    rows: u64,
}

impl Inventor {
    /// One file whose newest row is of `newest` and whose oldest is `span` seconds older.
    fn export(
        &mut self,
        shape: Shape,
        newest: i64,
        span: i64,
        bytes: u64,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        out.write_all(shape.header().as_bytes())?;
        let mut line = Vec::with_capacity(1024);
        let mut written = 0;
        while written < bytes {
            // How far the file has come says how far back in time the row is.
            let back = span as f64 * written as f64 / bytes as f64;
            let at = newest - back as i64 - self.rng.i64(0..JITTER);
            let login = self.users.login(at, self.rows, &mut self.rng);
            line.clear();
            shape.row(&login, &mut self.rng, &mut line)?;
            out.write_all(&line)?;
            written += line.len() as u64;
            self.rows += 1;
        }
        Ok(())
    }
}
