//! Every integration: who logs in through what by which flow, and what that flow's future is.
//!
//! An integration is a user, an app and a flow with an attempt that is neither a password login
//! in the browser nor single sign-on. The export says by which flow an OAuth login came only
//! where it has a subtype; JWT bearer logins have none. So a success by an unnamed OAuth flow
//! counts as probably modern, and [`Integration::probable`] says where a status rests on that.

mod draft;
mod evidence;
mod list;

use std::sync::Arc;

use evidence::Evidence;

use super::Seen;
use crate::catalogue::{Retirement, Retirements};
use crate::event::{Basis, Flow, Instant, Place};

pub(super) use draft::busiest;
pub use list::Integrations;

/// What becomes of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Its flow retires, and nothing else is in use.
    Retiring,
    /// Its flow retires, but the same user or app already logs in by a modern one.
    Migrating,
    Modern,
    Unknown,
}

impl Status {
    /// The word that reports use.
    pub const fn id(self) -> &'static str {
        match self {
            Status::Retiring => "retiring",
            Status::Migrating => "migrating",
            Status::Modern => "modern",
            Status::Unknown => "unknown",
        }
    }
}

/// A user, app and flow that programs log in by. Numbers are those of the `Resolved` tables.
#[derive(Clone, Debug, PartialEq)]
// wide: the contract's integration, and what its finding needs
pub struct Integration<'a> {
    pub org: u32,
    pub user: u32,
    pub app: u32,
    pub flow: Flow,
    /// Stated where any of its attempts states the flow.
    pub basis: Basis,
    /// Successful attempts.
    pub logins: u64,
    pub failures: u64,
    /// The distinct known sources, the busiest first.
    pub sources: Vec<u32>,
    /// By number, then by text.
    pub api_versions: Vec<&'a str>,
    pub tls: Vec<&'a str>,
    /// Of all attempts.
    pub first: Instant,
    pub last: Instant,
    /// Of the successful ones.
    pub first_login: Option<Instant>,
    pub last_login: Option<Instant>,
    /// Seconds between attempts where they come regularly and that can be proved.
    pub period_seconds: Option<u64>,
    /// Milliseconds of the longest silence between two attempts.
    pub longest_silence: i64,
    pub status: Status,
    /// The status rests on successes by an OAuth flow that the export doesn't name.
    pub probable: bool,
    /// The user also logs in through the browser, so it is a person's account.
    pub person: bool,
    pub retires: Option<&'a Retirement>,
    /// When the username-password flow was first refused to the same user and app.
    pub refused: Option<Instant>,
    /// Where the first successful attempts stand.
    pub places: Vec<Place>,
}

/// Whether a flow is one that Salesforce retires: those of the contract, whatever is known of a
/// date, and others of which a date is known.
pub fn is_retiring(flow: Flow, retirements: &Retirements) -> bool {
    matches!(
        flow,
        Flow::OauthUsernamePassword | Flow::SoapLogin | Flow::OauthUserAgent
    ) || retirements.for_flow(flow).is_some()
}

/// Whether a flow is known to be a modern one.
pub const fn is_modern(flow: Flow) -> bool {
    matches!(
        flow,
        Flow::OauthWebServer
            | Flow::OauthRefreshToken
            | Flow::OauthClientCredentials
            | Flow::OauthJwtBearer
            | Flow::OauthDevice
            | Flow::OauthTokenExchange
    )
}

/// The integrations of all that was read and of what is reported, each sorted by org, user, app
/// and flow. A status rests on all that was read up to the end of what is reported in both.
#[derive(Clone)]
pub struct Inventory<'a> {
    /// With all attempts up to the end of what is reported.
    pub whole: Integrations<'a>,
    /// With the attempts of what is reported; `None` where that begins with all that was read.
    part: Option<Integrations<'a>>,
}

impl<'a> Inventory<'a> {
    /// Looks at each pair of user and combination, and at the rows of the busy ones.
    pub fn of(seen: &Seen<'a>) -> Self {
        let evidence = Arc::new(Evidence::of(seen));
        let mut pairs = seen.tally.pairs().all(seen.tally);
        let is_part = pairs.any(|pair| pair.first < seen.since);
        let whole = Integrations::of(seen, evidence);
        Self {
            part: is_part.then(|| whole.since(seen.since)),
            whole,
        }
    }

    /// With the attempts of what is reported.
    pub fn reported(&self) -> &Integrations<'a> {
        self.part.as_ref().unwrap_or(&self.whole)
    }
}

#[cfg(test)]
mod tests;
