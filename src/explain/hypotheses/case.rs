//! What a hypothesis sees, and the sentences that several of them say.

use std::collections::{BTreeMap, BTreeSet};

use super::super::before::Told;
use super::super::heard::Heard;
use super::super::{Around, Explained, Unmatched, missing_from_history};
use super::facts::Facts;
use crate::detect::Finding;
use crate::detect::wording::{self, count, time};
use crate::event::DAY_MS;
use crate::tally::logs::LogError;

/// Characters of a change's text in a sentence.
const TEXT: usize = 160;
/// Changes, and pairs of a client's and Salesforce's words, that are cited.
const CITED: usize = 3;

/// Kinds of changes that other exports than the Setup Audit Trail tell.
const ELSEWHERE: [&str; 5] = [
    "admin-logged-in-as",
    "mfa-changed",
    "token-granted",
    "tokens-revoked",
    "verification-failed",
];

/// One finding with what is known beside it.
pub(super) struct Case<'a> {
    pub(super) finding: &'a Finding,
    pub(super) facts: &'a Facts,
    /// Changes before it.
    pub(super) before: &'a [Told<'a>],
    pub(super) around: &'a Around<'a>,
    pub(super) heard: &'a Heard<'a>,
    pub(super) explained: &'a Explained,
}

impl<'a> Case<'a> {
    fn cause_id(&self, cause: u32) -> &'a str {
        let causes = &self.around.known.causes;
        let ix = cause.checked_sub(1).map(crate::catalogue::CauseIx);
        &causes.cause(ix.unwrap_or(causes.unrecognised())).id
    }

    /// Percent of the failures that have one of these causes. Findings of logs beside a history
    /// have no failures in it; theirs are none.
    pub(super) fn percent(&self, causes: &[&str]) -> u64 {
        if super::super::RULES
            .iter()
            .any(|(id, _)| *id == self.finding.rule)
        {
            return 0;
        }
        let failed = &self.facts.failed;
        let all: u64 = failed.values().sum();
        let of = failed
            .iter()
            .filter(|(cause, _)| causes.contains(&self.cause_id(**cause)));
        let of: u64 = of.map(|(_, n)| n).sum();
        (of * 100).checked_div(all).unwrap_or(0)
    }

    /// Changes before it of these kinds, the last first.
    pub(super) fn changed(&self, kinds: &[&str]) -> Vec<Told<'a>> {
        let kind = |told: &&Told<'_>| {
            let kind = self.around.known.changes.kind(told.change.kind);
            kinds.contains(&kind.id.as_str())
        };
        self.before.iter().rev().filter(kind).copied().collect()
    }

    /// Whether no login worked between a change and the first failure.
    fn is_bounded_by(&self, told: &Told<'_>) -> bool {
        self.facts
            .worked_before
            .is_none_or(|worked| worked <= told.change.at)
    }

    /// Whether changes are enough to decide: the last came after the last login that worked, and
    /// they touch the whole org, the only app, or at least half of the users. What was done to one
    /// of many explains nothing of the others.
    pub(super) fn is_decided_by(&self, told: &[Told<'_>]) -> bool {
        let Some(last) = told.first() else {
            return false;
        };
        let scope = &self.finding.scope;
        let mut users = BTreeSet::new();
        let mut all = false;
        for change in told.iter().map(|told| told.change) {
            let user = change
                .target_user
                .as_deref()
                .or(change.target_name.as_deref());
            match (user, &change.target_app) {
                (Some(user), _) => {
                    users.insert(user);
                }
                (None, Some(_)) => all |= scope.apps.len() <= 1,
                (None, None) => all = true,
            }
        }
        let most = !users.is_empty() && users.len() * 2 >= scope.users.len();
        self.is_bounded_by(last) && (all || most)
    }

    /// Sentences that cite changes.
    pub(super) fn cite(&self, told: &[Told<'_>]) -> Vec<String> {
        let sentence = |told: &Told<'_>| {
            let change = told.change;
            let title = &self.around.known.changes.kind(change.kind).title;
            let by = change.actor.as_deref();
            let by = by.map_or_else(String::new, |actor| format!(" by {actor}"));
            let text: String = change.text.chars().take(TEXT).collect();
            format!("{title}{by} at {}: {text}", time(change.at))
        };
        told.iter().take(CITED).map(sentence).collect()
    }

    /// A success behind a change speaks against it.
    pub(super) fn worked_since(&self, told: &[Told<'_>]) -> Option<String> {
        let last = told.first()?;
        let worked = self
            .facts
            .worked_before
            .filter(|_| !self.is_bounded_by(last))?;
        Some(format!(
            "A login still worked at {}, after that change.",
            time(worked)
        ))
    }

    /// Until when it worked; `None` if no login that was read did, or some do all the while.
    pub(super) fn worked_until(&self) -> Option<String> {
        let stopped = self.facts.worked_within.is_none();
        let worked = self.facts.worked_before.filter(|_| stopped)?;
        Some(format!(
            "It worked until {}, and fails from {} on.",
            time(worked),
            time(self.finding.start)
        ))
    }

    /// Whether the trail of what was done in Setup was read for that org and that time.
    pub(super) fn reads_changes(&self) -> bool {
        let resolved = self.around.seen.resolved;
        let (one_org, org) = (
            resolved.orgs.get(2).is_none(),
            resolved.orgs.get(self.finding.org),
        );
        let of_setup = self.around.changes.all.iter().filter(|change| {
            let kind = self.around.known.changes.kind(change.kind);
            !ELSEWHERE.contains(&kind.id.as_str())
                && (one_org || change.org.is_some() && change.org.as_deref() == org)
        });
        let start = self.finding.start.millis();
        let mut around = of_setup.map(|change| change.at.millis() - start);
        let Some(first) = around.next() else {
            return false;
        };
        let last = around.last().unwrap_or(first);
        first <= 0 && last >= -DAY_MS
    }

    /// That no such change stands in what was read; `None` where nothing that would tell was.
    pub(super) fn no_change(&self, what: &str) -> Option<String> {
        self.reads_changes()
            .then(|| format!("The changes that were read have no {what} in the day before."))
    }

    /// What clients were told beside what Salesforce had as its reason, of the errors whose rows
    /// are among the failures.
    pub(super) fn both_sides(&self) -> Vec<String> {
        let seen = self.around.seen;
        let mut pairs: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
        for (error, row) in seen.logs.errors.iter().zip(&self.explained.rows) {
            let Some(row) = row.map(|row| seen.tally.rows.get(row)) else {
                continue;
            };
            let what = seen.resolved.what[row.dims.index()];
            let scope = &self.finding.scope;
            let user = seen.resolved.user(row.user);
            let is_of = |list: &[u32], one: u32| list.is_empty() || list.contains(&one);
            let concerned = is_of(&scope.users, user)
                && is_of(&scope.apps, what.app)
                && is_of(&scope.causes, what.cause);
            let in_time = row.first() >= self.finding.start && row.first() <= self.finding.end;
            if concerned && in_time {
                let reason = seen.resolved.descriptions.get(what.description);
                let key = (
                    &*error.app,
                    &*error.description,
                    reason.unwrap_or("(unknown)"),
                );
                *pairs.entry(key).or_default() += error.count;
            }
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let sentence = |((app, told, reason), n): ((&str, &str, &str), u64)| {
            format!(
                "The log of {app} has \"{told}\" {}; the login history has \"{reason}\" for the same logins.",
                count(n, "time", "times")
            )
        };
        pairs.into_iter().take(CITED).map(sentence).collect()
    }

    /// The errors of the log that a finding of this room is about.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'a LogError> {
        let file = self.finding.places.first().map(|place| place.file());
        let resolved = self.around.seen.resolved;
        let scope = &self.finding.scope;
        let apps: Vec<&str> = scope
            .apps
            .iter()
            .filter_map(|&app| resolved.apps.get(app))
            .chain(scope.log_apps.iter().map(String::as_str))
            .collect();
        let rowless = self.finding.rule == missing_from_history::ID;
        let heard = self.heard;
        let (start, end) = (self.finding.start, self.finding.end);
        let errors = heard.logs.errors.iter().zip(&self.explained.why);
        errors
            .filter(move |(error, why)| {
                Some(error.place.file()) == file
                    && apps.contains(&&*error.app)
                    && (!rowless || **why == Some(Unmatched::NoRow))
                    && heard.time(error).is_some_and(|at| at >= start && at <= end)
            })
            .map(|(error, _)| error)
    }

    /// `a, b and 3 more` of apps.
    pub(super) fn apps(&self, apps: impl Iterator<Item = u32>) -> String {
        let apps: Vec<u32> = apps.collect();
        wording::names(&self.around.seen.resolved.apps, &apps)
    }
}
