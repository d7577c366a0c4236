//! What Salesforce retires and when, with everything that sources say about it.
//!
//! The dates are data: they were moved before, and sources differ. Days are counted from an
//! instant that the caller gives, never from the clock.

mod told;

use anyhow::{Context, ensure};
use serde::{Deserialize, Deserializer};

use crate::event::{DAY_MS, Flow, Instant};

pub use told::RetirementTold;

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publisher {
    Salesforce,
    /// A vendor or consultancy that works with Salesforce.
    Partner,
    ThirdParty,
    /// The user's configuration.
    #[serde(skip_deserializing)]
    Configuration,
}

impl Publisher {
    /// The word for it.
    pub const fn id(self) -> &'static str {
        match self {
            Publisher::Salesforce => "Salesforce",
            Publisher::Partner => "partner",
            Publisher::ThirdParty => "third party",
            Publisher::Configuration => "your configuration",
        }
    }
}

/// What a date stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// A source names this day.
    #[default]
    Day,
    /// Sources name a release; the day stands for it, some weeks either way.
    Release,
}

impl Precision {
    /// The word for it.
    pub const fn id(self) -> &'static str {
        match self {
            Precision::Day => "day",
            Precision::Release => "release",
        }
    }
}

/// One statement of one source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Says {
    pub kind: Publisher,
    /// When, in our words.
    pub says: String,
    /// The day that it names, as YYYY-MM-DD.
    pub date: Option<String>,
    /// It names another time than the entry's date, but no day.
    #[serde(default)]
    pub differs: bool,
    /// A web address, or the publisher's name and the page.
    pub source: String,
    /// How far to trust our reading of it.
    pub note: Option<String>,
}

/// The first and last API version that a retirement touches.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    pub first: f64,
    pub last: f64,
}

/// Something that stops working.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
// wide: one block of retirements.toml
pub struct Retirement {
    pub id: String,
    pub title: String,
    /// The flows that it ends.
    #[serde(deserialize_with = "flows")]
    pub flows: Vec<Flow>,
    pub api_versions: Option<Versions>,
    /// It ends hosts that name an instance.
    #[serde(default)]
    pub instanced_hosts: bool,
    /// The first instant (UTC) of the day on which it stops.
    #[serde(deserialize_with = "day")]
    pub date: Instant,
    pub precision: Precision,
    /// Why this date and no other.
    pub because: String,
    /// What changes before that day.
    pub meanwhile: Option<String>,
    /// What to do where a program logs in by itself; `{app}` and `{user}` stand for names.
    pub steps: Vec<String>,
    /// What to do where the user is a person, if that differs.
    #[serde(default)]
    pub steps_person: Vec<String>,
    pub says: Vec<Says>,
}

fn flows<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Flow>, D::Error> {
    let known = |id: &String| {
        Flow::from_id(id).ok_or_else(|| serde::de::Error::custom(format!("no flow {id:?}")))
    };
    Vec::<String>::deserialize(from)?
        .iter()
        .map(known)
        .collect()
}

fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(from)?;
    Instant::parse_rfc3339(&format!("{text}T00:00:00Z"))
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no day like 2027-02-20")))
}

impl Retirement {
    /// The day as YYYY-MM-DD.
    pub fn day(&self) -> String {
        self.date.to_string().chars().take(10).collect()
    }

    /// Days from the UTC day of an instant to the day of retirement: 0 on the day itself,
    /// negative behind it.
    pub fn days_left(&self, at: Instant) -> i64 {
        self.date.millis().div_euclid(DAY_MS) - at.millis().div_euclid(DAY_MS)
    }

    /// The day as sentences have it: with `about` before it where it stands for a release.
    pub fn words(&self) -> String {
        match self.precision {
            Precision::Day => self.day(),
            Precision::Release => format!("about {}", self.day()),
        }
    }

    /// Other times that sources name, each with who says it, in the order of the list.
    pub fn others(&self) -> Vec<String> {
        let day = self.day();
        let differs = |says: &&Says| says.date.as_ref().map_or(says.differs, |date| *date != day);
        let words = |says: &Says| format!("{} ({})", says.says, says.kind.id());
        let mut others: Vec<String> = Vec::new();
        for other in self.says.iter().filter(differs).map(words) {
            if !others.contains(&other) {
                others.push(other);
            }
        }
        others
    }

    /// What to do, with the names put in. `person`: the user also logs in by hand.
    pub fn steps_for(&self, person: bool, user: &str, app: &str) -> Vec<String> {
        let steps = if person && !self.steps_person.is_empty() {
            &self.steps_person
        } else {
            &self.steps
        };
        steps.iter().map(|step| filled(step, user, app)).collect()
    }
}

/// Puts names into a step in one pass, so that braces in a name stay what they are.
fn filled(step: &str, user: &str, app: &str) -> String {
    let mut out = String::with_capacity(step.len());
    let mut rest = step;
    while let Some((before, name, behind)) = next_name(rest, user, app) {
        out.push_str(before);
        out.push_str(name);
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// What stands before the next placeholder, the name for it, and what stands behind it.
fn next_name<'t>(
    text: &'t str,
    user: &'t str,
    app: &'t str,
) -> Option<(&'t str, &'t str, &'t str)> {
    let (at_user, at_app) = (text.split_once("{user}"), text.split_once("{app}"));
    match (at_user, at_app) {
        (Some((before, behind)), Some((other, _))) if before.len() < other.len() => {
            Some((before, user, behind))
        }
        (_, Some((before, behind))) => Some((before, app, behind)),
        (Some((before, behind)), None) => Some((before, user, behind)),
        (None, None) => None,
    }
}

/// All that is known to retire, sorted by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retirements(Vec<Retirement>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    retirement: Vec<Retirement>,
}

impl Retirements {
    /// Reads the compiled-in list.
    ///
    /// # Errors
    /// What is wrong with the list; a test keeps that from happening.
    pub fn load() -> anyhow::Result<Self> {
        let file: File =
            toml::from_str(include_str!("retirements.toml")).context("retirements.toml")?;
        let ids = file.retirement.iter().map(|entry| &entry.id);
        ensure!(
            ids.is_sorted_by(|a, b| a < b),
            "retirements.toml: ids repeat or are not sorted"
        );
        Self::default().with(file.retirement)
    }

    /// The same with further entries; one with a known id takes the place of the known one.
    ///
    /// # Errors
    /// An entry without a statement, or a flow that two entries end.
    pub fn with(mut self, more: Vec<Retirement>) -> anyhow::Result<Self> {
        for entry in more {
            match self.0.binary_search_by(|known| known.id.cmp(&entry.id)) {
                Ok(at) => self.0[at] = entry,
                Err(at) => self.0.insert(at, entry),
            }
        }
        for entry in &self.0 {
            ensure!(
                !entry.says.is_empty(),
                "retirement {:?}: name at least one source of its date in `says`",
                entry.id
            );
        }
        for flow in Flow::ALL {
            let ends = self.0.iter().filter(|entry| entry.flows.contains(&flow));
            let ids: Vec<&str> = ends.map(|entry| entry.id.as_str()).collect();
            ensure!(
                ids.len() < 2,
                "the flow {} stands under several retirements: {}",
                flow.id(),
                ids.join(", ")
            );
        }
        Ok(self)
    }

    /// All, sorted by id.
    pub fn all(&self) -> &[Retirement] {
        &self.0
    }

    /// What ends a flow.
    pub fn for_flow(&self, flow: Flow) -> Option<&Retirement> {
        self.0.iter().find(|entry| entry.flows.contains(&flow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Retirements {
        Retirements::load().expect("the list")
    }

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("a time")
    }

    #[test]
    fn the_retiring_flows_have_dates_that_a_source_names() {
        let list = list();
        for flow in [
            Flow::OauthUsernamePassword,
            Flow::OauthUserAgent,
            Flow::SoapLogin,
        ] {
            let found = list.for_flow(flow).expect("an entry for it");
            let named = found.says.iter().filter_map(|says| says.date.as_deref());
            assert!(
                named.into_iter().any(|day| day == found.day()),
                "{}",
                found.id
            );
            assert!(!found.steps.is_empty());
        }
        assert!(list.for_flow(Flow::OauthJwtBearer).is_none());
        let exact = list
            .all()
            .iter()
            .filter(|entry| entry.precision == Precision::Day);
        for entry in exact {
            let day = entry.day();
            let named = |says: &Says| says.date.as_deref() == Some(&day);
            assert!(entry.says.iter().any(named), "{}", entry.id);
        }
    }

    #[test]
    fn days_are_counted_between_utc_days() {
        let list = list();
        let flow = list.for_flow(Flow::OauthUsernamePassword).expect("it");
        assert_eq!(flow.day(), "2027-02-20");
        assert_eq!(flow.days_left(at("2026-11-22T00:00:00Z")), 90);
        assert_eq!(flow.days_left(at("2026-11-22T23:59:59Z")), 90);
        assert_eq!(flow.days_left(at("2026-11-21T23:59:59Z")), 91);
        assert_eq!(flow.days_left(at("2027-02-20T12:00:00Z")), 0);
        assert_eq!(flow.days_left(at("2027-02-21T00:00:00Z")), -1);
    }

    #[test]
    fn a_later_entry_replaces_the_known_one() {
        let mut moved = list().all()[2].clone();
        moved.date = at("2027-09-01T00:00:00Z");
        let mut fresh = moved.clone();
        fresh.id = "made-up".to_owned();
        fresh.flows = Vec::new();
        let list = list().with(vec![moved.clone(), fresh]).expect("they fit");
        assert_eq!(list.for_flow(moved.flows[0]), Some(&moved));
        assert!(list.all().is_sorted_by(|a, b| a.id < b.id));
        assert_eq!(list.all().len(), 6);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut twice = list().all()[2].clone();
        twice.id = "again".to_owned();
        assert!(list().with(vec![twice.clone()]).is_err());
        twice.flows = Vec::new();
        twice.says = Vec::new();
        assert!(list().with(vec![twice]).is_err());
    }

    #[test]
    fn other_times_are_told_once_with_who_names_them() {
        let list = list();
        let others = |flow| list.for_flow(flow).expect("an entry for it").others();
        assert_eq!(
            others(Flow::OauthUsernamePassword),
            [
                "Winter '27 (Salesforce)",
                "Works until the Winter 2027 release (partner)",
                "Winter '27 (third party)",
            ]
        );
        assert_eq!(others(Flow::OauthUserAgent), [] as [&str; 0]);
        let soap = list.for_flow(Flow::SoapLogin).expect("an entry for it");
        assert_eq!(soap.words(), "about 2027-06-01");
    }

    #[test]
    fn names_with_braces_stay_as_they_are() {
        let step = "Ask {app} for {user}, then {app}.";
        assert_eq!(
            filled(step, "{app}", "a {user}"),
            "Ask a {user} for {app}, then a {user}."
        );
    }
}
