//! A few login attempts as a tally, for the tests of this room.

use super::inventory::Inventory;
use super::{Seen, Thresholds};
use crate::catalogue::{Catalogue, Known, Retirements};
use crate::event::{Basis, Dims, Flow, Instant, Place, Zone};
use crate::normalise::Names;
use crate::tally::logs::Logs;
use crate::tally::{Part, Resolved, Row, Tally};

/// The status of a refused username-password flow.
pub const REFUSED: &str = "Username-Password Flow Disabled";

/// An instant of a text such as `03-02 07:15` (of 2026), `03-02 07:15:30` or
/// `2027-02-20 00:00`.
pub fn at(text: &str) -> Instant {
    let year = if text.len() > 14 { "" } else { "2026-" };
    let seconds = if text.matches(':').count() == 1 {
        ":00"
    } else {
        ""
    };
    let full = format!("{year}{}{seconds}Z", text.replacen(' ', "T", 1));
    Instant::parse_rfc3339(&full).expect("a time")
}

/// Attempts that are added one by one.
#[derive(Default)]
pub struct Sample {
    names: Names,
    rows: Vec<Row>,
    line: u64,
    called: Vec<(String, String)>,
}

/// One attempt; an empty text is unknown, and an empty status is a success.
#[derive(Clone, Copy)]
pub struct Attempt<'t> {
    pub org: &'t str,
    pub user: &'t str,
    pub app: &'t str,
    pub flow: Flow,
    pub basis: Basis,
    pub status: &'t str,
    pub source: &'t str,
    pub api_version: &'t str,
    pub tls: &'t str,
}

impl<'t> Attempt<'t> {
    /// A success by a stated flow.
    pub const fn of(user: &'t str, app: &'t str, flow: Flow) -> Self {
        Self {
            org: "",
            user,
            app,
            flow,
            basis: Basis::Stated,
            status: "",
            source: "192.0.2.1",
            api_version: "",
            tls: "TLS 1.2",
        }
    }

    /// A refusal of the username-password flow.
    pub const fn refused(user: &'t str, app: &'t str) -> Self {
        Self {
            status: REFUSED,
            ..Self::of(user, app, Flow::OauthUsernamePassword)
        }
    }
}

impl Sample {
    /// Adds an attempt at a time as [`at`] reads it.
    pub fn add(&mut self, when: &str, attempt: Attempt<'_>) {
        self.add_at(at(when), attempt);
    }

    /// Says which username a user id has.
    pub fn call(&mut self, id: &str, name: &str) {
        self.called.push((id.to_owned(), name.to_owned()));
    }

    /// Adds an attempt.
    pub fn add_at(&mut self, when: Instant, attempt: Attempt<'_>) {
        self.line += 1;
        let symbols = &mut self.names.symbols;
        let success = attempt.status.is_empty();
        let dims = Dims {
            success,
            flow: attempt.flow,
            basis: attempt.basis,
            org: symbols.intern(attempt.org),
            app: symbols.intern(attempt.app),
            description: symbols.intern(if success { "Success" } else { attempt.status }),
            source: symbols.intern(attempt.source),
            api_version: symbols.intern(attempt.api_version),
            tls: symbols.intern(attempt.tls),
            ..Dims::default()
        };
        let user = self.names.users.intern(attempt.user);
        self.rows.push(Row::one(
            if success {
                when.quarter_hour()
            } else {
                when.minute()
            },
            (user, self.names.dims.intern(dims)),
            when,
            Place::new(0, self.line),
        ));
    }

    /// Hands over what detectors see; the data end at `until`.
    pub fn see<T>(&self, until: &str, then: impl FnOnce(&Seen<'_>, &Thresholds) -> T) -> T {
        let part = Part {
            names: Names {
                ..self.names.clone()
            },
            rows: self.rows.clone().into(),
        };
        let tally = Tally::from_parts(vec![part]);
        let known = Known::load().expect("the lists");
        let resolved = Resolved::of(&tally, &known, &self.called, &[]);
        let causes = Catalogue::load().expect("the causes");
        let retirements = Retirements::load().expect("the retirements");
        let seen = Seen {
            tally: &tally,
            resolved: &resolved,
            causes: &causes,
            retirements: &retirements,
            zone: Zone::UTC,
            since: Instant::from_millis(0),
            until: at(until),
            integrations: None,
            logs: Logs::none(),
        };
        let inventory = Inventory::of(&seen);
        let seen = Seen {
            integrations: Some(&inventory.whole),
            ..seen
        };
        then(&seen, &Thresholds::default())
    }
}
