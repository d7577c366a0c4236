//! Who is refused the username-password flow, since when, and whether it ever worked.
//!
//! Refusals that one switch explains are one finding for the org, others one for each app. That
//! the order of a success and a refusal within a quarter of an hour is known is claimed only
//! where exact times prove it. What became of the other flows is for other rules.

mod advice;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::inventory::busiest;
use super::refusals::{Earliest, Refusals, Refused, cause};
use super::switch::{About, Group, Nearly, groups};
use super::wording::{self, count, span, time};
use super::{Confidence, Detector, Finding, Found, NearMiss, Scope, Seen, Severity, Thresholds};
use crate::event::{DAY_MS, Instant, Place};

/// The id of the rule.
pub const ID: &str = "password-flow-disabled";

/// Limits of this rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PasswordFlowLimits {
    /// Hours within which the apps of an org must first be refused for one switch to explain
    /// them. Ours: in a day, most jobs have run.
    pub switch_span_hours: u32,
    /// Apps (users where the app is unknown) that one switch must explain. Ours: of one app
    /// alone, the app may be the reason.
    pub switch_apps: u32,
    /// Days of data before the first refusal from which on "never worked" is more than a guess.
    /// Ours: a monthly job almost always runs once in them.
    pub history_days: u32,
    /// Users whose app is not known beyond which they are told in one finding. Ours: nobody reads
    /// a finding for each of so many.
    pub crowd: u32,
}

impl Default for PasswordFlowLimits {
    fn default() -> Self {
        Self {
            switch_span_hours: 24,
            switch_apps: 2,
            history_days: 28,
            crowd: 1_000,
        }
    }
}

/// The rule.
#[derive(Clone, Copy, Debug)]
pub struct PasswordFlowDisabled;

impl Detector for PasswordFlowDisabled {
    fn id(&self) -> &'static str {
        ID
    }

    fn page(&self) -> &'static str {
        include_str!("password_flow_disabled.md")
    }

    /// The refusal is a status of its own, so any export with outcomes will do.
    fn cannot_run(&self, _: &Seen<'_>) -> Option<String> {
        None
    }

    fn detect(&self, seen: &Seen<'_>, limits: &Thresholds) -> Found {
        let limits = &limits.password_flow;
        let refusals = Refusals::of(seen);
        let (groups, nearly) = groups(&refusals, limits);
        let finding = |group: &Group<'_>| Case::of(group, &refusals, seen).finding(seen, limits);
        Found {
            findings: groups.iter().map(finding).collect(),
            near_misses: nearly
                .iter()
                .map(|one| near_miss(one, seen, limits))
                .collect(),
        }
    }
}

fn near_miss(nearly: &Nearly, seen: &Seen<'_>, limits: &PasswordFlowLimits) -> NearMiss {
    let org = seen.resolved.orgs.get(nearly.org);
    let apps = count(nearly.apps, "app", "apps");
    let hours = count(u64::from(limits.switch_span_hours), "hour", "hours");
    NearMiss {
        rule: ID,
        scope: org.unwrap_or("the org").to_owned(),
        reached: format!("{apps} first refused over {}", span(nearly.span)),
        needed: format!("within {hours}, for one switch to explain them all"),
    }
}

/// A group with what its finding says.
struct Case<'g, 'r> {
    group: &'g Group<'r>,
    start: Instant,
    end: Instant,
    count: u64,
    scope: Scope,
    /// How many of its users and apps logged in by the flow before.
    worked: u64,
    /// The last success before, and whether no later one can be.
    last_worked: Option<(Instant, bool)>,
    /// The first refusal of those that worked before.
    switched: Instant,
    /// The first success by the flow behind the last refusal of all.
    recovered: Option<Instant>,
    /// Other users and apps that log in by the flow since.
    others: u64,
    ongoing: bool,
    /// The first attempt of the org in the data.
    data_start: Instant,
}

impl<'g, 'r> Case<'g, 'r> {
    fn of(group: &'g Group<'r>, refusals: &Refusals, seen: &Seen<'_>) -> Self {
        let members = &group.members;
        let start = members
            .iter()
            .map(|one| one.first)
            .min()
            .unwrap_or_default();
        let end = members.iter().map(|one| one.last).max().unwrap_or_default();
        let worked = members.iter().filter(|one| one.worked().is_some());
        let of_org = refusals
            .since
            .iter()
            .filter(|one| one.triple.org == group.org);
        let others = of_org
            .filter(|one| one.last > start)
            .filter(|one| !group.has(one.triple));
        let before = members.iter().filter_map(|one| one.worked());
        Self {
            group,
            start,
            end,
            count: members.iter().map(|one| one.count).sum(),
            scope: scope(members, seen),
            worked: worked.clone().count() as u64,
            last_worked: before.map(|known| (known.last, known.exact)).max(),
            switched: worked.map(|one| one.first).min().unwrap_or(start),
            recovered: recovered(members, end),
            others: others.count() as u64,
            ongoing: members.iter().any(|one| goes_on(one, seen.until)),
            data_start: refusals.starts.get(&group.org).copied().unwrap_or(start),
        }
    }

    fn finding(&self, seen: &Seen<'_>, limits: &PasswordFlowLimits) -> Finding {
        let (confidence, sure) = self.confidence(limits);
        let (severity, bad) = if self.worked > 0 {
            (
                Severity::High,
                "High, since logins that worked before stopped",
            )
        } else {
            (
                Severity::Medium,
                "Medium, since no login by this flow worked before in these data",
            )
        };
        Finding {
            rule: ID,
            severity,
            confidence,
            reason: format!("{bad}. {sure} {}", self.standing()),
            title: self.title(seen),
            org: self.group.org,
            start: self.start,
            end: self.end,
            peak: None,
            ongoing: self.ongoing,
            count: self.count,
            expected: None,
            scope: self.scope.clone(),
            anchor: self.anchor(seen),
            onset_day: false,
            steps: self.steps(seen).into(),
            story: self.story(seen),
            places: self.places(),
        }
    }

    fn anchor(&self, seen: &Seen<'_>) -> String {
        let resolved = seen.resolved;
        match self.group.about {
            About::Org => "org".to_owned(),
            About::App(app) => format!("app {}", resolved.apps.get(app).unwrap_or("")),
            About::User(user) => format!("user {}", resolved.users.get(user).unwrap_or_default()),
            About::Users => "users".to_owned(),
        }
    }

    fn title(&self, seen: &Seen<'_>) -> String {
        let resolved = seen.resolved;
        let whose = match self.group.about {
            About::Org => {
                let members = self.group.members.len() as u64;
                let many = count(members, "integration", "integrations");
                let since = time(self.start);
                return format!(
                    "OAuth username-password flow switched off in the org: {many} refused since {since}"
                );
            }
            About::App(app) => wording::app(resolved, app).into(),
            About::User(user) => wording::user(resolved, user),
            About::Users => {
                let users = self.scope.users.len() as u64;
                format!("{} of no known app", count(users, "user", "users")).into()
            }
        };
        let since = time(self.start);
        match self.last_worked {
            Some((last, _)) => format!(
                "{whose}: OAuth username-password flow refused since {since}; it worked until {}",
                time(last)
            ),
            None => format!(
                "{whose}: OAuth username-password flow refused since {since}; it never worked before in these data"
            ),
        }
    }

    /// How sure, and why.
    fn confidence(&self, limits: &PasswordFlowLimits) -> (Confidence, String) {
        let members = &self.group.members;
        if members
            .iter()
            .any(|one| one.worked().is_some_and(|known| known.stated))
        {
            let why = "Confidence is high: the status states the refusal, and the export states that \
                       earlier logins came by the same flow.";
            return (Confidence::High, why.to_owned());
        }
        if self.worked > 0 {
            let named = |one: &&Refused| one.worked().is_some() && one.triple.app != 0;
            let (confidence, word, whose) = if members.iter().any(named) {
                (Confidence::Medium, "medium", "same user and app")
            } else {
                (
                    Confidence::Low,
                    "low",
                    "same user, through an app that is not named",
                )
            };
            let why = format!(
                "Confidence is {word}: the status states the refusal, but the earlier logins of the \
                 {whose} came by an OAuth flow that the export doesn't name."
            );
            return (confidence, why);
        }
        let history = self.start.millis() - self.data_start.millis();
        let enough = history >= i64::from(limits.history_days) * DAY_MS;
        let (confidence, word) = if enough {
            (Confidence::Medium, "medium")
        } else {
            (Confidence::Low, "low")
        };
        let why = format!(
            "Confidence is {word}: the refusal is stated, but the data begin {} before it, and an \
             earlier success may lie outside.",
            span(history)
        );
        (confidence, why)
    }

    /// Whether the flow works for others, and for these again.
    fn standing(&self) -> String {
        let others = count(
            self.others,
            "other integration logs",
            "other integrations log",
        );
        match (self.recovered, self.others) {
            (Some(at), _) => format!(
                "The flow works again: a login by it succeeded at {}.",
                time(at)
            ),
            (None, 0) => "Nobody is seen to log in by this flow afterwards.".to_owned(),
            (None, _) => format!(
                "{others} in by this flow afterwards, so the org still allows it: the reason lies \
                 with the app or the user."
            ),
        }
    }

    fn places(&self) -> Vec<Place> {
        let mut places = Earliest::default();
        for one in &self.group.members {
            one.give_places(&mut places);
        }
        places.into_places()
    }
}

/// The first success of these by the flow behind the last refusal of all.
fn recovered(members: &[&Refused], end: Instant) -> Option<Instant> {
    let known = members.iter().filter_map(|one| one.again());
    let known = known.map(|(_, last)| last);
    known.filter(|at| *at > end).min()
}

/// Whether refusals go on at the end of the data: nothing by the flow worked since the last one,
/// and the quiet since then is no longer than usual, or a day.
fn goes_on(one: &Refused, until: Instant) -> bool {
    let worked = one.worked().map_or(0, |known| known.longest_silence);
    let usual = one.longest_silence().max(worked).max(DAY_MS);
    let recovered = one.again().is_some_and(|(_, last)| last > one.last);
    !recovered && until.millis() - one.last.millis() <= usual
}

fn scope(members: &[&Refused], seen: &Seen<'_>) -> Scope {
    let mut apps: FxHashMap<u32, u64> = FxHashMap::default();
    let mut sources: FxHashMap<u32, u64> = FxHashMap::default();
    for one in members {
        if one.triple.app != 0 {
            *apps.entry(one.triple.app).or_default() += one.count;
        }
        for (source, n) in one.sources() {
            *sources.entry(source).or_default() += n;
        }
    }
    // Those of a user stand side by side, and there may be as many users as rows.
    let of_users = members.chunk_by(|a, b| a.triple.user == b.triple.user);
    let users = of_users.map(|all| (all[0].triple.user, all.iter().map(|one| one.count).sum()));
    Scope {
        users: busiest(users.filter(|(user, _)| *user != 0)),
        apps: busiest(apps),
        sources: busiest(sources),
        causes: cause(seen.causes).into_iter().collect(),
        ..Scope::default()
    }
}

#[cfg(test)]
mod tests;
