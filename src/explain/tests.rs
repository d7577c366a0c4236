//! Errors of logs beside rows of a history.

use std::sync::Arc;

use super::*;
use crate::catalogue::{Known, Retirements};
use crate::event::{Dims, DimsId, Kind, Place, Zone};
use crate::normalise::Names;
use crate::normalise::log::TimeBasis;
use crate::tally::coverage::Unseen;
use crate::tally::{Part, Resolved, Row, Tally};

const MINUTE: i64 = 60_000;
const START: i64 = 1_772_435_700_000;

struct World {
    known: Known,
    names: Names,
    rows: Vec<Row>,
    errors: Vec<LogError>,
}

impl World {
    fn new() -> Self {
        Self {
            known: Known::load().expect("the lists"),
            names: Names::default(),
            rows: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A failed row so many seconds after the start.
    fn row(&mut self, seconds: i64, user: &str, status: &str) {
        let at = Instant::from_millis(START + seconds * 1000);
        let symbols = &mut self.names.symbols;
        let dims = Dims {
            kind: Kind::Attempt,
            app: symbols.intern("CRM Sync"),
            description: symbols.intern(status),
            ..Dims::default()
        };
        let user = self.names.users.intern(user);
        let dims: DimsId = self.names.dims.intern(dims);
        let line = self.rows.len() as u64 + 2;
        self.rows
            .push(Row::one(at.minute(), (user, dims), at, Place::new(0, line)));
    }

    /// An error of the log so many seconds after the start, by its own clock.
    fn error(&mut self, seconds: i64, user: Option<&str>, app: &str, cause: &str) {
        let line = self.errors.len() as u64 + 1;
        self.errors.push(LogError {
            place: Place::new(1, line),
            at: Some(Instant::from_millis(START + seconds * 1000)),
            basis: TimeBasis::Stated,
            org: None,
            app: Arc::from(app),
            user: user.map(Arc::from),
            host: None,
            endpoint: None,
            description: Arc::from(cause),
            cause: self.known.causes.position(cause).expect("a cause"),
            text: Arc::from(""),
            count: 1,
        });
    }

    fn explained(&self) -> Explained {
        let part = Part {
            names: self.names.clone(),
            rows: self.rows.clone().into(),
        };
        let tally = Tally::from_parts(vec![part]);
        let resolved = Resolved::of(&tally, &self.known, &[], &[]);
        let mut logs = Logs::default();
        logs.errors.clone_from(&self.errors);
        let retirements = Retirements::default();
        let seen = Seen {
            tally: &tally,
            resolved: &resolved,
            causes: &self.known.causes,
            retirements: &retirements,
            zone: Zone::UTC,
            since: Instant::from_millis(START),
            until: Instant::from_millis(START + 1_000_000),
            integrations: None,
            logs: &logs,
        };
        let changes = Changes::default();
        let around = Around {
            seen: &seen,
            known: &self.known,
            changes: &changes,
            unseen: &Unseen::of(&tally, &resolved, Zone::UTC),
        };
        explain(Some(&around), &logs, true, &Thresholds::default()).expect("the list")
    }
}

const ANN: &str = "ann@example.com";

#[test]
fn an_error_gets_the_nearest_row_of_its_user_that_fits() {
    let mut world = World::new();
    world.row(0, ANN, "User is Frozen");
    world.row(100, ANN, "Invalid Password");
    world.row(132, "bob@example.com", "Invalid Password");
    world.error(101, Some(ANN), "job", "authentication-failure");
    world.error(131, Some(ANN), "job", "refresh-token-invalid");
    let done = world.explained();
    // Rows stand by user, then by description.
    assert_eq!(done.rows, [Some(0), None], "a password is no token");
    assert_eq!(done.why[1], Some(Unmatched::NoRow));
}

#[test]
fn of_rows_that_are_equally_near_the_earlier_one_is_taken() {
    let mut world = World::new();
    world.row(115, ANN, "User is Frozen");
    world.row(125, ANN, "Invalid Password");
    world.error(120, Some(ANN), "job", "authentication-failure");
    // The later one stands first, by its description.
    assert_eq!(world.explained().rows, [Some(1)]);
}

#[test]
fn a_minute_is_near_and_a_second_more_is_not() {
    let mut world = World::new();
    for seconds in [0, 10_000] {
        world.row(seconds, ANN, "Invalid Password");
    }
    world.error(60, Some(ANN), "job", "authentication-failure");
    world.error(10_000 - 61, Some(ANN), "job", "authentication-failure");
    let done = world.explained();
    assert_eq!(done.rows, [Some(0), None]);
}

#[test]
fn one_row_belongs_to_one_error() {
    let mut world = World::new();
    world.row(0, ANN, "Invalid Password");
    world.row(900, ANN, "Invalid Password");
    world.error(1, Some(ANN), "job", "authentication-failure");
    world.error(2, Some(ANN), "job", "authentication-failure");
    assert_eq!(world.explained().rows, [Some(0), None]);
}

#[test]
fn without_a_user_the_app_must_be_the_same() {
    let mut world = World::new();
    world.row(0, ANN, "Invalid Password");
    world.row(60, ANN, "Invalid Password");
    world.row(120, ANN, "Invalid Password");
    world.error(1, None, "crm-sync", "authentication-failure");
    world.error(61, None, "erp-sync", "authentication-failure");
    let done = world.explained();
    assert_eq!(done.rows, [Some(0), None]);
    assert_eq!(done.why[1], Some(Unmatched::Nobody));
}

#[test]
fn a_clock_in_another_zone_is_found_before_anything_is_missing() {
    let mut world = World::new();
    for (at, seconds) in [0, 311, 1_777, 4_001, 9_203, 11_111]
        .into_iter()
        .enumerate()
    {
        world.row(seconds, ANN, "Invalid Password");
        world.error(
            seconds + 7_200 + 2,
            Some(ANN),
            "job",
            "authentication-failure",
        );
        assert_eq!(world.errors.len(), at + 1);
    }
    let done = world.explained();
    assert_eq!(done.clocks[0].ahead_ms, 120 * MINUTE);
    assert!(done.rows.iter().all(Option::is_some), "{:?}", done.rows);
    assert!(done.findings.is_empty());
}

#[test]
fn a_steady_beat_is_no_offset() {
    let mut world = World::new();
    for beat in 0..20 {
        world.row(beat * 900, ANN, "Invalid Password");
        world.error(beat * 900 + 1, Some(ANN), "job", "authentication-failure");
    }
    let done = world.explained();
    assert_eq!(done.clocks[0].ahead_ms, 0);
    assert_eq!(done.clocks[0].matched, 20);
}

#[test]
fn what_the_history_covers_and_lacks_is_a_finding_from_three_on() {
    for (errors, found) in [(2, 0), (3, 1)] {
        let mut world = World::new();
        world.row(0, ANN, "Invalid Password");
        world.row(20_000, ANN, "Invalid Password");
        for at in 0..errors {
            world.error(
                3_000 + at * 777,
                Some("who@example.com"),
                "job",
                "authentication-failure",
            );
        }
        world.error(30_000, Some(ANN), "job", "authentication-failure");
        world.error(5_000, Some(ANN), "job", "session-invalid");
        let done = world.explained();
        assert_eq!(done.findings.len(), found);
        assert_eq!(done.near_misses.len(), 1 - found);
        let why = done.why.iter().rev().take(2).copied();
        let why: Vec<Option<Unmatched>> = why.collect();
        assert_eq!(why, [Some(Unmatched::NoLogin), Some(Unmatched::NotCovered)]);
    }
}
